"""Updates that would lose what a person wrote, done with Copier: refused, with the tree as it was, or reported."""

import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest
from plumbum import local
from support import NEXT, PROJECTS, commit, copy, git, run, set_answer, tree, update

LATER = "v999.1.0"
COMPOSE = "includes/compose.jinja"


@pytest.fixture(scope="session")
def prepared(template, tmp_path_factory):
    """Return the template with a later version, and a project with the files of the version before, committed."""
    folder = tmp_path_factory.mktemp("prepared")
    clone = folder / "later"
    shutil.copytree(template, clone)
    replace(clone / COMPOSE, "graceful + 5", "graceful + 10")
    commit(clone)
    git("-C", clone, "tag", LATER)
    shutil.copytree(PROJECTS / "startproject/project", folder / "my-site")
    commit(folder / "my-site")
    copy(clone, folder / "my-site")
    return clone, folder / "my-site"


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


@pytest.fixture
def site(prepared, tmp_path):
    """Return a project with the files of the template, committed."""
    shutil.copytree(prepared[1], tmp_path / "my-site")
    return tmp_path / "my-site"


@pytest.fixture
def later(prepared, site, tmp_path):
    """Return the template of `site` alone, and a function that makes its folder the later version."""
    clone = tmp_path / "later"
    shutil.copytree(prepared[0], clone)
    replace(site / ".copier-answers.yml", f"_src_path: {prepared[0]}", f"_src_path: {clone}")
    commit(site)

    def release() -> None:
        commit(clone)
        git("-C", clone, "tag", "--force", LATER)

    return clone, release


def refused(folder: Path, *sentences: str, quietly: bool = False, options: Sequence[str] = (), **answers) -> str:
    """Update, see that it is refused in these words with not a byte changed, and return the output; `quietly`, too."""
    before, status = tree(folder), git("-C", folder, "status", "--porcelain", "--ignored")
    for further in ((), ("--quiet",)) if quietly else ((),):
        arguments = ["--defaults", f"--vcs-ref={LATER}", *options, *further, folder]
        code, output = run("update", *arguments, retcode=None, **answers)
        assert code == 1, output
        assert "Nothing was written." in output and ("Traceback" not in output or further), output
        for sentence in sentences:
            assert sentence in output
        assert tree(folder) == before
        assert git("-C", folder, "status", "--porcelain", "--ignored") == status
    return output


def append(path: Path, text: str = "# mine\n") -> None:
    with path.open("a") as file:
        file.write(text)


def set_config(monkeypatch, settings: str) -> None:
    pairs = [setting.split("=", 1) for setting in settings.split()]
    monkeypatch.setitem(local.env, "GIT_CONFIG_COUNT", str(len(pairs)))
    for number, (key, value) in enumerate(pairs):
        monkeypatch.setitem(local.env, f"GIT_CONFIG_KEY_{number}", key)
        monkeypatch.setitem(local.env, f"GIT_CONFIG_VALUE_{number}", value)


@pytest.mark.parametrize("path", ["compose.yaml", "docker/gunicorn.conf.py", ".env.example"])
def test_ignored_and_untracked(site, path):
    git("-C", site, "rm", "--cached", "--quiet", path)
    append(site / ".gitignore", f"{path}\n")
    append(site / path)
    commit(site)
    refused(site, f"would overwrite or delete {path}", f"git add --force {path}")


def test_ignored_and_dropped_by_an_answer(site):
    git("-C", site, "rm", "--cached", "--quiet", "compose.yaml")
    append(site / ".gitignore", "compose.yaml\n")
    append(site / "compose.yaml")
    commit(site)
    refused(site, "would overwrite or delete compose.yaml", use_compose=False)


def test_ignored_and_new_in_the_template(later, site):
    append(site / ".gitignore", "newer.txt\n")
    commit(site)
    (site / "newer.txt").write_text("mine\n")
    (later[0] / "template/newer.txt").write_text("the template's\n")
    later[1]()
    refused(site, "would overwrite or delete newer.txt")


