"""From what the project's own Dockerfile and scripts do to what answers, and sentences, follow of it."""

import shlex

from ..project import Findings
from ..project.deployment.evidence import evidence, remarks
from ..project.deployment.kinds.record import Command, When
from ..project.settings.connections import caches
from .default import Default

SHOWN = 6  # sentences after a copy: `inspect` has all


def start_commands(findings: Findings) -> Default:
    """Return what the project's own start runs once, after migrating, in its order."""
    return _commands(findings, When.START)


def code_commands(findings: Findings) -> Default:
    """Return what must have run on the code before it is of use."""
    return _commands(findings, When.CODE)


def static_commands(findings: Findings) -> Default:
    """Return what makes files that Django serves, as the project's own build or start has it."""
    return _commands(findings, When.STATIC)


def _commands(findings: Findings, when: When) -> Default:
    done = {"createcachetable"} if has_cache_table(findings) else set()
    found: dict[str, str] = {}
    for command in evidence(findings).of(Command):
        if command.when == when and not done & set(command.words):
            text = shlex.join(command.words)
            found.setdefault(f"{text} || true" if command.may_fail and when == When.START else text, command.source)
    return Default(list(found), next(iter(found.values()), ""))


def has_cache_table(findings: Findings) -> bool:
    """Return whether a cache is in the database, in a table that Django does not make by itself."""
    # https://docs.djangoproject.com/en/stable/topics/cache/#creating-the-cache-table
    return any((cache.backend or "").endswith(".DatabaseCache") for cache in caches(findings).values())


def notes(findings: Findings) -> list[str]:
    """Return a sentence on each step of the project's own files that no answer holds."""
    found = remarks(evidence(findings))
    said = [
        f"Not taken over: `{item.text}` ({item.source}){f': {item.why}' if item.why else ''}."
        for item in found[:SHOWN]
    ]
    if len(found) > SHOWN:
        places = ", ".join(item.source for item in found[SHOWN : SHOWN + 10])
        said.append(f"Look also at what these lines do: {places}.")
    return said
