"""Messages on what a project must have and lacks: what is there instead, and what to do."""

import os
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

from ..installers import kinds
from ..project.named_aside import is_template
from ..project.tree import SKIPPED
from ..services.site import Site

MAX_FILES = 50_000
REQUIREMENTS = re.compile(
    r"(?i)(requirement|require|reqs|deps|dependenc|packages|constraints)[^/]*(/[^/]*)?\.(txt|in|pip|lock)$"
)
RUNNERS = ("execute_from_command_line", "execute_manager", "ManagementUtility")


def manage(root: Path, site: Site, *, is_written: bool = False) -> str:
    """Return why there is no manage.py for the images to run, "" where there is one or it `is_written`."""
    if not root.is_dir():
        return f"There is no folder {root}. Give the folder of your Django project."
    script = site.layout.manage_py.value
    folder, _, name = script.rpartition("/")
    if is_written and script:
        return ""
    if script and name != "manage.py":
        return f"{script} in {root} runs Django's commands, but the images run manage.py. Rename it to manage.py."
    if folder:
        return (
            f"{script} in {root} is in a folder whose name can't be written to Docker files.\n"
            f"Rename {folder!r}: use only the letters a to z, digits, '-', '_' and '.'."
        )
    path = next((path for path in _files(root) if path.rpartition("/")[2] == "manage.py"), "")
    if not path and is_written:
        return ""
    if not path:
        return f"There is no manage.py in {root} or below. Give the folder of your Django project."
    if is_template(path):
        return f"{path} in {root} is part of a project template. Give the folder of a project that was made from it."
    if (root / path).is_symlink():
        return f"{path} in {root} is a symbolic link, and links aren't followed. Put the file itself there."
    text = (
        (root / path).read_bytes().decode(errors="replace")
        if (root / path).is_file() and os.access(root / path, os.R_OK)
        else ""
    )
    if not any(runner in text for runner in RUNNERS):
        return (
            f"{path} in {root} does not call Django's execute_from_command_line.\n"
            "Give the folder of your Django project."
        )
    place = root / path.rpartition("/")[0]
    return f"{path} in {root} is in a folder that is skipped. Give {shlex.quote(str(place))} as the project."


def interface(root: Path, site: Site) -> str:
    """Return why no module of the WSGI or ASGI application was found."""
    name = "--data wsgi_module=MODULE"
    settings = site.settings
    for setting, found in (("WSGI", settings.wsgi_application), ("ASGI", settings.asgi_application)):
        if found.value:
            return (
                f"{setting}_APPLICATION ({found.source}) says {found.value}, which is not in {root}.\n"
                f"Add the module, or name the one that Gunicorn serves:\n    {name}"
            )
    path = next((path for path in _files(root) if re.search(r"[wa]sgi[^/]*\.py$", path)), "")
    if path:
        return f"There is no wsgi.py or asgi.py in {root}, but {path}. Name its module:\n    {name}"
    return f"There is no wsgi.py or asgi.py in {root}. Name the module that Gunicorn serves:\n    {name}"


def dependencies(root: Path, site: Site) -> str:
    """Return why no list of dependencies was found."""
    paths = list(_files(root))
    names = {path.rpartition("/")[2]: path for path in reversed(paths)}
    write = "List them in a requirements file too, such as requirements.txt."
    for name, tool in kinds.unread().items():
        if name in names:
            return f"The dependencies are in {names[name]}, for {tool}, which the images don't use.\n{write}"
    if path := next((path for path in paths if REQUIREMENTS.search(path)), ""):
        return (
            f"{path} in {root} does not look like a list of what production installs. If it is, add:\n"
            f"    --data requirements_file={shlex.quote(path)}"
        )
    if path := next((names[name] for name in kinds.read_manifests() if name in names), ""):
        return f"No dependencies could be read in {path} of {root}.\n{write}"
    return (
        f"There is no list of dependencies in {root}: no requirements file, manifest or lock file.\n"
        "Write one:\n    echo Django > requirements.txt\n"
        "If yours has another name, add:\n    --data requirements_file=PATH"
    )


def _files(root: Path) -> Iterator[str]:
    """Yield the paths of files below `root`, nearest first, without folders of packages and of tools."""
    folders, count = [""], 0
    while folders:
        deeper: list[str] = []
        for folder in folders:
            try:
                entries = sorted(os.scandir(root / folder), key=lambda entry: entry.name)
            except OSError:
                continue
            for entry in entries:
                path = f"{folder}/{entry.name}" if folder else entry.name
                count += 1
                if count > MAX_FILES:
                    return
                if not entry.is_dir(follow_symlinks=False):
                    yield path
                elif entry.name not in SKIPPED - {".venv", ".cache"}:
                    deeper.append(path)
        folders = deeper
