"""What is found of a project's layout, processes, services, front ends and handbook files, and where."""

import string
import time
from dataclasses import asdict
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support import Findings

from extensions import reading
from extensions.adoption import handbook
from extensions.project import Found, Project, layout, postgres_extensions, processes
from extensions.project.dependencies.record import Dependencies, Installed
from extensions.project.deployment import commands, dockerfile
from extensions.project.findings import Certainty
from extensions.project.frontend.packages import read_packages
from extensions.project.frontend.record import Frontend
from extensions.project.settings.record import Broker, Cache, Database, DjangoSettings
from extensions.project.tree import Tree
from extensions.questions import defaults
from extensions.services import seen
from extensions.services.site import Services

MANAGE = """
import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "{}")
execute_from_command_line([])
"""
WSGI = 'import os\nos.environ.setdefault("DJANGO_SETTINGS_MODULE", "{}")\napplication = get_wsgi_application()\n'
ASGI = 'import os\nos.environ.setdefault("DJANGO_SETTINGS_MODULE", "{}")\napplication = get_asgi_application()\n'
SETTINGS = 'INSTALLED_APPS = ["django.contrib.admin"]\n'


def write(root: Path, files: dict[str, str]) -> Tree:
    for path, content in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(content)
    return Tree(root)


def startproject(name: str = "core", settings: str = "core.settings") -> dict[str, str]:
    return {
        "manage.py": MANAGE.format(settings),
        f"{name}/__init__.py": "",
        f"{name}/settings.py": SETTINGS,
        f"{name}/wsgi.py": WSGI.format(settings),
        f"{name}/asgi.py": ASGI.format(settings),
    }


def of_layout(tree, project=None):
    return Project(layout=layout.read_layout(tree))


def of_processes(tree, project, distributions=()):
    return processes.read_processes(tree, project.layout, project.settings.installed_apps, distributions)


def of_services(tree, project):
    return Services(seen.read_services(tree, project))


def of_extensions(tree, project):
    return postgres_extensions.read_postgres_extensions(tree)


def of_front_end(tree, project):
    return Frontend(read_packages(tree))


@pytest.fixture
def read(tmp_path):
    """Return a function that reads a project given as {path: content}."""

    def reader(files, of=of_layout, folder="shop", **parameters):
        root = tmp_path / folder
        root.mkdir()
        tree = write(root, files)
        return Findings(of(tree, of_layout(tree), **parameters))

    return reader


def got(findings: Findings, *names: str) -> list[tuple]:
    return [(findings.value(name), findings.found[name].source) for name in names]


# Layout


def test_startproject(read):
    findings = read(startproject())
    assert got(findings, "django_dir", "manage_py") == [(".", "manage.py:5"), ("manage.py", "manage.py:5")]
    assert got(findings, "settings_module", "settings_file", "python_path") == [
        ("core.settings", "core/wsgi.py:2"),
        ("core/settings.py", "core/settings.py"),
        (".", "core/settings.py"),
    ]
    assert got(findings, "settings_variable") == [
        ({"name": "DJANGO_SETTINGS_MODULE", "value": "core.settings"}, "core/wsgi.py:2")
    ]
    assert got(findings, "wsgi_module", "asgi_module", "interface") == [
        ("core.wsgi", "core/wsgi.py"),
        ("core.asgi", "core/asgi.py"),
        ("wsgi", "core/wsgi.py"),
    ]
    assert findings.found["settings_module"].certainty == Certainty.STATED
    assert "startproject writes it" in findings.found["interface"].note
    assert "configuration_class" not in findings.found


def test_nothing(read):
    findings = read({"README.md": "A library."})
    assert findings.value("django_dir") is None
    assert findings.found["django_dir"].note == "There is no manage.py."
    assert findings.found["django_dir"].certainty == Certainty.ASSUMED
    assert got(findings, "settings_module", "wsgi_module", "interface") == [("", ""), ("", ""), ("wsgi", "")]


@pytest.mark.parametrize("folder", ["src", "apps/api", "backend"])
def test_manage_in_a_folder(read, folder):
    files = {f"{folder}/{path}": content for path, content in startproject().items()}
    findings = read(files)
    assert got(findings, "django_dir", "settings_file", "wsgi_module") == [
        (folder, f"{folder}/manage.py:5"),
        (f"{folder}/core/settings.py", f"{folder}/core/settings.py"),
        ("core.wsgi", f"{folder}/core/wsgi.py"),
    ]


@pytest.mark.parametrize(
    ("package", "base"), [("demo", "."), ("tests", "."), ("example", "example"), ("site", "tests/server")]
)
def test_a_site_in_a_folder_with_a_name_of_tests_or_examples(package, base, read):
    files = startproject()
    start = "" if base == "." else f"{base}/"
    files = {
        f"{start}{path.replace('core/', f'{package}/')}": text.replace("core", package) for path, text in files.items()
    }
    files[f"{start}{package}/settings.py"] = files[f"{start}{package}/settings.py"].replace("WSGI_APPLICATION", "NO")
    files |= {"examples/other/other/wsgi.py": "from django.core.wsgi import get_wsgi_application\n"}
    findings = read(files)
    path = f"{start}{package}/wsgi.py"
    assert got(findings, "django_dir", "wsgi_module")[0][0] == base
    assert (findings.found["wsgi_module"].value, findings.found["wsgi_module"].source) == (f"{package}.wsgi", path)


def test_several_manage(read):
    findings = read(
        {
            "examples/manage.py": MANAGE.format("demo.settings"),
            "{{cookiecutter.slug}}/manage.py": MANAGE.format("x.settings"),
            "other/manage.py": "print('a manager of people')",
            "one/manage.py": MANAGE.format("core.settings"),
            "one/core/settings.py": SETTINGS,
            "two/deep/manage.py": MANAGE.format("x.settings"),
        }
    )
    assert got(findings, "django_dir") == [("one", "one/manage.py:5")]
    assert findings.found["django_dir"].note == "Also found: two/deep/manage.py."


TWO = {
    **{f"one/{path}": content for path, content in startproject().items()},
    **{f"two/{path}": content for path, content in startproject("shop", "shop.settings").items()},
}


@pytest.mark.parametrize(
    "files",
    [
        {"Dockerfile": "FROM python:3.13\nCOPY . /app\nRUN pip install x\nRUN python /app/two/manage.py check\n"},
        {
            "two/Dockerfile": "FROM python:3.13\nWORKDIR /app\nCOPY . .\nRUN pip install x\nCMD gunicorn shop.wsgi\n",
            "docker-compose.yml": "services:\n  web:\n    build: two\n    ports: ['80:80']\n",
        },
        {
            "Dockerfile": "FROM python:3.13\nCOPY . /srv\nRUN pip install x\nWORKDIR /srv/two\nCMD ./start.sh\n",
            "two/start.sh": "python manage.py migrate\ngunicorn shop.wsgi\n",
        },
        {"Procfile": "release: python two/manage.py migrate\nweb: gunicorn --chdir two shop.wsgi\n"},
        {"Procfile": "release: cd two && python manage.py migrate\n"},
    ],
)
def test_the_manage_that_own_files_run(files, read):
    findings = read({**TWO, **files})
    found = [findings.found[name].value for name in ("django_dir", "settings_file", "wsgi_module")]
    assert found == ["two", "two/shop/settings.py", "shop.wsgi"]


def test_a_demo_that_the_own_image_runs(read):
    files = {f"demo/{path}": content for path, content in startproject().items()}
    image = "FROM python:3.13\nWORKDIR /app\nCOPY . .\nRUN pip install x\nWORKDIR /app/demo\nCMD gunicorn core.wsgi\n"
    findings = read(
        {"manage.py": MANAGE.format("tests.settings"), "tests/settings.py": "", "Dockerfile": image, **files}
    )
    found = [findings.found[name].value for name in ("manage_py", "settings_file", "wsgi_module")]
    assert found == ["demo/manage.py", "demo/core/settings.py", "core.wsgi"]


@pytest.mark.parametrize(
    ("package", "settings", "path"),
    [
        ("src/library/__init__.py", "INSTALLED_APPS = ['library']\n", "/workdir/src"),
        ("library/__init__.py", "INSTALLED_APPS = ['library.apps.Config']\n", "/workdir"),
        ("src/library/__init__.py", "from library.defaults import *\nINSTALLED_APPS = []\n", "/workdir/src"),
        ("demo/library/__init__.py", "INSTALLED_APPS = ['library']\n", ""),
        ("src/library/__init__.py", "INSTALLED_APPS = ['django.contrib.admin']\n", ""),
        ("src/library/__init__.py", "INSTALLED_APPS = ['library', 'django']\n", "/workdir/src"),
    ],
)
def test_a_library_beside_the_project_that_shows_it(package, settings, path, tmp_path):
    write(
        tmp_path,
        {
            "demo/manage.py": MANAGE.format("settings"),
            "demo/settings.py": settings,
            "demo/wsgi.py": WSGI.format("settings"),
            "requirements.txt": "Django\n",
            package: "",
            package.replace("__init__", "defaults"): "LIBRARY = 1\n",
        },
    )
    site = reading.read(tmp_path)
    assert defaults.from_site(site, tmp_path)["environment"].value == ({"PYTHONPATH": path} if path else {})
    assert not [problem for problem in site.problems if "library" in problem.message]


