"""django-split-settings: https://django-split-settings.readthedocs.io."""

import posixpath

from ..imports import run_file
from ..objects import Scope
from ..operations import first_argument, path_text
from ..references import Arguments
from ..state import Private, State
from ..values import ROOT
from .package import Package

MAX_FILES = 60  # patterns of one include()


def include(state: State, arguments: Arguments, scope: Scope) -> None:
    """Work out the files that include() names, in the module's own names."""
    base = scope.file.rpartition("/")[0]
    for argument in arguments.positional[:MAX_FILES]:
        pattern = path_text(argument)
        if pattern is None:
            state.notes.append((state.here, "includes a file whose name could not be worked out"))
            continue
        state.steps += len(state.tree.paths) // 20
        pattern = posixpath.normpath(posixpath.join(ROOT, base, pattern)).removeprefix(ROOT + "/")
        for path in sorted(state.tree.match(pattern)):
            if path.count("/") != pattern.count("/") or path in state.files:
                continue
            if state.tree.is_private(path):
                state.private.setdefault(path, Private(state.here))
            elif not state.ignored(path):
                state.settings_files.add(path)
                run_file(state, path, Scope(path, scope.chain))


PACKAGE = Package(
    functions={"split_settings.tools.optional": first_argument},
    scoped={"split_settings.tools.include": include},
)
