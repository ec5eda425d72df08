"""Strings in Python code, as far as they are known without running it."""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

READERS = frozenset(
    ["get", "getenv", "env", "config", "str", "env_str", "get_env", "get_env_variable", "getenv_str", "var"]
)
SETTINGS = "DJANGO_SETTINGS_MODULE"
CONFIGURATION = "DJANGO_CONFIGURATION"  # https://django-configurations.readthedocs.io
DEPTH = 8  # of nested expressions and names: cuts cycles, and bounds the work


@dataclass(frozen=True)
class Variable:
    """An environment variable that is read, with its default ("" for none)."""

    name: str
    default: str = ""


Text = tuple[str | Variable, ...]


def environment_read(node: ast.AST) -> Variable | None:
    """Return the variable that `os.environ["X"]`, `os.getenv("X", d)`, `env("X", default=d)` and the like read."""
    if isinstance(node, ast.Subscript) and last_name(node.value) == "environ":
        name = constant(node.slice)
        return Variable(name) if name else None
    if isinstance(node, ast.Call) and node.args and last_name(node.func) in READERS:
        owner = node.func.value if isinstance(node.func, ast.Attribute) else None
        if owner is not None and last_name(node.func) == "get" and last_name(owner) not in ("environ", "env"):
            return None
        name = constant(node.args[0])
        if not name or not name.replace("_", "").isalnum():
            return None
        default = node.args[1] if len(node.args) > 1 else None
        for keyword in node.keywords:
            if keyword.arg == "default":
                default = keyword.value
        return Variable(name, constant(default) or "" if default is not None else "")
    return None


def assigned_variable(node: ast.AST, variable: str) -> tuple[ast.expr, bool] | None:
    """Return the value that a node gives an environment variable, and whether it overrides one that is set."""
    if isinstance(node, ast.Call) and len(node.args) == 2 and constant(node.args[0]) == variable:
        name = last_name(node.func)
        return (node.args[1], name != "setdefault") if name in ("setdefault", "putenv", "setenv") else None
    if isinstance(node, ast.Assign):
        for target in node.targets:
            if isinstance(target, ast.Subscript) and last_name(target.value) == "environ":
                return (node.value, True) if constant(target.slice) == variable else None
    return None


def constant(node: ast.AST | None) -> str | None:
    """Return a literal string, None for anything else."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def last_name(node: ast.AST | None) -> str:
    """Return "c" for `a.b.c`, "c" for `c`, and "" for anything else."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def assignments(tree: ast.Module | None) -> dict[str, ast.expr]:
    """Return what each name is last assigned at the top of a module, also within if, try and with."""
    found: dict[str, ast.expr] = {}
    for statement in statements(tree):
        if isinstance(statement, ast.Assign):
            for target in statement.targets:
                if isinstance(target, ast.Name):
                    found[target.id] = statement.value
        elif isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name) and statement.value:
            found[statement.target.id] = statement.value
    return found


def statements(tree: ast.Module | None) -> Iterator[ast.stmt]:
    """Yield a module's statements in order, also those within if, try, with and loops, not within functions."""
    stack: list[ast.stmt] = list(reversed(tree.body)) if tree else []
    while stack:
        statement = stack.pop()
        yield statement
        inner: list[ast.stmt] = []
        if not isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            for field in ("body", "orelse", "finalbody"):
                inner += getattr(statement, field, [])
            for handler in getattr(statement, "handlers", []):
                inner += handler.body
            for case in getattr(statement, "cases", []):
                inner += case.body
        stack += reversed(inner)


def texts(node: ast.AST | None, names: dict[str, ast.expr], depth: int = DEPTH) -> list[Text]:
    """Return the values that a string expression can take, at most eight; none where it is not known."""
    if node is None or depth <= 0:
        return []
    if (value := constant(node)) is not None:
        return [(value,)]
    if variable := environment_read(node):
        return [(variable,)]
    if isinstance(node, ast.Name):
        return texts(names.get(node.id), names, depth - 1)
    if isinstance(node, ast.IfExp):
        return (texts(node.body, names, depth - 1) + texts(node.orelse, names, depth - 1))[:8]
    if isinstance(node, ast.BoolOp):
        return _either(node, names, depth)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return _joined([node.left, node.right], names, depth)
    if isinstance(node, ast.JoinedStr):
        return _joined(
            [part.value if isinstance(part, ast.FormattedValue) else part for part in node.values], names, depth
        )
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod):
        values = node.right.elts if isinstance(node.right, ast.Tuple) else [node.right]
        return _filled((constant(node.left) or "").split("%s"), values, names, depth)
    if isinstance(node, ast.Call) and last_name(node.func) == "format" and isinstance(node.func, ast.Attribute):
        return _filled((constant(node.func.value) or "").split("{}"), node.args, names, depth)
    if (
        isinstance(node, ast.Call)
        and last_name(node.func) in ("lower", "strip")
        and isinstance(node.func, ast.Attribute)
    ):
        return texts(node.func.value, names, depth - 1)
    return []


def _either(node: ast.BoolOp, names: dict[str, ast.expr], depth: int) -> list[Text]:
    alternatives = [text for value in node.values[:3] for text in texts(value, names, depth - 1)]
    first = alternatives[0] if alternatives else ()
    if len(alternatives) == 2 and len(first) == 1 and isinstance(first[0], Variable) and not first[0].default:
        second = alternatives[1]
        if len(second) == 1 and isinstance(second[0], str):
            return [(Variable(first[0].name, second[0]),)]
    return alternatives[:8]


def _filled(pieces: list[str], values: list[ast.expr], names: dict[str, ast.expr], depth: int) -> list[Text]:
    if len(pieces) != len(values) + 1:
        return []
    parts: list[ast.expr] = [ast.Constant(pieces[0])]
    for value, piece in zip(values, pieces[1:], strict=True):
        parts += [value, ast.Constant(piece)]
    return _joined(parts, names, depth)


def _joined(parts: list[ast.expr], names: dict[str, ast.expr], depth: int) -> list[Text]:
    joined: list[Text] = [()]
    if len(parts) > 6:
        return []
    for part in parts:
        alternatives = texts(part, names, depth - 1)
        joined = [text + alternative for text in joined for alternative in alternatives][:8]
    return joined


def strings(nodes: Iterable[ast.AST]) -> Iterator[tuple[str, int]]:
    """Yield each literal string with its line."""
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value, node.lineno