@pytest.mark.parametrize(
    ("path", "text", "more", "expected"),
    [
        ("wsgi/app.py", WSGI, {}, "wsgi.app"),
        ("core/serve.py", WSGI.replace("application =", "app ="), {}, "core.serve:app"),
        ("core/entry.py", WSGI, {"core/other.py": WSGI, "Procfile": "web: gunicorn -w 2 core.entry\n"}, "core.entry"),
        (
            "core/entry.py",
            WSGI.replace("application =", "site ="),
            {"Dockerfile": 'FROM python:3.13\nCMD ["gunicorn", "core.entry:site", "-b", ":80"]\n'},
            "core.entry:site",
        ),
    ],
)
def test_an_application_in_a_module_of_any_name(path, text, more, expected, read):
    files = startproject()
    del files["core/wsgi.py"], files["core/asgi.py"]
    findings = read({**files, path: text.format("core.settings"), **{p: t.format("x") for p, t in more.items()}})
    assert findings.found["wsgi_module"].value == expected
    assert findings.found["interface"].value == "wsgi"


def test_manage_of_another_name(read):
    files = startproject()
    files["bin/run"] = files.pop("manage.py")
    findings = read(files)
    assert got(findings, "manage_py", "django_dir") == [("bin/run", "bin/run:5"), ("bin", "bin/run:5")]
    assert findings.found["manage_py"].note == "It is not named manage.py."


def test_a_manage_that_calls_another(read):
    files = startproject()
    files["shop/manage.py"] = files.pop("manage.py")
    files["manage.py"] = "from shop.manage import main\n\nmain()\n"
    findings = read(files)
    assert got(findings, "manage_py", "django_dir") == [("manage.py", "manage.py:1"), (".", "manage.py:1")]


@pytest.mark.parametrize("more", ["", 'WSGI_APPLICATION = "other.wsgi.application"\n'])
def test_no_module_that_makes_the_application(more, tmp_path):
    files = startproject() | {"requirements.txt": "Django\n", "core/settings.py": SETTINGS + more}
    del files["core/wsgi.py"], files["core/asgi.py"]
    write(tmp_path, files)
    found = defaults.from_site(reading.read(tmp_path), tmp_path)
    assert found["wsgi_module"].value == "django.core.wsgi:get_wsgi_application()"


ALONE = """
import os
import sys
from django.core.wsgi import get_wsgi_application

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
os.environ["DJANGO_SETTINGS_MODULE"] = "core.settings"
application = get_wsgi_application()
"""


@pytest.mark.parametrize(
    ("old", "new", "alone"),
    [
        ("", "", True),
        ("import sys\n", "import sys\nfrom pathlib import Path\n\nROOT = Path(__file__).resolve().parent\n", True),
        ("import sys\n", "import sys\nimport newrelic.agent\n\nnewrelic.agent.initialize()\n", False),
        ('"core.settings"', "name()", False),
        ("application()", "application()\napplication = WhiteNoise(application)", False),
        ("os.environ[", 'os.environ["HTTPS"] = "on"\nos.environ[', False),
        ("os.path.dirname(", "found(", False),
        ("application = ", "if True:\n    application = ", False),
    ],
)
def test_a_module_that_only_insists_on_settings_is_not_served(old, new, alone, read):
    files = startproject() | {"core/wsgi.py": ALONE.replace(old, new, 1)}
    found = read(files)
    assert (found.value("wsgi_module") == "django.core.wsgi:get_wsgi_application()") == alone
    assert found.value("settings_fixed") != alone


def test_folders_that_manage_imports_from_too(read):
    files = startproject() | {"core/wsgi.py": ALONE}
    files["manage.py"] = f"import sys\nsys.path.append('apps')\n{files['manage.py']}"
    found = read(files)
    assert found.value("settings_fixed") and found.value("wsgi_module") == "core.wsgi"


def test_manage_that_insists_on_settings(read):
    manage = MANAGE.replace(
        '.setdefault("DJANGO_SETTINGS_MODULE", "{}")', '["DJANGO_SETTINGS_MODULE"] = "core.settings"'
    )
    assert read(startproject() | {"manage.py": manage}).value("settings_fixed")


def test_no_module_that_makes_the_application_of_a_configuration(read):
    files = {
        "manage.py": MANAGE.format("core.settings"),
        "core/settings.py": "class Production(Configuration): pass\n",
    }
    files["manage.py"] += 'os.environ.setdefault("DJANGO_CONFIGURATION", "Production")\n'
    assert read(files).value("wsgi_module") == "configurations.wsgi:get_wsgi_application()"


def test_examples_beside_a_manage_for_tests(read):
    examples = {f"examples/shop/{path}": content for path, content in startproject().items()}
    files = {"manage.py": MANAGE.format("tests.shop.settings"), "tests/shop/settings.py": SETTINGS, **examples}
    found = got(read(files), "manage_py", "wsgi_module")
    assert [value for value, _ in found] == ["examples/shop/manage.py", "core.wsgi"]


def test_folders_that_manage_adds_to_the_path(tmp_path):
    files = {f"demo/{path}": content for path, content in startproject().items()}
    files["demo/manage.py"] = 'import sys\nsys.path.insert(0, "../example/")\n' + files["demo/manage.py"]
    files["demo/core/settings.py"] = 'INSTALLED_APPS = ["shared.users", "django.contrib.admin"]\n'
    write(tmp_path, files | {"example/shared/users/__init__.py": "", "requirements.txt": "Django\n"})
    found = defaults.from_site(reading.read(tmp_path), tmp_path)
    assert found["environment"].value == {"PYTHONPATH": "/workdir/example"}


@pytest.mark.parametrize(
    ("own", "path"),
    [
        ("core/apps:$PYTHONPATH", "/workdir/core/apps"),
        ("/code/core/apps", "/workdir/core/apps"),
        ("/code:/elsewhere", ""),
        ("/code/core", ""),  # no app is there
    ],
)
def test_folders_that_the_own_image_adds_to_the_path(own, path, tmp_path):
    files = startproject() | {"core/settings.py": 'INSTALLED_APPS = ["shop", "django.contrib.admin"]\n'}
    image = f"FROM python:3.13\nWORKDIR /code\nENV PYTHONPATH={own}\nCOPY . .\nRUN pip install -r requirements.txt\n"
    more = {"core/apps/shop/models.py": "", "requirements.txt": "Django\n", "Dockerfile": image}
    write(tmp_path, files | more)
    found = defaults.from_site(reading.read(tmp_path), tmp_path)["environment"].value
    assert found == ({"PYTHONPATH": path} if path else {})


LIBRARY = """\
[project]
name = "shelves"
dependencies = ["Django"]
[dependency-groups]
dev = ["django-extensions>=4", "ruff"]
"""
SHOWN = SETTINGS.replace("]", ', "django_extensions", "shelves", "unknown"]')


@pytest.mark.parametrize(
    ("settings", "more", "packages"),
    [
        (SHOWN, {}, ["django-extensions>=4"]),
        (SETTINGS, {"demo/requirements.txt": "shelves[all]>=2\nmarkdown<4\n"}, ["shelves[all]>=2", "markdown<4"]),
        (SETTINGS, {}, []),
        (SETTINGS, {"demo/core/views.py": "import os\nimport ruff\nimport shelves\nimport unknown\n"}, ["ruff"]),
        (SETTINGS, {"demo/core/tests/test_views.py": "import ruff\n"}, []),
        (SETTINGS + 'CACHES = {"default": {"BACKEND": "ruff.Cache", "LOCATION": "x"}}\n', {}, ["ruff"]),
        (SETTINGS + 'TEMPLATES = [{"BACKEND": "django.template.backends.jinja2.Jinja2"}]\n', {}, ["jinja2"]),
    ],
)
def test_what_an_example_needs_beside_its_library(settings, more, packages, tmp_path):
    files = {f"demo/{path}": content for path, content in startproject().items()}
    files |= {"demo/core/settings.py": settings, "shelves/__init__.py": "", "pyproject.toml": LIBRARY}
    write(tmp_path, files | more)
    found = defaults.from_site(reading.read(tmp_path), tmp_path)
    assert found["install_packages"].value == packages


