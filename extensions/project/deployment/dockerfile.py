"""What a Dockerfile says, instruction by instruction: https://docs.docker.com/reference/dockerfile/."""

import json
import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

HEREDOC = re.compile(r"<<-?\s*([\"']?)(\w+)\1")
FLAG = re.compile(r"--[a-z][a-z-]*(=\S*)?\s+")
MAX_LENGTH = 4000  # characters of a text with its variables filled in: a few that name each other grow without end
VARIABLE = re.compile(r"\$(?:\{(\w+)(?::?-([^}$]*))?[^}]*\}|(\w+))")


@dataclass(frozen=True)
class Instruction:
    """One instruction: its keyword in capitals, the rest as one line, where it starts, and the stage it is in."""

    keyword: str
    rest: str
    line: int
    stage: int  # 0 is the first FROM; -1 is before it

    @property
    def flags(self) -> dict[str, str]:
        """Return the flags ("--from=build" is {"from": "build"}) that precede the arguments."""
        return {
            name[2:]: value
            for name, _, value in (flag.partition("=") for flag in self.rest[: self._flags_end()].split())
        }

    @property
    def body(self) -> str:
        """Return the arguments without the flags."""
        return self.rest[self._flags_end() :]

    @property
    def words(self) -> list[str]:
        """Return the arguments as a list: of the exec form (JSON), or split as a shell would."""
        body = self.body.strip()
        if body.startswith("["):
            try:
                words = json.loads(body)
            except (ValueError, RecursionError):
                words = None
            if isinstance(words, list):
                return [word for word in words if isinstance(word, str)]
        return split(body)

    def _flags_end(self) -> int:
        end = 0
        while match := FLAG.match(self.rest, end):
            end = match.end()
        return end


def is_dockerfile(path: str) -> bool:
    """Return whether a path is named as Dockerfiles are: Dockerfile.prod, web.dockerfile, WebDockerfile …"""
    stated = path.rpartition("/")[2]
    name = stated.lower()
    named = name.startswith(("dockerfile", "containerfile")) or name.endswith(
        (".dockerfile", "_dockerfile", "-dockerfile")
    )
    named = named or stated.endswith("Dockerfile")
    return named and not name.endswith((".dockerignore", ".md", ".rst", ".sh", ".py", ".jinja", ".j2"))


def split(command: str, comments: bool = False) -> list[str]:
    """Return the words of a shell command; where the quotes do not match, what lies between spaces."""
    try:
        return shlex.split(command, comments)
    except ValueError:
        return command.split()


@lru_cache(maxsize=64)  # several readers ask for the same files
def read_instructions(text: str) -> list[Instruction]:
    """Return a Dockerfile's instructions, with continuation lines joined, and comments and here-documents left out."""
    found: list[Instruction] = []
    stage = -1
    for line, logical in logical_lines(text):
        keyword, _, rest = logical.partition(" ")
        keyword = keyword.upper()
        if keyword == "FROM":
            stage += 1
        if keyword.isalpha():
            found.append(Instruction(keyword, rest.strip(), line, stage))
    return found


def logical_lines(text: str, here_documents: bool = False) -> Iterator[tuple[int, str]]:
    """Yield each instruction as one line, with the number of its first; comments are left out.

    The lines of here-documents are left out too, or, with `here_documents`, are lines of their own: a RUN may install
    there.
    """
    escape, start = "\\", 0
    parts: list[str] = []
    pending: list[str] = []
    for number, line in enumerate(text.split("\n"), 1):
        stripped = line.strip()
        if pending:
            if stripped == pending[0]:
                pending.pop(0)
            continue
        if stripped.startswith("#") or (parts and not stripped):
            if stripped.replace(" ", "").lower() == "#escape=`" and not parts and not start:
                escape = "`"
            continue
        if not stripped:
            continue
        start = start if parts else number
        if stripped.endswith(escape):
            parts.append(stripped[:-1].strip())
            continue
        parts.append(stripped)
        logical = " ".join(part for part in parts if part).replace("\t", " ")
        parts = []
        if not here_documents and logical.split(" ", 1)[0].upper() in ("RUN", "COPY", "ADD"):
            pending = [match[2] for match in HEREDOC.finditer(logical)]
        yield start, logical
    if parts:
        yield start, " ".join(parts)


