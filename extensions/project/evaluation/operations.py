"""What methods and operators make of plain texts and containers; nothing here knows the project."""

import ast
import operator
import re
from collections.abc import Callable
from pathlib import PurePosixPath
from typing import Any

from .references import Arguments, Bound, Reference
from .values import MISSING, UNKNOWN, Value, known, merge, plain, words, wrap

MAX_TEXT = 100_000  # characters of a text that is worked out
MAX_ITEMS = 5_000  # of a list
SAFE_TEXT = words(
    "split rsplit strip lstrip rstrip lower upper title capitalize casefold startswith endswith partition "
    "rpartition splitlines "
    "removeprefix removesuffix find rfind count isdigit isupper islower isnumeric isalpha"
)
WIDE = re.compile(r"\d{4}|\*")  # a format that asks for a text far longer than a setting
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


def path_texts(values: list[Value]) -> list[str] | None:
    """Return the texts of paths or strings; None if one of them is anything else."""
    texts = [text for value in values if (text := path_text(value)) is not None]
    return texts if len(texts) == len(values) else None


def path_text(value: Value) -> str | None:
    """Return the text of a path or string; None for anything else."""
    return str(value.data) if isinstance(value.data, (str, PurePosixPath)) else None


def text_method(text: str, name: str, arguments: Arguments, variables: tuple[str, ...]) -> Value:
    """Return what a method of str returns."""
    values = [plain_text(value) for value in arguments.positional]
    if name == "format":
        if len(text) * sum(len(str(value)) for value in values) > MAX_TEXT * 10:
            return Value(UNKNOWN, variables)
        fields = {key: plain_text(value) for key, value in arguments.named.items()}
        if WIDE.search(text) or any(not isinstance(v, (str, int, float)) for v in [*values, *fields.values()]):
            return Value(UNKNOWN, variables)
        try:
            return limited(text.format(*values, **fields), variables)
        except (ValueError, LookupError, AttributeError, TypeError):
            return Value(UNKNOWN, variables)
    if name == "join" and arguments.positional:
        parts = arguments.positional[0].data
        if not isinstance(parts, (list, tuple)) or not all(isinstance(part.data, str) for part in parts):
            return Value(UNKNOWN, variables)
        if len(text) * len(parts) + sum(len(part.data) for part in parts) > MAX_TEXT:
            return Value(UNKNOWN, variables)
        return limited(text.join(part.data for part in parts), variables)
    if name == "replace" and len(values) >= 2 and all(isinstance(value, str) for value in values[:2]):
        new = values[1] if len(text) * (len(values[1]) + 1) <= MAX_TEXT * 10 else None
        return Value(UNKNOWN, variables) if new is None else limited(text.replace(values[0], new), variables)
    if name not in SAFE_TEXT or arguments.open:
        return Value(UNKNOWN, variables)
    named = {key: plain(value) for key, value in arguments.named.items()}
    if any(isinstance(value, PurePosixPath) or value is UNKNOWN for value in [*values, *named.values()]):
        return Value(UNKNOWN, variables)
    try:
        result = getattr(text, name)(*values, **named)
    except (ValueError, TypeError):
        return Value(UNKNOWN, variables)
    return wrap(result[:MAX_ITEMS] if isinstance(result, list) else result, variables)


def plain_text(value: Value) -> Any:
    """Return plain data with the project's stand-in folder left in."""
    data = value.data
    if isinstance(data, PurePosixPath):
        return str(data)
    if data is None or isinstance(data, (str, bool, int, float)):
        return data
    if isinstance(data, (list, tuple)) and len(data) < 50 and all(isinstance(item.data, str) for item in data):
        return tuple(item.data for item in data)
    return UNKNOWN


def limited(text: str, variables: tuple[str, ...] = ()) -> Value:
    """Return a text as a Value, unless it is longer than any setting."""
    return Value(text if len(text) <= MAX_TEXT else UNKNOWN, variables)


def list_method(items: list[Value], name: str, arguments: Arguments) -> Value:
    """Return what a method of list returns, having changed the list."""
    first = arguments.get(0, "object", "iterable")
    if name in ("append", "add") and first is not None:
        items.append(first)
    elif name in ("extend", "update", "union") and first is not None:
        items.extend(parts(first) if len(items) < MAX_ITEMS else [])
    elif name == "insert" and len(arguments.positional) == 2:
        index = arguments.positional[0].data
        items.insert(index if isinstance(index, int) else len(items), arguments.positional[1])
    elif name in ("remove", "discard") and first is not None:
        place = find(items, first)
        if place is not None:
            del items[place]
    elif name == "pop":
        index = first.data if first is not None and isinstance(first.data, int) else -1
        return items.pop(index) if -len(items) <= index < len(items) else Value()
    elif name == "index" and first is not None:
        place = find(items, first)
        return Value(UNKNOWN if place is None else place)
    elif name == "copy":
        return Value(list(items))
    elif name == "clear":
        items.clear()
    else:
        return Value()
    return Value(None)


