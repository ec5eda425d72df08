"""A project in, the services, variables and processes of Compose out."""

import base64
import json

import pytest

from extensions.filters import setting
from extensions.project import tree
from extensions.questions import answers, compose_defaults, defaults

MANAGE = 'import os\nos.environ.setdefault("DJANGO_SETTINGS_MODULE", "site.settings")\n'
SITE = {"manage.py": MANAGE, "site/__init__.py": "", "site/wsgi.py": MANAGE, "requirements.txt": "Django\n"}
COMPOSE = (
    "build_environment",
    "compose_environment",
    "compose_settings",
    "data_dirs",
    "database_name",
    "database_user",
    "development_environment",
    "dotenv",
    "env_example",
    "environment",
    "extra_databases",
    "https_header",
    "jobs",
    "media_url",
    "migrate",
    "required_environment",
    "script_name",
    "services",
    "settings_environment",
    "start_commands",
    "static_url",
    "workers",
)
PG = "psycopg[binary]\n"
DB = "DATABASES = {'default': {'ENGINE': 'django.db.backends.postgresql', %s}}\n"


@pytest.fixture
def read(tmp_path):
    """Return a function that writes a project and returns its defaults, each of which is a valid answer."""

    def make(settings: str, requirements: str = "", **files: str) -> dict:
        root = tmp_path / "shop"
        texts = SITE | {"site/settings.py": f"import os\nimport environ\nenv = environ.Env()\n{settings}"}
        texts["requirements.txt"] += requirements
        for path, text in (
            texts | {name.replace("__", "/"): text for name, text in files.pop("more", {}).items()}
        ).items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(text)
        site = defaults.site_for(root)
        found = {name: defaults.RULES[name](site).value for name in COMPOSE}
        for name, value in found.items():
            assert answers.problem(name, value, {}, root) == "", name
        return found | {"notes": compose_defaults.notes(site)}

    return make


def compose(*images: str) -> dict[str, str]:
    lines = "".join(f"  s{number}:\n    image: {image}\n" for number, image in enumerate(images))
    return {"compose.yml": f"services:\n{lines}"}


def test_the_url_of_a_cache_that_the_own_compose_file_sets_beside_its_host(read):
    text = """
HOST, PASSWORD, URI = os.getenv("REDIS_HOST"), os.getenv("REDIS_PASSWORD"), os.getenv("REDIS_URI")
if not URI:
    URI = f"redis://:{PASSWORD}@{HOST}:6379/0"
CACHES = {"default": {"BACKEND": "django_redis.cache.RedisCache", "LOCATION": URI}}
"""
    web = "{build: ., environment: {REDIS_URI: 'redis://cache:6379/0'}}"
    found = read(text, more={"compose.yml": f"services: {{web: {web}, cache: {{image: redis}}}}\n"})
    assert found["compose_environment"] == {"REDIS_HOST": "valkey", "REDIS_URI": "redis://valkey:6379/0"}
    assert read(text, more=compose("redis:7"))["compose_environment"] == {"REDIS_HOST": "valkey"}


@pytest.mark.parametrize(("default", "value"), [("localhost", "valkey"), ("redis://localhost", "redis://valkey:6379")])
def test_a_variable_of_a_url_whose_default_is_a_host(default, value, read):
    text = f"""
URL = env.str("REDIS_URL", "{default}")
CACHES = {{"default": {{"BACKEND": "django_redis.cache.RedisCache", "LOCATION": f"redis://{{URL}}:6379/0"}}}}
"""
    assert read(text)["compose_environment"] == {"REDIS_URL": value}


@pytest.mark.parametrize(
    ("code", "built", "set_for_it"),
    [
        ("import environ\nenv = environ.Env()\nKEY = env('SITE_KEYWORD')\n", True, True),
        ("from environs import Env\nread = Env()\nKEY = read.str('SITE_KEYWORD')\n", True, True),
        ("from decouple import config\ndef view(request):\n    return config('SITE_KEYWORD')\n", False, True),
        ("import environ\nenv = environ.Env()\nKEY = env('SITE_KEYWORD', default='')\n", False, False),
        ("import environ\nenv = environ.Env()\nKEY = env.str('SITE_KEYWORD', 'x')\n", False, False),
        ("import environ\nenv = environ.Env()\nenv.read_env('SITE_KEYWORD')\n", False, False),
    ],
)
def test_code_that_demands_a_variable_by_a_package(code, built, set_for_it, read):
    found = read("", more={"site/views.py": code})
    assert ("SITE_KEYWORD" in found["build_environment"]) == built
    assert ("SITE_KEYWORD" in found["required_environment"]) == set_for_it


def test_a_variable_of_json_is_no_part_of_a_database(read):
    text = """
import json
CONFIG = json.loads(os.environ["APP_CONFIG"])
DATABASES = {"default": {"ENGINE": "django.db.backends.postgresql", "NAME": CONFIG["name"], "HOST": "db",
    "USER": CONFIG["user"], "PASSWORD": CONFIG["password"]}}
"""
    found = read(text, PG)
    assert "APP_CONFIG" not in found["compose_environment"]
    assert found["compose_settings"]["DATABASES.default.PASSWORD"] == "${POSTGRES_PASSWORD}"


def test_the_url_of_a_database(read):
    url = 'DATABASES = {"default": env.db("DATABASE_URL", default="postgres:///shop_db?application_name=x")}\n'
    found = read(url, PG, more=compose("postgres:16.4-alpine"))
    assert found["services"] == {"db": "postgres:16"}
    assert found["compose_environment"] == {
        "DATABASE_URL": "postgres://django:${POSTGRES_PASSWORD}@db:5432/shop_db?application_name=x"
    }
    assert (found["database_name"], found["database_user"]) == ("shop_db", "django")
    assert found["dotenv"] == {"POSTGRES_PASSWORD": ""}
    assert found["settings_environment"] == {}


def test_variables_of_a_database_that_are_right_already(read):
    parts = "'HOST': os.getenv('POSTGRES_HOST', 'postgres'), 'USER': os.getenv('POSTGRES_USER', 'hello'), "
    parts += "'PASSWORD': os.getenv('POSTGRES_PASSWORD', 'x'), 'NAME': os.getenv('POSTGRES_DB', 'hi')"
    found = read(DB % parts, PG)
    assert found["services"] == {"postgres": "postgres:18"}
    assert found["compose_environment"] == {}
    assert found["required_environment"] == ["POSTGRES_PASSWORD"]
    assert (found["database_name"], found["database_user"]) == ("hi", "hello")
    assert found["settings_environment"]["POSTGRES_DB"] == ["hi", "read in site/settings.py"]


def test_literals_of_a_database(read):
    found = read(DB % "'HOST': 'pg', 'USER': 'me', 'PASSWORD': 'literal', 'NAME': 'n'", PG)
    assert found["services"] == {"pg": "postgres:18"} and found["dotenv"] == {"POSTGRES_PASSWORD": ""}
    assert found["compose_settings"] == {"DATABASES.default.PASSWORD": "${POSTGRES_PASSWORD}"}
    assert found["required_environment"] == ["POSTGRES_PASSWORD"]
    found = read(
        "import vault\n" + DB % "'HOST': 'pg', 'NAME': 'n', 'PASSWORD': vault.password()", PG
    )  # known to nobody here
    assert found["compose_settings"] == {"DATABASES.default.PASSWORD": "${POSTGRES_PASSWORD}"}
    fixed = {"site/wsgi.py": "import os\nos.environ['DJANGO_SETTINGS_MODULE'] = 'site.settings'\n"}
    found = read(DB % "'HOST': 'pg', 'USER': 'me', 'PASSWORD': 'literal', 'NAME': 'n'", PG, more=fixed)
    assert found["dotenv"] == {"POSTGRES_PASSWORD": "change-me"} and "Set POSTGRES_PASSWORD" in found["notes"][0]
    found = read(DB % "'NAME': 'n'", PG)
    assert found["compose_environment"] == {"PGHOST": "db", "PGUSER": "django", "PGPASSWORD": "${POSTGRES_PASSWORD}"}


def test_a_database_at_localhost_that_no_variable_moves(read):
    found = read(DB % "'HOST': 'localhost', 'NAME': 'n', 'USER': 'shop', 'PASSWORD': 'secret'", PG)
    assert found["services"] == {"db": "postgres:18"} and found["dotenv"] == {"POSTGRES_PASSWORD": ""}
    assert (found["database_name"], found["database_user"]) == ("n", "shop")
    assert found["compose_environment"] == {"DJANGO_SETTINGS_MODULE": "compose_settings"}
    assert found["required_environment"] == ["POSTGRES_PASSWORD"] and found["notes"] == []
    assert found["compose_settings"] == {
        "DATABASES.default.HOST": "db",
        "DATABASES.default.USER": "shop",
        "DATABASES.default.PORT": "5432",
        "DATABASES.default.PASSWORD": "${POSTGRES_PASSWORD}",
    }
    # What a variable changes is left to it.
    found = read(DB % "'HOST': '127.0.0.1', 'PASSWORD': os.getenv('PW')", PG)
    assert found["compose_settings"].keys() == {f"DATABASES.default.{key}" for key in ("HOST", "PORT", "USER", "NAME")}
    assert found["compose_environment"]["PW"] == "${POSTGRES_PASSWORD}" and found["required_environment"] == []


def test_keys_that_an_app_does_not_load_without(read):
    keys = "".join(f"RECAPTCHA_{kind}_KEY = os.getenv('CAPTCHA_{kind}')\n" for kind in ("PUBLIC", "PRIVATE"))
    assert read(keys)["required_environment"] == ["CAPTCHA_PRIVATE", "CAPTCHA_PUBLIC"]
    assert read(keys.replace("')", "', 'x')"))["required_environment"] == []


def test_settings_without_a_secret_key(read):
    missing = "INSTALLED_APPS = []\ntry:\n    from site.local import *\nexcept ImportError:\n    pass\n"
    for settings in (missing, f"SECRET_KEY = ''\n{missing}"):
        found = read(settings, more=SITE)
        assert found["compose_settings"] == {"SECRET_KEY": "${SECRET_KEY}"} and found["dotenv"] == {"SECRET_KEY": ""}
        assert found["required_environment"] == ["SECRET_KEY"]
    for key in ("'x'", "os.getenv('KEY')", "os.getenv('SECRET_KEY', '')", "read_key()"):
        assert read(f"{missing}SECRET_KEY = {key}\n")["compose_settings"] == {}


@pytest.mark.parametrize(
    ("engine", "django", "own", "image"),
    [
        ("mysql", "Django==4.2.1", "mysql:5.7", "mysql:8.4"),
        ("mysql", "Django==3.2", "mysql:5.7", "mysql:5.7"),
        ("mysql", "Django==4.2.1", "mysql:8", "mysql:8"),
        ("mysql", "Django==4.2.1", "mariadb:10.3", "mariadb:11.8"),
        ("mysql", "Django==4.2.1", "mariadb:10.4", "mariadb:10.4"),
        ("postgresql", "Django==5.2.1", "postgres:13-alpine", "postgres:18"),
        ("postgresql", "Django==5.1.1", "postgres:13-alpine", "postgres:13"),
        ("postgresql", "Django==4.2.1", "postgres:9.6", "postgres:18"),
        ("postgresql", "Django==5.2.1", "timescale/timescaledb:2.9-pg13", "timescale/timescaledb:2.9-pg13"),
    ],
)
def test_a_database_that_is_too_old_for_django(read, engine, django, own, image):
    settings = f"import os\nDATABASES = {{'default': {{'ENGINE': 'django.db.backends.{engine}', 'NAME': 'shop', "
    settings += "'HOST': os.getenv('DB_HOST'), 'USER': os.getenv('DB_USER'), 'PASSWORD': os.getenv('DB_PASSWORD')}}\n"
    found_in = {"docker-compose.yml": f"services:\n  db:\n    image: {own}\n"}
    driver = "mysqlclient" if engine == "mysql" else "psycopg"
    found = read(settings, f"{django}\n{driver}\n", more=found_in)
    assert list(found["services"].values()) == [image]


SECRETS = """
import json
from pathlib import Path
def secret(name):
    try:
        with open(f"/run/secrets/{name}") as file:
            return file.read().strip()
    except IOError:
        return os.environ.get(name)
try:
    with open(Path(__file__).parent.parent / "secrets.json") as file:
        FOUND = json.load(file)
except FileNotFoundError:
    %s
SECRET_KEY = secret("KEY")
DATABASES = {"default": {"ENGINE": "django.db.backends.postgresql", "NAME": "shop", "HOST": FOUND["host"],
    "USER": "shop", "PASSWORD": secret("DB_PASSWORD")}}
"""


def test_a_file_of_secrets_that_images_lack(read):
    found = read(SECRETS % 'FOUND = {"host": os.environ.get("DB_HOST", "localhost")}', "psycopg\n")
    assert found["compose_environment"]["DB_PASSWORD"] == "${POSTGRES_PASSWORD}"
    assert found["compose_environment"]["DB_HOST"] == "db" and found["required_environment"] == ["KEY"]
    assert list(found["services"]) == ["db"]


def test_a_key_that_settings_keep_in_a_hidden_file(read):
    place = "os.path.join(os.path.dirname(__file__), '.secret_key')"
    made = f"    if not SECRET_KEY:\n        with open({place}, 'w') as f:\n            f.write('x')\n"
    key = f"try:\n    with open({place}) as f:\n        SECRET_KEY = f.read()\nexcept IOError:\n"
    found = read(f"{key}    SECRET_KEY = os.getenv('SECRET_KEY', '')\n{made}")
    assert found["dotenv"] == {"SECRET_KEY": ""} and found["required_environment"] == ["SECRET_KEY"]


def test_a_file_without_which_settings_stop_is_not_lacking(read):
    found = read(SECRETS % 'raise RuntimeError("secrets.json is missing")', "psycopg\n")
    assert "DB_HOST" not in found["compose_environment"] and found["required_environment"] == ["KEY"]


def test_a_mysql_database_of_root(read):
    mysql = "DATABASES = {'default': {'ENGINE': 'django.db.backends.mysql', 'NAME': 'shop', 'USER': 'root', %s}}\n"
    found = read(mysql % "'PASSWORD': ''", "mysqlclient\n")
    assert found["services"] == {"db": "mysql:8.4"} and found["database_user"] == "django"
    assert found["compose_settings"]["DATABASES.default.USER"] == "django"
    assert found["compose_settings"]["DATABASES.default.PASSWORD"] == "${MYSQL_PASSWORD}"
    fixed = {"site/wsgi.py": "import os\nos.environ['DJANGO_SETTINGS_MODULE'] = 'site.settings'\n"}
    found = read(mysql % "", "mysqlclient\n", more=fixed)
    assert found["compose_settings"] == found["services"] == {} and "no variable changes" in found["notes"][0]
    # A class of django-configurations is not what a module's names are.
    found = read(
        f"from configurations import Configuration\nclass Production(Configuration):\n    {mysql % ''}", more=SITE
    )
    assert found["compose_settings"] == {}


def test_a_folder_of_a_variable_is_no_name_of_a_database(read):
    folder = "DATA = os.environ.get('DATA_DIR', '/srv/data')\n"
    name = "'ENGINE': 'django.db.backends.postgresql', 'NAME': os.path.join(DATA, 'db.sqlite3'), 'HOST': ''"
    found = read(f"{folder}DATABASES = {{'default': {{{name}}}}}\n", PG, more=SITE)
    assert "DATA_DIR" not in found["compose_environment"]
    assert found["compose_settings"]["DATABASES.default.NAME"] == found["database_name"]


