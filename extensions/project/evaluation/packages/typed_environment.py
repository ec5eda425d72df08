"""typed-environment-configuration: https://pypi.org/project/typed-environment-configuration/."""

from collections.abc import Callable

from ..objects import Module, Names, Space
from ..references import Arguments, Reader
from ..state import State
from ..values import UNKNOWN, Binding, Value
from .package import Package

NAME = "typed_environment_configuration"
TYPES = {"StringVariable": "str", "BoolVariable": "bool", "IntegerVariable": "int", "StringListVariable": "list"}


def variable(type: str) -> Callable[[State, Arguments], Value]:
    """Return what makes an object of a variable, with the attributes `name` and `getenv`."""

    def make(state: State, arguments: Arguments) -> Value:
        name, default = arguments.get(0, "name"), arguments.get(1, "default")
        prefix = arguments.get(2, "prefix")
        if name is None or not isinstance(name.data, str):
            return Value()
        names: Names = {"name": Binding(name, "")}
        scheme = {"variable": name, "type": Value(type), "object": Value(Module("", names))}
        scheme |= {"default": default} if default is not None and default.data is not None else {}
        own = prefix.data if prefix is not None and isinstance(prefix.data, str) else ""
        names["getenv"] = Binding(Value(Reader(NAME, scheme, own)), "")
        return scheme["object"]

    return make


def read(state: State, reader: Reader, method: str, arguments: Arguments) -> Value:
    """Return what getenv() reads; from then on, the object's name lacks the prefix."""
    given = arguments.get(0, "prefix")
    prefix = reader.prefix or (given.data if given is not None and isinstance(given.data, str) else "")
    name, made = reader.scheme["variable"].data, reader.scheme["object"].data
    made.names["name"] = Binding(Value(name.removeprefix(prefix)), "")
    return state.read(name, reader.scheme.get("default"), reader.scheme["type"].data)


def fill(state: State, arguments: Arguments) -> Value:
    """Set what FillVars() does: the variables' names, in what vars() gives."""
    variables, place, prefix = arguments.get(0, "variables"), arguments.get(1, "v"), arguments.get(2, "prefix")
    listed = variables.data if variables is not None else UNKNOWN
    if not isinstance(listed, (list, tuple)) or place is None or not isinstance(place.data, Space):
        return Value()
    for item in listed:
        names = item.data.names if isinstance(item.data, Module) else {}
        reader = names["getenv"].value.data if "getenv" in names else None
        if isinstance(reader, Reader):
            value = read(state, reader, "", Arguments([prefix] if prefix else [], {}))
            place.data.names[names["name"].value.data] = Binding(
                value, state.here, state.doubts[-1] if state.doubts else ""
            )
    return Value(None)


PACKAGE = Package(
    functions={
        **{f"{NAME}.{name}": variable(type) for name, type in TYPES.items()},
        f"{NAME}.FillVars": fill,
    },
    readers={NAME: read},
)
