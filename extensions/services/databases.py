"""The server of the default database: what settings expect of it, and what points them at the service."""

import re
from dataclasses import dataclass

from ..project.evaluation.environment import JSON_KINDS
from ..project.secrets import HIDDEN
from ..project.settings.record import Database
from .addresses import LOCAL, can_be_changed, database_parts, is_server, query_without_tls, variables_read
from .choice import Choice, database_kind
from .connected import Connections
from .images import image
from .kinds import database_kinds, driven_by, engine_kind, is_database, kind
from .other_databases import Server, point_others
from .record import Dialect, Service
from .site import Site

ROLES = ("host", "user", "password", "name")
WITH_TLS = re.compile(r"require|verify-")
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,62}")


@dataclass(frozen=True)
class Expected:
    """What settings expect of the default database's server.

    `select` are the variables that choose it, and `trial` says whether its values are of a trial with those. `url` is
    what the variable of its URL is without being set, where there is one. `parts` is what settings have as host, user,
    password and name, as far as it is known; `variables` are the variables of these parts, and `unset` are those that
    settings leave to the client.
    """

    service: Service
    database: Database
    select: dict[str, str]
    trial: bool
    source: str
    url_variable: str
    url: str
    variables: dict[str, str]
    parts: dict[str, str]
    unset: list[str]

    @property
    def dialect(self) -> Dialect:
        """How Django names the server."""
        assert self.service.dialect, f"{self.service.name} is not a database"
        return self.service.dialect

    @property
    def host(self) -> str:
        """Where settings expect it, "" where that is not known."""
        return self.parts.get("host", "")

    def left_to_client(self, part: str) -> str:
        """Return the variable that the client reads for a part that settings leave to it, "" for none.

        What libpq's own file says counts before its variables: https://www.postgresql.org/docs/current/libpq-pgservice.html
        """
        if self.database.libpq_service:
            return ""
        return self.dialect.variables.get(part, "") if part in self.unset else ""


def add_database(site: Site, found: Connections) -> None:
    """Add the server of the default database, and what points settings at it."""
    expected = _expected(site)
    if expected is None:
        found.notes += _of_another_kind(site)
        return
    if not expected.url_variable and not _is_movable(expected):
        if not _is_here(expected) or not can_be_changed(site.layout):
            where = f"at {expected.host}" if expected.host else "where settings could not be read"
            found.notes.append(
                f"Settings expect the database {where} ({expected.source}), and no variable changes that."
            )
            return
        moved = True
    else:
        moved = False
    server = _server(site, expected)
    found.services[server.name] = image(site, expected.service.name)
    found.sources[server.name] = expected.source
    found.kinds.add(expected.service.name)
    found.database_name, found.database_user = server.database_name, server.user
    found.dotenv[server.password] = ""
    found.environment |= expected.select or _engine(site, expected)
    if expected.url_variable:
        _point_url(site, found, expected, server)
    elif moved:
        _set_parts(site, found, expected, server, of_client=False)
        _move(found, expected, server)
    else:
        _set_parts(site, found, expected, server, of_client=True)
        _set_password(site, found, expected, server)
        _change_parts(site, found, expected, server)
    point_others(site, found, expected.service, server)
    _run_geographic(site, found, expected, server)
    if expected.service.speaks == "postgresql":
        _turn_off_tls(site, found)


def _run_geographic(site: Site, found: Connections, expected: Expected, server: Server) -> None:
    """Run the service with a map's types where another of its databases has them."""
    others = [site.settings.databases.value[alias] for alias in found.databases if alias != "default"]
    geographic = expected.dialect.geographic
    if geographic and geographic in map(_kind, others):
        found.services[server.name] = image(site, geographic)
        found.kinds.add(geographic)


def _engine(site: Site, expected: Expected) -> dict[str, str]:
    """Return the variable that settings need for the engine, where they have no default for it."""
    name = expected.variables.get("engine", "")
    item = variables_read(site.settings).get(name)
    return {name: expected.database.engine or expected.dialect.backend} if item and item.required else {}


