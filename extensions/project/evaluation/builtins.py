"""What Python's own functions, and those that leave their argument as it is, return."""

import ast
import base64
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from .attributes import attribute
from .environment import DSN
from .objects import Module, Unique
from .operations import deep_copy, first_argument, new_dict, parts, path_text, plain_text, truth_of
from .references import Arguments
from .state import External, State
from .values import TRUE, UNKNOWN, Binding, Value, Variable, known, merge, wrap


def builtin(function: str) -> Callable[..., Value]:
    """Return a function that does what the builtin does with what is known."""

    def call(state: State, arguments: Arguments) -> Value:
        variables = merge(*arguments.all)
        first = arguments.get(0, "object")
        if first is None:
            return wrap(
                {"str": "", "int": 0, "float": 0.0, "bool": False, "list": [], "tuple": (), "set": []}[function]
            )
        if function in ("bool", "int", "float"):
            state.set_type(first, "int" if function != "bool" else "str")
        if function in ("int", "float"):
            first = state.given(first, "TypeError" if first.data is None else "ValueError", empty=True)
        elif function in ("list", "tuple", "set"):
            first = state.given(first)
        if function == "bool":
            truth = truth_of(first)
            return Value(UNKNOWN if truth is None else truth, variables)
        if not known(first):
            return (
                Value(UNKNOWN, variables, first.direct, part=first.part)
                if function == "str"
                else Value(UNKNOWN, variables)
            )
        if function in ("list", "tuple", "set"):
            items = parts(first)
            return Value(tuple(items) if function == "tuple" else items, variables)
        data = plain_text(first)
        if not isinstance(data, (str, bool, int, float, type(None))):
            return Value(UNKNOWN, variables)
        try:
            return Value({"str": str, "int": int, "float": float}[function](data), variables)
        except (ValueError, TypeError, OverflowError):
            return Value(UNKNOWN, variables)

    return call


def copied(state: State, arguments: Arguments) -> Value:
    """Return a copy of the first argument."""
    return deep_copy(arguments.positional[0]) if arguments.positional else Value()


def ordered(state: State, arguments: Arguments) -> Value:
    """Return the first argument's parts as a list, sorted where they are texts."""
    if not arguments.positional:
        return Value()
    items = parts(arguments.positional[0])
    if all(isinstance(item.data, str) for item in items):
        items.sort(key=lambda item: item.data)
    return Value(items, merge(*arguments.all))


def length(state: State, arguments: Arguments) -> Value:
    """Return how long a text or container is."""
    data = arguments.positional[0].data if arguments.positional else UNKNOWN
    return Value(len(data) if isinstance(data, (str, list, tuple, dict)) else UNKNOWN, merge(*arguments.all))


def get_attribute(state: State, arguments: Arguments) -> Value:
    """Return an attribute by its name."""
    name = arguments.get(1)
    if name is None or not isinstance(name.data, str):
        return Value(UNKNOWN, merge(*arguments.all))
    found = attribute(state, arguments.positional[0], name.data)
    default = arguments.get(2)
    if known(found) or default is None:
        return found
    return Value(default.data, merge(*arguments.all), doubt=f"unless {name.data} is found elsewhere")


def literal(read: Callable[[str], Any]) -> Callable[..., Value]:
    """Return a function that reads a text as JSON or a Python literal."""

    def call(state: State, arguments: Arguments) -> Value:
        first = arguments.positional[0] if arguments.positional else Value()
        state.set_type(first, "json")
        text = state.given(first, "TypeError" if first.data is None else "ValueError", empty=True).data
        variables = merge(*arguments.all)
        if not isinstance(text, str) or len(text) > 10_000:
            read_by = state.environment.variables.get(first.direct) if text is UNKNOWN else None
            return Value(UNKNOWN, variables, part=read_by)
        try:
            return wrap(read(text), variables)
        except (ValueError, SyntaxError, TypeError, RecursionError, MemoryError):
            return Value(UNKNOWN, variables)

    return call


def decoded(state: State, arguments: Arguments) -> Value:
    """Return what is in a text of base64: https://docs.python.org/3/library/base64.html#base64.b64decode."""
    first = arguments.get(0, "s") or Value()
    if variable := state.read_by(first):
        variable.encoded = True
    data = state.given(first).data
    if not isinstance(data, str):
        return Value(UNKNOWN, first.variables, first.direct)
    try:
        return Value(base64.b64decode(data).decode(), first.variables)
    except ValueError:
        return Value(UNKNOWN, first.variables)


