"""The questions on what Django writes, and what nginx sends of it."""

from collections.abc import Callable, Mapping
from typing import Any

from ...rendering import nginx
from ...services.site import Site
from .. import compose_defaults, kinds, storage_defaults
from ..default import Default, of_pair
from ..environment_defaults import with_image
from ..question import Question, Reference
from .static import static_url


def _data(number: int) -> Callable[[Site], Default]:
    def rule(site: Site) -> Default:
        dirs, files = storage_defaults.data_places(with_image(compose_defaults.compose_environment)(site).value, site)
        source = (site.written.data_dirs, site.written.data_files)[number].source
        # A volume of its own is for new projects: in one that has data already, it would be an empty one.
        if {*dirs} - {*site.written.data_dirs.value}:
            source = ""
        folder = storage_defaults.data_root(site)[0]
        if not files and folder not in dirs and _is_sqlite_in_data(site):
            dirs, source = [*dirs, folder], source or site.layout.settings_file.value
        found = (dirs, files)[number]
        source = source if found else ""
        return Default(found, source)

    return rule


def _is_sqlite_in_data(site: Site) -> bool:
    """Return whether the first .env puts an SQLite database in a folder that nothing else makes."""
    return any(
        value.endswith(storage_defaults.sqlite(site))
        for value in with_image(compose_defaults.dotenv)(site).value.values()
    )


def is_located(site: Site, path: str) -> bool:
    """Return whether the project's own default.conf has a location of this path, which stands for the template's."""
    return nginx.locates(site.adopted.nginx_locations.value, path)


def _media_url(site: Site) -> Default:
    found = Default(*storage_defaults.media_url(site))
    same = found.value == static_url(site).value  # as a path alone, without the host that has it
    return Default("") if same or is_located(site, found.value) else found


def _private_media(site: Site) -> Default:
    found, source = storage_defaults.private_media(site)
    static = static_url(site).value
    kept = {path: "" if url == static or is_located(site, url) else url for path, url in found.items()}
    return Default(kept, source)


def _beside_static_url(value: str, answers: Mapping[str, Any]) -> str:
    """Return what is wrong with the path of uploads beside that of static files, which Django refuses too.

    https://docs.djangoproject.com/en/stable/ref/settings/#media-url
    """
    if value == "" or value != answers.get("static_url") or answers.get("static_server", "nginx") != "nginx":
        return ""
    return f"{value!r} is also static_url; give each its own path, like /static/ and /media/"


def _beside_other_urls(value: Any, answers: Mapping[str, Any]) -> str:
    """Return which URL of private files is that of other files, too."""
    urls = [url for url in kinds.parsed(value).values() if url]
    taken = {url for url in urls if url == answers.get("static_url") or urls.count(url) > 1}
    return f"{min(taken)!r} is also the path of other files; give each its own" if taken else ""


