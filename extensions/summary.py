"""What an update says when it has ended, in one place: what has changed, what is left to do, and how to undo it.

Nothing is printed after it, so that conflicts are the last thing on the screen. It has at most twelve lines.
"""

import contextlib
import json
import os
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

REPORT = "COPIER_DJANGO_DOCKER_REPORT"  # in the environment: a file for the outcome as JSON
MOST_LOSSES = 5
MOST_PLACES = 5


@dataclass
class Outcome:
    """What has become of the files, by path relative to the project."""

    before: str = ""  # the template's version
    after: str = ""
    changed: list[str] = field(default_factory=list)  # generated files that are other than in the last commit
    conflicts: list[str] = field(default_factory=list)  # with both sides in the file
    places: list[str] = field(default_factory=list)  # of these, as path:line
    rejected: list[str] = field(default_factory=list)  # .rej files, which have the person's side
    losses: list[str] = field(default_factory=list)  # sentences
    undo: str = ""  # the command; "" where the update has changed nothing


def tell(outcome: Outcome, quiet: bool = False) -> None:
    """Print the outcome, and write it to the file that a program has asked for; with `quiet`, print no good news."""
    if path := os.environ.get(REPORT):
        with contextlib.suppress(OSError):
            Path(path).write_text(json.dumps(asdict(outcome)))
    if said := lines(outcome, quiet):
        print(*said, sep="\n", file=sys.stderr)


def lines(outcome: Outcome, quiet: bool = False) -> list[str]:
    """Return what is printed at the end, line by line; with `quiet`, nothing where a person has nothing to do."""
    to_do = list(_to_do(outcome))
    return ([] if quiet else [_news(outcome)]) + to_do + list(_undo(outcome, quiet and not to_do))


def _news(outcome: Outcome) -> str:
    """Return the line that says what has happened."""
    before, after = outcome.before.removeprefix("v"), outcome.after.removeprefix("v")
    moved = before != after
    if not outcome.undo:
        return f"Already up to date ({after}). Nothing changed."
    version = f"Updated from {before} to {after}" if moved else f"Still at {after}"
    number = len(outcome.changed)
    if not number and not outcome.conflicts:
        return f"{version}: nothing but the answers file changed."
    conflicts = len(outcome.conflicts) + len(outcome.rejected)
    return f"{version}: {number} file{'s'[: number != 1]} changed, {conflicts or 'none'} in conflict."


def _to_do(outcome: Outcome) -> Iterator[str]:
    losses, places = outcome.losses, outcome.places
    yield from losses[:MOST_LOSSES]
    if len(losses) > MOST_LOSSES:
        yield f"And {len(losses) - MOST_LOSSES} more like these: `git diff HEAD` shows all."
    conflicts, rejected = outcome.conflicts, outcome.rejected
    if conflicts:
        number = f"{len(conflicts)} files have conflicts" if len(conflicts) > 1 else "1 file has conflicts"
        yield f"{number}, your lines beside the template's: {', '.join(conflicts)}."
        more = f" and {len(places) - MOST_PLACES} more" if len(places) > MOST_PLACES else ""
        where = f" ({', '.join(places[:MOST_PLACES])}{more})" if places else ""
        yield f"From <<<<<<<{where} to >>>>>>>: keep what is right, and delete the marker lines."
    if rejected:
        number = f"{len(rejected)} files have" if len(rejected) > 1 else "1 file has"
        yield f"{number} the template's lines only, and yours, which conflict, in {', '.join(rejected)}."


def _undo(outcome: Outcome, quiet: bool) -> Iterator[str]:
    if not outcome.undo or quiet:
        return
    if outcome.conflicts or outcome.rejected:
        yield f"Resolve each, and commit; or undo the whole update with `{outcome.undo}`."
    elif outcome.losses:
        yield f"Or undo the whole update with `{outcome.undo}`."
    else:
        yield f"To undo it: `{outcome.undo}`"
