"""The countable rules of style: words that have a plainer one, and sentences of more than 25 words."""

import re
from collections.abc import Iterator

MOST_WORDS = 25  # of a sentence
# By what is not written, as a regular expression: what to write instead.
WORDS = {
    r"\b(a|the) person('s)?\b|\bpeople\b|\bsomebody\b|\bnobody\b": "you, your team",
    r"(?<![\w-])[Ww]ho (sets|has|had|breaks|takes|wants|runs|it|they)\b": "if you …",
    r"\bwill not do\b": "isn't valid",
    r"\bbut for\b": "except",
    r"\bmend(s|ed)?\b": "fix",
    r"\bwish(es)?\b": "change, task",
    r"\brobots?\b": "CI, workflow",
    r"\b(breaks?|break) off\b": "fails",
    r"(?<![Tt]here )\b(is|are) no (?!longer|more|better)\b": "isn't a, aren't",
    r"\b(is|are) said\b|\bsays (where|which|that|how|why)\b": "shows, prints",
    r"\bin the way\b|\bbetter off\b|\bof its own way\b|\ball the same\b": "(say what happens)",
    r"\bthis machine\b": "this computer, the host",
    r"\b(is|are|was|were) read (from|again|first)\b": "is detected",
    r"\bbeside\b": "next to, in addition to",
    r"[;,] else\b|\bor else\b": "otherwise",
    r"\bdrift\b": "answers that no longer match",
    r"\bgives? back\b": "restores",
    r"\b(stands|goes with|whoever)\b": "(name the verb)",
    r"\bnot a byte\b|\bwithout a word\b|\bany more\b": "(plain words)",
}


def hits(text: str) -> Iterator[str]:
    """Yield what a text has of the words, each with what to write instead."""
    for pattern, instead in WORDS.items():
        for match in re.finditer(pattern, text):
            yield f"{match[0]!r}: {instead}"


def long_sentences(text: str) -> Iterator[str]:
    """Yield the sentences of a text that are too long; code in backquotes, and what is in brackets, is one word."""
    text = re.sub(r"`[^`]*`|\([^()]*\)|\{[^{}]*\}", "CODE", text)
    for sentence in re.split(r"(?<=[.!?])\s+|[:;] |:\n|\n\n|\n[ |-]", text):
        if len(sentence.split()) > MOST_WORDS:
            yield f"{len(sentence.split())} words: {' '.join(sentence.split())[:70]}…"
