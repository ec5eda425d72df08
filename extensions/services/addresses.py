"""Where settings expect a service: the parts of a URL, or of a host and a port."""

import re
from dataclasses import dataclass
from urllib.parse import unquote

from ..project.data import url_parts
from ..project.evaluation.environment import ReadVariable
from ..project.layout.record import Layout
from ..project.settings.record import DjangoSettings
from .kinds import engine_kind, kind, port_kind

LOCAL = frozenset(("localhost", "127.0.0.1", "::1", "0.0.0.0"))
NOWHERE = re.compile(r"(?:^|\.)(?:invalid|example)$")
ADDRESS = re.compile(
    r"(?:([a-z0-9+]+)://)?(?:([^@/]*)@)?(\[[0-9a-f:]+\]|[\w.-]*)(?::(\d+))?((?:/|\?).*)?", re.IGNORECASE
)

# https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS
OF_TLS = re.compile(r"(?:ssl[\w-]*|channel_binding)=", re.IGNORECASE)


@dataclass(frozen=True)
class Address:
    """Where a service is expected: scheme "" where the text has none, `rest` is the path and query."""

    scheme: str
    login: str
    host: str
    port: str
    rest: str


def address(text: str) -> Address | None:
    """Return the parts of a URL, or of host:port; None for what is neither."""
    match = ADDRESS.fullmatch(text.strip())
    return Address(*(part or "" for part in match.groups())) if match else None


def kind_of(where: Address) -> str:
    """Return the service that a scheme or a port belongs to, "" for none."""
    return kind(engine_kind(where.scheme)).speaks if where.scheme else port_kind(where.port)


# Celery's transports and backends without a server of their own:
# https://docs.celeryq.dev/en/stable/userguide/configuration.html#result-backend
SERVERLESS = re.compile(
    r"(?:rpc|memory|cache\+memory|disabled|file|filesystem|sqs|s3|gs|azureblockblob|azurestoragequeues|dynamodb)(?:\+\w+)?:"
    r"|(?:db|sqla)\+"
)


def names_a_server(text: str) -> bool:
    """Return whether a broker's or a backend's text is a server's URL: `django-db` and `rpc://` are none."""
    return "://" in text and not SERVERLESS.match(text)


def is_server(host: str | None) -> bool:
    """Return whether a host is a plain name that a service of Compose can have."""
    return bool(host) and host not in LOCAL and re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,62}", str(host)) is not None


def is_nowhere(host: str) -> bool:
    """Return whether a host is one that nobody has: https://www.rfc-editor.org/rfc/rfc2606."""
    return NOWHERE.search(host.lower()) is not None


def can_be_changed(layout: Layout) -> bool:
    """Return whether a module that imports all of the settings' names can stand in for the settings."""
    return layout.can_be_changed


def variables_read(settings: DjangoSettings) -> dict[str, ReadVariable]:
    """Return the variables that settings read, by name."""
    return {item.name: item for item in settings.environment.value}


def last_word(variable: str) -> str:
    """Return the last word of a variable's name, in upper case."""
    return variable.upper().rpartition("_")[2]


def query_without_tls(url: str) -> str:
    """Return the query of a database's URL, with its question mark, without what asks for TLS: services have none."""
    parts = url_parts(url)
    kept = [text for text in (parts.query if parts else "").split("&") if text and not OF_TLS.match(text)]
    return f"?{'&'.join(kept)}" if kept else ""


def database_parts(url: str) -> dict[str, str]:
    """Return host, user, password and name of a database's URL; {} for what is none."""
    parts = url_parts(url)
    if parts is None:
        return {}
    found = {"host": parts.hostname or "", "user": parts.username or "", "password": parts.password or ""}
    return {key: unquote(text) for key, text in (found | {"name": parts.path.lstrip("/")}).items()}
