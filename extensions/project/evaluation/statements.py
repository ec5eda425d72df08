"""What Python's statements do, imports aside."""

import ast
from contextlib import nullcontext, suppress

from . import json_parts
from .assignment import assign
from .environment import PLACEHOLDER
from .expressions import binary
from .imports import imported_elsewhere
from .objects import Annotation, Class, Content, Function, LoopEnd, Raised, Returned, Scope
from .opened import FAILURES, NO_FILE, note_wanted
from .operations import MAX_ITEMS, hashable, parts, same, truth_of
from .overhearing import overhear, overhear_names
from .packages.environs import prefixed
from .references import Reader, Reference
from .state import MAX_TURNS, Handler, State
from .values import MISSING, UNKNOWN, Value, known, merge, words

CATCHES_MISSING = words(
    "KeyError LookupError Exception BaseException ImproperlyConfigured UndefinedValueError EnvError"
)
EXITS = words("sys.exit exit quit os._exit os.abort")
CATCHES_IMPORT = words("ImportError ModuleNotFoundError Exception BaseException")


def _assign(state: State, node: ast.Assign, scope: Scope) -> None:
    value = state.evaluate(node.value, scope)
    _note_parts(state, node, scope)
    for target in node.targets:
        assign(state, target, value, scope, node.lineno)


def _note_parts(state: State, node: ast.Assign, scope: Scope) -> None:
    """Record that a variable's text has parts with names, as in `host, port = os.environ["SERVER"].split(":")`."""
    target, called = node.targets[0], node.value
    if not isinstance(target, ast.Tuple) or not isinstance(called, ast.Call) or len(called.args) != 1:
        return
    names = [part.id.lower() if isinstance(part, ast.Name) else "" for part in target.elts]
    method, separator = called.func, called.args[0]
    if not isinstance(method, ast.Attribute) or method.attr != "split":
        return
    if isinstance(separator, ast.Constant) and isinstance(separator.value, str):
        texts = ("1" if "port" in name else "localhost" if "host" in name else PLACEHOLDER for name in names)
        state.fits(state.evaluate(method.value, scope), separator.value.join(texts))


def _ann_assign(state: State, node: ast.AnnAssign, scope: Scope) -> None:
    if scope.owner is not None and isinstance(node.target, ast.Name) and scope.chain[0] is scope.owner.names:
        scope.owner.annotations[node.target.id] = Annotation(node.annotation, scope)
    if node.value is not None:
        assign(state, node.target, state.evaluate(node.value, scope), scope, node.lineno)
    elif scope.owner is not None and isinstance(node.target, ast.Name):
        assign(state, node.target, Value(MISSING), scope, node.lineno)  # a field without a default


def _aug_assign(state: State, node: ast.AugAssign, scope: Scope) -> None:
    left, right = state.evaluate(node.target, scope), state.evaluate(node.value, scope)
    if isinstance(node.op, ast.Add) and isinstance(left.data, list):
        if len(left.data) < MAX_ITEMS:
            left.data.extend(parts(right))
        value = Value(left.data, merge(left, right))
    elif isinstance(node.op, ast.BitOr) and isinstance(left.data, dict) and isinstance(right.data, dict):
        left.data.update(right.data)
        value = Value(left.data, merge(left, right))
    else:
        value = binary(state, node.op, left, right)
    assign(state, node.target, value, scope, node.lineno)


def _expr(state: State, node: ast.Expr, scope: Scope) -> None:
    state.evaluate(node.value, scope)
    if is_exit(node):
        raise Raised(kind="SystemExit")


def ends(node: ast.stmt) -> bool:
    """Return whether a statement raises, or ends the process."""
    return isinstance(node, ast.Raise) or is_exit(node)


