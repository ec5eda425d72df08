"""Time zones by old names, such as US/Pacific: Django refuses to start where the system does not have them.

https://docs.djangoproject.com/en/stable/ref/settings/#time-zone
"""

from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import yaml

from ..findings import Found
from ..tree import Loader


@lru_cache(maxsize=1)
def _legacy() -> frozenset[str]:
    text = (Path(__file__).parent / "legacy_zones.yml").read_text(encoding="utf-8")
    return frozenset(yaml.load(text, Loader))


def legacy_zone(found: Found[str]) -> Found[str]:
    """Return a time zone that Debian 13 has in the package tzdata-legacy alone, else ""."""
    return found if found.value in _legacy() else replace(found, value="")
