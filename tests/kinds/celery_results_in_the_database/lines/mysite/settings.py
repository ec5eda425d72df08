INSTALLED_APPS += ["django_celery_results"]
CELERY_BROKER_URL = os.environ.get("BROKER", "redis://localhost/1")
CELERY_RESULT_BACKEND = "django-db"
