"""What Copier breaks over in names that git quotes, as it does by default for those with letters beyond ASCII.

Copier takes the quoted name of a file that is new in the template and in the project for a file's: https://git-scm.com/docs/git-config#Documentation/git-config.txt-corequotePath
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from jinja2 import Template
from plumbum import local

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
    old = {Template(path.removesuffix(".jinja")).render(names).removesuffix(".jinja") for path in sources}
    there = [path for path in git("ls-files", "-z", "--", *paths).split("\0") if path and path not in old]
    if there:
        yield (
            f"{', '.join(there)} would be new, and the project has it already: as letters of the folder {subproject} "
            "are not ASCII, or are quotes, Copier would break off halfway. Move it away, and commit; update, and "
            "merge it then."
        )
