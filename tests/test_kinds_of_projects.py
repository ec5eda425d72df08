"""Each kind of project in tests/kinds: which answers and which words of the summary are not a plain project's.

A kind is a whole project, or the lines that it has beside those of tests/projects/startproject. Its expected.yml says
why that is right, and `pytest --record` writes the rest.
"""

import difflib
import json
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml
from copier.errors import UserMessageError
from jinja2 import Environment
from plumbum import local
from support import ANSWERS, KINDS, NEXT, ROOT, commit, copy, git, make

from extensions.jinja import DjangoProject
from extensions.questions.records import QUESTIONS

NAMES = sorted(path.name for path in KINDS.iterdir())


def with_a_submodule(folder: Path) -> None:
    """Give git a submodule of which nothing has been fetched, as `git clone` alone leaves it."""
    (folder / "vendor/brand").mkdir(parents=True)
    git("-C", folder, "update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},vendor/brand")


def with_a_pointer(folder: Path) -> None:
    """Let Git LFS have a file; in this repository, git would ask for it."""
    (folder / ".gitattributes").write_text("*.svg filter=lfs diff=lfs merge=lfs -text\n")


def with_a_password(folder: Path) -> None:
    """Write a module that git ignores."""
    (folder / "mysite/local_settings.py").write_text('DB_PASSWORD = "blue-canary-7"\n')


# What git can't keep in this repository.
FINISHED = {
    "local_settings_that_git_ignores": with_a_password,
    "pointer_of_git_lfs": with_a_pointer,
    "submodule_that_is_not_fetched": with_a_submodule,
}


def read(folder: Path) -> dict[str, Any]:
    """Return what a copy refuses, or the answers that it takes, and its summary, by the filters of copier.yml."""
    filters = Environment(extensions=[DjangoProject]).filters
    conf = {
        "src_path": str(ROOT),
        "dst_path": str(folder),
        "answers_file": Path(ANSWERS),
        "data": {},
        "settings": SimpleNamespace(defaults={}),
        **dict.fromkeys(("defaults", "overwrite"), True),
        **dict.fromkeys(("quiet", "pretend"), False),
    }
    context: dict[str, Any] = {"_copier_conf": conf}
    try:
        filters["checked"](conf)
    except UserMessageError as refused:
        return {"refused": str(refused).replace(str(folder), folder.name) + "\n"}
    for name, question in QUESTIONS.items():
        if question.is_read:
            found = filters["found"](context, name)
            context[name] = json.loads(found) if isinstance(question.safe, list | dict) else found
    (folder / ".env").write_text("".join(f"{name}=given\n" for name in context["dotenv"]))  # as a copy does
    context["_copier_answers"] = {"_src_path": "https://git.example.org/template.git", "_commit": NEXT}
    summary = filters["summary"](context, conf)
    return {"answers": {name: context[name] for name in context if name in QUESTIONS}, "summary": summary}


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    """Return what is read of a plain project, of Django's startproject, requirements.txt and Gunicorn."""
    folder = tmp_path_factory.mktemp("plain") / "my-site"
    make("startproject", folder)
    commit(folder)
    with local.cwd(folder):
        return read(folder)


def different(found: Mapping[str, Any], plain: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is read of a kind, without what is the same of a plain project."""
    if "refused" in found:
        return dict(found)
    answers = {name: value for name, value in found["answers"].items() if value != plain["answers"][name]}
    lines = [f"{line}\n" for line in found["summary"].splitlines() if line not in plain["summary"].splitlines()]
    parts = {"answers": answers, "summary": "".join(lines)}
    return {name: part for name, part in parts.items() if part}


class Dumper(yaml.SafeDumper):
    """Writes a text of several lines as it is."""


Dumper.add_representer(
    str,
    lambda dumper, text: dumper.represent_scalar(
        "tag:yaml.org,2002:str", text, style="|" if text.endswith("\n") else None
    ),
)


@pytest.mark.parametrize("name", NAMES)
def test_what_a_kind_of_project_gives(name, plain, project, pytestconfig):
    folder = project(name)
    FINISHED.get(name, lambda folder: None)(folder)
    file = KINDS / name / "expected.yml"
    why = [line for line in file.read_text().splitlines() if line.startswith("# ")]
    assert why, f"Begin {file} with a comment: why this is right"
    with local.cwd(folder):
        found = different(read(folder), plain)
    given = yaml.dump(found, Dumper=Dumper, sort_keys=False, allow_unicode=True, width=100)
    lines = [*why, *given.splitlines()]
    if pytestconfig.getoption("--record"):
        file.write_text("\n".join(lines) + "\n")
    said = difflib.unified_diff(file.read_text().splitlines(), lines, str(file), "what is read", lineterm="")
    if told := "\n".join(said):
        pytest.fail(f"{told}\n\nIf this is right: pytest --record", pytrace=False)


@pytest.mark.parametrize(
    ("name", "path", "text"),
    [
        ("asgi_by_daphne", "default.conf", "map $http_upgrade $connection_upgrade {"),
        ("nothing_to_collect", "Dockerfile_static", "RUN mkdir -p /workdir/static"),
        ("private_uploads", "default.conf", "location /invoices/ {\n        internal;"),
        (
            "requirements_with_hashes",
            "Dockerfile_django",
            "--require-hashes && pip --python /opt/venv install gunicorn",
        ),
        ("sqlite_in_the_home", "compose.yaml", "- home-django:/home/django"),
    ],
)
def test_what_answers_do_not_tell_is_in_the_files(name, path, text, template, project):
    folder = project(name)
    copy(template, folder)
    assert text in "".join(file.read_text() for file in folder.rglob(path))


def test_git_keeps_every_file_of_a_kind():
    ignored = git("-C", ROOT, "ls-files", "--others", "--ignored", "--exclude-standard", KINDS)
    assert ignored == ""
