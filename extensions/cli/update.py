"""The verb update."""

import argparse
import json
from pathlib import Path
from typing import Any

from ..update import clone
from . import words
from .common import add_common

SUMMARY = "Update the Docker files of projects to a newer version"
DESCRIPTION = """\
Runs Copier's update in each project: asks nothing, merges your edits, and
commits nothing. New questions get the answers that are detected. If a project
can't be updated, it stays unchanged, and the others go on."""
EPILOG = """\
Exit codes, the highest of all projects: 0 updated or current; 1 conflicts, or
lines of yours are gone (with --check: there is a newer version); 2 error, that
project is unchanged."""
MOST = 8  # files of a project that are named


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the verb's options."""
    parser.add_argument("project", type=Path, nargs="*", default=[Path()], help="folders of projects [default: .]")
    parser.add_argument("--to", metavar="VERSION", help="a tag of the template [default: the newest]")
    parser.add_argument("--check", action="store_true", help="only show whether there is a newer version")
    add_common(parser)


def run(options: argparse.Namespace) -> int:
    """Update projects, say what happened in each as it ends and in all at the end, and return the exit code."""
    reports = []
    for project in options.project:
        act = clone.check if options.check else clone.update
        reports.append(act(project, options.answers_file, options.to))
        if options.json:
            print(json.dumps(reports[-1], ensure_ascii=False), flush=True)
        else:
            print(*lines(reports[-1]), sep="\n", flush=True)
    if len(reports) > 1 and not options.json:
        print(_summary(reports))
    return max(clone.EXIT_CODES[report["status"]] for report in reports)


def lines(report: dict[str, Any]) -> list[str]:
    """Return what has become of one project, on a few lines."""
    status = report["status"]
    project = report["project"] if report["project"] != "." else Path.cwd().name
    if status in ("refused", "error"):
        return [f"{project}: {status}, nothing changed", f"    {report['message']}"]
    if status == "current":
        return [f"{project}: current ({report['from']})"]
    if status == "outdated":
        return [f"{project}: {report['from']}, newer version {report['to']}"]
    files = report["changed"]
    merged = [path for path in files if path not in report["conflicts"]]
    changed = f"{len(files)} file{'s'[: len(files) != 1]} changed"
    versions = f"{report['from']} to {report['to']}" if report["from"] != report["to"] else f"at {report['to']}"
    said = [f"{project}: {versions}, {changed}, {len(report['conflicts']) or 'none'} in conflict"]
    said += _few("changed", merged) + _few("in conflict", report["conflicts"]) + _few("new", report["questions"])
    said += [f"    look at: {sentence}" for sentence in report["lost"]]
    said += [f"    to undo: {report['undo']}"] if report["undo"] else []
    return said


def _few(what: str, names: list[str]) -> list[str]:
    if not names:
        return []
    more = [f"and {len(names) - MOST} more"] if len(names) > MOST else []
    what = "answers new" if what == "new" else what
    return [f"    {what}: {words.short(', '.join([*names[:MOST], *more]), 400)}"]


def _summary(reports: list[dict[str, Any]]) -> str:
    count = {status: sum(report["status"] == status for report in reports) for status in clone.EXIT_CODES}
    said = ", ".join(f"{number} {status}" for status, number in count.items() if number)
    return f"{len(reports)} projects: {said}"
