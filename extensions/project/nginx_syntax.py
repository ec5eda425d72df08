"""nginx's configuration as directives: https://nginx.org/en/docs/beginners_guide.html#conf_structure."""

import re
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
    """A directive: its words, and the directives in its braces, if it has some; `written` are words with quotes."""

    words: list[str]
    block: "list[Directive] | None" = None
    written: list[str] = field(default_factory=list)
    line: int = 0

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
    written: list[str] = field(default_factory=list)
    line: int = 1
    blocks: list[list[Directive]] = field(default_factory=lambda: [[]])


def directives(text: str) -> list[Directive]:
    """Return the directives of a text. Raises ValueError, with what is wrong, where nginx could not read it."""
    reading, end = _Reading(), 0
    while end < len(text):
        match = TOKEN.match(text, end)
        if match is None:
            raise ValueError("close each quote, and put a space after it")
        end = match.end()
        if not reading.words:
            reading.line = text.count("\n", 0, match.start()) + 1
        if match["mark"]:
            _mark(match["mark"], reading)
        elif not match["blank"]:
            reading.words.append(match["word"] or match["text"][1:-1])
            reading.written.append(match[0])
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
    directive = Directive(reading.words, [] if mark == "{" else None, reading.written, reading.line)
    reading.blocks[-1].append(directive)
    reading.words, reading.written = [], []
    if directive.block is not None:
        reading.blocks.append(directive.block)


def reads_files(text: str) -> bool:
    """Return whether directives of a text, or those in their braces, read files of nginx's own container."""
    try:
        found = directives(text)
    except ValueError:
        return False
    while found:
        item = found.pop()
        if item.words[0] in ("alias", "root", "try_files"):
            return True
        found += item.block or []
    return False
