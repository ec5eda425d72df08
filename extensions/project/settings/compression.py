"""Whether django-compressor makes its files before the site runs."""

from ..findings import Certainty, Findings
from .setting import Settings


def read_compression(settings: Settings, findings: Findings) -> None:
    """Add compress_offline: whether manage.py compress has to run at build time, with the settings of production.

    https://django-compressor.readthedocs.io/en/stable/settings.html#offline-settings
    """
    offline = settings.get("COMPRESS_OFFLINE")
    enabled = settings.value("COMPRESS_ENABLED", not settings.value("DEBUG", False))
    installed = "compressor" in findings.value("installed_apps", [])
    value = bool(installed and enabled and offline is not None and settings.value("COMPRESS_OFFLINE"))
    findings.add("compress_offline", value, offline.source if offline and value else "", Certainty.INFERRED)
