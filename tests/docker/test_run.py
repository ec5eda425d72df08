"""What a person does with the generated files, on a real engine: build, start, ask for pages, stop, update."""

import json
import re
import socket
import time

import pytest
from running import docker, of, on
from support import PROJECTS, commit, git, update

pytestmark = pytest.mark.docker


def test_startproject(site):
    site.up()
    status, _, page = site.get("/admin/login/")
    assert status == 200
    stylesheet = re.search(r"/static/admin/css/base\.[0-9a-f]{12}\.css", page)
    assert stylesheet, page
    status, headers, text = site.get(stylesheet[0])
    assert status == 200 and headers["Content-Type"] == "text/css" and "--primary" in text
    assert "immutable" in headers["Cache-Control"] and headers["X-Content-Type-Options"] == "nosniff"
    assert site.get(stylesheet[0], **{"Accept-Encoding": "gzip"})[1]["Content-Encoding"] == "gzip"
    assert site.get("/static/admin/css/base.css")[1]["Cache-Control"] == "no-cache"
    status, headers, _ = site.get("/static/admin/css/base.000000000000.css")
    assert status == 404 and "Cache-Control" not in headers
    assert [site.get(f"/static/staticfiles.json{end}")[0] for end in ("", ".gz")] == [404, 404]

    assert len(site.processes()) == 1 + 3
    assert site.compose("exec", "django", "id", "-u").strip() == "1000"
    assert "Read-only file system" in site.run("exec", "django", "touch", "/workdir/x")[1]
    assert "No such file" in site.run("exec", "django", "ls", "/opt/venv/bin/pip")[1]

    create = "from django.contrib.auth.models import User; User.objects.create(username='kept')"
    site.compose("exec", "django", "python", "manage.py", "shell", "-c", create)  # SQLite, in a volume
    site.compose("down")
    site.up(GUNICORN_CMD_ARGS="--workers 1")
    assert len(site.processes()) == 1 + 1
    count = "from django.contrib.auth.models import User; print('users:', User.objects.count())"
    assert "users: 1" in site.compose("exec", "django", "python", "manage.py", "shell", "-c", count)

    container = site.compose("ps", "--all", "--quiet", "django").strip()
    started = time.monotonic()
    site.compose("kill", "--signal=TERM", "django")
    assert docker("wait", container).strip() == "0"
    assert time.monotonic() - started < 10
    state = json.loads(docker("inspect", container))[0]["State"]
    assert state["ExitCode"] == 0 and not state["OOMKilled"]

    (site.folder / "compose.yaml").write_text((site.folder / "compose.yaml").read_text().replace("35s", "70s"))
    commit(site.folder)
    update(site.folder)
    assert not git("-C", site.folder, "status", "--porcelain")


@on(of("startproject", reverse_proxy="external"))
def test_a_reverse_proxy_of_ones_own(site):
    site.up()
    status, _, page = site.get("/admin/login/")
    stylesheet = re.search(r"/static/admin/css/base\.[0-9a-f]{12}\.css", page)
    assert status == 200 and stylesheet
    assert site.get(stylesheet[0], site.static_port)[0] == 200
    assert site.get("/admin/login/", site.static_port)[0] == 404


@on(of("requirements_folder"))
def test_translations_and_included_requirements(site):
    site.up()
    assert site.get("/")[2] == "Bienvenue"
    assert site.get("/assets/site.css")[2] == "body { margin: 0 }\n"
    assert site.get("/static/site.css")[0] == 404
    assert "not found" in site.run("exec", "django", "msgfmt", "--version")[1]


@on(of("uv_src"))
def test_a_lock_file_a_sub_folder_and_settings_without_static_root(site):
    site.up()
    assert site.get("/")[2] == "It answers"  # with DEBUG off, by ALLOWED_HOSTS from compose.yaml
    assert site.get("/static/site.css")[2] == "p { margin: 0 }\n"
    assert "only-for-building" not in docker("history", "--no-trunc", site.image()) + docker("inspect", site.image())
    secret = re.search(r"^SECRET_KEY=(.{50,})$", (site.folder / ".env").read_text(), re.M)
    assert secret and (site.folder / ".env").stat().st_mode & 0o777 == 0o600
    assert secret[1] not in docker("inspect", site.image())

    (site.folder / ".env").unlink()
    code, output = site.run("up", "--wait")
    assert code and "SECRET_KEY" in output and "Set it in .env" in output
    assert site.get("/")[0] == 200  # what runs goes on


@on(of("requirements_folder", {"requirements/production.txt": "django-allauth==0.42.0\n"}))
def test_a_package_that_only_an_older_setuptools_can_build(site):
    """Its setup.py imports convert_path: https://setuptools.pypa.io/en/latest/history.html#v70-0-0."""
    site.compose("build", "django")
    assert "(0, 42, 0" in site.compose(
        "run", "--rm", "--no-deps", "django", "python", "-c", "import allauth as a; print(a.VERSION)"
    )


