"""What a project's own Dockerfile, entrypoint and other files do, as steps, and the answers that follow."""

import pytest

from extensions.filters import celery_worker
from extensions.project.deployment.compose import read_compose
from extensions.project.deployment.kinds.record import Command, Packages
from extensions.project.deployment.own_image import own_image
from extensions.project.deployment.steps import Phase, read_own_steps
from extensions.project.tree import Tree
from extensions.questions import compose_defaults, defaults, dependency_notes, deployment_defaults
from extensions.reading import read
from extensions.rendering.celery import concurrent
from extensions.rendering.storage import uploads

MANAGE = """
import os
from django.core.management import execute_from_command_line
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")
execute_from_command_line()
"""
SETTINGS = """
from pathlib import Path
BASE_DIR = Path(__file__).parent.parent
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": BASE_DIR / "db.sqlite3"}}
"""
WSGI = "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')\napplication = None\n"
COPY = "COPY requirements.txt .\nRUN pip install -r requirements.txt\nCOPY . .\n"
GUNICORN = 'CMD ["gunicorn", "shop.wsgi"]\n'


@pytest.fixture
def written(tmp_path):
    """Return a function that writes a project with these files beside its own, and returns its folder."""

    def make(**files: str):
        every = {
            "manage.py": MANAGE,
            "shop/__init__.py": "",
            "shop/settings.py": SETTINGS,
            "shop/wsgi.py": "application = None\n",
            "requirements.txt": "Django==5.2.8\ngunicorn==23.0.0\n",
            **files,
        }
        for path, text in every.items():
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_text(text)
        return tmp_path

    return make


@pytest.fixture
def answered(written):
    """Return a function that writes a project and returns its defaults by question."""

    def make(**files: str):
        folder = written(**files)
        return {name: default.value for name, default in defaults.from_site(read(folder), folder).items()}

    return make


@pytest.fixture
def steps(written):
    """Return a function that writes a project and returns the steps of its own image."""

    def make(**files: str):
        tree = Tree(written(**files))
        image = own_image(tree, ".")
        return list(read_own_steps(tree, image).steps) if image else []

    return make


def commands(steps, phase: Phase) -> list[str]:
    return [" ".join(step.words) for step in steps if step.phase is phase and step.keyword == "RUN"]


STAGES = """\
ARG BASE=python:3.12
FROM $BASE-slim AS builder
ARG TOOLS="gcc make"
RUN apt-get update && apt-get install -y $TOOLS
RUN <<EOF
set -e
echo one
pip install -r requirements.txt
EOF
FROM node:22 AS unused
RUN npm ci
FROM ${BASE}-slim AS base
ENV HOME_OF=/srv/shop
WORKDIR $HOME_OF
FROM base
COPY --from=builder /opt/venv /opt/venv
COPY ./docker/start.sh /start
COPY . .
RUN ["python", "manage.py", "collectstatic"]
USER shop
ENTRYPOINT ["/start"]
CMD gunicorn shop.wsgi
"""
START = """\
#!/bin/bash
set -o errexit

if [ "$1" = "worker" ]; then
    exec celery -A shop worker
fi
if [ -n "$LOAD" ]; then
    python manage.py loaddata sample
fi
prepare() {
    python manage.py migrate \\
        --noinput
}
prepare
until pg_isready -h "$DB_HOST"; do sleep 1; done
./docker/more.sh || true
exec gosu shop "$@"
echo never
"""


def test_stages_and_scripts_are_one_list_of_steps(steps):
    more = "python manage.py loaddata a; python manage.py b\n"
    found = steps(**{"Dockerfile": STAGES, "docker/start.sh": START, "docker/more.sh": more})
    assert commands(found, Phase.BUILD) == [
        "apt-get update",
        "apt-get install -y gcc make",
        "echo one",
        "pip install -r requirements.txt",
        "python manage.py collectstatic",
    ]
    assert commands(found, Phase.START) == [
        "python manage.py loaddata sample",
        "python manage.py migrate --noinput",
        "pg_isready -h $DB_HOST",
        "sleep 1",
        "python manage.py loaddata a",
        "python manage.py b",
        "gunicorn shop.wsgi",
    ]
    sources = {" ".join(step.words): step.source for step in found}
    assert sources["python manage.py migrate --noinput"] == "docker/start.sh:11"
    assert sources["python manage.py loaddata a"] == "docker/more.sh:1"
    by_words = {" ".join(step.words): step for step in found if step.keyword == "RUN"}
    assert by_words["apt-get update"].final is False
    assert by_words["python manage.py collectstatic"].workdir == "/srv/shop"
    assert "LOAD" in by_words["python manage.py loaddata sample"].condition
    assert by_words["python manage.py migrate --noinput"].condition == ""
    assert by_words["python manage.py loaddata a"].may_fail
    assert not by_words["python manage.py migrate --noinput"].may_fail
    assert by_words["gunicorn shop.wsgi"].user == "shop"


def test_a_script_that_is_not_understood_is_not_lost(steps):
    found = steps(
        **{
            "Dockerfile": f"FROM python:3.12\n{COPY}CMD ./start.sh",
            "start.sh": 'if [ "$A" ]; then\npython manage.py load_all\n',
        }
    )
    step = next(step for step in found if "load_all" in step.words)
    assert (step.source, step.condition) == ("start.sh:2", "what stands around it")


def test_scripts_that_call_each_other_end(steps):
    found = steps(
        **{"Dockerfile": f"FROM python:3.12\n{COPY}CMD ./a.sh", "a.sh": "./b.sh\n", "b.sh": "./a.sh\nf() { f; }\nf\n"}
    )
    assert len(found) < 30


def test_the_image_of_the_service_with_the_site_s_port(written):
    compose = """
services:
  worker: {build: {context: ., dockerfile: worker/Dockerfile}, command: celery -A shop worker}
  web: {build: {context: ., dockerfile: web/Dockerfile, target: live}, ports: ["8000:8000"]}
"""
    text = "FROM python:3.12 AS live\nRUN pip install x\nFROM live AS dev\n"
    files = {"docker-compose.yml": compose, "worker/Dockerfile": text, "web/Dockerfile": text, "Dockerfile.dev": text}
    image = own_image(Tree(written(**files)), ".")
    assert (image.path, image.target, image.context) == ("web/Dockerfile", "live", ".")


RELEASED = """\
FROM python:3.13 AS base
RUN pip install gunicorn
FROM base AS shop
CMD gunicorn shop.wsgi
FROM shop AS shop-plus
RUN apt-get install -y chromium
"""
WORKFLOW = """\
jobs:
  build:
    steps:
    - {uses: docker/build-push-action@v6, with: {context: ., file: ./web/Dockerfile, target: base}}
    - {uses: docker/build-push-action@v6, with: {context: ., file: ./web/Dockerfile, target: shop}}
    - {uses: docker/build-push-action@v6, with: {context: ., file: ./web/Dockerfile, target: shop-plus}}
"""


def test_the_stage_that_a_workflow_builds(written):
    files = {"web/Dockerfile": RELEASED, ".github/workflows/release.yml": WORKFLOW}
    assert own_image(Tree(written(**files)), ".").target == "shop"
    others = WORKFLOW.replace("./web/Dockerfile", "Dockerfile")
    assert own_image(Tree(written(**files | {".github/workflows/release.yml": others})), ".").target == "shop-plus"


def test_the_image_of_staging_goes_before_that_of_developers(written):
    text = "FROM python:3.13\nRUN pip install -r requirements.txt\n"
    compose = "services: {django: {build: {context: ., dockerfile: dev/django.dockerfile}, ports: ['8000:8000']}}\n"
    files = {"docker-compose.yml": compose, "dev/django.dockerfile": text, "stage/Dockerfile": text}
    assert own_image(Tree(written(**files)), ".").path == "stage/Dockerfile"
    files["deploy/Dockerfile"] = text
    assert own_image(Tree(written(**files)), ".").path == "deploy/Dockerfile"


def test_packages_of_the_own_dockerfile_are_split(answered):
    found = answered(
        Dockerfile=(
            "FROM python:3.12-slim\nRUN apt-get update && apt-get install -y --no-install-recommends \\\n"
            "    gcc libdbus-1-dev ghostscript tesseract-ocr-deu curl python3-dev netcat \\\n"
            "    && rm -rf /var/lib/apt/lists/*\n"
            f"{COPY}{GUNICORN}"
        )
    )
    assert found["apt_build"] == ["gcc", "libdbus-1-dev"]
    assert found["apt_runtime"] == ["ghostscript", "libdbus-1-3", "tesseract-ocr-deu"]


BY_NAME = """\
FROM python:3.12-slim
ARG LIBRARIES="gcc libcups2-dev"
ARG MORE="gunicorn orders-client==2.1"
COPY scripts/ /opt/scripts/
RUN apt-get update && apt-get install -y $LIBRARIES && pip install ${MORE} && bash /opt/scripts/system.sh
COPY . .
CMD gunicorn shop.wsgi
"""
IN_AN_ARRAY = """\
#!/bin/bash
PROGRAMS=(
  graphviz  # for plans
  ghostscript
)
PROGRAMS+=(poppler-utils)
apt-get install -y --no-install-recommends "${PROGRAMS[@]}"
"""


def test_packages_that_variables_list(answered):
    found = answered(**{"Dockerfile": BY_NAME, "scripts/system.sh": IN_AN_ARRAY})
    assert found["apt_build"] == ["gcc", "libcups2-dev"]
    assert found["apt_runtime"] == ["ghostscript", "graphviz", "libcups2t64", "poppler-utils"]
    assert found["install_packages"] == ["orders-client==2.1"]


def test_packages_that_one_line_installs_in_several_commands(answered):
    run = "RUN apt-get install -y ghostscript libev-dev && apt install graphviz && apt install libxapian-dev\n"
    found = answered(Dockerfile=f"FROM python:3.12-slim\n{run}{COPY}{GUNICORN}")
    assert found["apt_build"] == ["libev-dev", "libxapian-dev"]
    assert found["apt_runtime"] == ["ghostscript", "graphviz", "libev4t64", "libxapian30"]


def test_packages_of_a_stage_that_only_builds(answered):
    found = answered(
        Dockerfile=(
            "FROM python:3.12-slim AS build\nRUN apt-get install -y git ghostscript libpq-dev\n"
            f"FROM python:3.12-slim\nCOPY --from=build /opt/venv /opt/venv\n{COPY}{GUNICORN}"
        )
    )
    assert found["apt_build"] == ["ghostscript", "libpq-dev"]


def test_packages_of_alpine_have_debian_s_names(answered):
    found = answered(
        Dockerfile=(
            "FROM python:3.12-alpine\nRUN apk add --no-cache postgresql-libs jpeg tesseract-ocr-data-deu frobnicate\n"
            "RUN apk add --virtual .build-deps musl-dev postgresql-dev zip && apk del .build-deps\n"
            "RUN apk add font-noto-emoji font-noto-thai font-frobnicate ttf-dejavu\n"
            f"{COPY}{GUNICORN}"
        )
    )
    assert found["apt_build"] == ["build-essential", "libpq-dev"]
    assert found["apt_runtime"] == [
        *("fonts-dejavu", "fonts-noto-color-emoji", "fonts-noto-core"),
        *("libjpeg62-turbo", "libpq5", "tesseract-ocr-deu"),
    ]


def test_names_of_other_releases(answered):
    packages = "python3.8-dev libgdal28 libgl1-mesa-glx libssl1.1 postgresql-client-13 libmysqlclient-dev git-core"
    found = answered(
        Dockerfile=f"FROM ubuntu:20.04\nRUN apt-get install -y {packages}\n{COPY}{GUNICORN}",
        **{"shop/backup.py": 'run(["pg_dump", "shop"])\n'},
    )
    assert found["apt_build"] == ["default-libmysqlclient-dev"]
    assert found["apt_runtime"] == ["libgdal36", "libgl1", "libmariadb3", "libssl3t64", "postgresql-client"]


def test_libraries_whose_names_have_other_numbers_in_debian(answered):
    packages = "librocksdb5.17 librocksdb-dev libspatialindex-dev libspatialindex-c6 libhyperscan-dev"
    dockerfile = f"FROM python:3.13\nRUN apt-get install -y {packages} libgirepository-2.0-dev\n{COPY}{GUNICORN}"
    found = answered(Dockerfile=dockerfile)["apt_runtime"]
    assert found == [
        *("libgirepository-2.0-0", "libhyperscan5", "librocksdb9.10"),
        *("libspatialindex-c8", "libspatialindex8"),
    ]
    found = answered(Dockerfile=dockerfile.replace("librocks", "wkhtmltopdf librocks", 1))["apt_runtime"]
    assert [name for name in found if "rocks" in name or "spatial" in name] == [
        *("librocksdb7.8", "libspatialindex-c6", "libspatialindex6"),
    ]


def test_packages_of_releases_that_are_long_gone(answered):
    packages = "python-virtualenv python-lxml postgresql-server-dev-9.5 libffi-dev"
    found = answered(Dockerfile=f"FROM ubuntu:16.04\nRUN apt-get install -y {packages}\n{COPY}{GUNICORN}")
    assert (found["apt_build"], found["apt_runtime"]) == (["libffi-dev", "libpq-dev"], ["libpq5"])


def test_packages_that_a_script_of_the_own_base_image_installs(answered, written):
    run = "RUN apt-install.sh build-essential libxmlsec1-dev && pip install -r requirements.txt \\\n"
    run += "    && apt-cleanup.sh build-essential\nRUN install_packages ffmpeg\n"
    listed = "COPY docker/packages.list /tmp/\nRUN /root/docker-apt-install.sh /tmp/packages.list\n"
    dockerfile = f"FROM example/python:3.12\n{run}{listed}COPY . .\n{GUNICORN}"
    found = answered(**{"Dockerfile": dockerfile, "docker/packages.list": "# to run\ngraphviz\n"})
    assert found["apt_build"] == ["build-essential", "libxmlsec1-dev"]
    assert found["apt_runtime"] == ["ffmpeg", "graphviz", "libxmlsec1t64-openssl"]
    assert deployment_defaults.notes(read(written())) == []


@pytest.mark.parametrize(
    ("image", "runtime"),
    [
        ("3.11", ["libopenexr-3-1-30", "libswscale6", "libxt6"]),
        ("3.13", ["libopenexr-3-1-30", "libswscale8", "libxt6t64"]),
    ],
)
def test_packages_that_debian_has_by_other_names_or_not_at_all(image, runtime, answered, written):
    packages = "language-pack-en python paxctl git-core libopenexr25 libswscale5 libxt6 p7zip-rar cf8-cli"
    install = f"RUN apt-get install -y {packages}\n"
    found = answered(Dockerfile=f"FROM python:{image}\n{install}{COPY}{GUNICORN}")
    assert (found["apt_build"], found["apt_runtime"]) == ([], runtime)
    said = deployment_defaults.notes(read(written()))
    assert [note.partition("` (")[0] for note in said] == ["Not taken over: `p7zip-rar", "Not taken over: `cf8-cli"]


def test_packages_with_the_number_of_a_server(answered):
    packages = "postgresql-client-15 postgresql-client-$PG postgresql-contrib-15 postgresql-16 libgeos-c1 "
    packages += "libgeos3.11.1 libspatialite7 libgconf-2-4 postgresql-common"
    found = answered(
        Dockerfile=f"FROM python:3.13\nRUN apt-get install -y {packages}\n{COPY}{GUNICORN}",
        **{"shop/backup.py": 'run(["pg_dump", "shop"])\n'},
    )
    assert found["apt_runtime"] == ["libgeos-c1t64", "libspatialite8t64", "postgresql-client"]


def test_the_release_of_the_own_image(answered):
    run = "RUN apt-get install -y wkhtmltopdf libmagic1 libspatialite7\n"
    dockerfile = f"FROM python:3.13-slim-bookworm\n{run}{COPY}{GUNICORN}"
    found = answered(Dockerfile=dockerfile)
    assert (found["debian_release"], found["apt_runtime"]) == (
        "bookworm",
        ["libmagic1", "libspatialite7", "wkhtmltopdf"],
    )


def test_packages_of_files(answered):
    others = {"export/Aptfile": "chromium\n", "export/package.json": "{}", "flows/apt.txt": "cmake\n"}
    found = answered(Aptfile="# comment\nffmpeg\nlibpq-dev\n", **others, **{"flows/Dockerfile": "FROM flows\n"})
    assert (found["apt_build"], found["apt_runtime"]) == (["libpq-dev"], ["ffmpeg", "libpq5"])


def test_the_ci_s_packages_build_only(answered):
    workflow = "jobs:\n  test:\n    steps:\n      - run: sudo apt-get install -y libdbus-1-dev chromium\n"
    found = answered(**{".github/workflows/test.yml": workflow})
    assert (found["apt_build"], found["apt_runtime"]) == (["libdbus-1-dev"], ["libdbus-1-3"])


