"""Builds of a front end: by Node's package managers, and by tools that do without it."""

import re

from ...secrets import words
from ..steps import Step
from .record import Done, FrontEnd, Kind, Surroundings, Taken

PROGRAMS = words(
    "npm npx yarn pnpm pnpx bun bunx node corepack webpack vite esbuild gulp grunt parcel rollup tsc sass sassc"
    " lessc tailwindcss postcss bower nvm n"
)
# What does not end: it would stop a build.
LASTS = re.compile(
    r"(?:^|[\s:])(?:(?:watch|serve|start)(?=[\s:]|$)|(?:dev|develop|hot|storybook)(?=\s|$))|\s--watch(?=\s|=|$)"
)


def _read(step: Step, around: Surroundings) -> list[Taken] | None:
    if step.keyword == "RUN" and step.program in PROGRAMS:
        if LASTS.search(" ".join(step.words)):
            return [Done(step.source, "what serves, or builds anew, for developers")]
        return [FrontEnd(step.source, step.words, step.workdir)]
    if step.stage in around.of_node:
        return [Done(step.source, "the stage of the front end")]
    return None


FRONT_END = Kind("front ends", _read)
