"""pydantic's BaseSettings: https://docs.pydantic.dev/latest/concepts/pydantic_settings/."""

from ..objects import Class, Function
from ..operations import new_dict
from ..references import Arguments, Reference
from ..state import External, State
from ..values import MISSING, Binding, Value, known
from .package import Package


def member(state: State, line: list[Class | Reference], name: str, bound: Binding) -> Value | None:
    """Return a field of an instance, which a variable of its name sets."""
    if not any(isinstance(base, Reference) and base.name.rpartition(".")[2] == "BaseSettings" for base in line):
        return None
    if isinstance(bound.value.data, Function):
        return Value()
    default = None if bound.value.data is MISSING else bound.value
    return state.read((prefix_of(line) + name).upper(), default)


def prefix_of(line: list[Class | Reference]) -> str:
    """Return what stands before the names of the variables: `env_prefix` of `model_config`, or of an old `Config`."""
    for item in line:
        config = item.names.get("model_config") if isinstance(item, Class) else None
        if config is not None and isinstance(config.value.data, dict) and "env_prefix" in config.value.data:
            text = config.value.data["env_prefix"].data
            return text if isinstance(text, str) else ""
        old = item.names.get("Config") if isinstance(item, Class) else None
        if old is not None and isinstance(old.value.data, Class) and "env_prefix" in old.value.data.names:
            text = old.value.data.names["env_prefix"].value.data
            return text if isinstance(text, str) else ""
    return ""


def new_field(state: State, arguments: Arguments) -> Value:
    """Return the default that Field() states."""
    default = arguments.get(0, "default")
    return Value(MISSING) if default is None or not known(default) else default


def told(name: str) -> External | None:
    """Return what stands in for Field and SettingsConfigDict."""
    last = name.rpartition(".")[2]
    if last == "SettingsConfigDict":
        return new_dict
    return new_field if last == "Field" and name.startswith("pydantic") else None


PACKAGE = Package(told=told, member=member)
