"""Refuse an update in which Copier would fail over a quoted name: git quotes names with letters beyond ASCII.

For a file that is new in the template and in the project, Copier takes the quoted name for the file's name: https://git-scm.com/docs/git-config#Documentation/git-config.txt-corequotePath
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from jinja2 import Template
from plumbum import local

from ..questions.releases import named

QUOTED = frozenset('"\\') | {chr(code) for code in (*range(32), 127)}  # whatever the setting


def refusals(
    git: Any, subproject: str, template: Path, commit: str, names: Mapping[str, Any], paths: list[str]
) -> Iterator[str]:
    """Return a sentence on files that are new in the template, and that the project, in such a folder, has already.

    `commit` is the template's version that the project has, `names` are the answers, `paths` what is rendered now.
    """
    if subproject.isascii() and QUOTED.isdisjoint(subproject):
        return
    tree = local["git"]["-C", str(template), "ls-tree", "-r", "-z", "--name-only", f"{commit}:template"]
    sources = tree.run(retcode=None)[1].split("\0")[:-1]
    old = {Template(path.removesuffix(".jinja")).render(named(names)).removesuffix(".jinja") for path in sources}
    there = [path for path in git("ls-files", "-z", "--", *paths).split("\0") if path and path not in old]
    if there:
        yield (
            f"The update adds {', '.join(there)}, but your project already has it. Copier would fail halfway, because "
            f"the name of the folder {subproject} has quotes or letters beyond ASCII.\n"
            "Move it away and commit. Update, then merge your file into the new one."
        )
