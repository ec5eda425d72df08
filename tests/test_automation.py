"""For robots: the detection command, data files, exit codes."""

import json
import re
import shutil
import sys
from itertools import product
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator
from plumbum import local
from support import (
    COPIER_YML,
    NEXT,
    PROJECTS,
    QUESTIONS,
    ROOT,
    answers_of,
    commit,
    copy,
    git,
    rendered,
    run,
    set_answer,
    tree,
    update,
)

from extensions.__main__ import main
from extensions.copying import guard
from extensions.questions import answers


def test_a_table_for_people(capsys):
    assert main([str(PROJECTS / "uv_src/project")]) == 0
    table = capsys.readouterr().out
    assert "settings_module" in table and "config.settings.production" in table
    row = next(line for line in table.splitlines() if line.startswith("installer "))
    assert row.split() == ["installer", "uv", "stated", "uv.lock"]
    assert max(map(len, table.splitlines())) < 220


def test_json_for_machines(capsys):
    assert main([str(PROJECTS / "uv_src/project"), "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["problems"] == []
    found = data["findings"]["django_dir"]
    assert found == {"value": "src", "source": "src/manage.py:9", "certainty": "stated", "note": ""}


@pytest.mark.parametrize("name", sorted(path.name for path in PROJECTS.iterdir()))
def test_answers_make_the_same_files_as_enter(name, template, project, tmp_path, capsys):
    by_enter, by_file = project(name), project(name, folder="other/my-site")
    assert main([str(by_file), "--answers"]) == 0
    answers = capsys.readouterr().out
    assert set(yaml.safe_load(answers)) <= set(QUESTIONS)
    (tmp_path / "answers.yml").write_text(answers)
    copy(template, by_enter)
    run("copy", "--defaults", f"--vcs-ref={NEXT}", f"--data-file={tmp_path / 'answers.yml'}", template, by_file)
    assert rendered(by_enter) == rendered(by_file)
    assert (by_enter / ".env").is_file() == (by_file / ".env").is_file()


def test_the_whole_chain_of_a_robot(template, project, tmp_path):
    """Each command as a program runs it, with its exit code; the last is what pre-commit runs, installed by pip."""
    folder, file = project("uv_src"), tmp_path / "answers.yml"
    ours = local[sys.executable]["-m", "extensions"].with_cwd(ROOT)

    def copied(retcode: int) -> str:
        arguments = ("--defaults", f"--vcs-ref={NEXT}", f"--data-file={file}", template, folder)
        return run("copy", *arguments, retcode=retcode)[1]

    file.write_text(ours("--answers", folder))
    validator = Draft202012Validator(json.loads((ROOT / "docs/answers.schema.json").read_text()))
    validator.validate(yaml.safe_load(file.read_text()))

    before = tree(folder)
    file.write_text(file.read_text().replace("python_version:", "pyton_version:"))
    assert not validator.is_valid(yaml.safe_load(file.read_text()))
    assert "did you mean python_version?" in copied(retcode=1)
    assert tree(folder) == before

    file.write_text(file.read_text().replace("pyton_version:", "python_version:"))
    copied(retcode=0)
    validator.validate(answers_of(folder))
    commit(folder)
    number = sum(not name.startswith("_") for name in answers_of(folder))
    warning = "warning: python -m extensions will be removed in 4.0.0. Use copier-django-docker check\n"
    assert ours["--check", folder].run() == (0, f"All {number} answers match the project.\n", warning)

    (folder / ".python-version").write_text("3.12\n")
    (folder / "extensions.py").write_text("raise SystemExit('not this one')\n")
    said = "python_version: the answer is 3.13, but .python-version:1 says 3.12\n"
    assert ours["--check", folder].run(retcode=1)[1] == said
    line = "python_version: answered 3.13, now 3.12 (.python-version:1)\n"
    mend = "    To update these answers: copier-django-docker sync\n"
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    installed = local["uvx"]["--python", ">=3.11", "--from", f"git+file://{template}@{NEXT}"]
    command = installed[(*hook["entry"].split(), *hook["args"])]
    assert command.with_cwd(folder).run(retcode=1)[1] == line + mend

    (folder / ".copier-answers.yml").unlink()
    assert "There are no answers" in ours["--check", folder].run(retcode=2)[2]


RECORDED = sorted(path.name for path in PROJECTS.iterdir())


@pytest.mark.parametrize("name", RECORDED)
def test_what_is_read_of_a_copied_project_is_what_it_has(name, template, project, tmp_path, capsys):
    """The files that the template has written are no source, whatever is edited in them; nor is the folder's name."""
    folder = project(name)
    copy(template, folder)
    for path in ("Dockerfile_django", ".dockerignore", "compose.yaml"):
        text = (folder / path).read_text()
        edits = {
            "Dockerfile_django": "ENV MINE=1\nRUN touch /mine\n",
            ".dockerignore": "mine/\n",
            "compose.yaml": "# x\n",
        }
        (folder / path).write_text(text + edits[path])
    commit(folder, "Edit")
    clone = tmp_path / "elsewhere" / "src"
    git("clone", "--quiet", folder, clone)
    other = tmp_path / "Another Name"
    git("clone", "--quiet", folder, other)
    stored = answers_of(folder)
    conditional = {name for name in QUESTIONS if "when" in COPIER_YML[name]}  # no answer without what it belongs to
    for place in (folder, clone, other):
        assert main([str(place), "--check"]) == 0, capsys.readouterr().out
        capsys.readouterr()
        assert main([str(place), "--answers"]) == 0
        found = yaml.safe_load(capsys.readouterr().out)
        assert {key: value for key, value in found.items() if key not in conditional - stored.keys()} == {
            key: stored[key] for key in found if key in stored
        }
        assert {key for key in stored if stored[key] != "" and not key.startswith("_")} - found.keys() <= {"customize"}
    (tmp_path / "answers.yml").write_text(yaml.safe_dump(found))
    update(folder, f"--data-file={tmp_path / 'answers.yml'}")
    assert not git("-C", folder, "status", "--porcelain")


def test_files_that_the_template_does_not_write_are_the_projects(template, project, capsys):
    folder = project()
    copy(template, folder, static_server="elsewhere")
    (folder / "default.conf").write_text("server {\n    location /docs/ {\n        root /srv;\n    }\n}\n")
    assert main([str(folder), "--answers"]) == 0
    assert yaml.safe_load(capsys.readouterr().out)["nginx_locations"][0] == "location /docs/ {"


def test_every_file_is_known_with_the_answers_that_it_takes():
    conf = {"src_path": ROOT, "answers_file": Path(".copier-answers.yml")}
    for values in product((True, False), repeat=4):
        truths = dict(zip(("use_compose", "env_example", "github_workflow", "update_workflow"), values, strict=True))
        truths |= {"orchestrators": ["swarm", "kubernetes"] if truths["github_workflow"] else [], "migrate": True}
        truths |= {"workers": {"mail": "python mail.py"} if truths["update_workflow"] else {}, "schedules": {}}
        for server in ("nginx", "whitenoise"):
            known = truths | {"static_server": server, "reverse_proxy": "nginx", "rolling": truths["env_example"]}
            known |= {"secrets_file": ".env.secrets"} if server == "nginx" and truths["update_workflow"] else {}
            assert [*sorted(answers.rendered(known)), ".copier-answers.yml"] == sorted(
                guard.rendered(conf, known), key=lambda path: (path == ".copier-answers.yml", path)
            )


def test_files_of_newer_questions_are_the_projects():
    written = answers.rendered({"use_compose": True, "static_server": "nginx", "reverse_proxy": "nginx"})
    assert {"compose.yaml", "default.conf"} < {*written}
    assert {"stack.yaml", "k8s/django.yaml", "docker/deploy.sh", "docker/proxy/default.conf"}.isdisjoint(written)


def test_check_tells_what_has_drifted(template, project, capsys):
    folder = project("uv_src")
    copy(template, folder)
    assert main([str(folder), "--check"]) == 0
    assert capsys.readouterr().out.endswith(" answers match the project.\n")
    (folder / ".python-version").write_text("3.12\n")
    (folder / "Dockerfile_django").write_text("FROM python:3.9\n")  # an edit of a generated file is no finding
    commit(folder)
    assert main([str(folder), "--check"]) == 1
    assert capsys.readouterr().out == "python_version: the answer is 3.13, but .python-version:1 says 3.12\n"


@pytest.fixture(scope="session")
def grown(template, tmp_path_factory):
    """Return a project with processes and a front end, copied."""
    folder = shutil.copytree(PROJECTS / "celery_postgres/project", tmp_path_factory.mktemp("grown") / "my-site")
    (folder / "Procfile").write_text("web: gunicorn orders.wsgi\nimporter: python importer.py --forever\n")
    (folder / "importer.py").touch()
    (folder / "front").mkdir()
    (folder / "front/package.json").write_text(
        '{"name": "front", "private": true, "engines": {"node": "22"}, "scripts": {"build": "esbuild main.js '
        '--outdir=../assets"}, "devDependencies": {"esbuild": "0.25.0"}}'
    )
    (folder / "front/package-lock.json").write_text('{"name": "front", "lockfileVersion": 3, "packages": {}}')
    (folder / "front/main.js").write_text("console.log(1)\n")
    with (folder / "orders/settings.py").open("a") as settings:
        settings.write('STATICFILES_DIRS = [BASE_DIR / "assets"]\n')
    commit(folder)
    copy(template, folder)
    return folder


DEAD = {
    "node": ["front"],
    "requirements_file": ["requirements.txt"],
    "workers": ["orders/celery.py"],
    "settings_module": ["orders/settings.py"],
    "wsgi_module": ["orders/wsgi.py"],
    "django_dir": ["manage.py"],
}


@pytest.mark.parametrize("name", DEAD)
def test_check_names_an_answer_whose_file_is_gone(name, grown, tmp_path, capsys):
    folder = shutil.copytree(grown, tmp_path / "my-site")
    assert main([str(folder), "--check"]) == 0, capsys.readouterr().out
    capsys.readouterr()
    for path in DEAD[name]:
        shutil.rmtree(folder / path) if (folder / path).is_dir() else (folder / path).unlink()
    assert main([str(folder), "--check"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if line.startswith(f"{name}: ")], lines


def test_check_names_an_answer_that_nothing_says_any_more(template, project, capsys):
    """Processes that a Procfile named: the programs are there, and who wants them is not known."""
    folder = project("celery_postgres")
    (folder / "Procfile").write_text("web: gunicorn orders.wsgi\nqueue: python manage.py qcluster\n")
    (folder / "orders/celery.py").unlink()
    commit(folder)
    copy(template, folder)
    stored = answers_of(folder)
    assert stored["workers"] == {"worker": "python manage.py qcluster"}
    assert main([str(folder), "--check"]) == 0
    (folder / "Procfile").unlink()
    assert main([str(folder), "--check"]) == 1
    assert "workers: the answer came from Procfile, which no longer exists" in capsys.readouterr().out


def test_check_names_what_this_version_refuses_and_what_an_update_left(template, project, capsys):
    folder = project()
    copy(template, folder)
    set_answer(folder, "gunicorn_workers", "0")
    with (folder / "compose.yaml").open("a") as compose:
        compose.write("<<<<<<< before updating\n# a\n=======\n# b\n>>>>>>> after updating\n")
    (folder / "default.conf.rej").touch()
    assert main([str(folder), "--check"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 3 and lines[0].startswith("gunicorn_workers: 0 isn't valid")
    assert lines[1].startswith("default.conf.rej has lines") and "has conflict markers" in lines[2]


def test_check_tells_of_debug_that_compose_turns_on(template, project, capsys):
    """As answers of 2.1 may have it, where settings allow no host."""
    folder = project()
    settings = folder / "mysite/settings.py"
    text = re.sub("DEBUG = .*", 'DEBUG = os.environ.get("DEBUG") == "True"', f"import os\n{settings.read_text()}")
    settings.write_text(re.sub("ALLOWED_HOSTS = .*", "ALLOWED_HOSTS = []", text))
    commit(folder)
    copy(template, folder)
    assert "DEBUG:" not in (folder / "compose.yaml").read_text() and main([str(folder), "--check"]) == 0
    capsys.readouterr()
    update(folder, compose_environment="{DEBUG: 'True'}", compose_settings="{}")
    commit(folder)
    update(folder)
    assert "DEBUG: ${DEBUG:-True}" in (folder / "compose.yaml").read_text(), "answers are kept"
    assert main([str(folder), "--check"]) == 1
    first, second = capsys.readouterr().out.splitlines()
    assert first == (
        "compose_environment: the answer is DEBUG True, "
        "and from mysite/settings.py follows DJANGO_SETTINGS_MODULE compose_settings"
    )
    assert second.startswith("compose_settings: the answer is none, and from mysite/settings.py:")


def test_check_does_not_mind_what_is_answered_where_nothing_is_read(template, project):
    folder = project()
    copy(template, folder, gunicorn_workers=9, django_port=9000, project_slug="mine")
    assert main([str(folder), "--check"]) == 0


@pytest.mark.parametrize("arguments", [[], ["--json"], ["--answers"]])
def test_a_folder_without_a_project(arguments, tmp_path, capsys):
    assert main([str(tmp_path), *arguments]) == 2
    assert "There is no Django project in" in capsys.readouterr().err
    assert main([str(tmp_path / "nowhere"), *arguments]) == 2
    assert "There is no folder" in capsys.readouterr().err


def test_check_without_answers(project, capsys):
    folder = project()
    assert main([str(folder), "--check"]) == 2
    assert "There are no answers to this template in" in capsys.readouterr().err
    (folder / ".copier-answers.yml").write_text("<<<<<<< ours\n: [\n")
    assert main([str(folder), "--check"]) == 2
    assert "is not YAML" in capsys.readouterr().err
    (folder / ".copier-answers.yml").write_text("- a list\n")
    assert main([str(folder), "--check"]) == 2
