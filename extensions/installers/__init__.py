"""The tools that install a project's dependencies, one module each.

To add a tool, write a module with its record and put the record here, and its instructions into includes/install/.
Where a project has files for several, and nothing says which of them production uses, the first goes first: those
with a lock file, then requirements files, then those without a lock file.
"""

from .conda import CONDA
from .hatch import HATCH
from .pdm import PDM
from .pip import PIP
from .pipenv import PIPENV
from .poetry import POETRY
from .pyproject import PYPROJECT
from .record import Installer
from .seen_only import SEEN_ONLY
from .setuptools import SETUPTOOLS
from .uv import UV

KINDS: tuple[Installer, ...] = (
    UV,
    POETRY,
    PDM,
    PIPENV,
    PIP,
    PYPROJECT,
    SETUPTOOLS,
    HATCH,
    CONDA,
    *SEEN_ONLY,
)
