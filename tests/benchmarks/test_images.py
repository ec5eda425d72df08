"""The images and the Compose file beside the handbook's own, on one project, in one run, in turns.

`uv run pytest -m benchmark -n0 -s tests/benchmarks/test_images.py`: about ten minutes, and a machine with little else
to do. docs/explanation/speed.md says what is measured, and how.
"""

import http.client
import math
import socket
import statistics
import subprocess
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from handbook import HANDBOOK, PROJECT
from plumbum import local
from support import commit, copy

pytestmark = pytest.mark.benchmark
ROUNDS = 5
LONG_ROUNDS = 2  # of builds that compile, at about a minute each
LOAD_SECONDS = 6
CONNECTIONS = 6  # as many as there are threads: 3 workers with 2 each
PACKAGES = ("humanize==4.13.0", "inflection==0.5.1", "tabulate==0.9.0")
# Of what "no worse" allows: two runs of the same on a shared machine differ by as much.
NOISE = 1.15
RESULTS: list[tuple[str, float, float, str, float | None]] = []
docker = local["docker"]


class Site:
    """A project's folder, and its Compose project."""

    def __init__(self, folder: Path, ports: dict[str, int]):
        self.folder, self.ports = folder, ports

    def compose(self, *arguments: str) -> str:
        return docker["compose", "--project-directory", self.folder, "--ansi=never"](*arguments, timeout=1200)

    def build(self, *options: str) -> float:
        """Return the seconds that a build of all images takes."""
        return timed(lambda: self.compose("build", "--quiet", *options))

    def size(self, service: str) -> int:
        """Return the bytes of a service's image."""
        return image_size(f"{self.folder.name}-{service}")

    def up(self) -> float:
        """Return the seconds from `docker compose up` to the first page; the command may end later."""
        started = time.perf_counter()
        command = ["docker", "compose", "--project-directory", self.folder, "up", "--detach"]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
            while not answers(self.ports["page"]):
                ended = process.poll()
                assert not ended, process.stderr.read()
                assert time.perf_counter() < started + 120, "no page in two minutes"
                time.sleep(0.02)
            seconds = time.perf_counter() - started
            assert process.wait(timeout=120) == 0, process.stderr.read()
        return seconds

    def down(self, *options: str) -> None:
        self.compose("down", "--timeout=10", *options)


def timed(function: Callable[[], object]) -> float:
    started = time.perf_counter()
    function()
    return time.perf_counter() - started


def image_size(name: str) -> int:
    return int(docker("image", "inspect", "--format", "{{.Size}}", name))


def answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def free_ports(*names: str) -> dict[str, int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in names]
    try:
        return {name: opened.getsockname()[1] for name, opened in zip(names, sockets, strict=True)}
    finally:
        for opened in sockets:
            opened.close()


