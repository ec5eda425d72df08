"""The services of Compose that settings connect to, and the variables that make them do so.

A service is there only where Django would use it: its host is a plain name that settings expect, or a variable can
move them to it. Where neither is so, a note says it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from ..project import Certainty, Findings
from ..project.data import mapping, text_of, url_parts
from ..project.secrets import HIDDEN
from ..project.services import DRIVERS, engine_kind
from ..project.settings.alternatives import SCHEMES, SERVERS, database_kind, default_database

PORTS = {"postgresql": 5432, "postgis": 5432, "mysql": 3306, "mariadb": 3306}
PORTS |= {"redis": 6379, "rabbitmq": 5672, "memcached": 11211}
PASSWORDS = {"postgresql": "POSTGRES_PASSWORD", "postgis": "POSTGRES_PASSWORD"}
PASSWORDS |= {"mysql": "MYSQL_PASSWORD", "mariadb": "MYSQL_PASSWORD", "rabbitmq": "RABBITMQ_PASSWORD"}
ENGINE_OF = {"postgis": "postgresql", "mariadb": "mysql"}
NAMES = {"redis": "valkey", "rabbitmq": "rabbitmq", "memcached": "memcached"}
LOCAL = frozenset(("localhost", "127.0.0.1", "::1", "0.0.0.0"))
# https://www.postgresql.org/docs/current/libpq-envars.html: what libpq uses where a connection does not say it.
LIBPQ = {"host": "PGHOST", "user": "PGUSER", "password": "PGPASSWORD", "name": "PGDATABASE"}
WORDS = {  # a word of a variable's name: the service that it is about
    "REDIS": "redis",
    "VALKEY": "redis",
    "RABBIT": "rabbitmq",
    "RABBITMQ": "rabbitmq",
    "AMQP": "rabbitmq",
    "CLOUDAMQP": "rabbitmq",
    "MEMCACHE": "memcached",
    "MEMCACHED": "memcached",
}
HOST_WORDS = ("HOST", "HOSTNAME", "SERVER", "SERVERS", "LOCATION", "ADDR", "ADDRESS")
URL_WORDS = ("URL", "URI", "DSN", "BROKER", "BACKEND")
DRIVEN = {"redis": ("redis", "valkey"), "rabbitmq": ("rabbitmq",), "memcached": ("memcached",)}


@dataclass
class Connections:
    """The services, the variables that point settings at them, and what the first .env holds for them."""

    services: dict[str, str] = field(default_factory=dict)
    environment: dict[str, str] = field(default_factory=dict)
    required: list[str] = field(default_factory=list)
    dotenv: dict[str, str] = field(default_factory=dict)
    settings: dict[str, str] = field(default_factory=dict)  # what no variable changes, by its path in the settings
    database_name: str = ""
    database_user: str = ""
    sources: dict[str, str] = field(default_factory=dict)  # by service
    kinds: set[str] = field(default_factory=set)
    notes: list[str] = field(default_factory=list)


def connections(findings: Findings) -> Connections:
    """Return what Compose has to run for the settings that were read, and to tell them.

    Many questions ask for it. It is worked out once for a project: change nothing in what you get.
    """
    return findings.once(_connections)


def _connections(findings: Findings) -> Connections:
    found = Connections()
    _database(findings, found)
    if findings.value("secret_key_unset") and can_be_changed(findings):
        # A module that is not in git sets it: https://docs.djangoproject.com/en/stable/ref/settings/#secret-key
        found.settings["SECRET_KEY"] = "${SECRET_KEY}"
        found.dotenv["SECRET_KEY"] = ""
        found.required.append("SECRET_KEY")
    for kind in ("redis", "rabbitmq", "memcached"):
        _other(findings, kind, found)
    return found


def is_server(host: str | None) -> bool:
    """Return whether a host is a plain name that a service of Compose can have."""
    return bool(host) and host not in LOCAL and re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,62}", str(host)) is not None


def can_be_changed(findings: Findings) -> bool:
    """Return whether a module that imports all of the settings' names can stand in for the settings."""
    kept = findings.value("configuration_class") or findings.value("settings_fixed")
    return bool(findings.value("settings_module")) and not kept


