"""The Python version that a project runs on, from its files. The version that runs this code never counts."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import yaml
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import InvalidWheelFilename, parse_wheel_filename
from packaging.version import Version

from .. import lines
from ..data import mapping, strings
from ..deployment.dockerfile import Image, images
from ..deployment.own_image import own_image
from ..deployment.recipes import Line
from ..findings import Certainty
from ..places import join, mentions
from ..tree import Loader, Tree
from .distributions import Distribution
from .python_statements import (
    DJANGO,
    MINORS,
    MUST,
    NUMBER,
    TESTED,
    WHEELS,
    Statement,
    allowed,
    any_of,
    classified,
    exact,
    only_release,
)
from .requirements import parse_version
from .tool import Tool

NEWEST = 14  # 3.N: the newest that most packages with compiled code have wheels for
USUAL = 13  # where nothing speaks for the newest

# https://docs.djangoproject.com/en/stable/faq/install/#what-python-version-can-i-use-with-django
DJANGO_PYTHONS = {
    (1, 8): (4, 5),
    (1, 9): (4, 5),
    (1, 10): (4, 5),
    (1, 11): (4, 7),
    (2, 0): (4, 7),
    (2, 1): (5, 7),
    (2, 2): (5, 9),
    (3, 0): (6, 9),
    (3, 1): (6, 9),
    (3, 2): (6, 10),
    (4, 0): (8, 10),
    (4, 1): (8, 11),
    (4, 2): (8, 12),
    (5, 0): (10, 12),
    (5, 1): (10, 13),
    (5, 2): (10, 14),
    (6, 0): (12, 14),
    (6, 1): (12, 14),
}


def read_python_version(
    tree: Tree,
    folders: list[str],
    steps: list[Line],
    distributions: dict[str, Distribution],
    tools: Iterable[Tool] = (),
    installer: str = "",
) -> tuple[str, str, Certainty, str]:
    """Return the newest Python ("3.N") that satisfies most of what the project says, its source, certainty and a note.

    What the project runs on goes before the ranges that it allows, those before what Django documents, and that
    before wheels and test matrices; a version that pip or the installer would refuse is only taken where everything
    else would be contradicted.
    """
    found = list(_statements(tree, folders, steps, distributions, tools, installer))
    named = {minor for statement in found if statement.exact for minor in statement.minors}
    newest = NEWEST if _speaks_for_newest(found) else USUAL
    candidates = [minor for minor in MINORS if minor <= newest or minor in named]
    score = {minor: sum(statement.weight for statement in found if minor in statement.minors) for minor in candidates}
    chosen = max(candidates, key=lambda minor: (score[minor], minor))
    deciding = [statement for statement in found if chosen in statement.minors]
    deciding.sort(key=lambda statement: (not statement.exact, -statement.weight))
    against = [statement for statement in found if chosen not in statement.minors]
    note = "; ".join(f"{statement.text} ({statement.source})" for statement in against[:4])
    note = f"Not what everything says: {note}." if note else ""
    version = next((statement.patch for statement in deciding if statement.patch), f"3.{chosen}")
    if deciding and deciding[0].exact:
        return version, deciding[0].source, Certainty.STATED, note or _micro(deciding[0])
    ranges = [statement for statement in deciding if statement.source]
    if ranges:
        source = _narrowest(ranges, chosen).source
        return (
            version,
            source,
            Certainty.INFERRED,
            note or "It is the newest that the project's files allow; none names one.",
        )
    return f"3.{chosen}", "", Certainty.ASSUMED, note or "The project names no Python version."


def _micro(statement: Statement) -> str:
    match = NUMBER.search(statement.text)
    return f"{statement.source} names {match[0]}." if match and match[2] else ""


def _narrowest(statements: list[Statement], chosen: int) -> Statement:
    """Return the statement that keeps the version from being a newer one; else the weightiest."""
    limiting = [statement for statement in statements if chosen + 1 not in statement.minors]
    return (limiting or statements)[0]


def _speaks_for_newest(statements: list[Statement]) -> bool:
    """Return whether tests, wheels or a lower bound name the newest Python: a range without an end does not."""
    for statement in statements:
        if NEWEST in statement.minors and (statement.weight == TESTED or min(statement.minors) >= NEWEST):
            return True
    return any(
        statement.weight == WHEELS and NEWEST in statement.minors and statement.text.startswith("locked")
        for statement in statements
    )


def _statements(
    tree: Tree,
    folders: list[str],
    steps: list[Line],
    distributions: dict[str, Distribution],
    tools: Iterable[Tool],
    installer: str,
) -> Iterator[Statement]:
    for folder in folders:
        yield from _version_files(tree, folder)
    yield from _dockerfiles(tree, folders[0], steps)
    for folder in folders:
        yield from _project_table(tree, folder)
        for tool in tools:
            if tool.pythons:
                for statement in tool.pythons(tree, folder):
                    # Pipenv takes no other: https://pipenv.pypa.io/en/latest/commands.html#install
                    refuses = tool.name == installer and statement.exact
                    yield replace(statement, weight=MUST) if refuses else statement
    yield from _tested(tree, steps)
    yield from _django(distributions)
    if (wheels := _wheels(distributions)) is not None:
        yield wheels


def _version_files(tree: Tree, folder: str) -> Iterator[Statement]:
    """Read .python-version, runtime.txt (Heroku) and .tool-versions (asdf, mise).

    https://devcenter.heroku.com/articles/python-runtimes, https://asdf-vm.com/manage/configuration.html
    """
    for name in (".python-version", "runtime.txt"):
        path = join(folder, name)
        for number, line in enumerate((tree.text(path) or "").split("\n")[:20], 1):
            line = line.strip().removeprefix("cpython-").removeprefix("python-")
            if line[:2] == "3." and line[2:3].isdigit():
                yield from exact(line, f"{path}:{number}")
                break
    path = join(folder, ".tool-versions")
    for number, line in enumerate((tree.text(path) or "").split("\n")[:200], 1):
        if line.split()[:1] == ["python"]:
            yield from exact(line, f"{path}:{number}")
    path = join(folder, "mise.toml")
    if isinstance(version := mapping(tree.toml(path), "tools").get("python"), str):
        yield from exact(version, lines.key_at(tree, path, ("tools", "python")))


def image_python(image: Image) -> str:
    """Return the Python version ("3.12" or "3.12.4") that an image's name or tag states, or "".

    python:3.12-slim, nikolaik/python-nodejs:python3.12-nodejs22, ghcr.io/astral-sh/uv:python3.12-bookworm,
    ubi9/python-312.
    """
    if match := re.search(r"python-?3\.?(\d{1,2})$", image.name):
        return f"3.{match[1]}"
    tag = re.sub(r"alpine[0-9.]+", "", image.tag)  # whose own version looks the same
    if "python" in image.name and (match := NUMBER.search(tag)):
        return match[0]
    if match := re.search(r"(?:python|py)-?(3\.\d{1,2}(?:\.\d{1,2})?)", tag):
        return match[1]
    return ""


# The package python3 of Debian's and Ubuntu's releases, by tags of their images:
# https://packages.debian.org/python3, https://packages.ubuntu.com/python3
OF_RELEASES = {
    tag: version
    for tags, version in (
        ("20.04 focal", "3.8"),
        ("11 bullseye", "3.9"),
        ("22.04 jammy", "3.10"),
        ("12 bookworm", "3.11"),
        ("24.04 noble", "3.12"),
        ("13 trixie", "3.13"),
    )
    for tag in tags.split()
}
OF_SYSTEM = re.compile(r"(?<![\w/.-])python3(?:-\w+)*(?=\s|$)", re.MULTILINE)  # installed by apt-get, or run
INSTALLED = re.compile(r"\bpython(?:\s+(?:install|pin)\s+|-?)(3\.\d{1,2})\b")


def _dockerfiles(tree: Tree, django_dir: str, steps: list[Line]) -> Iterator[Statement]:
    paths = {step.path: step.development for step in steps if step.kind == "dockerfile"}
    production = [path for path, development in paths.items() if not development]
    site = own_image(tree, django_dir)
    states = site and any(image_python(image) for image in images(tree.text(site.path) or ""))
    if site and site.path in production and (site.service or states):
        production = [site.path]  # other things run in the others
    seen: set[frozenset[int]] = set()
    for path in (production or list(paths))[:20]:
        pythons = [image for image in images(tree.text(path) or "") if image_python(image)]
        for image in pythons[-1:]:
            for statement in exact(image_python(image), f"{path}:{image.line}"):
                if statement.minors not in seen:  # five Dockerfiles that agree are one statement
                    seen.add(statement.minors)
                    yield statement
    if not seen:  # Debian or Red Hat with a Python installed: python3.12, uv python install 3.12
        for step in steps:
            match = INSTALLED.search(step.text) if step.kind == "dockerfile" and not step.development else None
            if match:
                yield from exact(match[1], step.source)
                return
        for path in (production or list(paths))[:20]:
            text = tree.text(path) or ""
            systems = [image for image in images(text) if image.name in ("debian", "ubuntu")]
            version = OF_RELEASES.get(systems[-1].tag.partition("-")[0]) if systems else None
            if version and OF_SYSTEM.search(text):
                yield from exact(version, f"{path}:{systems[-1].line}")
                return


def _project_table(tree: Tree, folder: str) -> Iterator[Statement]:
    path = join(folder, "pyproject.toml")
    project = mapping(tree.toml(path), "project")
    if isinstance(requires := project.get("requires-python"), str):
        source = lines.key_at(tree, path, ("project", "requires-python"))
        yield from any_of(allowed(requires), source, f"requires-python {requires}", only_release(requires))
    if minors := classified(strings(project.get("classifiers"))):
        source = lines.key_at(tree, path, ("project", "classifiers"))
        yield Statement(minors, TESTED, source, "the classifiers name others")


WORKFLOW_VERSION = re.compile(r"python[-_]?versions?\b[\"']?\s*[:=](.*)$|^-?\s*python:\s*(.*)$", re.IGNORECASE)
CI_IMAGE = re.compile(r"\bpython:(3\.\d{1,2})")
AROUND = frozenset(
    ["docs", "doc", "documentation", "lint", "linting", "release", "draft", "pages", "publish", "translations"]
)  # of workflows
TOX_PYTHON = re.compile(r"\bpy(?:thon)?\{?(3\.?\d{1,2}(?:[,\s]+3\.?\d{1,2})*)\}?")


def _tested(tree: Tree, steps: list[Line]) -> Iterator[Statement]:
    """Return the versions that CI and tox test with, together: which of them is production's is not said."""
    minors: set[int] = set()
    source = ""
    within = False  # the list items below `python-version:`
    for step in steps:
        if step.kind == "ci" and mentions(step.path.rpartition("/")[2], AROUND):
            continue
        found: list[str] = []
        name = step.path.rpartition("/")[2]
        if step.kind == "ci":
            if match := WORKFLOW_VERSION.search(step.text):
                value = match[1] or match[2] or ""
                found = [number[0] for number in NUMBER.finditer(value)]
                within = not value.strip()
            elif within and step.text.startswith("- "):
                found = [number[0] for number in NUMBER.finditer(step.text)]
            else:
                within = False
                found = [f"{version}" for version in CI_IMAGE.findall(step.text)]
        elif name == "tox.ini":
            found = [number for match in TOX_PYTHON.finditer(step.text) for number in re.split(r"[,\s]+", match[1])]
        for number in found:
            digits = number.removeprefix("3").lstrip(".").partition(".")[0]
            if digits.isdecimal() and int(digits) in MINORS:
                minors.add(int(digits))
                source = source or step.source
    if minors:
        yield Statement(
            frozenset(minors), TESTED, source, "tests run on " + ", ".join(f"3.{minor}" for minor in sorted(minors))
        )


