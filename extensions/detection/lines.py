"""The line on which a value stands in a manifest, for a Finding's source: parsers of TOML and JSON do not tell it."""

from functools import lru_cache


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
