"""Works out the names of a Python module from its text, without importing or running it.

It follows what settings are made of: assignments, branches, star imports, private helper functions, class bodies. Whatever it does not know is UNKNOWN, and where a
branch cannot be decided, both sides are followed and what they assign is in doubt.
"""

import ast
import operator
import posixpath
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from . import calls
from .calls import EXTERNAL, KNOWN_NAMES, Arguments, Bound, Late, Reader, Reference, hashable, limited, parts, same
from .environment import MISSING, Environment, parse_url
from .tree import Tree
from .values import OUTSIDE, ROOT, UNKNOWN, Binding, CallablePath, Value, known, merge, plain, wrap

MAX_STEPS = 60_000  # nodes worked out for one settings module, all that it imports included
MAX_MODULES = 60
MAX_CALLS = 12  # functions calling functions
MAX_TURNS = 500  # of one loop

Names = dict[str, Binding]


class Stop(Exception):
    """The steps are used up."""


class Returned(Exception):
    def __init__(self, value: Value):
        self.value = value


class Raised(Exception):
    """The code raises; `variable` is the one that is not set, where that is why."""

    def __init__(self, variable: str = "", module: str = "", kind: str = ""):
        self.variable = variable
        self.module = module
        self.kind = kind


class LoopEnd(Exception):
    def __init__(self, leave: bool):
        self.leave = leave


@dataclass(eq=False, slots=True)
class Scope:
    """Where names are looked up (innermost first) and assigned (the first, but for those declared global)."""

    file: str
    chain: list[Names]
    declared: set[str] = field(default_factory=set)
    returned: list[Value] = field(default_factory=list)
    owner: "Class | None" = None

    @property
    def globals(self) -> Names:
        return self.chain[-1]


@dataclass(eq=False, slots=True)
class Function:
    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
    scope: Scope
    owner: "Class | None" = None
    is_property: bool = False
    decorators: tuple[str, ...] = ()


@dataclass(eq=False, slots=True)
class Class:
    name: str
    bases: list[Value]
    names: Names
    source: str

    def line(self) -> list["Class | Reference"]:
        """Return the class and those it inherits from, in the order in which Python looks (a class before its bases)."""
        found: list[Class | Reference] = []

        def visit(value: Any, depth: int) -> None:
            if depth > 20 or len(found) > 200:
                return
            found.append(value)
            for base in value.bases if isinstance(value, Class) else ():
                if isinstance(base.data, (Class, Reference)):
                    visit(base.data, depth + 1)

        visit(self, 0)
        return list(dict.fromkeys(reversed(found)))[::-1]


@dataclass(eq=False, slots=True)
class Instance:
    cls: Class
    names: Names
    after: Class | None = None  # for super(): look only behind this class


@dataclass(eq=False, slots=True)
class Module:
    path: str
    names: Names


@dataclass(eq=False, slots=True)
class Lazy:
    """A name imported by a module that is not settings itself: looked up once it is needed."""

    node: ast.ImportFrom
    file: str
    name: str


@dataclass(eq=False, slots=True)
class Space:
    """globals() and its kin: names as a dict."""

    names: Names


