"""How a project's dependencies are installed: which of the tools that it has files for, and what these pin."""

import posixpath
from collections.abc import Iterator
from dataclasses import replace

from ..deployment.recipes import Line, is_for_developers
from ..tree import Tree
from .distributions import Distribution
from .tool import NONE, Installation, Search, Tool, manifests


def folders_of(django_dir: str | None) -> list[str]:
    """Return the folders in which a project's manifests are looked for: that of manage.py, and those above it."""
    folder = posixpath.normpath(django_dir or ".").strip("/")
    found = []
    while folder not in ("", ".", ".."):
        found.append(folder)
        folder = posixpath.dirname(folder)
    return [*found, "."]


def in_folders(found: Installation, folders: list[str]) -> bool:
    """Return whether an installation's files are in one of `folders`, or in a folder for such files in it."""
    folder = posixpath.dirname(found.files[0]) or "."
    return folder in folders or (found.is_kept_aside and "." in folders)


def read_installation(tree: Tree, django_dir: str | None, steps: list[Line], tools: tuple[Tool, ...]) -> Installation:
    """Return how the project's dependencies are installed, as its manifests and its own steps say."""
    found = list(_near(Search(tree, folders_of(django_dir), steps, tools)) or _elsewhere(tree, steps, tools))
    if not found:
        return _nothing(tree, tools)
    found = [item for item in found if _installs_django(tree, item)] or found
    chosen, used = _chosen(found, steps, tools)
    rest = sorted({other.installer for other in found if other is not chosen and other.installer != chosen.installer})
    if rest:
        names = ", ".join(rest)
        if used is not None:
            chosen.note = f"There are files for {names} too; {used.source} uses {chosen.installer}."
            chosen.source = used.source
        else:
            chosen.note = f"There are files for {names} too, and nothing tells which of them production uses."
            chosen.stated = False
    return chosen


def _near(search: Search) -> list[Installation]:
    """Return the ways to install that there are files for, of each tool those in the first folders first."""
    return [found for tool in search.tools if tool.find for found in tool.find(search)]


def _elsewhere(tree: Tree, steps: list[Line], tools: tuple[Tool, ...]) -> list[Installation]:
    """Return the ways to install that the nearest folder has files for, wherever it is."""
    names = [*manifests(tools), *(name for tool in tools if tool.find for name in tool.maybe_manifests)]
    paths = (path for path in tree.named(*names) if not is_for_developers(path))
    folders = dict.fromkeys(posixpath.dirname(path) or "." for path in paths)
    ways = (_near(Search(tree, [folder], steps, tools)) for folder in list(folders)[:50])
    return next((found for found in ways if found), [])


def _nothing(tree: Tree, tools: tuple[Tool, ...]) -> Installation:
    """Return that nothing was found, with the file of a tool that is not read."""
    for tool in tools:
        if not tool.find and tool.manifests and (paths := tree.named(*tool.manifests)):
            note = f"The dependencies are {tool.title}'s, in {paths[0]}, which is not read."
            return Installation(NONE, paths[0], stated=False, note=note)
    note = "No requirements file, lock file or manifest with dependencies was found."
    return Installation(NONE, stated=False, note=note)


def _installs_django(tree: Tree, found: Installation) -> bool:
    return any(item.name == "django" for item in found.direct) or "django" in locked(tree, found)


def _chosen(found: list[Installation], steps: list[Line], tools: tuple[Tool, ...]) -> tuple[Installation, Line | None]:
    """Return the way to install that the project's own steps use, and the first that does; else what is locked."""
    by_name: dict[str, Installation] = {}
    for item in found:
        by_name.setdefault(item.installer, item)
    if len(by_name) > 1:
        used: dict[str, dict[str, Line]] = {}
        for step in steps:
            if name := next(_used(step, by_name, tools), ""):
                used.setdefault(step.path, {}).setdefault(name, step)
        for names in used.values():
            name = next(tool.name for tool in tools if tool.name in names)
            return by_name[name], names[name]
    return min(found, key=lambda item: _order(item, tools)), None


def _order(found: Installation, tools: tuple[Tool, ...]) -> tuple[int, int, bool]:
    """Return how early a way to install comes where no step tells: what is locked goes before what is not."""
    is_locked = posixpath.basename(found.lock_file) == found.tool.lock != ""
    kind = 0 if is_locked else 1 if found.tool.pins_by_itself else 2
    return kind, tools.index(found.tool), bool(found.lock_file)


def _used(step: Line, present: dict[str, Installation], tools: tuple[Tool, ...]) -> Iterator[str]:
    """Yield the names of the tools that a step installs with, of those that there are files for."""
    for tool in tools:
        found = present.get(tool.name)
        if found and tool.command and tool.command.search(step.text) and tool.uses(step, found):
            yield tool.name


def locked(tree: Tree, found: Installation) -> dict[str, Distribution]:
    """Return the distributions that an installation brings, by canonical name, with versions from its lock file."""
    asked = {item.name: item for item in found.direct}
    if not found.lock_file or not found.tool.read_lock:
        return asked
    pinned = found.tool.read_lock(tree, found, asked)
    for name in pinned.keys() & asked.keys():
        extras = asked[name].extras or pinned[name].extras
        pinned[name] = replace(pinned[name], specifier=asked[name].specifier, extras=extras, direct=True)
    return {**asked, **pinned} if pinned else asked


def required_release(tree: Tree, folders: list[str], tools: tuple[Tool, ...]) -> tuple[str, str]:
    """Return the release that a project requires of the tool that images bring, "" for any, and where."""
    return next((tool.required(tree, folders) for tool in tools if tool.required), ("", ""))
