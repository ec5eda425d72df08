"""Options of a project's own Gunicorn, and its own configuration of nginx, in; answers out."""

import pytest
import yaml
from test_own_steps import COPY, MANAGE, SETTINGS
from test_storage import COMPOSE, CONF, render

from extensions.questions import compose_defaults, defaults
from extensions.reading import read

IMAGE = f"FROM python:3.13\nWORKDIR /app\n{COPY}"


@pytest.fixture
def answered(tmp_path):
    """Return a function that writes a project and returns its defaults by question, and what is said of it."""

    def make(settings: str = "", **files: str) -> dict:
        every = {
            "manage.py": MANAGE,
            "shop/__init__.py": "",
            "shop/settings.py": SETTINGS + settings,
            "shop/wsgi.py": "application = None\n",
            "requirements.txt": "Django==5.2.8\ngunicorn==23.0.0\ngevent==25.1\n",
            **files,
        }
        for path, text in every.items():
            (tmp_path / "shop" / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / "shop" / path).write_text(text)
        site = read(tmp_path / "shop")
        found = {name: default.value for name, default in defaults.from_site(site, tmp_path / "shop").items()}
        return found | {"notes": compose_defaults.notes(site)}

    return make


# ---------------------------------------------------------------- Gunicorn


CONFIG = """
import multiprocessing, os
bind = "0.0.0.0:9000"
timeout = int(os.environ.get("TIMEOUT", 120))
workers = int(os.getenv("WORKERS", "2")) * 2 + 1
max_requests, preload_app = 5, False
max_requests = 500
preload_app = True
loglevel = "debug"
accesslog = "/var/log/shop.log"
threads = multiprocessing.cpu_count()
def post_fork(server, worker):
    pass
"""


@pytest.mark.parametrize(
    ("files", "options", "workers", "threads"),
    [
        (
            {"Procfile": "web: gunicorn shop.wsgi --timeout 180 --threads 8 --max-requests 1000 --log-file -\n"},
            ["--timeout=180", "--max-requests=1000"],
            3,
            8,
        ),
        (
            {"Dockerfile": IMAGE + 'CMD ["gunicorn", "-b", ":80", "-w5", "-t", "90", "shop.wsgi"]\n'},
            ["--timeout=90"],
            5,
            2,
        ),
        (
            {
                "Dockerfile": IMAGE + 'ENTRYPOINT ["./start.sh"]\n',
                "start.sh": "#!/bin/sh\npython manage.py migrate\nexec python -m gunicorn shop.wsgi "
                "--workers ${WORKERS:-4} \\\n  --graceful-timeout=60 --preload\n",
            },
            ["--graceful-timeout=60", "--preload"],
            4,
            2,
        ),
        (
            {
                "Dockerfile": IMAGE + "CMD gunicorn shop.wsgi\n",
                "docker-compose.yml": "services:\n  web:\n    build: .\n    command: gunicorn shop.wsgi -k sync "
                "--limit-request-line 8190\n    ports: ['80:8000']\n",
            },
            ["--limit-request-line=8190"],
            3,
            1,
        ),
        (
            {"Dockerfile": IMAGE + 'ENV GUNICORN_CMD_ARGS="--timeout 75 --workers 7"\nCMD gunicorn shop.wsgi\n'},
            ["--timeout=75"],
            7,
            2,
        ),
        (
            {"Dockerfile": IMAGE + "ENV WEB_CONCURRENCY=6\nCMD gunicorn shop.wsgi --worker-class gevent\n"},
            ["--worker-class=gevent"],
            6,
            2,
        ),
        (
            {"deploy/shop.service": "[Service]\nExecStart=/opt/bin/gunicorn --access-logfile=a.log shop.wsgi\n"},
            ["--access-logfile=-"],
            3,
            2,
        ),
        (
            {"Procfile": "web: gunicorn shop.wsgi\n", "gunicorn.conf.py": CONFIG},
            ["--timeout=120", "--max-requests=500", "--preload", "--log-level=debug", "--access-logfile=-"],
            5,
            2,
        ),
        (
            {
                "Dockerfile": IMAGE + "CMD gunicorn -c /app/conf/g.py --timeout 45 shop.wsgi\n",
                "conf/g.py": "timeout = 600\nbacklog = 64\n",
            },
            ["--timeout=45", "--backlog=64"],
            3,
            2,
        ),
        ({"Procfile": "web: gunicorn shop.wsgi --bind :$PORT --workers $((2 * $(nproc) + 1))\n"}, [], 3, 2),
        ({"Procfile.dev": "web: gunicorn shop.wsgi --timeout 0\n"}, [], 3, 2),
        ({"gunicorn.conf.py": "workers = 9\n"}, [], 9, 2),
    ],
)
def test_options_of_an_own_gunicorn(files, options, workers, threads, answered):
    found = answered(**files)
    assert found["gunicorn_options"] == options
    assert (found["gunicorn_workers"], found["gunicorn_threads"]) == (workers, threads)


def test_what_cannot_be_an_option_of_gunicorn_is_named(answered):
    conf = "def post_fork(server, worker):\n    pass\n"
    found = answered(
        **{"Procfile": "web: gunicorn shop.wsgi --log-config a.ini --keyfile k\n", "gunicorn.conf.py": conf}
    )
    said = "gunicorn.conf.py:1 (post_fork), Procfile:1 (--log-config), Procfile:1 (--keyfile)"
    assert any(said in note for note in found["notes"])
    assert found["gunicorn_options"] == []


def test_who_waits_for_gunicorn_waits_as_long_as_it(answered):
    found = answered(Procfile="web: gunicorn shop.wsgi --timeout 180 --graceful-timeout 90 --workers 8\n")
    assert "proxy_read_timeout 180s;" in render(CONF, found)
    services = yaml.safe_load(render(COMPOSE, found))["services"]
    assert services["django"]["stop_grace_period"] == services["static"]["stop_grace_period"] == "95s"
    assert services["django"]["deploy"]["resources"]["limits"]["memory"] == "2048m"
    plain = answered(Procfile="web: gunicorn shop.wsgi --timeout 40\n")
    assert "proxy_read_timeout" not in render(CONF, plain)
    assert yaml.safe_load(render(COMPOSE, plain))["services"]["django"]["stop_grace_period"] == "35s"
    endless = answered(Procfile="web: gunicorn shop.wsgi --timeout 0\n")
    assert "proxy_read_timeout 3600s;" in render(CONF, endless)
