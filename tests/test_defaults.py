"""A project in, the questions' defaults out: what the answer to each question is when a person presses Enter."""

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from support import QUESTIONS, ROOT

from extensions.project import Found
from extensions.project.dependencies.record import Dependencies
from extensions.project.evaluation.environment import ReadVariable
from extensions.project.layout.record import Layout
from extensions.project.settings.record import DjangoSettings
from extensions.questions import answers, defaults, records
from extensions.services.site import Site

MANAGE = """
import os
if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "site.settings")
    from django.core.management import execute_from_command_line
    execute_from_command_line()
"""
WSGI = """
import os
from django.core.wsgi import get_wsgi_application
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "site.settings")
application = get_wsgi_application()
"""
SITE = {"manage.py": MANAGE, "site/__init__.py": "", "site/wsgi.py": WSGI, "site/settings.py": "SECRET_KEY = 'x'\n"}


@pytest.fixture
def read(tmp_path):
    """Return a function that writes a project's files and returns its defaults, as (value, source) by question."""

    def make(files: dict[str, str], **settings: str):
        for path, text in (SITE | files).items():
            (tmp_path / "My Site!" / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / "My Site!" / path).write_text(text)
        found = defaults.defaults(tmp_path / "My Site!")
        return {name: (default.value, default.source) for name, default in found.items()}

    return make


def test_every_default_in_copier_yml_is_read():
    text = (ROOT / "copier.yml").read_text()
    assert set(defaults.RULES) == {name for name in QUESTIONS if f"{{{{ '{name}' | found" in text}
    assert set(QUESTIONS) - set(defaults.RULES) == {"customize"}


def test_a_project_of_which_little_is_known(read):
    found = {name: value for name, (value, _) in read({}).items()}
    others = {name: question.safe for name, question in records.QUESTIONS.items() if question.is_read}
    assert found == others | {
        "registry": "registry.example.org/my-site",
        "project_slug": "my-site",
        "django_dir": ".",
        "settings_module": "site.settings",
        "python_version": "3.13",
        "wsgi_module": "site.wsgi",
        "installer": "pip",
        "uv_version": "",
        "installer_files": [],
        "requirements_file": "",
        "requirements_includes": [],
        "requirements_beside": [],
        "install_options": [],
        "install_project": False,
        "build_setuptools": "",
        "gunicorn_install": True,
        "apt_build": [],
        "apt_runtime": [],
        "environment": {},
        "build_environment": {},
        "required_environment": [],
        "compose_environment": {},
        "compose_settings": {},
        "use_fathom": False,
        "static_root": "static",
        "set_static_root": True,
        "static_url": "/static/",
        "compile_messages": False,
        "dockerignore": [],
        "dockerignore_except": [],
        "gunicorn_workers": 3,
        "gunicorn_threads": 2,
        "web_concurrency": 2,
        "gunicorn_options": [],
        "django_port": 8000,
        "static_port": 8080,
        "build_image": "",
        "build_instructions": [],
        "django_instructions": [],
        "nginx_locations": [],
        "asgi_module": "",
        "worker_class": "gthread",
        "health_path": "/",
        "python_image": "slim",
        "debian_release": "trixie",
        "image_digests": {},
        "node": {},
        "dotenv": {},
        "secrets_file": ".env",
        "settings_environment": {},
        "development_environment": {"DJANGO_SETTINGS_MODULE": "development_settings"},
        "static_server": "nginx",
        "compress_offline": False,
        "media_root": "",
        "media_url": "",
        "data_dirs": [],
        "data_files": [],
        "data_root": "/data",
        "private_media": {},
        "compose_name": "my-site",
        "gunicorn_keepalive": 75,
        "log_errors": True,
        "use_compose": True,
        "reverse_proxy": "nginx",
        "manage_py": False,
        "rolling": True,
        "backups": True,
        "https_only": False,
        "services": {},
        "database_name": "django",
        "database_user": "django",
        "extra_databases": [],
        "migrate": False,
        "create_cache_table": False,
        "workers": {},
        "celery_concurrency": 2,
        "jobs": {},
        "env_example": True,
        "github_workflow": False,
        "update_workflow": False,
    }


def test_gunicorn(read):
    assert read({"requirements.txt": "Django\nGunicorn~=27.0\n"})["gunicorn_install"][0] is False
    assert read({"requirements.txt": "Django\n"})["gunicorn_install"][0] is True


