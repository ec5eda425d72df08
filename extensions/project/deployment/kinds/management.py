"""Management commands: those that the template runs itself, and those that must run once, before the first page."""

import posixpath
import re
from collections.abc import Sequence
from dataclasses import replace

from ...secrets import has_secret, in_command, is_private, words
from ..steps import Phase, Step
from .record import Command, Done, FrontEnd, Kind, NotUnderstood, Surroundings, Taken, When

# What the template's images, or its services, do already.
DONE = words(
    "migrate collectstatic check compilemessages runserver runserver_plus runserver_nostatic showmigrations "
    "wait_for_db waitdb wait_for_database wait_for_postgres diffsettings help version sqlmigrate print_settings"
    " livereload"
)
# What makes files that Django serves, of sources that the project has: it runs before they are collected.
MAKES_FILES = words(
    "compilescss compress collectstatic_js_reverse js_reverse compile_themes compilesass sass "
    "sass-compiler build_static buildstatic compilestatic assets_build generate_static synccompress "
    "generatemedia rendertemplates compilejsx webpack_build vite_build tailwind collectmedia pack bower "
    "bower_install npm_install assets"
)
# Those of them that need Python alone.
BY_PYTHON = words("compilescss compilesass sass sass-compiler collectstatic_js_reverse assets")
# What makes JavaScript of the compiled messages: all images need it, as a page may be compressed when it is asked for.
OF_MESSAGES = "compilejsi18n"
# What writes to the database, also where a build does it, whose database is a file.
OF_DATABASE = words(
    "loaddata createcachetable createinitialrevisions migrate_schemas sync_roles update_permissions migrate"
)
# What a person has to say something to, what destroys data, and what is for developers.
OF_PEOPLE = {
    "createsuperuser": "run it once: `docker compose run --rm migrate python manage.py createsuperuser`",
    "flush": "it deletes all data",
    "reset_db": "it deletes all data",
    "sqlflush": "it deletes all data",
    "squashmigrations": "it is for developers",
    "makemessages": "it is for developers",
    "shell": "it runs code",
    "shell_plus": "it runs code",
    "dbshell": "it runs code",
    "test": "it is for developers",
    "changepassword": "it asks for input",
}
TAILWIND = {"install": ("npm", "install"), "build": ("npm", "run", "build")}  # what django-tailwind's commands run
OUTPUTS = ("-o", "--output", "--output-file", "--outfile", "--out")  # options of commands
SCHEMAS = ("generateschema", "spectacular")  # Django REST framework's, and drf-spectacular's: --file is written
CALL = re.compile(r"""\bcall_command\(\s*["']([a-z_][\w-]*)["']""")
MAX_MATCHES = 50  # files of one pattern
IGNORED = re.compile(r"[\w./*?\[\]-]+")
WORD = re.compile(r"[A-Za-z0-9_./:=@%+,* -]+")
NAME = re.compile(r"[a-z_][\w-]*", re.IGNORECASE)


def management_words(step: Step, around: Surroundings) -> tuple[str, ...] | None:
    """Return a management command and its arguments; None where the step is none."""
    words = list(step.words)
    if words and re.fullmatch(r"python[0-9.]*", step.program):
        words = words[1:]
        while words and words[0].startswith("-") and words[0] != "-m":
            words = words[2:] if words[0] in ("-W", "-X") else words[1:]
        if words[:2] == ["-m", "django"] or words[:2] == ["-m", "manage"]:
            words = words[1:]
        elif not words or not _is_manage(words[0], around):
            return None
    elif not words or not (_is_manage(words[0], around) or step.program in ("django-admin", "django-admin.py")):
        return None
    return tuple(words[1:]) if len(words) > 1 and NAME.fullmatch(words[1]) else None


def _is_manage(word: str, around: Surroundings) -> bool:
    return posixpath.basename(word) in ("manage.py", posixpath.basename(around.manage))


