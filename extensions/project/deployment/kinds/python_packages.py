"""Packages from PyPI: names on a command line are taken over; extensions/installers reads files that list packages."""

import posixpath
import re
from collections.abc import Iterator

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from ...dependencies.requirements import read_requirements
from ...secrets import words
from ..recipes import is_for_developers
from ..steps import Phase, Step
from .record import Done, Kind, NotUnderstood, Requirements, Surroundings, Taken

TOOLS = words(
    "pip setuptools wheel pipenv poetry poetry-core uv pdm hatch virtualenv pip-tools build twine cython flake8"
    " black isort ruff mypy pytest tox coverage pre-commit debugpy ipdb ipython honcho supervisor pipx "
    "poetry-plugin-export dockerize awscli"
)
INSTALLERS = (
    "pip",
    "pip3",
    "pip2",
    "uv",
    "poetry",
    "pipenv",
    "pdm",
    "pip-sync",
    "hatch",
    "pip-compile",
    "conda",
    "virtualenv",
    "pyenv",
    "pipx",
)
# A file that lists one of these is of the tools of a build: what it pins is theirs.
OF_A_BUILD = frozenset(("poetry", "pipenv", "uv", "pdm", "hatch"))
MANIFESTS = ("pyproject.toml", "setup.py")
WITH_VALUE = (
    *("-r", "--requirement", "-c", "--constraint", "-e", "--editable", "-i", "--index-url", "--extra-index-url", "-f"),
    *(
        "--find-links",
        "--trusted-host",
        "-t",
        "--target",
        "--prefix",
        "--root",
        "--python",
        "-p",
        "--cache-dir",
        "--timeout",
    ),
    *(
        "--default-timeout",
        "--retries",
        "--progress-bar",
        "--index-strategy",
        "--platform",
        "--proxy",
        "--cert",
        "-d",
        "--src",
    ),
    *("--no-binary", "--only-binary", "--upgrade-strategy", "--config-settings", "--extra", "--group"),
)


def _read(step: Step, around: Surroundings) -> list[Taken] | None:
    words = list(step.words)
    if step.keyword != "RUN" or not words:
        return None
    program = step.program
    if re.fullmatch(r"python[0-9.]*", program) and words[1:2] == ["-m"]:
        words, program = words[2:], (words[2] if len(words) > 2 else "")
    elif program == "uv" and words[1:2] == ["pip"]:
        words = words[1:]
    if program in ("venv", "ensurepip", "compileall", "get-pip.py") or "get-pip.py" in " ".join(step.words):
        return [Done(step.source, "the virtual environment")]
    if not re.fullmatch(r"pip[0-9.]*", program) and program not in INSTALLERS:
        return None
    if program == "conda":
        return [NotUnderstood(step.source, step.text[:200], "conda is not used")]
    is_pip = re.fullmatch(r"pip[0-9.]*", program) or (program == "uv" and words[0] == "pip")
    if not is_pip or "install" not in words:
        return [Done(step.source, "the requirements")]
    if step.phase is Phase.START:
        return [NotUnderstood(step.source, step.text[:200], "packages are installed when the image is built")]
    words = words[words.index("install") + 1 :]
    names = [*_names(words), *_of_files(words, step, around)]
    if own := _own_package(words, step, around):
        reason = f"{own} of the project is in no requirements: list it there"
        left = [NotUnderstood(step.source, step.text[:200], reason)]
        return [Requirements(step.source, tuple(names)), *left] if names else list(left)
    return [Requirements(step.source, tuple(names))] if names else [Done(step.source, "the requirements")]


def _own_package(words: list[str], step: Step, around: Surroundings) -> str:
    """Return a folder of the project that is installed as a package, and that no requirements file names."""
    files = {path for path in around.tree.paths if "requirements" in path and path.endswith(".txt")}
    listed = "\n".join(around.tree.text(path) or "" for path in files | around.installs)
    for word in words:
        if around.place is None or word.startswith("-") or "/" not in word.rstrip("/"):
            continue
        place = posixpath.normpath(posixpath.join(step.workdir, word.partition("[")[0]))
        found = (around.place.find(f"{place}/{name}") for name in MANIFESTS)
        folder = posixpath.dirname(next(filter(None, found), ""))
        if folder and posixpath.basename(folder) == posixpath.basename(place) and folder not in listed:
            return folder
    return ""


def _of_files(words: list[str], step: Step, around: Surroundings) -> Iterator[str]:
    """Yield what the requirements files list that are installed beside what another tool does."""
    for word, following in zip(words, [*words[1:], ""], strict=True):
        name, sign, value = word.partition("=")
        if name not in ("-r", "--requirement", "--requirements") or around.place is None or not around.installs:
            continue
        where = posixpath.normpath(posixpath.join(step.workdir, value if sign else following))
        path = around.place.find(where)
        if path and path not in around.installs and not is_for_developers(path):
            listed = read_requirements(around.tree, path).requirements
            for item in () if OF_A_BUILD & {item.name for item in listed} else listed:
                if not item.url:
                    extras = f"[{','.join(sorted(item.extras))}]" if item.extras else ""
                    yield f"{item.name}{extras}{item.specifier}".replace(" ", "")


def _names(words: list[str]) -> list[str]:
    names: list[str] = []
    skip = False
    for word in words:
        if skip:
            skip = False
        elif word.startswith("-"):
            skip = word in WITH_VALUE
        else:
            try:
                found = Requirement(word)
            except InvalidRequirement:
                continue
            path = "/" in word or word.endswith((".txt", ".whl", ".gz"))
            if not path and not found.url and canonicalize_name(found.name) not in TOOLS:
                names.append(str(found))
    return names


PYTHON_PACKAGES = Kind("packages of Python", _read)
