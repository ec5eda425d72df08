"""What the program says is in plain words: helps, messages, comments of generated files, and the newest changelog."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from plain_words import hits, long_sentences
from support import ROOT
from test_copy import BAD

from extensions.cli import VERBS
from extensions.questions import answers
from extensions.questions.records import QUESTIONS

PROMPT = "🎤 "  # what Copier prints before a help: three columns
COLUMNS = 80
SECTIONS = 2  # of CHANGELOG.md, the newest first


def faults(texts: dict[str, str]) -> list[str]:
    return [f"{place}: {fault}" for place, text in texts.items() for fault in (*hits(text), *long_sentences(text))]


def test_helps():
    helps = {name: question.help for name, question in QUESTIONS.items()}
    assert not faults(helps)
    assert not {name: text for name, text in helps.items() if len(text) + len(PROMPT) + 1 > COLUMNS}


def test_reference():
    for name, question in QUESTIONS.items():
        said = question.reference
        fields = {field: getattr(said, field) for field in ("type", "default", "changes", "allowed", "notes")}
        prose = {f"{name}.{field}": re.sub(r"```.*?```", "", text, flags=re.S) for field, text in fields.items()}
        assert not [fault for place, text in prose.items() for fault in hits(text) if place]


@pytest.mark.parametrize("name", BAD)
def test_what_is_said_of_a_bad_answer(name, tmp_path):
    """What is wrong, then what to do: in a terminal, the second goes first."""
    (tmp_path / "manage.py").touch()
    messages = [answers.problem(name, value, {name: value}, tmp_path) for value in BAD[name]]
    assert any(messages)
    for message in filter(None, messages):
        assert not [*hits(message), *long_sentences(message)]
        assert "; " in message and not message.endswith(".")


def literals(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the texts of a module that are no docstrings, with their lines; what is worked out in them is `{}`."""
    skipped: set[ast.AST] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef) and ast.get_docstring(node) is not None:
            skipped.add(node.body[0].value)  # type: ignore[attr-defined]
        elif isinstance(node, ast.JoinedStr):
            skipped |= set(node.values)
            parts = (part.value if isinstance(part, ast.Constant) else "{}" for part in node.values)
            yield node.lineno, "".join(map(str, parts))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in skipped:
            yield node.lineno, node.value


def test_messages():
    """All texts of the program that are sentences, wherever they are printed."""
    texts = {
        f"{path.relative_to(ROOT)}:{line}": text.replace("\n", "\n\n")
        for folder in ("extensions", "migrations")
        for path in sorted((ROOT / folder).rglob("*.py"))
        if "records" not in path.parts
        for line, text in literals(path)
        if re.search(r"[a-z] [a-z]+ [a-z]", text) and re.search(r"\w[.,;:] |[.:]$|^[A-Z]|{}", text)
    }
    assert len(texts) > 200
    assert not faults(texts)


def test_comments_of_generated_files():
    comments = {
        f"{path.relative_to(ROOT)}:{number}": re.sub(r"\{\{.*?\}\}", "ANSWER", match[1])
        for folder in ("template", "includes")
        for path in sorted((ROOT / folder).rglob("*"))
        if path.is_file()
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if (match := re.search(r"(?:^|\s)# (.+)", line)) and "{%" not in line
    }
    assert len(comments) > 30
    assert not faults(comments)


@pytest.mark.parametrize("verb", ["", *VERBS])
def test_help_of_the_command(verb):
    command = [sys.executable, "-c", "from extensions.cli import main; main()", *filter(None, [verb]), "--help"]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, env={"COLUMNS": "80"}).stdout
    assert said and max(map(len, said.splitlines())) < COLUMNS
    assert not [*hits(said), *long_sentences(said)]


def test_the_newest_changes():
    sections = re.split(r"^## ", (ROOT / "CHANGELOG.md").read_text(), flags=re.M)[1 : SECTIONS + 1]
    texts = {
        f"{section.splitlines()[0]}: {item[:40]}": re.sub(r"^```.*?^```", "", item, flags=re.S | re.M)
        for section in sections
        for item in re.split(r"\n(?=- |\n)", section)
    }
    assert not faults(texts)
