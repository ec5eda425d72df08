"""The how-to guides: each answer, compose.override.yaml, .env and edit does what they say."""

import json
import re
import shutil

import pytest
from plumbum import local
from support import ROOT, commit, copy, git, update

PAGES = (
    "configure",
    "compose-override",
    "edit-files",
    "private-packages",
    "reverse-proxy",
    "secrets",
    "windows-macos",
)
PAGE = "\n".join((ROOT / f"docs/how-to/{name}.md").read_text() for name in PAGES)
compose = local.get("docker", "false")["compose"]  # without one, what needs it is skipped


def section(title: str) -> str:
    """Return what is below a heading of the page, without the headings below it."""
    return re.split(rf"^#+ {re.escape(title)}$", PAGE, flags=re.MULTILINE)[1].split("\n#")[0]


def block(text: str, language: str) -> str:
    return text.split(f"```{language}\n")[1].split("```")[0]


def code(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def rows(text: str, columns: int) -> list[list[str]]:
    """Return the cells of each row of a table, without those that are only text."""
    lines = [re.split(r" \| ", line.strip("| ")) for line in text.splitlines() if line.startswith("| ")]
    return [cells for cells in lines if len(cells) == columns and "`" in cells[-1]]


# A line of a file that each answer of the page writes.
LINES = {
    "python_version": ("Dockerfile_django", "FROM python:3.14-slim-trixie AS base"),
    "apt_runtime": ("Dockerfile_django", "gettext \\"),
    "apt_build": ("Dockerfile_static", "libsnappy-dev \\"),
    "environment": ("Dockerfile_django", "TZ=Europe/Berlin \\"),
    "build_instructions": ("Dockerfile_static", "RUN date > built.txt"),
    "django_instructions": ("Dockerfile_django", "RUN update-ca-certificates"),
    "build_environment": (
        "Dockerfile_static",
        "DATABASE_URL=sqlite:////tmp/build.sqlite3 SECRET_KEY=build python manage.py collectstatic --noinput",
    ),
    "dockerignore": (".dockerignore", "docs"),
    "gunicorn_workers": ("compose.yaml", "GUNICORN_CMD_ARGS: ${GUNICORN_CMD_ARGS:---workers 4}"),
    "gunicorn_threads": ("docker/gunicorn.conf.py", "threads = 4"),
    "gunicorn_options": (
        "Dockerfile_django",
        'CMD ["gunicorn", "--config", "/workdir/docker/gunicorn.conf.py", "--max-requests=1000", "orders.wsgi"]',
    ),
    "health_path": ("docker/healthcheck.py", 'PATH = "/admin/login/"'),
    "nginx_locations": ("docker/proxy/default.conf", "location = /favicon.ico {"),
    "django_port": ("compose.yaml", '- "127.0.0.1:8001:8080"'),
    "services": ("compose.yaml", "image: postgres:17"),
    "extra_databases": ("compose.yaml", 'CREATE DATABASE "logs";'),
    "workers": ("compose.yaml", "command: python manage.py process_mail"),
    "celery_concurrency": ("compose.yaml", "command: celery -A orders.celery worker --concurrency 4"),
    "jobs": ("compose.yaml", "command: python manage.py clearsessions"),
    "data_dirs": ("compose.yaml", "- exports:/workdir/exports"),
    "compose_environment": ("compose.yaml", "SENTRY_DSN: ${SENTRY_DSN:-}"),
    "required_environment": ("compose.yaml", "API_KEY: ${API_KEY:?Set it in .env}"),
    "development_environment": ("compose.dev.yaml", "MAIL: console"),
    "github_workflow": (".github/workflows/docker.yml", "jobs:"),
}
ANSWERS = [
    (change, *re.match(r"--data '?(\w+)=(.*?)'?$", code(answer)[0]).groups())
    for change, answer in rows(section("Answers"), 2)
]
EDITS = [
    (wish, ["Dockerfile_django", "Dockerfile_static"] if file == "both Dockerfiles" else code(file), *code(line), edit)
    for wish, file, line, edit in rows(section("Edits that need no answer"), 4)
]


@pytest.fixture(scope="module")
def orders(template, tmp_path_factory):
    """Return a project with the template's files, and one with each answer of the page, by a single update."""
    plain = tmp_path_factory.mktemp("customizing") / "my-site"
    shutil.copytree(ROOT / "tests/projects/celery_postgres/project", plain)
    commit(plain, "The project")
    copy(template, plain)
    answered = plain.with_name("answered")
    shutil.copytree(plain, answered)
    update(answered, vcs_ref=":current:", **{name: value for _, name, value in ANSWERS})
    return plain, answered


def test_enough_rows():
    assert [name for _, name, _ in ANSWERS] == list(LINES)
    assert len(EDITS) == 4


@pytest.mark.parametrize("name", LINES)
def test_answer(name, orders):
    plain, answered = orders
    file, line = LINES[name]
    assert not (plain / file).is_file() or line not in (plain / file).read_text()
    assert line in (answered / file).read_text(), name


def test_answers_all_come_in_one_update(orders):
    assert git("-C", orders[1], "ls-files", "--unmerged") == ""


# What `docker compose config` says with the file below each heading: path, and value.
OVERRIDES = {
    "More memory": {"services.django.deploy.resources.limits": {"memory": "2147483648", "pids": 256}},
    "Another user": {f"services.{name}.user": "1001:1001" for name in ("django", "migrate", "worker", "beat")},
    "Open the port to the network": {
        "services.proxy.ports": [{"mode": "ingress", "target": 8080, "published": "80", "protocol": "tcp"}]
    },
    "Larger uploads": {
        "services.proxy.tmpfs": ["/tmp:size=2g"],
        "services.proxy.deploy.resources.limits": {"memory": "2306867200", "pids": 256},
    },
    "Reach the database from your computer": {"services.db.ports.0.host_ip": "127.0.0.1"},
    "A database on the host": {
        "services.migrate.environment.DATABASE_URL": "postgresql://shop:@host.docker.internal:5432/shop"
    },
    "Uploads in a folder of the server": {
        "services.django.volumes.0.source": "/srv/shop/media",
        "services.static.volumes.0.read_only": True,
    },
    "Another service": {
        "services.mail.restart": "unless-stopped",
        "services.django.environment.EMAIL_URL": "smtp://mail:1025",
        "services.worker.environment.REDIS_URL": "redis://valkey:6379/0",
    },
    "Traefik": {
        "services.proxy.networks": {"default": None, "traefik": None},
        "services.proxy.ports": None,
        "networks.traefik.external": True,
    },
    "Read a secret from a file": {"services.django.secrets.0.source": "api_key"},
    "Directives of nginx": {
        "services.static.volumes.0.target": "/etc/nginx/conf.d/own.conf",
        "services.static.volumes.0.read_only": True,
    },
    "A slow start": {"services.django.healthcheck": {"start_period": "5m0s"}},
    "More copies of a worker, and one that is off": {
        "services.worker.deploy.replicas": 3,
        "services.worker.deploy.resources.limits.pids": 256,
        "services.beat": None,
    },
    "Install private packages": {"services.static.build.secrets": [{"source": "pip"}]},
    "macOS and Apple silicon": {"services.db.platform": "linux/amd64"},
}


def config(folder, **environment):
    with local.cwd(folder), local.env(**environment):
        return json.loads(compose("config", "--format=json"))


def test_each_override_is_checked():
    with_yaml = {title for title in re.findall(r"^#+ (.*)$", PAGE, re.MULTILINE) if "```yaml" in section(title)}
    assert with_yaml == OVERRIDES.keys()


@pytest.mark.docker
@pytest.mark.parametrize("title", OVERRIDES)
def test_override(title, orders, tmp_path):
    for name in ("compose.yaml", ".env"):
        shutil.copy2(orders[0] / name, tmp_path)
    (tmp_path / "compose.override.yaml").write_text(block(section(title), "yaml"))
    merged = config(tmp_path, HOME=tmp_path)
    for path, expected in OVERRIDES[title].items():
        value = merged
        for key in path.split("."):
            value = value[int(key)] if isinstance(value, list) else (value or {}).get(key)
        assert value == expected, path


@pytest.mark.docker
def test_env(orders, tmp_path):
    shutil.copy2(orders[0] / "compose.yaml", tmp_path)
    (tmp_path / ".env").write_text((orders[0] / ".env").read_text() + block(section(".env"), "shell"))
    merged = config(tmp_path)
    assert merged["name"] == "orders-staging"
    assert merged["services"]["django"]["image"] == "orders-staging-django"
    variables = merged["services"]["worker"]["environment"]
    assert variables["GUNICORN_CMD_ARGS"].endswith("--log-level debug --access-logfile -")
    assert variables["ALLOWED_HOSTS"] == "staging.example.com"
    assert variables["DJANGO_SETTINGS_MODULE"] == "orders.settings"


def edited(folder):
    """Make each edit of the page in a project, and return the new text of each file."""
    for _, files, line, edit in EDITS:
        for file in files:
            text = (folder / file).read_text()
            assert text.count(f"{line}\n") == 1, file
            new = "\n".join("".join(code(part)) for part in edit.split("<br>"))
            (folder / file).write_text(text.replace(f"{line}\n", f"{new}\n"))


def test_edits_are_merged(orders, tmp_path):
    folder = tmp_path / "my-site"
    shutil.copytree(orders[0], folder)
    edited(folder)
    commit(folder, "Edits")
    update(
        folder, vcs_ref=":current:", python_version="3.14", gunicorn_threads="4", apt_runtime="[gettext]",
        nginx_locations='["location /x {", "    return 204;", "}"]', health_path="/admin/login/",
    )  # fmt: skip
    assert git("-C", folder, "ls-files", "--unmerged") == ""
    for _, files, _, edit in EDITS:
        for file in files:
            text = (folder / file).read_text()
            assert all(line in text for part in edit.split("<br>") for line in code(part)), file


def test_an_edit_next_to_a_change_conflicts(orders, tmp_path):
    folder = tmp_path / "my-site"
    shutil.copytree(orders[0], folder)
    text = (folder / "compose.yaml").read_text()
    assert "    GUNICORN_CMD_ARGS:" in text
    (folder / "compose.yaml").write_text(
        text.replace("    GUNICORN_CMD_ARGS:", "    SENTRY_DSN: x\n    GUNICORN_CMD_ARGS:")
    )
    commit(folder, "Edit")
    assert "compose.yaml" in update(folder, vcs_ref=":current:", gunicorn_workers=4)
    assert git("-C", folder, "ls-files", "--unmerged") != ""