def test_a_message_of_a_stage_is_no_remark(written):
    install = "RUN pip install -r requirements.txt || (echo 'Again' && pip install -r requirements.txt)\n"
    stages = f"FROM python:3.12 AS build\nCOPY . .\n{install}RUN echo 'x' > /etc/x\nFROM python:3.12\n"
    stages += "COPY --from=build / /\n"
    said = deployment_defaults.notes(read(written(Dockerfile=stages + GUNICORN)))
    assert [text for text in said if "Again" in text] == [] and len(said) == 1


def test_what_is_not_understood_is_said(written):
    folder = written(
        Dockerfile=(
            "FROM python:3.12-alpine\nRUN apk add frobnicate\nRUN ./configure --key=some && make install\n"
            f"{COPY}CMD python manage.py flush --noinput && gunicorn shop.wsgi\n"
        )
    )
    said = deployment_defaults.notes(read(folder))
    assert [text.removeprefix("Not taken over: ").partition(")")[0] for text in said] == [
        "`frobnicate` (Dockerfile:2",
        "`./configure --key=change-me` (Dockerfile:3",
        "`make install` (Dockerfile:3",
        "`python manage.py flush --noinput` (Dockerfile:7",
    ]


def started(entrypoint: str, **files: str) -> dict[str, str]:
    dockerfile = f'FROM python:3.12\nWORKDIR /srv\n{COPY}ENTRYPOINT ["./entrypoint.sh"]\n{GUNICORN}'
    return {"Dockerfile": dockerfile, "entrypoint.sh": entrypoint, **files}


def test_what_an_entrypoint_runs_once(answered):
    entrypoint = """\
#!/bin/sh
set -e
python manage.py migrate --noinput
python manage.py loaddata 'start data'
python manage.py wait_for_db
python manage.py compilescss
python manage.py load_themes || true
if [ "$DEMO" ]; then python manage.py load_demo; fi
python manage.py createsuperuser --noinput
python manage.py set_up --password=Xk29fjQ8sLw20dkeP
exec "$@"
"""
    found = answered(**started(entrypoint))
    assert found["start_commands"] == [
        "python manage.py loaddata 'start data'",
        "python manage.py load_themes || true",
    ]
    assert found["build_instructions"] == ["RUN python manage.py compilescss"]
    assert found["jobs"] == {}


def test_what_is_not_run_at_the_start_is_said(written):
    entrypoint = "set -e\nif [ $DEMO ]; then python manage.py load_demo; fi\npython manage.py createsuperuser\n"
    said = " ".join(deployment_defaults.notes(read(written(**started(entrypoint)))))
    assert "load_demo` (entrypoint.sh:2): it runs only on [ $DEMO ]" in said
    assert "createsuperuser` (entrypoint.sh:3): run it once" in said


def test_messages_are_not_made_anew_in_the_build(written):
    run = "RUN python manage.py makemessages -l fr && python manage.py compilemessages\n"
    site = read(written(Dockerfile=f"FROM python:3.12\n{COPY}{run}{GUNICORN}"))
    assert deployment_defaults.static_commands(site).value == []  # it needs gettext, and sources have translations
    assert "makemessages -l fr` (Dockerfile:5): it is for developers" in " ".join(deployment_defaults.notes(site))


@pytest.mark.parametrize("command", ["generateschema --file schema.yml", "export -o a.json", "export --output=a.json"])
def test_a_command_that_writes_beside_the_code_is_said(command, written):
    lines = (
        f"python manage.py {command}\npython manage.py load --file a.json\npython manage.py export -o /tmp/a.json\n"
    )
    site = read(written(**started(lines)))
    kept = ["python manage.py load --file a.json", "python manage.py export -o /tmp/a.json"]
    assert [line.removesuffix(" || true") for line in deployment_defaults.start_commands(site).value] == kept
    assert f"`python manage.py {command}`" in " ".join(deployment_defaults.notes(site))


def test_a_folder_that_a_command_of_the_build_writes_to(answered):
    schema = "python manage.py spectacular --file"
    lines = f"RUN mkdir -p shop/static && {schema} shop/static/api.yaml && {schema} shop/b.yaml && {schema} c.yaml\n"
    found = answered(Dockerfile=f"FROM python:3.12\n{COPY}{lines}{GUNICORN}")
    assert found["build_instructions"] == [
        "RUN mkdir -p /workdir/shop/static",
        f"RUN {schema} shop/static/api.yaml",
        f"RUN {schema} shop/b.yaml",
        f"RUN {schema} c.yaml",
    ]
    found = answered(**{"shop/settings.py": f"{SETTINGS}import os\nREGION = os.environ['REGION']\n"})
    assert found["build_environment"].keys() == {"REGION"}
    made, first, *_ = found["build_instructions"]
    assert made == "RUN mkdir -p /workdir/shop/static" and first.startswith("RUN REGION=")


@pytest.mark.parametrize(
    ("step", "commands"),
    [
        ("", ["cp --no-clobber /workdir/shop/local.py.dist /workdir/shop/local.py"]),
        ("RUN cp shop/local.py.dist shop/local.py\n", ["cp /workdir/shop/local.py.dist /workdir/shop/local.py"]),
    ],
)
def test_a_module_that_images_have_from_its_example(step, commands, answered):
    files = {"shop/settings.py": f"{SETTINGS}from .local import *\n", "shop/local.py.dist": "X = 1\n"}
    assert answered(Dockerfile=f"FROM python:3.12\n{COPY}{step}{GUNICORN}", **files)["code_commands"] == commands
    files["shop/settings.py"] = f"{SETTINGS}X = open('shop/keys.toml').read()\n"
    assert answered(Dockerfile="", **files, **{"shop/keys.example.toml": ""})["code_commands"] == []


def test_no_secret_of_a_command_is_said(written):
    said = " ".join(
        deployment_defaults.notes(read(written(**started("python manage.py set_up --token=Xk29fjQ8sLw20d\n"))))
    )
    assert "entrypoint.sh:1" in said
    assert "Xk29" not in said


def test_a_script_without_errexit_goes_on(answered):
    found = answered(**started('python manage.py a_b\npython manage.py c_d && python manage.py e_f\nexec "$@"\n'))
    assert found["start_commands"] == [
        "python manage.py a_b || true",
        "python manage.py c_d",
        "python manage.py e_f || true",
    ]


def test_what_a_compose_command_runs_once(answered):
    compose = """
services:
  web:
    build: .
    command: >
      sh -c "python manage.py migrate && python manage.py loaddata start &&
             python manage.py runserver 0.0.0.0:8000"
    ports: ["8000:8000"]
"""
    found = answered(**{"Dockerfile": f"FROM python:3.12\n{COPY}", "docker-compose.yml": compose})
    assert found["start_commands"] == ["python manage.py loaddata start"]


def test_the_release_of_a_procfile_runs_once(answered):
    found = answered(
        Procfile="web: gunicorn shop.wsgi\nrelease: python manage.py migrate && python manage.py load_all\n"
    )
    assert (found["start_commands"], found["jobs"]) == (["python manage.py load_all"], {})


def test_migrations_that_are_not_in_the_project(answered):
    settings = SETTINGS + 'INSTALLED_APPS = ["goods", "offers", "bids"]\n'
    model = "from django.db import models\n\nclass Item(models.Model):\n    pass\n"
    files = {
        "shop/settings.py": settings,
        "goods/models.py": model,
        "offers/models.py": model,
        "bids/models/__init__.py": "",
        "bids/models/bid.py": model,
        "offers/migrations/0001_initial.py": "",
    }
    found = answered(**started("set -e\npython manage.py makemigrations\npython manage.py migrate\n", **files))
    assert found["code_commands"] == ["python manage.py makemigrations --noinput bids goods"]
    assert found["start_commands"] == []


@pytest.mark.parametrize("local", [{}, {"goods/migrations/0001_initial.py": "", "goods/migrations/__init__.py": ""}])
def test_migrations_that_git_ignores_are_made(answered, local):
    model = "from django.db import models\n\nclass Item(models.Model):\n    pass\n"
    files = {
        "shop/settings.py": SETTINGS + 'INSTALLED_APPS = ["bids", "goods", "offers"]\n',
        "goods/models.py": model,
        "offers/models.py": model,
        "bids/models.py": model,
        "bids/db_migrations/0001_initial.py": "",
        ".gitignore": "goods/migrations/\nbids/migrations/\n",
    }
    found = answered(**files, **local)
    assert found["code_commands"] == ["python manage.py makemigrations --noinput goods"]


def test_a_command_of_the_build_makes_static_files(answered):
    run = "RUN SECRET_KEY=x python manage.py compilescss && SECRET_KEY=x python manage.py collectstatic\n"
    dockerfile = f"FROM python:3.12\n{COPY}{run}"
    settings = SETTINGS + 'import os\nSECRET_KEY = os.environ["SECRET_KEY"]\n'
    found = answered(**{"Dockerfile": dockerfile + GUNICORN, "shop/settings.py": settings})
    assert found["build_instructions"] == [
        "RUN SECRET_KEY=only-for-building-the-image-0123456789-abcdefghijkl python manage.py compilescss"
    ]


def test_a_command_of_the_build_has_its_own_variables(answered):
    given = "DEBUG=1 OTHER=1 SECRET_KEY=x DB_KIND=sqlite3 DB_NAME=/var/lib/shop/shop.db"
    dockerfile = f"FROM python:3.12\n{COPY}RUN {given} python manage.py make_files\n{GUNICORN}"
    variables = "SECRET_KEY, DEBUG = os.environ['SECRET_KEY'], os.environ.get('DEBUG') == '1'\n"
    variables += "KIND, NAME = os.environ.get('DB_KIND', 'mysql'), os.environ.get('DB_NAME')\n"
    found = answered(**{"Dockerfile": dockerfile, "shop/settings.py": f"{SETTINGS}import os\n{variables}"})
    assert found["build_instructions"] == [
        "RUN mkdir -p /var/lib/shop && SECRET_KEY=only-for-building-the-image-0123456789-abcdefghijkl "
        "DB_KIND=sqlite3 DB_NAME=/var/lib/shop/shop.db python manage.py make_files"
    ]


@pytest.mark.parametrize(
    ("settings", "instructions"),
    [
        ("STATICFILES_DIRS = ['/etc/shop/assets']", ["RUN mkdir -p /etc && ln -s /workdir /etc/shop"]),
        ("TOOLS = {'tables': ('/etc/shop/assets/a.css',)}", ["RUN mkdir -p /etc && ln -s /workdir /etc/shop"]),
        ("STATICFILES_DIRS = ['/etc/shop/others']", []),
        ("STATICFILES_DIRS = ['/etc/shop/assets']\nSTATIC_ROOT = '/etc/shop/static'", []),
    ],
)
def test_paths_of_the_own_image_that_settings_have(settings, instructions, answered):
    dockerfile = f"FROM python:3.12\nWORKDIR /etc/shop\n{COPY}{GUNICORN}"
    files = {"Dockerfile": dockerfile, "assets/a.css": "", "shop/settings.py": f"{SETTINGS}{settings}\n"}
    assert answered(**files)["base_instructions"] == instructions


def test_requirements_that_the_own_dockerfile_names(answered):
    run = "RUN pip install --no-cache-dir -r requirements.txt gunicorn==23.0.0 \\\n"
    run += "    && pip install 'whitenoise[brotli]>=6,<7' black\n"
    found = answered(
        **{"Dockerfile": f"FROM python:3.12\n{run}COPY . .\n{GUNICORN}", "requirements.txt": "Django==5.2.8\n"}
    )
    assert found["install_packages"] == ["gunicorn==23.0.0", "whitenoise[brotli]<7,>=6"]
    assert found["gunicorn_install"] is False


def test_what_the_tool_that_installs_requires_is_not_the_site_s(answered):
    run = "RUN pip install -r build.txt && poetry install --only main && pip install -r more.txt\n"
    files = {
        "Dockerfile": f"FROM python:3.12\nCOPY . .\n{run}{GUNICORN}",
        "pyproject.toml": '[tool.poetry]\nname = "shop"\n[tool.poetry.dependencies]\npython = "^3.12"\nDjango = "*"\n',
        "build.txt": "platformdirs==4.1.0\npoetry==2.4.1\n",
        "more.txt": "whitenoise==6.11.0\n",
    }
    found = answered(**files)
    assert (found["installer"], found["install_packages"]) == ("poetry", ["whitenoise==6.11.0"])


def test_a_folder_of_the_project_that_only_the_own_dockerfile_installs_is_said(written):
    dockerfile = f"FROM python:3.12\nWORKDIR /srv\n{COPY}RUN pip install ./libs/rates[more]\n{GUNICORN}"
    folder = written(**{"Dockerfile": dockerfile, "libs/rates/pyproject.toml": "[project]\nname = 'rates'\n"})
    said = [note for note in deployment_defaults.notes(read(folder)) if "libs/rates" in note]
    assert said == [
        "Not taken over: `pip install ./libs/rates[more]` (Dockerfile:6): libs/rates of the project is in no "
        "requirements: list it there."
    ]
    (folder / "requirements.txt").write_text("Django==5.2.8\n./libs/rates\n")
    assert not [note for note in deployment_defaults.notes(read(folder)) if "libs/rates" in note]


def test_the_names_of_locales_of_a_slim_image(answered):
    run = "RUN localedef -i en_US -c -f UTF-8 -A /usr/share/locale/locale.alias en_US.UTF-8\n"
    found = answered(Dockerfile=f"FROM python:3.12\nRUN apt-get install -y locales\n{run}{COPY}{GUNICORN}")
    assert found["base_instructions"] == ["RUN localedef -i en_US -c -f UTF-8 en_US.UTF-8"]


def test_a_locale_that_debian_makes_when_it_is_asked_anew(answered):
    made = "sed -i 's/# fi_FI/fi_FI/' /etc/locale.gen && {} && update-locale LANG=fi_FI.UTF-8"
    asked = made.format("dpkg-reconfigure --frontend=noninteractive locales && dpkg-reconfigure tzdata")
    found = answered(Dockerfile=f"FROM python:3.12\nRUN apt-get install -y locales && {asked}\n{COPY}{GUNICORN}")
    assert found["base_instructions"] == [f"RUN {made.format('locale-gen')}"]


@pytest.mark.parametrize(
    ("code", "made"),
    [
        ('locale.setlocale(locale.LC_ALL, "fi_FI.UTF-8")\n', True),
        ('locale.setlocale(LC_TIME, "fi_FI.utf8")\n', True),
        ('locale.setlocale(locale.LC_ALL, "")\n', False),
        ('try:\n    locale.setlocale(locale.LC_ALL, "fi_FI.UTF-8")\nexcept locale.Error:\n    pass\n', False),
    ],
)
def test_a_locale_that_code_needs(code, made, answered):
    text = f"import locale\nfrom locale import LC_TIME\n{code}"
    found = answered(**{"shop/prices.py": text, "shop/days.py": text})
    assert found["base_instructions"] == (["RUN localedef -i fi_FI -c -f UTF-8 fi_FI.UTF-8"] if made else [])
    assert found["apt_runtime"] == (["locales"] if made else [])
    image = answered(Dockerfile=f"FROM python:3.12\nRUN apt-get install -y locales-all\n{COPY}{GUNICORN}")
    assert image["base_instructions"] == []


def test_a_locale_of_the_own_image(answered):
    run = "RUN apt-get install -y locales && sed -i 's/# de_DE/de_DE/' /etc/locale.gen && locale-gen\n"
    found = answered(
        Dockerfile=f"FROM python:3.12\n{run}ENV LANG=de_DE.UTF-8 PIP_NO_CACHE=1 APP_HOME=/srv\n{COPY}{GUNICORN}"
    )
    assert found["apt_runtime"] == ["locales"]
    assert found["base_instructions"] == ["RUN sed -i 's/# de_DE/de_DE/' /etc/locale.gen && locale-gen"]
    assert found["environment"] == {"LANG": "de_DE.UTF-8"}


def test_values_that_the_own_image_sets(answered):
    settings = SETTINGS + (
        'import os\nREGION = os.environ["REGION"]\nPOOL = int(os.environ["POOL"])\n'
        'LEVEL = os.environ.get("LEVEL", "INFO")\n'
        'TOKEN = os.environ["API_TOKEN"]\n'
    )
    env = "ENV REGION=eu-west POOL=7 LEVEL=WARNING API_TOKEN=Xk29fjQ8sLw20dkePzz1\n"
    found = answered(**{"Dockerfile": f"FROM python:3.12\n{COPY}{env}{GUNICORN}", "shop/settings.py": settings})
    assert (found["dotenv"]["REGION"], found["dotenv"]["POOL"]) == ("eu-west", "7")
    assert (found["build_environment"]["REGION"], found["build_environment"]["POOL"]) == ("eu-west", "7")
    assert found["environment"] == {"LEVEL": "WARNING"}
    assert "Xk29" not in str(found)


