"""The files that variables have to name, as the project has them: from its own files, or by a comment in one."""

import posixpath
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from ..deployment.values import own_values
from ..evaluation.environment import ReadVariable
from ..evaluation.state import State
from ..places import is_aside, own
from ..tree import Tree

DATA = (".yml", ".yaml", ".json", ".toml", ".ini", ".cfg", ".conf")


def with_examples(state: State, variables: Sequence[ReadVariable]) -> list[ReadVariable]:
    """Return the variables, each that names a file which settings read with the one that the project has for it."""
    return [_with_example(state, item) if item.opened else item for item in variables]


def _with_example(state: State, item: ReadVariable) -> ReadVariable:
    path = _stated(state.tree, item.name) or _commented(state.tree, item.name)
    if not path:
        return item
    example = posixpath.relpath(path, state.folder or ".")
    return replace(item, example=example, dummy=example)


def _stated(tree: Tree, name: str) -> str:
    """Return the file of the project that its own files set a variable to, wherever that is in their image."""
    for value in own_values(tree, [name]):
        named = [path for path in own(tree, posixpath.basename(value.value)) if not tree.is_ignored(path)]
        exact = [path for path in named if f"/{value.value}".endswith(f"/{path}")]
        if found := exact or named:
            return found[0] if len(found) == 1 or exact else ""
    return ""


def _commented(tree: Tree, name: str) -> str:
    """Return the one file of data in which a comment names a variable."""
    found = [*_mentioning(tree, name)]
    return found[0] if len(found) == 1 else ""


def _mentioning(tree: Tree, name: str) -> Iterator[str]:
    comment = re.compile(rf"^\s*[#;].*\b{re.escape(name)}\b", re.MULTILINE)
    for path in tree.paths:
        hidden = any(part.startswith(".") for part in path.split("/"))
        if path.endswith(DATA) and not hidden and not is_aside(tree, path) and comment.search(tree.text(path) or ""):
            yield path
