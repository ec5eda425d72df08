"""What a Django project's settings say, read from their text as a production server would find them.

Names and defaults are those of https://docs.djangoproject.com/en/stable/ref/settings/.
"""

import posixpath
from collections.abc import Collection, Mapping, Sequence

from ..deployment.values import own_values
from ..evaluation.environment import production_value
from ..evaluation.evaluate import evaluator as new_evaluator
from ..evaluation.imports import load_module
from ..evaluation.packages import is_known
from ..evaluation.state import EMPTY, State
from ..evaluation.values import UNKNOWN
from ..findings import Certainty, Found, Problem, unread
from ..importer import Importer
from ..layout.record import Layout
from ..literals import CONFIGURATION, SETTINGS
from ..tree import Tree
from .buckets import unset_buckets
from .compression import compress_manifest, compress_offline, compress_online, compress_tag
from .connections import broker, caches, database_tls, databases, layers, tls_options
from .finder import Finder
from .https import redirects_to_https
from .names import collect
from .opened import with_examples
from .record import DjangoSettings, IgnoredModule, LackingModule
from .routers import routed
from .servers import named_servers
from .setting import Setting, Settings, parts_of
from .storages import FILE_STORAGE, PLAIN_STORAGE, kind_of_static_files, storage_of
from .variables import (
    debug_switches,
    demand_keys,
    demand_lists,
    demand_secret_key,
    environment,
    exported,
    host_variables,
    outside,
    selects,
    unset_origins,
    with_engines,
    with_production,
    with_usual,
)
from .zones import legacy_zone

__all__ = ["read_settings"]

PRODUCTION = {"DJANGO_ENV": "production"}
DECIDED = ("INSTALLED_APPS", "MIDDLEWARE", "FORCE_SCRIPT_NAME")  # settings that decide on what is written
FOLDERS = {"STATIC_ROOT": "static", "MEDIA_ROOT": "media"}  # what these are where only a variable says it


def production_of(layout: Layout) -> dict[str, str]:
    """Return the variables that choose production's settings, whatever code takes without them."""
    chosen, variable = layout.configuration_class.value, layout.settings_variable.value
    selected = variable.name and variable.value and variable.name not in (SETTINGS, CONFIGURATION)
    return {
        **PRODUCTION,
        **({variable.name: variable.value} if selected else {}),
        **({CONFIGURATION: chosen} if chosen else {}),
    }


def read_settings(
    tree: Tree,
    path: str,
    sys_path_folder: str,
    environ: Mapping[str, str] = PRODUCTION,
    base: str = "",
    image: Mapping[str, str] | None = None,
) -> tuple[Settings, DjangoSettings]:
    """Return the settings that the module at `path` makes, and what they say.

    `sys_path_folder` is where absolute imports start ("" for the root), and `base` the folder of manage.py, if that is
    another. `environ` is the environment in which they are read; variables that it lacks are not set, but for those
    that tell debugging or the environment's name, which are taken as production has them. Of what the project's own
    `image` sets, that counts which settings do without: what they demand is still a person's to give.
    It never raises: what cannot be read is a Problem, what cannot be known is left out or assumed, with a note.
    """
    folder = "" if sys_path_folder in (".", "./") else sys_path_folder.strip("/")
    importer = Importer(tree, base or folder, folder, beside="src")
    first = run(tree, path, importer, environ)
    if (switch := first.environment.variables.get("DJANGO_ENV")) and "production" in switch.compared:
        environ = {**environ, **PRODUCTION}
    demanded = {name for name, variable in first.environment.variables.items() if variable.required}
    of_image = {
        name: text
        for name, text in (image or {}).items()
        if name in first.environment.variables and name not in {*demanded, *environ}
    }
    environ = {**of_image, **environ}
    production = {
        variable.name: text
        for variable in first.environment.variables.values()
        if variable.name not in environ and (text := production_value(variable))
    }
    last = run(tree, path, importer, {**production, **environ}) if production or of_image else first
    if _is_of_cloud(last):
        production, last = _without_cloud(tree, path, importer, environ, production, last)
    values = collect(tree, last, path, folder)
    if chosen := _chosen(tree, last, values, {**production, **environ}):
        environ = {**chosen, **environ}
        last = run(tree, path, importer, {**production, **environ})
        values = collect(tree, last, path, folder)
    if _is_on(values):
        off = _without_debug(tree, path, importer, environ, production, values["DEBUG"])
        if off:
            production |= off
            last = run(tree, path, importer, {**production, **environ})
            values = collect(tree, last, path, folder)
    for name in chosen.keys() & last.environment.variables.keys():
        last.environment.variables[name].required = True
        if chosen[name] in FOLDERS.values():
            last.environment.variables[name].fitting = [chosen[name]]
    demand_secret_key(last, values)
    demand_keys(last, values)
    demand_lists(last, values)
    settings = Settings(
        path,
        values,
        with_production(
            with_examples(last, with_usual(with_engines(environment(first, last), values), values)), production
        )
        + exported(last, values),
        last.files,
        {
            **production,
            **{name: environ[name] for name in environ if name in last.environment.variables and name not in chosen},
        },
        last.elsewhere,
        "" if base == "." else base or folder,
        last.made,
        last.written,
        last.replaced,
        last.open_end,
        tuple(Problem(source, message) for source, message in dict.fromkeys((*_notes(first), *_notes(last)))),
    )
    before = settings if last is first else Settings(path, collect(tree, first, path, folder), open_end=first.open_end)
    return settings, record(last, settings, before)


