"""The three-way merge of one file, by `git merge-file`, whatever its ends of lines or its encoding."""

import tempfile
from difflib import SequenceMatcher
from pathlib import Path
from typing import NamedTuple

from . import git

LABELS = ("before updating", "last update", "after updating")  # Copier's
MOST = 127  # conflicts that git counts; more is an error
MARKER = 99  # signs, so that no line of a file is one
SIGNS = {b"<": 0, b"|": 1, b"=": 2, b">": None}  # what follows, of a conflict


class Merged(NamedTuple):
    """What a merge gives: the file, whether it has conflicts, and, if these were to be rejected, the person's side."""

    content: bytes
    conflict: bool = False
    rejected: bytes = b""


def plain(content: bytes) -> bytes:
    """Return a file with the ends of lines that the template renders: LF."""
    return content.replace(b"\r\n", b"\n")


def merge(root: Path, mine: bytes, old: bytes, new: bytes, context: int | None = None) -> Merged:
    """Return a person's file with what changed between two versions of the template's.

    Its ends of lines stay. With a number of lines of `context`, conflicts are rejected: the template's side is in the
    file, and a patch with the person's edit beside it. The person's `merge.conflictStyle` counts in `root`.
    """
    here = plain(mine)
    if new in (old, here):
        return Merged(mine)
    if here == old:
        return Merged(_ended(new, mine))
    content, conflict = _merged(root, here, old, new)
    if not conflict or context is None:
        return Merged(_ended(content, mine), conflict)
    three = _merged(root, here, old, new, "--diff3", f"--marker-size={MARKER}")[0]
    ours, base, theirs = (_ended(_side(three, side), mine) for side in range(3))
    return Merged(theirs, True, _patch(root, base, ours, context))


def _ended(content: bytes, mine: bytes) -> bytes:
    """Return a text with the person's ends of lines: a line of theirs has its own, another that of the most."""
    crlf, total = mine.count(b"\r\n"), mine.count(b"\n")
    if crlf in (0, total):
        return content.replace(b"\n", b"\r\n") if crlf else content
    lines, theirs = content.split(b"\n"), mine.split(b"\n")
    ends = [b"\r" if 2 * crlf > total else b""] * len(lines)
    matcher = SequenceMatcher(None, [line.removesuffix(b"\r") for line in theirs], lines, autojunk=False)
    for there, here, size in matcher.get_matching_blocks():
        ends[here : here + size] = [b"\r" if line.endswith(b"\r") else b"" for line in theirs[there : there + size]]
    return b"\n".join([*map(bytes.__add__, lines[:-1], ends), lines[-1]])


def _side(merged: bytes, side: int) -> bytes:
    """Return a merge in which each conflict is resolved to the person's side (0), the old one (1), or the new one."""
    kept, at = [], None
    for line in merged.split(b"\n"):
        sign = line[:1] if line[:MARKER] == line[:1] * MARKER else b""
        if sign in SIGNS:
            at = SIGNS[sign]
        elif at in (None, side):
            kept.append(line)
    return b"\n".join(kept)


def _merged(root: Path, mine: bytes, old: bytes, new: bytes, *options: str) -> tuple[bytes, bool]:
    with tempfile.TemporaryDirectory() as folder:
        paths = _written(Path(folder), mine, old, new)
        labels = [argument for label in LABELS for argument in ("-L", label)]
        done = git.run(root, "merge-file", "--stdout", *options, *labels, *paths)
    if done.returncode > MOST:
        raise ValueError(done.stderr.decode(errors="replace"))
    return done.stdout, done.returncode > 0


def _patch(root: Path, old: bytes, new: bytes, context: int) -> bytes:
    """Return the hunks of a patch, without a head."""
    with tempfile.TemporaryDirectory() as folder:
        paths = _written(Path(folder), old, new)
        options = ("--text", "--no-color", "--no-ext-diff", "--no-textconv", f"--unified={context}")
        patch = git.run(root, "diff", "--no-index", *options, *paths).stdout
    return patch[patch.index(b"\n@@ ") + 1 :]


def _written(folder: Path, *contents: bytes) -> list[Path]:
    paths = [folder / str(number) for number in range(len(contents))]
    for path, content in zip(paths, contents, strict=True):
        path.write_bytes(content)
    return paths
