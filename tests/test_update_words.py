"""What an update says when it has ended, and how a robot learns of conflicts; what it refuses of its own leftovers."""

import json
import os
import pty
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from plumbum import local
from support import ANSWERS, FUTURE, NEXT, ROOT, commit, copy, git, run, set_answer, tree, update

from extensions.questions import answers
from extensions.update import summary

VERSIONS = "from 999.0.0 to 999.1.0"


@pytest.fixture
def site(copied, future, tmp_path):
    """Return a project with the files of the version before the template's newest, committed."""
    folder = copied(tmp_path / "my-site")
    give(folder, "_src_path", str(future))
    return folder


def give(folder: Path, name: str, value: str) -> None:
    set_answer(folder, name, value)
    commit(folder)


def edit(folder: Path, path: str = "compose.yaml") -> None:
    """Change the lines that the later version changes."""
    lines = (folder / path).read_text().splitlines()
    (folder / path).write_text(
        "\n".join(f"{line}  # mine" if line and line[0] != "#" else line for line in lines) + "\n"
    )
    commit(folder)


def last_lines(output: str) -> list[str]:
    """Return what is printed after Copier's own line."""
    lines = output.splitlines()
    own = next(number for number, line in enumerate(lines) if line.startswith(("Updating to", "Keeping template")))
    return lines[own + 1 :]


def robot(*arguments, retcode: int) -> list[dict]:
    command = local[sys.executable]["-m", "extensions.update", "--template-version", FUTURE]
    code, out, err = command[tuple(map(str, arguments))].run(retcode=None, cwd=ROOT)
    assert code == retcode and err.count("\n") == 1 and err.startswith("warning: "), out + err
    return [json.loads(line) for line in out.splitlines()]


def refused(folder: Path, *sentences: str, version: str = FUTURE) -> None:
    before, status = tree(folder), git("-C", folder, "status", "--porcelain", "--ignored")
    code, output = run("update", "--defaults", f"--vcs-ref={version}", folder, retcode=None)
    assert code == 1 and "Nothing was written." in output and "Traceback" not in output, output
    assert all(sentence in output for sentence in sentences), output
    assert tree(folder) == before and git("-C", folder, "status", "--porcelain", "--ignored") == status


def test_a_clean_update_says_so_in_a_line(site):
    said = last_lines(update(site, vcs_ref=FUTURE))
    changed = git("-C", site, "status", "--porcelain", "--untracked-files=all").count("\n") - 1  # but for the answers
    assert said[0] == f"Updated {VERSIONS}: {changed} files changed, none in conflict."
    assert re.fullmatch("To undo the whole update: `git .+`\\.", said[1]) and len(said) == 2


def test_an_update_with_nothing_to_do_says_so_in_a_line(site):
    assert last_lines(update(site)) == ["Already up to date (999.0.0). Nothing changed."]


def test_a_changed_answer_says_so_in_a_line(site):
    said = last_lines(update(site, gunicorn_workers=9))
    assert said[0] == "Still at 999.0.0: 2 files changed, none in conflict." and len(said) == 2


def test_services_that_are_gone_are_named(template, project):
    """Compose leaves their containers running; those of a profile don't run by themselves."""
    folder = project("celery_postgres")
    copy(template, folder)
    commit(folder)
    said = update(folder, workers="{}", services="{db: 'postgres:18'}", backups=False).splitlines()
    words = "compose.yaml no longer has beat, valkey, worker: stop what still runs with "
    assert f"{words}`docker compose up --detach --remove-orphans`." in said
    commit(folder)
    assert "remove-orphans" not in update(folder, secrets_file=".env.secrets"), "they are in docker/services.yaml now"
    commit(folder)
    assert "no longer has migrate: " in update(folder, migrate=False)
    commit(folder)
    assert "remove-orphans" not in update(folder, use_compose=False)


def test_quiet_is_quiet(site):
    assert update(site, "--quiet") == ""
    assert update(site, "--quiet", vcs_ref=FUTURE) == ""


def in_a_terminal(folder: Path) -> str:
    leader, follower = pty.openpty()
    command = [sys.executable, "-m", "copier", "update", "--trust", "--defaults", f"--vcs-ref={FUTURE}", str(folder)]
    process = subprocess.Popen(command, stdin=follower, stdout=follower, stderr=follower, env=local.env.getdict())
    os.close(follower)
    output = b""
    while True:
        try:
            part = os.read(leader, 65536)
        except OSError:  # the other end is closed
            break
        output += part
        if not part:
            break
    assert process.wait() == 0
    return output.decode().replace("\r\n", "\n")


