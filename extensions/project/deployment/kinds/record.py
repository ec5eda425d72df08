"""The shape of a kind of step, and of what a step is taken for. It imports nothing but the steps themselves."""

import posixpath
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from ...tree import Tree
from ..steps import Place, Step


class When(StrEnum):
    """When a command is to run: before static files are collected, on the code of both images, or at the start."""

    STATIC = "static"
    CODE = "code"
    START = "start"


@dataclass(frozen=True)
class Done:
    """The template does this itself, or it means nothing in its images; `what` says which, `options` how."""

    source: str
    what: str
    options: tuple[str, ...] = ()
    kind: str = "done"


@dataclass(frozen=True)
class Packages:
    """System packages by Debian's names: to build with, to run with, and programs that are only handy.

    `unknown` are names that nothing is known of in Debian.
    """

    source: str
    build: tuple[str, ...] = ()
    run: tuple[str, ...] = ()
    handy: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    kind: str = "packages"


@dataclass(frozen=True)
class Requirements:
    """Distributions of PyPI, as pip takes them, that are installed beside what a file lists."""

    source: str
    names: tuple[str, ...]
    kind: str = "requirements"


@dataclass(frozen=True)
class Variable:
    """A variable of the image, for whatever runs in it."""

    source: str
    name: str
    value: str
    kind: str = "variable"


@dataclass(frozen=True)
class Folder:
    """A folder that must be there, by its path in the image; `at_start` says that it is made when that starts."""

    source: str
    path: str
    at_start: bool = False
    kind: str = "folder"


@dataclass(frozen=True)
class Port:
    """A port on which the image listens."""

    source: str
    number: int
    kind: str = "port"


@dataclass(frozen=True)
class Command:
    """A command that must run once, in manage.py's folder; with `may_fail`, what follows runs even if it fails.

    `given` are the variables that are set for it alone, without secrets.
    """

    source: str
    words: tuple[str, ...]
    when: When
    may_fail: bool = False
    given: tuple[tuple[str, str], ...] = ()
    kind: str = "command"


@dataclass(frozen=True)
class FrontEnd:
    """A command of Node's, or of another tool that builds a front end, and the folder of the image that it runs in."""

    source: str
    words: tuple[str, ...]
    folder: str
    kind: str = "front end"


@dataclass(frozen=True)
class Worker:
    """A process that runs beside the server; `every` is after how many seconds one that ends runs again."""

    source: str
    words: tuple[str, ...]
    every: int = 0
    kind: str = "worker"


@dataclass(frozen=True)
class Carried:
    """A command of the build that is carried over as it stands; what it needs is in any image of Debian."""

    source: str
    text: str
    kind: str = "carried"


@dataclass(frozen=True)
class NotUnderstood:
    """A step that is none of these, and why, for the person to look at; its text has no secret."""

    source: str
    text: str
    why: str = ""
    kind: str = "not understood"


Taken = (
    Done | Packages | Requirements | Variable | Folder | Port | Command | FrontEnd | Worker | Carried | NotUnderstood
)


@dataclass(frozen=True)
class Surroundings:
    """What a kind may ask of the project and of the image around a step."""

    tree: Tree
    django_dir: str = "."
    manage: str = "manage.py"
    home: str = ""  # where the image has the project
    root: str = "."  # which folder of the project that is
    place: Place | None = None
    of_node: frozenset[str] = frozenset()  # stages that start from an image of Node alone
    distributions: frozenset[str] = frozenset()
    installs: frozenset[str] = frozenset()  # files that the template installs from, none where pip does
    unmigrated: tuple[str, ...] = field(default=())  # apps with models and without migrations in the project
    apps: tuple[str, ...] = ()  # INSTALLED_APPS
    migrated: bool = False  # whether a step before it has made the database: what follows is of it
    scripts: Mapping[str, str] = field(default_factory=dict)  # those of the project's own package: name, module

    def in_workdir(self, path: str) -> str:
        """Return where the template's images have a path of the container that is the project's."""
        inner = posixpath.relpath(path, self.home.rstrip("/") or "/")
        return posixpath.normpath(posixpath.join("/workdir", self.root, inner))

    def is_in_project(self, path: str) -> bool:
        """Return whether a path of the container is a file or a folder of the project, or in a folder of it."""
        home = self.home.rstrip("/")
        if not home or not path.startswith(f"{home}/"):
            return False
        inner = posixpath.normpath(posixpath.join(self.root, posixpath.relpath(path, home)))
        folder = posixpath.dirname(inner)
        return any(other == inner or other.startswith((f"{inner}/", f"{folder}/")) for other in self.tree.paths)


@dataclass(frozen=True)
class Kind:
    """One kind of what a step does: `read` says what a step is taken for, None where it is of another kind."""

    name: str
    read: Callable[[Step, Surroundings], Sequence[Taken] | None]
