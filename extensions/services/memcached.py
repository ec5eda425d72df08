"""Memcached."""

from .record import At, Container, Own, Service


def image(own: Own) -> str:
    """Return the image of the project's minor version."""
    return f"memcached:{own.numbers(2, '1.6')}"


def container(at: At) -> Container:
    """Return how Compose runs it. It keeps nothing."""
    is_alpine = "alpine" in at.image
    return Container(
        memory="128m",
        pids=64,
        test="[CMD-SHELL, 'echo version | nc -w 1 127.0.0.1 11211 | grep VERSION']"
        if is_alpine
        else "[CMD, bash, -c, 'exec 3<>/dev/tcp/127.0.0.1/11211']",
        test_comment="" if is_alpine else "Of the image's shells, only bash knows /dev/tcp.",
        times=(("interval", "30s"), ("start_interval", "1s"), ("start_period", "30s")),
        read_only=True,
    )


MEMCACHED = Service(
    name="memcached",
    images=("memcached",),
    drivers=("pymemcache", "pylibmc", "python-memcached"),
    engines=("memcache",),
    words=("MEMCACHE", "MEMCACHED"),
    is_cache=True,
    port=11211,
    compose_name="memcached",
    scheme="memcached",
    with_port=("SERVERS", "LOCATION"),
    image=image,
    described=("memcached",),
    container=container,
)
