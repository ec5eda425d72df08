"""Updates: every release to the newest, with what people changed in between."""

import shutil

import pytest
import yaml
from plumbum import local
from support import NEXT, ROOT, answers_of, commit, copy, git, releases, rendered, run, tree, update

LATER = "v999.1.0"
COMPOSE = "includes/compose.jinja"
COMPOSE_SETTINGS = {"compose_environment": "{DJANGO_SETTINGS_MODULE: compose_settings}"}


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


EVERY = [(release, name) for release, commit in releases().items() for name in projects_of(commit)]
FILES = ("compose.yaml", "Dockerfile_django", "Dockerfile_static", "default.conf", ".dockerignore")
SEEN: list[dict[str, bytes]] = []  # what is known to be as a fresh copy: most releases lead to the same


@pytest.mark.parametrize(("release", "name"), EVERY)
def test_updated_equals_fresh(name, release, template, project, tmp_path):
    """A project copied at an old release and updated, with no edits, is a fresh copy with the same answers."""
    old, fresh = project(name), project(name, folder="fresh")
    copy(template, old, vcs_ref=release, project_slug="my-site")
    update(old)
    if rendered(old) in SEEN:
        return
    stored = {name: value for name, value in answers_of(old).items() if name[0] != "_"}
    (tmp_path / "answers.yml").write_text(yaml.safe_dump(stored))
    copy(template, fresh, f"--data-file={tmp_path / 'answers.yml'}")
    assert rendered(old) == rendered(fresh)
    commit(old)
    update(old)
    assert not git("-C", old, "status", "--porcelain")
    SEEN.append(rendered(old))


@pytest.mark.parametrize(("release", "name"), EVERY)
def test_edits_of_every_release_are_kept(name, release, template, project):
    """Each file has an edit at its start, in its middle and at its end: it is there afterwards, or in a conflict."""
    folder = project(name)
    copy(template, folder, vcs_ref=release)
    files = [path for path in FILES if (folder / path).is_file()]
    for path in files:
        lines = (folder / path).read_text().splitlines()
        middle = len(lines) // 2
        edited = ["# mine: first", *lines[:middle], "# mine: middle", *lines[middle:], "# mine: last"]
        (folder / path).write_text("\n".join(edited) + "\n")
    commit(folder)
    before = tree(folder)
    output = update(folder)
    for path in files:
        lines = (folder / path).read_text().splitlines()
        assert [line for line in lines if line.startswith("# mine:")] == [
            "# mine: first",
            "# mine: middle",
            "# mine: last",
        ], path
    conflicts = git("-C", folder, "diff", "--name-only", "--diff-filter=U").split()
    assert not conflicts or ", ".join(conflicts) in output
    assert [path for path in files if "<<<<<<<" in (folder / path).read_text()] == [
        path for path in files if path in conflicts
    ]
    git("-C", folder, "reset", "--hard", "--quiet")
    git("-C", folder, "clean", "-fd", "--quiet")
    assert tree(folder) == before


@pytest.mark.parametrize("release", [release for release in releases() if release >= "v2"])
def test_larger_uploads_need_no_merge_by_hand(release, template, project):
    """docs/how-to/edit-files.md calls it an edit that needs no answer, and it is the most usual one."""
    folder = project()
    copy(template, folder, vcs_ref=release)
    old, new = "    client_max_body_size 32m;\n", "    client_max_body_size 100m;\n"
    path = next(path for path in (folder / "docker/proxy/default.conf", folder / "default.conf") if path.is_file())
    assert path.read_text().count(old) == 1
    path.write_text(path.read_text().replace(old, new))
    commit(folder)
    update(folder)
    assert git("-C", folder, "diff", "--name-only", "--diff-filter=U") == ""
    assert new in path.read_text()


