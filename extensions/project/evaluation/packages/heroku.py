"""django-heroku and its successor: https://github.com/heroku/django-heroku, https://github.com/pkrefta/django-on-heroku.

Without DATABASE_URL, they leave the project's own database: DATABASES stays as it is here.
"""

from ..objects import Scope
from ..operations import path_text
from ..references import Arguments
from ..state import State
from ..values import Binding, Value
from .package import Package

WHITENOISE = "whitenoise.middleware.WhiteNoiseMiddleware"
STORAGE = "whitenoise.storage.CompressedManifestStaticFilesStorage"


def settings(state: State, arguments: Arguments, scope: Scope) -> None:
    """Set what settings(locals()) sets: how static files are served, and who may ask."""

    def asked(name: str) -> bool:
        value = arguments.named.get(name)
        return value is None or value.data is not False

    made: dict[str, Value] = {}
    base, middleware = scope.globals.get("BASE_DIR"), scope.globals.get("MIDDLEWARE")
    folder = path_text(base.value) if base else None
    if asked("staticfiles") and base and folder:
        made["STATIC_ROOT"] = Value(f"{folder}/staticfiles", base.value.variables)
        made |= {"STATIC_URL": Value("/static/"), "STATICFILES_STORAGE": Value(STORAGE)}
        if middleware and isinstance(middleware.value.data, (list, tuple)):
            made["MIDDLEWARE"] = Value([Value(WHITENOISE), *middleware.value.data])
    if asked("allowed_hosts"):
        made["ALLOWED_HOSTS"] = Value([Value("*")])
    for name, value in made.items():
        scope.globals[name] = Binding(value, state.here, state.doubts[-1] if state.doubts else "")


PACKAGE = Package(scoped={f"{module}.settings": settings for module in ("django_heroku", "django_on_heroku")})
