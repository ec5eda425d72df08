"""System packages: what apt-get, apk and files for hosting services install, by Debian's names."""

import posixpath
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from ...tree import Loader
from ..steps import Step
from .record import Done, Kind, NotUnderstood, Packages, Surroundings, Taken

PACKAGE = re.compile(r"[a-z0-9][a-z0-9+.-]+")
MANAGERS = ("apt-get", "apt", "aptitude", "apk", "microdnf", "dnf", "yum")
# What base images install with: https://github.com/bitnami/minideb#adding-packages, and scripts named like it.
SCRIPT = re.compile(r"(?:[\w-]+-)?apt-install(?:\.sh)?|install_packages")
CLEANS = ("apt-cleanup", "apt-cleanup.sh")
FROM_A_FILE = re.compile(r"\bxargs\b|\$\((?:<|\s*(?:cat|grep|sed)\b)")
INSTALLS = re.compile(r"\bapt(?:-get)?\b.*\binstall\b|\bapk\b.*\badd\b")
WITH_VALUE = ("-t", "--target-release", "-o", "--option", "-c", "--virtual", "--repository", "-X")
SERVER_S_NUMBER = re.compile(r"(?<=^postgresql-client)-\d*$|(?<=^postgresql-contrib)-\d*$|(?<=^postgresql)-\d+$")
# People install it for pg_config and the headers of libpq, by the number of a release that Debian has no more.
SERVER_HEADERS = re.compile(r"^postgresql-server-dev-(?:all|[0-9.]+)$")
OWN_NUMBER = re.compile(r"(?P<stem>lib[a-z0-9+.-]*?[a-z+-]|postgresql-client-|libmagickwand-|python)[0-9][0-9a-z.+-]*")
JAVA = re.compile(r"^openjdk-[0-9]+-(?=j)")


@lru_cache(maxsize=1)
def _data() -> Mapping[str, Any]:
    text = (Path(__file__).parent / "system_packages.yml").read_text(encoding="utf-8")
    found: Mapping[str, Any] = yaml.load(text, Loader)
    return found


@lru_cache(maxsize=1)
def _time64() -> frozenset[str]:
    lines = (Path(__file__).parent / "time64.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if not line.startswith("#"))


def _names(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


def in_debian(name: str, alpine: bool = False) -> list[str] | None:
    """Return Debian's names for a package of Alpine's, or of another release; None where none is known.

    None at all, [], where Debian needs no package for it.
    """
    data = _data()
    if alpine:
        if name in data["alpine"]:
            return _names(data["alpine"][name])
        if name.startswith("tesseract-ocr-data-"):
            return [f"tesseract-ocr-{name.removeprefix('tesseract-ocr-data-')}"]
        if name.startswith("font-noto-"):  # a script's
            return ["fonts-noto-core"]
        known = any(name in data[names] for names in ("alpine_same", "unneeded", "of_node", "renamed"))
        if not known and not name.startswith(("python3", "py3-")):
            return None
    name = SERVER_HEADERS.sub("libpq-dev", JAVA.sub("default-", SERVER_S_NUMBER.sub("", name)))
    if name in data["renamed"]:
        return _names(data["renamed"][name])
    if name.startswith(("python-", "language-pack-")):  # of Python 2, which Debian has no more, and of Ubuntu
        return []
    if name in _time64():
        return [f"{name}t64"]
    known = name in data["libraries"].values() or name in data["handy"]
    if not known and (match := OWN_NUMBER.fullmatch(name)) and match["stem"] in data["versioned"]:
        development = "-dev" in name and match["stem"] not in ("python", "libpython")
        return [name] if development else _names(data["versioned"][match["stem"]])
    return [name]


def is_for_building(name: str) -> bool:
    """Return whether a package of Debian's compiles, or is what others are compiled with."""
    return (
        name.endswith("-dev")
        or name in _data()["compilers"]
        or re.fullmatch(r"(?:gcc|g\+\+|clang)-[0-9]+", name) is not None
    )


def library_of(name: str) -> list[str]:
    """Return the libraries that go with a package that is compiled with, where they are known."""
    return _names(_data()["libraries"].get(name, ()))


def programs_of(name: str) -> list[str]:
    """Return the programs of a package that is only handy."""
    return list(_data()["handy"].get(name, ()))


def is_in_bookworm_alone(names: Iterable[str]) -> bool:
    """Return whether one of these packages is in Debian bookworm, and no longer in trixie."""
    return not set(names).isdisjoint(_data()["in_bookworm"])


def sorted_packages(names: Iterable[str], source: str, alpine: bool = False, final: bool = True) -> Packages:
    """Return names as what they are for. What only a stage has that does not run (`final` is False) builds."""
    build: dict[str, None] = {}
    run: dict[str, None] = {}
    handy: dict[str, None] = {}
    unknown: list[str] = []
    data = _data()
    for given in names:
        debian = in_debian(given, alpine)
        if debian is None or given in data["of_others"]:
            unknown.append(given)
            continue
        for name in debian:
            if name in data["unneeded"] or given in data["unneeded"] or name in data["of_node"]:
                continue
            if name in data["handy"]:
                handy[name] = None
            elif is_for_building(name) or not final:
                build[name] = None
            else:
                run[name] = None
    return Packages(source, tuple(build), tuple(run), tuple(handy), tuple(unknown))


def _listed(step: Step, around: Surroundings) -> list[str]:
    """Return the packages that a step installs from a file of the project: `xargs apt-get install < packages.txt`."""
    installs = FROM_A_FILE.search(step.text) and INSTALLS.search(step.text)
    if not (installs or SCRIPT.fullmatch(step.program)) or around.place is None:
        return []
    for word in re.findall(r"[\w./-]+", step.text):
        if path := around.place.find(posixpath.normpath(posixpath.join(step.workdir, word))):
            lines = (line.partition("#")[0].split() for line in (around.tree.text(path) or "").split("\n"))
            names = [name for line in lines for name in line]
            if names and all(PACKAGE.fullmatch(name) for name in names):
                return names
    return []


def _read(step: Step, around: Surroundings) -> list[Taken] | None:
    if step.keyword == "RUN" and (listed := _listed(step, around)):
        return [sorted_packages(listed, step.source, "apk" in step.words, step.final)]
    if step.keyword == "RUN" and step.program in CLEANS:
        return [Done(step.source, "packages of the image")]
    is_script = SCRIPT.fullmatch(step.program) is not None
    if step.keyword != "RUN" or not (is_script or step.program in MANAGERS):
        return None
    manager, words = step.program, step.words[1:]
    if manager in ("microdnf", "dnf", "yum"):
        return [NotUnderstood(step.source, step.text[:200], "its packages are named as in another distribution")]
    verb = "add" if manager == "apk" else "install"
    if verb not in words and not is_script:
        return [Done(step.source, "packages of the image")]
    if step.stage in around.of_node:
        return [Done(step.source, "the stage of the front end")]
    names: list[str] = []
    skip = False
    virtual = False
    for word in words:
        if skip:
            skip = False
        elif word.startswith("-"):
            skip = word in WITH_VALUE
            virtual = virtual or word.startswith("--virtual") or (manager == "apk" and word == "-t")
        elif word != verb:
            name = re.split(r"[=<>~@/]", word)[0]
            if PACKAGE.fullmatch(name) and not name.endswith((".txt", ".list", ".deb")):
                names.append(name)
    # What Alpine's images install under a name of its own is removed again: it only builds.
    return [sorted_packages(names, step.source, manager == "apk", step.final and not virtual)]


SYSTEM_PACKAGES = Kind("system packages", _read)