def is_exit(node: ast.stmt) -> bool:
    """Return whether a statement ends the process."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) and written_name(node.value.func) in EXITS


def _delete(state: State, node: ast.Delete, scope: Scope) -> None:
    for target in node.targets:
        if isinstance(target, ast.Name) and not state.undecided:
            scope.chain[0].pop(target.id, None)
        elif isinstance(target, ast.Subscript):
            owner, key = state.evaluate(target.value, scope), state.evaluate(target.slice, scope)
            if isinstance(owner.data, dict) and hashable(key):
                owner.data.pop(key.data, None)
            elif (
                isinstance(owner.data, list)
                and isinstance(key.data, int)
                and -len(owner.data) <= key.data < len(owner.data)
            ):
                del owner.data[key.data]


def _return(state: State, node: ast.Return, scope: Scope) -> None:
    raise Returned(state.evaluate(node.value, scope) if node.value else Value(None))


def _raise(state: State, node: ast.Raise, scope: Scope) -> None:
    exception = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
    raise Raised(kind=written_name(exception).rpartition(".")[2] if exception else "")


def _break(state: State, node: ast.Break, scope: Scope) -> None:
    raise LoopEnd(True)


def _continue(state: State, node: ast.Continue, scope: Scope) -> None:
    raise LoopEnd(False)


def _global(state: State, node: ast.Global, scope: Scope) -> None:
    scope.declared.update(node.names)


def _assert(state: State, node: ast.Assert, scope: Scope) -> None:
    test = state.evaluate(node.test, scope)
    if truth_of(test) is False:
        state.guard(test.variables, scope)


def _if(state: State, node: ast.If, scope: Scope) -> None:
    test = state.evaluate(node.test, scope)
    truth = truth_of(test)
    if any(isinstance(part, ast.Raise) for statement in node.body for part in ast.walk(statement)):
        state.may_refuse(test.variables)
    if truth is None:
        if ends(node.body[-1]):
            state.suspect(test.variables)
        reason = f"set under a condition that could not be decided ({scope.file}:{node.lineno})"
        state.perhaps(node.body, scope, reason)
        state.perhaps(node.orelse, scope, reason)
        return
    body, other = (node.body, node.orelse) if truth else (node.orelse, node.body)
    if truth:
        compare_others(state, node, scope)
        if ends(node.body[-1]) and not state.caught:
            note_wanted(state, node.test, scope)
    overhear(state, other, scope)
    overhear_names(state, other, scope, test.variables)
    state.chosen_branch += bool(test.variables)
    state.tests.append((state.depth, test.variables))
    try:
        if test.variables:
            with state.doubt(f"depends on {', '.join(test.variables)} ({scope.file}:{node.lineno})"):
                state.block(body, scope)
        else:
            state.block(body, scope)
    except Raised as raised:
        if raised.variable or state.missing or state.is_caught(raised.kind) or state.is_of_outer_test():
            raise
        state.guard(test.variables, scope)
        state.perhaps(other, scope, f"set unless settings fail ({scope.file}:{node.lineno})")
    finally:
        state.tests.pop()
        state.chosen_branch -= bool(test.variables)


def compare_others(state: State, node: ast.If, scope: Scope) -> None:
    """Record what the tests of each `elif` compare names with, although the first branch is taken."""
    other = node.orelse
    while len(other) == 1 and isinstance(other[0], ast.If):
        test = other[0].test
        if isinstance(test, ast.Compare) and all(
            isinstance(part, (ast.Name, ast.Constant)) for part in (test.left, *test.comparators)
        ):
            state.evaluate(test, scope)
        other = other[0].orelse


def _try(state: State, node: ast.Try, scope: Scope) -> None:
    caught = [handler_names(handler) for handler in node.handlers]
    missing = any(not names or names & CATCHES_MISSING for names in caught)
    imports = any(not names or names & CATCHES_IMPORT for names in caught)
    demanded = imports and all(ends(handler.body[-1]) for handler in node.handlers)
    going_on = [names for names, handler in zip(caught, node.handlers, strict=True) if not ends(handler.body[-1])]
    state.catching += missing
    state.optional_import += imports
    state.demanded_import += demanded
    state.caught.append(caught)
    state.going_on.append(going_on)
    elsewhere = imported_elsewhere(state, node, scope) if imports else ""
    reason = f"depends on whether {elsewhere} is installed ({scope.file}:{node.lineno})"
    try:
        with state.doubt(reason) if elsewhere else nullcontext():
            state.block([*node.body, *node.orelse], scope)
        failed = None
    except Raised as raised:
        failed = raised
    finally:
        state.catching -= missing
        state.optional_import -= imports
        state.demanded_import -= demanded
        state.caught.pop()
        state.going_on.pop()
    if failed is not None:
        handle_failure(state, node, caught, failed, scope)
    state.block(node.finalbody, scope)


def handle_failure(state: State, node: ast.Try, caught: list[set[str]], failed: Raised, scope: Scope) -> None:
    """Work out the handler for what the body raised; if it raises in turn, the variable must be set."""
    wanted = {failed.kind, "Exception", "BaseException"} if failed.kind else CATCHES_MISSING
    wanted = {*FAILURES, "Exception", "BaseException"} if failed.kind == NO_FILE else wanted
    wanted = CATCHES_IMPORT if failed.module else wanted
    choice = next((i for i, names in enumerate(caught) if not names or names & wanted), None)
    if choice is None:
        raise failed
    before, state.missing = state.missing, failed.variable
    try:
        why = f"{failed.variable or failed.module or 'what comes before'} is not there ({scope.file}:{node.lineno})"
        with state.doubt(why):
            state.block(node.handlers[choice].body, scope)
    except Returned as returned:
        if failed.variable:
            state.environment.set_default(failed.variable, returned.value)
            data = returned.value
            raise Returned(Value(data.data, merge(Value(None, (failed.variable,)), data), failed.variable)) from None
        raise
    except Raised:
        if not failed.variable:
            raise
        state.require(failed.variable)
        state.environment.variables[failed.variable].required = not state.undecided
        state.missing = before
        state.block([*node.body, *node.orelse], scope)
    finally:
        state.missing = before


def handler_names(handler: ast.ExceptHandler) -> set[str]:
    """Return the names of the exceptions that a handler catches, empty for all.

    JSONDecodeError is the ValueError of a text that is no JSON: https://docs.python.org/3/library/json.html#exceptions
    """
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type] if handler.type else []
    names = {kind.attr if isinstance(kind, ast.Attribute) else getattr(kind, "id", "?") for kind in kinds}
    return names | {"ValueError"} if "JSONDecodeError" in names else names


def _for(state: State, node: ast.For, scope: Scope) -> None:
    source = state.evaluate(node.iter, scope)
    if not isinstance(source.data, (list, tuple, dict, str)):
        item = Value(UNKNOWN, source.variables, part=json_parts.item(state, source))
        assign(state, node.target, item, scope, node.lineno)
        state.perhaps(node.body, scope, f"set in a loop ({scope.file}:{node.lineno})")
        return
    for item in parts(source)[:MAX_TURNS]:
        assign(state, node.target, item, scope, node.lineno)
        try:
            state.block(node.body, scope)
        except LoopEnd as end:
            if end.leave:
                return
    state.block(node.orelse, scope)


def _while(state: State, node: ast.While, scope: Scope) -> None:
    if truth_of(state.evaluate(node.test, scope)) is not False:
        state.perhaps(node.body, scope, f"set in a loop ({scope.file}:{node.lineno})")


def _with(state: State, node: ast.With, scope: Scope) -> None:
    changed: list[tuple[Reader, str]] = []
    suppressed = False
    for item in node.items:
        value = state.evaluate(item.context_expr, scope)
        if (found := prefixed(state, item.context_expr, scope)) is not None:
            reader, text = found
            changed.append((reader, reader.prefix))
            reader.prefix += text
        suppressed = suppressed or (isinstance(value.data, Reference) and value.data.name == "contextlib.suppress()")
        if item.optional_vars is not None:
            assign(
                state, item.optional_vars, value if isinstance(value.data, Content) else Value(), scope, node.lineno
            )
    state.catching += suppressed
    state.optional_import += suppressed
    try:
        state.block(node.body, scope)
    except Raised:
        if not suppressed:
            raise
    finally:
        state.catching -= suppressed
        state.optional_import -= suppressed
        for reader, prefix in reversed(changed):
            reader.prefix = prefix


def _match(state: State, node: ast.Match, scope: Scope) -> None:
    subject = state.evaluate(node.subject, scope)
    reason = f"depends on {', '.join(subject.variables)} ({scope.file}:{node.lineno})" if subject.variables else ""
    for case in node.cases:
        matches = pattern_matches(state, case.pattern, subject, scope)
        if matches and case.guard is not None:
            matches = truth_of(state.evaluate(case.guard, scope))
        if matches is None:
            state.perhaps(case.body, scope, f"set in a case that could not be decided ({scope.file}:{node.lineno})")
        elif matches:
            with state.doubt(reason) if reason else nullcontext():
                state.block(case.body, scope)
            return


def pattern_matches(state: State, pattern: ast.pattern, subject: Value, scope: Scope) -> bool | None:
    """Return whether a pattern matches; None if it cannot be known."""
    if isinstance(pattern, (ast.MatchValue, ast.MatchSingleton)):
        value = state.evaluate(pattern.value, scope) if isinstance(pattern, ast.MatchValue) else Value(pattern.value)
        state.compared(subject, value)
        return same(subject, value) if known(subject) else None
    if isinstance(pattern, ast.MatchOr):
        results = [pattern_matches(state, part, subject, scope) for part in pattern.patterns]
        return True if True in results else None if None in results else False
    if isinstance(pattern, ast.MatchAs):
        matches = True if pattern.pattern is None else pattern_matches(state, pattern.pattern, subject, scope)
        if pattern.name:
            state.bind(pattern.name, subject, scope, pattern.lineno)
        return matches
    return None


def _function_def(state: State, node: ast.FunctionDef, scope: Scope) -> None:
    names = tuple(written_name(decorator) for decorator in node.decorator_list)
    is_property = any(name.rpartition(".")[2] in ("property", "cached_property", "setting") for name in names)
    state.bind(node.name, Value(Function(node, scope, scope.owner, is_property, names)), scope, node.lineno)


def _class_def(state: State, node: ast.ClassDef, scope: Scope) -> None:
    bases = [state.evaluate(base, scope) for base in node.bases]
    made = Class(node.name, bases, {}, f"{scope.file}:{node.lineno}")
    state.bind(node.name, Value(made), scope, node.lineno)
    if any(isinstance(base.data, Class) or settings_base(base) for base in bases) or not bases:
        inner = Scope(scope.file, [made.names, *scope.chain], owner=made)
        with suppress(Raised, Returned, LoopEnd):
            state.block(node.body, inner)
    else:
        values = [part.value for part in node.body if isinstance(part, ast.Assign)]
        texts = [value.value for value in values if isinstance(value, ast.Constant)]
        made.members = [text for text in texts if isinstance(text, str)]


def settings_base(base: Value) -> bool:
    """Return whether a class that is not the project's is one that settings are made of."""
    return isinstance(base.data, Reference) and base.data.name.rpartition(".")[2] not in ("Enum", "Model")


def written_name(node: ast.expr) -> str:
    """Return a name as it is written, without the arguments of a call."""
    names: list[str] = []
    while isinstance(node, (ast.Attribute, ast.Call)):
        if isinstance(node, ast.Attribute):
            names.append(node.attr)
        node = node.value if isinstance(node, ast.Attribute) else node.func
    return ".".join(reversed([*names, getattr(node, "id", "?")]))


STATEMENTS: dict[type[ast.AST], Handler[None]] = {
    ast.Assign: _assign,
    ast.AnnAssign: _ann_assign,
    ast.AugAssign: _aug_assign,
    ast.Expr: _expr,
    ast.Delete: _delete,
    ast.Return: _return,
    ast.Raise: _raise,
    ast.Break: _break,
    ast.Continue: _continue,
    ast.Global: _global,
    ast.Assert: _assert,
    ast.If: _if,
    ast.Try: _try,
    ast.For: _for,
    ast.While: _while,
    ast.With: _with,
    ast.Match: _match,
    ast.FunctionDef: _function_def,
    ast.ClassDef: _class_def,
    ast.TryStar: _try,
    ast.AsyncFor: _for,
    ast.AsyncWith: _with,
    ast.AsyncFunctionDef: _function_def,
}
