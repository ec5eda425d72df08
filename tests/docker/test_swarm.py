"""stack.yaml and docker/deploy-swarm.sh on a real swarm of one machine, under a constant load of GETs and POSTs.

The swarm has an engine of its own, in a container: leaving a swarm takes the names of all other containers of its
engine out of the name server.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from plumbum import TF, local
from running import docker, free_port
from support import PROJECTS, ROOT, commit, copy

pytestmark = pytest.mark.docker

VIEW = """
import time

from django.contrib.auth.models import User
from django.http import HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

RELEASE = "1"


@csrf_exempt
def page(request, seconds=0):
    time.sleep(seconds)
    if request.method == "POST":
        User.objects.filter(username="x").update(first_name="y")
    return HttpResponse(f"{User.objects.count()}", headers={"X-Release": RELEASE})


urlpatterns = [path("", page), path("slow/<int:seconds>/", page)]
"""
FAILS = """
from django.db import migrations


class Migration(migrations.Migration):
    operations = [migrations.RunSQL("THIS IS NO SQL")]
"""
ANSWERS = {
    "orchestrators": "[swarm]",
    "registry": "orch",
    "site_host": "shop.example.org",
    "workers": "{ticker: sleep 100000}",
}


class Swarm:
    """An engine in a container, that is a swarm, and a project whose images it gets."""

    def __init__(self, folder: Path, state: Path):
        self.folder, self.state, self.name, self.port = folder, state, f"orch-swarm-{os.getpid()}", free_port()
        self.images: list[str] = []
        self.docker = docker["--host", f"unix://{state}/docker.sock"]

    def start(self) -> None:
        """Start the engine of this machine once more: with its own network, folders and /run."""
        daemon = [shutil.which("dockerd"), "--data-root", self.state / "data", "--exec-root", self.state / "exec"]
        daemon += ["--pidfile", self.state / "pid", "--host", f"unix://{self.state}/docker.sock"]
        options = ["--privileged", "--pid=host", "--cgroupns=host", "--volume=/:/host", "--tmpfs=/host/run"]
        options += [f"--publish=127.0.0.1:{self.port}:8000", f"--name={self.name}"]
        # Not chroot, in which what an engine runs by exec has another root
        root = 'cd /host && pivot_root . mnt && umount -l /mnt && exec "$@"'
        docker("run", "--detach", *options, "python:3.13-slim", "sh", "-c", root, "sh", *daemon)
        self.wait_for(lambda: self.docker["info"] & TF, "the engine")
        self.docker("swarm", "init", "--advertise-addr=127.0.0.1")

    def stop(self) -> None:
        # Its containers end with their engine, and the layers of images are mounts until then.
        running = self.docker("ps", "--quiet").split() if self.docker["info"] & TF else []
        if running:
            self.docker("swarm", "leave", "--force")
            self.docker["rm", "--force", *running].run(retcode=None)
        docker("stop", "--time=20", self.name)
        docker("rm", "--force", "--volumes", self.name)
        docker["rmi", *self.images].run(retcode=None)
        docker("run", "--rm", f"--volume={self.state}:/state", "python:3.13-slim", "sh", "-c", "rm -rf /state/*")

    def wait_for(self, condition, what: str, seconds: float = 60) -> None:
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, f"{what} is not there after {seconds} s"
            time.sleep(0.5)

    def load(self, *images: str) -> None:
        """Give the swarm's engine images of the other."""
        (docker["save", *images] | self.docker["load"])()

    def release(self, tag: str, view: str = VIEW) -> None:
        """Build a release, and give it to the swarm."""
        (self.folder / "orders/urls.py").write_text(view.replace('RELEASE = "1"', f'RELEASE = "{tag}"'))
        images = [f"orch-{kind}:{tag}" for kind in ("django", "static")]
        for image, kind in zip(images, ("django", "static"), strict=True):
            docker("build", "--quiet", f"--tag={image}", f"--file={self.folder}/Dockerfile_{kind}", self.folder)
            self.images.append(image)
        self.load(*images)

    def deploy(self, tag: str) -> tuple[int, str]:
        """Run docker/deploy-swarm.sh as a person does, and return its exit code and all that it printed."""
        variables = {"TAG": tag, "STACK": "shop", "DOCKER_HOST": f"unix://{self.state}/docker.sock"}
        with local.env(**variables):
            script = local[self.folder / "docker/deploy-swarm.sh"]["--resolve-image=never"]
            code, out, err = script.run(retcode=None)
        return code, out + err

    @contextmanager
    def under_load(self) -> Iterator[dict[str, Any]]:
        """Send requests meanwhile, and give what was seen at the end."""
        words = [
            f"{self.port}",
            "--host=shop.example.org",
            "--rate=30",
            "--posts=10",
            "--slow=/slow/2/",
            "--seconds=300",
        ]
        process = subprocess.Popen([sys.executable, ROOT / "tests/load.py", *words], stdout=subprocess.PIPE)
        seen: dict[str, Any] = {}
        try:
            time.sleep(2)
            yield seen
            time.sleep(2)
        finally:
            process.send_signal(signal.SIGINT)
            seen |= json.loads(process.communicate(timeout=60)[0])


