"""Bad input: what `copier update` says, its exit code, and the tree that it leaves; `copier copy`, where that differs.

What else `copier copy` refuses is in test_copy.py, and signals at known moments in test_update_interruptions.py.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from plumbum import local
from support import NEXT, commit, git, run, set_answer, tree

ANSWERS = ".copier-answers.yml"
LATER = "v999.1.0"
QUIETLY = pytest.mark.parametrize("quiet", [(), ("--quiet",)], ids=["aloud", "quietly"])


@pytest.fixture
def site(copied, tmp_path):
    """Return a project with the files of the template, committed."""
    return copied(tmp_path / "my-site")


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def replace_answers(site: Path, old: str, new: str) -> None:
    replace(site / ANSWERS, old, new)
    commit(site)


def update_from(site: Path, source: object) -> None:
    """Let a project's answers name another place of the template."""
    lines = (site / ANSWERS).read_text().splitlines(keepends=True)
    replace_answers(site, next(line for line in lines if line.startswith("_src_path")), f"_src_path: {source}\n")


@pytest.fixture
def release(template, site, tmp_path):
    """Return a function that makes a later version of the template of `site`, with a change of one file."""

    def make(path: str, old: str, new: str) -> None:
        clone = tmp_path / "later"
        shutil.copytree(template, clone)
        replace(clone / path, old, new)
        commit(clone)
        git("-C", clone, "tag", LATER)
        update_from(site, clone)

    return make


def state(site: Path) -> tuple[dict[str, bytes], str]:
    in_git = (site / ".git").exists()
    return tree(site), git("-C", site, "status", "--porcelain", "--ignored") if in_git else ""


def fails(site: Path, code: int, sentence: str, *options: str, traceback: bool = False, **run_options) -> None:
    """Update, and see the exit code and the sentence, with not a byte of the tree changed."""
    before = state(site)
    options = options if any("--vcs-ref" in option for option in options) else (f"--vcs-ref={NEXT}", *options)
    exited, output = run("update", "--defaults", *options, site, retcode=None, **run_options)
    assert exited == code, output
    assert sentence in output and ("Traceback" in output) is traceback, output
    assert state(site) == before


@QUIETLY
def test_dirty(site, quiet):
    (site / "new.txt").write_text("mine\n")
    fails(site, 1, "Destination repository is dirty", *quiet)


def test_no_git(site):
    shutil.rmtree(site / ".git")
    fails(site, 1, "Updating is only supported in git-tracked subprojects")


def test_no_answers_file(site):
    (site / ANSWERS).unlink()
    commit(site)
    fails(site, 1, "Cannot update because cannot obtain old template references")


@pytest.mark.parametrize("content", ["a: [", "<<<<<<< before updating\na: 1\n=======\na: 2\n>>>>>>> after updating\n"])
def test_answers_file_that_is_no_yaml(site, content):
    (site / ANSWERS).write_text(content)
    commit(site)
    fails(site, 1, "yaml", traceback=True)


@QUIETLY
def test_unknown_name(site, quiet):
    fails(site, 1, "djago_port: no question has this name; did you mean django_port?", "--data=djago_port=1", *quiet)


@QUIETLY
def test_refused_answer(site, quiet):
    fails(site, 1, "django_port: '99999' isn't valid", "--data=django_port=99999", *quiet)


def test_unknown_name_in_the_answers_file(site):
    """Copier drops it, as it does the answer to a question that a version has no more."""
    with (site / ANSWERS).open("a") as answers:
        answers.write("djago_port: 1\n")
    commit(site)
    run("update", "--defaults", f"--vcs-ref={NEXT}", site)
    assert git("-C", site, "diff", "--stat", "HEAD").split()[0] == ANSWERS
    assert "djago_port" not in (site / ANSWERS).read_text()


@QUIETLY
def test_stored_answer_that_no_version_accepts(site, quiet):
    set_answer(site, "django_port", "99999")
    commit(site)
    fails(site, 1, "django_port: 99999 isn't valid", *quiet)


@QUIETLY
def test_stored_answer_of_another_type(site, quiet):
    replace_answers(site, "project_slug: my-site", "project_slug: [my, site]")
    fails(site, 1, "project_slug: ['my', 'site'] isn't text", *quiet)


