"""What a person wrote into generated files, known before an update, and what of it is gone after it."""

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

Files = dict[str, Counter[str]]  # the lines of files, by path relative to a folder


def lines(content: bytes) -> Counter[str]:
    """Return the lines of a file that are not blank, however they end."""
    found = (line.rstrip("\r") for line in content.decode("utf-8", "replace").split("\n"))
    return Counter(line for line in found if line.strip())


def read(folder: Path, paths: Iterable[str]) -> Files:
    """Return the lines of those of `paths` that are files in `folder`."""
    return {path: lines((folder / path).read_bytes()) for path in paths if (folder / path).is_file()}


def edited(mine: Files, old: Files) -> list[str]:
    """Return the paths of the files in which a person's lines differ from those of the old version."""
    return [path for path, now in mine.items() if now != old.get(path, Counter())]


def vanished(mine: Files, now: Files) -> bool:
    """Return whether any line of `mine` is in `now` no more."""
    return any(content - now.get(path, Counter()) for path, content in mine.items())


def lost(path: str, mine: Files, old: Files, new: Files, now: Files) -> list[str]:
    """Return the lines of a file that a person had added and that a merge would have kept, but that are gone."""
    here, before, after, found = (files.get(path, Counter()) for files in (mine, old, new, now))
    return [line for line in here - before if found[line] < min(here[line], here[line] + after[line] - before[line])]


def back(path: str, mine: Files, old: Files, new: Files, now: Files) -> list[str]:
    """Return the lines of a file that a person had deleted and that are back, though no merge brings them."""
    here, before, after, found = (files.get(path, Counter()) for files in (mine, old, new, now))
    return [line for line in before - here if found[line] > max(here[line], here[line] + after[line] - before[line])]


def counted(found: Mapping[str, Mapping[str, int]]) -> Files:
    """Return files that were kept as JSON."""
    return {path: Counter(content) for path, content in found.items()}
