"""Make the first .env: `python dotenv.py ANSWERS_FILE QUIET`, in the project, as copier.yml's `_tasks` do on a copy.

Where git tracks the project's .env, the answer secrets_file names another file, for what that one lacks. The file
holds secrets: it is written once, only where git would not commit it, and is yours from then on. An existing file only
gets the variables that it lacks.
"""

import base64
import errno
import os
import re
import secrets
import stat
import sys
import tempfile
from pathlib import Path
from typing import Any, BinaryIO

import yaml
from plumbum import CommandNotFound, local

MODE, OTHERS = 0o600, 0o077
# Neither a link is followed, nor a pipe waited for; Windows has neither flag.
UNFOLLOWED = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
PLACEHOLDER = "change-me"  # what the template's default has where it knows no value
JSON = ("[]", "{}")  # the same where it is JSON, and in base64
ENCODED = [base64.b64encode(text).decode() for text in (b"build", b"[]", b"{}", b' {"keys": []}')]
SECRET_BYTES = 32  # 64 characters: some applications refuse keys of fewer than 50
PASSWORD = re.compile(r"\$\{(\w*PASSWORD)\}")  # that of a service, in a value of compose_environment
FERNET = re.compile(r"(?:FERNET|FERNET_KEY|ENCRYPTION_KEY)$")  # names of variables whose secret is a key of Fernet
IN_JSON = re.compile(
    rf'"((?:DJANGO_)?SECRET_KEY|\w*{FERNET.pattern[:-1]})": "(?:{PLACEHOLDER}|only-for-building-the-image[^"]*)"', re.I
)


def write(path: Path, variables: dict[str, str]) -> str:
    """Make the file `path` from variables, an empty value a random secret, and return a sentence on what was done.

    Nothing is said where there is nothing to do. What an existing file says is never changed. Whatever stands in the
    way is a sentence, too: a copy does not fail for it.
    """
    names = ", ".join(variables)
    if not variables:
        return ""
    try:
        return _add(path, variables) if os.path.lexists(path) else _make(path, variables)
    except (OSError, UnicodeDecodeError, CommandNotFound) as error:
        return f"{path.name} was not written ({error}). Create it, set {names} in it, and let .gitignore ignore it."


def _make(path: Path, variables: dict[str, str]) -> str:
    """Write the first file, and return a sentence on that."""
    names = ", ".join(variables)
    hidden = _hide(path)
    if hidden is None:
        return f"{path.name} was not written, because {_exposed(path)}, then create {path.name} with {names}."
    lines = ["# Secrets and values of this computer. Never commit this file.", *_lines(variables)]
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, MODE), "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")
    return f"{path.name} was written, with {names}.{hidden}{_to_change(variables)}"


def _add(path: Path, variables: dict[str, str]) -> str:
    """Add what the file that is there lacks, and return a sentence on that."""
    file = _opened(path)
    if file is None:
        names = ", ".join(variables)
        if path.is_dir():
            return (
                f"{path.name} is a folder, but Compose reads a file there. Rename it, then set {names} in {path.name}."
            )
        return f"{path.name} is a link, or not a file, so nothing was written. Put a file there that sets {names}."
    with file:
        text = file.read().decode("utf-8-sig")
        known = _values(text)
        lacking = {name: value for name, value in variables.items() if not known.get(name)}
        if not lacking:
            return (
                f"Other users of this computer can read {path.name}. Run `chmod 600 {path.name}`."
                if _is_open(file)
                else ""
            )
        names = ", ".join(lacking)
        hidden = _hide(path)
        if hidden is None:
            return f"Nothing was added to {path.name}, because {_exposed(path)}, then set {names} in it."
        closed = _close(file, path.name)
        start = "\n" if not text or text.endswith("\n") else "\n\n"
        file.write("\n".join([f"{start}# For compose.yaml", *_lines(lacking), ""]).encode())
    added = f"{names} {'were' if len(lacking) > 1 else 'was'} added to the end of {path.name}."
    return f"{added}{closed}{hidden}{_to_change(lacking)}"


