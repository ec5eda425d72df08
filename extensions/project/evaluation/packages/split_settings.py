"""django-split-settings: https://django-split-settings.readthedocs.io."""

import posixpath
from dataclasses import dataclass

from ..examples import is_needed, stand_in
from ..imports import run_file
from ..objects import Scope
from ..operations import first_argument, path_text
from ..references import Arguments
from ..state import Lacking, Private, State
from ..values import ROOT, Binding, Value
from .package import Package

MAX_FILES = 60  # patterns of one include()


@dataclass(eq=False, slots=True)
class Optional:
    """A pattern that no file has to match."""

    pattern: Value


def optional(state: State, arguments: Arguments) -> Value:
    """Return what optional() marks."""
    return Value(Optional(first_argument(state, arguments)))


def include(state: State, arguments: Arguments, scope: Scope) -> None:
    """Work out the files that include() names, in the module's own names, of which `__file__` is one."""
    file = scope.globals.setdefault("__file__", Binding(Value(f"{ROOT}/{scope.file}"), ""))
    base = (path_text(file.value) or "").rpartition("/")[0]
    here = state.here
    for argument in arguments.positional[:MAX_FILES]:
        needed = not isinstance(argument.data, Optional)
        pattern = path_text(argument.data.pattern if isinstance(argument.data, Optional) else argument)
        if pattern is None:
            state.notes.append((here, "includes a file whose name could not be worked out"))
            continue
        state.steps += len(state.tree.paths) // 20
        pattern = posixpath.normpath(posixpath.join(ROOT, base, pattern)).removeprefix(ROOT + "/")
        found = [path for path in sorted(state.tree.match(pattern)) if path.count("/") == pattern.count("/")]
        if not found and needed and is_needed(state) and not {*pattern} & {*"*?["}:
            example = stand_in(state, pattern, here)
            state.lacking.setdefault(pattern, Lacking(here, ""))
            found = [example] if example else []
        for path in found:
            if path in state.files:
                continue
            if state.tree.is_private(path):
                private = state.private.setdefault(path, Private(here))
                private.needed = private.needed or (needed and is_needed(state))
            elif not state.ignored(path):
                state.settings_files.add(path)
                run_file(state, path, Scope(path, scope.chain))


PACKAGE = Package(
    functions={"split_settings.tools.optional": optional},
    scoped={"split_settings.tools.include": include},
)
