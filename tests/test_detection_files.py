"""A project in: the health check's path, what Django writes to, and how Node builds, out."""

import pytest
from support import Findings

from extensions.project.frontend.node import node_version
from extensions.reading import read as read_project

MANAGE = """
import os
from django.core.management import execute_from_command_line
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "site.settings")
execute_from_command_line()
"""
SETTINGS = """
from pathlib import Path
BASE_DIR = Path(__file__).resolve().parent.parent
ROOT_URLCONF = "site.urls"
INSTALLED_APPS = ["django.contrib.staticfiles"]
"""
URLS = "from django.contrib import admin\nfrom django.urls import include, path, re_path\nfrom . import views\n"


@pytest.fixture
def read(tmp_path):
    """Return a function that writes a project (its settings are added to) and returns the value of each Finding."""

    def make(settings: str = "", urls: str = "", **files: str):
        every = {
            "manage.py": MANAGE,
            "site/__init__.py": "",
            "site/settings.py": SETTINGS + settings,
            "site/urls.py": URLS + urls,
        } | files
        for path, text in every.items():
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_text(text)
        return Findings(read_project(tmp_path))

    return make


@pytest.mark.parametrize(
    ("urls", "expected"),
    [
        ("urlpatterns = [path('', views.home), path('healthz', views.up)]", "/healthz"),
        ("urlpatterns = [path('', views.home), re_path(r'^api/health/?$', views.up)]", "/api/health/"),
        ("urlpatterns = [path('health/<int:x>/', views.up), path('', views.home)]", "/"),
        ("urlpatterns = [path('ht/', include('health_check.urls')), path('', views.home)]", "/"),
        (
            "urlpatterns = [path('ht/', include('health_check.urls')), path('manage/', admin.site.urls)]",
            "/manage/login/",
        ),
        ("import django_alive.urls\nurlpatterns = [path('-/', include(django_alive.urls))]", "/-/alive/"),
        ("urlpatterns = [re_path(r'^.*$', views.home)]", "/"),
        ("urlpatterns = [path('up', x)]\nurlpatterns = [path('api/', include(urlpatterns))]", "/api/up"),
        ("urlpatterns = [path('up', x)]\nurlpatterns += [path('b/', include(urlpatterns))]\n" * 9, "/up"),
        ("urlpatterns = [path('up', x)]\nurlpatterns = [path('a', x)] + i18n_patterns(*urlpatterns)", "/up"),
        ("urlpatterns = [path('status/', views.submissions), path('', views.home)]", "/"),
        ("urlpatterns = [path('status/', views.health), path('', views.home)]", "/status/"),
        ("urlpatterns = []\nif settings.DEBUG:\n    urlpatterns += [path('ping/', views.x)]", "/"),
        ("urlpatterns = [path('logout/', views.x), path('about/', views.x)]", "/about/"),
        (
            "urlpatterns = [path('', include('django_prometheus.urls')), path('admin/', admin.site.urls)]",
            "/admin/login/",
        ),
        ("urlpatterns = i18n_patterns(path('', include('wagtail.urls')))", "/"),
        ("P = 'app/'\nurlpatterns = [path(f'{P}ping', views.x)]\nurlpatterns.append(path('', views.y))", "/app/ping"),
        ("urlpatterns = [path('', views.home)] + [path('livez', views.x)]", "/livez"),
    ],
)
def test_health_path(urls, expected, read):
    assert read(urls=urls).value("health_path") == expected


def test_health_path_in_included_urlconfs_and_its_source(read):
    found = read(
        "FORCE_SCRIPT_NAME = '/shop'\n",
        "urlpatterns = [path('', include('web.urls')), path('ops/', include(('ops.urls', 'ops')))]",
        **{
            "web/urls.py": "from django.urls import path\nurlpatterns = [path('', lambda r: r)]",
            "ops/urls.py": "from django.urls import path\nimport x\nurlpatterns = [path('ping/', x.ping)]",
        },
    )
    finding = found.found["health_path"]
    assert (finding.value, finding.source) == ("/ops/ping/", "ops/urls.py:3")


