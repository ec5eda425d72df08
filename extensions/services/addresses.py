"""Where settings expect a service: the parts of a URL, or of a host and a port."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from ..project import Findings
from ..project.data import url_parts
from .kinds import engine_kind, kind, port_kind

LOCAL = frozenset(("localhost", "127.0.0.1", "::1", "0.0.0.0"))
ADDRESS = re.compile(
    r"(?:([a-z0-9+]+)://)?(?:([^@/]*)@)?(\[[0-9a-f:]+\]|[\w.-]*)(?::(\d+))?((?:/|\?).*)?", re.IGNORECASE
)


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


def last_word(variable: str) -> str:
    """Return the last word of a variable's name, in upper case."""
    return variable.upper().rpartition("_")[2]


def given(read: Mapping[str, Mapping[str, Any]], variable: str) -> Mapping[str, Any]:
    """Return a variable that settings read; {} for one that they do not."""
    return read.get(variable, {})


def query(url: str) -> str:
    """Return the query of a URL, with its question mark."""
    parts = url_parts(url)
    return f"?{parts.query}" if parts and parts.query else ""


def database_parts(url: str) -> dict[str, str]:
    """Return host, user, password and name of a database's URL; {} for what is none."""
    parts = url_parts(url)
    if parts is None:
        return {}
    found = {"host": parts.hostname or "", "user": parts.username or "", "password": parts.password or ""}
    return {key: unquote(text) for key, text in (found | {"name": parts.path.lstrip("/")}).items()}
