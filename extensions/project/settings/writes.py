"""The folders and files that Django writes to while it runs: a container's root file system may be read-only."""

import posixpath
import re
import shlex
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from ..deployment import dockerfile
from ..deployment.commands import dockerfiles
from ..deployment.evidence import NOTHING, Evidence
from ..deployment.kinds.record import Variable
from ..deployment.own_folders import own_folders
from ..evaluation.values import Value, words
from ..findings import Certainty, Found, unread
from ..frontend.record import Node
from ..layout.record import Layout
from ..places import folder as folder_of
from ..tree import Tree
from .code_writes import read_code_writes, site_modules
from .record import DjangoSettings
from .setting import Setting, Settings, entry, leaves, options_of, parts_of, path_value

# Settings of packages that name a folder to write to, beside those that are read one by one below.
FOLDERS = (
    "SENDFILE_ROOT",
    "PRIVATE_MEDIA_ROOT",
    "PRIVATE_STORAGE_ROOT",
    "PROTECTED_MEDIA_ROOT",
    "THUMBNAIL_MEDIA_ROOT",
)
# Apps that write to a folder below BASE_DIR by themselves: the setting that names another, and the folder.
# https://django-drf-filepond.readthedocs.io/en/latest/configuration.html
BY_THEMSELVES = {"django_drf_filepond": ("DJANGO_DRF_FILEPOND_UPLOAD_TMP", "filepond-temp-uploads")}
CELERY_URLS = ("CELERY_BROKER_URL", "BROKER_URL", "CELERY_RESULT_BACKEND", "RESULT_BACKEND")
IN_FILES = re.compile(r"^(file:/|(?:sqla|sqlalchemy|db)\+sqlite://)/([^?]+)")
REMOTE = ("s3", "boto", "gcloud", "gcs", "google", "azure", "dropbox", "sftp", "ftp", "cloudinary", "swift", "minio")
ABSOLUTE = re.compile(r"[\"'](/[\w./-]{2,100})[\"']")
MAX_VALUES = 5000
NO_SOURCES = ("compressed", "code", "image")  # what is written there may be in a folder of files that git tracks
KEEPERS = ("/.gitkeep", "/.gitignore", "/.keep", "/.placeholder", "/README.md", "/README.rst", "/README")
ELSEWHERE = ("/tmp", "/dev", "/proc", "/sys")  # /tmp is a tmpfs; nobody keeps data in the others
SYSTEM = words("/ /bin /etc /home /lib /mnt /opt /root /run /sbin /srv /usr /usr/local /usr/src /var")
NOT_DATA = ("/etc/", "/usr/", "/home/", "/root/", "/run/", "/var/run/", "/var/lib/apt", "/var/cache/apt", "/opt/")


@dataclass(frozen=True)
class Write:
    """A path that Django writes to: relative to the project, or absolute; `kind` says what for.

    It is media, database, cache, log, queue, email, session, search, upload, temporary, compressed, made (by
    settings), code (what other code writes), dockerfile (its volumes), or image (other folders of the project's own
    image).

    `alias` is the database's or cache's own name in settings; `beside_code` says that the folder holds Python modules,
    or, for compressed, code and image, other files of the project.
    """

    path: str
    kind: str
    source: str
    is_file: bool = False
    alias: str = ""
    beside_code: bool = False


@dataclass(frozen=True)
class Written:
    """What Django writes to, and where that is kept."""

    writes: Found[Sequence[Write]] = unread(())  # each path once for each purpose
    data_dirs: Found[Sequence[str]] = unread(())  # folders that can be volumes
    data_files: Found[Sequence[str]] = unread(())  # files in folders that cannot
    own_home: Found[str] = unread("")  # the own image's folder of the project, if settings name what is there by it


