"""The stages of a project's own Dockerfile that build its front end: they are taken over as they stand.

What such a stage runs is the project's business, and may be anything; what comes out of it is said by the
`COPY --from` of the stages after it.
"""

import posixpath
import re
import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ..deployment import dockerfile
from ..deployment.dockerfile import HEREDOC, Instruction, name_and_tag, pairs, read_instructions, substitute
from ..deployment.own_image import OwnImage
from ..deployment.steps import Step, read_own_steps
from ..findings import Certainty, Found
from ..places import join
from ..secrets import has_secret
from ..tree import Tree
from .record import Node, Stage

OF_NODE = ("node", "bun", "deno")  # images in which a front end is built, and nothing else
KEPT = ("WORKDIR", "ENV", "ARG", "COPY", "ADD", "RUN", "SHELL", "USER")
DROPPED = ("LABEL", "MAINTAINER", "EXPOSE", "CMD", "ENTRYPOINT", "HEALTHCHECK", "STOPSIGNAL", "VOLUME")
RELEASE = re.compile(r"^(\d+)(?:\.\d+)+")  # of a tag: the images of its line are kept up to date
ALPINE = re.compile(r"-alpine\d[\d.]*$")
# Where the official images are, too: https://docs.aws.amazon.com/AmazonECR/latest/public/docker-hub-images.html
OFFICIAL = re.compile(r"^(?:public\.ecr\.aws/docker|mirror\.gcr\.io|(?:registry-1\.|index\.)?docker\.io)/library/")
MOUNTED = re.compile(r"type=(?:secret|ssh)|type=bind(?!\S*from=)|from=(?!\w+[/:.])")
GLOB = re.compile(r"[*?\[]")
FLAGS = re.compile(r"^RUN (?:--\S+ )*")
INSTALLS = re.compile(
    r"(?:npm (?:ci|i|install)|yarn(?: install)?|pnpm (?:i|install)|bun install|corepack enable|npm cache clean"
    r"|yarn cache clean)(?: -\S+)*$|npm (?:i|install)(?: \S+)*? (?:-g|--global|--location=global)(?= |$)"
)
BASE = "base"  # the template's stage with Python and what Debian brings
# What makes nothing that a front end is built from.
NOT_SOURCES = frozenset(("check", "collectstatic", "compilemessages", "migrate", "test"))
WORD = re.compile(r"[A-Za-z0-9_./:=@%+,* -]+")
HOME = "/workdir"  # where the template's images have the project


@dataclass
class _Stage:
    """A stage, as far as it has been read: what it starts from, where it is, which folders of the project it has."""

    name: str
    base: str
    parent: "_Stage | None" = None
    workdir: str = "/"
    folders: list[tuple[str, str]] = field(default_factory=list)  # (folder of the project, place)
    instructions: list[Instruction] = field(default_factory=list)

    @property
    def image(self) -> str:
        """The image at the root of the stage."""
        return self.parent.image if self.parent else self.base

    def is_of_node(self) -> bool:
        """Return whether a front end is all that can be built in it."""
        return name_and_tag(self.image)[0] in OF_NODE

    def makes_something(self) -> bool:
        """Return whether it has more than its image, from which Node itself may be copied."""
        return any(item.keyword in ("COPY", "ADD", "RUN") for item in self.instructions)


@dataclass(frozen=True)
class _Origins:
    """What stages copy from: all stages, the template's names of those that are taken over, Django's instructions."""

    names: Mapping[str, str]
    stages: Mapping[str, _Stage]
    made: Mapping[str, Sequence[str]]


class _Refused(Exception):
    """A stage needs what the template's build does not have."""


def read_own_stages(tree: Tree, image: OwnImage | None, static_dirs: Sequence[str] = ()) -> Found[Sequence[Stage]]:
    """Return the stages of the project's own image that build its front end, the first first; none if there are none,
    or if they need what is not in the project.

    Of node_modules, only what is in `static_dirs`, those of STATICFILES_DIRS, comes out, if anything is.
    """
    if image is None:
        return Found((), certainty=Certainty.INFERRED)
    stages = _read(tree, image)
    known = dockerfile.variables(tree.text(image.path) or "").values
    outputs = {name: _narrowed(output, static_dirs) for name, output in _outputs(stages, known).items()}
    used = [stage for stage in stages.values() if stage.is_of_node() and _is_used(stage, outputs, stages)]
    made = _made_by_django(tree, image, stages, used)
    needed = [stage for stage in stages.values() if stage in used or stage.name in made]
    names = {stage.name: f"assets-{number}" if number > 1 else "assets" for number, stage in enumerate(needed, 1)}
    origins = _Origins(names, stages, made)
    try:
        found = [
            Stage(names[stage.name], BASE, made[stage.name], {})
            if stage.name in made
            else _taken_over(tree, image, stage, origins, outputs.get(stage.name, {}))
            for stage in needed
        ]
    except _Refused as error:
        return Found((), image.path, Certainty.INFERRED, str(error))
    source = f"{image.path}:{needed[0].instructions[0].line}" if needed else ""
    return Found(found if any(stage.output for stage in found) else (), source, Certainty.STATED)


