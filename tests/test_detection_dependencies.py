"""Project in, Findings out: what a project depends on, and what installs it."""

import json
from pathlib import Path
from time import process_time

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from packaging.utils import canonicalize_name
from packaging.version import Version
from support import Findings

from extensions import installers
from extensions.installers.constrained import specifiers
from extensions.project import dependencies
from extensions.project.dependencies import read_dependencies
from extensions.project.dependencies.distributions import Distribution
from extensions.project.dependencies.python_statements import allowed
from extensions.project.dependencies.python_version import django_pythons, fits, has_wheel, image_python
from extensions.project.dependencies.requirements import read_requirements
from extensions.project.deployment.dockerfile import images
from extensions.project.findings import Certainty
from extensions.project.tree import Tree


def write(root: Path, files: dict[str, str | bytes]) -> Tree:
    for path, content in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, str):
            (root / path).write_text(content, encoding="utf-8")
        else:
            (root / path).write_bytes(content)
    return Tree(root)


@pytest.fixture
def read(tmp_path):
    """Read a project given as a dict of files."""

    def reader(files, django_dir=".", **parameters):
        tree = write(tmp_path, files)
        return Findings(read_dependencies(tree, django_dir, installers.KINDS, **parameters), problems=tree.problems)

    return reader


def found(findings, name):
    """Return a Finding's value, source and certainty."""
    finding = findings.found[name]
    return finding.value, finding.source, finding.certainty


UV_LOCK = """\
version = 1
requires-python = ">=3.12"

[[package]]
name = "django"
version = "5.2.4"
source = { registry = "https://pypi.org/simple" }
dependencies = [
    { name = "asgiref" },
    { name = "tzdata", marker = "sys_platform == 'win32'" },
]
wheels = [{ url = "https://files.example/django-5.2.4-py3-none-any.whl" }]

[[package]]
name = "asgiref"
version = "3.9.1"
source = { registry = "https://pypi.org/simple" }

[[package]]
name = "tzdata"
version = "2025.2"
source = { registry = "https://pypi.org/simple" }

[[package]]
name = "pytest"
version = "8.4.1"
source = { registry = "https://pypi.org/simple" }

[[package]]
name = "gunicorn"
version = "23.0.0"
source = { registry = "https://pypi.org/simple" }

[[package]]
name = "psycopg"
version = "3.2.9"
source = { registry = "https://pypi.org/simple" }

[package.optional-dependencies]
c = [{ name = "psycopg-c" }]

[[package]]
name = "psycopg-c"
version = "3.2.9"
source = { registry = "https://pypi.org/simple" }
sdist = { url = "https://files.example/psycopg_c-3.2.9.tar.gz" }

[[package]]
name = "site"
version = "0.1.0"
source = { virtual = "." }
dependencies = [
    { name = "django" },
    { name = "psycopg", extra = ["c"] },
]

[package.dev-dependencies]
dev = [{ name = "pytest" }]
prod = [{ name = "gunicorn" }]
"""

UV_PROJECT = """\
[project]
name = "site"
requires-python = ">=3.12"
dependencies = [
    "django>=5.2",
    "psycopg[c]",
]

[dependency-groups]
dev = ["pytest"]
prod = ["gunicorn"]
"""


def test_uv_reads_production_of_the_lock_file(read):
    findings = read({"pyproject.toml": UV_PROJECT, "uv.lock": UV_LOCK})
    assert found(findings, "installer") == ("uv", "uv.lock", Certainty.STATED)
    assert findings.value("installer_files") == ["pyproject.toml", "uv.lock"]
    assert findings.value("lock_file") == "uv.lock"
    assert list(findings.value("distributions")) == ["asgiref", "django", "gunicorn", "psycopg", "psycopg-c"]
    assert findings.value("distributions")["django"] == {
        "specifier": ">=5.2",
        "version": "5.2.4",
        "source": "uv.lock:4",
        "direct": True,
        "extras": [],
    }
    assert findings.value("distributions")["asgiref"]["direct"] is False
    assert found(findings, "django_version") == ("5.2.4", "uv.lock:4", Certainty.STATED)
    assert found(findings, "apt_build")[:2] == (["build-essential", "libpq-dev"], "uv.lock:42")
    assert findings.value("apt_runtime") == ["libpq5"]
    assert findings.problems == []


def test_a_fork_of_uv_lock_for_another_system_is_not_the_one(read):
    lock = """\
[[package]]
name = "torch"
version = "1.0"
resolution-markers = ["sys_platform == 'darwin'"]
[[package]]
name = "torch"
version = "1.0+cpu"
resolution-markers = ["sys_platform == 'linux'"]
[[package]]
name = "site"
source = { editable = "." }
dependencies = [{ name = "torch" }]
"""
    findings = read({"pyproject.toml": "[project]\nname = 'site'\ndependencies = ['torch']", "uv.lock": lock})
    assert findings.value("distributions")["torch"]["version"] == "1.0+cpu"


def test_poetry_1_tells_production_by_its_category(read):
    project = """\
[tool.poetry.dependencies]
python = "^3.10"
django = "^4.2"
[tool.poetry.group.dev.dependencies]
pytest = "*"
"""
    lock = """\
[[package]]
name = "django"
version = "4.2.11"
category = "main"
[[package]]
name = "pytest"
version = "8.0"
category = "dev"
"""
    findings = read({"pyproject.toml": project, "poetry.lock": lock})
    assert found(findings, "installer") == ("poetry", "poetry.lock", Certainty.STATED)
    assert list(findings.value("distributions")) == ["django"]
    assert found(findings, "python_version") == ("3.12", "poetry.lock:1", Certainty.INFERRED)


def test_poetry_without_categories_follows_what_the_project_asks_for(read):
    project = """\
[tool.poetry.dependencies]
python = ">=3.11,<3.13"
django = "*"
[tool.poetry.group.dev.dependencies]
pytest = "*"
"""
    lock = """\
[[package]]
name = "django"
version = "5.1"
[package.dependencies]
sqlparse = ">=0.3"
[[package]]
name = "sqlparse"
version = "0.5"
[[package]]
name = "pytest"
version = "8.0"
"""
    findings = read({"pyproject.toml": project, "poetry.lock": lock})
    assert list(findings.value("distributions")) == ["django", "sqlparse"]
    assert found(findings, "python_version") == ("3.12", "pyproject.toml:2", Certainty.INFERRED)


def test_poetry_2_lists_groups(read):
    project = """\
[project]
dependencies = ["django (>=5.2,<6.0)"]
[tool.poetry.group.production.dependencies]
gunicorn = "^26"
[build-system]
build-backend = "poetry.core.masonry.api"
"""
    lock = """\
[[package]]
name = "django"
version = "5.2"
groups = ["main"]
[[package]]
name = "gunicorn"
version = "26.1.0"
groups = ["production"]
[[package]]
name = "black"
version = "25"
groups = ["dev"]
"""
    findings = read({"pyproject.toml": project, "poetry.lock": lock})
    assert list(findings.value("distributions")) == ["django", "gunicorn"]


def test_pipenv(read):
    lock = {
        "default": {
            "django": {"version": "==4.2.1", "index": "pypi"},
            "pywin32": {"version": "==1", "markers": "sys_platform == 'win32'"},
        },
        "develop": {"pytest": {"version": "==8"}},
    }
    pipfile = "[packages]\nDjango = '~=4.2'\n[dev-packages]\npytest = '*'\n[requires]\npython_version = '3.11'\n"
    findings = read({"Pipfile": pipfile, "Pipfile.lock": json.dumps(lock, indent=4)})
    assert found(findings, "installer") == ("pipenv", "Pipfile.lock", Certainty.STATED)
    assert findings.value("installer_files") == ["Pipfile", "Pipfile.lock"]
    assert findings.value("distributions") == {
        "django": {"specifier": "~=4.2", "version": "4.2.1", "source": "Pipfile.lock:3", "direct": True, "extras": []}
    }
    assert found(findings, "python_version") == ("3.11", "Pipfile:6", Certainty.STATED)


