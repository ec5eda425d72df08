"""Updates of files with CRLF: an edit away from the template's changes is no conflict; others are small."""

import pytest
from plumbum import local
from support import commit, copy, git, update

HERE = ("core.autocrlf=false", "core.autocrlf=true", "core.autocrlf=true in a folder")


def crlf(path) -> None:
    path.write_bytes(path.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))


@pytest.mark.parametrize("where", HERE)
def test_crlf(template, project, where):
    """From 1.1.2, with a line in each of two files: first in one, which is merged, and where the template's are."""
    folder = project()
    if "folder" in where:
        (folder / ".git").rename(folder.parent / ".git")
        (folder.parent / ".git/info/exclude").write_text("/template*\n")
        commit(folder.parent)
    copy(template, folder, vcs_ref="v1.1.2")
    compose, conf = folder / "compose.yaml", folder / "default.conf"
    compose.write_text("# mine\n" + compose.read_text())
    conf.write_text(
        conf.read_text().replace("    root /usr", "    # mine\n    root /usr").rstrip("}\n") + "# mine\n}\n"
    )
    value = "true" if "true" in where else "false"
    variables = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "core.autocrlf", "GIT_CONFIG_VALUE_0": value}
    with local.env(**variables):
        for path in (compose, conf, folder / "Dockerfile_django"):
            crlf(path)
        commit(folder)
        output = update(folder)
        assert not git("-C", folder, "ls-files", "--unmerged", "--", "compose.yaml", "Dockerfile_django")
        assert "1 file has conflicts: default.conf." in output
        text = compose.read_bytes()
        assert text.startswith(b"# mine\r\n") and b"x-django: &django\r\n" in text and b"<<<" not in text
        text = conf.read_bytes()
        assert text.count(b"<<<<<<<") == 1 and text.count(b"# mine\r\n") == 2 and b"location /static/" in text
        assert b"server {\r\n    listen 8080;" in text and b"\n" not in text.replace(b"\r\n", b"")
        assert git("-C", folder, "ls-files", "--unmerged", "--", "default.conf").count("\n") == 3
        assert "compose.yaml" in git("-C", folder, "diff", "--name-only", "HEAD")


def test_crlf_in_a_commit_before_autocrlf(template, project):
    """git leaves such a file as it is, and status says that nothing has changed."""
    folder = project()
    copy(template, folder, vcs_ref="v1.1.2")
    compose = folder / "compose.yaml"
    compose.write_text("# mine\n" + compose.read_text())
    crlf(compose)
    commit(folder)
    assert b"\r\n" in compose.read_bytes()
    with local.env(GIT_CONFIG_COUNT="1", GIT_CONFIG_KEY_0="core.autocrlf", GIT_CONFIG_VALUE_0="true"):
        assert not git("-C", folder, "status", "--porcelain")
        update(folder)
        assert not git("-C", folder, "ls-files", "--unmerged")
        text = compose.read_bytes()
    assert text.startswith(b"# mine\r\n") and b"x-django: &django\r\n" in text and b"<<<" not in text
