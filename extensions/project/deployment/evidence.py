"""What the project's own files do to build and run it: each step, and what it is evidence of."""

import ast
import posixpath
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from ..data import mapping
from ..dependencies.record import Dependencies, Installed
from ..findings import Certainty, Found
from ..ignored import ignored_paths
from ..layout.record import Layout
from ..literals import constant, last_name
from ..places import folder, is_aside, is_development, own
from ..secrets import in_command, is_private, words
from ..settings.record import DjangoSettings
from ..tree import Tree
from .commands import read_commands
from .compose import read_compose
from .dockerfile import images, name_and_tag, read_instructions, substitute, variables
from .hosting import read_builds
from .kinds import taken
from .kinds.carried import NO_FILE, READS_NO_FILE, lacks_file
from .kinds.management import BY_PYTHON, management_words
from .kinds.record import (
    Carried,
    Command,
    Done,
    FrontEnd,
    NotUnderstood,
    Packages,
    Requirements,
    Surroundings,
    Taken,
    Variable,
    When,
)
from .kinds.servers import SERVERS
from .kinds.system_packages import (
    PACKAGE,
    is_in_bookworm_alone,
    library_of,
    programs_of,
    sorted_packages,
)
from .own_image import OwnImage, own_image
from .recipes import kind_of
from .steps import OwnSteps, Phase, Step, read_own_steps, read_script
from .values import own_values, tested_values

T = TypeVar("T")
MAX_TAKEN = 1000
HANDBOOKS = ("Dockerfile_django", "Dockerfile_static")  # read line by line in the room of adoption
HOSTS = ("procfile", "render", "fly", "hosting")
OF_HOSTING = (Command, Done, FrontEnd, Requirements)  # the rest is about that service's machines
# Programs that carried commands run and slim images lack, and the package of Debian's that has each, or its data.
NEEDED = {name: name for name in ("curl", "wget", "unzip", "bzip2")} | {
    name: "locales" for name in ("localedef", "locale-gen", "update-locale")
}
LOCALE = re.compile(r"([a-z]{2,3}_[A-Z]{2})\.(?:UTF|utf)-?8")
WORD = re.compile(r"(?<![\w/.-])[a-z][\w-]*")
PACKAGE_FILES = ("Aptfile", "apt.txt", "packages.txt")  # of Heroku's buildpack, and of others
APPLICATION_FILES = ("Dockerfile", "Procfile", "package.json")
# Variables of the image's own making, and of the tools that build it.
OF_BUILD = words(
    "PATH HOME PWD USER SHELL TERM VIRTUAL_ENV DEBIAN_FRONTEND PORT DJANGO_SETTINGS_MODULE DJANGO_ENV WEB_CONCURRENCY "
    "GUNICORN_CMD_ARGS LD_LIBRARY_PATH LD_PRELOAD DJANGO_CONFIGURATION"
)
OF_TOOLS = ("PIP", "PYTHON", "POETRY", "UV_", "PDM_", "PIPENV", "NODE_", "NPM_", "YARN_", "APT_")
# What programs and libraries read.
OF_SYSTEM = words(
    "LANG LANGUAGE TZ TESSDATA_PREFIX NLTK_DATA OMP_NUM_THREADS MALLOC_ARENA_MAX MAGICK_MEMORY_LIMIT "
    "OPENBLAS_NUM_THREADS TRANSFORMERS_OFFLINE FONTCONFIG_PATH MPLBACKEND QT_QPA_PLATFORM"
)
MANAGEMENT_LINE = re.compile(r"\bmanage\.py[ \t]+([a-z_][\w-]*)([^\n;&|\"'$]*)")
APT_INSTALL = re.compile(r"\bapt(?:-get)?\s+(?:-\S+\s+)*install\b([^;&|]*)")


@dataclass(frozen=True)
class Evidence:
    """What the steps of the project's own image, and of its other files, are taken for, in their order.

    `release` is Debian's, as the image's base names it, or as its packages need it; `home` is where the image has
    the folder `root` of the project.
    """

    image: OwnImage | None = None
    dockerfile: str = ""
    release: str = ""
    release_source: str = ""
    home: str = ""
    root: str = "."
    adopted: bool = False
    taken: tuple[Taken, ...] = ()
    filled: tuple[str, ...] = ()  # places outside of the project that the image has from other stages
    values: tuple[Variable, ...] = ()  # of variables that settings read, by any of the project's files
    tested: tuple[Variable, ...] = ()  # of these, by its CI alone

    def of(self, kind: type[T]) -> list[T]:
        """Return what was taken over of one kind, in order."""
        return [item for item in self.taken if isinstance(item, kind)]


