"""What default.conf says, in the words of nginx: which variables it defines, which locations it has."""

import re

import pytest
from support import copy


def configuration(template, folder, **answers) -> str:
    copy(template, folder, **answers)
    return (folder / "default.conf").read_text()


@pytest.mark.parametrize("worker_class", ["asgi", "uvicorn_worker.UvicornWorker"])
def test_an_asgi_project_lets_websockets_through(worker_class, template, project):
    """A map must not define a variable of nginx's own, like $connection: nginx refuses to start.

    https://nginx.org/en/docs/http/ngx_http_core_module.html#variables
    """
    conf = configuration(template, project(), worker_class=worker_class, asgi_module="mysite.asgi")
    assert re.findall(r"^map \S+ \$(\w+) \{", conf, re.MULTILINE)[-1] == "connection_upgrade"
    assert "proxy_set_header Connection $connection_upgrade;" in conf and "$connection;" not in conf
