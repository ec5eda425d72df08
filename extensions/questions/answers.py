"""Check answers by the rules in the questions' records: each message says what is wrong and what to give instead."""

import difflib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from .kinds import OWN_SERVICES, TRUE, Rule
from .records import QUESTIONS
from .stored import (
    ALWAYS,
    FILE,
    RENDERED,
    are_for_us,
    comments,
    completed,
    is_ours,
    others,
    public,
    rendered,
    stored,
    worth_writing,
    written,
)

__all__ = [
    "ALWAYS",
    "FILE",
    "OWN_SERVICES",
    "RENDERED",
    "TRUE",
    "are_for_us",
    "comments",
    "completed",
    "is_ours",
    "others",
    "public",
    "rendered",
    "stored",
    "worth_writing",
    "written",
]

RULES: dict[str, Rule] = {name: question.rule for name, question in QUESTIONS.items()}


def questions(copier_yml: Path) -> dict[str, dict[str, Any]]:
    """Return the questions of a copier.yml by name, in order."""
    content = yaml.load(copier_yml.read_text(), getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return {name: question for name, question in content.items() if not name.startswith("_")}


def problem(name: str, value: Any, answers: Mapping[str, Any], root: Path) -> str:
    """Return what is wrong with `value` as answer to question `name`, and what to do; "" if nothing is.

    `answers` are the other answers, and `root` the project: the empty folders in which an update renders are none.
    """
    question = QUESTIONS[name]
    message = question.rule(value)
    if not message and question.against_others:
        message = question.against_others(value, answers)
    if not message and question.in_project and root.is_dir() and any(root.iterdir()):
        message = question.in_project(value, root)
    return message


def fix_first(message: str) -> str:
    """Return a message with the fix first, then what is wrong: at a prompt, a terminal cuts off long lines."""
    wrong, separator, fix = message.rpartition("; ")
    return f"{fix} ({wrong})" if separator else message


def unknown(name: str, names: list[str]) -> str:
    """Return a sentence that says that no question is called `name`, with the nearest that is."""
    nearest = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    hint = f"did you mean {nearest[0]}?" if nearest else f"the questions are {', '.join(names)}."
    return f"{name}: no question has this name; {hint}"
