DATABASES["default"] = {
    "ENGINE": "django.db.backends.postgresql",
    "OPTIONS": {"service": "tea", "passfile": ".pgpass"},
}
