"""What .dockerignore leaves out by its names, what of it comes in again, and what is said of secrets in git."""

import re

import pytest
from support import NEXT, ROOT, answers_of, commit, copy, run, update

from extensions.project.deployment.build_context import USUAL, is_left_out
from extensions.questions import answers

CERTIFICATE = "-----BEGIN CERTIFICATE-----\nMIIB\n"
NAMES = """
    server.pem tls.key id_rsa id_ed25519 .netrc .npmrc .pypirc cert.p12 store.pfx store.jks app.keystore
    credentials.json credentials-prod.json service-account.json service_account.json gcp-key.json .aws/credentials
    .gnupg/secring.gpg .ssh/config .kube/config .docker/config.json vault.kdbx .env .env.production prod.env
    secrets.yml secrets.yaml secrets.json secrets.toml .htpasswd dump.sql backup.sql.gz db.dump app.sqlite
    app.sqlite3 app.db app.db-wal backups/x.tar terraform.tfstate terraform.tfstate.backup prod.tfvars
    .terraform/x .vault-token local_settings.py .bash_history .python_history .git/config .hg/store .svn/entries
    .github/workflows/x.yml
""".split()  # noqa: SIM905


def patterns(folder):
    lines = (folder / ".dockerignore").read_text().splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def write(folder, files):
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)


def stored(folder):
    return answers_of(folder)


def test_the_reader_knows_what_the_template_leaves_out():
    text = (ROOT / "template/.dockerignore.jinja").read_text()
    assert {line.removeprefix("**/") for line in text.splitlines() if line.startswith("**/")} == set(USUAL)


def test_docker_reads_the_patterns(template, project):
    """A "-" in a class is a range, which Docker refuses at its beginning: https://pkg.go.dev/path/filepath#Match."""
    folder = project()
    copy(template, folder, dockerignore="['*.[a-c]', '[xy]z']")
    classes = re.findall(r"\[([^]]*)\]", "\n".join(patterns(folder)))
    assert "a-c" in classes and not [text for text in classes if text.startswith("-") or text.endswith("-")]
    for refused in ("[-a]", "[a-]", "[]", "[a", "a]"):
        assert answers.problem("dockerignore", [refused], {}, folder), refused


def test_names_that_are_never_code_stay_out_at_any_depth(template, project):
    folder = project()
    copy(template, folder)
    found = patterns(folder)
    inside = [path for name in NAMES for path in (name, f"mysite/{name}") if not is_left_out(found, path)]
    assert not inside
    code = ["manage.py", "mysite/settings.py", "mysite/secrets.py", "mysite/keys.py", "mysite/db.py", "a/backup.py"]
    assert not [path for path in code if is_left_out(found, path)]


KEPT = {
    "certs/ca.pem": CERTIFICATE,
    "shop/migrations/0001.sql": "SELECT 1;\n",
    "shop/migrations/more/0002.sql": "SELECT 1;\n",
    "shop/data/countries.sql": "SELECT 1;\n",
    "geo.db": "x\n",
    ".npmrc": "engine-strict=true\n",
    "keys/été.key": "public\n",
}
OUT = {
    "certs/local.pem": "untracked\n",
    "shop/migrations/__pycache__/x.pyc": "x\n",
    "dump.sql": "untracked\n",
    ".env": "A=1\n",
    ".env.test": "A=1\n",
    ".github/x.pem": CERTIFICATE,
}


def test_what_git_tracks_and_images_need_comes_in_again(template, project):
    folder = project()
    write(folder, KEPT | {".gitignore": ".env\ncerts/local.pem\n/dump.sql\n__pycache__/\n.env.test\n"} | OUT)
    commit(folder)
    copy(template, folder)
    found = patterns(folder)
    assert "shop/migrations" in stored(folder)["dockerignore_except"]
    assert [path for path in KEPT if is_left_out(found, path)] == []
    assert [path for path in OUT if not is_left_out(found, path)] == []


def test_variables_that_code_or_a_front_ends_build_read_come_in_again(template, project):
    folder = project("node_assets")
    read = {".env.production": "VITE_API=/api/\n", "conf/site.env": "COLOUR=red\n"}
    write(folder, read | {"garden/conf.py": "open('conf/site.env')\n", ".env.local": "A=1\n", "conf/web.env": "A=1\n"})
    commit(folder)
    copy(template, folder)
    assert stored(folder)["dockerignore_except"] == [*read]


def test_variables_that_the_own_image_s_front_end_copies_come_in_again(template, project):
    folder = project()
    stage = "FROM node:24 AS ui\nCOPY . .\nRUN cp .env-build .env && npm ci && npm run pack\n"
    own = "FROM python:3.13\nCOPY . .\nRUN pip install -r requirements.txt\nCOPY --from=ui /dist mysite/static/\n"
    write(folder, {"Dockerfile": stage + own, ".env-build": "A=1\n", ".env-test": "A=2\n", "package.json": "{}"})
    commit(folder)
    copy(template, folder)
    assert stored(folder)["dockerignore_except"] == [".env-build"]


