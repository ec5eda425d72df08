"""Answers and differences as a terminal shows them."""

import json
import re
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from ..copying.sources import holds
from ..project.evaluation.environment import FERNET_DUMMY, SECRET_DUMMY
from ..project.secrets import HIDDEN, cleaned, is_secret
from ..questions.default import Default
from ..update.drift import Difference, fate

WIDTH = 79
MOST_LINES = 6  # of a cell
ABSENT = object()  # unlike any value


def plain(item: Any) -> str:
    """Return a value on one line, as it is printed."""
    if isinstance(item, dict):
        return ", ".join(f"{key} {plain(value)}" for key, value in item.items() if value not in ("", None, [], {}))
    return (
        json.dumps(item, ensure_ascii=False)
        if item in ("", None, True, False) or isinstance(item, list)
        else str(item)
    )


def told(value: Any) -> str:
    """Return a value on one line, and of variables without a value the names."""
    return plain(value) or (", ".join(value) if isinstance(value, dict) else "") or "none"


def short(text: str, length: int) -> str:
    """Return a text on one line, cut at `length`."""
    text = " ".join(text.split())
    return text if len(text) <= length else f"{text[: length - 1]}…"


def lines(value: Any) -> list[str]:
    """Return a value as the lines of its cell: a list has a line an item, but for long ones, which are counted."""
    items = list(value.items()) if isinstance(value, dict) else value if isinstance(value, list) else [value]
    if len(items) > 12:
        return [f"{len(items)} in all; --json shows them"]
    if isinstance(value, dict):
        return [short(f"{key}: {plain(item)}", 72) for key, item in items] or ["none"]
    return [short(plain(item), 72) for item in items] or ["none"]


def without_secrets(answer: Any) -> Any:
    """Return an answer as it may be printed: older versions stored what they read of passwords."""
    if isinstance(answer, dict):
        return {
            name: HIDDEN if isinstance(value, str) and _is_hidden(name, value) else cleaned(value)
            for name, value in answer.items()
        }
    return cleaned(answer)


def _is_hidden(name: str, value: str) -> bool:
    """Return whether a value is a secret, and not only the name of a variable, or what stands in a secret's place."""
    is_stand_in = value in ("", FERNET_DUMMY, SECRET_DUMMY) or re.fullmatch(r"\$\{[A-Za-z0-9_]+\}", value)
    return not is_stand_in and is_secret(name, value)


def sentence(root: Path, difference: Difference) -> str:
    """Return what is different, in a sentence."""
    name, source = difference.name, difference.source
    if difference.is_gone:
        return f"{name}: the answer came from {fate(root, source)}"
    says = not isinstance(difference.found, dict) and holds(root, source, difference.found)
    answer, found = map(told, what_differs(difference))
    middle = f"but {source} says" if says else f"and from {source} follows"
    return f"{name}: the answer is {answer}, {middle} {found}"


def line(root: Path, difference: Difference, width: int = WIDTH) -> str:
    """Return what is different, on a line of at most `width` where names and paths are not too long."""
    name, source = difference.name, difference.source
    if difference.is_gone:
        return f"{name}: the answer came from {fate(root, source)}"
    answer, found = map(told, what_differs(difference))
    room = max(16, width - len(f"{name}: answered , now  ({source})"))
    answer = short(answer, max(room // 2, room - len(found)))
    return f"{name}: answered {answer}, now {short(found, room - len(answer))} ({source})"


def what_differs(difference: Difference) -> tuple[Any, Any]:
    """Return the answer and what is found in its place, without secrets; of mappings, only what is not the same."""
    answer, found = without_secrets(difference.answer), difference.found
    if isinstance(answer, dict) and isinstance(found, dict):
        same = {name for name, value in answer.items() if found.get(name, ABSENT) == value}
        answer, found = ({name: each[name] for name in each if name not in same} for each in (answer, found))
    return answer, found


def data_file(found: Mapping[str, Default]) -> str:
    """Return defaults as a file for `copier copy --data-file`."""
    kept = {name: default.value for name, default in found.items() if default.value != ""}
    if found["installer"].value != "pip":
        kept.pop("requirements_file", None)
    return yaml.safe_dump(kept, sort_keys=False, allow_unicode=True)


def table(header: Sequence[str], rows: Iterable[Sequence[str]], width: int = WIDTH) -> str:
    """Return rows below a header, in columns that fit `width`: the first is whole, the others wrap."""
    cells = [list(header), *(list(row) for row in rows)]
    widths = [max(max(map(len, row[column].split("\n"))) for row in cells) for column in range(len(header))]
    while sum(widths) + 2 * (len(widths) - 1) > width and max(widths[1:]) > 8:
        widths[widths.index(max(widths[1:]), 1)] -= 1
    printed = []
    for row in cells:
        wrapped = [_wrapped(cell, size) for cell, size in zip(row, widths, strict=True)]
        for number in range(max(map(len, wrapped))):
            parts = [cell[number] if number < len(cell) else "" for cell in wrapped]
            printed.append("  ".join(part.ljust(size) for part, size in zip(parts, widths, strict=True)).rstrip())
    return "\n".join(printed)


def _wrapped(cell: str, width: int) -> list[str]:
    found = [part for line in cell.split("\n") for part in textwrap.wrap(line, width, break_on_hyphens=False) or [""]]
    return found if len(found) <= MOST_LINES else [*found[: MOST_LINES - 1], "… (--json shows all)"]