def variables_read(findings: Findings) -> dict[str, dict[str, Any]]:
    """Return the variables that settings read, by name."""
    return {item["name"]: item for item in findings.value("environment", [])}


def image(findings: Findings, kind: str) -> str:
    """Return a service's image: of the major version that the project's Compose file names, else a current one."""
    alike = {"redis": ("valkey",), "postgresql": ("postgresql", "postgis"), "mysql": ("mysql", "mariadb")}
    items = [item for item in findings.value("services", []) if item["name"] in alike.get(kind, (kind,))]
    version = next((item["version"] for item in items if item["version"]), "")
    own = next((item["image"].partition("@")[0] for item in items if item["image"]), "")
    parts = version.split(".")
    major, minor = parts[0], ".".join(parts[:2])
    extensions = {item["name"] for item in findings.value("postgres_extensions", [])}
    if kind == "postgis" or ("postgis" in extensions and kind == "postgresql"):
        return own if own.endswith(f"postgis/postgis:{own.rpartition(':')[2]}") else "postgis/postgis:17-3.5"
    if kind == "postgresql":
        if "vector" in extensions:
            return f"pgvector/pgvector:pg{major or 18}"
        return own if "timescale" in own and version else f"postgres:{major or 18}"
    if kind in ("mysql", "mariadb"):
        if kind == "mysql" and items and items[0]["name"] == "mariadb":
            return f"mariadb:{minor or '11.8'}"
        return f"{kind}:{minor or {'mysql': '8.4', 'mariadb': '11.8'}[kind]}"
    if kind == "redis":
        return f"valkey/valkey:{major or 9}"
    return f"rabbitmq:{major or 4}" if kind == "rabbitmq" else f"memcached:{minor or '1.6'}"


# The database.


def _database(findings: Findings, found: Connections) -> None:
    database = default_database(findings)
    kind = _kind(database)
    choice = mapping(findings.value("database_choice"))
    select: dict[str, str] = {}
    trial = False
    if kind not in SERVERS:
        if not choice or (kind == "sqlite" and not choice["stated"]):
            return
        kind, select, database, trial = choice["kind"], choice["select"], choice["database"], True
    source = findings.found["databases"].source if "databases" in findings.found else ""
    read = variables_read(findings)
    variable = text_of(database.get("variable"))
    variables = {role: text_of(name) for role, name in mapping(database.get("variables")).items()}
    if variable and not variables.get("host"):
        url = text_of(database.get("url_default")) or text_of(read.get(variable, {}).get("default"))
        expected = _parts(url if "://" in url and "sqlite" not in url else "")
        kind = _driven(findings, "postgis" if url.startswith("postgis:") else kind)
    else:
        expected = {}
        for role in ("host", "user", "password", "name"):
            name = variables.get(role, "")
            literal = None if trial or name else database.get(role)
            expected[role] = text_of(read.get(name, {}).get("default")) if name else text_of(literal)
    host = expected.get("host", "")
    unset = database.get("unset") or []
    moved = False
    if not variable or variables.get("host"):
        movable = bool(variables.get("host")) or is_server(host)
        if not movable and kind in ("postgresql", "postgis") and "host" in unset:
            movable = True
        if not movable and not trial and (host in LOCAL or "host" in unset):
            movable = moved = can_be_changed(findings)
        if not movable:
            where = f"at {host}" if host else "where settings could not be read"
            found.notes.append(f"Settings expect the database {where}, which no variable changes: {source}.")
            return
    name = host if is_server(host) else "db"
    user = expected.get("user", "")
    user = user if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_-]{0,62}", user) and user != "root" else "django"
    slug = re.sub(r"\W", "_", text_of(findings.value("project_slug"))) or "django"
    database_name = expected.get("name", "")
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_-]{0,62}", database_name):
        database_name = slug if re.match(r"[A-Za-z_]", slug) else "django"
    secret = PASSWORDS[kind]
    found.services[name] = image(findings, kind)
    found.sources[name] = source
    found.kinds.add(kind)
    found.database_name, found.database_user = database_name, user
    found.dotenv[secret] = ""
    found.environment |= select
    if variable and not variables.get("host"):
        same = engine_kind(url.partition("://")[0]) in (kind, ENGINE_OF.get(kind)) if "://" in url else False
        scheme = url.partition("://")[0] if same else SCHEMES[kind]
        query = _query(url) if same else ""
        login = f"{user}:${{{secret}}}@{name}:{PORTS[kind]}"
        found.environment[variable] = f"{scheme}://{login}/{database_name}{query}"
        _other_databases(findings, found, kind, f"{login}/")
        return
    values = {"host": name, "user": user, "name": database_name, "port": str(PORTS[kind])}
    for role, value in values.items():
        if variables.get(role):
            _set(found, read, variables[role], value, role)
        elif not moved and role in unset and kind in ("postgresql", "postgis") and role in LIBPQ and role != "name":
            found.environment[LIBPQ[role]] = value
    if moved:
        values["password"] = f"${{{secret}}}"
        if database.get("name") == database_name:
            del values["name"]
        found.settings |= {
            f"DATABASES.default.{role.upper()}": value for role, value in values.items() if not variables.get(role)
        }
        if not variables.get("password") and secret not in found.required:
            found.required.append(secret)
            return
    _password(findings, found, database, variables.get("password", ""), secret, unset, trial)


