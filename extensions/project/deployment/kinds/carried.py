"""Build commands of no other kind that need only Debian: they are taken over unchanged."""

import posixpath
import re
import shlex

from ...secrets import has_secret, words
from ..steps import Phase, Step
from .record import Carried, Command, Kind, NotUnderstood, Surroundings, Taken, When

# Programs of Debian's own, by which a Dockerfile sets up the system.
OF_SYSTEM = words(
    "sed locale-gen localedef update-locale dpkg-reconfigure ln fc-cache update-alternatives cp mv tee echo "
    "printf mkdir tar unzip gunzip curl wget install update-mime-database texhash mktexlsr"
)
MOVES = words("cp mv ln tar unzip gunzip install")
SYSTEM_PATH = re.compile(r"/(?:etc|usr|opt|var|bin|lib|tmp)(?:/|$)")
# Files of the system that a command fills by a redirection, wherever it runs.
FILLED = re.compile(r">\s*/etc/(?:locale\.gen|default/locale|timezone)$")
GLOB = re.compile(r"[*?\[]")
READS = re.compile(r"(?<!<)<(?![<(&])\s*(?!/)\S")
READS_NO_FILE = "it reads a file that the image lacks"
NO_FILE = "the image has no such file"
ARCHIVE = re.compile(r"\.(?:tar|tgz|tbz2?|txz|zip|gz|bz2|xz)$")
EMPTY = re.compile(r"/(?:tmp|usr/src)/[\w.-]+")  # in images as they are pulled
COMMAND = re.compile(r"[A-Za-z0-9_./:=@%+,* -]+|'[A-Za-z0-9_./:=@%+,* -]*'")
# Slim images have no such file: it has other names for locales, which nobody needs.
LOCALE_ALIAS = "-A /usr/share/locale/locale.alias "
LINK = re.compile(r"^ln -([a-eg-z]+) ")  # the image may have the file: what removes it isn't carried over
REPOSITORIES = re.compile(r"/etc/apt|apt-key|sources\.list|nodesource|deb\.|keyrings")


def _read(step: Step, around: Surroundings) -> list[Taken] | None:
    if step.keyword != "RUN" or step.phase is not Phase.BUILD or step.program not in OF_SYSTEM:
        return None
    if not step.final or step.condition:
        return None
    is_pattern = any(GLOB.search(word) for word in step.words)
    text = shlex.join(step.words) if step.plain and not is_pattern else step.text
    if step.program == "dpkg-reconfigure" and "locales" in step.words:
        return [Carried(step.source, "locale-gen")]  # which it runs: of the package, images have only the files
    text = LINK.sub(r"ln -\1f ", text.replace(LOCALE_ALIAS, ""))
    if READS.search(text):
        return [NotUnderstood(step.source, text[:200], READS_NO_FILE)]
    if has_secret(text) or not text.isprintable() or len(text) > 500 or text.endswith("\\"):
        return None
    if REPOSITORIES.search(text):
        return [NotUnderstood(step.source, text[:200], "its packages are not from Debian")]
    if not step.plain and "$" in text:
        return None
    return [Carried(step.source, text)] if _is_of_system(step, around) else _of_project(step, around)


def lacks_file(text: str, before: str, is_first: bool) -> bool:
    """Return whether a command takes a file that none of the carried commands `before` it has made.

    A file in /tmp or /usr/src, and an archive, may be of any of them; one in the folder at hand only of this
    instruction: `is_first` has none.
    """
    program, *words = text.split()
    if program not in MOVES:
        return False
    if found := EMPTY.search(text):
        return posixpath.basename(found[0]) not in before
    named = [word for word in words if not word.startswith("-")]
    archives = [word for word in named if ARCHIVE.search(word)] if program not in ("cp", "mv", "ln") else []
    if any(word.startswith("/") and posixpath.basename(word) not in before for word in archives):
        return True
    sources = named[:-1] if program in ("cp", "mv") else archives
    return is_first and any(not word.startswith("/") for word in sources)


def _of_project(step: Step, around: Surroundings) -> list[Taken] | None:
    """Return a command that changes the project's files, with their paths in the template's images."""
    if step.program not in ("cp", "mv", "ln", "sed") or not step.plain or not around.home:
        return None
    words = [step.program]
    for word in step.words[1:]:
        path = posixpath.normpath(posixpath.join(step.workdir, word))
        copies = step.program in ("cp", "mv")
        is_path = not word.startswith("-") and (copies or word.startswith("/") or around.is_in_project(path))
        if is_path and not f"{path}/".startswith(f"{around.home.rstrip('/')}/"):
            return None  # not only the project's
        words.append(around.in_workdir(path) if is_path else word)
    changed = [word for word in words if word.startswith("/workdir/")]
    sources = [posixpath.relpath(word, "/workdir") for word in changed[:-1]] if step.program in ("cp", "mv") else []
    if not all(around.tree.exists(path) or path in around.tree.folders or GLOB.search(path) for path in sources):
        return [NotUnderstood(step.source, step.text[:200], NO_FILE)]
    if not changed or not all(COMMAND.fullmatch(shlex.quote(word)) for word in words):
        return None
    place = posixpath.relpath(posixpath.dirname(words[-1]), "/workdir")
    is_new = step.program in ("cp", "mv") and place != "." and place not in around.tree.folders
    made = [Command(step.source, ("mkdir", "-p", f"/workdir/{place}"), When.CODE)] if is_new else []
    return [*made, Command(step.source, tuple(words), When.CODE)]


def _is_of_system(step: Step, around: Surroundings) -> bool:
    """Return whether all paths of a command are the system's, and none the project's."""
    home = around.home.rstrip("/")
    for word in step.words[1:]:
        if home and (word == home or word.startswith(f"{home}/")):
            return False
        if word.startswith("/") and not SYSTEM_PATH.match(word):
            return False
        if around.place and word.startswith("/") and any(word == where for _, where in around.place.copies):
            return False
    relative = [word for word in step.words[1:] if "/" in word and not re.match(r"[-/]|https?://|s[/|#]", word)]
    if any(around.tree.exists(word.removeprefix("./")) for word in relative):
        return False
    if step.program in MOVES and any(
        around.is_in_project(posixpath.normpath(posixpath.join(step.workdir, word)))
        for word in step.words[1:]
        if not word.startswith(("-", "/"))
    ):
        return False
    absolute = [word for word in step.words[1:] if word.startswith("/")]
    return bool(absolute or FILLED.search(step.text)) or step.program in (
        "locale-gen",
        "localedef",
        "update-locale",
        "fc-cache",
        "texhash",
        "mktexlsr",
    )


CARRIED = Kind("carried over", _read)
