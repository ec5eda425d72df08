"""What an update says when it has ended, in one place: what is left to do, and the command that undoes it."""

from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass
class Outcome:
    """What has become of the files, by path relative to the project."""

    conflicts: list[str] = field(default_factory=list)  # with both sides in the file
    rejected: list[str] = field(default_factory=list)  # .rej files, which have the person's side
    losses: list[str] = field(default_factory=list)  # sentences
    undo: str = ""  # the command; "" where the update has changed nothing


def lines(outcome: Outcome) -> list[str]:
    """Return what is printed at the end, line by line; nothing where a person has nothing to know."""
    said = list(_lines(outcome))
    return ["", *said] if said else []


def _lines(outcome: Outcome) -> Iterator[str]:
    yield from outcome.losses
    conflicts, rejected = outcome.conflicts, outcome.rejected
    if conflicts:
        number = f"{len(conflicts)} files have conflicts" if len(conflicts) > 1 else "1 file has conflicts"
        yield f"{number}, your lines beside the template's: {', '.join(conflicts)}."
    if rejected:
        number = f"{len(rejected)} files have" if len(rejected) > 1 else "1 file has"
        yield f"{number} the template's lines only, and yours, which conflict, in {', '.join(rejected)}."
    if conflicts or rejected:
        yield f"Resolve each, and commit; or undo the whole update with `{outcome.undo}`."
    elif outcome.losses:
        yield f"Or undo the whole update with `{outcome.undo}`."