def load(port: int) -> tuple[float, float]:
    """Return the requests per second, and the milliseconds that 99 % of them take at most.

    Each connection stays open, and asks again as soon as it has an answer.
    """
    latencies: list[float] = []
    end = time.perf_counter() + LOAD_SECONDS

    def ask() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        while (started := time.perf_counter()) < end:
            connection.request("GET", "/")
            response = connection.getresponse()
            response.read()
            assert response.status == 200
            latencies.append(time.perf_counter() - started)
        connection.close()

    threads = [threading.Thread(target=ask) for _ in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(latencies) / LOAD_SECONDS, sorted(latencies)[math.ceil(len(latencies) * 0.99) - 1] * 1000


def in_turns(sites: list[Site], measure: Callable[[Site], float], rounds: int) -> list[float]:
    """Return each site's median; they take turns, in an order that turns too, so that neither has the quiet times."""
    measured: list[list[float]] = [[] for _ in sites]
    for number in range(rounds):
        for index in range(len(sites)) if number % 2 == 0 else reversed(range(len(sites))):
            measured[index].append(measure(sites[index]))
    return [statistics.median(values) for values in measured]


def result(name: str, handbook: float, ours: float, unit: str, bound: float | None = None) -> None:
    """Note a row of the table, with the most that ours may be of the handbook's."""
    RESULTS.append((name, handbook, ours, unit, bound))
    print(f"\n{name}: {handbook:.4g} {unit}, ours {ours:.4g} {unit}", flush=True)


@pytest.fixture(scope="module", autouse=True)
def table() -> Iterator[None]:
    """Print what was measured as a table of docs/explanation/speed.md, also where a test fails."""
    yield
    print("\n\n| | the handbook's | this template's | ratio | at most |\n| --- | --- | --- | --- | --- |")
    for name, handbook, ours, unit, bound in RESULTS:
        values = (f"{value:.3g} {unit}" if value < 100 else f"{value:.0f} {unit}" for value in (handbook, ours))
        print(f"| {name} | {' | '.join(values)} | {ours / handbook:.2f} | {bound or ''} |")


@pytest.fixture(scope="module")
def sites(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Site]]:
    """Return the project with the handbook's files, and with ours; nothing of their images stays."""
    run = uuid.uuid4().hex[:8]
    folder = tmp_path_factory.mktemp("benchmark")
    handbook = Site(folder / f"handbook-{run}", free_ports("page", "static"))
    ours = Site(folder / f"ours-{run}", free_ports("page", "django"))
    for site in (handbook, ours):
        write(site.folder, PROJECT)
        commit(site.folder, "The project")
    ports = {"django_port": handbook.ports["page"], "static_port": handbook.ports["static"]}
    write(handbook.folder, HANDBOOK | {"compose.yaml": HANDBOOK["compose.yaml"].format_map(ports)})
    copy(template, ours.folder, django_port=ours.ports["page"])
    # For the load: Django's own port, which the handbook publishes, and here only nginx reaches.
    override = f"services:\n  django:\n    ports: ['127.0.0.1:{ours.ports['django']}:8000']\n"
    write(ours.folder, {"compose.override.yaml": override})
    bases = {base for site in (handbook, ours) for base in chill(site.folder, run)}
    try:
        yield [handbook, ours]
    finally:
        for site in (handbook, ours):
            site.down("--volumes")
            docker["image", "rm", f"{site.folder.name}-django", f"{site.folder.name}-static"].run(retcode=None)
        docker("image", "rm", *bases)
        for record in docker("buildx", "du", "--verbose", "--filter", "type=exec.cachemount").split("\n\n"):
            if f"benchmark-{run}" in record:
                docker("builder", "prune", "--force", "--filter", f"id={record.split()[1]}")


def chill(folder: Path, run: str) -> set[str]:
    """Let the first build of a project find nothing that this machine has built before; return its base images.

    `--no-cache` would not do: it builds what two Dockerfiles share twice. So Python's images get a layer, and pip's
    cache a name, that no other build has.
    """
    bases = set()
    for path in folder.glob("Dockerfile_*"):
        lines = path.read_text().replace("type=cache,", f"type=cache,id=benchmark-{run},").splitlines()
        for number, line in enumerate(lines):
            if line.startswith("FROM python:"):
                instruction, name, *rest = line.split()
                base = name.replace("python:", f"benchmark-{run}:")
                (docker["build", "--quiet", "--tag", base, "-"] << f"FROM {name}\nRUN echo {run} > /benchmark")()
                lines[number] = " ".join([instruction, base, *rest])
                bases.add(base)
        path.write_text("\n".join(lines) + "\n")
    return bases


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


def test_cold_build(sites):
    """A first build: no layer and no wheel is there, only the base images."""
    handbook, ours = in_turns(sites, Site.build, 1)
    result("cold build", handbook, ours, "s", 0.6)
    assert ours <= 0.6 * handbook


def test_size(sites):
    """After the cold build: images as a registry has them, uncompressed."""
    for site in sites:
        site.build()
    (handbook, ours), (handbook_static, ours_static) = (
        [site.size(service) / 1e6 for site in sites] for service in ("django", "static")
    )
    result("image of Django", handbook, ours, "MB", 0.45)
    result("image of static files", handbook_static, ours_static, "MB")
    assert ours <= 0.45 * handbook

    slim = image_size("python:3.13-slim-trixie") / 1e6
    needed = slim + of_libraries(sites[1].folder) / 1e6 + of_environment_and_code(sites) / 1e6
    result("image of Django, beside what it needs", needed, ours, "MB", 1.02)
    assert ours <= 1.02 * needed


