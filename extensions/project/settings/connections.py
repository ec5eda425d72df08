"""The databases, caches, brokers and layers that settings connect to."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from ..evaluation.values import Value, all_variables
from ..findings import Certainty, Found
from ..secrets import HIDDEN
from ..tree import Tree
from .finder import Finder
from .record import Broker, Cache, Database, Layer
from .setting import (
    Setting,
    Settings,
    entry,
    options_of,
    part_variables,
    parts_of,
    path_value,
    text_or_none,
    url_variable,
)

PARTS = ("NAME", "USER", "PASSWORD", "HOST", "PORT")


def databases(finder: Finder) -> Found[Mapping[str, Database]]:
    """Return the databases, by alias."""
    settings = finder.settings
    found = settings.get("DATABASES")
    read: dict[str, Database] = {}
    for alias, value in parts_of(found).items():
        engine = text_or_none(entry(value, "ENGINE"))
        name_part = value.data.get("NAME") if isinstance(value.data, dict) else None
        sqlite = engine is not None and ("sqlite" in engine or engine.endswith("spatialite"))
        name = entry(value, "NAME")
        memory = isinstance(name, str) and (name == ":memory:" or name.startswith("file:"))
        in_file = name_part if sqlite and not memory else None
        path = path_value(in_file, settings.folder)[0] if in_file is not None else ""
        empty = unset(value, PARTS)
        variable = database_variable(settings, value, alias)
        parts = part_variables(value, ("ENGINE", *PARTS))
        if not sqlite and isinstance(name_part, Value) and not name_part.direct and "/" in str(name):
            parts.pop("name", None)  # a file, for another engine, in a folder that a variable names
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
            port=_port(entry(value, "PORT")),
            mirror=mirror(entry(value, "TEST")),
            libpq_service=text_or_none(within(entry(value, "OPTIONS"), "service")) or "",
        )
    return finder.found(read, found, "nothing sets DATABASES")


def within(data: Any, key: str) -> Any:
    """Return what plain data has at a key; None where it has none."""
    return data.get(key) if isinstance(data, dict) else None


def _port(data: Any) -> str | None:
    return str(data) if isinstance(data, (int, str)) and not isinstance(data, bool) and data != "" else None


def mirror(test: Any) -> str:
    """Return the alias that a database mirrors in tests, as a replica does; "" for none.

    https://docs.djangoproject.com/en/stable/topics/testing/advanced/#testing-primary-replica-configurations
    """
    return text_or_none(within(test, "MIRROR")) or ""


def caches(finder: Finder) -> Found[Mapping[str, Cache]]:
    """Return the caches, by alias."""
    settings = finder.settings
    found = settings.get("CACHES")
    read = {
        alias: Cache(
            backend=text_or_none(entry(value, "BACKEND")),
            location=text_or_none(first_of(entry(value, "LOCATION"))),
            variable=url_variable(settings, value, ("LOCATION", "BACKEND"))
            or next(iter(part_variables(value, ("LOCATION",)).values()), ""),
        )
        for alias, value in parts_of(found).items()
    }
    return finder.found(read, found, "nothing sets CACHES")


# https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNECT-SSLMODE,
# https://github.com/jazzband/dj-database-url#usage, https://github.com/pkrefta/django-on-heroku
TLS = re.compile(
    r"\bssl_require\s*=\s*(?!False\b)\w|[\"']sslmode[\"']\]?\s*[:=]\s*[\"'](?:require|verify-\w+)[\"']"
    r"|[\"']ssl[\"']\]?\s*[:=]\s*\{\s*[\"'](?:ca|cert|key)[\"']"  # of MySQL
    r"|^\s*(?:django_heroku|django_on_heroku)\.settings\(\s*locals\(\)\s*\)",
    re.MULTILINE,
)


def database_tls(tree: Tree, files: Iterable[str]) -> Found[bool]:
    """Return whether settings let the database be connected to by TLS alone, as hosting services want it."""
    for path in files:
        text = tree.text(path) or ""
        if match := TLS.search(text):
            return Found(True, f"{path}:{text.count(chr(10), 0, match.end()) + 1}", Certainty.INFERRED)
    return Found(False, "", Certainty.INFERRED)


# https://docs.celeryq.dev/en/stable/userguide/configuration.html#broker-use-ssl
OF_CELERY = ("CELERY_BROKER_USE_SSL", "BROKER_USE_SSL", "CELERY_REDIS_BACKEND_USE_SSL")


def tls_options(settings: Settings) -> list[str]:
    """Return the settings that are for TLS alone, which a server without it refuses: options of caches, and Celery's.

    https://devcenter.heroku.com/articles/connecting-heroku-redis
    """
    found = [
        name for name in OF_CELERY if (item := settings.get(name)) and isinstance(item.value, dict) and item.value
    ]
    for alias, value in parts_of(settings.get("CACHES")).items():
        listed = options_of(value)
        pool = listed.get("CONNECTION_POOL_KWARGS")
        if any(str(name).startswith("ssl") for name in listed):
            found.append(f"CACHES.{alias}.OPTIONS")
        elif pool is not None and isinstance(pool.data, dict) and any(str(key).startswith("ssl") for key in pool.data):
            found.append(f"CACHES.{alias}.OPTIONS.CONNECTION_POOL_KWARGS")
    return found


def database_variable(settings: Settings, value: Value, alias: str) -> str:
    """Return the variable that holds a database's URL, also where the URL is used only once it is set."""
    if variable := url_variable(settings, value, ("ENGINE",)):
        return variable
    names = {variable.name for variable in settings.environment}
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


