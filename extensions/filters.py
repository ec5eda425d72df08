"""The filters of template files and copier.yml, except those that need Copier's own configuration (jinja.py).

Each is one small function, or a function of the room that knows its subject.
"""

import json
import re
import shlex
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

import yaml

from .project.deployment.kinds.management import OF_MESSAGES
from .questions import answers
from .rendering import celery, nginx, orchestration, storage
from .services import containers


def lasting(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return Copier's answers with the template's place and version as they can be found later.

    A folder's path is made absolute, as it is found from any working directory then; a URL has
    no password. The commit of a folder that is
    ahead of its newest release, or that has changes which Copier commits to a clone of its own, may be gone by the
    next update: the release before it stays, and lines that it does not have count as the person's.
    """
    folder = Path(given["_src_path"]).expanduser()
    if not folder.is_dir():
        return {**given, "_src_path": answers.public(given["_src_path"])}
    release = {name: re.sub(r"-[0-9]+-g[0-9a-f]+$", "", given[name]) for name in ("_commit",) if name in given}
    return {**given, "_src_path": str(folder.resolve()), **release}


def lists_what_comes_in(patterns: Iterable[str]) -> bool:
    """Return whether patterns of .dockerignore leave out everything but their exceptions: they must come first then.

    What follows is left out of what they let in: https://docs.docker.com/build/concepts/context/#negating-matches
    """
    return not {"*", "**", "**/*"}.isdisjoint(patterns)


def pinned(image: str, digests: dict[str, str]) -> str:
    """Return an image with the digest that it is pinned to, if it is."""
    return f"{image}@{digests[image]}" if image in digests else image


def wrapped(instruction: str) -> str:
    """Return a RUN that is too long for a line with each command that another waits for on a line of its own."""
    if len(instruction) <= 100 or not instruction.startswith("RUN ") or "'" in instruction or '"' in instruction:
        return instruction
    return instruction.replace(" && ", " \\\n    && ")


def scalar(value: str) -> str:
    """Return text as it stands in a YAML file: plain, or in quotes where YAML would read it as something else."""
    plain = re.fullmatch(r"[A-Za-z/._][A-Za-z0-9 /._=@%+,:-]*", value) and _is_plain(value)
    return value if plain else json.dumps(value)


def key(name: str) -> str:
    """Return a name as a key, or a value, of a YAML file: in quotes where YAML would read a number, a date or a truth.

    Compose reads YAML 1.2, in which 1e3 and 0o17 are numbers, too: https://yaml.org/spec/1.2.2/#103-core-schema
    """
    number = re.fullmatch(r"[0-9][0-9a-fox_.-]*", name)
    return name if not number and _is_plain(name) else json.dumps(name)


def _is_plain(text: str) -> bool:
    try:
        return bool(yaml.safe_load(f"a: {text}") == {"a": text})
    except yaml.YAMLError:
        return False


def setting(path: str) -> str:
    """Return a setting's path, like DATABASES.default.HOST, as Python; a number is the index of a list.

    OPTIONS are made where settings have none: they are optional in Django.
    """
    name, *keys = path.split(".")
    parts = [f"[{key}]" if key.isdecimal() else f'["{key}"]' for key in keys]
    inner = ['.setdefault("OPTIONS", {})' if part == '["OPTIONS"]' else part for part in parts[:-1]]
    return name + "".join([*inner, *parts[-1:]])


OF_STATIC_FILES = (
    *("STATIC_URL", "STATICFILES_STORAGE", "COMPRESS_STORAGE", "COMPRESS_URL"),
    *("COLLECTFASTA_STRATEGY", "COLLECTFAST_STRATEGY"),
)


def of_static_files(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return those of some settings that collectstatic and compress need: storages of static files, and their URLs."""
    return {
        name: value
        for name, value in settings.items()
        if name in OF_STATIC_FILES or name.startswith("STORAGES.staticfiles")
    }


def python_text(value: str | list[str] | dict[str, str]) -> str:
    """Return text as Python, with what the environment has in the place of each ${NAME}.

    In a list, *NAME stands for the items of a setting, as in Python.
    """
    if isinstance(value, dict):
        return "{}"
    if isinstance(value, list):
        return f"[{', '.join(item if item.startswith('*') else python_text(item) for item in value)}]"
    parts = re.split(r"\$\{(\w+)\}", value)
    texts = [f'os.environ["{part}"]' if number % 2 else f'"{part}"' for number, part in enumerate(parts) if part]
    return " + ".join(texts) or '""'


def around_messages(commands: Iterable[str]) -> tuple[list[str], list[str]]:
    """Return the commands that run before compilemessages, and those that make files of what it writes."""
    listed = list(commands)
    last = [command for command in listed if OF_MESSAGES in command.split()]
    return [command for command in listed if command not in last], last


def in_exec_form(command: str) -> str:
    """Return a command, which no shell runs, as a list in a YAML file: each word plain where that means the same."""
    words = shlex.split(command)
    plain = (
        word if re.fullmatch(r"[A-Za-z/._-][A-Za-z0-9/._=@%+-]*", word) and _is_plain(word) else "" for word in words
    )
    return f"[{', '.join(text or json.dumps(word) for text, word in zip(plain, words, strict=True))}]"


def celery_worker(command: str) -> str:
    """Return how a command starts `celery` with its application, if it is a worker under Celery's default name.

    https://docs.celeryq.dev/en/stable/userguide/workers.html#ping
    """
    match = re.match(r"((?:env \S+=\S+ )?celery (?:-A|--app)[ =]?\S+) (?:.* )?worker(?: |$)", command)
    return match[1] if match and not re.search(r" (-n|--hostname)\b", command) else ""


def in_list(command: str) -> str:
    """Return a command as it stands in a list of && in a shell: one that may fail by itself ends none."""
    return f"{{ {command}; }}" if "||" in command else command


def node_cache(install: str) -> str:
    """Return the folder in which root's package manager keeps what it downloads, from the command that installs.

    https://pnpm.io/settings#storedir, https://yarnpkg.com/configuration/yarnrc#globalFolder,
    https://classic.yarnpkg.com/en/docs/cli/cache, https://docs.npmjs.com/cli/using-npm/config#cache
    """
    words = install.split()
    if "pnpm" in words:
        return "/root/.local/share/pnpm/store"
    if "yarn" in words:
        return "/root/.yarn/berry/cache" if "corepack" in words else "/usr/local/share/.cache/yarn"
    return "/root/.npm"


def condition(image: str) -> str:
    """Return what Django waits for in a service: to be healthy, or to run where it may have no health check.

    https://docs.docker.com/reference/compose-file/services/#long-syntax-1
    """
    return "service_healthy" if containers.container("", image) else "service_started"


def trusts_all(variables: Iterable[Mapping[str, str]], options: Iterable[str]) -> bool:
    """Return whether variables, or options, let Gunicorn believe what any peer says of who asked, and how.

    https://gunicorn.org/reference/settings/#forwarded_allow_ips
    """
    given = [*(mapping.get("FORWARDED_ALLOW_IPS", "") for mapping in variables), *_values(options)]
    return any("*" in value.split(",") for value in given)


def _values(options: Iterable[str]) -> list[str]:
    """Return the values of --forwarded-allow-ips among arguments: `--option=value`, or one after the other."""
    words = " ".join(options).replace("--forwarded-allow-ips ", "--forwarded-allow-ips=").split()
    return [word.partition("=")[2] for word in words if word.startswith("--forwarded-allow-ips=")]


def seconds(options: Iterable[str], name: str, default: int) -> int:
    """Return the seconds of one of Gunicorn's options among its arguments, the last one of that name."""
    words = " ".join(options).replace(f"{name} ", f"{name}=").split()
    given = [word.partition("=")[2] for word in words if word.startswith(f"{name}=")]
    return int(given[-1][:6]) if given and given[-1].isdecimal() else default


def megabytes(lines: Iterable[str]) -> int:
    """Return how large a request's body may be, by lines of nginx's configuration; 0 where they do not say so.

    https://nginx.org/en/docs/http/ngx_http_core_module.html#client_max_body_size
    """
    found = [
        match for line in lines if (match := re.match(r"\s*client_max_body_size\s+(\d{1,9})([kmg]?);", line.lower()))
    ]
    sizes = [int(match[1]) * {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30}[match[2]] for match in found]
    return min(max(sizes, default=0) >> 20, 4096)


def hosts_variable(answers: Iterable[Iterable[str]]) -> str:
    """Return the variable that settings read ALLOWED_HOSTS from, by the names in the first answer with one, or ""."""
    return next(
        (name for names in answers for name in sorted(names, key=str.lower) if "ALLOWED_HOST" in name.upper()), ""
    )


def with_manifest(options: list[str], manifest: str) -> list[str]:
    """Return the options of `uv pip install` with the manifest, if none of them names it or its groups.

    https://docs.astral.sh/uv/reference/cli/#uv-pip-install--group
    """
    if any(option.startswith("--group=") for option in options):
        return options
    return [f"--requirements {PurePosixPath(manifest).name}", *options]


def quoted(value: str) -> str:
    """Return a value for ENV, in quotes where it needs them: https://docs.docker.com/reference/dockerfile/#env."""
    return value if re.fullmatch(r"[A-Za-z0-9_./:@%+,=-]+", value) else f'"{value}"'


def assignments(variables: dict[str, str]) -> str:
    """Return variables as they stand before a command in a shell, with a space at the end; "" for none."""
    return "".join(f"{name}={shlex.quote(value)} " for name, value in sorted(variables.items()))


# What the full python image brings, as far as the data file names it: https://github.com/docker-library/buildpack-deps
PYTHON_IMAGE = frozenset(
    """
    build-essential curl default-libmysqlclient-dev file g++ gcc git imagemagick libbz2-dev libcurl4-openssl-dev
    libcurl4t64 libdb-dev libevent-dev libffi-dev libffi8 libgdbm-dev libglib2.0-dev libgmp-dev libjpeg-dev
    libjpeg62-turbo libkrb5-dev liblzma-dev libmagic1t64 libmariadb3 libmaxminddb-dev libpng-dev libpq-dev libpq5
    libreadline-dev libsqlite3-dev libssl-dev libssl3t64 libwebp-dev libwebp7 libxml2 libxml2-dev libxslt1-dev
    libxslt-dev libxslt1.1 libyaml-dev make mercurial patch pkg-config procps subversion unzip wget xz-utils
    zlib1g-dev
    """.split()  # noqa: SIM905
)


def beside_python_image(packages: Iterable[str]) -> list[str]:
    """Return the Debian packages that the full python image lacks, each once, in alphabetical order."""
    return sorted(set(packages) - PYTHON_IMAGE)


def by_folder(paths: Iterable[str]) -> list[tuple[str, list[str]]]:
    """Return relative paths by their folder, in order of appearance; a folder ends in "/", and the root is ""."""
    groups: dict[str, list[str]] = {}
    for path in paths:
        folder = PurePosixPath(path).parent.as_posix()
        groups.setdefault("" if folder == "." else f"{folder}/", []).append(path)
    return list(groups.items())


def outside(paths: Iterable[str], folders: Iterable[str]) -> list[str]:
    """Return the relative paths that are in none of some folders."""
    return [path for path in paths if not path.startswith(tuple(f"{folder}/" for folder in folders))]


def in_requirements(name: str) -> str:
    """Return the regular expression of a package's name, in any spelling, as it stands in a requirements file."""
    return re.sub(r"[-_.]+", "[-_.]+", name)


def says(lines: Iterable[str], name: str) -> bool:
    """Return whether lines of nginx's configuration have a directive outside of their locations."""
    return name in nginx.names(lines)


def have_java(packages: Iterable[str]) -> bool:
    """Return whether one of Debian's packages is of Java."""
    return any(re.search(r"-(?:jre|jdk)\b", name) for name in packages)


FILTERS: dict[str, Callable[..., Any]] = {
    "around_messages": around_messages,
    "assignments": assignments,
    "beside_python_image": beside_python_image,
    "by_folder": by_folder,
    "celery_worker": celery_worker,
    "concurrent": celery.concurrent,
    "condition": condition,
    "container": containers.container,
    "database": containers.database,
    "dns_name": orchestration.dns_name,
    "have_java": have_java,
    "home": storage.home,
    "hosts_variable": hosts_variable,
    "in_requirements": in_requirements,
    "in_exec_form": in_exec_form,
    "in_shell": shlex.quote,
    "in_list": in_list,
    "in_regex": re.escape,
    "in_workdir": storage.in_workdir,
    "key": key,
    "lasting": lasting,
    "links": storage.links,
    "megabytes": megabytes,
    "lists_what_comes_in": lists_what_comes_in,
    "locates": nginx.locates,
    "node_cache": node_cache,
    "orchestrated": orchestration.environment,
    "outside": outside,
    "pinned": pinned,
    "of_static_files": of_static_files,
    "ports": orchestration.ports,
    "python_text": python_text,
    "quoted": quoted,
    "replicated": orchestration.replicated,
    "says": says,
    "scalar": scalar,
    "service_volumes": containers.volumes,
    "seconds": seconds,
    "setting": setting,
    "trusts_all": trusts_all,
    "uploads": storage.uploads,
    "volumes": storage.volumes,
    "with_manifest": with_manifest,
    "worth_writing": answers.worth_writing,
    "wrapped": wrapped,
}
