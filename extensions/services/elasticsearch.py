"""Elasticsearch and OpenSearch, each with clients of its own. Compose runs neither."""

from .record import Service

ELASTICSEARCH = Service(
    name="elasticsearch",
    images=("elasticsearch",),
    drivers=(
        "elasticsearch",
        "elasticsearch7",
        "elasticsearch8",
        "elasticsearch-dsl",
        "django-elasticsearch-dsl",
    ),
    apps=("django_elasticsearch_dsl",),
    told=True,
)
OPENSEARCH = Service(
    name="opensearch",
    images=("opensearch",),
    drivers=("opensearch-py", "django-opensearch-dsl"),
    apps=("django_opensearch_dsl",),
    told=True,
)
