"""Folders of uploads that only a variable names: without it, Django would write to the folder that it starts in."""

import re
from collections.abc import Iterator
from dataclasses import replace

from ..evaluation.values import Value
from ..findings import Certainty, Found
from ..layout.record import Layout
from ..tree import Tree
from .code_writes import site_modules
from .record import DjangoSettings
from .setting import Setting, Settings, path_value
from .writes import is_local

STORAGE = re.compile(r"\b(?:FileSystemStorage\(\s*(?:location\s*=\s*)?|location\s*=\s*)settings\.([A-Z][A-Z0-9_]*)")
ENDING = re.compile(r"_(?:ROOT|LOCATION|DIR|DIRECTORY|PATH|FOLDER)$")


def with_folders(
    tree: Tree, settings: DjangoSettings, evaluated: Settings, layout: Layout
) -> tuple[DjangoSettings, Settings]:
    """Return the settings with a folder for each storage of files that has none: the image's variable names it.

    https://docs.djangoproject.com/en/stable/ref/files/storage/#django.core.files.storage.FileSystemStorage
    """
    read, values = {item.name: item for item in settings.environment.value}, dict(evaluated.values)
    found = settings
    for name in dict.fromkeys(_of_storages(tree, settings, evaluated, layout)):
        setting = evaluated.values.get(name)
        variable = read.get(setting.raw.direct) if setting and setting.value in (None, "") else None
        folder = ENDING.sub("", name).lower()
        path = path_value(Value(folder), evaluated.folder)[0]
        is_code = any(other.startswith(f"{path}/") and other.endswith(".py") for other in tree.paths)
        if setting is None or variable is None or variable.build or variable.production is not None or is_code:
            continue
        read[variable.name] = replace(variable, production=folder)
        raw = Value(folder, setting.raw.variables, setting.raw.direct)
        values[name] = Setting(name, folder, setting.source, Certainty.INFERRED, setting.variables, raw=raw)
        if name == "MEDIA_ROOT":
            found = replace(found, media_root=Found(path, setting.source, Certainty.INFERRED))
    environment = replace(settings.environment, value=[*read.values()])
    return replace(found, environment=environment), replace(evaluated, values=values)


def _of_storages(tree: Tree, settings: DjangoSettings, evaluated: Settings, layout: Layout) -> Iterator[str]:
    """Yield the settings that say where storages of files keep them."""
    if is_local(settings.default_storage.value):
        yield "MEDIA_ROOT"
    for path in site_modules(tree, evaluated, layout):
        text = tree.text(path) or ""
        if "FileSystemStorage" in text:
            yield from (match[1] for match in STORAGE.finditer(text))
