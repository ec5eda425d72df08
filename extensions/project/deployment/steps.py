"""What a project's own image does to be built, and to start, as one ordered list of steps.

A Dockerfile's RUN is split into the commands of its shell. What it starts in the end is followed into the project's
scripts, and into those that they call, up to the server. Nothing is run.
"""

import posixpath
import re
import shlex
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from ..named_aside import is_template
from ..tree import Tree
from . import shell
from .dockerfile import HEREDOC, Instruction, pairs, read_instructions, split, substitute
from .makefile import of_just, recipes
from .own_image import OwnImage

MAX_STEPS = 2000
MAX_CALLS = 6  # of scripts in each other
SHELLS = frozenset(("sh", "bash", "ash", "dash", "zsh"))
# Programs that run the command behind their options; each with its options that have a value.
WRAPPERS: dict[str, tuple[str, ...]] = {
    "env": ("-u", "-C"),
    "sudo": ("-u", "-g"),
    "tini": ("-p",),
    "dumb-init": (),
    "catatonit": (),
    "time": (),
    "nohup": (),
    "nice": ("-n",),
    "command": (),
    "exec": (),
    "ddtrace-run": (),
    "opentelemetry-instrument": ("--traces_exporter", "--metrics_exporter", "--service_name"),
    "setpriv": (),
    "xvfb-run": (),
}
RUNNERS = {
    "poetry": "run",
    "pipenv": "run",
    "uv": "run",
    "pdm": "run",
    "hatch": "run",
    "newrelic-admin": "run-program",
}
ENDLESS = ("true", ":", "[ true ]", "[[ true ]]", "[ 1 ]", "[[ 1 ]]", "((1))", "(( 1 ))", "/bin/true")  # of a `while`
ARRAY = re.compile(r'"?\$\{(\w+)\[[@*]\]\}"?')  # all of an array of Bash's
UNITS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}  # of `sleep`
OF_USERS = ("gosu", "su-exec", "setuser")  # the user comes first


class Phase(StrEnum):
    """When a step runs."""

    BUILD = "build"
    START = "start"


@dataclass(frozen=True)
class Step:
    """A command, or an instruction that is none, of what builds the image or starts in it.

    `keyword` is the instruction's: RUN of each command in it, and of all that runs at the start. `final`: it is of
    the stage that runs, or of one that this is FROM. `given` are the variables before the command alone.
    `condition` is a text: what the command depends on, where nothing here says whether it holds. `may_fail`: what
    follows runs even if it does. `every`: seconds after which a loop without an end runs it again, 0 of all else.
    `plain`: it can be written anew from its words.
    """

    source: str  # path:line
    phase: Phase
    keyword: str
    words: tuple[str, ...]
    text: str
    stage: str = ""
    final: bool = True
    environment: Mapping[str, str] = field(default_factory=dict, hash=False)
    given: Mapping[str, str] = field(default_factory=dict, hash=False)
    workdir: str = "/"
    user: str = ""
    condition: str = ""
    may_fail: bool = False
    background: bool = False
    every: int = 0
    plain: bool = True

    @property
    def program(self) -> str:
        """Return the name of what runs, without its folder."""
        return self.words[0].rpartition("/")[2] if self.words else ""


@dataclass
class _Image:
    """What a stage has so far."""

    name: str
    final: bool
    values: dict[str, str] = field(default_factory=dict)
    environment: dict[str, str] = field(default_factory=dict)
    workdir: str = "/"
    user: str = ""
    copies: list[tuple[str, str, str]] = field(default_factory=list)  # (stage or "", source, place)
    entrypoint: Instruction | None = None
    command: Instruction | None = None


@dataclass(frozen=True)
class Place:
    """Where the files of the project are in a container: `find` returns the path in the project, "" for none."""

    tree: Tree
    copies: tuple[tuple[str, str], ...] = ()  # (folder or file of the project, place)

    def find(self, path: str) -> str:
        """Return which of the project's files is at a path of the container."""
        for source, place in reversed(self.copies):
            if path == place and self.tree.exists(source):
                return source
            inner = posixpath.normpath(posixpath.join(source, posixpath.relpath(path, place)))
            if path.startswith(f"{place.rstrip('/')}/") and self.tree.exists(inner):
                return inner
        name = path.rpartition("/")[2]
        same = [other for other in self.tree.named(name) if not is_template(other)]
        return same[0] if len(same) == 1 else ""


