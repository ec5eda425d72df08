"""configparser of the standard library: https://docs.python.org/3/library/configparser.html.

What stands in a file that git has is known; every other file may be there or not, so that a fallback holds.
"""

from collections.abc import Iterator

from ..opened import note_opened
from ..references import Arguments, Reader, Reference
from ..state import State
from ..values import UNKNOWN, Value, merge
from .package import Package

TRUTHS = {"1": True, "yes": True, "true": True, "on": True, "0": False, "no": False, "false": False, "off": False}
LOADS = ("read", "read_file", "read_string", "readfp")
ASKS = ("has_option", "has_section")
LACKING = ""  # the key in a Reader's scheme of the file that was read last, which may not be there
ALL = ("sections", "options", "items", "defaults", "keys", "values")


def new(state: State, arguments: Arguments) -> Value:
    """Return a parser without any file."""
    return Value(Reader("configparser", {}))


def read(state: State, reader: Reader, method: str, arguments: Arguments) -> Value:
    """Return what a method of a parser gives; the scheme of its Reader holds values by section and option."""
    if method == "read_dict":
        _take(reader, arguments.get(0, "dictionary"))
        return Value(None)
    if method in LOADS:
        given = arguments.get(0, "filenames")
        files = [name for name in _names(given) if _load(state, reader, name)]
        if given is not None:
            reader.scheme[LACKING] = given
        return Value([Value(name) for name in files] if method == "read" else None)
    section, option = (
        item.data if item else None for item in (arguments.get(0, "section"), arguments.get(1, "option"))
    )
    if method in ASKS:
        known = any(key.startswith(f"{section}.") for key in reader.scheme)
        return Value(f"{section}.{option}".lower() in reader.scheme if method == "has_option" else known)
    if method in ALL:
        return Value([])
    if not method.startswith("get") or not isinstance(section, str) or not isinstance(option, str):
        return Value(UNKNOWN, merge(*arguments.all))
    found = reader.scheme.get(f"{section}.{option}".lower()) or arguments.get(-1, "fallback")
    return _as(method, found) if found is not None else Value(UNKNOWN)


def section(state: State, reader: Reader, name: str) -> Value:
    """Return the options of a section; where a file lacks that may have it, settings need that file."""
    start = f"{name}.".lower()
    found = {key.removeprefix(start): value for key, value in reader.scheme.items() if key.startswith(start)}
    if not found and LACKING in reader.scheme and not state.is_caught("KeyError"):
        note_opened(state, reader.scheme[LACKING], Arguments([], {}), mode=0)
    return Value(found) if found else Value()


def _as(method: str, value: Value) -> Value:
    """Return a value as getint, getfloat and getboolean do."""
    text = str(value.data).strip() if isinstance(value.data, str) else None
    if text is None or method == "get":
        return value
    if method == "getboolean":
        return Value(TRUTHS.get(text.lower(), UNKNOWN), value.variables)
    return Value(int(text) if text.isdigit() else UNKNOWN, value.variables)


def _take(reader: Reader, given: Value | None) -> None:
    for section, options in (given.data if given and isinstance(given.data, dict) else {}).items():
        for option, value in (options.data if isinstance(options.data, dict) else {}).items():
            if value.data is not None:
                reader.scheme[f"{section}.{option}".lower()] = value


def _names(value: Value | None) -> Iterator[str]:
    """Yield the last parts of the paths that a call names."""
    if value is None:
        return
    if isinstance(value.data, (list, tuple)):
        for item in value.data:
            yield from _names(item)
    elif not isinstance(value.data, Reference) and (text := str(value.data)) and value.data is not UNKNOWN:
        yield text.rpartition("/")[2]


def _load(state: State, reader: Reader, name: str) -> bool:
    """Read a file that the project has once, and git does not ignore: nothing of another is known."""
    paths = [path for path in state.tree.named(name) if not state.tree.is_ignored(path)]
    if len(paths) != 1:
        return False
    parser = state.tree.ini(paths[0])
    for section in parser.sections():
        for option, value in parser.items(section):
            if value is not None and "%(" not in value:
                reader.scheme[f"{section}.{option}".lower()] = Value(value)
    return True


PACKAGE = Package(
    functions={f"configparser.{name}": new for name in ("ConfigParser", "RawConfigParser", "SafeConfigParser")},
    readers={"configparser": read},
)