def read_writes(
    tree: Tree,
    evaluated: Settings,
    layout: Layout,
    settings: DjangoSettings,
    node: Node | None,
    own_steps: Evidence = NOTHING,
) -> Written:
    """Return what Django writes to, and the folders and files to keep, which follow from it."""
    every = [
        *_writes(tree, evaluated, layout, settings),
        *_by_code(tree, evaluated, layout, not settings.media_root.value and is_local(settings.default_storage.value)),
        *_own_image(tree, evaluated, layout, settings, own_steps),
    ]
    found = [write for write in every if _is_kept(write.path)]
    code, held = _folders_with(tree, _is_code), _folders_with(tree, _is_held)
    writes = [
        replace(write, beside_code=_place(write) in (held if write.kind in NO_SOURCES else code))
        for write in dict.fromkeys(found)
    ]
    dirs, files = places(writes, settings, node)
    return Written(
        writes=Found(writes, found[0].source if found else "", Certainty.INFERRED),
        data_dirs=Found(dirs, _source(writes, dirs), Certainty.INFERRED),
        data_files=Found(files, _source(writes, files), Certainty.INFERRED),
        own_home=_own_home(tree, evaluated, own_steps, [*dirs, settings.static_root.value, settings.media_root.value]),
    )


def _own_home(tree: Tree, settings: Settings, own_steps: Evidence, made: Sequence[str]) -> Found[str]:
    """Return the own image's folder of the project where settings name by it what the project has; "" for none.

    So it is where it has nothing that is `made` elsewhere, and no folder of the system is called so.
    """
    home = posixpath.normpath(own_steps.home or "/")
    if home in SYSTEM or is_within(home, "/workdir") or any(path and is_within(path, home) for path in made):
        return unread("")
    for setting in settings.values.values():
        for value in leaves(setting.raw):
            if isinstance(value.data, str | PurePosixPath) and str(value.data).startswith(f"{home}/"):
                inner = posixpath.normpath(posixpath.join(own_steps.root, posixpath.relpath(str(value.data), home)))
                if inner != "." and (tree.exists(inner) or tree.has_folder(inner)):
                    return Found(home, setting.source, Certainty.INFERRED)
    return unread("")


def _source(writes: Sequence[Write], paths: Sequence[str]) -> str:
    for path in paths:
        for write in writes:
            if is_within(write.path, path):
                return write.source
    return ""


def places(writes: Iterable[Write], settings: DjangoSettings, node: Node | None) -> tuple[list[str], list[str]]:
    """Return the folders that can be volumes, and the files in folders that cannot, that writes go to.

    A folder that holds code, collected static files or what Node builds would be hidden by a volume. Within that of
    static files, uploads have one: nothing is collected there.
    """
    collected = settings.static_root.value
    built = [path for path in (node.output if node else ()) if path]
    kept = ([collected] if collected else []) + built
    dirs: dict[str, None] = {}
    files: dict[str, None] = {}
    for write in writes:
        path = write.path
        place = _place(write)
        taken = (
            place in SYSTEM or place in ("", ".") or write.beside_code or any(is_within(item, place) for item in kept)
        )
        hiding = built if write.kind == "media" and place != collected else kept
        if any(is_within(place, item) or is_within(path, item) for item in hiding):
            continue
        if not taken:
            dirs[place] = None
        elif write.is_file and not path.startswith("/"):
            files[path] = None
    top = [path for path in dirs if not any(path != other and is_within(path, other) for other in dirs)]
    return sorted(top), sorted(path for path in files if not any(is_within(path, other) for other in top))


def _place(write: Write) -> str:
    return posixpath.dirname(write.path) if write.is_file else write.path


def _folders_with(tree: Tree, wanted: Callable[[Tree, str], bool]) -> set[str]:
    """Return the folders that hold files that are wanted, at any depth."""
    found: set[str] = set()
    for path in tree.paths:
        if wanted(tree, path):
            while (path := posixpath.dirname(path)) and path not in found:
                found.add(path)
    return found


def _is_code(tree: Tree, path: str) -> bool:
    return path.endswith(".py")


def _is_held(tree: Tree, path: str) -> bool:
    """Return whether a file is one of the project's own, and not there for the sake of its folder."""
    return not path.endswith(KEEPERS) and not tree.is_ignored(path)


def is_within(path: str, other: str) -> bool:
    """Return whether a path is a folder, or in it."""
    return path == other or path.startswith(f"{other}/")


