"""Answers of a project that already has the files of the software handbook's page "Dockerfile for Django".

Its files are Dockerfile_django, Dockerfile_static, default.conf and a Compose file:
https://ocp-software-handbook.readthedocs.io/en/latest/docker/django.html
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from ..project import Project
from ..project.adopted import Adopted, Extra
from ..project.dependencies.record import Dependencies
from ..project.deployment.compose import Service, read_compose
from ..project.deployment.dockerfile import (
    Instruction,
    base_image,
    final_lineage,
    global_arguments,
    name_and_tag,
    pairs,
    read_instructions,
    split,
    substitute,
)
from ..project.findings import Certainty, Found
from ..project.layout.project_slug import slugify
from ..project.layout.record import Layout, Selector
from ..project.places import own
from ..project.secrets import has_secret, is_private
from ..project.settings.record import DjangoSettings
from ..project.tree import Tree

DJANGO = "Dockerfile_django"
STATIC = "Dockerfile_static"
PYTHON_TAG = re.compile(r"(?:^|/)python:(?:python)?(\d+\.\d+)|(?:^|[:/-])python(\d+\.\d+)")
SERVERS = ("gunicorn", "daphne", "uvicorn", "hypercorn", "granian", "uwsgi")
FLAGS = frozenset(
    (
        "--no-control-socket",
        "--preload",
        "--reload",
        "--daemon",
        "--capture-output",
        "--no-sendfile",
        "--enable-stdio-inheritance",
        "--disable-redirect-access-to-syslog",
        "--proxy-protocol",
        "--strip-header-spaces",
        "--permit-obsolete-folding",
        "--suppress-ragged-eofs",
        "--do-handshake-on-connect",
        "--initgroups",
        "--spew",
        "--check-config",
        "--print-config",
        "--log-syslog",
        "-R",
        "-D",
    )
)
SHORT = {
    "-b": "--bind",
    "-n": "--name",
    "-w": "--workers",
    "-k": "--worker-class",
    "-c": "--config",
    "-t": "--timeout",
    "-p": "--pid",
    "-u": "--user",
    "-g": "--group",
    "-m": "--umask",
    "-e": "--env",
}
APT_OPTIONS = re.compile(r"-\S+|.*[=$].*")
NGINX_ROOT = "/usr/share/nginx/html"


@dataclass
class Reading:
    """The records of a project while the handbook's files are read, and what answers hold of these files' own lines.

    What the files state takes the place of what the code says.
    """

    layout: Layout
    dependencies: Dependencies
    settings: DjangoSettings
    adopted: Adopted
    apt: list[str] = field(default_factory=list)
    build_image: str | None = None
    environment: dict[str, str] = field(default_factory=dict)
    gunicorn_options: list[str] = field(default_factory=list)
    instructions: list[str] = field(default_factory=list)
    build_instructions: list[str] = field(default_factory=list)
    left_out: dict[str, str] = field(default_factory=dict)

    @property
    def extra(self) -> Extra:
        """What the files say beyond this template's."""
        return Extra(
            self.apt,
            self.build_image or "",
            self.environment,
            self.gunicorn_options,
            self.instructions,
            self.build_instructions,
            self.left_out,
        )

    def run(self, interface: str, module: str, source: str) -> None:
        """Say by which interface the project is run, and the module that is run."""
        entry = Found(module, source)
        self.layout = replace(self.layout, interface=Found(interface, source))
        if interface == "asgi":
            self.layout = replace(self.layout, asgi_module=entry)
        else:
            self.layout = replace(self.layout, wsgi_module=entry)


def read_handbook(tree: Tree, project: Project) -> Project:
    """Return the project with what the handbook's files state.

    It is as it was where there is no Dockerfile_django and no Dockerfile_static.
    """
    django = next(iter(own(tree, DJANGO)), "")
    static = next(iter(own(tree, STATIC)), "")
    if not django and not static:
        return project
    reading = Reading(project.layout, project.dependencies, project.settings, project.adopted)
    if django:
        _read_django(tree, reading, django)
    if static:
        _read_static(tree, reading, static)
    _read_services(tree, reading, django, static)
    return replace(
        project,
        layout=reading.layout,
        dependencies=reading.dependencies,
        settings=reading.settings,
        adopted=replace(reading.adopted, handbook_extra=Found(reading.extra, django or static)),
    )


