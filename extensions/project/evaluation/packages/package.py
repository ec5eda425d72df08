"""What is known of a package that settings use."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from ..objects import Class, Scope
from ..references import Arguments, Reader, Reference
from ..state import External, State
from ..values import Binding, Value

ReaderCall = Callable[[State, Reader, str, Arguments], Value]
MemberRead = Callable[[State, list[Class | Reference], str, Binding], Value | None]
ScopedCall = Callable[[State, Arguments, Scope], None]


@dataclass(frozen=True)
class Package:
    """What stands in for a package's functions, objects and classes; packages/__init__.py lists all.

    `functions` are known by their dotted names; for others `told` returns what stands in, or None.
    `reads` are those of them that read a variable whenever they are called.
    `readers` says how an object that reads the environment is called: the Reader, its method, and the arguments.
    `bases` says what calling a class of the project makes whose base's dotted name begins so.
    `member` reads an attribute of an instance whose classes are the package's, and returns None for those of others.
    `made` is told when a class of the project is called, and with what, before there is an instance of it.
    `scoped` are functions that work on the names of the module that calls them, and return nothing.
    """

    functions: Mapping[str, External] = field(default_factory=dict)
    told: Callable[[str], External | None] | None = None
    reads: frozenset[str] = frozenset()
    readers: Mapping[str, ReaderCall] = field(default_factory=dict)
    bases: Mapping[str, External] = field(default_factory=dict)
    member: MemberRead | None = None
    made: Callable[[State, Class, Arguments], None] | None = None
    scoped: Mapping[str, ScopedCall] = field(default_factory=dict)
