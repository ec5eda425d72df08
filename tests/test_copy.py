"""First copy: answers in, files out; what is refused, and that nothing is written then."""

import contextlib
import fcntl
import itertools
import json
import os
import pty
import re
import select
import shutil
import struct
import subprocess
import sys
import termios
from collections.abc import Callable, Mapping
from itertools import product
from pathlib import Path
from random import Random
from typing import Any

import pytest
import yaml
from plumbum import local
from support import (
    COPIER_YML,
    NEXT,
    PROJECTS,
    QUESTIONS,
    answers_of,
    commit,
    copier,
    copy,
    git,
    rendered,
    run,
    tree,
    update,
)

from extensions.filters import hosts_variable, node_cache

ruff = local[Path(sys.executable).with_name("ruff")]
CASES = sorted(path.parent.name for path in PROJECTS.glob("*/project"))
ALWAYS = {
    "Dockerfile_django",
    ".dockerignore",
    "docker/gunicorn.conf.py",
    "docker/healthcheck.py",
    ".copier-answers.yml",
}
# The other files, each with whether answers ask for it.
OPTIONAL: dict[str, Callable[[Mapping[str, Any]], bool]] = {
    "manage.py": lambda answers: answers["manage_py"],
    "Dockerfile_static": lambda answers: answers["static_server"] == "nginx",
    "default.conf": lambda answers: answers["static_server"] == "nginx",
    "compose.yaml": lambda answers: answers["use_compose"],
    "docker/deploy.sh": lambda answers: rolls(answers),
    "docker/proxy/default.conf": lambda answers: rolls(answers),
    "docker/services.yaml": lambda answers: answers["use_compose"] and answers["secrets_file"] == ".env.secrets",
    "compose.dev.yaml": lambda answers: answers["use_compose"],
    ".env.example": lambda answers: answers["use_compose"] and answers["env_example"],
    "stack.yaml": lambda answers: "swarm" in answers["orchestrators"],
    "docker/deploy-swarm.sh": lambda answers: "swarm" in answers["orchestrators"],
    **{
        f"docker/swarm/{name}": lambda answers: "swarm" in answers["orchestrators"]
        for name in (".env.example", ".gitignore", "entrypoint.sh", "proxy.conf")
    },
    "docker/deploy-kubernetes.sh": lambda answers: "kubernetes" in answers["orchestrators"],
    **{
        f"k8s/{name}": lambda answers: "kubernetes" in answers["orchestrators"]
        for name in (
            ".env.example",
            ".gitignore",
            "django.yaml",
            "ingress.yaml",
            "kustomization.yaml",
            "namespace.yaml",
            "network-policy.yaml",
        )
    },
    "k8s/migrate.yaml": lambda answers: "kubernetes" in answers["orchestrators"] and answers["migrate"],
    "k8s/static.yaml": lambda answers: (
        "kubernetes" in answers["orchestrators"] and answers["static_server"] == "nginx"
    ),
    "k8s/workers.yaml": lambda answers: "kubernetes" in answers["orchestrators"] and bool(answers["workers"]),
    "k8s/cronjobs.yaml": lambda answers: "kubernetes" in answers["orchestrators"] and bool(answers.get("schedules")),
    ".github/workflows/docker.yml": lambda answers: answers["github_workflow"],
    ".github/workflows/docker-update.yml": lambda answers: answers["update_workflow"],
}


def rolls(answers: Mapping[str, Any]) -> bool:
    """Return whether compose.yaml has the service `proxy`, which docker/deploy.sh leaves running."""
    one_url = answers["static_server"] == "nginx" and answers["reverse_proxy"] == "nginx"
    return bool(answers["rolling"] and answers["use_compose"] and one_url)


def generated(folder: Path) -> set[str]:
    """Return the files that the template writes with the answers that are stored in a folder."""
    answers = answers_of(folder)
    return ALWAYS | {path for path, asked_for in OPTIONAL.items() if asked_for(answers)}


@pytest.mark.parametrize("name", CASES)
def test_what_comes_out(name, template, project, pytestconfig):
    folder = project(name)
    before = rendered(folder)
    options = [f"--data-file={path}" for path in PROJECTS.glob(f"{name}/answers.yml")]
    copy(template, folder, *options)
    written = {path: content.decode() for path, content in rendered(folder).items() if before.get(path) != content}
    written[".copier-answers.yml"] = written[".copier-answers.yml"].replace(str(template), "TEMPLATE")
    expected = PROJECTS / name / "expected"
    if pytestconfig.getoption("--record"):
        shutil.rmtree(expected, ignore_errors=True)
        for path, content in written.items():
            (expected / path).parent.mkdir(parents=True, exist_ok=True)
            (expected / path).write_text(content)
    assert written == {path: content.decode() for path, content in tree(expected).items()}
    assert written.keys() == generated(folder)


NODE = {
    "version": "24",
    "folder": ".",
    "files": ["package.json"],
    "install": "npm ci",
    "build": "npm run build",
    "output": ["assets/dist"],
    "runtime": False,
}
STAGE = {
    "name": "assets",
    "image": "node:24-slim",
    "instructions": ["WORKDIR /app", "COPY . .", "RUN npm ci && npm run build"],
    "output": {"/app/dist": "/workdir/assets/dist"},
}
# The answers by which templates decide, each with its values.
DECISIONS: dict[str, list[Any]] = {
    "manage_py": [False, True],
    "use_fathom": [True, False],
    "compile_messages": [True, False],
    "set_static_root": [True, False],
    "compress_offline": [True, False],
    "compress_manifest": ["CACHE/manifest.json", "manifest.json"],
    "collectstatic_options": [[], ["--no-default-ignore", "--ignore=*.scss"]],
    "static_server": ["nginx", "whitenoise", "elsewhere"],
    "node": [{}, NODE, NODE | {"runtime": True}, NODE | {"build": ""}],
    "assets_stages": [[], [STAGE]],
    "reverse_proxy": ["nginx", "external"],
    "rolling": [True, False],
    "backups": [True, False],
    "https_only": [True, False],
    "https_header": ["", "X-Scheme: https", "X-Forwarded-Proto: HTTPS"],
    "script_name": ["", "/shop", "/a.b/c-d"],
    "worker_class": ["gthread", "asgi", "uvicorn_worker.UvicornWorker"],
    "use_compose": [True, False],
    "migrate": [True, False],
    "create_cache_table": [True, False],
    "extra_databases": [[], ["logs", "stats.all"]],
    "services": [{}, {"db": "postgres:18", "valkey": "valkey/valkey:9", "memcached": "memcached:1"}],
    "workers": [{}, {"worker": "celery -A mysite worker", "beat": "celery -A mysite beat"}],
    "jobs": [{}, {"clear": "python manage.py clearsessions"}],
    "media_root": ["", "media"],
    "data_dirs": [[], ["media", "/srv/data"]],
    "data_files": [[], ["db.sqlite3", "var/queue.sqlite3"]],
    "compose_environment": [{}, {"DATABASE_URL": "postgresql://django:${POSTGRES_PASSWORD}@db:5432/django"}],
    "compose_settings": [{}, {"DATABASES.default.HOST": "db", "DATABASES.default.PASSWORD": "${TOKEN}"}],
    "required_environment": [[], ["TOKEN"]],
    "dotenv": [{}, {"TOKEN": "", "POSTGRES_PASSWORD": ""}],
    "secrets_file": [".env", ".env.secrets"],
    "settings_environment": [{}, {"LEVEL": ["INFO", "read in mysite/settings.py"]}],
    "development_environment": [{}, {"DEBUG": "True"}],
    "log_errors": [True, False],
    "gunicorn_keepalive": [2, 75],
    "gunicorn_threads": [1, 2],
    "apt_runtime": [[], ["gdal-bin"]],
    "build_setuptools": ["", "<70"],
    "nginx_locations": [[], ["location /docs/ {", "    root /srv;", "}"]],
    "env_example": [True, False],
    "github_workflow": [True, False],
    "update_workflow": [True, False],
}


def combinations_of_two(decisions: Mapping[str, list[Any]]) -> list[dict[str, Any]]:
    """Return few sets of answers among which each value of each question meets each of every other question."""
    names, random = list(decisions), Random(1)
    missing = {
        ((first, one), (second, other))
        for number, first in enumerate(names)
        for second in names[number + 1 :]
        for one, other in product(range(len(decisions[first])), range(len(decisions[second])))
    }
    rows = []
    while missing:
        candidates = []
        for _ in range(20):
            candidate = {name: random.randrange(len(decisions[name])) for name in names}
            candidate |= dict(random.choice(sorted(missing)))
            candidates.append((candidate, missing & set(itertools.combinations(candidate.items(), 2))))
        row, met = max(candidates, key=lambda pair: len(pair[1]))
        missing -= met
        rows.append({name: decisions[name][number] for name, number in row.items()})
    return rows


COMBINATIONS = combinations_of_two(DECISIONS)


