"""docker/gunicorn.conf.py and docker/healthcheck.py, run by the Gunicorns and the Django that they are for."""

import contextlib
import os
import py_compile
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path

import pytest
from plumbum import local
from runtime import VERSIONS, environment
from support import PROJECTS, commit, copy

CASES = sorted(path.parent.name for path in PROJECTS.glob("*/project"))
NEWEST = VERSIONS[-1]
ruff = local[sys.executable]["-m", "ruff"]
every_gunicorn = pytest.mark.parametrize("version", VERSIONS)

SITE = {
    "requirements.txt": "django\ngunicorn\n",
    "manage.py": 'import os\nos.environ.setdefault("DJANGO_SETTINGS_MODULE", "mysite.settings")\n'
    "from django.core.management import execute_from_command_line\nexecute_from_command_line()\n",
    "mysite/__init__.py": "",
    "mysite/wsgi.py": 'import os\nos.environ.setdefault("DJANGO_SETTINGS_MODULE", "mysite.settings")\n'
    "from django.core.wsgi import get_wsgi_application\napplication = get_wsgi_application()\n",
    "mysite/asgi.py": 'import os\nos.environ.setdefault("DJANGO_SETTINGS_MODULE", "mysite.settings")\n'
    "from django.core.asgi import get_asgi_application\napplication = get_asgi_application()\n",
    "mysite/settings.py": """\
import os

SECRET_KEY = "test"
DEBUG = "DEBUG" in os.environ
ALLOWED_HOSTS = os.environ.get("SITE_ALLOWED_HOSTS", "localhost").split(",")
SECURE_SSL_REDIRECT = "SSL_REDIRECT" in os.environ
if "PROXY_HEADER" in os.environ:
    SECURE_PROXY_SSL_HEADER = (os.environ["PROXY_HEADER"], "https")
MIDDLEWARE = ["django.middleware.security.SecurityMiddleware", "django.middleware.common.CommonMiddleware"]
ROOT_URLCONF = "mysite.urls"
""",
    # The status that / answers, or what it does instead, is in a file, so that one server shows them all.
    "mysite/urls.py": """\
import time
from pathlib import Path

from django.http import HttpResponse
from django.urls import path


def home(request):
    answer = Path("answer").read_text() if Path("answer").exists() else "200"
    if answer == "error":
        raise ArithmeticError("this view fails")
    if answer == "slow":
        time.sleep(4)
    if answer == "long":
        return HttpResponse("long" * 1_000_000)
    code, _, location = answer.partition(" ")
    headers = {"Location": location} if location else {}
    return HttpResponse(f"{request.scheme}\\n", status=int(code) if code.isdigit() else 200, headers=headers)


urlpatterns = [path("", home)]
""",
}


@pytest.fixture(scope="session")
def site(template, tmp_path_factory) -> Callable[..., Path]:
    """Return a function that returns the folder of a Django project to which the template was copied, once a session.

    Its answers are those of a project that logs nothing and is behind nginx, but for those that are given.
    """
    made: dict[str, Path] = {}

    def make(**answers: str) -> Path:
        key = repr(sorted(answers.items()))
        if key not in made:
            folder = tmp_path_factory.mktemp("runtime") / "my-site"
            for name, text in SITE.items():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                (folder / name).write_text(text)
            commit(folder)
            hosts = '{SITE_ALLOWED_HOSTS: "localhost,127.0.0.1"}'
            copy(
                template,
                folder,
                **{"log_errors": "true", "gunicorn_keepalive": "75", "compose_environment": hosts} | answers,
            )
            made[key] = folder
        return made[key]

    return make


