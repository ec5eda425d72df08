"""Each tool that has a lock file: it writes one, and the image installs from it."""

import os

import pytest
from running import docker
from support import add_lines, commit, copy

pytestmark = pytest.mark.docker
PROJECT = '[project]\nname = "site"\nversion = "1"\nrequires-python = ">=3.13"\ndependencies = ["django>=5.2,<6"]\n'
PIPFILE = '[packages]\ndjango = "~=5.2"\n[requires]\npython_version = "3.13"\n'
LOCKS = {  # the tool: its file, and the command that locks
    "pdm": ("pyproject.toml", f"{PROJECT}[tool.pdm]\ndistribution = false\n", "pip install 'pdm[locked]' && pdm lock"),
    "pipenv": ("Pipfile", PIPFILE, "pip install pipenv && pipenv lock"),
    "poetry": (
        "pyproject.toml",
        f"{PROJECT}[tool.poetry]\npackage-mode = false\n",
        "pip install poetry && poetry lock",
    ),
    "uv": ("pyproject.toml", PROJECT, "pip install uv && uv lock"),
}


@pytest.mark.parametrize("tool", LOCKS)
def test_an_image_of_what_a_tool_has_locked(tool, template, project):
    name, text, command = LOCKS[tool]
    folder, image = project(), f"lock-{tool}-{os.getpid()}"
    (folder / "requirements.txt").unlink()
    add_lines(folder, {name: text})
    docker("run", "--rm", f"--volume={folder}:/site", "--workdir=/site", "python:3.13-slim", "sh", "-c", command)
    commit(folder)
    copy(template, folder)
    assert f"installer: {tool}\n" in (folder / ".copier-answers.yml").read_text()
    try:
        docker("build", f"--file={folder}/Dockerfile_django", f"--tag={image}", folder)
        version = docker("run", "--rm", image, "python", "-m", "django", "--version")
        assert version.startswith("5.2")
    finally:
        docker["image", "rm", "--force", image].run(retcode=None)
