"""The processes that a project runs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..findings import Certainty, Found, unread


@dataclass(frozen=True)
class Process:
    """A process, and where it is stated, or what it follows from."""

    name: str
    command: str
    kind: str  # web | worker | beat | scheduler | release | cron | other
    source: str
    certainty: Certainty = Certainty.STATED
    note: str = ""
    runs: str = ""  # of a command that is a script: the line of it that says its kind
    schedule: str = ""  # of a cron job
    every: int = 0  # of a worker that ends by itself: seconds until it runs again
    ports: Sequence[str] = ()  # of a Compose service: those that it publishes, as "8025:8025"


@dataclass(frozen=True)
class Place:
    """Where code has Celery's queues, or its results: a URL, the variable that it reads, or a setting; "" for none."""

    text: str = ""  # also the default of the variable
    variable: str = ""
    setting: str = ""


@dataclass(frozen=True)
class Processes:
    """The processes that a project runs beside, and with, its web server."""

    processes: Found[Sequence[Process]] = unread(())  # what files state comes before what code implies
    celery_app: Found[str] = unread("")  # what `celery -A` takes
    celery_places: Found[Mapping[str, Place]] = unread({})  # "broker" and "backend", as the application is made with
    celery_settings: Found[str] = unread("")  # settings of Celery's own, which start from the site's; "" for none
    celery_concurrency: Found[bool] = unread(False)  # whether something says how many processes a worker has
