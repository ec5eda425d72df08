"""The kinds of services: what is known of each, and what is worked out of it."""

import shutil

import pytest
import yaml
from support import NEXT, PROJECTS, commit, copy, git

from extensions import services
from extensions.questions import defaults
from extensions.services import connections, containers
from extensions.services.site import Site

MOSQUITTO = '''"""Mosquitto, which speaks MQTT."""

from .record import At, Container, Own, Service


def image(own: Own) -> str:
    """Return the image of the project's major version."""
    return f"eclipse-mosquitto:{own.numbers(1, '2')}"


def container(at: At) -> Container:
    """Return how Compose runs it."""
    return Container(
        memory="64m",
        pids=32,
        folder="/mosquitto/data",
        test="[CMD, mosquitto_sub, -t, $$SYS/broker/uptime, -C, '1']",
        times=(("interval", "30s"), ("start_period", "30s")),
        user="mosquitto",
        read_only=True,
    )


MOSQUITTO = Service(
    name="mosquitto",
    images=("eclipse-mosquitto",),
    drivers=("paho-mqtt",),
    engines=("mqtt",),
    words=("MQTT",),
    port=1883,
    compose_name="mosquitto",
    scheme="mqtt",
    image=image,
    described=("eclipse-mosquitto",),
    container=container,
)
'''


def test_connections_are_worked_out_once(monkeypatch):
    site = defaults.site_for(PROJECTS / "celery_postgres/project")
    runs = []
    work_out = connections.add_database
    monkeypatch.setattr(connections, "add_database", lambda site, found: runs.append(site) or work_out(site, found))
    found = defaults.from_site(site, PROJECTS / "celery_postgres/project")
    assert found["services"].value and found["workers"].value
    assert runs == [site]
    assert connections.connections(Site()).services == {} and len(runs) == 2


def test_a_service_is_added_by_one_module(template, project, tmp_path):
    """The module, and its record in the tuple of services/__init__.py; nothing else of the template changes."""
    template = shutil.copytree(template, tmp_path / "template")
    room = template / "extensions/services"
    (room / "mosquitto.py").write_text(MOSQUITTO)
    init = (room / "__init__.py").read_text()
    init = init.replace("from .mysql", "from .mosquitto import MOSQUITTO\nfrom .mysql")
    (room / "__init__.py").write_text(init.replace("    RABBITMQ,\n", "    RABBITMQ,\n    MOSQUITTO,\n"))
    commit(template)
    git("-C", template, "tag", "--force", NEXT)
    folder = project()
    with (folder / "mysite/settings.py").open("a") as settings:
        settings.write('\nimport os\nMQTT = os.environ.get("MQTT_URL", "mqtt://localhost/sensors")\n')
    (folder / "docker-compose.yml").write_text("services:\n  mqtt:\n    image: eclipse-mosquitto:1.6.15\n")
    commit(folder)
    copy(template, folder)
    compose = yaml.safe_load((folder / "compose.yaml").read_text())
    assert compose["services"]["mosquitto"] == {
        "image": "eclipse-mosquitto:1",
        "volumes": ["mosquitto-data:/mosquitto/data"],
        "healthcheck": {
            "test": ["CMD", "mosquitto_sub", "-t", "$$SYS/broker/uptime", "-C", "1"],
            "interval": "30s",
            "start_period": "30s",
        },
        "user": "mosquitto",
        "read_only": True,
        "cap_drop": ["ALL"],
        "security_opt": ["no-new-privileges:true"],
        "logging": compose["x-logging"],
        "restart": "unless-stopped",
        "deploy": {"resources": {"limits": {"memory": "64m", "pids": 32}}},
    }
    assert compose["x-django"]["environment"]["MQTT_URL"] == "${MQTT_URL:-mqtt://mosquitto:1883/sensors}"
    assert compose["x-django"]["depends_on"] == {"mosquitto": {"condition": "service_healthy"}}
    assert "mosquitto-data" in compose["volumes"]


def test_kinds_are_told_apart():
    """What names a kind names no other, or the first would hide the later; but for clients of several databases."""
    for part in ("name", "images", "engines", "apps", "words", "described"):
        found = [text for kind in services.KINDS for text in _texts(getattr(kind, part))]
        assert len(found) == len(set(found)), part
    ports = [kind.port for kind in services.KINDS if kind.image and not kind.dialect]
    assert len(ports) == len(set(ports))


def _texts(value):
    return [value] if isinstance(value, str) else value


@pytest.mark.parametrize("kind", [kind for kind in services.KINDS if kind.image], ids=lambda kind: kind.name)
def test_a_kind_that_compose_runs_is_described(kind):
    image = kind.image(services.record.Own())
    assert kind.port and kind.compose_name and containers.container("db", image, "shop", "django")
    assert bool(kind.password) or not kind.login


@pytest.mark.parametrize("image", ["postgres:18", "postgis/postgis:17-3.5", "mysql:8.4", "mariadb:11.8"])
def test_other_databases_of_a_server(image):
    """Without any, the container is as it was before there was the answer."""
    alone, found = (containers.container("db", image, "shop", "django", others) for others in ((), ("logs", "a.b")))
    assert alone is not None and found is not None
    assert not alone.create and "logs" not in " ".join(alone.backup) and "\n" not in " ".join(alone.backup)
    assert [line for line in found.create if "CREATE" in line and ("logs" in line or "a.b" in line)]
    assert all(name in " ".join(found.backup) for name in ("shop", "logs", "a.b"))
    if image.startswith("m"):  # the user of MySQL is not its root
        assert found.create[1] == "GRANT ALL ON `logs`.* TO 'django'@'%';"
        assert found.restore == alone.restore
    else:
        assert found.create == ('CREATE DATABASE "logs";', 'CREATE DATABASE "a.b";')
        assert alone.read_only and not found.read_only  # Compose writes no configs to what is read-only