def _kind(database: dict[str, Any]) -> str:
    kind = database_kind(database)
    return "postgis" if kind == "postgresql" and "postgis" in text_of(database.get("url_default")) else kind


def _driven(findings: Findings, kind: str) -> str:
    """Return the kind of server for which a driver is installed, where it is another than the URL names."""
    drivers = {one for name in findings.value("distributions", {}) for one in DRIVERS.get(name, ()) if one in SERVERS}
    if not drivers or drivers & {kind, ENGINE_OF.get(kind)}:
        return kind
    return "postgresql" if "postgresql" in drivers else "mysql"


def _set(found: Connections, read: Mapping[str, Any], name: str, value: str, role: str) -> None:
    """Set a variable, where what settings use without it is not right already."""
    item = read.get(name)
    default = text_of(item.get("default")) if item else ""
    right = default == value or (role == "port" and item is not None and default in ("", value, "None"))
    if not right or (item is not None and item["required"]):
        found.environment[name] = value


def _password(
    findings: Findings,
    found: Connections,
    database: Mapping[str, Any],
    variable: str,
    secret: str,
    unset: list[str],
    trial: bool,
) -> None:
    if variable == secret:
        found.required.append(variable)
    elif variable:
        found.environment[variable] = f"${{{secret}}}"
    elif "password" in unset and secret == "POSTGRES_PASSWORD":
        found.environment[LIBPQ["password"]] = f"${{{secret}}}"
    elif not trial and database.get("password"):
        _literal_password(findings, found, secret)


def _literal_password(findings: Findings, found: Connections, secret: str) -> None:
    """Give settings that have a password in them the service's; where they cannot be changed, only say so."""
    if can_be_changed(findings):
        found.settings["DATABASES.default.PASSWORD"] = f"${{{secret}}}"
        found.required.append(secret)
        return
    found.dotenv[secret] = HIDDEN
    source = findings.found["databases"].source
    found.notes.append(f"Set {secret} in .env to the password that settings log in to the database with: {source}.")


def _other_databases(findings: Findings, found: Connections, kind: str, login: str) -> None:
    """Point further databases of the same kind, which a URL's default names, at the same server."""
    for alias, item in mapping(findings.value("databases")).items():
        other = mapping(item)
        variable, url = text_of(other.get("variable")), text_of(other.get("url_default"))
        if alias == "default" or not variable or variable in found.environment or database_kind(other) != kind:
            continue
        parts = _parts(url)
        if is_server(parts.get("host")) or parts.get("host", "") in {"", *LOCAL}:
            found.environment[variable] = f"{url.partition('://')[0]}://{login}{parts['name']}{_query(url)}"
            found.notes.append(f"The database {parts['name']} of {variable} has to be made in the service.")


