"""Defaults and remarks that follow from what the project's own Dockerfile and scripts do."""

import posixpath
import re
import shlex
from collections.abc import Iterable

from packaging.requirements import Requirement

from ..project.deployment.evidence import remarks
from ..project.deployment.kinds.record import (
    Carried,
    Command,
    Done,
    FrontEnd,
    NotUnderstood,
    Requirements,
    Variable,
    When,
)
from ..project.evaluation.environment import PLACEHOLDER, ReadVariable
from ..project.evaluation.state import EMPTY
from ..services.connections import can_be_changed, connections
from ..services.site import Site
from .default import Default, default_of
from .image_defaults import static_server

SHOWN = 6  # sentences after a copy: `inspect` has all


def start_commands(site: Site) -> Default:
    """Return what the project's own start runs once, after migrating, in its order; further databases come first."""
    stated = _commands(site, When.START)
    migrated = [command for command in _migrations(site) if not _is_there(command, stated.value)]
    return Default([*migrated, *stated.value], stated.source or (site.settings.databases.source if migrated else ""))


def _migrations(site: Site) -> list[str]:
    """Return what migrates the databases beside the default one, which are empty in a new volume.

    These are those of SQLite, and those of the service where a router lets an app in. What is in others may be made by
    another application, as soon as a variable names its database.
    https://docs.djangoproject.com/en/stable/topics/db/multi-db/#synchronizing-your-databases
    """
    default, routed = site.settings.default_database, site.settings.routed.value
    files = [
        alias
        for alias, database in site.settings.databases.value.items()
        if database.path and not database.mirror and database.path != default.path
    ]
    served = [(app, alias) for alias in connections(site).extra.values() for app in routed.get(alias, ())]
    return [
        _migration(alias, app) for app, alias in (*(("", alias) for alias in files), *served) if ALIAS.fullmatch(alias)
    ]


def _migration(alias: str, app: str = "") -> str:
    return f"python manage.py migrate {f'{app} ' if app else ''}--noinput --database={alias}"


def left_empty(site: Site) -> list[str]:
    """Return a sentence on each database of the service that nothing migrates, and no router keeps migrations from."""
    stated, routed = _commands(site, When.START).value, site.settings.routed.value
    return [
        f"The database {name} is created, but nothing of your project fills it. If Django has tables there, add "
        f"`{_migration(alias)}` to start_commands."
        for name, alias in connections(site).extra.items()
        if alias not in routed and not _is_there(_migration(alias), stated)
    ]


def _is_there(command: str, stated: Iterable[str]) -> bool:
    """Return whether a command that is stated migrates the same database."""
    option = command.rpartition(" ")[2]
    return any(
        " migrate" in other and option in other.replace("--database ", "--database=").split() for other in stated
    )


def code_commands(site: Site) -> Default:
    """Return what must have run on the code before it is of use.

    So are copies of examples of modules that settings need. They leave a module as it is that is there by then.
    https://django-statici18n.readthedocs.io/en/latest/commands.html
    """
    stated, apps = _commands(site, When.CODE), site.settings.installed_apps
    copies = {f"cp --no-clobber {source} {place}": source for source, place in copied_examples(site).items()}
    lacking = site.settings.lacking_modules.value
    empty = [shlex.quote(f"/workdir/{module.path}") for module in lacking if module.example == EMPTY]
    copies |= {f"install -D {EMPTY} {place}": place for place in empty}
    kept = [command for command in copies if not any(f" {command.split()[-1]}" in other for other in stated.value)]
    stated = Default([*kept, *stated.value], stated.source or (site.settings.lacking_modules.source if kept else ""))
    if "statici18n" not in apps.value or any("compilejsi18n" in command for command in stated.value):
        return stated
    return Default([*stated.value, "python manage.py compilejsi18n"], stated.source or apps.source)


def copied_examples(site: Site) -> dict[str, str]:
    """Return the examples of modules that settings need and the project lacks, and where images have their copies."""
    return {
        shlex.quote(f"/workdir/{module.example}"): shlex.quote(f"/workdir/{module.path}")
        for module in site.settings.lacking_modules.value
        if module.example and module.path.endswith(".py")
    }


