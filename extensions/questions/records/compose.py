"""The questions on Docker Compose: its services and ports."""

from collections.abc import Mapping
from typing import Any

from ...project import Certainty, nginx_syntax
from ...services.site import Site
from .. import compose_defaults, deployment_defaults, image_defaults, kinds, process_defaults
from ..default import Default, default_of, of_pair
from ..question import WRITTEN, Question, Reference
from ..releases import rolls
from .project import SLUG
from .storage import is_located

DJANGO_PORT, STATIC_PORT = 8000, 8080  # where the project does not say


def _compose_name(site: Site) -> Default:
    """Return the project's name; with that of the folder around it where nothing but a folder's name tells it."""
    default, name = default_of(site.layout.project_slug, SLUG), site.layout.project_slug
    around = site.layout.folder_around.value
    assumed = name.is_read and name.certainty is Certainty.ASSUMED
    return Default(f"{around}-{default.value}"[:63].strip("-") if assumed and around else default.value)


def _reverse_proxy(site: Site) -> Default:
    return Default("external", "default.conf") if is_located(site, "/") else Default("nginx")


def _rolling(site: Site) -> Default:
    """Return False where nginx does not pass requests on, a name is taken, or lines of nginx read files."""
    if image_defaults.static_server(site)[0] != "nginx" or is_located(site, "/"):
        return Default(False)
    if own := site.alternatives.deploy.value:
        return Default(False, own)
    found = (compose_defaults.services(site), process_defaults.workers(site), process_defaults.jobs(site))
    lines = site.adopted.nginx_locations
    return Default(
        not any("proxy" in default.value for default in found) and not nginx_syntax.reads_files("\n".join(lines.value))
    )


def _backups(site: Site) -> Default:
    """Return False where a name of the services is taken."""
    found = (compose_defaults.services(site), process_defaults.workers(site), process_defaults.jobs(site))
    return Default(all(set(BACKUPS).isdisjoint(default.value) for default in found))


def _static_port(site: Site) -> Default:
    """Return the port that was found, unless it is Django's: the one URL of both is that of django_port."""
    default, django = (
        default_of(site.adopted.static_port, STATIC_PORT),
        default_of(site.adopted.django_port, DJANGO_PORT).value,
    )
    if default.value != django:
        return default
    return Default(next(port for port in (STATIC_PORT, STATIC_PORT + 1) if port != django))


def _extra_databases(value: Any, answers: Mapping[str, Any]) -> str:
    """Return which name is that of the default database."""
    name = answers.get("database_name")
    return f"{name!r} is database_name; give the names of others" if name in kinds.parsed(value) else ""


BACKUPS = ("backup", "restore", "backup-files", "restore-files")


def _services(value: Any, answers: Mapping[str, Any]) -> str:
    """Return which name of a service compose.yaml has by another answer."""
    by_answer = {"proxy": "rolling"} if rolls(answers) else {}
    if str(answers.get("backups")).strip().lower() in kinds.TRUE:
        by_answer |= dict.fromkeys(BACKUPS, "backups")
    if name := next((name for name in kinds.parsed(value) if name in by_answer), ""):
        return f"{name!r} is a service by {by_answer[name]}; give another name, or answer {by_answer[name]} with no"
    return ""


def _processes(value: Any, answers: Mapping[str, Any]) -> str:
    """Return which name of a service another answer has already."""
    given = [kinds.parsed(answers.get(question)) for question in ("services", "workers", "jobs")]
    names = [name for mapping in given if isinstance(mapping, dict) for name in mapping]
    twice = next((name for name in kinds.parsed(value) if names.count(name) > 1), "")
    if not twice:
        return _services(value, answers)
    return f"{twice!r} is the name of another service already; give another name"


def _beside_django_port(value: Any, answers: Mapping[str, Any]) -> str:
    if str(value) == str(answers.get("django_port")):
        return f"{value} is also django_port; give each its own port, like 8000 and 8080"
    return ""


