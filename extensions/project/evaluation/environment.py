"""The environment variables that settings read, and what the packages that read them make of their text."""

import json
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from ..data import url_parts
from ..places import PRODUCTION
from ..secrets import HIDDEN, SERVICE, is_secret, without_secrets
from .values import TRUE, UNKNOWN, Value, Variable, plain, wrap

# https://github.com/jazzband/dj-database-url#url-schema and https://django-environ.readthedocs.io/en/latest/types.html
ENGINES = {
    "postgres": "django.db.backends.postgresql",
    "postgresql": "django.db.backends.postgresql",
    "psql": "django.db.backends.postgresql",
    "pgsql": "django.db.backends.postgresql",
    "postgis": "django.contrib.gis.db.backends.postgis",
    "mysql": "django.db.backends.mysql",
    "mysql2": "django.db.backends.mysql",
    "mysqlgis": "django.contrib.gis.db.backends.mysql",
    "mysql-connector": "mysql.connector.django",
    "sqlite": "django.db.backends.sqlite3",
    "spatialite": "django.contrib.gis.db.backends.spatialite",
    "oracle": "django.db.backends.oracle",
    "oraclegis": "django.contrib.gis.db.backends.oracle",
    "mssql": "mssql",
    "mssqlms": "mssql",
    "cockroach": "django_cockroachdb",
    "cockroachdb": "django_cockroachdb",
    "redshift": "django_redshift_backend",
    "timescale": "timescale.db.backends.postgresql",
    "timescalegis": "timescale.db.backends.postgis",
}
CACHES = {
    "locmem": "django.core.cache.backends.locmem.LocMemCache",
    "locmemcache": "django.core.cache.backends.locmem.LocMemCache",
    "dummy": "django.core.cache.backends.dummy.DummyCache",
    "dummycache": "django.core.cache.backends.dummy.DummyCache",
    "db": "django.core.cache.backends.db.DatabaseCache",
    "dbcache": "django.core.cache.backends.db.DatabaseCache",
    "file": "django.core.cache.backends.filebased.FileBasedCache",
    "filecache": "django.core.cache.backends.filebased.FileBasedCache",
    "memcached": "django.core.cache.backends.memcached.PyMemcacheCache",
    "memcache": "django.core.cache.backends.memcached.PyMemcacheCache",
    "pymemcache": "django.core.cache.backends.memcached.PyMemcacheCache",
    "pymemcached": "django.core.cache.backends.memcached.PyMemcacheCache",
    "redis": "django.core.cache.backends.redis.RedisCache",
    "rediss": "django.core.cache.backends.redis.RedisCache",
    "rediscache": "django.core.cache.backends.redis.RedisCache",
    "hiredis": "django.core.cache.backends.redis.RedisCache",
}
EMAIL = {
    "smtp": "django.core.mail.backends.smtp.EmailBackend",
    "console": "django.core.mail.backends.console.EmailBackend",
    "consolemail": "django.core.mail.backends.console.EmailBackend",
    "file": "django.core.mail.backends.filebased.EmailBackend",
    "filemail": "django.core.mail.backends.filebased.EmailBackend",
    "memory": "django.core.mail.backends.locmem.EmailBackend",
    "memorymail": "django.core.mail.backends.locmem.EmailBackend",
    "dummy": "django.core.mail.backends.dummy.EmailBackend",
    "dummymail": "django.core.mail.backends.dummy.EmailBackend",
}
SECRET_DUMMY = (
    "only-for-building-the-image-0123456789-abcdefghijkl"  # at least 50 characters, as Django's security.W009 wants
)
# The same as a key of Fernet, which has a form: https://cryptography.io/en/latest/fernet/
FERNET_DUMMY = "only-for-building-the-image-0123456789-abcd="
FERNET = ("FERNET", "FERNET_KEY", "ENCRYPTION_KEY")  # what the names of variables with such a key end in


# Texts of the form that an identifier and a date have.
UUID = "00000000-0000-4000-8000-000000000000"
DATE = "2000-01-01"
PLACEHOLDER = "build"  # for a text of which the name tells nothing
JSON_KINDS = {"json": "[]", "object": "{}"}  # types whose text is JSON: a list, and a mapping; each when it is empty
DSN = "http://build@localhost/1"  # https://docs.sentry.io/concepts/key-terms/dsn-explainer/
URL_KINDS = ("db", "cache", "email")  # types whose text is a URL that becomes a setting


