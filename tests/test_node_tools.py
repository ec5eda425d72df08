"""Node's programs that django-pipeline and django-compressor run: which answers bring them to Python's stages."""

import pytest

from extensions.questions import defaults
from extensions.reading import read

MANAGE = """
import os
from django.core.management import execute_from_command_line
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")
execute_from_command_line()
"""
SETTINGS = """
from pathlib import Path
BASE_DIR = Path(__file__).parent.parent
STATIC_ROOT = BASE_DIR / "collected"
"""
NAMED = "'TERSER_BINARY': str(BASE_DIR / 'node_modules/.bin/terser')"
OF_TERSER = "'JS_COMPRESSOR': 'pipeline.compressors.terser.TerserCompressor', 'CSS_COMPRESSOR': None"
TERSER = {"package.json": '{"devDependencies": {"terser": "^5"}, "engines": {"node": "22"}}'}
NODE = "COPY --from=assets /usr/local/bin/node /usr/local/bin/node"
MODULES = "COPY --from=assets /workdir/node_modules /workdir/node_modules"
ON_PATH = "ENV PATH=/workdir/node_modules/.bin:$PATH"
ALL_OF_NODE = [f"COPY --from=assets {path} {path}" for path in ("/usr/local/bin", "/usr/local/lib/node_modules")]
COPY = "COPY requirements.txt .\nRUN pip install -r requirements.txt\n"
GUNICORN = 'COPY . .\nCMD ["gunicorn", "shop.wsgi"]\n'
PAGE = {"shop/templates/a.html": "{% load compress %}{% compress css %}{% endcompress %}"}


def pipeline(*parts: str) -> str:
    return f"{SETTINGS}INSTALLED_APPS = ['pipeline']\nPIPELINE = {{{', '.join(parts)}}}\n"


def compressor(command: str, offline: bool = True) -> str:
    precompilers = f"COMPRESS_PRECOMPILERS = [('text/x-scss', {command!r})]\nCOMPRESS_OFFLINE = {offline}\n"
    return f"{SETTINGS}INSTALLED_APPS = ['compressor', 'django.contrib.staticfiles']\n{precompilers}"


@pytest.fixture
def answered(tmp_path):
    """Return a function that writes a project and returns its defaults by question."""

    def make(settings: str, **files: str):
        every = {
            "manage.py": MANAGE,
            "shop/__init__.py": "",
            "shop/settings.py": settings,
            "shop/wsgi.py": "application = None\n",
            "requirements.txt": "Django==5.2.8\ngunicorn==23.0.0\n",
            **files,
        }
        for path, text in every.items():
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_text(text)
        return {name: default.value for name, default in defaults.from_site(read(tmp_path), tmp_path).items()}

    return make


def test_packages_that_are_installed_for_a_program_alone(answered):
    found = answered(pipeline(OF_TERSER, NAMED), **TERSER, **{"package-lock.json": "{}"})
    assert found["build_instructions"] == [NODE, MODULES] and found["django_instructions"] == []
    assert found["assets_stages"] == [] and found["node"] == {
        "version": "22",
        "folder": ".",
        "files": ["package.json", "package-lock.json"],
        "install": "npm ci",
        "build": "",
        "output": [],
        "runtime": False,
    }