@pytest.mark.parametrize("quiet", [(), ("--quiet",)], ids=["aloud", "quietly"])
def test_conflicts_are_the_last_lines(site, quiet):
    """What they are, where, and what to do, in at most twelve lines."""
    for path in ("compose.yaml", "docker/healthcheck.py"):
        edit(site, path)
    output = update(site, *quiet, vcs_ref=FUTURE)
    assert quiet or in_a_terminal_too(site, output)
    said = output.splitlines() if quiet else last_lines(output)
    assert len(said) <= 12
    assert quiet or re.fullmatch(rf"Updated {VERSIONS}: \d+ files changed, 2 in conflict\.", said[0])
    line = next(
        number
        for number, line in enumerate((site / "compose.yaml").read_text().splitlines(), 1)
        if line[:7] == "<" * 7
    )
    assert said[-3] == "2 files have conflicts: compose.yaml, docker/healthcheck.py."
    assert f"between <<<<<<< (compose.yaml:{line}" in said[-2] and "delete the marker lines" in said[-2]
    assert re.fullmatch("Resolve them and commit, or undo the whole update with `git .+`\\.", said[-1])


def in_a_terminal_too(site: Path, output: str) -> bool:
    git("-C", site, "reset", "--hard", "--quiet")
    git("-C", site, "clean", "-fd", "--quiet")
    return in_a_terminal(site) == output


def test_a_long_story_has_twelve_lines():
    names = [f"{number}.txt" for number in range(20)]
    outcome = summary.Outcome(
        before="v1.0.0",
        after="v2.0.0",
        changed=names,
        conflicts=names,
        places=[f"{name}:1" for name in names],
        dropped=names,
        renamed=dict.fromkeys(names, "mine"),
        comments=["# mine"],
        undo="undo",
    )
    said = summary.lines(outcome)
    assert len(said) == 12 and said[-1].endswith("`undo`.")
    assert "And 18 more like this" in said[8] and "2.txt:1 and 17 more" in said[10]


def test_git_tells_a_robot_of_conflicts(site):
    """`copier update` exits 0: docs/how-to/automate-updates.md has the commands."""
    unmerged = git["-C", site, "diff", "--quiet", "--diff-filter=U"]
    update(site, vcs_ref=FUTURE)
    assert unmerged.run(retcode=None)[0] == 0 and not git("-C", site, "ls-files", "--unmerged")
    git("-C", site, "reset", "--hard", "--quiet")
    git("-C", site, "clean", "-fd", "--quiet")
    edit(site)
    update(site, vcs_ref=FUTURE)
    assert unmerged.run(retcode=None)[0] == 1
    assert git("-C", site, "diff", "--name-only", "--diff-filter=U") == "compose.yaml\n"


def test_the_exit_code_is_the_highest_of_many_projects(site, tmp_path):
    current, conflicting, bare = tmp_path / "current", tmp_path / "conflicting", tmp_path / "bare"
    for folder in (current, conflicting):
        shutil.copytree(site, folder)
    edit(conflicting)
    bare.mkdir()
    reports = robot(site, conflicting, retcode=1)
    assert [report["status"] for report in reports] == ["updated", "conflicts"]
    assert [report["status"] for report in robot(current, bare, retcode=2)] == ["updated", "refused"]


def test_lost_lines_are_no_success_for_a_robot(site):
    give(site, "gunicorn_workers", "3 # for a while")
    (report,) = robot(site, retcode=1)
    assert (
        report["status"] == "lost" and "# for a while" in report["message"] and report["lost"] == [report["message"]]
    )


def test_the_robot_says_what_to_do_about_a_template_that_is_not_there(site, tmp_path):
    give(site, "_commit", "v999.0.0-3-gabcdef0")
    (report,) = robot(site, retcode=2)
    assert report["status"] == "refused" and "Set _commit in .copier-answers.yml to v999.0.0" in report["message"]
    give(site, "_commit", "v999.0.0")
    give(site, "_src_path", str(tmp_path / "gone"))
    (report,) = robot(site, retcode=2)
    assert report["status"] == "refused" and f"is no longer in {tmp_path / 'gone'}." in report["message"]


