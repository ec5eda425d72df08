"""A Django project's files, read as text: never imported, run or changed, never outside the project."""

import ast
import configparser
import json
import os
import re
import sys
import tomllib
import warnings
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from fnmatch import fnmatch
from functools import cached_property, wraps
from pathlib import Path
from typing import Any, TypeVar

import yaml

from .findings import Problem
from .ignored import holds_no_secrets, ignored_paths
from .named_aside import is_named_aside

MAX_SIZE = 1024 * 1024  # bytes; settings and manifests of real projects are smaller
MAX_LOCK_SIZE = 4 * MAX_SIZE  # lock files of projects with many wheels are not
MAX_FILES = 50_000  # the walk stops there: a data folder, not a project
MAX_PROBLEMS = 200
MAX_BAD_STATEMENTS = 10  # in a Python file of which the rest is read
MAX_DEPTH = 100  # of nested YAML: libyaml composes recursively, and ends the process where its stack does
TOML_LINE = re.compile(r"at line (\d+)")  # in the message: the error has no attribute for it before Python 3.14
SETTINGS = re.compile(r"DJANGO_SETTINGS_MODULE\W+(\w+)\.")
SKIPPED = frozenset(
    (
        "node_modules",
        "bower_components",
        "site-packages",
        "__pycache__",
        "__pypackages__",
        ".git",
        ".hg",
        ".svn",
        ".venv",
        ".tox",
        ".nox",
        ".direnv",
        ".eggs",
        ".idea",
        ".cache",
        ".mypy_cache",
        ".pytest_cache",
        ".ruff_cache",
    )
)


class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """The safe loader, which refuses merge keys ("<<") that multiply."""

    def flatten_mapping(self, node: yaml.MappingNode) -> None:
        """Merge as YAML does, but not more than a person would: each level of "<<: [*a, *a]" doubles the mapping."""
        before = len(node.value)
        super().flatten_mapping(node)
        if len(node.value) > before + 1000:
            raise yaml.constructor.ConstructorError(None, None, "too many merged keys", node.start_mark)


