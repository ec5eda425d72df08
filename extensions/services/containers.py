"""How compose.yaml runs the services that are answered, by their images alone."""

from collections.abc import Mapping, Sequence

from .. import services
from .record import At, Container


def container(
    name: str, image: str, database_name: str = "", database_user: str = "", others: Sequence[str] = ()
) -> Container | None:
    """Return how compose.yaml runs a service; None for an image of which nothing is known."""
    last = image.rpartition("/")[2].partition(":")[0].partition("@")[0]
    for known in services.KINDS:
        if known.container and last in known.described:
            return known.container(At(name, image, database_name, database_user, tuple(others)))
    return None


def database(answered: Mapping[str, str]) -> str:
    """Return the name of the first service that holds a database which can be backed up; "" for none."""
    described = {name: container(name, image) for name, image in sorted(answered.items())}
    return next((name for name, found in described.items() if found and found.backup), "")


def volumes(answered: Mapping[str, str]) -> list[str]:
    """Return the names of the volumes that services keep their data in, in alphabetical order."""
    described = {name: container(name, image) for name, image in answered.items()}
    return [f"{name}-data" for name, found in sorted(described.items()) if found and found.folder]
