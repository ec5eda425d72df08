"""Setuptools. The images don't install with it, but it reads requirements and versions that a pyproject.toml names.

https://setuptools.pypa.io/en/latest/userguide/pyproject_config.html,
https://setuptools-scm.readthedocs.io/en/latest/config/
"""

from .record import Installer

SETUPTOOLS = Installer(
    name="setuptools",
    listed_in=("tool", "setuptools", "dynamic", "dependencies", "file"),
    version_files=(("tool", "setuptools_scm", "version_file"), ("tool", "setuptools_scm", "write_to")),
)
