"""conda, with which images do not install. Where a project has nothing else, a person is told.

https://docs.conda.io/projects/conda/en/stable/user-guide/tasks/manage-environments.html
"""

from .record import Installer

CONDA = Installer(
    name="conda",
    manifests=("environment.yml", "environment.yaml", "conda.yml"),
    maybe_manifests=("conda-lock.yml",),
)
