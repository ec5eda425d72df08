"""Whatever lies in a project's folder, the reader neither raises nor hangs, and says which file it could not read."""

import os
import sys
import threading
from functools import cached_property
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support import Findings

from extensions import reading
from extensions.project import Certainty, Problem
from extensions.project.tree import Tree
from extensions.questions import defaults

PYTHON = f"3.{sys.version_info.minor}"
PROJECT = {
    "manage.py": (
        "import os\n"
        "from django.core.management import execute_from_command_line\n"
        'os.environ.setdefault("DJANGO_SETTINGS_MODULE", "site.settings")\n'
        "execute_from_command_line()\n"
    ),
    "site/__init__.py": "",
    "site/settings.py": 'DEBUG = False\nSTATIC_URL = "/assets/"\nSTATIC_ROOT = "/srv/static"\n',
    "requirements.txt": "Django==5.2\ngunicorn==23.0.0\n",
}


def write(root: Path, files: dict[str, str | bytes]) -> None:
    """Write files below `root`; a name that cannot be a file's, beside the others, is left out."""
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass"))


def read_in_time(root: Path) -> Findings:
    """Return the Findings, or fail after 20 seconds: opening a FIFO, for one, would wait for ever."""
    found: list[Findings] = []
    thread = threading.Thread(target=lambda: found.append(Findings(reading.read(root))), daemon=True)
    thread.start()
    thread.join(20)
    assert not thread.is_alive(), "hangs"
    assert found, "raised"
    return found[0]


@pytest.fixture
def read(tmp_path):
    """Return a function that reads a small project of which some files are others, or are gone (None)."""

    def call(files: dict[str, str | bytes | None]) -> Findings:
        changed = {**PROJECT, **files}
        write(tmp_path, {name: content for name, content in changed.items() if content is not None})
        return read_in_time(tmp_path)

    return call


def sources(findings: Findings) -> list[str]:
    return [problem.source for problem in findings.problems]


def assert_settings_are_read(findings: Findings) -> None:
    assert findings.value("static_url") == "/assets/"
    assert findings.found["static_url"].certainty is Certainty.STATED


def assert_settings_are_assumed(findings: Findings) -> None:
    assert findings.value("static_url") == "/static/"
    assert findings.found["static_url"].certainty is Certainty.ASSUMED
    assert findings.value("static_root") == ""
    assert findings.value("requirements_file") == "requirements.txt"
    assert findings.value("python_version") == "3.13"


# ---------------------------------------------------------------- settings that cannot be read


@pytest.mark.parametrize(
    ("settings_file", "problem"),
    [
        ("X = (\n", Problem("site/settings.py:1", f"is not Python {PYTHON} ('(' was never closed)")),
        (
            "X = 1\0",
            Problem("site/settings.py:1", f"is not Python {PYTHON} (source code string cannot contain null bytes)"),
        ),
        ("X = " + "-" * 50_000 + "1\n", Problem("site/settings.py", "is nested too deeply")),
        ("#" + "x" * 50 * 2**20, Problem("site/settings.py", "is larger than 1024 KiB and was not read")),
    ],
    ids=["syntax error", "null", "nested", "50 MB"],
)
def test_settings_that_cannot_be_read(settings_file, problem, read):
    findings = read({"site/settings.py": settings_file})
    assert findings.problems == [problem]
    assert findings.value("settings_module") == "site.settings"
    assert_settings_are_assumed(findings)


@pytest.mark.parametrize(
    ("bad", "line"),
    [
        ('print "loaded"', 2),
        ("NAME = (\n    1 2,\n)", 3),
        ("def load():\n    return {\n        'a': [\n    }\n", 5),
        ("if DEBUG:\n    pass\nelse\n    pass", 4),
        ('TEXT = """never closed', 2),
    ],
)
def test_statements_that_are_not_python_are_left_out(bad, line, read):
    findings = read({"site/settings.py": f'DEBUG = False\n{bad}\nSTATIC_ROOT = "/srv/static"\n'})
    assert f"site/settings.py:{line}" in sources(findings)
    assert findings.problems[0].message.startswith(f"is not Python {PYTHON}")
    if "never closed" not in bad:
        assert findings.value("static_root") == "/srv/static"


