"""What a project needs to know of its own package: the version, in metadata or in a file that a build writes."""

import ast
import posixpath
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from packaging.utils import canonicalize_name

from ..data import mapping, strings, text_of
from ..findings import Certainty, Found
from ..literals import constant, last_name
from ..places import is_aside, join
from ..tree import Tree
from .record import Dependencies
from .tool import Tool, name_in

# As text: parsing all files takes long.
ASKING = ("importlib.metadata", "importlib import metadata", "importlib_metadata", "pkg_resources")
CALLS = frozenset(("version", "metadata", "distribution", "requires", "get_distribution"))
NOT_FOUND = frozenset(
    ("PackageNotFoundError", "DistributionNotFound", "Exception", "ImportError", "ModuleNotFoundError")
)


def read_own_package(tree: Tree, dependencies: Dependencies, tools: Collection[Tool]) -> Dependencies:
    """Return what is found with what code wants of an installation of the project itself."""
    files = [path for path in dependencies.installer_files.value if posixpath.basename(path) == "pyproject.toml"]
    path = files[0] if files else "pyproject.toml"
    content = mapping(tree.toml(path)) if tree.exists(path) else {}
    name, source = _asked_at(tree, content, tools)
    certainty = Certainty.INFERRED if source else Certainty.ASSUMED
    built = _has_version(content)
    written = _version_file(content, posixpath.dirname(path), tools)
    missing = written if written and not tree.exists(written) else ""
    return replace(
        dependencies,
        installs_itself=Found(bool(source) and built, source if built else "", certainty),
        unversioned=Found("" if built else name, "" if built else source, certainty),
        version_file=Found(missing, path if missing else "", Certainty.STATED if missing else Certainty.ASSUMED),
    )


def _asked_at(tree: Tree, content: dict[str, Any], tools: Collection[Tool]) -> tuple[str, str]:
    """Return the project's own distribution and where code asks for it, "" where none does, or none can be built."""
    name = name_in(content, tools)
    if not name or not mapping(content, "build-system"):
        return "", ""
    own = canonicalize_name(name)
    for path in tree.paths:
        if (
            path.endswith(".py")
            and not is_aside(tree, path)
            and any(word in (tree.text(path) or "") for word in ASKING)
        ):
            module = tree.python(path)
            if line := _asks(module, path, own) if module else 0:
                return own, f"{path}:{line}"
    return "", ""


# Where a build reads a version in a file: https://hatch.pypa.io/latest/version/,
# https://backend.pdm-project.org/metadata/#dynamic-project-version,
# https://setuptools.pypa.io/en/latest/userguide/pyproject_config.html#dynamic-metadata
IN_FILES = (("hatch", "version", "path"), ("pdm", "version", "path"), ("setuptools", "dynamic", "version"))


def _has_version(content: dict[str, Any]) -> bool:
    """Return whether a build finds the version in the project's files: one of git's tags needs git."""
    if "version" not in strings(mapping(content, "project").get("dynamic")):
        return True
    if text_of(mapping(content, "build-system").get("build-backend")).startswith("flit"):
        return True  # in the module itself: https://flit.pypa.io/en/stable/rationale.html
    return any(mapping(content, "tool", *table).get(key) for *table, key in IN_FILES)


def _asks(module: ast.Module, path: str, own: str) -> int:
    """Return the line of a call that fails without a distribution of the name `own`, 0 for none.

    `__package__` is the folder's name, and so is `__name__` in `__init__.py`.
    """
    folder, name = posixpath.split(path)
    itself = ("__package__", "__name__") if name == "__init__.py" else ("__package__",)
    unbound = list(_unbound(module))
    caught = {
        inner
        for node in ast.walk(module)
        if isinstance(node, ast.Try) and node not in unbound and any(_is_caught(handler) for handler in node.handlers)
        for statement in node.body
        for inner in ast.walk(statement)
    }
    for node in ast.walk(module):
        if not isinstance(node, ast.Call) or node in caught or last_name(node.func) not in CALLS or not node.args:
            continue
        asked = constant(node.args[0]) or ""
        if isinstance(node.args[0], ast.Name) and node.args[0].id in itself:
            asked = posixpath.basename(folder)
        if canonicalize_name(asked) == own:
            return node.lineno
    return 0


def _unbound(module: ast.Module) -> Iterator[ast.Try]:
    """Yield what sets a name if it doesn't fail, where the module fails without that name.

    As `try: version = …`, `except PackageNotFoundError: pass`, `VERSION = version`.
    """
    bound: set[str] = set()
    for number, node in enumerate(module.body):
        if isinstance(node, ast.Try) and all(_passes(handler) for handler in node.handlers):
            made = _names([*node.body, *node.finalbody], ast.Store) - bound
            if made & _names(module.body[number + 1 :], ast.Load):
                yield node
        bound |= _names([node], ast.Store)


def _passes(handler: ast.ExceptHandler) -> bool:
    return all(isinstance(statement, ast.Pass | ast.Expr) for statement in handler.body)


def _names(statements: Sequence[ast.AST], context: type[ast.expr_context]) -> set[str]:
    """Return the names that are bound, or read, when a module is imported: not what functions do."""
    found: set[str] = set()
    pending = list(statements)
    while pending:
        node = pending.pop()
        if isinstance(node, ast.Name) and isinstance(node.ctx, context):
            found.add(node.id)
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            pending += ast.iter_child_nodes(node)
    return found


def _is_caught(handler: ast.ExceptHandler) -> bool:
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type] if handler.type else []
    return not kinds or any(last_name(kind) in NOT_FOUND for kind in kinds)


def _version_file(content: dict[str, Any], folder: str, tools: Iterable[Tool]) -> str:
    for *table, key in (keys for tool in tools for keys in tool.version_files):
        path = text_of(mapping(content, *table).get(key))
        if path.endswith(".py") and not path.startswith(("/", "..")):
            return join(folder or ".", path)
    return ""
