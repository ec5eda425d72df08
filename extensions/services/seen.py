"""The services that a project names: in its Compose file, its settings, its dependencies and its apps."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from .. import services
from ..project import Certainty, Found, Project
from ..project.dependencies.record import Installed
from ..project.deployment.compose import Service as ComposeService
from ..project.deployment.compose import read_compose
from ..project.deployment.dockerfile import name_and_tag
from ..project.places import is_development
from ..project.settings.record import DjangoSettings
from ..project.tree import Tree
from .kinds import engine_kind, kind, kind_in_image, kind_of_image, kind_of_longer_image, relatives

ACCESSORIES = ("express", "exporter", "commander", "insight", "backup", "backups", "ui", "dashboards", "admin", "init")


@dataclass(frozen=True)
class Seen:
    """A service that the project names, and how.

    `image` and `version` (the number that its tag begins with) are those of the project's Compose file, "" where there
    is none.
    """

    name: str
    source: str
    why: str
    certainty: Certainty
    image: str = ""
    version: str = ""
    note: str = ""
    in_compose: bool = False

    @property
    def is_stated(self) -> bool:
        """Whether a file of the project says it in so many words."""
        return self.certainty == Certainty.STATED


def read_services(tree: Tree, project: Project) -> Found[Sequence[Seen]]:
    """Return the services that the project names."""
    settings = project.settings
    found: dict[str, Seen] = {}
    for service in (
        *_in_compose(tree),
        *_in_settings(settings),
        *_by_driver(project.dependencies.distributions.value),
        *_by_app(settings.installed_apps),
    ):
        _merge(found, service)
    _note_sqlite(settings, found)
    items = list(found.values())
    certainty = Certainty.STATED if any(item.is_stated for item in items) else Certainty.INFERRED
    return Found(items, items[0].source if items else "", certainty if items else Certainty.ASSUMED)


def _merge(found: dict[str, Seen], service: Seen) -> None:
    """Add a service, or what it says beyond the one of its kind that is there already."""
    alike = relatives(service.name)
    known = next((other for other in found if other in alike), None)
    if known is None:
        found[service.name] = service
        return
    first = found[known]
    if (dialect := kind(known).dialect) and service.name == dialect.geographic:
        del found[known]
        known, first = service.name, _as_geographic(first, service)
    why = first.why if service.why in first.why else f"{first.why}; {service.why}"
    found[known] = replace(
        first,
        why=why,
        certainty=service.certainty if service.is_stated else first.certainty,
        in_compose=first.in_compose or service.in_compose,
    )


def _as_geographic(first: Seen, service: Seen) -> Seen:
    """Return a database of which something needs a map's types, with a note where its image does not have them."""
    lacks = first.image and service.name not in first.image
    note = f"{first.image} has no PostGIS, which {service.source} needs." if lacks else first.note
    return replace(first, name=service.name, note=note)


def _version(image: str) -> str:
    """Return the number that an image's tag begins with: "18" for "pg18-alpine"."""
    match = re.match(r"(?:pg|v)?(\d+(?:\.\d+)*)", name_and_tag(image)[1])
    return match[1] if match else ""


def _in_compose(tree: Tree) -> Iterator[Seen]:
    for service in read_compose(tree):
        name = name_and_tag(service.image)[0].lower()
        found, image = _kind_in_compose(service, name)
        if found and not re.search(rf"[-_]({'|'.join(ACCESSORIES)})$", name):
            development = is_development(service.path)
            yield Seen(
                found,
                service.source,
                f"Compose service {service.name}",
                Certainty.INFERRED if development else Certainty.STATED,
                image,
                _version(image),
                "By its path, the file is for development." if development else "",
                in_compose=True,
            )


def _kind_in_compose(service: ComposeService, name: str) -> tuple[str, str]:
    """Return the kind of a service of Compose, "" for none, and its image, "" for one that the project builds."""
    image = service.image
    found = kind_in_image(image) or kind_of_image(name)
    if not found and image:
        found = kind_of_longer_image(name)
    if not found and service.context and not service.command:  # an image of their own made FROM the service's
        return kind_of_image(service.name.lower()) or kind_of_image(service.context.rpartition("/")[2].lower()), ""
    return found, image


def _in_settings(settings: DjangoSettings) -> Iterator[Seen]:
    for alias, database in settings.databases.value.items():
        for text in (database.engine or "", database.url_default or ""):
            if name := engine_kind(text):
                yield _of_setting(settings.databases, name, f"DATABASES[{alias!r}] is {text}")
                break
    for alias, cache in settings.caches.value.items():
        yield from _of_backend(settings.caches, cache.backend, f"CACHES[{alias!r}]")
    for alias, layer in settings.channel_layers.value.items():
        yield from _of_backend(settings.channel_layers, layer.backend, f"CHANNEL_LAYERS[{alias!r}]")
    if name := engine_kind(settings.celery_broker.value.value.partition(":")[0]):
        yield _of_setting(settings.celery_broker, name, "Celery's broker")


def _of_backend(found: Found[object], backend: str | None, setting: str) -> Iterator[Seen]:
    if (name := engine_kind(backend or "")) and name != "sqlite":
        yield _of_setting(found, name, f"{setting} is {backend}")


def _of_setting(found: Found[object], name: str, why: str) -> Seen:
    return Seen(name, found.source, why, found.certainty)


def _by_driver(distributions: Mapping[str, Installed]) -> Iterator[Seen]:
    known = set()
    for service in services.KINDS:
        for driver in service.drivers:
            if driver in distributions and driver not in known:
                known.add(driver)  # of a driver of several kinds, the first is the likeliest
                source = distributions[driver].source
                note = "" if service.dialect else "A driver alone: the settings may not use it."
                yield Seen(service.name, source, f"{driver} is installed", Certainty.INFERRED, note=note)


def _by_app(apps: Found[Sequence[str]]) -> Iterator[Seen]:
    for service in services.KINDS:
        for app in service.apps:
            if app in apps.value:
                yield Seen(service.name, apps.source, f"{app} is in INSTALLED_APPS", Certainty.INFERRED)


def _note_sqlite(settings: DjangoSettings, found: dict[str, Seen]) -> None:
    """Say so where a driver of a server's database is there, but the settings use SQLite by default."""
    servers = [service.name for service in services.KINDS if service.is_sql and service.name != "sqlite"]
    server = next((name for name in servers if name in found), "")
    if "sqlite" not in found or not server:
        return
    variable = next((database.variable for database in settings.databases.value.values() if database.variable), "")
    choice = f"{variable} selects the database" if variable else "no variable selects another"
    found[server] = replace(found[server], note=f"The settings use SQLite by default; {choice}.")
