"""Answers of a project that already has the files of the software handbook's page "Dockerfile for Django".

Its files are Dockerfile_django, Dockerfile_static, default.conf and a Compose file:
https://ocp-software-handbook.readthedocs.io/en/latest/docker/django.html
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

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
from ..project.findings import Certainty, Findings
from ..project.layout.project_slug import slugify
from ..project.places import own
from ..project.secrets import has_secret, is_private
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
}
APT_OPTIONS = re.compile(r"-\S+|.*[=$].*")
NGINX_ROOT = "/usr/share/nginx/html"


def read_handbook(tree: Tree, findings: Findings) -> None:
    """Add the answers that the handbook's files state, under the answers' names, and handbook_extra.

    handbook_extra is a dict of what the answers do not hold: `dockerfile`, `server`, `asgi_module`, `base_image`,
    `build_image`, `workdir`, `user`, `apt`, `environment`, `instructions` and `user_instructions` (lines of the last
    stage before and after USER, with their comments), `build_instructions` and `static_instructions` (likewise),
    `gunicorn_options`, `no_control_socket`, `pip_options`, `container_port`, `static_container_port`, and
    `nginx_locations`, and `left_out`: {what: where} of instructions and options that hold a secret.
    Nothing is added where there is no Dockerfile_django or Dockerfile_static.
    """
    django = next(iter(own(tree, DJANGO)), "")
    static = next(iter(own(tree, STATIC)), "")
    if not django and not static:
        return
    extra: dict[str, Any] = {"dockerfile": django or static, "left_out": {}}
    if django:
        _read_django(tree, findings, django, extra)
    if static:
        _read_static(tree, findings, static, extra)
    _read_nginx(tree, extra, static)
    _read_services(tree, findings, django, static)
    findings.add("handbook_extra", extra, django or static)


def _read_django(tree: Tree, findings: Findings, path: str, extra: dict[str, Any]) -> None:
    instructions = read_instructions(tree.text(path) or "")
    values = global_arguments(instructions)
    last = final_lineage(instructions)
    image = next((base_image(item, values) for item in reversed(last) if item.keyword == "FROM"), "")
    bases = [item for item in last if item.keyword == "FROM"][:1] or [
        item for item in instructions if item.keyword == "FROM"
    ]
    extra["base_image"] = base_image(bases[0], values) if bases else image
    _add_python(findings, path, bases, values)
    extra["apt"], apt_lines = _apt(last)
    _read_command(findings, path, last, extra)
    _read_environment(findings, path, last, extra)
    _read_requirements(findings, path, last, extra)
    manifest = [
        item for item in last if item.keyword == "COPY" and "from" in item.flags and "staticfiles.json" in item.body
    ]
    line = f":{manifest[0].line}" if manifest else ""
    findings.add("use_fathom", bool(manifest), path + line)
    compiled = [item for item in instructions if item.keyword == "RUN" and "compilemessages" in item.body]
    line = f":{compiled[0].line}" if compiled else ""
    findings.add("compile_messages", bool(compiled), path + line)
    text = (tree.text(path) or "").split("\n")
    before: list[str] = []
    after: list[str] = []
    seen_user = False
    for item in last:
        if item.keyword == "USER":
            seen_user = seen_user or item.words[:1] != ["root"]
        elif item.line not in apt_lines and not _is_handbooks(item):
            (after if seen_user else before).extend(_carried(text, item, path, extra))
    extra["instructions"], extra["user_instructions"] = before, after
    extra["user"] = next((item.body for item in reversed(last) if item.keyword == "USER"), "")
    extra["workdir"] = next((item.body for item in reversed(last) if item.keyword == "WORKDIR"), "")
    extra["container_port"] = _port(next((item.body for item in reversed(last) if item.keyword == "EXPOSE"), ""))
    final = {id(item) for item in last}
    _read_build(text, path, [item for item in instructions if id(item) not in final], values, extra)


def _add_python(findings: Findings, path: str, bases: Iterable[Instruction], values: dict[str, str]) -> None:
    for item in bases:
        if match := PYTHON_TAG.search(base_image(item, values)):
            findings.add("python_version", match[1] or match[2], f"{path}:{item.line}")
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


def _read_command(findings: Findings, path: str, last: list[Instruction], extra: dict[str, Any]) -> None:
    commands = [item for item in last if item.keyword in ("CMD", "ENTRYPOINT")]
    for item in reversed(commands):
        words = item.words
        if words[:2] in (["sh", "-c"], ["/bin/sh", "-c"], ["bash", "-c"], ["/bin/bash", "-c"]) and len(words) > 2:
            words = split(words[2])
        index = next((i for i, word in enumerate(words) if word.rpartition("/")[2] in SERVERS), None)
        if index is None:
            continue
        extra["server"] = words[index].rpartition("/")[2]
        source = f"{path}:{item.line}"
        if extra["server"] == "gunicorn":
            _read_gunicorn(findings, source, words[index + 1 :], extra)
        else:
            _read_other_server(findings, source, words[index + 1 :], extra)
        return


def _read_gunicorn(findings: Findings, source: str, words: list[str], extra: dict[str, Any]) -> None:
    module, options = gunicorn_options(words)
    extra["no_control_socket"] = any(name == "--no-control-socket" for name, _ in options)
    known = ("--bind", "--worker-tmp-dir", "--no-control-socket")
    rest: list[str] = []
    uvicorn = False
    for name, value in options:
        if name == "--name":
            _add_slug(findings, value, source)
        elif name == "--threads" and value.isdecimal():
            findings.add("gunicorn_threads", int(value[:6]), source)
        elif name == "--workers" and value.isdecimal():
            findings.add("gunicorn_workers", int(value[:6]), source)
        elif has_secret(f"{name}={value}") or is_private(*value.partition("=")[::2]):
            extra["left_out"][f"Gunicorn's {name}"] = source
        elif name not in known:
            rest += [name, value] if value else [name]
            uvicorn = uvicorn or "uvicorn" in value
    extra["gunicorn_options"] = rest
    if module and "$" not in module:
        callable_name = module.partition(":")[2].removesuffix("()")
        plain = module if callable_name not in ("application", "") else module.partition(":")[0]
        if uvicorn or "asgi" in module:
            extra["asgi_module"] = plain
            findings.add("asgi_module", plain, source)
            findings.add("interface", "asgi", source)
        else:
            findings.add("wsgi_module", plain, source)
            findings.add("interface", "wsgi", source)


def _add_slug(findings: Findings, name: str, source: str) -> None:
    slug = name if re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,62}", name) else slugify(name)
    if slug and "$" not in name and "{" not in name:
        note = "" if slug == name else f"Gunicorn's name there is {name}."
        findings.add("project_slug", slug, source, Certainty.INFERRED if note else Certainty.STATED, note)


def _read_other_server(findings: Findings, source: str, words: list[str], extra: dict[str, Any]) -> None:
    for word in words:
        if re.fullmatch(r"[A-Za-z_]\w*(?:\.\w+)+(?::\w+)?", word) and "asgi" in word.lower():
            extra["asgi_module"] = word.removesuffix(":application")
            findings.add("asgi_module", extra["asgi_module"], source)
            findings.add("interface", "asgi", source)
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
        if not equals and name not in FLAGS and index < len(words) and not words[index].startswith("--"):
            value = words[index]
            index += 1
        options.append((name, value))
    return module, options


def _read_environment(findings: Findings, path: str, last: list[Instruction], extra: dict[str, Any]) -> None:
    environment: dict[str, str] = {}
    for item in last:
        if item.keyword != "ENV":
            continue
        for name, value in pairs(item).items():
            source = f"{path}:{item.line}"
            if name == "WEB_CONCURRENCY" and value.isdecimal():
                findings.add("web_concurrency", int(value[:6]), source)
            elif name == "GUNICORN_CMD_ARGS":
                _read_arguments(findings, value, source)
                environment[name] = value
            elif is_private(name, value):
                extra["left_out"][f"ENV {name}"] = source
            elif (name, value) != ("DJANGO_ENV", "production"):
                environment[name] = value
            else:
                findings.add("settings_variable", {"name": name, "value": value}, source)
    extra["environment"] = environment


def _read_arguments(findings: Findings, arguments: str, source: str) -> None:
    for name, value in gunicorn_options(split(arguments))[1]:
        if name in ("--workers", "--threads") and value.isdecimal():
            findings.add(f"gunicorn_{name[2:]}", int(value[:6]), source)


def _read_requirements(findings: Findings, path: str, last: list[Instruction], extra: dict[str, Any]) -> None:
    copied: dict[str, str] = {}
    extra["pip_options"] = []
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
                    findings.add("requirements_file", name, f"{path}:{item.line}")
                elif word.startswith("--") and word not in ("--no-cache-dir", "--requirement"):
                    extra["pip_options"].append(word)


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


def _carried(text: list[str], item: Instruction, path: str, extra: dict[str, Any]) -> list[str]:
    """Return an instruction with its comments; none, and a note in left_out, where it holds a secret.

    Answers, which are committed, would repeat it: https://docs.docker.com/build/building/secrets/
    """
    named = pairs(item) if item.keyword in ("ENV", "ARG", "LABEL") else {}
    secrets = [name for name, value in named.items() if is_private(name, value)]
    if secrets or (not named and has_secret(item.rest)):
        extra["left_out"].setdefault(f"{item.keyword} {' '.join(secrets)}".strip(), f"{path}:{item.line}")
        return []
    return [line for line in _with_comments(text, item) if line[0] != "#" or not has_secret(line)]


def _read_build(
    text: list[str], path: str, build: list[Instruction], values: dict[str, str], extra: dict[str, Any]
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
            lines += _carried(text, item, path, extra)
    if images and (images[0] or lines):
        extra.setdefault("build_image", images[0])
        extra["build_instructions"] = extra.get("build_instructions") or lines


def _read_static(tree: Tree, findings: Findings, path: str, extra: dict[str, Any]) -> None:
    content = tree.text(path) or ""
    instructions = read_instructions(content)
    values = global_arguments(instructions)
    last = final_lineage(instructions)
    final = {id(item) for item in last}
    build = [item for item in instructions if id(item) not in final]
    text = content.split("\n")
    if "python_version" not in findings.found:
        _add_python(findings, path, [item for item in build if item.keyword == "FROM"], values)
    workdir = _workdir(build)
    lines: list[str] = []
    for item in last:
        words = item.words
        if (
            item.keyword == "COPY"
            and "from" in item.flags
            and len(words) == 2
            and words[1].startswith(f"{NGINX_ROOT}/")
        ):
            findings.add("static_root", _relative(words[0], workdir), f"{path}:{item.line}")
            url = words[1].removeprefix(NGINX_ROOT).rstrip("/")
            findings.add("static_url", f"{url}/", f"{path}:{item.line}")
        elif item.keyword == "COPY" and words[1:] == ["/etc/nginx/conf.d/default.conf"]:
            extra["nginx_configuration"] = words[0]
        elif item.keyword not in ("FROM", "USER"):
            lines += _carried(text, item, path, extra)
    extra["static_instructions"] = lines
    _read_build(text, path, build, values, extra)


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


def _read_nginx(tree: Tree, extra: dict[str, Any], static: str) -> None:
    """Read the port and the locations of the nginx configuration that Dockerfile_static copies."""
    path = extra.get("nginx_configuration", "default.conf")
    if not static or not tree.exists(path):
        return
    locations: list[str] = []
    for line in (tree.text(path) or "").split("\n"):
        stripped = line.split("#", 1)[0].strip()
        if (match := re.match(r"listen\s+(?:\S*:)?(\d+)", stripped)) and "static_container_port" not in extra:
            extra["static_container_port"] = int(match[1][:6])
        elif match := re.match(r"location\s+(.+?)\s*\{", stripped):
            locations.append(match[1])
    extra["nginx_locations"] = locations


def _port(text: str) -> int:
    number = (text.split() or [""])[0].partition("/")[0]
    return int(number[:6]) if number.isdecimal() else 0


def _read_services(tree: Tree, findings: Findings, django: str, static: str) -> None:
    """Read the published ports, and the number of workers, of the Compose services made from the two Dockerfiles."""
    for service in reversed(read_compose(tree)):  # the file that counts most comes first, and is added last
        if django and _runs(service, django, "django"):
            _add_port(findings, "django_port", service)
            if arguments := service.environment.get("GUNICORN_CMD_ARGS"):
                _read_arguments(findings, substitute(arguments, {}), service.source)
            if (value := service.environment.get("WEB_CONCURRENCY", "")).isdecimal():
                findings.add("web_concurrency", int(value[:6]), service.source)
        elif static and _runs(service, static, "static"):
            _add_port(findings, "static_port", service)


def _runs(service: Service, path: str, ending: str) -> bool:
    image = name_and_tag(service.image)[0]
    command = service.command or service.entrypoint
    serves = not command or "gunicorn" in command
    return serves and (service.dockerfile == path or re.search(rf"[-_]{ending}$", image) is not None)


def _add_port(findings: Findings, name: str, service: Service) -> None:
    for published, _target in service.ports:
        if published.isdecimal():
            findings.add(name, int(published[:6]), service.source)
            return
