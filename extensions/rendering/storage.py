"""Where the images keep what Django writes: the volumes, the links to them, and what nginx may send from them."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from ..services import containers

HOME = "/home/django"  # of the images, where settings keep something in the home directory


def in_workdir(path: str) -> str:
    """Return a path as it is in the image, where the project is in /workdir, and "~" stands for the home directory."""
    if is_in_home(path):
        return HOME + path[1:]
    return path if path.startswith("/") else f"/workdir/{path}".removesuffix("/.")


def is_in_home(path: str) -> bool:
    """Return whether a path is the home directory, or below it."""
    return path == "~" or path.startswith("~/")


def home(paths: Iterable[str]) -> str:
    """Return HOME in the images: a folder that can be a volume where one of the paths is in it, or else /tmp."""
    return HOME if any(is_in_home(path) for path in paths) else "/tmp"


def volumes(folders: Iterable[str], files: Iterable[str], services: Mapping[str, str], root: str) -> dict[str, str]:
    """Return the paths in the image of what Django writes, each by the name of its volume.

    A volume keeps its name, and with it its content, whatever other folders there are. Of those that would have the
    same one, the last has it, and the others have the whole path as their name.
    """
    paths = list(dict.fromkeys(([root] if list(files) else []) + [in_workdir(folder) for folder in folders]))
    short = {path: re.sub(r"[^a-z0-9]+", "-", path.removeprefix("/workdir").lower()).strip("-") for path in paths}
    last = {name: path for path, name in short.items()}
    taken = set(containers.volumes(services))
    # Compose takes a single letter before a colon for a drive of Windows.
    names = {path: name for path, name in short.items() if last[name] == path and name not in taken and len(name) > 1}
    taken |= set(names.values())
    for path in paths:
        if path not in names:
            whole = f"/root{path}" if path != "/workdir" and not path.startswith("/workdir/") else path
            names[path] = _free(re.sub(r"[^A-Za-z0-9_.]+", "-", whole).strip("-"), taken)
            taken.add(names[path])
    return {names[path]: path for path in paths}


def links(files: Iterable[str], root: str) -> dict[str, str]:
    """Return the place below `root` of each file that Django writes to.

    Of files of one name, that nearest to the project's root keeps it, and the others have their whole path in theirs.
    """
    ordered = sorted(files, key=lambda path: (path.count("/"), path))
    names: dict[str, str] = {}
    for path in reversed(ordered):
        names[path.rpartition("/")[2]] = path
    found = {path: f"{root}/{name}" for name, path in names.items()}
    taken = set(found.values())
    for path in ordered:
        if path not in found:
            found[path] = _free(f"{root}/{path.replace('/', '-')}", taken)
            taken.add(found[path])
    return {path: found[path] for path in files}


def _free(name: str, taken: set[str]) -> str:
    return next(text for text in _numbered(name) if text not in taken)


def _numbered(name: str) -> Iterator[str]:
    yield name
    number = 2
    while True:
        yield f"{name}-{number}"
        number += 1


@dataclass(frozen=True)
class Uploads:
    """What nginx hands out beside static files.

    `public` says whether it serves MEDIA_ROOT; `denied` are the locations there that it must not serve; `internal` are
    the folders that it serves where Django says so, by their URL; `mounts` are the volumes that it reads, each a path
    by its name.
    """

    public: bool
    denied: list[str]
    internal: dict[str, str]
    mounts: dict[str, str]


# What SQLite keeps beside a database, and a log that is rotated: https://sqlite.org/tempfiles.html
BESIDE = r"(-journal|-shm|-wal|\.[0-9]+)?(/|$)"


def uploads(
    media_url: str,
    media_root: str,
    static_url: str,
    private: Mapping[str, str],
    volumes: Mapping[str, str],
    links: Mapping[str, str],
    static_root: str = "",
) -> Uploads:
    """Return what nginx hands out of the volumes; nothing that it cannot read, since it is in none.

    One URL has one folder: two locations of the same path stop nginx.
    """
    places = {in_workdir(path): url for path, url in private.items()}
    static_url = f"{static_url.rstrip('/')}/"
    internal = {url: place for place, url in places.items() if url and _volume(volumes, place)}
    media = in_workdir(media_root) if media_root else ""
    public = bool(media_url and media and _volume(volumes, media))
    public = public and media not in places and media_url not in (static_url, *internal)
    places = dict.fromkeys(links.values(), "") | places
    hidden = {
        place.removeprefix(f"{media}/"): url
        for place, url in sorted(places.items())
        if public and _is_within(place, media)
    }
    denied = [f"{media_url}{path}/" for path, url in hidden.items() if url]
    if paths := "|".join(_literal(path) for path, url in hidden.items() if not url):
        denied.append(f"~ ^{_literal(media_url)}({paths}){BESIDE}")
    read = ([media] if public else []) + list(internal.values())
    mounts = {name: volumes[name] for place in read for name in [_volume(volumes, place)]}
    for name, place in volumes.items():  # what Django writes beside static files is one of them
        if static_root and _is_within(place, in_workdir(static_root)) and name not in mounts:
            inner = PurePosixPath(place).relative_to(in_workdir(static_root)).as_posix()
            mounts[name] = f"/usr/share/nginx/html{static_url}{inner}"
    return Uploads(public, denied, internal, mounts)


def _literal(path: str) -> str:
    """Return a path as a regular expression; of what an answer may have in it, only these mean something there."""
    return re.sub(r"([.+])", r"\\\1", path)


def _volume(volumes: Mapping[str, str], place: str) -> str:
    """Return the name of the volume that a path in the image is in, the innermost; "" for none."""
    around = [name for name, path in volumes.items() if _is_within(place, path)]
    return max(around, key=lambda name: len(volumes[name]), default="")


def _is_within(place: str, folder: str) -> bool:
    return PurePosixPath(place).is_relative_to(folder)
