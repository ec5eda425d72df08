"""A setting as it was read, and the parts of those that are mappings."""

import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from ..evaluation.environment import ReadVariable
from ..evaluation.values import HOME, ROOT, UNKNOWN, Value, all_variables, beside_project, plain, project_path
from ..findings import Certainty, Problem

MAX_VALUES = 10_000  # parts of a setting that are looked at


@dataclass(frozen=True)
class Setting:
    """A setting's value (UNKNOWN where it cannot be known), where it was last set, and how sure that is."""

    name: str
    value: Any
    source: str
    certainty: Certainty
    variables: tuple[str, ...] = ()
    note: str = ""
    raw: Value = field(default_factory=Value, repr=False, compare=False)


@dataclass(frozen=True)
class Settings:
    """The settings of one module, the variables they read, and the files they were read from."""

    path: str
    values: dict[str, Setting] = field(default_factory=dict)
    environment: list[ReadVariable] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    production: dict[str, str] = field(default_factory=dict)
    elsewhere: dict[str, tuple[str, tuple[str, ...]]] = field(default_factory=dict)  # set in branches not taken
    folder: str = ""  # that of manage.py, from which relative paths start
    made: list[tuple[Value, str]] = field(default_factory=list)  # folders that settings make when they are imported
    written: Mapping[str, str] = field(default_factory=dict)  # files that they write then, and where
    replaced: str = ""  # where a package takes the place of Django's own settings
    open_end: str = ""  # where they take all names of a module that cannot be read
    problems: tuple[Problem, ...] = ()  # what could not be read

    def get(self, name: str) -> Setting | None:
        """Return a setting; None if nothing sets it, an unknown one if a module that cannot be read may do so."""
        if name not in self.values and self.open_end:
            return Setting(
                name, UNKNOWN, self.open_end, Certainty.INFERRED, (), "may be set by what is imported there"
            )
        return self.values.get(name)

    def value(self, name: str, default: Any = None) -> Any:
        """Return a setting's value; `default` if nothing sets it, or it cannot be known."""
        setting = self.values.get(name)
        return default if setting is None or setting.value is UNKNOWN else setting.value


def parts_of(found: Setting | None) -> dict[str, Value]:
    """Return the entries of a setting that is a dict of dicts, by alias."""
    data = found.raw.data if found else None
    return {key: value for key, value in data.items() if isinstance(key, str)} if isinstance(data, dict) else {}


def entry(value: Value, key: str) -> Any:
    """Return a part of an alias's settings as plain data; None if it is not there or not known."""
    part = value.data.get(key) if isinstance(value.data, dict) else None
    data = plain(part) if part is not None else UNKNOWN
    return None if data is UNKNOWN else data


def options_of(value: Value) -> dict[Any, Value]:
    """Return the OPTIONS of an alias's settings, by their names; none if they are not there or not known."""
    options = value.data.get("OPTIONS") if isinstance(value.data, dict) else None
    return options.data if options is not None and isinstance(options.data, dict) else {}


def text_or_none(data: Any) -> str | None:
    """Return a text, None for anything else."""
    return data if isinstance(data, str) else None


def url_variable(settings: Settings, value: Value, kinds: tuple[str, ...]) -> str:
    """Return the variable whose URL makes an entry; "" if there is none."""
    read = {variable.name: variable.type for variable in settings.environment}
    names = all_variables(value)
    urls = [name for name in names if read.get(name) == "url" or name.endswith(("_URL", "_URI", "_DSN"))]
    keyed = [
        part for key in kinds if (part := value.data.get(key) if isinstance(value.data, dict) else None) is not None
    ]
    direct = [name for part in keyed for name in part.variables if name in urls]
    return next(iter([*direct, *urls]), "")


def part_variables(value: Value, keys: tuple[str, ...]) -> dict[str, str]:
    """Return the variable that each part of an entry is read from, by the part's name in lower case."""
    parts = {key: value.data.get(key) for key in keys} if isinstance(value.data, dict) else {}
    found = {key: all_variables(part) for key, part in parts.items() if part is not None}
    return {key.lower(): names[0] for key, names in found.items() if names}


def path_value(value: Value, folder: str) -> tuple[str, bool]:
    """Return a path setting as others have it ("" if unknown), and whether it depends on where the project is."""
    if not isinstance(value.data, (str, PurePosixPath)) or not str(value.data):
        return "", False
    text = str(value.data)
    if text == HOME or text.startswith(f"{HOME}/"):
        return posixpath.normpath(text), False
    guessed = not text.startswith("/") or bool(beside_project(text))
    whole = posixpath.normpath(posixpath.join(ROOT, folder, text))
    path = beside_project(whole) or project_path(whole)
    if path is UNKNOWN or "\0" in path:
        return "", False
    return path, guessed


def leaves(value: Value) -> Iterator[Value]:
    """Yield a value, or all that are in a list or dict of them."""
    pending = [value]
    for part in pending:
        if isinstance(part.data, dict):
            pending += part.data.values()
        elif isinstance(part.data, list | tuple):
            pending += [item for item in part.data if isinstance(item, Value)]
        else:
            yield part
        if len(pending) > MAX_VALUES:
            return
