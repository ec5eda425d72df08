"""Work out the names of a Python module from its text, without importing or running it.

It follows what settings are made of: assignments, branches, star imports, private helper functions, class bodies.
Whatever it does not know is UNKNOWN, and where a branch cannot be decided, both sides are followed and what they
assign is in doubt.
"""

from collections.abc import Mapping

from ..importer import Importer
from ..tree import Tree
from .calls import CALLS
from .expressions import EXPRESSIONS
from .imports import IMPORTS
from .state import State
from .statements import STATEMENTS


def evaluator(tree: Tree, importer: Importer, given: Mapping[str, str]) -> State:
    """Return what works out modules in `tree` that `importer` finds, where the variables `given` are set."""
    return State(tree, importer, given, {**EXPRESSIONS, **CALLS}, {**STATEMENTS, **IMPORTS})
