"""Whole projects that are broken or hostile: what is read of them says so, and never raises or hangs."""

import os
import random
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from extensions.detection import Certainty, Findings, read

MANAGE = """\
import os
from django.core.management import execute_from_command_line
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "core.settings")
execute_from_command_line()
"""
WSGI = """\
import os
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "core.settings")
application = get_wsgi_application()
"""
SETTINGS = 'from pathlib import Path\nBASE_DIR = Path(__file__).parent.parent\nSTATIC_ROOT = BASE_DIR / "out"\n'
REQUIREMENTS = "Django==5.2.1\ngunicorn==23.0.0\n"


def write(root: Path, files: dict[str, str | bytes]) -> None:
    for path, content in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(content.encode() if isinstance(content, str) else content)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return the folder of a small project that is as it should be."""
    files = {"manage.py": MANAGE, "core/__init__.py": "", "core/settings.py": SETTINGS, "core/wsgi.py": WSGI}
    write(tmp_path / "shop", {**files, "requirements.txt": REQUIREMENTS})
    return tmp_path / "shop"


def quickly(root: Path) -> Findings:
    started = time.perf_counter()
    findings = read(root)
    assert time.perf_counter() - started < 5  # far from a hang, and what slow machines need
    assert all(problem.source and problem.message for problem in findings.problems)
    return findings


def problems(findings: Findings) -> list[tuple[str, str]]:
    return [(problem.source, problem.message) for problem in findings.problems]


def test_the_project_itself_has_no_problem(project):
    findings = quickly(project)
    assert problems(findings) == []
    assert (findings.value("static_root"), findings.value("wsgi_module")) == ("out", "core.wsgi")
    assert findings.found["django_version"].source == "requirements.txt:1"


@pytest.mark.parametrize(
    ("text", "source", "message"),
    [
        ("DEBUG = False\nSTATIC_ROOT = (\n", "core/settings.py:2", "is not Python 3 ('(' was never closed)"),
        ('DEBUG = True\nprint "debugging"\n', "core/settings.py:2", "is not Python 3 (Missing parentheses"),
        ("X = 1\0\n", "core/settings.py", "null bytes"),
        (f"X = {'(' * 5000}1{')' * 5000}\n", "core/settings.py", "too many nested parentheses"),
        (f"X = {'-' * 100_000}1\n", "core/settings.py", ""),
        (f"X = 1{' + 1' * 20_000}\n", "core/settings.py", ""),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40, "core/settings.py", ""),
        ("STATIC_ROOT = 'x'\n" * 3_000_000, "core/settings.py", "is larger than 1024 KiB and was not read"),
    ],
    ids=["syntax", "Python 2", "null", "parentheses", "minus signs", "sums", "binary", "50 MB"],
)
def test_settings_that_cannot_be_read(text, source, message, project):
    write(project, {"core/settings.py": text})
    findings = quickly(project)
    found = [(place, said) for place, said in problems(findings) if place.startswith(source) and message in said]
    assert found, problems(findings)
    static = findings.found["static_root"]
    assert (static.value, static.certainty) == ("", Certainty.ASSUMED)
    assert findings.value("settings_file") == "core/settings.py"
    assert findings.value("django_version") == "5.2.1"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"\xef\xbb\xbf" + SETTINGS.encode(), "out"),
        (SETTINGS.encode("utf-16"), "out"),
        ('# -*- coding: latin-1 -*-\nNAME = "Caf\xe9"\nSTATIC_ROOT = "caf\xe9"\n'.encode("latin-1"), "caf\xe9"),
        (SETTINGS.replace("\n", "\r\n").encode(), "out"),
        (SETTINGS.replace("\n", "\r").encode(), "out"),
    ],
    ids=["BOM", "UTF-16", "Latin-1", "CRLF", "CR"],
)
def test_encodings_and_line_ends(text, expected, project):
    write(project, {"core/settings.py": text})
    findings = quickly(project)
    assert problems(findings) == []
    assert (findings.value("static_root"), findings.found["static_root"].source) == (expected, "core/settings.py:3")


def test_star_imports_in_a_circle(project):
    write(
        project,
        {
            "core/settings.py": "from .local import *\nSTATIC_ROOT = 'a'\nfrom .settings import *\n",
            "core/local.py": "from .settings import *\nfrom .other import *\nSTATIC_URL = 'b/'\n",
            "core/other.py": "from core.local import *\nfrom core.settings import *\n",
        },
    )
    findings = quickly(project)
    assert (findings.value("static_root"), findings.found["static_root"].source) == ("a", "core/settings.py:2")
    assert (findings.value("static_url"), findings.found["static_url"].source) == ("/b/", "core/local.py:3")


def test_requirements_in_a_circle(project):
    write(
        project, {"requirements.txt": "-r more.txt\nDjango==5.2.1\n", "more.txt": "-r requirements.txt\n-c more.txt\n"}
    )
    findings = quickly(project)
    assert problems(findings) == []
    assert findings.value("requirements_files") == ["requirements.txt", "more.txt"]
    assert findings.found["django_version"].source == "requirements.txt:2"


@pytest.mark.parametrize(
    ("files", "source", "message"),
    [
        ({"pyproject.toml": "[project\n"}, "pyproject.toml", "is not TOML"),
        ({"pyproject.toml": b"\xff\xfe\x00\x01\x02"}, "pyproject.toml", "is not TOML"),
        ({"pyproject.toml": f"x = {'[' * 20_000}"}, "pyproject.toml", "is nested too deeply"),
        ({"Pipfile": "[packages]\n", "Pipfile.lock": "{", "requirements.txt": ""}, "", ""),
        ({"setup.cfg": "install_requires = django\n"}, "setup.cfg:1", "is not INI"),
        ({"package.json": '{"scripts": {\n'}, "package.json:2", "is not JSON"),
        ({"package.json": "[" * 100_000}, "package.json", "is nested too deeply"),
        ({"compose.yaml": "services:\n  web: [\n"}, "compose.yaml", "is not YAML"),
        ({"compose.yaml": "a: &a [1]\n" + "".join(f"b{n}: &a [*a, *a]\n" for n in range(60))}, "", ""),
        ({"requirements.txt": "Django==5.2.1\n-r missing.txt\n"}, "requirements.txt:2", "does not exist"),
        ({"requirements.txt": "Django==5.2.1\n>>> oh\n"}, "requirements.txt:2", "is not a requirement"),
        ({"Dockerfile": bytes(range(256)) * 100, "Procfile": bytes(range(256))}, "", ""),
        ({"Dockerfile": "RUN \\\n" * 50_000, "Procfile": "web: " * 50_000}, "", ""),
        (
            {
                "Dockerfile": "ARG A=xx\n"
                + f"{''.join(f'ARG A{n}=${{A{n - 1}}}${{A{n - 1}}}{chr(10)}' for n in range(1, 60))}"
            },
            "",
            "",
        ),
    ],
)
def test_other_files_that_cannot_be_read(files, source, message, project):
    write(project, files)
    findings = quickly(project)
    found = [(place, said) for place, said in problems(findings) if place.startswith(source) and message in said]
    assert found or not message, problems(findings)
    assert findings.value("static_root") == "out"


def test_requirements_that_ask_for_nothing(project):
    write(project, {"requirements.txt": ""})
    findings = quickly(project)
    assert problems(findings) == []
    file, version = findings.found["requirements_file"], findings.found["django_version"]
    assert (file.value, file.certainty) == ("requirements.txt", Certainty.ASSUMED)
    assert file.note == "It does not name Django, and no other requirements file of production does."
    assert (version.value, version.note) == ("", "Django is not among the requirements.")


def test_links_are_not_followed(project, tmp_path):
    write(tmp_path, {"outside/settings.py": "STATIC_ROOT = 'stolen'\n", "outside/secret.txt": "Django==1.0\n"})
    (project / "core/settings.py").unlink()
    (project / "core/settings.py").symlink_to(tmp_path / "outside/settings.py")
    (project / "requirements.txt").unlink()
    (project / "requirements.txt").symlink_to("../outside/secret.txt")
    (project / "core/loop").symlink_to(project, target_is_directory=True)
    (project / "a").symlink_to("b")
    (project / "b").symlink_to("a")
    findings = quickly(project)
    assert (findings.value("settings_file"), findings.value("installer")) == ("", "none")
    assert findings.found["settings_file"].note == "core.settings is named, but is not in the project."
    assert not findings.value("static_root")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_is_not_waited_for(project):
    project = project.rename(project.parent / "src")  # a name that tells nothing, so that git's remote is asked for
    for path in ("core/settings.py", "requirements.txt"):
        (project / path).unlink()
    (project / ".git").mkdir()
    for path in ("core/settings.py", "requirements.txt", ".env", "Dockerfile", ".git/config"):
        os.mkfifo(project / path)
    findings = quickly(project)
    assert findings.found["settings_file"].note == "core.settings is named, but is not in the project."
    assert findings.value("project_slug") == "src"


def test_folders_in_the_place_of_files(project):
    for path in ("manage.py", "core/settings.py", "requirements.txt"):
        (project / path).unlink()
    for path in ("manage.py", "core/settings.py", "requirements.txt", "Dockerfile", "pyproject.toml", "compose.yaml"):
        (project / path).mkdir()
    findings = quickly(project)
    assert (findings.value("manage_py"), findings.found["manage_py"].certainty) == ("", Certainty.ASSUMED)
    assert findings.found["manage_py"].note.startswith("There is no manage.py, but core/wsgi.py")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root reads what nobody may")
def test_files_that_may_not_be_read(project):
    (project / "core/settings.py").chmod(0)
    (project / "closed").mkdir(mode=0)
    findings = quickly(project)
    assert problems(findings) == [
        ("closed", "cannot be listed (Permission denied)"),
        ("core/settings.py", "cannot be read (Permission denied)"),
    ]


def test_a_file_that_is_gone_before_it_is_read(project, monkeypatch):
    opened = Path.open

    def refuse(path, *arguments, **parameters):
        if path.name == "settings.py":
            raise PermissionError(13, "Permission denied")
        return opened(path, *arguments, **parameters)

    monkeypatch.setattr(Path, "open", refuse)
    findings = quickly(project)
    assert ("core/settings.py", "cannot be read (Permission denied)") in problems(findings)
    assert findings.found["static_root"].certainty == Certainty.ASSUMED


@pytest.mark.parametrize("name", ["", "missing", "manage.py"])
def test_no_project(name, tmp_path):
    (tmp_path / "manage.py").write_text(MANAGE)
    root = tmp_path / "empty" if not name else tmp_path / name
    if not name:
        root.mkdir()
    findings = quickly(root)
    assert findings.found["manage_py"].note == "There is no manage.py."
    assert bool(problems(findings)) is bool(name)


FRAGMENTS = {
    "manage.py": [MANAGE],
    "core/__init__.py": ["", "from .celery import app\n"],
    "core/celery.py": ['from celery import Celery\napp = Celery("core")\n'],
    "core/wsgi.py": [WSGI],
    "core/asgi.py": [WSGI.replace("wsgi", "asgi")],
    "core/settings.py": [
        SETTINGS,
        "import environ\nenv = environ.Env(DEBUG=(bool, False))\nSECRET_KEY = env('SECRET_KEY')\n",
        "DATABASES = {'default': env.db('DATABASE_URL', default='postgres:///shop')}\n",
        "INSTALLED_APPS = ['django.contrib.gis', 'django_rq']\nMIDDLEWARE = [*MIDDLEWARE, 'x']\n",
        "for name in os.environ:\n    globals()[name] = os.environ[name]\n",
        "try:\n    from .local import *\nexcept ImportError:\n    pass\n",
        "if DEBUG:\n    STATIC_ROOT = os.path.join(BASE_DIR, *['a', 'b'])\nelse:\n    STATIC_ROOT = None\n",
        "class Production(Configuration):\n    STATIC_URL = values.Value('/s/')\n",
        "class Staging(Production):\n    @property\n    def STATIC_ROOT(self): return self.STATIC_ROOT\n",
        "def f(n): return f(n + 1)\nX = f(0)\nY = [x for x in range(10 ** 9)]\n",
        "Z = 'a' * 10 ** 9\nW = 10 ** 10 ** 10\n",
        "while True:\n    X += X\n",
    ],
    "core/local.py": ["from .settings import *\n", "STATIC_ROOT = '/srv/static'\n", "print 'old'\n"],
    "requirements.txt": [
        REQUIREMENTS,
        "-r requirements.txt\n",
        "-e git+https://example.com/x#egg=x\n",
        "psycopg[c]>=3\n",
    ],
    "pyproject.toml": [
        "[project]\nname = 'x'\ndependencies = ['django>=5']\n",
        "[tool.poetry.dependencies]\npython = '^3.11'\ndjango = {version = '*', extras = ['a']}\n",
        "[dependency-groups]\nprod = ['gunicorn', {include-group = 'prod'}]\n",
    ],
    "uv.lock": [
        "[[package]]\nname = 'x'\nsource = {virtual = '.'}\ndependencies = [{name = 'x'}, {name = 'django'}]\n"
    ],
    "Pipfile.lock": ['{"default": {"django": {"version": "==5.2"}}}\n', '{"default": []}\n'],
    "setup.cfg": ["[options]\ninstall_requires =\n    django\npython_requires = >=3.8\n"],
    "package.json": ['{"scripts": {"build": "vite build --outDir dist"}, "workspaces": [1]}\n'],
    "Dockerfile": [
        "ARG V=3.12\nFROM python:${V}-slim AS base\n",
        "RUN apt-get install -y libpq-dev && pip install -r requirements.txt\n",
        "RUN <<EOF\napt-get install gettext\nEOF\n",
        'ENV DJANGO_SETTINGS_MODULE=core.settings A="b\nCMD ["gunicorn", "core.wsgi"]\n',
    ],
    "Dockerfile_django": ['FROM python:3.13\nCOPY . .\nCMD ["gunicorn", "core.wsgi", "--workers", "2"]\n'],
    "compose.yaml": [
        "services:\n  web:\n    build: {context: ../.., dockerfile: Dockerfile}\n    ports: [80, '1:2', {target: 3}]\n",  # noqa: E501
        "  db:\n    image: postgres:18\n    environment: [A, 1, {}]\n",
    ],
    "Procfile": ["web: gunicorn core.wsgi\nworker: celery -A core worker -B\n"],
    "ops/web.service": ["[Service]\nEnvironment=A='b\nExecStart=/bin/sh -c 'gunicorn \\\n core.wsgi'\n"],
    ".github/workflows/ci.yml": ["jobs: {test: {strategy: {matrix: {python-version: ['3.11', 3.10]}}}}\n"],
    ".gitignore": ["*\n!/[\n", "core/local.py\n"],
    "shop/migrations/0001.py": ["operations = [CreateExtension(name='hstore'), RunSQL('CREATE EXTENSION x')]\n"],
    "shop/management/commands/run.py": ["while True:\n    sleep(1)\n"],
}
NOISE = [*"\0\n\\'\"{[(*$@\t\ufeff\u00e9", "${", "- ", "<<: *a", "&a ", "\\\n", "99" * 99]


def mutated(text: str, chance: random.Random) -> str:
    """Return a text with some of it cut out, doubled, or replaced by characters that mean something."""
    for _ in range(chance.choice([0, 0, 1, 1, 2, 6])):
        start = chance.randrange(len(text) + 1)
        end = min(len(text), start + chance.choice([0, 1, 5, 40]))
        text = text[:start] + chance.choice([*NOISE, "", text[start:end] * 2]) + text[end:]
    return text


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(chance=st.randoms(use_true_random=False))
def test_no_project_makes_it_raise(tmp_path_factory, chance):
    root = tmp_path_factory.mktemp("random") / "shop"
    root.mkdir()
    chosen = [path for path in FRAGMENTS if chance.random() < 0.8]
    for path in chosen:
        parts = chance.choices(FRAGMENTS[path], k=chance.choice([1, 2, 5]))
        write(root, {path: mutated("".join(parts), chance).encode("utf-8", "surrogatepass")})
    findings = quickly(root)
    assert {finding.name for finding in findings.found.values()} == set(findings.found)
    for finding in findings.found.values():
        path = finding.source.rpartition(":")[0] or finding.source
        assert not finding.source or path in (".", ".git/config") or (root / path).exists(), finding
