"""Celery's workers under Compose: how many processes each has."""

import re
import shlex
from collections.abc import Iterator

# Options of `celery` that have a value: https://docs.celeryq.dev/en/stable/reference/cli.html#celery
VALUED = frozenset(("-A", "--app", "-b", "--broker", "--result-backend", "--loader", "--config", "--workdir"))
COUNTED = ("--concurrency", "--autoscale")
PREFORK = ("prefork", "processes")


def concurrent(command: str, processes: int) -> str:
    """Return a command with --concurrency, if it is a worker that would fork a process for each core of the host.

    A container's limits do not count there, so that on a large machine they are reached. `processes` is 0 where the
    settings say how many. https://docs.celeryq.dev/en/stable/userguide/workers.html#concurrency
    """
    words = shlex.split(command)
    if processes and is_worker(words) and not _is_counted(words):
        return f"{command} --concurrency {processes}"
    return command


def is_worker(words: list[str]) -> bool:
    """Return whether a command's program is Celery, and its subcommand `worker`."""
    if words[0] == "env":
        words = [word for word in words[1:] if not re.match(r"\w+=", word)]
    if re.fullmatch(r"(.*/)?python[0-9.]*", words[0]) and words[1:3] == ["-m", "celery"]:
        words = words[2:]
    if words[0].rpartition("/")[2] != "celery":
        return False
    rest = iter(words[1:])
    for word in rest:
        if word in VALUED:
            next(rest, None)
        elif not word.startswith("-"):
            return word == "worker"
    return False


def _is_counted(words: list[str]) -> bool:
    """Return whether a worker's options say how many processes it has, or that it forks none."""
    pools = [value for name, value in _options(words) if name in ("-P", "--pool")]
    names = {name for name, _ in _options(words)}
    return bool(names & {"-c", *COUNTED}) or any(pool not in PREFORK for pool in pools)


def _options(words: list[str]) -> Iterator[tuple[str, str]]:
    """Yield options with their values: -c4, -c 4, -Ec4, --concurrency=4, --concurrency 4."""
    for word, following in zip(words, [*words[1:], ""], strict=True):
        if word.startswith("--"):
            name, equals, value = word.partition("=")
            yield name, value if equals else following
        elif match := re.fullmatch(r"-[BDE]*([A-Za-z])=?(.*)", word):
            yield f"-{match[1]}", match[2] or following