@dataclass
class Server:
    """Gunicorn in the project's folder, as CMD starts it, but on a port of its own."""

    version: str
    folder: Path
    log: Path
    home: Path
    port: int
    process: subprocess.Popen[bytes] = field(init=False)

    def get(self, path: str = "/", host: str = "localhost") -> tuple[int, str]:
        """Return the status and the body of an answer."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=10)
        with contextlib.closing(connection):
            connection.request("GET", path, headers={"Host": host})
            response = connection.getresponse()
            return response.status, response.read().decode()

    def answers_next(self, answer: str) -> None:
        (self.folder / "answer").write_text(answer)

    def worker(self) -> int:
        """Return the process ID of the only worker."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        (child,) = children
        return int(child)

    def logged(self, text: str, count: int = 1, seconds: float = 5) -> str:
        """Return the log once it holds `text` as often as `count`; fail if that takes longer than `seconds`."""
        end = time.monotonic() + seconds
        while self.log.read_text().count(text) < count:
            assert time.monotonic() < end, f"{text!r} is not {count} times in the log:\n{self.log.read_text()}"
            time.sleep(0.02)
        return self.log.read_text()

    def check(self, **variables: str) -> tuple[int, str]:
        """Run the health check on this server's port, and return its exit code and what it printed."""
        return check(self.folder, self.port, **variables)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def check(folder: Path, port: int, **variables: str) -> tuple[int, str]:
    script = folder / f"healthcheck_{port}.py"
    script.write_text((folder / "docker/healthcheck.py").read_text().replace("8000", str(port)))
    code, out, err = local[sys.executable]["-I", "-S", script].with_env(**variables).run(retcode=None)
    assert (out + err).count("\n") == 1, out + err
    return code, out + err


def gunicorn(version: str, folder: Path, *arguments: str, **variables: str) -> tuple[int, str]:
    """Run Gunicorn to its end, and return its exit code and what it printed."""
    command = local[environment(version)]["-m", "gunicorn", "--config", folder / "docker/gunicorn.conf.py"]
    with local.cwd(folder):
        code, out, err = command[(*arguments, "mysite.wsgi")].with_env(**variables).run(retcode=None)
    return code, out + err


@pytest.fixture
def serve(site, tmp_path) -> Iterator[Callable[..., Server]]:
    """Return a function that starts Gunicorn, which ends with the test."""
    started: list[Server] = []

    def start(
        version: str = NEWEST, options: str = "", module: str = "mysite.wsgi", answers=None, **variables
    ) -> Server:
        folder = site(**(answers or {}))
        (folder / "answer").unlink(missing_ok=True)
        server = Server(version, folder, tmp_path / "log", tmp_path / "home", free_port())
        server.home.mkdir(exist_ok=True)
        arguments = ["-m", "gunicorn", "--config", folder / "docker/gunicorn.conf.py", module]
        options = f"--bind 127.0.0.1:{server.port} {options}"
        with server.log.open("wb") as log:
            server.process = subprocess.Popen(
                [environment(version), *arguments],
                cwd=folder,
                env={"PATH": os.environ["PATH"], "HOME": str(server.home), "GUNICORN_CMD_ARGS": options, **variables},
                stdout=log,
                stderr=log,
            )
        started.append(server)
        server.logged("Booting worker", seconds=10)
        return server

    yield start
    for server in started:
        server.process.terminate()
        assert server.process.wait(timeout=10) == 0


@every_gunicorn
def test_variables_change_every_option(version, site):
    folder = site()
    _, own = gunicorn(version, folder, "--print-config")
    options = "--bind 127.0.0.1:9 --threads 4 --keep-alive 9 --name other --worker-tmp-dir /tmp --access-logfile -"
    code, changed = gunicorn(version, folder, "--print-config", GUNICORN_CMD_ARGS=options, WEB_CONCURRENCY="5")
    assert code == 0, changed

    def values(text: str) -> dict[str, str]:
        return dict(line.split("=", 1) for line in text.replace(" ", "").splitlines() if "=" in line)

    expected = {
        "bind": ("['0.0.0.0:8000']", "['127.0.0.1:9']"),
        "workers": ("1", "5"),
        "threads": ("2", "4"),
        "keepalive": ("75", "9"),
        "proc_name": ("my-site", "other"),
        "worker_tmp_dir": ("/dev/shm", "/tmp"),
        "accesslog": ("None", "-"),
    }
    assert {name: (values(own)[name], values(changed)[name]) for name in expected} == expected
    more = gunicorn(version, folder, "--print-config", GUNICORN_CMD_ARGS="--workers 3", WEB_CONCURRENCY="5")[1]
    assert values(more)["workers"] == "3"


@every_gunicorn
def test_gunicorn_checks_its_options(version, site):
    assert gunicorn(version, site(), "--check-config", GUNICORN_CMD_ARGS="") == (0, "")
    code, out = gunicorn(version, site(), GUNICORN_CMD_ARGS="--thread-count=4")
    assert code == 2 and "unrecognized arguments: --thread-count=4" in out


