"""The defaults for the processes of compose.yaml other than the web server: workers and jobs."""

import re
import shlex
from collections.abc import Iterator

from packaging.requirements import Requirement

from ..project import Certainty
from ..project.evaluation.values import words
from ..project.processes import LISTENS
from ..project.processes.record import Process
from ..project.secrets import HIDDEN
from ..rendering.celery import is_worker
from ..services.connections import address, connections, is_server, kind_of
from ..services.kinds import broker_kinds
from ..services.site import Site
from . import deployment_defaults, kinds
from .default import Default

PROGRAMS = ("celery", "dramatiq", "rq", "rqscheduler", "huey_consumer", "huey_consumer.py", "procrastinate", "arq")
# Those of programs that have another name, and what nothing else than a distribution needs.
DISTRIBUTIONS = {"rqscheduler": "rq-scheduler", "huey_consumer": "huey", "huey_consumer.py": "huey"}
NEEDED_BY = {"celery": frozenset(("billiard",))}
RUNNING = ("worker", "beat", "scheduler")  # kinds of processes that do not end
QUEUE = re.compile(
    r"\bcelery\b|\b(?:rqworker|rqworker-pool|rqscheduler|run_huey|rundramatiq|qcluster|db_worker|procrastinate|dramatiq"
    r"|huey_consumer|process_tasks|rqworkers)\b"
)
SCHEDULE = "/tmp/celerybeat-schedule"
# Celery's own: a container has one process, its log is its output, and its user cannot become another.
FILES = ("--pidfile", "--logfile", "-f", "--uid", "--gid")
ELSEWHERE = re.compile(r"\s--workdir[ =]/\S*")  # a folder of the project's own image; services start in manage.py's
DATABASE_SCHEDULER = re.compile(r"DatabaseScheduler|RedBeat", re.IGNORECASE)
# What an image, or compose.yaml, does already; flower and the like are no part of a site.
DONE = words("migrate createcachetable collectstatic compilemessages check runserver shell tailwind test testserver")
TAKEN = frozenset(("django", "migrate", "static"))
IN_FILES = ("filesystem", "sqla+sqlite", "sqlalchemy+sqlite")  # volumes have what Celery's queues are then
NO_CONTROL = (*IN_FILES, "sqla+", "sqlalchemy+", "sqs:", "memory:")
ENDLESS = "A management command that seems not to end."


def workers(site: Site) -> Default:
    """Return the commands that production runs beside the web server, by the names of their services."""
    found, items = _workers(site)
    return Default(found, next((item.source for item in items.values()), ""))


def worker_ports(site: Site) -> Default:
    """Return the ports that the project's own Compose file publishes of what it runs beside the web server."""
    items = _workers(site)[1]
    own = str(site.adopted.django_port.value or "")
    found = {name: [port for port in item.ports if port.split(":")[-2] != own] for name, item in items.items()}
    kept = {name: ports for name, ports in found.items() if ports}
    return Default(kept, next((items[name].source for name in kept), ""))


def worker_intervals(site: Site) -> Default:
    """Return after how many seconds those workers run again that end by themselves."""
    items = _workers(site)[1]
    found = {name: item.every for name, item in items.items() if item.every}
    return Default(found, next((items[name].source for name in found), ""))


def _workers(site: Site) -> tuple[dict[str, str], dict[str, Process]]:
    """Return the commands, and the processes that they were read from, by the names of their services."""
    found: dict[str, str] = {}
    items: dict[str, Process] = {}
    stated = [item for item in site.processes.processes.value if item.kind in RUNNING]
    for item in stated:
        command = _worker(site, item)
        if not command or command in found.values() or _lacking(site, command):
            continue
        alone = sum(_queue(other) == _queue(item) for other in stated) == 1
        name = _free(_name(site, item, command, alone), found, site)
        found[name], items[name] = command, item
    return found, items


def notes(site: Site) -> list[str]:
    """Return sentences on processes of production that do not run: a shell would have to fill them in, or an answer
    cannot have them."""
    commands, items = _workers(site)
    return [
        f"`{command}` ({items[name].source}) doesn't run: add a service for it to compose.override.yaml."
        for name, command in commands.items()
        if kinds.command(command)
    ] + [*_not_installed(site), *_of_variables(site)]


