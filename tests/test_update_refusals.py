"""Bad input: what `copier update` says, its exit code, and the tree that it leaves."""

import shutil
import subprocess

import pytest
from plumbum import local
from support import NEXT, commit, git, run, tree

ANSWERS = ".copier-answers.yml"


@pytest.fixture
def site(copied, tmp_path):
    """Return a project with the files of the template, committed."""
    return copied(tmp_path / "my-site")


def replace_answers(site, old: str, new: str) -> None:
    text = (site / ANSWERS).read_text()
    assert old in text
    (site / ANSWERS).write_text(text.replace(old, new))
    commit(site)


def fails(site, code: int, sentence: str, *options: str, traceback: bool = False, **run_options) -> None:
    """Update, and see the exit code and the sentence, with not a byte of the tree changed."""
    before = tree(site)
    options = options or (f"--vcs-ref={NEXT}",)
    exited, output = run("update", "--defaults", *options, site, retcode=None, **run_options)
    assert exited == code, output
    assert sentence in output and ("Traceback" in output) is traceback, output
    assert tree(site) == before


def test_dirty(site):
    (site / "new.txt").write_text("mine\n")
    fails(site, 1, "Destination repository is dirty")


def test_no_git(site):
    shutil.rmtree(site / ".git")
    fails(site, 1, "only supported in git-tracked subprojects")


def test_no_answers_file(site):
    (site / ANSWERS).unlink()
    commit(site)
    fails(site, 1, "cannot obtain old template references")


@pytest.mark.parametrize("content", ["a: [", "<<<<<<< before updating\na: 1\n=======\na: 2\n>>>>>>> after updating\n"])
def test_answers_file_that_is_no_yaml(site, content):
    (site / ANSWERS).write_text(content)
    commit(site)
    fails(site, 1, "yaml", traceback=True)


def test_unknown_name(site):
    fails(site, 1, "did you mean django_port?", f"--vcs-ref={NEXT}", "--data=djago_port=1")


def test_refused_answer(site):
    fails(site, 1, "django_port: ", f"--vcs-ref={NEXT}", "--data=django_port=99999")


def test_template_that_is_gone(site, tmp_path):
    text = (site / ANSWERS).read_text()
    source = next(line for line in text.splitlines() if line.startswith("_src_path"))
    replace_answers(site, source, f"_src_path: {tmp_path / 'gone'}")
    fails(site, 1, "only supported in git-tracked templates", "--vcs-ref=HEAD")


def test_template_url_that_is_not_reached(site):
    text = (site / ANSWERS).read_text()
    source = next(line for line in text.splitlines() if line.startswith("_src_path"))
    replace_answers(site, source, "_src_path: https://127.0.0.1:9/template.git")
    fails(site, 1, "127.0.0.1", traceback=True)


def test_downgrade(site):
    fails(site, 1, "You are downgrading from", "--vcs-ref=v1.1.2")


def test_no_trust(site):
    fails(site, 4, "potentially unsafe feature", trust=False)


def test_another_templates_answers(site):
    replace_answers(site, "wsgi_module:", "other_module:")
    fails(site, 1, "holds the answers to another template")


def test_no_extension_package(site, tmp_path):
    (tmp_path / "hidden").mkdir()
    (tmp_path / "hidden/copier_template_extensions.py").write_text("raise ModuleNotFoundError('hidden')\n")
    with local.env(PYTHONPATH=str(tmp_path / "hidden")):
        fails(site, 1, "could not load some Jinja extensions")


def test_copier_too_old(template, site, tmp_path):
    """The template demands a newer one than runs here."""
    clone = tmp_path / "demanding"
    shutil.copytree(template, clone)
    text = (clone / "copier.yml").read_text()
    (clone / "copier.yml").write_text(text.replace('_min_copier_version: "9.19.0"', '_min_copier_version: "99.0.0"'))
    commit(clone)
    git("-C", clone, "tag", "v999.1.0")
    source = next(line for line in (site / ANSWERS).read_text().splitlines() if line.startswith("_src_path"))
    replace_answers(site, source, f"_src_path: {clone}")
    fails(site, 1, "requires Copier version >= 99.0.0", "--vcs-ref=v999.1.0")


def test_shallow_template(template, site, tmp_path):
    git("clone", "--quiet", "--depth=1", f"--branch={NEXT}", f"file://{template}", tmp_path / "shallow")
    source = next(line for line in (site / ANSWERS).read_text().splitlines() if line.startswith("_src_path"))
    replace_answers(site, source, f"_src_path: {tmp_path / 'shallow'}")
    before = tree(site)
    code, output = run("update", "--defaults", f"--vcs-ref={NEXT}", site, retcode=None)
    assert tree(site) == before or code == 0, output


def test_full_disk(template, site, tmp_path):
    """On a file system of its own; nothing is left over, or the one command gives it back."""
    small = tmp_path / "small"
    small.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", small], capture_output=True).returncode:
        pytest.skip("needs the right to mount a file system")
    try:
        git("clone", "--quiet", site, small / "site")
        before = tree(small / "site")
        with (small / "site/.git/filling").open("wb", buffering=0) as filling, pytest.raises(OSError):
            while True:
                filling.write(b"\0" * 4096)
        code, _ = run("update", "--defaults", f"--vcs-ref={NEXT}", small / "site", retcode=None, gunicorn_workers=9)
        (small / "site/.git/filling").unlink()
        (small / "site/.git/index.lock").unlink(missing_ok=True)
        git("-C", small / "site", "reset", "--hard", "--quiet")
        git("-C", small / "site", "clean", "-fd", "--quiet")
        assert code == 1 and tree(small / "site") == before
    finally:
        subprocess.run(["umount", small], check=True)
