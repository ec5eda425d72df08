"""The front ends that a project builds with Node."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..findings import Found, unread


@dataclass(frozen=True)
class Package:
    """A package.json with a build: `command` runs it from the folder `dir`.

    `output` is a folder or a file of the project, several joined by a space, "" where it is not plainly readable.
    Without a build script, the command is the one of a Dockerfile, or of a Makefile, that builds.
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
    build: str  # "" where what is installed is needed as it is
    output: Sequence[str]
    runtime: bool  # whether Django reads what is built, too


@dataclass(frozen=True)
class Stage:
    """A stage of a Dockerfile in which a front end is built: an item of the answer `assets_stages`."""

    name: str
    image: str  # or the name of a stage before it
    instructions: Sequence[str]
    output: Mapping[str, str]  # what is made in it, and where the images have that


@dataclass(frozen=True)
class Frontend:
    """The front ends of a project, and the one that is built for Django."""

    frontend: Found[Sequence[Package]] = unread(())  # those with a build, nearest the root first
    stages: Found[Sequence[Stage]] = unread(())  # those of the own Dockerfile, where they do more than `node`
    node: Found[Node | None] = unread(None)  # None where nothing is built, or git has it, or Django does not serve it
    node_tools: Found[Sequence[str]] = unread(())  # instructions by which Node's programs run in a stage of Python's
