"""pydantic-settings: https://docs.pydantic.dev/latest/concepts/pydantic_settings/.

Also BaseSettings of pydantic 1, and goodconf, which is made of it: https://docs.pydantic.dev/1.10/usage/settings/.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from ..environment import UUID
from ..functions import call_function
from ..objects import Annotation, Class, Function, Instance, members_of
from ..operations import new_dict
from ..references import Arguments, Reference
from ..state import External, State
from ..values import MISSING, UNKNOWN, Binding, Value, plain, words, wrap
from .package import Package

Line = list[Class | Reference]
EMPTY = {"list": list, "dict": dict, "set": list, "tuple": tuple, "frozenset": list, "str": str, "int": int}
# Types whose text is JSON:
# https://docs.pydantic.dev/latest/concepts/pydantic_settings/#parsing-environment-variable-values
LISTS = words(
    "list List set Set tuple Tuple frozenset FrozenSet Sequence MutableSequence Iterable Collection conlist conset"
)
MAPPINGS = words("dict Dict Mapping MutableMapping OrderedDict defaultdict TypedDict Json")
NUMBERS = words(
    "int float Decimal PositiveInt NonNegativeInt NegativeInt NonPositiveInt PositiveFloat NonNegativeFloat StrictInt "
    "StrictFloat FiniteFloat conint confloat condecimal ByteSize Port timedelta"
)
BOOLS = words("bool StrictBool")
VALIDATORS = words("validator field_validator root_validator model_validator")
# A text of the form that a type wants.
FORMS = {
    "EmailStr": "webmaster@example.com",
    "PostgresDsn": "postgres://localhost/build",
    "MySQLDsn": "mysql://localhost/build",
    "RedisDsn": "redis://localhost:6379/0",
    "AmqpDsn": "amqp://localhost:5672",
    "UUID": UUID,
    "UUID4": UUID,
    "DirectoryPath": "/tmp",
    "Path": "/tmp",
}


@dataclass(eq=False, slots=True)
class Field:
    """What Field() says of a field: its default, None for none, and the variables that set it."""

    default: Value | None
    names: tuple[str, ...] = ()


def is_settings(line: Line) -> bool:
    """Return whether a class reads its fields from variables."""
    ends = [base.name.rpartition(".")[2] for base in line if isinstance(base, Reference)]
    return "BaseSettings" in ends or "GoodConf" in ends


def is_model(line: Line) -> bool:
    """Return whether a class is one of pydantic's that reads no variables itself."""
    return any(isinstance(base, Reference) and base.name.rpartition(".")[2] == "BaseModel" for base in line)


def is_first_version(line: Line) -> bool:
    """Return whether a class is of pydantic 1, for which a field that may be None has that as its default."""
    return any(isinstance(base, Reference) and base.name.startswith("pydantic.") for base in line)


def member(state: State, line: Line, name: str, bound: Binding) -> Value | None:
    """Return a field of an instance, which a variable of its name sets."""
    if not is_settings(line) or isinstance(bound.value.data, (Function, Class)) or name in ("model_config", "Config"):
        return None
    annotation = annotation_of(line, name)
    if annotation is None and not (is_first_version(line) and name[0] != "_"):
        return None
    return field(state, line, (prefix_of(line), ""), name, bound, annotation)


def made(state: State, cls: Class, arguments: Arguments) -> None:
    """Read each field that has no default: an instance cannot be made without it."""
    line = cls.line()
    if not is_settings(line) or arguments.open:
        return
    for name, bound in fields_of(line):
        if name not in arguments.named and default_of(line, name, bound) is None:
            member(state, line, name, bound)
    for name, bound in fields_of(line):
        default = default_of(line, name, bound)
        if name in demanded(line) and default is not None and default.data is None:
            read = member(state, line, name, bound) or Value()
            for variable in read.variables[:1]:
                state.environment.variables[variable].perhaps = True


