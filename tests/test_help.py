"""Troubleshooting and the frequent questions: the messages are those of the files, the answers are valid."""

import re

import pytest
import yaml
from support import QUESTIONS, ROOT, answers_of, copy

PAGES = [ROOT / "docs/troubleshooting.md", ROOT / "docs/faq.md"]
TEXT = "\n".join(path.read_text() for path in PAGES)
MESSAGES = [
    "If a compiler, a header or a library is missing",
    "400, is HEALTHCHECK_HOST one of ALLOWED_HOSTS?",
    "is SECURE_PROXY_SSL_HEADER set?",
]
ANSWERS = [(name, value) for name, value in re.findall(r"(\w+)=(\{[^}]*\}|\[[^\]]*\]|\w+)", TEXT) if name in QUESTIONS]


@pytest.mark.parametrize("message", MESSAGES)
def test_a_message_is_that_of_a_file(message):
    assert message in TEXT
    files = [*(ROOT / "template").rglob("*.jinja"), *(ROOT / "includes").rglob("*.jinja")]
    assert any(message in re.sub(r"\{\w+\}: ", "", path.read_text()) for path in files)


@pytest.mark.parametrize("name,value", dict.fromkeys(ANSWERS))
def test_an_answer_is_valid(name, value, template, project):
    folder = project("startproject")
    copy(template, folder, **{name: value})
    assert answers_of(folder)[name] == yaml.safe_load(value)


def test_each_page_has_answers():
    assert {name for name, _ in ANSWERS} >= {"apt_build", "build_environment", "static_server", "use_fathom"}
