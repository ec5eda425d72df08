"""What functions outside the project return, as far as settings need it: paths, texts, readers of the environment."""

import ast
import json
import posixpath
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from .environment import MISSING, TRUE, convert, parse_url
from .values import HOME, UNKNOWN, CallablePath, Value, known, merge, plain, words, wrap

if TYPE_CHECKING:
    from .evaluate import Evaluator

MAX_TEXT = 100_000  # characters of a text that is worked out
MAX_ITEMS = 5_000  # of a list
NOTSET = "environ.Env.NOTSET"  # django-environ's default that stands for none


@dataclass(eq=False, slots=True)
class Reference:
    """Something outside the project, by its dotted name."""

    name: str


@dataclass(eq=False, slots=True)
class Reader:
    """An object that reads the environment: `package` is environ, environs, decouple or configurations."""

    package: str
    scheme: dict[str, Value]
    prefix: str = ""


@dataclass(eq=False, slots=True)
class Late:
    """A django-configurations value: its variable is named for the setting that it is assigned to."""

    kind: str
    arguments: "Arguments"


@dataclass(eq=False, slots=True)
class Bound:
    """A method, with what it belongs to."""

    owner: Value
    name: str


@dataclass(slots=True)
class Arguments:
    """What a call passes; `open` where there is more than could be read (*args of something unknown)."""

    positional: list[Value]
    named: dict[str, Value]
    open: bool = False

    def get(self, position: int, *names: str) -> Value | None:
        """Return an argument by its place, or by one of its names."""
        if 0 <= position < len(self.positional):
            return self.positional[position]
        return next((self.named[name] for name in names if name in self.named), None)

    @property
    def all(self) -> list[Value]:
        """Return all arguments, those with a name last."""
        return [*self.positional, *self.named.values()]


def path_text(value: Value) -> str | None:
    """Return the text of a path or string; None for anything else."""
    return str(value.data) if isinstance(value.data, (str, PurePosixPath)) else None


# ---------------------------------------------------------------- texts and containers

SAFE_TEXT = words(
    "split rsplit strip lstrip rstrip lower upper title capitalize casefold startswith endswith partition "
    "rpartition splitlines "
    "removeprefix removesuffix find rfind count isdigit isnumeric isalpha"
)
WIDE = re.compile(r"\d{4}|\*")  # a format that asks for a text far longer than a setting


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
        return None if other is UNKNOWN else one == other
    if one is UNKNOWN or other is UNKNOWN or "UNKNOWN" in repr(one)[:MAX_TEXT] or "UNKNOWN" in repr(other)[:MAX_TEXT]:
        return None
    return one == other


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


# ---------------------------------------------------------------- paths


def path_attribute(value: Value, name: str) -> Value:
    """Return an attribute of a pathlib path, a bound method for its methods."""
    path = value.data
    if name in ("parent", "name", "stem", "suffix"):
        return Value(getattr(path, name), value.variables)
    if name == "root" and isinstance(path, CallablePath):
        return Value(str(path), value.variables)
    if name == "parents":
        return Value(list(wrap(list(path.parents)).data), value.variables)
    if name == "parts":
        return wrap(path.parts, value.variables)
    return Value(Bound(value, name), value.variables)