@every_gunicorn
def test_an_error_is_logged_once(version, serve):
    server = serve(version, "--access-logfile -")
    assert server.get() == (200, "http\n")
    assert "Traceback" not in server.log.read_text() and "[ERROR]" not in server.log.read_text()
    server.answers_next("error")
    assert server.get()[0] == 500
    server.logged("Internal Server Error: /")
    server.answers_next("404")
    assert server.get("/missing")[0] == 404
    log = server.logged('"GET /missing HTTP/1.1" 404')
    assert log.count("Traceback") == log.count("ArithmeticError: this view fails") == 1
    assert log.count("[ERROR]") == 1 and log.count("[WARNING] Not Found: /missing") == 1
    assert log.count("Booting worker") == log.count("Starting gunicorn") == log.count('"GET /missing') == 1
    assert not list(server.home.rglob("*"))  # no control socket


def test_an_error_is_logged_once_under_debug(serve):
    server = serve(DEBUG="1")
    server.answers_next("error")
    assert server.get()[0] == 500
    server.answers_next("200")
    assert server.get()[0] == 200
    assert server.logged("Internal Server Error: /").count("ArithmeticError: this view fails") == 1


def test_errors_are_not_logged_where_settings_do(site, serve):
    server = serve(answers={"log_errors": "false"})
    server.answers_next("error")
    assert server.get()[0] == 500
    server.answers_next("200")
    assert server.get()[0] == 200
    assert "ArithmeticError" not in server.log.read_text()
    assert "import logging" not in (server.folder / "docker/gunicorn.conf.py").read_text()


SETTLED = 0.5  # seconds, after which a worker's threads wait for requests


def assert_tells_of_its_threads(server: Server) -> None:
    """Ask a worker for its threads, and abort it, as the master does after the timeout."""
    assert server.get()[0] == 200
    worker = server.worker()
    time.sleep(SETTLED)  # Python may break off over the stack of a thread that is running
    os.kill(worker, signal.SIGUSR2)
    assert "Fatal" not in server.logged("(most recent call first)")
    assert server.get()[0] == 200 and server.worker() == worker
    os.kill(worker, signal.SIGABRT)
    server.logged("Fatal Python error: Aborted")
    server.logged("Booting worker", 2)
    assert server.get()[0] == 200 and server.worker() != worker


@every_gunicorn
def test_a_worker_tells_what_its_threads_do(version, serve):
    assert_tells_of_its_threads(serve(version))


def test_asgi(serve):
    answers = {"worker_class": "asgi", "asgi_module": "mysite.asgi"}
    server = serve(module="mysite.asgi", answers=answers, SSL_REDIRECT="1", PROXY_HEADER="HTTP_X_FORWARDED_PROTO")
    assert "threads" not in (server.folder / "docker/gunicorn.conf.py").read_text().split("def ")[0]
    assert server.check(SITE_ALLOWED_HOSTS="localhost")[0] == 0
    assert server.check(SITE_ALLOWED_HOSTS="example.com")[0] == 1
    assert server.get()[0] == 301
    log = server.logged("Using worker: asgi")
    assert "WARNING" not in log and "[ERROR]" not in log.replace("[ERROR] Invalid HTTP_HOST header", "")


def test_one_thread_is_one_of_gthread(site):
    code, printed = gunicorn(NEWEST, site(gunicorn_threads="1"), "--print-config")
    lines = printed.replace(" ", "").splitlines()
    assert code == 0 and {"worker_class=gthread", "threads=1"} <= set(lines), printed


SECURE = {"SITE_ALLOWED_HOSTS": ".example.com", "SSL_REDIRECT": "1"}
ANSWERS = {
    "200": 0,
    "204": 0,
    "302 /login/": 0,
    "301 https://www.example.com/": 0,
    "301 https://example.com/": 1,
    "400": 1,
    "401": 0,
    "403": 0,
    "404": 0,
    "405": 0,
    "429": 1,
    "500": 1,
    "503": 1,
    "error": 1,
    "slow": 1,
    "long": 0,
}


