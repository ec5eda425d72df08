"""What a project's own files set variables to: its image, Compose and hosting files, and samples of its .env."""

import re
from collections.abc import Iterable, Iterator

from ..named_aside import is_named_aside
from ..places import DEVELOPMENT, PRODUCTION, REHEARSAL, SAMPLE, is_development, mentions
from ..secrets import is_private, words
from ..tree import Tree
from .commands import environment_of
from .dockerfile import substitute
from .kinds.record import Variable

MAX_SAMPLES = 12
# Words in the name of a file from which people make their .env; what no word of it says is production's .env itself.
ENVIRONMENT = words("env dotenv environment envrc")
LAST = ENVIRONMENT | SAMPLE | {*PRODUCTION, "txt", "docker"}
LINE = re.compile(r"\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*?)\s*")
QUOTED = re.compile(r"([\"'])(.*?)\1(?:\s+#.*)?")
# What a person is to replace.
TO_REPLACE = re.compile(
    r"<.*>|\{.*\w.*\}|\[.*(?:your|value).*\]|x{3,}|\*{3,}|\.{3}|-+|_+|[?]+"
    r"|.*(?<![a-z])(?:your|change[-_ ]?(?:me|this|it)|replace|insert|placeholder|todo|fixme)(?![a-z]).*"
    r"|your.*|ask[-_ ].*|my[-_]?(?:domain|site|host).*",
    re.IGNORECASE,
)
# Words of a variable's name that says where, or for whom, this runs.
OF_SURROUNDINGS = words("ENV ENVIRONMENT STAGE DEPLOYMENT MODE TIER")
# Text that an answer may hold: without quotes, "$" and "#".
PLAIN = re.compile(r"[A-Za-z0-9 _.:/@%+,=?&~*!()<>\[\]{}|;^-]{1,200}")


def own_values(tree: Tree, names: Iterable[str]) -> Iterator[Variable]:
    """Yield what the project's files set variables to, those of production before samples; no secret is among them."""
    sampled: dict[str, Variable] | None = None
    for name in dict.fromkeys(names):
        found = next(_stated(tree, name), None)
        if found is None:
            sampled = {item.name: item for item in reversed(list(_sampled(tree)))} if sampled is None else sampled
            found = sampled.get(name)
        if found is not None:
            yield found


def _stated(tree: Tree, name: str) -> Iterator[Variable]:
    for value, source, _ in environment_of(tree, name):
        text = substitute(value, {})
        if not is_development(source.rpartition(":")[0]) and _is_open(name, text):
            yield Variable(source, name, text)


def _is_open(name: str, value: str) -> bool:
    """Return whether a value is one to take over as it stands."""
    about = {*name.upper().split("_")} & OF_SURROUNDINGS
    if about and value.lower() in DEVELOPMENT | REHEARSAL:
        return False  # the images are for production
    plain = PLAIN.fullmatch(value) is not None and not TO_REPLACE.fullmatch(value)
    return plain and not is_private(name, value)


def _sampled(tree: Tree) -> Iterator[Variable]:
    """Yield the values of the project's samples of .env that are to be taken over as they stand."""
    return (item for item in sampled(tree) if _is_open(item.name, item.value))


def sampled(tree: Tree) -> Iterator[Variable]:
    """Yield what the project's samples of .env have, secrets too, in the order in which they count."""
    paths = [path for path in tree.paths if is_sample(path) and not tree.is_ignored(path)]
    for path in sorted(paths, key=_rank)[:MAX_SAMPLES]:
        for number, line in enumerate((tree.text(path) or "").split("\n")[:2000], 1):
            if match := LINE.fullmatch(line):
                yield Variable(f"{path}:{number}", match[1], _text(match[2]))


def is_sample(path: str) -> bool:
    """Return whether people make their .env from a file, or it is one of cookiecutter-django's for production."""
    folder, _, name = path.rpartition("/")
    if ".envs" in folder.split("/"):
        return mentions(path, PRODUCTION)
    if is_named_aside(path):
        return False
    listed = [word for word in re.split(r"[^a-z0-9]+", name.lower()) if word]
    kept = {"settings", "ini"} <= {*listed} or bool(ENVIRONMENT & {*listed} and listed[-1] in LAST)
    return bool(kept and SAMPLE & {*listed})


def _rank(path: str) -> tuple[bool, bool, int, str]:
    return is_development(path), not mentions(path, PRODUCTION), path.count("/"), path


def _text(value: str) -> str:
    """Return what a line gives a variable, without quotes and the comment behind it.

    https://docs.docker.com/compose/how-tos/environment-variables/variable-interpolation/#env-file-syntax
    """
    if match := QUOTED.fullmatch(value):
        return match[2]
    return re.split(r"(?:^|\s)#", value)[0].strip()
