"""What Django writes: volumes, links and nginx's locations have names that clash with none, and never change."""

import shutil
from pathlib import Path

import pytest
import yaml
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from jinja2 import Environment, FileSystemLoader
from plumbum import local
from support import ROOT, copy

from extensions.jinja import DjangoProject
from extensions.questions import answers, defaults
from extensions.reading import read
from extensions.rendering import storage
from extensions.services import containers

MANAGE = """
import os
from django.core.management import execute_from_command_line
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "site.settings")
execute_from_command_line()
"""
SETTINGS = """
import os
from pathlib import Path
BASE_DIR = Path(__file__).parent.parent
"""
SQLITE = "DATABASES = {'default': {'ENGINE': 'django.db.backends.sqlite3', 'NAME': %s}}\n"
MEDIA = "MEDIA_URL = '/media/'\nMEDIA_ROOT = %s\n"
COMPOSE = "template/{% if use_compose %}compose.yaml{% endif %}.jinja"
CONF = "template/{% if static_server == 'nginx' %}default.conf{% endif %}.jinja"


@pytest.fixture
def found(tmp_path):
    """Return a function that writes a project and returns its defaults by question, and what is said of it."""

    def make(settings: str, **files: str) -> dict:
        every = {
            "shop/manage.py": MANAGE,
            "shop/site/__init__.py": "",
            "shop/site/settings.py": SETTINGS + settings,
            "shop/site/wsgi.py": "application = None\n",
            "shop/requirements.txt": "Django\ngunicorn\n",
            **files,
        }
        for path, text in every.items():
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_text(text)
        site = read(tmp_path / "shop")
        given = defaults.from_site(site, tmp_path / "shop")
        return {name: default.value for name, default in given.items()} | {
            "notes": defaults.compose_defaults.notes(site),
            "rolling": False,
        }

    return make


WRITING = """
from pathlib import Path
from django.conf import settings
from django.contrib.staticfiles.storage import StaticFilesStorage

class Own(StaticFilesStorage):
    def post_process(self, paths, **options):
        (Path(settings.STATIC_ROOT) / paths[0]).write_text("")
"""


@pytest.mark.parametrize(("module", "said"), [("site.files", False), ("site.other", True)])
def test_a_storage_of_static_files_writes_in_the_build(module, said, found):
    storage = f"STORAGES = {{'staticfiles': {{'BACKEND': '{module}.Own'}}}}\nSTATIC_ROOT = 'static'\n"
    given = found(storage, **{"shop/site/files.py": WRITING, "shop/site/other.py": ""})
    assert any("Your code writes to static (site/files.py:8)" in note for note in given["notes"]) is said


OLD = "STATICFILES_STORAGE = 'django.contrib.staticfiles.storage.ManifestStaticFilesStorage'\n"
NEW = "STORAGES = {'staticfiles': {'BACKEND': 'django.contrib.staticfiles.storage.ManifestStaticFilesStorage'}}\n"
OTHER = "STORAGES = {'default': {'BACKEND': 'django.core.files.storage.FileSystemStorage'}}\n"


@pytest.mark.parametrize(
    ("settings", "requirements", "hashed"),
    [
        (OLD, "Django==5.0.7\n", True),
        (OLD, "Django==5.1.4\n", False),
        (OLD, "Django\n", False),
        (OLD, "Django>=4.2,<5.2\n", False),
        (OLD, "Django<5.1\n", True),
        (OLD, "wagtail\n", True),
        (OLD + OTHER, "Django==5.2.8\n", False),
        (NEW, "Django==5.2.8\n", True),
        ("from .shops import *\n" + OLD, "Django==5.2.8\n", True),
    ],
)
def test_django_5_1_reads_storages_alone(settings, requirements, hashed, found):
    assert found(settings, **{"shop/requirements.txt": requirements})["use_fathom"] is hashed


