"""What is found in a Django project: `python -m extensions PROJECT`, in a clone of the template."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

import yaml

from .copying.sources import holds
from .project import Findings
from .project.data import plain
from .project.secrets import HIDDEN, cleaned, is_secret
from .questions import answers
from .questions.defaults import Default, defaults, findings_for, from_findings
from .questions.schema import schema
from .services.reading import read
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
    if options.schema:
        print(json.dumps(schema(Path(__file__).parent.parent / "copier.yml"), indent=2, ensure_ascii=False))
        return EXIT_SAME
    if options.project is None:
        parser.error("name the folder of a project")
    if not options.project.is_dir():
        print(f"There is no folder {options.project}: give the folder of a Django project.", file=sys.stderr)
        return EXIT_ERROR
    path = options.project / options.answers_file
    try:
        stored = answers.stored(path) if options.check or options.answers else {}
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        print(f"{path} is not YAML: {error}".partition("\n")[0], file=sys.stderr)
        return EXIT_ERROR
    if options.check:
        return _check(options.project, options.answers_file, stored)
    findings = read(options.project)
    if findings.value("django_dir") is None:
        print(f"There is no Django project in {options.project}: neither manage.py nor wsgi.py.", file=sys.stderr)
        return EXIT_ERROR
    if options.json:
        print(json.dumps(_as_data(findings), indent=2, ensure_ascii=False))
    elif options.answers:
        print(_data_file(defaults(options.project, options.answers_file)), end="")
    else:
        print(_table(findings))
    return EXIT_SAME


def _as_data(findings: Findings) -> dict[str, Any]:
    return {
        "findings": {
            name: {
                "value": plain(finding.value),
                "source": finding.source,
                "certainty": finding.certainty.value,
                "note": finding.note,
            }
            for name, finding in findings.found.items()
        },
        "problems": [{"source": problem.source, "message": problem.message} for problem in findings.problems],
    }


def _data_file(found: dict[str, Default]) -> str:
    kept = {name: default.value for name, default in found.items() if default.value != ""}
    if found["installer"].value != "pip":
        kept.pop("requirements_file", None)
    return yaml.safe_dump(kept, sort_keys=False, allow_unicode=True)


def _table(findings: Findings) -> str:
    rows = [("finding", "value", "certainty", "read in")]
    for name, finding in findings.found.items():
        for number, text in enumerate(_lines(plain(finding.value))):
            certainty, source = (finding.certainty.value, finding.source) if number == 0 else ("", "")
            rows.append((name if number == 0 else "", text, certainty, source))
        if finding.note:
            rows.append(("", f"({_short(finding.note, 70)})", "", ""))
    rows += [("problem", problem.message, "", problem.source) for problem in findings.problems]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, (*widths, 0), strict=True)).rstrip() for row in rows
    )


def _lines(value: Any) -> list[str]:
    """Return a value as the lines of its cell: a list has a line an item, but for long ones, which are counted."""
    items = list(value.items()) if isinstance(value, dict) else value if isinstance(value, list) else [value]
    if len(items) > 12:
        return [f"{len(items)} in all; --json has them"]
    if isinstance(value, dict):
        return [_short(f"{key}: {_plain(item)}", 72) for key, item in items] or ["none"]
    return [_short(_plain(item), 72) for item in items] or ["none"]


def _plain(item: Any) -> str:
    if isinstance(item, dict):
        return ", ".join(f"{key} {_plain(value)}" for key, value in item.items() if value not in ("", None, [], {}))
    return (
        json.dumps(item, ensure_ascii=False)
        if item in ("", None, True, False) or isinstance(item, list)
        else str(item)
    )


def _short(text: str, length: int) -> str:
    text = " ".join(text.split())
    return text if len(text) <= length else f"{text[: length - 1]}…"


def _without_secrets(answer: Any) -> Any:
    """Return an answer as it may be printed: older versions stored what they read of passwords."""
    if isinstance(answer, dict):
        return {
            name: HIDDEN if isinstance(value, str) and value and is_secret(name, value) else cleaned(value)
            for name, value in answer.items()
        }
    return cleaned(answer)


def _check(project: Path, answers_file: str, stored: Any) -> int:
    """Print each stored answer that differs from what is read today, which is more than assumed, or that is dead."""
    if not isinstance(stored, dict) or not answers.is_ours(stored):
        print(
            f"There are no answers to this template in {project / answers_file}: copy it first, or name the file "
            "with -a.",
            file=sys.stderr,
        )
        return EXIT_ERROR
    different = set()
    now = defaults(project, answers_file)
    for name, default in now.items():
        if default.source and name in stored and stored[name] != default.value:
            print(f"{name}: the answer is {_difference(project, _without_secrets(stored[name]), default)}")
            different.add(name)
    read = from_findings(findings_for(project, answers_file), project)
    remarks = list(drift.remarks(project, answers_file, stored, read, different))
    print(*remarks, sep="\n", end="\n" if remarks else "")
    if different or remarks:
        return EXIT_DIFFERENT
    number = sum(not name.startswith("_") for name in stored)
    print(f"All {number} answers match the project.")
    return EXIT_SAME


def _difference(project: Path, answer: Any, default: Default) -> str:
    """Return an answer, and what is read instead, as the end of a sentence; of mappings only what is not the same."""
    found, said = default.value, "but {source} says {found}"
    if not holds(project, default.source, found) or isinstance(found, dict):
        said = "and from {source} follows {found}"
    if isinstance(answer, dict) and isinstance(found, dict):
        same = {name for name, value in answer.items() if found.get(name, _ABSENT) == value}
        answer, found = ({name: each[name] for name in each if name not in same} for each in (answer, found))
    end = said.format(source=default.source, found=_plain(found) or "none")
    return f"{_plain(answer) or 'none'}, {end}"


_ABSENT = object()  # unlike any value


if __name__ == "__main__":
    try:
        sys.exit(main())
    except BrokenPipeError:  # as in `… | head`
        sys.stderr.close()
