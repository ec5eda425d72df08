"""Gunicorn's options in a project's own files: the command line of its image, Procfile or unit, and its configuration.

https://gunicorn.org/reference/settings/
"""

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from ..project import Project
from ..project.adopted import Adopted
from ..project.deployment.commands import Command, read_commands
from ..project.deployment.dockerfile import split, substitute
from ..project.deployment.own_image import own_image
from ..project.deployment.steps import Phase, read_own_steps
from ..project.deployment.uwsgi import uwsgi_options
from ..project.findings import Certainty, Found
from ..project.layout.modules import locate
from ..project.literals import constant, environment_read, last_name
from ..project.places import is_development, join
from ..project.secrets import has_secret, words
from ..project.tree import Tree
from .handbook import gunicorn_options

# Options that mean the same in the template's images.
TAKEN = words(
    """
    --timeout --graceful-timeout --max-requests --max-requests-jitter --preload --worker-connections --backlog
    --limit-request-line --limit-request-fields --limit-request-field_size --log-level --capture-output
    --forwarded-allow-ips --proxy-allow-from --no-sendfile --statsd-host --statsd-prefix --dogstatsd-tags
    --logger-class --reuse-port --enable-stdio-inheritance --forwarder-headers --header-map
    """
)
# Those that are for the own image alone, or that the template has its own for.
OWN = words(
    """
    --bind --name --config --chdir --pythonpath --user --group --pid --daemon --reload --reload-engine
    --reload-extra-file --worker-tmp-dir --umask --error-logfile --log-file --keep-alive --no-control-socket
    --control-socket --control-socket-disable --workers --threads --worker-class --access-logfile --check-config
    --print-config --initgroups --spew --proxy-name --raw-env --env
    """
)
INSTEAD = ("fly", "render", "hosting")  # services whose command runs instead of that of the image
MOST = 1000  # workers, or threads
GREEN = ("gevent", "eventlet")
VALUE = re.compile(r"[A-Za-z0-9_./:=@%+,*-]+")
# Settings of the configuration whose option has another name.
NAMES = {
    "preload_app": "--preload",
    "accesslog": "--access-logfile",
    "errorlog": "--error-logfile",
    "loglevel": "--log-level",
    "keepalive": "--keep-alive",
    "proc_name": "--name",
    "pidfile": "--pid",
    "limit_request_field_size": "--limit-request-field_size",
    "access_log_format": "--access-logformat",
    "logconfig": "--log-config",
    "logconfig_dict": "--log-config",
    "sendfile": "--sendfile",
}
UWSGI = re.compile(r"(?:^|[\s/])uwsgi(?:\s|$)")
OF_UWSGI = re.compile(r"\s--(\S+?)(?:=|\s+)(\S+)")
LIKE_UWSGI = {"harakiri": "--timeout", "max-requests": "--max-requests", "threads": "--threads"}
HOOKS = words(
    """
    on_starting on_reload when_ready pre_fork post_fork post_worker_init worker_int worker_abort pre_exec pre_request
    post_request child_exit worker_exit nworkers_changed on_exit ssl_context
    """
)


@dataclass
class _Options:
    """The options by their name, "" as a flag's value, each with where it is; and what cannot be an option."""

    given: dict[str, tuple[str, str]] = field(default_factory=dict)
    left: list[str] = field(default_factory=list)

    def add(self, name: str, value: str, source: str) -> None:
        self.given[name] = value, source


def read_own_gunicorn(tree: Tree, project: Project) -> Project:
    """Return the project with the options of its own Gunicorn; it is as it was where it has the handbook's files."""
    if project.adopted.handbook_extra.is_read:
        return project
    options = _Options()
    given, variables, source = next(_commands(tree, project.layout.base), ([], {}, ""))
    arguments = [*gunicorn_options(split(variables.get("GUNICORN_CMD_ARGS", "")))[1], *gunicorn_options(given)[1]]
    config = next((value for name, value in reversed(arguments) if name == "--config"), "")
    _read_config(tree, project.layout.base, config, options)
    for name, value in arguments:
        options.add(name, value, source)
    if not source:
        _read_uwsgi(tree, options)
    return replace(project, adopted=_adopted(project, options, variables, source))


