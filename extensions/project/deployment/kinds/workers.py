"""Processes that a script starts beside the server: they become services of their own."""

from ...secrets import words
from ..steps import Phase, Step
from .management import management_words
from .record import Kind, Surroundings, Taken, Worker

PROGRAMS = frozenset(
    [
        "celery",
        "dramatiq",
        "rq",
        "rqworker",
        "rqscheduler",
        "huey_consumer",
        "huey_consumer.py",
        "procrastinate",
        "arq",
    ]
)
COMMANDS = words(
    "rqworker rqscheduler run_huey rundramatiq qcluster db_worker procrastinate runworker process_tasks celery "
    "celeryd celerybeat runapscheduler"
)


def _read(step: Step, around: Surroundings) -> list[Taken] | None:
    if step.keyword != "RUN" or step.phase is not Phase.START or not step.words:
        return None
    command = management_words(step, around)
    module = step.words[2] if step.words[1:2] == ("-m",) and len(step.words) > 2 else ""
    known = step.program in PROGRAMS or module in PROGRAMS or (command is not None and command[0] in COMMANDS)
    beside = step.background and (command is not None or (step.every and step.program.startswith("python")))
    if known or beside:
        return [Worker(step.source, ("python", "manage.py", *command) if command else step.words, step.every)]
    return None


WORKERS = Kind("workers", _read)
