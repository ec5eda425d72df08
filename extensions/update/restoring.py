"""A separate process that restores the project if Copier's process ends before its update does.

Run by watch.py, with nothing but the standard library: on standard input it gets a line of JSON, and then,
if all went well, `done`. It outlives whatever ends Copier: an exception, Ctrl-C, a signal, even one that cannot be
caught.
"""

import base64
import contextlib
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

ROUNDS, PAUSE = 3, 0.05  # in seconds: a command that Copier has started may still write


def main() -> None:
    """Wait for the end of standard input, and restore, if there was no word before it."""
    state, end = json.loads(sys.stdin.readline()), sys.stdin.readline().strip()
    if end == "done" or _head(state) != state["head"]:
        return
    problem = ""
    for _ in range(ROUNDS):
        problem = _restore(state)
        time.sleep(PAUSE)
    if problem or end != "quietly":
        said = state["failed"].replace("{problem}", problem) if problem else state["restored"]
        print(said, file=sys.stderr, flush=True)


def _head(state: dict[str, Any]) -> str:
    return _git(state, "rev-parse", "HEAD").stdout.decode().strip()


def _restore(state: dict[str, Any]) -> str:
    """Restore the files that changed, and return what prevents that, or ""."""
    root, problem = Path(state["root"]), ""
    # What is new goes first: on a full disk there must be room.
    for name, file in sorted(state["files"].items(), key=lambda item: item[1] is not None):
        try:
            _restore_file(root / name, file)
        except OSError as error:
            problem = str(error)
    for name in sorted(state["new_folders"], key=len, reverse=True):
        with contextlib.suppress(OSError):
            (root / name).rmdir()
    unmerged = _git(state, "ls-files", "--unmerged", "-z", "--", *state["files"]).stdout
    if unmerged and (done := _git(state, "reset", "--quiet", "--", *state["files"])).returncode:
        problem = done.stderr.decode(errors="replace").strip()
    return problem


def _restore_file(path: Path, file: tuple[str, int] | None) -> None:
    if file is None:
        if path.is_file() or path.is_symlink():
            path.unlink()
        return
    content, mode = base64.b64decode(file[0]), file[1]
    if not path.is_file() or path.read_bytes() != content:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    if path.stat().st_mode & 0o7777 != mode:
        path.chmod(mode)


def _git(state: dict[str, Any], *arguments: str) -> subprocess.CompletedProcess[bytes]:
    command = ["git", "-C", state["root"], "-c", f"core.hooksPath={os.devnull}", *arguments]
    return subprocess.run(command, capture_output=True, check=False)


if __name__ == "__main__":
    main()