def test_what_1_x_runs_is_kept(template, project):
    """The ports, the two images and nothing else; what a person has to check is said once."""
    folder = project()
    copy(template, folder, vcs_ref="v1.1.2", django_port=8123, static_port=8124, required_environment="[SECRET_KEY]")
    (folder / "compose.override.yaml").write_text(
        "services:\n  django:\n    environment: {SECRET_KEY: mine}\n    volumes: [./data:/data]\n"
        "  worker:\n    build: {context: ., dockerfile: Dockerfile_django}\n    command: python manage.py work\n"
    )
    commit(folder)
    output = update(folder)
    answers = answers_of(folder)
    assert answers["reverse_proxy"] == "external" and answers["required_environment"] == []
    assert not (answers["services"] or answers["workers"] or answers["migrate"])
    assert "control_socket_disable" not in answers
    compose = yaml.safe_load((folder / "compose.yaml").read_text())
    assert compose["services"].keys() == {"django", "static"}
    assert [service["ports"] for service in compose["services"].values()] == [
        ["127.0.0.1:8123:8000"],
        ["127.0.0.1:8124:8080"],
    ]
    assert ":?" not in (folder / "compose.yaml").read_text()
    assert output.count("Updating to 2.0.0: what you run stays.") == 1
    said = output[output.index("Updated to 2.0.0.") : output.index("Updated from 1.1.2")].strip().splitlines()
    said = [line for line in said if not line.startswith(" > Running task")]
    assert len(said) <= 5 and "Make volumes and bind mounts (/data) writable" in "\n".join(said)
    assert said[1].startswith("- worker: the image's health check requests Django's port")
    commit(folder)
    assert "2.0.0" not in update(folder)


def test_an_update_may_take_on_what_is_new(template, project):
    folder = project()
    copy(template, folder, vcs_ref="v1.1.2")
    update(folder, reverse_proxy="nginx")
    commit(folder)
    assert answers_of(folder)["reverse_proxy"] == "nginx"
    run("update", "--defaults", "--vcs-ref=:current:", folder, migrate=True)
    assert answers_of(folder)["migrate"] is True
    assert "migrate" in yaml.safe_load((folder / "compose.yaml").read_text())["services"]


def test_a_prerelease_of_2_0_0_has_its_answers_already(template, project, tmp_path):
    folder = project()
    clone = tmp_path / "prerelease"
    shutil.copytree(template, clone)
    git("-C", clone, "tag", "v2.0.0rc1", "v2.0.0")
    copy(clone, folder, vcs_ref="v2.0.0rc1")
    before = answers_of(folder)
    assert before["reverse_proxy"] == "nginx" and before["migrate"] is True
    assert "to 2.0.0: what you run" not in (output := update(folder)) and "Updated to 2.0.0." not in output
    assert before.pop("uv_version") == ""  # the newest asks it only where uv installs
    now = answers_of(folder)
    assert [name for name in before if name != "_commit" and now[name] != before[name]] == []


def test_what_is_found_only_now_is_left_to_people_with_answers(template, project):
    """They have edited the line for it: a change of the template there would be a conflict."""
    folder = project("uv_src")
    manifest = (folder / "pyproject.toml").read_text()
    extra = '[project.optional-dependencies]\nprod = ["whitenoise"]\n'
    (folder / "pyproject.toml").write_text(f"{manifest}\n{extra}")
    commit(folder)
    copy(template, folder, vcs_ref="v2.0.0")
    dockerfile = folder / "Dockerfile_django"
    mine = dockerfile.read_text().replace("--no-install-workspace", "--no-install-workspace --extra prod")
    dockerfile.write_text(mine)
    commit(folder)
    assert "conflicts" not in update(folder)
    assert "--no-install-workspace --extra prod" in dockerfile.read_text()
    assert answers_of(folder)["install_options"] == []
    commit(folder)
    (folder / ".copier-answers.yml").unlink()
    copy(template, folder)
    assert answers_of(folder)["install_options"] == ["--extra=prod"]


def test_the_file_that_a_person_deleted_and_the_example_that_they_have(template, project):
    folder = project()
    (folder / ".env.example").write_text("MINE=1\n")
    commit(folder)
    copy(template, folder, vcs_ref="v1.1.2")
    (folder / "compose.yaml").unlink()
    commit(folder)
    update(folder)
    assert answers_of(folder)["use_compose"] is False and answers_of(folder)["env_example"] is False
    assert not list(folder.glob("compose*")) and (folder / ".env.example").read_text() == "MINE=1\n"


