"""The values other than plain data that the evaluator knows, and how it leaves a block of statements."""

import ast
from dataclasses import dataclass, field
from typing import Any

from .references import Reference
from .values import Binding, Value

Names = dict[str, Binding]


class Stop(Exception):
    """The steps are used up."""


class Returned(Exception):
    """A function returns a value."""

    def __init__(self, value: Value):
        self.value = value


class Raised(Exception):
    """The code raises; `variable` is the one that is not set, where that is why."""

    def __init__(self, variable: str = "", module: str = "", kind: str = ""):
        self.variable = variable
        self.module = module
        self.kind = kind


class LoopEnd(Exception):
    """A turn of a loop ends early, and with `leave` the loop."""

    def __init__(self, leave: bool):
        self.leave = leave


@dataclass(eq=False, slots=True)
class Unique:
    """What `object()` makes: it is the same as nothing but itself."""


@dataclass(eq=False, slots=True)
class Scope:
    """Where names are looked up (innermost first) and assigned (the first, but for those declared global)."""

    file: str
    chain: list[Names]
    declared: set[str] = field(default_factory=set)
    returned: list[Value] = field(default_factory=list)
    owner: "Class | None" = None

    @property
    def globals(self) -> Names:
        """Return the module's names."""
        return self.chain[-1]


@dataclass(eq=False, slots=True)
class Function:
    """A function of the project; `owner` is the class whose method it is."""

    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
    scope: Scope
    owner: "Class | None" = None
    is_property: bool = False
    decorators: tuple[str, ...] = ()


@dataclass(eq=False, slots=True)
class Annotation:
    """How a name of a class is annotated, and where names in that are looked up."""

    node: ast.expr
    scope: Scope


@dataclass(eq=False, slots=True)
class Class:
    """A class of the project."""

    name: str
    bases: list[Value]
    names: Names
    source: str
    annotations: dict[str, Annotation] = field(default_factory=dict)
    members: list[str] = field(default_factory=list)  # texts, if it is an enumeration and no text itself

    def line(self) -> list["Class | Reference"]:
        """Return the class and those it inherits from, in the order in which Python looks."""
        found: list[Class | Reference] = []

        def visit(value: Any, depth: int) -> None:
            if depth > 20 or len(found) > 200:
                return
            found.append(value)
            for base in value.bases if isinstance(value, Class) else ():
                if isinstance(base.data, (Class, Reference)):
                    visit(base.data, depth + 1)

        visit(self, 0)
        return list(dict.fromkeys(reversed(found)))[::-1]


def behind(line: list[Class | Reference], after: Class | None) -> list[Class | Reference]:
    """Return the part of a class's line that super() looks in: behind the class whose method calls it."""
    return line[line.index(after) + 1 :] if after is not None and after in line else line


@dataclass(eq=False, slots=True)
class Instance:
    """An instance of a class of the project."""

    cls: Class
    names: Names
    after: Class | None = None  # for super(): look only behind this class


@dataclass(eq=False, slots=True)
class Module:
    """A module of the project; without a path, an object that has attributes and nothing else."""

    path: str
    names: Names


@dataclass(eq=False, slots=True)
class Content:
    """A file that is open, or the text that was read of it; `path` as it is while settings are worked out."""

    path: str


@dataclass(eq=False, slots=True)
class Lazy:
    """A name imported by a module that is not settings itself: looked up once it is needed."""

    node: ast.ImportFrom
    file: str
    name: str


@dataclass(eq=False, slots=True)
class Space:
    """globals() and its kin: names as a dict."""

    names: Names


def members_of(cls: Class) -> list[str]:
    """Return the texts of an enumeration: https://docs.python.org/3/library/enum.html."""
    if cls.members:
        return cls.members
    bases = {base.name.rpartition(".")[2] for base in cls.line() if isinstance(base, Reference)}
    values = [bound.value.data for bound in cls.names.values()] if bases & {"Enum", "StrEnum"} else []
    return [value for value in values if isinstance(value, str)]
