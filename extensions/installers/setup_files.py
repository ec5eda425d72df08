"""What setup.cfg and setup.py say. https://setuptools.pypa.io/en/latest/references/keywords.html"""

import ast
from collections.abc import Iterator

from ..project import lines
from ..project.dependencies.python_statements import TESTED, Statement, allowed, any_of, classified
from ..project.places import join
from ..project.tree import Tree
from .manifests import Manifest, add_requirements


def read_setup(tree: Tree, folder: str) -> Manifest | None:
    """Return what setup.cfg or setup.py in a folder asks for in so many words; None where neither does."""
    return _read_cfg(tree, join(folder, "setup.cfg")) or _read_py(tree, join(folder, "setup.py"))


def _read_cfg(tree: Tree, path: str) -> Manifest | None:
    if not tree.exists(path):
        return None
    listed = tree.ini(path).get("options", "install_requires", fallback="") or ""
    texts = [line.strip() for line in listed.split("\n")]
    wanted = [text for text in texts if text and not text.startswith(("#", "file:"))]
    if not wanted:
        return None
    manifest = Manifest(path)
    places = {line.strip(): number for number, line in enumerate((tree.text(path) or "").split("\n"), 1)}
    add_requirements(tree, manifest, wanted, places)
    return manifest


def _read_py(tree: Tree, path: str) -> Manifest | None:
    module = tree.python(path) if tree.exists(path) else None
    for node in ast.walk(module) if module else ():
        if isinstance(node, ast.keyword) and node.arg == "install_requires":
            if not isinstance(node.value, ast.List | ast.Tuple):
                continue
            manifest = Manifest(path)
            for item in node.value.elts:
                if isinstance(item, ast.Constant) and isinstance(item.value, str):
                    add_requirements(tree, manifest, [item.value], {item.value: item.lineno})
            return manifest
    return None


def pythons(tree: Tree, folder: str) -> Iterator[Statement]:
    """Yield which versions of Python setup.cfg and setup.py allow, and name."""
    path = join(folder, "setup.cfg")
    if requires := tree.ini(path).get("options", "python_requires", fallback=""):
        source = lines.key_at(tree, path, ("options", "python_requires"))
        yield from any_of(allowed(requires), source, f"python_requires {requires}")
    path = join(folder, "setup.py")
    module = tree.python(path) if tree.exists(path) else None
    for node in ast.walk(module) if module else ():
        if not isinstance(node, ast.keyword):
            continue
        source = f"{path}:{node.value.lineno}"
        if node.arg == "python_requires" and isinstance(node.value, ast.Constant):
            requires = str(node.value.value)
            yield from any_of(allowed(requires), source, f"python_requires {requires}")
        if node.arg == "classifiers" and isinstance(node.value, ast.List | ast.Tuple):
            texts = [item.value for item in node.value.elts if isinstance(item, ast.Constant)]
            if minors := classified(text for text in texts if isinstance(text, str)):
                yield Statement(minors, TESTED, source, "the classifiers name others")
