"""Each kind of output is started: what serves static files, behind what, by which worker, beside which services."""

import json
import re
import threading
import time

import pytest
from running import docker, of, on

pytestmark = pytest.mark.docker
SETTINGS = "live/settings.py"
WHITENOISE = {SETTINGS: "MIDDLEWARE.insert(1, 'whitenoise.middleware.WhiteNoiseMiddleware')\n"}
# Without nginx there is no reverse proxy of Compose's, whatever the answer.
KINDS = [("nginx", "nginx"), ("nginx", "external"), ("whitenoise", "nginx"), ("elsewhere", "external")]
GTHREAD = {"worker_class": "gthread", "asgi_module": "", "wsgi_module": "live.wsgi"}
WORKERS = {
    "gthread": GTHREAD | {"wsgi_module": "django.core.wsgi:get_wsgi_application()"},
    "asgi": {"worker_class": "asgi"},
    "uvicorn": {"worker_class": "uvicorn_worker.UvicornWorker"},
}


@on(
    *(
        of(
            "channels",
            WHITENOISE if static == "whitenoise" else None,
            f"{static}-{proxy}-{worker}",
            static_server=static,
            reverse_proxy=proxy,
            **WORKERS[worker],
        )
        for static, proxy in KINDS
        for worker in WORKERS
    )
)
def test_a_page_a_file_an_upload_and_a_websocket(site, request):
    static, proxy, worker = request.node.callspec.id.split("-")
    site.up()
    assert site.get("/")[0] == 200
    files = site.static_port if (static, proxy) == ("nginx", "external") else site.port
    status, _, text = site.get("/static/site.css", files)
    assert status == (404 if static == "elsewhere" else 200)
    assert status == 404 or text == "p { margin: 0 }\n"
    where = site.upload("note.txt", "kept")
    assert site.compose("exec", "django", "cat", f"/workdir{where}") == "kept"
    assert site.get(where)[0] == (200 if (static, proxy) == ("nginx", "nginx") else 404)
    if worker != "gthread":
        assert site.echo("Zürich") == "Zürich"


@on(of("channels", **GTHREAD))
def test_nginx_before_django(site):
    site.up()
    image = site.get(site.upload("dot.png", "PNG"))
    assert image[0] == 200 and image[1]["Content-Type"] == "image/png"
    assert not image[1].get("Content-Disposition", "").startswith("attachment")
    for name in ("page.html", "drawing.svg", "feed.xml", "page.xhtml"):
        status, headers, _ = site.get(site.upload(name, "<script>alert(1)</script>"))
        assert status == 200 and headers["X-Content-Type-Options"] == "nosniff"
        is_saved = headers.get("Content-Disposition", "").startswith("attachment")
        assert is_saved or "sandbox" in headers.get("Content-Security-Policy", ""), name

    before = address(site)
    site.compose("rm", "--stop", "--force", "django")
    site.compose("run", "--detach", "django", "sleep", "100")  # has the address that is free now
    site.compose("up", "--detach", "django")
    assert address(site) != before
    recreated = time.monotonic()
    while site.get("/")[0] != 200:
        assert time.monotonic() < recreated + 15, site.run("logs", "--tail=5", "proxy")[1]
        time.sleep(0.5)

    answers: list[int] = []
    slow = threading.Thread(target=lambda: answers.append(site.get("/slow/14/")[0]))
    slow.start()
    time.sleep(1)
    site.compose("stop")
    slow.join()
    assert answers == [200]
    states = [json.loads(line) for line in site.compose("ps", "--all", "--format=json").splitlines()]
    assert {state["Service"]: state["ExitCode"] for state in states} == {"django": 0, "static": 0, "proxy": 0}


def address(site) -> str:
    """Return the address of the django service's container."""
    (network,) = json.loads(docker("inspect", site.compose("ps", "--quiet", "django").strip()))[0]["NetworkSettings"][
        "Networks"
    ].values()
    return network["IPAddress"]


@on(
    *(
        of("channels", {SETTINGS: "SECURE_SSL_REDIRECT = True\n"}, worker, **answers)
        for worker, answers in WORKERS.items()
    )
)
def test_a_client_does_not_choose_its_address(site):
    site.up()
    status, _, text = site.get("/address/", **{"X-Forwarded-For": "6.6.6.6"})
    assert status == 200 and text != "6.6.6.6"


SERVICES = {
    "db": "postgres:18",
    "valkey": "valkey/valkey:9",
    "redis": "redis:8",
    "memcached": "memcached:1.6",
    "rabbitmq": "rabbitmq:4",
    "mysql": "mysql:8.4",
    "mariadb": "mariadb:11.8",
}
PASSWORDS = {"POSTGRES_PASSWORD": "", "MYSQL_PASSWORD": "", "RABBITMQ_PASSWORD": ""}


@on(of("startproject", services=SERVICES, dotenv=PASSWORDS))
def test_each_kind_of_service(site, compose_version):
    site.compose("up", "--wait", *SERVICES)
    states = [json.loads(line) for line in site.compose("ps", "--all", "--format=json").splitlines()]
    assert {state["Service"]: state["Health"] for state in states} == dict.fromkeys(SERVICES, "healthy")


@on(of("bun"))
def test_a_front_end_that_bun_builds(site):
    site.up()
    status, _, text = site.get("/static/front.js")
    assert status == 200 and "bun" in text


@on(of("commands_of_an_entrypoint"))
def test_commands_run_before_the_first_request(site):
    site.up()
    names = (
        "from django.contrib.auth.models import Group as g; print(*sorted(g.objects.values_list('name', flat=True)))"
    )
    assert "managers sales" in site.compose("exec", "django", "python", "manage.py", "shell", "-c", names)


@on(of("mysql_root_without_password"))
def test_settings_of_another_user_reach_the_database(site):
    site.up()
    names = "from django.db import connection as c; print('tables:', *c.introspection.table_names())"
    assert "auth_user" in site.compose("exec", "django", "python", "manage.py", "shell", "-c", names)


@on(of("site_below_a_path"))
def test_a_page_below_a_path(site):
    site.up()
    status, _, page = site.get("/tea/admin/login/")
    stylesheet = re.search(r"/tea/static/admin/css/base\.[0-9a-f]{12}\.css", page)
    assert status == 200 and stylesheet, page
    assert site.get(stylesheet[0])[0] == 200 and site.get("/admin/login/")[0] == 404
