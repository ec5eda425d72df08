"""The first .env: made once, where git ignores it, and the person's from then on."""

import base64
import json
import os
import shutil
import stat

import pytest
import yaml
from plumbum import local
from support import NEXT, answers_of, commit, git, run, update

from extensions import filters

DOTENV = "{SECRET_KEY: '', POSTGRES_PASSWORD: '', ADMIN_EMAIL: me@example.com}"


def copied(template, folder, *options, **answers):
    """Copy with the answer `dotenv`, and return what Copier printed, in one line."""
    _, output = run(
        "copy", "--defaults", "--overwrite", f"--vcs-ref={NEXT}", *options, template, folder, dotenv=DOTENV, **answers
    )
    return " ".join(output.split())


def variables(path):
    lines = path.read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def ignoring(folder, text=".env\n"):
    (folder / ".gitignore").write_text(text)
    commit(folder)


def test_it_is_made_with_fresh_secrets_that_nobody_else_reads(template, project):
    folder, other = project(), project(folder="other")
    for place in (folder, other):
        ignoring(place)
    output = copied(template, folder)
    copied(template, other)
    assert output.count(".env was written, with ADMIN_EMAIL, POSTGRES_PASSWORD, SECRET_KEY.") == 1
    assert stat.S_IMODE((folder / ".env").stat().st_mode) == 0o600
    found = [variables(place / ".env") for place in (folder, other)]
    assert found[0]["ADMIN_EMAIL"] == "me@example.com"
    secrets = {each[name] for each in found for name in ("SECRET_KEY", "POSTGRES_PASSWORD")}
    assert len(secrets) == 4 and min(map(len, secrets)) >= 50
    commit(folder)
    assert ".env" not in git("-C", folder, "ls-files").split()
    text = "".join(path.read_text() for path in folder.iterdir() if path.is_file() and path.name != ".env") + output
    assert not any(secret in text for secret in secrets)
    assert "**/.env*" in (folder / ".dockerignore").read_text().splitlines()
    assert (folder / ".git/info/exclude").read_text() == (other / ".git/info/exclude").read_text()


def test_a_key_of_fernet_has_its_form(template, project):
    folder = project()
    ignoring(folder)
    run("copy", "--defaults", f"--vcs-ref={NEXT}", template, folder, dotenv="{FIELD_ENCRYPTION_KEY: ''}")
    key = variables(folder / ".env")["FIELD_ENCRYPTION_KEY"]
    assert len(key) == 44 and len(base64.urlsafe_b64decode(key)) == 32


def test_what_is_to_be_changed_is_named(template, project):
    folder = project()
    ignoring(folder)
    dotenv = "{LISTED: '[]', PACKED: W10=, SMTP_USER: change-me, SMTP_PASSWORD: change-me, TOKEN: change-me, "
    dotenv += "SECRET_KEY: ''}"
    (folder / ".env").write_text("TOKEN=mine\n")
    output = run("copy", "--defaults", f"--vcs-ref={NEXT}", template, folder, dotenv=dotenv)[1]
    assert base64.b64decode(variables(folder / ".env")["SECRET_KEY"], validate=True)
    assert "Change LISTED, PACKED, SMTP_PASSWORD, SMTP_USER there: your project has no value to take." in " ".join(
        output.split()
    )
    commit(folder)
    (folder / ".env").unlink()
    output = run("copy", "--defaults", "--overwrite", f"--vcs-ref={NEXT}", template, folder, dotenv=dotenv)[1]
    said = " ".join(output.split())
    assert (
        ".env was written, with LISTED, PACKED, SECRET_KEY, SMTP_PASSWORD, SMTP_USER, TOKEN. Change LISTED, " in said
    )


JSON_TEXT = '{"a b": "(x) [1] ; | & * ~ !", "c": [{"d": "postgres://e:f@g/h?i=j"}], "k": {}, "l": 1}'