def _read(tree: Tree, image: OwnImage) -> dict[str, _Stage]:
    """Return the stages up to the one that is built, by their names in lower case."""
    instructions = read_instructions(tree.text(image.path) or "")
    arguments = dockerfile.global_arguments(instructions)
    known = dockerfile.variables(tree.text(image.path) or "").values
    stages: dict[str, _Stage] = {}
    current: _Stage | None = None
    for item in instructions:
        if item.keyword == "FROM":
            if current and image.target and current.name == image.target.lower():
                break
            words = item.body.split()
            base = substitute(words[0], arguments, unknown="").lower() if words else ""
            name = words[2].lower() if len(words) > 2 and words[1].upper() == "AS" else str(item.stage)
            parent = stages.get(base)
            current = _Stage(name, base, parent, parent.workdir if parent else "/")
            current.folders = list(parent.folders) if parent else []
            stages[name] = current
        if current:
            current.instructions.append(item)
            _follow(tree, image, current, stages.get(item.flags.get("from", "").lower()), item, known)
    return stages


def _follow(
    tree: Tree, image: OwnImage, stage: _Stage, origin: _Stage | None, item: Instruction, known: Mapping[str, str]
) -> None:
    """Note where a stage is, and which folders of the project it has: from the build, or all of the stage `origin`."""
    words = [substitute(word, known, unknown="") for word in item.words]
    if item.keyword == "WORKDIR" and words:
        stage.workdir = posixpath.normpath(posixpath.join(stage.workdir, words[0]))
    elif item.keyword == "COPY" and origin and len(words) == 2:
        source = posixpath.normpath(posixpath.join("/", words[0]))
        where = posixpath.normpath(posixpath.join(stage.workdir, words[1]))
        stage.folders += [(path, where) for path, place in origin.folders if place == source]
    elif item.keyword in ("COPY", "ADD") and "from" not in item.flags and len(words) > 1:
        *sources, place = words
        for source in sources:
            path = posixpath.normpath(posixpath.join(image.context, image.inner(source).lstrip("/")))
            if _is_folder(tree, path):
                where = posixpath.normpath(posixpath.join(stage.workdir, place))
                stage.folders.append((path, where))
                if where.endswith(f"/{path}"):  # the project folder by folder: what is beside them counts from there
                    stage.folders.append((".", where.removesuffix(f"/{path}")))


def _is_folder(tree: Tree, path: str) -> bool:
    return path == "." or any(other.startswith(f"{path}/") for other in tree.paths)


def _needed(stages: Mapping[str, _Stage]) -> list[_Stage]:
    """Return the last stage, those that it is made from, and those that it copies from, in the file's order."""
    wanted = [*stages][-1:]
    for name in wanted:
        stage = stages[name]
        origins = [item.flags.get("from", "").lower() for item in stage.instructions]
        origins += [stage.parent.name] if stage.parent else []
        wanted += [origin for origin in origins if origin in stages and origin not in wanted]
    return [stage for name, stage in stages.items() if name in wanted]


