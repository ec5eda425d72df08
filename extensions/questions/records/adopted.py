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
            default="the image of the build stage of your Dockerfiles, if it is not `python`",
            changes="`FROM … AS build` in both Dockerfiles; if empty, the Python image",
            allowed="an image",
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
                "the instructions of your build stage that the template does not write; otherwise what writes the "
                "module with the version that a build of the package would write, `manage.py tailwind build` of "
                "django-tailwind-cli, and what copies Node.js if settings run it"
            ),
            changes=(
                "these lines after `COPY . /workdir` and before `collectstatic`, in the stage `static`; lines that "
                "are also in `django_instructions` come before `compilemessages`, too"
            ),
            allowed=(
                "one line each that begins with `RUN`, `COPY`, `ADD`, `ENV`, `ARG`, `LABEL`, `WORKDIR`, `VOLUME`, "
                "`SHELL`, `USER` or `#`, and does not end in a backslash"
            ),
            notes="""\
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
                "the instructions of the last stage of your `Dockerfile_django`, before `USER`, that the template "
                "does not write; otherwise what writes the module with the version that a build of the package would "
                "write"
            ),
            changes="these lines at the start of the last stage of `Dockerfile_django`",
            allowed=(
                "one line each that begins with `RUN`, `COPY`, `ADD`, `ENV`, `ARG`, `LABEL`, `WORKDIR`, `VOLUME`, "
                "`SHELL`, `USER` or `#`, and does not end in a backslash"
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
                "the `location` blocks of your `default.conf`, except those of nginx's own default; otherwise what "
                "your own nginx configuration has for requests to Django: sizes, timeouts, headers, and locations "
                "that answer by themselves"
            ),
            changes=(
                "these lines in the server block of `default.conf`. A location with one of the template's paths "
                "(`static_url`, `media_url`, `/`, `= /-/nginx`) replaces the template's; so does "
                "`client_max_body_size`"
            ),
            allowed=(
                "lines that nginx can read, none of them empty; each location once; `root` and `server_tokens` only "
                "in a location"
            ),
        ),
    ),
)
