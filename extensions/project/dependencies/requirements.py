"""What requirements files ask for, in the format that pip reads.

https://pip.pypa.io/en/stable/reference/requirements-file-format/
"""

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from packaging.markers import InvalidMarker, Marker, UndefinedComparison, UndefinedEnvironmentName
from packaging.requirements import InvalidRequirement
from packaging.requirements import Requirement as Parsed
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from ..tree import Tree

MAX_INCLUDED = 200  # files; a project includes a handful
MAX_REQUIREMENTS = 5000  # of all files together; the longest compiled ones have hundreds
MAX_LENGTH = 2000  # characters of a requirement, without its hashes

# The image's, where markers such as `sys_platform == "win32"` are decided.
LINUX = {
    "implementation_name": "cpython",
    "implementation_version": "3.13.0",
    "os_name": "posix",
    "platform_machine": "x86_64",
    "platform_python_implementation": "CPython",
    "platform_release": "",
    "platform_system": "Linux",
    "platform_version": "",
    "python_full_version": "3.13.0",
    "python_version": "3.13",
    "sys_platform": "linux",
    "extra": "",
}

VCS = re.compile(r"(?:^|@\s*|\s)((?:git|hg|svn|bzr)\+[^\s;]+)")
NAME = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[([^\]]*)\])?\s*(.*)$", re.DOTALL)
EGG = re.compile(r"[#&]egg=([A-Za-z0-9][A-Za-z0-9._-]*)")
HASHED = re.compile(r"(?:^|\s)--(?:hash[=\s]|require-hashes)")
OPTION = re.compile(
    r"^(-r|-c|-e|-i|-f|--requirement|--constraint|--editable|--index-url|--extra-index-url|--find-links|--no-binary)(?:\s*=\s*|\s+|(?<=^-.))(.+)$"
)


@dataclass(frozen=True)
class Requirement:
    """One distribution asked for; `name` is canonical, `url` a location instead of the index, `source` "path:line"."""

    name: str
    specifier: str = ""
    extras: tuple[str, ...] = ()
    url: str = ""
    source: str = ""

    @property
    def version(self) -> str:
        """Return the exact version asked for, or ""."""
        return pinned_version(self.specifier)


@dataclass
class Requirements:
    """All that requirements files ask for, with the files that they include, in the order of reading."""

    requirements: list[Requirement] = field(default_factory=list)
    constraints: list[Requirement] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    local: list[tuple[str, str]] = field(default_factory=list)  # (what is installed, source)
    vcs: list[tuple[str, str]] = field(default_factory=list)  # (URL, source)
    links: list[tuple[str, str]] = field(default_factory=list)  # (where pip looks for archives, source)
    compiled: list[str] = field(default_factory=list)  # names of which pip takes no wheel
    hashed: str = ""  # the first line with a hash, "" for none
    lines: int = 0  # that were read


def pinned_version(specifier: str) -> str:
    """Return the version that a specifier such as "==4.2.1" pins, or "" where it leaves a choice."""
    for part in specifier.split(","):
        part = part.strip()
        if part.startswith("==") and not part.endswith("*"):
            version = part.lstrip("=").strip()
            if parse_version(version) is not None:
                return version
    return ""


def parse_version(text: str) -> Version | None:
    """Return a version, or None where the text is none."""
    try:
        return Version(text)
    except (InvalidVersion, TypeError):
        return None


def applies(marker: Marker | str | None) -> bool:
    """Return whether an environment marker holds on Linux with a current Python; True where it cannot be told."""
    if not marker:
        return True
    try:
        return (Marker(marker) if isinstance(marker, str) else marker).evaluate(LINUX)
    except (InvalidMarker, UndefinedComparison, UndefinedEnvironmentName, InvalidVersion, KeyError, TypeError):
        return True
    except (ValueError, RecursionError):
        return True