@pytest.mark.parametrize("number", range(len(COMBINATIONS)))
def test_no_combination_of_answers_leaves_debris(number, template, project):
    folder = project()
    answers = COMBINATIONS[number]
    asgi = "" if answers["worker_class"] == "gthread" else "mysite.asgi"
    if answers["manage_py"]:
        (folder / "manage.py").unlink()
        commit(folder)
    before = rendered(folder)
    copy(template, folder, **answers, asgi_module=asgi, media_url="/media/" if answers["media_root"] else "")
    assert rendered(folder).keys() - before.keys() == generated(folder)
    for path in generated(folder):
        text = (folder / path).read_text()
        assert_no_debris(path, text)
        if path.endswith((".yml", ".yaml")):
            yaml.load(text, UniqueKeys)
        elif path.endswith(".py"):
            (ruff["format", "--isolated", "--check", "-"] << text)()
            (ruff["check", "--isolated", "--select=E,F,I,W", "-"] << text)()
    assert_stages(folder, answers)
    assert_services(folder, answers)
    assert_example(folder, answers)


def test_javascript_is_made_of_the_compiled_messages(template, project):
    folder = project()
    commands = ["python manage.py compilejsi18n", "cp a.py b.py"]
    copy(template, folder, compile_messages=True, code_commands=str(commands))
    for name in ("Dockerfile_django", "Dockerfile_static"):
        lines = stages(folder / name)["code"].splitlines()
        made = [next(number for number, line in enumerate(lines) if word in line) for word in
                ("cp a.py", "compilemessages", "compilejsi18n")]  # fmt: skip
        assert made == sorted(made)


def assert_no_debris(path: str, text: str) -> None:
    """Assert that a file has no trace of the template in it: blank lines, spaces at ends, tags, half instructions."""
    most = "\n\n\n" if path.endswith(".py") else "\n\n"
    assert most + "\n" not in text and text == text.strip() + "\n", path
    braces = path.startswith(".github") or path.endswith(".sh")  # of GitHub's expressions, and of Docker's --format
    assert "{%" not in text and "{#" not in text and (braces or "{{" not in text), path
    lines = text.splitlines()
    assert not [line for line in lines if line != line.rstrip()], path
    for line, following in itertools.pairwise(lines):
        opens = line.endswith((" \\", "{", "(", "[")) or (path.endswith("yaml") and line.endswith(":"))
        assert not opens or following, f"{path}: nothing follows {line!r}"
        assert not line.endswith(" \\") or following.startswith("    "), f"{path}: {line!r} goes on in {following!r}"
        assert line or following.strip() not in ("}", ")", "]"), f"{path}: a blank line before {following!r}"


