"""References to things outside the project, and calls of them with their arguments."""

from dataclasses import dataclass

from .values import Value


@dataclass(eq=False, slots=True)
class Reference:
    """Something outside the project, by its dotted name."""

    name: str


@dataclass(eq=False, slots=True)
class Reader:
    """An object that reads the environment, as the package of this name does: packages/ has a module for each."""

    package: str
    scheme: dict[str, Value]
    prefix: str = ""


@dataclass(slots=True)
class Arguments:
    """What a call passes; `open` where there is more than could be read (*args of something unknown)."""

    positional: list[Value]
    named: dict[str, Value]
    open: bool = False

    def get(state, position: int, *names: str) -> Value | None:
        """Return an argument by its place, or by one of its names."""
        if 0 <= position < len(state.positional):
            return state.positional[position]
        return next((state.named[name] for name in names if name in state.named), None)

    @property
    def all(state) -> list[Value]:
        """Return all arguments, those with a name last."""
        return [*state.positional, *state.named.values()]


@dataclass(eq=False, slots=True)
class Late:
    """A django-configurations value: its variable is named for the setting that it is assigned to."""

    kind: str
    arguments: Arguments


@dataclass(eq=False, slots=True)
class Bound:
    """A method, with what it belongs to."""

    owner: Value
    name: str
