"""SQLite: a file, which needs no service."""

from .record import Service

SQLITE = Service(name="sqlite", engines=("spatialite", "sqlite"), is_sql=True)