def _not_installed(site: Site) -> Iterator[str]:
    """Yield sentences on stated processes whose program nothing installs."""
    for item in site.processes.processes.value:
        command = _worker(site, item) if item.certainty == Certainty.STATED and item.kind in RUNNING else ""
        if command and (name := _lacking(site, command)):
            yield (
                f"`{command}` ({item.source}) doesn't run: nothing installs {name}. Add it to your dependencies, "
                "then run `copier-django-docker sync`."
            )


def _of_variables(site: Site) -> list[str]:
    """Return sentences on stated processes that a shell would have to fill in."""
    return [
        f"`{item.command}` ({item.source}) doesn't run: add it to the answer workers, with the value of its variable."
        for item in site.processes.processes.value
        if item.kind in RUNNING
        and item.certainty == Certainty.STATED
        and not item.note
        and re.fullmatch(r"[^;|&<>`(]*\bmanage\.py [^;|&<>`(]*\$[^;|&<>`(]*", item.command)
    ]


def celery_concurrency(site: Site) -> Default:
    """Return 0 where the project says how many processes its Celery workers have: an option would overrule that."""
    found = site.processes.celery_concurrency
    return Default(0, found.source) if found.value else Default(2)


def jobs(site: Site) -> Default:
    """Return the commands that the project's files run at times, or once, and those that seem to run for long."""
    found: dict[str, str] = {}
    running = set(workers(site).value.values())
    taken = {**workers(site).value, **found}
    started = {command.removesuffix(" || true") for command in deployment_defaults.start_commands(site).value}
    started |= {*deployment_defaults.static_commands(site).value, *deployment_defaults.code_commands(site).value}
    source = ""
    for item in site.processes.processes.value:
        endless = item.note in (ENDLESS, LISTENS)
        if item.kind not in ("cron", "release") and not endless:
            continue
        for part in re.split(r"&&|;|\|\|", item.command):
            command = clean(part, (site.layout.django_dir.value or ""))
            words = command.split()
            if words[:2] != ["python", "manage.py"] or len(words) < 3 or words[2] in DONE:
                continue
            if command in running | started or command in found.values():
                continue
            found[_free(_slug(words[2]), taken | found, site)] = command
            source = source or item.source
    return Default(found, source)


def create_cache_table(site: Site) -> Default:
    """Return whether a cache is in the database, in a table that Django does not make by itself."""
    return Default(deployment_defaults.has_cache_table(site))


def _worker(site: Site, item: Process) -> str:
    """Return a process's command as compose.yaml has it; "" if it is no worker of production."""
    if item.note == ENDLESS or (item.note == LISTENS and _are_stated(site)):
        return ""
    text = f"{item.command} {item.runs} {item.name}"
    celery = "celery" in text.lower() or "celery" in item.runs
    sure = item.note == LISTENS or (item.certainty == Certainty.STATED and not item.note)
    if not sure and not QUEUE.search(text):
        return ""
    if celery and not (_has_broker(site) and (item.certainty == Certainty.STATED or _is_set(site))):
        return ""
    folder = site.layout.django_dir.value or ""
    for candidate in (item.command, item.runs):
        if command := clean(_of_all_queues(site, item, candidate), folder):
            command = _finished(_with_application(site, _without_djcelery(site, command)))
            return _with_settings(site, _not_pinged(site, command))
    application = site.processes.celery_app.value
    if celery and application and item.kind in ("worker", "beat"):
        scheduler = ""
        if item.kind == "beat" and "django_celery_beat" in site.settings.installed_apps.value:
            scheduler = " --scheduler django_celery_beat.schedulers:DatabaseScheduler"
        command = _finished(f"celery -A {application} {item.kind}{scheduler}")
        return _with_settings(site, _not_pinged(site, command))
    return ""


def _lacking(site: Site, command: str) -> str:
    """Return the distribution of a command's program, if it is certain that nothing installs it, else "".

    Certain are a lock file, and a list that has what the program alone needs: all that was installed is in it.
    """
    words = shlex.split(command)
    program = words[2] if words[0] == "env" else words[0]
    name = DISTRIBUTIONS.get(program, program)
    installed = site.dependencies.distributions.value
    is_all = site.dependencies.lock_file.value or installed.keys() & NEEDED_BY.get(name, frozenset())
    if program not in PROGRAMS or not is_all or any(name in other for other in installed):
        return ""
    packages = deployment_defaults.install_packages(site).value
    return "" if any(Requirement(package).name == name for package in packages) else name


