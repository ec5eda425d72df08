"""The state while a module is evaluated: the project's files, the environment, names, and what is in doubt."""

import ast
import posixpath
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import PurePosixPath
from typing import Any, TypeVar

from ..importer import Importer
from ..tree import Tree
from .environment import URL_KINDS, Environment, converted, looks_secret, parse_url
from .objects import Class, LoopEnd, Names, Raised, Returned, Scope, Stop
from .operations import MAX_TEXT, plain_text
from .references import Arguments
from .values import HOME, MISSING, OUTSIDE, ROOT, UNKNOWN, Binding, Value, Variable, beside_project, merge, words, wrap

UNREADABLE = "has a statement that could not be worked out"
MAX_TURNS = 500  # of one loop
MAX_STEPS = 60_000  # nodes worked out for one settings module, all that it imports included
# In the name of a variable that says whether, or where, this is production.
OF_SURROUNDINGS = words("DEBUG ENV ENVIRONMENT STAGE DEPLOYMENT DEVELOPMENT DEV PRODUCTION TESTING")
# Folders of every image, which are beside the project there. https://refspecs.linuxfoundation.org/fhs.shtml
OF_IMAGES = words("/bin /boot /dev /etc /home /lib /media /mnt /opt /proc /root /run /sbin /srv /sys /tmp /usr /var")
KEYS = ("SECRET_KEY", "SECRET", "PASSWORD")
BOOL_WORDS = frozenset(("true", "false", "1", "0", "yes", "no", "on", "off", "t", "f", "y", "n"))

SURROUNDINGS: dict[str, Callable[[], Any]] = {  # attributes of a State that are of the statement at hand
    "doubts": list,
    "undecided": int,
    "catching": int,
    "optional_import": int,
    "demanded_import": int,
    "chosen_branch": int,
    "tests": list,
    "missing": str,
    "depth": int,
    "caught": list,
}


@dataclass
class Private:
    """Where settings import a module that git ignores, the names that they take, and whether they start without it."""

    source: str
    names: list[str] = field(default_factory=list)
    needed: bool = False


EMPTY = "/dev/null"


@dataclass(frozen=True)
class Lacking:
    """Where settings need a file that is not in the project, and the example of it that is, "" for none.

    A file that may as well be empty has EMPTY.
    """

    source: str
    example: str


