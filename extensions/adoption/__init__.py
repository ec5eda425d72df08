"""What the handbook's files of a project say, for a project that has them already.

`read` reads a project with them: https://ocp-software-handbook.readthedocs.io/en/latest/docker/django.html
"""

from collections.abc import Collection
from pathlib import Path

from .. import project
from ..project import Findings
from .handbook import read_handbook
from .nginx import read_locations

__all__ = ["read"]


def read(root: Path, without: Collection[str] = ()) -> Findings:
    """Return what `project.read` does, and what the project's Dockerfile_django and default.conf say."""
    return project.read(root, without, (read_handbook, read_locations))
