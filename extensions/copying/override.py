"""Keeps Compose from adding an override file that was written for another Compose file.

Of several override files, Compose reads the one whose name comes first in its list:
https://github.com/compose-spec/compose-go/blob/main/cli/options.go
"""

import os
from pathlib import Path

OURS = ("compose.override.yml", "compose.override.yaml")
OTHERS = ("docker-compose.override.yml", "docker-compose.override.yaml")
TEXT = """\
# Your own changes to the services of compose.yaml.
# Compose reads this file instead of {name}, which was written for another Compose file.
services: {{}}
"""


def shadowed(root: Path) -> str:
    """Return the name of the file that Compose would add to compose.yaml, "" for none."""
    there = (name for name in OTHERS if (root / name).is_file())
    return next(there, "") if not any(os.path.lexists(root / name) for name in OURS) else ""


def keep_out(root: Path) -> str:
    """Write an empty override file where Compose would add another, and return a sentence on that.

    It is yours from then on: an update leaves it alone.
    """
    name = shadowed(root)
    if not name:
        return ""
    try:
        with (root / OURS[1]).open("x", encoding="utf-8") as file:
            file.write(TEXT.format(name=name))
    except OSError as error:
        return (
            f"Compose adds {name} to compose.yaml, but it was written for another file. Rename it ({error.strerror})."
        )
    return f"Compose now reads {OURS[1]}, and no longer {name}. Move what you need from there."
