"""Run Copier's update of a clone in a process of its own, and report what happened."""

import json
import os
import re
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from plumbum import CommandNotFound, local

from ..questions import answers
from . import git, releases, summary

# The exit code for each status of a report; of several projects, the highest counts.
EXIT_CODES = {"updated": 0, "current": 0, "outdated": 1, "conflicts": 1, "lost": 1, "refused": 2, "error": 2}
CURRENT = ":current:"  # the version that a project has: https://copier.readthedocs.io/en/stable/configuring/#vcs_ref
HAS_VERSION = re.compile(r".+ has version .+ of the template\.$")  # what an update says first
TRACEBACK = "Traceback (most recent call last)"


Report = dict[str, Any]


def update(
    project: Path,
    answers_file: str = answers.FILE,
    version: str | None = None,
    data: Mapping[str, Any] | None = None,
) -> Report:
    """Update `project` to a tag of the template, or the newest, and return what happened; nothing is raised for it.

    `data` are answers to change, by question. The report's keys: project, from, to, changed (files, relative to the
    project), conflicts (files), lost (sentences on what a person wrote and that is gone), questions (added by name),
    undo (the command that undoes it), status (a key of EXIT_CODES) and message.
    Where the status is refused or error, the tree is as it was.
    """
    report = _empty(project)
    try:
        return {
            **report,
            **_update(project.resolve(), answers_file, version, data or {}),
        }  # Copier breaks off at links and ".."
    except (OSError, UnicodeDecodeError, yaml.YAMLError, CommandNotFound) as error:
        return {**report, "status": "error", "message": " ".join(str(error).split())}


def check(project: Path, answers_file: str = answers.FILE, version: str | None = None) -> Report:
    """Return the report of an update, without one: status is outdated where there is a newer version."""
    report = _empty(project)
    try:
        if refusal := _unfit(project.resolve(), answers_file):
            return {**report, **_refused(refusal)}
        stored = answers.stored(project / answers_file)
        newest = version or releases.newest(str(stored["_src_path"]))
    except (OSError, UnicodeDecodeError, yaml.YAMLError, CommandNotFound) as error:
        return {**report, "status": "error", "message": " ".join(str(error).split())}
    is_newer = releases.is_newer(newest, str(stored["_commit"]))
    versions = {"from": stored["_commit"], "to": newest if is_newer else stored["_commit"]}
    return {**report, **versions, "status": "outdated" if is_newer else "current", "message": ""}


def _empty(project: Path) -> Report:
    lists: Report = {"changed": [], "conflicts": [], "lost": [], "questions": []}
    return {"project": str(project), "from": None, "to": None, **lists, "undo": ""}


def _unfit(project: Path, answers_file: str) -> str:
    """Return why a folder cannot be updated, judged by its answers file; "" if it can."""
    if not project.is_dir():
        return f"There is no folder {project}. Give the folder of a project."
    stored = answers.stored(project / answers_file)
    if not stored:
        return f"There is no {answers_file} in {project}. Copy the template first, or name the file with -a."
    if not isinstance(stored, Mapping) or not answers.is_ours(stored) or "_commit" not in stored:
        return f"{answers_file} in {project} has no answers to this template, or no _commit."
    return ""


def _update(project: Path, answers_file: str, version: str | None, data: Mapping[str, Any]) -> Report:
    if refusal := _unfit(project, answers_file):
        return _refused(refusal)
    written = answers.written(project / answers_file)
    git = local["git"]["-C", str(project)]
    status, dirt, _ = git["status", "--porcelain"].run(retcode=None)
    if status:
        return _refused(f"{project} is not in a git repository. An update needs one, to merge your edits.")
    if dirt:
        return _refused(f"{project} has uncommitted changes. Commit them, or run `git stash --all`.")
    place = str(written["_src_path"])
    if Path(place).is_absolute() and not Path(place).is_dir():
        return _refused(
            f"The template is no longer in {place}. Set _src_path in {answers_file} to its new place, and commit."
        )
    before = {"from": written["_commit"]}
    code, output, outcome = _run_copier(project, answers_file, version, data)
    if code:
        return {**before, **_failed(git, code, output, answers_file)}
    lost = outcome.get("losses", [])
    now = answers.written(project / answers_file)
    changed = _names(git("diff", "--name-only", "--relative", "-z", "HEAD"))
    changed += _names(git("ls-files", "--others", "--exclude-standard", "-z"))
    conflicts = _names(git("diff", "--name-only", "--relative", "-z", "--diff-filter=U"))
    return {
        **before,
        "to": now.get("_commit"),
        "changed": sorted(set(changed)),
        "conflicts": sorted(set(conflicts)),
        "lost": lost,
        "undo": outcome.get("undo", ""),
        "questions": sorted(name for name in now.keys() - written.keys() - (data or {}).keys() if name[0] != "_"),
        "status": "conflicts" if conflicts else "lost" if lost else "updated" if changed else "current",
        "message": f"Resolve the conflicts in {', '.join(sorted(set(conflicts)))}." if conflicts else " ".join(lost),
    }


