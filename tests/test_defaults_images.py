"""A project in: the defaults of the questions on how images are built and files are served, out."""

import pytest

from extensions.project import Found
from extensions.project.dependencies.record import Dependencies, Installed
from extensions.project.settings.record import Database, DjangoSettings
from extensions.project.settings.writes import Write, Written
from extensions.questions import answers, defaults, dependency_notes, image_defaults, storage_defaults
from extensions.reading import read
from extensions.services.site import Site

MANAGE = """
import os
from django.core.management import execute_from_command_line
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "site.settings")
execute_from_command_line()
"""
APPLICATION = "application = None\n"
WITH_OLD_STORAGES = "Django<5.1\ngunicorn\n"  # newer ones read STORAGES alone


@pytest.fixture
def answered(tmp_path):
    """Return a function that writes a project and returns its defaults by question."""

    def make(settings: str = "", requirements: str = "Django\ngunicorn\n", wsgi: bool = True, **files: str):
        every = {
            "manage.py": MANAGE,
            "site/__init__.py": "",
            "site/settings.py": "from pathlib import Path\nBASE = Path(__file__).parent.parent\n" + settings,
            "requirements.txt": requirements,
            **({"site/wsgi.py": APPLICATION} if wsgi else {}),
            **files,
        }
        for path, text in every.items():
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_text(text)
        return {name: default.value for name, default in defaults.from_site(read(tmp_path), tmp_path).items()}

    return make


CHANNELS = "INSTALLED_APPS = ['daphne', 'channels']\nASGI_APPLICATION = 'site.asgi.application'\n"


@pytest.mark.parametrize(
    ("requirement", "worker"),
    [
        ("gunicorn", "asgi"),
        ("gunicorn==27.0.1", "asgi"),
        ("gunicorn~=27.0", "asgi"),
        ("gunicorn==27.0.0", "uvicorn_worker.UvicornWorker"),
        ("gunicorn==23.0.0", "uvicorn_worker.UvicornWorker"),
        ("gunicorn>=22,<24", "uvicorn_worker.UvicornWorker"),
    ],
)
def test_asgi_where_channels_needs_it(requirement, worker, answered):
    found = answered(CHANNELS, f"Django\nchannels\n{requirement}\n", **{"site/asgi.py": APPLICATION})
    assert (found["asgi_module"], found["worker_class"]) == ("site.asgi", worker)


def test_wsgi_where_nothing_runs_asgi(answered):
    found = answered(**{"site/asgi.py": APPLICATION})
    assert (found["wsgi_module"], found["asgi_module"], found["worker_class"]) == ("site.wsgi", "", "gthread")


def test_asgi_without_wsgi(answered):
    found = answered(wsgi=False, **{"site/asgi.py": APPLICATION})
    assert (found["wsgi_module"], found["asgi_module"], found["worker_class"]) == ("", "site.asgi", "asgi")


def test_one_of_the_interfaces_is_needed(tmp_path):
    both = {"wsgi_module": "", "asgi_module": ""}
    assert "both empty" in answers.problem("wsgi_module", "", both, tmp_path)
    assert "both empty" in answers.problem("asgi_module", "", both, tmp_path)
    assert answers.problem("wsgi_module", "", {"wsgi_module": "", "asgi_module": "a.asgi"}, tmp_path) == ""
    assert answers.problem("asgi_module", "", {"wsgi_module": "a.wsgi", "asgi_module": ""}, tmp_path) == ""
    assert answers.problem("wsgi_module", "", {"wsgi_module": ""}, tmp_path) == ""  # the other is not yet answered


