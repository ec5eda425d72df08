"""What an update says of its result, in one place: what is left to do, and the command that undoes it."""

import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

RESTORED = "The update did not end: nothing of it is kept, and all is as it was."


@dataclass
class Outcome:
    """What has become of the files, by path relative to the project."""

    conflicts: list[str] = field(default_factory=list)  # with both sides in the file
    rejected: list[str] = field(default_factory=list)  # .rej files, which have the person's side
    dropped: list[str] = field(default_factory=list)  # edited, and not rendered any more
    renamed: dict[str, str] = field(default_factory=dict)  # by the template's name: the person's, with changes
    undo: str = ""  # the command; "" where the update has changed nothing


def lines(outcome: Outcome) -> list[str]:
    """Return what is printed at the end, line by line; nothing where nothing has changed."""
    said = list(_lines(outcome))
    return ["", *said] if said else []


def _lines(outcome: Outcome) -> Iterator[str]:
    for path, name in outcome.renamed.items():
        yield f"{path} is {name} here: what is new in the template is merged into that."
    for path in outcome.dropped:
        yield (
            f"{path}, which you had edited, is not rendered any more, and deleted; this brings it back: "
            f"git show HEAD:./{shlex.quote(path)} > {shlex.quote(path)}"
        )
    conflicts, rejected = outcome.conflicts, outcome.rejected
    if conflicts:
        number = f"{len(conflicts)} files have conflicts" if len(conflicts) > 1 else "1 file has conflicts"
        yield f"{number}, your lines beside the template's: {', '.join(conflicts)}."
    if rejected:
        number = f"{len(rejected)} files have" if len(rejected) > 1 else "1 file has"
        yield f"{number} the template's lines only, and yours, which conflict, in {', '.join(rejected)}."
    if conflicts or rejected:
        yield f"Resolve each, and commit; or undo the whole update with `{outcome.undo}`."
    elif outcome.undo:
        yield f"To undo the whole update: `{outcome.undo}`."


def not_rendered(version: str, error: Exception) -> str:
    """Return why an update cannot go on."""
    return f"The template's version {version} cannot be rendered, with which yours is to be compared: {error}"


def not_restored(root: Path, there: list[str], new: list[str]) -> str:
    """Return what is said where an update did not end, and something ({problem}) keeps its files from being restored.

    There is no work in them: an update begins only when all is committed.
    """
    here = f"git -C {shlex.quote(str(root))}"
    return (
        "The update did not end, and its files could not be restored ({problem}): make all as it was with `"
        f"{here} restore --source=HEAD --staged --worktree -- {shlex.join(there)} && "
        f"{here} clean -fdq -- {shlex.join(new)}`."
    )
