"""What is said to be lost after an update, beside what git merges: nothing, where it merges without a conflict."""

import subprocess
import tempfile
from pathlib import Path

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from extensions import edits

texts = st.lists(st.sampled_from("abcdefgh"), min_size=3, max_size=14)
changes = st.lists(st.tuples(st.integers(0, 13), st.sampled_from(["", "x", "y", "a", "b"])), max_size=3)


def changed(lines: list[str], made: list[tuple[int, str]]) -> list[str]:
    """Return lines with changes: at a place, a line is inserted, or one is deleted."""
    now = list(lines)
    for place, line in made:
        now[place : place + 1] = [line, *now[place : place + 1]] if line else []
    return now


def merged(mine: list[str], old: list[str], new: list[str]) -> list[str] | None:
    """Return what git merges; None if there is a conflict."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder, name) for name in ("mine", "old", "new")]
        for path, lines in zip(paths, (mine, old, new), strict=True):
            path.write_text("".join(f"{line}\n" for line in lines))
        done = subprocess.run(["git", "merge-file", "-p", *paths], capture_output=True, text=True, check=False)
    return done.stdout.splitlines() if done.returncode == 0 else None


def files(lines: list[str]) -> edits.Files:
    return {"file": edits.lines("\n".join(lines).encode())}


@settings(max_examples=150, deadline=None)
@given(texts, changes, changes)
def test_nothing_is_lost_by_a_merge(old, by_me, by_template):
    mine, new = changed(old, by_me), changed(old, by_template)
    now = merged(mine, old, new)
    assume(now is not None)
    four = files(mine), files(old), files(new), files(now)
    assert edits.lost("file", *four) == [] and edits.back("file", *four) == []


@settings(max_examples=100, deadline=None)
@given(texts, st.integers(0, 13), changes)
def test_a_line_that_is_dropped_is_lost(old, place, by_template):
    mine, new = changed(old, [(place, "# mine")]), changed(old, by_template)
    assert edits.lost("file", files(mine), files(old), files(new), files(new)) == ["# mine"]
