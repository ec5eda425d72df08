"""What calls return: of the functions, methods and classes of the project, and of those from elsewhere."""

import ast
import re
from pathlib import PurePosixPath
from typing import Any

from . import json_parts, packages
from .attributes import READING
from .builtins import BUILTINS, to_bool
from .data_files import DATA_FILES
from .examples import stand_in
from .forms import FUNCTIONS as FORMS
from .functions import call_function
from .imports import choose_module, import_module, resolved, run_file
from .objects import Class, Content, Function, Instance, Module, Scope, Space, behind, members_of
from .opened import note_opened, note_written
from .operations import MAX_ITEMS, dict_method, list_method, path_text, text_method, truth_of
from .packages import unknown
from .paths import PATHS, path_method
from .references import Arguments, Bound, Reader, Reference
from .state import MAX_TURNS, Handler, Private, State
from .values import UNKNOWN, Binding, CallablePath, Value, Variable, known, merge, words

FUNCTIONS = {**BUILTINS, **FORMS, **DATA_FILES, **PATHS, **packages.FUNCTIONS}
FUNCTIONS["importlib.import_module"] = import_module
PLAIN_BASES = frozenset(("object", "abc.ABC"))
OF_MAPPINGS = words("get items keys pop values")
# What answers only in a virtual machine of AWS, Azure or Google: https://docs.aws.amazon.com/imds
METADATA = re.compile(r"https?://(?:169\.254\.(?:169\.254|170\.2)|metadata\.google\.internal|instance-data)(?:[:/]|$)")
REQUESTS = re.compile(r"(?:requests|httpx|urllib3?)\.(?:.*\.)?(?:get|put|post|request|urlopen)")
MUTATORS = words("append extend insert remove pop update setdefault add discard clear reverse sort")


def _call(state: State, node: ast.Call, scope: Scope) -> Value:
    function = state.evaluate(node.func, scope)
    arguments = arguments_of(state, node, scope)
    if not state.depth:
        state.here = f"{scope.file}:{node.lineno}"
    if isinstance(function.data, Reference):
        name = function.data.name
        note_request(state, name, arguments)
        if name == "super":
            return parent_class(state, scope)
        if (names := names_of(name, arguments, scope)) is not None:
            return names
        if name in packages.SCOPED:
            packages.SCOPED[name](state, arguments, scope)
            return Value(None)
        if name == "exec" and run_content(state, arguments, scope, node.lineno):
            return Value(None)
        if name == "exec":
            state.notes.append((f"{scope.file}:{node.lineno}", "runs other code with exec(), which was not followed"))
            return Value(None)
        if name == "importlib.import_module" and node.args:
            choose_module(state, node.args[0], scope)
    if isinstance(function.data, Bound):
        if function.data.name in MUTATORS and isinstance(node.func, ast.Attribute):
            state.touch(node.func.value, scope, node.lineno)
        if isinstance(function.data.owner.data, Space) and function.data.name == "update":
            update_names(state, function.data.owner.data, arguments, scope, node.lineno)
            return Value(None)
    return call(state, function, arguments)


def names_of(function: str, arguments: Arguments, scope: Scope) -> Value | None:
    """Return what globals(), locals(), vars() and dir() return; None for another function, or of what is no module."""
    if function in ("globals", "locals", "vars") and not arguments.positional:
        return Value(Space(scope.globals if function == "globals" else scope.chain[0]))
    module = arguments.positional[0].data if arguments.positional else None
    if function not in ("vars", "dir") or not isinstance(module, Module):
        return None
    return Value(Space(module.names) if function == "vars" else [Value(name) for name in [*module.names][:MAX_ITEMS]])


