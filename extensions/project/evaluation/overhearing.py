"""The variables and settings in code that is not run."""

import ast
from collections.abc import Sequence

from . import packages
from .objects import Raised, Scope
from .references import Bound, Reader, Reference
from .state import State
from .values import Value


def overhear(state: State, body: Sequence[ast.AST], scope: Scope) -> None:
    """Record the variables, by their literal names, that are read in code that is not run."""
    if state.depth:
        return
    here = state.here
    perhaps = {name for name, variable in state.environment.variables.items() if variable.perhaps}
    types: dict[ast.AST, str] = {}
    with state.doubt("", undecided=True):
        for part in body:
            if part in state.overheard:
                continue
            state.overheard.add(part)
            for node in ast.walk(part):
                state.step()
                if isinstance(node, (ast.Call, ast.Subscript)):
                    overhear_read(state, node, scope, types)
    state.here = here
    for name, variable in state.environment.variables.items():
        variable.perhaps = name in perhaps


def overhear_names(state: State, body: list[ast.stmt], scope: Scope, variables: tuple[str, ...]) -> None:
    """Record the settings that statements which are not run would make, and the variables that decide it."""
    for statement in body if not state.depth else ():
        for target in statement.targets if isinstance(statement, ast.Assign) else ():
            if isinstance(target, ast.Name) and target.id.isupper():
                state.elsewhere[target.id] = (f"{scope.file}:{statement.lineno}", variables)


def overhear_read(state: State, node: ast.Call | ast.Subscript, scope: Scope, types: dict[ast.AST, str]) -> None:
    """Record the variable that an expression reads; `types` holds what the expressions around it make of it."""
    if isinstance(node, ast.Call):
        target, literal = node.func, node.args[0] if node.args else None
        if isinstance(target, ast.Attribute) and target.attr == "split":
            types[target.value] = "list"
        elif isinstance(target, ast.Name) and target.id in ("int", "float") and literal is not None:
            types[literal] = "int"
    else:
        target, literal = node.value, node.slice
    root = target.value if isinstance(target, ast.Attribute) else target
    root = root.value if isinstance(root, ast.Attribute) else root
    if not isinstance(root, ast.Name):
        return
    if not (isinstance(literal, ast.Constant) and isinstance(literal.value, str)):
        return
    state.here = f"{scope.file}:{node.lineno}"
    try:
        function = state.evaluate(target, scope)
        if isinstance(node, ast.Call):
            reads = reads_environment(function)
        else:
            reads = isinstance(function.data, Reference) and function.data.name == "os.environ"
        read = state.evaluate(node, scope) if reads else Value()
    except Raised:
        return
    if read.direct and node in types:
        state.set_type(read, types[node])


def reads_environment(function: Value) -> bool:
    """Return whether a function outside the project, or a reader's method, reads the environment."""
    data = function.data
    if isinstance(data, Bound):
        data = data.owner.data
    if isinstance(data, Reference):
        return data.name in ("os.getenv", "os.environ.get") or data.name in packages.READS
    return isinstance(data, Reader)