def test_pdm(read):
    project = "[project]\ndependencies = ['django']\n[tool.pdm]\ndistribution = false\n"
    lock = """\
[[package]]
name = "django"
version = "5.2.1"
groups = ["default"]
[[package]]
name = "ruff"
version = "1"
groups = ["dev"]
"""
    findings = read({"pyproject.toml": project, "pdm.lock": lock})
    assert found(findings, "installer") == ("pdm", "pdm.lock", Certainty.STATED)
    assert list(findings.value("distributions")) == ["django"]


def test_pyproject_alone(read):
    project = """\
[build-system]
build-backend = "setuptools.build_meta"
[project]
name = "x"
dependencies = [
  "Django>=5.2,<6",
]
"""
    findings = read({"pyproject.toml": project})
    assert found(findings, "installer") == ("pyproject", "pyproject.toml", Certainty.STATED)
    assert found(findings, "django_version") == ("", "pyproject.toml:6", Certainty.INFERRED)
    assert found(findings, "python_version") == ("3.13", "pyproject.toml:6", Certainty.INFERRED)
    assert found(findings, "requirements_file") == ("", "", Certainty.ASSUMED)


GROUPS = "[project.optional-dependencies]\nprod = ['gunicorn']\n[dependency-groups]\ndeploy = ['sentry-sdk']\n"


@pytest.mark.parametrize(
    ("files", "options"),
    [
        (
            {"pyproject.toml": "[project]\ndependencies = ['django']\n" + GROUPS, "uv.lock": ""},
            ["--extra=prod", "--group=deploy"],
        ),
        (
            {"pyproject.toml": "[project]\ndependencies = ['django']\n" + GROUPS, "pdm.lock": ""},
            ["--group=prod", "--group=deploy"],
        ),
        (
            {"pyproject.toml": "[project]\ndependencies = ['django']\n" + GROUPS},
            ["--requirements=pyproject.toml", "--extra=prod", "--group=deploy"],
        ),
        (
            {"pyproject.toml": "[project]\ndependencies = ['django']\n" + GROUPS, "poetry.lock": ""},
            ["--extras=prod", "--only=deploy"],
        ),
        (
            {
                "pyproject.toml": "[tool.poetry.dependencies]\ndjango = '^5'\n"
                "[tool.poetry.group.prod]\noptional = true\n"
                "[tool.poetry.group.prod.dependencies]\ngunicorn = '*'\n",
                "poetry.lock": "",
            },
            ["--only=prod"],
        ),
        (
            {
                "pyproject.toml": "[project]\ndependencies = ['django']\n[dependency-groups]\ndev = ['ruff']\n",
                "uv.lock": "",
            },
            [],
        ),
    ],
)
def test_options_that_install_what_production_needs(files, options, read):
    assert sorted(read(files).value("install_options")) == sorted(options)


def test_what_a_lock_file_has_only_the_source_of_may_be_compiled(read):
    lock = "[[package]]\nname = 'cmarkgfm'\nversion = '1'\n"
    lock += "source = {registry = 'x'}\nsdist = {url = 'x/cmarkgfm-1.tar.gz'}\n"
    files = {"pyproject.toml": "[project]\nname = 'a'\nversion = '1'\ndependencies = ['django', 'cmarkgfm']\n"}
    assert read(files | {"uv.lock": lock}).value("apt_build") == ["build-essential"]


def test_dependency_groups_alone(read):
    findings = read({"pyproject.toml": "[dependency-groups]\nmain = ['django==5.2']\ndev = ['ruff']\n"})
    assert found(findings, "installer") == ("pyproject", "pyproject.toml", Certainty.ASSUMED)
    assert found(findings, "install_options") == (["--group=main"], "pyproject.toml:2", Certainty.INFERRED)
    assert findings.value("django_version") == "5.2"


def test_tool_settings_are_no_installer(read):
    findings = read({"pyproject.toml": "[tool.ruff]\nline-length = 119\n", "requirements.txt": "Django==5.2\n"})
    assert found(findings, "installer") == ("pip", "requirements.txt", Certainty.STATED)
    assert findings.found["installer"].note == ""


def test_nothing(read):
    findings = read({"manage.py": ""})
    assert found(findings, "installer") == ("none", "", Certainty.ASSUMED)
    assert found(findings, "python_version") == ("3.13", "", Certainty.ASSUMED)


def test_the_dockerfile_decides_between_two_tools(read):
    files = {
        "pyproject.toml": UV_PROJECT,
        "uv.lock": UV_LOCK,
        "requirements.txt": "django==5.2.4\n",
        "Dockerfile": "FROM python:3.12-slim\nCOPY . .\nRUN pip install \\\n    -r requirements.txt\n",
    }
    findings = read(files)
    assert found(findings, "installer") == ("pip", "Dockerfile:3", Certainty.STATED)
    assert "uv" in findings.found["installer"].note
    assert "Dockerfile:3" in findings.found["installer"].note
    assert findings.value("requirements_file") == "requirements.txt"


def test_a_lock_file_goes_first_where_nothing_decides(read):
    findings = read({"pyproject.toml": UV_PROJECT, "uv.lock": UV_LOCK, "requirements.txt": "django==5.2.4\n"})
    assert found(findings, "installer") == ("uv", "uv.lock", Certainty.ASSUMED)


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"requirements.txt": "django"}, ("requirements.txt", "requirements.txt", Certainty.STATED)),
        (
            {
                "requirements/base.txt": "django",
                "requirements/production.txt": "-r base.txt",
                "requirements/local.txt": "-r base.txt",
            },
            ("requirements/production.txt", "requirements/production.txt", Certainty.STATED),
        ),
        (
            {"requirements.txt": "-r requirements/prod.txt", "requirements/prod.txt": "django"},
            ("requirements.txt", "requirements/prod.txt", Certainty.STATED),
        ),
        (
            {"requirements.txt": "django", "requirements-dev.txt": "django", "docs/requirements.txt": "django"},
            ("requirements.txt", "requirements.txt", Certainty.STATED),
        ),
        (
            {"requirements-dev.txt": "django", "requirements_production.txt": "django"},
            ("requirements_production.txt", "requirements_production.txt", Certainty.STATED),
        ),
        (
            {"deploy/requirements.txt": "django"},
            ("deploy/requirements.txt", "deploy/requirements.txt", Certainty.STATED),
        ),
        (
            {
                "requirements/a.txt": "django",
                "requirements/b.txt": "django",
                "Procfile": "web: x\nrelease: pip install -r requirements/b.txt",
            },
            ("requirements/b.txt", "Procfile:2", Certainty.STATED),
        ),
        (
            {
                "requirements/prod.txt": "django",
                "Dockerfile": "COPY requirements/prod.txt /tmp/reqs.txt\nRUN pip install -r /tmp/reqs.txt",
            },
            ("requirements/prod.txt", "Dockerfile:2", Certainty.STATED),
        ),
        (
            {
                "docker/python-deps.txt": "django",
                "docker/Dockerfile": "COPY docker/python-deps.txt /tmp/deps\nRUN pip install -r /tmp/deps",
            },
            ("docker/python-deps.txt", "docker/Dockerfile:2", Certainty.STATED),
        ),
        (
            {
                "requirements/prod.txt": "django",
                "requirements/stage.txt": "django",
                "Dockerfile": "ARG S=stage\nRUN pip install -r requirements/${S}.txt",
            },
            ("requirements/stage.txt", "Dockerfile:2", Certainty.STATED),
        ),
        (
            {
                "requirements/prod.txt": "django",
                "requirements/type-checking.txt": "django",
                ".github/workflows/ci.yml": "- run: pip install -r requirements/type-checking.txt",
            },
            ("requirements/prod.txt", "requirements/prod.txt", Certainty.STATED),
        ),
        (
            {
                "requirements.txt": "-r requirements/base.txt",
                "requirements/base.txt": "django",
                "requirements/build.txt": "twine\nwheel",
                "Dockerfile": "RUN pip install -r requirements/build.txt && python setup.py sdist",
            },
            ("requirements.txt", "requirements.txt", Certainty.STATED),
        ),
        (
            {
                "requirements.txt": "django",
                "tools.txt": "twine\nwheel",
                "deploy/requirements.txt": "wagtail",
                "Dockerfile": "RUN pip install -r deploy/requirements.txt",
            },
            ("deploy/requirements.txt", "Dockerfile:1", Certainty.STATED),
        ),
        ({"requirements-dev.txt": "django"}, ("", "", Certainty.ASSUMED)),
    ],
)
def test_requirements_file_of_production(read, files, expected):
    value, source, certainty = found(read(files), "requirements_file")
    assert (value, certainty) == (expected[0], expected[2])
    if value != "requirements.txt":
        assert source == expected[1]


