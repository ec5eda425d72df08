"""The processes that a project runs beside, and with, its web server: workers, schedulers, releases, cron jobs."""

import ast
import posixpath
import re
import shlex
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from ..dependencies.tool import Tool, wrappers
from ..deployment.commands import Command, read_commands
from ..deployment.compose import Service, read_compose
from ..deployment.dockerfile import read_instructions, split, substitute
from ..deployment.evidence import NOTHING, Evidence
from ..deployment.kinds.record import Worker
from ..deployment.own_image import OwnImage
from ..deployment.steps import Phase, read_own_steps, read_script
from ..findings import Certainty, Found, unread
from ..importer import Importer
from ..layout.record import Layout
from ..literals import assignments, constant, environment_read, last_name, strings
from ..named_aside import is_template
from ..places import folder, is_aside, is_development, join, mentions
from ..secrets import in_command, is_private
from ..tree import Tree
from .record import Place, Process, Processes

WEB = re.compile(
    r"(?:^|[\s/;&|'\"])(gunicorn|uwsgi|pyuwsgi|daphne|uvicorn|hypercorn|granian|waitress-serve|mod_wsgi-express|unitd)(?=[\s'\"]|$)"
    r"|\b(?:runserver|runserver_plus|runuvicorn|run_gunicorn|unitd)\b"
)
BEAT = re.compile(r"\bcelery\b.*\sbeat\b|\bcelerybeat\b|\bcelery-beat\b")
SCHEDULER = re.compile(r"\b(?:rqscheduler|rq_scheduler|runapscheduler|apscheduler|periodiq|supercronic)\b")
WORKER = re.compile(
    r"\bcelery\b.*\sworker\b|\b(?:rqworker|rqworker-pool|rq worker|run_huey|huey_consumer(?:\.py)?|rundramatiq"
    r"|qcluster|db_worker|procrastinate\b.*\bworker|runworker|celeryd|process_tasks|rqworkers|celeryworker)\b"
    r"|(?:^|[\s/])dramatiq(?=\s|$)"
)
RQ_FLAGS = ("--burst", "-b", "--with-scheduler", "--traceback", "--no-color", "--force-color", "--skip-checks")
PYTHON = ("python", "celery", "manage.py", "django-admin")
OPERATORS = re.compile(r"&&|\|\||[;|]|\$\(")
SHELL = re.compile(r"^(?:exec\s+)?(?:/usr)?(?:/bin/)?(?:env\s+)?(?:ba|da|a)?sh\s+-\w*c\s")
RELEASE = re.compile(
    r"\bmanage\.py\s+(?:migrate|collectstatic|createcachetable|compilemessages|loaddata|check|update_index)\b|\b(?:migrate|migrations)\b"
)
NOT_PYTHON = re.compile(
    r"^(?:\S*/)?(?:npm|yarn|pnpm|npx|bun|node|webpack|nginx|caddy|redis-server|postgres|mysqld|stripe|sass|tailwindcss|mkdocs|sphinx\S*|sleep|tail|true|echo|pytest|make)\b"
)
PAUSE = re.compile(r"^(?:sleep\s+[0-9.]+[smh]?\s*(?:&&|;)\s*)+")  # until services are up
WRAPPERS = frozenset(
    (
        "exec",
        "run",
        "run-program",
        "newrelic-admin",
        "ddtrace-run",
        "tini",
        "dumb-init",
        "--",
        "time",
        "nohup",
        "honcho",
    )
)
CRON_LINE = re.compile(
    r"^(@(?:reboot|yearly|annually|monthly|weekly|daily|midnight|hourly)"
    r"|(?:[\d*/,A-Za-z-]+[ \t]+){4}[\d*/,A-Za-z-]+)[ \t]+(\S.*)$"
)
LISTENING = frozenset(
    [
        "start_consuming",
        "run_pending",
        "loop_forever",
        "consume",
        "listen",
        "run_forever",
        "serve_forever",
        "run_polling",
        "infinity_polling",
        "start_polling",
        "run_until_disconnected",
    ]
)
MENTIONED = re.compile(rf"\bwhile\b|onsumer|Future\(\)|BlockingScheduler|{'|'.join(sorted(LISTENING))}")
CONSUMER = re.compile(r"^\w*[cC]onsumer(?:\b|\()")
OF_DEVELOPERS = re.compile(
    r"(?:^|_)(?:watch|watcher|dev|debug|test|fake|mock|demo|simulate|console|local|runserver|testserver)(?:_|$)"
)
CALLED = re.compile(r"\bcall_command\(\s*[\"'](\w+)")
LISTENS = "A management command that listens, or repeats what it does."
QUEUES = {  # app in INSTALLED_APPS: (its distributions, the management command, name)
    "django_rq": (("django-rq",), "rqworker default", "rq"),
    "huey.contrib.djhuey": ((), "run_huey", "huey"),
    "django_dramatiq": (("django-dramatiq",), "rundramatiq", "dramatiq"),
    "django_q": (("django-q", "django-q2"), "qcluster", "qcluster"),
    "django_tasks_db": (("django-tasks-db",), "db_worker", "db-worker"),
    "django_tasks.backends.database": ((), "db_worker", "db-worker"),
    "procrastinate.contrib.django": ((), "procrastinate worker", "procrastinate"),
    "background_task": (("django-background-tasks",), "process_tasks", "background-tasks"),
}
OTHER_IMAGES = ("proxy", "nginx", "static", "frontend", "ui", "db", "database", "postgres", "node", "assets")
HINTS = {  # words of a process's or script's name, where its command says nothing
    "beat": ("beat", "celerybeat"),
    "worker": ("worker", "workers", "celeryworker", "consumer", "celery", "queue"),
    "scheduler": ("scheduler", "clock"),
    "release": ("migrate", "migration", "migrations", "migrator", "release", "initializer"),
    "cron": ("cron", "crond", "crontab", "runjobs", "runjob", "runcrons"),
    "web": ("web", "django", "server", "webserver", "wsgi", "asgi"),
}
ORIGINS = ("procfile", "render", "fly", "hosting", "app.json", "unit", "supervisor", "uwsgi", "compose", "dockerfile")
MAX_READ = 400  # files of a kind that are looked into


