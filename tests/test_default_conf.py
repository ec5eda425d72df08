"""nginx reads each kind of default.conf that answers can give. What tests copy is read when they end: conftest.py."""

import random
from itertools import combinations, product
from typing import Any

import pytest
from jinja2 import Environment, FileSystemLoader, StrictUndefined, meta
from nginx import complaints
from support import COPIER_YML, PROJECTS, ROOT

from extensions.jinja import DjangoProject
from extensions.questions.releases import ROLLING

TEMPLATE = "template/{% if static_server == 'nginx' %}default.conf{% endif %}.jinja"
PROXY = "template/docker/{% if rolls() %}proxy{% endif %}/default.conf.jinja"
INCLUDED = "includes/nginx.jinja"
SAMPLES = 1500  # of the 660,000 combinations
# The answers by which the file is decided, each with its values.
DECISIONS: dict[str, list[Any]] = {
    "rolling": [True, False],
    "static_server": ["nginx"],
    "use_compose": [True, False],
    "reverse_proxy": ["nginx", "external"],
    "use_fathom": [True, False],
    "worker_class": ["gthread", "asgi", "uvicorn_worker.UvicornWorker"],
    "https_only": [True, False],
    "https_header": ["", "X-Scheme: https", "Forwarded: proto=https"],
    "script_name": ["", "/shop"],
    "gunicorn_keepalive": [2, 75],
    "static_url": ["/static/", "/media/@a.b/c_d-e~+/"],
    "media_root": ["", "media", "/data"],
    "media_url": ["", "/media/", "/static/@a.b/files~+/"],
    "data_dirs": [[], ["media"]],
    "data_files": [["db.sqlite3"]],
    "data_root": ["/data"],
    "services": [{}],
    "private_media": [{}, {"media/private": "/private/", "media/db": ""}],
    "environment": [{}],
    "compose_environment": [{}, {"FORWARDED_ALLOW_IPS": "*"}],
    "dotenv": [{}],
    "gunicorn_options": [[]],
    "nginx_locations": [
        [],
        ["location /{", "    proxy_pass http://django;", "}", "location = /-/nginx { return 204; }"],
        ["location ^~ /media/ {", "    alias /srv/;", "}", "client_max_body_size 1g;"],
        ["location /static/", "{ # mine", '    root "/srv/a b";', "}"],
    ],
}


@pytest.fixture(scope="module")
def environment() -> Environment:
    """Return what renders a template file as Copier does, without Copier."""
    options = COPIER_YML["_envops"] | {"undefined": StrictUndefined}
    return Environment(loader=FileSystemLoader(ROOT), extensions=[DjangoProject], **options)


def test_no_decision_is_left_out(environment):
    texts = [(ROOT / path).read_text() for path in (TEMPLATE, PROXY, INCLUDED)]
    found = set().union(*(meta.find_undeclared_variables(environment.parse(text)) for text in texts))
    assert found - {"files", "lines", "proxy", "told", "rolls"} | ROLLING.keys() == DECISIONS.keys()


def sampled() -> list[dict[str, Any]]:
    """Return enough combinations of answers, always the same, for any three answers to meet in all their values."""
    chance = random.Random(1)
    return [{name: chance.choice(values) for name, values in DECISIONS.items()} for _ in range(SAMPLES)]


def test_any_three_answers_meet_in_all_their_values():
    indices = [[DECISIONS[name].index(value) for name, value in answers.items()] for answers in sampled()]
    sizes = [len(values) for values in DECISIONS.values()]
    for places in combinations(range(len(sizes)), 3):
        met = {tuple(values[place] for place in places) for values in indices}
        assert met == set(product(*(range(sizes[place]) for place in places))), places


@pytest.mark.docker
def test_combinations_of_answers(environment):
    configurations: dict[str, str] = {}
    templates = {False: environment.get_template(TEMPLATE), True: environment.get_template(PROXY)}
    for answers in sampled():
        for template in [templates[False], *([templates[True]] if answers["rolling"] else [])]:
            configurations.setdefault(template.render(answers), str(answers))
    assert len(configurations) > 100
    assert not complaints({origin: text for text, origin in configurations.items()})


@pytest.mark.docker
def test_the_recorded_projects():
    recorded = {
        str(path.relative_to(PROJECTS)): path.read_text() for path in PROJECTS.glob("*/expected/**/default.conf")
    }
    assert recorded and not complaints(recorded)
