"""Modules that you have to write before settings start, and the examples for them in the same folder."""

import posixpath
import re

from ..places import SAMPLE
from .state import Lacking, State


def stand_in(state: State, path: str, source: str) -> str:
    """Return the example of a file that is not there, "" for none; record that the file lacks."""
    folder, _, name = path.rpartition("/")
    wanted = sorted(_words(name))
    for other in state.tree.paths:
        beside, _, candidate = other.rpartition("/")
        if beside != folder or other == path or state.tree.is_ignored(other):
            continue
        words = _words(candidate)
        if SAMPLE & {*words} and sorted(word for word in words if word not in SAMPLE) == wanted:
            state.lacking.setdefault(path, Lacking(source, other))
            return other
    return ""


def is_needed(state: State) -> bool:
    """Return whether settings do not start without what the statement at hand imports, whatever variables are."""
    if state.demanded_import:
        return not (state.chosen_branch or state.undecided)
    return not (state.optional_import or state.undecided)


def place_of(state: State, dotted: str, file: str, level: int) -> str:
    """Return where a module of the project would be."""
    base = state.folder
    if level:
        base = file.rpartition("/")[0]
        for _ in range(level - 1):
            base = base.rpartition("/")[0]
    return posixpath.normpath(f"{base}/{dotted.replace('.', '/')}.py").lstrip("/")


def _words(name: str) -> list[str]:
    return [word for word in re.split(r"[^a-z0-9]+", name.lower()) if word]
