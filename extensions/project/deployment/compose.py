"""What a project's Compose files say: https://docs.docker.com/reference/compose-file/."""

import posixpath
import re
import shlex
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from ..data import mapping, sequence, text_of
from ..places import PRODUCTION, is_aside, is_development, mentions
from ..tree import Tree
from . import dockerfile

NAME = re.compile(
    r"((prod|production|live)[-_.])?(docker[-_]?)?compose([-_.].*)?\.ya?ml|(local|production|prod|stack)\.ya?ml",
    re.IGNORECASE,
)

OF_OLD = ("legacy", "old", "deprecated")
MAX_EXTENDED = 10  # services that extend others
PUBLISHED = re.compile(r"(?:[0-9]{1,3}(?:\.[0-9]{1,3}){3}:)?[0-9]{1,5}:[0-9]{1,5}")


@dataclass(frozen=True)
class Service:
    """A service of a Compose file; `context` and `dockerfile` are paths in the project, "" where it builds nothing."""

    name: str
    path: str
    line: int
    image: str = ""
    context: str = ""
    dockerfile: str = ""
    target: str = ""
    command: str = ""
    entrypoint: str = ""
    environment: dict[str, str] = field(default_factory=dict, hash=False)
    command_words: tuple[str, ...] = ()  # of the command and the entrypoint, as the container gets them
    entrypoint_words: tuple[str, ...] = ()
    once: bool = False  # whether it ends, and is not started again, or starts only when it is asked for
    ports: tuple[tuple[str, str], ...] = ()  # (published, container's), each a text, "" if unset
    published: tuple[str, ...] = ()  # of these, those with both, as [ADDRESS:]PUBLISHED:TARGET[/PROTOCOL]
    mounts: tuple[tuple[str, str], ...] = ()  # (volume or path, place), of what can be written to
    env_files: tuple[str, ...] = ()  # paths in the project

    @property
    def source(self) -> str:
        """Return where the service begins."""
        return f"{self.path}:{self.line}"


@lru_cache(maxsize=4)
def read_compose(tree: Tree) -> list[Service]:
    """Return the services of the project's Compose files; those of production's and of the plain names first."""
    services: list[Service] = []
    for path in sorted(_paths(tree), key=_rank)[:12]:
        content = mapping(tree.yaml(path))
        lines = _service_lines(tree.text(path) or "")
        for name, listed in mapping(content.get("services")).items():
            item = mapping(listed)
            services.append(_service(path, name, item, lines.get(name, 1), _extended(tree, path, item)))
    return services


def _extended(tree: Tree, path: str, item: dict[str, Any], depth: int = 0) -> Service:
    """Return the service that one extends, in its own or another file; an empty one for none.

    https://docs.docker.com/reference/compose-file/services/#extends
    """
    extends = item.get("extends")
    name, file = text_of(extends) or text_of(mapping(extends).get("service")), text_of(mapping(extends).get("file"))
    other = _resolved(path.rpartition("/")[0], file) if file else path
    found = mapping(mapping(tree.yaml(other), "services").get(name))
    if not found or depth == MAX_EXTENDED:
        return Service("", path, 0)
    return _service(other, name, found, 0, _extended(tree, other, found, depth + 1))


def _paths(tree: Tree) -> list[str]:
    """Return the paths of Compose files; those that are of another time by their names only if there is no other."""
    found = [path for path in tree.paths if NAME.fullmatch(path.rpartition("/")[2]) and not is_aside(tree, path)]
    return [path for path in found if not mentions(path.rpartition("/")[2], OF_OLD)] or found


def _rank(path: str) -> tuple[bool, bool, int, bool, str]:
    name = path.rpartition("/")[2]
    production = mentions(name, (*PRODUCTION, "deploy"))
    plain = re.fullmatch(r"(docker[-_])?compose\.ya?ml", name) is not None
    return is_development(path), not (plain or production), path.count("/"), not production, path


def _service_lines(text: str) -> dict[str, int]:
    found: dict[str, int] = {}
    indent: int | None = None
    inside = False
    for number, line in enumerate(text.split("\n"), 1):
        stripped = line.strip()
        if not stripped or stripped.startswith("#"):
            continue
        depth = len(line) - len(line.lstrip())
        if depth == 0:
            inside, indent = stripped.split("#")[0].strip() == "services:", None
        elif inside:
            indent = depth if indent is None else indent
            if depth == indent and ":" in stripped:
                found.setdefault(stripped.split(":", 1)[0].strip("\"' "), number)
    return found