@pytest.mark.parametrize("module", ["django_heroku", "django_on_heroku"])
def test_static_files_as_heroku_s_package_sets_them(module, found):
    settings = f"import {module}\nMIDDLEWARE = ['shop.a']\nSTATIC_ROOT = BASE_DIR / 'x'\n{module}.settings(locals())\n"
    given = found(settings, **{"shop/requirements.txt": "Django==4.2.1\ndjango-heroku\n"})
    assert (given["static_root"], given["static_server"]) == ("staticfiles", "whitenoise")
    assert given["use_fathom"] is True
    given = found(settings.replace("locals()", "locals(), staticfiles=False"))
    assert (given["static_root"], given["static_server"]) == ("x", "nginx")


def test_folders_that_only_variables_name(found):
    settings = "import os\nSTATIC_ROOT = os.environ['COLLECTED']\nMEDIA_ROOT = os.environ['UPLOADS']\n" + NEW
    given = found(settings + "MEDIA_URL = '/media/'\n")
    assert (given["static_root"], given["set_static_root"]) == ("static", False)
    assert (given["media_root"], given["data_dirs"]) == ("media", ["media"])
    for name in ("build_environment", "dotenv"):
        assert (given[name]["COLLECTED"], given[name]["UPLOADS"]) == ("static", "media")
    given = found(settings, **{"shop/.env.example": "COLLECTED=/var/www/shop\n"})
    assert (given["static_root"], given["dotenv"]["COLLECTED"]) == ("/var/www/shop", "/var/www/shop")


PRIVATE = """
from django.conf import settings
from django.core.files.storage import FileSystemStorage
class Private(FileSystemStorage):
    def __init__(self):
        super().__init__(location=settings.PRIVATE_LOCATION)
"""
READ = "import os\nMEDIA_ROOT, PRIVATE_LOCATION = os.environ.get('UPLOADS'), os.environ.get('PRIVATE', '')\n"
S3 = "DEFAULT_FILE_STORAGE, AWS_STORAGE_BUCKET_NAME = 'storages.backends.s3.S3Storage', 'x'\n"


@pytest.mark.parametrize(
    ("settings", "files", "environment", "dirs"),
    [
        (READ, {}, {"UPLOADS": "media"}, ["media"]),
        (READ, {"site/kept.py": PRIVATE}, {"PRIVATE": "private", "UPLOADS": "media"}, ["media", "private"]),
        (READ + S3, {"site/kept.py": PRIVATE}, {"PRIVATE": "private"}, ["private"]),
        (READ, {"media/__init__.py": ""}, {}, []),
        (READ.replace("'UPLOADS'", "'UPLOADS', 'files'"), {}, {}, ["files"]),
        ("MEDIA_ROOT = ''\n", {}, {}, []),
    ],
)
def test_folders_that_only_variables_that_need_no_value_name(settings, files, environment, dirs, found):
    more = {f"shop/{path}": text for path, text in files.items()} | {"shop/requirements.txt": "Django==4.2.1\n"}
    given = found(settings + "MEDIA_URL = '/media/'\n", **more)
    assert (given["environment"], given["data_dirs"]) == (environment, dirs)
    assert given["media_root"] == next((path for path in dirs if path != "private"), "")


def test_django_5_1_keeps_uploads_in_files_whatever_the_old_setting_says(found):
    stored = "DEFAULT_FILE_STORAGE = 'storages.backends.s3.S3Storage'\n" + MEDIA % "BASE_DIR / 'media'"
    for release, changed in (("5.0.7", ["DEFAULT_FILE_STORAGE"]), ("5.2.8", [])):
        given = found(stored, **{"shop/requirements.txt": f"Django=={release}\n"})
        assert [name for name in given["compose_settings"] if "STORAGE" in name] == changed
        assert any("in a bucket" in note for note in given["notes"]) == bool(changed)


ENVIRONMENT = Environment(
    loader=FileSystemLoader(ROOT),
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
    extensions=[DjangoProject],
)
ENVIRONMENT.bytecode_cache = None  # it is Copier's: what is compiled here, with other options, must not be kept


def render(path: str, given: dict) -> str:
    """Return a template file with these answers, without Copier: hundreds of times in a second."""
    return ENVIRONMENT.get_template(path).render({"customize": False, **given})


