"""After every update: Copier exits 0 where there are conflicts, so that they are named here, last."""

import sys
from pathlib import Path

from plumbum import local


def after(project: Path, answers_file: Path) -> None:
    """Print which files have conflicts, and the command that undoes the update."""
    git = local["git"]["-C", str(project)]
    conflicts = git("diff", "--name-only", "--relative", "-z", "--diff-filter=U").split("\0")[:-1]
    if conflicts:
        number = f"{len(conflicts)} files have conflicts" if len(conflicts) > 1 else "1 file has conflicts"
        print(
            f"\n{number}, your lines beside the template's: {', '.join(conflicts)}.\n"
            "Resolve each, and commit; or undo the whole update with `git reset --hard && git clean -fd`.",
            file=sys.stderr,
        )
