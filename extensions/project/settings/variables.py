"""The environment variables that settings read, as production and the build of an image need them."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from ..evaluation import packages
from ..evaluation.environment import ReadVariable, described
from ..evaluation.state import BOOL_WORDS, State
from ..evaluation.values import UNKNOWN, Variable, words
from ..findings import Certainty, Found
from ..places import PRODUCTION
from .setting import Setting, entry, parts_of, text_or_none

# Variables of those who run tests, and of the hosting services that set them: nobody sets them in an .env.
OF_OTHERS = frozenset(("CI", "TESTING", "TOX_ENV_NAME", "DYNO", "HEROKU_APP_NAME", "GITHUB_ACTIONS", "RENDER"))

# Every process has these, or they choose the settings themselves: nobody sets them for the settings' sake.
GIVEN = words(
    "HOME PATH USER PWD LANG TERM SHELL HOSTNAME VIRTUAL_ENV PYTHONPATH DJANGO_SETTINGS_MODULE DJANGO_CONFIGURATION"
)

# A login has these. No build of an image does, and a container has HOSTNAME alone: settings that demand one get it.
OF_LOGIN = words("USER TERM SHELL HOSTNAME")


# In the name of a variable that is set while developing.
DEVELOPMENT_WORDS = words("DEBUG DEV DEVELOPMENT LOCAL")


# In the name of a variable that says where settings are used.
SURROUNDINGS = words("ENV ENVIRONMENT STAGE DEPLOYMENT TIER")


# A class or a module that settings name.
DOTTED_NAME = re.compile(r"django(?:\.\w+)+|(?:[a-z_]\w*\.)+[A-Z]\w*")


def selects(variable: Variable, text: str) -> bool:
    """Return whether a variable's text decides what settings do: it is a flag, one of several names, or a class."""
    flag = variable.type == "bool" or text.lower() in BOOL_WORDS
    return flag or text in variable.compared or DOTTED_NAME.fullmatch(text) is not None


# A key of None is refused: https://github.com/django-recaptcha/django-recaptcha
KEYS_OF_APPS = ("RECAPTCHA_PUBLIC_KEY", "RECAPTCHA_PRIVATE_KEY")
USUAL_KEYS = ("SECRET_KEY", "DJANGO_SECRET_KEY")  # the first .env has these anyway


def demand_secret_key(evaluator: State, values: dict[str, Setting]) -> None:
    """Mark the variable of SECRET_KEY as required where nothing else fills it: Django refuses an empty one."""
    found = values.get("SECRET_KEY")
    read = evaluator.environment.variables
    if found is not None and found.value:
        if found.value is UNKNOWN:  # it is made at random, for each process another
            for name in found.variables:
                own = name not in USUAL_KEYS and name.upper().endswith("SECRET_KEY")
                if own and name in read and read[name].default in (None, ""):
                    read[name].required = True
        return
    if found is not None and found.raw.direct in read:
        read[found.raw.direct].required = True
        return
    names = [name for name in ("SECRET_KEY", "DJANGO_SECRET_KEY", *read) if name.upper().endswith("SECRET_KEY")]
    for name in names:
        if name in read and read[name].default in (None, "") and "AWS" not in name:
            read[name].required = True
            return


def demand_keys(evaluator: State, values: dict[str, Setting]) -> None:
    """Mark the variables as required that are all of a setting which an app does not load without."""
    for name in KEYS_OF_APPS:
        found = values.get(name)
        if found is not None and found.value is None and found.raw.direct in evaluator.environment.variables:
            evaluator.environment.variables[found.raw.direct].required = True


# https://github.com/django/django/blob/5.2/django/conf/__init__.py#L163
LISTS = ("ALLOWED_HOSTS", "INSTALLED_APPS", "LOCALE_PATHS", "SECRET_KEY_FALLBACKS")
# https://github.com/adamchainz/django-cors-headers/blob/main/src/corsheaders/checks.py
ORIGINS = ("CORS_ALLOWED_ORIGINS", "CORS_ALLOWED_ORIGIN_REGEXES", "CORS_ORIGIN_WHITELIST", "CSRF_TRUSTED_ORIGINS")


def demand_lists(evaluator: State, values: dict[str, Setting]) -> None:
    """Mark the variables as required without which a setting is refused, as it is no list, or has None in it."""
    for name in (*LISTS, *ORIGINS):
        found = values.get(name)
        if found is not None and found.raw.part is not None and found.raw.part.type == "str":
            found.raw.part.type = "json"
            kind = {"ALLOWED_HOSTS": "HOST"}.get(name) or ("_URL" if name in ORIGINS else "")
            found.raw.part.parts[0] = Variable(kind, found.source, required=bool(kind))
        names = list(found.variables) if found is not None and found.value is None else []
        if found is not None and name in ORIGINS and isinstance(found.raw.data, (list, tuple)):
            names += [item.direct for item in found.raw.data if item.data is None]
        for read in names:
            if read in evaluator.environment.variables:
                evaluator.environment.variables[read].required = True


def environment(first: State, last: State) -> list[ReadVariable]:
    """Return the variables that settings read, as production needs them; for the build, as any environment does."""
    merged: dict[str, Variable] = dict(last.environment.variables)
    for name, variable in first.environment.variables.items():
        other = merged.setdefault(name, variable)
        other.perhaps = other.perhaps or variable.required or variable.perhaps
        other.default = variable.default if other.default is None else other.default
    given = GIVEN - {name for name in OF_LOGIN if name in merged and merged[name].required}
    named = [variable for name, variable in merged.items() if name not in given and name.isprintable()]
    return [described(variable) for variable in named]