def test_an_update_leaves_in_what_git_tracks(template, project):
    folder = project()
    write(folder, {"certs/ca.pem": CERTIFICATE, "mysite/data.sql": "SELECT 1;\n", "local.key": "mine\n"})
    write(folder, {".gitignore": ".env\nlocal.key\n"})
    commit(folder)
    copy(template, folder, vcs_ref="v2.1.1")
    update(folder)
    assert stored(folder)["dockerignore_except"] == ["certs/ca.pem", "mysite/data.sql"]
    found = patterns(folder)
    assert is_left_out(found, "local.key") and is_left_out(found, "mysite/dump.sql")
    assert not is_left_out(found, "certs/ca.pem") and not is_left_out(found, "mysite/data.sql")


def test_what_the_projects_own_dockerignore_leaves_out_is_no_exception(template, project):
    folder = project()
    write(folder, {"certs/ca.pem": CERTIFICATE, "a/b.sql": "", ".dockerignore": "certs/*.pem\na\n"})
    commit(folder)
    copy(template, folder)
    assert stored(folder)["dockerignore_except"] == []


def test_an_own_list_of_what_comes_in_comes_first(template, project):
    folder = project()
    write(folder, {".dockerignore": "*\n!manage.py\n!mysite\n!requirements.txt\n", "secrets/x": "x\n"})
    commit(folder)
    copy(template, folder)
    found = patterns(folder)
    assert found.index("*") < found.index("**/.git")
    inside = ["manage.py", "mysite/settings.py", "requirements.txt", "default.conf", "docker/healthcheck.py"]
    assert not [path for path in inside if is_left_out(found, path)]
    assert all(is_left_out(found, path) for path in ("secrets/x", "mysite/server.pem", "mysite/__pycache__/x.pyc"))


def test_an_own_list_without_the_code_lets_the_apps_in(template, project):
    folder = project()
    settings = folder / "mysite/settings.py"
    settings.write_text(f'{settings.read_text()}\nINSTALLED_APPS += ["shop.orders"]\n')
    write(folder, {".dockerignore": "*\n!requirements.txt\n", "shop/__init__.py": "", "shop/orders/__init__.py": ""})
    commit(folder)
    copy(template, folder)
    found = patterns(folder)
    assert not [path for path in ("shop/orders/__init__.py", "mysite/settings.py") if is_left_out(found, path)]


def test_what_git_ignores_as_private_stays_out(template, project):
    folder = project()
    write(folder, {".gitignore": ".env\nprivate/\nsettings.local.ini\n*.token\nassets/\nmodel.bin\n/locale/\n"})
    private = ["private/x.txt", "mysite/settings.local.ini", "api.token"]
    write(folder, dict.fromkeys([*private, "assets/app.js", "model.bin", "locale/de.po"], "x\n"))
    commit(folder)
    copy(template, folder)
    found = patterns(folder)
    assert all(is_left_out(found, path) for path in private)
    assert not any(is_left_out(found, path) for path in ("assets/app.js", "model.bin", "locale/de.po"))


@pytest.mark.parametrize(
    ("files", "named"),
    [
        ({"server.key": "-----BEGIN RSA PRIVATE KEY-----\nMIIB\n"}, "server.key"),
        ({"deploy/id_rsa": "x\n"}, "deploy/id_rsa"),
        ({".npmrc": "//registry.npmjs.org/:_authToken=npm_abcdefghijklmnop\n"}, ".npmrc"),
        ({"prod.env": "SECRET_KEY=hg73hf8aJfk2l39dk3lfmvk\n"}, "prod.env"),
        ({"ca.pem": CERTIFICATE, "id_rsa.pub": "x\n", ".npmrc": "//x/:_authToken=${TOKEN}\n"}, None),
        ({".env.example": "SECRET_KEY=\n", "tests/keys/a.key": "-----BEGIN PRIVATE KEY-----\n"}, None),
    ],
)
def test_a_secret_in_git_is_named(template, project, files, named):
    folder = project()
    write(folder, files)
    commit(folder)
    output = run("copy", "--defaults", "--overwrite", f"--vcs-ref={NEXT}", template, folder)[1]
    found = re.findall(r"These files in git look like secrets: (.*)\. Remove them from git", output)
    assert found == ([named] if named else [])


def test_a_line_that_cannot_be_taken_over_is_named(template, project):
    folder = project()
    write(folder, {".dockerignore": "docs\n$odd\n"})
    commit(folder)
    output = run("copy", "--defaults", "--overwrite", f"--vcs-ref={NEXT}", template, folder)[1]
    assert "Not taken over from .dockerignore: $odd. Add what you need at its end." in output
