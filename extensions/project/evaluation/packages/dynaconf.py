"""dynaconf: https://www.dynaconf.com/django/ and https://www.dynaconf.com/configuration/."""

import posixpath
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ...data import mapping
from ..objects import Module, Scope
from ..operations import plain_text
from ..references import Arguments
from ..state import Private, State
from ..values import UNKNOWN, Binding, Value, plain, wrap
from .package import Package

FILES = tuple(f"{name}.{end}" for name in ("settings", ".secrets") for end in ("toml", "tml", "yaml", "yml", "json"))
# Settings that say where a service is, who may ask, or what is shown: those that a variable changes under Compose.
CONNECTIONS = ("DEBUG", "DATABASES", "CACHES", "CHANNEL_LAYERS", "ALLOWED_HOSTS")
CONNECTION_WORDS = ("BROKER", "CELERY", "REDIS")
FORMATTED = re.compile(r"@(?:format|jinja)\s+\{+\s*(?:env\[|this\.env\.|env\.)[\"']?(\w+)[\"']?\]?\s*\}+")
CASTS: dict[str, Callable[[str], Any]] = {
    "int": int,
    "float": float,
    "str": str,
    "bool": lambda text: text.lower() in ("true", "on", "1", "yes"),
}
MERGE = "dynaconf_merge"
MAX_FILES = 20
MAX_DEPTH = 20


def django(state: State, arguments: Arguments, scope: Scope) -> None:
    """Complete a module's settings with those of the files, and of variables: what DjangoDynaconf(__name__) does."""
    own = {name: bound.value for name, bound in scope.globals.items() if name.isupper()}
    options = _options(own, arguments, prefix="DJANGO", switcher="DJANGO_ENV", environments=True)
    state.replaced = state.replaced or f"{scope.file}:{state.here.rpartition(':')[2]}"
    for name, value, source in _read(state, options, scope.file):
        before = scope.globals.get(name)
        merged = _merged(before.value if before else None, name, value)
        scope.globals[name] = Binding(_by_variables(state, options["prefix"], name, merged), source)
    for name, value in own.items():  # a variable counts more than what the module says
        bound = scope.globals[name]
        if bound.value is value and name in CONNECTIONS:
            bound.value = _by_variables(state, options["prefix"], name, value)


def settings(state: State, arguments: Arguments) -> Value:
    """Return what Dynaconf() makes: an object with the settings of files as attributes."""
    options = _options({}, arguments, prefix="DYNACONF", switcher="ENV_FOR_DYNACONF", environments=False)
    file = state.here.rpartition(":")[0]
    names: dict[str, Binding] = {}
    for name, value, source in _read(state, options, file):
        before = names.get(name)
        merged = _merged(before.value if before else None, name, value)
        names[name] = Binding(_by_variables(state, options["prefix"], name, merged), source)
    return Value(Module("", names))


def _options(
    own: Mapping[str, Value], arguments: Arguments, prefix: str, switcher: str, environments: bool
) -> dict[str, Any]:
    """Return what is to be read: the arguments count more than the settings of their names."""

    def said(default: Any, *names: str) -> Any:
        for name in names:
            full = f"{name.upper()}_FOR_DYNACONF"
            value = arguments.named.get(name) or arguments.named.get(full) or own.get(full)
            if value is not None and (data := plain(value)) is not UNKNOWN:
                return data
        return default

    files = said([], "settings_files", "settings_file")
    files = [files] if isinstance(files, str) else files
    switch = said(switcher, "env_switcher")
    return {
        "files": [name for item in files for name in re.split("[,;]", item)] if files else [],
        "more": [item for item in [said("", "secrets")] if item and isinstance(item, str)],
        "prefix": said(prefix, "envvar_prefix"),
        "switcher": switch if isinstance(switch, str) and switch else switcher,
        "environments": bool(said(environments, "environments")),
        "env": said("", "env", "force_env"),
        "merge": bool(said(False, "merge_enabled")),
    }


def _read(state: State, options: Mapping[str, Any], file: str) -> Iterator[tuple[str, Any, str]]:
    """Yield the settings that the files have, in the order in which they are read, with their file."""
    paths, switcher = list(_paths(state, options, file))[:MAX_FILES], options["switcher"]
    current = options["env"] or state.environment.given.get(switcher) or "development"
    if options["environments"] and not options["env"] and switcher not in state.environment.given:
        current = plain(state.read(switcher, Value("development")))
        texts = (str(name) for path in paths for name in _content(state, path))
        state.environment.variables[switcher].compared += texts
    sections = ("default", str(current).lower(), "global") if options["environments"] else ("",)
    for path in paths:
        content = _content(state, path)
        named = {str(name).lower(): item for name, item in content.items()}
        if path not in state.files:
            state.files.append(path)
        for section in sections:
            listed = mapping(named.get(section) if section else content)
            for name, value in listed.items():
                if str(name).lower() != MERGE:
                    merge = options["merge"] or bool(listed.get(MERGE))
                    yield str(name), {**value, MERGE: True} if merge and isinstance(value, dict) else value, path