def outside(state: State, values: Mapping[str, Setting]) -> str:
    """Return where a package seems to set DATABASES, by variables that it alone knows; "" for nowhere."""
    places = [place for module, place in state.outside.items() if not packages.is_known(module)]
    return places[0] if places and "DATABASES" not in values else ""


def exported(state: State, values: Mapping[str, Setting]) -> list[ReadVariable]:
    """Return the variables that settings set where nothing else does, for a module of an installed package."""
    read, given = state.environment.variables, state.environment.exported
    names = [name for name in given if name not in read and name not in GIVEN] if outside(state, values) else []
    return [described(given[name]) for name in names]


def host_variables(hosts: Setting | None) -> dict[str, bool]:
    """Return the variables that ALLOWED_HOSTS is made of, and whether each is a list of hosts, or else one."""
    if hosts is None:
        return {}
    items = hosts.raw.data if isinstance(hosts.raw.data, (list, tuple)) else ()
    singles = {item.direct: False for item in items if item.direct}
    return singles or dict.fromkeys(hosts.raw.variables, True)


def unset_origins(origins: Setting | None) -> Found[Sequence[str]]:
    """Return the variables that CSRF_TRUSTED_ORIGINS is made of where it has a text that Django refuses, such as "".

    https://docs.djangoproject.com/en/stable/ref/settings/#csrf-trusted-origins
    """
    items = origins.raw.data if origins and isinstance(origins.raw.data, (list, tuple)) else ()
    refused = [item for item in items if isinstance(item.data, str) and "://" not in item.data and item.variables]
    names = [name for item in refused for name in item.variables]
    return Found(list(dict.fromkeys(names)), origins.source if origins else "", Certainty.INFERRED)


def debug_switches(debug: Setting | None) -> Iterator[tuple[str, str]]:
    """Yield the texts that may turn DEBUG off, by the variables that it depends on: what fits a name comes first."""
    off, on = ("False", "0", "false", ""), ("True", "1", "true", *PRODUCTION)
    names = [name for name in (debug.variables if debug else ()) if name not in OF_OTHERS | GIVEN]
    for name in names[:3]:
        about = words(name.upper().replace("_", " "))
        first = PRODUCTION if about & SURROUNDINGS else ()
        yield from ((name, text) for text in (*first, *((*off, *on) if about & DEVELOPMENT_WORDS else (*on, *off))))


# https://docs.djangoproject.com/en/stable/ref/settings/#std-setting-STORAGES
STORAGES = {
    "default": "django.core.files.storage.FileSystemStorage",
    "staticfiles": "django.contrib.staticfiles.storage.StaticFilesStorage",
}

# What Django has where nothing is set, for settings that take no text but one of a kind.
# https://docs.djangoproject.com/en/stable/ref/settings/
USUAL = {
    "TIME_ZONE": "UTC",
    "LANGUAGE_CODE": "en-us",
    "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
    "EMAIL_PORT": "25",
    "DEFAULT_FILE_STORAGE": STORAGES["default"],
    "STATICFILES_STORAGE": STORAGES["staticfiles"],
    "STATIC_URL": "/static/",
    "MEDIA_URL": "/media/",
    "LOGIN_URL": "/accounts/login/",
    "SESSION_ENGINE": "django.contrib.sessions.backends.db",
    "DEFAULT_AUTO_FIELD": "django.db.models.BigAutoField",
    "SESSION_COOKIE_SAMESITE": "Lax",
    "CSRF_COOKIE_SAMESITE": "Lax",
    "X_FRAME_OPTIONS": "DENY",
    "SECURE_REFERRER_POLICY": "same-origin",
}


def with_usual(variables: Sequence[ReadVariable], values: Mapping[str, Setting]) -> list[ReadVariable]:
    """Return the variables, those that are all of a setting with what Django has for it as dummy."""
    usual = {found.raw.direct: USUAL[name] for name, found in values.items() if name in USUAL and found.raw.direct}
    return [
        replace(item, dummy=usual[item.name], type="str" if item.type == "url" else item.type)
        if item.build and item.name in usual
        else item
        for item in variables
    ]


def with_production(variables: Sequence[ReadVariable], production: Mapping[str, str]) -> list[ReadVariable]:
    """Return the variables, each with the text that it was found to need in production."""
    return [replace(item, production=production.get(item.name, item.production)) for item in variables]


def with_engines(variables: Sequence[ReadVariable], values: dict[str, Setting]) -> list[ReadVariable]:
    """Return the variables, those that name a database engine, a cache or a storage with one of Django's as dummy."""
    kept = parts_of(values.get("STORAGES"))
    dummies = {
        kept[alias].data["BACKEND"].direct: dummy
        for alias, dummy in STORAGES.items()
        if alias in kept and isinstance(kept[alias].data, dict) and "BACKEND" in kept[alias].data
    }
    for name, key, dummy in (
        ("DATABASES", "ENGINE", "django.db.backends.sqlite3"),
        ("DATABASES", "NAME", "/tmp/build.sqlite3"),
        ("CACHES", "BACKEND", "django.core.cache.backends.locmem.LocMemCache"),
    ):
        for value in parts_of(values.get(name)).values():
            part = value.data.get(key) if isinstance(value.data, dict) else None
            if key == "NAME" and "sqlite" not in (text_or_none(entry(value, "ENGINE")) or "sqlite"):
                continue
            if part is not None and part.direct:
                dummies[part.direct] = dummy
    return [
        replace(variable, dummy=dummies[variable.name]) if variable.build and variable.name in dummies else variable
        for variable in variables
    ]
