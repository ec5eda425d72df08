"""Find the release of Django that is too new for the code, or for its pins, as these use what that release removed."""

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from packaging.version import Version

from ..findings import Certainty, Found, unread
from ..literals import constant, last_name
from ..places import is_aside, is_development
from ..tree import Loader, Tree
from .distributions import Distribution
from .python_version import DJANGO_PYTHONS, allows
from .record import Dependencies
from .requirements import parse_version

Hit = tuple[str, str, str]  # the release that removed it, where it stands, and what it is

MODELS = ("django.db.models", "django.contrib.gis.db.models")
LOAD = re.compile(r"\{%-?\s*load\s+([^%]*)%\}")
TAG = re.compile(r"\{%-?\s*(\w+)")
FILTER = re.compile(r"\|\s*(\w+)")
WORD = re.compile(r"\w+")
# What a file must mention, beside the last parts of names, to be parsed.
MENTIONED = (
    *("ForeignKey(", "OneToOneField(", "is_ajax()", "providing_args", "is_authenticated()", "is_anonymous()"),
    *("index_together", "CheckConstraint(", "namespace=", "admin.site.urls)", "MIDDLEWARE_CLASSES"),
)
VIEWS = "django.contrib.auth.views"


@lru_cache(maxsize=1)
def _data() -> dict[str, Any]:
    text = (Path(__file__).parent / "removed_from_django.yml").read_text(encoding="utf-8")
    found: dict[str, Any] = yaml.load(text, Loader)
    return found


@lru_cache(maxsize=3)
def _releases(kind: str) -> dict[str, str]:
    """Return the names of a kind, each with the release."""
    return {name: release for release, names in _data()[kind].items() for name in names}


@lru_cache(maxsize=1)
def _last_names() -> frozenset[str]:
    return frozenset(name.rpartition(".")[2] for kind in ("names", "checked", "since") for name in _releases(kind))


def _is_telling(text: str) -> bool:
    """Return whether code may use what a release has removed, or brought: a large project has much that does not."""
    return not _last_names().isdisjoint(WORD.findall(text)) or any(mentioned in text for mentioned in MENTIONED)


def removed(tree: Tree) -> Iterator[tuple[str, str, str]]:
    """Yield what code uses that a release of Django removed, each with the release and where it stands, oldest first.

    What only releases from then on have is taken to be meant: then the rest is of no use any more.
    """
    found: list[Hit] = []
    newer = Version("0")
    for path in tree.paths:
        if is_aside(tree, path) or is_development(path.rpartition("/")[2]):
            continue
        if path.endswith((".html", ".txt", ".xml")) and "templates/" in f"/{path}":
            found += _of_template(path, tree.text(path) or "")
        elif path.endswith(".py") and not path.rpartition("/")[2].startswith("test"):
            code = _read(tree, path)
            found += code.hits
            newer = max([newer, *map(Version, code.newer)])
    found = [hit for hit in found if Version(hit[0]) > newer]
    if any(what == "staticfiles" for _, _, what in found) and _names_library(tree):
        found = [hit for hit in found if hit[2] != "{% load staticfiles %}"]
    yield from sorted(found, key=lambda hit: Version(hit[0]))


def read_bound(tree: Tree, distributions: Mapping[str, Distribution]) -> Found[str]:
    """Return the release of Django that code is too old for, "" where what is asked for is older, or is pinned."""
    django = distributions.get("django", Distribution("django"))
    if not distributions or django.version or django.url:
        return unread("")
    pins = [*_too_old(distributions)]
    for release, source, what in sorted([*removed(tree), *pins], key=lambda hit: Version(hit[0])):
        wanted = [series for series in DJANGO_PYTHONS if allows(django.specifier, series)]
        limit = Version(release).release
        older = [series for series in wanted if series < limit]
        if older and len(older) < len(wanted):
            is_pin = (release, source, what) in pins
            note = f"is too new for {what}" if is_pin else f"has removed what is used: {what}"
            return Found(release, source, Certainty.INFERRED, f"Django {release} {note}.")
    return unread("")


def _too_old(distributions: Mapping[str, Distribution]) -> Iterator[Hit]:
    """Yield the pins of packages that are too old for a release of Django, each with the release."""
    for name, releases in _data()["packages"].items():
        item = distributions.get(name)
        pinned = parse_version(item.version) if item else None
        if (
            item
            and pinned
            and (fitting := [release for first, release in releases.items() if pinned < Version(first)])
        ):
            yield min(fitting, key=Version), item.source, f"{name} {item.version}"


