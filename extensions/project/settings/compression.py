"""Whether django-compressor makes its files before the site runs."""

from collections.abc import Sequence

from ..findings import Certainty, Found
from .setting import Settings


def compress_offline(settings: Settings, installed_apps: Sequence[str]) -> Found[bool]:
    """Return whether manage.py compress has to run at build time, with the settings of production.

    https://django-compressor.readthedocs.io/en/stable/settings.html#offline-settings
    """
    offline = settings.get("COMPRESS_OFFLINE")
    enabled = settings.value("COMPRESS_ENABLED", not settings.value("DEBUG", False))
    installed = "compressor" in installed_apps
    value = bool(installed and enabled and offline is not None and settings.value("COMPRESS_OFFLINE"))
    return Found(value, offline.source if offline and value else "", Certainty.INFERRED)