def _is_kept(path: str) -> bool:
    is_place = bool(path) and path not in (".", "/") and ".git" not in path.split("/")
    return is_place and not any(is_within(path, place) for place in ELSEWHERE)


def _writes(tree: Tree, settings: Settings, layout: Layout, says: DjangoSettings) -> Iterator[Write]:
    yield from _media(settings, says.default_storage.value)
    for alias, database in says.databases.value.items():
        if database.path:
            yield Write(database.path, "database", says.databases.source, True, alias)
    for alias, value in parts_of(found := settings.get("CACHES")).items():
        backend = str(entry(value, "BACKEND") or "")
        if found and ("filebased" in backend or "diskcache" in backend):
            yield from _write(settings, found, value.data.get("LOCATION"), "cache", alias=alias)
    yield from _logs(settings)
    yield from _queues(settings)
    if "filebased" in str(settings.value("EMAIL_BACKEND", "")):
        yield from _setting(settings, "EMAIL_FILE_PATH", "email")
    if str(settings.value("SESSION_ENGINE", "")).endswith("backends.file"):
        yield from _setting(settings, "SESSION_FILE_PATH", "session")
    for value in parts_of(found := settings.get("HAYSTACK_CONNECTIONS")).values():
        if found and "whoosh" in str(entry(value, "ENGINE") or "").lower():
            yield from _write(settings, found, value.data.get("PATH"), "search")
    for name in FOLDERS:
        yield from _setting(settings, name, "upload")
    yield from _setting(settings, "FILE_UPLOAD_TEMP_DIR", "temporary")
    if "compressor" in says.installed_apps.value:
        # Where it isn't STATIC_ROOT: https://django-compressor.readthedocs.io/en/stable/settings.html
        yield from _setting(settings, "COMPRESS_ROOT", "compressed")
    yield from _by_themselves(settings, says)
    yield from _made(tree, settings)
    yield from _own_dockerfile(tree, layout, says)


def _made(tree: Tree, settings: Settings) -> Iterator[Write]:
    """Yield the folders that settings make when they are imported, and the files that they write then."""
    for value, source in settings.made:
        if path := path_value(value, settings.folder)[0]:
            yield Write(path, "made", source)
    for text, source in settings.written.items():
        path = path_value(Value(text), settings.folder)[0]
        is_own = tree.exists(path) and not tree.is_ignored(path)
        if path and not is_own and path not in SYSTEM and not path.startswith(NOT_DATA):
            yield Write(path, "made", source, True)


def _by_themselves(settings: Settings, says: DjangoSettings) -> Iterator[Write]:
    base = settings.get("BASE_DIR")
    for app, (name, folder) in BY_THEMSELVES.items():
        if app not in {str(listed).partition(".")[0] for listed in says.installed_apps.value}:
            continue
        if settings.get(name):
            yield from _setting(settings, name, "upload")
        elif base and (path := path_value(base.raw, settings.folder)[0]) is not None:
            yield Write(posixpath.normpath(posixpath.join(path, folder)), "upload", says.installed_apps.source)


def _by_code(tree: Tree, settings: Settings, layout: Layout, uploads: bool) -> Iterator[Write]:
    """Yield what code beside the settings writes to; a file of the project's own stays where it is."""
    for write in read_code_writes(tree, settings, layout, uploads):
        absolute = write.path.startswith("/")
        if absolute and (write.path in SYSTEM or write.path.startswith(NOT_DATA)):
            continue
        if not write.is_file or not tree.exists(write.path) or tree.is_ignored(write.path):
            yield Write(write.path, "code", write.source, write.is_file)


def is_local(storage: str) -> bool:
    """Return whether a storage seems to keep files on this machine, as Django's default does."""
    return not any(word in storage.lower() for word in REMOTE)


def _media(settings: Settings, storage: str) -> Iterator[Write]:
    if is_local(storage):
        yield from _setting(settings, "MEDIA_ROOT", "media")
    found = settings.get("STORAGES")
    for alias, value in parts_of(found).items():
        if found and alias != "staticfiles" and is_local(str(entry(value, "BACKEND") or "")):
            yield from _write(settings, found, options_of(value).get("location"), "media")
    yield from _filer(settings)
    options = parts_of(found := settings.get("DBBACKUP_STORAGE_OPTIONS"))
    if found and is_local(str(settings.value("DBBACKUP_STORAGE", ""))):
        yield from _write(settings, found, options.get("location"), "media")


