"""What an answer may be: one rule a question, whose message names the fix.

What passes is safe as it stands in YAML, in a Dockerfile, in its JSON exec form and in nginx's configuration: the
rules list the characters that are allowed, none of which means anything there.
"""

import contextlib
import difflib
import re
from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from ..rendering import nginx

FILE = ".copier-answers.yml"
ALWAYS = ("wsgi_module", "use_fathom")  # questions that every version has
# The files of template/ below the answers file, each with the answers without which it is not written.
RENDERED: dict[str, dict[str, Any]] = {
    "Dockerfile_django": {},
    "Dockerfile_static": {"static_server": "nginx"},
    "default.conf": {"static_server": "nginx"},
    ".dockerignore": {},
    "compose.yaml": {"use_compose": True},
    "compose.dev.yaml": {"use_compose": True},
    ".env.example": {"use_compose": True, "env_example": True},
    "docker/gunicorn.conf.py": {},
    "docker/healthcheck.py": {},
    ".github/workflows/docker.yml": {"github_workflow": True},
    ".github/workflows/docker-update.yml": {"update_workflow": True},
}
# Questions newer than 2.0.0, and with what a project goes on whose answers are older: its people have edited their
# files for what is asked now, and the template's change in the same line would be a conflict.
AS_BEFORE: dict[str, Any] = {
    "uv_version": "",
    "install_options": [],
    "install_project": False,
    "compose_name": "",
    "data_root": "/data",
}
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


def _whole(pattern: str) -> str:
    """Return a pattern that JSON Schema, which searches, finds in a text only where all of it matches."""
    return rf"^(?:{pattern})$(?!\n)"  # Python's $ would let a line break at the end pass