def _exposed(path: Path) -> str:
    """Return why a secret in a file would be committed, and what to do."""
    if _is_tracked(path):
        return f"git tracks it. Remove it from git (`git rm --cached {path.name}`) and add {path.name} to .gitignore"
    return f"git would commit it. Add {path.name} to .gitignore"


def _opened(path: Path, flags: int = 0) -> BinaryIO | None:
    """Return a file to read, and to add to at its end; None for a link of either kind, and for what is no file.

    https://man7.org/linux/man-pages/man2/open.2.html
    """
    try:
        file = os.fdopen(os.open(path, os.O_RDWR | os.O_APPEND | UNFOLLOWED | flags), "r+b", buffering=0)
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.EISDIR, errno.ENXIO):
            return None
        raise
    state = os.fstat(file.fileno())
    if stat.S_ISREG(state.st_mode) and state.st_nlink == 1:
        return file
    file.close()
    return None


def _is_open(file: BinaryIO) -> bool:
    """Return whether other users of this machine can read or change a file."""
    return os.name == "posix" and bool(os.fstat(file.fileno()).st_mode & OTHERS)


def _close(file: BinaryIO, name: str) -> str:
    """Let no other user of this machine read a file, and return a sentence on that, "" where none could."""
    if not _is_open(file):
        return ""
    if os.fstat(file.fileno()).st_uid != os.geteuid():
        return f" Other users can read it: let its owner run `chmod 600 {name}`."
    os.fchmod(file.fileno(), MODE)
    return " Only you can read it now."


def _lines(variables: dict[str, str]) -> list[str]:
    return [f"{name}={_quoted(_filled(name, value))}" for name, value in variables.items()]


def _filled(name: str, value: str) -> str:
    """Return a value: a random secret for an empty text, and in JSON for the placeholder of some keys."""
    return IN_JSON.sub(lambda pair: f'"{pair[1]}": "{_secret(pair[1].upper())}"', value) or _secret(name)


def _secret(name: str) -> str:
    """Return a random secret, in the form that a key of Fernet has to have: https://cryptography.io/en/latest/fernet/."""
    if FERNET.search(name):
        return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
    return secrets.token_hex(SECRET_BYTES)  # which is base64, too


def _quoted(value: str) -> str:
    """Return a value in quotes, by which it means nothing to Compose and to a shell, where it needs them.

    https://docs.docker.com/compose/how-tos/environment-variables/variable-interpolation/#env-file-syntax
    """
    return value if re.fullmatch(r"[A-Za-z0-9_.:/@%+,=?~-]+", value) else f"'{value}'"


def _to_change(variables: dict[str, str]) -> str:
    """Return a line on the variables that have a placeholder, "" if none has one."""
    names = [
        name
        for name, value in variables.items()
        if value in (PLACEHOLDER, *JSON, *ENCODED)
        or f'"{PLACEHOLDER}"' in f"{_filled(name, value)}\n{_decoded(value)}"
    ]
    return f"\nChange {', '.join(names)} there: your project has no value to take." if names else ""


def _decoded(value: str) -> str:
    """Return what is in a text of base64, "" if it is none."""
    try:
        return base64.b64decode(value, validate=True).decode()
    except ValueError:
        return ""


def elsewhere(known: dict[str, str], variables: dict[str, str]) -> str:
    """Return a sentence on which of Compose's variables the .env points at localhost, where a container is alone."""
    names = [name for name, value in variables.items() if _is_local(known.get(name, "")) and not _is_local(str(value))]
    if not names:
        return ""
    return (
        f".env points {', '.join(names)} at localhost, which is the container itself in a container. Delete "
        f"{'these lines' if len(names) > 1 else 'this line'} to use the value in compose.yaml."
    )


