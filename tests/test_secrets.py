"""No secret of a project is in an answer, in a rendered file, or in what is printed."""

import sys
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest
import yaml
from plumbum import local
from support import NEXT, ROOT, commit, git, run, tree

from extensions.project.ignored import ignored_paths
from extensions.project.secrets import has_secret, is_secret, is_stand_in, without_secrets
from extensions.questions.stored import public

# A secret's name and value: by its name, by how it looks, or as a login in a URL.
SECRETS = {
    "STRIPE_SK": "canary-01",
    "GITHUB_PAT": "canary-02",
    "JWT_SIGNING": "canary-03",
    "LDAP_BIND_PW": "canary-04",
    "ENCRYPTION_IV": "canary-05",
    "BASIC_AUTH": "me:canary-06",
    "OAUTH_CLIENT": "canary-07",
    "TWILIO_SID": "canary-08",
    "AWS_ACCESS_KEY_ID": "canary-09",
    "EMAIL_HOST_PASSWORD": "canary-10",
    "DBPASS": "canary-11",
    "mapsApiKey": "canary-12",
    "SENTRY_DSN": "https://canary13@o1.ingest.example.org/2",
    "SMTP_CREDS": "canary-14",
    "WEBHOOK": "canary-15",
    "INVITE_TOKEN": "canary-16",
    "ES_URL": "https://elastic:canary-17@search.example.org:9200",
    "SEARCH": "http://u:p@ss/canary-18#x@search.example.org",
    "BROKER_URL": "amqp://shop:canary-19@broker.example.org:5672//",
    "REDIS_URL": "redis://:canary-20@cache.example.org:6379/1",
    "DATABASE_URL": "postgres://me:canary-21@db.example.org/app",
    "FEED": "https://example.org/feed?token=canary-22&page=1",
    "STORAGE": "DefaultEndpointsProtocol=https;AccountName=shop;AccountKey=canary-23==",
    "LEGACY": "Server=db;Database=shop;User Id=me;Password=canary-24",
    "PAYMENTS": "sk_live_canary25aaaaaaaaaaaa",
    "REPOSITORY": "ghp_canary26aaaaaaaaaaaaaaaaaaaaaaa",
    "FINE": "github_pat_canary27aaaaaaaaaaaa",
    "GITLAB": "glpat-canary28aaaaaaaaaaa",
    "AMAZON": "AKIACANARY29AAAAAAAA",
    "CHAT": "xoxb-canary30-aaaaaaaaaaaa",
    "MAILER": "SG.canary31aaaaaa.bbbbbbbbbbbb",
    "SIGNED": "eyJcanary32aaaa.eyJzdWIiOiIxIn0.c2ln",
    "MAPS": "AIzacanary33aaaaaaaaaaaaaaaaaaaaaaaa",
    "MODELS": "hf_canary34aaaaaaaaaaaaaaaaa",
    "PEM": "-----BEGIN PRIVATE KEY-----\\ncanary-35\\n-----END PRIVATE KEY-----",
    "NOTIFY": "https://hooks.example.org/services/T0000/canary36b7f3c9e1d5a8420c6e",
    "UNNAMED": "canary37b7f3c9e1d5a8420c6e9a1b2c",
    "MIXED": "canary38wJalrXUtnFEMIK7MDENGbPxRfiCY",
    "SIGNS": "canary39#mP2$vL8!nQ4&",
    "ZAP": "https://hooks.zapier.com/hooks/catch/123456/canary",
    "POST": "https://chat.example.org/hooks/xxx-canary-generatedkey-xxx",
    "SENTENCE": "Bearer canary40abcdefgh",
}
OPEN = {
    "SITE_HOST": "open01.example.org",
    "PAGE_SIZE": "10025",
    "EXPORT_DIR": "/var/lib/open03",
    "MAIL_FROM": "open04@example.org",
    "DOCS": "https://open05.example.org/docs/start",
    "BUCKET": "open06-bucket-production-eu-west-1",
    "MAIL_BACKEND": "django.core.mail.backends.open07.EmailBackend",
    "SHOP_TITLE": "Open 08 Flower Shop",
    "AUTH_URL": "https://open09.example.org/login",
    "JWT_ALGORITHM": "OPEN10HS",
    "SESSION_COOKIE_NAME": "open11sessionid",
    "TIMES": "America/Argentina/Open12",
    "CLIENT_SIZE": "open13m",
    "ENGINE": "open14-embedding-3-small",
    "CACHE": "file:///var/tmp/open15",
    "RELEASE": "2.1.16",
    "TOPIC": "arn:aws:sns:us-east-1:123456789012:open17",
    "CDN": "d111111open18.cloudfront.net",
    "FILES": "storages.backends.s3boto3.S3Boto3Storage",
    "POLICY": "max-age=31536018; includeSubDomains",
}


