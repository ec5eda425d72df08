"""The commands with which a project is run, as its Procfile, units, Compose files and the like state them."""

import re
from collections.abc import Iterator
from configparser import RawConfigParser
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from ..data import mapping, sequence, text_of
from ..lines import at
from ..places import is_aside, is_development, own
from ..tree import Tree
from . import compose, dockerfile
from .compose import read_environment, shell_text
from .hosting import read_hosted
from .uwsgi import read_uwsgi

MAX_LENGTH = 4000  # characters of a command: what follows is no command line
PROCFILE_LINE = re.compile(r"^([A-Za-z0-9_-]+):\s*(.+)$")
EXEC_START = re.compile(r"^ExecStart\s*=\s*[-@:+!]*(.+)$")
RUN_SCRIPT = re.compile(r"(?:^|/)(?:services\.d|s6-rc\.d|sv|service|runit)/([\w-]+)/run$")
EXECUTED = re.compile(
    r"exec (?:(?:s6-setuidgid|chpst -u|setuser|gosu|su-exec) \S+ )?(.*[^\\\s])(?<!2>&1)\s*(?:2>&1\s*)?"
)
OF_KUBERNETES = re.compile(r"^kind: *(?:Deployment|StatefulSet|CronJob)\b", re.MULTILINE)
SUPERVISED = re.compile(r"%\((?:ENV_(\w+)|here)\)s(?:(?<=here\)s)/)?")  # http://supervisord.org/configuration.html
EXEC_BEFORE = re.compile(r"^ExecStartPre\s*=\s*([-@:+!]*)(.+)$")
TIMES = re.compile(r"^On(?:Calendar|UnitActiveSec|BootSec)\s*=\s*(.+)$", re.MULTILINE)  # of a unit's timer
UNIT_ENVIRONMENT = re.compile(r"^Environment\s*=\s*(.+)$")


@dataclass(frozen=True)
class Command:
    """A command that a file of the project states; `origin` is the kind of file."""

    name: str
    command: str
    source: str
    origin: str  # procfile | unit | supervisor | compose | dockerfile | app.json | render | fly | hosting | uwsgi
    environment: dict[str, str] = field(default_factory=dict)
    context: str = ""  # of a Compose service: the folder or image that it is made from
    before: tuple[str, ...] = ()  # of a unit: what runs first, as a shell has it

    @property
    def development(self) -> bool:
        """Return whether the file's path says that it is not production's."""
        return is_development(self.source.rpartition(":")[0])


@lru_cache(maxsize=4)
def read_commands(tree: Tree) -> list[Command]:
    """Return what the project's files run, those of hosting services and units first, then Dockerfiles and Compose."""
    found: list[Command] = []
    for reader in (
        _procfiles,
        _app_json,
        _render,
        _fly,
        _hosting,
        _units,
        _supervisor,
        _run_scripts,
        _kubernetes,
        _uwsgi,
        _dockerfiles,
        _compose,
    ):
        found += (replace(command, command=command.command[:MAX_LENGTH]) for command in reader(tree))
    return sorted(found, key=lambda command: command.development)


def _procfiles(tree: Tree) -> Iterator[Command]:
    """Yield what a Procfile runs; what Scalingo calls `postdeploy` is Heroku's `release`.

    https://doc.scalingo.com/platform/app/postdeploy-hook
    """
    for path in [*own(tree, "Procfile"), *own(tree, "Procfile.prod", "Procfile.production")][:3]:
        for number, line in enumerate((tree.text(path) or "").split("\n"), 1):
            if match := PROCFILE_LINE.match(line.strip()):
                name = "release" if match[1] == "postdeploy" else match[1]
                yield Command(name, match[2].strip(), f"{path}:{number}", "procfile")


def _app_json(tree: Tree) -> Iterator[Command]:
    for path in own(tree, "app.json")[:2]:
        content = mapping(tree.json(path))
        environment = {
            name: text_of(value) or text_of(mapping(value).get("value"))
            for name, value in mapping(content.get("env")).items()
        }
        if environment:
            yield Command("env", "", at(tree, path, '"env"'), "app.json", environment)
        scripts = mapping(content.get("scripts"))
        if script := text_of(scripts.get("postdeploy")):
            yield Command("postdeploy", script, at(tree, path, '"postdeploy"'), "app.json")
        for item in map(mapping, sequence(content.get("cron"))):
            if command := text_of(item.get("command")):
                yield Command(
                    "cron", command, at(tree, path, '"cron"'), "app.json", {"": text_of(item.get("schedule"))}
                )


