"""A project under Docker Compose, as the tests start it and ask it for pages."""

import http.client
import json
import os
import socket
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

import pytest
from plumbum import local
from websockets.sync.client import connect

docker = local.get("docker", "false")  # without one, what needs it is skipped


class Site:
    """A project's containers; `docker compose down` is the fixture's."""

    def __init__(self, folder: Path, port: int, static_port: int):
        self.folder, self.port, self.static_port = folder, port, static_port

    def run(self, *arguments: str, **environment: str) -> tuple[int, str]:
        """Run `docker compose` and return its exit code and all that it printed."""
        command = docker[("compose", "--project-directory", self.folder, *arguments)]
        with local.cwd(self.folder), local.env(**environment):
            code, out, err = command.run(retcode=None)
        return code, out + err

    def compose(self, *arguments: str, **environment: str) -> str:
        code, output = self.run(*arguments, **environment)
        assert code == 0, output + self.run("logs", "--tail=30")[1]
        return output

    def up(self, *arguments: str, **environment: str) -> None:
        self.compose("up", "--build", "--wait", *arguments, **environment)

    def ask(
        self, method: str, path: str, body: bytes = b"", port: int = 0, timeout: float = 30, **headers: str
    ) -> tuple[int, dict[str, str], str]:
        """Return status, headers and text of an answer, waiting until something answers."""
        deadline = time.monotonic() + timeout
        while True:
            connection = http.client.HTTPConnection("127.0.0.1", port or self.port, timeout=30)
            try:
                connection.request(method, path, body, {"Host": "localhost", **headers})
                response = connection.getresponse()
                return response.status, dict(response.getheaders()), response.read().decode(errors="replace")
            except (OSError, http.client.HTTPException):
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.2)
            finally:
                connection.close()

    def get(self, path: str, port: int = 0, timeout: float = 30, **headers: str) -> tuple[int, dict[str, str], str]:
        return self.ask("GET", path, b"", port, timeout, **headers)

    def upload(self, name: str, content: str) -> str:
        """Send a file by the form of the Channels project, and return the path at which it is to be served."""
        part = f'--x\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n{content}\r\n--x--\r\n'
        form = {"Content-Type": "multipart/form-data; boundary=x"}
        status, _, text = self.ask("POST", "/", part.encode(), **form)
        assert status == 201, text
        return text

    def echo(self, text: str) -> str | bytes:
        """Return what the WebSocket of the Channels project sends back, to a page of the site itself."""
        with connect(f"ws://localhost:{self.port}/ws/echo/", origin="http://localhost") as websocket:
            websocket.send(text)
            return websocket.recv(timeout=10)

    def piped(self, service: str, of: Path = Path(os.devnull), to: Path = Path(os.devnull)) -> int:
        """Run a service once, from one file to another, as a shell does."""
        with of.open("rb") as given, to.open("wb") as taken:
            words = ["docker", "compose", "run", "--rm", "-T", service]
            return subprocess.run(words, stdin=given, stdout=taken, cwd=self.folder, env=dict(local.env)).returncode

    def processes(self) -> list[str]:
        """Return the command lines of Gunicorn's processes in the django service."""
        script = "for f in /proc/[0-9]*/cmdline; do tr '\\0' ' ' < $f; echo; done"
        lines = self.compose("exec", "django", "sh", "-c", script).splitlines()
        return [line for line in lines if "gunicorn.conf.py" in line and "docker-init" not in line]

    def image(self, service: str = "django") -> str:
        return json.loads(self.compose("config", "--format=json"))["services"][service]["image"]


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def of(name: str, lines: Mapping[str, str] | None = None, label: str = "", **answers):
    """Return the parameter of a test on one of the test projects, with lines at the end of files, and answers."""
    return pytest.param((name, lines or {}, answers), id=label or name)


def on(*parameters):
    """Run a test on each of these sites."""
    return pytest.mark.parametrize("site", parameters, indirect=True)
