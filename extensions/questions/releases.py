"""Whether docker/deploy.sh releases on one host, and by which answers."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from . import kinds

ROLLING: Mapping[str, Any] = {
    "rolling": True,
    "use_compose": True,
    "static_server": "nginx",
    "reverse_proxy": "nginx",
}


def rolls(answers: Mapping[str, Any]) -> bool:
    """Return whether compose.yaml has the service `proxy`, which docker/deploy.sh leaves running.

    Answers may be text still: "yes" is True.
    """
    given = {name: answers.get(name) for name in ROLLING}
    for name in ("rolling", "use_compose"):
        given[name] = str(given[name]).strip().lower() in kinds.TRUE
    return given == ROLLING


def named(answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the names of template files are rendered with."""
    return {"rolls": partial(rolls, answers), **answers}