def series(dependencies: Dependencies) -> tuple[int, int]:
    """Return the series of Django that is installed, such as 5.2, (0, 0) if that is not known.

    Of an unpinned Django, the newest that the project's files and its Python allow.
    """
    if pinned := parse_version(dependencies.django_version.value):
        return pinned.major, pinned.minor
    django = dependencies.distributions.value.get("django")
    if django is None:
        return 0, 0
    minor = int(dependencies.python_version.value.split(".")[1])
    below = parse_version(dependencies.django_below.value)
    fitting = [
        found
        for found, (oldest, _) in DJANGO_PYTHONS.items()
        if oldest <= minor and allows(django.specifier, found) and not (below and found >= below.release[:2])
    ]
    return max(fitting, default=(0, 0))


def held_below(django: Distribution | None, below: Found[str]) -> Distribution:
    """Return what is asked for of Django, with the release that it is to be older than."""
    found = django or Distribution("django", source=below.source)
    parts = [part for part in (found.specifier, f"<{below.value}") if part]
    return replace(found, specifier=",".join(parts))


def _names_library(tree: Tree) -> bool:
    """Return whether settings give a library of templates another module."""
    return any("django.templatetags.static" in (tree.text(path) or "") for path in tree.paths if path.endswith(".py"))


def _of_template(path: str, text: str) -> Iterator[Hit]:
    known = _data()["templates"]
    for number, line in enumerate(text.split("\n"), 1):
        if "{%" not in line and "|" not in line:
            continue
        source = f"{path}:{number}"
        for match in LOAD.finditer(line):
            for name in known["load"].keys() & set(match[1].split()):
                yield known["load"][name], source, f"{{% load {name} %}}"
        for name in known["tags"].keys() & set(TAG.findall(line)):
            yield known["tags"][name], source, f"{{% {name} %}}"
        if "length_is" in line:
            for name in known["filters"].keys() & set(FILTER.findall(line)):
                yield known["filters"][name], source, name


@dataclass
class _Code:
    """What one module uses: `imported` are the names that it binds, with what they stand for."""

    tree: Tree
    path: str
    imported: dict[str, str] = field(default_factory=dict)
    hits: list[Hit] = field(default_factory=list)
    newer: list[str] = field(default_factory=list)

    def add(self, release: str, node: ast.AST, what: str) -> None:
        """Note what is used."""
        self.hits.append((release, f"{self.path}:{getattr(node, 'lineno', 1)}", what))

    def uses(self, name: str, node: ast.AST) -> None:
        """Note a name of Django's, if it was removed, or is new."""
        parts = name.split(".")
        for end in range(len(parts), 1, -1):
            part = ".".join(parts[:end])
            if release := _releases("names").get(part):
                self.add(release, node, part)
            if (release := _releases("checked").get(part)) and "/migrations/" not in f"/{self.path}":
                self.add(release, node, part)
            if release := _releases("since").get(part):
                self.newer.append(release)

    def meaning(self, node: ast.AST) -> str:
        """Return the dotted name that a name or an attribute stands for, "" for others."""
        if isinstance(node, ast.Name):
            return self.imported.get(node.id, "")
        if isinstance(node, ast.Attribute) and (base := self.meaning(node.value)):
            return f"{base}.{node.attr}"
        return ""


def _read(tree: Tree, path: str) -> _Code:
    code = _Code(tree, path)
    text = tree.text(path) or ""
    if not _is_telling(text):
        return code
    module = tree.python(path)
    if module is None:
        return code
    optional = set(_optional(module))
    nodes = [node for node in ast.walk(module) if node not in optional]
    for node in nodes:
        _imports(code, node)
    for node in nodes:
        if isinstance(node, ast.Attribute):
            code.uses(code.meaning(node), node)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.startswith("django."):
            code.uses(node.value, node)
        elif isinstance(node, ast.Call):
            _call(code, node)
        elif isinstance(node, ast.ClassDef) and node.name == "Meta":
            _meta(code, node)
    if "MIDDLEWARE_CLASSES" in text:
        _settings(code, module)
    return code