def read_processes(
    tree: Tree,
    layout: Layout,
    installed_apps: Found[Sequence[str]],
    distributions: Collection[str],
    tools: Iterable[Tool] = (),
    own_steps: Evidence = NOTHING,
    idle: Collection[str] = (),
) -> Processes:
    """Return the processes, and how Celery is made.

    What the project's files state comes first; what its code implies is added where nothing stated does the same.
    `idle` are the apps of queues whose worker has nothing to do.
    """
    says = _strings_in_settings(tree, layout) if layout.manage_py.value or layout.settings_file.value else None
    celery = find_celery(tree, layout, distributions) if says is not None else None
    found: dict[tuple[str, str], Process] = {}
    for process in (
        *_stated(tree, layout, wrappers(tools), own_steps.image),
        *_of_own_start(own_steps),
        *(_inferred(tree, installed_apps, distributions, says, celery, idle) if says is not None else ()),
        *_cron(tree, layout),
    ):
        identity = _identity(process)
        if process.certainty == Certainty.STATED or not _is_covered(identity, found):
            found.setdefault(identity, process)
    processes = _named_apart(found.values())
    stated = any(process.certainty == Certainty.STATED for process in processes)
    certainty = Certainty.STATED if stated else Certainty.INFERRED if processes else Certainty.ASSUMED
    return Processes(
        processes=Found(processes, processes[0].source if processes else "", certainty),
        celery_app=Found(celery.name, celery.source, Certainty.INFERRED) if celery else unread(""),
        celery_places=_places(tree, layout, celery) if celery else unread({}),
        celery_settings=_settings_of_celery(tree, layout, celery) if celery else unread(""),
        celery_concurrency=_concurrency(celery, says) if celery and says is not None else unread(False),
    )


def _is_covered(identity: tuple[str, str], found: dict[tuple[str, str], Process]) -> bool:
    """Return whether a stated Celery worker, of any queue, or one that has the beat in it, does what was inferred."""
    workers = [process.command for (kind, _), process in found.items() if kind == "celery"]
    if identity[0] == "beat":
        return any(re.search(r"\s(?:-B|--beat)(?:\s|$)", command) for command in workers)
    return identity[0] in ("celery", "rqworker") and any(kind == identity[0] for kind, _ in found)


def _process(name: str, command: str, kind: str, source: str, certainty: Certainty, note: str = "") -> Process:
    name = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or kind
    return Process(name, in_command(command), kind, source, certainty, note)


def _identity(process: Process) -> tuple[str, str]:
    kind, command = process.kind, process.runs or process.command
    if kind in ("web", "beat"):
        return kind, ""
    words = split(command)
    if kind == "worker" and "celery" in command:
        queues = [words[i + 1] for i, word in enumerate(words[:-1]) if word in ("-Q", "--queues", "-n", "--hostname")]
        queues += [word for word in words if word.startswith(("--queues=", "-Q=", "--hostname="))]
        return "celery", " ".join(queues)
    if kind == "worker" and "rqworker" in words:
        return "rqworker", " ".join(sorted(set(_queues_of_rq(words[words.index("rqworker") + 1 :]))))
    if "manage.py" in command:
        after = words[next((i for i, word in enumerate(words) if word.endswith("manage.py")), 0) + 1 :]
        plain = [word for word in after if not word.startswith("-")]
        return ("command", " ".join(plain)) if kind != "worker" else ("command", plain[0] if plain else "")
    return kind, command


def _queues_of_rq(words: Sequence[str]) -> Iterator[str]:
    """Yield the queues that the words after `rqworker` name. https://github.com/rq/django-rq#running-workers"""
    for before, word in zip(("", *words), words, strict=False):
        if not word.startswith("-") and (not before.startswith("-") or "=" in before or before in RQ_FLAGS):
            yield word


