"""What the manifests of uv, Poetry, PDM, Pipenv, setuptools ask for: pyproject.toml, Pipfile, setup.cfg, setup.py."""

import ast
import posixpath
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

from .. import lines
from ..data import mapping, strings
from ..places import PRODUCTION, join, mentions
from ..tree import Tree
from .distributions import Distribution, asked_for
from .requirements import MAX_REQUIREMENTS, applies, parse_requirement, parse_version, read_requirements


@dataclass
class Manifest:
    """What one manifest asks for.

    `dynamic` are the requirements files that it reads, `groups` the names of its groups and extras.
    """

    path: str
    direct: list[Distribution] = field(default_factory=list)
    groups: dict[str, str] = field(default_factory=dict)  # name: source
    extras: set[str] = field(default_factory=set)  # those of the groups that are extras
    project: bool = False  # there is a `[project]`
    local: list[tuple[str, str]] = field(default_factory=list)
    dynamic: list[str] = field(default_factory=list)


def is_production_group(name: str) -> bool:
    """Return whether a dependency group's name says that production installs it."""
    return mentions(name, (*PRODUCTION, "deploy", "deployment"))


def read_project_table(tree: Tree, path: str, groups: Iterable[str] = ()) -> Manifest:
    """Return what `[project]` of a pyproject.toml asks for, and of its groups and extras those of `groups`.

    https://packaging.python.org/en/latest/specifications/pyproject-toml/, https://peps.python.org/pep-0735/
    """
    content = tree.toml(path)
    manifest = Manifest(path)
    project = mapping(content, "project")
    manifest.project = bool(project)
    places = lines.quoted(tree.text(path) or "")
    wanted = strings(project.get("dependencies"))
    for kind, found in (
        ("project.optional-dependencies", mapping(project, "optional-dependencies")),
        ("dependency-groups", mapping(content, "dependency-groups")),
    ):
        for name, listed in found.items():
            manifest.groups[name] = lines.key_at(tree, path, (kind, name), (kind, ""))
            if kind != "dependency-groups":
                manifest.extras.add(name)
            if name in groups:
                wanted += strings(listed)
    if "dependencies" in strings(project.get("dynamic")):
        dynamic = mapping(content, "tool", "setuptools", "dynamic", "dependencies").get("file")
        dynamic = dynamic or mapping(content, "tool", "hatch", "metadata", "hooks", "requirements_txt").get("files")
        files = [join(posixpath.dirname(path), name) for name in strings(dynamic)]
        manifest.dynamic = [name for name in files if tree.exists(name)]
    add_requirements(tree, manifest, wanted, places)
    for name, source in mapping(content, "tool", "uv", "sources").items():
        if isinstance(source, dict) and isinstance(source.get("path"), str):
            manifest.local.append((source["path"], lines.key_at(tree, path, ("tool.uv.sources", name))))
        if isinstance(source, dict) and isinstance(source.get("git"), str):
            name = canonicalize_name(name)
            manifest.direct = [
                replace(item, version="", wheels=None, url="git+" + source["git"]) if item.name == name else item
                for item in manifest.direct
            ]
    return manifest


def add_requirements(tree: Tree, manifest: Manifest, wanted: Iterable[str], places: dict[str, int]) -> None:
    """Add PEP 508 requirements to what a manifest asks for."""
    for text in list(wanted)[:MAX_REQUIREMENTS]:
        source = f"{manifest.path}:{places.get(text, 1)}"
        requirement, valid = parse_requirement(text, source)
        if not valid:
            tree.problem(source, f"is not a requirement ({text[:60]})")
        if requirement is not None:
            manifest.direct.append(asked_for(requirement))


def read_poetry_table(tree: Tree, path: str, groups: Iterable[str] = ()) -> Manifest:
    """Return what `[tool.poetry]` of a pyproject.toml asks for, in its main group and those of `groups`.

    https://python-poetry.org/docs/dependency-specification/
    """
    content = mapping(tree.toml(path), "tool", "poetry")
    manifest = Manifest(path)
    extras = mapping(content, "extras")
    for name in (*mapping(content, "group"), *extras):
        places = (f"tool.poetry.group.{name}.dependencies", ""), ("tool.poetry.extras", name)
        manifest.groups[name] = lines.key_at(tree, path, *places)
    manifest.extras = set(extras)
    optional = {canonicalize_name(item) for name in groups for item in strings(extras.get(name))}
    add_tables(tree, manifest, mapping(content, "dependencies"), "tool.poetry.dependencies", optional)
    for name in groups:
        section = f"tool.poetry.group.{name}.dependencies"
        add_tables(tree, manifest, mapping(content, "group", name, "dependencies"), section, optional)
    return manifest


