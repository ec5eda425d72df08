"""The Jinja extension that Copier loads: filters for copier.yml and the template files."""

import atexit
import compileall
import contextlib
import hashlib
import importlib.util
import json
import marshal
import os
import re
import shlex
import sys
import tempfile
from collections.abc import Iterable, Mapping
from functools import cache, cached_property
from pathlib import Path, PurePosixPath
from py_compile import PycInvalidationMode
from types import CodeType, ModuleType
from typing import Any

import yaml
from copier.errors import UserMessageError
from jinja2 import Environment, FileSystemBytecodeCache, pass_context
from jinja2.ext import Extension
from jinja2.runtime import Context
from platformdirs import user_cache_path


def _package() -> ModuleType:
    """Return this folder as a package, under a name of its own.

    An update loads two versions of the template in one process: under one name, the newer would get the older's.
    """
    folder = _compiled(Path(__file__).parent.resolve())
    name = f"copier_django_docker_{abs(hash(folder))}"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(
            name, folder / "__init__.py", submodule_search_locations=[str(folder)]
        )
        assert spec and spec.loader
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


@cache
def _compiled(folder: Path) -> Path:
    """Return the copy of a folder of modules that is kept, compiled, in the user's cache; `folder` if none can be.

    Copier clones the template to another path each time, so that Python would compile its modules each time.
    """
    content = hashlib.sha256(sys.version.encode())
    files = sorted(path for path in folder.rglob("*") if path.suffix in (".py", ".yml"))
    for path in files:
        content.update(f"\0{path.relative_to(folder)}\0".encode() + path.read_bytes())
    kept = user_cache_path("copier-django-docker") / content.hexdigest()
    if kept.is_dir():
        return kept
    try:
        kept.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=kept.parent) as temporary:
            for path in files:
                copy = Path(temporary, "new", path.relative_to(folder))
                copy.parent.mkdir(parents=True, exist_ok=True)
                copy.write_bytes(path.read_bytes())
            compileall.compile_dir(
                Path(temporary, "new"), quiet=2, invalidation_mode=PycInvalidationMode.UNCHECKED_HASH
            )
            Path(temporary, "new").rename(kept)  # at once, so that no other process finds a half of it
    except OSError:
        return kept if kept.is_dir() else folder
    return kept


def _module(name: str) -> ModuleType:
    return importlib.import_module(f"{_package().__name__}.{name}")


def _keep_compiled(environment: Environment) -> None:
    """Compile each string of copier.yml and each template file once: Copier does so whenever it needs one.

    An update has some thousand of them in five environments.
    """
    folder = _compiled(Path(__file__).parent.resolve())
    if folder == Path(__file__).parent.resolve():
        environment.compile = cache(environment.compile)  # type: ignore[method-assign]
        return
    strings = _package().__dict__.setdefault("compiled_strings", _Strings(folder / "strings.marshal"))
    compile_ = environment.compile

    def compiled(source: Any, name: str | None = None, *arguments: Any, **options: Any) -> Any:
        if name is not None or arguments or options or not isinstance(source, str):
            return compile_(source, name, *arguments, **options)
        if source not in strings.code:
            strings.code[source] = compile_(source)
        return strings.code[source]

    environment.compile = compiled  # type: ignore[method-assign]
    environment.bytecode_cache = _Files(str(folder))


class _Files(FileSystemBytecodeCache):
    """Jinja's cache of compiled template files, which finds them again in another clone of the template."""

    def get_cache_key(self, name: str, filename: str | None = None) -> str:
        return super().get_cache_key(name)


class _Strings:
    """The compiled strings of copier.yml by their source, kept in a file."""

    def __init__(self, path: Path):
        self.path = path
        self.code: dict[str, CodeType] = {}
        with contextlib.suppress(OSError, ValueError, EOFError, TypeError):
            self.code = marshal.loads(path.read_bytes())
        self._known = len(self.code)
        atexit.register(self._keep)

    def _keep(self) -> None:
        if len(self.code) > self._known:
            with contextlib.suppress(OSError):
                temporary = self.path.with_suffix(f".{os.getpid()}")
                temporary.write_bytes(marshal.dumps(self.code))
                temporary.replace(self.path)