@pytest.mark.parametrize(
    ("settings", "server", "fathom"),
    [
        ("INSTALLED_APPS = ['django.contrib.staticfiles']", "nginx", False),
        ("INSTALLED_APPS = ['django.contrib.admin', 'shop.apps.ShopStaticFilesConfig']", "nginx", False),
        ("MIDDLEWARE = ['whitenoise.middleware.WhiteNoiseMiddleware']", "whitenoise", False),
        (
            "MIDDLEWARE = ['whitenoise.middleware.WhiteNoiseMiddleware']\n"
            "STATICFILES_STORAGE = 'whitenoise.storage.CompressedManifestStaticFilesStorage'",
            "whitenoise",
            True,
        ),
        # Nothing else could tell Django that a request came by HTTPS.
        (
            "MIDDLEWARE = ['whitenoise.middleware.WhiteNoiseMiddleware']\nDEBUG = False\n"
            "if not DEBUG:\n    SECURE_SSL_REDIRECT = True",
            "nginx",
            False,
        ),
        (
            "import os\nMIDDLEWARE = ['whitenoise.middleware.WhiteNoiseMiddleware']\n"
            "SECURE_SSL_REDIRECT = os.environ.get('SECURE_SSL_REDIRECT', 'True') == 'True'",
            "whitenoise",
            False,
        ),
        (
            "AWS_STORAGE_BUCKET_NAME = 'x'\nSTATICFILES_STORAGE = 'storages.backends.s3boto3.S3StaticStorage'",
            "elsewhere",
            False,
        ),
        (
            "AZURE_CONTAINER = 'x'\nSTATICFILES_STORAGE = 'storages.backends.azure_storage.AzureStorage'",
            "elsewhere",
            False,
        ),
        # nginx says that a request came by HTTPS, without which the redirect would lead nowhere.
        (
            "MIDDLEWARE = ['whitenoise.middleware.WhiteNoiseMiddleware']\nSECURE_SSL_REDIRECT = True",
            "nginx",
            False,
        ),
        (
            "import os\nMIDDLEWARE = ['whitenoise.middleware.WhiteNoiseMiddleware']\n"
            "SECURE_SSL_REDIRECT = os.getenv('SECURE_SSL_REDIRECT', 'True') == 'True'",
            "whitenoise",
            False,
        ),
        ("STATICFILES_STORAGE = 'pipeline.storage.PipelineManifestStorage'", "nginx", True),
        (
            "GS_BUCKET_NAME = 'x'\nSTATICFILES_STORAGE = 'stores.gcloud.GoogleCloudManifestStorage'",
            "elsewhere",
            False,
        ),
        ("INSTALLED_APPS = ['shop']", "elsewhere", False),
        ("", "nginx", False),
    ],
)
def test_static_server(settings, server, fathom, answered):
    found = answered(settings, WITH_OLD_STORAGES)
    assert (found["static_server"], found["use_fathom"]) == (server, fathom)


@pytest.mark.parametrize(
    ("files", "server"),
    [
        ({"static/staticfiles.json": "{}", "static/site/a.css": ""}, "elsewhere"),
        ({"static/staticfiles.json": "{}", "static/site/a.css": "", "site/static/site/a.css": ""}, "whitenoise"),
        ({"static/staticfiles.json": "{}", "static/admin/a.css": ""}, "whitenoise"),
        ({"static/admin/a.css": "", "static/.gitkeep": ""}, "whitenoise"),
        ({"static/staticfiles.json": "{}", "static/site/a.css": "", ".gitignore": "/static\n"}, "whitenoise"),
    ],
)
def test_what_is_collected_in_git_without_its_sources_is_kept(files, server, answered):
    settings = "MIDDLEWARE = ['whitenoise.middleware.WhiteNoiseMiddleware']\nSTATIC_ROOT = BASE / 'static'\n"
    settings += "STATICFILES_STORAGE = 'whitenoise.storage.CompressedManifestStaticFilesStorage'\n"
    found = answered(settings, WITH_OLD_STORAGES, **files)
    assert (found["static_server"], found["use_fathom"]) == (server, server == "whitenoise")
    assert ("static" in found["dockerignore"]) == (".gitignore" in files or "static/staticfiles.json" not in files)


@pytest.mark.parametrize(
    ("files", "left_out"),
    [
        ({"static/css/site.css": ""}, False),
        ({"static/css/site.css": "", ".gitignore": "/static\n"}, True),
        ({"static/css/site.css": "", "assets/css/site.css": ""}, True),
        ({"static/site/a.css": "", "site/static/site/a.css": ""}, True),
        ({"static/site/a.0123456789ab.css": "", "site/static/site/a.css": ""}, True),
        ({"static/admin/a.css": "", "static/tables/a.js": "", "static/README.md": ""}, True),
    ],
)
def test_sources_in_the_folder_of_collected_files_are_kept(files, left_out, answered):
    settings = "INSTALLED_APPS = ['django.contrib.staticfiles', 'django_tables.tables', 'site']\n"
    settings += "STATIC_ROOT = BASE / 'static'\nSTATICFILES_DIRS = [BASE / 'assets']\n"
    assert ("static" in answered(settings, **files)["dockerignore"]) == left_out


@pytest.mark.parametrize(
    ("settings", "root", "url"),
    [
        ("MEDIA_ROOT = BASE / 'm'\nMEDIA_URL = 'files/'", "m", "/files/"),
        ("MEDIA_ROOT = BASE / 'm'\nMEDIA_URL = 'https://cdn.example.com/m/'", "m", ""),
        ("MEDIA_ROOT = BASE / 'm'", "m", ""),
        ("MEDIA_ROOT = BASE / 'site'\nMEDIA_URL = '/m/'", "", ""),
        ("MEDIA_URL = '/m/'", "", ""),
        (
            "MEDIA_ROOT = BASE / 'm'\nMEDIA_URL = '/m/'\nGS_BUCKET_NAME = 'x'\n"
            "DEFAULT_FILE_STORAGE = 'storages.backends.gcloud.G'",
            "",
            "",
        ),
    ],
)
def test_media(settings, root, url, answered):
    found = answered(settings, WITH_OLD_STORAGES)
    assert (found["media_root"], found["media_url"]) == (root, url)


