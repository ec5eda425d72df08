"""What was read in a Django project, where, and how sure it is."""

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from enum import StrEnum
from typing import Any, Generic, TypeVar

from .secrets import cleaned, without_secrets

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class Certainty(StrEnum):
    """How far what was found can be relied on."""

    STATED = "stated"  # a file of the project says it in so many words
    INFERRED = "inferred"  # it follows from what files say
    ASSUMED = "assumed"  # nothing says it: a default that is safe


@dataclass(frozen=True)
class Found(Generic[T_co]):
    """A value, where it was read, and how sure it is. It holds no password and no token, however it is made.

    `source` is a path relative to the project, with a line where there is one ("config/settings/base.py:41"); empty
    for an assumption.
    `note` is a sentence for the person, where the value alone would mislead.
    `is_read` is false where nothing was read, as in a project without settings: the value then stands for nothing.
    """

    value: T_co
    source: str = ""
    certainty: Certainty = Certainty.STATED
    note: str = ""
    is_read: bool = True

    def __post_init__(self) -> None:
        # Whoever makes one, also by dataclasses.replace, comes by here.
        object.__setattr__(self, "value", cleaned(self.value))
        object.__setattr__(self, "note", without_secrets(self.note))


def unread(value: T) -> Found[T]:
    """Return what stands in a record until something is read: a value that says nothing, and that it was not read."""
    return Found(value, certainty=Certainty.ASSUMED, is_read=False)


@dataclass(frozen=True)
class Problem:
    """A file that could not be read as what it should be; `source` is its path, with a line where there is one."""

    source: str
    message: str


def by_name(record: object) -> dict[str, Found[Any]]:
    """Return what was read, by the names of the fields that hold it, in a record and in the records within it."""
    return {name: found for name, found in _fields(record) if found.is_read}


def _fields(record: object) -> Iterator[tuple[str, Found[Any]]]:
    for field in fields(record) if is_dataclass(record) and not isinstance(record, type) else ():
        value = getattr(record, field.name)
        if isinstance(value, Found):
            yield field.name, value
        else:
            yield from _fields(value)