def test_a_health_view_that_asks_celery_or_for_a_login_is_not_asked(read):
    view = "from .celery import app\ndef health(request):\n    app.control.inspect().celery_ping()\n"
    urls = "urlpatterns = [path('health/', views.health), path('', views.home)]"
    assert read(urls=urls, **{"site/views.py": view}).value("health_path") == "/"
    guarded = "REST_FRAMEWORK = {'DEFAULT_PERMISSION_CLASSES': ['rest_framework.permissions.IsAuthenticated']}\n"
    view = "class Health(APIView):\n    pass\n"
    urls = "urlpatterns = [path('health/', views.Health.as_view()), path('admin/', admin.site.urls)]"
    assert read(guarded, urls, **{"site/views.py": view}).value("health_path") == "/admin/login/"
    assert read("", urls, **{"site/views.py": view}).value("health_path") == "/health/"


@pytest.mark.parametrize(
    "urls", ["urlpatterns = [path(", "urlpatterns = [re_path('(', 1)]", "from .urls import *", ""]
)
def test_a_urlconf_that_says_nothing(urls, read):
    assert read(urls=urls).value("health_path") == "/"


def test_a_urlconf_that_includes_itself(read):
    assert read(urls="urlpatterns = [path('a/', include('site.urls'))]").value("health_path") == "/"


@pytest.mark.parametrize(
    ("settings", "dirs", "files"),
    [
        ("MEDIA_ROOT = BASE_DIR / 'media'", ["media"], []),
        ("MEDIA_ROOT = '/srv/media/'", ["/srv/media"], []),
        (
            "AWS_STORAGE_BUCKET_NAME = 'x'\nMEDIA_ROOT = BASE_DIR / 'media'\n"
            "DEFAULT_FILE_STORAGE = 'storages.backends.s3boto3.S3Boto3Storage'",
            [],
            [],
        ),
        ("MEDIA_ROOT = BASE_DIR / 'site'", [], []),
        ("MEDIA_ROOT = BASE_DIR", [], []),
        ("STATIC_ROOT = BASE_DIR / 'out'\nMEDIA_ROOT = BASE_DIR / 'out' / 'media'", ["out/media"], []),
        ("STATIC_ROOT = BASE_DIR / 'out'\nMEDIA_ROOT = BASE_DIR / 'out'", [], []),
        ("EMAIL_BACKEND = 'django.core.mail.backends.filebased.EmailBackend'\nEMAIL_FILE_PATH = '/tmp/mail'", [], []),
        (
            "EMAIL_BACKEND = 'django.core.mail.backends.filebased.EmailBackend'\nEMAIL_FILE_PATH = BASE_DIR / 'mail'",
            ["mail"],
            [],
        ),
        ("import os\nos.makedirs(BASE_DIR / 'var' / 'keys', exist_ok=True)", ["var/keys"], []),
        ("(BASE_DIR / 'spool').mkdir(parents=True, exist_ok=True)", ["spool"], []),
        (
            "LOGGING = {'handlers': {'a': {'class': 'logging.FileHandler', 'filename': BASE_DIR / 'logs' / 'a.log'},"
            " 'b': {'class': 'logging.FileHandler', 'filename': BASE_DIR / 'b.log'}}}",
            ["logs"],
            ["b.log"],
        ),
        (
            "CACHES = {'default': {'BACKEND': 'django.core.cache.backends.filebased.FileBasedCache',"
            " 'LOCATION': '/var/tmp/cache'}}",
            ["/var/tmp/cache"],
            [],
        ),
        (
            "import os\nDATABASES = {'default': {'ENGINE': 'django.db.backends.sqlite3',"
            " 'NAME': os.environ.get('DB', BASE_DIR / 'db.sqlite3')}}",
            [],
            ["db.sqlite3"],
        ),
        (
            "DATABASES = {'default': {'ENGINE': 'django.db.backends.sqlite3', 'NAME': BASE_DIR / 'data/db.sqlite3'}}\n"
            "MEDIA_ROOT = BASE_DIR / 'data' / 'media'",
            ["data"],
            [],
        ),
        (
            "DATABASES = {'default': {'ENGINE': 'django.db.backends.sqlite3', 'NAME': BASE_DIR / 'site' / 'x.db'}}",
            [],
            ["site/x.db"],
        ),
        ("DATABASES = {'default': {'ENGINE': 'django.db.backends.sqlite3', 'NAME': ':memory:'}}", [], []),
        ("INSTALLED_APPS = ['django_drf_filepond']", ["filepond-temp-uploads"], []),
        (
            "INSTALLED_APPS = ['django_drf_filepond']\nDJANGO_DRF_FILEPOND_UPLOAD_TMP = BASE_DIR / 'spool'",
            ["spool"],
            [],
        ),
        (
            "import configparser\nc = configparser.ConfigParser()\nc.read('/etc/shop.ini')\n"
            "MEDIA_ROOT = c.get('files', 'media', fallback=BASE_DIR / 'uploads')",
            ["uploads"],
            [],
        ),
    ],
)
def test_what_django_writes_to(settings, dirs, files, read):
    found = read(settings)
    assert (found.value("data_dirs"), found.value("data_files")) == (dirs, files)


