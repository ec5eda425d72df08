"""What packages that read the environment have in common: names of types, and how a variable is read and cast."""

from collections.abc import Callable

from ..environment import DATE, UUID
from ..functions import apply_cast
from ..references import Arguments, Bound, Reader, Reference
from ..state import State
from ..values import MISSING, UNKNOWN, Value, merge

# Methods of readers that read no variable.
NOT_READING = frozenset(("read_env", "read_envfile", "prefixed", "seal", "add_parser", "parser_for"))
PLAIN = ("", "get_value")  # methods that read a variable as the type that an argument says
TYPES = {
    "bool": "bool",
    "strtobool": "bool",
    "int": "int",
    "float": "int",
    "decimal": "int",
    "Decimal": "int",
    "loads": "json",
    "literal_eval": "json",
    "list": "list",
    "tuple": "list",
    "set": "list",
    "Csv": "list",
    "url": "url",
    "db": "db",
    "db_url": "db",
    "dj_db_url": "db",
    "cache": "cache",
    "cache_url": "cache",
    "dj_cache_url": "cache",
    "email": "email",
    "email_url": "email",
    "dj_email_url": "email",
    "channels": "url",
    "channels_url": "url",
    "search_url": "url",
}
# Functions that a text is cast by, and what kind of URL it is then.
URL_CASTS = {"dj_database_url.parse": "db", "django_cache_url.parse": "cache", "dj_email_url.parse": "email"}
# A text that is of the form which a method, or a type, reads.
FORMS = {
    "json": "{}",
    "dict": "a=b",
    "timedelta": "1",
    "uuid": UUID,
    "date": DATE,
    "datetime": f"{DATE}T00:00:00",
    "time": "00:00",
    "path": "/tmp",
    "log_level": "INFO",
}
URL_NAMES = {"db": "DATABASE_URL", "cache": "CACHE_URL", "email": "EMAIL_URL"}


def new_reader(package: str) -> Callable[..., Value]:
    """Return the constructor of a package's environment reader, with django-environ's scheme of types and defaults."""

    def call(state: State, arguments: Arguments) -> Value:
        prefix = arguments.named.get("prefix")
        return Value(Reader(package, arguments.named, prefix.data if prefix and isinstance(prefix.data, str) else ""))

    return call


def cast_name(cast: Value | None) -> str:
    """Return the type that a `cast` argument stands for."""
    if cast is None:
        return "str"
    data = cast.data
    if isinstance(data, Reference) and data.name in URL_CASTS:
        return URL_CASTS[data.name]
    if isinstance(data, Reference):
        return TYPES.get(data.name.rpartition(".")[2], "str")
    if isinstance(data, list):
        return "list"
    if isinstance(data, Bound):
        return TYPES.get(data.name, "str")
    return "list" if isinstance(data, Reader) and data.package == "csv" else "str"


def fit(state: State, name: str, method: str, arguments: Arguments) -> None:
    """Record what a variable's text has to be like, by the method that reads it, its cast, and that of its items."""
    variable = state.environment.variables.get(name)
    if variable is None or variable.fitting:
        return
    cast = arguments.get(-1, "cast")
    items = arguments.get(-1, "subcast")
    if cast is not None and isinstance(cast.data, Reader) and cast.data.package == "csv":
        items = cast.data.scheme.get("cast")
    texts = [item.data for item in cast.data] if cast is not None and isinstance(cast.data, tuple) else []
    kind = cast.data.name.rpartition(".")[2] if cast is not None and isinstance(cast.data, Reference) else method
    if texts and all(isinstance(text, str) for text in texts):
        variable.fitting = texts
    elif items is not None and cast_name(items) == "int":
        variable.fitting = ["1"]
    elif kind in FORMS:
        variable.fitting = [FORMS[kind]]


def variable_name(arguments: Arguments, otherwise: str = "") -> str:
    """Return the variable that a reader's arguments name, "" if it is not known; `otherwise` where they name none."""
    name = arguments.get(0, "var", "name", "option")
    if name is None:
        return otherwise
    return name.data if isinstance(name.data, str) else ""


def read_second(
    state: State, reader: Reader, method: str, arguments: Arguments, without: tuple[tuple[str, object], ...] = ()
) -> Value:
    """Return what a reader gives that takes a variable's default second, and its type third.

    `without` are types with a default that counts as none.
    """
    if method in NOT_READING:
        return Value(None)
    name = variable_name(arguments)
    if not name:
        return Value(UNKNOWN, merge(*arguments.all))
    plain = method in PLAIN
    type = cast_name(arguments.get(2, "cast", "subcast")) if plain else TYPES.get(method, "str")
    default = arguments.get(1, "default")
    if default is not None and default.data is MISSING:
        default = None  # environs has `...` for none
    if default is not None and any(type == one and default.data == data for one, data in without):
        default = None
    value = state.read(reader.prefix + name, default, type)
    fit(state, reader.prefix + name, method, arguments)
    cast = arguments.get(2, "cast")
    return apply_cast(state, cast, value) if cast is not None and plain else value