def _read_uwsgi(tree: Tree, options: _Options) -> None:
    """Read what uWSGI, which runs instead of Gunicorn, says of time and threads: its options count before its files'.

    https://uwsgi-docs.readthedocs.io/en/latest/Options.html
    """
    started = [command for command in read_commands(tree) if UWSGI.search(command.command) and not command.development]
    read = [(item.name, item.value, item.source) for item in uwsgi_options(tree) if not is_development(item.source)]
    read += [(name, value, command.source) for command in started for name, value in OF_UWSGI.findall(command.command)]
    for name, value, source in read if started else ():
        if name in LIKE_UWSGI and value.isdecimal() and value != "0":
            options.add(LIKE_UWSGI[name], value, source)


def _commands(tree: Tree, base: str) -> Iterator[tuple[list[str], Mapping[str, str], str]]:
    """Yield the arguments of Gunicorn where the project's files start it, their variables and line, the best first."""
    commands = [command for command in read_commands(tree) if not command.development]
    hosted = [command for command in commands if command.origin in INSTEAD]
    for command in hosted:
        if (found := _of_command(command)) is not None:
            yield found, command.environment, command.source
    image = own_image(tree, base)
    if image:
        service = image.service.environment if image.service else {}
        for step in reversed(read_own_steps(tree, image).steps):
            if step.phase is Phase.START and (found := _arguments(list(step.words))) is not None:
                yield found, {**step.environment, **service, **step.given}, step.source
    for command in commands:
        if (found := _of_command(command)) is not None:
            yield found, command.environment, command.source


def _of_command(command: Command) -> list[str] | None:
    return _arguments(split(substitute(command.command, command.environment)))


def _arguments(command: list[str]) -> list[str] | None:
    """Return the words behind `gunicorn`, up to the end of its command; None where it is not started."""
    for index, word in enumerate(command):
        if word.rpartition("/")[2] == "gunicorn":
            rest = command[index + 1 :]
            end = next((number for number, item in enumerate(rest) if item in ("&&", ";", "||", "|", "&")), len(rest))
            return rest[:end]
    return None


def _adopted(project: Project, options: _Options, variables: Mapping[str, str], source: str) -> Adopted:
    adopted = project.adopted
    if (workers := _number(options, "--workers")) and not adopted.gunicorn_workers.is_read:
        adopted = replace(adopted, gunicorn_workers=workers)
    if (threads := _number(options, "--threads")) and not adopted.gunicorn_threads.is_read:
        adopted = replace(adopted, gunicorn_threads=threads)
    adopted = _processes(adopted, variables.get("WEB_CONCURRENCY", ""), source)
    kind, where = options.given.get("--worker-class", ("", ""))
    if kind == "sync" and not adopted.gunicorn_threads.is_read:
        adopted = replace(adopted, gunicorn_threads=Found(1, where, Certainty.INFERRED))
    taken, left = list(_taken(project, options)), list(dict.fromkeys(options.left))
    first = next((where for _, where in options.given.values()), source)
    return replace(
        adopted,
        own_gunicorn_options=Found(taken, first if taken else "", Certainty.INFERRED),
        gunicorn_not_taken=Found(left, left[0] if left else "", Certainty.INFERRED),
    )


def _number(options: _Options, name: str) -> Found[int] | None:
    value, source = options.given.get(name, ("", ""))
    is_number = value.isdecimal() and 0 < int(value[:6]) <= MOST
    return Found(int(value), source, Certainty.INFERRED) if is_number else None


