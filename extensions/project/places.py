"""Which of a project's files are its own: not its tests', examples' or documentation's."""

import posixpath
import re
from collections.abc import Iterable

from .named_aside import is_named_aside
from .tree import Tree

PRODUCTION = ("production", "prod", "live")
DEVELOPMENT = frozenset(
    [
        "dev",
        "devel",
        "develop",
        "developer",
        "development",
        "local",
        "locals",
        "localhost",
        "test",
        "tests",
        "tester",
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
    ]
)
REHEARSAL = frozenset(["staging", "stage", "preview"])  # runs as production does, elsewhere
# In the name of a file from which people make one of their own.
SAMPLE = frozenset("example sample dist template tmpl tpl default defaults skel skeleton".split())  # noqa: SIM905
WORD = re.compile(r"[^\W_]+")
CAPITAL = re.compile(r"(?<=[a-z])(?=[A-Z])")  # where a word begins in ProdDockerfile


def folder(path: str) -> str:
    """Return the folder of a path, "." for the project's root."""
    return path.rpartition("/")[0] or "."


def join(base: str, path: str) -> str:
    """Return `path`, as a file in the folder `base` means it: "a/b.txt" for "../b.txt" in "a/c"."""
    return posixpath.normpath(f"{base}/{path}") if base not in ("", ".") else path


def is_aside(tree: Tree, path: str) -> bool:
    """Return whether a path lies in a folder of tests, examples, documentation or templates, and not of the site."""
    return is_named_aside(next((path[len(start) :] for start in tree.sites if path.startswith(start)), path))


def words(name: str) -> set[str]:
    """Return the words of a name or path in lower case: {"prod", "dockerfile"} for "prod-Dockerfile"."""
    folders, _, last = name.rpartition("/")
    if last.endswith("Dockerfile"):  # other names with capitals are a project's or an application's
        last = CAPITAL.sub(" ", last)
    return set(WORD.findall(f"{folders}/{last}".lower()))


def mentions(name: str, hints: Iterable[str]) -> bool:
    """Return whether one of `hints` is a word of a name or path."""
    return not words(name).isdisjoint(hints)


def is_development(name: str) -> bool:
    """Return whether a name, or any part of a path, says that a file is not production's."""
    return mentions(name, DEVELOPMENT | REHEARSAL)


def own(tree: Tree, *names: str) -> list[str]:
    """Return the paths with one of these names that are the project's own, those nearest the root first."""
    return [path for path in tree.named(*names) if not is_aside(tree, path)]


def example_of(tree: Tree, path: str, anywhere: bool = False) -> str:
    """Return the example of a file, in its folder or, as the only one, `anywhere`; "" for none."""
    folder, _, name = path.rpartition("/")
    wanted, found = sorted(_words(name)), []
    for other in tree.paths:
        beside, _, candidate = other.rpartition("/")
        if other == path or tree.is_ignored(other):
            continue
        names = _words(candidate)
        if SAMPLE & {*names} and sorted(word for word in names if word not in SAMPLE) == wanted:
            if beside == folder:
                return other
            found.append(other)
    return found[0] if anywhere and len(found) == 1 else ""


def _words(name: str) -> list[str]:
    return [word for word in re.split(r"[^a-z0-9]+", name.lower()) if word]
