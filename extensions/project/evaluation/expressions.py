"""What Python's expressions amount to, calls aside."""

import ast
from collections.abc import Callable
from pathlib import PurePosixPath
from typing import Any

from . import json_parts, packages
from .assignment import assign, slice_of
from .attributes import attribute
from .imports import resolved
from .objects import Function, Scope, Space, Unique
from .operations import (
    BIG,
    COMPARISONS,
    MAX_ITEMS,
    MAX_TEXT,
    OPERATORS,
    find,
    hashable,
    limited,
    parts,
    path_text,
    path_texts,
    percent,
    plain_text,
    same,
    truth_of,
)
from .overhearing import overhear
from .references import Reader, Reference
from .state import MAX_TURNS, Handler, State
from .values import MISSING, ROOT, UNKNOWN, CallablePath, Value, known, merge


def _constant(state: State, node: ast.Constant, scope: Scope) -> Value:
    if node.value is ...:
        return Value(MISSING)  # packages have it for no default
    return (
        Value(node.value) if node.value is None or isinstance(node.value, (str, bool, int, float, bytes)) else Value()
    )


def _name(state: State, node: ast.Name, scope: Scope) -> Value:
    for names in scope.chain:
        if node.id in names:
            return resolved(state, names[node.id])
    if node.id == "__file__":
        return Value(f"{ROOT}/{scope.file}")
    if node.id == "__name__":
        return Value(state.module_name(scope.file))
    if node.id in ("__package__", "__doc__", "__spec__"):
        return Value()
    return Value(Reference(packages.starred(state.stars, node.id) or node.id))


def _attribute(state: State, node: ast.Attribute, scope: Scope) -> Value:
    return attribute(state, state.evaluate(node.value, scope), node.attr)


def _subscript(state: State, node: ast.Subscript, scope: Scope) -> Value:
    owner = state.evaluate(node.value, scope)
    data = owner.data
    if isinstance(node.slice, ast.Slice):
        at = slice_of(state, node.slice, scope)
        if at is not None and isinstance(data, (str, list, tuple)):
            return Value(data[at], owner.variables)
        return Value(UNKNOWN, owner.variables)
    key = state.evaluate(node.slice, scope)
    variables = merge(owner, key)
    if isinstance(data, Reference) and data.name == "os.environ":
        if not state.depth:
            state.here = f"{scope.file}:{node.lineno}"
        return state.read(key.data, None) if isinstance(key.data, str) and key.data else Value(UNKNOWN, variables)
    if isinstance(data, Reader) and data.package == "configparser" and isinstance(key.data, str):
        return packages.ini_files.section(state, data, key.data)
    if isinstance(data, Reader) and isinstance(key.data, str) and key.data:
        return state.read(data.prefix + key.data, None)
    if isinstance(data, Space) and isinstance(key.data, str):
        if key.data in data.names:
            return data.names[key.data].value
        return _name(state, ast.Name(key.data), scope) if key.data == "__file__" else Value()
    if isinstance(data, dict) and data and all(isinstance(name, str) for name in data):
        key = state.given(key, "KeyError")
        state.choose(key, data)
    if isinstance(data, dict) and hashable(key) and key.data in data:
        part: Value = data[key.data]
        return part
    if isinstance(data, (list, tuple, str)) and isinstance(key.data, int) and -len(data) <= key.data < len(data):
        item = data[key.data]
        return item if isinstance(item, Value) else Value(item, variables)
    return Value(UNKNOWN, variables, part=json_parts.part(state, owner, key.data))


def _list(state: State, node: ast.List, scope: Scope) -> Value:
    return Value(elements(state, node.elts, scope))


def _set(state: State, node: ast.Set, scope: Scope) -> Value:
    return Value(elements(state, node.elts, scope))


def _tuple(state: State, node: ast.Tuple, scope: Scope) -> Value:
    return Value(tuple(elements(state, node.elts, scope)))


def elements(state: State, nodes: list[ast.expr], scope: Scope) -> list[Value]:
    """Return the parts of a list, set or tuple."""
    items: list[Value] = []
    for node in nodes:
        if isinstance(node, ast.Starred):
            items += parts(state.evaluate(node.value, scope))
        else:
            items.append(state.evaluate(node, scope))
        if len(items) > MAX_ITEMS:
            break
    return items[:MAX_ITEMS]