@pytest.mark.parametrize(
    ("instruction", "image"), [("RUN curl -O https://example.com/a", "full"), ("RUN mkdir -p /data", "slim")]
)
def test_the_image_stays_full_where_an_instruction_needs_it(template, project, instruction, image):
    folder = project()
    copy(template, folder, vcs_ref="v1.1.2", django_instructions=f"['{instruction}']")
    update(folder)
    assert answers_of(folder)["python_image"] == image


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
    edit(COMPOSE, "  env_file:", "  shm_size: 64m\n  env_file:")
    edit("includes/environment.jinja", "    DJANGO_ENV=", "    NEWER=1 \\\n    DJANGO_ENV=")
    edit("includes/nginx.jinja", "server_tokens off;", "server_tokens off;\n    charset utf-8;")
    output = update(folder, vcs_ref=LATER)
    assert (folder / "compose.yaml").read_text() == mine.replace("  env_file:", "  shm_size: 64m\n  env_file:")
    dockerfile = (folder / "Dockerfile_django").read_text()
    assert "NEWER=1" in dockerfile and dockerfile.endswith("# mine\n")
    assert not (folder / "default.conf").exists()
    assert "conflicts" not in output


@pytest.mark.parametrize("release", ["v3.4.4", "v3.5.0"])
def test_the_order_of_changed_settings_is_no_edit(release, template, project):
    """Releases until 3.5.1 wrote them as the copy found them, and an update as the answers file has them."""
    folder = project()
    settings = "{TIME_ZONE: UTC, LANGUAGE_CODE: de, ADMIN: a}"
    copy(template, folder, vcs_ref=release, compose_settings=settings, **COMPOSE_SETTINGS)
    assert "none in conflict" in update(folder)
    lines = (folder / "Dockerfile_django").read_text().splitlines()
    assert {'TIME_ZONE = "UTC"', 'os.environ["DJANGO_SETTINGS_MODULE"] = _asked'} <= {*lines}


def test_changed_settings_are_in_the_order_of_the_answers_file(template, project):
    folder = project()
    copy(template, folder, compose_settings="{TIME_ZONE: UTC, ADMIN: a}", **COMPOSE_SETTINGS)
    text = (folder / "Dockerfile_django").read_text()
    assert '\n\nADMIN = "a"\nTIME_ZONE = "UTC"\nEOF\n' in text


def test_a_conflict_is_named_with_the_way_back(later, project):
    template, edit = later
    folder = project()
    copy(template, folder)
    (folder / "compose.yaml").write_text((folder / "compose.yaml").read_text().replace("35s", "70s"))
    commit(folder)
    before = tree(folder)
    edit(COMPOSE, "graceful + 5", "graceful + 10")
    output = update(folder, vcs_ref=LATER)
    assert "1 file has conflicts: compose.yaml." in output
    assert "70s" in (folder / "compose.yaml").read_text() and "40s" in (folder / "compose.yaml").read_text()
    local["sh"]("-c", output.splitlines()[-1].split("undo the whole update with `")[1].split("`")[0])
    assert tree(folder) == before


def test_an_update_runs_the_new_versions_code(later, project):
    """Both versions are loaded in one process: neither may see the other's modules."""
    template, edit = later
    folder = project()
    copy(template, folder)
    record = """QUESTIONS = (
    Question(
        name="new",
        type="str",
        help="New",
        rule=kinds.text("[news]+", "say news"),
        safe="news",
        since="999.1.0",
        as_before="sewn",
        reference=Reference(type="text", default="news", changes="nothing"),
    ),
"""
    edit("extensions/questions/records/gunicorn.py", "QUESTIONS = (\n", record)
    question = "new: {default: '{{ \"new\" | found }}', validator: '{{ \"new\" | problem }}'}\n"
    edit("copier.yml", "customize:\n", f"{question}customize:\n")
    update(folder, vcs_ref=LATER)
    assert yaml.safe_load((folder / ".copier-answers.yml").read_text())["new"] == "sewn", "goes on as before"
    fresh = project(folder="fresh")
    copy(template, fresh, vcs_ref=LATER)
    assert "new" not in yaml.safe_load((fresh / ".copier-answers.yml").read_text()), "is plain"


