"""What a site needs beside what is installed: what a library's example lists, and what only developers install."""

import posixpath
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace

from packaging.utils import canonicalize_name

from ..data import mapping, strings
from ..deployment.recipes import is_for_developers
from ..findings import Certainty, Found
from ..importer import Importer
from ..layout.record import Layout
from ..places import own
from ..settings.record import DjangoSettings
from ..settings.setting import Settings
from ..tree import Tree
from .python_version import allows
from .record import Dependencies
from .requirements import Requirement, left_out, parse_requirement, read_requirements

# Distributions whose names do not say what they bring.
APPS = {
    "corsheaders": "django-cors-headers",
    "mptt": "django-mptt",
    "rest_framework": "djangorestframework",
    "silk": "django-silk",
}
JINJA = "django.template.backends.jinja2.Jinja2"
MAX_FILES = 30
KOMBU = ("celery", "django-celery-beat", "django-celery-results")  # what brings it


def distributions_of(module: str) -> set[str]:
    """Return the names that the distribution of a top-level module may have."""
    name = module.lower().replace("_", "-")
    return {name, f"django-{name}", name.removeprefix("django-"), APPS.get(module, name)}


# What a distribution imports when it runs, and does not require.
# By the part of it that does: https://github.com/aboutcode-org/fetchcode (fetchcode/vcs/pip, 0.8.2)
UNDECLARED = {"fetchcode.vcs": "pip"}


def with_missing(
    tree: Tree, dependencies: Dependencies, layout: Layout, settings: DjangoSettings, evaluated: Settings
) -> Dependencies:
    """Return dependencies with what has to be installed beside them: what settings name, or the rest needs."""
    found: dict[str, Requirement] = {}
    for item in _of_example(tree, dependencies, layout):
        found.setdefault(item.name, item)
    named = [*settings.installed_apps.value, *settings.middleware.value]
    missing = [*_missing(tree, dependencies, layout, named)]
    near = {path.rpartition("/")[0] for path in dependencies.installer_files.value}
    listed = {item.name: item for item in _of_developers(tree, near)} if missing else {}
    for module in missing:
        name = next((name for name in distributions_of(module) if name in listed), "")
        if name:
            found.setdefault(name, listed[name])
    if "jinja2" not in dependencies.distributions.value and (path := _uses_jinja(tree, evaluated)):
        found.setdefault("jinja2", Requirement("jinja2", source=path))
    if lacking := _of_kombu(dependencies):
        found.setdefault(lacking.name, lacking)
    if source := _left_out(tree, dependencies, "setuptools"):
        found.setdefault("setuptools", Requirement("setuptools", "<82", source=source))
    for part, brought in UNDECLARED.items():
        known = dependencies.distributions.value.get(part.partition(".")[0])
        if known and any(part in (tree.text(path) or "") for path in tree.paths if path.endswith(".py")):
            found.setdefault(brought, Requirement(brought, source=known.source))
    kept = [item for name, item in found.items() if name not in dependencies.distributions.value or item.extras]
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


def _is_near(dependencies: Dependencies, base: str) -> bool:
    return any(path.startswith(f"{base}/") for path in dependencies.installer_files.value)


def _left_out(tree: Tree, dependencies: Dependencies, name: str) -> str:
    """Return where a compiled file leaves out a distribution that others need.

    The newest setuptools has no pkg_resources any more, which they may import.
    https://setuptools.pypa.io/en/latest/history.html#v82-0-0
    """
    files = dependencies.requirements_files.value
    lines = {path: left_out(tree.text(path) or "", name) for path in files}
    return next((f"{path}:{line}" for path, line in lines.items() if line), "")


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


def _of_kombu(dependencies: Dependencies) -> Requirement | None:
    """Return what Celery lacks for Redis where nothing pins Kombu, None for nothing.

    The newest Kombu imports packaging without requiring it, and takes no older client of Redis: https://docs.celeryq.dev
    """
    installed = dependencies.distributions.value
    if dependencies.lock_file.value or "redis" not in installed:
        return None
    asking = [installed[name] for name in KOMBU if name in installed]
    if not asking or any("redis" in item.extras for item in asking) or "kombu" in installed:
        return None
    celery = installed.get("celery")
    if celery and not any(allows(celery.specifier, (5, minor)) for minor in range(20)):
        return None
    client = installed["redis"]
    if not any(allows(client.specifier, (major, minor)) for major in range(6, 20) for minor in range(1, 10)):
        return Requirement("kombu", specifier="<5.7", source=client.source)
    return None if "packaging" in installed else Requirement("packaging", source=asking[0].source)


def _uses_jinja(tree: Tree, evaluated: Settings) -> str:
    """Return which file of the settings has templates of Jinja's, "" for none.

    https://docs.djangoproject.com/en/stable/topics/templates/#django.template.backends.jinja2.Jinja2
    """
    return next((path for path in evaluated.files if JINJA in (tree.text(path) or "")), "")