def test_what_sets_up_the_system_is_carried_and_what_it_needs(answered):
    dockerfile = """\
FROM python:3.12-slim
RUN apt-get update && apt-get install -y curl fontconfig
RUN curl -fsSL https://example.com/tool.tar.gz | tar -xz -C /usr/local/bin
RUN ln -s /usr/local/bin/tool /usr/bin/tool
COPY . /srv
RUN cp /srv/fonts/a.ttf /usr/share/fonts/ && fc-cache -f
"""
    found = answered(Dockerfile=dockerfile + GUNICORN)
    assert found["base_instructions"] == [
        "RUN curl -fsSL https://example.com/tool.tar.gz | tar -xz -C /usr/local/bin",
        "RUN ln -sf /usr/local/bin/tool /usr/bin/tool",
        "RUN fc-cache -f",
    ]
    assert found["apt_runtime"] == ["curl", "fontconfig"]


def test_each_process_of_a_procfile_but_the_site_s(answered):
    procfile = "web: gunicorn shop.wsgi\nmailer: python manage.py deliver\nbot: python bot.py\n"
    procfile += "release: python manage.py migrate\n"
    found = answered(Procfile=procfile)
    assert found["workers"] == {"mailer": "python manage.py deliver", "bot": "python bot.py"}


def test_a_service_of_the_own_compose_file_with_its_port(answered):
    compose = """
services:
  web: {build: ., ports: ["8000:8000"]}
  smtp: {build: ., command: python manage.py smtpd, ports: ["2525:2526"], restart: always}
  once: {build: ., command: python manage.py import_all, restart: "no"}
  tests: {build: ., command: python manage.py test}
"""
    found = answered(**{"Dockerfile": f"FROM python:3.12\n{COPY}{GUNICORN}", "docker-compose.yml": compose})
    assert found["workers"] == {"smtp": "python manage.py smtpd"}
    assert found["worker_ports"] == {"smtp": ["2525:2526"]}


@pytest.mark.parametrize(
    ("port", "published"),
    [
        ("5140:5140/udp", ["5140:5140/udp"]),
        ("{target: 5140, published: 5141, protocol: udp}", ["5141:5140/udp"]),
        ("127.0.0.1:5140:5140", ["127.0.0.1:5140:5140"]),
        ("{target: 5140, published: 5141, host_ip: 127.0.0.1}", ["127.0.0.1:5141:5140"]),
        ("5140", None),
    ],
)
def test_ports_are_published_as_the_own_compose_file_does_it(port, published, answered):
    compose = f"""
services:
  web: {{build: ., ports: ["8000:8000"]}}
  log:
    build: .
    command: python manage.py listen
    ports:
      - {port}
"""
    found = answered(**{"Dockerfile": f"FROM python:3.12\n{COPY}{GUNICORN}", "docker-compose.yml": compose})
    assert found["worker_ports"].get("log") == published


CHOOSES = """\
#!/bin/sh
set -e
case "$1" in
  site) python manage.py migrate && exec gunicorn shop.wsgi ;;
  remind) exec python manage.py send_reminders --loop --size "$SIZE" ;;
  *) exec "$@" ;;
esac
"""


def test_what_an_entrypoint_makes_of_a_service_s_command(answered):
    compose = """
services:
  site: {build: ., command: site, ports: ["8000:8000"]}
  reminders: {build: ., command: remind}
  deliver: {build: ., command: python manage.py deliver}
"""
    dockerfile = f'FROM python:3.12\n{COPY}ENTRYPOINT ["sh", "start.sh"]\nCMD ["site"]\n'
    found = answered(**{"Dockerfile": dockerfile, "start.sh": CHOOSES, "docker-compose.yml": compose})
    expected = {"reminders": "python manage.py send_reminders --loop", "deliver": "python manage.py deliver"}
    assert found["workers"] == expected


def test_an_entrypoint_in_python_runs_the_command_of_a_service(answered):
    compose = "services:\n  site: {build: ., ports: ['8000:8000']}\n"
    compose += "  queue: {build: ., command: python manage.py deliver}\n"
    dockerfile = f'FROM python:3.12\n{COPY}ENTRYPOINT ["python", "/srv/wait.py"]\n{GUNICORN}'
    found = answered(**{"Dockerfile": dockerfile, "docker-compose.yml": compose, "wait.py": ""})
    assert found["workers"] == {"queue": "python manage.py deliver"}


BASE = """
services:
  app:
    build: {context: .., dockerfile: deploy/site.dockerfile, target: site}
    command: gunicorn shop.wsgi
    environment: {SHOP_PLACE: here, SHOP_SIZE: "1"}
    volumes: [./spool:/srv/spool, "names:/srv/names"]
    env_file: app.env
  loop: {extends: other}
  other: {extends: {service: loop}}
"""


def test_a_service_has_what_it_extends(written):
    compose = """
services:
  site: {extends: {file: deploy/base.yml, service: app}, ports: ["8000:8000"]}
  queue: {extends: site, command: python manage.py deliver, environment: [SHOP_SIZE=2], volumes: ["own:/srv/own"]}
  devel: {extends: {service: queue}, build: {target: devel}, image: devel}
  other: {extends: {file: deploy/base.yml, service: loop}, image: other}
  none: {extends: {file: away.yml, service: app}, image: none}
"""
    folder = written(**{"docker-compose.yml": compose, "deploy/base.yml": BASE})
    site, queue, devel, other, none = read_compose(Tree(folder))
    built = ".", "deploy/site.dockerfile"
    assert [(item.context, item.dockerfile) for item in (site, queue, devel)] == [built] * 3
    assert (site.target, site.command, site.published) == ("site", "gunicorn shop.wsgi", ("8000:8000",))
    assert (queue.command, queue.environment) == ("python manage.py deliver", {"SHOP_PLACE": "here", "SHOP_SIZE": "2"})
    assert queue.mounts == (("./deploy/spool", "/srv/spool"), ("names", "/srv/names"), ("own", "/srv/own"))
    assert queue.env_files == ("deploy/app.env",)
    assert (devel.target, devel.image, other.image, none.image) == ("devel", "devel", "other", "none")


@pytest.mark.parametrize(("path", "image"), [("compose.test.yml", "postgres:16"), ("README.md", "postgres:15")])
def test_a_compose_file_of_another_time_is_the_last_that_counts(path, image, answered):
    old = "services:\n  db: {image: 'postgres:15'}\n"
    settings = SETTINGS.replace("sqlite3", "postgresql") + "\nDATABASES['default']['HOST'] = 'db'\n"
    found = answered(
        **{"docker-compose-legacy-db.yml": old, path: old.replace("15", "16"), "shop/settings.py": settings}
    )
    assert found["services"] == {"db": image}


def test_a_script_in_the_folder_that_its_command_changes_to(answered):
    folder = {"site/manage.py": MANAGE, "site/shop/settings.py": SETTINGS, "site/shop/wsgi.py": ""}
    folder |= {
        "manage.py": "",
        "shop/settings.py": "",
        "Procfile": "web: gunicorn shop.wsgi\nclock: cd site && python clock.py\n",
    }
    assert answered(**folder)["workers"] == {"clock": "python clock.py"}


SUPERVISED = """
[program:web]
command=gunicorn shop.wsgi
[program:feeds]
command=%(here)s/venv/bin/python manage.py poll --every %(ENV_PAUSE)s
environment=PAUSE="30"
[program:sends]
command=%(ENV_HOME)s/bin/python %(ENV_HOME)s/manage.py %(program_name)s --to ${PLACE:-all}
[program:counts]
command=python manage.py count --since %(ENV_SINCE)s
"""


def test_variables_of_a_process(written):
    folder = written(**{"supervisord.conf": SUPERVISED})
    site = read(folder)
    found = defaults.from_site(site, folder)["workers"].value
    assert found == {"feeds": "python manage.py poll --every 30", "sends": "python manage.py sends --to all"}
    (note,) = (note for note in compose_defaults.notes(site) if "count" in note)
    assert note.startswith("`python manage.py count --since ${SINCE}` (supervisord.conf:9) doesn't run:")


def test_a_process_whose_command_is_no_answer(written):
    folder = written(Procfile="web: gunicorn shop.wsgi\nlistener: python manage.py listen --topic 'shop/#'\n")
    (note,) = (note for note in compose_defaults.notes(read(folder)) if "listen" in note)
    assert note.startswith("`python manage.py listen --topic 'shop/#'` (Procfile:2) doesn't run:")


@pytest.mark.parametrize(
    ("server", "port", "ports"),
    [
        ("ThreadingTCPServer", 7070, {"gate": ["127.0.0.1:7070:7070"]}),
        ("UDPServer", 7070, {"gate": ["127.0.0.1:7070:7070/udp"]}),
        ("TCPServer", 8000, {}),
    ],
)
def test_the_port_of_a_command_that_serves(answered, server, port, ports):
    plain = f"server = socketserver.{server}(('0.0.0.0', {port}), Handler)\nserver.serve_forever()\n"
    coroutine = (
        f"async def main():\n    async with serve(handle, '0.0.0.0', {port}):\n        await asyncio.Future()\n"
    )
    for code in (plain, coroutine) if "UDP" not in server else (plain,):
        found = answered(**{"shop/management/commands/gate.py": code})
        assert found["workers"] == {"gate": "python manage.py gate"} and found["worker_ports"] == ports


OPENS = "import os\nfrom decouple import Config, RepositoryEnv\nSITE = Config(RepositoryEnv(%s))('SITE')\n"


@pytest.mark.parametrize("files", [{}, {"conf/.env": "SITE=mine\n"}, {"conf/.env": "", ".gitignore": ".env\n"}])
def test_an_empty_file_of_variables_for_decouple(answered, files):
    """No image gets a `.env`, and python-decouple opens it. Variables go before what it has."""
    found = answered(**{"shop/settings.py": OPENS % "'conf/.env'"}, **files)
    assert found["code_commands"] == ["install -D /dev/null /workdir/conf/.env"]
    assert "SITE" in found["required_environment"]


def test_a_file_of_variables_elsewhere_is_not_made(written):
    folder = written(**{"shop/settings.py": OPENS % "'/etc/shop/site.env'"})
    site = read(folder)
    assert defaults.from_site(site, folder)["code_commands"].value == []
    (note,) = (note for note in compose_defaults.notes(site) if "site.env" in note)
    assert note.startswith("Settings need /etc/shop/site.env (shop/settings.py:3), which is not in the project.")


def test_you_are_told_which_pin_needs_an_older_django(written):
    folder = written(**{"requirements.txt": "django\ngunicorn\ndjangorestframework==3.9.4\n"})
    (note,) = (note for note in dependency_notes.notes(read(folder)) if "Django<" in note)
    assert note == (
        "djangorestframework 3.9.4 (requirements.txt:3) doesn't work with Django 3.0. The images install an older "
        "Django. Add Django<3.0 to your requirements."
    )


HOSTS = {
    "heroku.yml": """
build:
  config: {PAGE_SIZE: 25}
release: {command: [python manage.py migrate, python manage.py load_all]}
run:
  web: gunicorn --timeout 90 shop.wsgi
  mailer: {command: [python manage.py deliver], image: web}
""",
    ".do/app.yaml": """
services:
- {name: site, run_command: gunicorn --timeout 90 shop.wsgi, envs: [{key: PAGE_SIZE, value: "25"}]}
workers: [{name: mailer, run_command: python manage.py deliver}]
jobs: [{name: setup, kind: PRE_DEPLOY, run_command: python manage.py load_all}]
""",
    "fly.toml": """
[env]
PAGE_SIZE = "25"
[deploy]
release_command = "python manage.py load_all"
[processes]
app = "python -m gunicorn --timeout 90 shop.wsgi"
mailer = "python manage.py deliver"
""",
}


@pytest.mark.parametrize("name", HOSTS)
def test_what_a_hosting_service_runs(answered, name):
    settings = f"{SETTINGS}import os\nPAGE_SIZE = int(os.environ['PAGE_SIZE'])\n"
    dockerfile = f"FROM python:3.12\n{COPY}{GUNICORN}"
    found = answered(**{name: HOSTS[name], "shop/settings.py": settings, "Dockerfile": dockerfile})
    assert found["workers"] == {"mailer": "python manage.py deliver"}
    assert found["start_commands"] == ["python manage.py load_all"]
    assert found["gunicorn_options"] == ["--timeout=90"]
    assert found["dotenv"]["PAGE_SIZE"] == "25"


BUILD = "#!/bin/sh\npip install -r requirements.txt whitenoise==6.11.0\npython manage.py collectstatic --noinput\n"


@pytest.mark.parametrize(
    "files",
    [
        {
            "render.yaml": "services:\n- {type: web, buildCommand: ./build.sh, startCommand: gunicorn shop.wsgi}\n",
            "build.sh": f"set -o errexit\n{BUILD}python manage.py migrate\npython manage.py load_all\n",
        },
        {
            "railway.json": '{"build": {"buildCommand": "sh build.sh"}, "deploy": {"startCommand":'
            ' "python manage.py migrate && python manage.py load_all && gunicorn shop.wsgi"}}',
            "build.sh": BUILD,
        },
        {
            "Procfile": "web: python manage.py migrate && python manage.py load_all && gunicorn shop.wsgi\n",
            "bin/post_compile": BUILD,
        },
        {
            "nixpacks.toml": '[phases.build]\ncmds = ["pip install whitenoise==6.11.0"]\n'
            '[start]\ncmd = "python manage.py load_all && gunicorn shop.wsgi"\n',
        },
        {
            "app.yaml": "runtime: python312\nentrypoint: sh start.sh\n",
            "start.sh": "python manage.py load_all\nexec gunicorn -b :$PORT shop.wsgi\n",
            "bin/post_compile": BUILD,
        },
    ],
    ids=["Render", "Railway", "Heroku", "Nixpacks", "App Engine"],
)
def test_what_a_hosting_service_builds_and_runs_before_the_server(answered, files):
    found = answered(**files)
    assert [command.removesuffix(" || true") for command in found["start_commands"]] == ["python manage.py load_all"]
    assert found["install_packages"] == ["whitenoise==6.11.0"]
    assert (found["workers"], found["jobs"]) == ({}, {})


def test_what_a_unit_runs_before_the_server(answered):
    unit = "[Service]\nWorkingDirectory=/srv/shop\nExecStartPre=/srv/venv/bin/python manage.py migrate\n"
    unit += "ExecStartPre=-/srv/venv/bin/python manage.py warm_up\n%s"
    site, worker = "ExecStart=/srv/venv/bin/gunicorn shop.wsgi\n", "ExecStart=/srv/venv/bin/python manage.py deliver\n"
    found = answered(**{"deploy/site.service": unit % site})
    assert found["start_commands"] == ["python manage.py warm_up || true"]
    found = answered(**{"deploy/site.service": unit % worker})
    assert found["workers"] == {"site": "python manage.py deliver"} and found["start_commands"] == []


def test_units_of_systemd(answered):
    found = answered(
        **{
            "etc/mailer.service": "[Service]\nExecStart=/srv/venv/bin/python /srv/manage.py deliver\n",
            "etc/digests.service": "[Service]\nType=oneshot\nExecStart=/srv/venv/bin/python /srv/manage.py digest\n",
            "etc/digests.timer": "[Timer]\nOnCalendar=daily\n",
            "etc/shop.service": "[Service]\nExecStart=/srv/venv/bin/gunicorn shop.wsgi\n",
        }
    )
    assert found["workers"] == {"mailer": "python manage.py deliver"}
    assert found["jobs"] == {"digest": "python manage.py digest"}


def test_what_uwsgi_starts_beside_the_site(answered):
    ini = """\
[uwsgi]
module = shop.wsgi
attach-daemon = python manage.py send_digests
attach-daemon2 = cmd=python manage.py receive_mail,pidfile=/tmp/a.pid
mule = shop/mule.py
;attach-daemon = python manage.py old
cron = 0 3 -1 -1 -5 python manage.py clearsessions
cron2 = minute=-10,unique=1 python manage.py refresh
[other]
attach-daemon = python manage.py not_this
"""
    found = answered(**{"uwsgi.ini": ini})
    assert sorted(found["workers"].values()) == [
        "python manage.py receive_mail",
        "python manage.py send_digests",
        "python shop/mule.py",
    ]
    assert found["jobs"] == {"clearsessions": "python manage.py clearsessions", "refresh": "python manage.py refresh"}


def makes(found) -> list[str]:
    return [line.partition("python manage.py ")[2] for line in found["build_instructions"]]


SASS_APP = {"shop/settings.py": SETTINGS + 'INSTALLED_APPS = ["sass_processor"]\n'}
SASS_PACKAGES = {"requirements.txt": "django\ndjango-sass-processor\nlibsass\n"}


def test_sass_is_compiled_though_no_file_says_when(answered):
    found = answered(**SASS_APP, **SASS_PACKAGES)
    assert makes(found) == ["compilescss"]
    assert found["install_packages"] == ["django-sass-processor[management-command]"]
    stated = answered(
        **SASS_APP,
        **SASS_PACKAGES,
        Dockerfile=f"FROM python:3.13\n{COPY}RUN ./manage.py compilescss --quiet\n{GUNICORN}",
    )
    assert makes(stated) == ["compilescss --quiet"]


def test_sass_that_node_compiles(answered):
    assert makes(answered(**SASS_APP)) == []


OF_MYSQL = SETTINGS.replace("sqlite3", "%s").replace('BASE_DIR / "db.%s"', '"shop", "HOST": "localhost"') % "mysql"