def _named_apart(processes: Iterable[Process]) -> list[Process]:
    """Return processes with a number in the name where another has it already."""
    found: dict[str, Process] = {}
    for process in processes:
        name, number = process.name, 2
        while name in found:
            name, number = f"{process.name}-{number}", number + 1
        found[name] = replace(process, name=name)
    return list(found.values())


def _by_entrypoint(tree: Tree, image: OwnImage, service: Service) -> str:
    """Return what the entrypoint of the own image makes of a service's command that is no program: `worker`."""
    given = service.command_words
    if service.dockerfile != image.path or service.entrypoint_words or not re.fullmatch(r"[\w-]+", "".join(given[:1])):
        return ""
    if given[1:] and given[0].startswith("python"):
        return ""  # it is a program, which the entrypoint runs at last
    steps = read_own_steps(tree, replace(image, service=service)).steps
    last = next((step for step in reversed(steps) if step.phase is Phase.START and not step.condition), None)
    if last is None or last.words == given or not last.program.startswith(PYTHON):
        return ""
    # An option whose variable is not set is left out.
    words = ["" if "$" in word else word for word in last.words]
    kept = zip(words, [*words[1:], "-"], strict=True)
    return shlex.join(word for word, after in kept if word and not (word.startswith("-") and not after))


def _stated(tree: Tree, layout: Layout, tools: Collection[str], image: OwnImage | None) -> Iterator[Process]:
    scripts = _scripts(tree)
    services = _own_services(tree, layout.base)
    commands = [command for command in read_commands(tree) if command.command]
    kinds: set[str] = set()
    for command in sorted(commands, key=lambda command: (_is_of_developers(command), ORIGINS.index(command.origin))):
        if command.origin == "compose" and command.source not in services:
            continue
        if command.origin == "dockerfile" and mentions(command.source.rpartition(":")[0], OTHER_IMAGES):
            continue
        known = {key: text for key, text in command.environment.items() if text and not is_private(key, text)}
        service = services.get(command.source) if command.origin == "compose" else None
        text = _by_entrypoint(tree, image, service) if image and service else ""
        plain = plain_command(substitute(text or command.command, known), tools)
        plain = plain_command(PAUSE.sub("", plain), tools) if PAUSE.match(plain) else plain
        if not plain or plain.startswith("-") or NOT_PYTHON.match(plain) or _is_elsewhere(tree, layout, plain):
            continue
        content = _script_content(tree, scripts, plain, service)
        if repeated := list(_repeated(tree, command, content)):
            yield from repeated
            continue
        kind, runs = _kind(command, plain, content)
        weak = command.origin in ("dockerfile", "compose", "fly", "hosting", "unit")
        if kind == "other" and weak and not _is_ours(plain, content):
            continue
        if kind == "other" and _is_lasting(command, plain, service):
            kind = "worker"
        if _is_of_developers(command) and kind in kinds:
            continue
        kinds.add(kind)
        note = "By its path, the file is for development." if command.development else ""
        process = _process(command.name, plain, kind, command.source, Certainty.STATED, note)
        if runs and runs != plain:
            process = replace(process, runs=in_command(runs))
        if kind == "cron":
            process = replace(process, schedule=command.environment.get("", ""))
        if service and service.published:
            process = replace(process, ports=service.published)
        yield process


def _is_of_developers(command: Command) -> bool:
    """Return whether a file's path says so, or the name of a Compose service, as celery-dev."""
    named = command.origin == "compose" and mentions(command.name, ("dev", "devel", "development"))
    return command.development or named


def _repeated(tree: Tree, command: Command, content: str) -> Iterator[Process]:
    """Yield what a script runs again and again, with pauses, as cron would."""
    if not ("while" in content and "sleep" in content):
        return
    for step in read_script(tree, content, command.source):
        runs = shlex.join(step.words)
        serves = WEB.search(runs)  # a developer's server, which ends at each mistake
        if (
            step.every
            and step.program.startswith(("python", "manage.py", "django-admin"))
            and not (step.background or serves)
        ):
            process = _process(command.name, runs, "worker", command.source, Certainty.STATED)
            yield replace(process, every=step.every)


# Commands of manage.py that end, or that developers run.
ENDING = re.compile(
    r"\bmanage\.py\s+(?:migrate|makemigrations|collectstatic|test|shell|shell_plus|check|loaddata|createsuperuser|compilemessages"
    r"|createcachetable|update_index|rebuild_index|flush|dbshell|tailwind|livereload|makemessages|dumpdata|graph_models)\b"
)
HOSTED = (
    "procfile",
    "supervisor",
    "uwsgi",
    "fly",
    "render",
    "hosting",
    "unit",
)  # each process that they name is one of production


def _is_lasting(command: Command, plain: str, service: Service | None) -> bool:
    """Return whether a process of which nothing else is known runs beside the site, and always."""
    if ENDING.search(plain) or re.search(r"\bflower\b", plain):
        return False
    if command.origin in HOSTED:
        return command.name not in ("test", "console", "shell")
    return service is not None and not service.once and not command.development