CODE = """
import logging, os, shutil, sqlite3, tempfile, zipfile
from pathlib import Path
from django.conf import settings
from django.core.files.storage import FileSystemStorage, default_storage
from site_paths import SPOOL
from .places import INBOX
HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = settings.BASE_DIR
"""


@pytest.mark.parametrize(
    ("code", "dirs", "files"),
    [
        ("folder = settings.BASE_DIR / 'exports'\n    folder.mkdir(exist_ok=True)", ["exports"], []),
        ("(settings.BASE_DIR / 'exports' / f'{name}.csv').write_text('')", ["exports"], []),
        ("os.makedirs(os.path.join(settings.BASE_DIR, 'var', 'out'), exist_ok=True)", ["var/out"], []),
        ("os.mkdir('.git')", [], []),
        ("open(os.path.join(ROOT, 'exports', name), 'w')", ["exports"], []),
        ("with open(f'{settings.BASE_DIR}/exports/{name}', 'wb') as file: pass", ["exports"], []),
        ("open('%s/exports/%s.csv' % (settings.BASE_DIR, name), mode='a')", ["exports"], []),
        ("open('{}/exports/{}.csv'.format(settings.BASE_DIR, name), mode='a')", ["exports"], []),
        ("path = settings.REPORTS['folder'] + '/' + name\n    zipfile.ZipFile(path, 'w')", ["reports"], []),
        ("Path(settings.EXPORT_ROOT, name).open('w')", ["exported"], []),
        ("shutil.copyfile(name, os.path.join(getattr(settings, 'SCRATCH', 'scratch'), 'a.csv'))", ["scratch"], []),
        ("open('report.csv', 'w')", [], ["report.csv"]),
        ("open(os.environ.get('OUT', 'out/report.csv'), 'w')", ["out"], []),
        ("path = HERE\n    path = os.path.join(path, 'cache', 'x')\n    open(path, 'w')", ["shop/cache"], []),
        ("Path(__file__).parent.joinpath('latest.json').write_text('')", [], ["shop/latest.json"]),
        ("FileSystemStorage(location=settings.BASE_DIR / 'invoices')", ["invoices"], []),
        ("logging.FileHandler(Path.home() / 'shop.log')", ["~"], []),
        ("logging.FileHandler('logs/shop.log')", ["logs"], []),
        ("sqlite3.connect('cache/geo.sqlite3')", ["cache"], []),
        ("tempfile.mkdtemp(dir='scratch')", ["scratch"], []),
        ("image.save(ROOT / 'thumbs' / name)", ["thumbs"], []),
        ("open(os.path.join(SPOOL, 'a'), 'w')", ["spool"], []),
        ("INBOX.mkdir()", ["inbox"], []),
        ("folder().mkdir()", ["own"], []),
        # Nothing is written, or not to a folder that is known, or that is kept.
        ("open(settings.BASE_DIR / 'exports' / 'a.csv')", [], []),
        ("open(name, 'w')", [], []),
        ("open('/tmp/a.csv', 'w')", [], []),
        ("open(os.path.join(tempfile.gettempdir(), 'a.csv'), 'w')", [], []),
        ("open(settings.BASE_DIR / name, 'w')", [], []),
        ("default_storage.save('exports/a.csv', name)", [], []),
        ("default_storage.open('exports/a.csv', 'w')", [], []),
        ("name.replace('a', '/b').save('x/y')", [], []),
        ("connection.connect('exports/a')", [], []),
        ("open('/etc/shop/a.csv', 'w')", [], []),
        # What is in git is no folder to hide, nor a file to replace.
        ("open('data/countries.csv', 'w')", [], []),
        ("open(f'data/{name}.csv', 'w')", [], []),
        ("open('data/latest.csv', 'w')", [], ["data/latest.csv"]),
        ("open('kept/a.csv', 'w')", ["kept"], []),
        ("Path(env.str('OCR_FOLDER', 'ocr')).mkdir()", ["ocr"], []),
        ("Path(env.str('OCR_FOLDER', '/tmp/ocr')).mkdir()", [], []),
        ("Path(env.str('OCR_FOLDER')).mkdir()", [], []),
    ],
)
def test_what_other_code_writes_to(code, dirs, files, read):
    settings = (
        "BASE_DIR = Path(__file__).resolve().parent.parent\nEXPORT_ROOT = str(BASE_DIR / 'exported')\n"
        "REPORTS = {'folder': BASE_DIR / 'reports'}"
    )
    view = f"{CODE}\ndef folder(base='own'):\n    return Path(base)\n\ndef view(request, name):\n    {code}\n"
    found = read(
        settings,
        **{
            "shop/__init__.py": "",
            "shop/views.py": view,
            "shop/places.py": "from pathlib import Path\nINBOX = Path('inbox')\n",
            "site_paths.py": "from pathlib import Path\nfrom django.conf import settings\n"
            "SPOOL = settings.BASE_DIR / 'spool'\n",
            "data/countries.csv": "",
            "kept/.gitkeep": "",
        },
    )
    assert (found.value("data_dirs"), found.value("data_files")) == (dirs, files)


