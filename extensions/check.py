"""At every update, in Copier's process: what a person had written is noted as it begins, and looked for at its end.

Copier exits 0 with conflicts in the tree, and where it has lost something. A person's lines are those that the old
version does not render. Copier renders it at the beginning of each update: from 2.1.0 on, its template notes where
(`note_old`), so that no further rendering is needed for that. How an update runs:
https://copier.readthedocs.io/en/stable/updating/#how-the-update-works
"""

import contextlib
import json
import os
import shlex
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from plumbum import local

from . import answers, edits, leftovers, merging, summary

OLD = "COPIER_DJANGO_DOCKER_OLD"  # in the environment of Copier's process; other versions of the template read it
SHOWN = 3  # lines


@dataclass
class Update:
    """An update under way: the files as lines, before it (`mine`), and as each version renders them."""

    root: Path
    answers_file: Path
    prefix: str  # of the project in its repository, with a slash at the end
    stored: Mapping[str, Any]
    mine: edits.Files
    old: edits.Files | None  # None for a version whose template notes nothing
    record: Path
    new: edits.Files | None = None


def note_old(folder: Path) -> None:
    """Note where the old version is being rendered."""
    os.environ[OLD] = str(folder)


def note_new(update: Update) -> None:
    """Note the files of the new version, when it has been rendered over the project and nothing is merged into it."""
    update.new = edits.read(update.root, update.mine)


def undo(prefix: str) -> str:
    """Return the command that gives back all as it was before an update, in the project's folder.

    Copier looks for uncommitted changes in the project alone: the rest of a repository must not be reset.
    """
    reset = "git restore --source=HEAD --staged --worktree ." if prefix else "git reset --hard"
    return f"{reset} && git clean -fd"


def record(git: Any, answers_file: Path) -> tuple[Path, str, str]:
    """Return the file in git's own folder that is there while an update is under way, prefix, and commit.

    The prefix is the project's folder in its repository, with a slash at the end, or "".
    """
    folder, prefix, head = git("rev-parse", "--absolute-git-dir", "--show-prefix", "HEAD").split("\n")[:3]
    name = f"{prefix}{answers_file.as_posix()}".replace("/", "+")
    return Path(folder, f"copier-django-docker{name}.json"), prefix, head


