"""uv. https://docs.astral.sh/uv/"""

import re
from collections.abc import Iterator

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name

from ..project import lines
from ..project.data import mapping, strings
from ..project.dependencies.installation import folders_of
from ..project.dependencies.tool import Installation, Search
from ..project.places import join
from ..project.tree import Tree
from .manifests import Pyproject, options, pyprojects, unlocked_options, with_manifest
from .own_groups import own_groups
from .record import Installer
from .uv_lock import read_lock

USUAL = 13  # 0.N: what includes/install/ takes where nothing is required
MICROS = range(100)

SYNC = re.compile(r"\buv\s+(?:-\S+\s+)*sync\b")


def find(search: Search) -> Iterator[Installation]:
    """Yield what there is for uv: with its lock file, its table or its build backend."""
    for pyproject in pyprojects(search):
        root = _workspace(pyproject)
        lock = (root or pyproject).lock("uv.lock")
        others = pyproject.locks - {"uv.lock", "pylock.toml"}
        if lock or (pyproject.asks and (("uv" in pyproject.tables and not others) or pyproject.backend == "uv_build")):
            groups = own_groups(search, UV, pyproject.project, pyproject.read)
            found = Installation(UV, lock or pyproject.path, groups=groups, lock_file=lock)
            manifest = pyproject.read(groups)
            found.options = options(groups, manifest) if lock else unlocked_options(groups, manifest)
            found.options += ["--frozen"] if lock and _is_frozen(search) else []
            # https://docs.astral.sh/uv/reference/settings/#no-binary-package
            sources = strings(mapping((root or pyproject).tables, "uv").get("no-binary-package"))
            found.compiled = [canonicalize_name(name) for name in sources]
            members = _members(root or pyproject)
            more = [*([root.path] if root else []), *(path for path in members if path != pyproject.path)]
            yield with_manifest(search.tree, found, manifest, ["uv.toml"], more)


def _is_frozen(search: Search) -> bool:
    """Return whether the project's own files install what is locked, also where pyproject.toml has changed since.

    https://docs.astral.sh/uv/concepts/projects/sync/#automatic-lock-and-sync
    """
    texts = [step.text for step in search.steps if not step.development and SYNC.search(step.text)]
    return any("--frozen" in text for text in texts) and not any("--locked" in text for text in texts)


def _workspace(pyproject: Pyproject) -> Pyproject | None:
    """Return the root of the workspace whose member a project is, if its lock file is there alone."""
    if pyproject.locks or not pyproject.content:
        return None
    above = (Pyproject(pyproject.search, folder) for folder in folders_of(pyproject.folder)[1:])
    return next((root for root in above if root.lock("uv.lock") and pyproject.path in _members(root)), None)


def _members(pyproject: Pyproject) -> list[str]:
    """Return the manifests of a workspace's members. https://docs.astral.sh/uv/concepts/projects/workspaces/"""
    workspace = mapping(pyproject.tables, "uv", "workspace")
    paths = _manifests(pyproject, strings(workspace.get("members")))
    left_out = _manifests(pyproject, strings(workspace.get("exclude")))
    return [path for path in paths if path not in left_out]


def _manifests(pyproject: Pyproject, patterns: list[str]) -> list[str]:
    paths = [join(pyproject.folder, f"{pattern.rstrip('/')}/pyproject.toml") for pattern in patterns[:50]]
    return pyproject.search.tree.match(*paths)


def required(tree: Tree, folders: list[str]) -> tuple[str, str]:
    """Return the tag of uv's image that a project requires, like "0.11", and where; "" where the usual one will do.

    https://docs.astral.sh/uv/reference/settings/#required-version
    """
    for folder in folders:
        for name, table in (("uv.toml", ()), ("pyproject.toml", ("tool", "uv"))):
            path = join(folder, name)
            wanted = mapping(tree.toml(path), *table).get("required-version")
            if isinstance(wanted, str):
                return _tag(wanted), lines.key_at(tree, path, (*table, "required-version"))
    return "", ""


def _tag(required: str) -> str:
    try:
        wanted = SpecifierSet(required if required[:1] in "=<>!~" else f"=={required}")
    except InvalidSpecifier:
        return ""
    for minor in (*range(USUAL, USUAL + 20), *range(USUAL - 1, -1, -1)):
        micros = [micro for micro in MICROS if wanted.contains(f"0.{minor}.{micro}")]
        if micros and micros[-1] != MICROS[-1]:
            return f"0.{minor}.{micros[-1]}"
        if micros:
            return "" if minor == USUAL else f"0.{minor}"
    return ""


UV = Installer(
    name="uv",
    manifests=("pyproject.toml",),
    lock="uv.lock",
    table="uv",
    backend="uv_build",
    command=re.compile(r"\buv\s+(?:-\S+\s+)*(?:sync|run|export)\b"),
    wraps=True,
    builds="--no-binary-package=",
    find=find,
    read_lock=read_lock,
    required=required,
    installs="`uv sync --locked --no-dev --no-install-workspace`",
    group="`--group=prod`",
    extra="`--extra=prod`",
    exports=True,
    needs_uv=True,
    without_lock="pyproject",
)
