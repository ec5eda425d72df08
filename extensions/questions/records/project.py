"""The questions on the project itself: its name, its Python, its modules."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from ...services.site import Site
from .. import image_defaults, kinds
from ..default import Default, default_of, of_pair
from ..question import WRITTEN, Asked, Question, Reference

# That has images with a Debian release of today, and is the nearest to those before it: Django 1.11 to 2.1 run on it.
OLDEST_PYTHON = "3.8"
PYTHON = "3.13"  # where nothing says which
SLUG = "django"  # where nothing has a name

_version = kinds.text(r"3\.([89]|[1-9][0-9])(\.[0-9]{1,3})?", "use a version like 3.13")


def _is_python_version(value: Any) -> str:
    if isinstance(value, float):
        return f"YAML reads {value} as a number, and 3.10 as 3.1; put the version in quotes, like '3.13'"
    return _version(value)


_python_version_rule = kinds.Rule(_is_python_version, _version.schema)


def python_version(site: Site) -> Default:
    """Return a version that has an image: 3.8 where the project, or its Django, is of an older one's time."""
    default = default_of(site.dependencies.python_version, PYTHON)
    if re.fullmatch(r"3\.[0-7](\.\d+)?", str(default.value)):
        return Default(OLDEST_PYTHON, default.source)
    return Default(PYTHON) if _python_version_rule(default.value) else default


def manage_py(site: Site) -> Default:
    """Return True where django-admin, or a script of another name, runs the project's commands."""
    layout = site.layout
    own = layout.name_taken.value or layout.manage_py.value.rpartition("/")[2] == "manage.py"
    known = layout.settings_module.value and (layout.wsgi_module.value or layout.asgi_module.value)
    return Default(bool(known) and not own and layout.django_dir.value == ".", layout.manage_py.source)


def _interface_module(value: str, root: Path) -> str:
    if not value or value.endswith("()"):  # a package's, such as Django's
        return ""
    module = Path(*value.partition(":")[0].split("."))
    if any(root.glob(f"{module}.py")) or any(root.rglob(f"{module}.py")) or any(root.rglob(f"{module}/__init__.py")):
        return ""
    return f"there is no {module}.py in {root}; name the module of wsgi.py or asgi.py"


def _django_dir(value: str, root: Path) -> str:
    return "" if (root / value).is_dir() else f"there is no folder {value} in {root}; give the folder of manage.py"


def _beside_django_dir(value: Any, answers: Mapping[str, Any]) -> str:
    folder = answers.get("django_dir", ".")
    if str(value).strip().lower() in kinds.TRUE and folder != ".":
        return f"the images run {folder}/manage.py, and this one would be in the root; answer no, or give django_dir=."
    return ""


def _beside(other: str) -> Callable[[Any, Mapping[str, Any]], str]:
    def rule(value: Any, answers: Mapping[str, Any]) -> str:
        if value == "" and answers.get(other) == "":
            return "wsgi_module and asgi_module are both empty; give the module of the project's wsgi.py or asgi.py"
        return ""

    return rule


