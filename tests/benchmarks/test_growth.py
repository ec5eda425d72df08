"""How the cost of a command grows with a project, and with a fleet of projects: by no more than a straight line.

`uv run pytest -m benchmark -n0 -s tests/benchmarks/test_growth.py`: about ten minutes. With `--record` it writes
growth.json, of which `.ci/diagrams` draws the plot in docs/explanation/speed.md. `FLEET="1 10 100"` updates as many
repositories, in three to six seconds each.

Seconds are those of the processor, of a command and what it starts: what else a machine does changes them little.
"""

import json
import os
import resource
import shutil
import statistics
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from plumbum import local
from support import NEXT, ROOT, commit, copier, copy, git

pytestmark = pytest.mark.benchmark
ROUNDS = 3
# The last stretch of a line may be this much steeper than the one before: shared machines are not even.
STEEPER = 2
# Seconds by which two runs of the same differ.
NOISE = 0.25
FLEET = tuple(map(int, os.environ.get("FLEET", "1 3 10").split()))
RECORD = Path(__file__).parent / "growth.json"
RESULTS: dict[str, dict[str, dict[int, float]]] = {}  # seconds by how many there are, by items and command
SETTINGS = 'SECRET_KEY = "x"\nINSTALLED_APPS = ["django.contrib.staticfiles"]\nSTATIC_URL = "static/"\n'
MANAGE = """\
import os
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "site.settings")
from django.core.management import execute_from_command_line
execute_from_command_line()
"""
MODULE = "from django.db import models\n\n\nclass Thing(models.Model):\n    name = models.TextField()\n" * 20
KINDS = ("py", "html", "js", "po", "yml")


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


def project(folder: Path, files: int = 100, variables: int = 1) -> Path:
    """Return a project with a number of files, and of environment variables that its settings read."""
    read = "".join(f'OPTION_{number} = os.getenv("OPTION_{number}", "{number}")\n' for number in range(variables))
    names = {
        "manage.py": MANAGE,
        "site/__init__.py": "",
        "site/settings.py": f"import os\n{SETTINGS}{read}",
        "site/wsgi.py": "",
        "requirements.txt": "django\ngunicorn\n",
    }
    for number in range(files - len(names)):
        kind = KINDS[number % len(KINDS)]
        path = f"app{number // 50}/part{number % 7}/file{number}.{kind}"
        names[path] = MODULE if kind == "py" else "text\n"
    write(folder, names)
    commit(folder)
    return folder


def timed(command: Callable[[], object]) -> float:
    """Return the seconds of a processor that the processes take which a command starts and waits for."""

    def spent() -> float:
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        return usage.ru_utime + usage.ru_stime

    before = spent()
    command()
    return spent() - before


def cli(*words: str | Path) -> None:
    """Run the command copier-django-docker, in a process of its own; it exits with 1 if there is something to do."""
    start = "import sys; from extensions.cli import main; sys.exit(main(sys.argv[1:]))"
    local[sys.executable]["-c", start, words].run(retcode=(0, 1), cwd=ROOT)


def measure(folder: Path, template: Path, what: str, *options: str) -> float:
    """Return the seconds of one command in a project: the median of some runs."""

    def copying() -> None:
        copier(
            "copy", "--trust", "--defaults", "--overwrite", "--quiet", f"--vcs-ref={NEXT}", *options, template, folder
        )

    def again() -> float:
        if what == "copier copy":
            git("-C", folder, "clean", "-dfqx")
            return timed(copying)
        return timed(lambda: cli(what, *(["--offline"] if what == "check" else []), folder))

    return statistics.median(again() for _ in range(ROUNDS))


def grows(items: str, command: str, seconds: dict[int, float]) -> None:
    """Note what was measured, and fail where the last stretch is steeper than a straight line's."""
    RESULTS.setdefault(items, {})[command] = {number: round(value, 2) for number, value in seconds.items()}
    what = f"{command}, {items}"
    print(f"\n{what}: " + ", ".join(f"{value:.2f} s for {number:,}" for number, value in seconds.items()), flush=True)
    first, *_, before, last = seconds
    slope = max(seconds[before] - seconds[first], NOISE) / (before - first)
    allowed = seconds[before] + STEEPER * slope * (last - before)
    assert seconds[last] <= allowed + NOISE, f"{what}: {seconds[last]:.2f} s, a line has {allowed:.2f} s at most"


@pytest.fixture(scope="module", autouse=True)
def record(request: pytest.FixtureRequest) -> Iterator[None]:
    """Write what was measured, beside what was measured before, if that is asked for."""
    yield
    if request.config.getoption("--record"):
        before = json.loads(RECORD.read_text()) if RECORD.is_file() else {}
        RECORD.write_text(json.dumps(before | RESULTS, indent=2) + "\n")


def test_files(template, tmp_path):
    seconds: dict[str, dict[int, float]] = {"copier copy": {}, "check": {}}
    for number in (100, 5_000, 20_000, 50_000):
        folder = project(tmp_path / str(number), files=number)
        for what, measured in seconds.items():
            measured[number] = measure(folder, template, what)
        shutil.rmtree(folder)
    for what, measured in seconds.items():
        grows("files", what, measured)


def test_variables(template, tmp_path):
    seconds: dict[str, dict[int, float]] = {"copier copy": {}, "check": {}}
    for number in (1, 50, 100, 200):
        folder = project(tmp_path / str(number), variables=number)
        for what, measured in seconds.items():
            measured[number] = measure(folder, template, what)
        assert (folder / ".env.example").read_text().count("OPTION_") >= number
    for what, measured in seconds.items():
        grows("settings variables", what, measured)


def test_services(template, tmp_path):
    seconds: dict[str, dict[int, float]] = {"copier copy": {}, "check": {}}
    folder = project(tmp_path / "site")
    for number in (1, 10, 25, 50):
        services = json.dumps({f"service{index}": "valkey/valkey:9" for index in range(number)})
        for what, measured in seconds.items():
            measured[number] = measure(folder, template, what, f"--data=services={services}")
        assert (folder / "compose.yaml").read_text().count("valkey/valkey:9") == number
    for what, measured in seconds.items():
        grows("services", what, measured)


def test_repositories(template, tmp_path):
    """`update DIR ...` of projects that are one release behind."""
    newest = git("-C", template, "tag", "--sort=-v:refname").split()[1]
    made = project(tmp_path / "made")
    copy(template, made, vcs_ref=newest)
    seconds = {}
    for number in FLEET:
        folders = [tmp_path / str(number) / str(index) for index in range(number)]
        for folder in folders:
            shutil.copytree(made, folder)
        seconds[number] = timed(lambda folders=folders: cli("update", "--to", NEXT, *folders))
        assert all(NEXT in (folder / ".copier-answers.yml").read_text() for folder in folders)
    grows("repositories", "update", seconds)
