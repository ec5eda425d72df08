"""docker/deploy.sh on a real engine, under a constant load of GETs and POSTs: no request may be lost."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from plumbum import local
from running import Site, docker, free_port
from support import ROOT, commit, copy

pytestmark = pytest.mark.docker

SETTINGS = """
import os
from pathlib import Path
BASE_DIR = Path(__file__).resolve().parent.parent
SECRET_KEY = "not-secret"
ALLOWED_HOSTS = ["*"]
INSTALLED_APPS = ["django.contrib.staticfiles", "notes"]
ROOT_URLCONF = "notes.urls"
WSGI_APPLICATION = "notes.wsgi.application"
MEDIA_URL = "/media/"
MEDIA_ROOT = BASE_DIR / "media"
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "collected"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"},
}
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "HOST": os.environ.get("POSTGRES_HOST", "db"),
        "NAME": "notes",
        "USER": "notes",
        "PASSWORD": os.environ.get("POSTGRES_PASSWORD"),
    }
}
"""
URLS = """
import time

from django.http import HttpResponse
from django.templatetags.static import static
from django.urls import path

from notes.models import Note

RELEASE = "1"


def page(request, seconds=0):
    time.sleep(seconds)
    if request.method == "POST":
        Note.objects.create(text="a")
    return HttpResponse(f"{Note.objects.count()} {static('site.css')}", headers={"X-Release": RELEASE})


urlpatterns = [path("", page), path("slow/<int:seconds>/", page)]
"""
MODEL = """
from django.db import models


class Note(models.Model):
    text = models.TextField()
"""
MANAGE = """
import os
import sys
from django.core.management import execute_from_command_line
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "notes.settings")
execute_from_command_line(sys.argv)
"""
FIRST = """
from django.db import migrations, models


class Migration(migrations.Migration):
    operations = [
        migrations.CreateModel("Note", [("id", models.AutoField(primary_key=True)), ("text", models.TextField())])
    ]
"""
SECOND = """
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("notes", "0001_initial")]
    operations = [migrations.AddField("Note", "mark", models.TextField(default="", db_default=""))]
"""
FAILS = """
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("notes", "0002_mark")]
    operations = [migrations.RunSQL("THIS IS NO SQL")]
"""
FILES = {
    "manage.py": MANAGE,
    "notes/__init__.py": "",
    "notes/models.py": MODEL,
    "notes/migrations/__init__.py": "",
    "notes/migrations/0001_initial.py": FIRST,
    "notes/settings.py": SETTINGS,
    "notes/urls.py": URLS,
    "notes/wsgi.py": "from django.core.wsgi import get_wsgi_application\napplication = get_wsgi_application()\n",
    "notes/static/site.css": "p { margin: 0 }\n",
    "requirements.txt": "Django\ngunicorn\npsycopg[binary]\n",
}


class Deployed(Site):
    """The project, with docker/deploy.sh."""

    def write(self, path: str, text: str) -> None:
        (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / path).write_text(text)

    def release(self, name: str) -> None:
        """Change the code, so that answers say that they are of another release."""
        self.write("notes/urls.py", URLS.replace('RELEASE = "1"', f'RELEASE = "{name}"'))

    def deploy(self, *arguments: str) -> tuple[int, str]:
        """Run docker/deploy.sh and return its exit code and all that it printed."""
        code, out, err = local[str(self.folder / "docker/deploy.sh")][arguments].run(retcode=None)
        return code, out + err

    def answers(self) -> str:
        """Return which release answers."""
        return self.get("/")[1]["X-Release"]

    def containers(self, service: str) -> list[str]:
        return sorted(self.compose("ps", "--quiet", service).split())

    def health(self, service: str) -> str:
        return self.compose("ps", "--format={{.Health}}", service).strip()

    @contextmanager
    def load(self) -> Iterator[dict[str, Any]]:
        """Let requests come for as long as it takes; what was seen of them is there at the end."""
        words = [self.port, "--rate=20", "--posts=7", "--kept=3", "--slow=/slow/2/", "--seconds=300", "--timeout=60"]
        words += [r"--files=/static/\S+"]
        script = ROOT / "tests/load.py"
        process = subprocess.Popen([sys.executable, script, *map(str, words)], stdout=subprocess.PIPE, text=True)
        seen: dict[str, Any] = {}
        try:
            yield seen
        finally:
            process.send_signal(signal.SIGINT)
            seen |= json.loads(process.communicate(timeout=90)[0])
            print(seen)


@pytest.fixture
def site(template, tmp_path, compose_version) -> Iterator[Deployed]:
    folder: Path = tmp_path / f"rolling-{os.getpid()}"
    deployed = Deployed(folder, free_port(), 0)
    for path, text in FILES.items():
        deployed.write(path, text)
    commit(folder)
    copy(template, folder, django_port=deployed.port)
    yield deployed
    deployed.run("--profile=*", "down", "--volumes", "--rmi=local", "--timeout=1", "--remove-orphans")
    for service in ("django", "static"):
        docker["image", "rm", f"{folder.name}-{service}:previous"].run(retcode=None)


def test_releases_under_load(site):
    code, said = site.deploy()  # on a host where nothing runs
    assert code == 0 and site.answers() == "1", said
    assert site.deploy("--rollback")[0] == 1 and site.answers() == "1"
    proxy, django = site.containers("proxy"), site.containers("django")

    with site.load() as seen:
        site.release("2")
        site.write("notes/static/site.css", "p { margin: 1px }\n")
        site.write("notes/migrations/0002_mark.py", SECOND)
        code, said = site.deploy()
        assert code == 0 and site.answers() == "2", said

        site.release("3")
        site.write("notes/migrations/0003_fails.py", FAILS)
        running = site.containers("django")
        code, said = site.deploy()
        assert code == 1 and said.endswith("The migration failed: the release before goes on.\n"), said
        assert site.answers() == "2" and site.containers("django") == running != django

        site.write("notes/migrations/0003_fails.py", "not Python\n")  # the migration of before is no reason
        site.write("requirements.txt", "no-such-package-0\n")
        code, said = site.deploy()
        assert code == 1 and said.endswith("The build failed: the release before goes on.\n"), said
        assert site.answers() == "2" and site.containers("django") == running

        code, said = site.deploy("--rollback")
        assert code == 0 and site.answers() == "1", said
    assert seen["sent"] > 500 and seen["releases"].keys() == {"1", "2"}
    assert seen["failed"] == 0, seen
    assert site.containers("proxy") == proxy
    assert len(site.containers("django")) == len(site.containers("static")) == 1

    site.compose("up", "--detach", "--wait")  # of what Compose starts now, nothing is another release's
    assert site.answers() == "1" and site.containers("proxy") == proxy
    assert site.deploy("--no-build")[0] == 0 and site.deploy("--rollback")[0] == 0 and site.answers() == "2"


@pytest.mark.parametrize("compose_version", ["default"], indirect=True)
def test_the_first_request_finds_django(site):
    """The proxy is healthy, and answers, when nginx can know Django's address: until then it would answer 502."""
    site.compose("up", "--detach", "--no-deps", "--build", "proxy")
    time.sleep(4)  # its health is looked at each second
    assert site.health("proxy") == "starting"
    site.compose("up", "--detach", "--wait", "--build")
    assert site.answers() == "1"