def test_files_installed_beside_it(read):
    findings = read(
        {
            "requirements.txt": "django==5.2",
            "requirements-extra.txt": "-c limits.txt\ngunicorn==23.0.0",
            "limits.txt": "zipp<3",
            "Dockerfile": "FROM python:3.12\nRUN pip install -r requirements.txt -r requirements-extra.txt\n",
        }
    )
    assert findings.value("requirements_file") == "requirements.txt"
    assert findings.value("requirements_files") == ["requirements.txt", "limits.txt"]
    assert found(findings, "requirements_beside")[:2] == (["requirements-extra.txt"], "Dockerfile:2")
    assert findings.value("installer_files") == ["requirements.txt", "requirements-extra.txt", "limits.txt"]
    assert found(findings, "gunicorn_version")[:2] == ("23.0.0", "requirements-extra.txt:2")


def test_a_monorepo_s_other_services_do_not_count(read):
    findings = read(
        {
            "backend/manage.py": "",
            "backend/requirements.txt": "django==5.2",
            "backend/Dockerfile": "FROM python:3.12\nRUN pip install -r requirements.txt",
            "api/requirements.txt": "django==4.2\nfastapi",
            "api/Dockerfile": "FROM python:3.9\nRUN apt-get install -y cowsay && pip install -r requirements.txt",
        },
        "backend",
    )
    assert found(findings, "requirements_file") == (
        "backend/requirements.txt",
        "backend/Dockerfile:2",
        Certainty.STATED,
    )
    assert found(findings, "python_version") == ("3.12", "backend/Dockerfile:1", Certainty.STATED)


def test_manifests_at_the_root_serve_manage_py_below(read):
    findings = read({"src/manage.py": "", "pyproject.toml": UV_PROJECT, "uv.lock": UV_LOCK}, "src")
    assert findings.value("installer_files") == ["pyproject.toml", "uv.lock"]


def test_requirements_format(tmp_path):
    tree = write(
        tmp_path,
        {
            "requirements.txt": """\
# comment
-i https://pypi.example/simple
--requirement=requirements/base.txt
-rrequirements/base.txt
-c constraints.txt
Django==5.2.1 \\
    --hash=sha256:abc \\
    --hash=sha256:def  # why
celery[redis,sqs]>=5.4,<6 ; python_version >= "3.8"
pywin32==306; sys_platform == "win32"
-e git+https://example.com/a/tagging.git@v1#egg=django-tagging
lib-b @ git+https://example.com/b.git
pkg @ https://example.com/pkg-1.0-py3-none-any.whl
./vendor/local-package
-e .
old==1.0.*.dev
not a requirement at all!
-r missing.txt
""",
            "requirements/base.txt": "-r ../requirements.txt\nrequests\n",
            "constraints.txt": "requests==2.32.0\nunused==1.0\n",
        },
    )
    read = read_requirements(tree, "requirements.txt")
    assert read.files == ["requirements.txt", "requirements/base.txt", "constraints.txt"]
    assert [(item.name, item.specifier, item.version, item.source) for item in read.requirements] == [
        ("requests", "", "", "requirements/base.txt:2"),
        ("django", "==5.2.1", "5.2.1", "requirements.txt:6"),
        ("celery", "<6,>=5.4", "", "requirements.txt:9"),
        ("django-tagging", "", "", "requirements.txt:11"),
        ("lib-b", "", "", "requirements.txt:12"),
        ("pkg", "", "", "requirements.txt:13"),
        ("old", "", "", "requirements.txt:16"),
    ]
    assert read.requirements[2].extras == ("redis", "sqs")
    assert [url for url, _ in read.vcs] == [
        "git+https://example.com/a/tagging.git@v1#egg=django-tagging",
        "git+https://example.com/b.git",
    ]
    assert [problem.source for problem in tree.problems] == [
        "requirements.txt:16",
        "requirements.txt:17",
        "requirements.txt:18",
    ]


def test_constraints_pin_what_requirements_leave_open(read):
    findings = read({"requirements.txt": "-c pins.txt\ndjango\n", "pins.txt": "django==5.2.3\ncelery==5\n"})
    assert findings.value("requirements_files") == ["requirements.txt", "pins.txt"]
    assert {name: item["version"] for name, item in findings.value("distributions").items()} == {"django": "5.2.3"}


def test_a_manifest_that_uv_installs_as_a_file_of_requirements(read):
    manifest = '[project]\nname = "shop"\nversion = "1"\ndependencies = ["Django==5.2.3"]\n'
    dockerfile = (
        "FROM python:3.13\nCOPY . .\nRUN uv pip install -r pyproject.toml && ansible-galaxy install -r roles.yml\n"
    )
    others = {"uv.lock": "version = 1\n", "Dockerfile": dockerfile, "roles.yml": "roles:\n  - name: a\n"}
    found = read({"pyproject.toml": manifest, **others})
    assert found.value("installer") == "uv" and found.problems == []


def test_requirements_in_utf_16(read):
    assert read({"requirements.txt": "Django==5.2\r\n".encode("utf-16")}).value("django_version") == "5.2"


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({".python-version": "3.12.4\n"}, ("3.12", ".python-version:1", Certainty.STATED)),
        ({".python-version": "my-env\n"}, ("3.13", "", Certainty.ASSUMED)),
        ({"runtime.txt": "python-3.11.9\n"}, ("3.11", "runtime.txt:1", Certainty.STATED)),
        ({".tool-versions": "nodejs 22\npython 3.10.1\n"}, ("3.10", ".tool-versions:2", Certainty.STATED)),
        (
            {"pyproject.toml": "[project]\nrequires-python = '>=3.10,<3.12'\n"},
            ("3.11", "pyproject.toml:2", Certainty.INFERRED),
        ),
        (
            {"pyproject.toml": "[project]\nrequires-python = '>=3.11'\n"},
            ("3.13", "pyproject.toml:2", Certainty.INFERRED),
        ),
        (
            {"pyproject.toml": "[project]\nrequires-python = '==3.13.3'\n"},
            ("3.13.3", "pyproject.toml:2", Certainty.INFERRED),
        ),
        (
            {"pyproject.toml": "[tool.poetry.dependencies]\npython = '3.12.4'\n"},
            ("3.12.4", "pyproject.toml:2", Certainty.INFERRED),
        ),
        (
            {"pyproject.toml": "[project]\nrequires-python = '>=3.14'\n"},
            ("3.14", "pyproject.toml:2", Certainty.INFERRED),
        ),
        (
            {"Dockerfile": "ARG PYTHON_VERSION=3.11\nFROM python:${PYTHON_VERSION}-slim\n"},
            ("3.11", "Dockerfile:1", Certainty.STATED),
        ),
        (
            {"Dockerfile": "FROM nikolaik/python-nodejs:python3.12-nodejs22\n"},
            ("3.12", "Dockerfile:1", Certainty.STATED),
        ),
        ({"Dockerfile": "FROM node:20\nFROM python:3.10\n"}, ("3.10", "Dockerfile:2", Certainty.STATED)),
        ({"tox.ini": "[tox]\nenvlist = py{310,311}-django42\n"}, ("3.11", "tox.ini:2", Certainty.INFERRED)),
        (
            {".github/workflows/test.yml": "matrix:\n  python-version:\n    - '3.11'\n    - '3.14'\n"},
            ("3.14", ".github/workflows/test.yml:3", Certainty.INFERRED),
        ),
        (
            {
                "requirements.txt": "Django==4.2.1",
                ".github/workflows/test.yml": "python-version: ['3.11', '3.12', '3.13']",
            },
            ("3.12", "requirements.txt:1", Certainty.INFERRED),
        ),
        ({"requirements.txt": "Django==6.0"}, ("3.13", "requirements.txt:1", Certainty.INFERRED)),
        (
            {"requirements.txt": "Django==5.2\npsycopg2-binary==2.9.9"},
            ("3.12", "requirements.txt:2", Certainty.INFERRED),
        ),
        ({"requirements.txt": "Django==3.2.25"}, ("3.10", "requirements.txt:1", Certainty.INFERRED)),
        # What the project runs on goes before what Django documents...
        (
            {"requirements.txt": "Django==4.2", "Dockerfile": "FROM python:3.13"},
            ("3.13", "Dockerfile:1", Certainty.STATED),
        ),
        # ...but not before what pip refuses.
        (
            {"requirements.txt": "Django==6.0", ".python-version": "3.11"},
            ("3.13", "requirements.txt:1", Certainty.INFERRED),
        ),
        (
            {".python-version": "3.12", "Dockerfile": "FROM python:3.11"},
            ("3.12", ".python-version:1", Certainty.STATED),
        ),
    ],
)
def test_python_version(read, files, expected):
    assert found(read(files), "python_version") == expected


