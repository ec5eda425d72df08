"""The settings when variables for development are set: DEBUG is on.

The settings are worked out again with those variables, so that nothing is promised that they would not do.
"""

import ast
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from ..dependencies.examples import distributions_of
from ..findings import Certainty, Found, unread
from ..importer import Importer
from ..layout.record import Layout
from ..literals import CONFIGURATION, SETTINGS, assigned_variable, constant
from ..places import DEVELOPMENT, mentions
from ..tree import Tree
from . import production_of, read_settings
from .record import Database, DjangoSettings

OURS = "/tmp/servers"  # is in the template's docker/deploy.sh and docker/proxy/default.conf
TRUE_TEXTS = ("True", "1", "true", "yes", "on")


@dataclass(frozen=True)
class Alternatives:
    """How a project is run elsewhere than in production."""

    debug_environment: Found[Mapping[str, str]] = unread({})  # the variables that turn debugging on
    env_example: Found[str] = unread("")  # the path of the project's own .env.example, "" for none
    deploy: Found[str] = unread("")  # a path of its own where the template has how it deploys, "" for none


def read_alternatives(
    tree: Tree, layout: Layout, settings: DjangoSettings, distributions: Collection[str]
) -> Alternatives:
    """Return what turns debugging on, and what the project has of its own under the names of the template's files."""
    path = layout.settings_file.value
    debug = _debug_environment(tree, layout, settings, distributions) if path else {}
    example = ".env.example" if tree.exists(".env.example") else ""
    named = (path for path in tree.paths if path == "docker/deploy.sh" or path.startswith("docker/proxy/"))
    deploy = next((path for path in named if OURS not in (tree.text(path) or "")), "")
    return Alternatives(
        Found(debug, path if debug else "", Certainty.INFERRED if debug else Certainty.ASSUMED),
        Found(example, example, Certainty.STATED if example else Certainty.ASSUMED),
        Found(deploy, deploy, Certainty.STATED if deploy else Certainty.ASSUMED),
    )


def read_again(tree: Tree, layout: Layout, variables: Mapping[str, str], path: str = "") -> DjangoSettings:
    """Return what the settings, or those at `path`, say with variables beside production's."""
    given = {**production_of(layout), **variables}
    return read_settings(tree, path or layout.settings_file.value, layout.import_root, given, layout.base)[1]


def _debug_environment(
    tree: Tree, layout: Layout, settings: DjangoSettings, distributions: Collection[str]
) -> dict[str, str]:
    names = [item.name for item in settings.environment.value]
    candidates: list[str] = [name for name in ("DEBUG", "DJANGO_DEBUG") if name in names]
    candidates += [name for name in names if name.endswith("_DEBUG") and name not in candidates]
    for name in candidates[:3]:
        for text in TRUE_TEXTS:
            other = read_again(tree, layout, {name: text})
            if not other.debug.value:
                continue
            off = read_again(tree, layout, {name: {"1": "0", "yes": "no"}.get(text, "False")})
            if off.debug.value:
                break  # it is on in any case
            return {name: text} if _can_run(tree, layout, settings, other, distributions) else {}
    module, path = _development_module(tree, layout)
    if not path:
        return {}
    of_class = _development_class(tree, layout)
    if layout.configuration_class.value and not of_class:
        return {}
    other = read_again(tree, layout, of_class, path)
    same = _place(other.default_database) == _place(settings.default_database)
    if other.debug.value and same and _can_run(tree, layout, settings, other, distributions):
        return {SETTINGS: module, **of_class}
    return {}


def _place(database: Database) -> tuple[str | dict[str, str] | None, ...]:
    return database.engine, database.name, database.host, database.variable, database.variables


def _can_run(
    tree: Tree, layout: Layout, settings: DjangoSettings, other: DjangoSettings, distributions: Collection[str]
) -> bool:
    """Return whether the apps and middleware that only the other settings have are there in production's image."""
    apps = set(other.installed_apps.value) - set(settings.installed_apps.value)
    named = apps | (set(other.middleware.value) - set(settings.middleware.value))
    needed = {item.name for item in settings.environment.value if item.required}
    more = {item.name for item in other.environment.value if item.required} - needed
    return not more and all(_is_there(tree, layout, name, distributions) for name in named)


def _is_there(tree: Tree, layout: Layout, dotted: str, distributions: Collection[str]) -> bool:
    top = dotted.partition(".")[0]
    if top == "django":
        return True
    if Importer(tree, layout.base, layout.import_root).find(top):
        return True
    return not distributions_of(top).isdisjoint(distributions)


def _development_module(tree: Tree, layout: Layout) -> tuple[str, str]:
    """Return the development settings that manage.py names, and their file; "" for both if it names none."""
    manage = layout.manage_py.value
    module = tree.python(manage) if manage else None
    importer = Importer(tree, layout.base, layout.import_root)
    for node in ast.walk(module) if module else ():
        assigned = assigned_variable(node, SETTINGS)
        name = constant(assigned[0]) if assigned else None
        if not name or name == layout.settings_module.value or not mentions(name, DEVELOPMENT - {"test", "tests"}):
            continue
        if (found := importer.find(name)) and found.file:
            return name, found.file
    return "", ""


def _development_class(tree: Tree, layout: Layout) -> dict[str, str]:
    """Return the class of django-configurations that manage.py names, by its variable; nothing where it names none."""
    manage = layout.manage_py.value
    module = tree.python(manage) if manage and layout.configuration_class.value else None
    for node in ast.walk(module) if module else ():
        assigned = assigned_variable(node, CONFIGURATION)
        if assigned and (name := constant(assigned[0])):
            return {CONFIGURATION: name}
    return {}
