"""Where stored answers no longer match the project: what it says now, and what it no longer has."""

import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..questions import answers
from ..questions.defaults import defaults, from_site, site_for
from . import history, leftovers

NOTHING: tuple[Any, ...] = ("", False, None, [], {})  # an answer that needs no file
DOCKER_FILES = ("dockerfile", "compose.", "docker-compose", "default.conf")


@dataclass(frozen=True)
class Difference:
    """An answer, and what the project says now."""

    name: str
    answer: Any
    found: Any
    source: str  # where `found` is read; of an answer that nothing says any more, where it was
    is_gone: bool  # whether nothing says the answer any more
    is_kept: bool | None  # whether a person gave the answer on purpose; None where git does not know


@dataclass
class Drift:
    """In what a project and its Docker files differ from its answers."""

    differences: list[Difference] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)  # by question: what is wrong with the answer, and what to do
    leftovers: list[str] = field(default_factory=list)  # a sentence on each conflict that an update has left

    @property
    def open(self) -> list[Difference]:
        """The differences that were not made on purpose, as far as git knows."""
        return [difference for difference in self.differences if not difference.is_kept]

    @property
    def kept(self) -> list[Difference]:
        """The differences that were made on purpose."""
        return [difference for difference in self.differences if difference.is_kept]

    def __bool__(self) -> bool:
        return bool(self.open or self.refused or self.leftovers)


def compare(root: Path, answers_file: str, stored: Mapping[str, Any]) -> Drift:
    """Return how the project at `root` differs from its stored answers. Answers that are only assumed do not count."""
    drift = Drift(differences=list(_differences(root, answers_file, stored)))
    certain = {difference.name for difference in drift.open}
    known = {name: value for name, value in stored.items() if name in answers.RULES and name not in certain}
    for name, value in known.items():
        if message := answers.problem(name, value, stored, root):
            drift.refused.setdefault(name, message)
    for name, message in _files(root, known):
        drift.refused.setdefault(name, message)
    drift.leftovers = list(leftovers.found(root, [*answers.RENDERED, answers_file]))
    return drift


def _differences(root: Path, answers_file: str, stored: Mapping[str, Any]) -> Iterator[Difference]:
    site = site_for(root, answers_file)
    beside, alone = defaults(root, answers_file, site), from_site(site, root)
    said = {name for name, now in beside.items() if now.source and name in stored and stored[name] != now.value}
    silent = {
        name
        for name, now in alone.items()
        if name in stored and name not in said and not now.source and stored[name] not in (*NOTHING, now.value)
    }
    values = {name: beside[name].value for name in said} | {name: alone[name].value for name in silent}
    origins = history.origins(root, answers_file, stored, values) if values else {}
    for name, now in beside.items():
        origin = origins.get(name)
        is_kept = origin is None if name in origins else None
        if name in said:
            yield Difference(name, stored[name], now.value, now.source, False, is_kept)
        elif name in silent and origin and origin.source and not _is_replaced(origin.source):
            yield Difference(name, stored[name], alone[name].value, origin.source, True, False)


def _is_replaced(source: str) -> bool:
    """Return whether an answer was read in a project's own Docker files, which the template's have replaced since."""
    return Path(source.partition(":")[0]).name.lower().startswith(DOCKER_FILES)


def fate(root: Path, source: str) -> str:
    """Return the end of a sentence: a file, and whether it still exists."""
    path = source.partition(":")[0]
    return f"{path}, which no longer {'says so' if (root / path).exists() else 'exists'}"


def _files(root: Path, known: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield what answers name of the project that is not there, by the answer, as far as no rule of its own does."""
    folder = str(known.get("django_dir") or ".")
    if "django_dir" in known and (root / folder).is_dir() and not (root / folder / "manage.py").is_file():
        yield "django_dir", f"there is no manage.py in {folder}; give the folder of manage.py"
    settings = known.get("settings_module")
    if settings and not _has_module(root, settings):
        yield "settings_module", f"there is no {settings.replace('.', '/')}.py; give the module of the settings"
    node = known.get("node")
    if isinstance(node, Mapping) and "folder" in node:
        paths = [Path(str(node["folder"]), "package.json").as_posix(), *map(str, node.get("files", ()))]
        gone = [path for path in paths if not (root / path).exists()]
        if gone:
            yield "node", f"there is no {gone[0]}; change the answer"
    for name in ("workers", "jobs"):
        processes = known.get(name)
        for process, command in processes.items() if isinstance(processes, Mapping) else ():
            if message := _gone_program(root, root / folder, str(command)):
                yield name, f"{process} runs `{command}`, but {message}; change the answer"
                break


def _gone_program(root: Path, folder: Path, command: str) -> str:
    """Return what a process's command names of the project that is not there, "" if nothing is missing for sure."""
    if match := re.match(r"celery (?:.* )?(?:-A|--app)[ =]?([\w.]+)", command):
        application = match[1].replace(".", "/")
        package = next(root.rglob(f"{application}/__init__.py"), None)
        if _has_module(root, f"{match[1]}.celery") or any(root.rglob(f"{application}.py")):
            return ""
        if package and "elery" in package.read_text(errors="replace"):
            return ""
        return f"there is no {application}/celery.py"
    try:
        words = shlex.split(command)
    except ValueError:
        return ""
    script = words[1] if len(words) > 1 and words[0].startswith("python") and words[1].endswith(".py") else ""
    return f"there is no {script}" if script and not script.startswith("/") and not (folder / script).exists() else ""


def _has_module(root: Path, module: str) -> bool:
    path = module.replace(".", "/")
    names = (f"{path}.py", f"{path}/__init__.py")
    return any((root / name).is_file() for name in names) or any(any(root.rglob(name)) for name in names)
