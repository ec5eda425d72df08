"""What is kept, on a real engine: who may read it, what outlives a container, and what nobody can fetch."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from running import Site, docker, free_port
from support import commit, copy

pytestmark = pytest.mark.docker

SETTINGS = """
from pathlib import Path
import os
BASE_DIR = Path(__file__).resolve().parent.parent
SECRET_KEY = "not-secret"
ALLOWED_HOSTS = ["*"]
INSTALLED_APPS = ["django.contrib.contenttypes", "django.contrib.auth", "django.contrib.staticfiles", "shop"]
ROOT_URLCONF = "shop.urls"
WSGI_APPLICATION = "shop.wsgi.application"
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "collected"
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": BASE_DIR / "db.sqlite3"}}
"""
URLS = """
from django.http import HttpResponse
from django.urls import path


def page(request):
    return HttpResponse("Hello")


def send(request, name):
    return HttpResponse(headers={"X-Accel-Redirect": f"/private/{name}"})


urlpatterns = [path("", page), path("send/<str:name>", send)]
"""
WSGI = "from django.core.wsgi import get_wsgi_application\napplication = get_wsgi_application()\n"
MANAGE = """
import os
import sys
from django.core.management import execute_from_command_line
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")
execute_from_command_line(sys.argv)
"""


@pytest.fixture
def shop(template, tmp_path) -> Iterator[Callable[..., Site]]:
    """Return a function that makes a site of settings, and copies the template to it."""
    made: list[Site] = []

    def make(
        settings: str = "",
        umask: int = 0o022,
        static: bool = False,
        dotenv: str = "",
        package: str = "",
        **answers: str,
    ) -> Site:
        folder: Path = tmp_path / f"data-{os.getpid()}"
        before = os.umask(umask)
        try:
            files = {
                "manage.py": MANAGE,
                "shop/__init__.py": package,
                "shop/settings.py": SETTINGS + settings,
                "shop/urls.py": URLS,
                "shop/wsgi.py": WSGI,
                "requirements.txt": "Django\ngunicorn\n",
                **({"shop/static/base.css": "p { margin: 0 }\n"} if static else {}),
                **({".env": dotenv} if dotenv else {}),
            }
            for path, text in files.items():
                (folder / path).parent.mkdir(parents=True, exist_ok=True)
                (folder / path).write_text(text)
            commit(folder)
            port = free_port()
            copy(template, folder, django_port=port, **answers)
        finally:
            os.umask(before)
        made.append(Site(folder, port, 0))
        return made[-1]

    yield make
    for site in made:
        site.run("--profile=*", "down", "--volumes", "--rmi=local", "--timeout=1", "--remove-orphans")
        shutil.rmtree(site.folder, ignore_errors=True)


def python(site: Site, code: str) -> str:
    return site.compose("exec", "django", "python", "manage.py", "shell", "-c", code)


WRITE = "from django.core.files.storage import default_storage as s; from django.core.files.base import ContentFile"
CREATE = "from django.contrib.auth.models import User; User.objects.create(username='kept')"
COUNT = "from django.contrib.auth.models import User; print('users:', User.objects.count())"


def test_secrets_beside_a_dotenv_that_git_tracks(shop, compose_version):
    settings = 'SECRET_KEY = os.environ["SECRET_KEY"]\nGREETING = os.environ["GREETING"]\n'
    site = shop(settings, dotenv="GREETING=Hello\n")
    site.up()
    assert site.get("/")[2] == "Hello"
    assert "greeting: Hello 64" in python(
        site, "from django.conf import settings as s; print('greeting:', s.GREETING, len(s.SECRET_KEY))"
    )
    assert (site.folder / ".env").read_text() == "GREETING=Hello\n"
    development = site.compose("-f", "compose.yaml", "-f", "compose.dev.yaml", "config")
    assert "runserver" in development
    (site.folder / "compose.override.yaml").write_text("services: {django: {environment: {GREETING: Bye}}}\n")
    assert "GREETING: Bye" in site.compose("config")
    (site.folder / ".env.secrets").rename(site.folder / "elsewhere")
    code, said = site.run("up", "--detach")
    assert code and ".env.secrets" in said
    (site.folder / "elsewhere").rename(site.folder / ".env.secrets")


def test_code_that_the_settings_import_runs_may_read_settings(shop):
    """As Celery's module does, which the package imports: https://docs.celeryq.dev/en/stable/django/."""
    site = shop(
        package="from django.conf import settings\nAPPS = settings.INSTALLED_APPS\n",
        compose_settings="{LANGUAGE_CODE: de}",
        compose_environment="{DJANGO_SETTINGS_MODULE: compose_settings}",
    )
    site.up()
    assert site.get("/")[2] == "Hello"
    asks = (
        "import shop; from django.conf import settings as s; print(s.LANGUAGE_CODE, s.SETTINGS_MODULE, len(shop.APPS))"
    )
    assert "de compose_settings 4" in python(site, asks)


