"""What a project's own files set variables to: its image, Compose and hosting files, and samples of its .env."""

import posixpath
import re
from collections.abc import Iterable, Iterator

from ..named_aside import is_named_aside
from ..places import DEVELOPMENT, PRODUCTION, REHEARSAL, SAMPLE, is_aside, is_development, mentions
from ..secrets import is_private, words
from ..tree import Tree
from .commands import environment_of, read_commands
from .compose import read_compose
from .dockerfile import is_dockerfile, pairs, read_instructions, split, substitute
from .kinds.record import Variable

MAX_SAMPLES = 12
MAX_MANIFESTS = 60
# Words in the name of a file from which people make their .env; what no word of it says is production's .env itself.
ENVIRONMENT = words("env dotenv environment envrc")
LAST = ENVIRONMENT | SAMPLE | {*PRODUCTION, "txt", "docker"}
LINE = re.compile(r"\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*?)\s*")
# NAME=value with nothing behind it, or what gives a variable its value where it has none.
IN_SCRIPT = re.compile(
    r"\s*(?:export\s+)?([A-Z_][A-Z0-9_]*)=((?:\"[^\"]*\"|'[^']*'|[^\s;&|#\"']*)\s*)"
    r"|\s*:\s+\"?\$\{([A-Z_][A-Z0-9_]*):?=([^}\"]*)\}\"?\s*"
)
IN_CONTAINER = re.compile(
    r"^ *- +\{? *name: *[\"']?(?P<name>[A-Z][A-Z0-9_]*)[\"']?(?:,|\n) *value: *(?P<value>[^\n}]+)", re.MULTILINE
)
IN_MAPPING = re.compile(r"^ +(?P<name>[A-Z][A-Z0-9_]*): *(?P<value>[^\s|>&*{].*)$", re.MULTILINE)
INVENTED = re.compile(r"(?<![a-z])(?:fake|tests?|dummy|mock|example|ci|foo|bar|none|null)(?![a-z])", re.IGNORECASE)
WORKFLOW = re.compile(r"\.github/workflows/[^/]+\.ya?ml|\.gitlab-ci\.yml")
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
    others: dict[str, Variable] | None = None
    for name in dict.fromkeys(names):
        found = next(_stated(tree, name), None)
        if found is None:
            if others is None:
                every = [*_in_env_files(tree), *_in_scripts(tree), *_in_manifests(tree), *sampled(tree)]
                every += _of_developers(tree)
                every = [item for item in every if _is_open(item.name, item.value)]
                others = {item.name: item for item in reversed(every)}
            found = others.get(name)
        if found is not None:
            yield found


def tested_values(tree: Tree, names: Iterable[str]) -> Iterator[Variable]:
    """Yield what the project's CI sets variables to, so that settings start for tests: the last resort.

    https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#env
    """
    wanted = {*names}
    for path in [path for path in tree.paths if WORKFLOW.fullmatch(path)][:MAX_MANIFESTS]:
        text = tree.text(path) or ""
        for match in IN_MAPPING.finditer(text):
            name, value = match["name"], _text(match["value"].strip())
            if name in wanted and _is_open(name, value) and not INVENTED.search(value):
                wanted.remove(name)
                yield Variable(f"{path}:{text.count(chr(10), 0, match.start('name')) + 1}", name, value)


def _stated(tree: Tree, name: str) -> Iterator[Variable]:
    for value, source, _ in environment_of(tree, name):
        path = source.rpartition(":")[0]
        text = substitute(value, {} if "$" not in value or not is_dockerfile(path) else _arguments(tree, path))
        if not is_development(source.rpartition(":")[0]) and _is_open(name, text):
            yield Variable(source, name, text)


def _arguments(tree: Tree, path: str) -> dict[str, str]:
    """Return the defaults of a Dockerfile's arguments."""
    read = [item for item in read_instructions(tree.text(path) or "") if item.keyword == "ARG"]
    return {name: value for item in reversed(read) for name, value in pairs(item).items() if value}


def _in_env_files(tree: Tree) -> Iterator[Variable]:
    """Yield the values of the files that Compose services have as env_file, if they are in git."""
    files = [(service.path, path) for service in read_compose(tree) for path in service.env_files]
    for compose, path in dict.fromkeys(files):
        if not (is_development(compose) or is_development(path) or tree.is_ignored(path)):
            yield from _lines(tree, path, LINE)


def _of_developers(tree: Tree) -> Iterator[Variable]:
    """Yield what cookiecutter-django's `.envs/.local` has: better than a value that is made up."""
    for path in tree.paths:
        if ".envs" in path.split("/") and is_development(path) and not tree.is_ignored(path):
            yield from (item for item in _lines(tree, path, LINE) if not is_development(item.value))


def _in_scripts(tree: Tree) -> Iterator[Variable]:
    """Yield what the scripts that start the site set, for themselves and for what they run."""
    named = {
        posixpath.basename(word)
        for command in read_commands(tree)
        if not command.development
        for word in split(command.command)[:4]
    }
    for path, size in tree.paths.items():
        script = path.endswith((".sh", ".bash")) or "." not in posixpath.basename(path)
        if script and size < 50_000 and posixpath.basename(path) in named and not is_aside(tree, path):
            yield from _lines(tree, path, IN_SCRIPT)


def _in_manifests(tree: Tree) -> Iterator[Variable]:
    """Yield the values of ConfigMaps, of Kubernetes' containers, and of a Helm chart's `env`.

    https://kubernetes.io/docs/tasks/configure-pod-container/configure-pod-configmap/
    """
    paths = [path for path in tree.paths if path.endswith((".yml", ".yaml")) and not is_aside(tree, path)]
    for path in sorted((path for path in paths if not is_development(path)), key=_rank)[:MAX_MANIFESTS]:
        text = tree.text(path) or ""
        of_helm = posixpath.basename(path).startswith("values")
        if of_helm or re.search(r"^kind: *(ConfigMap|\w+Set|Deployment|Pod|CronJob|Job)\b", text, re.MULTILINE):
            found = [
                *IN_CONTAINER.finditer(text),
                *(IN_MAPPING.finditer(text) if of_helm or "ConfigMap" in text else ()),
            ]
            for match in found:
                source = f"{path}:{text.count(chr(10), 0, match.start('name')) + 1}"
                yield Variable(source, match["name"], _text(match["value"].strip()))


def _lines(tree: Tree, path: str, pattern: re.Pattern[str]) -> Iterator[Variable]:
    for number, line in enumerate((tree.text(path) or "").split("\n")[:2000], 1):
        if match := pattern.fullmatch(line):
            name, value = [text for text in match.groups() if text is not None][:2]
            yield Variable(f"{path}:{number}", name, substitute(_text(value), {}))


def _is_open(name: str, value: str) -> bool:
    """Return whether a value is one to take over as it stands."""
    about = {*name.upper().split("_")} & OF_SURROUNDINGS
    if about and value.lower() in DEVELOPMENT | REHEARSAL:
        return False  # the images are for production
    plain = PLAIN.fullmatch(value) is not None and not TO_REPLACE.fullmatch(value)
    return plain and not is_private(name, value)


def sampled(tree: Tree) -> Iterator[Variable]:
    """Yield what the project's samples of .env have, secrets too, in the order in which they count."""
    paths = [path for path in tree.paths if is_sample(path) and not tree.is_ignored(path)]
    for path in sorted(paths, key=_rank)[:MAX_SAMPLES]:
        yield from _lines(tree, path, LINE)


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