def volumes(given: dict, service: str = "django") -> dict[str, str]:
    """Return the volumes of a service, each path by its name."""
    compose = yaml.safe_load(render(COMPOSE, given))
    found = [item.split(":") for item in compose["services"][service].get("volumes", [])]
    assert {name for name, *_ in found} <= compose.get("volumes", {}).keys()
    return {name: path for name, path, *_ in found}


# ---------------------------------------------------------------- names


@pytest.mark.parametrize(
    ("folders", "files", "services", "expected"),
    [
        (["media", "/srv/media"], [], {}, {"media": "/workdir/media", "srv-media": "/srv/media"}),
        (["media"], ["db.sqlite3"], {}, {"data": "/data", "media": "/workdir/media"}),
        # The last had a working volume before, and keeps it.
        (["data"], ["db.sqlite3"], {}, {"root-data": "/data", "data": "/workdir/data"}),
        (["a-b", "a_b"], [], {}, {"workdir-a-b": "/workdir/a-b", "a-b": "/workdir/a_b"}),
        (["db-data"], [], {"db": "postgres:18"}, {"workdir-db-data": "/workdir/db-data"}),
        (["mc-data"], [], {"mc": "memcached:1"}, {"mc-data": "/workdir/mc-data"}),
        (["_"], [], {}, {"workdir-_": "/workdir/_"}),
        (["+", "@"], [], {}, {"workdir": "/workdir/+", "workdir-2": "/workdir/@"}),
        (["d"], [], {}, {"workdir-d": "/workdir/d"}),
        (["~", "~/.shop"], [], {}, {"home-django": "/home/django", "home-django-shop": "/home/django/.shop"}),
        (["a", "a", "/workdir/a-b"], [], {}, {"workdir-a": "/workdir/a", "a-b": "/workdir/a-b"}),
    ],
)
def test_volumes(folders, files, services, expected):
    assert storage.volumes(folders, files, services, "/data") == expected


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (["db.sqlite3", "app.log"], ["/data/db.sqlite3", "/data/app.log"]),
        (["core/db.sqlite3", "db.sqlite3"], ["/data/core-db.sqlite3", "/data/db.sqlite3"]),
        (["a/b/x", "a/x", "a-b-x", "x"], ["/data/a-b-x-2", "/data/a-x", "/data/a-b-x", "/data/x"]),
    ],
)
def test_links(files, expected):
    assert list(storage.links(files, "/data").values()) == expected


def test_what_copier_compiles_is_not_taken_by_another_environment(found, template, project):
    """Copier's is sandboxed, and what is compiled for that runs in no other."""
    copy(template, project())
    assert "location /static/" in render(CONF, found(""))


# ---------------------------------------------------------------- nothing of Django's own is served or mounted


@pytest.mark.parametrize(
    ("settings", "own"),
    [
        (SQLITE % "BASE_DIR / 'db.sqlite3'" + MEDIA % "'/data'", "/var/lib/django/db.sqlite3"),
        (SQLITE % "os.environ['DB_PATH']" + MEDIA % "'/data/'", "/var/lib/django/db.sqlite3"),
        (SQLITE % "BASE_DIR / 'db.sqlite3'" + MEDIA % "'/data/media'", "/data/db.sqlite3"),
        (SQLITE % "'/data/db.sqlite3'" + MEDIA % "'/data/media'", "/data/db.sqlite3"),
        (SQLITE % "BASE_DIR / 'files/site'" + MEDIA % "BASE_DIR / 'files'", "/workdir/files/site"),
        (SQLITE % "BASE_DIR / 'files/own/x.db'" + MEDIA % "BASE_DIR / 'files'", "/workdir/files/own/x.db"),
        (SQLITE % "BASE_DIR / 'data/x.db'" + MEDIA % "BASE_DIR / 'data/media'", "/workdir/data/x.db"),
        (
            "SESSION_ENGINE = 'django.contrib.sessions.backends.file'\nSESSION_FILE_PATH = BASE_DIR / 'm/sessions'\n"
            + MEDIA % "BASE_DIR / 'm'",
            "/workdir/m/sessions/x",
        ),
        (
            "CACHES = {'default': {'BACKEND': 'django.core.cache.backends.filebased.FileBasedCache', 'LOCATION': "
            "BASE_DIR / 'm'}}\n" + MEDIA % "BASE_DIR / 'm'",
            "/workdir/m/x",
        ),
    ],
)
def test_nginx_neither_serves_nor_mounts_what_is_django_s_own(settings, own, found):
    given = found(settings)
    conf, mounted = render(CONF, given), volumes(given, "static")
    place = max((path for path in volumes(given).values() if own.startswith(f"{path}/")), key=len)
    assert place not in mounted.values(), "mounts it"
    served = "location /media/ {" in conf
    assert served == bool(mounted)
    said = [note for note in given["notes"] if "MEDIA_ROOT" in note]
    assert bool(said) != served, given["notes"]


