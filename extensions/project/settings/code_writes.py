"""The folders and files that code outside the settings writes to, if it names them plainly."""

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Any

from ..evaluation.values import Value
from ..layout.modules import locate
from ..layout.record import Layout
from ..literals import constant, last_name
from ..places import folder, is_aside, is_development
from ..tree import Tree
from .code_paths import NOTHING, Begun, Scope, begun
from .setting import Settings, path_value

MAX_MODULES = 3000
MAX_IMPORTS = 3  # of names from each other
# Calls that make a folder, or keep files in it, by the place of its path among the arguments, or by its keyword.
FOLDERS: Mapping[str, tuple[int | None, str]] = {
    "makedirs": (0, "name"),
    "mkdir": (0, "path"),
    "create_in": (0, "dirname"),
    "FileSystemStorage": (0, "location"),
    "mkdtemp": (None, "dir"),
    "TemporaryDirectory": (None, "dir"),
    "NamedTemporaryFile": (None, "dir"),
    "download": (None, "download_dir"),  # https://www.nltk.org/data.html
}
# Calls that write a file.
FILES: Mapping[str, tuple[int | None, str]] = {
    **dict.fromkeys(("copy", "copy2", "copyfile", "move", "copytree", "replace", "rename"), (1, "dst")),
    "urlretrieve": (1, "filename"),
    **dict.fromkeys(("FileHandler", "RotatingFileHandler", "TimedRotatingFileHandler"), (0, "filename")),
    "WatchedFileHandler": (0, "filename"),
    "basicConfig": (None, "filename"),
    "connect": (0, "database"),
    **dict.fromkeys(("to_csv", "to_excel", "to_parquet", "to_pickle", "to_json", "savefig", "imsave"), (0, "path")),
    **dict.fromkeys(("save", "add"), (0, "path")),
}
# Of these, others have the same names: whose they must be, or else what they write to must be a path by its look.
OWNERS: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(("copy", "replace", "rename", "move"), frozenset(("os", "shutil"))),
    "connect": frozenset(("sqlite3", "duckdb")),
    "add": frozenset(("logger",)),
}
MODULES = frozenset(("io", "codecs", "gzip", "bz2", "lzma", "tarfile", "shelve", "dbm", "os", "aiofiles", "zipfile"))
OPENED = frozenset(("open", "ZipFile", "TarFile", "GzipFile"))
OF_PATH = frozenset(("mkdir", "write_text", "write_bytes", "touch"))
# What a module must have in its text to be looked at: to parse all of a large project's takes seconds.
MENTIONED = re.compile(
    r"\b(?:upload_to|mkdir|makedirs|write_text|write_bytes|touch|ZipFile|location|urlretrieve|savefig|imsave|basicConfig|copyfile"
    r"|copytree|shutil|sqlite3|duckdb|\w*FileHandler|to_(?:csv|excel|parquet|pickle|json))\b|\bopen\(|\bos\.re(?:name|place)\("
    r"|\b(?:mkdtemp|TemporaryDirectory|NamedTemporaryFile)\([^\n]*\bdir=|\bdownload_dir="
    r"|\b(?:logger\.add|save)\(\s*(?:f?[\"']|os\.|str\(|\w*(?:path|PATH|dir|DIR|file|FILE))"
)
OF_PLACES = re.compile(r"path|dir|root|folder|file|media|base", re.IGNORECASE)
NOT_RUN = re.compile(
    r"(?:^|/)(?:migrations|scripts?|tools?|bin|utils/dev|node_modules|alembic|deploy|ops|ci|\.[^/]+)/"
    r"|(?:^|/)(?:test_[^/]*|[^/]*_test|tests|conftest|setup|fabfile|noxfile|manage)\.py$|^(?:tasks|dodo|pavement)\.py$"
)

IS_SCRIPT = re.compile(r"^if __name__ == ", re.M)
OF_PACKAGES = ("__init__", "apps", "models", "views")


@dataclass(frozen=True)
class CodeWrite:
    """A path that code writes to, relative to the project or absolute, and the line that does so."""

    path: str
    source: str
    is_file: bool


def read_code_writes(tree: Tree, settings: Settings, layout: Layout, uploads: bool = False) -> list[CodeWrite]:
    """Return what the project's modules write to, each path once; not what is for development, or for tests.

    `uploads` says whether those of models count too, which are in the working folder without a MEDIA_ROOT.
    """
    found: dict[tuple[str, bool], CodeWrite] = {}
    reader = _Reader(tree, settings, layout, uploads)
    for path in site_modules(tree, settings, layout):
        if MENTIONED.search(tree.text(path) or ""):
            for write in reader.writes(path):
                found.setdefault((write.path, write.is_file), write)
    return list(found.values())


