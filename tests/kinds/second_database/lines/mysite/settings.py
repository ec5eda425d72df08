DATABASES["logs"] = {"ENGINE": "django.db.backends.sqlite3", "NAME": BASE_DIR / "logs.sqlite3"}
DATABASE_ROUTERS = ["mysite.routers.Logs"]