@pytest.mark.parametrize(
    ("requirements", "lacking"),
    [
        ("PyMySQL==1.1.2", ["PyMySQL[rsa]"]),
        ("PyMySQL[rsa]==1.1.2", []),
        ("PyMySQL==1.1.2\ncryptography==46.0.3", []),
        ("mysqlclient==2.2.7", []),
    ],
)
def test_what_pymysql_logs_in_to_mysql_with(requirements, lacking, answered):
    found = answered(**{"requirements.txt": f"django\n{requirements}\n", "shop/settings.py": OF_MYSQL})
    assert found["services"] == {"db": "mysql:8.4"} and found["install_packages"] == lacking


def test_pymysql_logs_in_to_mariadb_by_itself(answered):
    own = {"docker-compose.yml": "services:\n  db:\n    image: mariadb:11.4\n"}
    found = answered(**own, **{"requirements.txt": "django\nPyMySQL\n", "shop/settings.py": OF_MYSQL})
    assert found["services"] == {"db": "mariadb:11.4"} and found["install_packages"] == []


def test_cryptography_that_the_own_image_installs(answered):
    found = answered(
        **{"requirements.txt": "django\nPyMySQL\n", "shop/settings.py": OF_MYSQL},
        Dockerfile=f"FROM python:3.13\n{COPY}RUN pip install cryptography\n{GUNICORN}",
    )
    assert found["install_packages"] == ["cryptography"]


STEPS = "python manage.py test\n{0}python manage.py sass css static -t compressed\n{0}./manage.py collectstatic\n"


@pytest.mark.parametrize(
    "files",
    [
        {"Makefile": f"release:\n\t{STEPS.format(chr(9))}"},
        {"bin/deploy.sh": STEPS.format("")},
        {".github/workflows/deploy.yml": f"steps:\n  - run: |\n      {STEPS.format(6 * ' ')}"},
    ],
)
def test_files_that_are_made_before_a_script_collects_them(files, answered):
    aside = {f"examples/{path}": text for path, text in files.items() if not path.startswith(".github/")}
    assert makes(answered(**aside)) == []
    assert makes(answered(**files)) == ["sass css static -t compressed"]
    assert (
        makes(answered(Dockerfile=f"FROM python:3.13\n{COPY}RUN ./manage.py collectstatic\n{GUNICORN}", **files)) == []
    )


@pytest.mark.parametrize(
    ("run", "requirements", "made"),
    [
        ("pysassc -t compressed css/site.scss static/site.css", "libsass", True),
        ("cd /srv && tailwindcss -i css/in.css -o static/site.css", "pytailwindcss", True),
        ("tailwindcss -i css/in.css -o static/site.css --watch", "pytailwindcss", False),
        ("tailwindcss -i css/in.css -o static/site.css", "", False),
        ("pysassc --version", "libsass", False),
    ],
)
def test_style_sheets_that_a_package_of_python_makes(run, requirements, made, answered):
    image = f"FROM python:3.13\nWORKDIR /srv\n{COPY}RUN {run}\nRUN ./manage.py collectstatic\n{GUNICORN}"
    found = answered(**{"Dockerfile": image, "requirements.txt": f"django\n{requirements}\n", "css/in.css": ""})
    assert found["build_instructions"] == ([f"RUN {run.rpartition(' && ')[2]}"] if made else [])


def test_what_node_installs_beside_the_site_is_said(written):
    image = f"FROM python:3.13\n{COPY}RUN npm install -g yuglify\nRUN ./manage.py collectstatic\n{GUNICORN}"
    site = read(written(Dockerfile=image))
    said = "Not taken over: `npm install -g yuglify` (Dockerfile:5): the images have no Node."
    assert said in deployment_defaults.notes(site)
    site = read(written(Dockerfile=image.replace("npm install -g yuglify", "npm ci")))
    assert not [note for note in deployment_defaults.notes(site) if "Node" in note]


IMAGE = "FROM python:3.13\nCOPY . /srv\n"
SERVICE = "services:\n  web:\n    build: .\n    env_file: {}\n"
MANIFEST = """\
kind: ConfigMap
data:
  REGION: eu-west
---
kind: Deployment
spec:
  containers:
    - env:
        - name: POOL
          value: "7"
        - {name: OWNER, value: "{{ .Values.owner }}"}
"""
SET_ELSEWHERE = {
    "arguments": {
        "Dockerfile": f"ARG PLACE=eu-west\n{IMAGE}ARG PLACE\nENV REGION=${{PLACE}} OWNER=${{NOBODY}}\nENV POOL 7\n"
    },
    "env_file": {
        "docker-compose.yml": SERVICE.format("web.env"),
        "web.env": "REGION=eu-west\nPOOL=7\nOWNER=<owner>\n",
    },
    "env_files": {
        "deploy/docker-compose.yml": SERVICE.format("[{path: a.env}, b.env]"),
        "deploy/a.env": "REGION=us-east\nPOOL='7'\n",
        "deploy/b.env": "REGION=eu-west # here\n",
    },
    "env_files of developers": {
        "docker-compose.yml": SERVICE.format("[web.env, dev.env]"),
        "docker-compose.dev.yml": SERVICE.format("other.env"),
        "web.env": "REGION=eu-west\nPOOL=7\n",
        "dev.env": "REGION=us-east\nOWNER=me\n",
        "other.env": "POOL=1\nOWNER=me\n",
    },
    "script": {
        "Dockerfile": f'{IMAGE}ENTRYPOINT ["/srv/bin/begin.sh"]\n',
        "bin/begin.sh": (
            'export REGION="${REGION:-eu-west}"\n: "${POOL:=7}"\nOWNER=me python manage.py migrate\n'
            "exec gunicorn shop.wsgi\n"
        ),
        "bin/other.sh": "export OWNER=me\n",
    },
    "kubernetes": {"k8s/site.yaml": MANIFEST, "k8s/dev/site.yaml": MANIFEST.replace("{{ .Values.owner }}", "me")},
    "helm": {"chart/values.yaml": "image: shop\nenv:\n  REGION: eu-west\n  POOL: 7\n  OWNER: ''\n"},
}


@pytest.mark.parametrize("files", SET_ELSEWHERE.values(), ids=SET_ELSEWHERE)
def test_values_that_other_files_of_the_project_set(files, answered):
    settings = (
        "import os\nREGION = os.environ['REGION']\nPOOL = int(os.environ['POOL'])\nOWNER = os.environ['OWNER']\n"
    )
    found = answered(**files, **{"shop/settings.py": settings})["dotenv"]
    assert (found["REGION"], found["POOL"], found["OWNER"]) == ("eu-west", "7", "change-me")


POD = """\
kind: Deployment
metadata: {name: mailer}
spec:
  template:
    spec:
      containers:
        - {name: mailer, command: [python, manage.py], args: [deliver, --all]}
---
kind: CronJob
metadata: {name: nightly}
spec:
  schedule: "0 3 * * *"
  jobTemplate:
    spec:
      template:
        spec:
          containers:
            - {name: nightly, command: [python, manage.py, digest]}
"""
BESIDE = {
    "s6": {
        "docker/etc/services.d/mailer/run": "#!/bin/sh\ncd /srv\nexec python manage.py deliver --all\n",
        "docker/etc/services.d/proxy/run": "#!/bin/sh\nexec s6-setuidgid app nginx -g 'daemon off;'\n",
    },
    "runit": {"etc/service/mailer/run": "#!/bin/sh\nexec chpst -u app python manage.py deliver --all 2>&1\n"},
    "circus": {"circus.ini": "[watcher:mailer]\ncmd = python\nargs = manage.py deliver --all\n"},
    "kubernetes": {"k8s/site.yaml": POD, "k8s/dev/site.yaml": POD.replace("mailer", "other")},
    "helm": {
        "chart/templates/site.yaml": POD + "---\nkind: {{ x }}\n",
        "chart/templates/other.yaml": "{{- if .Values.on }}\n" + POD + "{{- end }}\n",
        "chart/templates/last.yaml": POD.replace("mailer", "{{ .Release.Name }}-mailer: x", 1),
    },
}


@pytest.mark.parametrize(("kind", "files"), BESIDE.items(), ids=BESIDE)
def test_processes_of_other_supervisors(kind, files, answered):
    found = answered(**files)
    workers = {} if kind == "helm" else {"mailer": "python manage.py deliver --all"}
    assert found["workers"] == workers
    assert found["jobs"] == ({"digest": "python manage.py digest"} if kind == "kubernetes" else {})


def test_what_uwsgi_starts_by_a_configuration_in_yaml(answered):
    yaml = """\
other:
  attach-daemon: python manage.py not_this
uwsgi:
  module: shop.wsgi
  # attach-daemon: python manage.py old
  attach-daemon: "python manage.py send_digests"  # by mail
  attach-daemon2: cmd=python manage.py receive_mail,stopsignal=15
  mule:
    - shop/mule.py
  cron2: hour=3,unique=1 python manage.py clearsessions
"""
    found = answered(
        **{
            "deploy/uwsgi.yml": yaml,
            "deploy/other.yml": yaml.replace("send_digests", "not_this"),
            "deploy/uwsgi.conf": "[uwsgi]\nattach-daemon = python manage.py watch\n",
        }
    )
    assert sorted(found["workers"].values()) == [
        "python manage.py receive_mail",
        "python manage.py send_digests",
        "python manage.py watch",
        "python shop/mule.py",
    ]
    assert found["jobs"] == {"clearsessions": "python manage.py clearsessions"}


def test_the_name_of_a_worker_that_uwsgi_starts(answered):
    daemon = "smart-attach-daemon = /tmp/worker.pid celery -A shop worker --pidfile=/tmp/worker.pid --loglevel=info"
    found = answered(
        **{
            "uwsgi.ini": f"[uwsgi]\n{daemon}\nattach-daemon = python manage.py send_digests\n",
            "requirements.txt": "django\ncelery\nredis\n",
            "shop/celery.py": "from celery import Celery\napp = Celery('shop')\n",
            "shop/settings.py": "CELERY_BROKER_URL = 'redis://localhost:6379/0'\n",
        }
    )
    assert found["workers"] == {
        "worker": "celery -A shop worker --loglevel=info",
        "send-digests": "python manage.py send_digests",
    }


def test_a_process_that_the_own_start_has_beside_its_server(answered):
    found = answered(**started('set -e\npython manage.py pump_events &\npython manage.py migrate\nexec "$@"\n'))
    assert list(found["workers"].values()) == ["python manage.py pump_events"]
    assert found["start_commands"] == []


COMPRESSED = {
    "shop/settings.py": f"{SETTINGS}DEBUG = False\nSECRET_KEY = 'x'\n"
    "INSTALLED_APPS = ['django.contrib.staticfiles', 'compressor']\n"
    "STATIC_URL = '/static/'\nSTATIC_ROOT = BASE_DIR / 'static'\n",
    "requirements.txt": "Django\ndjango-compressor\n",
}


@pytest.mark.parametrize("more", ["", "COMPRESS_OFFLINE = os.getenv('COMPRESS_OFFLINE', 'False') == 'true'\n"])
def test_compression_at_the_first_request(more, answered):
    found = answered(**COMPRESSED | {"shop/settings.py": f"import os\n{COMPRESSED['shop/settings.py']}{more}"})
    assert (found["compress_offline"], found["data_dirs"]) == (False, ["static/CACHE"])
    assert "COMPRESS_OFFLINE" not in found["compose_settings"]
    mounts = uploads("", "", "/static/", {}, {"static-cache": "/workdir/static/CACHE"}, {}, "static").mounts
    assert mounts == {"static-cache": "/usr/share/nginx/html/static/CACHE"}


@pytest.mark.parametrize(
    "files",
    [
        {"Dockerfile": f"FROM python:3.12\n{COPY}RUN python manage.py compress --force\n{GUNICORN}"},
        {"requirements.txt": "Django\ndjango-compressor\nwhitenoise\n"},
    ],
)
def test_compression_in_the_build(files, answered):
    files = {"shop/templates/a.html": "{% compress css %}"} | files
    middleware = "MIDDLEWARE = ['whitenoise.middleware.WhiteNoiseMiddleware']\n" if "Dockerfile" not in files else ""
    settings = COMPRESSED["shop/settings.py"] + middleware
    found = answered(**COMPRESSED | files | {"shop/settings.py": settings})
    assert found["compress_offline"] and found["compose_settings"]["COMPRESS_OFFLINE"] == "True"
    assert found["data_dirs"] == [] and found["build_instructions"] == []


def test_nothing_is_compressed_in_the_build_without_a_tag(answered):
    settings = COMPRESSED["shop/settings.py"] + "MIDDLEWARE = ['whitenoise.middleware.WhiteNoiseMiddleware']\n"
    files = {"shop/settings.py": settings, "requirements.txt": "Django\ndjango-compressor\nwhitenoise\n"}
    found = answered(**COMPRESSED | files)
    assert not found["compress_offline"] and "COMPRESS_OFFLINE" not in found["compose_settings"]


def test_a_routing_is_no_asgi_application(answered):
    settings = SETTINGS + "INSTALLED_APPS = ['channels']\nASGI_APPLICATION = 'shop.routing.application'\n"
    files = {"shop/settings.py": settings, "shop/routing.py": "application = ProtocolTypeRouter({})\n"}
    files["requirements.txt"] = "Django\nchannels\n"
    assert answered(**files)["asgi_module"] == ""
    entry = "import django\ndjango.setup()\napplication = get_default_application()\n"
    assert answered(**files, **{"shop/asgi.py": entry})["asgi_module"] == "shop.asgi"


def test_the_asgi_module_that_a_server_is_started_with(answered):
    """A routing may import models before it loads Django."""
    settings = SETTINGS + "INSTALLED_APPS = ['channels']\nASGI_APPLICATION = 'shop.routing.application'\n"
    routing = "from .consumers import A\napplication = ProtocolTypeRouter({'http': get_asgi_application()})\n"
    entry = "import django\ndjango.setup()\napplication = get_default_application()\n"
    files = {"shop/settings.py": settings, "shop/routing.py": routing, "shop/asgi.py": entry}
    assert answered(**files)["asgi_module"] == "shop.routing"
    assert answered(**files, Procfile="web: daphne shop.asgi:application\n")["asgi_module"] == "shop.asgi"


def test_what_changes_the_project_s_files(answered):
    lines = (
        "RUN cp docker/config.py /srv/shop/config.py && sed -i 's/dev/live/' manage.py",
        "RUN mkdir -p /srv/media/x && cp docker/config.py /srv/media/x/config.py",
        "RUN cp built.css shop/x.css",
        "RUN rm -rf /var/lib/apt/lists/*",
        "RUN ln -s /srv/shop/a /usr/lib/a",
        "RUN sed -i 's/$A/b/' manage.py",
    )
    dockerfile = "\n".join(("FROM python:3.12", "WORKDIR /srv", COPY, *lines, GUNICORN))
    assert answered(**{"docker/config.py": "", "Dockerfile": dockerfile})["code_commands"] == [
        "cp /workdir/docker/config.py /workdir/shop/config.py",
        "sed -i s/dev/live/ /workdir/manage.py",
        "mkdir -p /workdir/media/x",
        "cp /workdir/docker/config.py /workdir/media/x/config.py",
    ]


@pytest.mark.parametrize(
    ("copying", "command"),
    [
        ("COPY conf/settings.py.example shop/settings.py", "cp /workdir/conf/settings.py.example "),
        ("COPY conf/live.py /srv/shop/settings.py", "cp /workdir/conf/live.py "),
        ("RUN cp conf/settings.py.example shop/settings.py", "cp /workdir/conf/settings.py.example "),
        ("RUN cp conf/settings.py.example shop/other.py", ""),
        ("RUN cp conf/none.py shop/settings.py", ""),
    ],
)
def test_settings_that_only_the_own_image_has(copying, command, written):
    text = SETTINGS + "STATIC_ROOT = BASE_DIR / 'out'\n"
    more = {"conf/settings.py.example": text, "conf/live.py": text, "shop/wsgi.py": WSGI}
    folder = written(**more, Dockerfile=f"FROM python:3.12\nWORKDIR /srv\n{COPY}{copying}\n{GUNICORN}")
    (folder / "shop/settings.py").unlink()
    (folder / ".gitignore").write_text("settings.py\n")
    site = read(folder)
    found = defaults.from_site(site, folder)
    made = found["code_commands"].value
    assert (f"{command}/workdir/shop/settings.py" in made) is bool(command)
    assert found["static_root"].value == "out"
    assert any("have a copy of conf/settings.py.example" in note for note in compose_defaults.notes(site)) is not bool(
        command
    )