def _read(step: Step, around: Surroundings) -> list[Taken] | None:
    if step.keyword != "RUN":
        return None
    words = management_words(step, around)
    if words is None:
        return None
    name = words[0]
    if not _is_installed(name, around):
        return [NotUnderstood(step.source, in_command(step.text)[:200], "no app of INSTALLED_APPS has this command")]
    if inner := _called(name, around):
        calls = (replace(step, words=("python", "manage.py", each), text=f"manage.py {each}") for each in inner)
        return [item for call in calls for item in _read(call, around) or ()]
    if name in OF_PEOPLE:
        return [NotUnderstood(step.source, in_command(step.text)[:200], OF_PEOPLE[name])]
    if (
        name == "tailwind"
        and (folder := _of_tailwind(around))
        and (run := TAILWIND.get(words[1] if words[1:] else ""))
    ):
        return [FrontEnd(step.source, run, folder)]
    if name == "makemigrations":
        return _makemigrations(step, words, around)
    if name == "migrate":
        return _migrate(step, words, around)
    if name in DONE or name.startswith(("wait_for", "waitfor")) or (name == "tailwind" and "start" in words):
        return [Done(step.source, name, _collects(words[1:]) if name == "collectstatic" else ())]
    return _command(step, words, around)


def _of_tailwind(around: Surroundings) -> str:
    """Return the folder of the image in which django-tailwind runs npm, "" where it does without that.

    https://django-tailwind.readthedocs.io/en/latest/installation.html
    """
    found = next((path for path in around.tree.named("package.json") if path.endswith("/static_src/package.json")), "")
    inner = posixpath.relpath(posixpath.dirname(found), around.root) if found else ""
    return posixpath.normpath(posixpath.join(around.home, inner)) if found and around.home else ""


def _collects(words: Sequence[str]) -> tuple[str, ...]:
    """Return the options of collectstatic that say what is collected, and how, each as one word.

    https://docs.djangoproject.com/en/stable/ref/contrib/staticfiles/#collectstatic
    """
    found: list[str] = []
    for index, word in enumerate(words):
        name, sign, value = word.partition("=")
        if word in ("--no-default-ignore", "--no-post-process"):
            found.append(word)
        elif name in ("-i", "--ignore"):
            value = value if sign else "".join(words[index + 1 : index + 2])
            found += [f"--ignore={value}"] if IGNORED.fullmatch(value) else []
    return tuple(dict.fromkeys(found))


def _is_installed(name: str, around: Surroundings) -> bool:
    """Return whether an app has a command, as far as the project's own files tell; all others may have it."""
    files = [path for path in around.tree.named(f"{name}.py") if path.endswith(f"/management/commands/{name}.py")]
    apps = {posixpath.basename(path.removesuffix(f"/management/commands/{name}.py")) for path in files}
    installed = {app.partition(".apps.")[0].rpartition(".")[2] for app in around.apps}
    return not apps or not installed or not apps.isdisjoint(installed)


def _called(name: str, around: Surroundings) -> list[str]:
    """Return the commands that one of the project's own calls, if it makes static files: images have these."""
    for path in around.tree.named(f"{name}.py"):
        if path.endswith(f"/management/commands/{name}.py"):
            called = CALL.findall(around.tree.text(path) or "")
            if {"collectstatic", OF_MESSAGES, *MAKES_FILES} & {*called} and name not in called:
                return list(dict.fromkeys(called))
    return []


def _matching(step: Step, word: str, around: Surroundings) -> list[str]:
    """Return the project's files that a pattern of the shell matches, in its place: no shell runs the command."""
    if not around.home or not re.search(r"[*?]", word) or word.startswith("-"):
        return [word]
    place = around.in_workdir(posixpath.normpath(posixpath.join(step.workdir, word)))
    pattern = place.removeprefix("/workdir/")
    matches = (path for path in around.tree.match(pattern) if path.count("/") == pattern.count("/"))
    paths = sorted(matches)[:MAX_MATCHES]
    folder = around.in_workdir(step.workdir)
    return [path if word.startswith("/") else posixpath.relpath(f"/workdir/{path}", folder) for path in paths] or [
        word
    ]