def path_method(evaluator: "Evaluator", value: Value, name: str, arguments: Arguments) -> Value:
    """Return what a method of a pathlib path returns."""
    path = value.data
    variables = merge(value, *arguments.all)
    if name == "expanduser":
        return Value(type(path)(str(path)) if _is_own_home(str(path)) else UNKNOWN, variables)
    if name in ("resolve", "absolute"):
        normal = posixpath.normpath(str(path)) if name == "resolve" else str(path)
        return Value(type(path)(normal), variables)
    if name in ("joinpath", "path", "__truediv__") and all(
        path_text(part) is not None for part in arguments.positional
    ):
        return Value(path.joinpath(*[str(part.data) for part in arguments.positional]), variables)
    if name in ("as_posix", "__str__"):
        return Value(str(path), variables)
    if name in ("with_name", "with_suffix") and arguments.positional and isinstance(arguments.positional[0].data, str):
        try:
            return Value(getattr(path, name)(arguments.positional[0].data), variables)
        except ValueError:
            return Value(UNKNOWN, variables)
    if name in ("exists", "is_file", "is_dir"):
        return Value(evaluator.path_exists(str(path)), variables)
    if name == "mkdir":
        evaluator.made.append((value, evaluator.here))
        return Value(None)
    pattern = arguments.get(0, "pattern")
    if name in ("glob", "rglob") and pattern is not None and isinstance(pattern.data, str):
        deep = "**/" if name == "rglob" else ""
        found = evaluator.glob(f"{path}/{deep}{pattern.data}", recursive=True)
        return wrap(UNKNOWN if found is None else [PurePosixPath(item) for item in found], variables)
    return Value(UNKNOWN, variables)


def os_path(function: str) -> Callable[..., Value]:
    """Return a function that does what the one in os.path does, without a look at the disk."""

    def call(evaluator: "Evaluator", arguments: Arguments) -> Value:
        variables = merge(*arguments.all)
        texts = [path_text(evaluator.given(value)) for value in arguments.positional]
        if not texts or None in texts or arguments.open or sum(map(len, texts)) > MAX_TEXT:
            return Value(UNKNOWN, variables)
        if function in ("exists", "isfile", "isdir", "lexists"):
            return Value(evaluator.path_exists(texts[0]), variables)
        if function in ("abspath", "realpath"):
            return Value(posixpath.normpath(posixpath.join(evaluator.working_folder, texts[0])), variables)
        if function == "expandvars":
            text = re.sub(r"\$(?:HOME\b|\{HOME\})", HOME, texts[0])
            return Value(UNKNOWN if "$" in text else text, variables)
        if function == "expanduser":
            return Value(texts[0] if _is_own_home(texts[0]) else UNKNOWN, variables)
        try:
            return wrap(getattr(posixpath, function)(*texts), variables)
        except (TypeError, ValueError):
            return Value(UNKNOWN, variables)

    return call


def _is_own_home(path: str) -> bool:
    """Return whether a path has no other user's home directory, as ~name has, in it."""
    return not path.startswith("~") or path.partition("/")[0] == HOME


def home_path(evaluator: "Evaluator", arguments: Arguments) -> Value:
    """Return what pathlib.Path.home() returns."""
    return Value(PurePosixPath(HOME))


def glob(evaluator: "Evaluator", arguments: Arguments) -> Value:
    """Return the project's paths that a pattern matches; https://docs.python.org/3/library/glob.html#glob.glob."""
    text = path_text(arguments.positional[0]) if arguments.positional else None
    recursive = arguments.named.get("recursive")
    found = evaluator.glob(text, recursive is not None and recursive.data is True) if text else None
    return wrap(UNKNOWN if found is None else found, merge(*arguments.all))


def new_path(evaluator: "Evaluator", arguments: Arguments) -> Value:
    """Return a pathlib path for its parts."""
    texts = [path_text(evaluator.given(value)) for value in arguments.positional]
    variables = merge(*arguments.all)
    return Value(UNKNOWN if None in texts else PurePosixPath(*texts), variables)


def new_environ_path(evaluator: "Evaluator", arguments: Arguments) -> Value:
    """Return a django-environ Path; https://django-environ.readthedocs.io/en/latest/api.html#environ.Path."""
    texts = [path_text(value) for value in arguments.positional]
    variables = merge(*arguments.all)
    if None in texts:
        return Value(UNKNOWN, variables)
    return Value(CallablePath(posixpath.normpath(posixpath.join(evaluator.working_folder, *texts))), variables)


# ---------------------------------------------------------------- builtins


