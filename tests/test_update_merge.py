"""How an update merges each file: where an edit stands, in which bytes, and under which name."""

import shutil
from pathlib import Path

import pytest
import yaml
from plumbum import local
from support import NEXT, commit, copy, git, run, tree, update

MORE = "workers={beat: celery -A core beat, mail: celery -A core worker --queues mail, worker: celery -A core worker}"
CRLF_FILES = ("default.conf", "Dockerfile_django")


@pytest.fixture
def site(copied, tmp_path):
    """Return a project with the files of the template, committed."""
    return copied(tmp_path / "my-site")


@pytest.fixture
def older(template, project):
    """Return a project with the files of 1.1.2, committed: much has changed since."""
    folder = project()
    copy(template, folder, vcs_ref="v1.1.2")
    return folder


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def crlf(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))


@pytest.mark.parametrize("service", ["mail", "worker"])
def test_an_edit_stays_in_its_section(template, project, service):
    """Of several services that are alike, another comes before it: a patch would fit there, too."""
    folder = project("celery_postgres")
    copy(template, folder, workers="{mail: celery -A core worker --queues mail, worker: celery -A core worker}")
    lines = (folder / "compose.yaml").read_text().splitlines(keepends=True)
    start = lines.index(f"  {service}:\n")
    at = next(number for number, line in enumerate(lines) if number > start and "start_period" in line)
    lines[at] = lines[at].split(":")[0] + ": 123s\n"
    (folder / "compose.yaml").write_text("".join(lines))
    commit(folder)
    run("update", "--defaults", f"--vcs-ref={NEXT}", f"--data={MORE}", folder)
    text = (folder / "compose.yaml").read_text()
    if "<<<<<<< before updating" not in text:
        services = yaml.safe_load(text)["services"]
        assert "beat" in services and "mail" in services
        edited = [name for name, it in services.items() if it.get("healthcheck", {}).get("start_period") == "123s"]
        assert edited == [service]


def test_lines_in_another_order_are_an_edit(site):
    lines = (site / "Dockerfile_static").read_bytes().splitlines(keepends=True)
    (site / "Dockerfile_static").write_bytes(b"".join(reversed(lines)))
    commit(site)
    output = update(site, static_server="whitenoise")
    assert "git show HEAD:./Dockerfile_static > Dockerfile_static" in output and "HEAD:./default.conf" not in output


def test_crlf_in_rej_files(older):
    """The file keeps its ends of lines, and the .rej file has the edit, not all that has changed."""
    replace(older / "Dockerfile_django", "EXPOSE 8000", "EXPOSE 9000")
    replace(older / "default.conf", "    listen", "    # mine\n    listen")
    for path in CRLF_FILES:
        crlf(older / path)
    commit(older)
    update(older, "--conflict=rej")
    for path in CRLF_FILES:
        content = (older / path).read_bytes()
        assert content.count(b"\n") == content.count(b"\r\n") and b"<<<<<<<" not in content
    assert b"-slim" in (older / "Dockerfile_django").read_bytes()
    rejected = (older / "Dockerfile_django.rej").read_bytes()
    assert b"+EXPOSE 9000\r\n" in rejected and b"-EXPOSE 8000\r\n" in rejected
    assert sum(line[:1] in b"+-" for line in rejected.splitlines()) == 2
    assert not git("-C", older, "ls-files", "--unmerged")


def test_mixed_ends_of_lines(site):
    """Each line keeps its own, new ones have that of the most, and no line is a conflict for it."""
    lines = (site / "compose.yaml").read_bytes().splitlines(keepends=True)
    crlf_lines = [line.replace(b"\n", b"\r\n") for line in lines]
    (site / "compose.yaml").write_bytes(b"".join([*crlf_lines[:-1], lines[-1], b"# mine\n"]))
    commit(site)
    output = update(site, gunicorn_workers=9)
    content = (site / "compose.yaml").read_bytes()
    assert "conflicts" not in output and b"--workers 9" in content
    assert content.endswith(b"# mine\n") and not content.endswith(b"\r\n")
    assert content.count(b"\n") - content.count(b"\r\n") == 2


@pytest.mark.parametrize("encoding", ["UTF-16LE", "ISO-8859-1"])
def test_working_tree_encoding(older, encoding):
    replace(older / "default.conf", "    listen", "    # mine é\n    listen")
    (older / "default.conf").write_text((older / "default.conf").read_text(), encoding)
    (older / ".gitattributes").write_text(f"default.conf working-tree-encoding={encoding}\n")
    commit(older)
    update(older)
    assert "# mine é" in (older / "default.conf").read_text(encoding)
    assert "server_tokens off" in (older / "default.conf").read_text(encoding)


