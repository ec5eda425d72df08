"""The settings module that production uses, its file, and the variable that selects it."""

import ast
import posixpath
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from ..data import mapping, text_of
from ..deployment.commands import environment_of
from ..findings import Certainty, Found, unread
from ..importer import find
from ..lines import at
from ..literals import (
    CONFIGURATION,
    SETTINGS,
    Text,
    Variable,
    assigned_variable,
    assignments,
    constant,
    environment_read,
    last_name,
    texts,
)
from ..named_aside import is_template
from ..places import PRODUCTION, example_of, folder, is_aside, join, mentions, own, words
from ..tree import Tree
from .modules import (
    DEPLOYED,
    FOR_PRODUCTION,
    LIKELY,
    NOT_PRODUCTION,
    entry_points,
    is_not_production,
    locate,
    only_sets_settings,
    package_root,
)
from .record import Layout, Selector

WEAK = 6  # the rank from which on a naming may be that of a person's own machine
DOUBTFUL = 8  # and from which on it is that of tests or of development
GENERAL = frozenset(["base", "common", "default", "defaults"])


@dataclass(frozen=True)
class Naming:
    """A place that names a settings module; `rank` is lower where production is likelier to obey it."""

    rank: int
    module: str
    source: str
    variable: Variable | None = None  # that a part of the name is read from


def read_settings_module(tree: Tree, layout: Layout) -> Layout:
    """Return the layout with production's settings module, where it is, and what selects it."""
    manage, base = layout.manage_py.value, layout.base
    namings = sorted(_namings(tree, manage), key=lambda naming: naming.rank)
    located = {naming.module: locate(tree, naming.module, base) for naming in namings}
    known = [naming for naming in namings if located[naming.module]]
    within = [naming for naming in known if (located[naming.module] or ("",))[0].startswith(f"{base}/")]
    if base != "." and any(naming.rank < DOUBTFUL for naming in within):
        known = within  # others are of another project beside this one
    good = [naming for naming in known if naming.rank < DOUBTFUL and not is_not_production(naming.module)]
    strong = [naming for naming in good if naming.rank < WEAK]
    if not strong and known and is_not_production(known[0].module):
        place = located[known[0].module]
        assert place  # it is known
        stem = (_sibling(tree, known[0].module, place[0]) or ("",))[0].rpartition(".")[2]
        strong = known[:1] if stem and not words(stem).isdisjoint((*PRODUCTION, "deploy")) else []
    if not strong and (written := _from_example(tree, namings, base)).value:
        return replace(read_settings_module(tree, layout), settings_example=written)
    naming = next(iter(strong or good or known), None)
    if naming is None:
        return _settings_by_name(tree, layout, base, namings)
    path, root = located[naming.module] or ("", "")
    module, certainty, notes = naming.module, Certainty.STATED, []
    missing = [other.module for other in namings if not located[other.module] and other.rank <= naming.rank]
    if missing:
        notes.append(f"{missing[0]} is named first, but is not in the project.")
    better = _sibling(tree, module, path)
    if better:
        module, path = better
        notes.append(f"{naming.source} names {naming.module}; {module} is in the project too.")
        certainty = Certainty.INFERRED
        if rest := _others_beside(tree, path, module):
            notes.append(f"Beside it: {', '.join(rest)}.")
    elif is_not_production(module):
        notes.append("It looks like a module for development or tests, and there is none for production.")
        certainty = Certainty.INFERRED
    disagree = sorted({other.module for other in good} - {module, naming.module})
    if disagree:
        notes.append(f"Others name {', '.join(disagree[:3])}.")
    layout = replace(
        layout,
        settings_module=Found(module, naming.source, certainty, " ".join(notes)),
        settings_file=Found(path, path, certainty),
        python_path=Found(root, path, Certainty.INFERRED),
        settings_variable=_variable(tree, naming, module, path, manage, certainty),
    )
    if fixed := _fixed_in(tree, manage, module):
        layout = replace(layout, settings_fixed=Found(True, fixed))
    return _with_configuration(tree, layout, path, manage)