def _of_own_start(own_steps: Evidence) -> Iterator[Process]:
    """Yield the processes that the project's own start has beside its server."""
    for item in own_steps.of(Worker):
        command = shlex.join(item.words)
        kind = "beat" if BEAT.search(command) else "scheduler" if SCHEDULER.search(command) else "worker"
        name = item.words[2] if "manage.py" in item.words[:2] else kind
        yield replace(_process(name, command, kind, item.source, Certainty.STATED), every=item.every)


def _own_services(tree: Tree, base: str) -> dict[str, Service]:
    """Return the Compose services that run the project's own image, by their sources; `base` has manage.py."""
    services = [service for service in read_compose(tree) if not _is_another(tree, base, service.context)]
    built = {service.image for service in services if service.context and service.image}
    pythons = {service.source for service in services if _runs_python(service)}
    return {
        service.source: service
        for service in services
        if service.context or service.image in built or service.source in pythons
    }


def _is_another(tree: Tree, base: str, context: str) -> bool:
    """Return whether an image is built from a folder with a Python project of its own, in which the site is not."""
    if context in ("", ".") or f"{base}/".startswith(f"{context}/") or context not in tree.python_folders:
        return False
    return any(
        tree.exists(f"{context}/{name}") for name in ("requirements.txt", "pyproject.toml", "setup.py", "Pipfile")
    )


def _is_elsewhere(tree: Tree, layout: Layout, command: str) -> bool:
    """Return whether Celery's application is a module of another Python project, which the site cannot import."""
    words = split(command)
    name = next((after for word, after in pairwise(words) if word in ("-A", "--app")), "")
    module = re.split(r"[.:]", name)[0]
    if not module or ((found := Importer(tree, layout.base, layout.import_root).find(module)) and found.file):
        return False
    return any(_is_another(tree, layout.base, folder(path)) for path in tree.named(f"{module}.py"))


def _runs_python(service: Service) -> bool:
    command = f"{service.entrypoint} {service.command}"[:2000]
    known = any(pattern.search(command) for pattern in (WEB, WORKER, BEAT)) or "manage.py" in command
    return bool(known and service.command and not service.context)


def plain_command(command: str, tools: Collection[str] = ()) -> str:
    """Return a command without shells, wrappers, leading assignments and a virtual environment's path.

    `tools` are the names of those that run others in an environment that they have made, like `uv run`.
    """
    try:
        words = shlex.split(command)
    except ValueError:
        words = []
    if len(words) == 1 and " " in words[0].strip():  # of an entrypoint that is a shell with -c
        return plain_command(words[0], tools)
    if not words or (OPERATORS.search(command) and not SHELL.match(command)):
        return " ".join(command.split())
    for _ in range(6):
        while words and _is_before_command(words[0], tools):
            words = words[1:]
        if len(words) > 3 and words[-2] == "-c" and _is_shell(words[-3]):  # of wait-for-it, dockerize and their like
            words = words[-3:]
        shell = words and _is_shell(words[0])
        if shell and len(words) > 2 and re.fullmatch(r"-\w*c", words[1]):
            if OPERATORS.search(words[2]) or "\n" in words[2].strip():
                return " ".join(words[2].replace("\\\n", " ").split())
            words = split(words[2])
        elif shell and len(words) > 1 and not words[1].startswith("-"):
            words = words[1:]
        else:
            break
    return " ".join(map(_plain_word, _plain_words(words))) if words else ""


def _is_shell(word: str) -> bool:
    return word.rpartition("/")[2] in ("sh", "bash", "ash", "dash")


def _is_before_command(word: str, tools: Collection[str]) -> bool:
    name = word.rpartition("/")[2]
    return name in WRAPPERS or name in tools or bool(re.fullmatch(r"[A-Za-z_]\w*=.*", word))


def _plain_word(word: str) -> str:
    return word if re.fullmatch(r"[\w@%+=:,./${}-]+", word) else shlex.quote(word)


def _plain_words(words: list[str]) -> list[str]:
    """Return a command's words with Python and manage.py by their names alone."""
    words = list(words)
    name = words[0].rpartition("/")[2]
    if "/bin/" in words[0] and (name in ("python", "python3", "celery") or WEB.fullmatch(name)):
        words[0] = name
    if words[0] == "python3":
        words[0] = "python"
    if words[:2] == ["python", "-m"] and len(words) > 3:
        words = ["python", "manage.py", *words[3:]] if words[2] == "manage" else words[2:]
    if words[0].endswith("manage.py"):
        words.insert(0, "python")
    if len(words) > 1 and words[1].startswith("/") and words[1].endswith("/manage.py"):
        words[1] = "manage.py"
    return words


def _scripts(tree: Tree) -> dict[str, list[str]]:
    """Return the paths of the project's shell scripts by their names, and by their folder's where they are "start"."""
    found: dict[str, list[str]] = {}
    for path, size in tree.paths.items():
        name = path.rpartition("/")[2]
        if size < 50_000 and (name.endswith((".sh", ".bash")) or "." not in name) and not is_template(path):
            found.setdefault(name, []).append(path)
    return found