CHOICE = """
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "db.sqlite3"}}
if os.getenv("DB") == "postgres":
    DATABASES = {"default": {"ENGINE": "django.db.backends.postgresql", "HOST": os.getenv("DB_HOST", ""),
        "NAME": os.getenv("DB_NAME", "hc"), "USER": os.getenv("DB_USER", "postgres"),
        "PASSWORD": os.getenv("DB_PASSWORD", "")}}
"""


def test_a_server_that_a_variable_chooses(read):
    found = read(CHOICE, PG, more=compose("postgres:17"))
    assert found["services"] == {"db": "postgres:17"}
    assert found["compose_environment"]["DB"] == "postgres" and found["compose_environment"]["DB_HOST"] == "db"
    assert found["compose_environment"]["DB_PASSWORD"] == "${POSTGRES_PASSWORD}"


def test_sqlite_stays_where_nothing_runs_a_server(read):
    found = read(CHOICE, PG)
    assert found["services"] == {} and found["compose_environment"] == {} and found["migrate"] is True


def test_a_placeholder_of_a_default_is_no_server_of_another(read):
    """Nobody has these hosts: https://www.rfc-editor.org/rfc/rfc2606."""
    sessions = "SESSION = os.getenv('REDIS_SESSION_URL', 'redis://change-me.invalid:6380/2')\n"
    found = read(sessions, "redis\n")
    assert found["services"] == {"valkey": "valkey/valkey:9"}
    assert found["compose_environment"] == {"REDIS_SESSION_URL": "redis://valkey:6379/2"}
    assert read(sessions.replace("change-me.invalid", "redis.shop.io"), "redis\n")["services"] == {}


IMAGE_WITH = "FROM python:3.13\nRUN apt-get update && apt-get install -y %s\nCOPY . /app\nCMD %s\n"
WAITS = "#!/bin/sh\nuntil pg_isready; do sleep 1; done\nexec gunicorn site.wsgi\n"
DEVELOPED = """
services:
  web:
    build: .
    environment:
      DB: postgres
      DB_HOST: postgres
  postgres:
    image: postgres:17
"""
GIS = "from django.contrib.gis.db import models\n"


@pytest.mark.parametrize(
    ("files", "image"),
    [
        ({"Dockerfile": IMAGE_WITH % ("curl postgresql-client-17", "gunicorn site.wsgi")}, "postgres:18"),
        ({"Dockerfile": IMAGE_WITH % ("curl", "/app/run.sh"), "run.sh": WAITS}, "postgres:18"),
        ({"Dockerfile": IMAGE_WITH % ("curl", "gunicorn site.wsgi"), "compose.dev.yml": DEVELOPED}, "postgres:17"),
        ({"shop/migrations/0001_initial.py": "import django.contrib.postgres.fields\n"}, "postgres:18"),
        ({"Dockerfile": IMAGE_WITH % ("curl libpq-dev", "gunicorn site.wsgi")}, ""),
        ({"Dockerfile": IMAGE_WITH % ("psql", "true") + IMAGE_WITH % ("curl", "gunicorn site.wsgi")}, ""),
        ({"Dockerfile": IMAGE_WITH % ("curl", "/app/run.sh"), "run.sh": WAITS.replace("until", "# until")}, ""),
        ({"compose.dev.yml": DEVELOPED.replace("build: .", "image: adminer")}, ""),
        ({"Dockerfile.dev": IMAGE_WITH % ("curl postgresql-client-17", "gunicorn site.wsgi")}, ""),
        ({"shop/migrations/0001_initial.py": "from django.contrib.postgres.operations import x\n"}, ""),
        ({"compose.dev.yml": "services:\n  postgres:\n    image: postgres:17\n"}, ""),
    ],
)
def test_a_server_is_run_that_a_variable_chooses_if_the_project_says_so(files, image, read):
    """By its image, what that starts, its migrations, or the variables of a developer's Compose file."""
    assert read(CHOICE, PG, more=files)["services"] == ({"db": image} if image else {})


def test_sqlite_of_a_map_is_no_default(read):
    """SQLite alone has no columns for a map: https://docs.djangoproject.com/en/stable/ref/contrib/gis/db-api/."""
    url = "DATABASES = {'default': env.db('DATABASE_URL', default='sqlite:///db.sqlite3')}\n"
    found = read(url, PG, more={"shop/migrations/0001_initial.py": GIS})
    assert found["services"] == {"db": "postgis/postgis:17-3.5"}
    assert found["compose_environment"]["DATABASE_URL"].startswith("postgis://")
    assert read(CHOICE, PG, more={"shop/migrations/0001_initial.py": GIS})["services"] == {"db": "postgres:18"}


@pytest.mark.parametrize(
    ("settings", "variable", "value"),
    [
        ("DATABASES = {'default': env.db('DATABASE_URL')}\n", "DATABASE_URL", "sqlite:////data/db.sqlite3"),
        (
            "DATABASES = {'default': {'ENGINE': 'django.db.backends.sqlite3', 'NAME': os.environ['DB_FILE']}}\n",
            "DB_FILE",
            "/data/db.sqlite3",
        ),
    ],
)
def test_sqlite_that_only_a_variable_names_is_in_a_volume(settings, variable, value, read):
    found = read(settings)
    assert found["dotenv"][variable] == value and found["data_dirs"] == ["/data"] and found["services"] == {}


def test_a_user_that_the_service_lacks(read):
    """Only the host is a variable, or a name of Compose: the user and the password are changed."""
    database = "DATABASES = {'default': {'ENGINE': 'django.db.backends.mysql', 'NAME': 'shop', %s}}\n"
    login = {"DATABASES.default.USER": "django", "DATABASES.default.PASSWORD": "${MYSQL_PASSWORD}"}
    for parts in (
        "'USER': 'root', 'PASSWORD': '', 'HOST': os.environ.get('DB_HOST', '127.0.0.1')",
        "'USER': 'root', 'PASSWORD': 'root', 'HOST': 'db'",
        "'HOST': os.environ.get('DB_HOST', '127.0.0.1')",
    ):
        found = read(database % parts, "mysqlclient\n")
        assert found["services"] == {"db": "mysql:8.4"} and found["compose_settings"] == login
        assert found["required_environment"] == ["MYSQL_PASSWORD"] and found["notes"] == []
    found = read(DB % "'USER': 'me', 'PASSWORD': 'x', 'HOST': os.getenv('H', ''), 'PORT': 5433", PG)
    assert found["compose_settings"] == {
        "DATABASES.default.NAME": "shop",
        "DATABASES.default.PORT": "5432",
        "DATABASES.default.PASSWORD": "${POSTGRES_PASSWORD}",
    }
    fixed = {"site/wsgi.py": "import os\nos.environ['DJANGO_SETTINGS_MODULE'] = 'site.settings'\n"}
    found = read(database % "'USER': 'root', 'HOST': 'db'", "mysqlclient\n", more=fixed)
    assert found["compose_settings"] == {} and any("log in to the database as root" in note for note in found["notes"])


def test_a_service_of_libpq(read):
    """What a section of its own file says is not in the image, and counts before libpq's variables."""
    found = read(DB % "'OPTIONS': {'service': 'shop', 'passfile': '.pgpass'}", PG)
    assert found["services"] == {"db": "postgres:18"}
    assert found["compose_environment"] == {"DJANGO_SETTINGS_MODULE": "compose_settings"}
    assert found["compose_settings"] == {
        "DATABASES.default.HOST": "db",
        "DATABASES.default.USER": "django",
        "DATABASES.default.NAME": "shop",
        "DATABASES.default.PORT": "5432",
        "DATABASES.default.PASSWORD": "${POSTGRES_PASSWORD}",
        "DATABASES.default.OPTIONS": {},
    }
    found = read(DB % "'OPTIONS': {'pool': True}", PG)
    assert found["compose_environment"].keys() >= {"PGHOST"} and "DATABASES.default.OPTIONS" not in found


SHARED = "'ENGINE': 'django.db.backends.postgresql', 'NAME': 'shop', 'USER': 'shop', 'PASSWORD': os.getenv('PW', '')"


def test_a_replica_has_the_same_data(read):
    default = f"DATABASES = {{'default': {{{SHARED}, 'HOST': os.getenv('DB_HOST', 'localhost')}}}}\n"
    for alias, more in (("other", "'TEST': {'MIRROR': 'default'}"), ("replica", ""), ("second", "")):
        more = f"DATABASES['{alias}'] = {{{SHARED}, 'HOST': os.getenv('REPLICA_HOST', 'localhost'), {more}}}\n"
        found = read(default + more, PG)
        assert found["compose_environment"] == {"DB_HOST": "db", "PW": "${POSTGRES_PASSWORD}", "REPLICA_HOST": "db"}
        assert found["compose_settings"] == {} and found["notes"] == [] and len(found["services"]) == 1
    found = read(f"{default}DATABASES['replica'] = {{{SHARED}, 'HOST': '127.0.0.1'}}\n", PG)
    assert found["compose_settings"] == {"DATABASES.replica.HOST": "db"}
    found = read(f"{default}DATABASES['replica'] = {{{SHARED}, 'HOST': 'replica.example.com'}}\n", PG)
    assert found["compose_settings"] == {} and "REPLICA_HOST" not in found["compose_environment"]
    urls = "DATABASES = {'default': env.db(), 'replica': env.db('REPLICA_URL', default='postgres://localhost/shop')}\n"
    found = read(urls, PG)
    assert found["compose_environment"]["REPLICA_URL"].endswith("@db:5432/" + found["database_name"])
    assert found["notes"] == []


def test_an_engine_that_settings_do_not_start_without(read):
    text = "DATABASES = {'default': {'ENGINE': os.environ['SQL_ENGINE'], 'NAME': 'shop', 'USER': 'shop', "
    text += "'PASSWORD': os.environ['PW'], 'HOST': os.environ['SQL_HOST']}}\n"
    found = read(text, PG)
    engine = "django.db.backends.postgresql"
    assert found["compose_environment"] == {"SQL_ENGINE": engine, "SQL_HOST": "db", "PW": "${POSTGRES_PASSWORD}"}
    assert found["dotenv"].keys() == {"POSTGRES_PASSWORD"}


def test_a_replica_whose_url_has_no_default(read):
    urls = (
        "DATABASES = {'default': env.db('PRIMARY_URL'), 'replica': env.db('READER_URL'), 'old': env.db('OLD_URL')}\n"
    )
    found = read(urls, "mysqlclient\n")
    assert found["compose_environment"]["READER_URL"] == found["compose_environment"]["PRIMARY_URL"]
    assert found["compose_environment"]["PRIMARY_URL"].startswith("mysql://")
    assert found["compose_environment"]["OLD_URL"].endswith("/old") and found["extra_databases"] == ["old"]
    found = read(urls, "mysqlclient\npsycopg\n")
    assert "OLD_URL" not in found["compose_environment"] and found["extra_databases"] == []


@pytest.mark.parametrize(
    ("engine", "socket", "requirements"),
    [("mysql", "/run/mysqld/mysqld.sock", "mysqlclient\n"), ("postgresql", "/var/run/postgresql", PG)],
)
def test_a_database_at_a_socket(engine, socket, requirements, read):
    parts = f"'ENGINE': 'django.db.backends.{engine}', 'NAME': 'shop', 'USER': 'shop', 'PASSWORD': os.getenv('PW', '')"
    found = read(f"DATABASES = {{'default': {{{parts}, 'HOST': '{socket}'}}}}\n", requirements)
    assert found["compose_settings"]["DATABASES.default.HOST"] == "db" and "db" in found["services"]
    assert found["notes"] == []


def test_another_database_is_migrated_as_own_files_do(read):
    default = f"DATABASES = {{'default': {{{SHARED}, 'HOST': os.getenv('DB_HOST', 'localhost')}}}}\n"
    stats = SHARED.replace("'NAME': 'shop'", "'NAME': 'stats'")
    stats = f"DATABASES['stats'] = {{{stats}, 'HOST': 'localhost'}}\n"
    more = {"Procfile": "release: python manage.py migrate --database=stats && python manage.py loaddata start\n"}
    found = read(default + stats, PG, more=more)
    migrated = "python manage.py migrate --noinput --database=stats"
    assert found["start_commands"] == [migrated, "python manage.py loaddata start"]
    assert found["extra_databases"] == ["stats"] and found["notes"] == []


def test_another_database_is_in_the_same_service(read):
    default = f"DATABASES = {{'default': {{{SHARED}, 'HOST': os.getenv('DB_HOST', 'localhost')}}}}\n"
    stats = SHARED.replace("'NAME': 'shop'", "'NAME': 'stats'")
    found = read(f"{default}DATABASES['stats'] = {{{stats}, 'HOST': os.getenv('STATS_HOST', 'localhost')}}\n", PG)
    assert found["compose_environment"]["STATS_HOST"] == "db"
    assert found["extra_databases"] == ["stats"] and found["start_commands"] == []
    assert found["notes"] == [
        "The database stats is created, but nothing of your project fills it. If Django has tables there, add "
        "`python manage.py migrate --noinput --database=stats` to start_commands."
    ]
    sqlite = "DATABASES['stats'] = {'ENGINE': 'django.db.backends.sqlite3', 'NAME': 'stats.sqlite3'}\n"
    assert read(default + sqlite, PG)["notes"] == []


TWO = (
    "DATABASES = {'default': {'ENGINE': 'django.db.backends.postgresql', 'NAME': 'shop', 'USER': 'shop', 'HOST': "
    "os.getenv('DB_HOST', 'localhost')}, %r: {'ENGINE': 'django.db.backends.postgresql', 'USER': 'shop', 'HOST': "
    "os.getenv('DB_HOST', 'localhost'), 'NAME': %s}}\n"
)


@pytest.mark.parametrize(
    ("settings", "names", "changed"),
    [
        (TWO % ("logs", "'shop.logs'"), ["shop.logs"], {}),
        (TWO % ("logs", "os.getenv('LOGS', 'events')"), ["events"], {}),
        (TWO % ("logs", "os.environ['LOGS']"), ["logs"], {"LOGS": "logs"}),
        (TWO % ("my-logs", "os.environ['LOGS']"), ["my_logs"], {"LOGS": "my_logs"}),
        (TWO % ("logs", "'shop logs'"), ["logs"], {"DATABASES.logs.NAME": "logs"}),
        (TWO % ("1", "'1'"), ["db_1"], {"DATABASES.1.NAME": "db_1"}),
        (TWO % ("logs", "'shop'"), [], {}),
        (TWO % ("reader", "'other'"), [], {"DATABASES.reader.NAME": "shop"}),
        (
            TWO % ("logs", "'logs'") + "DATABASES['logs_replica'] = {**DATABASES['logs']}\n",
            ["logs"],
            {},
        ),
        (
            "NAME = os.getenv('DB_NAME', 'shop')\n"
            + (TWO % ("logs", "NAME + '_logs'")).replace("'NAME': 'shop'", "'NAME': NAME"),
            ["shop_logs"],
            {},
        ),
        (
            "DATABASES = {'default': env.db(), 'logs': env.db('LOGS_URL', default='postgres://localhost/logs'),\n"
            "'far': env.db('FAR_URL', default='postgres://sql.example.com/far'), 'second': env.db('READ_URL')}\n",
            ["logs"],
            {"LOGS_URL": "postgres://django:${POSTGRES_PASSWORD}@db:5432/logs"},
        ),
    ],
)
def test_each_database_of_the_server_is_created(settings, names, changed, read):
    found = read(settings, PG)
    assert found["services"] == {"db": "postgres:18"} and found["extra_databases"] == names
    given = found["compose_environment"] | found["compose_settings"]
    assert given.items() >= changed.items()
    assert not [name for name in given.keys() - changed.keys() if "LOGS" in name or "NAME" in name or "FAR" in name]