def test_the_python_of_the_site_goes_before_that_of_workers(read):
    files = {
        f"docker/{name}/Dockerfile": f"FROM python:{version}\nRUN pip install -r requirements.txt\nCMD gunicorn\n"
        for name, version in (("worker_a", "3.8"), ("django", "3.9"), ("worker_b", "3.12"))
    }
    files["docker-compose.yml"] = "services:\n" + "".join(
        f"  {name}:\n    build:\n      context: .\n      dockerfile: docker/{name}/Dockerfile\n" + more
        for name, more in (("worker_a", ""), ("django", "    ports: ['8000:8000']\n"), ("worker_b", ""))
    )
    assert found(read(files), "python_version") == ("3.9", "docker/django/Dockerfile:1", Certainty.STATED)


def test_the_python_of_the_site_goes_before_that_of_other_code(read):
    files = {
        "Dockerfile": "FROM python:3.11\nCOPY . .\nRUN pip install -r requirements.txt\nCMD gunicorn shop.wsgi\n",
        "docker/export/Dockerfile": "FROM python:3.9\nCOPY requirements.txt .\nRUN pip install -r requirements.txt\n",
        "docker/export/requirements.txt": "boto3\n",
        "requirements.txt": "Django==3.2.25\n",
    }
    assert found(read(files), "python_version") == ("3.11", "Dockerfile:1", Certainty.STATED)


def test_a_conflict_is_said(read):
    findings = read({".python-version": "3.12", "Dockerfile": "FROM python:3.11"})
    assert "Python 3.11 (Dockerfile:1)" in findings.found["python_version"].note


def test_images():
    text = """\
ARG VERSION=3.12
ARG IMAGE=python:${VERSION}-slim
FROM --platform=$BUILDPLATFORM ghcr.io/astral-sh/uv:python3.11-bookworm AS build
FROM registry.example:5000/library/${IMAGE}@sha256:abc
FROM ubi9/python-312
FROM python:${UNSET:-3.9}
FROM node:22
"""
    found = images(text)
    assert [image_python(image) for image in found] == ["3.11", "3.12", "3.12", "3.9", ""]
    assert found[1].line == 2


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("^4.2", [">=4.2,<5"]),
        ("^0.3.1", [">=0.3.1,<0.4"]),
        ("~4.2.1", [">=4.2.1,<4.3"]),
        ("~4", [">=4,<5"]),
        ("4.2.1", ["==4.2.1"]),
        ("*", [""]),
        (">=3.10, <4.0", [">=3.10,<4.0"]),
        ("^3.9 || ^3.11", [">=3.9,<4", ">=3.11,<4"]),
        ("nonsense^^", []),
    ],
)
def test_poetry_constraints(text, expected):
    assert [set(str(item).split(",")) for item in specifiers(text)] == [set(item.split(",")) for item in expected]


def test_allowed_pythons():
    assert sorted(minor for minor in allowed(">=3.9,!=3.10.*,<3.13") if minor < 14) == [9, 11, 12]
    assert sorted(allowed("==3.12.*")) == [12]
    assert len(allowed("not a specifier")) > 5


def test_django_pythons():
    assert django_pythons("4.2.11", "") == (8, 12)
    assert django_pythons("", ">=4.2,<5.0") == (8, 12)
    assert django_pythons("", "~=5.1.0") == (10, 13)
    assert django_pythons("7.0", "")[0] == 12
    assert django_pythons("", "") is None


@pytest.mark.parametrize(
    ("name", "minor", "expected"),
    [
        ("x-1-py3-none-any.whl", 13, True),
        ("x-1-py2.py3-none-any.whl", 13, True),
        ("x-1-cp312-cp312-manylinux_2_17_x86_64.manylinux2014_x86_64.whl", 12, True),
        ("x-1-cp312-cp312-manylinux_2_17_x86_64.manylinux2014_x86_64.whl", 13, False),
        ("x-1-cp37-abi3-manylinux_2_28_x86_64.whl", 13, True),
        ("x-1-cp314-cp314t-manylinux_2_28_x86_64.whl", 14, False),
        ("x-1-cp312-cp312-musllinux_1_2_x86_64.whl", 12, False),
        ("x-1-cp312-cp312-win_amd64.whl", 12, False),
        ("x-1-cp312-cp312-manylinux_2_28_aarch64.whl", 12, False),
        ("not a wheel.whl", 12, False),
    ],
)
def test_wheels(name, minor, expected):
    assert fits(name, minor) is expected


@pytest.mark.parametrize(
    ("files", "folders"),
    [
        (
            {
                "requirements.txt": "-f ./wheels\ndjango\n./libs/pricing[x] ; python_version > '3'\n-e libs/a#egg=a\n",
                "wheels/a-1-py3-none-any.whl": "",
                "libs/pricing/setup.py": "",
                "libs/a/setup.py": "",
            },
            ["libs/pricing", "libs/a", "wheels"],
        ),
        ({"requirements.txt": "django\n-e .[prod]\n", "setup.py": ""}, ["."]),
        ({"requirements.txt": "django\na @ file:libs/a.whl\n", "libs/a.whl": ""}, ["libs/a.whl"]),
        ({"requirements.txt": "django\n./gone\n/home/me/a\nb @ file:///home/me/b\n-f https://x.example/\n"}, []),
        (
            {"requirements/base.txt": "--find-links ../wheels\ndjango\n", "wheels/x.whl": "", "manage.py": ""},
            ["wheels"],
        ),
        (
            {
                "pyproject.toml": "[project]\nname='a'\nversion='1'\ndependencies=['django', 'b']\n"
                "[tool.uv.sources]\nb = {path = 'libs/b', editable = true}\n",
                "uv.lock": "[[package]]\nname='a'\nsource={virtual='.'}\ndependencies=[{name='django'}, {name='b'}]\n"
                "[[package]]\nname='django'\nversion='5.2'\n"
                "[[package]]\nname='b'\nsource={editable='libs/b'}\ndependencies=[{name='c'}]\n"
                "[[package]]\nname='c'\nsource={directory='libs/c'}\n",
                "libs/b/pyproject.toml": "",
                "libs/c/pyproject.toml": "",
            },
            ["libs/b", "libs/c"],
        ),
        (
            {
                "pyproject.toml": "[project]\nname='a'\nversion='1'\ndependencies=['django']\n"
                "[tool.uv]\nfind-links = ['./wheels', 'https://x.example/simple', 'gone']\n",
                "uv.lock": "[[package]]\nname='a'\nsource={virtual='.'}\ndependencies=[{name='django'}]\n"
                "[[package]]\nname='django'\nversion='5.2'\n",
                "wheels/django-5.2-py3-none-any.whl": "",
            },
            ["wheels"],
        ),
        (
            {
                "pyproject.toml": "[tool.poetry.dependencies]\ndjango='*'\nb = {path = 'b', develop = true}\n",
                "poetry.lock": "[[package]]\nname='django'\nversion='5'\n[[package]]\nname='b'\nversion='1'\n"
                "dependencies = {c = '*'}\nsource={type='directory', url='b'}\n"
                "[[package]]\nname='c'\nversion='1'\nsource={type='directory', url='c'}\n",
                "b/pyproject.toml": "",
                "c/pyproject.toml": "",
            },
            ["b", "c"],
        ),
    ],
)
def test_folders_that_packages_are_taken_from(files, folders, read):
    assert read(files).value("install_folders") == folders