class State:
    """What is known of the project in `tree`, whose modules `importer` finds, where `given` is set.

    What works out each kind of expression and statement is registered in `expressions` and `statements`: so the
    modules that do it may build on this one, and still work out what is within an expression of any other kind.
    """

    def __init__(
        self,
        tree: Tree,
        importer: Importer,
        given: Mapping[str, str],
        expressions: "Mapping[type[ast.AST], Handler[Value]]",
        statements: "Mapping[type[ast.AST], Handler[None]]",
    ):
        self.expressions = expressions
        self.statements = statements
        self.tree = tree
        self.importer = importer
        self.folder = "" if importer.root == "." else importer.root
        self.working_folder = posixpath.normpath(posixpath.join(ROOT, importer.folders[0]))  # that of manage.py
        self.environment = Environment(given)
        self.modules: dict[str, Names] = {}
        self.files: list[str] = []
        self.notes: list[tuple[str, str]] = []
        self.chosen: Class | None = None
        self.steps = 0
        self.doubts: list[str] = []
        self.undecided = 0
        self.catching = 0
        self.optional_import = 0
        self.chosen_branch = 0  # branches around the statement that a variable decides
        self.tests: list[tuple[int, tuple[str, ...]]] = []  # of the branches around it: the depth, and its variables
        self.demanded_import = 0  # of these, those whose failure ends in another
        self.missing = ""
        self.depth = 0
        self.here = ""
        self.caught: list[list[set[str]]] = []
        self.going_on: list[list[set[str]]] = []  # of these, those after which the code goes on
        self.elsewhere: dict[str, tuple[str, tuple[str, ...]]] = {}
        self.overheard: set[ast.AST] = set()
        self.settings_files: set[str] = set()
        self.private: dict[str, Private] = {}  # modules that git ignores, which are not read
        self.lacking: dict[str, Lacking] = {}  # files without which settings do not start
        self.replaced = ""  # where a package takes the place of Django's own settings
        self.open_end = ""  # where settings take all names of a module that cannot be read
        self.stars: dict[str, list[tuple[str, str]]] = {}  # by module of a package whose names are all taken: notes
        self.outside: dict[str, str] = {}  # by module of a package, or "": where they take names that it makes
        self.made: list[tuple[Value, str]] = []  # folders that settings make, and where
        self.written: dict[str, str] = {}  # files that settings write, and where
        self.of_cloud = ""  # where settings ask the cloud that they run in, and fail elsewhere

    @contextmanager
    def fresh(self) -> Iterator[None]:
        """Leave out, for a module, what surrounds its import."""
        saved = {name: getattr(self, name) for name in ("here", *SURROUNDINGS)}
        for name, empty in SURROUNDINGS.items():
            setattr(self, name, empty())
        try:
            yield
        finally:
            for name, value in saved.items():
                setattr(self, name, value)

    def find_module(self, dotted: str, file: str, level: int) -> str | None:
        """Return a module's file, "" for a folder without `__init__.py`, None for one that is not the project's."""
        module = self.importer.find(dotted, file, level)
        return module.file if module else None

    def within(self, path: str) -> str:
        """Return a path as the tree has it, if that is in the project; one elsewhere still begins with a slash."""
        return posixpath.normpath(posixpath.join(self.working_folder, path)).removeprefix(f"{ROOT}/")

    def path_exists(self, path: str) -> Any:
        """Return whether a path is in the project; UNKNOWN if it is elsewhere, or might be made later."""
        path = posixpath.normpath(posixpath.join(self.working_folder, path))
        relative = path.removeprefix(ROOT + "/")
        if path == ROOT or (relative != path and (self.tree.exists(relative) or relative in self.tree.folders)):
            return UNKNOWN if path != ROOT and self.ignored(relative) else True
        if beside_project(path) in OF_IMAGES:
            return True
        return UNKNOWN if not path.startswith(OUTSIDE) or relative == path else False

    def glob(self, pattern: str, recursive: bool) -> list[str] | None:
        """Return the project's paths, below its stand-in, that match a shell pattern; None if it leads elsewhere."""
        if not pattern.startswith(ROOT + "/"):
            return None
        wanted = posixpath.normpath(pattern.removeprefix(ROOT + "/")).split("/")
        if wanted.count("**") > 1:
            return None
        cut = wanted.index("**") if recursive and "**" in wanted else None
        candidates = [*self.tree.folders, *self.tree.paths]
        self.steps += len(candidates) // 20

        def matches(path: str) -> bool:
            names = path.split("/")
            if cut is None:
                return len(names) == len(wanted) and all(map(fnmatch, names, wanted))
            head, tail = wanted[:cut], wanted[cut + 1 :]
            return (
                len(names) >= len(head) + len(tail)
                and all(map(fnmatch, names, head))
                and all(map(fnmatch, names[len(names) - len(tail) :], tail))
            )

        return [f"{ROOT}/{path}" for path in sorted(candidates) if matches(path)]

    def ignored(self, path: str) -> bool:
        """Return whether git ignores a file or folder, so that it is on this machine only."""
        return self.tree.is_ignored(path)

    def is_private(self, path: str | None, node: ast.stmt, file: str, *names: str) -> bool:
        """Return whether a module that settings import is kept from git, and not read; record that it is imported."""
        if not path or not self.tree.is_private(path):
            return False
        private = self.private.setdefault(path, Private(f"{file}:{node.lineno}"))
        private.names += [name for name in names if name != "*" and name not in private.names]
        private.needed = private.needed or not (self.optional_import or self.undecided)
        return True

    def read(self, name: str, default: Value | None, type: str = "str") -> Value:
        """Return what reading a variable gives; `default` None if it must be set."""
        if name == "HOME" and type == "str":
            return Value(HOME)
        kind = type if type in URL_KINDS else ""
        variable = self.environment.note(name, self.here, "url" if kind else type, kind)
        unsure = default is not None and default.data is MISSING
        if default is not None and not unsure:
            self.environment.set_default(name, default)
        text = self.environment.text(name)
        if isinstance(text, str):
            value = converted(text, type)
            return Value(value.data, merge(value, Value(None, (name,))), name if type == "str" else "")
        if default is None:
            if text is None and self.catching:
                raise Raised(name)
            self.require(name, filled=False)
            text = UNKNOWN
        if text is UNKNOWN or unsure:
            variable.perhaps = variable.perhaps or unsure
            return wrap(parse_url(None, kind), (name,)) if kind else Value(UNKNOWN, (name,), name)
        assert default is not None
        variables = tuple(dict.fromkeys((name, *default.variables)))
        if kind:
            data = plain_text(default)
            if kind == "db" and not data:
                return Value({}, variables)
            return wrap(parse_url(data, kind), variables)
        if isinstance(default.data, str) and type in ("bool", "int", "list"):
            return Value(converted(default.data, type).data, variables)
        return Value(default.data, variables, name if type == "str" else "")

    def require(self, name: str, filled: bool = True) -> None:
        """Record that settings fail where a variable is not set, and where it is empty if it must be `filled`."""
        variable = self.environment.variables[name]
        variable.filled = variable.filled or filled
        if self.undecided:
            variable.perhaps = True
        else:
            variable.required = True

    def may_refuse(self, variables: Iterable[str]) -> None:
        """Record that settings may fail with the default of a secret, such as a key that is only for development."""
        for variable in (self.environment.variables[name] for name in variables):
            variable.perhaps = variable.perhaps or looks_secret(variable)

    def given(self, value: Value, kind: str = "TypeError", empty: bool = False) -> Value:
        """Return a value that what follows does not take where its variable is not set: settings fail, and it must be.

        None is refused, and with `empty` also "", by an exception of the name `kind`, which a `try` may catch.
        """
        if not value.direct or self.environment.text(value.direct) is not None or self.is_caught(kind):
            return value
        if value.data is None or (empty and value.data == ""):
            self.require(value.direct)
            return Value(UNKNOWN, value.variables, value.direct)
        return value

    def read_by(self, value: Value) -> Variable | None:
        """Return the variable, or the part of one's JSON, whose unchanged text a value is; None for any other."""
        return value.part or self.environment.variables.get(value.direct)

    def fits(self, value: Value, *texts: str) -> None:
        """Record the texts of which a variable has to have one, or a text of their form."""
        variable = self.read_by(value)
        if variable is not None:
            variable.fitting = variable.fitting or [*texts]

    def choose(self, value: Value, texts: Iterable[Any]) -> None:
        """Record the texts that something is chosen by, as keys of a dictionary are: a variable has to have one."""
        names = [text for text in texts if isinstance(text, str)]
        if value.direct and names:
            self.fits(value, *names)
            for name in names:
                self.compared(value, Value(name))

    def set_type(self, value: Value, type: str, kind: str = "") -> None:
        """Record how a variable's text is read."""
        variable = self.read_by(value)
        if variable is not None and variable.type == "str":
            variable.type = type
        if variable is not None:
            variable.kind = variable.kind or kind

    def guard(self, variables: tuple[str, ...], scope: Scope) -> None:
        """Record that settings raise because one of `variables` is not set, and take it as set from here."""
        unset = self._unset(variables)
        chosen = self._to_blame(unset) or (unset if len(variables) == 1 else [])
        for name in chosen:
            self.require(name)
            self.environment.variables[name].refused = self.environment.variables[name].default not in (
                None,
                "",
                False,
            )
        for names in (scope.chain[0], scope.globals):
            for bound in names.values():
                if any(name in chosen for name in bound.value.variables) and not isinstance(
                    bound.value.data, (list, dict)
                ):
                    bound.value = Value(UNKNOWN, bound.value.variables, bound.value.direct)

    def is_of_outer_test(self) -> bool:
        """Return whether what raises in a branch does so because of what an outer one tests.

        That is so if the inner one only asks whether this is production, or reads no variable in a function.
        """
        depth, variables = self.tests[-1]
        if not variables:
            return bool(depth)
        outer = [name for other, names in self.tests[:-1] if other == depth for name in names]
        return not self._to_blame(self._unset(variables)) and bool(self._to_blame(self._unset(outer)))

    def _unset(self, variables: Iterable[str]) -> list[str]:
        read = self.environment.variables
        return [name for name in variables if name in read and self.environment.text(name) is None]

    def suspect(self, variables: tuple[str, ...]) -> None:
        """Record that settings raise under a condition that is not known: because of a key that is not set, if any."""
        for name in variables:
            if (
                name.upper().endswith(KEYS)
                and name in self.environment.variables
                and self.environment.text(name) is None
            ):
                self.require(name)

    def _to_blame(self, unset: list[str]) -> list[str]:
        """Return those of several variables that have to be set, as the code refuses what they are without it.

        What says that this is production only decides whether that is asked: else a key, where a default is refused.
        """
        read = self.environment.variables
        empty = [name for name in unset if read[name].default in (None, "", False)]
        others = [name for name in unset if not words(name.upper().replace("_", " ")) & OF_SURROUNDINGS]
        lacking = [name for name in others if name in empty]
        keys = [name for name in others if name.upper().endswith(KEYS)]
        alone = others if len(others) == 1 else []
        return lacking or keys or alone or [name for name in empty if not name.upper().endswith("DEBUG")]

    def charge(self, *values: Value) -> None:
        """Count what it costs to go through long texts and containers."""
        for value in values:
            if isinstance(value.data, (list, tuple, dict)):
                self.steps += len(value.data) // 20
            elif isinstance(value.data, str):
                self.steps += len(value.data) // 2000

    def step(self) -> None:
        """Count a node; raise Stop when there were too many."""
        self.steps += 1
        if self.steps > MAX_STEPS:
            raise Stop

    @contextmanager
    def doubt(self, reason: str, undecided: bool = False) -> Iterator[None]:
        """Put what is assigned within in doubt."""
        self.doubts.append(reason)
        self.undecided += undecided
        try:
            yield
        finally:
            self.doubts.pop()
            self.undecided -= undecided

    def bind(self, name: str, value: Value, scope: Scope, line: int) -> None:
        """Assign a value to a name."""
        if self.missing and scope.chain[0] is scope.globals and self.missing in self.environment.variables:
            self.environment.set_default(self.missing, value)
            value = Value(value.data, tuple(dict.fromkeys((*value.variables, self.missing))), value.direct)
        names = scope.globals if name in scope.declared else scope.chain[0]
        names[name] = Binding(value, f"{scope.file}:{line}", self.doubts[-1] if self.doubts else value.doubt)

    def touch(self, expression: ast.expr, scope: Scope, line: int) -> None:
        """Record that the thing a name stands for was changed in place."""
        while isinstance(expression, (ast.Subscript, ast.Attribute, ast.Call)):
            expression = expression.func if isinstance(expression, ast.Call) else expression.value
        if isinstance(expression, ast.Name):
            for names in scope.chain:
                if expression.id in names:
                    bound = names[expression.id]
                    bound.source = f"{scope.file}:{line}"
                    bound.doubt = self.doubts[-1] if self.doubts else bound.doubt
                    return

    def is_caught(self, kind: str) -> bool:
        """Return whether a `try` around the statement catches an exception of this name."""
        wanted = {kind, "Exception", "BaseException"}
        return any(not names or names & wanted for caught in self.caught for names in caught)

    def goes_on_after(self, kinds: Collection[str]) -> bool:
        """Return whether the code goes on if the statement raises one of these, by the innermost `try` of them."""
        wanted = {*kinds, "Exception", "BaseException"}
        for caught, going_on in zip(reversed(self.caught), reversed(self.going_on), strict=True):
            if any(not names or names & wanted for names in caught):
                return any(not names or names & wanted for names in going_on)
        return False

    def module_name(self, path: str) -> str:
        """Return the dotted name of a module's file."""
        relative = path.removeprefix(self.folder + "/") if self.folder else path
        return relative.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    def compared(self, read: Value, literal: Value) -> None:
        """Record what a variable's text is compared with: it tells its type, or the names of environments."""
        variable = self.read_by(read)
        if variable is None or not isinstance(literal.data, str):
            return
        if literal.data.lower() in BOOL_WORDS:
            self.set_type(read, "bool")
        elif literal.data not in variable.compared:
            variable.compared.append(literal.data)

    def evaluate(self, node: ast.expr, scope: Scope) -> Value:
        """Return what an expression amounts to."""
        self.step()
        handler = self.expressions.get(type(node))
        value = handler(self, node, scope) if handler else Value()
        if isinstance(value.data, (str, PurePosixPath)) and len(str(value.data)) > MAX_TEXT:
            return Value(UNKNOWN, value.variables)
        return value

    def block(self, body: list[ast.stmt], scope: Scope) -> None:
        """Work out statements one after the other."""
        for statement in body:
            self.step()
            if not self.depth:
                self.here = f"{scope.file}:{statement.lineno}"
            handler = self.statements.get(type(statement))
            if handler is None:
                continue
            try:
                handler(self, statement, scope)
            except RecursionError:
                self.forget(statement, scope)
            except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError, AssertionError) as error:
                self.forget(statement, scope)
                self.notes.append((f"{scope.file}:{statement.lineno}", f"{UNREADABLE} ({type(error).__name__})"))

    def forget(self, statement: ast.stmt, scope: Scope) -> None:
        """Make unknown what a statement assigns that is too deep to be worked out."""
        for target in getattr(statement, "targets", None) or [getattr(statement, "target", None)]:
            if isinstance(target, ast.Name):
                self.bind(target.id, Value(), scope, statement.lineno)

    def perhaps(self, body: list[ast.stmt], scope: Scope, reason: str) -> None:
        """Work out statements that may or may not be run."""
        with self.doubt(reason, undecided=True):
            try:
                self.block(body, scope)
            except Returned as returned:
                scope.returned.append(returned.value)
            except (Raised, LoopEnd):
                pass


T = TypeVar("T")
# What works out an expression (to a Value) or a statement of one kind.
Handler = Callable[[State, Any, Scope], T]
# What stands in for a function outside the project.
External = Callable[[State, Arguments], Value]
