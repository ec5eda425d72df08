"""Conflicts that come from ends of lines alone: taken away after an update.

Copier merges files as they are in the folder, where core.autocrlf=true gives them CRLF, or a person did, with its own
renderings, which have LF: then each line is a conflict. https://git-scm.com/docs/git-config#Documentation/git-config.txt-coreautocrlf
"""

import subprocess
import tempfile
from pathlib import Path

LABELS = ("before updating", "last update", "after updating")  # Copier's
MOST = 127  # conflicts that git counts; more is an error


def merge_again(project: Path) -> None:
    """Merge each file in conflict anew, without the CR, where its ends of lines are others than the template's.

    A file that has no conflict any more is one that is changed, as Copier leaves it: `git add` is the person's.
    """
    prefix = _git(project, "rev-parse", "--show-prefix").decode().removesuffix("\n")
    versions: dict[str, dict[str, tuple[str, str]]] = {}
    for line in _git(project, "ls-files", "--unmerged", "-z").decode().split("\0")[:-1]:
        about, _, path = line.partition("\t")
        mode, blob, stage = about.split()
        versions.setdefault(path, {})[stage] = (mode, blob)
    for path, stages in versions.items():
        file = project / path
        if stages.keys() != {"1", "2", "3"} or not file.is_file():
            continue
        mine, old, new = (_git(project, "cat-file", "blob", stages[stage][1]) for stage in "213")
        if not (_has_crlf(mine) or (b"\r\n" not in mine and b"\r\n" in file.read_bytes())):
            continue
        merged, conflicts = _merged(project, mine.replace(b"\r\n", b"\n"), old, new)
        if conflicts > MOST:
            continue
        file.write_bytes(merged.replace(b"\n", b"\r\n"))
        if not conflicts:
            mode, blob = stages["2"]
            _git(project, "update-index", "--cacheinfo", f"{mode},{blob},{prefix}{path}")


def _has_crlf(content: bytes) -> bool:
    return 0 < content.count(b"\n") == content.count(b"\r\n")


def _merged(project: Path, mine: bytes, old: bytes, new: bytes) -> tuple[bytes, int]:
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder, name) for name in ("mine", "old", "new")]
        for path, content in zip(paths, (mine, old, new), strict=True):
            path.write_bytes(content)
        labels = [argument for label in LABELS for argument in ("-L", label)]
        command = ["git", "-C", project, "merge-file", "--stdout", *labels, *paths]
        done = subprocess.run(command, capture_output=True)
    return done.stdout, done.returncode


def _git(project: Path, *arguments: str) -> bytes:
    return subprocess.run(["git", "-C", project, *arguments], capture_output=True, check=True).stdout