def _dict(state: State, node: ast.Dict, scope: Scope) -> Value:
    items: dict[Any, Value] = {}
    for key_node, value_node in zip(node.keys, node.values, strict=True):
        value = state.evaluate(value_node, scope)
        if key_node is None and isinstance(value.data, Reference) and value.data.name == "os.environ":
            return value  # {**from_a_file, **os.environ}
        if key_node is None:
            items.update(value.data if isinstance(value.data, dict) else {})
            continue
        key = state.evaluate(key_node, scope)
        if hashable(key):
            items[key.data] = value
    return Value(items)


def _joined_str(state: State, node: ast.JoinedStr, scope: Scope) -> Value:
    text, variables = "", []
    for part in node.values:
        if isinstance(part, ast.Constant):
            text += str(part.value)
            continue
        if not isinstance(part, ast.FormattedValue):
            return Value()
        value = state.evaluate(part.value, scope)
        variables.append(value)
        data = plain_text(value)
        if (
            part.format_spec is not None
            or part.conversion not in (-1, 115)
            or isinstance(data, tuple)
            or data is UNKNOWN
        ):
            for rest in node.values:  # the others may read variables
                if isinstance(rest, ast.FormattedValue) and rest is not part:
                    variables.append(state.evaluate(rest.value, scope))
            return Value(UNKNOWN, merge(*variables))
        text += str(data)
        if len(text) > MAX_TEXT:
            break
    return limited(text, merge(*variables))


def _bin_op(state: State, node: ast.BinOp, scope: Scope) -> Value:
    return binary(state, node.op, state.evaluate(node.left, scope), state.evaluate(node.right, scope))


def binary(state: State, op: ast.operator, left: Value, right: Value) -> Value:
    """Return what an operator makes of two values."""
    variables = merge(left, right)
    state.charge(left, right)
    if isinstance(op, ast.Add | ast.Div):
        if isinstance(left.data, (str, PurePosixPath)):
            right = state.given(right)
        elif isinstance(right.data, (str, PurePosixPath)):
            left = state.given(left)
    if (found := path_result(op, left, right)) is not None or (found := container_result(op, left, right)) is not None:
        return Value(found.data, variables)
    one, other = left.data, right.data
    if isinstance(op, ast.Mod) and isinstance(one, str):
        return percent(one, right, variables)
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


def path_result(op: ast.operator, left: Value, right: Value) -> Value | None:
    """Return what an operator makes of paths; None if it is not one of theirs."""
    one, other = left.data, right.data
    if isinstance(op, ast.Div) and (isinstance(one, PurePosixPath) or isinstance(other, PurePosixPath)):
        texts = path_texts([left, right])
        kind = type(one) if isinstance(one, PurePosixPath) else PurePosixPath
        return Value(UNKNOWN if texts is None else kind(texts[0]) / texts[1])
    if not (isinstance(one, CallablePath) and isinstance(op, (ast.Sub, ast.Add))):
        return None
    if isinstance(op, ast.Add):
        text = path_text(right)
        return Value(UNKNOWN if text is None else one / text)
    for _ in range(min(other, 50) if isinstance(other, int) else 0):
        one = one.parent
    return Value(one if isinstance(other, int) else UNKNOWN)


def container_result(op: ast.operator, left: Value, right: Value) -> Value | None:
    """Return what an operator makes of lists, tuples and dicts; None if it is not one of theirs."""
    one, other = left.data, right.data
    if isinstance(op, ast.Add) and (isinstance(one, (list, tuple)) or isinstance(other, (list, tuple))):
        items = (parts(left) + parts(right))[:MAX_ITEMS]
        return Value(tuple(items) if isinstance(one, tuple) else items)
    if isinstance(op, ast.BitOr) and isinstance(one, dict) and isinstance(other, dict):
        return Value({**one, **other})
    if isinstance(op, ast.Sub) and isinstance(one, list) and isinstance(other, list):
        return Value([item for item in one if find(other, item) is None])
    return None