@pytest.mark.parametrize(
    ("requirements", "engine", "packages"),
    [
        ("Django==5.2", "django.db.backends.postgresql", ["psycopg[binary]"]),
        ("Django==3.2", "django.contrib.gis.db.backends.postgis", ["psycopg2-binary"]),
        ("Django==2.2", "django.db.backends.postgresql_psycopg2", ["psycopg2-binary<2.9"]),
        ("Django==5.2\npsycopg2", "django.db.backends.postgresql", []),
        ("Django==5.2\nPyMySQL", "django.db.backends.postgresql", []),  # for other databases than the settings'
        ("Django==5.2\ndjango-tenants", "django_tenants.postgresql_backend", []),  # which brings its own
    ],
)
def test_a_driver_that_nothing_lists(requirements, engine, packages, tmp_path):
    database = f'DATABASES = {{"default": {{"ENGINE": "{engine}", "NAME": "x", "HOST": "db"}}}}\n'
    write(tmp_path, startproject() | {"core/settings.py": SETTINGS + database, "requirements.txt": requirements})
    found = defaults.from_site(reading.read(tmp_path), tmp_path)
    assert found["install_packages"].value == packages


def test_a_relative_path_starts_from_the_folder_of_manage(tmp_path):
    database = 'DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "shop.sqlite"}}\n'
    files = {path if path == "manage.py" else f"src/{path}": text for path, text in startproject().items()}
    files |= {"src/core/settings.py": SETTINGS + database, "requirements.txt": "Django\n"}
    write(tmp_path, files)
    found = defaults.from_site(reading.read(tmp_path), tmp_path)
    assert (found["django_dir"].value, found["data_files"].value) == (".", ["shop.sqlite"])


@pytest.mark.parametrize(
    ("extra", "packages"),
    [
        ("mysqlclient==2.2.4", ["mysqlclient==2.2.4"]),
        ("PyMySQL", ["pymysql"]),
        ("psycopg2==2.9.9", []),  # for other databases than the settings'
    ],
)
def test_a_driver_that_only_an_extra_has(extra, packages, tmp_path):
    database = 'DATABASES = {"default": {"ENGINE": "django.db.backends.mysql", "NAME": "x", "HOST": "db"}}\n'
    manifest = f'[project]\nname = "x"\ndependencies = ["Django"]\n[project.optional-dependencies]\ndb = ["{extra}"]\n'
    write(tmp_path, startproject() | {"core/settings.py": SETTINGS + database, "pyproject.toml": manifest})
    (tmp_path / "requirements.txt").unlink(missing_ok=True)
    found = defaults.from_site(reading.read(tmp_path), tmp_path)
    assert found["install_packages"].value == packages


@pytest.mark.parametrize(
    ("engine", "tested", "packages"),
    [
        ("django.db.backends.mysql", "mysqlclient~=2.2.8", ["mysqlclient~=2.2.8"]),
        ("django.db.backends.mysql", "ruff", []),
        ("django.db.backends.postgresql", "mysqlclient~=2.2.8", []),
        ("other.mysql", "mysqlclient~=2.2.8", []),  # which brings its own
    ],
)
def test_a_driver_that_only_tests_have_beside_that_of_another_database(engine, tested, packages, tmp_path):
    database = f'DATABASES = {{"default": {{"ENGINE": "{engine}", "NAME": "x", "HOST": "db"}}}}\n'
    files = {"requirements-prod.txt": "Django==5.2\npsycopg\n", "requirements-test.txt": f"{tested}\n"}
    write(tmp_path, startproject() | {"core/settings.py": SETTINGS + database} | files)
    (tmp_path / "requirements.txt").unlink(missing_ok=True)
    found = defaults.from_site(reading.read(tmp_path), tmp_path)
    assert found["install_packages"].value == packages


@pytest.mark.parametrize(("kombu", "packages"), [("5.7.0", ["packaging"]), ("5.6.2", [])])
def test_what_a_lock_file_lacks_of_kombu(kombu, packages, tmp_path):
    versions = {"celery": "5.6.3", "redis": "8.1.0", "kombu": kombu, "pytest": "9", "packaging": "26.4"}
    brings = {"celery": ["kombu"], "pytest": ["packaging"]}
    lock = 'version = 1\n[[package]]\nname = "shop"\nversion = "0"\nsource = { virtual = "." }\n'
    lock += 'dependencies = [{ name = "celery" }, { name = "redis" }]\n'
    lock += '[package.dev-dependencies]\ndev = [{ name = "pytest" }]\n'
    for name, version in versions.items():
        names = ", ".join(f'{{ name = "{other}" }}' for other in brings.get(name, ()))
        lock += f'[[package]]\nname = "{name}"\nversion = "{version}"\ndependencies = [{names}]\n'
    project = '[project]\nname = "shop"\nversion = "0"\ndependencies = ["celery", "redis"]\n'
    write(tmp_path, startproject() | {"pyproject.toml": project, "uv.lock": lock})
    (tmp_path / "requirements.txt").unlink(missing_ok=True)
    found = defaults.from_site(reading.read(tmp_path), tmp_path)
    assert found["install_packages"].value == packages


@pytest.mark.parametrize(
    ("settings", "listed", "packages"),
    [
        (SHOWN, "", ["django-extensions==4.1"]),
        (SHOWN, "django-extensions\n", []),
        (SETTINGS + 'if DEBUG:\n    INSTALLED_APPS += ["django_extensions"]\n', "", []),
        (SETTINGS, "celery==5.4.0\nredis==5.0.7\n", ["kombu<5.7"]),
        (SETTINGS, "celery==5.4.0\nredis>=5,<6\n", ["kombu<5.7"]),
        (SETTINGS, "celery==5.6.0\nredis==7.1.0\n", ["packaging"]),
        (SETTINGS, "django-celery-beat\nredis\n", ["packaging"]),
        (SETTINGS, "celery==5.6.0\nredis==7.1.0\npackaging\n", []),
        (SETTINGS, "celery[redis]==5.4.0\nredis==5.0.7\n", []),
        (SETTINGS, "celery==5.4.0\nkombu==5.4.0\nredis==5.0.7\n", []),
        (SETTINGS, "celery==5.6.3\nkombu==5.7.0\nredis==8.1.0\n", ["packaging"]),
        (SETTINGS, "celery==5.6.3\nkombu==5.7.0\nredis==8.1.0\npackaging==26.4\n", []),
        (SETTINGS, "celery[redis]==5.6.3\nkombu==5.7.0\nredis==8.1.0\n", []),
        (SETTINGS, "celery==4.4.7\nredis==3.5.3\n", []),
        (SETTINGS, "celery==5.4.0\n", []),
        (SETTINGS, "redis==5.0.7\n", []),
        (SETTINGS, "environs[django]==9.5.0\n", ["marshmallow<4"]),
        (SETTINGS, "environs~=10.3\n", ["marshmallow<4"]),
        (SETTINGS, "environs==9.5.0\nmarshmallow==3.19.0\n", []),
        (SETTINGS, "environs==11.0.0\n", []),
        (SETTINGS, "environs>=9.5\n", []),
        (SETTINGS, "environs\n", []),
        (SETTINGS, "jinja2==2.11.3\n", ["markupsafe<2.1"]),
        (SETTINGS, "Jinja2<3\n", ["markupsafe<2.1"]),
        (SETTINGS, "jinja2==3.0.3\n", []),
        (SETTINGS, "jinja2==2.11.3\nMarkupSafe==2.0.1\n", []),
        (SETTINGS, "pandas==1.5.3\nopencv-python-headless==4.8.1.78\n", ["numpy<2"]),
        (SETTINGS, "openai==1.30.1\n", ["httpx<0.28"]),
        (SETTINGS, "openai>=1.30\n", []),
        (SETTINGS, "requests-html\n", ["lxml-html-clean"]),
        (SETTINGS, "readability-lxml==0.8.1\nlxml==5.1.0\n", []),
        (SETTINGS, "readability-lxml==0.8.1\nlxml==6.0\n", ["lxml-html-clean"]),
        (SETTINGS, "readability-lxml==0.8.4\n", ["lxml-html-clean"]),
        (SETTINGS, "weasyprint==62.3\n", ["pydyf<0.11"]),
        (SETTINGS, "weasyprint==63.0\n", []),
    ],
)
def test_what_a_site_needs_beside_its_requirements(settings, listed, packages, tmp_path):
    files = startproject() | {"core/settings.py": f"DEBUG = False\n{settings}", "shelves/__init__.py": ""}
    files |= {"a/b/requirements/base.txt": f"Django\n{listed}", "a/b/requirements/dev.txt": "django-extensions==4.1\n"}
    files["Dockerfile"] = (
        "FROM python:3.13\nCOPY . .\nRUN pip install -r a/b/requirements/base.txt\nCMD gunicorn core\n"
    )
    write(tmp_path, files)
    found = defaults.from_site(reading.read(tmp_path), tmp_path)
    assert found["install_packages"].value == packages


def test_a_wsgi_module_in_a_folder_that_is_no_package(tmp_path):
    files = startproject() | {"requirements.txt": "Django\n"}
    files["deploy/wsgi-files/wsgi.py"] = files.pop("core/wsgi.py")
    del files["core/asgi.py"]
    write(tmp_path, files)
    found = defaults.from_site(reading.read(tmp_path), tmp_path)
    assert found["wsgi_module"].value == "wsgi"
    assert found["environment"].value == {"PYTHONPATH": "/workdir/deploy/wsgi-files"}


