"""Programs of Node's that run where Python collects static files: those of django-pipeline and django-compressor."""

import posixpath
import re
from collections.abc import Container, Iterator, Sequence, Set
from dataclasses import dataclass, replace
from fnmatch import fnmatch
from pathlib import PurePosixPath

from ..data import mapping
from ..deployment.makefile import recipes
from ..evaluation.values import Value
from ..findings import Certainty, Found
from ..places import join
from ..settings.record import DjangoSettings
from ..settings.setting import Settings, leaves, parts_of, path_value
from ..tree import Tree
from .node import NEWEST, NO_COREPACK, installed, stage_of
from .own_stages import HOME
from .record import Frontend, Stage

MODULES = "node_modules"
NODE = frozenset(("node", "nodejs"))
NPM = frozenset(("npm", "npx"))
BETWEEN = re.compile(r"[/=]")
# The package that has a program of another name: https://docs.npmjs.com/cli/configuring-npm/package-json#bin
PACKAGES = {
    "lessc": ("less",),
    "cleancss": ("clean-css-cli", "clean-css"),
    "uglifyjs": ("uglify-js",),
    "babel": ("@babel/cli", "babel-cli"),
    "coffee": ("coffeescript", "coffee-script"),
    "lsc": ("livescript",),
    "tsc": ("typescript",),
}
# What classes run without a setting that says it, and that setting:
# https://django-pipeline.readthedocs.io/en/latest/compressors.html, and compilers.html,
# https://django-compressor.readthedocs.io/en/stable/settings.html#compress-yuglify-binary
CLASSES = {
    "pipeline.compressors.yuglify": ("YUGLIFY_BINARY", "yuglify"),
    "pipeline.compressors.uglifyjs": ("UGLIFYJS_BINARY", "uglifyjs"),
    "pipeline.compressors.terser": ("TERSER_BINARY", "terser"),
    "pipeline.compressors.cssmin": ("CSSMIN_BINARY", "cssmin"),
    "pipeline.compilers.coffee": ("COFFEE_SCRIPT_BINARY", "coffee"),
    "pipeline.compilers.es6": ("BABEL_BINARY", "babel"),
    "pipeline.compilers.less": ("LESS_BINARY", "lessc"),
    "pipeline.compilers.livescript": ("LIVE_SCRIPT_BINARY", "lsc"),
    "pipeline.compilers.sass": ("SASS_BINARY", "sass"),
    "pipeline.compilers.stylus": ("STYLUS_BINARY", "stylus"),
    "pipeline.compilers.typescript": ("TYPE_SCRIPT_BINARY", "tsc"),
    "compressor.filters.yuglify": ("COMPRESS_YUGLIFY_BINARY", "yuglify"),
    "compressor.filters.cleancss": ("COMPRESS_CLEAN_CSS_BINARY", "cleancss"),
}
COMPRESSORS = ("JS_COMPRESSOR", "CSS_COMPRESSOR")  # of django-pipeline, which is Yuglify without them
OPERATOR = re.compile(r"&&|\|\|?|;")
NO_PROGRAM = re.compile(r"(?:\S*/)?env$|exec$|[A-Za-z_]\w*=")  # what may precede the name of a program
INSTALL = re.compile(
    r"\b(?:npm (?:ci|i|install)|yarn(?: install)?|pnpm (?:i|install)|bun (?:i|install))(?= *(?:$|[&;|]| -))"
    r"(?![^&;|]* (?:-g|--global|--prefix|--cwd|--dir)\b)"
)
REMOVAL = re.compile(rf"\brm -\w+ [^&;|]*{MODULES}")
CLASS = re.compile(r"[a-z_]\w*(?:\.\w+)+")
OWN_COMMAND = re.compile(rf"[\"']([^\"'\n]*{MODULES}/\.bin/[^\"'\n]*|(?:npx|node) [^\"'\n]+)[\"']")
OF_DEBIAN = re.compile(r"(?:.*/)?node:(?!.*alpine)")  # images whose programs run in Python's, too
APT = "RUN apt-get update && apt-get install -y --no-install-recommends"
WITH_LIBATOMIC = NO_COREPACK  # the first release that needs it, which slim images of Python lack


@dataclass(frozen=True)
class Tools:
    """Which programs of Node's run: those in node_modules of `folder`, where package.json is."""

    folder: str
    by_name: bool  # whether one is looked for on the PATH
    npm: bool  # whether npm or npx runs them
    make: bool  # whether make does