def parse_requirement(text: str, source: str = "") -> tuple[Requirement | None, bool]:
    """Return the distribution that a PEP 508 requirement asks for, and whether the text is as it should be.

    The former is None where it does not apply to Linux, or has no name. A specifier that newer versions of pip refuse
    still gives its name.
    """
    try:
        parsed = Parsed(text)
    except (InvalidRequirement, RecursionError, ValueError):
        return _parse_leniently(text, source), False
    if not applies(parsed.marker):
        return None, True
    name = canonicalize_name(parsed.name)
    extras = tuple(sorted(canonicalize_name(extra) for extra in parsed.extras))
    return Requirement(name, str(parsed.specifier), extras, parsed.url or "", source), True


def _parse_leniently(text: str, source: str) -> Requirement | None:
    match = NAME.match(text.strip())
    if not match:
        return None
    rest = match[3].partition(";")[0].strip()
    if rest and rest[0] not in "=<>!~@(":
        return None
    extras = tuple(sorted(canonicalize_name(extra.strip()) for extra in (match[2] or "").split(",") if extra.strip()))
    try:
        specifier = str(SpecifierSet(rest.strip("()")))
    except ValueError:
        specifier = ""
    return Requirement(canonicalize_name(match[1]), specifier, extras, "", source)


def logical_lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield each line that asks for something with its number: continued ones joined, comments and blanks left out.

    A comment within a continued line does not end it, as it would in a script.
    """
    pending: list[str] = []
    first = 0
    for number, line in enumerate(text.split("\n"), 1):
        if not pending:
            first = number
        comment = line.lstrip().startswith("#")
        if line.rstrip().endswith("\\") and not comment:
            pending.append(line.rstrip()[:-1])
            continue
        pending.append("" if comment else line)
        joined = " ".join(pending)
        pending = []
        if stripped := _without_comment(joined):
            yield first, stripped
    if stripped := _without_comment(" ".join(pending)):
        yield first, stripped


def _without_comment(line: str) -> str:
    for separator in (" #", "\t#"):
        line = line.partition(separator)[0]
    line = line.strip()
    return "" if line.startswith("#") else line


MANIFESTS = (".toml", ".cfg", ".py", ".yml", ".yaml")


@lru_cache(maxsize=64)  # the same files are looked at again to choose between them
def read_requirements(tree: Tree, *paths: str) -> Requirements:
    """Return what the requirements files at `paths` ask for, with those that they include by `-r` and `-c`.

    An included file that does not exist, and a line that is no requirement, are problems of the tree.
    A manifest, as in `uv pip install -r pyproject.toml`, lists none for pip; nor does a file of another tool.
    """
    found = Requirements()
    seen: set[tuple[str, bool]] = set()
    for path in (path for path in paths if not path.endswith(MANIFESTS)):
        _read(tree, path, False, found, seen)
    return found


def _read(tree: Tree, path: str, constraint: bool, found: Requirements, seen: set[tuple[str, bool]]) -> None:
    # A stack, not recursion: a chain of includes may be long. Each holds what is still to be read of a file.
    stack = [_opened(tree, path, constraint, found, seen)]
    while stack:
        entry = next(stack[-1], None)
        if entry is None:
            stack.pop()
        elif len(seen) < MAX_INCLUDED:
            stack.append(_opened(tree, entry[0], entry[1], found, seen))


def _opened(
    tree: Tree, path: str, constraint: bool, found: Requirements, seen: set[tuple[str, bool]]
) -> Iterator[tuple[str, bool]]:
    """Read one file's lines into `found`, yielding the files that it includes where it does so."""
    if (path, constraint) in seen:
        return
    seen.add((path, constraint))
    if path not in found.files:
        found.files.append(path)
    for number, line in logical_lines(tree.text(path) or ""):
        source = f"{path}:{number}"
        found.lines += 1
        if found.lines > MAX_REQUIREMENTS:
            tree.problem(source, f"is after {MAX_REQUIREMENTS} requirements: the rest was not read")
            return
        found.hashed = found.hashed or (source if HASHED.search(line) else "")
        line = line.partition(" --hash")[0]
        if len(line) > MAX_LENGTH:
            tree.problem(source, "is too long to be a requirement")
            continue
        if option := OPTION.match(line):
            name, value = option[1], option[2].strip().strip("\"'")
            if name in ("-r", "--requirement", "-c", "--constraint"):
                if included := _included(tree, path, value, source):
                    yield included, constraint or name in ("-c", "--constraint")
            elif name in ("-e", "--editable"):
                _read_requirement(tree, value, source, constraint, found)
            else:
                _note(name, value, source, found)
        elif not line.startswith("-"):
            _read_requirement(tree, line.partition(" --")[0].strip(), source, constraint, found)


