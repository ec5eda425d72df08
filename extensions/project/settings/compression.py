"""Whether django-compressor makes its files before the site runs."""

import posixpath
import re
from collections.abc import Sequence

from ..findings import Certainty, Found
from ..tree import Tree
from .setting import Settings

TEMPLATES = (".html", ".htm", ".jinja", ".jinja2", ".j2", ".txt", ".haml", ".djhtml")
TAG = re.compile(r"\{%-?\s*compress\b")


def compress_online(settings: Settings, installed_apps: Sequence[str]) -> Found[bool]:
    """Return whether the first request of a page compresses: nothing says when, or settings say that."""
    stated = settings.get("COMPRESS_OFFLINE")
    by_request = stated is None or settings.value("COMPRESS_OFFLINE") is False
    online = "compressor" in installed_apps and _is_on(settings) and by_request
    return Found(online, stated.source if stated and online else "", Certainty.INFERRED)


def compress_offline(tag: Found[bool], settings: Settings, installed_apps: Sequence[str]) -> Found[bool]:
    """Return whether manage.py compress has to run at build time, with the settings of production.

    It fails where no template has its `tag`.
    https://django-compressor.readthedocs.io/en/stable/settings.html#offline-settings
    """
    offline = settings.get("COMPRESS_OFFLINE")
    installed = "compressor" in installed_apps and _is_on(settings)
    value = bool(installed and offline is not None and settings.value("COMPRESS_OFFLINE")) and tag.value
    return Found(value, offline.source if offline and value else "", Certainty.INFERRED)


def compress_tag(tree: Tree, installed_apps: Sequence[str]) -> Found[bool]:
    """Return whether a template of the project has the tag by which something is compressed."""
    if "compressor" not in installed_apps:
        return Found(False)
    paths = (path for path in tree.paths if path.endswith(TEMPLATES))
    source = next((path for path in paths if TAG.search(tree.text(path) or "")), "")
    return Found(bool(source), source, Certainty.INFERRED)


def compress_manifest(settings: Settings) -> Found[str]:
    """Return the file that says what was compressed, from STATIC_ROOT.

    It is beside the compressed files, in COMPRESS_OUTPUT_DIR, unless settings name another storage for it.
    https://django-compressor.readthedocs.io/en/stable/settings.html#django.conf.settings.COMPRESS_OFFLINE_MANIFEST
    """
    name = str(settings.value("COMPRESS_OFFLINE_MANIFEST", "manifest.json"))
    folder = str(settings.value("COMPRESS_OUTPUT_DIR", "CACHE"))
    storage = settings.get("COMPRESS_OFFLINE_MANIFEST_STORAGE_ALIAS") or settings.get(
        "COMPRESS_OFFLINE_MANIFEST_STORAGE"
    )
    source = next((item.source for item in (storage, settings.get("COMPRESS_OUTPUT_DIR")) if item), "")
    return Found(name if storage else posixpath.join(folder, name), source, Certainty.INFERRED)


def _is_on(settings: Settings) -> bool:
    return bool(settings.value("COMPRESS_ENABLED", not settings.value("DEBUG", False)))
