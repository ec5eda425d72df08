"""The summary at the end of an update: what has changed, what is left to do, and how to undo the update.

Nothing is printed after it, so conflicts are the last thing on the screen. It has at most twelve lines.
"""

import contextlib
import json
import os
import shlex
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

import yaml

from ..questions import answers
from . import leftovers

RESTORED = "The update did not end: nothing of it is kept, and all is as it was."
REPORT = "COPIER_DJANGO_DOCKER_REPORT"  # in the environment: a file for the outcome as JSON
COMPOSE = "compose.yaml"
INCLUDED = "docker/services.yaml"  # has the services, if compose.yaml includes it
MOST = 3  # of a kind, on lines of their own


@dataclass
class Outcome:
    """What has become of the files, by path relative to the project."""

    before: str = ""  # the template's version
    after: str = ""
    changed: list[str] = field(default_factory=list)  # but for the answers file
    conflicts: list[str] = field(default_factory=list)  # with both sides in the file
    places: list[str] = field(default_factory=list)  # of these, as path:line
    rejected: list[str] = field(default_factory=list)  # .rej files, which have the person's side
    dropped: list[str] = field(default_factory=list)  # edited, and not rendered any more
    renamed: dict[str, str] = field(default_factory=dict)  # by the template's name: the person's, with changes
    orphans: list[str] = field(default_factory=list)  # services that Compose no longer has, whose containers go on
    comments: list[str] = field(default_factory=list)  # lines of the answers file, gone
    answers_file: str = answers.FILE
    undo: str = ""  # the command; "" where the update has changed nothing


def complete(
    outcome: Outcome, root: Path, answers_file: Path, before: Mapping[str, bytes], changed: Iterable[str]
) -> None:
    """Add what is read from the project, when all is merged; `before` has the old content of files."""
    name = answers_file.as_posix()
    old, new = before[name].decode(), (root / name).read_text()
    outcome.before, outcome.after = (str(yaml.safe_load(text).get("_commit", "")) for text in (old, new))
    outcome.changed = [path for path in changed if path != name and path not in outcome.rejected]
    outcome.places = [f"{path}:{line}" for path in outcome.conflicts for line in leftovers.conflicts(root / path)]
    if now := started(*(_text(root / path) for path in (COMPOSE, INCLUDED))):
        outcome.orphans = sorted(started(*(before.get(path, b"") for path in (COMPOSE, INCLUDED))) - now)
    outcome.comments = [line.strip() for line in answers.comments(old) if line not in new.splitlines()]
    outcome.answers_file = name


def _text(path: Path) -> bytes:
    return path.read_bytes() if path.is_file() else b""


def started(*files: bytes) -> set[str]:
    """Return the services that `docker compose up` starts; none of a file with conflicts, or that is gone."""
    found = set()
    for content in files:
        with contextlib.suppress(yaml.YAMLError, UnicodeDecodeError, AttributeError):
            services = (yaml.safe_load(content) or {}).get("services") or {}
            found |= {str(name) for name, service in services.items() if not (service or {}).get("profiles")}
    return found


def tell(outcome: Outcome, quiet: bool = False) -> None:
    """Print the outcome, and write it to the file that a program has asked for; with `quiet`, print no good news."""
    if path := os.environ.get(REPORT):
        with contextlib.suppress(OSError):
            Path(path).write_text(json.dumps(asdict(outcome) | {"losses": list(losses(outcome))}))
    if said := lines(outcome, quiet):
        print(*said, sep="\n", file=sys.stderr)


def lines(outcome: Outcome, quiet: bool = False) -> list[str]:
    """Return the lines of the summary; with `quiet`, none if there is nothing to do."""
    to_do = [*_few(list(losses(outcome))), *_conflicts(outcome)]
    if quiet and not to_do:
        return []
    news = [] if quiet else [_news(outcome), *_few([*_orphans(outcome), *_renames(outcome)])]
    return [*news, *to_do, *_undo(outcome)]


