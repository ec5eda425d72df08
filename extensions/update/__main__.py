"""The command of 2.x, `python -m extensions.update PROJECT …`, which updates clones. The verb `update` replaces it."""

import argparse
import json
import sys
from pathlib import Path

from ..questions import answers
from .clone import EXIT_CODES, update

SUCCESSOR = "python -m extensions.update will be removed in 4.0.0. Use copier-django-docker update --json"


def main(arguments: list[str] | None = None) -> int:
    """Update projects, print a line of JSON for each, and return the highest of their exit codes.

    0 stands for no conflict, 1 for conflicts or lost lines, 2 for a project that is refused, with nothing changed.
    """
    parser = argparse.ArgumentParser(
        prog="python -m extensions.update",
        description="Update projects: ask nothing, commit nothing, and print a line of JSON for each.",
        epilog="Exit code, the highest of all projects: 0 updated or current; 1 conflicts or lost lines; 2 error, "
        "nothing changed.",
    )
    parser.add_argument("project", type=Path, nargs="+", help="folder of a project, with .copier-answers.yml")
    parser.add_argument("--template-version", metavar="TAG", help="default: the newest tag")
    parser.add_argument("-a", "--answers-file", default=answers.FILE, help="default: %(default)s")
    options = parser.parse_args(arguments)
    print(f"warning: {SUCCESSOR}", file=sys.stderr)
    codes = []
    for project in options.project:
        report = update(project, options.answers_file, options.template_version)
        print(json.dumps(report, ensure_ascii=False), flush=True)
        codes.append(EXIT_CODES[report["status"]])
    return max(codes)


if __name__ == "__main__":
    sys.exit(main())
