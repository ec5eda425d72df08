"""The server that settings use once variables are set, if they use SQLite, or no server, without these.

The settings are worked out again with those variables, so that nothing is promised that they would not do.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from ..project import Certainty, Found, Project
from ..project.deployment.compose import read_compose
from ..project.deployment.dockerfile import substitute
from ..project.evaluation.environment import ReadVariable
from ..project.places import mentions
from ..project.settings.alternatives import read_again
from ..project.settings.record import Database
from ..project.tree import Tree
from .kinds import database_kinds, driven_by, engine_kind, is_database, kind
from .record import Dialect, Service
from .seen import Seen
from .stated import is_geographic, is_stated

SELECTORS = ("ENGINE", "TYPE", "BACKEND", "VENDOR", "DB", "DATABASE", "DBENGINE", "DBTYPE")
ROLES = {  # the last word of a variable's name: what of the database it is
    "HOST": "host",
    "HOSTNAME": "host",
    "DBHOST": "host",
    "SERVER": "host",
    "USER": "user",
    "USERNAME": "user",
    "DBUSER": "user",
    "PASSWORD": "password",
    "PASS": "password",
    "PWD": "password",
    "DBPASS": "password",
    "PORT": "port",
    "DBPORT": "port",
    "NAME": "name",
    "DB": "name",
    "DATABASE": "name",
    "DBNAME": "name",
}
SAMPLES = {"host": "db", "user": "django", "password": "secret", "port": "5432", "name": "django"}
DATABASE_WORDS = frozenset(("DB", "DATABASE", "DATABASES", "SQL"))
MAX_RUNS = 8  # of the settings, for one kind


@dataclass(frozen=True)
class Choice:
    """A server that variables make settings connect to.

    `select` are the variables that choose its engine, `stated` says whether files of the project run such a server,
    and `database` is the default database as the settings have it, with the values of a trial.
    """

    kind: str
    select: dict[str, str]
    stated: bool
    database: Database


def read_choice(tree: Tree, project: Project, seen: Sequence[Seen]) -> Found[Choice | None]:
    """Return the server that is found; None where settings name one already, or nothing chooses one."""
    found = _choice(tree, project, seen) if project.layout.settings_file.value else None
    source = project.settings.databases.source if found else ""
    return Found(found, source, Certainty.INFERRED if found else Certainty.ASSUMED)


def database_kind(database: Database) -> str:
    """Return the kind of a database's server, "sqlite", or "" where it is not known."""
    return engine_kind(database.engine or "") or engine_kind((database.url_default or "").partition(":")[0])


def is_unknown(project: Project) -> bool:
    """Return whether settings have a default database whose kind cannot be worked out."""
    found = project.settings.databases
    if found.value:
        return "default" in found.value and not database_kind(found.value["default"])
    is_set = found.certainty is Certainty.ASSUMED and found.note != "nothing sets DATABASES"
    return is_set or project.settings.outside.value


@dataclass(frozen=True)
class Scenario:
    """Variables that select a server, those that say where it is, and the variable of its URL or ""."""

    select: dict[str, str]
    others: dict[str, str]
    url: str = ""


def _choice(tree: Tree, project: Project, seen: Sequence[Seen]) -> Choice | None:
    database = project.settings.default_database
    distributions = project.dependencies.distributions.value
    if database_kind(database) not in ("", "sqlite"):
        return None
    servers = _wanted(seen, distributions)
    geographic = [kind(_dialect(server).geographic or server.name) for server in servers]
    if "spatialite" in (database.engine or ""):
        servers = geographic
    elif is_geographic(tree):
        servers = [*geographic, *servers]
    for server in servers:
        for scenario in islice(_scenarios(project.settings.environment.value, database, server), MAX_RUNS):
            if chosen := _tried(tree, project, server, scenario, seen):
                names = [chosen.variable, *chosen.variables.values(), *scenario.select]
                return Choice(server.name, scenario.select, is_stated(tree, project, seen, server, names), chosen)
    return None


def _tried(tree: Tree, project: Project, server: Service, scenario: Scenario, seen: Sequence[Seen]) -> Database | None:
    """Return the database that settings have with a scenario's variables; None if it is not this server's."""
    database = project.settings.default_database
    chosen = read_again(tree, project.layout, {**scenario.others, **scenario.select}).default_database
    found = database_kind(chosen)
    if found not in (server.name, engine_kind(_dialect(server).backend), ""):
        return None
    variables = chosen.variables
    likely = not scenario.select and _is_likely(database, server, scenario)
    if not found and not scenario.select and is_unknown(project):
        likely = likely or _is_told(tree, project, server, scenario, seen)
    if not found and (database_kind(database) or not likely):  # it could not be worked out, and nothing else tells
        return None
    unplaced = not variables.get("host") and chosen.host is None  # as where a class makes a dict of the variables
    if not scenario.url and likely and (not found or unplaced):
        variables = {_role(name): name for name in scenario.others}
    if not scenario.url and not variables.get("host"):
        return None
    own_url = _url_of_compose(tree, scenario.url, server.name) if scenario.url else None
    return replace(chosen, variable=scenario.url, variables=variables, url_default=own_url)


