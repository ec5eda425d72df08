"""The PostgreSQL extensions that a project's migrations create."""

import ast
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from .findings import Certainty, Found, unread
from .literals import constant, last_name
from .places import is_aside
from .tree import Tree

EXTENSIONS = {  # https://docs.djangoproject.com/en/stable/ref/contrib/postgres/operations/
    "BloomExtension": "bloom",
    "BtreeGinExtension": "btree_gin",
    "BtreeGistExtension": "btree_gist",
    "CITextExtension": "citext",
    "CryptoExtension": "pgcrypto",
    "HStoreExtension": "hstore",
    "TrigramExtension": "pg_trgm",
    "UnaccentExtension": "unaccent",
    "VectorExtension": "vector",
}
CREATE = re.compile(r"CREATE\s+EXTENSION\s+(?:IF\s+NOT\s+EXISTS\s+)?[\"']?([A-Za-z_][\w-]*)", re.IGNORECASE)
MENTION = re.compile(f"{'|'.join(EXTENSIONS)}|CreateExtension|CREATE EXTENSION", re.IGNORECASE)
MAX_MIGRATIONS = 1500


@dataclass(frozen=True)
class Extension:
    """An extension of PostgreSQL, and the migration that creates it."""

    name: str
    source: str


@dataclass(frozen=True)
class Extensions:
    """What a database needs beyond PostgreSQL itself."""

    postgres_extensions: Found[Sequence[Extension]] = unread(())  # that migrations create


def read_postgres_extensions(tree: Tree, distributions: Collection[str] = ()) -> Extensions:
    """Return the extensions; none where other clients are installed than PostgreSQL's."""
    wanted = not distributions or any(name.startswith("psycopg") for name in distributions)
    extensions = read_extensions(tree) if wanted else []
    source = extensions[0].source if extensions else ""
    return Extensions(Found(extensions, source, Certainty.STATED if extensions else Certainty.INFERRED))


def read_extensions(tree: Tree) -> list[Extension]:
    """Return the PostgreSQL extensions that migrations create, each once."""
    found: dict[str, str] = {}
    paths = [path for path in tree.paths if "/migrations/" in f"/{path}" and path.endswith((".py", ".sql"))]
    for path in [path for path in paths if not is_aside(tree, path) and tree.paths[path] < 200_000][:MAX_MIGRATIONS]:
        text = tree.text(path) or ""
        if not MENTION.search(text):
            continue
        for name, line in _extensions_in(tree, path, text):
            found.setdefault(name, f"{path}:{line}")
    return [Extension(name, source) for name, source in found.items()]


def _extensions_in(tree: Tree, path: str, text: str) -> Iterator[tuple[str, int]]:
    module = tree.python(path) if path.endswith(".py") else None
    if module is None:
        for match in CREATE.finditer(text) if path.endswith(".sql") else ():
            yield match[1].lower(), text.count("\n", 0, match.start()) + 1
        return
    for node in ast.walk(module):
        if isinstance(node, ast.Call):
            name = last_name(node.func)
            if name in EXTENSIONS:
                yield EXTENSIONS[name], node.lineno
            elif name == "CreateExtension":
                given = constant(node.args[0]) if node.args else None
                given = given or next((constant(item.value) for item in node.keywords if item.arg == "name"), None)
                if given:
                    yield given, node.lineno
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            for match in CREATE.finditer(node.value):
                yield match[1].lower(), node.lineno