QUESTIONS = (
    Question(
        name="use_compose",
        type="bool",
        help="Write compose.yaml, for Docker Compose?",
        rule=kinds.truth,
        safe=True,
        reference=Reference(
            type="yes or no",
            default="yes",
            changes=(
                "with no, there is no `compose.yaml`, `compose.dev.yaml` and `.env.example`, and `default.conf` "
                "passes nothing on to Django"
            ),
        ),
    ),
    Question(
        name="compose_name",
        type="str",
        help="Name of the Compose project; empty for the folder's name",
        rule=kinds.text(r"([a-z0-9][a-z0-9_-]*)?", "use a-z, 0-9, - and _, like my-site, or nothing", 63),
        safe="django",
        default=_compose_name,
        expression=(
            "{{ 'compose_name' | found and ('compose_name' | found if project_slug == ('project_slug' | found) "
            "else project_slug) }}"
        ),
        comment="The default follows the answer to project_slug, unless an older project goes on without a name.",
        as_before="",
        plain=WRITTEN,
        reference=Reference(
            type="text",
            default=(
                "`project_slug`; if it comes only from a folder's name, with the name of the folder around it in "
                "front, as in `shop-app`. Empty after an update from an older version"
            ),
            changes=(
                "`name` in `compose.yaml`: of containers, images and volumes. If empty, Compose uses the name of the "
                "folder"
            ),
            allowed="as `project_slug`, or nothing",
            notes="""\
Another name is another Compose project, with empty volumes, as for [staging next to
production](customizing.md#env).
""",
        ),
    ),
    Question(
        name="reverse_proxy",
        type="str",
        help="What receives requests first: nginx in Compose, or your own proxy?",
        rule=kinds.choice("nginx", "external"),
        safe="nginx",
        default=_reverse_proxy,
        reference=Reference(
            type="one of `nginx`, `external`",
            default="`nginx`",
            changes=(
                "with `nginx`, the service `static` answers on `django_port` and passes requests on to Django; with "
                "`external`, both services publish a port, for a proxy outside `compose.yaml`"
            ),
            notes="It only counts with `static_server: nginx`; otherwise Django publishes its port.",
        ),
    ),
    Question(
        name="rolling",
        type="bool",
        help="Write docker/deploy.sh, for releases that lose no request?",
        rule=kinds.truth,
        safe=False,
        default=_rolling,
        plain=True,
        since="3.2.0",
        as_before=False,
        reference=Reference(
            type="yes or no",
            default=(
                "yes if nginx serves static files and passes requests on; no if a service is called `proxy`, if "
                "`nginx_locations` read files, or if the project has a `docker/proxy` or `docker/deploy.sh` of its "
                "own. No after an update from an older version"
            ),
            changes=(
                "with yes, the service `proxy` in `compose.yaml` has the port of the site, by "
                "`docker/proxy/default.conf`, and stays while `docker/deploy.sh` replaces the others"
            ),
            refused="all but true and false",
            notes="""\
It needs `use_compose`, `static_server: nginx` and `reverse_proxy: nginx`. See
[deploy and roll back](../how-to/deploy-and-roll-back.md).
""",
        ),
    ),
    Question(
        name="backups",
        type="bool",
        help="Write services that back up the database and files, and restore them?",
        rule=kinds.truth,
        safe=False,
        default=_backups,
        plain=True,
        since="3.2.0",
        as_before=False,
        reference=Reference(
            type="yes or no",
            default=(
                "yes, unless a service is called `backup`, `restore`, `backup-files` or `restore-files`. No "
                "after an update from an older version"
            ),
            changes=(
                "with yes, `compose.yaml` has services in the profile `backup`: `backup` and `restore` where "
                "`services` has PostgreSQL, MySQL or MariaDB, `backup-files` and `restore-files` where Django has "
                "volumes"
            ),
            refused="all but true and false",
            notes="See [back up and restore](../how-to/back-up-and-restore.md).\n",
        ),
    ),
    Question(
        name="https_only",
        type="bool",
        help="Make nginx tell Django that requests use HTTPS? (Yes if Django redirects)",
        rule=kinds.truth,
        safe=False,
        default=of_pair(image_defaults.https_only),
        says_source=True,
        reference=Reference(
            type="yes or no",
            default="yes if `SECURE_SSL_REDIRECT` is on in the settings",
            changes=(
                "with yes, nginx tells Django that each request came by HTTPS, in `default.conf`; with no, it passes "
                "on what the proxy in front of it sent"
            ),
            notes=(
                "Otherwise Django would redirect every request to HTTPS, which ends at a proxy in front of these "
                "services."
            ),
        ),
    ),
    Question(
        name="https_header",
        type="str",
        help="Header by which settings know HTTPS; empty for X-Forwarded-Proto",
        rule=kinds.text(
            r"(?:[A-Za-z][A-Za-z0-9-]*: [A-Za-z0-9_.=-]+)?", "give a header and its value, like X-Scheme: https", 200
        ),
        safe="",
        default=of_pair(image_defaults.https_header),
        says_source=True,
        since="3.1.0",
        as_before="",
        reference=Reference(
            type="text, a header and its value",
            default="the header of `SECURE_PROXY_SSL_HEADER`, if it is not `X-Forwarded-Proto: https`",
            changes="a header of the health check's request; with `https_only`, nginx passes it on too",
            allowed="a name, a colon, a space, and a value without spaces; or nothing",
            notes=(
                "Without `https_only`, nginx passes on the header of the proxy in front of it. "
                '`SECURE_PROXY_SSL_HEADER = ("HTTP_X_SCHEME", "https")` is `X-Scheme: https`.'
            ),
        ),
    ),
    Question(
        name="script_name",
        type="str",
        help="Path that the site is below, like /shop; empty for the root",
        rule=kinds.text(r"(?:(?:/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)+)?", "give a path, like /shop", 200),
        safe="",
        default=of_pair(image_defaults.script_name),
        says_source=True,
        since="3.1.0",
        as_before="",
        reference=Reference(
            type="text, a path without a slash at its end",
            default="`FORCE_SCRIPT_NAME` in the settings",
            changes=(
                "the path below which nginx passes requests on to Django, in `default.conf`: Django gets the rest of "
                "the path"
            ),
            allowed="a path that begins with a slash, or nothing",
            notes="Django puts it before each URL that it writes. `static_url` and `media_url` have it too.",
        ),
    ),
    Question(
        name="services",
        type="yaml",
        help="Databases and other services, as YAML: {db: 'postgres:18'}",
        rule=kinds.mapping_of(kinds.service, kinds.image, "names and images, like {db: 'postgres:18'}"),
        safe={},
        default=compose_defaults.services,
        against_others=_services,
        reference=Reference(
            type="a YAML mapping of names to images",
            default=(
                "the databases, caches and brokers that settings connect to, named after the host that settings "
                "expect by default; otherwise `db`, `valkey`, `rabbitmq`, `memcached`"
            ),
            changes=(
                "a service each in `compose.yaml`, with a health check, a volume if it keeps data, and Django waiting"
                " for it"
            ),
            allowed=(
                "names of lower-case letters, digits, `-` and `_`, except `django`, `migrate`, `static` and what YAML"
                " does not read as text, such as `123`; images"
            ),
            notes="""\
```yaml
services:
  db: postgres:18
  valkey: valkey/valkey:9
```

Known images are PostgreSQL, MySQL, MariaDB, Valkey, Redis, RabbitMQ and memcached. Complete any other image in
`compose.override.yaml`: Django does not wait until it is ready.
""",
        ),
    ),
    Question(
        name="database_name",
        type="str",
        help="Name of the database in its service",
        rule=kinds.identifier,
        safe="django",
        default=compose_defaults.database_name,
        reference=Reference(
            type="text",
            default="the name of the database that settings expect; otherwise `django`",
            changes="`POSTGRES_DB` or `MYSQL_DATABASE` in `compose.yaml`, and with PostgreSQL its health check",
            allowed="letters, digits, `-` and `_`; a letter or `_` first; at most 63 characters",
            notes="It must be the name in `compose_environment`.",
        ),
    ),
    Question(
        name="database_user",
        type="str",
        help="User of the database in its service",
        rule=kinds.identifier,
        safe="django",
        default=compose_defaults.database_user,
        reference=Reference(
            type="text",
            default="the user that settings expect; otherwise `django`",
            changes="`POSTGRES_USER` or `MYSQL_USER` in `compose.yaml`, and with PostgreSQL its health check",
            allowed="letters, digits, `-` and `_`; a letter or `_` first; at most 63 characters",
        ),
    ),
    Question(
        name="extra_databases",
        type="yaml",
        help="Names of further databases in the same service: [logs]",
        rule=kinds.list_of(
            kinds.text(
                r"[A-Za-z_][A-Za-z0-9_.-]*", "use letters, digits, '-', '_' and '.', and a letter first, like logs", 63
            ),
            "names, like [logs]",
        ),
        safe=[],
        default=compose_defaults.extra_databases,
        against_others=_extra_databases,
        since="3.5.0",
        as_before=[],
        reference=Reference(
            type="a YAML list of names",
            default=(
                "the other databases that settings expect at the server of the default one, except replicas. None "
                "after an update from an older version"
            ),
            changes="the databases that the service creates in a new volume, and those of `backup` and `restore`",
            allowed="as `database_name`, and `.`",
            notes="""\
`start_commands` migrates them, if your own files do so, or if a router lets an app in by `allow_migrate`. In a volume
that you have, [create them by hand](../how-to/configure.md#a-further-database-in-an-older-volume).
""",
        ),
    ),
    Question(
        name="migrate",
        type="bool",
        help="Run manage.py migrate before Django starts?",
        rule=kinds.truth,
        safe=False,
        default=compose_defaults.migrate,
        plain=True,
        reference=Reference(
            type="yes or no",
            default="yes if the settings have a database",
            changes=(
                "with yes, the service `migrate` in `compose.yaml` runs `manage.py migrate` once, before Django "
                "and `workers` start"
            ),
        ),
    ),
    Question(
        name="create_cache_table",
        type="bool",
        help="Also run manage.py createcachetable before Django starts?",
        rule=kinds.truth,
        safe=False,
        default=process_defaults.create_cache_table,
        reference=Reference(
            type="yes or no",
            default="yes if `CACHES` in the settings has Django's `DatabaseCache`",
            changes="with yes, the service `migrate` runs `createcachetable` too, if `migrate` is yes",
        ),
    ),
    Question(
        name="start_commands",
        type="yaml",
        help="Commands to run after migrate, as YAML: [python manage.py loaddata start]",
        rule=kinds.list_of(kinds.once, "commands"),
        safe=[],
        default=deployment_defaults.start_commands,
        since="3.1.0",
        as_before=[],
        reference=Reference(
            type="a YAML list of commands",
            default=(
                "what your own entrypoint, Compose command or `release` of a Procfile runs before the server starts, "
                "and the template does not; commands under a condition are named after the copy"
            ),
            changes=(
                "what the service `migrate` in `compose.yaml` runs after `manage.py migrate`, in this order, at each "
                "of its runs; only with `migrate`"
            ),
            allowed="commands without characters of a shell such as `;`, `&` and `$`; `|| true` at the end",
            notes="""\
```yaml
start_commands:
- python manage.py loaddata start
- python manage.py load_themes || true
```

If a command fails, Django does not start, unless the command ends in `|| true`.
""",
        ),
    ),
    Question(
        name="workers",
        type="yaml",
        help="Background processes, as YAML: {worker: celery -A shop worker}",
        rule=kinds.mapping_of(kinds.service, kinds.command, "names and commands"),
        safe={},
        default=process_defaults.workers,
        against_others=_processes,
        reference=Reference(
            type="a YAML mapping of names to commands",
            default=(
                "the processes that your `Procfile`, Compose file and scripts run in addition to the web server, and "
                "Celery if the project has an application and a broker"
            ),
            changes="a service each in `compose.yaml`, with the image of Django",
            allowed=(
                "names as for `services`, none of which is a service; commands without characters of a shell such as "
                "`;`, `&` and `$`"
            ),
            notes="""\
```yaml
workers:
  worker: celery -A shop worker
  beat: celery -A shop beat --schedule /tmp/celerybeat-schedule
```
""",
        ),
    ),
    Question(
        name="worker_ports",
        type="yaml",
        help="Ports that workers publish, as YAML: {smtp: ['2525:2525']}",
        rule=kinds.mapping_of(
            kinds.service,
            kinds.list_of(
                kinds.text(
                    r"([0-9]{1,3}(\.[0-9]{1,3}){3}:)?[0-9]{1,5}:[0-9]{1,5}(/(tcp|udp))?",
                    "give the host's and the container's port in quotes, like '2525:2525'",
                ),
                "ports, like ['2525:2525']",
            ),
            "names of workers and lists of ports",
        ),
        safe={},
        default=process_defaults.worker_ports,
        since="3.1.0",
        as_before={},
        reference=Reference(
            type="a YAML mapping of names of `workers` to lists of ports",
            default="the ports that your own Compose file publishes for the same service",
            changes="`ports` of the worker's service in `compose.yaml`",
            allowed="pairs of ports, in quotes",
        ),
    ),
    Question(
        name="worker_intervals",
        type="yaml",
        help="Seconds between runs of workers that end: {cron: 60}",
        rule=kinds.mapping_of(kinds.service, kinds.number(1, 604800), "names of workers and seconds"),
        safe={},
        default=process_defaults.worker_intervals,
        since="3.1.0",
        as_before={},
        reference=Reference(
            type="a YAML mapping of names of `workers` to seconds",
            default="the pause in your own script, if it repeats a command without an end",
            changes="the command of the worker in `compose.yaml`: a shell loop repeats it",
            allowed="whole numbers of seconds, from 1 to 604800",
        ),
    ),
    Question(
        name="celery_concurrency",
        type="int",
        help="Processes of each Celery worker; 0 for what your settings say",
        rule=kinds.number(0, 1000),
        safe=2,
        default=process_defaults.celery_concurrency,
        reference=Reference(
            type="whole number",
            default=(
                "2; 0 if the settings, or the module of Celery's application, set "
                "[`worker_concurrency`](https://docs.celeryq.dev/en/stable/userguide/configuration.html#worker-concurrency)"
            ),
            changes=(
                "`--concurrency` of each Celery worker in `compose.yaml`, unless its command in `workers` has that, "
                "`--autoscale`, or a pool other than prefork; 0 adds nothing"
            ),
            allowed="0 to 1000",
            notes=(
                "Without the option, Celery forks a process for each core of the host, whatever the container's "
                "memory limit."
            ),
        ),
    ),
    Question(
        name="jobs",
        type="yaml",
        help="Commands to run on demand, as YAML: {cleanup: python manage.py cleanup}",
        rule=kinds.mapping_of(kinds.service, kinds.command, "names and commands"),
        safe={},
        default=process_defaults.jobs,
        against_others=_processes,
        reference=Reference(
            type="a YAML mapping of names to commands",
            default="management commands that your files run on a schedule, or once",
            changes="a service each in `compose.yaml`, in the profile `jobs`: `docker compose run --rm NAME`",
            allowed="as `workers`",
            notes=(
                "For instance `{clearsessions: python manage.py clearsessions}`. No job starts by itself: run it with"
                " cron or the like."
            ),
        ),
    ),
    Question(
        name="django_port",
        type="int",
        help="Port on the host for the site",
        rule=kinds.port,
        safe=DJANGO_PORT,
        found=lambda site: site.adopted.django_port,
        reference=Reference(
            type="whole number",
            default="the host's port in your Compose file, for the service of `Dockerfile_django`; otherwise 8000",
            changes=(
                "the host's port for the site in `compose.yaml`: of the service `static`; with `reverse_proxy: "
                "external`, or without `static`, of `django`"
            ),
            allowed="1 to 65535",
        ),
    ),
    Question(
        name="static_port",
        type="int",
        help="Port on the host for static files (with your own proxy only)",
        rule=kinds.port,
        safe=STATIC_PORT,
        default=_static_port,
        against_others=_beside_django_port,
        reference=Reference(
            type="whole number",
            default="as `django_port`, for the service of `Dockerfile_static`; otherwise 8080",
            changes=(
                "the host's port of the service `static` in `compose.yaml`, with `reverse_proxy: external`; in the "
                "container it is always 8080"
            ),
            allowed="1 to 65535, and not `django_port`",
        ),
    ),
)
