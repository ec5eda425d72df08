"""Pipenv. https://pipenv.pypa.io/en/latest/pipfile.html"""

import re
from collections.abc import Iterator

from packaging.utils import canonicalize_name

from ..project import lines
from ..project.data import mapping, strings, text_of
from ..project.dependencies.distributions import Distribution
from ..project.dependencies.python_statements import Statement, exact
from ..project.dependencies.requirements import applies
from ..project.dependencies.tool import Installation, Search
from ..project.places import join
from ..project.tree import Tree
from .constrained import add_tables
from .manifests import Manifest, with_manifest
from .record import Installer

LOCKED = re.compile(r"\bpipenv\s+(?:-\S+\s+)*sync\b|--ignore-pipfile\b")


def find(search: Search) -> Iterator[Installation]:
    """Yield what there is for Pipenv: each Pipfile that lists packages."""
    tree = search.tree
    for folder in search.folders:
        path, lock = join(folder, "Pipfile"), join(folder, "Pipfile.lock")
        if tree.exists(path) and (packages := mapping(tree.toml(path), "packages")):
            lock = lock if tree.exists(lock) else ""
            manifest = Manifest(path)
            add_tables(tree, manifest, packages, "packages")
            found = Installation(PIPENV, lock or path, lock_file=lock)
            found.options = ["--ignore-pipfile"] if lock and _takes_the_lock_alone(search) else []
            yield with_manifest(tree, found, manifest)


def _takes_the_lock_alone(search: Search) -> bool:
    """Return whether the project's own files install what is locked, also where the Pipfile has changed since.

    https://pipenv.pypa.io/en/latest/commands.html#sync
    """
    texts = [step.text for step in search.steps if not step.development and "pipenv" in step.text]
    return any(LOCKED.search(text) for text in texts) and not any("--deploy" in text for text in texts)


def read_lock(tree: Tree, found: Installation, wanted: dict[str, Distribution]) -> dict[str, Distribution]:
    """Return what is pinned for production, by canonical name: `default` in Pipfile.lock."""
    path = found.lock_file
    text = tree.text(path) or ""
    places: dict[str, int] = {}
    for number, line in enumerate(text.split("\n"), 1):
        if line.rstrip().endswith('": {'):
            places.setdefault(line.strip()[1:-4], number)
    pinned: dict[str, Distribution] = {}
    for key, entry in mapping(tree.json(path), "default").items():
        entry = mapping(entry)
        if not applies(text_of(entry.get("markers"))):
            continue
        name = canonicalize_name(key)
        names = tuple(sorted(canonicalize_name(extra) for extra in strings(entry.get("extras"))))
        git = text_of(entry.get("git"))
        direct = "index" in entry or bool(git)
        version = text_of(entry.get("version")).lstrip("=")
        local = text_of(entry.get("path")) or text_of(entry.get("file"))
        url = f"git+{git}" if git else f"file:{local}" if local and "://" not in local else ""
        pinned[name] = Distribution(name, "", version, f"{path}:{places.get(key, 1)}", direct, names, None, url)
    return pinned


def pythons(tree: Tree, folder: str) -> Iterator[Statement]:
    """Yield the version of Python that a Pipfile requires."""
    path = join(folder, "Pipfile")
    for name in ("python_full_version", "python_version"):
        if isinstance(version := mapping(tree.toml(path), "requires").get(name), str):
            yield from exact(version, lines.key_at(tree, path, ("requires", name)))
            break


PIPENV = Installer(
    name="pipenv",
    title="Pipenv",
    manifests=("Pipfile",),
    lock="Pipfile.lock",
    command=re.compile(r"\bpipenv\s+(?:-\S+\s+)*(?:install|sync|run|requirements|lock)\b"),
    wraps=True,
    find=find,
    read_lock=read_lock,
    pythons=pythons,
    installs="`pipenv install --deploy`",
)
