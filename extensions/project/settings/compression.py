"""Whether django-compressor makes its files before the site runs."""

from ..findings import Certainty, Findings
from .setting import Settings


def read_compression(settings: Settings, findings: Findings) -> None:
    """Add compress_offline, and compress_online where nothing says so, and each page's first request compresses.

    compress_offline: whether manage.py compress has to run at build time, with the settings of production.

    https://django-compressor.readthedocs.io/en/stable/settings.html#offline-settings
    """
    offline = settings.get("COMPRESS_OFFLINE")
    enabled = settings.value("COMPRESS_ENABLED", not settings.value("DEBUG", False))
    installed = "compressor" in findings.value("installed_apps", [])
    online = bool(installed and enabled and offline is None)
    findings.add("compress_online", online, "", Certainty.INFERRED)
    value = bool(installed and enabled and offline is not None and settings.value("COMPRESS_OFFLINE"))
    findings.add("compress_offline", value, offline.source if offline and value else "", Certainty.INFERRED)