def located(step: Step, words: tuple[str, ...], around: Surroundings) -> tuple[str, ...]:
    """Return words with the project's paths in full, where they count from another folder than that of manage.py."""
    words = tuple(found for word in words for found in _matching(step, word, around))
    if not around.home or around.in_workdir(step.workdir) == posixpath.normpath(f"/workdir/{around.django_dir}"):
        return words
    paths = [posixpath.normpath(posixpath.join(step.workdir, word)) for word in words]
    return tuple(
        around.in_workdir(path)
        if "/" in word and not word.startswith(("-", "/")) and around.is_in_project(path)
        else word
        for word, path in zip(words, paths, strict=True)
    )


def _command(step: Step, words: tuple[str, ...], around: Surroundings, when: When | None = None) -> list[Taken]:
    words = (words[0], *located(step, words[1:], around))
    text = in_command(step.text)[:200]
    if has_secret(" ".join(words)):
        return [NotUnderstood(step.source, text, "it holds a secret")]
    if not step.plain or not all(WORD.fullmatch(word) for word in words):
        return [NotUnderstood(step.source, text, "it needs a shell")]
    if words[0] == OF_MESSAGES:
        when = When.CODE
    if when is None:
        build = step.phase is Phase.BUILD and words[0] not in OF_DATABASE and not around.migrated
        when = When.STATIC if build or words[0] in MAKES_FILES else When.START
    written = _written_beside_code(words)
    if when is When.START and written:
        return [NotUnderstood(step.source, text, "it writes into the project's folder, which is read-only then")]
    if step.condition and when is When.START:
        return [NotUnderstood(step.source, text, f"it runs only on {in_command(step.condition)[:80]}")]
    made = _makes_folder(step, written, around) if when is When.STATIC else []
    given = [(name, text) for name, text in step.given.items() if WORD.fullmatch(text) and not is_private(name, text)]
    return [*made, Command(step.source, ("python", "manage.py", *words), when, step.may_fail, tuple(given))]


def _written_beside_code(words: Sequence[str]) -> str:
    """Return the file that an option names to write, "" if it is none, or in one of the container's other folders."""
    for word, value in zip(words, (*words[1:], ""), strict=True):
        name, sign, text = word.partition("=")
        path = text if sign else value
        if (name in OUTPUTS or (name == "--file" and words[0] in SCHEMAS)) and not path.startswith(("/", "-")):
            return path
    return ""


def _makes_folder(step: Step, path: str, around: Surroundings) -> list[Taken]:
    """Return what makes the folder of a file that a command writes, where git has nothing of it."""
    place = posixpath.dirname(posixpath.normpath(posixpath.join(around.django_dir, path))) if path else ""
    if not place or place.startswith("..") or around.tree.has_folder(place):
        return []
    return [Command(step.source, ("mkdir", "-p", f"/workdir/{place}"), When.STATIC)]


def _migrate(step: Step, words: tuple[str, ...], around: Surroundings) -> list[Taken]:
    """Return further migrations than those of the one default database."""
    further = [
        word
        for index, word in enumerate(words)
        if word == "--run-syncdb"
        or word.startswith("--database=")
        or word == "--database"
        or (index and words[index - 1] == "--database")
    ]
    if not further or further in (["--database=default"], ["--database", "default"]):
        return [Done(step.source, "migrate")]
    return _command(step, ("migrate", "--noinput", *further), around)


def _makemigrations(step: Step, words: tuple[str, ...], around: Surroundings) -> list[Taken]:
    """Return the command for apps that have models, and no migrations in the project: they must be made first."""
    named = [word for word in words[1:] if not word.startswith("-")]
    lacking = [app for app in around.unmigrated if not named or app in named]
    if not lacking:
        return [Done(step.source, "migrations are in the project")]
    return [Command(step.source, ("python", "manage.py", "makemigrations", "--noinput", *lacking), When.CODE)]


MANAGEMENT = Kind("management commands", _read)
