"""What a project makes beside its code: collected static files, media, databases, virtual environments."""

import posixpath
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..dependencies.python_version import DJANGO_PYTHONS, allows
from ..dependencies.record import Dependencies
from ..deployment.build_context import is_left_out, is_usual, matches, own_patterns
from ..findings import Certainty, Found, unread
from ..frontend.record import Node
from ..places import is_aside
from ..settings.record import DjangoSettings
from ..tree import Tree
from .record import Layout


@dataclass(frozen=True)
class LocalFiles:
    """What a project makes beside its code."""

    static_kept: Found[bool] = unread(False)  # whether git has collected files that cannot be collected anew
    local_files: Found[Sequence[str]] = unread(())  # paths and patterns that no image gets
    static_lacking: Found[Sequence[str]] = unread(())  # folders without which Django collects no static files


def read_local_files(
    tree: Tree, layout: Layout, settings: DjangoSettings, dependencies: Dependencies, node: Node | None
) -> LocalFiles:
    """Return what images do not get: what settings name, virtual environments, what .dockerignore leaves out.

    A folder that holds code stays: what settings call media can be an application, or a front end.
    """
    code: set[str] = set()
    for path in tree.paths:
        if path.endswith(".py"):
            while (path := posixpath.dirname(path)) and path not in code:
                code.add(path)
    static_kept = unread(False)
    media = settings.media_root.value
    packages = (path for path in tree.named("package.json") if not is_aside(tree, path) and not tree.is_ignored(path))
    made = [] if media and any(path.startswith(f"{media}/") for path in packages) else [media]
    root = settings.static_root.value
    manifest = f"{root}/staticfiles.json"
    if not root or not tree.exists(manifest) or tree.is_ignored(manifest):
        if not root or not _holds_sources(tree, root, layout, settings):
            made.insert(0, root)  # else it is kept in git, perhaps with files that only a front end's build makes
    elif _lacks_sources(tree, root, layout):
        static_kept = Found(True, manifest, Certainty.INFERRED)
    made += [database.path for database in settings.databases.value.values()]
    kept = [
        path for path in made if path and path[0] not in "/." and path not in code and not path.endswith(".sqlite3")
    ]
    needed = [*_needed(tree, layout, dependencies, node), *_apps(tree, layout, settings)]
    own = _own(tree, needed)
    kept += [*tree.virtualenvs, *_private(tree)]
    kept += [module.path for module in settings.ignored_modules.value]
    kept = [*(path for path in dict.fromkeys(kept) if path not in own), *own]
    source = layout.settings_file.value
    return LocalFiles(
        static_kept,
        Found(kept, source if kept else "", Certainty.INFERRED),
        _lacking_folders(tree, settings, dependencies),
    )


def _lacking_folders(tree: Tree, settings: DjangoSettings, dependencies: Dependencies) -> Found[Sequence[str]]:
    """Return the folders that Django looks into for static files, and that are not in the project.

    From 4.0, Django skips those of STATICFILES_DIRS that are not there, but not that of uploads, which no image gets.
    It takes a link among static files for a file if it leads nowhere, as to what a build makes.
    https://github.com/django/django/blob/4.0/django/contrib/staticfiles/finders.py#L131
    https://docs.djangoproject.com/en/stable/ref/settings/#staticfiles-finders
    """
    media, finders = settings.media_root.value, settings.staticfiles_finders
    of_uploads = [media] if OF_UPLOADS in finders.value and media else []
    linked = dict(sorted(_linked(tree)))
    django, dirs = dependencies.distributions.value.get("django"), settings.staticfiles_dirs
    specifier = f"=={django.version}" if django and django.version else django.specifier if django else ""
    if any(allows(specifier, series) for series in DJANGO_PYTHONS if series >= (4, 0)):
        found = [*of_uploads, *linked]
        return Found(found, finders.source if of_uploads else next(iter(linked.values()), ""), Certainty.INFERRED)
    lacking = sorted([*(path for path in dirs.value if path != "." and not tree.has_folder(path)), *of_uploads])
    lacking += linked
    return Found(lacking, dirs.source or finders.source if lacking else "", Certainty.INFERRED)


def _linked(tree: Tree) -> Iterator[tuple[str, str]]:
    """Yield the folders that links among static files lead to, and that the project lacks, each with its link."""
    for path in tree.links if tree.paths else ():
        base, target = posixpath.dirname(path), tree.links[path]
        place = posixpath.normpath(posixpath.join(base, target))
        inside = not target.startswith("/") and not place.startswith("..") and "." not in posixpath.basename(place)
        if "static" in base.split("/") and inside and not tree.has_folder(place) and not tree.exists(place):
            yield place, path


OF_UPLOADS = "django.contrib.staticfiles.finders.DefaultStorageFinder"
# Words in the name of a file that is of one machine, or not for others.
PRIVATE = re.compile(
    r"local(?!e)|secret|private|credential|passw|token(?!iz)|(?<![a-z])(?:keys?|certs?)(?![a-z])", re.IGNORECASE
)