@pytest.mark.parametrize(
    ("settings", "lines"),
    [
        (pipeline(OF_TERSER), [NODE, MODULES, ON_PATH]),
        (pipeline(OF_TERSER, "'TERSER_BINARY': ['/usr/bin/env', 'terser']"), [NODE, MODULES, ON_PATH]),
        (pipeline(OF_TERSER, "'TERSER_BINARY': ('node', '/srv/min.js')"), [NODE, MODULES]),
        (pipeline("'JS_COMPRESSOR': None, 'CSS_COMPRESSOR': None", "'SASS_BINARY': 'pysassc'"), []),
        (pipeline(), []),  # Yuglify, which package.json does not list
        (pipeline(OF_TERSER, NAMED).replace("['pipeline']", "[]"), []),
        (compressor("npx sass {infile} {outfile}"), [*ALL_OF_NODE, MODULES]),
        (compressor("A=b exec terser {infile} && cat {outfile}"), [NODE, MODULES, ON_PATH]),
        (compressor("sassc -I ./node_modules {infile}"), [NODE, MODULES]),
        (compressor("django_libsass.SassCompiler"), []),
        (f"{compressor('a')}COMPRESS_OFFLINE_CONTEXT = {{'theme': 'terser'}}\n", []),
        (f"{compressor('npx sass')}COMPRESS_ENABLED = False\n", []),
        (f"{compressor('a')}COMPRESS_FILTERS = {{'js': ['compressor.filters.yuglify.YUglifyJSFilter']}}\n", []),
    ],
)
def test_commands_that_need_node(settings, lines, answered):
    assert answered(settings, **TERSER, **PAGE)["build_instructions"] == lines


def test_without_a_package_json_nothing_is_brought(answered):
    found = answered(compressor("npx sass {infile} {outfile}"), **PAGE)
    assert (found["node"], found["assets_stages"], found["build_instructions"]) == ({}, [], [])


@pytest.mark.parametrize(
    ("command", "lines"),
    [
        ("./node_modules/.bin/postcss -o {outfile}", [NODE, MODULES]),
        ("npx postcss {infile}", [*ALL_OF_NODE, MODULES]),
        ("sassc {infile}", []),
    ],
)
def test_a_filter_of_the_project_s_own(command, lines, answered):
    code = f"class Prefix(CompilerFilter):\n    command = '{command}'\n"
    files = {"shop/filters.py": code, **TERSER, **PAGE}
    assert answered(compressor("shop.filters.Prefix"), **files)["build_instructions"] == lines


@pytest.mark.parametrize(("target", "brought"), [("css", [NODE, MODULES]), ("other", [])])
def test_a_program_that_a_makefile_runs(target, brought, answered):
    makefile = "css:\n\tsassc $(in) $(out)\n\t./node_modules/.bin/postcss -r $(out)\nother:\n\ttrue\n"
    found = answered(compressor(f"make {target} in={{infile}} out={{outfile}}"), Makefile=makefile, **TERSER, **PAGE)
    *make, node, modules = found["build_instructions"] or [[], []]
    assert (node, modules) == (NODE, MODULES) if brought else not make
    assert bool(brought) == any(" make " in line for line in make)


def test_a_node_that_needs_a_library(answered):
    package = {"package.json": TERSER["package.json"].replace("22", "26")}
    line, *others = answered(pipeline(OF_TERSER, NAMED), **package)["build_instructions"]
    assert " libatomic1 " in line and others == [NODE, MODULES]


def test_a_program_beside_a_front_end_that_is_built(answered):
    package = '{"scripts": {"build": "esbuild a.js --outdir=shop/static/dist"}, "devDependencies": {"terser": "1"}}'
    found = answered(pipeline(OF_TERSER, NAMED), **{"package.json": package})
    assert found["build_instructions"] == [NODE, MODULES]
    assert (found["node"]["build"], found["node"]["output"]) == ("npm run build", ["shop/static/dist"])


def test_a_program_of_another_package_json_than_the_front_end_s(answered):
    package = '{"scripts": {"build": "esbuild a.js --outdir=../shop/static/dist"}}'
    found = answered(pipeline(OF_TERSER, NAMED), **TERSER, **{"ui/package.json": package})
    assert found["node"] == {}
    first, second = found["assets_stages"]
    assert first["output"] == {"/workdir/shop/static/dist": "/workdir/shop/static/dist"}
    assert second["name"] == "assets-2" and second["instructions"][-1] == "RUN npm install" and not second["output"]
    assert found["build_instructions"] == [line.replace("=assets ", "=assets-2 ") for line in (NODE, MODULES)]