ALIAS = re.compile(r"(?!default$)[\w-]+")
# The extra of a distribution without which its command does not run.
# https://github.com/jrief/django-sass-processor#offline-compilation
SASS = "compilescss"
EXTRAS = {SASS: ("django-sass-processor", "management-command", "django-compressor")}


def install_packages(site: Site) -> Default:
    """Return what the project's own Dockerfile installs by name, and the extras that commands of the build need."""
    listed: dict[str, str] = {}
    for item in site.own_steps.value.of(Requirements):
        for name in item.names:
            listed.setdefault(name, item.source)
    known = {Requirement(text).name for text in listed}
    lacking = site.dependencies.missing
    listed |= {text: lacking.source for text in lacking.value if Requirement(text).name not in known}
    distributions = site.dependencies.distributions.value
    for foreign in site.dependencies.foreign.value:
        if foreign.by_name:
            listed.setdefault(foreign.name, foreign.source)
    below = site.dependencies.django_below
    if below.value:
        listed = {f"Django<{below.value}": below.source, **listed}
    run = [(command.words[2], command.source) for command in site.own_steps.value.of(Command)]
    run += [(SASS, site.settings.installed_apps.source)] if _compiles_sass(site) else []
    for command, source in run:
        name, extra, brought = EXTRAS.get(command, ("", "", ""))
        if name in distributions and brought not in distributions:
            listed.setdefault(f"{name}[{extra}]", source)
    if encrypts := _encrypts_passwords(site):
        listed.setdefault("PyMySQL[rsa]", encrypts)
    return Default(list(listed), next(iter(listed.values()), ""))


def _encrypts_passwords(site: Site) -> str:
    """Return where PyMySQL is asked for, which encrypts a password for MySQL 8 by another package, if that is lacking.

    https://github.com/PyMySQL/PyMySQL#installation
    """
    distributions = site.dependencies.distributions.value
    client = distributions.get("pymysql")
    if not client or "cryptography" in distributions or "rsa" in client.extras:
        return ""
    asks = any(image.startswith("mysql:") for image in connections(site).services.values())
    return client.source if asks else ""


def base_instructions(site: Site) -> Default:
    """Return what sets up the system of the project's own image, the commands of an instruction together."""
    lines: dict[str, list[str]] = {}
    if not site.own_steps.value.adopted:
        for item in site.own_steps.value.of(Carried):
            if item.text.startswith("ln ") and any(is_not_there(site, word) for word in item.text.split()):
                continue
            lines.setdefault(item.source, []).append(item.text)
    home = site.written.own_home
    if home.value:
        place, link = posixpath.normpath(f"/workdir/{site.own_steps.value.root}"), posixpath.dirname(home.value)
        make = "" if link == "/" else f"mkdir -p {shlex.quote(link)} && "
        lines[home.source] = [f"{make}ln -s {shlex.quote(place)} {shlex.quote(home.value)}"]
    return Default([f"RUN {' && '.join(texts)}" for texts in lines.values()], next(iter(lines), ""))


def is_not_there(site: Site, path: str) -> bool:
    """Return whether a path is in a place that only stages of the own Dockerfile fill, which are not taken over."""
    places = {posixpath.normpath(place) for stage in site.frontend.stages.value for place in stage.output.values()}
    return any(f"{path}/".startswith(f"{place}/") for place in site.own_steps.value.filled if place not in places)


def own_value(site: Site, item: ReadVariable) -> str:
    """Return the value that the project's own files give a variable that settings read, "" for none.

    Secrets are none, nor where a database is that is a file: Compose has a place for it. Debugging stays off. JSON
    with keys has quotes, which are not read.
    A file that settings read is one of the project.
    """
    if item.opened:
        return item.example
    if item.secret or item.first or "sqlite" in item.dummy or item.name.upper().endswith("DEBUG"):
        return ""
    known = [*site.own_steps.value.values]
    if (
        item.required or item.build
    ) and item.dummy == PLACEHOLDER:  # which may not be of the form that settings ask for
        known += site.own_steps.value.tested
    value = next((value.value for value in known if value.name == item.name), "")
    return "" if item.type == "int" and not re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", value) else value


