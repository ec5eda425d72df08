"""The paths in expressions of code, as far as they are known without running it.

It is for modules that are no settings: they are read for the folders that they name plainly, such as
`settings.BASE_DIR / "exports"`, and only the beginning of `f"{settings.BASE_DIR}/exports/{name}.csv"` is known.
"""

import ast
import posixpath
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

from ..evaluation.values import HOME, ROOT, Value
from ..literals import constant, environment_read, last_name
from .setting import Settings

MAX_DEPTH = 12
JOINED = frozenset(("join", "joinpath", "Path", "PurePath", "PosixPath", "safe_join"))
SAME = frozenset(("abspath", "realpath", "normpath", "expanduser", "resolve", "absolute", "str", "fspath", "as_posix"))
SAME_OF_OWNER = frozenset(("resolve", "absolute", "expanduser", "as_posix"))


@dataclass(frozen=True)
class Begun:
    """The beginning of a path, or of any text; `whole` says whether it is all of it."""

    text: str
    whole: bool = True


NOTHING = Begun("", False)


@dataclass(frozen=True)
class Scope:
    """What names stand for in a part of a module: `names` of settings' own module are those of settings."""

    file: str
    settings: Settings
    working: str  # the folder of manage.py, which relative paths count from
    names: dict[str, Begun] = field(default_factory=dict)
    of_django: frozenset[str] = frozenset()  # names of `django.conf.settings`
    functions: Mapping[str, ast.FunctionDef] = field(default_factory=dict)

    def inner(self, arguments: ast.arguments) -> "Scope":
        """Return the scope of a function: its arguments are known by their defaults alone."""
        names = dict(self.names)
        given = [*arguments.posonlyargs, *arguments.args]
        names |= dict.fromkeys((item.arg for item in [*given, *arguments.kwonlyargs]), NOTHING)
        with_default = zip(given[len(given) - len(arguments.defaults) :], arguments.defaults, strict=True)
        for argument, default in [*with_default, *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)]:
            if default is not None and constant(default):
                names[argument.arg] = Begun(constant(default) or "")
        return replace(self, names=names)


def begun(node: ast.AST | None, scope: Scope, depth: int = MAX_DEPTH) -> Begun:
    """Return the beginning of the path, or of the text, that an expression stands for."""
    if node is None or depth <= 0:
        return NOTHING
    if isinstance(node, ast.Constant):
        return Begun(node.value) if isinstance(node.value, str) else NOTHING
    if isinstance(node, ast.Name):
        return Begun(f"{ROOT}/{scope.file}") if node.id == "__file__" else scope.names.get(node.id, NOTHING)
    if isinstance(node, ast.Attribute | ast.Subscript):
        return _part(node, scope, depth)
    if isinstance(node, ast.BinOp | ast.JoinedStr):
        return _text(node, scope, depth)
    if isinstance(node, ast.Call):
        return _call(node, scope, depth)
    if isinstance(node, ast.BoolOp):
        return next((found for part in node.values if (found := begun(part, scope, depth - 1)).text), NOTHING)
    if isinstance(node, ast.IfExp):
        found = begun(node.body, scope, depth - 1)
        return found if found.text else begun(node.orelse, scope, depth - 1)
    return NOTHING


def joined(parts: Sequence[Begun]) -> Begun:
    """Return paths joined as pathlib and os.path do; what follows one that is not whole is not known."""
    text, whole = "", True
    for part in parts:
        if not part.text and not part.whole:
            return Begun(f"{text.rstrip('/')}/" if text else "", False)
        absolute = part.text.startswith(("/", HOME)) or not text
        text, whole = part.text if absolute else f"{text.rstrip('/')}/{part.text}", part.whole
        if not whole:
            break
    return Begun(text, whole)


def _connected(parts: Sequence[Begun]) -> Begun:
    text = ""
    for part in parts:
        text += part.text
        if not part.whole:
            return Begun(text, False)
    return Begun(text)


def _text(node: ast.BinOp | ast.JoinedStr, scope: Scope, depth: int) -> Begun:
    """Return what `a / b`, `a + b`, `"%s/b" % a` and f-strings stand for."""
    if isinstance(node, ast.JoinedStr):
        parts = [part.value if isinstance(part, ast.FormattedValue) else part for part in node.values]
        return _connected([begun(part, scope, depth - 1) for part in parts])
    left = begun(node.left, scope, depth - 1)
    if isinstance(node.op, ast.Div):
        return joined([left, begun(node.right, scope, depth - 1)])
    if isinstance(node.op, ast.Add):
        return _connected([left, begun(node.right, scope, depth - 1)])
    if isinstance(node.op, ast.Mod):
        values = node.right.elts if isinstance(node.right, ast.Tuple) else [node.right]
        return _filled(left.text.split("%s"), values, scope, depth)
    return NOTHING