def _processes(adopted: Adopted, text: str, source: str) -> Adopted:
    """Return what is adopted with the number of workers that WEB_CONCURRENCY says, where no option does."""
    if not text.isdecimal() or not 0 < int(text[:6]) <= MOST:
        return adopted
    found = Found(int(text), source, Certainty.INFERRED)
    if not adopted.gunicorn_workers.is_read:
        adopted = replace(adopted, gunicorn_workers=found)
    return adopted if adopted.web_concurrency.is_read else replace(adopted, web_concurrency=found)


def _taken(project: Project, options: _Options) -> Iterator[str]:
    """Yield the options that are taken over, as arguments; what is not, and means something, is left."""
    installed = project.dependencies.distributions.value
    for name, (value, source) in options.given.items():
        if name == "--worker-class" and value in GREEN and value in installed:
            yield f"{name}={value}"
        elif name == "--access-logfile" and value not in ("", "/dev/null"):
            yield "--access-logfile=-"  # a file would be in no volume
        elif name in TAKEN and not value:
            yield name
        elif name in TAKEN and VALUE.fullmatch(value) and not has_secret(f"{name}={value}"):
            if (name, value) not in (("--timeout", "30"), ("--graceful-timeout", "30"), ("--log-level", "info")):
                yield f"{name}={value}"
        elif name not in OWN and not name.startswith("--ssl"):
            options.left.append(f"{source} ({name})")


def _read_config(tree: Tree, base: str, given: str, options: _Options) -> None:
    """Read the settings of a configuration in Python, which the command names, or which is where Gunicorn looks."""
    path = _config_path(tree, base, given)
    module = tree.python(path) if path else None
    names: dict[str, str] = {}
    for statement in module.body if module else ():
        source = f"{path}:{statement.lineno}"
        if isinstance(statement, ast.FunctionDef) and statement.name in HOOKS:
            options.left.append(f"{source} ({statement.name})")
        if isinstance(statement, ast.Assign):
            value = _value(statement.value, names)
            for target in statement.targets:
                if isinstance(target, ast.Name):
                    names[target.id] = value or ""
                    _add_setting(target.id, value or "", source, options)


def _add_setting(name: str, value: str, source: str, options: _Options) -> None:
    option = NAMES.get(name, f"--{name.replace('_', '-')}")
    if (option in TAKEN | OWN or name in NAMES) and value not in ("False", ""):
        options.add(option, "" if value == "True" else value, source)


def _config_path(tree: Tree, base: str, given: str) -> str:
    if given.startswith("python:"):
        located = locate(tree, given.removeprefix("python:"), base)
        return located[0] if located else ""
    wanted = given.removeprefix("file:").removeprefix("./") or "gunicorn.conf.py"
    for path in (join(base, wanted), wanted):
        if tree.exists(path):
            return path
    same = [path for path in tree.named(wanted.rpartition("/")[2]) if given]
    return same[0] if len(same) == 1 else next((path for path in same if wanted.endswith(path)), "")


def _value(node: ast.expr, names: Mapping[str, str]) -> str | None:
    """Return a number, a truth or a text as text, as it is without variables; None where it is not known."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str | int | float):
        return str(node.value)
    if isinstance(node, ast.Name):
        return names.get(node.id)
    if isinstance(node, ast.Call) and environment_read(node):
        default = [*node.args[1:2], *(item.value for item in node.keywords if item.arg == "default")]
        return _value(default[0], names) if default else None
    if isinstance(node, ast.Call) and last_name(node.func) in ("int", "str", "float") and len(node.args) == 1:
        return _value(node.args[0], names)
    if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.Or):
        return next((found for part in node.values if (found := _value(part, names))), None)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult | ast.Add):
        left, right = _value(node.left, names), _value(node.right, names)
        if left and right and left.isdecimal() and right.isdecimal() and len(left + right) < 12:
            return str(int(left) * int(right) if isinstance(node.op, ast.Mult) else int(left) + int(right))
    return constant(node)
