"""What default.conf says, in the words of nginx: the variables it defines, the locations it has, once each."""

import json
import re

import pytest
import yaml
from support import commit, copy, run

from extensions.filters import trusts_all
from extensions.questions import answers
from extensions.rendering import nginx

ASGI = {"worker_class": "asgi", "asgi_module": "mysite.asgi"}
UVICORN = ASGI | {"worker_class": "uvicorn_worker.UvicornWorker"}
MEDIA = {"media_url": "/media/", "media_root": "media", "data_dirs": "[media]"}


def configuration(template, folder, **given) -> str:
    copy(template, folder, rolling=False, **given)
    return (folder / "default.conf").read_text()


@pytest.mark.parametrize("given", [ASGI, UVICORN])
def test_an_asgi_project_lets_websockets_through(given, template, project):
    """A map must not define a variable of nginx's own, like $connection: nginx refuses to start.

    https://nginx.org/en/docs/http/ngx_http_core_module.html#variables
    """
    conf = configuration(template, project(), **given)
    assert re.findall(r"^map \S+ \$(\w+) \{", conf, re.MULTILINE)[-1] == "connection_upgrade"
    assert "proxy_set_header Connection $connection_upgrade;" in conf and "$connection;" not in conf


@pytest.mark.parametrize(
    ("given", "address"),
    [
        (UVICORN | {"compose_environment": "{FORWARDED_ALLOW_IPS: '*'}"}, "$remote_addr"),
        (UVICORN | {"gunicorn_options": "['--forwarded-allow-ips=*']"}, "$remote_addr"),
        (UVICORN, "$proxy_add_x_forwarded_for"),
        (ASGI | {"compose_environment": "{FORWARDED_ALLOW_IPS: '*'}"}, "$proxy_add_x_forwarded_for"),
    ],
)
def test_a_client_chooses_no_address_where_uvicorn_trusts_every_peer(given, address, template, project):
    assert f"proxy_set_header X-Forwarded-For {address};" in configuration(template, project(), **given)


@pytest.mark.parametrize(
    ("variables", "options", "trusts"),
    [
        ([{"FORWARDED_ALLOW_IPS": "127.0.0.1,*"}], [], True),
        ([{}, {"FORWARDED_ALLOW_IPS": "10.0.0.1"}], ["--preload"], False),
        ([{}], ["--forwarded-allow-ips", "*"], True),
        ([{}], ["--forwarded-allow-ips"], False),
        ([], [], False),
    ],
)
def test_who_is_trusted_is_read_from_variables_and_options(variables, options, trusts):
    assert trusts_all(variables, options) is trusts


def test_nginx_has_room_and_time(template, project):
    folder = project()
    copy(template, folder)
    proxy = yaml.safe_load((folder / "compose.yaml").read_text())["services"]["proxy"]
    assert proxy["stop_grace_period"] == "35s" and "depends_on" not in proxy
    # What is in /tmp counts as memory, beside that of nginx's processes, one for each core.
    size, memory = proxy["tmpfs"][0].removeprefix("/tmp:size="), proxy["deploy"]["resources"]["limits"]["memory"]
    assert 8 * 32 < int(size.removesuffix("m")) <= int(memory.removesuffix("m")) - 128


def test_uploads_are_kept_from_running(template, project):
    conf = configuration(template, project(), **MEDIA | {"media_url": "/a.b/media/"})
    media = conf.partition("    location /a.b/media/ {\n")[2].partition("\n    }\n")[0]
    assert media.splitlines() == [
        "        alias /workdir/media/;",
        '        add_header Cache-Control "private, no-cache";',
        "        add_header Content-Disposition $content_disposition;",
        "        add_header X-Content-Type-Options nosniff always;",
        "",
        "        # Neither hidden files nor databases are uploads.",
        r"        location ~* ^/a\.b/media/(.*/)?\.|\.(sqlite3?|db)(-wal|-shm|-journal)?$ {",
        "            return 404;",
        "        }",
    ]
    hidden = re.compile(re.search(r"location ~\* (\S+) \{", conf)[1], re.IGNORECASE)
    assert all(hidden.search(f"/a.b/media/{path}") for path in (".env", "x/.git/config", "x.DB", "db.sqlite3-wal"))
    assert not any(hidden.search(f"/a.b/media/{path}") for path in ("x.png", "a.b/x.pdf", "x.dbf", "x.db/y.png"))


OWN = {
    "/": ["location /{", "return 204;", "}"],
    "/static/": ["location ^~ /static/ { # mine", "root /srv;", "}"],
    "/media/": ['location "/media/"', "{ return 204; }"],
    "= /-/nginx": ["location =/-/nginx { return 204; }"],
}


