"""Files that settings read and do not start without: those that a variable names, and those that are not there."""

import ast
import posixpath
import re

from .examples import is_needed, stand_in
from .objects import Raised, Scope
from .operations import path_text
from .references import Arguments
from .state import Lacking, Private, State
from .values import Value

# What people write by hand: other files are made by a build, or by the machine.
WRITTEN = re.compile(r"\.(json|ya?ml|toml|ini|cfg|conf|env|key|pem|txt)$|(^|/)\.?[^/.]+$|(^|/)\.env[^/]*$")
MADE = re.compile(r"(?i)stats|manifest|version|release|revision|commit|build|dist|(^|/)(run|proc|sys|dev|tmp)/")
# What every machine has, or makes as it starts.
OF_SYSTEM = re.compile(r"^/(proc|sys|dev|usr|lib|bin|sbin)/|^/etc/[^/]+$")
SECRETS = "/run/secrets/"  # https://docs.docker.com/compose/how-tos/use-secrets/
NO_FILE = "FileNotFoundError"
FAILURES = (NO_FILE, "OSError", "IOError", "EnvironmentError")


def note_opened(state: State, path: Value, arguments: Arguments, mode: int) -> None:
    """Record a file that settings open here; `mode` is where the arguments have that.

    Raises Raised for a file that images lack, if settings go on without it.
    """
    how = arguments.get(mode, "mode")
    if how is not None and not (isinstance(how.data, str) and "r" in how.data):
        note_written(state, path)
        return
    if not state.undecided and _is_absent(state, path) and state.goes_on_after(FAILURES):
        raise Raised(kind=NO_FILE)
    if state.undecided or any(state.is_caught(kind) for kind in FAILURES):
        return
    path = state.given(path)
    if path.direct in state.environment.variables:
        variable = state.environment.variables[path.direct]
        variable.opened = variable.opened or state.here
    text = path_text(path)
    if text and not path.variables and text not in state.written:
        _note_lacking(state, text)


def note_written(state: State, path: Value) -> None:
    """Record a file that settings write here."""
    state.written.setdefault(path_text(path) or "", state.here)


def note_wanted(state: State, test: ast.expr, scope: Scope) -> None:
    """Record a file of the project that is not there, where settings stop if it isn't: `test` says that."""
    called = test.operand if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not) else None
    if not isinstance(called, ast.Call) or not is_needed(state):
        return
    name = called.func.attr if isinstance(called.func, ast.Attribute) else getattr(called.func, "id", "")
    if name not in ("exists", "isfile", "is_file"):
        return
    node = called.args[0] if called.args else called.func.value if isinstance(called.func, ast.Attribute) else None
    text = path_text(state.evaluate(node, scope)) if node is not None else None
    within = state.within(text or "")
    if not text or within.startswith("/") or within in state.lacking or MADE.search(within):
        return
    source = f"{scope.file}:{test.lineno}"
    plain = "node_modules/" not in within and (name != "exists" or posixpath.splitext(within)[1])
    if not stand_in(state, within, source) and plain and (WRITTEN.search(within) or within.endswith(".py")):
        state.lacking[within] = Lacking(source, "")


def _is_absent(state: State, path: Value) -> bool:
    """Return whether a file that people write is in no image: it is not in the project, and no build makes it."""
    text = path_text(state.given(path))
    if not text or text in state.written:
        return False
    within = state.within(text)
    made = MADE.search(within) and not within.startswith("/run/")
    return bool(WRITTEN.search(within)) and not (made or OF_SYSTEM.search(within) or state.tree.exists(within))


def _note_lacking(state: State, text: str) -> None:
    within = state.within(text)
    if state.tree.exists(within) and state.tree.is_private(within) and WRITTEN.search(within):
        state.private.setdefault(within, Private(state.here)).needed = True
    if state.tree.exists(within) or within in state.lacking or not WRITTEN.search(within):
        return
    made = MADE.search(within) and not within.startswith(SECRETS)
    if "/.outside" in within or stand_in(state, within, state.here) or made:
        return
    state.lacking[within] = Lacking(state.here, "")
