"""Which of a project's Dockerfiles makes the image that its site runs in, and what starts there."""

import posixpath
import re
from dataclasses import dataclass

from ..data import mapping, sequence, text_of
from ..places import DEVELOPMENT, PRODUCTION, folder, is_aside, is_development, join, mentions
from ..secrets import is_private
from ..tree import Tree
from .commands import dockerfiles
from .compose import Service, read_compose
from .dockerfile import final_lineage, name_and_tag, pairs, read_instructions, substitute, variables

# What an image has in which a Django project runs.
OF_PYTHON = re.compile(
    r"\bmanage\.py\b|\bgunicorn\b|\buwsgi\b|\bpip3? install\b|\buv (?:sync|pip)\b"
    r"|\b(?:poetry|pipenv|pdm) (?:install|sync)\b"
)
OF_SITE = re.compile(r"(?i)django|manage\.py|gunicorn|uwsgi|[aw]sgi\b|requirements|pyproject|pipfile|poetry|uv\.lock")
SERVES = re.compile(r"gunicorn|uwsgi|uvicorn|daphne|hypercorn|granian|runserver|waitress|entrypoint|start")
OTHERS = (
    *("nginx", "proxy", "static", "frontend", "ui", "db", "database", "postgres", "mysql", "node", "assets"),
    *("docs", "worker", "celery", "beat", "flower", "websocket", "caddy", "traefik"),
    *("lambda", "lambdas"),
)
BUILD_FILE = re.compile(
    r"(?:docker(?: buildx)? build\b[^\n]*?(?:-f|--file)[ =]|^\s*(?:file|dockerfile):\s*)([\w./@-]+)", re.M
)
BOUND = re.compile(r"--mount=(?!\S*\bfrom=)\S*type=bind\S*source=([^\s,]+)")
LAST_STAGES = ("production", "prod", "final", "runtime", "release", "runner", "web", "app", "django")


@dataclass(frozen=True)
class OwnImage:
    """The Dockerfile of a project's own image, the folder that is sent to its build, and the stage that is built.

    `service` is the Compose service that runs the site in it, None where no Compose file does. `above`: the project
    folder's name, where the build has the folder above it; `context` is "." then.
    """

    path: str
    context: str
    target: str = ""
    service: Service | None = None
    above: str = ""

    def inner(self, source: str) -> str:
        """Return what a Dockerfile copies as it stands in `context`."""
        path = posixpath.normpath(source.lstrip("/") or ".")
        inside = self.above and f"{path}/".startswith(f"{self.above}/")
        return posixpath.relpath(path, self.above) if inside else source


STRICT = frozenset(("prod", "production"))


def own_image(tree: Tree, django_dir: str) -> OwnImage | None:
    """Return the image that the site runs in; None where the project has no Dockerfile that Python is installed in.

    It is that of the Compose service with the site's port, else that which the CI builds, else one with the front end,
    else the one that is named so. What is named for staging counts only where nothing is production's, and a
    developer's after that.
    """
    services = {service: _rank(service) for service in read_compose(tree) if service.context}
    built = _built_by_ci(tree)
    best: dict[str, Service] = {}
    for service in services:
        known = best.get(service.dockerfile)
        if known is None or services[service] > services[known]:
            best[service.dockerfile] = service
    paths = [
        path
        for path in dockerfiles(tree)
        if _is_of_python(tree, path) and (path in best or not _is_of_other_code(tree, path, django_dir))
    ]
    if not paths:
        return None

    fronts = {path for path in paths if _has_front_end(tree, path)}

    def order(path: str) -> tuple[bool, bool, bool, bool, bool, int, bool, bool, bool, bool, int]:
        service = best.get(path)
        rank = services[service] if service and not is_development(service.path) else 0
        name = path.rpartition("/")[2]
        near = django_dir == "." or f"{folder(path)}/".startswith(f"{django_dir}/") or folder(path) == "."
        return (
            is_development(path),
            mentions(path, DEVELOPMENT),
            mentions(path, OTHERS),
            bool(fronts) and path not in fronts and not rank and not (path in built and not built & fronts),
            not mentions(path, STRICT),
            -rank,
            path not in built,
            not mentions(name, PRODUCTION),
            name.lower() not in ("dockerfile", "containerfile"),
            not near,
            path.count("/"),
        )

    path = min(paths, key=order)
    found = best.get(path)
    above = _folder_above(tree, path)
    context = "." if above else found.context if found else _context(tree, path, django_dir)
    target = found.target if found and not is_development(found.path) else ""
    last = _last_stage(tree, path)
    if found and is_development(target) and last != target.lower():
        return OwnImage(path, context, last)  # the service is a developer's, the stage behind it production's
    return OwnImage(path, context, target or _released_stage(tree, path) or last, found, above)


