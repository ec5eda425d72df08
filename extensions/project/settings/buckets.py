"""Storages whose bucket, or its login, is not set, and the settings that keep their files on disk instead.

https://django-storages.readthedocs.io
"""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ..data import url_parts
from ..evaluation.state import State
from ..evaluation.values import ROOT, UNKNOWN, Value, plain
from ..findings import Certainty, Found
from .record import Bucket, DjangoSettings
from .setting import Setting, Settings, parts_of
from .storages import FILE_STORAGE, OLD, PLAIN_STORAGE, class_bases

COMPRESSED = "compressor.storage.CompressorFileStorage"
MAX_BASES = 12  # classes looked at to tell what a storage is
WORKDIR = "/workdir"  # where images have the project
MEDIA = "media"  # the folder of uploads where settings name none
PLAIN = {"staticfiles": PLAIN_STORAGE, "default": FILE_STORAGE}


@dataclass(frozen=True)
class Kind:
    """A kind of storage: what its module's name has, the settings, or options and attributes, of the bucket, and the
    setting of its login.
    """

    modules: tuple[str, ...]
    settings: tuple[str, ...]
    options: tuple[str, ...]
    login: str = ""


KINDS = (
    Kind(("s3boto", "backends.s3"), ("AWS_STORAGE_BUCKET_NAME",), ("bucket_name",), "AWS_SECRET_ACCESS_KEY"),
    Kind(("backends.gcloud",), ("GS_BUCKET_NAME",), ("bucket_name",)),
    Kind(("azure",), ("AZURE_CONTAINER",), ("azure_container",)),
)


def unset_buckets(evaluator: State, settings: Settings) -> Found[list[Bucket]]:
    """Return the storages of Django's own names whose bucket, or its login, no setting has without a variable."""
    found = [bucket for alias in PLAIN for bucket in _unset(evaluator, settings, alias)]
    return Found(found, found[0].source if found else "", Certainty.INFERRED)


def _unset(evaluator: State, settings: Settings, alias: str) -> Iterator[Bucket]:
    entries = parts_of(settings.get("STORAGES"))
    stated = plain(entries[alias]) if alias in entries else None
    backend = stated.get("BACKEND") if isinstance(stated, dict) else None
    options = stated.get("OPTIONS") if isinstance(stated, dict) else None
    old = not isinstance(backend, str)
    if old:
        backend, options = settings.value(OLD[alias]), None
    if not isinstance(backend, str):
        return
    names = _line(evaluator, backend)
    kind = next((kind for kind in KINDS for name in names if any(part in name.lower() for part in kind.modules)), None)
    if kind is None:
        return
    given = _is_given(evaluator, settings, kind, names, options)
    login = settings.values.get(kind.login)
    if given and not (login and login.value == "" and login.variables):  # a role of the machine needs no empty login
        return
    known = [login] if given and login else [found for name in kind.settings if (found := settings.values.get(name))]
    source = known[0].source if known else settings.values[OLD[alias] if old else "STORAGES"].source
    variables = tuple(dict.fromkeys(name for found in known for name in found.variables))
    setting = kind.login if given else kind.settings[0]
    yield Bucket(alias, setting, source, variables, old, bool(options) and options is not None)


def _line(evaluator: State, backend: str) -> list[str]:
    """Return a class and those it is made of, in the project and outside."""
    queue = [backend]
    for name in queue:
        bases = class_bases(evaluator, name) if len(queue) < MAX_BASES else []
        queue += [base for base in bases if base not in queue]
    return queue


def _is_given(evaluator: State, settings: Settings, kind: Kind, names: list[str], options: Any) -> bool:
    """Return whether the bucket has a name: in an option, an attribute of a class, or a setting."""
    for option in kind.options:
        if isinstance(options, dict) and option in options:
            return options[option] is not UNKNOWN and bool(options[option])
    for name in names:
        for node in _attribute(evaluator, name, kind.options):
            if isinstance(node, ast.Constant):
                return bool(node.value)
            if isinstance(node, ast.Attribute):  # settings.MEDIA_BUCKET
                return _has_text(settings.values.get(node.attr))
            return True
    return any(_has_text(settings.get(name)) for name in kind.settings)


def _attribute(evaluator: State, dotted: str, names: tuple[str, ...]) -> Iterator[ast.expr]:
    """Yield what a class of the project assigns to attributes of these names."""
    module, _, name = dotted.rpartition(".")
    path = evaluator.find_module(module, "", 0) if module else None
    parsed = evaluator.tree.python(path) if path else None
    for node in parsed.body if parsed else ():
        for item in node.body if isinstance(node, ast.ClassDef) and node.name == name else ():
            targets = item.targets if isinstance(item, ast.Assign) else ()
            if isinstance(item, ast.Assign) and any(isinstance(to, ast.Name) and to.id in names for to in targets):
                yield item.value


def _has_text(found: Setting | None) -> bool:
    """Return whether a setting is a text, or nothing but unknown: not what a variable has to say that is not set."""
    if found is None:
        return False
    return not found.variables if found.value is UNKNOWN else isinstance(found.value, str) and bool(found.value)


