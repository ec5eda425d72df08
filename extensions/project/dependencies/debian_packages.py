"""Which of Debian's packages the distributions of a project need, to be built and to run."""

import posixpath
import re
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from ..tree import Loader, Tree
from .distributions import Distribution
from .python_version import has_wheel

COMPILER = "build-essential"
NO_ARCHIVE = re.compile(r"(git|hg|svn|bzr)\+|file:")


@lru_cache(maxsize=1)
def _data() -> dict[str, dict[str, dict[str, Any]]]:
    content = yaml.load((Path(__file__).parent / "debian_packages.yml").read_text(encoding="utf-8"), Loader)
    return {name: entry for name, entry in content.items()}


@lru_cache(maxsize=1)
def _pure() -> frozenset[str]:
    return frozenset(yaml.load((Path(__file__).parent / "pure.yml").read_text(encoding="utf-8"), Loader))


def debian_packages(
    distributions: dict[str, Distribution], minor: int, features: dict[str, str]
) -> tuple[dict[str, str], dict[str, str]]:
    """Return Debian's packages to build and to run with on CPython 3.`minor`, each with the source of what needs it.

    `features` are those of the data file that the project uses, with their sources. A distribution that has a fitting
    wheel needs none, unless it loads a library of the system's. What may have none needs a compiler.
    """
    build: dict[str, str] = {}
    runtime: dict[str, str] = {}
    present = {**_extras(distributions), **distributions}
    for name, item in present.items():
        entry = _data()["distributions"].get(name)
        if entry is None:
            if name in distributions and _may_be_compiled(item, minor):
                build.setdefault(COMPILER, item.source)
            continue
        if any(other in present for other in entry.get("unless", ())) or (entry.get("asked") and not item.direct):
            continue
        if entry.get("pure") or entry.get("loads"):
            _add(runtime, entry.get("runtime", ()), item.source)
        if not entry.get("pure") and not has_wheel(item, minor):
            _add(build, [COMPILER, *entry.get("build", ())], item.source)
            _add(runtime, entry.get("runtime", ()), item.source)
    for name, source in features.items():
        entry = _data()["features"].get(name, {})
        _add(build, entry.get("build", ()), source)
        _add(runtime, entry.get("runtime", ()), source)
    return dict(sorted(build.items())), dict(sorted(runtime.items()))


def explained(distributions: Iterable[str]) -> list[str]:
    """Return the packages to build with of which it is known which of these distributions needs them."""
    entries = (_data()["distributions"].get(name) for name in distributions)
    return sorted({package for entry in entries if entry for package in entry.get("build", ())})


def _extras(distributions: dict[str, Distribution]) -> dict[str, Distribution]:
    """Return each extra as a distribution: psycopg[c] brings psycopg-c, psycopg[binary] psycopg-binary."""
    names = ((f"{item.name}-{extra}", item) for item in distributions.values() for extra in item.extras)
    return {name: Distribution(name, item.specifier, item.version, item.source) for name, item in names}


def with_brought(distributions: dict[str, Distribution]) -> dict[str, Distribution]:
    """Return distributions with those that they are known to bring: what no lock file lists."""
    found = dict(distributions)
    for name, item in {**_extras(distributions), **distributions}.items():
        for brought in _data()["brings"].get(name, ()):
            found.setdefault(brought, Distribution(brought, source=item.source, direct=False))
    return found


def _add(found: dict[str, str], packages: Iterable[str], source: str) -> None:
    for package in packages:
        found.setdefault(package, source)


def _may_be_compiled(item: Distribution, minor: int) -> bool:
    """Return whether a distribution may be source in C or Rust: a wheel that fits, or its name, tells otherwise.

    What comes from version control needs git, and with that the image that has compilers; the project's own packages
    are taken to be Python.
    """
    found = has_wheel(item, minor)
    if found is None:
        return item.name not in _pure() and not (item.url.endswith(".whl") or NO_ARCHIVE.match(item.url))
    return not found


def needs_geodjango(installed_apps: Iterable[str], database_engines: Iterable[str]) -> dict[str, str]:
    """Return the features for GeoDjango that a project uses, as far as its settings tell."""
    engines = list(database_engines)
    found = {}
    if "django.contrib.gis" in installed_apps or any(
        "contrib.gis" in engine or engine == "postgis" for engine in engines
    ):
        found["geodjango"] = ""
    if any("spatialite" in engine for engine in engines):
        found.update(geodjango="", spatialite="")
    return found


# Distributions one of which speaks to a database, by a part of its engine's name.
DRIVERS = {
    "postg": ("postgresql", {"psycopg", "psycopg2", "psycopg2-binary", "psycopg2cffi", "pg8000"}),
    "mysql": ("mysql", {"mysqlclient", "pymysql", "mysql-connector-python", "mysql-connector", "mysqldb"}),
}


def missing_drivers(distributions: Iterable[str], database_engines: Iterable[str]) -> list[tuple[set[str], str]]:
    """Return, for each database whose driver no file lists, the distributions that are one, and the feature.

    Nothing where no distribution is known, or there is a driver: of the engines, one may be a default of nobody's.
    """
    listed = {*distributions}
    if not listed or any(listed & drivers for _, drivers in DRIVERS.values()):
        return []
    engines = [engine.lower() for engine in database_engines]
    return [
        (drivers, feature) for part, (feature, drivers) in DRIVERS.items() if any(part in engine for engine in engines)
    ]


def other_drivers(distributions: Iterable[str], database_engines: Iterable[str]) -> list[set[str]]:
    """Return the distributions that are a driver of Django's own backends, for those where only others are listed."""
    listed = {*distributions}
    backends = [engine.rpartition(".")[2] for engine in database_engines if engine.startswith("django.")]
    needed = [drivers for part, (_, drivers) in DRIVERS.items() if any(part in backend for backend in backends)]
    return [drivers for drivers in needed if not listed & drivers]


def needs_driver(distributions: Iterable[str], database_engines: Iterable[str]) -> dict[str, str]:
    """Return the features for a database whose driver no file lists, so that another distribution has to bring it."""
    return {feature: "" for _, feature in missing_drivers(distributions, database_engines)}


def translations(tree: Tree) -> str:
    """Return the first of a project's own .po files that compilemessages compiles, or "".

    https://docs.djangoproject.com/en/stable/ref/django-admin/#compilemessages
    """
    for path in tree.paths:
        if path.endswith(".po") and posixpath.dirname(path).endswith("/LC_MESSAGES"):
            folders = path.split("/")[:-4]
            if not {"docs", "doc", "tests", "test", "examples", "vendor"} & set(folders):
                return path
    return ""
