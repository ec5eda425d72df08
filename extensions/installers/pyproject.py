"""A manifest without a lock file, installed as any tool for packages installs it: pyproject.toml, setup.cfg, setup.py.

https://packaging.python.org/en/latest/specifications/pyproject-toml/
"""

from collections.abc import Iterator

from ..project.data import mapping
from ..project.dependencies.tool import Installation, Search
from ..project.deployment.recipes import Line
from ..project.places import join
from .constraints import constrained
from .manifests import Pyproject, options, production_groups, pyprojects, unlocked_options, with_manifest
from .own_groups import own_groups
from .package_tables import read_package_tables
from .pip_commands import INSTALL_PROJECT, PIP_INSTALL
from .record import Installer
from .requirements_files import OTHER, RANKS
from .setup_files import files_read, pythons, read_setup


def find(search: Search) -> Iterator[Installation]:
    """Yield the manifests that no other tool claims, those in pyproject.toml first."""
    for found in _all(search):
        yield constrained(search, found)


def _all(search: Search) -> Iterator[Installation]:
    for pyproject in pyprojects(search):
        if _has_only_groups(pyproject):
            yield from _of_groups(pyproject)
        elif pyproject.asks and not _is_claimed(pyproject):
            yield _of_project(pyproject)
    for pyproject in pyprojects(search):
        if not mapping(pyproject.content, "project").get("dependencies"):
            yield from _of_setup(search, pyproject.folder)


def _has_only_groups(pyproject: Pyproject) -> bool:
    has_project = pyproject.asks or pyproject.locks or mapping(pyproject.tables, "poetry", "dependencies")
    return not has_project and bool(mapping(pyproject.content, "dependency-groups"))


def _is_claimed(pyproject: Pyproject) -> bool:
    """Return whether another tool installs from a pyproject.toml: by its lock file, its table or its build backend."""
    if pyproject.locks - {*PYPROJECT.locks}:
        return True
    tools = pyproject.search.tools
    return any(tool.table and tool.table in pyproject.tables for tool in tools) or any(
        tool.backend and pyproject.backend.startswith(tool.backend) for tool in tools
    )


def _of_project(pyproject: Pyproject) -> Installation:
    search, project = pyproject.search, pyproject.project
    groups = own_groups(search, PYPROJECT, project, pyproject.read)
    lock = pyproject.lock("pylock.toml")
    found = Installation(PYPROJECT, pyproject.path, groups=groups, lock_file=lock)
    if project.dynamic:
        found.note = f"pyproject.toml reads its dependencies from {', '.join(project.dynamic)}."
    elif not pyproject.backend:
        found.note = "pyproject.toml has no build backend, so pip builds it with setuptools."
    manifest = pyproject.read(groups)
    found.options = options(groups, manifest) if lock else unlocked_options(groups, manifest)
    return with_manifest(search.tree, found, manifest, ["setup.py", "setup.cfg", "MANIFEST.in"])


def _of_groups(pyproject: Pyproject) -> Iterator[Installation]:
    """Yield an installation of dependency groups alone: a pyproject.toml without a project.

    https://peps.python.org/pep-0735/
    """
    search, asked = pyproject.search, pyproject.project
    groups = production_groups(PYPROJECT, asked, search.steps)
    if not groups:
        groups = {name: source for name, source in asked.groups.items() if RANKS.get(name.lower(), OTHER) < OTHER}
    manifest = pyproject.read(groups)
    if manifest.direct:
        command = f"pip install {' '.join(f'--group {name}' for name in groups)}"
        note = f"pyproject.toml has dependency groups only: {command}"
        found = Installation(PYPROJECT, pyproject.path, groups=groups, stated=False, note=note)
        found.options = unlocked_options(groups, manifest)
        yield with_manifest(search.tree, found, manifest)


def _of_setup(search: Search, folder: str) -> Iterator[Installation]:
    """Yield an installation of what setup.cfg or setup.py in a folder asks for."""
    tree = search.tree
    if (setup := read_setup(tree, folder)) and setup.groups:
        asked = setup
        groups = own_groups(search, PYPROJECT, setup, lambda names: read_setup(tree, folder, names) or asked)
        setup = read_setup(tree, folder, groups)
    else:
        groups = {}
    if setup:
        names = ("setup.py", "setup.cfg", "pyproject.toml", "MANIFEST.in")
        files = [path for name in names if tree.exists(path := join(folder, name))]
        files += [path for path in files_read(tree, folder) if path not in files]
        note = "The project installs itself: pip install ."
        found = Installation(PYPROJECT, setup.path, files, groups=groups, direct=setup.direct, note=note)
        found.options = options(groups, setup)
        yield found


def uses(step: Line, found: Installation) -> bool:
    """Return whether a step of pip installs the project itself."""
    return bool(INSTALL_PROJECT.search(step.text))


PYPROJECT = Installer(
    name="pyproject",
    manifests=("setup.py", "pyproject.toml"),
    maybe_manifests=("setup.cfg",),  # linters are configured there as well
    other_locks=("pylock.toml",),
    command=PIP_INSTALL,
    uses=uses,
    builds="--no-binary=",
    find=find,
    read_lock=read_package_tables,
    pythons=pythons,
    installs=(
        "`uv pip install --requirements pyproject.toml`: without a lock file, so that a build without a cache takes "
        "the newest versions that it allows"
    ),
    group="`--group=prod`",
    extra="`--extra=prod`",
    needs_uv=True,
)
