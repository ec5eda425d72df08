"""Constraints of a project that installs itself: `pip install . --constraint requirements.txt`.

https://pip.pypa.io/en/stable/user_guide/#constraints-files
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from ..project.dependencies.requirements import read_requirements
from ..project.dependencies.tool import Installation, Search
from ..project.deployment.recipes import is_for_developers
from ..project.places import join
from .pip_commands import INSTALL_PROJECT, PIP_INSTALL

OPTION = re.compile(r"(?:\s|[\"'])(?:-c|--constraint)[=\s\"',]*([^\s\"',;&|]+)")


def constrained(search: Search, found: Installation) -> Installation:
    """Return how a project installs itself, with the constraints files of its own command and what they pin."""
    folder = found.files[0].rpartition("/")[0]
    named = {name: join(folder, name) for name in _named(search)}
    paths = {name: path for name, path in named.items() if search.tree.exists(path)}
    if not paths or found.lock_file:
        return found
    pins = {item.name: item for item in read_requirements(search.tree, *paths.values()).requirements}
    direct = [
        replace(item, version=pins[item.name].version) if item.name in pins and not item.version else item
        for item in found.direct
    ]
    options = [*found.options, *(f"--constraints={name}" for name in paths)]
    return replace(found, files=[*dict.fromkeys([*found.files, *paths.values()])], options=options, direct=direct)


def _named(search: Search) -> Iterator[str]:
    """Yield the constraints files of the first command that installs the project itself."""
    for step in search.steps:
        if PIP_INSTALL.search(step.text) and INSTALL_PROJECT.search(step.text) and not step.development:
            yield from (name.removeprefix("./") for name in OPTION.findall(step.text) if not is_for_developers(name))
            return
