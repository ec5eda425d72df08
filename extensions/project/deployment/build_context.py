"""What the rendered .dockerignore leaves out, and which of these files images need, or are secrets in git.

How patterns match: https://docs.docker.com/build/concepts/context/#dockerignore-files
"""

import os
import posixpath
import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatch, translate
from functools import cache
from pathlib import Path

from ..findings import Certainty, Found, unread
from ..frontend.record import Node, Stage
from ..places import is_aside
from ..secrets import is_secret
from ..tree import Tree

# No build step reads these, whoever keeps them in git.
NEVER = (
    *(".git", ".github", ".gitlab", ".circleci", ".hg", ".svn"),
    *("*.kdbx", "id_rsa*", "id_dsa*", "id_ecdsa*", "id_ed25519*", ".netrc", ".pypirc", ".pgpass", ".my.cnf"),
    *(".git-credentials", ".vault-token", ".*_history", ".ssh", ".gnupg", ".aws", ".azure", ".kube"),
    *(".terraform", "*.tfstate*", "*.tfvars*"),
)
# These, an image may need: what git has of them stays in.
DOUBTFUL = (
    *("*.pem", "*.key", "*.p12", "*.pfx", "*.jks", "*.keystore"),
    *("*credentials*.json", "service?account*.json", "*-key.json", "*_key.json", "*secret*.json", "secret*.y*ml"),
    *("secret*.toml", "secret*.ini", ".secrets*", "local_settings.py", "settings_local.py"),
    *(".npmrc", ".htpasswd", ".docker"),
    *("*.sqlite", "*.sqlite-*", "*.db", "*.db-*", "*.sql", "*.sql.*", "*.dump", "*.dump.*", "backups"),
)
ENVIRONMENT = (".env*", "*.env")
# What tools make, databases, and Docker's own files.
MADE = (
    *(".venv", "venv", "__pycache__", "*.py[cod]", ".*_cache", ".coverage", ".tox", "htmlcov", "node_modules"),
    *(".copier-answers*.y*ml", ".dockerignore", "Dockerfile*", "compose*.y*ml", "docker-compose*.y*ml"),
    *("stack*.y*ml", "k8s"),
    "*.sqlite3*",
)
USUAL = NEVER + DOUBTFUL + ENVIRONMENT + MADE

EXAMPLES = ("*example*", "*sample*", "*template*", "*.dist", "*.pub")
SECRETS = (
    *("*.kdbx", "id_rsa*", "id_dsa*", "id_ecdsa*", "id_ed25519*", ".netrc", ".pypirc", ".pgpass", ".my.cnf"),
    *(".git-credentials", ".vault-token", ".*_history", "*.tfstate*", "*.tfvars*"),
    *("*.p12", "*.pfx", "*.jks", "*.keystore"),
    *("*credentials*.json", "service?account*.json", "*-key.json", "*_key.json", "*secret*.json", "secret*.y*ml"),
    *("secret*.toml", "secret*.ini", ".secrets*", ".htpasswd"),
)
# With what in it one of these is a secret.
SECRET_TEXT = {
    "*.pem": "PRIVATE KEY-----",
    "*.key": "PRIVATE KEY-----",
    ".npmrc": r"_(?:authToken|auth|password)\s*=\s*(?!\$)\S",
    "config.json": '"auth"',
}
GROUPED = ("migrations", "sql", "fixtures")  # folders that are kept whole: the next file in them is needed too
MANY = 3


@dataclass(frozen=True)
class BuildContext:
    """The files that git has, where .dockerignore is about them."""

    kept_files: Found[Sequence[str]] = unread(())  # paths and patterns: images need these
    secret_files: Found[Sequence[str]] = unread(())  # paths of what looks like a secret


def read_build_context(
    tree: Tree, local_files: Sequence[str], node: Node | None, stages: Sequence[Stage] = ()
) -> BuildContext:
    """Return which files images need of what .dockerignore leaves out, and the secrets in git.

    `stages` are those of the own Dockerfile that build the front end, as they stand.
    """
    ran = "\n".join(line for stage in stages for line in stage.instructions)
    tracked = _tracked(tree.root)
    left_out = [*local_files, *own_patterns(tree)]
    kept = [path for path in tracked if _is_needed(tree, node, ran, path) and not is_left_out(left_out, path)]
    secret = [path for path in tracked if _is_secret(tree, path)]
    return BuildContext(Found(_grouped(kept), "", Certainty.INFERRED), Found(secret, "", Certainty.INFERRED))


def own_patterns(tree: Tree) -> list[str]:
    """Return the patterns of the project's own .dockerignore, in their order.

    They are without the slashes around them, which mean nothing, and without comments.
    """
    found = []
    for line in (tree.text(".dockerignore") or "").split("\n"):
        text = line.split("#", 1)[0].strip()
        sign, pattern = ("!", text[1:].strip()) if text.startswith("!") else ("", text)
        pattern = "*" if pattern == "." else pattern.removeprefix("./").strip("/")
        if pattern:
            found.append(f"{sign}{pattern}")
    return found


def is_usual(pattern: str) -> bool:
    """Return whether the rendered .dockerignore leaves out already what a pattern does."""
    return any(
        part == usual or fnmatch(part, usual) or part.startswith("*.py[")
        for part in pattern.split("/")
        for usual in USUAL
    )