def test_a_program_of_packages_that_are_served(answered):
    served = "STATICFILES_DIRS = [BASE_DIR / 'node_modules/{}']\n"
    part = answered(pipeline(OF_TERSER, NAMED) + served.format("jquery/dist"), **TERSER)
    assert part["build_instructions"] == [NODE, MODULES]
    assert part["assets_stages"][0]["output"].keys() == {"/workdir/node_modules/jquery/dist"}
    assert answered(pipeline(OF_TERSER, NAMED) + served.format(""))["build_instructions"] == [NODE]


def brought(image: str, stage: str, folder: str) -> list[str]:
    """Return the instructions that bring Node from an image, and packages from a folder of a stage."""
    modules = f"COPY --from={stage} {folder}/node_modules /workdir/node_modules"
    return [f"COPY --from={image} /usr/local/bin/node /usr/local/bin/node", *([modules] if folder else [])]


@pytest.mark.parametrize(
    ("image", "steps", "handed", "lines"),
    [
        ("node:22", "RUN npm i -g a && npm ci", "/ui/dist /srv/a", brought("assets-2", "assets-2", "/ui")),
        ("node:22-alpine", "RUN npm ci && npm run a", "/ui/dist /srv/a", brought("node:22", "assets-2", "/ui")),
        ("node:22", "RUN npm ci && rm -rf node_modules", "/ui /srv", brought("assets-3", "assets-3", "/workdir")),
        ("node:22", "RUN npm ci", "/ui/node_modules /srv/node_modules", brought("assets-2", "", "")),
        ("node:22", "RUN npm ci", "/ui /srv", brought("assets-2", "", "")),
        ("node:22", "RUN npm ci", "/ui /srv\nCOPY --from=ui /usr/local/bin/node /usr/local/bin/", []),
    ],
)
def test_a_program_of_what_a_stage_of_the_own_dockerfile_installs(image, steps, handed, lines, answered):
    stage = f"FROM {image} AS deps\nWORKDIR /ui\nCOPY package*.json ./\n{steps}\nFROM deps AS ui\n"
    own = f"FROM python:3.12\nWORKDIR /srv\n{COPY}COPY --from=ui {handed}\n"
    found = answered(pipeline(OF_TERSER, NAMED), Dockerfile=f"{stage}{own}{GUNICORN}", **TERSER)
    assert found["assets_stages"][0]["image"] == image and found["node"] == {}
    assert found["build_instructions"] == lines


def test_packages_that_the_own_image_installs_beside_its_code(answered):
    dockerfile = f"FROM python:3.12\nWORKDIR /srv\nENV TERSER_BINARY=/srv/node_modules/.bin/terser\n{COPY}"
    settings = f"import os\n{pipeline(OF_TERSER, NAMED)}".replace("str(", "os.environ.get('TERSER_BINARY') or str(")
    found = answered(settings, Dockerfile=f"{dockerfile}COPY package.json .\nRUN npm install\n{GUNICORN}", **TERSER)
    assert found["assets_stages"] == [] and found["node"]["install"] == "npm install"
    assert found["build_instructions"] == [NODE, MODULES]
    assert found["environment"]["TERSER_BINARY"] == "/workdir/node_modules/.bin/terser"


def test_packages_that_are_used_by_a_build_beside_the_code_stay(answered):
    dockerfile = f"FROM python:3.12\nWORKDIR /srv\n{COPY}COPY . .\nRUN npm install && npm run make\n{GUNICORN}"
    package = TERSER["package.json"].replace("{", '{"scripts": {"make": "node a.js"}, ', 1)
    found = answered(pipeline(OF_TERSER), Dockerfile=dockerfile, **{"package.json": package})
    assert found["assets_stages"][0]["instructions"][-1] == "RUN npm install && npm run make"
    assert found["build_instructions"] == [NODE, ON_PATH]


def test_a_program_that_runs_when_a_page_is_first_asked_for(answered):
    found = answered(compressor("terser {infile}", offline=False), **TERSER, **PAGE)
    assert found["django_instructions"] == [NODE, MODULES, ON_PATH] and found["build_instructions"] == []
    assert found["node"]["runtime"] is True
