"""What uWSGI starts beside the site: daemons, mules and jobs at times.

https://uwsgi-docs.readthedocs.io/en/latest/AttachingDaemons.html, https://uwsgi-docs.readthedocs.io/en/latest/Cron.html
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ..places import is_aside
from ..tree import Tree

DAEMON = re.compile(r"(?:legion-|smart-)?attach-(?:control-)?daemon2?")
CRON = re.compile(r"(?:legion-|unique-|unique-legion-)?cron2?")
FIELDS = ("minute", "hour", "day", "month", "week")


@dataclass(frozen=True)
class Option:
    """An option of a configuration of uWSGI."""

    name: str
    value: str
    source: str


@dataclass(frozen=True)
class Beside:
    """A command that uWSGI runs; `schedule`, as in a crontab, where it runs at times."""

    command: str
    source: str
    schedule: str = ""


def read_uwsgi(tree: Tree) -> Iterator[Beside]:
    """Yield what the project's own configurations of uWSGI start beside the site, in order."""
    for option in uwsgi_options(tree):
        found = _beside(option.name, option.value, option.source)
        if found and found.command and "%(" not in found.command and "$(" not in found.command:
            yield found


def uwsgi_options(tree: Tree) -> Iterator[Option]:
    """Yield the options that the project's own configurations of uWSGI have, in order."""
    paths = [path for path in tree.paths if _is_configuration(path) and not is_aside(tree, path)]
    for path in paths[:50]:
        lines = _in_yaml if path.endswith((".yml", ".yaml")) else _in_ini
        for number, name, value in lines((tree.text(path) or "").split("\n")[:2000]):
            yield Option(name, value, f"{path}:{number}")


def _is_configuration(path: str) -> bool:
    """Return whether a file may be one of uWSGI's: https://uwsgi-docs.readthedocs.io/en/latest/Configuration.html."""
    name = path.rpartition("/")[2]
    return name.endswith(".ini") or ("uwsgi" in name and name.endswith((".yml", ".yaml", ".conf", ".cfg")))


def _in_ini(lines: Iterable[str]) -> Iterator[tuple[int, str, str]]:
    """Yield each option of the section of uWSGI, with the number of its line."""
    inside = False
    for number, line in enumerate(lines, 1):
        text = line.strip()
        if text.startswith("["):
            inside = text == "[uwsgi]"
        elif inside and "=" in text and not text.startswith((";", "#")):
            name, _, value = (part.strip() for part in text.partition("="))
            yield number, name, value.partition(" ;")[0].strip()


def _in_yaml(lines: Iterable[str]) -> Iterator[tuple[int, str, str]]:
    """Yield each option below `uwsgi:`, of which uWSGI takes the same one more than once, as no mapping could."""
    inside, above = False, ""
    for number, line in enumerate(lines, 1):
        text = line.strip()
        if text and not line[0].isspace() and text[0] not in "#-":
            inside = text.partition("#")[0].strip() == "uwsgi:"
        elif inside and text.startswith("- "):
            yield number, above, _unquoted(text[2:])
        elif inside and ":" in text and not text.startswith("#"):
            above, _, value = (part.strip() for part in text.partition(":"))
            yield number, above, _unquoted(value)


def _unquoted(text: str) -> str:
    """Return a value of YAML without its quotes, or the comment behind it."""
    text = text.strip()
    if text[:1] in ('"', "'") and (end := text.find(text[0], 1)) > 0:
        return text[1:end]
    return text.partition(" #")[0].strip()


def _beside(name: str, value: str, source: str) -> Beside | None:
    if DAEMON.fullmatch(name):
        if name.endswith("2"):  # key=value pairs
            match = re.search(r"(?:^|,)cmd=([^,]+)", value)
            return Beside(match[1], source) if match else None
        return Beside(value.partition(" ")[2] if name.startswith("smart-") else value, source)
    if name == "mule" and re.fullmatch(r"[\w./-]+\.py", value):
        return Beside(f"python {value}", source)
    if CRON.fullmatch(name):
        return _cron2(value, source) if name.endswith("2") else _cron(value, source)
    return None


def _cron(value: str, source: str) -> Beside | None:
    words = value.split(None, 5)
    if len(words) < 6 or not all(re.fullmatch(r"-?\d+", word) for word in words[:5]):
        return None
    return Beside(words[5], source, " ".join(map(_field, words[:5])))


def _cron2(value: str, source: str) -> Beside | None:
    options, _, command = value.partition(" ")
    if "=" not in options:
        return Beside(value, source, "* * * * *")
    given = dict(part.partition("=")[::2] for part in options.split(","))
    return Beside(command.strip(), source, " ".join(_field(given.get(name, "-1")) for name in FIELDS))


def _field(value: str) -> str:
    """Return a field as a crontab has it: -1 is any, -5 is each fifth."""
    if not value.startswith("-"):
        return value
    return "*" if value == "-1" else f"*/{value[1:]}"
