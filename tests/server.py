"""Copier's command without its start: a process that has loaded Copier, and forks itself for each command.

What runs is the command as a person runs it, in a process of its own, which a signal may end. What is saved is the
time in which Python loads Copier, compiles the modules of each version of the template, reads its copier.yml, and in
which Jinja compiles its expressions: what comes of each is kept by its text.
"""

import hashlib
import importlib.util
import json
import marshal
import os
import pickle
import pkgutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from importlib.machinery import SourceFileLoader
from pathlib import Path
from typing import Any


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

    _do_each_text_once(Path(sys.argv[1]))
    _load_extensions()
    for line in sys.stdin:
        request = json.loads(line)
        if not (child := os.fork()):
            try:
                _run(CopierApp, request)
            finally:
                os._exit(1)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


def _do_each_text_once(folder: Path) -> None:
    """Keep what comes of each text in a folder, for the processes that follow: each would work it out anew."""
    import yaml
    from jinja2 import Environment

    def kept(made: Callable[[], Any], *text: object) -> Any:
        file = folder / hashlib.sha256(repr(text).encode()).hexdigest()
        if file.exists():
            return pickle.loads(file.read_bytes())
        done = made()
        written = file.with_suffix(f".{os.getpid()}")
        written.write_bytes(pickle.dumps(done))
        written.rename(file)
        return done

    def code(made: Callable[[], Any], *text: object) -> Any:
        return marshal.loads(kept(lambda: marshal.dumps(made()), *text))

    source_to_code, compile_, load_all = SourceFileLoader.source_to_code, Environment.compile, yaml.load_all

    def module(self, data, path, **options):
        return code(lambda: source_to_code(self, data, path, **options), Path(path).name, bytes(data))

    def expression(self, source, name=None, filename=None, **options):
        def made():
            return compile_(self, source, name, filename, **options)

        if options or not isinstance(source, str):
            return made()
        # Jinja calls filters of constants when it compiles: the code is that of one version's filters.
        filters = sorted({getattr(each, "__module__", "") for each in self.filters.values()})
        syntax = (self.trim_blocks, self.lstrip_blocks, self.keep_trailing_newline, str(self.undefined))
        return code(made, self.sandboxed, syntax, filters, name, source)

    def documents(stream, Loader):
        if not str(getattr(stream, "name", "")).endswith("copier.yml"):
            return load_all(stream, Loader)
        text = stream.read()
        stream.seek(0)
        return kept(lambda: list(load_all(stream, Loader)), text)

    SourceFileLoader.source_to_code = module
    Environment.compile = expression
    yaml.load_all = documents


def _load_extensions() -> None:
    """Load this version's modules, which it names by their content: a clone of it, in a child, finds them loaded."""
    spec = importlib.util.spec_from_file_location(
        "extensions_jinja", Path(__file__).parents[1] / "extensions/jinja.py"
    )
    assert spec and spec.loader
    jinja = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(jinja)
    package = jinja._package()
    for _, name, _ in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if not name.endswith(".__main__"):
            importlib.import_module(name)


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
