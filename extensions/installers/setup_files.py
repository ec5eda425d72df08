"""What setup.cfg and setup.py say. https://setuptools.pypa.io/en/latest/references/keywords.html"""

import ast
from collections.abc import Iterable, Iterator

from ..project import lines
from ..project.dependencies.python_statements import TESTED, Statement, allowed, any_of, classified
from ..project.importer import Importer
from ..project.literals import constant
from ..project.places import join
from ..project.tree import Tree
from .manifests import Manifest, add_requirements

MAX_FILES = 30  # that setup.py imports


def read_setup(tree: Tree, folder: str, groups: Iterable[str] = ()) -> Manifest | None:
    """Return what setup.cfg or setup.py in a folder asks for in so many words; None where neither does.

    `groups` are the extras with which it is installed.
    """
    paths = join(folder, "setup.cfg"), join(folder, "setup.py")
    manifest = _read_cfg(tree, paths[0]) or _read_py(tree, paths[1])
    if manifest is None:
        return None
    for path, name, wanted, place in (*_cfg_extras(tree, paths[0]), *_py_extras(tree, paths[1])):
        manifest.groups[name] = f"{path}:{place}"
        manifest.extras.add(name)
        if name in groups:
            add_requirements(tree, manifest, wanted, dict.fromkeys(wanted, place))
    return manifest


def files_read(tree: Tree, folder: str) -> list[str]:
    """Return the files of the project that setup.py names, such as the README, or imports, such as the one with the
    version: it may not run without them."""
    path = join(folder, "setup.py")
    module = tree.python(path) if tree.exists(path) else None
    found: dict[str, None] = {}
    for node in ast.walk(module) if module else ():
        if isinstance(node, ast.Call):
            parts = [text for item in node.args if (text := constant(item)) and isinstance(text, str)]
            named = [join(folder, name) for name in (*parts, "/".join(parts)) if name]
            found |= dict.fromkeys(name for name in named if tree.exists(name))
    version = tree.ini(join(folder, "setup.cfg")).get("metadata", "version", fallback="")
    attribute = version.partition("attr:")[2].strip().rpartition(".")[0]
    return sorted({*found, *_imported(tree, folder, path, attribute)})


def _imported(tree: Tree, folder: str, path: str, attribute: str) -> set[str]:
    """Return the files of the project that setup.py at `path` imports, and these import, and those of the module
    whose attribute setup.cfg has for the version: .../en/latest/userguide/declarative_config.html#specifying-values"""
    importer = Importer(tree, folder, folder)
    found: dict[str, None] = {}
    wanted = [("", attribute, 0)] if attribute else []
    for file in (pending := [path]):
        module = tree.python(file) if tree.exists(file) else None
        for node in ast.walk(module) if module else ():
            if isinstance(node, ast.Import):
                wanted += [(file, alias.name, 0) for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                base = f"{node.module}." if node.module else ""
                wanted += [(file, f"{base}{alias.name}", node.level) for alias in node.names]
        for origin, dotted, level in wanted:
            parts = dotted.split(".")
            for end in range(1, len(parts) + 1):
                one = importer.find(".".join(parts[:end]), origin, level)
                if one and one.file and one.file not in found and len(found) < MAX_FILES:
                    found[one.file] = None
                    pending.append(one.file)
        wanted = []
    return set(found)


Extra = tuple[str, str, list[str], int]  # the file, the name, what it asks for, and the line


def _cfg_extras(tree: Tree, path: str) -> Iterator[Extra]:
    content = tree.ini(path) if tree.exists(path) else None
    if content and content.has_section("options.extras_require"):
        for name, listed in content.items("options.extras_require"):
            texts = [line.strip() for line in (listed or "").split("\n")]
            wanted = [text for text in texts if text and not text.startswith(("#", "file:"))]
            _, _, line = lines.key_at(tree, path, ("options.extras_require", name)).rpartition(":")
            yield path, name, wanted, int(line) if line.isdecimal() else 1


def _py_extras(tree: Tree, path: str) -> Iterator[Extra]:
    module = tree.python(path) if tree.exists(path) else None
    for node in ast.walk(module) if module else ():
        if isinstance(node, ast.keyword) and node.arg == "extras_require" and isinstance(node.value, ast.Dict):
            for key, value in zip(node.value.keys, node.value.values, strict=True):
                if (name := constant(key)) and isinstance(value, ast.List | ast.Tuple):
                    yield path, name, [text for item in value.elts if (text := constant(item))], value.lineno


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
