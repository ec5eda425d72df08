"""The Jinja extension that Copier loads: filters for copier.yml and the template files."""

import hashlib
import importlib.util
import json
import os
import re
import shlex
import sys
from collections.abc import Iterable, Mapping
from functools import cache, cached_property
from pathlib import Path, PurePosixPath
from types import ModuleType
from typing import Any

import platformdirs
import yaml
from copier.errors import UserMessageError
from jinja2 import Environment, pass_context
from jinja2.ext import Extension
from jinja2.runtime import Context
from plumbum import local


def _package() -> ModuleType:
    """Return this folder as a package, under a name that is of its content.

    An update loads two versions of the template in one process: under one name, the newer would get the older's. Of
    each it makes several clones, which share one package, and are deleted when Copier is done with them.
    """
    folder = Path(__file__).parent.resolve()
    name = f"copier_django_docker_{_digest(folder)}"
    kept = {}
    if name in sys.modules and not Path(sys.modules[name].__path__[0]).is_dir():
        # An update that failed, in a program that goes on.
        kept = {key: value for key, value in sys.modules[name].__dict__.items() if key == "under_way"}
        for module in [module for module in sys.modules if module.partition(".")[0] == name]:
            del sys.modules[module]
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(
            name, folder / "__init__.py", submodule_search_locations=[str(folder)]
        )
        assert spec and spec.loader
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
        sys.modules[name].__dict__.update(kept)
    return sys.modules[name]


@cache
def _digest(folder: Path) -> str:
    content = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.suffix in (".py", ".yml")):
        content.update(f"\0{path.relative_to(folder)}\0".encode() + path.read_bytes())
    return content.hexdigest()


def _module(name: str) -> ModuleType:
    return importlib.import_module(f"{_package().__name__}.{name}")


def _compile_once(environment: Environment) -> None:
    """Compile each string of copier.yml and each template file once in this process: Copier does so at every use.

    An update has some thousand of them in five environments.
    """
    compiled = _package().__dict__.setdefault("compiled", {})
    compile_ = environment.compile

    def once(source: Any, name: str | None = None, filename: str | None = None, **options: Any) -> Any:
        if options:
            return compile_(source, name, filename, **options)
        if (source, name) not in compiled:
            compiled[source, name] = compile_(source, name, filename)
        return compiled[source, name]

    environment.compile = once  # type: ignore[method-assign]


def _without_old_cache() -> None:
    """Let no older version, which an update renders too, run what it has kept compiled in the user's cache.

    A file may lack there, and where others can write to it, it may not be the template's.
    """
    real = platformdirs.user_cache_path
    if real.__name__ != "none_of_ours":

        def none_of_ours(appname: str | None = None, *arguments: Any, **options: Any) -> Path:
            ours = appname == "copier-django-docker"
            return Path(os.devnull, appname) if ours else real(appname, *arguments, **options)

        platformdirs.user_cache_path = none_of_ours


