"""The command copier-django-docker, with real git and real Copier."""

import json
import shutil
import sys
from pathlib import Path

import pytest
import yaml
from plumbum import local
from support import ANSWERS, NEXT, PROJECTS, QUESTIONS, ROOT, answers_of, commit, copy, git, set_answer, tree

from extensions.cli import VERBS, main
from extensions.update import releases

CELERY = """\
import os
from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mysite.settings")
app = Celery("mysite")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
"""


@pytest.fixture(scope="session")
def answered(template, tmp_path_factory):
    """Return a copied project, with an answer given on purpose: where its health is asked."""
    folder = shutil.copytree(PROJECTS / "startproject/project", tmp_path_factory.mktemp("answered") / "my-site")
    (folder / ".python-version").write_text("3.12\n")
    commit(folder, "The project")
    copy(template, folder, health_path="/up/")
    return folder


@pytest.fixture
def mine(answered, tmp_path, monkeypatch):
    """Return a copy of it, as the current folder."""
    folder = shutil.copytree(answered, tmp_path / "my-site", symlinks=True)
    monkeypatch.chdir(folder)
    return folder


def grow(folder: Path) -> None:
    """Let a project have another Python, and Celery."""
    (folder / ".python-version").write_text("3.13\n")
    (folder / "mysite/celery.py").write_text(CELERY)
    (folder / "mysite/__init__.py").write_text("from .celery import app as celery_app\n")
    with (folder / "requirements.txt").open("a") as requirements:
        requirements.write("celery\n")
    with (folder / "mysite/settings.py").open("a") as settings:
        settings.write('import os\nCELERY_BROKER_URL = os.environ["CELERY_BROKER_URL"]\n')
    commit(folder, "Grow")


def stored(folder: Path) -> dict:
    return answers_of(folder)


def differences(capsys, *arguments: str) -> dict[str, bool | None]:
    """Return by question whether it is kept, as check says."""
    capsys.readouterr()
    code = main(["check", "--json", "--offline", *arguments])
    found = {each["question"]: each["kept"] for each in json.loads(capsys.readouterr().out)["differences"]}
    assert code == (0 if all(found.values()) else 1)
    return found