@pytest.mark.parametrize(
    ("copying", "is_said"),
    [
        ("COPY --from=registry.example/media/ffmpeg:7 /ffmpeg /usr/local/bin/", True),
        ("COPY --from=registry.example/media/ffmpeg /ffmpeg /usr/local/bin/", True),
        ("COPY --from=oven/bun:1 /usr/local/bin/bun /usr/local/bin/", False),
        ("COPY --from=shop/theme:1 /out /srv/shop/static/theme", True),
        ("COPY --from=ghcr.io/astral-sh/uv:0.11 /uv /uvx /usr/local/bin/", False),
        ("COPY --from=node:24-slim /usr/local/bin/node /usr/local/bin/", False),
        ("COPY --from=build /srv/lib /srv/lib", False),
    ],
)
def test_what_comes_from_another_image_is_said(copying, is_said, written):
    start = f"FROM python:3.12 AS build\nWORKDIR /srv\n{COPY}FROM python:3.12\nWORKDIR /srv\n{COPY}"
    said = " ".join(deployment_defaults.notes(read(written(Dockerfile=f"{start}{copying}\n{GUNICORN}"))))
    assert (copying[:40] in said) is is_said


def test_variables_of_a_front_end_that_a_stage_of_python_makes(answered):
    dockerfile = (
        "FROM python:3.12 AS version\nRUN python -V > .env.local\n"
        "FROM node:24 AS front\nWORKDIR /app\nCOPY package.json ./\nRUN npm install\n"
        "COPY --from=version /.env.local .\nRUN npm run build -- --minify\n"
        f"FROM python:3.12\nWORKDIR /srv\n{COPY}COPY --from=front /app/out /srv/out\n{GUNICORN}"
    )
    found = answered(**{"package.json": '{"scripts": {"build": "pack"}}', "Dockerfile": dockerfile})
    assert found["assets_stages"][0]["instructions"][2:] == ["RUN npm install", "RUN npm run build -- --minify"]
    assert (
        answered(**{"package.json": "{}", "Dockerfile": dockerfile.replace(".env.local", "page.html")})[
            "assets_stages"
        ]
        == []
    )


@pytest.mark.parametrize(
    ("run", "options"),
    [
        ("pipenv sync --system", ["--ignore-pipfile"]),
        ("pipenv install --system --ignore-pipfile", ["--ignore-pipfile"]),
        ("pipenv install --deploy --system", []),
        ("pipenv install --deploy --ignore-pipfile", []),
        ("pipenv install", []),
    ],
)
def test_a_pipfile_that_the_own_image_does_not_compare_with_its_lock(run, options, written):
    lock = '{"default": {"django": {"version": "==5.2"}}}'
    folder = written(
        **{
            "Pipfile": '[packages]\ndjango = "*"\n',
            "Pipfile.lock": lock,
            "Dockerfile": f"FROM python:3.13\nCOPY . .\nRUN {run}\n",
        }
    )
    (folder / "requirements.txt").unlink()
    found = defaults.from_site(read(folder), folder)
    assert (found["installer"].value, found["install_options"].value) == ("pipenv", options)


def test_the_python_that_pipenv_takes_alone(written):
    pipfile = '[packages]\ndjango = "*"\n[requires]\npython_version = "3.10"\n'
    files = {"Pipfile": pipfile, "Dockerfile": f"FROM python:3.11\n{COPY}{GUNICORN}", ".python-version": "3.11\n"}
    folder = written(**files)
    assert defaults.from_site(read(folder), folder)["python_version"].value == "3.11"  # pip installs
    (folder / "requirements.txt").unlink()
    (folder / "Dockerfile").write_text("FROM python:3.11\nRUN pipenv install\nCOPY . .\n")
    assert defaults.from_site(read(folder), folder)["python_version"].value == "3.10"


def test_a_module_that_an_image_of_developers_makes_is_not_taken(written):
    more = {"conf/local.py": "DEBUG = True\n", "shop/wsgi.py": WSGI}
    image = f"FROM python:3.12\nWORKDIR /srv\n{COPY}COPY conf/local.py shop/local.py\n{GUNICORN}"
    assert read(written(**more, **{"Dockerfile.dev": image})).own_steps.value.of(Command) == []


@pytest.mark.parametrize(
    ("source", "place", "made"),
    [
        ("conf/gunicorn.conf.py", "gunicorn.conf.py", False),  # of a server
        ("conf/local_settings.example.py", "local_settings.py", True),
        ("conf/live.py", "shop/live.py", True),
        ("conf/live.py", "shop/wsgi.py", False),  # which is in git
    ],
)
def test_which_modules_the_own_image_makes(source, place, made, answered):
    image = f"FROM python:3.12\nWORKDIR /srv\n{COPY}COPY {source} {place}\n{GUNICORN}"
    commands = answered(**{source: "A = 1\n", "Dockerfile": image})["code_commands"]
    assert (commands == [f"cp /workdir/{source} /workdir/{place}"]) is made


def test_the_own_image_makes_anew_what_git_ignores(written):
    image = f"FROM python:3.12\nWORKDIR /srv\n{COPY}COPY conf/live.py shop/live.py\n{GUNICORN}"
    folder = written(
        **{
            "conf/live.py": "A = 1\n",
            "shop/live.py": "A = 2\n",
            ".gitignore": "live.py\n!conf/live.py\n",
            "Dockerfile": image,
        }
    )
    commands = defaults.from_site(read(folder), folder)["code_commands"].value
    assert commands == ["cp /workdir/conf/live.py /workdir/shop/live.py"]


@pytest.mark.parametrize("module", ["settings.test", "settings.local"])
def test_an_example_of_settings_that_are_not_production_s_is_left(module, written):
    name = module.rpartition(".")[2]
    folder = written(
        **{
            "shop/settings/__init__.py": "",
            "shop/settings/base.py": SETTINGS + "INSTALLED_APPS = ['shop']\n",
            f"shop/settings/{name}.example.py": "from .base import *\n",
            "shop/wsgi.py": WSGI.replace("shop.settings", f"shop.{module}"),
            "manage.py": MANAGE.replace("shop.settings", f"shop.{module}"),
        }
    )
    (folder / "shop/settings.py").unlink()
    assert read(folder).layout.settings_example.value == ""


def test_settings_with_an_example_that_you_have_to_write(written):
    more = {"shop/wsgi.py": WSGI, "shop/settings-dist.py": SETTINGS + "SECRET_KEY = 'x'\n"}
    folder = written(**more)
    (folder / "shop/settings.py").unlink()
    site = read(folder)
    assert site.layout.settings_module.value == "shop.settings"
    assert "Settings need shop/settings.py (shop/wsgi.py:2)" in " ".join(compose_defaults.notes(site))
    assert not any("SECRET_KEY" in note for note in compose_defaults.notes(site))


def test_what_reads_a_file_that_is_not_there(written):
    run = "RUN tar -xz -C /tmp < data.tar.gz && mv /tmp/data*/*.db /etc && fc-cache -f\nRUN cp /usr/share/a* /etc/a\n"
    site = read(written(Dockerfile=f"FROM python:3.12\nCOPY assets/data.tar.gz .\n{run}{COPY}{GUNICORN}"))
    assert deployment_defaults.base_instructions(site).value == ["RUN cp /usr/share/a* /etc/a"]
    assert "Not taken over: `tar -xz -C /tmp < data.tar.gz` (Dockerfile:3)" in " ".join(
        deployment_defaults.notes(site)
    )


def test_a_file_of_the_project_that_is_put_elsewhere_is_said(written):
    dockerfile = "FROM python:3.12\nWORKDIR /app\nCOPY . .\nRUN mv wait-for /bin/wait-for && mv node-* /usr/lib/x\n"
    site = read(written(**{"wait-for": "", "Dockerfile": f"{dockerfile}{GUNICORN}"}))
    assert deployment_defaults.base_instructions(site).value == []
    said = " ".join(deployment_defaults.notes(site))
    assert "`mv wait-for /bin/wait-for` (Dockerfile:4)" in said and "`mv node-* /usr/lib/x` (Dockerfile:4)" in said


def test_what_is_taken_out_of_an_archive_that_is_not_there(written):
    download = "RUN curl -sL https://x.example.com/p.tar.bz2 > /tmp/p.tar.bz2"
    run = " && tar -xf /tmp/p.tar.bz2 -C /usr/local && ln -sf /usr/local/p/bin/p /usr/local/bin\n"
    site = read(written(Dockerfile=f"FROM python:3.12\n{download}{run}{COPY}{GUNICORN}"))
    assert deployment_defaults.base_instructions(site).value == []
    run = run.replace("/tmp/p.tar.bz2", "/tmp/q.tgz")
    download = "RUN curl -sL -o /tmp/q.tgz https://x.example.com/p.tgz"
    site = read(written(Dockerfile=f"FROM python:3.12\n{download}{run}{COPY}{GUNICORN}"))
    assert deployment_defaults.base_instructions(site).value == [f"{download}{run}".strip()]
    assert site.own_steps.value.of(Packages)[0].run == ("curl",)  # which slim images lack
    run = "RUN wget -q https://x.example.com/d.zip && unzip d.zip && mv d /usr/local/bin/d\n"
    site = read(written(Dockerfile=f"FROM python:3.12\n{run}{COPY}{GUNICORN}"))
    assert deployment_defaults.base_instructions(site).value == []  # mv takes what unzip would have made
    run = "RUN wget https://x.example.com/$V.tar.gz && tar -C /usr/local/bin -xzvf $V.tar.gz\n"
    site = read(written(Dockerfile=f"FROM python:3.12\nENV V v0.6.1\n{run}{COPY}{GUNICORN}"))
    assert deployment_defaults.base_instructions(site).value == []


@pytest.mark.parametrize("place", ["/usr/src/", "/opt/"])
def test_what_is_taken_out_of_an_archive_that_was_added(answered, place):
    added = f"ADD https://x.example.com/p/main.tar.gz {place}\n"
    unpacks = f"tar -xzf {place}main.tar.gz -C {place}p && cp {place}p/a.ini /etc/"
    run = f"RUN mkdir -p {place}p && {unpacks} && mv b.so /usr/lib/b\n"
    found = answered(Dockerfile=f"FROM python:3.12\nARG REF=main\n{added}{run}RUN locale-gen\n{COPY}{GUNICORN}")
    assert found["base_instructions"] == ["RUN locale-gen"]


def test_what_is_taken_out_of_an_archive_that_is_downloaded_into_a_folder(answered):
    run = "RUN mkdir -p /opt/p && wget -P /opt/p https://x.example.com/a.tgz && tar -C /usr/lib -xf /opt/p/a.tgz\n"
    found = answered(Dockerfile=f"FROM python:3.12\n{run}{COPY}{GUNICORN}")
    assert "tar -C /usr/lib -xf /opt/p/a.tgz" in " ".join(found["base_instructions"])


def test_a_file_of_the_system_that_a_command_fills(answered):
    run = "echo 'fi_FI.UTF-8 UTF-8' > /etc/locale.gen && locale-gen && echo x > /etc/nginx/x"
    found = answered(Dockerfile=f"FROM python:3.12\nRUN {run}\n{GUNICORN}")
    assert found["base_instructions"] == ["RUN echo 'fi_FI.UTF-8 UTF-8' > /etc/locale.gen && locale-gen"]


@pytest.mark.parametrize(
    "run", ["localedef -i fi_FI -f UTF-8 fi_FI.UTF-8", "echo fi_FI.UTF-8 > /etc/locale.gen && locale-gen"]
)
def test_a_locale_needs_what_it_is_made_of(run, answered):
    assert "locales" in answered(Dockerfile=f"FROM registry.example.com/python\nRUN {run}\n{GUNICORN}")["apt_runtime"]


ARRAYS = """\
results=( $(python manage.py state) "a b" )
results+=(more)
if [[ ${results[0]} == True ]]; then
  python manage.py load_data
fi
python manage.py load_all
"""


def test_arrays_of_bash(answered):
    assert answered(**started(ARRAYS))["start_commands"] == ["python manage.py load_all"]


APP = "INSTALLED_APPS = ['shop', 'news.apps.NewsConfig']\n"


def test_a_command_of_an_app_that_is_not_installed(answered):
    files = {"shop/settings.py": SETTINGS + APP}
    files |= {f"{app}/management/commands/load_{app}.py": "" for app in ("news", "mail")}
    entrypoint = "python manage.py load_news\npython manage.py load_mail\npython manage.py load_other\n"
    found = answered(**started(entrypoint, **files))
    assert found["start_commands"] == ["python manage.py load_news || true", "python manage.py load_other"]


def test_a_command_that_makes_static_files(answered):
    calls = "".join(
        f"call_command(\n'{name}', verbosity=1)\n" for name in ("make_key", "collectstatic", "compilejsi18n")
    )
    found = answered(**started("python manage.py build\n", **{"shop/management/commands/build.py": calls}))
    assert found["start_commands"] == ["python manage.py make_key"]
    assert found["code_commands"] == ["python manage.py compilejsi18n"]  # of the compiled messages, in both images
    assert "build_instructions" not in found or not found["build_instructions"]


def test_a_script_of_the_project_s_own_package(answered, written):
    manifest = '[project]\nname = "shop"\n[project.scripts]\nshop = "shop.__main__:main"\nother = "shop.tools:run"\n'
    found = answered(**started("set -e\nshop bootstrap --all\nother go\n", **{"pyproject.toml": manifest}))
    assert found["start_commands"] == ["python -m shop bootstrap --all"]


def test_settings_of_celery_s_own(answered):
    celery = 'import os\nfrom celery import Celery\nos.environ.setdefault("DJANGO_SETTINGS_MODULE", "jobs.settings")\n'
    files = {
        "jobs/__init__.py": "",
        "jobs/celery.py": celery + 'app = Celery("jobs")\napp.config_from_object("django.conf:settings")\n',
        "jobs/settings.py": "from shop.settings import *\nCELERY_BROKER_URL = os.getenv('BROKER', 'redis://localhost:6379/0')\n",
        "shop/settings.py": SETTINGS + "import os\n",
        "requirements.txt": "Django==5.2.8\ngunicorn==23.0.0\ncelery[redis]==5.5.3\n",
    }
    worker = "env DJANGO_SETTINGS_MODULE=jobs.settings celery -A jobs.celery worker"
    found = answered(**files)
    assert found["workers"] == {"worker": worker}
    assert found["compose_environment"]["BROKER"] == "redis://valkey:6379/0" and "valkey" in found["services"]
    assert celery_worker(worker) == "env DJANGO_SETTINGS_MODULE=jobs.settings celery -A jobs.celery"
    assert concurrent(worker, 2) == f"{worker} --concurrency 2"
    other = {"jobs/settings.py": "DEBUG = True\n", "shop/settings.py": SETTINGS + "CELERY_BROKER_URL = 'redis://q'\n"}
    assert answered(**files | other)["workers"] == {"worker": "celery -A jobs.celery worker"}


FRONT = """\
ARG NODE=24.15.0
FROM --platform=$BUILDPLATFORM node:${NODE}-slim AS base
WORKDIR /app/assets
FROM base AS assets
USER node
COPY --chown=node:node assets/package.json assets/*yarn* ./
RUN yarn install \\
    && yarn cache clean
ARG NODE
ENV NODE_ENV="production"
COPY . ..
RUN ../build js && yarn css
CMD ["bash"]
FROM node:22 AS unused
RUN npm ci
FROM python:3.12-slim
WORKDIR /code
COPY . .
COPY --from=assets /app/public /public
COPY --from=assets --chown=1000 /app/assets/dist/ shop/static/
COPY --from=assets /app/assets/node_modules node_modules
"""


def test_an_official_image_of_another_registry(answered):
    front = "FROM public.ecr.aws/docker/library/node:22-alpine3.19 AS assets\n"
    front += "COPY package.json ./\nRUN npm ci && npm run pack\n"
    front += "FROM python:3.12-slim\nCOPY . .\nCOPY --from=assets /dist shop/static/\n"
    found = answered(Dockerfile=front + GUNICORN, **{"package.json": "{}"})
    assert [stage["image"] for stage in found["assets_stages"]] == ["node:22-alpine"]


def test_a_front_end_beside_folders_that_are_copied_one_by_one(answered):
    front = "FROM node:22 AS assets\nWORKDIR /app\nCOPY package.json ./\nRUN npm ci && npm run pack\n"
    front += (
        "FROM python:3.12-slim\nWORKDIR /app\nCOPY shop/ /app/shop/\nCOPY --from=assets /app/.build/ /app/.build/\n"
    )
    found = answered(Dockerfile=front + GUNICORN, **{"package.json": "{}"})
    assert found["assets_stages"][0]["output"] == {"/app/.build": "/workdir/.build/"}


