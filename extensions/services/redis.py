"""Redis and Valkey, to which the same clients speak. Compose runs Valkey."""

from .record import At, Container, Own, Service


def image(own: Own) -> str:
    """Return Valkey's image, of the major version of the project's Valkey; a version of Redis says nothing of it."""
    return f"valkey/valkey:{own.numbers(1, '9')}"


def container(at: At) -> Container:
    """Return how Compose runs it."""
    name = "valkey" if "valkey" in at.image else "redis"
    return Container(
        memory="256m",
        pids=64,
        folder="/data",
        test=f"[CMD, {name}-cli, ping]",
        times=(("interval", "30s"), ("start_period", "30s"), ("start_interval", "1s")),
        user=name,
        read_only=True,
    )


def path(rest: str, number: str) -> str:
    """Return the path of a URL: the number of a database, as settings have it."""
    return rest or (f"/{number}" if number else "")


def part(word: str, default: str, hidden: bool) -> str | None:
    """Return no password where settings have one: the service has none."""
    return "" if word in ("PASSWORD", "PASS") and hidden else None


VALKEY = Service(
    name="valkey",
    family="redis",
    images=("valkey",),
    drivers=("valkey", "django-valkey"),
    engines=("valkey",),
)
REDIS = Service(
    name="redis",
    images=("redis", "redis-stack", "redis-stack-server", "keydb", "dragonfly"),
    drivers=("redis", "django-redis", "hiredis", "django-rq", "rq", "channels-redis", "django-cacheops"),
    engines=("redis",),
    apps=("django_rq",),
    words=("REDIS", "VALKEY"),
    is_broker=True,
    is_cache=True,
    port=6379,
    compose_name="valkey",
    scheme="redis",
    secure_scheme="rediss",
    path=path,
    part=part,
    image=image,
    version_of=("valkey",),
    described=("valkey", "redis", "keydb"),
    container=container,
)