def run_content(state: State, arguments: Arguments, scope: Scope, line: int) -> bool:
    """Work out a file of the project whose text exec() runs, in the module's own names; return whether that was it."""
    content = arguments.positional[0].data if arguments.positional else None
    if not isinstance(content, Content):
        return False
    path = state.within(content.path)
    if path.startswith("/"):
        return False
    source = f"{scope.file}:{line}"
    optional = bool(state.undecided) or state.is_caught("FileNotFoundError") or state.is_caught("OSError")
    if state.tree.exists(path) and state.tree.is_private(path):
        private = state.private.setdefault(path, Private(source))
        private.needed = private.needed or not optional
        return True
    if not state.tree.exists(path):
        path = "" if optional else stand_in(state, path, source)
    if path and path not in state.files:
        state.settings_files.add(path)
        run_file(state, path, Scope(path, scope.chain))
    return True


def update_names(state: State, space: Space, arguments: Arguments, scope: Scope, line: int) -> None:
    """Assign what globals().update() does."""
    first = arguments.get(0)
    given = dict(arguments.named)
    if first is not None and isinstance(first.data, Space):
        space.names.update({name: bound for name, bound in first.data.names.items() if not name.startswith("__")})
    elif first is not None and isinstance(first.data, dict):
        given = {**first.data, **given}
    elif first is not None:
        state.notes.append((f"{scope.file}:{line}", "sets names that could not be worked out"))
        if space.names is scope.globals and scope.file in state.settings_files and not state.undecided:
            state.outside.setdefault("", f"{scope.file}:{line}")
    for name, value in given.items():
        space.names[name] = Binding(value, f"{scope.file}:{line}", state.doubts[-1] if state.doubts else "")


def note_request(state: State, function: str, arguments: Arguments) -> None:
    """Record a request to the cloud that settings run in, without which they stop."""
    if REQUESTS.fullmatch(function) and not (state.undecided or state.caught):
        addresses = [item.data for item in arguments.all if isinstance(item.data, str)]
        if any(map(METADATA.match, addresses)):
            state.of_cloud = state.of_cloud or state.here


def parent_class(state: State, scope: Scope) -> Value:
    """Return what super() stands for in a method."""
    itself = scope.chain[0].get("self") or next(iter(scope.chain[0].values()), None)
    if scope.owner is None or itself is None or not isinstance(itself.value.data, (Instance, Class)):
        return Value()
    data = itself.value.data
    cls = data.cls if isinstance(data, Instance) else data
    return Value(Instance(cls, data.names if isinstance(data, Instance) else {}, scope.owner))


def arguments_of(state: State, node: ast.Call, scope: Scope) -> Arguments:
    """Return what a call passes."""
    arguments = Arguments([], {})
    for part in node.args:
        value = state.evaluate(part, scope)
        if not isinstance(part, ast.Starred):
            arguments.positional.append(value)
        elif isinstance(value.data, (list, tuple)) and len(arguments.positional) < MAX_ITEMS:
            arguments.positional += value.data
        else:
            arguments.open = True
    for keyword in node.keywords:
        value = state.evaluate(keyword.value, scope)
        if keyword.arg is not None:
            arguments.named[keyword.arg] = value
        elif isinstance(value.data, dict):
            arguments.named.update({key: item for key, item in value.data.items() if isinstance(key, str)})
        else:
            arguments.open = True
    return arguments


def call(state: State, function: Value, arguments: Arguments) -> Value:
    """Return what a call returns."""
    data = function.data
    if isinstance(data, Function):
        return call_function(state, data, arguments)
    if isinstance(data, Bound):
        return call_method(state, data, arguments)
    if isinstance(data, Reader):
        return packages.read(state, data, "", arguments)
    if isinstance(data, CallablePath):
        joined = path_method(state, function, "joinpath", arguments)
        return Value(str(joined.data) if known(joined) else UNKNOWN, joined.variables)
    if isinstance(data, Class):
        if make := packages.maker(data):
            return make(state, arguments)
        for item in arguments.positional:
            state.choose(item, members_of(data))
        packages.made(state, data, arguments)
        made = Value(Instance(data, {}), merge(*arguments.all))
        begin(state, made, data, arguments)
        return made
    if isinstance(data, Reference):
        return call_reference(state, data.name, arguments)
    return Value(UNKNOWN, merge(function, *arguments.all))


