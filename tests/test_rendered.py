"""What comes out is accepted by the tools that read it: hadolint, shellcheck, yamllint, docker compose config.

nginx: test_default_conf.py.
"""

import shutil
import sys
from pathlib import Path

import pytest
import yaml
from plumbum import local
from support import PROJECTS, answers_of

hadolint = local[Path(sys.executable).with_name("hadolint")]
shellcheck = local[Path(sys.executable).with_name("shellcheck")]
yamllint = local[sys.executable]["-m", "yamllint"]
EXPECTED = sorted(PROJECTS.glob("*/expected"), key=lambda path: path.parent.name)
IGNORED = ("DL3008", "DL3013")
pytestmark = pytest.mark.parametrize("expected", EXPECTED, ids=lambda path: path.parent.name)


def test_hadolint(expected):
    """Debian packages are not pinned (DL3008): the release of Debian is, and gets its security updates.

    What installs the dependencies, and Gunicorn where it is not among them, is the newest there is (DL3013).
    """
    ignored = [f"--ignore={rule}" for rule in IGNORED]
    hadolint(*ignored, "--failure-threshold=style", *expected.glob("Dockerfile_*"))


def test_shellcheck(expected):
    scripts = [*expected.glob("docker/*.sh")]
    assert bool(scripts) == ("  proxy:\n" in (expected / "compose.yaml").read_text())
    for script in scripts:
        shellcheck("--shell=sh", "--severity=style", script)
        assert f"docker/{script.name} [" in local["sh"](script, "--help")
        if script.name == "deploy.sh":
            code, _, said = local["sh"][script, "--what"].run(retcode=None)
            assert code == 2 and "usage: docker/deploy.sh" in said


def test_yamllint(expected):
    rules = "{document-start: disable, line-length: {max: 120}, indentation: {indent-sequences: consistent}}"
    files = [expected / name for name in ("compose.yaml", "compose.dev.yaml", ".copier-answers.yml")]
    yamllint("--strict", "--config-data", f"{{extends: default, rules: {rules}}}", *files)


@pytest.mark.docker
def test_compose_config(expected, tmp_path, compose_version):
    shutil.copytree(expected, tmp_path, dirs_exist_ok=True)
    answers = answers_of(expected)
    names = {*answers["required_environment"], *answers["dotenv"]}
    docker = local["docker"]["compose", "--project-directory", tmp_path]
    whole = docker["--profile", "*", "-f", tmp_path / "compose.yaml"]
    if answers["required_environment"]:
        code, _, err = whole["config"].run(retcode=None)
        assert code and "Set it in .env" in err, "starts without what settings need"
    (tmp_path / ".env").write_text("".join(f"{name}=secret\n" for name in names))
    _, out, err = whole["config"].run()
    services = yaml.safe_load(out)["services"]
    assert err == ""
    assert services["django"]["environment"]["GUNICORN_CMD_ARGS"] == "--workers 3"
    assert all(services["django"]["environment"][name] == "secret" for name in names)
    with local.env(GUNICORN_CMD_ARGS="--workers 8"):
        environment = yaml.safe_load(whole("config"))["services"]["django"]["environment"]
        assert environment["GUNICORN_CMD_ARGS"] == "--workers 8"
    assert all(service["restart"] for service in services.values())
    # Under development, Django has the folder's code, and is the one URL.
    _, out, err = whole["-f", tmp_path / "compose.dev.yaml", "config"].run()
    development = yaml.safe_load(out)["services"]
    assert err == "" and development.keys() == services.keys()
    assert f"{tmp_path}" in [volume["source"] for volume in development["django"]["volumes"]]
    assert development["django"]["command"][-2:] == ["runserver", "0.0.0.0:8000"]
    assert [port["published"] for port in development["django"]["ports"]] == [str(answers["django_port"])]
    for service in [*services.values(), *development.values()]:
        assert all(port["host_ip"] == "127.0.0.1" for port in service.get("ports", []))