def _optional(module: ast.Module) -> Iterator[ast.AST]:
    """Yield what runs on some releases alone: what is tried, and what a condition on a version leads to."""
    for node in ast.walk(module):
        if isinstance(node, ast.Try) and node.handlers:
            parts: list[ast.stmt] = [*node.body, *(item for handler in node.handlers for item in handler.body)]
        elif isinstance(node, ast.If | ast.IfExp) and "version" in ast.unparse(node.test).lower():
            parts = [*node.body, *node.orelse] if isinstance(node, ast.If) else []
        else:
            continue
        for part in parts:
            yield from ast.walk(part)


def _imports(code: _Code, node: ast.AST) -> None:
    if isinstance(node, ast.ImportFrom) and node.module and not node.level:
        if node.module.partition(".")[0] != "django":
            return
        code.uses(node.module, node)
        for alias in node.names:
            name = f"{node.module}.{alias.name}"
            code.imported[alias.asname or alias.name] = name
            if name not in _releases("names") or node.module not in _releases("names"):
                code.uses(name, node)
    elif isinstance(node, ast.Import):
        for alias in node.names:
            if alias.name.partition(".")[0] == "django":
                code.imported[alias.asname or "django"] = alias.name if alias.asname else "django"
                code.uses(alias.name, node)


def _call(code: _Code, node: ast.Call) -> None:
    name, meaning = last_name(node.func), code.meaning(node.func)
    given = {keyword.arg for keyword in node.keywords}
    if name in ("ForeignKey", "OneToOneField") and meaning.rpartition(".")[0] in MODELS:
        if len(node.args) < 2 and not {"on_delete", None} & given:
            code.add("2.0", node, f"a {name} without on_delete")
    elif name == "is_ajax" and isinstance(node.func, ast.Attribute) and last_name(node.func.value) == "request":
        code.add("4.0", node, "request.is_ajax()")
    elif name in ("is_authenticated", "is_anonymous") and isinstance(node.func, ast.Attribute):
        if last_name(node.func.value) == "user" and not node.args:
            code.add("2.0", node, f"user.{name}()")
    elif name == "Signal" and meaning.startswith("django.") and "providing_args" in given:
        code.add("4.0", node, "providing_args of Signal")
    elif name == "CheckConstraint" and meaning.rpartition(".")[0] in MODELS and "check" in given:
        code.add("6.0", node, "check of CheckConstraint")
    elif name == "include" and meaning in ("django.conf.urls.include", "django.urls.include") and node.args:
        _include(code, node)


def _include(code: _Code, node: ast.Call) -> None:
    """Note an include of the site's own admin, or one with a namespace and without a name of the application.

    https://docs.djangoproject.com/en/stable/ref/urls/#include
    """
    first = node.args[0]
    if isinstance(first, ast.Attribute) and ast.unparse(first) == "admin.site.urls":
        code.add("2.0", node, "include(admin.site.urls)")
    named = any(keyword.arg == "namespace" for keyword in node.keywords)
    module = constant(first)
    if named and module and "app_name" not in {keyword.arg for keyword in node.keywords}:
        tail = f"/{module.replace('.', '/')}.py"
        path = next((path for path in code.tree.paths if f"/{path}".endswith(tail)), "")
        if path and "app_name" not in (code.tree.text(path) or ""):
            code.add("2.0", node, "include() with a namespace, of URLs without app_name")
    elif named and "app_name" in {keyword.arg for keyword in node.keywords}:
        code.add("2.0", node, "app_name of include()")


def _meta(code: _Code, node: ast.ClassDef) -> None:
    if not any(name.startswith(MODELS) for name in code.imported.values()):
        return
    for statement in node.body:
        if isinstance(statement, ast.Assign) and any(
            last_name(each) == "index_together" for each in statement.targets
        ):
            code.add("5.1", statement, "index_together")


def _settings(code: _Code, module: ast.Module) -> None:
    """Note settings that know the older name of MIDDLEWARE alone."""
    names = {
        last_name(target): node for node in module.body if isinstance(node, ast.Assign) for target in node.targets
    }
    if "MIDDLEWARE_CLASSES" in names and "MIDDLEWARE" not in names:
        code.add("2.0", names["MIDDLEWARE_CLASSES"], "MIDDLEWARE_CLASSES")
