"""The questions on static files and translations."""

import shlex

from ...project.data import url_parts
from ...services.connections import connections
from ...services.site import Site
from .. import deployment_defaults, image_defaults, kinds, static_defaults
from ..default import Default, default_of, of_pair
from ..question import WRITTEN, Asked, Question, Reference
from ..storage_defaults import data_places

STATIC_URL = "/static/"  # where settings do not say


def static_url(site: Site) -> Default:
    """Return the path of STATIC_URL alone, without the host that may have it."""
    default = default_of(site.settings.static_url, STATIC_URL)
    parts = url_parts(str(default.value))
    path = parts.path.strip("/") if parts else ""
    return Default(f"/{path}/" if path else STATIC_URL, default.source)


def code_commands(site: Site) -> Default:
    """Return what must have run on the code: that includes collectstatic where Django finds templates only then.

    It comes last, as it collects what the others make.
    """
    found, read = deployment_defaults.code_commands(site), site.settings.collected_templates
    built = site.frontend.node.value.output if site.frontend.node.value else ()
    is_built = any(read.value.startswith(f"{place}/") for place in built)
    if not read.value or is_built or image_defaults.static_server(site)[0] != "nginx":
        return found
    dirs, _ = data_places(connections(site).environment, site)
    makes = [f"mkdir -p {shlex.quote(path)}" for path in dirs if path.startswith("/")]
    return Default([*found.value, *makes, "python manage.py collectstatic --noinput"], found.source or read.source)


