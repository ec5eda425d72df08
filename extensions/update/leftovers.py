"""Find what an update has left in generated files: conflict markers, and .rej files."""

from collections.abc import Iterable, Iterator
from pathlib import Path


def found(root: Path, paths: Iterable[str]) -> Iterator[str]:
    """Yield a sentence on each of `paths` that has the markers of a conflict, or a .rej file beside it."""
    for path in paths:
        yield from marked(root, [path])
        if (root / f"{path}.rej").is_file():
            yield (
                f"{path}.rej has lines that an earlier update could not merge. Copy what you need to {path}, delete "
                f"{path}.rej, and commit."
            )


def marked(root: Path, paths: Iterable[str]) -> Iterator[str]:
    """Yield a sentence on each of `paths` that has the markers of a conflict."""
    for path in paths:
        if lines := conflicts(root / path):
            yield (
                f"{path}, line {lines[0]}, has conflict markers (<<<<<<<). Keep what is right, delete the "
                "markers, and commit."
            )


def conflicts(path: Path) -> list[int]:
    """Return the lines of a file in which its conflicts begin, as git and Copier write them.

    https://git-scm.com/docs/git-merge#_how_conflicts_are_presented
    """
    if not path.is_file():
        return []
    lines, start, middle = [], 0, False
    for number, line in enumerate(path.read_bytes().split(b"\n"), 1):
        if line.startswith(b"<<<<<<< "):
            start, middle = number, False
        elif start and line.rstrip(b"\r") == b"=======":
            middle = True
        elif start and middle and line.startswith(b">>>>>>> "):
            lines.append(start)
            start = 0
    return lines
