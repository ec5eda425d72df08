"""What was read in a Django project, where, and how sure it is."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeVar

from .secrets import cleaned, without_secrets

T = TypeVar("T")


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
    _worked_out: dict[Callable[..., Any], Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    def add(
        self, name: str, value: Any, source: str = "", certainty: Certainty = Certainty.STATED, note: str = ""
    ) -> Finding:
        """Record a Finding under its name, replacing an earlier one, and return it; without passwords and tokens."""
        self.found[name] = Finding(name, cleaned(value), source, certainty, without_secrets(note))
        self._worked_out.clear()  # it may follow from what was there before
        return self.found[name]

    def value(self, name: str, default: Any = None) -> Any:
        """Return the value found under `name`, or `default`."""
        return self.found[name].value if name in self.found else default

    def once(self, work_out: Callable[["Findings"], T]) -> T:
        """Return what a function makes of these findings; it runs once, unless something is added in between."""
        if work_out not in self._worked_out:
            self._worked_out[work_out] = work_out(self)
        found: T = self._worked_out[work_out]
        return found
