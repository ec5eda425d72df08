"""What comes out is accepted by the tools that read it: hadolint, yamllint, docker compose config, nginx -t."""

import shutil
import sys
from pathlib import Path

import pytest
import yaml
from plumbum import local
from support import PROJECTS

hadolint = local[Path(sys.executable).with_name("hadolint")]
yamllint = local[sys.executable]["-m", "yamllint"]
EXPECTED = sorted(PROJECTS.glob("*/expected"), key=lambda path: path.parent.name)
pytestmark = pytest.mark.parametrize("expected", EXPECTED, ids=lambda path: path.parent.name)


def test_hadolint(expected):
    """The handbook takes the newest nginx (DL3007), pins no Debian packages (DL3008), and names its users (DL3066)."""
    ignored = [f"--ignore={rule}" for rule in ("DL3007", "DL3008", "DL3066")]
    hadolint(*ignored, "--failure-threshold=style", *expected.glob("Dockerfile_*"))


def test_yamllint(expected):
    rules = "{document-start: disable, line-length: {max: 120}, indentation: {indent-sequences: consistent}}"
    files = [expected / name for name in ("compose.yaml", ".copier-answers.yml")]
    yamllint("--strict", "--config-data", f"{{extends: default, rules: {rules}}}", *files)


@pytest.mark.docker
def test_compose_config(expected, tmp_path):
    shutil.copytree(expected, tmp_path, dirs_exist_ok=True)
    docker = local["docker"]["compose", "--project-directory", tmp_path, "config"]
    _, out, err = docker.run()
    services = yaml.safe_load(out)["services"]
    assert err == ""
    assert services["django"]["environment"]["GUNICORN_CMD_ARGS"] == "--workers 3"
    with local.env(GUNICORN_CMD_ARGS="--workers 8"):
        assert yaml.safe_load(docker())["services"]["django"]["environment"]["GUNICORN_CMD_ARGS"] == "--workers 8"
    assert all(port["host_ip"] == "127.0.0.1" for service in services.values() for port in service["ports"])


@pytest.mark.docker
def test_nginx_reads_its_configuration(expected):
    image = ["nginxinc/nginx-unprivileged:latest", "nginx", "-t"]
    mount = f"{expected / 'default.conf'}:/etc/nginx/conf.d/default.conf:ro"
    err = local["docker"][("run", "--rm", "--volume", mount, *image)].run()[2]
    assert "syntax is ok" in err and "warn" not in err
