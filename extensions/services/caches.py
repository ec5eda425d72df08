"""Caches, brokers and layers: where settings expect them, and what points settings at the service."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from ..project.evaluation.environment import ReadVariable
from ..project.settings.record import NamedServer
from .addresses import (
    LOCAL,
    Address,
    address,
    can_be_changed,
    is_nowhere,
    is_server,
    kind_of,
    last_word,
    names_a_server,
    variables_read,
)
from .connected import Connections
from .images import image
from .kinds import broker_kinds, engine_kind, kind, port_kind, relatives, word_kind
from .record import Service
from .site import Site

HOST_WORDS = ("HOST", "HOSTNAME", "SERVER", "SERVERS", "LOCATION", "ADDR", "ADDRESS")
OF_SETTINGS = {"RQ_QUEUES": "redis", "HUEY": "redis"}  # whose words do not say it
# A broker without a host is at this machine: https://docs.celeryq.dev/projects/kombu/en/stable/userguide/connections.html
WITHOUT_HOST = re.compile(r"^(?:redis|amqp|pyamqp)://(?:[^@/]*@)?(?=[/:]|$)")
HOST_AND_PORT = re.compile(r"[\w.-]+:\d+")
URL_WORDS = ("URL", "URI", "DSN", "BROKER", "BACKEND")


@dataclass(frozen=True)
class Literal:
    """A place at which settings expect a service, and no variable says so."""

    setting: str  # as in CACHES.default.LOCATION
    text: str
    source: str
    port: str = ""  # the setting's own, where it is not in the text
    locked: bool = False  # whether it has a password beside it
    empty: Sequence[str] = ()  # settings to make before
    listed: bool = False  # whether it is a list
    fixed: bool = False  # whether no module can change it

    @property
    def where(self) -> Address:
        """What the text says; nothing where it is no address."""
        return address(self.text) or Address("", "", "", "", "")


@dataclass(frozen=True)
class Expected:
    """What settings say of a kind of service.

    `literals` are the places that no variable changes, `moved` those of them that are on the machine itself, and that
    a module can change. `about` are the variables that settings read of it, `hosts` those that say where it is.
    """

    service: Service
    literals: list[Literal]
    moved: list[Literal]
    about: Mapping[str, ReadVariable]
    hosts: dict[str, Address]

    @property
    def names(self) -> list[str]:
        """The hosts that literals name, and that a service can have."""
        return sorted({one.where.host for one in self.literals if is_server(one.where.host)})

    @property
    def used(self) -> list[str]:
        """The variables without which settings would not start, or that name a host of their own."""
        return [name for name, where in self.hosts.items() if where.host or self.about[name].required]

    @property
    def secured(self) -> list[Literal]:
        """The literals with a login, which the service would have to be given."""
        return [one for one in self.literals if (one.where.login.strip(":") or one.locked) and one not in self.moved]


def add_other(site: Site, service: Service, found: Connections) -> None:
    """Add a service of a kind other than a database, and what points settings at it."""
    expected = _expected(site, service)
    wanted = expected.names or expected.moved or expected.used or (expected.hosts and _is_wanted(site, service))
    for one in [one for one in expected.literals if (one.fixed and one.where.host in LOCAL) or not wanted][:1]:
        found.notes.append(
            f"Settings expect {service.compose_name} at {one.text} ({one.source}); no variable changes that."
        )
    if not wanted:
        return
    if expected.secured and not expected.used:
        found.notes.append(
            f"Settings log in to {service.compose_name} with a password ({expected.secured[0].source}) that no "
            "variable changes."
        )
        return
    name = _add_services(site, expected, found)
    _move(found, expected, name)
    _point(site, found, expected, name)
    for variable, item in expected.about.items():
        if variable not in expected.hosts:
            _set_part(found, service, variable, item)


def _expected(site: Site, service: Service) -> Expected:
    literals = [
        one
        for one in (*_in_caches(site, service), *_of_celery(site), *_in_layers(site))
        if address(one.text) and kind_of(one.where) in (service.name, "")
    ]
    literals += _named(site, service)
    about = {
        name: item for name, item in variables_read(site.settings).items() if _is_about(site, name, item, service)
    }
    return Expected(
        service=service,
        literals=literals,
        moved=[one for one in literals if one.where.host in LOCAL and not one.fixed and can_be_changed(site.layout)],
        about=about,
        hosts={name: where for name, item in about.items() if (where := _address_in(name, item, service))},
    )


# Places that no variable changes.


def _in_caches(site: Site, service: Service) -> Iterable[Literal]:
    source = site.settings.caches.source
    for alias, cache in site.settings.caches.value.items():
        backend = kind(engine_kind(cache.backend or "")).speaks
        if backend == service.name and not cache.variable and cache.location:
            yield Literal(f"CACHES.{alias}.LOCATION", cache.location, source)


def _of_celery(site: Site) -> Iterable[Literal]:
    celery = site.settings.celery_broker.value
    source = site.settings.celery_broker.source
    if not celery.variable and names_a_server(celery.value):
        yield Literal(celery.setting, WITHOUT_HOST.sub(r"\g<0>localhost", celery.value), source)
    if names_a_server(celery.results):
        whole = celery.setting.rpartition(".")[0]  # a dict that has both
        results = WITHOUT_HOST.sub(r"\g<0>localhost", celery.results)
        yield Literal(f"{whole}.result_backend" if whole else "CELERY_RESULT_BACKEND", results, source)


def _in_layers(site: Site) -> Iterable[Literal]:
    source = site.settings.channel_layers.source
    for alias, layer in site.settings.channel_layers.value.items():
        if not layer.variable:
            for number, text in enumerate(layer.hosts):
                yield Literal(f"CHANNEL_LAYERS.{alias}.CONFIG.hosts.{number}", text, source)


def _named(site: Site, service: Service) -> Iterable[Literal]:
    for one in site.settings.named_servers.value:
        near = (where := address(one.text)) and (where.host in LOCAL or is_server(where.host))
        if not one.variable and near and _kind_of_named(one) == service.name:
            yield Literal(one.setting, one.text, one.source, one.port, one.locked, one.empty, one.listed, one.fixed)


def _kind_of_named(one: NamedServer) -> str:
    """Return the service of a server that a setting names: by its scheme, its port, or the setting's words."""
    where = address(one.text)
    if where and where.scheme:
        return kind_of(where)
    if one.port and (found := port_kind(one.port)):
        return found
    words = re.split(r"[._-]", one.setting.upper())
    return OF_SETTINGS.get(one.setting.partition(".")[0], "") or next(filter(None, map(word_kind, words)), "")