def builtin(function: str) -> Callable[..., Value]:
    """Return a function that does what the builtin does with what is known."""

    def call(evaluator: "Evaluator", arguments: Arguments) -> Value:
        variables = merge(*arguments.all)
        first = arguments.get(0, "object")
        if first is None:
            return wrap(
                {"str": "", "int": 0, "float": 0.0, "bool": False, "list": [], "tuple": (), "set": []}[function]
            )
        if function in ("bool", "int", "float") and first.direct:
            evaluator.set_type(first.direct, "int" if function != "bool" else "str")
        if function in ("int", "float"):
            first = evaluator.given(first, "TypeError" if first.data is None else "ValueError", empty=True)
        elif function in ("list", "tuple", "set"):
            first = evaluator.given(first)
        if function == "bool":
            truth = evaluator.truth(first)
            return Value(UNKNOWN if truth is None else truth, variables)
        if not known(first):
            return Value(UNKNOWN, variables, first.direct if function == "str" else "")
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


def new_dict(evaluator: "Evaluator", arguments: Arguments) -> Value:
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


def first_argument(evaluator: "Evaluator", arguments: Arguments) -> Value:
    """Return the first argument: translations, casts and copies leave it as it is here."""
    return arguments.positional[0] if arguments.positional else Value()


def copied(evaluator: "Evaluator", arguments: Arguments) -> Value:
    """Return a copy of the first argument."""
    return deep_copy(arguments.positional[0]) if arguments.positional else Value()


def ordered(evaluator: "Evaluator", arguments: Arguments) -> Value:
    """Return the first argument's parts as a list, sorted where they are texts."""
    if not arguments.positional:
        return Value()
    items = parts(arguments.positional[0])
    if all(isinstance(item.data, str) for item in items):
        items.sort(key=lambda item: item.data)
    return Value(items, merge(*arguments.all))


def length(evaluator: "Evaluator", arguments: Arguments) -> Value:
    """Return how long a text or container is."""
    data = arguments.positional[0].data if arguments.positional else UNKNOWN
    return Value(len(data) if isinstance(data, (str, list, tuple, dict)) else UNKNOWN, merge(*arguments.all))


def get_attribute(evaluator: "Evaluator", arguments: Arguments) -> Value:
    """Return an attribute by its name."""
    name = arguments.get(1)
    if name is None or not isinstance(name.data, str):
        return Value(UNKNOWN, merge(*arguments.all))
    found = evaluator.attribute(arguments.positional[0], name.data)
    default = arguments.get(2)
    if known(found) or default is None:
        return found
    return Value(default.data, merge(*arguments.all), doubt=f"unless {name.data} is found elsewhere")


def literal(read: Callable[[str], Any]) -> Callable[..., Value]:
    """Return a function that reads a text as JSON or a Python literal."""

    def call(evaluator: "Evaluator", arguments: Arguments) -> Value:
        first = arguments.positional[0] if arguments.positional else Value()
        text = evaluator.given(first, "TypeError" if first.data is None else "ValueError", empty=True).data
        variables = merge(*arguments.all)
        if not isinstance(text, str) or len(text) > 10_000:
            return Value(UNKNOWN, variables)
        try:
            return wrap(read(text), variables)
        except (ValueError, SyntaxError, TypeError, RecursionError, MemoryError):
            return Value(UNKNOWN, variables)

    return call


def to_bool(evaluator: "Evaluator", arguments: Arguments) -> Value:
    """Return a text like "yes" as a bool (strtobool and its kin)."""
    first = arguments.positional[0] if arguments.positional else Value()
    if first.direct:
        evaluator.set_type(first.direct, "bool")
    first = evaluator.given(first, "AttributeError" if first.data is None else "ValueError", empty=True)
    if isinstance(first.data, str):
        return Value(first.data.lower() in TRUE, first.variables)
    return Value(first.data if isinstance(first.data, (bool, int)) else UNKNOWN, first.variables)


# ---------------------------------------------------------------- readers of the environment


