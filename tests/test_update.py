"""Updates: every release to the newest, with what people changed in between."""

import shutil

import pytest
import yaml
from support import NEXT, ROOT, commit, copy, git, releases, run, tree, update

LATER = "v999.1.0"


@pytest.fixture
def later(template, tmp_path):
    """Return a function that edits a template file in a later version of the template, and returns that template."""
    clone = tmp_path / "later"
    shutil.copytree(template, clone)

    def edit(path: str, old: str, new: str) -> None:
        text = (clone / path).read_text()
        assert old in text
        (clone / path).write_text(text.replace(old, new))
        commit(clone)
        git("-C", clone, "tag", "--force", LATER)

    return clone, edit


def projects_of(commit: str) -> list[str]:
    """Return the test projects that a release had: it may refuse those of a later one."""
    return git("-C", ROOT, "ls-tree", "--name-only", f"{commit}:tests/projects").split()


@pytest.mark.parametrize(
    ("release", "name"), [(release, name) for release, commit in releases().items() for name in projects_of(commit)]
)
def test_updated_equals_fresh(name, release, template, project):
    """A project copied at an old release and updated, with no edits, is a fresh copy with the same answers."""
    old, fresh = project(name), project(name, folder="fresh")
    copy(template, old, vcs_ref=release, project_slug="my-site")
    update(old)
    copy(template, fresh, project_slug="my-site")
    assert tree(old) == tree(fresh)
    commit(old)
    update(old)
    assert not git("-C", old, "status", "--porcelain")


def test_an_update_to_the_same_version_changes_and_asks_nothing(template, project):
    folder = project()
    copy(template, folder, gunicorn_workers=5, customize=True)
    (folder / "compose.yaml").write_text((folder / "compose.yaml").read_text().replace("35s", "70s"))
    commit(folder)
    run("update", f"--vcs-ref={NEXT}", folder)  # without --defaults, a question would fail for want of a terminal
    assert not git("-C", folder, "status", "--porcelain")


def test_edits_are_kept_beside_the_templates_changes(later, project):
    template, edit = later
    folder = project()
    copy(template, folder)
    compose = (folder / "compose.yaml").read_text()
    mine = compose.replace("  static:\n", "    mem_limit: 1g\n\n  static:\n") + "\n  mine:\n    image: debian\n"
    (folder / "compose.yaml").write_text(mine)
    with (folder / "Dockerfile_django").open("a") as dockerfile:
        dockerfile.write("# mine\n")
    (folder / "default.conf").unlink()
    commit(folder)
    edit("template/compose.yaml.jinja", "env_file:", "init: true\n    env_file:")
    edit("includes/environment.jinja", "ENV DJANGO_ENV=production", "ENV DJANGO_ENV=production\nENV NEWER=1")
    edit("template/default.conf.jinja", "server_tokens off;", "server_tokens off;\n    charset utf-8;")
    output = update(folder, vcs_ref=LATER)
    assert (folder / "compose.yaml").read_text() == mine.replace("    env_file:", "    init: true\n    env_file:")
    dockerfile = (folder / "Dockerfile_django").read_text()
    assert "ENV NEWER=1\n" in dockerfile and dockerfile.endswith("# mine\n")
    assert not (folder / "default.conf").exists()
    assert "conflict" not in output


def test_a_conflict_is_named_with_the_way_back(later, project):
    template, edit = later
    folder = project()
    copy(template, folder)
    (folder / "compose.yaml").write_text((folder / "compose.yaml").read_text().replace("35s", "70s"))
    commit(folder)
    before = tree(folder)
    edit("template/compose.yaml.jinja", "35s", "40s")
    output = update(folder, vcs_ref=LATER)
    assert "1 file has conflicts, your lines beside the template's: compose.yaml." in output
    assert "git reset --hard && git clean -fd" in output.splitlines()[-1]
    assert "70s" in (folder / "compose.yaml").read_text() and "40s" in (folder / "compose.yaml").read_text()
    git("-C", folder, "reset", "--hard", "--quiet")
    git("-C", folder, "clean", "-fd", "--quiet")
    assert tree(folder) == before