def _note(option: str, value: str, source: str, found: Requirements) -> None:
    """Record what an option says of where and how pip gets distributions."""
    if option in ("-f", "--find-links"):
        found.links.append((value, source))
    elif option == "--no-binary":
        found.compiled += [canonicalize_name(name.strip()) for name in value.split(",")]


def _included(tree: Tree, path: str, value: str, source: str) -> str:
    """Return the file of the project that a line of the file `path` includes; "" if it is none, which is said."""
    name = value.split()[0] if value.split() else ""
    included = posixpath.normpath(posixpath.join(posixpath.dirname(path), name))
    if "://" in name:
        tree.problem(source, f"includes {name}, which is not in the project and was not read")
    elif not tree.exists(included):
        tree.problem(source, f"includes {name}, which does not exist")
    else:
        return included
    return ""


def _read_requirement(tree: Tree, text: str, source: str, constraint: bool, found: Requirements) -> None:
    if vcs := VCS.search(text):
        if not applies(text.partition(" ;")[2].strip() or None):
            return
        found.vcs.append((vcs[1], source))
        egg = EGG.search(text)
        name = egg[1] if egg else text.partition("@")[0].partition("[")[0].strip() if vcs.start() != 0 else ""
        if NAME.fullmatch(name):
            found.requirements.append(Requirement(canonicalize_name(name), "", (), vcs[1], source))
        return
    if _is_local(text):
        if not constraint:
            found.local.append((text.partition(" ;")[0].strip(), source))
        return
    requirement, valid = parse_requirement(text, source)
    if not valid:
        bare = "://" in text.partition(";")[0]
        if (
            not bare
            and sum(problem.source.startswith(source.rpartition(":")[0]) for problem in tree.problems[-20:]) < 10
        ):
            tree.problem(source, f"is not a requirement that pip understands ({text[:60]})")
    if requirement is not None:
        if requirement.url.startswith("file:") or (requirement.url and "://" not in requirement.url):
            found.local.append((requirement.url, source))
        (found.constraints if constraint else found.requirements).append(requirement)


def _is_local(text: str) -> bool:
    bare = text.partition(";")[0].strip()
    return (
        bare.startswith((".", "/", "file:"))
        or ("/" in bare.partition("@")[0].partition("[")[0] and "://" not in bare)
        or (bare.endswith((".whl", ".tar.gz", ".zip")) and "://" not in bare and "@" not in bare)
    )


@lru_cache(maxsize=64)
def brought(text: str) -> frozenset[int]:
    """Return the lines of a compiled requirements file whose distribution only others ask for, as its comments say.

    "# via concepts", on the line or below it; "# via -r requirements.in" is the project's own wish.
    https://pip-tools.readthedocs.io/en/stable/
    """
    found: dict[int, str] = {}
    current = 0
    for number, line in enumerate(text.split("\n"), 1):
        requirement, hash_, comment = line.partition("#")
        if requirement.strip() and not requirement[0].isspace():
            current = number
        if hash_ and current:
            found[current] = f"{found.get(current, '')} {comment.strip()}"
    via = {number: words.split() for number, words in found.items()}
    return frozenset(number for number, words in via.items() if "via" in words and not {"-r", "-c"} & set(words))


UNSAFE = "The following packages are considered to be unsafe in a requirements file"


def left_out(text: str, name: str) -> int:
    """Return the line by which a compiled file says that it leaves a distribution out, 0 for none.

    https://pip-tools.readthedocs.io/en/stable/ (--allow-unsafe)
    """
    _, header, rest = text.partition(UNSAFE)
    for number, line in enumerate(rest.split("\n") if header else ()):
        if number and not line.startswith("#"):
            return 0
        if line.lstrip("# ").strip() == name:
            return text[: len(text) - len(rest)].count("\n") + number + 1
    return 0