def test_json_in_the_first_env(template, project):
    folder = project()
    ignoring(folder)
    first = {
        "APP": '{"SECRET_KEY": "change-me", "db": [{"password": "change-me"}]}',
        "MADE": '{"secret_key": "change-me", "FERNET_KEY": "only-for-building-the-image-0123456789-abcd="}',
        "OTHER": '{"port": 1}',
        "KEYS": '["a", ""]',
    }
    first["PACKED"] = base64.b64encode(b' {"id": "change-me"}').decode()
    output = run("copy", "--defaults", f"--vcs-ref={NEXT}", template, folder, dotenv=json.dumps(first))[1]
    found = variables(folder / ".env")
    made = json.loads(found["APP"].strip("'"))
    assert len(made["SECRET_KEY"]) == 64 and made["db"] == [{"password": "change-me"}]
    made = json.loads(found["MADE"].strip("'"))
    assert len(made["secret_key"]) == 64 and len(base64.urlsafe_b64decode(made["FERNET_KEY"])) == 32
    assert not made["FERNET_KEY"].startswith("only")
    assert found["OTHER"].strip("'") == first["OTHER"] and found["KEYS"].strip("'") == first["KEYS"]
    assert "Change APP, PACKED there" in " ".join(output.split())
    assert f"APP={first['APP']}" in (folder / ".env.example").read_text().splitlines()


@pytest.mark.docker
@pytest.mark.parametrize("file", [".env", ".env.example"])
def test_compose_gives_containers_the_text_of_json(template, project, file):
    folder = project()
    ignoring(folder)
    answers = {"dotenv": json.dumps({"APP_CONFIG": JSON_TEXT}), "required_environment": "[APP_CONFIG]"}
    run("copy", "--defaults", f"--vcs-ref={NEXT}", template, folder, **answers)
    (folder / file).rename(folder / ".env")
    with local.cwd(folder):
        merged = json.loads(local["docker"]("compose", "config", "--format=json"))
    assert merged["services"]["django"]["environment"]["APP_CONFIG"] == JSON_TEXT


def test_a_shell_gives_a_command_the_text_of_json():
    show = "python3 -c 'import os; print(os.environ[\"APP_CONFIG\"])'"
    assert local["sh"]("-c", filters.assignments({"APP_CONFIG": JSON_TEXT}) + show) == f"{JSON_TEXT}\n"


def test_git_is_made_to_ignore_it(template, project):
    folder = project()
    ignoring(folder, "*.log\n")
    output = copied(template, folder)
    assert ".env was written" in output and "Add .env to .gitignore" in output
    assert (folder / ".git/info/exclude").read_text().splitlines()[-1] == "/.env"
    commit(folder)
    assert (folder / ".env").is_file() and ".env" not in git("-C", folder, "ls-files").split()


def test_in_a_folder_of_a_repository(template, project, tmp_path):
    shutil.rmtree(project() / ".git")
    (tmp_path / "my-site").rename(tmp_path / "[my] site")
    commit(tmp_path)
    copied(template, tmp_path / "[my] site")
    assert (tmp_path / "[my] site/.env").is_file() and not (tmp_path / ".env").exists()
    assert ".env" not in git("-C", tmp_path, "status", "--porcelain", "--untracked-files=all").replace(".env.ex", "")


@pytest.mark.parametrize("kind", ["not ignored after all", "in the index", "a list that is a link"])
def test_it_is_not_made_where_git_would_commit_it(template, project, tmp_path, kind):
    folder = project()
    exclude, outside = folder / ".git/info/exclude", tmp_path / "outside"
    outside.write_text("# mine\n")
    if kind == "not ignored after all":
        ignoring(folder, ".env*\n!.env\n")
    elif kind == "a list that is a link":
        exclude.unlink()
        exclude.symlink_to(outside)
    else:
        (folder / ".env").write_text("A=1\n")
        commit(folder)
        (folder / ".env").unlink()
    before = exclude.read_text() if exclude.is_file() else None
    output = copied(template, folder)
    assert ".env was not written" in output and "create .env with ADMIN_EMAIL, POSTGRES_PASSWORD, SECRET_KEY" in output
    assert not (folder / ".env").exists() and (folder / "Dockerfile_django").is_file()
    assert (exclude.read_text() if exclude.is_file() else None) == before and outside.read_text() == "# mine\n"