def _namings(tree: Tree, manage: str) -> Iterator[Naming]:
    for order, name in ((3, "wsgi"), (4, "asgi")):
        for path in entry_points(tree, name)[:6]:
            yield from _in_python(tree, path, order)
    if manage:
        yield from _in_python(tree, manage, 5)
    ranks = {"dockerfile": 1, "compose": WEAK}
    for value, source, origin in environment_of(tree, SETTINGS):
        path = source.rpartition(":")[0]
        if re.fullmatch(r"[\w.]+", value):
            development = mentions(path, NOT_PRODUCTION)
            rank = ranks.get(origin, 2)
            if mentions(value, PRODUCTION):
                rank = min(rank, 2)  # Compose overrides what an entry point has as its default
            yield Naming(DOUBTFUL if development else rank, value, source)
    yield from _in_text_files(tree)
    yield from _in_test_settings(tree)


def _in_python(tree: Tree, path: str, rank: int) -> Iterator[Naming]:
    module = tree.python(path)
    if module is None:
        return
    names = assignments(module)
    for node in ast.walk(module):
        named = assigned_variable(node, SETTINGS)
        if named is None or not isinstance(node, ast.Call | ast.Assign):
            continue
        value, hard = named
        for text in texts(value, names):
            yield from _resolve(tree, text, path, node.lineno, 0 if hard and rank < 5 else rank)


def _fixed_in(tree: Tree, manage: str, settings: str) -> str:
    """Return where code sets the variable no matter what was set before; "" for nowhere.

    What only does that and makes the application isn't served: see `read_interface`.
    """
    wsgi = [path for path in entry_points(tree, "wsgi")[:6] if not only_sets_settings(tree, path, settings, manage)]
    for path in (*wsgi, *entry_points(tree, "asgi")[:6], manage):
        module = tree.python(path) if path else None
        nodes = list(ast.walk(module)) if module else []
        on_commands = [node for node in nodes if isinstance(node, ast.If) and "sys.argv" in ast.unparse(node.test)]
        of_commands = {inner for node in on_commands for inner in ast.walk(node)}  # as where tests have settings
        for node in nodes:
            named = assigned_variable(node, SETTINGS)
            if named and named[1] and node not in of_commands:
                return f"{path}:{getattr(node, 'lineno', 1)}"
    return ""


def _resolve(tree: Tree, text: Text, path: str, line: int, rank: int) -> Iterator[Naming]:
    variables = [part for part in text if isinstance(part, Variable)]
    source = f"{path}:{line}"
    if not variables:
        yield Naming(rank, "".join(part for part in text if isinstance(part, str)), source)
    elif len(variables) == 1:
        variable = variables[0]
        if len(text) == 1 and variable.name == SETTINGS:
            yield Naming(rank or 3, variable.default, source)
            return
        if variable.default:
            yield Naming(rank, _filled(text, variable.default), source, variable)
        if len(text) > 1:
            for word in FOR_PRODUCTION:
                if locate(tree, _filled(text, word), folder(path)):
                    yield Naming(rank, _filled(text, word), source, Variable(variable.name, word))


def _filled(text: Text, value: str) -> str:
    return "".join(part if isinstance(part, str) else value for part in text)


