"""What a project has of an installation of itself: its version, in metadata or a file of the build."""

import ast
import posixpath
from dataclasses import replace
from typing import Any

from packaging.utils import canonicalize_name

from ..data import mapping, strings, text_of
from ..findings import Certainty, Found
from ..literals import constant, last_name
from ..places import is_aside, join
from ..tree import Tree
from .record import Dependencies

ASKING = ("importlib.metadata", "importlib_metadata", "pkg_resources")  # as text: parsing all files takes long
CALLS = frozenset(("version", "metadata", "distribution", "requires", "get_distribution"))
NOT_FOUND = frozenset(
    ("PackageNotFoundError", "DistributionNotFound", "Exception", "ImportError", "ModuleNotFoundError")
)
# What writes a file with the version that git's tags say, and the key of the file's path.
# https://setuptools-scm.readthedocs.io/en/latest/config/, https://github.com/ofek/hatch-vcs#build-hook
WRITERS = (
    (("tool", "setuptools_scm"), ("version_file", "write_to")),
    (("tool", "hatch", "build", "hooks", "vcs"), ("version-file",)),
    (("tool", "pdm", "version"), ("write_to",)),
)


def read_own_package(tree: Tree, dependencies: Dependencies) -> Dependencies:
    """Return what is found with what code wants of an installation of the project itself."""
    files = [path for path in dependencies.installer_files.value if posixpath.basename(path) == "pyproject.toml"]
    path = files[0] if files else "pyproject.toml"
    content = mapping(tree.toml(path)) if tree.exists(path) else {}
    source = _asked_at(tree, content)
    written = _version_file(content, posixpath.dirname(path))
    missing = written if written and not tree.exists(written) else ""
    return replace(
        dependencies,
        installs_itself=Found(bool(source), source, Certainty.INFERRED if source else Certainty.ASSUMED),
        version_file=Found(missing, path if missing else "", Certainty.STATED if missing else Certainty.ASSUMED),
    )


def _asked_at(tree: Tree, content: dict[str, Any]) -> str:
    """Return where code asks for the project's own distribution, "" where none does, or none can be built."""
    project = mapping(content, "project")
    name = text_of(project.get("name")) or text_of(mapping(content, "tool", "poetry").get("name"))
    # A version of git's tags cannot be known where there is no git.
    if not name or not mapping(content, "build-system") or "version" in strings(project.get("dynamic")):
        return ""
    own = canonicalize_name(name)
    for path in tree.paths:
        if path.endswith(".py") and not is_aside(path) and any(word in (tree.text(path) or "") for word in ASKING):
            module = tree.python(path)
            if line := _asks(module, own) if module else 0:
                return f"{path}:{line}"
    return ""


def _asks(module: ast.Module, own: str) -> int:
    """Return the line of a call that fails without a distribution of the name `own`, 0 for none."""
    caught = {
        inner
        for node in ast.walk(module)
        if isinstance(node, ast.Try) and any(_is_caught(handler) for handler in node.handlers)
        for statement in node.body
        for inner in ast.walk(statement)
    }
    for node in ast.walk(module):
        if not isinstance(node, ast.Call) or node in caught or last_name(node.func) not in CALLS or not node.args:
            continue
        if canonicalize_name(constant(node.args[0]) or "") == own:
            return node.lineno
    return 0


def _is_caught(handler: ast.ExceptHandler) -> bool:
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type] if handler.type else []
    return not kinds or any(last_name(kind) in NOT_FOUND for kind in kinds)


def _version_file(content: dict[str, Any], folder: str) -> str:
    for table, keys in WRITERS:
        for key in keys:
            path = text_of(mapping(content, *table).get(key))
            if path.endswith(".py") and not path.startswith(("/", "..")):
                return join(folder or ".", path)
    return ""
