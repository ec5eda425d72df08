"""Modules that you have to write before settings start, and the examples for them in the same folder."""

import posixpath

from ..places import example_of
from .state import Lacking, State


def stand_in(state: State, path: str, source: str) -> str:
    """Return the example of a file that is not there, "" for none; record that the file lacks."""
    example = example_of(state.tree, path)
    if example:
        state.lacking.setdefault(path, Lacking(source, example))
    return example


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
