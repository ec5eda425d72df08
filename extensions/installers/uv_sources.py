"""Where uv takes distributions from, if not from an index: it installs from any pyproject.toml.

https://docs.astral.sh/uv/concepts/projects/dependencies/#dependency-sources
"""

from dataclasses import replace

from packaging.utils import canonicalize_name

from ..project import lines
from ..project.data import mapping, strings
from ..project.dependencies.distributions import Distribution
from ..project.tree import Tree


def read(tree: Tree, path: str) -> tuple[list[tuple[str, str]], dict[str, str]]:
    """Return the folders that a pyproject.toml names as sources, each with where it does, and URLs by name."""
    local: list[tuple[str, str]] = []
    urls: dict[str, str] = {}
    for name, source in mapping(tree.toml(path), "tool", "uv", "sources").items():
        if isinstance(source, dict) and isinstance(source.get("path"), str):
            local.append((source["path"], lines.key_at(tree, path, ("tool.uv.sources", name))))
        if isinstance(source, dict) and isinstance(source.get("git"), str):
            urls[canonicalize_name(name)] = "git+" + source["git"]
    # https://docs.astral.sh/uv/reference/settings/#find-links: folders and URLs
    place = lines.key_at(tree, path, ("tool.uv", "find-links"))
    local += [(where, place) for where in strings(mapping(tree.toml(path), "tool", "uv").get("find-links"))]
    return local, urls


def moved(item: Distribution, urls: dict[str, str]) -> Distribution:
    """Return a distribution from where it is taken."""
    return replace(item, version="", wheels=None, url=urls[item.name]) if item.name in urls else item
