"""Which of a project's files are its own: not its tests', examples' or documentation's."""

import configparser
import json
from collections.abc import Iterable
from typing import Any

from .tree import Tree

ASIDE = frozenset(
    [
        "test",
        "tests",
        "testing",
        "testproject",
        "test_project",
        "testapp",
        "e2e",
        "cypress",
        "playwright",
        "example",
        "examples",
        "sample",
        "samples",
        "demo",
        "docs",
        "doc",
        "documentation",
        "fixtures",
        "project_template",
        "project_templates",
        "app_template",
        "cookiecutter",
        "vendor",
        "vendored",
        "third_party",
        "thirdparty",
        "benchmarks",
        ".devcontainer",
        ".github",
    ]
)
DEVELOPMENT = frozenset(
    [
        "dev",
        "devel",
        "develop",
        "development",
        "developer",
        "local",
        "localhost",
        "test",
        "tests",
        "testing",
        "ci",
        "debug",
        "debugging",
        "docs",
        "override",
        "e2e",
        "playwright",
        "cypress",
        "sandbox",
        "staging",
        "preview",
    ]
)


def folder(path: str) -> str:
    """Return the folder of a path, "." for the project's root."""
    return path.rpartition("/")[0] or "."


def join(base: str, path: str) -> str:
    """Return `path` below the folder `base`."""
    return path if base in ("", ".") else f"{base}/{path}"


def is_template(path: str) -> bool:
    """Return whether a path belongs to a project template: its name is filled in when a project is made."""
    return "{{" in path or "{%" in path


def is_aside(path: str) -> bool:
    """Return whether a path lies in a folder of tests, examples, documentation or templates."""
    return is_template(path) or any(part.lower() in ASIDE for part in path.split("/")[:-1])


def words(name: str) -> set[str]:
    """Return the words of a file's or module's name: {"settings", "dev"} for "settings_dev.py"."""
    lowered = name.lower()
    for separator in "-_.":
        lowered = lowered.replace(separator, " ")
    return set(lowered.split())


def mentions(path: str, hints: Iterable[str]) -> bool:
    """Return whether one of `hints` is a word of a path, of its folders' names too."""
    return not words(path.replace("/", " ")).isdisjoint(hints)


def is_development(name: str) -> bool:
    """Return whether a file's or module's own name (not its folders') says that it is not production's."""
    return not words(name).isdisjoint(DEVELOPMENT)


def own(tree: Tree, *names: str) -> list[str]:
    """Return the paths with one of these names that are the project's own, those nearest the root first."""
    return [path for path in tree.named(*names) if not is_aside(path)]


def line_of(text: str | None, needle: str) -> int:
    """Return the first line that holds `needle`, 1 if none does."""
    position = (text or "").find(needle) if needle else -1
    return 1 if position < 0 else (text or "").count("\n", 0, position) + 1


def at(tree: Tree, path: str, needle: str) -> str:
    """Return "path:line" of the first line of a file that holds `needle`."""
    return f"{path}:{line_of(tree.text(path), needle)}"


def read_json(tree: Tree, path: str) -> Any:
    """Return a JSON file's content; None, and a Problem, if it is not JSON."""
    text = tree.text(path)
    if text is None:
        return None
    try:
        return json.loads(text)
    except RecursionError:
        tree.problem(path, "is nested too deeply")
    except ValueError as error:
        tree.problem(f"{path}:{getattr(error, 'lineno', 1)}", f"is not JSON ({getattr(error, 'msg', error)})")
    return None


def read_ini(tree: Tree, path: str) -> configparser.RawConfigParser:
    """Return an INI file's sections; none, and a Problem, if it is not INI."""
    parser = configparser.RawConfigParser(strict=False, allow_no_value=True, inline_comment_prefixes=(";",))
    try:
        parser.read_string(tree.text(path) or "")
    except (configparser.Error, AttributeError) as error:  # a value continued after a name without one: AttributeError
        line = getattr(error, "lineno", None)
        tree.problem(path if line is None else f"{path}:{line}", "is not INI")
        return configparser.RawConfigParser()
    return parser


def mapping(value: Any) -> dict[str, Any]:
    """Return a mapping with its keys as strings; empty if `value` is none."""
    return {str(key): item for key, item in value.items()} if isinstance(value, dict) else {}


def sequence(value: Any) -> list[Any]:
    """Return a list; empty if `value` is none."""
    return value if isinstance(value, list) else []


def text_of(value: Any) -> str:
    """Return a scalar as text; "" for None, lists and mappings."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, str | int | float) else ""
