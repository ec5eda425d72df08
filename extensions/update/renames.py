"""Find generated files that were renamed in the project, by the commit that removed the old name."""

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

from . import git

MOST_TIMES = 5  # that a file is renamed
ALIKE = 0.5  # git's own threshold: https://git-scm.com/docs/git-diff#Documentation/git-diff.txt--Mltngt


def renamed(root: Path, prefix: str, old: Mapping[str, bytes], taken: Iterable[str]) -> dict[str, str]:
    """Return the names in the project of files of the old version that are not there, but for those `taken`.

    A file that has become another since is none: it must have half of the lines that the old version renders.
    """
    found: dict[str, str] = {}
    for path, content in old.items():
        if not (root / path).is_file() and (now := _now(root, prefix, path)) is not None:
            free = now not in {*taken, *found.values()} and not (root / now).is_symlink()
            if free and _alike(content, (root / now).read_bytes()):
                found[path] = now
    return found


def _now(root: Path, prefix: str, path: str) -> str | None:
    for _ in range(MOST_TIMES):
        log = git.run(root, "log", "-1", "--no-renames", "--diff-filter=D", "--format=%H", "--", path)
        commit = log.stdout.decode().strip()
        if log.returncode or not commit:
            return None
        options = ("-M", "--diff-filter=R", "--name-status", "-r", "-z", "--no-commit-id", "--root")
        fields = git.names(git.run(root, "diff-tree", *options, commit).stdout)
        names = dict(zip(fields[1::3], fields[2::3], strict=True))
        name = names.get(prefix + path)
        if name is None or not name.startswith(prefix):
            return None
        path = name.removeprefix(prefix)
        if (root / path).is_file():
            return path
    return None


def _alike(old: bytes, mine: bytes) -> bool:
    before, here = (Counter(line.strip() for line in content.split(b"\n")) for content in (old, mine))
    return (before & here).total() >= ALIKE * before.total()