# As stored by 2.1.1: names and links stay, and what is dangerous there is not served.
OLD = {"media_url": "/data/", "media_root": "/data", "data_dirs": [], "data_files": ["db.sqlite3", "app.log"]}


def test_answers_of_before_keep_their_volumes_and_links(found):
    given = found("") | OLD | {"data_root": "/data", "private_media": {}, "compose_name": ""}
    assert volumes(given) == {"data": "/data"} and volumes(given, "static") == {"data": "/data"}
    assert storage.links(given["data_files"], "/data")["db.sqlite3"] == "/data/db.sqlite3"
    conf = render(CONF, given)
    assert r"location ~ ^/data/(app\.log|db\.sqlite3)(-journal|-shm|-wal|\.[0-9]+)?(/|$) {" in conf
    assert render(COMPOSE, given).splitlines()[1].startswith("x-logging"), "has a name"


def test_an_update_denies_what_lies_among_uploads(found):
    given = found(SQLITE % "BASE_DIR / 'files/site'" + MEDIA % "BASE_DIR / 'files'") | {"media_url": "/media/"}
    conf = render(CONF, given)
    assert "location /media/ {" in conf and "location ~ ^/media/(site)(-journal" in conf


def test_one_url_has_one_location(found):
    given = found(MEDIA % "BASE_DIR / 'm'") | {"static_url": "/media/"}
    assert render(CONF, given).count("location /media/ {") == 1
    assert (
        found("STATIC_URL = 'https://cdn.example.com/m/'\n" + MEDIA % "'m'" + "MEDIA_URL = '/m/'\n")["media_url"] == ""
    )


# ---------------------------------------------------------------- private files


SENDFILE = "SENDFILE_BACKEND = '%s.backends.nginx'\nSENDFILE_ROOT = BASE_DIR / '%s'\nSENDFILE_URL = '%s'\n"


@pytest.mark.parametrize(
    ("settings", "folder", "url"),
    [
        (SENDFILE % ("django_sendfile", "media/private", "/private"), "media/private", "/private/"),
        (SENDFILE % ("sendfile", "protected", "protected/"), "protected", "/protected/"),
        (
            "PRIVATE_STORAGE_SERVER = 'nginx'\nPRIVATE_STORAGE_ROOT = BASE_DIR / 'own'\n",
            "own",
            "/private-x-accel-redirect/",
        ),
        (
            "OPTIONS = {'location': BASE_DIR / 'kept', 'nginx_location': '/kept_files'}\n"
            "ENGINE = 'filer.server.backends.nginx.NginxXAccelRedirectServer'\n"
            "FILER_SERVERS = {'private': {'main': {'ENGINE': ENGINE, 'OPTIONS': OPTIONS}}}\n"
            "FILER_STORAGES = {'private': {'main': {'OPTIONS': {'location': BASE_DIR / 'kept'}}}}\n",
            "kept",
            "/kept_files/",
        ),
        (
            "DOWNLOADVIEW_BACKEND = 'django_downloadview.nginx.XAccelRedirectMiddleware'\n"
            "DOWNLOADVIEW_RULES = [{'source_url': '/media/private/', 'destination_url': '/sent/'}]\n",
            "media/private",
            "/sent/",
        ),
    ],
)
def test_private_files_are_sent_where_django_says_so(settings, folder, url, found):
    given = found(MEDIA % "BASE_DIR / 'media'" + settings)
    assert given["private_media"] == {folder: url}
    conf = render(CONF, given)
    assert f"location {url} {{\n        internal;\n        alias /workdir/{folder}/;\n" in conf
    assert ("location /media/private/ {\n            return 404;" in conf) == (folder == "media/private")
    assert any(f"/workdir/{folder}".startswith(path) for path in volumes(given, "static").values())