def test_without_a_repository_nothing_commits_it(template, project):
    folder = project()
    shutil.rmtree(folder / ".git")
    output = copied(template, folder)
    assert ".env was written" in output and "Add .env to .gitignore once the project is a git repository" in output
    assert len(variables(folder / ".env")["SECRET_KEY"]) >= 50


@pytest.mark.parametrize("end", ["\n", ""], ids=["final newline", "no final newline"])
def test_what_one_that_is_there_lacks_is_added(template, project, end):
    folder = project()
    ignoring(folder)
    mine = f"# SECRET_KEY=no\nexport SECRET_KEY='mine'\nPOSTGRES_PASSWORD={end}"
    (folder / ".env").write_text(mine)
    output = copied(template, folder)
    text = (folder / ".env").read_text()
    assert text.startswith(mine) and text.count("SECRET_KEY") == 2
    found = variables(folder / ".env")
    assert found["ADMIN_EMAIL"] == "me@example.com" and len(found["POSTGRES_PASSWORD"]) >= 50
    assert "ADMIN_EMAIL, POSTGRES_PASSWORD were added to the end of .env." in output and "mine" not in output
    commit(folder)
    assert "to the end of .env" not in copied(template, folder)
    assert (folder / ".env").read_text() == text


def test_one_in_git_is_left_alone(template, project):
    folder = project()
    (folder / ".env").write_text("SECRET_KEY=mine\n")
    commit(folder)
    output = copied(template, folder)
    assert (folder / ".env").read_text() == "SECRET_KEY=mine\n"
    assert "Nothing was added to .env, because git tracks it. Remove it from git (`git rm --cached .env`)" in output
    assert "set ADMIN_EMAIL, POSTGRES_PASSWORD in it." in output


READING = """
import os
SECRET_KEY = os.environ["SECRET_KEY"]
DATABASES = {"default": {"ENGINE": "django.db.backends.postgresql", "NAME": "shop", "PASSWORD": os.environ["DB_PASS"]}}
"""


@pytest.mark.parametrize(
    ("old", "names"),
    [("SECRET_KEY=\n", {"POSTGRES_PASSWORD", "SECRET_KEY"}), ("SECRET_KEY=mine\n", {"POSTGRES_PASSWORD"})],
    ids=["has neither", "has one"],
)
def test_beside_one_in_git_is_a_file_for_what_it_lacks(template, project, old, names):
    folder = project()
    with (folder / "mysite/settings.py").open("a") as settings:
        settings.write(READING)
    (folder / ".env").write_text(old)
    commit(folder)
    _, output = run("copy", "--defaults", "--overwrite", f"--vcs-ref={NEXT}", template, folder)
    assert (folder / ".env").read_text() == old and answers_of(folder)["secrets_file"] == ".env.secrets"
    found = variables(folder / ".env.secrets")
    assert found.keys() == names and all(len(value) >= 50 for value in found.values())
    assert stat.S_IMODE((folder / ".env.secrets").stat().st_mode) == 0o600
    assert ".env.secrets was written, with" in output and "Add .env.secrets to .gitignore." in " ".join(output.split())
    assert "before you start" not in output
    commit(folder)
    assert ".env.secrets" not in git("-C", folder, "ls-files").split()
    included = yaml.safe_load((folder / "compose.yaml").read_text())["include"]
    assert included == [
        {"path": "docker/services.yaml", "project_directory": ".", "env_file": [".env", ".env.secrets"]}
    ]
    services = (folder / "docker/services.yaml").read_text()
    files = yaml.safe_load(services)["x-django"]["env_file"]
    assert files == [{"path": path, "required": False} for path in (".env", ".env.secrets")]
    assert "SECRET_KEY: ${SECRET_KEY:?Set it in .env.secrets}" in services and "in .env}" not in services
    assert (folder / ".env.example").read_text().startswith("# Copy to .env.secrets, ")


