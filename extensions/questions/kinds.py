"""The kinds of rules for answers: a text, a number, a list, a mapping, and what several questions share.

A valid answer can be written unchanged to YAML, a Dockerfile, its JSON exec form and nginx's configuration: the rules
allow only characters without a special meaning there.
"""

import contextlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import yaml

TRUE = frozenset(("y", "yes", "t", "true", "on", "1"))
FALSE = frozenset(("n", "no", "f", "false", "off", "0"))


Schema = dict[str, Any]  # JSON Schema: https://json-schema.org/draft/2020-12/json-schema-validation


@dataclass(frozen=True)
class Rule:
    """What is wrong with an answer, "" for nothing; and as much of that as JSON Schema can say."""

    check: Callable[[Any], str]
    schema: Schema

    def __call__(self, value: Any) -> str:
        """Return what is wrong with `value`, and what to do; "" if nothing is."""
        return self.check(value)


def whole(pattern: str) -> str:
    """Return a pattern that JSON Schema, which searches, finds in a text only where all of it matches."""
    return rf"^(?:{pattern})$(?!\n)"  # Python's $ would let a line break at the end pass


def text(pattern: str, fix: str, maximum: int = 200) -> Rule:
    """Return the rule of a text that matches a pattern as a whole; `fix` says what to give instead."""

    def rule(value: Any) -> str:
        if not isinstance(value, str):
            return f"{value!r} isn't text; put it in quotes, and {fix}"
        if len(value) > maximum or not re.fullmatch(pattern, value):
            return f"{value!r} isn't valid; {fix}"
        return ""

    return Rule(rule, {"type": "string", "maxLength": maximum, "pattern": whole(pattern)})


def number(minimum: int, maximum: int) -> Rule:
    """Return the rule of a whole number; Copier gives one that was typed as text."""

    def rule(value: Any) -> str:
        is_whole = isinstance(value, int) and not isinstance(value, bool)
        digits = isinstance(value, str) and re.fullmatch(r"[0-9]{1,9}", value)
        if (is_whole or digits) and minimum <= int(value) <= maximum:
            return ""
        return f"{value!r} isn't valid; give a whole number from {minimum} to {maximum}"

    return Rule(rule, {"type": "integer", "minimum": minimum, "maximum": maximum})


def _is_truth(value: Any) -> str:
    if isinstance(value, bool) or str(value).strip().lower() in TRUE | FALSE:
        return ""
    return f"{value!r} isn't valid; answer true or false"


truth = Rule(_is_truth, {"type": "boolean"})

NAME = r"[A-Za-z_][A-Za-z0-9_]*"
# Python imports what a string names even from a folder like my-site, which no statement can name.
MODULE = r"[A-Za-z_][A-Za-z0-9_-]*(\.[A-Za-z_][A-Za-z0-9_-]*)*"
SEGMENT = r"(?!\.{1,2}(?:/|$))[A-Za-z0-9_.+@~-]+"
relative_path = text(
    rf"{SEGMENT}(/{SEGMENT})*",
    "use a path in the project, without spaces or '..', like requirements/production.txt",
)
port = number(1, 65535)
VARIABLE = r"[A-Za-z_][A-Za-z0-9_]*"
CHARACTERS = r"A-Za-z0-9 _.:/@%+,=?&~*!()<>\[\]{}|;^-"
VALUE = rf"[{CHARACTERS}]{{0,500}}"
JSON = rf"""[{{\[]["{CHARACTERS}]{{0,4000}}[}}\]]"""  # where a file has it in single quotes, or alone on a line
PATTERN = r"(?:[A-Za-z0-9_.+@~*?/-]|\[\^?(?:[A-Za-z0-9_.](?:-[A-Za-z0-9_.])?)+\])"  # of .dockerignore
package = text(r"[a-z0-9][a-z0-9+.-]+", "give a Debian package's name, like libpq5")