def _private(tree: Tree) -> list[str]:
    """Return what git ignores whose name says that it is of this machine, or secret; a build may make the rest."""
    found: list[str] = []
    for path in sorted(tree.ignored):
        folders, name = posixpath.split(path)
        served = {"static", "templates", "locale"}.intersection(folders.split("/"))
        if served or is_usual(path) or name.endswith(".lock") or any(matches(folder, path) for folder in found):
            continue
        if PRIVATE.search(name):
            found.append(path)
    return found


def _lacks_sources(tree: Tree, root: str, layout: Layout) -> bool:
    """Return whether git has collected files of one of the project's own apps, and not what they came from."""
    base = "" if layout.base == "." else f"{layout.base}/"
    apps = {path.removeprefix(f"{root}/").partition("/")[0] for path in tree.paths if path.startswith(f"{root}/")}
    own = [app for app in apps if tree.exists(f"{base}{app}/__init__.py")]
    others = [path for path in tree.paths if "static/" in path and not path.startswith(f"{root}/")]
    return any(not any(f"static/{app}/" in path for path in others) for app in own)


HASHED = re.compile(r"\.[0-9a-f]{12}(?=\.)")
SERVED = tuple(".css .js .svg .png .jpg .jpeg .gif .webp .ico .woff .woff2 .ttf".split())  # noqa: SIM905


def _holds_sources(tree: Tree, root: str, layout: Layout, settings: DjangoSettings) -> bool:
    """Return whether git has files in the folder of collected files that are nowhere else, and of no package."""
    start, base = f"{root}/", "" if layout.base == "." else f"{layout.base}/"
    held = [path for path in tree.paths if path.startswith(start) and path.endswith(SERVED)]
    if not (held := [path.removeprefix(start) for path in held if not tree.is_ignored(path)]):
        return False
    others = [path for path in tree.paths if not path.startswith(start)]
    sources = {path.rpartition("static/")[2] for path in others if "static/" in path}
    for folder in settings.staticfiles_dirs.value:
        sources |= {path.removeprefix(f"{folder}/") for path in others if path.startswith(f"{folder}/")}
    apps = [app.split(".") for app in settings.installed_apps.value]
    packages = {"admin", *(part for app in apps if not tree.exists(f"{base}{app[0]}/__init__.py") for part in app)}
    return any(
        path.partition("/")[0] not in packages and HASHED.sub("", path, count=1) not in sources for path in held
    )


def _needed(tree: Tree, layout: Layout, dependencies: Dependencies, node: Node | None) -> list[str]:
    """Return files without which no image can be built."""
    needed = [*dependencies.installer_files.value, *dependencies.requirements_files.value, "default.conf"]
    needed += [path for path in dependencies.install_folders.value if path != "."]
    needed += ["docker/gunicorn.conf.py", "docker/healthcheck.py", *_sources_of_node(tree, node)]
    return [*needed, layout.manage_py.value or "manage.py", layout.settings_file.value or "settings.py"]


def _apps(tree: Tree, layout: Layout, settings: DjangoSettings) -> list[str]:
    """Return the packages that hold the project's own apps, each by its first file."""
    base = "" if layout.base == "." else f"{layout.base}/"
    packages = dict.fromkeys(app.partition(".")[0] for app in settings.installed_apps.value)
    return [path for package in packages if tree.exists(path := f"{base}{package}/__init__.py")]


def _own(tree: Tree, needed: list[str]) -> list[str]:
    """Return the patterns of the project's own .dockerignore, in their order, so that no image lacks what it needs.

    Patterns that every rendered file has are left out; and so are those that name what an image needs, or, where there
    are exceptions ("!"), the last of which counts, an exception for it comes last.
    https://docs.docker.com/build/concepts/context/#negating-matches
    """
    patterns = own_patterns(tree)
    if not any(pattern.startswith("!") or pattern in EVERYTHING for pattern in patterns):
        return [
            pattern
            for pattern in patterns
            if not is_usual(pattern) and not any(matches(pattern, path) for path in needed)
        ]
    lacking = [path for path in dict.fromkeys(needed) if is_left_out(patterns, path)]
    return [*patterns, *dict.fromkeys(f"!{path.partition('/')[0]}" for path in lacking)]


EVERYTHING = ("*", "**", "**/*")


def _sources_of_node(tree: Tree, node: Node | None) -> list[str]:
    """Return what Node needs to install and to build from."""
    if not node:
        return []
    start = "" if node.folder == "." else f"{node.folder}/"
    return [
        *node.files,
        *(
            path
            for path in tree.paths
            if path.startswith(start) and path.endswith(SOURCES) and not is_aside(tree, path)
        ),
    ]


SOURCES = (".js", ".mjs", ".cjs", ".jsx", ".ts", ".mts", ".tsx", ".css", ".scss", ".sass", ".less", ".vue", ".svelte")