class Environment:
    """The variables that were read, by name, in an environment where only those in `given` are set."""

    def __init__(self, given: Mapping[str, str]):
        self.given = dict(given)
        self.variables: dict[str, Variable] = {}
        self.exported: dict[str, Variable] = {}  # that settings set where nothing else does, for what they import
        self.reads: list[str] = []

    def note(self, name: str, source: str, type: str = "str", kind: str = "") -> Variable:
        """Record that `name` is read, and return it."""
        variable = self.variables.setdefault(name, Variable(name, source))
        self.reads.append(name)
        if type != "str" and variable.type == "str":
            variable.type = type
        variable.kind = variable.kind or kind
        return variable

    def text(self, name: str) -> Any:
        """Return the text of a variable: None where it is not set, UNKNOWN where it must be."""
        if name in self.given:
            return self.given[name]
        return UNKNOWN if name in self.variables and self.variables[name].required else None

    def set_default(self, name: str, default: Value) -> None:
        """Record what settings use where `name` is not set, unless that is known already."""
        variable = self.variables[name]
        if variable.default is None and (data := plain(default)) is not UNKNOWN and not isinstance(data, dict):
            variable.default = data


def as_text(default: Any) -> str | None:
    """Return a default as one would write it in an environment file; None if it has no such text."""
    if default is None or default is UNKNOWN:
        return None
    if isinstance(default, (list, tuple)):
        parts = [as_text(item) for item in default]
        return None if None in parts else ",".join(part for part in parts if part is not None)
    return str(default) if isinstance(default, (str, bool, int, float)) else None


def converted(text: str, type: str) -> Value:
    """Return what a variable's text becomes when read as `type`."""
    if type in URL_KINDS:
        return wrap(parse_url(text, type))
    if type == "bool":
        return Value(text.lower() in TRUE)
    if type == "int":
        try:
            return Value(int(text))
        except ValueError:
            return Value()
    if type in JSON_KINDS:
        try:
            return wrap(json.loads(text))
        except (ValueError, RecursionError):
            return Value()
    if type == "list":
        return wrap([part.strip() for part in text.split(",") if part.strip()])
    return Value(text)


def parse_url(url: Any, kind: str = "db") -> dict[str, Any]:
    """Return Django's setting for a database ("db"), cache or e-mail URL; UNKNOWN for what the URL does not tell."""
    setting = {"db": "ENGINE", "cache": "BACKEND", "email": "EMAIL_BACKEND"}[kind]
    empty = {setting: UNKNOWN, "NAME": UNKNOWN} if kind == "db" else {setting: UNKNOWN}
    if not isinstance(url, str):
        return empty
    scheme, _, rest = url.partition("://") if "://" in url else url.partition(":")
    scheme = scheme.lower().partition("+")[0]
    if kind == "cache":
        return {setting: CACHES.get(scheme, UNKNOWN), "LOCATION": url if "redis" in scheme else rest}
    if kind == "email":
        return {setting: EMAIL.get(scheme, UNKNOWN)}
    if "sqlite" in scheme or scheme == "spatialite":
        name = unquote(rest.partition("?")[0])
        name = name[1:] if name.startswith("/") else name
        return {"ENGINE": ENGINES.get(scheme, UNKNOWN), "NAME": name or ":memory:", "URL": url}
    parts = url_parts(f"scheme://{rest}")
    if parts is None:
        return empty
    name, host = unquote(parts.path.lstrip("/")), parts.hostname or ""
    return {"ENGINE": ENGINES.get(scheme, UNKNOWN), "NAME": name, "HOST": host, "URL": url}


def looks_secret(variable: Variable) -> bool:
    """Return whether a variable's text should be kept from others, going by its name, type and default."""
    if variable.kind in ("db", "email"):
        return True
    return is_secret(variable.name, as_text(variable.default), variable.type)


def shown_default(variable: Variable) -> str | None:
    """Return a default as text, None where it is a secret or there is none; a service's URL only has no password."""
    text = as_text(variable.default)
    if text is not None and variable.type in JSON_KINDS:
        text = json.dumps(variable.default)
    if text and looks_secret(variable) and not variable.kind and not SERVICE.match(text):
        return None
    return without_secrets(text) if text else text


