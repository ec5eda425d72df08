"""The default of a question."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Default:
    """A question's default, and where it was read ("" for an assumption)."""

    value: Any
    source: str = ""