class DjangoProject(Extension):
    """The filters, each a thin way in to one module of this package."""

    def __init__(self, environment: Environment):
        super().__init__(environment)
        if sys.version_info < (3, 11):  # noqa: UP036  Copier may run with an older one than this project's
            raise UserMessageError(
                f"This template needs Python 3.11 or newer to run Copier, and this is {sys.version.split()[0]}: "
                "with uvx, add --python 3.13 before --with."
            )
        _keep_compiled(environment)
        self._problems: list[str] = []
        self._notes: list[str] = []
        self._read: dict[Path, dict[str, Any]] = {}  # by project: Default by question
        environment.filters |= {
            "found": self.found,
            "checked": self.checked,
            "updatable": self.updatable,
            "begun": self.begun,
            "rendered": self.rendered,
            "ended": self.ended,
            "problem": self.problem,
            "read_in": self.read_in,
            "remarks": self.remarks,
            "lasting": lasting,
            "by_folder": by_folder,
            "in_workdir": in_workdir,
            "quoted": quoted,
            "assignments": assignments,
            "beside_python_image": beside_python_image,
            "pinned": pinned,
            "scalar": scalar,
            "setting": setting,
            "python_text": python_text,
            "celery_worker": celery_worker,
            "node_cache": node_cache,
            "service_kind": service_kind,
            "image_major": image_major,
            "volumes": volumes,
            "around": around,
            "allowed_host": allowed_host,
            "with_manifest": with_manifest,
            "hosts_variable": hosts_variable,
        }

    @cached_property
    def _questions(self) -> dict[str, dict[str, Any]]:
        return _module("answers").questions(Path(__file__).parent.parent / "copier.yml")

    @pass_context
    def found(self, context: Context, name: str) -> Any:
        """Return the default of question `name` that is read from the Django project at the destination.

        A list or a mapping comes as JSON, which the `yaml` type of a question reads.
        """
        conf = context["_copier_conf"]
        answers = _module("answers")
        if name in answers.AS_BEFORE and answers.is_ours(answers.stored(Path(conf["dst_path"], conf["answers_file"]))):
            value = answers.AS_BEFORE[name]
        else:
            value = self._defaults(conf)[name].value
        return json.dumps(value) if isinstance(value, list | dict) else value

    def _defaults(self, conf: dict[str, Any]) -> dict[str, Any]:
        root = Path(conf["dst_path"]).resolve()
        if root not in self._read:
            findings = _module("defaults").findings_for(root, str(conf["answers_file"]))
            self._read[root] = _module("defaults").from_findings(findings, root)
            gunicorn = _module("image_defaults").gunicorn_remark(findings)
            self._notes = [*([gunicorn] if gunicorn else []), *_module("compose_defaults").notes(findings)]
            self._problems = [f"{problem.source} {problem.message}" for problem in findings.problems]
        return self._read[root]

    def remarks(self, conf: dict[str, Any]) -> list[str]:
        """Return sentences on what a person should know after a copy: what was not read, what no longer counts."""
        root = Path(conf["dst_path"]).resolve()
        old = [
            name for name in ("compose.yml", "docker-compose.yaml", "docker-compose.yml") if (root / name).is_file()
        ]
        return [
            *(f"Not read: {problem}." for problem in self._problems[:5]),
            *self._notes,
            *(f"Compose reads compose.yaml, and {name} no longer: move what you need of it." for name in old),
            *(
                f"Compose still adds {name} to compose.yaml, for which it was not written: rename it."
                for name in ("docker-compose.override.yml", "docker-compose.override.yaml")
                if (root / name).is_file()
            ),
        ]

    @pass_context
    def read_in(self, context: Context, name: str) -> str:
        """Return where the default of question `name` was read, as the end of its help: a terminal cuts long lines."""
        source = self._defaults(context["_copier_conf"])[name].source
        return f",\n   read in {source}" if source else ""

    def checked(self, conf: dict[str, Any]) -> bool:
        """Return True if nothing stands in the way of rendering.

        Raises UserMessageError, which Copier prints as it is, before it asks or writes anything.
        """
        update = self._update(conf)
        if update:
            update.settings.off()
        refusals = _module("guard").refusals(conf, self._questions, lambda: self._values(conf))
        if refusals:
            if update:  # a migration may have changed the answers
                _module("update_run").give_up(update)
            raise UserMessageError("\n".join([*refusals, "Nothing was written."]))
        if update:
            update.settings.on()
        elif _module("guard").is_comparison(conf, self._questions) and "_commit" in conf["data"]:
            _module("update_run").note_old(Path(conf["dst_path"]))
        return True

    def _update(self, conf: dict[str, Any]) -> Any:
        """Return the update that is under way in the folder of `conf`, if one is."""
        update = _package().__dict__.get("update")
        return update if update and update.root == Path(conf["dst_path"]).resolve() else None

    def rendered(self, conf: dict[str, Any]) -> bool:
        """Return True, after a note of what an update has rendered in a folder beside the project."""
        update = _package().__dict__.get("update")
        if update and not self._update(conf):
            root = Path(conf["dst_path"])
            update.new = _module("update_run").files(root, update.answers_file)
        return True

    def _values(self, conf: dict[str, Any]) -> dict[str, Any]:
        return {name: default.value for name, default in self._defaults(conf).items()}

    def updatable(self, conf: dict[str, Any]) -> str:
        """Return which version the project has; raises UserMessageError if an update would lose something.

        Here Copier has not begun with anything, but does not come here with --quiet.
        """
        self._refuse_update(conf)
        project = Path(conf["dst_path"]).resolve()
        version = str(_module("answers").stored(project / conf["answers_file"])["_commit"])
        return f"{project.name} has version {version.removeprefix('v')} of the template."

    def _refuse_update(self, conf: dict[str, Any]) -> None:
        _module("update_git").forget_hook()
        refusals = _module("guard").stored_refusals(conf, self._questions, lambda: self._values(conf)) or _module(
            "updating"
        ).refusals(
            Path(conf["dst_path"]),
            Path(conf["src_path"]),
            str(conf["answers_file"]),
            self._questions,
            conf["data"],
            conf["conflict"] == "rej",
        )
        if refusals:
            raise UserMessageError("\n".join([*refusals, "Nothing was written."]))

    def begun(self, conf: dict[str, Any], stage: str) -> str:
        """Return "", first of all migrations: before them, the update begins; after them, files are merged.

        With --quiet, raises what `updatable` does.
        """
        kept, run = _package().__dict__, _module("update_run")
        if stage == "after":
            if update := self._update(conf):
                run.merge(update)
            return ""
        if conf["quiet"]:
            self._refuse_update(conf)
        if left := kept.pop("update", None):  # by an update that failed, in a program that went on
            run.leave(left)
        if not conf["pretend"]:
            root, template = Path(conf["dst_path"]).resolve(), Path(conf["src_path"])
            updating = _module("updating")
            paths = updating.rendered(root, template, str(conf["answers_file"]), self._questions, conf["data"])
            paths += _module("guard").possible(template)
            context = conf["context_lines"] if conf["conflict"] == "rej" else None
            kept["update"] = run.begin(root, template, Path(conf["answers_file"]), paths, context)
        return ""

    def ended(self, conf: dict[str, Any], stage: str) -> str:
        """Return "", last of all migrations: before them, git is set up for Copier; after them, the update ends."""
        update = self._update(conf)
        if update and stage == "before":
            update.settings.on()
        elif update:
            del _package().__dict__["update"]
            _module("summary").tell(_module("update_run").end(update), conf["quiet"])
        return ""

    @pass_context
    def problem(self, context: Context, name: str) -> str:
        """Return what is wrong with the answer to question `name`, or nothing."""
        answers = {key: context[key] for key in self._questions if key in context}
        root = Path(context["_copier_conf"]["dst_path"]).resolve()
        return _module("answers").problem(name, answers[name], answers, root)