def _script_content(tree: Tree, scripts: dict[str, list[str]], command: str, service: Service | None = None) -> str:
    """Return the text of the scripts that a command names, a line for each of theirs, without comments."""
    words = split(command)[:2]
    texts = []
    for word in words:
        name = word.rpartition("/")[2]
        candidates = _copied_to(tree, service, word) if service else []
        candidates = candidates or scripts.get(name, [])
        candidates = [path for path in candidates if path.endswith(word.lstrip("./"))] or candidates
        if candidates:
            texts.append(tree.text(candidates[0]) or "")
        elif name.startswith("start-"):
            kind = name.removeprefix("start-").replace("celery", "")
            paths = [
                path for path in scripts.get("start", []) if folder(path).endswith(kind) and not is_aside(tree, path)
            ]
            paths.sort(key=lambda path: is_development(path))
            texts += [tree.text(path) or "" for path in paths[:1]]
    lines = (line for text in texts for line in text.split("\n") if not line.lstrip().startswith("#"))
    return re.sub(r"[ \t]*\\\n[ \t]*", " ", "\n".join(lines))


def _copied_to(tree: Tree, service: Service, place: str) -> list[str]:
    """Return the file that a service's Dockerfile copies to a place, as a list of at most one."""
    for item in read_instructions(tree.text(service.dockerfile) or "") if place.startswith("/") else ():
        if item.keyword in ("COPY", "ADD") and "from" not in item.flags and item.words[1:] == [place]:
            path = join(service.context, posixpath.normpath(item.words[0].lstrip("/")))
            return [path] if tree.exists(path) else []
    return []


def _kind(command: Command, plain: str, content: str) -> tuple[str, str]:
    """Return what a command is for, and the line of it, or of the script that it runs, which says so ("" for none)."""
    if command.origin in ("render", "app.json", "uwsgi", "unit") and "" in command.environment:
        return "cron", ""
    if command.name in ("release", "postdeploy"):
        return "release", ""
    if re.search(r"\bflower\b", plain):
        return "other", ""
    alone = content and " " not in plain  # the name of a script, which says less than what is in it
    for text in (content, plain) if alone else (plain, content):
        for line in sorted(text.split("\n")[:200], key=lambda line: line.lstrip().startswith(("echo ", "rm "))):
            for kind, pattern in (("beat", BEAT), ("worker", WORKER), ("web", WEB), ("scheduler", SCHEDULER)):
                if pattern.search(line[:2000]):
                    return kind, line.strip()[:2000]
    name = "" if command.origin == "dockerfile" else command.name
    named = re.split(r"[-_./\s]", f"{name} {plain}".lower())
    for kind, hints in HINTS.items():
        if any(hint in named for hint in hints) and not (kind == "web" and "manage.py" in plain):
            return kind, ""
    if command.origin == "dockerfile":
        path = re.split(r"[-_./:]", command.source.lower())
        return next((kind for kind in ("beat", "worker") if any(hint in path for hint in HINTS[kind])), "web"), ""
    return ("release" if RELEASE.search(plain) else "other"), ""


def _is_ours(plain: str, content: str) -> bool:
    return "manage.py" in plain or "django-admin" in plain or "celery" in plain or "manage.py" in content


def settings_files(tree: Tree, layout: Layout) -> list[str]:
    """Return production's settings file and those that stand beside it, without those for development and tests."""
    path = layout.settings_file.value
    if not path:
        return []
    inner = folder(path)
    beside = [
        other
        for other in tree.paths
        if other.endswith(".py")
        and folder(other) == inner
        and other != path
        and not is_development(other.rpartition("/")[2])
    ]
    packaged = inner.rpartition("/")[2] in ("settings", "config", "conf", "django") or path.endswith("/__init__.py")
    named = [other for other in beside if "settings" in other.rpartition("/")[2] or packaged]
    return [path, *named[:40]]


def _strings_in_settings(tree: Tree, layout: Layout) -> dict[str, str]:
    """Return the source of each literal string in the settings files, with the names that they assign as "NAME="."""
    found: dict[str, str] = {}
    for path in settings_files(tree, layout):
        module = tree.python(path)
        if module is None:
            continue
        for text, line in strings(ast.walk(module)):
            found.setdefault(text, f"{path}:{line}")
        for node in ast.walk(module):
            if isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Store):
                found.setdefault(f"{last_name(node)}=", f"{path}:{node.lineno}")
    return found


@dataclass(frozen=True)
class Celery:
    """Celery's application: what `celery -A` takes, where it is made, and that module."""

    name: str
    source: str
    module: ast.Module


