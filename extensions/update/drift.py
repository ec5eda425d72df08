"""What answers say that a project has no more: `python -m extensions --check`, beside what it says otherwise now."""

import io
import re
import shlex
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from plumbum import CommandNotFound, local

from ..questions import answers
from ..questions.default import Default
from ..questions.defaults import defaults
from . import leftovers

NOTHING: tuple[object, ...] = ("", False, None, [], {})  # an answer that needs no file


def remarks(
    root: Path, answers_file: str, stored: Mapping[str, Any], now: Mapping[str, Default], named: set[str]
) -> Iterator[str]:
    """Yield a sentence on each answer that this version refuses, or whose file is gone, and on each conflict left.

    `now` are the defaults that follow from the project alone, `named` the answers on which there is a sentence
    already.
    """
    said = set(named)
    known = {name: value for name, value in stored.items() if name in answers.RULES and name not in said}
    found = [(name, answers.problem(name, value, stored, root)) for name, value in known.items()]
    found += [(name, message) for name, message in _files(root, known)]
    for name, message in found:
        if message and name not in said:
            said.add(name)
            yield f"{name}: {message}."
    silent = [name for name, value in known.items() if name not in said and _is_silent(name, value, now)]
    if silent:
        then = _when_copied(root, answers_file)
        for name in silent:
            if name in then and then[name].source and then[name].value == known[name]:
                path = then[name].source.partition(":")[0]
                yield f"{name}: the answer was read in {path}, which {_fate(root / path)} any more: change the answer."
    yield from leftovers.found(root, [*answers.RENDERED, answers_file])


def _fate(path: Path) -> str:
    return "does not say so" if path.exists() else "is not there"


def _is_silent(name: str, value: Any, now: Mapping[str, Default]) -> bool:
    """Return whether an answer is more than nothing, and nothing in the project says anything about it."""
    return value not in NOTHING and name in now and not now[name].source and now[name].value != value


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


def _when_copied(root: Path, answers_file: str) -> dict[str, Default]:
    """Return the defaults of the project as it was when its answers were first committed; none where git lacks it."""
    try:
        git = local["git"]["-C", str(root)]
        log = git["log", "--diff-filter=A", "--format=%H", "--", answers_file].run(retcode=None)[1].split()
    except CommandNotFound:
        return {}
    if not log:
        return {}
    archive = subprocess.run(["git", "-C", root, "archive", "--format=tar", log[-1], "."], capture_output=True)
    if archive.returncode:
        return {}
    with tempfile.TemporaryDirectory() as folder:
        with tarfile.open(fileobj=io.BytesIO(archive.stdout)) as files:
            files.extractall(folder, filter="data")
        return defaults(Path(folder), answers_file)