@pytest.fixture(scope="module")
def swarm(template, tmp_path_factory) -> Iterator[Swarm]:
    if not shutil.which("dockerd"):
        reason = "needs dockerd on this machine, as a swarm gets an engine of its own"
        assert "CI" not in os.environ, reason
        pytest.skip(reason)
    folder = tmp_path_factory.mktemp("project") / "shop"
    shutil.copytree(PROJECTS / "celery_postgres/project", folder)
    (folder / "orders/urls.py").write_text(VIEW)
    commit(folder)
    copy(template, folder, **ANSWERS)
    state = Path(tempfile.mkdtemp(prefix="swarm.", dir="/var/tmp"))  # on a disk: an engine keeps its images there
    made = Swarm(folder, state)
    try:
        made.start()
        made.load("postgres:18", "nginxinc/nginx-unprivileged:stable")
        made.release("1")
        yield made
    finally:
        made.stop()
        shutil.rmtree(state, ignore_errors=True)


def test_releases_on_a_swarm(swarm):
    """Each step finds the site as the one before has left it, so that the engine starts once."""
    code, said = swarm.deploy("1")
    assert code and "docker/swarm/.env is missing: make it of .env.example there." in said
    url = "postgresql://postgres:only-here@database:5432/postgres"
    lines = f'DATABASE_URL={url}\nSECRET_KEY=it\'s a "secret" $HOME\nREDIS_URL=redis://nowhere:6379/0\n'
    (swarm.folder / "docker/swarm/.env").write_text(lines)
    # A database outside of the stack, in its network
    label = ["--label=com.docker.stack.namespace=shop"]
    swarm.docker("network", "create", "--driver=overlay", "--attachable", *label, "shop_default")
    options = ["--network=shop_default", "--network-alias=database", "--env=POSTGRES_PASSWORD=only-here"]
    swarm.docker("run", "--detach", "--name=database", *options, "postgres:18")
    swarm.wait_for(lambda: swarm.docker["exec", "database", "pg_isready", "--host=127.0.0.1"] & TF, "the database")

    code, said = swarm.deploy("1")
    assert code == 0, said + swarm.docker("service", "ls")
    with swarm.under_load() as seen:
        time.sleep(3)
    assert seen["failed"] == 0 and seen["releases"] == {"1": seen["releases"].get("1")}, seen

    # A rolling update
    swarm.release("2")
    with swarm.under_load() as seen:
        code, said = swarm.deploy("2")
    assert code == 0, said
    assert seen["failed"] == 0 and seen["releases"].keys() == {"1", "2"}, seen

    # A failing migration
    (swarm.folder / "orders/migrations").mkdir()
    (swarm.folder / "orders/migrations/__init__.py").touch()
    (swarm.folder / "orders/migrations/0001_initial.py").write_text(FAILS)
    swarm.release("3")
    with swarm.under_load() as seen:
        code, said = swarm.deploy("3")
    assert code == 1 and "The migration failed: the release before goes on." in said and "THIS IS NO SQL" in said
    assert seen["failed"] == 0 and seen["releases"].keys() == {"2"}, seen
    shutil.rmtree(swarm.folder / "orders/migrations")

    # A release that does not get healthy; with less patience than people need
    stack = swarm.folder / "stack.yaml"
    stack.write_text(
        stack.read_text().replace("start_period: 60s", "start_period: 6s").replace("interval: 10s", "interval: 2s")
    )
    swarm.release("4", VIEW.replace('f"{User.objects.count()}"', '"", status=500'))
    with swarm.under_load() as seen:
        code, said = swarm.deploy("4")
    assert code == 1 and "The release failed" in said and "the release before goes on" in said
    assert seen["failed"] == 0 and seen["releases"].keys() == {"2"}, seen
    images = swarm.docker("service", "ls", "--format={{.Name}} {{.Image}}").splitlines()
    assert all(image.endswith(":2") for image in images if "orch-" in image), images