def lasting(answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return Copier's answers with the template's place and version as they can be found later.

    A folder's path is made absolute, as it is found from any working directory then. The commit of a folder that is
    ahead of its newest release, or that has changes which Copier commits to a clone of its own, may be gone by the
    next update: the release before it stays, and lines that it does not have count as the person's.
    """
    folder = Path(answers["_src_path"]).expanduser()
    if not folder.is_dir():
        return dict(answers)
    release = {name: re.sub(r"-[0-9]+-g[0-9a-f]+$", "", answers[name]) for name in ("_commit",) if name in answers}
    return {**answers, "_src_path": str(folder.resolve()), **release}


def in_workdir(path: str) -> str:
    """Return a path as it is in the image, where the project is in /workdir."""
    return path if path.startswith("/") else f"/workdir/{path}".removesuffix("/.")


def pinned(image: str, digests: dict[str, str]) -> str:
    """Return an image with the digest that it is pinned to, if it is."""
    return f"{image}@{digests[image]}" if image in digests else image


def scalar(value: str) -> str:
    """Return text as it stands in a YAML file: plain, or in quotes where YAML would read it as something else."""
    plain = re.fullmatch(r"[A-Za-z/._][A-Za-z0-9 /._=@%+,:-]*", value) and yaml.safe_load(f"a: {value}") == {
        "a": value
    }
    return value if plain else json.dumps(value)


def setting(path: str) -> str:
    """Return a setting's path, like DATABASES.default.HOST, as Python; a number is the index of a list."""
    name, *keys = path.split(".")
    return name + "".join(f"[{key}]" if key.isdecimal() else f'["{key}"]' for key in keys)


def python_text(value: str) -> str:
    """Return text as Python, with what the environment has in the place of each ${NAME}."""
    parts = re.split(r"\$\{(\w+)\}", value)
    texts = [f'os.environ["{part}"]' if number % 2 else f'"{part}"' for number, part in enumerate(parts) if part]
    return " + ".join(texts) or '""'


def celery_worker(command: str) -> str:
    """Return how a command starts `celery` with its application, if it is a worker under Celery's default name.

    https://docs.celeryq.dev/en/stable/userguide/workers.html#ping
    """
    match = re.match(r"(celery (?:-A|--app)[ =]?\S+) (?:.* )?worker(?: |$)", command)
    return match[1] if match and not re.search(r" (-n|--hostname)\b", command) else ""


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


KINDS = {
    "postgres": ("postgres", "postgis", "pgvector", "timescaledb"),
    "mysql": ("mysql", "mariadb", "percona"),
    "valkey": ("valkey", "redis", "keydb"),
    "rabbitmq": ("rabbitmq",),
    "memcached": ("memcached",),
}


def service_kind(image: str) -> str:
    """Return which include describes a service of this image: a key of KINDS, or "other"."""
    name = image.rpartition("/")[2].partition(":")[0].partition("@")[0]
    return next((kind for kind, names in KINDS.items() if name in names), "other")


def image_major(image: str) -> int:
    """Return the first number of an image's tag, like 18 of postgres:18.1-alpine; 99 where it names none."""
    match = re.match(r"(?:pg)?([0-9]+)", image.rpartition("/")[2].partition(":")[2])
    return int(match[1]) if match else 99


def volumes(folders: Iterable[str], files: Iterable[str]) -> dict[str, str]:
    """Return the paths in the image of what Django writes, each by the name of its volume."""
    paths = (["/data"] if list(files) else []) + [in_workdir(folder) for folder in folders]
    # By the whole path, so that a volume keeps its name, and with it its content, whatever others there are.
    return {re.sub(r"[^a-z0-9]+", "-", path.removeprefix("/workdir").lower()).strip("-"): path for path in paths}


def hosts_variable(answers: Iterable[Iterable[str]]) -> str:
    """Return the variable that settings read ALLOWED_HOSTS from, by the names in the first answer with one, or ""."""
    return next(
        (name for names in answers for name in sorted(names, key=str.lower) if "ALLOWED_HOST" in name.upper()), ""
    )


def allowed_host(answers: Iterable[Mapping[str, Any]]) -> str:
    """Return the host at which a person may ask: 127.0.0.1, or localhost where a variable that is one host says so."""
    given = [value for variables in answers for value in variables.values()]
    return "localhost" if "localhost" in given and "127.0.0.1" not in given else "127.0.0.1"


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


def around(volumes: dict[str, str], folder: str) -> dict[str, str]:
    """Return the volumes, each a path in the image by its name, that hold a folder; none for the folder ""."""
    place = PurePosixPath(in_workdir(folder))
    return {name: path for name, path in volumes.items() if folder and place.is_relative_to(path)}
