"""What a project's files say, with the services that it connects to, for all the tools that may install it."""

from collections.abc import Collection
from dataclasses import fields
from pathlib import Path

from . import installers
from .adoption import ADOPTERS
from .project import problems, read_from
from .project.dependencies.tool import locks
from .project.tree import Tree
from .services.choice import read_choice
from .services.seen import read_services
from .services.site import Services, Site
from .services.told import with_told


def read(root: Path, without: Collection[str] = ()) -> Site:
    """Return what the files of the project at `root` say; they are read as text, never imported, run or changed.

    The paths in `without` are left out: what this template has written would only say what was answered.
    """
    tree = Tree(root.resolve(), without, locks(installers.KINDS))
    project = with_told(tree, read_from(tree, installers.KINDS, ADOPTERS))
    seen = read_services(tree, project)
    services = Services(seen, read_choice(tree, project, seen.value))
    records = {field.name: getattr(project, field.name) for field in fields(project)}
    return Site(**records | {"services": services, "problems": problems(tree, project)})
