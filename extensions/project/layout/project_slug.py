"""What to call a project."""

import re
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import replace

from ..data import mapping, text_of
from ..dependencies.tool import Tool, name_in
from ..findings import Certainty, Found
from ..lines import at
from ..places import join
from ..tree import Tree
from .record import Layout

GENERIC_NAMES = frozenset(
    [
        "src",
        "app",
        "apps",
        "backend",
        "back",
        "back-end",
        "server",
        "project",
        "projects",
        "web",
        "website",
        "site",
        "www",
        "django",
        "django-app",
        "code",
        "repo",
        "repository",
        "main",
        "master",
        "api",
        "core",
        "config",
        "conf",
        "work",
        "workdir",
        "workspace",
        "workspaces",
        "source",
        "checkout",
        "build",
        "tmp",
        "temp",
        "home",
        "root",
        "data",
        "my-app",
        "myapp",
        "mysite",
        "app-name",
        "new-folder",
        "copy",
        "data-app",
        "django-project",
    ]
)


def read_project_slug(tree: Tree, layout: Layout, tools: Collection[Tool]) -> Layout:
    """Return the layout with the project's name: ^[a-z0-9][a-z0-9-]*$, at most 40 characters.

    Where only a folder's name is left for it, folder_around is that of the folder around that, if it tells more.
    """
    for name, source, certainty in _names(tree, layout, tools):
        slug = slugify(name)
        if slug and slug not in GENERIC_NAMES:
            return replace(layout, project_slug=Found(slug, source, certainty))
    slug = slugify(_root_name(tree)) or "django"
    around = slugify(tree.root.resolve().parent.name)
    if around and around not in GENERIC_NAMES and around != slug:
        layout = replace(layout, folder_around=Found(around, "", Certainty.ASSUMED))
    note = "Nothing in the project names it but its folder."
    return replace(layout, project_slug=Found(slug, "", Certainty.ASSUMED, note))


def _names(tree: Tree, layout: Layout, tools: Collection[Tool]) -> Iterator[tuple[str, str, Certainty]]:
    base = layout.base
    yield _root_name(tree), "", Certainty.INFERRED
    for path in dict.fromkeys(("pyproject.toml", join(base, "pyproject.toml"))):
        if name := name_in(tree.toml(path) if tree.exists(path) else {}, tools):
            yield name, at(tree, path, "name"), Certainty.STATED
    for path in dict.fromkeys(("package.json", join(base, "package.json"))):
        if name := text_of(mapping(tree.json(path) if tree.exists(path) else None).get("name")):
            yield name.rpartition("/")[2], at(tree, path, '"name"'), Certainty.STATED
    if remote := _git_remote(tree):
        yield remote, ".git/config", Certainty.STATED
    if module := layout.settings_module.value:
        yield module.split(".")[0], layout.settings_module.source, Certainty.INFERRED


def _root_name(tree: Tree) -> str:
    try:
        return tree.root.resolve().name
    except (OSError, RuntimeError):
        return tree.root.name


def _git_remote(tree: Tree) -> str:
    git = tree.root / ".git"
    try:
        if git.is_file():
            with git.open(errors="replace") as file:
                content = file.read(4096)
            git = (tree.root / content.partition("gitdir:")[2].strip()).resolve()
            if git.parent.name == "worktrees":
                git = git.parent.parent
        if not (git / "config").is_file():  # a pipe would be waited for
            return ""
        with (git / "config").open(errors="replace") as file:
            text = file.read(100_000)
    except (OSError, ValueError, RuntimeError):
        return ""
    section = ""
    urls: dict[str, str] = {}
    for line in text.split("\n"):
        stripped = line.strip()
        if stripped.startswith("["):
            section = stripped
        elif section.startswith("[remote ") and (match := re.match(r"url\s*=\s*(.+)", stripped)):
            urls.setdefault(section, match[1].strip().rstrip("/"))
    url = urls.get('[remote "origin"]') or next(iter(urls.values()), "")
    return re.split(r"[/:\\]", url)[-1].removesuffix(".git") if url else ""


def slugify(name: str) -> str:
    """Return a name in lower case, other characters as single hyphens, at most 40 characters; "" if none is left."""
    folded = unicodedata.normalize("NFKD", name.lower()).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", folded).strip("-")[:40].strip("-")
