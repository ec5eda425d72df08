"""The questions on the variables that settings read."""

import re
from typing import Any

from .. import compose_defaults, environment_defaults, kinds
from ..environment_defaults import with_image
from ..question import Question, Reference

_setting = kinds.text(
    r"[A-Z][A-Z0-9_]*(\.[A-Za-z0-9_-]+)*", "give a setting, and its keys after dots, like DATABASES.default.HOST"
)
_setting_value_pattern = rf"(\$\{{{kinds.VARIABLE}\}}|[A-Za-z0-9_./:@,+=*?&% -])*"
_setting_value = kinds.text(_setting_value_pattern, "give text without quotes, like db or ${{POSTGRES_PASSWORD}}")
_setting_item = kinds.text(
    rf"\*[A-Z][A-Z0-9_]*|(?!\*){_setting_value_pattern}", "give text, or *NAME for a setting's items"
)


def _is_setting_value(value: Any) -> str:
    if value == {}:
        return ""
    return _setting_items(value) if isinstance(value, list) else _setting_value(value)


_setting_items = kinds.list_of(_setting_item, "texts")
_setting_change = kinds.Rule(
    _is_setting_value,
    {"anyOf": [_setting_value.schema, _setting_items.schema, {"type": "object", "maxProperties": 0}]},
)


def _is_settings_environment(value: Any) -> str:
    """Return what is wrong with variables, each with the default that settings give it and a comment."""
    value = kinds.parsed(value)
    if not isinstance(value, dict):
        return f"{value!r} isn't a mapping; give names, each with a list of its default and a comment, or {{}}"
    for name, pair in value.items():
        if not (isinstance(name, str) and re.fullmatch(kinds.VARIABLE, name)):
            return f"{name!r} isn't valid; give the name of an environment variable, like DEBUG"
        if not (isinstance(pair, list) and len(pair) == 2 and all(isinstance(item, str) for item in pair)):
            return f"{name}: {pair!r} isn't valid; give a list of its default and a comment"
        if not all(item.isprintable() or item == "" for item in pair):
            return f"{name}: {pair!r} isn't valid; give text on one line"
    return ""


_settings_environment = kinds.Rule(
    _is_settings_environment,
    kinds.object_of(kinds.VARIABLE_NAME, {"type": "array", "items": kinds.PRINTABLE, "minItems": 2, "maxItems": 2}),
)


