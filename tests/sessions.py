"""What a person does in some weeks with a copied project, at random: edits, settings, updates, stops, undoing.

A session is made from its number alone, so that the same number does the same again.
"""

import random
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from edits import ENDS, MINE, ODD, Change, changed, hot, lines_of

NAMES = ("startproject", "celery_postgres", "node_assets")
LAYOUTS = ("repository", "repository", "folder", "odd folder", "brackets", "worktree", "shallow")
FOLDERS = {"odd folder": "sites é/my 'site", "brackets": "s[1]"}
KINDS = ["insert"] * 4 + ["change"] * 3 + ["delete", "double", "block", "odd", "swap"]
LABELS = ("before updating", "last update", "after updating")  # Copier's
MARKER = re.compile(rb"^(<<<<<<<|>>>>>>>) ", re.MULTILINE)

# git's settings that matter to nothing, as the person's own.
SETTINGS = (
    "merge.conflictStyle=diff3",
    "merge.conflictStyle=zdiff3 merge.renames=false merge.ff=only",
    "diff.noprefix=true color.ui=always color.diff=always status.branch=true",
    "diff.mnemonicPrefix=true diff.algorithm=histogram diff.context=0 diff.renames=copies",
    "core.autocrlf=input",
    "core.whitespace=tab-in-indent,cr-at-eol,trailing-space apply.whitespace=warn",
    "commit.gpgsign=true tag.gpgsign=true gpg.program=false",
    "rerere.enabled=true rerere.autoUpdate=true submodule.recurse=true",
    "status.relativePaths=true status.short=true diff.external=false",
    "user.useConfigOnly=true commit.verbose=true core.editor=false core.pager=false",
)
# Programs of git's that fail: https://git-scm.com/docs/githooks
HOOKS = (
    "pre-commit",
    "commit-msg",
    "prepare-commit-msg",
    "post-checkout",
    "reference-transaction",
    "post-index-change",
)
# Lines of .gitattributes, https://git-scm.com/docs/gitattributes
ATTRIBUTES = ("* text=auto", "* text eol=crlf", "*.yaml text eol=crlf", "* filter=local", "*.conf ident", "* -text")
CLEAN = "sed /SECRET/d"  # keeps lines out of commits


@dataclass
class Surroundings:
    """What is around a project that an update must do well with, or be refused for in a sentence."""

    setting: str = ""
    hook: str = ""
    attributes: str = ""
    crlf: bool = False  # the files have CRLF, in commits too
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def converts(self) -> bool:
        """Whether the files of the folder are others than those in git."""
        return bool(self.attributes) or self.crlf or "autocrlf" in self.setting


ENVIRONMENTS = (
    {"GIT_DEFAULT_HASH": "sha256"},
    {"GIT_EDITOR": "false"},
    {"GIT_OPTIONAL_LOCKS": "0"},
    {"LC_ALL": "C"},
)
ALL = (
    *(("setting", setting) for setting in SETTINGS),
    *(("hook", hook) for hook in HOOKS),
    *(("attributes", attributes) for attributes in ATTRIBUTES),
    ("crlf", True),
    *(("environment", environment) for environment in ENVIRONMENTS),
)


def surroundings(number: int, chance: random.Random) -> Surroundings:
    """Return those of a session: one of each two has none, the other the next in turn, and at times one more."""
    if (number + number // 6) % 2:  # six follow each other with the same project, each from another version
        return Surroundings()
    found = [*chance.sample(ALL, chance.choice((0, 0, 1))), ALL[number // 2 % len(ALL)]]
    return Surroundings(**dict(found))


def edit(chance: random.Random, folder: Path, paths: list[str], templates: dict[str, tuple[bytes, bytes]], tag: str):
    """Change some of the files; `templates` are the renderings, old and new, by path."""
    for path in chance.sample(paths, min(len(paths), chance.randint(1, 5))):
        content = (folder / path).read_bytes()
        crlf = 0 < content.count(b"\n") == content.count(b"\r\n")
        content = content.replace(b"\r\n", b"\n") if crlf else content
        old, new = templates[path]
        if chance.random() < 0.25:
            content = in_the_second(chance, content, f"{tag}.{path}".encode())
        else:
            where = [0, 100, chance.randint(0, 100), *[chance.randint(101, 120)] * 2]
            kinds = [chance.choice(KINDS) for _ in range(chance.randint(1, 4))]
            changes = [
                Change(kind, chance.choice(where), chance.randint(-4, 4), chance.choice(ENDS[:4])) for kind in kinds
            ]
            content = changed(content, changes, hot(old, new), f"{tag}.{path}".encode())
        (folder / path).write_bytes(content.replace(b"\n", b"\r\n") if crlf else content)


def in_the_second(chance: random.Random, content: bytes, tag: bytes) -> bytes:
    """Add or change a line in the last of sections that are alike, such as two workers."""
    lines = content.split(b"\n")
    counts = Counter(lines)
    alike = [number for number, line in enumerate(lines) if line.strip() and counts[line] > 1]
    if not alike:
        return content
    at = chance.choice([number for number in alike if lines[number] not in lines[number + 1 :]])
    line = MINE + tag + b".second"
    print(f"second {tag.decode()}:{at + 1}")
    lines[at : at + chance.randint(0, 1)] = [line]
    return b"\n".join(lines)


def settled(content: bytes, chance: random.Random) -> bytes:
    """Return a file whose conflicts a person has resolved: by one side, or by both."""
    kept, side = [], ""
    take = chance.choice(("mine", "theirs", "both"))
    for line in content.split(b"\n"):
        if line.startswith(b"<<<<<<< "):
            side = "mine"
        elif line.startswith(b"||||||| ") and side == "mine":
            side = "old"
        elif line.rstrip() == b"=======" and side in ("mine", "old"):
            side = "theirs"
        elif line.startswith(b">>>>>>> ") and side:
            side = ""
        elif not side or side == take or (take == "both" and side != "old"):
            kept.append(line)
    return b"\n".join(kept)


def merged(project: Path, folder: Path, mine: bytes, old: bytes, new: bytes, env: Mapping[str, str]) -> bytes:
    """Return git's three-way merge of a file, with its conflicts in the style of the person's settings."""
    if mine == old or old == new:
        return new if mine == old else mine
    folder.mkdir()
    paths = [folder / name for name in ("mine", "old", "new")]
    for path, content in zip(paths, (mine, old, new), strict=True):
        path.write_bytes(content)
    labels = [argument for label in LABELS for argument in ("-L", label)]
    done = subprocess.run(["git", "merge-file", "-p", *labels, *paths], capture_output=True, cwd=project, env=env)
    assert 0 <= done.returncode < 128, done.stderr
    shutil.rmtree(folder)
    return done.stdout


def plain(content: bytes) -> bytes:
    """Return a file's content without what git's attributes make of it."""
    return re.sub(rb"\$Id:[^$\n]*\$", b"$Id$", content.replace(b"\r\n", b"\n"))


def lost(mine: bytes, old: bytes, result: bytes) -> list[bytes]:
    """Return the lines that a person had added, as often as they had, and that are not in what came out."""
    added, found = Counter(lines_of(plain(mine))) - Counter(lines_of(plain(old))), Counter(lines_of(plain(result)))
    return [line for line, times in added.items() if found[line] < times and line not in ODD]


def undo_commands(output: str) -> Iterator[str]:
    """Return the commands in an update's output that are said to undo it."""
    for line in output.splitlines():
        if re.search(r"undo|restore|gives? back|as it was", line, re.IGNORECASE):
            yield from re.findall(r"`([^`]+)`", line)[-1:]