@pytest.mark.parametrize("flag", ["--skip-worktree", "--assume-unchanged"])
def test_flagged_in_the_index(site, flag):
    git("-C", site, "update-index", flag, "compose.yaml")
    append(site / "compose.yaml")
    refused(
        site, "git does not look for changes in compose.yaml", "--no-skip-worktree", quietly=flag == "--skip-worktree"
    )


def test_sparse_checkout(site):
    """What is not checked out: to show it by update-index, and commit what git then shows, would delete it."""
    git("-C", site, "status")  # of files that were copied, git must see that they are what it has
    git("-C", site, "sparse-checkout", "set", "--no-cone", "/*", "!/docker")
    output = refused(
        site, "docker/healthcheck.py, docker/proxy/default.conf are not checked out", "git sparse-checkout disable"
    )
    assert "--no-skip-worktree" not in output


def test_symbolic_link_to_a_folder(site):
    (site / "docker").rename(site / "deploy")
    (site / "docker").symlink_to("deploy")
    commit(site)
    assert "--force" not in refused(site, "docker must be a folder, but is a symbolic link")


@pytest.mark.parametrize("path", ["compose.yaml", "docker/healthcheck.py", ".copier-answers.yml"])
@pytest.mark.parametrize("kind", ["a symbolic link", "a hard link"])
def test_link_to_a_file(site, tmp_path, kind, path):
    outside = tmp_path / "outside"
    content = (site / path).read_bytes()
    outside.write_bytes(content)
    (site / path).unlink()
    link = (site / path).symlink_to if kind == "a symbolic link" else (site / path).hardlink_to
    link(outside)
    commit(site)
    refused(site, f"{path} must be a file", f"but is {kind}")
    assert outside.read_bytes() == content


