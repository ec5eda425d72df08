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


def _interface_module(value: str, root: Path) -> str:
    if not value:
        return ""
    module = Path(*value.partition(":")[0].split("."))
    if any(root.glob(f"{module}.py")) or any(root.rglob(f"{module}.py")) or any(root.rglob(f"{module}/__init__.py")):
        return ""
    return f"there is no {module}.py in {root}; name the module of wsgi.py or asgi.py"


def _django_dir(value: str, root: Path) -> str:
    return "" if (root / value).is_dir() else f"there is no folder {value} in {root}; give the folder of manage.py"


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
                "`--name` of Gunicorn in your `Dockerfile_django`; else the name of the folder, of "
                "`pyproject.toml`, `package.json`, the git remote or the settings package, the first that is no "
                "common name like `app`, `backend` or `mysite`; else `django`"
            ),
            changes=(
                "`proc_name` in `docker/gunicorn.conf.py`, the images' labels, and their names in "
                "`.github/workflows/docker.yml`; on a first copy, `compose_name`"
            ),
            refused=(
                "all but lower-case letters, digits, `-` and `_`; another first character than a letter or digit;"
                " more than 63 characters"
            ),
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
            changes="no file: whether the other questions are asked",
            refused="all but true and false",
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
                "the version that the project runs on: [how it is found](detection.md#python), but no older than "
                "`3.8`; else `3.13`"
            ),
            changes="`FROM python:…` in both Dockerfiles",
            refused=(
                "all but `3.8` and later, with or without a patch number (`3.13`, `3.13.2`); a YAML number, see "
                "[below](#quote-310)"
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
            refused="a path with spaces, with `..`, or from the root (`/…`)",
        ),
    ),
    Question(
        name="settings_module",
        type="str",
        help="Settings module for production (DJANGO_SETTINGS_MODULE)",
        rule=kinds.text(rf"({kinds.NAME}(\.{kinds.NAME})*)?", "use a module like shop.settings"),
        safe="",
        found=lambda site: site.layout.settings_module,
        says_source=True,
        asked=Asked.ALWAYS,
        plain=WRITTEN,
        reference=Reference(
            type="text",
            default="the module that production uses: [how it is found](detection.md#settings)",
            changes="`DJANGO_SETTINGS_MODULE` in both Dockerfiles; without an answer the line is not there",
            refused="what is no module with dots; an empty answer is accepted",
        ),
    ),
    Question(
        name="wsgi_module",
        type="str",
        help="WSGI module that Gunicorn serves, such as mysite.wsgi",
        rule=kinds.text(
            rf"({kinds.NAME}(\.{kinds.NAME})*(:{kinds.NAME})?)?", "use a module like core.wsgi, without '.py'"
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
            default="`WSGI_APPLICATION` in the settings, else the `wsgi.py` nearest to the settings",
            changes="what Gunicorn serves, in `CMD` of `Dockerfile_django`, unless `asgi_module` does",
            refused=(
                "all but a module with dots, with or without the name of the application (`core.wsgi`, "
                "`core.wsgi:application`); a module that is not in the project"
            ),
            notes=(
                "With nothing found there is no default: the copy is refused until `--data wsgi_module=…` is given."
            ),
        ),
    ),
    Question(
        name="asgi_module",
        type="str",
        help="ASGI module that Gunicorn serves; empty to serve WSGI",
        rule=kinds.text(
            rf"({kinds.NAME}(\.{kinds.NAME})*(:{kinds.NAME})?)?", "use a module like core.asgi, or nothing"
        ),
        safe="",
        default=of_pair(image_defaults.asgi_module),
        says_source=True,
        in_project=_interface_module,
        against_others=_beside("wsgi_module"),
        reference=Reference(
            type="text",
            default=(
                "`ASGI_APPLICATION` in the settings, else the `asgi.py` nearest to the settings, but only where "
                "the project needs ASGI, as with Channels, or has no WSGI module; else empty"
            ),
            changes="what Gunicorn serves, in `CMD` of `Dockerfile_django`, instead of `wsgi_module`",
            refused=(
                "all but a module with dots, with or without the name of the application "
                "(`core.asgi:application`); an empty answer is accepted"
            ),
            notes=(
                "An `asgi.py` alone, which each new project has, is no reason: WSGI is faster where nothing is "
                "asynchronous."
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
                "else `uvicorn_worker.UvicornWorker`"
            ),
            changes=(
                "`worker_class` in `docker/gunicorn.conf.py`; all but `gthread` let WebSockets through in "
                "`default.conf`; the last one makes both Dockerfiles install `uvicorn-worker`"
            ),
            refused="all others",
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
                "the path of a view that is a health check by its name, else of the home page or another page "
                "that answers without a login; else `/`"
            ),
            changes="`PATH` in `docker/healthcheck.py`",
            refused="all but a path on the site that begins with `/`",
            notes=(
                "For instance `/healthz/`. Statuses of 500 and above, and 400, are failures; a page that is not "
                "found is an answer."
            ),
        ),
    ),
)
