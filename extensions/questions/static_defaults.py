"""The defaults of the questions on where static files are collected, and whether Django reads these as it runs."""

from ..services.site import Site
from .default import Default, default_of
from .deployment_defaults import compress_offline
from .image_defaults import static_server

STATIC_ROOT = "static"  # where settings do not say


def use_fathom(site: Site) -> Default:
    """Return whether names of static files are hashed, so that Django needs their manifest."""
    adopted, kind = site.adopted.use_fathom, site.settings.staticfiles_kind
    if adopted.is_read:
        return Default(adopted.value, adopted.source)
    # What git has collected, and is kept, has its manifest.
    if "manifest" in kind.value and not site.local.static_kept.value:
        return Default(True, kind.source)
    return Default(False)


def static_root(site: Site) -> Default:
    """Return the folder in which collectstatic puts files."""
    if set_static_root(site).value:
        # https://docs.djangoproject.com/en/stable/ref/checks/#staticfiles: it must not be one of STATICFILES_DIRS. A
        # folder that Django writes to becomes a volume, and would hide what is collected there.
        taken = STATIC_ROOT in (*site.settings.staticfiles_dirs.value, *site.written.data_dirs.value)
        return Default("staticfiles" if taken else STATIC_ROOT)
    return default_of(site.settings.static_root, STATIC_ROOT)


def set_static_root(site: Site) -> Default:
    """Return whether the build has to set STATIC_ROOT, as the settings do not, or as it could not be worked out."""
    return Default(site.settings.static_root.value in ("", ".", "/"))


def read_static_root(site: Site) -> dict[str, str]:
    """Return STATIC_ROOT as the build sets it, if Django reads a manifest or WhiteNoise the files there.

    Not where an installed package's module sets it: that may find the project by DJANGO_SETTINGS_MODULE.
    """
    if site.settings.outside.value:
        return {}
    reads = use_fathom(site).value or compress_offline(site).value or static_server(site)[0] == "whitenoise"
    if not (reads and set_static_root(site).value and site.layout.can_be_changed):
        return {}
    return {"STATIC_ROOT": f"/workdir/{static_root(site).value}"}
