"""Dotted modules and their files; which of them production uses."""

from ..importer import guesses
from ..places import DEVELOPMENT, PRODUCTION, REHEARSAL, folder, is_aside, own, words
from ..tree import Tree

# Names of settings modules, production's first; the last ones are of modules that production's may be made from.
FOR_PRODUCTION = (*PRODUCTION, "deploy", "deployment", "heroku", "cloud")
DEPLOYED = (*FOR_PRODUCTION, "server", "docker")
LIKELY = (*DEPLOYED, "base", "common", "default")
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


def _small_modules(tree: Tree) -> list[str]:
    """Return the modules, none deep in the project, that may hold an application by any name."""
    likely = [
        path
        for path, size in tree.paths.items()
        if path.endswith(".py") and size < 5_000 and path.count("/") <= 4 and not is_aside(tree, path)
    ]
    return [path for path in likely[:300] if not path.endswith(("/__init__.py", "manage.py", "settings.py"))]
