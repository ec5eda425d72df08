"""Kinds of services that are only known by name. One that Compose can run gets a module of its own."""

from .record import Service

SEEN_ONLY = (
    Service(
        name="oracle",
        engines=("oracle",),
        drivers=("oracledb", "cx-oracle"),
        is_sql=True,
        lacks="cx_Oracle needs Oracle's Instant Client, which the image lacks. oracledb works without it.",
    ),
    Service(
        name="sqlserver",
        images=("mssql-server",),
        image_texts=("mssql",),
        engines=("mssql",),
        drivers=("mssql-django",),
        is_sql=True,
        lacks="The image lacks Microsoft's ODBC driver. Install it with base_instructions: "
        "https://learn.microsoft.com/sql/connect/odbc/linux-mac/installing-the-microsoft-odbc-driver-for-sql-server",
    ),
    Service(name="solr", images=("solr",), drivers=("pysolr",)),
    Service(name="meilisearch", images=("meilisearch",), drivers=("meilisearch",)),
    Service(name="typesense", images=("typesense",)),
    Service(name="minio", images=("minio",), drivers=("minio",), told=True),
    Service(name="localstack", images=("localstack",)),
    Service(name="clickhouse", images=("clickhouse-server", "clickhouse"), drivers=("clickhouse-driver",)),
    Service(name="cassandra", images=("cassandra",)),
    Service(name="neo4j", images=("neo4j",)),
    Service(name="kafka", images=("kafka", "cp-kafka", "redpanda"), drivers=("kafka-python", "confluent-kafka")),
    Service(name="nats", images=("nats",)),
    Service(name="gotenberg", images=("gotenberg",)),
    Service(name="tika", images=("tika",)),
)
