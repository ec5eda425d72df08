"""The questions on what a project's own Dockerfiles and default.conf say beyond the template."""

from collections.abc import Mapping
from typing import Any

from ...rendering import nginx
from .. import adopted_defaults, kinds
from ..question import Question, Reference

_lines = kinds.list_of(kinds.line, "lines of nginx's configuration")


def _are_locations(value: Any) -> str:
    lines = kinds.parsed(value)
    message = _lines(lines)
    if not message and (fix := nginx.problem(lines)):
        message = f"{lines!r} isn't valid; {fix}"
    return message


_locations = kinds.Rule(_are_locations, _lines.schema)


def _nginx_locations(value: Any, answers: Mapping[str, Any]) -> str:
    """Return which directive of these lines the server block of default.conf has: nginx refuses a second one."""
    twice = sorted(nginx.names(kinds.parsed(value)) & {"root", "server_tokens"})
    if not twice or answers.get("static_server", "nginx") != "nginx":
        return ""
    return f"default.conf already has {twice[0]} outside locations; write it inside a location"


QUESTIONS = (
    Question(
        name="build_image",
        type="str",
        help="Image of the build stage; empty for the Python image",
        rule=kinds.text(rf"(?:{kinds.REFERENCE})?", "give an image with Python, like python:3.13", 400),
        safe="",
        default=adopted_defaults.build_image,
        reference=Reference(
            type="text",
            default="the image of the build stage of your Dockerfiles, where it is not `python`",
            changes="`FROM … AS build` in both Dockerfiles; empty means the python image",
            refused="spaces and what else is no image",
            notes="It must have Python, with pip: an image with Python and Node, for instance.",
        ),
    ),
    Question(
        name="build_instructions",
        type="yaml",
        help="Dockerfile lines to run before collectstatic, as a YAML list",
        rule=kinds.list_of(kinds.instruction, "instructions"),
        safe=[],
        default=adopted_defaults.build_instructions,
        reference=Reference(
            type="a YAML list of lines",
            default=(
                "the instructions of your build stage that the template does not write; else what writes the "
                "module with the version that a build of the package would write, and `manage.py tailwind build` "
                "of django-tailwind-cli"
            ),
            changes=(
                "the same, after `COPY . /workdir` and before `collectstatic`, in the stage `static`; what is in "
                "`django_instructions`, too, also before `compilemessages`"
            ),
            refused=(
                "all but one line each that begins with `RUN`, `COPY`, `ADD`, `ENV`, `ARG`, `LABEL`, `WORKDIR`, "
                "`VOLUME`, `SHELL`, `USER` or `#`, and ends in no backslash"
            ),
            notes="""\
For instance, to write a file that Django serves:

```yaml
build_instructions:
- RUN date --iso-8601 > assets/built.txt
```

A front end that Node builds is an answer of its own: [`node`](#node).
""",
        ),
    ),
    Question(
        name="django_instructions",
        type="yaml",
        help="Dockerfile lines at the start of Django's final stage, as a YAML list",
        rule=kinds.list_of(kinds.instruction, "instructions"),
        safe=[],
        default=adopted_defaults.instructions,
        reference=Reference(
            type="a YAML list of lines",
            default=(
                "the instructions of the last stage of your `Dockerfile_django`, before `USER`, that the template"
                " does not write; else what writes the module with the version that a build of the package would "
                "write"
            ),
            changes="the same, at the start of the last stage of `Dockerfile_django`",
            refused=(
                "all but one line each that begins with `RUN`, `COPY`, `ADD`, `ENV`, `ARG`, `LABEL`, `WORKDIR`, "
                "`VOLUME`, `SHELL`, `USER` or `#`, and ends in no backslash"
            ),
        ),
    ),
    Question(
        name="nginx_locations",
        type="yaml",
        help="nginx location blocks to add to default.conf, as a YAML list of lines",
        rule=_locations,
        safe=[],
        found=lambda site: site.adopted.nginx_locations,
        together=True,
        against_others=_nginx_locations,
        reference=Reference(
            type="a YAML list of lines",
            default=(
                "the `location` blocks of your `default.conf`, but for those of nginx's own default; else what your "
                "own configuration of nginx has for requests to Django: sizes, timeouts, headers, and locations that "
                "answer by themselves"
            ),
            changes=(
                "the same, in the server block of `default.conf`. A location with a path of the template's own "
                "(`static_url`, `media_url`, `/`, `= /-/nginx`) takes its place; so does `client_max_body_size`"
            ),
            refused=(
                "empty lines; what nginx cannot read, like braces or quotes that are not closed, or no `;` at an "
                "end; a location that is there twice; `root` and `server_tokens` outside of a location"
            ),
        ),
    ),
)
