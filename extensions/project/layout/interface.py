"""The WSGI and ASGI modules, and with which of the two interfaces the project is run."""

import ast
import re
from dataclasses import replace

from ..deployment.commands import read_commands
from ..deployment.dockerfile import split
from ..findings import Certainty, Found
from ..literals import SETTINGS, assignments, last_name, statements
from ..places import folder, is_aside, own
from ..settings.record import DjangoSettings
from ..tree import Tree
from .modules import entry_points, locate, makes_application, only_sets_settings, package_root
from .record import Layout

ASGI_SERVERS = re.compile(
    r"(?:^|[\s/;&|\"'=])(daphne|uvicorn|hypercorn|runuvicorn)(?=[\s\"',]|$)|"
    r"uvicorn(?:\.workers|_worker)\.\w+|--interface[= ]+asgi(?:nl)?\b"
)
TARGET = re.compile(
    r"(?:^|[\s\"',])((?:[A-Za-z_]\w*\.)*(?:[wa]sgi\w*|[a-z_]*[wa]sgi))(?::([A-Za-z_]\w*))?(?:\(\))?(?=[\s\"',\]]|$)"
)
SERVERS = frozenset(("gunicorn", "uvicorn", "daphne", "hypercorn", "granian", "uwsgi", "waitress-serve"))
SERVED = re.compile(r"(?:--(?:module|wsgi)=)?([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)(?::([A-Za-z_]\w*))?(?:\(\))?")


# What loads Django's applications: what ASGI_APPLICATION names may be a routing that Channels 2 loads after them.
# https://channels.readthedocs.io/en/2.x/deploying.html#run-protocol-servers
SETS_UP = re.compile(r"\bget_(?:asgi|wsgi|default)_application\b|\bdjango\.setup\(")


def read_interface(tree: Tree, layout: Layout, settings: DjangoSettings) -> Layout:
    """Return the layout with its WSGI and ASGI modules, and by which of the two the project itself is run."""
    wsgi = _unfixed(tree, layout, _entry(tree, layout, "wsgi", settings.wsgi_application))
    asgi = _entry(tree, layout, "asgi", settings.asgi_application)
    if not wsgi.value and not asgi.value and layout.settings_file.value:
        wsgi = _of_django(layout)
    interface = _interface(tree, settings, wsgi, asgi)
    return replace(layout, wsgi_module=wsgi, asgi_module=asgi, interface=interface)


def _unfixed(tree: Tree, layout: Layout, entry: Found[str]) -> Found[str]:
    """Return Django's own application in the place of a module that lets no other settings be served."""
    located = locate(tree, entry.value.partition(":")[0], layout.base) if entry.value else None
    settings, manage = layout.settings_module.value, layout.manage_py.value
    if not located or not only_sets_settings(tree, located[0], settings, manage):
        return entry
    note = f"{located[0]} sets {SETTINGS} whatever it was before: Django's own application is served in its place."
    return replace(_of_django(layout), source=entry.source, note=note)


def _of_django(layout: Layout) -> Found[str]:
    """Return what makes Django's own application, as `runserver` serves it where the project has no module for that.

    https://docs.gunicorn.org/en/stable/run.html#gunicorn: a function that makes an application is called.
    """
    package = "configurations" if layout.configuration_class.value else "django.core"
    note = "There is no wsgi.py: Django's own application is served, with the settings."
    return Found(f"{package}.wsgi:get_wsgi_application()", "", Certainty.INFERRED, note)


def _interface(tree: Tree, settings: DjangoSettings, wsgi: Found[str], asgi: Found[str]) -> Found[str]:
    if not wsgi.value and asgi.value:
        return Found("asgi", asgi.source, Certainty.INFERRED, "There is no wsgi.py.")
    evidence = _asgi_evidence(tree, settings)
    if evidence and asgi.value:
        source, note, certainty = evidence
        return Found("asgi", source, certainty, note)
    source = wsgi.source if wsgi.value else ""
    note = "asgi.py is there, but nothing runs it: startproject writes it." if wsgi.value and asgi.value else ""
    return Found("wsgi", source, Certainty.INFERRED if wsgi.value else Certainty.ASSUMED, note)


