"""Settings in, Findings out."""

import base64
import textwrap
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support import Findings

from extensions.project.data import plain
from extensions.project.evaluation.state import UNREADABLE
from extensions.project.evaluation.values import UNKNOWN
from extensions.project.findings import Certainty
from extensions.project.settings import read_settings
from extensions.project.tree import Tree

STATED, INFERRED, ASSUMED = Certainty.STATED, Certainty.INFERRED, Certainty.ASSUMED


class Read:
    """A project read once: its settings, Findings and variables."""

    def __init__(self, root: Path, path: str, folder: str):
        self.tree = Tree(root)
        self.settings, says = read_settings(self.tree, path, folder)
        self.findings = Findings(says, problems=self.settings.problems)

    def __getitem__(self, name):
        return plain(self.findings.found[name].value)

    def where(self, name):
        finding = self.findings.found[name]
        return finding.value, finding.source, finding.certainty

    def variable(self, name):
        return next(variable for variable in self["environment"] if variable["name"] == name)

    def assert_readable(self):
        assert not [problem for problem in self.findings.problems if UNREADABLE in problem.message]

    @property
    def required(self):
        return [variable["name"] for variable in self["environment"] if variable["required"]]


@pytest.fixture
def read(tmp_path):
    """Return a function that writes files (or one settings module) and reads the settings."""

    def call(files, path="config/settings.py", folder=""):
        for name, text in ({path: files} if isinstance(files, str) else files).items():
            file = tmp_path / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(textwrap.dedent(text))
        return Read(tmp_path, path, folder)

    return call


# ---------------------------------------------------------------- paths


@pytest.mark.parametrize(
    ("root", "static"),
    [
        ("from pathlib import Path\nBASE_DIR = Path(__file__).resolve().parent.parent", "BASE_DIR / 'static'"),
        ("from pathlib import Path\nROOT_DIR = Path(__file__).parent.parent", "ROOT_DIR.joinpath('static')"),
        ("from pathlib import Path\nROOT = Path(globals()['__file__']).parent.parent", "ROOT / 'static'"),
        ("import pathlib\nBASE = pathlib.Path(__file__).resolve().parents[1]", "str(BASE / 'static') + '/'"),
        (
            "import os\nSITE_ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))",
            "os.path.join(SITE_ROOT, 'static')",
        ),
        ("import os\nHERE = os.path.dirname(os.path.dirname(__file__))", "os.path.join(HERE, 'static')"),
        ("import os.path as p\nHERE = p.realpath(p.join(p.dirname(__file__), '..'))", "p.join(HERE, 'static')"),
        ("from os.path import join, dirname as d\nHERE = d(d(__file__))", "join(HERE, 'a', '..', 'static')"),
        ("import os\n_dirname = os.path.dirname\nHERE = _dirname(_dirname(__file__))", "f'{HERE}/static'"),
        ("import os\nHERE = os.path.normpath(os.path.join(__file__, os.pardir, '..'))", "'%s/static' % HERE"),
        (
            "import os\nHERE = os.path.normpath(os.path.join(__file__, os.pardir, '..'))",
            "'{}/{}'.format(HERE, 'static')",
        ),
        ("from django.utils._os import safe_join as j\nHERE = j('/', __file__, '../..')", "j(HERE, 'static')"),
        ("import environ\nroot = environ.Path(__file__) - 2", "root('static')"),
        ("import environ\nroot = environ.Path(__file__) - 2", "str(root.path('static'))"),
        ("from pathlib import Path\nROOT = Path(Path(__file__).parent, '..').resolve()", "ROOT / 'static'"),
        ("from unipath import Path\nROOT = Path(__file__).ancestor(2)", "ROOT.child('static')"),
    ],
)
def test_static_root_within_the_project(read, root, static):
    project = read(f"{root}\nSTATIC_ROOT = {static}\n")
    assert project.where("static_root") == (
        "static",
        "config/settings.py:3" if root.count("\n") < 2 else "config/settings.py:4",
        STATED,
    )


def test_static_root_elsewhere(read):
    assert read("STATIC_ROOT = '/var/www/static/'\n").where("static_root") == (
        "/var/www/static",
        "config/settings.py:1",
        STATED,
    )


def test_relative_static_root_is_where_manage_py_is(read):
    project = read("STATIC_ROOT = 'assets'\n", "src/config/settings.py", "src")
    assert project.where("static_root") == ("src/assets", "src/config/settings.py:1", INFERRED)


@pytest.mark.parametrize(
    ("code", "folder", "expected"),
    [
        ("STATIC_ROOT = Path(__file__).resolve().parents[2] / 'static'", "", "/static"),
        ("STATIC_ROOT = Path(__file__).resolve().parents[3] / 'www' / 'static'", "", "/www/static"),
        ("STATIC_ROOT = os.path.join(os.path.dirname(__file__), '..', '..', 'static/')", "", "/static"),
        ("STATIC_ROOT = '../static'", "", "/static"),
        ("STATIC_ROOT = '../../static'", "", "/static"),
        ("STATIC_ROOT = '../static'", "src", "static"),
        ("STATIC_ROOT = Path(__file__).resolve().parents[2]", "", ""),
    ],
)
def test_static_root_beside_the_project_is_beside_workdir_in_the_image(code, folder, expected, read):
    path = f"{folder}/config/settings.py".lstrip("/")
    found = read(f"import os\nfrom pathlib import Path\n{code}\n", path, folder).findings.found["static_root"]
    assert (found.value, found.certainty) == (expected, INFERRED if expected else ASSUMED)
    assert ("outside the project" in found.note) == (expected != "static")


@pytest.mark.parametrize(("name", "expected"), [("etc", "/var/static"), ("config", "static")])
def test_folders_of_the_image_are_beside_the_project(name, expected, read):
    """https://github.com/joke2k/django-environ: projects look so for where they are deployed."""
    code = "import environ\nimport os\nroot = environ.Path(__file__) - 2\n"
    code += f"if os.path.isdir(root.path('..')('{name}')):\n    STATIC_ROOT = root('../var/static')\n"
    code += "else:\n    STATIC_ROOT = root('static')\n"
    assert read(code).findings.found["static_root"].value == expected


@pytest.mark.parametrize("call", ["append(apps)", "insert(0, apps)"])
def test_a_folder_that_settings_put_on_sys_path(call, read):
    code = (
        "import os, sys\nhere = os.path.dirname(__file__)\napps = os.path.abspath(os.path.join(here, '..', 'apps'))\n"
    )
    code += f"sys.path.{call}\nfrom shop.paths import *\n"
    apps = {"apps/shop/__init__.py": "", "apps/shop/paths.py": "STATIC_ROOT = '/srv/static'\n"}
    found = read({"config/settings.py": code, **apps})
    assert found.where("static_root") == ("/srv/static", "apps/shop/paths.py:1", STATED)


def test_no_static_root(read):
    project = read("DEBUG = False\n")
    assert project.where("static_root") == ("", "", ASSUMED)
    assert project.where("static_url") == ("/static/", "", ASSUMED)


def test_working_folder_is_not_known(read):
    project = read("import os\nSTATIC_ROOT = os.path.join(os.getcwd(), 'static')\n")
    assert project.where("static_root") == ("", "config/settings.py:2", ASSUMED)


def test_lists_of_paths(read):
    project = read(
        """
        from pathlib import Path
        BASE_DIR = Path(__file__).resolve().parent.parent
        STATICFILES_DIRS = [BASE_DIR / "core" / "static", ("img", BASE_DIR / "images"), unknown()]
        MEDIA_ROOT = BASE_DIR / "media"
        MEDIA_URL = "media/"
        STATIC_URL = "https://cdn.example.com/static/"
        """
    )
    assert project.where("staticfiles_dirs") == (["core/static", "images"], "config/settings.py:4", INFERRED)
    assert project["media_root"] == "media"
    assert project["media_url"] == "/media/"
    assert project["static_url"] == "https://cdn.example.com/static/"


# ---------------------------------------------------------------- variables


def test_os_environ(read):
    project = read(
        """
        import os
        from os import environ, getenv
        SECRET_KEY = os.environ["SECRET_KEY"]
        NAME = environ.get("SITE_NAME", "Shop")
        WORKERS = int(getenv("WORKERS", "4"))
        HOSTS = os.getenv("HOSTS", "").split(",")
        VERBOSE = os.getenv("VERBOSE") == "True"
        PROXY = "PROXY" in os.environ
        LABEL = os.getenv("LABEL") or "none"
        """
    )
    assert project.variable("SECRET_KEY") == {
        "name": "SECRET_KEY",
        "default": None,
        "hidden": False,
        "required": True,
        "filled": False,
        "refused": False,
        "secret": True,
        "source": "config/settings.py:4",
        "type": "str",
        "separator": ",",
        "build": True,
        "first": "",
        "dummy": "only-for-building-the-image-0123456789-abcdefghijkl",
        "production": None,
        "opened": "",
        "example": "",
        "compared": [],
        "told": False,
        "misplaces": False,
        "encoded": False,
    }
    assert len(project.variable("SECRET_KEY")["dummy"]) >= 50
    assert project.required == ["SECRET_KEY"]
    shape = {v["name"]: (v["default"], v["type"]) for v in project["environment"]}
    assert shape == {
        "SECRET_KEY": (None, "str"),
        "SITE_NAME": ("Shop", "str"),
        "WORKERS": ("4", "int"),
        "HOSTS": ("", "list"),
        "VERBOSE": (None, "bool"),
        "PROXY": (None, "str"),
        "LABEL": ("none", "str"),
    }
    assert project.settings.value("WORKERS") == 4
    assert project.settings.get("SECRET_KEY").value is UNKNOWN


def test_django_environ(read):
    project = read(
        """
        import environ
        env = environ.Env(DEBUG=(bool, False), PAGE_SIZE=(int, 20))
        environ.Env.read_env()
        DEBUG = env("DEBUG")
        SIZE = env("PAGE_SIZE")
        SECRET_KEY = env("DJANGO_SECRET_KEY")
        ALLOWED_HOSTS = env.list("HOSTS", default=["example.com"])
        PORT = env.int("PORT")
        DATABASES = {"default": env.db("DATABASE_URL", default="postgres:///shop"), "other": env.db_url("OTHER_URL")}
        CACHES = {"default": env.cache("CACHE_URL", default="redis://cache:6379/1")}
        EMAIL = env.email_url("EMAIL_URL", default="consolemail://")
        """
    )
    assert project.required == ["DJANGO_SECRET_KEY", "PORT", "OTHER_URL"]
    assert project.where("debug") == (False, "config/settings.py:5", INFERRED)
    assert project.variable("DEBUG")["type"] == "bool"
    assert (project.variable("PAGE_SIZE")["type"], project.variable("PAGE_SIZE")["default"]) == ("int", "20")
    assert project.variable("PORT")["dummy"] == "1"
    assert project.variable("OTHER_URL")["dummy"] == "sqlite:////tmp/build.sqlite3"
    assert project["allowed_hosts"] == ["example.com"]
    assert project["databases"] == {
        "default": {
            "engine": "django.db.backends.postgresql",
            "name": "shop",
            "path": "",
            "host": "",
            "user": None,
            "password": None,
            "unset": ["user", "password", "host", "port"],
            "variable": "DATABASE_URL",
            "url_default": "postgres:///shop",
            "variables": {},
            "port": None,
            "mirror": "",
            "libpq_service": "",
        },
        "other": {
            "engine": None,
            "name": None,
            "path": "",
            "host": None,
            "user": None,
            "password": None,
            "unset": ["user", "password", "host", "port"],
            "variable": "OTHER_URL",
            "url_default": None,
            "variables": {},
            "port": None,
            "mirror": "",
            "libpq_service": "",
        },
    }
    assert project["caches"] == {
        "default": {
            "backend": "django.core.cache.backends.redis.RedisCache",
            "location": "redis://cache:6379/1",
            "variable": "CACHE_URL",
        }
    }


