"""Variables that are part of the site's URLs: Django's `path()` wants "admin/", not an address."""

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from ..places import is_aside
from ..tree import Tree
from .record import DjangoSettings
from .setting import Settings

MAX_FILES = 300
ROUTES = ("path", "re_path", "url")  # https://docs.djangoproject.com/en/stable/ref/urls/
NOT_NAMES = frozenset(("URL", "URI", "PATH", "ROUTE", "PREFIX", "DJANGO", "SITE", "APP", "BASE", "ROOT"))


def with_paths(tree: Tree, settings: DjangoSettings, evaluated: Settings) -> DjangoSettings:
    """Return what settings say, each variable that is part of a URL with a path that Django takes."""
    wanted = {item.name for item in settings.environment.value if item.build}
    found = dict(_found(tree, evaluated, wanted)) if wanted else {}
    if not found:
        return settings
    items = [
        replace(item, dummy=found[item.name], type="str") if item.name in found else item
        for item in settings.environment.value
    ]
    return replace(settings, environment=replace(settings.environment, value=items))


def _found(tree: Tree, evaluated: Settings, wanted: set[str]) -> Iterator[tuple[str, str]]:
    """Yield the variables, each with a path: with a slash at its end where the code adds none."""
    variables = {name: found.raw.direct or next(iter(found.variables), "") for name, found in evaluated.values.items()}
    paths = [path for path in tree.paths if re.search(r"(^|/)urls(/\w+)?\.py$", path) and not is_aside(tree, path)]
    for path in paths[:MAX_FILES]:
        for node in ast.walk(tree.python(path) or ast.Module([], [])):
            if isinstance(node, ast.Call) and node.args and _last(node.func) in ROUTES:
                yield from _in_route(node.args[0], variables, wanted)


def _in_route(route: ast.expr, variables: Mapping[str, str], wanted: set[str]) -> Iterator[tuple[str, str]]:
    for node in ast.walk(route):
        text = node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
        name = text if text in wanted else variables.get(_last(node), "") if isinstance(node, ast.expr) else ""
        if name in wanted:
            yield name, _path(name, _is_followed(route))


def _is_followed(route: ast.expr) -> bool:
    """Return whether text that begins with a slash comes behind the variable."""
    last = route
    while isinstance(last, (ast.JoinedStr, ast.BinOp)):
        if isinstance(last, ast.BinOp):
            last = last.right if isinstance(last.op, ast.Add) else last.left
        elif last.values:
            last = last.values[-1]
        else:
            return False
    return isinstance(last, ast.Constant) and isinstance(last.value, str) and last.value.lstrip("%s{}").startswith("/")


def _path(name: str, followed: bool) -> str:
    words = [word for word in name.upper().split("_") if word and word not in NOT_NAMES]
    return "-".join(words).lower()[:40] + ("" if followed else "/") if words else f"{name.lower()}/"


def _last(node: ast.AST) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
