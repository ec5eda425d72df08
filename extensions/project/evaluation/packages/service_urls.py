"""dj-database-url, django-cache-url and dj-email-url: a setting from a URL."""

from collections.abc import Callable

from ..environment import parse_url
from ..operations import plain_text
from ..references import Arguments
from ..state import State
from ..values import Value, wrap
from .package import Package


def database_url(state: State, arguments: Arguments) -> Value:
    """Return what dj_database_url.config returns; https://github.com/jazzband/dj-database-url#usage."""
    name = arguments.get(-1, "env")
    default = arguments.get(0, "default") or Value(None)
    text = name.data if name is not None and isinstance(name.data, str) else "DATABASE_URL"
    return state.read(text, default, "db")


def parse_with(kind: str) -> Callable[..., Value]:
    """Return a function that makes a setting of a URL."""

    def call(state: State, arguments: Arguments) -> Value:
        url = arguments.get(0, "url")
        if url is None:
            return Value()
        if url.direct or url.part:
            state.set_type(url, "url", kind)
        data = plain_text(url)
        return wrap(parse_url(data, kind), url.variables)

    return call


PACKAGE = Package(
    functions={
        "dj_database_url.config": database_url,
        "dj_database_url.parse": parse_with("db"),
        "django_cache_url.parse": parse_with("cache"),
        "dj_email_url.parse": parse_with("email"),
    },
    reads=frozenset(["dj_database_url.config"]),
)
