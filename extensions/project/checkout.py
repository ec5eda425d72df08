"""Where git has the project from, and what it has not brought: modules of other repositories, files of Git LFS.

https://git-scm.com/docs/gitmodules, https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md
"""

import re
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from .findings import Found, unread
from .secrets import is_secret
from .tree import Tree

POINTER = "version https://git-lfs.github.com/spec/"
# https://git-scm.com/docs/git-clone#_git_urls: by https, ssh, or host:path, with a user or a token that is not read
URL = re.compile(r"(?:\w+://)?(?:[^/@]*@)?([A-Za-z0-9.-]+)(?::[0-9]+/|[:/])/?([\w./-]+?)(?:\.git)?/?")
COMMENT = re.compile(r"\s#[^\"']*$")  # at the end of a line of .env
MAX_POINTER = 1024  # bytes, as the specification has it


@dataclass(frozen=True)
class Checkout:
    """A working tree's origin, and what it lacks that git could bring."""

    submodules: Found[Sequence[str]] = unread(())  # folders that are empty
    pointers: Found[Sequence[str]] = unread(())  # files of which there is a pointer alone
    remote: Found[str] = unread("")  # the host and the path of git's remote `origin`, as github.com/org/shop
    dotenv: Found[Mapping[str, str]] = unread({})  # what .env gives variables, if git tracks that file; "" of secrets


def read_checkout(tree: Tree) -> Checkout:
    """Return what is to be fetched before images are built."""
    modules = tree.ini(".gitmodules") if tree.exists(".gitmodules") else None
    paths = [modules.get(name, "path", fallback="") or "" for name in modules.sections()] if modules else []
    empty = [path for path in paths if path and not tree.has_folder(path)]
    attributes = [path for path in tree.named(".gitattributes") if "filter=lfs" in (tree.text(path) or "")]
    small = [path for path, size in tree.paths.items() if size <= MAX_POINTER] if attributes else []
    pointers = [path for path in small if (tree.text(path) or "").startswith(POINTER)]
    return Checkout(
        Found(empty, ".gitmodules" if empty else ""),
        Found(pointers, pointers[0] if pointers else ""),
        _remote(tree.root),
        _dotenv(tree),
    )


def _remote(root: Path) -> Found[str]:
    match = URL.fullmatch(_git(root, "config", "--get", "remote.origin.url"))
    return Found(f"{match[1].lower()}/{match[2]}", ".git/config") if match else Found("", "")


def _dotenv(tree: Tree) -> Found[Mapping[str, str]]:
    """Return the variables of a .env that git tracks, which is no place for secrets: these are not kept."""
    path = tree.root / ".env"
    if path.is_symlink() or not path.is_file() or not _git(tree.root, "ls-files", "--", ".env"):
        return Found({}, "")
    found = given(tree.text(".env") or "")
    return Found({name: "" if is_secret(name, value) else value for name, value in found.items()}, ".env")


def given(dotenv: str) -> dict[str, str]:
    """Return what the text of a .env gives variables, without empty ones, which Compose's ${NAME:?} refuses.

    https://docs.docker.com/compose/how-tos/environment-variables/variable-interpolation/#env-file-syntax
    """
    pairs = (line.strip().removeprefix("export ").partition("=") for line in dotenv.splitlines())
    found = {name.strip(): COMMENT.sub("", value).strip() for name, _, value in pairs if not name.startswith("#")}
    return {name: text for name, value in found.items() if (text := value.strip("\"'"))}


def _git(root: Path, *command: str) -> str:
    """Return what a command of git prints; "" outside of a repository, and without git."""
    if not any((folder / ".git").exists() for folder in (root, *root.parents)):
        return ""
    try:
        done = subprocess.run(["git", "-C", str(root), *command], capture_output=True, text=True, errors="replace")
    except OSError:
        return ""
    return done.stdout.strip()