def in_files(settings: DjangoSettings, evaluated: Settings) -> tuple[DjangoSettings, Settings]:
    """Return the settings as they are with what makes the storages without a bucket keep files."""
    buckets = settings.unset_buckets
    if not buckets.value:
        return settings, evaluated
    changes: dict[str, str] = {}
    values = dict(evaluated.values)
    for bucket in buckets.value:
        path = OLD[bucket.alias] if bucket.old else f"STORAGES.{bucket.alias}.BACKEND"
        changes[path] = PLAIN[bucket.alias]
        if bucket.options:
            changes[f"STORAGES.{bucket.alias}.OPTIONS"] = ""
    found = settings

    def said(value: str) -> Found[str]:
        return Found(value, buckets.source, Certainty.INFERRED)

    if "staticfiles" in {bucket.alias for bucket in buckets.value}:
        found = replace(
            found,
            staticfiles_storage=said(PLAIN_STORAGE),
            staticfiles_kind=said("whitenoise" if _has_whitenoise(settings) else "plain"),
        )
        if not _is_path(settings.static_url.value) or _is_unknown(evaluated, "STATIC_URL"):
            changes["STATIC_URL"] = "/static/"
            found = replace(found, static_url=said("/static/"))
        changes |= _of_compressor(evaluated, found.static_url.value) | _of_collectfast(evaluated)
    if "default" in {bucket.alias for bucket in buckets.value}:
        found = replace(found, default_storage=said(FILE_STORAGE))
        if not settings.media_root.value or ":" in settings.media_root.value:
            changes["MEDIA_ROOT"] = f"{WORKDIR}/{MEDIA}"
            found = replace(found, media_root=said(MEDIA))
            raw = Value(f"{ROOT}/{MEDIA}")
            values["MEDIA_ROOT"] = Setting("MEDIA_ROOT", MEDIA, buckets.source, Certainty.INFERRED, raw=raw)
        if not _is_path(settings.media_url.value) or _is_unknown(evaluated, "MEDIA_URL"):
            changes["MEDIA_URL"] = "/media/"
            found = replace(found, media_url=said("/media/"))
    changed: Found[Mapping[str, str]] = Found(changes, buckets.source, Certainty.INFERRED)
    return replace(found, in_files=changed), replace(evaluated, values=values)


def without_old(settings: DjangoSettings, evaluated: Settings) -> tuple[DjangoSettings, Settings]:
    """Return the settings as Django 5.1 and newer take them: without the storages that only its earlier releases read.

    https://docs.djangoproject.com/en/stable/releases/5.1/#features-removed-in-5-1
    """
    if "STORAGES" not in evaluated.values and evaluated.open_end:
        return settings, evaluated
    stated = parts_of(evaluated.values.get("STORAGES"))
    ignored = {alias for alias, name in OLD.items() if name in evaluated.values and alias not in stated}
    if not ignored:
        return settings, evaluated
    found = settings

    def plain_storage(alias: str) -> Found[str]:
        source = evaluated.values[OLD[alias]].source
        return Found(PLAIN[alias], source, Certainty.INFERRED, f"Django 5.1 has removed {OLD[alias]}.")

    if "staticfiles" in ignored:
        storage = plain_storage("staticfiles")
        kind = "whitenoise" if _has_whitenoise(settings) else "plain"
        found = replace(found, staticfiles_storage=storage, staticfiles_kind=replace(storage, value=kind))
    if "default" in ignored:
        found = replace(found, default_storage=plain_storage("default"))
    kept = [bucket for bucket in settings.unset_buckets.value if not (bucket.old and bucket.alias in ignored)]
    found = replace(found, unset_buckets=replace(settings.unset_buckets, value=kept))
    values = {name: value for name, value in evaluated.values.items() if name not in {OLD[alias] for alias in ignored}}
    return found, replace(evaluated, values=values)


def _has_whitenoise(settings: DjangoSettings) -> bool:
    return any(name.endswith("WhiteNoiseMiddleware") for name in settings.middleware.value)


def _is_path(url: str) -> bool:
    parts = url_parts(url)
    return bool(parts and not parts.netloc and parts.path.strip("/") and ":" not in url)


def _of_compressor(evaluated: Settings, static_url: str) -> dict[str, str]:
    """Return what makes django-compressor keep its files where the others are, not in a bucket.

    https://django-compressor.readthedocs.io/en/stable/remote-storages.html
    """
    storage, url = evaluated.value("COMPRESS_STORAGE"), evaluated.value("COMPRESS_URL")
    names = [part for kind in KINDS for part in kind.modules] + ["s3"]
    if not isinstance(storage, str) or not any(name in storage.lower() for name in names):
        return {}
    found = {"COMPRESS_STORAGE": COMPRESSED}
    is_set = _is_unknown(evaluated, "COMPRESS_URL") or (isinstance(url, str) and not _is_path(url))
    return found | ({"COMPRESS_URL": static_url} if is_set else {})


def _of_collectfast(evaluated: Settings) -> dict[str, str]:
    """Return what makes collectstatic of Collectfasta, or Collectfast, compare files with files, not with a bucket's.

    https://github.com/jasongi/collectfasta#upload-strategies
    """
    strategies = {
        f"{name.upper()}_STRATEGY": f"{name}.strategies.filesystem" for name in ("collectfasta", "collectfast")
    }
    return {name: f"{module}.FileSystemStrategy" for name, module in strategies.items() if name in evaluated.values}


def _is_unknown(evaluated: Settings, name: str) -> bool:
    """Return whether only a variable tells a setting, as a URL with the bucket's name in it."""
    found = evaluated.values.get(name)
    return found is not None and found.value is UNKNOWN and bool(found.variables)