@pytest.mark.parametrize(("name", "text"), SECRETS.items())
def test_secret(name, text):
    assert is_secret(name, text) or "canary" not in without_secrets(text)


@pytest.mark.parametrize(("name", "text"), OPEN.items())
def test_what_is_no_secret(name, text):
    assert not is_secret(name, text) and without_secrets(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("postgres://me:pa:ss/w@rd#1@host/app", "postgres://me:change-me@host/app"),
        ("redis://:pw@host:6379/0", "redis://:change-me@host:6379/0"),
        ("postgres://me:it's a pass@host/app", "postgres://me:change-me@host/app"),
        ("https://canary:x-oauth-basic@host/a.git", "https://change-me:change-me@host/a.git"),
        ("https://a:b@c https://d:e@f", "https://a:change-me@c https://d:change-me@f"),
        ("git+https://ghp_abcdefghijklmnop@host/a.git", "git+https://change-me@host/a.git"),
        ("git+ssh://git@host/a.git", "git+ssh://git@host/a.git"),
        ("http://localhost:8000/@me", "http://localhost:8000/@me"),
        ("postgres://me:${POSTGRES_PASSWORD}@db/app", "postgres://me:${POSTGRES_PASSWORD}@db/app"),
    ],
)
def test_login_in_a_url(text, shown):
    assert without_secrets(text) == shown


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://bot:pw@host/a.git", "https://host/a.git"),
        ("git+https://ghp_abcdefghijklmnop@host/a.git", "git+https://host/a.git"),
        ("https://someone@host/a.git", "https://host/a.git"),
        ("ssh://git@host:22/a.git", "ssh://git@host:22/a.git"),
        ("git@host:a/b.git", "git@host:a/b.git"),
        ("gh:a/b", "gh:a/b"),
    ],
)
def test_login_of_the_template(url, shown):
    assert public(url) == shown


def test_check_prints_no_secret(project):
    site = project()
    stored = {
        "_src_path": "copier-django-docker",
        "project_slug": "a",
        "dotenv": {"DB_PASSWORD": "canary", "B": "open"},
    }
    (site / ".copier-answers.yml").write_text(
        yaml.safe_dump(stored | dict.fromkeys(("wsgi_module", "use_fathom"), "x"))
    )
    with local.cwd(ROOT):
        _, output, _ = local[sys.executable]["-m", "extensions", "--check", site].run(retcode=1)
    assert "dotenv: the answer is" in output and "canary" not in output and "B open" in output


@pytest.mark.parametrize(
    "command",
    [
        "celery -A shop worker --broker=redis://:pw@host/0",
        "python manage.py sync --api-key=abc",
        "python manage.py sync --password abc",
        "python manage.py sync --key abc",
        "python manage.py sync -u me:abc",
        "API_TOKEN=abc python manage.py sync",
        "curl -H 'Authorization: Bearer abcdefgh' http://host",
        "echo machine host login me password abc > ~/.netrc",
        "./log-in.sh b7f3c9e1d5a8420c6e9a",
    ],
)
def test_command_with_a_secret(command):
    assert has_secret(command)


@pytest.mark.parametrize(
    "command",
    [
        "celery -A shop worker --loglevel=INFO --concurrency=4 -Q high,low",
        "celery -A shop worker --api http://localhost:5555 -n one@%h",
        "SECRET_KEY=dummy python manage.py compress",
        "pip install git+https://host/a.git@0123456789abcdef0123456789abcdef01234567",
        "--mount=type=secret,id=index,env=PIP_INDEX_URL pip install -r requirements.txt",
        "curl -L https://host/releases/download/v1.2.3/tool_1.2.3_linux_amd64.tar.gz | tar xz",
        "echo 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef tool | sha256sum -c",
    ],
)
def test_command_without_a_secret(command):
    assert not has_secret(command)


def test_stand_ins():
    assert all(map(is_stand_in, ("", "dummy", "not-needed-here", "change-me", "xxx", "$TOKEN")))
    assert not any(map(is_stand_in, ("hunter2", "canary", "postgres")))


IGNORE = {
    ".gitignore": "*.local.py\n/secrets/\n!keep.local.py\nbuild/*\n!build/kept\n**/deep/last\n",
    "sub/.gitignore": "!b.local.py\nfolder/\n",
}
NAMED = {"a.local.py", "sub/a.local.py", "secrets/a/b", "build/lost", "a/deep/last", "sub/folder/a"}
KEPT = {"keep.local.py", "sub/b.local.py", "sub/secrets/a", "build/kept", "folder/a"}


