"""Watch over an update: if it does not finish, a separate process restores all files."""

import atexit
import base64
import json
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from . import git, summary


class File(NamedTuple):
    """A file's content and mode."""

    content: bytes
    mode: int


def read(folder: Path, paths: Iterable[str]) -> dict[str, File]:
    """Return those of `paths` that are files in `folder`."""
    found = {}
    for name in paths:
        path = folder / name
        if path.is_file() and not path.is_symlink():
            found[name] = File(path.read_bytes(), path.stat().st_mode & 0o7777)
    return found


class Watcher:
    """The process restoring.py, which restores `paths` in `root` once this process ends, if `done` is not called."""

    def __init__(self, root: Path, head: str, paths: Iterable[str], before: Mapping[str, File]):
        paths = list(paths)
        there = [path for path in paths if path in before]
        folders = {parent.as_posix() for path in paths for parent in Path(path).parents if parent != Path()}
        state = {
            "root": str(root),
            "head": head,
            "files": {
                path: [base64.b64encode(before[path].content).decode(), before[path].mode] if path in before else None
                for path in paths
            },
            "new_folders": [folder for folder in folders if not os.path.lexists(root / folder)],
            "restored": summary.RESTORED,
            "failed": summary.not_restored(root, there, [path for path in paths if path not in before]),
        }
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", str(Path(__file__).with_name("restoring.py"))],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            env=git.environment(),
            start_new_session=True,  # out of reach of Ctrl-C
            cwd=root,
        )
        assert self._process.stdin
        self._process.stdin.write(json.dumps(state).encode() + b"\n")
        self._process.stdin.flush()
        atexit.register(self.restore)

    def done(self) -> None:
        """Keep all files as they are now."""
        self._end(b"done\n")

    def restore(self, quietly: bool = False) -> None:
        """Restore all files, and say so."""
        self._end(b"quietly\n" if quietly else b"")

    def _end(self, word: bytes) -> None:
        if self._process.returncode is None:
            self._process.communicate(word)
        atexit.unregister(self.restore)
