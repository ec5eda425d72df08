"""environs: https://github.com/sloria/environs."""

import ast

from ..objects import Scope
from ..references import Reader
from ..state import External, State
from .package import Package
from .reading import TYPES, new_reader, read_second


def prefixed(state: State, call: ast.expr, scope: Scope) -> tuple[Reader, str] | None:
    """Return the reader that `with env.prefixed("A_"):` puts a text before the names of, and that text."""
    if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "prefixed"):
        return None
    reader = state.evaluate(call.func.value, scope).data
    text = state.evaluate(call.args[0], scope).data if call.args else None
    return (reader, text) if isinstance(reader, Reader) and isinstance(text, str) else None


def own(name: str) -> External | None:
    """Return what `from environs import env` reads with: a reader that the package has made."""
    if name != "environs.env" and not name.startswith("environs.env."):
        return None
    return lambda state, arguments: read_second(state, Reader("environs", {}), name[len("environs.env.") :], arguments)


PACKAGE = Package(
    told=own,
    reads=frozenset(["environs.env", *(f"environs.env.{name}" for name in ("str", *TYPES))]),
    functions={
        "environs.Env": new_reader("environs"),
        "environs.FileAwareEnv": new_reader("environs"),
        "epicenv.Env": new_reader("environs"),  # is one of environs: https://github.com/epicserve/epicenv
        "environs.EnvValidationError": new_reader("environs"),
    },
    readers={"environs": read_second},
    bases={"environs.": new_reader("environ")},  # as django-environ's: their arguments are alike
)
