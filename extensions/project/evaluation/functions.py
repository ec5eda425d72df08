"""What functions of the project return."""

import ast

from .objects import Function, LoopEnd, Raised, Returned, Scope
from .references import Arguments
from .state import State
from .values import UNKNOWN, Binding, Value, known, merge

MAX_CALLS = 12  # functions calling functions


def call_function(state: State, function: Function, arguments: Arguments) -> Value:
    """Return what a function of the project's own returns, worked out with these arguments."""
    variables = merge(*arguments.all)
    if state.depth >= MAX_CALLS:
        return Value(UNKNOWN, variables)
    scope = Scope(function.scope.file, [{}, *function.scope.chain], owner=function.owner)
    if function.owner is not None:
        scope.chain = [scope.chain[0], function.scope.globals]
    start = len(state.environment.reads)
    unset_before = set(state.environment.variables)
    state.depth += 1
    missing, state.missing = state.missing, ""
    try:
        assign_parameters(state, function, arguments, scope)
        value = outcome(state, function, scope)
    except RecursionError:
        value = Value()
    finally:
        state.depth -= 1
        state.missing = missing
    read = tuple(dict.fromkeys(state.environment.reads[start:]))
    if len(read) == 1 and read[0] not in unset_before and not state.environment.variables[read[0]].required:
        learn(state, read[0], value)
    direct = value.direct or (read[0] if len(read) == 1 and isinstance(value.data, str) else "")
    return Value(value.data, tuple(dict.fromkeys((*value.variables, *read))), direct, value.doubt, value.part)


def apply_cast(state: State, cast: Value, value: Value) -> Value:
    """Return what a function of the project makes of a variable's text."""
    if not isinstance(cast.data, Function):
        return value
    made = call_function(state, cast.data, Arguments([Value(value.data, value.variables, value.direct)], {}))
    if value.direct and isinstance(made.data, (bool, int, list, tuple)):
        kind = "bool" if isinstance(made.data, bool) else "int" if isinstance(made.data, int) else "list"
        state.set_type(value, kind)
    return made if known(made) else Value(UNKNOWN, value.variables)


def learn(state: State, name: str, value: Value) -> None:
    """Take a helper's result as the default of the one variable that it read."""
    variable = state.environment.variables[name]
    if state.environment.text(name) is None:
        state.environment.set_default(name, value)
    if variable.type == "str" and isinstance(value.data, (bool, int, list, tuple)):
        variable.type = "bool" if isinstance(value.data, bool) else "int" if isinstance(value.data, int) else "list"


def assign_parameters(state: State, function: Function, arguments: Arguments, scope: Scope) -> None:
    """Assign the arguments of a call to the parameters of its function."""
    spec = function.node.args
    names = [parameter.arg for parameter in (*spec.posonlyargs, *spec.args)]
    defaults = dict(zip(reversed(names), reversed(spec.defaults), strict=False))
    keyword_defaults = {p.arg: d for p, d in zip(spec.kwonlyargs, spec.kw_defaults, strict=True) if d is not None}
    values: dict[str, Value] = dict(zip(names, arguments.positional, strict=False))
    known_names = {*names, *(parameter.arg for parameter in spec.kwonlyargs)}
    values.update({name: value for name, value in arguments.named.items() if name in known_names})
    for name, default in {**defaults, **keyword_defaults}.items():
        if name not in values:
            values[name] = Value() if arguments.open else state.evaluate(default, function.scope)
    line = function.node.lineno
    for name in known_names:
        scope.chain[0][name] = Binding(values.get(name, Value()), f"{scope.file}:{line}")
    if spec.vararg:
        scope.chain[0][spec.vararg.arg] = Binding(
            Value(tuple(arguments.positional[len(names) :])), f"{scope.file}:{line}"
        )
    if spec.kwarg:
        rest = {name: value for name, value in arguments.named.items() if name not in known_names}
        scope.chain[0][spec.kwarg.arg] = Binding(Value(rest), f"{scope.file}:{line}")


def outcome(state: State, function: Function, scope: Scope) -> Value:
    """Return what a function's body returns; of several returns that are possible, the last that is known."""
    if isinstance(function.node, ast.Lambda):
        return state.evaluate(function.node.body, scope)
    result: Value | None = None
    try:
        state.block(function.node.body, scope)
    except Returned as returned:
        result = returned.value
    except Raised:
        if state.catching:
            raise
        result = Value()
    except LoopEnd:
        result = Value()
    if not scope.returned:
        return result or Value(None)
    candidates = [*scope.returned, result or Value()]
    chosen = next((value for value in reversed(candidates) if known(value)), candidates[-1])
    doubt = f"one of several that a function may return ({function.scope.file}:{function.node.lineno})"
    return Value(chosen.data, merge(*candidates), chosen.direct, doubt)