def test_settings(read):
    settings = """
import os
BASE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SECRET_KEY = os.environ["KEY"]
DEBUG = os.environ.get("DEBUG", "1") == "1"
ALLOWED_HOSTS = os.environ.get("ALLOWED_HOSTS", "").split(",") if not DEBUG else ["*"]
STATIC_ROOT = os.path.join(BASE, "out", "static")
STATIC_URL = "https://cdn.example.com/assets/"
MEDIA_ROOT = os.path.join(BASE, "pictures")
STATICFILES_STORAGE = "whitenoise.storage.CompressedManifestStaticFilesStorage"
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": os.path.join(BASE, "data.db")}}
"""
    found = read({"site/settings.py": settings, "env39/pyvenv.cfg": "", "env39/x.py": ""})
    assert found["static_root"] == ("out/static", "site/settings.py:7")
    assert found["set_static_root"][0] is False
    assert found["static_url"] == ("/assets/", "site/settings.py:8")
    assert found["use_fathom"] == (True, "site/settings.py:10")
    assert found["dockerignore"][0] == ["out/static", "pictures", "data.db", "env39"]
    assert found["environment"][0] == {"DEBUG": "0"} or found["environment"][0].keys() == {"DEBUG"}
    assert found["build_environment"][0].keys() == {"KEY"}
    assert found["required_environment"][0] == ["KEY"]
    assert found["compose_environment"][0] == {"ALLOWED_HOSTS": "localhost,127.0.0.1"}


@pytest.mark.parametrize(
    ("files", "version"),
    [
        ({"requirements.txt": "Django==1.10.6\n"}, "3.8"),
        ({"requirements.txt": "Django==1.11.29\n"}, "3.8"),
        ({"requirements.txt": "Django==2.1.7\n", "runtime.txt": "python-3.6.8\n"}, "3.8"),
        ({"requirements.txt": "Django==2.2.28\n"}, "3.9"),
        ({"pyproject.toml": "[project]\nrequires-python = '==3.13.3'\ndependencies = ['Django']\n"}, "3.13.3"),
    ],
)
def test_a_python_that_has_an_image_runs_the_project(files, version, read):
    found = read(files)
    assert found["python_version"][0] == version and found["python_version"][1] != ""
    assert found["debian_release"][0] == "bookworm"


PACKAGE = """
[project]
name = "my-shop"
version = "1"
dependencies = ["django"]
[build-system]
requires = ["hatchling"]
"""
ASKS = "from importlib.metadata import version\nVERSION = version('my_shop')\n"
NAMED = PACKAGE.replace("my-shop", "shop")
CAUGHT = """
from importlib import metadata
try:
    VERSION = metadata.version("my-shop")
except metadata.PackageNotFoundError:
    VERSION = ""
"""


UNBOUND = CAUGHT.replace('VERSION = ""', "pass").lstrip()


@pytest.mark.parametrize(
    ("files", "installed"),
    [
        ({"pyproject.toml": PACKAGE, "shop/about.py": ASKS}, True),
        (
            {
                "pyproject.toml": PACKAGE,
                "shop/about.py": "import pkg_resources\npkg_resources.get_distribution('my-shop')",
            },
            True,
        ),
        (
            {
                "pyproject.toml": PACKAGE,
                "shop/about.py": "from importlib import metadata\nVERSION = metadata.version('my-shop')\n",
            },
            True,
        ),
        ({"pyproject.toml": NAMED, "shop/about.py": ASKS.replace("'my_shop'", "__package__")}, True),
        ({"pyproject.toml": NAMED, "shop/about.py": ASKS.replace("'my_shop'", "__name__")}, False),
        ({"pyproject.toml": PACKAGE, "shop/about.py": CAUGHT}, False),
        ({"pyproject.toml": PACKAGE, "shop/about.py": UNBOUND + "RELEASE = VERSION\n"}, True),
        ({"pyproject.toml": PACKAGE, "shop/about.py": UNBOUND + "def told():\n    return VERSION\n"}, False),
        ({"pyproject.toml": PACKAGE, "shop/about.py": "VERSION = ''\n" + UNBOUND + "RELEASE = VERSION\n"}, False),
        ({"pyproject.toml": PACKAGE, "tests/test_about.py": ASKS}, False),
        ({"pyproject.toml": PACKAGE, "shop/about.py": ASKS.replace("my_shop", "django")}, False),
        ({"pyproject.toml": PACKAGE.partition("[build-system]")[0], "shop/about.py": ASKS}, False),
        ({"pyproject.toml": PACKAGE.replace('version = "1"', "dynamic = ['version']"), "shop/about.py": ASKS}, False),
        (
            {
                "pyproject.toml": PACKAGE.replace('version = "1"', "dynamic = ['version']")
                + "[tool.setuptools.dynamic]\nversion = {attr = 'shop.__version__'}\n",
                "shop/about.py": ASKS,
            },
            True,
        ),
        (
            {
                "pyproject.toml": PACKAGE.replace('version = "1"', "dynamic = ['version']")
                + "[tool.hatch.version]\nsource = 'vcs'\n",
                "shop/about.py": ASKS,
            },
            False,
        ),
    ],
)
def test_a_project_that_asks_for_its_own_version_is_installed(files, installed, read):
    line = 3 if "pass" in files.get("shop/about.py", "") else 2
    assert read(files)["install_project"] == (installed, f"shop/about.py:{line}" if installed else "")