def _service(path: str, name: str, item: dict[str, Any], line: int, above: Service) -> Service:
    """Return a service of a file, with what it has of the one `above`, which it extends."""
    build = item.get("build")
    options = mapping(build)
    base = path.rpartition("/")[0]
    context, dockerfile_path = above.context, above.dockerfile
    if build is not None:
        given, file = text_of(build) or text_of(options.get("context")), text_of(options.get("dockerfile"))
        context = _resolved(base, given or ".") if given or not context else context
        if given or file or not dockerfile_path:
            dockerfile_path = _resolved(context, file or "Dockerfile")
    return Service(
        name=name,
        path=path,
        line=line,
        image=dockerfile.substitute(text_of(item.get("image")), {}) or above.image,
        context=context,
        dockerfile=dockerfile_path,
        target=text_of(options.get("target")) or above.target,
        command=shell_text(item.get("command")) or above.command,
        entrypoint=shell_text(item.get("entrypoint")) or above.entrypoint,
        command_words=_words(item.get("command")) or above.command_words,
        entrypoint_words=_words(item.get("entrypoint")) or above.entrypoint_words,
        once=text_of(item.get("restart")) in ("no", "false") or bool(item.get("profiles")),
        environment=above.environment | read_environment(item.get("environment")),
        ports=above.ports + tuple(port for port in map(read_port, sequence(item.get("ports"))) if port),
        published=above.published + tuple(text for text in map(_published, sequence(item.get("ports"))) if text),
        mounts=(
            *((_moved(source, above.path, base), place) for source, place in above.mounts),
            *(mount for mount in map(_mount, sequence(item.get("volumes"))) if mount),
        ),
        env_files=tuple(_resolved(base, name) for name in _env_files(item.get("env_file"))) + above.env_files,
    )


def _moved(source: str, path: str, base: str) -> str:
    """Return what the file `path` mounts as a file in the folder `base` says it."""
    if not source.startswith("."):
        return source
    place = posixpath.join("/", posixpath.dirname(path), source)
    return f"./{posixpath.relpath(place, f'/{base}')}"


def _resolved(base: str, path: str) -> str:
    """Return a path, as Compose means it, in the project: what leads out of it is taken to mean the project's root."""
    return posixpath.normpath(f"/{base}/{path}").strip("/") or "."


def shell_text(value: Any) -> str:
    """Return a command, written as a text or as a list, as one text."""
    if isinstance(value, list):
        return shlex.join(text_of(item) for item in value)
    return " ".join(text_of(value).split())


def _words(value: Any) -> tuple[str, ...]:
    """Return a command's words, with what Compose fills in.

    https://docs.docker.com/reference/compose-file/interpolation/
    """
    words = [text_of(item) for item in value] if isinstance(value, list) else dockerfile.split(text_of(value))
    return tuple(dockerfile.substitute(word.replace("$$", "\0"), {}).replace("\0", "$") for word in words)


def read_environment(value: Any) -> dict[str, str]:
    """Return what `environment:` sets, written as a mapping or as a list of NAME=value."""
    if isinstance(value, list):
        return {name: text for name, _, text in (text_of(item).partition("=") for item in value) if name}
    return {name: text_of(item) for name, item in mapping(value).items()}


def _env_files(value: Any) -> list[str]:
    """Return the paths of `env_file`, each a text or a mapping with its path, the first that counts first.

    https://docs.docker.com/reference/compose-file/services/#env_file
    """
    items = value if isinstance(value, list) else [value]
    return [name for item in reversed(items) if (name := text_of(item) or text_of(mapping(item).get("path")))]


def read_port(value: Any) -> tuple[str, str] | None:
    """Return the published and the container's port of an entry of `ports:`, in its short or long form."""
    if isinstance(value, dict):
        return text_of(value.get("published")), text_of(value.get("target"))
    text = dockerfile.substitute(text_of(value), {}).partition("/")[0]
    if not text:
        return None
    published, _, target = text.rpartition(":")
    return published.rpartition(":")[2], target


def _published(value: Any) -> str:
    """Return an entry of `ports:` in its short form; "" where it publishes none of one number.

    https://docs.docker.com/reference/compose-file/services/#ports
    """
    if isinstance(value, dict):
        parts = [text_of(value.get(name)) for name in ("host_ip", "published", "target")]
        text, protocol = ":".join(part for part in parts if part), text_of(value.get("protocol"))
    else:
        text, _, protocol = dockerfile.substitute(text_of(value), {}).partition("/")
    match = PUBLISHED.fullmatch(text)
    return f"{text}/udp" if match and protocol == "udp" else text if match else ""


def _mount(value: Any) -> tuple[str, str] | None:
    """Return what an entry of `volumes:` mounts, and where; None where nothing can be written to it.

    https://docs.docker.com/reference/compose-file/services/#volumes
    """
    if isinstance(value, dict):
        if value.get("read_only") or value.get("type") not in ("volume", "bind"):
            return None
        return text_of(value.get("source")), text_of(value.get("target"))
    parts = dockerfile.substitute(text_of(value), {}).split(":")
    if len(parts) < 2 or "ro" in (parts[2] if len(parts) > 2 else "").split(",") or not parts[1].startswith("/"):
        return None
    return parts[0], parts[1]