def test_a_member_of_a_workspace_takes_its_lock_file(read):
    files = {
        "pyproject.toml": "[project]\nname='mono'\nversion='0'\n[tool.uv.workspace]\nmembers=['web', 'libs/*']\n"
        "exclude=['libs/old']\n",
        "uv.lock": "[[package]]\nname='django'\nversion='5.2.8'\n[[package]]\nname='mono'\nsource={virtual='.'}\n"
        "[[package]]\nname='prices'\nsource={editable='libs/prices'}\n[[package]]\nname='web'\n"
        "source={virtual='web'}\ndependencies=[{name='django'}, {name='prices'}]\n",
        "web/pyproject.toml": "[project]\nname='web'\nversion='0'\ndependencies=['django', 'prices']\n"
        "[tool.uv.sources]\nprices = {workspace = true}\n",
        "libs/prices/pyproject.toml": "[project]\nname='prices'\n",
        "libs/old/pyproject.toml": "[project]\nname='old'\n",
    }
    findings = read(files, "web")
    assert findings.value("installer") == "uv"
    paths = ["web/pyproject.toml", "uv.lock", "pyproject.toml", "libs/prices/pyproject.toml"]
    assert findings.value("installer_files") == paths
    assert findings.value("install_folders") == ["libs/prices"]
    assert findings.value("django_version") == "5.2.8"


@pytest.mark.parametrize(
    "files",
    [
        {"setup.py": "setup(install_requires=['django'], extras_require={'full': ['celery'], 'x': ['a']})\n"},
        {"setup.cfg": "[options]\ninstall_requires =\n  django\n[options.extras_require]\nfull =\n  celery\nx = a\n"},
        {
            "pyproject.toml": "[project]\nname='a'\ndependencies=['django']\n[project.optional-dependencies]\n"
            "full=['celery']\nx=['a']\n"
        },
    ],
)
def test_extras_that_the_own_dockerfile_installs(files, read):
    findings = read({**files, "Dockerfile": "FROM python:3.13\nRUN pip install '.[full]'\n"})
    assert findings.value("install_options") == ["--extra=full"]
    assert list(findings.value("distributions")) == ["celery", "django"]


@pytest.mark.parametrize(
    ("main", "options"),
    [("requests", ["--extra=server"]), ("django", []), ("djangorestframework", []), ("wagtail", [])],
)
def test_an_extra_that_alone_has_django(main, options, read):
    extras = "dev=['django', 'ruff']\nserver=['django', 'psycopg']\nall=['django']\n"
    manifest = f"[project]\nname='a'\ndependencies=['{main}']\n[project.optional-dependencies]\n{extras}"
    assert read({"pyproject.toml": manifest}).value("install_options") == options
    assert read({"pyproject.toml": manifest, "uv.lock": ""}).value("install_options") == options


def test_an_extra_with_django_beside_a_list_that_has_it(read):
    manifest = (
        "[project]\nname='a'\ndynamic=['dependencies']\n[project.optional-dependencies]\nserver=['django']\n"
        "[tool.setuptools.dynamic]\ndependencies={file=['main.txt']}\n"
    )
    assert read({"pyproject.toml": manifest, "main.txt": "django\n"}).value("install_options") == []


def test_lines_of_one_machine(read):
    text = (
        "asgiref @ file:///home/conda/build/asgiref_1/work\nDjango==5.2.8\npkg_resources==0.0.0\npywin32==311\n"
        'wmi==1 ; sys_platform == "win32"\nnumpy @ file:///C:/ci/numpy\nufw==0.36\napp @ file:libs/app\n'
        "distro-info===0.23ubuntu1\n"
    )
    findings = read({"requirements.txt": text, "libs/app/setup.py": ""})
    assert {item["name"]: item["source"][-1] for item in findings.value("foreign")} == {
        **{"asgiref": "1", "pkg-resources": "3", "pywin32": "4", "numpy": "6", "ufw": "7", "distro-info": "9"}
    }
    assert list(findings.value("distributions")) == ["app", "asgiref", "django", "numpy"]
    assert findings.value("install_folders") == ["libs/app"]


def test_hashes_are_required_where_one_is(read):
    text = "django==5.2.8 \\\n    --hash=sha256:37e687f7bd73ddf043e2b6b97cfe02fcbb11f2dbb3adccc6a2b18c6daa054d7f\n"
    assert read({"requirements.txt": text}).value("install_options") == ["--require-hashes"]


def test_what_no_table_knows_may_be_compiled(read):
    files = {"requirements.txt": "django==5.2\ngunicorn\nmarkdown==3.5 # pure\ncelery[redis]\n"}
    assert read(files).value("apt_build") == []
    findings = read({"requirements.txt": "django==5.2\nnetifaces==0.11.0\n"})
    assert found(findings, "apt_build")[:2] == (["build-essential"], "requirements.txt:2")
    assert read({"requirements.txt": "django\nx @ https://x.example/x-1-py3-none-any.whl\n"}).value("apt_build") == []


def test_what_a_lock_file_has_wheels_of_is_not_compiled(read):
    lock = "[[package]]\nname = 'cmarkgfm'\nversion = '1'\n"
    lock += "source = {registry = 'x'}\nwheels = [{url = 'x/cmarkgfm-1-cp39-abi3-manylinux_2_17_x86_64.whl'}]\n"
    files = {"pyproject.toml": "[project]\nname = 'a'\nversion = '1'\ndependencies = ['cmarkgfm']\n"}
    assert read(files | {"uv.lock": lock}).value("apt_build") == []


def test_wheels_of_a_pin_or_the_newest():
    assert has_wheel(Distribution("pillow", version="9.0.0"), 13) is False
    assert has_wheel(Distribution("pillow", version="11.3.0"), 13) is True
    assert has_wheel(Distribution("pillow"), 13) is True
    assert has_wheel(Distribution("pillow", specifier="<10"), 13) is False
    assert has_wheel(Distribution("unheard-of"), 13) is None
    # Its last release has wheels for Python to 3.11. What comes after the table's last Python is not known.
    assert [has_wheel(Distribution("pylibmc", version="1.6.3"), minor) for minor in (11, 12, 14)] == [
        True,
        False,
        False,
    ]
    assert has_wheel(Distribution("pillow", version="12.0.0"), 15) is True


def test_debian_packages(read):
    findings = read(
        {
            "requirements.txt": "django==5.2\nmysqlclient==2.2.7\npsycopg[binary]==3.2.9\npython-magic\nlxml==6.0.0\ngit+https://example.com/x.git\n",
            ".python-version": "3.13",
            "app/locale/fr/LC_MESSAGES/django.po": "",
            "docs/locale/fr/LC_MESSAGES/index.po": "",
        }
    )
    assert findings.value("apt_build") == [
        "build-essential",
        "default-libmysqlclient-dev",
        "gettext",
        "git",
        "pkg-config",
    ]
    assert findings.value("apt_runtime") == ["libmagic1t64", "libmariadb3"]
    assert "libmariadb3: requirements.txt:2" in findings.found["apt_runtime"].note
    assert found(findings, "compile_messages")[:2] == (True, "app/locale/fr/LC_MESSAGES/django.po")
    assert found(findings, "vcs_requirements")[:2] == (["git+https://example.com/x.git"], "requirements.txt:6")


def test_a_wheel_that_loads_a_library_of_the_system(read):
    findings = read({"requirements.txt": "django==5.2\nmssql-django==1.6\n", ".python-version": "3.13"})
    assert (findings.value("apt_build"), findings.value("apt_runtime")) == ([], ["unixodbc"])
    findings = read({"requirements.txt": "django==5.2\npyodbc==4.0.0\n", ".python-version": "3.13"})
    assert findings.value("apt_build") == ["build-essential", "unixodbc-dev"]


def test_an_old_pin_is_compiled(read):
    findings = read({"requirements.txt": "django==5.2\nlxml==4.9.0\n", ".python-version": "3.13"})
    assert findings.value("apt_build") == ["build-essential", "libxml2-dev", "libxslt1-dev", "zlib1g-dev"]
    assert findings.value("apt_runtime") == ["libxml2", "libxslt1.1"]
    assert "lxml 4.9.0 has wheels for Python to 3.10" in findings.found["python_version"].note