def test_no_manage_but_wsgi(read):
    files = startproject()
    del files["manage.py"]
    findings = read(files)
    assert got(findings, "django_dir", "settings_module") == [
        (".", "core/wsgi.py"),
        ("core.settings", "core/wsgi.py:2"),
    ]
    assert "django-admin" in findings.found["django_dir"].note


def test_src_layout(read):
    files = startproject()
    files = {path if path == "manage.py" else f"src/{path}": content for path, content in files.items()}
    findings = read(files)
    assert [value for value, _ in got(findings, "django_dir", "settings_file", "python_path", "wsgi_module")] == [
        ".",
        "src/core/settings.py",
        "src",
        "core.wsgi",
    ]


@pytest.mark.parametrize("named", ["local", "dev", "test"])
@pytest.mark.parametrize(
    ("others", "chosen"), [(["production", "base"], "production"), (["prod"], "prod"), (["base"], "base")]
)
def test_development_module(read, named, others, chosen):
    files = startproject(settings=f"core.settings.{named}")
    del files["core/settings.py"]
    files |= {f"core/settings/{name}.py": "DEBUG = False\n" for name in (named, *others)}
    files["core/settings/__init__.py"] = ""
    findings = read(files)
    assert got(findings, "settings_module") == [(f"core.settings.{chosen}", "core/wsgi.py:2")]
    assert findings.value("settings_file") == f"core/settings/{chosen}.py"
    assert findings.value("settings_variable")["value"] == f"core.settings.{chosen}"
    assert findings.found["settings_module"].certainty == Certainty.INFERRED
    assert f"core/wsgi.py:2 names core.settings.{named}" in findings.found["settings_module"].note


def test_package_that_chooses_itself(read):
    files = startproject(settings="core.settings.dev")
    del files["core/settings.py"]
    chooses = 'import os\nENV = os.environ.get("APP_ENV", "dev")\nif ENV == "production":\n    from .live import *\n'
    files |= {"core/settings/__init__.py": chooses, "core/settings/dev.py": ""}
    findings = read(files)
    assert findings.value("settings_module") == "core.settings"
    assert findings.value("settings_file") == "core/settings/__init__.py"
    assert got(findings, "settings_variable") == [
        ({"name": "APP_ENV", "value": "production"}, "core/settings/__init__.py:3")
    ]


def test_sibling_file(read):
    files = startproject(settings="core.settings_dev") | {"core/settings_prod.py": "", "core/settings_dev.py": ""}
    assert read(files).value("settings_module") == "core.settings_prod"


def test_empty_package(read):
    files = startproject()
    del files["core/settings.py"]
    files |= {"core/settings/__init__.py": "# empty\n", "core/settings/production.py": "", "core/settings/dev.py": ""}
    assert read(files).value("settings_module") == "core.settings.production"


@pytest.mark.parametrize(
    ("text", "module"),
    [
        ("import os\nfrom pathlib import Path\nBASE_DIR = Path(__file__).parent\n", "core.settings.production"),
        ("import environ\nif True:\n    environ.Env.read_env('x')\n", "core.settings.production"),
        ("from .types import Apps\ndef read(text):\n    return Apps(text)\n", "core.settings.production"),
        ("from core.logs import setup_logging\n", "core.settings.production"),
        ("from .types import Production\n", "core.settings"),
        ("from . import dev\n", "core.settings"),
        ("import os\nfrom .dev import *\n", "core.settings"),
        ("import os\nfrom core.settings.dev import DEBUG\n", "core.settings"),
        ("from core_settings import *\n", "core.settings"),
        ("from split_settings.tools import include\ninclude('dev.py')\n", "core.settings"),
        ("import os\nexec(open('x').read())\n", "core.settings"),
        ("import os\nDEBUG = False\nINSTALLED_APPS = []\n", "core.settings"),
    ],
)
def test_a_package_of_settings_that_has_none_itself(text, module, read):
    files = startproject()
    del files["core/settings.py"]
    files |= {"core/settings/__init__.py": text, "core/settings/production.py": "", "core/settings/dev.py": ""}
    assert read(files).value("settings_module") == module


def test_production_beside_the_settings_that_are_found_by_their_content(read):
    files = {
        "manage.py": "import os\nos.environ['DJANGO_SETTINGS_MODULE']\n",
        "core/settings/base.py": "INSTALLED_APPS = []\n",
        "core/settings/production.py": "from .base import *\n",
    }
    assert read(files).value("settings_module") == "core.settings.production"


def test_settings_whose_first_line_says_production(read):
    files = startproject(settings="core.settings.local")
    del files["core/settings.py"]
    files |= {
        "core/settings/base.py": "INSTALLED_APPS = []\n",
        "core/settings/local.py": '"""Not for production."""\nfrom .base import *\n',
        "core/settings/acme.py": '"""Settings of production at Acme."""\nfrom .base import *\n',
    }
    assert read(files).value("settings_module") == "core.settings.acme"
    files["core/settings/other.py"] = '"""Also production."""\nfrom .base import *\n'
    assert read(files, folder="other").value("settings_module") == "core.settings.base"


@pytest.mark.parametrize(
    ("path", "content", "source"),
    [
        ("Dockerfile", "FROM python:3.13\n\nENV DJANGO_SETTINGS_MODULE=core.live\n", "Dockerfile:3"),
        ("Procfile", "web: DJANGO_SETTINGS_MODULE=core.live gunicorn core.wsgi\n", "Procfile:1"),
        (
            "ops/a.service",
            "[Service]\nEnvironment=DJANGO_SETTINGS_MODULE=core.live\nExecStart=/a\n",
            "ops/a.service:2",
        ),
        ("app.json", '{\n"env": {\n"DJANGO_SETTINGS_MODULE": {"value": "core.live"}}}', "app.json:3"),
        ("uwsgi.ini", "[uwsgi]\nenv = DJANGO_SETTINGS_MODULE=core.live\n", "uwsgi.ini:2"),
        ("docker/uwsgi.conf", "[uwsgi]\nenv = DJANGO_SETTINGS_MODULE=core.live\n", "docker/uwsgi.conf:2"),
        ("fly.toml", '[env]\nDJANGO_SETTINGS_MODULE = "core.live"\n', "fly.toml:2"),
        (
            "render.yaml",
            "services:\n- type: web\n  name: x\n  envVars:\n  - key: DJANGO_SETTINGS_MODULE\n    value: core.live\n",
            "render.yaml:5",
        ),
    ],
)
def test_what_production_is_told(read, path, content, source):
    findings = read(startproject() | {"core/live.py": "", path: content})
    assert got(findings, "settings_module") == [("core.live", source)]
    assert findings.found["settings_module"].note == "Others name core.settings."


def test_settings_for_linting_are_not_production_s(read):
    files = startproject(settings="core.settings.lint")
    del files["core/settings.py"]
    files |= {f"core/settings/{name}.py": "INSTALLED_APPS = []\n" for name in ("__init__", "lint", "production")}
    assert read(files).value("settings_module") == "core.settings.production"


def test_compose_counts_less_than_a_production_module(read):
    files = startproject(settings="core.settings_dev")
    files |= {
        "core/settings_dev.py": "",
        "core/settings_prod.py": "",
        "core/settings_docker.py": "",
        "compose.yaml": "services:\n  web:\n    environment:\n    - DJANGO_SETTINGS_MODULE=core.settings_docker\n",
    }
    assert read(files).value("settings_module") == "core.settings_prod"


@pytest.mark.parametrize(
    ("wsgi", "module"),
    [
        (WSGI, "core.settings.production.site2025"),
        ('import os\nos.environ["DJANGO_SETTINGS_MODULE"] = "{}"\n', "core.settings.production.site2016"),
    ],
    ids=["default", "fixed"],
)
def test_compose_that_names_another_production_module(wsgi, module, read):
    service = "services:\n  web:\n    command: gunicorn core.wsgi\n    environment:\n"
    files = {
        "manage.py": MANAGE.format("core.settings.dev"),
        "core/wsgi.py": wsgi.format("core.settings.production.site2016"),
        "core/settings/dev.py": SETTINGS,
        "core/settings/production/site2016.py": SETTINGS,
        "core/settings/production/site2025.py": SETTINGS,
        "docker-compose.yml": f"{service}      DJANGO_SETTINGS_MODULE: core.settings.production.site2025\n",
    }
    assert read(files).value("settings_module") == module


def test_tests_settings_count_least(read):
    files = startproject(settings="core.settings.local")
    del files["core/settings.py"]
    files |= {
        "core/settings/local.py": "",
        "core/settings/base.py": "",
        "core/settings/pages.py": "",
        ".github/workflows/pages.yml": "env:\n  DJANGO_SETTINGS_MODULE: core.settings.pages\n",
        "pyproject.toml": '[tool.pytest.ini_options]\nDJANGO_SETTINGS_MODULE = "core.settings.pages"\n',
    }
    assert read(files).value("settings_module") == "core.settings.base"


