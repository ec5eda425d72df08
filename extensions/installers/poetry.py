"""Poetry. https://python-poetry.org/docs/"""

import re
from collections.abc import Iterable, Iterator
from functools import partial

from packaging.utils import canonicalize_name

from ..project import lines
from ..project.data import mapping, strings
from ..project.dependencies.python_statements import Statement, allowed, any_of, only_release
from ..project.dependencies.tool import Installation, Search
from ..project.places import join
from ..project.tree import Tree
from .constrained import add_tables, specifiers
from .manifests import Manifest, Pyproject, options, pyprojects, with_manifest
from .own_groups import own_groups
from .package_tables import read_package_tables
from .record import Installer


def find(search: Search) -> Iterator[Installation]:
    """Yield what there is for Poetry: with its lock file, its dependencies or its build backend."""
    for pyproject in pyprojects(search):
        lock = pyproject.lock("poetry.lock")
        entries = mapping(pyproject.tables, "poetry", "dependencies")
        builds = pyproject.asks and pyproject.backend.startswith("poetry.") and not pyproject.locks
        if lock or any(name != "python" for name in entries) or builds:
            asked = read_table(search.tree, pyproject.path)
            asked.groups = {**pyproject.project.groups, **asked.groups}
            groups = own_groups(search, POETRY, asked, partial(_manifest, pyproject))
            found = Installation(POETRY, lock or pyproject.path, groups=groups, lock_file=lock)
            manifest = _manifest(pyproject, groups)
            # `--only main`, which is in the instructions, makes nothing of `--with`.
            found.options = options(groups, manifest, "--only", "--extras")
            yield with_manifest(search.tree, found, manifest, ["poetry.toml"])


def _manifest(pyproject: Pyproject, groups: Iterable[str]) -> Manifest:
    """Return what `[tool.poetry]` asks for, with what `[project]` does beside it."""
    manifest = read_table(pyproject.search.tree, pyproject.path, groups)
    other = pyproject.read(groups)
    known = {item.name for item in manifest.direct}
    manifest.direct += [item for item in other.direct if item.name not in known]
    manifest.extras |= other.extras
    return manifest


def read_table(tree: Tree, path: str, groups: Iterable[str] = ()) -> Manifest:
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


def pythons(tree: Tree, folder: str) -> Iterator[Statement]:
    """Yield which versions of Python the dependency `python` allows."""
    path = join(folder, "pyproject.toml")
    wanted = mapping(tree.toml(path), "tool", "poetry", "dependencies").get("python")
    if isinstance(wanted, str):
        texts = [str(specifier) for specifier in specifiers(wanted)]
        minors = frozenset[int]().union(*map(allowed, texts))
        source = lines.key_at(tree, path, ("tool.poetry.dependencies", "python"))
        yield from any_of(minors, source, f"python {wanted}", only_release(texts[0]) if len(texts) == 1 else "")


POETRY = Installer(
    name="poetry",
    title="Poetry",
    manifests=("pyproject.toml",),
    lock="poetry.lock",
    backend="poetry.",
    named_in=("tool", "poetry"),
    command=re.compile(r"\bpoetry\s+(?:-\S+\s+)*(?:install|export|run|sync)\b"),
    wraps=True,
    find=find,
    read_lock=read_package_tables,
    pythons=pythons,
    installs="`poetry install --only main --no-root`",
    group="`--only=prod`, next to `--only main`, which is there",
    extra="`--extras=prod`",
    exports=True,
)