def _tagged(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> Any:
    """Return a value without its tag: Compose has "!reset" and "!override", others have theirs."""
    if isinstance(node, yaml.MappingNode):
        return loader.construct_mapping(node, deep=True)
    return loader.construct_sequence(node, deep=True) if isinstance(node, yaml.SequenceNode) else node.value


Loader.add_multi_constructor("!", _tagged)


def _is_deep(text: str) -> bool:
    """Return whether YAML is nested deeper than MAX_DEPTH; YAMLError if it is none."""
    depth = 0
    for event in yaml.parse(text, Loader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > MAX_DEPTH:
            return True
    return False


Content = TypeVar("Content")


def _once(method: Callable[["Tree", str], Content]) -> Callable[["Tree", str], Content]:
    """Keep what a method returns for a path as long as its Tree lives; functools.cache would keep the Tree too."""

    @wraps(method)
    def kept(tree: "Tree", path: str) -> Content:
        known: dict[str, Content] = tree.read[method.__name__]
        if path not in known:
            known[path] = method(tree, path)
        return known[path]

    return kept


class Tree:
    """The regular files of a project below `root`, with what was noticed on reading them in `problems`.

    Paths are strings relative to `root`, with "/". Virtual environments, version control, caches and symbolic links
    are left out. That git ignores a file is no reason to leave out its path, but what it holds is not read.
    """

    def __init__(self, root: Path, without: Collection[str] = (), locks: Collection[str] = ()):
        self.root = root
        self.without = without  # paths that are read as if they were not there
        self.locks = locks  # names of Python's lock files, which are read although git ignores them
        self.problems: list[Problem] = []
        self._noted: set[Problem] = set()
        self.read: defaultdict[str, dict[str, Any]] = defaultdict(dict)  # what was read of files, by method
        self.virtualenvs: list[str] = []
        self.links: dict[str, str] = {}  # symbolic links, once `paths` is known, with what they hold
        self.copies: dict[str, str] = {}  # paths that are not there, and the files that are read in their places

    @cached_property
    def paths(self) -> dict[str, int]:
        """Return the size in bytes of each file by its path, those nearest the root first, then by name."""
        found: dict[str, int] = {}
        folders = [""]
        while folders:
            deeper: list[str] = []
            for folder in folders:
                try:
                    with os.scandir(self.root / folder) as entries:
                        listing = sorted(entries, key=lambda entry: entry.name)
                except OSError as error:
                    self.problem(folder or ".", f"cannot be listed ({error.strerror})")
                    continue
                if folder and any(entry.name == "pyvenv.cfg" for entry in listing):
                    self.virtualenvs.append(folder)
                    continue
                for entry in listing:
                    path = f"{folder}/{entry.name}" if folder else entry.name
                    try:
                        self._look_at(entry, path, found, deeper)
                    except OSError as error:
                        self.problem(path, f"cannot be read ({error.strerror})")
                    if len(found) >= MAX_FILES:
                        self.problem(folder or ".", f"more than {MAX_FILES} files: the rest was not looked at")
                        return found
            folders = deeper
        return found

    def _look_at(self, entry: os.DirEntry[str], path: str, found: dict[str, int], deeper: list[str]) -> None:
        """Add a file to those found, or a folder to those to look into; links are neither."""
        if entry.is_symlink():
            self.links[path] = str(Path(entry.path).readlink())
            return
        if entry.is_dir():
            if entry.name not in SKIPPED:
                deeper.append(path)
            elif (Path(entry.path) / "pyvenv.cfg").exists():
                self.virtualenvs.append(path)
        elif entry.is_file() and path not in self.without:
            found[path] = entry.stat().st_size

    @cached_property
    def folders(self) -> frozenset[str]:
        """Return the folders with a file in them, at any depth; not the root."""
        return _folders_around(self.paths)

    @cached_property
    def python_folders(self) -> frozenset[str]:
        """Return the folders with a Python file in them, at any depth; not the root."""
        return _folders_around(path for path in self.paths if path.endswith(".py"))

    @cached_property
    def sites(self) -> list[str]:
        """Return the folders, each with its "/", that hold manage.py and the package of its settings, the inner first.

        They are the site, whatever their names: a library's demonstration has manage.py in `example/`.
        """
        packages = {path: SETTINGS.search(self.text(path) or "") for path in self.named("manage.py")}
        shown = [path for path, match in packages.items() if not match or match[1] not in ("test", "tests")]
        shown = shown or [*packages]
        found = set()
        for path in [path for path in shown if not is_named_aside(path)] or shown[:1]:
            start, package = path.removesuffix("manage.py"), packages[path]
            found |= {start, *([f"{start}{package[1]}/"] if package else [])} - {""}
        return sorted(found, key=len, reverse=True)

    @cached_property
    def ignored(self) -> frozenset[str]:
        """Return the files, and the folders, that git ignores."""
        return ignored_paths(self.root, self.paths)

    def stand_in(self, path: str, other: str) -> None:
        """Read the file `other` where `path` is asked for, which is not there."""
        self.copies[path] = other
        self.paths[path] = self.paths[other]
        for known in self.read.values():
            known.pop(path, None)

    def is_ignored(self, path: str) -> bool:
        """Return whether git ignores a file or a folder."""
        return path in self.ignored and path not in self.copies

    def is_private(self, path: str) -> bool:
        """Return whether what a file holds is not to be read: git ignores it, and it may hold secrets."""
        return self.is_ignored(path) and not holds_no_secrets(path, self.locks)

    def problem(self, source: str, message: str) -> None:
        """Note, once, that a file could not be read as what it should be.

        No more than MAX_PROBLEMS are kept: a broken file may have any number.
        """
        problem = Problem(source, message)
        if problem not in self._noted and len(self.problems) < MAX_PROBLEMS:
            self._noted.add(problem)
            self.problems.append(problem)

    def exists(self, path: str) -> bool:
        """Return whether `path` is one of the project's files."""
        return path in self.paths

    def has_folder(self, path: str) -> bool:
        """Return whether `path` is a folder with files of the project."""
        return path in self.folders

    def match(self, *patterns: str) -> list[str]:
        """Return the paths that match any of the shell patterns ("*" matches "/" too), nearest the root first."""
        return [path for path in self.paths if any(fnmatch(path, pattern) for pattern in patterns)]

    def named(self, *names: str) -> list[str]:
        """Return the paths whose last part is one of `names`, those nearest the root first."""
        return [path for path in self.paths if path.rpartition("/")[2] in names]

    @_once
    def text(self, path: str) -> str | None:
        """Return a file's text, with "\\n" at line ends; None, and a Problem, if it cannot be had.

        None, without a Problem, if git ignores it: an answer is committed, and must not tell what a secret is.
        """
        if path not in self.paths or self.is_private(path):
            return None
        limit = MAX_LOCK_SIZE if path.endswith(".lock") else MAX_SIZE
        if self.paths[path] > limit:
            self.problem(path, f"is larger than {limit // 1024} KiB and was not read")
            return None
        try:
            with (self.root / self.copies.get(path, path)).open("rb") as file:
                content = file.read(limit + 1)
        except OSError as error:
            self.problem(path, f"cannot be read ({error.strerror})")
            return None
        try:
            text = content.decode("utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
        except UnicodeDecodeError:
            text = content.decode("latin-1")
        return text.replace("\r\n", "\n").replace("\r", "\n")

    @_once
    def python(self, path: str) -> ast.Module | None:
        """Return the syntax tree of a Python file, without the statements that do not parse; None if little does.

        Each of these is a Problem: Python 2, or the syntax of a newer Python than the one that runs this.
        """
        text = self.text(path)
        if text is None:
            return None
        statements = text.split("\n")
        try:
            for _ in range(MAX_BAD_STATEMENTS):
                try:
                    with warnings.catch_warnings(action="ignore"):
                        return ast.parse("\n".join(statements))
                except SyntaxError as error:
                    line = min(error.lineno or 1, len(statements))
                    self.problem(f"{path}:{line}", f"is not Python 3.{sys.version_info.minor} ({error.msg})")
                    _blank_statement(statements, line)
        except (RecursionError, MemoryError):
            self.problem(path, "is nested too deeply")
        except ValueError as error:
            self.problem(path, f"cannot be parsed ({error})")
        return None

    @_once
    def toml(self, path: str) -> dict[str, Any]:
        """Return a TOML file's content; empty, and a Problem, if it is not TOML."""
        text = self.text(path)
        if text is None:
            return {}
        try:
            return tomllib.loads(text)
        except RecursionError:
            self.problem(path, "is nested too deeply")
        except ValueError as error:  # a TOMLDecodeError, or a number of more digits than Python converts
            line = TOML_LINE.search(str(error))
            self.problem(f"{path}:{line[1]}" if line else path, f"is not TOML ({error})")
        return {}

    @_once
    def yaml(self, path: str) -> Any:
        """Return a YAML (or JSON) file's content; None, and a Problem, if it is not YAML."""
        text = self.text(path)
        if text is None:
            return None
        try:
            if _is_deep(text):
                self.problem(path, "is nested too deeply")
                return None
            return yaml.load(text, Loader)
        except (yaml.YAMLError, RecursionError, ValueError, LookupError, AttributeError, TypeError) as error:
            if "nesting depth" in str(error):  # a limit of libyaml itself
                self.problem(path, "is nested too deeply")
                return None
            first = str(error).partition("\n")[0]
            line = getattr(getattr(error, "problem_mark", None), "line", None)
            self.problem(path if line is None else f"{path}:{line + 1}", f"is not YAML ({first})")
            return None

    @_once
    def documents(self, path: str) -> list[Any]:
        """Return the documents of a YAML file; none of one that is not YAML, as templates of it are not."""
        text = self.text(path) or ""
        try:
            return [] if _is_deep(text) else list(yaml.load_all(text, Loader))
        except (yaml.YAMLError, RecursionError, ValueError, LookupError, AttributeError, TypeError):
            return []

    @_once
    def json(self, path: str) -> Any:
        """Return a JSON file's content; None, and a Problem with the line, if it is not JSON."""
        text = self.text(path)
        if text is None:
            return None
        try:
            return json.loads(text)
        except RecursionError:
            self.problem(path, "is nested too deeply")
        except ValueError as error:
            self.problem(f"{path}:{getattr(error, 'lineno', 1)}", f"is not JSON ({getattr(error, 'msg', error)})")
        return None

    @_once
    def ini(self, path: str) -> configparser.RawConfigParser:
        """Return an INI file's sections; none, and a Problem with the line, if it is not INI."""
        parser = configparser.RawConfigParser(strict=False, allow_no_value=True)
        try:
            parser.read_string(self.text(path) or "")
        except (
            configparser.Error,
            AttributeError,
        ) as error:  # the latter: a name has no value, and is continued
            line = getattr(error, "lineno", None)
            self.problem(path if line is None else f"{path}:{line}", "is not INI")
            return configparser.RawConfigParser()
        return parser


def _folders_around(paths: Iterable[str]) -> frozenset[str]:
    found: set[str] = set()
    for path in paths:
        around = path.rpartition("/")[0]
        while around and around not in found:
            found.add(around)
            around = around.rpartition("/")[0]
    return frozenset(found)


def _blank_statement(statements: list[str], line: int) -> None:
    """Empty the lines of the statement at the left margin that has the given line, the first of which is 1."""

    def begins(text: str) -> bool:
        return bool(text) and text[0] not in " \t)]}#"

    first = line - 1
    while first and not begins(statements[first]):
        first -= 1
    last = line
    while last < len(statements) and not begins(statements[last]):
        last += 1
    statements[first:last] = [""] * (last - first)
