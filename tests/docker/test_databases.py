"""Several databases of one server on a real engine: they are made, migrated, read, backed up and restored."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from running import Site, free_port
from support import commit, copy
from test_data import MANAGE, WSGI

pytestmark = pytest.mark.docker

SETTINGS = """
from pathlib import Path
import os
BASE_DIR = Path(__file__).resolve().parent.parent
SECRET_KEY = "not-secret"
ALLOWED_HOSTS = ["*"]
INSTALLED_APPS = ["django.contrib.contenttypes", "django.contrib.auth", "django.contrib.staticfiles", "logs"]
ROOT_URLCONF = "shop.urls"
WSGI_APPLICATION = "shop.wsgi.application"
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "collected"
SERVER = {
    "ENGINE": "django.db.backends.KIND",
    "HOST": os.environ.get("DB_HOST", "localhost"),
    "USER": "shop",
    "PASSWORD": os.environ.get("DB_PASSWORD", ""),
}
DATABASES = {"default": SERVER | {"NAME": "shop"}, "logs": SERVER | {"NAME": os.environ.get("LOGS_NAME", "shop.logs")}}
DATABASE_ROUTERS = ["shop.routers.Logs"]
"""
ROUTERS = """
class Logs:
    alias = label = "logs"

    def db_for_read(self, model, **hints):
        return self.alias if model._meta.app_label == self.label else None

    db_for_write = db_for_read

    def allow_migrate(self, db, app_label, **hints):
        return db == self.alias if app_label == self.label else None
"""
URLS = """
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.urls import path
from logs.models import Entry


def page(request):
    if request.method == "POST":
        Entry.objects.create(text="seen")
        User.objects.create(username=f"user{User.objects.count()}")
    return HttpResponse(f"{User.objects.count()} users, {Entry.objects.count()} entries")


urlpatterns = [path("", page)]
"""
MODELS = """
from django.db import models


class Entry(models.Model):
    text = models.CharField(max_length=100)
"""
MIGRATION = """
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.CreateModel(
            "Entry",
            [("id", models.AutoField(primary_key=True)), ("text", models.CharField(max_length=100))],
        )
    ]
"""
DEFAULT_AUTO_FIELD = 'DEFAULT_AUTO_FIELD = "django.db.models.AutoField"\n'
DRIVERS = {"postgresql": "psycopg[binary]", "mysql": "mysqlclient"}


@pytest.fixture
def shop(template, tmp_path, request) -> Iterator[Site]:
    folder: Path = tmp_path / f"databases-{os.getpid()}"
    files = {
        "manage.py": MANAGE,
        "shop/__init__.py": "",
        "shop/settings.py": SETTINGS.replace("KIND", request.param) + DEFAULT_AUTO_FIELD,
        "shop/routers.py": ROUTERS,
        "shop/urls.py": URLS,
        "shop/wsgi.py": WSGI,
        "logs/__init__.py": "",
        "logs/models.py": MODELS,
        "logs/migrations/__init__.py": "",
        "logs/migrations/0001_initial.py": MIGRATION,
        "requirements.txt": f"Django\ngunicorn\n{DRIVERS[request.param]}\n",
    }
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    commit(folder)
    port = free_port()
    copy(template, folder, django_port=port)
    site = Site(folder, port, 0)
    yield site
    site.run("--profile=*", "down", "--volumes", "--rmi=local", "--timeout=1", "--remove-orphans")
    shutil.rmtree(folder, ignore_errors=True)


def databases(site: Site, kind: str) -> str:
    """Return the databases of the server that are not its own."""
    if kind == "postgresql":
        sql = "SELECT datname FROM pg_database WHERE NOT datistemplate AND datname <> 'postgres' ORDER BY 1"
        return site.compose("exec", "db", "psql", "--username=shop", "--tuples-only", "--no-align", "-c", sql, "shop")
    shell = "mysql --user=shop --password=$MYSQL_PASSWORD --skip-column-names --execute='SHOW DATABASES' | grep shop"
    return site.compose("exec", "db", "sh", "-c", shell)


@pytest.mark.parametrize("shop", ["postgresql", "mysql"], indirect=True)
def test_a_page_of_two_databases(shop, request):
    kind = request.node.callspec.params["shop"]
    shop.up()
    assert databases(shop, kind).split() == ["shop", "shop.logs"]
    assert shop.get("/")[2] == "0 users, 0 entries"
    assert shop.ask("POST", "/")[2] == "1 users, 1 entries"

    dump = shop.folder.parent / "backup.dump"
    assert shop.piped("backup", to=dump) == 0
    assert shop.ask("POST", "/")[2] == "2 users, 2 entries"
    assert shop.piped("restore", of=dump) == 0
    assert shop.get("/")[2] == "1 users, 1 entries"

    if kind == "postgresql":  # all or nothing
        broken = shop.folder.parent / "broken.dump"
        broken.write_bytes(dump.read_bytes().replace(b"COMMIT;", b"THIS IS NO SQL;", 1))
        shop.ask("POST", "/")
        assert shop.piped("restore", of=broken) != 0
        assert shop.get("/")[2] == "2 users, 2 entries"

    shop.compose("down", "--volumes")
    shop.compose("up", "--detach", "--wait", "db")
    assert shop.piped("restore", of=dump) == 0
    shop.up()
    assert shop.get("/")[2] == "1 users, 1 entries"