def begin(state: State, made: Value, cls: Class, arguments: Arguments) -> None:
    """Give a new instance its attributes, as `__init__` or a dataclass does; other bases may do what is not known.

    https://docs.python.org/3/library/dataclasses.html
    """
    elsewhere = [base for base in cls.line() if isinstance(base, Reference) and base.name not in PLAIN_BASES]
    if any(isinstance(item.data, Space) for item in arguments.all):
        return  # what it makes of a module's names is not known: which variables it reads, and in which form
    if elsewhere or own_method(state, Bound(made, "__init__"), arguments) is not None:
        return
    fields = [name for item in reversed(cls.line()) if isinstance(item, Class) for name in item.annotations]
    given = dict(zip(dict.fromkeys(fields), arguments.positional, strict=False)) | arguments.named
    for name in fields:
        if name in given:
            made.data.names[name] = Binding(given[name], cls.source)


def field(state: State, arguments: Arguments) -> Value:
    """Return the default that a field of a dataclass has, by itself or as its function makes it."""
    factory = arguments.get(-1, "default_factory")
    return call(state, factory, Arguments([], {})) if factory else arguments.get(-1, "default") or Value()


def call_reference(state: State, name: str, arguments: Arguments) -> Value:
    """Return what a function outside the project returns."""
    first = arguments.get(0)
    if name == "os.environ.copy" or (name == "dict" and first and isinstance(first.data, Reference)):
        return Value(Reference("os.environ"))
    if name in ("map", "filter") and len(arguments.positional) == 2:
        return mapped(state, name, *arguments.positional)
    if name.startswith("str.") and first is not None and isinstance(first.data, str):
        rest = Arguments(arguments.positional[1:], arguments.named, arguments.open)
        return call_method(state, Bound(first, name.removeprefix("str.")), rest)
    if name in ("os.makedirs", "os.mkdir") and first is not None:
        state.made.append((first, state.here))
        return Value(None)
    if name in ("open", "io.open", "os.open") and first is not None:
        return opened(state, name, first, arguments)
    if name in ("compile", "builtins.compile") and first is not None and isinstance(first.data, Content):
        return first
    function = FUNCTIONS.get(name)
    if function is None and name.rpartition(".")[2] in ("strtobool", "str2bool", "str_to_bool"):
        function = to_bool
    function = function or packages.function(name)
    if name == "dataclasses.field":
        return field(state, arguments)
    if function is not None:
        return function(state, arguments)
    if name == "contextlib.suppress":
        return Value(Reference("contextlib.suppress()"))
    if unknown.looks_like_reader(name, arguments):
        return unknown.unknown_reader(state, name, arguments)
    return Value(UNKNOWN, merge(*arguments.all))


def opened(state: State, name: str, path: Value, arguments: Arguments) -> Value:
    """Return what a function that opens a file returns; to read one, nobody calls that of os."""
    if name == "os.open":
        note_written(state, path)
        return Value()
    note_opened(state, path, arguments, mode=1)
    text = path_text(path)
    return Value(Content(text) if text else UNKNOWN, merge(*arguments.all))


def mapped(state: State, name: str, function: Value, source: Value) -> Value:
    """Return what map() or filter() make of a list."""
    if not isinstance(source.data, (list, tuple)):
        if item := json_parts.item_of_text(state, source):
            call(state, function, Arguments([item], {}))
        return Value(UNKNOWN, merge(function, source))
    items = list(source.data[:MAX_TURNS])
    results = items if function.data is None else [call(state, function, Arguments([item], {})) for item in items]
    if name == "map":
        return Value(results, source.variables)
    kept = [item for item, result in zip(items, results, strict=True) if truth_of(result) is not False]
    return Value(kept, merge(source, *items))  # what is left out, too, decides on the list