@pytest.mark.parametrize("compose_version", ["default"], indirect=True)
def test_a_backup_is_restored(site):
    site.up()
    shell = ("exec", "django", "sh", "-c")
    for _ in range(3):
        site.ask("POST", "/")
    site.compose(*shell, "mkdir media/a && echo kept > media/a/note.txt")
    dump = site.folder.parent / "backup.dump"
    assert site.piped("backup", to=dump) == 0 and dump.read_bytes().startswith(b"PGDMP")

    site.ask("POST", "/")
    site.compose(*shell, "python manage.py shell -c 'from notes.models import Note; Note.objects.first().delete()'")
    assert site.get("/")[2].split()[0] == "3"
    site.compose("exec", "db", "psql", "--username=notes", "notes", "--command=CREATE TABLE later (id int)")
    assert site.piped("restore", of=dump) == 0
    ids = 'python manage.py shell -c \'from notes.models import Note; print("ids", *Note.objects.values_list("id"))\''
    assert "ids (1,) (2,) (3,)" in site.compose(*shell, ids)

    files = site.folder.parent / "files.tar.gz"
    assert site.piped("backup-files", to=files) == 0
    site.compose(*shell, "echo changed > media/a/note.txt && touch media/later.txt")
    assert site.piped("restore-files", of=files) == 0
    assert site.compose(*shell, "cat media/a/note.txt; ls media").split() == ["kept", "a", "later.txt"]

    broken = site.folder.parent / "broken.dump"
    broken.write_bytes(dump.read_bytes()[:2000])
    assert site.piped("restore", of=broken) != 0 and site.get("/")[2].split()[0] == "3"


@pytest.mark.benchmark
@pytest.mark.parametrize("compose_version", ["default"], indirect=True)
def test_ten_releases(site):
    """One after the other, each with changed code and static files."""
    assert site.deploy()[0] == 0
    sent = failed = 0
    for number in range(2, 12):
        site.release(str(number))
        site.write("notes/static/site.css", f"p {{ margin: {number}px }}\n")
        with site.load() as seen:
            code, said = site.deploy()
            time.sleep(1)
        assert code == 0 and seen["releases"].keys() == {str(number - 1), str(number)}, said
        sent, failed = sent + seen["sent"], failed + seen["failed"]
    print(f"{failed} failed of {sent}")
    assert failed == 0


@pytest.mark.benchmark
@pytest.mark.parametrize("compose_version", ["default"], indirect=True)
@pytest.mark.parametrize("rolling", [False, True], ids=["without proxy", "with proxy"])
def test_what_compose_alone_loses(site, template, rolling):
    """`docker compose up --build`, with changed code: for the table in docs/how-to/deploy-and-roll-back.md."""
    copy(template, site.folder, django_port=site.port, rolling=rolling)
    site.up()
    with site.load() as seen:
        time.sleep(5)
        site.release("2")
        site.compose("up", "--detach", "--build", "--wait")
        time.sleep(10)
    assert seen["releases"].keys() == {"1", "2"}, seen
