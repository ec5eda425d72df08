"""The kinds of steps, one module each. To add a kind, write a module with its record, and add the record here.

A step is of the first kind that knows it.
"""

from collections.abc import Sequence

from ...secrets import in_command
from ..steps import Step
from .carried import CARRIED
from .front_end import FRONT_END
from .housekeeping import HOUSEKEEPING
from .instructions import INSTRUCTIONS
from .management import MANAGEMENT
from .own_scripts import OWN_SCRIPTS
from .python_packages import PYTHON_PACKAGES
from .record import Kind, NotUnderstood, Surroundings, Taken
from .servers import SERVERS
from .style_sheets import STYLE_SHEETS
from .system_packages import SYSTEM_PACKAGES
from .workers import WORKERS

KINDS: tuple[Kind, ...] = (
    INSTRUCTIONS,
    SYSTEM_PACKAGES,
    PYTHON_PACKAGES,
    STYLE_SHEETS,
    FRONT_END,
    SERVERS,
    WORKERS,
    MANAGEMENT,
    OWN_SCRIPTS,
    HOUSEKEEPING,
    CARRIED,
)


def taken(step: Step, around: Surroundings) -> Sequence[Taken]:
    """Return what a step is taken for: never nothing."""
    for kind in KINDS:
        if (found := kind.read(step, around)) is not None:
            return found
    return [NotUnderstood(step.source, in_command(step.text)[:200])]
