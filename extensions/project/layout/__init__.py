"""Where the parts of a Django project are: manage.py, its settings, its WSGI and ASGI modules; and its name."""

from collections.abc import Collection

from ..dependencies.tool import Tool
from ..settings.record import DjangoSettings
from ..tree import Tree
from .interface import read_interface
from .manage import read_manage
from .project_slug import read_project_slug
from .record import Layout
from .settings_module import read_settings_module

__all__ = ["read_interface", "read_layout"]


def read_layout(tree: Tree, tools: Collection[Tool] = (), settings: DjangoSettings | None = None) -> Layout:
    """Return where the parts of the project are, and its name.

    What the settings say of its interface is used where they were read already; `read_interface` can be called again
    once they are.
    """
    layout = read_settings_module(tree, read_manage(tree))
    layout = read_interface(tree, layout, settings or DjangoSettings())
    return read_project_slug(tree, layout, tools)