def test_a_module_that_only_makes_temporary_files_beside_the_code(read):
    view = "import tempfile\nfrom django.conf import settings\n\ndef view(request):\n"
    view += "    tempfile.NamedTemporaryFile('w', dir=settings.BASE_DIR / 'scratch')\n"
    files = {"shop/__init__.py": "", "shop/views.py": view}
    assert read("BASE_DIR = Path(__file__).resolve().parent.parent\n", **files).value("data_dirs") == ["scratch"]


@pytest.mark.parametrize(
    ("settings", "dirs"),
    [("", ["docs", "photos/new"]), ("MEDIA_ROOT = '/srv/media'", ["/srv/media"])],
)
def test_uploads_without_a_folder_of_their_own(settings, dirs, read):
    models = (
        "class Page(models.Model):\n    a = models.FileField(upload_to='docs/%Y/')\n"
        "    b = models.ImageField(upload_to='photos/new')\n    c = models.FileField(upload_to=place)\n"
    )
    assert read(settings, **{"shop/__init__.py": "", "shop/models.py": models}).value("data_dirs") == dirs


@pytest.mark.parametrize(
    ("files", "dirs"),
    [
        # A setting, a variable or code names what the image makes.
        ({"Dockerfile": "RUN mkdir -p /data /spare", "settings": "EXPORTS = '/data/exports'"}, ["/data"]),
        (
            {
                "Dockerfile": "ENV STORE=/data\nRUN mkdir -p /data",
                "settings": "import os\nSTORE = os.environ.get('STORE')",
            },
            ["/data"],
        ),
        ({"Dockerfile": "RUN mkdir -p /data", "views": "INDEX = open_index('/data/index')\n"}, ["/data"]),
        ({"Dockerfile": "RUN mkdir -p /app/store", "settings": "STORE = {'root': BASE_DIR / 'store'}"}, ["store"]),
        ({"Dockerfile": "RUN mkdir -p /app/store", "settings": "STORE = '/app/store'"}, ["/app/store"]),
        ({"Dockerfile": "RUN mkdir -p /data"}, []),
        ({"Dockerfile": "RUN mkdir -p /app/static", "settings": "STATIC_ROOT = BASE_DIR / 'static'"}, []),
        # What it makes when it starts, and what Compose keeps.
        ({"Dockerfile": "CMD mkdir -p spool /run/shop && gunicorn site.wsgi"}, ["spool"]),
        ({"Dockerfile": "", "compose": "[indexes:/app/index, pg:/etc/x, '.:/app', ./own:/app/own]"}, ["index", "own"]),
        ({"Dockerfile": "", "compose": "['./:/app']"}, []),
        ({"Dockerfile": "", "compose": "[{type: volume, source: s, target: /srv/spool}]"}, ["/srv/spool"]),
        ({"Dockerfile": "", "compose": "[indexes:/app/index:ro, modules:/app/node_modules, c:/app/config]"}, []),
        ({"Dockerfile": "", "compose": "[env:/app/env]\n    command: ./env/bin/python manage.py x"}, []),
        ({"Dockerfile": "", "compose": "[./:/srv/app/, 'index:/srv/index']"}, ["/srv/index"]),
        ({"Dockerfile": "", "compose": "[env:/venv, others:/srv/my-venv]"}, []),
        ({"Dockerfile": "RUN mkdir -p /app", "settings": "STORE = '/app/store'"}, []),
    ],
)
def test_folders_that_the_projects_own_image_makes(files, dirs, read):
    image = "FROM python:3.13\nWORKDIR /app\nCOPY . .\nRUN pip install Django\n" + files["Dockerfile"] + "\n"
    more = {"Dockerfile": image, "config/a.toml": "", "shop/__init__.py": "", "shop/views.py": files.get("views", "")}
    if "compose" in files:
        more["docker-compose.yml"] = f"services:\n  web:\n    build: .\n    volumes: {files['compose']}\n"
    found = read("BASE_DIR = Path(__file__).resolve().parent.parent\n" + files.get("settings", ""), **more)
    assert found.value("data_dirs") == dirs