def kind_of(variable: Variable) -> str:
    """Return how a variable's text is read, as ReadVariable has it: by what reads it, its default, then its name."""
    default = variable.default
    if variable.type != "str":
        return variable.type
    if isinstance(default, bool) or default in ("True", "False", "true", "false"):
        return "bool"
    if isinstance(default, int):
        return "int"
    if isinstance(default, (list, tuple)):
        return "list"
    if isinstance(default, str) and "://" in default:
        return "url"
    return "url" if default in (None, "") and variable.name.endswith(("_URL", "_URI")) else "str"


def dummy_url(variable: Variable) -> str:
    """Return a URL that settings accept while an image is built."""
    name = variable.name.upper()
    if variable.kind == "db" or name in ("DATABASE_URL", "DB_URL"):
        scheme = str(variable.default).partition("://")[0]
        server = "://" in str(variable.default) and scheme in ENGINES and "lite" not in scheme
        return f"{scheme}://localhost/build" if server else "sqlite:////tmp/build.sqlite3"
    if variable.kind == "cache":
        return "locmemcache://"
    if variable.kind == "email":
        return "consolemail://"
    if "REDIS" in name or "CELERY" in name or "BROKER" in name or "VALKEY" in name:
        return "redis://localhost:6379/0"
    if "AMQP" in name or "RABBIT" in name:
        return "amqp://localhost:5672"
    return "http://localhost"


def dummy(variable: Variable) -> str:
    """Return a text that settings accept while an image is built, where nothing is connected to."""
    if variable.type in JSON_KINDS:
        return json.dumps(json_of(variable)) if variable.parts else JSON_KINDS[variable.type]
    if variable.fitting:
        return production_value(variable) or variable.fitting[0]
    name, kind = variable.name.upper(), kind_of(variable)
    if SEARCH & {*name.split("_")} and name.endswith(("ENDPOINT", "ENDPOINTS", "HOSTS", "URL", "URLS")):
        return "http://localhost:9200"  # without a port, clients stop
    if variable.kind or kind == "url":
        return dummy_url(variable)
    if variable.opened:
        return PLACEHOLDER
    if kind in ("bool", "int", "list"):
        return {"bool": "False", "int": "1", "list": _item(variable)}[kind]
    if production := production_value(variable):
        return production
    if REDIS & {*name.split("_")} and name.endswith(("_DB", "_DATABASE", "_INDEX")):
        return "0"  # its databases are numbers
    if "DSN" in name.split("_") or name.endswith("SENTRY"):
        return DSN
    if name.endswith(("EMAIL", "MAIL_FROM")):
        return "build@localhost"
    if looks_secret(variable):
        return FERNET_DUMMY if name.endswith(FERNET) else SECRET_DUMMY
    ending = next((text for endings, text in BY_ENDING.items() if name.endswith(endings)), "")
    hosts = ("HOST", "HOSTNAME", "DOMAIN", "SERVER", "FQDN")
    is_host = any(word in hosts for word in name.split("_")) and not name.endswith("USER")
    return ending or ("localhost" if is_host else PLACEHOLDER)


def _item(variable: Variable) -> str:
    """Return a text that settings accept as a list: its one item."""
    item = variable.parts.get(0)
    return dummy(item) if item and (item.type == "int" or item.fitting) else "localhost"


def json_of(variable: Variable, first: bool = False) -> Any:
    """Return JSON that settings accept, with the keys that they read; with `first`, for the first .env.

    There, what only you can know is to be changed; the key of Django is made at random.
    """
    found = {key: part for key, part in variable.parts.items() if key not in variable.asked}
    if variable.type == "object":
        return {key: json_of(part, first) for key, part in found.items() if isinstance(key, str)}
    if variable.parts and variable.type != "list":
        part = found.get(0)
        return [json_of(part, first)] if part and (part.required or part.parts or part.compared) else []
    text = _accepted(variable)
    if first and text in (SECRET_DUMMY, PLACEHOLDER) and not variable.compared:
        return HIDDEN
    if variable.type == "int" or (variable.type == "str" and text == "False"):
        return int(text) if text != "False" else False
    return variable.compared[0] if variable.compared and text == PLACEHOLDER else text


