"""What a Django project's settings say, read from their text as a production server would find them.

Names and defaults are those of https://docs.djangoproject.com/en/stable/ref/settings/.
"""

import posixpath
from collections.abc import Mapping

from ..evaluation.environment import production_value
from ..evaluation.evaluate import evaluator as new_evaluator
from ..evaluation.imports import load_module
from ..evaluation.state import State
from ..evaluation.values import UNKNOWN
from ..findings import Certainty, Findings, Problem
from ..tree import Tree
from .adder import Adder
from .connections import add_databases, add_services
from .names import collect
from .setting import Setting, Settings
from .storages import add_storages
from .variables import debug_switches, demand_secret_key, environment, host_variables, with_engines, with_production

__all__ = ["read_settings"]

PRODUCTION = {"DJANGO_ENV": "production"}


def read_settings(
    tree: Tree, path: str, sys_path_folder: str, findings: Findings, environ: Mapping[str, str] = PRODUCTION
) -> Settings:
    """Return the settings that the module at `path` makes, and add the Findings that follow from them.

    `sys_path_folder` is where absolute imports start ("" for the root). `environ` is the environment in which they are
    read; variables that it lacks are not set, but for those that tell debugging or the environment's name, which are
    taken as production has them.
    It never raises: what cannot be read is a Problem, what cannot be known is left out or assumed, with a note.
    """
    folder = "" if sys_path_folder in (".", "./") else sys_path_folder.strip("/")
    first = run(tree, path, folder, environ)
    production = {
        variable.name: text
        for variable in first.environment.variables.values()
        if variable.name not in environ and (text := production_value(variable))
    }
    last = run(tree, path, folder, {**production, **environ}) if production else first
    values = collect(tree, last, path, folder)
    if _is_on(values):
        off = _without_debug(tree, path, folder, environ, production, values["DEBUG"])
        if off:
            production |= off
            last = run(tree, path, folder, {**production, **environ})
            values = collect(tree, last, path, folder)
    demand_secret_key(last, values)
    settings = Settings(
        path,
        values,
        with_production(with_engines(environment(first, last), values), production),
        last.files,
        {**production, **{name: environ[name] for name in environ if name in last.environment.variables}},
        last.elsewhere,
        folder,
        last.made,
        last.open_end,
    )
    for source, message in dict.fromkeys((*first.notes, *last.notes)):
        findings.problems.append(Problem(source, message))
    private = [
        {"path": path, "source": one.source, "names": one.names, "needed": one.needed}
        for path, one in last.private.items()
    ]
    where = next((one.source for one in last.private.values()), "")
    findings.add("ignored_modules", private, where, Certainty.INFERRED)
    before = settings if last is first else Settings(path, collect(tree, first, path, folder), open_end=first.open_end)
    add_findings(last, settings, before, findings)
    return settings


def _is_on(values: Mapping[str, Setting]) -> bool:
    return "DEBUG" in values and values["DEBUG"].value is not UNKNOWN and bool(values["DEBUG"].value)


def _without_debug(
    tree: Tree, path: str, folder: str, environ: Mapping[str, str], production: Mapping[str, str], debug: Setting
) -> dict[str, str]:
    """Return the variable, none of `environ`, and its text, with which DEBUG is off; {} if none turns it off."""
    for name, text in debug_switches(debug):
        if name not in environ:
            evaluator = run(tree, path, folder, {**production, **environ, name: text})
            found = collect(tree, evaluator, path, folder).get("DEBUG")
            if found is not None and found.value is not UNKNOWN and not found.value:
                return {name: text}
    return {}


def run(tree: Tree, path: str, folder: str, environ: Mapping[str, str]) -> State:
    """Return an evaluator that has worked out the module."""
    evaluator = new_evaluator(tree, folder, environ)
    if tree.is_private(path):
        evaluator.open_end = path
        evaluator.notes.append((path, "is a file that git ignores"))
    try:
        load_module(evaluator, path)
        files = list(evaluator.files)
        for package in packages(tree, path, folder):
            evaluator.settings_files.add(package)  # what it imports is read as what settings import
            load_module(evaluator, package)
        evaluator.files = files
    except (RecursionError, MemoryError):
        evaluator.notes.append((path, "is nested too deeply to be read to its end"))
    return evaluator


def packages(tree: Tree, path: str, folder: str) -> list[str]:
    """Return the `__init__.py` of the packages that a module is in: Python runs them before it."""
    found = []
    place = posixpath.dirname(path)
    while place and place != folder:
        if tree.exists(init := f"{place}/__init__.py") and init != path:
            found.append(init)
        place = posixpath.dirname(place)
    return found[::-1]


def add_findings(evaluator: State, settings: Settings, before: Settings, findings: Findings) -> None:
    """Add what the rest of the reader and the questions want to know."""
    folder, note = evaluator.folder, ""
    changed = {name: text for name, text in settings.production.items() if name != "DJANGO_ENV"}
    if changed:
        note = "read with " + ", ".join(f"{name}={text}" for name, text in changed.items())
    add = Adder(settings, before, findings, note)
    add.path(
        "static_root", "STATIC_ROOT", folder, "nothing sets STATIC_ROOT, so collectstatic has nowhere to put files"
    )
    add.url("static_url", "STATIC_URL", "/static/")
    add.path("media_root", "MEDIA_ROOT", folder, "nothing sets MEDIA_ROOT")
    add.url("media_url", "MEDIA_URL", "")
    add.paths("staticfiles_dirs", "STATICFILES_DIRS", folder)
    add.texts("allowed_hosts", "ALLOWED_HOSTS")
    hosts = settings.get("ALLOWED_HOSTS")
    findings.add("allowed_hosts_variables", host_variables(hosts), hosts.source if hosts else "", Certainty.INFERRED)
    add.texts("installed_apps", "INSTALLED_APPS")
    add.texts("middleware", "MIDDLEWARE")
    add.texts("secure_proxy_ssl_header", "SECURE_PROXY_SSL_HEADER")
    add.flag("secure_ssl_redirect", "SECURE_SSL_REDIRECT", False)
    add.text("wsgi_application", "WSGI_APPLICATION")
    add.text("asgi_application", "ASGI_APPLICATION")
    add.text("root_urlconf", "ROOT_URLCONF")
    Adder(before, before, findings, "").flag("debug", "DEBUG", False)
    add.flag("debug_in_production", "DEBUG", False)
    logging = settings.get("LOGGING")
    add.put("logging_configured", bool(logging and logging.value), logging, "nothing sets LOGGING")
    add_storages(evaluator, settings, add)
    add_databases(folder, settings, add)
    add_services(settings, add)
    key = settings.get("SECRET_KEY")
    if settings.get("INSTALLED_APPS") and "SECRET_KEY" not in settings.elsewhere and (key is None or key.value == ""):
        read = {variable["name"] for variable in settings.environment}
        if not any(name.upper().endswith("SECRET_KEY") for name in read) and not (key and key.variables):
            findings.add("secret_key_unset", True, key.source if key else settings.path, Certainty.INFERRED)
    if key and isinstance(key.value, str) and key.value and not key.variables:
        findings.add("secret_key_stated", True, key.source, key.certainty)
    missing = "" if settings.files else "the settings module is not in the project"
    findings.add("environment", settings.environment, settings.path, Certainty.INFERRED, missing)