def test_a_version_that_a_build_of_the_package_writes(read):
    scm = PACKAGE + "[tool.setuptools_scm]\nwrite_to = 'site/_version.py'\n"
    found = read({"pyproject.toml": scm})
    for name in ("build_instructions", "django_instructions"):
        assert found[name][1] == "pyproject.toml" and found[name][0][0].endswith(" > /workdir/site/_version.py")
    assert read({"pyproject.toml": scm, "site/_version.py": "version = '1'"})["build_instructions"][0] == []


def test_a_package_that_asks_for_the_version_by_its_own_name(read):
    found = read({"pyproject.toml": NAMED, "shop/__init__.py": ASKS.replace("'my_shop'", "__name__")})
    assert found["install_project"] == (True, "shop/__init__.py:2")


@pytest.mark.parametrize("import_name", ["importlib.metadata", "importlib_metadata"])
def test_a_project_that_asks_for_a_version_that_only_git_has(import_name, read):
    dynamic = PACKAGE.replace('version = "1"', "dynamic = ['version']")
    asks = ASKS.replace("importlib.metadata", import_name)
    found = read({"pyproject.toml": dynamic, "shop/about.py": asks})
    for name in ("build_instructions", "django_instructions"):
        ((line,), source) = found[name]
        assert line.endswith("'Name: my-shop' 'Version: 0.0.0' > /workdir/my_shop.egg-info/PKG-INFO")
        assert source == "shop/about.py:2"
    assert read({"pyproject.toml": PACKAGE, "shop/about.py": asks})["build_instructions"][0] == []
    assert read({"pyproject.toml": dynamic, "shop/about.py": CAUGHT})["build_instructions"][0] == []


def test_tailwind_without_node_is_built_before_collectstatic(read):
    settings = "import os\nSECRET_KEY = os.environ['SECRET_KEY']\nINSTALLED_APPS = ['django_tailwind_cli']\n"
    (line,), source = read({"site/settings.py": settings})["build_instructions"]
    assert line.startswith("RUN SECRET_KEY=only-for-") and line.endswith(" python manage.py tailwind build")
    assert source == "site/settings.py:3"


def test_what_another_distribution_brought_once(read):
    name, code = (
        "install_packages",
        {"site/a.py": "import os\nfrom dateutil import parser\n", "docs/conf.py": "import six\n"},
    )
    assert read({"requirements.txt": "Django==5.2\n", **code})[name] == (["python-dateutil"], "site/a.py:2")
    assert read({"requirements.txt": "Django==5.2\npython-dateutil\n", **code})[name] == ([], "")


@pytest.mark.parametrize(
    ("files", "limit", "source"),
    [
        ({"requirements.txt": "Django==5.2\ndjango-allauth==0.42.0\n"}, "<70", "requirements.txt:2"),
        ({"requirements.txt": "Django==5.2\nelastic-apm==6.3.3\n"}, "<82", "requirements.txt:2"),
        (
            {"requirements.txt": "Django==5.2\nfeedparser==5.2.1\n", ".python-version": "3.11"},
            "<58",
            "requirements.txt:2",
        ),
        (
            {"requirements.txt": "Django==5.2\nfeedparser==5.2.1\n", ".python-version": "3.12"},
            "<70",
            "requirements.txt:2",
        ),
        ({"requirements.txt": "Django==5.2\ndjango-allauth==0.50.0\n"}, "", ""),
        ({"requirements.txt": "Django==5.2\ndjango-allauth\nelastic-apm>=6.3\n"}, "", ""),
        ({"requirements.txt": "django-allauth==0.42.0\nelastic-apm==6.3.3\nDjango\n"}, "<70", "requirements.txt:1"),
        ({"requirements.txt": "six==1.12\nDjango==2.2.28\n"}, "<70", "requirements.txt:2"),
        ({"requirements.txt": "six==1.12\nDjango>=3.2,<4.2\n"}, "<70", "requirements.txt:2"),
        ({"requirements.txt": "six==1.12\nDjango~=4.2\n"}, "", ""),
        ({"requirements.txt": "six==1.12\nDjango>=3.2\n"}, "", ""),
        ({"requirements.txt": "six==1.12\nDjango\n"}, "", ""),
        ({"requirements.txt": "six\ngunicorn==19.9.0\nDjango==2.2.28\n"}, "", ""),
        ({"requirements.txt": "psycopg2-binary==2.9.9\nDjango==3.2\n", ".python-version": "3.11"}, "", ""),
        ({"requirements.txt": "six==1.12\nDjango==2.2\nsetuptools==75.0\n"}, "", ""),
        ({"requirements.txt": "six==1.12\nDjango==2.2\nsetuptools>=40\n"}, "", ""),
        ({"requirements.txt": "six==1.12\nDjango==2.2\nsetuptools==65.6.3\n"}, "<70", "requirements.txt:2"),
        ({"requirements.txt": "-c c.txt\nsix==1.12\nDjango==2.2\n", "c.txt": "setuptools==75.0\n"}, "", ""),
    ],
)
def test_pins_that_only_an_older_setuptools_can_build(files, limit, source, read):
    assert read(files)["build_setuptools"] == (limit, source)


