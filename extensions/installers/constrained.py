"""Tables of names and version constraints, `name = "^1.2"`, as Poetry and Pipenv have them."""

from collections.abc import Iterable
from typing import Any

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

from ..project import lines
from ..project.data import strings
from ..project.dependencies.distributions import Distribution
from ..project.dependencies.requirements import applies, parse_version
from ..project.tree import Tree
from .manifests import Manifest


def add_tables(
    tree: Tree, manifest: Manifest, entries: dict[str, Any], section: str, optional: Iterable[str] = ()
) -> None:
    """Add `name = "^1.2"` and `name = {version = …}` entries of Poetry and Pipenv to what a manifest asks for."""
    for key, value in entries.items():
        name = canonicalize_name(key)
        source = lines.key_at(tree, manifest.path, (section, key), (f"{section}.{key}", ""))
        alternatives = value if isinstance(value, list) else [value]
        each = (item if isinstance(item, dict) else {"version": item} for item in alternatives)
        entry = next((item for item in each if _is_wanted(item, name, optional)), None)
        if entry is not None:
            _add_entry(manifest, name, entry, source)


def _is_wanted(entry: dict[str, Any], name: str, optional: Iterable[str]) -> bool:
    """Return whether production installs what an entry asks for: `optional` are the names of extras' distributions."""
    if name == "python" or (entry.get("optional") is True and name not in optional):
        return False
    marker = entry.get("markers")
    return not isinstance(marker, str) or applies(marker)


def _add_entry(manifest: Manifest, name: str, entry: dict[str, Any], source: str) -> None:
    if isinstance(entry.get("path"), str) or isinstance(entry.get("file"), str):
        manifest.local.append((str(entry.get("path") or entry.get("file")), source))
    alternatives = specifiers(str(entry.get("version") or "*"))
    specifier = str(alternatives[0]) if len(alternatives) == 1 else ""
    extras = tuple(sorted(canonicalize_name(extra) for extra in strings(entry.get("extras"))))
    url = "git+" + entry["git"] if isinstance(entry.get("git"), str) else str(entry.get("url") or "")
    version = specifier[2:] if specifier.startswith("==") and parse_version(specifier[2:]) else ""
    manifest.direct.append(Distribution(name, specifier, version, source, True, extras, None, url))


def specifiers(text: str) -> list[SpecifierSet]:
    """Return the alternatives of a version constraint with Poetry's "^", "~", "*" and "||", without unreadable ones.

    https://python-poetry.org/docs/dependency-specification/#version-constraints
    """
    found = []
    for alternative in text.replace("||", "|").split("|")[:20]:
        parts = [
            _part(part)
            for part in alternative.replace(",", " ").replace("= ", "=").replace("> ", ">").replace("< ", "<").split()
        ]
        try:
            found.append(SpecifierSet(",".join(part for part in parts if part)))
        except InvalidSpecifier:
            continue
    return found


def _part(part: str) -> str:
    if part in ("*", "", "latest"):
        return ""
    if part[0] in "^~" and not part.startswith("~="):
        version = parse_version(part.lstrip("^~").rstrip(".*"))
        return f">={version},<{_next_version(part, version)}" if version else part
    if part[0].isdigit():
        return f"=={part}"
    if part.startswith("=") and not part.startswith("=="):
        return f"={part}"
    return part


def _next_version(part: str, version: Version) -> str:
    release = list(version.release)[:4]
    if part.startswith("~"):
        kept = min(len(release), 2)
    else:
        kept = next((index + 1 for index, number in enumerate(release) if number), len(release))
    return ".".join(str(number) for number in [*release[: kept - 1], release[kept - 1] + 1])