def interrupted(root: Path, kept: Path) -> Iterator[str]:
    """Say, once, that an update was interrupted and then committed, without lines that a person had written."""
    try:
        begun = json.loads(kept.read_text())
        written = edits.counted(begun["edits"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return
    now = edits.read(root, written)
    short = [path for path, content in written.items() if content - now.get(path, edits.Counter())]
    if short:
        kept.unlink(missing_ok=True)
        yield (
            f"An update was interrupted and then committed, and lines that you had written are not in "
            f"{', '.join(short)}: they are in commit {begun['head'][:10]} (`git diff {begun['head'][:10]} -- "
            f"{shlex.join(short)}`). Put back what you need, and commit; or update again to go on without it."
        )


def begin(root: Path, answers_file: Path, paths: list[str]) -> Update:
    """Return the update that begins, of which `paths` may be rendered; nothing is changed yet."""
    git = local["git"]["-C", str(root)]
    kept, prefix, head = record(git, answers_file)
    folder = Path(os.environ.pop(OLD, os.devnull))
    old = None
    if folder.is_dir():
        rendered = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
        paths = sorted(rendered.union(paths) - {answers_file.as_posix()})
        old = edits.read(folder, paths)
    mine = edits.read(root, paths)
    update = Update(root, answers_file, prefix, answers.stored(root / answers_file), mine, old, kept)
    if old is not None:
        written = {path: mine[path] - old.get(path, edits.Counter()) for path in edits.edited(mine, old)}
        with contextlib.suppress(OSError):
            update.record.write_text(json.dumps({"head": head, "edits": written}))
    return update


def end(update: Update, quiet: bool = False) -> None:
    """Print what has changed, what is gone, and what has conflicts, with the command that undoes the update."""
    git = local["git"]["-C", str(update.root)]
    update.record.unlink(missing_ok=True)
    merging.merge_again(update.root)
    deleted = _names(
        git("diff", "--no-renames", "--name-only", "--relative", "-z", "--diff-filter=D", "HEAD", "--", ".")
    )
    conflicts = _names(git("diff", "--name-only", "--relative", "-z", "--diff-filter=U"))
    rejected = _names(git("ls-files", "--others", "-z", "--", "*.rej"))
    unclear = {*conflicts, *(path.removesuffix(".rej") for path in rejected)}
    now = edits.read(update.root, update.mine)
    changed = {
        *_names(git("diff", "--no-renames", "--name-only", "--relative", "-z", "HEAD", "--", ".")),
        *_names(git("ls-files", "--others", "--exclude-standard", "-z")),
    }
    after = answers.stored(update.root / update.answers_file)
    outcome = summary.Outcome(
        before=str(update.stored.get("_commit", "")),
        after=str(after.get("_commit", "")),
        changed=sorted(changed - {update.answers_file.as_posix(), *rejected}),
        conflicts=conflicts,
        places=[f"{path}:{line}" for path in conflicts for line in leftovers.conflicts(update.root / path)],
        rejected=rejected,
        losses=[*_losses(update, git, deleted, unclear, now), *_comments(update, git)],
        undo=undo(update.prefix) if changed or conflicts else "",
    )
    summary.tell(outcome, quiet)


def _comments(update: Update, git: Any) -> Iterator[str]:
    """Say that a person's comments in the answers file are gone: Copier writes the file anew."""
    path = update.answers_file.as_posix()
    kept = (update.root / path).read_text().splitlines()
    gone = [line for line in answers.comments(_shown(git, path).decode()) if line not in kept]
    if gone:
        yield (
            f"{path} has lost comments of yours ({_quoted(gone)}): an update writes it anew. Keep them elsewhere; "
            f"`git diff HEAD -- {shlex.quote(path)}` shows them."
        )


def _losses(update: Update, git: Any, deleted: list[str], unclear: set[str], now: edits.Files) -> Iterator[str]:
    mine, old, new = update.mine, update.old, update.new
    if old is None:
        if not deleted and not edits.vanished(mine, now):
            return
        mine = mine | {path: edits.lines(_shown(git, path)) for path in deleted if path not in mine}
        old = _rendered_again(update, list(mine))
    for path in deleted:
        if old is None or (path in mine and mine[path] != old.get(path)):
            yield (
                f"{path}, which you had edited, is not rendered any more, and deleted; this brings it back: "
                f"git show HEAD:./{shlex.quote(path)} > {shlex.quote(path)}"
            )
    if old is None or new is None:
        return
    for path in edits.edited(mine, old):
        if path not in now:
            continue
        if path in unclear:
            shown = now[path] + _rejects(update.root / f"{path}.rej")
            gone = [line for line in edits.lost(path, mine, old, new, {path: shown}) if line not in shown]
            again = []
        else:
            gone = edits.lost(path, mine, old, new, now)
            again = edits.back(path, mine, old, new, now)
        if gone:
            yield f"{path} has lost lines that you had written: {_quoted(gone)}; {_seen(path)}."
        if again:
            yield f"{path} has lines again that you had deleted: {_quoted(again)}; {_seen(path)}."


def _rendered_again(update: Update, paths: list[str]) -> edits.Files | None:
    """Return what the old version renders, None if it cannot be rendered; only for one that did not note that."""
    import copier

    stored = update.stored
    with tempfile.TemporaryDirectory() as folder:
        try:
            copier.run_copy(
                str(stored["_src_path"]),
                folder,
                data={name: value for name, value in stored.items() if not name.startswith("_")},
                answers_file=update.answers_file,
                vcs_ref=str(stored["_commit"]),
                defaults=True,
                overwrite=True,
                quiet=True,
                unsafe=True,
                skip_tasks=True,
            )
        except Exception:  # whatever it is, the update is done: all that is gone is named
            return None
        return edits.read(Path(folder), paths)


def _rejects(path: Path) -> edits.Counter[str]:
    """Return the lines that a .rej file has, without its signs."""
    return edits.Counter(line[1:] for line in edits.read(path.parent, [path.name]).get(path.name, ()))


def _shown(git: Any, path: str) -> bytes:
    return git("show", f"HEAD:./{path}").encode()


def _seen(path: str) -> str:
    return f"`git diff HEAD -- {shlex.quote(path)}` shows them"


def _quoted(found: list[str]) -> str:
    shown = ", ".join(f"`{line.strip()}`" for line in found[:SHOWN])
    return f"{shown}, and {len(found) - SHOWN} more" if len(found) > SHOWN else shown


def _names(listing: str) -> list[str]:
    return [name for name in listing.split("\0") if name]
