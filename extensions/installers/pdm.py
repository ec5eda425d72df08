"""PDM. https://pdm-project.org/latest/"""

import re
from collections.abc import Iterator

from ..project.dependencies.tool import Installation, Search
from .manifests import options, pyprojects, unlocked_options, with_manifest
from .own_groups import own_groups
from .package_tables import read_package_tables
from .record import Installer


def find(search: Search) -> Iterator[Installation]:
    """Yield what there is for PDM: with its lock file, its table or its build backend."""
    for pyproject in pyprojects(search):
        lock = pyproject.lock("pdm.lock")
        named = "pdm" in pyproject.tables or pyproject.backend.startswith("pdm.")
        if lock or (named and pyproject.asks and not pyproject.locks):
            groups = own_groups(search, PDM, pyproject.project, pyproject.read)
            found = Installation(PDM, lock or pyproject.path, groups=groups, lock_file=lock)
            manifest = pyproject.read(groups)
            locked = options(groups, manifest, extra_option="--group")
            found.options = locked if lock else unlocked_options(groups, manifest)
            yield with_manifest(search.tree, found, manifest, ["pdm.toml"])


PDM = Installer(
    name="pdm",
    title="PDM",
    manifests=("pyproject.toml",),
    lock="pdm.lock",
    table="pdm",
    backend="pdm.",
    version_files=(("tool", "pdm", "version", "write_to"),),
    command=re.compile(r"\bpdm\s+(?:-\S+\s+)*(?:install|sync|run|export)\b"),
    wraps=True,
    find=find,
    read_lock=read_package_tables,
    installs="`pdm install --check --prod --no-self`",
    group="`--group=prod`",
    extra="`--group=prod`",
    exports=True,
    without_lock="pyproject",
)
