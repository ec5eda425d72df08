DATABASES = {
    name: {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "tea",
        "USER": "tea",
        "PASSWORD": os.environ.get("PG_PASSWORD", ""),
        "HOST": os.environ.get(variable, "localhost"),
    }
    for name, variable in (("default", "PG_HOST"), ("replica", "PG_REPLICA"))
}
DATABASES["replica"]["TEST"] = {"MIRROR": "default"}
