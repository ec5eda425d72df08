"""What a project's existing Docker files say, as answers: extensions/adoption/ reads it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from .findings import Found, unread


@dataclass(frozen=True)
class Extra:
    """What the handbook's Dockerfiles say beyond this template's; instructions with the comments above them."""

    apt: Sequence[str] = ()  # Debian packages
    build_image: str = ""  # that the build starts from
    environment: Mapping[str, str] = field(default_factory=dict)  # of the image
    gunicorn_options: Sequence[str] = ()
    instructions: Sequence[str] = ()  # of the last stage, before USER
    build_instructions: Sequence[str] = ()  # of the other stages
    left_out: Mapping[str, str] = field(default_factory=dict)  # instructions and options with a secret: where they are


@dataclass(frozen=True)
class Adopted:
    """What the files of the handbook say, for a project that has them, beside what takes the place of the code's."""

    use_fathom: Found[bool] = unread(False)  # whether Django gets the manifest of static files
    gunicorn_workers: Found[int] = unread(0)  # Gunicorn's option --workers
    gunicorn_threads: Found[int] = unread(0)  # Gunicorn's option --threads
    web_concurrency: Found[int] = unread(0)  # the variable that counts where --workers is not given
    django_port: Found[int] = unread(0)  # that Compose publishes
    static_port: Found[int] = unread(0)  # that Compose publishes
    nginx_locations: Found[Sequence[str]] = unread(())  # lines of the location blocks of default.conf
    nginx_left_out: Found[str] = unread("")  # where default.conf has a location with a secret
    handbook_extra: Found[Extra] = unread(Extra())  # the rest
    own_gunicorn_options: Found[Sequence[str]] = unread(())  # of a command line or configuration of the project's own
    gunicorn_not_taken: Found[Sequence[str]] = unread(())  # where it has others, each with its name
    nginx_internal: Found[Mapping[str, str]] = unread({})  # folders that it sends where Django says so, with their URL
    nginx_not_taken: Found[Sequence[str]] = unread(())  # where it does what no answer holds
