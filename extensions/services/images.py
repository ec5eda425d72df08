"""Which image a service of Compose gets."""

from dataclasses import replace

from ..project.dependencies.django_bound import series
from .kinds import kind
from .record import Own
from .site import Site

# The oldest release of a server that each series of Django connects to, and those after it.
# https://docs.djangoproject.com/en/stable/ref/databases/
OLDEST: dict[str, dict[tuple[int, int], tuple[int, ...]]] = {
    "postgresql": {(4, 2): (12,), (5, 1): (13,), (5, 2): (14,), (6, 1): (15,)},
    "mysql": {(4, 2): (8, 0), (6, 1): (8, 4)},
    "mariadb": {(4, 2): (10, 4), (5, 1): (10, 5), (6, 0): (10, 6), (6, 1): (10, 11)},
}


def image(site: Site, name: str) -> str:
    """Return a service's image: of the version that the project's Compose file names, else a current one.

    A database that the project's Django refuses to connect to is of no use.
    """
    known = kind(name)
    assert known.image, f"Compose does not run {name}"
    items = [item for item in site.seen if item.name in (known.version_of or (known.name,))]
    own = Own(
        kind=items[0].name if items else "",
        image=next((item.image.partition("@")[0] for item in items if item.image), ""),
        version=next((item.version for item in items if item.version), ""),
        extensions=frozenset(item.name for item in site.postgres.postgres_extensions.value),
    )
    if _is_refused(site, own) and "timescale" not in own.image:
        own = replace(own, image="", version="")
    return known.image(own)


def _is_refused(site: Site, own: Own) -> bool:
    """Return whether Django stops at a database's server of this version, as it is too old."""
    django = series(site.dependencies)
    oldest = OLDEST.get("postgresql" if own.kind == "postgis" else own.kind, {})
    limits = [limit for release, limit in oldest.items() if release <= django]
    numbers = tuple(int(part) for part in own.version.split(".") if part.isdecimal())
    return bool(limits and numbers) and numbers < limits[-1][: len(numbers)]