@pytest.mark.parametrize(
    ("engine", "kept"),
    [("django.core.files.storage.FileSystemStorage", ["kept"]), ("storages.backends.s3.S3Storage", [])],
)
def test_a_folder_of_django_filer_is_kept_unless_it_is_in_a_bucket(engine, kept, found):
    storage = f"{{'ENGINE': '{engine}', 'OPTIONS': {{'location': 'kept'}}}}"
    assert found(f"FILER_STORAGES = {{'private': {{'main': {storage}}}}}\n")["data_dirs"] == kept


def test_uploads_that_are_all_private(found):
    given = found(MEDIA % "BASE_DIR / 'media'" + SENDFILE % ("django_sendfile", "media", "/private/"))
    conf = render(CONF, given)
    assert "location /media/ {" not in conf and "location /private/ {" in conf
    assert "MEDIA_ROOT" in given["notes"][0]


def test_files_that_a_view_lets_nginx_send_are_remarked_on(found):
    view = "def download(request):\n    response = HttpResponse()\n    response['X-Accel-Redirect'] = '/x/' + name\n"
    given = found("", **{"shop/site/views.py": view})
    assert any("X-Accel-Redirect" in note and "site/views.py:3" in note for note in given["notes"])


def test_uploads_within_the_folder_of_static_files(found):
    given = found("STATIC_URL = '/static/'\nSTATIC_ROOT = BASE_DIR / 'static'\n" + MEDIA % "STATIC_ROOT / 'media'")
    assert volumes(given)["static-media"] == "/workdir/static/media"
    assert volumes(given, "static") == {"static-media": "/workdir/static/media"}


def test_files_are_not_collected_where_django_writes_others(found):
    code = {"shop/site/management/commands/prepare.py": "import os\nos.makedirs('static', exist_ok=True)\n"}
    given = found("STATIC_URL = '/static/'\n", **code)
    assert given["set_static_root"] and given["static_root"] == "staticfiles"
    assert volumes(given)["static"] == "/workdir/static" and volumes(given, "static") == {}


# ---------------------------------------------------------------- the home directory


@pytest.mark.parametrize(
    ("name", "folders"),
    [
        ("os.path.expanduser('~/shop.sqlite3')", ["~"]),
        ("Path.home() / 'shop.sqlite3'", ["~"]),
        ("Path('~/shop.sqlite3').expanduser()", ["~"]),
        ("os.path.join(os.path.expanduser('~'), '.shop', 'db')", ["~", "~/.shop"]),
        ("os.environ['HOME'] + '/shop.db'", ["~"]),
        ("os.path.expandvars('$HOME/shop.db')", ["~"]),
        ("f'{Path.home()}/a/b/shop.db'", ["~", "~/a/b"]),
    ],
)
def test_a_database_in_the_home_directory(name, folders, found):
    given = found(SQLITE % name)
    assert given["data_dirs"] == folders and "HOME" not in given["required_environment"]
    assert volumes(given)["home-django"] == "/home/django"
    assert "HOME=/home/django " in render("template/Dockerfile_django.jinja", given)
    assert "HOME=/tmp " in render("template/Dockerfile_django.jinja", found(""))


def test_the_home_of_somebody_else_is_not_known(found):
    assert found(SQLITE % "os.path.expanduser('~root/x.db')")["data_dirs"] == []


