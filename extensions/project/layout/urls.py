"""The path of a project's site that a health check asks for, read from its URLconf.

https://docs.djangoproject.com/en/stable/topics/http/urls/
"""

import ast
import copy
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ..findings import Certainty, Found, unread
from ..importer import Importer, guesses
from ..literals import constant, last_name, statements
from ..settings.record import DjangoSettings
from ..settings.setting import Settings
from ..tree import Tree
from .record import Layout

# Names of health checks, those that most surely only say that the process lives first.
NAMES = [
    "livez",
    "live",
    "liveness",
    "alive",
    "is_alive",
    "healthz",
    "health",
    "healthcheck",
    "health_check",
    "health-check",
    "healthchecks",
    "healthy",
    "_health",
    "_healthz",
    "__lbheartbeat__",
    "lbheartbeat",
    "heartbeat",
    "_ping",
    "ping",
    "up",
    "_status",
    "status",
    "ht",
    "readyz",
    "ready",
    "readiness",
]
AMBIGUOUS = frozenset(("live", "up", "ping", "ready"))  # may be pages of the site's own further down
MAX_MODULES = 60
MAX_DEPTH = 4  # of URLconfs that include others
MAX_ROUTES = 2_000

# What URLconfs and views of packages answer: "root" a page, "checks" a test of every service (500 while one is down),
# "alive" that the process lives. Others are not known, and answer nothing that could be counted on.
PACKAGES = {
    "wagtail.urls": "root",
    "wagtail.core.urls": "root",
    "wagtail.wagtailcore.urls": "root",
    "cms.urls": "root",
    "mezzanine.urls": "root",
    "puput.urls": "root",
    "health_check.urls": "checks",  # https://codingjoe.dev/django-health-check/
    "watchman.urls": "checks",  # https://django-watchman.readthedocs.io
    "watchman.views.bare_status": "alive",
    "watchman.views.ping": "alive",
    "django_alive.views.alive": "alive",
}
INCLUDED = {  # paths of packages' URLconfs that answer whatever else is down
    "django_alive.urls": "alive/",  # https://github.com/lincolnloop/django-alive
    "watchman.urls": "ping/",
    "wagtail.admin.urls": "login/",
    "wagtail.wagtailadmin.urls": "login/",
}
MIDDLEWARE = {  # https://python-dockerflow.readthedocs.io/en/main/django.html, django-easy-health-check
    "dockerflow.django.middleware.DockerflowMiddleware": "/__lbheartbeat__",
    "easy_health_check.middleware.HealthCheckMiddleware": "/healthcheck/",
}


@dataclass(frozen=True)
class Route:
    """A path without parameters, and what answers there: a page, "admin", or one of PACKAGES's kinds.

    `usable` tells whether the view lets an anonymous visitor in, and does without what else may be down: it is asked
    of few routes only, since it reads the module of the view. `view` is the view as it is written.
    """

    path: str
    source: str
    kind: str = "page"
    usable: Callable[[], bool] = lambda: True
    view: str = ""


@dataclass(frozen=True)
class Pages:
    """The pages of the site that need no login. Paths are as Gunicorn is asked for them."""

    health_path: Found[str] = unread("")  # of a health check that needs no other service, else of any page
    home_page: Found[bool] = unread(False)  # whether something answers at /


def read_pages(tree: Tree, evaluated: Settings | None, layout: Layout, settings: DjangoSettings) -> Pages:
    """Return which page tells that the site runs, and whether there is a home page.

    Their paths are without FORCE_SCRIPT_NAME, which Django only adds to what it prints.
    """
    reader = _Reader(tree, evaluated, layout)
    path = reader.file(settings.root_urlconf.value)
    routes = list(reader.routes(path, "/", MAX_DEPTH)) if path else []
    for name in settings.middleware.value:
        if name in MIDDLEWARE:
            health = Found(MIDDLEWARE[name], settings.middleware.source, Certainty.INFERRED, f"{name} answers it.")
            return Pages(health, _home_page(routes))
    return Pages(_health_path(routes), _home_page(routes))


def _home_page(routes: list[Route]) -> Found[bool]:
    found = next((route for route in routes if route.path == "/" and route.kind != "checks"), None)
    certainty = Certainty.INFERRED if found else Certainty.ASSUMED
    return Found(found is not None, found.source if found else "", certainty)