class UniqueKeys(yaml.SafeLoader):
    """A loader that refuses a mapping with a key twice, as Compose does."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [key.value for key, _ in node.value if key.value != "<<"]
        assert len(keys) == len(set(keys)), f"a key is there twice in {keys}"
        return super().construct_mapping(node, deep)


def stages(dockerfile: Path) -> dict[str, str]:
    """Return the text of each stage of a Dockerfile by its name, "" for the last one."""
    texts = ("\n" + dockerfile.read_text()).split("\nFROM ")[1:]
    return {text.splitlines()[0].partition(" AS ")[2]: text.strip() for text in texts}


def assert_stages(folder: Path, answers: Mapping[str, Any]) -> None:
    """Assert that both Dockerfiles share their stages, and that each stage is used by a later one or is the last."""
    django = stages(folder / "Dockerfile_django")
    assert ("static" in django) == (
        answers["use_fathom"] or answers["compress_offline"] or answers["static_server"] == "whitenoise"
    )
    assert ("compilemessages" in str(django)) == answers["compile_messages"] == ("gettext" in str(django))
    dockerfiles = [django]
    if answers["static_server"] == "nginx":
        static = stages(folder / "Dockerfile_static")
        dockerfiles.append(static)
        assert list(static)[-2:] == ["compressed", ""]
        shared = [name for name in list(static)[:-2] if name in django]
        assert {"base", "build"} <= set(shared)
        # What stands above the next FROM is a comment on that stage.
        ends = [dockerfile[name].partition("\n\n#")[0].strip() for name in shared for dockerfile in (static, django)]
        assert ends[::2] == ends[1::2]
    for dockerfile in dockerfiles:
        names, texts = list(dockerfile), list(dockerfile.values())
        for number, name in enumerate(names[:-1]):
            later = "\n".join(texts[number + 1 :])
            assert f"--from={name} " in later or f"{name} AS " in later or f"\n{name}\n" in f"\n{later}\n", name


def assert_services(folder: Path, answers: Mapping[str, Any]) -> None:
    """Assert that services wait for services that are there, mount volumes that are there, and publish on loopback."""
    if not answers["use_compose"]:
        return
    included = answers["secrets_file"] == ".env.secrets"
    compose = yaml.safe_load((folder / ("docker/services.yaml" if included else "compose.yaml")).read_text())
    services = compose["services"]
    writes = answers["data_dirs"] or answers["data_files"]
    assert services.keys() == (
        {"django", *answers["services"], *answers["workers"], *answers["jobs"]}
        | ({"migrate"} if answers["migrate"] else set())
        | ({"static"} if answers["static_server"] == "nginx" else set())
        | ({"proxy"} if rolls(answers) else set())
        | ({"backup", "restore"} if answers["backups"] and answers["services"] else set())
        | ({"backup-files", "restore-files"} if answers["backups"] and writes else set())
    )
    created = answers["extra_databases"] if answers["services"] else []
    assert [name for name, service in services.items() if "configs" in service] == (["db"] if created else [])
    assert (str(compose.get("configs", "")).count("CREATE DATABASE")) == len(created)
    mounted = set()
    for name, service in services.items():
        assert service["image"] and ("build" in service) == (name in ("django", "static", "proxy"))
        assert service.get("depends_on", {}).keys() <= services.keys() - {name}
        mounted |= {volume.partition(":")[0] for volume in service.get("volumes", [])}
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", []))
    assert mounted == compose.get("volumes", {}).keys()
    one_url = answers["static_server"] == "nginx" and answers["reverse_proxy"] == "nginx"
    assert ("ports" in services["django"]) == (not one_url)


def assert_example(folder: Path, answers: Mapping[str, Any]) -> None:
    """Assert that .env.example has each variable once, and those that have no default uncommented."""
    if not (answers["use_compose"] and answers["env_example"]):
        return
    lines = [line for line in (folder / ".env.example").read_text().splitlines() if "=" in line]
    names = [line.partition("=")[0] for line in lines]
    given = {*answers["required_environment"], *answers["dotenv"]}
    optional = {*answers["compose_environment"], *answers["settings_environment"]} - given
    assert sorted(names) == sorted({*given, *(f"#{name}" for name in optional), "#GUNICORN_CMD_ARGS"})


def test_answers_reach_their_files(template, project):
    folder = project()
    answers = {
        "gunicorn_workers": 5,
        "gunicorn_threads": 4,
        "web_concurrency": 7,
        "django_port": 9000,
        "static_port": 9001,
        "static_url": "/a/b-c/",
        "static_root": "out/static",
        "dockerignore": "[data/my cache, '*.csv']",
        "wsgi_module": "mysite.wsgi:application",
        "project_slug": "0_slug-x",
        "python_version": "3.10",
        "python_image": "full",
        "debian_release": "bookworm",
        "image_digests": {"python:3.10-bookworm": f"sha256:{'0' * 64}"},
        "gunicorn_keepalive": 61,
        "gunicorn_options": "[--preload]",
        "health_path": "/up/?a=b",
        "media_root": "up/loads",
        "media_url": "/media/",
        "data_dirs": ["up/loads"],
    }
    copy(template, folder, **answers)
    compose = yaml.safe_load((folder / "compose.yaml").read_text())["services"]
    assert compose["django"]["environment"] == {"GUNICORN_CMD_ARGS": "${GUNICORN_CMD_ARGS:---workers 5}"}
    assert "ports" not in compose["django"], "the static service is the one URL"
    assert compose["proxy"]["ports"] == ["127.0.0.1:9000:8080"] and "ports" not in compose["static"]
    django, static, ignored, gunicorn, check, nginx = (
        (folder / name).read_text()
        for name in (
            "Dockerfile_django",
            "Dockerfile_static",
            ".dockerignore",
            "docker/gunicorn.conf.py",
            "docker/healthcheck.py",
            "docker/proxy/default.conf",
        )
    )
    assert '"--preload", "mysite.wsgi:application"]' in django
    assert '\nproc_name = "0_slug-x"\n' in gunicorn and "\nthreads = 4\n" in gunicorn
    assert "\nkeepalive = 61\n" in gunicorn and '\nPATH = "/up/?a=b"\n' in check
    assert "ENV WEB_CONCURRENCY=7\n" in django and "FROM python:3.10-bookworm@sha256:" in django
    assert "/workdir/out/static /usr/share/nginx/html/a/b-c\n" in static
    assert "location /a/b-c/ {" in nginx and "alias /workdir/up/loads/;" in nginx
    assert compose["django"]["volumes"] == ["data:/data", "up-loads:/workdir/up/loads"]
    assert compose["proxy"]["volumes"] == ["up-loads:/workdir/up/loads:ro"] and "volumes" not in compose["static"]
    assert ignored.endswith("\ndata/my cache\n*.csv\n")
    stored = answers_of(folder)
    assert stored["python_version"] == "3.10" and stored["dockerignore"] == ["data/my cache", "*.csv"]


@pytest.mark.parametrize(
    ("media_root", "data_dirs", "shared"),
    [
        ("media", "[logs, media]", "media:/workdir/media"),
        ("data/media", "[data]", "data:/workdir/data"),
        ("/srv/media", "[/srv/media]", "srv-media:/srv/media"),
        ("media", "[media2]", ""),
    ],
)
def test_nginx_serves_media_where_they_are_in_a_volume(media_root, data_dirs, shared, template, project):
    folder = project()
    copy(template, folder, media_root=media_root, media_url="/media/", data_dirs=data_dirs, data_files=[])
    services = yaml.safe_load((folder / "compose.yaml").read_text())["services"]
    nginx = (folder / "docker/proxy/default.conf").read_text()
    assert services["proxy"].get("volumes", []) == ([f"{shared}:ro"] if shared else [])
    assert ("location /media/ {" in nginx) == bool(shared)
    assert not shared or shared in services["django"]["volumes"]


def test_a_person_presses_enter(template, project):
    folder = project()
    screen = press_enter(["copy", "--trust", f"--vcs-ref={NEXT}", str(template), str(folder)])
    assert (folder / "compose.yaml").is_file(), screen
    asked = [name for name in QUESTIONS if COPIER_YML[name]["help"].partition("{{")[0] in screen]
    assert asked == [
        "project_slug",
        "customize",
        "python_version",
        "settings_module",
        "wsgi_module",
        "requirements_file",
        "use_fathom",
    ]
    assert "read in requirements.txt" in screen, "a usual terminal cuts off what does not fit into its line"
    copy(template, expected := project(folder="other"), project_slug="my-site")
    assert rendered(folder) == rendered(expected)


def press_enter(arguments: list[str]) -> str:
    """Run Copier in a terminal, pressing Enter whenever it waits, and return what it wrote there."""
    pid, terminal = pty.fork()
    if not pid:
        os.execve(sys.executable, [sys.executable, "-m", "copier", *arguments], dict(local.env) | {"TERM": "dumb"})
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    screen = ""
    with contextlib.suppress(OSError):  # the terminal closes when Copier ends
        while True:
            if select.select([terminal], [], [], 0.3)[0]:
                screen += os.read(terminal, 65536).decode(errors="replace")
            elif "🎤" in screen:
                os.write(terminal, b"\r")
    os.waitpid(pid, 0)
    return screen


@pytest.mark.parametrize("typed", [".", "../copier-django-docker", "git+file://{}"])
def test_the_template_is_found_again(typed, template, project):
    folder = project()
    typed = typed.format(template)
    with local.cwd(template):
        run("copy", "--defaults", f"--vcs-ref={NEXT}", typed, folder)
    commit(folder)
    stored = yaml.safe_load((folder / ".copier-answers.yml").read_text())["_src_path"]
    assert stored == (typed if "://" in typed else str(template))
    with local.cwd(folder):
        assert "Keeping template version" in run("update", "--defaults", f"--vcs-ref={NEXT}")[1]
    assert not git("-C", folder, "status", "--porcelain")


@pytest.mark.parametrize("start", ["https://", "git+https://", "ssh://"])
def test_a_token_in_the_templates_url_is_not_kept(start, template, project):
    folder, place = project(), "host.example/team/copier-django-docker.git"
    user = "git@" if start == "ssh://" else ""  # ssh needs its user
    kept = f"{start}{user}{place}"
    typed = f"{start}{'git' if user else 'bot'}:t0k3n@{place}"
    configuration = {"GIT_CONFIG_COUNT": "2"}
    for number, url in enumerate((typed, kept)):
        configuration[f"GIT_CONFIG_KEY_{number}"] = f"url.{template.as_uri()}.insteadOf"
        configuration[f"GIT_CONFIG_VALUE_{number}"] = url.removeprefix("git+")
    with local.env(**configuration):
        output = run("copy", "--defaults", f"--vcs-ref={NEXT}", typed, folder)[1]
        assert ".copier-answers.yml has the template's URL without its password" in output
        commit(folder)
        assert not any(b"t0k3n" in content for content in tree(folder).values())
        assert yaml.safe_load((folder / ".copier-answers.yml").read_text())["_src_path"] == kept
        assert "Keeping template version" in run("update", "--defaults", f"--vcs-ref={NEXT}", folder)[1]
    assert not git("-C", folder, "status", "--porcelain")


MANAGE = (PROJECTS / "startproject/project/manage.py").read_text()
BAD = {
    "project_slug": ["my site", 'my"site', "My-Site", "", "-x", "$HOME", "a#b", "a:b", "a\nb", "x" * 64],
    "python_version": ["3", "2.7", "3.7", "latest", "3.13 AS x", "3.13\nRUN true"],
    "wsgi_module": [
        "core/wsgi.py",
        "core.wsgi.",
        "no.such.wsgi",
        'mysite.wsgi", "--reload',
        "mysite.wsgi:a.b",
        "a.b:c(1)",
    ],
    "requirements_file": ["missing.txt", "../requirements.txt", "/etc/passwd", "a b.txt", "./requirements.txt", ""],
    "requirements_includes": ["missing.txt", "[missing.txt]", "[../x]", "{a: 1}", "[1]"],
    "static_root": ["/", "..", "a/../b", "a b", "$X"],
    "django_dir": ["..", "/src", "a b", ""],
    "settings_module": ["site/settings.py", "a b", "a.b:c"],
    "installer": ["conda", ""],
    "uv_version": ["1", "0.11; true", "latest"],
    "installer_files": ["[missing.lock]", "[../x]", "uv.lock"],
    "requirements_beside": ["[missing.txt]", "[1]"],
    "install_options": ["['--group prod']", "[prod]", "['--a=$(b)']", "--group=prod"],
    "install_folders": ["[missing]", "[../x]", "[/etc]", "['a b']", "libs"],
    "requirements_without": ["[a b]", "['a|b']", "['-a']", "pywin32"],
    "install_project": ["perhaps"],
    "gunicorn_install": ["perhaps"],
    "apt_build": ["[lib pq]", "['a; true']", "libpq-dev"],
    "apt_runtime": ["[-y]", "[A]"],
    "environment": ["[A]", "{A: 1}", "{a b: x}", "{A: 'x\"y'}"],
    "build_environment": ["{A: $B}", "A=1"],
    "required_environment": ["[a b]", "A"],
    "compose_environment": ["{A: '}\n'}", "x"],
    "compose_settings": ["{a b: c}", "{A.b: 1}", "{A.b: 'x\"y'}", "[A]", "{A: ['x\"y']}", "{A: ['*a']}", "{A: [1]}"],
    "set_static_root": ["2"],
    "gunicorn_options": ["[a b]", "['\"']", "--preload"],
    "build_image": ["Python", "python:3.13 AS x", "$X"],
    "build_instructions": ["[FROM scratch]", "['RUN a\\\\']", "RUN a"],
    "django_instructions": ['["RUN a\\nX"]', "[EXPOSE 1]", "[1]"],
    "nginx_locations": ["['}']", "['location / {']", "[1]"],
    "static_url": ["static/", "/static", "//", "/", "https://cdn.example.com/", "/a b/", "/a;b/", "/a{b}/"],
    "dockerignore_except": ["[a, 1]", "['!a']", "x: y"],
    "dockerignore": ["[a, 1]", "['#x']", '["a\\nb"]', "x: y"],
    "use_fathom": ["maybe"],
    "compile_messages": ["2"],
    "customize": ["perhaps"],
    "gunicorn_workers": ["0", "-1", "three", "1.5", ""],
    "gunicorn_threads": ["0", "2; true"],
    "web_concurrency": ["0", "$(nproc)"],
    "django_port": ["0", "70000", "http"],
    "static_port": ["0", "65536", "8000.0"],
    "asgi_module": ["core/asgi.py", "core.asgi.", 'a.b", "--reload', "a.b\n"],
    "worker_class": ["gevent", ""],
    "health_path": ["health/", "/a b", '/"', "https://example.com/", "", "/a\nb"],
    "python_image": ["alpine", ""],
    "debian_release": ["sid", "bullseye"],
    "image_digests": ["{'python:3.13': latest}", "[python]", "{'A b': 'sha256:00'}"],
    "node": ["{version: '24'}", "npm run build", "[a]", str(NODE | {"build": "a; b"}), str(NODE | {"output": ["/a"]})],
    "assets_stages": ["{}", "[assets]", str([STAGE | {"name": "base"}]), str([STAGE | {"output": {"dist": "/dist"}}])],
    "dotenv": ["[A]", "{A: 1}", '{A: "x\\ny"}', "{A: $B}"],
    "secrets_file": [".env.local", "secrets", ""],
    "settings_environment": ["{A: b}", "{A: [b]}", "{a b: [c, d]}", '{A: ["x\\ny", ""]}', "[A]"],
    "development_environment": ["{DEBUG: 1}", "DEBUG", "{A B: x}"],
    "static_server": ["apache", ""],
    "compress_offline": ["perhaps"],
    "collectstatic_options": ["[--clear]", "--no-default-ignore", "[--ignore=a b]"],
    "compress_manifest": ["/manifest.json", "../a.json", "a b", ""],
    "media_root": ["..", "a b", "a/../b", "/"],
    "media_url": ["media/", "/media", "/", "https://cdn.example.com/", "/a;b/"],
    "data_dirs": ["[..]", "data", "['a b']", "[/]"],
    "data_files": ["[/etc/passwd]", "[../x]", "db.sqlite3"],
    "data_root": ["data", "/", "/a b", "/../x", ""],
    "private_media": ["[media]", "{media: private}", "{'a b': ''}", "{a: /x/, b: /x/}", "{a: 1}"],
    "gunicorn_keepalive": ["0", "3601", "long"],
    "log_errors": ["2"],
    "use_compose": ["perhaps"],
    "compose_name": ["My-Site", "a b", "-x", "日本", "x" * 64],
    "reverse_proxy": ["caddy", ""],
    "manage_py": ["perhaps"],
    "rolling": ["perhaps"],
    "backups": ["perhaps"],
    "https_only": ["2"],
    "https_header": ["X-Scheme", "X-Scheme:https", "X-Scheme: a b", "X-Scheme: a;b", "X: {}"],
    "script_name": ["shop", "/", "/shop/", "/a b", "/a;b", "/a{b}", "/../a"],
    "services": ["[db]", "{django: 'postgres:18'}", "{db: 'postgres 18'}", "{DB: 'postgres:18'}", "{db: 18}"],
    "database_name": ["a b", "", "1a", "a;b", "x" * 64],
    "database_user": ["a b", "a'b", "$USER"],
    "extra_databases": ["logs", "[a b]", '["a"b"]', "[1]", "[.a]"],
    "migrate": ["perhaps"],
    "create_cache_table": ["2"],
    "workers": ["[celery]", "{static: celery}", "{worker: 'a; b'}", '{worker: "a\\nb"}', "{worker: 1}"],
    "celery_concurrency": ["-1", "1001", "auto"],
    "jobs": ["[job]", "{migrate: a}", "{job: 'a && b'}", "{Job: a}"],
    "start_commands": ["python manage.py setup", "[a; b]", "[a && b]", "['a $HOME']", "[a || b]"],
    "code_commands": ["python manage.py makemigrations", "[a; b]", "['a || true']"],
    "base_instructions": ["[locale-gen]", "RUN locale-gen", '["RUN a \\\\"]', '["RUN a\\nRUN b"]'],
    "install_packages": ["whitenoise", "['git+https://example.com/a.git']", "['./a']", "['a; python_version<\"3\"']"],
    "build_setuptools": ["70", "setuptools<70", ">=70", "<70; true", "<70,<80"],
    "worker_intervals": ["[60]", "{cron: 0}", "{cron: daily}"],
    "worker_ports": ["[2525]", "{smtp: 2525}", "{smtp: ['a:b']}", "{static: ['1:1']}"],
    "env_example": ["2"],
    "github_workflow": ["perhaps"],
    "update_workflow": ["perhaps"],
    "orchestrators": ["[nomad]", "swarm", "[swarm, swarm]", "{swarm: 1}"],
    "registry": ["", "ghcr.io/Org/shop", "https://ghcr.io/org/shop", "ghcr.io/org/shop:1"],
    "site_host": ["", "https://example.org", "example.org:8000", "*.example.org", "Example.org", "a..b"],
    "replicas": ["0", "1001", "many"],
    "schedules": ["[job]", "{job: daily}", "{job: '* * * *'}", "{static: '@daily'}", '{job: "* * * * *\\n"}'],
}


def test_every_question_has_bad_answers():
    assert BAD.keys() == set(QUESTIONS)


def refused(folder: Path, *arguments, code: int = 1, trust: bool = True, **answers) -> str:
    """Run `copier copy`, assert that it is refused in plain words with nothing written, and return the words."""
    before = tree(folder)
    _, output = run("copy", *arguments, folder, retcode=code, trust=trust, **answers)
    assert "Traceback" not in output and tree(folder) == before
    return output


@pytest.mark.parametrize("number", range(max(map(len, BAD.values()))))
def test_bad_answers_are_refused_all_at_once(number, template, project):
    bad = {name: values[number] for name, values in BAD.items() if number < len(values)}
    output = refused(project(), "--defaults", f"--vcs-ref={NEXT}", template, **bad)
    for name in bad:
        messages = re.findall(rf"^{name}: .{{20,}}\.$", output, re.MULTILINE | re.DOTALL)
        assert messages, f"{name} is not refused in:\n{output}"
    assert output.endswith("\nNothing was written.\n")


def test_two_services_cannot_have_one_port(template, project):
    for answers in ({"django_port": 8080}, {"static_port": 8000}, {"django_port": 1, "static_port": 1}):
        output = refused(project(folder=str(answers)), "--defaults", f"--vcs-ref={NEXT}", template, **answers)
        assert "is also django_port; give each its own port" in output


def test_a_bad_answer_in_the_terminal_is_asked_again():
    """Copier shows a validator's message under the prompt: each question has one."""
    for name in QUESTIONS:
        assert COPIER_YML[name]["validator"] == f"{{{{ '{name}' | problem }}}}"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("django_prot: 8001", "django_prot: no question has this name; did you mean django_port?"),
        ("zzz: 1", "zzz: no question has this name; the questions are project_slug,"),
        ("django_port: 0\ngunicorn_threads: many", "gunicorn_threads: 'many' isn't valid"),
        ("python_version: 3.10", "python_version: YAML reads 3.1 as a number"),
        ("project_slug: 7", "project_slug: 7 isn't text; put it in quotes"),
        ("project_slug: [a]", "project_slug: ['a'] isn't text"),
        ("use_fathom: 3", "use_fathom: 3 isn't valid; answer true or false"),
        ("django_port: true", "django_port: True isn't valid"),
        ("dockerignore: {a: b}", "dockerignore: {'a': 'b'} isn't a list"),
        ("wsgi_module:", "wsgi_module: None isn't text"),
    ],
)
def test_a_bad_data_file_is_refused(content, words, template, project, tmp_path):
    (tmp_path / "answers.yml").write_text(content)
    options = ["--defaults", f"--vcs-ref={NEXT}", f"--data-file={tmp_path / 'answers.yml'}"]
    assert words in refused(project(), *options, template)