# In a folder of another name, too, such as db_migrations in MIGRATION_MODULES.
MIGRATION = re.compile(r"/(?!south_)\w*migrations\w*/\d\w*\.py$")
NOTHING = Evidence()


@dataclass(frozen=True)
class _Known:
    """What is known of the project before its own files are asked how it is built and run."""

    layout: Layout
    settings: DjangoSettings
    dependencies: Dependencies

    @property
    def variables(self) -> list[str]:
        """The names of the variables that settings read."""
        return [item.name for item in self.settings.environment.value]


def read_evidence(tree: Tree, layout: Layout, settings: DjangoSettings, dependencies: Dependencies) -> Found[Evidence]:
    """Return the Evidence of the project's Dockerfile, entrypoints, Procfile and the like."""
    found = _evidence(tree, _Known(layout, settings, dependencies))
    source = found.dockerfile or (found.taken[0].source if found.taken else "")
    return Found(found, source, Certainty.INFERRED)


def with_named(dependencies: Dependencies, found: Evidence) -> Dependencies:
    """Return dependencies with what is installed by name among the distributions."""
    named: dict[str, Installed] = {}
    for item in found.of(Requirements):
        for text in item.names:
            requirement = Requirement(text)
            exact = [part.version for part in requirement.specifier if part.operator == "=="]
            named[canonicalize_name(requirement.name)] = Installed(
                str(requirement.specifier),
                exact[0] if exact and "*" not in exact[0] else "",
                item.source,
                True,
                sorted(requirement.extras),
            )
    before = dependencies.distributions
    return replace(dependencies, distributions=replace(before, value={**named, **before.value}))


def _files(dependencies: Dependencies) -> frozenset[str]:
    pip = dependencies.installer.value == "pip"
    return frozenset() if pip else frozenset((*dependencies.installer_files.value, dependencies.lock_file.value))


def _evidence(tree: Tree, known: _Known) -> Evidence:
    django_dir = known.layout.base
    image = own_image(tree, django_dir)
    steps = read_own_steps(tree, image) if image else OwnSteps()
    around = Surroundings(
        tree,
        django_dir,
        known.layout.manage_py.value or "manage.py",
        steps.home,
        steps.root,
        steps.place,
        _stages_of_node(tree, image),
        frozenset(known.dependencies.distributions.value),
        unmigrated=tuple(sorted(_unmigrated(tree, known.settings.installed_apps.value))),
        apps=tuple(known.settings.installed_apps.value),
        installs=_files(known.dependencies),
        scripts=_own_scripts(tree),
    )
    found: dict[Taken, None] = {}
    every = [*_without_server(steps.steps, image, around), *_other_steps(tree, image)]
    hosted = [*_of_hosting(tree, image, around)]
    for step in [*every, *hosted][:MAX_TAKEN]:
        items = taken(step, around)
        found.update(dict.fromkeys(item for item in items if step not in hosted or isinstance(item, OF_HOSTING)))
        around = replace(around, migrated=around.migrated or "migrate" in step.words[1:3])
    if not any("makemigrations" in item.words for item in found if isinstance(item, Command)):
        found.update(dict.fromkeys(_of_ignored_migrations(tree, around)))
    if not any(isinstance(item, Done) and item.what == "collectstatic" for item in found):
        for step in _before_collecting(tree):
            items = taken(step, around)
            found.update((item, None) for item in items if isinstance(item, Command) and item.when is When.STATIC)
    packages = [*_of_files(tree, image, django_dir), *([] if image else _of_ci(tree))]
    if not any("locale" in str(item) for item in found if isinstance(item, (Carried, Packages))):
        found.update(dict.fromkeys(_of_locales(tree)))
    settled = [*_settled(tree, known, [*found, *packages])]
    release, source = _release(tree, image, settled)
    return Evidence(
        image,
        image.path if image else "",
        release,
        source,
        steps.home,
        steps.root,
        bool(image) and image.path.rpartition("/")[2] in HANDBOOKS if image else False,
        tuple(settled),
        tuple(_filled(steps)),
        tuple(own_values(tree, known.variables)),
        tuple(tested_values(tree, known.variables)),
    )


