"""Whether django-compressor makes its files before the site runs."""

from collections.abc import Sequence

from ..findings import Certainty, Found
from .setting import Settings


def compress_online(settings: Settings, installed_apps: Sequence[str]) -> Found[bool]:
    """Return whether nothing says when to compress, so that the first request of a page does."""
    online = "compressor" in installed_apps and _is_on(settings) and settings.get("COMPRESS_OFFLINE") is None
    return Found(online, "", Certainty.INFERRED)


def compress_offline(settings: Settings, installed_apps: Sequence[str]) -> Found[bool]:
    """Return whether manage.py compress has to run at build time, with the settings of production.

    https://django-compressor.readthedocs.io/en/stable/settings.html#offline-settings
    """
    offline = settings.get("COMPRESS_OFFLINE")
    installed = "compressor" in installed_apps and _is_on(settings)
    value = bool(installed and offline is not None and settings.value("COMPRESS_OFFLINE"))
    return Found(value, offline.source if offline and value else "", Certainty.INFERRED)


def _is_on(settings: Settings) -> bool:
    return bool(settings.value("COMPRESS_ENABLED", not settings.value("DEBUG", False)))