# Variables.


def _is_about(site: Site, name: str, item: ReadVariable, service: Service) -> bool:
    """Return whether a variable says where a service of a kind is, or how to log in to it."""
    default = item.default or ""
    where = address(default) if _names_a_port(default) else None
    if where and (where.host in ("", *LOCAL) or is_server(where.host) or is_nowhere(where.host)):
        return kind_of(where) == service.name
    if where or "://" in default:
        return False
    if any(one.variable == name and _kind_of_named(one) == service.name for one in site.settings.named_servers.value):
        return True
    if not default and name in (*_variables_of_layers(site, service), *_variables_of_caches(site, service)):
        return True
    words = name.upper().split("_")
    if any(word_kind(word) == service.name for word in words):
        return words[-1] not in ("PREFIX", "TTL", "TIMEOUT") and "READ" not in words
    if default or any(word_kind(word) for word in words) or not _is_of_broker(site, name, words):
        return False
    return _broker_kind(site) == service.name


def _variables_of_layers(site: Site, service: Service) -> list[str]:
    """Return the variables that alone say where layers of Channels are."""
    layers = site.settings.channel_layers.value.values()
    its = [layer for layer in layers if kind(engine_kind(layer.backend or "")).speaks == service.name]
    return [layer.variable for layer in its if layer.variable and not layer.hosts]


def _variables_of_caches(site: Site, service: Service) -> list[str]:
    """Return the variables that alone say where caches are."""
    caches = site.settings.caches.value.values()
    its = [cache for cache in caches if kind(engine_kind(cache.backend or "")).speaks == service.name]
    return [cache.variable for cache in its if cache.variable and not cache.location]


def _names_a_port(text: str) -> bool:
    return "://" in text or bool(re.search(r":\d+(/|$)", text))


