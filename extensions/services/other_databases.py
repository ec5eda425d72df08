"""The databases other than the default one, on the same kind of server: they use the same service."""

import re
from dataclasses import dataclass

from ..project.settings.record import Database
from .addresses import LOCAL, can_be_changed, database_parts, is_server, query_without_tls, variables_read
from .choice import database_kind
from .connected import Connections
from .kinds import database_kinds, driven_by, kind
from .record import Service
from .site import Site

REPLICAS = frozenset(("replica", "replicas", "read", "reader", "readonly", "ro", "slave", "follower", "secondary"))
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,62}")


@dataclass(frozen=True)
class Server:
    """The service as it will be: where it is, and what settings log in to."""

    name: str
    user: str
    database_name: str
    port: int
    password: str  # the variable of .env

    @property
    def secret(self) -> str:
        """The password, as Compose reads it."""
        return f"${{{self.password}}}"

    @property
    def login(self) -> str:
        """The part of a URL between the scheme and the database's name."""
        return f"{self.user}:{self.secret}@{self.name}:{self.port}"

    @property
    def values(self) -> dict[str, str]:
        """The parts of a connection, without the password."""
        return {"host": self.name, "user": self.user, "name": self.database_name, "port": str(self.port)}


def point_others(site: Site, found: Connections, service: Service, server: Server) -> None:
    """Point further databases of the same kind, which are here or at a host of Compose, at the service.

    A replica has the same data. Another database is one more in the service.
    https://docs.djangoproject.com/en/stable/topics/db/multi-db/
    """
    found.databases.append("default")
    for alias, other in site.settings.databases.value.items():
        name = database_kind(other)
        unknown = not name and other.variable and (_is_replica(site, alias, other) or _has_no_other(site, service))
        if alias == "default" or not (unknown or kind(name).speaks == service.speaks):
            continue
        if other.variable and not other.variables.get("host"):
            _point_url(site, found, service, server, alias, other)
        else:
            _point_parts(site, found, server, alias, other)


def _has_no_other(site: Site, service: Service) -> bool:
    """Return whether the project has drivers of this kind of server alone."""
    drivers = driven_by(site.dependencies.distributions.value)
    return {known.speaks for known in database_kinds() if known.name in drivers} == {service.speaks}


def _is_replica(site: Site, alias: str, other: Database) -> bool:
    """Return whether a database has the data of the default one, whether or not its name says so."""
    default = site.settings.default_database
    if other.mirror:
        return other.mirror == "default"
    named = (alias, other.variable, other.variables.get("host", ""))
    variable, name = other.variables.get("name"), other.name
    names = [database.name for key, database in site.settings.databases.value.items() if key not in ("default", alias)]
    if REPLICAS & {word for text in named for word in text.lower().replace("-", "_").split("_")}:
        return not name or name not in names
    if name and default.name:
        return name == default.name
    return bool(variable and variable == default.variables.get("name"))


def _is_near(host: str) -> bool:
    """Return whether a host is this machine, or one that a service of Compose can have; also where none is named."""
    return host in ("", *LOCAL) or is_server(host)


def _point_url(site: Site, found: Connections, service: Service, server: Server, alias: str, other: Database) -> None:
    url = other.url_default or ""
    parts = database_parts(url)
    replica = _is_replica(site, alias, other)
    name = server.database_name if replica else _name(alias, parts.get("name", ""))
    if other.variable in found.environment or not _is_near(parts.get("host", "")):
        return
    scheme = url.partition("://")[0] if "://" in url else service.dialect.scheme if service.dialect else service.name
    found.environment[other.variable] = f"{scheme}://{server.login}/{name}{query_without_tls(url)}"
    _add(found, server, alias, name)


def _point_parts(site: Site, found: Connections, server: Server, alias: str, other: Database) -> None:
    read = variables_read(site.settings)
    variable = other.variables.get("host", "")
    default = (read[variable].default if variable in read else other.host) or ""
    if not _is_near(default) or (other.host is None and not variable and "host" not in other.unset):
        return
    values = server.values | {"password": server.secret}
    name = values["name"]
    if not _is_replica(site, alias, other):
        name = values["name"] = _name(alias, other.name or "")
        if other.name == name:
            del values["name"]
    changed = {role: value for role, value in values.items() if not _by_variable(found, other, role, value)}
    changed = {
        role: value for role, value in changed.items() if other.part(role) != value and role not in _right(other)
    }
    if changed and not can_be_changed(site.layout):
        found.notes.append(
            f"Settings expect the database {alias} at {default or 'localhost'} ({site.settings.databases.source}); "
            "no variable changes all of that."
        )
        return
    found.settings |= {f"DATABASES.{alias}.{role.upper()}": value for role, value in changed.items()}
    if "password" in changed:
        found.require(server.password)
    _add(found, server, alias, name)


def _name(alias: str, name: str) -> str:
    """Return the name that settings have for a database, where it is usable; else one made of the alias."""
    made = re.sub(r"[^A-Za-z0-9_]", "_", alias)
    return name if NAME.fullmatch(name) else made if NAME.fullmatch(made) else f"db_{made}"[:63]


def _add(found: Connections, server: Server, alias: str, name: str) -> None:
    found.databases.append(alias)
    if name != server.database_name:
        found.extra.setdefault(name, alias)


def _right(other: Database) -> set[str]:
    """Return the parts that are right as settings have them: a port that is the kind's own."""
    return {"port"} if "port" in other.unset else set()


def _by_variable(found: Connections, other: Database, role: str, value: str) -> bool:
    """Return whether a variable gives a part its value; it is set, where the default database's are not its too."""
    client = {"host": "PGHOST", "user": "PGUSER", "password": "PGPASSWORD"}.get(role, "")
    if variable := other.variables.get(role):
        if variable not in found.environment and variable not in found.required:
            found.environment[variable] = value
        return True
    return role in other.unset and client in found.environment
