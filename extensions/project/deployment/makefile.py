"""What `make` runs for a target, as far as a Makefile says so plainly: https://www.gnu.org/software/make/manual/."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

RULE = re.compile(r"^([A-Za-z0-9_./ -]+?)\s*::?(?!=)\s*([^#=]*)(?:#.*)?$")
VARIABLE = re.compile(r"^(?:export\s+)?([A-Za-z_]\w*)\s*(?::::?|::?|\?)?=\s*(.*)$")
REFERENCE = re.compile(r"\$(?:\(([A-Za-z_]\w*)\)|\{([A-Za-z_]\w*)\})")
MAX_RULES = 40  # that one target leads to


@dataclass(frozen=True)
class Recipe:
    """The lines of a rule, as a shell runs them, and the number of the first in the Makefile."""

    text: str
    line: int


def recipes(makefile: str, targets: list[str]) -> Iterator[Recipe]:
    """Yield the recipes of targets, those of what they need before their own; without a target, the first one's."""
    rules, variables = _read(makefile)
    seen: set[str] = set()

    def of(target: str) -> Iterator[Recipe]:
        if target in seen or target not in rules or len(seen) >= MAX_RULES:
            return
        seen.add(target)
        needs, recipe = rules[target]
        for need in needs:
            yield from of(need)
        if recipe:
            yield Recipe(_filled(recipe.text, variables), recipe.line)

    for target in targets or [*rules][:1]:
        yield from of(target)


def of_just(justfile: str) -> str:
    """Return what a justfile says as a Makefile has it: https://just.systems/man/en/."""
    text = re.sub(r"^[ \t]+(?=\S)", "\t", justfile, flags=re.MULTILINE)
    text = re.sub(r"^(?:@|\[.*\]$)", "", text, flags=re.MULTILINE)
    text = re.sub(r"^((?:export +)?\w[\w-]* *:=) *([\"'])(.*)\2 *$", r"\1 \3", text, flags=re.MULTILINE)
    # A recipe's parameters stand behind its name; what they are is not known.
    text = re.sub(r"^([\w-]+)(?: +[*+$]?\w+(?:=\S*)?)+ *:(?!=)", r"\1:", text, flags=re.MULTILINE)
    return re.sub(r"\{\{ *(\w+) *\}\}", r"$(\1)", text.replace("$", "$$"))


def targets(makefile: str) -> list[str]:
    """Return the targets of a Makefile, in its order."""
    return [*_read(makefile)[0]]


def _read(makefile: str) -> tuple[dict[str, tuple[list[str], Recipe | None]], dict[str, str]]:
    rules: dict[str, tuple[list[str], Recipe | None]] = {}
    variables: dict[str, str] = {}
    current: list[str] = []
    for number, line in enumerate(makefile.split("\n"), 1):
        if line.startswith("\t"):
            text = line[1:].lstrip("@-+ ")
            for target in current:
                needs, recipe = rules[target]
                # Lines between keep their place, so that each has the number that it has in the file.
                gap = "\n" * (number - recipe.line - recipe.text.count("\n")) if recipe else ""
                rules[target] = (
                    needs,
                    Recipe(f"{recipe.text}{gap}{text}", recipe.line) if recipe else Recipe(text, number),
                )
        elif match := VARIABLE.match(line):
            variables.setdefault(match[1], match[2].partition("#")[0].strip())
        elif match := RULE.match(line):
            current = match[1].split()
            rules |= {target: (match[2].split(), None) for target in current if target not in rules}
        elif line.strip() and not line.startswith("#"):
            current = []
    return rules, variables


def _filled(text: str, variables: dict[str, str]) -> str:
    """Return lines with their variables filled in, as far as they are known; a shell's own begin with `$$`."""
    for _ in range(3):
        text = REFERENCE.sub(lambda match: variables.get(match[1] or match[2], match[0]), text)
    return text.replace("$$", "$")
