"""python-decouple: https://github.com/HBNetwork/python-decouple."""

from ..examples import is_needed
from ..opened import note_opened
from ..operations import first_argument, path_text
from ..references import Arguments, Reader
from ..state import EMPTY, Lacking, State
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


def repository(state: State, arguments: Arguments) -> Value:
    """Read a file of variables, which has to be there: the package opens it. Without its values, variables do."""
    source = arguments.get(0, "source")
    if source is None or (text := path_text(source)) is None:
        return Value()
    within = state.within(text)
    name = within.rpartition("/")[2]
    if within.startswith("/") or not (name.startswith(".env") or name.endswith(".env")):
        note_opened(state, source, Arguments([], {}), mode=0)
    elif is_needed(state):
        state.lacking[within] = Lacking(state.here, EMPTY)  # no image gets it, whether it is there or not
    return Value()


PACKAGE = Package(
    functions={
        "decouple.Config": new_reader("decouple"),
        "decouple.AutoConfig": new_reader("decouple"),
        "decouple.RepositoryEnv": repository,
        "decouple.RepositoryIni": repository,
        "decouple.Csv": new_csv,
        "decouple.Choices": choices,
        "decouple.config": config,
    },
    reads=frozenset(["decouple.config"]),
    readers={"decouple": read, "csv": csv},
)