@pytest.mark.parametrize(
    "expression",
    [
        "f\"core.settings.{os.environ.get('APP_ENV', 'dev')}\"",
        '"core.settings." + os.getenv("APP_ENV", "dev")',
        '"core.settings.%s" % os.environ["APP_ENV"]',
        '"core.settings.{}".format(ENVIRONMENT)',
    ],
)
def test_module_from_a_variable(read, expression):
    code = f"""
import os
ENVIRONMENT = os.environ.get("APP_ENV") or "dev"
os.environ["DJANGO_SETTINGS_MODULE"] = {expression}
application = get_wsgi_application()
"""
    files = startproject(settings="core.settings.dev") | {"core/wsgi.py": code}
    del files["core/settings.py"]
    files |= {"core/settings/__init__.py": "", "core/settings/dev.py": "", "core/settings/production.py": ""}
    findings = read(files)
    assert got(findings, "settings_module", "settings_variable") == [
        ("core.settings.production", "core/wsgi.py:4"),
        ({"name": "APP_ENV", "value": "production"}, "core/wsgi.py:4"),
    ]


def test_variable_compared_in_settings(read):
    files = startproject() | {"core/settings.py": 'import os\nlive = os.getenv("DJANGO_ENV") == "production"\n'}
    assert got(read(files), "settings_variable") == [
        ({"name": "DJANGO_ENV", "value": "production"}, "core/settings.py:2")
    ]


def test_configurations(read):
    code = 'os.environ.setdefault("DJANGO_CONFIGURATION", "Local")\n'
    classes = "class Common(Configuration): pass\nclass Local(Common): pass\nclass Production(Common): pass\n"
    files = startproject()
    files |= {"core/wsgi.py": files["core/wsgi.py"] + code, "core/settings.py": classes}
    findings = read(files)
    assert got(findings, "configuration_class", "settings_variable") == [
        ("Production", "core/settings.py:3"),
        ({"name": "DJANGO_CONFIGURATION", "value": "Production"}, "core/settings.py:3"),
    ]


def test_a_configuration_that_derives_from_that_of_tests(read):
    files = startproject()
    files |= {
        "core/settings.py": "class Base(Configuration): pass\nclass Test(Base): pass\n"
        "class ContinuousIntegration(Test): pass\nclass Production(Base): pass\n",
        "compose.yaml": "services:\n  app:\n    command: gunicorn core.wsgi\n    environment:\n"
        "    - DJANGO_CONFIGURATION=ContinuousIntegration\n",
    }
    assert got(read(files), "configuration_class") == [("Production", "core/settings.py:4")]


def test_configurations_that_a_package_imports(read):
    code = 'os.environ.setdefault("DJANGO_CONFIGURATION", "Local")\n'
    files = startproject()
    del files["core/settings.py"]
    files |= {
        "core/wsgi.py": files["core/wsgi.py"] + code,
        "core/settings/__init__.py": "from .base import Local\nfrom .live import Production\n",
        "core/settings/base.py": "class Local(Configuration): pass\n",
        "core/settings/live.py": "from .base import Local\nclass Production(Local): pass\n",
    }
    assert got(read(files), "configuration_class") == [("Production", "core/settings/__init__.py:2")]


def test_a_configuration_whose_base_is_in_another_module(read):
    code = 'os.environ.setdefault("DJANGO_CONFIGURATION", "Local")\n'
    files = startproject()
    del files["core/settings.py"]
    files |= {
        "core/wsgi.py": files["core/wsgi.py"].replace("core.settings", "core.settings.local") + code,
        "core/settings/__init__.py": "",
        "core/settings/base.py": "class Base(Configuration): pass\n",
        "core/settings/local.py": "from .base import Base\nclass Local(Base): pass\n",
        "core/settings/production.py": "from .base import Base\nclass Production(Base): pass\n",
    }
    found = read(files)
    assert got(found, "configuration_class") == [("Production", "core/settings/production.py:2")]
    assert found.value("settings_module") == "core.settings.production"


def test_settings_that_nothing_names(read):
    findings = read({"manage.py": "execute_from_command_line([])", "site1/settings.py": SETTINGS})
    assert got(findings, "settings_module") == [("site1.settings", "site1/settings.py")]
    assert findings.found["settings_module"].certainty == Certainty.INFERRED


def test_settings_outside_the_project(read):
    findings = read({"manage.py": MANAGE.format("elsewhere")})
    assert got(findings, "settings_module", "settings_file") == [("elsewhere", "manage.py:4"), ("", "")]
    assert findings.found["settings_module"].note == "elsewhere is named, but is not in the project."


def test_other_callable(read):
    files = startproject() | {"core/wsgi.py": "app = get_wsgi_application()\n"}
    assert read(files).value("wsgi_module") == "core.wsgi:app"


def test_wsgi_application_setting(tmp_path):
    tree = write(tmp_path, startproject() | {"deploy/wsgi.py": "server = 1"})
    says = DjangoSettings(wsgi_application=Found("deploy.wsgi.server", "core/settings.py:9"))
    findings = Findings(layout.read_layout(tree, settings=says))
    assert got(findings, "wsgi_module") == [("deploy.wsgi:server", "core/settings.py:9")]


@pytest.mark.parametrize(
    ("path", "content", "source"),
    [
        ("Procfile", "web: daphne core.asgi:application\n", "Procfile:1"),
        ("Dockerfile", 'FROM x\nCMD ["uvicorn", "core.asgi:application"]\n', "Dockerfile:2"),
        ("Procfile", "web: gunicorn -k uvicorn.workers.UvicornWorker core.asgi\n", "Procfile:1"),
        ("Procfile", "web: granian --interface asgi core.asgi:application\n", "Procfile:1"),
        ("justfile", "serve:\n  uvicorn core.asgi:application\n", "justfile:2"),
        ("core/asgi.py", "application = ProtocolTypeRouter({})\n", "core/asgi.py:1"),
    ],
)
def test_asgi(read, path, content, source):
    assert got(read(startproject() | {path: content}), "interface") == [("asgi", source)]


def test_asgi_without_wsgi(read):
    files = startproject()
    del files["core/wsgi.py"]
    findings = read(files)
    assert got(findings, "wsgi_module", "interface") == [("", ""), ("asgi", "core/asgi.py")]
    assert findings.found["interface"].note == "There is no wsgi.py."


def test_channels_in_the_settings(tmp_path):
    says = DjangoSettings(
        asgi_application=Found("core.asgi.application", "core/settings.py:3"),
        installed_apps=Found(["channels"], "core/settings.py:1"),
    )
    findings = Findings(layout.read_layout(write(tmp_path, startproject()), settings=says))
    assert got(findings, "interface") == [("asgi", "core/settings.py:3")]


@pytest.mark.parametrize(
    ("folder", "files", "slug", "source"),
    [
        ("My_Shop 2", {}, "my-shop-2", ""),
        ("src", {"pyproject.toml": '[project]\nname = "Good.Name"\n'}, "good-name", "pyproject.toml:2"),
        ("app", {"package.json": '{\n"name": "@org/front"}'}, "front", "package.json:2"),
        ("app", {".git/config": '[remote "origin"]\n\turl = git@host:org/tickets.git\n'}, "tickets", ".git/config"),
        ("project", {"manage.py": MANAGE.format("books.settings"), "books/settings.py": ""}, "books", "manage.py:4"),
        ("x" * 60, {}, "x" * 40, ""),
        ("café", {}, "cafe", ""),
        ("server", {}, "server", ""),
    ],
)
def test_slug(read, folder, files, slug, source):
    assert got(read(files, folder=folder), "project_slug") == [(slug, source)]


# Processes


def process(name, command, kind, source, certainty=Certainty.STATED, note="", **more):
    return {
        "name": name,
        "command": command,
        "kind": kind,
        "source": source,
        "certainty": certainty,
        "note": note,
        "runs": "",
        "schedule": "",
        "every": 0,
        "ports": [],
    } | more


def test_procfile(read):
    procfile = """release: ./manage.py migrate
web: newrelic-admin run-program gunicorn core.wsgi --log-file -
worker: REMAP_SIGTERM=SIGQUIT celery -A core worker -l info
slow: celery -A core worker -Q slow
beat: bash -c 'celery -A core beat'
"""
    files = startproject() | {"Procfile": procfile, "core/celery.py": 'app = Celery("core")\n'}
    assert read(files, of_processes).value("processes") == [
        process("release", "python ./manage.py migrate", "release", "Procfile:1"),
        process("web", "gunicorn core.wsgi --log-file -", "web", "Procfile:2"),
        process("worker", "celery -A core worker -l info", "worker", "Procfile:3"),
        process("slow", "celery -A core worker -Q slow", "worker", "Procfile:4"),
        process("beat", "celery -A core beat", "beat", "Procfile:5"),
    ]