def test_ident(older):
    replace(older / "default.conf", "    listen", "    # $Id$ mine\n    listen")
    (older / ".gitattributes").write_text("default.conf ident\n")
    commit(older)
    (older / "default.conf").unlink()
    git("-C", older, "checkout", "--", "default.conf")
    update(older)
    assert "mine\n" in (older / "default.conf").read_text() and not git("-C", older, "ls-files", "--unmerged")


def test_a_line_that_a_filter_keeps_out_of_commits(older):
    """It is nowhere but in the file: the update would be the end of it."""
    git("-C", older, "config", "filter.local.clean", "grep -v secret")
    git("-C", older, "config", "filter.local.smudge", "cat")
    (older / ".gitattributes").write_text("default.conf filter=local\n")
    commit(older)
    update(older)  # which takes nothing out
    git("-C", older, "reset", "--quiet", "--hard")
    git("-C", older, "clean", "-fdq")
    replace(older / "default.conf", "    listen", "    # secret\n    listen")
    git("-C", older, "add", "default.conf")
    assert not git("-C", older, "status", "--porcelain")
    before = tree(older)
    code, output = run("update", "--defaults", f"--vcs-ref={NEXT}", older, retcode=None)
    assert code == 1 and "git keeps only a part of default.conf (filter=local" in output
    assert tree(older) == before


def test_a_folder_that_git_takes_for_a_pattern(template, project):
    """Uncommitted work in a folder that fits it is not touched."""
    site, other = project(folder="s[1]"), project(folder="s1")
    for folder in (site, other):
        shutil.rmtree(folder / ".git")
    (site.parent / ".gitignore").write_text("template*/\n")
    commit(site.parent)
    for folder in (site, other):
        copy(template, folder, vcs_ref="v1.1.2")
        replace(folder / "Dockerfile_django", "EXPOSE 8000", "EXPOSE 9000")
    commit(site.parent)
    (other / "Dockerfile_django").open("a").write("# not committed\n")
    before, mine = tree(other), tree(site)
    output = update(site)
    assert tree(other) == before and "1 file has conflicts" in output
    assert {line.split("/")[0] for line in git("-C", site.parent, "ls-files", "--unmerged").splitlines()} <= {
        line.split("/")[0]
        for line in git("-C", site.parent, "ls-files", "--unmerged", "--", ":(literal)s[1]").splitlines()
    }
    local["sh"]("-c", output.splitlines()[-1].split("`")[1])
    assert tree(site) == mine and tree(other) == before


def test_a_renamed_file_is_merged_under_its_name(older):
    replace(older / "default.conf", "    listen", "    # mine\n    listen")
    (older / "nginx").mkdir()
    git("-C", older, "mv", "default.conf", "nginx/site.conf")
    commit(older)
    git("-C", older, "mv", "nginx/site.conf", "nginx.conf")  # twice
    commit(older)
    output = update(older)
    assert (
        "You renamed default.conf: its changes are merged into nginx.conf." in output
        and not (older / "default.conf").exists()
    )
    text = (older / "nginx.conf").read_text()
    assert "# mine" in text and "server_tokens off" in text


def test_a_file_that_has_become_another_is_not_a_renamed_one(older):
    git("-C", older, "mv", "default.conf", "nginx.conf")
    commit(older)
    (older / "nginx.conf").write_text("# another\n" * 30)
    commit(older)
    output = update(older)
    assert "nginx.conf" not in output and (older / "nginx.conf").read_text() == "# another\n" * 30


def test_a_copy_beside_a_deleted_file_is_not_a_renamed_one(older):
    shutil.copy(older / "default.conf", older / "mine.conf")
    commit(older)
    (older / "default.conf").unlink()
    commit(older)
    before = (older / "mine.conf").read_bytes()
    assert "mine.conf" not in update(older) and (older / "mine.conf").read_bytes() == before


@pytest.mark.parametrize("option", ["--skip=compose.yaml", "--exclude=compose.yaml", "--skip-tasks"])
def test_options_of_copier(older, option):
    for path in ("compose.yaml", "default.conf"):
        (older / path).open("a").write("# mine\n")
    commit(older)
    mine = (older / "compose.yaml").read_bytes()
    update(older, option)
    assert "server_tokens off" in (older / "default.conf").read_text()
    assert (older / "default.conf").read_text().endswith("# mine\n")
    assert ((older / "compose.yaml").read_bytes() == mine) is (option != "--skip-tasks")
