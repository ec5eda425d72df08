"""python-decouple: https://github.com/HBNetwork/python-decouple."""

from ..operations import first_argument
from ..references import Arguments, Reader
from ..state import State
from ..values import UNKNOWN, Value
from .package import Package
from .reading import NOT_READING, new_reader, read_second


def read(state: State, reader: Reader, method: str, arguments: Arguments) -> Value:
    """Return what config() reads. It casts a default, too: int("") and int(None) fail, so these are no defaults."""
    return read_second(state, reader, method, arguments, (("int", None), ("int", "")))


def config(state: State, arguments: Arguments) -> Value:
    """Return what the package's own config() reads."""
    return read(state, Reader("decouple", {}), "", arguments)


def csv(state: State, reader: Reader, method: str, arguments: Arguments) -> Value:
    """Return what Csv() makes of a text: a list, which its type tells; here, it is left as it is."""
    return Value(None) if method in NOT_READING else first_argument(state, arguments)


def new_csv(state: State, arguments: Arguments) -> Value:
    """Return what Csv() is, with the type of its items."""
    cast = arguments.get(0, "cast")
    return Value(Reader("csv", {"cast": cast} if cast is not None else {}))


def choices(state: State, arguments: Arguments) -> Value:
    """Return the texts of which Choices() takes one."""
    flat = arguments.get(0, "flat")
    return Value(tuple(flat.data) if flat is not None and isinstance(flat.data, (list, tuple)) else UNKNOWN)


PACKAGE = Package(
    functions={
        "decouple.Config": new_reader("decouple"),
        "decouple.AutoConfig": new_reader("decouple"),
        "decouple.Csv": new_csv,
        "decouple.Choices": choices,
        "decouple.config": config,
    },
    reads=frozenset(["decouple.config"]),
    readers={"decouple": read, "csv": csv},
)