def call_method(state: State, method: Bound, arguments: Arguments) -> Value:
    """Return what a method returns."""
    owner, name = method.owner, method.name
    data = owner.data
    state.charge(owner, *arguments.positional)
    variables = merge(owner, *arguments.all)
    if isinstance(data, Reader):
        return packages.read(state, data, name, arguments)
    if isinstance(data, Content):
        return owner
    if name in READING and (isinstance(data, PurePosixPath) or (data is UNKNOWN and owner.direct)):
        note_opened(state, owner, arguments if name == "open" else Arguments([], {}), mode=0)
        return Value(Content(str(data)) if data is not UNKNOWN else UNKNOWN, variables)
    if isinstance(data, PurePosixPath):
        return path_method(state, owner, name, arguments)
    part = note_method(state, owner, name, arguments)
    if isinstance(data, str):
        result = text_method(data, name, arguments, variables)
        if name in ("strip", "lower", "upper", "casefold"):
            result.direct = owner.direct
        return result
    if isinstance(data, (list, tuple, dict)):
        return container_method(data, name, arguments, variables)
    if isinstance(data, Space):
        key = arguments.get(0)
        if name == "get" and key is not None and isinstance(key.data, str):
            return data.names[key.data].value if key.data in data.names else arguments.get(1) or Value(None)
        if name in ("items", "keys", "values", "copy"):
            public = [one for one in data.names if not one.startswith("_")]
            return dict_method({one: resolved(state, data.names[one]) for one in public}, name, arguments)
        return Value()
    own = own_method(state, method, arguments) if isinstance(data, (Class, Instance)) else None
    return Value(UNKNOWN, variables, part=part) if own is None else own


def note_method(state: State, owner: Value, name: str, arguments: Arguments) -> Variable | None:
    """Record what a method tells of the text of a variable: it is a list, or a mapping of JSON; return its parts."""
    separator = arguments.get(0, "sep")
    variable = state.read_by(owner)
    if variable and name == "split" and (separator is None or separator.data in (",", ";", " ", None)):
        state.set_type(owner, "list")
        variable.separator = (separator and separator.data) or " "
        return json_parts.listed(variable)
    if name in OF_MAPPINGS:
        json_parts.mapping(state, owner)
    return owner.part if name == "strip" else None


def container_method(data: Any, name: str, arguments: Arguments, variables: tuple[str, ...]) -> Value:
    """Return what a method of a list, tuple or dict returns."""
    if isinstance(data, list):
        return list_method(data, name, arguments)
    if isinstance(data, dict):
        return dict_method(data, name, arguments)
    return list_method(list(data), name, arguments) if name in ("index", "copy") else Value(UNKNOWN, variables)


def own_method(state: State, method: Bound, arguments: Arguments) -> Value | None:
    """Return what a method of a class of the project, or of an instance of one, returns; None if there is none."""
    data = method.owner.data
    is_instance = isinstance(data, Instance)
    cls = data.cls if is_instance else data
    if method.name == "load_settings":
        state.chosen = cls
        return Value(None)
    for item in behind(cls.line(), data.after) if is_instance else cls.line():
        bound = item.names.get(method.name) if isinstance(item, Class) else None
        function = bound.value.data if bound is not None else None
        if isinstance(function, Function):
            itself = Value(Instance(cls, data.names)) if is_instance else method.owner
            decorators = function.decorators
            static = "staticmethod" in decorators or not (is_instance or "classmethod" in decorators)
            return call_function(state, function, arguments if static else with_first(itself, arguments))
    return None


def with_first(itself: Value, arguments: Arguments) -> Arguments:
    """Return arguments with `state` before them."""
    return Arguments([itself, *arguments.positional], arguments.named, arguments.open)


CALLS: dict[type[ast.AST], Handler[Value]] = {ast.Call: _call}