def _render(tree: Tree) -> Iterator[Command]:
    for path in own(tree, "render.yaml", "render.yml")[:1]:
        for item in map(mapping, sequence(mapping(tree.yaml(path)).get("services"))):
            environment = {
                text_of(mapping(pair).get("key")): text_of(mapping(pair).get("value"))
                for pair in sequence(item.get("envVars"))
            }
            name = text_of(item.get("name")) or text_of(item.get("type"))
            command = text_of(item.get("startCommand")) or text_of(item.get("dockerCommand"))
            if text_of(item.get("type")) == "cron":
                environment[""] = text_of(item.get("schedule"))
            yield Command(name, command, at(tree, path, name), "render", environment)
            if release := text_of(item.get("preDeployCommand")):
                yield Command("release", release, at(tree, path, "preDeployCommand"), "render", environment)


def _fly(tree: Tree) -> Iterator[Command]:
    for path in own(tree, "fly.toml")[:1]:
        content = tree.toml(path)
        environment = {name: text_of(value) for name, value in mapping(content.get("env")).items()}
        if environment:
            yield Command("env", "", at(tree, path, "[env]"), "fly", environment)
        for name, value in mapping(content.get("processes")).items():
            if command := shell_text(value):
                yield Command(name, command, at(tree, path, "[processes]"), "fly", environment)
        if release := text_of(mapping(content.get("deploy")).get("release_command")):
            yield Command("release", release, at(tree, path, "release_command"), "fly", environment)


def _hosting(tree: Tree) -> Iterator[Command]:
    for item in read_hosted(tree):
        yield Command(item.name, item.command, item.source, "hosting", item.environment)


def _units(tree: Tree) -> Iterator[Command]:
    paths = [path for path in tree.paths if path.endswith(".service") and not is_aside(tree, path)]
    for path in paths[:20]:
        environment: dict[str, str] = {}
        commands: list[tuple[str, int]] = []
        before: list[str] = []
        text = (tree.text(path) or "").replace("\\\n", " \x00")  # keeps the count of lines
        number = 1
        for line in text.split("\n"):
            joined = line.replace("\x00", " ").strip()
            if match := EXEC_START.match(joined):
                commands.append((" ".join(match[1].split()), number))
            elif match := EXEC_BEFORE.match(joined):
                before.append(" ".join(match[2].split()) + (" || true" if "-" in match[1] else ""))
            elif match := UNIT_ENVIRONMENT.match(joined):
                environment |= read_environment(dockerfile.split(match[1]))
            number += 1 + line.count("\x00")
        name = path.rpartition("/")[2].removesuffix(".service")
        times = TIMES.search(tree.text(f"{path.removesuffix('.service')}.timer") or "")
        if times or re.search(r"^Type\s*=\s*oneshot\s*$", text, re.MULTILINE):
            environment[""] = times[1].strip() if times else ""
        for command, number in commands[:1]:
            yield Command(name, command, f"{path}:{number}", "unit", environment, before=tuple(before))


def _supervisor(tree: Tree) -> Iterator[Command]:
    for path in tree.paths:
        name = path.rpartition("/")[2].lower()
        if not name.endswith((".conf", ".ini", ".cfg")) or is_aside(tree, path):
            continue
        if "supervisor" not in path.lower() and not name.startswith("circus"):
            continue
        parser = tree.ini(path)
        for section in parser.sections():
            kind, _, program = section.partition(":")
            command = _supervisor_value(parser, section, "command").replace("%(program_name)s", program)
            command = SUPERVISED.sub(lambda match: f"${{{match[1]}}}" if match[1] else "", command)
            if kind == "watcher":  # of Circus: https://circus.readthedocs.io/en/latest/configuration/
                words = (_supervisor_value(parser, section, name) for name in ("cmd", "args"))
                command = " ".join(word for word in words if word)
            if kind in ("program", "watcher") and command:
                stated = _supervisor_value(parser, section, "environment")
                environment = read_environment(dockerfile.split(stated.replace(",", " ")))
                yield Command(program, " ".join(command.split()), at(tree, path, section), "supervisor", environment)


