"""Rooms of the house: imports go downwards only, and never in a circle."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
# The rooms, from the lowest: each imports those before it alone.
ROOMS = (
    *("project", "adoption", "services", "installers", "rendering", "reading"),
    *("questions", "copying", "update", "cli", "filters", "__main__"),
)
# Of these, none imports another: a service knows no installer, and an installer no service.
BESIDE_EACH_OTHER = {"services", "installers"}
# What Copier loads imports no room: it asks for the modules of its own version, by their names.
ALONE = ("jinja",)


def name_of(path: Path) -> str:
    """Return the dotted name of a module's file."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


FILES = {name_of(path): path for path in sorted((ROOT / "extensions").rglob("*.py"))}


def imports(name: str, path: Path, source: str) -> Iterator[str]:
    """Yield the modules of the house that a module imports anywhere: in functions and for types, too."""
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in FILES)
        elif isinstance(node, ast.ImportFrom):
            parents = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            base = ".".join([*parents, *([node.module] if node.module else [])])
            for alias in node.names:
                found = f"{base}.{alias.name}" if f"{base}.{alias.name}" in FILES else base
                if found in FILES:
                    yield found


@pytest.fixture(scope="module")
def graph() -> dict[str, set[str]]:
    return {name: set(imports(name, path, path.read_text())) for name, path in FILES.items()}


def circles(graph: dict[str, set[str]]) -> set[frozenset[str]]:
    """Return the groups of modules each of which imports, through others, all of its group."""
    reached: dict[str, set[str]] = {}
    for name in graph:
        seen: set[str] = set()
        left = [*graph[name]]
        while left:
            one = left.pop()
            if one not in seen:
                seen.add(one)
                left += graph[one]
        reached[name] = seen
    return {
        frozenset(other for other in reached[name] if name in reached[other])
        for name in graph
        if name in reached[name]
    }


def test_imports_are_seen_wherever_they_stand():
    source = """
from typing import TYPE_CHECKING
if TYPE_CHECKING:
    from .evaluate import Evaluator
def later():
    from ..tree import Tree
    from . import values
"""
    found = set(imports("extensions.project.evaluation.state", Path("state.py"), source))
    inner = "extensions.project.evaluation"
    assert found == {f"{inner}.evaluate", "extensions.project.tree", f"{inner}.values"}


def test_a_circle_is_found():
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}}) == {frozenset("abc")}


def test_no_module_imports_itself_through_others(graph):
    assert circles(graph) == set()


def room(name: str) -> str:
    return name.split(".")[1]


def test_rooms_import_downwards_only(graph):
    graph = {name: others for name, others in graph.items() if name != "extensions"}
    assert {room(name) for name in graph} == {*ROOMS, *ALONE}
    upwards = {
        (name, other)
        for name, others in graph.items()
        for other in others
        if room(name) in ALONE
        or ROOMS.index(room(other)) > ROOMS.index(room(name))
        or (room(name) != room(other) and {room(name), room(other)} <= BESIDE_EACH_OTHER)
    }
    assert upwards == set()
