"""Servers that settings other than Django's own name: of queues such as RQ, and of whatever else has a host in it.

What is looked for is the shape, a URL or a mapping with a host, so that settings of the project's own count too. Where
a library expects a server on the machine itself because its setting names none, that is known by the library.
"""

import ast
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any

from ..evaluation.values import UNKNOWN, Value, all_variables, plain
from ..findings import Certainty, Found
from ..literals import assignments, constant, last_name
from ..places import is_aside
from ..tree import Tree
from .record import NamedServer
from .setting import Settings

# Those that other readers have.
OTHERS = frozenset(
    "DATABASES CACHES CHANNEL_LAYERS BROKER_URL CELERY_BROKER CELERY_BROKER_URL CELERY_RESULT_BACKEND LOGGING".split()  # noqa: SIM905
)
URL = re.compile(r"[a-z][a-z0-9+.-]*://\S*", re.IGNORECASE)
CONNECTS = re.compile(r"\bfrom_url\(\s*(?:settings\.(\w+)|getattr\(settings,\s*[\"'](\w+)[\"'])")
KEY = re.compile(r"[A-Za-z0-9_-]+")
OF_HUEY = ("host", "url", "connection_pool", "unix_socket_path", "backend_class")
MAX_DEPTH = 5
MAX_FOUND = 40


def named_servers(settings: Settings, apps: Collection[str], tree: Tree) -> Found[Sequence[NamedServer]]:
    """Return the servers that settings name, each with the path at which they do so."""
    found: list[NamedServer] = []
    for name, setting in settings.values.items():
        if name not in OTHERS and name.isupper() and name[0].isalpha():  # no name of the module's own
            found += _in_value(settings, name, setting.raw, setting.source, 0)
    found += _by_default(settings, apps)
    found += _of_huey_itself(settings, tree)
    found += _of_code(settings, tree)
    found = found[:MAX_FOUND]
    return Found(found, found[0].source if found else "", Certainty.INFERRED)


def _in_value(settings: Settings, path: str, value: Value, source: str, depth: int) -> Iterator[NamedServer]:
    data = value.data
    if depth > MAX_DEPTH:
        return
    if isinstance(data, dict):
        keys = {key.lower(): key for key in data if isinstance(key, str) and KEY.fullmatch(key)}
        host = data[keys["host"]] if "host" in keys else None
        if host is not None and isinstance(host.data, str) and "://" not in host.data:
            yield _of_host(
                f"{path}.{keys['host']}", host, source, *(_at(data, keys, key) for key in ("port", "password"))
            )
        for key in keys.values():
            yield from _in_value(settings, f"{path}.{key}", data[key], source, depth + 1)
    elif isinstance(data, list):
        for number, item in enumerate(data):
            yield from _in_value(settings, f"{path}.{number}", item, source, depth + 1)
    elif isinstance(data, str) and URL.fullmatch(data):
        yield NamedServer(path, data, source, variable=_variable(value))
    elif isinstance(data, str) and not depth and path.endswith("_HOST"):
        beside = path.removesuffix("HOST")
        others = (settings.get(f"{beside}{word}") for word in ("PORT", "PASSWORD"))
        yield _of_host(path, value, source, *(other.raw if other else None for other in others))


def _at(data: Mapping[Any, Value], keys: Mapping[str, str], key: str) -> Value | None:
    return data[keys[key]] if key in keys else None


def _of_host(path: str, host: Value, source: str, port: Value | None, password: Value | None) -> NamedServer:
    number = plain(port) if port else None
    return NamedServer(
        path,
        str(host.data),
        source,
        port=str(number) if isinstance(number, (int, str)) and str(number).isdigit() else "",
        locked=bool(password and (password.data is UNKNOWN or password.data) and not _variable(password)),
        variable=_variable(host),
    )


def _variable(value: Value) -> str:
    return next(iter(all_variables(value)), "")


# What libraries do without a host.


def _by_default(settings: Settings, apps: Collection[str]) -> Iterator[NamedServer]:
    """Yield the servers that libraries expect at localhost, as no setting names one."""
    for app, rule in DEFAULTS.items():
        if any(one == app or one.startswith(f"{app}.") for one in apps):
            yield from rule(settings)
    layers = settings.get("CHANNEL_LAYERS")
    data = layers.raw.data if layers else None
    for alias, layer in data.items() if isinstance(data, dict) else ():
        backend, config = _part(layer, "BACKEND"), _part(layer, "CONFIG")
        if "channels_redis" in str(backend) and (
            config is None or (isinstance(config, dict) and "hosts" not in config)
        ):
            path = f"CHANNEL_LAYERS.{alias}.CONFIG"
            empty = (path,) if config is None else ()
            yield _default(layers.source if layers else "", f"{path}.hosts", empty=empty, listed=True)


def _of_code(settings: Settings, tree: Tree) -> Iterator[NamedServer]:
    """Yield the servers of Redis that code takes from a setting, without whose variable there is no address."""
    items = {name: item for name, item in settings.values.items() if "REDIS" in name and item.value in ("", None)}
    if not (items := {name: item for name, item in items.items() if item.variables}):
        return
    for path in tree.paths:
        if path.endswith(".py") and not is_aside(tree, path):
            for match in CONNECTS.finditer(tree.text(path) or ""):
                if item := items.pop(match[1] or match[2], None):
                    where = "redis://localhost", item.source
                    yield NamedServer(item.name, *where, variable=item.variables[0], needed=True)