def _dialect(server: Service) -> Dialect:
    assert server.dialect, f"{server.name} is not a database"
    return server.dialect


def _role(name: str) -> str:
    return ROLES.get(name.upper().rpartition("_")[2], "")


def _is_likely(database: Database, server: Service, scenario: Scenario) -> bool:
    """Return whether the variables' names alone say which server they are of."""
    if scenario.url:
        return scenario.url == database.variable
    hosts = [name for name in scenario.others if _role(name) == "host"]
    return bool(hosts) and any(word in hosts[0].upper() for word in _dialect(server).words)


def _is_told(tree: Tree, project: Project, server: Service, scenario: Scenario, seen: Sequence[Seen]) -> bool:
    """Return whether the project's own files tell which server the variables are of: they run no other."""
    if scenario.url:
        read = project.settings.environment.value
        told = [item.default or "" for item in read if item.name == scenario.url and item.told]
        schemes = [url.partition("://")[0] for url in (_url_of_compose(tree, scenario.url, server.name) or "", *told)]
        return any(kind(engine_kind(scheme)).speaks == server.speaks for scheme in schemes)
    run = {kind(item.name).speaks for item in seen if item.in_compose and is_database(item.name)}
    return run == {server.speaks} and any(_role(name) == "host" for name in scenario.others)


def _url_of_compose(tree: Tree, variable: str, name: str) -> str | None:
    """Return the URL that the project's Compose file gives a variable: settings may ask for its very scheme."""
    for service in read_compose(tree):
        url = substitute(service.environment.get(variable, ""), {})
        if engine_kind(url.partition("://")[0]) == name:
            return url
    return None


def _wanted(seen: Sequence[Seen], distributions: Collection[str]) -> list[Service]:
    """Return the kinds of servers that the project speaks to: those of its Compose file first, with a driver."""
    drivers = driven_by(distributions)
    stated = [item.name for item in seen if item.image and is_database(item.name)]
    names = list(dict.fromkeys((*stated, *(server.name for server in database_kinds() if server.name in drivers))))
    return [server for server in map(kind, names) if {server.name, server.speaks} & drivers or not distributions]


def _scenarios(items: Sequence[ReadVariable], database: Database, server: Service) -> Iterator[Scenario]:
    of_database = [item.name for item in items if is_of_database(item.name)]
    of_default = [name for name in of_database if not mentions_replica(name)]
    urls = [name for name in of_default if name.endswith(("URL", "URI", "DSN"))]
    known = database.variable
    by_url = [
        Scenario({}, {name: f"{_dialect(server).scheme}://django:secret@db:5432/django"}, name)
        for name in dict.fromkeys((*([known] if known else []), *urls))
    ]
    engine = database.variables.get("engine")
    if not engine:
        yield from by_url
    roles = {name: SAMPLES[_role(name)] for name in of_default if _role(name)}
    for item in items:
        name = item.name
        if name in of_database and name.upper().rpartition("_")[2] in SELECTORS:
            others = {other: sample for other, sample in roles.items() if other != name}
            for value in _selecting(item.compared, server):
                yield Scenario({name: value}, others)
    if roles:
        yield Scenario({}, roles)
    if engine:
        yield from by_url


def _selecting(compared: Sequence[str], server: Service) -> list[str]:
    """Return texts with which a variable may select a server: first those with which settings compare it."""
    dialect = _dialect(server)
    mentioned = [text for text in compared if dialect.mention in text.lower()]
    return list(dict.fromkeys((*mentioned, dialect.backend, dialect.scheme, *dialect.samples)))


def is_of_database(name: str) -> bool:
    """Return whether a variable is of a database, by its name."""
    parts = name.upper().split("_")
    words = DATABASE_WORDS.union(*(_dialect(server).words for server in database_kinds()))
    return bool(words & set(parts)) or any(part.startswith("DB") for part in parts)


def mentions_replica(name: str) -> bool:
    """Return whether a variable is of another database than the default one, or of a test's."""
    return mentions(name.replace("_", " "), ("replica", "read", "test", "readonly", "secondary", "legacy"))
