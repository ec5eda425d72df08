"""The commands and images in a project's own Dockerfiles, CI workflows and the like: how it is installed today."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from ..tree import Tree

# Those that build what runs in production come first: where they disagree, they are the ones that hold.
KINDS = ("dockerfile", "deploy", "compose", "ci", "task")

DEVELOPMENT = frozenset(
    [
        "dev",
        "devel",
        "develop",
        "development",
        "debug",
        "local",
        "locals",
        "test",
        "tests",
        "testing",
        "tester",
        "doc",
        "docs",
        "documentation",
        "ci",
        "lint",
        "linting",
        "linter",
        "lints",
        "example",
        "examples",
        "sample",
        "demo",
        "e2e",
        "bench",
        "benchmark",
        "benchmarks",
        "devcontainer",
        "vagrant",
        "sandbox",
        "fixtures",
        "docgen",
        "typing",
        "type",
        "mypy",
        "style",
        "quality",
        "check",
        "checks",
        "checking",
        "dist",
        "node_modules",
        "optional",
        "tools",
        "tooling",
        "playground",
    ]
)
WORD = re.compile(r"[A-Za-z0-9]+")

# A folder of this name helps to build the project that it is in, whatever manifest it has.
HELPERS = frozenset(
    [
        "docker",
        "dockerfiles",
        "deploy",
        "deployment",
        "compose",
        "build",
        "config",
        "conf",
        "etc",
        "requirements",
        "reqs",
        "scripts",
        "container",
        "containers",
        "heroku",
    ]
)


def is_development(path: str) -> bool:
    """Return whether a path says that its file is for development, tests, documentation or examples."""
    return any(word in DEVELOPMENT for word in WORD.findall(path.lower()))


@dataclass(frozen=True)
class Command:
    """A logical line of a file that runs commands; `kind` is one of KINDS, `source` "path:line".

    `development`: its file is for development, tests or documentation, as its path says.
    """

    kind: str
    path: str
    line: int
    text: str
    development: bool = False

    @property
    def source(self) -> str:
        """Return where the line stands."""
        return f"{self.path}:{self.line}"


def kind_of(path: str) -> str:
    """Return which kind of file of KINDS a path is, or ""."""
    name = path.rpartition("/")[2].lower()
    if name.startswith(("dockerfile", "containerfile")) or name.endswith(
        (".dockerfile", "_dockerfile", "-dockerfile")
    ):
        return "" if name.endswith((".dockerignore", ".md", ".py", ".rst", ".jinja", ".j2")) else "dockerfile"
    if name in (
        "procfile",
        "app.json",
        "render.yaml",
        "fly.toml",
        "railway.json",
        "railway.toml",
        "nixpacks.toml",
        "heroku.yml",
    ):
        return "deploy"
    if name in (
        "build.sh",
        "release.sh",
        "deploy.sh",
        "entrypoint.sh",
        "start.sh",
        "docker-entrypoint.sh",
        "fabfile.py",
    ):
        return "deploy"
    if name.endswith((".yml", ".yaml")):
        if name.startswith(("docker-compose", "compose")):
            return "compose"
        if "workflows/" in path or name in (
            ".gitlab-ci.yml",
            ".travis.yml",
            "azure-pipelines.yml",
            "bitbucket-pipelines.yml",
        ):
            return "ci"
        if path.endswith(".circleci/config.yml"):
            return "ci"
    if name in (
        "makefile",
        "justfile",
        "tox.ini",
        "noxfile.py",
        "taskfile.yml",
        "bootstrap.sh",
        "install.sh",
        "setup.sh",
    ):
        return "task"
    return ""


def other_projects(tree: Tree, folders: list[str]) -> tuple[str, ...]:
    """Return the folders, with a "/", that hold another project's manifest: `folders` are this one's."""
    found = {
        path.rpartition("/")[0] for path in tree.named("requirements.txt", "pyproject.toml", "setup.py", "Pipfile")
    }
    return tuple(
        sorted(
            f"{folder}/"
            for folder in found
            if folder and folder not in folders and not HELPERS & set(WORD.findall(folder.lower()))
        )
    )


def read_commands(tree: Tree, folders: list[str]) -> list[Command]:
    """Return the logical lines of all such files: production's first, then by kind, then those in `folders[0]` first.

    Those in the folder of another project, such as another service of a monorepo, are left out.
    """
    others = other_projects(tree, folders)
    near = "" if folders[0] == "." else f"{folders[0]}/"
    paths = [
        (is_development(path.removeprefix(near)), KINDS.index(kind), not path.startswith(near), path)
        for path in tree.paths
        if (kind := kind_of(path)) and not path.startswith(others)
    ]
    paths.sort(key=lambda item: item[:3])
    return [
        Command(KINDS[kind], path, number, text, development)
        for development, kind, _, path in paths[:300]
        for number, text in logical_lines(tree.text(path) or "", KINDS[kind] == "dockerfile")
    ]


def logical_lines(text: str, skip_comments: bool = True) -> Iterator[tuple[int, str]]:
    """Yield the lines of a Dockerfile or a script, those joined that end in a backslash, with the first one's number.

    A Dockerfile's comment inside a continued instruction does not end it.
    """
    pending: list[str] = []
    first = 0
    for number, line in enumerate(text.split("\n"), 1):
        stripped = line.strip()
        if not pending:
            first = number
        if stripped.startswith("#"):
            if not (pending and skip_comments):
                pending and (yield first, " ".join(pending))
                pending = []
            continue
        if stripped.endswith("\\"):
            pending.append(stripped[:-1].strip())
        elif stripped:
            pending.append(stripped)
            yield first, " ".join(pending)
            pending = []
        elif pending and not skip_comments:
            yield first, " ".join(pending)
            pending = []
    if pending:
        yield first, " ".join(pending)


@dataclass(frozen=True)
class Image:
    """A base image of a Dockerfile: "python", "3.12-slim"; `name` is the last part of its repository."""

    name: str
    tag: str
    source: str


VARIABLE = re.compile(r"\$(?:\{([A-Za-z_][A-Za-z0-9_]*)(?::?-([^}]*))?\}|([A-Za-z_][A-Za-z0-9_]*))")


@lru_cache(maxsize=256)
def dockerfile_variables(text: str) -> dict[str, tuple[str, int]]:
    """Return the values that a Dockerfile gives its build arguments and variables, with their lines."""
    found: dict[str, tuple[str, int]] = {}
    for number, line in logical_lines(text):
        word, _, rest = line.partition(" ")
        if word.upper() in ("ARG", "ENV"):
            for part in rest.split():
                name, equals, value = part.partition("=")
                if equals:
                    found.setdefault(name, (substitute(value.strip("\"'"), found), number))
    return found


def substitute(text: str, variables: dict[str, tuple[str, int]], limit: int = 500) -> str:
    """Return a Dockerfile's text with its build arguments' defaults in place of their names."""

    def value(match: re.Match[str]) -> str:
        return variables.get(match[1] or match[3], (match[2] or "", 0))[0]

    return VARIABLE.sub(value, text)[:limit]  # a few lines of arguments must not grow without end


def dockerfile_images(tree: Tree, path: str) -> list[Image]:
    """Return the images that a Dockerfile's stages start from, in order, its build arguments' defaults filled in.

    https://docs.docker.com/reference/dockerfile/#from
    """
    text = tree.text(path) or ""
    variables = dockerfile_variables(text)
    found = []
    for number, line in logical_lines(text):
        words = [word for word in line.split() if not word.startswith("--")]
        if len(words) > 1 and words[0].upper() == "FROM":
            reference = substitute(words[1], variables).partition("@")[0]
            last = reference.rpartition("/")[2]
            name, _, tag = last.partition(":")
            used = [match[1] or match[3] for match in VARIABLE.finditer(words[1])]
            stated = next((variables[name][1] for name in used if name in variables), number)
            found.append(Image(name, tag, f"{path}:{stated}"))
    return found
