"""Which of a settings module's names are settings, or which class of django-configurations makes them."""

import ast
from contextlib import suppress

from ..evaluation.evaluate import Evaluator
from ..evaluation.objects import Class, Instance, Names, Raised, Stop
from ..evaluation.values import UNKNOWN, Binding, Value, all_variables, plain, unknown_parts
from ..findings import Certainty
from ..literals import CONFIGURATION, assigned_variable, constant
from ..tree import Tree
from .setting import Setting


def collect(tree: Tree, evaluator: Evaluator, path: str, folder: str) -> dict[str, Setting]:
    """Return the module's upper-case names as settings, or those of the class that makes them."""
    names = evaluator.module(path)
    chosen = settings_class(tree, evaluator, names, folder)
    found: dict[str, Binding] = {name: bound for name, bound in names.items() if name.isupper()}
    if chosen is not None:
        found.update(class_names(evaluator, chosen))
    for bound in found.values():
        with suppress(RecursionError, Raised, Stop):
            evaluator.resolved(bound)
    return {name: as_setting(name, bound) for name, bound in found.items() if not isinstance(bound.value.data, Class)}


def settings_class(tree: Tree, evaluator: Evaluator, names: Names, folder: str) -> Class | None:
    """Return the class that django-configurations (or one that loads itself) takes the settings from."""
    if evaluator.chosen is not None:
        return evaluator.chosen
    classes = {
        name: bound.value.data
        for name, bound in names.items()
        if isinstance(bound.value.data, Class) and is_configuration(bound.value.data)
    }
    if not classes:
        return None
    selected = selected_configuration(tree, folder)
    if selected in classes:
        return classes[selected]
    for wanted in ("production", "prod", "prd", "live", "deploy"):
        for name, made in classes.items():
            if name.lower().startswith(wanted):
                return made
    return list(classes.values())[-1]


def is_configuration(made: Class) -> bool:
    """Return whether a class inherits from django-configurations' Configuration."""
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


def class_names(evaluator: Evaluator, made: Class) -> dict[str, Binding]:
    """Return the upper-case attributes of an instance of a settings class, properties worked out."""
    itself = Value(Instance(made, {}))
    found: dict[str, Binding] = {}
    for item in made.line():
        for name, bound in item.names.items() if isinstance(item, Class) else ():
            if name.isupper() and name not in found:
                evaluator.here = bound.source
                found[name] = Binding(attribute(evaluator, itself, name), bound.source, bound.doubt)
    return found


def attribute(evaluator: Evaluator, owner: Value, name: str) -> Value:
    """Return an attribute that a property may work out; an unknown one if that leads nowhere."""
    try:
        return evaluator.member(owner, name)
    except Exception:  # the evaluator's own signals: a raise, the steps used up
        return Value()


def as_setting(name: str, bound: Binding) -> Setting:
    """Return a binding as a setting."""
    value = plain(bound.value)
    variables = all_variables(bound.value)
    if bound.doubt:
        note = bound.doubt
    elif value is UNKNOWN:
        note = f"set by {', '.join(variables)}" if variables else "could not be worked out"
    elif unknown_parts(value):
        note = "part of it could not be worked out"
    else:
        note = f"depends on {', '.join(variables)}" if variables else ""
    certainty = Certainty.INFERRED if note else Certainty.STATED
    return Setting(name, value, bound.source, certainty, variables, note, bound.value)