@dataclass(frozen=True)
class OwnSteps:
    """All steps of an own image, in their order, and where in it the project's files are."""

    steps: tuple[Step, ...] = ()
    place: Place | None = None
    workdir: str = "/"
    home: str = ""  # where the image has the folder that is copied as a whole
    root: str = "."  # which folder of the project that is


def read_own_steps(tree: Tree, image: OwnImage) -> OwnSteps:
    """Return what the image's Dockerfile does, stage by stage, and what starts in it."""
    text = tree.text(image.path) or ""
    instructions = read_instructions(text)
    stages = _Stages(tree, image, instructions, text.split("\n"))
    steps = list(stages.read())
    final = stages.final
    if final is None:
        return OwnSteps()
    place = Place(tree, tuple(stages.files(final)))
    steps += stages.starting(final, place)
    home, root = _home(tree, image, place)
    return OwnSteps(tuple(steps[:MAX_STEPS]), place, final.workdir, home or final.workdir, root)


def _home(tree: Tree, image: OwnImage, place: Place) -> tuple[str, str]:
    """Return where an image has the project, or a folder of it, and which that is."""
    home, root = "", "."
    for source, where in place.copies:
        if where == "/":
            continue
        if source in (".", image.context):
            return where, source
        if any(path.startswith(f"{source}/") for path in tree.paths):
            home, root = where, source
            for context in (".", image.context):
                below = f"/{posixpath.relpath(source, context)}"
                if where.endswith(below) and where != below:
                    home, root = where.removesuffix(below), context
                    break
    return home, root


