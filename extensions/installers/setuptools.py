"""Setuptools, with which images do not install: a pyproject.toml names files of requirements, or of a version, for it.

https://setuptools.pypa.io/en/latest/userguide/pyproject_config.html,
https://setuptools-scm.readthedocs.io/en/latest/config/
"""

from .record import Installer

SETUPTOOLS = Installer(
    name="setuptools",
    listed_in=("tool", "setuptools", "dynamic", "dependencies", "file"),
    version_files=(("tool", "setuptools_scm", "version_file"), ("tool", "setuptools_scm", "write_to")),
)