@pytest.mark.parametrize(
    ("command", "limit"),
    [
        ("pip install --no-cache-dir setuptools==68.0.0", "<70"),
        ("pip install --upgrade pip 'setuptools<58' wheel", "<70"),  # its Python is too new for an older one
        ("python3.12 -m pip install pip setuptools<=80.1", "<82"),
        ("uv pip install 'setuptools ~= 69.5'", "<70"),
        ("pip install 'setuptools<82'", "<82"),
        ("pip install 'setuptools>=70.0.0' && echo setuptools==68", ""),
        ("pip install setuptools==83.0.0", ""),
        ("pip install setuptools", ""),
        ("pip install other-setuptools==60", ""),
    ],
)
def test_the_setuptools_of_the_own_dockerfile(command, limit, read):
    dockerfile = f"FROM python:3.12\nRUN {command}\nRUN pip install -r requirements.txt\nCMD gunicorn site.wsgi\n"
    found = read({"requirements.txt": "Django==5.2\n", "Dockerfile": dockerfile})["build_setuptools"]
    assert found == (limit, "Dockerfile:2" if limit else "")


def test_the_setuptools_of_an_image_goes_before_that_of_tests(read):
    dockerfile = "FROM python:3.12\nRUN pip install 'setuptools<82'\nRUN pip install -r requirements.txt\n"
    steps = "jobs: {a: {steps: [{run: pip install setuptools==57.5.0 && pip install -r requirements.txt}]}}\n"
    files = {"requirements.txt": "Django==5.2\n", ".github/workflows/a.yml": steps}
    assert read({**files, "Dockerfile": dockerfile})["build_setuptools"][0] == "<82"
    (limit, source) = read({**files, "Dockerfile": ""})["build_setuptools"]
    assert limit and source.startswith(".github/workflows/a.yml:")


def test_the_setuptools_beside_which_tests_have_environments_of_their_own(read):
    step = "pip install 'setuptools<46' wheel\n"
    for then, limited in (
        ("tox", False),
        ("python3 -m nox", False),
        ("pip install -r a.txt && tox", True),
        ("", True),
    ):
        lines = f"      - run: |\n          {step}          {then}\n"
        files = {"requirements.txt": "Django==5.2\n", ".github/workflows/a.yml": f"jobs:\n  a:\n    steps:\n{lines}"}
        assert bool(read(files)["build_setuptools"][0]) == limited


def test_setuptools_is_limited_where_pip_or_uv_pip_installs(read):
    listed = '"Django==2.2.28", "six==1.12"'
    manifest = f'[project]\nname = "site"\nversion = "1"\ndependencies = [{listed}]\n'
    assert read({"pyproject.toml": manifest})["build_setuptools"][0] == "<70"
    lock = 'version = 1\n[[package]]\nname = "django"\nversion = "2.2.28"\n'
    lock += '[[package]]\nname = "six"\nversion = "1.12"\n'
    assert read({"pyproject.toml": manifest, "uv.lock": lock})["build_setuptools"] == ("<70", "uv.lock:2")


