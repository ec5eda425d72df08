"""What a site needs beside what is installed: what a library's example lists, and what only developers install."""

import posixpath
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace

from packaging.utils import canonicalize_name
from packaging.version import Version

from ..data import mapping, strings
from ..deployment.recipes import is_for_developers
from ..findings import Certainty, Found
from ..importer import Importer
from ..layout.record import Layout
from ..named_aside import is_named_aside
from ..places import is_aside, own
from ..settings.record import DjangoSettings
from ..settings.setting import Settings, entry, parts_of
from ..tree import Tree
from .debian_packages import missing_drivers, other_drivers
from .record import Dependencies
from .requirements import Requirement, parse_requirement, parse_version, read_requirements
from .undeclared import undeclared

# Distributions whose names do not say what they bring.
APPS = {
    "corsheaders": "django-cors-headers",
    "mptt": "django-mptt",
    "rest_framework": "djangorestframework",
    "silk": "django-silk",
}
# Django's own backends of PostgreSQL, which bring no driver.
POSTGRESQL = (
    "django.db.backends.postgresql",
    "django.db.backends.postgresql_psycopg2",
    "django.contrib.gis.db.backends.postgis",
)
IMPORTS = re.compile(r"^(?:from|import) ([A-Za-z]\w*)", re.M)
MAX_FILES = 30


def distributions_of(module: str) -> set[str]:
    """Return the names that the distribution of a top-level module may have."""
    name = module.lower().replace("_", "-")
    return {name, f"django-{name}", name.removeprefix("django-"), APPS.get(module, name)}


def with_missing(
    tree: Tree, dependencies: Dependencies, layout: Layout, settings: DjangoSettings, evaluated: Settings
) -> Dependencies:
    """Return dependencies with what has to be installed beside them: what settings name, or the rest needs."""
    found: dict[str, Requirement] = {}
    asked = _of_settings(tree, dependencies, layout, settings, _backends(evaluated))
    for item in (*_of_example(tree, dependencies, layout), *asked, *undeclared(tree, dependencies, evaluated)):
        found.setdefault(item.name, item)
    installed = dependencies.distributions.value
    kept = [item for name, item in found.items() if name not in installed or item.extras or item.specifier]
    texts = [f"{item.name}{_extras(item)}{item.specifier}" for item in kept]
    return replace(dependencies, missing=Found(texts, kept[0].source if kept else "", Certainty.INFERRED))


def _extras(item: Requirement) -> str:
    return f"[{','.join(item.extras)}]" if item.extras else ""


def _of_example(tree: Tree, dependencies: Dependencies, layout: Layout) -> Iterator[Requirement]:
    """Yield what the requirements file beside manage.py lists, where the library's manifest is what is installed."""
    base = layout.base
    if base == "." or dependencies.installer.value != "pyproject" or _is_near(dependencies, base):
        return
    names = ("requirements.txt", "requirements.in", "requirements/base.txt", "requirements/requirements.txt")
    path = next((path for name in names if tree.exists(path := posixpath.join(base, name))), "")
    for item in read_requirements(tree, path).requirements if path else ():
        if not item.url:
            yield item


def _backends(evaluated: Settings) -> Iterator[str]:
    """Yield the dotted names of the caches' and channel layers' backends."""
    for name in ("CACHES", "CHANNEL_LAYERS"):
        for value in parts_of(evaluated.get(name)).values():
            backend = entry(value, "BACKEND")
            if isinstance(backend, str):
                yield backend


def _imports_of_example(tree: Tree, dependencies: Dependencies, layout: Layout) -> Iterator[str]:
    """Yield what the code of a library's example imports, which only developers may list."""
    if not is_named_aside(f"{layout.base}/") or _is_near(dependencies, layout.base):
        return
    for path in tree.paths:
        if path.startswith(f"{layout.base}/") and path.endswith(".py") and not is_aside(tree, path):
            yield from IMPORTS.findall(tree.text(path) or "")


def _is_near(dependencies: Dependencies, base: str) -> bool:
    return any(path.startswith(f"{base}/") for path in dependencies.installer_files.value)


def _of_settings(
    tree: Tree, dependencies: Dependencies, layout: Layout, settings: DjangoSettings, backends: Iterable[str]
) -> Iterator[Requirement]:
    """Yield what settings name, and only developers or an extra install: apps, and the driver of a database."""
    named = [*settings.installed_apps.value, *settings.middleware.value, *backends]
    named += _imports_of_example(tree, dependencies, layout)
    modules = _missing(tree, dependencies, layout, named)
    missing = [distributions_of(module) for module in modules]
    engines = [settings.default_database.engine or ""]
    engines += [database.engine or "" for database in settings.databases.value.values()]
    unlisted = missing_drivers(dependencies.distributions.value, engines)
    missing += [drivers for drivers, _ in unlisted] or other_drivers(dependencies.distributions.value, engines[:1])
    near = {path.rpartition("/")[0] for path in dependencies.installer_files.value}
    listed = {item.name: item for item in _of_developers(tree, near)} if missing else {}
    for names in missing:
        name = next((name for name in listed if name in names), "")
        if name:
            yield listed[name]
    if any(drivers.isdisjoint(listed) for drivers, _ in unlisted) and any(engine in POSTGRESQL for engine in engines):
        yield _psycopg(dependencies.django_version.value, settings.databases.source)


def _psycopg(django: str, source: str) -> Requirement:
    """Return the driver, with a wheel: https://docs.djangoproject.com/en/stable/ref/databases/#postgresql-notes"""
    pinned = parse_version(django)
    if pinned and pinned < Version("4.2"):
        return Requirement("psycopg2-binary", "<2.9" if pinned < Version("3") else "", source=source)
    return Requirement("psycopg", extras=("binary",), source=source)


def _missing(tree: Tree, dependencies: Dependencies, layout: Layout, dotted: Iterable[str]) -> Iterator[str]:
    """Yield the top-level modules that are neither in the project nor in what is installed."""
    importer = Importer(tree, layout.base, layout.import_root)
    installed = dependencies.distributions.value
    for module in dict.fromkeys(name.partition(".")[0] for name in dotted):
        is_there = module == "django" or not distributions_of(module).isdisjoint(installed)
        if not is_there and module not in tree.python_folders and not importer.find(module):
            yield module


def _of_developers(tree: Tree, near: Collection[str]) -> Iterator[Requirement]:
    """Yield what developers install, from requirements files and the tables of pyproject.toml.

    `near` are the folders of what is installed.
    """
    paths = [
        path
        for path in tree.paths
        if path.endswith((".txt", ".in"))
        and "require" in path
        and (path.count("/") <= 2 or path.rpartition("/")[0] in near)
        and is_for_developers(path)
    ]
    for path in paths[:MAX_FILES]:
        yield from (item for item in read_requirements(tree, path).requirements if not item.url)
    for path in own(tree, "pyproject.toml")[:3]:
        content = tree.toml(path)
        tables = (mapping(content, "project", "optional-dependencies"), mapping(content, "dependency-groups"))
        for text in (text for table in tables for listed in table.values() for text in strings(listed)):
            requirement, _ = parse_requirement(text, path)
            if requirement and not requirement.url:
                yield requirement
        poetry = mapping(content, "tool", "poetry")
        groups = [mapping(group, "dependencies") for group in mapping(poetry, "group").values()]
        for name in (name for group in (*groups, mapping(poetry, "dev-dependencies")) for name in group):
            yield Requirement(canonicalize_name(name), source=path)
