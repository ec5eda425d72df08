"""The services that a project needs beside itself: databases, caches, brokers, search engines."""

import ast
import re
from collections.abc import Iterator
from typing import Any

from .data import mapping, text_of
from .deployment.compose import read_compose
from .deployment.dockerfile import name_and_tag
from .findings import Certainty, Findings
from .literals import constant, last_name
from .places import is_aside, is_development
from .tree import Tree

IMAGES = {  # the last part of an image's name, without registry and tag
    "postgres": "postgresql",
    "postgresql": "postgresql",
    "pgvector": "postgresql",
    "timescaledb": "postgresql",
    "timescaledb-ha": "postgresql",
    "pgautoupgrade": "postgresql",
    "postgis": "postgis",
    "mysql": "mysql",
    "percona": "mysql",
    "mariadb": "mariadb",
    "redis": "redis",
    "redis-stack": "redis",
    "redis-stack-server": "redis",
    "keydb": "redis",
    "dragonfly": "redis",
    "valkey": "valkey",
    "rabbitmq": "rabbitmq",
    "elasticsearch": "elasticsearch",
    "opensearch": "opensearch",
    "solr": "solr",
    "meilisearch": "meilisearch",
    "typesense": "typesense",
    "memcached": "memcached",
    "mongo": "mongodb",
    "mongodb": "mongodb",
    "minio": "minio",
    "localstack": "localstack",
    "clickhouse-server": "clickhouse",
    "clickhouse": "clickhouse",
    "cassandra": "cassandra",
    "neo4j": "neo4j",
    "kafka": "kafka",
    "cp-kafka": "kafka",
    "redpanda": "kafka",
    "nats": "nats",
    "mssql-server": "sqlserver",
    "gotenberg": "gotenberg",
    "tika": "tika",
}
DRIVERS = {  # distribution: the services that it speaks to, the likeliest first
    "psycopg": ("postgresql",),
    "psycopg2": ("postgresql",),
    "psycopg2-binary": ("postgresql",),
    "psycopg-binary": ("postgresql",),
    "psycopg-c": ("postgresql",),
    "mysqlclient": ("mysql", "mariadb"),
    "pymysql": ("mysql", "mariadb"),
    "mysql-connector-python": ("mysql", "mariadb"),
    "mariadb": ("mariadb",),
    "redis": ("redis", "valkey"),
    "django-redis": ("redis", "valkey"),
    "hiredis": ("redis", "valkey"),
    "django-rq": ("redis", "valkey"),
    "rq": ("redis", "valkey"),
    "channels-redis": ("redis", "valkey"),
    "django-cacheops": ("redis", "valkey"),
    "valkey": ("valkey", "redis"),
    "django-valkey": ("valkey", "redis"),
    "pika": ("rabbitmq",),
    "yapw": ("rabbitmq",),
    "elasticsearch": ("elasticsearch",),
    "elasticsearch7": ("elasticsearch",),
    "elasticsearch8": ("elasticsearch",),
    "elasticsearch-dsl": ("elasticsearch",),
    "django-elasticsearch-dsl": ("elasticsearch",),
    "opensearch-py": ("opensearch",),
    "django-opensearch-dsl": ("opensearch",),
    "pysolr": ("solr",),
    "meilisearch": ("meilisearch",),
    "pymemcache": ("memcached",),
    "pylibmc": ("memcached",),
    "python-memcached": ("memcached",),
    "pymongo": ("mongodb",),
    "mongoengine": ("mongodb",),
    "djongo": ("mongodb",),
    "django-mongodb-backend": ("mongodb",),
    "minio": ("minio",),
    "oracledb": ("oracle",),
    "cx-oracle": ("oracle",),
    "mssql-django": ("sqlserver",),
    "clickhouse-driver": ("clickhouse",),
    "kafka-python": ("kafka",),
    "confluent-kafka": ("kafka",),
}
ENGINES = (  # a part of a database's or cache's dotted name, or of a URL's scheme
    ("locmem", ""),  # LocMemCache
    ("postgis", "postgis"),
    ("postgres", "postgresql"),
    ("psycopg", "postgresql"),
    ("psql", "postgresql"),
    ("timescale", "postgresql"),
    ("mysql", "mysql"),
    ("mariadb", "mariadb"),
    ("spatialite", "sqlite"),
    ("sqlite", "sqlite"),
    ("oracle", "oracle"),
    ("mssql", "sqlserver"),
    ("mongo", "mongodb"),
    ("valkey", "valkey"),
    ("redis", "redis"),
    ("memcache", "memcached"),
    ("amqp", "rabbitmq"),
    ("rabbitmq", "rabbitmq"),
)
EXTENSIONS = {  # https://docs.djangoproject.com/en/stable/ref/contrib/postgres/operations/
    "BloomExtension": "bloom",
    "BtreeGinExtension": "btree_gin",
    "BtreeGistExtension": "btree_gist",
    "CITextExtension": "citext",
    "CryptoExtension": "pgcrypto",
    "HStoreExtension": "hstore",
    "TrigramExtension": "pg_trgm",
    "UnaccentExtension": "unaccent",
    "VectorExtension": "vector",
}
CREATE = re.compile(r"CREATE\s+EXTENSION\s+(?:IF\s+NOT\s+EXISTS\s+)?[\"']?([A-Za-z_][\w-]*)", re.IGNORECASE)
MENTION = re.compile(f"{'|'.join(EXTENSIONS)}|CreateExtension|CREATE EXTENSION", re.IGNORECASE)
ACCESSORIES = ("express", "exporter", "commander", "insight", "backup", "backups", "ui", "dashboards", "admin", "init")
SAME = ({"postgresql", "postgis"}, {"mysql", "mariadb"}, {"redis", "valkey"})
MAX_MIGRATIONS = 1500


