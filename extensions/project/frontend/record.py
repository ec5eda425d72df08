"""The front ends that a project builds with Node."""

from collections.abc import Sequence
from dataclasses import dataclass

from ..findings import Found, unread


@dataclass(frozen=True)
class Package:
    """A package.json with a build: `command` runs it from the folder `dir`.

    `output` is a folder or a file of the project, several joined by a space, "" where it is not plainly readable.
    Without a build script, the command is the one of a Dockerfile that builds.
    """

    dir: str
    package_manager: str
    lock_file: str
    node_version: str
    build_script: str
    command: str
    output: str
    source: str


@dataclass(frozen=True)
class Node:
    """How Node builds what Django serves: the answer `node`."""

    version: str  # of the image
    folder: str
    files: Sequence[str]  # what is installed needs these alone
    install: str
    build: str
    output: Sequence[str]
    runtime: bool  # whether Django reads what is built, too


@dataclass(frozen=True)
class Frontend:
    """The front ends of a project, and the one that is built for Django."""

    frontend: Found[Sequence[Package]] = unread(())  # those with a build, nearest the root first
    node: Found[Node | None] = unread(None)  # None where nothing is built, or git has it, or Django does not serve it
