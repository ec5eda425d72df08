"""The answers as a JSON Schema: editors complete a data file by it, and CI checks one before anything runs."""

from pathlib import Path
from typing import Any

from .records import QUESTIONS

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema(copier_yml: Path | None = None) -> dict[str, Any]:
    """Return the schema of data files and stored answers, made from the questions and their rules.

    It says what one answer may be: text, where Copier would take "yes" for true or "3" for 3, is not let pass. What
    depends on other answers, or on the project, is left to the copy. No copier.yml is read any more.
    """
    return {
        "$schema": DIALECT,
        "title": "Answers to copier-django-docker",
        "type": "object",
        "properties": {
            name: {"description": question.help, **question.rule.schema} for name, question in QUESTIONS.items()
        },
        "patternProperties": {"^_": True},  # Copier's own, like _commit
        "additionalProperties": False,
    }