def test_compose_services(read):
    compose = """services:
  web: &app
    build: .
    command: gunicorn core.wsgi
  Mail_Queue:
    <<: *app
    command: [python, manage.py, sendmail, --loop]
  assets:
    build: .
    command: npm run dev
  flower:
    build: .
    command: celery -A core flower
  proxy:
    image: nginx
    command: nginx -g 'daemon off;'
  db:
    image: postgres:17
"""
    assert read(startproject() | {"compose.yaml": compose}, of_processes).value("processes") == [
        process("web", "gunicorn core.wsgi", "web", "compose.yaml:2"),
        process("mail-queue", "python manage.py sendmail --loop", "worker", "compose.yaml:5"),
        process("flower", "celery -A core flower", "other", "compose.yaml:11"),
    ]


@pytest.mark.parametrize(("context", "kinds"), [("summary", []), (".", ["worker"])])
def test_compose_services_of_another_program(context, kinds, read):
    service = f"services: {{work: {{build: {context}, command: celery -A summary worker -Q sums}}}}\n"
    files = {"summary/summary/__init__.py": "", "summary/pyproject.toml": "", "compose.yaml": service}
    found = read(startproject() | files, of_processes).value("processes")
    assert [item["kind"] for item in found] == kinds


def test_scripts_are_looked_into(read):
    files = startproject() | {
        "compose.yml": "services:\n  jobs:\n    build: .\n    command: /jobs.sh\n",
        "docker/jobs.sh": "#!/bin/sh\n# not beat\nexec celery -A core worker\n",
        "core/celery.py": 'app = Celery("core")\n',
    }
    assert read(files, of_processes).value("processes") == [
        process("jobs", "/jobs.sh", "worker", "compose.yml:2", runs="exec celery -A core worker")
    ]


def test_the_script_of_a_service_is_that_of_its_image(read):
    image = "FROM python:3.14\nCOPY --chown=a:a ./ops/{}/worker/start /start-celeryworker\nCOPY ops/{}/start /start\n"
    compose = "services:\n  django: &django\n    build: {}\n    command: /start\n"
    files = startproject() | {
        "docker-compose.production.yml": compose.format("{context: ., dockerfile: ./ops/prod/Dockerfile}")
        + "  celeryworker:\n    <<: *django\n    command: /start-celeryworker\n",
        "ops/prod/Dockerfile": image.format("prod", "prod"),
        "ops/local/Dockerfile": image.format("local", "local"),
        "ops/prod/start": "exec gunicorn core.wsgi\n",
        "ops/local/start": "exec python manage.py runserver\n",
        "ops/prod/worker/start": "rm -f ./celery-worker.pid\necho celery worker\n"
        "exec celery -A core \\\n  worker -Q mails\n",
        "ops/local/worker/start": "exec celery -A core worker -l DEBUG\n",
        "core/celery.py": 'app = Celery("core")\n',
    }
    path = "docker-compose.production.yml"
    assert read(files, of_processes).value("processes") == [
        process("django", "/start", "web", f"{path}:2", runs="exec gunicorn core.wsgi"),
        process(
            "celeryworker", "/start-celeryworker", "worker", f"{path}:5", runs="exec celery -A core worker -Q mails"
        ),
    ]


@pytest.mark.parametrize(("folder", "found"), [("grader", []), ("core", ["grader"])])
def test_a_worker_of_another_project_is_not_of_the_site(folder, found, read):
    files = startproject() | {
        "Dockerfile": f'FROM python:3.14\nCOPY {folder} .\nCMD ["celery", "-A", "grading", "worker"]\n',
        "compose.yml": "services:\n  grader:\n    build: .\n    command: celery -A grading worker\n",
        f"{folder}/grading.py": 'app = Celery("grading")\n',
        "grader/pyproject.toml": '[project]\nname = "grader"\n',
        "core/celery.py": 'app = Celery("core")\n',
    }
    stated = [item["name"] for item in read(files, of_processes).value("processes") if item["certainty"] == "stated"]
    assert stated == found


def test_units_and_supervisor(read):
    files = startproject() | {
        "ops/rq.service": "[Service]\nExecStart=/srv/venv/bin/python3 /srv/app/manage.py rqworker high \\\n  low\n",
        "ops/supervisor/app.conf": "[program:hooks]\ncommand=python manage.py hooks ; runs\n",
    }
    assert read(files, of_processes).value("processes") == [
        process("rq", "python manage.py rqworker high low", "worker", "ops/rq.service:2"),
        process("hooks", "python manage.py hooks", "worker", "ops/supervisor/app.conf:1"),
    ]


def test_images_beside_the_application(read):
    files = startproject() | {
        "Dockerfile": 'FROM python\nENTRYPOINT ["/start.sh"]\n',
        "docker/worker/Dockerfile": 'FROM python\nCMD ["/jobs.sh"]\n',
        "nginx/Dockerfile": 'FROM debian\nCMD ["/serve.sh"]\n',
    }
    assert read(files, of_processes).value("processes") == [
        process("web", "/start.sh", "web", "Dockerfile:2"),
        process("web-2", "/jobs.sh", "worker", "docker/worker/Dockerfile:2"),
    ]


def test_development_commands_count_less(read):
    files = startproject() | {
        "Procfile": "web: gunicorn core.wsgi\n",
        "docker-compose.dev.yml": "services:\n  web:\n    build: .\n    command: python manage.py runserver\n",
    }
    found = read(files, of_processes).value("processes")
    assert [item["command"] for item in found] == ["gunicorn core.wsgi"]


@pytest.mark.parametrize(
    ("procfile", "found"),
    [
        (
            "web: gunicorn core.wsgi\nworker: celery -A core worker -Q a\n",
            ["gunicorn core.wsgi", "celery -A core worker -Q a"],
        ),
        ("web: gunicorn core.wsgi\n", ["gunicorn core.wsgi", "celery -A core worker"]),
    ],
)
def test_services_of_developers_count_less(procfile, found, read):
    services = "services:\n  app-dev:\n    build: .\n  celery-dev:\n    build: .\n    command: celery -A core worker\n"
    files = startproject() | {"Procfile": procfile, "compose.yaml": services}
    assert [item["command"] for item in read(files, of_processes).value("processes")] == found


def test_celery_from_the_code(read):
    files = startproject() | {
        "core/tasks/jobs.py": "",
        "core/celeryapp.py": 'from celery import Celery\n\nqueue = Celery("core")\n',
        "core/settings.py": 'INSTALLED_APPS = ["django_celery_beat"]\nCELERY_BEAT_SCHEDULE = {}\n',
    }
    assert read(files, of_processes, distributions={"celery"}).value("processes") == [
        process(
            "worker", "celery -A core.celeryapp:queue worker", "worker", "core/celeryapp.py:3", Certainty.INFERRED
        ),
        process(
            "beat",
            "celery -A core.celeryapp:queue beat --scheduler django_celery_beat.schedulers:DatabaseScheduler",
            "beat",
            "core/settings.py:2",
            Certainty.INFERRED,
        ),
    ]


@pytest.mark.parametrize(
    ("app", "command"),
    [
        ("django_rq", "rqworker default"),
        ("huey.contrib.djhuey", "run_huey"),
        ("django_dramatiq", "rundramatiq"),
        ("django_q", "qcluster"),
        ("django_tasks_db", "db_worker"),
        ("procrastinate.contrib.django", "procrastinate worker"),
    ],
)
def test_queues_from_the_settings(read, app, command):
    files = startproject() | {"core/settings.py": f'INSTALLED_APPS = [\n    "{app}",\n]\n'}
    (found,) = read(files, of_processes).value("processes")
    assert (found["command"], found["kind"], found["source"]) == (
        f"python manage.py {command}",
        "worker",
        "core/settings.py:2",
    )


def test_commands_that_do_not_end(read):
    scripts = {
        "loop": "class Command:\n  def handle(self):\n    while True:\n      work()\n",
        "stops": "while True:\n  work()\n  if stop:\n    break\n  time.sleep(1)\n",
        "queue": "class Command:\n  def handle(self):\n    channel.start_consuming()\n",
        "pages": "while True:\n  if not page():\n    break\n",
        "retry": "while True:\n  try:\n    work()\n    break\n  except Error:\n    time.sleep(1)\n",
        "_private": "while True:\n  work()\n",
    }
    files = startproject() | {f"app/management/commands/{name}.py": code for name, code in scripts.items()}
    found = read(files, of_processes).value("processes")
    assert [(item["name"], item["source"].partition("commands/")[2]) for item in found] == [
        ("loop", "loop.py:3"),
        ("queue", "queue.py:3"),
        ("stops", "stops.py:1"),
    ]
    assert {item["certainty"] for item in found} == {Certainty.INFERRED}


def test_cron(read):
    files = startproject() | {
        "ops/crontab": "# nightly\n0 3 * * * cd /app && python manage.py clean_up --all >> /log 2>&1\n@daily ls\n",
        "core/settings.py": 'CRONJOBS = [("*/5 * * * *", "app.cron.poll")]\n',
    }
    assert read(files, of_processes).value("processes") == [
        process("clean-up", "python manage.py clean_up --all", "cron", "ops/crontab:2", schedule="0 3 * * *"),
        process(
            "poll",
            "python manage.py crontab run",
            "cron",
            "core/settings.py:1",
            schedule="*/5 * * * *",
            note="django-crontab runs app.cron.poll.",
        ),
    ]


