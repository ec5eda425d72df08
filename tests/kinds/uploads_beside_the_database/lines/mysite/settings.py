DATABASES["default"]["NAME"] = BASE_DIR / "var" / "site.sqlite3"
MEDIA_ROOT = BASE_DIR / "var"
MEDIA_URL = "/uploads/"