@pytest.mark.parametrize(
    ("requirement", "seconds"),
    [("gunicorn", 75), ("gunicorn==27.0.0", 75), ("gunicorn==26.1.0", 2), ("gunicorn<26", 2)],
)
def test_keepalive(requirement, seconds, answered):
    assert answered(requirements=f"Django\n{requirement}\n")["gunicorn_keepalive"] == seconds


def test_logging_and_https(answered):
    found = answered()
    assert (found["log_errors"], found["https_only"]) == (True, False)
    found = answered("LOGGING = {'version': 1}\nSECURE_SSL_REDIRECT = True\n")
    assert (found["log_errors"], found["https_only"]) == (False, True)


def test_a_database_that_compose_gives_is_no_file():
    write = Write("db.sqlite3", "database", "s.py:1", is_file=True, alias="default")
    other = Write("/data", "dockerfile", "Dockerfile:1")
    site = Site(
        settings=DjangoSettings(databases=Found({"default": Database(variable="DATABASE_URL")})),
        written=Written(writes=Found([write, other])),
    )
    assert storage_defaults.data_places({}, site) == ([], ["db.sqlite3"])  # /data is a volume for its sake
    assert storage_defaults.data_places({"DATABASE_URL": "x"}, site) == (["/data"], [])


def test_an_old_python_has_an_old_gunicorn(answered):
    files = {"site/asgi.py": APPLICATION, ".python-version": "3.9"}
    found = answered(CHANNELS, "Django<4\nchannels\n", **files)
    assert (found["worker_class"], found["gunicorn_keepalive"]) == ("uvicorn_worker.UvicornWorker", 2)


def test_a_django_is_installed_that_code_can_use(answered, tmp_path):
    found = answered(**{"site/forms.py": "from django.utils.translation import ugettext as _\n"})
    assert found["install_packages"] == ["Django<4.0"]
    [sentence] = dependency_notes.notes(read(tmp_path))
    assert "django.utils.translation.ugettext (site/forms.py:1)" in sentence


def test_what_one_machine_can_install_is_left_out(answered, tmp_path):
    found = answered(requirements="Django\nasgiref @ file:///home/me/work\npywin32==311\n")
    assert found["requirements_without"] == ["asgiref", "pywin32"]
    assert found["install_packages"] == ["asgiref"]
    [sentence] = dependency_notes.notes(read(tmp_path))
    assert 'requirements.txt:3 pywin32 (write pywin32==311 ; sys_platform == "win32")' in sentence


def test_a_folder_of_somebody_that_requirements_name_is_said(answered, tmp_path):
    answered("", "-e /home/ada/src/tools\n-e ./libs/own\n", **{"libs/own/setup.py": ""})
    said = [note for note in dependency_notes.notes(defaults.site_for(tmp_path)) if "/home/ada" in note]
    assert len(said) == 1 and "The requirements name /home/ada/src/tools (requirements.txt:" in said[0]


def test_what_git_has_not_fetched_is_said(answered, tmp_path):
    modules = '[submodule "a"]\n\tpath = libs/theme\n\turl = x\n[submodule "b"]\n\tpath = libs/there\n\turl = x\n'
    pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:01\nsize 48211\n"
    files = {".gitmodules": modules, "libs/there/a.py": "", ".gitattributes": "*.svg filter=lfs\n", "a.svg": pointer}
    answered(**files)
    first, second = dependency_notes.notes(read(tmp_path))
    assert first.startswith("libs/theme is a submodule") and second.startswith("Git LFS has not fetched a.svg")
    (tmp_path / ".gitattributes").write_text("")
    assert len(dependency_notes.notes(read(tmp_path))) == 1


def test_an_image_of_a_newer_python_is_said(answered, tmp_path):
    assert answered(**{"runtime.txt": "python-3.6.4\n"})["python_version"] == "3.8"
    [sentence] = dependency_notes.notes(read(tmp_path))
    assert "Python 3.6" in sentence and sentence.endswith("The images have 3.8.")


@pytest.mark.parametrize(("version", "starts"), [("1.10.5", False), ("1.11.5", False), ("1.11.17", True)])
def test_a_django_that_no_image_starts_is_said(version, starts, answered, tmp_path):
    answered(**{"requirements.txt": f"Django=={version}\n"})
    [sentence] = dependency_notes.notes(read(tmp_path))
    assert sentence.endswith("before you build.") is not starts
    assert starts or f"Django {version} doesn't start on it: upgrade to 1.11.17 or newer" in sentence


