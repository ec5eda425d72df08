"""Whether Django redirects to HTTPS: by its own setting, or by a middleware of another's or of the project's."""

import ast
import re

from ..evaluation.state import State
from ..findings import Certainty, Found
from .finder import Finder

# https://github.com/rdegges/django-sslify#usage
SSLIFY = "sslify.middleware.SSLifyMiddleware"
# A request that did not come by HTTPS.
PLAIN = re.compile(r"not (?:self\.)?[\w.]*\.is_secure\(|!= ['\"]https['\"]|== ['\"]http['\"]")
REDIRECTS = re.compile(r"Redirect\(|\bredirect\(")
SWITCH = re.compile(r"\bsettings(?:\.|, ['\"])([A-Z][A-Z0-9_]*)")


def redirects_to_https(evaluator: State, finder: Finder) -> Found[bool]:
    """Return whether Django redirects to HTTPS."""
    stated, middleware = finder.flag("SECURE_SSL_REDIRECT", False), finder.texts("MIDDLEWARE")
    if stated.value:
        return stated
    for name in middleware.value:
        if name == SSLIFY and not finder.settings.value("SSLIFY_DISABLE"):
            return Found(True, middleware.source, Certainty.INFERRED)
        if found := _redirects(evaluator, finder, name):
            return Found(True, found, Certainty.INFERRED)
    return stated


def _redirects(evaluator: State, finder: Finder, dotted: str) -> str:
    """Return where a middleware of the project redirects to HTTPS; "" where it does not, or is switched off."""
    module, _, name = dotted.rpartition(".")
    path = evaluator.find_module(module, "", 0) if module else None
    parsed = evaluator.tree.python(path) if path and "edirect" in (evaluator.tree.text(path) or "") else None
    for node in parsed.body if parsed else ():
        if isinstance(node, ast.ClassDef | ast.FunctionDef) and node.name == name:
            text = ast.unparse(node)
            switches = [switch for switch in SWITCH.findall(text) if switch != "DEBUG"]
            off = any(finder.settings.value(switch) in (None, False) for switch in switches)
            if PLAIN.search(text) and REDIRECTS.search(text) and "https" in text and not off:
                return f"{path}:{node.lineno}"
    return ""