def _in_text_files(tree: Tree) -> Iterator[Naming]:
    pattern = re.compile(rf"\b{SETTINGS}\b[\"']?\s*[:=]\s*[\"']?([A-Za-z_][\w.]*)")
    for path, size in tree.paths.items():
        name = path.rpartition("/")[2].lower()
        workflow = path.startswith(".github/workflows/") or name in (".gitlab-ci.yml", ".travis.yml")
        dotenv = name.startswith((".env", "env.", "example.env")) or name.endswith(".env")
        uwsgi = "uwsgi" in name and name.endswith((".ini", ".conf", ".yaml", ".yml"))
        script = (
            uwsgi
            or name in ("justfile", "makefile", "app.yaml", "gunicorn.conf.py")
            or (name.endswith(".sh") and not is_aside(tree, path))
        )
        if (workflow or dotenv or script) and size < 200_000 and not is_template(path):
            development = mentions(path, NOT_PRODUCTION)
            server = uwsgi or name == "gunicorn.conf.py"
            rank = 9 if workflow else DOUBTFUL if development else 2 if server else 7
            if dotenv and name not in (".env", ".env.example", "env.example", ".env.production", ".env.prod"):
                rank = DOUBTFUL
            for number, line in enumerate((tree.text(path) or "").split("\n"), 1):
                if not line.lstrip().startswith("#") and (match := pattern.search(line)):
                    yield Naming(rank, match[1], f"{path}:{number}")


def _in_test_settings(tree: Tree) -> Iterator[Naming]:
    for path in own(tree, "pyproject.toml")[:2]:
        options = mapping(tree.toml(path), "tool", "pytest", "ini_options")
        if module := text_of(options.get(SETTINGS)):
            yield Naming(10, module, at(tree, path, SETTINGS))
        stubs = mapping(tree.toml(path), "tool", "django-stubs")
        if module := text_of(stubs.get("django_settings_module")):
            yield Naming(10, module, at(tree, path, "django_settings_module"))
    for path in own(tree, "setup.cfg", "pytest.ini", "tox.ini")[:4]:
        parser = tree.ini(path)
        for section in parser.sections():
            if module := parser.get(section, SETTINGS, fallback=""):
                yield Naming(10, module.partition(" ")[0], at(tree, path, SETTINGS))


def _sibling(tree: Tree, module: str, path: str) -> tuple[str, str] | None:
    """Return the module beside this one that production is likelier to use, and its file; None to keep this one."""
    stem = module.rpartition(".")[2]
    if path.endswith("/__init__.py") or not path.endswith(".py"):
        if path.endswith(".py") and _has_settings(tree, path):
            return None
        inner = path.removesuffix("/__init__.py")
        return _first(tree, [f"{module}.{word}" for word in LIKELY], inner)
    general = not words(stem).isdisjoint(GENERAL) or stem in GENERAL
    if not general and not is_not_production(module):
        return None
    parent = module.rpartition(".")[0]
    tokens = re.split(r"_", stem)
    candidates = []
    for word in DEPLOYED if general else LIKELY:
        replaced = "_".join(word if token in NOT_PRODUCTION | GENERAL else token for token in tokens)
        candidates.append(replaced)
    if not general and len(tokens) > 1:
        candidates.append("_".join(token for token in tokens if token not in NOT_PRODUCTION))
    dotted = [f"{parent}.{name}" if parent else name for name in candidates if name and name != stem]
    found = _first(tree, dotted, folder(path))
    if not found or not words(found[0].rpartition(".")[2]).isdisjoint(GENERAL):
        found = _said_to_be_production(tree, path, parent) or found
    if found or general:
        return found
    package = join(folder(path), "__init__.py")
    if parent and tree.exists(package) and _has_settings(tree, package):
        return parent, package
    return None


def _said_to_be_production(tree: Tree, path: str, parent: str) -> tuple[str, str] | None:
    """Return the one module beside settings that says in its docstring that production uses it, and its file."""
    found = []
    for other in tree.paths:
        name = other.rpartition("/")[2].removesuffix(".py")
        is_beside = name.isidentifier() and folder(other) == folder(path) and other.endswith(".py") and other != path
        if not is_beside or is_not_production(name) or name == "__init__" or not words(name).isdisjoint(GENERAL):
            continue
        module = tree.python(other)
        if module and re.search(r"\bproduction\b", (ast.get_docstring(module) or "").partition("\n")[0].lower()):
            found.append((f"{parent}.{name}" if parent else name, other))
    return found[0] if len(found) == 1 else None


