CELERY_BROKER_URL = os.environ.get("AMQP_URL", "amqp://localhost")
CELERY_RESULT_BACKEND = "rpc://"