def _read_django(tree: Tree, reading: Reading, path: str) -> None:
    instructions = read_instructions(tree.text(path) or "")
    values = global_arguments(instructions)
    last = final_lineage(instructions)
    bases = [item for item in last if item.keyword == "FROM"][:1] or [
        item for item in instructions if item.keyword == "FROM"
    ]
    _add_python(reading, path, bases, values)
    reading.apt, apt_lines = _apt(last)
    _read_command(reading, path, last)
    _read_environment(reading, path, last)
    _read_requirements(reading, path, last)
    manifest = [
        item for item in last if item.keyword == "COPY" and "from" in item.flags and "staticfiles.json" in item.body
    ]
    line = f":{manifest[0].line}" if manifest else ""
    reading.adopted = replace(reading.adopted, use_fathom=Found(bool(manifest), path + line))
    compiled = [item for item in instructions if item.keyword == "RUN" and "compilemessages" in item.body]
    line = f":{compiled[0].line}" if compiled else ""
    reading.dependencies = replace(reading.dependencies, compile_messages=Found(bool(compiled), path + line))
    text = (tree.text(path) or "").split("\n")
    seen_user = False
    for item in last:
        if item.keyword == "USER":
            seen_user = seen_user or item.words[:1] != ["root"]
        elif item.line not in apt_lines and not _is_handbooks(item):
            lines = _carried(text, item, path, reading)
            reading.instructions += [] if seen_user else lines  # no answer holds lines after USER
    final = {id(item) for item in last}
    _read_build(text, path, [item for item in instructions if id(item) not in final], values, reading)


def _add_python(reading: Reading, path: str, bases: Iterable[Instruction], values: dict[str, str]) -> None:
    for item in bases:
        if match := PYTHON_TAG.search(base_image(item, values)):
            version = Found(match[1] or match[2], f"{path}:{item.line}")
            reading.dependencies = replace(reading.dependencies, python_version=version)
            return


def _apt(instructions: Iterable[Instruction]) -> tuple[list[str], set[int]]:
    """Return the Debian packages beyond gettext that are installed, and the lines of instructions that only do so."""
    packages: set[str] = set()
    lines: set[int] = set()
    for item in instructions:
        if item.keyword != "RUN":
            continue
        commands = [split(part) for part in re.split(r"&&|;", item.body)]
        installs = [words for words in commands if words[:1] in (["apt-get"], ["apt"]) and "install" in words]
        for words in installs:
            after = words[words.index("install") + 1 :]
            packages |= {word for word in after if not APT_OPTIONS.fullmatch(word)}
        others = [
            words
            for words in commands
            if words and words[0] not in ("apt-get", "apt", "rm", "set") and words not in installs
        ]
        if installs and not others:
            lines.add(item.line)
    return sorted(packages - {"gettext"}), lines


def _read_command(reading: Reading, path: str, last: list[Instruction]) -> None:
    commands = [item for item in last if item.keyword in ("CMD", "ENTRYPOINT")]
    for item in reversed(commands):
        words = item.words
        if words[:2] in (["sh", "-c"], ["/bin/sh", "-c"], ["bash", "-c"], ["/bin/bash", "-c"]) and len(words) > 2:
            words = split(words[2])
        index = next((i for i, word in enumerate(words) if word.rpartition("/")[2] in SERVERS), None)
        if index is None:
            continue
        source = f"{path}:{item.line}"
        if words[index].rpartition("/")[2] == "gunicorn":
            _read_gunicorn(reading, source, words[index + 1 :])
        else:
            _read_other_server(reading, source, words[index + 1 :])
        return


def _read_gunicorn(reading: Reading, source: str, words: list[str]) -> None:
    module, options = gunicorn_options(words)
    known = ("--bind", "--worker-tmp-dir", "--no-control-socket")
    rest: list[str] = []
    uvicorn = False
    for name, value in options:
        if name == "--name":
            _add_slug(reading, value, source)
        elif name in ("--threads", "--workers") and value.isdecimal():
            _add_number(reading, name, value, source)
        elif has_secret(f"{name}={value}") or is_private(*value.partition("=")[::2]):
            reading.left_out[f"Gunicorn's {name}"] = source
        elif name not in known:
            rest += [name, value] if value else [name]
            uvicorn = uvicorn or "uvicorn" in value
    reading.gunicorn_options = rest
    if module and "$" not in module:
        callable_name = module.partition(":")[2].removesuffix("()")
        plain = module if callable_name not in ("application", "") else module.partition(":")[0]
        reading.run("asgi" if uvicorn or "asgi" in module else "wsgi", plain, source)


def _add_number(reading: Reading, option: str, value: str, source: str) -> None:
    number = Found(int(value[:6]), source)
    if option == "--threads":
        reading.adopted = replace(reading.adopted, gunicorn_threads=number)
    else:
        reading.adopted = replace(reading.adopted, gunicorn_workers=number)


def _add_slug(reading: Reading, name: str, source: str) -> None:
    slug = name if re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,62}", name) else slugify(name)
    if slug and "$" not in name and "{" not in name:
        note = "" if slug == name else f"Gunicorn's name there is {name}."
        named = Found(slug, source, Certainty.INFERRED if note else Certainty.STATED, note)
        reading.layout = replace(reading.layout, project_slug=named)


