"""Which of a project's files are its own: not its tests', examples' or documentation's."""

from collections.abc import Iterable

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
