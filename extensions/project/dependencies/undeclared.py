"""What packages import when they run, and do not require: nobody installs it unless somebody knows."""

import contextlib
import re
from collections.abc import Iterator

from packaging.version import InvalidVersion, Version

from ..places import is_aside
from ..settings.setting import Settings
from ..tree import Tree
from .python_version import allows
from .record import Dependencies
from .requirements import Requirement, left_out

JINJA = "django.template.backends.jinja2.Jinja2"
KOMBU = ("celery", "django-celery-beat", "django-celery-results")  # what brings it
# What the code of the project imports of a distribution, and what this part imports without requiring it:
# https://github.com/aboutcode-org/fetchcode (fetchcode/vcs/pip, 0.8.2)
PARTS = {"fetchcode.vcs": "pip"}
# Distributions that import pkg_resources and do not require it, and the first release without; "" where none is. The
# newest setuptools has no pkg_resources, and since 3.12, Python brings no setuptools. Read in the releases of PyPI.
# https://docs.python.org/3/whatsnew/3.12.html#ensurepip, https://setuptools.pypa.io/en/latest/history.html#v82-0-0
IMPORT_PKG_RESOURCES = {
    "coreapi": "",
    "ddtrace": "0.53.0",
    "django-authtools": "2.0.1",
    "django-axes": "5.41",
    "django-choices": "",
    "django-configurations": "2.3",
    "django-elasticsearch-debug-toolbar": "3.1.0",
    "django-extended-choices": "",
    "django-formtools": "2.5.1",
    "django-haystack": "3.3.0",
    "django-hosts": "6.0",
    "django-model-utils": "4.4.0",
    "django-nested-admin": "4.0.0",
    "django-pipeline": "3.0.0",
    "django-q": "",
    "django-robots": "6.1",
    "django-widget-tweaks": "1.5",
    "djangorestframework-simplejwt": "5.3.1",
    "drf-yasg": "1.21.8",
    "drf-yasg2": "",
    "google-cloud-language": "2.7.0",
    "patreon": "",
    "pydicom": "3.0.0",
    "pygal": "3.0",
    "python-monkey-business": "1.1.0",
    "razorpay": "2.0",
    "sorl-thumbnail": "12.10",
    "swagger-spec-validator": "3.0.4",
    "wagtailsvg": "",
}
# What other distributions brought for years, so that code imports it and nothing lists it.
ONCE_BROUGHT = {"dateutil": "python-dateutil", "six": "six"}


def undeclared(tree: Tree, dependencies: Dependencies, evaluated: Settings) -> Iterator[Requirement]:
    """Yield what has to be installed, and what is installed does not require."""
    if path := _uses_jinja(tree, evaluated):
        yield Requirement("jinja2", source=path)
    yield from _of_kombu(dependencies)
    yield from _of_environs(dependencies)
    own = dependencies.distributions.value.get("setuptools")
    newest = own is None or allows(own.specifier, (82, 0))
    source = _left_out(tree, dependencies, "setuptools") or _importing_pkg_resources(dependencies)
    if source and newest:
        yield Requirement("setuptools", "<82", source=source)
    yield from _once_brought(tree, dependencies)
    for part, brought in PARTS.items():
        known = dependencies.distributions.value.get(part.partition(".")[0])
        if known and any(part in (tree.text(path) or "") for path in tree.paths if path.endswith(".py")):
            yield Requirement(brought, source=known.source)


def _uses_jinja(tree: Tree, evaluated: Settings) -> str:
    """Return which file of the settings has templates of Jinja's, "" for none.

    https://docs.djangoproject.com/en/stable/topics/templates/#django.template.backends.jinja2.Jinja2
    """
    return next((path for path in evaluated.files if JINJA in (tree.text(path) or "")), "")


def _of_kombu(dependencies: Dependencies) -> Iterator[Requirement]:
    """Yield what Celery lacks for Redis where nothing pins Kombu.

    The newest Kombu imports packaging without requiring it, and takes no older client of Redis: https://docs.celeryq.dev
    """
    installed = dependencies.distributions.value
    if dependencies.lock_file.value or "redis" not in installed:
        return
    asking = [installed[name] for name in KOMBU if name in installed]
    if not asking or any("redis" in item.extras for item in asking) or "kombu" in installed:
        return
    celery = installed.get("celery")
    if celery and not any(allows(celery.specifier, (5, minor)) for minor in range(20)):
        return
    client = installed["redis"]
    if not any(allows(client.specifier, (major, minor)) for major in range(6, 20) for minor in range(1, 10)):
        yield Requirement("kombu", specifier="<5.7", source=client.source)
    elif "packaging" not in installed:
        yield Requirement("packaging", source=asking[0].source)


def _of_environs(dependencies: Dependencies) -> Iterator[Requirement]:
    """Yield the marshmallow of an environs that is too old for the newest, where nothing pins it.

    Up to release 10, it imports names that marshmallow 4 has no more: https://pypi.org/project/environs
    """
    installed = dependencies.distributions.value
    environs = installed.get("environs")
    if dependencies.lock_file.value or environs is None or "marshmallow" in installed:
        return
    if not any(allows(environs.specifier, (major, minor)) for major in range(11, 30) for minor in range(5)):
        yield Requirement("marshmallow", "<4", source=environs.source)


def _once_brought(tree: Tree, dependencies: Dependencies) -> Iterator[Requirement]:
    """Yield what the site's code imports, and neither a lock file nor another list names."""
    if dependencies.lock_file.value:
        return
    for module, brought in ONCE_BROUGHT.items():
        if brought in dependencies.distributions.value:
            continue
        imports = re.compile(rf"^(?:from|import) {module}\b", re.M)
        for path in tree.paths:
            if path.endswith(".py") and not is_aside(tree, path) and (found := imports.search(tree.text(path) or "")):
                line = (tree.text(path) or "").count("\n", 0, found.start()) + 1
                yield Requirement(brought, source=f"{path}:{line}")
                break


def _importing_pkg_resources(dependencies: Dependencies) -> str:
    """Return which requirement imports pkg_resources that nothing brings, "" for none."""
    installed, python = dependencies.distributions.value, dependencies.python_version.value
    if dependencies.lock_file.value or Version(python or "0") < Version("3.12"):
        return ""
    for name, without in IMPORT_PKG_RESOURCES.items():
        known = installed.get(name)
        with contextlib.suppress(InvalidVersion):
            if known and (not without or (known.version and Version(known.version) < Version(without))):
                return known.source
    return ""


def _left_out(tree: Tree, dependencies: Dependencies, name: str) -> str:
    """Return where a compiled file leaves out a distribution that others need.

    The newest setuptools has no pkg_resources any more, which they may import.
    https://setuptools.pypa.io/en/latest/history.html#v82-0-0
    """
    files = dependencies.requirements_files.value
    lines = {path: left_out(tree.text(path) or "", name) for path in files}
    return next((f"{path}:{line}" for path, line in lines.items() if line), "")