def test_a_clone_that_only_its_owner_can_read(shop):
    site = shop(
        'STORAGES = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"}, '
        '"default": {"BACKEND": "django.core.files.storage.FileSystemStorage"}}\n'
        "FILE_UPLOAD_PERMISSIONS = 0o600\n",
        umask=0o077,
        static=True,
    )
    assert (site.folder / "manage.py").stat().st_mode & 0o777 == 0o600
    site.up()
    assert site.get("/")[2] == "Hello"
    assert site.get("/static/base.css")[2] == "p { margin: 0 }\n"
    assert "users: 0" in python(site, COUNT)
    modes = docker("run", "--rm", site.image(), "stat", "-c", "%a", "/workdir/collected", "/workdir/shop").split()
    assert modes == ["755", "755"]


def test_nothing_to_collect(shop):
    site = shop('INSTALLED_APPS = ["django.contrib.staticfiles"]\n')
    site.up()
    assert site.get("/")[2] == "Hello" and site.get("/static/x.css")[0] == 404


def test_a_database_in_the_home_directory(shop):
    site = shop('DATABASES["default"]["NAME"] = Path.home() / ".shop" / "shop.sqlite3"\n')
    site.up()
    python(site, CREATE)
    site.compose("up", "--detach", "--wait", "--force-recreate")
    assert "users: 1" in python(site, COUNT)


@pytest.mark.parametrize(
    "settings",
    [
        'MEDIA_ROOT = "/data"\n',
        'MEDIA_ROOT = BASE_DIR / "files"\nDATABASES["default"]["NAME"] = BASE_DIR / "files" / "own" / "db.sqlite3"\n',
        'MEDIA_ROOT = BASE_DIR / "files"\nDATABASES["default"]["NAME"] = BASE_DIR / "files" / "store"\n',
        'MEDIA_ROOT = BASE_DIR / "data" / "files"\nDATABASES["default"]["NAME"] = BASE_DIR / "data" / "db.sqlite3"\n',
    ],
)
def test_nobody_fetches_the_database(settings, shop):
    site = shop('MEDIA_URL = "/media/"\n' + settings)
    site.up()
    python(site, CREATE)
    python(site, f"{WRITE}; s.save('own.txt', ContentFile(b'uploaded'))")
    for path in ("db.sqlite3", "own/db.sqlite3", "store", "../db.sqlite3", "%2e%2e/db.sqlite3", "/db.sqlite3"):
        assert site.get(f"/media/{path}")[0] in (400, 404)
    if '"store"' not in settings:  # else there is no location
        assert site.get("/media/own.txt")[2] == "uploaded"
    find = "grep -rl 'SQLite format' /data /workdir /var/lib/django 2>/dev/null"
    for service in ("static", "proxy"):
        assert site.run("exec", service, "sh", "-c", find)[1].strip() == "", "nginx can read it"


def test_an_update_denies_the_database_that_it_leaves_where_it_is(shop):
    site = shop('MEDIA_URL = "/media/"\nMEDIA_ROOT = "/data"\n', data_root="/data")
    site.up()
    python(site, CREATE)
    assert site.get("/media/db.sqlite3")[0] == 404
    assert site.compose("exec", "django", "ls", "/data").split() == ["db.sqlite3"]


def test_private_files_are_sent_where_django_says_so(shop):
    site = shop(
        'MEDIA_URL = "/media/"\nMEDIA_ROOT = BASE_DIR / "media"\n'
        'SENDFILE_BACKEND = "django_sendfile.backends.nginx"\nSENDFILE_ROOT = MEDIA_ROOT / "private"\n'
        'SENDFILE_URL = "/private/"\n'
    )
    site.up()
    python(site, f"{WRITE}; s.save('private/a.txt', ContentFile(b'secret')); s.save('b.txt', ContentFile(b'open'))")
    assert site.get("/media/b.txt")[2] == "open" and site.get("/send/a.txt")[2] == "secret"
    assert [site.get(path)[0] for path in ("/media/private/a.txt", "/private/a.txt")] == [404, 404]


def test_uploads_within_the_folder_of_static_files(shop):
    site = shop('MEDIA_ROOT = STATIC_ROOT / "media"\nMEDIA_URL = "/static/media/"\n')
    site.up()
    python(site, f"{WRITE}; s.save('b.txt', ContentFile(b'open'))")
    assert site.get("/static/media/b.txt")[2] == "open"


def test_two_databases_of_one_name_are_two(shop):
    second = 'DATABASES["log"] = {"ENGINE": "django.db.backends.sqlite3", "NAME": BASE_DIR / "shop" / "db.sqlite3"}\n'
    site = shop(second + 'MEDIA_ROOT = BASE_DIR / "data"\nMEDIA_URL = "/media/"\n')
    site.up()
    python(site, CREATE)
    site.compose("exec", "django", "python", "manage.py", "migrate", "--noinput", "--database=log")
    count = COUNT.replace("objects.count()", "objects.using('log').count()")
    assert "users: 0" in python(site, count) and "users: 1" in python(site, COUNT)


def test_the_name_of_the_project_is_overridden(shop):
    site = shop()
    assert site.image().startswith("data-") and site.image().endswith("-django")
    assert site.compose("config", COMPOSE_PROJECT_NAME="other").startswith("name: other\n")
    assert site.compose("-p", "another", "config").startswith("name: another\n")
    (site.folder / ".env").write_text("COMPOSE_PROJECT_NAME=third\n")
    assert site.compose("config").startswith("name: third\n")