@pytest.mark.parametrize("setting", ["STATIC_URL", "MEDIA_URL", "SENDFILE_URL", "CELERY_BROKER_URL", "SITE_URL"])
@pytest.mark.parametrize(
    "url", ["https://cdn[.example.com/", "http://[::1/", "//[", "redis://[x]:6379/", "http://a:b/"]
)
def test_an_address_that_is_none(setting, url, read, tmp_path):
    databases = f"DATABASES = {{'default': dj_database_url.config(default={url!r})}}\n"
    text = f"import os, dj_database_url\nMEDIA_ROOT = '/srv/media'\n{setting} = os.getenv('X', {url!r})\n{databases}"
    read({"site/settings.py": text, "site/wsgi.py": ""})
    found = defaults.from_site(reading.read(tmp_path), tmp_path)
    assert found["static_url"].value == "/static/" and found["media_url"].value == ""


def test_a_file_of_which_nothing_is_python(read):
    findings = read({"site/settings.py": "print 'Python 2'\n" * 50})
    assert len(findings.problems) == 10
    assert_settings_are_assumed(findings)


@pytest.mark.parametrize("kind", ["directory", "fifo", "link to itself", "link out of the project", "unreadable"])
def test_settings_that_are_no_file(kind, tmp_path, read):
    root = tmp_path / "project"
    write(root, PROJECT)
    path = root / "site/settings.py"
    if kind == "unreadable":
        path.chmod(0)
        if os.access(path, os.R_OK):  # root reads it all the same
            pytest.skip("this user may read every file")
        findings = read_in_time(root)
        assert findings.problems == [Problem("site/settings.py", "cannot be read (Permission denied)")]
        assert_settings_are_assumed(findings)
        return
    path.unlink()
    if kind == "directory":
        path.mkdir()
    elif kind == "fifo":
        os.mkfifo(path)
    elif kind == "link to itself":
        path.symlink_to("settings.py")
    else:
        (tmp_path / "outside.py").write_text('STATIC_URL = "/outside/"\n')
        path.symlink_to(tmp_path / "outside.py")
    findings = read_in_time(root)
    finding = findings.found["settings_module"]
    assert (finding.value, finding.source) == ("site.settings", "manage.py:3")
    assert finding.note == "site.settings is named, but is not in the project."
    assert findings.value("settings_file") == ""
    assert findings.value("static_url") is None
    assert findings.value("requirements_file") == "requirements.txt"


def test_a_file_that_vanishes_before_it_is_opened(tmp_path, monkeypatch):
    write(tmp_path, PROJECT)
    seen = Tree.paths.func

    def paths(tree):
        found = seen(tree)
        (tmp_path / "site/settings.py").unlink()
        return found

    vanishing = cached_property(paths)
    vanishing.__set_name__(Tree, "paths")
    monkeypatch.setattr(Tree, "paths", vanishing)
    findings = Findings(reading.read(tmp_path))
    assert findings.problems == [Problem("site/settings.py", "cannot be read (No such file or directory)")]
    assert_settings_are_assumed(findings)


# ---------------------------------------------------------------- settings that can


@pytest.mark.parametrize(
    "settings_file",
    [
        b'\xef\xbb\xbfSTATIC_URL = "/assets/"\n',
        b'# \xe9t\xe9\nSTATIC_URL = "/assets/"\n',
        b'# -*- coding: latin-1 -*-\nNAME = "\xe9"\nSTATIC_URL = "/assets/"\n',
        b'DEBUG = False\r\nSTATIC_URL = "/assets/"\r\n',
        'STATIC_URL = "/assets/"\n'.encode("utf-16"),
    ],
    ids=["BOM", "Latin-1", "Latin-1, declared", "CRLF", "UTF-16"],
)
def test_encodings_and_line_ends(settings_file, read):
    findings = read({"site/settings.py": settings_file})
    assert not findings.problems
    assert_settings_are_read(findings)
    lines = settings_file.count(b"\n") if not settings_file.startswith(b"\xff\xfe") else 1
    assert findings.found["static_url"].source == f"site/settings.py:{lines}"


def test_star_imports_in_a_circle(read):
    findings = read(
        {
            "site/settings.py": "from .one import *\n",
            "site/one.py": "from .two import *\nfrom .one import *\n",
            "site/two.py": 'from .settings import *\nfrom .one import *\nSTATIC_URL = "/assets/"\n',
        }
    )
    assert not findings.problems
    assert_settings_are_read(findings)
    assert findings.found["static_url"].source == "site/two.py:3"


# ---------------------------------------------------------------- requirements and manifests


