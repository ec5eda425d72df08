"""The files that are written from the records of questions and installers: copier.yml, and three of docs/."""

import json
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import yaml

from ..installers.kinds import installing
from .question import Asked, Question
from .records import QUESTIONS, SECTIONS
from .schema import schema

COMMAND = "python -m extensions.questions"
# What stands above the first of these lines, and below the second, is written by hand.
COPIER_YML_START = f"# From here on written by `{COMMAND}` from extensions/questions/records/."
REFERENCE_START = f"<!-- From here on written by `{COMMAND}` from extensions/questions/records/. -->"
INSTALLERS_START = f"<!-- From here on written by `{COMMAND}` from extensions/installers/. -->"
REFERENCE_END = "<!-- From here on written by hand. -->"
# Records link to a page by its name: where it is, from docs/reference/.
PAGES = {
    "adopting.md": "../how-to/adopt-hand-written-files.md",
    "automation.md": "../how-to/automate-updates.md",
    "customizing.md": "../how-to/configure.md",
    "detection.md": "../explanation/detection.md",
    "gunicorn.md": "../explanation/gunicorn.md",
}


def copier_yml(text: str) -> str:
    """Return a copier.yml with the questions of the records, each with what Copier has to know of it."""
    parts = [_between(text, COPIER_YML_START)[0]]
    for section in SECTIONS:
        parts += [f"# {section.title}.\n", *map(_in_copier_yml, section.questions)]
    return "\n".join(parts)


def reference(text: str) -> str:
    """Return a docs/reference/questions.md with what the records say of each question."""
    above, below = _between(text, REFERENCE_START, REFERENCE_END)
    asked = [f"`{question.name}`" for question in QUESTIONS.values() if question.asked is not Asked.CUSTOMIZING]
    everyone = f"Asked of everyone are {', '.join(asked[:-1])} and {asked[-1]}."
    parts = [above, textwrap.fill(everyone, 119, break_on_hyphens=False) + "\n"]
    for section in SECTIONS:
        parts += [f"## {section.title}\n", *([f"{section.text}\n"] if section.text else [])]
        parts += map(_in_reference, section.questions)
    text = "\n".join(parts)
    for name, page in PAGES.items():
        text = text.replace(f"]({name}", f"]({page}")
    return "\n".join([text, below])


def answers_schema(text: str) -> str:
    """Return the JSON Schema of answers, whatever the file had before."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def files(text: str) -> str:
    """Return a docs/reference/files.md with a table of the installers of the records."""
    above, below = _between(text, INSTALLERS_START, REFERENCE_END)
    rows = [("`installer`", "what installs", "a group `prod`", "an extra `prod`"), ("---",) * 4]
    rows += [(f"`{known.name}`", known.installs, known.group, known.extra) for known in installing()]
    lines = ["".join(f"| {cell} " if cell else "| " for cell in row) + "|" for row in rows]
    return "\n".join([above, *lines, "", below])


FILES: dict[str, Callable[[str], str]] = {
    "copier.yml": copier_yml,
    "docs/reference/questions.md": reference,
    "docs/answers.schema.json": answers_schema,
    "docs/reference/files.md": files,
}


def differing(root: Path) -> dict[Path, str]:
    """Return the files of the template at `root` that are not as the records have them, each as it should be."""
    found = {}
    for name, write in FILES.items():
        path = root / name
        text = path.read_text() if path.is_file() else ""
        if (new := write(text)) != text:
            found[path] = new
    return found


def _between(text: str, start: str, end: str = "") -> tuple[str, str]:
    """Return what stands above what is written, with its first line, and below it, from the line `end` on."""
    above, found, rest = text.partition(f"{start}\n")
    below = rest.partition(end)[2] if end else ""
    if not found or (end and not below):
        raise ValueError(f"A line that marks the place is missing: {start} {end}".rstrip())
    return above + found, end + below


def _in_copier_yml(question: Question) -> str:
    lines = [f"{question.name}:", f"type: {question.type}", f"help: {_scalar(_help(question))}"]
    if question.choices:
        lines.append(f"choices: [{', '.join(question.choices)}]")
    lines += [f"# {line}" for line in textwrap.wrap(question.comment, 115)]
    found = f"{{{{ '{question.name}' | found }}}}"
    lines.append(f"default: {_scalar(question.expression or found)}")
    if question.when:
        lines.append(f"when: {_scalar(question.when)}")
    lines.append(f"ask: {_scalar(question.asked.value.format(question.name))}")
    problem = f"{{{{ '{question.name}' | problem }}}}"
    lines.append(f"validator: {_scalar(problem)}")
    return "\n  ".join(lines) + "\n"


def _help(question: Question) -> str:
    return question.help + (f"{{{{ '{question.name}' | read_in }}}}" if question.says_source else "")


def _scalar(text: str) -> str:
    """Return text as YAML: plain where that means the same, or the truth that it spells."""
    try:
        plain = text in ("true", "false") or yaml.safe_load(f"a: {text}") == {"a": text}
    except yaml.YAMLError:
        plain = False
    return text if plain else json.dumps(text, ensure_ascii=False)


def _in_reference(question: Question) -> str:
    return "\n".join(_reference_lines(question)) + "\n"


def _reference_lines(question: Question) -> Iterator[str]:
    said = question.reference
    plain = "" if question.is_written else f"; plain: `{json.dumps(question.left_out)}`"
    yield from (f"### `{question.name}`", "", _sentence(said.type + plain), "")
    yield from (f"* Default: {_sentence(said.default)}", f"* Changes: {_sentence(said.changes)}")
    if notes := said.notes.strip("\n"):
        yield from ("", notes)


def _sentence(text: str) -> str:
    """Return the text with a capital at its beginning, and a full stop at its end."""
    return text[:1].upper() + text[1:] + ("" if text.endswith(".") else ".")
