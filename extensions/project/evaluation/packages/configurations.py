"""django-configurations: https://django-configurations.readthedocs.io."""

import ast
from collections.abc import Mapping
from dataclasses import replace

from ...literals import CONFIGURATION, assigned_variable, constant
from ...tree import Tree
from ..objects import Class, Scope
from ..references import Arguments, Late
from ..state import External, State
from ..values import Value
from .package import Package
from .reading import new_reader

URLS = {"DatabaseURL": ("db", "DATABASE_URL"), "CacheURL": ("cache", "CACHE_URL"), "EmailURL": ("email", "EMAIL_URL")}
# Where classes of values are. https://github.com/suitenumerique/django-lasuite
VALUES = ("configurations.", "lasuite.configuration.")
EMPTY = ("List", "Tuple", "Set", "Dict")  # values that are empty without a default
KINDS = {"Boolean": "bool", "Integer": "int", "Float": "int", "List": "list", "Tuple": "list"}


def read_late(state: State, name: str, value: Late, line: int, scope: Scope) -> Value:
    """Return a value, now that the name of its setting is known; .../en/stable/values/."""
    if not state.depth:
        state.here = f"{scope.file}:{line}"
    return _read(state, name, value)


def _read(state: State, name: str, value: Late) -> Value:
    arguments = value.arguments
    default = arguments.get(0, "default") or Value(None)
    environ = arguments.named.get("environ")
    if environ is not None and environ.data is False:
        return default
    kind, variable = variable_of(name, value)
    needed = arguments.named.get("environ_required")
    required = value.kind == "Secret" or (needed is not None and needed.data is True)
    read = state.read(variable, None if required else default or Value(None), kind)
    if value.kind == "Secret":
        state.environment.variables[variable].filled = True
    if read.data is None and value.kind.endswith(EMPTY):
        read = replace(read, data={} if value.kind == "Dict" else [])
    return Value({"default": read}, read.variables) if kind in ("db", "cache") else read


def variable_of(name: str, value: Late) -> tuple[str, str]:
    """Return the type and the variable of a value that is assigned to `name`."""
    prefix = value.arguments.named.get("environ_prefix")
    own = value.arguments.named.get("environ_name")
    kind, usual = URLS.get(value.kind, (KINDS.get(value.kind, "str"), name))
    variable = own.data if own is not None and isinstance(own.data, str) else usual
    text = prefix.data if prefix is not None and (prefix.data is None or isinstance(prefix.data, str)) else "DJANGO"
    if prefix is None and value.kind in URLS:
        text = None
    return kind, f"{text}_{variable}" if text else variable


def told(name: str) -> External | None:
    """Return what makes a value, by the name of its class.

    Which variable it reads is known once it is assigned; or at once, where `environ_name` says it: such a value may be
    anywhere, as in DATABASES. https://django-configurations.readthedocs.io/en/stable/values/#configurations.values.Value
    """
    last = name.rpartition(".")[2]
    if not (last.endswith("Value") and name.startswith(VALUES)):
        return None

    def make(state: State, arguments: Arguments) -> Value:
        late = Late(last.removesuffix("Value"), arguments)
        own, bound_late = arguments.named.get("environ_name"), arguments.named.get("late_binding")
        at_once = own is not None and isinstance(own.data, str) and not (bound_late and bound_late.data)
        return _read(state, "", late) if at_once else Value(late)

    return make


def chosen_class(tree: Tree, made: Mapping[str, Class], folder: str, given: str = "") -> Class | None:
    """Return which of a module's classes the settings are taken from.

    It is the one that is `given`, else production's, by what chooses it or its name.
    """
    classes = {name: one for name, one in made.items() if is_configuration(one)}
    if not classes:
        return None
    selected = given or selected_configuration(tree, folder)
    if selected in classes:
        return classes[selected]
    for wanted in ("production", "prod", "prd", "live", "deploy"):
        for name, one in classes.items():
            if name.lower().startswith(wanted):
                return one
    return list(classes.values())[-1]


def is_configuration(made: Class) -> bool:
    """Return whether a class inherits from Configuration."""
    return any(not isinstance(base, Class) and base.name.startswith("configurations.") for base in made.line())


def selected_configuration(tree: Tree, folder: str) -> str:
    """Return the class that wsgi.py, asgi.py or manage.py choose by DJANGO_CONFIGURATION, "" if none does."""
    for path in (path for name in ("wsgi.py", "asgi.py", "manage.py") for path in tree.named(name)[:4]):
        if (folder and not path.startswith(f"{folder}/")) or CONFIGURATION not in (tree.text(path) or ""):
            continue
        for node in ast.walk(tree.python(path) or ast.Module([], [])):
            assigned = assigned_variable(node, CONFIGURATION)
            if assigned and (value := constant(assigned[0])):
                return value
    return ""


PACKAGE = Package(functions={"configurations.values.Csv": new_reader("csv")}, told=told)
