"""k8s/ as real pods, by `podman kube play`: with their users, limits and read-only files.

Podman is in a container, so that the machine needs none. It makes no Service, Ingress or NetworkPolicy, and asks no
readiness probe: a cluster of kind does so in the workflow that the template writes.
"""

import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from plumbum import TF
from running import docker
from support import PROJECTS, commit, copy
from test_kubernetes import documents, rendered
from test_kubernetes import pods as made_of

pytestmark = pytest.mark.docker

PODMAN = """
FROM debian:trixie-slim
RUN apt-get update && apt-get install -y --no-install-recommends aardvark-dns catatonit crun netavark nftables podman
"""
SERVICES = {"db": ["--env=POSTGRES_PASSWORD=only-here", "postgres:18"], "broker": ["valkey/valkey"]}
LIMITS = "{{.HostConfig.ReadonlyRootfs}} {{.Config.User}} {{.HostConfig.Memory}} {{.EffectiveCaps}}"


class Pods:
    """A Podman in a container, beside a database and a broker that are no pods."""

    def __init__(self, folder: Path):
        self.folder, self.name, self.registry = folder, f"pods-{os.getpid()}", f"localhost/pods-{os.getpid()}"
        self.images = [f"{self.registry}-{kind}:latest" for kind in ("django", "static")]
        self.podman = docker["exec", "--interactive", self.name, "podman"]

    def start(self) -> None:
        (docker["build", "--quiet", f"--tag={self.name}", "-"] << PODMAN)()
        docker("network", "create", self.name)
        for name, words in SERVICES.items():
            docker("run", "--detach", f"--network={self.name}", f"--name={self.name}-{name}", *words)
        # What is in a container's own layers cannot be layers of others.
        options = ["--privileged", "--volume=/var/lib/containers", f"--network={self.name}", f"--name={self.name}"]
        docker("run", "--detach", "--init", *options, self.name, "sleep", "infinity")
        for image, kind in zip(self.images, ("django", "static"), strict=True):
            docker("build", "--quiet", f"--tag={image}", f"--file={self.folder}/Dockerfile_{kind}", self.folder)
        (docker["save", *self.images] | self.podman["load"])()

    def stop(self) -> None:
        self.podman["pod", "rm", "--all", "--force", "--time=0"].run(retcode=None)
        containers = [self.name, *(f"{self.name}-{name}" for name in SERVICES)]
        docker["rm", "--force", "--volumes", *containers].run(retcode=None)
        docker["network", "rm", self.name].run(retcode=None)
        docker["rmi", self.name, *self.images].run(retcode=None)

    def address_of(self, service: str) -> str:
        """Return the address of one of the containers that are no pods."""
        address = "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}"
        return docker("inspect", f"--format={address}", f"{self.name}-{service}").strip()

    def about(self, pod: str, what: str) -> str:
        """Return what Podman knows of a pod's container, by a template of Go."""
        return self.podman("inspect", f"--format={what}", f"{pod}-pod-{pod}").strip()

    def get(self, url: str) -> str:
        """Return the status of an answer, asked from the pod of nginx, as from any other of the cluster."""
        words = ["--silent", "--header=Host: shop.example.org", "--output=/dev/null", "--write-out=%{http_code}"]
        return self.podman("exec", "static-pod-static", "curl", *words, url)

    def wait_for(self, condition: Any, what: str, seconds: float = 60) -> None:
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, f"{what} after {seconds} s:\n{self.podman('ps', '--all')}"
            time.sleep(0.5)


@pytest.fixture
def pods(template, tmp_path) -> Iterator[Pods]:
    folder = tmp_path / "shop"
    shutil.copytree(PROJECTS / "celery_postgres/project", folder)
    commit(folder)
    made = Pods(folder)
    copy(template, folder, orchestrators="[kubernetes]", registry=made.registry, site_host="shop.example.org")
    try:
        made.start()
        yield made
    finally:
        made.stop()


def test_the_manifests_make_pods_that_serve(pods):
    url = f"postgresql://postgres:only-here@{pods.address_of('db')}:5432/postgres"
    broker = f"redis://{pods.address_of('broker')}:6379/0"
    manifests = rendered(pods.folder / "k8s", DATABASE_URL=url, REDIS_URL=broker, SECRET_KEY="it's a $ecret")
    (pods.podman["kube", "play", "-"] << manifests)()

    pods.wait_for(lambda: pods.about("migrate", "{{.State.Status}}") == "exited", "migrate has not ended")
    said = pods.podman("logs", "migrate-pod-migrate")
    assert pods.about("migrate", "{{.State.ExitCode}}") == "0" and "Applying sessions.0001_initial... OK" in said
    for pod, user, memory in (("django", 1000, 1024), ("worker", 1000, 1024), ("static", 101, 128)):
        assert pods.about(pod, LIMITS) == f"true {user}:{user} {memory << 20} []"
    probes = {
        name: pod["spec"]["containers"][0].get("readinessProbe", {}).get("exec", {}).get("command")
        for name, pod in made_of(documents(manifests))
    }
    for name in ("django", "worker"):
        # Clusters set HOSTNAME, and Podman does not.
        words = ["exec", f"--env=HOSTNAME={name}-pod", f"{name}-pod-{name}", *probes[f"Deployment/{name}"]]
        probe = pods.podman[words]
        pods.wait_for(lambda probe=probe: probe & TF, f"{name} is not ready")

    address = pods.podman("exec", "django-pod-django", "hostname", "-i").split()[0]
    assert pods.get(f"http://{address}:8000/") == "200"
    assert pods.get(f"http://{address}:8000/admin/login/") == "200"
    assert pods.get("http://127.0.0.1:8080/static/admin/css/base.css") == "200"
    pods.podman("exec", "django-pod-django", "python", "manage.py", "migrate", "--check")