def test_a_folder_without_a_project_is_refused(template, tmp_path):
    (tmp_path / "empty").mkdir()
    assert "There is no manage.py in" in refused(tmp_path / "empty", "--defaults", f"--vcs-ref={NEXT}", template)
    assert "There is no manage.py in" in refused(tmp_path / "empty", "-qf", f"--vcs-ref={NEXT}", template)
    assert "There is no folder" in refused(tmp_path / "new", "--defaults", f"--vcs-ref={NEXT}", template)
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"src/manage.py": ""}, "src/manage.py in ROOT does not call Django's execute_from_command_line"),
        (
            {"bin/shopctl": MANAGE},
            "bin/shopctl in ROOT runs Django's commands, but the images run manage.py. Rename it to manage.py",
        ),
        ({"{{ x }}/manage.py": MANAGE}, "is part of a project template"),
        (
            {"node_modules/x/manage.py": MANAGE, "mysite/wsgi.py": None, "mysite/asgi.py": None},
            "There is no manage.py in ROOT or below",
        ),
        ({".cache/shop/manage.py": MANAGE}, "is in a folder that is skipped. Give ROOT/.cache/shop as the project"),
        ({"environment.yml": "x: y"}, "The dependencies are in environment.yml, for conda"),
        ({"setup.py": "from setuptools import setup\nsetup(install_requires=read())"}, "could be read in setup.py"),
        ({"setup.cfg": "[metadata]\nname = x"}, "could be read in setup.cfg"),
        ({"pyproject.toml": "[tool.black]"}, "could be read in pyproject.toml"),
        ({"requirements/dev.txt": "black"}, "--data requirements_file=requirements/dev.txt"),
        ({"my deps.in": "Django"}, "--data requirements_file='my deps.in'"),
        ({}, "Write one:\n    echo Django > requirements.txt"),
    ],
)
def test_the_reason_of_a_refusal_is_true(files, words, template, project):
    folder = project()
    (folder / "requirements.txt").unlink()
    if any("manage" in path or "shopctl" in path for path in files):
        (folder / "manage.py").unlink()
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text) if text is not None else (folder / path).unlink()
    commit(folder)
    output = refused(folder, "--defaults", f"--vcs-ref={NEXT}", template)
    assert words.replace("ROOT", str(folder)) in output
    assert output.count("\n") <= 6 and output.endswith("Nothing was written.\n")


