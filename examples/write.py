"""Write what the template makes of three projects of its tests: `uv run examples/write.py`, `--check` in tests.

Each project is copied as a person would copy it, with every default. `.env` is left out, as it is random, and so are
the lines of the answers file that say from where and which version the copy is.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
PROJECTS = ROOT / "tests/projects"
EXAMPLES = {"startproject": "startproject", "celery-postgres-node": "celery_postgres", "asgi": "channels"}
# The front end of another project, beside the code of the second.
FRONT_END, ITS_PACKAGE, PACKAGE = PROJECTS / "node_assets/project", "garden", "orders"
LEFT_OUT = (b"_commit:", b"_src_path:")
GIT = ("git", "-c", "user.name=Example", "-c", "user.email=example@example.com", "-c", "core.autocrlf=false")


def run(*command: str, cwd: Path) -> str:
    """Return what a command prints; leave with its output if it fails."""
    environment = dict(os.environ) | {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    result = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True)
    if result.returncode:
        sys.exit(f"{' '.join(command)}\n{result.stdout}{result.stderr}")
    return result.stdout


def add_front_end(folder: Path) -> None:
    """Add the files of the front end, with the package of this project."""
    for path in [FRONT_END / "package.json", FRONT_END / "package-lock.json", *FRONT_END.glob("frontend/*")]:
        target = folder / path.relative_to(FRONT_END)
        target.parent.mkdir(exist_ok=True)
        target.write_text(path.read_text().replace(ITS_PACKAGE, PACKAGE))


def written(name: str, folder: Path) -> Iterator[tuple[str, bytes]]:
    """Return the path and the content of each file that a copy writes into a project."""
    shutil.copytree(PROJECTS / EXAMPLES[name] / "project", folder)
    if name.endswith("node"):
        add_front_end(folder)
    (folder / ".gitignore").write_text(".env\n")
    run(*GIT, "init", "--quiet", cwd=folder)
    run(*GIT, "add", ".", cwd=folder)
    run(*GIT, "commit", "--quiet", "--message", "A Django project", cwd=folder)
    copy = ("copy", "--trust", "--defaults", "--quiet", "--vcs-ref=HEAD", str(ROOT), ".")
    run(sys.executable, "-m", "copier", *copy, cwd=folder)
    for path in run(*GIT, "ls-files", "--others", "--exclude-standard", cwd=folder).splitlines():
        content = (folder / path).read_bytes()
        if path == ".copier-answers.yml":
            lines = content.splitlines(keepends=True)
            content = b"".join(line for line in lines if not line.startswith(LEFT_OUT))
        yield path, content


def main() -> int:
    """Write the examples, or say with --check which files differ; return 1 if any does then."""
    differing = []
    with tempfile.TemporaryDirectory() as temporary:
        for name in EXAMPLES:
            # The name of the folder is that of the site.
            new = {HERE / name / path: content for path, content in written(name, Path(temporary) / name)}
            old = {path: path.read_bytes() for path in (HERE / name).rglob("*") if path.is_file()}
            differing += sorted(path for path in old | new if old.get(path) != new.get(path))
            if "--check" not in sys.argv:
                shutil.rmtree(HERE / name, ignore_errors=True)
                for path, content in new.items():
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_bytes(content)
    print(*(path.relative_to(ROOT) for path in differing), sep="\n")
    return 1 if differing and "--check" in sys.argv else 0


if __name__ == "__main__":
    sys.exit(main())
