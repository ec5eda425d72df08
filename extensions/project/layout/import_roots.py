"""The folders from which a project's code imports packages of its own, beside that of its settings.

So it is with a library and a project that shows it: `sandbox/manage.py` beside `src/library/__init__.py`.
"""

import ast
import posixpath
from collections.abc import Collection, Iterator, Sequence

from ..findings import Certainty, Found
from ..literals import constant
from ..places import join
from ..settings.record import DjangoSettings
from ..settings.setting import Settings
from ..tree import Tree
from .modules import locate
from .record import Layout


def read_import_roots(
    tree: Tree,
    layout: Layout,
    settings: DjangoSettings,
    evaluated: Settings,
    installed: Collection[str],
    own_path: str = "",
) -> Found[Sequence[str]]:
    """Return the folders, "." for the root, each once; `installed` are the distributions that pip installs.

    `own_path` is PYTHONPATH of the project's own image.
    """
    found: dict[str, str] = {}
    known = dict.fromkeys((layout.import_root, layout.base))
    added = [*_added_by_manage(tree, layout), *_added_by_image(tree, own_path)]
    for name, source in _names(tree, layout, settings, evaluated):
        top = name.partition(".")[0]
        if top in installed or any(_is_package(tree, root, top) for root in known):
            continue
        for root in ("src", "."):
            if root not in known and tree.exists(f"src/{top}/__init__.py" if root == "src" else f"{top}/__init__.py"):
                found.setdefault(root, source)
                break
        else:
            near = (root for root in added if top and join(root, top) in tree.python_folders)
            if root := next(near, ""):
                found.setdefault(root, layout.manage_py.value)
    for entry in (layout.wsgi_module, layout.asgi_module):  # a module in a folder that is no package
        path, place = entry.value.partition(":")[0].replace(".", "/") + ".py", entry.source.partition(":")[0]
        if place.endswith(f"/{path}") and not any(tree.exists(join(root, path)) for root in (*known, *found)):
            found[place.removesuffix(f"/{path}")] = entry.source
    return Found(list(found), next(iter(found.values()), ""), Certainty.INFERRED)


def _added_by_manage(tree: Tree, layout: Layout) -> list[str]:
    """Return the folders that manage.py puts on sys.path as plain texts, which count from its own folder."""
    module = tree.python(layout.manage_py.value) if layout.manage_py.value else None
    found = []
    for node in ast.walk(module) if module else ():
        if (
            isinstance(node, ast.Call)
            and ast.unparse(node.func) in ("sys.path.insert", "sys.path.append")
            and node.args
        ):
            text = constant(node.args[-1])
            if text and not text.startswith("/"):
                found.append(posixpath.normpath(posixpath.join(layout.base, text)))
    return [path for path in found if not path.startswith("..")]


def _added_by_image(tree: Tree, own_path: str) -> list[str]:
    """Return the project's folders that PYTHONPATH of its own image means: "/app/shop/apps" is "shop/apps" here."""
    found = []
    for entry in own_path.split(":"):
        parts = [part for part in posixpath.normpath(entry).split("/") if part]
        ends = ("/".join(parts[start:]) for start in range(len(parts)))
        found += [end for end in ends if end in tree.python_folders][:1]
    return found


def _is_package(tree: Tree, root: str, name: str) -> bool:
    start = "" if root == "." else f"{root}/"
    return tree.exists(f"{start}{name}.py") or any(path.startswith(f"{start}{name}/") for path in tree.paths)


def _names(tree: Tree, layout: Layout, settings: DjangoSettings, evaluated: Settings) -> Iterator[tuple[str, str]]:
    """Yield the modules that settings name, and that they and the URLs import, each with where."""
    for texts in (settings.installed_apps, settings.middleware):
        yield from ((name, texts.source) for name in texts.value)
    yield settings.root_urlconf.value, settings.root_urlconf.source
    urls = locate(tree, settings.root_urlconf.value, layout.import_root)
    for path in [*(path for path in evaluated.files if path.endswith(".py")), *([urls[0]] if urls else [])]:
        for node in ast.walk(tree.python(path) or ast.Module([], [])):
            if isinstance(node, ast.Import):
                yield from ((alias.name, f"{path}:{node.lineno}") for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and not node.level:
                yield node.module or "", f"{path}:{node.lineno}"
