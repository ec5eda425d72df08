"""Which files git ignores: they are only on this computer. https://git-scm.com/docs/gitignore."""

import os
import posixpath
import subprocess
from collections.abc import Callable, Collection, Iterable
from pathlib import Path

from pathspec import GitIgnoreSpec

# Ignored or not, these tell versions, and no secrets: they are read.
NODE_LOCKS = ("package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml", "bun.lock")
VERSIONS = (".python-version", ".nvmrc", ".node-version", ".tool-versions", "runtime.txt", ".gitignore")


def ignored_paths(root: Path, paths: Iterable[str]) -> frozenset[str]:
    """Return those of the files `paths`, and of the folders that they are in, that git ignores; tracked files are not.

    All paths are relative to `root`, with "/". Git is asked once. Where it does not know the folder, or ignores all
    of it, the project's .gitignore files count: https://git-scm.com/docs/git-check-ignore
    """
    names = list(dict.fromkeys(part for path in paths for part in (*_parents(path), path)))
    modules = {posixpath.dirname(name) for name in names if posixpath.basename(name) == ".git"}  # of which git says no
    asked = [name for name in names if modules.isdisjoint(_parents(name))]
    found = _by_git(root, asked)
    if found is None:
        return frozenset(_by_patterns(root, names))
    return frozenset(
        found | set(_by_patterns(root, [name for name in names if not modules.isdisjoint(_parents(name))]))
    )


def holds_no_secrets(path: str, locks: Collection[str] = ()) -> bool:
    """Return whether a file is of a kind that only tells versions, as lock files and lists of requirements do.

    `locks` are the names of Python's lock files.
    """
    name = posixpath.basename(path)
    is_list = "requirements" in path and name.endswith((".txt", ".in"))
    return name in locks or name in NODE_LOCKS or name in VERSIONS or is_list


def _parents(path: str) -> list[str]:
    """Return the folders that a path is in, from the root: ["a", "a/b"] for "a/b/c.py"."""
    parts = path.split("/")
    return ["/".join(parts[:count]) for count in range(1, len(parts))]


def _by_git(root: Path, names: Collection[str]) -> set[str] | None:
    """Return what git ignores; None where there is no git, no repository, or one that ignores the project itself.

    `check-ignore` compares each path with each tracked file, unless it is told not to: what is tracked, and the
    folders that it is in, is taken out before.
    """
    if not any((folder / ".git").exists() for folder in (root, *root.parents)):
        return None
    git = ("git", "-C", str(root))
    try:
        listed = subprocess.run([*git, "ls-files", "-z"], capture_output=True)
        files = list(map(os.fsdecode, listed.stdout.split(b"\0")[:-1]))
        tracked = {".", *files, *(folder for path in files for folder in _parents(path))} if files else set()
        asked = b"\0".join(os.fsencode(name) for name in (".", *names) if name not in tracked)
        done = subprocess.run([*git, "check-ignore", "--no-index", "--stdin", "-z"], input=asked, capture_output=True)
    except OSError:
        return None
    found = set(map(os.fsdecode, done.stdout.split(b"\0")[:-1]))
    return None if listed.returncode or done.returncode not in (0, 1) or "." in found else found


def _by_patterns(root: Path, names: Collection[str]) -> Iterable[str]:
    """Yield what the .gitignore files name; `names` has each folder before what is in it, which it takes along."""
    specs: dict[str, Callable[[str], bool | None]] = {}
    ignored: set[str] = set()
    for name in names:
        folders = ["", *_parents(name)]
        if folders[-1] in ignored or _is_named(root, name, folders[::-1], specs):
            ignored.add(name)
            yield name


def _is_named(root: Path, name: str, folders: list[str], specs: dict[str, Callable[[str], bool | None]]) -> bool:
    """Return what the nearest .gitignore that says anything of a path says."""
    for folder in folders:
        if folder not in specs:
            specs[folder] = _spec(root / folder)
        relative = name[len(folder) :].lstrip("/")
        if (said := specs[folder](f"{relative}/" if (root / name).is_dir() else relative)) is not None:
            return said
    return False


def _spec(folder: Path) -> Callable[[str], bool | None]:
    """Return what a folder's .gitignore says of a path in it: True for ignored, False for kept, None for nothing."""
    lines: list[str] = []
    for path in (folder / ".git/info/exclude", folder / ".gitignore"):
        try:
            lines += path.read_text(encoding="utf-8-sig", errors="surrogateescape").splitlines()
        except OSError:
            continue
    if not lines:
        return lambda path: None
    try:
        spec = GitIgnoreSpec.from_lines(lines)
    except ValueError:  # a pattern that is none: git takes it as naming nothing
        spec = GitIgnoreSpec.from_lines(line for line in lines if _is_pattern(line))
    return lambda path: spec.check_file(path).include


def _is_pattern(line: str) -> bool:
    try:
        GitIgnoreSpec.from_lines([line])
    except ValueError:
        return False
    return True