def _not_pinged(site: Site, command: str) -> str:
    """Return a command of Celery's worker with a name of its own, if its queues have no remote control.

    Compose pings a worker of Celery's own name, and this one could not answer.
    https://docs.celeryq.dev/en/stable/getting-started/backends-and-brokers/index.html#broker-overview
    """
    broker = site.settings.celery_broker.value.value or ""
    named = re.search(r" (?:-n|--hostname)\b", command)
    if broker.startswith(NO_CONTROL) and is_worker(shlex.split(command)) and not named:
        return f"{command} --hostname=worker@%h"
    return command


def _are_stated(site: Site) -> bool:
    """Return whether the project's files say what runs beside its web server: then they say it all."""
    return any(
        item.certainty == Certainty.STATED and not item.note and item.kind in RUNNING
        for item in site.processes.processes.value
    )


def _without_djcelery(site: Site, command: str) -> str:
    """Return a command of django-celery, which a project may have left behind, as one of Celery's own.

    https://docs.celeryq.dev/en/stable/django/first-steps-with-django.html
    """
    application, old = site.processes.celery_app.value, "python manage.py celery "
    if not application or not command.startswith(old) or "djcelery" in site.settings.installed_apps.value:
        return command
    return f"celery -A {application} {command.removeprefix(old)}"


def _with_application(site: Site, command: str) -> str:
    """Return a command of Celery with the application, which a program of the project's own before it may have."""
    application = site.processes.celery_app.value
    if not application or not command.startswith("celery ") or re.search(r"\s(?:-A|--app)(?![\w-])", command):
        return command
    return f"celery -A {application} {command.removeprefix('celery ')}"


def _of_all_queues(site: Site, item: Process, command: str) -> str:
    """Return RQ's worker with the queues that settings have, where no file of the project says which it works on."""
    queues = [name for name in site.settings.rq_queues.value if re.fullmatch(r"[\w.:-]+", name)]
    implied = item.certainty != Certainty.STATED and command == "python manage.py rqworker default"
    return f"python manage.py rqworker {' '.join(queues)}" if implied and queues else command


def _has_broker(site: Site) -> bool:
    """Return whether Celery finds its broker under Compose: a service, or a place elsewhere that a variable names."""
    celery, kinds = site.settings.celery_broker.value, connections(site).kinds
    where = address(celery.value) if celery.value else None
    kind = kind_of(where) if where else ""
    if kind in kinds or (not kind and kinds & set(broker_kinds())):
        return True
    if where and where.scheme.startswith(IN_FILES):
        return True
    if where and where.scheme and "sql" not in where.scheme:
        return bool(celery.variable) or (bool(where.host) and "." in where.host and where.host[0].isalpha())
    return bool(celery.variable) or bool(where and is_server(where.host))


def _is_set(site: Site) -> bool:
    """Return whether settings say where Celery's broker is, or its default is there, RabbitMQ."""
    celery = site.settings.celery_broker.value
    return bool(celery.value or celery.variable) or "rabbitmq" in connections(site).kinds


def _with_settings(site: Site, command: str) -> str:
    """Return a command of Celery with the settings module that it has of its own."""
    settings = site.processes.celery_settings.value
    return (
        f"env DJANGO_SETTINGS_MODULE={settings} {command}" if settings and command.startswith("celery ") else command
    )


