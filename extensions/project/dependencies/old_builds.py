"""Which setuptools can build what a project pins, where the newest can't.

pip builds a package that has no wheel with the newest setuptools, whatever is installed:
https://pip.pypa.io/en/stable/reference/build-system/
"""

import re
from collections.abc import Iterator, Mapping, Sequence

from packaging.version import Version

from ..deployment.recipes import Line
from .distributions import Distribution
from .python_version import DJANGO_PYTHONS, allows, has_wheel
from .requirements import Requirement, parse_version

# The releases that no longer have what setup.py of many an old package uses: use_2to3, convert_path, pkg_resources.
# https://setuptools.pypa.io/en/latest/history.html
REMOVALS = (58, 70, 82)
USE_2TO3, CONVERT_PATH, PKG_RESOURCES = REMOVALS
# Packages that have no wheel before a release, and what their setup.py uses there. Built on 2026-11-28 with pip, on
# Python 3.11, with the newest setuptools and with the newest that is older than the removal.
OLD = {
    "demjson": ("3", USE_2TO3),
    "django-allauth": ("0.50", CONVERT_PATH),
    "elastic-apm": ("6.13.1", PKG_RESOURCES),
    "feedparser": ("6.0", USE_2TO3),
}
# What was pinned with a Django that is older than this one is older than the removal of convert_path, of May 2024.
OF_THAT_TIME = (4, 2)
HAS_WHEELS = frozenset(("django", "gunicorn"))  # in all their releases
NEW_PYTHON = 12  # 3.N, on which no setuptools runs that has use_2to3

OWN = re.compile(
    r"\bpip[0-9.]*[\"']?,?\s+[\"']?(?:-\S+\s+)*install\b[^;&|]*?[\s\"']setuptools\s*(==|~=|<=?)\s*([0-9]{1,3})\b"
)
# Each makes environments of its own: https://tox.wiki, https://nox.thea.codes
OWN_ENVIRONMENTS = re.compile(r"(?:^|[\s;&|])(?:tox|nox)(?![\w.-])")
OF_PROJECT = re.compile(
    r"\binstall\b[^;&|]*\s(?:-r|--requirements?|-e|--editable|[\"']?\.)|\b(?:poetry|pipenv|pdm|uv)\b"
)


def build_setuptools(
    distributions: Mapping[str, Distribution], constraints: Sequence[Requirement], steps: Sequence[Line], minor: int
) -> tuple[str, str]:
    """Return what limits setuptools in builds on CPython 3.`minor`, such as "<70", and why; "" where nothing does.

    It is never against what the project asks for itself.
    """
    reasons = [*_pinned(distributions), *_of_time(distributions, minor), *_own(steps)]
    nothing = distributions and all(item.wheels and has_wheel(item, minor) for item in distributions.values())
    if not reasons or nothing:
        return "", ""  # by a lock file, nothing is built
    below, source = min(reasons, key=lambda reason: reason[0])
    if below == USE_2TO3 and minor >= NEW_PYTHON:
        below = CONVERT_PATH
    asked = [item for item in (distributions.get("setuptools"), *constraints) if item and item.name == "setuptools"]
    if any(not (version := parse_version(item.version)) or version >= Version(f"{below}") for item in asked):
        return "", ""
    return f"<{below}", source


def _pinned(distributions: Mapping[str, Distribution]) -> Iterator[tuple[int, str]]:
    """Yield what the packages need that are known."""
    for name, (release, below) in OLD.items():
        item = distributions.get(name)
        version = parse_version(item.version) if item else None
        if item and version and version < Version(release):
            yield below, item.source


def _of_time(distributions: Mapping[str, Distribution], minor: int) -> Iterator[tuple[int, str]]:
    """Yield what pins need that are as old as their Django, if one of them may have no wheel."""
    django = distributions.get("django")
    if django is None or not (django.version or django.specifier):
        return
    newer = [series for series in DJANGO_PYTHONS if series >= OF_THAT_TIME]
    version = parse_version(django.version)
    if version.release[:2] >= OF_THAT_TIME if version else any(allows(django.specifier, series) for series in newer):
        return
    for name, item in distributions.items():
        if item.version and name not in HAS_WHEELS and not has_wheel(item, minor):
            yield CONVERT_PATH, django.source
            return


def _own(steps: Sequence[Line]) -> Iterator[tuple[int, str]]:
    """Yield what the project's own scripts install before they build."""
    for step in steps:
        if step.development and step.kind not in ("ci", "task"):
            continue
        beside = [other.text for other in steps if other.path == step.path]
        if any(map(OWN_ENVIRONMENTS.search, beside)) and not any(map(OF_PROJECT.search, beside)):
            continue
        for operator, number in OWN.findall(step.text):
            newest = int(number) - (operator == "<")
            if below := next((removal for removal in REMOVALS if removal > newest), 0):
                yield below, step.source
                return  # a Dockerfile goes before what tests do
