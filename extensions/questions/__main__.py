"""The command `python -m extensions.questions`: writes what follows from the records of questions and installers."""

import argparse
import sys
from pathlib import Path

from .written import COMMAND, FILES, differing

ROOT = Path(__file__).parent.parent.parent


def main(arguments: list[str] | None = None, root: Path = ROOT) -> int:
    """Write the files that differ, or say with --check which they are; return 1 if --check found one, else 0."""
    parser = argparse.ArgumentParser(
        prog=COMMAND, description=f"Write {', '.join(FILES)} from the records of questions and installers."
    )
    parser.add_argument("--check", action="store_true", help="only say which files differ; exit code 1 if one does")
    options = parser.parse_args(arguments)
    found = differing(root)
    for path, text in found.items():
        if options.check:
            print(f"{path.relative_to(root)} differs from the records: run {COMMAND}.")
        else:
            path.write_text(text)
            print(f"Written: {path.relative_to(root)}")
    return 1 if found and options.check else 0


if __name__ == "__main__":
    sys.exit(main())
