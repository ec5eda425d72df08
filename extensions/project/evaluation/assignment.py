"""How values are assigned to names, and to parts of things."""

import ast

from .objects import Class, Instance, Module, Scope, Space
from .operations import hashable, parts
from .packages.configurations import read_late
from .references import Late, Reader, Reference
from .state import State
from .values import UNKNOWN, Binding, Value


def assign(state: State, target: ast.expr, value: Value, scope: Scope, line: int) -> None:
    """Assign a value to a name, to several, or to a part of something."""
    if isinstance(target, ast.Name):
        if isinstance(value.data, Late):
            value = read_late(state, target.id, value.data, line, scope)
        state.bind(target.id, value, scope, line)
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
            assign(state, part.value if isinstance(part, ast.Starred) else part, item, scope, line)
    elif isinstance(target, ast.Subscript):
        assign_part(state, target, value, scope, line)
    elif isinstance(target, ast.Attribute):
        owner = state.evaluate(target.value, scope)
        if isinstance(owner.data, (Instance, Class, Module)):
            owner.data.names[target.attr] = Binding(
                value, f"{scope.file}:{line}", state.doubts[-1] if state.doubts else ""
            )
        elif isinstance(owner.data, Reader) and target.attr == "prefix" and isinstance(value.data, str):
            owner.data.prefix = value.data


def assign_part(state: State, target: ast.Subscript, value: Value, scope: Scope, line: int) -> None:
    """Assign a value to an item or a slice."""
    owner = state.evaluate(target.value, scope)
    key = state.evaluate(target.slice, scope)
    data = owner.data
    if isinstance(data, Space) and isinstance(key.data, str):
        data.names[key.data] = Binding(value, f"{scope.file}:{line}", state.doubts[-1] if state.doubts else "")
    elif (isinstance(data, dict) and hashable(key)) or (
        isinstance(data, list) and isinstance(key.data, int) and -len(data) <= key.data < len(data)
    ):
        data[key.data] = value
    elif isinstance(data, list) and isinstance(target.slice, ast.Slice):
        at = slice_of(state, target.slice, scope)
        if at is not None and at.step in (None, 1):
            data[at] = parts(value)
    elif data is UNKNOWN or isinstance(data, Reference):
        assign_outside(state, target, value, scope, line)
    state.touch(target.value, scope, line)


def assign_outside(state: State, target: ast.Subscript, value: Value, scope: Scope, line: int) -> None:
    """Assign a value to a part of a setting that a module of an installed package sets: no more of it is known.

    Not of DATABASES, of which more is needed than a part.
    """
    keys: list[str] = []
    node: ast.expr = target
    while isinstance(node, ast.Subscript):
        keys.insert(0, str(key) if isinstance(key := state.evaluate(node.slice, scope).data, str) else "")
        node = node.value
    if not (state.outside and isinstance(node, ast.Name) and node.id.isupper() and all(keys)) or state.undecided:
        return
    if node.id == "DATABASES" or scope.chain[0] is not scope.globals or node.id in scope.globals:
        return
    for key in reversed(keys):
        value = Value({key: value})
    state.bind(node.id, value, scope, line)


def slice_of(state: State, node: ast.Slice, scope: Scope) -> slice | None:
    """Return a slice whose ends are known."""
    ends = [state.evaluate(end, scope).data if end else None for end in (node.lower, node.upper, node.step)]
    return slice(*ends) if all(end is None or isinstance(end, int) for end in ends) and ends[2] != 0 else None