def _is_of_broker(site: Site, name: str, words: list[str]) -> bool:
    """Return whether a variable is of Celery's broker."""
    if name in ("CELERY_BROKER_URL", "BROKER_URL") or name.endswith("_CELERY_BROKER_URL"):
        return True
    is_set = name == site.settings.celery_broker.value.variable
    return is_set and words[-1] in URL_WORDS and not words[0].startswith(("DATABASE", "DB"))


def _broker_kind(site: Site) -> str:
    """Return what Celery's broker is where nothing but a variable's name tells of it.

    It is what the project's Compose file runs, and of several that which is made to be a broker and nothing else.
    """
    brokers = broker_kinds()
    items = [item for item in site.seen if kind(item.name).speaks in brokers]
    items.sort(key=lambda item: (not item.image, brokers.index(kind(item.name).speaks) if item.image else 0))
    return kind(items[0].name).speaks if items else brokers[0]


def _address_in(name: str, item: ReadVariable, service: Service) -> Address | None:
    """Return where a variable's default says that a service is; None for a variable that says something else."""
    last, default = last_word(name), item.default or ""
    if HOST_AND_PORT.fullmatch(item.dummy):
        return Address("", "", item.dummy.partition(":")[0], str(service.port), "")  # settings take the text apart
    if _names_a_port(default):
        return address(default)
    says_where = last in (*HOST_WORDS, *URL_WORDS) or word_kind(last)
    if says_where and (not default or default in LOCAL or is_server(default)):
        return Address("", "", default, "", "")
    return None


def _is_wanted(site: Site, service: Service) -> bool:
    """Return whether an optional service is needed: the project's Compose file runs it, Celery workers have no other
    broker, or a cache, a layer, or what code connects with, is nowhere without the variable that says where it is.
    """
    if any(one.needed and _kind_of_named(one) == service.name for one in site.settings.named_servers.value):
        return True
    names = relatives(service.name)
    read = variables_read(site.settings)
    alone = (*_variables_of_caches(site, service), *_variables_of_layers(site, service))
    if any(name in read and not read[name].default for name in alone):
        return True
    if any(item.name in names and item.in_compose and item.is_stated for item in site.seen):
        return True
    celery = any("celery" in process.command for process in site.processes.processes.value)
    return (
        celery
        and not site.settings.celery_broker.value.value
        and service.is_broker
        and _broker_kind(site) == service.name
    )


# What points settings at the service.


def _add_services(site: Site, expected: Expected, found: Connections) -> str:
    """Add the service under each name that settings expect, and return the first."""
    service = expected.service
    by_variables = [where.host for where in expected.hosts.values() if is_server(where.host)]
    name = [*by_variables, *expected.names, service.compose_name][0]
    if name in found.services:
        name = service.compose_name
    literal = expected.literals[0].source if expected.literals else ""
    for each in dict.fromkeys((name, *expected.names)):
        found.services[each] = image(site, service.name)
        found.sources[each] = next((item.source for item in expected.about.values()), literal)
    found.kinds.add(service.name)
    if service.password:
        found.dotenv[service.password] = ""
    return name


def _move(found: Connections, expected: Expected, name: str) -> None:
    """Change the settings that no variable changes."""
    service = expected.service
    for one in expected.moved:
        found.settings |= {path: {} for path in one.empty}
        if one.setting.rpartition(".")[2].lower().endswith("host"):
            _move_host(found, service, one, name)
            continue
        # Of hosts without a scheme, channels_redis takes only pairs: https://pypi.org/project/channels-redis/
        otherwise = "redis" if one.setting.startswith("CHANNEL_LAYERS.") else service.scheme if service.login else ""
        scheme = one.where.scheme or otherwise
        scheme = service.scheme if scheme and scheme == service.secure_scheme else scheme
        start = f"{scheme}://{_login(service)}" if scheme else ""
        moved = f"{start}{name}:{service.port}{service.path(one.where.rest, '')}"
        found.settings[one.setting] = [moved] if one.listed else moved
        if service.password:
            found.require(service.password)


