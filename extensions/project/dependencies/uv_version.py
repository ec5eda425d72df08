"""The release of uv that a project requires: https://docs.astral.sh/uv/reference/settings/#required-version."""

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from .. import lines
from ..data import mapping
from ..places import join
from ..tree import Tree

USUAL = 13  # 0.N: what includes/install/ takes where nothing is required
MICROS = range(100)


def read_uv_version(tree: Tree, folders: list[str]) -> tuple[str, str]:
    """Return the tag of uv's image that a project requires, like "0.11", and where; "" where the usual one will do."""
    for folder in folders:
        for name, table in (("uv.toml", ()), ("pyproject.toml", ("tool", "uv"))):
            path = join(folder, name)
            required = mapping(tree.toml(path), *table).get("required-version")
            if isinstance(required, str):
                return _tag(required), lines.key_at(tree, path, (*table, "required-version"))
    return "", ""


def _tag(required: str) -> str:
    try:
        wanted = SpecifierSet(required if required[:1] in "=<>!~" else f"=={required}")
    except InvalidSpecifier:
        return ""
    for minor in (*range(USUAL, USUAL + 20), *range(USUAL - 1, -1, -1)):
        micros = [micro for micro in MICROS if wanted.contains(f"0.{minor}.{micro}")]
        if micros and micros[-1] != MICROS[-1]:
            return f"0.{minor}.{micros[-1]}"
        if micros:
            return "" if minor == USUAL else f"0.{minor}"
    return ""
