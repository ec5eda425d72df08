"""What an answer may be: one rule a question, whose message names the fix.

What passes is safe as it stands in YAML, in a Dockerfile, in its JSON exec form and in nginx's configuration: the
rules list the characters that are allowed, none of which means anything there.
"""

import contextlib
import difflib
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import yaml

TRUE = frozenset(("y", "yes", "t", "true", "on", "1"))
FALSE = frozenset(("n", "no", "f", "false", "off", "0"))


def questions(copier_yml: Path) -> dict[str, dict[str, Any]]:
    """Return the questions of a copier.yml by name, in order."""
    content = yaml.safe_load(copier_yml.read_text())
    return {name: question for name, question in content.items() if not name.startswith("_")}


def problem(name: str, value: Any, answers: Mapping[str, Any], root: Path) -> str:
    """Return what is wrong with `value` as answer to question `name`, and what to do; "" if nothing is.

    `answers` are the other answers, and `root` the project, which is asked only where there is one.
    """
    message = RULES[name](value)
    if not message and name == "static_port" and str(value) == str(answers.get("django_port")):
        message = f"{value} is django_port too; give each its own port, like 8000 and 8080"
    if not message and name in IN_PROJECT and (root / "manage.py").is_file():
        message = IN_PROJECT[name](value, root)
    return message


def unknown(name: str, names: list[str]) -> str:
    """Return a sentence that says that no question is called `name`, with the nearest that is."""
    nearest = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    hint = f"did you mean {nearest[0]}?" if nearest else f"the questions are {', '.join(names)}."
    return f"{name}: there is no such question; {hint}"


def is_true(value: Any) -> bool:
    """Return an answer to a yes/no question as a truth value, read as Copier reads it."""
    return value is True or str(value).strip().lower() in TRUE


def _text(pattern: str, fix: str, maximum: int = 200) -> Callable[[Any], str]:
    def rule(value: Any) -> str:
        if not isinstance(value, str):
            return f"{value!r} is not text; put it in quotes, and {fix}"
        if len(value) > maximum or not re.fullmatch(pattern, value):
            return f"{value!r} will not do; {fix}"
        return ""

    return rule


def _number(minimum: int, maximum: int) -> Callable[[Any], str]:
    def rule(value: Any) -> str:
        whole = isinstance(value, int) and not isinstance(value, bool)
        digits = isinstance(value, str) and re.fullmatch(r"[0-9]{1,9}", value)
        if (whole or digits) and minimum <= int(value) <= maximum:
            return ""
        return f"{value!r} will not do; give a whole number from {minimum} to {maximum}"

    return rule


def _truth(value: Any) -> str:
    if isinstance(value, bool) or str(value).strip().lower() in TRUE | FALSE:
        return ""
    return f"{value!r} will not do; answer true or false"


def _python_version(value: Any) -> str:
    if isinstance(value, float):
        return f"YAML reads {value} as a number, in which 3.1 and 3.10 are the same; put it in quotes, like '3.13'"
    return _text(r"3\.([89]|[1-9][0-9])(\.[0-9]{1,3})?", "give the python image's version, like 3.13")(value)


def _paths(rule: Callable[[Any], str]) -> Callable[[Any], str]:
    def rule_for_all(value: Any) -> str:
        if isinstance(value, str):  # as `--data` gives it
            with contextlib.suppress(yaml.YAMLError):
                value = yaml.safe_load(value)
        if not isinstance(value, list):
            return f"{value!r} is not a list; give a YAML list of paths, like [docs, data/cache], or []"
        return next((message for item in value if (message := rule(item))), "")

    return rule_for_all


_name = r"[A-Za-z_][A-Za-z0-9_]*"
_segment = r"(?!\.{1,2}(?:/|$))[A-Za-z0-9_.+@~-]+"
_relative_path = _text(
    rf"{_segment}(/{_segment})*",
    "give a path in the project, without spaces or '..', like requirements/production.txt",
)
_port = _number(1, 65535)

RULES: dict[str, Callable[[Any], str]] = {
    "project_slug": _text(
        r"[a-z0-9][a-z0-9_-]*",
        "use lower-case letters, digits, '-' and '_', a letter or digit first, like my-site",
        63,
    ),
    "python_version": _python_version,
    "wsgi_module": _text(
        rf"{_name}(\.{_name})*(:{_name})?", "give a Python module, with dots and without '.py', like core.wsgi"
    ),
    "requirements_file": _relative_path,
    "use_fathom": _truth,
    "customize": _truth,
    "requirements_includes": _paths(_relative_path),
    "static_root": _relative_path,
    "static_url": _text(rf"(/{_segment})+/", "give a path with '/' at both ends, like /static/"),
    "compile_messages": _truth,
    "dockerignore": _paths(
        _text(r"!?[A-Za-z0-9_.+@~*?/-]+( [A-Za-z0-9_.+@~*?/-]+)*", "give a .dockerignore pattern, like data/cache")
    ),
    "gunicorn_workers": _number(1, 1000),
    "gunicorn_threads": _number(1, 1000),
    "web_concurrency": _number(1, 1000),
    "control_socket_disable": _truth,
    "django_port": _port,
    "static_port": _port,
}


def _wsgi_module(value: str, root: Path) -> str:
    path = root.joinpath(*value.partition(":")[0].split("."))
    if path.with_suffix(".py").is_file() or (path / "__init__.py").is_file():
        return ""
    return f"there is no {path.relative_to(root)}.py in {root}; give the module of the project's wsgi.py"


def _requirements_file(value: str, root: Path) -> str:
    if (root / value).is_file():
        return ""
    return f"there is no file {value} in {root}; give the requirements file's path from there"


def _requirements_includes(value: Any, root: Path) -> str:
    paths = yaml.safe_load(value) if isinstance(value, str) else value
    return next((message for path in paths if (message := _requirements_file(path, root))), "")


IN_PROJECT: dict[str, Callable[[Any, Path], str]] = {
    "wsgi_module": _wsgi_module,
    "requirements_file": _requirements_file,
    "requirements_includes": _requirements_includes,
}
