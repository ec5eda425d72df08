"""Many repositories, each updated by one command: none stops the others."""

import json
import re
import shutil
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from plumbum import local
from support import NEXT, ROOT, commit, copy, git, tree

KINDS = {"dirty": 2, "without answers": 2, "of another template": 2, "current": 1, "older": 2, "conflicting": 1}
EXPECTED = {
    "dirty": ("refused", 2),
    "without answers": ("refused", 2),
    "of another template": ("refused", 2),
    "current": ("current", 0),
    "older": ("updated", 0),
    "conflicting": ("conflicts", 1),
}


@pytest.fixture
def fleet(template, project, tmp_path):
    """Return ten repositories by their kind, made of few."""
    made = {"current": project(folder="current"), "older": project(folder="older"), "plain": project(folder="plain")}
    copy(template, made["current"])
    copy(template, made["older"], vcs_ref="v1.1.2")
    repositories: dict[Path, str] = {}
    for kind, number in KINDS.items():
        for index in range(number):
            folder = tmp_path / "fleet" / f"{kind} {index}"
            source = {"dirty": "current", "conflicting": "older"}.get(kind, kind)
            shutil.copytree(made.get(source, made["plain"]), folder, symlinks=True)
            repositories[folder] = kind
            if kind == "dirty":
                (folder / "compose.yaml").write_text("mine\n")
            if kind == "of another template":
                (folder / ".copier-answers.yml").write_text("_src_path: elsewhere\n_commit: v1\nname: x\n")
                commit(folder)
            if kind == "conflicting":
                dockerfile = folder / "Dockerfile_django"
                dockerfile.write_text(dockerfile.read_text().replace('"--threads", "2"', '"--threads", "9"'))
                commit(folder)
    return repositories


def test_ten_repositories(fleet):
    before = {folder: tree(folder) for folder in fleet}

    def update(folder: Path) -> tuple[Path, int, dict]:
        command = local[sys.executable]["-m", "extensions.update", "--template-version", NEXT, folder]
        code, out, _ = command.run(retcode=None, cwd=ROOT)
        return folder, code, json.loads(out)

    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(update, fleet))
    assert Counter(report["status"] for _, _, report in done) == {
        "refused": 6,
        "current": 1,
        "updated": 2,
        "conflicts": 1,
    }
    for folder, code, report in done:
        kind = fleet[folder]
        assert (report["status"], code) == EXPECTED[kind], report
        assert report["project"] == str(folder)
        assert (tree(folder) == before[folder]) == (kind not in ("older", "conflicting"))
        assert report["message"] or code == 0
        if kind in ("older", "conflicting"):
            assert (report["from"], report["to"]) == ("v1.1.2", NEXT)
            assert "compose.yaml" in report["changed"] and "reverse_proxy" in report["questions"]
            assert ("Dockerfile_django" in report["conflicts"]) == (kind == "conflicting")
        if kind == "current":
            assert not git("-C", folder, "status", "--porcelain")


def test_a_project_by_a_link_and_a_path_with_dots(template, project, tmp_path):
    folder = project()
    copy(template, folder)
    (tmp_path / "link").symlink_to(folder)
    (tmp_path / "elsewhere").mkdir()
    for path in ("../my-site", "../link"):
        command = local[sys.executable]["-m", "extensions.update", "--template-version", NEXT, path]
        code, out, _ = command.with_env(PYTHONPATH=str(ROOT)).run(retcode=None, cwd=tmp_path / "elsewhere")
        assert (code, json.loads(out)["status"], json.loads(out)["project"]) == (0, "current", path), out


def test_five_repositories_twice(template, project, tmp_path):
    """As the loop of the guide does it: no default branch has a commit more, and nothing is done again."""
    clones = tmp_path / "clones"
    older = project(folder="older")
    copy(template, older, vcs_ref="v2.0.0")
    for name in ("a site", "b", "c", "d", "e"):
        shutil.copytree(older, clones / name, symlinks=True)
    with (clones / "b/Dockerfile_django").open("a") as dockerfile:
        dockerfile.write("# mine\n")
    commit(clones / "b")
    (clones / "c/compose.yaml").write_text("mine, and not committed\n")
    shutil.copytree(project(folder="plain"), clones / "plain")
    shutil.rmtree(clones / "d")
    git("clone", "--quiet", clones / "a site", clones / "d")
    copy(template, clones / "e")

    (tmp_path / "bin").mkdir()
    command = tmp_path / "bin/copier-django-docker"
    start = f"import sys; sys.path.append({str(ROOT)!r}); from extensions.cli import main; sys.exit(main())"
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -P -c "{start}" "$@"\n')
    command.chmod(0o755)
    loop, *_ = re.findall(
        r"```shell\n(for project in .+?)```", (ROOT / "docs/how-to/many-repositories.md").read_text(), re.DOTALL
    )
    script = tmp_path / "loop.sh"
    script.write_text(loop.replace("path/to/clones", str(clones)))
    env = dict(local.env) | {"PATH": f"{command.parent}:{local.env['PATH']}"}

    def run() -> dict[str, str]:
        local["sh"][script].run(retcode=None, env=env, cwd=tmp_path)
        reports = [json.loads(line) for line in (tmp_path / "updates.jsonl").read_text().splitlines()]
        return {Path(report["project"]).name: report["status"] for report in reports}

    def branches() -> dict[str, str]:
        return {path.name: git("-C", path, "for-each-ref", "refs/heads") for path in clones.iterdir()}

    def heads() -> dict[str, str]:
        return {path.name: git("-C", path, "log", "-1", "--format=%H %D", "HEAD") for path in clones.iterdir()}

    before = heads()
    first = {"a site": "updated", "b": "updated", "c": "refused", "d": "updated", "e": "current", "plain": "refused"}
    assert run() == first
    assert heads() == before, "each is on the branch that it was on, without a commit"
    done = branches()
    assert {name for name, refs in done.items() if "docker-update" in refs} == {"a site", "b", "d"}
    for name in ("a site", "b", "d"):
        assert git("-C", clones / name, "rev-list", "--count", "HEAD..docker-update").strip() == "1"
        assert not git("-C", clones / name, "status", "--porcelain")
        assert ("# mine" in git("-C", clones / name, "show", "docker-update:Dockerfile_django")) == (name == "b")

    assert run() == {name: status for name, status in first.items() if status != "updated"}
    assert (branches(), heads()) == (done, before)
    git("-C", clones / "b", "merge", "--quiet", "docker-update")
    git("-C", clones / "b", "branch", "--quiet", "--delete", "docker-update")
    assert run()["b"] == "current"
    assert not git("-C", clones / "b", "status", "--porcelain")


def test_a_summary_for_people(template, project, tmp_path):
    older, current = project(folder="older"), project(folder="current")
    copy(template, older, vcs_ref="v2.0.0")
    copy(template, current)
    command = local[sys.executable]["-c", "import sys; from extensions.cli import main; sys.exit(main())", "update"]
    code, out, _ = command["--check", older, current].run(retcode=None, cwd=ROOT)
    assert (code, out.splitlines()[-1]) == (1, "2 projects: 1 current, 1 outdated")
    code, out, _ = command[older, current, tmp_path / "nowhere"].run(retcode=None, cwd=ROOT)
    lines = out.splitlines()
    assert code == 2 and lines[-1] == "3 projects: 1 updated, 1 current, 1 refused"
    assert lines[0].startswith(f"{older}: v2.0.0 to {NEXT}, ") and "none in conflict" in lines[0]
    assert any(line.startswith("    answers new: ") for line in lines)
    assert any(line.startswith("    to undo: git ") for line in lines)
