"""What an update by Copier would lose or break over, said before it begins.

Copier merges with git, in repositories of its own beside the project's: what git ignores, hides or reads in another
way there is lost without a word. https://copier.readthedocs.io/en/stable/updating/#how-the-update-works
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
    """Return a sentence for each thing because of which an update would lose what a person wrote, or break off.

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
        return [f"{project} has a symbolic link or .. in it, at which Copier breaks off: give the folder as {root}."]
    paths = rendered(root, template, answers_file, questions, data)
    states = git("-C", str(repository), "status", "--porcelain", "--untracked-files=no").splitlines()
    folder, prefix = git("rev-parse", "--absolute-git-dir", "--show-prefix").split("\n")[:2]
    subproject = root.relative_to(repository).as_posix()
    known = answers.stored(root / answers_file)
    names = guard.truths(questions, BEFORE_2 | known, lambda: dict.fromkeys(questions, ""))
    names["_copier_conf"] = {"answers_file": answers_file}
    if not git("ls-files", "--", answers_file):
        return [
            f"{answers_file} is in no commit, as git ignores it, and an update needs it there: `git add --force "
            f"{shlex.quote(answers_file)}`, and commit."
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
    """Return the paths that the stored answers render, or these with `data`, but for the answers file."""
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
    """Say what of git must end first: with conflicts anywhere, Copier breaks off, and a commit would end a merge."""
    conflicts = [_path(line) for line in states if line.startswith(CONFLICTS)]
    if conflicts:
        yield (
            f"{', '.join(conflicts)} in {repository} has conflicts, at which Copier breaks off: resolve, and commit."
        )
        return
    folder = Path(git("rev-parse", "--absolute-git-dir").removesuffix("\n"))
    for name, operation in UNFINISHED.items():
        if (folder / name).exists():
            yield (
                f"A {operation} is under way in {repository}, and the next commit would end it, too: finish it "
                f"with `git commit --allow-empty`, or give it up with `git {operation} --abort`."
            )


def _submodules(root: Path, paths: list[str]) -> Iterator[str]:
    folders = {parent.as_posix() for path in paths for parent in Path(path).parents if parent != Path()}
    for path in sorted(folders):
        if (root / path / ".git").exists() and not (root / path).is_symlink():
            yield f"{path} must be a folder, and is a submodule, of which git merges nothing: make it one, commit."


def _ignored(git: Any, root: Path, paths: list[str]) -> Iterator[str]:
    tracked = set(git("ls-files", "-z", "--", *paths).split("\0"))
    loose = [
        path for path in paths if path not in tracked and (root / path).is_file() and not _is_elsewhere(root, path)
    ]
    ignored = git("check-ignore", "-z", "--", *loose, retcode=None).split("\0") if loose else []
    for reason, some in (
        ("as git ignores it", [path for path in loose if path in ignored]),
        ("as it was never added", [path for path in loose if path not in ignored]),
    ):
        if some:
            yield (
                f"{', '.join(some)} would be overwritten or deleted, and is in no commit, {reason}: "
                f"`git add --force {shlex.join(some)}` and commit, or move it away."
            )


def _is_elsewhere(root: Path, path: str) -> bool:
    """Return whether one of a file's folders is a symbolic link or a repository of its own, which is said already."""
    folders = [root / parent for parent in Path(path).parents if parent != Path()]
    return any(folder.is_symlink() or (folder / ".git").exists() for folder in folders)


def _hidden(git: Any, root: Path, paths: list[str]) -> Iterator[str]:
    lines = git("ls-files", "-v", "-z", "--", *paths).split("\0")
    hidden = [line[2:] for line in lines if line and (line[0].islower() or line[0] == "S")]
    sparse = [path for path in hidden if not os.path.lexists(root / path)]
    if sparse:
        number = "is" if len(sparse) == 1 else "are"
        yield f"{', '.join(sparse)} {number} not checked out: `git sparse-checkout disable` until the update is done."
    hidden = [path for path in hidden if path not in sparse]
    if hidden:
        yield (
            f"git does not look for changes in {', '.join(hidden)}, so that they would be lost: "
            f"`git update-index --no-skip-worktree --no-assume-unchanged {shlex.join(hidden)}`, and commit what it "
            "then shows."
        )


def _rejected(root: Path, paths: list[str]) -> Iterator[str]:
    stray = [f"{path}.rej" for path in paths if os.path.lexists(root / f"{path}.rej")]
    if stray:
        yield f"{', '.join(stray)} would be overwritten by what this update rejects: move it away."


def _binary(root: Path, paths: list[str]) -> Iterator[str]:
    files = [path for path in paths if (root / path).is_file() and not (root / path).is_symlink()]
    encoded = git.attributes(root, "working-tree-encoding", files)
    for path in files:
        if path not in encoded and b"\0" in (root / path).read_bytes():
            yield f"{path} holds a zero byte, so that git merges nothing of it: make it a text file, and commit."


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
                f"{path} has more than git keeps of it (filter={name} in .gitattributes), and that could be lost: "
                "delete what the filter takes out of the file, or take the filter off and run "
                "`git add --renormalize .`, and commit."
            )


def _partial(root: Path) -> Iterator[str]:
    """Say where a partial clone lacks files of the last commit, which Copier reads, all of the repository's."""
    if git.run(root, "config", "--get-regexp", r"^remote\..*\.promisor$").returncode:
        return
    listed = git.git(root, "rev-list", "--objects", "--no-walk", "--missing=print", "HEAD").splitlines()
    missing = sum(line.startswith(b"?") for line in listed)
    if missing:
        yield (
            f"This clone of the repository is a partial one, without {missing} of the objects of its last commit, "
            "which Copier reads: fetch them with `git fetch --refetch --no-filter`, or update in a whole clone."
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
        yield f"{', '.join(closed)} cannot be written: give yourself the right to, and update again."


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
            f"The disk of {root} has {free // 1024} KiB left, and an update may need {needed // 1024}: make room, and "
            "update again."
        )
