"""A front end that the project's own image builds beside its Python code, with Node's package managers."""

import posixpath
import re
import shlex
from collections.abc import Iterable, Sequence

from ..data import mapping, text_of
from ..deployment.dockerfile import read_instructions
from ..deployment.evidence import Evidence
from ..deployment.kinds.record import FrontEnd
from ..findings import Certainty, Found
from ..places import join
from ..tree import Tree
from .node import node_version
from .own_stages import FLAGS, HOME, INSTALLS
from .packages import SCRIPTS, lacking_folders, version_of_node
from .record import Node, Stage

# What brings Node itself, or changes nothing that is built.
ASIDE = re.compile(r"(?:nvm|n)\s|(?:npm|yarn|pnpm)\s+(?:audit|cache|config|version)\b|\w+\s+(?:--version|-v)$")
MAKES = re.compile(r"\s*mkdir ")
PREFIX = re.compile(r"--(?:prefix|cwd|dir)[ =](\S+)")
ENVIRONMENTS = ("node_modules", ".venv", "venv", "env")
WORD = re.compile(r"[A-Za-z0-9_./:=@%+,*~^ -]+")


def built_in_place(
    tree: Tree, own: Evidence, node: Node | None, keeps: bool, static_root: str, image: str = "", tools: bool = False
) -> Found[Sequence[Stage]]:
    """Return a stage of `image`, else of Node's, that runs what the own image runs; none if `node` says all of it.

    All that it makes of the project's folder comes out, as nothing says what is made; node_modules only if it
    `keeps` them. With `tools`, a stage that only installs them is left out.
    """
    items = _commands(own)
    commands = [shlex.join(item.words) for item in items]
    builds = [command for command in commands if not INSTALLS.match(command)]
    if not items or (node and (not builds or (len(builds) == 1 and node.build.endswith(builds[0])))):
        return Found((), certainty=Certainty.INFERRED)
    if not all(WORD.fullmatch(command) for command in commands):
        return Found((), items[0].source, Certainty.INFERRED, "What builds the front end needs a shell.")
    folders = [_folder(own, item.folder) for item in items]
    base = posixpath.normpath(join(folders[0], _prefix(commands)))
    if not tree.exists(join(base, "package.json")):
        return Found((), items[0].source, Certainty.INFERRED, f"There is no package.json in {base}.")
    package = mapping(tree.json(join(base, "package.json")))
    scripts = mapping(package, "scripts")
    if not image:
        image = f"node:{node_version(version_of_node(tree, base, package, items[0].source.rpartition(':')[0]))}"
    script = next((name for name in SCRIPTS[: SCRIPTS.index("build") + 1] if name in scripts), "")
    if tools and not builds and not script:
        return Found((), certainty=Certainty.INFERRED)
    if not builds and script:  # the image only installs, and people build
        commands.append(f"{items[-1].words[0]} run {script}")
        folders.append(base)
    lines = ["COPY . /workdir", *_runs(commands, folders)]
    script = commands[-1].rpartition(" ")[2]
    if made := lacking_folders(tree, base, {name: text_of(text) for name, text in scripts.items()}, script):
        lines.insert(1, f"RUN mkdir -p {' '.join(posixpath.join(HOME, folder) for folder in made)}")
    copied = _copied_out(tree, own, items[-1].source, static_root)
    if not copied and not keeps:
        folders_of_node = dict.fromkeys(
            posixpath.normpath(posixpath.join(HOME, folder)) for folder in (base, *folders)
        )
        lines.append(f"RUN rm -rf {' '.join(f'{folder}/node_modules' for folder in folders_of_node)}")
    written = posixpath.dirname(base) if posixpath.basename(base) == "static_src" else base  # django-tailwind's layout
    if commands[len(items) :] and "../" in str(scripts):
        written = "."
    place = f"{posixpath.normpath(posixpath.join(HOME, written))}/"
    output = copied or {place: place}
    return Found([Stage("assets", image, lines, output)], items[0].source, Certainty.INFERRED)


def builds_beside(own: Evidence, stages: Iterable[Stage]) -> bool:
    """Return whether stages of Node's install only, and the own image builds with that beside its code."""
    ran = [FLAGS.sub("", line) for stage in stages for line in stage.instructions if line.startswith("RUN ")]
    only_installs = all(INSTALLS.match(part.strip()) or MAKES.match(part) for line in ran for part in line.split("&&"))
    return only_installs and any(not INSTALLS.match(shlex.join(item.words)) for item in _commands(own))


def _commands(own: Evidence) -> list[FrontEnd]:
    """Return what the own image runs for its front end, each once."""
    once = {(item.words, _folder(own, item.folder)): item for item in reversed(own.of(FrontEnd))}
    return [item for item in reversed(once.values()) if not ASIDE.match(shlex.join(item.words))]


def _copied_out(tree: Tree, own: Evidence, source: str, root: str) -> dict[str, str]:
    """Return what later stages of the own image copy from the one that builds at `source`: what it alone makes.

    None where they copy code from it, or what Django collected there.
    """
    path, _, line = source.rpartition(":")
    if not own.image or path != own.image.path:
        return {}
    instructions = read_instructions(tree.text(path) or "")
    stage = next((item.stage for item in instructions if item.line == int(line)), -1)
    begins = next(item for item in instructions if item.stage == stage and item.keyword == "FROM")
    names = {str(stage), begins.body.split()[-1].lower()}
    found: dict[str, str] = {}
    for item in instructions:
        if item.keyword != "COPY" or item.stage <= stage or item.flags.get("from", "").lower() not in names:
            continue
        *sources, place = item.words
        for copied in sources:
            if not _is_within(own, copied):
                continue
            inner = _folder(own, copied)
            collected = root and f"{inner}/".startswith(f"{root}/")
            if inner == own.root or inner in tree.python_folders or collected:
                return {}
            if _is_within(own, place) and posixpath.basename(inner) not in ENVIRONMENTS:
                found[_in_workdir(own, copied)] = _in_workdir(own, place)
    return found


def _is_within(own: Evidence, place: str) -> bool:
    return bool(own.home) and f"{place}/".startswith(f"{own.home.rstrip('/')}/")


def _in_workdir(own: Evidence, place: str) -> str:
    """Return where the template's images have a place of the own image, with its slash at the end."""
    return posixpath.normpath(posixpath.join(HOME, _folder(own, place))) + ("/" if place.endswith("/") else "")


def _folder(own: Evidence, place: str) -> str:
    """Return the folder of the project that is at a place of the own image."""
    if not _is_within(own, place):
        return own.root
    return posixpath.normpath(posixpath.join(own.root, posixpath.relpath(place, own.home)))


def _prefix(commands: Iterable[str]) -> str:
    """Return the folder that an option names instead of the one where a command runs."""
    return next((match[1] for command in commands if (match := PREFIX.search(command))), ".")


def _runs(commands: Sequence[str], folders: Sequence[str]) -> list[str]:
    """Return instructions that run commands in their folders, those of one folder together."""
    lines: list[str] = []
    before = None
    for command, folder in zip(commands, folders, strict=True):
        if folder == before:
            lines[-1] += f" && {command}"
        else:
            lines += [f"WORKDIR {posixpath.normpath(posixpath.join(HOME, folder))}", f"RUN {command}"]
        before = folder
    return lines
