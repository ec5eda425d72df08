"""k8s/, as far as no cluster is needed: kustomize, the schemas of Kubernetes, Pod Security, references."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from plumbum import local
from support import NEXT, PROJECTS, commit, copy, git, run, update
from test_copy import refused

VERSIONS = ("1.29", "1.34", "1.37")  # the oldest that this version of the schemas has and people run, and the newest
validate = Path(sys.executable).with_name("kubernetes-validate")
shellcheck = Path(sys.executable).with_name("shellcheck")
VOLUMES = {
    *("configMap", "csi", "downwardAPI", "emptyDir"),
    *("ephemeral", "persistentVolumeClaim", "projected", "secret"),
}
EXPECTED = PROJECTS / "swarm_kubernetes/expected"


@cache
def kustomize() -> list[str] | None:
    """Return the command that renders a kustomization, None where there is none."""
    commands = (["kubectl", "kustomize"], ["kustomize", "build"])
    return next((command for command in commands if shutil.which(command[0])), None)


def rendered(folder: Path, **values: str) -> str:
    """Return what a kustomization says as one text of YAML, with an .env as the example beside it has it."""
    command = kustomize()
    if not command:
        reason = "needs kubectl or kustomize"
        assert "CI" not in os.environ, reason
        pytest.skip(reason)
    lines = (folder / ".env.example").read_text().splitlines()
    given = {f"{name}=": f"{name}={value}" for name, value in values.items()}
    lines = [given.get(line, f"{line}value" if line.endswith("=") else line) for line in lines]
    (folder / ".env").write_text("".join(f"{line}\n" for line in lines))
    return subprocess.run([*command, folder], capture_output=True, text=True, check=True).stdout


def documents(text: str) -> list[dict[str, Any]]:
    return list(yaml.safe_load_all(text))


def pods(found: list[dict[str, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the pods that manifests describe, each by the kind and the name of what makes it."""
    for document in found:
        name, spec = f"{document['kind']}/{document['metadata']['name']}", document.get("spec", {})
        if document["kind"] in ("Deployment", "Job"):
            yield name, spec["template"]
        elif document["kind"] == "CronJob":
            yield name, spec["jobTemplate"]["spec"]["template"]


def violations(pod: dict[str, Any]) -> Iterator[str]:
    """Yield what the profile `restricted` forbids in a pod.

    https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted
    """
    spec = pod["spec"]
    whole = spec.get("securityContext", {})
    yield from (key for key in ("hostNetwork", "hostPID", "hostIPC") if spec.get(key))
    yield from ("volumes" for volume in spec.get("volumes", []) if volume.keys() - {"name"} - VOLUMES)
    for container in [*spec["containers"], *spec.get("initContainers", [])]:
        own = container.get("securityContext", {})
        capabilities = own.get("capabilities", {})
        profile = own.get("seccompProfile", whole.get("seccompProfile", {})).get("type")
        good = {
            "privileged": not own.get("privileged"),
            "procMount": own.get("procMount", "Default") == "Default",
            "hostPort": not any("hostPort" in port for port in container.get("ports", [])),
            "allowPrivilegeEscalation": own.get("allowPrivilegeEscalation") is False,
            "capabilities.drop": "ALL" in capabilities.get("drop", []),
            "capabilities.add": set(capabilities.get("add", [])) <= {"NET_BIND_SERVICE"},
            "runAsNonRoot": own.get("runAsNonRoot", whole.get("runAsNonRoot")) is True,
            "runAsUser": own.get("runAsUser", whole.get("runAsUser", 1)) != 0,
            "seccompProfile": profile in ("RuntimeDefault", "Localhost"),
        }
        yield from (name for name, is_so in good.items() if not is_so)


def lacking(found: list[dict[str, Any]]) -> list[str]:
    """Return what manifests name and none of them has: labels, ports, configuration, accounts, volumes, targets."""
    names = {(document["kind"], document["metadata"]["name"]) for document in found}
    return [
        *_unselected(found),
        *(f"{kind} {name}" for kind, name in _named(found) if (kind, name) not in names),
    ]


