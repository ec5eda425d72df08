"""A note in git's own folder while an update runs: the lines that you had written, in case the computer stops.

With it, the next update notices that an earlier one was interrupted and then committed.
"""

import json
import shlex
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path


def kept(folder: Path, prefix: str, answers_file: Path) -> Path:
    """Return where the note is, in git's folder; `prefix` is the project's in its repository, with a slash."""
    name = f"{prefix}{answers_file.as_posix()}".replace("/", "+")
    return folder / f"copier-django-docker{name}.json"


def write(path: Path, head: str, mine: Mapping[str, bytes], old: Mapping[str, bytes]) -> None:
    """Note the lines that a person has added, and the commit that has them."""
    edits = {name: _lines(content) - _lines(old.get(name, b"")) for name, content in mine.items()}
    path.write_text(json.dumps({"head": head, "edits": {name: lines for name, lines in edits.items() if lines}}))


def interrupted(root: Path, path: Path) -> Iterator[str]:
    """Say, once, that an update was interrupted and then committed, without lines that a person had written."""
    try:
        begun = json.loads(path.read_text())
        head = begun["head"][:10]
        edits = {name: Counter(lines) for name, lines in begun["edits"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return
    short = [name for name, lines in edits.items() if lines - _lines(_content(root / name))]
    if short:
        path.unlink(missing_ok=True)
        yield (
            f"An update was interrupted and then committed, and {', '.join(short)} lost lines that you had written. "
            f"Commit {head} has them:\n    git diff {head} -- {shlex.join(short)}\n"
            "Put back what you need, and commit. Or update again to go on without these lines."
        )


def _lines(content: bytes) -> Counter[str]:
    """Return the lines of a file that are not blank, however they end."""
    found = (line.rstrip("\r") for line in content.decode("utf-8", "replace").split("\n"))
    return Counter(line for line in found if line.strip())


def _content(path: Path) -> bytes:
    return path.read_bytes() if path.is_file() else b""