@pytest.mark.parametrize(
    "path", ["shop/tests/views.py", "scripts/load.py", "shop/make-data.py", "shop/test_views.py", "data/make.py"]
)
def test_what_writes_beside_the_site_is_not_read(path, read):
    found = read(**{"shop/__init__.py": "", path: "open('exports/a.csv', 'w')\n"})
    assert found.value("data_dirs") == []


def test_folders_of_the_projects_own_dockerfile(read):
    dockerfile = """
FROM python:3.13
WORKDIR /app
COPY . .
RUN mkdir -p /app/spool /app/static /var/lib/shop /app/scratch && chown -R app /app/spool /app/static /var/lib/shop
VOLUME ["/exports"]
"""
    found = read(Dockerfile=dockerfile)
    assert found.value("data_dirs") == ["/exports", "/var/lib/shop", "spool"]
    assert found.found["data_dirs"].source == "Dockerfile:6"


def test_a_mode_and_a_home_in_the_projects_own_dockerfile_are_no_folders(read):
    made = "mkdir -m 0600 ~/.ssh && mkdir -pm 0700 spool && mkdir --mode 0755 -p queue && chown -R app /app"
    found = read(Dockerfile=f"FROM python:3.13\nWORKDIR /app\nCOPY . .\nRUN {made}\n")
    assert found.value("data_dirs") == ["queue", "spool"]


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ("COMPRESS_OFFLINE = True\nINSTALLED_APPS += ['compressor']", True),
        ("COMPRESS_OFFLINE = True", False),
        ("COMPRESS_OFFLINE = True\nCOMPRESS_ENABLED = False\nINSTALLED_APPS += ['compressor']", False),
        ("INSTALLED_APPS += ['compressor']", False),
    ],
)
def test_compress_offline(settings, expected, read):
    tag = {"shop/templates/a.html": "{%- compress css %}{% endcompress %}"}
    assert read(settings, **tag).value("compress_offline") is expected


def test_nothing_to_compress(read):
    settings = "COMPRESS_OFFLINE = True\nINSTALLED_APPS += ['compressor']"
    assert read(settings, **{"shop/templates/a.html": "{% load x %}"}).value("compress_offline") is False
    assert read(settings, **{"shop/a.py": "T = '{% compress js %}'"}).value("compress_offline") is False


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ("", "CACHE/manifest.json"),
        ("COMPRESS_OUTPUT_DIR = 'packed'\nCOMPRESS_OFFLINE_MANIFEST = 'offline.json'", "packed/offline.json"),
        (
            "COMPRESS_STORAGE_ALIAS = 'staticfiles'\nCOMPRESS_OFFLINE_MANIFEST_STORAGE_ALIAS = COMPRESS_STORAGE_ALIAS",
            "manifest.json",
        ),
    ],
)
def test_compress_manifest(settings, expected, read):
    assert read(settings).value("compress_manifest") == expected


PACKAGE = '{"scripts": {"build": "esbuild src/a.js --outdir=../web/static/dist"}, "engines": {"node": ">=18 <23"}}'
FRONT = {"ui/package.json": PACKAGE, "ui/package-lock.json": "{}", "ui/src/a.js": "", "web/apps.py": ""}


def test_node(read):
    found = read(**FRONT)
    assert found.value("node") == {
        "version": "22",
        "folder": "ui",
        "files": ["ui/package.json", "ui/package-lock.json"],
        "install": "npm ci",
        "build": "npm run build",
        "output": ["web/static/dist"],
        "runtime": False,
    }
    assert found.found["node"].source == "ui/package.json:1"