def read_services(
    tree: Tree,
    findings: Findings,
    distributions: set[str] | None = None,
    installed_apps: list[str] | None = None,
) -> None:
    """Add services, a list of {name, image, version, source, why, certainty, note}, and postgres_extensions.

    `image` and `version` (the number that its tag begins with) are those of the project's Compose file, "" where there
    is none. The findings `databases`, `caches`, `celery_broker` and `channel_layers` are used where they are there.
    """
    names = set(distributions if distributions is not None else findings.value("distributions") or ())
    apps = list(installed_apps if installed_apps is not None else findings.value("installed_apps") or ())
    found: dict[str, dict[str, Any]] = {}
    for service in (
        *_in_compose(tree),
        *_in_settings(findings),
        *_by_driver(findings, names),
        *_by_app(findings, apps),
    ):
        _merge(found, service)
    services = list(found.values())
    _note_sqlite(findings, found)
    certainty = (
        Certainty.STATED if any(item["certainty"] == Certainty.STATED for item in services) else Certainty.INFERRED
    )
    source = services[0]["source"] if services else ""
    findings.add("services", services, source, certainty if services else Certainty.ASSUMED)
    extensions = read_extensions(tree) if not names or any(name.startswith("psycopg") for name in names) else []
    first = extensions[0]["source"] if extensions else ""
    findings.add("postgres_extensions", extensions, first, Certainty.STATED if extensions else Certainty.INFERRED)


def _service(
    name: str, source: str, why: str, certainty: Certainty, image: str = "", note: str = ""
) -> dict[str, Any]:
    version = _version(image)
    return {
        "name": name,
        "image": image,
        "version": version,
        "source": source,
        "why": why,
        "certainty": certainty,
        "note": note,
    }


def _merge(found: dict[str, dict[str, Any]], service: dict[str, Any]) -> None:
    """Add a service, or what it says beyond the one of its kind that is there already."""
    name = service["name"]
    alike = next((group for group in SAME if name in group), {name})
    known = next((other for other in found if other in alike), None)
    if known is None:
        found[name] = service
        return
    if name == "postgis" and known == "postgresql":
        renamed = found.pop(known) | {"name": "postgis"}
        if renamed["image"] and "postgis" not in renamed["image"]:
            renamed["note"] = f"{renamed['image']} has no PostGIS, which {service['source']} needs."
        found["postgis"] = renamed
        known = "postgis"
    merged = found[known]
    if service["why"] not in merged["why"]:
        merged["why"] += f"; {service['why']}"
    if service["certainty"] == Certainty.STATED:
        merged["certainty"] = Certainty.STATED


def _version(image: str) -> str:
    """Return the number that an image's tag begins with: "18" for "pg18-alpine"."""
    match = re.match(r"(?:pg|v)?(\d+(?:\.\d+)*)", name_and_tag(image)[1])
    return match[1] if match else ""


def _in_compose(tree: Tree) -> Iterator[dict[str, Any]]:
    for service in read_compose(tree):
        image = service.image
        name = name_and_tag(image)[0].lower()
        kind = "sqlserver" if "mssql" in image else IMAGES.get(name, "")
        if not kind and image:
            kind = next((value for key, value in IMAGES.items() if name.startswith(f"{key}-")), "")
        if not kind and service.context and not service.command:  # an image of their own made FROM the service's
            kind = IMAGES.get(service.name.lower(), "") or IMAGES.get(service.context.rpartition("/")[2].lower(), "")
            image = ""
        if kind and not re.search(rf"[-_]({'|'.join(ACCESSORIES)})$", name):
            development = is_development(service.path)
            note = "The file's path says that it is for development." if development else ""
            certainty = Certainty.INFERRED if development else Certainty.STATED
            yield _service(kind, service.source, f"Compose service {service.name}", certainty, image, note)