def own_variables(site: Site) -> dict[str, str]:
    """Return the variables of the project's own image that the system or code reads, but for those of settings."""
    if site.own_steps.value.adopted:
        return {}
    read = {item.name for item in site.settings.environment.value}
    return {item.name: item.value for item in site.own_steps.value.of(Variable) if item.name not in read}


def compresses_online(site: Site) -> bool:
    """Return whether django-compressor writes at the first request of a page, to a volume that nginx reads too.

    Not all that a page compresses is known before: a template may name what depends on the request.
    WhiteNoise hands out what is there when Django starts, so that all of it has to be made before.
    https://django-compressor.readthedocs.io/en/stable/scenarios.html#offline-compression
    """
    online = site.settings.compress_online.value and not _runs_compress(site)
    return online and static_server(site)[0] == "nginx"


def _runs_compress(site: Site) -> bool:
    return any(command.words[2] == "compress" for command in site.own_steps.value.of(Command))


def compression(site: Site) -> dict[str, list[str] | str]:
    """Return the setting by which django-compressor takes what was compressed when the image was built.

    The command fails where no template has its tag.
    """
    succeeds = site.settings.compress_tag.value or _runs_compress(site)
    online = site.settings.compress_online.value and not compresses_online(site)
    offline = online and succeeds and can_be_changed(site.layout)
    return {"COMPRESS_OFFLINE": "True"} if offline else {}


def compress_offline(site: Site) -> Default:
    """Return whether manage.py compress runs in the build: where settings say so, or those of Compose."""
    stated = default_of(site.settings.compress_offline, False)
    return stated if stated.value else Default(bool(compression(site)))


def static_commands(site: Site) -> Default:
    """Return what makes files that Django serves, as the project's own build or start has it.

    Without DEBUG, nothing compiles Sass when a page links to it:
    https://github.com/jrief/django-sass-processor#offline-compilation
    """
    stated, apps = _commands(site, When.STATIC), site.settings.installed_apps
    if not _compiles_sass(site):
        return stated
    return Default([*stated.value, f"python manage.py {SASS}"], stated.source or apps.source)


def _compiles_sass(site: Site) -> bool:
    """Return whether an app compiles Sass, by Python alone, and no file of the project says when."""
    stated = any(SASS in command.words for command in site.own_steps.value.of(Command))
    compiler = "libsass" in site.dependencies.distributions.value
    return "sass_processor" in site.settings.installed_apps.value and compiler and not stated


def collectstatic_options(site: Site) -> Default:
    """Return what the project's own build or start says of what is collected."""
    own = next((item for item in site.own_steps.value.of(Done) if item.options), None)
    return Default(list(own.options), own.source) if own else Default([])


def _commands(site: Site, when: When) -> Default:
    done = {"createcachetable"} if has_cache_table(site) else set()
    listed: dict[str, str] = {}
    for command in site.own_steps.value.of(Command):
        is_compression = command.words[2] == "compress"  # the answer compress_offline
        if command.when == when and not is_compression and not done & set(command.words):
            text = shlex.join(command.words)
            listed.setdefault(f"{text} || true" if command.may_fail and when == When.START else text, command.source)
    return Default(list(listed), next(iter(listed.values()), ""))


def has_cache_table(site: Site) -> bool:
    """Return whether a cache is in the database, in a table that Django does not make by itself."""
    # https://docs.djangoproject.com/en/stable/topics/cache/#creating-the-cache-table
    return any((cache.backend or "").endswith(".DatabaseCache") for cache in site.settings.caches.value.values())


def notes(site: Site) -> list[str]:
    """Return a sentence on each step of the project's own files that no answer holds."""
    found = remarks(site.own_steps.value)
    if not site.frontend.node.value and not site.frontend.stages.value:
        found += [
            NotUnderstood(item.source, shlex.join(item.words), "the images have no Node")
            for item in site.own_steps.value.of(FrontEnd)
            if {"-g", "--global", "global"} & {*item.words}
        ]
    said = [
        f"Not taken over: `{item.text}` ({item.source}){f': {item.why}' if item.why else ''}."
        for item in found[:SHOWN]
    ]
    if len(found) > SHOWN:
        places = ", ".join(item.source for item in found[SHOWN : SHOWN + 10])
        said.append(f"Check what these lines do, too: {places}.")
    return said