def test_packages_for_tests_bring_no_browser(read):
    tools = '"devDependencies": {"cypress": "13.1.0", "jest-puppeteer": "10"}'
    found = read(**FRONT | {"ui/package.json": f"{PACKAGE[:-1]}, {tools}}}"}).value("node")
    assert found["install"] == "CYPRESS_INSTALL_BINARY=0 PUPPETEER_SKIP_DOWNLOAD=1 npm ci"
    assert found["build"] == "npm run build"
    made = f"{PACKAGE[:-1]}, {tools}}}".replace('web/static/dist"', 'web/static/dist && node puppeteer.js"')
    assert read(**FRONT | {"ui/package.json": made}).value("node")["install"] == "CYPRESS_INSTALL_BINARY=0 npm ci"


@pytest.mark.parametrize(
    ("variable", "config", "build"),
    [
        ("DEBUG", "const debug = !process.env.DEBUG || process.env.DEBUG === 'True'\n", "DEBUG=False npm run build"),
        ("DEBUG", "const debug = process.env.DEBUG === 'True'\n", "npm run build"),
        ("VERBOSE", "const debug = !process.env.DEBUG || process.env.DEBUG === 'True'\n", "npm run build"),
    ],
)
def test_a_front_end_that_debugs_without_a_variable(variable, config, build, read):
    settings = f"import os\nDEBUG = os.environ.get('{variable}') == 'True'\n"
    assert read(settings, **FRONT, **{"ui/vue.config.js": config}).value("node")["build"] == build


@pytest.mark.parametrize("path", ["gulpfile.js", "gulpfile.js/index.js", "gulpfile.mjs"])
def test_what_gulp_writes(read, path):
    package = '{"scripts": {"build": "gulp copy && gulp scss"}}'
    tasks = """
    gulp.src("ui/a/*").pipe(gulp.dest("web/static/web/"));
    // gulp.src("ui/b/*").pipe(gulp.dest("web/static/old/"));
    gulp.src("ui/c/*").pipe(dest('./web/static/web/js'));
    gulp.src("ui/d/*").pipe(gulp.dest("docs/build"));
    """
    found = read(**{"package.json": package, path: tasks, "web/apps.py": ""}).value("node")
    assert (found["output"], found["build"]) == (["web/static/web"], "npm run build")


def test_no_node_where_git_holds_what_it_builds(read, tmp_path):
    assert read(**FRONT, **{"web/static/dist/a.js": ""}).value("node") is None
    assert read(**{".gitignore": "dist/\n"}).value("node")["output"] == ["web/static/dist"]  # built on this machine


def test_the_stats_of_webpack_are_where_its_loader_looks_for_them(read):
    """https://github.com/django-webpack/django-webpack-loader#stats_file"""
    dependencies = '"devDependencies": {"webpack-bundle-tracker": "1"}'
    package = '{"scripts": {"build": "webpack --output-path assets/bundles"}, %s}'
    settings = "STATICFILES_DIRS = [BASE_DIR / 'assets']\nWEBPACK_LOADER = {'DEFAULT': {'TIMEOUT': 5}}\n"
    files = {"assets/site.js": "", "package.json": package % dependencies}
    found = read(settings, **files).value("node")
    assert found["output"] == ["assets/bundles", "webpack-stats.json"] and found["runtime"] is True
    assert read(settings, **{"package.json": package % '"private": true'}).value("node")["runtime"] is False


def test_patches_of_packages_are_there_when_these_are_installed(read):
    """https://github.com/ds300/patch-package#readme"""
    scripts = '"build": "esbuild a.js --outdir=web/static/dist", "postinstall": "patch-package"'
    files = {"package.json": f'{{"scripts": {{{scripts}}}}}', "patches/a+1.0.0.patch": "", "web/apps.py": ""}
    node = read(**files).value("node")
    assert (node["files"], node["install"]) == (["package.json", "patches/a+1.0.0.patch"], "npm install")


