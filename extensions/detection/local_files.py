"""What a project makes beside its code: collected static files, media, databases, virtual environments."""

import posixpath
from fnmatch import fnmatch

from .findings import Certainty, Findings
from .places import is_aside
from .tree import Tree


def read_local_files(tree: Tree, findings: Findings) -> None:
    """Add local_files, paths in the project: from the settings that are found, and virtual environments.

    A folder that holds code is left out: what settings call media can be an application.
    """
    code: set[str] = set()
    for path in tree.paths:
        if path.endswith(".py"):
            while (path := posixpath.dirname(path)) and path not in code:
                code.add(path)
    made = [findings.value("media_root")]
    root = findings.value("static_root")
    manifest = f"{root}/staticfiles.json"
    if not root or not tree.exists(manifest) or tree.is_ignored(manifest):
        made.insert(0, root)  # else it is kept in git, perhaps with files that only a front end's build makes
    elif _lacks_sources(tree, root, findings):
        findings.add("static_kept", True, manifest, Certainty.INFERRED)
    made += [database.get("path") for database in findings.value("databases", {}).values()]
    kept = [
        path for path in made if path and path[0] not in "/." and path not in code and not path.endswith(".sqlite3")
    ]
    kept += [*tree.virtualenvs, *_ignored(tree, findings)]
    source = findings.value("settings_file", "")
    findings.add("local_files", list(dict.fromkeys(kept)), source if kept else "", Certainty.INFERRED)


def _lacks_sources(tree: Tree, root: str, findings: Findings) -> bool:
    """Return whether git has collected files of one of the project's own apps, and not what they came from."""
    base = "" if findings.value("django_dir") in (None, ".") else f"{findings.value('django_dir')}/"
    apps = {path.removeprefix(f"{root}/").partition("/")[0] for path in tree.paths if path.startswith(f"{root}/")}
    own = [app for app in apps if tree.exists(f"{base}{app}/__init__.py")]
    others = [path for path in tree.paths if "static/" in path and not path.startswith(f"{root}/")]
    return any(not any(f"static/{app}/" in path for path in others) for app in own)


# What the rendered .dockerignore leaves out for every project, wherever it is.
USUAL = (
    *(
        ".env*",
        ".venv",
        "venv",
        "__pycache__",
        "*.py[cod]",
        ".*_cache",
        ".coverage",
        ".tox",
        "htmlcov",
        "node_modules",
    ),
    *(".copier-answers*.y*ml", ".dockerignore", "Dockerfile*", "compose*.y*ml", "docker-compose*", "*.sqlite3*"),
)


def _ignored(tree: Tree, findings: Findings) -> list[str]:
    """Return the patterns of the project's own .dockerignore, but for those that keep out what an image needs.

    A file that begins by leaving out everything says what it wants in: it is not taken over.
    https://docs.docker.com/build/concepts/context/#dockerignore-files
    """
    lines = (
        line.split("#", 1)[0].strip().removeprefix("/").rstrip("/")
        for line in (tree.text(".dockerignore") or "").split("\n")
    )
    patterns = [line for line in lines if line]
    if any(pattern.startswith("!") or pattern in ("*", "**", "**/*", ".") for pattern in patterns):
        return []
    needed = [*findings.value("installer_files", []), *findings.value("requirements_files", []), "default.conf"]
    needed += _sources_of_node(tree, findings)
    needed += [findings.value("manage_py") or "manage.py", findings.value("settings_file") or "settings.py"]
    return [
        pattern
        for pattern in patterns
        if not _is_usual(pattern) and not any(_matches(pattern, path) for path in needed)
    ]


def _is_usual(pattern: str) -> bool:
    """Return whether the rendered .dockerignore leaves out already what a pattern does."""
    parts = pattern.split("/")
    return parts[0] == ".git" or any(part == usual or fnmatch(part, usual) for part in parts for usual in USUAL)


def _sources_of_node(tree: Tree, findings: Findings) -> list[str]:
    """Return what Node needs to install and to build from."""
    node = findings.value("node", {})
    if not node:
        return []
    start = "" if node["folder"] == "." else f"{node['folder']}/"
    return [
        *node["files"],
        *(path for path in tree.paths if path.startswith(start) and path.endswith(SOURCES) and not is_aside(path)),
    ]


SOURCES = (".js", ".mjs", ".cjs", ".jsx", ".ts", ".mts", ".tsx", ".css", ".scss", ".sass", ".less", ".vue", ".svelte")


def _matches(pattern: str, path: str) -> bool:
    parts = path.split("/")
    parents = ["/".join(parts[:count]) for count in range(1, len(parts) + 1)]
    anywhere = pattern.removeprefix("**/")
    if anywhere != pattern:
        return any(fnmatch(part, anywhere) for part in parts)
    return any(fnmatch(parent, pattern) for parent in parents)
