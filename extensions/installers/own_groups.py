"""Dependency groups for developers that production uses: the own image installs them, and the site imports them."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from ..project.data import mapping, strings
from ..project.dependencies.tool import Search, Tool
from ..project.deployment.own_image import own_image
from ..project.deployment.recipes import is_for_developers
from ..project.deployment.steps import Step, read_own_steps
from ..project.named_aside import is_named_aside
from ..project.places import is_development
from .manifests import Manifest, production_groups

NAMED = ("--group", "--only-group", "--extra", "--extras", "--with", "-G", "-E")
WITHOUT = (
    "--no-dev",
    "--no-default-groups",
    "--only-group",
    "--only-dev",
    "--prod",
    "--production",
    "--only",
    "--without",
)
OF_ITSELF = re.compile(r"\.?/?\[([A-Za-z0-9_.,-]+)\]")
MODULES = {  # of distributions that have another name
    "beautifulsoup4": "bs4",
    "django-cors-headers": "corsheaders",
    "django-environ": "environ",
    "factory-boy": "factory",
    "pillow": "PIL",
    "psycopg2-binary": "psycopg2",
    "python-dateutil": "dateutil",
    "python-decouple": "decouple",
    "python-dotenv": "dotenv",
    "pyyaml": "yaml",
    "sorl-thumbnail": "sorl",
}
OF_DEVELOPERS = re.compile(r"(?:conftest|noxfile|fabfile|tasks|setup|factories|tests?|test_.*|.*_tests?)\.py")
BRINGS_DJANGO = re.compile("django|wagtail|mezzanine")
MAX_FILES = 500


def own_groups(
    search: Search, tool: Tool, manifest: Manifest, read: Callable[[list[str]], Manifest]
) -> dict[str, str]:
    """Return the groups and extras that production installs, with where that is said; `read` reads the manifest.

    One for developers is among them only where the own image installs it, and the site's code imports what no other
    group has. Where nothing else brings Django, the first one that has it is among them, as of a tool with a server.
    """
    found = production_groups(tool, manifest, search.steps)
    installed = {name: source for name, source in _installed(search, tool, manifest) if name not in found}
    if installed:
        main = {item.name for item in read([*found]).direct}
        for name, source in installed.items():
            brought = {item.name for item in read([name]).direct} - main
            if _imports(search, brought):
                found[name] = source
    asked = read([*found])
    if not asked.dynamic and not any(BRINGS_DJANGO.search(item.name) for item in asked.direct):
        others = [name for name in manifest.groups if name not in found and not is_for_developers(name)]
        name = next((name for name in others if any(item.name == "django" for item in read([name]).direct)), "")
        found |= {name: manifest.groups[name]} if name else {}
    return found


def _installed(search: Search, tool: Tool, manifest: Manifest) -> Iterator[tuple[str, str]]:
    """Yield the groups for developers that the site's own image installs, with the lines."""
    groups = [name for name in manifest.groups if is_for_developers(name)]
    image = own_image(search.tree, search.folders[0]) if groups else None
    if image is None or is_development(image.path):
        return
    for step in read_own_steps(search.tree, image).steps:
        names = set(_of_step(step, tool, search, manifest))
        yield from ((name, step.source) for name in groups if name in names)


def _of_step(step: Step, tool: Tool, search: Search, manifest: Manifest) -> Iterator[str]:
    words = step.words
    if "install" in words or "sync" in words:
        for word in words:
            if match := OF_ITSELF.search(word):
                yield from match[1].split(",")
        yield from _named(words)
    by_itself = words[:1] == (tool.name,) and words[1:2] in (("install",), ("sync",))
    if by_itself and not any(word.partition("=")[0] in WITHOUT for word in words) and not _without(step):
        yield from _default(tool, search, manifest)


def _named(words: Sequence[str]) -> Iterator[str]:
    for word, following in zip(words, [*words[1:], ""], strict=True):
        name, sign, value = word.partition("=")
        if name in NAMED:
            yield from (value if sign else following).split(",")


def _without(step: Step) -> bool:
    """Return whether a variable leaves out the groups that are installed without being named."""
    values = {**step.environment, **step.given}
    return any(values.get(name) for name in ("UV_NO_DEV", "POETRY_WITHOUT", "UV_NO_DEFAULT_GROUPS"))


def _default(tool: Tool, search: Search, manifest: Manifest) -> Iterable[str]:
    """Return the groups that a tool installs unless it is told not to.

    https://docs.astral.sh/uv/concepts/projects/dependencies/#default-groups,
    https://python-poetry.org/docs/managing-dependencies/#optional-groups,
    https://pdm-project.org/latest/usage/dependency/#select-a-subset-of-dependency-groups-to-install
    """
    tables = mapping(search.tree.toml(manifest.path), "tool")
    if tool.name == "uv":
        stated = mapping(tables, "uv").get("default-groups")
        return [*manifest.groups] if stated == "all" else strings(stated) or ["dev"]
    optional = {
        name for name, group in mapping(tables, "poetry", "group").items() if mapping(group).get("optional") is True
    }
    return [name for name in manifest.groups if name not in manifest.extras and name not in optional]


def _imports(search: Search, distributions: Iterable[str]) -> bool:
    """Return whether the site's code imports, or INSTALLED_APPS lists, what one of these distributions has."""
    names = "|".join(sorted({re.escape(module) for name in distributions for module in _modules(name)}))
    if not names:
        return False
    imported = re.compile(rf"^(?:from|import)[ \t]+(?:{names})\b", re.M)
    listed = re.compile(rf"^(?: {{4}}|\t)[\"'](?:{names})(?:\.[\w.]*)?[\"'],?[ \t]*(?:#.*)?$", re.M)
    tree, near = search.tree, "" if search.folders[0] == "." else f"{search.folders[0]}/"
    paths = [path for path in tree.paths if path.endswith(".py") and _is_of_site(path.removeprefix(near))]
    for path in paths[:MAX_FILES]:
        text = tree.text(path) or ""
        if imported.search(text) or ("INSTALLED_APPS" in text and listed.search(text)):
            return True
    return False


def _is_of_site(path: str) -> bool:
    name = path.rpartition("/")[2]
    return not is_named_aside(path) and not is_development(path) and not OF_DEVELOPERS.fullmatch(name)


def _modules(distribution: str) -> set[str]:
    """Return the names that a distribution's module may have."""
    plain = distribution.replace("-", "_")
    return {MODULES.get(distribution, plain), plain}
