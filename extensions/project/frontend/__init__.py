"""The front ends that a project builds with Node."""

from ..settings.record import DjangoSettings
from ..settings.setting import Settings
from ..tree import Tree
from .node import read_node
from .packages import read_packages
from .record import Frontend

__all__ = ["read_frontend"]


def read_frontend(tree: Tree, evaluated: Settings | None, settings: DjangoSettings) -> Frontend:
    """Return the front ends, and how Node builds the one that Django serves."""
    packages = read_packages(tree)
    return Frontend(packages, read_node(tree, packages.value, evaluated, settings))