def _read_other_server(reading: Reading, source: str, words: list[str]) -> None:
    for word in words:
        if re.fullmatch(r"[A-Za-z_]\w*(?:\.\w+)+(?::\w+)?", word) and "asgi" in word.lower():
            reading.run("asgi", word.removesuffix(":application"), source)
            return


def gunicorn_options(words: list[str]) -> tuple[str, list[tuple[str, str]]]:
    """Return the application and the options, as (long name, value or ""), of Gunicorn's command line.

    https://docs.gunicorn.org/en/stable/settings.html
    """
    module, options = "", []
    index = 0
    while index < len(words):
        word = words[index]
        index += 1
        if not word.startswith("-"):
            module = module or word
            continue
        name, equals, value = word.partition("=")
        name = SHORT.get(name, name)
        if not equals and name[:1] == "-" and name[1:2] != "-" and name[:2] in SHORT and name not in FLAGS:
            name, equals, value = SHORT[name[:2]], "=", name[2:]  # as in -w3
        if not equals and name not in FLAGS and index < len(words) and not words[index].startswith("--"):
            value = words[index]
            index += 1
        options.append((name, value))
    return module, options


def _read_environment(reading: Reading, path: str, last: list[Instruction]) -> None:
    for item in last:
        if item.keyword != "ENV":
            continue
        for name, value in pairs(item).items():
            source = f"{path}:{item.line}"
            if name == "WEB_CONCURRENCY" and value.isdecimal():
                reading.adopted = replace(reading.adopted, web_concurrency=Found(int(value[:6]), source))
            elif name == "GUNICORN_CMD_ARGS":
                _read_arguments(reading, value, source)
                reading.environment[name] = value
            elif is_private(name, value):
                reading.left_out[f"ENV {name}"] = source
            elif (name, value) != ("DJANGO_ENV", "production"):
                reading.environment[name] = value
            else:
                reading.layout = replace(reading.layout, settings_variable=Found(Selector(name, value), source))


def _read_arguments(reading: Reading, arguments: str, source: str) -> None:
    for name, value in gunicorn_options(split(arguments))[1]:
        if name in ("--workers", "--threads") and value.isdecimal():
            _add_number(reading, name, value, source)


def _read_requirements(reading: Reading, path: str, last: list[Instruction]) -> None:
    copied: dict[str, str] = {}
    for item in last:
        words = item.words
        if item.keyword in ("COPY", "ADD") and "from" not in item.flags and len(words) > 1:
            for source in words[:-1]:
                name = source.rpartition("/")[2]
                copied[words[-1] if not words[-1].endswith("/") else words[-1] + name] = source.removeprefix("./")
        elif (
            item.keyword == "RUN"
            and "install" in words
            and any(word.startswith("pip") or word == "uv" for word in words)
        ):
            for index, word in enumerate(words):
                given = words[index + 1] if word in ("-r", "--requirement") and index + 1 < len(words) else ""
                given = given or (word[2:] if word.startswith("-r") and len(word) > 2 else "")
                if given:
                    name = copied.get(given, given.removeprefix("./"))
                    file = Found(name, f"{path}:{item.line}")
                    reading.dependencies = replace(reading.dependencies, requirements_file=file)


def _is_handbooks(item: Instruction) -> bool:
    """Return whether an instruction of the last stage is one of the handbook's own, or is read as an answer."""
    body = item.body
    if item.keyword in ("FROM", "USER", "WORKDIR", "EXPOSE", "CMD", "ENTRYPOINT", "ENV", "ARG"):
        return item.keyword != "ARG"
    if item.keyword == "RUN":
        return (
            ("groupadd" in body and "useradd" in body and "&&" in body and "mkdir" not in body)
            or re.match(r"(?:python3? -m )?pip install\b[^&;|]*-r", body) is not None
            or re.fullmatch(r"(?:python3? )?(?:\./)?manage\.py compilemessages[^&;|]*", body) is not None
            or _is_collectstatic(body)
        )
    words = item.words
    if item.keyword == "COPY" and "from" in item.flags:
        return "staticfiles.json" in body
    if item.keyword == "COPY" and len(words) == 2:
        return words == [".", "."] or words[0].endswith((".txt", ".in"))
    return False


def _is_collectstatic(body: str) -> bool:
    return re.fullmatch(r"(?:python3? )?(?:\./)?manage\.py collectstatic[^&;|]*", body) is not None


def _with_comments(text: list[str], item: Instruction) -> Iterator[str]:
    """Yield the comment lines right above an instruction, and the instruction as one line."""
    start = item.line - 1
    while start > 0 and text[start - 1].lstrip().startswith("#"):
        start -= 1
    yield from (line.strip() for line in text[start : item.line - 1])
    yield f"{item.keyword} {item.rest}"


