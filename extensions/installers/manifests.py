"""What a project's manifests ask for, and what follows from a pyproject.toml for each tool that installs from one."""

import posixpath
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from ..project import lines
from ..project.data import mapping, strings, text_of
from ..project.dependencies.distributions import Distribution, asked_for
from ..project.dependencies.requirements import MAX_REQUIREMENTS, parse_requirement, read_requirements
from ..project.dependencies.tool import Installation, Search, Tool
from ..project.deployment.recipes import Line, is_for_developers
from ..project.places import PRODUCTION, join, mentions
from ..project.tree import Tree
from . import uv_sources

GROUP = re.compile(r"(?:--(?:extra|extras|group|with|only-group)[=\s]+|\s-[EG]\s+)[\"']?([A-Za-z0-9_.,-]+)")

OF_ITSELF = re.compile(r"\s[\"']?\./?\[([A-Za-z0-9_.,\s-]+)\]")  # pip install .[prod]


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


@dataclass(frozen=True)
class Pyproject:
    """The pyproject.toml of a folder, which may not exist, as each tool that installs from one looks at it."""

    search: Search
    folder: str

    @property
    def path(self) -> str:
        """Where it is."""
        return join(self.folder, "pyproject.toml")

    @property
    def content(self) -> dict[str, Any]:
        """All that it says."""
        return self.search.tree.toml(self.path)

    @property
    def tables(self) -> dict[str, Any]:
        """The tables of tools."""
        return mapping(self.content, "tool")

    @property
    def backend(self) -> str:
        """What builds the project as a package; "" for none."""
        return text_of(mapping(self.content, "build-system").get("build-backend"))

    @cached_property
    def project(self) -> Manifest:
        """What `[project]` asks for, without groups and extras."""
        return self.read()

    @property
    def asks(self) -> bool:
        """Whether `[project]` asks for anything."""
        return bool(self.project.direct or self.project.dynamic)

    @cached_property
    def locks(self) -> set[str]:
        """The names of the lock files beside it, whichever tool has written them."""
        tools = [tool for tool in self.search.tools if "pyproject.toml" in tool.manifests]
        names = (name for tool in tools for name in tool.locks)
        return {name for name in names if self.search.tree.exists(join(self.folder, name))}

    def lock(self, name: str) -> str:
        """Return the path of a lock file beside it, "" where there is none."""
        return join(self.folder, name) if name in self.locks else ""

    def read(self, groups: Iterable[str] = ()) -> Manifest:
        """Return what `[project]` asks for, with groups and extras."""
        return read_project_table(self.search, self.path, groups)


def pyprojects(search: Search) -> Iterator[Pyproject]:
    """Yield the pyproject.toml of each folder."""
    return (Pyproject(search, folder) for folder in search.folders)


def read_project_table(search: Search, path: str, groups: Iterable[str] = ()) -> Manifest:
    """Return what `[project]` of a pyproject.toml asks for, and of its groups and extras those of `groups`.

    https://packaging.python.org/en/latest/specifications/pyproject-toml/, https://peps.python.org/pep-0735/
    """
    tree = search.tree
    content = tree.toml(path)
    manifest = Manifest(path)
    project = mapping(content, "project")
    manifest.project = bool(project)
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
        manifest.dynamic = _listed_elsewhere(search, path)
    add_requirements(tree, manifest, wanted, lines.quoted(tree.text(path) or ""))
    local, urls = uv_sources.read(tree, path)
    manifest.local += local
    manifest.direct = [uv_sources.moved(item, urls) for item in manifest.direct]
    return manifest


def _listed_elsewhere(search: Search, path: str) -> list[str]:
    """Return the requirements files from which a build takes a project's dependencies, as the first table says."""
    content = search.tree.toml(path)
    tables = [tool.listed_in for tool in search.tools if tool.listed_in]
    listed = next((found for *table, key in tables if (found := mapping(content, *table).get(key))), None)
    files = [join(posixpath.dirname(path), name) for name in strings(listed)]
    return [name for name in files if search.tree.exists(name)]


def add_requirements(tree: Tree, manifest: Manifest, wanted: Iterable[str], places: dict[str, int]) -> None:
    """Add PEP 508 requirements to what a manifest asks for."""
    for text in list(wanted)[:MAX_REQUIREMENTS]:
        source = f"{manifest.path}:{places.get(text, 1)}"
        requirement, valid = parse_requirement(text, source)
        if not valid:
            tree.problem(source, f"is not a requirement ({text[:60]})")
        if requirement is not None:
            manifest.direct.append(asked_for(requirement))


def read_dynamic(tree: Tree, manifest: Manifest) -> list[Distribution]:
    """Return what the requirements files that a manifest reads ask for."""
    return [asked_for(requirement) for requirement in read_requirements(tree, *manifest.dynamic).requirements]


def with_manifest(
    tree: Tree, found: Installation, manifest: Manifest, names: Iterable[str] = (), more: Iterable[str] = ()
) -> Installation:
    """Return an installation with what its manifest asks for, and its files.

    `names` are of files beside the manifest that the tool reads too, and `more` the paths of others.
    """
    folder = posixpath.dirname(manifest.path)
    paths = [
        manifest.path,
        found.lock_file,
        *(join(folder, name) for name in names),
        *more,
        *manifest.dynamic,
    ]
    found.files = list(dict.fromkeys(path for path in paths if path and tree.exists(path)))
    found.direct = [*manifest.direct, *read_dynamic(tree, manifest)]
    found.local = manifest.local
    return found


def options(
    groups: Iterable[str], manifest: Manifest, group_option: str = "--group", extra_option: str = "--extra"
) -> list[str]:
    """Return the options by which a command installs the groups and extras of production."""
    return [f"{extra_option if name in manifest.extras else group_option}={name}" for name in groups]


def unlocked_options(groups: Iterable[str], manifest: Manifest) -> list[str]:
    """Return the options of `uv pip install`, which installs where there is no lock file.

    With a group, it installs the project's own dependencies only where the manifest is named:
    https://docs.astral.sh/uv/reference/cli/#uv-pip-install--group
    """
    found = options(groups, manifest)
    if manifest.project and any("--group" in option for option in found):
        found.insert(0, f"--requirements={posixpath.basename(manifest.path)}")
    return found


def is_production_group(name: str) -> bool:
    """Return whether a dependency group's name says that production installs it."""
    return mentions(name, (*PRODUCTION, "deploy", "deployment"))


def production_groups(tool: Tool, manifest: Manifest, steps: list[Line]) -> dict[str, str]:
    """Return the groups and extras that production installs: those named so, and those that a Dockerfile installs."""
    found = {name: source for name, source in manifest.groups.items() if is_production_group(name)}
    for step in steps:
        if step.kind in ("dockerfile", "deploy") and not step.development:
            for name in _groups_in(step.text, tool):
                if name in manifest.groups and not is_for_developers(name):
                    found.setdefault(name, step.source)
    return found


def _groups_in(text: str, tool: Tool) -> Iterator[str]:
    """Yield the groups and extras that a script's line names for a tool's command."""
    for part in re.split(r"&&|;", text):
        if tool.command and tool.command.search(part):
            for match in (*GROUP.finditer(part), *OF_ITSELF.finditer(part)):
                yield from (name.strip() for name in match[1].split(","))