@pytest.mark.parametrize("tool", ["poetry", "pdm"])
def test_setuptools_is_limited_where_a_lock_has_no_wheel(tool, read):
    asked = 'dependencies = ["django", "six"]\n' if tool == "pdm" else ""
    manifest = f'[project]\nname = "site"\nversion = "1"\n{asked}[tool.{tool}]\n'
    manifest += '[tool.poetry.dependencies]\ndjango = "*"\nsix = "*"\n' if tool == "poetry" else ""
    lock = '[[package]]\nname = "django"\nversion = "2.2.28"\nfiles = [{file = "django-2.2.28-py3-none-any.whl"}]\n'
    lock += '[[package]]\nname = "six"\nversion = "1.12"\nfiles = [{file = "six-1.12.tar.gz"}]\n'
    files = {"pyproject.toml": manifest, f"{tool}.lock": lock}
    own = {"Dockerfile": f"FROM python:3.12\nRUN pip install setuptools==65\nRUN {tool} install\n"}
    assert read(files)["build_setuptools"] == ("<70", f"{tool}.lock:1")
    files[f"{tool}.lock"] = lock.replace(".tar.gz", "-py2.py3-none-any.whl")
    assert read(files)["build_setuptools"] == ("", "")
    assert read({**files, **own})["build_setuptools"] == ("", "")  # it has nothing to build


@pytest.mark.parametrize(("tool", "limit"), [("poetry", ""), ("pdm", "<70")])
def test_setuptools_is_limited_for_poetry_only_by_a_lock(tool, limit, read):
    manifest = (
        f'[project]\nname = "site"\nversion = "1"\ndependencies = ["Django==2.2.28", "six==1.12"]\n[tool.{tool}]\n'
    )
    manifest += (
        '[build-system]\nrequires = []\nbuild-backend = "poetry.core.masonry.api"\n' if tool == "poetry" else ""
    )
    answers = read({"pyproject.toml": manifest})
    assert answers["installer"][0] == ("poetry" if tool == "poetry" else "pyproject")
    assert answers["build_setuptools"][0] == limit


def test_setuptools_is_limited_with_pipenv(read):
    pipfile = '[packages]\nDjango = "==2.2.28"\n'
    lock = '{"default": {"django": {"version": "==2.2.28"}, "six": {"version": "==1.12"}}}'
    assert read({"Pipfile": pipfile, "Pipfile.lock": lock})["build_setuptools"][0] == "<70"


def test_catalogs_of_statici18n_are_made_of_the_messages(read):
    settings = "INSTALLED_APPS = ['statici18n']\n"
    found = read({"site/settings.py": settings})["code_commands"]
    assert found == (["python manage.py compilejsi18n"], "site/settings.py:1")
    dockerfile = "FROM python:3.13\nWORKDIR /a\nCOPY . .\nRUN python manage.py compilejsi18n -l fr\nCMD gunicorn a\n"
    found = read({"site/settings.py": settings, "Dockerfile": dockerfile})["code_commands"]
    assert found == (["python manage.py compilejsi18n -l fr"], "Dockerfile:4")


UNSAFE = "\n# The following packages are considered to be unsafe in a requirements file:\n# pip\n# setuptools\n"


def test_setuptools_that_pip_compile_leaves_out(read):
    name = "install_packages"
    assert read({"requirements.txt": f"Django==5.2{UNSAFE}"})[name] == (["setuptools<82"], "requirements.txt:4")
    assert read({"requirements.txt": f"Django==5.2\nsetuptools==78.1.0{UNSAFE}"})[name] == ([], "")
    assert read({"requirements.txt": "Django==5.2\n# setuptools\n"})[name] == ([], "")


@pytest.mark.parametrize(
    ("requirements", "python", "expected"),
    [
        ("django-widget-tweaks==1.4.12", "3.12", ["setuptools<82"]),
        ("django-widget-tweaks==1.5.0", "3.12", []),
        ("django-widget-tweaks", "3.12", []),
        ("django-widget-tweaks==1.4.12", "3.11", []),  # its environments have setuptools
        ("django-widget-tweaks==1.4.12\nsetuptools==75.0", "3.12", []),
        ("django-widget-tweaks==1.4.12\nsetuptools", "3.12", ["setuptools<82"]),
        ("django-q", "3.12", ["setuptools<82"]),  # no release is without
        ("django-model-utils~=4.3.1", "3.12", ["setuptools<82"]),
        ("django-model-utils~=4.5.1", "3.12", []),
    ],
)
def test_setuptools_for_what_imports_pkg_resources(requirements, python, expected, read):
    files = {"requirements.txt": f"Django==5.0\n{requirements}\n", ".python-version": python}
    assert read(files)["install_packages"][0] == expected


def test_what_a_distribution_imports_without_requiring_it(read):
    name, fetching = "install_packages", "Django==5.2\nfetchcode==0.8.2\n"
    assert read({"requirements.txt": fetching})[name] == ([], "")
    code = {"site/a.py": "from fetchcode.vcs import fetch_via_vcs\n"}
    assert read({"requirements.txt": fetching, **code})[name] == (["pip"], "requirements.txt:2")
    assert read({"requirements.txt": f"{fetching}pip==25.3\n"})[name] == ([], "")