def parsed(value: Any) -> Any:
    """Return what a text means as YAML, as `--data` gives it for a list or a mapping; any other value as it is."""
    if isinstance(value, str):
        with contextlib.suppress(yaml.YAMLError):
            return yaml.safe_load(value)
    return value


def choice(*choices: str) -> Rule:
    """Return the rule of an answer that is one of a few texts."""

    def rule(value: Any) -> str:
        return "" if value in choices else f"{value!r} isn't valid; choose one of {', '.join(choices)}"

    return Rule(rule, {"enum": list(choices)})


def list_of(rule: Rule, what: str) -> Rule:
    """Return the rule of a list whose items each follow `rule`; `what` names them in a message."""

    def rule_for_all(value: Any) -> str:
        value = parsed(value)
        if not isinstance(value, list):
            return f"{value!r} isn't a list; give a YAML list of {what}, or []"
        return next((message for item in value if (message := rule(item))), "")

    return Rule(rule_for_all, {"type": "array", "items": rule.schema})


PLAIN = "[A-Za-z0-9_./@,+=*?&%-]|:(?! )| (?! )"  # in a YAML scalar without quotes


def _are_compose_variables(value: Any) -> str:
    """Return what is wrong with variables whose values stand in ${NAME:-value}, in a plain YAML scalar.

    A value may hold ${POSTGRES_PASSWORD} and the like, which Compose reads from .env.
    """
    value = parsed(value)
    texts = value.values() if isinstance(value, dict) else ()
    plain = (
        {name: re.sub(rf"\$\{{{VARIABLE}\}}", "", f"{text}") for name, text in zip(value, texts, strict=True)}
        if texts
        else value
    )
    bad = next((text for text in plain.values() if not re.fullmatch(f"({PLAIN})*", text)), "") if texts else ""
    return _are_variables(plain) or (f"{bad!r} isn't valid; give text without braces, quotes and ': '" if bad else "")


def _are_first_variables(value: Any) -> str:
    value = parsed(value)
    return _are_variables(
        {name: "" if _is_json(text) else text for name, text in value.items()} if isinstance(value, dict) else value
    )


def _is_json(text: Any) -> bool:
    """Return whether a value is a list or a mapping of JSON whose characters no file takes for something else."""
    if not (isinstance(text, str) and re.fullmatch(JSON, text)):
        return False
    with contextlib.suppress(ValueError, RecursionError):
        return isinstance(json.loads(text), (dict, list))
    return False


def _are_variables(value: Any) -> str:
    value = parsed(value)
    if not isinstance(value, dict):
        return f"{value!r} isn't a mapping; give names and values in YAML, like {{DEBUG: 'False'}}, or {{}}"
    for name, text in value.items():
        if not (isinstance(name, str) and re.fullmatch(VARIABLE, name)):
            return f"{name!r} isn't valid; give the name of an environment variable, like DEBUG"
        if not (isinstance(text, str) and re.fullmatch(VALUE, text)):
            return f"{name}: {text!r} isn't valid; give text in quotes, without \", ', $, # and line breaks"
    return ""


def object_of(names: Schema, values: Schema) -> Schema:
    """Return the JSON Schema of a mapping, from those of its names and its values."""
    return {"type": "object", "propertyNames": names, "additionalProperties": values}


VARIABLE_NAME = {"pattern": whole(VARIABLE)}
variables = Rule(_are_variables, object_of(VARIABLE_NAME, {"type": "string", "pattern": whole(VALUE)}))
quoted_variables = Rule(
    _are_first_variables,
    object_of(VARIABLE_NAME, {"type": "string", "pattern": whole(f"{VALUE}|{JSON}")}),
)
compose_variables = Rule(
    _are_compose_variables,
    object_of(VARIABLE_NAME, {"type": "string", "pattern": whole(rf"(?:\$\{{{VARIABLE}\}}|{PLAIN})*")}),
)


