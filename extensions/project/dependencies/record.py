"""What a Django project depends on, and what installs it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..findings import Found, unread
from .one_machine import Foreign


@dataclass(frozen=True)
class Installed:
    """A distribution that is installed: what is asked for, the version that is pinned, and where that stands.

    `direct` says that the project asks for it itself.
    """

    specifier: str = ""
    version: str = ""
    source: str = ""
    direct: bool = True
    extras: Sequence[str] = ()


@dataclass(frozen=True)
class Dependencies:
    """What the project's manifests, lock files and own Dockerfiles say of its dependencies."""

    installer: Found[str] = unread("")  # the tool: pip | uv | poetry | pdm | pipenv | pyproject | none
    installer_files: Found[Sequence[str]] = unread(())  # what it reads
    install_options: Found[Sequence[str]] = unread(())  # those of its command
    install_folders: Found[Sequence[str]] = unread(())  # paths in the project that it installs from, "." for all of it
    lock_file: Found[str] = unread("")  # its path, "" for none
    requirements_file: Found[str] = unread("")  # its path, "" for none
    requirements_files: Found[Sequence[str]] = unread(())  # it, and what it and those beside it include
    requirements_beside: Found[Sequence[str]] = unread(())  # others that production installs beside it
    foreign: Found[Sequence[Foreign]] = unread(())  # requirements that only one machine can install
    local_missing: Found[Sequence[str]] = unread(())  # paths that are asked for, and are not in the project
    vcs_requirements: Found[Sequence[str]] = unread(())  # URLs of version control, as pip has them
    distributions: Found[Mapping[str, Installed]] = unread({})  # by their names, as PyPI writes them
    missing: Found[Sequence[str]] = unread(())  # what the site needs and the installation lacks, as pip takes it
    django_version: Found[str] = unread("")  # the one that is pinned, "" for none
    django_below: Found[str] = unread("")  # of an unpinned Django: the release that code is too old for, "" for none
    gunicorn_version: Found[str] = unread("")  # likewise
    python_version: Found[str] = unread("")  # the image's, as in "3.13"
    uv_version: Found[str] = unread("")  # the tag of uv's image that the project requires, "" where any will do
    build_setuptools: Found[str] = unread("")  # the limit of what builds packages without a wheel, "" for the newest
    apt_build: Found[Sequence[str]] = unread(())  # Debian packages that building needs
    apt_runtime: Found[Sequence[str]] = unread(())  # Debian packages that running needs
    apt_explained: Found[Sequence[str]] = unread(())  # those to build with that a distribution here is known to need
    compile_messages: Found[bool] = unread(False)  # whether there are translations of the project's own
    installs_itself: Found[bool] = unread(False)  # whether code asks for the project as a distribution
    unversioned: Found[str] = unread("")  # the own distribution that code asks for, if only git has its version
    version_file: Found[str] = unread("")  # a module with the version that a build writes, "" for none
