"""PostgreSQL, and PostGIS.

https://www.postgresql.org/docs/current/libpq-envars.html has the variables that libpq uses.
"""

from .record import At, Container, Dialect, Own, Service

PORT = 5432
PASSWORD = "POSTGRES_PASSWORD"
CLIENTS = ("postgresql-client", "pg_isready", "psql")
WORDS = ("POSTGRES", "POSTGRESQL", "PG", "PSQL")
VARIABLES = {"host": "PGHOST", "user": "PGUSER", "password": "PGPASSWORD", "name": "PGDATABASE"}


def image(own: Own) -> str:
    """Return the image of the project's major version, with the extensions that its migrations create."""
    if "postgis" in own.extensions:
        return postgis_image(own)
    if "vector" in own.extensions:
        return f"pgvector/pgvector:pg{own.numbers(1, '18')}"
    return own.image if "timescale" in own.image and own.version else f"postgres:{own.numbers(1, '18')}"


def postgis_image(own: Own) -> str:
    """Return the project's image where it is PostGIS's own: its tag names two versions."""
    is_postgis = own.image.endswith(f"postgis/postgis:{own.image.rpartition(':')[2]}")
    return own.image if is_postgis else "postgis/postgis:17-3.5"


# One after the other, each all or nothing.
BACKUP = """\
for name in {names}; do
  printf '%s\\n' "\\connect $$name" 'BEGIN;'
  pg_dump --clean --if-exists --no-owner "$$name"
  echo 'COMMIT;'
done"""


def container(at: At) -> Container:
    """Return how Compose runs it: from 18, the volume is the folder above the data.

    Compose writes no configs to a container that is read-only.
    """
    return Container(
        memory="1g",
        pids=256,
        environment=(
            ("POSTGRES_DB", at.database_name),
            ("POSTGRES_USER", at.database_user),
            ("POSTGRES_PASSWORD", f"${{{PASSWORD}:?Set it in .env}}"),
        ),
        folder="/var/lib/postgresql" if at.major >= 18 else "/var/lib/postgresql/data",
        test=f"[CMD, pg_isready, --host=127.0.0.1, --username={at.database_user}, --dbname={at.database_name}]",
        times=(("interval", "30s"), ("start_period", "60s"), ("start_interval", "1s")),
        user="postgres",
        shm_size="128m",
        read_only=not at.others,
        tmpfs="[/tmp, /run/postgresql]",
        stop_grace_period="60s",
        create=tuple(f'CREATE DATABASE "{name}";' for name in at.others),
        backup=("sh", "-ec", BACKUP.format(names=" ".join((at.database_name, *at.others))))
        if at.others
        else ("pg_dump", "--format=custom"),
        # All of it or nothing.
        restore=("psql", "--no-psqlrc", "--quiet", "--output=/dev/null", "--set=ON_ERROR_STOP=1")
        if at.others
        else (
            *("pg_restore", "--clean", "--if-exists", "--no-owner", "--single-transaction"),
            f"--dbname={at.database_name}",
        ),
        login=(
            ("PGHOST", at.name),
            ("PGDATABASE", at.database_name),
            ("PGUSER", at.database_user),
            ("PGPASSWORD", f"${{{PASSWORD}:?Set it in .env}}"),
        ),
    )


POSTGIS = Service(
    name="postgis",
    family="postgresql",
    images=("postgis",),
    engines=("postgis",),
    is_sql=True,
    port=PORT,
    compose_name="db",
    password=PASSWORD,
    dialect=Dialect(
        backend="django.contrib.gis.db.backends.postgis",
        scheme="postgis",
        words=WORDS,
        mention="postgis",
        addon="postgres",
        samples=("postgres",),
        clients=CLIENTS,
        stated_by=("postgresql",),
        variables=VARIABLES,
    ),
    image=postgis_image,
)
POSTGRESQL = Service(
    name="postgresql",
    images=("postgres", "postgresql", "pgvector", "timescaledb", "timescaledb-ha", "pgautoupgrade"),
    drivers=("psycopg", "psycopg2", "psycopg2-binary", "psycopg-binary", "psycopg-c"),
    engines=("postgres", "psycopg", "psql", "timescale"),
    apps=("django.contrib.postgres", "psqlextra"),
    is_sql=True,
    port=PORT,
    compose_name="db",
    password=PASSWORD,
    dialect=Dialect(
        backend="django.db.backends.postgresql",
        scheme="postgresql",
        words=WORDS,
        mention="postg",
        addon="postgres",
        samples=("postgres",),
        clients=CLIENTS,
        geographic="postgis",
        variables=VARIABLES,
    ),
    image=image,
    version_of=("postgresql", "postgis"),
    described=("postgres", "postgis", "pgvector", "timescaledb"),
    container=container,
)