def test_answers_that_have_lost_lines(template, project):
    folder = project()
    copy(template, folder)
    path = folder / ".copier-answers.yml"
    path.write_text("".join(line for line in path.read_text().splitlines(True) if "use_fathom" not in line))
    commit(folder)
    output = refused(folder, "--defaults", "--overwrite", f"--vcs-ref={NEXT}", template)
    assert ".copier-answers.yml lacks use_fathom. Restore these lines" in output


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("my site/manage.py", "Rename 'my site'"),
        ("läden/manage.py", "Rename 'läden'"),
        ("bin/shopctl.py", "Rename it to manage.py"),
    ],
)
def test_a_manage_py_of_another_name_is_refused_for_its_name(path, words, template, project):
    folder = project()
    (folder / path).parent.mkdir(exist_ok=True)
    (folder / "manage.py").rename(folder / path)
    commit(folder)
    output = refused(folder, "--defaults", f"--vcs-ref={NEXT}", template)
    assert path in output and words in output and "There is no manage.py" not in output


def test_java_finds_the_folder_of_manuals_in_slim_images(template, project):
    folder = project()
    copy(template, folder, apt_runtime="[default-jre-headless]")
    lines = (folder / "Dockerfile_django").read_text().splitlines()
    assert (
        "RUN mkdir -p /usr/share/man/man1 && apt-get update && apt-get install -y --no-install-recommends \\" in lines
    )


@pytest.mark.parametrize(("environment", "line"), [("{}", "production"), ("{DJANGO_ENV: live}", "live")])
def test_images_set_django_env_once(environment, line, template, project):
    folder = project()
    copy(template, folder, environment=environment)
    for name in ("Dockerfile_django", "Dockerfile_static"):
        set_there = re.findall(r"\bDJANGO_ENV=\S+", (folder / name).read_text())
        assert set(set_there) == {f"DJANGO_ENV={line}"}, name


@pytest.mark.parametrize("root", ["collected", "/srv/static"])
def test_the_folder_is_there_though_nothing_is_collected(root, template, project):
    """collectstatic makes no folder if it finds no file."""
    folder = project()
    copy(template, folder, static_root=root, use_fathom=False)
    steps = stages(folder / "Dockerfile_static")["static"].partition("collectstatic")[0]
    assert f"mkdir -p {Path('/workdir', root)}" in steps


def test_what_has_no_hash_is_installed_by_another_command(template, project):
    """With --require-hashes, pip takes nothing without one: https://pip.pypa.io/en/stable/topics/secure-installs/."""
    folder = project()
    copy(template, folder, install_options="[--require-hashes]", gunicorn_install=True, install_packages="[six]")
    commands = re.findall(r"pip --python /opt/venv install ([^\n;&]*)", (folder / "Dockerfile_django").read_text())
    assert len(commands) == 2
    assert "--require-hashes" in commands[0] and not {"gunicorn", "six"} & {*commands[0].split()}
    assert {"gunicorn", "six"} <= {*commands[1].split()} and "--require-hashes" not in commands[1]


@pytest.mark.parametrize(
    ("installer", "files", "variables"),
    [
        ("pip", [], "PIP_CONSTRAINT=/constraints.txt PIP_BUILD_CONSTRAINT=/constraints.txt"),
        ("pipenv", ["Pipfile"], "PIP_CONSTRAINT=/constraints.txt PIP_BUILD_CONSTRAINT=/constraints.txt"),
        ("pyproject", ["pyproject.toml"], "UV_BUILD_CONSTRAINT=/constraints.txt"),
        ("poetry", ["pyproject.toml"], "PIP_CONSTRAINT=/constraints.txt PIP_BUILD_CONSTRAINT=/constraints.txt"),
        ("pdm", ["pyproject.toml"], "PIP_CONSTRAINT=/constraints.txt PIP_BUILD_CONSTRAINT=/constraints.txt"),
        ("uv", ["pyproject.toml", "uv.lock"], "UV_BUILD_CONSTRAINT=/constraints.txt"),
    ],
)
def test_what_has_no_wheel_is_built_with_an_older_setuptools(installer, files, variables, template, project):
    """https://pip.pypa.io/en/stable/user_guide/#build-constraints, https://docs.astral.sh/uv/reference/environment/."""
    folder = project()
    for name in files:
        (folder / name).write_text("")
    wanted = {"installer": installer, "installer_files": json.dumps(files), "build_setuptools": "<70"}
    copy(template, folder, **wanted)
    for name in ("Dockerfile_django", "Dockerfile_static"):
        build = stages(folder / name).pop("build")
        set_before = re.findall(r"RUN echo '(.*)' > (\S+)\nENV (.*)\n(?:# .*\n)?RUN --mount", build)
        assert set_before == [("setuptools<70", "/constraints.txt", variables)]
        assert (folder / name).read_text().count("setuptools<70") == 1
    if installer in ("pipenv", "poetry", "pdm"):  # it may need a newer one itself
        assert re.search(rf"pip install '?{installer}\b.*setuptools<70", build, re.DOTALL)


@pytest.mark.parametrize(
    ("installer", "export", "install", "then"),
    [
        (
            "poetry",
            "poetry export --only main --extras=prod",
            "pip --python /opt/venv install",
            "poetry install --only",
        ),
        ("pdm", "pdm export --prod --extras=prod", "pip --python /opt/venv install", "pdm install --check"),
        (
            "uv",
            "uv export --locked --no-dev --no-emit-workspace --extras=prod",
            "uv pip install --python",
            "uv sync --locked",
        ),
    ],
)
def test_tools_that_take_no_limit_of_setuptools_install_last(installer, export, install, then, template, project):
    """They build what has no wheel with the newest one, or with limits that only pyproject.toml gives."""
    folder = project()
    files = ["pyproject.toml", "uv.lock"]
    for name in files:
        (folder / name).write_text("")
    wanted = {"installer": installer, "installer_files": json.dumps(files), "install_options": "[--extras=prod]"}
    copy(template, folder, **wanted)
    assert "export" not in (folder / "Dockerfile_django").read_text()
    copy(template, folder, **wanted, build_setuptools="<70")
    build = stages(folder / "Dockerfile_django")["build"]
    assert build.index("UILD_CONSTRAINT") < build.index(f"{export} ") < build.index(install) < build.index(f"{then} ")
    assert "--no-deps --requirement /requirements.txt; } || true\n" in build


@pytest.mark.parametrize("messages", [False, True])
def test_folders_are_there_when_static_files_are_collected(messages, template, project):
    """Settings may open a file for the log; where messages are compiled, that has made the folders before."""
    folder = project()
    copy(template, folder, data_dirs="[logs]", assets_stages=json.dumps([STAGE]), compile_messages=messages)
    made = stages(folder / "Dockerfile_static")
    assert ("/workdir/logs" in made["static"], "/workdir/logs" in made["code"]) == (not messages, messages)


@pytest.mark.parametrize("script", ["shopctl", "mysite/cli.py", None])
def test_a_manage_py_is_written_where_there_is_none(script, template, project):
    folder = project()
    (folder / "manage.py").rename(folder / script) if script else (folder / "manage.py").unlink()
    commit(folder)
    copy(template, folder)
    text = (folder / "manage.py").read_text()
    compile(text, "manage.py", "exec")
    commit(folder)
    copy(template, folder, update_workflow=True)
    assert "    manage.py\n" in (folder / ".github/workflows/docker-update.yml").read_text()
    assert '"DJANGO_SETTINGS_MODULE", "mysite.settings"' in text and os.access(folder / "manage.py", os.X_OK)
    assert "python manage.py migrate" in (folder / "compose.yaml").read_text().replace(", ", " ")
    commit(folder)
    before = tree(folder)
    copy(template, folder)  # it is still the template's
    assert tree(folder) == before and answers_of(folder)["manage_py"] is True


def test_a_manage_py_of_another_kind_is_kept(template, project):
    folder = project()
    (folder / "manage.py").write_text("print('a manager of people')\n")
    commit(folder)
    copy(template, folder)
    assert (folder / "manage.py").read_text() == "print('a manager of people')\n"


def test_a_manage_py_is_the_one_that_the_images_run(template, project):
    folder = project("uv_src")
    given = ["--defaults", f"--vcs-ref={NEXT}", template]
    copy(template, folder)
    django_dir = answers_of(folder)["django_dir"]
    assert django_dir != "."
    git("-C", folder, "clean", "--force", "-d", "--quiet")
    for answers in ({}, {"django_dir": django_dir}):
        output = refused(folder, *given, manage_py="yes", **answers)
        words = f"manage_py: the images run {django_dir}/manage.py, and this one would be in the root; answer no"
        assert words in output
    copy(template, folder, manage_py="no")
    assert not (folder / "manage.py").exists()


