"""MySQL and MariaDB, to which the same clients speak."""

from .record import At, Container, Dialect, Own, Service

PORT = 3306
PASSWORD = "MYSQL_PASSWORD"
CLIENTS = ("mysqlclient", "pymysql", "mysql-connector-python")
PROGRAMS = ("default-mysql-client", "mysql-client", "mariadb-client", "mysqladmin")


def image(own: Own) -> str:
    """Return the image of the project's minor version: MariaDB where the project's Compose file runs it."""
    return mariadb_image(own) if own.kind == "mariadb" else f"mysql:{own.numbers(2, '8.4')}"


def mariadb_image(own: Own) -> str:
    """Return the image of the project's minor version."""
    return f"mariadb:{own.numbers(2, '11.8')}"


def container(at: At) -> Container:
    """Return how Compose runs it, with the health check of the image."""
    is_mariadb = "mariadb" in at.image
    dump, client = ("mariadb-dump", "mariadb") if is_mariadb else ("mysqldump", "mysql")
    options = (f"--host={at.name}", f"--user={at.database_user}")
    dumped = ("--databases", at.database_name, *at.others) if at.others else (at.database_name,)
    return Container(
        memory="1g",
        pids=512,
        environment=(
            ("MYSQL_DATABASE", at.database_name),
            ("MYSQL_USER", at.database_user),
            ("MYSQL_PASSWORD", f"${{{PASSWORD}:?Set it in .env}}"),
            ("MYSQL_RANDOM_ROOT_PASSWORD", "yes"),
        ),
        folder="/var/lib/mysql",
        test="[CMD, healthcheck.sh, --connect, --innodb_initialized]"
        if is_mariadb
        else "[CMD, mysqladmin, ping, --host=127.0.0.1]",
        test_comment=""
        if is_mariadb
        else "MySQL is ready if it answers, even by denying the login: https://dev.mysql.com/doc/refman/en/mysqladmin.html",
        times=(("interval", "30s"), ("start_period", "120s"), ("start_interval", "1s")),
        user="mysql",
        stop_grace_period="60s",
        create=tuple(
            line
            for name in at.others
            for line in (
                f"CREATE DATABASE IF NOT EXISTS `{name}`;",
                f"GRANT ALL ON `{name}`.* TO '{at.database_user}'@'%';",
            )
        ),
        backup=(dump, *options, "--single-transaction", "--no-tablespaces", "--routines", *dumped),
        restore=(client, *options, at.database_name),
        login=(("MYSQL_PWD", f"${{{PASSWORD}:?Set it in .env}}"),),
    )


MYSQL = Service(
    name="mysql",
    images=("mysql", "percona"),
    drivers=CLIENTS,
    engines=("mysql",),
    is_sql=True,
    port=PORT,
    compose_name="db",
    password=PASSWORD,
    dialect=Dialect(
        backend="django.db.backends.mysql",
        scheme="mysql",
        words=("MYSQL",),
        mention="mysql",
        addon="mysql",
        clients=PROGRAMS,
        stated_by=("mariadb",),
    ),
    image=image,
    version_of=("mysql", "mariadb"),
    described=("mysql", "mariadb", "percona"),
    container=container,
)
MARIADB = Service(
    name="mariadb",
    family="mysql",
    images=("mariadb",),
    drivers=(*CLIENTS, "mariadb"),
    engines=("mariadb",),
    is_sql=True,
    port=PORT,
    compose_name="db",
    password=PASSWORD,
    dialect=Dialect(
        backend="django.db.backends.mysql",
        scheme="mysql",
        words=("MYSQL", "MARIADB"),
        mention="maria",
        addon="mysql",
        clients=PROGRAMS,
    ),
    image=mariadb_image,
)
