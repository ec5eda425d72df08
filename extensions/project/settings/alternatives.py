"""What settings become where variables are set that production leaves out: another database, debugging.

The settings are worked out again with those variables, so that nothing is promised that they would not do.
"""

import ast
from collections.abc import Iterator
from typing import Any

from ..data import mapping, text_of
from ..deployment.compose import read_compose
from ..findings import Certainty, Findings
from ..literals import assigned_variable, constant
from ..places import DEVELOPMENT, mentions, own
from ..services import DRIVERS, engine_kind
from ..tree import Tree
from . import PRODUCTION, read_settings

SERVERS = ("postgresql", "postgis", "mysql", "mariadb")
SCHEMES = {"postgresql": "postgresql", "postgis": "postgis", "mysql": "mysql", "mariadb": "mysql"}
BACKENDS = {
    "postgresql": "django.db.backends.postgresql",
    "postgis": "django.contrib.gis.db.backends.postgis",
    "mysql": "django.db.backends.mysql",
    "mariadb": "django.db.backends.mysql",
}
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
DATABASE_WORDS = frozenset(
    ("DB", "DATABASE", "DATABASES", "POSTGRES", "POSTGRESQL", "PG", "PSQL", "SQL", "MYSQL", "MARIADB")
)
TRUE_TEXTS = ("True", "1", "true", "yes", "on")
APPS = {"rest_framework": "djangorestframework", "corsheaders": "django-cors-headers", "silk": "django-silk"}
MAX_RUNS = 8  # of the settings, for one question


def read_alternatives(tree: Tree, findings: Findings, distributions: set[str]) -> None:
    """Add database_choice, debug_environment and env_example.

    `database_choice` is {"kind": the server, "select": variables that choose its engine, "stated": whether the
    project's Compose file or app.json runs such a server, "database": the default database as `databases` has it, with
    the values of a trial}, {} where settings name a server already, or nothing chooses one. `debug_environment` are
    the variables that turn debugging on. `env_example` is the path of the project's own .env.example, "" for none.
    """
    path = text_of(findings.value("settings_file"))
    choice = _database_choice(tree, findings, distributions) if path else {}
    source = findings.found["databases"].source if choice and "databases" in findings.found else ""
    findings.add("database_choice", choice, source, Certainty.INFERRED if choice else Certainty.ASSUMED)
    debug = _debug_environment(tree, findings, distributions) if path else {}
    findings.add("debug_environment", debug, path if debug else "", Certainty.INFERRED if debug else Certainty.ASSUMED)
    example = ".env.example" if tree.exists(".env.example") else ""
    findings.add("env_example", example, example, Certainty.STATED if example else Certainty.ASSUMED)


def _read_again(tree: Tree, findings: Findings, variables: dict[str, str], path: str = "") -> Findings:
    scratch = Findings()
    folder = findings.value("python_path") or findings.value("django_dir") or "."
    given = {**PRODUCTION, **variables}
    read_settings(tree, path or findings.value("settings_file"), folder, scratch, given)
    return scratch


def default_database(findings: Findings) -> dict[str, Any]:
    """Return the default database as `databases` has it, {} if settings have none."""
    return mapping(mapping(findings.value("databases")).get("default"))


def database_kind(database: dict[str, Any]) -> str:
    """Return the kind of a database's server, "sqlite", or "" where it is not known."""
    return engine_kind(text_of(database.get("engine"))) or engine_kind(
        text_of(database.get("url_default")).partition(":")[0]
    )


def _database_choice(tree: Tree, findings: Findings, distributions: set[str]) -> dict[str, Any]:
    database = default_database(findings)
    known = database_kind(database)
    if known not in ("", "sqlite"):
        return {}
    wanted = _wanted(findings, distributions, "spatialite" in text_of(database.get("engine")))
    for kind in wanted:
        for select, others, url in list(_scenarios(findings, database, kind))[:MAX_RUNS]:
            chosen = default_database(_read_again(tree, findings, {**others, **select}))
            found = database_kind(chosen)
            if found not in (kind, {"mariadb": "mysql"}.get(kind), ""):
                continue
            variables = mapping(chosen.get("variables"))
            if not found:  # what the settings make of the variables could not be worked out
                if (
                    known
                    or select
                    or not (url == text_of(database.get("variable")) if url else _named_for(kind, others))
                ):
                    continue
                variables = (
                    variables or {} if url else {ROLES[name.upper().rpartition("_")[2]]: name for name in others}
                )
            if url or variables.get("host"):
                own_url = _url_of_compose(tree, url, kind) if url else None
                chosen = chosen | {"variable": url, "variables": variables, "url_default": own_url}
                stated = _is_stated(tree, findings, kind)
                return {"kind": kind, "select": select, "stated": stated, "database": chosen}
    return {}


