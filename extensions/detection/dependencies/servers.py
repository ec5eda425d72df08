"""Which application server a project's requirements bring, and what its Gunicorn knows."""

import re

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import Version

from ..deployment.recipes import Step
from .distributions import Distribution
from .requirements import parse_version

# The order where no step says which: an ASGI server may be there for a worker class or for runserver.
SERVERS = ("gunicorn", "uwsgi", "granian", "uvicorn", "hypercorn", "daphne", "waitress")
DISTRIBUTIONS = {"pyuwsgi": "uwsgi", "uwsgi": "uwsgi"}

CONTROL_SOCKET = Version("25.1.0")  # opens it, and knows --no-control-socket: https://gunicorn.org/news/
GUNICORN_RELEASES = [
    "19.9.0",
    "19.10.0",
    "20.0.4",
    "20.1.0",
    "21.2.0",
    "22.0.0",
    "23.0.0",
    "24.0.0",
    "24.1.0",
    "24.1.1",
    "25.0.0",
    "25.0.1",
    "25.0.2",
    "25.0.3",
    "25.1.0",
    "25.2.0",
    "25.3.0",
    "26.0.0",
    "26.1.0",
    "27.0.0",
    "27.0.1",
    "28.0.0",
    "99.0.0",
]  # the last two stand for those to come


def has_control_socket(distribution: Distribution | None) -> bool:
    """Return whether the Gunicorn to be installed, the newest that is allowed, knows --no-control-socket."""
    if distribution is None:
        return True
    if version := parse_version(distribution.version):
        return version >= CONTROL_SOCKET
    try:
        wanted = SpecifierSet(distribution.specifier)
    except InvalidSpecifier:
        return True
    allowed = [Version(release) for release in GUNICORN_RELEASES if wanted.contains(release)]
    if allowed:
        return max(allowed) >= CONTROL_SOCKET
    # A release that the list leaves out: ~=20.0.1
    limits = [parse_version(part.version.rstrip(".*")) for part in wanted]
    return any(limit is not None and limit >= CONTROL_SOCKET for limit in limits)


def server_used(distributions: dict[str, Distribution], steps: list[Step]) -> tuple[str, str, list[str]]:
    """Return the application server that production uses, its source, and all servers among the requirements.

    Of several, the one that the project's Dockerfile, Procfile or Compose file starts; "" where there is none.
    """
    present = {
        DISTRIBUTIONS.get(name, name): item.source
        for name, item in distributions.items()
        if DISTRIBUTIONS.get(name, name) in SERVERS
    }
    servers = [name for name in SERVERS if name in present]
    if len(servers) > 1:
        for step in steps:
            if step.kind in ("dockerfile", "deploy", "compose") and not step.development:
                for name in servers:
                    if re.search(rf"(?:^|[\s\"'/\[]){name}[\"',]*(?:\s|$)", step.text) and "install" not in step.text:
                        return name, step.source, servers
    return (servers[0], present[servers[0]], servers) if servers else ("", "", servers)
