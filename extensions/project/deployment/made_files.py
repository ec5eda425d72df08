"""Modules that a project's own image makes by copying another file, such as an example of the settings."""

import posixpath

from ..places import SAMPLE, is_development, words
from ..tree import Tree
from .own_image import own_image
from .steps import OwnSteps, Phase, Step, read_own_steps


def with_made_files(tree: Tree) -> None:
    """Let modules be read that only the project's own image has, each from the file that is copied there."""
    image = own_image(tree, ".")
    if image is None or is_development(image.path):
        return
    own = read_own_steps(tree, image)
    made = [(source, place) for source, place in own.place.copies if tree.exists(source)] if own.place else []
    made += [pair for step in own.steps if (pair := _copied(step, own))]
    for source, place in made:
        path = _in_project(place, own)
        missing = not tree.exists(path) or tree.is_ignored(path)
        if path.endswith(".py") and missing and _is_module(tree, source, path):
            tree.stand_in(path, source)


def _copied(step: Step, own: OwnSteps) -> tuple[str, str] | None:
    """Return the file that a `cp` of the build copies, and where, None for another command."""
    named = [word for word in step.words[1:] if not word.startswith("-")]
    is_build = step.final and step.plain and not step.condition and step.phase is Phase.BUILD
    if step.keyword != "RUN" or step.program != "cp" or len(named) != 2 or not is_build or not own.place:
        return None
    source, place = (posixpath.normpath(posixpath.join(step.workdir, word)) for word in named)
    found = own.place.find(source)
    return (found, place) if found else None


def _in_project(place: str, own: OwnSteps) -> str:
    """Return which path of the project a path of the image is, "" for none."""
    home = own.home.rstrip("/")
    if not place.startswith(f"{home}/"):
        return ""
    return posixpath.normpath(posixpath.join(own.root, posixpath.relpath(place, home or "/")))


def _is_module(tree: Tree, source: str, path: str) -> bool:
    """Return whether a copy is a module of the site, rather than the configuration of a server."""
    beside = posixpath.join(posixpath.dirname(path), "__init__.py")
    return tree.exists(beside) or not SAMPLE.isdisjoint(words(posixpath.basename(source)))
