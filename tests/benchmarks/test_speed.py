"""`copier copy` and `copier update` against trivial templates, and the reader on a large project.

A copy is compared with a template of three files, an update with one of as many files as this has.

The two templates take turns in one run.

`uv run pytest -m benchmark -n0 -s`
"""

import statistics
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from plumbum import local
from support import NEXT, commit, copier, copy, git, releases, run

from extensions import reading

pytestmark = pytest.mark.benchmark
ROUNDS = 7


@pytest.fixture(autouse=True)
def compiled_once():
    """Let Python keep Copier's compiled modules, as it does on people's computers."""
    with local.env(PYTHONDONTWRITEBYTECODE=""):
        yield


def trivial(folder: Path, files: int) -> Path:
    """Return a template of one question and some files, the answers among them, with two versions."""
    (folder / "template").mkdir(parents=True)
    (folder / "copier.yml").write_text("_subdirectory: template\nname: {type: str, default: x}\n")
    (folder / "template/{{ _copier_conf.answers_file }}.jinja").write_text("{{ _copier_answers | to_nice_yaml }}")
    for version in ("v1.0.0", NEXT):
        for number in range(files - 1):
            (folder / f"template/{number}.txt.jinja").write_text(f"{{{{ name }}}} {version}\n")
        commit(folder, version)
        git("-C", folder, "tag", version)
    return folder


def ratio(what: str, ours: Callable[[], None], theirs: Callable[[], None]) -> float:
    """Print and return the median time of one command as a multiple of another's, the two taking turns."""
    times: dict[Callable[[], None], list[float]] = {ours: [], theirs: []}
    for _ in range(ROUNDS):
        for command, measured in times.items():
            started = time.perf_counter()
            command()
            measured.append(time.perf_counter() - started)
    mine, other = (statistics.median(measured) for measured in times.values())
    print(f"\n{what}: {mine:.2f} s, trivial template {other:.2f} s, ratio {mine / other:.2f} (median of {ROUNDS})")
    return mine / other


def test_copy(template, project, tmp_path):
    folder, plain = project(), tmp_path / "plain"
    commit(plain)
    options = ("--defaults", "--overwrite", "--quiet", f"--vcs-ref={NEXT}")

    def copied(template: Path, folder: Path) -> Callable[[], None]:
        def command() -> None:
            git("-C", folder, "clean", "-dfqx")
            copier("copy", "--trust", *options, template, folder)  # a process of its own, as people start it

        return command

    three = trivial(tmp_path / "trivial", 3)
    assert ratio("copier copy", copied(template, folder), copied(three, plain)) <= 1.5


@pytest.mark.parametrize("crossing", [False, True], ids=["nothing to do", "one release to cross"])
def test_update(crossing, template, project, tmp_path):
    folder, plain = project(), tmp_path / "plain"
    newest = list(releases())[-1]
    copy(template, folder, vcs_ref=newest if crossing else NEXT)
    files = len([path for path in git("-C", folder, "diff", "--name-only", "HEAD~1").split()])
    run(
        "copy",
        "--defaults",
        f"--vcs-ref={'v1.0.0' if crossing else NEXT}",
        trivial(tmp_path / "trivial", files),
        plain,
    )
    commit(plain)

    def updated(folder: Path) -> Callable[[], None]:
        def command() -> None:
            git("-C", folder, "reset", "--hard", "--quiet")
            copier("update", "--trust", "--defaults", f"--vcs-ref={NEXT}", folder)

        return command

    what = f"copier update of {files} files, {'one release' if crossing else 'nothing to do'}"
    assert ratio(what, updated(folder), updated(plain)) <= 1.3


@pytest.fixture
def large(tmp_path) -> Path:
    """Return a project of 5,000 files, with split settings, a lock file, and what a large project has beside it."""
    wheel = 'wheels = [{ url = "https://example.com/p-1.0-cp313-cp313-manylinux_2_28_x86_64.whl" }]\n'
    lock = "".join(
        f'[[package]]\nname = "p{number}"\nversion = "1.0"\ndependencies = [{{ name = "p{number + 1}" }}]\n{wheel}'
        for number in range(300)
    )
    assignments = "".join(f'OPTION_{number} = env("OPTION_{number}", default="{number}")\n' for number in range(300))
    files = {
        "manage.py": 'import os\nos.environ.setdefault("DJANGO_SETTINGS_MODULE", "site.settings.production")\n'
        "from django.core.management import execute_from_command_line\nexecute_from_command_line()\n",
        "site/settings/__init__.py": "",
        "site/settings/base.py": f"import environ\nenv = environ.Env()\n{assignments}STATIC_ROOT = '/srv/static'\n",
        "site/settings/production.py": "from .base import *\nDEBUG = False\n",
        "site/wsgi.py": "",
        "pyproject.toml": '[project]\nname = "site"\nrequires-python = ">=3.12"\ndependencies = ["django", "p0"]\n',
        "uv.lock": lock + '[[package]]\nname = "site"\nsource = { virtual = "." }\ndependencies = [{ name = "p0" }]\n',
        "Dockerfile": "FROM python:3.13-slim\nRUN uv sync\nCMD gunicorn site.wsgi\n",
        "compose.yaml": "services: {web: {build: .}, db: {image: 'postgres:16'}}\n",
    }
    module = "from django.db import models\n\n\nclass Thing(models.Model):\n    name = models.TextField()\n" * 20
    for number in range(4991):
        kind = ("py", "html", "js", "po", "yml")[number % 5]
        files[f"app{number // 50}/part{number % 7}/file{number}.{kind}"] = module if kind == "py" else "text\n"
    for name, text in files.items():
        path = tmp_path / "large" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path / "large"


def test_reading_a_large_project(large):
    measured = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        site = reading.read(large)
        measured.append(time.perf_counter() - started)
    assert site.layout.settings_file.value == "site/settings/production.py"
    assert site.settings.static_root.value == "/srv/static"
    assert len(site.dependencies.distributions.value) == 301  # those of the lock file, and Django
    median = statistics.median(measured)
    print(f"\nreading 5,000 files: {median:.2f} s (median of {ROUNDS})")
    assert median < 0.5
