"""What git has not brought into the working tree: modules of other repositories, and files of Git LFS.

https://git-scm.com/docs/gitmodules, https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md
"""

from collections.abc import Sequence
from dataclasses import dataclass

from .findings import Found, unread
from .tree import Tree

POINTER = "version https://git-lfs.github.com/spec/"
MAX_POINTER = 1024  # bytes, as the specification has it


@dataclass(frozen=True)
class Checkout:
    """What a working tree lacks that git could bring."""

    submodules: Found[Sequence[str]] = unread(())  # folders that are empty
    pointers: Found[Sequence[str]] = unread(())  # files of which there is a pointer alone


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
    )