@pytest.mark.parametrize("copied", ["/code/ .", "/code /code"])
def test_a_front_end_whose_stage_has_all_of_the_project(copied, answered):
    front = "FROM node:22 AS assets\nWORKDIR /code\nCOPY . /code/\nRUN npm ci && npm run pack\n"
    front += f"FROM python:3.12-slim\nWORKDIR /code\nCOPY --from=assets {copied}\n"
    found = answered(Dockerfile=front + GUNICORN, **{"package.json": "{}"})
    assert found["assets_stages"][0]["output"] == {"/code": "/workdir/"}
    assert found["assets_stages"][0]["instructions"][-1] == "RUN rm -rf /code/node_modules"
    served = {"shop/settings.py": f"{SETTINGS}STATICFILES_DIRS = [BASE_DIR / 'node_modules/bootstrap/dist']\n"}
    found = answered(Dockerfile=front + GUNICORN, **{"package.json": "{}"}, **served)
    assert found["assets_stages"][0]["instructions"][-1] == "RUN npm ci && npm run pack"
    served = {"shop/settings.py": f"{SETTINGS}STATICFILES_FINDERS = ['npm.finders.NpmFinder']\n"}
    found = answered(Dockerfile=front + GUNICORN, **{"package.json": "{}"}, **served)
    assert found["assets_stages"][0]["instructions"][-1] == "RUN npm ci && npm run pack"
    more = "FROM assets AS docs\nRUN npm run docs\n" + front.partition("FROM python")[1]
    more = front.replace("FROM python", more) + "COPY --from=docs /code/docs /code/docs\n"
    found = answered(Dockerfile=more + GUNICORN, **{"package.json": "{}", "shop/settings.py": SETTINGS})
    lasts = [stage["instructions"][-1] for stage in found["assets_stages"]]
    assert lasts == ["RUN npm ci && npm run pack", "RUN npm run docs"]  # the second needs the modules of the first


def test_stages_of_a_front_end(answered):
    settings = SETTINGS + "STATICFILES_DIRS = ['/public', BASE_DIR / 'node_modules' / 'bootstrap' / 'dist']\n"
    files = {"shop/settings.py": settings, "assets/package.json": "{}"}
    found = answered(Dockerfile=FRONT + GUNICORN, **files)
    assert found["node"] == {}
    assert found["assets_stages"] == [
        {"name": "assets", "image": "node:24-slim", "instructions": ["WORKDIR /app/assets"], "output": {}},
        {
            "name": "assets-2",
            "image": "assets",
            "instructions": [
                "USER node",
                "COPY --chown=node:node assets/package.json assets/*yarn* ./",
                "RUN yarn install && yarn cache clean",
                'ARG NODE="24.15.0"',
                'ENV NODE_ENV="production"',
                "COPY . ..",
                "RUN ../build js && yarn css",
            ],
            "output": {
                "/app/public": "/public",
                "/app/assets/dist": "/workdir/shop/static/",
                "/app/assets/node_modules/bootstrap/dist": "/workdir/node_modules/bootstrap/dist",
            },
        },
    ]


def test_a_stage_that_only_brings_node_is_no_front_end(answered):
    front = "FROM node:22 AS node_base\nFROM python:3.12\nWORKDIR /a\n"
    front += "COPY --from=node_base /usr/local/bin/node /usr/local/bin/node\n"
    front += "COPY --from=node_base /usr/local/lib/node_modules /usr/local/lib/node_modules\n"
    front += "RUN ln -s /usr/local/lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm\n"
    front += f"COPY package.json .\nRUN npm install\n{COPY}RUN npm run pack\n"
    found = answered(Dockerfile=front + GUNICORN, **{"package.json": '{"scripts": {"pack": "node a.js"}}'})
    assert [stage["instructions"][2] for stage in found["assets_stages"]] == ["RUN npm install && npm run pack"]
    assert found["base_instructions"] == []


OF_BOTH = """\
ARG HOME_DIR=/srv/app
FROM python:3.13 AS code
ARG HOME_DIR
WORKDIR ${HOME_DIR}
COPY . .
RUN pip install -r requirements.txt
FROM code AS schema
RUN cp .env-build .env && ./manage.py collectstatic --noinput && ./manage.py graphql_schema --out schema.graphql
FROM node:22 AS assets
WORKDIR /ui
COPY --from=code ${HOME_DIR}/ui .
COPY --from=schema ${HOME_DIR}/schema.graphql ./
RUN npm ci && npm run codegen && npm run build
FROM code
COPY --from=assets /ui/dist shop/static/
"""


def test_a_front_end_that_needs_what_django_makes(answered):
    settings = SETTINGS + "import os\nSECRET_KEY = os.environ['SECRET_KEY']\n"
    found = answered(Dockerfile=OF_BOTH + GUNICORN, **{"ui/package.json": "{}", "shop/settings.py": settings})
    assert found["assets_stages"] == [
        {
            "name": "assets",
            "image": "base",
            "instructions": [
                "COPY --from=build /opt/venv /opt/venv",
                "COPY . /workdir",
                "RUN SECRET_KEY=only-for-building-the-image-0123456789-abcdefghijkl "
                "python manage.py graphql_schema --out schema.graphql",
            ],
            "output": {},
        },
        {
            "name": "assets-2",
            "image": "node:22",
            "instructions": [
                "WORKDIR /ui",
                "COPY ui .",
                "COPY --from=assets /workdir/schema.graphql ./",
                "RUN npm ci && npm run codegen && npm run build",
            ],
            "output": {"/ui/dist": "/workdir/shop/static/"},
        },
    ]


@pytest.mark.parametrize(
    ("run", "version"),
    [
        ("curl -fsSL https://nodejs.org/dist/v20.5.0/node-v20.5.0-linux-x64.tar.gz | tar xz", "20"),
        ("curl -fsSL https://rpm.nodesource.com/setup_18.x | bash -", "18"),
        ("echo deb https://apt.example.com/nodesource.com/node_$NODE_MAJOR.x nodistro main > /etc/apt/a.list", "22"),
        ("nvm install 26", "26"),
        ("nvm install 8", "24"),
    ],
)
def test_the_node_that_a_dockerfile_installs(run, version, answered):
    package = '{"scripts": {"build": "esbuild a.js --outdir=shop/static/dist"}, "devDependencies": {"esbuild": "1"}}'
    dockerfile = f"FROM python:3.13\nENV NODE_MAJOR=22\nRUN {run}\n{COPY}{GUNICORN}"
    found = answered(
        Dockerfile=dockerfile, **{"package.json": package, "a.js": "", ".gitignore": "shop/static/dist\n"}
    )
    assert found["node"]["version"] == version


@pytest.mark.parametrize(
    "line",
    [
        "COPY secret.txt .",
        "COPY --from=python /x /x",
        "RUN --mount=type=secret,id=a true",
        "RUN <<E\nx\nE",
    ],
)
def test_a_stage_that_needs_what_is_not_in_the_project(line, answered):
    dockerfile = f"FROM python:3.12 AS python\nFROM node:24 AS a\n{line}\nFROM python:3.12\nCOPY --from=a /b /b\n"
    assert answered(Dockerfile=f"{dockerfile}{COPY}{GUNICORN}")["assets_stages"] == []


def test_a_stage_that_does_what_node_says(answered):
    package = '{"scripts": {"build": "esbuild a.js --outdir=shop/static/dist"}, "devDependencies": {"esbuild": "1"}}'
    stage = "FROM node:24 AS a\nWORKDIR /a\nCOPY . .\nRUN npm install\nRUN npm run build\n"
    copied = "COPY --from=a /a/shop/static/dist shop/static/dist\n"
    files = {"package.json": package, "a.js": "", ".gitignore": "shop/static/dist\n"}
    found = answered(Dockerfile=f"{stage}FROM python:3.12\nWORKDIR /code\n{COPY}{copied}{GUNICORN}", **files)
    assert found["assets_stages"] == [] and found["node"]["build"] == "npm run build"


OF_DIST = "STATICFILES_DIRS = [BASE_DIR / 'ui' / 'dist' / 'static']\n"
OF_TEMPLATES = "TEMPLATES = [{'BACKEND': 'x', 'DIRS': [BASE_DIR / 'ui' / 'dist']}]\n"


@pytest.mark.parametrize(
    ("settings", "code", "runtime"),
    [
        (OF_DIST + OF_TEMPLATES, "", True),
        (OF_DIST + "WHITENOISE_ROOT = BASE_DIR / 'ui' / 'dist' / 'root'\n", "", True),
        ("WHITENOISE_ROOT = BASE_DIR / 'ui' / 'dist'\n", "", True),
        (OF_TEMPLATES.replace(" / 'dist'", ""), "", True),
        (OF_DIST + "DIST = BASE_DIR / 'ui' / 'dist'\n", "page = open(settings.DIST / 'index.html')\n", True),
        (OF_DIST + "DIST = BASE_DIR / 'ui' / 'dist'\n", "", False),
        (OF_DIST + OF_TEMPLATES.replace("dist", "pages"), "", False),
    ],
)
def test_what_is_built_and_django_reads_is_in_its_image(settings, code, runtime, answered):
    package = '{"scripts": {"build": "esbuild a.js --outdir=dist"}, "devDependencies": {"esbuild": "1"}}'
    files = {"ui/package.json": package, "shop/settings.py": SETTINGS + settings, "shop/views.py": code}
    node = answered(**files)["node"]
    assert (node["output"], node["runtime"]) == (["ui/dist"], runtime)


COLLECTED = (
    "STATIC_ROOT = BASE_DIR / 'static'\nSTATICFILES_DIRS = [('app', BASE_DIR / 'ui' / 'dist')]\n"
    "TEMPLATES = [{'BACKEND': 'x', 'DIRS': [BASE_DIR / 'static' / 'app']}]\n"
)


VITE = """
STATIC_ROOT, STATICFILES_DIRS = BASE_DIR / "static", [BASE_DIR / "ui" / "dist"]
INSTALLED_APPS = ["django.contrib.staticfiles", "django_vite"]
DJANGO_VITE = {"default": {"dev_mode": False, "manifest_path": STATIC_ROOT / "manifest.json"}}
"""
STATED = ', "manifest_path": STATIC_ROOT / "manifest.json"'


@pytest.mark.parametrize(
    ("settings", "more", "collects"),
    [
        (VITE, {}, True),
        (VITE.replace(STATED, ""), {}, True),
        (VITE.replace("False" + STATED, "True"), {}, False),
        (VITE.replace("STATIC_ROOT /", "BASE_DIR / 'ui' / 'dist' /"), {}, False),
        (VITE.replace('"static"', '"ui" / "dist"'), {}, False),
        (VITE.replace("django_vite", "shop").replace("DJANGO_VITE", "OTHER"), {}, False),
        (VITE + "MIDDLEWARE = ['whitenoise.middleware.WhiteNoiseMiddleware']\n", {}, False),
        (COLLECTED, {}, True),
        (COLLECTED, {"static/app/index.html": ""}, False),
        (COLLECTED.replace("'static' / 'app'", "'ui' / 'dist'"), {}, False),
        (COLLECTED + "MIDDLEWARE = ['whitenoise.middleware.WhiteNoiseMiddleware']\n", {}, False),
    ],
)
def test_what_collectstatic_alone_brings_is_in_django_s_image(settings, more, collects, answered):
    package = '{"scripts": {"build": "esbuild a.js --outdir=dist"}, "devDependencies": {"esbuild": "1"}}'
    log = "LOGGING = {'handlers': {'f': {'class': 'logging.FileHandler', 'filename': '/var/log/shop/a.log'}}}\n"
    files = {"ui/package.json": package, "shop/settings.py": SETTINGS + settings + log}
    found = answered(**files, **more)
    commands = ["mkdir -p /var/log/shop", "python manage.py collectstatic --noinput"]
    assert found["code_commands"] == (commands if collects else [])
    assert found["node"]["runtime"] or not collects
    assert found["node"]["output"] == ["ui/dist"]


def test_templates_that_are_built_are_in_django_s_image(answered):
    package = '{"scripts": {"build": "esbuild a.js --outdir=shop/templates/mail"}}'
    assert answered(**{"package.json": package})["node"]["runtime"] is True


@pytest.mark.parametrize(("kept", "output"), [({}, "shop/built"), ({"shop/built/a.png": ""}, "shop/built/css/a.css")])
def test_all_of_a_folder_that_only_a_build_fills_comes_out(kept, output, answered):
    package = '{"scripts": {"build": "node more.js && sass a.scss shop/built/css/a.css"}}'
    settings = SETTINGS + "STATICFILES_DIRS = [BASE_DIR / 'shop' / 'built']\n"
    assert answered(**{"package.json": package, "shop/settings.py": settings} | kept)["node"]["output"] == [output]


@pytest.mark.parametrize(
    ("more", "image", "install"),
    [
        ({"package-lock.json": "{}"}, "node:22", ["COPY package.json package-lock.json /workdir/", "RUN npm ci"]),
        (
            {"bun.lock": ""},
            "oven/bun:1",
            ["COPY package.json bun.lock /workdir/", "RUN bun install --frozen-lockfile"],
        ),
    ],
)
def test_packages_that_are_served_as_they_are_installed(more, image, install, answered):
    settings = SETTINGS + "STATICFILES_DIRS = [BASE_DIR / 'node_modules' / 'jquery' / 'dist']\n"
    package = '{"dependencies": {"jquery": "^3"}, "engines": {"node": "22"}}'
    found = answered(**{"shop/settings.py": settings, "package.json": package} | more)
    path = "/workdir/node_modules/jquery/dist"
    stage = {"name": "assets", "image": image, "instructions": ["WORKDIR /workdir", *install], "output": {path: path}}
    assert found["node"] == {} and found["assets_stages"] == [stage]


def test_bun_has_its_own_image(answered):
    package = '{"scripts": {"build": "bun build a.js --outdir=shop/static/dist"}, "devDependencies": {"x": "1"}}'
    found = answered(**{"ui/package.json": package.replace("shop/", "../shop/"), "ui/bun.lock": "{}", "ui/a.js": ""})
    assert found["assets_stages"] == [
        {
            "name": "assets",
            "image": "oven/bun:1",
            "instructions": [
                "WORKDIR /workdir/ui",
                "COPY ui/package.json ui/bun.lock /workdir/ui/",
                "RUN bun install --frozen-lockfile",
                "COPY . /workdir",
                "RUN NODE_ENV=production bun run build",
            ],
            "output": {"/workdir/shop/static/dist": "/workdir/shop/static/dist"},
        }
    ]


IN_PLACE = """\
FROM python:3.12
RUN apt-get update && apt-get install -y nodejs npm
WORKDIR /srv
COPY . .
RUN pip install -r requirements.txt
RUN pushd ui/ && npm ci && npx webpack --mode=production && npm run css && popd && npm audit
"""


def test_an_address_of_redis_that_code_makes_a_client_of(answered):
    settings = SETTINGS + "import os\nREDIS_URL = os.environ.get('REDIS_URL')\nA_URL = os.environ.get('A_URL')\n"
    client = "from django.conf import settings\nclient = redis.Redis.from_url(settings.REDIS_URL, db=0)\n"
    assert answered(**{"shop/settings.py": settings})["build_environment"] == {}
    found = answered(**{"shop/settings.py": settings, "shop/clients.py": client})
    assert found["build_environment"] == {"REDIS_URL": "redis://localhost:6379/0"}


def test_a_broker_s_url_that_is_made_of_variables(answered):
    settings = """import os
HOST, USER = os.environ.get("RABBITMQ_HOST", "localhost"), os.environ.get("RABBITMQ_USER", "guest")
PASSWORD = os.environ.get("RABBITMQ_PASSWORD", "guest")
CELERY_BROKER_URL = f"amqp://{USER}:{PASSWORD}@{HOST}:5672//"
"""
    found = answered(**{"shop/settings.py": SETTINGS + settings, "requirements.txt": "Django\ncelery\n"})
    assert (
        found["compose_environment"] | {"RABBITMQ_HOST": "rabbitmq", "RABBITMQ_USER": "django"}
        == (found["compose_environment"])
    )
    assert found["compose_settings"] == {}


@pytest.mark.parametrize(
    ("chosen", "environment", "collected"),
    [
        ("BASE_DIR = Path('/app') if INSIDE else Path(__file__).parent.parent\n", {"QUIET": "yes"}, "static"),
        (
            "if INSIDE:\n    BASE_DIR = Path('/app')\nelse:\n    BASE_DIR = Path(__file__).parent.parent\n",
            {"QUIET": "yes"},
            "static",
        ),
        (
            "BASE_DIR = Path('/srv') if INSIDE else Path(__file__).parent.parent\n",
            {"INSIDE": "yes", "QUIET": "yes"},
            "/srv/static",
        ),
        ("BASE_DIR = Path(__file__).parent.parent\n", {"INSIDE": "yes", "QUIET": "yes"}, "static"),
    ],
)
def test_a_switch_to_the_folder_of_the_own_image(chosen, environment, collected, answered):
    settings = f"""
import os
from pathlib import Path
INSIDE, QUIET = os.getenv("INSIDE") == "yes", os.getenv("QUIET") == "yes"
{chosen}
STATIC_ROOT = BASE_DIR / "static"
TEMPLATES = [{{"DIRS": [BASE_DIR / "templates"]}}]
"""
    found = answered(
        **{
            "shop/settings.py": settings,
            "templates/page.html": "",
            "Dockerfile": f"FROM python:3.13\nWORKDIR /app\nENV INSIDE=yes QUIET=yes\n{COPY}{GUNICORN}",
        }
    )
    assert (found["environment"], found["static_root"]) == (environment, collected)


@pytest.mark.parametrize(
    ("zone", "image", "packages"),
    [
        ("US/Pacific", "python:3.13", ["tzdata-legacy"]),
        ("US/Pacific", "python:3.10", []),
        ("America/Los_Angeles", "python:3.13", []),
    ],
)
def test_a_time_zone_by_an_old_name(zone, image, packages, answered):
    found = answered(
        **{"shop/settings.py": f'{SETTINGS}TIME_ZONE = "{zone}"\n', "Dockerfile": f"FROM {image}\n{COPY}"}
    )
    assert found["apt_runtime"] == packages