# What a text is whose variable's name ends so.
SEARCH = frozenset(("ELASTIC", "ELASTICSEARCH", "OPENSEARCH", "ES"))
REDIS = frozenset(("REDIS", "VALKEY", "KEYDB"))
BY_ENDING = {
    ("DEBUG",): "False",
    ("LOG_LEVEL", "LOGLEVEL", "LOGGING_LEVEL"): "INFO",
    ("ENVIRONMENT",): "production",
    ("PORT",): "1",
    ("PATH", "DIR", "ROOT", "FOLDER", "DIRECTORY"): "/tmp",
}


def production_value(variable: Variable) -> str:
    """Return what a variable that tells debugging or the environment's name is set to in production; else "".

    It goes by the name: `read_settings` looks for another text where DEBUG stays on with this one.
    """
    words = variable.name.upper().split("_")
    if words[-1] in ("DEVELOPMENT", "DEV", "DEVEL") and variable.type == "bool":
        return "False" if str(variable.default).lower() in TRUE else ""
    if words[-1] == "DEBUG" and variable.type != "list":
        return ("0" if variable.type == "int" else "False") if str(variable.default).lower() in TRUE else ""
    if any(word in words for word in ("ENV", "ENVIRONMENT", "STAGE", "DEPLOYMENT", "MODE", "CONFIGURATION", "TIER")):
        lower = {text.lower(): text for text in variable.compared}
        return next((lower[name] for name in PRODUCTION if name in lower), "")
    return ""


@dataclass(frozen=True)
class ReadVariable:
    """An environment variable that settings read, as production and the build of an image need it."""

    name: str
    default: str | None = None  # None where there is none, or it is not shown
    hidden: bool = False  # whether there is a default that is a secret
    required: bool = False  # whether production's settings do not load without it
    filled: bool = False  # whether that is so with an empty text, too
    refused: bool = False  # whether that is although there is a default
    secret: bool = False  # whether its value should be kept from others
    source: str = ""
    type: str = "str"  # bool | int | list | json | object | url | str
    separator: str = ","  # of the items, where the text is a list
    encoded: bool = False  # whether the text is in base64
    build: bool = False  # whether some settings do not load without it
    dummy: str = ""  # a text that settings accept while an image is built
    first: str = ""  # the same for the first .env, where it is JSON with keys
    opened: str = ""  # where settings read the file that it names, and fail without
    example: str = ""  # a file of the project for it, from manage.py's folder; "" for none
    production: str | None = None  # what it is set to in production, None for nothing that is known
    compared: Sequence[str] = ()  # texts that settings compare it with
    told: bool = False  # whether only the project's other files tell of it, and have the default
    misplaces: bool = False  # whether the own image's value is a switch to a folder that only that image has


def _accepted(variable: Variable) -> str:
    """Return a dummy that is no address of this machine, where such a one is refused; in base64 where that is read."""
    if variable.encoded:
        return _encoded(variable.fitting[0] if variable.fitting else dummy(variable))
    text = dummy(variable)
    is_local = variable.refused and any(host in str(variable.default) for host in ("localhost", "127.0.0.1"))
    return text.replace("localhost", "www.example.com") if is_local else text


def _first(variable: Variable) -> str:
    if not variable.parts or variable.type not in JSON_KINDS:
        return ""
    text = json.dumps(json_of(variable, first=True))
    return _encoded(text) if variable.encoded else text


def _encoded(text: str) -> str:
    """Return a text in base64, JSON with a space, without which it begins like the tokens of the web."""
    return b64encode((f" {text}" if text.startswith('{"') else text).encode()).decode()


def described(variable: Variable) -> ReadVariable:
    """Return what others know of a variable."""
    build = variable.required or variable.perhaps
    default = shown_default(variable)
    return ReadVariable(
        name=variable.name,
        default=default,
        hidden=default is None and as_text(variable.default) not in (None, ""),
        required=variable.required,
        filled=variable.filled,
        refused=variable.refused,
        secret=looks_secret(variable) and not variable.opened,
        source=variable.source,
        type=kind_of(variable),
        separator=variable.separator,
        encoded=variable.encoded,
        build=build,
        dummy=_accepted(variable) if build else "",
        first=_first(variable) if build else "",
        opened=variable.opened if build else "",
        production=production_value(variable) or None,
        compared=[
            text
            for text in variable.compared
            if isinstance(text, str) and not is_secret(variable.name, text, variable.type)
        ],
    )
