"""Dotted modules and their files; which of them production uses."""

import ast
import re

from ..importer import guesses
from ..literals import SETTINGS, assigned_variable, constant
from ..places import DEVELOPMENT, PRODUCTION, REHEARSAL, folder, is_aside, own, words
from ..tree import Tree

# Names of settings modules, production's first; the last ones are of modules that production's may be made from.
FOR_PRODUCTION = (*PRODUCTION, "deploy", "deployment", "heroku", "cloud")
DEPLOYED = (*FOR_PRODUCTION, "server", "docker")
LIKELY = (*DEPLOYED, "base", "common", "default")
OF_PATHS = re.compile(r"(?:os\.)?(?:path\.)?(?:abspath|dirname|join|normpath|realpath)$|(?:pathlib\.)?Path\b")
NOT_PRODUCTION = DEVELOPMENT | REHEARSAL | {"unittest", "build", "collectstatic", "qa", "lint", "linting"}


def package_root(tree: Tree, base: str) -> str:
    """Return the folder from which a package at `base` is imported: the first above it that is no package."""
    while base != "." and tree.exists(f"{base}/__init__.py"):
        base = folder(base)
    return base


def is_not_production(module: str) -> bool:
    """Return whether a settings module's name says that it is for development or tests."""
    parts = module.split(".")
    return any(not words(part).isdisjoint(NOT_PRODUCTION) for part in parts[-1:]) or (
        len(parts) > 1 and parts[-1] == "settings" and parts[0] in ("tests", "test")
    )


def locate(tree: Tree, module: str, base: str) -> tuple[str, str] | None:
    """Return the file of a dotted module and the folder that it is imported from; None if it is not in the project.

    A folder without `__init__.py` is returned where it may have settings in it.
    """
    for found, root in guesses(tree, module, base):
        if found.file:
            return found.file, root
        path = found.folders[0]
        if "." in module and any(tree.exists(f"{path}/{name}.py") for name in LIKELY):
            return path, root
    return None


def entry_points(tree: Tree, kind: str) -> list[str]:
    """Return the paths of the modules that seem to hold a WSGI or ASGI application, those named so first."""
    exact = own(tree, f"{kind}.py")
    variants = [
        path
        for path in tree.paths
        if path.endswith(".py")
        and kind in (name := path.rpartition("/")[2])
        and name != f"{kind}.py"
        and not is_aside(tree, path)
    ]
    named = exact + [path for path in variants[:10] if makes_application(tree, path, kind)]
    return named or [path for path in _small_modules(tree) if makes_application(tree, path, kind)][:6]


def makes_application(tree: Tree, path: str, kind: str) -> bool:
    """Return whether a module makes Django's application of a kind of interface."""
    return f"get_{kind}_application" in (tree.text(path) or "")


def only_sets_settings(tree: Tree, path: str, settings: str, manage: str) -> bool:
    """Return whether a wsgi.py only names settings, whatever was set before, and makes the application.

    Then Django's own function can take its place. Folders that it imports from don't count, if manage.py loads the
    same settings without any.
    """
    if "sys.path" in (tree.text(manage) or "" if manage else "sys.path") and "sys.path" in (tree.text(path) or ""):
        return False
    module = tree.python(path)
    named = made = False
    for node in module.body if module else ():
        statement = node.value if isinstance(node, ast.Expr) else node
        value = statement.value if isinstance(statement, ast.Assign) else None
        if given := assigned_variable(statement, SETTINGS):
            if constant(given[0]) != settings:
                return False
            named = named or given[1]
        elif isinstance(value, ast.Call) and ast.unparse(value) == "get_wsgi_application()":
            made = True
        elif not (isinstance(statement, ast.Constant) or _imports_django_alone(statement) or _is_of_paths(statement)):
            return False
    return named and made


def _imports_django_alone(statement: ast.AST) -> bool:
    if isinstance(statement, ast.ImportFrom):
        return not statement.level and statement.module in ("os", "pathlib", "django.core.wsgi")
    return isinstance(statement, ast.Import) and all(
        name.name in ("os", "sys", "os.path", "pathlib", "site") for name in statement.names
    )


def _is_of_paths(statement: ast.AST) -> bool:
    """Return whether a statement works out a path, imports from it, or sets a stream."""
    parts = ast.unparse(statement)
    if isinstance(statement, ast.Call):
        return parts.startswith(("sys.path.append(", "sys.path.insert(")) and _calls_paths(statement.args)
    if not isinstance(statement, ast.Assign):
        return False
    plain = all(isinstance(target, ast.Name) for target in statement.targets)
    return parts == "sys.stdout = sys.stderr" or (plain and _calls_paths([statement.value]))


def _calls_paths(values: list[ast.expr]) -> bool:
    calls = [ast.unparse(node.func) for value in values for node in ast.walk(value) if isinstance(node, ast.Call)]
    return all(OF_PATHS.match(call) for call in calls)


def _small_modules(tree: Tree) -> list[str]:
    """Return the modules, none deep in the project, that may hold an application by any name."""
    likely = [
        path
        for path, size in tree.paths.items()
        if path.endswith(".py") and size < 5_000 and path.count("/") <= 4 and not is_aside(tree, path)
    ]
    return [path for path in likely[:300] if not path.endswith(("/__init__.py", "manage.py", "settings.py"))]