def _notes(evaluator: State) -> list[tuple[str, str]]:
    """Return what could not be read, but for packages that are known."""
    read = [note for module, notes in evaluator.stars.items() if is_known(module) for note in notes]
    return [note for note in evaluator.notes if note not in read]


def _chosen(tree: Tree, last: State, values: Mapping[str, Setting], given: Mapping[str, str]) -> dict[str, str]:
    """Return what the project's own files give those variables that must be set and decide on what is written."""
    lists = [values[name].variables for name in DECIDED if name in values]
    listed = {name for variables in lists for name in variables}
    needed = [
        item
        for item in last.environment.variables.values()
        if item.required and not item.refused and item.name not in given
    ]
    found = {item.name: item.value for item in own_values(tree, (item.name for item in needed))}
    folders = {values[name].raw.direct: text for name, text in FOLDERS.items() if name in values}
    return {item.name: folders[item.name] for item in needed if item.name in folders} | {
        item.name: found[item.name]
        for item in needed
        if item.name in found and (item.name in {*listed, *folders} or selects(item, found[item.name]))
    }


def _is_on(values: Mapping[str, Setting]) -> bool:
    return "DEBUG" in values and values["DEBUG"].value is not UNKNOWN and bool(values["DEBUG"].value)


# What a platform alone sets: https://docs.cloudfoundry.org/devguide/deploy-apps/environment-variable.html and
# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-metadata-endpoint.html
OF_PLATFORMS = frozenset(
    (
        *("VCAP_SERVICES", "VCAP_APPLICATION", "PLATFORM_RELATIONSHIPS"),
        *("ECS_CONTAINER_METADATA_URI", "ECS_CONTAINER_METADATA_URI_V4"),
    )
)


def _is_of_cloud(state: State) -> bool:
    """Return whether settings stop outside of the cloud that they are for."""
    demanded = (name for name, variable in state.environment.variables.items() if variable.required)
    return bool(state.of_cloud) or not OF_PLATFORMS.isdisjoint(demanded)


def _without_cloud(
    tree: Tree, path: str, importer: Importer, environ: Mapping[str, str], production: dict[str, str], last: State
) -> tuple[dict[str, str], State]:
    """Return the variables of production without one for which settings need their cloud, and how they are then.

    They stay where DEBUG is on without it.
    """
    for name in production:
        fewer = {other: text for other, text in production.items() if other != name}
        found = run(tree, path, importer, {**fewer, **environ})
        if not _is_of_cloud(found) and not _is_on(collect(tree, found, path, found.folder)):
            if variable := found.environment.variables.get(name):
                variable.compared = []  # with what is not for it here
            return fewer, found
    return production, last


def _without_debug(
    tree: Tree,
    path: str,
    importer: Importer,
    environ: Mapping[str, str],
    production: Mapping[str, str],
    debug: Setting,
) -> dict[str, str]:
    """Return the variable, none of `environ`, and its text, with which DEBUG is off; {} if none turns it off."""
    for name, text in debug_switches(debug):
        if name not in environ:
            evaluator = run(tree, path, importer, {**production, **environ, name: text})
            found = collect(tree, evaluator, path, evaluator.folder).get("DEBUG")
            if found is not None and found.value is not UNKNOWN and not found.value:
                return {name: text}
    return {}


def run(tree: Tree, path: str, importer: Importer, environ: Mapping[str, str]) -> State:
    """Return an evaluator that has worked out the module."""
    evaluator = new_evaluator(tree, importer, environ)
    if tree.is_private(path):
        evaluator.open_end = path
        evaluator.notes.append((path, "is a file that git ignores"))
    try:
        load_module(evaluator, path)
        files = list(evaluator.files)
        for package in packages(tree, path, evaluator.folder):
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


