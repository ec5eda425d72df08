"""The defaults of the questions on what Django writes: where it is kept, and what nginx may hand out of it."""

import posixpath
from collections.abc import Iterator, Mapping

from ..project.data import url_parts
from ..project.findings import Found
from ..project.settings.writes import Write, is_local, is_within, places
from ..services.connections import connections
from ..services.site import Site
from .deployment_defaults import compresses_online
from .image_defaults import Answer, static_server

# What is never for everybody, of the kinds of what Django writes: uploads that are have a root of their own.
OWN = frozenset(("database", "cache", "log", "email", "session", "search", "upload"))


def media_root(site: Site) -> Answer:
    """Return the folder of MEDIA_ROOT where Django keeps files in it, else "": code is no such folder."""
    found = site.settings.media_root
    if not found.value or found.value == "." or not is_local(site.settings.default_storage.value):
        return "", ""
    code = any(write.beside_code for write in site.written.writes.value if write.path == found.value)
    return ("", "") if code else (found.value, found.source)


def media_url(site: Site) -> Answer:
    """Return the path of MEDIA_URL where nginx may serve what is in MEDIA_ROOT itself, else ""."""
    url, source = _path_of_media(site)
    return ("", "") if _beside_media(site) or url in private_media(site)[0].values() else (url, source)


def _path_of_media(site: Site) -> Answer:
    """Return the path of MEDIA_URL where files are kept in MEDIA_ROOT and have a path on this site, else ""."""
    found = site.settings.media_url
    if not media_root(site)[0]:
        return "", ""
    parts = url_parts(found.value)
    path = parts.path.strip("/") if parts and not parts.netloc else ""
    return (f"/{path}/", found.source) if path else ("", "")


def _writes(given: Mapping[str, str], site: Site) -> list[Write]:
    """Return what Django writes, without the databases that the variables `given` put elsewhere."""
    moved = {
        alias
        for alias, database in site.settings.databases.value.items()
        if {database.variable, database.variables.get("engine")} & given.keys()
    }
    return [write for write in site.written.writes.value if write.kind != "database" or write.alias not in moved]


def _own_writes(site: Site) -> list[Write]:
    """Return what Django writes, and nobody should read but by its leave."""
    return [write for write in _writes(connections(site).environment, site) if write.kind in OWN]


def _folder(write: Write) -> str:
    return posixpath.dirname(write.path) if write.is_file else write.path


def _beside_media(site: Site) -> list[Write]:
    """Return what Django writes for itself to the folder of MEDIA_ROOT, where no volume parts it from uploads."""
    media = media_root(site)[0]
    return [write for write in _own_writes(site) if media and _folder(write) == media]


def private_media(site: Site) -> Answer:
    """Return what nginx sends nobody by itself: paths, each with the URL by which Django has it sent, or ""."""
    internal = _internal(site)
    media = media_root(site)[0]
    own = [write.path for write in _own_writes(site) if media and is_within(write.path, media)]
    found = {**dict.fromkeys(own, ""), **internal.value}
    return dict(sorted(found.items())), internal.source if internal.value else ""


def _internal(site: Site) -> Found[Mapping[str, str]]:
    """Return the folders that nginx sends files from where Django says so, by settings or the project's own nginx."""
    found = site.private_media.internal_media
    return found if found.value else site.adopted.nginx_internal


def data_root(site: Site) -> Answer:
    """Return the folder that files are moved to: /data, unless nginx serves that, or a folder around it."""
    served = [media_root(site)[0] if _path_of_media(site)[0] else "", *private_media(site)[0]]
    return ("/var/lib/django" if any(path and is_within("/data", path) for path in served) else "/data"), ""


def sqlite(site: Site) -> str:
    """Return where SQLite is where only a variable says so: in a volume, as each container has a /tmp of its own."""
    taken = {
        posixpath.basename(path)
        for path in places(site.written.writes.value, site.settings, site.frontend.node.value)[1]
    }
    return posixpath.join(data_root(site)[0], "db.sqlite3" if "db.sqlite3" not in taken else "default.sqlite3")


def data_places(given: Mapping[str, str], site: Site) -> tuple[list[str], list[str]]:
    """Return data_dirs and data_files, without the databases that the variables `given` put elsewhere."""
    writes = _writes(given, site)
    dirs, files = places(writes, site.settings, site.frontend.node.value)
    dirs += [path for path in _apart(dirs, writes, site) if path not in dirs]
    if compresses_online(site):
        root = site.settings.static_root.value or "static"
        dirs.append(posixpath.join(root, posixpath.dirname(site.settings.compress_manifest.value) or "CACHE"))
    if any(path.startswith("~/") for path in dirs) and "~" not in dirs:
        dirs.append("~")  # which is elsewhere than in /tmp then, and must be one that can be written to
    # The links of data_files lead to data_root, which is a volume for their sake.
    return sorted(path for path in dirs if not (files and path == data_root(site)[0])), files


def _apart(dirs: list[str], writes: list[Write], site: Site) -> Iterator[str]:
    """Yield the folders that are volumes of their own within others, so that nginx reads uploads and nothing else."""
    media = media_root(site)[0]
    outer = next((path for path in dirs if is_within(media, path)), "") if _path_of_media(site)[0] else ""
    if not outer:
        return
    internal = _internal(site).value
    own = [write for write in writes if write.kind in OWN and write.path not in internal]
    if any(is_within(_folder(write), outer) and not is_within(_folder(write), media) for write in own):
        yield media
    for write in own:
        if is_within(_folder(write), media) and not write.beside_code:
            yield _folder(write)


def notes(site: Site) -> list[str]:
    """Return sentences on what Django cannot write, and on files that nginx does not send, and why."""
    found = _unkept(site)
    if static_server(site)[0] != "nginx":
        return found
    if (url := _path_of_media(site)[0]) and (writes := _beside_media(site)):
        found.append(
            f"nginx does not serve MEDIA_ROOT ({media_root(site)[0]}), because {writes[0].path} is there too "
            f"({writes[0].source}). Give each a folder of its own, then run "
            f"`copier-django-docker sync --set media_url={url}`."
        )
    header = site.private_media.accel_redirect
    if header.value and not _internal(site).value:
        found.append(
            f"Django lets nginx send files by X-Accel-Redirect ({header.source}). Name the folder in private_media."
        )
    return found


def _unkept(site: Site) -> list[str]:
    """Return a sentence on folders that code writes to, and that can be no volumes: they hold the project's files.

    A storage of static files writes when the image is built.
    """
    storage = f"/{site.settings.staticfiles_storage.value.rpartition('.')[0].replace('.', '/')}.py"
    dirs, files = data_places(connections(site).environment, site)
    writes = [write for write in site.written.writes.value if write.kind == "code" and write.path not in files]
    left = {
        write.path: write.source
        for write in writes
        if "/management/" not in write.source
        and not f"/{write.source.rpartition(':')[0]}".endswith(storage)
        and not any(is_within(write.path, path) for path in dirs)
    }
    if not left:
        return []
    places = ", ".join(f"{path} ({source})" for path, source in list(left.items())[:3])
    more = f" and {len(left) - 3} more" if len(left) > 3 else ""
    return [
        f"Your code writes to {places}{more}, which is read-only in a container. Let it write to a folder of its "
        "own, or to /tmp."
    ]