class DjangoProject(Extension):
    """The filters, each a thin way in to one module of this package."""

    def __init__(self, environment: Environment):
        super().__init__(environment)
        if sys.version_info < (3, 11):  # noqa: UP036  Copier may run with an older one than this project's
            raise UserMessageError(
                f"This template needs Python 3.11 or newer to run Copier, and this is {sys.version.split()[0]}: "
                "with uvx, add --python 3.13 before --with."
            )
        _without_old_cache()
        _compile_once(environment)
        self._problems: list[str] = []
        self._notes: list[str] = []
        self._dotenv = ""  # what is to be said of the first .env
        self._site: dict[str, bool] = {}  # what only the summary needs to know
        self._found: dict[Path, Any] = {}  # by project: Findings
        self._read: dict[Path, dict[str, Any]] = {}  # by project: Default by question
        storage = _module("rendering.storage")
        environment.filters |= {
            "found": self.found,
            "checked": self.checked,
            "updatable": self.updatable,
            "begun": self.begun,
            "rendered": self.rendered,
            "ended": self.ended,
            "problem": self.problem,
            "read_in": self.read_in,
            "dotenv_made": self.dotenv_made,
            "summary": self.summary,
            "lasting": lasting,
            "lists_what_comes_in": lists_what_comes_in,
            "by_folder": by_folder,
            "in_workdir": storage.in_workdir,
            "quoted": quoted,
            "assignments": assignments,
            "beside_python_image": beside_python_image,
            "pinned": pinned,
            "scalar": scalar,
            "key": key,
            "setting": setting,
            "python_text": python_text,
            "celery_worker": celery_worker,
            "node_cache": node_cache,
            "service_kind": storage.service_kind,
            "image_major": image_major,
            "home": storage.home,
            "links": storage.links,
            "uploads": storage.uploads,
            "volumes": storage.volumes,
            "service_volumes": storage.service_volumes,
            "with_manifest": with_manifest,
            "hosts_variable": hosts_variable,
            "in_regex": re.escape,
            "locates": lambda lines, location: _module("rendering.nginx").locates(lines, location),
            "says": lambda lines, name: name in _module("rendering.nginx").names(lines),
            "trusts_all": trusts_all,
            "concurrent": lambda command, number: _module("rendering.celery").concurrent(command, number),
            "condition": condition,
        }

    @cached_property
    def _questions(self) -> dict[str, dict[str, Any]]:
        return _module("questions.answers").questions(Path(__file__).parent.parent / "copier.yml")

    @pass_context
    def found(self, context: Context, name: str) -> Any:
        """Return the default of question `name` that is read from the Django project at the destination.

        A list or a mapping comes as JSON, which the `yaml` type of a question reads.
        """
        conf = context["_copier_conf"]
        answers = _module("questions.answers")
        if name in answers.AS_BEFORE and answers.is_ours(answers.stored(Path(conf["dst_path"], conf["answers_file"]))):
            value = answers.AS_BEFORE[name]
        else:
            value = self._defaults(conf)[name].value
        return json.dumps(value) if isinstance(value, list | dict) else value

    def _findings(self, conf: dict[str, Any]) -> Any:
        root = Path(conf["dst_path"]).resolve()
        if root not in self._found:
            self._found[root] = _module("questions.defaults").findings_for(root, str(conf["answers_file"]))
        return self._found[root]

    def _defaults(self, conf: dict[str, Any]) -> dict[str, Any]:
        root = Path(conf["dst_path"]).resolve()
        if root not in self._read:
            findings = self._findings(conf)
            self._read[root] = _module("questions.defaults").from_findings(findings, root)
            image, compose = _module("questions.image_defaults"), _module("questions.compose_defaults")
            gunicorn = image.gunicorn_remark(findings)
            self._notes = [*compose.notes(findings), *([gunicorn] if gunicorn else [])]
            self._notes += image.context_notes(findings, self._read[root]["dockerignore"].value)
            self._site = {
                "home_page": bool(findings.value("home_page")),
                "localhost": compose.is_localhost_alone(findings),
            }
            self._problems = [f"{problem.source} {problem.message}" for problem in findings.problems]
        return self._read[root]

    def dotenv_made(self, conf: dict[str, Any]) -> str:
        """Return "", after the first .env is made; what is to be said of it is in the summary, or is said now."""
        if conf["pretend"]:
            return ""
        script = Path(conf["src_path"]) / "migrations/dotenv.py"
        command = local[sys.executable][script, conf["answers_file"], conf["quiet"]]
        said = command.run(retcode=None, cwd=str(conf["dst_path"]))[2].strip()
        if conf["quiet"] and said:
            print(said, file=sys.stderr)
        self._dotenv = said
        return ""

    @pass_context
    def summary(self, context: Context, conf: dict[str, Any]) -> str:
        """Return what a person should know after a copy, and do."""
        source = context["_copier_answers"]
        self._defaults(conf)
        remarks = [
            *self._url_remarks(context, conf),
            *self._remarks(conf),
            *_module("copying.after_copy").source_remarks(lasting(source)["_src_path"], source.get("_commit", "")),
        ]
        answers = {name: context[name] for name in self._questions if name in context}
        return _module("copying.after_copy").text(
            Path(conf["dst_path"]), str(conf["answers_file"]), answers, remarks, **self._site
        )

    def _url_remarks(self, context: Context, conf: dict[str, Any]) -> list[str]:
        location = str(context["_copier_answers"].get("_src_path", ""))
        if _module("questions.answers").public(location) == location:
            return []
        return [f"{conf['answers_file']} has the template's URL without its password: let git keep that for updates."]

    def _remarks(self, conf: dict[str, Any]) -> list[str]:
        root = Path(conf["dst_path"]).resolve()
        old = [
            name for name in ("compose.yml", "docker-compose.yaml", "docker-compose.yml") if (root / name).is_file()
        ]
        return [
            *self._notes,
            *([self._dotenv] if self._dotenv else []),
            *(f"Not read: {problem}." for problem in self._problems[:5]),
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
        conf = context["_copier_conf"]
        default = self._defaults(conf)[name]
        held = _module("copying.sources").holds(Path(conf["dst_path"]), default.source, default.value)
        return f",\n   read in {default.source}" if held else ""

    def checked(self, conf: dict[str, Any]) -> bool:
        """Return True if nothing stands in the way of rendering.

        Raises UserMessageError, which Copier prints as it is, before it asks or writes anything.
        """
        update = self._update(conf)
        if update:
            update.settings.off()
        refusals = _module("copying.guard").refusals(
            conf, self._questions, lambda: self._values(conf), lambda: self._findings(conf)
        )
        if refusals:
            if update:  # a migration may have changed the answers
                _module("update.run").give_up(update)
            raise UserMessageError("\n".join([*refusals, "Nothing was written."]))
        if update:
            update.settings.on()
        elif _module("copying.guard").is_comparison(conf, self._questions) and "_commit" in conf["data"]:
            _module("update.run").note_old(Path(conf["dst_path"]))
        return True

    def _update(self, conf: dict[str, Any]) -> Any:
        """Return the update that is under way in the folder of `conf`, if one is."""
        update = _package().__dict__.get("under_way")
        return update if update and update.root == Path(conf["dst_path"]).resolve() else None

    def rendered(self, conf: dict[str, Any]) -> bool:
        """Return True, after a note of what an update has rendered in a folder beside the project."""
        update = _package().__dict__.get("under_way")
        if update and not self._update(conf):
            root = Path(conf["dst_path"])
            update.new = _module("update.run").files(root, update.answers_file)
        return True

    def _values(self, conf: dict[str, Any]) -> dict[str, Any]:
        return {name: default.value for name, default in self._defaults(conf).items()}

    def updatable(self, conf: dict[str, Any]) -> str:
        """Return which version the project has; raises UserMessageError if an update would lose something.

        Here Copier has not begun with anything, but does not come here with --quiet.
        """
        self._refuse_update(conf)
        project = Path(conf["dst_path"]).resolve()
        version = str(_module("questions.answers").stored(project / conf["answers_file"])["_commit"])
        return f"{project.name} has version {version.removeprefix('v')} of the template."

    def _refuse_update(self, conf: dict[str, Any]) -> None:
        _module("update.git").forget_hook()
        refusals = _module("copying.guard").stored_refusals(conf, self._questions, lambda: self._values(conf))
        if not refusals:
            refusals = _module("update.hazards").refusals(
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
        kept, run = _package().__dict__, _module("update.run")
        if stage == "after":
            if update := self._update(conf):
                run.merge(update)
            return ""
        if conf["quiet"]:
            self._refuse_update(conf)
        if left := kept.pop("under_way", None):  # by an update that failed, in a program that went on
            run.leave(left)
        if not conf["pretend"]:
            root, template = Path(conf["dst_path"]).resolve(), Path(conf["src_path"])
            updating = _module("update.hazards")
            paths = updating.rendered(root, template, str(conf["answers_file"]), self._questions, conf["data"])
            paths += _module("copying.guard").possible(template)
            context = conf["context_lines"] if conf["conflict"] == "rej" else None
            kept["under_way"] = run.begin(root, template, Path(conf["answers_file"]), paths, context)
        return ""

    def ended(self, conf: dict[str, Any], stage: str) -> str:
        """Return "", last of all migrations: before them, git is set up for Copier; after them, the update ends."""
        update = self._update(conf)
        if update and stage == "before":
            update.settings.on()
        elif update:
            del _package().__dict__["under_way"]
            _module("update.summary").tell(_module("update.run").end(update), conf["quiet"])
        return ""

    @pass_context
    def problem(self, context: Context, name: str) -> str:
        """Return what to do about the answer to question `name`, and what is wrong with it; "" if nothing is."""
        answers = {key: context[key] for key in self._questions if key in context}
        root = Path(context["_copier_conf"]["dst_path"]).resolve()
        return _module("questions.answers").fix_first(
            _module("questions.answers").problem(name, answers[name], answers, root)
        )


def lasting(answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return Copier's answers with the template's place and version as they can be found later.

    A folder's path is made absolute, as it is found from any working directory then; a URL has
    no password. The commit of a folder that is
    ahead of its newest release, or that has changes which Copier commits to a clone of its own, may be gone by the
    next update: the release before it stays, and lines that it does not have count as the person's.
    """
    folder = Path(answers["_src_path"]).expanduser()
    if not folder.is_dir():
        return {**answers, "_src_path": _module("questions.answers").public(answers["_src_path"])}
    release = {name: re.sub(r"-[0-9]+-g[0-9a-f]+$", "", answers[name]) for name in ("_commit",) if name in answers}
    return {**answers, "_src_path": str(folder.resolve()), **release}


def lists_what_comes_in(patterns: Iterable[str]) -> bool:
    """Return whether patterns of .dockerignore leave out everything but their exceptions: they must come first then.

    What follows is left out of what they let in: https://docs.docker.com/build/concepts/context/#negating-matches
    """
    return not {"*", "**", "**/*"}.isdisjoint(patterns)


def pinned(image: str, digests: dict[str, str]) -> str:
    """Return an image with the digest that it is pinned to, if it is."""
    return f"{image}@{digests[image]}" if image in digests else image


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
    """Return a setting's path, like DATABASES.default.HOST, as Python; a number is the index of a list."""
    name, *keys = path.split(".")
    return name + "".join(f"[{key}]" if key.isdecimal() else f'["{key}"]' for key in keys)


def python_text(value: str | list[str]) -> str:
    """Return text as Python, with what the environment has in the place of each ${NAME}.

    In a list, *NAME stands for the items of a setting, as in Python.
    """
    if isinstance(value, list):
        return f"[{', '.join(item if item.startswith('*') else python_text(item) for item in value)}]"
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


def condition(image: str) -> str:
    """Return what Django waits for in a service: to be healthy, or to run where it may have no health check.

    https://docs.docker.com/reference/compose-file/services/#long-syntax-1
    """
    return "service_started" if _module("rendering.storage").service_kind(image) == "other" else "service_healthy"


def image_major(image: str) -> int:
    """Return the first number of an image's tag, like 18 of postgres:18.1-alpine; 99 where it names none."""
    match = re.match(r"(?:pg)?([0-9]+)", image.rpartition("/")[2].partition(":")[2])
    return int(match[1]) if match else 99


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
