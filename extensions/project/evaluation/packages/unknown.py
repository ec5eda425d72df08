"""Readers of the environment from unknown packages."""

import re

from ..references import Arguments, Reference
from ..state import State
from ..values import MISSING, Value
from .reading import TYPES, cast_name

NAMES = ("name", "key", "var")
SAYS_SO = ("config", "environ", "environment", "envs", "undecouple")
MISSING_BUT_UNSURE = Value(MISSING)


def looks_like_reader(name: str, arguments: Arguments) -> bool:
    """Return whether a function of an unknown package seems to read a variable.

    Its name says "env" or "config", and its first argument, or that for a name, is in upper case.
    """
    first = arguments.get(0, *NAMES)
    words = name.lower().replace("_", ".").split(".")
    return (
        first is not None
        and isinstance(first.data, str)
        and re.fullmatch(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)*", first.data) is not None
        and any(word.endswith("env") or word in SAYS_SO for word in words)
    )


def unknown_reader(state: State, function: str, arguments: Arguments) -> Value:
    """Return what an unknown package's reader gives, taking its arguments to mean what those of others do.

    So does the end of its name: `get_bool` reads what is true or false.
    """
    name = arguments.get(0, *NAMES)
    assert name is not None
    default = arguments.named.get("default") or next(
        (value for value in arguments.positional[1:] if not isinstance(value.data, Reference)), None
    )
    type = cast_name(arguments.get(-1, "cast", "type"))
    if type == "str" and (own := TYPES.get(function.replace("_", ".").rpartition(".")[2])) in ("bool", "int", "list"):
        type = own
    required = arguments.named.get("required")
    if required is not None and required.data is True and (default is None or default.data in (None, "")):
        return state.read(name.data, None, type)
    return state.read(name.data, default or MISSING_BUT_UNSURE, type)
