"""Find the kind of a service from a text of the project: an image, a driver, an engine, a port or a word."""

from collections.abc import Iterable

from .. import services
from .record import Service


def kind(name: str) -> Service:
    """Return the kind of a name; one of which nothing is known where there is none."""
    return next((known for known in services.KINDS if known.name == name), Service(name))


def run_kinds() -> list[Service]:
    """Return the kinds, other than databases, that Compose runs."""
    return [known for known in services.KINDS if known.image and not known.dialect]


def database_kinds() -> list[Service]:
    """Return the kinds of databases that Compose runs."""
    return [known for known in services.KINDS if known.image and known.dialect]


def broker_kinds() -> list[str]:
    """Return the names of the kinds that can be Celery's broker, first those that are made to be one."""
    return [known.name for known in sorted(run_kinds(), key=lambda known: known.is_cache) if known.is_broker]


def is_database(name: str) -> bool:
    """Return whether a name is of a kind of database that Compose runs."""
    return any(known.name == name for known in database_kinds())


def relatives(name: str) -> set[str]:
    """Return the names of the kinds to which the same clients speak."""
    family = kind(name).speaks
    return {known.name for known in services.KINDS if known.speaks == family} | {name}


def kind_of_image(name: str) -> str:
    """Return the kind that an image is of, by its name without tag in lower case, or a service's; "" for none."""
    return next((known.name for known in services.KINDS if name in known.images), "")


def kind_of_longer_image(name: str) -> str:
    """Return the kind of an image whose name goes on after that of a known one, like redis-cluster; "" for none."""
    for known in services.KINDS:
        if any(name.startswith(f"{image}-") for image in known.images):
            return known.name
    return ""


def kind_in_image(image: str) -> str:
    """Return the kind that some text in an image says, whatever its last part is; "" for none."""
    return next((known.name for known in services.KINDS if any(text in image for text in known.image_texts)), "")


def engine_kind(text: str) -> str:
    """Return the service that a dotted name of an engine or backend, or a URL's scheme, speaks to; "" for none."""
    lowered = text.lower()
    if "locmem" in lowered:  # LocMemCache
        return ""
    return next((known.name for known in services.KINDS if any(part in lowered for part in known.engines)), "")


def word_kind(word: str) -> str:
    """Return the service, none of databases, that a word of a variable's name is about; "" for none."""
    return next((known.name for known in services.KINDS if word in known.words), "")


def port_kind(port: str) -> str:
    """Return the service, none of databases, that listens on a port; "" for none."""
    return next((known.name for known in run_kinds() if str(known.port) == port), "")


def driven_by(distributions: Iterable[str]) -> set[str]:
    """Return the kinds that distributions speak to."""
    names = set(distributions)
    return {known.name for known in services.KINDS if names & set(known.drivers)}