class _Stages:
    """Reads the stages that the final one is made of."""

    def __init__(self, tree: Tree, image: OwnImage, instructions: list[Instruction], lines: list[str]):
        self.tree, self.image, self.instructions, self.lines = tree, image, instructions, lines
        self.arguments: dict[str, str] = {}
        self.bases: list[str] = []
        self.names: dict[str, int] = {}
        for item in instructions:
            if item.keyword == "ARG" and item.stage < 0:
                self.arguments |= {name: substitute(value, self.arguments) for name, value in pairs(item).items()}
            elif item.keyword == "FROM":
                words = item.body.split()
                self.bases.append(substitute(words[0], self.arguments).lower() if words else "")
                self.names[str(item.stage)] = item.stage
                if len(words) > 2 and words[1].upper() == "AS":
                    self.names[words[2].lower()] = item.stage
        self.last = self.names.get(image.target.lower(), len(self.bases) - 1)
        self.lineage = self._lineage()
        self.needed = self._needed()
        self.images: dict[int, _Image] = {}
        self.final: _Image | None = None

    def _lineage(self) -> set[int]:
        found, stage = set(), self.last
        while stage >= 0 and stage not in found:
            found.add(stage)
            parent = self.names.get(self.bases[stage], -1)
            stage = parent if parent < stage else -1
        return found

    def _needed(self) -> set[int]:
        needed = set(self.lineage)
        for item in reversed(self.instructions):
            if item.stage not in needed:
                continue
            names = [self.bases[item.stage]] if item.keyword == "FROM" else []
            names += [flag for flag in (item.flags.get("from", ""),) if flag]
            names += re.findall(r"--mount=\S*from=([\w.-]+)", item.rest)
            needed |= {self.names[name.lower()] for name in names if self.names.get(name.lower(), 99) < item.stage}
        return needed

    def read(self) -> Iterator[Step]:
        for item in self.instructions:
            if item.stage not in self.needed:
                continue
            if item.keyword == "FROM":
                self._begin(item)
            else:
                yield from self._instruction(item, self.images[item.stage])
        self.final = self.images.get(self.last)

    def _begin(self, item: Instruction) -> None:
        words = item.body.split()
        name = words[2] if len(words) > 2 and words[1].upper() == "AS" else str(item.stage)
        parent = self.images.get(self.names.get(self.bases[item.stage], -1))
        made = _Image(name, item.stage in self.lineage)
        if parent:
            made.environment, made.copies = dict(parent.environment), list(parent.copies)
            made.values, made.workdir, made.user = dict(parent.environment), parent.workdir, parent.user
            made.entrypoint, made.command = parent.entrypoint, parent.command
        self.images[item.stage] = made

    def _instruction(self, item: Instruction, made: _Image) -> Iterator[Step]:
        source = f"{self.image.path}:{item.line}"
        if item.keyword == "RUN":
            yield from self._run(item, made, source)
            return
        words = [substitute(word, made.values) for word in item.words]
        if item.keyword == "ARG":
            given = pairs(item)
            made.values |= {
                name: substitute(value, made.values) if value else self.arguments.get(name, "")
                for name, value in given.items()
            }
            return
        if item.keyword == "ENV":
            set_ = {name: substitute(value, made.values, unknown="") for name, value in pairs(item).items()}
            made.environment |= set_
            made.values |= set_
            words = [f"{name}={value}" for name, value in set_.items()]
        elif item.keyword == "WORKDIR" and words:
            made.workdir = posixpath.normpath(posixpath.join(made.workdir, words[0]))
        elif item.keyword == "USER" and words:
            made.user = words[0]
        elif item.keyword in ("COPY", "ADD"):
            if "from" not in item.flags:
                words = [*map(self.image.inner, words[:-1]), *words[-1:]]
            self._copy(item, made, words)
        elif item.keyword == "ENTRYPOINT":
            made.entrypoint, made.command = item, made.command
        elif item.keyword == "CMD":
            made.command = item
        if item.keyword in ("ENV", "COPY", "ADD", "EXPOSE", "VOLUME", "USER", "WORKDIR", "SHELL"):
            text = f"{item.keyword} {item.rest}"
            yield self._step(made, source, item.keyword, tuple(words), text)

    def _step(self, made: _Image, source: str, keyword: str, words: tuple[str, ...], text: str) -> Step:
        return Step(
            source,
            Phase.BUILD,
            keyword,
            words,
            text,
            made.name,
            made.final,
            dict(made.environment),
            {},
            made.workdir,
            made.user,
        )

    def _copy(self, item: Instruction, made: _Image, words: list[str]) -> None:
        if len(words) < 2 or "<<" in item.body:
            return
        origin = item.flags.get("from", "").lower()
        place = posixpath.join(made.workdir, words[-1])
        is_folder = words[-1].endswith(("/", ".")) or len(words) > 2
        for word in words[:-1]:
            target = posixpath.normpath(place)
            source = posixpath.normpath(word if origin else posixpath.join(self.image.context, word.lstrip("/")))
            whole = not origin and not self.tree.exists(source)  # a folder: what is in it is copied
            if is_folder and not whole and not (origin and not posixpath.splitext(word)[1]):
                target = posixpath.join(target, posixpath.basename(source))
            made.copies.append((origin, source, target))

    def files(self, made: _Image, depth: int = 0) -> Iterator[tuple[str, str]]:
        """Yield which file or folder of the project is where, also by way of other stages."""
        for origin, source, place in made.copies:
            if not origin:
                yield source, place
                continue
            other = self.images.get(self.names.get(origin, -1))
            if other is None or depth > MAX_CALLS:
                continue
            for inner, where in self.files(other, depth + 1):
                if where == source or where.startswith(f"{source.rstrip('/')}/"):
                    yield inner, posixpath.normpath(posixpath.join(place, posixpath.relpath(where, source)))
                elif source.startswith(f"{where.rstrip('/')}/"):
                    yield posixpath.normpath(posixpath.join(inner, posixpath.relpath(source, where))), place

    def _run(self, item: Instruction, made: _Image, source: str) -> Iterator[Step]:
        body = item.body.strip()
        first = self._step(made, source, "RUN", (), body)
        runner = _Runner(Place(self.tree, tuple(self.files(made))), first, dict(made.values))
        if "mount" in item.flags and "secret" in item.rest:
            first = replace(first, plain=False)
        if heredoc := HEREDOC.match(body):
            text = "\n".join(self._here_document(item.line, heredoc[2]))
            yield from runner.script(text, item.line + 1, self.image.path)
        elif body.startswith("["):
            yield from runner.words(item.words, item.line, self.image.path)
        else:
            yield from runner.script(body, item.line, self.image.path, one_line=True)

    def _here_document(self, line: int, ending: str) -> Iterator[str]:
        for text in self.lines[line:]:
            if text.strip() == ending:
                return
            yield text

    def starting(self, made: _Image, place: Place) -> Iterator[Step]:
        """Yield what runs when a container of the image starts, as the site's Compose service has it."""
        service = self.image.service
        entry = _exec_words(made.entrypoint) if made.entrypoint else []
        command = _exec_words(made.command) if made.command else []
        line = (made.entrypoint or made.command).line if made.entrypoint or made.command else 1  # type: ignore[union-attr]
        source, environment = f"{self.image.path}:{line}", dict(made.environment)
        if service:
            environment |= {name: substitute(value, {}) for name, value in service.environment.items()}
            if service.entrypoint_words:
                entry, command, source = list(service.entrypoint_words), [], service.source
            if service.command_words:
                command, source = list(service.command_words), service.source
        first = Step(source, Phase.START, "RUN", (), "", made.name, True, environment, {}, made.workdir, made.user)
        path, _, number = source.rpartition(":")
        yield from _Runner(place, first, dict(environment)).words([*entry, *command], int(number), path)