@pytest.mark.parametrize(
    ("requirement", "made"),
    [
        ("Django==3.2.25", "RUN mkdir -p /workdir/front/dist /workdir/static"),
        ("Django>=2,<3", "RUN mkdir -p /workdir/front/dist /workdir/static"),
        ("Django<5", ""),  # from 4.0, Django skips what is not there
        ("Django", ""),
    ],
)
def test_folders_of_static_files_that_are_not_there(requirement, made, read):
    dirs = "STATICFILES_DIRS = [BASE / 'static', ('x', BASE / 'front/dist'), BASE / 'site/assets']\n"
    settings = f"from pathlib import Path\nBASE = Path(__file__).parent.parent\n{dirs}"
    found = read({"requirements.txt": requirement, "site/settings.py": settings, "site/assets/a.css": ""})
    assert found["build_instructions"] == (([made], "site/settings.py:3") if made else ([], ""))


@pytest.mark.parametrize(
    ("link", "target", "made"),
    [
        ("shop/static/docs", "../../docs/_build/html", "docs/_build/html"),
        ("shop/static/docs", "../../shop", ""),
        ("shop/static/docs", "../../../elsewhere", ""),
        ("shop/static/docs", "/var/docs", ""),
        ("shop/static/a.js", "../../node_modules/a/a.js", ""),  # a file, which no folder stands in for
        ("shop/static", "../docs/_build/html", ""),  # Django finds no such folder
    ],
)
def test_links_among_static_files_that_lead_nowhere(link, target, made, read, tmp_path):
    place = tmp_path / "My Site!" / link
    place.parent.mkdir(parents=True)
    place.symlink_to(target)
    found = read({"requirements.txt": "Django==5.2\n", "shop/models.py": ""})["build_instructions"]
    assert found == (([f"RUN mkdir -p /workdir/{made}"], link) if made else ([], ""))


def test_the_folder_of_uploads_that_a_finder_looks_into(read):
    finders = "STATICFILES_FINDERS = ['django.contrib.staticfiles.finders.DefaultStorageFinder']\n"
    settings = f"from pathlib import Path\nMEDIA_ROOT = Path(__file__).parent.parent / 'media'\n{finders}"
    made = (["RUN mkdir -p /workdir/media"], "site/settings.py:3")
    assert read({"site/settings.py": settings})["build_instructions"] == made
    assert read({"site/settings.py": settings, "media/a.png": ""})["build_instructions"] == made
    assert read({"site/settings.py": settings.replace(finders, "")})["build_instructions"] == ([], "")


def test_what_cannot_be_an_answer_is_replaced():
    variable = ReadVariable("A", source="x.py:1", production='x"y')
    site = Site(
        layout=Layout(django_dir=Found("../x"), wsgi_module=Found("no-module")),
        settings=DjangoSettings(static_root=Found("../static; true"), environment=Found([variable])),
        dependencies=Dependencies(python_version=Found("2.7"), apt_runtime=Found(["libpq5", "lib pq"])),
    )
    found = {name: default.value for name, default in defaults.from_site(site, ROOT).items()}
    assert found["python_version"] == "3.13" and found["static_root"] == "static" and found["django_dir"] == "."
    assert found["wsgi_module"] == "" and found["apt_runtime"] == ["libpq5"] and found["environment"] == {}


@given(
    slug=st.text(max_size=8),
    python_version=st.text(max_size=8),
    static_root=st.text(max_size=8),
    static_url=st.text(max_size=8),
    module=st.text(max_size=8),
    files=st.lists(st.text(max_size=5), max_size=2),
)
def test_every_default_is_an_answer(slug, python_version, static_root, static_url, module, files):
    site = Site(
        layout=Layout(project_slug=Found(slug), wsgi_module=Found(module)),
        settings=DjangoSettings(static_root=Found(static_root), static_url=Found(static_url)),
        dependencies=Dependencies(python_version=Found(python_version), installer_files=Found(files)),
    )
    for name, default in defaults.from_site(site, ROOT).items():
        assert default.value == "" or answers.problem(name, default.value, {}, ROOT) == "", name


def test_rendered_files_are_not_read_for_a_project_that_has_answers(read, tmp_path):
    dockerfile = 'FROM python:3.9\nCMD ["gunicorn", "site.wsgi", "--threads", "7", "--name", "other"]\n'
    found = read({"Dockerfile_django": dockerfile})
    assert (found["gunicorn_threads"][0], found["python_version"][0], found["project_slug"][0]) == (7, "3.9", "other")
    found = read(
        {".copier-answers.yml": yaml.safe_dump({"_src_path": ".", "wsgi_module": "site.wsgi", "use_fathom": False})}
    )
    assert (found["gunicorn_threads"][0], found["python_version"][0], found["project_slug"][0]) == (
        2,
        "3.13",
        "my-site",
    )