def test_an_answer_against_a_manage_py_is_kept(template, project):
    folder = project()
    (folder / "manage.py").rename(folder / "shopctl")
    (folder / "manage.py").symlink_to("shopctl")
    commit(folder)
    copy(template, folder, manage_py="no")
    commit(folder)
    for answers in ({}, {"manage_py": "no"}):
        update(folder, **answers)
        assert answers_of(folder)["manage_py"] is False and (folder / "manage.py").is_symlink()


@pytest.mark.parametrize("name", ["日本", "🚀", "sp ace", "a]b", "a$b", "q'uote", "a\nb", "-dash", "1234"])
def test_a_folder_of_any_name_is_a_project_of_compose(name, template, project):
    folder = project(folder=name)
    copy(template, folder)
    compose = yaml.safe_load((folder / "compose.yaml").read_text())
    assert re.fullmatch("[a-z0-9][a-z0-9_-]*", compose["name"])
    if shutil.which("docker"):
        docker = local["docker"]["compose", "--project-directory", folder, "--file", folder / "compose.yaml"]
        assert yaml.safe_load(docker("config"))["name"] == compose["name"]


def test_the_name_of_the_compose_project_is_that_of_the_project(template, project):
    folder = project()
    copy(template, folder, project_slug="shop")
    assert yaml.safe_load((folder / "compose.yaml").read_text())["name"] == "shop"


def test_a_project_without_requirements_file_or_wsgi_module_is_refused(template, project):
    folder = project()
    (folder / "requirements.txt").rename(folder / "deps.in")
    (folder / "mysite/wsgi.py").unlink()
    (folder / "mysite/asgi.py").unlink()
    (folder / "mysite/settings.py").rename(folder / "settings.txt")
    output = refused(folder, "--defaults", f"--vcs-ref={NEXT}", template)
    assert "--data requirements_file=" in output and "--data wsgi_module=" in output
    (folder / "mysite/app.py").touch()
    copy(template, folder, requirements_file="deps.in", wsgi_module="mysite.app")


def test_a_package_with_a_hyphen_in_its_name(template, project):
    folder = project()
    (folder / "mysite").rename(folder / "my-site")
    for path in ("manage.py", "my-site/settings.py", "my-site/wsgi.py", "my-site/asgi.py"):
        (folder / path).write_text((folder / path).read_text().replace("mysite", "my-site"))
    commit(folder)
    copy(template, folder)
    dockerfile = (folder / "Dockerfile_django").read_text()
    assert "DJANGO_SETTINGS_MODULE=my-site.settings" in dockerfile and '"my-site.wsgi"]' in dockerfile


def test_trust_is_needed(template, project):
    assert "--trust" in refused(project(), "--defaults", f"--vcs-ref={NEXT}", template, code=4, trust=False)


@pytest.mark.parametrize(
    ("lack", "words"),
    [
        ("sys.modules['copier_template_extensions'] = None", "Make sure to install these extensions alongside Copier"),
        ("sys.version_info = (3, 10, 4)", "this template needs 3.11 or newer"),
    ],
)
def test_what_copier_must_run_with(lack, words, template, project):
    folder = project()
    before = tree(folder)
    code = f"import sys; from copier._cli import CopierApp; {lack}; CopierApp.run()"
    arguments = ["copy", "--trust", "--defaults", f"--vcs-ref={NEXT}", template, folder]
    code, out, err = local[sys.executable][("-c", code, *arguments)].run(retcode=None)
    assert code == 1 and words in err and "Traceback" not in err and tree(folder) == before


def test_an_old_copier_is_refused(template, project):
    folder = project()
    before = tree(folder)
    uvx = local["uvx"]["--quiet", "--with", "copier-template-extensions", "copier@9.14.0"]
    code, out, err = uvx["copy", "--trust", "--defaults", f"--vcs-ref={NEXT}", template, folder].run(retcode=None)
    assert code == 1 and "requires Copier version >= 9.19.0" in err and "Traceback" not in err
    assert tree(folder) == before


def test_files_that_git_holds_are_replaced(template, project):
    folder = project()
    (folder / "compose.yaml").write_text("services: {}\n")
    commit(folder)
    assert "Copier would overwrite compose.yaml" in refused(folder, "--defaults", f"--vcs-ref={NEXT}", template)
    copy(template, folder)
    assert "Dockerfile_django" in (folder / "compose.yaml").read_text()


@pytest.mark.parametrize("state", ["untracked", "ignored", "staged", "changed", "assumed unchanged", "no git"])
def test_files_that_git_does_not_hold_are_kept(state, template, project):
    folder = project()
    (folder / "compose.yaml").write_text("services: {}\n")
    if state == "ignored":
        (folder / ".git/info/exclude").write_text("compose.yaml\n")
    elif state == "staged":
        git("-C", folder, "add", "compose.yaml")
    elif state in ("changed", "assumed unchanged"):
        commit(folder)
        if state == "assumed unchanged":
            git("-C", folder, "update-index", "--assume-unchanged", "compose.yaml")
        (folder / "compose.yaml").write_text("services: {mine: {}}\n")
    elif state == "no git":
        (folder / ".git").rename(folder.parent / "elsewhere")
    output = refused(folder, "--defaults", "--overwrite", f"--vcs-ref={NEXT}", template)
    assert f"Copier would overwrite compose.yaml in {folder}, and no commit has what is there now" in output


OBSTACLES = {
    "folder": "must be a file, but is a folder",
    "link": "must be a file, but is a symbolic link",
    "dangling link": "must be a file, but is a symbolic link",
    "hard link": "must be a file of its own, but is a hard link",
    "pipe": "must be a file, but is a special file",
}


@pytest.mark.parametrize("path", ["compose.yaml", "docker/gunicorn.conf.py", ".copier-answers.yml"])
@pytest.mark.parametrize("kind", OBSTACLES)
def test_nothing_is_written_where_no_file_of_the_project_is(kind, path, template, project, tmp_path):
    folder, outside = project(), tmp_path / "outside"
    outside.write_text(ours := "_src_path: x\nwsgi_module: mysite.wsgi\nuse_fathom: false\n")
    place = folder / path
    place.parent.mkdir(exist_ok=True)
    match kind:
        case "folder":
            place.mkdir()
            (place / "x").touch()
        case "link":
            place.symlink_to(outside)
        case "dangling link":
            place.symlink_to(tmp_path / "nowhere")
        case "hard link":
            place.hardlink_to(outside)
        case "pipe" if path != ".copier-answers.yml":  # of which Copier itself waits for the other end
            os.mkfifo(place)
        case _:
            return
    commit(folder)
    output = refused(folder, "--defaults", "--overwrite", f"--vcs-ref={NEXT}", template)
    assert f"{path} {OBSTACLES[kind]}" in output and "Traceback" not in output
    assert outside.read_text() == ours and not (tmp_path / "nowhere").exists()


@pytest.mark.parametrize("path", ["docker", ".github", ".github/workflows"])
@pytest.mark.parametrize("kind", ["file", "symbolic link"])
def test_nothing_is_written_below_what_is_no_folder_of_the_project(kind, path, template, project, tmp_path):
    folder, outside = project(), tmp_path / "outside"
    outside.mkdir()
    (folder / path).parent.mkdir(exist_ok=True)
    if kind == "file":
        (folder / path).touch()
    else:
        (folder / path).symlink_to(outside)
    commit(folder)
    output = refused(folder, "--defaults", f"--vcs-ref={NEXT}", template, github_workflow=True)
    assert f"{path} must be a folder, but is a {kind}" in output and "Traceback" not in output
    assert not any(outside.iterdir())


def test_another_templates_answers_are_kept(template, project):
    folder = project()
    (folder / ".copier-answers.yml").write_text("_commit: v1\n_src_path: https://example.com/other\nproject_slug: x\n")
    commit(folder)
    output = refused(folder, "--defaults", "--overwrite", f"--vcs-ref={NEXT}", template)
    assert "holds the answers to another template (https://example.com/other)" in output
    assert "-a .copier-answers.docker.yml" in output
    copy(template, folder, "--answers-file=.copier-answers.docker.yml")
    assert (folder / ".copier-answers.docker.yml").is_file()


def test_a_static_root_outside_the_project(template, project):
    folder = project()
    settings = (folder / "mysite/settings.py").read_text()
    (folder / "mysite/settings.py").write_text(settings.replace("BASE_DIR / 'static'", "'/var/www/static'"))
    copy(template, folder)
    assert (
        "COPY --from=compressed /var/www/static /usr/share/nginx/html/static\n"
        in (folder / "Dockerfile_static").read_text()
    )
    assert "/var" not in (folder / ".dockerignore").read_text()


