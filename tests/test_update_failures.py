"""What fails in the middle of an update, or would: said before anything is written, or all is as it was."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from plumbum import local
from support import NEXT, commit, copy, git, run, tree, update

HOOKS = ["pre-commit", "prepare-commit-msg", "commit-msg", "post-commit", "post-index-change"]


@pytest.fixture
def older(template, project):
    """Return a project with the files of 1.1.2, committed, and edits: one will be a conflict."""
    folder = project()
    copy(template, folder, vcs_ref="v1.1.2")
    edit(folder)
    return folder


def edit(folder: Path) -> None:
    dockerfile = (folder / "Dockerfile_django").read_text()
    (folder / "Dockerfile_django").write_text(dockerfile.replace("EXPOSE 8000", "EXPOSE 9000"))
    with (folder / "default.conf").open("a") as conf:
        conf.write("# mine\n")
    commit(folder)


def updated(folder: Path, output: str) -> bool:
    return "1 file has conflicts" in output and (folder / "default.conf").read_text().endswith("# mine\n")


def unprivileged() -> list[str]:
    """Return the words before a command for which the modes of files count."""
    if os.getuid():
        return []
    if not shutil.which("setpriv"):
        pytest.skip("root may write all files, and there is no setpriv")
    return ["setpriv", "--bounding-set=-dac_override,-dac_read_search,-fowner", "--inh-caps=-all"]


@pytest.mark.parametrize(
    ("path", "mode"), [("default.conf", 0o444), ("docker", 0o555), (".", 0o555), (".copier-answers.yml", 0o444)]
)
def test_what_cannot_be_written(older, path, mode):
    (older / "docker").mkdir()
    (older / "docker/mine").touch()
    commit(older)
    before, kept = tree(older), (older / path).stat().st_mode
    (older / path).chmod(mode)
    command = [sys.executable, "-m", "copier", "update", "--trust", "--defaults", f"--vcs-ref={NEXT}", older]
    done = subprocess.run(
        [*unprivileged(), *command], env=local.env.getdict(), capture_output=True, text=True, check=False
    )
    (older / path).chmod(kept)
    assert done.returncode == 1 and "Traceback" not in done.stderr, done.stderr
    assert f"You can't write to {older / path}." in done.stderr.replace("my-site/.,", "my-site,")
    assert tree(older) == before and not git("-C", older, "status", "--porcelain")


@pytest.mark.parametrize("place", ["repository", "user", "git's templates"])
def test_hooks_that_fail(older, tmp_path, place):
    """None runs; but for these two, by which git's clone of the template ends before any of it is read."""
    folder = older / ".git/hooks" if place == "repository" else tmp_path / "templates/hooks"
    folder.mkdir(parents=True, exist_ok=True)
    early = ["post-checkout", "reference-transaction"] if place == "repository" else []
    for hook in [*HOOKS, *early]:
        (folder / hook).write_text("#!/bin/sh\nexit 1\n")
        (folder / hook).chmod(0o755)
    key, value = ("core.hooksPath", folder) if place == "user" else ("init.templateDir", folder.parent)
    variables = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": key, "GIT_CONFIG_VALUE_0": str(value)}
    with local.env(**({} if place == "repository" else variables)):
        assert updated(older, update(older))


@pytest.mark.parametrize("where", ["project", "environment"])
def test_sha_256(template, project, monkeypatch, where):
    if where == "project":
        folder = project(folder="sha-1")
        shutil.rmtree(folder / ".git")
        folder = folder.rename(folder.parent / "my-site")
        git("init", "--quiet", "--object-format=sha256", folder)
        commit(folder)
    else:
        folder = project()
    copy(template, folder, vcs_ref="v1.1.2")
    edit(folder)
    before = tree(folder)
    with local.env(**({"GIT_DEFAULT_HASH": "sha256"} if where == "environment" else {})):
        output = update(folder)
    assert updated(folder, output)
    assert git("-C", folder, "ls-files", "--unmerged").count("\n") == 3
    local["sh"]("-c", output.splitlines()[-1].split("`")[1])
    assert tree(folder) == before


def test_the_index_of_a_hook(older):
    """As in a hook of `git commit --only`, where git names an index by its path."""
    shutil.copy(older / ".git/index", older / ".git/another")
    with local.env(GIT_INDEX_FILE=str(older / ".git/another")):
        assert updated(older, update(older))
    assert git("-C", older, "ls-files", "--unmerged").count("\n") == 3


