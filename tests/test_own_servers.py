"""Options of a project's own Gunicorn, and its own configuration of nginx, in; answers out."""

import pytest
import yaml
from nginx import complaints
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
        return found | {"notes": compose_defaults.notes(site), "rolling": False}

    return make


# ---------------------------------------------------------------- Gunicorn


UWSGI_INI = "[uwsgi]\nmodule = shop.wsgi\nharakiri = 180\nthreads = 6\nmax-requests = 1000\nbuffer-size = 32768\n"
UWSGI_YAML = "uwsgi:\n  harakiri: 180\n"


@pytest.mark.parametrize(
    ("files", "options", "threads"),
    [
        (
            {"uwsgi.ini": UWSGI_INI, "Dockerfile": f"{IMAGE}CMD uwsgi --ini uwsgi.ini"},
            ["--timeout=180", "--max-requests=1000"],
            6,
        ),
        (
            {"deploy/uwsgi.yml": UWSGI_YAML, "Procfile": "web: uwsgi -y deploy/uwsgi.yml --threads=6"},
            ["--timeout=180"],
            6,
        ),
        ({"uwsgi.ini": UWSGI_INI, "Procfile": "web: gunicorn shop.wsgi --threads 6"}, [], 6),
        ({"uwsgi.ini": UWSGI_INI, "Procfile": "web: waitress-serve shop.wsgi"}, [], 2),
    ],
)
def test_times_and_threads_of_the_own_uwsgi(files, options, threads, answered):
    found = answered(**files)
    assert (found["gunicorn_options"], found["gunicorn_threads"]) == (options, threads)


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


# ---------------------------------------------------------------- nginx


OWN = """
events {}
http {
    client_max_body_size 10m;
    limit_req_zone $binary_remote_addr zone=all:10m rate=1r/s;
    upstream shop { server unix:/run/shop.sock fail_timeout=0; }
    server { listen 80; return 301 https://$host$request_uri; }
    server {
        listen 443 ssl;
        client_max_body_size 200m;
        add_header X-Frame-Options "DENY" always;
        root /srv/www;
        location /static/ { alias /srv/collected/; expires 30d; }
        location /media { alias /srv/uploads; }
        location /protected/ { internal; alias /srv/uploads/private/; }
        location = /robots.txt { return 200 "User-agent: *\\nDisallow: /cart\\n"; }
        location = /favicon.ico { alias /srv/collected/icons/favicon.ico; access_log /var/log/a.log; }
        location = /apple-touch-icon.png { log_not_found off; }
        location ~ /\\.(?!well-known) { deny all; return 404; }
        location /.well-known/acme-challenge/ { root /var/www/certbot; }
        location /flower/ { proxy_pass http://flower:5555; }
        location /admin/ { allow 10.0.0.0/8; deny all; proxy_pass http://shop; }
        location /upload/ { client_max_body_size 1g; proxy_pass http://shop; }
        location / {
            try_files $uri @shop;
        }
        location @shop {
            proxy_set_header Host $http_host;
            proxy_read_timeout 5m;
            proxy_buffering off;
            proxy_pass http://shop;
        }
    }
}
"""
UPLOADS = "MEDIA_URL = '/media/'\nMEDIA_ROOT = BASE_DIR / 'uploads'\n"


def test_what_an_own_nginx_does_is_taken_over(answered):
    found = answered(UPLOADS, **{"deploy/shop.conf": OWN, "deploy/dev.conf": OWN.replace("5m", "9m")})
    assert found["nginx_locations"] == [
        "client_max_body_size 1g;",
        "proxy_read_timeout 5m;",
        "proxy_buffering off;",
        'add_header X-Frame-Options "DENY" always;',
        "location = /robots.txt {",
        '    return 200 "User-agent: *\\nDisallow: /cart\\n";',
        "}",
        "location = /favicon.ico {",
        "    alias /usr/share/nginx/html/static/icons/favicon.ico;",
        "}",
        "location ~ /\\.(?!well-known) {",
        "    deny all;",
        "    return 404;",
        "}",
    ]
    assert found["private_media"] == {"uploads/private": "/protected/"} and found["media_url"] == "/media/"
    said = "deploy/shop.conf:21 (location /flower/), deploy/shop.conf:22 (location /admin/: allow, deny)."
    assert any(said in note for note in found["notes"])
    conf = render(CONF, found)
    assert "client_max_body_size 32m" not in conf and "alias /workdir/uploads/private/;" in conf


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("server { location / { uwsgi_read_timeout 90s; include uwsgi_params; uwsgi_pass web:8000; } }",
         ["proxy_read_timeout 90s;"]),
        ("server { client_max_body_size 5m; location / { client_max_body_size 0; proxy_pass http://127.0.0.1; } }",
         ["client_max_body_size 0;"]),
        ("server { client_max_body_size ${MAX}; location / { proxy_pass http://django:8000; } }", []),
        ("server { add_header Authorization 'Bearer abcdef0123456789'; location / { proxy_pass http://web; } }", []),
        ("server { client_max_body_size 9m; location / { proxy_pass http://frontend:3000; } }", []),
        ("server { client_max_body_size 9m; location / {", []),
        ("{% if x %} server { client_max_body_size 9m; location / { proxy_pass http://web; } }", []),
    ],
)  # fmt: skip
def test_other_configurations_of_nginx(text, lines, answered):
    assert answered(**{"nginx/site.conf": text})["nginx_locations"] == lines


@pytest.mark.docker
def test_nginx_takes_what_is_taken_over(answered):
    among = OWN.replace("location /protected/ ", "location /media/private/ ")
    texts = {
        name: render(CONF, answered(UPLOADS, **{"deploy/shop.conf": text}))
        for name, text in {"own": OWN, "among uploads": among}.items()
    }
    assert complaints(texts) == ""


def test_what_includes_an_own_configuration_counts(answered):
    site = "server { location / { proxy_pass http://web:8000; } }"
    http = "http { client_max_body_size 75m; include /etc/nginx/conf.d/*.conf; }"
    found = answered(**{"nginx/conf.d/site.conf": site, "nginx/nginx.conf": http})
    assert found["nginx_locations"] == ["client_max_body_size 75m;"]


def test_large_uploads_have_room(answered):
    text = "server {{ client_max_body_size {}; location / {{ proxy_pass http://web:8000; }} }}"

    def limits(size: str) -> tuple[str, str, str]:
        found = answered(**{"nginx.conf": text.format(size)})
        services = yaml.safe_load(render(COMPOSE, found))["services"]
        memory = [services[name]["deploy"]["resources"]["limits"]["memory"] for name in ("django", "static")]
        return (*memory, services["static"]["tmpfs"][0])

    assert limits("32m") == ("1g", "512m", "/tmp:size=320m")
    assert limits("200m") == ("1424m", "592m", "/tmp:size=400m")


def test_an_own_nginx_is_named_where_none_runs(answered):
    text = "server { client_max_body_size 99m; location / { proxy_pass http://web:8000; } }"
    whitenoise = "MIDDLEWARE = ['whitenoise.middleware.WhiteNoiseMiddleware']\nSTATIC_ROOT = BASE_DIR / 'static'\n"
    found = answered(whitenoise, **{"nginx.conf": text})
    assert any("nginx.conf" in note for note in found["notes"])
