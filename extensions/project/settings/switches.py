"""A variable of the project's own image by which settings look for the project where only that image has it."""

import posixpath
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import PurePosixPath

from ..tree import Tree
from .record import DjangoSettings
from .setting import Settings, leaves

Reading = tuple[Settings, DjangoSettings]


def read_at_home(
    tree: Tree, image: Mapping[str, str], home: str, read: Callable[[Mapping[str, str]], Reading]
) -> Reading:
    """Return what settings say without the variable of the own image that moves the project to its folder `home`.

    As `BASE_DIR = Path("/app") if os.getenv("IN_CONTAINER") else Path(__file__).parent`. One that is a path stays.
    `read` returns what they say with variables of the image.
    """
    evaluated, settings = read(image)
    moved = _named(tree, evaluated, home)
    known = {item.name for item in settings.environment.value if not item.required} if moved else set()
    for name in (name for name, text in image.items() if name in known and not text.startswith("/")):
        other, says = read({key: text for key, text in image.items() if key != name})
        if _named(tree, other, home) < moved:
            items = [replace(item, misplaces=item.name == name) for item in says.environment.value]
            return other, replace(says, environment=replace(says.environment, value=items))
    return evaluated, settings


def _named(tree: Tree, settings: Settings, home: str) -> set[str]:
    """Return the settings that name by a folder of the own image what the project has."""
    start = f"{home.rstrip('/')}/"
    return {
        name
        for name, setting in settings.values.items()
        for leaf in leaves(setting.raw)
        if home.strip("/") and isinstance(leaf.data, str | PurePosixPath) and str(leaf.data).startswith(start)
        if _has(tree, posixpath.join(settings.folder, str(leaf.data).removeprefix(start).rstrip("/")))
    }


def _has(tree: Tree, path: str) -> bool:
    return tree.exists(path) or tree.has_folder(path)
