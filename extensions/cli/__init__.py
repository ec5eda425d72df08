"""The command copier-django-docker: one module for each verb."""

import argparse
import sys
from importlib import metadata

import yaml

from . import check, inspect, schema, sync, update
from .common import EXIT_REFUSED, Refused

VERBS = {"inspect": inspect, "check": check, "sync": sync, "update": update, "schema": schema}
EPILOG = """\
Exit codes: 0 nothing to do, 1 something to do, 2 error (nothing changed).
To add Docker files to a project: copier copy --trust TEMPLATE PROJECT
"""


def main(arguments: list[str] | None = None) -> int:
    """Run the verb that is asked for, and return its exit code: 0 nothing to do, 1 something, 2 refused."""
    parser = argparse.ArgumentParser(
        prog="copier-django-docker",
        description="Docker files for existing Django projects, kept up to date by Copier.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("-V", "--version", action="version", version=f"%(prog)s {_version()}")
    verbs = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for name, module in VERBS.items():
        verb = verbs.add_parser(
            name,
            help=module.SUMMARY,
            description=f"{module.SUMMARY}.\n\n{module.DESCRIPTION}",
            epilog=module.EPILOG,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        module.add_options(verb)
        verb.set_defaults(run=module.run)
    options = parser.parse_args(arguments)
    try:
        return int(options.run(options))
    except Refused as refused:
        print(f"error: {refused}", file=sys.stderr)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        if isinstance(error, BrokenPipeError):  # as in `… | head`
            sys.stderr.close()
        else:
            print(f"error: {' '.join(str(error).split())}", file=sys.stderr)
    return EXIT_REFUSED


def _version() -> str:
    try:
        return metadata.version("copier-django-docker")
    except metadata.PackageNotFoundError:  # in a clone
        return "(not installed)"
