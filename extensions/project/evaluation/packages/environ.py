"""django-environ: https://django-environ.readthedocs.io/en/latest/api.html.

django-smart-env adds texts to what a scheme declares, behind the default: https://github.com/saxix/django-smart-env
"""

import posixpath

from ..functions import apply_cast
from ..operations import path_texts
from ..references import Arguments, Reader, Reference
from ..state import State
from ..values import UNKNOWN, CallablePath, Value, merge
from .package import Package
from .reading import NOT_READING, PLAIN, TYPES, URL_NAMES, cast_name, fit, new_reader, variable_name

NOTSET = "environ.Env.NOTSET"  # the default that stands for none
TYPE_SECOND = (*PLAIN, "list", "dict", "tuple")  # methods that take a type second, and a default third


def read(state: State, reader: Reader, method: str, arguments: Arguments) -> Value:
    """Return what a method of Env, or a call of it, reads: where a call says nothing, what its scheme declares."""
    if method in NOT_READING:
        return Value(None)
    type = TYPES.get(method, "str")
    name = variable_name(arguments, URL_NAMES.get(type, "") if method in TYPES else "")
    if not name:
        return Value(UNKNOWN, merge(*arguments.all))
    plain = method in PLAIN
    type_second = method in TYPE_SECOND
    default = arguments.get(2 if type_second else 1, "default")
    if plain:
        type = cast_name(arguments.get(1, "cast", "subcast"))
    declared = reader.scheme.get(reader.prefix + name)
    if declared is not None:
        pair = declared.data if isinstance(declared.data, tuple) else ()
        type = cast_name(pair[0] if pair else declared) if type == "str" else type
        default = default or (pair[1] if len(pair) > 1 else None)
    if default is not None and isinstance(default.data, Reference) and default.data.name == NOTSET:
        default = None
    value = state.read(reader.prefix + name, default, type)
    fit(state, reader.prefix + name, method, arguments)
    cast = arguments.get(1, "cast") if plain else None
    return value if cast is None else apply_cast(state, cast, value)


def new_environ_path(state: State, arguments: Arguments) -> Value:
    """Return a django-environ Path; https://django-environ.readthedocs.io/en/latest/api.html#environ.Path."""
    texts = path_texts(arguments.positional)
    variables = merge(*arguments.all)
    if texts is None:
        return Value(UNKNOWN, variables)
    return Value(CallablePath(posixpath.normpath(posixpath.join(state.working_folder, *texts))), variables)


PACKAGE = Package(
    functions={
        "environ.Path": new_environ_path,
        "environ.Env": new_reader("environ"),
        "environ.FileAwareEnv": new_reader("environ"),
        "smart_env.SmartEnv": new_reader("environ"),
    },
    readers={"environ": read},
    bases={"environ.": new_reader("environ"), "smart_env.": new_reader("environ")},
)
