"""What one place in a project says of the Python version that it runs on."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from packaging.specifiers import InvalidSpecifier, SpecifierSet

MINORS = range(6, 21)
NUMBER = re.compile(r"(?<![\d.])3\.(\d{1,2})(?:\.(\d{1,2}))?(?![\d])")
MUST, RUN, DJANGO, WHEELS, TESTED = 64, 16, 6, 4, 2  # what the project runs on outweighs the three after it


@dataclass(frozen=True)
class Statement:
    """Which Python 3 minors something allows, how much that counts, and where it is said.

    `exact`: one version, that the project itself runs on; `text` completes "… says", for the person.
    """

    minors: frozenset[int]
    weight: int
    source: str
    text: str
    exact: bool = False
    patch: str = ""  # the one release that is allowed, as in ==3.13.3


def exact(text: str, source: str) -> Iterator[Statement]:
    """Yield that the project runs on the version in a text like "3.12.4", if there is one."""
    match = NUMBER.search(text)
    if match and int(match[1]) in MINORS:
        yield Statement(frozenset([int(match[1])]), RUN, source, f"Python {match[0]}", exact=True)


@lru_cache(maxsize=256)
def allowed(specifier: str) -> frozenset[int]:
    """Return the minors of Python 3 of which a specifier (">=3.11,<4") allows any release; all, if it is none."""
    try:
        found = SpecifierSet(specifier)
    except InvalidSpecifier:
        return frozenset(MINORS)
    return frozenset(
        minor
        for minor in MINORS
        if any(
            found.contains(f"3.{minor}.{micro}")
            for micro in (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 16, 18, 20, 25)
        )
    )


def any_of(minors: frozenset[int], source: str, text: str, patch: str = "") -> Iterator[Statement]:
    """Yield that the project installs on these minors alone, if any is left."""
    if minors:
        yield Statement(minors, MUST, source, text, patch=patch)


def only_release(specifier: str) -> str:
    """Return the one release that a specifier like ==3.13.3 allows; "" where it allows others too."""
    match = re.fullmatch(r"\s*={2,3}\s*(3\.\d{1,2}\.\d{1,2})\s*", specifier)
    return match[1] if match else ""


def classified(texts: Iterable[str]) -> frozenset[int]:
    """Return the minors of Python 3 that a distribution's classifiers name. https://pypi.org/classifiers/"""
    prefix = "Programming Language :: Python :: 3."
    numbers = (text.removeprefix(prefix).strip() for text in texts if text.startswith(prefix))
    return frozenset(
        int(number) for number in numbers if number.isdecimal() and len(number) < 3 and int(number) in MINORS
    )
