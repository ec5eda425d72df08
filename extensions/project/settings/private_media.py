"""The files that Django lets nginx send: which folder they are in, and under which URL Django names them to nginx.

https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_ignore_headers names the header, X-Accel-Redirect.
"""

import re

from ..findings import Certainty, Findings
from ..places import is_aside
from ..tree import Tree
from .setting import Settings, path_value

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


def read_private_media(tree: Tree, settings: Settings, findings: Findings) -> None:
    """Add internal_media, the URL for nginx of each folder, and accel_redirect where other code sends the header."""
    found: dict[str, str] = {}
    source = ""
    for backend, root, url, default in PACKAGES:
        folder, location = settings.get(root), str(settings.value(url) or default).strip("/")
        if folder is None or not location or "nginx" not in str(settings.value(backend, "")).lower():
            continue
        if path := path_value(folder.raw, settings.folder)[0]:
            found |= {path: f"/{location}/"} if f"/{location}/" not in found.values() else {}
            source = source or folder.source
    findings.add("internal_media", found, source, Certainty.INFERRED)
    for path in tree.paths:
        if found or not path.endswith(".py") or is_aside(path):
            continue
        for number, line in enumerate((tree.text(path) or "").split("\n"), 1):
            if HEADER.search(line.partition("#")[0]):
                findings.add("accel_redirect", path, f"{path}:{number}", Certainty.INFERRED)
                return
