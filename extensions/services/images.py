"""Which image a service of Compose gets."""

from .kinds import kind
from .record import Own
from .site import Site


def image(site: Site, name: str) -> str:
    """Return a service's image: of the version that the project's Compose file names, else a current one."""
    known = kind(name)
    assert known.image, f"Compose does not run {name}"
    items = [item for item in site.seen if item.name in (known.version_of or (known.name,))]
    own = Own(
        kind=items[0].name if items else "",
        image=next((item.image.partition("@")[0] for item in items if item.image), ""),
        version=next((item.version for item in items if item.version), ""),
        extensions=frozenset(item.name for item in site.postgres.postgres_extensions.value),
    )
    return known.image(own)