def test_a_database_of_a_variable_beside_one_of_the_same_name(found):
    second = "DATABASES['log'] = {'ENGINE': 'django.db.backends.sqlite3', 'NAME': BASE_DIR / 'db.sqlite3'}\n"
    given = found(SQLITE % "os.environ['DB_PATH']" + second)
    assert given["dotenv"]["DB_PATH"] == "/data/default.sqlite3" and given["data_files"] == ["db.sqlite3"]


# ---------------------------------------------------------------- the project's name


def test_the_name_of_the_compose_project(found, tmp_path):
    assert found("")["compose_name"] == "shop"
    for folder in ("one", "two"):
        shutil.copytree(tmp_path / "shop", tmp_path / folder / "app")
        shutil.move(tmp_path / folder / "app/site", tmp_path / folder / "app/config")
        settings = (tmp_path / folder / "app/manage.py").read_text().replace("site.settings", "config.settings")
        (tmp_path / folder / "app/manage.py").write_text(settings)
        name = defaults.defaults(tmp_path / folder / "app")["compose_name"].value
        assert name == f"{folder}-app"
    long = tmp_path / ("x" * 60) / "app"
    shutil.copytree(tmp_path / "one/app", long)
    assert len(defaults.defaults(long)["compose_name"].value) <= 63


# ---------------------------------------------------------------- whatever passes the rules is accepted


names = st.from_regex(r"[a-z0-9][a-z0-9_-]{0,3}", fullmatch=True) | st.sampled_from(
    ["123", "1e3", "0x1", "null", "true", "on", "y", "x-y", "db", "data", "static-x", "1_0", "default", "no"]
)
paths = st.sampled_from(
    [
        "_",
        "+",
        "~",
        "~/a",
        "a",
        "a-b",
        "a_b",
        "A.b",
        "data",
        "db-data",
        "/data",
        "/srv/a",
        "db",
        "static",
        "1",
        "on",
        "/a",
    ]
)
commands = st.from_regex(r"[a-z/'0*:=%@-][a-z0-9_./:=@%+,*' -]{0,12}", fullmatch=True)
images = st.sampled_from(
    ["postgres:18", "mysql:8", "mariadb:11", "valkey/valkey:9", "rabbitmq:4", "memcached:1", "123", "a:1", "elastic:9"]
)
text = st.from_regex(r"[A-Za-z_][A-Za-z0-9_-]{0,6}", fullmatch=True) | st.sampled_from(["null", "on", "True", "NO"])
some = st.fixed_dictionaries(
    {
        "services": st.dictionaries(names, images, max_size=3),
        "workers": st.dictionaries(names, commands, max_size=2),
        "jobs": st.dictionaries(names, commands, max_size=2),
        "data_dirs": st.lists(paths, max_size=4),
        "data_files": st.lists(st.sampled_from(["db.sqlite3", "a/db.sqlite3", "a-db.sqlite3", "x"]), max_size=3),
        "data_root": st.sampled_from(["/data", "/var/lib/django", "/a"]),
        "media_root": paths | st.just(""),
        "media_url": st.sampled_from(["", "/media/", "/static/"]),
        "private_media": st.dictionaries(paths, st.sampled_from(["", "/private/", "/media/"]), max_size=2),
        "database_name": text,
        "database_user": text,
        "extra_databases": st.lists(text | st.just("a.b-c"), max_size=2),
        "compose_name": names,
        "required_environment": st.lists(st.sampled_from(["NO", "TRUE", "Null", "A"]), max_size=1),
        "development_environment": st.dictionaries(
            st.sampled_from(["NULL", "A"]), st.sampled_from(["a: b", ":", "on", "1", "- a", "[x"]), max_size=2
        ),
    }
)


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    root: Path = tmp_path_factory.mktemp("base")
    (root / "site").mkdir()
    for path, content in {
        "manage.py": MANAGE,
        "site/__init__.py": "",
        "site/settings.py": SETTINGS,
        "site/wsgi.py": "",
        "requirements.txt": "Django\n",
    }.items():
        (root / path).write_text(content)
    return {name: default.value for name, default in defaults.defaults(root).items()}


