"""The defaults of all questions, worked out from what was read, as their records say."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..reading import read
from ..services.site import Site
from . import answers, compose_defaults
from .default import Default
from .ignored import ignored
from .records import QUESTIONS

__all__ = ["Default", "compose_defaults"]

RULES: Mapping[str, Callable[[Site], Default]] = {
    name: question.default_from for name, question in QUESTIONS.items() if question.is_read
}


def defaults(root: Path, answers_file: str = answers.FILE, site: Site | None = None) -> dict[str, Default]:
    """Return the default of each question that is read from the project at `root`, by the question's name.

    Each is an answer that the question's rule accepts; what was found but cannot be an answer is replaced by SAFE's.
    Where the project has this template's answers, the files that they have written are not read, and what is read is
    set beside them. `site` is what `site_for` has read, if it has.
    """
    site, stored = site or site_for(root, answers_file), answers.stored(root / answers_file)
    return beside(stored, site, root) if answers.is_ours(stored) else from_site(site, root)


def site_for(root: Path, answers_file: str = answers.FILE) -> Site:
    """Return what is read of the project at `root`, without the files that answers made: answers follow from it."""
    stored = answers.stored(root / answers_file)
    return read(root, answers.rendered(stored) if answers.is_ours(stored) else ())


def from_site(site: Site, root: Path) -> dict[str, Default]:
    """Return the defaults that follow from what was found in the project at `root`."""
    found = {name: rule(site) for name, rule in RULES.items()}
    if found["env_example"].value and ignored(root, [".env.example"]):
        found["env_example"] = Default(False, ".gitignore")
    return {
        name: default if default.value == "" else _answerable(name, default, root) for name, default in found.items()
    }


def beside(stored: Mapping[str, Any], site: Site, root: Path) -> dict[str, Default]:
    """Return what is read today in a project with answers: the stored answer where nothing says otherwise.

    A name that follows from the folder's says nothing: a clone may be in a folder of any name.
    """
    names = [site.layout.project_slug.value, stored.get("project_slug"), stored.get("database_name")]
    readings = [from_site(_named(site, name), root) for name in dict.fromkeys(names) if isinstance(name, str)]
    known = dict(stored)
    return {
        name: Default(known[name], default.source)
        if name in known and (not default.source or known[name] in [reading[name].value for reading in readings])
        else default
        for name, default in readings[0].items()
    }


def _named(site: Site, slug: str) -> Site:
    """Return what would be read of the same project, were its name another."""
    named = replace(site.layout.project_slug, value=slug, is_read=True)
    return replace(site, layout=replace(site.layout, project_slug=named))


def _answerable(name: str, default: Default, root: Path) -> Default:
    """Return a default that the question's rule accepts: without the items that it refuses, or the safe value."""
    if not answers.problem(name, default.value, {}, root):
        return default
    question, value = QUESTIONS[name], default.value
    if isinstance(value, dict) and isinstance(question.safe, dict) and not question.together:
        kept = {key: item for key, item in value.items() if not answers.problem(name, {key: item}, {}, root)}
        return Default(kept, default.source)
    if isinstance(value, list) and isinstance(question.safe, list) and not question.together:
        return Default([item for item in value if not answers.problem(name, [item], {}, root)], default.source)
    return Default(question.safe)