def _entry(tree: Tree, layout: Layout, kind: str, application: Found[str]) -> Found[str]:
    """Return the module of a kind of interface; `application` is the callable that settings name."""
    base, root = layout.base, layout.import_root
    stated = _stated_entry(tree, kind, base)
    if application.value and not (stated and kind == "asgi"):
        module, _, callable_name = application.value.rpartition(".")
        located = locate(tree, module, base)
        if located and (kind == "wsgi" or SETS_UP.search(tree.text(located[0]) or "")):
            suffix = "" if callable_name == "application" else f":{callable_name}"
            return Found(module + suffix, application.source or located[0])
    candidates = entry_points(tree, kind)
    if stated:
        module, callable_name, path, source = stated
        suffix = f":{callable_name}" if callable_name not in ("", "application") else _suffix(tree, path, kind)
        return Found(module + ("" if callable_name == "application" else suffix), source)
    candidates = [path for path in candidates if _is_module(path, root)] or candidates
    if not candidates:
        return Found("", "", Certainty.ASSUMED, f"There is no {kind}.py.")
    settings = layout.settings_file.value
    path = min(candidates, key=lambda path: (-_shared(path, settings), path.count("/"), len(path), path))
    module = _module(tree, path, root)
    others = [other for other in candidates if other != path and other.endswith(f"{kind}.py")]
    note = f"Also found: {', '.join(others[:3])}." if others else ""
    certainty = Certainty.INFERRED if others else Certainty.STATED
    return Found(module + _suffix(tree, path, kind), path, certainty, note)


def _stated_entry(tree: Tree, kind: str, base: str) -> tuple[str, str, str, str] | None:
    for command in read_commands(tree):
        for match in TARGET.finditer(command.command):
            if kind in match[1].rpartition(".")[2] and (located := locate(tree, match[1], base)):
                return match[1], match[2] or "", located[0], command.source
    return _served(tree, kind, base)


def _served(tree: Tree, kind: str, base: str) -> tuple[str, str, str, str] | None:
    """Return the module that a server is started with, by any name, where it makes the application."""
    for command in read_commands(tree):
        words = split(command.command)
        start = next((number for number, word in enumerate(words) if word.rpartition("/")[2] in SERVERS), None)
        for word in words[start + 1 :] if start is not None and not command.development else ():
            match = SERVED.fullmatch(word)
            located = locate(tree, match[1], base) if match else None
            if match and located and makes_application(tree, located[0], kind):
                return match[1], match[2] or "", located[0], command.source
    return None


def _is_module(path: str, root: str) -> bool:
    relative = path if root == "." else path.removeprefix(f"{root}/")
    return (root == "." or path.startswith(f"{root}/")) and all(
        part.isidentifier() for part in relative.removesuffix(".py").split("/")
    )


def _module(tree: Tree, path: str, root: str) -> str:
    if not _is_module(path, root):
        root = package_root(tree, folder(path))
    relative = path if root == "." else path.removeprefix(f"{root}/")
    return relative.removesuffix(".py").replace("/", ".")


def _shared(path: str, settings: str) -> int:
    count = 0
    for one, other in zip(path.split("/")[:-1], settings.split("/")[:-1], strict=False):
        if one != other:
            break
        count += 1
    return count


def _suffix(tree: Tree, path: str, kind: str) -> str:
    """Return ":name" of the callable where it is not `application`."""
    module = tree.python(path)
    if module is None:
        return ""
    defined = dict.fromkeys(assignments(module))
    for statement in statements(module):
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            defined[statement.name] = None
        elif isinstance(statement, ast.ImportFrom):
            defined |= dict.fromkeys(alias.asname or alias.name for alias in statement.names)
    if "application" in defined:
        return ""
    values = assignments(module)
    called = [
        name
        for name, value in values.items()
        if isinstance(value, ast.Call) and last_name(value.func) == f"get_{kind}_application"
    ]
    for name in ("app", *called):
        if name in defined:
            return f":{name}"
    return ""


def _asgi_evidence(tree: Tree, settings: DjangoSettings) -> tuple[str, str, Certainty] | None:
    wsgi_runs = False
    for command in read_commands(tree):
        match = ASGI_SERVERS.search(command.command)
        if match and ("asgi" in command.command or match[1] is None or not TARGET.search(command.command)):
            return command.source, "", Certainty.STATED
        wsgi_runs = wsgi_runs or ("gunicorn" in command.command and not command.development)
    for path in [
        *own(tree, "justfile", "Makefile"),
        *(p for p in tree.paths if p.endswith(".sh") and not is_aside(tree, p)),
    ][:40]:
        for number, line in enumerate((tree.text(path) or "").split("\n"), 1):
            if not line.lstrip().startswith("#") and "asgi" in line and ASGI_SERVERS.search(line):
                return f"{path}:{number}", "", Certainty.STATED
    if settings.asgi_application.value and {"channels", "daphne"} & set(settings.installed_apps.value):
        return settings.asgi_application.source, "Channels or Daphne is installed.", Certainty.INFERRED
    if wsgi_runs:
        return None
    for path in entry_points(tree, "asgi")[:3]:
        for node in ast.walk(tree.python(path) or ast.Module([], [])):
            if isinstance(node, ast.Call) and last_name(node.func) == "ProtocolTypeRouter":
                return f"{path}:{node.lineno}", "It routes WebSockets.", Certainty.INFERRED
    return None
