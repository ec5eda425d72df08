"""The Jinja extension that Copier loads: filters for copier.yml and the template files."""

import hashlib
import importlib.util
import json
import os
import sys
from functools import cache, cached_property
from pathlib import Path
from types import ModuleType
from typing import Any

import platformdirs
from copier.errors import UserMessageError
from jinja2 import Environment, pass_context
from jinja2.ext import Extension
from jinja2.runtime import Context
from plumbum import local


def _package() -> ModuleType:
    """Return this folder as a package whose name follows from its content.

    An update loads two versions of the template in one process: under one name, the newer would get the older's
    modules. Copier makes several clones of each version, and deletes them later: they share one package.
    """
    folder = Path(__file__).parent.resolve()
    name = f"copier_django_docker_{_digest(folder)}"
    if name in sys.modules and not Path(sys.modules[name].__path__[0]).is_dir():
        _move(name, folder)
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(
            name, folder / "__init__.py", submodule_search_locations=[str(folder)]
        )
        assert spec and spec.loader
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


def _move(name: str, folder: Path) -> None:
    """Let the modules of a package go on in a folder with the same content: Copier has deleted the clone of theirs."""
    old = Path(sys.modules[name].__path__[0])
    for module in [module for key, module in sys.modules.items() if key.partition(".")[0] == name]:
        path = folder / Path(str(module.__file__)).relative_to(old)
        module.__file__ = str(path)
        if "__path__" in module.__dict__:
            module.__path__ = [str(path.parent)]


@cache
def _digest(folder: Path) -> str:
    content = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.suffix in (".py", ".yml")):
        content.update(f"\0{path.relative_to(folder)}\0".encode() + path.read_bytes())
    return content.hexdigest()


def _module(name: str) -> ModuleType:
    return importlib.import_module(f"{_package().__name__}.{name}")


def _compile_once(environment: Environment) -> None:
    """Compile each string of copier.yml and each template file once in this process: Copier compiles at every use.

    An update uses about a thousand strings in five environments. Code that a sandboxed environment compiled runs only
    in sandboxed ones.
    """
    compiled = _package().__dict__.setdefault("compiled", {}).setdefault(environment.sandboxed, {})
    compile_ = environment.compile

    def once(source: Any, name: str | None = None, filename: str | None = None, **options: Any) -> Any:
        if options:
            return compile_(source, name, filename, **options)
        if (source, name) not in compiled:
            compiled[source, name] = compile_(source, name, filename)
        return compiled[source, name]

    environment.compile = once  # type: ignore[method-assign, assignment]


def _without_old_cache() -> None:
    """Keep older versions of the template, which an update renders too, from running code in the user's cache.

    A file may be missing there, and if others can write to the cache, the code may not be the template's.
    """
    real = platformdirs.user_cache_path
    if real.__name__ != "none_of_ours":

        def none_of_ours(appname: str | None = None, *arguments: Any, **options: Any) -> Path:
            ours = appname == "copier-django-docker"
            return Path(os.devnull, "copier-django-docker") if ours else real(appname, *arguments, **options)

        platformdirs.user_cache_path = none_of_ours


