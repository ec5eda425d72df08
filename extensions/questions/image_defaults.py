"""The defaults of the questions on how the images are built, and how Django and its files are served."""

from collections.abc import Sequence
from typing import Any

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

from ..project import Certainty, unread
from ..project.dependencies.record import Installed
from ..project.settings.writes import is_local
from ..services.site import Site

Answer = tuple[Any, str]  # a default, and where it was read ("" for an assumption)

# From here on, Gunicorn's own ASGI worker closes idle connections, and no request is lost where one is:
# https://gunicorn.org/news/
ASGI_WORKER = Version("27.0.1")
IDLE_CONNECTIONS = Version("27.0.0")  # no longer hold up a stop
SLOW_STOP = Version("25.1.0")  # idle connections hold up a stop until graceful_timeout is over
OF_OLD_PYTHONS = Version("23.0.0")  # the newest for Python 3.9 and older
NEWEST = Version("99")


def _gunicorn(site: Site) -> Installed:
    """Return what is asked for of Gunicorn; nothing where the project does not."""
    return site.dependencies.distributions.value.get("gunicorn", Installed())


def gunicorn_pin(site: Site) -> Version:
    """Return the version of Gunicorn that is pinned, the end of the range that is allowed, or NEWEST."""
    stated = _gunicorn(site)
    try:
        if stated.version:
            return Version(stated.version)
        limits = [part for part in SpecifierSet(stated.specifier) if part.operator in ("<", "<=", "==", "~=")]
        ends = [Version(part.version.removesuffix(".*")) for part in limits]
    except (InvalidVersion, InvalidSpecifier):
        return NEWEST
    return min(ends, default=NEWEST)


def _python_minor(site: Site) -> int:
    _, _, minor = site.dependencies.python_version.value.partition(".")
    return int(number) if (number := minor.partition(".")[0]).isdecimal() else 13


def _allows(site: Site, release: Version) -> bool:
    """Return whether the Gunicorn that is installed, the newest that is allowed, is `release` or newer."""
    stated = _gunicorn(site)
    pin = gunicorn_pin(site)
    if not stated.version and release > OF_OLD_PYTHONS and _python_minor(site) < 10:
        return False
    if stated.version or pin == NEWEST:
        return pin >= release
    try:
        # A later patch release of the range that is allowed: ~=27.0 allows 27.0.1, <27 does not.
        return SpecifierSet(stated.specifier).contains(release) or SpecifierSet(stated.specifier).contains(
            Version(f"{release.major}.99")
        )
    except InvalidSpecifier:
        return True


def asgi_module(site: Site) -> Answer:
    """Return the ASGI module where the project is run by it, or has no other, else ""."""
    interface = site.layout.interface
    if interface.value != "asgi":
        return "", ""
    return site.layout.asgi_module.value, interface.source


def worker_class(site: Site) -> Answer:
    """Return Gunicorn's worker class: gthread for WSGI, six times as fast there as an ASGI worker is."""
    if not asgi_module(site)[0]:
        return "gthread", ""
    source = _gunicorn(site).source
    return ("asgi" if _allows(site, ASGI_WORKER) else "uvicorn_worker.UvicornWorker"), source


def static_server(site: Site) -> Answer:
    """Return what serves static files.

    Without django.contrib.staticfiles there is no collectstatic, and nothing to serve. Where settings redirect
    to HTTPS whatever is set, it is nginx, since something before Django has to say that a request came by HTTPS.
    """
    settings, kept = site.settings, site.local.static_kept
    is_redirected = settings.secure_ssl_redirect.value and not ssl_redirect_variable(site)
    middleware = unread([]) if is_redirected else settings.middleware
    if middleware.is_read and kept.value:
        return "elsewhere", kept.source  # WhiteNoise has what was collected and is in git; nothing can collect it anew
    if any(name.endswith("WhiteNoiseMiddleware") for name in middleware.value):
        return "whitenoise", middleware.source
    storage = settings.staticfiles_storage
    if storage.is_read and (settings.staticfiles_kind.value == "s3" or not is_local(storage.value)):
        return "elsewhere", storage.source
    apps = settings.installed_apps
    if apps.certainty is Certainty.STATED and apps.value and not any(map(_collects, apps.value)):
        return "elsewhere", apps.source
    return "nginx", ""