def _carried(text: list[str], item: Instruction, path: str, reading: Reading) -> list[str]:
    """Return an instruction with its comments; none, and a note in left_out, where it holds a secret.

    Answers, which are committed, would repeat it: https://docs.docker.com/build/building/secrets/
    """
    named = pairs(item) if item.keyword in ("ENV", "ARG", "LABEL") else {}
    secrets = [name for name, value in named.items() if is_private(name, value)]
    if secrets or (not named and has_secret(item.rest)):
        reading.left_out.setdefault(f"{item.keyword} {' '.join(secrets)}".strip(), f"{path}:{item.line}")
        return []
    return [line for line in _with_comments(text, item) if line[0] != "#" or not has_secret(line)]


def _read_build(
    text: list[str], path: str, build: list[Instruction], values: dict[str, str], reading: Reading
) -> None:
    images = [base_image(item, values) for item in build if item.keyword == "FROM"]
    lines: list[str] = []
    for item in build:
        known = _is_handbooks(item) and item.keyword not in ("ENV", "WORKDIR")
        known = known or (item.keyword == "ENV" and pairs(item) == {"DJANGO_ENV": "production"})
        known = known or (
            item.keyword == "WORKDIR" and item.body == "/workdir" and not any("WORKDIR" in line for line in lines)
        )
        if not known and item.stage >= 0:
            lines += _carried(text, item, path, reading)
    if images and (images[0] or lines):
        if reading.build_image is None:
            reading.build_image = images[0]
        reading.build_instructions = reading.build_instructions or lines


def _read_static(tree: Tree, reading: Reading, path: str) -> None:
    content = tree.text(path) or ""
    instructions = read_instructions(content)
    values = global_arguments(instructions)
    last = final_lineage(instructions)
    final = {id(item) for item in last}
    build = [item for item in instructions if id(item) not in final]
    text = content.split("\n")
    if not reading.dependencies.python_version.is_read:
        _add_python(reading, path, [item for item in build if item.keyword == "FROM"], values)
    workdir = _workdir(build)
    for item in last:
        words = item.words
        if (
            item.keyword == "COPY"
            and "from" in item.flags
            and len(words) == 2
            and words[1].startswith(f"{NGINX_ROOT}/")
        ):
            root = Found(_relative(words[0], workdir), f"{path}:{item.line}")
            url = Found(f"{words[1].removeprefix(NGINX_ROOT).rstrip('/')}/", f"{path}:{item.line}")
            reading.settings = replace(reading.settings, static_root=root, static_url=url)
        elif item.keyword not in ("FROM", "USER") and words[1:] != ["/etc/nginx/conf.d/default.conf"]:
            _carried(text, item, path, reading)  # for the secrets in it: no answer holds lines of this stage
    _read_build(text, path, build, values, reading)


def _workdir(build: list[Instruction]) -> str:
    """Return the folder into which the build stage copies the whole project."""
    workdir = "/workdir"
    for item in build:
        if item.keyword == "WORKDIR":
            workdir = item.body.rstrip("/")
        elif item.keyword == "COPY" and item.words in ([".", "."], [".", "./"]):
            break
        elif item.keyword == "COPY" and len(item.words) == 2 and item.words[0] == ".":
            return item.words[1].rstrip("/")
    return workdir


def _relative(path: str, workdir: str) -> str:
    if path.startswith(f"{workdir}/"):
        return path.removeprefix(f"{workdir}/").rstrip("/")
    return path.rstrip("/") or "/"


def _read_services(tree: Tree, reading: Reading, django: str, static: str) -> None:
    """Read the published ports, and the number of workers, of the Compose services made from the two Dockerfiles."""
    for service in reversed(read_compose(tree)):  # the file that counts most comes first, and is added last
        if django and _runs(service, django, "django"):
            if port := _port(service):
                reading.adopted = replace(reading.adopted, django_port=port)
            if arguments := service.environment.get("GUNICORN_CMD_ARGS"):
                _read_arguments(reading, substitute(arguments, {}), service.source)
            if (value := service.environment.get("WEB_CONCURRENCY", "")).isdecimal():
                workers = Found(int(value[:6]), service.source)
                reading.adopted = replace(reading.adopted, web_concurrency=workers)
        elif static and _runs(service, static, "static") and (port := _port(service)):
            reading.adopted = replace(reading.adopted, static_port=port)


def _runs(service: Service, path: str, ending: str) -> bool:
    image = name_and_tag(service.image)[0]
    command = service.command or service.entrypoint
    serves = not command or "gunicorn" in command
    return serves and (service.dockerfile == path or re.search(rf"[-_]{ending}$", image) is not None)


def _port(service: Service) -> Found[int] | None:
    """Return the first port that a service publishes."""
    for published, _target in service.ports:
        if published.isdecimal():
            return Found(int(published[:6]), service.source)
    return None