@pytest.mark.parametrize("verb", ["", *VERBS])
def test_help_fits_a_terminal(verb, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    with pytest.raises(SystemExit) as end:
        main([*([verb] if verb else []), "--help"])
    said = capsys.readouterr().out
    assert end.value.code == 0
    assert "Exit code" in said and max(map(len, said.splitlines())) < 81
    assert not verb or "--json" in said


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["chek"],
        ["check", "--bogus"],
        ["check", "nowhere"],
        ["inspect", "nowhere"],
        ["sync", "--set", "x"],
        ["check"],
    ],
)
def test_wrong_use(arguments, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    try:
        code = main(arguments)
    except SystemExit as end:
        code = end.code
    assert code == 2
    assert "error: " in capsys.readouterr().err


def test_schema_is_that_of_the_documentation(capsys):
    assert main(["schema"]) == 0
    assert json.loads(capsys.readouterr().out) == json.loads((ROOT / "docs/answers.schema.json").read_text())


@pytest.mark.parametrize("name", sorted(path.name for path in PROJECTS.iterdir()))
def test_inspect_says_what_would_be_answered(name, capsys):
    folder = str(PROJECTS / name / "project")
    for options in ([], ["--all"]):
        assert main(["inspect", folder, *options]) == 0
        table = capsys.readouterr().out.splitlines()
        assert max(map(len, table)) < 81
        assert any(line.startswith("settings_module ") for line in table)
    assert main(["inspect", folder, "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["questions"].keys() <= set(QUESTIONS)
    assert data["questions"]["settings_module"]["source"]
    assert main(["inspect", folder, "--answers"]) == 0
    said = yaml.safe_load(capsys.readouterr().out)
    assert said == {name: data["questions"][name]["value"] for name in said}


def test_sync_names_the_secrets_that_go_beside_a_dotenv_in_git(mine, capsys):
    with (mine / "mysite/settings.py").open("a") as settings:
        settings.write('import os\nSECRET_KEY = os.environ["SECRET_KEY"]\nTOKEN = os.environ["TOKEN"]\n')
    (mine / ".env").write_text("TOKEN=mine\n")
    git("-C", mine, "add", "--force", ".env")
    commit(mine)
    assert main(["sync", "--yes", "--keep=secrets_file"]) == 0
    assert "    .env lacks SECRET_KEY: add it" in capsys.readouterr().out
    commit(mine)
    assert main(["sync", "--yes", "--take=secrets_file"]) == 0
    assert "    .env.secrets lacks SECRET_KEY: add it, as in .env.example" in capsys.readouterr().out
    assert (mine / "docker/services.yaml").is_file() and (mine / ".env").read_text() == "TOKEN=mine\n"


def test_a_project_that_grows(mine, capsys):
    """It gains Celery and another Python: check says so, sync does so, and what was given on purpose stays."""
    assert differences(capsys) == {"health_path": True}
    grow(mine)
    assert main(["check", "--offline"]) == 1
    said = capsys.readouterr().out
    assert "python_version: answered 3.12, now 3.13 (.python-version:1)\n" in said
    assert "workers: " in said and "copier-django-docker sync\n" in said and "kept: health_path" in said
    assert max(map(len, said.splitlines())) < 80

    before, was = tree(mine), stored(mine)
    assert main(["sync"]) == 1, "nobody has said yes"
    assert tree(mine) == before
    capsys.readouterr()
    assert main(["sync", "--yes"]) == 0
    said = capsys.readouterr().out
    assert ".env lacks RABBITMQ_PASSWORD" in said and "kept: health_path" in said
    now = stored(mine)
    assert {name for name in now if now[name] != was.get(name)} == {
        "python_version",
        "build_environment",
        "compose_environment",
        "dotenv",
        "services",
        "workers",
    }
    assert "celery -A mysite.celery worker" in (mine / "compose.yaml").read_text()
    assert "python:3.13" in (mine / "Dockerfile_django").read_text() and now["health_path"] == "/up/"
    assert git("-C", mine, "log", "-1", "--format=%s").strip() == "Grow", "it commits nothing"
    commit(mine, "Sync")
    assert main(["check"]) == 0
    assert main(["sync", "--yes"]) == 0
    assert not git("-C", mine, "status", "--porcelain")
    assert differences(capsys) == {"health_path": True}

    assert main(["sync", "--yes", "--take", "health_path", "--set", "gunicorn_workers=5"]) == 0
    commit(mine, "Take")
    assert (stored(mine)["health_path"], stored(mine)["gunicorn_workers"]) == ("/admin/login/", 5)
    assert differences(capsys) == {}

    git("revert", "--no-edit", "HEAD~2")
    assert {"workers", "services"} <= differences(capsys).keys()
    assert main(["sync", "--yes"]) == 0
    assert stored(mine)["workers"] == {} and stored(mine)["python_version"] == "3.12"
    assert "celery" not in (mine / "compose.yaml").read_text()


def answer(folder: Path, name: str, old: str, new: str) -> None:
    assert str(answers_of(folder)[name]) == yaml.safe_load(f"'{old}'" if "'" not in old else old)
    set_answer(folder, name, new)


def test_an_answer_counts_by_the_commit_that_wrote_it(mine, capsys):
    """Later commits to the answers file, as of an update between, make no answer one that is given on purpose."""
    (mine / ".python-version").write_text("3.13\n")
    commit(mine)
    assert differences(capsys) == {"health_path": True, "python_version": False}
    answer(mine, "gunicorn_workers", "3", "4")
    commit(mine)
    assert differences(capsys) == {"health_path": True, "python_version": False}
    answer(mine, "python_version", "'3.12'", "'3.11'")
    assert differences(capsys) == {"health_path": True, "python_version": True}
    commit(mine)
    assert differences(capsys) == {"health_path": True, "python_version": True}


def test_what_the_handbooks_files_said_stays_until_the_project_says_otherwise(template, project, capsys):
    """They are overwritten in the commit that has the answers for the first time."""
    folder = project()
    dockerfile = 'FROM python:3.12\nCMD ["gunicorn", "mysite.wsgi", "--bind", "0.0.0.0:8000", "--threads", "7"]\n'
    (folder / "Dockerfile_django").write_text(dockerfile)
    commit(folder)
    copy(template, folder, health_path="/up/")
    assert stored(folder)["gunicorn_threads"] == 7 and stored(folder)["python_version"] == "3.12"
    assert differences(capsys, str(folder)).keys() == {"health_path", "python_version", "use_fathom"}
    assert main(["check", "--offline", str(folder)]) == 0, "they went first, and what settings say is no news"
    (folder / ".python-version").write_text("3.14\n")
    commit(folder)
    assert differences(capsys, str(folder)) == {
        "health_path": True,
        "use_fathom": True,
        "python_version": False,
    }


def test_answers_with_conflicts_in_their_history_and_files_that_git_does_not_export(mine, capsys):
    (mine / ".gitattributes").write_text(".python-version export-ignore\n")
    text = (mine / ANSWERS).read_text()
    (mine / ANSWERS).write_text(f"<<<<<<< before\n{text}")
    commit(mine)
    (mine / ANSWERS).write_text(text)
    commit(mine)
    (mine / ".python-version").write_text("3.13\n")
    commit(mine)
    assert differences(capsys)["python_version"] is False


def test_a_project_in_a_folder_of_its_repository(answered, tmp_path, capsys):
    shutil.copytree(answered, tmp_path / "all/backend", symlinks=True, ignore=shutil.ignore_patterns(".git"))
    commit(tmp_path / "all", "All")
    (tmp_path / "all/backend/.python-version").write_text("3.13\n")
    commit(tmp_path / "all")
    found = differences(capsys, str(tmp_path / "all/backend"))
    assert found == {"health_path": True, "python_version": False}


def test_a_shallow_clone_lacks_what_was_given_on_purpose(mine, tmp_path, capsys):
    (mine / ".python-version").write_text("3.13\n")
    commit(mine)
    git("clone", "--quiet", "--depth=1", f"file://{mine}", tmp_path / "shallow/my-site")
    folder = str(tmp_path / "shallow/my-site")
    assert differences(capsys, folder) == {"health_path": None, "python_version": None}
    assert main(["sync", "--yes", folder]) == 2
    assert "git fetch --unshallow" in capsys.readouterr().err
    assert main(["check", "--offline", folder]) == 1
    assert "git fetch --unshallow" in capsys.readouterr().out


def test_a_dead_answer_and_what_an_update_left(mine, capsys):
    answer(mine, "gunicorn_workers", "3", "0")
    with (mine / "compose.yaml").open("a") as compose:
        compose.write("<<<<<<< before updating\n# a\n=======\n# b\n>>>>>>> after updating\n")
    assert main(["check", "--offline"]) == 1
    said = capsys.readouterr().out
    assert "gunicorn_workers: 0 isn't valid" in said and "sync --set gunicorn_workers=ANSWER" in said
    assert "has conflict markers" in said


def test_a_newer_release(mine, capsys):
    assert main(["check"]) == 0
    answer(mine, "_commit", NEXT, "v3.2.0")
    assert main(["check", "--offline"]) == 0
    capsys.readouterr()
    assert main(["check"]) == 1
    said = capsys.readouterr().out
    assert f"newer version: {NEXT}" in said and "copier-django-docker update\n" in said
    assert main(["update", "--check"]) == 1
    assert capsys.readouterr().out == f"my-site: v3.2.0, newer version {NEXT}\n"
    assert main(["update", "--check", "--to", "v3.2.0"]) == 0
    (source,) = [line for line in (mine / ANSWERS).read_text().splitlines() if line.startswith("_src_path")]
    answer(mine, "_src_path", source.partition(": ")[2], "/nowhere")
    capsys.readouterr()
    assert main(["check"]) == 0
    assert "does not answer" in capsys.readouterr().err
    assert main(["update", "--check"]) == 2


def test_versions(tmp_path):
    commit(tmp_path / "template")
    with pytest.raises(OSError, match="has no release"):
        releases.newest(str(tmp_path / "template"))
    for tag in ("v1.9.0", "v1.10.0", "v2.0.0rc1", "latest"):
        git("-C", tmp_path / "template", "tag", tag)
    assert releases.newest(str(tmp_path / "template")) == "v1.10.0"
    assert releases.newest(f"git+file://{tmp_path / 'template'}") == "v1.10.0"
    assert releases.is_newer("v1.10.0", "v1.9.0-3-gabcdef0")
    assert not releases.is_newer("v1.10.0", "v1.10.0-3-gabcdef0")
    assert not releases.is_newer("v1.10.0", "abcdef0")


def test_the_old_commands_name_the_new(mine, capsys):
    from extensions.__main__ import main as old

    assert old([".", "--check"]) == 1
    assert (
        capsys.readouterr().err
        == "warning: python -m extensions will be removed in 4.0.0. Use copier-django-docker check\n"
    )
    code, _, err = local[sys.executable]["-m", "extensions.update", "nowhere"].run(retcode=None, cwd=ROOT)
    assert code == 2
    assert (
        err
        == "warning: python -m extensions.update will be removed in 4.0.0. Use copier-django-docker update --json\n"
    )


@pytest.mark.slow
def test_installed_from_a_wheel(mine, tmp_path):
    """Where there is no clone, and the project has modules with the names of others'."""
    wheels = tmp_path / "wheels"
    local["uv"]["build", "--quiet", "--wheel", "--out-dir", wheels, ROOT].run()
    (wheel,) = wheels.glob("*.whl")
    env = {"UV_TOOL_DIR": str(tmp_path / "tools"), "UV_TOOL_BIN_DIR": str(tmp_path / "bin")}
    local["uv"]["tool", "install", "--quiet", "--python", ">=3.11", wheel].run(env=dict(local.env) | env)
    packages = next((tmp_path / "tools/copier-django-docker/lib").glob("python3.*")) / "site-packages"
    assert (packages / "copier_django_docker/copier.yml").is_file()
    assert not (packages / "extensions").exists() and not (packages / "tests").exists()

    grow(mine)
    for name in ("copier", "yaml", "extensions", "copier_django_docker", "json"):
        (mine / f"{name}.py").write_text("raise SystemExit('not this one')\n")
    commit(mine)
    command = local[str(tmp_path / "bin/copier-django-docker")].with_cwd(mine)
    clean = {name: value for name, value in dict(local.env).items() if not name.startswith("PYTHON")}

    def run(*arguments: str, code: int) -> str:
        said = command[arguments].run(retcode=None, env=clean)
        assert said[0] == code, said
        return said[1]

    assert run("--version", code=0).split()[1] != "0"
    assert json.loads(run("schema", code=0)) == json.loads((ROOT / "docs/answers.schema.json").read_text())
    assert "settings_module" in run("inspect", code=0)
    run("check", code=1)
    run("sync", "--yes", code=0)
    commit(mine)
    run("check", code=0)
    assert json.loads(run("update", "--json", code=0))["status"] == "current"
    assert [path.name for path in (tmp_path / "bin").iterdir()] == ["copier-django-docker"]
