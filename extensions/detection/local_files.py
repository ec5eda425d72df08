"""What a project makes beside its code: collected static files, media, databases, virtual environments."""

import posixpath

from .findings import Certainty, Findings
from .tree import Tree


def read_local_files(tree: Tree, findings: Findings) -> None:
    """Add local_files, paths in the project: from the settings that are found, and virtual environments.

    A folder that holds code is left out: what settings call media can be an application.
    """
    code: set[str] = set()
    for path in tree.paths:
        if path.endswith(".py"):
            while (path := posixpath.dirname(path)) and path not in code:
                code.add(path)
    made = [findings.value("static_root"), findings.value("media_root")]
    made += [database.get("path") for database in findings.value("databases", {}).values()]
    kept = [
        path for path in made if path and path[0] not in "/." and path not in code and not path.endswith(".sqlite3")
    ]
    kept += tree.virtualenvs
    source = findings.value("settings_file", "")
    findings.add("local_files", list(dict.fromkeys(kept)), source if kept else "", Certainty.INFERRED)