def _filer(settings: Settings) -> Iterator[Write]:
    """Yield the folders of django-filer's own storages: https://django-filer.readthedocs.io/en/latest/settings.html."""
    found = settings.get("FILER_STORAGES")
    for storages in parts_of(found).values():
        for value in storages.data.values() if isinstance(storages.data, dict) else ():
            if found and is_local(str(entry(value, "ENGINE") or "")):
                yield from _write(settings, found, options_of(value).get("location"), "media")


def _logs(settings: Settings) -> Iterator[Write]:
    """Yield the files of LOGGING's handlers: logging opens each when it is configured, used or not."""
    found = settings.get("LOGGING")
    handlers = parts_of(found).get("handlers")
    for value in handlers.data.values() if found and handlers and isinstance(handlers.data, dict) else ():
        if found and isinstance(value.data, dict) and "filename" in value.data:
            yield from _write(settings, found, value.data["filename"], "log", True)


def _queues(settings: Settings) -> Iterator[Write]:
    """Yield where queues are, and their results, that no server keeps.

    https://docs.celeryq.dev/projects/kombu/en/stable/reference/kombu.transport.filesystem.html
    https://huey.readthedocs.io/en/latest/api.html#SqliteHuey
    """
    for name in CELERY_URLS:
        found = settings.get(name)
        text = found.value if found and isinstance(found.value, str) else ""
        if found and (match := IN_FILES.match(text)):
            yield from _write(settings, found, Value(match[2]), "queue", "sqlite" in match[1])
    for name in ("CELERY_BROKER_TRANSPORT_OPTIONS", "BROKER_TRANSPORT_OPTIONS"):
        options = parts_of(found := settings.get(name))
        for key in ("data_folder_in", "data_folder_out", "processed_folder", "control_folder"):
            if found and key in options:
                yield from _write(settings, found, options[key], "queue")
    huey = parts_of(found := settings.get("HUEY"))
    if found and "filename" in huey:
        yield from _write(settings, found, huey["filename"], "queue", True)


def _setting(settings: Settings, name: str, kind: str) -> Iterator[Write]:
    found = settings.get(name)
    if found is not None:
        yield from _write(settings, found, found.raw, kind)


def _write(
    settings: Settings, found: Setting, value: Value | None, kind: str, is_file: bool = False, alias: str = ""
) -> Iterator[Write]:
    path = path_value(value, settings.folder)[0] if value is not None else ""
    if path:
        yield Write(path, kind, found.source, is_file, alias)


def _own_dockerfile(tree: Tree, layout: Layout, settings: DjangoSettings) -> Iterator[Write]:
    """Yield the folders that the project's own Dockerfile declares as volumes, or makes and gives to its user.

    https://docs.docker.com/reference/dockerfile/#volume
    """
    base = layout.base
    paths = [path for path in dockerfiles(tree) if not path.rpartition("/")[2].startswith("Dockerfile_static")]
    for path in paths[:1]:
        context = folder_of(path)
        root = context if context != "." and (base == context or base.startswith(f"{context}/")) else ""
        home, made, given = _made_folders(dockerfile.read_instructions(tree.text(path) or ""))
        for name, line in made:
            name = posixpath.normpath(name)
            if (
                "$" in name
                or "~" in name
                or not any(is_within(name, place) for place in given)
                or _is_made_by_build(name, settings)
            ):
                continue
            if home != "/" and is_within(name, home):
                inner = posixpath.normpath(posixpath.join(root, posixpath.relpath(name, home)))
                yield Write(inner, "dockerfile", f"{path}:{line}")
            elif name not in SYSTEM and not name.startswith(NOT_DATA) and name in given:
                yield Write(name, "dockerfile", f"{path}:{line}")


