"""What the storages do with static files: https://docs.djangoproject.com/en/stable/ref/contrib/staticfiles/."""

import ast
import re
from typing import Any

from ..evaluation.state import State
from ..evaluation.values import UNKNOWN
from ..findings import Certainty, Found
from ..importer import absolute
from .finder import Finder
from .setting import Settings

PLAIN_STORAGE = "django.contrib.staticfiles.storage.StaticFilesStorage"


FILE_STORAGE = "django.core.files.storage.FileSystemStorage"


OLD = {"staticfiles": "STATICFILES_STORAGE", "default": "DEFAULT_FILE_STORAGE"}  # by their names in STORAGES


OF_CLOUDS = re.compile(r"^storages\.|[Cc]loud|[Aa]zure|[Bb]lob|[Bb]ucket|[Bb]oto")
MAX_BASES = 12  # classes looked at to tell what a storage is


def storage_of(finder: Finder, alias: str, old: str, default: str) -> Found[str]:
    """Return the class of the storage that STORAGES has under an alias, or the setting `old` of earlier releases."""
    settings = finder.settings
    found = settings.get("STORAGES")
    value: Any = UNKNOWN
    if found is not None and isinstance(found.value, dict):
        backend = found.value.get(alias)
        value = backend.get("BACKEND", UNKNOWN) if isinstance(backend, dict) else UNKNOWN
    if not isinstance(value, str) and (earlier := settings.get(old)) is not None:
        found, value = earlier, earlier.value
    if isinstance(value, str):
        return finder.found(value, found, "")
    where = f"{found.name} does not say it" if found else f"nothing sets STORAGES or {old}"
    return finder.found(default, None, f"{where}: Django's default")


def kind_of_static_files(evaluator: State, settings: Settings, storage: Found[str]) -> Found[str]:
    """Return what the storage of static files does with them, and whether WhiteNoise serves them."""
    middleware = settings.value("MIDDLEWARE", ())
    whitenoise = isinstance(middleware, (list, tuple)) and any(
        isinstance(item, str) and item.endswith("WhiteNoiseMiddleware") for item in middleware
    )
    kind, through = storage_kind(evaluator, storage.value)
    if whitenoise and kind in ("plain", "manifest"):
        kind = "whitenoise" if kind == "plain" else "whitenoise-manifest"
    certainty = Certainty.ASSUMED if storage.certainty is Certainty.ASSUMED and not whitenoise else Certainty.INFERRED
    note = f"{storage.value} is a {through}" if through else ""
    return Found(kind, storage.source, certainty, note or storage.note)


def storage_kind(evaluator: State, dotted: str) -> tuple[str, str]:
    """Return what a storage does with static files, and the class outside the project that this was told by."""
    queue = [dotted]
    for name in queue:
        bases = class_bases(evaluator, name) if len(queue) < MAX_BASES else []
        queue += [base for base in bases if base not in queue]
        if not bases and (kind := storage_kind_by_name(name)) != "other":
            return kind, name if name != dotted else ""
    return "other", ""


def storage_kind_by_name(dotted: str) -> str:
    """Return the kind of a storage that comes from a package."""
    last = dotted.rpartition(".")[2]
    if dotted.startswith("whitenoise."):
        return "whitenoise-manifest" if "Manifest" in last else "whitenoise"
    if dotted.startswith("storages.backends.s3") or "S3" in last:
        return "s3"
    manifest = "Manifest" in last and not OF_CLOUDS.search(dotted)  # such as pipeline.storage.PipelineManifestStorage
    if manifest or last.endswith("CachedStaticFilesStorage"):
        return "manifest"
    return "plain" if last == "StaticFilesStorage" else "other"


def class_bases(evaluator: State, dotted: str) -> list[str]:
    """Return the dotted names of the bases of a class in the project; empty for one that is not there."""
    module, _, name = dotted.rpartition(".")
    found = evaluator.importer.find(module)
    parsed = evaluator.tree.python(found.file) if found else None
    imported: dict[str, str] = {}
    bases: list[str] = []
    for node in parsed.body if parsed else ():
        if isinstance(node, ast.Import):
            imported.update(
                {
                    a.asname or a.name.partition(".")[0]: a.name if a.asname else a.name.partition(".")[0]
                    for a in node.names
                }
            )
        elif isinstance(node, ast.ImportFrom):
            source = absolute(node.module or "", node.level, module, bool(found and found.folders))
            imported.update({alias.asname or alias.name: f"{source}.{alias.name}" for alias in node.names})
        elif isinstance(node, ast.ClassDef):
            if node.name == name:
                bases = [dotted_name(base, imported) for base in node.bases]
            imported[node.name] = f"{module}.{node.name}"
    if not bases and name in imported and imported[name] != dotted:
        return [imported[name]]  # the module only passes the class on
    return [base for base in bases if base]


def dotted_name(node: ast.expr, imported: dict[str, str]) -> str:
    """Return the full name of a class that is written in a module with these imports."""
    names: list[str] = []
    while isinstance(node, ast.Attribute):
        names.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return ""
    return ".".join([imported.get(node.id, node.id), *reversed(names)])
