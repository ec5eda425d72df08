INSTALLED_APPS += ["django_rq"]
RQ_QUEUES = {
    name: {"HOST": "localhost", "PORT": 6379, "DB": 3} for name in ("default", "pictures")
}