@QUIETLY
def test_stored_answer_that_was_good_in_the_old_version(site, release, quiet):
    release(
        "extensions/questions/records/gunicorn.py",
        'Gunicorn workers when you use Compose",\n        rule=kinds.number(1, 1000)',
        'Gunicorn workers when you use Compose",\n        rule=kinds.number(1, 2)',
    )
    set_answer(site, "gunicorn_workers", "4")
    commit(site)
    fails(site, 1, "gunicorn_workers: 4 isn't valid; give a whole number from 1 to 2", f"--vcs-ref={LATER}", *quiet)


def test_template_that_is_gone(site, tmp_path):
    update_from(site, tmp_path / "gone")
    fails(site, 1, "Updating is only supported in git-tracked templates", "--vcs-ref=HEAD")


def test_template_url_that_is_not_reached(site):
    update_from(site, "https://127.0.0.1:9/template.git")
    fails(site, 1, "unable to access 'https://127.0.0.1:9/template.git/'", traceback=True)


def test_shallow_template(template, site, release, tmp_path):
    """The version that the project has is not in the clone, and Copier looks for it before anything else."""
    release("template/docker/gunicorn.conf.py.jinja", "import", "# changed\nimport")
    git("clone", "--quiet", "--depth=1", f"--branch={LATER}", f"file://{tmp_path / 'later'}", tmp_path / "shallow")
    update_from(site, tmp_path / "shallow")
    fails(site, 1, f"Unknown revision: '{NEXT}'", f"--vcs-ref={LATER}", traceback=True)
    git("-C", tmp_path / "shallow", "fetch", "--quiet", "--unshallow", "--tags")
    run("update", "--defaults", f"--vcs-ref={LATER}", site)
    assert "# changed" in (site / "docker/gunicorn.conf.py").read_text()


def test_downgrade(site):
    fails(site, 1, f"You are downgrading from {NEXT.removeprefix('v')} to 1.1.2", "--vcs-ref=v1.1.2")


def test_no_trust(site):
    fails(site, 4, "Template uses potentially unsafe feature", trust=False)


@QUIETLY
def test_answers_without_a_line(site, quiet):
    replace_answers(site, "wsgi_module:", "other_module:")
    fails(site, 1, f"{ANSWERS} lacks wsgi_module. Restore these lines", *quiet)


def test_no_extension_package(site, tmp_path):
    (tmp_path / "hidden").mkdir()
    (tmp_path / "hidden/copier_template_extensions.py").write_text("raise ModuleNotFoundError('hidden')\n")
    with local.env(PYTHONPATH=str(tmp_path / "hidden")):
        fails(site, 1, "Copier could not load some Jinja extensions")


def test_copier_too_old(site):
    before = state(site)
    uvx = local["uvx"]["--quiet", "--with", "copier-template-extensions", "copier@9.18.2"]
    code, out, err = uvx["update", "--trust", "--defaults", f"--vcs-ref={NEXT}", site].run(retcode=None)
    assert (
        code == 1 and "This template requires Copier version >= 9.19.0, while your version of Copier is 9.18.2" in err
    ), err
    assert "Traceback" not in out + err and state(site) == before


@pytest.mark.parametrize(
    ("place", "path", "quiet"),
    [
        ("beside", "../my-site", ()),
        ("", "./beside/../my-site", ()),
        ("", "my-site/../my-site", ()),
        ("", "my-site/../my-site", ("--quiet",)),
        ("my-site/mysite", "..", ()),
    ],
)
def test_path_with_dots(place, path, quiet, site, tmp_path):
    (tmp_path / "beside").mkdir()
    before = state(site)
    with local.cwd(tmp_path / place):
        code, output = run("update", "--defaults", f"--vcs-ref={NEXT}", *quiet, path, retcode=None)
    assert code == 1 and ("Give the path without it" if quiet else f"Give the folder as {site}") in output
    assert state(site) == before and "Traceback" not in output


@pytest.fixture
def small(tmp_path):
    """Return a folder on a file system of 2 MB of its own."""
    folder = tmp_path / "small"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", folder]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("needs the right to mount a file system")
    yield folder
    subprocess.run(["umount", folder], check=True)


