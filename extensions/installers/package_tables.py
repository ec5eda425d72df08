"""Lock files in TOML with the same kind of package tables: poetry.lock, pdm.lock and pylock.toml.

https://python-poetry.org/docs/basic-usage/, https://packaging.python.org/en/latest/specifications/pylock-toml/
"""

import posixpath
from collections.abc import Iterable
from typing import Any

from packaging.utils import canonicalize_name

from ..project import lines
from ..project.data import mapping, mappings, text_of
from ..project.dependencies.distributions import Distribution
from ..project.dependencies.requirements import applies
from ..project.dependencies.tool import Installation
from ..project.tree import Tree


def wheel_names(package: dict[str, Any]) -> tuple[str, ...] | None:
    """Return the names of a locked package's wheels; None where the lock file lists no files of it."""
    listed = [*mappings(package.get("wheels")), *mappings(package.get("files"))]
    if not listed and not package.get("sdist"):
        return None
    names = (
        text_of(item.get("file")) or text_of(item.get("name")) or text_of(item.get("url")).rpartition("/")[2]
        for item in listed
    )
    return tuple(name for name in names if name.endswith(".whl"))


def read_package_tables(tree: Tree, found: Installation, wanted: dict[str, Distribution]) -> dict[str, Distribution]:
    """Return what a lock file pins for production, by canonical name.

    Where it does not tell production from development, what the manifest asks for is followed through it. A file
    that is no lock file is a problem of the tree, and empty.
    """
    path = found.lock_file
    content = tree.toml(path)
    packages = mappings(content.get("package")) or mappings(content.get("packages"))
    places = lines.packages(tree.text(path) or "")
    old_files = mapping(content, "metadata", "files")  # poetry.lock before version 2.0 of its format
    pinned: dict[str, Distribution] = {}
    needs: dict[str, set[str]] = {}
    production = {"main", "default", *found.groups}
    for index, package in enumerate(packages):
        name = canonicalize_name(text_of(package.get("name")))
        if not _is_installed(package, production):
            continue
        needs.setdefault(name, set()).update(_names(package.get("dependencies")))
        if name and name not in pinned:
            source = f"{path}:{places[index] if index < len(places) else 1}"
            pinned[name] = _pinned(name, package, source, old_files.get(name))
            needs[name] |= _needed_by_extras(package, wanted[name].extras if name in wanted else ())
    if any(map(_is_grouped, packages)) or not wanted or posixpath.basename(path).startswith("pylock"):
        return pinned
    return _closure(pinned, needs, wanted)


def _is_grouped(package: dict[str, Any]) -> bool:
    """Return whether a lock file says for what a package is installed."""
    return isinstance(package.get("groups"), list) or isinstance(package.get("category"), str)


def _is_installed(package: dict[str, Any], groups: set[str]) -> bool:
    """Return whether a package is one of production's groups, or of no group, and one for Linux."""
    listed = package.get("groups")
    if isinstance(listed, list):
        if not groups & {group for group in listed if isinstance(group, str)}:
            return False
    elif package.get("category") == "dev":
        return False
    marker = text_of(package.get("marker")) or text_of(package.get("markers"))
    return "dependency_groups" not in marker and applies(marker)


def _pinned(name: str, package: dict[str, Any], source: str, old_files: Any) -> Distribution:
    """Return what a package pins; `old_files` are those that a lock file lists elsewhere, None for none."""
    location = mapping(package.get("source")) or mapping(package.get("vcs"))
    git = text_of(package.get("git")) or text_of(location.get("url"))
    url = f"git+{git}" if git and text_of(location.get("type")) in ("git", "") else ""
    if path := _path(package, location):
        url = f"file:{path}"
    files = wheel_names(package)
    if files is None and old_files is not None:
        files = wheel_names({"files": old_files, "sdist": True})
    return Distribution(name, "", text_of(package.get("version")), source, False, (), files, url)


def _path(package: dict[str, Any], location: dict[str, Any]) -> str:
    """Return the folder or the archive in the project that a package is taken from, "" for none."""
    if text_of(location.get("type")) in ("directory", "file"):  # Poetry
        return text_of(location.get("url"))
    tables = (package, mapping(package.get("directory")), mapping(package.get("archive")))  # PDM, then pylock.toml
    return next((path for table in tables if (path := text_of(table.get("path")))), "")


def _needed_by_extras(package: dict[str, Any], extras: tuple[str, ...]) -> set[str]:
    """Return the names of what the extras of a package that are asked for need."""
    found: set[str] = set()
    for extra, names in mapping(package.get("extras")).items():
        if canonicalize_name(extra) in extras and isinstance(names, list):
            found.update(canonicalize_name(str(item).split(" ")[0].split("[")[0]) for item in names)
    return found


def _names(dependencies: Any) -> set[str]:
    """Return the names in a lock file's dependencies: a table by name, a list of tables, or of requirements."""
    if isinstance(dependencies, dict):
        return {canonicalize_name(name) for name in dependencies}
    if not isinstance(dependencies, list):
        return set()
    found: set[str] = set()
    for item in dependencies:
        text = item if isinstance(item, str) else text_of(mapping(item).get("name"))
        for separator in " [<>=!~;(@":
            text = text.partition(separator)[0]
        found.add(canonicalize_name(text))
    return found


def _closure(
    found: dict[str, Distribution], needs: dict[str, set[str]], wanted: Iterable[str]
) -> dict[str, Distribution]:
    reached: dict[str, Distribution] = {}
    queue = list(wanted)
    while queue:
        name = queue.pop()
        if name in found and name not in reached:
            reached[name] = found[name]
            queue += needs.get(name, ())
    return reached