def _paths(state: State, options: Mapping[str, Any], file: str) -> Iterator[str]:
    """Yield the files that are there: each from the settings' folder upwards, in a folder `config` too."""
    folders = [posixpath.dirname(file)]
    while folders[-1]:
        folders.append(posixpath.dirname(folders[-1]))
    for name in [*(options["files"] or FILES), *options["more"]]:
        name = plain_text(Value(name))
        if not isinstance(name, str):
            continue
        name = name.strip().rpartition("/.project/")[2]
        places = [
            posixpath.normpath(posixpath.join(folder, inner, name)) for folder in folders for inner in ("", "config")
        ]
        found = next((path for path in places if state.tree.exists(path)), "")
        if found and state.tree.is_private(found):
            state.private.setdefault(found, Private(state.here))
        elif found and not found.endswith(".py"):
            yield found


def _content(state: State, path: str) -> dict[str, Any]:
    """Return what a file holds."""
    end = path.rpartition(".")[2]
    read = state.tree.toml if end in ("toml", "tml") else state.tree.json if end == "json" else state.tree.yaml
    content = read(path) if end in ("toml", "tml", "json", "yaml", "yml") else {}
    return content if isinstance(content, dict) else {}


def _merged(before: Value | None, name: str, value: Any) -> Value:
    """Return a setting as a file has it, with what was there before where the file says so."""
    made = wrap(_without_marks(value, 0))
    if before is not None and isinstance(value, dict) and value.get(MERGE) and isinstance(before.data, dict):
        return Value({**before.data, **made.data})
    if before is not None and isinstance(value, list) and MERGE in value and isinstance(before.data, list):
        return Value([*before.data, *made.data])
    return made


def _without_marks(value: Any, depth: int) -> Any:
    if depth > MAX_DEPTH:
        return UNKNOWN
    if isinstance(value, dict):
        kept = ((name, item) for name, item in value.items() if str(name).lower() != MERGE)
        return {str(name): _without_marks(item, depth + 1) for name, item in kept}
    if isinstance(value, list):
        return [_without_marks(item, depth + 1) for item in value if item != MERGE]
    return value if value is None or isinstance(value, (str, bool, int, float)) else UNKNOWN


def _by_variables(state: State, prefix: Any, name: str, value: Value) -> Value:
    """Return a setting with each part that a variable changes as one that reads it, and what its marks ask for."""
    connects = name.upper() in CONNECTIONS or any(word in name.upper() for word in CONNECTION_WORDS)
    start = f"{prefix}_" if isinstance(prefix, str) and prefix else ""
    return _part(state, f"{start}{name}" if connects else "", value, 0)


def _part(state: State, variable: str, value: Value, depth: int) -> Value:
    if depth > MAX_DEPTH:
        return Value()
    if isinstance(value.data, dict):
        items = {
            key: _part(
                state, f"{variable}__{key}" if variable and re.fullmatch(r"\w+", str(key)) else "", item, depth + 1
            )
            for key, item in value.data.items()
        }
        return Value(items, value.variables)
    if isinstance(value.data, list):
        read = [_part(state, "", item, depth + 1) for item in value.data]
        if variable and all(isinstance(item.data, str) for item in read):
            state.read(variable, Value(read), "list")
            state.environment.variables[variable].separator = "@merge"
            return Value(read, (variable,))
        return Value(read, value.variables)
    if isinstance(value.data, str) and value.data.startswith("@"):
        return _marked(state, value.data)
    if variable and not value.variables and isinstance(value.data, (str, int, float)):
        return state.read(variable, value, "bool" if isinstance(value.data, bool) else "str")
    return value


def _marked(state: State, text: str) -> Value:
    """Return what a text makes that begins with a mark; https://www.dynaconf.com/envvars/#type-casting."""
    if match := FORMATTED.fullmatch(text.strip()):
        return state.read(match[1], None)
    mark, _, rest = text[1:].partition(" ")
    if mark in ("none", "empty", "del"):
        return Value(None)
    try:
        return Value(CASTS[mark](rest.strip())) if mark in CASTS else Value()
    except ValueError:
        return Value()


PACKAGE = Package(
    functions={"dynaconf.Dynaconf": settings, "dynaconf.LazySettings": settings},
    scoped={"dynaconf.DjangoDynaconf": django, "dynaconf.contrib.DjangoDynaconf": django},
)