def test_requirements_that_include_each_other(read):
    findings = read(
        {"requirements.txt": "-r more.txt\n-r requirements.txt\nDjango==5.2\n", "more.txt": "-r requirements.txt\n"}
    )
    assert not findings.problems
    assert findings.value("requirements_files") == ["requirements.txt", "more.txt"]
    assert findings.value("django_version") == "5.2"


def test_requirements_that_include_what_is_not_there(read):
    findings = read({"requirements.txt": "Django==5.2\n-r missing.txt\n-r ../outside.txt\n"})
    assert sources(findings) == ["requirements.txt:2", "requirements.txt:3"]
    assert findings.value("django_version") == "5.2"


def test_requirements_that_are_empty(read):
    findings = read({"requirements.txt": ""})
    finding = findings.found["requirements_file"]
    assert (finding.value, finding.certainty) == ("requirements.txt", Certainty.ASSUMED)
    assert finding.note.startswith("It does not name Django")
    assert findings.found["django_version"].note == "Django is not among the requirements."


@pytest.mark.parametrize(
    ("content", "source", "message"),
    [
        ("[project\nname=", "pyproject.toml:1", "is not TOML ("),
        ("a = " + "[" * 100_000, "pyproject.toml", "is nested too deeply"),
        ("a = " + "9" * 5000, "pyproject.toml", "is not TOML (Exceeds the limit"),
        (bytes(range(256)), "pyproject.toml:1", "is not TOML ("),
    ],
    ids=["syntax error", "nested", "number", "binary"],
)
def test_a_pyproject_that_is_not_toml(content, source, message, read):
    findings = read({"pyproject.toml": content})
    assert sources(findings) == [source]
    assert findings.problems[0].message.startswith(message)
    assert_settings_are_read(findings)
    assert findings.value("requirements_file") == "requirements.txt"


@pytest.mark.parametrize(
    ("content", "source", "message"),
    [
        ("services: [\nweb: }\n", "compose.yaml:2", "is not YAML ("),
        ("[" * 100_000, "compose.yaml", "is nested too deeply"),
        ("\n".join(" " * depth + "a:" for depth in range(1200)), "compose.yaml", "is nested too deeply"),
        ("- " * 100_000, "compose.yaml", "is nested too deeply"),
        ("a: " + "9" * 5000, "compose.yaml", "is not YAML ("),
        ("a: 2026-99-99", "compose.yaml", "is not YAML ("),
        (bytes(range(256)), "compose.yaml", "is not YAML ("),
    ],
    ids=["syntax error", "flow", "mappings", "sequences", "number", "date", "binary"],
)
def test_a_compose_file_that_is_not_yaml(content, source, message, read):
    findings = read({"compose.yaml": content})
    assert sources(findings) == [source]
    assert findings.problems[0].message.startswith(message)
    assert_settings_are_read(findings)


def test_a_compose_file_that_contains_itself(read):
    service = ("command", "environment", "ports", "volumes", "build", "env_file", "depends_on", "image", "entrypoint")
    text = "services:\n  web: &web\n" + "".join(f"    {key}: &{key} [*{key}, *web]\n" for key in service)
    findings = read({"compose.yaml": text + "  db: *web\n"})
    assert_settings_are_read(findings)


@pytest.mark.parametrize(
    ("name", "content", "source", "message"),
    [
        ("setup.cfg", "install_requires = django\n", "setup.cfg:1", "is not INI"),
        ("package.json", '{"scripts": {\n', "package.json:2", "is not JSON ("),
        ("package.json", "[" * 100_000, "package.json", "is nested too deeply"),
        ("requirements.txt", "Django==5.2\n>>> oh\n", "requirements.txt:2", "is not a requirement"),
    ],
)
def test_other_files_that_are_not_what_their_names_say(name, content, source, message, read):
    findings = read({name: content})
    assert sources(findings) == [source]
    assert findings.problems[0].message.startswith(message)
    assert_settings_are_read(findings)


@pytest.mark.parametrize(
    "content",
    ["RUN \\\n" * 50_000, "".join(f"ARG A{n}=${{A{n - 1}:-xx}}$A{n - 1}\n" for n in range(60)) + "FROM $A59\n"],
    ids=["one instruction", "arguments that double"],
)
def test_a_dockerfile_that_grows(content, read):
    findings = read({"Dockerfile": content})
    assert not findings.problems
    assert_settings_are_read(findings)


