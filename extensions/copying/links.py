"""Refuse to write through links and to devices: what is there now, where a file or a folder is to be written."""

import stat
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

FILE, FOLDER, HARD_LINK = "a file", "a folder", "a hard link"


def kind(path: Path) -> str:
    """Return what is at a path, a link not followed, as words; "" for nothing."""
    try:
        state = path.lstat()
    except OSError:
        return ""
    if stat.S_ISREG(state.st_mode):
        return FILE if state.st_nlink == 1 else HARD_LINK
    if stat.S_ISDIR(state.st_mode):
        return FOLDER
    return "a symbolic link" if stat.S_ISLNK(state.st_mode) else "a special file"


def refusals(root: Path, paths: Iterable[str]) -> Iterator[str]:
    """Return a message on those of the files `paths` below `root`, and on their folders, that are something else."""
    paths = sorted(paths)
    folders = sorted({parent.as_posix() for path in paths for parent in Path(path).parents if parent != Path()})
    odd = _others(root, folders, FOLDER)
    below = [path for path in paths if not any(Path(path).is_relative_to(folder) for folder in odd)]
    for must, found in ((FOLDER, odd), (FILE, _others(root, below, FILE))):
        by_kind = defaultdict(list)
        for path, what in found.items():
            by_kind[what].append(path)
        for what, names in by_kind.items():
            if what == HARD_LINK:
                yield (
                    f"{', '.join(names)} must be a file of its own, but is a hard link: another file would change "
                    "too. Replace it by a copy."
                )
            else:
                yield f"{', '.join(names)} must be {must}, but is {what}. Move it away, and commit."


def _others(root: Path, paths: Iterable[str], must: str) -> dict[str, str]:
    """Return what is at those of the paths that are there, and are not what they must be."""
    kinds = {path: kind(root / path) for path in paths}
    return {path: what for path, what in kinds.items() if what not in ("", must)}
