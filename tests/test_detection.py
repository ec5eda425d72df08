"""Project in, Findings out."""

import pytest

from extensions import detection


@pytest.fixture
def read(tmp_path):
    """Return a function that writes a project's files and returns what is found in it, as (value, source) by name."""

    def make(files: dict[str, str]):
        for path, text in files.items():
            (tmp_path / "My Site!" / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / "My Site!" / path).write_text(text)
        return {
            name: (finding.value, finding.source)
            for name, finding in detection.read(tmp_path / "My Site!").found.items()
        }

    return make


def test_a_project_of_which_nothing_is_known(read):
    found = {name: value for name, (value, _) in read({"manage.py": ""}).items()}
    assert found == {
        "project_slug": "my-site",
        "python_version": "3.13",
        "wsgi_module": "",
        "requirements_file": "",
        "requirements_includes": [],
        "control_socket_disable": False,
        "static_root": "static",
        "static_url": "/static/",
        "use_fathom": False,
        "dockerignore": [],
        "compile_messages": False,
    }


@pytest.mark.parametrize(
    ("files", "version", "source"),
    [
        ({".python-version": "3.12\n"}, "3.12", ".python-version:1"),
        ({".python-version": "3.10.4\n", "runtime.txt": "python-3.12.1"}, "3.10", ".python-version:1"),
        ({"runtime.txt": "python-3.12.1\n"}, "3.12", "runtime.txt:1"),
        ({".python-version": "pypy3.10\n"}, "3.13", ""),
    ],
)
def test_python_version(files, version, source, read):
    assert read(files)["python_version"] == (version, source)


@pytest.mark.parametrize(
    ("line", "known"),
    [
        ("gunicorn", True),
        ("gunicorn==23.0.0", False),
        ("gunicorn==25.1.0  # comment", True),
        ("gunicorn[gevent]>=22,<24", False),
        ("Gunicorn~=27.0", True),
        ("gunicorn==23.0.0 --hash=sha256:00", False),
        ("gunicorn==27.0.1 \\\n    --hash=sha256:00", True),
        ("uvicorn", False),
    ],
)
def test_the_control_socket_of_gunicorn(line, known, read):
    assert read({"requirements.txt": f"Django\n{line}\n"})["control_socket_disable"][0] is known


def test_included_requirements(read):
    found = read(
        {
            "requirements/production.txt": "-r base.txt\n--requirement=../more.txt\n",
            "requirements/base.txt": "-r production.txt\n-cconstraints.txt\n",
            "requirements/constraints.txt": "gunicorn==23.0.0\n",
            "more.txt": "-r missing.txt\n",
        }
    )
    assert found["requirements_file"] == ("requirements/production.txt", "requirements/production.txt")
    assert found["requirements_includes"][0] == ["requirements/base.txt", "more.txt", "requirements/constraints.txt"]


def test_settings(read):
    settings = """
import os
BASE = os.path.dirname(__file__)
STATIC_ROOT = os.path.join(BASE, "out", "static")
STATIC_URL = "assets/"
MEDIA_ROOT = os.path.join(BASE, "pictures")
STATICFILES_STORAGE = "whitenoise.storage.CompressedManifestStaticFilesStorage"
"""
    found = read({"site/wsgi.py": "", "site/settings.py": settings})
    assert found["wsgi_module"] == ("site.wsgi", "site/wsgi.py")
    assert found["static_root"] == ("out/static", "site/settings.py:4")
    assert found["static_url"] == ("/assets/", "site/settings.py:5")
    assert found["use_fathom"] == (True, "site/settings.py:7")
    assert found["dockerignore"][0] == ["out/static", "pictures"]


def test_a_static_root_outside_the_project(read):
    found = read({"site/wsgi.py": "", "site/settings.py": 'STATIC_ROOT = "/var/www/static/"\n'})
    assert found["static_root"] == ("/var/www/static", "site/settings.py:1")
    assert found["dockerignore"][0] == []


def test_media_with_code_and_virtual_environments(read):
    found = read(
        {
            "site/wsgi.py": "",
            "site/settings.py": 'MEDIA_ROOT = BASE_DIR / "media"\n',
            "media/models.py": "",
            "my env/pyvenv.cfg": "",
            "env39/pyvenv.cfg": "",
            "env39/lib/x.po": "",
        }
    )
    assert found["dockerignore"][0] == ["env39", "my env"]
    assert found["compile_messages"] == (False, "")
