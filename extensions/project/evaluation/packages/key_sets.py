"""Authlib and joserfc: a set of keys, as settings have it from a variable.

https://docs.authlib.org/en/latest/jose/jwk.html, https://www.rfc-editor.org/rfc/rfc7517#section-5
"""

from ..references import Arguments
from ..state import State
from ..values import UNKNOWN, Value, merge
from .package import Package

EMPTY = ' {"keys": []}'  # with a space, without which base64 has what tokens of the web begin with


def key_set(state: State, arguments: Arguments) -> Value:
    """Return what cannot be known, and note of the variable that it is made of that its text has a list of keys."""
    variables = merge(*arguments.all)
    known = [state.environment.variables[name] for name in variables if name in state.environment.variables]
    if len(known) == 1:
        known[0].fitting = known[0].fitting or [EMPTY]
    return Value(UNKNOWN, variables)


PACKAGE = Package(
    functions={
        "authlib.jose.JsonWebKey.import_key_set": key_set,
        "authlib.jose.KeySet.import_key_set": key_set,
        "joserfc.jwk.KeySet.import_key_set": key_set,
    }
)
