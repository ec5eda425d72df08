"""Hatch. The images don't install with it: its projects list dependencies as `pyproject` reads them.

https://hatch.pypa.io/latest/, https://github.com/repo-helper/hatch-requirements-txt,
https://github.com/ofek/hatch-vcs#build-hook
"""

from .record import Installer

HATCH = Installer(
    name="hatch",
    title="Hatch",
    listed_in=("tool", "hatch", "metadata", "hooks", "requirements_txt", "files"),
    version_files=(("tool", "hatch", "build", "hooks", "vcs", "version-file"),),
    wraps=True,
)
