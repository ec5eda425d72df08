"""What a project's files say, with the services that it connects to, for all the tools that may install it."""

from collections.abc import Collection
from pathlib import Path

from . import installers
from .adoption import READERS
from .project import Findings, note_problems, read_from
from .project.dependencies.tool import locks
from .project.tree import Tree
from .services.choice import read_choice
from .services.seen import read_services


def read(root: Path, without: Collection[str] = ()) -> Findings:
    """Return what the files of the project at `root` say; they are read as text, never imported, run or changed.

    The paths in `without` are left out: what this template has written would only say what was answered.
    """
    tree = Tree(root.resolve(), without, locks(installers.KINDS))
    findings = read_from(tree, installers.KINDS, READERS)
    distributions = set(findings.value("distributions", {}))
    read_services(tree, findings, distributions)
    read_choice(tree, findings, distributions)
    note_problems(tree, findings)
    return findings
