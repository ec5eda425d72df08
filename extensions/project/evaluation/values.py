"""Values of Python expressions that were worked out without running them."""

import posixpath
from dataclasses import dataclass, field
from enum import Enum
from pathlib import PurePosixPath
from typing import Any

# The project stands here while its settings are worked out: joining, cutting and printing paths then needs no case of
# its own.
OUTSIDE = "/.outside"
ROOT = OUTSIDE * 8 + "/.project"
# The home directory stands for itself: where it is, only the image says.
HOME = "~"
MAX_PARTS = 5_000  # of one value that is handed out
MAX_DEPTH = 20


class Unknown(Enum):
    """The one value of what cannot be known from the text."""

    UNKNOWN = "unknown"

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN = Unknown.UNKNOWN
MISSING = object()  # no default was given
TRUE = frozenset(("1", "true", "on", "ok", "y", "yes"))  # texts that readers of the environment take for true


@dataclass(eq=False, slots=True)
class Value:
    """What an expression amounts to.

    `data` is UNKNOWN, a scalar, a path, or a list, tuple or dict of Values (or one of the evaluator's own objects).
    `variables` are the environment variables that it depends on, `direct` the one whose unchanged text it is,
    `doubt` says why it might be another, and `part` is what is in the JSON of a variable that is not set.
    """

    data: Any = UNKNOWN
    variables: tuple[str, ...] = ()
    direct: str = ""
    doubt: str = ""
    part: "Variable | None" = None


@dataclass(slots=True)
class Binding:
    """A name's value, where it got it, and why it might have another one (empty: it has not)."""

    value: Value
    source: str
    doubt: str = ""


@dataclass(slots=True)
class Variable:
    """An environment variable that settings read."""

    name: str
    source: str
    default: Any = None
    required: bool = False
    filled: bool = False  # required, and not as an empty text
    refused: bool = False  # whether there is a default that production's settings do not start with
    perhaps: bool = False  # required, if a branch that could not be decided is taken
    type: str = "str"
    kind: str = ""  # of URL: "db", "cache", "email"
    compared: list[str] = field(default_factory=list)
    separator: str = ","  # of the items, where the text is a list
    fitting: list[str] = field(default_factory=list)  # texts one of which has to be there, or that are of its form
    encoded: bool = False  # whether the text is in base64
    opened: str = ""  # where settings read the file that it names, and fail without
    parts: "dict[str | int, Variable]" = field(default_factory=dict)  # what has to be in its JSON, by key; 0 of a list
    asked: set[str] = field(default_factory=set)  # keys that settings ask for before they read them


class CallablePath(PurePosixPath):
    """django-environ's Path: called with names, it joins them; less a number, it goes up."""


def words(text: str) -> frozenset[str]:
    """Return the words of a text."""
    return frozenset(text.split())


def known(value: Value) -> bool:
    """Return whether the value itself (not each of its parts) is known."""
    return value.data is not UNKNOWN


def merge(*values: Value) -> tuple[str, ...]:
    """Return the environment variables that any of the values depends on."""
    if not any(value.variables for value in values):
        return ()
    return tuple(dict.fromkeys(name for value in values for name in value.variables))


def wrap(data: Any, variables: tuple[str, ...] = ()) -> Value:
    """Return a Value for plain data, parts and all."""
    if isinstance(data, dict):
        return Value({key: wrap(item, variables) for key, item in data.items()}, variables)
    if isinstance(data, (list, tuple)):
        return Value(type(data)(wrap(item, variables) for item in data), variables)
    if isinstance(data, (set, frozenset)):
        return Value([wrap(item, variables) for item in data], variables)
    return Value(data, variables)


def plain(value: Value) -> Any:
    """Return a value without its wrapping: scalars, project paths and containers, UNKNOWN for any other part."""
    left = MAX_PARTS

    def strip(value: Value, depth: int) -> Any:
        nonlocal left
        left -= 1
        data = value.data
        if left < 0 or depth > MAX_DEPTH:
            return UNKNOWN
        if isinstance(data, (list, tuple)):
            return type(data)([strip(item, depth + 1) for item in data])
        if isinstance(data, dict):
            return {key: strip(item, depth + 1) for key, item in data.items()}
        if isinstance(data, PurePosixPath):
            return project_path(str(data))
        if isinstance(data, str):
            return project_path(data)
        return data if data is None or isinstance(data, (bool, int, float, bytes)) else UNKNOWN

    return strip(value, 0)


def all_variables(value: Value) -> tuple[str, ...]:
    """Return the environment variables that a value or any of its parts depends on."""
    found: dict[str, None] = {}
    left = MAX_PARTS
    stack = [(value, 0)]
    while stack and left:
        left -= 1
        item, depth = stack.pop()
        found.update(dict.fromkeys(item.variables))
        if depth < MAX_DEPTH and isinstance(item.data, (list, tuple)):
            stack += [(part, depth + 1) for part in reversed(item.data[:MAX_PARTS])]
        elif depth < MAX_DEPTH and isinstance(item.data, dict):
            stack += [(part, depth + 1) for part in reversed(list(item.data.values())[:MAX_PARTS])]
    return tuple(found)


def project_path(text: str) -> Any:
    """Return a text without the project's stand-in folder: "static" for a path within, UNKNOWN for one beside it."""
    if OUTSIDE not in text:
        return text
    if text.startswith(OUTSIDE):
        path = posixpath.normpath(text)
        if path == ROOT:
            return "."
        text = path + "/" * (text.endswith("/") and text != "/")
    text = text.replace(ROOT + "/", "").replace(ROOT, ".")
    return UNKNOWN if OUTSIDE in text else text


def beside_project(text: str) -> str:
    """Return an absolute path beside the project's stand-in folder as it is in the image, "" for any other path.

    The project is /workdir there, so that what is beside it is in the root, and so is what is further up.
    """
    path = posixpath.normpath(text)
    if not path.startswith(OUTSIDE) or path == ROOT or path.startswith(ROOT + "/"):
        return ""
    while path == OUTSIDE or path.startswith(OUTSIDE + "/"):
        path = path.removeprefix(OUTSIDE)
    return "" if OUTSIDE in path else path


def unknown_parts(data: Any) -> bool:
    """Return whether plain data has a part that is not known."""
    if isinstance(data, dict):
        return any(unknown_parts(item) for item in data.values())
    if isinstance(data, (list, tuple)):
        return any(unknown_parts(item) for item in data)
    return data is UNKNOWN
