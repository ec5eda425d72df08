"""How modules of the project are worked out, and their names taken over."""

import ast
import posixpath
from typing import TypeGuard

from ..places import PRODUCTION, is_development
from .examples import is_needed, place_of, stand_in
from .objects import Lazy, LoopEnd, Module, Names, Raised, Returned, Scope, Stop
from .references import Arguments, Reference
from .state import Handler, Lacking, Private, State
from .values import UNKNOWN, Binding, Value, merge, plain

MAX_MODULES = 60


def load_module(state: State, path: str) -> Names:
    """Return the names of a module's file; those it has so far, where modules import each other."""
    if path in state.modules:
        return state.modules[path]
    names: Names = {}
    state.modules[path] = names
    if len(state.modules) == 1:
        state.settings_files.add(path)
    if len(state.modules) <= MAX_MODULES:
        with state.fresh():
            run_file(state, path, Scope(path, [names]))
    return names


def import_module(state: State, arguments: Arguments) -> Value:
    """Return a module of the project by its dotted name; that its example stands in for, where it is not there."""
    name = arguments.get(0, "name")
    dotted = name.data if name is not None and isinstance(name.data, str) else ""
    package = arguments.get(1, "package")
    if package is not None and isinstance(package.data, str) and dotted[:1] == "." != dotted[1:2]:
        dotted = f"{package.data}{dotted}"
    if name is None or not dotted or dotted.startswith("."):
        return Value(UNKNOWN, merge(*arguments.all))
    path = state.find_module(dotted, "", 0)
    if path is None and state.find_module(dotted.partition(".")[0], "", 0) is not None and is_needed(state):
        path = stand_in(state, place_of(state, dotted, "", 0), state.here)
    elif path and state.tree.is_private(path):
        private = state.private.setdefault(path, Private(state.here))
        private.needed = private.needed or not (state.optional_import or state.undecided)
    if not path:
        return Value(UNKNOWN, merge(*arguments.all))
    return Value(Module(path, load_module(state, path)), name.variables)


def choose_module(state: State, node: ast.expr, scope: Scope) -> None:
    """Record the modules of the project that a variable chooses between, production's first: f"site.conf.{NAME}"."""
    nodes = node.values if isinstance(node, ast.JoinedStr) else [node.left, node.right] if _adds(node) else []
    values = [state.evaluate(part.value if isinstance(part, ast.FormattedValue) else part, scope) for part in nodes]
    chosen = [value for value in values if value.direct]
    texts = [value.data for value in values if isinstance(value.data, str) and not value.direct]
    if len(chosen) != 1 or len(texts) != 1 or values[-1] is not chosen[0] or not texts[0].endswith("."):
        return
    package = state.find_module(texts[0].rstrip("."), "", 0) or ""
    names = [
        path.rpartition("/")[2].removesuffix(".py")
        for path in state.tree.paths
        if path.endswith(".py") and posixpath.dirname(path) == posixpath.dirname(package)
    ]
    kept = [name for name in names if not name.startswith("__") and state.find_module(f"{texts[0]}{name}", "", 0)]
    state.choose(chosen[0], sorted(kept, key=lambda name: (name not in PRODUCTION, is_development(name))))


def _adds(node: ast.expr) -> TypeGuard[ast.BinOp]:
    return isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add)


def run_file(state: State, path: str, scope: Scope) -> None:
    """Work out a file's statements in `scope`."""
    tree = state.tree.python(path)
    if path not in state.files and state.tree.exists(path):
        state.files.append(path)
    if tree is None:
        return
    try:
        state.block(tree.body, scope)
    except (Returned, LoopEnd, Raised):
        pass
    except Stop:
        state.notes.append((path, "is too long to be read to its end"))


def import_from(state: State, node: ast.ImportFrom, file: str, name: str) -> Binding | None:
    """Return what `from ... import name` finds in the project: a name in a module, or a module in a package."""
    path = state.find_module(node.module or "", file, node.level)
    bound = load_module(state, path).get(name) if path else None
    if bound is not None:
        resolved(state, bound)
        return bound
    inner = state.find_module(f"{node.module or ''}.{name}".lstrip("."), file, node.level)
    if not inner or (state.is_private(inner, node, file) and state.optional_import):
        return None
    return Binding(Value(Module(inner, load_module(state, inner))), "")


def resolved(state: State, bound: Binding) -> Value:
    """Return a name's value, looking up what was imported lazily."""
    data = bound.value.data
    if isinstance(data, Lazy):
        bound.value = Value()  # where imports go round in circles
        found = import_from(state, data.node, data.file, data.name)
        bound.value = found.value if found is not None else Value()
    return bound.value


def absent(state: State, name: str, scope: Scope, node: ast.ImportFrom) -> None:
    """Handle a module that the project does not hold."""
    if state.optional_import:
        raise Raised(module=name)
    state.notes.append((f"{scope.file}:{node.lineno}", f"imports {name}, which is not in the project"))
    if node.names[0].name == "*":
        doubt_all(state, f"{scope.file}:{node.lineno}", f"{name}, which is not in the project", scope)
        place = place_of(state, node.module or "", scope.file, node.level)
        if scope.file in state.settings_files and is_needed(state) and not state.tree.has_folder(place[:-3]):
            state.lacking.setdefault(place, Lacking(f"{scope.file}:{node.lineno}", ""))
    for alias in node.names:
        if alias.name != "*":
            state.bind(alias.asname or alias.name, Value(), scope, node.lineno)