QUESTIONS = (
    Question(
        name="media_root",
        type="str",
        help="Folder of MEDIA_ROOT; empty if uploads aren't stored on disk",
        rule=kinds.text(
            rf"(/?{kinds.SEGMENT}(/{kinds.SEGMENT})*)?", "give a folder, like media or /srv/media, or nothing"
        ),
        safe="",
        default=of_pair(storage_defaults.media_root),
        says_source=True,
        reference=Reference(
            type="text",
            default=(
                "`MEDIA_ROOT` in the settings, if Django keeps uploads there; empty if they go to S3 or the like, or "
                "if the folder has code"
            ),
            changes=(
                "the volume that the service `static` reads, in `compose.yaml`, and the folder from which nginx "
                "serves `media_url`, in `default.conf`"
            ),
            allowed="a path without spaces and `..` that is not `/`, or nothing",
            notes="It, or a folder around it, must also be one of `data_dirs`: only volumes are shared with nginx.",
        ),
    ),
    Question(
        name="media_url",
        type="str",
        help="URL path of MEDIA_URL, such as /media/; empty to let Django serve it",
        rule=kinds.text(rf"((/{kinds.SEGMENT})+/)?", "give a path with '/' at both ends, like /media/, or nothing"),
        safe="",
        default=_media_url,
        says_source=True,
        against_others=_beside_static_url,
        reference=Reference(
            type="text",
            default=(
                "the path of `MEDIA_URL` in the settings, if it is on this site. Empty if it is not, or if Django "
                "keeps a database, sessions, caches or logs directly in `MEDIA_ROOT`"
            ),
            changes="the `location` of uploads in `default.conf`; with an empty answer, Django gets these requests",
            allowed="a path as for `static_url`; with nginx, another one; or nothing",
        ),
    ),
    Question(
        name="data_dirs",
        type="yaml",
        help="Folders that Django writes to (volumes), as YAML: [media]",
        rule=kinds.list_of(
            kinds.text(rf"/?{kinds.SEGMENT}(/{kinds.SEGMENT})*", "give folders, like media or /srv/media"), "folders"
        ),
        safe=[],
        default=_data(0),
        reference=Reference(
            type="a YAML list of folders",
            default=(
                "`media_root`; the other folders that settings name for files that Django writes, such as caches, "
                "logs, SQLite databases and search indexes; folders that other code writes to; folders that your own "
                "image makes, and volumes of your own Compose services; `/data` if a variable names the SQLite "
                "database"
            ),
            changes="a volume each in `compose.yaml`; `Dockerfile_django` makes the folders, writable for any user",
            allowed="paths without spaces and `..`, and not `/`",
            notes="""\
Paths start at the project's root, at the root of the image, or at the home directory: `[media, /var/lib/shop, '~']`.
With `~`, `HOME` is `/home/django`; otherwise it is `/tmp`.

A volume is named after its folder: `srv-media` for `/srv/media`.
""",
        ),
    ),
    Question(
        name="data_files",
        type="yaml",
        help="Files that Django writes to (in a volume), as YAML: [db.sqlite3]",
        rule=kinds.paths,
        safe=[],
        default=_data(1),
        reference=Reference(
            type="a YAML list of paths",
            default=(
                "files that Django writes to in folders that cannot be volumes, such as `db.sqlite3` in the folder of"
                " `manage.py`"
            ),
            changes=(
                "in `Dockerfile_django` each is a symbolic link to a file in `data_root`, which is a volume in "
                "`compose.yaml`"
            ),
            allowed="paths without spaces and `..` that do not start with `/`",
            notes=(
                "If two files have the same name, such as `db.sqlite3` and `shop/db.sqlite3`, the second is "
                "`shop-db.sqlite3` in the volume."
            ),
        ),
    ),
    Question(
        name="data_root",
        type="str",
        help="Folder in the image for the volume that keeps data_files",
        rule=kinds.text(rf"(/{kinds.SEGMENT})+", "give a folder, from the root of the image, like /data"),
        safe="/data",
        default=of_pair(storage_defaults.data_root),
        as_before="/data",
        reference=Reference(
            type="text",
            default="`/data`; `/var/lib/django` if nginx serves files from `/data`",
            changes=(
                "the folder that the links of `data_files` point to, in `Dockerfile_django`, and its volume in "
                "`compose.yaml`"
            ),
            allowed="a path from the root (`/…`), without spaces and `..`, and not `/`",
            notes="Don't change it once there are data: they stay in the old volume.",
        ),
    ),
    Question(
        name="private_media",
        type="yaml",
        help="Paths that nginx sends only if Django tells it to, as YAML: {path: /url/}",
        rule=kinds.mapping_of(
            kinds.text(rf"/?{kinds.SEGMENT}(/{kinds.SEGMENT})*", "give a path, like media/private"),
            kinds.text(rf"((/{kinds.SEGMENT})+/)?", "give a path with '/' at both ends, like /private/, or nothing"),
            "paths and URLs, like {media/private: /private/}",
        ),
        safe={},
        default=_private_media,
        says_source=True,
        against_others=_beside_other_urls,
        reference=Reference(
            type="a YAML mapping of paths to URLs",
            default=(
                "the folder of "
                "[django-sendfile2](https://django-sendfile2.readthedocs.io/en/latest/backends.html) or "
                "django-private-storage, with nginx as its backend; and databases, sessions, caches and logs "
                "below `MEDIA_ROOT`, with an empty URL"
            ),
            changes=(
                "in `default.conf`, a [location](https://nginx.org/en/docs/http/ngx_http_core_module.html#internal) "
                "for each URL, from which nginx sends a file only if Django names it in the header "
                "`X-Accel-Redirect`; below `media_url`, each path is 404"
            ),
            allowed=(
                "paths and URLs without spaces and `..`; a `/` at both ends of each URL; each URL once, and not "
                "`static_url`"
            ),
            notes="""\
```yaml
private_media:
  media/private: /private/
  media/cache: ''
```
""",
        ),
    ),
)