def _others_beside(tree: Tree, path: str, module: str) -> list[str]:
    """Return the modules, not for development, beside a general one: production's may be among them."""
    stem = module.rpartition(".")[2]
    if words(stem).isdisjoint(GENERAL):
        return []
    inner = folder(path)
    names = [
        other.rpartition("/")[2].removesuffix(".py")
        for other in tree.paths
        if other.endswith(".py") and folder(other) == inner and other != path
    ]
    return [name for name in names if name.isidentifier() and name != "__init__" and not is_not_production(name)][:6]


def _first(tree: Tree, modules: Iterable[str], inner: str) -> tuple[str, str] | None:
    for module in modules:
        stem = module.rpartition(".")[2]
        if (found := find(tree, stem, [inner])) and found.file:
            return module, found.file
    return None


def _from_example(tree: Tree, namings: list[Naming], base: str) -> Found[str]:
    """Let the settings be read from their example, where production's are named and git leaves them out.

    Return its path, with the source of the name; "" for none.
    """
    naming = next((naming for naming in namings if naming.rank < WEAK), None)
    if naming is None or is_not_production(naming.module):
        return unread("")
    start = "" if base == "." else f"{base}/"
    path = f"{start}{naming.module.replace('.', '/')}.py"
    example = example_of(tree, path, anywhere=True)
    if not example or tree.exists(path) or not tree.has_folder(posixpath.dirname(path)):
        return unread("")
    tree.stand_in(path, example)
    return Found(example, naming.source)


# What brings settings from elsewhere: https://github.com/wemake-services/django-split-settings, dynaconf and others.
BRINGING = frozenset(("include", "exec", "import_module", "__import__", "globals", "vars", "locals", "setattr"))
OF_DJANGO = re.compile(r"^\s*(?:INSTALLED_APPS|ROOT_URLCONF|DATABASES|MIDDLEWARE|DEBUG)\b", re.MULTILINE)


def _has_settings(tree: Tree, path: str) -> bool:
    """Return whether the `__init__.py` of a package makes settings, rather than what its modules have in common."""
    module, text = tree.python(path), tree.text(path) or ""
    if module is None:
        return bool(text.strip())
    packages = {folder.rpartition("/")[2] for folder in tree.python_folders}
    used = {node.id for node in ast.walk(module) if isinstance(node, ast.Name)}
    called = {
        last_name(statement.value.func)
        for statement in module.body
        if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call)
    }
    for node in ast.walk(module):
        if isinstance(node, ast.ImportFrom):
            of_project = node.level or (node.module or "").partition(".")[0] in packages
            names = {alias.asname or alias.name for alias in node.names}
            # What functions of the module use, as a type, and functions that it passes on, are not settings.
            brought = not node.module or any(name[0].isupper() and name not in used for name in names)
            if "*" in names or (of_project and (brought or names & called)):
                return True
        elif isinstance(node, ast.ClassDef) or (isinstance(node, ast.Call) and last_name(node.func) in BRINGING):
            return True
    return "dynaconf" in text or OF_DJANGO.search(text) is not None


