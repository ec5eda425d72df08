"""The files that Django lets nginx send: which folder they are in, and under which URL Django names them to nginx.

https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_ignore_headers names the header, X-Accel-Redirect.
"""

import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ..evaluation.values import Value
from ..findings import Certainty, Found, unread
from ..places import is_aside
from ..tree import Tree
from .setting import Settings, entry, options_of, parts_of, path_value

# Settings that choose the header, that name the folder, and that name the URL, with its default:
# https://django-sendfile2.readthedocs.io/en/latest/backends.html#nginx-backend,
# https://django-private-storage.readthedocs.io/
PACKAGES = (
    ("SENDFILE_BACKEND", "SENDFILE_ROOT", "SENDFILE_URL", ""),
    (
        "PRIVATE_STORAGE_SERVER",
        "PRIVATE_STORAGE_ROOT",
        "PRIVATE_STORAGE_INTERNAL_URL",
        "/private-x-accel-redirect/",
    ),
)
HEADER = re.compile(r"X-Accel-Redirect|XAccelRedirect", re.IGNORECASE)


@dataclass(frozen=True)
class PrivateMedia:
    """The files that nginx sends where Django says so."""

    internal_media: Found[Mapping[str, str]] = unread({})  # folders, with the URL by which Django names each to nginx
    accel_redirect: Found[str] = unread("")  # the path of other code that sends the header


def read_private_media(tree: Tree, settings: Settings) -> PrivateMedia:
    """Return the URL for nginx of each folder; where there is none, whether other code sends the header."""
    found: dict[str, str] = {}
    source = ""
    for backend, root, url, default in PACKAGES:
        folder, location = settings.get(root), str(settings.value(url) or default).strip("/")
        if folder is None or not location or "nginx" not in str(settings.value(backend, "")).lower():
            continue
        if path := path_value(folder.raw, settings.folder)[0]:
            found |= {path: f"/{location}/"} if f"/{location}/" not in found.values() else {}
            source = source or folder.source
    for path, location, where in (*_of_filer(settings), *_of_downloads(settings)):
        found.setdefault(path, location)
        source = source or where
    internal = Found(found, source, Certainty.INFERRED)
    return PrivateMedia(internal) if found else PrivateMedia(internal, _sender(tree))


def _of_filer(settings: Settings) -> Iterator[tuple[str, str, str]]:
    """Yield folder, URL and source of what django-filer lets nginx send.

    https://django-filer.readthedocs.io/en/latest/permissions.html#nginxxaccelredirectserver
    """
    setting = settings.get("FILER_SERVERS")
    for storages in parts_of(setting).values():
        for server in storages.data.values() if isinstance(storages.data, dict) else ():
            options = options_of(server) if "nginx" in str(entry(server, "ENGINE")).lower() else {}
            folder, location = options.get("location"), entry(Value(options), "nginx_location")
            path = path_value(folder, settings.folder)[0] if folder is not None else ""
            if setting and path and isinstance(location, str) and location.strip("/"):
                yield path, f"/{location.strip('/')}/", setting.source


def _of_downloads(settings: Settings) -> Iterator[tuple[str, str, str]]:
    """Yield folder, URL and source of uploads that django-downloadview lets nginx send.

    https://django-downloadview.readthedocs.io/en/latest/optimizations/nginx.html
    """
    setting, uploads = settings.get("DOWNLOADVIEW_RULES"), settings.get("MEDIA_ROOT")
    rules, url = settings.value("DOWNLOADVIEW_RULES"), str(settings.value("MEDIA_URL") or "")
    root = path_value(uploads.raw, settings.folder)[0] if uploads else ""
    if not root or not url or "nginx" not in str(settings.value("DOWNLOADVIEW_BACKEND", "")).lower():
        return
    for rule in rules if isinstance(rules, (list, tuple)) else ():
        start, location = (
            (rule.get(key) for key in ("source_url", "destination_url")) if isinstance(rule, dict) else ("", "")
        )
        if (
            setting
            and isinstance(start, str)
            and isinstance(location, str)
            and start.startswith(url)
            and location.strip("/")
        ):
            yield (
                posixpath.normpath(posixpath.join(root, start.removeprefix(url))),
                f"/{location.strip('/')}/",
                setting.source,
            )


def _sender(tree: Tree) -> Found[str]:
    """Return the first of the project's modules that sends the header."""
    for path in tree.paths:
        if not path.endswith(".py") or is_aside(tree, path):
            continue
        for number, line in enumerate((tree.text(path) or "").split("\n"), 1):
            if HEADER.search(line.partition("#")[0]):
                return Found(path, f"{path}:{number}", Certainty.INFERRED)
    return unread("")
