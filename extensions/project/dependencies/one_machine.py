"""Requirements that `pip freeze` wrote on one kind of computer, and that no image can install."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ..secrets import words
from .requirements import Requirement

# What cannot be installed on Linux, or needs what cannot.
WINDOWS = words("pywin32 pypiwin32 pywinpty windows-curses wmi python-magic-bin win10toast twisted-iocpsupport")
MAC = words("pyobjc pyobjc-core macfsevents rumps")
# Parts of Ubuntu and Debian that are on no index, or are another's there.
DEBIAN = words(
    "pkg-resources python-apt ubuntu-advantage-tools ubuntu-pro-client ubuntu-drivers-common command-not-found ufw "
    "unattended-upgrades language-selector usb-creator xkit screen-resolution-extra cloud-init distro-info "
    "ssh-import-id"
)
OF_A_MACHINE = re.compile(r"/|~|\\|[A-Za-z]:[\\/]")
OF_DEBIAN = re.compile(r"ubuntu|debian|dfsg|\+b\d", re.IGNORECASE)


@dataclass(frozen=True)
class Foreign:
    """A requirement of one machine: what to write instead, and whether images install it by its name alone."""

    name: str
    source: str
    instead: str
    by_name: bool = False


def named(text: str) -> str:
    """Return the path that a requirement, an option or a lock file names; "" for a URL of elsewhere."""
    text = re.sub(r"^file:(//(localhost)?(?=/)|//)?", "", text.strip().strip("\"'"))
    text = re.sub(r"(#.*|\[[^\]/]*\])$", "", text).strip()
    return "" if "://" in text else text


def foreign(requirements: list[Requirement]) -> Iterator[Foreign]:
    """Yield the requirements of one machine, each once."""
    seen: set[str] = set()
    for item in requirements:
        if item.name not in seen and (found := _foreign(item)):
            seen.add(item.name)
            yield found


def _foreign(item: Requirement) -> Foreign | None:
    if item.url.startswith("file:") and OF_A_MACHINE.match(named(item.url)):
        return Foreign(item.name, item.source, f"{item.name} with a version", by_name=True)
    written = f"{item.name}{item.specifier}"
    if item.name in WINDOWS:
        return Foreign(item.name, item.source, f'{written} ; sys_platform == "win32"')
    if item.name in MAC or item.name.startswith("pyobjc-framework-"):
        return Foreign(item.name, item.source, f'{written} ; sys_platform == "darwin"')
    is_debians = item.name == "pkg-resources" or OF_DEBIAN.search(item.specifier)
    if is_debians or (item.name in DEBIAN and item.specifier.startswith("=")):
        return Foreign(item.name, item.source, "nothing: it is a part of Debian")
    return None
