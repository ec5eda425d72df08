"""What attributes of values are."""

from pathlib import PurePosixPath
from typing import Any

from . import packages
from .functions import call_function
from .imports import load_module, resolved
from .objects import Class, Content, Function, Instance, Module, Space, behind
from .packages import environ
from .paths import path_attribute
from .references import Arguments, Bound, Reader, Reference
from .state import State
from .values import UNKNOWN, Value, wrap

READING = ("open", "read", "read_text", "read_bytes")
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


def attribute(state: State, owner: Value, name: str) -> Value:
    """Return an attribute of a value."""
    data = owner.data
    if isinstance(data, Reference):
        return look_up(state, f"{data.name}.{name}")
    if isinstance(data, Content) or (isinstance(data, PurePosixPath) and name in ("open", "read_text", "read_bytes")):
        return Value(Bound(owner, name)) if name in READING else Value()
    if isinstance(data, PurePosixPath):
        return path_attribute(owner, name)
    if isinstance(data, Reader) and name == "NOTSET":
        return Value(Reference(environ.NOTSET))
    if data is None and owner.direct and not state.is_caught("AttributeError"):
        # os.environ.get("HOSTS").split(): None has no such attribute, settings fail.
        state.require(owner.direct)
        owner = Value(UNKNOWN, owner.variables, owner.direct)
    if isinstance(data, (str, list, tuple, dict, Reader, Space)) or (
        owner.data is UNKNOWN and (owner.direct or owner.part)
    ):
        return Value(Bound(owner, name), owner.variables)
    if isinstance(data, Module) and not data.path:
        return data.names[name].value if name in data.names else Value(UNKNOWN, owner.variables)
    if isinstance(data, Module):
        bound = data.names.get(name)
        if bound is not None:
            return resolved(state, bound)
        inner = state.find_module(name, data.path, 1) if data.path.endswith("__init__.py") else None
        return Value(Module(inner, load_module(state, inner))) if inner else Value()
    if isinstance(data, (Class, Instance)):
        return member(state, owner, name)
    return Value(UNKNOWN, owner.variables)


def look_up(state: State, dotted: str) -> Value:
    """Return what a dotted name stands for: a name in the project's modules, a known constant, or itself."""
    if dotted in KNOWN_NAMES:
        return wrap(KNOWN_NAMES[dotted])
    if dotted.startswith("<project>."):
        dotted = dotted.removeprefix("<project>.")
        path = state.find_module(dotted, "", 0)
        if path is not None:
            return Value(Reference(f"<project>.{dotted}"))
        parent, _, name = dotted.rpartition(".")
        owner = state.find_module(parent, "", 0)
        bound = load_module(state, owner).get(name) if owner else None
        return resolved(state, bound) if bound else Value()
    return Value(Reference(dotted)) if len(dotted) < 300 else Value()


def member(state: State, owner: Value, name: str) -> Value:
    """Return an attribute of a class or of an instance of one."""
    data = owner.data
    cls = data.cls if isinstance(data, Instance) else data
    line = cls.line()
    if isinstance(data, Instance) and name in data.names and data.after is None:
        return data.names[name].value
    if isinstance(data, Instance):
        line = behind(line, data.after)
    if name == "__class__":
        return Value(cls)
    external = any(isinstance(item, Reference) for item in line)
    for item in line:
        bound = item.names.get(name) if isinstance(item, Class) else None
        if bound is None:
            continue
        if isinstance(data, Instance) and (read := packages.member(state, line, name, bound)) is not None:
            return read
        if isinstance(bound.value.data, Function) and isinstance(data, Instance):
            if bound.value.data.is_property:
                itself = Value(Instance(data.cls, data.names))
                return call_function(state, bound.value.data, Arguments([itself], {}))
            return Value(Bound(owner, name))
        return Value(Bound(owner, name)) if isinstance(bound.value.data, Function) else bound.value
    return Value(Bound(owner, name)) if external else Value()