def substitute(text: str, values: Mapping[str, str], unknown: str | None = None) -> str:
    """Return `text` with $NAME, ${NAME} and ${NAME:-default} replaced by their values.

    Where neither is known they stay, or are replaced by `unknown`. No more than MAX_LENGTH characters are returned.
    """

    def replacement(match: re.Match[str]) -> str:
        name = match[1] or match[3]
        if name in values:
            return values[name]
        if match[2] is not None:
            return match[2]
        return match[0] if unknown is None else unknown

    return VARIABLE.sub(replacement, text[:MAX_LENGTH])[:MAX_LENGTH]


def pairs(instruction: Instruction) -> dict[str, str]:
    """Return what an ENV, ARG or LABEL sets; both `ENV A=1 B=2` and the old `ENV A 1`. An ARG without default: ""."""
    words = instruction.words
    if instruction.keyword == "ENV" and words and "=" not in words[0]:
        return {words[0]: " ".join(words[1:])}
    return {name: value for name, _, value in (word.partition("=") for word in words) if name}


@dataclass
class Variables:
    """The values that a Dockerfile gives its build arguments and variables, in any of its stages, and their lines."""

    values: dict[str, str] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)


@lru_cache(maxsize=64)
def variables(text: str) -> Variables:
    """Return what a Dockerfile's ARG and ENV set; of several, the first."""
    found = Variables()
    for instruction in read_instructions(text):
        if instruction.keyword in ("ARG", "ENV"):
            for name, value in pairs(instruction).items():
                if name not in found.values and (value or f"{name}=" in instruction.rest):
                    found.values[name] = substitute(value, found.values, unknown="")[:500]
                    found.lines[name] = instruction.line
    return found


def global_arguments(instructions: list[Instruction]) -> dict[str, str]:
    """Return the defaults of the arguments before the first FROM: those that a FROM can use."""
    found: dict[str, str] = {}
    for instruction in instructions:
        if instruction.keyword == "ARG" and instruction.stage < 0:
            found |= pairs(instruction)
    return found


def base_image(instruction: Instruction, values: Mapping[str, str]) -> str:
    """Return the image, or the earlier stage, that a FROM names."""
    words = instruction.body.split()
    return substitute(words[0], values) if words else ""


def name_and_tag(image: str) -> tuple[str, str]:
    """Return the last part of an image's name, and its tag: "postgres", "18" for "docker.io/library/postgres:18@…"."""
    name, _, tag = image.partition("@")[0].rpartition("/")[2].partition(":")
    return name, tag


@dataclass(frozen=True)
class Image:
    """A base image of a Dockerfile: "python", "3.12-slim"; `line` is where its name or tag stands."""

    name: str
    tag: str
    line: int


def images(text: str) -> list[Image]:
    """Return the images that a Dockerfile's stages start from, in order, its build arguments' defaults filled in.

    https://docs.docker.com/reference/dockerfile/#from
    """
    known = variables(text)
    found = []
    for instruction in read_instructions(text):
        if instruction.keyword == "FROM" and (words := instruction.body.split()):
            name, tag = name_and_tag(substitute(words[0], known.values, unknown=""))
            used = [match[1] or match[3] for match in VARIABLE.finditer(words[0])]
            line = next((known.lines[name] for name in used if name in known.lines), instruction.line)
            found.append(Image(name, tag, line))
    return found


def final_lineage(instructions: list[Instruction]) -> list[Instruction]:
    """Return the last stage's instructions, preceded by those of the stages that it is FROM, in order."""
    names: dict[str, int] = {}
    parents: dict[int, int] = {}
    for instruction in instructions:
        if instruction.keyword == "FROM":
            words = instruction.body.split()
            base = words[0].lower() if words else ""
            if base in names:
                parents[instruction.stage] = names[base]
            if len(words) > 2 and words[1].upper() == "AS":
                names[words[2].lower()] = instruction.stage
    stage: int | None = max((instruction.stage for instruction in instructions), default=-1)
    lineage = []
    while stage is not None:
        lineage.append(stage)
        stage = parents.get(stage)  # a parent always precedes: no cycle
    order = {stage: index for index, stage in enumerate(reversed(lineage))}
    chosen = [instruction for instruction in instructions if instruction.stage in order]
    return sorted(chosen, key=lambda instruction: (order[instruction.stage], instruction.line))