def _health_path(routes: list[Route]) -> Found[str]:
    checks = [route for route in routes if route.kind == "checks"]
    note = f"{checks[0].path} is not asked: it fails while any service is down." if checks else ""
    plain = [route for route in routes if route.kind in ("page", "alive")]
    ranked = [(rank, route) for route in plain if (rank := _rank(route)) is not None]
    named = [route for _, route in sorted(ranked, key=lambda item: item[0])]
    roots = [route for route in routes if route.path == "/" and route.kind in ("page", "root")]
    admin = [route for route in routes if route.kind == "admin"]
    others = [route for route in plain if route.path != "/" and "logout" not in route.path]
    for route in (*named, *roots, *admin, *others):
        if route.usable():
            certainty = Certainty.STATED if route in named else Certainty.INFERRED
            return Found(route.path, route.source, certainty, note)
    note = note or "No path without parameters was found in the URLconf."
    return Found("/", "", Certainty.ASSUMED, note)


def _rank(route: Route) -> tuple[int, int] | None:
    """Return how well a path suits a health check, the lower the better; None if its name is not one's."""
    parts = [part.removesuffix(".json") for part in route.path.strip("/").lower().split("/")]
    if len(parts) > 3 or (parts[-1] in AMBIGUOUS and len(parts) > 2 and "health" not in route.path):
        return None
    if parts[-1] == "status" and not re.search(r"health|alive|ping", f"{route.path} {route.view}".lower()):
        return None  # a page of the site's own, as likely as not
    known = [NAMES.index(part) for part in (parts[-1], f"{parts[-1]}_check") if part in NAMES]
    return (known[0], len(parts)) if known else None


class _Reader:
    """Follows URLconfs from one file to the next."""

    def __init__(self, tree: Tree, settings: Settings | None, layout: Layout):
        self.tree, self.settings, self.base = tree, settings, layout.base
        self.importer = Importer(tree, layout.base, layout.import_root)
        self.modules = 0
        self.count = 0

    def routes(self, path: str, prefix: str, depth: int) -> Iterator[Route]:
        """Yield the paths of the URLconf in a file, those of the URLconfs that it includes too."""
        module = self.tree.python(path)
        self.modules += 1
        if module is None or depth <= 0 or self.modules > MAX_MODULES:
            return
        yield from _Module(self, path, module, depth).routes(prefix)

    def file(self, dotted: str, importing: str = "") -> str:
        """Return the project's file of a module, "" if it is not the project's.

        `importing` is the file in which a name with dots before it is.
        """
        name = dotted.lstrip(".")
        level = len(dotted) - len(name)
        module = self.importer.find(name, importing, level)
        if level or (module and module.file):
            return module.file if module else ""
        return next((guess.file for guess, _ in guesses(self.tree, dotted, self.base) if guess.file), "")

    def setting(self, name: str) -> object:
        """Return a setting's value, None if it is not known."""
        return self.settings.value(name) if self.settings else None

    @property
    def guarded(self) -> bool:
        """Return whether Django REST framework's views ask for a login, where they do not say otherwise."""
        framework = self.setting("REST_FRAMEWORK")
        classes = framework.get("DEFAULT_PERMISSION_CLASSES") if isinstance(framework, dict) else None
        named = [item for item in classes if isinstance(item, str)] if isinstance(classes, (list, tuple)) else []
        return any(not name.endswith(("AllowAny", "ReadOnly")) for name in named)


class _Earlier(ast.NodeTransformer):
    """Puts what a name stands for so far into an expression that uses it: `urlpatterns = [x, *urlpatterns]`."""

    def __init__(self, name: str, values: list[ast.expr]):
        self.name, self.values = name, values

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return ast.List([ast.Starred(value) for value in self.values]) if node.id == self.name else node


