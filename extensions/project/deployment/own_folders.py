"""The folders that a project's own image makes, and that its Compose files keep, as paths here and in that image."""

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass

from ..places import is_development
from ..tree import Tree
from .compose import read_compose
from .evidence import Evidence
from .kinds.record import Folder


@dataclass(frozen=True)
class OwnFolder:
    """A folder by its path in the own image, and by that in the project, "" where it is not in it.

    `is_written` says that it is there to be written to: it is made when the image starts, or is a volume.
    """

    path: str
    inner: str
    source: str
    is_written: bool


def own_folders(tree: Tree, evidence: Evidence) -> Iterator[OwnFolder]:
    """Yield the folders that steps make, then those that Compose mounts for services of the own image; not the
    project's own folder, nor one that a service has its Python in."""
    for item in evidence.of(Folder):
        if posixpath.normpath(item.path) != posixpath.normpath(evidence.home or "/"):
            yield OwnFolder(item.path, _inner(item.path, evidence), item.source, item.at_start)
    services = [service for service in read_compose(tree) if not is_development(service.path)]
    commands = " ".join(f"{service.entrypoint} {service.command}" for service in services)
    images = {service.image for service in services if service.context and service.dockerfile == evidence.dockerfile}
    for service in services:
        ours = service.dockerfile == evidence.dockerfile if service.context else service.image in images
        for source, target in service.mounts if ours and evidence.dockerfile else ():
            path = posixpath.normpath(target)
            of_python = path.endswith("venv") or f"{posixpath.basename(path)}/bin/python" in commands
            if _is_for_data(tree, service.path, source) and not of_python:
                yield OwnFolder(path, _inner(path, evidence), service.source, True)


def _inner(path: str, evidence: Evidence) -> str:
    home = evidence.home.rstrip("/")
    if not home or not path.startswith(f"{home}/"):
        return ""
    return posixpath.normpath(posixpath.join(evidence.root, path.removeprefix(f"{home}/")))


def _is_for_data(tree: Tree, compose: str, source: str) -> bool:
    """Return whether what is mounted is a volume, or a folder of which the project has nothing."""
    if not source.startswith((".", "/", "~", "$")):
        return True
    if not source.startswith(".") or "." in posixpath.basename(source):
        return False
    place = posixpath.normpath(posixpath.join(posixpath.dirname(compose), source))
    named = place == "." or place.startswith("..")
    return not named and not any(path.startswith(f"{place}/") for path in tree.paths)