def test_the_projects_own_dockerignore_is_taken_over(read):
    own = "# Docs\ndocs\n/secret-data/\n**/*.txt\nmanage.py\n**/tests\n"
    found = read({".dockerignore": own, "requirements.txt": "Django\ngunicorn\n"})
    assert found["dockerignore"][0] == ["docs", "secret-data", "**/tests"]


def test_exceptions_in_the_projects_own_dockerignore_keep_their_place(read):
    own = "secrets\n**/*.crt\nprivate-*.json\n*.md\n!README.md\n/docker/\n"
    found = read({".dockerignore": own, "requirements.txt": "Django\ngunicorn\n"})["dockerignore"][0]
    assert found == ["secrets", "**/*.crt", "private-*.json", "*.md", "!README.md", "docker", "!docker"]


def test_a_dockerignore_that_lists_what_comes_in_lets_in_what_images_need(read):
    found = read({".dockerignore": "*\n!manage.py\n!site\n", "requirements.txt": "Django\ngunicorn\n"})
    patterns = found["dockerignore"][0]
    assert patterns[:3] == ["*", "!manage.py", "!site"]
    assert {"!requirements.txt", "!default.conf", "!docker"} <= set(patterns[3:])


def test_what_every_dockerignore_has_is_not_taken_over(read):
    own = ".env.*\nui/.env\n*.py[co]\nui/node_modules\ndocker-compose.yml\ncompose.*.yml\nui/**/__pycache__\n"
    own += ".mypy_cache\ndb/*.sqlite3*\n**/Dockerfile*\n.git/\n.github\nDockerfiles.md\n"
    own += "ui/.env_of/x\n*.pyd\nui/*.pyx\n**/envs\n"
    found = read({".dockerignore": own, "requirements.txt": "Django\ngunicorn\n"})
    assert found["dockerignore"][0] == ["ui/*.pyx", "**/envs"]


def test_the_handbooks_files_give_their_answers(read):
    dockerfile = """
FROM python:3.11
RUN apt-get update && apt-get install -y gettext libmagic1 && rm -rf /var/lib/apt/lists/*
RUN groupadd -r runner && useradd --no-log-init -r -g runner runner
# The settings' default.
RUN mkdir -p /data
COPY requirements.txt /tmp/requirements.txt
RUN pip install --no-cache-dir -r /tmp/requirements.txt
WORKDIR /workdir
USER runner:runner
COPY --chown=runner:runner . .
ENV DJANGO_ENV=production
ENV WEB_CONCURRENCY=4
RUN python manage.py compilemessages
EXPOSE 8000
CMD ["gunicorn", "site.wsgi", "--bind", "0.0.0.0:8000", "--threads", "3", "--name", "my_site", "--preload"]
"""
    nginx = """
server {
    listen 8080;
    location /media/ {
        root /data;  # theirs
    }
    location / {
        root /usr/share/nginx/html;
        index index.html index.htm;
    }
    error_page 500 502 503 504 /50x.html;
    location = /50x.html {
        root /usr/share/nginx/html;
    }
}
"""
    found = read({"Dockerfile_django": dockerfile, "default.conf": nginx, "requirements.txt": "Django\ngunicorn\n"})
    answered = {name: value for name, (value, _) in found.items()}
    assert answered["project_slug"] == "my_site" and answered["python_version"] == "3.11"
    assert (
        answered["web_concurrency"] == 4 and answered["gunicorn_threads"] == 3 and answered["compile_messages"] is True
    )
    assert answered["apt_runtime"] == ["libmagic1"] and answered["gunicorn_options"] == ["--preload"]
    assert answered["django_instructions"] == ["# The settings' default.", "RUN mkdir -p /data"]
    assert answered["nginx_locations"] == ["location /media/ {", "    root /data;", "}"]


