"""What people do to generated files between two updates, as hypothesis makes it up."""

import os
from difflib import SequenceMatcher
from pathlib import Path
from typing import NamedTuple

import hypothesis
from hypothesis import strategies as st

MINE = b"# mine: "
# What follows a line of theirs which no other line is like, and lines that are like others, or like a tool's own.
ENDS = [b"", b"", b" \t ", " été 🚀 \u202e\u2028中".encode(), b" x" * 3000, b" \r a", b" \x0c\x1b[31m", b"\r"]
ODD = [
    b"",
    b"  \t",
    b"<<<<<<< before updating",
    b"=======",
    b">>>>>>> after updating",
    b"||||||| last update",
    b"\\ No newline at end of file",
    b"--- a/compose.yaml",
    b"+++ b/compose.yaml",
    b"@@ -1,3 +1,3 @@",
    b"diff --git a/compose.yaml b/compose.yaml",
]


def note(text: str) -> None:
    """Print what is done, where the test fails."""
    if hypothesis.currently_in_test_context():
        hypothesis.note(text)
    else:
        print(text)


class Change(NamedTuple):
    """One change of a file's lines."""

    kind: str
    where: int  # per cent of the file; from 101 on the template's next changes
    offset: int  # lines from there
    text: bytes  # the end of a line of theirs


changes = st.builds(
    Change,
    st.sampled_from(
        ["insert"] * 3 + ["change"] * 3 + ["delete"] * 2 + ["double", "block", "odd", "crlf line", "swap"]
    ),
    st.one_of(st.sampled_from([0, 100]), st.integers(0, 100), st.integers(101, 120)),
    st.integers(-4, 4),
    st.sampled_from(ENDS),
)
WHOLE = ["remove", "rename", "chmod", "crlf", "no end", "bom", "empty"]
POISONS = ["zero byte", "symbolic link", "folder", "skip-worktree", "ignored"]
steps = st.fixed_dictionaries(
    {
        # Of each generated file in turn: to update one that has no edit takes as long.
        "files": st.lists(st.lists(changes, min_size=1, max_size=4), min_size=12, max_size=12),
        "whole": st.lists(st.tuples(st.sampled_from(WHOLE), st.integers(0, 11)), max_size=3),
        "again": st.booleans(),  # whether it is updated a second time, with nothing to do
        "names": st.integers(0, 3),  # how many files of their own have names that the next release generates
        "poison": st.tuples(st.sampled_from(POISONS), st.integers(0, 11)),  # for which it is refused, at first
    }
)


def lines_of(content: bytes) -> list[bytes]:
    """Return a file's lines without their ends: an update may be what gives them CRLF, by git's settings."""
    return [line.removesuffix(b"\r") for line in content.removesuffix(b"\n").split(b"\n")] if content else []


def edit(folder: Path, paths: list[str], step: dict, templates: dict[str, tuple[bytes, bytes]], tag: str) -> None:
    """Make a step's changes in the files of a project; `templates` are the renderings, old and new, by path."""
    for path, edits in zip(paths, step["files"], strict=False):
        if (folder / path).is_file():
            content = (folder / path).read_bytes()
            (folder / path).write_bytes(changed(content, edits, hot(*templates[path]), f"{tag}.{path}".encode()))
    for kind, which in step["whole"]:
        path = folder / paths[which % len(paths)]
        if path.is_file():
            note(f"{kind} {path.name}")
            whole(path, kind)


def hot(old: bytes, new: bytes) -> list[bytes]:
    """Return the old lines which the template changes, or before which it inserts some."""
    matcher = SequenceMatcher(None, old.split(b"\n"), new.split(b"\n"), autojunk=False)
    lines = old.split(b"\n")
    return [lines[min(start, len(lines) - 1)] for kind, start, *_ in matcher.get_opcodes() if kind != "equal"]


def changed(content: bytes, edits: list[Change], beside: list[bytes], tag: bytes) -> bytes:
    """Return a file's content with changes of its lines; a new one is like no other, if it is not odd."""
    end = b"\n" if content.endswith(b"\n") else b""
    lines = content.removesuffix(b"\n").split(b"\n")
    for number, (kind, where, offset, text) in enumerate(edits):
        line = MINE + tag + f".{number}".encode() + text
        at = len(lines) * where // 100
        if where > 100 and beside and (line_there := beside[(where - 101) % len(beside)]) in lines:
            at = lines.index(line_there) + offset
        at = max(0, min(at, len(lines)))
        note(f"{kind} {tag.decode()}:{at + 1} {line[:60]!r}")
        match kind:
            case "insert":
                lines.insert(at, line)
            case "odd":
                lines.insert(at, ODD[(where + offset) % len(ODD)])
            case "change":
                lines[at : at + 1] = [line]
            case "delete":
                del lines[at : at + 1 + abs(offset)]
            case "double":
                lines[at:at] = lines[at : at + 1]
            case "block":  # such as a service, copied, with a line of its own
                lines[at:at] = [*lines[at : at + 8 + offset], line]
            case "swap":
                lines[at : at + 2] = lines[at : at + 2][::-1]
            case "crlf line":
                lines[at : at + 1] = [line.rstrip(b"\r") + b"\r" for line in lines[at : at + 1]]
    return b"\n".join(lines) + end if lines else b""


def whole(path: Path, kind: str) -> None:
    """Do something to a file as a whole."""
    content = path.read_bytes()
    match kind:
        case "remove":
            path.unlink()
        case "rename":
            path.rename(path.with_name(f"{path.name}.mine"))
        case "chmod":
            path.chmod(0o755)
        case "crlf":
            path.write_bytes(content.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))
        case "no end":
            path.write_bytes(content.rstrip(b"\r\n"))
        case "bom":
            path.write_bytes(b"\xef\xbb\xbf" + content)
        case "empty":
            path.write_bytes(b"")


def poison(path: Path, kind: str, git) -> str:
    """Do what an update cannot merge to a file, committed where that is possible; return a word of the refusal."""
    content = path.read_bytes()
    match kind:
        case "zero byte":
            path.write_bytes(content + b"\0\n")
            return "zero byte"
        case "symbolic link":
            path.rename(path.with_name("elsewhere.mine"))
            path.symlink_to("elsewhere.mine")
            return "must be a file"
        case "folder":
            path.rename(path.with_name("elsewhere.mine"))
            path.mkdir()
            (path / "mine").write_bytes(content)
            return "must be a file"
        case "skip-worktree":
            git("update-index", "--skip-worktree", path.name)
            path.write_bytes(content + MINE)
            return "git does not look for changes"
        case "ignored":
            git("rm", "--cached", "--quiet", path.name)
            (path.parent / ".gitignore").open("a").write(f"{path.name}\n")
            return "no commit has"
    raise ValueError(kind)


def state(folder: Path) -> dict[str, tuple]:
    """Return what is below a folder, without git's own: the type and mode, and the content or the link's target."""
    found = {}
    for path in folder.rglob("*"):
        name = path.relative_to(folder)
        if ".git" not in name.parts and not (path.is_dir() and not path.is_symlink()):
            content = os.readlink(path).encode() if path.is_symlink() else path.read_bytes()  # noqa: PTH115
            found[name.as_posix()] = (path.lstat().st_mode, content)
    return found