QUESTIONS = (
    Question(
        name="code_commands",
        type="yaml",
        help="Commands to run on the code of both images, as a YAML list",
        rule=kinds.list_of(kinds.command, "commands"),
        safe=[],
        default=code_commands,
        since="3.1.0",
        as_before=[],
        reference=Reference(
            type="a YAML list of commands",
            default=(
                "`python manage.py makemigrations` for apps whose migrations are not in the project, if your own "
                "files run it, `compilejsi18n` of django-statici18n, and copies of examples of modules that settings "
                "need; collectstatic for templates"
            ),
            changes="a `RUN` each in the stage `code` of both Dockerfiles, with `build_environment`",
            allowed="commands without characters of a shell such as `;`, `&` and `$`",
            notes="Both images have what these commands write to the project's folder.",
        ),
    ),
    Question(
        name="use_fathom",
        type="bool",
        help="Are static file names hashed (ManifestStaticFilesStorage or similar)?",
        rule=kinds.truth,
        safe=False,
        default=static_defaults.use_fathom,
        says_source=True,
        asked=Asked.ALWAYS,
        plain=WRITTEN,
        reference=Reference(
            type="yes or no",
            default=(
                "yes if your `Dockerfile_django` copies `staticfiles.json`, or if `STORAGES` or "
                "`STATICFILES_STORAGE` name a storage with a manifest (Django's, WhiteNoise's, or a class of the "
                "project that inherits from one)"
            ),
            changes=(
                "with yes, `Dockerfile_django` has the stage `static` too, and takes `staticfiles.json` from it; "
                "hashed names are `immutable` in `default.conf`"
            ),
            notes="""\
With such a storage, static files have [hashed
names](https://docs.djangoproject.com/en/stable/ref/contrib/staticfiles/#manifeststaticfilesstorage), and Django needs
their manifest, `staticfiles.json`. The question's name comes from the handbook.
""",
        ),
    ),
    Question(
        name="static_server",
        type="str",
        help="What serves the static files: nginx, WhiteNoise, or neither of them?",
        rule=kinds.choice("nginx", "whitenoise", "elsewhere"),
        safe="nginx",
        default=of_pair(image_defaults.static_server),
        says_source=True,
        reference=Reference(
            type="one of `nginx`, `whitenoise`, `elsewhere`",
            default=(
                "`whitenoise` if its middleware is in `MIDDLEWARE`, unless the settings redirect to HTTPS and no "
                "variable prevents that; `elsewhere` if static files are stored on S3 or the like, if "
                "`django.contrib.staticfiles` is not installed, or if WhiteNoise serves only files that are in git; "
                "otherwise `nginx`"
            ),
            changes=(
                "with `nginx`, `Dockerfile_static`, `default.conf` and the service `static` are there; with "
                "`whitenoise`, Django's image has the static files; with `elsewhere`, none of these"
            ),
            notes="With `elsewhere` run `collectstatic` yourself when you deploy.",
        ),
    ),
    Question(
        name="static_root",
        type="str",
        help="Folder of STATIC_ROOT, relative to the project's root",
        rule=kinds.text(
            rf"/?{kinds.SEGMENT}(/{kinds.SEGMENT})*", "give a folder, like staticfiles or /var/www/static"
        ),
        safe=static_defaults.STATIC_ROOT,
        default=static_defaults.static_root,
        says_source=True,
        reference=Reference(
            type="text",
            default="the folder of `STATIC_ROOT` in the settings; otherwise `static`",
            changes=(
                "where `Dockerfile_static` takes the files from, and `Dockerfile_django` the manifest or, with "
                "WhiteNoise, all files"
            ),
            allowed="a path without spaces and `..`",
            notes="""\
It must be the folder of `STATIC_ROOT` when the images are built: relative to the project's root, or from the root of
the image (`/var/www/static`). Otherwise the build fails, or the images have no static files.
""",
        ),
    ),
    Question(
        name="set_static_root",
        type="bool",
        help="Set STATIC_ROOT while building? (Yes if your settings don't set it)",
        rule=kinds.truth,
        safe=False,
        default=static_defaults.set_static_root,
        reference=Reference(
            type="yes or no",
            default="yes if the settings have no `STATIC_ROOT`",
            changes=(
                "with yes, both Dockerfiles make a settings module for collectstatic, which imports yours and "
                "sets `STATIC_ROOT` to `static_root`"
            ),
            notes="It needs `settings_module`. Better: set `STATIC_ROOT` in your settings, and answer no.",
        ),
    ),
    Question(
        name="static_url",
        type="str",
        help="URL path of STATIC_URL, such as /static/",
        rule=kinds.text(rf"(/{kinds.SEGMENT})+/", "give a path with '/' at both ends, like /static/"),
        safe=STATIC_URL,
        default=static_url,
        says_source=True,
        reference=Reference(
            type="text",
            default="the path of `STATIC_URL` in the settings, with a `/` at both ends; otherwise `/static/`",
            changes=(
                "the folder to which `Dockerfile_static` copies the files, and the path on which nginx answers, "
                "in `default.conf`"
            ),
            allowed="a path with `/` at both ends, without spaces, that is not `/` alone or a whole URL",
        ),
    ),
    Question(
        name="collectstatic_options",
        type="yaml",
        help="Options of collectstatic, as YAML: [--no-default-ignore]",
        rule=kinds.list_of(
            kinds.text(
                r"--no-default-ignore|--no-post-process|--ignore=[\w./*?\[\]-]+",
                "give --no-default-ignore, --no-post-process or --ignore=PATTERN",
            ),
            "options, like [--no-default-ignore]",
        ),
        safe=[],
        default=deployment_defaults.collectstatic_options,
        since="3.1.0",
        as_before=[],
        reference=Reference(
            type="a YAML list of options",
            default=(
                "the options that your own Dockerfile, entrypoint or Makefile gives `collectstatic`; otherwise none"
            ),
            changes=(
                "which files are collected. Without `--no-default-ignore`, Django leaves out files that begin with a "
                "dot, such as Vite's `.vite/manifest.json`"
            ),
            allowed="`--no-default-ignore`, `--no-post-process` and `--ignore=PATTERN`",
        ),
    ),
    Question(
        name="compress_offline",
        type="bool",
        help="Run manage.py compress while building (COMPRESS_OFFLINE)?",
        rule=kinds.truth,
        safe=False,
        default=deployment_defaults.compress_offline,
        says_source=True,
        reference=Reference(
            type="yes or no",
            default=(
                "yes if `COMPRESS_OFFLINE` of [django-compressor](https://django-compressor.readthedocs.io/) is on in"
                " the settings; also if your own files run `compress`, or WhiteNoise serves, and `compose_settings` "
                "can turn it on"
            ),
            changes=(
                "with yes, `manage.py compress` runs after `collectstatic`, and `Dockerfile_django` takes its manifest"
            ),
        ),
    ),
    Question(
        name="compress_manifest",
        type="str",
        help="File below static_root that says what was compressed",
        rule=kinds.relative_path,
        safe="CACHE/manifest.json",
        found=lambda site: site.settings.compress_manifest,
        since="3.1.0",
        as_before="CACHE/manifest.json",
        reference=Reference(
            type="text, a path that counts from `static_root`",
            default=(
                "`CACHE/manifest.json`, or the file that `COMPRESS_OUTPUT_DIR`, `COMPRESS_OFFLINE_MANIFEST` and its "
                "storage name"
            ),
            changes="the manifest that `Dockerfile_django` takes, only with `compress_offline`",
            allowed="a path below that folder",
        ),
    ),
    Question(
        name="compile_messages",
        type="bool",
        help="Compile translations while building (manage.py compilemessages)?",
        rule=kinds.truth,
        safe=False,
        found=lambda site: site.dependencies.compile_messages,
        says_source=True,
        reference=Reference(
            type="yes or no",
            default=(
                "yes if your `Dockerfile_django` does it, or the project has `.po` files of its own that Django "
                "compiles"
            ),
            changes=(
                "with yes, both Dockerfiles have the stage `code`, which installs `gettext` and runs `compilemessages`"
            ),
        ),
    ),
)