def test_the_service_has_the_types_of_a_map_if_another_database_has_them(read):
    settings = (TWO % ("maps", "'maps'"))[::-1].replace("backends.postgresql"[::-1], "X"[::-1], 1)[::-1]
    found = read(settings.replace("django.db.X", "django.contrib.gis.db.backends.postgis"), PG)
    assert found["services"] == {"db": "postgis/postgis:17-3.5"} and found["extra_databases"] == ["maps"]


ROUTER = """
class Router:
    alias, labels = "logs", {"logs"}

    def allow_migrate(self, db, app_label, **hints):
        %s
"""


@pytest.mark.parametrize(
    ("rule", "commands", "said"),
    [
        ("return db == self.alias if app_label in self.labels else None", ["logs"], False),
        ("return False if db == 'logs' else None", [], False),
        ("if db in ('logs', 'old'):\n            return False", [], False),
        ("return False", [], False),
        (None, [], True),
    ],
)
def test_a_router_says_which_app_migrates_a_database(rule, commands, said, read):
    apps = "INSTALLED_APPS = ['tickets', 'logs.apps.LogsConfig']\nDATABASE_ROUTERS = ['site.routers.Router']\n"
    router = ROUTER % rule if rule else ROUTER.partition("    def")[0]
    more = {"site/routers.py": router, "logs/migrations/0001_initial.py": ""}
    found = read(TWO % ("logs", "'events'") + apps, PG, more=more)
    migrated = [f"python manage.py migrate {label} --noinput --database=logs" for label in commands]
    assert found["start_commands"] == migrated and found["extra_databases"] == ["events"]
    assert any("nothing of your project fills it" in note for note in found["notes"]) == said


def test_routers_of_one_module_and_one_base(read):
    apps = "INSTALLED_APPS = ['logs', 'stats']\nDATABASE_ROUTERS = ['site.routers.Logs', 'site.routers.Stats']\n"
    routers = "from site.base import Base\nclass Logs(Base):\n    db = app = 'logs'\n"
    more = {
        "site/base.py": "class Base:\n    def allow_migrate(self, db, label):\n        return db == self.db\n",
        "site/routers.py": f"{routers}class Stats(Base):\n    db, app = 'events', 'stats'\n",
        "logs/migrations/0001_initial.py": "",
        "stats/migrations/0001_initial.py": "",
    }
    second = "DATABASES['events'] = {**DATABASES['logs'], 'NAME': 'events'}\n"
    found = read(TWO % ("logs", "'logs'") + second + apps, PG, more=more)
    assert found["extra_databases"] == ["logs", "events"]
    assert found["start_commands"] == [
        "python manage.py migrate logs --noinput --database=logs",
        "python manage.py migrate stats --noinput --database=events",
    ]


@pytest.mark.parametrize(
    ("engine", "more", "said"),
    [
        ("mssql", "'HOST': os.getenv('DB_HOST', 'localhost')", "set DB_HOST in .env to those of a server, or add one"),
        ("mssql", "'HOST': 'sql.example.com'", "let settings read its address from variables (now sql.example.com)"),
        ("django.db.backends.oracle", "", "cx_Oracle needs Oracle's Instant Client"),
        ("django_cockroachdb", "", "compose.yaml has no database for django_cockroachdb (site/settings.py:4)"),
        ("django_mongodb_backend", "", "compose.yaml has no database for django_mongodb_backend"),
    ],
)
def test_a_database_of_another_kind_is_said(engine, more, said, read):
    found = read(f"DATABASES = {{'default': {{'ENGINE': '{engine}', 'NAME': 'shop', {more}}}}}\n")
    assert found["services"] == {} and len(found["notes"]) == 1 and said in found["notes"][0]


def test_no_word_of_a_database_that_is_there(read):
    for settings in ("", "DATABASES = {'default': {'ENGINE': 'django.db.backends.dummy'}}\n", CHOICE):
        assert read(settings)["notes"] == []


def test_a_second_database_of_sqlite_is_migrated(read):
    lite = "DATABASES['%s'] = {'ENGINE': 'django.db.backends.sqlite3', 'NAME': '%s', %s}\n"
    start = "DATABASES = {}\n" + lite % ("default", "db.sqlite3", "")
    migrated = "python manage.py migrate --noinput --database=stats"
    assert read(start + lite % ("stats", "stats.sqlite3", ""))["start_commands"] == [migrated]
    for other in (
        lite % ("stats", "stats.sqlite3", "'TEST': {'MIRROR': 'default'}"),
        lite % ("stats", "db.sqlite3", ""),
        lite % ("stats", ":memory:", ""),
        "DATABASES['stats'] = {'ENGINE': 'django.db.backends.mysql', 'HOST': 'sql.example.com'}\n",
    ):
        assert read(start + other)["start_commands"] == []
    stated = {"Procfile": "release: python manage.py migrate && python manage.py migrate --database stats\n"}
    found = read(start + lite % ("stats", "stats.sqlite3", ""), more=stated)["start_commands"]
    assert len(found) == 1 and "stats" in found[0]


def test_mysql_has_no_root(read):
    url = 'DATABASES = {"default": env.db("DATABASE_URL", default="mysql://root@127.0.0.1/shop")}\n'
    found = read(url, "mysqlclient\n")
    assert found["services"] == {"db": "mysql:8.4"} and found["database_user"] == "django"
    assert found["compose_environment"] == {"DATABASE_URL": "mysql://django:${MYSQL_PASSWORD}@db:3306/shop"}


def test_a_local_memory_cache_is_no_service(read):
    assert (
        read('CACHES = {"default": env.cache("CACHE_URL", default="locmemcache://")}\n', "redis\n")["services"] == {}
    )


@pytest.mark.parametrize(
    ("settings", "services", "variables"),
    [
        (
            "X = os.getenv('REDIS_URL', 'redis://localhost:6379/2')",
            {"valkey": "valkey/valkey:9"},
            "redis://valkey:6379/2",
        ),
        ("X = os.getenv('REDIS_URL', 'redis://cache:6379/2')", {"cache": "valkey/valkey:9"}, ""),
        ("X = os.getenv('REDIS_HOST', 'localhost')", {"valkey": "valkey/valkey:9"}, "valkey"),
        ("X = os.environ['REDIS_LOCATION']", {"valkey": "valkey/valkey:9"}, "redis://valkey:6379/0"),
        ("X = os.getenv('REDIS_URL')", {}, ""),
        (
            "X = os.getenv('R', 'amqp://127.0.0.1')",
            {"rabbitmq": "rabbitmq:4"},
            "amqp://django:${RABBITMQ_PASSWORD}@rabbitmq:5672",
        ),
    ],
)
def test_other_services(read, settings, services, variables):
    found = read(f"{settings}\n", "redis\npika\n")
    assert found["services"] == services
    assert list(found["compose_environment"].values()) == ([variables] if variables else [])


def test_a_password_that_settings_need_of_a_service_without_one(read):
    read_it = "KEY = os.environ['REDIS_PASSWORD']\nX = f\"redis://:{KEY}@{os.environ['REDIS_HOST']}:6379/1\"\n"
    found = read(read_it, "redis\n")
    assert found["compose_environment"] == {"REDIS_HOST": "valkey", "REDIS_PASSWORD": ""}
    assert found["required_environment"] == []
    needed = "if not os.getenv('REDIS_PASSWORD'):\n    raise ValueError\n"
    found = read(f"{needed}{read_it}", "redis\n")
    assert found["compose_environment"] == {"REDIS_HOST": "valkey"}
    assert [note.partition(" (")[0] for note in found["notes"]] == ["Settings need REDIS_PASSWORD"]


def test_a_layer_that_is_nowhere_without_its_variable(read):
    layer = "'BACKEND': 'channels_redis.core.RedisChannelLayer', 'CONFIG': {'hosts': [os.getenv('CHAT_URL')]}"
    found = read(f"CHANNEL_LAYERS = {{'default': {{{layer}}}}}\n", "channels\nchannels-redis\n")
    assert found["services"] == {"valkey": "valkey/valkey:9"}
    assert found["compose_environment"] == {"CHAT_URL": "redis://valkey:6379/0"}


def test_an_optional_service_that_the_projects_compose_file_runs(read):
    found = read("X = os.getenv('REDIS_URL')\n", "redis\n", more=compose("redis:7"))
    assert found["services"] == {"valkey": "valkey/valkey:9"}
    assert found["compose_environment"] == {"REDIS_URL": "redis://valkey:6379/0"}


def test_a_url_that_settings_add_the_number_of_a_database_to(read):
    added = "CELERY_BROKER_URL = f'{START}/1'\n"
    found = read(f"START = os.environ.get('REDIS_URL', 'redis://localhost:6379')\n{added}", "redis\ncelery\n")
    assert found["compose_environment"] == {"REDIS_URL": "redis://valkey:6379"}
    own = compose("redis:7") | {".env.example": "REDIS_URL=redis://redis:6379\n"}
    found = read(f"START = os.environ['REDIS_URL']\n{added}", "redis\ncelery\n", more=own)
    assert found["compose_environment"] == {"REDIS_URL": "redis://valkey:6379"}


def test_variables_that_settings_need(read):
    settings = (
        'SECRET_KEY = os.environ["SECRET_KEY"]\nMAIL = os.environ["SERVER_EMAIL"]\nP = int(os.getenv("PAGE", "20"))\n'
    )
    found = read(settings)
    assert found["required_environment"] == ["SECRET_KEY", "SERVER_EMAIL"]
    assert found["dotenv"] == {"SECRET_KEY": "", "SERVER_EMAIL": "root@localhost"}
    assert found["settings_environment"] == {"PAGE": ["20", "a number, read in site/settings.py"]}


CELERY = {"site/celery.py": 'from celery import Celery\napp = Celery("site")\n'}
BROKER = "CELERY_BROKER_URL = os.getenv('CELERY_BROKER_URL', 'redis://localhost:6379/0')\n"


def test_workers(read):
    procfile = "release: python manage.py migrate && python manage.py load_all\nworker: newrelic-admin run-program "
    procfile += "celery worker --app=site --uid=nobody --gid nogroup -l $LEVEL -f logs/celery.log\n"
    procfile += "beat: celery -A site beat -s /var/x --logfile=b.log\nweb: gunicorn site.wsgi\n"
    found = read(BROKER, "celery\nredis\n", more=CELERY | {"Procfile": procfile})
    assert found["workers"] == {
        "worker": "celery --app=site worker",
        "beat": "celery -A site beat --schedule /tmp/celerybeat-schedule",
    }
    assert found["jobs"] == {}  # it is one of start_commands


def test_services_at_localhost_that_no_variable_moves(read):
    settings = """
CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://127.0.0.1:6379/1"}}
CELERY_BROKER_URL = CELERY_RESULT_BACKEND = "redis://localhost:6379"
CHANNEL_LAYERS = {
    "default": {"BACKEND": "channels_redis.core.RedisChannelLayer", "CONFIG": {"hosts": [("localhost", 6379)]}}
}
"""
    found = read(settings, "celery\nredis\n", more=CELERY)
    assert found["services"] == {"valkey": "valkey/valkey:9"} and "worker" in found["workers"]
    assert found["compose_environment"] == {"DJANGO_SETTINGS_MODULE": "compose_settings"} and found["notes"] == []
    assert found["compose_settings"] == {
        "CACHES.default.LOCATION": "redis://valkey:6379/1",
        "CELERY_BROKER_URL": "redis://valkey:6379",
        "CELERY_RESULT_BACKEND": "redis://valkey:6379",
        "CHANNEL_LAYERS.default.CONFIG.hosts.0": "redis://valkey:6379",
    }
    found = read("CELERY_BROKER_URL = 'amqp://guest:guest@localhost//'\n", "celery\n", more=CELERY)
    assert found["services"] == {"rabbitmq": "rabbitmq:4"} and found["required_environment"] == ["RABBITMQ_PASSWORD"]
    assert found["compose_settings"] == {"CELERY_BROKER_URL": "amqp://django:${RABBITMQ_PASSWORD}@rabbitmq:5672"}
    # What is neither here nor a service's name is where the settings say.
    elsewhere = "CELERY_BROKER_URL = 'redis://redis.example.com:6379/0'\n"
    assert read(elsewhere, "celery\nredis\n", more=CELERY)["compose_settings"] == {}


@pytest.mark.parametrize(
    ("stated", "moved"),
    [
        ("redis://", "redis://valkey:6379"),
        ("redis:///2", "redis://valkey:6379/2"),
        ("amqp://guest@//", "amqp://django:${RABBITMQ_PASSWORD}@rabbitmq:5672"),
        ("redis+socket:///tmp/redis.sock", ""),
    ],
)
def test_a_broker_without_a_host_is_at_localhost(stated, moved, read):
    found = read(f"CELERY_BROKER_URL = CELERY_RESULT_BACKEND = '{stated}'\n", "celery\nredis\n", more=CELERY)
    expected = {"CELERY_BROKER_URL": moved, "CELERY_RESULT_BACKEND": moved} if moved else {}
    assert found["compose_settings"] == expected


@pytest.mark.parametrize(
    ("path", "code", "is_run"),
    [
        ("site/views.py", "KEPT = redis.StrictRedis.from_url(getattr(settings, 'REDIS_URL'))", True),
        ("site/views.py", "KEPT = redis.from_url(settings.REDIS_URL)", True),
        ("site/views.py", "KEPT = redis.from_url(settings.OTHER_URL)", False),
        ("tests/test_views.py", "KEPT = redis.from_url(settings.REDIS_URL)", False),
    ],
)
@pytest.mark.parametrize("default", ["", ", ''"])
def test_an_address_that_code_connects_with_is_a_service(path, code, is_run, default, read):
    settings = f"REDIS_URL = os.environ.get('REDIS_URL'{default})\n"
    found = read(settings, "redis\n", more={path: f"import redis\nfrom django.conf import settings\n{code}\n"})
    assert found["services"] == ({"valkey": "valkey/valkey:9"} if is_run else {})
    assert found["compose_environment"] == ({"REDIS_URL": "redis://valkey:6379/0"} if is_run else {})