OPERATORS: dict[type, Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.BitOr: operator.or_,
    ast.BitAnd: operator.and_,
}
COMPARISONS: dict[type, Callable[[Any, Any], Any]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
BOOL_WORDS = frozenset(("true", "false", "1", "0", "yes", "no", "on", "off", "t", "f", "y", "n"))
CATCHES_MISSING = frozenset(
    "KeyError LookupError Exception BaseException ImproperlyConfigured UndefinedValueError EnvError".split()
)
CATCHES_IMPORT = frozenset("ImportError ModuleNotFoundError Exception BaseException".split())
MUTATORS = frozenset("append extend insert remove pop update setdefault add discard clear reverse sort".split())
BIG = 10**18


class Evaluator:
    """Works out modules of the project in `tree` whose imports start at `folder` ("" for the root), where `given` variables are set."""

    def __init__(self, tree: Tree, folder: str, given: Mapping[str, str]):
        self.tree = tree
        self.folder = folder.strip("/")
        self.working_folder = posixpath.join(ROOT, self.folder) if self.folder else ROOT
        self.environment = Environment(given)
        self.modules: dict[str, Names] = {}
        self.files: list[str] = []
        self.notes: list[tuple[str, str]] = []
        self.chosen: Class | None = None
        self.steps = 0
        self.doubts: list[str] = []
        self.undecided = 0
        self.catching = 0
        self.optional_import = 0
        self.missing = ""
        self.depth = 0
        self.here = ""
        self.caught: list[list[set[str]]] = []
        self.overheard: set[ast.AST] = set()
        self.settings_files: set[str] = set()
        self.folders = {path.rpartition("/")[0] for path in tree.paths}
        self.prefixes: set[str] = set()
        for folder_path in self.folders:
            while folder_path and folder_path not in self.prefixes:
                self.prefixes.add(folder_path)
                folder_path = folder_path.rpartition("/")[0]
        self.expressions: dict[type, Callable[[Any, Scope], Value]] = {
            getattr(ast, name.removeprefix("eval_")): getattr(self, name)
            for name in dir(self)
            if name.startswith("eval_")
        }
        self.statements: dict[type, Callable[[Any, Scope], None]] = {
            getattr(ast, name.removeprefix("exec_")): getattr(self, name)
            for name in dir(self)
            if name.startswith("exec_")
        }

    # ------------------------------------------------------------ modules

    def module(self, path: str) -> Names:
        """Return the names of a module's file; those it has so far, where modules import each other."""
        if path in self.modules:
            return self.modules[path]
        names: Names = {}
        self.modules[path] = names
        if len(self.modules) == 1:
            self.settings_files.add(path)
        if len(self.modules) <= MAX_MODULES:
            with self.fresh():
                self.run(path, Scope(path, [names]))
        return names

    def run(self, path: str, scope: Scope) -> None:
        """Work out a file's statements in `scope`."""
        tree = self.tree.python(path)
        if path not in self.files and self.tree.exists(path):
            self.files.append(path)
        if tree is None:
            return
        try:
            self.block(tree.body, scope)
        except (Returned, LoopEnd, Raised):
            pass
        except Stop:
            self.notes.append((path, "is too long to be read to its end"))

    @contextmanager
    def fresh(self) -> Iterator[None]:
        """Leave out, for a module, what surrounds its import."""
        saved = (
            self.doubts,
            self.undecided,
            self.catching,
            self.optional_import,
            self.missing,
            self.depth,
            self.here,
            self.caught,
        )
        self.doubts, self.undecided, self.catching, self.optional_import, self.missing, self.depth = [], 0, 0, 0, "", 0
        self.caught = []
        try:
            yield
        finally:
            (
                self.doubts,
                self.undecided,
                self.catching,
                self.optional_import,
                self.missing,
                self.depth,
                self.here,
                self.caught,
            ) = saved

    def find_module(self, dotted: str, file: str, level: int) -> str | None:
        """Return the file of a module, "" for a folder without `__init__.py`, None for one that is not the project's."""
        if level:
            base = file.rpartition("/")[0]
            for _ in range(level - 1):
                base = base.rpartition("/")[0]
        else:
            base = self.folder
        for start in dict.fromkeys((base, base if level else "")):
            path = "/".join(part for part in (start, dotted.replace(".", "/")) if part)
            for candidate in (f"{path}/__init__.py" if path else "__init__.py", f"{path}.py"):
                if self.tree.exists(candidate):
                    return candidate
            if path in self.prefixes and (dotted or level):
                return ""
        return None

    def path_exists(self, path: str) -> Any:
        """Return whether a path is in the project; UNKNOWN if it is elsewhere, or might be made later."""
        path = posixpath.normpath(posixpath.join(self.working_folder, path))
        relative = path.removeprefix(ROOT + "/")
        if path == ROOT or (relative != path and (self.tree.exists(relative) or relative in self.prefixes)):
            return UNKNOWN if path != ROOT and self.ignored(relative) else True
        return UNKNOWN if not path.startswith(OUTSIDE) or relative == path else False

    def ignored(self, path: str) -> bool:
        """Return whether git ignores a file, going by the plain patterns of the .gitignore files above it."""
        folder = path.rpartition("/")[0]
        while True:
            ignore = f"{folder}/.gitignore" if folder else ".gitignore"
            relative = path[len(folder) + 1 :] if folder else path
            for line in (self.tree.text(ignore) or "").split("\n")[:500]:
                pattern = line.strip().removeprefix("**/")
                if not pattern or pattern.startswith(("#", "!")):
                    continue
                if "/" in pattern.rstrip("/"):
                    matches = fnmatch(relative, pattern.strip("/")) or fnmatch(relative, pattern.strip("/") + "/*")
                else:
                    whole = relative.split("/")[:-1] if pattern.endswith("/") else relative.split("/")
                    matches = any(fnmatch(part, pattern.rstrip("/")) for part in whole)
                if matches:
                    return True
            if not folder:
                return False
            folder = folder.rpartition("/")[0]

    # ------------------------------------------------------------ the environment

    def read(self, name: str, default: Value | None, type: str = "str") -> Value:
        """Return what reading a variable gives; `default` None if it must be set."""
        kind = type if type in ("db", "cache", "email") else ""
        variable = self.environment.note(name, self.here, "url" if kind else type, kind)
        unsure = default is not None and default.data is MISSING
        if default is not None and not unsure:
            self.environment.set_default(name, default)
        text = self.environment.text(name)
        if isinstance(text, str):
            value = calls.converted(text, type)
            return Value(value.data, merge(value, Value(None, (name,))), name if type == "str" else "")
        if default is None:
            if text is None and self.catching:
                raise Raised(name)
            self.require(name)
            text = UNKNOWN
        if text is UNKNOWN or unsure:
            variable.perhaps = variable.perhaps or unsure
            return wrap(parse_url(None, kind), (name,)) if kind else Value(UNKNOWN, (name,), name)
        assert default is not None
        variables = tuple(dict.fromkeys((name, *default.variables)))
        if kind:
            data = calls.plain_text(default)
            if kind == "db" and not data:
                return Value({}, variables)
            return wrap(parse_url(data, kind), variables)
        if isinstance(default.data, str) and type in ("bool", "int", "list"):
            return Value(calls.converted(default.data, type).data, variables)
        return Value(default.data, variables, name if type == "str" else "")

    def require(self, name: str) -> None:
        """Record that settings fail where a variable is not set."""
        variable = self.environment.variables[name]
        if self.undecided:
            variable.perhaps = True
        else:
            variable.required = True

    def set_type(self, name: str, type: str, kind: str = "") -> None:
        """Record how a variable's text is read."""
        variable = self.environment.variables.get(name)
        if variable is not None and variable.type == "str":
            variable.type = type
        if variable is not None:
            variable.kind = variable.kind or kind

    def guard(self, variables: tuple[str, ...], scope: Scope) -> None:
        """Record that settings raise because one of `variables` is not set, and take it as set from here."""
        unset = [
            name for name in variables if name in self.environment.variables and self.environment.text(name) is None
        ]
        chosen = [name for name in unset if self.environment.variables[name].default in (None, "", False)]
        chosen = [name for name in chosen if not name.upper().endswith("DEBUG")] or chosen
        if not chosen and len(variables) == 1:
            chosen = unset
        for name in chosen:
            self.require(name)
        for names in (scope.chain[0], scope.globals):
            for bound in names.values():
                if any(name in chosen for name in bound.value.variables) and not isinstance(
                    bound.value.data, (list, dict)
                ):
                    bound.value = Value(UNKNOWN, bound.value.variables, bound.value.direct)

    # ------------------------------------------------------------ statements

    def block(self, body: list[ast.stmt], scope: Scope) -> None:
        """Work out statements one after the other."""
        for statement in body:
            self.step()
            if not self.depth:
                self.here = f"{scope.file}:{statement.lineno}"
            handler = self.statements.get(type(statement))
            if handler is None:
                continue
            try:
                handler(statement, scope)
            except RecursionError:
                self.forget(statement, scope)

    def step(self) -> None:
        self.steps += 1
        if self.steps > MAX_STEPS:
            raise Stop

    def forget(self, statement: ast.stmt, scope: Scope) -> None:
        """Make unknown what a statement assigns that is too deep to be worked out."""
        for target in getattr(statement, "targets", None) or [getattr(statement, "target", None)]:
            if isinstance(target, ast.Name):
                self.bind(target.id, Value(), scope, statement.lineno)

    @contextmanager
    def doubt(self, reason: str, undecided: bool = False) -> Iterator[None]:
        """Put what is assigned within in doubt."""
        self.doubts.append(reason)
        self.undecided += undecided
        try:
            yield
        finally:
            self.doubts.pop()
            self.undecided -= undecided

    def perhaps(self, body: list[ast.stmt], scope: Scope, reason: str) -> None:
        """Work out statements that may or may not be run."""
        with self.doubt(reason, undecided=True):
            try:
                self.block(body, scope)
            except Returned as returned:
                scope.returned.append(returned.value)
            except (Raised, LoopEnd):
                pass

    def bind(self, name: str, value: Value, scope: Scope, line: int) -> None:
        """Assign a value to a name."""
        if self.missing and scope.chain[0] is scope.globals and self.missing in self.environment.variables:
            self.environment.set_default(self.missing, value)
            value = Value(value.data, tuple(dict.fromkeys((*value.variables, self.missing))), value.direct)
        names = scope.globals if name in scope.declared else scope.chain[0]
        names[name] = Binding(value, f"{scope.file}:{line}", self.doubts[-1] if self.doubts else value.doubt)

    def assign(self, target: ast.expr, value: Value, scope: Scope, line: int) -> None:
        """Assign a value to a name, to several, or to a part of something."""
        if isinstance(target, ast.Name):
            if isinstance(value.data, Late):
                value = self.late(target.id, value.data, line, scope)
            self.bind(target.id, value, scope, line)
        elif isinstance(target, (ast.Tuple, ast.List)):
            items = value.data if isinstance(value.data, (list, tuple)) else None
            star = next((i for i, part in enumerate(target.elts) if isinstance(part, ast.Starred)), None)
            count = len(target.elts)
            for place, part in enumerate(target.elts):
                item = Value(UNKNOWN, value.variables)
                if items is not None and star is None and len(items) == count:
                    item = items[place]
                elif items is not None and star is not None and len(items) >= count - 1:
                    after = len(items) - (count - star - 1)
                    if place == star:
                        item = Value(list(items[star:after]), value.variables)
                    else:
                        item = items[place] if place < star else items[after + place - star - 1]
                self.assign(part.value if isinstance(part, ast.Starred) else part, item, scope, line)
        elif isinstance(target, ast.Subscript):
            self.assign_part(target, value, scope, line)
        elif isinstance(target, ast.Attribute):
            owner = self.evaluate(target.value, scope)
            if isinstance(owner.data, (Instance, Class, Module)):
                owner.data.names[target.attr] = Binding(
                    value, f"{scope.file}:{line}", self.doubts[-1] if self.doubts else ""
                )

    def assign_part(self, target: ast.Subscript, value: Value, scope: Scope, line: int) -> None:
        owner = self.evaluate(target.value, scope)
        key = self.evaluate(target.slice, scope)
        data = owner.data
        if isinstance(data, Space) and isinstance(key.data, str):
            data.names[key.data] = Binding(value, f"{scope.file}:{line}", self.doubts[-1] if self.doubts else "")
        elif isinstance(data, dict) and hashable(key):
            data[key.data] = value
        elif isinstance(data, list) and isinstance(key.data, int) and -len(data) <= key.data < len(data):
            data[key.data] = value
        elif isinstance(data, list) and isinstance(target.slice, ast.Slice):
            at = self.slice_of(target.slice, scope)
            if at is not None and at.step in (None, 1):
                data[at] = parts(value)
        self.touch(target.value, scope, line)

    def touch(self, expression: ast.expr, scope: Scope, line: int) -> None:
        """Record that the thing a name stands for was changed in place."""
        while isinstance(expression, (ast.Subscript, ast.Attribute, ast.Call)):
            expression = expression.func if isinstance(expression, ast.Call) else expression.value
        if isinstance(expression, ast.Name):
            for names in scope.chain:
                if expression.id in names:
                    bound = names[expression.id]
                    bound.source = f"{scope.file}:{line}"
                    bound.doubt = self.doubts[-1] if self.doubts else bound.doubt
                    return

    def exec_Assign(self, node: ast.Assign, scope: Scope) -> None:
        value = self.evaluate(node.value, scope)
        for target in node.targets:
            self.assign(target, value, scope, node.lineno)

    def exec_AnnAssign(self, node: ast.AnnAssign, scope: Scope) -> None:
        if node.value is not None:
            self.assign(node.target, self.evaluate(node.value, scope), scope, node.lineno)
        elif scope.owner is not None and isinstance(node.target, ast.Name):
            self.assign(node.target, Value(MISSING), scope, node.lineno)  # a field without a default

    def exec_AugAssign(self, node: ast.AugAssign, scope: Scope) -> None:
        load: ast.expr
        if isinstance(node.target, ast.Name):
            load = ast.Name(node.target.id, ast.Load())
        else:
            load = node.target
        left, right = self.evaluate(load, scope), self.evaluate(node.value, scope)
        if isinstance(node.op, ast.Add) and isinstance(left.data, list):
            if len(left.data) < calls.MAX_ITEMS:
                left.data.extend(parts(right))
            value = Value(left.data, merge(left, right))
        elif isinstance(node.op, ast.BitOr) and isinstance(left.data, dict) and isinstance(right.data, dict):
            left.data.update(right.data)
            value = Value(left.data, merge(left, right))
        else:
            value = self.binary(node.op, left, right)
        self.assign(node.target, value, scope, node.lineno)

    def exec_Expr(self, node: ast.Expr, scope: Scope) -> None:
        self.evaluate(node.value, scope)

    def exec_Delete(self, node: ast.Delete, scope: Scope) -> None:
        for target in node.targets:
            if isinstance(target, ast.Name) and not self.undecided:
                scope.chain[0].pop(target.id, None)
            elif isinstance(target, ast.Subscript):
                owner, key = self.evaluate(target.value, scope), self.evaluate(target.slice, scope)
                if isinstance(owner.data, dict) and hashable(key):
                    owner.data.pop(key.data, None)
                elif (
                    isinstance(owner.data, list)
                    and isinstance(key.data, int)
                    and -len(owner.data) <= key.data < len(owner.data)
                ):
                    del owner.data[key.data]

    def exec_Return(self, node: ast.Return, scope: Scope) -> None:
        raise Returned(self.evaluate(node.value, scope) if node.value else Value(None))

    def exec_Raise(self, node: ast.Raise, scope: Scope) -> None:
        exception = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
        raise Raised(kind=self.dotted(exception).rpartition(".")[2] if exception else "")

    def exec_Break(self, node: ast.Break, scope: Scope) -> None:
        raise LoopEnd(True)

    def exec_Continue(self, node: ast.Continue, scope: Scope) -> None:
        raise LoopEnd(False)

    def exec_Global(self, node: ast.Global, scope: Scope) -> None:
        scope.declared.update(node.names)

    def exec_Assert(self, node: ast.Assert, scope: Scope) -> None:
        test = self.evaluate(node.test, scope)
        if self.truth(test) is False:
            self.guard(test.variables, scope)

    def exec_If(self, node: ast.If, scope: Scope) -> None:
        test = self.evaluate(node.test, scope)
        truth = self.truth(test)
        if truth is None:
            reason = f"set under a condition that could not be decided ({scope.file}:{node.lineno})"
            self.perhaps(node.body, scope, reason)
            self.perhaps(node.orelse, scope, reason)
            return
        body, other = (node.body, node.orelse) if truth else (node.orelse, node.body)
        self.overhear(other, scope)
        try:
            if test.variables:
                with self.doubt(f"depends on {', '.join(test.variables)} ({scope.file}:{node.lineno})"):
                    self.block(body, scope)
            else:
                self.block(body, scope)
        except Raised as raised:
            if raised.variable or self.is_caught(raised.kind) or (not test.variables and self.depth):
                raise
            self.guard(test.variables, scope)
            self.perhaps(other, scope, f"set unless settings fail ({scope.file}:{node.lineno})")

    def overhear(self, body: Sequence[ast.AST], scope: Scope) -> None:
        """Record the variables, by their literal names, that are read in code that is not run."""
        if self.depth:
            return
        here = self.here
        perhaps = {name for name, variable in self.environment.variables.items() if variable.perhaps}
        types: dict[ast.AST, str] = {}
        with self.doubt("", undecided=True):
            for part in body:
                if part in self.overheard:
                    continue
                self.overheard.add(part)
                for node in ast.walk(part):
                    self.step()
                    if isinstance(node, (ast.Call, ast.Subscript)):
                        self.overhear_read(node, scope, types)
        self.here = here
        for name, variable in self.environment.variables.items():
            variable.perhaps = name in perhaps

    def overhear_read(self, node: ast.Call | ast.Subscript, scope: Scope, types: dict[ast.AST, str]) -> None:
        """Record the variable that an expression reads; `types` holds what the expressions around it make of it."""
        if isinstance(node, ast.Call):
            target, literal = node.func, node.args[0] if node.args else None
            if isinstance(target, ast.Attribute) and target.attr == "split":
                types[target.value] = "list"
            elif isinstance(target, ast.Name) and target.id in ("int", "float") and literal is not None:
                types[literal] = "int"
        else:
            target, literal = node.value, node.slice
        root = target.value if isinstance(target, ast.Attribute) else target
        root = root.value if isinstance(root, ast.Attribute) else root
        if not isinstance(root, ast.Name):
            return
        if not (isinstance(literal, ast.Constant) and isinstance(literal.value, str)):
            return
        self.here = f"{scope.file}:{node.lineno}"
        try:
            function = self.evaluate(target, scope)
            if isinstance(node, ast.Call):
                reads = self.reads_environment(function)
            else:
                reads = isinstance(function.data, Reference) and function.data.name == "os.environ"
            read = self.evaluate(node, scope) if reads else Value()
        except Raised:
            return
        if read.direct and node in types:
            self.set_type(read.direct, types[node])

    def reads_environment(self, function: Value) -> bool:
        """Return whether a function outside the project, or a reader's method, reads the environment."""
        data = function.data
        if isinstance(data, Bound):
            data = data.owner.data
        if isinstance(data, Reference):
            return data.name in ("os.getenv", "os.environ.get", "decouple.config", "dj_database_url.config")
        return isinstance(data, Reader)

    def is_caught(self, kind: str) -> bool:
        """Return whether a `try` around the statement catches an exception of this name."""
        wanted = {kind, "Exception", "BaseException"}
        return any(not names or names & wanted for caught in self.caught for names in caught)

    def exec_Try(self, node: ast.Try, scope: Scope) -> None:
        caught = [self.handler_names(handler) for handler in node.handlers]
        missing = any(not names or names & CATCHES_MISSING for names in caught)
        imports = any(not names or names & CATCHES_IMPORT for names in caught)
        self.catching += missing
        self.optional_import += imports
        self.caught.append(caught)
        elsewhere = self.imported_elsewhere(node, scope) if imports else ""
        reason = f"depends on whether {elsewhere} is installed ({scope.file}:{node.lineno})"
        try:
            with self.doubt(reason) if elsewhere else self.nothing():
                self.block([*node.body, *node.orelse], scope)
            failed = None
        except Raised as raised:
            failed = raised
        finally:
            self.catching -= missing
            self.optional_import -= imports
            self.caught.pop()
        if failed is not None:
            self.handle(node, caught, failed, scope)
        self.block(node.finalbody, scope)

    exec_TryStar = exec_Try

    def handle(self, node: ast.Try, caught: list[set[str]], failed: Raised, scope: Scope) -> None:
        """Work out the handler for what the body raised; if it raises in turn, the variable must be set."""
        wanted = {failed.kind, "Exception", "BaseException"} if failed.kind else CATCHES_MISSING
        wanted = CATCHES_IMPORT if failed.module else wanted
        choice = next((i for i, names in enumerate(caught) if not names or names & wanted), None)
        if choice is None:
            raise failed
        before, self.missing = self.missing, failed.variable
        try:
            why = (
                f"{failed.variable or failed.module or 'what comes before'} is not there ({scope.file}:{node.lineno})"
            )
            with self.doubt(why):
                self.block(node.handlers[choice].body, scope)
        except Returned as returned:
            if failed.variable:
                self.environment.set_default(failed.variable, returned.value)
                data = returned.value
                raise Returned(
                    Value(data.data, merge(Value(None, (failed.variable,)), data), failed.variable)
                ) from None
            raise
        except Raised:
            if not failed.variable:
                raise
            self.require(failed.variable)
            self.environment.variables[failed.variable].required = not self.undecided
            self.missing = before
            self.block([*node.body, *node.orelse], scope)
        finally:
            self.missing = before

    def imported_elsewhere(self, node: ast.Try, scope: Scope) -> str:
        """Return a package outside the project that the body of a `try` imports."""
        for statement in node.body:
            dotted = [alias.name for alias in statement.names] if isinstance(statement, ast.Import) else []
            if isinstance(statement, ast.ImportFrom) and not statement.level:
                dotted = [statement.module or ""]
            for name in dotted:
                if self.find_module(name.partition(".")[0], scope.file, 0) is None:
                    return name
        return ""

    def handler_names(self, handler: ast.ExceptHandler) -> set[str]:
        """Return the names of the exceptions that a handler catches, empty for all."""
        kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type] if handler.type else []
        return {kind.attr if isinstance(kind, ast.Attribute) else getattr(kind, "id", "?") for kind in kinds}

    def exec_For(self, node: ast.For, scope: Scope) -> None:
        source = self.evaluate(node.iter, scope)
        if not isinstance(source.data, (list, tuple, dict, str)):
            self.assign(node.target, Value(UNKNOWN, source.variables), scope, node.lineno)
            self.perhaps(node.body, scope, f"set in a loop ({scope.file}:{node.lineno})")
            return
        for item in parts(source)[:MAX_TURNS]:
            self.assign(node.target, item, scope, node.lineno)
            try:
                self.block(node.body, scope)
            except LoopEnd as end:
                if end.leave:
                    return
        self.block(node.orelse, scope)

    exec_AsyncFor = exec_For

    def exec_While(self, node: ast.While, scope: Scope) -> None:
        if self.truth(self.evaluate(node.test, scope)) is not False:
            self.perhaps(node.body, scope, f"set in a loop ({scope.file}:{node.lineno})")

    def exec_With(self, node: ast.With, scope: Scope) -> None:
        prefixed: list[tuple[Reader, str]] = []
        suppressed = False
        for item in node.items:
            value = self.evaluate(item.context_expr, scope)
            call = item.context_expr
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "prefixed":
                reader = self.evaluate(call.func.value, scope).data
                text = self.evaluate(call.args[0], scope).data if call.args else None
                if isinstance(reader, Reader) and isinstance(text, str):
                    prefixed.append((reader, reader.prefix))
                    reader.prefix += text
            suppressed = suppressed or (
                isinstance(value.data, Reference) and value.data.name == "contextlib.suppress()"
            )
            if item.optional_vars is not None:
                self.assign(item.optional_vars, Value(), scope, node.lineno)
        self.catching += suppressed
        self.optional_import += suppressed
        try:
            self.block(node.body, scope)
        except Raised:
            if not suppressed:
                raise
        finally:
            self.catching -= suppressed
            self.optional_import -= suppressed
            for reader, prefix in reversed(prefixed):
                reader.prefix = prefix

    exec_AsyncWith = exec_With

    def exec_Match(self, node: ast.Match, scope: Scope) -> None:
        subject = self.evaluate(node.subject, scope)
        reason = f"depends on {', '.join(subject.variables)} ({scope.file}:{node.lineno})" if subject.variables else ""
        for case in node.cases:
            matches = self.matches(case.pattern, subject, scope)
            if matches and case.guard is not None:
                matches = self.truth(self.evaluate(case.guard, scope))
            if matches is None:
                self.perhaps(case.body, scope, f"set in a case that could not be decided ({scope.file}:{node.lineno})")
            elif matches:
                with self.doubt(reason) if reason else self.nothing():
                    self.block(case.body, scope)
                return

    @contextmanager
    def nothing(self) -> Iterator[None]:
        yield

    def matches(self, pattern: ast.pattern, subject: Value, scope: Scope) -> bool | None:
        """Return whether a pattern matches; None if it cannot be known."""
        if isinstance(pattern, (ast.MatchValue, ast.MatchSingleton)):
            value = (
                self.evaluate(pattern.value, scope) if isinstance(pattern, ast.MatchValue) else Value(pattern.value)
            )
            self.compared(subject, value)
            return same(subject, value) if known(subject) else None
        if isinstance(pattern, ast.MatchOr):
            results = [self.matches(part, subject, scope) for part in pattern.patterns]
            return True if True in results else None if None in results else False
        if isinstance(pattern, ast.MatchAs):
            matches = True if pattern.pattern is None else self.matches(pattern.pattern, subject, scope)
            if pattern.name:
                self.bind(pattern.name, subject, scope, pattern.lineno)
            return matches
        return None

    def exec_FunctionDef(self, node: ast.FunctionDef, scope: Scope) -> None:
        names = tuple(self.dotted(decorator) for decorator in node.decorator_list)
        is_property = any(name.rpartition(".")[2] in ("property", "cached_property", "setting") for name in names)
        self.bind(node.name, Value(Function(node, scope, scope.owner, is_property, names)), scope, node.lineno)

    exec_AsyncFunctionDef = exec_FunctionDef

    def dotted(self, node: ast.expr) -> str:
        """Return a name as it is written, without the arguments of a call."""
        names: list[str] = []
        while isinstance(node, (ast.Attribute, ast.Call)):
            if isinstance(node, ast.Attribute):
                names.append(node.attr)
            node = node.value if isinstance(node, ast.Attribute) else node.func
        return ".".join(reversed([*names, getattr(node, "id", "?")]))

    def exec_ClassDef(self, node: ast.ClassDef, scope: Scope) -> None:
        bases = [self.evaluate(base, scope) for base in node.bases]
        made = Class(node.name, bases, {}, f"{scope.file}:{node.lineno}")
        self.bind(node.name, Value(made), scope, node.lineno)
        if any(isinstance(base.data, Class) or self.settings_base(base) for base in bases) or not bases:
            inner = Scope(scope.file, [made.names, *scope.chain], owner=made)
            try:
                self.block(node.body, inner)
            except (Raised, Returned, LoopEnd):
                pass

    def settings_base(self, base: Value) -> bool:
        """Return whether a class that is not the project's is one that settings are made of."""
        return isinstance(base.data, Reference) and base.data.name.rpartition(".")[2] not in (
            "Enum",
            "StrEnum",
            "Model",
        )

    # ------------------------------------------------------------ imports

    def exec_Import(self, node: ast.Import, scope: Scope) -> None:
        for alias in node.names:
            dotted = alias.name if alias.asname else alias.name.partition(".")[0]
            path = self.find_module(dotted, scope.file, 0)
            value = Value(Reference(dotted)) if path is None else Value(Reference(f"<project>.{dotted}"))
            if alias.asname or alias.name.partition(".")[0] not in scope.chain[0]:
                self.bind(alias.asname or dotted, value, scope, node.lineno)

    def exec_ImportFrom(self, node: ast.ImportFrom, scope: Scope) -> None:
        dotted = node.module or ""
        path = self.find_module(dotted, scope.file, node.level)
        star = node.names[0].name == "*"
        project = path is not None or node.level > 0
        if path and self.optional_import and self.ignored(path):
            path = None
        if path is None and project or (path == "" and star):
            self.absent(f"{'.' * node.level}{dotted}", scope, node)
            return
        if path is None:
            for alias in node.names:
                if star:
                    self.notes.append(
                        (f"{scope.file}:{node.lineno}", f"takes all names of {dotted}, which is not in the project")
                    )
                else:
                    self.bind(
                        alias.asname or alias.name, Value(Reference(f"{dotted}.{alias.name}")), scope, node.lineno
                    )
            return
        if star:
            if scope.file in self.settings_files:
                self.settings_files.add(path)
            self.star(self.module(path), scope, node.lineno)
            return
        for alias in node.names:
            name = alias.asname or alias.name
            if scope.file not in self.settings_files and not self.optional_import:
                self.bind(name, Value(Lazy(node, scope.file, alias.name)), scope, node.lineno)
                continue
            bound = self.imported(node, scope.file, alias.name)
            if bound is not None:
                doubt = bound.doubt or (self.doubts[-1] if self.doubts else "")
                scope.chain[0][name] = Binding(bound.value, bound.source or f"{scope.file}:{node.lineno}", doubt)
            elif not path and self.optional_import:
                self.absent(f"{'.' * node.level}{dotted}.{alias.name}", scope, node)
            else:
                self.bind(name, Value(), scope, node.lineno)

    def imported(self, node: ast.ImportFrom, file: str, name: str) -> Binding | None:
        """Return what `from ... import name` finds in the project: a name in a module, or a module in a package."""
        path = self.find_module(node.module or "", file, node.level)
        bound = self.module(path).get(name) if path else None
        if bound is not None:
            self.resolved(bound)
            return bound
        inner = self.find_module(f"{node.module or ''}.{name}".lstrip("."), file, node.level)
        if not inner or (self.optional_import and self.ignored(inner)):
            return None
        return Binding(Value(Module(inner, self.module(inner))), "")

    def resolved(self, bound: Binding) -> Value:
        """Return a name's value, looking up what was imported lazily."""
        data = bound.value.data
        if isinstance(data, Lazy):
            bound.value = Value()  # where imports go round in circles
            found = self.imported(data.node, data.file, data.name)
            bound.value = found.value if found is not None else Value()
        return bound.value

    def absent(self, name: str, scope: Scope, node: ast.ImportFrom) -> None:
        """Handle a module that the project does not hold."""
        if self.optional_import:
            raise Raised(module=name)
        self.notes.append((f"{scope.file}:{node.lineno}", f"imports {name}, which is not in the project"))
        for alias in node.names:
            if alias.name != "*":
                self.bind(alias.asname or alias.name, Value(), scope, node.lineno)

    def star(self, names: Names, scope: Scope, line: int) -> None:
        """Take over a module's public names; https://docs.python.org/3/reference/simple_stmts.html#the-import-statement."""
        listed = names.get("__all__")
        data = plain(listed.value) if listed else UNKNOWN
        public = [name for name in names if not name.startswith("_")]
        if isinstance(data, (list, tuple)) and UNKNOWN not in data:
            public = [name for name in data if isinstance(name, str) and name in names]
        doubt = self.doubts[-1] if self.doubts else ""
        for name in public:
            bound = names[name]
            scope.chain[0][name] = Binding(bound.value, bound.source, bound.doubt or doubt)

    def include(self, arguments: Arguments, scope: Scope) -> None:
        """Work out the files that django-split-settings includes; https://django-split-settings.readthedocs.io."""
        base = scope.file.rpartition("/")[0]
        for argument in arguments.positional[:MAX_MODULES]:
            pattern = calls.path_text(argument)
            if pattern is None:
                self.notes.append((self.here, "includes a file whose name could not be worked out"))
                continue
            pattern = posixpath.normpath(posixpath.join(ROOT, base, pattern)).removeprefix(ROOT + "/")
            for path in sorted(self.tree.match(pattern)):
                if path.count("/") == pattern.count("/") and path not in self.files and not self.ignored(path):
                    self.settings_files.add(path)
                    self.run(path, Scope(path, scope.chain))

    # ------------------------------------------------------------ expressions

    def evaluate(self, node: ast.expr, scope: Scope) -> Value:
        """Return what an expression amounts to."""
        self.step()
        handler = self.expressions.get(type(node))
        return handler(node, scope) if handler else Value()

    def eval_Constant(self, node: ast.Constant, scope: Scope) -> Value:
        return (
            Value(node.value)
            if node.value is None or isinstance(node.value, (str, bool, int, float, bytes))
            else Value()
        )

    def eval_Name(self, node: ast.Name, scope: Scope) -> Value:
        for names in scope.chain:
            if node.id in names:
                return self.resolved(names[node.id])
        if node.id == "__file__":
            return Value(f"{ROOT}/{scope.file}")
        if node.id == "__name__":
            return Value(self.module_name(scope.file))
        if node.id in ("__package__", "__doc__", "__spec__"):
            return Value()
        return Value(Reference(node.id))

    def module_name(self, path: str) -> str:
        """Return the dotted name of a module's file."""
        relative = path.removeprefix(self.folder + "/") if self.folder else path
        return relative.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    def eval_Attribute(self, node: ast.Attribute, scope: Scope) -> Value:
        return self.attribute(self.evaluate(node.value, scope), node.attr)

    def attribute(self, owner: Value, name: str) -> Value:
        """Return an attribute of a value."""
        data = owner.data
        if isinstance(data, Reference):
            return self.reference(f"{data.name}.{name}")
        if isinstance(data, PurePosixPath):
            return calls.path_attribute(owner, name)
        if isinstance(data, (str, list, tuple, dict, Reader, Space)):
            return Value(Bound(owner, name), owner.variables)
        if isinstance(data, Module) and not data.path:
            return data.names[name].value if name in data.names else Value(UNKNOWN, owner.variables)
        if isinstance(data, Module):
            bound = data.names.get(name)
            if bound is not None:
                return self.resolved(bound)
            inner = self.find_module(name, data.path, 1) if data.path.endswith("__init__.py") else None
            return Value(Module(inner, self.module(inner))) if inner else Value()
        if isinstance(data, (Class, Instance)):
            return self.member(owner, name)
        return Value(UNKNOWN, owner.variables)

    def reference(self, dotted: str) -> Value:
        """Return what a dotted name stands for: a name in the project's modules, a known constant, or itself."""
        if dotted in KNOWN_NAMES:
            return wrap(KNOWN_NAMES[dotted])
        if dotted.startswith("<project>."):
            dotted = dotted.removeprefix("<project>.")
            path = self.find_module(dotted, "", 0)
            if path is not None:
                return Value(Reference(f"<project>.{dotted}"))
            parent, _, name = dotted.rpartition(".")
            owner = self.find_module(parent, "", 0)
            bound = self.module(owner).get(name) if owner else None
            return self.resolved(bound) if bound else Value()
        return Value(Reference(dotted)) if len(dotted) < 300 else Value()

    def member(self, owner: Value, name: str) -> Value:
        """Return an attribute of a class or of an instance of one."""
        data = owner.data
        cls = data.cls if isinstance(data, Instance) else data
        line = cls.line()
        if isinstance(data, Instance) and name in data.names and data.after is None:
            return data.names[name].value
        if isinstance(data, Instance) and data.after in line:
            line = line[line.index(data.after) + 1 :]
        if name == "__class__":
            return Value(cls)
        external = any(isinstance(item, Reference) for item in line)
        for item in line:
            bound = item.names.get(name) if isinstance(item, Class) else None
            if bound is None:
                continue
            if isinstance(data, Instance) and any(
                isinstance(base, Reference) and base.name.rpartition(".")[2] == "BaseSettings" for base in line
            ):
                return self.field(line, name, bound)
            if isinstance(bound.value.data, Function) and isinstance(data, Instance):
                if bound.value.data.is_property:
                    itself = Value(Instance(data.cls, data.names))
                    return self.call_function(bound.value.data, Arguments([itself], {}))
                return Value(Bound(owner, name))
            return Value(Bound(owner, name)) if isinstance(bound.value.data, Function) else bound.value
        return Value(Bound(owner, name)) if external else Value()

    def field(self, line: list[Any], name: str, bound: Binding) -> Value:
        """Return a field of pydantic's BaseSettings; https://docs.pydantic.dev/latest/concepts/pydantic_settings/."""
        if isinstance(bound.value.data, Function):
            return Value()
        prefix = ""
        for item in line:
            config = item.names.get("model_config") if isinstance(item, Class) else None
            if config is not None and isinstance(config.value.data, dict) and "env_prefix" in config.value.data:
                text = config.value.data["env_prefix"].data
                prefix = text if isinstance(text, str) else ""
                break
            old = item.names.get("Config") if isinstance(item, Class) else None
            if old is not None and isinstance(old.value.data, Class) and "env_prefix" in old.value.data.names:
                text = old.value.data.names["env_prefix"].value.data
                prefix = text if isinstance(text, str) else ""
                break
        default = None if bound.value.data is MISSING else bound.value
        return self.read((prefix + name).upper(), default)

    def eval_Subscript(self, node: ast.Subscript, scope: Scope) -> Value:
        owner = self.evaluate(node.value, scope)
        data = owner.data
        if isinstance(node.slice, ast.Slice):
            at = self.slice_of(node.slice, scope)
            if at is not None and isinstance(data, (str, list, tuple)):
                return Value(data[at], owner.variables)
            return Value(UNKNOWN, owner.variables)
        key = self.evaluate(node.slice, scope)
        variables = merge(owner, key)
        if isinstance(data, Reference) and data.name == "os.environ":
            if not self.depth:
                self.here = f"{scope.file}:{node.lineno}"
            return self.read(key.data, None) if isinstance(key.data, str) and key.data else Value(UNKNOWN, variables)
        if isinstance(data, Reader) and isinstance(key.data, str) and key.data:
            return self.read(data.prefix + key.data, None)
        if isinstance(data, Space) and isinstance(key.data, str):
            return data.names[key.data].value if key.data in data.names else Value()
        if isinstance(data, dict) and hashable(key) and key.data in data:
            return data[key.data]
        if isinstance(data, (list, tuple, str)) and isinstance(key.data, int) and -len(data) <= key.data < len(data):
            item = data[key.data]
            return item if isinstance(item, Value) else Value(item, variables)
        return Value(UNKNOWN, variables)

    def slice_of(self, node: ast.Slice, scope: Scope) -> slice | None:
        """Return a slice whose ends are known."""
        ends = [self.evaluate(end, scope).data if end else None for end in (node.lower, node.upper, node.step)]
        return slice(*ends) if all(end is None or isinstance(end, int) for end in ends) and ends[2] != 0 else None

    def eval_List(self, node: ast.List, scope: Scope) -> Value:
        return Value(self.elements(node.elts, scope))

    def eval_Set(self, node: ast.Set, scope: Scope) -> Value:
        return Value(self.elements(node.elts, scope))

    def eval_Tuple(self, node: ast.Tuple, scope: Scope) -> Value:
        return Value(tuple(self.elements(node.elts, scope)))

    def elements(self, nodes: list[ast.expr], scope: Scope) -> list[Value]:
        items: list[Value] = []
        for node in nodes:
            if isinstance(node, ast.Starred):
                items += parts(self.evaluate(node.value, scope))
            else:
                items.append(self.evaluate(node, scope))
        return items[: calls.MAX_ITEMS]

    def eval_Dict(self, node: ast.Dict, scope: Scope) -> Value:
        items: dict[Any, Value] = {}
        for key_node, value_node in zip(node.keys, node.values, strict=True):
            value = self.evaluate(value_node, scope)
            if key_node is None:
                items.update(value.data if isinstance(value.data, dict) else {})
                continue
            key = self.evaluate(key_node, scope)
            if hashable(key):
                items[key.data] = value
        return Value(items)

    def eval_JoinedStr(self, node: ast.JoinedStr, scope: Scope) -> Value:
        text, variables = "", []
        for part in node.values:
            if isinstance(part, ast.Constant):
                text += str(part.value)
                continue
            if not isinstance(part, ast.FormattedValue):
                return Value()
            value = self.evaluate(part.value, scope)
            variables.append(value)
            data = calls.plain_text(value)
            if (
                part.format_spec is not None
                or part.conversion not in (-1, 115)
                or isinstance(data, tuple)
                or data is UNKNOWN
            ):
                for rest in node.values:  # the others may read variables
                    if isinstance(rest, ast.FormattedValue) and rest is not part:
                        variables.append(self.evaluate(rest.value, scope))
                return Value(UNKNOWN, merge(*variables))
            text += str(data)
        return limited(text, merge(*variables))

    def eval_BinOp(self, node: ast.BinOp, scope: Scope) -> Value:
        return self.binary(node.op, self.evaluate(node.left, scope), self.evaluate(node.right, scope))

    def binary(self, op: ast.operator, left: Value, right: Value) -> Value:
        """Return what an operator makes of two values."""
        variables = merge(left, right)
        one, other = left.data, right.data
        if isinstance(op, ast.Div) and (isinstance(one, PurePosixPath) or isinstance(other, PurePosixPath)):
            texts = calls.path_text(left), calls.path_text(right)
            kind = type(one) if isinstance(one, PurePosixPath) else PurePosixPath
            return Value(UNKNOWN if None in texts else kind(texts[0]) / texts[1], variables)
        if isinstance(one, CallablePath) and isinstance(op, (ast.Sub, ast.Add)):
            if isinstance(op, ast.Add):
                text = calls.path_text(right)
                return Value(UNKNOWN if text is None else one / text, variables)
            for _ in range(min(other, 50) if isinstance(other, int) else 0):
                one = one.parent
            return Value(one if isinstance(other, int) else UNKNOWN, variables)
        if isinstance(op, ast.Add) and (isinstance(one, (list, tuple)) or isinstance(other, (list, tuple))):
            items = (parts(left) + parts(right))[: calls.MAX_ITEMS]
            return Value(tuple(items) if isinstance(one, tuple) else items, variables)
        if isinstance(op, ast.BitOr) and isinstance(one, dict) and isinstance(other, dict):
            return Value({**one, **other}, variables)
        if isinstance(op, ast.Sub) and isinstance(one, list) and isinstance(other, list):
            return Value([item for item in one if calls.find(other, item) is None], variables)
        if isinstance(op, ast.Mod) and isinstance(one, str):
            return self.percent(one, right, variables)
        if isinstance(op, ast.Add) and isinstance(one, str) and isinstance(other, str):
            return limited(one + other, variables)
        numbers = all(isinstance(data, (int, float)) and abs(data) < BIG for data in (one, other))
        function = OPERATORS.get(type(op))
        if not numbers or function is None:
            return Value(UNKNOWN, variables)
        try:
            return Value(function(one, other), variables)
        except (ArithmeticError, TypeError, ValueError):
            return Value(UNKNOWN, variables)

    def percent(self, template: str, right: Value, variables: tuple[str, ...]) -> Value:
        """Return a text formatted with %."""
        data: Any = right.data
        if isinstance(data, dict):
            data = {key: calls.plain_text(item) for key, item in data.items()}
            items = list(data.values())
        elif isinstance(data, tuple):
            data = tuple(calls.plain_text(item) for item in data)
            items = list(data)
        else:
            data = calls.plain_text(right)
            items = [data]
        if calls.WIDE.search(template) or any(not isinstance(item, (str, int, float)) for item in items):
            return Value(UNKNOWN, variables)
        try:
            return limited(template % data, variables)
        except (TypeError, ValueError, LookupError, OverflowError):
            return Value(UNKNOWN, variables)

    def eval_UnaryOp(self, node: ast.UnaryOp, scope: Scope) -> Value:
        value = self.evaluate(node.operand, scope)
        if isinstance(node.op, ast.Not):
            truth = self.truth(value)
            return Value(UNKNOWN if truth is None else not truth, value.variables)
        if isinstance(value.data, (int, float)) and isinstance(node.op, (ast.USub, ast.UAdd)):
            return Value(-value.data if isinstance(node.op, ast.USub) else value.data, value.variables)
        return Value(UNKNOWN, value.variables)

    def truth(self, value: Value) -> bool | None:
        """Return whether a value counts as true; None if it cannot be known."""
        data = value.data
        if data is UNKNOWN or data is MISSING or isinstance(data, (Reference, Bound)):
            return None
        if isinstance(data, list) and data and not any(known(item) for item in data):
            return None
        return (
            bool(data) if data is None or isinstance(data, (str, bytes, bool, int, float, list, tuple, dict)) else True
        )

    def eval_BoolOp(self, node: ast.BoolOp, scope: Scope) -> Value:
        wanted = isinstance(node.op, ast.Or)
        seen: list[Value] = []
        open_ = 0
        for place, part in enumerate(node.values):
            if open_:
                with self.doubt("", undecided=True):
                    value = self.evaluate(part, scope)
            else:
                value = self.evaluate(part, scope)
            seen.append(value)
            truth = self.truth(value)
            if truth is wanted and not open_:
                if wanted and place:
                    self.default_of(seen[0], value)
                return Value(value.data, merge(*seen), value.direct or seen[0].direct)
            if truth is wanted and open_ and isinstance(value.data, bool):
                return Value(wanted, merge(*seen))
            open_ += truth is None
        if open_:
            return Value(UNKNOWN, merge(*seen), seen[0].direct)
        if wanted:
            self.default_of(seen[0], seen[-1])
        return Value(seen[-1].data, merge(*seen), seen[-1].direct or seen[0].direct)

    def default_of(self, read: Value, value: Value) -> None:
        """Take the right side of `or` as the default of the variable that its left side reads."""
        variable = self.environment.variables.get(read.direct)
        if variable is not None and variable.default in (None, "") and known(value):
            variable.default = None
            self.environment.set_default(read.direct, value)

    def eval_Compare(self, node: ast.Compare, scope: Scope) -> Value:
        left = self.evaluate(node.left, scope)
        seen, result = [left], True
        decided = True
        for op, right_node in zip(node.ops, node.comparators, strict=True):
            right = self.evaluate(right_node, scope)
            seen.append(right)
            outcome = self.compare(op, left, right)
            if outcome is False:
                result = False
            decided = decided and outcome is not None
            left = right
        if isinstance(node.ops[0], (ast.In, ast.NotIn)) and isinstance(seen[1].data, Reference):
            if seen[1].data.name == "os.environ" and isinstance(seen[0].data, str):
                seen[1] = Value(None, (seen[0].data,))
        if not result:
            return Value(False, merge(*seen))
        return Value(True if decided else UNKNOWN, merge(*seen))

    def compare(self, op: ast.cmpop, left: Value, right: Value) -> bool | None:
        """Return a comparison's outcome; None if it cannot be known."""
        if isinstance(op, (ast.Eq, ast.Is, ast.NotEq, ast.IsNot)):
            self.compared(left, right)
            self.compared(right, left)
            if not known(left) or not known(right):
                return None
            outcome = same(left, right)
            return outcome if outcome is None or isinstance(op, (ast.Eq, ast.Is)) else not outcome
        if isinstance(op, (ast.In, ast.NotIn)):
            outcome = self.contains(right, left)
            return outcome if outcome is None or isinstance(op, ast.In) else not outcome
        one, other = left.data, right.data
        comparable = (isinstance(one, (int, float)) and isinstance(other, (int, float))) or (
            isinstance(one, str) and isinstance(other, str)
        )
        return COMPARISONS[type(op)](one, other) if comparable and type(op) in COMPARISONS else None

    def contains(self, container: Value, item: Value) -> bool | None:
        """Return whether something is in a container, or a variable is set."""
        data = container.data
        if isinstance(data, Reference) and data.name == "os.environ" and isinstance(item.data, str) and item.data:
            self.environment.note(item.data, self.here)
            return self.environment.text(item.data) is not None
        if isinstance(data, Space) and isinstance(item.data, str):
            return item.data in data.names
        if isinstance(data, str) and isinstance(item.data, str):
            return item.data in data
        if isinstance(data, dict) and hashable(item):
            return item.data in data
        if isinstance(data, (list, tuple)):
            for part in data:
                self.compared(item, part)
            if not known(item):
                return None
            if calls.find(data, item) is not None:
                return True
            return None if any(not known(part) for part in data) else False
        return None

    def compared(self, read: Value, literal: Value) -> None:
        """Record what a variable's text is compared with: it tells its type, or the names of environments."""
        variable = self.environment.variables.get(read.direct)
        if variable is None or not isinstance(literal.data, str):
            return
        if literal.data.lower() in BOOL_WORDS:
            self.set_type(read.direct, "bool")
        elif literal.data not in variable.compared:
            variable.compared.append(literal.data)

    def eval_IfExp(self, node: ast.IfExp, scope: Scope) -> Value:
        test = self.evaluate(node.test, scope)
        truth = self.truth(test)
        if truth is not None:
            value = self.evaluate(node.body if truth else node.orelse, scope)
            self.overhear([node.orelse if truth else node.body], scope)
            return Value(value.data, merge(value, test), value.direct)
        with self.doubt("", undecided=True):
            body, other = self.evaluate(node.body, scope), self.evaluate(node.orelse, scope)
        return Value(body.data if same(body, other) else UNKNOWN, merge(test, body, other))

    def eval_NamedExpr(self, node: ast.NamedExpr, scope: Scope) -> Value:
        value = self.evaluate(node.value, scope)
        self.assign(node.target, value, scope, node.lineno)
        return value

    def eval_Starred(self, node: ast.Starred, scope: Scope) -> Value:
        return self.evaluate(node.value, scope)

    def eval_Lambda(self, node: ast.Lambda, scope: Scope) -> Value:
        return Value(Function(node, scope))

    def comprehension(self, node: Any, scope: Scope, make: Callable[[Scope], None]) -> bool:
        """Call `make` for each turn of a comprehension; False if what it goes over is not known."""
        complete = True

        def turn(generators: list[ast.comprehension], inner: Scope) -> None:
            nonlocal complete
            if not generators:
                make(inner)
                return
            first, *rest = generators
            source = self.evaluate(first.iter, inner)
            if not isinstance(source.data, (list, tuple, dict, str)):
                complete = False
                return
            for item in parts(source)[:MAX_TURNS]:
                self.assign(first.target, item, inner, node.lineno)
                tests = [self.truth(self.evaluate(test, inner)) for test in first.ifs]
                complete = complete and None not in tests
                if False not in tests:
                    turn(rest, inner)

        turn(node.generators, Scope(scope.file, [{}, *scope.chain]))
        return complete

    def eval_ListComp(self, node: ast.ListComp | ast.GeneratorExp | ast.SetComp, scope: Scope) -> Value:
        items: list[Value] = []
        complete = self.comprehension(node, scope, lambda inner: items.append(self.evaluate(node.elt, inner)))
        first = self.evaluate(node.generators[0].iter, scope).variables if not complete else merge(*items)
        return Value(items[: calls.MAX_ITEMS] if complete or items else UNKNOWN, first)

    eval_GeneratorExp = eval_ListComp
    eval_SetComp = eval_ListComp

    def eval_DictComp(self, node: ast.DictComp, scope: Scope) -> Value:
        items: dict[Any, Value] = {}

        def add(inner: Scope) -> None:
            key = self.evaluate(node.key, inner)
            value = self.evaluate(node.value, inner)
            if hashable(key):
                items[key.data] = value

        complete = self.comprehension(node, scope, add)
        return Value(items if complete else UNKNOWN)

    # ------------------------------------------------------------ calls

    def eval_Call(self, node: ast.Call, scope: Scope) -> Value:
        function = self.evaluate(node.func, scope)
        arguments = self.arguments(node, scope)
        if not self.depth:
            self.here = f"{scope.file}:{node.lineno}"
        if isinstance(function.data, Reference):
            name = function.data.name
            if name == "super":
                return self.parent_class(scope)
            if name in ("globals", "locals", "vars") and not arguments.positional:
                return Value(Space(scope.globals if name == "globals" else scope.chain[0]))
            if name == "vars" and isinstance(arguments.positional[0].data, Module):
                return Value(Space(arguments.positional[0].data.names))
            if name == "split_settings.tools.include":
                self.include(arguments, scope)
                return Value(None)
            if name == "exec":
                self.notes.append(
                    (f"{scope.file}:{node.lineno}", "runs other code with exec(), which was not followed")
                )
                return Value(None)
        if isinstance(function.data, Bound):
            if function.data.name in MUTATORS and isinstance(node.func, ast.Attribute):
                self.touch(node.func.value, scope, node.lineno)
            if isinstance(function.data.owner.data, Space) and function.data.name == "update":
                self.update_names(function.data.owner.data, arguments, scope, node.lineno)
                return Value(None)
        return self.call(function, arguments)

    def update_names(self, space: Space, arguments: Arguments, scope: Scope, line: int) -> None:
        """Assign what globals().update() does."""
        first = arguments.get(0)
        given = dict(arguments.named)
        if first is not None and isinstance(first.data, Space):
            space.names.update({name: bound for name, bound in first.data.names.items() if not name.startswith("__")})
        elif first is not None and isinstance(first.data, dict):
            given = {**first.data, **given}
        elif first is not None:
            self.notes.append((f"{scope.file}:{line}", "sets names that could not be worked out"))
        for name, value in given.items():
            space.names[name] = Binding(value, f"{scope.file}:{line}", self.doubts[-1] if self.doubts else "")

    def parent_class(self, scope: Scope) -> Value:
        """Return what super() stands for in a method."""
        itself = scope.chain[0].get("self") or next(iter(scope.chain[0].values()), None)
        if scope.owner is None or itself is None or not isinstance(itself.value.data, (Instance, Class)):
            return Value()
        data = itself.value.data
        cls = data.cls if isinstance(data, Instance) else data
        return Value(Instance(cls, data.names if isinstance(data, Instance) else {}, scope.owner))

    def arguments(self, node: ast.Call, scope: Scope) -> Arguments:
        arguments = Arguments([], {})
        for part in node.args:
            value = self.evaluate(part, scope)
            if not isinstance(part, ast.Starred):
                arguments.positional.append(value)
            elif isinstance(value.data, (list, tuple)):
                arguments.positional += value.data
            else:
                arguments.open = True
        for keyword in node.keywords:
            value = self.evaluate(keyword.value, scope)
            if keyword.arg is not None:
                arguments.named[keyword.arg] = value
            elif isinstance(value.data, dict):
                arguments.named.update({key: item for key, item in value.data.items() if isinstance(key, str)})
            else:
                arguments.open = True
        return arguments

    def call(self, function: Value, arguments: Arguments) -> Value:
        """Return what a call returns."""
        data = function.data
        if isinstance(data, Function):
            return self.call_function(data, arguments)
        if isinstance(data, Bound):
            return self.call_method(data, arguments)
        if isinstance(data, Reader):
            return calls.reader_call(self, data, "", arguments)
        if isinstance(data, CallablePath):
            joined = calls.path_method(self, function, "joinpath", arguments)
            return Value(str(joined.data) if known(joined) else UNKNOWN, joined.variables)
        if isinstance(data, Class):
            if any(
                isinstance(base, Reference) and base.name.startswith(("environ.", "environs.")) for base in data.line()
            ):
                return calls.new_reader("environ")(self, arguments)
            return Value(Instance(data, {}), merge(*arguments.all))
        if isinstance(data, Reference):
            return self.call_reference(data.name, arguments)
        return Value(UNKNOWN, merge(function, *arguments.all))

    def call_reference(self, name: str, arguments: Arguments) -> Value:
        """Return what a function outside the project returns."""
        first = arguments.get(0)
        if name == "os.environ.copy" or (name == "dict" and first and isinstance(first.data, Reference)):
            return Value(Reference("os.environ"))
        if name in ("map", "filter") and len(arguments.positional) == 2:
            return self.mapped(name, *arguments.positional)
        if name.startswith("str.") and first is not None and isinstance(first.data, str):
            rest = Arguments(arguments.positional[1:], arguments.named, arguments.open)
            return self.call_method(Bound(first, name.removeprefix("str.")), rest)
        if name in EXTERNAL:
            return EXTERNAL[name](self, arguments)
        if name in ("urllib.parse.urlparse", "urllib.parse.urlsplit"):
            return self.parsed_url(arguments)
        last = name.rpartition(".")[2]
        if last in ("strtobool", "str2bool", "str_to_bool"):
            return calls.to_bool(self, arguments)
        if last.endswith("Value") and name.startswith("configurations."):
            return Value(Late(last.removesuffix("Value"), arguments))
        if name == "split_settings.tools.optional":
            return calls.first_argument(self, arguments)
        if last == "SettingsConfigDict":
            return calls.new_dict(self, arguments)
        if last == "Field" and name.startswith("pydantic"):
            default = arguments.get(0, "default")
            return Value(MISSING) if default is None or not known(default) else default
        if name == "contextlib.suppress":
            return Value(Reference("contextlib.suppress()"))
        if calls.looks_like_reader(name, arguments):
            return calls.unknown_reader(self, arguments)
        return Value(UNKNOWN, merge(*arguments.all))

    def parsed_url(self, arguments: Arguments) -> Value:
        """Return the parts of a URL as an object's attributes."""
        url = arguments.get(0, "url") or Value()
        if url.direct:
            self.set_type(url.direct, "url")
        if not isinstance(url.data, str):
            return Value(UNKNOWN, url.variables)
        try:
            parts_ = urlsplit(url.data)
            found = {name: getattr(parts_, name) for name in ("scheme", "netloc", "path", "query", "hostname", "port")}
        except ValueError:
            return Value(UNKNOWN, url.variables)
        names = {name: Binding(Value(part, url.variables), "") for name, part in found.items()}
        return Value(Module("", names), url.variables)

    def mapped(self, name: str, function: Value, source: Value) -> Value:
        """Return what map() or filter() make of a list."""
        if not isinstance(source.data, (list, tuple)):
            return Value(UNKNOWN, merge(function, source))
        items = list(source.data[:MAX_TURNS])
        results = items if function.data is None else [self.call(function, Arguments([item], {})) for item in items]
        if name == "map":
            return Value(results, source.variables)
        kept = [item for item, result in zip(items, results, strict=True) if self.truth(result) is not False]
        return Value(kept, source.variables)

    def late(self, name: str, value: Late, line: int, scope: Scope) -> Value:
        """Return a django-configurations value; https://django-configurations.readthedocs.io/en/stable/values/."""
        arguments = value.arguments
        prefix = arguments.named.get("environ_prefix")
        own = arguments.named.get("environ_name")
        text = (
            prefix.data if prefix is not None and (prefix.data is None or isinstance(prefix.data, str)) else "DJANGO"
        )
        variable = own.data if own is not None and isinstance(own.data, str) else name
        url = {
            "DatabaseURL": ("db", "DATABASE_URL"),
            "CacheURL": ("cache", "CACHE_URL"),
            "EmailURL": ("email", "EMAIL_URL"),
        }
        if value.kind in url:
            kind, variable = (
                url[value.kind][0],
                (own.data if own is not None and isinstance(own.data, str) else url[value.kind][1]),
            )
            text = text if prefix is not None else None
        else:
            kind = {"Boolean": "bool", "Integer": "int", "Float": "int", "List": "list", "Tuple": "list"}.get(
                value.kind, "str"
            )
        full = f"{text}_{variable}" if text else variable
        environ = arguments.named.get("environ")
        default = arguments.get(0, "default")
        if environ is not None and environ.data is False:
            return default or Value(None)
        needed = arguments.named.get("environ_required")
        required = value.kind == "Secret" or (needed is not None and needed.data is True)
        if not self.depth:
            self.here = f"{scope.file}:{line}"
        read = self.read(full, None if required else default or Value(None), kind)
        return Value({"default": read}, read.variables) if kind in ("db", "cache") else read

    def call_method(self, method: Bound, arguments: Arguments) -> Value:
        """Return what a method returns."""
        owner, name = method.owner, method.name
        data = owner.data
        variables = merge(owner, *arguments.all)
        if isinstance(data, Reader):
            return calls.reader_call(self, data, name, arguments)
        if isinstance(data, PurePosixPath):
            return calls.path_method(self, owner, name, arguments)
        if isinstance(data, str):
            separator = arguments.get(0, "sep")
            if owner.direct and name == "split" and (separator is None or separator.data in (",", ";", " ", None)):
                self.set_type(owner.direct, "list")
            result = calls.text_method(data, name, arguments, variables)
            if name in ("strip", "lower", "upper", "casefold"):
                result.direct = owner.direct
            return result
        if isinstance(data, list):
            return calls.list_method(data, name, arguments)
        if isinstance(data, tuple):
            return (
                calls.list_method(list(data), name, arguments)
                if name in ("index", "copy")
                else Value(UNKNOWN, variables)
            )
        if isinstance(data, dict):
            return calls.dict_method(data, name, arguments)
        if isinstance(data, Space):
            key = arguments.get(0)
            if name == "get" and key is not None and isinstance(key.data, str):
                return data.names[key.data].value if key.data in data.names else arguments.get(1) or Value(None)
            return Value()
        if isinstance(data, (Class, Instance)):
            if name == "load_settings":
                self.chosen = data.cls if isinstance(data, Instance) else data
                return Value(None)
            cls = data.cls if isinstance(data, Instance) else data
            line = cls.line()
            if isinstance(data, Instance) and data.after in line:
                line = line[line.index(data.after) + 1 :]
            for item in line:
                bound = item.names.get(name) if isinstance(item, Class) else None
                if bound is not None and isinstance(bound.value.data, Function):
                    itself = Value(Instance(data.cls, data.names)) if isinstance(data, Instance) else owner
                    function = bound.value.data
                    static = "staticmethod" in function.decorators or (
                        isinstance(data, Class) and "classmethod" not in function.decorators
                    )
                    return self.call_function(function, arguments if static else self.with_first(itself, arguments))
        return Value(UNKNOWN, variables)

    def with_first(self, itself: Value, arguments: Arguments) -> Arguments:
        return Arguments([itself, *arguments.positional], arguments.named, arguments.open)

    def call_function(self, function: Function, arguments: Arguments) -> Value:
        """Return what a function of the project's own returns, worked out with these arguments."""
        variables = merge(*arguments.all)
        if self.depth >= MAX_CALLS:
            return Value(UNKNOWN, variables)
        scope = Scope(function.scope.file, [{}, *function.scope.chain], owner=function.owner)
        if function.owner is not None:
            scope.chain = [scope.chain[0], function.scope.globals]
        start = len(self.environment.reads)
        unset_before = set(self.environment.variables)
        self.depth += 1
        missing, self.missing = self.missing, ""
        try:
            self.parameters(function, arguments, scope)
            value = self.outcome(function, scope)
        except RecursionError:
            value = Value()
        finally:
            self.depth -= 1
            self.missing = missing
        read = tuple(dict.fromkeys(self.environment.reads[start:]))
        if len(read) == 1 and read[0] not in unset_before and not self.environment.variables[read[0]].required:
            self.learn(read[0], value)
        direct = value.direct or (read[0] if len(read) == 1 and isinstance(value.data, str) else "")
        return Value(value.data, tuple(dict.fromkeys((*value.variables, *read))), direct, value.doubt)

    def learn(self, name: str, value: Value) -> None:
        """Take a helper's result as the default of the one variable that it read."""
        variable = self.environment.variables[name]
        if self.environment.text(name) is None:
            self.environment.set_default(name, value)
        if variable.type == "str" and isinstance(value.data, (bool, int, list, tuple)):
            variable.type = (
                "bool" if isinstance(value.data, bool) else "int" if isinstance(value.data, int) else "list"
            )

    def parameters(self, function: Function, arguments: Arguments, scope: Scope) -> None:
        """Assign the arguments of a call to the parameters of its function."""
        spec = function.node.args
        names = [parameter.arg for parameter in (*spec.posonlyargs, *spec.args)]
        defaults = dict(zip(reversed(names), reversed(spec.defaults), strict=False))
        keyword_defaults = {p.arg: d for p, d in zip(spec.kwonlyargs, spec.kw_defaults, strict=True) if d is not None}
        values: dict[str, Value] = dict(zip(names, arguments.positional, strict=False))
        known_names = {*names, *(parameter.arg for parameter in spec.kwonlyargs)}
        values.update({name: value for name, value in arguments.named.items() if name in known_names})
        for name, default in {**defaults, **keyword_defaults}.items():
            if name not in values:
                values[name] = Value() if arguments.open else self.evaluate(default, function.scope)
        line = function.node.lineno
        for name in known_names:
            scope.chain[0][name] = Binding(values.get(name, Value()), f"{scope.file}:{line}")
        if spec.vararg:
            scope.chain[0][spec.vararg.arg] = Binding(
                Value(tuple(arguments.positional[len(names) :])), f"{scope.file}:{line}"
            )
        if spec.kwarg:
            rest = {name: value for name, value in arguments.named.items() if name not in known_names}
            scope.chain[0][spec.kwarg.arg] = Binding(Value(rest), f"{scope.file}:{line}")

    def outcome(self, function: Function, scope: Scope) -> Value:
        """Return what a function's body returns; of several returns that are possible, the last that is known."""
        if isinstance(function.node, ast.Lambda):
            return self.evaluate(function.node.body, scope)
        result: Value | None = None
        try:
            self.block(function.node.body, scope)
        except Returned as returned:
            result = returned.value
        except Raised:
            if self.catching:
                raise
            result = Value()
        except LoopEnd:
            result = Value()
        if not scope.returned:
            return result or Value(None)
        candidates = [*scope.returned, result or Value()]
        chosen = next((value for value in reversed(candidates) if known(value)), candidates[-1])
        doubt = f"one of several that a function may return ({function.scope.file}:{function.node.lineno})"
        return Value(chosen.data, merge(*candidates), chosen.direct, doubt)
