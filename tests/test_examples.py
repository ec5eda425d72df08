"""examples/ has what the template writes today."""

import subprocess
import sys

from support import ROOT


def test_examples_are_current():
    result = subprocess.run([sys.executable, ROOT / "examples/write.py", "--check"], capture_output=True, text=True)
    assert result.returncode == 0, f"run `uv run examples/write.py`:\n{result.stdout}{result.stderr}"
