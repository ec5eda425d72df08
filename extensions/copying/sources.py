"""Check whether the place that is named as the source of a default really contains it."""

import ast
import contextlib
import re
from pathlib import Path
from typing import Any

MAX_BYTES = 1_000_000


def holds(root: Path, source: str, value: Any) -> bool:
    """Return whether the line or the statement that `source` names has a text or a number, or a part of it, in it.

    What is no text or number follows from more than can stand in one place: for it, any source will do. So does a file
    whose own name is the answer, as `shop/wsgi.py` is for `shop.wsgi`.
    """
    if not source or isinstance(value, bool) or not isinstance(value, str | int):
        return bool(source)
    path, _, line = source.partition(":")
    place = (_place(root / path, int(line)) if line.isdecimal() else _text(root / path)) or ""
    text = f"{path} {place}".lower()
    return any(re.search(rf"(?<![\w-]){re.escape(part)}(?![\w-])", text) for part in _parts(str(value)))


def _parts(value: str) -> list[str]:
    """Return what of a value may stand in a file, in lower case.

    That is a version as a whole, any folder of a path, and of other text the last word: of a module its own name.
    """
    value = value.lower()
    if re.fullmatch(r"[0-9.]+", value):
        return [value, f"py{value.replace('.', '')}"]
    words = re.findall(r"[a-z0-9_-]{2,}", value)
    return [value, *(words if "/" in value else words[-1:])]


def _place(path: Path, line: int) -> str:
    """Return the statement of a Python file that a line is in, or the line of another file."""
    text = _text(path)
    lines = text.split("\n")
    if path.suffix == ".py":
        with contextlib.suppress(SyntaxError, ValueError, RecursionError, MemoryError):
            simple = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.stmt) and not _has_body(node)]
            for node in simple:
                if node.lineno <= line <= (node.end_lineno or 0):
                    return "\n".join(lines[node.lineno - 1 : node.end_lineno])
    return "\n".join(lines[line - 1 : line])


def _has_body(node: ast.stmt) -> bool:
    return hasattr(node, "body") or hasattr(node, "cases")


def _text(path: Path) -> str:
    try:
        if not path.is_file() or path.stat().st_size > MAX_BYTES:
            return ""
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
