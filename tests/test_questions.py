"""The questions are an API: each is complete, has a rule, and stands in the documentation."""

import re
import shutil

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from support import COPIER_YML, QUESTIONS, ROOT, git, releases

from extensions.questions import answers, records
from extensions.questions.__main__ import main
from extensions.questions.records import SECTIONS
from extensions.questions.written import FILES


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_question_is_complete(name):
    question = COPIER_YML[name]
    assert question.keys() >= {"type", "help", "default", "ask", "validator"}
    # Copier's sign before it takes three columns, and the cursor one.
    assert len(question["help"].partition("{{")[0]) <= 76, "is cut off in a terminal of 80 columns"
    assert f"'{name}' | unanswered" in question["ask"], "would be asked again at each update"
    assert "{{" in str(question["default"]) or answers.problem(name, question["default"], {}, ROOT) == ""
    assert f"`{name}`" in (ROOT / "docs/reference/questions.md").read_text()


def test_what_is_written_from_the_records_is_current(capsys):
    assert main(["--check"]) == 0, capsys.readouterr().out


def test_the_command_says_which_files_differ_and_writes_them(tmp_path, capsys):
    for path in FILES:
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / path, tmp_path / path)
    assert main(["--check"], tmp_path) == 0 and capsys.readouterr().out == ""
    (tmp_path / "copier.yml").write_text((ROOT / "copier.yml").read_text().replace("type: int", "type: str", 1))
    (tmp_path / "docs/answers.schema.json").unlink()
    assert main(["--check"], tmp_path) == 1
    assert re.findall(r"^\S+", capsys.readouterr().out, re.MULTILINE) == ["copier.yml", "docs/answers.schema.json"]
    assert main([], tmp_path) == 0
    assert all((tmp_path / path).read_text() == (ROOT / path).read_text() for path in FILES)


def test_a_question_newer_than_full_answers_files_says_since_when():
    """Those up to 2.2.0 have all answers, so that what they lack is newer; later ones leave out what is plain."""
    known = set(yaml.safe_load(git("-C", ROOT, "show", f"{releases()['v2.2.0']}:copier.yml")))
    for name, question in records.QUESTIONS.items():
        assert bool(question.since) == (name not in known), name


def test_every_question_has_a_rule():
    assert set(answers.RULES) == set(QUESTIONS)
    assert sum(len(section.questions) for section in SECTIONS) == len(QUESTIONS), "a name is there twice"


MEANS_SOMETHING = re.compile(r"""[\s"'$#:;{}\\`\[\],&|<>()%=]""")
anything = st.one_of(
    st.text(), st.from_regex(r"[a-z./\"'$#:\n ]{1,8}"), st.integers(), st.floats(), st.booleans(), st.none()
)


# Their lines are the person's own text of a file, taken over as it is: one line each, and checked for its shape.
LINES = {"build_instructions", "django_instructions", "base_instructions", "nginx_locations"}
VARIABLES = {"environment", "build_environment", "compose_environment", "dotenv", "development_environment"}
# What is harmless where the answers stand: in quotes, between words, in a path, in a comment of .env.example.
HARMLESS = {
    "wsgi_module": ":",
    "asgi_module": ":",
    "build_image": ":",
    "services": ":",
    "image_digests": ":",
    "health_path": "&=%",
    "gunicorn_options": "=%,:",
    "dockerignore": " ",
    "dockerignore_except": " ",
    "node": "=%,:' ",
    "workers": "=%,:' ",
    "jobs": "=%,:' ",
    "code_commands": "=%,:' ",
    "start_commands": "=%,:'| ",
    "install_packages": r"=,<>\[\]",
    "worker_ports": ":",
    "compose_settings": "=%,:& ",
}


def texts(value: object) -> list[str]:
    """Return all texts, numbers and the like in an answer."""
    if isinstance(value, dict):
        value = [item for pair in value.items() for item in pair]
    return [text for item in value for text in texts(item)] if isinstance(value, list) else [str(value)]