def _url_of_compose(tree: Tree, variable: str, kind: str) -> str | None:
    """Return the URL that the project's Compose file gives a variable: settings may ask for its very scheme."""
    for service in read_compose(tree):
        url = service.environment.get(variable, "")
        if engine_kind(url.partition("://")[0]) == kind:
            return url
    return None


def _named_for(kind: str, variables: dict[str, str]) -> bool:
    """Return whether the variables' names say which server they are of."""
    hosts = [name for name in variables if ROLES[name.upper().rpartition("_")[2]] == "host"]
    words = {"mysql": ("MYSQL",), "mariadb": ("MYSQL", "MARIADB")}.get(kind, ("POSTGRES", "PG", "PSQL"))
    return bool(hosts) and any(word in hosts[0].upper() for word in words)


def _is_stated(tree: Tree, findings: Findings, kind: str) -> bool:
    """Return whether the project's Compose file, not one for development, or its app.json runs such a server."""
    alike = {"postgis": ("postgis", "postgresql"), "mysql": ("mysql", "mariadb")}.get(kind, (kind,))
    compose = [item for item in findings.value("services", []) if item["name"] in alike and item["image"]]
    if any("Compose service" in item["why"] and item["certainty"] == Certainty.STATED for item in compose):
        return True
    part = "mysql" if kind in ("mysql", "mariadb") else "postgres"
    return any(part in str(tree.json(path)).lower() for path in own(tree, "app.json")[:1])


def _wanted(findings: Findings, distributions: set[str], geographic: bool) -> list[str]:
    """Return the kinds of servers that the project speaks to: those of its Compose file first, with a driver."""
    drivers = {kind for name in distributions for kind in DRIVERS.get(name, ())} & set(SERVERS)
    stated = [item["name"] for item in findings.value("services", []) if item["image"] and item["name"] in SERVERS]
    kinds = list(dict.fromkeys((*stated, *(kind for kind in SERVERS if kind in drivers))))
    if geographic:
        kinds = ["postgis" if kind == "postgresql" else kind for kind in kinds]
    return [kind for kind in kinds if {kind, {"postgis": "postgresql"}.get(kind)} & drivers or not distributions]


def _scenarios(
    findings: Findings, database: dict[str, Any], kind: str
) -> Iterator[tuple[dict[str, str], dict[str, str], str]]:
    """Yield (variables that select a server, variables that say where it is, the variable of its URL or "")."""
    items = findings.value("environment", [])
    names = [item["name"] for item in items]
    of_database = [name for name in names if _is_of_database(name)]
    urls = [name for name in of_database if name.endswith(("URL", "URI", "DSN")) and not mentions_replica(name)]
    known = text_of(database.get("variable"))
    by_url = list(dict.fromkeys((*([known] if known else []), *urls)))
    if not (engine := text_of(mapping(database.get("variables")).get("engine"))):
        yield from _by_url(by_url, kind)
    roles: dict[str, str] = {}
    for name in of_database:
        role = ROLES.get(name.upper().rpartition("_")[2])
        if role and not mentions_replica(name):
            roles[name] = SAMPLES[role]
    part = {"postgis": "postgis", "postgresql": "postg", "mysql": "mysql", "mariadb": "maria"}[kind]
    for item in items:
        name = item["name"]
        if name in of_database and name.upper().rpartition("_")[2] in SELECTORS:
            others = {other: sample for other, sample in roles.items() if other != name}
            compared = [text for text in item["compared"] if part in text.lower()]
            for value in dict.fromkeys((*compared, BACKENDS[kind], SCHEMES[kind], "postgres")):
                yield {name: value}, others, ""
    if roles:
        yield {}, roles, ""
    if engine:
        yield from _by_url(by_url, kind)