def test_an_update_runs_the_new_versions_code(later, project):
    """Both versions are loaded in one process: neither may see the other's modules."""
    template, edit = later
    folder = project()
    copy(template, folder)
    edit(
        "extensions/defaults.py",
        '    "project_slug": _found(',
        '    "new": lambda findings: Default("news"),\n    "project_slug": _found(',
    )
    edit(
        "extensions/answers.py",
        '    "customize": _truth,',
        '    "customize": _truth,\n    "new": _text("[news]+", "say news"),',
    )
    question = "new: {default: '{{ \"new\" | found }}', validator: '{{ \"new\" | problem }}'}\n"
    edit("copier.yml", "customize:\n", f"{question}customize:\n")
    update(folder, vcs_ref=LATER)
    assert yaml.safe_load((folder / ".copier-answers.yml").read_text())["new"] == "news"


def test_an_answer_is_changed_by_an_update(template, project):
    folder = project()
    copy(template, folder)
    run("update", "--defaults", "--vcs-ref=:current:", folder, gunicorn_workers=9)
    assert (
        git("-C", folder, "diff", "--unified=0").count("\n+ ") == 1
        and "workers 9" in (folder / "compose.yaml").read_text()
    )
    commit(folder)
    update(folder)
    assert not git("-C", folder, "status", "--porcelain")


def test_what_is_found_later_does_not_change_an_answer(template, project):
    folder = project()
    copy(template, folder)
    (folder / ".python-version").write_text("3.14\n")
    (folder / "requirements.txt").write_text("Django\ngunicorn==23.0.0\n")
    commit(folder)
    update(folder)
    assert not git("-C", folder, "status", "--porcelain")


def test_an_answer_that_no_longer_holds_is_not_replaced_unseen(template, project):
    folder = project()
    copy(template, folder)
    (folder / "requirements.txt").rename(folder / "deps.txt")
    commit(folder)
    before = tree(folder)
    code, output = run("update", "--defaults", f"--vcs-ref={NEXT}", folder, retcode=None)
    assert code == 1 and "requirements_file: there is no file requirements.txt" in output and "Traceback" not in output
    assert tree(folder) == before
    update(folder, requirements_file="deps.txt")
    assert "deps.txt" in (folder / "Dockerfile_static").read_text()


def test_a_generated_file_that_git_ignores_is_not_overwritten(template, project):
    folder = project()
    copy(template, folder)
    git("-C", folder, "rm", "--cached", "--quiet", "compose.yaml")
    (folder / ".gitignore").write_text("compose.yaml\n")
    (folder / "compose.yaml").write_text("mine\n")
    commit(folder)
    before = tree(folder)
    code, output = run("update", "--defaults", f"--vcs-ref={NEXT}", folder, retcode=None)
    assert code == 1 and "compose.yaml would be overwritten" in output and tree(folder) == before


def test_a_project_in_a_folder_of_a_repository(later, project):
    template, edit = later
    site = project()
    repository = site.parent
    shutil.rmtree(site / ".git")
    (repository / ".gitignore").write_text("later/\n")
    commit(repository, "Repository")
    copy(template, site)
    commit(repository)
    with (site / "compose.yaml").open("a") as compose:
        compose.write("# mine\n")
    commit(repository)
    edit("template/compose.yaml.jinja", "35s", "40s")
    update(site, vcs_ref=LATER)
    text = (site / "compose.yaml").read_text()
    assert "40s" in text and text.endswith("# mine\n")
    assert git("-C", repository, "diff", "--name-only").split() == [
        "my-site/.copier-answers.yml",
        "my-site/compose.yaml",
    ]


def test_later_templates_are_seen(later, project):
    template, edit = later
    folder = project()
    copy(template, folder)
    edit("template/compose.yaml.jinja", "35s", "40s")
    assert run("check-update", "--quiet", folder, retcode=None, trust=False)[0] == 2
    update(folder, vcs_ref=LATER)
    commit(folder)
    assert run("check-update", "--quiet", folder, retcode=None, trust=False)[0] == 0
