"""`copier copy` and `copier update` against a trivial template of three files, taking turns in one run.

`uv run pytest -m benchmark -n0 -s`
"""

import statistics
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from support import NEXT, commit, copy, git, run

pytestmark = pytest.mark.benchmark
ROUNDS = 7


@pytest.fixture
def trivial(tmp_path) -> Path:
    """Return a template of three files and one question, with two versions."""
    folder = tmp_path / "trivial"
    (folder / "template").mkdir(parents=True)
    (folder / "copier.yml").write_text("_subdirectory: template\nname: {type: str, default: x}\n")
    (folder / "template/{{ _copier_conf.answers_file }}.jinja").write_text("{{ _copier_answers | to_nice_yaml }}")
    for version in ("v1.0.0", NEXT):
        (folder / "template/one.txt.jinja").write_text(f"{{{{ name }}}} {version}\n")
        (folder / "template/two.txt").write_text("two\n")
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


def test_copy(template, trivial, project, tmp_path):
    folder, plain = project(), tmp_path / "plain"
    commit(plain)
    options = ("--defaults", "--overwrite", "--quiet", f"--vcs-ref={NEXT}")

    def copied(template: Path, folder: Path) -> Callable[[], None]:
        def command() -> None:
            git("-C", folder, "clean", "-dfq")
            run("copy", *options, template, folder)

        return command

    assert ratio("copier copy", copied(template, folder), copied(trivial, plain)) <= 1.3


def test_update(template, trivial, project, tmp_path):
    folder, plain = project(), tmp_path / "plain"
    copy(template, folder)
    run("copy", "--defaults", "--vcs-ref=v1.0.0", trivial, plain)
    commit(plain)

    def updated(folder: Path) -> Callable[[], None]:
        def command() -> None:
            git("-C", folder, "reset", "--hard", "--quiet")
            run("update", "--defaults", f"--vcs-ref={NEXT}", folder)

        return command

    assert ratio("copier update", updated(folder), updated(plain)) <= 1.3