def image_variables(tree: Tree, django_dir: str) -> dict[str, str]:
    """Return the variables that the site's own image sets, as far as they are plain; none that turns debugging on."""
    image = own_image(tree, django_dir)
    if image is None or is_development(image.path):
        return {}
    found: dict[str, str] = {}
    filled: set[str] = set()  # from other stages, which may not be taken over
    for item in final_lineage(read_instructions(tree.text(image.path) or "")):
        if item.keyword == "COPY" and "from" in item.flags:
            filled |= {posixpath.normpath(word) for word in item.words[-1:]}
        if item.keyword in ("ARG", "ENV"):
            values = {name: substitute(value, found, unknown="") for name, value in pairs(item).items()}
            found |= values if item.keyword == "ENV" else {}
    return {
        name: value
        for name, value in found.items()
        if value and "$" not in value and value not in filled and "DEBUG" not in name and not is_private(name, value)
    }


def image_folder(tree: Tree, django_dir: str) -> str:
    """Return the folder of the site's own image in which it starts; "" for none."""
    image = own_image(tree, django_dir)
    found = ""
    for item in final_lineage(read_instructions(tree.text(image.path) or "")) if image else ():
        if item.keyword == "WORKDIR" and item.words:
            found = posixpath.normpath(posixpath.join(found or "/", item.words[0]))
    return found


def _is_of_python(tree: Tree, path: str) -> bool:
    text = tree.text(path) or ""
    known = variables(text).values
    bases = [
        name_and_tag(substitute((item.body.split() or [""])[0], known, unknown=""))[0]
        for item in read_instructions(text)
        if item.keyword == "FROM"
    ]
    return "python" in " ".join(bases) or OF_PYTHON.search(text) is not None


def _is_of_other_code(tree: Tree, path: str, django_dir: str) -> bool:
    """Return whether an image has only code that is next to its Dockerfile, and Django is elsewhere.

    Where it names its folder, as in /app/scripts/docker/test.sh, the project is mounted.
    """
    base, text = folder(path), tree.text(path) or ""
    if base == "." or f"{django_dir}/".startswith(f"{base}/") or OF_SITE.search(text) or f"/{base}/" in text:
        return False
    sources = _sources(text)
    return any(_has(tree, base, source) for source in sources) and not any(
        source == "." or _has(tree, above, source)
        for above in ("/".join(base.split("/")[:depth]) or "." for depth in range(base.count("/") + 1))
        for source in sources
    )


def _has(tree: Tree, base: str, name: str) -> bool:
    place = join(base, name)
    return tree.exists(place) or _is_folder(tree, place)


def _rank(service: Service) -> int:
    """Return how surely a service is the site's: 3 with a server and a port, 1 where nothing says so."""
    command = f"{service.entrypoint} {service.command}"
    if mentions(service.name, OTHERS):
        return 0
    serves = bool(SERVES.search(command)) if command.strip() else True
    return (2 if service.ports else 1) + serves if serves or service.ports else 0


def _has_front_end(tree: Tree, path: str) -> bool:
    """Return whether the image has what a stage of Node's makes."""
    instructions = read_instructions(tree.text(path) or "")
    known = variables(tree.text(path) or "").values
    of_node = set()
    for item in instructions:
        words = [substitute(word, known, unknown="") for word in item.body.split()]
        if item.keyword == "FROM" and words and (name_and_tag(words[0])[0] == "node" or words[0].lower() in of_node):
            of_node |= {str(item.stage), words[-1].lower()}
    copied = {item.flags.get("from", "").lower() for item in final_lineage(instructions) if item.keyword == "COPY"}
    return bool(copied & of_node)


def _built_by_ci(tree: Tree) -> set[str]:
    found: set[str] = set()
    for path in tree.paths:
        if path.startswith(".github/workflows/") or path in (".gitlab-ci.yml", "bitbucket-pipelines.yml"):
            found |= {posixpath.normpath(match[1]) for match in BUILD_FILE.finditer(tree.text(path) or "")}
    return found


