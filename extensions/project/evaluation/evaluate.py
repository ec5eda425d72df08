"""Works out the names of a Python module from its text, without importing or running it.

It follows what settings are made of: assignments, branches, star imports, private helper functions, class bodies.
Whatever it does not know is UNKNOWN, and where a branch cannot be decided, both sides are followed and what they
assign is in doubt.
"""

import ast
import posixpath
from collections.abc import Sequence
from contextlib import suppress

from . import calls
from .calls import Arguments, Bound, Late, Reader, Reference, hashable, parts, same
from .environment import MISSING
from .expressions import MAX_TURNS
from .functions import Functions
from .objects import Class, Function, Instance, Lazy, LoopEnd, Module, Names, Raised, Returned, Scope, Space, Stop
from .state import Private
from .values import ROOT, UNKNOWN, Binding, Value, known, merge, plain, words

MAX_MODULES = 60
UNREADABLE = "has a statement that could not be worked out"
CATCHES_MISSING = words(
    "KeyError LookupError Exception BaseException ImproperlyConfigured UndefinedValueError EnvError"
)
EXITS = words("sys.exit exit quit os._exit os.abort")
CATCHES_IMPORT = words("ImportError ModuleNotFoundError Exception BaseException")


class Evaluator(Functions):
    """Works out statements, and with them the modules of the project in a Tree."""

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
            except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError, AssertionError) as error:
                self.forget(statement, scope)
                self.notes.append((f"{scope.file}:{statement.lineno}", f"{UNREADABLE} ({type(error).__name__})"))

    def forget(self, statement: ast.stmt, scope: Scope) -> None:
        """Make unknown what a statement assigns that is too deep to be worked out."""
        for target in getattr(statement, "targets", None) or [getattr(statement, "target", None)]:
            if isinstance(target, ast.Name):
                self.bind(target.id, Value(), scope, statement.lineno)

    def perhaps(self, body: list[ast.stmt], scope: Scope, reason: str) -> None:
        """Work out statements that may or may not be run."""
        with self.doubt(reason, undecided=True):
            try:
                self.block(body, scope)
            except Returned as returned:
                scope.returned.append(returned.value)
            except (Raised, LoopEnd):
                pass

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
        """Assign a value to an item or a slice."""
        owner = self.evaluate(target.value, scope)
        key = self.evaluate(target.slice, scope)
        data = owner.data
        if isinstance(data, Space) and isinstance(key.data, str):
            data.names[key.data] = Binding(value, f"{scope.file}:{line}", self.doubts[-1] if self.doubts else "")
        elif (isinstance(data, dict) and hashable(key)) or (
            isinstance(data, list) and isinstance(key.data, int) and -len(data) <= key.data < len(data)
        ):
            data[key.data] = value
        elif isinstance(data, list) and isinstance(target.slice, ast.Slice):
            at = self.slice_of(target.slice, scope)
            if at is not None and at.step in (None, 1):
                data[at] = parts(value)
        self.touch(target.value, scope, line)

    def _exec_Assign(self, node: ast.Assign, scope: Scope) -> None:
        value = self.evaluate(node.value, scope)
        for target in node.targets:
            self.assign(target, value, scope, node.lineno)

    def _exec_AnnAssign(self, node: ast.AnnAssign, scope: Scope) -> None:
        if node.value is not None:
            self.assign(node.target, self.evaluate(node.value, scope), scope, node.lineno)
        elif scope.owner is not None and isinstance(node.target, ast.Name):
            self.assign(node.target, Value(MISSING), scope, node.lineno)  # a field without a default

    def _exec_AugAssign(self, node: ast.AugAssign, scope: Scope) -> None:
        left, right = self.evaluate(node.target, scope), self.evaluate(node.value, scope)
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

    def _exec_Expr(self, node: ast.Expr, scope: Scope) -> None:
        self.evaluate(node.value, scope)
        if isinstance(node.value, ast.Call) and self.dotted(node.value.func) in EXITS:
            raise Raised(kind="SystemExit")

    def _exec_Delete(self, node: ast.Delete, scope: Scope) -> None:
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

    def _exec_Return(self, node: ast.Return, scope: Scope) -> None:
        raise Returned(self.evaluate(node.value, scope) if node.value else Value(None))

    def _exec_Raise(self, node: ast.Raise, scope: Scope) -> None:
        exception = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
        raise Raised(kind=self.dotted(exception).rpartition(".")[2] if exception else "")

    def _exec_Break(self, node: ast.Break, scope: Scope) -> None:
        raise LoopEnd(True)

    def _exec_Continue(self, node: ast.Continue, scope: Scope) -> None:
        raise LoopEnd(False)

    def _exec_Global(self, node: ast.Global, scope: Scope) -> None:
        scope.declared.update(node.names)

    def _exec_Assert(self, node: ast.Assert, scope: Scope) -> None:
        test = self.evaluate(node.test, scope)
        if self.truth(test) is False:
            self.guard(test.variables, scope)

    def _exec_If(self, node: ast.If, scope: Scope) -> None:
        test = self.evaluate(node.test, scope)
        truth = self.truth(test)
        if truth is None:
            reason = f"set under a condition that could not be decided ({scope.file}:{node.lineno})"
            self.perhaps(node.body, scope, reason)
            self.perhaps(node.orelse, scope, reason)
            return
        body, other = (node.body, node.orelse) if truth else (node.orelse, node.body)
        self.overhear(other, scope)
        self.overhear_names(other, scope, test.variables)
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

    def overhear_names(self, body: list[ast.stmt], scope: Scope, variables: tuple[str, ...]) -> None:
        """Record the settings that statements which are not run would make, and the variables that decide it."""
        for statement in body if not self.depth else ():
            for target in statement.targets if isinstance(statement, ast.Assign) else ():
                if isinstance(target, ast.Name) and target.id.isupper():
                    self.elsewhere[target.id] = (f"{scope.file}:{statement.lineno}", variables)

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

    def _exec_Try(self, node: ast.Try, scope: Scope) -> None:
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

    _exec_TryStar = _exec_Try

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

    def _exec_For(self, node: ast.For, scope: Scope) -> None:
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

    _exec_AsyncFor = _exec_For

    def _exec_While(self, node: ast.While, scope: Scope) -> None:
        if self.truth(self.evaluate(node.test, scope)) is not False:
            self.perhaps(node.body, scope, f"set in a loop ({scope.file}:{node.lineno})")

    def _exec_With(self, node: ast.With, scope: Scope) -> None:
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

    _exec_AsyncWith = _exec_With

    def _exec_Match(self, node: ast.Match, scope: Scope) -> None:
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

    def _exec_FunctionDef(self, node: ast.FunctionDef, scope: Scope) -> None:
        names = tuple(self.dotted(decorator) for decorator in node.decorator_list)
        is_property = any(name.rpartition(".")[2] in ("property", "cached_property", "setting") for name in names)
        self.bind(node.name, Value(Function(node, scope, scope.owner, is_property, names)), scope, node.lineno)

    _exec_AsyncFunctionDef = _exec_FunctionDef

    def _exec_ClassDef(self, node: ast.ClassDef, scope: Scope) -> None:
        bases = [self.evaluate(base, scope) for base in node.bases]
        made = Class(node.name, bases, {}, f"{scope.file}:{node.lineno}")
        self.bind(node.name, Value(made), scope, node.lineno)
        if any(isinstance(base.data, Class) or self.settings_base(base) for base in bases) or not bases:
            inner = Scope(scope.file, [made.names, *scope.chain], owner=made)
            with suppress(Raised, Returned, LoopEnd):
                self.block(node.body, inner)

    def settings_base(self, base: Value) -> bool:
        """Return whether a class that is not the project's is one that settings are made of."""
        return isinstance(base.data, Reference) and base.data.name.rpartition(".")[2] not in (
            "Enum",
            "StrEnum",
            "Model",
        )

    def _exec_Import(self, node: ast.Import, scope: Scope) -> None:
        for alias in node.names:
            dotted = alias.name if alias.asname else alias.name.partition(".")[0]
            path = self.find_module(dotted, scope.file, 0)
            private = self.is_private(self.find_module(alias.name, scope.file, 0), node, scope.file)
            if private and self.optional_import:
                raise Raised(module=alias.name)
            value = Value(Reference(dotted)) if path is None else Value(Reference(f"<project>.{dotted}"))
            if alias.asname or alias.name.partition(".")[0] not in scope.chain[0]:
                self.bind(alias.asname or dotted, value, scope, node.lineno)

    def _exec_ImportFrom(self, node: ast.ImportFrom, scope: Scope) -> None:
        dotted = node.module or ""
        path = self.find_module(dotted, scope.file, node.level)
        star = node.names[0].name == "*"
        top = self.find_module(dotted.partition(".")[0], scope.file, 0) if dotted and not node.level else None
        project = path is not None or node.level > 0 or top is not None or (star and self.optional_import > 0)
        private = self.is_private(path, node, scope.file, *(alias.name for alias in node.names))
        if private and self.optional_import:
            path = None
        if (path is None and project) or (path == "" and star):
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
            if private:
                self.anything(f"{scope.file}:{node.lineno}", f"{path}, which git ignores", scope)
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
        if not inner or (self.is_private(inner, node, file) and self.optional_import):
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
        if node.names[0].name == "*":
            self.anything(f"{scope.file}:{node.lineno}", f"{name}, which is not in the project", scope)
        for alias in node.names:
            if alias.name != "*":
                self.bind(alias.asname or alias.name, Value(), scope, node.lineno)

    def anything(self, source: str, module: str, scope: Scope) -> None:
        """Put in doubt what settings have so far: a module that cannot be read may set it, and any other name.

        Not where settings take it only if it is there: in an image, it is not.
        """
        if scope.file in self.settings_files and scope.chain[0] is scope.globals and not self.undecided:
            self.open_end = self.open_end or source
            for name, bound in scope.globals.items():
                if name.isupper():
                    bound.doubt = bound.doubt or f"may be set by {module} ({source})"

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
            self.steps += len(self.tree.paths) // 20
            pattern = posixpath.normpath(posixpath.join(ROOT, base, pattern)).removeprefix(ROOT + "/")
            for path in sorted(self.tree.match(pattern)):
                if path.count("/") != pattern.count("/") or path in self.files:
                    continue
                if self.tree.is_private(path):
                    self.private.setdefault(path, Private(self.here))
                elif not self.ignored(path):
                    self.settings_files.add(path)
                    self.run(path, Scope(path, scope.chain))
