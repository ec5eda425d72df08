"""Which of a settings module's names are settings, or which class of django-configurations makes them."""

from contextlib import suppress

from ..evaluation.attributes import member
from ..evaluation.imports import load_module, resolved
from ..evaluation.objects import Class, Instance, Names, Raised, Stop
from ..evaluation.packages.configurations import chosen_class
from ..evaluation.state import State
from ..evaluation.values import UNKNOWN, Binding, Value, all_variables, plain, unknown_parts
from ..findings import Certainty
from ..literals import CONFIGURATION
from ..tree import Tree
from .setting import Setting

IN_PART = "part of it could not be worked out"


def collect(tree: Tree, evaluator: State, path: str, folder: str) -> dict[str, Setting]:
    """Return the module's upper-case names as settings, or those of the class that makes them."""
    names = load_module(evaluator, path)
    chosen = settings_class(tree, evaluator, names, folder)
    found: dict[str, Binding] = {name: bound for name, bound in names.items() if name.isupper()}
    if chosen is not None:
        found.update(class_names(evaluator, chosen))
    for bound in found.values():
        with suppress(RecursionError, Raised, Stop):
            resolved(evaluator, bound)
    return {name: as_setting(name, bound) for name, bound in found.items() if not isinstance(bound.value.data, Class)}


def settings_class(tree: Tree, evaluator: State, names: Names, folder: str) -> Class | None:
    """Return the class that django-configurations (or one that loads itself) takes the settings from."""
    if evaluator.chosen is not None:
        return evaluator.chosen
    made = {name: bound.value.data for name, bound in names.items() if isinstance(bound.value.data, Class)}
    return chosen_class(tree, made, folder, evaluator.environment.given.get(CONFIGURATION, ""))


def class_names(evaluator: State, made: Class) -> dict[str, Binding]:
    """Return the upper-case attributes of an instance of a settings class, properties worked out."""
    itself = Value(Instance(made, {}))
    found: dict[str, Binding] = {}
    for item in made.line():
        for name, bound in item.names.items() if isinstance(item, Class) else ():
            if name.isupper() and name not in found:
                evaluator.here = bound.source
                found[name] = Binding(attribute(evaluator, itself, name), bound.source, bound.doubt)
    return found


def attribute(evaluator: State, owner: Value, name: str) -> Value:
    """Return an attribute that a property may work out; an unknown one if that leads nowhere."""
    try:
        return member(evaluator, owner, name)
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
        note = IN_PART
    else:
        note = f"depends on {', '.join(variables)}" if variables else ""
    certainty = Certainty.INFERRED if note else Certainty.STATED
    return Setting(name, value, bound.source, certainty, variables, note, bound.value)