def allows(specifier: str, series: tuple[int, int]) -> bool:
    """Return whether a specifier allows a release of a series, such as 5.2; True where it is none."""
    try:
        wanted = SpecifierSet(specifier)
    except InvalidSpecifier:
        return True
    return any(wanted.contains(f"{series[0]}.{series[1]}.{micro}") for micro in range(40))


def django_pythons(version: str, specifier: str) -> tuple[int, int] | None:
    """Return the oldest and newest minor of Python 3 that a Django supports; None where any may be installed.

    Of an unpinned Django, all that its specifier allows. https://docs.djangoproject.com/en/stable/faq/install/
    """
    if pinned := parse_version(version):
        series = (pinned.major, pinned.minor)
        if series in DJANGO_PYTHONS:
            return DJANGO_PYTHONS[series]
        return (12, MINORS[-1]) if series > max(DJANGO_PYTHONS) else DJANGO_PYTHONS[min(DJANGO_PYTHONS)]
    if not specifier:
        return None
    try:
        wanted = SpecifierSet(specifier)
    except InvalidSpecifier:
        return None
    major, minor = max(DJANGO_PYTHONS)
    newer = wanted.contains(f"{major}.{minor + 1}") or wanted.contains(f"{major + 1}.0")
    pythons = [
        pythons
        for series, pythons in DJANGO_PYTHONS.items()
        if any(wanted.contains(f"{series[0]}.{series[1]}.{micro}") for micro in range(40))
    ]
    if not pythons:
        return None
    return min(low for low, _ in pythons), MINORS[-1] if newer else max(high for _, high in pythons)