def test_folders_that_git_has_nothing_of_and_a_front_end_fills(answered):
    scripts = '"build": "run-p build:*", "build:js": "esbuild a.js > ../shop/static/js/a.js", '
    scripts += '"build:x": "cp x.js ../shop/static/vendor/ 2> log", "build:css": "lessc a > ../shop/static/css/a.css"'
    files = {"ui/package.json": f'{{"scripts": {{{scripts}}}}}', "shop/static/css/old.css": ""}
    run = "FROM python:3.12\nWORKDIR /app\nCOPY . .\nRUN pip install x\nRUN cd ui && npm ci\n"
    found = answered(Dockerfile=run + GUNICORN, **files)
    made = [line for line in found["assets_stages"][0]["instructions"] if "mkdir" in line]
    assert made == ["RUN mkdir -p /workdir/shop/static/js /workdir/shop/static/vendor"]


WORKSPACES = """\
FROM python:3.12 AS dev
WORKDIR /shop
RUN nvm install 22.1.0
COPY package.json yarn.lock ./
RUN yarn install --frozen-lockfile
FROM dev AS ui
COPY . /shop/
RUN yarn workspace @shop/core build
RUN yarn workspace @shop/admin build
FROM python:3.12-slim
WORKDIR /shop
COPY ./manage.py /shop/manage.py
COPY ./shop/ /shop/shop/
COPY --from=ui /shop/shop/core/assets/ /shop/shop/core/assets/
COPY --from=ui /shop/shop/admin/dist/ /shop/static/dist/
"""


def test_workspaces_of_a_front_end(answered):
    package = '{"workspaces": ["shop/core", "shop/admin"]}'
    inner = '{"name": "@shop/%s", "scripts": {"build": "node make.js"}}'
    files = {"package.json": package, "yarn.lock": "", "shop/core/package.json": inner % "core"}
    files |= {
        "demo/front/package.json": '{"scripts": {"build": "vite build"}}',
        "demo/front/Dockerfile": "FROM node:18",
    }
    found = answered(Dockerfile=WORKSPACES + GUNICORN, **files, **{"shop/admin/package.json": inner % "admin"})
    assert found["assets_stages"] == [
        {
            "name": "assets",
            "image": "node:22",
            "instructions": [
                "COPY . /workdir",
                "WORKDIR /workdir",
                "RUN yarn install --frozen-lockfile && yarn workspace @shop/core build "
                "&& yarn workspace @shop/admin build",
            ],
            "output": {
                "/workdir/shop/core/assets/": "/workdir/shop/core/assets/",
                "/workdir/shop/admin/dist/": "/workdir/static/dist/",
            },
        }
    ]


@pytest.mark.parametrize("copied", ["/shop/ /shop/", "/shop/shop/ /shop/shop/", "/shop/static /shop/static"])
def test_all_of_a_stage_comes_out_that_more_is_copied_from(copied, answered):
    settings = f"{SETTINGS}STATIC_ROOT = BASE_DIR / 'static'\n"
    dockerfile = f"{WORKSPACES}COPY --from=ui {copied}\n{GUNICORN}"
    found = answered(Dockerfile=dockerfile, **{"package.json": "{}", "shop/settings.py": settings})
    assert found["assets_stages"][0]["output"] == {"/workdir/": "/workdir/"}


FULL = """\
FROM node:22 AS ui
WORKDIR /ui
COPY ui/ /ui/
RUN npm ci && npm run pack
FROM python:3.12
WORKDIR /a
COPY . .
RUN pip install -r requirements.txt
COPY --from=ui /ui/dist /a/ui/dist
CMD gunicorn shop.wsgi
"""


@pytest.mark.parametrize(
    ("more", "taken"),
    [
        ({}, True),
        (
            {"compose.yml": "services:\n  web:\n    build: {dockerfile: Dockerfile.prod}\n    ports: ['80:80']\n"},
            False,
        ),
        (
            {".github/workflows/a.yml": "jobs:\n  a:\n    steps:\n      - with:\n          file: Dockerfile.prod\n"},
            False,
        ),
        ({".github/workflows/a.yml": "  file: Dockerfile.prod\n  file: Dockerfile\n"}, True),
    ],
)
def test_the_image_with_the_front_end(more, taken, answered):
    files = {"Dockerfile": FULL, "Dockerfile.prod": f"FROM python:3.12\nWORKDIR /a\n{COPY}{GUNICORN}", **more}
    found = answered(**files, **{"ui/package.json": "{}"})
    assert bool(found["assets_stages"]) is taken


def test_workspaces_of_a_front_end_below_the_folder_that_is_built(answered):
    dockerfile = WORKSPACES.replace("./manage.py", "./run.py")
    compose = "services:\n  web:\n    build: shop\n    ports: ['80:80']\n"
    inner = {"shop/shop/core/package.json": '{"name": "@shop/core"}', "shop/shop/core/a.py": "", "shop/run.py": ""}
    files = {"shop/package.json": '{"workspaces": ["shop/core"]}', "docker-compose.yml": compose, **inner}
    found = answered(**files, **{"shop/Dockerfile": dockerfile + GUNICORN})
    stage = found["assets_stages"][0]
    assert stage["instructions"][1] == "WORKDIR /workdir/shop"
    assert [*stage["output"]] == ["/workdir/shop/shop/core/assets/", "/workdir/shop/shop/admin/dist/"]


@pytest.mark.parametrize("served", [True, False])
def test_a_front_end_that_is_built_beside_the_code(served, answered):
    settings = SETTINGS + ("STATICFILES_DIRS = [BASE_DIR / 'ui' / 'node_modules' / 'x']\n" if served else "")
    files = {"ui/package.json": '{"scripts": {"css": "sass a.scss"}, "engines": {"node": "22"}}', "ui/a.js": ""}
    found = answered(Dockerfile=IN_PLACE + GUNICORN, **files, **{"shop/settings.py": settings})
    removed = [] if served else ["RUN rm -rf /workdir/ui/node_modules"]
    assert found["assets_stages"] == [
        {
            "name": "assets",
            "image": "node:22",
            "instructions": [
                "COPY . /workdir",
                "WORKDIR /workdir/ui",
                "RUN npm ci && npx webpack --mode=production && npm run css",
                *removed,
            ],
            "output": {"/workdir/ui/": "/workdir/ui/"},
        }
    ]
    assert found["node"] == {}


def test_a_front_end_that_is_built_beside_the_code_with_what_a_stage_installs(answered):
    stage = "FROM node:22-slim AS packages\nWORKDIR /app\nCOPY package.json ./\nRUN npm install && mkdir -p /app/x\n"
    own = "FROM python:3.12\nWORKDIR /srv\nCOPY --from=packages /app/node_modules /srv/node_modules\nCOPY . .\n"
    files = {"package.json": "{}", ".nvmrc": "18"}
    found = answered(Dockerfile=f"{stage}{own}RUN npm install && npx gulp local\n{GUNICORN}", **files)
    assert [(item["image"], item["instructions"][2]) for item in found["assets_stages"]] == [
        ("node:22-slim", "RUN npm install && npx gulp local")
    ]
    found = answered(Dockerfile=f"{stage}{own}{GUNICORN}", **files)
    assert found["assets_stages"][0]["output"] == {"/app/node_modules": "/workdir/node_modules"}


NEEDS = """
import os
from pathlib import Path
BASE_DIR = Path(__file__).parent.parent
SECRET_KEY = os.environ["SECRET_KEY"]
SITE_HOST = os.environ["SITE_HOST"]
PAGE_SIZE = int(os.environ["PAGE_SIZE"])
REGION = os.environ["REGION"]
PLACE = os.environ["PLACE"]
STRIPE_KEY = os.environ["STRIPE_KEY"]
INSTALLED_APPS = ["shop"]
if os.environ["USE_SEARCH"] == "1":
    INSTALLED_APPS += ["search"]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": os.environ["DB_FILE"]}}
"""
SAMPLE = """
# Copy it
export SITE_HOST="shop.example.com"   # yours
PAGE_SIZE=25
REGION=<region>
PLACE=changeme
STRIPE_KEY=a1b2c3
SECRET_KEY=in-the-sample
USE_SEARCH=1
DB_FILE=db.sqlite3
"""
SAMPLES = (
    ".env.example .env.sample .env-dist .env.dist .env.template env.template env.example .env_sample TEMPLATE.env "
    ".environment-example .env.prod.example .envs/.production/.django"
)


@pytest.mark.parametrize("name", SAMPLES.split())
def test_a_sample_of_the_env_gives_what_settings_need(answered, name):
    found = answered(**{"shop/settings.py": NEEDS, name: SAMPLE})
    assert {"SITE_HOST": "shop.example.com", "PAGE_SIZE": "25", "USE_SEARCH": "1"}.items() <= found["dotenv"].items()
    assert {"SITE_HOST": "shop.example.com", "PAGE_SIZE": "25"}.items() <= found["build_environment"].items()
    assert found["dotenv"]["SECRET_KEY"] == "" and found["dotenv"]["STRIPE_KEY"] == "change-me"
    assert found["dotenv"]["REGION"] == found["dotenv"]["PLACE"] == "change-me"
    assert found["dotenv"]["DB_FILE"] != "db.sqlite3"
    assert "USE_SEARCH" in found["required_environment"]


@pytest.mark.parametrize("name", [".env", ".env.local", "docs/.env.example", "env.py", "env_example.py", "dev.env"])
def test_what_is_no_sample_gives_nothing(answered, name):
    found = answered(**{"shop/settings.py": NEEDS, name: SAMPLE})
    assert found["dotenv"]["SITE_HOST"] == "localhost"


def test_values_of_developers_come_last(answered):
    local = "SITE_HOST=shop.example.com\nPAGE_SIZE=25\nPLACE=local\n"
    files = {"shop/settings.py": NEEDS, ".envs/.local/.django": local}
    found = answered(**files)["dotenv"]
    assert (found["SITE_HOST"], found["PAGE_SIZE"], found["PLACE"]) == ("shop.example.com", "25", "change-me")
    assert answered(**files, **{".env.example": "PAGE_SIZE=50\n"})["dotenv"]["PAGE_SIZE"] == "50"


def test_what_runs_today_goes_before_a_sample(answered):
    compose = (
        "services:\n  web:\n    build: .\n    environment:\n      REGION: ${REGION:-eu-west}\n      PAGE_SIZE: 50\n"
    )
    found = answered(**{"shop/settings.py": NEEDS, ".env.example": SAMPLE, "docker-compose.yml": compose})
    assert (found["dotenv"]["REGION"], found["dotenv"]["PAGE_SIZE"]) == ("eu-west", "50")


CI = """
jobs:
  test:
    env:
      REGION: eu-north
      PLACE: fake-place
      SITE_HOST: ci.example.com
      STRIPE_KEY: a1b2c3
      PAGE_SIZE: 5
      SECRET_KEY: in-the-ci
"""


@pytest.mark.parametrize("path", [".github/workflows/test.yml", ".gitlab-ci.yml"])
def test_what_tests_run_with_is_better_than_a_placeholder(answered, path):
    found = answered(**{"shop/settings.py": NEEDS, path: CI})
    for answer, unknown in (("build_environment", "build"), ("dotenv", "change-me")):
        assert (found[answer]["REGION"], found[answer]["PLACE"]) == ("eu-north", unknown)
        assert found[answer]["SITE_HOST"] == "localhost" and found[answer]["PAGE_SIZE"] != "5"
        assert found[answer]["STRIPE_KEY"] != "a1b2c3" and found[answer]["SECRET_KEY"] != "in-the-ci"
    sample = answered(**{"shop/settings.py": NEEDS, path: CI, ".env.example": "REGION=eu-west\n"})
    assert sample["dotenv"]["REGION"] == "eu-west"


def test_what_is_installed_follows_the_sample(written):
    site = read(written(**{"shop/settings.py": NEEDS, ".env.example": SAMPLE}))
    assert site.settings.installed_apps.value == ["shop", "search"]
    off = read(written(**{"shop/settings.py": NEEDS, ".env.example": SAMPLE.replace("USE_SEARCH=1", "USE_SEARCH=0")}))
    assert off.settings.installed_apps.value == ["shop"]


MAKEFILE = """\
PYTHON ?= python
MANAGE = $(PYTHON) manage.py

.PHONY: all setup data
all: setup  ## everything

setup: data other
\t@echo "Setting up"
\t-$(MANAGE) load_all --name=$$NAME

\t$(MANAGE) load_more
data:
\t$(MANAGE) loaddata start
unused:
\t$(MANAGE) flush
"""


def test_targets_of_a_makefile(answered, steps):
    files = {"Makefile": MAKEFILE, "Dockerfile": f"FROM python:3.12\nWORKDIR /srv\n{COPY}CMD make all && gunicorn a"}
    found = [step for step in steps(**files) if "manage.py" in step.words]
    assert [(step.source, step.words[2]) for step in found] == [
        ("Makefile:13", "loaddata"),
        ("Makefile:9", "load_all"),
        ("Makefile:11", "load_more"),
    ]
    assert answered(**files)["start_commands"] == ["python manage.py loaddata start", "python manage.py load_more"]


JUST = """\
python := "python"
manage := 'python manage.py'

default: start

# Everything
start host="0.0.0.0": (migrate) seed
    gunicorn shop.wsgi --bind {{host}}:8000

[private]
@migrate:
    {{manage}} migrate

seed *args: data
    @{{ manage }} load_all
data:
  {{python}} manage.py loaddata "start"
unused:
  {{python}} manage.py flush
"""


@pytest.mark.parametrize("name", ["justfile", ".justfile"])
def test_recipes_of_a_justfile(answered, steps, name):
    files = {name: JUST, "Dockerfile": f"FROM python:3.12\nWORKDIR /srv\n{COPY}CMD just seed && gunicorn shop.wsgi"}
    found = [step for step in steps(**files) if "manage.py" in step.words]
    assert [(step.source, step.words[2]) for step in found] == [(f"{name}:17", "loaddata"), (f"{name}:15", "load_all")]
    assert answered(**files)["start_commands"] == ["python manage.py loaddata start", "python manage.py load_all"]
    files["Dockerfile"] = files["Dockerfile"].replace("just seed && gunicorn shop.wsgi", "just")
    assert answered(**files)["start_commands"] == ["python manage.py loaddata start", "python manage.py load_all"]


def test_a_build_that_makes_a_database(answered):
    manage = "python site/manage.py"
    run = f"RUN {manage} compile_x && {manage} migrate && {manage} load site/x/*.csv\n"
    files = {f"site/{name}": text for name, text in (("manage.py", MANAGE), ("shop/settings.py", SETTINGS))}
    files |= {"site/x/a.csv": "", "site/shop/__init__.py": "", "manage.py": "", "shop/settings.py": ""}
    found = answered(**files, Dockerfile=f"FROM python:3.12\nWORKDIR /srv\n{COPY}{run}{GUNICORN}")
    assert found["django_dir"] == "site"
    assert found["build_instructions"] == ["RUN python manage.py compile_x"]
    assert found["start_commands"] == ["python manage.py load /workdir/site/x/a.csv"]


def test_settings_are_read_as_the_own_image_has_them(answered):
    settings = SETTINGS + (
        "import os\nif os.environ.get('SITE_KIND', 'small') == 'big':\n    SENDER = os.environ['SENDER']\n"
        "DEBUG = os.environ.get('DEBUG', '0') == '1'\n"
    )
    dockerfile = f"FROM python:3.12 AS base\nENV SITE_KIND=big DEBUG=1\nFROM base\n{COPY}{GUNICORN}"
    found = answered(**{"shop/settings.py": settings, "Dockerfile": dockerfile})
    assert found["environment"] == {"SITE_KIND": "big"}
    assert found["required_environment"] == ["SENDER"] and "SENDER" in found["build_environment"]
    assert answered(**{"shop/settings.py": settings, "Dockerfile": f"FROM python\n{COPY}"})["environment"] == {}


def test_a_command_of_the_project_s_own_that_serves(answered):
    compose = "services:\n  web:\n    build: .\n    command: python manage.py run --debug\n    ports: ['8000:8000']\n"
    found = answered(**{"Dockerfile": f"FROM python:3.12\n{COPY}{GUNICORN}", "docker-compose.yml": compose})
    assert found["start_commands"] == []


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ("--noinput --no-default-ignore --clear", ["--no-default-ignore"]),
        ("--ignore '*.scss' -i=src --no-post-process", ["--ignore=*.scss", "--ignore=src", "--no-post-process"]),
        ("--noinput -v 0", []),
    ],
)
def test_what_the_own_build_says_of_what_is_collected(answered, options, expected):
    run = f"RUN python manage.py collectstatic {options}\n"
    assert answered(Dockerfile=f"FROM python:3.12\n{COPY}{run}{GUNICORN}")["collectstatic_options"] == expected


