"""Copier, git and the template's releases, as the tests use them."""

import atexit
import os
import re
import shutil
import sys
import tempfile
import traceback
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from copier._cli import CopierApp
from plumbum import TF, local
from server import Copier

from extensions.project import Found, Problem, by_name
from extensions.project.data import plain
from extensions.questions.stored import stored

ROOT = Path(__file__).parent.parent
PROJECTS = Path(__file__).parent / "projects"
KINDS = Path(__file__).parent / "kinds"  # of projects: test_kinds_of_projects.py
NEXT = "v999.0.0"  # what the tests call the working tree's version
FUTURE = "v999.1.0"  # a version in which lines of all files have changed, unlike perhaps in the working tree's
ANSWERS = ".copier-answers.yml"
COPIER_YML = yaml.safe_load((ROOT / "copier.yml").read_text())
QUESTIONS = [name for name in COPIER_YML if not name.startswith("_")]
# Each default.conf that a copy of NEXT has written in this process, with the test that had it first: conftest.py.
CONFIGURATIONS: dict[str, str] = {}

local.env.update(
    GIT_CONFIG_GLOBAL=os.devnull,
    GIT_CONFIG_NOSYSTEM="1",
    GIT_AUTHOR_NAME="Test",
    GIT_AUTHOR_EMAIL="test@example.com",
    GIT_COMMITTER_NAME="Test",
    GIT_COMMITTER_EMAIL="test@example.com",
)
git = local["git"]
copier = local[sys.executable]["-m", "copier"]


class Findings:
    """What was read, by the names of the fields of records; values as JSON has them."""

    def __init__(self, *records: Any, problems: Iterable[Problem] = ()):
        self.found: dict[str, Found[Any]] = {}
        for record in records:
            self.found |= by_name(record)
        self.problems = [*problems, *(problem for record in records for problem in getattr(record, "problems", ()))]

    def value(self, name: str, default: Any = None) -> Any:
        """Return the value that was read under a name, or `default`."""
        return plain(self.found[name].value) if name in self.found else default


def releases() -> dict[str, str]:
    """Return the commit of each release in this repository's history by its tag, oldest first."""
    log = git("-C", ROOT, "log", "--reverse", "--format=%H %s").splitlines()
    found = [re.fullmatch(r"(\w+) Release (\d+\.\d+\.\d+)", line) for line in log]
    return {f"v{match[2]}": match[1] for match in found if match}


def commit(folder: Path, message: str = "Change") -> None:
    """Commit everything in a folder, which becomes a repository if it is none."""
    if not git["-C", folder, "rev-parse"] & TF:
        git("init", "--quiet", folder)
    git("-C", folder, "add", "--all")
    git("-C", folder, "commit", "--quiet", "--allow-empty", "--message", message)


def make(name: str, folder: Path) -> None:
    """Make a project of tests/projects, or of a kind in tests/kinds: a whole one, or startproject's with its lines."""
    whole = [path for path in (PROJECTS / name / "project", KINDS / name / "project") if path.is_dir()]
    shutil.copytree(whole[0] if whole else PROJECTS / "startproject/project", folder)
    if not whole:
        add_lines(folder, {path: text.decode() for path, text in tree(KINDS / name / "lines").items()})


def add_lines(folder: Path, lines: Mapping[str, str]) -> None:
    """Add lines to the ends of a project's files, which are made where they are not there."""
    for path, text in lines.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        with (folder / path).open("a") as file:
            file.write(text)


def copy(template: Path, folder: Path, *options: str, vcs_ref: str = NEXT, **answers: Any) -> None:
    """Run `copier copy` with Enter only, but for the answers that are given, and commit the result."""
    run("copy", "--defaults", "--overwrite", f"--vcs-ref={vcs_ref}", *options, template, folder, **answers)
    commit(folder, f"Copy {vcs_ref}")


def update(folder: Path, *options: str, vcs_ref: str = NEXT, **answers: Any) -> str:
    """Run `copier update` with Enter only, and return what it printed."""
    return run("update", "--defaults", f"--vcs-ref={vcs_ref}", *options, folder, **answers)[1]