def _filled(pieces: Sequence[str], values: Sequence[ast.expr], scope: Scope, depth: int) -> Begun:
    if len(pieces) != len(values) + 1:
        return Begun(pieces[0].split("%")[0].split("{")[0], False)
    parts = [Begun(pieces[0])]
    for value, piece in zip(values, pieces[1:], strict=True):
        parts += [begun(value, scope, depth - 1), Begun(piece)]
    return _connected(parts)


def _part(node: ast.Attribute | ast.Subscript, scope: Scope, depth: int) -> Begun:
    """Return what a setting, a part of one, or a path's parent stands for."""
    if value := _setting(node, scope):
        return _of_value(value)
    owner = node.value
    if isinstance(node, ast.Attribute):
        if isinstance(owner, ast.Name) and owner.id in ("self", "cls"):
            return scope.names.get(f"self.{node.attr}", NOTHING)
        return _above(begun(owner, scope, depth - 1), 1) if node.attr == "parent" else NOTHING
    if isinstance(owner, ast.Attribute) and owner.attr == "parents" and isinstance(node.slice, ast.Constant):
        number = node.slice.value
        if isinstance(number, int) and 0 <= number < 20:
            return _above(begun(owner.value, scope, depth - 1), number + 1)
    return NOTHING


def _above(path: Begun, steps: int) -> Begun:
    if not path.text or not path.whole:
        return NOTHING
    text = path.text
    for _ in range(steps):
        text = posixpath.dirname(text)
    return Begun(text)


def _setting(node: ast.expr, scope: Scope) -> Value | None:
    """Return the setting that `settings.NAME` is, or the part of it that `settings.NAME["key"]` is."""
    if isinstance(node, ast.Subscript):
        whole = _setting(node.value, scope) if isinstance(node.value, ast.Attribute | ast.Subscript) else None
        key = constant(node.slice)
        return whole.data.get(key) if whole and key and isinstance(whole.data, dict) else None
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in scope.of_django:
        found = scope.settings.get(node.attr)
        return found.raw if found else None
    return None


def _of_value(value: Value) -> Begun:
    return Begun(str(value.data)) if isinstance(value.data, str | PurePosixPath) and str(value.data) else NOTHING


def _call(node: ast.Call, scope: Scope, depth: int) -> Begun:
    name = last_name(node.func)
    owner = node.func.value if isinstance(node.func, ast.Attribute) else None
    arguments = [begun(part, scope, depth - 1) for part in node.args]
    if any(isinstance(part, ast.Starred) for part in node.args):
        arguments = [*arguments[: [isinstance(part, ast.Starred) for part in node.args].index(True)], NOTHING]
    if name in ("joinpath", "with_name") and owner is not None:
        base = begun(owner, scope, depth - 1)
        return joined([base if name == "joinpath" else _above(base, 1), *arguments])
    if name in JOINED and arguments:
        return joined(arguments)
    if name in SAME_OF_OWNER and not arguments and owner is not None:
        return begun(owner, scope, depth - 1)
    if (
        name in SAME and arguments and not (name == "str" and owner is not None)
    ):  # `env.str("NAME", …)` reads a variable
        return arguments[0]
    if name == "dirname" and arguments:
        return _above(arguments[0], 1)
    if name in ("getcwd", "cwd") and not arguments:
        return Begun(posixpath.normpath(posixpath.join(ROOT, scope.working)))
    if name == "home" and not arguments:
        return Begun(HOME)
    if name == "gettempdir":
        return Begun("/tmp")
    return _looked_up(node, name, owner, scope, depth)


def _looked_up(node: ast.Call, name: str, owner: ast.expr | None, scope: Scope, depth: int) -> Begun:
    """Return what getattr(settings, …), a variable's default, a format or a function of the module gives."""
    if name == "getattr" and len(node.args) > 1 and isinstance(node.args[0], ast.Name):
        found = scope.settings.get(constant(node.args[1]) or "") if node.args[0].id in scope.of_django else None
        path = _of_value(found.raw) if found else NOTHING
        return path if path.text or len(node.args) < 3 else begun(node.args[2], scope, depth - 1)
    if environment_read(node) and len(node.args) > 1:
        return begun(node.args[1], scope, depth - 1)
    if name == "format" and owner is not None and not node.keywords:
        return _filled(begun(owner, scope, depth - 1).text.split("{}"), node.args, scope, depth)
    function = scope.functions.get(name) if isinstance(node.func, ast.Name) else None
    returned = [item for item in ast.walk(function) if isinstance(item, ast.Return)] if function else []
    if function and len(returned) == 1 and len(function.body) <= 3:
        return begun(returned[0].value, scope.inner(function.args), depth - 3)
    return NOTHING