@pytest.mark.parametrize(
    ("version", "words"),
    [("26.1.0", "up to 30 s"), ("25.1.0", "up to 30 s"), ("23.0.0", "while it reloads"), ("27.0.1", ""), ("", "")],
)
def test_remark_on_gunicorn(version, words):
    gunicorn = Installed(version=version, source="requirements.txt:2")
    site = Site(dependencies=Dependencies(distributions=Found({"gunicorn": gunicorn})))
    remark = image_defaults.gunicorn_remark(site)
    assert bool(remark) == bool(words) and words in remark
    assert not words or f"Gunicorn {version} (requirements.txt:2)" in remark


def test_apt_build_is_not_empty_where_something_is_compiled_or_fetched(answered):
    assert answered(requirements="Django\ngunicorn\n")["apt_build"] == []
    assert answered(requirements="Django\nx @ git+https://example.com/x.git\n")["apt_build"] == ["git"]
    assert "build-essential" in answered(requirements="Django\npsycopg2\n")["apt_build"]


@pytest.mark.parametrize("requirement", ["Django==1.10.5", "Django==1.11.29", "Django>=1.11,<2.0"])
def test_a_django_older_than_every_image_gets_the_oldest_python(requirement, tmp_path):
    (tmp_path / "manage.py").touch()
    (tmp_path / "requirements.txt").write_text(f"{requirement}\n")
    found = defaults.defaults(tmp_path)
    assert (found["python_version"].value, found["debian_release"].value) == ("3.8", "bookworm")


@pytest.mark.parametrize(
    ("required", "version"),
    [
        ("==0.11.*", "0.11"),
        (">=0.9.17", ""),
        ("0.12.3", "0.12.3"),
        (">=0.8,<0.11.4", "0.11.3"),
        ("~=0.12.1", "0.12"),
        (">=0.14", "0.14"),
        ("nonsense", ""),
    ],
)
def test_the_uv_that_a_project_requires(required, version, answered):
    manifest = "[project]\nname = 'site'\nversion = '1'\ndependencies = ['django']\n"
    manifest += f"[tool.uv]\nrequired-version = '{required}'\n"
    assert answered(**{"pyproject.toml": manifest, "uv.lock": "version = 1\n"})["uv_version"] == version
    assert answers.problem("uv_version", version, {}, None) == ""


def test_a_database_that_is_asked_for_and_not_installed_is_kept(answered):
    settings = "import environ\nenv = environ.Env()\nDATABASES = {'default': env.db()}\n"
    found = answered(settings, "Django\ndjango-environ\n")
    assert found["services"] == {}
    assert found["dotenv"]["DATABASE_URL"] == "sqlite:////data/db.sqlite3"
    assert (found["data_dirs"], found["data_files"]) == (["/data"], [])


@pytest.mark.parametrize(
    ("settings", "is_set"),
    [
        ("MIDDLEWARE = ['whitenoise.middleware.WhiteNoiseMiddleware']\n", True),
        ("STORAGES = {'staticfiles': {'BACKEND': 'a.ManifestStaticFilesStorage'}}\n", True),
        ("INSTALLED_APPS = ['compressor']\nCOMPRESS_OFFLINE = True\n", True),
        ("MIDDLEWARE = ['whitenoise.middleware.WhiteNoiseMiddleware']\nSTATIC_ROOT = BASE / 'out'\n", False),
        ("STATIC_ROOT = unknown()\nMIDDLEWARE = ['whitenoise.middleware.WhiteNoiseMiddleware']\n", True),
        ("", False),  # nginx serves the files, and Django needs none of them
        ("from starter.conf import *\nMIDDLEWARE = ['whitenoise.middleware.WhiteNoiseMiddleware']\n", False),
    ],
)
def test_static_root_is_set_where_django_reads_it(settings, is_set, answered):
    page = {"site/templates/a.html": "{% load compress %}{% compress css %}{% endcompress %}"}
    found = answered(f"ALLOWED_HOSTS = ['*']\n{settings}", "Django\ngunicorn\nwhitenoise\ncompressor\n", **page)
    assert found["compose_settings"].get("STATIC_ROOT", "") == ("/workdir/static" if is_set else "")


@pytest.mark.parametrize(
    ("read", "given"), [("int(os.environ['PORT'])", "8000"), ("os.environ.get('PORT', '1')", None)]
)
def test_the_port_that_settings_demand(read, given, answered):
    found = answered(f"import os\nPORT = {read}\n", "Django\n")
    assert found["environment"].get("PORT") == given and "PORT" not in found["build_environment"]