@pytest.mark.parametrize("repository", [True, False])
def test_ignored_paths(tmp_path, repository):
    write(tmp_path, IGNORE | dict.fromkeys(NAMED | KEPT, ""))
    if repository:
        git("init", "--quiet", tmp_path)
    found = ignored_paths(tmp_path, NAMED | KEPT | IGNORE.keys())
    assert found == NAMED | {"secrets", "secrets/a", "sub/folder"}


def test_ignored_paths_beside_tracked_files(tmp_path):
    files = ("a/tracked", "a/beside", "a/b/deep", "x/1.log", "x/keep.log", "plain")
    for path in files:
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).touch()
    (tmp_path / ".gitignore").write_text("a/\n*.log\n!keep.log\n")
    commit(tmp_path)
    assert ignored_paths(tmp_path, files) == {"a", "a/tracked", "a/beside", "a/b", "a/b/deep", "x/1.log"}
    git("-C", tmp_path, "add", "--force", "a/tracked")
    assert ignored_paths(tmp_path, files) == {"a/beside", "a/b", "a/b/deep", "x/1.log"}


def test_ignored_paths_of_git_alone(tmp_path):
    write(tmp_path, {"a": "", "b": "", "c": "", ".gitignore": "a\n"})
    git("init", "--quiet", tmp_path)
    git("-C", tmp_path, "add", "--force", "a")
    (tmp_path / ".git/info/exclude").write_text("b\n")
    assert ignored_paths(tmp_path, ["a", "b", "c"]) == {"b"}  # what is tracked is not ignored


def test_ignored_paths_in_a_repository_that_ignores_the_project(tmp_path):
    write(tmp_path, {".gitignore": "*\n", "site/.gitignore": "b\n", "site/a": "", "site/b": ""})
    git("init", "--quiet", tmp_path)
    assert ignored_paths(tmp_path / "site", ["a", "b"]) == {"b"}


IGNORED = {
    "mysite/local_settings.py": """
        LOCAL = "canary-41"
        STATIC_URL = "/canary-42/"
        DATABASES = {"default": {"ENGINE": "django.db.backends.postgresql", "HOST": "canary-43"}}
        ALLOWED_HOSTS = ["canary-44.example.org"]
        """,
    "mysite/more.local.py": "MEDIA_URL = '/canary-45/'\n",
    "mysite/required.py": "PASSWORD = 'canary-46'\nFOLDER = 'canary-47'\n",
    ".env": "SECRET_KEY=canary-48\nDEBUG=canary-49\n",
    "secrets.json": '{"key": "canary-50"}',
    "Procfile": "worker: python manage.py canary-51\n",
    "docker-compose.override.yml": "services: {db: {image: 'postgres:17', environment: {POSTGRES_DB: canary-52}}}\n",
    "deploy/crontab": "0 4 * * * python manage.py canary-53\n",
    ".git/info/exclude": "deploy/\nProcfile\n",
    ".gitignore": "local_settings.py\n*.local.py\nrequired.py\n.env\nsecrets.json\n*.override.yml\n",
}
COMMITTED = {
    "requirements.txt": """
        --extra-index-url https://bot:canary-61@packages.example.org/simple
        Django==5.2.8
        celery==5.5.3
        psycopg[binary]==3.2.10
        """,
    "pip.conf": "[global]\nindex-url = https://bot:canary-62@packages.example.org/simple\n",
    ".npmrc": "//registry.example.org/:_authToken=canary-63\n",
    "app.json": """
        {"env": {"TOKEN": {"value": "canary-64"}}, "scripts": {"postdeploy": "API_KEY=canary-65 python manage.py a"}}
        """,
    "fly.toml": "[processes]\nsync = 'python manage.py sync --token canary-66'\n",
    "render.yaml": """
        services:
          - {type: worker, name: b, startCommand: "celery -A mysite worker -b redis://:canary-67@host/0"}
        """,
    "Dockerfile_django": """
        FROM python:3.13 AS build
        ENV PIP_EXTRA_INDEX_URL=https://bot:canary-68@packages.example.org/simple
        # The token is ghp_canary69aaaaaaaaaaaaaaaaaaa
        RUN echo //registry.example.org/:_authToken=canary-70 > /root/.npmrc
        COPY requirements.txt .
        RUN pip install -r requirements.txt
        FROM python:3.13
        ARG BUILD_TOKEN=canary-71
        ENV LICENSE_KEY=canary-72
        RUN curl -u me:canary-73 https://example.org/a.tar | tar x
        RUN touch /open-19
        CMD ["gunicorn", "--env", "API_KEY=canary-74", "--limit-request-line", "4000", "mysite.wsgi"]
        """,
    "Dockerfile_static": """
        FROM python:3.13 AS build
        ENV PIP_EXTRA_INDEX_URL=https://bot:canary-75@packages.example.org/simple
        FROM nginxinc/nginx-unprivileged
        """,
    "default.conf": """
        server {
            listen 8080;
            location /api/ {
                proxy_set_header Authorization "Basic canary-76";
                proxy_pass http://api.example.org;
            }
            location /open-20/ {
                return 204;
            }
        }
        """,
    "docker-compose.yml": """
        services:
          web: {build: ., environment: {SECRET_KEY: canary-77}}
          db: {image: "postgres:17", environment: {POSTGRES_PASSWORD: canary-78}}
          jobs: {build: ., command: "python manage.py sync --password=canary-79"}
        """,
}
SETTINGS = """
import os
from .required import PASSWORD, FOLDER
try:
    from .local_settings import *
except ImportError:
    pass
SECRET_KEY = "canary-81"
STATIC_ROOT = FOLDER
DATABASES = {"default": {"ENGINE": "django.db.backends.postgresql", "NAME": "shop", "USER": "shop",
                         "PASSWORD": "canary-82", "HOST": "db"},
             "old": {"ENGINE": "django.db.backends.mysql", "PASSWORD": PASSWORD}}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache",
                      "LOCATION": "redis://:canary-83@localhost:6379/1"}}
CELERY_BROKER_URL = "amqp://shop:canary-84@rabbit:5672//"
CELERY_RESULT_BACKEND = "redis://:canary-85@results.example.org/2"
CHANNEL_LAYERS = {"default": {"BACKEND": "channels_redis.core.RedisChannelLayer",
                              "CONFIG": {"hosts": ["redis://:canary-86@localhost:6379/3"]}}}
EMAIL_HOST_PASSWORD = "canary-87"
if os.environ["ADMIN_TOKEN"] == "canary-88":
    ADMIN = True
NUMBER = int("canary-89")
"""