def read_script(tree: Tree, text: str, source: str, phase: Phase = Phase.START) -> list[Step]:
    """Return the steps of a command line that runs in the project's root, as those of a Procfile do."""
    path, _, number = source.rpartition(":")
    first = Step(source, phase, "RUN", (), "", workdir="/")
    runner = _Runner(Place(tree, ((".", "/"),)), first, {})
    return list(runner.script(text, int(number) if number.isdecimal() else 1, path, one_line=True))[:MAX_STEPS]


def _exec_words(item: Instruction) -> list[str]:
    """Return the words of an ENTRYPOINT or CMD: its shell form is run by a shell."""
    return item.words if item.body.strip().startswith("[") else ["/bin/sh", "-c", item.body.strip()]


@dataclass
class _State:
    """What holds where a script has come to."""

    strict: bool = False
    ended: bool = False
    returned: bool = False  # whether it ended by `return`, which ends a function alone
    condition: str = ""
    may_fail: bool = False
    background: bool = False
    every: int = 0
    functions: dict[str, shell.Block] = field(default_factory=dict)


class _Runner:
    """Follows scripts, without running anything, and yields a Step for each command that does something."""

    def __init__(self, place: Place, first: Step, values: dict[str, str], calls: tuple[str, ...] = ()):
        self.place, self.first, self.values, self.calls = place, first, values, calls
        self.exported: dict[str, str] = dict(first.environment)
        self.workdir = first.workdir
        self.arrays: dict[str, list[shell.Expanded]] = {}
        self.folders: list[str] = []  # those that `popd` goes back to
        self.state = _State()
        self.path, self.start, self.one_line = "", 1, False
        self.arguments: list[str] | None = None

    def script(self, text: str, line: int, path: str, one_line: bool = False) -> Iterator[Step]:
        """Yield the steps of a script that begins in a line of a file; in `one_line`, all have that line."""
        self.path, self.start, self.one_line = path, line, one_line
        first = text.split("\n", 1)[0]
        self.state.strict = self.state.strict or bool(re.match(r"#!.*sh\s+-\w*e", first))
        block = shell.parse(text)
        if block is not None:
            yield from self._block(block)
        else:
            yield from self._lines(text)

    def _lines(self, text: str) -> Iterator[Step]:
        """Yield the lines of a script that is not understood as a whole: no one knows which of them run."""
        for number, line in enumerate(text.split("\n")[:500], 1):
            block = shell.parse(line)
            simple = [part.node for part in block.parts] if block else []
            for node in simple:
                if isinstance(node, shell.Simple):
                    node = replace(node, line=number)
                    self.state.condition = "what stands around it"
                    yield from self._simple(node)

    def words(self, words: Iterable[str], line: int, path: str) -> Iterator[Step]:
        """Yield the steps of a command that no shell splits."""
        self.path, self.start, self.one_line = path, line, True
        words = list(words)
        if words:
            quoted = tuple(shlex.quote(word) for word in words)
            yield from self._simple(shell.Simple(quoted, 1, " ".join(quoted)))

    def _source(self, node: shell.Simple) -> str:
        return f"{self.path}:{self.start if self.one_line else self.start + node.line - 1}"

    def _block(self, block: shell.Block) -> Iterator[Step]:
        if block.own:
            kept = self.workdir, dict(self.values), dict(self.exported), self.state.ended
        for index, part in enumerate(block.parts):
            if self.state.ended:
                break
            following = block.parts[index + 1].operator if index + 1 < len(block.parts) else None
            before = self.state.condition, self.state.may_fail, self.state.background
            if part.operator == "||":
                if self._is_way_out(part.node):
                    continue
                self.state.condition = self.state.condition or "a failure of what is before it"
            ignored = following == "||" and self._goes_on(block.parts[index + 1].node)
            ignored = ignored or (not self.state.strict and following == "")
            self.state.may_fail = self.state.may_fail or ignored
            self.state.background = self.state.background or part.background
            yield from self._node(part.node)
            self.state.condition, self.state.may_fail, self.state.background = before
        if block.own:
            self.workdir, self.values, self.exported, self.state.ended = kept

    @staticmethod
    def _is_way_out(node: shell.Node) -> bool:
        """Return whether what runs after a failure says so, ends the script, or does nothing."""
        nodes = [part.node for part in node.parts] if isinstance(node, shell.Block) else [node]
        return all(
            isinstance(item, shell.Simple)
            and item.words[:1]
            and item.words[0] in ("true", ":", "echo", "exit", "return", "printf")
            for item in nodes
        )

    def _goes_on(self, node: shell.Node) -> bool:
        nodes = [part.node for part in node.parts] if isinstance(node, shell.Block) else [node]
        return not any(isinstance(item, shell.Simple) and item.words[:1] in (("exit",), ("return",)) for item in nodes)

    def _node(self, node: shell.Node) -> Iterator[Step]:
        if isinstance(node, shell.Simple):
            yield from self._simple(node)
        elif isinstance(node, shell.Block):
            yield from self._block(node)
        elif isinstance(node, shell.Function):
            self.state.functions[node.name] = node.body
        elif isinstance(node, shell.Loop):
            yield from self._under("a loop", node.head, may_fail=True)
            before, self.state.every = self.state.every, self._pause(node)
            yield from self._under("a loop", node.body)
            self.state.every = before
        elif isinstance(node, shell.If):
            yield from self._if(node)
        elif isinstance(node, shell.Case):
            yield from self._case(node)

    def _pause(self, loop: shell.Loop) -> int:
        """Return for how many seconds a loop sleeps that never ends; 0 of any other."""
        commands = [
            part.node.words for part in (*loop.head.parts, *loop.body.parts) if isinstance(part.node, shell.Simple)
        ]
        if not commands or (" ".join(commands[0]) not in ENDLESS and commands[0][:1] != ("sleep",)):
            return 0
        slept = next((words[1] for words in commands if words[0] == "sleep" and len(words) == 2), "")
        match = re.fullmatch(r"(\d+)(?:\.\d+)?([smhd]?)", shell.expand(slept, self._known()).text)
        return max(1, int(match[1]) * UNITS[match[2]]) if match else 0

    def _under(self, condition: str, block: shell.Block, may_fail: bool = False) -> Iterator[Step]:
        """Yield what may run: whether it ends the script is not known then."""
        before, ended, failing = self.state.condition, self.state.ended, self.state.may_fail
        self.state.condition, self.state.may_fail = before or condition, failing or may_fail
        yield from self._block(block)
        self.state.condition, self.state.ended, self.state.may_fail = before, ended, failing

    def _if(self, node: shell.If) -> Iterator[Step]:
        unknown = ""
        for condition, body in node.branches:
            holds = self._holds(condition)
            if holds is None:
                # The commands of a condition run; what follows from them is not known.
                failing = self.state.may_fail
                self.state.may_fail = True
                yield from self._commands_of(condition)
                self.state.may_fail = failing
                unknown = unknown or self._text(condition)
                yield from self._under(unknown, body)
            elif holds:
                yield from self._under(unknown, body) if unknown else self._block(body)
                return
        yield from self._under(unknown, node.otherwise) if unknown else self._block(node.otherwise)

    @staticmethod
    def _text(block: shell.Block) -> str:
        texts = [f"{part.operator} {part.node.text}" for part in block.parts if isinstance(part.node, shell.Simple)]
        return " ".join(texts).strip() or "a condition"

    def _commands_of(self, condition: shell.Block) -> Iterator[Step]:
        for part in condition.parts:
            node = part.node
            if isinstance(node, shell.Simple) and node.words[:1] and node.words[0] not in ("[", "[[", "test"):
                yield from self._simple(node)

    def _case(self, node: shell.Case) -> Iterator[Step]:
        word = shell.expand(node.word, self._known())
        for patterns, body in node.branches:
            if not word.known:
                yield from self._under(f"{node.word} in {' | '.join(patterns)}", body)
            elif any(_matches(pattern, word.text) for pattern in patterns):
                yield from self._block(body)
                return

    def _holds(self, block: shell.Block) -> bool | None:
        """Return whether a condition is true, None where that is not known."""
        result: bool | None = None
        for part in block.parts:
            if part.operator == "&&" and result is False:
                continue
            if part.operator == "||" and result is True:
                continue
            found = self._test(part.node)
            if part.operator == "&&":
                result = False if found is False else (result and found)
            elif part.operator == "||":
                result = True if found is True else (None if result is None else found)
            else:
                result = found
        return result

    def _test(self, node: shell.Node) -> bool | None:
        if not isinstance(node, shell.Simple) or not node.plain:
            return None
        words = list(node.words)
        denied = words[:1] == ["!"]
        words = words[1:] if denied else words
        if words[:1] in (["["], ["[["]) and words[-1] in ("]", "]]"):
            words = words[1:-1]
        elif words[:1] == ["test"]:
            words = words[1:]
        elif words in (["true"], ["false"]):
            return (words == ["true"]) != denied
        else:
            return None
        while words[:1] == ["!"]:
            words, denied = words[1:], not denied
        found = self._expression(words)
        return None if found is None else found != denied

    def _expression(self, words: list[str]) -> bool | None:
        """Return what a test says: https://pubs.opengroup.org/onlinepubs/9799919799/utilities/test.html."""
        read = [shell.expand(word, self._known()) for word in words]
        if len(words) == 2 and words[0] in ("-f", "-e", "-d", "-r", "-s", "-x"):
            return True if read[1].known and self._exists(read[1].text) else None
        if not all(item.known for item in read) or any(word in ("-a", "-o", "(", "\\(") for word in words):
            return None
        texts = [item.text for item in read]
        if len(texts) == 1:
            return bool(texts[0])
        if len(texts) == 2 and texts[0] in ("-n", "-z"):
            return bool(texts[1]) == (texts[0] == "-n")
        if len(texts) == 3 and texts[1] in ("=", "==", "-eq"):
            return _matches(texts[2], texts[0])
        if len(texts) == 3 and texts[1] in ("!=", "-ne"):
            return not _matches(texts[2], texts[0])
        return None

    def _exists(self, path: str) -> bool:
        absolute = posixpath.normpath(posixpath.join(self.workdir, path))
        found = self.place.find(absolute)
        return bool(found) and any(
            absolute == where or absolute.startswith(f"{where.rstrip('/')}/") for _, where in self.place.copies
        )

    def _known(self) -> dict[str, str]:
        if self.arguments is None:
            return self.values
        numbered = {str(index): word for index, word in enumerate(self.arguments, 1)}
        every = " ".join(self.arguments)
        return {**self.values, "1": "", **numbered, "@": every, "*": every, "#": str(len(self.arguments))}

    def _simple(self, node: shell.Simple) -> Iterator[Step]:
        words: list[str] = []
        given: dict[str, str] = {}
        plain, known = node.plain, self._known()
        for word in node.words:
            if not words and shell.ASSIGNMENT.match(word):
                name, _, value = word.partition("=")
                if value.startswith("(") and self.state.condition:
                    continue  # it may not be so
                if value.startswith("("):
                    self.arrays[name.rstrip("+")] = [
                        *(self.arrays.get(name[:-1], ()) if name.endswith("+") else ()),
                        *(shell.expand(item, known) for item in split(value.strip("()"), comments=True)),
                    ]
                    continue
                read = shell.expand(value, known)
                if read.known:
                    given[name.rstrip("+")] = read.text
                elif "$(" not in value and "`" not in value:
                    given[name.rstrip("+")] = ""
                continue
            if word in ('"$@"', "$@", '"${@}"', "$*") and self.arguments is not None:
                words += self.arguments
                continue
            if (array := ARRAY.fullmatch(word)) and array[1] in self.arrays:
                plain = plain and all(item.known for item in self.arrays[array[1]])
                words += [item.text for item in self.arrays[array[1]]]
                continue
            read = shell.expand(word, known)
            if not read.text and not read.known and word.startswith("$"):
                continue
            plain = plain and read.known
            # A shell splits what it fills in where no quotes are.
            words += (
                read.text.split() if read.known and "$" in word and not re.search(r"[\"'\\]", word) else [read.text]
            )
        if not words:
            self.values |= given
            return
        yield from self._command(node, words, given, plain)

    def _command(self, node: shell.Simple, words: list[str], given: dict[str, str], plain: bool) -> Iterator[Step]:
        words, user, replaced = _unwrapped(words, given)
        if not words:
            return
        name = words[0].rpartition("/")[2]
        if self._changes_state(name, words):
            return
        if len(words) > 2 and "--" in words and "wait" in name:  # wait-for-it and others of its kind
            index = words.index("--")
            yield self._step(node, words[:index], given, plain)
            yield from self._command(node, words[index + 1 :], given, plain)
            return
        inner = self._called(name, words, given)
        if inner is not None:
            yield from inner
        else:
            step = self._step(node, words, given, plain)
            yield replace(step, user=user) if user else step
        if replaced and not self.state.condition:
            self.state.ended = True

    def _changes_state(self, name: str, words: list[str]) -> bool:
        """Return whether a command only changes what holds for those after it."""
        if name == "popd":
            self.workdir = self.folders.pop() if self.folders else self.workdir
        elif name in ("cd", "pushd"):
            if name == "pushd":
                self.folders.append(self.workdir)
            self.workdir = (
                posixpath.normpath(posixpath.join(self.workdir, words[1])) if len(words) > 1 else self.workdir
            )
        elif name in ("export", "declare", "readonly", "local"):
            pairs_ = [word.partition("=") for word in words[1:] if not word.startswith("-")]
            set_ = {key: value for key, sign, value in pairs_ if sign}
            self.values |= set_
            self.exported |= set_
        elif name == "set":
            options = " ".join(words[1:])
            self.state.strict = self.state.strict or bool(re.search(r"(?:^|\s)-\w*e|errexit", options))
            if re.search(r"\+\w*e", options):
                self.state.strict = False
            if "--" in words and self.arguments is not None:
                self.arguments = words[words.index("--") + 1 :]
        elif name in ("exit", "return"):
            if not self.state.condition:
                self.state.ended, self.state.returned = True, name == "return"
        elif name == "shift" and self.arguments:
            self.arguments = self.arguments[1:]
        else:
            return name in ("unset", "trap", "wait", "true", ":", "umask", "ulimit", "shopt", "[", "[[", "test")
        return True

    def _called(self, name: str, words: list[str], given: dict[str, str]) -> Iterator[Step] | None:
        """Return the steps of a script, a function or a text that a command runs; None where it is none of these."""
        if name in self.state.functions and len(self.calls) < MAX_CALLS:
            return self._function(name, words[1:])
        if name in ("make", "just"):
            return self._make(name, words[1:], given)
        if name in SHELLS and len(words) > 1:
            options = []
            rest = words[1:]
            while rest and rest[0].startswith("-") and rest[0] != "-":
                options.append(rest.pop(0))
                if options[-1] in ("-o", "+o") and rest:
                    options.append(rest.pop(0))
            strict = any(re.fullmatch(r"-\w*e\w*", option) for option in options)
            if any(re.fullmatch(r"-\w*c", option) for option in options) and rest:
                return self._inner(rest[0], self.start, self.path, rest[2:], given, strict, True)
            words = rest
        elif name in (".", "source") and len(words) > 1:
            words = words[1:]
        elif posixpath.splitext(name)[1] not in ("", ".sh", ".bash") or words[0] == name == "manage.py":
            return None
        return self._file(words, given, name in (".", "source"))

    def _file(self, words: list[str], given: dict[str, str], here: bool) -> Iterator[Step] | None:
        if not words or ("/" not in words[0] and not words[0].endswith((".sh", ".bash")) and not here):
            in_path = (
                next((place for _, place in self.place.copies if place.endswith(f"bin/{words[0]}")), "")
                if words
                else ""
            )
            if not in_path:
                return None
            words = [in_path, *words[1:]]
        path = self.place.find(posixpath.normpath(posixpath.join(self.workdir, words[0])))
        if not path or path in self.calls or len(self.calls) >= MAX_CALLS:
            return None
        text = self.place.tree.text(path) or ""
        if not path.endswith((".sh", ".bash")) and not re.match(r"#!.*\b(?:ba|da|a|z)?sh\b", text):
            return None
        return self._inner(text, 1, path, words[1:], given, self.state.strict if here else False, False)

    def _make(self, name: str, words: list[str], given: dict[str, str]) -> Iterator[Step] | None:
        """Return the steps of a Makefile's targets; None where there is no such file, or it is called in itself."""
        folder = words[words.index("-C") + 1] if "-C" in words[:-1] else "."
        names = ("Makefile", "makefile") if name == "make" else ("justfile", "Justfile", ".justfile")
        places = (posixpath.normpath(posixpath.join(self.workdir, folder, file)) for file in names)
        path = next(filter(None, map(self.place.find, places)), "")
        if not path or path in self.calls or len(self.calls) >= MAX_CALLS:
            return None
        targets = [word for word in words if not word.startswith("-") and "=" not in word and word != folder]
        content = self.place.tree.text(path) or ""
        found = list(recipes(content if name == "make" else of_just(content), targets))
        return (
            (step for recipe in found for step in self._inner(recipe.text, recipe.line, path, [], given, True, False))
            if found
            else None
        )

    def _function(self, name: str, arguments: list[str]) -> Iterator[Step]:
        kept, calls = self.arguments, self.calls
        self.arguments, self.calls = arguments, (*calls, name)
        yield from self._block(self.state.functions[name])
        if self.state.returned:
            self.state.ended = self.state.returned = False
        self.arguments, self.calls = kept, calls

    def _inner(
        self,
        text: str,
        line: int,
        path: str,
        arguments: list[str],
        given: dict[str, str],
        strict: bool,
        one_line: bool,
    ) -> Iterator[Step]:
        first = replace(self.first, environment={**self.exported, **given}, workdir=self.workdir)
        runner = _Runner(self.place, first, {**self.exported, **given}, (*self.calls, path))
        runner.arguments = arguments
        runner.state = replace(
            self.state, strict=strict, ended=False, functions=dict(self.state.functions) if one_line else {}
        )
        yield from runner.script(text.replace("\\\n", " ") if one_line else text, line, path, one_line)
        if path.endswith((".sh", ".bash", "")) and not one_line:
            self.values |= {name: value for name, value in runner.exported.items() if name not in self.values}

    def _step(self, node: shell.Simple, words: list[str], given: dict[str, str], plain: bool) -> Step:
        return replace(
            self.first,
            source=self._source(node),
            words=tuple(words[:400]),
            text=" ".join(node.text.split())[:4000],
            environment=dict(self.exported),
            given=given,
            workdir=self.workdir,
            condition=self.state.condition[:200],
            may_fail=self.state.may_fail,
            background=self.state.background,
            every=self.state.every,
            plain=plain and self.first.plain,
        )