QUESTIONS = (
    Question(
        name="project_slug",
        type="str",
        help="Project name, for process names and image labels (lower case)",
        rule=kinds.text(
            r"[a-z0-9][a-z0-9_-]*",
            "use a-z, 0-9, - and _, first a letter or digit",
            63,
        ),
        safe=SLUG,
        found=lambda site: site.layout.project_slug,
        says_source=True,
        asked=Asked.FIRST,
        comment="The first `ask` runs before anything is asked or written, so it runs the checks.",
        plain=WRITTEN,
        reference=Reference(
            type="text",
            default=(
                "`--name` of Gunicorn in your `Dockerfile_django`; otherwise the name of the folder, of "
                "`pyproject.toml`, `package.json`, the git remote or the settings package: the first that is not a "
                "common name such as `app`, `backend` or `mysite`; otherwise `django`"
            ),
            changes=(
                "`proc_name` in `docker/gunicorn.conf.py`, the images' labels, and their names in "
                "`.github/workflows/docker.yml`; on a first copy, `compose_name`"
            ),
            allowed="lower-case letters, digits, `-` and `_`; a letter or digit first; at most 63 characters",
        ),
    ),
    Question(
        name="customize",
        type="bool",
        help="Answer all questions? (No: use the values read from your project)",
        rule=kinds.truth,
        safe=False,
        asked=Asked.ALWAYS,
        expression="false",
        reference=Reference(
            type="yes or no",
            default="no",
            changes="no file; with yes, Copier asks the other questions too",
        ),
    ),
    Question(
        name="python_version",
        type="str",
        help="Python version in the images, such as 3.13",
        rule=_python_version_rule,
        safe=PYTHON,
        default=python_version,
        says_source=True,
        asked=Asked.ALWAYS,
        plain=WRITTEN,
        reference=Reference(
            type="text",
            default=(
                "the version that the project runs on ([how it is detected](detection.md#python)), but at least "
                "`3.8`; otherwise `3.13`"
            ),
            changes="`FROM python:…` in both Dockerfiles",
            allowed=(
                "`3.8` and later, with or without a patch number (`3.13`, `3.13.2`); in YAML, in [quotes](#quote-310)"
            ),
        ),
    ),
    Question(
        name="django_dir",
        type="str",
        help="Folder of manage.py, relative to the project's root (. for the root)",
        rule=kinds.folder,
        safe=".",
        found=lambda site: site.layout.django_dir,
        says_source=True,
        in_project=_django_dir,
        reference=Reference(
            type="text",
            default="the folder of `manage.py`; `.` is the root",
            changes="`WORKDIR` of the stage `base`, in both Dockerfiles",
            allowed="a path without spaces and `..` that does not start with `/`",
        ),
    ),
    Question(
        name="manage_py",
        type="bool",
        help="Write a manage.py, which the images run?",
        rule=kinds.truth,
        safe=False,
        default=manage_py,
        says_source=True,
        since="3.4.0",
        as_before=False,
        against_others=_beside_django_dir,
        reference=Reference(
            type="yes or no",
            default="yes if the project has none in its root folder, but settings and a WSGI or ASGI module",
            changes="whether `manage.py` is written; it runs `settings_module`",
            refused="yes, if `django_dir` is not `.`",
        ),
    ),
    Question(
        name="settings_module",
        type="str",
        help="Settings module for production (DJANGO_SETTINGS_MODULE)",
        rule=kinds.text(rf"({kinds.MODULE})?", "use a module like shop.settings"),
        safe="",
        found=lambda site: site.layout.settings_module,
        says_source=True,
        asked=Asked.ALWAYS,
        plain=WRITTEN,
        reference=Reference(
            type="text",
            default="the module that production uses: [how it is detected](detection.md#settings)",
            changes="`DJANGO_SETTINGS_MODULE` in both Dockerfiles; with an empty answer, the line is left out",
            allowed="a module with dots, or nothing",
        ),
    ),
    Question(
        name="wsgi_module",
        type="str",
        help="WSGI module that Gunicorn serves, such as mysite.wsgi",
        rule=kinds.text(
            rf"({kinds.MODULE}(:{kinds.NAME}(\(\))?)?)?",
            "use a module like core.wsgi, without '.py'",
        ),
        safe="",
        found=lambda site: site.layout.wsgi_module,
        says_source=True,
        asked=Asked.ALWAYS,
        in_project=_interface_module,
        against_others=_beside("asgi_module"),
        plain=WRITTEN,
        reference=Reference(
            type="text",
            default=(
                "`WSGI_APPLICATION`, or the `wsgi.py` nearest to settings; "
                "`django.core.wsgi:get_wsgi_application()` without, or if it only names settings"
            ),
            changes="what Gunicorn serves, in `CMD` of `Dockerfile_django`, unless `asgi_module` does",
            allowed=(
                "a module of the project with dots, with or without the name of the application (`core.wsgi`, "
                "`core.wsgi:application`), or of the function that makes it (`core.wsgi:make()`)"
            ),
        ),
    ),
    Question(
        name="asgi_module",
        type="str",
        help="ASGI module that Gunicorn serves; empty to serve WSGI",
        rule=kinds.text(rf"({kinds.MODULE}(:{kinds.NAME})?)?", "use a module like core.asgi, or nothing"),
        safe="",
        default=of_pair(image_defaults.asgi_module),
        says_source=True,
        in_project=_interface_module,
        against_others=_beside("wsgi_module"),
        reference=Reference(
            type="text",
            default=(
                "`ASGI_APPLICATION` in the settings, otherwise the `asgi.py` nearest to the settings. Empty unless "
                "the project needs ASGI, as with Channels, or has no WSGI module"
            ),
            changes="what Gunicorn serves, in `CMD` of `Dockerfile_django`, instead of `wsgi_module`",
            allowed=(
                "a module with dots, with or without the name of the application (`core.asgi:application`), or nothing"
            ),
            notes=(
                "Every new project has an `asgi.py`, so the file alone is not a reason for ASGI: WSGI is faster for "
                "code that is not asynchronous."
            ),
        ),
    ),
    Question(
        name="worker_class",
        type="str",
        help="Gunicorn worker class: gthread for WSGI, the others for ASGI",
        rule=kinds.choice("gthread", "asgi", "uvicorn_worker.UvicornWorker"),
        safe="gthread",
        default=of_pair(image_defaults.worker_class),
        reference=Reference(
            type="one of `gthread`, `asgi`, `uvicorn_worker.UvicornWorker`",
            default=(
                "`gthread` for WSGI; for ASGI, `asgi` if the Gunicorn that is installed can be 27.0.1 or newer, "
                "otherwise `uvicorn_worker.UvicornWorker`"
            ),
            changes=(
                "`worker_class` in `docker/gunicorn.conf.py`. The ASGI workers let WebSockets through in "
                "`default.conf`; `uvicorn_worker.UvicornWorker` makes both Dockerfiles install `uvicorn-worker`"
            ),
        ),
    ),
    Question(
        name="health_path",
        type="str",
        help="URL path that the health check requests, such as /healthz/",
        rule=kinds.text(r"/[A-Za-z0-9_.~/?=&%-]*", "give a path on the site, like /health/"),
        safe="/",
        found=lambda site: site.pages.health_path,
        says_source=True,
        reference=Reference(
            type="text",
            default=(
                "the path of a view that is a health check by its name; otherwise of the home page or another "
                "page that answers without a login; otherwise `/`"
            ),
            changes="`PATH` in `docker/healthcheck.py`",
            allowed="a path on the site that begins with `/`",
            notes=(
                "For instance `/healthz/`. A status of 500 and above, or 400, is a failure; a page that is not found "
                "is an answer."
            ),
        ),
    ),
)
