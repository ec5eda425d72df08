"""The packages that settings use to read the environment, with replacements for them, one module each."""

from collections.abc import Iterable

from ..objects import Class
from ..references import Arguments, Reader, Reference
from ..state import External, State
from ..values import Binding, Value
from . import (
    configurations,
    copilot,
    decouple,
    dynaconf,
    environ,
    environs,
    heroku,
    ini_files,
    key_sets,
    pydantic_settings,
    service_urls,
    split_settings,
    typed_environment,
)
from .package import Package

PACKAGES: tuple[Package, ...] = (
    environ.PACKAGE,
    environs.PACKAGE,
    decouple.PACKAGE,
    service_urls.PACKAGE,
    configurations.PACKAGE,
    split_settings.PACKAGE,
    pydantic_settings.PACKAGE,
    dynaconf.PACKAGE,
    ini_files.PACKAGE,
    typed_environment.PACKAGE,
    heroku.PACKAGE,
    key_sets.PACKAGE,
    copilot.PACKAGE,
)
FUNCTIONS = {name: function for package in PACKAGES for name, function in package.functions.items()}
READS = frozenset(name for package in PACKAGES for name in package.reads)
SCOPED = {name: function for package in PACKAGES for name, function in package.scoped.items()}
READERS = {kind: read for package in PACKAGES for kind, read in package.readers.items()}
BASES = {prefix: make for package in PACKAGES for prefix, make in package.bases.items()}
TOLD = [package.told for package in PACKAGES if package.told]
MADE = [package.made for package in PACKAGES if package.made]
MEMBERS = [package.member for package in PACKAGES if package.member]


def function(name: str) -> External | None:
    """Return what stands in for a function that only a part of its name tells; None for one of no known package."""
    return next((found for told in TOLD if (found := told(name)) is not None), None)


def starred(modules: Iterable[str], name: str) -> str:
    """Return the dotted name that a name stands for, where all names of modules are imported; "" for none."""
    dotted = (f"{module}.{name}" for module in modules)
    return next((one for one in dotted if one in FUNCTIONS or one in SCOPED or function(one) is not None), "")


def is_known(module: str) -> bool:
    """Return whether a module's functions are known."""
    return any(name.startswith(f"{module}.") for name in (*FUNCTIONS, *SCOPED))


def read(state: State, reader: Reader, method: str, arguments: Arguments) -> Value:
    """Return what a reader's method gives, or with "" what calling the reader does."""
    return READERS[reader.package](state, reader, method, arguments)


def maker(made: Class) -> External | None:
    """Return what calling a class of the project does whose base is a package's; None for other classes."""
    names = [base.name for base in made.line() if isinstance(base, Reference)]
    return next((make for prefix, make in BASES.items() if any(name.startswith(prefix) for name in names)), None)


def made(state: State, cls: Class, arguments: Arguments) -> None:
    """Tell the packages that a class of the project is called."""
    for tell in MADE:
        tell(state, cls, arguments)


def member(state: State, line: list[Class | Reference], name: str, bound: Binding) -> Value | None:
    """Return an attribute of an instance that a package reads; None where its classes are no package's."""
    return next((found for read in MEMBERS if (found := read(state, line, name, bound)) is not None), None)
