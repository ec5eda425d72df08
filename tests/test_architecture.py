"""Rooms of the house: imports go downwards only, and never in a circle."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
# Rooms that extensions/project/, the lowest, must not import.
ABOVE_PROJECT = {"questions", "services", "update", "cli", "copying", "rendering", "adoption", "jinja"}
# Imports that go upwards as yet. This set only shrinks: an entry that is no longer needed fails a test.
KNOWN = {
    # read() calls what reads the handbook's files among its steps, until the questions do so
    ("extensions.project", "extensions.adoption.handbook"),
    ("extensions.project", "extensions.adoption.nginx"),
}
# Circles that are left. They only shrink, too.
CIRCLES: set[frozenset[str]] = set()


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
    assert circles(graph) == CIRCLES


def test_the_project_imports_no_room_above_it(graph):
    upwards = {
        (name, other)
        for name, others in graph.items()
        if name.startswith("extensions.project")
        for other in others
        if other.split(".")[1] in ABOVE_PROJECT
    }
    assert upwards == KNOWN