def _by_url(names: list[str], kind: str) -> Iterator[tuple[dict[str, str], dict[str, str], str]]:
    for name in names:
        yield {}, {name: f"{SCHEMES[kind]}://django:secret@db:5432/django"}, name


def _is_of_database(name: str) -> bool:
    parts = name.upper().split("_")
    return bool(DATABASE_WORDS & set(parts)) or any(part.startswith("DB") for part in parts)


def mentions_replica(name: str) -> bool:
    """Return whether a variable is of another database than the default one, or of a test's."""
    return mentions(name.replace("_", " "), ("replica", "read", "test", "readonly", "secondary", "legacy"))


def _debug_environment(tree: Tree, findings: Findings, distributions: set[str]) -> dict[str, str]:
    names = [item["name"] for item in findings.value("environment", [])]
    candidates = [name for name in ("DEBUG", "DJANGO_DEBUG") if name in names]
    candidates += [name for name in names if name.endswith("_DEBUG") and name not in candidates]
    for name in candidates[:3]:
        for text in TRUE_TEXTS:
            scratch = _read_again(tree, findings, {name: text})
            if scratch.value("debug") is not True:
                continue
            off = _read_again(tree, findings, {name: {"1": "0", "yes": "no"}.get(text, "False")})
            if off.value("debug") is True:
                break  # it is on in any case
            return {name: text} if _can_run(tree, findings, scratch, distributions) else {}
    module, path = _development_module(tree, findings)
    if not path:
        return {}
    scratch = _read_again(tree, findings, {}, path)
    same = _place(default_database(scratch)) == _place(default_database(findings))
    if scratch.value("debug") is True and same and _can_run(tree, findings, scratch, distributions):
        return {"DJANGO_SETTINGS_MODULE": module}
    return {}


def _place(database: dict[str, Any]) -> tuple[Any, ...]:
    keys = ("engine", "name", "host", "variable", "variables")
    return tuple(repr(database.get(key)) for key in keys)


def _can_run(tree: Tree, findings: Findings, other: Findings, distributions: set[str]) -> bool:
    """Return whether the apps and middleware that only the other settings have are there in production's image."""
    named = [
        name
        for key in ("installed_apps", "middleware")
        for name in other.value(key, [])
        if name not in findings.value(key, [])
    ]
    needed = {item["name"] for item in findings.value("environment", []) if item["required"]}
    more = {item["name"] for item in other.value("environment", []) if item["required"]} - needed
    return not more and all(_is_there(tree, findings, name, distributions) for name in named)


def _is_there(tree: Tree, findings: Findings, dotted: str, distributions: set[str]) -> bool:
    top = dotted.partition(".")[0]
    if top == "django":
        return True
    root = findings.value("python_path") or "."
    prefix = "" if root == "." else f"{root}/"
    if tree.exists(f"{prefix}{top}.py") or any(path.startswith(f"{prefix}{top}/") for path in tree.paths):
        return True
    name = top.lower().replace("_", "-")
    return bool({name, f"django-{name}", name.removeprefix("django-"), APPS.get(top, name)} & distributions)


def _development_module(tree: Tree, findings: Findings) -> tuple[str, str]:
    """Return the development settings that manage.py names, and their file; "" for both if it names none."""
    module = tree.python(text_of(findings.value("manage_py"))) if findings.value("manage_py") else None
    root = findings.value("python_path") or "."
    for node in ast.walk(module) if module else ():
        assigned = assigned_variable(node, "DJANGO_SETTINGS_MODULE")
        name = constant(assigned[0]) if assigned else None
        if (
            not name
            or name == findings.value("settings_module")
            or not mentions(name, DEVELOPMENT - {"test", "tests"})
        ):
            continue
        base = name.replace(".", "/") if root == "." else f"{root}/{name.replace('.', '/')}"
        for path in (f"{base}.py", f"{base}/__init__.py"):
            if tree.exists(path):
                return name, path
    return "", ""