def test_an_answer_that_is_left_out_follows_the_template(later, project):
    """It means what is plain in the version that renders, in both renderings of an update; another answer stays."""
    template, edit = later
    plain, own = project(), project(folder="own")
    copy(template, plain)
    copy(template, own, gunicorn_workers=5)
    # Lines that are there by an answer that is left out: without it in the old rendering, this would be a conflict.
    settings = plain / "docker/gunicorn.conf.py"
    mine = settings.read_text().replace('datefmt="[%Y-%m-%d', 'datefmt="[mine %Y-%m-%d')
    assert "mine" in mine
    settings.write_text(mine)
    # What would be read in the project today is not what was answered.
    (plain / "Procfile").write_text("worker: python manage.py process_tasks\n")
    commit(plain)
    edit("extensions/questions/records/gunicorn.py", "safe=3,", "safe=4,")
    for folder, before, after in ((plain, 3, 4), (own, 5, 5)):
        compose = (folder / "compose.yaml").read_text()
        assert "gunicorn_workers" not in (folder / ".copier-answers.yml").read_text() or folder == own
        assert "none in conflict" in update(folder, vcs_ref=LATER) or before == after
        assert settings.read_text() == mine
        assert (folder / "compose.yaml").read_text() == compose.replace(f"--workers {before}", f"--workers {after}")
        assert git("-C", folder, "diff", "--name-only", "HEAD").split() == [
            ".copier-answers.yml",
            *([".env.example", "compose.yaml"] if before != after else []),
        ]


def test_nothing_is_asked_again_that_is_left_out(later, project):
    """Of those who want to customize neither: without a terminal, Copier fails at a question."""
    template, edit = later
    folder = project()
    copy(template, folder, customize="true")
    edit(COMPOSE, "graceful + 5", "graceful + 10")
    assert run("update", f"--vcs-ref={LATER}", folder)[0] == 0
    assert "40s" in (folder / "compose.yaml").read_text()


def test_a_persons_own_defaults_change_no_answer_that_is_left_out(later, project, tmp_path):
    """They are for new answers: https://copier.readthedocs.io/en/stable/settings/."""
    template, edit = later
    folder = project()
    copy(template, folder)
    edit(COMPOSE, "graceful + 5", "graceful + 10")
    settings = tmp_path / "settings.yml"
    settings.write_text("defaults:\n  gunicorn_workers: 7\n")
    with local.env(COPIER_SETTINGS_PATH=str(settings)):
        update(folder, vcs_ref=LATER)
    assert "gunicorn_workers" not in (folder / ".copier-answers.yml").read_text()
    assert "--workers 3" in (folder / "compose.yaml").read_text()
    fresh = project(folder="fresh")
    with local.env(COPIER_SETTINGS_PATH=str(settings)):
        copy(template, fresh)
    assert "--workers 7" in (fresh / "compose.yaml").read_text() and answers_of(fresh)["gunicorn_workers"] == 7


def test_an_answer_is_changed_by_an_update(template, project):
    folder = project()
    copy(template, folder)
    run("update", "--defaults", "--vcs-ref=:current:", folder, gunicorn_workers=9)
    assert (
        git("-C", folder, "diff", "--unified=0").count("\n+ ") == 2  # the workers, and their memory
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
    assert code == 1 and "The update would overwrite or delete compose.yaml" in output and tree(folder) == before


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
    edit(COMPOSE, "graceful + 5", "graceful + 10")
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
    edit(COMPOSE, "graceful + 5", "graceful + 10")
    assert run("check-update", "--quiet", folder, retcode=None, trust=False)[0] == 2
    update(folder, vcs_ref=LATER)
    commit(folder)
    assert run("check-update", "--quiet", folder, retcode=None, trust=False)[0] == 0
