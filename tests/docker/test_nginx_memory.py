"""nginx lives on with the memory that compose.yaml gives it, whatever clients send, and however slowly they read."""

import http.client
from concurrent.futures import ThreadPoolExecutor

import pytest
from behind_nginx import docker, served

pytestmark = pytest.mark.docker
LARGEST = 32 << 20  # client_max_body_size


@pytest.fixture(scope="module")
def site(template, copied, tmp_path_factory):
    with served(copied(tmp_path_factory.mktemp("memory") / "my-site")) as running:
        yield running


def assert_alive(site):
    state = "{{.State.Running}} {{.State.OOMKilled}} {{.RestartCount}}"
    assert docker("inspect", f"--format={state}", f"{site.name}-static").split() == ["true", "false", "0"]
    assert "exited on signal" not in site.logs()
    assert site.ask("GET", "/")[0] == 200


def slow_client(site, megabytes):
    """Ask for a large answer, and read none of it."""
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=60)
    connection.request("GET", f"/mb/{megabytes}")
    return connection


def upload(site, size):
    return site.ask("POST", "/", bytes(size))[0]


def test_eight_uploads_at_once_beside_a_slow_client(site):
    slow = slow_client(site, 400)
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda _: upload(site, LARGEST), range(8))) == [200] * 8
    assert upload(site, LARGEST + 1) == 413
    assert_alive(site)
    slow.close()


def test_an_answer_goes_on_beyond_the_temporary_file(site):
    connection = slow_client(site, 60)
    answer = connection.getresponse()
    assert sum(len(part) for part in iter(lambda: answer.read(1 << 20), b"")) == 60 << 20
    connection.close()


def test_where_temporary_files_have_no_room_a_request_fails_alone(site):
    docker["exec", f"{site.name}-static", "sh", "-c", "cat /dev/zero > /tmp/full"].run(retcode=1)
    assert upload(site, LARGEST) == 500
    assert upload(site, 8 << 10) == 200  # needs no file
    slow = slow_client(site, 400)
    site.wait(lambda: "[crit]" in site.logs() and "/tmp/proxy_temp/" in site.logs())
    slow.close()
    assert_alive(site)
    docker("exec", f"{site.name}-static", "rm", "/tmp/full")
    assert upload(site, LARGEST) == 200
