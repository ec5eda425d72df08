"""Run one migration: `python migrations NAME STAGE ANSWERS_FILE`, in the project, as copier.yml's `_migrations` do.

NAME is a version, like v1.0.0, or `check`; STAGE is `before` or `after`, the function of its module that is called if
it has one.
"""

import importlib
import sys
from pathlib import Path

name, stage, answers_file = sys.argv[1:]
module = importlib.import_module(name.replace(".", "_"))
if step := getattr(module, stage, None):
    step(Path.cwd(), Path(answers_file))