def site_modules(tree: Tree, settings: Settings, layout: Layout) -> Iterator[str]:
    """Yield the paths of the site's modules beside its settings."""
    start = "" if layout.import_root == "." else f"{layout.import_root}/"
    paths = [path for path in tree.paths if path.endswith(".py") and path.startswith(start)]
    return (path for path in paths[:MAX_MODULES] if path not in settings.files and _is_run(tree, path, start))


def _is_run(tree: Tree, path: str, start: str) -> bool:
    """Return whether a module can be imported, and is one of the site's: no script, nor for development or tests."""
    if is_aside(tree, path) or NOT_RUN.search(path) or is_development(path):
        return False
    *folders, name = path.removeprefix(start).removesuffix(".py").split("/")
    if not all(part.isidentifier() for part in (*folders, name)):
        return False
    place = folder(path)
    imported = not folders or "/management/" in path or any(tree.exists(f"{place}/{one}.py") for one in OF_PACKAGES)
    return imported and not IS_SCRIPT.search(tree.text(path) or "")


class _Reader:
    def __init__(self, tree: Tree, settings: Settings, layout: Layout, uploads: bool):
        self.tree, self.settings, self.layout, self.uploads = tree, settings, layout, uploads
        start = "" if layout.import_root == "." else f"{layout.import_root}/"
        inner = (path.removeprefix(start) for path in tree.paths if path.startswith(start) and path.endswith(".py"))
        self.own = {path.partition("/")[0].removesuffix(".py") for path in inner}
        self.known: dict[str, dict[str, Begun]] = {}

    def writes(self, path: str) -> Iterator[CodeWrite]:
        module = self.tree.python(path)
        if module is None:
            return
        visitor = _Visitor(self, path, module, MAX_IMPORTS)
        try:
            visitor.visit(module)
        except RecursionError:
            return
        for place, is_file, line in visitor.found:
            if write := self._write(place, is_file, f"{path}:{line}"):
                yield write

    def names(self, module: str, depth: int) -> dict[str, Begun]:
        """Return what the names at the top of a module of the project stand for."""
        if module.partition(".")[0] not in self.own or depth <= 0:
            return {}
        if module not in self.known:
            self.known[module] = {}  # of one that imports itself, through others
            self.known[module] = self._names(module, depth)
        return self.known[module]

    def _names(self, module: str, depth: int) -> dict[str, Begun]:
        located = locate(self.tree, module, self.layout.import_root)
        if located is None:
            return {}
        if located[0] in self.settings.files:
            values = ((name, setting.raw) for name, setting in self.settings.values.items())
            return {name: Begun(str(raw.data)) for name, raw in values if _is_text(raw)}
        parsed = self.tree.python(located[0])
        if parsed is None:
            return {}
        visitor = _Visitor(self, located[0], parsed, depth - 1, top=True)
        visitor.visit(parsed)
        return visitor.scope.names

    def _write(self, place: Begun, is_file: bool, source: str) -> CodeWrite | None:
        text = place.text
        if not place.whole:
            text, is_file = text.rpartition("/")[0], False
        path = path_value(Value(text), "" if self.layout.base == "." else self.layout.base)[0]
        return CodeWrite(path, source, is_file) if path and path not in (".", "/") else None


def _is_text(value: Value) -> bool:
    return isinstance(value.data, str | PurePosixPath) and str(value.data) != ""