@pytest.mark.parametrize(
    ("hosts", "given"),
    [
        ('os.environ.get("ALLOWED_HOSTS", "localhost").split(",")', "localhost,127.0.0.1"),
        ('os.environ["ALLOWED_HOSTS"].split(" ")', "localhost 127.0.0.1"),
        ('os.environ.get("ALLOWED_HOSTS", "127.0.0.1,localhost").split(",")', ""),
        (
            'os.environ["ALLOWED_HOSTS"].split(",")\nDEBUG = os.environ.get("DEBUG", "True") == "True"',
            "localhost,127.0.0.1",
        ),
    ],
)
def test_the_address_that_is_printed_is_allowed(hosts, given, template, project):
    folder = project()
    settings = folder / "mysite/settings.py"
    text = settings.read_text().replace("DEBUG = True", "DEBUG = False")
    text = re.sub("ALLOWED_HOSTS = .*", f"import os\nALLOWED_HOSTS = {hosts}", text)
    settings.write_text(text)
    commit(folder)
    copy(template, folder)
    compose = (folder / "compose.yaml").read_text()
    assert f"ALLOWED_HOSTS: ${{ALLOWED_HOSTS:-{given}}}\n" in compose if given else "ALLOWED_HOSTS" not in compose


@pytest.mark.parametrize(
    ("hosts", "address"),
    [("os.environ['SITE_HOST']", "localhost"), ("os.environ['SITE_HOST'], '127.0.0.1'", "127.0.0.1")],
)
def test_the_address_that_is_printed_is_the_host_that_is_allowed(hosts, address, template, project):
    folder = project()
    (folder / "mysite/settings.py").write_text(f"import os\nDEBUG = False\nALLOWED_HOSTS = [{hosts}]\n")
    output = run("copy", "--defaults", f"--vcs-ref={NEXT}", template, folder)[1]
    assert f"The site answers on http://{address}:8000/\n" in output


def test_a_static_root_that_settings_lack_is_not_a_folder_of_static_files(template, project):
    folder = project()
    settings = folder / "mysite/settings.py"
    settings.write_text(re.sub("STATIC_ROOT = .*", "STATICFILES_DIRS = [BASE_DIR / 'static']", settings.read_text()))
    commit(folder)
    copy(template, folder)
    assert 'STATIC_ROOT = "/workdir/staticfiles"' in (folder / "Dockerfile_static").read_text()


def test_settings_below_src_are_found(template, project):
    folder = project()
    (folder / "src").mkdir()
    (folder / "mysite").rename(folder / "src/mysite")
    commit(folder)
    copy(template, folder)
    assert "    PYTHONPATH=/workdir/src \\\n" in (folder / "Dockerfile_django").read_text()


def test_the_locations_of_a_projects_nginx_are_kept_whole(template, project):
    folder = project()
    locations = "    location /media/ {\n        root /data;\n    }\n    location / {\n        expires 1d;\n    }\n}\n"
    (folder / "default.conf").write_text("server {\n" + locations)
    commit(folder)
    copy(template, folder)
    kept = locations.removesuffix("    location / {\n        expires 1d;\n    }\n}\n")
    assert f"    }}\n\n{kept}" in (folder / "default.conf").read_text()


def test_without_a_terminal_nothing_is_half_written(template, project):
    folder = project()
    assert "Interactive session required" in refused(folder, f"--vcs-ref={NEXT}", template)


def test_pretending_writes_nothing(template, project):
    folder = project()
    before = tree(folder)
    assert copier["copy", "--trust", "--pretend", "--defaults", f"--vcs-ref={NEXT}", template, folder].run()[0] == 0
    assert tree(folder) == before


def test_what_a_person_should_know_after_a_copy(template, project):
    folder = project()
    (folder / "mysite/settings.py").write_text("DEBUG = True\nprint 'Python 2'\n")
    (folder / "docker-compose.yml").write_text("services: {}\n")
    (folder / "docker-compose.override.yml").write_text("services: {}\n")
    _, output = run("copy", "--defaults", f"--vcs-ref={NEXT}", template, folder)
    output = " ".join(output.split())
    assert "Compose now reads compose.override.yaml, and no longer docker-compose.override.yml" in output
    assert yaml.safe_load((folder / "compose.override.yaml").read_text()) == {"services": {}}
    assert "Not read: mysite/settings.py:2 is not Python 3." in output
    assert "Compose now reads compose.yaml, and no longer docker-compose.yml" in output
    _, output = run("copy", "--defaults", f"--vcs-ref={NEXT}", template, project(folder="other"))
    assert "Not read" not in output and "no longer" not in output
    assert "\n\n\n\n" not in output and "Running task" not in output


def test_variables_that_settings_need_are_named_after_a_copy(template, project):
    folder = project("uv_src")
    _, output = run("copy", "--defaults", f"--vcs-ref={NEXT}", template, folder)
    assert ".env was written, with SECRET_KEY." in output and "do not start" not in output
    name, _, secret = (folder / ".env").read_text().splitlines()[-1].partition("=")
    assert name == "SECRET_KEY" and len(secret) >= 50
    assert not git("-C", folder, "ls-files", "--others", "--exclude-standard", ".env"), "git does not ignore .env"
    assert "Set SECRET_KEY" not in output
    other = project("uv_src", folder="other")
    _, output = run("copy", "--defaults", f"--vcs-ref={NEXT}", template, other, dotenv="{}")
    sentence = "Set SECRET_KEY in .env before you start: the services need it."
    assert f"{sentence}\n\n    cd " in output and not (other / ".env").exists()


def test_debian_packages_that_the_python_image_lacks(template, project):
    def packages() -> dict[str, list[str]]:
        texts = stages(folder / "Dockerfile_django")
        assert texts["build"] == stages(folder / "Dockerfile_static")["build"]
        lines = {name: [line.strip(" \\") for line in texts[name].splitlines()] for name in ("base", "build")}
        return {name: [line for line in lines[name] if line in given] for name in lines}

    folder = project()
    given = {"build-essential", "libpq-dev", "libldap-dev", "libldap2", "libpq5"}
    build, runtime = "[build-essential, libpq-dev, libldap-dev]", "[libldap2, libpq5]"
    # What compiles has the full image, which has a compiler and many headers; what runs has the slim one.
    copy(template, folder, apt_build=build, apt_runtime=runtime)
    assert packages() == {"base": ["libldap2", "libpq5"], "build": ["libldap-dev"]}
    dockerfile = (folder / "Dockerfile_django").read_text()
    assert dockerfile.startswith("FROM python:3.13-slim-trixie AS base\n")
    assert "\nFROM python:3.13-trixie AS build\n" in dockerfile
    copy(template, folder, apt_build=build, apt_runtime=runtime, python_image="full")
    assert packages() == {"base": ["libldap2"], "build": ["libldap-dev"]}
    copy(template, folder, apt_build="[build-essential]", apt_runtime="[]")
    assert "apt-get" not in (folder / "Dockerfile_django").read_text()


@pytest.mark.parametrize("version", [NEXT, "v2.1.1"])
def test_nothing_is_kept_outside_of_the_project(version, template, project, tmp_path):
    home, folder = tmp_path / "home", project()
    home.mkdir()
    copy(template, folder, vcs_ref=version)
    with local.env(HOME=str(home), XDG_CACHE_HOME=str(home / "cache"), TMPDIR=str(home)):
        copy(template, project(folder="other"))
        update(folder, gunicorn_workers=4)
    assert "--workers 4" in (folder / "compose.yaml").read_text()
    assert not list(home.iterdir())


def test_hosts_variable():
    answers = [{"DEBUG": ""}, {"z_allowed_hosts": "", "A_ALLOWED_HOSTS": ""}, ["ALLOWED_HOSTS"]]
    assert hosts_variable(answers) == "A_ALLOWED_HOSTS"
    assert hosts_variable(answers[2:]) == "ALLOWED_HOSTS"
    assert hosts_variable(answers[:1]) == ""


def test_a_project_that_has_lost_its_answers(template, project):
    folder = project()
    copy(template, folder)
    expected = rendered(folder)
    (folder / ".copier-answers.yml").unlink()
    (folder / "default.conf").unlink()
    commit(folder)
    copy(template, folder)
    assert rendered(folder)["compose.yaml"] == expected["compose.yaml"]


