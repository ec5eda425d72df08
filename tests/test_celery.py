"""How many processes Celery's workers have under Compose."""

import pytest
import yaml
from support import answers_of, commit, copy, update

from extensions.questions.defaults import defaults
from extensions.rendering.celery import concurrent


@pytest.mark.parametrize(
    "command",
    [
        "celery -A shop worker",
        "celery --app=shop worker --loglevel info",
        "celery -A worker worker -B",
        "celery --workdir src -A shop worker",
        "celery -q -A shop worker -P prefork",
        "celery -A shop worker --pool=processes -Q mail,-c",
        "celery worker -A shop",
        "/opt/venv/bin/celery -A shop worker",
        "python -m celery -A shop worker -n 'w@%h'",
        "celery -A shop worker -l critical -Ofair",
    ],
)
def test_a_worker_gets_a_number_of_processes(command):
    assert concurrent(command, 3) == f"{command} --concurrency 3"
    assert concurrent(command, 0) == command


@pytest.mark.parametrize(
    "command",
    [
        "celery -A shop worker --concurrency=8",
        "celery -A shop worker --concurrency 8",
        "celery -A shop worker -c 8",
        "celery -A shop worker -c8",
        "celery -A shop worker -Ec8",
        "celery -A shop worker --autoscale=10,3",
        "celery -A shop worker --autoscale 10,3",
        "celery -A shop worker -P solo",
        "celery -A shop worker -Pthreads",
        "celery -A shop worker --pool gevent",
        "celery -A shop worker --pool=eventlet",
        "celery -A shop beat --schedule /tmp/celerybeat-schedule",
        "celery -A worker beat",
        "celery beat -A worker",
        "celery -A shop flower worker",
        "python manage.py celery worker",
        "python manage.py rqworker default worker",
        "dramatiq shop.tasks",
    ],
)
def test_what_forks_none_or_says_how_many_stays(command):
    assert concurrent(command, 2) == command


CELERY = "from celery import Celery\n\napp = Celery('orders')\n"


@pytest.mark.parametrize(
    ("settings", "module", "found"),
    [
        ("", "", (2, "")),
        ("CELERY_WORKER_CONCURRENCY = 8\n", "", (0, "orders/settings.py:1")),
        ("CELERYD_CONCURRENCY = int(os.environ['N'])\n", "", (0, "orders/settings.py:1")),
        ("", "app.conf.worker_concurrency = 8\n", (0, "orders/celery.py:4")),
        ("", "app.conf.update(\n    worker_concurrency=8,\n)\n", (0, "orders/celery.py:5")),
    ],
)
def test_what_the_project_says_is_not_overruled(settings, module, found, project):
    folder = project("celery_postgres")
    path = folder / "orders/settings.py"
    path.write_text(settings + path.read_text())
    (folder / "orders/celery.py").write_text(CELERY + module)
    default = defaults(folder)["celery_concurrency"]
    assert (default.value, default.source) == found


def command(folder) -> str:
    return yaml.safe_load((folder / "compose.yaml").read_text())["services"]["worker"]["command"]


def test_an_older_project_gets_it_and_its_answer_stays(template, project):
    folder = project("celery_postgres")
    copy(template, folder, vcs_ref="v2.1.1")
    old = command(folder)
    update(folder)
    assert command(folder) == f"{old} --concurrency 2"
    answers = answers_of(folder)
    assert answers["workers"]["worker"] == old and answers["celery_concurrency"] == 2
    commit(folder)
    update(folder, vcs_ref=":current:", celery_concurrency=6)
    assert command(folder) == f"{old} --concurrency 6"


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"required_environment": "[HOSTNAME, SECRET_KEY]"},
        {"compose_environment": "{HOSTNAME: localhost}"},
        {"environment": "{HOSTNAME: localhost}"},
    ],
)
def test_a_worker_is_asked_under_its_own_name(given, template, project):
    """A variable of settings may be HOSTNAME: https://docs.celeryq.dev/en/stable/userguide/workers.html#ping."""
    folder = project("celery_postgres")
    copy(template, folder, **given, orchestrators="[swarm, kubernetes]")
    workers = (folder / "k8s/workers.yaml").read_text()
    compose = yaml.safe_load((folder / "compose.yaml").read_text())["services"]["worker"]["healthcheck"]["test"]
    stack = yaml.safe_load((folder / "stack.yaml").read_text())["services"]["worker"]["healthcheck"]["test"]
    assert compose[1].endswith(" --destination celery@$$(hostname)") and compose == stack
    assert " --destination celery@$(hostname)]" in workers