# Services


def test_services_of_compose(read):
    compose = """services:
  db:
    image: docker.io/library/postgres:17.4-alpine@sha256:0
  cache:
    image: valkey/valkey:8
  admin:
    image: mongo-express
  search:
    image: opensearchproject/opensearch:${VERSION:-2.19}
"""
    found = read({"docker-compose.yml": compose}, of_services).found["services"].value
    assert [(item.name, item.version, item.source, item.certainty) for item in found] == [
        ("postgresql", "17.4", "docker-compose.yml:2", Certainty.STATED),
        ("valkey", "8", "docker-compose.yml:4", Certainty.STATED),
        ("opensearch", "2.19", "docker-compose.yml:8", Certainty.STATED),
    ]
    assert found[0].image == "docker.io/library/postgres:17.4-alpine@sha256:0"


def test_services_of_settings_and_drivers(tmp_path):
    database = {"engine": "django.db.backends.sqlite3", "variable": "DATABASE_URL", "url_default": "sqlite:///db"}
    cache = {"backend": "django.core.cache.backends.redis.RedisCache"}
    says = DjangoSettings(
        databases=Found({"default": Database(**database)}, "core/settings.py:9"),
        caches=Found({"default": Cache(**cache)}, "core/settings.py:20"),
        celery_broker=Found(Broker("amqp://localhost"), "core/settings.py:30"),
    )
    installed = Found({name: Installed() for name in ("psycopg", "django-redis", "gunicorn")})
    project = Project(settings=says, dependencies=Dependencies(distributions=installed))
    found = {item.name: asdict(item) for item in seen.read_services(Tree(tmp_path), project).value}
    assert {name: (item["source"], item["certainty"]) for name, item in found.items()} == {
        "sqlite": ("core/settings.py:9", Certainty.STATED),
        "redis": ("core/settings.py:20", Certainty.STATED),
        "rabbitmq": ("core/settings.py:30", Certainty.STATED),
        "postgresql": ("", Certainty.INFERRED),
    }
    assert found["postgresql"]["note"] == "The settings use SQLite by default; DATABASE_URL selects the database."
    assert found["redis"]["why"].endswith("RedisCache; django-redis is installed")


def test_postgis_wants_its_image(tmp_path):
    tree = write(tmp_path, {"compose.yaml": "services:\n  db:\n    image: postgres:17\n"})
    databases = {"default": Database("django.contrib.gis.db.backends.postgis")}
    project = Project(settings=DjangoSettings(databases=Found(databases, "core/settings.py:9")))
    (found,) = seen.read_services(tree, project).value
    assert (found.name, found.image) == ("postgis", "postgres:17")
    assert found.note == "postgres:17 has no PostGIS, which core/settings.py:9 needs."


def test_extensions(read):
    migration = """operations = [
    TrigramExtension(),
    CreateExtension("ltree"),
    RunSQL('create extension if not exists "uuid-ossp"'),
]
"""
    findings = read({"app/migrations/0001_initial.py": migration}, of_extensions)
    assert findings.value("postgres_extensions") == [
        {"name": "pg_trgm", "source": "app/migrations/0001_initial.py:2"},
        {"name": "ltree", "source": "app/migrations/0001_initial.py:3"},
        {"name": "uuid-ossp", "source": "app/migrations/0001_initial.py:4"},
    ]


# Front ends


def front_end(read, files):
    return read(files, of_front_end).value("frontend")


def test_front_end(read):
    vite = 'build: {\n  // outDir: "no",\n  outDir: path.resolve(__dirname, "../static/dist") }'
    files = {
        "frontend/package.json": '{\n"scripts": {\n"build": "vite build"},\n"engines": {"node": ">=20"}}',
        "frontend/pnpm-lock.yaml": "",
        "frontend/.nvmrc": "v22.3\n",
        "frontend/vite.config.ts": vite,
        "e2e/package.json": '{"scripts": {"build": "webpack"}}',
        "package.json": '{"scripts": {"test": "jest"}}',
    }
    assert front_end(read, files) == [
        {
            "dir": "frontend",
            "package_manager": "pnpm",
            "lock_file": "frontend/pnpm-lock.yaml",
            "node_version": "22.3",
            "build_script": "build",
            "command": "pnpm run build",
            "output": "static/dist",
            "source": "frontend/package.json:3",
        }
    ]


@pytest.mark.parametrize(
    ("config", "output"),
    [
        ("output: { path: path.resolve(__dirname, 'static', \"bundles\"), filename: 'a' }", "static/bundles"),
        ("output: { path: path.join(__dirname, '../site', 'static', 'dist') }", "site/static/dist"),
        ("outDir: 'static/dist', 'emptyOutDir': true", "static/dist"),
    ],
)
def test_where_a_bundler_writes(read, config, output):
    files = {
        "front/package.json": '{"scripts": {"build": "webpack"}}',
        "front/webpack.config.js": f"module.exports = {{ {config} }}",
    }
    (found,) = front_end(read, files)
    assert found["output"] == (output if output.startswith("site/") else f"front/{output}")


@pytest.mark.parametrize(
    ("scripts", "script", "output"),
    [
        ({"build": "sass a.scss static/a.css"}, "build", "static/a.css"),
        ({"build": "sass scss:static/css"}, "build", "static/css"),
        (
            {
                "build": "npm run css && npm run js",
                "css": "tailwindcss -i a -o out/a.css",
                "js": "esbuild x --outdir=js",
            },
            "build",
            "out/a.css js",
        ),
        (
            {
                "build": "run-p --silent --max-parallel=2 build:*",
                "build:a": "sass a.scss a.css",
                "build:b": "sass b.scss b.css",
            },
            "build",
            "a.css b.css",
        ),
        ({"build": "concurrently npm:build:a", "build:a": "sass a.scss a.css"}, "build", "a.css"),
        ({"build": "webpack -o dist", "production": "webpack --mode production -o live"}, "production", "live"),
        ({"css:build": "tailwindcss -o site.css", "build:storybook": "storybook build"}, "css:build", "site.css"),
        ({"build": "webpack"}, "build", ""),
        ({"build": "vite build"}, "build", "dist"),
    ],
)
def test_output(read, scripts, script, output):
    manifest = str({"scripts": scripts}).replace("'", '"')
    (found,) = front_end(read, {"package.json": manifest})
    assert (found["build_script"], found["output"], found["package_manager"]) == (script, output, "npm")


def test_build_of_a_dockerfile(read):
    files = {
        "package.json": '{"dependencies": {}, "packageManager": "yarn@4.1.0"}',
        "Dockerfile": "FROM node:22-slim\nCOPY package.json yarn.lock ./\nRUN yarn install \\\n && node build.mjs\n",
    }
    (found,) = front_end(read, files)
    assert (found["command"], found["source"], found["node_version"]) == ("node build.mjs", "Dockerfile:3", "22")
    assert (found["package_manager"], found["build_script"]) == ("yarn", "")


# Handbook

DOCKERFILE_DJANGO = """FROM python:3.12 AS build-stage
COPY requirements.txt /tmp/requirements.txt
RUN pip install --no-cache-dir -r /tmp/requirements.txt
WORKDIR /workdir
COPY . .
ENV DJANGO_ENV=production
RUN python manage.py collectstatic --noinput -v2

FROM python:3.12
RUN apt-get update && apt-get install -y --no-install-recommends \\
        gettext \\
        libgdal-dev \\
    && rm -rf /var/lib/apt/lists/*
RUN groupadd -r runner && useradd --no-log-init -r -g runner runner
# Must match MEDIA_ROOT.
RUN mkdir -p /data
COPY requirements/live.txt /tmp/requirements.txt
RUN pip install --no-cache-dir -r /tmp/requirements.txt
WORKDIR /workdir
USER runner:runner
COPY --chown=runner:runner . .
# Django needs a copy of the staticfiles.json manifest file.
COPY --from=build-stage --chown=runner:runner /workdir/static/staticfiles.json /workdir/static/staticfiles.json
ENV DJANGO_ENV=production
ENV WEB_CONCURRENCY=3
RUN python manage.py compilemessages
EXPOSE 8000
CMD ["gunicorn", "shop.wsgi", "--bind", "0.0.0.0:8000", "--worker-tmp-dir", "/dev/shm", "--no-control-socket", \\
     "--threads", "4", "--name", "shop", "--max-requests", "1000", "--preload"]
"""
DOCKERFILE_STATIC = """FROM python:3.12 AS build-stage
WORKDIR /workdir
COPY . .
RUN python manage.py collectstatic --noinput -v2
FROM nginxinc/nginx-unprivileged:latest AS production-stage
USER root
COPY --from=build-stage --chown=nginx:root /workdir/public/assets /usr/share/nginx/html/assets
COPY --chown=nginx:root default.conf /etc/nginx/conf.d/default.conf
USER nginx
"""
COMPOSE = """services:
  django:
    build: {context: ., dockerfile: Dockerfile_django}
    ports: ["127.0.0.1:8001:8000"]
    environment:
      GUNICORN_CMD_ARGS: "--workers 3"
  static:
    image: registry/shop_static:latest
    ports:
      - 8081:8080
"""


