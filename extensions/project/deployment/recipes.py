"""The lines of a project's own Dockerfiles, CI workflows and the like that show how it is installed and served today.

A Line is as it stands, whatever it does. steps.py follows what one image does; commands.py has the processes that
are run in the end.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ..places import DEVELOPMENT, mentions
from ..tree import Tree
from .dockerfile import is_dockerfile, logical_lines

# Those that build what runs in production come first: where they disagree, they are the ones that hold.
KINDS = ("dockerfile", "deploy", "compose", "ci", "task")

# What is installed for these is not production's; what staging installs is.
FOR_DEVELOPERS = DEVELOPMENT | {
    "doc",
    "documentation",
    "docgen",
    "lint",
    "lints",
    "linter",
    "linting",
    "type",
    "typing",
    "mypy",
    "style",
    "quality",
    "check",
    "checks",
    "checking",
    "bench",
    "benchmark",
    "benchmarks",
    "example",
    "examples",
    "sample",
    "demo",
    "fixtures",
    "playground",
    "devcontainer",
    "vagrant",
    "dist",
    "node_modules",
    "optional",
    "tools",
    "tooling",
}

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


def is_for_developers(name: str) -> bool:
    """Return whether a name or path is of what developers, tests, documentation or examples need."""
    return mentions(name, FOR_DEVELOPERS)


@dataclass(frozen=True)
class Line:
    """A logical line of a file that builds, tests or deploys; `kind` is one of KINDS, `source` "path:line".

    `development`: its file is for developers, as its path says.
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
    if is_dockerfile(path):
        return "dockerfile"
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


def other_projects(tree: Tree, folders: list[str], manifests: Iterable[str]) -> tuple[str, ...]:
    """Return the folders, with a "/", that hold another project's manifest: `folders` are this one's."""
    found = {path.rpartition("/")[0] for path in tree.named(*manifests)}
    return tuple(
        sorted(f"{folder}/" for folder in found if folder and folder not in folders and not mentions(folder, HELPERS))
    )


def read_lines(tree: Tree, folders: list[str], manifests: Iterable[str]) -> list[Line]:
    """Return the logical lines of all such files: production's first, then by kind, then those in `folders[0]` first.

    Those in the folder of another project, such as another service of a monorepo, are left out: one that has a file
    with a name of `manifests`.
    """
    others = other_projects(tree, folders, manifests)
    near = "" if folders[0] == "." else f"{folders[0]}/"
    paths = [
        (is_for_developers(path.removeprefix(near)), KINDS.index(kind), not path.startswith(near), path)
        for path in tree.paths
        if (kind := kind_of(path)) and not path.startswith(others)
    ]
    paths.sort(key=lambda item: item[:3])
    return [
        Line(KINDS[kind], path, number, text, development)
        for development, kind, _, path in paths[:300]
        for number, text in _lines(tree.text(path) or "", KINDS[kind])
    ]


def _lines(text: str, kind: str) -> Iterator[tuple[int, str]]:
    return logical_lines(text, here_documents=True) if kind == "dockerfile" else _script_lines(text)


def _script_lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield the lines of a script, or of YAML that holds one, continued ones joined, with the number of their first.

    A comment or an empty line ends a command here, and not in a Dockerfile or a requirements file.
    """
    pending: list[str] = []
    first = 0
    for number, line in enumerate(text.split("\n"), 1):
        stripped = line.strip()
        first = first if pending else number
        comment = stripped.startswith("#")
        if stripped.endswith("\\") and not comment:
            pending.append(stripped[:-1].strip())
            continue
        if stripped and not comment:
            pending.append(stripped)
        if pending:
            yield first, " ".join(pending)
        pending = []
    if pending:
        yield first, " ".join(pending)