def test_health_check_passes_if_a_view_answers(serve):
    server = serve(options="--threads 8", **SECURE)
    assert server.get(host="localhost")[0] == 400
    assert server.get(host="example.com")[0] == 301
    found = {}
    for answer in ANSWERS:
        server.answers_next(answer)
        found[answer], printed = server.check(SITE_ALLOWED_HOSTS=".example.com")
        expected = {"error": "500", "slow": "timed out", "long": "200"}.get(answer, answer.split()[0])
        assert f"as example.com: {expected}" in printed
    assert found == ANSWERS
    assert (
        server.log.read_text().count("[ERROR]") == 4
    )  # the Host localhost, 500, 503, and the error: no answer that passes


@pytest.mark.parametrize(
    "variables, host",
    [
        ({}, "localhost"),
        ({"SITE_ALLOWED_HOSTS": ""}, "localhost"),
        ({"SITE_ALLOWED_HOSTS": "*"}, "localhost"),
        ({"SITE_ALLOWED_HOSTS": "*, [::1] ,.example.com,example.org"}, "example.com"),
        ({"SITE_ALLOWED_HOSTS": "example.org example.com"}, "example.org"),
        ({"SITE_ALLOWED_HOSTS": '["example.org", "example.com"]'}, "example.org"),
        ({"SITE_ALLOWED_HOSTS": "example.org", "HEALTHCHECK_HOST": "example.net"}, "example.net"),
    ],
)
def test_health_check_of_a_host(variables, host, site):
    code, printed = check(site(), free_port(), **variables)
    assert code == 1 and f" as {host}: [Errno 111] Connection refused" in printed


@pytest.mark.parametrize(
    "answers, host",
    [
        ({"compose_environment": "{}"}, "localhost"),
        ({"compose_environment": "{}", "required_environment": "[SITE_ALLOWED_HOSTS]"}, "example.com"),
        ({"compose_environment": "{}", "settings_environment": "{SITE_ALLOWED_HOSTS: ['*', Hosts.]}"}, "example.com"),
    ],
)
def test_health_check_knows_the_variable_of_allowed_hosts(answers, host, site):
    assert f" as {host}: " in check(site(**answers), free_port(), SITE_ALLOWED_HOSTS="example.com")[1]


def test_health_check_takes_the_default_of_settings(site):
    answers = {
        "compose_environment": "{}",
        "settings_environment": """{SITE_ALLOWED_HOSTS: ["'b\\\\.org', x", Hosts.]}""",
    }
    assert " as b\\.org: " in check(site(**answers), free_port())[1]


def test_health_check_refuses_garbage_and_https_that_settings_do_not_accept(site, serve):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        for reply in (b"", b"SSH-2.0-OpenSSH\r\n", b"HTTP/1.1 abc\r\n\r\n", b"\xff" * 70_000):
            process = subprocess.Popen(
                [sys.executable, "-c", _REPLY, str(listener.fileno()), reply[:99].hex(), str(len(reply) // 99 + 1)],
                pass_fds=[listener.fileno()],
            )
            code, printed = check(site(), port)
            assert code == 1 and "no answer in HTTP" in printed, reply
            assert process.wait(5) == 0
    # Gunicorn itself takes X-Forwarded-Proto from this machine, unless it is told not to.
    server = serve(SSL_REDIRECT="1", FORWARDED_ALLOW_IPS="10.0.0.1")
    code, printed = server.check()
    assert code == 1 and "301 to HTTPS" in printed


_REPLY = (
    "import socket, sys\n"
    "connection = socket.socket(fileno=int(sys.argv[1])).accept()[0]\n"
    "connection.recv(65536)\nconnection.sendall(bytes.fromhex(sys.argv[2]) * int(sys.argv[3]))\nconnection.close()\n"
)


@pytest.mark.parametrize("name", CASES)
def test_both_files_are_python(name, template, project):
    folder = project(name)
    copy(template, folder)
    for path in ("docker/gunicorn.conf.py", "docker/healthcheck.py"):
        py_compile.compile(str(folder / path), doraise=True)
    _passes_ruff(folder)


def test_both_files_pass_ruff(site):
    _passes_ruff(site(), site(log_errors="false"), site(compose_environment="{}"))


def _passes_ruff(*folders: Path) -> None:
    """Let ruff find nothing, at each usual length of lines, so that nobody's formatter changes the files."""
    paths = [folder / "docker" for folder in folders]
    for length in (79, 88, 120):
        options = ("--isolated", f"--line-length={length}")
        ruff("check", *options, "--select=E,F,W,I,N,B,UP,SIM,RUF,PTH,D1", *paths)
        ruff("format", *options, "--diff", *paths)