def test_handbook(read):
    files = {
        "Dockerfile_django": DOCKERFILE_DJANGO,
        "Dockerfile_static": DOCKERFILE_STATIC,
        "default.conf": "server {\n listen 8080;\n listen [::]:8080;\n location /media/ {\n }\n}\n",
        "compose.yaml": COMPOSE,
    }
    findings = read(files, handbook.read_handbook)
    answers = {
        "project_slug": ("shop", "Dockerfile_django:28"),
        "python_version": ("3.12", "Dockerfile_django:9"),
        "wsgi_module": ("shop.wsgi", "Dockerfile_django:28"),
        "requirements_file": ("requirements/live.txt", "Dockerfile_django:18"),
        "gunicorn_threads": (4, "Dockerfile_django:28"),
        "gunicorn_workers": (3, "compose.yaml:2"),
        "web_concurrency": (3, "Dockerfile_django:25"),
        "use_fathom": (True, "Dockerfile_django:23"),
        "compile_messages": (True, "Dockerfile_django:26"),
        "static_root": ("public/assets", "Dockerfile_static:7"),
        "static_url": ("/assets/", "Dockerfile_static:7"),
        "django_port": (8001, "compose.yaml:2"),
        "static_port": (8081, "compose.yaml:7"),
    }
    assert dict(zip(answers, got(findings, *answers), strict=True)) == answers
    extra = findings.value("handbook_extra")
    assert extra["apt"] == ["libgdal-dev"]
    assert extra["instructions"] == ["# Must match MEDIA_ROOT.", "RUN mkdir -p /data"]
    assert extra["build_instructions"] == []
    assert extra["gunicorn_options"] == ["--max-requests", "1000", "--preload"]


def test_handbook_without_fathom(read):
    content = 'FROM python:3.11\nCMD ["gunicorn", "core.wsgi", "--name", "Data_Registry"]\n'
    findings = read({"Dockerfile_django": content}, handbook.read_handbook)
    assert got(findings, "use_fathom", "compile_messages") == [(False, "Dockerfile_django")] * 2
    assert got(findings, "project_slug") == [("data-registry", "Dockerfile_django:2")]
    assert findings.found["project_slug"].note == "Gunicorn's name there is Data_Registry."
    assert "gunicorn_threads" not in findings.found


def test_no_handbook(read):
    findings = read({"Dockerfile": DOCKERFILE_DJANGO}, handbook.read_handbook)
    assert "handbook_extra" not in findings.found


# Parts


def test_dockerfile_instructions():
    text = (
        '# syntax\nFROM a AS one\nRUN <<EOF\nFROM no\nEOF\nrun x \\\n # note\n\n  && y\nFROM one\nCMD ["a b", "c"]\n'
    )
    found = dockerfile.read_instructions(text)
    assert [(item.keyword, item.rest, item.line, item.stage) for item in found] == [
        ("FROM", "a AS one", 2, 0),
        ("RUN", "<<EOF", 3, 0),
        ("RUN", "x && y", 6, 0),
        ("FROM", "one", 10, 1),
        ("CMD", '["a b", "c"]', 11, 1),
    ]
    assert found[-1].words == ["a b", "c"]
    assert dockerfile.final_lineage(found) == found


@pytest.mark.parametrize(
    ("command", "plain"),
    [
        ("exec /opt/venv/bin/python3 /opt/app/manage.py x", "python manage.py x"),
        ("./manage.py x", "python ./manage.py x"),
        ("sh -c 'poetry run celery -A a worker'", "celery -A a worker"),
        ("sh -c 'a && exec b'", "a && exec b"),
        ("python -m manage x --y", "python manage.py x --y"),
        ("python -m celery -A a worker", "celery -A a worker"),
        ("it's", "it's"),
        ("'celery -A a worker -B -Q mails'", "celery -A a worker -B -Q mails"),  # an entrypoint is `bash -c`
        ("'a && exec b'", "a && exec b"),
    ],
)
def test_plain_command(command, plain):
    assert processes.plain_command(command, ["poetry"]).replace('"\'"', "").replace("''", "'") == plain


# Robustness

READERS = [of_layout, of_processes, of_services, of_extensions, of_front_end, handbook.read_handbook]
PATHS = [
    "manage.py",
    "core/settings.py",
    "core/settings/__init__.py",
    "core/settings/dev.py",
    "core/wsgi.py",
    "core/asgi.py",
    "core/celery.py",
    "app/management/commands/x.py",
    "app/migrations/0001.py",
    "Procfile",
    "crontab",
    "compose.yaml",
    "docker-compose.yml",
    "Dockerfile",
    "Dockerfile_django",
    "Dockerfile_static",
    "default.conf",
    "package.json",
    "app.json",
    "angular.json",
    "vite.config.js",
    "fly.toml",
    "render.yaml",
    "pyproject.toml",
    "setup.cfg",
    "supervisord.conf",
    "x.service",
    ".env",
    ".git",
]
PIECES = [
    *startproject().values(),
    DOCKERFILE_DJANGO,
    DOCKERFILE_STATIC,
    COMPOSE,
    "a: &a [*a]\nservices: *a",
    "services: {web: {build: [], command: {}, ports: [[], {}, 1], environment: [1, null]}}",
    "services:\n  a: &a\n    build: .\n    image: {}\n    <<: *a\n",
    '{"scripts": [], "name": {}, "env": 1, "cron": [1], "projects": {"a": []}}',
    '{"scripts": {"build": "npm run build && vite build"}, "engines": 1, "volta": []}',
    "[env]\nA = 1\n[processes]\nweb = ['a', 1]\n[project]\nname = 1\n[tool]\npoetry = []\n",
    "services: [{type: cron, name: [], envVars: {a: b}, startCommand: 3}]",
    "[program:x]\ncommand\n[unit",
    "[program:x]\ncommand\n  x",
    "CRONJOBS = [(1,), ('a', 'b', [1]), f()]\nx = y\ny = x\nos.environ['DJANGO_SETTINGS_MODULE'] = x + y",
    "gitdir: /nowhere\x00",
    "(" * 300,
    "[" * 5000,
    "FROM\nCMD [\nRUN\nENV\nCOPY --from=\nEXPOSE x\nARG",
    'web: "\nbeat: sh -c\n: x\n* * * * * manage.py',
    "class Command:\n  while True: pass\nCelery()\napp = Celery",
]


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.dictionaries(
        st.sampled_from(PATHS),
        st.one_of(st.sampled_from(PIECES), st.binary(max_size=60), st.text(string.printable, max_size=80)),
        max_size=10,
    )
)
def test_nothing_raises(tmp_path_factory, files):
    root = tmp_path_factory.mktemp("project")
    for path, content in files.items():
        target = root / path
        if target.is_dir() or any(parent.is_file() for parent in target.parents):
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content if isinstance(content, bytes) else content.encode())
    tree = Tree(root)
    project = of_layout(tree)
    for finding in Findings(*(reader(tree, project) for reader in READERS)).found.values():
        path = finding.source.rpartition(":")[0] or finding.source
        assert path in ("", ".", ".git/config") or tree.exists(path), finding


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("core/settings.py", "\n".join(f"a{n} = a{n + 1} + a{n + 1}" for n in range(200))),
        ("core/wsgi.py", "A = f'{A}{A}{A}{A}'\nos.environ['DJANGO_SETTINGS_MODULE'] = A"),
        (
            "compose.yaml",
            "\n".join(["a0: &a0 {x: 1}", *(f"a{n}: &a{n} {{<<: [*a{n - 1}, *a{n - 1}]}}" for n in range(1, 40))]),
        ),
        ("package.json", '{"scripts": {"build": "webpack ' + "sass a" * 5000 + '"}}'),
        ("Procfile", "web: " + "celery " * 50_000),
        ("Procfile", "web: " + "a" * 500_000),
        ("webpack.config.js", "output: {" * 10_000),
        ("Dockerfile", "FROM a\nRUN " + "--a=" * 50_000),
        ("Dockerfile", "FROM a\nENV " + "${" * 50_000),
        ("core/settings.py", "x = [\n" + "'a',\n" * 50_000 + "]"),
    ],
)
def test_nothing_hangs(tmp_path, path, content):
    files = startproject() | {"package.json": '{"scripts": {"build": "webpack"}}'} | {path: content}
    tree = write(tmp_path, files)
    start = time.process_time()
    project = of_layout(tree)
    for reader in READERS:
        reader(tree, project)
    assert time.process_time() - start < 3  # of a processor, however busy the computer is


def test_commands_are_read_once(tmp_path):
    tree = write(tmp_path, {"Procfile": "web: gunicorn a.wsgi\n"})
    assert commands.read_commands(tree) is commands.read_commands(tree)