def test_a_dict_of_celery_and_an_application_of_a_class_of_the_project(read):
    """https://docs.celeryq.dev/en/stable/userguide/configuration.html#new-lowercase-settings."""
    made = "from shop.celery import CeleryApp\napp = CeleryApp('site')\napp.config_from_object(settings.CELERY)\n"
    place = "os.getenv('BROKER_ENDPOINT') or 'localhost:6379'"
    found = read(
        f"CELERY = {{'broker_url': 'redis://:@{{}}/0'.format({place}), 'result_backend': 'django-db'}}\n",
        "celery\nredis\n",
        more={"site/celery.py": made},
    )
    assert found["workers"] == {"worker": "celery -A site.celery worker"}
    assert found["services"] == {"valkey": "valkey/valkey:9"}
    assert found["compose_environment"] == {"BROKER_ENDPOINT": "valkey:6379"}
    fixed = "CELERY = {'broker_url': 'redis://localhost:6379/0', 'result_backend': 'redis://localhost:6379/1'}\n"
    found = read(fixed, "celery\nredis\n", more={"site/celery.py": made})
    assert found["compose_settings"] == {
        "CELERY.broker_url": "redis://valkey:6379/0",
        "CELERY.result_backend": "redis://valkey:6379/1",
    }


@pytest.mark.parametrize(
    ("broker", "settings", "variables", "changed"),
    [
        # Celery reads this variable before what it is given.
        ("'redis://localhost:6379/0'", "", {"CELERY_BROKER_URL": "redis://valkey:6379/0"}, {}),
        ("'redis://valkey:6379/0'", "", {"CELERY_BROKER_URL": "redis://valkey:6379/0"}, {}),
        ("os.environ['QUEUE_URL']", "", {"QUEUE_URL": "redis://valkey:6379/0"}, {}),
        (
            "settings.QUEUES",
            "QUEUES = os.getenv('REDIS_URL', 'redis://localhost:6379/2')\n",
            {"REDIS_URL": "redis://valkey:6379/2"},
            {},
        ),
        (
            "settings.QUEUES",
            "QUEUES = 'redis://localhost:6379/3'\n",
            {"DJANGO_SETTINGS_MODULE": "compose_settings"},
            {"QUEUES": "redis://valkey:6379/3"},
        ),
        (  # settings that say it count
            "'redis://localhost:6379/0'",
            "CELERY_BROKER_URL = os.getenv('BROKER', 'redis://localhost:6379/1')\n",
            {"BROKER": "redis://valkey:6379/1"},
            {},
        ),
    ],
)
def test_the_broker_that_an_application_of_celery_is_made_with(broker, settings, variables, changed, read):
    made = f"from celery import Celery\napp = Celery('site', broker={broker})\n"
    found = read(settings, "celery\nredis\n", more={"site/celery.py": made})
    assert found["workers"] == {"worker": "celery -A site.celery worker"}
    assert found["services"] == {"valkey": "valkey/valkey:9"}
    assert found["compose_environment"] == variables and found["compose_settings"] == changed


RESULTS = (
    "django-db django-cache rpc:// cache+memory:// file:///srv/results db+sqlite:///results.db disabled:// s3://b"
)


@pytest.mark.parametrize("results", RESULTS.split())
def test_results_that_are_kept_by_no_service(results, read):
    broker = "import os\nCELERY_BROKER_URL = os.getenv('CELERY_BROKER_URL', 'redis://localhost:6379/0')\n"
    found = read(f"{broker}CELERY_RESULT_BACKEND = '{results}'\n", "celery\nredis\n", more=CELERY)
    assert found["services"] == {"valkey": "valkey/valkey:9"} and found["notes"] == []
    assert found["compose_environment"] == {"CELERY_BROKER_URL": "redis://valkey:6379/0"}
    assert found["dotenv"] == {} or list(found["dotenv"]) == ["SECRET_KEY"]


@pytest.mark.parametrize(
    "tls",
    [
        "DATABASES = {'default': dj_database_url.config(conn_max_age=600, ssl_require=True)}",
        "DATABASES = {'default': env.db()}\nDATABASES['default']['OPTIONS'] = {'sslmode': 'require'}",
        "TLS = env.bool('TLS', default=True)\nDATABASES = {'default': env.dj_db_url('DATABASE_URL', ssl_require=TLS)}",
        "import django_heroku\nDATABASES = {'default': env.db()}\ndjango_heroku.settings(locals())",
    ],
)
def test_a_database_that_wants_tls(tls, read):
    start = "import dj_database_url, environ\nenv = environ.Env()\nDEBUG = False\nSECRET_KEY = env('SECRET_KEY')\n"
    found = read(f"{start}{tls}\n", "psycopg\n")
    assert found["compose_settings"]["DATABASES.default.OPTIONS.sslmode"] == "disable"
    assert setting("DATABASES.default.OPTIONS.sslmode") == 'DATABASES["default"].setdefault("OPTIONS", {})["sslmode"]'
    without = read(f"{start}DATABASES = {{'default': env.db()}}\n", "psycopg\n")
    assert "DATABASES.default.OPTIONS.sslmode" not in without["compose_settings"]


def test_tls_that_a_variable_or_a_url_asks_for(read):
    options = "'HOST': os.getenv('H', ''), 'NAME': 'n', 'OPTIONS': {'sslmode': os.getenv('DB_SSLMODE', 'require')}"
    assert read(DB % options, PG)["compose_environment"]["DB_SSLMODE"] == "disable"
    assert "DB_SSLMODE" not in read(DB % options.replace("require", "prefer"), PG)["compose_environment"]
    url = "postgres://localhost/shop?sslmode=require&application_name=x&channel_binding=require"
    found = read(f"DATABASES = {{'default': env.db('DATABASE_URL', default='{url}')}}\n", PG)
    assert found["compose_environment"]["DATABASE_URL"].endswith("/shop?application_name=x")


VALKEY = "redis://valkey:6379"
QUEUES = [
    ("RQ_QUEUES = {'default': {'HOST': 'localhost', 'PORT': 6379, 'DB': 0}}", {"RQ_QUEUES.default.HOST": "valkey"}),
    ("RQ_QUEUES = {'low-x': {'URL': 'redis://127.0.0.1:6379/3'}}", {"RQ_QUEUES.low-x.URL": f"{VALKEY}/3"}),
    (
        "RQ_QUEUES = {'a': {'HOST': 'localhost', 'PORT': 6380, 'PASSWORD': 'secret'}}",
        {"RQ_QUEUES.a.HOST": "valkey", "RQ_QUEUES.a.PORT": "6379", "RQ_QUEUES.a.PASSWORD": ""},
    ),
    ("Q_CLUSTER = {'redis': {'host': '127.0.0.1', 'port': 6379}}", {"Q_CLUSTER.redis.host": "valkey"}),
    ("INSTALLED_APPS = ['django_q']\nQ_CLUSTER = {'workers': 4}", {"Q_CLUSTER.redis": VALKEY}),
    ("INSTALLED_APPS = ['django_q']\nQ_CLUSTER = {'orm': 'default'}", {}),
    ("HUEY = {'connection': {'host': 'localhost', 'port': 6379}}", {"HUEY.connection.host": "valkey"}),
    ("HUEY = {'connection': {'url': 'redis://localhost:6379/?db=1'}}", {"HUEY.connection.url": f"{VALKEY}/?db=1"}),
    ("INSTALLED_APPS = ['huey.contrib.djhuey']", {"HUEY": {}, "HUEY.host": "valkey"}),
    ("INSTALLED_APPS = ['huey.contrib.djhuey']\nHUEY = {'connection': {'db': 1}}", {"HUEY.connection.host": "valkey"}),
    ("INSTALLED_APPS = ['huey.contrib.djhuey']\nHUEY = {'huey_class': 'huey.SqliteHuey'}", {}),
    (
        "DRAMATIQ_BROKER = {'BROKER': 'dramatiq.brokers.redis.RedisBroker', 'OPTIONS': {'url': 'redis://localhost:6379'}}",
        {"DRAMATIQ_BROKER.OPTIONS.url": VALKEY},
    ),
    (
        "CONSTANCE_REDIS_CONNECTION = {'host': 'localhost', 'port': 6379}",
        {"CONSTANCE_REDIS_CONNECTION.host": "valkey"},
    ),
    ("INSTALLED_APPS = ['constance']", {"CONSTANCE_REDIS_CONNECTION": VALKEY}),
    ("INSTALLED_APPS = ['constance']\nCONSTANCE_BACKEND = 'constance.backends.database.DatabaseBackend'", {}),
    ("INSTALLED_APPS = ['cacheops']", {"CACHEOPS_REDIS": VALKEY}),
    ("REDIS_HOST = 'localhost'\nREDIS_PORT = 6379", {"REDIS_HOST": "valkey"}),
    ("SEARCH = [{'redis': 'rediss://localhost:6379/2'}]", {"SEARCH.0.redis": f"{VALKEY}/2"}),
    (
        "CHANNEL_LAYERS = {'default': {'BACKEND': 'channels_redis.core.RedisChannelLayer'}}",
        {"CHANNEL_LAYERS.default.CONFIG": {}, "CHANNEL_LAYERS.default.CONFIG.hosts": [VALKEY]},
    ),
    ("EMAIL_HOST = 'localhost'\nSITE = 'http://localhost:8000'\nDOCS = {'host': 'localhost', 'port': 80}", {}),
    ("RQ_QUEUES = {'default': {'HOST': 'redis.example.com', 'PORT': 6379}}", {}),
    ("_REDIS_URL = 'redis://localhost:6379'", {}),
]


@pytest.mark.parametrize(("settings", "changed"), QUEUES)
def test_servers_of_queues_and_of_the_projects_own_settings(settings, changed, read):
    found = read(f"SECRET_KEY = os.getenv('KEY')\nALLOWED_HOSTS = ['*']\n{settings}\n", "redis\n")
    assert found["compose_settings"] == changed and found["notes"] == []
    assert found["services"] == ({"valkey": "valkey/valkey:9"} if changed else {})


def test_servers_of_queues_that_are_named_or_that_a_variable_names(read):
    found = read("RQ_QUEUES = {'default': {'HOST': 'queue', 'PORT': 6379}}\n", "redis\n")
    assert found["services"] == {"queue": "valkey/valkey:9"} and found["compose_settings"] == {}
    found = read("RQ_QUEUES = {'default': {'HOST': os.getenv('QUEUE_HOST', 'localhost'), 'PORT': 6379}}\n", "redis\n")
    assert found["compose_environment"] == {"QUEUE_HOST": "valkey"} and found["compose_settings"] == {}
    amqp = "DRAMATIQ_BROKER = {'BROKER': 'dramatiq.brokers.rabbitmq.RabbitmqBroker', 'OPTIONS': {%s}}\n"
    for options in ("'host': 'localhost', 'port': 5672, 'heartbeat': 0", "'url': 'amqp://guest:guest@localhost:5672'"):
        found = read(amqp % options, "dramatiq\npika\n")
        url = found["compose_settings"]["DRAMATIQ_BROKER.OPTIONS.url"]
        assert url == "amqp://django:${RABBITMQ_PASSWORD}@rabbitmq:5672"
        assert found["required_environment"] == ["RABBITMQ_PASSWORD"] and found["notes"] == []


def test_a_worker_of_all_queues(read):
    queues = "RQ_QUEUES = {'default': {'HOST': 'redis', 'PORT': 6379}, 'mail': {'HOST': 'redis', 'PORT': 6379}}\n"
    found = read(f"INSTALLED_APPS = ['django_rq']\n{queues}", "django-rq\n")
    assert found["workers"] == {"worker": "python manage.py rqworker default mail"}
    own = {"Procfile": "worker: python manage.py rqworker default\n"}
    found = read(f"INSTALLED_APPS = ['django_rq']\n{queues}", "django-rq\n", more=own)
    assert found["workers"] == {"worker": "python manage.py rqworker default"}


@pytest.mark.parametrize(
    ("module", "files", "environment"),
    [
        (
            "import os\nfrom celery import Celery\napp = Celery('site', broker=os.getenv('QUEUE', 'redis://localhost'))\n",
            {},
            {"QUEUE": "redis://valkey:6379"},
        ),
        (
            "from celery import Celery\napp = Celery('site')\napp.config_from_object('site.queue')\n",
            {"site/queue.py": "import os\nbroker_url = os.getenv('TASKS', 'redis://127.0.0.1:6379/0')\n"},
            {"TASKS": "redis://valkey:6379/0"},
        ),
    ],
)
def test_a_broker_that_settings_do_not_name(module, files, environment, read):
    found = read("", "celery\nredis\n", more={"site/celery.py": module, **files})
    assert found["workers"] == {"worker": "celery -A site.celery worker"}
    assert [*found["services"]] == ["valkey"]
    assert found["compose_environment"] == environment


def test_no_worker_without_a_broker(read):
    assert read("CELERY_BROKER_URL = 'sqs://'\n", "celery\n", more=CELERY)["workers"] == {}
    assert read(BROKER, "celery\nredis\n", more=CELERY)["workers"] == {"worker": "celery -A site.celery worker"}


@pytest.mark.parametrize(
    "parts",
    ["filter(None, [REDIS_URL, os.getenv('QUEUE_DB')])", "[x for x in (REDIS_URL, os.getenv('QUEUE_DB')) if x]"],
)
def test_a_broker_of_the_variables_that_are_set(parts, read):
    settings = f"import os\nREDIS_URL = os.getenv('REDIS_URL')\nCELERY_BROKER_URL = '/'.join({parts})\n"
    found = read(settings + "CELERY_BEAT_SCHEDULE = {}\n", "celery\nredis\n", more=CELERY)
    assert [*found["workers"]] == ["worker", "beat"]


@pytest.mark.parametrize("broker", ["filesystem://", "sqla+sqlite:///queue.sqlite"])
def test_a_worker_whose_queue_is_in_files(read, broker):
    found = read(f"CELERY_BROKER_URL = '{broker}'\n", "celery\n", more=CELERY)
    command = "celery -A site.celery worker --hostname=worker@%h"  # it could not answer a ping
    assert found["workers"] == {"worker": command} and found["services"] == {}


@pytest.mark.parametrize(
    ("requirements", "runs"),
    [
        ("billiard==3.6.3\nredis\n", False),  # which nothing else needs: all that was installed is listed
        ("billiard==3.6.3\ncelery\nredis\n", True),
        ("redis\n", True),  # another package may bring it
        ("billiard==3.6.3\ndjango-celery-beat\n", True),
    ],
)
def test_a_worker_whose_program_nothing_installs(requirements, runs, read):
    more = CELERY | {"Procfile": "web: gunicorn site.wsgi\nworker: celery -A site worker\n"}
    found = read(BROKER, requirements, more=more)
    assert found["workers"].get("worker", "") == ("celery -A site worker" if runs else "")
    assert runs or "worker` (Procfile:2) doesn't run: nothing installs celery." in " ".join(found["notes"])


def test_a_worker_of_django_celery_that_is_not_installed(read):
    more = {**CELERY, "Procfile": "web: gunicorn site.wsgi\nworker: python manage.py celery worker -l info\n"}
    assert read(BROKER, "celery\nredis\n", more=more)["workers"] == {"worker": "celery -A site.celery worker -l info"}
    old = read(BROKER + "INSTALLED_APPS = ['djcelery']\n", "celery\nredis\ndjango-celery\n", more=more)
    assert old["workers"] == {"worker": "python manage.py celery worker -l info"}


@pytest.mark.parametrize("command", ["shop-server celery worker -l info", "celery worker -l info"])
def test_a_worker_of_a_program_of_its_own_gets_the_application(command, read):
    more = {**CELERY, "Procfile": f"web: gunicorn site.wsgi\nworker: {command}\n"}
    assert read(BROKER, "celery\nredis\n", more=more)["workers"] == {"worker": "celery -A site.celery worker -l info"}


