"""Which requirements files a project has, and which of them production is likely to install, by their names."""

from ..project.dependencies.requirements import read_requirements
from ..project.deployment.recipes import is_for_developers
from ..project.places import PRODUCTION, mentions, words
from ..project.tree import Tree

PLAIN = frozenset(["requirements", "requirement", "reqs", "req", "requires", "pip", "txt", "in"])
RANKS = {
    **dict.fromkeys(PRODUCTION, 0),
    **dict.fromkeys(["deploy", "deployment", "heroku", "docker", "server", "release", "container"], 2),
    **dict.fromkeys(
        [
            "base",
            "common",
            "main",
            "default",
            "core",
            "all",
            "app",
            "django",
            "web",
            "backend",
            "runtime",
            "install",
            "shared",
        ],
        3,
    ),
}
OTHER = 5


def is_requirements_file(path: str) -> bool:
    """Return whether a path is named as requirements files are."""
    folder, _, name = path.rpartition("/")
    stem, _, extension = name.lower().rpartition(".")
    if extension not in ("txt", "pip", "in"):
        return False
    named = words(stem)
    if "constraints" in named or "robots" in named:
        return False
    return (
        bool({"requirements", "requirement", "reqs"} & (named | words(folder.rpartition("/")[2])))
        or stem in ("req", "pip")
        or stem.startswith("requirements")
    )


def rank(path: str) -> int:
    """Return how likely production installs a requirements file, by its name: 0 for one that is named for it."""
    name = path.rpartition("/")[2].lower()
    telling = words(name) - PLAIN
    if any(character.isdigit() for character in "".join(telling)):
        return OTHER
    found = min((RANKS.get(word, OTHER) for word in telling), default=1)
    if not telling and mentions(path.rpartition("/")[0], PRODUCTION):
        found = 0
    return found + (4 if name.endswith(".in") else 0)


def requirements_candidates(tree: Tree, folders: list[str]) -> list[str]:
    """Return the requirements files that production may install, likeliest first, without those of development."""
    named = [path for path in tree.paths if is_requirements_file(path)]
    found: dict[str, tuple[int, int]] = {}
    for distance, folder in enumerate(folders):
        prefix = "" if folder == "." else f"{folder}/"
        for path in named:
            inside = path.removeprefix(prefix)
            if path in found or not path.startswith(prefix) or inside.count("/") > 2 or is_for_developers(inside):
                continue
            near = inside.count("/") == 0 or is_near(inside)
            if near:
                found[path] = (rank(path), distance)
    return sorted(found, key=lambda path: (*found[path], path.count("/"), path))[:40]


def is_near(inside: str) -> bool:
    """Return whether a requirements file's folder is one that a project keeps such files in."""
    return mentions(
        inside.rpartition("/")[0],
        {
            *PLAIN,
            *RANKS,
            "config",
            "conf",
            "etc",
            "build",
            "env",
            "compose",
            "python",
            "dependencies",
            "deps",
            "scripts",
        },
    )


def has_django(tree: Tree, path: str) -> bool:
    """Return whether a requirements file, or one that it includes, asks for Django."""
    return any(requirement.name == "django" for requirement in read_requirements(tree, path).requirements)
