"""The front ends that a project builds with Node."""

from dataclasses import replace

from ..deployment.evidence import Evidence
from ..findings import Certainty, Found, unread
from ..settings.record import DjangoSettings
from ..settings.setting import Settings
from ..tree import Tree
from .in_place import builds_beside, built_in_place
from .node import own_stage, read_node
from .own_stages import does_the_same, read_own_stages, without_modules
from .packages import read_packages
from .record import Frontend
from .tools import Tools, read_tools, with_tools

__all__ = ["read_frontend"]


def read_frontend(tree: Tree, evaluated: Settings | None, settings: DjangoSettings, own: Evidence) -> Frontend:
    """Return the front ends, and how Node builds the one that Django serves.

    What the project's own Dockerfile does for that counts, unless it does what `node` says. Programs of Node's that
    collectstatic runs have what they need.
    """
    tools = read_tools(tree, evaluated, settings)
    return with_tools(tree, _built(tree, evaluated, settings, own, tools.value), tools)


def _built(
    tree: Tree, evaluated: Settings | None, settings: DjangoSettings, own: Evidence, tools: Tools | None
) -> Frontend:
    packages = read_packages(tree)
    node = read_node(tree, packages.value, evaluated, settings)
    stages = read_own_stages(tree, own.image, settings.staticfiles_dirs.value)
    served = "\n".join(tree.text(path) or "" for path in (evaluated.files if evaluated else ()))
    keeps = (
        bool(tools) or "node_modules" in served or "npm.finders" in served
    )  # Node's programs run, or Django serves it
    if not keeps:
        stages = replace(stages, value=without_modules(tree, stages.value))
    if not stages.note and (not stages.value or builds_beside(own, stages.value)):
        image = stages.value[0].image if stages.value else ""
        stages = built_in_place(tree, own, node.value, keeps, settings.static_root.value, image, bool(tools))
    if node.value and not stages.value and (stage := own_stage(node.value)):
        stages = Found([stage], node.source, node.certainty)
    elif node.value and does_the_same(stages.value, node.value):
        stages = replace(stages, value=())
    if stages.value:
        return Frontend(packages, stages, Found(None, "", Certainty.INFERRED, "Its own Dockerfile builds it."))
    return Frontend(packages, unread(()), node)
