"""What uv.lock pins. https://docs.astral.sh/uv/concepts/projects/layout/#the-lockfile"""

import posixpath
from dataclasses import replace
from typing import Any

from packaging.utils import canonicalize_name

from ..project import lines
from ..project.data import mapping, mappings, text_of
from ..project.dependencies.distributions import Distribution
from ..project.dependencies.requirements import applies
from ..project.dependencies.tool import Installation
from ..project.tree import Tree
from .package_tables import wheel_names


def read_lock(tree: Tree, found: Installation, wanted: dict[str, Distribution]) -> dict[str, Distribution]:
    """Return what is pinned for production, by canonical name, following what the project asks for."""
    folder = posixpath.dirname(found.files[0]) if found.files else ""
    own = posixpath.relpath(folder or ".", posixpath.dirname(found.lock_file) or ".")
    return _followed(tree, found.lock_file, wanted, set(found.groups), own)


def _followed(
    tree: Tree, path: str, wanted: dict[str, Distribution], groups: set[str], own: str
) -> dict[str, Distribution]:
    by_name, roots = _packages(tree, path, own)
    wanted_names = _wanted(roots, groups)
    if not roots:  # no project here: the root of a workspace, say
        wanted_names += [(name, distribution.extras) for name, distribution in wanted.items()]
    direct = {name for name, _ in wanted_names}
    found: dict[str, Distribution] = {}
    seen: set[tuple[str, str]] = set()
    while wanted_names:
        name, extras = wanted_names.pop()
        if name not in by_name:
            continue
        package, place = by_name[name]
        for extra in extras:
            if (name, extra) not in seen:
                seen.add((name, extra))
                wanted_names += _dependencies(mapping(package.get("optional-dependencies")).get(extra))
        if name in found:
            if not set(extras) <= set(found[name].extras):
                found[name] = replace(found[name], extras=tuple(sorted({*found[name].extras, *extras})))
        elif package not in roots:
            version, wheels = text_of(package.get("version")), wheel_names(package)
            source, url = f"{path}:{place}", _url(package)
            found[name] = Distribution(name, "", version, source, name in direct, extras, wheels, url)
            wanted_names += _dependencies(package.get("dependencies"))
    return found


def _packages(tree: Tree, path: str, own: str) -> tuple[dict[str, tuple[dict[str, Any], int]], list[dict[str, Any]]]:
    """Return the packages of uv.lock by name, each with its line, and those that are the project itself.

    `own` is its folder, from that of uv.lock.
    """
    places = lines.packages(tree.text(path) or "")
    by_name: dict[str, tuple[dict[str, Any], int]] = {}
    roots: list[dict[str, Any]] = []
    for index, package in enumerate(mappings(tree.toml(path).get("package"))):
        name: str = canonicalize_name(text_of(package.get("name")))
        place = places[index] if index < len(places) else 1
        # Forks of a resolution give a name several entries, each for some systems.
        if name not in by_name or not _applies_to_any(by_name[name][0].get("resolution-markers")):
            by_name[name] = (package, place)
        source = mapping(package.get("source"))
        if own in (text_of(source.get("virtual")), text_of(source.get("editable"))):
            roots.append(package)
    return by_name, roots


def _wanted(roots: list[dict[str, Any]], groups: set[str]) -> list[tuple[str, tuple[str, ...]]]:
    """Return what the project asks for, with the extras and groups of production."""
    found: list[tuple[str, tuple[str, ...]]] = []
    for root in roots:
        found += _dependencies(root.get("dependencies"))
        for kind in ("optional-dependencies", "dev-dependencies"):
            for group, dependencies in mapping(root.get(kind)).items():
                if group in groups:
                    found += _dependencies(dependencies)
    return found


def _url(package: dict[str, Any]) -> str:
    """Return where a package comes from, if from no index."""
    location = mapping(package.get("source"))
    git = text_of(location.get("git"))
    path = next((path for kind in ("editable", "directory", "path") if (path := text_of(location.get(kind)))), "")
    return f"git+{git}" if git else f"file:{path}" if path else text_of(location.get("url"))


def _applies_to_any(markers: Any) -> bool:
    return not isinstance(markers, list) or any(applies(text_of(item)) for item in markers)


def _dependencies(value: Any) -> list[tuple[str, tuple[str, ...]]]:
    """Return the names and extras of a uv.lock package's dependencies, those left out that Linux does not need."""
    found: list[tuple[str, tuple[str, ...]]] = []
    for dependency in mappings(value):
        extras = dependency.get("extra")
        names = (
            tuple(canonicalize_name(extra) for extra in extras if isinstance(extra, str))
            if isinstance(extras, list)
            else ()
        )
        if applies(text_of(dependency.get("marker"))):
            found.append((canonicalize_name(text_of(dependency.get("name"))), names))
    return found
