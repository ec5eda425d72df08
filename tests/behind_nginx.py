"""nginx in a container, with a project's default.conf and limits, before a server that says what it is asked."""

import contextlib
import http.client
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import yaml
from plumbum import local

docker = local.get("docker", "false")  # without one, what needs it is skipped
IMAGE = "nginxinc/nginx-unprivileged:stable"
START = """
mkdir -p /tmp/servers
echo "server django:8000 resolve;" > /tmp/servers/django
echo "server static:8080 resolve;" > /tmp/servers/static
exec nginx -g "daemon off;"
"""
SERVER = """
import http.server, json

class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, length):
        self.send_response(200)
        self.send_header("Content-Length", str(length))
        self.end_headers()

    def do_GET(self):
        if self.path.startswith("/mb/"):
            size = int(self.path.removeprefix("/mb/"))
            self.answer(size << 20)
            for _ in range(size):
                self.wfile.write(bytes(1 << 20))
            return
        text = json.dumps(self.headers.items()).encode()
        self.answer(len(text))
        self.wfile.write(text)

    def do_POST(self):
        left = int(self.headers["Content-Length"])
        while left > 0:
            left -= len(self.rfile.read(min(left, 1 << 16)) or b"x" * left)
        self.answer(0)

http.server.ThreadingHTTPServer(("0.0.0.0", 8000), Handler).serve_forever()
"""


class Site:
    """The two containers, named by what `docker` calls them."""

    def __init__(self, folder: Path, name: str):
        self.folder, self.name = folder, name

    def start_server(self) -> None:
        alias = ["--network", self.name, "--network-alias", "django"]
        docker("run", "--detach", "--name", f"{self.name}-django", *alias, "python:3.13-slim", "python", "-c", SERVER)

    def start(self, *options: str) -> None:
        services = yaml.safe_load((self.folder / "compose.yaml").read_text())["services"]
        service = services.get("proxy", services["static"])
        conf = "docker/proxy/default.conf" if "proxy" in services else "default.conf"
        limits = service["deploy"]["resources"]["limits"]
        docker(
            "run", "--detach", "--name", f"{self.name}-static", "--network", self.name, "--read-only", "--init",
            f"--memory={limits['memory']}", f"--memory-swap={limits['memory']}", f"--pids-limit={limits['pids']}",
            *(f"--tmpfs={mount}" for mount in service["tmpfs"]), "--publish=127.0.0.1::8080",
            f"--volume={self.folder / conf}:/etc/nginx/conf.d/default.conf:ro", *options, IMAGE, "sh", "-c", START,
        )  # fmt: skip
        self.port = int(docker("port", f"{self.name}-static", "8080/tcp").rpartition(":")[2])
        self.wait(lambda: self.ask("GET", "/")[0] == 200)

    def ask(
        self, method: str, path: str, body: bytes | None = None, **headers: str
    ) -> tuple[int, dict[str, str], bytes]:
        """Return status, headers and content of an answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        with contextlib.closing(connection):
            connection.request(method, path, body, {name.replace("_", "-"): text for name, text in headers.items()})
            answer = connection.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read()

    def wait(self, holds, seconds: float = 20) -> None:
        """Return when a condition holds; fail when it does not within `seconds`."""
        deadline = time.monotonic() + seconds
        while True:
            with contextlib.suppress(OSError, http.client.HTTPException):
                if holds():
                    return
            assert time.monotonic() < deadline, docker["logs", "--tail=20", f"{self.name}-static"].run()[1:]
            time.sleep(0.2)

    def logs(self) -> str:
        return "".join(docker["logs", f"{self.name}-static"].run()[1:])


@contextlib.contextmanager
def served(folder: Path, *options: str) -> Iterator[Site]:
    """Start both containers, nginx with `options` of `docker run`, and remove them in the end."""
    site = Site(folder, f"nginx-{uuid.uuid4().hex[:12]}")
    docker("network", "create", site.name)
    try:
        site.start_server()
        site.start(*options)
        yield site
    finally:
        docker["rm", "--force", "--volumes", f"{site.name}-static", f"{site.name}-django"].run(retcode=None)
        docker["network", "rm", site.name].run(retcode=None)