def test_one_in_git_that_lacks_nothing_is_the_only_one(template, project):
    folder = project()
    with (folder / "mysite/settings.py").open("a") as settings:
        settings.write(READING)
    (folder / ".env").write_text("SECRET_KEY=a\nDB_PASS=b\nPOSTGRES_PASSWORD=c\n")
    commit(folder)
    run("copy", "--defaults", "--overwrite", f"--vcs-ref={NEXT}", template, folder)
    assert not (folder / "docker/services.yaml").exists() and not (folder / ".env.secrets").exists()
    assert "services:\n" in (folder / "compose.yaml").read_text()


def test_one_that_others_can_read_is_closed_before_a_secret_is_added(template, project):
    folder = project()
    ignoring(folder)
    (folder / ".env").write_text("SECRET_KEY=mine\n")
    (folder / ".env").chmod(0o644)
    assert "to the end of .env. Only you can read it now." in copied(template, folder)
    assert stat.S_IMODE((folder / ".env").stat().st_mode) == 0o600
    (folder / ".env").chmod(0o644)
    commit(folder)
    assert "Run `chmod 600 .env`." in copied(template, folder)
    assert stat.S_IMODE((folder / ".env").stat().st_mode) == 0o644


def test_one_that_git_does_not_ignore_is_hidden_before_a_secret_is_added(template, project):
    folder = project()
    ignoring(folder, "*.log\n")
    (folder / ".env").write_text("SECRET_KEY=mine\n")
    assert "on this computer keeps it out of commits" in copied(template, folder)
    commit(folder)
    assert ".env" not in git("-C", folder, "ls-files").split()


def test_a_value_means_nothing_to_a_shell(template, project):
    folder = project()
    ignoring(folder)
    dotenv = "{GREETING: 'hello; touch pwned', HOSTS: 'a.example,b.example'}"
    run("copy", "--defaults", f"--vcs-ref={NEXT}", template, folder, dotenv=dotenv)
    assert (folder / ".env").read_text().splitlines()[1:] == [
        "GREETING='hello; touch pwned'",
        "HOSTS=a.example,b.example",
    ]


def test_one_that_is_for_work_without_containers_is_remarked_on(template, project):
    folder = project()
    ignoring(folder)
    (folder / ".env").write_text(
        "DATABASE_URL=postgres://me@localhost/site\nALLOWED_HOSTS=localhost\nREDIS=redis://r\n"
    )
    environment = "{DATABASE_URL: postgres://db/site, ALLOWED_HOSTS: localhost, REDIS: redis://valkey}"
    output = copied(template, folder, compose_environment=environment)
    assert ".env points DATABASE_URL at localhost" in output and "Delete this line" in " ".join(output.split())


@pytest.mark.parametrize(
    ("lines", "named"),
    [
        (["DB_USER=me", "DB_PASSWORD=mine"], "DB_PASSWORD, DB_USER"),
        (["DB_USER=shop", "DB_NAME=other"], "DB_NAME"),
        (["DB_PASSWORD=mine", "POSTGRES_PASSWORD=mine"], ""),
        (["DB_URL=postgres://me:mine@server/shop"], "DB_URL"),
        (["HOST=other"], ""),
    ],
)
def test_one_with_the_login_of_another_database_is_remarked_on(template, project, lines, named):
    folder = project()
    ignoring(folder)
    (folder / ".env").write_text("\n".join([*lines, ""]))
    environment = {"DB_USER": "shop", "DB_NAME": "shop", "DB_PASSWORD": "${POSTGRES_PASSWORD}", "HOST": "db"}
    environment["DB_URL"] = "postgres://shop:${POSTGRES_PASSWORD}@db/shop"
    services = {"services": "{db: 'postgres:18'}", "database_user": "shop", "database_name": "shop"}
    output = copied(template, folder, compose_environment=str(environment), **services)
    assert (f".env sets {named} to what the database" in output) if named else ("Delete th" not in output)