def _outputs(stages: Mapping[str, _Stage], known: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Return what is copied out of each stage of Node's, with the place where the template's images have it."""
    found: dict[str, dict[str, str]] = {}
    needed = _needed(stages)
    for stage in needed:
        if stage.is_of_node():
            continue
        folders = stage.folders or needed[-1].folders
        for item in stage.instructions:
            origin = item.flags.get("from", "").lower()
            if item.keyword != "COPY" or origin not in stages or not stages[origin].is_of_node():
                continue
            if not stages[origin].makes_something() and not stages[origin].parent:
                continue
            *sources, place = (substitute(word, known, unknown="") for word in item.words)
            where = _placed(posixpath.join(stage.workdir, place), folders)
            for source in sources:
                found.setdefault(origin, {})[posixpath.normpath(f"/{source.lstrip('/')}")] = where
    return found


def _narrowed(output: Mapping[str, str], static_dirs: Sequence[str]) -> dict[str, str]:
    """Return what is copied out of a stage, with those parts of node_modules alone that Django serves."""
    found: dict[str, str] = {}
    for path, place in output.items():
        parts = [f"{HOME}/{folder}" for folder in static_dirs if not folder.startswith("/")]
        inner = [posixpath.relpath(part, place) for part in parts if part.startswith(f"{place.rstrip('/')}/")]
        if posixpath.basename(path) == "node_modules" and inner:
            found |= {posixpath.join(path, part): posixpath.join(place, part) for part in inner}
        else:
            found[path] = place
    return found


def without_modules(tree: Tree, stages: Sequence[Stage]) -> list[Stage]:
    """Return stages of which no copy of the project's folder has node_modules, which are not for Django's image."""
    found = []
    for stage in stages:
        others = "\n".join(f"{other.image} {' '.join(other.instructions)}" for other in stages if other is not stage)
        brought = [
            posixpath.join(path, "node_modules")
            for path, place in stage.output.items()
            if f"{place.rstrip('/')}/".startswith(f"{HOME}/")
            and tree.exists(posixpath.join(posixpath.relpath(place, HOME), "package.json").removeprefix("./"))
        ]
        if brought and not re.search(rf"\b{stage.name}\b", others):
            stage = replace(stage, instructions=[*stage.instructions, f"RUN rm -rf {' '.join(brought)}"])
        found.append(stage)
    return found


def _placed(path: str, folders: Sequence[tuple[str, str]]) -> str:
    """Return where the template's images have a path of the project's own image, with its slash at the end.

    The project's folder always has one: what is below it comes with the code.
    """
    plain = posixpath.normpath(path)
    slash = "/" if path.endswith(("/", "/.")) else ""
    for folder, place in sorted(folders, key=lambda pair: -len(pair[1])):
        if place != "/" and f"{plain}/".startswith(f"{place}/"):
            inner = posixpath.normpath(posixpath.join(HOME, folder, posixpath.relpath(plain, place)))
            return inner + (slash or "/" * (inner == HOME))
    return plain + slash


def _is_used(stage: _Stage, outputs: Mapping[str, object], stages: Mapping[str, _Stage]) -> bool:
    """Return whether something of a stage comes into the image: by itself, or by another stage of Node's."""
    if stage.name in outputs:
        return True
    others = (other for other in stages.values() if other is not stage and other.is_of_node())
    return any(
        _is_used(other, outputs, stages)
        for other in others
        if other.parent is stage
        or any(item.flags.get("from", "").lower() == stage.name for item in other.instructions)
    )


def _made_by_django(
    tree: Tree, image: OwnImage, stages: Mapping[str, _Stage], used: Iterable[_Stage]
) -> dict[str, list[str]]:
    """Return the instructions of stages in which manage.py makes what stages of Node's copy, by their names."""
    steps = read_own_steps(tree, image).steps
    found: dict[str, list[str]] = {}
    for item in (item for stage in used for item in stage.instructions if item.keyword == "COPY"):
        origin = stages.get(item.flags.get("from", "").lower())
        if origin is None or origin.is_of_node():
            continue
        lineage = {origin.name}
        parent = origin.parent
        while parent:
            lineage.add(parent.name)
            parent = parent.parent
        ran = [step for step in steps if step.keyword == "RUN" and step.stage.lower() in lineage]
        commands = [command for step in ran if (command := _of_manage(step))]
        if commands:
            lines = ["COPY --from=build /opt/venv /opt/venv", f"COPY . {HOME}"]
            found[origin.name] = [*lines, *(f"RUN python manage.py {command}" for command in dict.fromkeys(commands))]
    return found


def _of_manage(step: Step) -> str:
    """Return the command of manage.py that a step runs, with its arguments; "" for none that makes sources."""
    names = [posixpath.basename(word) for word in step.words]
    words = step.words[names.index("manage.py") + 1 :] if "manage.py" in names else ()
    return shlex.join(words) if words and words[0] not in NOT_SOURCES and all(map(WORD.fullmatch, words)) else ""


def _taken_over(tree: Tree, image: OwnImage, stage: _Stage, origins: _Origins, output: Mapping[str, str]) -> Stage:
    """Return a stage as the template's Dockerfiles have it. Raises _Refused where it cannot be had."""
    names = origins.names
    base = names[stage.parent.name] if stage.parent else _kept_up_to_date(stage.base)
    known = dockerfile.variables(tree.text(image.path) or "").values
    lines = [
        line
        for item in stage.instructions[1:]
        if item.keyword in KEPT
        for line in _lines(tree, image, item, origins, known)
    ]
    return Stage(names[stage.name], base, lines, dict(output))


def _kept_up_to_date(image: str) -> str:
    """Return an image without the numbers of its tag after the first: "node:24-slim" for "node:24.15.0-slim".

    An old release of Alpine has none of it: "node:24-alpine" for "node:24-alpine3.19".
    An official image has its own name, not that of a copy in another registry.
    """
    image = OFFICIAL.sub("", image)
    name, colon, tag = image.partition("@")[0].rpartition(":")
    if not colon or "/" in tag:
        return image.partition("@")[0]
    line = RELEASE.sub(lambda match: match[1], tag)
    return f"{name}:{ALPINE.sub('-alpine', line)}"


def _lines(
    tree: Tree, image: OwnImage, item: Instruction, origins: _Origins, known: Mapping[str, str]
) -> Iterator[str]:
    """Yield an instruction as it stands in the template's Dockerfiles, whose build has the project's root."""
    place = f"{image.path}:{item.line}"
    if HEREDOC.search(item.body) or has_secret(item.rest):
        raise _Refused(f"{place} is not taken over: give what it does in the answer assets_stages.")
    if item.keyword == "RUN":
        if MOUNTED.search(item.rest[: len(item.rest) - len(item.body)]):
            raise _Refused(f"{place} mounts what the template's build does not have.")
        yield f"RUN {item.rest}"
    elif item.keyword == "ARG":
        for name, value in pairs(item).items():
            value = value or known.get(name, "")
            yield f'ARG {name}="{value}"' if value else f"ARG {name}"
    elif item.keyword in ("COPY", "ADD") and not _is_variables_alone(item, origins):
        yield _copy(tree, image, item, origins, known)
    elif item.keyword not in ("COPY", "ADD"):
        yield f"{item.keyword} {item.rest}"


def _is_variables_alone(item: Instruction, origins: _Origins) -> bool:
    """Return whether a stage of Python's made what is copied to give a build variables: it runs without them."""
    stage = origins.stages.get(item.flags.get("from", "").lower())
    names = [posixpath.basename(word) for word in item.words[:-1]]
    return bool(stage and not stage.is_of_node() and all(name.startswith(".env") for name in names))


def _copy(tree: Tree, image: OwnImage, item: Instruction, origins: _Origins, known: Mapping[str, str]) -> str:
    names = origins.names
    flags = item.rest[: len(item.rest) - len(item.body)].strip()
    origin = item.flags.get("from", "")
    stage = origins.stages.get(origin.lower())
    if stage and not stage.is_of_node():
        return _of_project(tree, image, item, origins, known)
    if origin:
        if origin.lower() not in names and not re.search(r"[/:.]", origin):
            raise _Refused(f"{image.path}:{item.line} copies from the stage {origin}, which is not taken over.")
        flags = flags.replace(f"--from={origin}", f"--from={names.get(origin.lower(), origin)}")
        return f"{item.keyword} {flags} {item.body}"
    *sources, place = item.words
    paths = []
    for source in sources:
        path = join(image.context, posixpath.normpath(image.inner(source).lstrip("/") or "."))
        is_known = tree.exists(path) or _is_folder(tree, path) or GLOB.search(path) or "://" in source
        if not is_known:
            raise _Refused(f"{image.path}:{item.line} copies {source}, which is not in the project.")
        paths.append(source if "://" in source else path)
    return " ".join(filter(None, (item.keyword, flags, *paths, place)))


def _of_project(tree: Tree, image: OwnImage, item: Instruction, origins: _Origins, known: Mapping[str, str]) -> str:
    """Return an instruction that copies from a stage of Python's: what the project has, or what Django makes there."""
    origin = item.flags["from"]
    flags = item.rest[: len(item.rest) - len(item.body)].replace(f"--from={origin}", "").split()
    *sources, place = (substitute(word, known, unknown="") for word in item.words)
    stage = origins.stages[origin.lower()]
    paths = [_placed(posixpath.join(stage.workdir, source), stage.folders) for source in sources]
    inner = [posixpath.relpath(path, HOME) for path in paths if f"{path}/".startswith(f"{HOME}/")]
    if len(inner) == len(paths) and stage.name in origins.made:
        return " ".join((item.keyword, f"--from={origins.names[stage.name]}", *flags, *paths, place))
    if len(inner) == len(paths) and all(path == "." or tree.exists(path) or _is_folder(tree, path) for path in inner):
        return " ".join((item.keyword, *flags, *inner, place))
    raise _Refused(f"{image.path}:{item.line} copies from the stage {origin}, which is not taken over.")


def does_the_same(stages: Sequence[Stage], node: Node) -> bool:
    """Return whether the stages run no more than what `node` installs with, and builds, and the same comes out."""
    lines = [line for stage in stages for line in stage.instructions if line.startswith("RUN ")]
    commands = [part.strip() for line in lines for part in re.split(r"&&|;", FLAGS.sub("", line))]
    manager = node.install.split()[-2:-1] or [""]
    builds = [command for command in commands if not INSTALLS.match(command)]
    made = [path.rstrip("/") for stage in stages for path in stage.output.values()]
    same = builds in ([node.build], [node.build.replace("npm run", f"{manager[0]} run")])
    return same and sorted(made) == sorted(f"{HOME}/{path}" for path in node.output)
