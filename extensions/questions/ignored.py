"""The paths that git ignores in a project. The template renders none of them: an update would lose what is there."""

from collections.abc import Iterable
from pathlib import Path

from plumbum import CommandNotFound, local


def ignored(root: Path, paths: Iterable[str]) -> set[str]:
    """Return those of `paths`, relative to `root`, that git's rules ignore, tracked or not; none where git is not."""
    try:
        _, out, _ = local["git"]["-C", str(root), "check-ignore", "--no-index", "--", *paths].run(retcode=None)
    except CommandNotFound:
        return set()
    return set(out.splitlines())