def _filled(steps: OwnSteps) -> Iterator[str]:
    """Yield where the image has what it copies from other stages, but for what is in the project's folder."""
    for step in steps.steps:
        if step.keyword == "COPY" and "--from=" in step.text and step.final and step.words:
            place = posixpath.normpath(posixpath.join(step.workdir, step.words[-1]))
            if not f"{place}/".startswith(f"{steps.home.rstrip('/')}/"):
                yield place


def _without_server(steps: Sequence[Step], image: OwnImage | None, around: Surroundings) -> list[Step]:
    """Return steps without a command of manage.py that is all that the container runs: it is the server.

    What a CMD or a Compose service names runs as long as the container.
    """
    starting = [step for step in steps if step.phase is Phase.START and step.keyword == "RUN"]
    if not image or len(starting) != 1 or SERVERS.read(starting[0], around):
        return list(steps)
    paths = {image.path, image.service.path if image.service else ""}
    named = starting[0].source.rpartition(":")[0] in paths and management_words(starting[0], around) is not None
    return [step for step in steps if step is not starting[0]] if named else list(steps)


def _stages_of_node(tree: Tree, image: OwnImage | None) -> frozenset[str]:
    """Return the stages that start from an image which is for front ends alone."""
    if image is None:
        return frozenset()
    text = tree.text(image.path) or ""
    known = variables(text).values
    found: set[str] = set()
    for item in read_instructions(text):
        words = item.body.split()
        if item.keyword != "FROM" or not words:
            continue
        base = substitute(words[0], known, unknown="")
        if name_and_tag(base)[0] in ("node", "bun", "deno") or base in found:
            found.add(words[2] if len(words) > 2 and words[1].upper() == "AS" else str(item.stage))
    return frozenset(found)


def _unmigrated(tree: Tree, installed_apps: Iterable[str]) -> dict[str, str]:
    """Return the folders of the project's apps that have models, and no migrations in the project, by name."""
    apps = {str(app).partition(".apps.")[0].rpartition(".")[2] for app in installed_apps}
    migrated = {
        posixpath.dirname(posixpath.dirname(path))
        for path in tree.paths
        if MIGRATION.search(path) and not tree.is_ignored(path)
    }
    found = {}
    for path in tree.paths:
        folder = posixpath.dirname(path)
        if posixpath.basename(folder) == "models" and path.endswith(".py"):
            folder = posixpath.dirname(folder)
        elif not path.endswith("/models.py"):
            continue
        name = posixpath.basename(folder)
        if (
            name in apps
            and folder not in migrated
            and not is_aside(tree, path)
            and re.search(r"^class \w+\(", tree.text(path) or "", re.M)
        ):
            found[name] = folder
    return found


def _of_ignored_migrations(tree: Tree, around: Surroundings) -> Iterator[Command]:
    """Yield the command that makes the migrations that git ignores, as each checkout lacks them."""
    first = {f"{folder}/migrations/0001_initial.py": name for name, folder in _unmigrated(tree, around.apps).items()}
    if lacking := sorted(first[path] for path in ignored_paths(tree.root, first) if path in first):
        words = ("python", "manage.py", "makemigrations", "--noinput", *lacking)
        yield Command(".gitignore", words, When.CODE)


def _own_scripts(tree: Tree) -> dict[str, str]:
    """Return the scripts that the project's package installs, each with the module that it runs.

    https://packaging.python.org/en/latest/specifications/pyproject-toml/#entry-points
    """
    manifest = tree.toml("pyproject.toml")
    found = {**mapping(manifest, "tool", "poetry", "scripts"), **mapping(manifest, "project", "scripts")}
    return {name: target.partition(":")[0] for name, target in found.items() if isinstance(target, str)}


def _other_steps(tree: Tree, image: OwnImage | None) -> Iterator[Step]:
    """Yield what hosting services run for each release, and what Compose services run once, beside the site's own."""
    for command in read_commands(tree):
        hosted = command.origin in HOSTS and command.name == "release"
        if hosted and not command.development:
            yield from read_script(tree, command.command, command.source)
    names = {service.image for service in read_compose(tree) if image and service.dockerfile == image.path}
    for service in read_compose(tree):
        ours = image and (service.dockerfile == image.path or (service.image and service.image in names))
        if not ours or service == (image.service if image else None) or is_development(service.path):
            continue
        if not service.command_words or not image:
            continue
        steps = list(read_own_steps(tree, replace(image, service=service)).steps)
        starting = [step for step in steps if step.phase is Phase.START]
        if any("migrate" in step.words for step in starting) and service.name in (
            "migrate",
            "migrations",
            "migration",
            "init",
            "setup",
        ):
            yield from starting