@on(of("uv_src"))
def test_a_lock_file_that_is_older_than_its_manifest(site):
    manifest = site.folder / "pyproject.toml"
    manifest.write_text(manifest.read_text().replace("dependencies = [", 'dependencies = ["tomli",'))
    code, output = site.run("build", "django")
    assert code and "lockfile" in output


def test_a_migration_that_fails(site):
    site.up()
    app = site.folder / "broken"
    (app / "migrations").mkdir(parents=True)
    for path in ("__init__.py", "migrations/__init__.py"):
        (app / path).write_text("")
    (app / "migrations/0001_initial.py").write_text(
        "from django.db import migrations\n\n\nclass Migration(migrations.Migration):\n"
        "    operations = [migrations.RunSQL('THIS IS NO SQL')]\n"
    )
    settings = site.folder / "mysite/settings.py"
    settings.write_text(settings.read_text().replace("INSTALLED_APPS = [", "INSTALLED_APPS = [\n    'broken',"))
    before = site.compose("ps", "--quiet", "django")
    site.compose("build")
    code, output = site.run(
        "run", "--rm", "migrate"
    )  # as docs/how-to/deploy-and-roll-back.md has it, before what runs is replaced
    assert code and "syntax error" in output
    assert site.compose("ps", "--quiet", "django") == before and site.get("/admin/login/")[0] == 200

    code, output = site.run("up", "--wait")
    assert code and "migrate" in output
    assert not site.compose("ps", "--quiet", "--status=running", "django")


def test_an_option_that_gunicorn_does_not_know(site):
    code, output = site.run("up", "--build", "--wait", GUNICORN_CMD_ARGS="--no-such-option")
    assert code and "django" in output
    assert "unrecognized arguments: --no-such-option" in site.run("logs", "django")[1]


def test_a_port_in_use(site):
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", site.port))
        listener.listen()
        code, output = site.run("up", "--build", "--wait")
        assert code and str(site.port) in output and "in use" in output


def test_another_user(site):
    (site.folder / "compose.override.yaml").write_text(
        "services:\n  django: &user\n    user: '4321:4321'\n  migrate: *user\n"
    )
    site.up()
    assert site.compose("exec", "django", "id", "-u").strip() == "4321"
    create = "from django.contrib.auth.models import User; print(User.objects.create(username='x').pk)"
    assert "1" in site.compose("exec", "django", "python", "manage.py", "shell", "-c", create)


def test_development(site):
    docker("run", "--rm", f"--volume={site.folder}:/site", "python:3.13-slim", "chown", "-R", "1000:1000", "/site")
    files = ("--file=compose.yaml", "--file=compose.dev.yaml")
    site.compose(*files, "up", "--build", "--detach")
    assert site.get("/admin/login/")[0] == 200
    # A page elsewhere whose name leads to this machine does not read it: with DEBUG, it would see settings.
    assert [site.get("/", Host=host)[0] for host in ("attacker.example", "my.localhost", "[::1]")] == [400, 200, 200]
    urls = site.folder / "mysite/urls.py"
    urls.write_text(
        "from django.http import HttpResponse\nfrom django.urls import path\n"
        "urlpatterns = [path('', lambda request: HttpResponse('changed'))]\n"
    )
    deadline = time.monotonic() + 20
    while site.get("/")[2] != "changed":
        assert time.monotonic() < deadline, site.run("logs", "django")[1]
        time.sleep(0.3)


STARTED_BY_OTHERS = {"channels", "requirements_folder", "uv_src"}


@on(*(of(path.name) for path in sorted(PROJECTS.iterdir()) if path.name not in STARTED_BY_OTHERS))
def test_a_page_with_its_style_sheet_from_one_url(site):
    """With no answer: the services are healthy, the database is migrated, the workers run."""
    site.up()
    status, _, page = site.get("/" if site.get("/")[0] == 200 else "/admin/login/")
    stylesheets = re.findall(r'href="(/[^"]+\.css)"', page)
    assert status == 200 and stylesheets, page
    assert [site.get(path)[0] for path in stylesheets] == [200] * len(stylesheets)
    states = [json.loads(line) for line in site.compose("ps", "--all", "--format=json").splitlines()]
    assert {state["ExitCode"] for state in states} == {0}
    assert {state["Service"] for state in states if state["State"] != "running"} <= {"migrate"}


def test_what_stays_out_of_the_build_context(site):
    kept_out = {
        ".env.local": "SECRET_KEY=secret",
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
    inside = set(docker("run", "--rm", site.image(), "find", "-type", "f", "-printf", "%P\\n").split())
    assert inside == {
        ".gitignore",
        "default.conf",
        "docker/gunicorn.conf.py",
        "docker/healthcheck.py",
        "manage.py",
        "requirements.txt",
        "static/staticfiles.json",
        *(f"mysite/{name}.py" for name in ("__init__", "asgi", "settings", "urls", "wsgi")),
    }