def add_tables(
    tree: Tree, manifest: Manifest, entries: dict[str, Any], section: str, optional: Iterable[str] = ()
) -> None:
    """Add `name = "^1.2"` and `name = {version = …}` entries of Poetry and Pipenv to what a manifest asks for."""
    for key, value in entries.items():
        name = canonicalize_name(key)
        source = lines.key_at(tree, manifest.path, (section, key), (f"{section}.{key}", ""))
        tables = value if isinstance(value, list) else [value]
        for item in tables:
            entry = item if isinstance(item, dict) else {"version": item}
            marker = entry.get("markers")
            if name == "python" or (entry.get("optional") is True and name not in optional):
                continue
            if isinstance(marker, str) and not applies(marker):
                continue
            if isinstance(entry.get("path"), str) or isinstance(entry.get("file"), str):
                manifest.local.append((str(entry.get("path") or entry.get("file")), source))
            alternatives = poetry_specifiers(str(entry.get("version") or "*"))
            specifier = str(alternatives[0]) if len(alternatives) == 1 else ""
            extras = tuple(sorted(canonicalize_name(extra) for extra in strings(entry.get("extras"))))
            url = "git+" + entry["git"] if isinstance(entry.get("git"), str) else str(entry.get("url") or "")
            version = specifier[2:] if specifier.startswith("==") and parse_version(specifier[2:]) else ""
            manifest.direct.append(Distribution(name, specifier, version, source, True, extras, None, url))
            break


def poetry_specifiers(text: str) -> list[SpecifierSet]:
    """Return the alternatives of a version constraint with Poetry's "^", "~", "*" and "||", without unreadable ones.

    https://python-poetry.org/docs/dependency-specification/#version-constraints
    """
    found = []
    for alternative in text.replace("||", "|").split("|")[:20]:
        parts = [
            _poetry_part(part)
            for part in alternative.replace(",", " ").replace("= ", "=").replace("> ", ">").replace("< ", "<").split()
        ]
        try:
            found.append(SpecifierSet(",".join(part for part in parts if part)))
        except InvalidSpecifier:
            continue
    return found


def _poetry_part(part: str) -> str:
    if part in ("*", "", "latest"):
        return ""
    if part[0] in "^~" and not part.startswith("~="):
        version = parse_version(part.lstrip("^~").rstrip(".*"))
        return f">={version},<{_next_version(part, version)}" if version else part
    if part[0].isdigit():
        return f"=={part}"
    if part.startswith("=") and not part.startswith("=="):
        return f"={part}"
    return part


def _next_version(part: str, version: Version) -> str:
    release = list(version.release)[:4]
    if part.startswith("~"):
        kept = min(len(release), 2)
    else:
        kept = next((index + 1 for index, number in enumerate(release) if number), len(release))
    return ".".join(str(number) for number in [*release[: kept - 1], release[kept - 1] + 1])


def read_pipfile(tree: Tree, path: str) -> Manifest:
    """Return what `[packages]` of a Pipfile asks for. https://pipenv.pypa.io/en/latest/pipfile.html"""
    manifest = Manifest(path)
    add_tables(tree, manifest, mapping(tree.toml(path), "packages"), "packages")
    return manifest


def read_setup(tree: Tree, folder: str) -> Manifest | None:
    """Return what setup.cfg or setup.py in a folder asks for in so many words; None where neither does.

    https://setuptools.pypa.io/en/latest/references/keywords.html
    """
    path = join(folder, "setup.cfg")
    if tree.exists(path):
        listed = tree.ini(path).get("options", "install_requires", fallback="") or ""
        wanted = [
            line.strip() for line in listed.split("\n") if line.strip() and not line.strip().startswith(("#", "file:"))
        ]
        if wanted:
            manifest = Manifest(path)
            places = {line.strip(): number for number, line in enumerate((tree.text(path) or "").split("\n"), 1)}
            add_requirements(tree, manifest, wanted, places)
            return manifest
    path = join(folder, "setup.py")
    if tree.exists(path) and (module := tree.python(path)):
        for node in ast.walk(module):
            if (
                isinstance(node, ast.keyword)
                and node.arg == "install_requires"
                and isinstance(node.value, (ast.List, ast.Tuple))
            ):
                manifest = Manifest(path)
                for item in node.value.elts:
                    if isinstance(item, ast.Constant) and isinstance(item.value, str):
                        add_requirements(tree, manifest, [item.value], {item.value: item.lineno})
                return manifest
    return None


def read_dynamic(tree: Tree, manifest: Manifest) -> list[Distribution]:
    """Return what the requirements files that a manifest reads ask for."""
    return [asked_for(requirement) for requirement in read_requirements(tree, *manifest.dynamic).requirements]
