"""What lock files pin: the versions, which of them production installs, and the wheels that exist for them.

https://docs.astral.sh/uv/concepts/projects/layout/#the-lockfile, https://python-poetry.org/docs/basic-usage/,
https://pipenv.pypa.io/en/latest/pipfile.html, https://packaging.python.org/en/latest/specifications/pylock-toml/
"""

import posixpath
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from packaging.utils import canonicalize_name

from .. import lines
from ..data import mapping, mappings, strings, text_of
from ..tree import Tree
from .distributions import Distribution
from .requirements import applies


def read_lock(tree: Tree, path: str, direct: Iterable[Distribution], groups: Iterable[str]) -> dict[str, Distribution]:
    """Return what the lock file at `path` pins for production, by canonical name.

    `direct` is what the manifest asks for, `groups` are the dependency groups and extras that production installs
    too. Where the lock file does not tell production from development, what `direct` needs is followed through it. A
    file that is no lock file is a problem of the tree, and empty.
    """
    name = posixpath.basename(path)
    wanted = {distribution.name: distribution for distribution in direct}
    if name == "Pipfile.lock":
        found = _pipfile_lock(tree, path)
    elif name == "uv.lock":
        found = _uv_lock(tree, path, wanted, set(groups))
    else:
        found = _toml_lock(tree, path, wanted, set(groups))
    for key, distribution in found.items():
        if key in wanted:
            asked = wanted[key]
            extras = asked.extras or distribution.extras
            found[key] = replace(distribution, specifier=asked.specifier, extras=extras, direct=True)
    return found


def _wheel_names(package: dict[str, Any]) -> tuple[str, ...] | None:
    """Return the names of a locked package's wheels; None where the lock file lists no files of it."""
    listed = [*mappings(package.get("wheels")), *mappings(package.get("files"))]
    if not listed and not package.get("sdist"):
        return None
    names = (
        text_of(item.get("file")) or text_of(item.get("name")) or text_of(item.get("url")).rpartition("/")[2]
        for item in listed
    )
    return tuple(name for name in names if name.endswith(".whl"))


def _uv_lock(tree: Tree, path: str, wanted: dict[str, Distribution], groups: set[str]) -> dict[str, Distribution]:
    by_name, roots = _uv_packages(tree, path)
    wanted_names = _uv_wanted(roots, groups)
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
                wanted_names += _uv_dependencies(mapping(package.get("optional-dependencies")).get(extra))
        if name in found:
            if not set(extras) <= set(found[name].extras):
                found[name] = replace(found[name], extras=tuple(sorted({*found[name].extras, *extras})))
        elif package not in roots:
            version, wheels = text_of(package.get("version")), _wheel_names(package)
            source, url = f"{path}:{place}", _uv_url(package)
            found[name] = Distribution(name, "", version, source, name in direct, extras, wheels, url)
            wanted_names += _uv_dependencies(package.get("dependencies"))
    return found


def _uv_packages(tree: Tree, path: str) -> tuple[dict[str, tuple[dict[str, Any], int]], list[dict[str, Any]]]:
    """Return the packages of uv.lock by name, each with its line, and those that are the project itself."""
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
        if text_of(source.get("virtual")) == "." or text_of(source.get("editable")) == ".":
            roots.append(package)
    return by_name, roots


def _uv_wanted(roots: list[dict[str, Any]], groups: set[str]) -> list[tuple[str, tuple[str, ...]]]:
    """Return what the project asks for, with the extras and groups of production."""
    found: list[tuple[str, tuple[str, ...]]] = []
    for root in roots:
        found += _uv_dependencies(root.get("dependencies"))
        for kind in ("optional-dependencies", "dev-dependencies"):
            for group, dependencies in mapping(root.get(kind)).items():
                if group in groups:
                    found += _uv_dependencies(dependencies)
    return found


def _uv_url(package: dict[str, Any]) -> str:
    """Return where a package comes from, if from no index."""
    location = mapping(package.get("source"))
    git = text_of(location.get("git"))
    return f"git+{git}" if git else text_of(location.get("url"))


def _applies_to_any(markers: Any) -> bool:
    return not isinstance(markers, list) or any(applies(text_of(item)) for item in markers)


def _uv_dependencies(value: Any) -> list[tuple[str, tuple[str, ...]]]:
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


def _toml_lock(tree: Tree, path: str, wanted: dict[str, Distribution], groups: set[str]) -> dict[str, Distribution]:
    """Read poetry.lock, pdm.lock and pylock.toml, which list packages alike."""
    content = tree.toml(path)
    packages = mappings(content.get("package")) or mappings(content.get("packages"))
    places = lines.packages(tree.text(path) or "")
    old_files = mapping(content, "metadata", "files")  # poetry.lock before version 2.0 of its format
    found: dict[str, Distribution] = {}
    needs: dict[str, set[str]] = {}
    production = {"main", "default"} | groups
    grouped = False
    for index, package in enumerate(packages):
        name = canonicalize_name(text_of(package.get("name")))
        listed = package.get("groups")
        if isinstance(listed, list):
            grouped = True
            if not production & {group for group in listed if isinstance(group, str)}:
                continue
        elif isinstance(package.get("category"), str):
            grouped = True
            if package["category"] == "dev":
                continue
        marker = text_of(package.get("marker")) or text_of(package.get("markers"))
        if "dependency_groups" in marker or not applies(marker):
            continue
        if not name or name in found:
            needs.setdefault(name, set()).update(_names(package.get("dependencies")))
            continue
        location = mapping(package.get("source")) or mapping(package.get("vcs"))
        git = text_of(package.get("git")) or text_of(location.get("url"))
        git = git if text_of(location.get("type")) in ("git", "") else ""
        files = _wheel_names(package)
        if files is None and name in old_files:
            files = _wheel_names({"files": old_files[name], "sdist": True})
        place = places[index] if index < len(places) else 1
        version = text_of(package.get("version"))
        url = f"git+{git}" if git else ""
        found[name] = Distribution(name, "", version, f"{path}:{place}", False, (), files, url)
        needs.setdefault(name, set()).update(_names(package.get("dependencies")))
        for extra, names in mapping(package.get("extras")).items():
            if name in wanted and canonicalize_name(extra) in wanted[name].extras and isinstance(names, list):
                needs[name].update(canonicalize_name(str(item).split(" ")[0].split("[")[0]) for item in names)
    if grouped or not wanted or posixpath.basename(path).startswith("pylock"):
        return found
    return _closure(found, needs, wanted)


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


def _pipfile_lock(tree: Tree, path: str) -> dict[str, Distribution]:
    text = tree.text(path) or ""
    places: dict[str, int] = {}
    for number, line in enumerate(text.split("\n"), 1):
        if line.rstrip().endswith('": {'):
            places.setdefault(line.strip()[1:-4], number)
    found: dict[str, Distribution] = {}
    for key, entry in mapping(tree.json(path), "default").items():
        entry = mapping(entry)
        if not applies(text_of(entry.get("markers"))):
            continue
        name = canonicalize_name(key)
        names = tuple(sorted(canonicalize_name(extra) for extra in strings(entry.get("extras"))))
        git = text_of(entry.get("git"))
        direct = "index" in entry or bool(git)
        version = text_of(entry.get("version")).lstrip("=")
        url = f"git+{git}" if git else ""
        found[name] = Distribution(name, "", version, f"{path}:{places.get(key, 1)}", direct, names, None, url)
    return found