HAS_COMPOSE = bool(shutil.which("docker"))


def accepted(base: dict, changed: dict) -> dict | None:
    """Return answers that the rules accept, None for others."""
    given = {**base, **changed}
    if any(answers.problem(name, value, given, ROOT / "nowhere") for name, value in changed.items()):
        return None
    return given


@settings(phases=(Phase.explicit, Phase.reuse, Phase.generate))
@given(changed=some)
def test_what_the_rules_accept_is_yaml_with_every_name_as_it_is(changed, base):
    given = accepted(base, changed)
    if given is None:
        return
    compose = yaml.safe_load(render(COMPOSE, given))
    expected = {*given["services"], *given["workers"], *given["jobs"], *answers.OWN_SERVICES}
    expected |= {"proxy"} if given["rolling"] else set()
    expected |= {"backup", "restore"} if given["backups"] and containers.database(given["services"]) else set()
    expected |= {"backup-files", "restore-files"} if given["backups"] and volumes(given) else set()
    assert compose["services"].keys() == expected - (set() if given["migrate"] else {"migrate"})
    written = volumes(given)
    assert len(set(written.values())) == len(written) and all(isinstance(name, str) for name in written)
    assert {*written.values()} >= {storage.in_workdir(path) for path in given["data_dirs"]}
    assert len({*storage.links(given["data_files"], given["data_root"]).values()}) == len({*given["data_files"]})
    for name, command in {**given["workers"], **given["jobs"]}.items():
        assert compose["services"][name]["command"] == command
    development = yaml.safe_load(render("template/{% if use_compose %}compose.dev.yaml{% endif %}.jinja", given))
    assert all(
        development["x-development"].get("environment", {})[name] == value
        for name, value in given["development_environment"].items()
    )
    conf = render(CONF, given)
    heads = [line for line in conf.splitlines() if line.startswith("    location ")]
    assert len(heads) == len(set(heads)), "two locations of one path stop nginx"


@pytest.mark.skipif(not HAS_COMPOSE, reason="needs Docker's command line, but no engine")
@settings(max_examples=20, phases=(Phase.explicit, Phase.reuse, Phase.generate))  # each is a process of its own
@given(changed=some)
def test_what_the_rules_accept_compose_accepts(changed, base, tmp_path_factory):
    given = accepted(base, changed)
    if given is None:
        return
    folder = tmp_path_factory.mktemp("compose")
    (folder / "compose.yaml").write_text(render(COMPOSE, given))
    secrets = ("POSTGRES_PASSWORD", "MYSQL_PASSWORD", "RABBITMQ_PASSWORD", *given["required_environment"])
    (folder / ".env").write_text("".join(f"{name}=x\n" for name in secrets))
    docker = local["docker"]["compose", "--project-directory", folder, "--profile", "*"]
    code, _, err = docker["config", "--quiet"].run(retcode=None)
    assert code == 0, f"{err}\n{render(COMPOSE, given)}"


@pytest.mark.parametrize(
    ("name", "value", "others", "words"),
    [
        ("workers", {"db": "a b"}, {"services": {"db": "postgres:18"}}, "the name of another service"),
        ("jobs", {"w": "a b"}, {"workers": {"w": "a b"}}, "the name of another service"),
        ("workers", {"w": "python manage.py 'x"}, {}, "close each quote"),
        ("workers", {"w": "  "}, {}, "give a command"),
        ("services", {"db": "postgres:"}, {}, "give an image"),
        ("private_media", {"a": "/x/", "b": "/x/"}, {}, "also the path of other files"),
        ("private_media", {"a": "/static/"}, {"static_url": "/static/"}, "also the path of other files"),
    ],
)
def test_what_no_tool_would_take_is_refused(name, value, others, words):
    assert words in answers.problem(name, value, {name: value, **others}, ROOT / "nowhere")


KEY_FILE = "KEY_FILE = BASE_DIR / 'secret.key'\n"
KEEPS = "    KEY = open(KEY_FILE).read()\n"


