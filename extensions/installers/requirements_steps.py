"""Which requirements files a project's own scripts install."""

import posixpath
import re

from ..project.deployment import dockerfile
from ..project.deployment.recipes import Line, is_for_developers
from ..project.places import join
from ..project.tree import Tree
from .pip_commands import installed_files
from .requirements_files import has_django, is_requirements_file

COPY = re.compile(r"^(?:COPY|ADD)\s+(?:--\S+\s+)*(\S+)\s+(\S+)\s*$", re.IGNORECASE)
MOUNT = re.compile(r"source=([^\s,]+),target=([^\s,]+)")


def installed_requirements(tree: Tree, candidates: list[str], steps: list[Line]) -> list[tuple[Line, list[str]]]:
    """Return the steps that install production's requirements files, and the files, the Dockerfile's first."""
    known = dict.fromkeys(candidates)
    if not any(has_django(tree, path) for path in candidates):
        known.update((path, None) for path in tree.paths if is_requirements_file(path) and has_django(tree, path))
    copies: dict[str, dict[str, str]] = {}
    by_file: dict[str, tuple[Line, list[str]]] = {}
    for step in steps:
        if step.kind in ("ci", "task") or not step.development:
            text, renamed = _as_run(tree, step), copies.setdefault(step.path, {})
            if step.kind == "dockerfile":
                renamed |= _copied_as(text)
            names = installed_files(text)
            for name in names if step.kind == "dockerfile" else ():  # whatever the file is called
                own = posixpath.normpath(renamed.get(name.rpartition("/")[2], name)).lstrip("/")
                known.update((path, None) for path in (own,) if path in tree.paths and has_django(tree, path))
            paths = (_resolved(name, step.path, known, renamed) for name in names)
            for path in filter(_is_for_production, paths):
                listed = by_file.setdefault(step.path, (step, []))[1]
                if path not in listed:
                    listed.append(path)
    return list(by_file.values())


def _as_run(tree: Tree, step: Line) -> str:
    """Return a step's text, with the values of a Dockerfile's variables."""
    if step.kind == "dockerfile" and "$" in step.text:
        values = dockerfile.variables(tree.text(step.path) or "").values
        return dockerfile.substitute(step.text, values, unknown="")
    return step.text


def _is_for_production(path: str) -> bool:
    folder, _, name = path.rpartition("/")
    aside = folder.rpartition("/")[2].lower() in ("docs", "doc", "tests", "test")
    return bool(path) and not is_for_developers(name) and not aside


def _copied_as(text: str) -> dict[str, str]:
    """Return the project's files that an instruction copies or mounts, by their names in the image."""
    found = {}
    if (match := COPY.match(text)) and not match[2].endswith("/"):
        found[match[2].rpartition("/")[2]] = match[1]
    return found | {match[2].rpartition("/")[2]: match[1] for match in MOUNT.finditer(text)}


def _resolved(name: str, where: str, known: dict[str, None], renamed: dict[str, str]) -> str:
    """Return the requirements file that a step, which may run in another folder, names; "" if it is none."""
    if "$" in name:
        return ""
    name = posixpath.normpath(name).lstrip("/")
    source = renamed.get(name.rpartition("/")[2])
    if source:
        name = posixpath.normpath(source).lstrip("/")
    beside = join(posixpath.dirname(where) or ".", name)
    for path in (beside, name):
        if path in known:
            return path
    parts = name.split("/")
    for start in range(len(parts)):  # /app/requirements/base.txt: the image's folder is not the project's
        tail = "/".join(parts[start:])
        for path in known:
            if path == tail or path.endswith(f"/{tail}"):
                return path
    return ""