def _of_hosting(tree: Tree, image: OwnImage | None, around: Surroundings) -> Iterator[Step]:
    """Yield what hosting services build the site with, and what they and units run first, if no Dockerfile does."""
    if image:
        return
    for build in read_builds(tree):
        yield from read_script(tree, build.command, build.source, Phase.BUILD)
    for command in read_commands(tree):
        if command.origin not in (*HOSTS, "unit") or command.development or command.name == "release":
            continue
        steps = read_script(tree, command.command, command.source)
        if any(SERVERS.read(step, around) for step in steps):
            if command.origin == "unit":
                steps = read_script(tree, " && ".join(command.before), command.source)
            yield from (step for step in steps if management_words(step, around) and not step.background)


def _before_collecting(tree: Tree) -> Iterator[Step]:
    """Yield what makes static files in a Makefile, script or CI's workflow, before it collects them."""
    for path in [path for path in tree.paths if kind_of(path) in ("deploy", "ci", "task")][:60]:
        text = tree.text(path) or ""
        before, collects, _ = text.partition("manage.py collectstatic")
        if (is_aside(tree, path) and kind_of(path) != "ci") or is_development(path) or not collects:
            continue
        for match in MANAGEMENT_LINE.finditer(before):
            if match[1] in BY_PYTHON:
                source = f"{path}:{before.count(chr(10), 0, match.start(1)) + 1}"
                yield from read_script(tree, f"python manage.py {match[1]}{match[2].rstrip()}", source, Phase.BUILD)


def _of_files(tree: Tree, image: OwnImage | None, django_dir: str) -> Iterator[Packages]:
    """Yield what files list for the site; not those of an application in another folder."""
    for path in own(tree, *PACKAGE_FILES):
        place = folder(path)
        sites = place == "." or f"{django_dir}/".startswith(f"{place}/") or (image and folder(image.path) == place)
        if not sites and any(tree.exists(f"{place}/{name}") for name in APPLICATION_FILES):
            continue
        for number, line in enumerate((tree.text(path) or "").split("\n")[:500], 1):
            if PACKAGE.fullmatch(word := line.partition("#")[0].strip()):
                yield sorted_packages([word], f"{path}:{number}")


def _of_ci(tree: Tree) -> Iterator[Packages]:
    """Yield what the CI installs to build with: what else it installs may be for tests alone."""
    for path in [path for path in tree.paths if path.startswith(".github/workflows/") or path == ".gitlab-ci.yml"][
        :20
    ]:
        for number, line in enumerate((tree.text(path) or "").split("\n"), 1):
            for match in APT_INSTALL.finditer(line):
                names = [word for word in match[1].split() if PACKAGE.fullmatch(word)]
                yield replace(sorted_packages(names, f"{path}:{number}"), run=(), handy=(), unknown=())


def _of_locales(tree: Tree) -> Iterator[Carried]:
    """Yield what makes the locales that code sets, and fails without: images have only C.

    https://docs.python.org/3/library/locale.html#locale.setlocale
    """
    made = set[str]()
    for path in [path for path in tree.paths if path.endswith(".py") and not is_aside(tree, path)][:3000]:
        module = tree.python(path) if not is_development(path) and "setlocale(" in (tree.text(path) or "") else None
        caught = {
            inner
            for node in ast.walk(module or ast.Module([], []))
            if isinstance(node, ast.Try) and node.handlers
            for statement in node.body
            for inner in ast.walk(statement)
        }
        for node in ast.walk(module or ast.Module([], [])):
            if isinstance(node, ast.Call) and last_name(node.func) == "setlocale" and node not in caught:
                match = LOCALE.fullmatch(constant(node.args[1]) or "") if len(node.args) == 2 else None
                if match and match[1] not in made:
                    made.add(match[1])
                    yield Carried(f"{path}:{node.lineno}", f"localedef -i {match[1]} -c -f UTF-8 {match[1]}.UTF-8")