def broker(finder: Finder) -> Found[Broker]:
    """Return Celery's broker."""
    settings = finder.settings
    names = ("CELERY_BROKER_URL", "BROKER_URL", "CELERY_BROKER")
    setting = next((name for name in names if settings.get(name)), "")
    found = settings.get(setting) if setting else None
    if not setting and (whole := settings.get("CELERY")) and isinstance(whole.raw.data, dict):
        return _broker_in(finder, whole)
    value = found.value if found and isinstance(found.value, str) else ""
    variable = (found.raw.direct if found else "") or of_broker(found.variables if found else ())
    results = settings.get("CELERY_RESULT_BACKEND")
    is_text = results is not None and isinstance(results.value, str) and not results.variables
    where = Broker(value, variable, setting, results.value if results and is_text else "")
    return finder.found(where, found, "nothing sets CELERY_BROKER_URL")


def _broker_in(finder: Finder, whole: Setting) -> Found[Broker]:
    """Return the broker of a dict that is all of Celery's settings: `config_from_object(settings.CELERY)`.

    https://docs.celeryq.dev/en/stable/userguide/configuration.html#new-lowercase-settings
    """
    part = whole.raw.data.get("broker_url") or Value(None)
    url, results = entry(whole.raw, "broker_url"), entry(whole.raw, "result_backend")
    of_results = all_variables(whole.raw.data.get("result_backend") or Value(None))
    where = Broker(
        url if isinstance(url, str) else "",
        part.direct or of_broker(all_variables(part)),
        "CELERY.broker_url",
        results if isinstance(results, str) and not of_results else "",
    )
    return finder.found(where if part.data is not None else Broker(), whole, "")


def of_broker(names: Iterable[str]) -> str:
    """Return the variable of those that a URL is made of that says where the broker is; "" for none."""
    listed = list(names)
    ends = (("_URL", "_URI"), ("_HOST", "_HOSTNAME", "_SERVER", "_ENDPOINT"))
    return next((name for end in ends for name in listed if name.endswith(end)), "")


def layers(finder: Finder) -> Found[Mapping[str, Layer]]:
    """Return the layers of Channels, by alias."""
    settings = finder.settings
    found = settings.get("CHANNEL_LAYERS")
    read = {
        alias: Layer(
            backend=text_or_none(entry(value, "BACKEND")),
            hosts=texts_of(entry(value, "CONFIG")),
            variable=url_variable(settings, value, ("CONFIG",)) or next(iter(all_variables(value)), ""),
        )
        for alias, value in parts_of(found).items()
    }
    return finder.found(read, found, "nothing sets CHANNEL_LAYERS")
