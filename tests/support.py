"""Copier, git and the template's releases, as the tests use them."""

import os
import re
import sys
from pathlib import Path
from typing import Any

import yaml
from plumbum import TF, local

ROOT = Path(__file__).parent.parent
PROJECTS = Path(__file__).parent / "projects"
NEXT = "v999.0.0"  # what the tests call the working tree's version
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
    """Run Copier's command with answers by `--data`, and return its exit code and all that it printed."""
    unknown = answers.keys() - set(QUESTIONS)
    assert not unknown, f"no such question: {unknown}"
    data = [f"--data={name}={value}" for name, value in answers.items()]
    command = copier[(operation, *(["--trust"] if trust else []), *data, *map(str, arguments))]
    code, out, err = command.run(retcode=None)
    assert retcode is None or code == retcode, out + err
    if operation == "copy" and not code and f"--vcs-ref={NEXT}" in arguments:
        for path in Path(arguments[-1]).glob("default.conf"):
            CONFIGURATIONS.setdefault(path.read_text(), os.environ["PYTEST_CURRENT_TEST"])
    return code, out + err


def tree(folder: Path) -> dict[str, bytes]:
    """Return the content of each file below a folder, without git's own."""
    files = (path for path in folder.rglob("*") if path.is_file() and ".git" not in path.relative_to(folder).parts)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def rendered(folder: Path) -> dict[str, bytes]:
    """Return the content of each file below a folder, but for .env: a task makes it once, with random secrets."""
    return {path: content for path, content in tree(folder).items() if path != ".env"}
