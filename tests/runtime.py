"""Python environments with Django and one Gunicorn each, which the user's cache keeps from one run to the next."""

import contextlib
import platform
import shutil
import sys
import tempfile
from functools import cache
from pathlib import Path

from platformdirs import user_cache_path
from plumbum import local

VERSIONS = ("23.0.0", "26.1.0", "27.0.1")


@cache
def environment(version: str) -> Path:
    """Return the `python` that has Django 5.2 and a version of Gunicorn; uv makes the environment where none is."""
    cached = user_cache_path("copier-django-docker-tests")
    folder = cached / f"gunicorn-{version}-django-5.2-python-{platform.python_version()}"
    if not folder.is_dir():
        cached.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cached) as temporary:
            made = Path(temporary, "environment")
            local["uv"]("venv", "--quiet", "--relocatable", "--python", sys.executable, made)
            local["uv"](
                "pip", "install", "--quiet", "--python", made / "bin/python", f"gunicorn=={version}", "django==5.2.*"
            )
            # At once, so that no other process finds a half of it; another may have been faster.
            with contextlib.suppress(OSError):
                made.rename(folder)
            shutil.rmtree(made, ignore_errors=True)
    return folder / "bin/python"
