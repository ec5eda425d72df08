"""A project together with the services that it connects to: the input of all defaults."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from .. import services
from ..project import Project
from ..project.findings import Found, unread
from .choice import Choice
from .seen import Seen


@dataclass(frozen=True)
class Services:
    """The services of a project."""

    services: Found[Sequence[Seen]] = unread(())  # those that it names
    database_choice: Found[Choice | None] = unread(None)  # the database's server that variables select


@dataclass(frozen=True, eq=False)
class Site(Project):
    """A project, with its services."""

    services: Services = field(default_factory=Services)

    @property
    def seen(self) -> Sequence[Seen]:
        """The services that the project names."""
        return self.services.services.value


def not_run(site: Site) -> list[str]:
    """Return the kinds that the project runs, and that a person is told Compose does not run."""
    database = site.settings.default_database.engine or ""  # of which more is said
    stated = {item.name for item in site.seen if item.is_stated and f" is {database}" not in item.why}
    return [service.name for service in services.KINDS if service.told and service.name in stated]