def _of_another_kind(site: Site) -> list[str]:
    """Return a sentence on a database that Compose runs no service for: what has to name a server, and what lacks.

    https://docs.djangoproject.com/en/stable/ref/databases/#using-a-3rd-party-database-backend
    """
    database = site.settings.default_database
    engine, name = database.engine or "", database_kind(database)
    if name == "sqlite" or engine in ("", "django.db.backends.dummy") or is_database(name):
        return []
    variables = [database.variable] if database.variable else [*database.variables.values()]
    named = f"set {', '.join(dict.fromkeys(variables))} in .env to those of a server" if variables else ""
    server = named or f"let settings read its address from variables (now {database.host or 'localhost'})"
    start = f"compose.yaml has no database for {engine} ({site.settings.databases.source})"
    lacks = kind(name).lacks
    return [f"{start}: {server}, or add one in compose.override.yaml.{f' {lacks}' if lacks else ''}"]


def _expected(site: Site) -> Expected | None:
    """Return what settings expect; None where they connect to no server."""
    database = site.settings.default_database
    name, chosen = _kind(database), site.services.database_choice.value
    if not is_database(name):
        if chosen is None or (name == "sqlite" and not chosen.stated):
            return None
        name, database = chosen.kind, chosen.database
    else:
        chosen = None
    read = variables_read(site.settings)  # one that holds JSON has more than a part
    variables = {
        part: item
        for part, item in database.variables.items()
        if item not in read or read[item].type not in JSON_KINDS
    }
    url_variable = "" if variables.get("host") else database.variable
    url = ""
    if url_variable:
        url = database.url_default or _default(site, url_variable)
        parts = database_parts(url if "://" in url and "sqlite" not in url else "")
        name = _driven(site, _geographic(name, url.partition(":")[0]))
    else:
        parts = _parts(site, database, chosen)
    return Expected(
        service=kind(name),
        database=database,
        select=chosen.select if chosen else {},
        trial=chosen is not None,
        source=site.settings.databases.source,
        url_variable=url_variable,
        url=url,
        variables=variables,
        parts=parts,
        unset=database.unset,
    )


def _kind(database: Database) -> str:
    """Return the kind of a database, with a map's types where its URL says so."""
    return _geographic(database_kind(database), database.url_default or "")


def _geographic(name: str, url: str) -> str:
    """Return the kind of a database, or that with a map's types where its URL, or scheme, names it."""
    dialect = kind(name).dialect
    geographic = dialect.geographic if dialect else ""
    return geographic if geographic and geographic in url else name


def _driven(site: Site, name: str) -> str:
    """Return the kind of server for which a driver is installed, where it is another than the URL names."""
    drivers = driven_by(site.dependencies.distributions.value)
    servers = [service for service in database_kinds() if service.name in drivers]
    if not servers or drivers & {name, kind(name).speaks}:
        return name
    return servers[0].speaks


def _parts(site: Site, database: Database, chosen: Choice | None) -> dict[str, str]:
    """Return what settings have as the parts of a connection, when its variables are not set."""
    found = {}
    for role in ROLES:
        if variable := database.variables.get(role):
            found[role] = site.checkout.dotenv.value.get(variable) or _default(site, variable)  # Compose reads it, too
        else:
            found[role] = "" if chosen else database.part(role)
    return found


def _default(site: Site, name: str) -> str:
    """Return what settings use without a variable, "" where that is not known, or they do not read it."""
    variable = variables_read(site.settings).get(name)
    return (variable.default if variable else "") or ""


def _is_movable(expected: Expected) -> bool:
    """Return whether settings find a service with no change of theirs: by variables, or by the name of its host."""
    if expected.database.libpq_service:
        return False
    by_variable = expected.variables.get("host") or expected.left_to_client("host")
    return bool(by_variable) or is_server(expected.host)


def _is_here(expected: Expected) -> bool:
    """Return whether settings expect the server on the machine itself, or at its socket."""
    socket = expected.host.startswith("/")
    return not expected.trial and (socket or expected.host in LOCAL or "host" in expected.unset)


def _change_parts(site: Site, found: Connections, expected: Expected, server: Server) -> None:
    """Change the user, the name and the port that settings have in them, where the service has others."""
    if expected.trial:
        return
    own, values = expected.database, server.values
    changed = {
        role: values[role]
        for role in ("user", "name", "port")
        if not expected.variables.get(role)
        and (own.part(role) not in ("", values[role]) or (role in own.unset and role != "port"))
        and (role == "name" or not expected.left_to_client(role))
    }
    if changed and can_be_changed(site.layout):
        found.settings |= {f"DATABASES.default.{role.upper()}": value for role, value in changed.items()}
    elif "user" in changed:
        found.notes.append(
            f"Settings log in to the database as {own.user or 'nobody'} ({expected.source}), and no variable changes "
            f"that. The service has the user {server.user}."
        )