def run(
    operation: str, *arguments: Any, retcode: int | None = 0, trust: bool = True, **answers: Any
) -> tuple[int, str]:
    """Run Copier's command with answers by `--data`, and return its exit code and all that it printed.

    A copy runs in this process, which starts once: half of a copy's time is the start of its own. An update has a
    process, as people give it, forked from one that has loaded Copier: it watches over its end.
    """
    unknown = answers.keys() - set(QUESTIONS)
    assert not unknown, f"no such question: {unknown}"
    data = [f"--data={name}={value}" for name, value in answers.items()]
    words = [operation, *(["--trust"] if trust else []), *data, *map(str, arguments)]
    if operation == "copy" and f"--vcs-ref={NEXT}" in words:
        code, said = _run_here(words)
    elif local.env.get("PYTHONPATH") != os.environ.get("PYTHONPATH"):  # of Python's start
        code, out, err = copier[words].run(retcode=None)
        said = out + err
    else:
        with tempfile.TemporaryDirectory() as folder:
            code, said = _server().run(
                *words, cwd=Path(str(local.cwd)), env=dict(local.env), output=Path(folder, "output"), apart=True
            )
    assert retcode is None or code == retcode, said
    if operation == "copy" and not code and f"--vcs-ref={NEXT}" in arguments:
        for path in (
            *Path(arguments[-1]).glob("default.conf"),
            *Path(arguments[-1]).glob("docker/proxy/default.conf"),
        ):
            CONFIGURATIONS.setdefault(path.read_text(), os.environ["PYTEST_CURRENT_TEST"])
    return code, said


@cache
def _server() -> Copier:
    server = Copier()
    atexit.register(server.close)
    return server


def _run_here(words: list[str]) -> tuple[int, str]:
    """Run Copier's command in this process, with the environment that `local.env` gives to others."""
    before = dict(os.environ)
    os.environ.clear()
    os.environ.update(dict(local.env))
    try:
        with _output() as said:
            try:
                code = CopierApp.run(["copier", *words], exit=False)[1]
            except Exception:  # as in a process of its own
                traceback.print_exc()
                code = 1
            sys.stdout.flush()
            sys.stderr.flush()
            said.seek(0)
            return int(code), said.read().decode()
    finally:
        os.environ.clear()
        os.environ.update(before)


@contextmanager
def _output() -> Iterator[Any]:
    """Give a file that takes what this process and those that it starts print, for a while."""
    kept = sys.stdin, sys.stdout, sys.stderr
    numbers = [os.dup(number) for number in (0, 1, 2)]
    with (
        tempfile.TemporaryFile() as said,
        Path(os.devnull).open("rb") as nothing,
        open(0, closefd=False) as stdin,
        open(1, "w", closefd=False) as stdout,
        open(2, "w", closefd=False) as stderr,
    ):
        try:
            for number, file in enumerate((nothing, said, said)):
                os.dup2(file.fileno(), number)
            sys.stdin, sys.stdout, sys.stderr = stdin, stdout, stderr
            yield said
        finally:
            sys.stdin, sys.stdout, sys.stderr = kept
            for number, copy in enumerate(numbers):
                os.dup2(copy, number)
                os.close(copy)


def answers_of(folder: Path) -> dict[str, Any]:
    """Return a project's answers, with those that are plain, which the answers file leaves out."""
    return stored(folder / ANSWERS)


def set_answer(folder: Path, name: str, value: str) -> None:
    """Write an answer into a project's answers file, in YAML, as a person does."""
    path = folder / ANSWERS
    text, number = re.subn(rf"^{name}:.*", lambda match: f"{name}: {value}", path.read_text(), flags=re.MULTILINE)
    path.write_text(text if number else f"{text}\n{name}: {value}\n")


def tree(folder: Path) -> dict[str, bytes]:
    """Return the content of each file below a folder, without git's own."""
    files = (path for path in folder.rglob("*") if path.is_file() and ".git" not in path.relative_to(folder).parts)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def rendered(folder: Path) -> dict[str, bytes]:
    """Return the content of each file below a folder, but for secrets: a task makes it once, with random secrets."""
    return {path: content for path, content in tree(folder).items() if path not in (".env", ".env.secrets")}
