"""`.ci/release` on a scratch repository; `gh`, which asks GitHub, is the one part that is not real."""

import pytest
from plumbum import local
from support import ROOT, commit, git


class Scratch:
    """A repository with a server, whose `.ci/run` leaves a line for each commit that it tests."""

    def __init__(self, tmp_path):
        self.folder, self.server, self.tmp = tmp_path / "scratch", tmp_path / "server.git", tmp_path
        git("init", "--quiet", "--bare", self.server)
        (self.folder / ".ci").mkdir(parents=True)
        (self.folder / ".ci/run").write_text(
            f"#!/bin/sh\nset -e\ntest ! -e broken\ncat VERSION >> {tmp_path}/tested\n"
        )
        (self.folder / ".ci/run").chmod(0o755)
        (tmp_path / "bin").mkdir()
        (tmp_path / "bin/gh").write_text(f'#!/bin/sh\n{{ echo "$@"; cat; echo; }} >> {tmp_path}/published\n')
        (tmp_path / "bin/gh").chmod(0o755)
        self.release("1.0.0")
        git("-C", self.folder, "tag", "v1.0.0")
        git("-C", self.folder, "remote", "add", "origin", self.server)

    def release(self, version, *, section=True, subject="Release {}"):
        changelog = self.folder / "CHANGELOG.md"
        old = changelog.read_text() if changelog.exists() else ""
        if section:
            changelog.write_text(f"## {version} (2026-12-01)\n\n- Brings {version}.\n\n{old}")
        (self.folder / "VERSION").write_text(f"{version}\n")
        commit(self.folder, subject.format(version))

    def run(self, *options):
        with local.env(PATH=f"{self.tmp / 'bin'}:{local.env['PATH']}"):
            code, out, err = local["python3"][(ROOT / ".ci/release", *options)].with_cwd(self.folder).run(retcode=None)
        return code, out + err

    def tags(self):
        return git("-C", self.server, "tag").split()

    def read(self, name):
        return (self.tmp / name).read_text() if (self.tmp / name).exists() else ""


@pytest.fixture
def scratch(tmp_path):
    return Scratch(tmp_path)


@pytest.mark.parametrize("subject", ["Change", "Release {} at last", "release {}", "Release {}.dev1"])
def test_no_release_commit(scratch, subject):
    scratch.release("1.1.0", subject=subject)
    assert scratch.run() == (0, "No commit since the last tag is a release.\n")
    assert not scratch.tags() and not scratch.read("published")


def test_one_and_two_releases(scratch):
    scratch.release("1.1.0")
    first = git("-C", scratch.folder, "rev-parse", "HEAD").strip()
    assert scratch.run("--check") == (0, f"v1.1.0 {first}\n")
    assert not scratch.tags()
    scratch.release("1.1.0", section=False, subject="Change")
    scratch.release("1.2.0")
    assert scratch.run("--test")[0] == 0 and scratch.read("tested") == "1.1.0\n1.2.0\n"
    assert not scratch.tags()
    assert scratch.run()[0] == 0
    assert scratch.tags() == ["v1.1.0", "v1.2.0"]
    assert git("-C", scratch.server, "rev-parse", "v1.1.0").strip() == first
    assert scratch.read("published") == (
        "release create v1.1.0 --verify-tag --title 1.1.0 --notes-file -\n- Brings 1.1.0.\n"
        "release create v1.2.0 --verify-tag --title 1.2.0 --notes-file -\n- Brings 1.2.0.\n"
    )
    assert scratch.run() == (0, "No commit since the last tag is a release.\n")


def test_a_release_whose_tests_fail(scratch):
    (scratch.folder / "broken").write_text("")
    scratch.release("1.1.0")
    assert scratch.run("--test")[0] == 1


def test_no_section_in_the_changelog(scratch):
    scratch.release("1.1.0")
    scratch.release("1.2.0", section=False)
    code, printed = scratch.run()
    assert code == 1 and "CHANGELOG.md has no section 1.2.0" in printed
    assert not scratch.tags() and not scratch.read("published")


def test_the_tag_is_on_another_commit(scratch):
    git("-C", scratch.folder, "switch", "--quiet", "--create", "other")
    scratch.release("1.1.0", subject="Other")
    git("-C", scratch.folder, "tag", "v1.1.0")
    git("-C", scratch.folder, "switch", "--quiet", "-")
    scratch.release("1.1.0")
    code, printed = scratch.run("--check")
    assert code == 1 and "The tag v1.1.0 is on another commit" in printed


def test_two_commits_of_one_version(scratch):
    scratch.release("1.1.0")
    scratch.release("1.1.0", section=False)
    code, printed = scratch.run()
    assert code == 1 and "Two commits are Release 1.1.0" in printed and not scratch.tags()
