"""Which application server a project's requirements bring."""

import re

from ..deployment.recipes import Line
from .distributions import Distribution

# The order where no step says which: an ASGI server may be there for a worker class or for runserver.
SERVERS = ("gunicorn", "uwsgi", "granian", "uvicorn", "hypercorn", "daphne", "waitress")
DISTRIBUTIONS = {"pyuwsgi": "uwsgi", "uwsgi": "uwsgi"}


def server_used(distributions: dict[str, Distribution], steps: list[Line]) -> tuple[str, str, list[str]]:
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