def find(items: list[Value] | tuple[Value, ...], sought: Value) -> int | None:
    """Return where a scalar stands in a list; None if it does not."""
    return next((i for i, item in enumerate(items) if known(item) and same(item, sought) is True), None)


def same(left: Value, right: Value) -> bool | None:
    """Return whether two values are equal; None if it cannot be known."""
    one, other = plain(left), plain(right)
    if isinstance(one, (bool, int, float, str, bytes)) or one is None:
        return None if other is UNKNOWN else bool(one == other)
    if one is UNKNOWN or other is UNKNOWN or "UNKNOWN" in repr(one)[:MAX_TEXT] or "UNKNOWN" in repr(other)[:MAX_TEXT]:
        return None
    return bool(one == other)


def parts(value: Value) -> list[Value]:
    """Return the parts over which a value is iterated; one unknown part if they are not known."""
    if isinstance(value.data, (list, tuple)):
        return list(value.data)
    if isinstance(value.data, dict):
        return [Value(key, value.variables) for key in value.data]
    if isinstance(value.data, str) and len(value.data) < 200:
        return [Value(char, value.variables) for char in value.data]
    return [Value(UNKNOWN, value.variables)]


def dict_method(items: dict[Any, Value], name: str, arguments: Arguments) -> Value:
    """Return what a method of dict returns, having changed the dict."""
    first, second = arguments.get(0, "key"), arguments.get(1, "default")
    if name == "update":
        if first is not None and isinstance(first.data, dict):
            items.update(first.data)
        items.update(arguments.named)
        return Value(None)
    if name == "items":
        return Value([Value((Value(key), item)) for key, item in items.items()])
    if name == "values":
        return Value(list(items.values()))
    if name == "keys":
        return Value([Value(key) for key in items])
    if name == "copy":
        return Value(dict(items))
    if first is not None and hashable(first):
        if name == "get":
            return items.get(first.data, second or Value(None))
        if name == "setdefault":
            return items.setdefault(first.data, second or Value(None))
        if name == "pop":
            return items.pop(first.data, second or Value())
    return Value()


def hashable(value: Value) -> bool:
    """Return whether a value can be the key of a dict here."""
    return value.data is None or isinstance(value.data, (str, int, float, bool))


def deep_copy(value: Value) -> Value:
    """Return a copy whose lists and dicts are its own, as far as settings go."""
    left = MAX_ITEMS

    def copy(value: Value, depth: int) -> Value:
        nonlocal left
        left -= 1
        if depth > 8 or left < 0:
            return value
        if isinstance(value.data, list):
            return Value([copy(item, depth + 1) for item in value.data], value.variables)
        if isinstance(value.data, dict):
            return Value({key: copy(item, depth + 1) for key, item in value.data.items()}, value.variables)
        return value

    return copy(value, 0)


def truth_of(value: Value) -> bool | None:
    """Return whether a value counts as true; None if it cannot be known."""
    data = value.data
    if data is UNKNOWN or data is MISSING or isinstance(data, (Reference, Bound)):
        return None
    if isinstance(data, list) and data and not any(known(item) for item in data):
        return None
    return bool(data) if data is None or isinstance(data, (str, bytes, bool, int, float, list, tuple, dict)) else True


def percent(template: str, right: Value, variables: tuple[str, ...]) -> Value:
    """Return a text formatted with %."""
    data: Any = right.data
    if isinstance(data, dict):
        data = {key: plain_text(item) for key, item in data.items()}
        items = list(data.values())
    elif isinstance(data, tuple):
        data = tuple(plain_text(item) for item in data)
        items = list(data)
    else:
        data = plain_text(right)
        items = [data]
    if len(template) * sum(len(str(item)) for item in items) > MAX_TEXT * 10:
        return Value(UNKNOWN, variables)
    if WIDE.search(template) or any(not isinstance(item, (str, int, float)) for item in items):
        return Value(UNKNOWN, variables)
    try:
        return limited(template % data, variables)
    except (TypeError, ValueError, LookupError, OverflowError):
        return Value(UNKNOWN, variables)


def new_dict(state: object, arguments: Arguments) -> Value:
    """Return a dict of a dict, of pairs, and of keyword arguments."""
    items: dict[Any, Value] = {}
    first = arguments.get(0)
    if first is not None and isinstance(first.data, dict):
        items.update(first.data)
    elif first is not None and isinstance(first.data, (list, tuple)):
        for pair in first.data:
            if isinstance(pair.data, (list, tuple)) and len(pair.data) == 2 and hashable(pair.data[0]):
                items[pair.data[0].data] = pair.data[1]
    elif first is not None:
        return Value(UNKNOWN, merge(*arguments.all))
    return Value({**items, **arguments.named}, merge(*arguments.all))


def first_argument(state: object, arguments: Arguments) -> Value:
    """Return the first argument: translations, casts and copies leave it as it is here."""
    return arguments.positional[0] if arguments.positional else Value()
