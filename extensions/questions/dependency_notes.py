"""What is said after a copy of what the project installs."""

from collections.abc import Iterator

from ..services.site import Site
from .records.project import python_version


def notes(site: Site) -> list[str]:
    """Return sentences on what is installed otherwise than the project's files say."""
    return [*_python(site), *_django(site)]


def _python(site: Site) -> Iterator[str]:
    found, answer = site.dependencies.python_version, python_version(site).value
    if found.source and found.value.startswith("3.") and answer != found.value:
        yield (
            f"The project is of the time of Python {found.value} ({found.source}), which has no image on a Debian "
            f"of today: the images have {answer}."
        )


def _django(site: Site) -> Iterator[str]:
    below = site.dependencies.django_below
    if below.value:
        what = below.note.partition(": ")[2].rstrip(".")
        yield (
            f"Code uses what Django {below.value} removed, {what} ({below.source}): the images install an older one. "
            f"Write Django<{below.value} to your requirements too."
        )
