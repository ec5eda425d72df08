"""RabbitMQ."""

from .record import At, Container, Own, Service

PASSWORD = "RABBITMQ_PASSWORD"


def image(own: Own) -> str:
    """Return the image of the project's major version."""
    return f"rabbitmq:{own.numbers(1, '4')}"


def container(at: At) -> Container:
    """Return how Compose runs it."""
    return Container(
        memory="1g",
        pids=512,
        hostname=True,
        hostname_comment="RabbitMQ keeps its data under the name of the host.",
        environment=(
            ("RABBITMQ_DEFAULT_USER", "django"),
            ("RABBITMQ_DEFAULT_PASS", f"${{{PASSWORD}:?Set it in .env}}"),
        ),
        folder="/var/lib/rabbitmq",
        test="[CMD, rabbitmq-diagnostics, --quiet, check_port_connectivity]",
        times=(("interval", "30s"), ("timeout", "20s"), ("start_period", "60s"), ("start_interval", "3s")),
        user="rabbitmq",
    )


def path(rest: str, number: str) -> str:
    """Return the service's virtual host, "/", which clients use where the URL names none."""
    return f"/{rest[rest.index('?') :]}" if "?" in rest else ""


def part(word: str, default: str, hidden: bool) -> str | None:
    """Return the login, and the virtual host."""
    if word in ("USER", "USERNAME"):
        return "django"
    if word in ("PASSWORD", "PASS"):
        return f"${{{PASSWORD}}}"
    return "/" if word == "VHOST" and default != "/" else None


RABBITMQ = Service(
    name="rabbitmq",
    images=("rabbitmq",),
    drivers=("pika", "yapw"),
    engines=("amqp", "rabbitmq"),
    words=("RABBIT", "RABBITMQ", "AMQP", "CLOUDAMQP"),
    is_broker=True,
    port=5672,
    compose_name="rabbitmq",
    login="django",
    password=PASSWORD,
    scheme="amqp",
    path=path,
    part=part,
    image=image,
    described=("rabbitmq",),
    container=container,
)
