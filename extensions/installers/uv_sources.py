"""Where uv takes distributions from, if not from an index: it installs from any pyproject.toml.

https://docs.astral.sh/uv/concepts/projects/dependencies/#dependency-sources
"""

from dataclasses import replace

from packaging.utils import canonicalize_name

from ..project.data import mapping
from ..project.dependencies.distributions import Distribution
from ..project.tree import Tree


def read(tree: Tree, path: str) -> dict[str, str]:
    """Return the URLs that a pyproject.toml names as sources, by the distributions' names."""
    urls: dict[str, str] = {}
    for name, source in mapping(tree.toml(path), "tool", "uv", "sources").items():
        if isinstance(source, dict) and isinstance(source.get("git"), str):
            urls[canonicalize_name(name)] = "git+" + source["git"]
    return urls


def moved(item: Distribution, urls: dict[str, str]) -> Distribution:
    """Return a distribution from where it is taken."""
    return replace(item, version="", wheels=None, url=urls[item.name]) if item.name in urls else item