def _unary_op(state: State, node: ast.UnaryOp, scope: Scope) -> Value:
    value = state.evaluate(node.operand, scope)
    if isinstance(node.op, ast.Not):
        truth = truth_of(value)
        return Value(UNKNOWN if truth is None else not truth, value.variables)
    if isinstance(value.data, (int, float)) and isinstance(node.op, (ast.USub, ast.UAdd)):
        return Value(-value.data if isinstance(node.op, ast.USub) else value.data, value.variables)
    return Value(UNKNOWN, value.variables)


def _bool_op(state: State, node: ast.BoolOp, scope: Scope) -> Value:
    wanted = isinstance(node.op, ast.Or)
    seen: list[Value] = []
    open_ = 0
    for place, part in enumerate(node.values):
        if open_:
            with state.doubt("", undecided=True):
                value = state.evaluate(part, scope)
        else:
            value = state.evaluate(part, scope)
        seen.append(value)
        truth = truth_of(value)
        if truth is wanted and not open_:
            if wanted and place:
                default_of(state, seen[0], value)
            return Value(value.data, merge(*seen), value.direct or seen[0].direct)
        if truth is wanted and open_ and isinstance(value.data, bool):
            return Value(wanted, merge(*seen))
        open_ += truth is None
    if open_:
        return Value(UNKNOWN, merge(*seen), seen[0].direct)
    if wanted:
        default_of(state, seen[0], seen[-1])
    return Value(seen[-1].data, merge(*seen), seen[-1].direct or seen[0].direct)


def default_of(state: State, read: Value, value: Value) -> None:
    """Take the right side of `or` as the default of the variable that its left side reads."""
    variable = state.environment.variables.get(read.direct)
    if variable is not None and variable.default in (None, "") and known(value):
        variable.default = None
        state.environment.set_default(read.direct, value)


def _is_environment(value: Value) -> bool:
    """Return whether a value is os.environ, or an object of a package that reads it."""
    data = value.data
    return isinstance(data, Reader) or (isinstance(data, Reference) and data.name == "os.environ")


def _compare(state: State, node: ast.Compare, scope: Scope) -> Value:
    left = state.evaluate(node.left, scope)
    seen, result = [left], True
    decided = True
    for op, right_node in zip(node.ops, node.comparators, strict=True):
        right = state.evaluate(right_node, scope)
        seen.append(right)
        state.charge(left, right)
        outcome = compare(state, op, left, right)
        if outcome is False:
            result = False
        decided = decided and outcome is not None
        left = right
    if _is_environment(seen[1]) and isinstance(seen[0].data, str):
        seen[1] = Value(None, (seen[0].data,))
    if not result:
        return Value(False, merge(*seen))
    return Value(True if decided else UNKNOWN, merge(*seen))


def compare(state: State, op: ast.cmpop, left: Value, right: Value) -> bool | None:
    """Return a comparison's outcome; None if it cannot be known."""
    if isinstance(op, (ast.Eq, ast.Is, ast.NotEq, ast.IsNot)):
        state.compared(left, right)
        state.compared(right, left)
        if not known(left) or not known(right):
            return None
        is_unique = isinstance(left.data, Unique) or isinstance(right.data, Unique)
        outcome = left.data is right.data if is_unique else same(left, right)
        return outcome if outcome is None or isinstance(op, (ast.Eq, ast.Is)) else not outcome
    if isinstance(op, (ast.In, ast.NotIn)):
        outcome = contains(state, right, left)
        return outcome if outcome is None or isinstance(op, ast.In) else not outcome
    one, other = left.data, right.data
    comparable = (isinstance(one, (int, float)) and isinstance(other, (int, float))) or (
        isinstance(one, str) and isinstance(other, str)
    )
    return COMPARISONS[type(op)](one, other) if comparable and type(op) in COMPARISONS else None


def contains(state: State, container: Value, item: Value) -> bool | None:
    """Return whether something is in a container, or a variable is set."""
    data = container.data
    json_parts.ask(state, container, item.data)
    if _is_environment(container) and isinstance(item.data, str) and item.data:
        state.environment.note(item.data, state.here)
        return state.environment.text(item.data) is not None
    if isinstance(data, Space) and isinstance(item.data, str):
        return item.data in data.names
    if isinstance(data, str) and isinstance(item.data, str):
        return item.data in data
    if isinstance(data, dict) and hashable(item):
        return item.data in data
    if isinstance(data, (list, tuple)):
        for part in data:
            state.compared(item, part)
        if not known(item):
            return None
        if find(data, item) is not None:
            return True
        return None if any(not known(part) for part in data) else False
    return None


