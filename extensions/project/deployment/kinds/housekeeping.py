"""Steps that the template's images don't need: caches, users, permissions, waiting, messages."""

import posixpath
import re

from ...secrets import words
from ..steps import Phase, Step
from .record import Done, Folder, Kind, Surroundings, Taken

QUIET = words(
    "echo printf set true : sleep nc ncat netcat pg_isready wait-for-it wait-for wait_for_it wait-for-it.sh "
    "wait-for.sh dockerize mysqladmin addgroup adduser groupadd useradd usermod groupmod passwd chown chgrp "
    "chmod find which date env whoami id pwd ls cat printenv rm rmdir touch dos2unix sync hash cd popd pushd "
    "export read break continue wait trap deluser delgroup getent tail ps setcap strip ldconfig "
    "update-ca-certificates clear alias hostname git redis-cli psql mysql curl wget kill test [ [[ pre-commit "
    "locale python-config type command let expr"
)
WAITS = re.compile(r"wait[-_]?for|wait_?(?:db|database|postgres)|until|pg_isready")
AT_THE_START = frozenset(("git", "redis-cli", "psql", "mysql", "curl", "wget", "cat", "touch", "rm", "find"))
# What a build only does for itself with these; for anything else with them, see carried.py.
OF_THE_BUILD = frozenset(
    ("rm", "find", "echo", "printf", "cat", "touch", "chmod", "git", "curl", "wget", "psql", "mysql")
)


def _read(step: Step, around: Surroundings) -> list[Taken] | None:
    if step.keyword != "RUN" or not step.words:
        return [Done(step.source, "nothing")] if step.keyword == "RUN" else None
    if step.program in ("mkdir", "install") and "-d" in (*step.words, "-d") and step.program == "mkdir":
        return _folders(step)
    if WAITS.search(step.program) or "wait_for" in " ".join(step.words[:3]):
        return [Done(step.source, "waiting for services")]
    if step.program == "sed" and re.search(r"\\r", " ".join(step.words)):
        return [Done(step.source, "ends of lines")]
    if re.match(r"python[0-9.]*$", step.program) and step.words[1:] in (("--version",), ("-V",)):
        return [Done(step.source, "a message")]
    if _is_of_nothing(step):
        return [Done(step.source, "what the images do without")]
    if step.program not in QUIET or not _is_quiet(step):
        return None
    return [Done(step.source, "housekeeping")]


def _is_of_nothing(step: Step) -> bool:
    """Return whether a command makes what the template's images have otherwise, or clears away."""
    words = " ".join(step.words)
    if step.program in ("python", "python3") or re.fullmatch(r"python3\.\d+", step.program):
        return bool(re.search(r" -m ?(?:venv|compileall|build)\b", words))
    clears = step.program in ("rm", "find") and re.search(
        r"/var/lib/apt|/var/cache|/usr/share|\.pyc|__pycache__|-delete", words
    )
    logs = step.program == "ln" and "/dev/std" in words
    asks = step.program == "dpkg-reconfigure" and "locales" not in step.words
    return bool(clears or logs or asks) or step.program in ("deactivate", "twine", "truncate")


def _is_quiet(step: Step) -> bool:
    if step.phase is Phase.START:
        asks = step.plain or step.program not in AT_THE_START
        looks = step.program in ("nc", "psql", "mysql", "redis-cli", "curl", "wget") and step.condition == "a loop"
        return looks or (
            asks and step.program not in ("git", "psql", "mysql", "redis-cli", "curl", "wget", "rm", "find")
        )
    if step.program in OF_THE_BUILD:
        is_message = step.program in ("echo", "printf")
        return step.plain and (is_message or (step.final and step.program in ("rm", "find", "cat", "touch", "chmod")))
    return step.plain


def _folders(step: Step) -> list[Taken]:
    names = [word for word in step.words[1:] if not word.startswith("-") and not re.fullmatch(r"[0-7]{3,4}", word)]
    paths = (posixpath.normpath(posixpath.join(step.workdir, name)) for name in names)
    at_start = step.phase is Phase.START
    found: list[Taken] = [Folder(step.source, path, at_start) for path in paths if "$" not in path]
    return found or [Done(step.source, "housekeeping")]


HOUSEKEEPING = Kind("housekeeping", _read)