def test_a_command_that_seems_not_to_end_is_a_job(read):
    files = {"app/management/commands/poll.py": "while True:\n    work()\n"}
    found = read("", more=files)
    assert found["jobs"] == {"poll": "python manage.py poll"} and found["workers"] == {}


WAITS = "while True:\n    work()\n    time.sleep(9)\n"


@pytest.mark.parametrize(
    "code",
    [
        WAITS,
        "while 1:\n    schedule.run_pending()\n",
        "channel.start_consuming()\n",
        "client.loop_forever()\n",
        "for message in consumer:\n    work(message)\n",
        "async for message in KafkaConsumer('orders'):\n    work(message)\n",
        "scheduler = BlockingScheduler()\nscheduler.start()\n",
        "parser.add_argument('--pause', default=9)\nparser.add_argument('queues', nargs='*')\nloop.run_forever()\n",
    ],
)
def test_a_command_that_listens_is_a_worker(read, code):
    found = read("", more={"app/management/commands/poll.py": code})
    assert found["workers"] == {"poll": "python manage.py poll"} and found["jobs"] == {}


@pytest.mark.parametrize(
    ("name", "code", "procfile"),
    [
        ("poll", "parser.add_argument('queue')\n" + WAITS, ""),
        ("poll", "parser.add_argument('--queue', required=True)\n" + WAITS, ""),
        ("watch_sass", WAITS, ""),
        ("runserver_shop", WAITS, ""),
        ("poll", f"call_command('load_test_data', verbosity=1)\n{WAITS}", ""),
        ("poll", WAITS, "web: gunicorn site.wsgi\nclock: python manage.py tick\n"),
    ],
)
def test_a_command_that_listens_is_a_job_if_it_needs_words_or_production_has_none(read, name, code, procfile):
    found = read("", more={f"app/management/commands/{name}.py": code, "Procfile": procfile})
    assert name not in found["workers"] and found["jobs"] == {name.replace("_", "-"): f"python manage.py {name}"}


@pytest.mark.parametrize("name", ["testserver", "runserver"])
def test_a_command_that_replaces_a_server_of_developers_is_no_worker(read, name):
    found = read("", more={f"app/management/commands/{name}.py": "server.serve_forever()\n"})
    assert found["workers"] == {} and found["jobs"] == {}


def test_the_queue_of_tasks_in_the_database(read):
    found = read("INSTALLED_APPS = ['django_tasks_db']\n", "django-tasks-db\n")
    assert found["workers"] == {"worker": "python manage.py db_worker --queue-name '*'"}


def test_debugging(read):
    debug = "DEBUG = os.getenv('DEBUG', '0') == '1'\nif DEBUG:\n    INSTALLED_APPS = ['debug_toolbar']\n"
    assert read(debug, "django-debug-toolbar\n")["development_environment"] == {"DEBUG": "1"}
    # Settings with DEBUG off, but for DEBUG itself, need no debug_toolbar.
    assert read(debug)["development_environment"] == {"DJANGO_SETTINGS_MODULE": "development_settings"}


def test_debugging_by_a_class_of_another_module(read):
    def chosen(module: str) -> str:
        text = MANAGE.replace("site.settings", f"site.{module.lower()}")
        return f'{text}os.environ.setdefault("DJANGO_CONFIGURATION", "{module}")\n'

    files = {
        "manage.py": f"{chosen('Local')}from django.core import management\nmanagement.execute_from_command_line()\n",
        "site/wsgi.py": chosen("Production"),
        "site/base.py": "from configurations import Configuration\nclass Base(Configuration):\n    DEBUG = False\n",
        "site/local.py": "from .base import Base\nclass Local(Base):\n    DEBUG = True\n",
        "site/production.py": "from .base import Base\nclass Production(Base):\n    ALLOWED_HOSTS = ['*']\n",
    }
    found = read("", "django-configurations\n", more=files)
    assert found["environment"] == {"DJANGO_CONFIGURATION": "Production"}
    assert found["development_environment"] == {
        "DJANGO_SETTINGS_MODULE": "site.local",
        "DJANGO_CONFIGURATION": "Local",
    }


def test_migrations_and_examples(read):
    assert read("")["migrate"] is False and read("")["env_example"] is True
    assert read("", more={".env.example": "A=1\n"})["env_example"] is False


def test_hosts_that_no_variable_changes(read):
    hosts = "ALLOWED_HOSTS = ['.example.org', '127.0.0.1']\n"
    assert read(hosts)["compose_environment"] == {"HEALTHCHECK_HOST": "127.0.0.1"}
    # Debugging lets localhost in only where the list is empty.
    assert read(f"DEBUG = True\n{hosts}")["compose_environment"] == {"HEALTHCHECK_HOST": "127.0.0.1"}
    assert read("DEBUG = True\nALLOWED_HOSTS = []\n")["compose_environment"] == {}


def test_the_class_that_compose_chooses_is_the_one_that_is_read(read):
    settings = """
from configurations import Configuration, values
class Base(Configuration):
    INSTALLED_APPS = []
    SECRET_KEY = "x"
class Development(Base):
    ALLOWED_HOSTS = ["*"]
class Production(Base):
    ALLOWED_HOSTS = values.ListValue([])
class Demo(Production):
    pass
"""
    wsgi = f'{MANAGE}os.environ.setdefault("DJANGO_CONFIGURATION", "Development")\n'
    own = "services:\n  app:\n    build: .\n    environment: [DJANGO_CONFIGURATION=Demo]\n"
    found = read(settings, more={"site/wsgi.py": wsgi, "compose.yml": own})
    assert found["environment"] == {"DJANGO_CONFIGURATION": "Production"}
    assert found["compose_environment"] == {"DJANGO_ALLOWED_HOSTS": "localhost,127.0.0.1"}


def test_a_database_that_variables_choose_in_the_class_of_production(read):
    settings = """
from configurations import Configuration
class Development(Configuration):
    INSTALLED_APPS = []
    SECRET_KEY = "x"
    DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "db.sqlite3"}}
class Production(Development):
    if os.environ.get("POSTGRES_HOST"):
        DATABASES = {"default": {"ENGINE": "django.db.backends.postgresql", "HOST": os.environ["POSTGRES_HOST"]}}
"""
    wsgi = f'{MANAGE}os.environ.setdefault("DJANGO_CONFIGURATION", "Development")\n'
    found = read(settings, PG, more={"site/wsgi.py": wsgi, **compose("postgres:18")})
    assert found["services"] == {"db": "postgres:18"}
    assert found["compose_environment"]["POSTGRES_HOST"] == "db"


def test_variables_from_which_a_class_makes_a_database(read):
    settings = """
from dataclasses import dataclass
@dataclass
class Config:
    name: str
    host: str
    user: str
    password: str
    def to_django_dict(self):
        parts = {"NAME": self.name, "HOST": self.host, "USER": self.user, "PASSWORD": self.password}
        return {"ENGINE": "django.db.backends.postgresql", **parts}
DATABASES = {}
NAME, HOST = os.environ.get("POSTGRES_DB"), os.environ.get("POSTGRES_HOST")
USER, PASSWORD = os.environ.get("POSTGRES_USER"), os.environ.get("POSTGRES_PASSWORD")
if NAME and HOST:
    DATABASES["default"] = Config(NAME, HOST, USER, PASSWORD).to_django_dict()
"""
    found = read(settings, PG)
    assert found["services"] == {"db": "postgres:18"}
    named = {"POSTGRES_DB": "shop", "POSTGRES_HOST": "db", "POSTGRES_USER": "django"}
    assert found["compose_environment"] == named  # .env has the password


def test_the_number_of_a_database_of_redis(read):
    found = read("URL = f\"redis://localhost:6379/?db={os.environ['REDIS_DB']}\"\n", "redis\n")
    assert found["dotenv"]["REDIS_DB"] == "0"


def test_the_scheme_of_the_projects_own_compose_file(read):
    settings = """
import dj_database_url
SECRET_KEY = "x"
INSTALLED_APPS = []
if "DATABASE_URL" in os.environ:
    DATABASES = {"default": dj_database_url.config()}
    if os.environ["DATABASE_URL"].startswith("postgres://"):
        INSTALLED_APPS.append("django.contrib.postgres")
else:
    DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "db.sqlite3"}}
"""
    own = "services:\n  db:\n    image: postgres:18\n  app:\n    build: .\n    environment:\n      DATABASE_URL: %s\n"
    found = read(settings, f"{PG}dj-database-url\n", more={"compose.yml": own % "postgres://app:secret@db/shop_db"})
    assert found["compose_environment"] == {"DATABASE_URL": "postgres://app:${POSTGRES_PASSWORD}@db:5432/shop_db"}
    assert (found["database_name"], found["database_user"]) == ("shop_db", "app")
    unset = {"compose.yml": own % "${DATABASE_URL:-psql://app:secret@db/shop_db}"}
    found = read("DATABASES = {'default': env.db_url('DATABASE_URL', default=unknown())}\n", PG, more=unset)
    assert found["compose_environment"] == {"DATABASE_URL": "psql://app:${POSTGRES_PASSWORD}@db:5432/shop_db"}


URLS = "from furl import furl\nfrom urllib.parse import urlparse\nURLS = os.getenv('BASE_URLS', '').split(',')\n"
HERE = "http://localhost:8000,http://127.0.0.1:8000"


@pytest.mark.parametrize(
    ("settings", "variables"),
    [
        ("ALLOWED_HOSTS = [os.getenv('ALLOWED_HOSTS')]", {"ALLOWED_HOSTS": "localhost"}),
        ("ALLOWED_HOSTS = [os.getenv('FQDN', 'example.com')]", {"FQDN": "localhost"}),
        ("ALLOWED_HOSTS = ['localhost', os.getenv('FQDN', 'example.com')]", {}),
        ("ALLOWED_HOSTS = os.getenv('ALLOWED_HOSTS', '').split(' ')", {"ALLOWED_HOSTS": "localhost 127.0.0.1"}),
        ("ALLOWED_HOSTS = env.list('ALLOWED_HOSTS')", {"ALLOWED_HOSTS": "localhost,127.0.0.1"}),
        (f"{URLS}ALLOWED_HOSTS = [urlparse(url).hostname for url in URLS]", {"BASE_URLS": HERE}),
        (f"{URLS}ALLOWED_HOSTS = [furl(url).host for url in URLS if url]", {"BASE_URLS": HERE}),
        (f"from yarl import URL\n{URLS}ALLOWED_HOSTS = [URL(url).host for url in ['http://localhost']]", {}),
        (f"{URLS}URLS += ['http://localhost:7000']\nALLOWED_HOSTS = [furl(url).host for url in URLS]", {}),
    ],
)
def test_the_hosts_that_settings_allow(settings, variables, read):
    assert read(f"{settings}\n")["compose_environment"] == variables


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ("DEBUG = True", True),
        ("DEBUG = 'RENDER' not in os.environ", True),
        ("DEBUG = False", False),
        ("DEBUG = os.getenv('DEBUG', 'True') == 'True'\nALLOWED_HOSTS = ['*']", False),
        ("", False),
    ],
)
def test_debug_that_is_on_is_remarked_on(settings, said, read):
    notes = read(f"{settings}\n")["notes"]
    assert [note.partition(",")[0] for note in notes] == (["DEBUG is on (site/settings.py:4)"] if said else [])


def test_a_random_secret_is_no_password_of_another_service(read):
    names = ("EMAIL_HOST_PASSWORD", "STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET", "API_KEY", "DEBUG")
    found = read("".join(f"{name} = os.environ['{name}']\n" for name in names))
    assert [found["dotenv"][name] for name in names] == ["change-me", "change-me", "", "", "False"]


def test_numbers_that_settings_write_as_true_or_false(read):
    found = read("A = bool(int(os.getenv('A', True)))\nB = int(os.getenv('B', False))\nC = int(os.getenv('C', 7))\n")
    where = "read in site/settings.py"
    assert found["settings_environment"] == {
        "A": ["1", f"0 or 1, {where}"],
        "B": ["0", f"0 or 1, {where}"],
        "C": ["7", f"a number, {where}"],
    }


LET_IN = ["localhost", "127.0.0.1"]


@pytest.mark.parametrize(
    ("debug", "production"),
    [
        ("os.getenv('DEBUG') == 'True'", {}),
        ("os.getenv('DEBUG', 'True') == 'True'", {"DEBUG": "False"}),
        ("os.environ.get('DEBUG', True)", {"DEBUG": ""}),
        ("int(os.environ.get('DEBUG', 1))", {"DEBUG": "0"}),
        ("env.bool('DEBUG', default=True)", {"DEBUG": "False"}),
        ("not os.environ.get('PRODUCTION')", {"PRODUCTION": "True"}),
        ("os.environ.get('PRODUCTION') != '1'", {"PRODUCTION": "1"}),
        ("os.environ.get('SITE', 'staging') != 'live'", {"SITE": "live"}),
        ("not env.bool('IS_PROD', default=False)", {"IS_PROD": "True"}),
    ],
)
@pytest.mark.parametrize(
    "hosts", ["ALLOWED_HOSTS = []\n", "ALLOWED_HOSTS = []\nif DEBUG:\n    ALLOWED_HOSTS = ['*']\n"]
)
def test_no_host_is_no_reason_for_debug(debug, production, hosts, read):
    found = read(f"DEBUG = {debug}\n{hosts}")
    assert found["compose_environment"] == {"DJANGO_SETTINGS_MODULE": "compose_settings"}
    assert found["compose_settings"] == {"ALLOWED_HOSTS": ["*ALLOWED_HOSTS", *LET_IN]}
    assert found["environment"] == production
    (note,) = found["notes"]
    assert note.startswith("ALLOWED_HOSTS is empty (site/settings.py:5)")


def test_hosts_that_cannot_be_worked_out_are_not_empty(read):
    found = read("from shop.config import hosts\nALLOWED_HOSTS = [*hosts('web')]\n", more={"shop/__init__.py": ""})
    assert found["compose_settings"] == {"ALLOWED_HOSTS": ["*ALLOWED_HOSTS", *LET_IN]} and found["notes"] == []


def test_hosts_that_settings_do_not_name(read):
    apps = "SECRET_KEY = 'x'\nINSTALLED_APPS = ['site']\n"
    found = read(apps)
    assert found["compose_settings"] == {"ALLOWED_HOSTS": LET_IN}
    assert found["notes"][0].startswith("ALLOWED_HOSTS is empty (site/settings.py)")
    # With DEBUG, Django lets this machine in where no host is named.
    assert read(f"{apps}DEBUG = True\n")["compose_environment"] == {}
    assert read(f"{apps}DEBUG = True\nALLOWED_HOSTS = ['a.example']\n")["compose_settings"] != {}


def test_settings_of_tests_fix_no_others(read):
    manage = "import os, sys\nif sys.argv[1] == 'test':\n    os.environ['DJANGO_SETTINGS_MODULE'] = 'site.test'\n"
    found = read(
        "ALLOWED_HOSTS = ['shop.example.com']\n",
        more={"manage.py": f"{manage}{SITE['manage.py']}execute_from_command_line()\n"},
    )
    assert found["compose_settings"]["ALLOWED_HOSTS"] == ["*ALLOWED_HOSTS", "localhost", "127.0.0.1"]