def _query(url: str) -> str:
    """Return the query of a URL, with its question mark."""
    parts = url_parts(url)
    return f"?{parts.query}" if parts and parts.query else ""


def _parts(url: str) -> dict[str, str]:
    """Return host, user, password and name of a database's URL; {} for what is none."""
    parts = url_parts(url)
    if parts is None:
        return {}
    found = {"host": parts.hostname or "", "user": parts.username or "", "password": parts.password or ""}
    return {key: unquote(text) for key, text in (found | {"name": parts.path.lstrip("/")}).items()}


# Caches, brokers and layers.


@dataclass(frozen=True)
class Address:
    """Where a service is expected: scheme "" where the text has none, `rest` is the path and query."""

    scheme: str
    login: str
    host: str
    port: str
    rest: str


ADDRESS = re.compile(
    r"(?:([a-z0-9+]+)://)?(?:([^@/]*)@)?(\[[0-9a-f:]+\]|[\w.-]*)(?::(\d+))?((?:/|\?).*)?", re.IGNORECASE
)


def address(text: str) -> Address | None:
    """Return the parts of a URL, or of host:port; None for what is neither."""
    match = ADDRESS.fullmatch(text.strip())
    return Address(*(part or "" for part in match.groups())) if match else None


def kind_of(where: Address) -> str:
    """Return the service that a scheme or a port belongs to, "" for none."""
    if where.scheme:
        kind = engine_kind(where.scheme)
        return "redis" if kind == "valkey" or where.scheme == "rediss" else kind
    return next((kind for kind in NAMES if str(PORTS[kind]) == where.port), "")


@dataclass(frozen=True)
class Literal:
    """A place at which settings expect a service, and no variable says so."""

    setting: str  # as in CACHES.default.LOCATION
    text: str
    source: str

    @property
    def where(self) -> Address:
        """What the text says; nothing where it is no address."""
        return address(self.text) or Address("", "", "", "", "")


def _literals(findings: Findings, kind: str) -> list[Literal]:
    found: list[Literal] = []
    source = findings.found["caches"].source if "caches" in findings.found else ""
    for alias, item in mapping(findings.value("caches")).items():
        cache = mapping(item)
        backend = engine_kind(text_of(cache.get("backend"))).replace("valkey", "redis")
        if backend == kind and not cache.get("variable") and cache.get("location"):
            found.append(Literal(f"CACHES.{alias}.LOCATION", text_of(cache["location"]), source))
    broker = mapping(findings.value("celery_broker"))
    source = findings.found["celery_broker"].source if broker else ""
    if not broker.get("variable") and broker.get("value"):
        found.append(Literal(text_of(broker.get("setting")), text_of(broker["value"]), source))
    if broker.get("results"):
        found.append(Literal("CELERY_RESULT_BACKEND", text_of(broker["results"]), source))
    source = findings.found["channel_layers"].source if "channel_layers" in findings.found else ""
    for alias, item in mapping(findings.value("channel_layers")).items():
        hosts = mapping(item).get("hosts") or [] if not mapping(item).get("variable") else []
        found += [
            Literal(f"CHANNEL_LAYERS.{alias}.CONFIG.hosts.{number}", text, source) for number, text in enumerate(hosts)
        ]
    return [literal for literal in found if address(literal.text) and kind_of(literal.where) in (kind, "")]


