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
            allowed=(
                "names of letters, digits and `_`; values that are text, without quotes, `$`, `#`, backslashes, line "
                "breaks and letters beyond ASCII"
            ),
            notes="Never give secrets here: they would be in the images.",
        ),
    ),
    Question(
        name="build_environment",
        type="yaml",
        help="Placeholders for variables while building, as YAML: {SECRET_KEY: x}",
        rule=kinds.quoted_variables,
        safe={},
        default=environment_defaults.build_environment,
        reference=Reference(
            type="a YAML mapping of names and values",
            default="a placeholder for each variable without which the settings do not load",
            changes=(
                "the text before `python manage.py collectstatic`, `compilemessages` and `compress` in both "
                "Dockerfiles; containers do not have these variables"
            ),
            allowed=(
                "names of letters, digits and `_`; values that are text, without quotes, `$`, `#`, backslashes, line "
                "breaks and letters beyond ASCII; or JSON"
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
                "the variables that production's settings demand and that nothing sets, and the passwords of "
                "`services`"
            ),
            changes=(
                "`NAME: ${NAME:?Set it in .env}` in `compose.yaml`, so that Compose names a missing variable; the "
                "first group of `.env.example`"
            ),
            allowed="names of variables: letters, digits and `_`",
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
                "the variables that point settings at `services`; that of `ALLOWED_HOSTS`, with "
                "`localhost,127.0.0.1`, if the settings otherwise refuse your computer. It never turns `DEBUG` on"
            ),
            changes=(
                "`environment` of Django's services in `compose.yaml`, as `NAME: ${NAME:-value}`: `.env` and the "
                "shell override each; the second group of `.env.example`"
            ),
            allowed="as `environment`, and `${NAME}` in a value; no other braces, and no `: `",
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
                "the addresses of `services`, if the settings expect them at `localhost` and no variable changes "
                "that; the database's password, if it is in the settings; `SECRET_KEY`, if it is empty there; "
                "`ALLOWED_HOSTS`, if they refuse your computer; storages that keep files, if the settings name no "
                "bucket; `STATIC_ROOT`, if `set_static_root` is yes and Django reads files there"
            ),
            changes=(
                "a module `compose_settings` in Django's image: your settings with these changes. It is used if "
                "`compose_environment` has `DJANGO_SETTINGS_MODULE: compose_settings`. Storages of static files and "
                "`STATIC_URL` count for collectstatic too"
            ),
            allowed="settings written as below; values without quotes",
            notes="""\
```yaml
compose_settings:
  DATABASES.default.HOST: db
  DATABASES.default.PASSWORD: ${POSTGRES_PASSWORD}
  ALLOWED_HOSTS: ['*ALLOWED_HOSTS', localhost, 127.0.0.1]
```

`${NAME}` is the value of a variable when Django starts. In a list, `*NAME` keeps the items that your settings have.
Once your settings read a variable, answer `{}`, and add the variable to `compose_environment`.
""",
        ),
    ),
    Question(
        name="dotenv",
        type="yaml",
        help="Variables in the first .env, as YAML ('' becomes a random secret)",
        rule=kinds.quoted_variables,
        safe={},
        default=with_image(compose_defaults.dotenv),
        reference=Reference(
            type="a YAML mapping of names and values",
            default=(
                "the secret key if settings read it from a variable, the variables of `required_environment`, and the"
                " passwords of `services`"
            ),
            changes="`secrets_file`, only on a first copy, and what it lacks then; the first group of `.env.example`",
            allowed="as `build_environment`",
            notes="""\
An empty value becomes a fresh random secret. After the copy, you are told to change each `change-me`. Nothing is
written to a file that git tracks or would commit, or to a link. Never give secrets here: answers are in git.
""",
        ),
    ),
    Question(
        name="secrets_file",
        type="str",
        help="File with the secrets of one server",
        rule=kinds.choice(compose_defaults.DOTENV, compose_defaults.BESIDE_DOTENV),
        safe=compose_defaults.DOTENV,
        default=with_image(compose_defaults.secrets_file),
        says_source=True,
        since="3.5.0",
        as_before=compose_defaults.DOTENV,
        reference=Reference(
            type="`.env` or `.env.secrets`",
            default="`.env.secrets` if git tracks your `.env` and a variable of the first group is not in it",
            changes=(
                "the file that is written on a first copy. With `.env.secrets`, the services are in "
                "`docker/services.yaml`, and `compose.yaml` includes it with both files"
            ),
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
            default="all other variables that settings read, without the defaults of secrets",
            changes="the group of optional variables in `.env.example`",
            allowed="lists of two texts without line breaks",
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
            allowed="as `environment`",
        ),
    ),
)
