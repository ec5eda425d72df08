"""What an earlier update has left in generated files: markers of conflicts, and .rej files."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

# A whole conflict, as git and Copier write it: https://git-scm.com/docs/git-merge#_how_conflicts_are_presented
CONFLICT = re.compile(rb"^<{7} [^\n]*\n(?:[^\n]*\n)*?={7}\r?\n(?:[^\n]*\n)*?>{7} ", re.MULTILINE)


def found(root: Path, paths: Iterable[str]) -> Iterator[str]:
    """Yield a sentence on each of `paths` that has the markers of a conflict, or a .rej file beside it."""
    for path in paths:
        line = conflict(root / path)
        if line:
            yield (
                f"{path}, line {line}, has the markers of a conflict (<<<<<<<): keep what is right, delete the markers, "
                "and commit."
            )
        if (root / f"{path}.rej").is_file():
            yield (
                f"{path}.rej has lines that an earlier update could not merge: copy what you need of it to {path}, "
                "delete it, and commit."
            )


def conflict(path: Path) -> int:
    """Return the line of a file in which its first conflict begins, 0 if it has none."""
    if not path.is_file():
        return 0
    content = path.read_bytes()
    match = CONFLICT.search(content)
    return content.count(b"\n", 0, match.start()) + 1 if match else 0
