"""The tools that the images can install with, and what the questions need to know of them."""

from .. import installers
from .record import Installer


def installing() -> list[Installer]:
    """Return the tools that images install with: first pip, which needs no file of its own, then the preferred."""
    found = [known for known in installers.KINDS if known.installs]
    return sorted(found, key=lambda known: known.name != "pip")


def names() -> list[str]:
    """Return what the answer to the question `installer` may be."""
    return [known.name for known in installing()]


def names_with_uv() -> list[str]:
    """Return the names of those whose instructions take uv's image."""
    return [known.name for known in installing() if known.needs_uv]


def names_that_export() -> list[str]:
    """Return the names of those that need their lock file where setuptools is limited."""
    return [known.name for known in installing() if known.exports]


def without_lock(name: str) -> str:
    """Return the name of the installer that takes a tool's manifest where there is no lock file."""
    return next((known.without_lock for known in installers.KINDS if known.name == name), "") or name


def unread() -> dict[str, str]:
    """Return the files, by their names, of tools that images do not install with; each with the tool's title."""
    return {
        name: known.title
        for known in installers.KINDS
        if not known.find
        for name in (*known.manifests, *known.maybe_manifests)
    }


def read_manifests() -> list[str]:
    """Return the names of files that may say what to install, those of the least preferred tools first."""
    found = [known for known in reversed(installers.KINDS) if known.find]
    return list(dict.fromkeys(name for known in found for name in (*known.manifests, *known.maybe_manifests)))