def test_answers_that_git_ignores(site):
    (site / ".gitignore").open("a").write(f"{ANSWERS}\n")
    git("-C", site, "rm", "--cached", "--quiet", ANSWERS)
    commit(site)
    refused(site, f"{ANSWERS} is in no commit", f"git add --force {ANSWERS}")


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_markers_of_a_conflict_that_were_committed(site, ends):
    edit(site)
    update(site, vcs_ref=FUTURE)
    text = (site / "compose.yaml").read_text()
    (site / "compose.yaml").write_bytes(text.replace("\n", ends).encode())
    commit(site)
    line = text[: text.index("<<<<<<<")].count("\n") + 1
    refused(site, f"compose.yaml, line {line}, has conflict markers")


def test_a_lone_marker_is_an_edit_like_others(site):
    with (site / "compose.yaml").open("a") as compose:
        compose.write("# <<<<<<< before updating\n# =======\n<<<<<<< before\n")
    commit(site)
    assert "2 files changed, none in conflict" in update(site, gunicorn_workers=9)


def test_comments_in_the_answers_file(site):
    """Copier writes the file anew: that is said in it, and by the update that drops them."""
    assert "without your comments" in (site / ANSWERS).read_text().splitlines()[1]
    give(site, "gunicorn_workers", "3 # agreed with operations")
    give(site, "build_instructions", "['RUN echo \"no # comment\"']")
    output = update(site, vcs_ref=FUTURE)
    assert f"{ANSWERS} lost your comments (`gunicorn_workers: 3 # agreed with operations`)" in output
    commit(site)
    assert "comments" not in update(site, vcs_ref=FUTURE)


def test_what_is_a_comment():
    text = "# Written by Copier, for all.\na: 'b # c' # d\ne: |\n  # f\n# g\nh: i#j\n"
    assert answers.comments(text) == ["a: 'b # c' # d", "# g"]


@pytest.mark.parametrize("kind", ["dirty", "ahead"])
def test_a_copy_of_a_version_that_was_never_released(template, project, tmp_path, kind):
    """What was in the clone may be gone by the next update: the files count as those of the release, with edits."""
    clone, folder = shutil.copytree(template, tmp_path / "clone"), project()
    dockerfile = clone / "template/Dockerfile_django.jinja"
    text = dockerfile.read_text()
    dockerfile.write_text(f"{text}# local\n")
    if kind == "ahead":
        commit(clone)
    copy(clone, folder, vcs_ref="HEAD")
    assert yaml.safe_load((folder / ANSWERS).read_text())["_commit"] == NEXT
    git("-C", clone, "reset", "--quiet", "--hard", NEXT)
    git("-C", clone, "reflog", "expire", "--expire=now", "--all")
    git("-C", clone, "gc", "--quiet", "--prune=now")
    dockerfile.write_text(f"# newer\n{text}")
    commit(clone)
    git("-C", clone, "tag", FUTURE)
    assert "none in conflict" in update(folder, vcs_ref=FUTURE)
    lines = (folder / "Dockerfile_django").read_text().splitlines()
    assert (lines[0], lines[-1]) == ("# newer", "# local")


def test_a_data_file_in_the_place_of_the_answers(template, project):
    folder = project()
    (folder / ANSWERS).write_text("wsgi_module: core.wsgi\nuse_fathom: false\n")
    commit(folder)
    code, output = run("copy", "--defaults", f"--vcs-ref={NEXT}", template, folder, retcode=None)
    assert code == 1 and f"{ANSWERS} was not written by Copier" in output and "--data-file" in output, output


def test_answers_in_another_file_than_the_one_named(template, copied, tmp_path):
    folder = copied(tmp_path / "my-site")
    (folder / ANSWERS).rename(folder / ".copier-answers.docker.yml")
    (folder / ANSWERS).write_text("_src_path: https://example.com/other\n_commit: v1\nname: x\n")
    commit(folder)
    code, output = run("copy", "--defaults", f"--vcs-ref={NEXT}", template, folder, retcode=None)
    assert (
        code == 1
        and "are in .copier-answers.docker.yml.\n" in output
        and "    -a .copier-answers.docker.yml\n" in output
    ), output
    assert update(folder, "-a", ".copier-answers.docker.yml").endswith("Nothing changed.\n")
