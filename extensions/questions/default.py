"""The default of a question."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ..project import Certainty, Findings


@dataclass(frozen=True)
class Default:
    """A question's default, and where it was read ("" for an assumption)."""

    value: Any
    source: str = ""


def found(findings: Findings, name: str, otherwise: Any) -> Default:
    """Return what was found under `name`, or `otherwise` where nothing was."""
    finding = findings.found.get(name)
    if finding is None or finding.value in (None, ""):
        return Default(otherwise)
    return Default(finding.value, "" if finding.certainty is Certainty.ASSUMED else finding.source)


def of_pair(rule: Callable[[Findings], tuple[Any, str]]) -> Callable[[Findings], Default]:
    """Return the rule of a default from a function that returns a value and where it was read."""
    return lambda findings: Default(*rule(findings))