def lacking(state: State, dotted: str, node: ast.ImportFrom, scope: Scope) -> str | None:
    """Return the example that stands in for a module which settings need and the project lacks; None for none."""
    if not is_needed(state):
        return None
    place = place_of(state, dotted, scope.file, node.level)
    return stand_in(state, place, f"{scope.file}:{node.lineno}") or None


def doubt_all(state: State, source: str, module: str, scope: Scope) -> None:
    """Put in doubt what settings have so far: a module that cannot be read may set it, and any other name.

    Not where settings take it only if it is there: in an image, it is not.
    """
    if scope.file in state.settings_files and scope.chain[0] is scope.globals and not state.undecided:
        state.open_end = state.open_end or source
        for name, bound in scope.globals.items():
            if name.isupper():
                bound.doubt = bound.doubt or f"may be set by {module} ({source})"


def take_all(state: State, names: Names, scope: Scope, line: int) -> None:
    """Take over a module's public names; https://docs.python.org/3/reference/simple_stmts.html#the-import-statement."""
    listed = names.get("__all__")
    data = plain(listed.value) if listed else UNKNOWN
    public = [name for name in names if not name.startswith("_")]
    if isinstance(data, (list, tuple)) and UNKNOWN not in data:
        public = [name for name in data if isinstance(name, str) and name in names]
    doubt = state.doubts[-1] if state.doubts else ""
    for name in public:
        bound = names[name]
        scope.chain[0][name] = Binding(bound.value, bound.source, bound.doubt or doubt)


def imported_elsewhere(state: State, node: ast.Try, scope: Scope) -> str:
    """Return a package outside the project that the body of a `try` imports."""
    for statement in node.body:
        dotted = [alias.name for alias in statement.names] if isinstance(statement, ast.Import) else []
        if isinstance(statement, ast.ImportFrom) and not statement.level:
            dotted = [statement.module or ""]
        for name in dotted:
            if state.find_module(name.partition(".")[0], scope.file, 0) is None:
                return name
    return ""


def _import(state: State, node: ast.Import, scope: Scope) -> None:
    for alias in node.names:
        dotted = alias.name if alias.asname else alias.name.partition(".")[0]
        path = state.find_module(dotted, scope.file, 0)
        private = state.is_private(state.find_module(alias.name, scope.file, 0), node, scope.file)
        if private and state.optional_import:
            raise Raised(module=alias.name)
        value = Value(Reference(dotted)) if path is None else Value(Reference(f"<project>.{dotted}"))
        if alias.asname or alias.name.partition(".")[0] not in scope.chain[0]:
            state.bind(alias.asname or dotted, value, scope, node.lineno)


def _import_from(state: State, node: ast.ImportFrom, scope: Scope) -> None:
    dotted = node.module or ""
    path = state.find_module(dotted, scope.file, node.level)
    star = node.names[0].name == "*"
    top = state.find_module(dotted.partition(".")[0], scope.file, 0) if dotted and not node.level else None
    project = path is not None or node.level > 0 or top is not None or (star and state.optional_import > 0)
    private = state.is_private(path, node, scope.file, *(alias.name for alias in node.names))
    if private and state.optional_import:
        path = None
    if path is None and project:
        path = lacking(state, dotted, node, scope)
    if (path is None and project) or (path == "" and star):
        absent(state, f"{'.' * node.level}{dotted}", scope, node)
        return
    if path is None:
        _from_elsewhere(state, node, scope)
    elif star:
        if scope.file in state.settings_files:
            state.settings_files.add(path)
        take_all(state, load_module(state, path), scope, node.lineno)
        if private:
            doubt_all(state, f"{scope.file}:{node.lineno}", f"{path}, which git ignores", scope)
    else:
        _from_project(state, node, path, scope)


def _from_elsewhere(state: State, node: ast.ImportFrom, scope: Scope) -> None:
    """Bind what is imported from outside the project."""
    for alias in node.names:
        if alias.name == "*":
            module, source = node.module or "", f"{scope.file}:{node.lineno}"
            state.notes.append((source, f"takes all names of {module}, which is not in the project"))
            state.stars.setdefault(module, []).append(state.notes[-1])
            if scope.file in state.settings_files and scope.chain[0] is scope.globals and not state.undecided:
                state.outside.setdefault(module, source)
        else:
            reference = Reference(f"{node.module or ''}.{alias.name}")
            state.bind(alias.asname or alias.name, Value(reference), scope, node.lineno)


def _from_project(state: State, node: ast.ImportFrom, path: str, scope: Scope) -> None:
    """Bind names of a module of the project, in what settings are not made of only once they are needed."""
    for alias in node.names:
        name = alias.asname or alias.name
        if scope.file not in state.settings_files and not state.optional_import:
            state.bind(name, Value(Lazy(node, scope.file, alias.name)), scope, node.lineno)
            continue
        bound = import_from(state, node, scope.file, alias.name)
        bound = bound or (load_module(state, path).get(alias.name) if path else None)  # that of an example
        if bound is not None:
            doubt = bound.doubt or (state.doubts[-1] if state.doubts else "")
            scope.chain[0][name] = Binding(bound.value, bound.source or f"{scope.file}:{node.lineno}", doubt)
        elif not path and state.optional_import:
            absent(state, f"{'.' * node.level}{node.module or ''}.{alias.name}", scope, node)
        elif found := lacking(state, f"{node.module or ''}.{alias.name}".lstrip("."), node, scope):
            state.bind(name, Value(Module(found, load_module(state, found))), scope, node.lineno)
        else:
            state.bind(name, Value(), scope, node.lineno)


# What is registered for the statements of these kinds.
IMPORTS: dict[type[ast.AST], Handler[None]] = {ast.Import: _import, ast.ImportFrom: _import_from}
