"""Checks that run before an update: refuse one in which Copier would lose edits or fail.

Copier merges with git, in repositories of its own: it silently loses what git ignores, hides or reads in another way
there. https://copier.readthedocs.io/en/stable/updating/#how-the-update-works
"""

import os
import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from plumbum import CommandNotFound, local

from ..copying import guard, links
from ..questions import answers
from . import git, leftovers, quoting, record

# What 1.x, which had no such answers, rendered.
BEFORE_2 = {"use_compose": True, "static_server": "nginx"}
UNFINISHED = {"MERGE_HEAD": "merge", "CHERRY_PICK_HEAD": "cherry-pick", "REVERT_HEAD": "revert"}  # files in .git
CONFLICTS = ("DD", "AU", "UD", "UA", "DU", "AA", "UU")  # https://git-scm.com/docs/git-status#_short_format
SPARE_BYTES = 64 * 1024  # on the disk, beside twice what an update may write


def refusals(
    project: Path,
    template: Path,
    answers_file: str,
    questions: guard.Questions,
    data: Mapping[str, Any],
    rejects: bool = False,
) -> list[str]:
    """Return a message for each reason why an update would lose what you wrote, or fail.

    `project` is the folder as it was named, `template` the clone of the new version, `data` the answers that are
    given now, `rejects` whether conflicts go to .rej files. Files are those of the answers in the last commit, and of
    `data`.
    """
    try:
        git = local["git"]["-C", str(project)]
    except CommandNotFound:
        return []
    status, top, _ = git["rev-parse", "--show-toplevel"].run(retcode=None)
    if status:
        return []
    repository = Path(top.removesuffix("\n"))
    root = project.resolve()
    # Not resolved: Copier does the same, and takes what follows the repository's own path for the path in it.
    if ".." in project.parts or not project.absolute().is_relative_to(repository):
        return [f"Copier can't update through a symbolic link or '..' in {project}. Give the folder as {root}."]
    paths = rendered(root, template, answers_file, questions, data)
    states = git("-C", str(repository), "status", "--porcelain", "--untracked-files=no").splitlines()
    folder, prefix = git("rev-parse", "--absolute-git-dir", "--show-prefix").split("\n")[:2]
    subproject = root.relative_to(repository).as_posix()
    known = answers.stored(root / answers_file)
    names = guard.truths(questions, BEFORE_2 | known, lambda: dict.fromkeys(questions, ""))
    names["_copier_conf"] = {"answers_file": answers_file}
    if not git("ls-files", "--", answers_file):
        return [
            f"{answers_file} is in no commit, because git ignores it. An update needs it there. Run:\n"
            f"    git add --force {shlex.quote(answers_file)} && git commit"
        ]
    return [
        *record.interrupted(root, record.kept(Path(folder), prefix, Path(answers_file))),
        *_unfinished(git, repository, states),
        *links.refusals(root, [*paths, answers_file]),
        *_submodules(root, paths),
        *leftovers.marked(root, paths),
        *_ignored(git, root, paths),
        *_hidden(git, root, paths),
        *(_rejected(root, paths) if rejects else []),
        *quoting.refusals(git, subproject, template, str(known.get("_commit", "")), names, paths),
        *_binary(root, paths),
        *_filtered(root, paths),
        *_partial(root),
        *_unwritable(root, Path(folder), [*paths, answers_file]),
        *_full(root, template, paths),
    ]


def rendered(
    root: Path, template: Path, answers_file: str, questions: guard.Questions, data: Mapping[str, Any]
) -> list[str]:
    """Return the paths that the stored answers render, or these with `data`, except the answers file."""
    stored = answers.stored(root / answers_file)
    unknown = dict.fromkeys(questions, "")  # what such a question adds is new: guard.refusals looks after it
    paths: set[str] = set()
    for known in (stored, {**stored, **data}):
        known = known if "use_compose" in stored else BEFORE_2 | known
        conf = {"src_path": template, "answers_file": Path(answers_file)}
        paths |= set(guard.rendered(conf, guard.truths(questions, known, lambda: unknown)))
    return sorted(paths - {answers_file})


def _path(line: str) -> str:
    """Return the path in a line of `git status --porcelain`, which quotes odd names."""
    path = line[3:]
    return path[1:-1].encode("latin-1", "replace").decode("unicode_escape") if path.startswith('"') else path


def _unfinished(git: Any, repository: Path, states: list[str]) -> Iterator[str]:
    """Say what of git must end first: with conflicts anywhere, Copier fails, and a commit would end a merge."""
    conflicts = [_path(line) for line in states if line.startswith(CONFLICTS)]
    if conflicts:
        yield (
            f"{guard.some(conflicts)} in {repository} {'have' if len(conflicts) > 1 else 'has'} conflicts. "
            "Resolve them and commit, then update."
        )
        return
    folder = Path(git("rev-parse", "--absolute-git-dir").removesuffix("\n"))
    for name, operation in UNFINISHED.items():
        if (folder / name).exists():
            yield (
                f"You are in the middle of a {operation} in {repository}, and your next commit would end it.\n"
                f"Finish it with `git commit --allow-empty`, or cancel it with `git {operation} --abort`."
            )


def _submodules(root: Path, paths: list[str]) -> Iterator[str]:
    folders = {parent.as_posix() for path in paths for parent in Path(path).parents if parent != Path()}
    for path in sorted(folders):
        if (root / path / ".git").exists() and not (root / path).is_symlink():
            yield (
                f"{path} must be a folder, but is a submodule, in which git merges nothing. Replace it by a folder, "
                "and commit."
            )


