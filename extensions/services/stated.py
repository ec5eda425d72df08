"""Whether a project says that it runs a kind of database server, where its settings use SQLite without variables."""

import re
from collections.abc import Iterator, Sequence

from ..project import Project
from ..project.deployment.compose import read_compose
from ..project.deployment.dockerfile import final_lineage, read_instructions
from ..project.places import is_aside, is_development, own
from ..project.tree import Tree
from .record import Service
from .seen import Seen

# What no other database has; operations that make extensions do nothing on others.
# https://docs.djangoproject.com/en/stable/ref/contrib/postgres/
FIELDS = re.compile(r"\bdjango\.contrib\.(?:postgres\.(?:fields|indexes|constraints|search)|gis\.db)\b")
GEOGRAPHIC = re.compile(r"\bdjango\.contrib\.gis\.db\b")
MAX_MIGRATIONS = 1500


def is_stated(tree: Tree, project: Project, seen: Sequence[Seen], server: Service, variables: Sequence[str]) -> bool:
    """Return whether the project runs such a server, by files of its own.

    These are its app.json, its Compose file, its image with a client of the server, and its migrations. A Compose file
    for development counts if it sets one of the `variables` that make settings connect to the server.
    """
    assert server.dialect, f"{server.name} is not a database"
    alike = {server.name, server.speaks, *server.dialect.stated_by}
    compose = [item for item in seen if item.name in alike and item.image and item.in_compose]
    if any(item.is_stated for item in compose) or (compose and _sets(tree, variables)):
        return True
    if any(server.dialect.addon in str(tree.json(path)).lower() for path in own(tree, "app.json")[:1]):
        return True
    return _has_client(tree, project, server.dialect.clients) or (
        server.speaks == "postgresql" and migrates_with(tree, FIELDS)
    )


def is_geographic(tree: Tree) -> bool:
    """Return whether migrations of the project make columns with a map's types."""
    return migrates_with(tree, GEOGRAPHIC)


def migrates_with(tree: Tree, wanted: re.Pattern[str]) -> bool:
    """Return whether a migration of the project names what is wanted."""
    paths = [path for path in tree.paths if path.endswith(".py") and "/migrations/" in f"/{path}"]
    own_paths = [path for path in paths if not is_aside(tree, path)][:MAX_MIGRATIONS]
    return any(wanted.search(tree.text(path) or "") for path in own_paths)


def _sets(tree: Tree, variables: Sequence[str]) -> bool:
    """Return whether a service of Compose that the project builds gets one of some variables."""
    return any(service.context and {*variables} & service.environment.keys() for service in read_compose(tree))


def _has_client(tree: Tree, project: Project, clients: Sequence[str]) -> bool:
    """Return whether the project's own image installs, or calls when it starts, a client of a server."""
    named = re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, clients))})(?!\w)")
    return bool(clients) and any(named.search(text) for text in _of_image(tree, project))


def _of_image(tree: Tree, project: Project) -> Iterator[str]:
    """Yield what runs in the project's own image, and in scripts that it starts, without comments."""
    image = project.own_steps.value.image
    if image is None or is_development(image.path):
        return
    instructions = final_lineage(read_instructions(tree.text(image.path) or ""))
    yield from (item.body for item in instructions if item.keyword == "RUN")
    paths = {item.source.rpartition(":")[0] for item in project.own_steps.value.taken}
    for path in sorted(path for path in paths if path.endswith(".sh")):
        yield re.sub(r"(?m)^\s*#.*$", "", tree.text(path) or "")