@pytest.fixture
def partial(template, older, tmp_path):
    """Return a project in a partial clone of a repository with other files, and that repository."""
    repository = tmp_path / "repository"
    older.rename(repository / "site") if repository.mkdir() is None else None
    shutil.rmtree(repository / "site/.git")
    (repository / "other").mkdir()
    (repository / "other/big.txt").write_text("big\n" * 1000)
    (repository / ".gitignore").write_text(".env\n")
    commit(repository)
    git("-C", repository, "config", "uploadpack.allowFilter", "true")
    clone = tmp_path / "clone"
    git("clone", "--quiet", "--filter=blob:none", "--sparse", f"file://{repository}", clone)
    git("-C", clone, "sparse-checkout", "set", "site")
    return clone, repository


def test_a_partial_clone(partial):
    clone, repository = partial
    before = tree(clone)
    code, output = run("update", "--defaults", f"--vcs-ref={NEXT}", clone / "site", retcode=None)
    assert code == 1 and "a partial clone: it lacks 1 objects" in output and "Traceback" not in output
    assert tree(clone) == before and not git("-C", clone, "status", "--porcelain")
    local["sh"]("-c", f"cd {clone} && {output.split('fetch them:')[1].splitlines()[1].strip()}")
    assert updated(clone / "site", update(clone / "site"))


@pytest.fixture
def failing(tmp_path):
    """Return a folder with a git that fails once the new version is rendered over the project."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/git").write_text(
        '#!/bin/sh\ncase "$PWD $*" in *new_copy*"commit --allow-empty"*) exit 1;; esac\n'
        f'exec {local.which("git")} "$@"\n'
    )
    (tmp_path / "bin/git").chmod(0o755)
    return tmp_path / "bin"


def test_an_exception_in_the_middle(older, failing):
    """Copier's traceback is followed by a sentence, and all is as it was."""
    before = tree(older)
    with local.env(PATH=f"{failing}:{local.env['PATH']}"):
        code, output = run("update", "--defaults", f"--vcs-ref={NEXT}", older, retcode=None)
    assert code == 1 and "Traceback" in output
    assert output.splitlines()[-1] == "The update did not end: nothing of it is kept, and all is as it was."
    assert tree(older) == before and not git("-C", older, "status", "--porcelain")


def test_a_program_that_goes_on(older, failing):
    """In one that runs Copier by its API, a failed update does not stand in the way of the next."""
    update = f"copier.run_update({str(older)!r}, vcs_ref={NEXT!r}, defaults=True, overwrite=True, unsafe=True)"
    script = f"""
import subprocess, copier
from plumbum import local
path = local.env["PATH"]
try:
    local.env["PATH"] = {str(failing)!r} + ":" + path
    {update}
except Exception as error:
    print("failed", type(error).__name__)
local.env["PATH"] = path
subprocess.run("git reset -q --hard && git clean -fdq", shell=True, cwd={str(older)!r}, check=True)
{update}
"""
    _, out, err = local[sys.executable]["-c", script].run()
    assert "failed ProcessExecutionError" in out and updated(older, err)
    assert (older / "docker/gunicorn.conf.py").is_file()


def test_a_version_is_loaded_once(template, copied, tmp_path):
    """Also with --quiet, where Copier first renders the old version in a clone that it deletes."""
    folder = copied(tmp_path / "my-site")
    command = local[sys.executable]["-X", "importtime", "-m", "copier", "update", "--trust", "--defaults"]
    _, _, err = command["--quiet", f"--vcs-ref={NEXT}", folder].run()
    assert len(re.findall(r"\bcopier_django_docker_[0-9a-f]{64}\.project\.evaluation\.calls$", err, re.MULTILINE)) == 1
    assert not git("-C", folder, "status", "--porcelain")


def test_a_disk_that_fills_up(older, tmp_path):
    """After the look at what is free: something else takes it."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", disk]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("needs the right to mount a file system")
    try:
        folder = disk / "my-site"
        git("clone", "--quiet", older, folder)
        before = tree(folder)
        (tmp_path / "bin").mkdir()
        (tmp_path / "bin/git").write_text(
            f'#!/bin/sh\n[ "$*" != write-tree ] || cat /dev/zero > {disk}/filling\nexec {local.which("git")} "$@"\n'
        )
        (tmp_path / "bin/git").chmod(0o755)
        with local.env(PATH=f"{tmp_path / 'bin'}:{local.env['PATH']}"):
            code, output = run("update", "--defaults", f"--vcs-ref={NEXT}", folder, retcode=None)
        (disk / "filling").unlink()
        assert code == 1 and "nothing of it is kept, and all is as it was." in output, output
        assert tree(folder) == before and not git("-C", folder, "status", "--porcelain")
    finally:
        subprocess.run(["umount", disk], check=True)