def of_another_login(known: dict[str, str], answers: dict[str, Any]) -> str:
    """Return a sentence on which variables of a login the .env has for another database than Compose's own."""
    own = {answers.get("database_user", "django"), answers.get("database_name", "django")}
    names = [
        name
        for name, value in answers.get("compose_environment", {}).items()
        if (value in own or PASSWORD.search(str(value)))
        and known.get(name)
        and not _is_local(known[name])
        and known[name] != PASSWORD.sub(lambda match: known.get(match[1], ""), str(value))
    ]
    if not names or not answers.get("services"):
        return ""
    return (
        f".env sets {', '.join(names)} to what the database of compose.yaml doesn't have. Delete "
        f"{'these lines' if len(names) > 1 else 'this line'} to use the value in compose.yaml."
    )


def _read(path: Path) -> dict[str, str]:
    """Return the variables of a .env file; none of a link, or of what cannot be read."""
    try:
        file = _opened(path)
        if file is None:
            return {}
        with file:
            return _values(file.read().decode("utf-8-sig"))
    except (OSError, UnicodeDecodeError):
        return {}


def _is_local(value: str) -> bool:
    return "localhost" in value or "127.0.0.1" in value


def _values(text: str) -> dict[str, str]:
    """Return the variables of a .env file and their values; Compose's ${NAME:?} refuses an empty one."""
    pairs = (line.strip().removeprefix("export ").partition("=") for line in text.splitlines())
    return {name.strip(): value.strip().strip("\"'") for name, _, value in pairs if not name.startswith("#")}


def _is_ignored(path: Path, *options: str) -> bool:
    """Return whether git ignores a file, which is never so for one in its index."""
    check = local["git"][("-C", str(path.parent), *options, "check-ignore", "--quiet", "--", path.name)]
    return check.run(retcode=None)[0] == 0


def _is_tracked(path: Path) -> bool:
    list_it = local["git"]["-C", str(path.parent), "ls-files", "--error-unmatch", "--", path.name]
    return bool(list_it.run(retcode=None)[0] == 0)


def _hide(path: Path) -> str | None:
    """Return "" where git ignores a file, or a sentence on what makes it do so now; None where git will not.

    The repository's own list of ignored files, which is not committed, is all that is changed:
    https://git-scm.com/docs/gitignore
    """
    if not any(os.path.lexists(folder / ".git") for folder in path.parents):
        return (
            f" Add {path.name} to .gitignore once the project is a git repository (`git init`), as updates need one."
        )
    if _is_ignored(path):
        return ""
    code, out, _ = local["git"][
        "-C", str(path.parent), "rev-parse", "--show-prefix", "--git-path", "info/exclude"
    ].run(retcode=None)
    if code or _is_tracked(path):
        return None
    prefix, listed = out.split("\n")[:2]
    escaped = "".join(f"\\{character}" if character in "\\*?[" else character for character in prefix)
    line = f"/{escaped}{path.name}\n".encode()
    with tempfile.NamedTemporaryFile() as tried:  # a .gitignore may say otherwise, and counts for more
        tried.write(line)
        tried.flush()
        if not _is_ignored(path, "-c", f"core.excludesFile={tried.name}"):
            return None
    exclude = path.parent / listed
    exclude.parent.mkdir(parents=True, exist_ok=True)
    file = None if exclude.parent.is_symlink() else _opened(exclude, os.O_CREAT)
    if file is None:
        return None
    with file:
        old = file.read()
        file.write(b"\n" + line if old and not old.endswith(b"\n") else line)
    if not _is_ignored(path):
        return None
    return f" Only {listed} on this computer keeps it out of commits. Add {path.name} to .gitignore."


if __name__ == "__main__":
    answers_file, quiet = sys.argv[1:]
    answers = yaml.safe_load(Path(answers_file).read_text())
    name = answers.get("secrets_file", ".env")
    known = _read(Path.cwd() / ".env")
    wanted = answers.get("dotenv", {})
    message = write(Path.cwd() / name, {key: wanted[key] for key in wanted if name == ".env" or not known.get(key)})
    remarks = [elsewhere(known, answers.get("compose_environment", {})), of_another_login(known, answers)]
    if quiet == "True" and message.startswith(f"{name} was written"):
        message = ""
    said = [line for line in (message, *remarks) if line]
    print(*said, sep="\n", end="\n" if said else "", file=sys.stderr)
