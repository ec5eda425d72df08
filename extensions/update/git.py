"""How an update runs git: Copier's commands with fixed settings, our own commands with the user's settings.

Copier merges by `git diff-tree` and `git apply`, which takes the nearest place that fits, in repositories of its own
beside the project's. Here its merge is switched off, and each file is merged for itself, by `merging`: git is told
that all files are binary, of which it makes no patch. What else a person's settings would change there does not count.
"""

import os
import subprocess
from pathlib import Path

from plumbum import local

# What git sets for hooks, and what would be another repository's: `git rev-parse --local-env-vars`.
FOREIGN = (
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_NAMESPACE",
    "GIT_PREFIX",
)
NO_MERGE = Path("extensions/update/no_merge.gitattributes")  # in the template


class Settings:
    """The environment of the commands that Copier runs between the migrations before and after an update."""

    def __init__(self, root: Path, template: Path):
        config = {
            "core.attributesFile": str(template / NO_MERGE),
            "core.excludesFile": os.devnull,  # or an ignored file is not in Copier's repositories
            "core.fsmonitor": "false",
            "core.hooksPath": os.devnull,
            "core.quotePath": "true",  # Copier reads quoted names
            "core.safecrlf": "false",
            "status.showUntrackedFiles": "no",  # .rej files, and ignored ones, which Copier would name one by one
        }
        first = int(local.env.get("GIT_CONFIG_COUNT") or 0)
        self._variables: dict[str, str | None] = {
            "GIT_CONFIG_PARAMETERS": None,  # would win
            "GIT_CONFIG_COUNT": str(first + len(config)),
            "GIT_DEFAULT_HASH": git(root, "rev-parse", "--show-object-format").decode().strip(),
            "GIT_TEMPLATE_DIR": "",
        }
        for number, (key, value) in enumerate(config.items(), first):
            self._variables |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
        self._before: dict[str, str | None] = {}

    def on(self) -> None:
        """Let Copier's commands have the settings."""
        self._before = {name: local.env.get(name) for name in self._variables}
        _set(self._variables)

    def off(self) -> None:
        """Let all commands have the person's."""
        _set(self._before)
        self._before = {}


def _set(variables: dict[str, str | None]) -> None:
    for name, value in variables.items():
        if value is not None:
            local.env[name] = value
        elif name in local.env:
            del local.env[name]


def forget_hook() -> None:
    """Take what git sets for a hook, in which an update may run, out of the environment of Copier's commands."""
    _set(dict.fromkeys(FOREIGN))


def environment() -> dict[str, str]:
    """Return the environment for commands of ours, with the person's settings, in which a path is no pattern."""
    kept = {name: value for name, value in dict(local.env).items() if name not in FOREIGN}
    return {**kept, "GIT_LITERAL_PATHSPECS": "1"}


def git(root: Path, *arguments: str | Path, given: bytes | None = None) -> bytes:
    """Return what a command of git prints in `root`; raises CalledProcessError."""
    return run(root, *arguments, given=given, check=True).stdout


def run(
    root: Path, *arguments: str | Path, given: bytes | None = None, check: bool = False
) -> subprocess.CompletedProcess[bytes]:
    """Run a command of git in `root`."""
    command = ["git", "-C", root, *arguments]
    return subprocess.run(command, env=environment(), input=given, capture_output=True, check=check)


def names(listing: bytes) -> list[str]:
    """Return the paths that git prints with -z."""
    return [os.fsdecode(name) for name in listing.split(b"\0") if name]


def attributes(root: Path, name: str, paths: list[str]) -> dict[str, str]:
    """Return an attribute's value by path, of those for which .gitattributes or the like gives it one."""
    if not paths:
        return {}
    fields = names(git(root, "check-attr", "-z", name, "--", *paths))
    values = zip(fields[::3], fields[2::3], strict=True)
    return {path: value for path, value in values if value not in ("unspecified", "unset")}
