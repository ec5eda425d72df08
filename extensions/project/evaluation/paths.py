"""What pathlib, os.path and glob return, without a look at the disk."""

import posixpath
import re
from collections.abc import Callable
from pathlib import PurePosixPath

from .operations import MAX_TEXT, path_text, path_texts
from .references import Arguments, Bound
from .state import External, State
from .values import HOME, UNKNOWN, CallablePath, Value, merge, words, wrap


def path_attribute(value: Value, name: str) -> Value:
    """Return an attribute of a pathlib path, a bound method for its methods."""
    path = value.data
    if name in ("parent", "name", "stem", "suffix"):
        return Value(getattr(path, name), value.variables)
    if name == "root" and isinstance(path, CallablePath):
        return Value(str(path), value.variables)
    if name == "parents":
        return Value(list(wrap(list(path.parents)).data), value.variables)
    if name == "parts":
        return wrap(path.parts, value.variables)
    return Value(Bound(value, name), value.variables)


def path_method(state: State, value: Value, name: str, arguments: Arguments) -> Value:
    """Return what a method of a pathlib path returns."""
    path = value.data
    variables = merge(value, *arguments.all)
    if name == "expanduser":
        return Value(type(path)(str(path)) if _is_own_home(str(path)) else UNKNOWN, variables)
    if name in ("resolve", "absolute"):
        normal = posixpath.normpath(str(path)) if name == "resolve" else str(path)
        return Value(type(path)(normal), variables)
    if name == "ancestor" and arguments.positional and isinstance(above := arguments.positional[0].data, int):
        return Value([path, *path.parents][min(max(above, 0), len(path.parents))], variables)
    if name in ("joinpath", "path", "child", "__truediv__") and all(
        path_text(part) is not None for part in arguments.positional
    ):
        return Value(path.joinpath(*[str(part.data) for part in arguments.positional]), variables)
    if name in ("as_posix", "__str__"):
        return Value(str(path), variables)
    if name in ("with_name", "with_suffix") and arguments.positional and isinstance(arguments.positional[0].data, str):
        try:
            return Value(getattr(path, name)(arguments.positional[0].data), variables)
        except ValueError:
            return Value(UNKNOWN, variables)
    if name in ("exists", "is_file", "is_dir"):
        return Value(state.path_exists(str(path)), variables)
    if name in ("write_text", "write_bytes", "touch"):
        state.written.setdefault(str(path), state.here)
        return Value(UNKNOWN)
    if name == "mkdir":
        state.made.append((value, state.here))
        return Value(None)
    pattern = arguments.get(0, "pattern")
    if name in ("glob", "rglob") and pattern is not None and isinstance(pattern.data, str):
        deep = "**/" if name == "rglob" else ""
        found = state.glob(f"{path}/{deep}{pattern.data}", recursive=True)
        return wrap(UNKNOWN if found is None else [PurePosixPath(item) for item in found], variables)
    return Value(UNKNOWN, variables)


def os_path(function: str) -> Callable[..., Value]:
    """Return a function that does what the one in os.path does, without a look at the disk."""

    def call(state: State, arguments: Arguments) -> Value:
        variables = merge(*arguments.all)
        texts = path_texts([state.given(value) for value in arguments.positional])
        if not texts or arguments.open or sum(map(len, texts)) > MAX_TEXT:
            return Value(UNKNOWN, variables)
        if function in ("exists", "isfile", "isdir", "lexists"):
            return Value(state.path_exists(texts[0]), variables)
        if function in ("abspath", "realpath", "safe_join"):
            parts = texts if function == "safe_join" else texts[:1]
            return Value(posixpath.normpath(posixpath.join(state.working_folder, *parts)), variables)
        if function == "expandvars":
            text = re.sub(r"\$(?:HOME\b|\{HOME\})", HOME, texts[0])
            return Value(UNKNOWN if "$" in text else text, variables)
        if function == "expanduser":
            return Value(texts[0] if _is_own_home(texts[0]) else UNKNOWN, variables)
        try:
            return wrap(getattr(posixpath, function)(*texts), variables)
        except (TypeError, ValueError):
            return Value(UNKNOWN, variables)

    return call


def _is_own_home(path: str) -> bool:
    """Return whether a path has no other user's home directory, as ~name has, in it."""
    return not path.startswith("~") or path.partition("/")[0] == HOME


def home_path(state: State, arguments: Arguments) -> Value:
    """Return what pathlib.Path.home() returns."""
    return Value(PurePosixPath(HOME))


def glob(state: State, arguments: Arguments) -> Value:
    """Return the project's paths that a pattern matches; https://docs.python.org/3/library/glob.html#glob.glob."""
    text = path_text(arguments.positional[0]) if arguments.positional else None
    recursive = arguments.named.get("recursive")
    found = state.glob(text, recursive is not None and recursive.data is True) if text else None
    return wrap(UNKNOWN if found is None else found, merge(*arguments.all))


def new_path(state: State, arguments: Arguments) -> Value:
    """Return a pathlib path for its parts."""
    given = [state.given(value) for value in arguments.positional]
    texts, variables = path_texts(given), merge(*arguments.all)
    if texts is None:
        return Value(UNKNOWN, variables, given[0].direct if len(given) == 1 else "")
    return Value(PurePosixPath(*texts), variables)


PATHS: dict[str, External] = {
    "pathlib.Path": new_path,
    "pathlib.Path.home": home_path,
    "pathlib.PosixPath.home": home_path,
    "pathlib.PurePath": new_path,
    "pathlib.PosixPath": new_path,
    "pathlib.PurePosixPath": new_path,
    "unipath.Path": new_path,  # https://github.com/mikeorr/Unipath#path-objects
    "glob.glob": glob,
    "glob.iglob": glob,
    "django.utils._os.safe_join": os_path("safe_join"),
    **{
        f"{module}.{name}": os_path(name)
        for module in ("os.path", "posixpath")
        for name in words(
            "join dirname basename abspath realpath normpath split splitext exists isfile isdir lexists expanduser "
            "expandvars"
        )
    },
}
