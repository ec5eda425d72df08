"""The verb sync."""

import argparse
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from ..project import checkout
from ..questions import answers
from ..update import clone, drift, history
from . import update, words
from .common import EXIT_FOUND, EXIT_NOTHING, Refused, add_project, command, print_json, stored

SUMMARY = "Change answers that no longer match the project, and update the files"
DESCRIPTION = """\
Shows the answers that differ, asks, and runs Copier's update with these
answers. Keeps the template's version, merges your edits, and commits nothing.
Keeps answers that you gave on purpose: those that the project did not say in
the commit that set them."""
EPILOG = """\
Exit codes: 0 done, or nothing to do; 1 conflicts, or you said no; 2 error
(nothing changed)."""


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the verb's options."""
    add_project(parser)
    parser.add_argument("-y", "--yes", action="store_true", help="don't ask")
    parser.add_argument(
        "--take",
        metavar="QUESTION",
        action="append",
        default=[],
        help="change this answer, even if you gave it on purpose",
    )
    parser.add_argument("--keep", metavar="QUESTION", action="append", default=[], help="leave this answer as it is")
    parser.add_argument("--set", metavar="QUESTION=ANSWER", action="append", default=[], help="set an answer, in YAML")


def run(options: argparse.Namespace) -> int:
    """Change answers, and return the exit code."""
    given = stored(options)
    found = drift.compare(options.project, options.answers_file, given)
    typed = _typed(options.set)
    taken = _taken(options, found, typed)
    kept = [each for each in found.differences if each not in taken and each.name not in typed]
    data = {each.name: each.found for each in taken} | typed
    if not options.json:
        _show(options, given, taken, kept, typed)
    if not data:
        if options.json:
            print_json({"project": str(options.project), "data": {}, "kept": [each.name for each in kept]})
        return EXIT_NOTHING
    report = _agreed(options) and clone.update(options.project, options.answers_file, clone.CURRENT, data)
    if options.json:
        names = [each.name for each in kept]
        print_json({"project": str(options.project), "data": data, "kept": names, "update": report or None})
    elif report:
        print(*update.lines(report), *_lacking(options.project, given, data), sep="\n")
    return clone.EXIT_CODES[report["status"]] if report else EXIT_FOUND


def _typed(settings: list[str]) -> dict[str, Any]:
    """Return the answers of --set; raises Refused for what is none."""
    found = {}
    for setting in settings:
        name, equals, text = setting.partition("=")
        if not equals:
            raise Refused(f"--set {setting}: write QUESTION=ANSWER")
        if name not in answers.RULES:
            raise Refused(answers.unknown(name, list(answers.RULES)))
        try:
            value = yaml.safe_load(text)
        except yaml.YAMLError as error:
            raise Refused(f"--set {name}: {text} is not YAML") from error
        # 3.10 is a number in YAML, where text is meant.
        found[name] = text if answers.RULES[name].schema.get("type") == "string" else value
    return found


def _taken(options: argparse.Namespace, found: drift.Drift, typed: dict[str, Any]) -> list[drift.Difference]:
    """Return the differences that are to go; raises Refused where one cannot know whether they are on purpose."""
    names = {each.name for each in found.differences}
    for name in [*options.take, *options.keep]:
        if name not in names:
            raise Refused(f"{name} already matches the project\nTo see what differs:\n    {command('check', options)}")
    unknown = [each for each in found.open if each.is_kept is None and each.name not in {*options.take, *options.keep}]
    if unknown and history.is_shallow(options.project):
        raise Refused(
            "the clone is shallow, and only older commits show which answers you gave on purpose\n"
            "Fetch them, or name each answer with --take or --keep:\n"
            "    git fetch --unshallow"
        )
    return [
        each
        for each in found.differences
        if each.name not in {*options.keep, *typed} and (each.name in options.take or not each.is_kept)
    ]


def _show(
    options: argparse.Namespace,
    given: dict[str, Any],
    taken: list[drift.Difference],
    kept: list[drift.Difference],
    typed: dict[str, Any],
) -> None:
    rows = [(each.name, *map(_cell, words.what_differs(each)), each.source) for each in taken]
    rows += [
        (name, _cell(words.without_secrets(given.get(name))), _cell(value), "--set") for name, value in typed.items()
    ]
    if rows:
        print(words.table(("question", "answer", "becomes", "read in"), rows))
    else:
        print("Nothing to do: no answer changes.")
    for each in kept:
        print(f"kept: {words.line(options.project, each, words.WIDTH - 6)}")
    if any(each.is_kept for each in kept):
        print("    You gave these. To change one, add --take QUESTION.")


def _lacking(project: Path, given: Mapping[str, Any], data: Mapping[str, Any]) -> Iterator[str]:
    """Say which new variables you have to add to .env: the template writes this file only once."""
    now = {**given, **data}
    secrets = str(now.get("secrets_file", ".env"))
    files = [path for name in {".env", secrets} if (path := project / name).is_file()]
    there = checkout.given("\n".join(path.read_text(errors="replace") for path in files))
    asked = now if "secrets_file" in data else data
    names = [name for name in asked.get("dotenv", {}) if name not in there]
    if files and names:
        yield f"    {secrets} lacks {', '.join(names)}: add it, as in .env.example"


def _cell(value: Any) -> str:
    return "\n".join(words.lines(value))


def _agreed(options: argparse.Namespace) -> bool:
    """Return whether the answers are to be changed: by --yes, or at a terminal."""
    if options.yes:
        return True
    if options.json or not sys.stdin.isatty():
        print("Nothing was changed. To change these answers, add --yes.", file=sys.stderr)
        return False
    try:
        said = input("Change these answers, and update the files? [y/N] ")
    except EOFError:
        said = ""
    if said.strip().lower() not in answers.TRUE:
        print("Nothing was changed.", file=sys.stderr)
        return False
    return True