@pytest.mark.parametrize(
    ("files", "command", "output"),
    [
        ({".github/workflows/deploy.yml": "jobs:\n  a:\n    steps:\n      - run: npx grunt\n"}, "npx grunt", ["made"]),
        ({".gitlab-ci.yml": "build:\n  script:\n    - npx gulp build\n"}, "npx gulp build", ["made"]),
        (
            {"package.json": '{"scripts": {"css": "sass a.scss made/a.css", "heroku-postbuild": "npm run css"}}'},
            "npm run heroku-postbuild",
            ["made"],
        ),
    ],
)
def test_a_front_end_that_no_script_of_a_usual_name_builds(files, command, output, read):
    package = '{"devDependencies": {"sass": "1.89.0"}}'
    node = read("STATICFILES_DIRS = [BASE_DIR / 'made']\n", **{"package.json": package} | files).value("node")
    assert (node["build"], node["output"]) == (command, output)


def test_a_front_end_that_a_makefile_builds_by_several_commands(read):
    makefile = "assets: node_modules\n\tnpx sass a.scss made/a.css\n\tnpx esbuild a.js --outfile=made/a.js\n"
    files = {"package.json": '{"devDependencies": {"sass": "1.89.0"}}', "Makefile": makefile}
    (stage,) = read("STATICFILES_DIRS = [BASE_DIR / 'made']\n", **files).value("stages")
    assert stage["instructions"][-2:] == [
        "RUN NODE_ENV=production npx sass a.scss made/a.css",
        "RUN NODE_ENV=production npx esbuild a.js --outfile=made/a.js",
    ]
    assert stage["output"] == {"/workdir/made": "/workdir/made"}


def test_a_front_end_that_a_makefile_builds(read):
    makefile = "NODE_BIN=$(CURDIR)/node_modules/.bin\nstatic.watch:\n\t$(NODE_BIN)/webpack --watch\n"
    makefile += "static:\n\t@$(NODE_BIN)/webpack --config webpack.config.js\n\tpython manage.py collectstatic\n"
    config = "module.exports = { output: { path: path.resolve('./web/static/bundles/'), filename: 'a.js' } }\n"
    files = {"package.json": '{"dependencies": {"webpack": "5"}}', "webpack.config.js": config}
    found = read(Makefile=makefile, **files)
    node = found.value("node")
    assert (node["build"], node["output"]) == ("npx webpack --config webpack.config.js", ["web/static/bundles"])
    assert found.found["node"].source == "Makefile:5"
    makefile = "css:\n\tsassc $(infile) $(outfile)\n\tnode_modules/.bin/postcss -r $(outfile)\n"
    assert "$(outfile)" not in str(read(Makefile=makefile, **files).value("node"))


def test_packages_that_django_serves_as_they_are_need_no_build(read):
    settings = "STATICFILES_DIRS = ['static', ('ui', BASE_DIR / 'node_modules' / '@x' / 'ui' / 'dist')]\n"
    files = {"package.json": '{"dependencies": {"@x/ui": "1"}}', "package-lock.json": "{}"}
    (stage,) = read(settings, **files).value("stages")
    assert stage["instructions"][-1] == "RUN npm ci"
    assert stage["output"] == {"/workdir/node_modules/@x/ui/dist": "/workdir/node_modules/@x/ui/dist"}
    assert not read(settings, **{"package.json": "", "package-lock.json": ""}).value("stages")


def test_no_node_for_what_django_does_not_serve(read):
    package = '{"scripts": {"build": "vite build --outDir dist"}}'
    assert read(**{"spa/package.json": package}).value("node") is None


@pytest.mark.parametrize("framework", ["@sveltejs/kit", "next", "nuxt"])
def test_no_node_for_a_site_of_its_own(framework, read):
    package = '{"scripts": {"build": "vite build"}, "devDependencies": {"%s": "1"}}'
    settings = "STATICFILES_DIRS = ['static']\n"
    assert read(settings, **{"ui/package.json": package % "vite"}).value("node")["output"] == ["static"]
    assert read(settings, **{"ui/package.json": package % framework}).value("node") is None


@pytest.mark.parametrize(
    ("files", "install", "build"),
    [
        ({"yarn.lock": ""}, "yarn install --frozen-lockfile", "yarn run build"),
        ({"yarn.lock": "", ".yarnrc.yml": ""}, "corepack yarn install --immutable", "corepack yarn run build"),
        ({"pnpm-lock.yaml": ""}, "corepack pnpm install --frozen-lockfile", "corepack pnpm run build"),
        ({}, "npm install", "npm run build"),
    ],
)
def test_package_managers(files, install, build, read):
    package = '{"scripts": {"build": "esbuild src/a.js --outdir=web/static/dist"}}'
    node = read(**{"package.json": package, **files}).value("node")
    assert (node["install"], node["build"]) == (install, build)
    assert node["files"] == ["package.json", *files]