def _move_host(found: Connections, service: Service, one: Literal, name: str) -> None:
    """Change a host, and what is beside it: its port, and the login."""
    whole = one.setting.rpartition(".")[0]
    if service.login and whole.endswith(".OPTIONS"):  # a URL, and nothing beside it
        found.settings[whole] = {}
        found.settings[f"{whole}.url"] = f"{service.scheme}://{_login(service)}{name}:{service.port}"
        found.require(service.password)
        return
    if service.login:
        found.notes.append(
            f"Settings log in to {name} with the login in {one.source}. The service has the user "
            f"{service.login}, with {service.password} from .env."
        )
    start = one.setting[: -len("host")]
    upper = one.setting.endswith("HOST")
    found.settings[one.setting] = name
    if one.port not in ("", str(service.port)):
        found.settings[f"{start}{'PORT' if upper else 'port'}"] = str(service.port)
    if one.locked:
        found.settings[f"{start}{'PASSWORD' if upper else 'password'}"] = ""


def _login(service: Service) -> str:
    """Return the login of a URL, with its @."""
    return f"{service.login}:${{{service.password}}}@" if service.login else ""


def _point(site: Site, found: Connections, expected: Expected, name: str) -> None:
    """Point the variables that say where a service is at it, where their defaults do not do so already."""
    service, hosts = expected.service, expected.hosts
    own = {item.name: item.value for item in site.own_steps.value.values}
    has_broker = any("BROKER" in variable for variable in hosts)
    for variable, where in hosts.items():
        if "://" not in own.get(variable, "") and _is_spare(variable, where, service, hosts):
            continue
        required = expected.about[variable].required or expected.about[variable].told
        if where.host == name and not service.login and not where.login.strip(":") and not required:
            continue
        # A cache that is cleared must not clear Celery's queues.
        number = "1" if has_broker and "BROKER" not in variable and "CELERY" not in variable else "0"
        stated = address(own.get(variable) or expected.about[variable].default or "")
        if number == "0" and stated and stated.scheme and not stated.rest:
            number = ""  # the same database: settings may add its number, as in f"{REDIS_URL}/1"
        has_none = not (where.host or where.scheme or where.port)
        if has_none and HOST_AND_PORT.fullmatch(own.get(variable, "")):  # as in f"redis://{os.environ['REDIS_URL']}"
            where = replace(where, host=name, port=str(service.port))
        found.environment[variable] = _pointed(service, variable, where, name, number)


def _pointed(service: Service, variable: str, where: Address, name: str, number: str) -> str:
    """Return the value of a variable that says where a service is: a URL, a host and a port, or a host."""
    last = last_word(variable)
    # As CACHES takes it: https://docs.djangoproject.com/en/stable/topics/cache/#redis
    is_location = last == "LOCATION" and last not in service.with_port and not where.host
    is_bare = bool(where.host or where.port)  # a default without a scheme: settings put it into a URL
    is_url = is_location or (not is_bare and (last in URL_WORDS or bool(word_kind(last))))
    if where.scheme or is_url:
        scheme = where.scheme or service.scheme
        if service.secure_scheme:
            scheme = scheme.replace(service.secure_scheme, service.scheme)
        return f"{scheme}://{_login(service)}{name}:{service.port}{service.path(where.rest, number)}"
    if where.port:
        return f"{name}:{where.port}{where.rest}"
    return f"{name}:{service.port}" if last in service.with_port else name


def _is_spare(variable: str, where: Address, service: Service, hosts: Mapping[str, Address]) -> bool:
    """Return whether settings connect without an optional URL: by a host's variable, or without TLS."""
    words = variable.upper().split("_")
    if where.host or where.scheme or words[-1] not in URL_WORDS:
        return False
    beside = {name.upper().rpartition("_")[0] for name in hosts if name.upper().endswith("_HOST")}
    by_host = "_".join(words[:-1]) in beside or (bool(service.login) and bool(beside))
    return by_host or bool({"TLS", "SSL"} & set(words))


def _set_part(found: Connections, service: Service, variable: str, item: ReadVariable) -> None:
    """Set what else a service's variables say: the login, and RabbitMQ's virtual host."""
    word, is_asked = last_word(variable), item.required and not item.default
    value = service.part(word, item.default or "", item.hidden or (is_asked and not item.filled))
    if is_asked and item.filled and not service.password and word in ("PASSWORD", "PASS"):
        found.notes.append(
            f"Settings need {variable} ({item.source}), but {service.compose_name} has no password. Give it that one "
            "in compose.override.yaml."
        )
    if service.password and variable == service.password:
        found.required.append(variable)
    elif value is not None:
        found.environment[variable] = value