def _few(sentences: list[str]) -> list[str]:
    more = len(sentences) - MOST
    return [*sentences[:MOST], *([f"And {more} more like this: `git diff HEAD` shows all."] if more > 0 else [])]


def _news(outcome: Outcome) -> str:
    """Return the line that says what has happened."""
    before, after = outcome.before.removeprefix("v"), outcome.after.removeprefix("v")
    if not outcome.undo:
        return f"Already up to date ({after}). Nothing changed."
    version = f"Updated from {before} to {after}" if before != after else f"Still at {after}"
    number, conflicts = len(outcome.changed), len(outcome.conflicts) + len(outcome.rejected)
    if not number and not conflicts:
        return f"{version}: nothing but {outcome.answers_file} changed."
    return f"{version}: {number} file{'s'[: number != 1]} changed, {conflicts or 'none'} in conflict."


def _renames(outcome: Outcome) -> Iterator[str]:
    for path, name in outcome.renamed.items():
        yield f"You renamed {path}: its changes are merged into {name}."


def _orphans(outcome: Outcome) -> Iterator[str]:
    if names := outcome.orphans:
        more = f" and {len(names) - MOST} more" if len(names) > MOST else ""
        yield (
            f"{COMPOSE} no longer has {', '.join(names[:MOST])}{more}: "
            "stop what still runs with `docker compose up --detach --remove-orphans`."
        )


def losses(outcome: Outcome) -> Iterator[str]:
    """Yield a sentence on each edit that is gone."""
    for path in outcome.dropped:
        yield (
            f"{path} was deleted, although you had edited it: the template no longer writes it. To restore it: "
            f"git show HEAD:./{shlex.quote(path)} > {shlex.quote(path)}"
        )
    if outcome.comments:
        file = outcome.answers_file
        more = f", and {len(outcome.comments) - MOST} more" if len(outcome.comments) > MOST else ""
        shown = ", ".join(f"`{line}`" for line in outcome.comments[:MOST])
        yield (
            f"{file} lost your comments ({shown}{more}), because each update writes this file anew. To see them: "
            f"`git show HEAD:./{shlex.quote(file)}`."
        )


def _conflicts(outcome: Outcome) -> Iterator[str]:
    conflicts, rejected, places = outcome.conflicts, outcome.rejected, outcome.places
    if conflicts:
        number = f"{len(conflicts)} files have conflicts" if len(conflicts) > 1 else "1 file has conflicts"
        yield f"{number}: {', '.join(conflicts)}."
        more = f" and {len(places) - MOST} more" if len(places) > MOST else ""
        where = f" ({', '.join(places[:MOST])}{more})" if places else ""
        yield f"Keep what is right between <<<<<<<{where} and >>>>>>>, and delete the marker lines."
    if rejected:
        number = f"{len(rejected)} files have conflicts" if len(rejected) > 1 else "1 file has conflicts"
        yield f"{number}. Your lines are in {', '.join(rejected)}, the template's in the files."


def _undo(outcome: Outcome) -> Iterator[str]:
    if outcome.conflicts or outcome.rejected:
        yield f"Resolve them and commit, or undo the whole update with `{outcome.undo}`."
    elif outcome.undo:
        yield f"To undo the whole update: `{outcome.undo}`."


def not_rendered(version: str, error: Exception) -> str:
    """Return why an update cannot go on."""
    return f"To find your edits, version {version} of the template must be rendered, and that failed: {error}"


def not_restored(root: Path, there: list[str], new: list[str]) -> str:
    """Return the message if an update failed, and its files could not be restored because of {problem}.

    No edit is lost: an update begins only when everything is committed.
    """
    here = f"git -C {shlex.quote(str(root))}"
    return (
        "The update did not end, and your files could not be restored ({problem}). To restore them, run `"
        f"{here} restore --source=HEAD --staged --worktree -- {shlex.join(there)} && "
        f"{here} clean -fdq -- {shlex.join(new)}`."
    )