def os_environ(method: str) -> Callable[..., Value]:
    """Return a method of os.environ; https://docs.python.org/3/library/os.html#os.environ."""

    def call(evaluator: "Evaluator", arguments: Arguments) -> Value:
        name = arguments.get(0, "key")
        default = arguments.get(1, "default", "value") or Value(None)
        if method == "setdefault":
            return default
        if name is None or not isinstance(name.data, str) or not name.data:
            return Value(UNKNOWN, merge(*arguments.all))
        return evaluator.read(name.data, default)

    return call


def new_reader(package: str) -> Callable[..., Value]:
    """Return the constructor of a package's environment reader, with django-environ's scheme of types and defaults."""

    def call(evaluator: "Evaluator", arguments: Arguments) -> Value:
        prefix = arguments.named.get("prefix")
        return Value(Reader(package, arguments.named, prefix.data if prefix and isinstance(prefix.data, str) else ""))

    return call


TYPES = {
    "bool": "bool",
    "strtobool": "bool",
    "int": "int",
    "float": "int",
    "decimal": "int",
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
URL_NAMES = {"db": "DATABASE_URL", "cache": "CACHE_URL", "email": "EMAIL_URL"}


def cast_name(cast: Value | None) -> str:
    """Return the type that a `cast` argument stands for."""
    if cast is None:
        return "str"
    data = cast.data
    if isinstance(data, Reference):
        return TYPES.get(data.name.rpartition(".")[2], "str")
    if isinstance(data, list):
        return "list"
    if isinstance(data, Bound):
        return TYPES.get(data.name, "str")
    return "list" if isinstance(data, Reader) and data.package == "csv" else "str"


def reader_call(evaluator: "Evaluator", reader: Reader, method: str, arguments: Arguments) -> Value:
    """Return what reading a variable by django-environ, environs or decouple gives.

    https://django-environ.readthedocs.io/en/latest/api.html, https://github.com/sloria/environs, https://github.com/HBNetwork/python-decouple
    """
    if method in ("read_env", "read_envfile", "prefixed", "seal", "add_parser", "parser_for"):
        return Value(None)
    if reader.package == "csv":
        return first_argument(evaluator, arguments)
    url_default = URL_NAMES.get(TYPES.get(method, ""))
    name = arguments.get(0, "var", "name", "option")
    if name is None and url_default and reader.package == "environ":
        name = Value(url_default)
    if name is None or not isinstance(name.data, str) or not name.data:
        return Value(UNKNOWN, merge(*arguments.all))
    second_is_default = reader.package != "environ" or method not in ("", "get_value", "list", "dict", "tuple")
    default = arguments.get(1 if second_is_default else 2, "default")
    type = TYPES.get(method, "str")
    if method in ("", "get_value"):
        type = cast_name(arguments.get(2 if second_is_default else 1, "cast", "subcast"))
    declared = reader.scheme.get(name.data)
    if declared is not None and reader.package == "environ":
        pair = declared.data if isinstance(declared.data, tuple) else ()
        type = cast_name(pair[0] if pair else declared) if type == "str" else type
        default = default or (pair[1] if len(pair) > 1 else None)
    if default is not None and isinstance(default.data, Reference) and default.data.name == NOTSET:
        default = None
    # Decouple casts a default, too: int("") and int(None) fail.
    if reader.package == "decouple" and type == "int" and default is not None and default.data in (None, ""):
        default = None
    value = evaluator.read(reader.prefix + name.data, default, type)
    cast = arguments.get(2 if second_is_default else 1, "cast")
    return evaluator.cast(cast, value) if cast is not None and method in ("", "get_value") else value


def database_url(evaluator: "Evaluator", arguments: Arguments) -> Value:
    """Return what dj_database_url.config returns; https://github.com/jazzband/dj-database-url#usage."""
    name = arguments.get(-1, "env")
    default = arguments.get(0, "default") or Value(None)
    text = name.data if name is not None and isinstance(name.data, str) else "DATABASE_URL"
    return evaluator.read(text, default, "db")


def parse_with(kind: str) -> Callable[..., Value]:
    """Return a function that makes a setting of a URL."""

    def call(evaluator: "Evaluator", arguments: Arguments) -> Value:
        url = arguments.get(0, "url")
        if url is None:
            return Value()
        if url.direct:
            evaluator.set_type(url.direct, "url", kind)
        data = plain_text(url)
        return wrap(parse_url(data, kind), url.variables)

    return call


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


def unknown_reader(evaluator: "Evaluator", arguments: Arguments) -> Value:
    """Return what an unknown package's reader gives, taking its arguments to mean what those of others do."""
    default = arguments.named.get("default") or next(
        (value for value in arguments.positional[1:] if not isinstance(value.data, Reference)), None
    )
    type = cast_name(arguments.get(-1, "cast", "type"))
    return evaluator.read(arguments.positional[0].data, default or MISSING_BUT_UNSURE, type)


MISSING_BUT_UNSURE = Value(MISSING)

EXTERNAL: dict[str, Callable[["Evaluator", Arguments], Value]] = {
    "os.getenv": os_environ("get"),
    "os.environ.get": os_environ("get"),
    "os.environ.pop": os_environ("get"),
    "os.environ.setdefault": os_environ("setdefault"),
    "pathlib.Path": new_path,
    "pathlib.Path.home": home_path,
    "pathlib.PosixPath.home": home_path,
    "pathlib.PurePath": new_path,
    "pathlib.PosixPath": new_path,
    "pathlib.PurePosixPath": new_path,
    "glob.glob": glob,
    "glob.iglob": glob,
    "os.fspath": first_argument,
    "environ.Path": new_environ_path,
    "environ.Env": new_reader("environ"),
    "environ.FileAwareEnv": new_reader("environ"),
    "environs.Env": new_reader("environs"),
    "environs.FileAwareEnv": new_reader("environs"),
    "environs.EnvValidationError": new_reader("environs"),
    "decouple.Config": new_reader("decouple"),
    "decouple.AutoConfig": new_reader("decouple"),
    "decouple.Csv": new_reader("csv"),
    "decouple.config": lambda evaluator, arguments: reader_call(evaluator, Reader("decouple", {}), "", arguments),
    "dj_database_url.config": database_url,
    "dj_database_url.parse": parse_with("db"),
    "django_cache_url.parse": parse_with("cache"),
    "dj_email_url.parse": parse_with("email"),
    "ast.literal_eval": literal(ast.literal_eval),
    "json.loads": literal(json.loads),
    "copy.copy": copied,
    "copy.deepcopy": copied,
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
    "typing.cast": lambda evaluator, arguments: arguments.get(1, "val") or Value(),
    "configurations.values.Csv": new_reader("csv"),
}
EXTERNAL.update(
    {
        f"{module}.{name}": os_path(name)
        for module in ("os.path", "posixpath")
        for name in words(
            "join dirname basename abspath realpath normpath split splitext exists isfile isdir lexists expanduser "
            "expandvars"
        )
    }
)
EXTERNAL.update(
    {
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
    }
)
EXTERNAL.update({name: to_bool for name in ("distutils.util.strtobool", "str2bool.str2bool", "strtobool.strtobool")})
KNOWN_NAMES: dict[str, Any] = {
    "os.sep": "/",
    "os.path.sep": "/",
    "os.path.pardir": "..",
    "os.path.curdir": ".",
    "os.pardir": "..",
    "os.curdir": ".",
    "os.name": "posix",
    "os.linesep": "\n",
    "os.pathsep": ":",
    "sys.platform": "linux",
    "sys.argv": ["gunicorn"],
    "sys.modules": {"sys": None, "os": None, "django": None},  # and others, but not pytest
    "typing.TYPE_CHECKING": False,
}


def converted(text: str, type: str) -> Value:
    """Return the text of a variable that is set, as the reader's type makes it."""
    return convert(text, type, type if type in URL_NAMES else "")
