"""The line number of a value, for its source: the parsers of TOML, YAML and JSON don't report it."""

from functools import lru_cache

from .tree import Tree


def line_of(text: str | None, needle: str) -> int:
    """Return the first line that holds `needle`, 1 if none does."""
    position = (text or "").find(needle) if needle else -1
    return 1 if position < 0 else (text or "").count("\n", 0, position) + 1


def at(tree: Tree, path: str, needle: str) -> str:
    """Return "path:line" of the first line of a file that holds `needle`: for names that stand nowhere else."""
    return f"{path}:{line_of(tree.text(path), needle)}"


def key_at(tree: Tree, path: str, *wanted: tuple[str, str]) -> str:
    """Return "path:line" of the first of several (section, key) that is in a TOML or INI file; line 1 if none is."""
    known = keys(tree.text(path) or "")
    return f"{path}:{next((known[key] for key in wanted if key in known), 1)}"


@lru_cache(maxsize=64)
def quoted(text: str) -> dict[str, int]:
    """Return the first line on which each quoted string stands."""
    found: dict[str, int] = {}
    for number, line in enumerate(text.split("\n"), 1):
        for quote in "\"'":
            if quote in line:
                for part in line.split(quote)[1::2]:
                    found.setdefault(part, number)
    return found


@lru_cache(maxsize=64)
def keys(text: str) -> dict[tuple[str, str], int]:
    """Return the line of each `key = …` of a TOML or INI file by its section ("tool.poetry.dependencies") and key.

    A section's own line has the key "".
    """
    found: dict[tuple[str, str], int] = {}
    section = ""
    for number, line in enumerate(text.split("\n"), 1):
        if line.startswith("["):
            section = line.partition("#")[0].strip().strip("[]").replace('"', "")
            found.setdefault((section, ""), number)
        elif "=" in line:
            found.setdefault((section, line.partition("=")[0].strip().strip("\"'")), number)
    return found


@lru_cache(maxsize=64)
def packages(text: str) -> list[int]:
    """Return the line on which each `[[package]]` or `[[packages]]` of a lock file stands, in their order."""
    return [
        number for number, line in enumerate(text.split("\n"), 1) if line.strip() in ("[[package]]", "[[packages]]")
    ]
