"""What a project makes beside its code: collected static files, media, databases, virtual environments."""

import posixpath
import re

from ..deployment.build_context import is_left_out, is_usual, matches, own_patterns
from ..findings import Certainty, Findings
from ..places import is_aside
from ..settings.connections import databases
from ..tree import Tree


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
    made += [database.path for database in databases(findings).values()]
    kept = [
        path for path in made if path and path[0] not in "/." and path not in code and not path.endswith(".sqlite3")
    ]
    own = _own(tree, findings)
    kept += [*tree.virtualenvs, *_private(tree)]
    kept += [module["path"] for module in findings.value("ignored_modules", [])]
    kept = [*(path for path in dict.fromkeys(kept) if path not in own), *own]
    source = findings.value("settings_file", "")
    findings.add("local_files", kept, source if kept else "", Certainty.INFERRED)


# Words in the name of a file that is of one machine, or not for others.
PRIVATE = re.compile(
    r"local(?!e)|secret|private|credential|passw|token(?!iz)|(?<![a-z])(?:keys?|certs?)(?![a-z])", re.IGNORECASE
)


def _private(tree: Tree) -> list[str]:
    """Return what git ignores whose name says that it is of this machine, or secret; a build may make the rest."""
    found: list[str] = []
    for path in sorted(tree.ignored):
        folders, name = posixpath.split(path)
        served = {"static", "templates", "locale"}.intersection(folders.split("/"))
        if served or is_usual(path) or name.endswith(".lock") or any(matches(folder, path) for folder in found):
            continue
        if PRIVATE.search(name):
            found.append(path)
    return found


def _lacks_sources(tree: Tree, root: str, findings: Findings) -> bool:
    """Return whether git has collected files of one of the project's own apps, and not what they came from."""
    base = "" if findings.value("django_dir") in (None, ".") else f"{findings.value('django_dir')}/"
    apps = {path.removeprefix(f"{root}/").partition("/")[0] for path in tree.paths if path.startswith(f"{root}/")}
    own = [app for app in apps if tree.exists(f"{base}{app}/__init__.py")]
    others = [path for path in tree.paths if "static/" in path and not path.startswith(f"{root}/")]
    return any(not any(f"static/{app}/" in path for path in others) for app in own)


def _own(tree: Tree, findings: Findings) -> list[str]:
    """Return the patterns of the project's own .dockerignore, in their order, so that no image lacks what it needs.

    Patterns that every rendered file has are left out; and so are those that name what an image needs, or, where there
    are exceptions ("!"), the last of which counts, an exception for it comes last.
    https://docs.docker.com/build/concepts/context/#negating-matches
    """
    patterns = own_patterns(tree)
    needed = [*findings.value("installer_files", []), *findings.value("requirements_files", []), "default.conf"]
    needed += ["docker/gunicorn.conf.py", "docker/healthcheck.py", *_sources_of_node(tree, findings)]
    needed += [findings.value("manage_py") or "manage.py", findings.value("settings_file") or "settings.py"]
    if not any(pattern.startswith("!") or pattern in EVERYTHING for pattern in patterns):
        return [
            pattern
            for pattern in patterns
            if not is_usual(pattern) and not any(matches(pattern, path) for path in needed)
        ]
    lacking = [path for path in dict.fromkeys(needed) if is_left_out(patterns, path)]
    return [*patterns, *dict.fromkeys(f"!{path.partition('/')[0]}" for path in lacking)]


EVERYTHING = ("*", "**", "**/*")


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