def _if_exp(state: State, node: ast.IfExp, scope: Scope) -> Value:
    test = state.evaluate(node.test, scope)
    truth = truth_of(test)
    if truth is not None:
        value = state.evaluate(node.body if truth else node.orelse, scope)
        overhear(state, [node.orelse if truth else node.body], scope)
        return Value(value.data, merge(value, test), value.direct)
    with state.doubt("", undecided=True):
        body, other = state.evaluate(node.body, scope), state.evaluate(node.orelse, scope)
    return Value(body.data if same(body, other) else UNKNOWN, merge(test, body, other))


def _named_expr(state: State, node: ast.NamedExpr, scope: Scope) -> Value:
    value = state.evaluate(node.value, scope)
    assign(state, node.target, value, scope, node.lineno)
    return value


def _starred(state: State, node: ast.Starred, scope: Scope) -> Value:
    return state.evaluate(node.value, scope)


def _lambda(state: State, node: ast.Lambda, scope: Scope) -> Value:
    return Value(Function(node, scope))


def comprehension(state: State, node: Any, scope: Scope, make: Callable[[Scope], None]) -> tuple[bool, list[Value]]:
    """Call `make` for each turn of a comprehension; return whether all is known, and what the turns depend on."""
    complete = True
    tested: list[Value] = []

    def turn(generators: list[ast.comprehension], inner: Scope) -> None:
        nonlocal complete
        if not generators:
            make(inner)
            return
        first, *rest = generators
        source = state.evaluate(first.iter, inner)
        if not isinstance(source.data, (list, tuple, dict, str)):
            complete = False
            if (item := json_parts.item_of_text(state, source)) and isinstance(node, ast.ListComp | ast.GeneratorExp):
                assign(state, first.target, item, inner, node.lineno)
                with state.doubt("", undecided=True):
                    state.evaluate(node.elt, inner)
            return
        for item in parts(source)[:MAX_TURNS]:
            assign(state, first.target, item, inner, node.lineno)
            results = [state.evaluate(test, inner) for test in first.ifs]
            tests = [truth_of(result) for result in results]
            tested.extend(results)
            complete = complete and None not in tests
            if False not in tests:
                turn(rest, inner)

    turn(node.generators, Scope(scope.file, [{}, *scope.chain]))
    return complete, tested


def _list_comp(state: State, node: ast.ListComp | ast.GeneratorExp | ast.SetComp, scope: Scope) -> Value:
    items: list[Value] = []
    complete, tested = comprehension(state, node, scope, lambda inner: items.append(state.evaluate(node.elt, inner)))
    first = state.evaluate(node.generators[0].iter, scope).variables if not complete else merge(*items, *tested)
    return Value(items[:MAX_ITEMS] if complete or items else UNKNOWN, first)


def _dict_comp(state: State, node: ast.DictComp, scope: Scope) -> Value:
    items: dict[Any, Value] = {}

    def add(inner: Scope) -> None:
        key = state.evaluate(node.key, inner)
        value = state.evaluate(node.value, inner)
        if hashable(key):
            items[key.data] = value

    complete, _ = comprehension(state, node, scope, add)
    return Value(items if complete else UNKNOWN)


EXPRESSIONS: dict[type[ast.AST], Handler[Value]] = {
    ast.Constant: _constant,
    ast.Name: _name,
    ast.Attribute: _attribute,
    ast.Subscript: _subscript,
    ast.List: _list,
    ast.Set: _set,
    ast.Tuple: _tuple,
    ast.Dict: _dict,
    ast.JoinedStr: _joined_str,
    ast.BinOp: _bin_op,
    ast.UnaryOp: _unary_op,
    ast.BoolOp: _bool_op,
    ast.Compare: _compare,
    ast.IfExp: _if_exp,
    ast.NamedExpr: _named_expr,
    ast.Starred: _starred,
    ast.Lambda: _lambda,
    ast.ListComp: _list_comp,
    ast.DictComp: _dict_comp,
    ast.GeneratorExp: _list_comp,
    ast.SetComp: _list_comp,
}