def test_the_handbooks_instructions_for_node_give_way_to_its_stage(read):
    dockerfile = """
FROM nikolaik/python-nodejs:python3.11-nodejs22 AS build-stage
RUN corepack enable
COPY package.json pnpm-lock.yaml ./
RUN pnpm install --frozen-lockfile
COPY . .
ENV NODE_ENV=production
RUN node build.mjs
RUN touch site/static/kept
FROM python:3.11
CMD ["gunicorn", "site.wsgi"]
"""
    nginx = """
server {
    location / {
        root /usr/share/nginx/html;
        location /static/ {
            expires max;
        }
    }
}
"""
    files = {
        "Dockerfile_django": dockerfile,
        "package.json": '{"private": true}',
        "pnpm-lock.yaml": "",
        "default.conf": nginx,
    }
    files["build.mjs"] = 'await esbuild.build({ outdir: "site/static/dist" });\n'
    answered = {name: value for name, (value, _) in read(files).items()}
    assert answered["node"]["output"] == ["site/static/dist"]
    assert (answered["build_image"], answered["build_instructions"]) == ("", ["RUN touch site/static/kept"])
    assert answered["nginx_locations"] == []


def test_uploads_on_the_path_of_static_files_are_left_to_django(read):
    files = {"site/settings.py": "STATIC_URL = '/s/'\nMEDIA_URL = '/s/'\nMEDIA_ROOT = '/srv/media'\n"}
    found = read(files)
    assert (found["static_url"][0], found["media_url"][0]) == ("/s/", "")


def test_a_location_that_passes_requests_to_a_server_elsewhere_is_left_to_django(read):
    passed = ("http://web:8000", "http://app", "http://127.0.0.1:8000/", "http://unix:/run/gunicorn.sock", "uwsgi")
    for server in passed:
        nginx = f"server {{\n  location /ws/ {{\n    proxy_pass {server};\n  }}\n  location /a/ {{\n  }}\n}}\n"
        found = read({"default.conf": nginx})
        assert found["nginx_locations"][0] == ["location /a/ {", "}"], server
    found = read({"default.conf": "server {\n  location / {\n    proxy_pass https://a.example.com;\n  }\n}\n"})
    assert (found["nginx_locations"][0], found["reverse_proxy"][0]) == ([], "nginx")
    other = "server {\n  location /a/ {\n    proxy_pass https://a.example.com/;\n  }\n}\n"
    assert len(read({"default.conf": other})["nginx_locations"][0]) == 3


def test_what_a_dockerfile_installs_globally_builds_the_front_end(read):
    package = '{"scripts": {"build:css": "sass site/static/main.scss site/static/main.css"}}'
    dockerfile = "FROM node:24\nRUN apt-get update && npm install -g sass yarn\nRUN npm run build:css\n"
    found = read({"package.json": package, "Dockerfile": dockerfile})["node"][0]
    assert (found["build"], found["output"]) == (
        "npx --yes --package=sass npm run build:css",
        ["site/static/main.css"],
    )
    declared = package.replace('{"scripts"', '{"devDependencies": {"sass": "1"}, "scripts"')
    assert read({"package.json": declared, "Dockerfile": dockerfile})["node"][0]["build"] == "npm run build:css"


NGINX = "server {\n    location /a/ { proxy_pass http://django:8000; }\n%s}\n"
SERVED = {"site/settings.py": "SECRET_KEY = 'x'\nINSTALLED_APPS = ['django.contrib.staticfiles']\nSTATIC_ROOT = 'x'\n"}


@pytest.mark.parametrize(
    ("files", "rolling", "backups"),
    [
        ({}, True, True),
        ({"docker/deploy.sh": "echo mine\n"}, False, True),
        ({"docker/proxy/nginx.conf": "events {}\n"}, False, True),
        (
            {"default.conf": NGINX % "    location /b/ { root /srv; }\n", "Dockerfile_static": "FROM nginx\n"},
            False,
            True,
        ),
        ({"Procfile": "web: gunicorn site.wsgi\nproxy: python proxy.py\n"}, False, True),
        ({"Procfile": "web: gunicorn site.wsgi\nbackup: python backup.py\n"}, True, False),
    ],
)
def test_names_and_files_that_a_project_has_already(files, rolling, backups, read):
    found = read(SERVED | files)
    assert (found["rolling"][0], found["backups"][0]) == (rolling, backups)


@pytest.mark.parametrize("name", ["services", "workers", "jobs"])
def test_names_of_services_by_another_answer(name):
    value = {"proxy": "postgres:18"} if name == "services" else {"proxy": "python a.py"}
    by = {"rolling": True, "use_compose": True, "static_server": "nginx", "reverse_proxy": "nginx", "backups": True}
    by |= {"services": {}, "workers": {}, "jobs": {}}
    assert "is a service by rolling" in answers.problem(name, value, by, ROOT / "nowhere")
    assert answers.problem(name, value, by | {"rolling": False}, ROOT / "nowhere") == ""
    value = {"backup": value["proxy"]}
    assert "is a service by backups" in answers.problem(name, value, by, ROOT / "nowhere")
    assert answers.problem(name, value, by | {"backups": False}, ROOT / "nowhere") == ""