def test_django_environ_without_a_default(read):
    project = read(
        """
        import environ
        env = environ.Env()
        ENV = env.str("ENV", "prod")

        def default(development=env.NOTSET, production=env.NOTSET):
            return production if ENV == "prod" else development

        SECRET_KEY = env.str("KEY", default=default("secret"))
        DOMAIN = env.str("DOMAIN", default=default("localhost", "example.com"))
        PORT = env.int("PORT", default=environ.Env.NOTSET)
        """
    )
    assert project.required == ["KEY", "PORT"]
    assert project.variable("DOMAIN")["default"] == "example.com"


def test_a_method_of_a_variable_that_is_not_set(read):
    project = read(
        """
        import os
        ALLOWED_HOSTS = os.environ.get("HOSTS").split(" ")
        ADMINS = os.environ["ADMINS"].split()
        NAMES = os.getenv("NAMES", "a,b").split(",")
        try:
            OTHERS = os.environ.get("OTHERS").split(",")
        except AttributeError:
            OTHERS = []
        """
    )
    assert project.required == ["HOSTS", "ADMINS"]
    assert [(item["type"], item["separator"]) for item in project["environment"]] == [
        ("list", " "),
        ("list", " "),
        ("list", ","),
        ("str", ","),
    ]


def test_decouple(read):
    project = read(
        """
        from decouple import Csv, config
        SECRET_KEY = config("SECRET_KEY")
        DEBUG = config("DEBUG", default=False, cast=bool)
        ALLOWED_HOSTS = config("ALLOWED_HOSTS", default="a.example,b.example", cast=Csv())
        PORT = config("PORT", 25, cast=int)
        """
    )
    assert project.required == ["SECRET_KEY"]
    assert project["allowed_hosts"] == ["a.example", "b.example"]
    assert [(v["type"], v["default"]) for v in project["environment"]] == [
        ("str", None),
        ("bool", "False"),
        ("list", "a.example,b.example"),
        ("int", "25"),
    ]


def test_cast_by_a_function(read):
    project = read(
        """
        from decouple import config
        split = lambda v: [s.strip() for s in v.split(",")]
        ALLOWED_HOSTS = config("HOSTS", default="a.example, b.example", cast=split)
        """
    )
    assert project["allowed_hosts"] == ["a.example", "b.example"]
    assert project.variable("HOSTS")["type"] == "list"


def test_environment_merged_with_a_file(read):
    project = read(
        """
        import os
        from dotenv import dotenv_values
        config = {**dotenv_values(".env"), **os.environ}
        SECRET_KEY = config["SECRET_KEY"]
        STATIC_ROOT = config.get("STATIC_ROOT", "/static")
        """
    )
    assert project.required == ["SECRET_KEY"]
    assert project["static_root"] == "/static"


def test_a_text_before_the_names_that_environ_reads(read):
    project = read(
        """
        import environ
        env = environ.Env(SHOP_PORT=(int, 25))
        env.prefix = "SHOP_"
        SECRET_KEY = env("SECRET_KEY")
        DATABASES = {"default": env.db("DATABASE_URL", default="postgres://shop@db.example.com/shop")}
        EMAIL_PORT = env("PORT")
        """
    )
    assert project.required == ["SHOP_SECRET_KEY"]
    assert project.variable("SHOP_DATABASE_URL")["default"] == "postgres://shop@db.example.com/shop"
    assert project.variable("SHOP_PORT")["default"] == "25"


def test_environs(read):
    project = read(
        """
        from environs import Env
        env = Env()
        env.read_env()
        SECRET_KEY = env.str("SECRET_KEY")
        DATABASES = {"default": env.dj_db_url("DATABASE_URL", "sqlite:///db.sqlite3")}
        with env.prefixed("MAIL_"):
            EMAIL_HOST = env("HOST", "localhost")
        """
    )
    assert project.required == ["SECRET_KEY"]
    assert project["databases"]["default"]["path"] == "db.sqlite3"
    assert project.variable("MAIL_HOST")["default"] == "localhost"


def test_the_reader_that_environs_has_made(read):
    project = read(
        """
        from environs import env
        env.read_env()
        SECRET_KEY = env.str("SECRET_KEY")
        GREETING = env("GREETING")
        SIZE = env.int("SIZE", 5)
        """
    )
    assert project.required == ["SECRET_KEY", "GREETING"] and project.variable("SIZE")["default"] == "5"


def test_dj_database_url(read):
    project = read(
        """
        import dj_database_url, os
        from pathlib import Path
        BASE_DIR = Path(__file__).resolve().parent.parent
        DATABASES = {
            "default": dj_database_url.config(default=f"sqlite:///{BASE_DIR}/db.sqlite3", conn_max_age=600),
            "replica": dj_database_url.config(env="REPLICA_URL"),
            "third": dj_database_url.parse(os.environ["THIRD_URL"]),
        }
        """
    )
    databases = project["databases"]
    assert (databases["default"]["path"], databases["default"]["variable"]) == ("db.sqlite3", "DATABASE_URL")
    assert databases["default"]["url_default"] == "sqlite:///db.sqlite3"
    assert databases["replica"]["variable"] == "REPLICA_URL"
    assert databases["third"]["variable"] == "THIRD_URL"
    assert project.required == ["THIRD_URL"]
    assert project.variable("THIRD_URL")["dummy"].startswith("sqlite:")


def test_private_helpers(read):
    project = read(
        {
            "config/env.py": """
            import os
            from django.core.exceptions import ImproperlyConfigured

            def optional(name, default=None):
                return os.environ.get(name, default)

            def demanded(name):
                try:
                    return os.environ[name]
                except KeyError:
                    raise ImproperlyConfigured(f"Set {name}")

            def checked(name):
                value = os.getenv(name)
                if not value:
                    raise ImproperlyConfigured(name)
                return value

            def truth(name, default=False):
                if name in os.environ:
                    return os.environ[name].lower() in ("1", "true")
                return default
            """,
            "config/settings.py": """
            from .env import checked, demanded, optional, truth
            NAME = optional("NAME", "shop")
            SECRET_KEY = demanded("SECRET_KEY")
            TOKEN = checked("API_TOKEN")
            DEBUG = truth("DEBUG", True)
            """,
        }
    )
    assert project.required == ["SECRET_KEY", "API_TOKEN"]
    assert project.variable("SECRET_KEY")["source"] == "config/settings.py:4"
    assert project.variable("NAME")["default"] == "shop"
    assert project.variable("DEBUG")["type"] == "bool"
    assert project.variable("DEBUG")["default"] == "True"


def test_functions_of_an_unknown_package_that_read_variables_by_the_names_of_arguments(read):
    project = read(
        """
        from starter.common.envs import get_bool, get_int, get_string
        from starter.texts import title
        SECRET_KEY = get_string(name="SECRET_KEY", default=None, required=True, description="A key")
        NAME = get_string(name="NAME", default="shop", required=True)
        STATIC_URL = get_string(name="STATIC_URL", default="/files/", description="Of files")
        SIZE = get_int(name="SIZE", default=None)
        DEBUG = get_bool(name="DEBUG", default=False)
        TITLE = title(name="TITLE", default="x")
        """
    )
    assert project.required == ["SECRET_KEY"]
    assert project.where("static_url")[0] == "/files/"
    types = {variable["name"]: variable["type"] for variable in project["environment"]}
    assert types == {"SECRET_KEY": "str", "NAME": "str", "STATIC_URL": "str", "SIZE": "int", "DEBUG": "bool"}


def test_guard_and_empty_secret_key(read):
    project = read(
        """
        import os
        SECRET_KEY = os.environ.get("SECRET_KEY")
        TOKEN = os.environ.get("TOKEN", "")
        if not TOKEN:
            raise RuntimeError("no token")
        if TOKEN:
            STATIC_ROOT = "/static"
        """
    )
    assert project.required == ["SECRET_KEY", "TOKEN"]
    assert project["static_root"] == "/static"


def test_key_error_with_a_default(read):
    project = read(
        """
        import os
        try:
            SECRET_KEY = os.environ["SECRET_KEY"]
        except KeyError:
            SECRET_KEY = "insecure"
        """
    )
    assert project.required == []
    assert project.variable("SECRET_KEY")["default"] is None and project.variable("SECRET_KEY")["hidden"]


def test_pydantic_settings(read):
    project = read(
        """
        from pydantic_settings import BaseSettings, SettingsConfigDict

        class Environment(BaseSettings):
            model_config = SettingsConfigDict(env_prefix="shop_")
            secret_key: str
            static_root: str = "/srv/static"

        environment = Environment()
        SECRET_KEY = environment.secret_key
        STATIC_ROOT = environment.static_root
        """
    )
    assert project.required == ["SHOP_SECRET_KEY"]
    assert project["static_root"] == "/srv/static"
    assert project.variable("SHOP_STATIC_ROOT")["default"] == "/srv/static"


def test_variables_of_branches_not_taken_are_optional(read):
    project = read(
        """
        import os
        if os.getenv("USE_S3"):
            BUCKET = os.environ["BUCKET"]
            PORTS = int(os.getenv("S3_PORT", "9000"))
        """
    )
    assert [(v["name"], v["type"], v["build"]) for v in project["environment"]] == [
        ("USE_S3", "str", False),
        ("BUCKET", "str", False),
        ("S3_PORT", "int", False),
    ]


def test_secrets_are_told_by_name(read):
    names = [
        "API_KEY",
        "DB_PASSWORD",
        "SENTRY_DSN",
        "AUTH_TOKEN",
        "AWS_ACCESS_KEY_ID",
        "KEYBOARD",
        "PASSWORD_MIN_LENGTH",
        "PUBLIC_KEY",
    ]
    project = read("import os\n" + "\n".join(f"{name} = os.getenv('{name}')" for name in names))
    assert [v["name"] for v in project["environment"] if v["secret"]] == names[:4]


# ---------------------------------------------------------------- production


def test_production_is_assumed(read):
    project = read(
        """
        import os
        production = os.getenv("DJANGO_ENV") == "production"
        DEBUG = os.getenv("DEBUG", str(not production)) == "True"
        if production:
            SECURE_SSL_REDIRECT = True
        if DEBUG:
            STATIC_ROOT = "/debug"
        else:
            STATIC_ROOT = "/static"
        """
    )
    assert project.where("secure_ssl_redirect") == (True, "config/settings.py:6", INFERRED)
    assert project.where("static_root") == ("/static", "config/settings.py:10", INFERRED)
    assert project["debug"] is False
    assert project.settings.production == {"DJANGO_ENV": "production"}


@pytest.mark.parametrize("container", ["os.environ", "environ.Env()"])
def test_setting_of_a_branch_not_taken_is_mentioned(container, read):
    project = read(
        f"""
        import environ, os
        if "HOSTS" in {container}:
            SECURE_SSL_REDIRECT = True
        """
    )
    finding = project.findings.found["secure_ssl_redirect"]
    assert (finding.value, finding.source, finding.certainty) == (False, "config/settings.py:4", ASSUMED)
    assert finding.note == "SECURE_SSL_REDIRECT is set on a condition that was not met by HOSTS"


def test_development_by_default_is_off_in_production(read):
    project = read(
        """
        import environ
        env = environ.Env()
        DEVELOPMENT = env.bool("DEVELOPMENT", default=True)
        STATIC_ROOT = "/static" if not DEVELOPMENT else "/development"
        """
    )
    assert project["static_root"] == "/static"
    assert "DEVELOPMENT=False" in project.findings.found["static_root"].note