def _inferred(
    tree: Tree,
    apps: Found[Sequence[str]],
    distributions: Collection[str],
    settings: dict[str, str],
    celery: Celery | None,
    idle: Collection[str],
) -> Iterator[Process]:
    """Yield the processes that code implies; `settings` has the source of each string in the settings files."""
    for app, (packages, command, name) in QUEUES.items():
        named = settings.get(app) or next((settings[text] for text in settings if text.startswith(f"{app}.")), "")
        installed = not packages or not distributions or not set(packages).isdisjoint(distributions)
        if (named or app in apps.value) and installed and app not in idle:
            yield _process(name, f"python manage.py {command}", "worker", named or apps.source, Certainty.INFERRED)
    if celery:
        yield from _of_celery(celery, distributions, apps.value, settings)
    yield from _long_running(tree)


def _of_celery(
    celery: Celery, distributions: Collection[str], apps: Sequence[str], settings: dict[str, str]
) -> Iterator[Process]:
    name, source, module = celery.name, celery.source, celery.module
    yield _process("worker", f"celery -A {name} worker", "worker", source, Certainty.INFERRED)
    beat = next(
        (
            settings[key]
            for key in ("CELERY_BEAT_SCHEDULE=", "CELERYBEAT_SCHEDULE=", "beat_schedule=", "BEAT_SCHEDULE=")
            if key in settings
        ),
        "",
    )
    database = settings.get("django_celery_beat", "")
    if not beat:
        for node in ast.walk(module):
            stored = isinstance(node, ast.Attribute | ast.Name) and isinstance(node.ctx, ast.Store)
            if (
                (stored and last_name(node).lower() in ("beat_schedule", "celerybeat_schedule"))
                or (isinstance(node, ast.Call) and last_name(node.func) == "add_periodic_task")
                or (isinstance(node, ast.keyword) and node.arg == "beat_schedule")
            ):
                line = getattr(node, "lineno", 1)
                beat = f"{source.rpartition(':')[0]}:{line}"
                break
    if not database and ("django_celery_beat" in apps or "django-celery-beat" in distributions):
        database = beat or source
    if beat or database:
        option = " --scheduler django_celery_beat.schedulers:DatabaseScheduler" if database else ""
        yield _process("beat", f"celery -A {name} beat{option}", "beat", beat or database, Certainty.INFERRED)


def _concurrency(celery: Celery, settings: dict[str, str]) -> Found[bool]:
    """Return whether settings or the application's module say how many processes a worker has.

    https://docs.celeryq.dev/en/stable/userguide/configuration.html#worker-concurrency
    """
    names = ("worker_concurrency", "celery_worker_concurrency", "celeryd_concurrency", "celery_concurrency")
    found = next((where for key, where in settings.items() if key.rstrip("=").lower() in names), "")
    for node in ast.walk(celery.module) if not found else ():
        stored = isinstance(node, ast.Attribute | ast.Name) and isinstance(node.ctx, ast.Store)
        name = last_name(node) if stored else node.arg if isinstance(node, ast.keyword) else ""
        if (name or "").lower() in names:
            found = f"{celery.source.rpartition(':')[0]}:{getattr(node, 'lineno', 1)}"
    return Found(True, found) if found else unread(False)


def find_celery(tree: Tree, layout: Layout, distributions: Collection[str]) -> Celery | None:
    """Return Celery's application; None where there is none.

    A module's `app` and `celery` are found by themselves:
    https://docs.celeryq.dev/en/stable/reference/celery.app.utils.html#celery.app.utils.find_app
    """
    root = layout.python_path.value or "."
    for path in _celery_candidates(tree, layout, distributions):
        text = tree.text(path) or ""
        if "Celery" not in text or (module := tree.python(path)) is None:
            continue
        for name, value in assignments(module).items():
            if isinstance(value, ast.Call) and _makes_celery(value):
                relative = path if root == "." else path.removeprefix(f"{root}/")
                dotted = relative.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
                suffix = "" if name in ("app", "celery") else f":{name}"
                return Celery(dotted + suffix, f"{path}:{value.lineno}", module)
    return None


def _settings_of_celery(tree: Tree, layout: Layout, celery: Celery) -> Found[str]:
    """Return the settings module that Celery's module selects, where it begins with all of the site's settings.

    The images select the site's, so that a worker would do without what the other has, such as its broker.
    """
    site = layout.settings_module.value
    for node in ast.walk(celery.module):
        if not (isinstance(node, ast.Call) and last_name(node.func) == "setdefault" and len(node.args) == 2):
            continue
        name, module = (constant(argument) for argument in node.args)
        if name != "DJANGO_SETTINGS_MODULE" or not isinstance(module, str) or module == site:
            continue
        found = Importer(tree, layout.base, layout.import_root).find(module)
        text = tree.text(found.file) if found and found.file else ""
        if re.search(rf"^from {re.escape(site)} import \*", text or "", re.MULTILINE):
            return Found(module, f"{celery.source.partition(':')[0]}:{node.lineno}", Certainty.INFERRED)
    return unread("")


# Names of Celery's for where its queues and its results are.
# https://docs.celeryq.dev/en/stable/userguide/configuration.html#new-lowercase-settings
ROLES = {
    **dict.fromkeys(("broker", "broker_url", "BROKER_URL", "CELERY_BROKER_URL"), "broker"),
    **dict.fromkeys(("backend", "result_backend", "CELERY_RESULT_BACKEND"), "backend"),
}


