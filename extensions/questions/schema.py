"""The answers as a JSON Schema, so that editors complete a data file and robots validate it before anything runs."""

from pathlib import Path
from typing import Any

from jinja2 import Environment

from . import answers

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema(copier_yml: Path) -> dict[str, Any]:
    """Return the schema of data files and stored answers, made from the questions and their rules.

    It says what one answer may be: text, where Copier would take "yes" for true or "3" for 3, is not let pass. What
    depends on other answers, or on the project, is left to the copy.
    """
    plain = Environment()
    plain.filters["read_in"] = lambda name: ""  # where a default was read is known only in a project
    return {
        "$schema": DIALECT,
        "title": "Answers to copier-django-docker",
        "type": "object",
        "properties": {
            name: {"description": plain.from_string(question["help"]).render(), **answers.RULES[name].schema}
            for name, question in answers.questions(copier_yml).items()
        },
        "patternProperties": {"^_": True},  # Copier's own, like _commit
        "additionalProperties": False,
    }
