"""Updates of projects whose names git quotes: refused where Copier would break off halfway."""

import shutil

import pytest
from plumbum import local
from support import NEXT, PROJECTS, commit, copy, git, run, tree, update


@pytest.fixture
def site(template, tmp_path):
    """Return a project of 1.1.2 in a folder of a repository, with letters that git quotes."""
    folder = tmp_path / "sites é" / "my site"
    shutil.copytree(PROJECTS / "startproject/project", folder)
    (tmp_path / ".gitignore").write_text("*.local\ntemplate*/\n")
    commit(tmp_path)
    copy(template, folder, vcs_ref="v1.1.2", project_slug="my-site")
    (folder / "compose.yaml").write_text("# mine\n" + (folder / "compose.yaml").read_text())
    commit(tmp_path)
    return folder


def refused(folder, sentence: str) -> str:
    before = tree(folder)
    code, output = run("update", "--defaults", f"--vcs-ref={NEXT}", folder, retcode=None)
    assert code == 1 and sentence in output and "Nothing was written." in output and "Traceback" not in output, output
    assert tree(folder) == before and not git("-C", folder, "status", "--porcelain")
    return output


def test_such_a_folder_is_updated(site):
    update(site)
    assert (site / "docker/gunicorn.conf.py").is_file()
    assert (site / "compose.yaml").read_text().startswith("# mine\n# ")


def test_a_new_file_in_a_folder_with_an_odd_name(site):
    (site / "compose.dev.yaml").write_text("mine\n")
    commit(site)
    refused(site, "The update adds compose.dev.yaml, but your project already has it")
    (site / "compose.dev.yaml").rename(site / "compose.mine.yaml")
    commit(site)
    update(site)
    assert (site / "compose.mine.yaml").read_text() == "mine\n" and (site / "compose.dev.yaml").is_file()
    commit(site)
    update(site)  # the template's own file is no obstacle
    assert not git("-C", site, "status", "--porcelain")


@pytest.mark.parametrize("scope", ["user", "repository"])
def test_core_quote_path(site, scope):
    variables = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "core.quotePath", "GIT_CONFIG_VALUE_0": "false"}
    if scope == "repository":
        git("-C", site, "config", "core.quotePath", "false")
    (site / "médias.local").touch()
    with local.env(**(variables if scope == "user" else {})):
        update(site)
    assert (site / "compose.yaml").read_text().startswith("# mine\n# ")
