"""The JSON Schema of answers says what the rules say, as far as it can."""

import json

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from support import COPIER_YML, PROJECTS, QUESTIONS, ROOT

from extensions.__main__ import main
from extensions.questions import answers
from extensions.questions.schema import schema

SCHEMA = schema()
VALIDATOR = Draft202012Validator(SCHEMA)
# What the schema leaves to the rule: braces that close across lines, and what is printable beyond ASCII's controls.
BEYOND = {"nginx_locations", "settings_environment", "build_instructions", "django_instructions"}
BAD = {
    "str": ["a b", "../a", "", "a\n", "a'b", "$(id)", "é", 3.1, True, None, ["a"]],
    "int": [0, -1, 65536, 1.5, "many", None, [1]],
    "bool": ["perhaps", 2, None, []],
    "yaml": [["a;b"], {"a b": "c"}, "text", 3, None, [1], {"A": 1}, {"A": "a\nb"}, ["a\n"], {"django": "$x"}],
}
CASES = [(name, value) for name in QUESTIONS for value in BAD[COPIER_YML[name]["type"]]]


def test_the_published_schema_is_current(capsys):
    assert main(["--schema"]) == 0
    assert capsys.readouterr().out == (ROOT / "docs/answers.schema.json").read_text(), (
        "write it anew: python -m extensions.questions"
    )


def test_it_is_a_schema_of_every_question():
    Draft202012Validator.check_schema(SCHEMA)
    assert list(SCHEMA["properties"]) == QUESTIONS
    for name, question in SCHEMA["properties"].items():
        assert question["description"] == COPIER_YML[name]["help"].partition("{{")[0]
        assert question.get("enum") == COPIER_YML[name].get("choices")


@pytest.mark.parametrize("name", sorted(path.name for path in PROJECTS.iterdir()))
def test_it_accepts_stored_answers(name):
    VALIDATOR.validate(yaml.safe_load((PROJECTS / name / "expected/.copier-answers.yml").read_text()))


@pytest.mark.parametrize(("name", "value"), CASES)
def test_it_refuses_what_the_rules_refuse(name, value):
    refused = answers.problem(name, value, {}, ROOT / "nowhere")
    if refused and name not in BEYOND:
        assert not VALIDATOR.is_valid({name: value}), refused
    text_for_another_type = isinstance(value, str) and COPIER_YML[name]["type"] != "str"
    number_for_text = name == "compose_environment" and value == {"A": 1}
    if not refused and not text_for_another_type and not number_for_text:
        VALIDATOR.validate({name: value})


anything = st.one_of(st.text(), st.from_regex(r"[a-z./\"'$#:\n ]{1,8}"), st.integers(), st.booleans(), st.none())


@given(value=st.one_of(anything, st.lists(anything, max_size=2), st.dictionaries(st.text(), anything, max_size=2)))
def test_what_it_accepts_the_rules_accept(value):
    for name in set(QUESTIONS) - BEYOND:
        if VALIDATOR.is_valid({name: value}):
            assert not answers.problem(name, value, {}, ROOT / "nowhere") or (
                value == "" and name in ("wsgi_module", "asgi_module")
            )


def test_it_refuses_a_misspelt_name_and_lets_copiers_own_pass():
    assert not VALIDATOR.is_valid({"django_prot": 8000})
    VALIDATOR.validate({"_commit": "v1.0.0", "_src_path": "URL", "django_port": 8000})
    assert json.loads((ROOT / "docs/answers.schema.json").read_text())["$schema"].endswith("2020-12/schema")
