"""Variables without which the project's code outside the settings fails: those that it reads as os.environ["X"]."""

import ast
import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from ..evaluation.environment import ReadVariable, described
from ..evaluation.values import Variable, words
from ..layout.record import Layout
from ..places import is_aside, is_development
from ..places import words as words_of
from ..tree import Tree
from .record import DjangoSettings
from .setting import Settings
from .variables import GIVEN, OF_OTHERS

MAX_FILES = 3000
READ = re.compile(r"environ\s*\[")
IMPORTED = re.compile(r"^\s*from os import [^#\n]*\benviron\b", re.MULTILINE)  # else it is that of WSGI
# django-environ's and environs' Env, and python-decouple's config: what they read without a default is demanded.
READER = re.compile(r"\bEnv\(|^from decouple import [^#\n]*\bconfig\b", re.MULTILINE)
FROM_URL = re.compile(r"\bfrom_url\(\s*settings\.([A-Z][A-Z0-9_]*)")
OF_REDIS = "redis://localhost:6379/0"
NAME = re.compile(r"[A-Z][A-Z0-9_]*")
# Folders and files that neither the server nor a worker imports.
NOT_SERVED = words("management migrations scripts bin deploy docker fabfile locustfile noxfile gunicorn conf")
# What runs when a page is asked for, by the name of its file or folder.
OF_REQUESTS = words(
    "views views viewsets api middleware middlewares processors templatetags urls wsgi asgi apps models forms admin "
    "serializers routers consumers decorators"
)
# The official image of Python sets these, and Gunicorn's environment.
OF_IMAGE = frozenset(("PYTHON_VERSION", "PYTHON_SHA256", "GPG_KEY", "PORT", "TZ", "DJANGO_ENV", "WEB_CONCURRENCY"))
# https://peps.python.org/pep-3333/#environ-variables
OF_WSGI = words(
    "REQUEST_METHOD SCRIPT_NAME PATH_INFO QUERY_STRING CONTENT_TYPE CONTENT_LENGTH SERVER_NAME SERVER_PORT"
)
CATCHES = frozenset(("KeyError", "LookupError", "Exception", "BaseException"))


@dataclass(frozen=True)
class Read:
    """A read of a variable, and whether it is made when the module is imported."""

    name: str
    source: str
    imported: bool
    type: str = "str"


def with_code(tree: Tree, settings: DjangoSettings, evaluated: Settings, layout: Layout) -> DjangoSettings:
    """Return what settings say, with the variables that other code of the project needs."""
    listed = {item.name: item for item in settings.environment.value}
    for read in _reads(tree, evaluated, layout):
        if read.name in GIVEN | OF_OTHERS | OF_IMAGE:
            continue
        before = listed.get(read.name)
        if before is None or not (before.required and before.build):
            listed[read.name] = _needed(read, before)
    for name in _addresses(tree, evaluated, layout):
        before = listed.get(name)
        if before is not None and not before.build and before.default is None and not before.hidden:
            listed[name] = replace(before, build=True, dummy=OF_REDIS)
    return replace(settings, environment=replace(settings.environment, value=list(listed.values())))


def _addresses(tree: Tree, evaluated: Settings, layout: Layout) -> Iterator[str]:
    """Yield the variables of addresses with which code makes a client of Redis: that refuses None, and connects later.

    https://redis.readthedocs.io/en/stable/connections.html#redis.Redis.from_url
    """
    root = "" if layout.import_root == "." else f"{layout.import_root}/"
    paths = [path for path in tree.paths if path.endswith(".py") and path.startswith(root)]
    for path in (path for path in paths[:MAX_FILES] if not is_aside(tree, path)):
        for match in FROM_URL.finditer(tree.text(path) or ""):
            setting = evaluated.get(match[1])
            if setting is not None and setting.raw.direct:
                yield setting.raw.direct


def _needed(read: Read, before: ReadVariable | None) -> ReadVariable:
    """Return a variable as code needs it: when it is imported, or when a page is asked for."""
    variable = Variable(read.name, read.source, required=True, type=read.type)
    found = described(variable)
    if before is not None:
        found = replace(before, required=True, build=before.build or read.imported, dummy=before.dummy or found.dummy)
    else:
        found = replace(found, build=read.imported)
    served = read.imported or words_of(read.source.rpartition(":")[0].replace("_", " ")) & OF_REQUESTS
    return found if served else replace(found, required=before.required if before else False)


