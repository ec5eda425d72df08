"""What Compose has to run for a project's settings, and which variables and settings point them at it."""

from dataclasses import dataclass, field


@dataclass
class Connections:
    """The services, the variables that point settings at them, and what the first .env holds for them."""

    services: dict[str, str] = field(default_factory=dict)
    environment: dict[str, str] = field(default_factory=dict)
    required: list[str] = field(default_factory=list)
    dotenv: dict[str, str] = field(default_factory=dict)
    # What no variable changes, by its path in the settings.
    settings: dict[str, str | list[str] | dict[str, str]] = field(default_factory=dict)
    database_name: str = ""
    database_user: str = ""
    databases: list[str] = field(default_factory=list)  # the aliases of those that are in the service
    extra: dict[str, str] = field(default_factory=dict)  # the names of others than the default one, and the aliases
    sources: dict[str, str] = field(default_factory=dict)  # by service
    kinds: set[str] = field(default_factory=set)
    notes: list[str] = field(default_factory=list)

    def require(self, variable: str) -> None:
        """Add a variable without which settings do not start, or cannot log in."""
        if variable not in self.required:
            self.required.append(variable)