@pytest.mark.parametrize("debug", ["False", "os.getenv('DEBUG') == '1'", "True"])
def test_a_host_that_is_fixed(debug, read):
    fixed = f"DEBUG = {debug}\nALLOWED_HOSTS = ['shop.example.com']\n"
    found = read(fixed)
    assert found["compose_environment"] == {"DJANGO_SETTINGS_MODULE": "compose_settings"}
    assert found["compose_settings"] == {"ALLOWED_HOSTS": ["*ALLOWED_HOSTS", *LET_IN]}
    assert len(found["notes"]) == (debug == "True")
    found = read(f"DEBUG = {debug}\nALLOWED_HOSTS = ['a.example'] if not DEBUG else ['b.example']\n")
    assert found["compose_settings"] == {"ALLOWED_HOSTS": ["*ALLOWED_HOSTS", *LET_IN]}
    # Nothing can stand in for settings that wsgi.py insists on.
    wsgi = {"site/wsgi.py": "import os\nos.environ['DJANGO_SETTINGS_MODULE'] = 'site.settings'\n"}
    found = read(fixed, more=wsgi)
    assert found["compose_environment"] == {"HEALTHCHECK_HOST": "shop.example.com"} and not found["compose_settings"]
    assert "curl --header 'Host: shop.example.com' http://127.0.0.1:8000" in found["notes"][-1]


def test_hosts_that_a_variable_changes(read):
    for hosts in ("['*']", "list_of_hosts()"):
        found = read(f"ALLOWED_HOSTS = {hosts}\n")
        assert found["compose_environment"] == found["compose_settings"] == {} and found["notes"] == []
    found = read("ALLOWED_HOSTS = os.getenv('HOSTS', '').split(',')\n")
    assert found["compose_environment"] == {"HOSTS": "localhost,127.0.0.1"}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("", "redis://localhost"),
        ("host='127.0.0.1'", "redis://127.0.0.1"),
        ("url='redis://localhost:6379/2'", "redis://localhost:6379/2"),
        ("connection_pool=pool", ""),
    ],
)
def test_a_huey_whose_server_no_variable_changes(arguments, said, read):
    found = read(f"from huey import RedisHuey\nHUEY = RedisHuey('site', {arguments})\n", "huey\nredis\n")
    sentence = f"Settings expect valkey at {said} (site/settings.py:5); no variable changes that."
    assert found["notes"] == ([sentence] if said else [])
    assert found["compose_settings"] == {}


def test_a_huey_that_runs_tasks_at_once_has_no_worker(read):
    apps = "INSTALLED_APPS = ['huey.contrib.djhuey']\n"
    modes = "MODES = {'direct': {'immediate': True}, 'redis': {'immediate': False}}\n"
    huey = "HUEY = {'immediate': MODES.get(os.environ.get('MODE', '%s')).get('immediate')}\n"
    assert read(apps + modes + huey % "direct")["workers"] == {}
    assert read(apps + modes + huey % "redis")["workers"] == {"worker": "python manage.py run_huey"}


MODULES = {
    "an argument": ("Celery('site', broker='redis://localhost:6379/1')\n", "CELERY_BROKER_URL"),
    "a setting of its own": (
        "Celery('site')\napp.conf.broker_url = 'redis://localhost:6379/1'\n",
        "CELERY_BROKER_URL",
    ),
    "several settings": (
        "Celery('site')\napp.conf.update(broker_url='redis://localhost:6379/1')\n",
        "CELERY_BROKER_URL",
    ),
    "an old setting": ("Celery('site')\napp.conf.BROKER_URL = 'redis://localhost:6379/1'\n", "CELERY_BROKER_URL"),
    "a setting with a prefix": (
        "Celery('site')\napp.conf.update(CELERY_BROKER_URL='redis://localhost:6379/1')\n",
        "CELERY_BROKER_URL",
    ),
    "a variable": ("Celery('site', broker=os.environ.get('QUEUE', 'redis://localhost:6379/1'))\n", "QUEUE"),
    "Django's setting": ("Celery('site', broker=settings.QUEUE_URL)\n", "QUEUE_AT"),
    "a module": ("Celery('site')\napp.config_from_object('site.celeryconfig')\n", "CELERY_BROKER_URL"),
}


@pytest.mark.parametrize(("text", "variable"), MODULES.values(), ids=MODULES)
def test_the_broker_of_celerys_own_module(text, variable, read):
    more = {
        "site/celery.py": f"import os\nfrom celery import Celery\nfrom django.conf import settings\napp = {text}",
        "site/celeryconfig.py": "broker_url = 'redis://localhost:6379/1'\n",
    }
    settings = "QUEUE_URL = os.environ.get('QUEUE_AT', 'redis://localhost:6379/1')\n" if variable == "QUEUE_AT" else ""
    found = read(settings, "celery\nredis\n", more=more)
    assert found["compose_environment"].get(variable) == "redis://valkey:6379/1"
    assert list(found["services"]) == ["valkey"]


@pytest.mark.parametrize("pause", ["sleep 3;", "sleep 0.5 && sleep 10 &&"])
def test_a_worker_that_waits_for_others_first(pause, read):
    command = f"bash -c '{pause} celery -A site worker -Q mail,default -l info'"
    own = {"compose.yml": f'services:\n  tasks:\n    build: .\n    command: "{command}"\n'}
    found = read(BROKER, "celery\nredis\n", more={**own, "site/celery.py": "app = Celery('site')\n"})
    assert found["workers"] == {"worker": "celery -A site worker -Q mail,default -l info"}


def test_debug_that_the_name_of_the_surroundings_turns_off(read):
    settings = "ALLOWED_HOSTS = ['*']\nDEBUG = os.environ.get('ENVIRONMENT', 'local') == 'local'\n"
    assert read(settings)["environment"] == {"ENVIRONMENT": "production"}


def test_debug_that_another_settings_module_turns_off(read):
    settings = "if os.environ.get('APP_ENV') == 'prod':\n    from .prod import *\nelse:\n    from .dev import *\n"
    modules = {"site/prod.py": "DEBUG = False\n", "site/dev.py": "DEBUG = True\n"}
    found = read(settings + "ALLOWED_HOSTS = ['*']\n", more=modules)
    assert found["environment"] == {"APP_ENV": "prod"} and found["notes"] == []
    assert found["development_environment"] == {"DJANGO_SETTINGS_MODULE": "development_settings"}


@pytest.mark.parametrize(
    ("module", "settings", "named"),
    [
        ("live", "if os.environ.get('DJANGO_ENV') == 'live':\n    from .live import *\n", {"DJANGO_ENV": "live"}),
        ("prod", "if os.environ.get('DJANGO_ENV') in ('prod', 'production'):\n    from .prod import *\n", {}),
        ("prod", "if os.environ.get('DJANGO_ENV') == 'production':\n    from .prod import *\n", {}),
    ],
)
def test_production_has_another_name_in_django_env(module, settings, named, read):
    text = "ALLOWED_HOSTS = ['*']\nDATABASES = {'default': {'ENGINE': 'django.db.backends.mysql', 'HOST': 'db'}}\n"
    found = read(settings, more={f"site/{module}.py": text, "site/dev.py": "DEBUG = True\n"})
    assert found["environment"] == named and found["notes"] == []
    assert [*found["services"]] == ["db"]


def test_a_redirect_to_https(read):
    redirect = "ALLOWED_HOSTS = ['*']\nSECURE_SSL_REDIRECT = env.bool('DJANGO_SECURE_SSL_REDIRECT', default=True)\n"
    assert read(redirect)["compose_environment"] == {"FORWARDED_ALLOW_IPS": "*"}
    header = "SECURE_PROXY_SSL_HEADER = ('HTTP_X_FORWARDED_PROTO', 'https')\n"
    assert read(redirect + header)["compose_environment"] == {}
    whitenoise = "MIDDLEWARE = ['whitenoise.middleware.WhiteNoiseMiddleware']\nSTATIC_ROOT = 'out'\n"
    assert read(redirect + header + whitenoise)["compose_environment"] == {"DJANGO_SECURE_SSL_REDIRECT": "False"}
    for setting_, said in (
        ("('HTTP_X_SCHEME', 'https')", "X-Scheme: https"),
        ("['HTTP_X_FORWARDED_SSL', 'on']", "X-Forwarded-Ssl: on"),
        ("('HTTP_X_FORWARDED_PROTO', 'https,http')", ""),
        ("None", ""),
    ):
        found = read(f"{redirect}SECURE_PROXY_SSL_HEADER = {setting_}\n")
        assert found["https_header"] == said
    found = read(whitenoise + "ALLOWED_HOSTS = ['*']\nSECURE_SSL_REDIRECT = True\n")
    assert found["compose_environment"] == {"FORWARDED_ALLOW_IPS": "*"}  # nginx is before Django


OWN_REDIRECT = """
from django.conf import settings
from django.http import HttpResponsePermanentRedirect

class Secure:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if WHEN:
            return HttpResponsePermanentRedirect("https://" + request.get_host() + request.path)
        return self.get_response(request)
"""


@pytest.mark.parametrize(
    ("middleware", "when", "redirected"),
    [
        ("sslify.middleware.SSLifyMiddleware", "", True),
        ("site.secure.Secure", "not request.is_secure()", True),
        ("site.secure.Secure", "request.META.get('HTTP_X_FORWARDED_PROTO') != 'https' and not settings.DEBUG", True),
        ("site.secure.Secure", "settings.ONLY_HTTPS and not request.is_secure()", False),
        ("site.secure.Secure", "request.get_host().startswith('www.') and request.is_secure()", False),
    ],
)
def test_a_redirect_to_https_by_a_middleware(middleware, when, redirected, read):
    settings = f"ALLOWED_HOSTS = ['*']\nONLY_HTTPS = False\nMIDDLEWARE = ['{middleware}']\n"
    found = read(settings, more={"site/secure.py": OWN_REDIRECT.replace("WHEN", when or "True")})
    assert found["compose_environment"] == ({"FORWARDED_ALLOW_IPS": "*"} if redirected else {})
    if middleware.startswith("sslify"):
        assert read(settings + "SSLIFY_DISABLE = True\n")["compose_environment"] == {}


def test_a_site_below_a_path(read):
    found = read("FORCE_SCRIPT_NAME = '/shop/'\nSTATIC_URL = 'static/'\nMEDIA_URL = '/files/'\nMEDIA_ROOT = 'media'\n")
    assert (found["script_name"], found["static_url"], found["media_url"]) == ("/shop", "/shop/static/", "/files/")
    assert found["notes"] == []
    for path in ("None", "''", "'/'", "'shop'"):
        found = read(f"FORCE_SCRIPT_NAME = {path}\nSTATIC_URL = 'static/'\n")
        assert (found["script_name"], found["static_url"]) == ("", "/static/")
    whitenoise = "MIDDLEWARE = ['whitenoise.middleware.WhiteNoiseMiddleware']\n"
    found = read(f"{whitenoise}FORCE_SCRIPT_NAME = '/shop'\nALLOWED_HOSTS = ['*']\n")
    assert "Let your proxy remove this path" in found["notes"][0]


S3 = "storages.backends.s3.S3Storage"
BUCKET = "AWS_STORAGE_BUCKET_NAME = os.environ.get('BUCKET')\n"
OLD_STORAGES = "STATICFILES_STORAGE = DEFAULT_FILE_STORAGE = 'site.stores.Store'\n"
STORE = "from storages.backends.s3boto3 import S3Boto3Storage\nclass Store(S3Boto3Storage):\n    location = 'x'\n"
PLAIN_STATIC = "django.contrib.staticfiles.storage.StaticFilesStorage"
PLAIN_FILES = "django.core.files.storage.FileSystemStorage"


def storages(options: str = "", backend: str = S3) -> str:
    return f"STORAGES = {{'staticfiles': {{'BACKEND': '{backend}'{options}}}}}\n"


def test_a_path_below_which_the_site_is_that_a_variable_must_say(read):
    settings = "FORCE_SCRIPT_NAME = os.environ['BELOW']\nSTATIC_URL = 'static/'\n"
    image = "FROM python:3.13\nCOPY . /srv\nCMD gunicorn site.wsgi\n"
    service = "services:\n  web:\n    build: .\n    environment: {BELOW: /shop}\n"
    found = read(settings, more={"Dockerfile": image, "docker-compose.yml": service})
    assert (found["script_name"], found["static_url"], found["dotenv"]["BELOW"]) == ("/shop", "/shop/static/", "/shop")


@pytest.mark.parametrize(
    ("settings", "changed"),
    [
        (BUCKET + storages(), {"STORAGES.staticfiles.BACKEND": PLAIN_STATIC}),
        (storages(", 'OPTIONS': {'bucket_name': os.environ.get('B')}"), {"STORAGES.staticfiles.OPTIONS": {}}),
        (storages(", 'OPTIONS': {'bucket_name': os.environ['B']}"), {"STORAGES.staticfiles.OPTIONS": {}}),
        (storages("", "storages.backends.gcloud.GoogleCloudStorage"), {"STORAGES.staticfiles.BACKEND": PLAIN_STATIC}),
        (
            BUCKET + "STATIC_URL = f'https://{AWS_STORAGE_BUCKET_NAME}.s3.amazonaws.com/'\n" + storages(),
            {"STATIC_URL": "/static/"},
        ),
        (
            "BUCKET = os.environ['BUCKET']\nAWS_STORAGE_BUCKET_NAME = BUCKET\nDOMAIN = os.getenv('DOMAIN') or BUCKET\n"
            "STATIC_URL = f'https://{DOMAIN}/static/'\n" + storages(),
            {"STATIC_URL": "/static/"},
        ),
        (
            BUCKET + "STATIC_URL = COMPRESS_URL = f'https://{AWS_STORAGE_BUCKET_NAME}.s3.amazonaws.com/'\n"
            f"COMPRESS_STORAGE = '{S3}'\n" + storages(),
            {"COMPRESS_STORAGE": "compressor.storage.CompressorFileStorage", "COMPRESS_URL": "/static/"},
        ),
        (
            BUCKET + "COLLECTFASTA_STRATEGY = 'collectfasta.strategies.boto3.Boto3Strategy'\n" + storages(),
            {"COLLECTFASTA_STRATEGY": "collectfasta.strategies.filesystem.FileSystemStrategy"},
        ),
        (
            BUCKET + "COLLECTFAST_STRATEGY = 'collectfast.strategies.gcloud.GoogleCloudStrategy'\n" + storages(),
            {"COLLECTFAST_STRATEGY": "collectfast.strategies.filesystem.FileSystemStrategy"},
        ),
        (
            BUCKET + OLD_STORAGES,
            {"STATICFILES_STORAGE": PLAIN_STATIC, "DEFAULT_FILE_STORAGE": PLAIN_FILES, "MEDIA_ROOT": "/workdir/media"},
        ),
    ],
)
def test_a_bucket_that_is_not_set_gives_way_to_files(settings, changed, read):
    apps = "INSTALLED_APPS = ['django.contrib.staticfiles']\n"
    found = read(apps + settings, more={"site/stores.py": STORE, "requirements.txt": "Django<5.1\n"})
    assert changed.items() <= found["compose_settings"].items()
    assert found["compose_environment"]["DJANGO_SETTINGS_MODULE"] == "compose_settings"
    assert any("in a bucket that is not set (site/settings.py:" in note for note in found["notes"])
    assert ("media" in found["data_dirs"]) == ("MEDIA_ROOT" in changed)