def demanded(line: Line) -> set[str]:
    """Return the fields of which validators that raise an error are, so that None may be refused.

    https://docs.pydantic.dev/latest/concepts/validators/, https://docs.pydantic.dev/1.10/usage/validators/
    """
    found: set[str] = set()
    for item in line:
        for bound in item.names.values() if isinstance(item, Class) else ():
            function = bound.value.data
            if not isinstance(function, Function) or isinstance(function.node, ast.Lambda):
                continue
            is_validator = VALIDATORS & {name.rpartition(".")[2] for name in function.decorators}
            if is_validator and raises(function.node):
                found |= validated(function.node)
    return found


def raises(node: ast.AST) -> bool:
    """Return whether a function has a `raise`."""
    return any(isinstance(inner, ast.Raise) for inner in ast.walk(node))


def validated(function: ast.FunctionDef | ast.AsyncFunctionDef) -> set[str]:
    """Return the fields that a validator's decorator names; for one of a whole model, those that it looks at."""
    decorators = [item for item in function.decorator_list if isinstance(item, ast.Call)]
    named = {arg.value for item in decorators for arg in item.args if isinstance(arg, ast.Constant)}
    if named or not decorators:
        return {name for name in named if isinstance(name, str)}
    tests = [node.test for node in ast.walk(function) if isinstance(node, ast.If) and raises(node)]
    inner = [node for test in tests for node in ast.walk(test)]
    looked_at = {node.attr for node in inner if isinstance(node, ast.Attribute)}
    return looked_at | {node.value for node in inner if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def fields_of(line: Line) -> Iterator[tuple[str, Binding]]:
    """Yield the fields of a class that have an annotation, as the last class in line has them."""
    seen: set[str] = set()
    for item in line:
        for name in item.annotations if isinstance(item, Class) else ():
            if isinstance(item, Class) and name in item.names and name not in seen:
                seen.add(name)
                yield name, item.names[name]


def annotation_of(line: Line, name: str) -> Annotation | None:
    """Return how a field is annotated; None for what is none, such as a ClassVar."""
    for item in line:
        if isinstance(item, Class) and name in item.annotations:
            found = item.annotations[name]
            return None if last_name(found.node) == "ClassVar" else found
    return None


def default_of(line: Line, name: str, bound: Binding) -> Value | None:
    """Return a field's default, None for none."""
    data = bound.value.data
    default = data.default if isinstance(data, Field) else None if data is MISSING else bound.value
    annotation = annotation_of(line, name)
    if default is None and annotation is not None:
        inner = in_annotated(annotation, "Field")
        if inner is not None and any(keyword.arg in ("default", "default_factory") for keyword in inner.keywords):
            return Value()
        if is_first_version(line) and may_be_none(annotation.node):
            return Value(None)
    return default


def field(
    state: State, line: Line, start: tuple[str, str], name: str, bound: Binding, annotation: Annotation | None
) -> Value:
    """Return what a field holds; `start` is what stands before its name, and what between names of models within."""
    default = default_of(line, name, bound)
    if default is not None and isinstance(default.data, Instance) and is_settings(default.data.cls.line()):
        return default
    prefix, delimiter = start[0], start[1] or config_text(line, "env_nested_delimiter")
    own = bound.value.data.names if isinstance(bound.value.data, Field) else ()
    variable = next(iter((*own, *names_in_config(line, name))), "") or alias(annotation)
    variable = variable or prefix + name
    variable = variable if config_of(line, "case_sensitive") is True else variable.upper()
    kind = kind_of(state, annotation) if annotation is not None else "str"
    members = members_of(kind) if isinstance(kind, Class) else []
    if isinstance(kind, Class):
        if default is None and delimiter and is_model(kind.line()):
            return nested(state, kind, (variable + delimiter, delimiter))
        if is_settings(kind.line()) or default is not None:
            return default or Value()
        kind = "object" if is_model(kind.line()) else "str"
    value = state.read(variable, default, kind)
    read = state.environment.variables.get(variable)
    if read is not None and annotation is not None:
        read.fitting = choices(annotation.node) or members
        read.compared += [text for text in read.fitting if text not in read.compared]
        if not read.fitting and (
            form := FORMS.get(last_name((alternatives(annotation.node) or [annotation.node])[0]))
        ):
            read.fitting = [form]
    return value


def nested(state: State, cls: Class, start: tuple[str, str]) -> Value:
    """Return a model, each field of which a variable of its own sets."""
    line = cls.line()
    found = {
        name: Binding(field(state, line, start, name, bound, annotation_of(line, name)), bound.source)
        for name, bound in fields_of(line)
    }
    return Value(Instance(cls, found))


def config_of(line: Line, key: str) -> object:
    """Return what `model_config`, or an old `Config`, says under a key; None for nothing."""
    for item in line:
        config = item.names.get("model_config") if isinstance(item, Class) else None
        if config is not None and isinstance(config.value.data, dict) and key in config.value.data:
            return config.value.data[key].data
        old = item.names.get("Config") if isinstance(item, Class) else None
        if old is not None and isinstance(old.value.data, Class) and key in old.value.data.names:
            return old.value.data.names[key].value.data
    return None


def config_text(line: Line, key: str) -> str:
    """Return a text that the configuration has under a key, "" for none."""
    text = config_of(line, key)
    return text if isinstance(text, str) else ""


def prefix_of(line: Line) -> str:
    """Return what stands before the names of the variables."""
    return config_text(line, "env_prefix")


def names_in_config(line: Line, name: str) -> tuple[str, ...]:
    """Return the variables that the `fields` of an old Config give a field."""
    listed = config_of(line, "fields")
    said = listed.get(name) if isinstance(listed, dict) else None
    names = plain(said.data["env"]) if said is not None and isinstance(said.data, dict) and "env" in said.data else ()
    return texts(names)


def texts(data: object) -> tuple[str, ...]:
    """Return a text, or several, as several."""
    if isinstance(data, str):
        return (data,)
    return tuple(item for item in data if isinstance(item, str)) if isinstance(data, (list, tuple)) else ()


def alias(annotation: Annotation | None) -> str:
    """Return the variable that a Field() within Annotated[...] names, "" for none."""
    inner = in_annotated(annotation, "Field") if annotation is not None else None
    for keyword in inner.keywords if inner is not None else ():
        if keyword.arg in ("alias", "validation_alias", "env") and isinstance(keyword.value, ast.Constant):
            return str(keyword.value.value)
    return ""


def in_annotated(annotation: Annotation, name: str) -> ast.Call | None:
    """Return a call of this name within Annotated[...]."""
    node = annotation.node
    if last_name(node) != "Annotated" or not isinstance(node, ast.Subscript) or not isinstance(node.slice, ast.Tuple):
        return None
    calls = (item for item in node.slice.elts[1:] if isinstance(item, ast.Call))
    return next((item for item in calls if last_name(item.func) == name), None)


def last_name(node: ast.expr) -> str:
    """Return the last part of the name of a type, without its parameters."""
    while isinstance(node, (ast.Subscript, ast.Call)):
        node = node.value if isinstance(node, ast.Subscript) else node.func
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def alternatives(node: ast.expr) -> list[ast.expr]:
    """Return the types of a union, without None, and of one that says more of itself; else the type alone."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        try:
            return alternatives(ast.parse(node.value, mode="eval").body)
        except (SyntaxError, ValueError, RecursionError):
            return []
    if isinstance(node, ast.BinOp):
        return [*alternatives(node.left), *alternatives(node.right)]
    if isinstance(node, ast.Subscript) and last_name(node) in ("Optional", "Union", "Annotated", "Final"):
        parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        parts = parts[:1] if last_name(node) == "Annotated" else parts
        return [found for part in parts for found in alternatives(part)]
    return [] if isinstance(node, ast.Constant) and node.value is None else [node]


def may_be_none(node: ast.expr) -> bool:
    """Return whether a type has None among its alternatives."""
    if isinstance(node, ast.BinOp):
        return may_be_none(node.left) or may_be_none(node.right)
    return last_name(node) in ("Optional", "Any") or (isinstance(node, ast.Constant) and node.value is None)


def choices(node: ast.expr) -> list[str]:
    """Return the texts of Literal[...]."""
    found = []
    for item in alternatives(node):
        if isinstance(item, ast.Subscript) and last_name(item) == "Literal":
            parts = item.slice.elts if isinstance(item.slice, ast.Tuple) else [item.slice]
            found += [part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str)]
    return found


def kind_of(state: State, annotation: Annotation) -> "str | Class":
    """Return the type of a variable by the annotation of its field; a class of the project as it is."""
    listed = alternatives(annotation.node)
    if not listed:
        return "str"
    name = last_name(listed[0])
    undecoded = "NoDecode" in ast.dump(annotation.node)  # a validator of the project reads the text
    if name in LISTS or name in MAPPINGS:
        return "list" if undecoded else "json" if name in LISTS else "object"
    if name in BOOLS or name in NUMBERS:
        return "bool" if name in BOOLS else "int"
    if name.endswith(("Url", "Dsn", "URL", "DSN")):
        return "url"
    if not isinstance(listed[0], (ast.Name, ast.Attribute)):
        return "str"
    found = state.evaluate(listed[0], annotation.scope).data
    if not isinstance(found, Class):
        return "str"
    bases = [base.name.rpartition(".")[2] for base in found.line() if isinstance(base, Reference)]
    return "url" if any(base.endswith(("Url", "Dsn")) for base in bases) else found


def new_field(state: State, arguments: Arguments) -> Value:
    """Return what Field() states."""
    default = arguments.get(0, "default")
    if default is not None and (default.data is MISSING or is_undefined(default)):
        default = None
    factory = arguments.named.get("default_factory")
    if default is None and factory is not None:
        default = made_by(state, factory)
    said = [arguments.named[name] for name in ("validation_alias", "alias", "env") if name in arguments.named]
    names = next((found for item in said if (found := variables_of(item))), ())
    return Value(Field(default, names))


def is_undefined(default: Value) -> bool:
    """Return whether a default stands for none."""
    return isinstance(default.data, Reference) and default.data.name.rpartition(".")[2] in (
        "PydanticUndefined",
        "Undefined",
    )


def variables_of(value: Value) -> tuple[str, ...]:
    """Return the variables that an argument of Field() names."""
    return texts(plain(value))


def made_by(state: State, factory: Value) -> Value:
    """Return what a factory of defaults makes, an unknown value where it cannot be told."""
    data = factory.data
    if isinstance(data, Function):
        return call_function(state, data, Arguments([], {}))
    if isinstance(data, Class):
        made(state, data, Arguments([], {}))
        return Value(Instance(data, {}))
    empty = EMPTY.get(data.name) if isinstance(data, Reference) else None
    return wrap(empty()) if empty else Value(UNKNOWN)


def new_choices(state: State, arguments: Arguments) -> Value:
    """Return the names that AliasChoices() lists."""
    return Value([item for item in arguments.positional if isinstance(item.data, str)])


def told(name: str) -> External | None:
    """Return what stands in for Field, AliasChoices and SettingsConfigDict."""
    last = name.rpartition(".")[2]
    if last in ("SettingsConfigDict", "GoodConfConfigDict", "ConfigDict"):
        return new_dict
    if last == "AliasChoices":
        return new_choices
    known = name.startswith(("pydantic", "goodconf"))
    return new_field if last == "Field" and known else None


PACKAGE = Package(told=told, member=member, made=made)