def _other(findings: Findings, kind: str, found: Connections) -> None:
    read = variables_read(findings)
    literals = _literals(findings, kind)
    expected = {literal.where.host for literal in literals if is_server(literal.where.host)}
    moved = [literal for literal in literals if literal.where.host in LOCAL] if can_be_changed(findings) else []
    # A login that is written down is one that the service would have to be given.
    secured = [one.source for one in literals if one.where.login.strip(":") and one not in moved]
    about = {name: item for name, item in read.items() if _is_about(findings, name, item, kind)}
    hosts = {name: where for name, item in about.items() if (where := _address_in(name, item))}
    active = {name for name, where in hosts.items() if where.host or read[name]["required"]}
    expected_by_variables = [where.host for where in hosts.values() if is_server(where.host)]
    if not (expected or moved or active or (hosts and _is_wanted(findings, kind))):
        if literals:
            text, source = literals[0].text, literals[0].source
            found.notes.append(f"Settings expect {NAMES[kind]} at {text}, which no variable changes: {source}.")
        return
    if secured and not active:
        found.notes.append(f"Settings log in to {NAMES[kind]} with a password that no variable changes: {secured[0]}.")
        return
    name = next(iter(expected_by_variables), "") or next(iter(sorted(expected)), "") or NAMES[kind]
    if name in found.services:
        name = NAMES[kind]
    for service in dict.fromkeys((name, *sorted(expected))):
        found.services[service] = image(findings, kind)
        found.sources[service] = next(
            (item["source"] for item in about.values()), literals[0].source if literals else ""
        )
    found.kinds.add(kind)
    if kind == "rabbitmq":
        found.dotenv[PASSWORDS[kind]] = ""
    for literal in moved:
        found.settings[literal.setting] = _moved(literal, kind, name)
        if kind == "rabbitmq" and PASSWORDS[kind] not in found.required:
            found.required.append(PASSWORDS[kind])
    broker = any("BROKER" in variable for variable in hosts)
    for variable, where in hosts.items():
        if not _is_spare(variable, where, kind, hosts):
            # A cache that is cleared must not clear Celery's queues.
            number = "1" if broker and "BROKER" not in variable and "CELERY" not in variable else "0"
            _point(findings, found, kind, variable, where, name, number)
    for variable, item in about.items():
        if variable not in hosts:
            _set_part(found, kind, variable, item)


def _moved(literal: Literal, kind: str, name: str) -> str:
    """Return what a setting says of a service that is at `name` instead of here."""
    where = literal.where
    # Of hosts without a scheme, channels_redis takes only pairs: https://pypi.org/project/channels-redis/
    scheme = where.scheme or ("redis" if literal.setting.startswith("CHANNEL_LAYERS.") else "")
    if kind == "rabbitmq":
        return _amqp(scheme or "amqp", where, name)
    return f"{scheme}://{name}:{PORTS[kind]}{where.rest}" if scheme else f"{name}:{PORTS[kind]}{where.rest}"


def _amqp(scheme: str, where: Address, name: str) -> str:
    """Return the URL of the service's virtual host, "/", which clients use where the URL names none."""
    rest = f"/{where.rest[where.rest.index('?') :]}" if "?" in where.rest else ""
    return f"{scheme}://django:${{{PASSWORDS['rabbitmq']}}}@{name}:{PORTS['rabbitmq']}{rest}"


def _is_spare(variable: str, where: Address, kind: str, hosts: Mapping[str, Address]) -> bool:
    """Return whether settings connect without an optional URL: by a host's variable, or without TLS."""
    words = variable.upper().split("_")
    if where.host or where.scheme or words[-1] not in URL_WORDS:
        return False
    beside = {name.upper().rpartition("_")[0] for name in hosts if name.upper().endswith("_HOST")}
    return "_".join(words[:-1]) in beside or (kind == "rabbitmq" and bool(beside)) or bool({"TLS", "SSL"} & set(words))


def _is_about(findings: Findings, name: str, item: Mapping[str, Any], kind: str) -> bool:
    """Return whether a variable says where a service of a kind is, or how to log in to it."""
    default = text_of(item["default"])
    where = address(default) if "://" in default or re.search(r":\d+(/|$)", default) else None
    if where and (where.host in LOCAL or is_server(where.host) or not where.host):
        return kind_of(where) == kind
    if where or "://" in default:
        return False
    words = name.upper().split("_")
    if any(WORDS.get(word) == kind for word in words):
        return words[-1] not in ("PREFIX", "TTL", "TIMEOUT") and "READ" not in words
    broker = mapping(findings.value("celery_broker"))
    is_broker = name in ("CELERY_BROKER_URL", "BROKER_URL") or (
        name == broker.get("variable") and words[-1] in URL_WORDS and not words[0].startswith(("DATABASE", "DB"))
    )
    is_broker = is_broker or name.endswith("_CELERY_BROKER_URL")
    return is_broker and not default and not _others_name(name) and _broker_kind(findings) == kind


