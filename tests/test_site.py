"""What is read in a project is a record of records, in which each value says where it was read and holds no secret."""

import re
from dataclasses import FrozenInstanceError, is_dataclass, replace
from typing import Any, get_args, get_origin, get_type_hints

import pytest
from support import PROJECTS, ROOT, Findings

from extensions.project import Certainty, Found, by_name, unread
from extensions.project.settings.record import Database, DjangoSettings
from extensions.reading import read
from extensions.services.site import Site

URL, HIDDEN = "postgres://me:canary@db.example.org/app", "canary"


def findings(record: type, path: str = "") -> dict[str, Any]:
    """Return the type of each finding in a record, and in the records within it, by its path."""
    found = {}
    for name, kind in get_type_hints(record).items():
        if get_origin(kind) is Found:
            found[f"{path}{name}"] = kind
        elif name != "problems":
            assert is_dataclass(kind), f"{path}{name} is neither found, nor a record"
            found |= findings(kind, f"{path}{name}.")
    return found


FINDINGS = findings(Site)


def dataclasses_in(kind: Any) -> set[type]:
    """Return the dataclasses that a type is made of, at any depth."""
    parts = set().union(*(dataclasses_in(part) for part in get_args(kind)))
    if isinstance(kind, type) and is_dataclass(kind):
        inner = set().union(*(dataclasses_in(part) for part in get_type_hints(kind).values()))
        parts |= {kind} | inner
    return parts


def test_each_finding_has_a_name_of_its_own():
    names = [path.rpartition(".")[2] for path in FINDINGS]
    assert len(names) > 60
    assert sorted(names) == sorted(set(names))


def test_no_finding_is_of_any_type():
    """A record's values are typed, so that mypy checks each use: no mapping stands for an object."""
    assert [path for path, kind in FINDINGS.items() if "Any" in repr(kind)] == []


@pytest.mark.parametrize("path", FINDINGS)
def test_values_are_frozen(path):
    kinds = dataclasses_in(get_args(FINDINGS[path])[0])
    assert [kind for kind in kinds if not kind.__dataclass_params__.frozen] == []


def test_records_are_frozen():
    with pytest.raises(FrozenInstanceError):
        Site().layout.django_dir = Found("x")
    with pytest.raises(FrozenInstanceError):
        Site().layout = None


def test_each_finding_says_what_it_is():
    lines = [line for path in (ROOT / "extensions").rglob("*.py") for line in path.read_text().splitlines()]
    fields = [line for line in lines if re.match(r"    \w+: Found\[.* = unread\(", line)]
    assert len(fields) == len(FINDINGS)
    assert [line for line in fields if "  # " not in line] == []


@pytest.mark.parametrize(
    "found",
    [
        Found(URL, note=f"It is {URL}."),
        unread(URL),
        replace(Found("", "settings.py:1"), value=URL, note=URL),
        Found([URL, (URL, {"url": URL})]),
        Found({"default": Database(url_default=URL, variables={"url": URL})}),
        DjangoSettings(databases=Found({"default": Database(url_default=URL)})).databases,
        replace(DjangoSettings(), static_root=Found(URL)).static_root,
    ],
)
def test_no_secret_is_in_what_is_found(found):
    assert HIDDEN not in repr(found)
    assert "db.example.org" in repr(found)


def test_nothing_is_found_around_that():
    """Each value of a Site is a Found, and its own module alone sets what one holds without its constructor."""
    around = re.compile(r"Found\.__new__|object\.__(?:new__|setattr__\(\w+, \"(?:value|note)\")")
    files = [path.name for path in (ROOT / "extensions").rglob("*.py") if around.search(path.read_text())]
    assert files == ["findings.py"]


def test_what_was_not_read_is_not_listed():
    assert by_name(Site()) == {}
    assert by_name(DjangoSettings(static_root=Found("static"))) == {"static_root": Found("static")}


def test_a_project_is_listed_by_the_names_of_the_fields():
    found = Findings(read(PROJECTS / "celery_postgres/project"))
    assert found.found.keys() <= {path.rpartition(".")[2] for path in FINDINGS}
    assert found.value("databases")["default"]["variable"] == "DATABASE_URL"
    assert found.found["settings_module"].certainty is Certainty.STATED
