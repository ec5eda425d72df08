"""A distribution that the project installs, whatever file asks for it."""

from dataclasses import dataclass

from .requirements import Requirement


@dataclass(frozen=True)
class Distribution:
    """A distribution that the project installs.

    `wheels` are the file names of its wheels where a lock file lists them (none: only a source archive), else None;
    `url` is a location instead of the index.
    """

    name: str
    specifier: str = ""
    version: str = ""
    source: str = ""
    direct: bool = True
    extras: tuple[str, ...] = ()
    wheels: tuple[str, ...] | None = None
    url: str = ""


def asked_for(requirement: Requirement) -> Distribution:
    """Return the distribution that a requirement asks for by name."""
    return Distribution(
        requirement.name,
        requirement.specifier,
        requirement.version,
        requirement.source,
        extras=requirement.extras,
        url=requirement.url,
    )