def of_libraries(folder: Path) -> int:
    """Return the bytes that the runtime libraries add to the base image, installed as one does by hand."""
    dockerfile = """
        FROM python:3.13-slim-trixie
        RUN apt-get update && apt-get install -y --no-install-recommends libpq5 && rm -rf /var/lib/apt/lists/*
    """
    name = f"{folder.name}-libraries"
    (docker["build", "--quiet", "--tag", name, "-"] << dockerfile)()
    try:
        return image_size(name) - image_size("python:3.13-slim-trixie")
    finally:
        docker("image", "rm", name)


def of_environment_and_code(sites: list[Site]) -> int:
    """Return the bytes of the files that pip installed in the handbook's image, and of the project's in git."""
    names = [line.partition("==")[0].partition("[")[0] for line in PROJECT["requirements.txt"].split()]
    script = f"""if True:
        from importlib.metadata import distributions
        from sysconfig import get_path
        installed = distributions(path=[get_path("purelib")])
        wanted = [each for each in installed if each.name.lower().replace("_", "-") in {names}]
        assert len(wanted) == {len(names)}, wanted
        print(sum(path.locate().stat().st_size for each in wanted for path in each.files))
    """
    installed = docker("run", "--rm", f"{sites[0].folder.name}-django", "python", "-c", script)
    return int(installed) + sum(len(text.encode()) for text in PROJECT.values())


def test_code_change(sites):
    def change(site: Site) -> float:
        with (site.folder / "core/views.py").open("a") as file:
            file.write("\n# A change.\n")
        return site.build()

    in_turns(sites, Site.build, 1)
    handbook, ours = in_turns(sites, change, ROUNDS)
    result("code change", handbook, ours, "s", 1.0)
    assert ours <= handbook


def test_one_more_requirement(sites):
    added = {site.folder: iter(PACKAGES) for site in sites}

    def add(site: Site) -> float:
        with (site.folder / "requirements.txt").open("a") as file:
            file.write(next(added[site.folder]) + "\n")
        return site.build()

    in_turns(sites, Site.build, 1)
    handbook, ours = in_turns(sites, add, LONG_ROUNDS)
    result("one more requirement", handbook, ours, "s", 0.3)
    assert ours <= 0.3 * handbook


def test_first_page(sites):
    """From `docker compose up`, on an empty database and on a migrated one, to 200.

    The handbook's first start has a command more, `docker compose run --rm django python manage.py migrate`, without
    which the page is an error. Where there is nothing to migrate, it is `up` alone; ours looks again.
    """
    handbook, ours = sites

    def first(site: Site) -> float:
        site.down("--volumes")
        migrate = ("run", "--rm", "django", "python", "manage.py", "migrate", "--noinput")
        by_hand = timed(lambda: site.compose(*migrate)) if site is handbook else 0
        return by_hand + site.up()

    def again(site: Site) -> float:
        site.down()
        return site.up()

    in_turns(sites, Site.build, 1)
    for name, measure in (("first start", first), ("start on a migrated database", again)):
        result(name, *in_turns(sites, measure, ROUNDS), "s", NOISE)
    for site in sites:
        site.down("--volumes")
    assert all(ours <= bound * handbook for name, handbook, ours, _, bound in RESULTS if "start" in name)


def test_load(sites):
    handbook, ours = sites
    handbook.compose("run", "--rm", "django", "python", "manage.py", "migrate", "--noinput")
    for site in sites:
        site.build()
        site.up()
    measured: dict[int, list[tuple[float, float]]] = {
        port: [] for port in (handbook.ports["page"], ours.ports["django"], ours.ports["page"])
    }
    for port in measured:
        load(port)  # so that each worker has compiled its templates
    for number in range(ROUNDS):
        for port in measured if number % 2 == 0 else reversed(measured):
            measured[port].append(load(port))
    for site in sites:
        site.down("--volumes")
    (theirs, their_p99), (direct, p99), (proxied, proxied_p99) = (
        [statistics.median(values) for values in zip(*rounds, strict=True)] for rounds in measured.values()
    )
    result("milliseconds a request, Django's port", 1000 / theirs, 1000 / direct, "ms", NOISE)
    result("p99, Django's port", their_p99, p99, "ms", NOISE)
    result("milliseconds a request, ours by nginx", 1000 / theirs, 1000 / proxied, "ms")
    result("p99, ours by nginx", their_p99, proxied_p99, "ms")
    print(f"\n{theirs:.0f} requests per second, {direct:.0f} ours, {proxied:.0f} by nginx")
    assert direct * NOISE >= theirs and p99 <= NOISE * their_p99