def test_submodule_where_a_folder_must_go(site, tmp_path):
    shutil.copytree(site / "docker", tmp_path / "other")
    commit(tmp_path / "other")
    git("-C", site, "rm", "--quiet", "-r", "docker")
    git("-C", site, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", tmp_path / "other", "docker")
    commit(site)
    assert "--force" not in refused(site, "docker must be a folder, but is a submodule")


@pytest.mark.parametrize("stray", ["compose.yaml.rej", "notes.rej"])
def test_stray_rej(site, stray):
    """Copier alone takes it for a conflict of its own, and deletes it."""
    append(site / ".gitignore", "*.rej\n")
    append(site / "compose.yaml")
    commit(site)
    (site / stray).write_text("mine\n")
    if stray == "compose.yaml.rej":
        refused(site, "could overwrite compose.yaml.rej", options=["--conflict=rej"])
    assert "conflicts" not in update(site, vcs_ref=LATER)
    assert (site / stray).read_text() == "mine\n" and (site / "compose.yaml").read_text().endswith("# mine\n")


def test_stray_rej_outside_the_subproject(site):
    repository = site.parent
    shutil.rmtree(site / ".git")
    (repository / "other.txt").write_text("one\n")
    commit(repository)
    (repository / "other.txt").write_text("two\n")
    (repository / "other.txt.rej").write_text("mine\n")
    update(site, vcs_ref=LATER)
    assert (repository / "other.txt").read_text() == "two\n" and (repository / "other.txt.rej").exists()


@pytest.mark.parametrize(
    "setting",
    [
        "apply.whitespace=error",
        "apply.whitespace=fix",
        "core.excludesFile=FILE",
        "core.attributesFile=FILE",
        "core.safecrlf=true core.autocrlf=true",
        "status.showUntrackedFiles=no",
        "init.templateDir=FILE",
    ],
)
def test_settings_of_git(site, monkeypatch, tmp_path, setting):
    append(site / "compose.yaml", "# mine, with blanks  \n")
    commit(site)
    file = tmp_path / "file"
    if "excludes" in setting:
        file.write_text("compose*.yaml\n")
    elif "attributes" in setting:
        file.write_text("*.yaml -diff\n")
    else:
        (file / "info").mkdir(parents=True)
        (file / "info/exclude").write_text("*\n")
    set_config(monkeypatch, setting.replace("FILE", str(file)))
    output = update(site, vcs_ref=LATER)
    text = (site / "compose.yaml").read_text()
    assert "40s" in text and text.endswith("# mine, with blanks  \n")
    assert "conflicts" not in output and not list(site.rglob("*.rej"))


def test_bytes_that_are_no_utf_8(site):
    with (site / "compose.yaml").open("ab") as file:
        file.write("# été\n".encode("latin-1"))
    commit(site)
    update(site, vcs_ref=LATER)
    content = (site / "compose.yaml").read_bytes()
    assert b"40s" in content and content.endswith("# été\n".encode("latin-1"))


def test_binary(site):
    with (site / "default.conf").open("ab") as file:
        file.write(b"# \0\n")
    commit(site)
    refused(site, "default.conf contains a zero byte")


def test_folder_where_a_file_must_go(site):
    (site / "compose.yaml").unlink()
    (site / "compose.yaml").mkdir()
    (site / "compose.yaml/mine").write_text("mine\n")
    commit(site)
    refused(site, "compose.yaml must be a file, but is a folder")


def test_file_where_a_folder_must_go(site):
    shutil.rmtree(site / "docker")
    (site / "docker").write_text("mine\n")
    commit(site)
    refused(site, "docker must be a folder, but is a file")


@pytest.mark.parametrize(
    ("operation", "words"),
    [
        ("merge", ["-s", "ours", "--no-commit", "other"]),
        ("cherry-pick", ["HEAD"]),
        ("revert", ["--no-commit", "HEAD~1"]),
    ],
)
def test_a_merge_that_is_not_finished(site, operation, words):
    """The tree is clean, as the result is what there was; to undo an update would end the merge."""
    git("-C", site, "branch", "other")
    append(site / "manage.py", "# one\n")
    commit(site)
    git("-C", site, "revert", "--no-edit", "HEAD")
    git("-C", site, "checkout", "--quiet", "other")
    append(site / "manage.py", "# two\n")
    commit(site)
    git("-C", site, "checkout", "--quiet", "-")
    git["-C", site, operation, *words].run(retcode=None)
    refused(site, f"You are in the middle of a {operation} in {site}", f"git {operation} --abort", quietly=True)


def test_a_conflict_elsewhere_in_the_repository(site):
    repository = site.parent
    shutil.rmtree(site / ".git")
    (repository / "other.txt").write_text("one\n")
    commit(repository)
    (repository / "other.txt").write_text("two\n")
    git("-C", repository, "stash")
    (repository / "other.txt").write_text("three\n")
    commit(repository)
    git["-C", repository, "stash", "pop"].run(retcode=1)
    refused(site, f"other.txt in {repository} has conflicts", quietly=True)


def test_thousands_of_ignored_files(site):
    """More than fit into a command, in which Copier alone names each."""
    (site / "media").mkdir()
    (site / "media/.gitkeep").touch()
    append(site / ".gitignore", "media/*\n!media/.gitkeep\n")
    append(site / "compose.yaml")
    commit(site)
    for number in range(45_000):
        (site / f"media/{number:030}").touch()
    update(site, vcs_ref=LATER)
    text = (site / "compose.yaml").read_text()
    assert "40s" in text and text.endswith("# mine\n")


def test_symbolic_link_to_the_project(site, tmp_path):
    (tmp_path / "link").symlink_to(site)
    before = tree(site)
    code, output = run("update", "--defaults", f"--vcs-ref={LATER}", tmp_path / "link", retcode=None)
    assert code == 1 and f"Give the folder as {site}" in output and "Traceback" not in output
    assert tree(site) == before


def test_an_answer_that_the_new_version_refuses(site):
    set_answer(site, "django_port", "99999")
    commit(site)
    before = tree(site)
    code, output = run("update", "--defaults", f"--vcs-ref={LATER}", site, retcode=None)
    assert code == 1 and "django_port: 99999" in output and "Traceback" not in output
    assert tree(site) == before


def test_an_answer_of_1_x_that_is_refused_leaves_the_answers_file(template, project):
    """The migration to 2.0.0 has written the answers file by then."""
    folder = project()
    copy(template, folder, vcs_ref="v1.1.2")
    (folder / "requirements.txt").rename(folder / "deps.txt")
    commit(folder)
    before = tree(folder)
    code, output = run("update", "--defaults", f"--vcs-ref={NEXT}", folder, retcode=None)
    assert code == 1 and "requirements_file: there is no file requirements.txt" in output
    assert tree(folder) == before and not git("-C", folder, "status", "--porcelain")


@pytest.mark.parametrize(
    ("answer", "value", "path", "others"),
    [
        ("use_compose", False, "compose.yaml", "compose.dev.yaml"),
        ("static_server", "whitenoise", "default.conf", "Dockerfile_static"),
    ],
)
def test_an_edited_file_that_an_answer_drops(site, answer, value, path, others):
    append(site / path)
    commit(site)
    mine = (site / path).read_bytes()
    output = update(site, vcs_ref=LATER, **{answer: value})
    assert not (site / path).exists() and not (site / others).exists()
    command = f"git show HEAD:./{path} > {path}"
    assert command in output and f"HEAD:./{others}" not in output
    with local.cwd(site):
        local["sh"]("-c", command)
    assert (site / path).read_bytes() == mine


def test_an_edited_file_that_the_template_renames(later, site):
    append(site / "docker/healthcheck.py")
    commit(site)
    git("-C", later[0], "mv", "template/docker/healthcheck.py.jinja", "template/docker/health.py.jinja")
    later[1]()
    output = update(site, vcs_ref=LATER)
    assert "git show HEAD:./docker/healthcheck.py > docker/healthcheck.py" in output


def test_nothing_is_said_of_files_without_edits(site):
    assert "was deleted" not in update(site, vcs_ref=LATER, use_compose=False)


def test_the_command_that_undoes_it_spares_the_rest_of_a_repository(site):
    repository = site.parent
    shutil.rmtree(site / ".git")
    (repository / "other.txt").write_text("one\n")
    (site / "compose.yaml").write_text((site / "compose.yaml").read_text().replace("35s", "70s"))
    commit(repository)
    (repository / "other.txt").write_text("two\n")
    (repository / "new.txt").write_text("new\n")
    before = tree(site)
    output = update(site, vcs_ref=LATER)
    assert "1 file has conflicts" in output and "<<<<<<<" in (site / "compose.yaml").read_text()
    undo = output.splitlines()[-1].split("`")[1]
    with local.cwd(site):
        local["sh"]("-c", undo)
    assert tree(site) == before
    assert git("-C", repository, "status", "--porcelain").splitlines() == [" M other.txt", "?? new.txt"]


def test_conflicts_in_rej_files(site):
    (site / "compose.yaml").write_text((site / "compose.yaml").read_text().replace("35s", "70s"))
    commit(site)
    before = tree(site)
    output = update(site, "--conflict=rej", vcs_ref=LATER)
    assert "1 file has conflicts. Your lines are in compose.yaml.rej" in output
    assert "70s" in (site / "compose.yaml.rej").read_text()
    with local.cwd(site):
        local["sh"]("-c", output.splitlines()[-1].split("`")[1])
    assert tree(site) == before


@pytest.mark.parametrize("version", [NEXT, "v2.0.0"])
def test_nothing_is_said_to_be_lost_that_is_there(prepared, project, version):
    folder = project()
    copy(prepared[0], folder, vcs_ref=version)
    append(folder / "compose.yaml")
    replace(folder / "default.conf", "    server_tokens off;", "    # mine\n    server_tokens off;")
    commit(folder)
    output = update(folder, vcs_ref=LATER, gunicorn_workers=7)
    assert "conflicts" not in output and "was deleted" not in output
    assert (folder / "compose.yaml").read_text().endswith("# mine\n")
