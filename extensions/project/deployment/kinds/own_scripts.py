"""Scripts that the project's own package installs: the images have its code, and not the package."""

from ...secrets import has_secret, in_command
from ..steps import Phase, Step
from .management import WORD
from .record import Command, Kind, NotUnderstood, Surroundings, Taken, When


def _read(step: Step, around: Surroundings) -> list[Taken] | None:
    module = around.scripts.get(step.program, "") if step.keyword == "RUN" and step.words else ""
    if not module or step.phase is not Phase.START:
        return None
    text = in_command(step.text)[:200]
    if not module.endswith(".__main__"):
        return [NotUnderstood(step.source, text, "it needs the project to be installed")]
    words = step.words[1:]
    if step.condition:
        return [NotUnderstood(step.source, text, f"it runs only on {in_command(step.condition)[:80]}")]
    if has_secret(" ".join(words)) or not step.plain or not all(WORD.fullmatch(word) for word in words):
        return [NotUnderstood(step.source, text, "it needs a shell")]
    # https://docs.python.org/3/using/cmdline.html#cmdoption-m
    return [
        Command(step.source, ("python", "-m", module.removesuffix(".__main__"), *words), When.START, step.may_fail)
    ]


OWN_SCRIPTS = Kind("scripts of the project's package", _read)