@pytest.mark.parametrize(
    "settings",
    [
        "AWS_STORAGE_BUCKET_NAME = os.environ.get('BUCKET', 'shop')\n" + storages(),
        storages(", 'OPTIONS': {'bucket_name': 'shop'}"),
        "from shops import *\n" + storages("", "site.stores.Store"),
        BUCKET + storages("", "site.named.Store"),
        BUCKET,
    ],
)
def test_a_bucket_that_is_set_stays(settings, read):
    named = f"{STORE}    bucket_name = 'shop'\n"
    more = {
        "site/stores.py": named,
        "site/named.py": "from .stores import Store as Base\nclass Store(Base):\n    x = 1\n",
    }
    found = read(settings, more=more)
    assert not any("STORAGES" in name for name in found["compose_settings"])


def test_a_bucket_that_nothing_can_replace_is_said(read):
    fixed = 'import os\nos.environ["DJANGO_SETTINGS_MODULE"] = "site.settings"\n'
    found = read(BUCKET + storages(), more={"site/wsgi.py": fixed})
    assert found["compose_settings"] == {}
    assert any("Set BUCKET and its login" in note for note in found["notes"])


def test_a_bucket_without_a_login_gives_way_to_files(read):
    settings = "INSTALLED_APPS = ['django.contrib.staticfiles']\nAWS_STORAGE_BUCKET_NAME = 'shop'\n" + storages()
    found = read(f"{settings}AWS_SECRET_ACCESS_KEY = os.environ.get('S3_KEY', '')\n")
    assert found["compose_settings"]["STORAGES.staticfiles.BACKEND"] == PLAIN_STATIC
    assert any("in a bucket whose login is not set (site/settings.py:" in note for note in found["notes"])
    assert any("To use the bucket, set S3_KEY in .env" in note for note in found["notes"])
    for key in ("os.environ.get('S3_KEY')", "os.environ['S3_KEY']", "'x'"):  # None is also what a role needs
        found = read(f"{settings}AWS_SECRET_ACCESS_KEY = {key}\n")
        assert not any("STORAGES" in name for name in found["compose_settings"])


TLS_CACHE = "CACHES = {'default': {'BACKEND': '%s', 'LOCATION': os.environ['REDIS_URL'], 'OPTIONS': {%s}}}\n"


@pytest.mark.parametrize(
    ("settings", "changed"),
    [
        (
            TLS_CACHE % ("django_redis.cache.RedisCache", "'CONNECTION_POOL_KWARGS': {'ssl_cert_reqs': None}"),
            "CACHES.default.OPTIONS.CONNECTION_POOL_KWARGS",
        ),
        (
            TLS_CACHE % ("django.core.cache.backends.redis.RedisCache", "'ssl_cert_reqs': None"),
            "CACHES.default.OPTIONS",
        ),
        (
            "import ssl\nCELERY_BROKER_URL = os.environ['REDIS_URL']\n"
            "CELERY_BROKER_USE_SSL = {'ssl_cert_reqs': ssl.CERT_NONE}\n",
            "CELERY_BROKER_USE_SSL",
        ),
        (
            DB % "'NAME': 'n', 'HOST': os.getenv('H'), 'OPTIONS': {'ssl': {'ca': '/etc/ca.pem'}}",
            "DATABASES.default.OPTIONS.ssl",
        ),
    ],
)
def test_options_for_tls_that_a_service_without_it_refuses(settings, changed, read):
    found = read(settings.replace("postgresql", "mysql"), "celery\nredis\nmysqlclient\n", more=CELERY)
    assert found["compose_settings"][changed] == {}
    assert "ssl" not in str(read("", more=CELERY)["compose_settings"])


DYNACONF = "STATIC_ROOT = 'a'\nDEBUG = True\nALLOWED_HOSTS = []\nimport dynaconf\n"
TOML = """
[default]
STATIC_ROOT = "out"
INSTALLED_APPS = ["dynaconf_merge", "search"]
KEY = "@format {env[THE_KEY]}"

[development]
STATIC_ROOT = "dev"

[production.DATABASES.default]
ENGINE = "django.db.backends.postgresql"
NAME = "shop"
USER = "shop"
PASSWORD = "made-up"
HOST = "localhost"
"""


def test_dynaconf_with_a_switch_of_another_name(read):
    call = "ENV_SWITCHER_FOR_DYNACONF='SHOP_ENV', envvar_prefix='SHOP', settings_files=['of.yaml']"
    database = "ENGINE: django.db.backends.mysql, HOST: mysql"
    text = f"default:\n  STATIC_ROOT: out\nproduction:\n  DATABASES: {{default: {{{database}}}}}\n"
    found = read(f"import dynaconf\nsettings = dynaconf.DjangoDynaconf(__name__, {call})\n", more={"of.yaml": text})
    assert [*found["services"]] == ["mysql"] and found["environment"] == {"SHOP_ENV": "production"}
    assert not [note for note in found["notes"] if "Not read" in note]


@pytest.mark.parametrize("switcher", ["None", "5", "['SHOP_ENV']"])
def test_dynaconf_with_a_switch_that_is_no_name(switcher, read):
    call = f"ENV_SWITCHER_FOR_DYNACONF={switcher}, settings_files=['of.yaml']"
    text = "production: {DATABASES: {default: {ENGINE: django.db.backends.mysql, HOST: mysql}}}\n"
    found = read(f"import dynaconf\nsettings = dynaconf.DjangoDynaconf(__name__, {call})\n", more={"of.yaml": text})
    assert [*found["services"]] == ["mysql"]


@pytest.mark.parametrize("path", ["settings.toml", "site/settings.toml", "config/settings.toml"])
def test_settings_that_dynaconf_completes(path, read):
    apps = "INSTALLED_APPS = ['shop']\n"
    found = read(f"{apps}{DYNACONF}settings = dynaconf.DjangoDynaconf(__name__)\n", PG, more={path: TOML})
    assert found["services"] == {"db": "postgres:18"} and found["database_name"] == "shop"
    assert found["compose_environment"] == {
        "DJANGO_ALLOWED_HOSTS": "@merge localhost,127.0.0.1",
        "DJANGO_DATABASES__default__HOST": "db",
        "DJANGO_DATABASES__default__PASSWORD": "${POSTGRES_PASSWORD}",
    }
    assert found["compose_settings"] == {}
    assert found["environment"] == {"DJANGO_DEBUG": "False"} and found["required_environment"] == ["THE_KEY"]
    assert found["development_environment"] == {"DJANGO_DEBUG": "True"}


DATA = "from pathlib import Path\nBASE_DIR = Path(__file__).resolve().parent.parent\n"
OF_DATA = "DATABASES = {'default': DATA['database']}\nSTATIC_ROOT = BASE_DIR / DATA['collected']\n"


@pytest.mark.parametrize(
    ("code", "path", "text"),
    [
        (
            "import yaml\nwith open(BASE_DIR / 'deploy.yml') as file:\n    DATA = yaml.safe_load(file)\n",
            "deploy.yml",
            "collected: gathered\nsince: 2020-01-01\ndatabase:\n  ENGINE: django.db.backends.postgresql\n  HOST: pg\n",
        ),
        (
            "import tomllib\nDATA = tomllib.loads((BASE_DIR / 'site' / 'of.toml').read_text())\n",
            "site/of.toml",
            "collected = 'gathered'\n[database]\nENGINE = 'django.db.backends.postgresql'\nHOST = 'pg'\n",
        ),
        (
            "import json\nDATA = json.load(open('of.json'))\n",
            "of.json",
            '{"collected": "gathered", "database": {"ENGINE": "django.db.backends.postgresql", "HOST": "pg"}}',
        ),
    ],
)
def test_settings_of_a_file_of_data(code, path, text, read, tmp_path):
    found = read(DATA + code + OF_DATA, more={path: text})
    assert found["services"] == {"pg": "postgres:18"}
    assert defaults.defaults(tmp_path / "shop")["static_root"].value == "gathered"
    assert not [note for note in found["notes"] if path in note]


def test_a_file_of_data_that_git_ignores_is_said(read, monkeypatch):
    code = "import json\nDATA = json.loads((BASE_DIR / 'secrets.json').read_text())\nSECRET_KEY = DATA['key']\n"
    files = {"secrets.json": '{"key": "made-up-live-key"}'}
    monkeypatch.setattr(tree.Tree, "is_private", lambda self, path: path == "secrets.json")
    found = read(DATA + code, more=files)
    (said,) = (note for note in found["notes"] if "secrets.json" in note)
    assert said.startswith("Settings need secrets.json (site/settings.py:") and "made-up-live-key" not in str(found)


@pytest.mark.parametrize(
    ("route", "value"),
    [
        ("settings.ADMIN_URL", "admin/"),
        ("f'{settings.ADMIN_URL}/'", "admin"),
        ("f'in/{settings.ADMIN_URL}'", "admin/"),
        ("settings.ADMIN_URL + '/'", "admin"),
        ("os.environ['DJANGO_ADMIN_URL']", "admin/"),
        ("'admin/'", "http://localhost"),
    ],
)
def test_a_variable_that_is_part_of_a_url(route, value, read):
    urls = f"import os\nfrom django.conf import settings\nurlpatterns = [path({route}, x)]\n"
    text = "ADMIN_URL = os.environ['DJANGO_ADMIN_URL']\nROOT_URLCONF = 'site.urls'\n"
    assert read(text, more={"site/urls.py": urls})["dotenv"] == {"DJANGO_ADMIN_URL": value}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("TIME_ZONE = os.environ['ZONE']", "UTC"),
        ("LANGUAGE_CODE = os.environ['LANGUAGE_HERE']", "en-us"),
        ("EMAIL_BACKEND = os.environ['SENDER']", "django.core.mail.backends.smtp.EmailBackend"),
        ("EMAIL_PORT = os.environ['X']", "25"),
        ("STATIC_URL = os.environ['X_URL']", "/static/"),
        ("DEFAULT_FILE_STORAGE = os.environ['KEPT']", "django.core.files.storage.FileSystemStorage"),
        (
            "STORAGES = {'default': {'BACKEND': os.environ['KEPT']}}",
            "django.core.files.storage.FileSystemStorage",
        ),
        (
            "kept = os.environ['KEPT']\nSTORAGES = {'staticfiles': {'BACKEND': kept}}",
            "django.contrib.staticfiles.storage.StaticFilesStorage",
        ),
        ("LOGGING = {'root': {'level': os.environ['LOG_LEVEL']}}", "INFO"),
        ("import sentry_sdk\nsentry_sdk.init(dsn=os.environ['SENTRY'])", "http://build@localhost/1"),
        ("import sentry_sdk\nSENTRY = env('SENTRY')\nsentry_sdk.init(SENTRY, x=1)", "http://build@localhost/1"),
    ],
)
def test_what_a_setting_takes(text, value, read):
    assert list(read(f"{text}\n")["dotenv"].values()) == [value]


@pytest.mark.parametrize(
    ("text", "inner"),
    [
        ("A = base64.b64decode(os.environ['PACKED'])", b"build"),
        ("A = base64.b64decode(s=env('PACKED')).decode()", b"build"),
        ("A = json.loads(base64.urlsafe_b64decode(os.environ['PACKED']))", b"[]"),
        ("A = JsonWebKey.import_key_set(json.loads(base64.b64decode(env('PACKED'))))", b' {"keys": []}'),
    ],
)
def test_a_text_that_settings_decode_is_of_base64(text, inner, read):
    found = read(f"import base64\nimport json\nfrom authlib.jose import JsonWebKey\n{text}\n")
    assert base64.b64decode(found["build_environment"]["PACKED"], validate=True) == inner
    assert found["dotenv"] == found["build_environment"]


JSON = "import json\nCONFIG = json.loads(os.environ['APP_CONFIG'])\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A = CONFIG['project_id']", {"project_id": "build"}),
        (
            "A = CONFIG['database']['host'], int(CONFIG['database']['size'])",
            {"database": {"host": "localhost", "size": 1}},
        ),
        ("A = CONFIG['redis'][0]['credentials']['uri']", {"redis": [{"credentials": {"uri": "http://localhost"}}]}),
        ("A = CONFIG.get('project_id')", {}),
        ("A = CONFIG.get('project_id', '') or CONFIG['id']", {"id": "build"}),
        ("if 'redis' in CONFIG:\n    A = CONFIG['redis'][0]", {}),
        ("try:\n    A = CONFIG['a']\nexcept KeyError:\n    A = ''", []),
        ("A = CONFIG['hosts'].split(',')", {"hosts": "localhost"}),
        ("A = [int(x) for x in CONFIG['ids'].split(',')]", {"ids": "1"}),
        ("ALLOWED_HOSTS = CONFIG['HOSTS']", {"HOSTS": ["localhost"]}),
        ("import ast\nA = ast.literal_eval(CONFIG['admins'])", {"admins": "[]"}),
        ("DEBUG = CONFIG['debug']", {"debug": False}),
        ("DEBUG = CONFIG['debug'] == 'True'", {"debug": "False"}),
        ("for one in CONFIG:\n    A = one['name']", [{"name": "build"}]),
        ("for one in CONFIG['all']:\n    if one['name'] == 'shop':\n        A = 1", {"all": [{"name": "shop"}]}),
        ("for one in CONFIG:\n    A = one", []),
        ("def config():\n    return json.loads(os.environ['APP_CONFIG'])\nA = config()['id']", {"id": "build"}),
        ("A = CONFIG['$(touch x)'], CONFIG['b']", {"b": "build"}),
    ],
)
def test_a_text_of_json_has_the_keys_that_settings_read(text, expected, read):
    found = read(f"{JSON}{text}\n")
    assert json.loads(found["build_environment"]["APP_CONFIG"]) == expected
    assert found["required_environment"] == ["APP_CONFIG"]


@pytest.mark.parametrize(
    "text",
    [
        "A = env.json('APP_CONFIG')['id']",
        "CONFIG = env.json('APP_CONFIG')\nA = CONFIG['id']",
        "from decouple import config\nA = config('APP_CONFIG', cast=json.loads)['id']",
        "import base64\nA = json.loads(base64.b64decode(os.environ['APP_CONFIG']))['id']",
    ],
)
def test_each_reader_of_json(text, read):
    found = read(f"import json\n{text}\n")
    for name, value in (("build_environment", "build"), ("dotenv", "change-me")):
        given = found[name]["APP_CONFIG"]
        given = base64.b64decode(given) if "b64" in text else given
        assert json.loads(given) == {"id": value}


@pytest.mark.parametrize(
    ("text", "engine"),
    [
        ("database_from_env('DB_LOGIN')", "postgresql"),
        ("{'default': parse(database_url_from_env('DB_LOGIN'))}", "postgres"),
    ],
)
def test_the_login_of_a_database_that_copilot_has(text, engine, read):
    start = "from dj_database_url import parse\nfrom dbt_copilot_python.database import *\n"
    login = json.loads(read(f"{start}DATABASES = {text}\n")["build_environment"]["DB_LOGIN"])
    assert (login["engine"], login["host"], login["port"]) == (engine, "localhost", "1")
    assert login.keys() == {"engine", "username", "password", "host", "port", "dbname"}


def test_secrets_in_the_json_of_the_first_env(read):
    text = "SECRET_KEY, A = CONFIG['SECRET_KEY'], CONFIG['db']['password'], CONFIG['port'], CONFIG['db']['name']\n"
    found = read(f"{JSON}{text.replace('SECRET_KEY, A', 'B').replace('B', 'SECRET_KEY, *A', 1)}")
    assert json.loads(found["dotenv"]["APP_CONFIG"]) == {
        "SECRET_KEY": "change-me",
        "db": {"password": "change-me", "name": "change-me"},
        "port": "1",
    }


