"""The verb inspect."""

import argparse

from ..project.secrets import without_secrets as readable
from ..questions import answers
from ..questions.default import Default
from ..questions.defaults import defaults, site_for
from . import words
from .common import EXIT_NOTHING, Refused, add_project, print_json, project_folder

SUMMARY = "Show what is detected in a project, and where"
DESCRIPTION = """\
Prints the questions, the answers that a copy would store, and the file and
line of each. Reads files only: nothing is imported, run or changed."""
MOST = 5  # of the files that could not be read
EPILOG = "Exit codes: 0 a Django project was found, 2 error."


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the verb's options."""
    add_project(parser)
    parser.add_argument("--all", action="store_true", help="also show answers that are only assumed")
    parser.add_argument("--answers", action="store_true", help="print a data file, for copier copy --data-file")


def run(options: argparse.Namespace) -> int:
    """Print what would be answered, and return the exit code."""
    root = project_folder(options.project)
    site = site_for(root, options.answers_file)
    if site.layout.django_dir.value is None:
        raise Refused(f"there is no Django project in {root}: no manage.py or wsgi.py")
    found = defaults(root, options.answers_file, site)
    given = answers.stored(root / options.answers_file)
    shown = {
        name: Default(words.without_secrets(each.value), each.source) if name in given else each
        for name, each in found.items()
    }
    problems = [{"source": problem.source, "message": readable(problem.message)} for problem in site.problems]
    if options.answers:
        print(words.data_file(found), end="")
    elif options.json:
        questions = {name: {"value": each.value, "source": each.source} for name, each in shown.items()}
        print_json({"project": str(root), "questions": questions, "problems": problems})
    else:
        _show(shown, problems, options.all)
    return EXIT_NOTHING


def _show(found: dict[str, Default], problems: list[dict[str, str]], is_all: bool) -> None:
    shown = {name: default for name, default in found.items() if is_all or default.source}
    rows = [(name, "\n".join(words.lines(each.value)), each.source or "assumed") for name, each in shown.items()]
    print(words.table(("question", "value", "read in"), rows))
    for problem in problems[:MOST]:
        print(f"not read: {problem['source']} {problem['message']}")
    if len(problems) > MOST:
        print(f"not read: {len(problems) - MOST} more; --json shows them")
    if len(found) > len(shown):
        print(f"{len(found) - len(shown)} more answers are assumed: --all shows them")