def clean(command: str, folder: str = ".") -> str:
    """Return a command that runs without a shell in manage.py's folder, without wrappers.

    "" if it needs a shell, or had a secret in it, which is not known any more.
    """
    if HIDDEN in command:
        return ""
    command = command.strip().removeprefix("exec ")
    given = command
    if folder not in ("", "."):
        command = re.sub(rf"^cd \.?/?(?:[\w/]+/)?{re.escape(folder)}/? && ", "", command)
    try:
        words = shlex.split(command)
    except ValueError:
        return ""
    start = next((i for i, word in enumerate(words) if _is_program(words, i)), None)
    if start is None or re.search(r"[;|&<>`]", command):
        return ""
    is_script = words[start].rpartition("/")[2].startswith("python") and words[start + 1].endswith(".py")
    if is_script and not words[start + 1].endswith("manage.py") and folder not in ("", ".") and command == given:
        return ""  # its path is the root's
    words = words[start:] if words[start] != "celery" else _without_variables(words[start:])
    places = 2 if words[1].endswith("/manage.py") else 1  # whatever folder they are in
    if any("$" in word for word in words[places:]):
        return ""
    if words[0].endswith("manage.py"):
        words.insert(0, "python")
    name = words[0].rpartition("/")[2]
    words[0] = "python" if name.startswith("python") else name
    if words[1].endswith("manage.py"):
        words[1] = "manage.py"
    if words[:2] == ["python", "-m"] and words[2:3] and words[2] in PROGRAMS:
        words = words[2:]
    if words[0] in ("django-admin", "django-admin.py"):
        words[0:1] = ["python", "manage.py"]
    return " ".join(word if re.fullmatch(r"[\w@%+=:,./-]+", word) else shlex.quote(word) for word in words)


def _without_variables(words: list[str]) -> list[str]:
    """Return Celery's words without the options whose value only a shell would know."""
    found: list[str] = []
    for word in words:
        if "$" not in word:
            found.append(word)
        elif not word.startswith("--") and found[-1].startswith("-"):
            found.pop()
        elif not word.startswith("--"):
            found.append(word)
    return found


def _is_program(words: list[str], index: int) -> bool:
    name = words[index].rpartition("/")[2]
    following = words[index + 1 :]
    if not following:
        return False
    if re.fullmatch(r"python[0-9.]*", name):
        return following[0].endswith(".py") or (following[0] == "-m" and following[1:2] != [])
    return name in (*PROGRAMS, "django-admin", "django-admin.py") or (name == "manage.py")


def _finished(command: str) -> str:
    """Return a command with the options that it needs where only /tmp can be written to."""
    if command.startswith("celery "):
        command = ELSEWHERE.sub("", command)
    words = shlex.split(command)
    if words[0] == "celery":
        words = _modern_celery(words)
        beat = "beat" in words or {"-B", "--beat"} & set(words)
        options = [*FILES, "--schedule", "-s"] if beat else FILES
        words = [
            word for word in words if not word.startswith(tuple(f"{option}=" for option in (*FILES, "--schedule")))
        ]
        for option in options:
            while option in words:
                del words[words.index(option) : words.index(option) + 2]
        if beat and not DATABASE_SCHEDULER.search(command):
            words += ["--schedule", SCHEDULE]
    if words[:3] == ["python", "manage.py", "db_worker"] and "--queue-name" not in words:
        words += ["--queue-name", "*"]
    return " ".join(word if re.fullmatch(r"[\w@%+=:,./-]+", word) else shlex.quote(word) for word in words)


def _modern_celery(words: list[str]) -> list[str]:
    """Return a command with the application before its subcommand, as Celery 5 wants it.

    https://docs.celeryq.dev/en/stable/history/whatsnew-5.0.html#step-1-adjust-your-command-line-invocation
    """
    for index, word in enumerate(words[2:], 2):
        if words[1].startswith("-"):
            break
        if word in ("-A", "--app") and index + 1 < len(words):
            return [words[0], *words[index : index + 2], *words[1:index], *words[index + 2 :]]
        if word.startswith(("--app=", "-A=")):
            return [words[0], word, *words[1:index], *words[index + 1 :]]
    return words


def _queue(item: Process) -> str:
    """Return what tells processes of the same kind apart from others: there is one beat, and mostly one worker."""
    if item.kind == "worker" and item.note == ENDLESS:
        return "job"
    return item.kind


def _name(site: Site, item: Process, command: str, alone: bool) -> str:
    if item.kind == "beat":
        return "beat"
    if alone and item.kind == "worker" and (QUEUE.search(f"{command} {item.runs}") or "worker" in command):
        return "worker"
    name = _slug(item.name)
    slug = _slug(site.layout.project_slug.value)
    return name.removeprefix(f"{slug}-") or name


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:60] or "job"


def _free(name: str, taken: dict[str, str], site: Site) -> str:
    """Return a name that no other service has, and that the question accepts."""
    others = TAKEN | taken.keys() | connections(site).services.keys()
    name = f"{name}-worker" if name in TAKEN else name
    number, first = 2, name
    while name in others:
        name, number = f"{first}-{number}", number + 1
    return name