def _matches(pattern: str, text: str) -> bool:
    """Return whether a text is what a pattern of a shell says; a pattern in quotes is a text."""
    plain = pattern.strip("\"'")
    if not re.search(r"[*?\[]", plain):
        return plain == text
    parts = re.split(r"([*?])", plain)
    expression = "".join({"*": ".*", "?": "."}.get(part, re.escape(part)) for part in parts)
    return re.fullmatch(expression, text, re.DOTALL) is not None


def _unwrapped(words: list[str], given: dict[str, str]) -> tuple[list[str], str, bool]:
    """Return a command without what only starts it; the user it changes to; whether it takes the shell's place."""
    user, replaced = "", False
    for _ in range(8):
        if not words:
            break
        name = words[0].rpartition("/")[2]
        if name == "exec":
            replaced = True
        if words[0] == "!":
            words = words[1:]
        elif name in OF_USERS and len(words) > 2:
            user, words = words[1], words[2:]
        elif name in ("su", "runuser") and "-c" in words[:-1]:
            names = [word for word in words[1 : words.index("-c")] if not word.startswith("-")]
            user, words = (names or ["root"])[0], ["sh", "-c", words[words.index("-c") + 1]]
        elif name in RUNNERS and RUNNERS[name] in words[1:3]:
            words = _without_options(
                words[words.index(RUNNERS[name]) + 1 :], ("--group", "--extra", "--project", "-p")
            )
        elif name in WRAPPERS and len(words) > 1:
            words = _without_options(words[1:], WRAPPERS[name])
            while words and shell.ASSIGNMENT.match(words[0]):
                variable, _, value = words[0].partition("=")
                given[variable] = value
                words = words[1:]
        else:
            break
    return words, user, replaced


def _without_options(words: list[str], with_value: tuple[str, ...]) -> list[str]:
    while words and words[0].startswith("-"):
        if words[0] == "--":
            return words[1:]
        words = words[2:] if words[0] in with_value else words[1:]
    return words
