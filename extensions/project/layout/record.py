"""Where the parts of a Django project are."""

from collections.abc import Sequence
from dataclasses import dataclass

from ..findings import Found, unread


@dataclass(frozen=True)
class Selector:
    """An environment variable that makes a project use production's settings, and its value for that."""

    name: str = ""
    value: str = ""


@dataclass(frozen=True)
class Layout:
    """Where the parts of the project are, and its name. Paths count from the project's root."""

    manage_py: Found[str] = unread("")  # the path of manage.py, "" for none
    name_taken: Found[bool] = unread(False)  # whether a manage.py in the root is the project's own, whatever it does
    django_dir: Found[str | None] = unread(None)  # its folder, "." for the root; None where there is no project
    settings_module: Found[str] = unread("")  # the dotted name of production's settings, "" for none
    settings_file: Found[str] = unread("")  # their path, "" for none
    settings_example: Found[str] = unread("")  # what is read in their place, which you have to write; "" for none
    python_path: Found[str] = unread("")  # the folder from which the settings module is imported
    import_roots: Found[Sequence[str]] = unread(())  # other folders that packages of the project are imported from
    settings_fixed: Found[bool] = unread(False)  # whether code lets no other module take its place
    settings_variable: Found[Selector] = unread(Selector())  # the variable that selects the settings
    configuration_class: Found[str] = unread("")  # production's class of django-configurations
    wsgi_module: Found[str] = unread("")  # as Gunicorn takes it: "core.wsgi", "core.wsgi:app", "" for none
    asgi_module: Found[str] = unread("")  # likewise
    interface: Found[str] = unread("")  # "wsgi", or "asgi" where the project itself is run so
    project_slug: Found[str] = unread("")  # a name for images and processes: lower case, with hyphens
    folder_around: Found[str] = unread("")  # the name of the folder around, where a folder's name is all there is

    @property
    def base(self) -> str:
        """The folder of manage.py, the root where there is none."""
        return self.django_dir.value or "."

    @property
    def import_root(self) -> str:
        """The folder from which the project's modules are imported."""
        return self.python_path.value or self.base

    @property
    def can_be_changed(self) -> bool:
        """Whether a module that imports all of the settings' names can stand in for the settings."""
        return bool(self.settings_module.value) and not (self.configuration_class.value or self.settings_fixed.value)
