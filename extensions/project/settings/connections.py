"""The databases, caches, brokers and layers that settings connect to."""

from dataclasses import dataclass, field
from typing import Any

from ..evaluation.values import Value, all_variables
from ..findings import Findings
from ..secrets import HIDDEN
from .adder import Adder
from .setting import Settings, entry, part_variables, parts_of, path_value, text_or_none, url_variable

PARTS = ("NAME", "USER", "PASSWORD", "HOST", "PORT")


@dataclass(frozen=True)
class Database:
    """A database of DATABASES, as it is in production; None for what is not known.

    `path` is that of SQLite's file in the project, "" for none. `password` only says whether there is one. `unset` are
    the parts, in lower case, that settings leave to the client. `variable` holds the whole URL, which is `url_default`
    without it, and `variables` are those of the parts, by the part.
    """

    engine: str | None = None
    name: str | None = None
    path: str = ""
    host: str | None = None
    user: str | None = None
    password: str | None = None
    unset: list[str] = field(default_factory=list)
    variable: str = ""
    url_default: str | None = None
    variables: dict[str, str] = field(default_factory=dict)

    def part(self, role: str) -> str:
        """Return what settings have as host, user, password or name; "" where that is not known."""
        return {"host": self.host, "user": self.user, "password": self.password, "name": self.name}[role] or ""


@dataclass(frozen=True)
class Cache:
    """A cache of CACHES: its first location, and the variable that says where it is."""

    backend: str | None = None
    location: str | None = None
    variable: str = ""


@dataclass(frozen=True)
class Broker:
    """Celery's broker: its URL, the variable that holds it, the setting, and where results go as a text alone."""

    value: str = ""
    variable: str = ""
    setting: str = ""
    results: str = ""


@dataclass(frozen=True)
class Layer:
    """A layer of CHANNEL_LAYERS: its hosts, each as a URL or as host:port, and the variable that says where it is."""

    backend: str | None = None
    hosts: list[str] = field(default_factory=list)
    variable: str = ""


def databases(findings: Findings) -> dict[str, Database]:
    """Return the databases that were read, by alias."""
    found: dict[str, Database] = findings.value("databases", {})
    return found


def default_database(findings: Findings) -> Database:
    """Return the default database; one of which nothing is known if settings have none."""
    return databases(findings).get("default", Database())


def caches(findings: Findings) -> dict[str, Cache]:
    """Return the caches that were read, by alias."""
    found: dict[str, Cache] = findings.value("caches", {})
    return found


def broker(findings: Findings) -> Broker:
    """Return Celery's broker that was read; one of which nothing is known if settings have none."""
    found: Broker = findings.value("celery_broker", Broker())
    return found


def layers(findings: Findings) -> dict[str, Layer]:
    """Return the layers that were read, by alias."""
    found: dict[str, Layer] = findings.value("channel_layers", {})
    return found


def add_databases(folder: str, settings: Settings, add: Adder) -> None:
    """Add the databases and caches, by alias."""
    found = settings.get("DATABASES")
    read: dict[str, Database] = {}
    for alias, value in parts_of(found).items():
        engine = text_or_none(entry(value, "ENGINE"))
        name_part = value.data.get("NAME") if isinstance(value.data, dict) else None
        sqlite = engine is not None and ("sqlite" in engine or engine.endswith("spatialite"))
        name = entry(value, "NAME")
        memory = isinstance(name, str) and (name == ":memory:" or name.startswith("file:"))
        path = path_value(name_part, folder)[0] if sqlite and name_part is not None and not memory else ""
        empty = unset(value, PARTS)
        variable = database_variable(settings, value, alias)
        parts = part_variables(value, ("ENGINE", *PARTS))
        read[alias] = Database(
            engine=engine,
            name=path or (name if isinstance(name, str) else None),
            path=path,
            host=text_or_none(entry(value, "HOST")),
            user=text_or_none(entry(value, "USER")),
            password=HIDDEN if isinstance(value.data, dict) and "password" not in empty else None,
            unset=empty,
            variable=variable,
            url_default=text_or_none(entry(value, "URL")),
            variables={part: name for part, name in parts.items() if name != variable},
        )
    add.put("databases", read, found, "nothing sets DATABASES")
    found = settings.get("CACHES")
    kept = {
        alias: Cache(
            backend=text_or_none(entry(value, "BACKEND")),
            location=text_or_none(first_of(entry(value, "LOCATION"))),
            variable=url_variable(settings, value, ("LOCATION", "BACKEND"))
            or next(iter(part_variables(value, ("LOCATION",)).values()), ""),
        )
        for alias, value in parts_of(found).items()
    }
    add.put("caches", kept, found, "nothing sets CACHES")


def database_variable(settings: Settings, value: Value, alias: str) -> str:
    """Return the variable that holds a database's URL, also where the URL is used only once it is set."""
    if variable := url_variable(settings, value, ("ENGINE",)):
        return variable
    names = {variable["name"] for variable in settings.environment}
    found = settings.get("DATABASES")
    # The branch where it is set is not the one that is read.
    instead = found is not None and "DATABASE_URL" in found.note
    unparted = not part_variables(value, ("USER", "PASSWORD", "HOST"))
    return "DATABASE_URL" if alias == "default" and (unparted or instead) and "DATABASE_URL" in names else ""


def unset(value: Value, keys: tuple[str, ...]) -> list[str]:
    """Return the parts, in lower case, that settings do not set, or set to nothing: their driver has a default."""
    if not isinstance(value.data, dict):
        return []
    return [key.lower() for key in keys if key not in value.data or value.data[key].data in ("", None)]


def first_of(data: Any) -> Any:
    """Return the first of a list, or what is not a list."""
    return (data[0] if data else None) if isinstance(data, (list, tuple)) else data


def texts_of(config: Any) -> list[str]:
    """Return the hosts of a layer's CONFIG, each as a URL or as host:port; those that are not known are left out."""
    hosts = config.get("hosts") if isinstance(config, dict) else None
    found = []
    for host in hosts if isinstance(hosts, (list, tuple)) else [hosts]:
        address = host.get("address") if isinstance(host, dict) else host
        if isinstance(address, (list, tuple)) and len(address) == 2 and isinstance(address[0], str):
            address = f"{address[0]}:{address[1]}"
        if isinstance(address, str):
            found.append(address)
    return found


def add_services(settings: Settings, add: Adder) -> None:
    """Add Celery's broker and Channels' layers."""
    names = ("CELERY_BROKER_URL", "BROKER_URL", "CELERY_BROKER")
    setting = next((name for name in names if settings.get(name)), "")
    found = settings.get(setting) if setting else None
    value = found.value if found and isinstance(found.value, str) else ""
    urls = [name for name in (found.variables if found else ()) if name.endswith(("_URL", "_URI"))]
    variable = (found.raw.direct if found else "") or next(iter(urls), "")
    results = settings.get("CELERY_RESULT_BACKEND")
    is_text = results is not None and isinstance(results.value, str) and not results.variables
    where = Broker(value, variable, setting, results.value if results and is_text else "")
    add.put("celery_broker", where, found, "nothing sets CELERY_BROKER_URL")
    found = settings.get("CHANNEL_LAYERS")
    read = {
        alias: Layer(
            backend=text_or_none(entry(value, "BACKEND")),
            hosts=texts_of(entry(value, "CONFIG")),
            variable=url_variable(settings, value, ("CONFIG",)) or next(iter(all_variables(value)), ""),
        )
        for alias, value in parts_of(found).items()
    }
    add.put("channel_layers", read, found, "nothing sets CHANNEL_LAYERS")
