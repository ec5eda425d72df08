"""Which packages have to be built from source, as the libraries in their wheels don't go together.

The wheels of lxml and xmlsec each have a libxml2 of their own, and that of Debian is another. xmlsec refuses to be
imported beside an lxml that was compiled with another one: https://xmlsec.readthedocs.io/en/stable/install.html
"""

from collections.abc import Mapping

from packaging.version import Version

from .distributions import Distribution
from .python_version import has_wheel
from .requirements import parse_version

# The libxml2 in their wheels, from a release on; "" for none. Imported on 2026-11-28.
LXML = {"0": "2.10", "5.0": "2.12", "5.4": "2.13", "6.0": "2.14"}
XMLSEC = {"0": "", "1.3.14": "2.12", "1.3.15": "", "1.3.16": "2.14"}


def built_from_source(distributions: Mapping[str, Distribution], minor: int) -> list[Distribution]:
    """Return the packages that must not come from a wheel on CPython 3.`minor`, so that all have one libxml2."""
    xmlsec = distributions.get("xmlsec")
    if xmlsec is None:
        return []
    lxml = distributions.get("lxml", Distribution("lxml", source=xmlsec.source, direct=False))
    theirs = "" if has_wheel(xmlsec, minor) is False else _in_wheel(xmlsec, XMLSEC)
    return [] if theirs == _in_wheel(lxml, LXML) else [lxml, xmlsec]


def _in_wheel(item: Distribution, libraries: Mapping[str, str]) -> str:
    """Return the libxml2 in a distribution's wheel: what is not pinned is taken to be new."""
    version = parse_version(item.version)
    return [library for release, library in libraries.items() if version is None or version >= Version(release)][-1]