def _default(source: str, path: str, kind: str = "redis", **more: Any) -> NamedServer:
    return NamedServer(path, f"{kind}://localhost", source, **more)


def _part(value: Value, key: str) -> Any:
    """Return a part of a mapping as plain data, None where there is none, UNKNOWN where that is not known."""
    data = value.data
    if not isinstance(data, dict):
        return UNKNOWN
    return plain(data[key]) if key in data else None


def _setting(settings: Settings, name: str) -> tuple[Value | None, str]:
    """Return a setting as it was read, None for none, and where."""
    found = settings.get(name)
    return (found.raw, found.source) if found else (None, settings.path)


def _says(value: Value, *keys: str) -> bool:
    """Return whether a mapping has one of some keys, or may have it."""
    return not isinstance(value.data, dict) or any(key in value.data for key in keys)


def _of_q(settings: Settings) -> Iterator[NamedServer]:
    """https://django-q2.readthedocs.io/en/master/brokers.html"""
    cluster, source = _setting(settings, "Q_CLUSTER")
    others = ("orm", "sqs", "iron_mq", "mongo", "disque_nodes", "django_redis", "broker_class", "sync")
    if cluster is None:
        yield _default(source, "Q_CLUSTER.redis", empty=("Q_CLUSTER",))
    elif not _says(cluster, *others):
        redis = cluster.data.get("redis")
        if redis is None or (isinstance(redis.data, dict) and not _says(redis, "host", "unix_socket_path")):
            yield _default(source, "Q_CLUSTER.redis")


def _of_huey(settings: Settings) -> Iterator[NamedServer]:
    """https://huey.readthedocs.io/en/latest/django.html: what `connection` has counts like the rest."""
    huey, source = _setting(settings, "HUEY")
    if huey is None:
        yield NamedServer("HUEY.host", "localhost", source, empty=("HUEY",))
    elif not _says(huey, *OF_HUEY):
        kind, connection = _part(huey, "huey_class"), huey.data.get("connection", Value({}))
        in_redis = kind is None or "redis" in str(kind).lower()
        if in_redis and _part(huey, "immediate") is not True and not _says(connection, *OF_HUEY):
            yield NamedServer("HUEY.connection.host" if connection.data else "HUEY.host", "localhost", source)


def idle_queues(settings: Settings) -> list[str]:
    """Return the apps of queues whose tasks run where they are sent: a worker of Huey ends with an error then.

    https://huey.readthedocs.io/en/latest/guide.html#immediate-mode
    """
    huey = _setting(settings, "HUEY")[0]
    return ["huey.contrib.djhuey"] if huey is not None and _part(huey, "immediate") is True else []


def _of_huey_itself(settings: Settings, tree: Tree) -> Iterator[NamedServer]:
    """Yield the server of HUEY where that is a Huey: https://huey.readthedocs.io/en/latest/django.html."""
    huey, source = _setting(settings, "HUEY")
    if huey is None or huey.data is not UNKNOWN or huey.variables:
        return
    call = assignments(tree.python(source.rpartition(":")[0])).get("HUEY")
    if isinstance(call, ast.Call) and "Redis" in last_name(call.func):
        given = {keyword.arg: constant(keyword.value) for keyword in call.keywords}
        others = {"connection_pool", "unix_socket_path", "connection_params"} & given.keys()
        text = given.get("url", f"redis://{given.get('host', 'localhost')}")
        if text and not others:
            yield NamedServer("HUEY", text, source, fixed=True)


def _of_dramatiq(settings: Settings) -> Iterator[NamedServer]:
    """https://github.com/Bogdanp/django_dramatiq#installation"""
    broker, source = _setting(settings, "DRAMATIQ_BROKER")
    if broker is None or not isinstance(broker.data, dict):
        return
    kind, options = str(_part(broker, "BROKER")).lower(), broker.data.get("OPTIONS", Value({}))
    speaks = next((name for name in ("redis", "rabbitmq") if name in kind), "")
    if speaks and not _says(options, "url", "host", "client", "parameters", "connection_pool", "unix_socket_path"):
        yield _default(source, "DRAMATIQ_BROKER.OPTIONS.url", "amqp" if speaks == "rabbitmq" else speaks)


def _of_constance(settings: Settings) -> Iterator[NamedServer]:
    """https://django-constance.readthedocs.io/en/latest/backends.html"""
    backend, connection = settings.get("CONSTANCE_BACKEND"), settings.get("CONSTANCE_REDIS_CONNECTION")
    in_redis = backend is None or "redis" in str(backend.value)
    if (
        in_redis
        and not settings.get("CONSTANCE_REDIS_CONNECTION_CLASS")
        and (not connection or connection.value == {})
    ):
        yield _default(backend.source if backend else settings.path, "CONSTANCE_REDIS_CONNECTION")


def _of_cacheops(settings: Settings) -> Iterator[NamedServer]:
    """https://github.com/Suor/django-cacheops#setup"""
    connection = settings.get("CACHEOPS_REDIS")
    off = settings.value("CACHEOPS_ENABLED", True) is False
    if not off and not settings.get("CACHEOPS_SENTINEL") and (not connection or connection.value == {}):
        yield _default(connection.source if connection else settings.path, "CACHEOPS_REDIS")


DEFAULTS: Mapping[str, Callable[[Settings], Iterator[NamedServer]]] = {
    "django_q": _of_q,
    "huey.contrib.djhuey": _of_huey,
    "django_dramatiq": _of_dramatiq,
    "constance": _of_constance,
    "cacheops": _of_cacheops,
}
