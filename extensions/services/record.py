"""The shape of what is known of one kind of service. It imports nothing of the project's reading, nor of questions."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Own:
    """What the project says of a service's image: what its Compose file runs, and PostgreSQL's extensions.

    `kind` is the kind that the project names, which may be another one that the same clients speak to. `image`,
    without a digest, and `version`, the number with which its tag begins, are "" where its Compose file has none.
    """

    kind: str = ""
    image: str = ""
    version: str = ""
    extensions: frozenset[str] = frozenset()

    def numbers(self, count: int, default: str) -> str:
        """Return the first numbers of the version, or `default` where there is none."""
        return ".".join(self.version.split(".")[:count]) or default


@dataclass(frozen=True)
class Dialect:
    """How Django, and a project's variables, name a database's server."""

    backend: str
    scheme: str
    words: tuple[str, ...]  # of variables' names
    mention: str  # what is in the texts with which settings compare the variable that selects a database
    addon: str  # what app.json calls it
    samples: tuple[str, ...] = ()  # more texts that may select it
    geographic: str = ""  # the kind with the same clients that has a map's types as well
    clients: tuple[str, ...] = ()  # packages and programs that only those have who connect to it
    stated_by: tuple[str, ...] = ()  # other kinds that can be what the project's Compose file runs for it
    # What clients use where a connection does not say it: a part of the connection by the variable that has it.
    variables: dict[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class At:
    """A service in compose.yaml: its name, its image, and what it is to hold."""

    name: str
    image: str
    database_name: str
    database_user: str
    others: tuple[str, ...] = ()  # the names of further databases

    @property
    def major(self) -> int:
        """The first number of the image's tag, like 18 of postgres:18.1-alpine; 99 where it names none."""
        match = re.match(r"(?:pg)?([0-9]+)", self.image.rpartition("/")[2].partition(":")[2])
        return int(match[1]) if match else 99


@dataclass(frozen=True)
class Container:
    """How compose.yaml runs a service. Texts that are YAML are written as they are."""

    memory: str
    pids: int
    test: str  # YAML: the command of the health check
    times: tuple[tuple[str, str], ...]  # of the health check, in the order in which they are written
    environment: tuple[tuple[str, str], ...] = ()  # what begins with "${" is written as it is
    folder: str = ""  # of the volume; "" for none
    user: str = ""
    hostname: bool = False  # whether the host has the service's name
    hostname_comment: str = ""
    test_comment: str = ""
    shm_size: str = ""
    read_only: bool = False
    tmpfs: str = ""  # YAML
    stop_grace_period: str = ""
    create: tuple[str, ...] = ()  # the lines of SQL that a new volume gets
    # The words of the commands that write the database to the output, and read it from the input; none where it is
    # none. The last word may be a script of several lines.
    backup: tuple[str, ...] = ()
    restore: tuple[str, ...] = ()
    login: tuple[tuple[str, str], ...] = ()  # the variables by which these log in


@dataclass(frozen=True)
class Service:
    """One kind of service: how a project names it, and how Compose runs it.

    Without `image`, it is only seen in projects, and compose.yaml does not run it.
    """

    name: str
    family: str = ""  # the kind whose clients speak to it too; "" for its own name

    # How the project names it.
    images: tuple[str, ...] = ()  # the last part of an image's name, without registry and tag
    image_texts: tuple[str, ...] = ()  # what is anywhere in the image, where the last part alone does not say it
    drivers: tuple[str, ...] = ()  # distributions that speak to it
    engines: tuple[str, ...] = ()  # a part of a database's or cache's dotted name, or of a URL's scheme
    apps: tuple[str, ...] = ()  # of INSTALLED_APPS
    words: tuple[str, ...] = ()  # of variables' names
    is_sql: bool = False  # whether it is a database of Django's
    is_broker: bool = False  # whether it can be Celery's broker
    is_cache: bool = False  # whether it keeps what can be made again
    told: bool = False  # whether a person is told that compose.yaml does not run it, where the project does
    lacks: str = ""  # a sentence on what images lack for it

    # How settings are pointed at it.
    port: int = 0
    compose_name: str = ""  # the name of the service in Compose, where settings expect none
    login: str = ""  # the user's name that is in each URL
    password: str = ""  # the variable of .env with its password
    dialect: Dialect | None = None
    scheme: str = ""
    secure_scheme: str = ""  # with TLS, which the service does not have
    # From the path of an address, and the number of a database ("" for none), to the path at the service.
    path: Callable[[str, str], str] = lambda path, number: path
    # From a variable's last word, its default and whether that is hidden, to its value; None to leave it alone.
    part: Callable[[str, str, bool], str | None] = lambda word, default, hidden: None
    with_port: tuple[str, ...] = ()  # the last words of variables that hold a host and a port

    # How Compose runs it.
    image: Callable[[Own], str] | None = None
    version_of: tuple[str, ...] = ()  # the kinds whose version counts for the image; none for its own
    described: tuple[str, ...] = ()  # the last parts of the images' names that `container` can describe
    container: Callable[[At], Container] | None = None

    @property
    def speaks(self) -> str:
        """The name of the kind whose clients speak to it."""
        return self.family or self.name
