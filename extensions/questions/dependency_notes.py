"""What is said after a copy of what the project installs."""

from collections.abc import Iterator

from ..services.site import Site
from .records.project import python_version

SHOWN = 6  # requirements in one sentence


def notes(site: Site) -> list[str]:
    """Return sentences on what is installed otherwise than the project's files say."""
    return [*_python(site), *_django(site), *_foreign(site), *_missing(site), *_checkout(site)]


def _foreign(site: Site) -> Iterator[str]:
    """Say which requirements are of one machine.

    https://pip.pypa.io/en/stable/reference/requirements-file-format/, https://peps.python.org/pep-0508/
    """
    found = site.dependencies.foreign.value
    if not found:
        return
    texts = [f"{item.source} {item.name} (write {item.instead})" for item in found]
    yield f"The images leave out what only one machine can install: {'; '.join(texts[:SHOWN])}."
    if len(texts) > SHOWN:
        yield f"So are {len(texts) - SHOWN} more lines: {', '.join(item.source for item in found[SHOWN:])}."


def _checkout(site: Site) -> Iterator[str]:
    """Say what git has not fetched: images would be built without it."""
    found = site.checkout
    if folders := found.submodules.value:
        are = "are submodules that are" if len(folders) > 1 else "is a submodule that is"
        yield (
            f"{', '.join(folders[:SHOWN])} {are} not checked out ({found.submodules.source}): "
            "`git submodule update --init --recursive` before images are built, wherever that is."
        )
    if pointers := found.pointers.value:
        more = f" and {len(pointers) - 3} more" if len(pointers) > 3 else ""
        yield (
            f"{', '.join(pointers[:3])}{more}: pointers of Git LFS in the place of files. "
            "`git lfs pull` before images are built, wherever that is."
        )


def _missing(site: Site) -> Iterator[str]:
    missing = site.dependencies.local_missing
    if missing.value:
        yield (
            f"The requirements name {', '.join(missing.value)} ({missing.source}), which is not in the project: "
            "without it, no image can be built."
        )


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
