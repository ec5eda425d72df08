"""What Python's expressions amount to, calls aside."""

import ast
import operator
from collections.abc import Callable
from pathlib import PurePosixPath
from typing import Any

from . import calls
from .calls import KNOWN_NAMES, NOTSET, Arguments, Bound, Reader, Reference, hashable, limited, parts, same
from .environment import MISSING
from .objects import Class, Function, Instance, Module, Scope, Space
from .state import State
from .values import ROOT, UNKNOWN, Binding, CallablePath, Value, known, merge, wrap

MAX_TURNS = 500  # of one loop
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
BIG = 10**18


class Expressions(State):
    """Works out expressions."""

    def evaluate(self, node: ast.expr, scope: Scope) -> Value:
        """Return what an expression amounts to."""
        self.step()
        handler = self.expressions.get(type(node))
        value = handler(node, scope) if handler else Value()
        if isinstance(value.data, (str, PurePosixPath)) and len(str(value.data)) > calls.MAX_TEXT:
            return Value(UNKNOWN, value.variables)
        return value

    def _eval_Constant(self, node: ast.Constant, scope: Scope) -> Value:
        return (
            Value(node.value)
            if node.value is None or isinstance(node.value, (str, bool, int, float, bytes))
            else Value()
        )

    def _eval_Name(self, node: ast.Name, scope: Scope) -> Value:
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

    def _eval_Attribute(self, node: ast.Attribute, scope: Scope) -> Value:
        return self.attribute(self.evaluate(node.value, scope), node.attr)

    def attribute(self, owner: Value, name: str) -> Value:
        """Return an attribute of a value."""
        data = owner.data
        if isinstance(data, Reference):
            return self.reference(f"{data.name}.{name}")
        if isinstance(data, PurePosixPath):
            return calls.path_attribute(owner, name)
        if isinstance(data, Reader) and name == "NOTSET":
            return Value(Reference(NOTSET))
        if data is None and owner.direct and not self.is_caught("AttributeError"):
            # os.environ.get("HOSTS").split(): None has no such attribute, settings fail.
            self.require(owner.direct)
            owner = Value(UNKNOWN, owner.variables, owner.direct)
        if isinstance(data, (str, list, tuple, dict, Reader, Space)) or (owner.data is UNKNOWN and owner.direct):
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

    def _eval_Subscript(self, node: ast.Subscript, scope: Scope) -> Value:
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

    def _eval_List(self, node: ast.List, scope: Scope) -> Value:
        return Value(self.elements(node.elts, scope))

    def _eval_Set(self, node: ast.Set, scope: Scope) -> Value:
        return Value(self.elements(node.elts, scope))

    def _eval_Tuple(self, node: ast.Tuple, scope: Scope) -> Value:
        return Value(tuple(self.elements(node.elts, scope)))

    def elements(self, nodes: list[ast.expr], scope: Scope) -> list[Value]:
        """Return the parts of a list, set or tuple."""
        items: list[Value] = []
        for node in nodes:
            if isinstance(node, ast.Starred):
                items += parts(self.evaluate(node.value, scope))
            else:
                items.append(self.evaluate(node, scope))
            if len(items) > calls.MAX_ITEMS:
                break
        return items[: calls.MAX_ITEMS]

    def _eval_Dict(self, node: ast.Dict, scope: Scope) -> Value:
        items: dict[Any, Value] = {}
        for key_node, value_node in zip(node.keys, node.values, strict=True):
            value = self.evaluate(value_node, scope)
            if key_node is None and isinstance(value.data, Reference) and value.data.name == "os.environ":
                return value  # {**from_a_file, **os.environ}
            if key_node is None:
                items.update(value.data if isinstance(value.data, dict) else {})
                continue
            key = self.evaluate(key_node, scope)
            if hashable(key):
                items[key.data] = value
        return Value(items)

    def _eval_JoinedStr(self, node: ast.JoinedStr, scope: Scope) -> Value:
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
            if len(text) > calls.MAX_TEXT:
                break
        return limited(text, merge(*variables))

    def _eval_BinOp(self, node: ast.BinOp, scope: Scope) -> Value:
        return self.binary(node.op, self.evaluate(node.left, scope), self.evaluate(node.right, scope))

    def binary(self, op: ast.operator, left: Value, right: Value) -> Value:
        """Return what an operator makes of two values."""
        variables = merge(left, right)
        self.charge(left, right)
        if isinstance(op, ast.Add | ast.Div):
            if isinstance(left.data, (str, PurePosixPath)):
                right = self.given(right)
            elif isinstance(right.data, (str, PurePosixPath)):
                left = self.given(left)
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
        if len(template) * sum(len(str(item)) for item in items) > calls.MAX_TEXT * 10:
            return Value(UNKNOWN, variables)
        if calls.WIDE.search(template) or any(not isinstance(item, (str, int, float)) for item in items):
            return Value(UNKNOWN, variables)
        try:
            return limited(template % data, variables)
        except (TypeError, ValueError, LookupError, OverflowError):
            return Value(UNKNOWN, variables)

    def _eval_UnaryOp(self, node: ast.UnaryOp, scope: Scope) -> Value:
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

    def _eval_BoolOp(self, node: ast.BoolOp, scope: Scope) -> Value:
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

    def _eval_Compare(self, node: ast.Compare, scope: Scope) -> Value:
        left = self.evaluate(node.left, scope)
        seen, result = [left], True
        decided = True
        for op, right_node in zip(node.ops, node.comparators, strict=True):
            right = self.evaluate(right_node, scope)
            seen.append(right)
            self.charge(left, right)
            outcome = self.compare(op, left, right)
            if outcome is False:
                result = False
            decided = decided and outcome is not None
            left = right
        where = seen[1].data
        if isinstance(where, Reference) and where.name == "os.environ" and isinstance(seen[0].data, str):
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

    def _eval_IfExp(self, node: ast.IfExp, scope: Scope) -> Value:
        test = self.evaluate(node.test, scope)
        truth = self.truth(test)
        if truth is not None:
            value = self.evaluate(node.body if truth else node.orelse, scope)
            self.overhear([node.orelse if truth else node.body], scope)
            return Value(value.data, merge(value, test), value.direct)
        with self.doubt("", undecided=True):
            body, other = self.evaluate(node.body, scope), self.evaluate(node.orelse, scope)
        return Value(body.data if same(body, other) else UNKNOWN, merge(test, body, other))

    def _eval_NamedExpr(self, node: ast.NamedExpr, scope: Scope) -> Value:
        value = self.evaluate(node.value, scope)
        self.assign(node.target, value, scope, node.lineno)
        return value

    def _eval_Starred(self, node: ast.Starred, scope: Scope) -> Value:
        return self.evaluate(node.value, scope)

    def _eval_Lambda(self, node: ast.Lambda, scope: Scope) -> Value:
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

    def _eval_ListComp(self, node: ast.ListComp | ast.GeneratorExp | ast.SetComp, scope: Scope) -> Value:
        items: list[Value] = []
        complete = self.comprehension(node, scope, lambda inner: items.append(self.evaluate(node.elt, inner)))
        first = self.evaluate(node.generators[0].iter, scope).variables if not complete else merge(*items)
        return Value(items[: calls.MAX_ITEMS] if complete or items else UNKNOWN, first)

    _eval_GeneratorExp = _eval_ListComp

    _eval_SetComp = _eval_ListComp

    def _eval_DictComp(self, node: ast.DictComp, scope: Scope) -> Value:
        items: dict[Any, Value] = {}

        def add(inner: Scope) -> None:
            key = self.evaluate(node.key, inner)
            value = self.evaluate(node.value, inner)
            if hashable(key):
                items[key.data] = value

        complete = self.comprehension(node, scope, add)
        return Value(items if complete else UNKNOWN)