def test_what_is_compiled_although_there_are_wheels(read):
    files = {"requirements.txt": "--no-binary lxml\ndjango==5.2\nlxml==6.0.0\n", ".python-version": "3.13"}
    findings = read(files)
    assert findings.value("apt_build") == ["build-essential", "libxml2-dev", "libxslt1-dev", "zlib1g-dev"]
    assert findings.value("apt_runtime") == ["libxml2", "libxslt1.1"]
    assert findings.value("python_version") == "3.13"


def test_what_uv_compiles_although_there_are_wheels(read):
    wheel = "lxml-6.0.0-cp313-cp313-manylinux_2_17_x86_64.whl"
    lock = f"[[package]]\nname = 'lxml'\nversion = '6.0.0'\nwheels = [{{url = 'x/{wheel}'}}]\n"
    project = "[project]\nname = 'a'\nversion = '1'\ndependencies = ['lxml']\n"
    files = {"pyproject.toml": project, "uv.lock": lock, ".python-version": "3.13"}
    assert read(files).value("apt_build") == []
    files["pyproject.toml"] += "[tool.uv]\nno-binary-package = ['LXML']\n"
    assert read(files).value("apt_runtime") == ["libxml2", "libxslt1.1"]


@pytest.mark.parametrize(
    ("requirements", "version"),
    [
        ("django\npsycopg2-binary==2.8.3\n", "3.8"),
        ("django\ngreenlet==0.4.15\n", "3.8"),
        ("django==2.2.14\npillow==6.2.2\n", "3.8"),
        ("django\nlxml==4.6.3\n", "3.10"),
        ("django==5.2.1\nlxml==4.2\n", "3.13"),  # Django cannot be installed on an older one
        ("django\npygraphviz==1.5\n", "3.13"),  # no release of that time has wheels
    ],
)
def test_a_pin_older_than_a_python_is_not_compiled_there(requirements, version, read):
    assert read({"requirements.txt": requirements}).value("python_version") == version


@pytest.mark.parametrize(
    ("code", "release", "python"),
    [
        ("from django.utils.translation import ugettext_lazy as _\n", "4.0", "3.10"),
        ("from django.conf.urls import include, url\n", "4.0", "3.10"),
        ("import django.core.urlresolvers\n", "2.0", "3.7"),
        ("from django.utils.six.moves import range\n", "3.0", "3.9"),
        ("from django.utils import timezone\nNOW = datetime.now(tz=timezone.utc)\n", "5.0", "3.12"),
        ("from django.contrib.auth import views\nurl(views.login)\n", "2.1", "3.7"),
        ("def view(request):\n    return self.request.is_ajax()\n", "4.0", "3.10"),
        ("from django.db import models\nmodels.ForeignKey(A)\n", "2.0", "3.7"),
        ("from django.db import models\nmodels.ForeignKey(A, models.CASCADE)\n", "", "3.13"),
        ("from django.db import models\nmodels.ForeignKey(A)\nmodels.JSONField()\n", "", "3.13"),
        ("from django.db import models\nclass A:\n    class Meta:\n        index_together = []\n", "5.1", "3.12"),
        (
            "from django.db.models import CheckConstraint as C, CheckConstraint\nCheckConstraint(check=1)\n",
            "6.0",
            "3.13",
        ),
        ("CACHES = {'default': {'BACKEND': 'django.core.cache.backends.memcached.MemcachedCache'}}\n", "4.1", "3.10"),
        ("from django.conf.urls import include\ninclude('a.urls', namespace='a')\n", "2.0", "3.7"),
        ("MIDDLEWARE_CLASSES = []\n", "2.0", "3.7"),
        (
            "try:\n    from django.urls import a\nexcept ImportError:\n    from django.core.urlresolvers import a\n",
            "",
            "3.13",
        ),
        ("if django.VERSION < (2, 0):\n    from django.core.urlresolvers import a\n", "", "3.13"),
        ("from django.db import models\nx = 1\n", "", "3.13"),
    ],
)
def test_code_that_is_older_than_a_django(code, release, python, read):
    findings = read({"requirements.txt": "django\n", "a/x.py": code, "a/urls.py": "urlpatterns = []\n"})
    assert (findings.value("django_below") or "") == release
    assert findings.value("python_version") == python
    assert read({"requirements.txt": "django==5.2\n", "a/x.py": code}).value("django_below") is None
    assert read({"requirements.txt": "django\n", "a/x.py": "", "tests/a.py": code}).value("django_below") is None


@pytest.mark.parametrize(
    ("template", "release"),
    [
        ("{% load i18n staticfiles %}", "3.0"),
        ("{% ifequal a b %}", "4.0"),
        ("{{ a|length_is:3 }}", "5.1"),
        ("{% load static i18n %}{% if a %}{% ifchanged %}", ""),
    ],
)
def test_templates_that_are_older_than_a_django(template, release, read):
    files = {"requirements.txt": "django>=2.2\n", "a/templates/a.html": template}
    findings = read(files)
    assert (findings.value("django_below") or "") == release
    assert read({**files, "requirements.txt": "django>=5.2\n"}).value("django_below") is None
    assert read({**files, "requirements.txt": "django~=2.2\n"}).value("django_below") is None


@pytest.mark.parametrize(
    ("pins", "release", "python"),
    [
        ("djangorestframework==3.9.4\n", "3.0", "3.9"),
        ("djangorestframework==3.10.3\ndjango-crispy-forms==1.8.1\n", "3.1", "3.9"),
        ("django-celery-beat==2.2.0\n", "4.0", "3.10"),
        ("djangorestframework==3.13.1\n", "5.0", "3.12"),
        ("djangorestframework==3.16.0\n", "", "3.13"),
        ("djangorestframework>=3.9\n", "", "3.13"),
    ],
)
def test_pins_that_are_older_than_a_django(pins, release, python, read):
    findings = read({"requirements.txt": f"django\n{pins}"})
    assert (findings.value("django_below") or "") == release
    assert findings.value("python_version") == python
    if release:
        first = pins.partition("\n")[0].replace("==", " ")
        assert findings.found["django_below"].note == f"Django {release} is too new for {first}."
    assert read({"requirements.txt": f"django==5.2\n{pins}"}).value("django_below") is None
    assert read({"requirements.txt": f"django<3\n{pins}"}).value("django_below") is None


def test_a_lock_file_with_wheels_of_a_time_before_the_oldest_image(read):
    lock = "[[package]]\nname = 'greenlet'\nversion = '0.4.15'\nfiles = [\n"
    lock += "{file = 'greenlet-0.4.15-cp37-cp37m-manylinux1_x86_64.whl'}, {file = 'greenlet-0.4.15.tar.gz'}]\n"
    table = "[tool.poetry.dependencies]\npython = '>=3.6'\ndjango = '*'\ngreenlet = '*'\n"
    assert read({"pyproject.toml": table, "poetry.lock": lock}).value("python_version") == "3.8"


def test_what_a_distribution_brings(read):
    findings = read({"requirements.txt": "django\ndjango-auth-ldap\n"})
    assert findings.value("apt_runtime") == ["libldap2", "libsasl2-2"]
    assert "python-ldap" not in findings.value("distributions")


def test_geodjango(read):
    files = {"requirements.txt": "django\n"}
    apps = read(files, installed_apps=["django.contrib.gis"])
    assert apps.value("apt_runtime") == ["libgdal36", "libgeos-c1t64", "libproj25"]
    engine = read(files, database_engines=["django.contrib.gis.db.backends.spatialite"])
    assert "libsqlite3-mod-spatialite" in engine.value("apt_runtime")
    assert read(files).value("apt_runtime") == []


@pytest.mark.parametrize(
    "name",
    ["pyproject.toml", "uv.lock", "poetry.lock", "Pipfile", "Pipfile.lock", "setup.cfg", "setup.py", "pdm.lock"],
)
@pytest.mark.parametrize(
    "content",
    ["", "{", "[[", "[project]\ndependencies = 3", "package = 4\n", "[packages]\nx = [[1]]\n", "\x00", "[" * 5000],
)
def test_a_broken_file_is_not_the_end(read, name, content):
    findings = read(
        {name: content, "requirements.txt": "django==5.2\n", "Pipfile": "[packages]\nx=3"}
        if name != "Pipfile"
        else {name: content}
    )
    assert "installer" in findings.found


