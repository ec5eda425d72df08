"""What a person does with the generated files, on a real engine: build, start, ask for pages, stop, update."""

import http.client
import json
import re
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from plumbum import local
from support import commit, copy, git, update

pytestmark = pytest.mark.docker


class Site:
    """A project's containers; `docker compose down` is the fixture's."""

    def __init__(self, folder: Path, django_port: int, static_port: int):
        self.folder, self.ports = folder, {"django": django_port, "static": static_port}

    def compose(self, *arguments: str, retcode: int | None = 0, **environment: str) -> str:
        command = local["docker"][("compose", "--project-directory", self.folder, *arguments)]
        with local.env(**environment):
            code, out, err = command.run(retcode=None)
        assert retcode is None or code == retcode, out + err
        return out

    def get(self, service: str, path: str, timeout: float = 30) -> tuple[int, dict[str, str], str]:
        """Return status, headers and text of a page, waiting until the service answers."""
        deadline = time.monotonic() + timeout
        while True:
            connection = http.client.HTTPConnection("127.0.0.1", self.ports[service], timeout=10)
            try:
                connection.request("GET", path, headers={"Host": "localhost"})
                response = connection.getresponse()
                return response.status, dict(response.getheaders()), response.read().decode()
            except (OSError, http.client.HTTPException):
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.2)
            finally:
                connection.close()

    def processes(self) -> list[str]:
        """Return the command lines of the processes in the django service."""
        script = "for f in /proc/[0-9]*/cmdline; do tr '\\0' ' ' < $f; echo; done"
        lines = self.compose("exec", "django", "sh", "-c", script).splitlines()
        return [line for line in lines if "gunicorn mysite.wsgi" in line]


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@pytest.fixture
def site(template, project, request) -> Iterator[Site]:
    name = getattr(request, "param", "startproject")
    folder = project(name, folder=f"{name}-{request.config.workerinput['workerid']}".replace("_", "-"))
    ports = free_port(), free_port()
    copy(template, folder, django_port=ports[0], static_port=ports[1])
    running = Site(folder, *ports)
    yield running
    running.compose("down", "--volumes", "--rmi=local", "--timeout=1", retcode=None)


def test_startproject(site):
    site.compose("up", "--build", "--wait")
    status, _, page = site.get("django", "/admin/login/")
    assert status == 200
    stylesheet = re.search(r"/static/admin/css/base\.[0-9a-f]{12}\.css", page)
    assert stylesheet, page
    status, headers, text = site.get("static", stylesheet[0])
    assert status == 200 and headers["Content-Type"] == "text/css" and "--primary" in text
    assert site.get("static", "/static/admin/css/")[0] == 403

    assert len(site.processes()) == 1 + 3
    site.compose("up", "--wait", "django", GUNICORN_CMD_ARGS="--workers 1")
    site.get("django", "/admin/login/")
    assert len(site.processes()) == 1 + 1

    site.compose("exec", "django", "python", "manage.py", "migrate")  # SQLite, in a folder that the user may write
    assert site.compose("exec", "django", "id", "-un").strip() == "runner"

    started = time.monotonic()
    site.compose("kill", "--signal=TERM", "django")
    container = site.compose("ps", "--all", "--quiet", "django").strip()
    assert local["docker"]("wait", container).strip() == "0"
    assert time.monotonic() - started < 10
    state = json.loads(local["docker"]("inspect", container))[0]["State"]
    assert state["ExitCode"] == 0 and not state["OOMKilled"]

    (site.folder / "compose.yaml").write_text((site.folder / "compose.yaml").read_text().replace("35s", "70s"))
    commit(site.folder)
    update(site.folder)
    assert not git("-C", site.folder, "status", "--porcelain")


@pytest.mark.parametrize("site", ["requirements_folder"], indirect=True)
def test_translations_and_included_requirements(site):
    site.compose("up", "--build", "--wait")
    assert site.get("django", "/")[2] == "Bienvenue"
    assert site.get("static", "/assets/site.css")[2] == "body { margin: 0 }\n"
    assert site.get("static", "/static/site.css")[0] == 404


@pytest.mark.parametrize("site", ["uv_src"], indirect=True)
def test_a_lock_file_a_sub_folder_and_settings_without_static_root(site):
    (site.folder / ".env").write_text("SECRET_KEY=only-for-this-test\n")
    site.compose("up", "--build", "--wait")
    assert site.get("django", "/")[2] == "It answers"  # with DEBUG off, by ALLOWED_HOSTS from compose.yaml
    assert site.get("static", "/static/site.css")[2] == "p { margin: 0 }\n"
    image = json.loads(site.compose("config", "--format=json"))["name"] + "-django"
    history = local["docker"]("history", "--no-trunc", image) + local["docker"]("inspect", image)
    assert "SECRET_KEY" not in history


def test_what_stays_out_of_the_build_context(site):
    kept_out = {
        ".env": "SECRET_KEY=secret",
        "mysite/.env.local": "x",
        "db.sqlite3": "x",
        "static/old.css": "x",
        ".venv/lib/x.py": "x",
        "mysite/__pycache__/x.pyc": "x",
        "compose.override.yaml": "services: {}",
    }
    for path, text in kept_out.items():
        (site.folder / path).parent.mkdir(parents=True, exist_ok=True)
        (site.folder / path).write_text(text)
    site.compose("build", "--quiet", "django")
    image = json.loads(site.compose("config", "--format=json"))["name"] + "-django"
    inside = set(local["docker"]("run", "--rm", image, "find", "-type", "f", "-printf", "%P\\n").split())
    assert inside == {
        ".copier-answers.yml",
        ".gitignore",
        "default.conf",
        "manage.py",
        "requirements.txt",
        "static/staticfiles.json",
        *(f"mysite/{name}.py" for name in ("__init__", "asgi", "settings", "urls", "wsgi")),
    }
