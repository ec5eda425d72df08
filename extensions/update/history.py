"""Find the answers that were given on purpose: the project did not say them when they were stored.

An answers file does not tell a typed answer from a detected one. Its history does: the commit in which an answer got
the value that it has is looked up, and the project is read as it was then.
"""

import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml
from plumbum import CommandNotFound, local

from ..questions.default import Default
from ..questions.defaults import defaults, from_site, site_for
from ..questions.stored import completed, is_ours

ABSENT = object()  # unlike any answer
# A filter may ask a server for the content of files, which is no code.
NO_FILTERS = ("-c", "filter.lfs.smudge=", "-c", "filter.lfs.process=", "-c", "filter.lfs.required=false")


def origins(
    root: Path, answers_file: str, stored: Mapping[str, Any], now: Mapping[str, Any]
) -> dict[str, Default | None]:
    """Return, for each question of `now`, what was read in the project as the answer is; None where a person gave it.

    `now` has what the project says today. A name is left out where git does not know: there is no repository, the
    answers are in no commit, or the clone is too shallow to have the commit that the answer is from.
    """
    found: dict[str, Default | None] = {}
    for commit, given in _commits(root, answers_file, stored, now).items():
        found |= dict.fromkeys(given)
        if commit is None:
            continue
        said = _read(root, answers_file, commit)
        found |= {name: _same(said, name, stored[name]) for name in given}
        # What was said then as it is now was not taken: as where a project's own Docker files, now gone, said more.
        rest = [name for name in given if not found[name] and not _same(said, name, now[name])]
        if rest:  # an update begins with all committed, so it has read what the commit before its own has
            said = _read(root, answers_file, f"{commit}^")
            found |= {name: _same(said, name, stored[name]) for name in rest}
    return found


def _same(said: Mapping[str, list[Default]], name: str, value: Any) -> Default | None:
    return next((default for default in said.get(name, ()) if default.value == value), None)


def _commits(
    root: Path, answers_file: str, stored: Mapping[str, Any], names: Iterable[str]
) -> dict[str | None, list[str]]:
    """Return the names of answers by the commit in which they got their value; None for what is not committed."""
    try:
        git = local["git"]["-C", str(root)]
        status, out, _ = git["log", "--format=%H", "--", answers_file].run(retcode=None)
    except CommandNotFound:
        return {}
    history = out.split() if not status else []
    written: dict[str, str | None] = {}
    open_names = [name for name in names if name in stored]
    for number, commit in enumerate(history):
        then = _answers(git, commit, answers_file)
        still = [name for name in open_names if then.get(name, ABSENT) == stored[name]]
        if number == 0:
            written |= dict.fromkeys(set(open_names) - set(still))
        written |= dict.fromkeys(still, commit)
        open_names = still
        if not open_names:
            break
    shallow = _shallow(git, root) if history else set()
    found: dict[str | None, list[str]] = {}
    for name, written_in in written.items():
        if written_in not in shallow:
            found.setdefault(written_in, []).append(name)
    return found


def is_shallow(root: Path) -> bool:
    """Return whether commits are missing in a clone, as after `git clone --depth 1`."""
    try:
        return bool(_shallow(local["git"]["-C", str(root)], root))
    except CommandNotFound:
        return False


def _shallow(git: Any, root: Path) -> set[str]:
    """Return the commits whose parents a shallow clone lacks: https://git-scm.com/docs/shallow."""
    status, out, _ = git["rev-parse", "--git-path", "shallow"].run(retcode=None)
    path = root / out.strip()
    return set(path.read_text().split()) if not status and path.is_file() else set()


def _answers(git: Any, commit: str, answers_file: str) -> Mapping[str, Any]:
    status, out, _ = git["show", f"{commit}:./{answers_file}"].run(retcode=None)
    try:
        then = yaml.safe_load(out) if not status else {}
    except yaml.YAMLError:  # a commit with the markers of a conflict
        return {}
    return (completed(then) if is_ours(then) else then) if isinstance(then, Mapping) else {}


def _read(root: Path, answers_file: str, commit: str) -> dict[str, list[Default]]:
    """Return what the project said in a commit, by question: by itself, and beside the answers that it had."""
    with _tree(root, commit) as folder:
        if folder is None:
            return {}
        try:
            site = site_for(folder, answers_file)
            alone, beside = from_site(site, folder), defaults(folder, answers_file, site)
        except yaml.YAMLError:  # the markers of a conflict: which files are the template's is not known
            return {}
        return {
            name: [default, *([beside[name]] if name in beside and beside[name].source else [])]
            for name, default in alone.items()
        }


@contextmanager
def _tree(root: Path, commit: str) -> Iterator[Path | None]:
    """Give a folder with the project's files as a commit has them, for a while; None where git lacks it.

    It has the project's name, from which that of the project may follow. The repository is not changed: git worktree
    would note the folder there, and git archive leaves out what has the attribute export-ignore.
    """
    git = local["git"]["-C", str(root), *NO_FILTERS]
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary, "tree", root.resolve().name or "project")
        folder.mkdir(parents=True)
        env = dict(local.env) | {"GIT_INDEX_FILE": str(Path(temporary, "index")), "GIT_OPTIONAL_LOCKS": "0"}
        prefix = git["rev-parse", "--show-prefix"].run(retcode=None)[1].strip("\n")
        status, _, _ = git["read-tree", f"{commit}:{prefix}"].run(retcode=None, env=env)
        if not status:
            top = git("rev-parse", "--show-toplevel").strip("\n")
            checkout = local["git"]["-C", top, *NO_FILTERS, "checkout-index", "--all", "--quiet"]
            status, _, _ = checkout[f"--prefix={folder}{os.sep}"].run(retcode=None, env=env)
        yield None if status else folder
