"""What Docker Swarm and Kubernetes give containers: variables, secrets, names and commands."""

import re
import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from .celery import is_worker

LOCAL_HOSTS = re.compile(r"localhost([^A-Za-z0-9]+)127\.0\.0\.1|localhost|127\.0\.0\.1")
OFF = ("false", "0", "no", "off")
OF_COMPOSE = ("DJANGO_SETTINGS_MODULE",)  # for compose_settings, which has the services of Compose


@dataclass(frozen=True)
class Environment:
    """The variables of Django's containers beside those of the image.

    `public` are those that the repository may have; `secret` those that a person gives, each with a first value.
    """

    public: dict[str, str]
    secret: dict[str, str]


def environment(
    compose: Mapping[str, str],
    required: Iterable[str],
    dotenv: Mapping[str, str],
    optional: Mapping[str, Sequence[str]],
    host: str,
) -> Environment:
    """Return the variables by those of Compose: what names this machine names the site's host instead.

    What points at a service of Compose is given by a person, as the services are outside. What only makes up such a
    value, like POSTGRES_PASSWORD, is left out, and so is what turns off HTTPS.
    """
    public: dict[str, str] = {}
    secret: dict[str, str] = {}
    for name, value in compose.items():
        if name == "HEALTHCHECK_HOST":
            public[name] = value
        elif value.startswith("http://localhost"):
            public[name] = f"https://{host}"
        elif LOCAL_HOSTS.fullmatch(value.removeprefix("@merge ")):
            public[name] = LOCAL_HOSTS.sub(host, value)
        elif name not in OF_COMPOSE and value.lower() not in OFF:
            secret[name] = ""
    parts = {part for value in compose.values() for part in re.findall(r"\$\{(\w+)\}", value)}
    for name in (*required, *dotenv):
        if name in required or name in optional or name not in parts:
            secret[name] = dotenv.get(name, "")
    # The health check asks for the first host in this variable, and gets no secrets.
    for name in dict.fromkeys([*secret, *optional]):
        if "ALLOWED_HOST" in name.upper() and name not in public:
            default, comment = optional.get(name, ("", ""))
            is_json = "JSON" in comment or secret.pop(name, default).startswith("[")
            public[name] = f'["{host}"]' if is_json else host
    return Environment(dict(sorted(public.items())), dict(sorted(secret.items())))


def dns_name(name: str) -> str:
    """Return a name as Kubernetes takes it: https://kubernetes.io/docs/concepts/overview/working-with-objects/names/."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:63].rstrip("-") or "django"


def replicated(command: str) -> bool:
    """Return whether several containers may run a command at once: Celery's workers share their queue.

    Of all else, like Celery's beat, two would do the same work twice:
    https://docs.celeryq.dev/en/stable/userguide/periodic-tasks.html#starting-the-scheduler
    """
    words = shlex.split(command)
    return is_worker(words) and not any(re.fullmatch(r"-[A-Za-z]*B[A-Za-z]*|--beat", word) for word in words)


@dataclass(frozen=True)
class Port:
    """A port of a container, and that of the machine on which all machines may ask for it."""

    published: int
    target: int
    protocol: str
    is_local: bool  # for this machine alone


def ports(texts: Iterable[str]) -> list[Port]:
    """Return ports as Compose's short form has them: [ADDRESS:]PUBLISHED:TARGET[/PROTOCOL]."""
    found = []
    for text in texts:
        pair, _, protocol = text.partition("/")
        *address, published, target = pair.split(":")
        found.append(Port(int(published), int(target), protocol or "tcp", address[:1] == ["127.0.0.1"]))
    return found
