"""Read parts of TOML, YAML and JSON data of any shape: a value of a wrong type counts as missing."""

from dataclasses import fields, is_dataclass
from typing import Any
from urllib.parse import SplitResult, urlsplit


def mapping(value: Any, *names: str) -> dict[str, Any]:
    """Return the mapping at nested `names` of `value`, its keys as strings; empty if there is none."""
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    if not isinstance(value, dict):
        return {}
    return value if all(isinstance(key, str) for key in value) else {str(key): item for key, item in value.items()}


def sequence(value: Any) -> list[Any]:
    """Return a list; empty if `value` is none."""
    return value if isinstance(value, list) else []


def mappings(value: Any) -> list[dict[str, Any]]:
    """Return the mappings of a list."""
    return [mapping(item) for item in sequence(value) if isinstance(item, dict)]


def strings(value: Any) -> list[str]:
    """Return the strings of a list, or a lone string as one."""
    return [value] if isinstance(value, str) else [item for item in sequence(value) if isinstance(item, str)]


def text_of(value: Any) -> str:
    """Return a scalar as text; "" for None, lists and mappings."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, str | int | float) else ""


def url_parts(text: str) -> SplitResult | None:
    """Return the parts of a URL; None for what is none, as with a lone bracket: "http://[::1/".

    https://docs.python.org/3/library/urllib.parse.html#urllib.parse.urlsplit
    """
    try:
        return urlsplit(text)
    except ValueError:
        return None


def plain(value: Any) -> Any:
    """Return a value as JSON has it: dataclasses as mappings, at any depth."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, list | tuple) else value