PIECES = [
    *"ab1.=<>~!^*,;:@#-[]{}()'\"\\/$ \n\t|&+%\x00é",
    "django",
    "-r ",
    "python",
    "3.1",
    "[project]\n",
    "[[package]]\n",
    "name = ",
]
PIECES += [
    "FROM ",
    "RUN pip install ",
    "ARG A=",
    "${A}",
    "dependencies = ",
    "[tool.poetry.dependencies]\n",
    "requires-python = ",
]
TEXT = st.lists(st.sampled_from(PIECES), max_size=60).map("".join)
NAMES = [
    "requirements.txt",
    "pyproject.toml",
    "uv.lock",
    "poetry.lock",
    "Pipfile",
    "Pipfile.lock",
    "Dockerfile",
    ".python-version",
    "tox.ini",
    "setup.cfg",
    "a/b.po",
]


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.dictionaries(st.sampled_from(NAMES), TEXT, max_size=4))
def test_no_input_makes_it_raise(tmp_path_factory, files):
    tree = write(tmp_path_factory.mktemp("project"), files)
    assert read_dependencies(tree, ".", installers.KINDS).python_version.value.startswith("3.")


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(["django", "==1", "^3", "main", "x"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "name",
                    "version",
                    "groups",
                    "dependencies",
                    "source",
                    "wheels",
                    "files",
                    "default",
                    "extras",
                    "markers",
                    "git",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@settings(max_examples=60, deadline=None)
@given(VALUES, st.sampled_from(["Pipfile.lock"]))
def test_no_lock_file_makes_it_raise(tmp_path_factory, value, name):
    tree = write(
        tmp_path_factory.mktemp("project"),
        {"Pipfile": "[packages]\ndjango = '*'\n", name: json.dumps({"default": {"django": value}})},
    )
    read_dependencies(tree, ".", installers.KINDS)


def test_a_lock_file_takes_longer_in_proportion_to_its_length(read):
    """Five times the packages, each asked for by the one before: a square of them would take 25 times as long."""

    def seconds(size: int) -> float:
        packages = "".join(
            f'[[package]]\nname = "p{number}"\nversion = "1.0"\n'
            'wheels = [{ url = "https://x/p-1-cp312-cp312-manylinux_2_28_x86_64.whl" }]\n'
            f'dependencies = [{{ name = "p{number + 1}" }}]\n'
            for number in range(size)
        )
        root = '[[package]]\nname = "x"\nsource = { virtual = "." }\ndependencies = [{ name = "p0" }]\n'
        files = {
            "pyproject.toml": "[project]\nname = 'x'\ndependencies = ['p0']\n",
            "uv.lock": packages + root,
            **{f"app/m{number}.py": "" for number in range(size // 10)},
        }
        start = process_time()
        findings = read(files)
        assert len(findings.value("distributions")) == size
        return process_time() - start

    seconds(10)  # what is loaded once
    assert seconds(1500) < 14 * seconds(300)


def test_a_chain_of_includes_ends(read):
    files = {
        f"requirements/r{number}.txt": f"-r r{number + 1}.txt\n-r r{number - 1}.txt\n" for number in range(1, 400)
    }
    findings = read({**files, "requirements.txt": "django\n-r requirements/r1.txt\n"})
    assert findings.value("requirements_file") == "requirements.txt"


def test_arguments_that_grow_are_cut(read):
    arguments = "ARG A0=xxxxxxxxxx\n" + "".join(
        f"ARG A{number}={'$A' + str(number - 1)}{'$A' + str(number - 1)}\n" for number in range(1, 60)
    )
    assert read({"Dockerfile": f"{arguments}FROM python:$A59\n"}).value("python_version") == "3.13"


def test_a_project_in_a_folder_named_demo_is_no_demo(read):
    files = {
        "demo/requirements.txt": "django",
        "demo/Dockerfile": "FROM python:3.12\nRUN uv pip sync requirements.txt",
    }
    findings = read(files, "demo")
    assert found(findings, "requirements_file") == ("demo/requirements.txt", "demo/Dockerfile:2", Certainty.STATED)
    assert found(findings, "python_version") == ("3.12", "demo/Dockerfile:1", Certainty.STATED)


def test_setup_py_and_setup_cfg(read):
    findings = read(
        {
            "setup.py": "from setuptools import setup\n"
            "setup(python_requires='>=3.8,<3.12',\n install_requires=['django~=4.2'])\n"
        }
    )
    assert found(findings, "installer") == ("pyproject", "setup.py", Certainty.STATED)
    assert findings.value("distributions")["django"]["source"] == "setup.py:3"
    assert found(findings, "python_version") == ("3.11", "setup.py:2", Certainty.INFERRED)
    findings = read({"setup.cfg": "[options]\ninstall_requires =\n    # why\n    django>=5\n    gunicorn==23.0.0\n"})
    assert found(findings, "gunicorn_version") == ("23.0.0", "setup.cfg:5", Certainty.STATED)


def test_conda_is_said(read):
    assert "environment.yml" in read({"environment.yml": "dependencies: [django]"}).found["installer"].note


def test_only_tests_install_a_requirements_file_in_a_place_that_is_not_looked_at(read):
    files = {
        "pyproject.toml": "[project]\ndependencies = ['django']\n",
        "other/deep/down/requirements.txt": "django\n",
        ".github/workflows/ci.yml": "steps:\n- run: pip install -r other/deep/down/requirements.txt\n",
    }
    assert found(read(files), "installer") == ("pyproject", "pyproject.toml", Certainty.STATED)


def test_versions_before_the_table_of_wheels_are_not_limited_by_it(read):
    findings = read(
        {"requirements.txt": "django==2.2\ncffi==1.14.6", ".github/workflows/ci.yml": "python-version: '3.6'"}
    )
    assert found(findings, "python_version") == ("3.6", ".github/workflows/ci.yml:1", Certainty.INFERRED)


def test_a_manifest_elsewhere_brings_its_own_dockerfile(read):
    files = {
        "server/pyproject.toml": UV_PROJECT,
        "server/uv.lock": UV_LOCK,
        "server/Dockerfile": "FROM python:3.12",
        "contrib/x/Dockerfile": "FROM python:3.10",
    }
    findings = read(files, None)
    assert found(findings, "installer") == ("uv", "server/uv.lock", Certainty.STATED)
    assert findings.value("python_version") == "3.12"


def test_a_python_that_a_dockerfile_installs(read):
    findings = read({"Dockerfile": "FROM debian:13\nRUN apt-get update && apt-get install -y python3.13-venv\n"})
    assert found(findings, "python_version") == ("3.13", "Dockerfile:2", Certainty.STATED)
    findings = read({"Dockerfile": "FROM debian:13\nRUN uv python install 3.12\n"})
    assert found(findings, "python_version") == ("3.12", "Dockerfile:2", Certainty.STATED)


@pytest.mark.parametrize(
    ("dockerfile", "version"),
    [
        ("FROM ubuntu:22.04\nRUN apt-get install -y python3 python3-pip\n", "3.10"),
        ("FROM debian:bookworm-20260101-slim\nRUN apt-get install -y \\\n    python3-venv \\\n    nginx\n", "3.11"),
        ("FROM ubuntu:24.04\nCMD python3 manage.py runserver\n", "3.12"),
        ("FROM debian:11\nRUN apt-get install -y nginx\n", None),
        ("FROM ubuntu:latest\nRUN apt-get install -y python3\n", None),
    ],
)
def test_the_python_of_a_system(read, dockerfile, version):
    value, source, _ = found(read({"Dockerfile": dockerfile}), "python_version")
    assert (value, source) == (version, "Dockerfile:1") if version else source != "Dockerfile:1"


def test_what_setup_py_reads(read):
    setup = "README = open(join(here, 'README.rst')).read()\nVERSION = read('shop', 'VERSION')\n"
    files = {
        "README.rst": "",
        "shop/VERSION": "",
        "setup.py": f"{setup}setup(install_requires=['django'], name='gone.txt')",
    }
    assert read(files).value("installer_files") == ["setup.py", "README.rst", "shop/VERSION"]


def test_what_setup_py_imports(read):
    files = {
        "setup.py": "import os\nfrom shop import __version__\nsetup(install_requires=['django'])",
        "shop/__init__.py": "from .about.version import __version__\n",
        "shop/about/__init__.py": "",
        "shop/about/version.py": "__version__ = '1'\n",
        "shop/views.py": "",
    }
    imported = ["shop/__init__.py", "shop/about/__init__.py", "shop/about/version.py"]
    assert read(files).value("installer_files") == ["setup.py", *imported]


def test_the_module_with_the_version_of_setup_cfg(read):
    files = {
        "setup.py": "setup(install_requires=['django'])",
        "setup.cfg": "[metadata]\nversion = attr: shop.VERSION\n",
        "shop/__init__.py": "VERSION = '1'\n",
    }
    assert read(files).value("installer_files") == ["setup.py", "setup.cfg", "shop/__init__.py"]


def test_classifiers_of_setup_py(read):
    findings = read(
        {"setup.py": "setup(install_requires=['django'],\n classifiers=['Programming Language :: Python :: 3.11'])"}
    )
    assert found(findings, "python_version") == ("3.11", "setup.py:2", Certainty.INFERRED)


def test_the_data_files_are_as_they_should_be():
    folder = Path(next(iter(dependencies.__path__)))
    data = yaml.safe_load((folder / "debian_packages.yml").read_text(encoding="utf-8"))
    assert set(data) == {"distributions", "features", "brings"}
    for name, entry in (data["distributions"] | data["features"]).items():
        assert name == canonicalize_name(name)
        assert set(entry) <= {"build", "runtime", "pure", "loads", "unless", "asked", "source", "verified"}
        assert entry["source"].startswith("http")
        assert entry["verified"]
        assert not (entry.get("pure") and entry.get("build"))
    for names in data["brings"].values():
        assert set(names) <= set(data["distributions"])
    for name, row in yaml.safe_load((folder / "first_wheels.yml").read_text(encoding="utf-8")).items():
        assert name == canonicalize_name(name)
        assert [Version(value) for value in row.values()] == sorted(Version(value) for value in row.values())


def test_libraries_and_programs_that_wheels_leave_to_the_system(read):
    found = read({"requirements.txt": "django\nopencv-python==4.12.0.88\nffmpeg-python\npyvips\npyvips-binary\n"})
    assert found.value("apt_runtime") == ["ffmpeg", "libgl1", "libglib2.0-0t64"]
    assert "cmake" in read({"requirements.txt": "django\nface-recognition==1.3.0\n"}).value("apt_build")
    assert read({"requirements.txt": "django\nopencv-python-headless\n"}).value("apt_runtime") == []


def test_what_only_others_ask_for_needs_no_program(read):
    compiled = "concepts==0.9.2\n    # via -r requirements.in\ngraphviz==0.21\n    # via concepts\n"
    findings = read({"requirements.txt": compiled})
    assert findings.value("distributions")["graphviz"]["direct"] is False
    assert findings.value("distributions")["concepts"]["direct"] is True
    assert findings.value("apt_runtime") == []
    for asked in ("graphviz==0.21\n", "graphviz==0.21\n    # via\n    #   -r requirements.in\n    #   concepts\n"):
        assert read({"requirements.txt": asked}).value("apt_runtime") == ["graphviz"]


@pytest.mark.parametrize(
    ("requirements", "engine", "packages"),
    [
        ("django\ndjango-tenants\n", "django_tenants.postgresql_backend", ["libpq5"]),  # which brings psycopg2
        ("django\ndjango-tenants\n", "django.contrib.gis.db.backends.postgis", ["libpq5"]),
        ("django\nsome-mysql\n", "django.db.backends.mysql", ["libmariadb3"]),
        ("django\npymysql\n", "django.db.backends.mysql", []),
        ("django\npsycopg2-binary==2.9.9\n", "django.db.backends.mysql", []),  # a default that nobody has
        ("django\npsycopg2-binary==2.9.9\n", "django.db.backends.postgresql", []),
        ("django\npsycopg[binary]\n", "django.db.backends.postgresql", []),
        ("django\npg8000\n", "django.db.backends.sqlite3", []),
        ("", "django.db.backends.postgresql", []),  # of which nothing is known
    ],
)
def test_a_driver_that_another_distribution_brings(read, requirements, engine, packages):
    found = read({"requirements.txt": requirements}, database_engines=[engine]).value("apt_runtime")
    assert [name for name in found if name in ("libpq5", "libmariadb3")] == packages


@pytest.mark.parametrize(
    ("command", "options", "version"),
    [
        ("pip install . -c requirements.txt", ["--constraints=requirements.txt"], "5.2.1"),
        ("pip install --constraint=requirements.txt .", ["--constraints=requirements.txt"], "5.2.1"),
        ("pip install .[dev] -c requirements-dev.txt", [], ""),  # what developers install
        ("pip install . -c missing.txt", [], ""),
        ("pip install .", [], ""),
    ],
)
def test_constraints_of_the_own_dockerfile(read, command, options, version):
    """https://pip.pypa.io/en/stable/user_guide/#constraints-files"""
    files = {
        "setup.cfg": "[metadata]\nname = shop\n[options]\ninstall_requires =\n    Django>=5\n",
        "setup.py": "import setuptools\nsetuptools.setup()\n",
        "requirements.txt": "django==5.2.1\nsqlparse==0.5.3\n",
        "requirements-dev.txt": "django==5.2.2\n",
        "Dockerfile": f"FROM python:3.13\nCOPY . /app\nWORKDIR /app\nRUN {command}\n",
    }
    found = read(files)
    assert found.value("installer") == "pyproject"
    assert found.value("install_options") == options
    assert found.value("distributions")["django"]["version"] == version
    assert ("requirements.txt" in found.value("installer_files")) == bool(options)


BUILT = ["--no-binary=lxml", "--no-binary=xmlsec"]


@pytest.mark.parametrize(
    ("lines", "options"),
    [
        ("lxml==5.4.0\nxmlsec==1.3.14\n", BUILT),
        ("lxml==6.0.2\nxmlsec==1.3.15\n", BUILT),  # it has no wheel
        ("lxml==4.9.4\nxmlsec==1.3.13\n", BUILT),
        ("lxml==5.3.0\npython3-saml==1.16.0\n", BUILT),  # it brings the newest
        ("python3-saml\nxmlsec==1.3.14\n", BUILT),
        ("lxml==5.3.0\nxmlsec==1.3.14\n", []),
        ("lxml==6.0.2\nxmlsec==1.3.16\n", []),
        ("python3-saml\n", []),
        ("lxml==5.4.0\n", []),
        ("--no-binary lxml,xmlsec\nlxml==5.4.0\nxmlsec==1.3.14\n", []),  # pip reads it itself
    ],
)
def test_what_has_one_libxml2_is_built_from_source(lines, options, read):
    found = read({"requirements.txt": f"django==5.2\n{lines}"})
    assert found.value("install_options") == options
    assert ({"libxml2-dev", "libxmlsec1-dev"} <= set(found.value("apt_build"))) == bool(options or "binary" in lines)


def test_each_tool_that_can_build_a_package_from_source(read):
    listed = '"django==5.2", "lxml==5.4.0", "xmlsec==1.3.14"'
    manifest = f'[project]\nname = "site"\nversion = "1"\ndependencies = [{listed}]\n'
    assert read({"pyproject.toml": manifest}).value("install_options") == BUILT
    lock = "".join(
        f'[[package]]\nname = "{name}"\nversion = "{version}"\nsource = {{registry = "https://pypi.org/simple"}}\n'
        f'wheels = [{{url = "https://x/{name}-{version}-cp312-cp312-manylinux_2_28_x86_64.whl"}}]\n'
        for name, version in (("django", "5.2"), ("lxml", "5.4.0"), ("xmlsec", "1.3.14"))
    )
    built = ["--no-binary-package=lxml", "--no-binary-package=xmlsec"]
    found = read({"pyproject.toml": manifest, "uv.lock": f"version = 1\n{lock}"})
    assert found.value("install_options") == built
    files = {"pyproject.toml": manifest, "uv.lock": f"version = 1\n{lock}".replace("5.4.0", "5.3.0")}
    assert read(files).value("install_options") == []
    # With no wheel of xmlsec for this Python, it is compiled with Debian's.
    assert read(files | {".python-version": "3.13"}).value("install_options") == built