def _run_copier(
    project: Path, answers_file: str, version: str | None, data: Mapping[str, Any]
) -> tuple[int, str, dict[str, Any]]:
    """Return Copier's exit code, all that it printed, and the outcome of the update.

    It has no terminal, so that it cannot ask. Its temporary clones are in a folder of their own, which is removed
    also where Copier is killed. By -P, modules in the folder that one is in are not Copier's.
    """
    command = local[sys.executable][
        "-P", "-m", "copier", "update", "--defaults", "--trust", "--answers-file", answers_file
    ]
    if version:
        command = command[f"--vcs-ref={version}"]
    with tempfile.TemporaryDirectory(prefix="update.", ignore_cleanup_errors=True) as folder:
        told = Path(folder, "outcome.json")
        if data:
            changed = Path(folder, "answers.yml")
            changed.write_text(yaml.safe_dump(dict(data), sort_keys=False, allow_unicode=True))
            command = command[f"--data-file={changed}"]
        run = (command[str(project)] < os.devnull).run
        code, out, err = run(retcode=None, env={**_environment(), "TMPDIR": folder, summary.REPORT: str(told)})
        outcome = json.loads(told.read_text()) if told.exists() else {}  # versions before 2.2.0 write none
    return code, out + err, outcome


def _environment() -> dict[str, str]:
    """Return the environment without what git sets for a hook, with no hook that would end Copier, and no prompt."""
    kept = {name: value for name, value in dict(local.env).items() if name not in git.FOREIGN}
    number = int(kept.get("GIT_CONFIG_COUNT") or 0)
    hooks = {f"GIT_CONFIG_KEY_{number}": "core.hooksPath", f"GIT_CONFIG_VALUE_{number}": os.devnull}
    return {**kept, **hooks, "GIT_CONFIG_COUNT": str(number + 1), "GIT_TERMINAL_PROMPT": "0"}


def _failed(git: Any, code: int, output: str, answers_file: str) -> Report:
    """Return the report of a run that failed, after what it left in the tree, all committed before, is undone."""
    undone = ""
    if git("status", "--porcelain"):
        git("reset", "--hard", "--quiet")
        git("clean", "-fd", "--quiet", ":/")
        undone = " What it had written is undone."
    lines = [line.strip() for line in output.splitlines() if line.strip() and line != summary.RESTORED]
    undone = undone or (" What it had written is undone." if summary.RESTORED in output else "")
    if unknown := re.search(r"ValueError: Unknown revision: '(.+)'", output):
        base = re.sub(r"-[0-9]+-g[0-9a-f]+$", "", unknown[1])
        release = f"{base}, the release before it," if base != unknown[1] else "the nearest release"
        return _refused(
            f"The template has no version {unknown[1]}. Set _commit in {answers_file} to {release} and commit."
        )
    if TRACEBACK in output:
        return {"status": "error", "message": f"copier update failed ({code}): {lines[-1]}.{undone}"}
    said = " ".join(
        line
        for line in lines
        if not line.startswith(("Updating to template version", "Copying from")) and not HAS_VERSION.match(line)
    )
    return {"status": "error" if undone else "refused", "message": f"{said or f'exit code {code}'}{undone}"}


def _refused(message: str) -> Report:
    return {"status": "refused", "message": message}


def _names(listing: str) -> list[str]:
    return [name for name in listing.split("\0") if name]
