"""Which files git ignores, going by the plain patterns of .gitignore files: https://git-scm.com/docs/gitignore."""

from fnmatch import fnmatch

from .tree import Tree


def is_ignored(tree: Tree, path: str) -> bool:
    """Return whether a .gitignore file in a folder above a path names it."""
    folder = path.rpartition("/")[0]
    while True:
        ignore = f"{folder}/.gitignore" if folder else ".gitignore"
        relative = path[len(folder) + 1 :] if folder else path
        for line in (tree.text(ignore) or "").split("\n")[:500]:
            pattern = line.strip().removeprefix("**/")
            if not pattern or pattern.startswith(("#", "!")):
                continue
            if "/" in pattern.rstrip("/"):
                matches = fnmatch(relative, pattern.strip("/")) or fnmatch(relative, pattern.strip("/") + "/*")
            else:
                whole = relative.split("/")[:-1] if pattern.endswith("/") else relative.split("/")
                matches = any(fnmatch(part, pattern.rstrip("/")) for part in whole)
            if matches:
                return True
        if not folder:
            return False
        folder = folder.rpartition("/")[0]