def test_debugging_by_default_is_off_in_production(read):
    project = read(
        """
        import os
        DEBUG = os.environ.get("DEBUG", "1") == "1"
        MODE = os.environ.get("APP_ENV", "dev")
        if not DEBUG:
            STATIC_ROOT = "/static"
            SECRET_KEY = os.environ["SECRET_KEY"]
        match MODE:
            case "prod":
                ALLOWED_HOSTS = ["example.com"]
            case _:
                ALLOWED_HOSTS = ["*"]
        """
    )
    assert project["debug"] is True
    assert project["static_root"] == "/static"
    assert "DEBUG=False" in project.findings.found["static_root"].note
    assert project["allowed_hosts"] == ["example.com"]
    assert project.variable("DEBUG")["production"] == "False"
    assert project.variable("APP_ENV")["production"] == "prod"
    assert project.required == ["SECRET_KEY"]


def test_undecided_branches(read):
    project = read(
        """
        import socket, os
        STATIC_ROOT = "/first"
        ALLOWED_HOSTS = ["a"]
        if socket.gethostname() == "server":
            STATIC_ROOT = "/second"
            ALLOWED_HOSTS += ["b"]
            KEY = os.environ["KEY"]
        else:
            STATIC_ROOT = "/third"
        """
    )
    assert project.where("static_root") == ("/third", "config/settings.py:10", INFERRED)
    assert project.where("allowed_hosts") == (["a", "b"], "config/settings.py:7", INFERRED)
    assert (project.variable("KEY")["required"], project.variable("KEY")["build"]) == (False, True)


# ---------------------------------------------------------------- several files


def test_star_imports_and_last_assignment(read):
    project = read(
        {
            "shop/settings/base.py": """
            import os
            from pathlib import Path
            BASE_DIR = Path(__file__).resolve().parent.parent.parent
            STATIC_ROOT = BASE_DIR / "static"
            INSTALLED_APPS = ["a", "b"]
            MIDDLEWARE = ["one", "two"]
            DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": BASE_DIR / "db.sqlite3"}}
            _PRIVATE = 1
            """,
            "shop/settings/middle.py": "from shop.settings.base import *\nfrom .production import *\n",
            "shop/settings/production.py": """
            from .middle import *
            INSTALLED_APPS += ["c"]
            INSTALLED_APPS.append("d")
            MIDDLEWARE.insert(1, "between")
            MIDDLEWARE = ["zero", *MIDDLEWARE]
            DATABASES["default"]["ENGINE"] = "django.db.backends.postgresql"
            DATABASES["default"].update({"NAME": "shop", "HOST": "db"})
            """,
        },
        "shop/settings/production.py",
    )
    assert project.where("static_root") == ("static", "shop/settings/base.py:5", STATED)
    assert project.where("installed_apps") == (["a", "b", "c", "d"], "shop/settings/production.py:4", STATED)
    assert project["middleware"] == ["zero", "one", "between", "two"]
    assert project["databases"]["default"]["engine"] == "django.db.backends.postgresql"
    assert project["databases"]["default"]["name"] == "shop"
    assert project.findings.found["databases"].source == "shop/settings/production.py:8"
    assert project.settings.files == [f"shop/settings/{name}.py" for name in ("production", "middle", "base")]


def test_package_in_a_subfolder(read):
    project = read(
        {
            "src/config/settings/__init__.py": "from .base import *\nfrom config.more import EXTRA as MEDIA_URL\n",
            "src/config/settings/base.py": "import config.more\nROOT_URLCONF = config.more.URLS\n",
            "src/config/more.py": "EXTRA = '/extra/'\nURLS = 'config.urls'\n",
        },
        "src/config/settings/__init__.py",
        "src",
    )
    assert project.where("root_urlconf") == ("config.urls", "src/config/settings/base.py:2", STATED)
    assert project["media_url"] == "/extra/"


def test_local_settings_that_are_absent_or_ignored(read):
    project = read(
        {
            ".gitignore": "local_settings.py\n",
            "config/local_settings.py": "STATIC_ROOT = '/mine'\n",
            "config/settings.py": """
            STATIC_ROOT = "/static"
            try:
                from .local_settings import *
            except ImportError:
                pass
            try:
                from .nowhere import *
            except ImportError:
                MEDIA_URL = "/media/"
            """,
        }
    )
    assert project["static_root"] == "/static"
    assert project["media_url"] == "/media/"


@pytest.mark.parametrize(
    "line",
    [
        "from .private import NAME, FOLDER",
        "from config.private import *",
        "from . import private\nNAME, FOLDER = private.NAME, private.FOLDER",
        "import config.private as private\nNAME, FOLDER = private.NAME, private.FOLDER",
    ],
)
def test_what_an_ignored_module_sets_is_unknown(read, line):
    project = read(
        {
            ".gitignore": "private.py\n",
            "config/__init__.py": "",
            "config/private.py": "NAME = 'secret'\nFOLDER = '/secret'\n",
            "config/settings.py": f"{line}\nDATABASES = {{'default': {{'NAME': NAME}}}}\nSTATIC_ROOT = FOLDER\n",
        }
    )
    assert project["static_root"] == "" and project["databases"]["default"]["name"] is None
    module = project["ignored_modules"][0]
    assert (module["path"], module["source"], module["needed"]) == ("config/private.py", "config/settings.py:1", True)
    assert module["names"] == (["NAME", "FOLDER"] if "NAME, FOLDER" in line.partition("\n")[0] else [])


def test_ignored_module_that_is_taken_if_it_is_there(read):
    project = read(
        {
            ".gitignore": "private.py\n",
            "config/private.py": "STATIC_ROOT = '/secret'\n",
            "config/settings.py": """
            from pathlib import Path
            INSTALLED_APPS = []
            if (Path(__file__).parent / "private.py").exists():
                from .private import *
            """,
        }
    )
    assert project.where("static_root") == ("", "", ASSUMED) and project["secret_key_unset"]
    assert not project["ignored_modules"][0]["needed"]


def test_settings_that_git_ignores(read):
    project = read({".gitignore": "settings.py\n", "config/settings.py": "STATIC_ROOT = '/secret'\n"})
    assert project.where("static_root") == ("", "config/settings.py", ASSUMED)
    assert ("config/settings.py", "is a file that git ignores") in [
        (problem.source, problem.message) for problem in project.findings.problems
    ]


def test_all_names_of_an_ignored_module_may_be_set(read):
    files = {
        ".gitignore": "private.py\n",
        "config/private.py": "STATIC_ROOT = '/secret'\n",
        "config/settings.py": """
        MEDIA_ROOT = "/media"
        from .private import *
        STATIC_URL = "/static/"
        """,
    }
    project = read(files)
    for read_again in (project, read({path: text for path, text in files.items() if "private" not in path})):
        assert read_again.where("static_root") == ("", "config/settings.py:3", ASSUMED)
        assert read_again.where("media_root") == ("/media", "config/settings.py:2", INFERRED)
        assert read_again.where("static_url") == ("/static/", "config/settings.py:4", STATED)
        assert "secret_key_unset" not in read_again.findings.found


@pytest.mark.parametrize("module", ["local_settings", "config.local"])
def test_absent_module_by_its_full_name(read, module):
    text = f"""
    STATIC_ROOT = "/static"
    try:
        from {module} import *
    except ImportError:
        STATIC_ROOT = "/other"
    """
    project = read({"config/settings.py": text, "config/__init__.py": ""})
    assert project.where("static_root") == ("/other", "config/settings.py:6", INFERRED)


def test_package_that_may_be_installed(read):
    project = read(
        """
        INSTALLED_APPS = ["a"]
        try:
            import debug_toolbar
            INSTALLED_APPS += ["debug_toolbar"]
        except ImportError:
            INSTALLED_APPS += ["b"]
        """
    )
    assert project.where("installed_apps") == (["a", "debug_toolbar"], "config/settings.py:5", INFERRED)


def test_split_settings(read):
    project = read(
        {
            "config/settings/__init__.py": """
            from split_settings.tools import include, optional
            include("base.py", "components/*.py", optional("local.py"))
            """,
            "config/settings/base.py": "INSTALLED_APPS = ['a']\n",
            "config/settings/components/static.py": "STATIC_ROOT = '/static'\nINSTALLED_APPS += ['b']\n",
        },
        "config/settings/__init__.py",
    )
    assert project.where("static_root") == ("/static", "config/settings/components/static.py:1", STATED)
    assert project["installed_apps"] == ["a", "b"]


def test_split_settings_take_paths_of_the_module_that_includes(read):
    """`__file__` and other names are those of the module that calls include()."""
    project = read(
        {
            "config/settings/__init__.py": """
            from split_settings.tools import include
            include("components/base.py")
            """,
            "config/settings/components/base.py": """
            from pathlib import Path
            from split_settings.tools import include
            BASE_DIR = Path(__file__).resolve().parent.parent.parent
            STATIC_ROOT = BASE_DIR / "static"
            include("components/media.py")
            """,
            "config/settings/components/media.py": "MEDIA_ROOT = BASE_DIR / 'media'\n",
        },
        "config/settings/__init__.py",
    )
    assert (project["static_root"], project["media_root"]) == ("static", "media")


def test_split_settings_need_a_file_that_is_not_there(read):
    settings = """
    from split_settings.tools import include, optional
    include("base.py", optional("mine.py"), "more/*.py", "local.py")
    """
    files = {
        "config/settings/__init__.py": settings,
        "config/settings/base.py": "A = str(1)\nINSTALLED_APPS = ['a']\n",
    }
    project = read(files, "config/settings/__init__.py")
    wanted = "config/settings/local.py"
    (found,) = project["lacking_modules"]
    assert (found["path"], found["example"], found["source"]) == (wanted, "", "config/settings/__init__.py:3")
    example = "config/settings/local.py.sample"
    files |= {example: "INSTALLED_APPS += ['b']\n", "config/settings/mine.py.sample": "INSTALLED_APPS += ['c']\n"}
    project = read(files, "config/settings/__init__.py")
    assert [(one["path"], one["example"]) for one in project["lacking_modules"]] == [(wanted, example)]
    assert project["installed_apps"] == ["a", "b"]


def test_configurations(read):
    project = read(
        """
        from configurations import Configuration, values

        class Base(Configuration):
            INSTALLED_APPS = ["a"]
            DEBUG = values.BooleanValue(False)
            SECRET_KEY = values.SecretValue()

        class Dev(Base):
            STATIC_ROOT = "/dev"

        class Production(Base):
            STATIC_ROOT = "/static"
            DATABASES = values.DatabaseURLValue("postgres://db/shop")
            EMAIL_HOST = values.Value("localhost", environ_prefix="SHOP")

            @property
            def MIDDLEWARE(self):
                return [*self.INSTALLED_APPS, "m"]

        class Zebra(Base):
            pass
        """
    )
    assert project.where("static_root") == ("/static", "config/settings.py:13", STATED)
    assert project["middleware"] == ["a", "m"]
    assert project.required == ["DJANGO_SECRET_KEY"]
    assert project.variable("SHOP_EMAIL_HOST")["default"] == "localhost"
    assert project["databases"]["default"]["name"] == "shop"
    assert project["databases"]["default"]["variable"] == "DATABASE_URL"


def test_values_of_configurations_that_are_empty_without_a_default(read):
    found = read("""
        from configurations import Configuration, values
        class Production(Configuration):
            FEATURES = values.DictValue(environ_name="FEATURES", environ_prefix=None)
            HOSTS = values.ListValue(None, environ_name="HOSTS")
            if FEATURES.get("BOARD", False) or "all" in HOSTS:
                STATIC_URL = "/board/"
            else:
                STATIC_URL = "/assets/"
    """)
    assert (found["static_url"], found.required) == ("/assets/", [])
    assert found.variable("FEATURES")["default"] is None


