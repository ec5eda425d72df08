"""An update from beginning to end, in Copier's process.

Copier renders the old version, runs the migrations before, renders the new version over the project and once more
in a folder of its own, merges, deletes what is not rendered any more, and runs the migrations after:
https://copier.readthedocs.io/en/stable/updating/#how-the-update-works
Of that, its merge is switched off (update_git). What stands in the project in the end is worked out here, file by
file, from three texts: the old version's, the person's, the new version's.
"""

import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from copier.errors import UserMessageError

from ..questions import answers
from . import git, merging, record, renames, summary, undo, watch
from .watch import File

OLD = "COPIER_DJANGO_DOCKER_OLD"  # in the environment of Copier's process; other versions of the template read it
Files = dict[str, bytes]  # by path relative to the project


@dataclass
class Update:
    """An update under way."""

    root: Path
    answers_file: Path
    context: int | None  # lines around a conflict in a .rej file; None where both sides stay in the file
    folder: Path  # git's own
    prefix: str  # of the project in its repository, with a slash at the end
    before: dict[str, File]  # all that may be written
    old: Files
    renamed: dict[str, str]  # new names by old ones
    settings: git.Settings
    record: Path
    watcher: watch.Watcher
    new: Files | None = None
    outcome: summary.Outcome = field(default_factory=summary.Outcome)


def note_old(folder: Path) -> None:
    """Note where the old version is being rendered."""
    os.environ[OLD] = str(folder)


def begin(root: Path, template: Path, answers_file: Path, paths: list[str], context: int | None) -> Update:
    """Begin an update that may write `paths`, and return it; from here on, a watcher restores them if it fails."""
    fields = git.git(root, "rev-parse", "--absolute-git-dir", "--show-prefix", "HEAD").decode().split("\n")
    folder, prefix, head = Path(fields[0]), fields[1], fields[2]
    old = _old(root, answers_file)
    renamed = renames.renamed(root, prefix, old, paths)
    paths = sorted({*old, *paths, *renamed.values(), answers_file.as_posix()})
    before = watch.read(root, paths)
    note = record.kept(folder, prefix, answers_file)
    record.write(note, head, {path: file.content for path, file in before.items() if path in old}, old)
    return Update(
        root=root,
        answers_file=answers_file,
        context=context,
        folder=folder,
        prefix=prefix,
        before=before,
        old=old,
        renamed=renamed,
        settings=git.Settings(root, template),
        record=note,
        watcher=watch.Watcher(root, head, [*paths, *_rejects(paths, root)], before),
    )


def _rejects(paths: list[str], root: Path) -> list[str]:
    return [f"{path}.rej" for path in paths if not os.path.lexists(root / f"{path}.rej")]


def _old(root: Path, answers_file: Path) -> Files:
    """Return what the old version renders, which Copier has just done; one before 2.1.0 did not note where."""
    noted = os.environ.pop(OLD, "")
    if noted and Path(noted).is_dir():
        return files(Path(noted), answers_file)
    return _rendered(answers.written(root / answers_file), answers_file)


def files(folder: Path, answers_file: Path) -> Files:
    """Return all files of a rendering but the answers."""
    found = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    return {name: path.read_bytes() for name, path in found.items() if name != answers_file.as_posix()}


def _rendered(stored: Mapping[str, Any], answers_file: Path) -> Files:
    """Return what the version and the answers in an answers file render."""
    import copier

    with tempfile.TemporaryDirectory() as folder:
        try:
            copier.run_copy(
                str(stored["_src_path"]),
                folder,
                data={name: value for name, value in stored.items() if not name.startswith("_")},
                answers_file=answers_file,
                vcs_ref=str(stored["_commit"]),
                defaults=True,
                overwrite=True,
                quiet=True,
                unsafe=True,
                skip_tasks=True,
            )
        except Exception as error:
            raise UserMessageError(summary.not_rendered(str(stored["_commit"]), error)) from error
        return files(Path(folder), answers_file)


