"""Fixtures: the template with its release tags, and Django projects in git."""

import os
import re
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from memory import in_memory
from nginx import complaints
from plumbum import local
from support import ANSWERS, CONFIGURATIONS, FUTURE, NEXT, PROJECTS, ROOT, commit, copy, git, make, releases

in_memory()

# How fast a busy machine is must not decide.
settings.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy")

# A folder whose cli-plugins/ have a newer Compose: CONTRIBUTING.md.
NEWEST = "NEWEST_DOCKER_CONFIG"
# Files of tests that run dozens of updates, of one to three seconds each.
SLOW = ("update", "fleet", "workflows", "quoting", "merging", "customizing", "dotenv")

# What a shell starts in the background ignores SIGINT, and so does what it starts itself; tests interrupt processes.
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--record", action="store_true", help="write what comes out to tests/projects and tests/kinds, for review"
    )
    parser.addoption(
        "--examples", type=int, default=0, help="how many edits by hypothesis, for each update; a few where not given"
    )
    parser.addoption("--sessions", type=int, default=110, help="how many random sessions of updates")


@pytest.hookimpl(tryfirst=True)  # before -m looks at the markers
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave benchmarks to `-m benchmark`; without an engine skip the Docker tests, or, in CI, let them fail.

    The Docker tests, which take longest, begin.
    """
    if "benchmark" not in (config.option.markexpr or ""):
        config.hook.pytest_deselected(items=[item for item in items if item.get_closest_marker("benchmark")])
        items[:] = [item for item in items if not item.get_closest_marker("benchmark")]
    for item in items:
        if item.path.stem.removeprefix("test_").startswith(SLOW):
            item.add_marker(pytest.mark.slow)
    # The longest first, with a process to themselves until others have no more: all end together.
    items.sort(key=lambda item: not item.get_closest_marker("docker"))
    docker = [item for item in items if item.get_closest_marker("docker")]
    if docker and "CI" not in os.environ and not _engine_answers():
        for item in docker:
            item.add_marker(pytest.mark.skip(reason="needs a Docker engine, and `docker info` reaches none"))


def _engine_answers() -> bool:
    return bool(shutil.which("docker")) and not subprocess.run(["docker", "info"], capture_output=True).returncode


@pytest.fixture(scope="session", autouse=True)
def nginx_reads_each_default_conf(request: pytest.FixtureRequest) -> Iterator[None]:
    """Let nginx read, at the end of this process, what its tests have copied; where tests that need Docker run."""
    yield
    docker = [item for item in request.session.items if item.get_closest_marker("docker")]
    if any(not item.get_closest_marker("skip") for item in docker):
        said = complaints({test: text for text, test in CONFIGURATIONS.items()})
        assert not said, said


@pytest.fixture(scope="session", autouse=True)
def mirrors(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keep Copier's mirrors of URLs apart from those of other processes, which have other commits."""
    local.env["COPIER_CACHE_DIR"] = str(tmp_path_factory.mktemp("mirrors"))


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a clone of the template: its releases tagged, and the working tree, committed or not, as NEXT."""
    clone = tmp_path_factory.mktemp("template") / "copier-django-docker"
    git("clone", "--quiet", "--no-tags", ROOT, clone)
    with local.cwd(clone):
        for tag, commit in releases().items():
            git("tag", tag, commit)
        for path in git("ls-files").splitlines():
            (clone / path).unlink()
        files = git("-C", ROOT, "ls-files", "--cached", "--others", "--exclude-standard").splitlines()
        for path in filter(lambda path: (ROOT / path).is_file(), files):
            (clone / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / path, clone / path)
        git("add", "--all")
        git("commit", "--quiet", "--allow-empty", "--message", "Working tree")
        git("tag", NEXT)
        git("gc", "--quiet")  # packed, as a clone from a server is
    return clone


@pytest.fixture(scope="session")
def future(template, tmp_path_factory):
    """Return the template with a version more: of each file's lines without an answer, some change, go and come."""
    template = shutil.copytree(template, tmp_path_factory.mktemp("future") / template.name)
    for path in sorted(template.glob("template/**/*.jinja")):
        if ANSWERS in path.name or "answers_file" in path.name:
            continue
        lines, found = path.read_text().splitlines(), []
        for number, line in enumerate(lines):
            plain = line.strip() and not re.search(r"[{}\\]", line) and not re.search(r"[\\{%]$", lines[number - 1])
            turn = len(found) % 12 if plain else None
            if turn == 3:
                continue
            found.append(f"{line}  # later" if turn == 7 else line)
            if turn == 10:
                found += ["# later: a line", "", "# later: another"]
        path.write_text("\n".join(["# later: first", *found, "# later: last"]) + "\n")
    (template / "template/docker/newer.txt").write_text("new\n\nin the later version\n")
    commit(template)
    git("-C", template, "tag", FUTURE)
    return template


@pytest.fixture
def project(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that makes a committed project of tests/projects or tests/kinds, and returns its folder."""

    def committed(name: str = "startproject", folder: str = "my-site") -> Path:
        make(name, tmp_path / folder)
        commit(tmp_path / folder, "The project")
        return tmp_path / folder

    return committed


@pytest.fixture(scope="session")
def copied(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path], Path]:
    """Return a function that makes a project with the files of the template, committed, in a folder."""
    made = tmp_path_factory.mktemp("copied") / "my-site"
    shutil.copytree(PROJECTS / "startproject/project", made)
    commit(made, "The project")
    copy(template, made)
    return lambda folder: shutil.copytree(made, folder)


@pytest.fixture(params=["default", "newest"])
def compose_version(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Run a test with the Compose that `docker` has, and with that of another folder of Docker's configuration."""
    if request.param == "newest":
        if NEWEST not in os.environ:
            pytest.skip(f"{NEWEST} names no folder of Docker's configuration with a newer Compose")
        monkeypatch.setitem(local.env, "DOCKER_CONFIG", os.environ[NEWEST])
    return request.param