def _released_stage(tree: Tree, path: str) -> str:
    """Return the stage that a workflow builds first of those that run something and are no developer's; "" for none.

    https://github.com/docker/build-push-action#inputs
    """
    stages: dict[str, bool] = {}  # whether each runs something
    name = ""
    for item in read_instructions(tree.text(path) or ""):
        words = item.body.split()
        if item.keyword == "FROM":
            name = words[2].lower() if len(words) > 2 and words[1].upper() == "AS" else ""
            stages[name] = words[0].lower() in stages and stages[words[0].lower()]
        elif item.keyword in ("CMD", "ENTRYPOINT"):
            stages[name] = True
    for workflow in tree.paths:
        if workflow.startswith(".github/workflows/") and workflow.endswith((".yml", ".yaml")):
            for job in mapping(tree.yaml(workflow), "jobs").values():
                for step in map(mapping, sequence(mapping(job).get("steps"))):
                    given = mapping(step, "with")
                    file = posixpath.normpath(
                        text_of(given.get("file")) or f"{text_of(given.get('context'))}/Dockerfile"
                    )
                    target = text_of(given.get("target")).lower()
                    if file.lstrip("/") == path and stages.get(target) and not is_development(target):
                        return target
    return ""


def _context(tree: Tree, path: str, django_dir: str) -> str:
    """Return the folder from which what a Dockerfile copies can be found: its own, or one above it.

    Where a folder is copied as a whole, Django is in it.
    """
    sources = _sources(tree.text(path) or "")
    place = folder(path)
    folders = [place]
    while place != ".":
        place = folder(place)
        folders.append(place)

    def lacking(base: str) -> int:
        start = "" if base == "." else f"{base}/"
        without_django = "." in sources and not f"{django_dir}/".startswith(start)
        names = (f"{start}{source}" for source in sources - {"."})
        return without_django + sum(
            not tree.exists(name) and not _is_folder(tree, name) and not tree.match(name) for name in names
        )

    return min(folders, key=lacking)


def _sources(text: str) -> set[str]:
    """Return what a Dockerfile copies or mounts of the folder that is sent to its build, as far as that is plain."""
    instructions = read_instructions(text)
    words = [
        word.strip("/") or "."
        for item in instructions
        if item.keyword in ("COPY", "ADD") and "from" not in item.flags
        for word in item.words[:-1]
    ]
    words += [match[1] for item in instructions if item.keyword == "RUN" for match in BOUND.finditer(item.rest)]
    return {posixpath.normpath(word) for word in words if not re.search(r"[$\[]|://|<<", word)}


def _folder_above(tree: Tree, path: str) -> str:
    """Return the name of the project's folder where all that a Dockerfile copies is below it; "" elsewhere."""
    instructions = read_instructions(tree.text(path) or "")
    sources = [
        posixpath.normpath(word.strip("/") or ".")
        for item in instructions
        if item.keyword in ("COPY", "ADD") and "from" not in item.flags and "<<" not in item.body
        for word in item.words[:-1]
    ]
    named = {first for source in sources if (first := source.partition("/")[0]) not in (".", "..")}
    inner = [rest for source in sources if (rest := source.partition("/")[2])]
    if len(named) != 1 or not inner or any(path.split("/", 1)[0] in named for path in tree.paths):
        return ""
    known = [path for path in inner if tree.exists(path) or any(other.startswith(f"{path}/") for other in tree.paths)]
    return next(iter(named)) if len(known) == len(inner) else ""


def _is_folder(tree: Tree, name: str) -> bool:
    return any(path.startswith(f"{name}/") for path in tree.paths)


def _last_stage(tree: Tree, path: str) -> str:
    """Return the name of the stage that production runs: the last one, unless that is for development; else ""."""
    names = []
    bases: dict[str, str] = {}
    served: set[str] = set()
    for item in read_instructions(tree.text(path) or ""):
        words = item.body.split()
        if item.keyword == "FROM":
            names.append(words[2].lower() if len(words) > 2 and words[1].upper() == "AS" else "")
            bases[names[-1]] = words[0].lower() if words else ""
            served |= {names[-1]} if bases[names[-1]] in served else set()
        elif item.keyword in ("CMD", "ENTRYPOINT") and names:
            served.add(names[-1])
    if not names or is_aside(tree, path):
        return ""
    if not is_development(names[-1]):
        return names[-1]
    if named := next((name for wanted in LAST_STAGES for name in names if name == wanted), ""):
        return named
    base = bases[names[-1]]  # what a developer's stage adds to
    return base if base in served and not is_development(base) else ""