def _unselected(found: list[dict[str, Any]]) -> Iterator[str]:
    """Yield selectors that select no pod, and ports that no container has."""
    labels = [pod["metadata"]["labels"] for _, pod in pods(found)]
    containers = [container for _, pod in pods(found) for container in pod["spec"]["containers"]]
    ports = {port["name"] for container in containers for port in container.get("ports", [])}
    for document in found:
        kind, spec = document["kind"], document.get("spec", {})
        if kind in ("Service", "PodDisruptionBudget", "Deployment"):
            selector = spec["selector"].get("matchLabels", spec["selector"])
            if not any(selector.items() <= given.items() for given in labels):
                yield f"{kind} {selector}"
        if kind == "Service":
            yield from (f"port {port['targetPort']}" for port in spec["ports"] if port["targetPort"] not in ports)


def _named(found: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    """Yield the kinds and names to which manifests refer."""
    for document in found:
        spec = document.get("spec", {})
        if document["kind"] == "HorizontalPodAutoscaler":
            yield "Deployment", spec["scaleTargetRef"]["name"]
        for rule in spec.get("rules", []):
            yield from (("Service", path["backend"]["service"]["name"]) for path in rule["http"]["paths"])
    for name, pod in pods(found):
        yield "ServiceAccount", pod["spec"]["serviceAccountName"]
        volumes = {volume["name"]: volume for volume in pod["spec"]["volumes"]}
        claims = [volume["persistentVolumeClaim"] for volume in volumes.values() if "persistentVolumeClaim" in volume]
        yield from (("PersistentVolumeClaim", claim["claimName"]) for claim in claims)
        for container in pod["spec"]["containers"]:
            for source in container.get("envFrom", []):
                for kind, key in (("ConfigMap", "configMapRef"), ("Secret", "secretRef")):
                    if key in source:
                        yield kind, source[key]["name"]
            assert {mount["name"] for mount in container["volumeMounts"]} <= volumes.keys(), name


def assert_accepted(folder: Path, tmp_path: Path) -> list[dict[str, Any]]:
    """Assert that Kubernetes would take what a kustomization says, and return it."""
    path = tmp_path / "rendered.yaml"
    path.write_text(rendered(folder))
    for version in VERSIONS:
        local[validate]("--kubernetes-version", version, "--strict", path)
    found = documents(path.read_text())
    for name, pod in pods(found):
        assert list(violations(pod)) == [], name
    assert lacking(found) == []
    return found


def of(found: list[dict[str, Any]], kind: str, name: str) -> dict[str, Any]:
    return next(document for document in found if (document["kind"], document["metadata"]["name"]) == (kind, name))


def test_the_recorded_project(tmp_path):
    shutil.copytree(EXPECTED / "k8s", tmp_path / "k8s")
    found = assert_accepted(tmp_path / "k8s", tmp_path)
    kinds = sorted(document["kind"] for document in found)
    assert kinds.count("Deployment") == 4 and {"Ingress", "Job", "CronJob", "HorizontalPodAutoscaler"} <= {*kinds}
    django = of(found, "Deployment", "django")["spec"]
    assert "replicas" not in django, "each apply would undo what the HorizontalPodAutoscaler has set"
    container = django["template"]["spec"]["containers"][0]
    image = (EXPECTED / "Dockerfile_django").read_text()
    command = container["readinessProbe"]["exec"]["command"]
    assert command == container["startupProbe"]["exec"]["command"]
    assert f"CMD {command}".replace("'", '"') in image, "the probe is the health check of the image"
    assert container["livenessProbe"]["tcpSocket"], "a database that is away must not restart all pods"
    compose = yaml.safe_load((EXPECTED / "compose.yaml").read_text())["services"]
    stack = yaml.safe_load((EXPECTED / "stack.yaml").read_text())["services"]
    assert f"CMD {json.dumps(stack['django']['command'])}" in image
    job = of(found, "Job", "migrate")["spec"]["template"]["spec"]["containers"][0]
    assert job["command"] == compose["migrate"]["command"] == stack["migrate"]["command"]
    for name in ("worker", "beat"):
        worker = of(found, "Deployment", name)["spec"]
        words = worker["template"]["spec"]["containers"][0]["command"]
        assert " ".join(words) == compose[name]["command"] == stack[name]["command"]
    assert of(found, "Deployment", "beat")["spec"]["strategy"] == {"type": "Recreate"}
    secret = next(document for document in found if document["kind"] == "Secret")
    assert secret["data"].keys() == {"DATABASE_URL", "REDIS_URL", "SECRET_KEY"}
    assert re.fullmatch("django-[a-z0-9]{10}", secret["metadata"]["name"]), "another value must replace the pods"


def breaking(found: list[dict[str, Any]]) -> Iterator[Callable[[], object]]:
    """Yield changes after which a check must find something."""
    pod = of(found, "Deployment", "django")["spec"]["template"]["spec"]
    container = pod["containers"][0]
    yield lambda: container["securityContext"].pop("allowPrivilegeEscalation")
    yield lambda: container["securityContext"].pop("capabilities")
    yield lambda: pod["securityContext"].pop("seccompProfile")
    yield lambda: pod["securityContext"].update(runAsUser=0)
    yield lambda: pod["volumes"].append({"name": "host", "hostPath": {"path": "/"}})
    yield lambda: container["envFrom"].append({"secretRef": {"name": "other"}})
    yield lambda: of(found, "Service", "static")["spec"]["ports"][0].update(targetPort="web")
    yield lambda: of(found, "Service", "static")["spec"]["selector"].update(tier="x")


@pytest.mark.parametrize("number", range(8))
def test_the_checks_find_what_is_wrong(number, tmp_path):
    shutil.copytree(EXPECTED / "k8s", tmp_path / "k8s")
    found = documents(rendered(tmp_path / "k8s"))
    list(breaking(found))[number]()
    wrong = [text for _, pod in pods(found) for text in violations(pod)] + lacking(found)
    assert len(wrong) == 1


@pytest.mark.parametrize(
    "answers",
    [
        {"static_server": "whitenoise", "migrate": False, "workers": {}, "replicas": 5},
        {
            "data_dirs": ["media", "/srv/Up_loads"],
            "media_root": "media",
            "media_url": "/media/",
            "start_commands": ["python manage.py loaddata start", "python manage.py x || true"],
            "create_cache_table": True,
            "project_slug": "0_slug-x",
        },
        {
            "workers": {"mail_in": "python manage.py smtp", "poll": "python manage.py poll"},
            "worker_ports": {"mail_in": ["2525:25", "127.0.0.1:5353:53/udp"]},
            "worker_intervals": {"poll": 60},
            "required_environment": [],
            "dotenv": {},
            "compose_environment": {"ALLOWED_HOSTS": "localhost,127.0.0.1"},
        },
    ],
)
def test_other_answers(answers, template, project, tmp_path):
    folder = project("celery_postgres")
    copy(template, folder, orchestrators="[swarm, kubernetes]", **answers)
    assert_accepted(folder / "k8s", tmp_path)
    for script in ("docker/deploy-kubernetes.sh", "docker/deploy-swarm.sh", "docker/swarm/entrypoint.sh"):
        if (folder / script).is_file():
            local[shellcheck](folder / script)
            assert (folder / script).stat().st_mode & 0o100 or "swarm/" in script


def test_scripts_are_good():
    local[shellcheck](*EXPECTED.glob("docker/*.sh"), *EXPECTED.glob("docker/swarm/*.sh"))


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ({"data_files": "[db.sqlite3]"}, "data_files has db.sqlite3, of which each container would write its own"),
        (
            {"compose_environment": "{DATABASE_URL: 'sqlite:////data/db.sqlite3'}"},
            "DATABASE_URL in compose_environment is a SQLite database, which one host alone can write to",
        ),
        ({"workers": "{a_b: sleep 1, a-b: sleep 1}"}, "'a_b' and 'a-b' have one name in Kubernetes"),
        ({"script_name": "/shop"}, "script_name is '/shop', and an Ingress takes no path away"),
    ],
)
def test_what_cannot_run_on_several_machines_is_refused(answers, words, template, project):
    output = refused(
        project("celery_postgres"),
        "--defaults",
        f"--vcs-ref={NEXT}",
        template,
        orchestrators="[kubernetes]",
        **answers,
    )
    assert words in output


