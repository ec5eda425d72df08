"""What a project's files say, with the services that it connects to."""

from collections.abc import Collection
from dataclasses import fields
from pathlib import Path

from ..adoption import ADOPTERS
from ..project import problems, read_from
from ..project.tree import Tree
from .choice import read_choice
from .seen import read_services
from .site import Services, Site


def read(root: Path, without: Collection[str] = ()) -> Site:
    """Return what the files of the project at `root` say; they are read as text, never imported, run or changed.

    The paths in `without` are left out: what this template has written would only say what was answered.
    """
    tree = Tree(root.resolve(), without)
    project = read_from(tree, ADOPTERS)
    seen = read_services(tree, project)
    services = Services(seen, read_choice(tree, project, seen.value))
    records = {field.name: getattr(project, field.name) for field in fields(project)}
    return Site(**records | {"services": services, "problems": problems(tree, project)})
