"""What settings read in the JSON of a variable that is not set: its keys, nested too, and the items of its lists."""

import re
from typing import Any

from .environment import JSON_KINDS
from .state import State
from .values import UNKNOWN, Value, Variable

KEY = re.compile(r"[A-Za-z0-9_][A-Za-z0-9 _.:/@-]*")
EMPTY = JSON_KINDS["object"]
ALONE = ("URI", "URL")  # names that tell nothing before them


def _decoded(state: State, value: Value) -> Variable | None:
    """Return the variable, or the part of one, whose JSON a value is; None for any other, or if it is known."""
    variable = state.read_by(value) if value.data is UNKNOWN else None
    if variable is None or (value.part is None and variable.type not in JSON_KINDS and variable.fitting != [EMPTY]):
        return None
    return variable


def mapping(state: State, value: Value) -> Variable | None:
    """Record that what was decoded is a mapping, and return it."""
    variable = _decoded(state, value)
    if variable is not None:
        variable.type = "object"
    return variable


def part(state: State, owner: Value, key: Any) -> Variable | None:
    """Record a key that settings demand, or the place of an item of a list, and return what is there."""
    if isinstance(key, str) and KEY.fullmatch(key) and not state.is_caught("KeyError"):
        around = mapping(state, owner)
        name = f"_{key}" if key.upper() in ALONE else key
        return _made(state, around, key, name) if around else None
    if type(key) is int and key in (0, -1) and not state.is_caught("IndexError"):
        found = item(state, owner)
        if found is not None:
            found.required = True
        return found
    return None


def item(state: State, owner: Value) -> Variable | None:
    """Return what is each item of a list that was decoded."""
    around = _decoded(state, owner)
    return _made(state, around, 0, around.name) if around else None


def listed(variable: Variable) -> Variable:
    """Return what the items of a variable's text are in, which is a list."""
    return Variable("", variable.source, type="json", parts=variable.parts)


def item_of_text(state: State, owner: Value) -> Value | None:
    """Return an item of a list that a variable's text is, None of what is in JSON: its list may be empty."""
    if owner.part is None or owner.part.name:
        return None
    return Value(UNKNOWN, owner.variables, part=item(state, owner))


def _made(state: State, around: Variable, key: str | int, name: str) -> Variable:
    return around.parts.setdefault(key, Variable(name.upper().replace("-", "_"), state.here))


def ask(state: State, container: Value, key: Any) -> None:
    """Record that settings ask whether a key is there, so that they do without it."""
    if isinstance(key, str) and (variable := _decoded(state, container)):
        variable.asked.add(key)
