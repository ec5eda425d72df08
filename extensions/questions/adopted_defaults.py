"""The defaults of the questions that a project's own Dockerfiles answer."""

import posixpath
import re
import shlex
from collections.abc import Mapping, Sequence

from ..project.deployment.kinds.record import Command
from ..services.site import Site
from . import environment_defaults
from .default import Default
from .deployment_defaults import compresses_online, static_commands

USER = "1000:1000"  # that of the images
TAILWIND = "django_tailwind_cli"  # builds before collectstatic: https://django-tailwind-cli.rtfd.io/latest/usage/

# Instructions that other answers write.
SET_BY_ANSWERS = ("ENV DJANGO_SETTINGS_MODULE=", "ENV DJANGO_ENV=", "ENV WEB_CONCURRENCY=")
# Instructions that the stage of the answer `node` has instead.
OF_NODE = re.compile(
    r"RUN (?:corepack|npm|npx|pnpm|yarn|bun|node)\b|ENV NODE_ENV=|(?:COPY|ADD) (?:\S+ )*(?:\S*/)?package\.json\b"
)


def gunicorn_options(site: Site) -> Default:
    """Return Gunicorn's options that are no answers of their own."""
    own = site.adopted.own_gunicorn_options
    return (
        _adopted(site.adopted.handbook_extra.value.gunicorn_options)
        if not own.value
        else Default(list(own.value), own.source)
    )


def instructions(site: Site) -> Default:
    """Return the instructions of the last stage that the template does not write."""
    default = _adopted(site.adopted.handbook_extra.value.instructions)
    if default.source:
        return default
    default, tools = _version_file(site), run_by_django(site)
    source = default.source or (site.frontend.node_tools.source if tools else "")
    return Default([*default.value, *tools], source)


def run_by_django(site: Site) -> list[str]:
    """Return the instructions by which Node's programs run when a page is first asked for; none if before that."""
    return list(site.frontend.node_tools.value) if compresses_online(site) else []


def build_instructions(site: Site) -> Default:
    """Return the instructions of the build stage that the template does not write."""
    lines = site.adopted.handbook_extra.value.build_instructions
    default = _adopted([line for line in lines if not (site.frontend.node.value and OF_NODE.match(line))])
    tools = [] if run_by_django(site) else site.frontend.node_tools.value
    if default.source:
        return Default([*tools, *default.value], default.source)
    default, apps, own = _version_file(site), site.settings.installed_apps, static_commands(site)
    commands = ["python manage.py tailwind build"] if TAILWIND in apps.value else []
    source = default.source or (apps.source if commands else own.source)
    if not site.own_steps.value.adopted:
        commands += own.value
    given = environment_defaults.build_environment(site).value
    instructions = dict.fromkeys(f"RUN {_with_variables(site, command, given)}" for command in commands)
    lacking = site.local.static_lacking
    built = {place.rstrip("/") for stage in site.frontend.stages.value for place in stage.output.values()}
    made = [place for path in lacking.value if (place := posixpath.join("/workdir", path)) not in built]
    makes = [f"RUN mkdir -p {shlex.join(made)}"] if made else []
    found = [*makes, *tools, *default.value, *instructions]
    other = lacking.source if makes else site.frontend.node_tools.source
    return Default(found, (source if default.value or instructions else other) if found else "")


def _with_variables(site: Site, command: str, given: Mapping[str, str]) -> str:
    """Return a command with the variables that settings need, and those that the own image sets for it alone.

    The folder of a file that one of these names is made.
    """
    if command.startswith("mkdir "):
        return command
    read = {item.name for item in site.settings.environment.value if not item.secret and "DEBUG" not in item.name}
    stated = next((item for item in site.own_steps.value.of(Command) if shlex.join(item.words) == command), None)
    own = {name: text for name, text in (stated.given if stated else ()) if name in read and name not in given}
    folders = {posixpath.dirname(text) for text in own.values() if text.startswith("/")} - {"/", "/tmp"}
    made = f"mkdir -p {shlex.join(sorted(folders))} && " if folders else ""
    return made + "".join(f"{name}={shlex.quote(text)} " for name, text in {**given, **own}.items()) + command


def _adopted(lines: Sequence[str]) -> Default:
    """Return lines of the handbook's files, as the template's images have them."""
    kept = [line.replace("runner:runner", USER) for line in lines if not line.startswith(SET_BY_ANSWERS)]
    return Default(kept, "Dockerfile_django" if kept else "")


def _version_file(site: Site) -> Default:
    """Return what writes the module with the version, or the metadata, that a build of the package would write.

    https://setuptools-scm.readthedocs.io/en/latest/config/
    https://docs.python.org/3/library/importlib.metadata.html#distribution-discovery
    """
    path, name = site.dependencies.version_file, site.dependencies.unversioned
    written = {path.value: "'version = \"0.0.0\"' 'version_tuple = (0, 0, 0)'"} if path.value else {}
    if name.value:
        metadata = posixpath.join(site.layout.import_root, f"{name.value.replace('-', '_')}.egg-info/PKG-INFO")
        written[metadata] = f"'Metadata-Version: 2.1' 'Name: {name.value}' 'Version: 0.0.0'"
    places = {posixpath.normpath(f"/workdir/{path}"): text for path, text in written.items()}
    lines = [
        f"RUN mkdir -p {posixpath.dirname(place)} && printf '%s\\n' {text} > {place}" for place, text in places.items()
    ]
    return Default(lines, (path.source or name.source) if lines else "")


def build_image(site: Site) -> Default:
    """Return the image of the build stage, "" where it is python, or brings Node alone."""
    image = site.adopted.handbook_extra.value.build_image
    other = bool(image) and posixpath.basename(image).partition(":")[0] != "python"
    if site.frontend.node.value and "node" in image:
        other = False  # Node has a stage of its own
    return Default(image if other else "", "Dockerfile_django" if other else "")