def test_binary_files_everywhere(read):
    names = ["requirements.txt", "pyproject.toml", "uv.lock", "setup.py", "setup.cfg", "package.json", "compose.yaml"]
    others = ["Dockerfile", "Procfile", ".env", "nginx.conf", "web.service", "locale/de/LC_MESSAGES/django.po"]
    findings = read({name: bytes(range(256)) * 40 for name in names + others} | {"site/settings.py": b"\0\xff" * 99})
    named = {source.partition(":")[0] for source in sources(findings)}
    assert named >= {*names, "site/settings.py"}


# ---------------------------------------------------------------- the project's folder


def test_links_that_go_round_in_circles(tmp_path):
    write(tmp_path, PROJECT)
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "site/up").symlink_to("..")
    findings = read_in_time(tmp_path)
    assert not findings.problems
    assert_settings_are_read(findings)


def test_a_pipe_in_the_place_of_git_s_configuration(tmp_path):
    root = tmp_path / "src"  # a name that tells nothing, so that the remote's is asked for
    write(root, {**PROJECT, ".git/HEAD": ""})
    os.mkfifo(root / ".git/config")
    findings = read_in_time(root)
    assert not findings.problems
    assert findings.value("project_slug") == "src"


def test_a_directory_named_manage_py(tmp_path):
    write(tmp_path, {name: content for name, content in PROJECT.items() if name != "manage.py"})
    (tmp_path / "manage.py").mkdir()
    (tmp_path / "site/settings.py").write_text(PROJECT["site/settings.py"] + "INSTALLED_APPS = []\n")
    findings = read_in_time(tmp_path)
    finding = findings.found["settings_module"]
    assert (finding.value, finding.source) == ("site.settings", "site/settings.py")
    assert finding.certainty is Certainty.INFERRED
    assert_settings_are_read(findings)


@pytest.mark.parametrize("there", [True, False])
def test_no_project_at_all(there, tmp_path):
    folder = tmp_path / "folder"
    if there:
        folder.mkdir()
    findings = read_in_time(folder)
    assert findings.problems == ([] if there else [Problem(".", "cannot be listed (No such file or directory)")])
    assert findings.value("settings_module") == ""
    assert findings.found["settings_module"].certainty is Certainty.ASSUMED
    assert findings.value("python_version") == "3.13"


def test_names_that_are_no_text(tmp_path):
    write(tmp_path, PROJECT)
    try:
        (tmp_path / os.fsdecode(b"\xff\xfe.py")).write_text("X = 1\n")
        (tmp_path / "a\nb.py").write_text("X = 1\n")
    except OSError:
        pytest.skip("this file system has no such names")
    assert_settings_are_read(read_in_time(tmp_path))


# ---------------------------------------------------------------- any project