def test_sqlite_is_refused_by_what_is_read(template, project):
    output = refused(project(), "--defaults", f"--vcs-ref={NEXT}", template, orchestrators="[swarm]")
    assert "data_files has db.sqlite3" in output and "a database to PostgreSQL" in output


@pytest.mark.parametrize(
    ("url", "registry"),
    [
        ("https://user:token@github.com/Acme/Shop.git", "ghcr.io/acme/shop"),
        ("git@github.com:acme/shop.git", "ghcr.io/acme/shop"),
        ("ssh://git@gitlab.com:22/acme/team/shop", "registry.gitlab.com/acme/team/shop"),
        ("https://git.example.com/acme/shop", "registry.example.org/my-site"),
        ("/srv/git/shop.git", "registry.example.org/my-site"),
    ],
)
def test_the_registry_follows_from_the_remote(url, registry, template, project):
    folder = project("celery_postgres")
    local["git"]("-C", folder, "remote", "add", "origin", url)
    copy(template, folder, orchestrators="[swarm]")
    assert f"image: ${{REGISTRY:-{registry}}}-django:" in (folder / "stack.yaml").read_text()
    assert "token" not in (folder / ".copier-answers.yml").read_text()


def test_an_update_brings_the_files_and_takes_them(template, project):
    folder = project("celery_postgres")
    copy(template, folder)
    before = git("-C", folder, "ls-files").splitlines()
    assert not [path for path in before if "swarm" in path or path.startswith("k8s")]
    update(folder, orchestrators="[kubernetes]")
    assert (folder / "k8s/django.yaml").is_file() and not (folder / "stack.yaml").exists()
    commit(folder)
    update(folder, orchestrators="[]")
    assert not (folder / "k8s/django.yaml").exists()