def test_the_login_of_one_in_git_is_that_of_the_database(template, project):
    folder = project()
    parts = (
        "{'ENGINE': 'django.db.backends.postgresql', 'HOST': os.environ['DB_HOST'], 'NAME': os.environ['DB_NAME'], "
    )
    with (folder / "mysite/settings.py").open("a") as settings:
        settings.write(f"import os\nDATABASES = {{'default': {parts}'USER': os.environ['DB_USER']}}}}\n")
    (folder / ".env").write_text('DB_HOST=pg  # as in Compose\nDB_NAME="goods"\nDB_USER=clerk\n')
    commit(folder)
    output = run("copy", "--defaults", "--overwrite", f"--vcs-ref={NEXT}", template, folder)[1]
    found = answers_of(folder)
    assert (found["database_name"], found["database_user"]) == ("goods", "clerk") and "Delete th" not in output
    assert found["services"].keys() == {"pg"} and found["compose_environment"]["DB_USER"] == "clerk"


@pytest.mark.parametrize("kind", ["folder", "link", "link into git", "dangling link", "hard link", "pipe"])
def test_what_is_no_file_of_its_own_is_left_alone(template, project, tmp_path, kind):
    folder, outside, inside = project(), tmp_path / "outside", tmp_path / "my-site/.git/config"
    ignoring(folder)
    outside.write_text("mine\n")
    before = inside.read_text()
    env = folder / ".env"
    match kind:
        case "folder":
            env.mkdir()
        case "link":
            env.symlink_to(outside)
        case "link into git":
            env.symlink_to(".git/config")
        case "dangling link":
            env.symlink_to(tmp_path / "nowhere")
        case "hard link":
            env.hardlink_to(outside)
        case "pipe":
            os.mkfifo(env)
    output = copied(template, folder)
    said = ".env is a link, or not a file, so nothing was written. Put a file there that sets ADMIN_EMAIL"
    if kind == "folder":
        said = ".env is a folder, but Compose reads a file there. Rename it, then set ADMIN_EMAIL"
    assert said in output
    assert outside.read_text() == "mine\n" and inside.read_text() == before and not (tmp_path / "nowhere").exists()


def test_quiet_pretended_without_compose_and_with_nothing_to_write(template, project):
    quiet, pretended, without, nothing = (project(folder=name) for name in ("a", "b", "c", "d"))
    assert ".env" not in copied(template, quiet, "--quiet") and (quiet / ".env").is_file()
    run("copy", "--pretend", "--defaults", f"--vcs-ref={NEXT}", template, pretended, dotenv=DOTENV)
    copied(template, without, use_compose=False)
    output = run("copy", "--defaults", f"--vcs-ref={NEXT}", template, nothing, dotenv="{}")[1]
    assert "Running task" not in output and ".env is" not in output
    assert not any((folder / ".env").exists() for folder in (pretended, without, nothing))


def test_an_update_does_not_make_it(template, project):
    folder = project()
    ignoring(folder)
    copied(template, folder)
    commit(folder)
    (folder / ".env").unlink()
    update(folder)
    assert not (folder / ".env").exists()


def test_an_example_that_git_ignores_is_not_rendered(template, project):
    folder, other = project(), project(folder="other")
    ignoring(folder, ".env*\n")
    for place, rendered in ((folder, False), (other, True)):
        copied(template, place)
        assert (place / ".env.example").exists() is rendered
        assert answers_of(place)["env_example"] is rendered
