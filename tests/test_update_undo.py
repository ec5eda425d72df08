"""The command that an update prints to undo it: it undoes that, all of that, and nothing else, from anywhere."""

import shutil
from pathlib import Path

import pytest
from plumbum import local
from support import NEXT, commit, copy, git, run, tree, update


@pytest.fixture
def older(template, project):
    """Return a project with the files of 1.1.2, committed, and edits: one will be a conflict."""
    folder = project()
    copy(template, folder, vcs_ref="v1.1.2")
    replace(folder / "Dockerfile_django", "EXPOSE 8000", "EXPOSE 9000")
    with (folder / "default.conf").open("a") as conf:
        conf.write("# mine\n")
    commit(folder)
    return folder


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def undo(output: str, where: Path) -> int:
    """Run the command that an update has printed, in a folder, and return its exit code."""
    with local.cwd(where):
        return local["sh"]["-c", output.splitlines()[-1].split("`")[1]].run(retcode=None)[0]


def status(folder: Path) -> list[str]:
    return git("-C", folder, "status", "--porcelain").splitlines()


@pytest.mark.parametrize("where", [".", "mysite", ".."])
@pytest.mark.parametrize("options", [(), ("--conflict=rej",)], ids=["markers", "rej"])
def test_all_is_as_it_was(older, where, options):
    before = tree(older)
    output = update(older, *options)
    assert undo(output, (older / where).resolve()) == 0
    assert tree(older) == before and not status(older)
    assert "1 file has" in update(older, *options)  # and nothing is in the way of the next


def test_files_that_had_other_ends_of_lines_than_git_writes(older):
    """Copier has written them with LF, and git takes them back with CRLF: no change to a commit."""
    (older / ".gitattributes").write_text("* text eol=crlf\n")
    commit(older)
    before = {path: content.replace(b"\r\n", b"\n") for path, content in tree(older).items()}
    output = update(older)
    assert undo(output, older) == 0
    assert {path: content.replace(b"\r\n", b"\n") for path, content in tree(older).items()} == before
    assert not status(older)
    assert "1 file has" in update(older)


def test_other_ends_of_lines_alone_are_nothing_to_undo(template, project):
    """Copier writes the answers file anew with LF: git takes it for the same, and a patch of it would be empty."""
    folder = project()
    copy(template, folder)
    (folder / ".gitattributes").write_text("* text eol=crlf\n")
    commit(folder)
    for path in git("-C", folder, "ls-files").splitlines():
        (folder / path).unlink()
    git("-C", folder, "checkout", "--quiet", "--", ".")
    assert b"\r\n" in (folder / ".copier-answers.yml").read_bytes()
    assert "undo" not in update(folder) and not status(folder)


def test_without_conflicts_it_is_printed_too(template, older):
    git("-C", older, "reset", "--quiet", "--hard", "HEAD~1")
    before = tree(older)
    assert undo(update(older), older) == 0
    assert tree(older) == before and not status(older)


def test_nothing_is_printed_where_nothing_has_changed(copied, tmp_path):
    assert "undo" not in update(copied(tmp_path / "my-site"))


def test_later_work_stays(older):
    output = update(older)
    with (older / "manage.py").open("a") as file:
        file.write("# later\n")
    (older / "notes.txt").write_text("later\n")
    (older / "docker/mine.txt").write_text("later\n")
    (older / "mysite/new.py").write_text("staged\n")
    git("-C", older, "add", "mysite/new.py")
    (older / "mysite/new.py").write_text("and more\n")
    with (older / "default.conf").open("a") as conf:  # a file of the update, elsewhere in it
        conf.write("# later\n")
    assert undo(output, older) == 0
    now = [" M default.conf", " M manage.py", "AM mysite/new.py", "?? docker/", "?? notes.txt"]
    assert sorted(status(older)) == sorted(now)
    assert (older / "default.conf").read_text().endswith("# mine\n# later\n")
    assert [path.name for path in (older / "docker").iterdir()] == ["mine.txt"]


@pytest.mark.parametrize("path", ["Dockerfile_django", "compose.dev.yaml"])
def test_later_work_in_the_way_is_not_overwritten(older, path):
    """A line of the update's own is changed since: nothing is undone."""
    output = update(older)
    lines = (older / path).read_text().splitlines()
    (older / path).write_text("\n".join(f"{line} later" for line in lines) + "\n")
    after = tree(older)
    assert undo(output, older) != 0 and tree(older) == after


def test_what_was_staged_of_the_update(older):
    before = tree(older)
    output = update(older)
    git("-C", older, "add", "--all")
    assert undo(output, older) == 0
    assert tree(older) == before and not status(older)


def test_a_project_in_a_folder(template, older):
    """Work in the rest of the repository, of before the update and after it, is not touched."""
    repository = older.parent
    shutil.rmtree(older / ".git")
    (repository / ".gitignore").write_text("template*/\n")
    (repository / "other.txt").write_text("one\n")
    commit(repository)
    (repository / "other.txt").write_text("two\n")
    (repository / "new.txt").write_text("new\n")
    before = tree(older)
    output = update(older)
    assert undo(output, repository) == 0
    assert tree(older) == before and status(repository) == [" M other.txt", "?? new.txt"]


@pytest.mark.parametrize(
    "setting", ["core.autocrlf=true", "apply.whitespace=error", "diff.noprefix=true", "diff.context=0"]
)
def test_settings_of_git(older, setting):
    with (older / "default.conf").open("a") as conf:
        conf.write("# blanks  \n")
    git("-C", older, "config", *setting.split("="))
    commit(older)
    git("-C", older, "rm", "--quiet", "-r", ".")
    git("-C", older, "reset", "--quiet", "--hard")  # with the ends of lines that the settings give
    before = tree(older)
    output = update(older)
    assert undo(output, older) == 0
    assert tree(older) == before and not status(older)


def test_dropped_and_renamed_files(copied, tmp_path):
    site = copied(tmp_path / "my-site")
    with (site / "default.conf").open("a") as conf:
        conf.write("# mine\n")
    git("-C", site, "mv", "Dockerfile_django", "Dockerfile")
    commit(site)
    before = tree(site)
    output = update(site, static_server="whitenoise", python_version="3.13")
    assert not (site / "default.conf").exists()
    assert undo(output, site) == 0 and tree(site) == before and not status(site)


def test_quietly_it_is_printed_for_what_is_left_to_do(older):
    _, output = run("update", "--defaults", f"--vcs-ref={NEXT}", "--quiet", older)
    assert undo(output, older) == 0 and not status(older)
