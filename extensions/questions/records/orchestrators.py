"""The questions on Docker Swarm and Kubernetes, which run the images on more than one machine."""

from collections.abc import Mapping
from typing import Any

from ...rendering import orchestration
from .. import kinds, orchestrator_defaults
from ..question import WRITTEN, Question, Reference

NAMES = ("swarm", "kubernetes")
SET = "{{ orchestrators | length > 0 }}"  # the answer is of no use without one
ONE_HOST = (
    "keep the files on one host with Compose, or move them (a database to PostgreSQL), and leave data_files empty"
)

_names = kinds.list_of(kinds.choice(*NAMES), "orchestrators, like [swarm, kubernetes]")


def _are_orchestrators(value: Any) -> str:
    message = _names(value)
    given = kinds.parsed(value)
    if not message and len(given) > len(set(given)):
        message = f"{given!r} names one twice; name each once"
    return message


def _beside_files(value: Any, answers: Mapping[str, Any]) -> str:
    """Return why a project cannot run on several machines: what it writes would be on one of them."""
    if not kinds.parsed(value):
        return ""
    if files := kinds.parsed(answers.get("data_files")):
        return f"data_files has {files[0]}, of which each container would write its own; {ONE_HOST}"
    for question in ("compose_environment", "environment", "dotenv"):
        for name, text in (kinds.parsed(answers.get(question)) or {}).items():
            if str(text).startswith("sqlite:"):
                return f"{name} in {question} is a SQLite database, which one host alone can write to; {ONE_HOST}"
    if "kubernetes" not in kinds.parsed(value):
        return ""
    if path := answers.get("script_name"):
        return f"script_name is {path!r}, and an Ingress takes no path away; give the site a host of its own"
    return _one_name_twice(answers)


def _one_name_twice(answers: Mapping[str, Any]) -> str:
    """Return which workers and jobs Kubernetes would take for one."""
    seen: dict[str, str] = {}
    for question in ("workers", "jobs"):
        for name in kinds.parsed(answers.get(question)) or {}:
            other = seen.setdefault(orchestration.dns_name(name), name)
            if other != name:
                return f"{other!r} and {name!r} have one name in Kubernetes; rename one in {question}"
    return ""


def _of_jobs(value: Any, answers: Mapping[str, Any]) -> str:
    jobs = kinds.parsed(answers.get("jobs")) or {}
    lacking = next((name for name in kinds.parsed(value) if name not in jobs), "")
    return f"{lacking!r} is none of jobs; add its command there" if lacking else ""


# https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#schedule-syntax
_FIELD = r"[0-9A-Za-z*/,?-]+"
_TIMES = rf"{_FIELD}( {_FIELD}){{4}}|@(hourly|daily|midnight|weekly|monthly|yearly|annually)"

QUESTIONS = (
    Question(
        name="orchestrators",
        type="yaml",
        help="Also run on several machines, as YAML: [swarm, kubernetes]",
        rule=kinds.Rule(_are_orchestrators, {**_names.schema, "uniqueItems": True}),
        safe=[],
        since="3.2.0",
        as_before=[],
        against_others=_beside_files,
        reference=Reference(
            type="a YAML list of `swarm` and `kubernetes`",
            default="`[]`",
            changes=(
                "with `swarm`, `stack.yaml`, `docker/swarm/` and `docker/deploy-swarm.sh` are there: "
                "[Run on Docker Swarm](../how-to/run-on-docker-swarm.md). With `kubernetes`, `k8s/` and "
                "`docker/deploy-kubernetes.sh` are there: [Run on Kubernetes](../how-to/run-on-kubernetes.md)"
            ),
            refused=(
                "other names; any name where `data_files` has a file, or a variable names a SQLite database; "
                "`kubernetes` where `script_name` has a path"
            ),
            notes=(
                "A SQLite database is a file of one host. Use PostgreSQL before you use more than one machine. "
                "Databases and caches run outside: neither `stack.yaml` nor `k8s/` has one."
            ),
        ),
    ),
    Question(
        name="registry",
        type="str",
        help="Images in the registry, without -django, like ghcr.io/org/shop",
        rule=kinds.text(
            rf"(?:[A-Za-z0-9][A-Za-z0-9.-]*(?::[0-9]+)?/)?{kinds.IMAGE_NAME}(?:/{kinds.IMAGE_NAME})*",
            "give a registry and a name without a tag, like ghcr.io/org/shop",
        ),
        safe="registry.example.org/django",
        default=orchestrator_defaults.registry,
        when=SET,
        says_source=True,
        since="3.2.0",
        plain=WRITTEN,
        reference=Reference(
            type="text",
            default=(
                "`ghcr.io/OWNER/REPOSITORY` or `registry.gitlab.com/OWNER/REPOSITORY` by the remote `origin` of git; "
                "otherwise `registry.example.org/` and `project_slug`"
            ),
            changes=(
                "the images in `stack.yaml` and `k8s/`: this name with `-django` and `-static` at its end, as "
                "`github_workflow` publishes them"
            ),
            refused="what is no name of an image; a tag or a digest",
            notes="",
        ),
    ),
    Question(
        name="site_host",
        type="str",
        help="Host of the site in production, like shop.example.org",
        rule=kinds.text(
            r"(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*",
            "give a host in lower case, without a scheme and a port, like shop.example.org",
            253,
        ),
        safe="example.org",
        default=orchestrator_defaults.site_host,
        when=SET,
        says_source=True,
        since="3.2.0",
        plain=WRITTEN,
        reference=Reference(
            type="text, a host name",
            default="the first public host in `ALLOWED_HOSTS`, or `example.org`",
            changes=(
                "the host in `k8s/ingress.yaml`, and the variables of `ALLOWED_HOSTS` and `CSRF_TRUSTED_ORIGINS` in "
                "`stack.yaml` and `k8s/`"
            ),
            refused="a URL, a port, capital letters, `*`",
            notes="",
        ),
    ),
    Question(
        name="replicas",
        type="int",
        help="Containers of Django on all machines together",
        rule=kinds.number(1, 1000),
        safe=2,
        when=SET,
        since="3.2.0",
        reference=Reference(
            type="whole number",
            default="2",
            changes=(
                "`replicas` in `stack.yaml`; in `k8s/`, the minimum of the HorizontalPodAutoscaler, whose maximum is "
                "three times as many"
            ),
            refused="all but 1 to 1000",
            notes=(
                "Static files and Celery workers have as many. Other "
                "workers have one container: two at once may do the same work twice."
            ),
        ),
    ),
    Question(
        name="schedules",
        type="yaml",
        help="Times of jobs, as YAML: {cleanup: '17 3 * * *'}",
        rule=kinds.mapping_of(
            kinds.service, kinds.text(_TIMES, "give five fields as cron has them, like '17 3 * * *'"), "jobs and times"
        ),
        safe={},
        when=SET,
        since="3.2.0",
        against_others=_of_jobs,
        reference=Reference(
            type="a YAML mapping of names of `jobs` to times, as cron has them",
            default="`{}`",
            changes="a CronJob each in `k8s/cronjobs.yaml`",
            refused="what is no time, and names that `jobs` does not have",
            notes="""\
Docker Swarm has no schedules: let the cron of a manager run the job.

```yaml
jobs:
  clearsessions: python manage.py clearsessions
schedules:
  clearsessions: 17 3 * * *
```
""",
        ),
    ),
)
