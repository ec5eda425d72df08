"""The questions on Gunicorn."""

from .. import adopted_defaults, image_defaults, kinds
from ..default import of_pair
from ..question import Question, Reference

QUESTIONS = (
    Question(
        name="gunicorn_workers",
        type="int",
        help="Gunicorn workers when you use Compose",
        rule=kinds.number(1, 1000),
        safe=3,
        found=lambda site: site.adopted.gunicorn_workers,
        reference=Reference(
            type="whole number",
            default=(
                "the number in your `Dockerfile_django`, Compose file, command line or Gunicorn configuration; "
                "otherwise 3"
            ),
            changes="`GUNICORN_CMD_ARGS` in `compose.yaml`",
            allowed="1 to 1000",
        ),
    ),
    Question(
        name="gunicorn_threads",
        type="int",
        help="Threads of each Gunicorn worker",
        rule=kinds.number(1, 1000),
        safe=2,
        found=lambda site: site.adopted.gunicorn_threads,
        reference=Reference(
            type="whole number",
            default="the number in your `Dockerfile_django`, command line or Gunicorn configuration; otherwise 2",
            changes="`threads` in `docker/gunicorn.conf.py`, with the worker class `gthread`",
            allowed="1 to 1000",
        ),
    ),
    Question(
        name="web_concurrency",
        type="int",
        help="Gunicorn workers when you don't use Compose (WEB_CONCURRENCY)",
        rule=kinds.number(1, 1000),
        safe=2,
        found=lambda site: site.adopted.web_concurrency,
        reference=Reference(
            type="whole number",
            default="the number in your `Dockerfile_django` or Compose file; otherwise 2",
            changes="`WEB_CONCURRENCY` in `Dockerfile_django`, which counts if `GUNICORN_CMD_ARGS` names no workers",
            allowed="1 to 1000",
            notes="How these three work together is in [Gunicorn](gunicorn.md#how-many-workers).",
        ),
    ),
    Question(
        name="gunicorn_options",
        type="yaml",
        help="Extra Gunicorn arguments, as YAML: [--max-requests=1000]",
        rule=kinds.list_of(
            kinds.text(r"[A-Za-z0-9_./:=@%+,*-]+", "give one argument each"), "arguments, like [--preload]"
        ),
        safe=[],
        default=adopted_defaults.gunicorn_options,
        reference=Reference(
            type="a YAML list of arguments",
            default=(
                "the options in `CMD` of your `Dockerfile_django` that no other question has, such as `[--timeout, "
                '"120"]`; otherwise those of your own image, Procfile, unit or `gunicorn.conf.py`, such as '
                "`[--timeout=120]`; otherwise none"
            ),
            changes=(
                "the end of `CMD` in `Dockerfile_django`. nginx waits for Django as long as a `--timeout` above 60 "
                "seconds, and Compose waits for a stop as long as `--graceful-timeout`"
            ),
            allowed="letters, digits and `_ . / : = @ % + , * -`; numbers in quotes",
        ),
    ),
    Question(
        name="gunicorn_keepalive",
        type="int",
        help="Seconds that Gunicorn keeps an idle connection open",
        rule=kinds.number(1, 3600),
        safe=2,
        default=of_pair(image_defaults.gunicorn_keepalive),
        plain=75,
        reference=Reference(
            type="whole number, seconds",
            default="75 if the Gunicorn that is installed can be 27 or newer; otherwise 2",
            changes=(
                "`keepalive` in `docker/gunicorn.conf.py` (2 is Gunicorn's own default: the line is not there); "
                "up to 60, `keepalive_timeout` of the upstream in `default.conf`"
            ),
            allowed="1 to 3600",
            notes="""\
Set it higher than your reverse proxy's timeout for idle connections. Before Gunicorn 27, idle connections delay a
stop, so the default is 2.
""",
        ),
    ),
    Question(
        name="log_errors",
        type="bool",
        help="Print Django's errors to the log? (Yes if you don't set LOGGING)",
        rule=kinds.truth,
        safe=False,
        default=of_pair(image_defaults.log_errors),
        says_source=True,
        plain=True,
        reference=Reference(
            type="yes or no",
            default="yes if the settings have no `LOGGING`",
            changes="with yes, `docker/gunicorn.conf.py` sends errors to the container's log",
            notes="""\
Without `LOGGING` and with `DEBUG` off, Django [mails errors and prints
none](https://docs.djangoproject.com/en/stable/ref/logging/#default-logging-configuration).
""",
        ),
    ),
)