def _django(distributions: dict[str, Distribution]) -> Iterator[Statement]:
    django = distributions.get("django")
    if django is None or (pythons := django_pythons(django.version, django.specifier)) is None:
        return
    low, high = pythons
    name = f"Django {django.version or django.specifier}"
    yield Statement(
        frozenset(range(low, MINORS[-1] + 1)), MUST, django.source, f"{name} needs Python 3.{low} or newer"
    )
    nearest = max(high, MINORS[0])  # of what is older than all that can be chosen
    yield Statement(frozenset(range(low, nearest + 1)), DJANGO, django.source, f"{name} supports Python to 3.{high}")


OLDEST_IN_TABLE, NEWEST_IN_TABLE = 9, 14
OLDEST_IMAGE = 8  # 3.N, with a Debian release of today


@lru_cache(maxsize=1)
def first_wheels() -> dict[str, dict[int, Version]]:
    """Return, by distribution, the oldest version that has a wheel for Linux, by minor of Python 3."""
    content = yaml.load((Path(__file__).parent / "first_wheels.yml").read_text(encoding="utf-8"), Loader)
    return {name: {int(key[2:]): Version(value) for key, value in row.items()} for name, row in content.items()}


def has_wheel(distribution: Distribution, minor: int) -> bool | None:
    """Return whether pip finds a wheel of a distribution for CPython 3.`minor` on x86-64 Linux; None if unknown.

    As its lock file lists them, else from the table of oldest versions; an unpinned one is taken to be a new release.
    """
    if distribution.url and not distribution.url.endswith(".whl"):
        return None
    if distribution.wheels is not None:
        return any(fits(name, minor) for name in distribution.wheels)
    row = first_wheels().get(distribution.name)
    if row is None or minor < OLDEST_IN_TABLE:
        return None
    known = {key: value for key, value in row.items() if key <= minor}
    first = row.get(minor) or (known[max(known)] if minor > NEWEST_IN_TABLE and known else None)
    if first is None:
        return False
    version = parse_version(distribution.version)
    if version is None:
        return _may_be(distribution.specifier, first)
    return version >= first


