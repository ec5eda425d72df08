"""dbt-copilot-python: the login of a database in a variable of JSON, as AWS Copilot has it.

https://pypi.org/project/dbt-copilot-python/
"""

from collections.abc import Callable

from ..json_parts import part
from ..references import Arguments
from ..state import State
from ..values import UNKNOWN, Value, merge
from .package import Package

KEYS = {"NAME": "dbname", "USER": "username", "PASSWORD": "password", "HOST": "host", "PORT": "port"}


def _read(state: State, arguments: Arguments, engine: str) -> Value:
    """Return what a variable has that is read as JSON, and note its keys."""
    name = arguments.get(0, "environment_key")
    if name is None or not isinstance(name.data, str) or not name.data:
        return Value(UNKNOWN, merge(*arguments.all))
    found = state.read(name.data, None, "json")
    for key in KEYS.values():
        part(state, found, key)
    state.fits(Value(UNKNOWN, part=part(state, found, "engine")), engine)
    return Value(UNKNOWN, found.variables)


def _database(state: State, arguments: Arguments) -> Value:
    found = _read(state, arguments, "postgresql")
    setting = {name: Value(UNKNOWN, found.variables) for name in ("ENGINE", *KEYS)}
    return Value(setting | {name: item for name, item in arguments.named.items() if name != "environment_key"})


def _databases(state: State, arguments: Arguments) -> Value:
    return Value({"default": _database(state, arguments)})


def _url(state: State, arguments: Arguments) -> Value:
    return _read(state, arguments, "postgres")


FUNCTIONS: dict[str, Callable[[State, Arguments], Value]] = {
    "setup_database": _database,
    "database_from_env": _databases,
    "database_url_from_env": _url,
}
PACKAGE = Package(functions={f"dbt_copilot_python.database.{name}": call for name, call in FUNCTIONS.items()})
