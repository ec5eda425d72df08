"""What packages import when they run, and do not require: nobody installs it unless somebody knows."""

import re
from collections.abc import Iterator

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

from ..places import is_aside
from ..settings.setting import Settings
from ..tree import Tree
from .python_version import allows
from .record import Dependencies, Installed
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
# Distributions, their first release that goes with the newest of another that they bring, that one, and its limit for
# those before. That release and one before were installed with the newest, and used, on 28 November 2026.
NOT_WITH_NEWEST = {
    "anthropic": ("0.40", "httpx", "<0.28"),
    "environs": ("11", "marshmallow", "<4"),
    "jinja2": ("3.0", "markupsafe", "<2.1"),
    "openai": ("1.55.3", "httpx", "<0.28"),
    "opencv-python": ("4.10", "numpy", "<2"),
    "opencv-python-headless": ("4.10", "numpy", "<2"),
    "pandas": ("2.1", "numpy", "<2"),
    "pyarrow": ("15", "numpy", "<2"),
    "shapely": ("2.0.3", "numpy", "<2"),
    "weasyprint": ("63", "pydyf", "<0.11"),
}
# Those that import a part of lxml which is a distribution of its own since 5.2, and do not require it.
IMPORT_HTML_CLEAN = ("newspaper3k", "readability-lxml", "requests-html")
# What other distributions brought for years, so that code imports it and nothing lists it.
ONCE_BROUGHT = {"dateutil": "python-dateutil", "six": "six"}


def undeclared(tree: Tree, dependencies: Dependencies, evaluated: Settings) -> Iterator[Requirement]:
    """Yield what has to be installed, and what is installed does not require."""
    if path := _uses_jinja(tree, evaluated):
        yield Requirement("jinja2", source=path)
    yield from _of_kombu(dependencies)
    yield from _with_newest(dependencies)
    own = dependencies.distributions.value.get("setuptools")
    newest = own is None or allows(own.specifier, (82, 0))
    source = _left_out(tree, dependencies, "setuptools") or _importing_pkg_resources(dependencies)
    if source and newest:
        yield Requirement("setuptools", "<82", source=source)
    yield from _of_lxml(dependencies)
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
    """Yield what Celery lacks for Redis.

    Since 5.7, Kombu imports packaging without requiring it, and takes no older client of Redis: https://docs.celeryq.dev
    """
    installed = dependencies.distributions.value
    asking = [installed[name] for name in KOMBU if name in installed]
    if "redis" not in installed or not asking or any("redis" in item.extras for item in asking):
        return
    if own := installed.get("kombu"):
        if not _is_below(own, "5.7"):
            yield Requirement("packaging", source=own.source)
        return
    if dependencies.lock_file.value:
        return
    celery = installed.get("celery")
    if celery and not any(allows(celery.specifier, (5, minor)) for minor in range(20)):
        return
    client = installed["redis"]
    if not any(allows(client.specifier, (major, minor)) for major in range(6, 20) for minor in range(1, 10)):
        yield Requirement("kombu", specifier="<5.7", source=client.source)
    elif "packaging" not in installed:
        yield Requirement("packaging", source=asking[0].source)


def _with_newest(dependencies: Dependencies) -> Iterator[Requirement]:
    """Yield the limits of what comes along in its newest release, and does not go with an old release of another."""
    installed = dependencies.distributions.value
    for name, (first, other, limit) in NOT_WITH_NEWEST.items():
        item = installed.get(name)
        if item and other not in installed and _is_below(item, first):
            yield Requirement(other, limit, source=item.source)


def _is_below(item: Installed, first: str) -> bool:
    """Return whether only releases before `first` may be installed; True for "", where there is no such release."""
    if not first:
        return True
    start = Version(first)
    try:
        if item.version:
            return Version(item.version) < start
        wanted = SpecifierSet(item.specifier)
    except (InvalidVersion, InvalidSpecifier):
        return False
    series = [(start.major + major, minor) for major in range(10) for minor in range(60)]
    later = [f"{major}.{minor}" for major, minor in series if (major, minor) >= (start.major, start.minor)]
    return not any(wanted.contains(text) or wanted.contains(f"{text}.99") for text in later)


def _of_lxml(dependencies: Dependencies) -> Iterator[Requirement]:
    """Yield lxml_html_clean where it is imported: https://lxml.de/5.2/changes-5.2.0.html."""
    installed = dependencies.distributions.value
    own = installed.get("lxml")
    if "lxml-html-clean" in installed or (own and _is_below(own, "5.2")):
        return
    if item := next((installed[name] for name in IMPORT_HTML_CLEAN if name in installed), None):
        yield Requirement("lxml-html-clean", source=item.source)


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
        if known and _is_below(known, without):
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