def test_a_value_of_configurations_with_a_name_of_its_own(read):
    project = read(
        """
        from configurations import Configuration, values

        class Production(Configuration):
            DATABASES = {"default": {
                "ENGINE": values.Value("django.db.backends.postgresql", environ_name="DB_ENGINE", environ_prefix=None),
                "HOST": values.Value("localhost", environ_name="DB_HOST", environ_prefix=None),
                "PASSWORD": values.SecretValue(environ_name="DB_PASSWORD"),
            }}
        """
    )
    database = project.findings.found["databases"].value["default"]
    assert (database.engine, database.host) == ("django.db.backends.postgresql", "localhost")
    assert database.variables["host"] == "DB_HOST"
    assert project.required == ["DJANGO_DB_PASSWORD"] and project.variable("DJANGO_DB_PASSWORD")["filled"]


def test_a_value_of_a_file_or_a_variable(read):
    project = read(
        """
        from configurations import Configuration, values
        from lasuite.configuration.values import SecretFileValue

        class Base(Configuration):
            SECRET_KEY = SecretFileValue(None)
            PASSWORD = SecretFileValue("x", environ_name="LDAP_PASSWORD", environ_prefix=None)
            TRACE_KEY = SecretFileValue(None, environ_name="TRACE_SECRET_KEY", environ_prefix=None)

        class Build(Base):
            SECRET_KEY = values.Value("DummyKey")

        class Production(Base):
            DEBUG = False
        """
    )
    assert project.required == ["DJANGO_SECRET_KEY"]
    assert project.variable("LDAP_PASSWORD")["secret"] is True


def test_configuration_that_wsgi_chooses(read):
    project = read(
        {
            "config/wsgi.py": "import os\nos.environ.setdefault('DJANGO_CONFIGURATION', 'Two')\n",
            "config/settings.py": """
            from configurations import Configuration
            class Two(Configuration):
                STATIC_ROOT = "/two"
            class Prod(Configuration):
                STATIC_ROOT = "/prod"
            """,
        }
    )
    assert project["static_root"] == "/two"


def test_class_that_loads_itself(read):
    project = read(
        {
            "config/base.py": """
            class Common:
                @classmethod
                def load_settings(cls, module):
                    ...

                @property
                def INSTALLED_APPS(self):
                    return ["a"]
            """,
            "config/settings.py": """
            from .base import Common
            class Live(Common):
                @property
                def INSTALLED_APPS(self):
                    apps = super().INSTALLED_APPS
                    apps.append("b")
                    return apps
            Live.load_settings(__name__)
            """,
        }
    )
    assert project["installed_apps"] == ["a", "b"]


# ---------------------------------------------------------------- what settings mean

WHITENOISE = 'MIDDLEWARE = ["whitenoise.middleware.WhiteNoiseMiddleware"]\n'
STORAGE = 'STORAGES = {{"staticfiles": {{"BACKEND": "{}"}}}}\n'


OF_HELPER = """
import os
NOT_SET = object()
STAGE = os.environ.get("DJANGO_ENV", "development")
def from_env(name, *, production=NOT_SET, development=None):
    try:
        return os.environ[name]
    except KeyError:
        if STAGE == "production":
            if production is NOT_SET and os.environ.get("MANAGE_PY", "0") == "0":
                raise ValueError(name)
            if production is NOT_SET:
                return development
            return production
        return development
SECRET_KEY = from_env("SECRET_KEY", development="x")
SITE = from_env("SITE", development="localhost", production="example.com")
"""
OF_DEFAULT = """
import os
NOT_SET = object()
def of(name, default=NOT_SET):
    value = os.environ.get(name, default)
    if value is NOT_SET:
        raise ValueError(name)
    return value
SECRET_KEY = of("SECRET_KEY")
SITE = of("SITE", "example.com")
"""
NESTED = """
import os, sys
DEBUG = os.environ.get("DEBUG", "False") == "True"
STORE = os.getenv("STORE", "")
if STORE:
    STORE = STORE.split(",")
else:
    print("There is no store.")
    if not DEBUG:
        sys.exit(9)
"""
IN_HANDLER = """
import os
DEBUG = os.environ.get("DEBUG", "0") == "1"
try:
    SECRET_KEY = os.environ["SECRET_KEY"]
except KeyError:
    if DEBUG:
        SECRET_KEY = "x"
    else:
        raise ValueError("Set SECRET_KEY")
"""


@pytest.mark.parametrize(
    ("text", "required"),
    [
        (OF_HELPER, ["SECRET_KEY"]),
        (OF_DEFAULT, ["SECRET_KEY"]),
        (NESTED, ["STORE"]),
        (IN_HANDLER, ["SECRET_KEY"]),
    ],
)
def test_which_variable_is_to_blame(read, text, required):
    assert read({"config/settings.py": text, "config/__init__.py": ""}).required == required


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("", "plain"),
        (WHITENOISE, "whitenoise"),
        (STORAGE.format("django.contrib.staticfiles.storage.StaticFilesStorage"), "plain"),
        (STORAGE.format("django.contrib.staticfiles.storage.ManifestStaticFilesStorage"), "manifest"),
        (
            WHITENOISE + STORAGE.format("django.contrib.staticfiles.storage.ManifestStaticFilesStorage"),
            "whitenoise-manifest",
        ),
        ("STATICFILES_STORAGE = 'whitenoise.storage.CompressedManifestStaticFilesStorage'", "whitenoise-manifest"),
        ("STATICFILES_STORAGE = 'whitenoise.storage.CompressedStaticFilesStorage'", "whitenoise"),
        (WHITENOISE + STORAGE.format("storages.backends.s3.S3Storage"), "s3"),
        (STORAGE.format("config.storage.Own"), "manifest"),
        (STORAGE.format("config.storage.Passed"), "manifest"),
        (STORAGE.format("elsewhere.Thing"), "other"),
    ],
)
def test_staticfiles_kind(read, text, kind):
    files = {
        "config/settings.py": text,
        "config/__init__.py": "",
        "config/storage.py": """
        from django.contrib.staticfiles import storage
        from .mixins import Middle as Passed
        class Own(Passed):
            pass
        """,
        "config/mixins.py": """
        from django.contrib.staticfiles.storage import ManifestStaticFilesStorage
        class Middle(ManifestStaticFilesStorage):
            manifest_strict = False
        """,
    }
    assert read(files)["staticfiles_kind"] == kind


def test_services(read):
    project = read(
        """
        import os
        REDIS = os.getenv("REDIS_URL")
        CELERY_BROKER_URL = os.getenv("BROKER", "redis://localhost:6379/0")
        LAYER = "channels_redis.core.RedisChannelLayer"
        CHANNEL_LAYERS = {"default": {"BACKEND": LAYER, "CONFIG": {"hosts": [REDIS]}}}
        CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": [REDIS]}}
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
        LOGGING = {"version": 1}
        ENGINE = "django.db.backends." + os.getenv("ENGINE", "mysql")
        DATABASES = {"default": {"ENGINE": ENGINE, "HOST": os.environ["DB_HOST"]}}
        """
    )
    assert project["celery_broker"] == {
        "value": "redis://localhost:6379/0",
        "variable": "BROKER",
        "setting": "CELERY_BROKER_URL",
        "results": "",
    }
    assert project["channel_layers"] == {
        "default": {"backend": "channels_redis.core.RedisChannelLayer", "hosts": [], "variable": "REDIS_URL"}
    }
    assert project["caches"]["default"]["variable"] == "REDIS_URL"
    assert project["secure_proxy_ssl_header"] == ["HTTP_X_FORWARDED_PROTO", "https"]
    assert project["logging_configured"] is True
    assert project["databases"]["default"]["engine"] == "django.db.backends.mysql"
    assert project["databases"]["default"]["variables"] == {"engine": "ENGINE", "host": "DB_HOST"}


def test_database_dummy_has_the_scheme_of_the_default(read):
    project = read(
        """
        import environ
        env = environ.Env()
        DATABASES = {"default": env.db("DATABASE_URL", default="postgis://localhost/shop")}
        DATABASES["default"] = env.db("DATABASE_URL")
        """
    )
    assert project.variable("DATABASE_URL")["dummy"] == "postgis://localhost/build"


def test_engine_dummy_is_one_that_django_has(read):
    project = read(
        "import os\nDATABASES = {'default': {'ENGINE': os.environ['DB_ENGINE'], 'NAME': os.environ['DB']}}\n"
    )
    assert project.variable("DB_ENGINE")["dummy"] == "django.db.backends.sqlite3"
    assert project.variable("DB")["dummy"] == "/tmp/build.sqlite3"


# ---------------------------------------------------------------- whatever comes


@pytest.mark.parametrize(
    "text",
    [
        "while True:\n    X = 1\n",
        "def f(x):\n    return f(x)\nX = f(1)\n",
        "X = 'a' * 10 ** 9\nY = 2 ** 10 ** 9\nZ = '%999999999d' % 1\nW = f'{1:>999999999}'\n",
        "X = [1]\nX.append(X)\nINSTALLED_APPS = X\nMIDDLEWARE = [X, X]\n",
        "A = [1]\n" + "A = [A, A]\n" * 60 + "INSTALLED_APPS = A\nDATABASES = {'default': A}\n",
        "X = 'ab'\n" + "X = X.replace('', X)\n" * 60,
        "X = " + " + ".join(["1"] * 3000) + "\nSTATIC_ROOT = '/static'\n",
        "STATIC_ROOT = " + "(" * 150 + "1" + ")" * 150,
        "L = list(range(9))\n"
        + "".join(f"{' ' * i}for i{i} in '123456789':\n" for i in range(12))
        + " " * 12
        + "X = 1\n",
        "class A(A): pass\nclass B(A): pass\nclass A(B): X = 1\nSTATIC_ROOT = A.Y\n",
        "from . import *\nfrom .settings import *\nfrom .... import x\nfrom config import settings\n",
        "STATIC_ROOT = 1\nDATABASES = 5\nMIDDLEWARE = {}\nSTORAGES = []\nCACHES = {1: 2}\nLOGGING = lambda: 0\n",
        "STATIC_ROOT = '\\0'\nSTATIC_URL = None\nDATABASES = {'default': {'ENGINE': 3, 'NAME': {}}}\n",
        "globals().update(x)\nglobals()['STATIC_ROOT'] = '/s'\nlocals().update(A=1)\nexec(open('a').read())\nvars()\n",
        "import os\nos.environ['']\nos.environ[X]\nos.getenv()\nos.getenv(1)\nos.environ.get(*a, **b)\n",
        "raise SystemExit\n",
        "A = ['a']\nfor i in '" + "x" * 150 + "':\n    A += A\n    B = A == A\n    C = 'z' in A\n",
        "from pathlib import Path\nP = Path('/a')\n" + "P = P / str(P)[1:]\n" * 60,
        "from copy import deepcopy\nA = ['a']\n"
        + "A = [*A, *A]\n" * 13
        + "A = [A, *[A for x in A]]\nB = deepcopy(A)\n",
        "X = 'ab' + 'c'\n" + "X = f'{X}{X}{X}{X}{X}{X}{X}{X}'\n" * 30 + "Y = '{0}{0}'.format(X)\nZ = X.join([X, X])\n",
        "from glob import glob\n" + "X = glob(__file__ + '/../**/*')\n" * 50,
        "try:\n    raise X\nexcept* X:\n    A = 1\n",
        "def f(: broken",
        "\x00",
    ],
)
def test_nothing_raises_or_hangs(read, text):
    start = time.process_time()
    project = read(text)
    assert "static_root" in project.findings.found
    project.assert_readable()
    assert time.process_time() - start < 15  # what would not end takes minutes


def test_missing_module(read):
    project = read({"manage.py": ""}, "no/settings.py")
    assert project.findings.found["environment"].note == "the settings module is not in the project"