class DjangoProject(Extension):
    """The filters, each a thin way in to one module of this package."""

    def __init__(self, environment: Environment):
        super().__init__(environment)
        if sys.version_info < (3, 11):  # noqa: UP036  Copier may run with an older one than this project's
            raise UserMessageError(
                f"Copier runs with Python {sys.version.split()[0]}, and this template needs 3.11 or newer. "
                "With uvx, add --python 3.13 before --with."
            )
        _without_old_cache()
        _compile_once(environment)
        self._problems: list[str] = []
        self._notes: list[str] = []
        self._dotenv = ""  # the remark on the first .env
        self._override = ""  # and on an override file that Compose would read
        self._site: dict[str, bool] = {}  # what only the summary needs to know
        self._found: dict[Path, Any] = {}  # by project: what was read of it
        self._read: dict[Path, dict[str, Any]] = {}  # by project: Default by question
        environment.filters |= _module("filters").FILTERS | {
            "found": self.found,
            "unanswered": self.unanswered,
            "checked": self.checked,
            "updatable": self.updatable,
            "begun": self.begun,
            "rendered": self.rendered,
            "ended": self.ended,
            "problem": self.problem,
            "read_in": self.read_in,
            "dotenv_made": self.dotenv_made,
            "override_made": self.override_made,
            "summary": self.summary,
        }
        environment.globals["rolls"] = pass_context(_module("questions.releases").rolls)

    @cached_property
    def _questions(self) -> dict[str, dict[str, Any]]:
        questions: dict[str, dict[str, Any]]
        questions = _module("questions.answers").questions(Path(__file__).parent.parent / "copier.yml")
        return questions

    @pass_context
    def found(self, context: Context, name: str) -> Any:
        """Return the default of question `name` that is read from the Django project at the destination.

        A list or a mapping comes as JSON, which the `yaml` type of a question reads.
        """
        conf = context["_copier_conf"]
        known = self._known(conf)
        value = known[name] if name in known else self._defaults(conf)[name].value
        return json.dumps(value) if isinstance(value, list | dict) else value

    def _known(self, conf: dict[str, Any]) -> dict[str, Any]:
        """Return what the project has answered, written or plain; none at a first copy.

        Where an update renders, in an empty folder, the answers that Copier gives are the written ones.
        """
        answers, root = _module("questions.answers"), Path(conf["dst_path"])
        if not (root.is_dir() and any(root.iterdir())):
            return dict(answers.completed(conf["data"]))
        known = answers.stored(root / conf["answers_file"])
        return dict(known) if answers.is_ours(known) else {}

    @pass_context
    def unanswered(self, context: Context, name: str) -> bool:
        """Return whether there is no answer yet to question `name` in the project, written or plain."""
        return name not in context and name not in self._known(context["_copier_conf"])

    def _read_site(self, conf: dict[str, Any]) -> Any:
        root = Path(conf["dst_path"]).resolve()
        if root not in self._found:
            self._found[root] = _module("questions.defaults").site_for(root, str(conf["answers_file"]))
        return self._found[root]

    def _defaults(self, conf: dict[str, Any]) -> dict[str, Any]:
        root = Path(conf["dst_path"]).resolve()
        if root not in self._read:
            site = self._read_site(conf)
            self._read[root] = _module("questions.defaults").from_site(site, root)
            image, compose = _module("questions.image_defaults"), _module("questions.compose_defaults")
            gunicorn = image.gunicorn_remark(site)
            self._notes = [*compose.notes(site), *([gunicorn] if gunicorn else [])]
            self._notes += _module("questions.dependency_notes").notes(site)
            self._notes += _module("questions.deployment_defaults").notes(site)
            self._notes += image.context_notes(site, self._read[root]["dockerignore"].value)
            self._site = {
                "home_page": site.pages.home_page.value,
                "localhost": compose.is_localhost_alone(site),
            }
            self._problems = [f"{problem.source} {problem.message}" for problem in site.problems]
        return self._read[root]

    def dotenv_made(self, conf: dict[str, Any]) -> str:
        """Make the first .env, and return ""; the summary reports it, or this prints the report if Copier is quiet."""
        if conf["pretend"]:
            return ""
        script = Path(conf["src_path"]) / "migrations/dotenv.py"
        command = local[sys.executable][script, conf["answers_file"], conf["quiet"]]
        said = command.run(retcode=None, cwd=str(conf["dst_path"]))[2].strip()
        if conf["quiet"] and said:
            print(said, file=sys.stderr)
        self._dotenv = said
        return ""

    def override_made(self, conf: dict[str, Any]) -> str:
        """Make an override file that keeps Compose from reading another one, and return ""; the summary reports it."""
        if not conf["pretend"]:
            self._override = _module("copying.override").keep_out(Path(conf["dst_path"]))
        return ""

    @pass_context
    def summary(self, context: Context, conf: dict[str, Any]) -> str:
        """Return the summary after a copy: what you should know, and do next."""
        source = _module("filters").lasting(context["_copier_answers"])
        self._defaults(conf)
        remarks = [
            *self._url_remarks(context, conf),
            *self._remarks(conf),
            *_module("copying.after_copy").source_remarks(source["_src_path"], source.get("_commit", "")),
        ]
        answers = {name: context[name] for name in self._questions if name in context}
        remarks += _module("copying.after_copy").machine_remarks(answers)
        said: str = _module("copying.after_copy").text(
            Path(conf["dst_path"]), str(conf["answers_file"]), answers, remarks, **self._site
        )
        return said

    def _url_remarks(self, context: Context, conf: dict[str, Any]) -> list[str]:
        location = str(context["_copier_answers"].get("_src_path", ""))
        if _module("questions.answers").public(location) == location:
            return []
        return [f"{conf['answers_file']} has the template's URL without its password: let git store that for updates."]

    def _remarks(self, conf: dict[str, Any]) -> list[str]:
        root = Path(conf["dst_path"]).resolve()
        old = [
            name for name in ("compose.yml", "docker-compose.yaml", "docker-compose.yml") if (root / name).is_file()
        ]
        return [
            *self._notes,
            *([self._dotenv] if self._dotenv else []),
            *(f"Not read: {problem}." for problem in self._problems[:5]),
            *(f"Compose now reads compose.yaml, and no longer {name}. Move what you need from there." for name in old),
            *([self._override] if self._override else []),
        ]

    @pass_context
    def read_in(self, context: Context, name: str) -> str:
        """Return where the default of question `name` was read, as the end of its help: a terminal cuts long lines."""
        conf = context["_copier_conf"]
        default = self._defaults(conf)[name]
        held = _module("copying.sources").holds(Path(conf["dst_path"]), default.source, default.value)
        return f"\n   (read in {default.source})" if held else ""

    def checked(self, conf: dict[str, Any]) -> bool:
        """Return True if the checks before rendering pass.

        Raises UserMessageError, which Copier prints as it is, before it asks or writes anything.
        """
        self._without_own_defaults(conf)
        update = self._update(conf)
        if update:
            update.settings.off()
        refusals = _module("copying.guard").refusals(
            conf, self._questions, lambda: self._values(conf), lambda: self._read_site(conf)
        )
        if refusals:
            if update:  # a migration may have changed the answers
                _module("update.run").give_up(update)
            raise UserMessageError("\n".join([*refusals, "Nothing was written."]))
        if update:
            update.settings.on()
        elif _module("copying.guard").is_comparison(conf) and "_commit" in conf["data"]:
            _module("update.run").note_old(Path(conf["dst_path"]))
        return True

    def _without_own_defaults(self, conf: dict[str, Any]) -> None:
        """Remove the user's own defaults that would replace an answer that the answers file leaves out.

        They are for new answers: https://copier.readthedocs.io/en/stable/settings/
        """
        for name in conf["settings"].defaults.keys() & self._known(conf).keys():
            del conf["settings"].defaults[name]

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
        rules = _module("questions.answers")
        said: str = rules.fix_first(rules.problem(name, answers[name], answers, root))
        return said