def fill(folder: Path, room: int) -> Path:
    """Fill the file system but for `room` bytes; return the file that does, in git's own folder, to be deleted."""
    path = folder / ".git/filling"
    with path.open("wb", buffering=0) as filling, pytest.raises(OSError, match="No space left"):
        while True:
            filling.write(b"\0" * 4096)
    os.truncate(path, path.stat().st_size - room)
    return path


@pytest.mark.parametrize(("operation", "room"), [("update", 0), ("update", 20_000), ("copy", 20_000)])
def test_full_disk(site, small, release, tmp_path, operation, room):
    """Of the files, there is room for some: an update does not begin; what a copy has written, a command undoes.

    Without any room, git itself may fail, when Copier asks it for changes.
    """
    release("template/docker/gunicorn.conf.py.jinja", "import signal", f"#{'x' * 100_000}\nimport signal")
    folder = small / "site"
    git("clone", "--quiet", site, folder)
    options = ["--defaults", f"--vcs-ref={LATER}", folder]
    if operation == "copy":
        git("-C", folder, "reset", "--quiet", "--hard", "HEAD~2")  # before the first copy
        options = ["--overwrite", *options[:2], tmp_path / "later", folder]
    before = state(folder)
    filling = fill(folder, room)
    code, output = run(operation, *options, retcode=None, gunicorn_workers=9)
    filling.unlink()
    said = "The disk of" in output and "Free some space" in output and "Traceback" not in output
    failed = "No space left on device" in output or "Out of diskspace" in output
    assert code == 1 and (said or (failed and (operation == "copy" or not room))), output
    assert (state(folder) == before) is (operation == "update")
    git("-C", folder, "reset", "--hard", "--quiet")
    git("-C", folder, "clean", "-fd", "--quiet")
    assert state(folder) == before


@QUIETLY
def test_copy_with_a_bad_answers_file(template, site, quiet):
    """Other than `copier update`, it does without: the file is the person's, in git, and is replaced."""
    (site / ANSWERS).write_text("a: [")
    commit(site)
    before = state(site)
    arguments = ["--defaults", "--overwrite", f"--vcs-ref={NEXT}", *quiet, template, site]
    code, output = run("copy", *arguments, retcode=None)
    assert code == 1 and "yaml" in output, output
    assert state(site) == before


@pytest.mark.parametrize(
    ("source", "sentence"),
    [("gone", "Local template must be a directory"), ("https://127.0.0.1:9/t.git", "127.0.0.1")],
)
def test_copy_from_nowhere(project, tmp_path, source, sentence):
    folder = project()
    before = state(folder)
    with local.cwd(tmp_path):
        code, output = run("copy", "--defaults", source, folder, retcode=None)
    assert code == 1 and sentence in output and state(folder) == before, output


@pytest.mark.parametrize("name", ["INT", "TERM"])
def test_copy_interrupted(template, project, tmp_path, name):
    """In the middle of the files; what was committed is given back by the command in docs/how-to/update.md."""
    folder = project()
    before = state(folder)
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/git").write_text(
        f"""#!/bin/sh
case "$*" in config*fileMode) [ ! -f {folder}/default.conf ] || {{ kill -s {name} $PPID; sleep 0.5; exit 1; }};; esac
exec {local.which("git")} "$@"
"""
    )
    (tmp_path / "bin/git").chmod(0o755)
    (tmp_path / "tmp").mkdir()
    path = f"{tmp_path / 'bin'}:{local.env['PATH']}"
    command = local[sys.executable]["-m", "copier", "copy", "--trust", "--defaults", f"--vcs-ref={NEXT}"]
    code, out, err = command[template, folder].run(retcode=None, env={"PATH": path, "TMPDIR": str(tmp_path / "tmp")})
    assert code == (1 if name == "INT" else -15), out + err
    assert (folder / "default.conf").exists() and not (folder / "docker").exists()
    git("-C", folder, "reset", "--hard", "--quiet")
    git("-C", folder, "clean", "-fd", "--quiet")
    assert state(folder) == before