def matches(pattern: str, path: str) -> bool:
    """Return whether a pattern, without "!", names a path or a folder that it is in."""
    return any(_expression(pattern).fullmatch(part) for part in _parts(path))


def is_left_out(patterns: Sequence[str], path: str) -> bool:
    """Return whether patterns leave out a path: the last that matches says so."""
    verdict = False
    for pattern in patterns:
        if matches(pattern.removeprefix("!"), path):
            verdict = not pattern.startswith("!")
    return verdict


@cache
def _expression(pattern: str) -> re.Pattern[str]:
    tokens = re.findall(r"\*\*/|\*\*|\*|\?|\[[^]/]+\]|.", pattern.strip("/"))
    known = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    texts = (known.get(token) or (token if len(token) > 1 else re.escape(token)) for token in tokens)
    try:
        return re.compile("".join(texts))
    except re.error:
        return re.compile(re.escape(pattern))


def _parts(path: str) -> list[str]:
    """Return a path after the folders that it is in."""
    parts = path.split("/")
    return ["/".join(parts[:count]) for count in range(1, len(parts) + 1)]


def _tracked(root: Path) -> list[str]:
    """Return the files that git has in a project; none where there is no git, or no repository."""
    try:
        done = subprocess.run(["git", "-C", str(root), "ls-files", "-z"], capture_output=True)
    except OSError:
        return []
    return [] if done.returncode else sorted(os.fsdecode(name) for name in done.stdout.split(b"\0")[:-1])


def _named(path: str, patterns: tuple[str, ...]) -> bool:
    """Return whether a file or a folder in a path has one of these names: one search each, in projects of any size."""
    return any(_one_of(patterns).match(os.path.normcase(part)) for part in path.split("/"))


@cache
def _one_of(patterns: tuple[str, ...]) -> re.Pattern[str]:
    """Return an expression that matches what one of the patterns does, by `fnmatch`."""
    return re.compile("|".join(translate(os.path.normcase(pattern)) for pattern in patterns))


def _is_needed(tree: Tree, node: Node | None, ran: str, path: str) -> bool:
    """Return whether an image may need a tracked file that the rendered .dockerignore leaves out.

    `ran` is what stages of the own Dockerfile run.
    """
    if _named(path, NEVER) or _named(path, MADE):
        return False
    if _named(path, ENVIRONMENT):
        used = re.search(rf"(?<![\w./-]){re.escape(path)}(?![\w.-])", ran)
        return bool(used) or _is_environment_needed(tree, node, path)
    return _named(path, DOUBTFUL)


def _is_environment_needed(tree: Tree, node: Node | None, path: str) -> bool:
    """Return whether a front end's build, or Python code, reads a file of variables; Compose gives those of .env.

    https://vite.dev/guide/env-and-mode#env-files, https://create-react-app.dev/docs/adding-custom-environment-variables/
    """
    folder, name = posixpath.split(path)
    if fnmatch(name, "*.local") or _named(name, EXAMPLES):
        return False
    if node and (folder or ".") == node.folder and name == ".env.production":
        return True
    if node and folder and folder == node.folder and name == ".env":
        return True
    if name == ".env":
        return False
    quoted = re.compile(rf"[\"'/]{re.escape(name)}[\"']")
    return any(quoted.search(tree.text(module) or "") for module in tree.paths if module.endswith(".py"))


def _is_secret(tree: Tree, path: str) -> bool:
    """Return whether a tracked file looks like a secret, by its name, or by what is in it."""
    name = posixpath.basename(path)
    if is_aside(tree, path) or _named(name, EXAMPLES):
        return False
    if _named(name, SECRETS) or _named(posixpath.dirname(path), (".ssh", ".gnupg")):
        return True
    if _named(name, ENVIRONMENT):
        pairs = (line.partition("=") for line in (tree.text(path) or "").split("\n") if not line.startswith("#"))
        return any(is_secret(variable.strip(), value.strip("\"' ")) for variable, _, value in pairs if value)
    found = next((text for pattern, text in SECRET_TEXT.items() if fnmatch(name, pattern)), None)
    if found is None or (name == "config.json" and not _named(path, (".docker",))):
        return False
    return bool(re.search(found, tree.text(path) or ""))


def _grouped(paths: list[str]) -> list[str]:
    """Return paths as patterns, in their order: a folder of GROUPED whole; many of a kind in a folder by their ending.

    An ending costs time: Docker then looks into each folder that is left out. https://github.com/tonistiigi/fsutil
    """
    kinds: dict[tuple[str, str], list[str]] = {}
    for path in paths:
        folder, name = posixpath.split(path)
        whole = next((part for part in _parts(folder) if posixpath.basename(part) in GROUPED), "")
        kinds.setdefault((whole, "") if whole else (folder, posixpath.splitext(name)[1]), []).append(path)
    found: list[str] = []
    for (folder, ending), names in kinds.items():
        data = ending in (".sql", ".db", ".sqlite", ".dump")
        if not ending and folder and posixpath.basename(folder) in GROUPED:
            found.append(folder)
        elif data and len(names) > MANY:
            found.append(posixpath.join(folder, f"*{ending}"))
        else:
            found += names
    return [re.sub(r"[^A-Za-z0-9_.+@~*?/ -]", "?", path) for path in found]