def _may_be(specifier: str, first: Version) -> bool:
    """Return whether an unpinned specifier lets pip choose a version as new as `first`."""
    try:
        parts = SpecifierSet(specifier)
    except InvalidSpecifier:
        return True
    for part in parts:
        limit = parse_version(part.version.rstrip(".*"))
        if limit is None:
            continue
        if part.operator in ("<", "<=") and limit <= first:
            return False
        if part.operator in ("==", "~=") and not part.contains(first) and limit < first:
            return False
    return True


@lru_cache(maxsize=4096)
def fits(name: str, minor: int) -> bool:
    """Return whether a wheel, by its file name, installs on CPython 3.`minor` on x86-64 Linux with glibc.

    https://packaging.python.org/en/latest/specifications/platform-compatibility-tags/
    """
    try:
        tags = parse_wheel_filename(name.replace("%2B", "+"))[3]
    except (InvalidWheelFilename, ValueError):
        return False
    for tag in tags:
        if tag.platform != "any" and not (
            "linux" in tag.platform and "musl" not in tag.platform and tag.platform.endswith("x86_64")
        ):
            continue
        if tag.abi in ("none", "abi3", f"cp3{minor}", f"cp3{minor}m") and tag.interpreter in (
            "py3",
            f"cp3{minor}",
            f"py3{minor}",
        ):
            return True
        digits = tag.interpreter[3:]
        if (
            tag.abi in ("abi3", "none")
            and tag.interpreter[:3] in ("cp3", "py3")
            and digits.isdecimal()
            and int(digits) <= minor
        ):
            return True
    return False


def _wheels(distributions: dict[str, Distribution]) -> Statement | None:
    """Return the minors for which nothing has to be compiled that older ones have a wheel for."""
    common: set[int] = set(MINORS)
    limiting: tuple[Distribution, int] | None = None
    compiled = False
    for distribution in distributions.values():
        if distribution.wheels is not None and any(name.endswith("-none-any.whl") for name in distribution.wheels):
            continue
        if distribution.wheels is None and not distribution.version:
            continue
        if distribution.wheels is None and distribution.name not in first_wheels():
            continue
        minors = _wheel_minors(distribution)
        if not minors:
            continue  # compiled on every Python: no reason for one of them
        compiled = compiled or distribution.wheels is not None
        if limiting is None or max(minors) < limiting[1]:
            limiting = (distribution, max(minors))
        common &= minors
    if limiting is None or not common:
        return None
    name = f"{limiting[0].name} {limiting[0].version}"
    last = limiting[1]
    text = f"{name} " + (
        f"is older than Python 3.{last + 1}" if last < OLDEST_IN_TABLE else f"has wheels for Python to 3.{last}"
    )
    return Statement(frozenset(common), WHEELS, limiting[0].source, f"locked {text}" if compiled else text)


def _wheel_minors(distribution: Distribution) -> set[int]:
    """Return the minors that a distribution has wheels for, or may have: none where it has none for any.

    What is older than a Python is compiled there, if at all: what came before that is nearer to its time.
    """
    if distribution.wheels is None:
        if OLDEST_IN_TABLE not in first_wheels()[distribution.name]:  # what older ones had is not known either
            return {minor for minor in MINORS if minor >= OLDEST_IN_TABLE and has_wheel(distribution, minor)}
        return {minor for minor in MINORS if has_wheel(distribution, minor) is not False}
    found = {minor for minor in MINORS if has_wheel(distribution, minor)}
    return {minor for minor in MINORS if minor <= OLDEST_IMAGE} if found and max(found) < OLDEST_IMAGE else found
