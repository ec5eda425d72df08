"""The verb schema."""

import argparse
from pathlib import Path

from ..questions.schema import schema
from .common import EXIT_NOTHING, print_json

SUMMARY = "Print the JSON Schema of answers and data files"
DESCRIPTION = "For editors and CI, to check a file before anything runs."
EPILOG = "Exit code: 0."


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the verb's options."""
    parser.add_argument("--json", action="store_true", help="no effect: a schema is always JSON")


def run(options: argparse.Namespace) -> int:
    """Print the schema, and return the exit code."""
    print_json(schema(copier_yml()))
    return EXIT_NOTHING


def copier_yml() -> Path:
    """Return the questions' file: in the package where it is installed, beside it in a clone of the template."""
    package = Path(__file__).parent.parent
    installed = package / "copier.yml"
    return installed if installed.is_file() else package.parent / "copier.yml"
