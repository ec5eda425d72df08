from .local_settings import DB_PASSWORD

DATABASES["default"] = {
    "ENGINE": "django.db.backends.postgresql",
    "HOST": os.environ.get("DB_HOST", "localhost"),
    "NAME": "tea",
    "USER": "tea",
    "PASSWORD": DB_PASSWORD,
}
