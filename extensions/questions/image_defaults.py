"""The defaults of the questions on how the images are built, and how Django and its files are served."""

from typing import Any

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

from ..project import Certainty, Findings
from ..project.settings.writes import is_local

Answer = tuple[Any, str]  # a default, and where it was read ("" for an assumption)

# From here on, Gunicorn's own ASGI worker closes idle connections, and no request is lost where one is:
# https://gunicorn.org/news/
ASGI_WORKER = Version("27.0.1")
IDLE_CONNECTIONS = Version("27.0.0")  # no longer hold up a stop
SLOW_STOP = Version("25.1.0")  # idle connections hold up a stop until graceful_timeout is over
NEWEST = Version("99")


def gunicorn_pin(findings: Findings) -> Version:
    """Return the version of Gunicorn that is pinned, the end of the range that is allowed, or NEWEST."""
    stated = findings.value("distributions", {}).get("gunicorn") or {}
    try:
        if stated.get("version"):
            return Version(stated["version"])
        limits = [
            part for part in SpecifierSet(stated.get("specifier") or "") if part.operator in ("<", "<=", "==", "~=")
        ]
        ends = [Version(part.version.removesuffix(".*")) for part in limits]
    except (InvalidVersion, InvalidSpecifier):
        return NEWEST
    return min(ends, default=NEWEST)


def _allows(findings: Findings, release: Version) -> bool:
    """Return whether the Gunicorn that is installed, the newest that is allowed, is `release` or newer."""
    stated = findings.value("distributions", {}).get("gunicorn") or {}
    pin = gunicorn_pin(findings)
    if stated.get("version") or pin == NEWEST:
        return pin >= release
    try:
        # A later patch release of the range that is allowed: ~=27.0 allows 27.0.1, <27 does not.
        return SpecifierSet(stated["specifier"]).contains(release) or SpecifierSet(stated["specifier"]).contains(
            Version(f"{release.major}.99")
        )
    except InvalidSpecifier:
        return True


def asgi_module(findings: Findings) -> Answer:
    """Return the ASGI module where the project is run by it, or has no other, else ""."""
    interface = findings.found.get("interface")
    if interface is None or interface.value != "asgi":
        return "", ""
    return findings.value("asgi_module") or "", interface.source


def worker_class(findings: Findings) -> Answer:
    """Return Gunicorn's worker class: gthread for WSGI, six times as fast there as an ASGI worker is."""
    if not asgi_module(findings)[0]:
        return "gthread", ""
    source = (findings.value("distributions", {}).get("gunicorn") or {}).get("source", "")
    return ("asgi" if _allows(findings, ASGI_WORKER) else "uvicorn_worker.UvicornWorker"), source


def static_server(findings: Findings) -> Answer:
    """Return what serves static files.

    Without django.contrib.staticfiles there is no collectstatic, and nothing to serve. Where settings redirect
    to HTTPS whatever is set, it is nginx, since something before Django has to say that a request came by HTTPS.
    """
    middleware = findings.found.get("middleware")
    redirect = findings.found.get("secure_ssl_redirect")
    if redirect and redirect.value and not ssl_redirect_variable(findings):
        middleware = None
    kept = findings.found.get("static_kept")
    if middleware and kept and kept.value:
        return "elsewhere", kept.source  # WhiteNoise has what was collected and is in git; nothing can collect it anew
    if middleware and any(str(name).endswith("WhiteNoiseMiddleware") for name in middleware.value):
        return "whitenoise", middleware.source
    storage = findings.found.get("staticfiles_storage")
    kind = findings.found.get("staticfiles_kind")
    if storage and kind and (kind.value == "s3" or not is_local(str(storage.value))):
        return "elsewhere", storage.source
    apps = findings.found.get("installed_apps")
    if apps and apps.certainty is Certainty.STATED and apps.value and STATICFILES.isdisjoint(apps.value):
        return "elsewhere", apps.source
    return "nginx", ""


def ssl_redirect_variable(findings: Findings) -> str:
    """Return the variable by which settings do not redirect to HTTPS, "" for none."""
    names = (item["name"] for item in findings.value("environment", []))
    return next((name for name in names if name.endswith("SSL_REDIRECT")), "")


STATICFILES = frozenset(
    (
        "django.contrib.staticfiles",
        "django.contrib.staticfiles.apps.StaticFilesConfig",
        "whitenoise.runserver_nostatic",
    )
)


def gunicorn_keepalive(findings: Findings) -> Answer:
    """Return the seconds for which Gunicorn keeps idle connections: longer than nginx does, where they are let go."""
    return (75 if _allows(findings, IDLE_CONNECTIONS) else 2), ""


def log_errors(findings: Findings) -> Answer:
    """Return whether nothing in settings says where Django's errors are logged: then they are lost without DEBUG.

    https://docs.djangoproject.com/en/stable/ref/logging/#default-logging-configuration
    """
    found = findings.found.get("logging_configured")
    return (not found.value if found else False), ""


def https_only(findings: Findings) -> Answer:
    """Return whether settings redirect to HTTPS."""
    found = findings.found.get("secure_ssl_redirect")
    return (bool(found.value), found.source) if found and found.value else (False, "")


def gunicorn_remark(findings: Findings) -> str:
    """Return a sentence on the faults of the Gunicorn that is pinned, "" if none is known that counts here."""
    stated = findings.value("distributions", {}).get("gunicorn") or {}
    if not stated.get("version") or (pin := gunicorn_pin(findings)) >= IDLE_CONNECTIONS:
        return ""
    fault = "can lose requests while it reloads (HUP)"
    if pin >= SLOW_STOP:
        fault = "takes up to 30 s to stop while idle connections are open, and can lose requests on a reload (HUP)"
    return f"Gunicorn {pin} ({stated['source']}) {fault}: 27.0.1 or newer does not."


def context_notes(findings: Findings, left_out: list[str]) -> list[str]:
    """Return sentences on secrets that git has, and on lines of the project's .dockerignore that no answer holds."""
    notes = []
    if secret := findings.value("secret_files", []):
        notes.append(f"git tracks what looks like a secret: {_some(secret)}. Take it out of git, and make a new one.")
    if lost := [path for path in findings.value("local_files", []) if path not in left_out]:
        notes.append(f"Not taken over from .dockerignore: {_some(lost)}. Add it there, at the end.")
    return notes


def _some(paths: list[str]) -> str:
    return ", ".join(paths[:3]) + (f" and {len(paths) - 3} more" if len(paths) > 3 else "")
