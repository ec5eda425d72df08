"""The images and the Compose file beside the handbook's own, on one project, in one run, in turns.

`uv run pytest -m benchmark -n0 -s tests/benchmarks/test_images.py`: about ten minutes, and a machine with little else
to do. docs/explanation/speed.md says what is measured, and how.

The load comes from wrk (https://github.com/wg/wrk), in a container on the site's network. A client in Python takes
more of a processor than nginx, and Docker's own proxy of a published port on 127.0.0.1 is slower than nginx.
"""

import concurrent.futures
import http.client
import re
import socket
import statistics
import subprocess
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
docker = local.get("docker", "false")


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


def load(wrk: str, site: Site, address: str, path: str = "/") -> tuple[float, float]:
    """Return the requests per second, and the milliseconds that 99 % of them take at most.

    Each connection stays open, and asks again as soon as it has an answer.
    """
    options = ("--threads=1", f"--connections={CONNECTIONS}", f"--duration={LOAD_SECONDS}s", "--latency")
    inside = ("run", "--rm", f"--network={site.folder.name}_default", wrk)
    said = docker(*inside, *options, "--header=Host: localhost", f"http://{address}{path}")
    assert "Non-2xx" not in said and "Socket errors" not in said, said
    number, unit = re.search(r"99%\s+([\d.]+)(us|ms|s)\n", said).groups()
    rate = re.search(r"Requests/sec:\s+([\d.]+)", said)[1]
    return float(rate), float(number) * {"us": 0.001, "ms": 1, "s": 1000}[unit]


def memory(site: Site) -> float:
    """Return the MB of memory that processes have for themselves, in all containers of a site.

    What processes share since a fork counts once; what the kernel keeps of files does not count. Version 1 of cgroups
    has another name for it than version 2: https://docs.kernel.org/admin-guide/cgroup-v2.html#memory-interface-files
    """
    script = "cat /sys/fs/cgroup/memory/memory.stat 2>/dev/null || cat /sys/fs/cgroup/memory.stat"
    stats = [docker("exec", container, "sh", "-c", script) for container in site.compose("ps", "--quiet").split()]
    return sum(int(re.search(r"^(?:total_rss|anon) (\d+)$", stat, re.MULTILINE)[1]) for stat in stats) / 1e6


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
    ours = Site(folder / f"ours-{run}", free_ports("page"))
    for site in (handbook, ours):
        write(site.folder, PROJECT)
        commit(site.folder, "The project")
    ports = {"django_port": handbook.ports["page"], "static_port": handbook.ports["static"]}
    write(handbook.folder, HANDBOOK | {"compose.yaml": HANDBOOK["compose.yaml"].format_map(ports)})
    copy(template, ours.folder, django_port=ours.ports["page"])
    bases = {base for site in (handbook, ours) for base in chill(site.folder, run)}
    try:
        yield [handbook, ours]
    finally:
        for site in (handbook, ours):
            site.down("--volumes")
            images = [f"{site.folder.name}-{service}" for service in ("django", "static", "proxy")]
            docker[("image", "rm", *images)].run(retcode=None)
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


@pytest.fixture(scope="module")
def wrk() -> Iterator[str]:
    """Return the name of an image with wrk."""
    name = f"benchmark-wrk-{uuid.uuid4().hex[:8]}"
    install = "apt-get update && apt-get install -y --no-install-recommends wrk"
    (
        docker["build", "--quiet", "--tag", name, "-"]
        << f'FROM debian:trixie-slim\nRUN {install}\nENTRYPOINT ["wrk"]\n'
    )()
    yield name
    docker("image", "rm", name)


@pytest.fixture
def running(sites) -> Iterator[list[Site]]:
    """Return the sites, migrated and answering."""
    for site in sites:
        site.build()
    sites[0].compose("run", "--rm", "django", "python", "manage.py", "migrate", "--noinput")
    for site in sites:
        site.up()
    yield sites
    for site in sites:
        site.down("--volumes")


def test_load(running, wrk):
    handbook, ours = running
    connection = http.client.HTTPConnection("127.0.0.1", ours.ports["page"], timeout=10)
    connection.request("GET", "/")
    file = re.search(r'/static/[^"]+', connection.getresponse().read().decode())[0]
    asked = [
        (handbook, "django:8000", "/"),
        (ours, "django:8000", "/"),
        (ours, "proxy:8080", "/"),
        (handbook, "static:8080", file),
        (ours, "static:8080", file),
        (ours, "proxy:8080", file),
    ]
    measured: list[list[tuple[float, float]]] = [[] for _ in asked]
    for one in asked:
        load(wrk, *one)  # so that each worker has compiled its templates
    for number in range(ROUNDS):
        for index in range(len(asked)) if number % 2 == 0 else reversed(range(len(asked))):
            measured[index].append(load(wrk, *asked[index]))
    (theirs, their_p99), (direct, p99), (proxied, proxied_p99), (their_file, _), (file_alone, _), (by_proxy, _) = (
        [statistics.median(values) for values in zip(*rounds, strict=True)] for rounds in measured
    )
    result("a request to Django's port", 1000 / theirs, 1000 / direct, "ms", NOISE)
    result("p99, Django's port", their_p99, p99, "ms", NOISE)
    result("a page through nginx, beside Django's port", 1000 / direct, 1000 / proxied, "ms", 1.1)
    result("p99 through nginx, beside Django's port", p99, proxied_p99, "ms")
    result("a static file, the image alone", 1000 / their_file, 1000 / file_alone, "ms", NOISE)
    result("a static file through nginx, beside a page of Gunicorn", 1000 / direct, 1000 / by_proxy, "ms", 0.1)
    print(f"\nrequests a second: pages {theirs:.0f}, {direct:.0f} ours, {proxied:.0f} by nginx")
    print(f"files {their_file:.0f}, {file_alone:.0f} ours, {by_proxy:.0f} by the site's port")
    assert direct * NOISE >= theirs and p99 <= NOISE * their_p99
    assert proxied * 1.1 >= direct and by_proxy >= 10 * direct


def test_memory(running):
    """Of all containers, after some requests to each worker: three in both."""

    def idle(site: Site) -> float:
        with concurrent.futures.ThreadPoolExecutor(12) as clients:
            assert all(clients.map(answers, [site.ports["page"]] * 120))
        time.sleep(5)
        return memory(site)

    handbook, ours = map(idle, running)
    result("idle memory", handbook, ours, "MB", 0.8)
    with (running[1].folder / ".env").open("a") as file:
        file.write("GUNICORN_CMD_ARGS=--workers 3 --preload\n")
    running[1].up()
    result("idle memory, ours with --preload", handbook, idle(running[1]), "MB", 0.8)
    assert ours <= 0.8 * handbook
