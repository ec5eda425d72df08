"""Where a Django project keeps manage.py."""

import ast
import posixpath
import re
from collections.abc import Iterator

from ..deployment.commands import read_commands
from ..deployment.own_image import own_image
from ..deployment.steps import OwnSteps, Phase, read_own_steps
from ..findings import Certainty, Found
from ..lines import line_of
from ..literals import SETTINGS, assigned_variable, last_name, texts
from ..named_aside import is_named_aside, is_template
from ..places import folder, is_development, join, own
from ..tree import Tree
from .modules import package_root
from .record import Layout

MANAGE = re.compile(r"(?:\bcd\s+([\w./-]+)\s*&&.*?)?([\w./-]*manage\.py)\b")
RUNNERS = frozenset(("execute_from_command_line", "execute_manager", "ManagementUtility"))
OURS = "Run Django's commands, for the Docker images."  # is in the template's manage.py


def read_manage(tree: Tree) -> Layout:
    """Return where manage.py is, and its folder."""
    named = [path for path in tree.named("manage.py") if not is_template(path) and OURS not in (tree.text(path) or "")]
    real = [path for path in named if _runs_django(tree, path) or _calls_another(tree, path)]
    taken = Found("manage.py" in named, "manage.py" if "manage.py" in named else "", Certainty.STATED)
    shown = [path for path in real if not _is_for_tests(tree, path)] or real
    candidates = [path for path in shown if not is_named_aside(path)] or shown or list(_other_managers(tree))
    if not candidates:
        entry = next(iter([*own(tree, "wsgi.py"), *own(tree, "asgi.py")]), "")
        base = package_root(tree, folder(entry)) if entry else None
        note = "There is no manage.py."
        if entry:
            note = f"There is no manage.py, but {entry}: the project's commands have to be run by django-admin."
        return Layout(
            manage_py=Found("", "", Certainty.ASSUMED, note),
            name_taken=taken,
            django_dir=Found(base, entry, Certainty.INFERRED if entry else Certainty.ASSUMED, note),
        )
    manage = min(candidates, key=lambda path: (path.count("/"), not _names_settings(tree, path), path))
    notes = []
    if len(real) > 1 and (run := _run_by_own_files(tree, real)):
        manage = run[0]
        notes.append(f"{run[1]} runs it.")
    others = [path for path in candidates if path != manage]
    if others:
        notes.append(f"Also found: {', '.join(others[:4])}{' …' if len(others) > 4 else ''}.")
    if is_named_aside(manage) and len(real) == 1:
        notes.append("It is the only one, and lies among tests, examples or documentation: is this a library?")
    base = folder(manage)
    if manage.rpartition("/")[2] != "manage.py":
        base = package_root(tree, base)
        notes.append("It is not named manage.py.")
    certainty = Certainty.INFERRED if notes else Certainty.STATED
    source = f"{manage}:{_runner_line(tree, manage) or 1}"
    note = " ".join(notes)
    return Layout(
        manage_py=Found(manage, source, certainty, note),
        name_taken=taken,
        django_dir=Found(base, source, certainty, note),
    )


def _run_by_own_files(tree: Tree, candidates: list[str]) -> tuple[str, str] | None:
    """Return which of several manage.py the project's own image runs, or else a command of its other files; and where.

    Where none is run, it is the one in whose folder the server starts.
    """
    image = own_image(tree, ".")
    if image and not is_development(image.path):
        own = read_own_steps(tree, image)
        steps = [step for step in own.steps if step.keyword == "RUN" and step.final]
        for step in reversed(steps):
            for word in step.words:
                if own.place and word.rpartition("/")[2] == "manage.py":
                    found = _in_project(own, posixpath.join(step.workdir, word))
                    if found in candidates:
                        return found, step.source
        for step in reversed(steps):
            found = _in_project(own, posixpath.join(step.workdir, "manage.py"))
            if step.phase is Phase.START and found in candidates:
                return found, step.source
    for command in read_commands(tree):
        for match in MANAGE.finditer(command.command):
            path = posixpath.normpath(posixpath.join(match[1] or "", match[2]))
            if not command.development and path in candidates and "/" in path:
                return path, command.source
    return None


def _in_project(own: OwnSteps, path: str) -> str:
    """Return which path of the project is at one of the image, by the folders that are copied; "" for none."""
    path = posixpath.normpath(path)
    for source, place in reversed(own.place.copies if own.place else ()):
        if path.startswith(f"{place.rstrip('/')}/"):
            return posixpath.normpath(posixpath.join(source, posixpath.relpath(path, place)))
    return ""


def _runs_django(tree: Tree, path: str) -> bool:
    text = tree.text(path)
    return text is not None and any(runner in text for runner in RUNNERS) and _runner_line(tree, path) > 0


def _calls_another(tree: Tree, path: str) -> bool:
    """Return whether a script calls the one inside of the package, as by `from shop.manage import main`."""
    module = tree.python(path)
    return any(
        isinstance(node, ast.ImportFrom)
        and not node.level
        and _runs_django(tree, join(folder(path), f"{(node.module or '').replace('.', '/')}.py"))
        for node in (module.body if module else ())
    )


def _runner_line(tree: Tree, path: str) -> int:
    module = tree.python(path)
    if module is None:  # Python 2, or a template: the name has to do
        return line_of(tree.text(path), "execute_from_command_line")
    for node in ast.walk(module):
        if isinstance(node, ast.Call) and last_name(node.func) in RUNNERS:
            return node.lineno
    return 0


def _other_managers(tree: Tree) -> Iterator[str]:
    likely = [
        path
        for path, size in tree.paths.items()
        if path.count("/") <= 3
        and size < 20_000
        and not is_named_aside(path)
        and (path.endswith(".py") or "." not in path.rpartition("/")[2])
    ]
    for path in likely[:300]:
        if _runs_django(tree, path):
            yield path


def _is_for_tests(tree: Tree, path: str) -> bool:
    """Return whether all settings that a script names are those of tests, as where a library's examples lie deeper."""
    module = tree.python(path)
    named = [assigned_variable(node, SETTINGS) for node in (ast.walk(module) if module else ())]
    found = [text[0] for item in named if item for text in texts(item[0], {}) if text]
    return bool(found) and all(isinstance(text, str) and text.partition(".")[0] in ("test", "tests") for text in found)


def _names_settings(tree: Tree, path: str) -> bool:
    return SETTINGS in (tree.text(path) or "")