def questions(copier_yml: Path) -> dict[str, dict[str, Any]]:
    """Return the questions of a copier.yml by name, in order."""
    content = yaml.load(copier_yml.read_text(), getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return {name: question for name, question in content.items() if not name.startswith("_")}


def stored(path: Path) -> dict[str, Any]:
    """Return the answers in an answers file; none if there is no such file. Raises yaml.YAMLError if it is no YAML."""
    return (copy(_loaded(path.read_text())) or {}) if path.is_file() else {}


@cache
def _loaded(text: str) -> Any:
    """Return what a YAML text says. An update reads its answers ten times."""
    return yaml.safe_load(text)


def rendered(stored: Mapping[str, Any]) -> list[str]:
    """Return the files that stored answers have written; what an older version had no question for, it wrote."""
    return [
        path
        for path, needed in RENDERED.items()
        if all(stored.get(name, value) == value for name, value in needed.items())
    ]


def public(location: str) -> str:
    """Return the template's location without a user or a password in it; ssh needs its user.

    https://git-scm.com/docs/git-clone#_git_urls
    """
    match = re.fullmatch(r"((?:git\+)?([A-Za-z0-9+.-]+?)://)([^/?#]*)@(.*)", location, re.DOTALL)
    if not match:
        return location
    start, scheme, userinfo, rest = match.groups()
    user = userinfo.partition(":")[0] if scheme.lower().endswith("ssh") else ""
    return f"{start}{user}@{rest}" if user else f"{start}{rest}"


OWN_COMMENTS = ("# Written by Copier, ", "# An update writes this file anew")  # the first lines of an answers file


def comments(text: str) -> list[str]:
    """Return the lines of an answers file that have a comment, but for the template's own."""
    content, lines = yaml.safe_load(text), text.split("\n")

    def is_comment(number: int, start: int) -> bool:
        without = "\n".join([*lines[:number], lines[number][:start], *lines[number + 1 :]])
        with contextlib.suppress(yaml.YAMLError):
            return yaml.safe_load(without) == content
        return False  # the sign is inside of an answer

    return [
        line
        for number, line in enumerate(lines)
        if not line.startswith(OWN_COMMENTS)
        and any(is_comment(number, match.start()) for match in re.finditer(r"(^|\s)#", line))
    ]


def are_for_us(given: Any) -> bool:
    """Return whether answers are to this template: two questions that every version of it has are among them."""
    return isinstance(given, Mapping) and given.keys() >= set(ALWAYS)


def is_ours(stored: Any) -> bool:
    """Return whether Copier has written these answers for this template: a person's data file has no `_src_path`."""
    return are_for_us(stored) and "_src_path" in stored


def others(root: Path, answers_file: Path) -> list[str]:
    """Return the names of further answers files of this template in a project, such as .copier-answers.docker.yml."""
    found = []
    for path in sorted({*root.glob(".copier-answers*.y*ml")} - {root / answers_file}):
        with contextlib.suppress(OSError, UnicodeDecodeError, yaml.YAMLError):
            found += [path.name] if is_ours(stored(path)) else []
    return found


def problem(name: str, value: Any, answers: Mapping[str, Any], root: Path) -> str:
    """Return what is wrong with `value` as answer to question `name`, and what to do; "" if nothing is.

    `answers` are the other answers, and `root` the project: the empty folders in which an update renders are none.
    """
    message = RULES[name](value)
    if not message and name == "static_port" and str(value) == str(answers.get("django_port")):
        message = f"{value} is django_port too; give each its own port, like 8000 and 8080"
    if not message and name in AGAINST_OTHERS:
        message = AGAINST_OTHERS[name](value, answers)
    if (
        not message
        and name in INTERFACES
        and value == ""
        and all(answers.get(other) == "" for other in INTERFACES - {name})
    ):
        message = "wsgi_module and asgi_module are both empty; give the module of the project's wsgi.py or asgi.py"
    if not message and name == "private_media":
        urls = [url for url in _parsed(value).values() if url]
        taken = {url for url in urls if url == answers.get("static_url") or urls.count(url) > 1}
        message = f"{min(taken)!r} is the path of other files too; give each its own" if taken else ""
    if not message and name in IN_PROJECT and root.is_dir() and any(root.iterdir()):
        message = IN_PROJECT[name](value, root)
    return message


def fix_first(message: str) -> str:
    """Return a message with what to do before what is wrong: at a prompt, a terminal cuts off the end of the line."""
    wrong, separator, fix = message.rpartition("; ")
    return f"{fix} ({wrong})" if separator else message


def unknown(name: str, names: list[str]) -> str:
    """Return a sentence that says that no question is called `name`, with the nearest that is."""
    nearest = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    hint = f"did you mean {nearest[0]}?" if nearest else f"the questions are {', '.join(names)}."
    return f"{name}: there is no such question; {hint}"


def _text(pattern: str, fix: str, maximum: int = 200) -> Rule:
    def rule(value: Any) -> str:
        if not isinstance(value, str):
            return f"{value!r} is not text; put it in quotes, and {fix}"
        if len(value) > maximum or not re.fullmatch(pattern, value):
            return f"{value!r} will not do; {fix}"
        return ""

    return Rule(rule, {"type": "string", "maxLength": maximum, "pattern": _whole(pattern)})


def _number(minimum: int, maximum: int) -> Rule:
    def rule(value: Any) -> str:
        whole = isinstance(value, int) and not isinstance(value, bool)
        digits = isinstance(value, str) and re.fullmatch(r"[0-9]{1,9}", value)
        if (whole or digits) and minimum <= int(value) <= maximum:
            return ""
        return f"{value!r} will not do; give a whole number from {minimum} to {maximum}"

    return Rule(rule, {"type": "integer", "minimum": minimum, "maximum": maximum})


def _is_truth(value: Any) -> str:
    if isinstance(value, bool) or str(value).strip().lower() in TRUE | FALSE:
        return ""
    return f"{value!r} will not do; answer true or false"


_truth = Rule(_is_truth, {"type": "boolean"})
_version = _text(r"3\.([89]|[1-9][0-9])(\.[0-9]{1,3})?", "use a version like 3.13")


def _is_python_version(value: Any) -> str:
    if isinstance(value, float):
        return f"YAML reads {value} as a number, in which 3.1 and 3.10 are the same; put it in quotes, like '3.13'"
    return _version(value)


_python_version = Rule(_is_python_version, _version.schema)

_name = r"[A-Za-z_][A-Za-z0-9_]*"
_segment = r"(?!\.{1,2}(?:/|$))[A-Za-z0-9_.+@~-]+"
_relative_path = _text(
    rf"{_segment}(/{_segment})*",
    "use a path in the project, without spaces or '..', like requirements/production.txt",
)
_port = _number(1, 65535)
_variable = r"[A-Za-z_][A-Za-z0-9_]*"
_value = r"[A-Za-z0-9 _.:/@%+,=?&~*!()<>\[\]{}|;^-]{0,500}"
_pattern = r"(?:[A-Za-z0-9_.+@~*?/-]|\[\^?(?:[A-Za-z0-9_.](?:-[A-Za-z0-9_.])?)+\])"  # of .dockerignore
_package = _text(r"[a-z0-9][a-z0-9+.-]+", "give a Debian package's name, like libpq5")


def _parsed(value: Any) -> Any:
    """Return what a text means as YAML, as `--data` gives it for a list or a mapping; any other value as it is."""
    if isinstance(value, str):
        with contextlib.suppress(yaml.YAMLError):
            return yaml.safe_load(value)
    return value


def _choice(*choices: str) -> Rule:
    def rule(value: Any) -> str:
        return "" if value in choices else f"{value!r} will not do; choose one of {', '.join(choices)}"

    return Rule(rule, {"enum": list(choices)})


def _list(rule: Rule, what: str) -> Rule:
    def rule_for_all(value: Any) -> str:
        value = _parsed(value)
        if not isinstance(value, list):
            return f"{value!r} is not a list; give a YAML list of {what}, or []"
        return next((message for item in value if (message := rule(item))), "")

    return Rule(rule_for_all, {"type": "array", "items": rule.schema})


_plain = "[A-Za-z0-9_./@,+=*?&%-]|:(?! )| (?! )"  # in a YAML scalar without quotes


def _are_compose_variables(value: Any) -> str:
    """Return what is wrong with variables whose values stand in ${NAME:-value}, in a plain YAML scalar.

    A value may hold ${POSTGRES_PASSWORD} and the like, which Compose reads from .env.
    """
    value = _parsed(value)
    texts = value.values() if isinstance(value, dict) else ()
    plain = (
        {name: re.sub(rf"\$\{{{_variable}\}}", "", f"{text}") for name, text in zip(value, texts, strict=True)}
        if texts
        else value
    )
    bad = next((text for text in plain.values() if not re.fullmatch(f"({_plain})*", text)), "") if texts else ""
    return _are_variables(plain) or (f"{bad!r} will not do; give text without braces, quotes and ': '" if bad else "")


def _are_variables(value: Any) -> str:
    value = _parsed(value)
    if not isinstance(value, dict):
        return f"{value!r} is not a mapping; give names and values in YAML, like {{DEBUG: 'False'}}, or {{}}"
    for name, text in value.items():
        if not (isinstance(name, str) and re.fullmatch(_variable, name)):
            return f"{name!r} will not do; give the name of an environment variable, like DEBUG"
        if not (isinstance(text, str) and re.fullmatch(_value, text)):
            return f"{name}: {text!r} will not do; give text, in quotes, without quotes, $, # and line breaks in it"
    return ""


def _object(names: Schema, values: Schema) -> Schema:
    return {"type": "object", "propertyNames": names, "additionalProperties": values}


_variable_name = {"pattern": _whole(_variable)}
_variables = Rule(_are_variables, _object(_variable_name, {"type": "string", "pattern": _whole(_value)}))
_compose_variables = Rule(
    _are_compose_variables,
    _object(_variable_name, {"type": "string", "pattern": _whole(rf"(?:\$\{{{_variable}\}}|{_plain})*")}),
)


def _mapping(key_rule: Rule, value_rule: Rule, what: str) -> Rule:
    def rule(value: Any) -> str:
        value = _parsed(value)
        if not isinstance(value, dict):
            return f"{value!r} is not a mapping; give a YAML mapping of {what}, or {{}}"
        return next((text for key, item in value.items() if (text := key_rule(key) or value_rule(item))), "")

    return Rule(rule, _object(key_rule.schema, value_rule.schema))


_setting = _text(
    r"[A-Z][A-Z0-9_]*(\.[A-Za-z0-9_-]+)*", "give a setting, and its keys after dots, like DATABASES.default.HOST"
)
_setting_value_pattern = rf"(\$\{{{_variable}\}}|[A-Za-z0-9_./:@,+=*?&% -])*"
_setting_value = _text(_setting_value_pattern, "give text without quotes, like db or ${{POSTGRES_PASSWORD}}")
_setting_item = _text(
    rf"\*[A-Z][A-Z0-9_]*|(?!\*){_setting_value_pattern}", "give text, or *NAME for a setting's items"
)


def _is_setting_value(value: Any) -> str:
    return _setting_items(value) if isinstance(value, list) else _setting_value(value)


_setting_items = _list(_setting_item, "texts")
_setting_change = Rule(_is_setting_value, {"anyOf": [_setting_value.schema, _setting_items.schema]})
# https://pkg.go.dev/github.com/distribution/reference
_image_name = r"[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*"
_reference = (
    rf"(?:[A-Za-z0-9][A-Za-z0-9.-]*(?::[0-9]+)?/)?{_image_name}(?:/{_image_name})*"
    r"(?::[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?(?:@sha256:[0-9a-f]{64})?"
)
_image = _text(_reference, "give an image, like postgres:18", 400)
_identifier = _text(r"[A-Za-z_][A-Za-z0-9_-]*", "use letters, digits, '-' and '_', like shop", 63)
_word = "[A-Za-z0-9_./:=@%+,* -]"
_command = _text(
    rf"(?=.*[A-Za-z0-9])(?:{_word}|'{_word}*')+",
    "give a command without a shell, like celery -A shop worker, and close each quote",
    500,
)


OWN_SERVICES = ["django", "migrate", "static"]
# What YAML reads as something else than text, so that Compose refuses it as a name.
_no_name = "(null|true|false|[0-9][0-9_]*|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}|0[box][0-9a-f_]+|[0-9]+e-?[0-9]+)$"
_service_name = _text(
    rf"(?!{_no_name})[a-z0-9][a-z0-9_-]*",
    "use a-z, 0-9, - and _, and no number, like worker",
    63,
)


def _is_service(value: Any) -> str:
    if value in OWN_SERVICES:
        return f"{value!r} is a service of compose.yaml already; give another name"
    return _service_name(value)


_service = Rule(_is_service, {**_service_name.schema, "not": {"enum": OWN_SERVICES}})


def _is_settings_environment(value: Any) -> str:
    """Return what is wrong with variables, each with the default that settings give it and a comment."""
    value = _parsed(value)
    if not isinstance(value, dict):
        return f"{value!r} is not a mapping; give names, each with a list of its default and a comment, or {{}}"
    for name, pair in value.items():
        if not (isinstance(name, str) and re.fullmatch(_variable, name)):
            return f"{name!r} will not do; give the name of an environment variable, like DEBUG"
        if not (isinstance(pair, list) and len(pair) == 2 and all(isinstance(item, str) for item in pair)):
            return f"{name}: {pair!r} will not do; give a list of its default and a comment"
        if not all(item.isprintable() or item == "" for item in pair):
            return f"{name}: {pair!r} will not do; give text on one line"
    return ""


_printable = {"type": "string", "pattern": _whole(r"[^\x00-\x1f\x7f]*")}
_settings_environment = Rule(
    _is_settings_environment,
    _object(_variable_name, {"type": "array", "items": _printable, "minItems": 2, "maxItems": 2}),
)
_paths = _list(_relative_path, "paths, like [docs, data/cache]")


def _is_folder(value: Any) -> str:
    return "" if value == "." else _relative_path(value)


_folder = Rule(_is_folder, {"anyOf": [{"const": "."}, _relative_path.schema]})

NODE = {
    "version": _text(r"[0-9]{1,3}(\.[0-9]{1,3}){0,2}", "give the node image's version, like '24'"),
    "folder": _folder,
    "files": _paths,
    "install": _command,
    "build": _command,
    "output": _paths,
    "runtime": _truth,
}


def _is_node(value: Any) -> str:
    """Return what is wrong with how Node builds the front end: nothing, or all keys of NODE."""
    value = _parsed(value)
    if value == {}:
        return ""
    if not isinstance(value, dict) or value.keys() != NODE.keys():
        return f"{value!r} will not do; give {{}}, or a YAML mapping of {', '.join(NODE)}"
    return next((f"{key}: {message}" for key, rule in NODE.items() if (message := rule(value[key]))), "")


_node = Rule(
    _is_node,
    {
        "type": "object",
        "properties": {key: rule.schema for key, rule in NODE.items()},
        "additionalProperties": False,
        "anyOf": [{"maxProperties": 0}, {"required": list(NODE)}],
    },
)


def _is_line(value: Any) -> str:
    if isinstance(value, str) and value.isprintable() and value.strip() and len(value) <= 2000:
        return ""
    return f"{value!r} will not do; give one line of the file as it must stand there"


_line = Rule(_is_line, {**_printable, "maxLength": 2000, "minLength": 1})
INSTRUCTION = r"#|(RUN|COPY|ADD|ENV|ARG|LABEL|WORKDIR|VOLUME|SHELL|USER) \S"


def _is_instruction(value: Any) -> str:
    if _line(value) == "" and re.match(INSTRUCTION, value):
        return "" if not value.endswith("\\") else f"{value!r} ends in a backslash; give each instruction on one line"
    return f"{value!r} will not do; give a Dockerfile's instruction on one line, like RUN mkdir -p /data"


_instruction = Rule(
    _is_instruction, {**_line.schema, "allOf": [{"pattern": f"^(?:{INSTRUCTION})"}, {"pattern": r"[^\\]$"}]}
)
_lines = _list(_line, "lines of nginx's configuration")


def _are_locations(value: Any) -> str:
    lines = _parsed(value)
    message = _lines(lines)
    if not message and (fix := nginx.problem(lines)):
        message = f"{lines!r} will not do; {fix}"
    return message


_locations = Rule(_are_locations, _lines.schema)

RULES: dict[str, Rule] = {
    "project_slug": _text(
        r"[a-z0-9][a-z0-9_-]*",
        "use a-z, 0-9, - and _, first a letter or digit",
        63,
    ),
    "customize": _truth,
    "python_version": _python_version,
    "asgi_module": _text(rf"({_name}(\.{_name})*(:{_name})?)?", "use a module like core.asgi, or nothing"),
    "worker_class": _choice("gthread", "asgi", "uvicorn_worker.UvicornWorker"),
    "health_path": _text(r"/[A-Za-z0-9_.~/?=&%-]*", "give a path on the site, like /health/"),
    "python_image": _choice("slim", "full"),
    "debian_release": _choice("trixie", "bookworm"),
    "image_digests": _mapping(
        _image, _text(r"sha256:[0-9a-f]{64}", "give sha256: and 64 hexadecimal digits"), "images and digests"
    ),
    "django_dir": _folder,
    "settings_module": _text(rf"({_name}(\.{_name})*)?", "use a module like shop.settings"),
    "wsgi_module": _text(rf"({_name}(\.{_name})*(:{_name})?)?", "use a module like core.wsgi, without '.py'"),
    "installer": _choice("pip", "uv", "poetry", "pipenv", "pdm", "pyproject"),
    "uv_version": _text(r"(0\.[0-9]{1,3}(\.[0-9]{1,3})?)?", "give a tag of uv's image, like 0.11 or 0.11.3"),
    "installer_files": _paths,
    "requirements_file": _relative_path,
    "requirements_includes": _paths,
    "requirements_beside": _paths,
    "install_options": _list(
        _text(r"--[a-z][a-z-]*(=[A-Za-z0-9_.,:/@+-]+)?", "give an option in one word, like --group=production"),
        "options",
    ),
    "install_project": _truth,
    "use_fathom": _truth,
    "apt_build": _list(_package, "Debian packages, like [libpq-dev]"),
    "apt_runtime": _list(_package, "Debian packages, like [libpq5]"),
    "node": _node,
    "environment": _variables,
    "build_environment": _variables,
    "required_environment": _list(_text(_variable, "give the name of an environment variable"), "names"),
    "compose_environment": _compose_variables,
    "compose_settings": _mapping(_setting, _setting_change, "settings and values, like {DATABASES.default.HOST: db}"),
    "dotenv": _variables,
    "settings_environment": _settings_environment,
    "development_environment": _variables,
    "static_server": _choice("nginx", "whitenoise", "elsewhere"),
    "compress_offline": _truth,
    "media_root": _text(rf"(/?{_segment}(/{_segment})*)?", "give a folder, like media or /srv/media, or nothing"),
    "media_url": _text(rf"((/{_segment})+/)?", "give a path with '/' at both ends, like /media/, or nothing"),
    "data_dirs": _list(_text(rf"/?{_segment}(/{_segment})*", "give folders, like media or /srv/media"), "folders"),
    "data_files": _paths,
    "data_root": _text(rf"(/{_segment})+", "give a folder, from the root of the image, like /data"),
    "private_media": _mapping(
        _text(rf"/?{_segment}(/{_segment})*", "give a path, like media/private"),
        _text(rf"((/{_segment})+/)?", "give a path with '/' at both ends, like /private/, or nothing"),
        "paths and URLs, like {media/private: /private/}",
    ),
    "static_root": _text(rf"/?{_segment}(/{_segment})*", "give a folder, like staticfiles or /var/www/static"),
    "set_static_root": _truth,
    "static_url": _text(rf"(/{_segment})+/", "give a path with '/' at both ends, like /static/"),
    "compile_messages": _truth,
    "dockerignore": _list(
        _text(rf"!?{_pattern}+( {_pattern}+)*", "give a .dockerignore pattern, like data/cache"),
        "paths, like [docs, data/cache]",
    ),
    "dockerignore_except": _list(
        _text(rf"{_pattern}+( {_pattern}+)*", "give a path without '!', like certs/ca.pem"),
        "paths, like [certs/ca.pem]",
    ),
    "gunicorn_install": _truth,
    "gunicorn_workers": _number(1, 1000),
    "gunicorn_threads": _number(1, 1000),
    "web_concurrency": _number(1, 1000),
    "gunicorn_options": _list(
        _text(r"[A-Za-z0-9_./:=@%+,*-]+", "give one argument each"), "arguments, like [--preload]"
    ),
    "gunicorn_keepalive": _number(1, 3600),
    "log_errors": _truth,
    "use_compose": _truth,
    "compose_name": _text(
        r"([a-z0-9][a-z0-9_-]*)?", "use lower-case letters, digits, '-' and '_', like my-site, or nothing", 63
    ),
    "reverse_proxy": _choice("nginx", "external"),
    "https_only": _truth,
    "services": _mapping(_service, _image, "names and images, like {db: 'postgres:18'}"),
    "database_name": _identifier,
    "database_user": _identifier,
    "migrate": _truth,
    "create_cache_table": _truth,
    "workers": _mapping(_service, _command, "names and commands"),
    "celery_concurrency": _number(0, 1000),
    "jobs": _mapping(_service, _command, "names and commands"),
    "env_example": _truth,
    "github_workflow": _truth,
    "update_workflow": _truth,
    "django_port": _port,
    "static_port": _port,
    "build_image": _text(rf"(?:{_reference})?", "give an image with Python, like python:3.13", 400),
    "build_instructions": _list(_instruction, "instructions"),
    "django_instructions": _list(_instruction, "instructions"),
    "nginx_locations": _locations,
}


INTERFACES = {"wsgi_module", "asgi_module"}


def _interface_module(value: str, root: Path) -> str:
    if not value:
        return ""
    module = Path(*value.partition(":")[0].split("."))
    if any(root.glob(f"{module}.py")) or any(root.rglob(f"{module}.py")) or any(root.rglob(f"{module}/__init__.py")):
        return ""
    return f"there is no {module}.py in {root}; name the module of wsgi.py or asgi.py"


def _requirements_file(value: str, root: Path) -> str:
    if (root / value).is_file():
        return ""
    return f"there is no file {value} in {root}; name a file of the project"


def _requirement_files(value: Any, root: Path) -> str:
    paths = _parsed(value)
    return next((message for path in paths if (message := _requirements_file(path, root))), "")


def _django_dir(value: str, root: Path) -> str:
    return "" if (root / value).is_dir() else f"there is no folder {value} in {root}; give the folder of manage.py"


def _media_url(value: str, answers: Mapping[str, Any]) -> str:
    """Return what is wrong with the path of uploads beside that of static files, which Django refuses too.

    https://docs.djangoproject.com/en/stable/ref/settings/#media-url
    """
    if value == "" or value != answers.get("static_url") or answers.get("static_server", "nginx") != "nginx":
        return ""
    return f"{value!r} is static_url too; give each its own path, like /static/ and /media/"


def _nginx_locations(value: Any, answers: Mapping[str, Any]) -> str:
    """Return which directive of these lines the server block of default.conf has: nginx refuses a second one."""
    twice = sorted(nginx.names(_parsed(value)) & {"root", "server_tokens"})
    if not twice or answers.get("static_server", "nginx") != "nginx":
        return ""
    return f"default.conf has {twice[0]} outside of locations already; write it within a location"


def _processes(value: Any, answers: Mapping[str, Any]) -> str:
    """Return which name of a service another answer has already."""
    given = [_parsed(answers.get(question)) for question in ("services", "workers", "jobs")]
    names = [name for mapping in given if isinstance(mapping, dict) for name in mapping]
    twice = next((name for name in _parsed(value) if names.count(name) > 1), "")
    return f"{twice!r} is the name of another service already; give another name" if twice else ""


AGAINST_OTHERS: dict[str, Callable[[Any, Mapping[str, Any]], str]] = {
    "media_url": _media_url,
    "workers": _processes,
    "jobs": _processes,
    "nginx_locations": _nginx_locations,
}


IN_PROJECT: dict[str, Callable[[Any, Path], str]] = {
    "django_dir": _django_dir,
    "wsgi_module": _interface_module,
    "asgi_module": _interface_module,
    "requirements_file": _requirements_file,
    "requirements_includes": _requirement_files,
    "requirements_beside": _requirement_files,
    "installer_files": _requirement_files,
}
