"""Gunicorn's settings: https://gunicorn.org/reference/settings/

GUNICORN_CMD_ARGS overrides these and all other settings, as in
"--workers 5 --access-logfile -". If it has no --workers, Gunicorn starts
WEB_CONCURRENCY workers.
"""

import faulthandler
import logging
import signal

from django.conf import settings

bind = "0.0.0.0:8000"
proc_name = "asgi"
worker_class = "asgi"
# Longer than the reverse proxy keeps idle connections open, so that it never
# sends a request on one that Gunicorn is closing.
keepalive = 75
# Workers show that they are alive by touching a file, which must not wait for
# a disk: https://gunicorn.org/faq/
worker_tmp_dir = "/dev/shm"
# Nothing in a container uses the control socket, which needs a writable home.
control_socket_disable = True


def post_worker_init(worker):
    """Print the traceback of each thread when a worker crashes or times out.

    SIGUSR2 prints it on demand, and the worker goes on. The log has the
    workers' IDs. Don't send the signal to the master, which would upgrade:
    docker compose exec django sh -c "kill -USR2 ID"
    """
    faulthandler.enable()
    faulthandler.register(signal.SIGUSR2)

    # Without LOGGING and DEBUG, Django mails errors, and prints none:
    # https://docs.djangoproject.com/en/stable/ref/logging/#default-logging-configuration
    if not settings.DEBUG:
        logging.basicConfig(
            format="%(asctime)s [%(process)d] [%(levelname)s] %(message)s",
            datefmt="[%Y-%m-%d %H:%M:%S %z]",
        )