def to_bool(state: State, arguments: Arguments) -> Value:
    """Return a text like "yes" as a bool (strtobool and its kin)."""
    first = arguments.positional[0] if arguments.positional else Value()
    state.set_type(first, "bool")
    first = state.given(first, "AttributeError" if first.data is None else "ValueError", empty=True)
    if isinstance(first.data, str):
        return Value(first.data.lower() in TRUE, first.variables)
    return Value(first.data if isinstance(first.data, (bool, int)) else UNKNOWN, first.variables)


def sentry(state: State, arguments: Arguments) -> Value:
    """Record which variable is Sentry's address, which has a form of its own."""
    dsn = arguments.get(0, "dsn")
    variable = state.read_by(dsn) if dsn is not None else None
    if variable is not None:
        variable.fitting = variable.fitting or [DSN]
    return Value(None)


def os_environ(method: str) -> Callable[..., Value]:
    """Return a method of os.environ; https://docs.python.org/3/library/os.html#os.environ."""

    def call(state: State, arguments: Arguments) -> Value:
        name = arguments.get(0, "key")
        default = arguments.get(1, "default", "value") or Value(None)
        if method == "setdefault":
            if name is not None and isinstance(name.data, str) and isinstance(default.data, str):
                exported = state.environment.exported
                exported.setdefault(name.data, Variable(name.data, state.here, default.data))
            return default
        if name is None or not isinstance(name.data, str) or not name.data:
            return Value(UNKNOWN, merge(*arguments.all))
        return state.read(name.data, default)

    return call


def parsed_url(state: State, arguments: Arguments) -> Value:
    """Return the parts of a URL as an object's attributes."""
    url = arguments.get(0, "url") or Value()
    state.set_type(url, "url")
    if not isinstance(url.data, str):
        return Value(UNKNOWN, url.variables)
    try:
        parts_ = urlsplit(url.data)
        found = {name: getattr(parts_, name) for name in ("scheme", "netloc", "path", "query", "hostname", "port")}
    except ValueError:
        return Value(UNKNOWN, url.variables)
    found["host"] = found["hostname"]  # of furl and yarl: https://github.com/gruns/furl, https://yarl.aio-libs.org
    names = {name: Binding(Value(part, url.variables), "") for name, part in found.items()}
    return Value(Module("", names), url.variables)


def add_to_sys_path(state: State, arguments: Arguments) -> Value:
    """Import from a folder of the project too; https://docs.python.org/3/library/sys.html#sys.path."""
    place = state.within(path_text(arguments.positional[-1]) or "/") if arguments.positional else "/"
    if place in state.tree.folders:
        state.importer.add(place)
    return Value(None)


BUILTINS: dict[str, External] = {
    "os.getenv": os_environ("get"),
    "sentry_sdk.init": sentry,
    "os.environ.get": os_environ("get"),
    "os.environ.pop": os_environ("get"),
    "os.environ.setdefault": os_environ("setdefault"),
    "os.fspath": first_argument,
    "sys.path.append": add_to_sys_path,
    "sys.path.insert": add_to_sys_path,
    "platform.system": lambda state, arguments: Value("Linux"),  # of the image
    "urllib.parse.urlparse": parsed_url,
    "urllib.parse.urlsplit": parsed_url,
    "furl.furl": parsed_url,
    "yarl.URL": parsed_url,
    "base64.b64decode": decoded,
    "base64.urlsafe_b64decode": decoded,
    "ast.literal_eval": literal(ast.literal_eval),
    "copy.copy": copied,
    "copy.deepcopy": copied,
    "object": lambda state, arguments: Value(Unique()),
    "str": builtin("str"),
    "int": builtin("int"),
    "float": builtin("float"),
    "bool": builtin("bool"),
    "list": builtin("list"),
    "tuple": builtin("tuple"),
    "set": builtin("set"),
    "frozenset": builtin("set"),
    "dict": new_dict,
    "collections.OrderedDict": new_dict,
    "len": length,
    "sorted": ordered,
    "getattr": get_attribute,
    "typing.cast": lambda state, arguments: arguments.get(1, "val") or Value(),
    **{
        f"django.utils.{module}.{name}": first_argument
        for module in ("translation", "functional", "text", "encoding", "safestring")
        for name in (
            "gettext",
            "gettext_lazy",
            "gettext_noop",
            "ugettext",
            "ugettext_lazy",
            "pgettext",
            "force_str",
            "mark_safe",
        )
    },
    **{name: to_bool for name in ("distutils.util.strtobool", "str2bool.str2bool", "strtobool.strtobool")},
}
