"""Files of data that settings load: JSON, TOML and YAML, from a file that is open or from the text of one.

https://docs.python.org/3/library/tomllib.html, https://pyyaml.org/wiki/PyYAMLDocumentation
"""

import json
from collections.abc import Callable
from typing import Any

from .builtins import literal
from .objects import Content
from .references import Arguments
from .state import External, State
from .values import UNKNOWN, Value, merge, wrap

MAX_DEPTH = 20


def load(form: str, otherwise: External | None = None) -> External:
    """Return a function that loads a file of the project; `otherwise` loads a text that is no file's."""

    def call(state: State, arguments: Arguments) -> Value:
        first = arguments.positional[0] if arguments.positional else Value()
        variables = merge(*arguments.all)
        if isinstance(first.data, Content):
            content = _content(state, form, state.within(first.data.path))
            return Value(UNKNOWN, variables) if content is UNKNOWN else wrap(content, variables)
        return otherwise(state, arguments) if otherwise else Value(UNKNOWN, variables)

    return call


def _content(state: State, form: str, path: str) -> Any:
    if path.startswith("/") or not state.tree.exists(path) or state.tree.is_private(path):
        return UNKNOWN
    read: dict[str, Callable[[str], Any]] = {
        "json": state.tree.json,
        "toml": state.tree.toml,
        "yaml": state.tree.yaml,
    }
    found = read[form](path)
    return UNKNOWN if found is None else _plain(found, 0)


def _plain(value: Any, depth: int) -> Any:
    """Return data without what settings can't have literally, such as dates and tags of YAML."""
    if depth > MAX_DEPTH:
        return UNKNOWN
    if isinstance(value, dict):
        return {str(name): _plain(item, depth + 1) for name, item in value.items()}
    if isinstance(value, list):
        return [_plain(item, depth + 1) for item in value]
    return value if value is None or isinstance(value, (str, bool, int, float)) else UNKNOWN


DATA_FILES: dict[str, External] = {
    "json.load": load("json"),
    "json.loads": load("json", literal(json.loads)),
    **{f"{module}.{name}": load("toml") for module in ("tomllib", "tomli", "toml") for name in ("load", "loads")},
    **{f"yaml.{name}": load("yaml") for name in ("load", "safe_load", "full_load", "unsafe_load")},
}