@pytest.mark.parametrize(
    "code",
    [
        "if not KEY_FILE.exists():\n    KEY_FILE.write_text(new())\nKEY = KEY_FILE.read_text()\n",
        f"try:\n{KEEPS}except IOError:\n    KEY = new()\n    with open(KEY_FILE, 'w') as f:\n        f.write(KEY)\n",
        f"try:\n{KEEPS}except IOError:\n    f = os.fdopen(os.open(KEY_FILE, os.O_CREAT, 0o600), 'w')\n",
    ],
)
def test_a_file_that_settings_make_is_kept(found, code):
    made = found(KEY_FILE + code + "SECRET_KEY = KEY\n")
    assert made["data_files"] == ["secret.key"]
    mine = found(KEY_FILE + code + "SECRET_KEY = KEY\n", **{"shop/secret.key": "kept"})
    assert mine["data_files"] == []
    nested = found(KEY_FILE.replace("'secret", "'var' / '.secret").replace(".key", "") + code)
    assert nested["data_dirs"] == ["var"]


def test_a_module_with_a_key_that_settings_make_is_kept(found):
    code = (
        "try:\n    from .secret_key import KEY\nexcept ImportError:\n    make(BASE_DIR / 'site' / 'secret_key.py')\n"
    )
    make = "def make(path):\n    with open(path, 'w') as file:\n        file.write(KEY)\n"
    assert found(make + code)["data_files"] == ["site/secret_key.py"]


FOLDERS = (
    "{'data_folder_in': BASE_DIR / 'queue', 'data_folder_out': BASE_DIR / 'queue', 'processed_folder': '/var/done'}"
)


@pytest.mark.parametrize(
    ("settings", "folders", "files"),
    [
        ("CELERY_BROKER_URL = 'sqla+sqlite:///queue.sqlite'\n", [], ["queue.sqlite"]),
        ("CELERY_BROKER_URL = 'sqla+sqlite:////var/lib/shop/queue.sqlite?timeout=3'\n", ["/var/lib/shop"], []),
        ("BROKER_URL = 'filesystem://'\nBROKER_TRANSPORT_OPTIONS = " + FOLDERS, ["/var/done", "queue"], []),
        ("CELERY_RESULT_BACKEND = f'file://{BASE_DIR}/results'\n", ["results"], []),
        ("CELERY_RESULT_BACKEND = 'db+sqlite:///results.db'\nCELERY_BROKER_URL = 'sqs://'\n", [], ["results.db"]),
        ("CELERY_RESULT_BACKEND = 'db+postgresql://db/shop'\nCELERY_BROKER_URL = 'memory://'\n", [], []),
        ("HUEY = {'huey_class': 'huey.SqliteHuey', 'filename': BASE_DIR / 'huey.db'}\n", [], ["huey.db"]),
    ],
)
def test_queues_that_are_in_files_are_kept(found, settings, folders, files):
    made = found(settings)
    assert (made["data_dirs"], made["data_files"]) == (folders, files)
    assert made["services"] == {}


@pytest.mark.parametrize(
    "settings",
    [
        "THUMBNAIL_MEDIA_ROOT = BASE_DIR / 'kept'\n",
        "DBBACKUP_STORAGE_OPTIONS = {'location': BASE_DIR / 'kept'}\n",
    ],
)
def test_folders_of_thumbnails_and_backups(found, settings):
    assert found(settings)["data_dirs"] == ["kept"]
    bucket = "DBBACKUP_STORAGE = 'storages.backends.s3.S3Storage'\nDBBACKUP_STORAGE_OPTIONS = {'location': 'kept'}\n"
    assert found(bucket)["data_dirs"] == []


def test_the_folder_to_which_code_downloads(found):
    code = "from django.conf import settings\nnltk.download('punkt', download_dir=settings.WORDS)\n"
    made = found("WORDS = BASE_DIR / 'words'\n", **{"shop/app/apps.py": code, "shop/app/__init__.py": ""})
    assert made["data_dirs"] == ["words"]
