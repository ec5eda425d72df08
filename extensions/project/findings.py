"""What was read in a Django project, where, and how sure it is."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from .secrets import cleaned, without_secrets


class Certainty(StrEnum):
    """How far a Finding can be relied on."""

    STATED = "stated"  # a file of the project says it in so many words
    INFERRED = "inferred"  # it follows from what files say
    ASSUMED = "assumed"  # nothing says it: a default that is safe


@dataclass(frozen=True)
class Finding:
    """A value, where it was read, and how sure it is.

    `source` is a path relative to the project, with a line where there is one ("config/settings/base.py:41"); empty
    for an assumption.
    `note` is a sentence for the person, where the value alone would mislead.
    """

    name: str
    value: Any
    source: str = ""
    certainty: Certainty = Certainty.STATED
    note: str = ""


@dataclass(frozen=True)
class Problem:
    """A file that could not be read as what it should be; `source` is its path, with a line where there is one."""

    source: str
    message: str


@dataclass
class Findings:
    """All that was read in one project, by name, and what could not be read."""

    found: dict[str, Finding] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def add(
        self, name: str, value: Any, source: str = "", certainty: Certainty = Certainty.STATED, note: str = ""
    ) -> Finding:
        """Record a Finding under its name, replacing an earlier one, and return it; without passwords and tokens."""
        self.found[name] = Finding(name, cleaned(value), source, certainty, without_secrets(note))
        return self.found[name]

    def value(self, name: str, default: Any = None) -> Any:
        """Return the value found under `name`, or `default`."""
        return self.found[name].value if name in self.found else default
