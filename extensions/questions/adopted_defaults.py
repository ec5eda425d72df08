"""The defaults of the questions that a project's own Dockerfiles answer."""

import posixpath
import re
import shlex
from collections.abc import Callable

from ..project import Findings
from ..project.deployment.evidence import evidence
from . import environment_defaults
from .default import Default
from .deployment_defaults import static_commands

USER = "1000:1000"  # that of the images
TAILWIND = "django_tailwind_cli"  # builds before collectstatic: https://django-tailwind-cli.rtfd.io/latest/usage/

# Instructions that other answers write.
SET_BY_ANSWERS = ("ENV DJANGO_SETTINGS_MODULE=", "ENV DJANGO_ENV=", "ENV WEB_CONCURRENCY=")
# Instructions that the stage of the answer `node` has instead.
OF_NODE = re.compile(
    r"RUN (?:corepack|npm|npx|pnpm|yarn|bun|node)\b|ENV NODE_ENV=|(?:COPY|ADD) (?:\S+ )*(?:\S*/)?package\.json\b"
)


def lines_of(key: str) -> Callable[[Findings], Default]:
    """Return the rule of lines that stand under `key` in what the handbook's files say beyond the template."""

    def rule(findings: Findings) -> Default:
        lines = findings.value("handbook_extra", {}).get(key, [])
        lines = [line for line in lines if not line.startswith(SET_BY_ANSWERS)]
        lines = [line.replace("runner:runner", USER) for line in lines]
        if key == "build_instructions" and findings.value("node"):
            lines = [line for line in lines if not OF_NODE.match(line)]
        source = "Dockerfile_django" if lines else ""
        if key in ("build_instructions", "instructions") and not source and (path := findings.value("version_file")):
            # As a build of the package would write it: https://setuptools-scm.readthedocs.io/en/latest/config/
            place = posixpath.normpath(f"/workdir/{path}")
            version = "'version = \"0.0.0\"' 'version_tuple = (0, 0, 0)'"
            lines = [f"RUN mkdir -p {posixpath.dirname(place)} && printf '%s\\n' {version} > {place}"]
            source = findings.found["version_file"].source
        apps = findings.found.get("installed_apps")
        if key == "build_instructions" and source != "Dockerfile_django" and apps and TAILWIND in apps.value:
            lines, source = [*lines, f"RUN {_given(findings)}python manage.py tailwind build"], source or apps.source
        if key == "build_instructions" and not evidence(findings).adopted:
            own = static_commands(findings)
            more = [f"RUN {_given(findings)}{command}" for command in own.value]
            lines, source = [*lines, *(line for line in more if line not in lines)], source or own.source
        return Default(lines, source)

    return rule


def _given(findings: Findings) -> str:
    """Return the variables without which settings do not load, as they stand before a command."""
    values = environment_defaults.build_environment(findings).value
    return "".join(f"{name}={shlex.quote(text)} " for name, text in values.items())


def build_image(findings: Findings) -> Default:
    """Return the image of the build stage, "" where it is python, or brings Node alone."""
    extra = findings.value("handbook_extra", {})
    image = extra.get("build_image", "")
    other = image and posixpath.basename(image).partition(":")[0] != "python"
    if findings.value("node") and "node" in image:
        other = False  # Node has a stage of its own
    return Default(image if other else "", "Dockerfile_django" if other else "")
