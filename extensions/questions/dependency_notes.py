"""Remarks after a copy on dependencies that the images install in another way than your files say."""

from collections.abc import Iterator

from packaging.version import Version

from ..project.dependencies.requirements import parse_version
from ..services.site import Site
from .records.project import python_version

# On the oldest Python that images have: https://docs.djangoproject.com/en/stable/releases/1.11.17/
OLDEST_DJANGO = Version("1.11.17")
SHOWN = 6  # requirements in one sentence


def notes(site: Site) -> list[str]:
    """Return sentences on dependencies that are installed in another way than the project's files say."""
    return [*_python(site), *_django(site), *_foreign(site), *_missing(site), *_checkout(site)]


def _foreign(site: Site) -> Iterator[str]:
    """Say which requirements are of one machine.

    https://pip.pypa.io/en/stable/reference/requirements-file-format/, https://peps.python.org/pep-0508/
    """
    found = site.dependencies.foreign.value
    if not found:
        return
    texts = [f"{item.source} {item.name} (write {item.instead})" for item in found]
    yield f"The images leave out what only one computer can install: {'; '.join(texts[:SHOWN])}."
    if len(texts) > SHOWN:
        yield f"They leave out {len(texts) - SHOWN} more lines: {', '.join(item.source for item in found[SHOWN:])}."


def _checkout(site: Site) -> Iterator[str]:
    """Say what git has not fetched: images would be built without it."""
    found = site.checkout
    if folders := found.submodules.value:
        are = "are submodules that are" if len(folders) > 1 else "is a submodule that is"
        yield (
            f"{', '.join(folders[:SHOWN])} {are} not checked out ({found.submodules.source}). Run "
            "`git submodule update --init --recursive` wherever you build images."
        )
    if pointers := found.pointers.value:
        more = f" and {len(pointers) - 3} more" if len(pointers) > 3 else ""
        yield (
            f"Git LFS has not fetched {', '.join(pointers[:3])}{more}. Run `git lfs pull` wherever you build images."
        )


def _missing(site: Site) -> Iterator[str]:
    missing = site.dependencies.local_missing
    if missing.value:
        yield (
            f"The requirements name {', '.join(missing.value)} ({missing.source}), which is not in the project. Add "
            "it: without it, the images can't be built."
        )


def _python(site: Site) -> Iterator[str]:
    found, answer = site.dependencies.python_version, python_version(site).value
    if found.source and found.value.startswith("3.") and answer != found.value:
        django = parse_version(site.dependencies.django_version.value)
        starts = django is None or django >= OLDEST_DJANGO
        advice = f" Django {django} doesn't start on it: upgrade to {OLDEST_DJANGO} or newer before you build."
        yield (
            f"Your project runs on Python {found.value} ({found.source}), for which there is no image on a current "
            f"Debian. The images have {answer}.{'' if starts else advice}"
        )


def _django(site: Site) -> Iterator[str]:
    below = site.dependencies.django_below
    if below.value:
        what = below.note.partition(": ")[2].rstrip(".")
        pin = below.note.partition(" is too new for ")[2].rstrip(".")
        start = (
            f"{pin} ({below.source}) doesn't work with Django {below.value}."
            if pin
            else f"Your code uses what Django {below.value} removed: {what} ({below.source})."
        )
        yield f"{start} The images install an older Django. Add Django<{below.value} to your requirements."