def mapping_of(key_rule: Rule, value_rule: Rule, what: str) -> Rule:
    """Return the rule of a mapping whose keys and values each follow one; `what` names them in a message."""

    def rule(value: Any) -> str:
        value = parsed(value)
        if not isinstance(value, dict):
            return f"{value!r} isn't a mapping; give a YAML mapping of {what}, or {{}}"
        return next((text for key, item in value.items() if (text := key_rule(key) or value_rule(item))), "")

    return Rule(rule, object_of(key_rule.schema, value_rule.schema))


# https://pkg.go.dev/github.com/distribution/reference
IMAGE_NAME = r"[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*"
REFERENCE = (
    rf"(?:[A-Za-z0-9][A-Za-z0-9.-]*(?::[0-9]+)?/)?{IMAGE_NAME}(?:/{IMAGE_NAME})*"
    r"(?::[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?(?:@sha256:[0-9a-f]{64})?"
)
image = text(REFERENCE, "give an image, like postgres:18", 400)
identifier = text(r"[A-Za-z_][A-Za-z0-9_-]*", "use letters, digits, '-' and '_', like shop", 63)
WORD = "[A-Za-z0-9_./:=@%+,* -]"
command = text(
    rf"(?=.*[A-Za-z0-9])(?:{WORD}|'{WORD}*')+",
    "give a command without ;, &, | and $, like celery -A shop worker, and close each quote",
    500,
)
once = text(
    rf"(?=.*[A-Za-z0-9])(?:{WORD}|'{WORD}*')+( \|\| true)?",
    "give a command like python manage.py loaddata start, ending in || true if it may fail",
    500,
)

_VERSION = r"(?:===?|~=|>=|<=|!=|<|>)[A-Za-z0-9.*+!_-]+"
requirement = text(
    rf"[A-Za-z0-9][A-Za-z0-9._-]*(\[[A-Za-z0-9._,-]+\])?({_VERSION}(,{_VERSION})*)?",
    "give a package as pip takes it, without spaces, like whitenoise==6.11.0",
)


OWN_SERVICES = ["django", "migrate", "static"]
# What YAML reads as something else than text, so that Compose refuses it as a name.
NO_NAME = "(null|true|false|[0-9][0-9_]*|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}|0[box][0-9a-f_]+|[0-9]+e-?[0-9]+)$"
_service_name = text(
    rf"(?!{NO_NAME})[a-z0-9][a-z0-9_-]*",
    "use a-z, 0-9, - and _, and not a number, like worker",
    63,
)


def _is_service(value: Any) -> str:
    if value in OWN_SERVICES:
        return f"{value!r} is already a service in compose.yaml; give another name"
    return _service_name(value)


service = Rule(_is_service, {**_service_name.schema, "not": {"enum": OWN_SERVICES}})
PRINTABLE = {"type": "string", "pattern": whole(r"[^\x00-\x1f\x7f]*")}
paths = list_of(relative_path, "paths, like [docs, data/cache]")


def _is_folder(value: Any) -> str:
    return "" if value == "." else relative_path(value)


folder = Rule(_is_folder, {"anyOf": [{"const": "."}, relative_path.schema]})


def _is_line(value: Any) -> str:
    if isinstance(value, str) and value.isprintable() and value.strip() and len(value) <= 2000:
        return ""
    return f"{value!r} isn't valid; give one line, as it must be in the file"


line = Rule(_is_line, {**PRINTABLE, "maxLength": 2000, "minLength": 1})
INSTRUCTION = r"#|(RUN|COPY|ADD|ENV|ARG|LABEL|WORKDIR|VOLUME|SHELL|USER) \S"


def _is_instruction(value: Any) -> str:
    if line(value) == "" and re.match(INSTRUCTION, value):
        return "" if not value.endswith("\\") else f"{value!r} ends in a backslash; write each instruction on one line"
    return f"{value!r} isn't valid; give a Dockerfile instruction on one line, like RUN mkdir -p /data"


instruction = Rule(
    _is_instruction, {**line.schema, "allOf": [{"pattern": f"^(?:{INSTRUCTION})"}, {"pattern": r"[^\\]$"}]}
)