def test_what_several_machines_lack_is_said(template, project):
    answers = {
        "orchestrators": "[swarm, kubernetes]",
        "data_dirs": "[media, logs]",
        "nginx_locations": "[client_max_body_size 64m;]",
        "compose_settings": "{DATABASES.default.HOST: db, ALLOWED_HOSTS: localhost}",
    }
    options = ["--defaults", f"--vcs-ref={NEXT}", template]
    said = " ".join(run("copy", *options, project("celery_postgres"), **answers)[1].split())
    assert "On Docker Swarm, each machine has files of its own in media and logs: use object storage." in said
    assert "On Kubernetes, media and logs must be storage that all machines can write to" in said
    assert "k8s/ does not have nginx_locations" in said
    assert "Let settings read variables for DATABASES: compose_settings is for Compose alone." in said


# The one part that is not real: a cluster, which ends the job and the roll-out as its variables say.
KUBECTL = """#!/bin/sh
echo "$*" >>"$CALLS"
case "$*" in
    kustomize*) echo "image: ghcr.io/example/shop-django:latest" ;;
    *"get job"*) echo "$JOB" ;;
    *"get deployments --output jsonpath"*) echo "django=4 static=2 " ;;
    *"get deployments"*) echo "deployment.apps/django" ;;
    *"rollout status"*) exit "$ROLLOUT" ;;
    "apply --filename "*) grep --quiet "image: ghcr.io/example/shop-django:1.2.3$" "$3" ;;
esac
"""


@pytest.mark.parametrize(
    ("job", "rollout", "words", "calls"),
    [
        ("Complete", "0", "", ["apply", "rollout status deployment.apps/django"]),
        ("FailureTarget Failed", "0", "The migration failed: the release before goes on.", ["logs job/migrate"]),
        (
            "SuccessCriteriaMet Complete",
            "1",
            "The release failed (deployment.apps/django): the release before goes on.",
            ["rollout undo deployment/django --to-revision 4", "rollout undo deployment/static --to-revision 2"],
        ),
    ],
)
def test_a_release_that_fails_is_put_back(job, rollout, words, calls, tmp_path):
    (tmp_path / "kubectl").write_text(KUBECTL)
    (tmp_path / "kubectl").chmod(0o755)
    shutil.copytree(EXPECTED / "docker", tmp_path / "docker")
    variables = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "CALLS": f"{tmp_path}/calls", "JOB": job}
    with local.env(**variables, ROLLOUT=rollout, TAG="1.2.3"):
        code, _, said = local["sh"][tmp_path / "docker/deploy-kubernetes.sh"].run(retcode=None)
    called = (tmp_path / "calls").read_text()
    assert (code, said.strip()) == (1 if words else 0, words)
    assert all(call in called for call in calls)
    assert ("rollout status" in called) == (not job.endswith("Failed")), "what runs is not touched"
    assert ("rollout undo" in called) == (rollout == "1")
