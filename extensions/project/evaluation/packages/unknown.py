"""Readers of the environment from unknown packages."""

import re

from ..references import Arguments, Reference
from ..state import State
from ..values import MISSING, Value
from .reading import cast_name

MISSING_BUT_UNSURE = Value(MISSING)


def looks_like_reader(name: str, arguments: Arguments) -> bool:
    """Return whether a function of an unknown package seems to read a variable.

    Its name says "env" or "config", and its first argument is in upper case.
    """
    first = arguments.get(0)
    words = name.lower().replace("_", ".").split(".")
    return (
        first is not None
        and isinstance(first.data, str)
        and re.fullmatch(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)*", first.data) is not None
        and any(word.endswith("env") or word in ("config", "environ", "environment", "undecouple") for word in words)
    )


def unknown_reader(state: State, arguments: Arguments) -> Value:
    """Return what an unknown package's reader gives, taking its arguments to mean what those of others do."""
    default = arguments.named.get("default") or next(
        (value for value in arguments.positional[1:] if not isinstance(value.data, Reference)), None
    )
    type = cast_name(arguments.get(-1, "cast", "type"))
    return state.read(arguments.positional[0].data, default or MISSING_BUT_UNSURE, type)