class _Visitor(ast.NodeVisitor):
    """Goes through a module in its order, and keeps what names stand for on the way."""

    def __init__(self, reader: _Reader, path: str, module: ast.Module, depth: int, top: bool = False):
        functions = {item.name: item for item in module.body if isinstance(item, ast.FunctionDef)}
        working = "" if reader.layout.base == "." else reader.layout.base
        self.scope = Scope(path, reader.settings, working, functions=functions)
        self.reader, self.depth, self.top = reader, depth, top
        self.found: list[tuple[Begun, bool, int]] = []
        self.django: set[str] = set()
        self.storage = False  # whether the class is one of FileSystemStorage

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        module = node.module or ""
        if node.level:
            place = self.scope.file
            for _ in range(node.level):
                place = folder(place)
            root = self.reader.layout.import_root
            inside = place if root == "." else place.removeprefix(root).lstrip("/")
            module = ".".join(part for part in [inside.replace("/", ".").strip("."), module] if part)
        if module == "django.conf":
            self.django |= {item.asname or item.name for item in node.names if item.name == "settings"}
            self.scope = replace(self.scope, of_django=frozenset(self.django))
            return
        wanted = [item for item in node.names if item.name.isupper() or OF_PLACES.search(item.name)]
        names = self.reader.names(module, self.depth) if wanted else {}
        for item in wanted:
            if item.name in names:
                self.scope.names[item.asname or item.name] = names[item.name]

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        if self.top:
            return
        outer = self.scope
        self.scope = outer.inner(node.args)
        for statement in node.body:
            self.visit(statement)
        kept = {name: value for name, value in self.scope.names.items() if name.startswith("self.")}
        self.scope = outer
        self.scope.names.update(kept)

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        if self.top:
            return
        outer, before = dict(self.scope.names), self.storage
        self.storage = any(last_name(base).endswith("FileSystemStorage") for base in node.bases)
        for statement in node.body:
            self.visit(statement)
            if isinstance(statement, ast.Assign | ast.AnnAssign):
                targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
                names = [target.id for target in targets if isinstance(target, ast.Name)]
                self.scope.names.update({f"self.{name}": self.scope.names.get(name, NOTHING) for name in names})
        self.storage = before
        self.scope.names.clear()
        self.scope.names.update(outer)

    def visit_Assign(self, node: ast.Assign) -> None:
        self.visit(node.value)
        for target in node.targets:
            self._bind(target, begun(node.value, self.scope))

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self.visit(node.value)
            self._bind(node.target, begun(node.value, self.scope))

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        self.visit(node.value)
        self._bind(node.target, begun(ast.BinOp(node.target, node.op, node.value), self.scope))

    def visit_For(self, node: ast.For | ast.AsyncFor) -> None:
        self._bind(node.target, NOTHING)
        self.generic_visit(node)

    visit_AsyncFor = visit_For

    def visit_With(self, node: ast.With | ast.AsyncWith) -> None:
        for item in node.items:
            self.visit(item.context_expr)
            if item.optional_vars is not None:
                self._bind(item.optional_vars, NOTHING)
        for statement in node.body:
            self.visit(statement)

    visit_AsyncWith = visit_With

    def _bind(self, target: ast.expr, value: Begun) -> None:
        if isinstance(target, ast.Name):
            self.scope.names[target.id] = value
        elif isinstance(target, ast.Attribute) and last_name(target.value) in ("self", "cls"):
            self.scope.names[f"self.{target.attr}"] = value
        elif isinstance(target, ast.Tuple | ast.List):
            for item in target.elts:
                self._bind(item, NOTHING)

    def visit_Call(self, node: ast.Call) -> None:
        self.generic_visit(node)
        name = last_name(node.func)
        owner = node.func.value if isinstance(node.func, ast.Attribute) else None
        place, is_file = NOTHING, name not in FOLDERS
        if self.reader.uploads and name in ("FileField", "ImageField"):
            given = self._argument(node, None, "upload_to").text.partition("%")[0]
            place = Begun(given if given.endswith("/") or not given else f"{given}/", False)
        elif name in OPENED:
            place = self._opened(node, name, owner)
        elif name in OF_PATH and owner is not None and last_name(owner) != "os":
            place = begun(owner, self.scope)
        elif name == "__init__" and self.storage:
            place, is_file = self._argument(node, 0, "location"), False
        elif name in FOLDERS or name in FILES:
            place = self._argument(node, *{**FILES, **FOLDERS}[name])
            if not _is_meant(name, last_name(owner), place):
                return
        if place.text:
            self.found.append((place, is_file, node.lineno))

    def _argument(self, node: ast.Call, number: int | None, keyword: str) -> Begun:
        for item in node.keywords:
            if item.arg == keyword:
                return begun(item.value, self.scope)
        return begun(node.args[number], self.scope) if number is not None and number < len(node.args) else NOTHING

    def _opened(self, node: ast.Call, name: str, owner: ast.expr | None) -> Begun:
        """Return the path that is opened to be written: `open(path, "w")`, `path.open("w")`, `ZipFile(path, "w")`."""
        of_module = owner is None or name != "open" or last_name(owner) in MODULES
        modes: list[Any] = [*(node.args[1:2] if of_module else node.args[:1])]
        modes += [item.value for item in node.keywords if item.arg == "mode"]
        mode = next((text for item in modes if (text := constant(item)) is not None), "r")
        if not set(mode.partition(":")[0]) & set("wax+") and last_name(owner) not in ("shelve", "dbm"):
            return NOTHING
        return begun(node.args[0] if of_module and node.args else owner, self.scope)


def _is_meant(name: str, owner: str, place: Begun) -> bool:
    """Return whether a call of a usual name is the one that writes: what is saved may be in a storage, or a model."""
    return owner in OWNERS.get(name, (owner,)) and (name != "save" or place.text.startswith(("/", "~/")))