def read_tools(tree: Tree, evaluated: Settings | None, settings: DjangoSettings) -> Found[Tools | None]:
    """Return which programs of Node's make static files by settings; None for none, or without a package.json."""
    nothing: Found[Tools | None] = Found(None, certainty=Certainty.INFERRED)
    if evaluated is None:
        return nothing
    stated = [(source, command) for source, command in _stated(tree, evaluated, settings) if command.strip()]
    run = [(source, words) for source, command in stated for words in _run(tree, evaluated.folder, command)]
    places = [_folder(evaluated, word) for _, words in run for word in words if _is_in_modules(word)]
    folders = [*places, evaluated.folder or ".", "."]
    folder = next((place for place in folders if tree.exists(join(place, "package.json"))), None)
    if folder is None:
        return nothing
    content = mapping(tree.json(join(folder, "package.json")))
    declared = {*mapping(content.get("dependencies")), *mapping(content.get("devDependencies"))}
    by_name = {words[0] for _, words in run if not declared.isdisjoint(_packages(words[0]))}
    source = next((at for at, words in run if words[0] in by_name | NODE | NPM or any(map(_is_in_modules, words))), "")
    npm = any(words[0] in NPM for _, words in run)
    makes = any(words[0] == "make" for _, words in run)
    return Found(Tools(folder, bool(by_name), npm, makes), source, Certainty.INFERRED) if source else nothing


def with_tools(tree: Tree, found: Frontend, tools: Found[Tools | None]) -> Frontend:
    """Return a front end with what its tools need: from the stage that installs them, or from one that is added."""
    if tools.value is None:
        return found
    folder = posixpath.normpath(posixpath.join(HOME, tools.value.folder))
    node, stages = found.node.value, [*found.stages.value]
    if node is None and not stages:
        node = installed(tree, tools.value.folder)
        found = replace(found, node=Found(node, tools.source, Certainty.INFERRED))
    if node and node.folder == tools.value.folder:
        lines = _lines(tools.value, f"node:{node.version}", "assets", f"{folder}/{MODULES}", folder, set())
        return replace(found, node_tools=Found(lines, tools.source, Certainty.INFERRED))
    if node:
        stages = [stage_of(node)]
        found = replace(
            found, node=Found(None, tools.source, Certainty.INFERRED, "Programs of Node.js need another stage.")
        )
    stage, path = _modules(stages, tools.value.folder)
    if stage is None:
        stage, path = stage_of(installed(tree, tools.value.folder), len(stages) + 1), f"{folder}/{MODULES}"
        stages.append(stage)
    there = {place.rstrip("/") for item in stages for place in item.output.values()}
    lines = _lines(tools.value, _lineage(stages, stage)[0], stage.name, path, folder, there)
    source = found.stages.source or found.node.source
    return replace(
        found,
        stages=replace(found.stages, value=stages, source=source),
        node_tools=Found(lines, tools.source, Certainty.INFERRED),
    )


def _stated(tree: Tree, settings: Settings, known: DjangoSettings) -> Iterator[tuple[str, str]]:
    """Yield the commands that settings of apps have, after where each is."""
    apps = [str(app) for app in known.installed_apps.value]
    pipeline = settings.values.get("PIPELINE")
    if pipeline and any(app.partition(".")[0] == "pipeline" for app in apps):
        parts = parts_of(pipeline)
        used = [text for name, part in parts.items() if name in ("COMPILERS", *COMPRESSORS) for text in _texts(part)]
        used += ["pipeline.compressors.yuglify" for name in COMPRESSORS if name not in parts]
        binaries = [_command(part) for name, part in parts.items() if name.endswith("_BINARY")]
        yield from ((pipeline.source, command) for command in (*binaries, *_defaults(used, parts)))
    if known.compress_online.value or known.compress_offline.value:
        for name, setting in settings.values.items():
            if name.startswith("COMPRESS_") and "OFFLINE" not in name:
                texts = _texts(setting.raw)
                texts += [command for text in texts for command in _of_class(tree, settings.folder, text)]
                yield from ((setting.source, command) for command in (*texts, *_defaults(texts, settings.values)))


def _of_class(tree: Tree, folder: str, name: str) -> list[str]:
    """Return the commands in the module of a class of the project, as a filter of its own has them."""
    path = join(folder, f"{name.rpartition('.')[0].replace('.', '/')}.py")
    return OWN_COMMAND.findall(tree.text(path) or "") if CLASS.fullmatch(name) and tree.exists(path) else []


def _defaults(used: Sequence[str], stated: Container[str]) -> list[str]:
    """Return the programs that classes run unless settings name others."""
    return [
        program
        for module, (name, program) in CLASSES.items()
        if name not in stated and any(text == module or text.startswith(f"{module}.") for text in used)
    ]


def _texts(value: Value) -> list[str]:
    return [str(part.data) for part in leaves(value) if isinstance(part.data, str | PurePosixPath)]


