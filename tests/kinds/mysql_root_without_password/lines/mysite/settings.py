DATABASES["default"] = {
    "ENGINE": "django.db.backends.mysql",
    "HOST": os.environ.get("MYSQL_HOST", "127.0.0.1"),
    "NAME": "tea",
    "USER": "root",
    "PASSWORD": "",
}
