"""Where the parts of a Django project are: manage.py, its settings, its WSGI and ASGI modules; and its name."""

from collections.abc import Collection

from ..dependencies.tool import Tool
from ..findings import Findings
from ..tree import Tree
from .interface import read_interface
from .manage import read_manage
from .project_slug import read_project_slug
from .settings_module import read_settings_module

__all__ = ["read_interface", "read_layout"]


def read_layout(tree: Tree, findings: Findings, tools: Collection[Tool] = ()) -> None:
    """Add where the parts of the project are (django_dir, settings_module, wsgi_module …) and project_slug.

    `wsgi_application`, `asgi_application` and `installed_apps` are used where they are among the findings already;
    `read_interface` can be called again once they are.
    """
    manage = read_manage(tree, findings)
    read_settings_module(tree, findings, manage)
    read_interface(tree, findings)
    read_project_slug(tree, findings, tools)
