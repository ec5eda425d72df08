"""Updates that a signal ends at a known moment: the project is as it was."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from plumbum import local
from support import NEXT, commit, git, run, tree, update

# Before git on PATH: at the NTH command that fits, it sends Copier a signal, in place of the command or after it.
WRAPPER = """#!/bin/sh
case "$(basename "$PWD") $*" in
$MOMENT)
    echo >> "$COUNT"
    if [ "$(wc -l < "$COUNT")" -eq "$NTH" ]; then
        [ -z "$AFTER" ] || "$GIT" "$@"
        eval "$MEANWHILE"
        kill -s "$SIGNAL" $PPID
        for _ in $(seq 50); do kill -0 $PPID 2>/dev/null || exit 1; sleep 0.02; done
        exit 1
    fi;;
esac
exec "$GIT" "$@"
"""
# By the step of an update (https://copier.readthedocs.io/en/stable/updating/#how-the-update-works): folder and
# command of git, which of them, and whether the update has begun.
MOMENTS = {
    "before it begins": ("* ls-files -v *", 1, False),
    "rendering the old version": ("*old_copy.* config *", 4, False),
    "migrations before": ("* rev-parse --show-object-format", 1, False),
    "reading the index": ("my-site write-tree", 1, True),
    "rendering the new version": ("my-site config *", 2, True),
    "rendering it again": ("*new_copy.* config *", 4, True),
    "Copier's own merge": ("my-site apply *", 1, True),
    "merging a file": ("* merge-file *", 1, True),
    "files merged": ("* diff --binary *", 1, True),
    "marking conflicts": ("* update-index *", 1, True),
    "conflicts marked": ("* update-index *", 1, True),
}
AFTER = ("conflicts marked",)


@pytest.fixture
def site(copied, tmp_path):
    """Return a project with edits: one that will be a conflict, and one that will not."""
    folder = copied(tmp_path / "my-site")
    compose = folder / "compose.yaml"
    compose.write_text(compose.read_text().replace("--workers 3", "--workers 5") + "# mine\n")
    with (folder / "default.conf").open("a") as conf:
        conf.write("# mine\n")
    commit(folder)
    return folder


def interrupt(site: Path, moment: str, name: str, meanwhile: str = ":") -> tuple[int, str]:
    """Update, send a signal to it at a moment, once a command has run, and return its exit code and its output."""
    folder = site.parent / "bin"
    folder.mkdir()
    (folder / "git").write_text(WRAPPER)
    (folder / "git").chmod(0o755)
    (site.parent / "tmp").mkdir()
    pattern, number, _ = MOMENTS[moment]
    environment = {
        **local.env.getdict(),
        "TMPDIR": str(site.parent / "tmp"),
        "PATH": f"{folder}{os.pathsep}{local.env['PATH']}",
        "GIT": str(local.which("git")),
        "COUNT": str(folder / "count"),
        "MOMENT": pattern,
        "NTH": str(number),
        "AFTER": "yes" if moment in AFTER else "",
        "SIGNAL": name.removeprefix("SIG"),
        "MEANWHILE": meanwhile,
    }
    command = [sys.executable, "-m", "copier", "update", "--trust", "--defaults", f"--vcs-ref={NEXT}"]
    done = subprocess.run(
        [*command, "--data=gunicorn_workers=9", site], env=environment, capture_output=True, text=True, check=False
    )
    assert (folder / "count").read_text().count("\n") == number, "the moment never came"
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGKILL"])
@pytest.mark.parametrize("moment", MOMENTS)
def test_interrupted(site, moment, name):
    """Whatever ends it, all is as it was: the watcher has restored it by the time that its output ends."""
    before = tree(site)
    code, output = interrupt(site, moment, name)
    assert code == (1 if name == "SIGINT" else -signal.Signals[name])
    assert name != "SIGINT" or "Execution stopped by user" in output
    assert tree(site) == before and not git("-C", site, "status", "--porcelain")
    assert ("nothing of it is kept, and all is as it was." in output) is MOMENTS[moment][2]
    assert "has conflicts" not in output
    assert "1 file has conflicts" in update(site, gunicorn_workers=9)  # nothing is in the way of the next
    assert (site / "default.conf").read_text().endswith("# mine\n")


def test_a_file_that_cannot_be_restored(site):
    """What is left then is a command."""
    before = tree(site)
    code, output = interrupt(
        site, "Copier's own merge", "SIGKILL", meanwhile=f"rm {site}/compose.yaml; mkdir {site}/compose.yaml"
    )
    assert code == -signal.SIGKILL and "your files could not be restored" in output
    (site / "compose.yaml").rmdir()
    local["sh"]("-c", output.split("To restore them, run `")[1].split("`")[0])
    assert tree(site) == before and not git("-C", site, "status", "--porcelain")


def interrupt_with_all(site: Path) -> None:
    """Let the update end together with what restores it, as when a machine stops."""
    interrupt(site, "Copier's own merge", "SIGKILL", meanwhile=WATCHER_ENDS)


# Of the children of Copier, all but this one.
WATCHER_ENDS = "for child in $(ps -o pid= --ppid $PPID); do [ $child = $$ ] || kill -KILL $child; done"


def test_the_next_update_is_refused_until_that_is_undone(site):
    interrupt_with_all(site)
    half = tree(site)
    assert "# mine" not in (site / "default.conf").read_text()  # what must not be committed
    code, output = run("update", "--defaults", f"--vcs-ref={NEXT}", site, retcode=None)
    assert code == 1 and "Destination repository is dirty" in output
    assert tree(site) == half
    git("-C", site, "reset", "--hard", "--quiet")
    output = update(site, gunicorn_workers=9)
    assert "1 file has conflicts" in output and (site / "default.conf").read_text().endswith("# mine\n")


@pytest.mark.parametrize("quiet", [(), ("--quiet",)])
def test_an_interrupted_update_that_was_committed(site, quiet):
    interrupt_with_all(site)
    commit(site)
    before = tree(site)
    code, output = run("update", "--defaults", f"--vcs-ref={NEXT}", *quiet, site, retcode=None)
    assert code == 1 and "Traceback" not in output
    assert "An update was interrupted and then committed" in output and "compose.yaml, default.conf" in output
    assert tree(site) == before
    (command,) = [line for line in output.splitlines() if line.startswith("    git ")]
    with local.cwd(site):
        assert "-# mine" in local["sh"]("-c", command)
    assert "interrupted and" not in update(site)  # once


def test_an_interrupted_update_that_was_undone_and_lines_that_were_deleted_elsewhere(site):
    interrupt_with_all(site)
    git("-C", site, "reset", "--hard", "--quiet")
    assert "interrupted and" not in update(site, gunicorn_workers=9)
    git("-C", site, "checkout", "--theirs", "compose.yaml")  # without the line, after an update that ended
    commit(site)
    assert "interrupted and" not in update(site)