def engine_kind(text: str) -> str:
    """Return the service that a dotted name of an engine or backend, or a URL's scheme, speaks to; "" for none."""
    lowered = text.lower()
    return next((name for part, name in ENGINES if part in lowered), "")


def _in_settings(findings: Findings) -> Iterator[dict[str, Any]]:
    databases = findings.found.get("databases")
    for alias, item in mapping(findings.value("databases")).items():
        options = mapping(item)
        for key in ("engine", "url_default"):
            if databases and (name := engine_kind(text_of(options.get(key)))):
                why = f"DATABASES[{alias!r}] is {text_of(options.get(key))}"
                yield _service(name, databases.source, why, databases.certainty)
                break
    for finding_name, setting in (("caches", "CACHES"), ("channel_layers", "CHANNEL_LAYERS")):
        finding = findings.found.get(finding_name)
        for alias, item in mapping(findings.value(finding_name)).items():
            backend = text_of(item) or text_of(mapping(item).get("backend"))
            if finding and (name := engine_kind(backend)) and name not in ("sqlite",):
                yield _service(name, finding.source, f"{setting}[{alias!r}] is {backend}", finding.certainty)
    broker = findings.found.get("celery_broker")
    value = text_of(broker.value) or text_of(mapping(broker.value).get("value")) if broker else ""
    if broker and (name := engine_kind(value.partition(":")[0])):
        yield _service(name, broker.source, "Celery's broker", broker.certainty)


def _by_driver(findings: Findings, distributions: set[str]) -> Iterator[dict[str, Any]]:
    details = findings.value("distributions")
    for driver, (first, *_rest) in DRIVERS.items():
        if driver in distributions:
            source = text_of(mapping(details, driver).get("source"))
            note = "A driver alone: the settings may not use it." if first not in ("postgresql", "mysql") else ""
            yield _service(first, source, f"{driver} is installed", Certainty.INFERRED, note=note)


def _by_app(findings: Findings, apps: list[str]) -> Iterator[dict[str, Any]]:
    source = findings.found["installed_apps"].source if "installed_apps" in findings.found else ""
    for app, name in (
        ("django.contrib.postgres", "postgresql"),
        ("psqlextra", "postgresql"),
        ("django_rq", "redis"),
        ("django_elasticsearch_dsl", "elasticsearch"),
        ("django_opensearch_dsl", "opensearch"),
    ):
        if app in apps:
            yield _service(name, source, f"{app} is in INSTALLED_APPS", Certainty.INFERRED)


def _note_sqlite(findings: Findings, found: dict[str, dict[str, Any]]) -> None:
    """Say so where a driver of a server's database is there, but the settings use SQLite by default."""
    server = next(
        (name for name in ("postgresql", "postgis", "mysql", "mariadb", "oracle", "sqlserver") if name in found), ""
    )
    if "sqlite" not in found or not server:
        return
    variables = [text_of(mapping(item).get("variable")) for item in mapping(findings.value("databases")).values()]
    variable = next((name for name in variables if name), "")
    choice = f"{variable} selects the database" if variable else "no variable selects another"
    found[server]["note"] = f"The settings use SQLite by default; {choice}."
    if found[server]["certainty"] != Certainty.STATED:
        found[server]["certainty"] = Certainty.INFERRED


def read_extensions(tree: Tree) -> list[dict[str, str]]:
    """Return the PostgreSQL extensions that migrations create, as {name, source}, each once."""
    found: dict[str, str] = {}
    paths = [path for path in tree.paths if "/migrations/" in f"/{path}" and path.endswith((".py", ".sql"))]
    for path in [path for path in paths if not is_aside(path) and tree.paths[path] < 200_000][:MAX_MIGRATIONS]:
        text = tree.text(path) or ""
        if not MENTION.search(text):
            continue
        for name, line in _extensions_in(tree, path, text):
            found.setdefault(name, f"{path}:{line}")
    return [{"name": name, "source": source} for name, source in found.items()]


def _extensions_in(tree: Tree, path: str, text: str) -> Iterator[tuple[str, int]]:
    module = tree.python(path) if path.endswith(".py") else None
    if module is None:
        for match in CREATE.finditer(text) if path.endswith(".sql") else ():
            yield match[1].lower(), text.count("\n", 0, match.start()) + 1
        return
    for node in ast.walk(module):
        if isinstance(node, ast.Call):
            name = last_name(node.func)
            if name in EXTENSIONS:
                yield EXTENSIONS[name], node.lineno
            elif name == "CreateExtension":
                given = constant(node.args[0]) if node.args else None
                given = given or next((constant(item.value) for item in node.keywords if item.arg == "name"), None)
                if given:
                    yield given, node.lineno
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            for match in CREATE.finditer(node.value):
                yield match[1].lower(), node.lineno
