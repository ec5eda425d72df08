"""Functions of Python's that take a text of one form: a variable without a value gets one of that form."""

from collections.abc import Callable
from datetime import datetime

from .environment import DATE, UUID
from .references import Arguments
from .state import State
from .values import UNKNOWN, Value, merge

FORMS = {
    "celery.schedules.crontab": "*",
    "datetime.date.fromisoformat": DATE,
    "datetime.datetime.fromisoformat": DATE,
    "datetime.time.fromisoformat": "00:00",
    "decimal.Decimal": "1",
    "fractions.Fraction": "1",
    "ipaddress.IPv4Address": "127.0.0.1",
    "ipaddress.IPv4Network": "127.0.0.0/8",
    "ipaddress.ip_address": "127.0.0.1",
    "ipaddress.ip_interface": "127.0.0.1/8",
    "ipaddress.ip_network": "127.0.0.0/8",
    "pytz.timezone": "UTC",
    "uuid.UUID": UUID,
    "zoneinfo.ZoneInfo": "UTC",
}


def of_form(text: str) -> Callable[[State, Arguments], Value]:
    """Return a function whose arguments have the form of `text`."""

    def call(state: State, arguments: Arguments) -> Value:
        for item in arguments.all:
            state.given(item)
            state.fits(item, text)
        return Value(UNKNOWN, merge(*arguments.all))

    return call


def parsed_date(state: State, arguments: Arguments) -> Value:
    """Record the form that a date has: https://docs.python.org/3/library/datetime.html#datetime.datetime.strptime."""
    text, form = arguments.get(0), arguments.get(1)
    if text is not None and form is not None and isinstance(form.data, str):
        state.given(text)
        state.fits(text, datetime.fromisoformat(DATE).strftime(form.data))
    return Value(UNKNOWN, merge(*arguments.all))


def logged(state: State, arguments: Arguments) -> Value:
    """Record which variable is a level: https://docs.python.org/3/library/logging.html#logging-levels."""
    if level := arguments.get(-1, "level"):
        state.fits(level, "INFO")
    return Value(None)


FUNCTIONS = {
    **{name: of_form(text) for name, text in FORMS.items()},
    "datetime.datetime.strptime": parsed_date,
    "logging.basicConfig": logged,
}