@pytest.mark.parametrize(
    ("installer", "options", "command"),
    [
        ("uv", "[--extra=prod]", "uv sync --locked --no-dev --no-install-workspace --extra=prod"),
        ("uv", "[--frozen]", "uv sync --no-dev --no-install-workspace --frozen"),  # which uv takes in its place alone
        ("poetry", "[--only=prod]", "poetry install --only main --only=prod --no-root"),
        ("pyproject", "[--extra=prod]", "--link-mode copy --requirements pyproject.toml --extra=prod "),
        ("pyproject", "[--group=prod]", "--link-mode copy --group=prod "),
    ],
)
def test_groups_and_the_project_itself_are_installed(installer, options, command, template, project):
    folder = project()
    (folder / "pyproject.toml").write_text("")
    wanted = {"installer": installer, "installer_files": "[pyproject.toml]", "install_options": options}
    wanted |= {} if installer == "poetry" else {"uv_version": "0.11"}
    copy(template, folder, **wanted, install_project="true", gunicorn_install="false")
    for name in ("Dockerfile_django", "Dockerfile_static"):
        build = stages(folder / name)["build"]
        # uv refuses a project that requires another uv, whatever it is to do.
        assert set(re.findall(r"uv:[0-9.]+", build)) == {"uv:0.13" if installer == "poetry" else "uv:0.11"}
        assert command in build and build.index(command) < build.index("--no-deps --editable /workdir")


@pytest.mark.parametrize("installer", ["pip", "pipenv", "poetry", "pdm", "pyproject"])
def test_packages_find_the_setuptools_of_an_older_python(installer, template, project):
    folder = project()
    (folder / "pyproject.toml").write_text("")
    (folder / "requirements.txt").write_text("")
    wanted = {"installer": installer, "installer_files": "[pyproject.toml]", "requirements_file": "requirements.txt"}
    for python, venv in (("3.11", "python -m venv /opt/venv"), ("3.12", "python -m venv --without-pip /opt/venv")):
        copy(template, folder, **wanted, python_version=python)
        assert re.findall(r"python -m venv .*", stages(folder / "Dockerfile_django")["build"]) == [venv]


@pytest.mark.parametrize(
    ("given", "options"),
    [
        ({"set_static_root": "true"}, " --settings collectstatic_settings"),
        (
            {"set_static_root": "false", "compose_settings": "{COMPRESS_STORAGE: a.B, COLLECTFASTA_STRATEGY: a.B}"},
            " --settings collectstatic_settings",
        ),
        ({"set_static_root": "false"}, ""),
    ],
)
def test_what_is_compressed_is_collected_with_the_same_settings(given, options, template, project):
    folder = project()
    copy(template, folder, compress_offline="true", **given)
    for name in ("Dockerfile_django", "Dockerfile_static"):
        static = stages(folder / name)["static"]
        assert f"manage.py compress{options}\n" in f"{static}\n"
        for setting in ("COMPRESS_STORAGE", "COLLECTFASTA_STRATEGY"):
            assert (setting in static) is ("compose_settings" in given)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"set_static_root": "true"}, {"STATIC_ROOT": "/workdir/staticfiles"}),
        ({"set_static_root": "false", "compose_settings": "{STATIC_URL: /a/}"}, {"STATIC_URL": "/a/"}),
        (
            {"set_static_root": "true", "compose_settings": "{STATIC_URL: /a/}"},
            {"STATIC_ROOT": "/workdir/staticfiles", "STATIC_URL": "/a/"},
        ),
    ],
)
def test_code_that_settings_of_the_build_import_reads_settings(given, expected, template, project, tmp_path):
    """As Celery's module does, which the package imports: https://docs.celeryq.dev/en/stable/django/."""
    folder = project()
    copy(template, folder, static_root="staticfiles", workers="{worker: celery -A mysite worker}", **given)
    text = stages(folder / "Dockerfile_static")["static"]
    command = re.search(r"printf '%s.n' (.*)collectstatic_settings\.py", text, re.DOTALL)
    assert command
    site = tmp_path / "site"
    (site / "mysite").mkdir(parents=True)
    (site / "mysite/__init__.py").write_text("import os\nREAD = os.environ['DJANGO_SETTINGS_MODULE']\n")
    (site / "mysite/settings.py").write_text("STATIC_ROOT = None\nSTATIC_URL = '/static/'\n")
    subprocess.run(["sh", "-c", command[0]], cwd=site, check=True)
    code = (
        "import json, os, collectstatic_settings as found, mysite\n"
        f"values = {{name: getattr(found, name) for name in {list(expected)}}}\n"
        "print(json.dumps([mysite.READ, os.environ['DJANGO_SETTINGS_MODULE'], values]))\n"
    )
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "collectstatic_settings"}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=site, env=environment, check=True, capture_output=True, text=True
    )
    assert json.loads(done.stdout) == ["mysite.settings", "collectstatic_settings", expected]


def test_what_both_images_need_is_there_before_messages_are_compiled(template, project):
    folder = project()
    both, one = "RUN touch /workdir/a.py", "RUN touch /workdir/b.py"
    instructions = {"build_instructions": f"['{both}', '{one}']", "django_instructions": f"['{both}']"}
    copy(template, folder, compile_messages="true", **instructions)
    code = stages(folder / "Dockerfile_django")["code"]
    assert both in code.partition("compilemessages")[0] and one not in code


@pytest.mark.parametrize(
    ("install", "cache"),
    [
        ("npm ci", "/root/.npm"),
        ("npx --yes yarn install --frozen-lockfile", "/usr/local/share/.cache/yarn"),
        ("corepack yarn install --immutable", "/root/.yarn/berry/cache"),
        ("corepack pnpm install --frozen-lockfile", "/root/.local/share/pnpm/store"),
    ],
)
def test_packages_of_node_are_kept_between_builds(install, cache):
    assert node_cache(install) == cache


@pytest.mark.parametrize("others", ["[]", "[true, logs]"])
@pytest.mark.parametrize("image", ["mysql:8.4", "mariadb:11.8", "postgres:18"])
def test_names_of_databases_are_texts(image, others, template, project):
    folder = project()
    copy(
        template,
        folder,
        services=f"{{db: '{image}'}}",
        database_name="null",
        extra_databases=others.replace("true", "'true'"),
    )
    services = yaml.safe_load((folder / "compose.yaml").read_text())["services"]
    for name in ("backup", "restore"):
        assert all(isinstance(word, str) for word in services[name]["command"])
    words = [*services["backup"]["command"], *services["restore"]["command"]]
    assert any(word == "null" or "null" in word.split() or word.endswith("=null") for word in words)


def test_settings_that_compose_changes_are_python(template, project, monkeypatch):
    folder = project()
    changed = {
        "DATABASES.default.HOST": "db",
        "CACHES.default.LOCATION": "redis://:${CACHE_PASSWORD}@valkey:6379/${N}",
    }
    changed |= {"HOSTS.1": "b", "EMPTY": "", "ALLOWED_HOSTS": ["*ALLOWED_HOSTS", "localhost", "${TOP}"], "NEW": ["x"]}
    copy(
        template,
        folder,
        compose_settings=json.dumps(changed),
        compose_environment="{DJANGO_SETTINGS_MODULE: compose_settings}",
        development_environment="{DJANGO_SETTINGS_MODULE: development_settings}",
    )
    module = (
        stages(folder / "Dockerfile_django")[""].partition("compose_settings.py <<'EOF'\n")[2].partition("EOF\n")[0]
    )
    assert (
        module.startswith("import os\n\n# Code that this import runs")
        and "\nfrom mysite.settings import *\n" in module
    )
    names = {
        "DATABASES": {"default": {}},
        "CACHES": {"default": {}},
        "HOSTS": ["a", "a"],
        "ALLOWED_HOSTS": ("a.example",),
    }
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "compose_settings")
    monkeypatch.setenv("CACHE_PASSWORD", "secret")
    monkeypatch.setenv("TOP", "b.example")
    monkeypatch.setenv("N", "7")
    exec(module.replace("from mysite.settings import *", ""), names)
    assert names["DATABASES"]["default"]["HOST"] == "db" and names["HOSTS"] == ["a", "b"] and names["EMPTY"] == ""
    assert names["ALLOWED_HOSTS"] == ["a.example", "localhost", "b.example"] and names["NEW"] == ["x"]
    assert names["CACHES"]["default"]["LOCATION"] == "redis://:secret@valkey:6379/7"
    assert "from compose_settings import *" in (folder / "compose.dev.yaml").read_text()


def test_what_is_written_while_messages_are_compiled_can_be_written_to(template, project):
    folder = project()
    copy(template, folder, compile_messages="true", data_dirs="[data, media]", media_root="media")
    code = stages(folder / "Dockerfile_django")["code"]
    assert " compilemessages \\\n    || echo " in code and code.endswith(" \\\n    && chmod -R a+rwX /workdir/data")


def test_a_service_without_a_health_check_is_not_waited_for_as_healthy(template, project):
    folder = project()
    copy(template, folder, services="{search: 'elasticsearch:9.0.0', cache: 'valkey/valkey:9'}")
    compose = yaml.safe_load((folder / "compose.yaml").read_text())
    assert compose["x-django"]["depends_on"] == {
        "cache": {"condition": "service_healthy"},
        "search": {"condition": "service_started"},
    }
    assert "healthcheck" not in compose["services"]["search"]
    assert compose["services"]["search"]["security_opt"] == ["no-new-privileges:true"]
