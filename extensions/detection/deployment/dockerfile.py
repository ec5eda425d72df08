"""What a Dockerfile says, instruction by instruction: https://docs.docker.com/reference/dockerfile/."""

import json
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass

HEREDOC = re.compile(r"<<-?\s*([\"']?)(\w+)\1")
FLAG = re.compile(r"--[a-z][a-z-]*(=\S*)?\s+")
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


def split(command: str) -> list[str]:
    """Return the words of a shell command; where the quotes do not match, what lies between spaces."""
    try:
        return shlex.split(command)
    except ValueError:
        return command.split()


def read_instructions(text: str) -> list[Instruction]:
    """Return a Dockerfile's instructions, with continuation lines joined, and comments and here-documents left out."""
    found: list[Instruction] = []
    stage = -1
    for line, logical in _logical_lines(text):
        keyword, _, rest = logical.partition(" ")
        keyword = keyword.upper()
        if keyword == "FROM":
            stage += 1
        if keyword.isalpha():
            found.append(Instruction(keyword, rest.strip(), line, stage))
    return found


def _logical_lines(text: str) -> Iterator[tuple[int, str]]:
    escape, parts, start = "\\", [], 0
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
        if logical.split(" ", 1)[0].upper() in ("RUN", "COPY", "ADD"):
            pending = [match[2] for match in HEREDOC.finditer(logical)]
        yield start, logical
    if parts:
        yield start, " ".join(parts)


def substitute(text: str, values: dict[str, str]) -> str:
    """Return `text` with $NAME, ${NAME} and ${NAME:-default} replaced where the value is known."""

    def replacement(match: re.Match[str]) -> str:
        name = match[1] or match[3]
        if name in values:
            return values[name]
        return match[0] if match[2] is None else match[2]

    return VARIABLE.sub(replacement, text)


def pairs(instruction: Instruction) -> dict[str, str]:
    """Return what an ENV, ARG or LABEL sets; both `ENV A=1 B=2` and the old `ENV A 1`. An ARG without default: ""."""
    words = instruction.words
    if instruction.keyword == "ENV" and words and "=" not in words[0]:
        return {words[0]: " ".join(words[1:])}
    return {name: value for name, _, value in (word.partition("=") for word in words) if name}


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
