"""The command of 2.x, `python -m extensions PROJECT`, in a clone of the template. The verbs in cli/ replace it."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

import yaml

from .cli import words
from .cli.schema import copier_yml
from .project import by_name
from .project.data import plain
from .questions import answers
from .questions.defaults import defaults
from .questions.schema import schema
from .reading import read
from .services.site import Site
from .update import drift

EXIT_SAME, EXIT_DIFFERENT, EXIT_ERROR = 0, 1, 2


def main(arguments: list[str] | None = None) -> int:
    """Print what is asked for, and return the exit code: 0, 1 where --check finds differences, 2 for an error."""
    parser = argparse.ArgumentParser(
        prog="python -m extensions",
        description="Read a Django project, without running it, and print what is found, where, and how sure it is.",
        epilog="Exit code: 0; 1 where --check finds something; 2 for an error.",
    )
    parser.add_argument("project", type=Path, nargs="?", help="folder of the project; none for --schema")
    parser.add_argument(
        "-a", "--answers-file", default=answers.FILE, help="for --answers and --check, default: %(default)s"
    )
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--json", action="store_true", help="print all findings and problems as JSON")
    what.add_argument("--answers", action="store_true", help="print a data file for `copier copy --data-file`")
    what.add_argument(
        "--check", action="store_true", help="compare the project's stored answers with what is found today"
    )
    what.add_argument("--schema", action="store_true", help="print the JSON Schema of answers and data files")
    options = parser.parse_args(arguments)
    verb = "schema" if options.schema else "check" if options.check else "inspect"
    print(f"warning: python -m extensions will be removed in 4.0.0. Use copier-django-docker {verb}", file=sys.stderr)
    if options.schema:
        print(json.dumps(schema(copier_yml()), indent=2, ensure_ascii=False))
        return EXIT_SAME
    if options.project is None:
        parser.error("name the folder of a project")
    if not options.project.is_dir():
        print(f"There is no folder {options.project}. Give the folder of a Django project.", file=sys.stderr)
        return EXIT_ERROR
    path = options.project / options.answers_file
    try:
        stored = answers.stored(path) if options.check or options.answers else {}
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        print(f"{path} is not YAML: {error}".partition("\n")[0], file=sys.stderr)
        return EXIT_ERROR
    if options.check:
        return _check(options.project, options.answers_file, stored)
    site = read(options.project)
    if site.layout.django_dir.value is None:
        print(f"There is no Django project in {options.project}: no manage.py or wsgi.py.", file=sys.stderr)
        return EXIT_ERROR
    if options.json:
        print(json.dumps(_as_data(site), indent=2, ensure_ascii=False))
    elif options.answers:
        print(words.data_file(defaults(options.project, options.answers_file)), end="")
    else:
        print(_table(site))
    return EXIT_SAME


def _as_data(site: Site) -> dict[str, Any]:
    return {
        "findings": {
            name: {
                "value": plain(finding.value),
                "source": finding.source,
                "certainty": finding.certainty.value,
                "note": finding.note,
            }
            for name, finding in by_name(site).items()
        },
        "problems": [{"source": problem.source, "message": problem.message} for problem in site.problems],
    }


def _table(site: Site) -> str:
    rows = [("finding", "value", "certainty", "read in")]
    for name, finding in by_name(site).items():
        for number, text in enumerate(words.lines(plain(finding.value))):
            certainty, source = (finding.certainty.value, finding.source) if number == 0 else ("", "")
            rows.append((name if number == 0 else "", text, certainty, source))
        if finding.note:
            rows.append(("", f"({words.short(finding.note, 70)})", "", ""))
    rows += [("problem", problem.message, "", problem.source) for problem in site.problems]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, (*widths, 0), strict=True)).rstrip() for row in rows
    )


def _check(project: Path, answers_file: str, stored: Any) -> int:
    """Print each stored answer that differs from what is read today, which is more than assumed, or that is dead."""
    if not isinstance(stored, dict) or not answers.is_ours(stored):
        print(
            f"There are no answers to this template in {project / answers_file}. Copy the template first, or name the "
            "file with -a.",
            file=sys.stderr,
        )
        return EXIT_ERROR
    found = drift.compare(project, answers_file, stored)
    differences = [each for each in found.differences if not each.is_gone]
    gone = [each for each in found.differences if each.is_gone]
    remarks = [words.sentence(project, each) for each in differences]
    remarks += [f"{name}: {message}." for name, message in found.refused.items()]
    remarks += [f"{words.sentence(project, each)}: change the answer." for each in gone]
    remarks += found.leftovers
    if remarks:
        print(*remarks, sep="\n")
        return EXIT_DIFFERENT
    number = sum(not name.startswith("_") for name in stored)
    print(f"All {number} answers match the project.")
    return EXIT_SAME


if __name__ == "__main__":
    try:
        sys.exit(main())
    except BrokenPipeError:  # as in `… | head`
        sys.stderr.close()
