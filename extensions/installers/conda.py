"""conda. The images don't install with it: if a project has nothing else, the copy is refused with a reason.

https://docs.conda.io/projects/conda/en/stable/user-guide/tasks/manage-environments.html
"""

from .record import Installer

CONDA = Installer(
    name="conda",
    manifests=("environment.yml", "environment.yaml", "conda.yml"),
    maybe_manifests=("conda-lock.yml",),
)
