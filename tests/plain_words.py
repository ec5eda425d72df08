"""The countable rules of style in short texts: those of tests/style.py, which reads pages."""

import re
from collections.abc import Iterator

from style import MOST_WORDS, PLAINER


def hits(text: str) -> Iterator[str]:
    """Yield what a text has of the words, each with what to write instead."""
    for pattern, instead in PLAINER.items():
        for match in re.finditer(rf"\b({pattern})\b", text, re.IGNORECASE):
            yield f"{match[0]!r}: {instead}"


def long_sentences(text: str) -> Iterator[str]:
    """Yield the sentences of a text that are too long; code in backquotes, and what is in brackets, is one word."""
    text = re.sub(r"`[^`]*`|\([^()]*\)|\{[^{}]*\}", "CODE", text)
    for sentence in re.split(r"(?<=[.!?])\s+|[:;] |:\n|\n\n|\n[ |-]", text):
        if len(sentence.split()) > MOST_WORDS:
            yield f"{len(sentence.split())} words: {' '.join(sentence.split())[:70]}…"
