"""MongoDB. Compose does not run it."""

from .record import Service

MONGODB = Service(
    name="mongodb",
    images=("mongo", "mongodb"),
    drivers=("pymongo", "mongoengine", "djongo", "django-mongodb-backend"),
    engines=("mongo",),
    told=True,
)
