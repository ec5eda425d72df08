"""The verb check."""

import argparse
import sys
from pathlib import Path
from typing import Any

from ..update import drift, history, releases
from . import words
from .common import EXIT_FOUND, EXIT_NOTHING, add_project, command, print_json, stored

SUMMARY = "Compare the stored answers with the project and its Docker files"
DESCRIPTION = """\
Reports, each with the command that fixes it:
  - answers that no longer match the project
  - answers that are no longer valid
  - conflicts that an update has left in files
  - a newer release of the template

Ignores your edits of the files, and answers that you gave on purpose."""
EPILOG = "Exit codes: 0 nothing to do, 1 something to do, 2 error."


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the verb's options."""
    add_project(parser)
    parser.add_argument("--offline", action="store_true", help="don't look for a newer release of the template")


def run(options: argparse.Namespace) -> int:
    """Print what no longer matches, and return the exit code."""
    given = stored(options)
    found = drift.compare(options.project, options.answers_file, given)
    release = "" if options.offline else newer_release(given)
    if options.json:
        print_json(as_data(options.project, found) | {"version": given.get("_commit"), "newer": release or None})
    else:
        _tell(options, found, given, release)
    return EXIT_FOUND if found or release else EXIT_NOTHING


def newer_release(given: dict[str, Any]) -> str:
    """Return the template's newest release if a project has an older one; "" where the template does not answer."""
    try:
        newest = releases.newest(str(given["_src_path"]))
    except OSError as error:
        print(f"warning: {error}", file=sys.stderr)
        return ""
    return newest if releases.is_newer(newest, str(given.get("_commit", ""))) else ""


def as_data(root: Path, found: drift.Drift) -> dict[str, Any]:
    """Return what no longer matches, as JSON; `kept` is null where git does not know whether it is on purpose."""
    return {
        "project": str(root),
        "differences": [
            {
                "question": each.name,
                "answer": words.without_secrets(each.answer),
                "found": each.found,
                "source": each.source,
                "gone": each.is_gone,
                "kept": each.is_kept,
            }
            for each in found.differences
        ],
        "refused": found.refused,
        "leftovers": found.leftovers,
    }


def _tell(options: argparse.Namespace, found: drift.Drift, given: dict[str, Any], release: str) -> None:
    root = options.project
    for difference in found.open:
        print(words.line(root, difference))
    if found.open:
        print(f"    To update these answers: {command('sync', options)}")
    for name, message in found.refused.items():
        print(f"{name}: {message}.")
        print(f"    To change the answer: {command('sync', options, '--set', f'{name}=ANSWER')}")
    for leftover in found.leftovers:
        print(leftover)
    if release:
        print(f"The template has a newer version: {release}. This project has {given.get('_commit')}.")
        print(f"    To update: {command('update', options)}")
    for difference in found.kept:
        print(f"kept: {words.line(root, difference, words.WIDTH - 6)}")
    if found.kept:
        print(f"    You gave these. To change one: {command('sync', options, '--take', 'QUESTION')}")
    if any(difference.is_kept is None for difference in found.open) and history.is_shallow(root):
        print("Answers that you gave on purpose may be among these: the clone is shallow.\n    git fetch --unshallow")
    if not found and not release:
        number = sum(not name.startswith("_") for name in given)
        print(f"Nothing to do: all {number} answers match the project, or are as you gave them.")