def test_the_stats_of_webpack_are_needed_at_run_time(read):
    package = '{"scripts": {"build": "webpack --output-path assets/bundles", "postinstall": "node tools/x.js"}}'
    settings = """
STATICFILES_DIRS = [BASE_DIR / "assets"]
WEBPACK_LOADER = {"DEFAULT": {"STATS_FILE": BASE_DIR / "webpack-stats.json"}}
"""
    files = {"package.json": package, "package-lock.json": "{}", "assets/site.js": ""}
    node = read(settings, **files).value("node")
    assert node["output"] == ["assets/bundles", "webpack-stats.json"] and node["runtime"] is True
    assert node["install"] == "npm ci --ignore-scripts"  # the sources are not there yet


def test_a_manifest_that_is_built_into_the_folder_of_collected_files(read):
    package = '{"scripts": {"build": "vite build --outDir ../out"}}'
    settings = "STATIC_ROOT = BASE_DIR / 'out'\nSTATICFILES_DIRS = [BASE_DIR / 'out']\n"
    vite = "DJANGO_VITE = {'default': {'manifest_path': 'out/manifest.json'}}\n"
    for added, runtime in (("", False), (vite, True)):
        node = read(settings + added, **{"ui/package.json": package}).value("node")
        assert (node["output"], node["runtime"]) == (["out"], runtime)


@pytest.mark.parametrize(("name", "runtime"), [("manifest.json", True), ("logo.svg", False)])
def test_a_manifest_that_a_setting_names_is_needed_at_run_time(name, runtime, read):
    package = '{"scripts": {"build": "vite build --outDir ../web/static/ui"}}'
    settings = f"STATICFILES_DIRS = [BASE_DIR / 'web/static/ui']\nUI_FILE = BASE_DIR / 'web/static/ui' / '{name}'\n"
    node = read(settings, **{"ui/package.json": package}).value("node")
    assert (node["output"], node["runtime"]) == (["web/static/ui"], runtime)


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ("", "24"),
        ("v20.11.1", "20"),
        ("lts/jod", "22"),
        ("lts/*", "24"),
        (">=18", "24"),
        (">=18 <23", "22"),
        ("^20.1.0", "20"),
        ("18 || 20", "20"),
        ("16.x", "16"),
        ("node", "24"),
        (">=22.12.0", "24"),
    ],
)
def test_node_version(stated, expected):
    assert node_version(stated) == expected


@pytest.mark.parametrize(("path", "left_out"), [("up/js/package.json", []), ("up/vendor/x/package.json", ["up"])])
def test_a_front_end_among_the_uploads_stays(path, left_out, read):
    assert read("MEDIA_ROOT = BASE_DIR / 'up'\n", **{path: "{}"}).value("local_files") == left_out
    assert read("STATIC_ROOT = BASE_DIR / 'up'\n", **{path: "{}"}).value("local_files") == ["up"]


def test_dockerignore_keeps_what_node_needs(read):
    found = read(**FRONT, **{".dockerignore": "ui\nnotes\n**/*.js\n"})
    assert found.value("local_files") == ["notes"]


@pytest.mark.parametrize(
    ("settings", "dirs"),
    [
        ("INSTALLED_APPS = ['compressor']\nCOMPRESS_ROOT = '/bundles'", ["/bundles"]),
        ("INSTALLED_APPS = ['compressor']\nCOMPRESS_ROOT = BASE_DIR / 'packed'", ["packed"]),
        ("INSTALLED_APPS = ['compressor']\nSTATIC_ROOT = COMPRESS_ROOT = BASE_DIR / 'packed'", []),
        (
            "INSTALLED_APPS = ['compressor']\nCOMPRESS_ROOT = BASE_DIR / 'assets'",
            [],
        ),  # with sources: no volume hides them
        ("INSTALLED_APPS = []\nCOMPRESS_ROOT = '/bundles'", []),
    ],
)
def test_the_folder_of_compressed_files(settings, dirs, read):
    """collectstatic fails where a finder lists a folder that is not there, and a page writes what it lacks."""
    files = {"shop/__init__.py": "", "assets/shop.scss": "p { top: 0 }\n"}
    found = read("BASE_DIR = Path(__file__).resolve().parent.parent\n" + settings + "\n", **files)
    assert found.value("data_dirs") == dirs