def sampled(text):
    return st.sampled_from(text.split(" "))


WORDS = sampled(
    "os.environ['A'] os.getenv('B','c') env('D') env.db() BASE_DIR / 'x' [ ] ( ) { } : , = + += | not if else for "
    "in import from . * STATIC_ROOT DATABASES INSTALLED_APPS True None 1 'text' class A: def f(x): return raise "
    "try: except: with match lambda self super() "
    "__file__ Path(__file__).parent include('a.py') os.path.join globals() \n \n\n \n\t"
)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(WORDS, max_size=40).map(" ".join) | st.text(max_size=80))
def test_no_input_raises(tmp_path, text):
    (tmp_path / "settings.py").write_bytes(text.encode("utf-8", "surrogatepass"))
    project = Read(tmp_path, "settings.py", "")
    assert "environment" in project.findings.found
    project.assert_readable()


ATOMS = sampled(
    "1 'a' None True x y z os os.environ os.environ['A'] os.getenv('B') [] {} () __file__ Path(__file__) env config f "
    "A A() Path str int dict list"
)
EXPRESSIONS = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.tuples(inner, sampled("+ - * / % | and or == in is <"), inner).map(lambda p: f"({p[0]} {p[1]} {p[2]})"),
        st.tuples(inner, inner).map(lambda p: f"{p[0]}({p[1]})"),
        st.tuples(inner, inner).map(lambda p: f"[{p[0]}, *{p[1]}]"),
        st.tuples(inner, inner).map(lambda p: f"{{'default': {p[0]}, **{p[1]}}}"),
        st.tuples(inner, inner).map(lambda p: f"({p[0]})[{p[1]}]"),
        st.tuples(inner, sampled("get split format join parent parents update append pop items insert path")).map(
            lambda p: f"({p[0]}).{p[1]}"
        ),
        st.tuples(inner, inner, inner).map(lambda p: f"({p[0]} if {p[1]} else {p[2]})"),
        st.tuples(inner, inner).map(lambda p: f"[{p[0]} for x in {p[1]} if x]"),
    ),
    max_leaves=8,
)
NAMES = sampled(
    "x y z STATIC_ROOT DATABASES CACHES STORAGES MIDDLEWARE ALLOWED_HOSTS DEBUG SECRET_KEY CELERY_BROKER_URL "
    "CHANNEL_LAYERS LOGGING"
)
HEAD = """import os, environ
from pathlib import Path
from decouple import config
env = environ.Env(A=(bool, 1))
class A:
    X = 1
def f(x):
    if x: raise KeyError
    return os.environ[x]
"""


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(NAMES, st.sampled_from(("=", "+=")), EXPRESSIONS), max_size=8))
def test_no_expression_raises(tmp_path, lines):
    text = HEAD + "\n".join(f"{name} {sign} {expression}" for name, sign, expression in lines)
    (tmp_path / "settings.py").write_text(text)
    project = Read(tmp_path, "settings.py", "")
    assert "environment" in project.findings.found
    project.assert_readable()


