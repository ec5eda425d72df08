"""Which of what a front end builds Django reads when it runs, beside what is collected into its static files."""

from collections.abc import Sequence

from ..settings.setting import Setting, Settings, leaves, path_value
from ..tree import Tree

# https://docs.djangoproject.com/en/stable/ref/settings/#templates,
# https://whitenoise.readthedocs.io/en/stable/django.html#WHITENOISE_ROOT
READ = ("TEMPLATES", "WHITENOISE_ROOT")
COLLECTED = ("STATICFILES_DIRS", "STATIC_ROOT", "WEBPACK_LOADER", "DJANGO_VITE")


def is_read(tree: Tree, settings: Settings | None, output: Sequence[str]) -> bool:
    """Return whether Django reads some of `output` itself: as templates, or by a setting that code reads."""
    if settings is None:
        return False
    if any("templates" in path.split("/") for path in output):
        return True
    if any(_is_within(path, folder) for path in output for folder in read_as_it_is(settings)):
        return True
    named = [
        name
        for name, setting in settings.values.items()
        if name not in COLLECTED
        and any(_is_within(path, folder) for path in _paths(settings, setting) for folder in output)
    ]
    return any(name in READ or _is_named(tree, settings, name) for name in named)


def read_as_it_is(settings: Settings | None) -> list[str]:
    """Return the paths of templates, and of what WhiteNoise serves at the root."""
    found = [settings.values[name] for name in READ if name in settings.values] if settings else []
    return [path for setting in found if settings for path in _paths(settings, setting)]


def _is_within(path: str, folder: str) -> bool:
    return f"{path}/".startswith(f"{folder}/")


def _paths(settings: Settings, setting: Setting) -> list[str]:
    """Return the paths that a setting has in it, from the project's root."""
    found = (path_value(value, settings.folder)[0] for value in leaves(setting.raw))
    return [path for path in found if path and path != "."]


def _is_named(tree: Tree, settings: Settings, name: str) -> bool:
    """Return whether code, other than settings, reads a setting."""
    modules = (path for path in tree.paths if path.endswith(".py") and path not in settings.files)
    return any(f"settings.{name}" in (tree.text(path) or "") for path in modules)