def test_json_of_the_project_itself_lacks_keys(read):
    compose_file = "services:\n  web:\n    build: .\n    environment:\n      APP_CONFIG: '{}'\n"
    found = read(f"{JSON}A = CONFIG['id']\n", more={"compose.yml": compose_file, "Dockerfile": "FROM python:3.13\n"})
    assert json.loads(found["build_environment"]["APP_CONFIG"]) == {"id": "build"}


def test_a_secret_that_settings_decode_is_made(read):
    found = read("import base64\nA = base64.b64decode(os.environ['PACKED_SECRET'])\n")
    assert found["dotenv"] == {"PACKED_SECRET": ""} and read("import base64\nA = base64.b64decode('YQ==')\n")
    assert base64.b64decode(found["build_environment"]["PACKED_SECRET"], validate=True)
    optional = read("import base64\nA = base64.b64decode(os.environ.get('PACKED_SECRET', ''))\n")
    assert optional["build_environment"] == optional["dotenv"] == {}


def test_the_address_of_an_example_is_this_machine_s(read):
    text = "SITE_URL = os.environ['SITE_URL']\nAPI_URL = os.environ['API_URL']\n"
    found = read(text, more={".env.sample": "SITE_URL=https://shop.example.org\nAPI_URL=https://api.example.org/v1\n"})
    assert found["dotenv"] == {"SITE_URL": "http://localhost:8000", "API_URL": "https://api.example.org/v1"}


def test_a_module_that_a_person_has_to_write_is_said(read):
    found = read("from .local import *\n", more={"site/local.py.dist": "DEBUG = False\n"})
    assert any(
        "Settings need site/local.py (site/settings.py:4), which is not in the project. The images have a copy of "
        "site/local.py.dist." in note
        for note in found["notes"]
    )


@pytest.mark.parametrize("key", ["change me", ""])
def test_no_key_of_an_example_is_used(key, read):
    example = f"SECRET_KEY = '{key}'\nINSTALLED_APPS = ['shop']\n"
    found = read("from .local import *\n", more={"site/local.py.dist": example})
    assert found["compose_settings"]["SECRET_KEY"] == "${SECRET_KEY}" and "SECRET_KEY" in found["dotenv"]
    own = "import os\nSECRET_KEY = os.environ.get('KEY', 'x')\nINSTALLED_APPS = ['shop']\n"
    assert "SECRET_KEY" not in read("from .local import *\n", more={"site/local.py.dist": own})["compose_settings"]


def test_variables_that_other_code_needs(read):
    more = {
        "site/celery.py": "import os\nQUEUE = os.environ['QUEUE_NAME']\nSIZE = int(os.environ['BATCH'])\n",
        "site/views.py": "import os\ndef home(request):\n    return os.environ['GREETING']\n",
        "site/mail.py": "import os\ndef send():\n    return os.environ['MAILER']\n",
        "site/guarded.py": "import os\nif 'A_B' in os.environ:\n    X = os.environ['A_B']\n"
        "try:\n    Y = os.environ['C_D']\nexcept KeyError:\n    Y = 1\n"
        "if __name__ == '__main__':\n    os.environ['E_F']\n",
        "site/management/__init__.py": "",
        "site/management/run.py": "import os\nX = os.environ['G_H']\n",
        "site/tests/test_a.py": "import os\nX = os.environ['I_J']\n",
        "tools/run.py": "import os\nX = os.environ['K_L']\n",
        ".env.example": "GREETING=Hello\nBATCH=20\n",
    }
    found = read("", more=more)
    assert found["required_environment"] == ["BATCH", "GREETING", "QUEUE_NAME"]
    assert found["dotenv"] == {"BATCH": "20", "GREETING": "Hello", "QUEUE_NAME": "change-me"}
    assert list(found["settings_environment"]) == ["MAILER"]


def test_origins_that_django_refuses(read):
    settings = "import os\nCSRF_TRUSTED_ORIGINS = os.environ.get('ORIGINS', '').split(',')\n"
    assert read(settings)["compose_environment"]["ORIGINS"] == "http://localhost"
    assert "ORIGINS" not in read(settings, "django==3.2.25\n")["compose_environment"]  # which takes host names
    settings = settings.replace("''", "'https://a.example'")
    assert "ORIGINS" not in read(settings)["compose_environment"]


def test_a_file_that_a_variable_names(read):
    settings = "with open(env('SITE_CREDENTIALS')) as f:\n    x = f.read()\n"
    found = read(settings, more={"minimal.yml": "# Let SITE_CREDENTIALS name this file.\nKEY: x\n"})
    assert found["required_environment"] == ["SITE_CREDENTIALS"]
    assert found["dotenv"] == {"SITE_CREDENTIALS": "minimal.yml"}
    assert found["build_environment"] == {"SITE_CREDENTIALS": "minimal.yml"}
    assert found["notes"] == [
        "Settings read the file that SITE_CREDENTIALS names (site/settings.py:4). The build and the first .env have "
        "minimal.yml: for production, give it one of your own in .env."
    ]


def test_a_file_that_a_variable_names_and_nobody_has(read):
    found = read("with open(env('SITE_CREDENTIALS')) as f:\n    x = f.read()\n")
    assert found["dotenv"] == {"SITE_CREDENTIALS": "change-me"}
    assert found["build_environment"] == {"SITE_CREDENTIALS": "build"}
    (note,) = found["notes"]
    assert "SITE_CREDENTIALS names (site/settings.py:4). Before you build, add one without secrets" in note


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("from .local import *\n", True),
        ("if 'test' in sys.argv:\n    X = 1\nelse:\n    from .local import *\n", True),
        ("try:\n    from .local import *\nexcept ImportError:\n    pass\n", False),
        ("if os.environ.get('LOCAL'):\n    from .local import *\n", False),
    ],
)
def test_a_module_of_settings_that_nobody_has(code, said, read):
    note = (
        "which is not in the project. Before you build, write it, let it read secrets from variables, and commit it "
        "(git add --force)."
    )
    assert any(note in text for text in read(f"import sys\n{code}")["notes"]) is said


@pytest.mark.parametrize("path", ["/etc/config.json", "/run/secrets/key"])
def test_a_file_that_settings_read_and_nobody_has(path, read):
    (note,) = read(f"x = open('{path}').read()\n")["notes"]
    assert note == (
        f"Settings need {path} (site/settings.py:4), which is not in the project. Before you build, let settings read "
        "variables instead, and run `copier-django-docker sync`."
    )


@pytest.mark.parametrize(
    ("location", "services"),
    [
        ("os.getenv('REDIS_URL')", {"valkey": "valkey/valkey:9"}),  # django.core.cache fails without it
        ("os.getenv('REDIS_URL', 'redis://cache.example.com:6379/1')", {}),
    ],
)
def test_a_cache_that_is_nowhere_without_its_variable(location, services, read):
    backend = "django.core.cache.backends.redis.RedisCache"
    found = read(f"CACHES = {{'default': {{'BACKEND': '{backend}', 'LOCATION': {location}}}}}\n", "redis\n")
    assert found["services"] == services
    assert ("REDIS_URL" in found["compose_environment"]) is bool(services)


@pytest.mark.parametrize(
    ("backend", "location", "environment"),
    [
        ("redis_cache.RedisCache", "f'{URL.hostname}:{URL.port}'", {"SHELF_URL": "redis://valkey:6379/0"}),
        ("django_redis.cache.RedisCache", "os.environ['SHELF_URL']", {"SHELF_URL": "redis://valkey:6379/0"}),
        ("django.core.cache.backends.db.DatabaseCache", "os.environ.get('SHELF_URL')", {}),
    ],
)
def test_a_cache_whose_variable_does_not_name_its_kind(backend, location, environment, read):
    url = "from urllib import parse\nURL = parse.urlparse(os.environ.get('SHELF_URL'))\n"
    found = read(f"{url}CACHES = {{'default': {{'BACKEND': '{backend}', 'LOCATION': {location}}}}}\n", "redis\n")
    assert found["compose_environment"] == environment


def test_a_cache_that_settings_have_with_a_variable_alone(read):
    cache = "CACHES = {'default': {'BACKEND': 'django.core.cache.backends.redis.RedisCache', 'LOCATION': url}}\n"
    found = read(f"url = os.getenv('REDIS_URL')\nif url:\n    {cache}", "redis\n")
    assert found["services"] == {}


@pytest.mark.parametrize(("own", "value"), [("redis:6379", "valkey:6379"), ("redis://redis:6379/0", None), ("", None)])
def test_a_variable_has_the_form_that_the_own_compose_file_gives_it(read, own, value):
    cache = (
        '"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://" + os.environ["REDIS_URL"]'
    )
    more = {"compose.yml": f"services:\n  web:\n    build: .\n    environment:\n      REDIS_URL: {own}\n"}
    found = read(f"CACHES = {{'default': {{{cache}}}}}\n", "Django\nredis\n", more=more if own else {})
    assert found["compose_environment"]["REDIS_URL"] == (value or "redis://valkey:6379/0")


TOLD = """\
services:
  web:
    build: .
    ports: ["8000:8000"]
    environment:
      SECRET_KEY: ${SECRET_KEY:-for-trying-it-out}
      ALLOWED_HOSTS: "*"
      CACHE_DEFAULT: cache:6379/0
      %s
  database:
    image: postgis/postgis:16-3.4
  cache:
    image: redis:7
"""
OWN_IMAGE = "FROM python:3.13\nCOPY . /app\nRUN pip install -r /app/requirements.txt\nCMD gunicorn site.wsgi\n"


def test_settings_of_an_installed_package_are_pointed_by_the_variables_of_the_own_compose_file(read):
    """The package reads variables that nothing else of the project names."""
    settings = (
        "os.environ.setdefault('DB_HOST', 'database')\nfrom starter.conf.base import *\nINSTALLED_APPS += ['shop']\n"
    )
    files = {"Dockerfile": OWN_IMAGE, "dotenv.example": "DB_PASSWORD=\n"}
    found = read(settings, PG, more=files | {"compose.yml": TOLD % "DB_NAME: store\n      DB_USER: seller"})
    assert found["services"] == {"database": "postgis/postgis:16-3.4", "cache": "valkey/valkey:9"}
    assert found["compose_environment"] == {
        "ALLOWED_HOSTS": "localhost,127.0.0.1",
        "CACHE_DEFAULT": "cache:6379/0",
        "DB_NAME": "store",
        "DB_PASSWORD": "${POSTGRES_PASSWORD}",
        "DB_USER": "seller",
    }
    assert (found["database_name"], found["database_user"], found["migrate"]) == ("store", "seller", True)
    assert found["required_environment"] == ["SECRET_KEY"] and "SECRET_KEY" in found["build_environment"]
    assert found["compose_settings"] == {}
    assert found["settings_environment"] == {"DB_HOST": ["database", "read in site/settings.py"]}
    url = "DATABASE_URL: postgres://seller:x@database/store"
    found = read(settings, PG, more=files | {"compose.yml": TOLD % url})
    assert found["compose_environment"]["DATABASE_URL"] == "postgres://seller:${POSTGRES_PASSWORD}@database:5432/store"
    made = "import starter\nINSTALLED_APPS = ['shop']\nglobals().update(starter.settings())\n"
    found = read(made, PG, more=files | {"compose.yml": TOLD % "DB_HOST: database"})
    assert found["services"] == {"database": "postgis/postgis:16-3.4", "cache": "valkey/valkey:9"}
    # Settings that name their database say more.
    found = read(f"{settings}DATABASES = {{}}\n", PG, more=files | {"compose.yml": TOLD % url})
    assert found["services"] == {} and "CACHE_DEFAULT" not in found["settings_environment"]


@pytest.mark.parametrize(
    ("settings", "given", "required"),
    [
        (
            "from starter.conf.base import *\nDOMAIN = starter_env('SITE_DOMAIN')\n",
            "SITE_DOMAIN: shop.example.com",
            True,
        ),
        ("from starter.conf.base import *\nDOMAIN = starter_env('SITE_DOMAIN')\n", "OTHER: x", False),
        (
            "from starter.conf.base import *\nDOMAIN = starter_env('SITE_DOMAIN', 'x')\n",
            "SITE_DOMAIN: a.example",
            False,
        ),
        (
            "from starter.conf.base import *\nA = os.environ.get('SITE_DOMAIN')\n",
            "SITE_DOMAIN: shop.example.com",
            False,
        ),
        ("DOMAIN = starter_env('SITE_DOMAIN')\n", "SITE_DOMAIN: shop.example.com", False),  # where nothing is unknown
    ],
)
def test_a_variable_that_settings_of_a_package_seem_to_need_is_set_as_today(settings, given, required, read):
    text = f"from starter.conf.utils import config_env as starter_env\n{settings}INSTALLED_APPS = ['shop']\n"
    found = read(text, PG, more={"Dockerfile": OWN_IMAGE, "compose.yml": TOLD % given})
    assert ("SITE_DOMAIN" in found["required_environment"]) is required
    assert not required or found["dotenv"]["SITE_DOMAIN"] == "shop.example.com"


def test_a_database_that_cannot_be_worked_out_is_that_of_the_own_compose_file(read):
    settings = "import starter\nDATABASES = starter.databases()\n"
    parts = TOLD % "DB_HOST: database\n      DB_NAME: store"
    found = read(settings, PG, more={"Dockerfile": OWN_IMAGE, "compose.yml": parts})
    assert found["services"] == {"database": "postgis/postgis:16-3.4"}
    assert found["compose_environment"] == {"DB_HOST": "database", "DB_NAME": "store"}
    assert found["migrate"] and "CACHE_DEFAULT" not in found["settings_environment"]
    read_by_class = "class Server:\n    host = os.environ['DB_HOST']\nDATABASES = starter.databases(Server)\n"
    found = read("import starter\n" + read_by_class, PG, more={"Dockerfile": OWN_IMAGE, "compose.yml": parts})
    assert found["services"] == {"db": "postgis/postgis:16-3.4"}
    assert found["compose_environment"] == {"DB_HOST": "db"}


def test_a_template_of_projects_is_told_of(read):
    """What startproject fills in is no project yet, and other settings may have braces."""
    text = "ROOT_URLCONF = '{{ project_name }}.urls'\n"
    [note] = [note for note in read(text)["notes"] if "startproject" in note]
    assert "ROOT_URLCONF has {{ and }} (site/settings.py:4)" in note
    own = "ROOT_URLCONF = 'site.urls'\nFORMAT = '{{ name }}'\n"
    assert not [note for note in read(own)["notes"] if "startproject" in note]


def test_a_variable_that_settings_take_apart_has_the_service_s_port(read):
    settings = "import os\nhost, port = os.environ['REDIS_ADDR'].split(':')\n"
    cache = "{'default': {'BACKEND': 'django.core.cache.backends.redis.RedisCache', 'LOCATION': f'redis://{host}:{port}/1'}}"
    found = read(f"{settings}CACHES = {cache}\n", "redis\n")
    assert found["compose_environment"]["REDIS_ADDR"] == "valkey:6379"
    assert found["build_environment"]["REDIS_ADDR"] == "localhost:1"
