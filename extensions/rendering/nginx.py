"""Lines of nginx's configuration: whether nginx can read them, and which locations they have.

https://nginx.org/en/docs/beginners_guide.html#conf_structure
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

TOKEN = re.compile(
    r"""
    (?P<blank> \s+ | \#[^\n]* )
    | (?P<mark> [;{}] )
    | (?P<text> "(?:[^"\\]|\\.)*" | '(?:[^'\\]|\\.)*' ) (?= [\s;{)] | $ )
    | (?P<word> (?: \\. | \$\{ | [^\s;{\\"'] ) (?: \\. | \$\{ | [^\s;{\\] )* )
    """,
    re.VERBOSE | re.DOTALL,
)


@dataclass
class Directive:
    """A directive: its words, and the directives in its braces, if it has some."""

    words: list[str]
    block: "list[Directive] | None" = None

    @property
    def location(self) -> str:
        """Return what nginx lets only one location have: its path, after "= " for an exact one; "" for others."""
        if self.words[0] != "location" or not self.words[1:]:
            return ""
        place = "".join(self.words[1:])
        if place.startswith("="):
            return f"= {place[1:]}"
        return "" if place.startswith("~") else place.removeprefix("^~")


@dataclass
class _Reading:
    words: list[str] = field(default_factory=list)
    blocks: list[list[Directive]] = field(default_factory=lambda: [[]])


def directives(text: str) -> list[Directive]:
    """Return the directives of a text. Raises ValueError, with what is wrong, where nginx could not read it."""
    reading, end = _Reading(), 0
    while end < len(text):
        match = TOKEN.match(text, end)
        if match is None:
            raise ValueError("close each quote, and put a space after it")
        end = match.end()
        if match["mark"]:
            _mark(match["mark"], reading)
        elif not match["blank"]:
            reading.words.append(match["word"] or match["text"][1:-1])
    if len(reading.blocks) > 1:
        raise ValueError("close each brace that it opens, and no other")
    if reading.words:
        raise ValueError(f"end {' '.join(reading.words)!r} with ';'")
    return reading.blocks[0]


def _mark(mark: str, reading: _Reading) -> None:
    """Take a mark into account that ends a directive, or opens or closes its braces."""
    if mark == "}":
        if reading.words:
            raise ValueError(f"end {' '.join(reading.words)!r} with ';'")
        if len(reading.blocks) == 1:
            raise ValueError("close each brace that it opens, and no other")
        reading.blocks.pop()
        return
    if not reading.words:
        raise ValueError(f"write a directive before {mark!r}")
    directive = Directive(reading.words, [] if mark == "{" else None)
    reading.blocks[-1].append(directive)
    reading.words = []
    if directive.block is not None:
        reading.blocks.append(directive.block)


def _repeated(found: Iterable[Directive]) -> Iterator[str]:
    """Yield the locations that are there twice, at any depth: nginx refuses them."""
    seen: set[str] = set()
    for directive in found:
        if directive.location and directive.location in seen:
            yield directive.location
        seen.add(directive.location)
        yield from _repeated(directive.block or [])


def problem(lines: Iterable[str]) -> str:
    """Return what to do so that nginx can read the lines; "" if it can."""
    try:
        found = directives("\n".join(lines))
    except ValueError as error:
        return f"{error}"
    return next((f"give location {path} once, as it is there twice" for path in _repeated(found)), "")


def names(lines: Iterable[str]) -> set[str]:
    """Return the names of the outermost directives of lines; none where nginx could not read them."""
    return {directive.words[0] for directive in _read(lines)}


def locates(lines: Iterable[str], location: str) -> bool:
    """Return whether lines have a location of this path, or, after "= ", an exact one: nginx refuses a second one.

    https://nginx.org/en/docs/http/ngx_http_core_module.html#location
    """
    return location in {directive.location for directive in _read(lines)}


def _read(lines: Iterable[str]) -> list[Directive]:
    try:
        return directives("\n".join(lines))
    except ValueError:
        return []