@pytest.mark.parametrize("location", OWN)
def test_a_location_of_the_projects_own_takes_the_place_of_the_templates(location, template, project):
    conf = configuration(template, project(), **MEDIA, nginx_locations=json.dumps(OWN[location]))
    places = [found.location for found in nginx.directives(conf)[-1].block if found.location]
    assert sorted(places) == sorted(OWN)
    assert ("nosniff" in conf.partition("location /static/ {")[2].partition("}")[0]) == (location != "/static/")


def test_it_takes_the_place_of_that_of_private_uploads_too(template, project):
    own = json.dumps(["location /private/ {", "internal;", "alias /srv/;", "}"])
    private = MEDIA | {"private_media": "{media/private: /private/}"}
    assert configuration(template, project(), **private, nginx_locations=own).count("location /private/ {") == 1


def test_the_size_of_uploads_may_be_the_projects_own(template, project):
    conf = configuration(template, project(), nginx_locations='["client_max_body_size 1g;"]')
    assert conf.count("client_max_body_size") == 1 and "    client_max_body_size 1g;\n" in conf


def test_own_locations_in_default_conf_leave_no_two_of_a_path(template, project):
    folder = project()
    (folder / "default.conf").write_text("server {\n" + "".join(f"{' '.join(OWN[path])}\n" for path in OWN) + "}\n")
    (folder / "default.conf").write_text((folder / "default.conf").read_text().replace("# mine", ""))
    commit(folder)
    conf = configuration(template, folder)
    assert nginx.problem(conf.splitlines()) == ""


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"media_url": "/static/", "static_url": "/static/"}, "give each its own path, like /static/ and /media/"),
        ({"nginx_locations": '["root /srv;"]'}, "write it inside a location"),
        ({"nginx_locations": '["location /a {", "}", "location ^~ /a {", "}"]'}, "give location /a only once"),
        (
            {"workers": "{a: celery -A b worker}", "services": "{a: 'redis:8'}"},
            "'a' is the name of another service",
        ),
        ({"workers": "{a: python a.py}", "jobs": "{a: python a.py}"}, "'a' is the name of another service"),
        ({"jobs": '{a: "python \'a.py"}'}, "close each quote"),
        ({"services": "{'123': 'redis:8'}"}, "and not a number"),
    ],
)
def test_what_nginx_or_compose_would_refuse_is_refused(given, said, template, project):
    folder = project()
    code, output = run("copy", "--defaults", "--vcs-ref=HEAD", template, folder, retcode=None, **given)
    assert code and said in " ".join(output.split()) and "Traceback" not in output
    assert not (folder / "default.conf").exists()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a b;", [["a", "b"]]),
        ("a \"b {;\" 'c';# d;\ne;", [["a", "b {;", "c"], ["e"]]),
        ("a ${b}c #d;\n;", [["a", "${b}c"]]),
        ("a \\{b c}d#e;", [["a", "\\{b", "c}d#e"]]),
        ('if ($a = "b") { c; }', [["if", "($a", "=", "b", ")"]]),
        ('location ~ "^/[0-9]{4}/$" { }', [["location", "~", "^/[0-9]{4}/$"]]),
    ],
)
def test_words_are_told_apart_as_nginx_does(text, words):
    assert [directive.words for directive in nginx.directives(text)] == words


@pytest.mark.parametrize("text", ["a", "a {", "}", "a; }", "{ }", ";", "a { b }", 'a "b;', "a 'b'c;", "a b{4}/ { }"])
def test_what_nginx_cannot_read_is_said(text):
    assert nginx.problem([text]) and not nginx.locates([text], "/")


@pytest.mark.parametrize(
    ("text", "location"),
    [
        ("location /a {}", "/a"),
        ("location ^~ /a {}", "/a"),
        ("location ^~/a {}", "/a"),
        ("location = /a {}", "= /a"),
        ("location =/a {}", "= /a"),
        ("location @a {}", "@a"),
        ("location ~ /a {}", ""),
        ("location ~* /a {}", ""),
        ("location;", ""),
        ("root /a;", ""),
    ],
)
def test_the_path_that_only_one_location_may_have(text, location):
    assert nginx.directives(text)[0].location == location


def test_names_that_compose_reads_as_no_text_are_refused(tmp_path):
    for name in ("123", "1_000", "1e3", "0x1f", "0o17", "2024-01-01", "null", "true", "false"):
        assert answers.problem("services", {name: "redis:8"}, {}, tmp_path), name
    for name in ("2fa", "1-2", "nullable", "on", "e3", "a1"):
        assert answers.problem("services", {name: "redis:8"}, {}, tmp_path) == "", name