def _settled(tree: Tree, known: _Known, items: Iterable[Taken]) -> Iterator[Taken]:
    """Yield what was taken over, packages with the libraries that go with them, and without those of no use here."""
    items = list(items)
    asked = {name for item in items if isinstance(item, Packages) for name in item.handy}
    used = _called(tree, asked)
    carried = " ".join(item.text for item in items if item.kind == "carried" and hasattr(item, "text"))
    explained = frozenset(known.dependencies.apt_explained.value)
    listed = frozenset(known.dependencies.distributions.value)
    read = _read_by_code(tree, known, {item.name for item in items if isinstance(item, Variable)})
    without = (READS_NO_FILE, NO_FILE)
    lacking = {item.source for item in items if isinstance(item, NotUnderstood) and item.why in without}
    before, begun = "", set[str]()
    for item in items:
        if isinstance(item, Carried):
            lacking |= {item.source} if lacks_file(item.text, before, item.source not in begun) else set()
            before += f" {item.text}"
            begun.add(item.source)
    for item in items:
        if (
            isinstance(item, Carried)
            and item.source not in lacking
            and (packages := {NEEDED[name] for name in WORD.findall(item.text) if name in NEEDED})
        ):
            yield Packages(item.source, run=tuple(sorted(packages)))
        if isinstance(item, Carried) and item.source in lacking:
            yield NotUnderstood(item.source, item.text, "another command on this line is not taken over")
            continue
        if isinstance(item, Requirements):
            names = tuple(name for name in item.names if not _is_listed(name, listed))
            yield replace(item, names=names) if names else Done(item.source, "the requirements")
            continue
        if isinstance(item, Variable):
            is_kept = not is_private(item.name, item.value) and _is_of_runtime(item, read)
            yield item if is_kept else Done(item.source, "variables of the build")
            continue
        if not isinstance(item, Packages):
            yield item
            continue
        libraries = [library for name in item.build if name not in explained for library in library_of(name)]
        handy = [name for name in item.handy if name in used or _is_named(name, carried)]
        if left := [name for name in item.handy if name not in handy]:
            yield Done(item.source, f"programs for developers: {', '.join(left)}")
        yield replace(item, run=tuple(dict.fromkeys([*item.run, *libraries, *handy])), handy=())
        for name in item.unknown:
            yield NotUnderstood(item.source, name, "no Debian package of this name is known: add it to apt_runtime")


def _is_listed(requirement: str, listed: frozenset[str]) -> bool:
    return canonicalize_name(Requirement(requirement).name) in listed


def _is_of_runtime(item: Variable, read: set[str]) -> bool:
    if item.name in OF_BUILD or item.name.startswith(OF_TOOLS) or not item.value or "$" in item.value:
        return False
    return item.name in read or item.name in OF_SYSTEM or item.name.startswith("LC_")


def _read_by_code(tree: Tree, project: _Known, names: set[str]) -> set[str]:
    """Return those of some variables that the project's settings or other code name."""
    found = names & {*project.variables}
    if left := sorted(names - found - OF_BUILD - OF_SYSTEM):
        named = re.compile(rf"[\"']({'|'.join(map(re.escape, left))})[\"']")
        paths = [path for path in tree.paths if path.endswith(".py") and not is_aside(tree, path)][:3000]
        found |= {match[1] for path in paths for match in named.finditer(tree.text(path) or "")}
    return found


def _is_named(package: str, text: str) -> bool:
    return any(re.search(rf"(?:^|\s){re.escape(program)}\s", text) for program in programs_of(package))


def _called(tree: Tree, packages: Iterable[str]) -> set[str]:
    """Return the packages one of whose programs the project's code names."""
    programs = {program: package for package in packages for program in programs_of(package)}
    if not programs:
        return set()
    named = re.compile(rf"[\"'](?:/usr/bin/)?({'|'.join(map(re.escape, programs))})(?=[\"' ])")
    paths = [path for path in tree.paths if path.endswith(".py") and not is_aside(tree, path)][:3000]
    return {programs[match[1]] for path in paths for match in named.finditer(tree.text(path) or "")}


def _release(tree: Tree, image: OwnImage | None, items: Iterable[Taken]) -> tuple[str, str]:
    """Return the release of Debian that has the image's packages: the newest, unless it lacks one."""
    for item in items:
        if isinstance(item, Packages) and is_in_bookworm_alone(item.run):
            return "bookworm", item.source
    for base in images(tree.text(image.path) or "") if image else ():
        if base.name == "python" and "trixie" in base.tag:
            return "trixie", f"{image.path}:{base.line}" if image else ""
    return "", ""


def remarks(found: Evidence) -> list[NotUnderstood]:
    """Return what a person should look at, in order, without what is said twice."""
    return [replace(item, text=in_command(item.text)) for item in dict.fromkeys(found.of(NotUnderstood))]
