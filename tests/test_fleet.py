"""Many repositories, each updated by `python -m extensions.update`: none stops the others."""

import json
import shutil
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from plumbum import local
from support import NEXT, ROOT, commit, copy, git, tree

KINDS = {"dirty": 16, "without answers": 15, "of another template": 15, "current": 1, "older": 2, "conflicting": 1}
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
    """Return fifty repositories by their kind, made of few."""
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


def test_fifty_repositories(fleet):
    before = {folder: tree(folder) for folder in fleet}

    def update(folder: Path) -> tuple[Path, int, dict]:
        command = local[sys.executable]["-m", "extensions.update", "--template-version", NEXT, folder]
        code, out, _ = command.run(retcode=None, cwd=ROOT)
        return folder, code, json.loads(out)

    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(update, fleet))
    assert Counter(report["status"] for _, _, report in done) == {
        "refused": 46,
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
