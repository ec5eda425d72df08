"""The countable rules of docs/contributing/style.md: `python tests/style.py FILE.md…` prints each hit with its line.

Words that have a plainer one, and sentences of more than 25 words. Code, headings, comments and addresses are left
out; of tables, only the words count.
"""

import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

MOST_WORDS = 25
PLAINER = {
    r"a person('s)?|people|somebody|nobody": "you, your team",
    r"who (sets|has|had|breaks|takes|wants|runs|it|they)": "if you …",
    r"will not do": "is not valid",
    r"but for": "except",
    r"mend(ed|s)?": "fix",
    r"wish(es)?": "change, task",
    r"robots?": "bot, workflow",
    r"breaks? off": "fails",
    r"(?<!there )(is|are) no (?!longer|more|better)": "isn't a, aren't",
    r"(is|are) said|says (where|which|so|that|how|why)": "shows, prints",
    r"in the way|better off|of its own way|all the same": "say what happens",
    r"this machine": "your computer, the server",
    r"(is|are|was|were) read (in|from|again|first)": "is detected",
    r"beside": "next to, in addition to",
    r"else(?! if)": "otherwise",
    r"drift": "out-of-date answers",
    r"gives? back": "restores",
    r"(?<!-)stands?|goes with|whoever": "name the verb",
    r"not a byte|without a word|a wish|any more": "plain words",
}
CODE = re.compile(r"`[^`]*`")
LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)(\{[^}]*\})?")


def prose(text: str) -> Iterator[tuple[int, str]]:
    """Return the lines to read with their numbers; a piece of code counts as one word."""
    fenced = commented = False
    for number, line in enumerate(text.splitlines(), 1):
        if line.lstrip().startswith("```"):
            fenced = not fenced
            line = ""
        commented = commented or line.startswith("<!--")
        if fenced or commented or line.startswith(("#", "    ", "<")):
            commented = commented and "-->" not in line
            line = ""
        yield number, LINK.sub(r"\1", CODE.sub("CODE", line))


def paragraphs(lines: Iterable[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """Return each paragraph and each item of a list as one line, with the number of its first; no tables."""
    first, parts = 0, list[str]()
    for number, line in [*lines, (0, "")]:
        ends = not line.strip() or line.startswith("|") or re.match(r"\s*([*-]|\d+\.) ", line)
        if ends and parts:
            yield first, " ".join(parts)
            parts = []
        if line.strip() and not line.startswith("|"):
            first = first if parts else number
            parts.append(line.strip())


def sentences(text: str) -> Iterator[tuple[int, str]]:
    for number, paragraph in paragraphs(prose(text)):
        yield from ((number, sentence) for sentence in re.split(r"(?<=[.!?])\s+|: (?=[A-Z])", paragraph))


def words(text: str) -> int:
    """Return how many words there are to read, in tables too."""
    return sum(len(re.findall(r"\S*\w\S*", line)) for _, line in prose(text))


def hits(text: str) -> list[str]:
    """Return a sentence for each break of a rule, with its line."""
    found = [
        f"{number}: {match[0]!r}: {instead}"
        for number, line in prose(text)
        for pattern, instead in PLAINER.items()
        for match in re.finditer(rf"\b({pattern})\b", line, re.IGNORECASE)
    ]
    for number, sentence in sentences(text):
        if (count := len(sentence.split())) > MOST_WORDS:
            found.append(f"{number}: {count} words: {sentence[:60]}…")
    return found


if __name__ == "__main__":
    found = [f"{name}:{hit}" for name in sys.argv[1:] for hit in hits(Path(name).read_text())]
    sys.exit("\n".join(found) or 0)
