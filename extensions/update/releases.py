"""The releases of the template, from the tags of its repository: nothing is cloned."""

import os
import re
from pathlib import Path

from packaging.version import InvalidVersion, Version
from plumbum import ProcessTimedOut, local

SECONDS = 30  # for an answer of the repository
SHORT = {"gh:": "https://github.com/", "gl:": "https://gitlab.com/"}
# https://git-scm.com/docs/git-describe: commits after a tag
AFTER = re.compile(r"-[0-9]+-g[0-9a-f]+$")


def newest(source: str) -> str:
    """Return the newest tag that is a version, and no pre-release, of the template at `source`, an _src_path.

    Raises OSError where the repository does not answer, or has none.
    """
    quiet = {"GIT_TERMINAL_PROMPT": "0", "GIT_SSH_COMMAND": local.env.get("GIT_SSH_COMMAND", "ssh -oBatchMode=yes")}
    command = local["git"]["ls-remote", "--tags", "--refs", "--", _address(source)]
    try:
        code, out, _ = (command < os.devnull).run(retcode=None, env=dict(local.env) | quiet, timeout=SECONDS)
    except ProcessTimedOut:
        code, out = 1, ""
    if code:
        raise OSError(f"The template at {source} does not answer. Try `git ls-remote {source}`.")
    tags = [line.rpartition("refs/tags/")[2] for line in out.splitlines()]
    versions = {tag: version for tag in tags if (version := _version(tag)) and not version.is_prerelease}
    if not versions:
        raise OSError(f"The template at {source} has no release.")
    return max(versions, key=lambda tag: versions[tag])


def is_newer(tag: str, commit: str) -> bool:
    """Return whether a tag is a later version than a _commit, which may be of a commit after a tag."""
    later, earlier = _version(tag), _version(AFTER.sub("", commit))
    return bool(later and earlier and later > earlier)


def _version(tag: str) -> Version | None:
    try:
        return Version(tag)
    except InvalidVersion:
        return None


def _address(source: str) -> str:
    """Return what git knows, as Copier does: https://copier.readthedocs.io/en/stable/generating/."""
    for short, address in SHORT.items():
        if source.startswith(short):
            return f"{address}{source.removeprefix(short).removesuffix('.git')}.git"
    source = source.removeprefix("git+")
    path = Path(source).expanduser()
    return str(path.resolve()) if path.is_dir() else source
