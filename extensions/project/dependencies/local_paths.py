"""Where in the project its dependencies are taken from: packages of its own, by their folders, and archives."""

import posixpath
import re
from collections.abc import Iterable

from ..tree import Tree
from .distributions import Distribution
from .one_machine import OF_A_MACHINE, named
from .tool import Installation

SCHEME = "file:"
OF_SOMEBODY = re.compile(r"/(?:home|Users)/|~/|[A-Za-z]:[\\/]")


def local_paths(
    tree: Tree, found: Installation, distributions: Iterable[Distribution]
) -> tuple[list[str], list[tuple[str, str]]]:
    """Return the paths that an installation reads, and what it asks for that is not there, each with its source.

    "." is the project itself. A path of one machine is neither.
    """
    main = found.requirements_file or (found.files[0] if found.files else "")
    asked = [*found.local, *((item.url, item.source) for item in distributions if item.url.startswith(SCHEME))]
    left_out = {item.source for item in found.foreign}  # and said to be
    given = {text for text, source in found.local if source not in left_out}
    paths: dict[str, None] = {}
    missing: list[tuple[str, str]] = []
    for text, source in asked:
        name = named(text)
        if OF_SOMEBODY.match(name) and text in given:
            missing.append((name, source))
        if not name or "$" in name or OF_A_MACHINE.match(name):
            continue
        bases = ["."] if found.requirements_file else []
        bases += [posixpath.dirname(source.rpartition(":")[0]) or ".", posixpath.dirname(main) or "."]
        places = (posixpath.normpath(posixpath.join(base, name)) for base in bases)
        if place := next((place for place in places if _is_there(tree, place)), ""):
            paths.setdefault(place)
        else:
            missing.append((name, source))
    kept = [path for path in paths if not any(path != other and _is_in(path, other) for other in paths)]
    return kept, missing


def _is_in(path: str, folder: str) -> bool:
    return folder == "." or path.startswith(f"{folder}/")


def _is_there(tree: Tree, path: str) -> bool:
    return path == "." or (not path.startswith("..") and (tree.exists(path) or tree.has_folder(path)))
