"""What the project's own routers say of its further databases: the apps whose migrations run there.

https://docs.djangoproject.com/en/stable/topics/db/multi-db/#allow_migrate
"""

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence

from ..findings import Certainty, Found
from ..importer import Importer
from ..tree import Tree

DECIDES = "allow_migrate"


def routed(
    tree: Tree, importer: Importer, routers: Found[Sequence[str]], apps: Iterable[str], aliases: Iterable[str]
) -> Found[Mapping[str, Sequence[str]]]:
    """Return the databases that routers name, each with the apps that these let in; none where they refuse all.

    Other apps than those that a router names may be let in as well, but nothing looks for their tables there.
    """
    found: dict[str, list[str]] = {}
    labels = {app.partition(".apps.")[0].rpartition(".")[2]: app.partition(".apps.")[0] for app in apps}
    for router in routers.value:
        place, _, name = router.rpartition(".")
        scopes: list[ast.AST] = [*_modules(tree, importer, place)]
        own = [node for scope in scopes[:1] for node in ast.walk(scope) if getattr(node, "name", "") == name]
        rules = next((rules for scope in (*own, *scopes) if (rules := _rules(scope))), [])
        named = [alias for alias in _named((*own, *scopes[:1]), aliases) if alias != "default"]
        apps_here = _named((*own, *scopes[:1]), labels)
        migrated = [label for label in apps_here if _has_migrations(tree, importer, labels[label])]
        for alias in named if rules else ():
            refused = any(_refuses(rule, alias) for rule in rules)
            if migrated or refused:
                found.setdefault(alias, []).extend([] if refused else migrated)
    return Found(found, routers.source if found else "", Certainty.INFERRED)


def _named(scopes: Iterable[ast.AST], texts: Iterable[str]) -> list[str]:
    """Return those of the texts that stand in the first of the scopes with any of them: a class, or its module."""
    for scope in scopes:
        constants = {node.value for node in ast.walk(scope) if isinstance(node, ast.Constant)}
        if found := [text for text in texts if text in constants]:
            return found
    return []


def _has_migrations(tree: Tree, importer: Importer, app: str) -> bool:
    """Return whether an app of the project has migrations: without, `migrate` refuses its name."""
    package = importer.find(f"{app}.migrations")
    folders = tuple(f"{folder}/" for folder in package.folders) if package else ()
    return any(path.startswith(folders) and path.endswith(".py") and "/__" not in path for path in tree.paths)


def _modules(tree: Tree, importer: Importer, dotted: str) -> Iterator[ast.Module]:
    """Yield a module of the project, and what it imports names from: a router's base class may be there."""
    module = importer.find(dotted)
    parsed = tree.python(module.file) if module and module.file else None
    if module is None or parsed is None:
        return
    yield parsed
    for node in parsed.body:
        other = importer.find(node.module or "", module.file, node.level) if isinstance(node, ast.ImportFrom) else None
        if other and other.file and (base := tree.python(other.file)):
            yield base


def _rules(scope: ast.AST) -> list[ast.FunctionDef]:
    return [node for node in ast.walk(scope) if isinstance(node, ast.FunctionDef) and node.name == DECIDES]


def _refuses(rule: ast.FunctionDef, alias: str) -> bool:
    """Return whether a rule is False for all, or where the database is this one."""
    if _is_false(rule.body[-1]) and not any(isinstance(node, (ast.If, ast.IfExp)) for node in ast.walk(rule)):
        return True
    for node in ast.walk(rule):
        result = node.body[0] if isinstance(node, ast.If) else node.body if isinstance(node, ast.IfExp) else None
        if isinstance(node, (ast.If, ast.IfExp)) and result and _is_false(result) and _is_for(node.test, alias):
            return True
    return False


def _is_false(node: ast.AST) -> bool:
    value = node.value if isinstance(node, ast.Return) else node
    return isinstance(value, ast.Constant) and value.value is False


def _is_for(test: ast.expr, alias: str) -> bool:
    """Return whether a condition compares something with the alias, and is met where it is that."""
    if not (isinstance(test, ast.Compare) and isinstance(test.ops[0], (ast.Eq, ast.In))):
        return False
    return any(isinstance(node, ast.Constant) and node.value == alias for node in ast.walk(test))
