"""What a library's example needs beside the library: what its own file lists, and what developers install."""

import posixpath
from collections.abc import Iterable, Iterator
from dataclasses import replace

from packaging.utils import canonicalize_name

from ..data import mapping, strings
from ..deployment.recipes import is_for_developers
from ..findings import Certainty, Found
from ..importer import Importer
from ..layout.record import Layout
from ..named_aside import is_named_aside
from ..places import own
from ..settings.record import DjangoSettings
from ..settings.setting import Settings
from ..tree import Tree
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
    """Return dependencies with what has to be installed beside them.

    Only a library leaves to developers what its example cannot do without; a site has it for debugging.
    """
    is_library = dependencies.installer.value == "pyproject" or is_named_aside(f"{layout.base}/")
    found: dict[str, Requirement] = {}
    for item in _of_example(tree, dependencies, layout):
        found.setdefault(item.name, item)
    named = [*settings.installed_apps.value, *settings.middleware.value] if is_library else []
    missing = [*_missing(tree, dependencies, layout, named)]
    listed = {item.name: item for item in _of_developers(tree)} if missing else {}
    for module in missing:
        name = next((name for name in distributions_of(module) if name in listed), "")
        if name:
            found.setdefault(name, listed[name])
    if "jinja2" not in dependencies.distributions.value and (path := _uses_jinja(tree, evaluated)):
        found.setdefault("jinja2", Requirement("jinja2", source=path))
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


def _of_developers(tree: Tree) -> Iterator[Requirement]:
    """Yield what developers install, from requirements files and the tables of pyproject.toml."""
    paths = [
        path
        for path in tree.paths
        if path.endswith((".txt", ".in")) and "require" in path and path.count("/") <= 2 and is_for_developers(path)
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


def _uses_jinja(tree: Tree, evaluated: Settings) -> str:
    """Return which file of the settings has templates of Jinja's, "" for none.

    https://docs.djangoproject.com/en/stable/topics/templates/#django.template.backends.jinja2.Jinja2
    """
    return next((path for path in evaluated.files if JINJA in (tree.text(path) or "")), "")