class _Module:
    """One URLconf's module: its names, and the paths that its urlpatterns have."""

    def __init__(self, reader: _Reader, path: str, module: ast.Module, depth: int):
        self.reader, self.path, self.module, self.depth = reader, path, module, depth
        self.names: dict[str, list[ast.expr]] = {}
        self.imported: dict[str, str] = {}  # dotted, with leading dots for the project's own
        for statement in self._taken(module.body):
            self._note(statement)

    def routes(self, prefix: str) -> Iterator[Route]:
        for expression in self.names.get("urlpatterns", ()):
            yield from self.patterns(expression, prefix, 8)

    def _taken(self, body: list[ast.stmt]) -> Iterator[ast.stmt]:
        """Yield the statements that are run in production; those on a condition that is not known are not."""
        for statement in body:
            if isinstance(statement, ast.If):
                truth = self.truth(statement.test)
                if truth is not None:
                    yield from self._taken(statement.body if truth else statement.orelse)
            elif isinstance(statement, ast.Try | ast.With):
                yield from self._taken(statement.body)
            else:
                yield statement

    def _note(self, statement: ast.stmt) -> None:
        if isinstance(statement, ast.Assign | ast.AnnAssign) and statement.value is not None:
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            for target in targets:
                if isinstance(target, ast.Name):
                    earlier = _Earlier(target.id, self.names.get(target.id, []))
                    self.names[target.id] = [earlier.visit(copy.deepcopy(statement.value))]
        elif isinstance(statement, ast.AugAssign) and isinstance(statement.target, ast.Name):
            before = self.names.setdefault(statement.target.id, [])
            before.append(_Earlier(statement.target.id, [*before]).visit(copy.deepcopy(statement.value)))
        elif isinstance(statement, ast.Expr) and isinstance(call := statement.value, ast.Call):
            if isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Name) and call.args:
                if call.func.attr == "append":
                    self.names.setdefault(call.func.value.id, []).append(ast.List([call.args[0]]))
                elif call.func.attr in ("extend", "insert"):
                    last = call.args[-1]
                    added = last if call.func.attr == "extend" else ast.List([last])
                    self.names.setdefault(call.func.value.id, []).append(added)
        elif isinstance(statement, ast.Import):
            self.imported |= {alias.asname or alias.name: alias.name for alias in statement.names}
        elif isinstance(statement, ast.ImportFrom):
            source = "." * statement.level + (statement.module or "")
            dot = "" if source.endswith(".") or not source else "."
            self.imported |= {alias.asname or alias.name: f"{source}{dot}{alias.name}" for alias in statement.names}

    def truth(self, test: ast.expr) -> bool | None:
        """Return whether a condition on settings holds in production, None if that is not known."""
        if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
            inner = self.truth(test.operand)
            return None if inner is None else not inner
        if isinstance(test, ast.BoolOp):
            known = [self.truth(value) for value in test.values]
            decides = isinstance(test.op, ast.Or)
            return decides if decides in known else None if None in known else not decides
        if isinstance(test, ast.Compare) and len(test.ops) == 1 and isinstance(test.ops[0], ast.In | ast.NotIn):
            container = self.setting(test.comparators[0])
            item = constant(test.left)
            if item is None or not isinstance(container, (list, tuple)):
                return None
            return (item in container) == isinstance(test.ops[0], ast.In)
        if "DEBUG" in (last_name(test), *(map(constant, test.args) if isinstance(test, ast.Call) else ())):
            return False
        value = self.setting(test)
        return value if isinstance(value, bool) else None

    def setting(self, node: ast.expr) -> object:
        """Return the value of `settings.NAME` or `getattr(settings, "NAME", default)`, None if it is not known."""
        if isinstance(node, ast.Attribute) and last_name(node.value) == "settings":
            return self.reader.setting(node.attr)
        if not isinstance(node, ast.Call) or last_name(node.func) != "getattr" or len(node.args) < 2:
            return None
        if last_name(node.args[0]) != "settings" or not (name := constant(node.args[1])):
            return None
        value = self.reader.setting(name)
        default = node.args[2] if len(node.args) > 2 else None
        return default.value if value is None and isinstance(default, ast.Constant) else value

    def patterns(self, node: ast.expr, prefix: str, depth: int) -> Iterator[Route]:
        """Yield the paths that an expression's patterns have."""
        if depth <= 0 or self.reader.count > MAX_ROUTES:
            return
        if isinstance(node, ast.List | ast.Tuple):
            for item in node.elts:
                yield from self.patterns(item, prefix, depth)
        elif isinstance(node, ast.Starred):
            yield from self.patterns(node.value, prefix, depth - 1)
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            yield from self.patterns(node.left, prefix, depth)
            yield from self.patterns(node.right, prefix, depth)
        elif isinstance(node, ast.IfExp) and (truth := self.truth(node.test)) is not None:
            yield from self.patterns(node.body if truth else node.orelse, prefix, depth - 1)
        elif isinstance(node, ast.Name):
            for expression in self.names.get(node.id, ()):
                yield from self.patterns(expression, prefix, depth - 1)
        elif isinstance(node, ast.Attribute) and node.attr == "urls":
            yield from self.mounted(node, prefix)
        elif isinstance(node, ast.Call):
            yield from self.called(node, prefix, depth)

    def called(self, node: ast.Call, prefix: str, depth: int) -> Iterator[Route]:
        """Yield the path of a route, or the paths that a function has among its arguments."""
        name = last_name(node.func)
        if name in ("path", "re_path", "url", "django_url"):
            yield from self.route(node, prefix, name != "path", depth)
        elif name in ("i18n_patterns", "format_suffix_patterns", "patterns", "list", "required", "decorate"):
            for argument in node.args:
                yield from self.patterns(argument, prefix, depth - 1)

    def route(self, node: ast.Call, prefix: str, regular: bool, depth: int) -> Iterator[Route]:
        """Yield the path of one `path()` or `re_path()`, or what it includes."""
        self.reader.count += 1
        arguments = {keyword.arg: keyword.value for keyword in node.keywords}
        pattern = node.args[0] if node.args else arguments.get("route", arguments.get("regex"))
        target = node.args[1] if len(node.args) > 1 else arguments.get("view")
        text = self.text(pattern)
        if text is None or target is None:
            return
        source = f"{self.path}:{node.lineno}"
        is_include = isinstance(target, ast.Call) and last_name(target.func) in ("include", "decorator_include")
        literal = _literal(text) if regular else (None if "<" in text else text)
        if literal is None:
            if not is_include and prefix == "/" and _matches_nothing(text):
                yield Route("/", source, usable=lambda: self.usable(target))
            return
        path = (prefix + literal).replace("//", "/")
        if is_include:
            assert isinstance(target, ast.Call)
            for argument in target.args[-1:] if last_name(target.func) == "decorator_include" else target.args[:1]:
                yield from self.include(argument, path, source, depth)
        elif isinstance(target, ast.Attribute) and target.attr == "urls":
            yield from self.mounted(target, path, source)
        else:
            owner = target.func if isinstance(target, ast.Call) else target
            view = ast.unparse(owner)
            yield Route(path, source, self.kind(target), lambda: self.usable(target), view)

    def mounted(self, node: ast.Attribute, prefix: str, source: str = "") -> Iterator[Route]:
        """Yield what `admin.site.urls` and a router's `urls` have at `prefix`."""
        source = source or f"{self.path}:{node.lineno}"
        owner = last_name(node.value)
        router = next(
            (last_name(value.func) for value in self.names.get(owner, ()) if isinstance(value, ast.Call)), ""
        )
        if owner.lower().endswith(("admin", "site")):
            yield Route(f"{prefix.rstrip('/')}/login/", source, "admin")
        elif router == "DefaultRouter":  # https://www.django-rest-framework.org/api-guide/routers/#defaultrouter
            yield Route(prefix, source, "page", lambda: not self.reader.guarded)

    def include(self, node: ast.expr, prefix: str, source: str, depth: int) -> Iterator[Route]:
        """Yield the paths of what `include()` is given: a module's name, a module, a list, or one with a namespace."""
        if isinstance(node, ast.Tuple) and node.elts:
            node = node.elts[0]
        dotted = constant(node) or self.dotted(node)
        known = dotted in PACKAGES or dotted in INCLUDED or self.file(dotted) != ""
        if isinstance(node, ast.Attribute) and node.attr == "urls" and not known:
            yield from self.mounted(node, prefix, source)
        elif not dotted:
            yield from self.patterns(node, prefix, depth - 1)
        elif path := self.file(dotted):
            yield from self.reader.routes(path, prefix, self.depth - 1)
        else:
            if dotted in PACKAGES:
                yield Route(prefix, source, PACKAGES[dotted])
            if dotted in INCLUDED:
                kind = "admin" if "admin" in dotted else "alive"
                yield Route(f"{prefix.rstrip('/')}/{INCLUDED[dotted]}", source, kind)

    def dotted(self, node: ast.expr) -> str:
        """Return the full name of what is imported, "" for what is not."""
        names: list[str] = []
        while isinstance(node, ast.Attribute):
            names.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name) or node.id in self.names:
            return ""
        written = ".".join([node.id, *reversed(names)])
        start = self.imported.get(node.id)
        if start is None:
            return written if any(name.startswith(f"{node.id}.") for name in self.imported) else ""
        return ".".join([start, *reversed(names)])

    def file(self, dotted: str) -> str:
        """Return the project's file of a module, "" if it is not the project's."""
        return self.reader.file(dotted, self.path)

    def kind(self, target: ast.expr) -> str:
        """Return what a view does, as far as its package tells."""
        if isinstance(target, ast.Call):
            if last_name(target.func) != "as_view":
                return self.kind(target.args[0]) if target.args else "page"
            target = target.func.value if isinstance(target.func, ast.Attribute) else target
        dotted = constant(target) or self.dotted(target)
        if dotted in PACKAGES:
            return PACKAGES[dotted]
        return "checks" if dotted.startswith(("health_check.", "watchman.", "django_alive.")) else "page"

    def usable(self, target: ast.expr) -> bool:
        """Return whether a view seems to answer anybody, whatever else is down."""
        if isinstance(target, ast.Call):
            if last_name(target.func) != "as_view":
                return self.usable(target.args[0]) if target.args else True
            target = target.func.value if isinstance(target.func, ast.Attribute) else target
        definition = self.definition(target)
        if definition is None:
            return True
        text = ast.unparse(definition)
        framework = "api_view" in text or any(
            last_name(base).endswith(("APIView", "ViewSet")) for base in getattr(definition, "bases", ())
        )
        if framework and self.reader.guarded and "permission_classes" not in text:
            return False
        return "celery" not in text.lower() and "require_POST" not in text

    def definition(self, target: ast.expr) -> ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | None:
        """Return the function or class of a view, None if it is not plainly in the project."""
        dotted = constant(target) or self.dotted(target)
        module: ast.Module | None = self.module
        name = last_name(target)
        if dotted:
            owner, _, name = dotted.rpartition(".")
            if dotted.startswith(".") and not owner.strip("."):
                owner = dotted[: len(dotted) - len(dotted.lstrip("."))]
            path = self.file(owner)
            module = self.reader.tree.python(path) if path else None
        for statement in statements(module):
            if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and statement.name == name:
                return statement
        return None

    def text(self, node: ast.expr | None, depth: int = 6) -> str | None:
        """Return the text of a route, None if it is not known."""
        if node is None or depth <= 0:
            return None
        if (text := constant(node)) is not None:
            return text
        if isinstance(node, ast.Name):
            values = self.names.get(node.id, [])
            return self.text(values[-1], depth - 1) if values else None
        if isinstance(node, ast.JoinedStr):
            parts = [
                self.text(part.value if isinstance(part, ast.FormattedValue) else part, depth - 1)
                for part in node.values
            ]
            return None if None in parts else "".join(part or "" for part in parts)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            left, right = self.text(node.left, depth - 1), self.text(node.right, depth - 1)
            return None if left is None or right is None else left + right
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr.endswith("strip"):
            inner = self.text(node.func.value, depth - 1)
            return None if inner is None else inner.strip("/") if node.func.attr == "strip" else inner.lstrip("/")
        if isinstance(node, ast.Call) and last_name(node.func) in ("_", "gettext", "gettext_lazy", "pgettext_lazy"):
            return self.text(node.args[-1], depth - 1) if node.args else None
        value = self.setting(node)
        return value if isinstance(value, str) else None


def _literal(pattern: str) -> str | None:
    """Return the one path that a regular expression plainly matches, None if there are many."""
    text = pattern.removeprefix("^")
    for ending in ("\\Z", "$"):
        text = text.removesuffix(ending)
    for ending in ("/?", "/*", "(?:/)?"):
        if text.endswith(ending):
            text = text.removesuffix(ending) + "/"
    text = re.sub(r"\\([./_-])", r"\1", text)
    return None if re.search(r"[\\()\[\]{}*+?|^$<>]", text) else text


def _matches_nothing(pattern: str) -> bool:
    """Return whether a regular expression, or a route with "<", matches the empty path, as a catch-all does."""
    if "<" in pattern and "(?" not in pattern:
        return False
    try:
        return len(pattern) < 500 and re.search(pattern, "") is not None
    except (re.error, RecursionError, OverflowError):
        return False