def test_reading_takes_longer_in_proportion_to_the_project(tmp_path):
    """Four times the files and variables: a square of them would take 16 times as long."""

    def seconds(size: int) -> float:
        root = tmp_path / str(size)
        for folder in range(size // 20):
            (root / f"app{folder}").mkdir(parents=True)
            for name in range(100):
                (root / f"app{folder}" / f"m{name}.py").touch()
        lines = (f"S{i} = [os.getenv('V{i}', 'x'), {{'a': Path(__file__).parent / 'b'}}]\n" for i in range(size))
        (root / "settings.py").write_text(HEAD + "".join(lines))
        start = time.process_time()
        found, _ = read_settings(Tree(root), "settings.py", "")
        assert len(found.environment) == size
        return time.process_time() - start

    seconds(20)  # what is loaded once
    assert seconds(1000) < 9 * seconds(260)


# ---------------------------------------------------------------- variables without which settings fail


@pytest.mark.parametrize(
    ("text", "required"),
    [
        ("import os\nP = int(os.getenv('P'))", ["P"]),
        ("import os\nP = int(os.getenv('P', ''))", ["P"]),
        ("import os\nP = int(os.getenv('P', '1'))", []),
        ("import os\nP = int(os.getenv('P') or 1)", []),
        ("import os\ntry:\n    P = int(os.getenv('P'))\nexcept TypeError:\n    P = 1", []),
        ("import json, os\nP = json.loads(os.getenv('P'))", ["P"]),
        (
            "import json, os\ntry:\n    P = json.loads(os.getenv('P', ''))\nexcept json.JSONDecodeError:\n    P = {}",
            [],
        ),
        ("import os, platform\nif platform.system() == 'Windows':\n    P = os.environ['P']", []),
        ("import os\nP = os.path.join('/x', os.environ.get('P'))", ["P"]),
        ("import os, pathlib\nP = pathlib.Path(os.environ.get('P'))", ["P"]),
        ("import os\nP = 'redis://' + os.environ.get('P')", ["P"]),
        ("import os\nP = f\"redis://{os.environ.get('P')}\"", []),
        ("from decouple import config\nP = config('P', cast=int, default='')", ["P"]),
        ("from decouple import config\nP = config('P', cast=int, default=None)", ["P"]),
        ("from decouple import config\nP = config('P', cast=bool, default='')", []),
        ("import environ\nP = environ.Env().int('P', default='')", []),
        ("import os, sys\ntry:\n    P = os.environ['P']\nexcept KeyError:\n    sys.exit('Set P.')", ["P"]),
        ("import os\nif not os.environ.get('P'):\n    print('Set P.')\n    exit(1)", ["P"]),
        ("import sys\nif 'test' in sys.argv or 'pytest' in sys.modules:\n    import os\n    P = os.environ['P']", []),
        ("import sys\nif 'x' in sys.argv:\n    sys.exit()\nimport os\nP = os.environ['P']", ["P"]),
        ("NAME = os.environ['HOSTNAME']", ["HOSTNAME"]),  # a login has it, a build has not
        ("NAME = os.environ['HOME'] + os.environ.get('USER', '')", []),
    ],
)
def test_a_variable_that_settings_fail_without(text, required, read):
    assert read(text).required == required


def test_what_a_login_has_is_no_variable_to_set(read):
    found = read("import os\nNAME = os.environ.get('USER', '')\nSHELL = os.getenv('SHELL')\n")
    assert {"USER", "SHELL"}.isdisjoint(item["name"] for item in found["environment"])


@pytest.mark.parametrize(
    "check",
    [
        "if KEY == 'insecure' and DEBUG is False:\n    raise ValueError",
        "if not KEY or KEY.startswith('in'):\n    if not DEBUG:\n        raise ValueError",
    ],
)
def test_a_key_whose_default_settings_refuse(check, read):
    text = "import os\nDEBUG = os.getenv('DEBUG', '1') == '1'\nKEY = os.getenv('SECRET_KEY', 'insecure')\n"
    found = read(f"{text}{check}\n")
    assert found.variable("SECRET_KEY")["dummy"].startswith("only-for-building")
    assert read(text).variable("SECRET_KEY")["dummy"] == ""


def test_the_stand_in_for_a_key_of_fernet_has_its_form(read):
    found = read("import os\nFIELD_ENCRYPTION_KEY = os.environ['FIELD_ENCRYPTION_KEY']\n")
    dummy = found.variable("FIELD_ENCRYPTION_KEY")["dummy"]
    assert len(dummy) == 44 and len(base64.urlsafe_b64decode(dummy)) == 32


def test_variables_that_the_package_of_the_settings_reads(read):
    celery = "import os\nfrom celery import Celery\nKEY = os.environ['KEY']\nLEVEL = os.getenv('LEVEL', 'info')\n"
    files = {"config/__init__.py": "from .celery import KEY\n", "config/celery.py": celery}
    found = read(files | {"config/settings.py": "DEBUG = False\n"})
    assert found.required == ["KEY"] and found.variable("KEY")["source"] == "config/celery.py:3"
    assert found.settings.files == ["config/settings.py"]


PYDANTIC = """
    from typing import Annotated, ClassVar, Literal, Optional
    from pydantic import AliasChoices, BaseModel, EmailStr, Field, PostgresDsn, SecretStr, computed_field
    from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

    class Mail(BaseModel):
        host: str
        port: int = 25

    class Cache(BaseSettings):
        model_config = SettingsConfigDict(env_prefix="CACHE_")
        size: int

    class Base(BaseSettings):
        region: str

    class Env(Base):
        model_config = SettingsConfigDict(env_prefix="SHOP_", env_nested_delimiter="__")
        kept: ClassVar[int] = 3
        secret_key: SecretStr
        page_size: int
        hosts: list[str]
        extra: dict[str, str]
        plain: Annotated[list[str], NoDecode]
        mode: Literal["small", "large"]
        sender: EmailStr
        database: PostgresDsn
        given: str = Field(...)
        maybe: Optional[str]
        named: str = Field(validation_alias="OTHER_NAME")
        several: str = Field(validation_alias=AliasChoices("FIRST", "SECOND"))
        mail: Mail
        cache: Cache = Field(default_factory=Cache)
        csrf: list[str] = Field(default_factory=list)
        apps: list[str] = Field(default_factory=lambda: ["shop"])
        token: str = Field(default_factory=lambda: make_token())
        inner: Annotated[int, Field(default=3)]
        sized: Annotated[int, Field(gt=0)]
        mail_from: str = "x@example.com"
        none: str | None = None

        @computed_field
        @property
        def static(self) -> str:
            return "/srv/" + self.mail_from

    def load():
        return Env()

    env = load()
    INSTALLED_APPS = env.apps
    STATIC_ROOT = env.static
"""


def test_each_field_without_a_default_is_required(read):
    project = read(PYDANTIC)
    assert project.required == [
        *("CACHE_SIZE", "SHOP_SECRET_KEY", "SHOP_PAGE_SIZE", "SHOP_HOSTS", "SHOP_EXTRA", "SHOP_PLAIN", "SHOP_MODE"),
        *("SHOP_SENDER", "SHOP_DATABASE", "SHOP_GIVEN", "SHOP_MAYBE", "OTHER_NAME", "FIRST", "SHOP_MAIL__HOST"),
        *("SHOP_SIZED", "SHOP_REGION"),
    ]
    dummies = {name: project.variable(f"SHOP_{name}")["dummy"] for name in ("HOSTS", "EXTRA", "MODE", "PAGE_SIZE")}
    assert dummies == {"HOSTS": "[]", "EXTRA": "{}", "MODE": "small", "PAGE_SIZE": "1"}
    assert project.variable("SHOP_DATABASE")["dummy"].startswith("postgres://")
    assert project.variable("SHOP_SENDER")["dummy"].endswith("@example.com")
    assert project.variable("SHOP_APPS")["default"] == '["shop"]'
    assert project["installed_apps"] == ["shop"]
    assert project["static_root"] == "/srv/x@example.com"


@pytest.mark.parametrize("base", ["str, enum.Enum", "enum.StrEnum"])
def test_a_field_whose_type_is_an_enumeration(read, base):
    project = read(
        """
        import enum
        from pydantic_settings import BaseSettings

        class Size(BASE):
            small = "small"
            large = "large"

        class Env(BaseSettings):
            size: Size
            other: Size = Size.large

        env = Env()
        """.replace("BASE", base)
    )
    assert project.required == ["SIZE"]
    assert project.variable("SIZE")["dummy"] == "small"


CHOSEN = {
    "a mapping of its names": "globals().update({k: v for k, v in vars(chosen).items() if k.isupper()})\n",
    "a loop over its names": (
        "for name in dir(chosen):\n    if name.isupper():\n        globals()[name] = getattr(chosen, name)\n"
    ),
}


@pytest.mark.parametrize("dotted", ["f'config.{stage}'", "f'.{stage}', package='config'", "'.' + stage, 'config'"])
@pytest.mark.parametrize("text", CHOSEN.values(), ids=CHOSEN)
def test_settings_of_a_module_that_a_variable_chooses(read, text, dotted):
    first = "import importlib, os\nstage = os.environ.get('STAGE', 'live')\n"
    project = read(
        {
            "config/settings.py": f"{first}chosen = importlib.import_module({dotted})\n{text}",
            "config/common.py": "DEBUG = False\nSTATIC_ROOT = '/srv/static'\n",
            "config/live.py": "from .common import *\n",
        }
    )
    assert project["static_root"] == "/srv/static" and project["debug"] is False
    project.assert_readable()


OWN_CLASSES = {
    "what it does first": """
        class Env(Base):
            def __init__(self, prefix):
                super().__init__()
                self.prefix = prefix
                self.key = os.environ["API_KEY"]

            def get(self, name):
                return os.environ[self.prefix + name]

        env = Env("SHOP_")
        REGION = env.get("REGION")
        """,
    "a dataclass": """
        @dataclass(frozen=True)
        class Env(Base):
            region: str
            key: str = field(default_factory=lambda: os.environ["API_KEY"])
            sizes: list = field(default_factory=list)

        env = Env(os.environ["SHOP_REGION"])
        REGION = env.region
        """,
}


@pytest.mark.parametrize("text", OWN_CLASSES.values(), ids=OWN_CLASSES)
def test_variables_that_a_class_of_the_project_reads(read, text):
    project = read(
        {
            "config/env.py": "import os\nfrom dataclasses import dataclass, field\nclass Base:\n    pass\n"
            + textwrap.dedent(text),
            "config/settings.py": "from config.env import env, REGION\nKEY = env.key\n",
        }
    )
    assert project.required == ["API_KEY", "SHOP_REGION"] or project.required == ["SHOP_REGION", "API_KEY"]
    assert project.settings.get("KEY").variables == ("API_KEY",)
    assert project.settings.get("REGION").variables[-1:] == ("SHOP_REGION",)


def test_fields_of_the_first_pydantic(read):
    project = read(
        """
        from typing import Optional
        from pydantic import BaseSettings, Field

        class Settings(BaseSettings):
            DATABASE: str | None
            OLD: Optional[str]
            NAME: str
            USER: str = Field(..., env="LOGIN")
            HOST: str
            loose = 3
            HOSTS: list[str] = Field(default_factory=list)

            class Config:
                env_prefix = "APP_"
                fields = {"HOST": {"env": "PGHOST"}}

        SETUP = Settings()
        """
    )
    assert project.required == ["APP_NAME", "LOGIN", "PGHOST"]


VALIDATED = [
    """
    from pydantic import BaseSettings, validator
    class Env(BaseSettings):
        SERVER: str | None
        HOST: str | None = None
        PORT: int | None = 5432
        @validator("HOST", always=True)
        def check(cls, HOST, values):
            if not values.get("SERVER") and not HOST:
                raise ValueError("one of them")
            return HOST
    ENV = Env()
    """,
    """
    from pydantic import model_validator
    from pydantic_settings import BaseSettings
    class Env(BaseSettings):
        HOST: str | None = None
        PORT: int | None = 5432
        @model_validator(mode="after")
        def check(self):
            if self.HOST is None or self.PORT == 0:
                raise ValueError("no host")
            return self
    ENV = Env()
    """,
]


@pytest.mark.parametrize("text", VALIDATED)
def test_what_a_validator_demands(text, read):
    project = read(text)
    assert [variable["name"] for variable in project["environment"] if variable["build"]] == ["HOST"]
    assert project.required == []


def test_ini_files(read):
    project = read(
        {
            "config/settings.py": """
            import configparser, os
            config = configparser.RawConfigParser()
            config.read_dict({"site": {"url": "/a/"}})
            config.read([os.path.expanduser("~/.shop.cfg"), "shop.ini"])
            STATIC_URL = config.get("site", "static")
            MEDIA_URL = config.get("site", "url")
            DEBUG = config.getboolean("site", "debug", fallback=False)
            APPEND_SLASH = config.has_option("site", "nothing")
            STATIC_ROOT = config.get("site", "nothing", fallback="/srv/static")
            """,
            "shop.ini": "[site]\nstatic = /s/\ndebug = on\n",
        }
    )
    assert (project["static_url"], project["media_url"], project["static_root"]) == ("/s/", "/a/", "/srv/static")
    assert project["debug"] is True


def test_a_class_that_is_never_called_requires_nothing(read):
    project = read("from pydantic_settings import BaseSettings\nclass Env(BaseSettings):\n    page_size: int\n")
    assert project.required == []


REFUSED = [
    'SECRET_KEY = get("KEY_SECRET_KEY", "insecure")\nif SECRET_KEY == "insecure" and not DEBUG:\n    raise E()',
    'SECRET_KEY = get("KEY_SECRET_KEY", "insecure-x")\nif not DEBUG and "insecure" in SECRET_KEY:\n    exit(1)',
    'SECRET_KEY = get("KEY_SECRET_KEY", "a" + made())\nif not DEBUG and SECRET_KEY[:1] == "a":\n    exit(1)',
    'SECRET_KEY = get("KEY_SECRET_KEY", made())',
    'SECRET_KEY = get("KEY_SECRET_KEY", "short")\nassert DEBUG or len(SECRET_KEY) > 20',
]


@pytest.mark.parametrize("text", REFUSED)
def test_a_key_that_production_refuses_is_no_key(read, text):
    project = read(
        f"import os\nfrom x import made\nget = os.environ.get\nDEBUG = os.environ.get('DEBUG') == '1'\n{text}\n"
    )
    assert project.required == ["KEY_SECRET_KEY"]


def test_a_value_that_production_refuses_is_no_value(read):
    project = read(
        """
        import os
        DEBUG = bool(os.environ.get("DEBUG"))
        DOMAIN = os.environ.get("DOMAIN", "example.com")
        if not DEBUG and DOMAIN == "example.com":
            raise ValueError("Set DOMAIN")
        """
    )
    assert project.required == ["DOMAIN"]
    assert project.variable("DOMAIN")["refused"] and project.variable("DOMAIN")["dummy"] == "localhost"


def test_an_address_of_this_machine_that_production_refuses(read):
    project = read(
        """
        import os
        DEBUG = False
        FRONT_URL = os.environ.get("FRONT_URL", "http://localhost:3000")
        if not DEBUG and "localhost" in FRONT_URL:
            raise ValueError("Set FRONT_URL")
        """
    )
    assert project.variable("FRONT_URL")["dummy"] == "http://www.example.com"


def test_dynaconf(read):
    project = read(
        {
            "config/settings.py": """
                from dynaconf import DjangoDynaconf
                STATIC_ROOT = "a"
                INSTALLED_APPS = ["shop"]
                settings = DjangoDynaconf(__name__, env_prefix="X", settings_files=["conf.yaml"])
            """,
            "conf.yaml": """
                default:
                  STATIC_ROOT: out
                  INSTALLED_APPS: [dynaconf_merge, search]
                  MEDIA_ROOT: "@none"
                production:
                  STATIC_URL: /s/
                development:
                  STATIC_URL: /d/
            """,
        }
    )
    assert (project["static_root"], project["static_url"]) == ("out", "/s/")
    assert project["installed_apps"] == ["shop", "search"]


def test_an_object_of_dynaconf(read):
    project = read(
        {
            "config/settings.py": """
                from dynaconf import Dynaconf
                conf = Dynaconf(settings_files=["conf.toml", ".secrets.toml"])
                STATIC_ROOT = conf.ROOT
            """,
            "conf.toml": "ROOT = 'out'",
        }
    )
    assert project["static_root"] == "out"


EXAMPLE = {"config/configuration.example.py": "STATIC_ROOT = '/srv/out'\nHOSTS = ['a']\n"}
RAISING = "try:\n    {}\nexcept ImportError as error:\n    raise E() from error\nSTATIC_ROOT = c.STATIC_ROOT\n"


@pytest.mark.parametrize(
    "text",
    [
        "from .configuration import *\n",
        "from config.configuration import STATIC_ROOT\n",
        "from . import configuration as c\nSTATIC_ROOT = c.STATIC_ROOT\n",
        RAISING.format("from config import configuration as c"),
        RAISING.format("import importlib\n    c = importlib.import_module('config.configuration')"),
        RAISING.format(
            "import importlib, os\n    c = importlib.import_module(os.getenv('C', 'config.configuration'))"
        ),
        "from pathlib import Path\nexec(open(Path(__file__).parent / 'configuration.py').read())\n",
        "import os\nwith open(os.path.join(os.path.dirname(__file__), 'configuration.py')) as f:\n"
        "    exec(compile(f.read(), 'x', 'exec'), globals())\n",
    ],
)
def test_a_module_that_a_person_has_to_write(read, text):
    project = read({"config/__init__.py": "", "config/settings.py": text, **EXAMPLE})
    assert project["static_root"] == "/srv/out"
    (found,) = project["lacking_modules"]
    assert (found["path"], found["example"]) == ("config/configuration.py", "config/configuration.example.py")


@pytest.mark.parametrize(
    "text",
    [
        "try:\n    from .configuration import *\nexcept ImportError:\n    pass\n",
        "import os\nif os.path.exists(os.path.join(os.path.dirname(__file__), 'configuration.py')):\n"
        "    from .configuration import *\n",
        "try:\n    exec(open('config/configuration.py').read())\nexcept FileNotFoundError:\n    pass\n",
    ],
)
def test_a_module_that_a_person_may_write(read, text):
    project = read({"config/__init__.py": "", "config/settings.py": text, **EXAMPLE})
    assert project["lacking_modules"] == [] and project["static_root"] == ""


@pytest.mark.parametrize(
    ("text", "required"),
    [
        ("ALLOWED_HOSTS = os.getenv('HOSTS').split(',') if os.getenv('HOSTS') else None\n", True),
        ("LOCALE_PATHS = [p] if (p := os.getenv('HOSTS')) else None\n", True),
        ("ALLOWED_HOSTS = os.getenv('HOSTS').split(',') if os.getenv('HOSTS') else []\n", False),
        ("CORS_ALLOWED_ORIGIN_REGEXES = [os.getenv('HOSTS')]\n", True),
        ("CSRF_TRUSTED_ORIGINS = ['https://a.example', os.environ.get('HOSTS')]\n", True),
        ("CORS_ALLOWED_ORIGINS = [os.getenv('HOSTS', 'https://a.example')]\n", False),
    ],
)
def test_a_list_that_django_refuses_without_its_variable(read, text, required):
    """https://github.com/django/django/blob/5.2/django/conf/__init__.py#L163"""
    project = read(f"import os\n{text}")
    assert project.variable("HOSTS")["required"] is required and project.variable("HOSTS")["build"] is required


@pytest.mark.parametrize(
    "text",
    [
        "import os\nwith open(os.environ['SITE_CFG'], encoding='utf-8') as f:\n    x = f.read()\n",
        "import os, yaml\nx = yaml.safe_load(open(os.getenv('SITE_CFG')))\n",
        "import json, os\nfrom pathlib import Path\nx = json.loads(Path(os.environ['SITE_CFG']).read_text())\n",
        "import os\nfrom pathlib import Path\nwith Path(os.environ['SITE_CFG']).open('rb') as f:\n    x = f.read()\n",
        "import environ\nenv = environ.Env()\nwith open(env('SITE_CFG')) as f:\n    x = f.read()\n",
        "import os\ndef need(name):\n    try:\n        return os.environ[name]\n    except KeyError:\n"
        "        raise E\n"
        "PATH = need('SITE_CFG')\nwith open(PATH) as f:\n    x = f.read()\n",
    ],
)
@pytest.mark.parametrize(
    ("files", "example"),
    [
        ({}, ""),
        ({"a.yml": "# Set SITE_CFG to this file.\nKEY: x\n"}, "a.yml"),
        ({"a.yml": "# Set SITE_CFG to this file.\nKEY: x\n", "b.yml": "# SITE_CFG\n"}, ""),  # which of them?
        ({"compose.yml": "services:\n  web:\n    environment:\n      SITE_CFG: /code/deploy/a.yml\n"}, ""),
        (
            {
                "compose.yml": "services:\n  web:\n    environment:\n      SITE_CFG: /code/deploy/a.yml\n",
                "deploy/a.yml": "",
            },
            "deploy/a.yml",
        ),
        ({"Dockerfile": "FROM python\nENV SITE_CFG=config/a.json\n", "config/a.json": "{}"}, "config/a.json"),
    ],
)
def test_a_file_that_a_variable_names(read, text, files, example):
    project = read({"config/__init__.py": "", "config/settings.py": text, **files})
    (variable,) = project["environment"]
    assert variable["required"] and variable["opened"].startswith("config/settings.py:")
    assert (variable["example"], variable["dummy"]) == (example, example or "build")


@pytest.mark.parametrize(
    "text",
    [
        "import os\nif os.path.exists(os.environ['SITE_CFG']):\n    x = open(os.environ['SITE_CFG']).read()\n",
        "import os\ntry:\n    x = open(os.environ['SITE_CFG']).read()\nexcept OSError:\n    x = ''\n",
        "import os\nx = open(os.environ['SITE_CFG'], 'w')\n",
        "import os\nx = open(os.environ['SITE_CFG'], mode='a')\n",
        "import os\nx = open(os.getenv('SITE_CFG', '/dev/null')).read()\n",
    ],
)
def test_a_file_that_a_variable_may_name(read, text):
    (variable,) = read(text)["environment"]
    assert variable["opened"] == ""


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("x = json.load(open('secrets.json'))\n", ("secrets.json", "")),
        (
            "with open(BASE / 'conf' / 'keys.toml', 'rb') as f:\n    x = f.read()\n",
            ("conf/keys.toml", "conf/keys.example.toml"),
        ),
        ("x = (BASE / 'conf/keys.toml').read_text()\n", ("conf/keys.toml", "conf/keys.example.toml")),
        ("with open('/etc/config.json') as f:\n    x = json.load(f)\n", ("/etc/config.json", "")),
        ("x = open('conf/keys.example.toml').read()\n", None),
        ("x = open('front/webpack-stats.json').read()\n", None),  # which a build makes
        ("x = open('/app/VERSION').read()\n", None),
        ("x = open('/run/secrets/key.txt').read()\n", ("/run/secrets/key.txt", "")),  # compose.yaml puts none there
        ("try:\n    x = open('secrets.json').read()\nexcept Exception:\n    x = ''\n", None),
        ("if (BASE / 'secrets.json').exists():\n    x = open('secrets.json').read()\n", None),
        ("if os.path.exists('/etc/config.json'):\n    x = open('/etc/config.json').read()\n", None),
        ("open('made.json', 'w').write('{}')\nx = open('made.json').read()\n", None),
        ("def later():\n    return open('secrets.json').read()\n", None),
    ],
)
def test_a_file_that_settings_read(read, text, found):
    start = "import json, os\nfrom pathlib import Path\nBASE = Path(__file__).resolve().parent.parent\n"
    project = read({"config/settings.py": start + text, "conf/keys.example.toml": "a = 1\n"})
    assert [(one["path"], one["example"]) for one in project["lacking_modules"]] == ([found] if found else [])


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("if not os.path.isfile(MINE):\n    raise RuntimeError('MINE is missing')\n", ("conf/mine.py", "")),
        ("if not Path(MINE).exists():\n    print('missing')\n    sys.exit(1)\n", ("conf/mine.py", "")),
        (
            "if not os.path.isfile('conf/keys.toml'):\n    raise OSError\n",
            ("conf/keys.toml", "conf/keys.example.toml"),
        ),
        ("if not os.path.isfile(MINE):\n    print('missing')\n", None),
        ("if not os.path.exists('uploads'):\n    raise RuntimeError\n", None),  # a folder, perhaps
        ("try:\n    if not os.path.isfile(MINE):\n        raise OSError\nexcept OSError:\n    pass\n", None),
        ("if os.getenv('STRICT'):\n    if not os.path.isfile(MINE):\n        raise OSError\n", None),
        ("if not os.path.exists('/etc/shop.py'):\n    raise RuntimeError\n", None),
        ("if not os.path.exists('front/app.js'):\n    raise RuntimeError\n", None),  # which a build makes
    ],
)
def test_a_file_without_which_settings_stop(read, text, found):
    start = "import os, sys\nfrom pathlib import Path\nMINE = 'conf/mine.py'\n"
    project = read({"config/settings.py": start + text, "conf/keys.example.toml": "a = 1\n"})
    assert [(one["path"], one["example"]) for one in project["lacking_modules"]] == ([found] if found else [])


