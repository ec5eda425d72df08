"""The site's server, which the template starts, and programs that the template runs as services of their own."""

from ...secrets import words
from ..steps import Step
from .record import Done, Kind, Surroundings, Taken

SERVERS_ = words(
    "gunicorn uwsgi pyuwsgi daphne uvicorn hypercorn granian waitress-serve mod_wsgi-express unitd nginx "
    "apache2ctl caddy supervisord honcho foreman circusd s6-svscan runit my_init redis-server cron crond"
)


def _read(step: Step, around: Surroundings) -> list[Taken] | None:
    if step.keyword != "RUN" or not step.words:
        return None
    words = step.words
    module = words[2] if len(words) > 2 and words[1] == "-m" and step.program.startswith("python") else ""
    if step.program in SERVERS_ or module in SERVERS_:
        return [Done(step.source, "the server")]
    if step.program in ("service", "/etc/init.d/nginx", "rc-service"):
        return [Done(step.source, "services of their own")]
    return None


SERVERS = Kind("servers", _read)
