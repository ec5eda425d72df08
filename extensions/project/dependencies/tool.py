"""What there is to know of a tool that installs dependencies, and of a project's files for it.

The tools themselves are in a room above, which passes them in.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from ..data import mapping, text_of
from ..deployment.recipes import Line
from ..tree import Tree
from .distributions import Distribution
from .one_machine import Foreign
from .python_statements import Statement
from .requirements import Requirements


@dataclass
class Installation:
    """A way to install the dependencies: a tool, its files, and what they ask for; `source` is what says so."""

    tool: "Tool"
    source: str = ""
    files: list[str] = field(default_factory=list)
    lock_file: str = ""
    groups: dict[str, str] = field(default_factory=dict)  # of production: name: source
    options: list[str] = field(default_factory=list)  # those of the command that install them
    direct: list[Distribution] = field(default_factory=list)
    local: list[tuple[str, str]] = field(default_factory=list)  # (paths, and folders of archives; source)
    requirements: Requirements = field(default_factory=Requirements)
    requirements_file: str = ""
    requirements_files: list[str] = field(default_factory=list)  # it, and what it and those beside it include
    beside: list[tuple[str, str]] = field(default_factory=list)  # other requirements files that production installs
    compiled: list[str] = field(default_factory=list)  # names of which the tool takes no wheel
    foreign: list[Foreign] = field(default_factory=list)  # what only one machine can install
    is_kept_aside: bool = False  # whether the files are in a folder for such files, below what they are for
    stated: bool = True
    note: str = ""

    @property
    def installer(self) -> str:
        """The name of the tool, "none" where there is none."""
        return self.tool.name


@dataclass(frozen=True)
class Search:
    """Where ways to install are looked for: in `folders`, that of manage.py first, for `tools`.

    `steps` are the project's own scripts, as recipes.read_lines has them.
    """

    tree: Tree
    folders: list[str]
    steps: list[Line]
    tools: tuple["Tool", ...]


@dataclass(frozen=True)
class Tool:
    """What reading has to know of one tool: which files it has, who uses it, and what its files say.

    Without `find`, a project's files for it are not read: a person is told so, where there is nothing else.
    """

    name: str
    title: str = ""  # as people write it; "" for its name

    # Its files, by their names.
    manifests: tuple[str, ...] = ()  # they say what to install: a folder that has one is a project's
    maybe_manifests: tuple[str, ...] = ()  # they may say it, and are there for other reasons as well
    lock: str = ""  # what it installs from
    other_locks: tuple[str, ...] = ()  # what tells versions, and is not what it installs from
    pins_by_itself: bool = False  # whether its manifests pin versions, so that it needs no lock file

    # Its tables of a pyproject.toml, and what they say, each by the keys that lead there.
    table: str = ""  # below [tool]: who has it uses the tool; "" where who has it may not
    backend: str = ""  # with which the build backend's name begins
    named_in: tuple[str, ...] = ()  # the table with the project's name, beside [project]
    listed_in: tuple[str, ...] = ()  # requirements files, where [project] says that dependencies are dynamic
    version_files: tuple[tuple[str, ...], ...] = ()  # a module with the version, which a build writes

    # Its command in scripts of others.
    command: re.Pattern[str] | None = None  # that installs
    uses: Callable[[Line, Installation], bool] = lambda step, found: True  # whether such a step means these files
    wraps: bool = False  # whether it runs other commands, as in `uv run gunicorn`
    builds: str = ""  # its option that builds the package behind it from source, though it has a wheel; "" for none

    # What a project has for it.
    find: Callable[[Search], Iterator[Installation]] | None = None
    # What a lock file pins for production, by canonical name, from what the manifest asks for.
    read_lock: Callable[[Tree, Installation, dict[str, Distribution]], dict[str, Distribution]] | None = None
    # Which versions of Python its files in a folder allow.
    pythons: Callable[[Tree, str], Iterator[Statement]] | None = None
    # The release of it that files in folders require, "" for any, and where.
    required: Callable[[Tree, list[str]], tuple[str, str]] | None = None

    def __post_init__(self) -> None:
        if not self.title:
            object.__setattr__(self, "title", self.name)

    @property
    def locks(self) -> tuple[str, ...]:
        """The names of all its lock files."""
        return (*([self.lock] if self.lock else []), *self.other_locks)


NONE = Tool("none")


def manifests(tools: Iterable[Tool]) -> list[str]:
    """Return the names of files that say what to install, of the tools whose files are read."""
    return list(dict.fromkeys(name for tool in tools if tool.find for name in tool.manifests))


def locks(tools: Iterable[Tool]) -> list[str]:
    """Return the names of lock files."""
    return list(dict.fromkeys(name for tool in tools for name in tool.locks))


def wrappers(tools: Iterable[Tool]) -> frozenset[str]:
    """Return the names of commands that run other commands."""
    return frozenset(tool.name for tool in tools if tool.wraps)


def name_in(pyproject: dict[str, Any], tools: Iterable[Tool]) -> str:
    """Return the project's name in a pyproject.toml: in `[project]`, or in a tool's table; "" where none has it."""
    tables = [("project",), *(tool.named_in for tool in tools if tool.named_in)]
    names = (text_of(mapping(pyproject, *table).get("name")) for table in tables)
    return next((name for name in names if name), "")