def _others_name(name: str) -> bool:
    return any(word in WORDS for word in name.upper().split("_"))


def _broker_kind(findings: Findings) -> str:
    """Return what Celery's broker is where nothing but a variable's name tells of it."""
    items = [item for item in findings.value("services", []) if item["name"] in ("redis", "valkey", "rabbitmq")]
    items.sort(key=lambda item: (not item["image"], item["name"] != "rabbitmq" if item["image"] else False))
    return (items[0]["name"].replace("valkey", "redis")) if items else "rabbitmq"


def _address_in(name: str, item: Mapping[str, Any]) -> Address | None:
    """Return where a variable's default says that a service is; None for a variable that says something else."""
    last = name.upper().rpartition("_")[2]
    default = text_of(item["default"])
    if "://" in default or re.search(r":\d+(/|$)", default):
        return address(default)
    says_where = last in (*HOST_WORDS, *URL_WORDS) or last in WORDS
    if says_where and (not default or default in LOCAL or is_server(default)):
        return Address("", "", default, "", "")
    return None


def _is_wanted(findings: Findings, kind: str) -> bool:
    """Return whether the project's Compose file runs an optional service, or its Celery workers need it as broker."""
    stated = [
        item
        for item in findings.value("services", [])
        if item["name"] in DRIVEN[kind] and "Compose service" in item["why"] and item["certainty"] == Certainty.STATED
    ]
    if stated:
        return True
    broker = mapping(findings.value("celery_broker"))
    celery = any("celery" in process["command"] for process in findings.value("processes", []))
    return celery and not broker.get("value") and kind in ("redis", "rabbitmq") and _broker_kind(findings) == kind


def _point(
    findings: Findings, found: Connections, kind: str, variable: str, where: Address, name: str, number: str
) -> None:
    """Point a variable at the service, where its default does not do so already."""
    last = variable.upper().rpartition("_")[2]
    required = variables_read(findings)[variable]["required"]
    if where.host == name and kind != "rabbitmq" and not where.login.strip(":") and not required:
        return
    login = f"django:${{{PASSWORDS[kind]}}}@" if kind == "rabbitmq" else ""
    if where.scheme or (last in URL_WORDS and not where.port) or (last in WORDS and not where.host):
        scheme = where.scheme or {"redis": "redis", "rabbitmq": "amqp", "memcached": "memcached"}[kind]
        rest = where.rest or (f"/{number}" if kind == "redis" else "")
        if kind == "rabbitmq":  # the virtual host of the service is "/", which clients use where the URL names none
            rest = f"/{where.rest[where.rest.index('?') :]}" if "?" in where.rest else ""
        found.environment[variable] = f"{scheme.replace('rediss', 'redis')}://{login}{name}:{PORTS[kind]}{rest}"
    elif where.port:
        found.environment[variable] = f"{name}:{where.port}{where.rest}"
    elif kind == "memcached":
        found.environment[variable] = f"{name}:{PORTS[kind]}" if last in ("SERVERS", "LOCATION") else name
    else:
        found.environment[variable] = name


def _set_part(found: Connections, kind: str, variable: str, item: Mapping[str, Any]) -> None:
    """Set what else a service's variables say: the login, and RabbitMQ's virtual host."""
    last, default = variable.upper().rpartition("_")[2], text_of(item["default"])
    if kind == "rabbitmq" and last in ("USER", "USERNAME"):
        found.environment[variable] = "django"
    elif kind == "rabbitmq" and last in ("PASSWORD", "PASS"):
        if variable == PASSWORDS[kind]:
            found.required.append(variable)
        else:
            found.environment[variable] = f"${{{PASSWORDS[kind]}}}"
    elif kind == "rabbitmq" and last == "VHOST" and default != "/":
        found.environment[variable] = "/"
    elif kind == "redis" and last in ("PASSWORD", "PASS") and item["hidden"]:
        found.environment[variable] = ""