def _settings_by_name(tree: Tree, layout: Layout, base: str, namings: list[Naming]) -> Layout:
    """Fall back on a file named as settings are."""
    note = "No file of the project names its settings module."
    if namings:
        note = f"{namings[0].module} is named, but is not in the project."
    for path in own(tree, "settings.py", "production.py", "base.py", "__init__.py"):
        within = path.rpartition("/")[0].rpartition("/")[2]
        if path.endswith("/settings.py") or path == "settings.py" or within == "settings":
            if "INSTALLED_APPS" not in (tree.text(path) or ""):
                continue
            inner = folder(path.removesuffix("/__init__.py") if path.endswith("__init__.py") else path)
            root = base if inner == base else package_root(tree, inner)
            if root not in (base, ".") and inner.startswith(base + "/" if base != "." else ""):
                root = base
            relative = path if root == "." else path.removeprefix(f"{root}/")
            module = relative.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
            module, path = _sibling(tree, module, path) or (module, path)
            return replace(
                layout,
                settings_module=Found(module, path, Certainty.INFERRED, f"{note} It was found by its content."),
                settings_file=Found(path, path, Certainty.INFERRED),
                python_path=Found(root, path, Certainty.INFERRED),
                settings_variable=Found(Selector(SETTINGS, module), path, Certainty.INFERRED),
            )
    first = namings[0] if namings else None
    module = first.module if first else ""
    source = first.source if first else ""
    return replace(
        layout,
        settings_module=Found(module, source, Certainty.INFERRED if first else Certainty.ASSUMED, note),
        settings_file=Found("", "", Certainty.ASSUMED, note),
        python_path=Found(base, "", Certainty.ASSUMED),
        settings_variable=Found(Selector(SETTINGS, module), source, Certainty.ASSUMED),
    )


def _variable(
    tree: Tree, naming: Naming, module: str, path: str, manage: str, certainty: Certainty
) -> Found[Selector]:
    """Return the variable that makes the project use production's settings, and its value for that.

    `certainty` is that of the settings module.
    """
    if naming.variable and naming.variable.name != SETTINGS:
        name = naming.variable.name
        value = next((word for word in FOR_PRODUCTION if word in module.split(".")[-1]), naming.variable.default)
        return Found(Selector(name, value), naming.source)
    switch = _switch(tree, path) or _switch(tree, manage)
    if switch:
        variable, source = switch
        return Found(Selector(variable.name, variable.default), source, Certainty.INFERRED)
    return Found(Selector(SETTINGS, module), naming.source, certainty)


def _switch(tree: Tree, path: str) -> tuple[Variable, str] | None:
    """Return the variable that a module compares with "production" or the like, and the value compared with."""
    module = tree.python(path) if path else None
    if module is None:
        return None
    names = assignments(module)
    for node in ast.walk(module):
        if isinstance(node, ast.Compare) and len(node.comparators) == 1:
            sides = [node.left, node.comparators[0]]
            values = [value for side in sides for value in _values(side)]
            value = next((value for value in values if value.lower() in PRODUCTION), None)
            if value is None or not isinstance(node.ops[0], ast.Eq | ast.In | ast.NotEq | ast.Is):
                continue
            for side in sides:
                variable = environment_read(names.get(side.id, side) if isinstance(side, ast.Name) else side)
                if variable is None:
                    variable = next(
                        (text[0] for text in texts(side, names) if len(text) == 1 and isinstance(text[0], Variable)),
                        None,
                    )
                if variable:
                    return Variable(variable.name, value), f"{path}:{node.lineno}"
        elif isinstance(node, ast.Match):
            variable = environment_read(
                names.get(node.subject.id, node.subject) if isinstance(node.subject, ast.Name) else node.subject
            )
            for case in node.cases:
                if variable and isinstance(case.pattern, ast.MatchValue):
                    value = constant(case.pattern.value) or ""
                    if value.lower() in PRODUCTION:
                        return Variable(variable.name, value), f"{path}:{node.lineno}"
    return _joined_name(tree, path, names)


def _joined_name(tree: Tree, path: str, names: dict[str, ast.expr]) -> tuple[Variable, str] | None:
    """Return the variable that a settings package's __init__ makes a module's name from."""
    if not path.endswith("/__init__.py"):
        return None
    for node in ast.walk(tree.python(path) or ast.Module([], [])):
        if isinstance(node, ast.JoinedStr | ast.BinOp):
            for text in texts(node, names):
                variables = [part for part in text if isinstance(part, Variable)]
                if len(variables) == 1 and len(text) > 1:
                    for word in FOR_PRODUCTION:
                        if tree.exists(join(folder(path), f"{word}.py")):
                            return Variable(variables[0].name, word), f"{path}:{node.lineno}"
    return None