def _places(tree: Tree, layout: Layout, celery: Celery) -> Found[Mapping[str, Place]]:
    """Return where the application is told that its queues and results are.

    https://docs.celeryq.dev/en/stable/userguide/application.html#configuration
    """
    found: dict[str, Place] = {}
    for name, value in _configured(tree, layout, celery):
        if name not in ROLES:
            continue
        if text := constant(value):
            found.setdefault(ROLES[name], Place(text))
        elif variable := environment_read(value):
            found.setdefault(ROLES[name], Place(variable.default, variable.name))
        elif isinstance(value, ast.Attribute) and last_name(value.value) == "settings":
            found.setdefault(ROLES[name], Place(setting=value.attr))
    return Found(found, celery.source, Certainty.INFERRED) if found else unread({})


def _configured(tree: Tree, layout: Layout, celery: Celery) -> Iterator[tuple[str, ast.expr]]:
    """Yield what Celery's module gives the application, and then what the module of its configuration does."""
    others = []
    for node in ast.walk(celery.module):
        if isinstance(node, ast.Call):
            is_conf = isinstance(node.func, ast.Attribute) and last_name(node.func.value) == "conf"
            if _makes_celery(node) or (is_conf and last_name(node.func) == "update"):
                yield from ((keyword.arg or "", keyword.value) for keyword in node.keywords)
            elif last_name(node.func) == "config_from_object" and node.args:
                others.append(constant(node.args[0]) or "")
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Attribute) and last_name(target.value) == "conf":
                    yield target.attr, node.value
    for dotted in (name for name in others if name and ":" not in name):
        module = Importer(tree, layout.base, layout.import_root).find(dotted)
        if module and module.file and module.file != layout.settings_file.value:
            yield from assignments(tree.python(module.file) or ast.Module([], [])).items()


def _makes_celery(call: ast.Call) -> bool:
    """Return whether a call makes the application: `Celery(…)`, or a subclass named so, as CeleryApp."""
    return last_name(call.func).endswith(("Celery", "CeleryApp")) and last_name(call.func)[:1].isupper()


def _celery_candidates(tree: Tree, layout: Layout, distributions: Collection[str]) -> list[str]:
    near = folder(layout.settings_file.value)
    likely, rest = [], []
    for path, size in tree.paths.items():
        if not path.endswith(".py") or is_aside(tree, path) or size > 200_000 or "/migrations/" in path:
            continue
        name = path.rpartition("/")[2]
        if "celery" in name or "celery" in folder(path).rpartition("/")[2]:
            likely.append(path)
        elif (
            name in ("__init__.py", "tasks.py", "app.py", "worker.py", "queue.py", "queues.py", "wsgi.py")
            or folder(path) == near
        ):
            rest.append(path)
    likely.sort(key=lambda path: (not path.endswith("celery.py"), folder(path) != near, path.count("/")))
    uses = not distributions or any(
        name.startswith("celery") or name == "django-celery-beat" for name in distributions
    )
    return likely[:60] + (rest[:MAX_READ] if uses else [])


def _long_running(tree: Tree) -> Iterator[Process]:
    paths = [path for path in tree.paths if "/management/commands/" in f"/{path}" and path.endswith(".py")]
    for path in [path for path in paths if not is_aside(tree, path)][:MAX_READ]:
        name = path.rpartition("/")[2].removesuffix(".py")
        text = tree.text(path) or ""
        if name.startswith("_") or not MENTIONED.search(text):
            continue
        module = tree.python(path)
        if module and (found := _never_ends(module)):
            line, listens = found
            of_developers = any(map(OF_DEVELOPERS.search, (name, *CALLED.findall(text))))
            listens = listens and not of_developers and not _takes_words(module)
            note = LISTENS if listens else "A management command that seems not to end."
            command = f"python manage.py {name}"
            process = _process(name.replace("_", "-"), command, "worker", f"{path}:{line}", Certainty.INFERRED, note)
            yield replace(process, ports=_ports(module) if listens else ())


def _never_ends(module: ast.Module) -> tuple[int, bool] | None:
    """Return the line of what goes on for ever, and whether it surely does: it listens, or pauses and has no end."""
    loop = None
    for node in ast.walk(module):
        if isinstance(node, ast.Call) and (last_name(node.func) in LISTENING or _starts_scheduler(node, module)):
            return node.lineno, True
        if isinstance(node, ast.Await) and ast.unparse(node.value).endswith(".Future()"):
            return node.lineno, True
        if isinstance(node, ast.For | ast.AsyncFor) and CONSUMER.search(ast.unparse(node.iter)):
            return node.lineno, True
        if isinstance(node, ast.While) and isinstance(node.test, ast.Constant) and node.test.value and _endless(node):
            inner = list(ast.walk(node))
            left = any(isinstance(item, ast.Return | ast.Break | ast.Raise) for item in inner)
            sleeps = any(isinstance(item, ast.Call) and last_name(item.func) in ("sleep", "wait") for item in inner)
            loop = loop or (node.lineno, sleeps and not left)
    return loop


