"""Copier's command without its start: a process that has loaded Copier, and forks itself for each command.

What runs is the command as a person runs it, in a process of its own, which a signal may end. Two things are saved:
the 0.7 seconds in which Python loads Copier, and the 0.5 in which it compiles the modules of each version of the
template, whose code is kept by their text.
"""

import hashlib
import json
import marshal
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from importlib.machinery import SourceFileLoader
from pathlib import Path


class Copier:
    """Copier's command, `run` in any folder and environment."""

    def __init__(self) -> None:
        self._code = tempfile.TemporaryDirectory()
        command = [sys.executable, __file__, self._code.name]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def run(
        self, *arguments: str, cwd: Path, env: Mapping[str, str], output: Path, apart: bool = False
    ) -> tuple[int, str]:
        """Return the exit code, as subprocess has it, and all that is printed, by processes that it leaves, too.

        `output` is the name of a pipe to be made. What goes to the standard error comes last where it is `apart`.
        """
        assert self._process.stdin and self._process.stdout
        os.mkfifo(output)
        plain = output.with_name(f"{output.name}.plain") if apart else output
        request = {
            "arguments": arguments,
            "cwd": str(cwd),
            "env": dict(env),
            "output": str(plain),
            "errors": str(output),
        }
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        said = output.read_text(errors="replace")  # until all who may write have ended
        output.unlink()
        if apart:
            said = plain.read_text(errors="replace") + said
            plain.unlink()
        return int(self._process.stdout.readline()), said

    def close(self) -> None:
        """End the process that forks."""
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait()
        self._code.cleanup()


def serve() -> None:
    """Fork for each line of the standard input, and print how the child ended."""
    from copier._cli import CopierApp

    _compile_each_text_once(Path(sys.argv[1]))
    for line in sys.stdin:
        request = json.loads(line)
        if not (child := os.fork()):
            try:
                _run(CopierApp, request)
            finally:
                os._exit(1)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


def _compile_each_text_once(folder: Path) -> None:
    """Keep the code of modules in a folder by their text: each clone of the template is compiled anew otherwise."""
    compile_ = SourceFileLoader.source_to_code

    def once(self, data, path, **options):
        kept = folder / hashlib.sha256(f"{Path(path).name}\0".encode() + bytes(data)).hexdigest()
        if kept.exists():
            return marshal.loads(kept.read_bytes())
        code = compile_(self, data, path, **options)
        written = kept.with_suffix(f".{os.getpid()}")
        written.write_bytes(marshal.dumps(code))
        written.rename(kept)
        return code

    SourceFileLoader.source_to_code = once


def _run(app, request) -> None:
    import atexit
    import tempfile

    from plumbum import local

    for descriptor, path, flags in (
        (0, os.devnull, os.O_RDONLY),
        (1, request["output"], os.O_WRONLY | os.O_CREAT | os.O_APPEND),
        (2, request["errors"], os.O_WRONLY),
    ):
        opened = os.open(path, flags)
        os.dup2(opened, descriptor)
        os.close(opened)
    os.environ.clear()
    os.environ.update(request["env"])
    local.env.clear()
    local.env.update(request["env"])
    local.cwd.chdir(request["cwd"])
    tempfile.tempdir = None
    code = 0
    try:
        app.run(["copier", *request["arguments"]])
    except SystemExit as done:
        code = int(done.code or 0)
    except BaseException:
        sys.excepthook(*sys.exc_info())  # as at the end of a process
        code = 1
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    serve()
