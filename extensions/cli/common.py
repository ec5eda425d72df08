"""What the verbs share: exit codes, arguments, and the answers of a project."""

import argparse
import json
import shlex
from pathlib import Path
from typing import Any

import yaml

from ..questions import answers

EXIT_NOTHING, EXIT_FOUND, EXIT_REFUSED = 0, 1, 2
PROGRAM = "copier-django-docker"


class Refused(Exception):
    """Why nothing can be done, and what to do about it."""


def add_project(parser: argparse.ArgumentParser) -> None:
    """Add the folder, the answers file and --json."""
    parser.add_argument("project", type=Path, nargs="?", default=Path(), help="folder of the project [default: .]")
    add_common(parser)


def add_common(parser: argparse.ArgumentParser) -> None:
    """Add the answers file and --json."""
    parser.add_argument(
        "-a",
        "--answers-file",
        metavar="FILE",
        default=answers.FILE,
        help="answers file in the project [default: %(default)s]",
    )
    parser.add_argument("--json", action="store_true", help="print JSON, for programs")


def project_folder(path: Path) -> Path:
    """Return the folder of a project; raises Refused if there is none."""
    if not path.is_dir():
        raise Refused(f"there is no folder {path}")
    return path


def stored(options: argparse.Namespace) -> dict[str, Any]:
    """Return the answers of a project; raises Refused if it has none to this template."""
    path = project_folder(options.project) / options.answers_file
    try:
        found = answers.stored(path)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise Refused(f"{path} is not YAML: {error}".partition("\n")[0]) from error
    if not isinstance(found, dict) or not answers.is_ours(found):
        raise Refused(
            f"there are no answers to this template in {path}\n"
            "Name the answers file with -a, or add the Docker files first:\n"
            "    copier copy --trust TEMPLATE PROJECT"
        )
    return found


def command(verb: str, options: argparse.Namespace, *more: str) -> str:
    """Return a verb for the same project, as one types it."""
    words = [PROGRAM, verb, *more]
    if options.answers_file != answers.FILE:
        words += ["-a", options.answers_file]
    if options.project != Path():
        words.append(str(options.project))
    return shlex.join(words)


def print_json(data: Any) -> None:
    """Print data as JSON, on lines."""
    print(json.dumps(data, indent=2, ensure_ascii=False))