def ssl_redirect_variable(site: Site) -> str:
    """Return the variable by which settings do not redirect to HTTPS, "" for none."""
    names = (item.name for item in site.settings.environment.value)
    return next((name for name in names if name.endswith("SSL_REDIRECT")), "")


USUAL_HEADER = "X-Forwarded-Proto: https"


def _collects(app: str) -> bool:
    """Return whether an app is Django's own for static files, by whatever class of yours, or one in its place.

    https://docs.djangoproject.com/en/stable/ref/contrib/staticfiles/#customizing-the-ignored-pattern-list
    """
    return "staticfiles" in app.lower() or app == "whitenoise.runserver_nostatic"


def gunicorn_keepalive(site: Site) -> Answer:
    """Return the seconds for which Gunicorn keeps idle connections: longer than nginx does, where they are let go."""
    return (75 if _allows(site, IDLE_CONNECTIONS) else 2), ""


def log_errors(site: Site) -> Answer:
    """Return whether nothing in settings says where Django's errors are logged: then they are lost without DEBUG.

    https://docs.djangoproject.com/en/stable/ref/logging/#default-logging-configuration
    """
    found = site.settings.logging_configured
    return found.is_read and not found.value, ""


def https_only(site: Site) -> Answer:
    """Return whether settings redirect to HTTPS."""
    found = site.settings.secure_ssl_redirect
    return (True, found.source) if found.value else (False, "")


def https_header(site: Site) -> Answer:
    """Return the header by which settings know HTTPS, as nginx writes it; "" where it is the usual one.

    https://docs.djangoproject.com/en/stable/ref/settings/#secure-proxy-ssl-header
    """
    found = site.settings.secure_proxy_ssl_header
    if len(found.value) != 2 or not found.value[0].startswith("HTTP_"):
        return "", ""
    name, value = found.value
    header = "-".join(word.capitalize() for word in name.removeprefix("HTTP_").split("_"))
    written = f"{header}: {value.partition(',')[0].strip()}"
    return ("", "") if written == USUAL_HEADER else (written, found.source)


def script_name(site: Site) -> Answer:
    """Return the path that the site is below, and that a proxy takes away before Django."""
    found = site.settings.force_script_name
    return found.value, found.source if found.value else ""


def proxy_notes(site: Site) -> list[str]:
    """Return a sentence where settings want a proxy to take a path away, and Compose runs none that does."""
    path, source = script_name(site)
    if not path or static_server(site)[0] == "nginx":
        return []
    return [
        f"The site is below {path} (FORCE_SCRIPT_NAME, {source}). Let your proxy remove this path before it passes "
        "requests to Django: otherwise the links of its pages don't work."
    ]


def gunicorn_remark(site: Site) -> str:
    """Return a sentence on the faults of the Gunicorn that is pinned, "" if none is known that counts here."""
    stated = _gunicorn(site)
    if not stated.version or (pin := gunicorn_pin(site)) >= IDLE_CONNECTIONS:
        return ""
    fault = "can lose requests while it reloads (HUP)"
    if pin >= SLOW_STOP:
        fault = "takes up to 30 s to stop while idle connections are open, and can lose requests on a reload (HUP)"
    return f"Gunicorn {pin} ({stated.source}) {fault}. Use 27.0.1 or newer."


def context_notes(site: Site, left_out: list[str]) -> list[str]:
    """Return sentences on secrets that git has, and on lines of the project's .dockerignore that no answer holds."""
    notes = []
    if secret := site.build_context.secret_files.value:
        notes.append(
            f"These files in git look like secrets: {some(secret)}. Remove them from git, and make new secrets."
        )
    if lost := [path for path in site.local.local_files.value if path not in left_out]:
        notes.append(f"Not taken over from .dockerignore: {some(lost)}. Add what you need at its end.")
    return notes


def some(paths: Sequence[str]) -> str:
    """Return the first of some paths, and how many more there are."""
    return ", ".join(paths[:3]) + (f" and {len(paths) - 3} more" if len(paths) > 3 else "")
