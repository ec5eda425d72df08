"""The tools that install dependencies: what is known of each, and what follows from it."""

import shutil
import sys

import pytest
from plumbum import local
from support import NEXT, ROOT, answers_of, commit, copy, git, run

from extensions import installers
from extensions.installers import kinds

CRATE = '''"""Crate, which packs distributions into crates."""

import re
from collections.abc import Iterator

from ..project.dependencies.tool import Installation, Search
from .manifests import options, production_groups, pyprojects, with_manifest
from .package_tables import read_package_tables
from .record import Installer


def find(search: Search) -> Iterator[Installation]:
    """Yield what there is for Crate: with its lock file."""
    for pyproject in pyprojects(search):
        if lock := pyproject.lock("crate.lock"):
            groups = production_groups(CRATE, pyproject.project, search.steps)
            found = Installation(CRATE, lock, groups=groups, lock_file=lock)
            manifest = pyproject.read(groups)
            found.options = options(groups, manifest, "--with")
            yield with_manifest(search.tree, found, manifest, ["crate.toml"])


CRATE = Installer(
    name="crate",
    title="Crate",
    manifests=("pyproject.toml",),
    lock="crate.lock",
    table="crate",
    command=re.compile(r"\\bcrate\\s+unpack\\b"),
    wraps=True,
    find=find,
    read_lock=read_package_tables,
    installs="`crate unpack --to /opt/venv`",
    group="`--with=prod`",
)
'''
INSTRUCTIONS = """\
RUN --mount=type=cache,target=/root/.cache/pip pip install crate && {{ venv }}
RUN --mount=type=cache,target=/root/.cache \\
{% include "includes/install/mounts.jinja" %}
    crate unpack --to /opt/venv{% for option in install_options %} {{ option }}{% endfor %} \\
{% include "includes/install/if_it_fails.jinja" %}
"""
PYPROJECT = """\
[project]
name = "site"
version = "1"
dependencies = ["django", "gunicorn"]

[dependency-groups]
prod = ["psycopg"]
blue = ["whitenoise"]
"""
LOCK = """\
[[package]]
name = "django"
version = "5.2.4"
groups = ["default"]

[[package]]
name = "gunicorn"
version = "23.0.0"
groups = ["default"]

[[package]]
name = "pytest"
version = "8.4.1"
groups = ["dev"]
"""
# What is written from the records, as the questions are: the choices, their rule, and the tables of the reference.
WRITTEN = {"copier.yml", "docs/answers.schema.json", "docs/reference/questions.md", "docs/reference/files.md"}


@pytest.fixture(scope="module")
def with_crate(template, tmp_path_factory):
    """Return the template with one installer more: a module, its record in the tuple, and its instructions."""
    template = shutil.copytree(template, tmp_path_factory.mktemp("crate") / "template")
    room = template / "extensions/installers"
    (room / "crate.py").write_text(CRATE)
    init = (room / "__init__.py").read_text()
    init = init.replace("from .hatch", "from .crate import CRATE\nfrom .hatch")
    (room / "__init__.py").write_text(init.replace("    PIP,\n", "    CRATE,\n    PIP,\n"))
    (template / "includes/install/crate.jinja").write_text(INSTRUCTIONS)
    with local.cwd(template):
        said = local[sys.executable]("-m", "extensions.questions")
    assert {line.removeprefix("Written: ") for line in said.splitlines()} == WRITTEN
    assert (
        set(git("-C", template, "diff", "--name-only").splitlines()) == {"extensions/installers/__init__.py"} | WRITTEN
    )
    commit(template)
    git("-C", template, "tag", "--force", NEXT)
    return template


def test_an_installer_is_added_by_one_module_and_its_instructions(with_crate, project):
    folder = project()
    (folder / "requirements.txt").write_text("django\n")
    (folder / "pyproject.toml").write_text(PYPROJECT)
    (folder / "crate.lock").write_text(LOCK)
    (folder / "crate.toml").write_text("")
    (folder / "Dockerfile").write_text("FROM python:3.13\nRUN crate unpack --with blue\n")
    (folder / "Procfile").write_text("worker: crate run python manage.py run_huey\n")
    (folder / ".gitignore").write_text("crate.lock\n")  # which tells versions, and is read all the same
    commit(folder)
    copy(with_crate, folder)
    stored = answers_of(folder)
    assert stored["installer"] == "crate" and stored["gunicorn_install"] is False
    assert stored["installer_files"] == ["pyproject.toml", "crate.lock", "crate.toml"]
    assert stored["install_options"] == ["--with=prod", "--with=blue"]
    assert stored["workers"] == {"worker": "python manage.py run_huey"}
    dockerfile = (folder / "Dockerfile_django").read_text()
    assert (
        "    --mount=type=bind,source=crate.lock,target=/build/crate.lock \\\n"
        "    --mount=type=bind,source=crate.toml,target=/build/crate.toml \\\n"
        "    crate unpack --to /opt/venv --with=prod --with=blue \\\n"
    ) in dockerfile


def test_no_other_tool_claims_the_files_of_an_installer_that_was_added(with_crate, project):
    """Not even where its lock file is not there: its table says whose the pyproject.toml is."""
    folder = project()
    (folder / "pyproject.toml").write_text(f"{PYPROJECT}[tool.crate]\n")
    (folder / "requirements.txt").write_text("django\n")
    commit(folder)
    copy(with_crate, folder)
    assert answers_of(folder)["installer"] == "pip"


def test_the_choices_follow_from_the_records(with_crate, project):
    files = (with_crate / "docs/reference/files.md").read_text()
    assert "| `crate` | `crate unpack --to /opt/venv` | `--with=prod` | |" in files
    assert "[pip, uv, poetry, pdm, pipenv, crate, pyproject]" in (with_crate / "copier.yml").read_text()
    refused = ("copy", "--defaults", "--data=installer=create", f"--vcs-ref={NEXT}", with_crate, project())
    assert "choose one of pip, uv, poetry, pdm, pipenv, crate, pyproject" in run(*refused, retcode=1)[1]


def test_tools_are_told_apart():
    """What names a tool names no other, or the first would hide the later."""
    found = [kind.name for kind in installers.KINDS]
    assert len(found) == len(set(found)) and "none" not in found
    for part in ("table", "backend", "lock"):
        found = [text for kind in installers.KINDS if (text := getattr(kind, part))]
        assert len(found) == len(set(found)), part
    assert list(kinds.unread()) == list(dict.fromkeys(kinds.unread()))


@pytest.mark.parametrize("kind", kinds.installing(), ids=lambda kind: kind.name)
def test_a_tool_that_images_install_with_is_complete(kind):
    assert (ROOT / kind.include).is_file()
    assert kind.find and kind.command and kind.manifests
    assert kind.read_lock or not kind.locks
    assert kinds.without_lock(kind.name) in kinds.names()
    assert ("uv_image.jinja" in (ROOT / kind.include).read_text()) is kind.needs_uv


def test_a_tool_that_images_do_not_install_with_has_no_instructions():
    names = {path.stem for path in (ROOT / "includes/install").glob("*.jinja")}
    shared = {"constraint", "if_it_fails", "mounts", "project", "uv_image"}
    assert names - shared == set(kinds.names())