def write(folder: Path, files: dict[str, str]) -> None:
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(dedent(text).lstrip("\n"))


@pytest.fixture
def project_with_secrets(project: Callable[..., Path]) -> Path:
    """Return a project with a canary in each place where a secret can be, and something open in others."""
    site = project()
    defaults = "".join(f"os.environ.get({name!r}, {text!r})\n" for name, text in (SECRETS | OPEN).items())
    settings = site / "mysite/settings.py"
    settings.write_text(settings.read_text() + SETTINGS + defaults)
    write(site, COMMITTED)
    write(site, IGNORED)
    commit(site)
    for path in ("Dockerfile_static", "default.conf", "Dockerfile_django"):
        assert (site / path).is_file()
    return site


def test_no_secret_travels(template, project_with_secrets):
    site = project_with_secrets
    before = tree(site)
    options = [[], ["--json"], ["--answers"]]
    read = [local[sys.executable]["-m", "extensions", *more, site].with_cwd(ROOT)() for more in options]
    for path in ("Dockerfile_static", "default.conf", "Dockerfile_django", "docker-compose.yml"):
        assert before[path]
    output = run("copy", "--defaults", "--overwrite", f"--vcs-ref={NEXT}", template, site)[1]
    after = {path: content.decode() for path, content in tree(site).items() if content != before.get(path)}
    assert {".copier-answers.yml", ".env.example", "Dockerfile_django", "default.conf", "compose.yaml"} <= after.keys()
    kept = after.pop(".env").removeprefix(before[".env"].decode())  # what is ignored stays where it is
    for where, text in {
        "Copier": output,
        ".env": kept,
        **dict(zip(map(str, options), read, strict=True)),
        **after,
    }.items():
        assert "canary" not in text.lower(), (
            f"{where}: {[line for line in text.splitlines() if 'canary' in line.lower()]}"
        )
    for text in (after[".env.example"], after[".copier-answers.yml"], read[1]):
        assert [shown for shown in OPEN.values() if shown not in text] == []
    assert "touch /open-19" in after["Dockerfile_django"] and "/open-20/" in after["docker/proxy/default.conf"]
    assert "ENV PIP_EXTRA_INDEX_URL (Dockerfile_django:2) is left out" in output
    assert "SECRET_KEY is in the code (mysite/settings.py:" in output
    assert "mysite/required.py" in output and "mysite/local_settings.py" in output