def _ignored(git: Any, root: Path, paths: list[str]) -> Iterator[str]:
    tracked = set(git("ls-files", "-z", "--", *paths).split("\0"))
    loose = [
        path for path in paths if path not in tracked and (root / path).is_file() and not _is_elsewhere(root, path)
    ]
    ignored = git("check-ignore", "-z", "--", *loose, retcode=None).split("\0") if loose else []
    for reason, some in (
        ("git ignores it", [path for path in loose if path in ignored]),
        ("it was never added", [path for path in loose if path not in ignored]),
    ):
        if some:
            yield (
                f"The update would overwrite or delete {guard.some(some)}, which no commit has: {reason}.\n"
                f"Move {'it' if len(some) == 1 else 'them'} away, or commit:\n"
                f"    git add --force {shlex.join(some)} && git commit"
            )


def _is_elsewhere(root: Path, path: str) -> bool:
    """Return whether one of a file's folders is a symbolic link or a repository: another check reports that."""
    folders = [root / parent for parent in Path(path).parents if parent != Path()]
    return any(folder.is_symlink() or (folder / ".git").exists() for folder in folders)


def _hidden(git: Any, root: Path, paths: list[str]) -> Iterator[str]:
    lines = git("ls-files", "-v", "-z", "--", *paths).split("\0")
    hidden = [line[2:] for line in lines if line and (line[0].islower() or line[0] == "S")]
    sparse = [path for path in hidden if not os.path.lexists(root / path)]
    if sparse:
        number = "is" if len(sparse) == 1 else "are"
        yield (
            f"{guard.some(sparse)} {number} not checked out. Until the update is done, run:\n"
            "    git sparse-checkout disable"
        )
    hidden = [path for path in hidden if path not in sparse]
    if hidden:
        yield (
            f"git does not look for changes in {guard.some(hidden)}, so the update would lose them.\n"
            "Run this, then commit the changes that git shows:\n"
            f"    git update-index --no-skip-worktree --no-assume-unchanged {shlex.join(hidden)}"
        )


def _rejected(root: Path, paths: list[str]) -> Iterator[str]:
    stray = [f"{path}.rej" for path in paths if os.path.lexists(root / f"{path}.rej")]
    if stray:
        yield f"The update could overwrite {guard.some(stray)}. Move {'it' if len(stray) == 1 else 'them'} away."


def _binary(root: Path, paths: list[str]) -> Iterator[str]:
    files = [path for path in paths if (root / path).is_file() and not (root / path).is_symlink()]
    encoded = git.attributes(root, "working-tree-encoding", files)
    for path in files:
        if path not in encoded and b"\0" in (root / path).read_bytes():
            yield f"{path} contains a zero byte, so git can't merge it. Make it a text file, and commit."


def _filtered(root: Path, paths: list[str]) -> Iterator[str]:
    """Say of which file git holds less than the folder: an update could not be undone by what git has.

    https://git-scm.com/docs/gitattributes#_filter
    """
    tracked = git.names(git.git(root, "ls-files", "-z", "--", *paths)) if paths else []
    for path, name in git.attributes(root, "filter", tracked).items():
        held = git.run(root, "cat-file", "--filters", f"HEAD:./{path}")
        content = (root / path).read_bytes() if (root / path).is_file() else held.stdout
        if held.returncode or held.stdout.replace(b"\r\n", b"\n") != content.replace(b"\r\n", b"\n"):
            yield (
                f"git keeps only a part of {path} (filter={name} in .gitattributes), and the rest could be lost.\n"
                "Delete what the filter removes from the file, or remove the filter and run "
                "`git add --renormalize .`. Then commit."
            )


def _partial(root: Path) -> Iterator[str]:
    """Say where a partial clone lacks files of the last commit, which Copier reads, all of the repository's."""
    if git.run(root, "config", "--get-regexp", r"^remote\..*\.promisor$").returncode:
        return
    listed = git.git(root, "rev-list", "--objects", "--no-walk", "--missing=print", "HEAD").splitlines()
    missing = sum(line.startswith(b"?") for line in listed)
    if missing:
        yield (
            f"This is a partial clone: it lacks {missing} objects of the last commit, and Copier needs them.\n"
            "Update in a full clone, or fetch them:\n    git fetch --refetch --no-filter"
        )


def _unwritable(root: Path, folder: Path, paths: list[str]) -> Iterator[str]:
    """Say what cannot be written: files, the folders that they are in or come into, and git's own."""
    places = {folder, folder / "objects", *(root / path for path in paths)}
    for path in paths:
        place = (root / path).parent
        while not place.exists():
            place = place.parent
        places.add(place)
    closed = sorted(str(place) for place in places if place.exists() and not os.access(place, os.W_OK))
    if closed:
        yield f"You can't write to {guard.some(closed)}. Change the permissions, and update again."


def _full(root: Path, template: Path, paths: list[str]) -> Iterator[str]:
    """Say where the disk has less room than an update may take."""
    try:
        disk = os.statvfs(root)
    except (AttributeError, OSError):
        return
    files = [*(root / path for path in paths), *template.glob("template/**/*"), *template.glob("includes/**/*")]
    needed = SPARE_BYTES + 2 * sum(path.stat().st_size for path in files if path.is_file())
    free = disk.f_bavail * disk.f_frsize
    if disk.f_blocks and free < needed:
        yield (
            f"The disk of {root} has {free // 1024} KiB left, and an update may need {needed // 1024}. Free some "
            "space, and update again."
        )