def _reads(tree: Tree, evaluated: Settings, layout: Layout) -> Iterator[Read]:
    root = "" if layout.import_root == "." else f"{layout.import_root}/"
    paths = [path for path in tree.paths if path.endswith(".py") and path.startswith(root)]
    for path in paths[:MAX_FILES]:
        if path in evaluated.files or is_aside(tree, path) or is_development(path):
            continue
        folder = posixpath.dirname(path)
        parts = set(re.split(r"[/.]", path.removeprefix(root)))
        if not tree.exists(f"{folder}/__init__.py") or parts & NOT_SERVED or "settings" in path:
            continue
        text = tree.text(path) or ""
        by_name = READ.search(text) and (IMPORTED.search(text) or "os.environ[" in text)
        module = tree.python(path) if by_name or READER.search(text) else None
        if module is not None:
            readers = frozenset(_readers(module))
            yield from (item for item in _in_body(module, path, True, readers) if item.name not in OF_WSGI)


def _readers(module: ast.Module) -> Iterator[str]:
    """Yield the names by which a module reads variables with a package.

    https://django-environ.readthedocs.io/en/latest/quickstart.html, https://github.com/HBNetwork/python-decouple
    """
    for node in module.body:
        made = node.value.func if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) else None
        if isinstance(node, ast.Assign) and made and ast.unparse(made).rpartition(".")[2] == "Env":
            yield from (target.id for target in node.targets if isinstance(target, ast.Name))
        if isinstance(node, ast.ImportFrom) and node.module == "decouple":
            yield from (item.asname or item.name for item in node.names if item.name == "config")


def _demanded(node: ast.Call, readers: frozenset[str]) -> str:
    """Return the variable that `env("X")`, `env.str("X")` or `config("X")` reads without a default, "" for none."""
    method = node.func if isinstance(node.func, ast.Attribute) and node.func.attr in ("str", "url", "path") else None
    named = method.value if method else node.func
    first = node.args[0] if node.args else None
    is_demanded = isinstance(named, ast.Name) and named.id in readers and len(node.args) == 1
    if not is_demanded or any(keyword.arg in ("default", None) for keyword in node.keywords):
        return ""
    text = first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else ""
    return text if NAME.fullmatch(text) else ""


def _in_body(node: ast.AST, path: str, imported: bool, readers: frozenset[str]) -> Iterator[Read]:
    """Yield what code reads, but for what it does only where the variable is set, or does without it."""
    if isinstance(node, ast.Call) and (name := _demanded(node, readers)):
        yield Read(name, f"{path}:{node.lineno}", imported)
    if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load) and (name := _name(node)):
        yield Read(name, f"{path}:{node.lineno}", imported)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("int", "float"):
        for argument in node.args[:1]:
            if isinstance(argument, ast.Subscript) and (name := _name(argument)):
                yield Read(name, f"{path}:{node.lineno}", imported, "int")
                return
    if isinstance(node, (ast.If, ast.IfExp)) and (imported or "environ" in ast.dump(node.test)):
        return
    if isinstance(node, ast.Try) and any(_catches(handler) for handler in node.handlers):
        return
    inner = imported and not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda))
    for child in ast.iter_child_nodes(node):
        yield from _in_body(child, path, inner, readers)


def _name(node: ast.Subscript) -> str:
    """Return the variable that os.environ["X"] reads, "" for another subscript."""
    owner, key = node.value, node.slice
    is_environ = ast.unparse(owner) in ("os.environ", "environ")
    text = key.value if isinstance(key, ast.Constant) and isinstance(key.value, str) else ""
    return text if is_environ and NAME.fullmatch(text) else ""


def _catches(handler: ast.ExceptHandler) -> bool:
    names = {node.id for node in ast.walk(handler.type) if isinstance(node, ast.Name)} if handler.type else CATCHES
    return bool(names & CATCHES)
