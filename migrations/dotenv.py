"""Make the first .env: `python dotenv.py ANSWERS_FILE QUIET`, in the project, as copier.yml's `_tasks` do on a copy.

It holds secrets, so that it is written once, only where git ignores it, and is the person's from then on. To one that
is there, only what it lacks is added.
"""

import os
import secrets
import sys
from pathlib import Path

import yaml
from plumbum import CommandNotFound, local

MODE = 0o600
PLACEHOLDER = "change-me"  # what the template's default has where it knows no value
SECRET_BYTES = 48  # 64 characters: some applications refuse keys of fewer than 50


def write(project: Path, variables: dict[str, str]) -> str:
    """Make `project`/.env from variables, an empty value a random secret, and return a sentence on what was done.

    Nothing is said where there is nothing to do. What an existing .env says is never changed. Whatever stands in the
    way is a sentence, too: a copy does not fail for it.
    """
    names = ", ".join(variables)
    if not variables:
        return ""
    try:
        return _write(project, variables)
    except (OSError, UnicodeDecodeError, CommandNotFound) as error:
        return f".env is not written ({error}): set {names} there, and see that git ignores it."


def _write(project: Path, variables: dict[str, str]) -> str:
    path, names = project / ".env", ", ".join(variables)
    if os.path.lexists(path):
        if not path.is_file():
            kind = "a symbolic link to no file" if path.is_symlink() else "no file"
            return f".env is {kind}, and is left alone: put a file there that sets {names}."
        return _add(project, variables)
    hidden = _hide(project)
    if hidden is None:
        return (
            f".env is not written, as git does not keep it out of commits here: let .gitignore ignore it, and set "
            f"{names} in it."
        )
    lines = ["# Secrets and values of this machine: never commit them.", *_lines(variables)]
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, MODE), "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")
    return f".env is written, with {names}.{hidden}{_to_change(variables)}"


def _lines(variables: dict[str, str]) -> list[str]:
    return [f"{name}={value or secrets.token_urlsafe(SECRET_BYTES)}" for name, value in variables.items()]


def _add(project: Path, variables: dict[str, str]) -> str:
    """Add what the .env that is there lacks, and return a sentence on that."""
    path = project / ".env"
    text = path.read_text(encoding="utf-8-sig")
    known = _values(text)
    lacking = {name: value for name, value in variables.items() if not known.get(name)}
    if not lacking:
        return ""
    start = "\n" if not text or text.endswith("\n") else "\n\n"
    with path.open("a", encoding="utf-8") as file:
        file.write("\n".join([f"{start}# For compose.yaml", *_lines(lacking), ""]))
    added = f"{', '.join(lacking)} {'are' if len(lacking) > 1 else 'is'} added at the end of .env"
    warning = "" if _is_ignored(project) else ", which git does not ignore: keep what is secret out of commits"
    return f"{added}{warning}.{_to_change(lacking)}"


def _to_change(variables: dict[str, str]) -> str:
    """Return a line on the variables that have a placeholder, "" if none has one."""
    names = [name for name, value in variables.items() if value == PLACEHOLDER]
    return f"\nChange {', '.join(names)} there, for which no value could be read." if names else ""


def elsewhere(project: Path, variables: dict[str, str]) -> str:
    """Return a sentence on which of Compose's variables the .env points at localhost, where a container is alone."""
    try:
        known = _values((project / ".env").read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError):
        return ""
    names = [name for name, value in variables.items() if _is_local(known.get(name, "")) and not _is_local(str(value))]
    if not names:
        return ""
    return (
        f".env points {', '.join(names)} at localhost, which in a container is the container itself: without "
        f"{'these lines' if len(names) > 1 else 'this line'}, the value in compose.yaml counts."
    )


def _is_local(value: str) -> bool:
    return "localhost" in value or "127.0.0.1" in value


def _values(text: str) -> dict[str, str]:
    """Return the variables of a .env file and their values; Compose's ${NAME:?} refuses an empty one."""
    pairs = (line.strip().removeprefix("export ").partition("=") for line in text.splitlines())
    return {name.strip(): value.strip().strip("\"'") for name, _, value in pairs if not name.startswith("#")}


def _is_ignored(project: Path) -> bool:
    """Return whether git ignores .env, which is never so for a file in its index."""
    return local["git"]["-C", str(project), "check-ignore", "--quiet", "--", ".env"].run(retcode=None)[0] == 0


def _hide(project: Path) -> str | None:
    """Return "" where git ignores .env, or a sentence on what makes it do so now; None where git will not.

    The repository's own list of ignored files, which is not committed, is all that is changed:
    https://git-scm.com/docs/gitignore
    """
    git = local["git"]["-C", str(project)]

    def run(*arguments: str) -> tuple[int, str]:
        code, out, _ = git[arguments].run(retcode=None)
        return code, out.removesuffix("\n")

    if _is_ignored(project):
        return ""
    inside, prefix = run("rev-parse", "--show-prefix")
    if inside or run("ls-files", "--error-unmatch", "--", ".env")[0] == 0:
        return None
    listed = run("rev-parse", "--git-path", "info/exclude")[1]
    exclude = project / listed
    old = exclude.read_bytes() if exclude.is_file() else None
    escaped = "".join(f"\\{character}" if character in "\\*?[" else character for character in prefix)
    exclude.parent.mkdir(parents=True, exist_ok=True)
    start = old + b"\n" if old and not old.endswith(b"\n") else old or b""
    exclude.write_bytes(start + f"/{escaped}.env\n".encode())
    if _is_ignored(project):
        return f" {listed} keeps it out of commits, on this machine alone: add .env to .gitignore."
    if old is None:  # a .gitignore says otherwise, and counts for more
        exclude.unlink()
    else:
        exclude.write_bytes(old)
    return None


if __name__ == "__main__":
    answers_file, quiet = sys.argv[1:]
    answers = yaml.safe_load(Path(answers_file).read_text())
    message = write(Path.cwd(), answers.get("dotenv", {}))
    remark = elsewhere(Path.cwd(), answers.get("compose_environment", {}))
    if quiet == "True" and message.startswith(".env is written"):
        message = ""
    print(*filter(None, [message, remark]), sep="\n", end="\n" if message or remark else "", file=sys.stderr)