LINES = {
    "py": [
        "from .base import *",
        "from os import environ, path",
        "import environ",
        "env = environ.Env(DEBUG=(bool, False))",
        "BASE_DIR = Path(__file__).resolve().parent.parent",
        "DEBUG = env.bool('DEBUG', default=False)",
        "if DEBUG:",
        "    INSTALLED_APPS += ['debug_toolbar', *APPS]",
        "else:",
        "    SECRET_KEY = environ['SECRET_KEY']",
        "def get(name, *args, **kw): return get(name)",
        "class Production(Base):",
        "    STATIC_ROOT = property(lambda self: self.STATIC_ROOT)",
        "STATIC_ROOT = BASE_DIR / 'static' / f'{STATIC_URL!r:>9}'",
        "DATABASES = {'default': env.db(), **{k: v for k, v in DATABASES.items()}}",
        "MIDDLEWARE = MIDDLEWARE[1:] + ['%s.%s' % ('a',)] * 10 ** 9",
        "os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'site.' + MODULE)",
        "execute_from_command_line(sys.argv)",
        "application = get_wsgi_application()",
        "while True: LANGUAGE_CODE = LANGUAGE_CODE + 'x'",
        "try:",
        "    from .local import *",
        "except ImportError: pass",
        "setup(install_requires=open('requirements.txt').read().split(), python_requires='>=3.9')",
        "match DEBUG:",
        "    case {'a': [*rest]}: LOGGING = rest",
    ],
    "txt": [
        "Django==5.2",
        "gunicorn[gevent]>=22,<24 --hash=sha256:00",
        "-r requirements.txt",
        "-c ../constraints.txt",
        "psycopg2==2.9.9 ; python_version < '3.99'",
        "-e git+https://example.com/a.git#egg=a",
        "--index-url=https://example.com/simple \\",
        "celery @ file:///srv/celery.whl",
        "==",
    ],
    "toml": [
        "[project]",
        "name = 'x'",
        "requires-python = '>=3.10,<4'",
        "dependencies = ['django>=4', 'uvicorn']",
        "[tool.poetry.dependencies]",
        "python = '^3.11 || ~2'",
        "django = {version = '*', extras = ['argon2']}",
        "[[package]]",
        "version = 1",
        "dependencies = [{name = 'x'}, 3]",
        "[dependency-groups]",
        "production = [{include-group = 'production'}]",
    ],
    "yaml": [
        "services: &s",
        "  web: &w",
        "    build: {context: ., dockerfile: Dockerfile, args: *s}",
        "    command: &c [python, manage.py, runserver, *c]",
        "    ports: ['80:80', 8000, null, {target: x}]",
        "    environment: [DJANGO_SETTINGS_MODULE=site.settings, 1]",
        "    <<: *w",
        "  db: {image: 'postgres:${VERSION:-16}'}",
        "jobs: {test: {strategy: {matrix: {python-version: ['3.12', 3.13, [3]]}}}}",
        "- !reset []",
    ],
    "sh": [
        "ARG VERSION=${VERSION}",
        "ENV A=$B B=$A DJANGO_SETTINGS_MODULE=site.settings",
        "FROM python:${VERSION:-3.12}-slim AS base",
        "FROM base",
        "RUN apt-get install -y libpq-dev && pip install -r requirements.txt \\",
        "# comment",
        "CMD ['gunicorn', 'site.wsgi:application', '-w', '4']",
        "web: gunicorn site.wsgi --bind 0.0.0.0:$PORT --timeout 1e9",
        "ExecStart=/srv/venv/bin/gunicorn site.wsgi:application",
        "location /media/ { alias /srv/media/; client_max_body_size 9999999g; }",
        "[program:celery]",
        "command=celery -A site worker 'unclosed",
        "uvicorn==",
        "3.12",
    ],
}
NAMES = {
    "py": "manage.py setup.py site/settings.py site/settings/__init__.py site/settings/production.py site/base.py "
    "site/local.py site/wsgi.py site/asgi.py site/celery.py site/urls.py gunicorn.conf.py",
    "txt": "requirements.txt requirements/base.txt requirements/production.txt constraints.txt",
    "toml": "pyproject.toml uv.lock poetry.lock pdm.lock pylock.toml Pipfile fly.toml",
    "yaml": "compose.yaml docker-compose.prod.yml .github/workflows/test.yml render.yaml app.json package.json "
    "Pipfile.lock webpack.config.json",
    "sh": "Dockerfile docker/django/Dockerfile Procfile entrypoint.sh deploy/web.service supervisor.conf nginx.conf "
    "setup.cfg tox.ini uwsgi.ini runtime.txt .python-version .env .env.example Makefile Aptfile",
}
MUTATIONS = [
    "",
    "\0",
    "\t",
    "\\",
    '"',
    "'''",
    "(",
    "]",
    "{",
    "}",
    "${",
    "%",
    "*",
    ":",
    "=",
    "\n",
    "\ufeff",
    "\udc80",
    "é",
]


@st.composite
def contents(draw, kind: str) -> str:
    """Return a file of likely lines, usually of its own kind, into which something was put that does not belong."""
    kind = draw(st.sampled_from([kind] * 5 + sorted(LINES)))
    text = "\n".join(draw(st.lists(st.sampled_from(LINES[kind]), max_size=8)))
    for _ in range(draw(st.integers(0, 2))):
        at = draw(st.integers(0, len(text)))
        text = text[:at] + draw(st.sampled_from(MUTATIONS)) + text[at + draw(st.integers(0, 3)) :]
    return text


projects = st.fixed_dictionaries(
    {},
    optional={name: contents(kind) for kind, names in NAMES.items() for name in names.split() if "s/__" not in name},
)


@given(files=projects)
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_no_project_makes_it_raise(files, tmp_path_factory):
    root = tmp_path_factory.mktemp("project")
    if "site/settings/production.py" in files:
        files.pop("site/settings.py", None)
    write(root, files)
    site = reading.read(root)
    assert defaults.from_site(site, root)
    for problem in site.problems:
        assert problem.message
        path = problem.source.rpartition(":")[0] or problem.source
        assert path in files or problem.source in files, problem