TARGETS = f"""\
FROM python:3.12 AS base
{COPY}
FROM base AS dev
RUN pip install watchfiles==1.0
CMD python manage.py watch_mail
FROM base AS prod
RUN pip install whitenoise==6.11.0
{GUNICORN}"""


def test_a_developer_s_stage_of_the_own_compose_file_is_not_production_s(answered):
    compose = "services: {web: {build: {context: ., target: dev}, ports: ['8000:8000']}}\n"
    found = answered(**{"Dockerfile": TARGETS, "docker-compose.yml": compose})
    assert found["install_packages"] == ["whitenoise==6.11.0"]
    compose = compose.replace("dev", "prod")
    assert answered(**{"Dockerfile": TARGETS, "docker-compose.yml": compose})["install_packages"] == [
        "whitenoise==6.11.0"
    ]


@pytest.mark.parametrize(("serves", "taken"), [(GUNICORN, []), ("", ["watchfiles==1.0"])])
def test_what_a_developer_s_stage_adds_to_is_production_s(serves, taken, answered):
    dockerfile = f"FROM python:3.12 AS site\n{COPY}{serves}FROM site AS dev\nRUN pip install watchfiles==1.0\n"
    assert answered(Dockerfile=dockerfile)["install_packages"] == taken


def test_a_containerfile_goes_before_the_image_of_a_lambda(written):
    text = "FROM python:3.13\nCOPY . .\nRUN pip install -r requirements.txt\n"
    files = {"container/build/Containerfile": text, "lambdas/export/Dockerfile": text, "export/Dockerfile": text}
    assert own_image(Tree(written(**files)), ".").path == "export/Dockerfile"
    (written() / "export/Dockerfile").unlink()
    assert own_image(Tree(written()), ".").path == "container/build/Containerfile"


def test_an_image_with_other_code_alone_is_not_the_site_s(written):
    files = {
        "sandbox/Dockerfile": "FROM debian:13\nRUN pip install numpy\nCOPY run.py made.py lib /opt/\n",
        "sandbox/run.py": "",
        "sandbox/lib/a.py": "",
    }
    assert own_image(Tree(written(**files)), ".") is None
    for name, text in (
        ("sandbox/Dockerfile", f"{files['sandbox/Dockerfile']}COPY shop /srv/shop\n"),  # which is above
        ("sandbox/Dockerfile", f"{files['sandbox/Dockerfile']}CMD /srv/sandbox/run.sh\n"),  # which is mounted
        ("compose.yaml", "services: {web: {build: sandbox, volumes: ['.:/srv'], ports: ['8000:8000']}}\n"),
    ):
        assert own_image(Tree(written(**files | {name: text})), ".").path == "sandbox/Dockerfile"


def test_the_dockerfile_of_production_in_a_folder(answered):
    entry = "#!/bin/sh -e\npython manage.py migrate\npython manage.py sync_roles\nexec gunicorn shop.wsgi\n"
    production = (
        "FROM python:3.12\nWORKDIR /srv\n"
        "RUN --mount=type=bind,source=requirements.txt,target=r.txt pip install -r r.txt\n"
        'COPY . .\nENTRYPOINT ["/srv/docker/prod/entry.sh"]\n'
    )
    files = {
        "docker/Dockerfile": f"FROM python:3.12\n{COPY}RUN pip install watchfiles==1.0\nCMD manage.py runserver\n",
        "docker/compose.yaml": "services: {web: {build: {context: ..}, ports: ['8000:8000']}}\n",
        "docker/prod/Dockerfile": production,
        "docker/prod/entry.sh": entry,
    }
    found = answered(**files)
    assert found["install_packages"] == []
    assert found["start_commands"] == ["python manage.py sync_roles"]


def test_a_context_that_is_the_folder_above(answered):
    dockerfile = (
        "FROM python:3.12\nWORKDIR /srv/shop\nCOPY my-shop/requirements.txt my-shop/manage.py ./\n"
        "RUN pip install -r requirements.txt\nCOPY my-shop/shop ./shop\nCOPY my-shop/start.sh ./\n"
        'ENTRYPOINT ["./start.sh"]\n'
    )
    start = "#!/bin/sh -e\npython manage.py load_themes\nexec gunicorn shop.wsgi\n"
    found = answered(**{"deploy/Dockerfile": dockerfile, "start.sh": start})
    assert found["start_commands"] == ["python manage.py load_themes"]


@pytest.mark.parametrize(("script", "place"), [("node make.js", "/workdir/ui/"), ("node make.js ../x", "/workdir/")])
def test_a_front_end_that_the_image_only_installs(script, place, answered):
    files = {
        "Dockerfile": f"FROM python:3.12\nWORKDIR /a\n{COPY}RUN cd ui && npm install\n{GUNICORN}",
        "ui/package.json": f'{{"scripts": {{"build": "npm run all", "all": "{script}"}}}}',
    }
    stage = answered(**files)["assets_stages"][0]
    assert stage["instructions"][1:3] == ["WORKDIR /workdir/ui", "RUN npm install && npm run build"]
    assert stage["output"] == {place: place}


def test_what_scalingo_runs_after_a_deployment(answered):
    script = "#!/bin/env bash\n\npython manage.py migrate\npython manage.py loaddata start.json\n"
    procfile = "web: gunicorn shop.wsgi\npostdeploy: bash bin/post_deploy\n"
    found = answered(Procfile=procfile, **{"bin/post_deploy": script, "shop/fixtures/start.json": "[]"})
    assert found["start_commands"] == ["python manage.py loaddata start.json"] and found["jobs"] == {}


def test_a_build_that_the_image_leaves_to_people_is_the_one_for_production(answered):
    run = "RUN node --version && npm install --location=global sfdx --ignore-scripts\nRUN yarn install --check-files\n"
    scripts = '{"build": "webpack --config dev.js", "prod": "webpack --config prod.js"}'
    files = {"Dockerfile": f"FROM python:3.12\nWORKDIR /a\n{COPY}{run}{GUNICORN}"}
    found = answered(**files, **{"package.json": f'{{"scripts": {scripts}}}'})
    install = "npm install --location=global sfdx --ignore-scripts && yarn install --check-files"
    assert found["assets_stages"][0]["instructions"][2] == f"RUN {install} && yarn run prod"


def test_node_modules_of_each_folder_are_removed(answered):
    run = "RUN npm install && cd ui && npm install && npm run pack\n"
    files = {"package.json": "{}", "ui/package.json": '{"scripts": {"pack": "node a.js"}}'}
    found = answered(Dockerfile=f"FROM python:3.12\nWORKDIR /a\n{COPY}{run}{GUNICORN}", **files)
    removed = "RUN rm -rf /workdir/node_modules /workdir/ui/node_modules"
    assert found["assets_stages"][0]["instructions"][-1] == removed


def test_npm_of_django_tailwind(answered):
    """https://django-tailwind.readthedocs.io/en/latest/installation.html"""
    settings = SETTINGS + "INSTALLED_APPS = ['tailwind', 'theme']\nTAILWIND_APP_NAME = 'theme'\n"
    run = "RUN python manage.py tailwind install --no-input\nRUN python manage.py tailwind build --no-input\n"
    found = answered(
        **{
            "Dockerfile": f"FROM python:3.12\nWORKDIR /a\n{COPY}{run}{GUNICORN}",
            "theme/static_src/package.json": '{"scripts": {"build": "node make.js"}}',
            "shop/settings.py": settings,
        }
    )
    assert found["build_instructions"] == []
    assert found["assets_stages"] == [
        {
            "name": "assets",
            "image": "node:24",
            "instructions": [
                "COPY . /workdir",
                "WORKDIR /workdir/theme/static_src",
                "RUN npm install && npm run build",
                "RUN rm -rf /workdir/theme/static_src/node_modules",
            ],
            "output": {"/workdir/theme/": "/workdir/theme/"},
        }
    ]


@pytest.mark.parametrize(
    "command", ["npm run watch", "npm start", "yarn dev", "yarn serve:prod", "npx tailwindcss --watch -i a -o b"]
)
def test_what_a_front_end_runs_without_an_end_is_no_build(answered, command):
    found = answered(
        **{
            "package.json": '{"scripts": {"build": "sass a:b", "watch": "sass --watch a:b"}}',
            "Dockerfile": f"FROM python:3.12\nWORKDIR /a\n{COPY}RUN npm ci && npm run build && {command}\n{GUNICORN}",
        }
    )
    assert found["assets_stages"][0]["instructions"][-2] == "RUN npm ci && npm run build"


LOOP = "#!/bin/bash\nwhile {head}; do\n  echo again\n  uv run python -m shop run_periodic\n  sleep {pause}\ndone\n"


@pytest.mark.parametrize(
    ("head", "pause", "seconds"), [("[ true ]", "60", 60), ("true", "5m", 300), (":", "1.5h", 3600)]
)
def test_a_script_that_repeats_a_command(answered, head, pause, seconds):
    supervisor = "[program:site]\ncommand=gunicorn shop.wsgi\n[program:cronscript]\ncommand=/usr/local/bin/cron.sh\n"
    script = LOOP.format(head=head, pause=pause)
    found = answered(**{"deploy/supervisord.conf": supervisor, "deploy/cron.sh": script})
    assert found["workers"] == {"cronscript": "python -m shop run_periodic"}
    assert found["worker_intervals"] == {"cronscript": seconds}


@pytest.mark.parametrize(("ends", "taken"), [("return 0", ["python manage.py sync_roles"]), ("exit 0", [])])
def test_what_follows_a_function_that_returns(ends, taken, answered):
    entry = f"#!/bin/sh -e\ncheck() {{\n  echo checked\n  {ends}\n}}\ncheck\npython manage.py sync_roles\n"
    dockerfile = f'FROM python:3.12\n{COPY}ENTRYPOINT ["/entry.sh"]\n{GUNICORN}'
    assert answered(**{"Dockerfile": dockerfile, "entry.sh": f'{entry}exec "$@"\n'})["start_commands"] == taken


def test_a_loop_beside_the_server(answered):
    start = "while true; do python manage.py run_jobs; sleep 30; done &\nexec gunicorn shop.wsgi\n"
    found = answered(**started(start))
    assert found["workers"] == {"run-jobs": "python manage.py run_jobs"}
    assert found["worker_intervals"] == {"run-jobs": 30} and found["start_commands"] == []


def test_workers_of_other_queues_are_further_ones(answered):
    procfile = (
        "web: gunicorn shop.wsgi\nfirst: python manage.py rqworker -v 3 high low\n"
        "again: python manage.py rqworker low high --worker-class=shop.Worker\n"
        "mail: python manage.py rqworker --burst mail\n"
    )
    settings = SETTINGS + 'INSTALLED_APPS = ["django_rq"]\n'
    files = {"shop/settings.py": settings, "requirements.txt": "Django==5.2\ndjango-rq\n"}
    assert answered(Procfile=procfile, **files)["workers"] == {
        "first": "python manage.py rqworker -v 3 high low",
        "mail": "python manage.py rqworker --burst mail",
    }


@pytest.mark.parametrize(
    "command",
    [
        """wait-for-it --strict web:8000 -- sh -c " ./manage.py rqworker high --worker-class=shop.Worker\"""",
        "dockerize -wait tcp://web:8000 /bin/bash -c 'python3 manage.py rqworker high --worker-class=shop.Worker'",
    ],
)
def test_a_worker_in_a_shell_behind_a_command_that_waits(answered, command):
    compose = "services:\n  web: {build: ., ports: ['8000:8000']}\n  queue:\n    build: .\n"
    settings = SETTINGS + 'INSTALLED_APPS = ["django_rq"]\n'
    files = {"shop/settings.py": settings, "requirements.txt": "Django==5.2\ndjango-rq\n"}
    files["docker-compose.yml"] = f"{compose}    command: >-\n      {command}\n"
    found = answered(Dockerfile=f"FROM python:3.12\n{COPY}{GUNICORN}", **files)
    assert found["workers"] == {"worker": "python manage.py rqworker high --worker-class=shop.Worker"}


def test_a_loop_of_a_developer_s_server_is_no_worker(answered):
    compose = "services:\n  api:\n    build: .\n    command: /srv/start-dev.sh\n"
    script = "#!/bin/sh\nwhile true; do\n  python manage.py runserver_plus 0.0.0.0:8000\n  sleep 1\ndone\n"
    found = answered(**{"Dockerfile": f"FROM python:3.12\n{COPY}", "compose.yml": compose, "start-dev.sh": script})
    assert found["workers"] == {}


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("celery --workdir=/app -A shop worker", "celery -A shop worker"),
        ("celery -A shop --workdir /app/src worker", "celery -A shop worker"),
        ("celery --workdir src -A shop worker", "celery --workdir src -A shop worker"),
    ],
)
def test_celery_s_folder_of_the_own_image_is_left_out(answered, command, expected):
    settings = SETTINGS + 'CELERY_BROKER_URL = "redis://localhost"\n'
    found = answered(**{"Procfile": f"web: gunicorn shop.wsgi\nworker: {command}\n", "shop/settings.py": settings})
    assert found["workers"] == {"worker": expected}


def test_a_loop_that_waits_is_no_worker(answered):
    start = (
        "until python manage.py check_db; do sleep 1; done\nwhile ! nc -z db 5432; do sleep 1; done\nexec gunicorn a\n"
    )
    assert answered(**started(start))["workers"] == {}


@pytest.mark.parametrize(
    ("line", "code", "expected"),
    [
        ("uv sync --locked", "import environ\n", ["--group=dev"]),
        ("uv sync --locked", "import json\n", []),
        ("uv sync --locked --no-dev", "import environ\n", []),
        ("uv sync --locked --group dev", "INSTALLED_APPS = [\n    'environ',\n]\n", ["--group=dev"]),
        ("uv sync --locked", "if DEBUG:\n    import environ\n", []),
        ("uv sync --frozen --no-dev", "import json\n", ["--frozen"]),
        ("uv sync --frozen", "import environ\n", ["--group=dev", "--frozen"]),
        ("uv sync --frozen\nRUN uv sync --locked --no-dev", "import json\n", []),
    ],
)
def test_a_group_for_developers_that_the_site_s_code_imports(answered, line, code, expected):
    project = '[project]\nname = "shop"\nversion = "1"\ndependencies = ["django"]\n'
    files = {
        "requirements.txt": "",
        "pyproject.toml": f'{project}[dependency-groups]\ndev = ["django-environ", "pytest"]\n',
        "uv.lock": "version = 1\n",
        "shop/extra.py": code,
        "conftest.py": "import pytest\n",
        "Dockerfile": f"FROM python:3.12\nCOPY . .\nRUN {line}\n{GUNICORN}",
    }
    assert answered(**files)["install_options"] == expected


def test_a_requirements_file_that_is_installed_beside_a_manifest(answered):
    files = {
        "requirements.txt": "",
        "pyproject.toml": '[project]\nname = "shop"\nversion = "1"\ndependencies = ["django"]\n',
        "uv.lock": "version = 1\n",
        "deploy/extra.txt": "whitenoise==6.11.0\npsycopg[binary]\n",
        "Dockerfile": "FROM python:3.12\nWORKDIR /srv\nCOPY . .\n"
        f"RUN uv sync --no-dev && uv pip install -r deploy/extra.txt\n{GUNICORN}",
    }
    assert answered(**files)["install_packages"] == ["whitenoise==6.11.0", "psycopg[binary]"]


def test_java_of_another_release(answered):
    found = answered(Dockerfile=f"FROM python:3.12\nRUN apt-get install -y openjdk-17-jre-headless\n{COPY}{GUNICORN}")
    assert found["apt_runtime"] == ["default-jre-headless"]


def test_files_of_production_by_names_of_their_own(written):
    text = f"FROM python:3.12\nRUN pip install -r requirements.txt\n{GUNICORN}"
    service = "services:\n  web: {{build: {{context: ., dockerfile: DevOps/{}}}, ports: ['80:8000']}}\n"
    names = {"docker-compose.yaml": "DevDockerfile", "prod-docker-compose.yaml": "ProdDockerfile"}
    files = {f"DevOps/{name}": text for name in names.values()}
    files |= {path: service.format(name) for path, name in names.items()}
    image = own_image(Tree(written(**files)), ".")
    assert (image.path, image.service.path) == ("DevOps/ProdDockerfile", "prod-docker-compose.yaml")


@pytest.mark.parametrize(
    "command",
    [
        "xargs -a ops/debian.list apt-get install -y",
        "apt-get install -y $(cat ops/debian.list)",
        "apt-get install -y $(grep -vE '^#' ops/debian.list | tr '\\n' ' ')",
        "xargs apt-get install -y < /srv/ops/debian.list",
        "cat ops/debian.list | xargs apt-get install -y --no-install-recommends",
    ],
)
def test_packages_that_a_file_lists(command, answered):
    files = {"ops/debian.list": "# of the site\npoppler-utils\nlibmagic-dev  # to build\n", "ops/install": "./x -y\n"}
    found = answered(Dockerfile=f"FROM python:3.12\nWORKDIR /srv\n{COPY}RUN {command}\n{GUNICORN}", **files)
    assert "poppler-utils" in found["apt_runtime"] and "libmagic-dev" in found["apt_build"]
