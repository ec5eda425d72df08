"""What default.conf does in nginx: which files it serves, and how; what Django hears of a client; where Django is."""

import itertools
import json

import pytest
from behind_nginx import SERVER, docker, served
from support import ROOT, copy

pytestmark = pytest.mark.docker
MEDIA = {"media_url": "/media/", "media_root": "media", "data_dirs": "[media]"}
UVICORN = {
    "worker_class": "uvicorn_worker.UvicornWorker",
    "asgi_module": "mysite.asgi",
    "compose_environment": "{FORWARDED_ALLOW_IPS: '*'}",
}
FILES = {
    **dict.fromkeys(("a.png", "a.JPG", "a.webp", "a.mp3", "a.mp4", "a.pdf", "a b/c.gif"), ""),
    **dict.fromkeys(
        ("a.html", "a.HTM", "a.svg", "a.svgz", "a.xml", "a.xhtml", "a.js", "a.txt", "README", "é.html"), "saved"
    ),
    **dict.fromkeys(
        (".env", ".x/a.png", "b/.git/config", "db.sqlite3", "x/A.DB", "db.sqlite3-wal", "d.db-shm"), "none"
    ),
}


@pytest.fixture(scope="module")
def site(template, copied, tmp_path_factory):
    """Return a running site with the uploads FILES."""
    folder = copied(tmp_path_factory.mktemp("nginx") / "my-site")
    copy(template, folder, rolling=False, **MEDIA)
    for name in (*FILES, "page/index.html"):
        path = folder / "media" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("<script>alert(1)</script>")
    with served(folder, f"--volume={folder / 'media'}:/workdir/media:ro") as running:
        yield running


@pytest.mark.parametrize(("name", "way"), FILES.items())
def test_an_upload_cannot_run_as_the_site(name, way, site):
    status, headers, _ = site.ask("GET", f"/media/{name}".replace(" ", "%20").replace("é", "%C3%A9"))
    assert status == (404 if way == "none" else 200)
    assert headers["X-Content-Type-Options"] == "nosniff"
    if status == 200:
        assert headers.get("Content-Disposition") == ("attachment" if way == "saved" else None)
        assert headers["Cache-Control"] == "private, no-cache"


def test_an_index_is_saved_too_and_a_304_is_no_answer_of_its_own(site):
    assert site.ask("GET", "/media/page/")[1]["Content-Disposition"] == "attachment"
    when = site.ask("GET", "/media/a.png")[1]["Last-Modified"]
    status, headers, _ = site.ask("GET", "/media/a.png", If_Modified_Since=when)
    assert status == 304 and "Content-Disposition" not in headers
    status, headers, _ = site.ask("GET", "/media/a.html", Range="bytes=0-1,3-4")
    assert status == 206 and headers["Content-Disposition"] == "attachment"


FORGED = {
    "X_Forwarded_For": "6.6.6.6",
    "X_Forwarded_Host": "evil.example",
    "X_Forwarded_Port": "6666",
    "Forwarded": "for=6.6.6.6;host=evil.example",
}


def heard(site, **headers: str) -> dict[str, str]:
    return {name.lower(): text for name, text in json.loads(site.ask("GET", "/", **headers)[2])}


def test_a_client_chooses_no_host_and_no_port(site):
    names = heard(site, Host="shop.example:8000", **FORGED, X_Forwarded_Proto="https")
    assert names["host"] == names["x-forwarded-host"] == "shop.example:8000"
    assert not {"x-forwarded-port", "forwarded"} & names.keys()
    assert names["x-forwarded-proto"] == "https"  # of a proxy before this one
    assert heard(site)["x-forwarded-proto"] == "http"
    # What it says is kept before the address that nginx sees; neither Django nor Gunicorn takes it for the client's.
    assert names["x-forwarded-for"].startswith("6.6.6.6, ")


def test_a_client_chooses_no_address_where_uvicorn_trusts_every_peer(template, project):
    folder = project()
    copy(template, folder, **UVICORN)
    with served(folder) as running:
        assert "6.6.6.6" not in heard(running, **FORGED)["x-forwarded-for"]


def test_a_proxy_before_nginx_says_the_address(template, project, tmp_path):
    page = (ROOT / "docs/how-to/reverse-proxy.md").read_text().partition("## Know the client's address\n")[2]
    (tmp_path / "own.conf").write_text(page.partition("```nginx\n")[2].partition("```")[0])
    (tmp_path / "own.conf").chmod(0o644)
    tmp_path.chmod(0o755)
    folder = project()
    copy(template, folder, **UVICORN)
    with served(folder, f"--volume={tmp_path / 'own.conf'}:/etc/nginx/conf.d/own.conf:ro") as running:
        assert heard(running, X_Forwarded_For="6.6.6.6, 7.7.7.7")["x-forwarded-for"] == "7.7.7.7"


def test_requests_follow_django_to_another_address(site):
    """The container is made anew while another one has taken its address."""
    name, other = f"{site.name}-django", f"{site.name}-other"
    state = "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}"
    address = docker("inspect", f"--format={state}", name).strip()
    docker("rm", "--force", name)
    server = SERVER.replace("self.send_response(200)", "self.send_response(418)")
    try:
        docker("run", "--detach", "--name", other, "--network", site.name, "python:3.13-slim", "python", "-c", server)
        assert docker("inspect", f"--format={state}", other).strip() == address
        site.start_server()
        site.wait(lambda: site.ask("GET", "/")[0] == 200, 15)
        assert {site.ask("GET", "/")[0] for _ in itertools.repeat(None, 20)} == {200}
    finally:
        docker("rm", "--force", other)


def test_nginx_starts_without_django(site):
    """It needs no name of Django's then, and finds it when it comes."""
    docker("stop", "--time=1", f"{site.name}-django")
    docker("restart", "--time=1", f"{site.name}-static")
    site.port = int(docker("port", f"{site.name}-static", "8080/tcp").rpartition(":")[2])
    site.wait(lambda: site.ask("GET", "/-/nginx")[0] == 204)
    assert site.ask("GET", "/")[0] == 502
    docker("start", f"{site.name}-django")
    site.wait(lambda: site.ask("GET", "/")[0] == 200, 15)