def _values(node: ast.expr) -> list[str]:
    elements = node.elts if isinstance(node, ast.Tuple | ast.List | ast.Set) else [node]
    return [value for element in elements if (value := constant(element)) is not None]


TRIALS = {"demo", "feature"}  # classes with production's settings, for other sites than production's


def _with_configuration(tree: Tree, layout: Layout, path: str, manage: str) -> Layout:
    """Return the layout with the class of django-configurations: https://django-configurations.readthedocs.io."""
    stated: list[tuple[str, str]] = []
    for entry in [*entry_points(tree, "wsgi"), *entry_points(tree, "asgi"), *([manage] if manage else [])]:
        module = tree.python(entry)
        if module is None or CONFIGURATION not in (tree.text(entry) or ""):
            continue
        for node in ast.walk(module):
            named = assigned_variable(node, CONFIGURATION)
            if named is None or not isinstance(node, ast.Call | ast.Assign):
                continue
            for text in texts(named[0], assignments(module)):
                if len(text) == 1:
                    part = text[0]
                    stated.append((part if isinstance(part, str) else part.default, f"{entry}:{node.lineno}"))
    stated = [(value, source) for value, source, _ in environment_of(tree, CONFIGURATION)] + stated
    classes = _configurations(tree, path)
    if not stated and not classes:
        return layout
    tests = _of_tests(tree, path)
    chosen = [
        (name, source)
        for name, source in stated
        if words(name).isdisjoint(NOT_PRODUCTION | TRIALS) and name and name not in tests
    ]
    there = _classes_or_imports(tree, path) if stated else {}
    for name, line in {**there, **classes}.items():
        if name.lower() in ("production", "prod", "live", "heroku"):
            chosen.append((name, f"{path}:{line}"))
    if chosen:
        certainty = Certainty.STATED if chosen[0] in stated else Certainty.INFERRED
        name, source = chosen[0]
        return replace(
            layout,
            configuration_class=Found(name, source, certainty),
            settings_variable=Found(Selector(CONFIGURATION, name), source, certainty),
        )
    name, source = stated[0] if stated else ("", path)
    note = "No class of django-configurations looks like production's."
    return replace(layout, configuration_class=Found(name, source, Certainty.ASSUMED, note))


def _configurations(tree: Tree, path: str) -> dict[str, int]:
    """Return the classes of a settings module that derive from Configuration, with their lines.

    By the names of their bases alone: the settings have not been worked out yet.
    """
    module = tree.python(path) if path.endswith(".py") else None
    found: dict[str, int] = {}
    for statement in module.body if module else []:
        if isinstance(statement, ast.ClassDef):
            bases = {last_name(base) for base in statement.bases}
            if "Configuration" in bases or bases & found.keys():
                found[statement.name] = statement.lineno
    return found


def _of_tests(tree: Tree, path: str) -> set[str]:
    """Return the classes of settings that are tests', or derive from such: as `ContinuousIntegration(Test)`."""
    module = tree.python(path) if path.endswith(".py") else None
    found: set[str] = set()
    for statement in module.body if module else []:
        if isinstance(statement, ast.ClassDef):
            named = mentions(statement.name, ("ci", "test", "tests", "testing"))
            if named or not found.isdisjoint(last_name(base) for base in statement.bases):
                found.add(statement.name)
    return found


def _classes_or_imports(tree: Tree, path: str) -> dict[str, int]:
    """Return the names of a module's classes, which may inherit from others' classes, and of what it imports."""
    module = tree.python(path) if path.endswith(".py") else None
    found: dict[str, int] = {}
    for statement in module.body if module else []:
        if isinstance(statement, ast.ImportFrom):
            found |= {alias.asname or alias.name: statement.lineno for alias in statement.names}
        elif isinstance(statement, ast.ClassDef):
            found[statement.name] = statement.lineno
    return found
