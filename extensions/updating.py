"""What an update by Copier would lose or break over, said before it begins.

Copier merges with git, in repositories of its own beside the project's: what git ignores, hides or reads in another
way there is lost without a word. https://copier.readthedocs.io/en/stable/updating/#how-the-update-works
"""

import os
import shlex
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from plumbum import CommandNotFound, local

from . import answers, check, guard, links, quoting

# What 1.x, which had no such answers, rendered.
BEFORE_2 = {"use_compose": True, "static_server": "nginx"}
UPDATE = "copier update --trust"
UNFINISHED = {"MERGE_HEAD": "merge", "CHERRY_PICK_HEAD": "cherry-pick", "REVERT_HEAD": "revert"}  # files in .git
CONFLICTS = ("DD", "AU", "UD", "UA", "DU", "AA", "UU")  # https://git-scm.com/docs/git-status#_short_format
SPARE_BYTES = 128 * 1024  # of the arguments of a command: its own, and what the kernel keeps
POINTER_BYTES = 8


def refusals(
    project: Path, template: Path, answers_file: str, questions: guard.Questions, data: Mapping[str, Any]
) -> list[str]:
    """Return a sentence for each thing because of which an update would lose what a person wrote, or break off.

    `project` is the folder as it was named, `template` the clone of the new version, `data` the answers that are given
    now. Files are those of the answers in the last commit, and of `data`.
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
    states = git("-C", str(repository), "status", "--ignored", "--porcelain").splitlines()
    unseen = [_path(line) for line in states if line.startswith(("?? ", "!! "))]
    subproject = root.relative_to(repository).as_posix()
    known = answers.stored(root / answers_file)
    names = guard.truths(questions, BEFORE_2 | known, lambda: dict.fromkeys(questions, ""))
    names["_copier_conf"] = {"answers_file": answers_file}
    return [
        *check.interrupted(root, check.record(git, Path(answers_file))[0]),
        *_unfinished(git, repository, states),
        *links.refusals(root, [*paths, answers_file]),
        *_submodules(root, paths),
        *_ignored(git, root, paths),
        *_hidden(git, root, paths),
        *_rejected(repository, unseen),
        *_settings(git, subproject, paths, [line[3:] for line in states if line.startswith("!! ")]),
        *quoting.refusals(git, subproject, template, str(known.get("_commit", "")), names, paths),
        *_unreadable(root, paths),
        *_too_many([path for path, line in zip(unseen, states, strict=False) if line.startswith("!! ")]),
    ]


def rendered(
    root: Path, template: Path, answers_file: str, questions: guard.Questions, data: Mapping[str, Any]
) -> list[str]:
    """Return the paths that the stored answers render, or these with `data`, but for the answers file."""
    stored = answers.stored(root / answers_file)
    unknown = dict.fromkeys(questions, "")  # what such a question adds is new: guard.refusals looks after it
    paths: set[str] = set()
    for known in (stored, stored | data):
        known = known if "use_compose" in stored else BEFORE_2 | known
        conf = {"src_path": template, "answers_file": Path(answers_file)}
        paths |= set(guard.rendered(conf, guard.truths(questions, known, lambda: unknown)))
    return sorted(paths - {answers_file})


def _path(line: str) -> str:
    """Return the path in a line of `git status --porcelain`, which quotes odd names."""
    path = line[3:]
    return path[1:-1].encode("latin-1", "replace").decode("unicode_escape") if path.startswith('"') else path


def _unfinished(git: Any, repository: Path, states: list[str]) -> Iterator[str]:
    """Say what of git must end first: with conflicts anywhere, Copier breaks off, and to undo it would end a merge."""
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
                f"A {operation} is under way in {repository}, and to undo the update would end it, too: finish it "
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


def _rejected(repository: Path, unseen: list[str]) -> Iterator[str]:
    stray = [path for path in unseen if path.endswith(".rej")]
    if stray:
        yield (
            f"{', '.join(stray)} in {repository} would be taken for a conflict of this update, and deleted: "
            "move it away."
        )


def _settings(git: Any, subproject: str, paths: list[str], unseen: list[str]) -> Iterator[str]:
    """Return what git's settings would lose, and the command that goes without them."""
    found, cures = [], []
    whitespace = git["config", "apply.whitespace"].run(retcode=None)[1].strip()
    if whitespace in ("error", "error-all", "fix", "strip"):
        found.append(
            f"apply.whitespace={whitespace} in git's configuration drops or changes edits with trailing blanks"
        )
        cures.append(("apply.whitespace", "nowarn"))
    with tempfile.TemporaryDirectory() as folder:  # a repository of its own, like those that Copier makes
        inner = local["git"]["-C", folder]
        inner("init", "--quiet")
        places = [path if subproject == "." else f"{subproject}/{path}" for path in paths]
        check = inner["check-ignore", "--no-index", "--stdin", "-z"] << "\0".join(places)
        ignored = check.run(retcode=None)[1].split("\0")[:-1]
        attributes = inner("check-attr", "-z", "diff", "--", *places).split("\0")[:-1]
    if ignored:
        found.append(
            f"core.excludesFile in git's configuration hides {', '.join(ignored)}, whose edits would be undone"
        )
        cures.append(("core.excludesFile", os.devnull))
    binary = [path for path, value in zip(attributes[::3], attributes[2::3], strict=True) if value == "unset"]
    if binary:
        found.append(f"core.attributesFile in git's configuration makes {', '.join(binary)} binary")
        cures.append(("core.attributesFile", os.devnull))
    if quoting.is_unquoted(git, subproject, unseen):
        found.append("core.quotePath in git's configuration makes Copier break off halfway, over names not in ASCII")
        cures.append(("core.quotePath", "true"))
    if found:
        variables = "".join(
            f"GIT_CONFIG_KEY_{number}={key} GIT_CONFIG_VALUE_{number}={value} "
            for number, (key, value) in enumerate(cures)
        )
        yield f"{'; '.join(found)}: update with `GIT_CONFIG_COUNT={len(cures)} {variables}{UPDATE}`."


def _unreadable(root: Path, paths: list[str]) -> Iterator[str]:
    for path in paths:
        if not (root / path).is_file() or (root / path).is_symlink():
            continue
        content = (root / path).read_bytes()
        if b"\0" in content:
            yield f"{path} holds a zero byte, so that git merges nothing of it: make it a text file, and commit."
            continue
        try:
            content.decode()
        except UnicodeDecodeError as error:
            line = content.count(b"\n", 0, error.start) + 1
            yield (
                f"{path}, line {line}, is not UTF-8, and Copier would drop those bytes: save the file as UTF-8 "
                f"(`iconv --from-code=ISO-8859-1 --to-code=UTF-8`), and commit."
            )


def _too_many(ignored: list[str]) -> Iterator[str]:
    """Say where git ignores more files one by one than fit in a command: https://github.com/copier-org/copier/issues/2244."""
    try:
        limit = os.sysconf("SC_ARG_MAX")
    except (ValueError, OSError):
        return
    if limit <= 0:
        return
    room = limit - SPARE_BYTES - sum(len(f"{name}={value}") + 1 + POINTER_BYTES for name, value in os.environ.items())
    used = sum(len(os.fsencode(f"--exclude={path}")) + 1 + POINTER_BYTES for path in ignored)
    if used > room:
        folder, number = Counter(Path(path).parent.as_posix() for path in ignored).most_common(1)[0]
        yield (
            f"git ignores {len(ignored)} files one by one, {number} of them in {folder}, more than Copier can name to "
            f"git: let .gitignore have the folder itself ({folder}/), or move them away until the update is done."
        )
