"""Each command of README and the documentation is run as it stands there, or a comment says why it is not.

`<!-- not run: REASON -->` or `<!-- run by: FILE -->` stands above a block that is not run here. The others of a page
are run in their order, in one project, without the lines that call Docker: tests/docker/test_pages.py runs those
blocks whole.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from support import NEXT, ROOT, commit, copy, git

PAGES = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md")] + sorted(ROOT.glob("docs/**/*.md"))
BLOCK = re.compile(
    r"^(?: *<!-- (?P<mark>[^>]*) -->\n\n)? *```shell *\n(?P<commands>.*?)^ *```", re.DOTALL | re.MULTILINE
)
DOCKER = re.compile(r"^docker [a-z].*\n?", re.MULTILINE)
MARK = re.compile(r"not run: \w.{8,}|run by: (?P<file>[\w/.]+)", re.DOTALL)
# Pages whose project has no Docker files at first, and one that begins in an empty folder.
BEGINNING = ("README.md", "add-to-a-project.md", "adopt-hand-written-files.md", "without-compose.md")
EMPTY = ("index.md",)
# Pages on which each block is for the same beginning: a copy of a project that has the files already is no copy.
SEPARATE = ("add-to-a-project.md", "without-compose.md", "move-away.md")
# Pages on an update, and the release that the project has.
OLDER = {"update.md": "v2.2.0", "upgrade-to-2.md": "v1.1.0"}
SITE = "orders"


def blocks(path: Path) -> list[re.Match[str]]:
    return list(BLOCK.finditer(path.read_text()))


def commands(path: Path) -> list[str]:
    """Return the blocks of a page that are run here, without Docker's lines."""
    found = ["\n".join(map(str.strip, block["commands"].splitlines())) for block in blocks(path) if not block["mark"]]
    return [block for text in found if (block := DOCKER.sub("", text).strip())]


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


OTHERS = [path for path in PAGES if any(commands(path))]


@pytest.mark.parametrize("path", PAGES, ids=named)
def test_every_reason_can_be_read(path):
    for block in blocks(path):
        if block["mark"]:
            mark = MARK.fullmatch(block["mark"])
            assert mark, block["mark"]
            assert not mark["file"] or (ROOT / mark["file"]).is_file()


@pytest.fixture(scope="session")
def address(template, tmp_path_factory):
    """Return the template's address, a variable on the pages, and a folder with the programs that they run."""
    folder = tmp_path_factory.mktemp("commands")
    git("clone", "--quiet", "--bare", template, folder / "template.git")
    programs = folder / "bin"
    programs.mkdir()
    start = f"import sys; sys.path.append({str(ROOT)!r}); from extensions.cli import main; sys.exit(main())"
    for name, program in {"copier": "-m copier", "copier-django-docker": f'-P -c "{start}"'}.items():
        (programs / name).write_text(f'#!/bin/sh\nexec {sys.executable} {program} "$@"\n')
        (programs / name).chmod(0o755)
    return f"file://{folder}/template.git", programs


def environment(address: tuple[str, Path], folder: Path, **more: str) -> dict[str, str]:
    template, programs = address
    identity = {
        f"GIT_{who}_{what}": "test@example.com" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")
    }
    path = f"{programs}:{os.environ['PATH']}"
    return dict(os.environ) | identity | {"TEMPLATE": template, "PATH": path, "GIT_PAGER": "cat"} | more


def run(block: str, folder: Path, variables: dict[str, str]) -> Path:
    """Run a block with Enter for each question, and return the folder in which it ended. An update needs a commit."""
    if "copier update" in block and not git("-C", folder, "ls-files", "--unmerged"):
        git("-C", folder, "add", "--all")
        git("-C", folder, "commit", "--quiet", "--allow-empty", "--message", "A block")
    script = folder.parent / "block.sh"
    script.write_text(f"set -euo pipefail\n{block}\npwd > {folder.parent}/ended\n")
    # A few answers: `yes` would fill script's memory without end.
    terminal = f"head -c 200 /dev/zero | tr '\\0' '\\n' | script --quiet --return --command 'bash {script}' /dev/null"
    result = subprocess.run(
        terminal, shell=True, cwd=folder, env=variables, capture_output=True, text=True, timeout=900
    )
    assert result.returncode == 0, f"{block}\n{result.stdout[-3000:]}{result.stderr[-1000:]}"
    return Path((folder.parent / "ended").read_text().strip())


def begun(path: Path, folder: Path, template: Path) -> Path:
    """Return the folder in which a page's commands begin."""
    if path.name in EMPTY and "tutorial" in path.parts:
        folder.mkdir()
        return folder
    shutil.copytree(ROOT / "tests/projects/celery_postgres/project", folder)
    (folder / ".gitignore").write_text(".env\n")
    commit(folder, "A Django project")
    if path.name not in BEGINNING:
        copy(template, folder, vcs_ref=OLDER.get(path.name, NEXT))
        git("-C", folder, "add", "--all")
        git("-C", folder, "commit", "--quiet", "--allow-empty", "--message", "Docker files")
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("path", OTHERS, ids=named)
def test_commands(path, address, template, tmp_path):
    folder = begun(path, tmp_path / SITE, template)
    start = git("-C", folder, "rev-parse", "HEAD").strip() if (folder / ".git").exists() else ""
    for block in commands(path):
        folder = run(block, folder, environment(address, tmp_path))
        if path.name in SEPARATE:
            git("-C", folder, "reset", "--quiet", "--hard", start)
            git("-C", folder, "clean", "--quiet", "--force", "-d", "-x")
