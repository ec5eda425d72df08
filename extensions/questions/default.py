"""The default of a question."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ..project import Certainty, Found
from ..services.site import Site


@dataclass(frozen=True)
class Default:
    """A question's default, and where it was read ("" for an assumption)."""

    value: Any
    source: str = ""


def default_of(found: Found[Any], otherwise: Any) -> Default:
    """Return what was found, or `otherwise` where nothing was."""
    if not found.is_read or found.value in (None, ""):
        return Default(otherwise)
    return Default(found.value, "" if found.certainty is Certainty.ASSUMED else found.source)


def of_pair(rule: Callable[[Site], tuple[Any, str]]) -> Callable[[Site], Default]:
    """Return the rule of a default from a function that returns a value and where it was read."""
    return lambda site: Default(*rule(site))