def _run_scripts(tree: Tree) -> Iterator[Command]:
    """Yield what the services of s6 and runit run, each by the script `run` in a folder of its name.

    https://github.com/just-containers/s6-overlay#writing-a-service-script, http://smarden.org/runit/runsv.8
    """
    for path in tree.paths:
        if (match := RUN_SCRIPT.search(path)) and not is_aside(tree, path):
            for number, line in enumerate((tree.text(path) or "").split("\n")[:200], 1):
                if executed := EXECUTED.fullmatch(line):
                    yield Command(match[1], executed[1], f"{path}:{number}", "supervisor")


def _kubernetes(tree: Tree) -> Iterator[Command]:
    """Yield what containers of Kubernetes run, and its cron jobs; templates of Helm are no YAML, and left out.

    https://kubernetes.io/docs/tasks/inject-data-application/define-command-argument-container/
    """
    paths = [path for path in tree.paths if path.endswith((".yml", ".yaml")) and not is_aside(tree, path)]
    for path in [path for path in paths if OF_KUBERNETES.search(tree.text(path) or "")][:60]:
        for content in map(mapping, tree.documents(path)):
            name, spec = text_of(mapping(content.get("metadata")).get("name")), mapping(content.get("spec"))
            schedule = text_of(spec.get("schedule"))
            template = mapping(mapping(spec.get("jobTemplate")).get("spec")) if schedule else spec
            pod = mapping(mapping(template.get("template")).get("spec"))
            if content.get("kind") in ("Deployment", "StatefulSet", "CronJob"):
                for item in map(mapping, sequence(pod.get("containers"))):
                    words = [*sequence(item.get("command")), *sequence(item.get("args"))]
                    command = shell_text(words) if words else ""
                    environment = {"": schedule} if schedule else {}
                    if command and name:
                        yield Command(name, command, at(tree, path, name), "unit", environment)


def _uwsgi(tree: Tree) -> Iterator[Command]:
    for item in read_uwsgi(tree):
        match = re.search(r"manage\.py\s+([\w-]+)|\bcelery\b.*\s(worker|beat)\b", item.command)
        last = item.command.split()[-1].rpartition("/")[2].removesuffix(".py")
        name = (match[1] or match[2]) if match else last
        yield Command(name, item.command, item.source, "uwsgi", {"": item.schedule} if item.schedule else {})


def _supervisor_value(parser: RawConfigParser, section: str, name: str) -> str:
    """Return a value without the comment behind it, which begins with " ;": http://supervisord.org/configuration.html."""
    lines = (parser.get(section, name, fallback="") or "").split("\n")
    return "\n".join(re.split(r"\s;", line)[0] for line in lines)


def dockerfiles(tree: Tree) -> list[str]:
    """Return the paths of the project's Dockerfiles, production's first, those named for development last."""
    found = [path for path in tree.paths if dockerfile.is_dockerfile(path) and not is_aside(tree, path)]
    return sorted(found, key=is_development)[:20]


def _dockerfiles(tree: Tree) -> Iterator[Command]:
    for path in dockerfiles(tree):
        stage = dockerfile.final_lineage(dockerfile.read_instructions(tree.text(path) or ""))
        environment: dict[str, str] = {}
        entry = command = ""
        line = 0
        for instruction in stage:
            if instruction.keyword == "ENV":
                environment |= dockerfile.pairs(instruction)
            elif instruction.keyword in ("CMD", "ENTRYPOINT"):
                text = shell_text(instruction.words) if instruction.body.startswith("[") else instruction.body
                if instruction.keyword == "CMD":
                    command, line = text, instruction.line
                else:
                    entry, line = text, line or instruction.line
        if environment or command or entry:
            yield Command("web", f"{entry} {command}".strip(), f"{path}:{line or 1}", "dockerfile", environment)


def _compose(tree: Tree) -> Iterator[Command]:
    for service in compose.read_compose(tree):
        command = " ".join(part for part in (service.entrypoint, service.command) if part)
        context = service.dockerfile or service.image
        yield Command(service.name, command, service.source, "compose", service.environment, context)


def environment_of(tree: Tree, name: str) -> Iterator[tuple[str, str, str]]:
    """Yield (value, source, origin) for each place among the commands' files that sets the variable `name`."""
    for command in read_commands(tree):
        value: Any = command.environment.get(name)
        if value:
            path = command.source.rpartition(":")[0]
            yield value, at(tree, path, name), command.origin
        if match := re.search(rf"(?:^|[\s;&]){re.escape(name)}=([\w.$:{{}}-]+)", command.command):
            yield match[1], command.source, command.origin