def merge(update: Update) -> None:
    """Write each file as it must be, once Copier has written all, and mark the conflicts in git's index."""
    update.settings.off()
    if update.new is None:  # with --skip-tasks
        update.new = _rendered(answers.stored(update.root / update.answers_file), update.answers_file)
    root, outcome = update.root, update.outcome
    encoded = git.attributes(root, "working-tree-encoding", list(update.before))
    stages: dict[str, tuple[bytes, bytes]] = {}
    for path, new in sorted(update.new.items()):
        name = update.renamed.get(path, path)
        mine = update.before.get(name)
        if mine is None or _is_skipped(root / name, mine.content, new, path == name):
            continue  # new, or deleted by the person: as Copier leaves it
        old = update.old.get(path, b"")
        text = git.git(root, "cat-file", "blob", f"HEAD:./{name}") if name in encoded else mine.content
        merged = merging.merge(root, text, old, new, update.context)
        if merged.content != text:
            is_encoded = name in encoded
            content = _encoded(root, update.prefix + name, merged.content) if is_encoded else merged.content
            outcome.renamed |= {path: name} if name != path else {}
        else:
            content = mine.content
        _write(root / name, File(content, mine.mode))
        if merged.rejected:
            reject = f"{name}.rej"
            head = f"diff a/{update.prefix}{name} b/{update.prefix}{name}\t(rejected hunks)\n".encode()
            (root / reject).write_bytes(head + merged.rejected)
            outcome.rejected.append(reject)
        elif merged.conflict:
            outcome.conflicts.append(name)
            stages[name] = old, new
    outcome.dropped = [
        path
        for path, old in sorted(update.old.items())
        if path in update.before
        and path not in update.new
        and not (root / path).exists()
        and merging.plain(update.before[path].content) != old
    ]
    changed = _changed(update)
    before = {path: file.content for path, file in update.before.items()}
    file = update.answers_file
    summary.complete(outcome, root, file, before, changed)
    outcome.undo = undo.command(root, update.folder, update.prefix, update.answers_file, changed)
    _forget_sizes(root, changed)
    _mark(update, stages)


def _is_skipped(path: Path, mine: bytes, new: bytes, is_in_place: bool) -> bool:
    """Return whether Copier has left a file alone, as with --skip."""
    return is_in_place and new != mine and path.is_file() and path.read_bytes() == mine


def _encoded(root: Path, path: str, content: bytes) -> bytes:
    """Return a text as git writes it into the folder: https://git-scm.com/docs/gitattributes#_working_tree_encoding."""
    blob = git.git(root, "hash-object", "-w", "--stdin", given=content).decode().strip()
    return git.git(root, "cat-file", "--filters", f"--path={path}", blob)


def _write(path: Path, file: File) -> None:
    if not path.is_file() or path.read_bytes() != file.content:
        path.write_bytes(file.content)
    if path.stat().st_mode & 0o7777 != file.mode:
        path.chmod(file.mode)


def _changed(update: Update) -> list[str]:
    """Return the files that are others than they were, with those that are new."""
    assert update.new is not None
    paths = sorted({*update.before, *update.new, *update.outcome.rejected})
    now = watch.read(update.root, paths)
    return [path for path in paths if now.get(path) != update.before.get(path)]


def _forget_sizes(root: Path, paths: list[str]) -> None:
    """Let git compare what is in these files, once the update is undone, and not their sizes in its index.

    Where attributes say CRLF, `git apply` writes that into a file that had LF, too: of another size, it is changed to
    git, and Copier refuses the next update.
    """
    if not paths:
        return
    listed = git.git(root, "ls-files", "--stage", "-z", "--full-name", "--", *paths)
    git.git(root, "update-index", "-z", "--index-info", given=listed)


def _mark(update: Update, stages: Mapping[str, tuple[bytes, bytes]]) -> None:
    """Put both versions of the template and the user's into the index, as a merge of git does."""
    root, lines = update.root, []
    if not stages:
        return
    for entry in git.names(git.git(root, "ls-files", "--stage", "-z", "--full-name", "--", *stages)):
        about, _, path = entry.partition("\t")
        mode, blob, _ = about.split()
        old, new = (
            git.git(root, "hash-object", "-w", "--stdin", given=content).decode().strip()
            for content in stages[path.removeprefix(update.prefix)]
        )
        lines.append(f"0 {'0' * len(blob)}\t{path}")
        lines += [f"{mode} {stage} {number}\t{path}" for number, stage in enumerate((old, blob, new), 1)]
    given = "".join(f"{line}\0" for line in lines).encode("utf-8", "surrogateescape")
    git.git(root, "update-index", "-z", "--index-info", given=given)


def end(update: Update) -> summary.Outcome:
    """End the update, and return its outcome."""
    leave(update)
    return update.outcome


def leave(update: Update) -> None:
    """Keep all files as they are now, and stop the watcher."""
    update.settings.off()
    update.record.unlink(missing_ok=True)
    update.watcher.done()


def give_up(update: Update) -> None:
    """Restore all files as they were before the update."""
    update.settings.off()
    update.record.unlink(missing_ok=True)
    update.watcher.restore(quietly=True)