def _starts_scheduler(call: ast.Call, module: ast.Module) -> bool:
    """Return whether a call starts APScheduler and waits: https://apscheduler.readthedocs.io/en/3.x/userguide.html."""
    if last_name(call.func) != "start" or "sched" not in ast.unparse(call.func).lower():
        return False
    return any(last_name(node) == "BlockingScheduler" for node in ast.walk(module))


def _takes_words(module: ast.Module) -> bool:
    """Return whether a command has to be given words: which ones is not known."""
    for node in ast.walk(module):
        if isinstance(node, ast.Call) and last_name(node.func) == "add_argument" and node.args:
            named = {keyword.arg: keyword.value for keyword in node.keywords}
            option = (constant(node.args[0]) or "").startswith("-")
            given = "required" in named if option else not {"nargs", "default"} & named.keys()
            if given:
                return True
    return False


def _ports(module: ast.Module) -> tuple[str, ...]:
    """Return the port at which a command serves, for this computer alone, if its code names one."""
    for node in ast.walk(module):
        name = last_name(node.func) if isinstance(node, ast.Call) else ""
        if isinstance(node, ast.Call) and node.args and name.endswith(("Server", "_server", "serve")):
            place = node.args[0].elts if isinstance(node.args[0], ast.Tuple) else node.args[1:3]
            port = place[1].value if len(place) == 2 and isinstance(place[1], ast.Constant) else None
            if isinstance(port, int) and 1 < port < 65536 and port not in (80, 443, 8000, 8080):
                udp = "/udp" if "UDP" in name else ""
                return (f"127.0.0.1:{port}:{port}{udp}",)
    return ()


def _endless(loop: ast.While) -> bool:
    """Return whether nothing leaves the loop, or only a condition does and it sleeps: not a retry until it works."""
    leaves = sleeps = False
    stack: list[tuple[ast.AST, bool, bool]] = [(statement, True, False) for statement in loop.body]
    while stack:
        node, own, conditional = stack.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
            continue
        if isinstance(node, ast.Return) or (own and isinstance(node, ast.Break)):
            if not conditional:
                return False
            leaves = True
        sleeps = sleeps or (isinstance(node, ast.Call) and last_name(node.func) in ("sleep", "wait"))
        inner = own and not isinstance(node, ast.For | ast.While | ast.AsyncFor)
        conditional = conditional or isinstance(node, ast.If | ast.ExceptHandler)
        stack += [(child, inner, conditional) for child in ast.iter_child_nodes(node)]
    return sleeps or not leaves


def _cron(tree: Tree, layout: Layout) -> Iterator[Process]:
    for path, size in tree.paths.items():
        name = path.rpartition("/")[2].lower()
        crontab = name in ("crontab", "crontab.txt", "cronfile") or name.endswith((".cron", ".crontab"))
        crontab = crontab or "/cron.d/" in f"/{path}"
        if not crontab or size > 50_000 or is_aside(tree, path):
            continue
        for number, line in enumerate((tree.text(path) or "").split("\n")[:500], 1):
            if (match := CRON_LINE.match(line.strip())) and ("manage.py" in match[2] or "django-admin" in match[2]):
                yield _cron_job(match[1], match[2], f"{path}:{number}")
    yield from _cron_jobs_in_settings(tree, layout)


def _cron_job(schedule: str, command: str, source: str) -> Process:
    match = re.search(r"\bmanage\.py\s+([a-z_][\w]*)([^|&;>]*)", command)
    name = match[1] if match else "cron"
    plain = f"python manage.py {name}{match[2].rstrip().removesuffix(' 2').rstrip()}" if match else command
    process = _process(name.replace("_", "-"), plain, "cron", source, Certainty.STATED)
    return replace(process, schedule=" ".join(schedule.split()))


def _cron_jobs_in_settings(tree: Tree, layout: Layout) -> Iterator[Process]:
    """Yield the jobs of django-crontab: https://pypi.org/project/django-crontab/."""
    for path in settings_files(tree, layout):
        value = assignments(tree.python(path)).get("CRONJOBS")
        for element in _elements(value):
            texts = [constant(part) or "" for part in _elements(element)]
            if len(texts) < 2 or not texts[0] or not texts[1]:
                continue
            command = "python manage.py crontab run"
            name = texts[1].rpartition(".")[2].replace("_", "-")
            if texts[1] == "django.core.management.call_command" and len(texts) > 2:
                first = next((constant(part) for part in _elements(_elements(element)[2])), None)
                command, name = f"python manage.py {first}", (first or name).replace("_", "-")
            process = _process(name, command, "cron", f"{path}:{element.lineno}", Certainty.STATED)
            yield replace(process, schedule=texts[0], note=f"django-crontab runs {texts[1]}.")


def _elements(value: ast.expr | None) -> list[ast.expr]:
    """Return the elements of a list or tuple; none of anything else."""
    return value.elts if isinstance(value, ast.List | ast.Tuple) else []