def test_a_file_that_settings_run(read):
    project = read(
        {
            "config/settings.py": """
                from pathlib import Path
                BASE = Path(__file__).parent
                exec((BASE / "parts" / "static.py").read_text())
                VERSION = f"v{(BASE / 'VERSION').read_text().strip()}"
            """,
            "config/parts/static.py": "STATIC_ROOT = BASE / 'out'\n",
            "config/VERSION": "1\n",
        }
    )
    assert project["static_root"] == "config/out"
    project.assert_readable()


def test_a_branch_that_needs_an_absent_module_is_not_the_one(read):
    project = read(
        {
            "config/__init__.py": "",
            "config/production.py": "import os\nSTATIC_ROOT = '/srv/out'\nKEY = os.environ['KEY']\n",
            "config/local.py.example": "STATIC_ROOT = '/local'\n",
            "config/settings.py": """
                import os
                if os.environ.get("ENV_CONFIG") in ["1", "true"]:
                    from .production import *
                else:
                    try:
                        from .local import *
                    except ImportError as error:
                        raise ImportError("No local settings") from error
            """,
        }
    )
    assert project.required == ["ENV_CONFIG", "KEY"] and project["static_root"] == "/srv/out"


def test_names_of_environments_in_each_branch(read):
    project = read(
        """
        import os
        KIND = os.environ.get("ENV_TYPE", "dev")
        if KIND == "dev":
            STATIC_ROOT = "/dev"
        elif KIND == "stage":
            STATIC_ROOT = "/stage"
        elif KIND == "prod":
            STATIC_ROOT = "/prod"
        """
    )
    assert project["static_root"] == "/prod" and project.variable("ENV_TYPE")["production"] == "prod"


@pytest.mark.parametrize(
    ("text", "dummy"),
    [
        ("V = e.json('V')", "{}"),
        ("V = d.dict('V')", "a=b"),
        ("V = d('V', cast=dict)", "a=b"),
        ("V = e.log_level('V')", "INFO"),
        ("V = e.list('V', subcast=int)", "1"),
        ("V = config('V', cast=Csv(int))", "1"),
        ("V = config('V', cast=Choices(['small', 'large']))", "small"),
        ("V = config('V', cast=parse)", "sqlite:////tmp/build.sqlite3"),
        ("V = json.loads(os.environ['V'])", "[]"),
        ("V = os.environ['ELASTIC_ENDPOINT'].split(',')", "http://localhost:9200"),
        ("V = tuple(int(x) for x in os.environ['V'].split(','))", "1"),
        ("V = [int(x.strip()) for x in os.environ['V'].split()]", "1"),
        ("V = list(map(int, os.environ['V'].split(',')))", "1"),
        ("V = int(os.environ['V'].split(',')[0])", "1"),
        (
            "V = []\nfor x in os.environ['V'].split(','):\n    V.append(uuid.UUID(x))",
            "00000000-0000-4000-8000-000000000000",
        ),
        ("V = [x.strip() for x in os.environ['V'].split(',')]", "localhost"),
    ],
)
def test_a_made_up_text_is_of_the_form_that_is_read(read, text, dummy):
    start = "import environ, environs, json, os, uuid\nfrom decouple import config, Csv, Choices\n"
    start += "from dj_database_url import parse\ne, d = environs.Env(), environ.Env()\n"
    project = read(f"{start}{text}\n")
    (name,) = project.required
    assert project.variable(name)["dummy"] == dummy


def test_a_database_url_that_decouple_casts(read):
    project = read(
        """
        import dj_database_url
        from decouple import config
        url = "postgres://u@dbhost/shop"
        DATABASES = {"default": config("DATABASE_URL", default=url, cast=dj_database_url.parse)}
        """
    )
    database = project["databases"]["default"]
    assert (database["engine"], database["host"]) == ("django.db.backends.postgresql", "dbhost")


def test_readers_of_another_package_that_name_their_arguments(read):
    project = read(
        """
        import dj_database_url
        from acme.common.envs import get_bool, get_int, get_string

        DEBUG = get_bool(name="DEBUG", default=False, description="Whether errors are shown")
        SITE_ID = get_int(name="SITE_NUMBER", default=1, description="The site")
        DATABASES = {"default": dj_database_url.parse(get_string(name="DATABASE_URL", default="postgres://db/shop"))}
        TITLE = get_string(name="a title", default="A")
        """
    )
    found = [(one["name"], one["type"]) for one in project["environment"]]
    assert found == [("DEBUG", "bool"), ("SITE_NUMBER", "int"), ("DATABASE_URL", "url")]
    assert project["databases"]["default"]["name"] == "shop"


@pytest.mark.parametrize(
    "text",
    [
        "globals().update({k: v for k, v in vars(base).items() if k.isupper()})\n",
        "def taken(module):\n    return copy.deepcopy({k: v for (k, v) in vars(module).items() if k.isupper()})\n"
        "globals().update(taken(base))\n",
        "for name, value in vars(base).items():\n    if name.isupper():\n        globals()[name] = value\n",
    ],
)
def test_names_that_are_taken_from_another_module(read, text):
    files = {"config/base.py": "import os\nSTATIC_ROOT = '/srv/static'\nroot = '/'\n", "config/__init__.py": ""}
    project = read(files | {"config/settings.py": f"import copy\nfrom config import base\n{text}"})
    assert project["static_root"] == "/srv/static"


def test_names_that_settings_copy_from_another_module(read):
    """As a function of the project takes them: those in capitals, of a module that it is given."""
    project = read(
        {
            "config/base.py": """
            import os
            STATIC_URL = os.getenv("STATIC_URL", "/files/")
            INSTALLED_APPS = ["shop"]
            def helper():
                pass
            """,
            "config/util.py": """
            import copy
            def settings_of(module):
                return copy.deepcopy({key: value for (key, value) in vars(module).items() if key.isupper()})
            """,
            "config/settings.py": """
            from config import base
            from config.util import settings_of
            found = settings_of(base)
            globals().update(found)
            """,
        }
    )
    assert project["static_url"] == "/files/" and list(project["installed_apps"]) == ["shop"]
    assert project.variable("STATIC_URL")["source"] == "config/base.py:3"


def test_a_part_of_a_setting_of_an_installed_package(read):
    """DATABASES is left alone: more than a part tells where it is."""
    project = read(
        """
        from starter.conf.base import *
        DATABASES["default"]["ENGINE"] = "django.db.backends.postgresql"
        CACHES["more"] = {"BACKEND": "django.core.cache.backends.db.DatabaseCache"}
        STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"
        TEMPLATES[0]["APP_DIRS"] = True
        """
    )
    assert project["staticfiles_kind"] == "manifest" and project["outside"]
    assert list(project["caches"]) == ["more"] and not project["databases"]
    assert not read("STORAGES['staticfiles']['BACKEND'] = 'shop.Storage'\n")["outside"]
    assert read("STORAGES['staticfiles']['BACKEND'] = 'shop.Storage'\n")["staticfiles_kind"] == "plain"


