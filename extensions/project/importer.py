"""Which file of the project a Python module is: the one place where dotted names become paths.

https://docs.python.org/3/reference/import.html
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from .places import folder, is_aside, join
from .tree import Tree


@dataclass(frozen=True)
class Module:
    """A module of the project: `file` is "" for a namespace package, a folder without `__init__.py`.

    `folders` are those in which its submodules are, as in Python's `__path__`: none where it is no package.
    """

    file: str
    folders: tuple[str, ...] = ()


def find(tree: Tree, dotted: str, folders: Iterable[str], others: Iterable[str] = ()) -> Module | None:
    """Return what Python imports by a full name where `folders` are on sys.path, None if it is not the project's.

    In each folder a package is preferred to a module of the same name, and both, in whichever folder, to a namespace
    package. That one has the parts of it in all folders. A submodule is looked for within its package alone. Folders
    without Python files are no packages: what is installed would be preferred to them. Nor are those in `others`,
    which are on sys.path, last, only where the project itself is installed. Symbolic links are not in the tree.
    """
    top, *rest = dotted.split(".")
    module = _within(tree, top, tuple(folders), tuple(others))
    for name in rest:
        module = _within(tree, name, module.folders) if module else None
    return module


def _within(tree: Tree, name: str, folders: tuple[str, ...], others: tuple[str, ...] = ()) -> Module | None:
    if not name.isidentifier():
        return None
    for place in (*folders, *others):
        path = join(place, name)
        for module in (Module(f"{path}/__init__.py", (path,)), Module(f"{path}.py")):
            if tree.exists(module.file):
                return module
    parts = tuple(path for place in folders if (path := join(place, name)) in tree.python_folders)
    return Module("", parts) if parts else None


class Importer:
    """Finds modules as manage.py does.

    Of the project, these are on its sys.path: its own folder, which Python puts there, and that from which settings
    are imported, which images have in PYTHONPATH. Last is the root, which is there if the project is installed, and
    for settings the folder `beside`, with a library that a project shows: import_roots.py puts it in PYTHONPATH.
    """

    def __init__(self, tree: Tree, base: str, root: str, beside: str = ""):
        self.tree = tree
        self.beside = beside
        self.root = root or "."
        self.folders = tuple(dict.fromkeys((base or ".", self.root)))

    def add(self, place: str) -> None:
        """Import from one more folder, as after `sys.path.append`."""
        if place not in self.folders:
            self.folders = (*self.folders, place)

    def find(self, dotted: str, file: str = "", level: int = 0) -> Module | None:
        """Return what an import in `file` means by a name with `level` dots before it, None if it is not there.

        With dots only, it is the package itself. As in Python, they lead no further than to the topmost package.
        """
        if not level:
            found = find(self.tree, dotted, self.folders, (".",))
            beside = self.beside and self.tree.exists(f"{self.beside}/{dotted.partition('.')[0]}/__init__.py")
            return found or (find(self.tree, dotted, [self.beside]) if beside else None)
        package = folder(file)
        for _ in range(level - 1):
            package = folder(package)
            if package == ".":
                return None
        around = [place for place in self.folders if _is_below(file, place)]
        if package == "." or (around and not any(_is_below(package, place) for place in around)):
            return None
        if dotted:
            return find(self.tree, dotted, [package])
        init = f"{package}/__init__.py"
        return Module(init if self.tree.exists(init) else "", (package,))


def _is_below(path: str, place: str) -> bool:
    return path.startswith(f"{place}/") or (place == "." and path != ".")


def guesses(tree: Tree, dotted: str, base: str) -> Iterator[tuple[Module, str]]:
    """Yield what a module that the project names may be, each with the folder that it is imported from.

    It is for what code does not import, while it is not known what is on sys.path: first the folder of manage.py, the
    root, "src" in either, last any folder.
    """
    places = dict.fromkeys((base, ".", join(base, "src"), "src"))
    found = [(module, place) for place in places if (module := find(tree, dotted, [place]))]
    yield from sorted(found, key=lambda item: not item[0].file)
    if "." in dotted:
        relative = dotted.replace(".", "/")
        endings = (f"/{relative}.py", f"/{relative}/__init__.py")
        for path in tree.paths:
            if path.endswith(endings) and not is_aside(tree, path):
                place = path.removesuffix(endings[0]).removesuffix(endings[1])
                if (module := find(tree, dotted, [place])) and module.file:
                    yield module, place


def absolute(dotted: str, level: int, module: str, is_package: bool) -> str:
    """Return the full name of what an import in a module means; "" for what is above its topmost package."""
    if not level:
        return dotted
    parents = module.split(".") if is_package else module.split(".")[:-1]
    kept = parents[: max(len(parents) - level + 1, 0)]
    return ".".join([*kept, *([dotted] if dotted else [])]) if kept else ""
