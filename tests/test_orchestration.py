"""What Docker Swarm and Kubernetes give containers, by what Compose gives them."""

import pytest

from extensions.rendering.orchestration import environment, replicated


def test_variables():
    compose = {
        "DJANGO_SETTINGS_MODULE": "compose_settings",  # of Compose's own services
        "ALLOWED_HOSTS": "localhost,127.0.0.1",
        "CSRF_TRUSTED_ORIGINS": "http://localhost",
        "DATABASE_URL": "postgres://shop:${POSTGRES_PASSWORD}@db:5432/shop",
        "SECURE_SSL_REDIRECT": "False",
    }
    dotenv = {"SECRET_KEY": "", "POSTGRES_PASSWORD": "", "LANGUAGE": "en"}
    found = environment(compose, ["SECRET_KEY"], dotenv, {}, "shop.example.org")
    assert found.public == {"ALLOWED_HOSTS": "shop.example.org", "CSRF_TRUSTED_ORIGINS": "https://shop.example.org"}
    assert found.secret == {"DATABASE_URL": "", "LANGUAGE": "en", "SECRET_KEY": ""}


def test_hosts_that_are_optional():
    said = {"ALLOWED_HOSTS": ["[]", "JSON, read in shop/settings.py"], "DEBUG": ["False", "true or false"]}
    assert environment({}, [], {}, said, "shop.example.org").public == {"ALLOWED_HOSTS": '["shop.example.org"]'}
    said["ALLOWED_HOSTS"] = ["", "a list, read in shop/settings.py"]
    assert environment({}, [], {}, said, "shop.example.org").public == {"ALLOWED_HOSTS": "shop.example.org"}


@pytest.mark.parametrize(
    ("command", "several"),
    [
        ("celery -A shop worker", True),
        ("celery -A shop worker -lB", False),
        ("celery -A shop worker --beat", False),
        ("celery -A shop beat", False),
        ("python manage.py process_mail", False),
    ],
)
def test_what_several_containers_may_run(command, several):
    assert replicated(command) == several