def _own_image(
    tree: Tree, settings: Settings, layout: Layout, says: DjangoSettings, own_steps: Evidence
) -> Iterator[Write]:
    """Yield the folders of the project's own image that it makes when it starts, or keeps in a volume, or that a
    setting, a variable or code names."""
    named: set[str] | None = None
    for item in own_folders(tree, own_steps):
        path = item.inner or item.path
        hidden = any(part.startswith(".") for part in path.split("/"))
        if hidden or path == "." or _is_made_by_build(path, says) or path in SYSTEM or path.startswith(NOT_DATA):
            continue
        if named is None:
            named = _named_paths(tree, settings, layout, own_steps)
        here, there = (any(is_within(name, place) for name in named) for place in (path, item.path))
        if here or there or item.is_written:
            yield Write(item.path if there and not here else path, "image", item.source)


def _named_paths(tree: Tree, settings: Settings, layout: Layout, own_steps: Evidence) -> set[str]:
    """Return the paths that settings have as values, and absolute ones of variables and of code."""
    stack = [setting.raw for setting in settings.values.values()]
    found: set[str] = set()
    for value in stack:
        if isinstance(value.data, dict) and len(stack) < MAX_VALUES:
            stack += value.data.values()
        elif isinstance(value.data, str | PurePosixPath) and "/" in str(value.data):
            found.add(path_value(value, settings.folder)[0])
    found |= {item.value for item in (*own_steps.of(Variable), *own_steps.values) if item.value.startswith("/")}
    for path in site_modules(tree, settings, layout):
        found |= {match[1] for match in ABSOLUTE.finditer(tree.text(path) or "")}
    return found


def _made_folders(instructions: list[dockerfile.Instruction]) -> tuple[str, list[tuple[str, int]], list[str]]:
    """Return where a Dockerfile's last stage has the project, the folders that it makes, with their lines, and those
    that it declares as volumes or gives to a user."""
    workdir, home = "/", ""
    made: list[tuple[str, int]] = []
    given: list[str] = []
    for item in dockerfile.final_lineage(instructions):
        if item.keyword == "WORKDIR" and item.body:
            workdir = posixpath.normpath(posixpath.join(workdir, item.body.strip()))
        elif item.keyword == "COPY" and "from" not in item.flags and item.words[:1] in (["."], ["./"]):
            home = posixpath.normpath(posixpath.join(workdir, item.words[-1]))
        elif item.keyword == "VOLUME":
            made += [(posixpath.join(workdir, name), item.line) for name in item.words]
            given += [posixpath.join(workdir, name) for name in item.words]
        elif item.keyword == "RUN":
            for command, names in _commands(item.body):
                absolute = [posixpath.normpath(posixpath.join(workdir, name)) for name in names]
                if command == "mkdir":
                    made += [(name, item.line) for name in absolute]
                else:
                    given += absolute
    return home or workdir, made, given  # where nothing is copied as a whole, the project is mounted


def _is_made_by_build(path: str, settings: DjangoSettings) -> bool:
    """Return whether a folder of the project's own image is filled when it is built, not when Django runs."""
    names = {
        "migrations",
        "static",
        "staticfiles",
        "static_root",
        "static_collected",
        "public_collected",
        "assets",
        "node_modules",
    }
    names |= {posixpath.basename(item) for item in settings.staticfiles_dirs.value}
    names.add(posixpath.basename(settings.static_root.value))
    return posixpath.basename(path) in names or "/node_modules" in path


def _commands(body: str) -> Iterator[tuple[str, list[str]]]:
    """Yield the paths of each mkdir, chown and chmod of a RUN."""
    try:
        words = shlex.split(body.replace(";", " ; "), comments=False)
    except ValueError:
        return
    command = before = ""
    names: list[str] = []
    for word in [*words, "&&"]:
        if word in ("&&", "||", ";", "|"):
            if command in ("mkdir", "chown", "chmod") and names:
                yield command, names if command == "mkdir" else names[1:]
            command, names = "", []
        elif not command:
            command = word
        elif not word.startswith("-") and not re.fullmatch(r"-p?m|--mode", before):
            names.append(word)
        before = word
