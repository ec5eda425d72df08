"""The place that is named as an answer's source holds the answer."""

from pathlib import Path

import pytest
from support import PROJECTS

from extensions.copying import sources
from extensions.questions import defaults

FILES = {
    "shop/settings.py": """STATIC_ROOT = (
    BASE_DIR
    / "collected"
)
if DEBUG:
    NAME = "shop"
""",
    "pyproject.toml": '[project]\nname = "shop"\nrequires-python = ">=3.12"\n',
    "shop/wsgi.py": "",
}


@pytest.mark.parametrize(
    ("source", "value", "held"),
    [
        ("shop/settings.py:1", "collected", True),  # of a statement, any line
        ("shop/settings.py:3", "collected", True),
        ("shop/settings.py:1", "static", False),
        ("shop/settings.py:5", "shop", True),  # the path is it
        ("pyproject.toml:3", "3.12", True),
        ("pyproject.toml:3", "3.13", False),
        ("pyproject.toml:9", "3.12", False),
        ("pyproject.toml", "shop", True),
        ("shop/wsgi.py", "shop.wsgi", True),
        ("shop/wsgi.py", "shop.asgi", False),
        ("shop/urls.py", "/admin/", False),
        ("shop/settings.py:1", True, True),  # follows from it
        ("shop/settings.py:1", ["a"], True),
        ("", "shop", False),
    ],
)
def test_a_source_holds_its_value(source, value, held, tmp_path):
    for path, text in FILES.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    assert sources.holds(tmp_path, source, value) is held


@pytest.mark.parametrize("project", sorted(path.name for path in PROJECTS.iterdir()))
def test_the_sources_of_what_is_asked(project):
    """The questions that everybody is asked, and whose answer a file of the project states."""
    root = PROJECTS / project / "project"
    found = defaults.defaults(root)
    for name in ("settings_module", "wsgi_module", "requirements_file", "static_root", "django_port"):
        default = found[name]
        if default.source and sources.holds(root, default.source, default.value):
            path, _, line = default.source.partition(":")
            text = (root / path).read_text() if not line else Path(root, path).read_text().split("\n")[int(line) - 1]
            assert str(default.value).split(".")[-1].split("/")[-1].lower() in f"{path} {text}".lower()
