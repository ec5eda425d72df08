"""Programs of Python's packages that make style sheets: they run where static files are collected, without Node."""

from ...secrets import has_secret
from ..steps import Phase, Step
from .management import located
from .record import Command, Kind, Surroundings, Taken, When

# Each with the distribution that installs it.
PROGRAMS = {
    "pysassc": "libsass",
    "sassc": "libsass",
    "pyscss": "pyscss",
    "lesscpy": "lesscpy",
    "tailwindcss": "pytailwindcss",
}


def _read(step: Step, around: Surroundings) -> list[Taken] | None:
    if (
        step.keyword != "RUN"
        or step.phase is not Phase.BUILD
        or PROGRAMS.get(step.program) not in around.distributions
    ):
        return None
    words = (step.program, *located(step, step.words[1:], around))
    plain = step.plain and step.final and len(words) > 2 and "--watch" not in words
    return [Command(step.source, words, When.STATIC)] if plain and not has_secret(" ".join(words)) else None


STYLE_SHEETS = Kind("style sheets", _read)