any_key = st.one_of(st.text(), st.sampled_from(["A", "worker", "db", "version", "python:3.13"]))
any_value = st.one_of(anything, st.lists(anything, max_size=3))


@given(value=st.one_of(anything, st.lists(anything, max_size=3), st.dictionaries(any_key, any_value, max_size=2)))
def test_no_accepted_answer_means_something_else_in_a_file(value):
    for name in QUESTIONS:
        if answers.problem(name, value, {}, ROOT) or (isinstance(value, str) and COPIER_YML[name]["type"] == "yaml"):
            continue  # a text for a YAML answer is parsed before it is an answer
        if name in VARIABLES:
            held = re.sub(r"\$\{\w+\}", "", "".join(texts(value))) if name == "compose_environment" else texts(value)
            if name in ("build_environment", "dotenv"):
                held = [text.replace('"', "") if text[:1] in ("{", "[") else text for text in held]
            assert not re.search(r"""["'$`\\\n\r#]""", "".join(held)), (name, value)
            continue
        for text in texts(value):
            text = re.sub(r"\$\{\w+\}", "", text) if name == "compose_settings" else text
            harmless = text.strip() if COPIER_YML[name]["type"] == "bool" else text
            harmless = re.sub(f"[{HARMLESS.get(name, '')}]", "", harmless) if name in HARMLESS else harmless
            if name in LINES | {"settings_environment"}:
                assert len(harmless.splitlines()) <= 1, (name, value)
            else:
                assert not MEANS_SOMETHING.search(harmless), (name, value)


@pytest.mark.parametrize(
    ("text", "taken"),
    [
        ('{"a": ["b c", {"d": 1}]}', True),
        ('["a"]', True),
        ('{"a": "it\'s"}', False),
        ('{"a": "$HOME"}', False),
        ('{"a": "`b`"}', False),
        ('{"a": "b # c"}', False),
        ('{"a": "b\\\\c"}', False),
        ('{"a": "b\\nc"}', False),
        ('{"a":\n"b"}', False),
        ('{"a": "é"}', False),
        ('{"a": "b"', False),
        ('{a: "b"}', False),
        ('"a"', False),
        ('a "b"', False),
        (f'{{"a": "{"b" * 5000}"}}', False),
    ],
)
def test_json_is_a_value_where_it_has_quotes_around(text, taken):
    for name in ("build_environment", "dotenv"):
        assert (answers.problem(name, {"A": text}, {}, ROOT) == "") == taken
    for name in ("environment", "development_environment", "compose_environment"):
        assert answers.problem(name, {"A": text}, {}, ROOT)


@pytest.mark.parametrize("name", ["project_slug", "static_root", "static_url", "requirements_file", "wsgi_module"])
def test_a_newline_at_the_end_is_refused(name):
    good = {
        "project_slug": "a",
        "static_root": "a",
        "static_url": "/a/",
        "requirements_file": "a",
        "wsgi_module": "a.b",
    }
    assert answers.problem(name, good[name], {}, ROOT / "nowhere") == ""
    assert answers.problem(name, good[name] + "\n", {}, ROOT / "nowhere")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("project_slug", "My Site!"),
        ("python_version", "3"),
        ("settings_module", "shop/settings.py"),
        ("wsgi_module", "core/wsgi.py"),
        ("wsgi_module", "no.such.wsgi"),
        ("requirements_file", "a b.txt"),
        ("requirements_file", "missing.txt"),
    ],
)
def test_what_to_do_is_in_the_part_of_the_line_that_a_terminal_shows(name, value, tmp_path):
    (tmp_path / "manage.py").touch()
    message = answers.problem(name, value, {}, tmp_path)
    shown = f"Validation error for question {name!r}: {answers.fix_first(message)}"[:79]
    assert re.search(r": (use|name) (a|the) .{8,}|: use a-z, 0-9, - and _", shown), shown
    assert message.partition("; ")[0] in answers.fix_first(message) and answers.fix_first("") == ""
