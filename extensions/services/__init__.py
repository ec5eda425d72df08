"""The kinds of services that a project connects to, one module each, and what Compose runs for its settings.

To add a kind, write a module with its record, and put the record here. A kind stands before those whose engines are a
part of its own.
"""

from .elasticsearch import ELASTICSEARCH, OPENSEARCH
from .memcached import MEMCACHED
from .mongodb import MONGODB
from .mysql import MARIADB, MYSQL
from .postgres import POSTGIS, POSTGRESQL
from .rabbitmq import RABBITMQ
from .record import Service
from .redis import REDIS, VALKEY
from .seen_only import SEEN_ONLY
from .sqlite import SQLITE

KINDS: tuple[Service, ...] = (
    POSTGIS,
    POSTGRESQL,
    MYSQL,
    MARIADB,
    SQLITE,
    VALKEY,
    REDIS,
    RABBITMQ,
    ELASTICSEARCH,
    OPENSEARCH,
    MEMCACHED,
    MONGODB,
    *SEEN_ONLY,
)