def _command(value: Value) -> str:
    """Return a command that is given as a text, a path, or a list of its words."""
    return " ".join(_texts(value))


def _run(tree: Tree, folder: str, command: str, made: bool = False) -> Iterator[list[str]]:
    """Yield the words of each program that a command runs from a folder, also by the Makefile there."""
    for part in OPERATOR.split(command):
        words = [word.strip("\"'") for word in part.split()]
        while words and NO_PROGRAM.match(words[0]):
            del words[0]
        if not words:
            continue
        yield words
        makefile = join(folder, "Makefile")
        if words[0] == "make" and not made and tree.exists(makefile):
            targets = [word for word in words[1:] if "=" not in word and not word.startswith("-")]
            for recipe in recipes(tree.text(makefile) or "", targets):
                for line in recipe.text.split("\n"):
                    yield from _run(tree, folder, line, made=True)


def _packages(program: str) -> tuple[str, ...]:
    """Return the packages that may have a program."""
    return PACKAGES.get(program, (program, f"{program}-cli"))


def _is_in_modules(word: str) -> bool:
    return MODULES in BETWEEN.split(word)


def _folder(settings: Settings, word: str) -> str:
    """Return the folder whose node_modules a word of a command names."""
    path, _ = path_value(Value(word.rpartition("=")[2]), settings.folder)
    return posixpath.normpath(f"{path}/".partition(f"{MODULES}/")[0] or ".")


def _lineage(stages: Sequence[Stage], stage: Stage) -> tuple[str, list[str]]:
    """Return the image from which a stage starts in the end, and all instructions since."""
    parent = next((item for item in stages if item.name == stage.image), None)
    image, before = _lineage(stages, parent) if parent else (stage.image, [])
    return image, [*before, *stage.instructions]


def _modules(stages: Sequence[Stage], folder: str) -> tuple[Stage | None, str]:
    """Return the stage that has the packages of a folder of the project, and where; "" where they come in anyway."""
    wanted = posixpath.normpath(posixpath.join(HOME, folder, MODULES))
    places = {stage.name: _places(_lineage(stages, stage)[1], join(folder, "package.json")) for stage in stages}
    for stage in reversed(stages):
        for path, place in stage.output.items():
            inner = posixpath.relpath(wanted, place)
            comes_in = not inner.startswith("..") and posixpath.normpath(posixpath.join(path, inner))
            if inner == "." or comes_in in places[stage.name]:
                return stage, ""
            if place.startswith(f"{wanted}/"):  # a part of them
                return stage, f"{path.partition(f'/{MODULES}/')[0]}/{MODULES}"
    return next(((stage, places[stage.name][-1]) for stage in reversed(stages) if places[stage.name]), (None, ""))


def _places(instructions: Sequence[str], manifest: str) -> list[str]:
    """Return where instructions install the packages of a package.json; none if they remove them again."""
    found, place, is_copied = [], "/", False
    for keyword, _, rest in (line.partition(" ") for line in instructions):
        if keyword == "WORKDIR":
            place = posixpath.normpath(posixpath.join(place, rest))
        elif keyword in ("COPY", "ADD"):
            paths = [posixpath.normpath(word) for word in rest.split()[:-1]]
            is_copied |= any(
                path == "." or fnmatch(manifest, path) or manifest.startswith(f"{path}/") for path in paths
            )
        elif keyword == "RUN" and REMOVAL.search(rest):
            return []
        elif keyword == "RUN" and is_copied and INSTALL.search(rest):
            found.append(posixpath.join(place, MODULES))
    return found


def _lines(tools: Tools, image: str, stage: str, path: str, folder: str, there: Set[str]) -> list[str]:
    """Return instructions by which a stage of Python's has Node, and the packages that a stage has in `path`.

    `there` is what comes out of the stages anyway.
    """
    stated = re.search(r"\bnode:(\d+)", image)
    version = int(stated[1] if stated else NEWEST)
    origin = stage if OF_DEBIAN.match(image) else f"node:{version}"
    packages = ["libatomic1"] * (version >= WITH_LIBATOMIC) + ["make"] * tools.make
    installed = f"{APT} {' '.join(packages)} && rm -rf /var/lib/apt/lists/*"
    copied = ["/usr/local/bin", f"/usr/local/lib/{MODULES}"] if tools.npm else ["/usr/local/bin/node"]
    return [
        *([installed] if packages else []),
        *(
            f"COPY --from={origin} {place} {place}"
            for place in copied
            if not {place, posixpath.dirname(place)} & there
        ),
        *([f"COPY --from={stage} {path} {folder}/{MODULES}"] if path else []),
        *([f"ENV PATH={folder}/{MODULES}/.bin:$PATH"] if tools.by_name else []),
    ]