def _server(site: Site, expected: Expected) -> Server:
    """Return the service with the names that settings expect, where they are usable."""
    user, name = expected.parts.get("user", ""), expected.parts.get("name", "")
    if not NAME.fullmatch(name):
        slug = re.sub(r"\W", "_", site.layout.project_slug.value) or "django"
        name = slug if re.match(r"[A-Za-z_]", slug) else "django"
    return Server(
        name=expected.host if is_server(expected.host) else expected.service.compose_name,
        user=user if NAME.fullmatch(user) and user != "root" else "django",
        database_name=name,
        port=expected.service.port,
        password=expected.service.password,
    )


def _point_url(site: Site, found: Connections, expected: Expected, server: Server) -> None:
    """Point the variable of a URL at the service, with the URL's own scheme and query where they are its."""
    scheme = expected.url.partition("://")[0] if "://" in expected.url else ""
    service = expected.service
    if not scheme or engine_kind(scheme) not in (service.name, service.speaks):
        found.environment[expected.url_variable] = f"{expected.dialect.scheme}://{server.login}/{server.database_name}"
    else:
        found.environment[expected.url_variable] = (
            f"{scheme}://{server.login}/{server.database_name}{query_without_tls(expected.url)}"
        )


def _set_parts(site: Site, found: Connections, expected: Expected, server: Server, *, of_client: bool) -> None:
    """Set the variables of the connection's parts, and the client's own where settings leave a part to it."""
    for role, value in server.values.items():
        if variable := expected.variables.get(role):
            _set(site, found, variable, value, role)
        elif of_client and role != "name" and (variable := expected.left_to_client(role)):
            found.environment[variable] = value


def _set(site: Site, found: Connections, variable: str, value: str, role: str) -> None:
    """Set a variable, where what settings use without it is not right already."""
    item = variables_read(site.settings).get(variable)
    default = (item.default if item else "") or ""
    right = default == value or (role == "port" and item is not None and default in ("", value, "None"))
    if not right or (item is not None and (item.required or item.told)):
        found.environment[variable] = value


def _move(found: Connections, expected: Expected, server: Server) -> None:
    """Change the settings that no variable changes."""
    values = server.values | {"password": server.secret}
    if expected.database.name == server.database_name:
        del values["name"]
    found.settings |= {
        f"DATABASES.default.{role.upper()}": value
        for role, value in values.items()
        if not expected.variables.get(role)
    }
    if expected.database.libpq_service:
        found.settings["DATABASES.default.OPTIONS"] = {}
    if variable := expected.variables.get("password"):
        _set_password_variable(found, variable, server)
    else:
        found.required.append(server.password)


def _turn_off_tls(site: Site, found: Connections) -> None:
    """Set the variable that asks for TLS, which the service does not have."""
    for name, item in variables_read(site.settings).items():
        asks = WITH_TLS.match(item.default) if item.default else item.required
        if asks and name.upper().replace("_", "").endswith("SSLMODE"):
            found.environment[name] = "disable"


def _set_password(site: Site, found: Connections, expected: Expected, server: Server) -> None:
    """Let settings have the password of .env, however they get it."""
    variable = expected.variables.get("password", "")
    if variable:
        _set_password_variable(found, variable, server)
    elif name := expected.left_to_client("password"):
        found.environment[name] = server.secret
    elif not expected.trial and (expected.database.password or "password" in expected.unset):
        _replace_password(site, found, server)


def _set_password_variable(found: Connections, variable: str, server: Server) -> None:
    """Give a variable of the settings the password, where it is not the one of .env itself."""
    if variable == server.password:
        found.required.append(variable)
    else:
        found.environment[variable] = server.secret


def _replace_password(site: Site, found: Connections, server: Server) -> None:
    """Give settings that have a password in them the service's; where they cannot be changed, only say so."""
    if can_be_changed(site.layout):
        found.settings["DATABASES.default.PASSWORD"] = server.secret
        found.required.append(server.password)
        return
    found.dotenv[server.password] = HIDDEN
    source = site.settings.databases.source
    found.notes.append(f"Set {server.password} in .env to the database password that your settings have ({source}).")