def test_a_part_of_a_setting_of_an_installed_package_under_a_condition(read):
    part = 'STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"'
    start = "import shop\nfrom starter.conf.base import *\n"
    assert read(f"{start}{part}\n")["staticfiles_kind"] == "manifest"
    assert read(f"{start}if shop.live():\n    {part}\n")["staticfiles_kind"] != "manifest"


def test_split_settings_of_a_file_that_git_ignores(read):
    start = "from split_settings.tools import include, optional\n"
    for call, needed in (("include('own.py')", True), ("include(optional('own.py'))", False)):
        files = {".gitignore": "own.py\n", "config/own.py": "A = 1\n", "config/settings.py": f"{start}{call}\n"}
        (found,) = read(files)["ignored_modules"]
        assert (found["path"], found["needed"]) == ("config/own.py", needed)


@pytest.mark.parametrize(
    ("path", "folder"), [("/etc/hostname", "/srv/a"), ("/proc/1/cgroup", "/srv/a"), ("/etc/shop/name.txt", "/srv/b")]
)
def test_a_file_that_every_machine_has_is_not_absent(path, folder, read):
    text = "try:\n    open(PATH)\n    STATIC_ROOT = '/srv/a'\nexcept OSError:\n    STATIC_ROOT = '/srv/b'\n"
    assert read(text.replace("PATH", repr(path)))["static_root"] == folder


def test_variables_of_typed_environment_configuration(read):
    """By its own function, or one of the project's: https://pypi.org/project/typed-environment-configuration/."""
    project = read(
        {
            "config/__init__.py": "",
            "config/settings/__init__.py": """
            from typed_environment_configuration import *
            VARIABLES = [StringVariable("PROJECT"), BoolVariable("DEBUG", default=False), IntegerVariable("SIZE", 3)]
            URL = StringVariable("APP_STATIC_URL", default="/files/")
            PREFIXED = [URL, StringListVariable("APP_NAMES", default="")]
            FillVars(VARIABLES, vars())
            def fill(variables, v, prefix=""):
                for var in variables:
                    v[var.name] = var.getenv(prefix=prefix)
            fill(PREFIXED, vars(), "APP_")
            """,
            "config/settings/production.py": """
            from decouple import *
            from config.settings import *
            SECRET_KEY = StringVariable("SECRET_KEY").getenv()
            LIMIT = config("LIMIT", default=5, cast=int)
            TITLE = PROJECT + "!"
            """,
        },
        "config/settings/production.py",
    )
    assert project.required == ["PROJECT", "SECRET_KEY"]
    types = {variable["name"]: variable["type"] for variable in project["environment"]}
    assert types == {
        "PROJECT": "str",
        "DEBUG": "bool",
        "SIZE": "int",
        "APP_STATIC_URL": "str",
        "APP_NAMES": "list",
        "SECRET_KEY": "str",
        "LIMIT": "int",
    }
    assert project["static_url"] == "/files/" and not project["outside"]


def test_a_star_import_of_a_known_package_is_no_problem(read):
    project = read("from decouple import *\nDEBUG = config('DEBUG', default=False, cast=bool)\n")
    assert list(project.findings.problems) == []
    line = "from decouple import *\n"
    project = read({"config/base.py": line, "config/settings.py": f"{line}from .base import *\nA = config('A')\n"})
    assert list(project.findings.problems) == [] and project.required == ["A"]
    assert len(read("from starter import *\n").findings.problems) == 1


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("from split_settings.tools import *", "include('more.py')"),
        ("from django_heroku import *", "settings(locals())"),
    ],
)
def test_functions_that_set_names_and_are_among_all_of_a_package(start, end, read):
    text = f"{start}\nfrom pathlib import Path\nBASE_DIR = Path(__file__).parent.parent\nMIDDLEWARE = []\n{end}\n"
    project = read({"config/settings.py": text, "config/more.py": "STATIC_ROOT = BASE_DIR / 'staticfiles'\n"})
    assert project["static_root"] == "staticfiles" and not project["outside"]
    assert list(project.findings.problems) == []


@pytest.mark.parametrize(
    "text",
    [
        "import django_heroku\nif shop.live():\n    django_heroku.settings(locals())\n",
        "from typed_environment_configuration import *\nif shop.live():\n"
        "    FillVars([StringListVariable('ALLOWED_HOSTS', default='*')], vars())\n",
    ],
)
def test_names_that_a_package_sets_under_a_condition_are_in_doubt(text, read):
    project = read(f"import shop\nALLOWED_HOSTS = []\n{text}")
    found = project.findings.found["allowed_hosts"]
    assert found.value == ["*"] and "could not be decided" in found.note


def test_a_scheme_of_smart_env(read):
    """https://github.com/saxix/django-smart-env."""
    project = read(
        """
        from smart_env import SmartEnv
        CONFIG = {
            "STATIC_URL": (str, "/files/", "Where static files are"),
            "DATABASE_URL": (str, "", "", True, "Where the database is"),
            "SIZE": (int, 3),
        }
        env = SmartEnv(**CONFIG)
        STATIC_URL = env("STATIC_URL")
        SIZE = env("SIZE")
        DATABASES = {"default": env.db("DATABASE_URL", default="postgres://shop@db/shop")}
        """
    )
    assert project["static_url"] == "/files/"
    assert project["databases"]["default"]["engine"] == "django.db.backends.postgresql"
    assert {one["name"]: one["type"] for one in project["environment"]}["SIZE"] == "int"


@pytest.mark.parametrize(
    ("code", "dummy"),
    [
        ("import uuid\nA = uuid.UUID(os.environ['NAME'])", "00000000-0000-4000-8000-000000000000"),
        ("from decimal import Decimal\nA = Decimal(os.environ.get('NAME'))", "1"),
        ("from datetime import date\nA = date.fromisoformat(os.environ['NAME'])", "2000-01-01"),
        ("import datetime\nA = datetime.datetime.strptime(os.environ['NAME'], '%d.%m.%y %H:%M')", "01.01.00 00:00"),
        ("import ipaddress\nA = [ipaddress.ip_network(os.environ['NAME'])]", "127.0.0.0/8"),
        ("from zoneinfo import ZoneInfo\nA = ZoneInfo(os.environ['NAME'])", "UTC"),
        ("from celery.schedules import crontab\nA = {'a': crontab(minute=0, hour=os.environ['NAME'])}", "*"),
        ("import logging\nlogging.basicConfig(level=os.environ['NAME'])", "INFO"),
        ("A = {'tent': 1, 'house': 2}[os.environ['NAME']]", "tent"),
        ("A = {'yes': 1, 'no': 2}[os.environ['NAME']]", "yes"),
        ("A = {'dev': 1, 'prod': 2}[os.environ.get('SITE_ENV')]", "prod"),
        (
            "from enum import Enum\nclass Kind(Enum):\n    A = 'tent'\n    B = 'house'\nA = Kind(os.environ['NAME'])",
            "tent",
        ),
        ("host, port, name = os.environ['NAME'].split(':')", "localhost:1:build"),
        ("A = {}\nhost, A['x'] = os.environ['NAME'].split(':')", "localhost:build"),
        ("from datetime import datetime\nA = datetime.strptime(os.environ.get('NAME'), '%Y')", "2000"),
        ("from decouple import config\nimport json\nA = config('NAME', cast=json.loads)", "[]"),
        ("from decouple import config\nfrom decimal import Decimal\nA = config('NAME', cast=Decimal)", "1"),
    ],
)
def test_a_text_has_the_form_that_it_is_read_in(code, dummy, read):
    (variable,) = read(f"import os\n{code}\n")["environment"]
    assert (variable["build"], variable["dummy"]) == (True, dummy)


def test_names_that_a_comprehension_finds_unset(read):
    code = "lacking = [name for name in ('ONE', 'TWO') if name not in os.environ]\nif lacking:\n    raise ValueError\n"
    assert read(f"import os\n{code}").required == ["ONE", "TWO"]


@pytest.mark.parametrize("name", ["f'site.conf.{NAME}'", "'site.conf.' + NAME"])
def test_a_module_that_a_variable_chooses(name, read):
    code = f"import os\nfrom importlib import import_module\nNAME = os.environ['KIND']\nimport_module({name})\n"
    files = {"site/settings.py": code, "site/conf/__init__.py": "", "site/__init__.py": ""}
    files |= {f"site/conf/{kind}.py": "A = 1\n" for kind in ("dev", "local", "live", "testing")}
    assert read(files, "site/settings.py").variable("KIND")["dummy"] == "live"


def test_a_module_that_a_variable_chooses_is_no_developer_s(read):
    code = "import os\nfrom importlib import import_module\nimport_module(f\"conf.{os.environ['KIND']}\")\n"
    files = {f"conf/{name}.py": "" for name in ("__init__", "dev", "zeta")} | {"settings.py": code}
    assert read(files, "settings.py").variable("KIND")["dummy"] == "zeta"


def test_a_module_of_an_unknown_name(read):
    code = "from importlib import import_module\nfrom elsewhere import name\nimport_module(f'conf.{name()}')\nA = 1\n"
    found = read({"settings.py": code, "conf/__init__.py": ""}, "settings.py")
    found.assert_readable()
    assert found.settings.value("A") == 1


def test_a_section_of_a_file_that_is_not_there(read):
    code = "import configparser\nc = configparser.ConfigParser()\nc.read('site.ini')\nKEY = c['main']['key']\n"
    project = read({"config/settings.py": code, "site.ini.example": "[main]\nkey =\n"})
    assert project["environment"] == []
    assert [(one["path"], one["example"]) for one in project["lacking_modules"]] == [("site.ini", "site.ini.example")]
    caught = code.replace("KEY = c['main']['key']", "try:\n    KEY = c['main']['key']\nexcept KeyError:\n    KEY = ''")
    assert read(caught)["lacking_modules"] == []
    found = read({"config/settings.py": code, "site.ini": "[main]\nkey = abc\n"})
    assert found.settings.value("KEY") == "abc"


@pytest.mark.parametrize(
    ("ask", "production"),
    [
        ("requests.get('http://169.254.169.254/latest/meta-data/local-ipv4').text", {}),
        ("urllib.request.urlopen(url='http://metadata.google.internal/computeMetadata/v1/')", {}),
        ("json.loads(os.environ['VCAP_SERVICES'])['postgres'][0]['credentials']['uri']", {}),
        ("requests.get('http://www.example.com/')", {"SITE_ENV": "production"}),
    ],
)
def test_an_environment_that_asks_the_cloud_it_runs_in_is_not_set(ask, production, read):
    text = f"""
        import json
        import os
        import requests
        import urllib.request
        SITE_ENV = os.environ.get("SITE_ENV", "local")
        def address():
            return {ask}
        ALLOWED_HOSTS = []
        if SITE_ENV in ("staging", "production"):
            ALLOWED_HOSTS.append(address())
            QUEUE = os.environ["QUEUE"]
    """
    project = read(text)
    assert project.settings.production == production
    assert project.variable("SITE_ENV")["production"] == production.get("SITE_ENV")
    assert project.required == (["QUEUE"] if production else [])
    caught = f"try:\n                return {ask}\n            except Exception:\n                return ''"
    assert read(text.replace(f"return {ask}", caught)).settings.production == {"SITE_ENV": "production"}
    debug = text.replace("ALLOWED_HOSTS = []", "DEBUG = SITE_ENV == 'local'\n        ALLOWED_HOSTS = []")
    assert read(debug).settings.production == {"SITE_ENV": "production"}