QUESTIONS = (
    Question(
        name="environment",
        type="yaml",
        help="Variables in the images (no secrets), as YAML: {TZ: Europe/Berlin}",
        rule=kinds.variables,
        safe={},
        default=environment_defaults.environment,
        reference=Reference(
            type="a YAML mapping of names and values",
            default=(
                "the variables that switch settings to production, like `DEBUG: 'False'`, `DJANGO_CONFIGURATION`,"
                " and the `ENV` lines of your `Dockerfile_django`"
            ),
            changes="`ENV` of the stage `base` in both Dockerfiles",
            refused=(
                "other characters in names than letters, digits and `_`; values that are not text, and those with"
                " quotes, `$`, `#`, a backslash, a line break or letters beyond ASCII"
            ),
            notes="Never give secrets here: they would be in the images.",
        ),
    ),
    Question(
        name="build_environment",
        type="yaml",
        help="Placeholders for variables while building, as YAML: {SECRET_KEY: x}",
        rule=kinds.variables,
        safe={},
        default=environment_defaults.build_environment,
        reference=Reference(
            type="a YAML mapping of names and values",
            default="a made-up value for each variable without which the settings do not load",
            changes=(
                "what stands before `python manage.py collectstatic`, `compilemessages` and `compress` in both "
                "Dockerfiles; it is not in the environment of the containers"
            ),
            refused=(
                "other characters in names than letters, digits and `_`; values that are not text, and those with"
                " quotes, `$`, `#`, a backslash, a line break or letters beyond ASCII"
            ),
        ),
    ),
    Question(
        name="required_environment",
        type="yaml",
        help="Variables that you must set before starting, as YAML: [SECRET_KEY]",
        rule=kinds.list_of(kinds.text(kinds.VARIABLE, "give the name of an environment variable"), "names"),
        safe=[],
        default=with_image(compose_defaults.required_environment),
        reference=Reference(
            type="a YAML list of names",
            default=(
                "the variables that production's settings demand and nothing sets, and the passwords of `services`"
            ),
            changes=(
                "`NAME: ${NAME:?Set it in .env}` in `compose.yaml`, so that Compose says what lacks; the first "
                "group of `.env.example`"
            ),
            refused="all but names of variables",
        ),
    ),
    Question(
        name="compose_environment",
        type="yaml",
        help="Variables with a default in compose.yaml, as YAML: {NAME: value}",
        rule=kinds.compose_variables,
        safe={},
        default=with_image(compose_defaults.compose_environment),
        reference=Reference(
            type="a YAML mapping of names and values",
            default=(
                "the variables that point settings at `services`, and that of `ALLOWED_HOSTS`, with "
                "`localhost,127.0.0.1`, where the settings allow no host of this machine without it. It never "
                "turns `DEBUG` on"
            ),
            changes=(
                "`environment` of Django's services in `compose.yaml`, as `NAME: ${NAME:-value}`: `.env` and the "
                "shell override each; the second group of `.env.example`"
            ),
            refused="as `environment`, but a value may hold `${NAME}`; braces and `: ` in values",
            notes="""\
```yaml
compose_environment:
  DATABASE_URL: postgresql://django:${POSTGRES_PASSWORD}@db:5432/django
  ALLOWED_HOSTS: localhost,127.0.0.1
```
""",
        ),
    ),
    Question(
        name="compose_settings",
        type="yaml",
        help="Django settings to replace in Compose, as YAML: {DATABASES.default.HOST: db}",
        rule=kinds.mapping_of(_setting, _setting_change, "settings and values, like {DATABASES.default.HOST: db}"),
        safe={},
        default=compose_defaults.compose_settings,
        expression=(
            "{{ 'compose_settings' | found if compose_environment.get('DJANGO_SETTINGS_MODULE') == "
            "'compose_settings' else '{}' }}"
        ),
        reference=Reference(
            type="a YAML mapping of settings and values; a value is text, a list of texts, or `{}`",
            default=(
                "where `services` are, for what the settings expect at `localhost`, and no variable changes; the "
                "database's password, where it stands in the settings; `SECRET_KEY`, where the settings leave it "
                "empty; `ALLOWED_HOSTS`, where they let no host of this machine in; storages that keep files, where "
                "the settings name no bucket"
            ),
            changes=(
                "a module `compose_settings` in Django's image: the project's settings with these changed. It "
                "counts where `compose_environment` has `DJANGO_SETTINGS_MODULE: compose_settings`. What it says of "
                "the storage of static files and of `STATIC_URL` is for collectstatic too"
            ),
            refused="settings that are not written as below; quotes in values",
            notes="""\
```yaml
compose_settings:
  DATABASES.default.HOST: db
  DATABASES.default.PASSWORD: ${POSTGRES_PASSWORD}
  ALLOWED_HOSTS: ['*ALLOWED_HOSTS', localhost, 127.0.0.1]
```

`${NAME}` is what the environment says when Django starts. In a list, `*NAME` stands for the items that your settings
have. Once your settings read a variable, give `{}`, and the variable to
`compose_environment`.
""",
        ),
    ),
    Question(
        name="dotenv",
        type="yaml",
        help="Variables in the first .env, as YAML ('' becomes a random secret)",
        rule=kinds.variables,
        safe={},
        default=with_image(compose_defaults.dotenv),
        reference=Reference(
            type="a YAML mapping of names and values",
            default=(
                "the secret key where settings read it from a variable, what `required_environment` names, and "
                "the passwords of `services`"
            ),
            changes="`.env`, on a first copy only, and if it is not there yet; the first group of `.env.example`",
            refused="as `environment`",
            notes="""\
An empty value stands for a fresh random secret; `change-me` is said to be changed after the copy. Where git tracks
`.env`, or would not ignore it, and where it is a link, nothing is written to it. Never give secrets here: answers
are in git.
""",
        ),
    ),
    Question(
        name="settings_environment",
        type="yaml",
        help="Optional variables for .env.example, as YAML: {NAME: [default, note]}",
        rule=_settings_environment,
        safe={},
        default=with_image(compose_defaults.settings_environment),
        reference=Reference(
            type="a YAML mapping of names, each with a list of its default and a comment",
            default="all other variables that settings read; no default is shown for a secret",
            changes="the group of optional variables in `.env.example`",
            refused="lists of another length than two; text with line breaks",
            notes="""\
```yaml
settings_environment:
  LOG_LEVEL: [INFO, read in shop/settings.py]
```
""",
        ),
    ),
    Question(
        name="development_environment",
        type="yaml",
        help="Variables for development only, as YAML: {DEBUG: 'True'}",
        rule=kinds.variables,
        safe={},
        default=compose_defaults.development_environment,
        reference=Reference(
            type="a YAML mapping of names and values",
            default="the variables that switch settings to development, like `DEBUG: 'True'`",
            changes="`environment` of the service `django` in `compose.dev.yaml`",
            refused="as `environment`",
        ),
    ),
)