def record(evaluator: State, settings: Settings, before: Settings) -> DjangoSettings:
    """Return what the rest of the reader and the questions want to know; `before` are settings without variables."""
    changed = {name: text for name, text in settings.production.items() if name != "DJANGO_ENV"}
    note = "read with " + ", ".join(f"{name}={text}" for name, text in changed.items()) if changed else ""
    finder = Finder(settings, before, note)
    static_storage = storage_of(finder, "staticfiles", "STATICFILES_STORAGE", PLAIN_STORAGE)
    hosts, logging, queues = settings.get("ALLOWED_HOSTS"), settings.get("LOGGING"), settings.get("RQ_QUEUES")
    apps = finder.texts("INSTALLED_APPS")
    tag = compress_tag(evaluator.tree, apps.value)
    missing = "" if settings.files else "the settings module is not in the project"
    examples = {one.example for one in evaluator.lacking.values()} - {"", EMPTY}
    return DjangoSettings(
        static_root=finder.path("STATIC_ROOT", "nothing sets STATIC_ROOT, so collectstatic has nowhere to put files"),
        static_url=finder.url("STATIC_URL", "/static/"),
        media_root=finder.path("MEDIA_ROOT", "nothing sets MEDIA_ROOT"),
        media_url=finder.url("MEDIA_URL", ""),
        staticfiles_dirs=finder.paths("STATICFILES_DIRS"),
        collected_templates=finder.collected_templates(evaluator.tree),
        staticfiles_finders=finder.texts("STATICFILES_FINDERS"),
        staticfiles_storage=static_storage,
        staticfiles_kind=kind_of_static_files(evaluator, settings, static_storage),
        default_storage=storage_of(finder, "default", "DEFAULT_FILE_STORAGE", FILE_STORAGE),
        database_tls=database_tls(evaluator.tree, evaluator.files),
        tls_options=Found(tls_options(settings), settings.path, Certainty.INFERRED),
        unset_buckets=unset_buckets(evaluator, settings),
        compress_offline=compress_offline(tag, settings, apps.value),
        compress_online=compress_online(settings, apps.value),
        compress_tag=tag,
        compress_manifest=compress_manifest(settings),
        allowed_hosts=finder.texts("ALLOWED_HOSTS"),
        allowed_hosts_variables=Found(host_variables(hosts), hosts.source if hosts else "", Certainty.INFERRED),
        origins_unset=unset_origins(settings.get("CSRF_TRUSTED_ORIGINS")),
        installed_apps=apps,
        middleware=finder.texts("MIDDLEWARE"),
        secure_proxy_ssl_header=finder.texts("SECURE_PROXY_SSL_HEADER"),
        force_script_name=finder.script_name(),
        secure_ssl_redirect=redirects_to_https(evaluator, finder),
        wsgi_application=finder.text("WSGI_APPLICATION"),
        asgi_application=finder.text("ASGI_APPLICATION"),
        root_urlconf=finder.text("ROOT_URLCONF"),
        legacy_zone=legacy_zone(finder.text("TIME_ZONE")),
        debug=Finder(before, before, "").flag("DEBUG", False),
        debug_in_production=finder.flag("DEBUG", False),
        logging_configured=finder.found(bool(logging and logging.value), logging, "nothing sets LOGGING"),
        databases=databases(finder),
        routed=routed(
            evaluator.tree,
            evaluator.importer,
            finder.texts("DATABASE_ROUTERS"),
            apps.value,
            parts_of(settings.get("DATABASES")),
        ),
        caches=caches(finder),
        celery_broker=broker(finder),
        channel_layers=layers(finder),
        named_servers=named_servers(settings, apps.value, evaluator.tree),
        rq_queues=finder.found([*parts_of(queues)], queues, "nothing sets RQ_QUEUES"),
        secret_key_unset=_unset_secret_key(settings, examples),
        secret_key_stated=_stated_secret_key(settings, examples),
        ignored_modules=_ignored_modules(evaluator),
        lacking_modules=_lacking_modules(evaluator),
        environment=Found(settings.environment, settings.path, Certainty.INFERRED, missing),
        outside=Found(bool(place := outside(evaluator, settings.values)), place, Certainty.INFERRED),
    )


def _ignored_modules(evaluator: State) -> Found[Sequence[IgnoredModule]]:
    modules = [IgnoredModule(path, one.source, one.names, one.needed) for path, one in evaluator.private.items()]
    return Found(modules, modules[0].source if modules else "", Certainty.INFERRED)


def _lacking_modules(evaluator: State) -> Found[Sequence[LackingModule]]:
    modules = [LackingModule(path, one.source, one.example) for path, one in evaluator.lacking.items()]
    return Found(modules, modules[0].source if modules else "", Certainty.INFERRED)


def _unset_secret_key(settings: Settings, examples: Collection[str]) -> Found[bool]:
    """Return whether a module that is not in git sets SECRET_KEY, as its example does, or seems to."""
    key = settings.get("SECRET_KEY")
    if key and not key.variables and key.source.rpartition(":")[0] in examples:
        return Found(True, key.source, Certainty.INFERRED)
    if settings.get("INSTALLED_APPS") and "SECRET_KEY" not in settings.elsewhere and (key is None or key.value == ""):
        is_read = any(variable.name.upper().endswith("SECRET_KEY") for variable in settings.environment)
        if not is_read and not (key and key.variables):
            return Found(True, key.source if key else settings.path, Certainty.INFERRED)
    return unread(False)


def _stated_secret_key(settings: Settings, examples: Collection[str]) -> Found[bool]:
    """Return whether code has the key itself, that is no example of it."""
    key = settings.get("SECRET_KEY")
    if examples:
        return unread(False)
    if key and isinstance(key.value, str) and key.value and not key.variables:
        return Found(True, key.source, key.certainty)
    return unread(False)
