"""What a Django project's settings say, read from their text as a production server would find them.

Names and defaults are those of https://docs.djangoproject.com/en/stable/ref/settings/.
"""

import ast
import posixpath
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from ..evaluation.environment import described, production_value
from ..evaluation.evaluate import Evaluator
from ..evaluation.objects import Class, Instance, Names, Raised, Stop
from ..evaluation.values import (
    ROOT,
    UNKNOWN,
    Binding,
    Value,
    Variable,
    all_variables,
    plain,
    project_path,
    unknown_parts,
    words,
)
from ..findings import Certainty, Finding, Findings, Problem
from ..tree import Tree

PRODUCTION = {"DJANGO_ENV": "production"}
# Every process has these, or they choose the settings themselves: nobody sets them for the settings' sake.
GIVEN = words(
    "HOME PATH USER PWD LANG TERM SHELL HOSTNAME VIRTUAL_ENV PYTHONPATH DJANGO_SETTINGS_MODULE DJANGO_CONFIGURATION"
)
PLAIN_STORAGE = "django.contrib.staticfiles.storage.StaticFilesStorage"
FILE_STORAGE = "django.core.files.storage.FileSystemStorage"
MAX_BASES = 12  # classes looked at to tell what a storage is


@dataclass(frozen=True)
class Setting:
    """A setting's value (UNKNOWN where it cannot be known), where it was last set, and how sure that is."""

    name: str
    value: Any
    source: str
    certainty: Certainty
    variables: tuple[str, ...] = ()
    note: str = ""
    raw: Value = field(default_factory=Value, repr=False, compare=False)


@dataclass(frozen=True)
class Settings:
    """The settings of one module, the variables they read, and the files they were read from."""

    path: str
    values: dict[str, Setting] = field(default_factory=dict)
    environment: list[dict[str, Any]] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    production: dict[str, str] = field(default_factory=dict)
    elsewhere: dict[str, tuple[str, tuple[str, ...]]] = field(default_factory=dict)  # set in branches not taken

    def get(self, name: str) -> Setting | None:
        """Return a setting; None if nothing sets it."""
        return self.values.get(name)

    def value(self, name: str, default: Any = None) -> Any:
        """Return a setting's value; `default` if nothing sets it, or it cannot be known."""
        setting = self.values.get(name)
        return default if setting is None or setting.value is UNKNOWN else setting.value


def read_settings(
    tree: Tree, path: str, sys_path_folder: str, findings: Findings, environ: Mapping[str, str] = PRODUCTION
) -> Settings:
    """Return the settings that the module at `path` makes, and add the Findings that follow from them.

    `sys_path_folder` is where absolute imports start ("" for the root). `environ` is the environment in which they are
    read; variables that it lacks are not set, but for those that tell debugging or the environment's name, which are
    taken as production has them.
    It never raises: what cannot be read is a Problem, what cannot be known is left out or assumed, with a note.
    """
    folder = "" if sys_path_folder in (".", "./") else sys_path_folder.strip("/")
    first = run(tree, path, folder, environ)
    production = {
        variable.name: text
        for variable in first.environment.variables.values()
        if variable.name not in environ and (text := production_value(variable))
    }
    last = run(tree, path, folder, {**production, **environ}) if production else first
    values = collect(tree, last, path, folder)
    demand_secret_key(last, values)
    settings = Settings(
        path,
        values,
        with_engines(environment(first, last), values),
        last.files,
        {**production, **{name: environ[name] for name in environ if name in last.environment.variables}},
        last.elsewhere,
    )
    for source, message in dict.fromkeys((*first.notes, *last.notes)):
        findings.problems.append(Problem(source, message))
    before = settings if last is first else Settings(path, collect(tree, first, path, folder))
    add_findings(tree, folder, settings, before, findings)
    return settings


def demand_secret_key(evaluator: Evaluator, values: dict[str, Setting]) -> None:
    """Mark the variable of SECRET_KEY as required where nothing else fills it: Django refuses an empty one."""
    found = values.get("SECRET_KEY")
    if found is not None and found.value:
        return
    read = evaluator.environment.variables
    names = [found.raw.direct] if found is not None and found.raw.direct else []
    names += [name for name in ("SECRET_KEY", "DJANGO_SECRET_KEY", *read) if name.upper().endswith("SECRET_KEY")]
    for name in names:
        if name in read and read[name].default in (None, "") and "AWS" not in name:
            read[name].required = True
            return


def run(tree: Tree, path: str, folder: str, environ: Mapping[str, str]) -> Evaluator:
    """Return an evaluator that has worked out the module."""
    evaluator = Evaluator(tree, folder, environ)
    try:
        evaluator.module(path)
    except (RecursionError, MemoryError):
        evaluator.notes.append((path, "is nested too deeply to be read to its end"))
    return evaluator


def environment(first: Evaluator, last: Evaluator) -> list[dict[str, Any]]:
    """Return the variables that settings read, as production needs them; for the build, as any environment does."""
    merged: dict[str, Variable] = dict(last.environment.variables)
    for name, variable in first.environment.variables.items():
        other = merged.setdefault(name, variable)
        other.perhaps = other.perhaps or variable.required or variable.perhaps
        other.default = variable.default if other.default is None else other.default
    named = [variable for name, variable in merged.items() if name not in GIVEN and name.isprintable()]
    return [described(variable) for variable in named]


def with_engines(variables: list[dict[str, Any]], values: dict[str, Setting]) -> list[dict[str, Any]]:
    """Return the variables, those that name a database engine or a cache backend with one of Django's as dummy."""
    dummies: dict[str, str] = {}
    for name, key, dummy in (
        ("DATABASES", "ENGINE", "django.db.backends.sqlite3"),
        ("DATABASES", "NAME", "/tmp/build.sqlite3"),
        ("CACHES", "BACKEND", "django.core.cache.backends.locmem.LocMemCache"),
    ):
        for value in parts_of(values.get(name)).values():
            part = value.data.get(key) if isinstance(value.data, dict) else None
            if key == "NAME" and "sqlite" not in (text_or_none(entry(value, "ENGINE")) or "sqlite"):
                continue
            if part is not None and part.direct:
                dummies[part.direct] = dummy
    return [
        {**variable, "dummy": dummies[variable["name"]]}
        if variable["build"] and variable["name"] in dummies
        else variable
        for variable in variables
    ]


# ---------------------------------------------------------------- from names to settings


def collect(tree: Tree, evaluator: Evaluator, path: str, folder: str) -> dict[str, Setting]:
    """Return the module's upper-case names as settings, or those of the class that makes them."""
    names = evaluator.module(path)
    chosen = settings_class(tree, evaluator, names, path, folder)
    found: dict[str, Binding] = {name: bound for name, bound in names.items() if name.isupper()}
    if chosen is not None:
        found.update(class_names(evaluator, chosen))
    for bound in found.values():
        with suppress(RecursionError, Raised, Stop):
            evaluator.resolved(bound)
    return {name: setting(name, bound) for name, bound in found.items() if not isinstance(bound.value.data, Class)}


def settings_class(tree: Tree, evaluator: Evaluator, names: Names, path: str, folder: str) -> Class | None:
    """Return the class that django-configurations (or one that loads itself) takes the settings from."""
    if evaluator.chosen is not None:
        return evaluator.chosen
    classes = {
        name: bound.value.data
        for name, bound in names.items()
        if isinstance(bound.value.data, Class) and is_configuration(bound.value.data)
    }
    if not classes:
        return None
    selected = selected_configuration(tree, folder)
    if selected in classes:
        return classes[selected]
    for wanted in ("production", "prod", "prd", "live", "deploy"):
        for name, made in classes.items():
            if name.lower().startswith(wanted):
                return made
    return list(classes.values())[-1]


def is_configuration(made: Class) -> bool:
    """Return whether a class inherits from django-configurations' Configuration."""
    return any(not isinstance(base, Class) and base.name.startswith("configurations.") for base in made.line())


def selected_configuration(tree: Tree, folder: str) -> str:
    """Return the class that wsgi.py, asgi.py or manage.py choose by DJANGO_CONFIGURATION."""
    names = [
        path for path in tree.named("wsgi.py", "asgi.py", "manage.py") if not folder or path.startswith(folder + "/")
    ]
    for path in sorted(names[:10], key=lambda path: ("wsgi", "asgi", "mana").index(path.rpartition("/")[2][:4])):
        module = tree.python(path) if "DJANGO_CONFIGURATION" in (tree.text(path) or "") else None
        for node in ast.walk(module) if module else ():
            if (
                isinstance(node, ast.Call)
                and len(node.args) == 2
                and all(isinstance(a, ast.Constant) for a in node.args)
            ):
                key, value = (argument.value for argument in node.args if isinstance(argument, ast.Constant))
                if key == "DJANGO_CONFIGURATION" and isinstance(value, str):
                    return value
    return ""


def class_names(evaluator: Evaluator, made: Class) -> dict[str, Binding]:
    """Return the upper-case attributes of an instance of a settings class, properties worked out."""
    itself = Value(Instance(made, {}))
    found: dict[str, Binding] = {}
    for item in made.line():
        for name, bound in item.names.items() if isinstance(item, Class) else ():
            if name.isupper() and name not in found:
                evaluator.here = bound.source
                found[name] = Binding(attribute(evaluator, itself, name), bound.source, bound.doubt)
    return found


def attribute(evaluator: Evaluator, owner: Value, name: str) -> Value:
    """Return an attribute that a property may work out; an unknown one if that leads nowhere."""
    try:
        return evaluator.member(owner, name)
    except Exception:  # the evaluator's own signals: a raise, the steps used up
        return Value()


def setting(name: str, bound: Binding) -> Setting:
    """Return a binding as a setting."""
    value = plain(bound.value)
    variables = all_variables(bound.value)
    if bound.doubt:
        note = bound.doubt
    elif value is UNKNOWN:
        note = f"set by {', '.join(variables)}" if variables else "could not be worked out"
    elif unknown_parts(value):
        note = "part of it could not be worked out"
    else:
        note = f"depends on {', '.join(variables)}" if variables else ""
    certainty = Certainty.INFERRED if note else Certainty.STATED
    return Setting(name, value, bound.source, certainty, variables, note, bound.value)


# ---------------------------------------------------------------- Findings


def add_findings(tree: Tree, folder: str, settings: Settings, before: Settings, findings: Findings) -> None:
    """Add what the rest of the reader and the questions want to know."""
    note = ""
    changed = {name: text for name, text in settings.production.items() if name != "DJANGO_ENV"}
    if changed:
        note = "read with " + ", ".join(f"{name}={text}" for name, text in changed.items())
    add = Adder(settings, before, findings, note)
    add.path(
        "static_root", "STATIC_ROOT", folder, "nothing sets STATIC_ROOT, so collectstatic has nowhere to put files"
    )
    add.url("static_url", "STATIC_URL", "/static/")
    add.path("media_root", "MEDIA_ROOT", folder, "nothing sets MEDIA_ROOT")
    add.url("media_url", "MEDIA_URL", "")
    add.paths("staticfiles_dirs", "STATICFILES_DIRS", folder)
    add.paths("locale_paths", "LOCALE_PATHS", folder)
    add.texts("allowed_hosts", "ALLOWED_HOSTS")
    add.texts("secure_redirect_exempt", "SECURE_REDIRECT_EXEMPT")
    add.texts("installed_apps", "INSTALLED_APPS")
    add.texts("middleware", "MIDDLEWARE")
    add.texts("csrf_trusted_origins", "CSRF_TRUSTED_ORIGINS")
    add.texts("secure_proxy_ssl_header", "SECURE_PROXY_SSL_HEADER")
    add.flag("secure_ssl_redirect", "SECURE_SSL_REDIRECT", False)
    add.flag("append_slash", "APPEND_SLASH", True)
    add.text("wsgi_application", "WSGI_APPLICATION")
    add.text("asgi_application", "ASGI_APPLICATION")
    add.text("root_urlconf", "ROOT_URLCONF")
    add.text("email_backend", "EMAIL_BACKEND", "django.core.mail.backends.smtp.EmailBackend")
    add.text("force_script_name", "FORCE_SCRIPT_NAME")
    Adder(before, before, findings, "").flag("debug", "DEBUG", False)
    logging = settings.get("LOGGING")
    add.put("logging_configured", bool(logging and logging.value), logging, "nothing sets LOGGING")
    add_storages(tree, folder, settings, add)
    add_databases(folder, settings, add)
    add_services(settings, add)
    missing = "" if settings.files else "the settings module is not in the project"
    findings.add("environment", settings.environment, settings.path, Certainty.INFERRED, missing)


@dataclass(frozen=True)
class Adder:
    """Adds Findings from settings, as they are in production (`settings`) and in an empty environment (`before`)."""

    settings: Settings
    before: Settings
    findings: Findings
    production_note: str

    def put(self, name: str, value: Any, found: Setting | None, absent: str, setting: str = "") -> Finding:
        """Add a Finding with a setting's source and certainty; one that is assumed where there is no setting."""
        if found is None and setting in self.settings.elsewhere:
            source, variables = self.settings.elsewhere[setting]
            where = f" by {', '.join(variables)}" if variables else ""
            note = f"{setting} is set on a condition that was not met{where}"
            return self.findings.add(name, value, source, Certainty.ASSUMED, note)
        if found is None:
            return self.findings.add(name, value, "", Certainty.ASSUMED, absent)
        if found.value is UNKNOWN:
            return self.findings.add(name, value, found.source, Certainty.ASSUMED, f"{found.name}: {found.note}")
        earlier = self.before.get(found.name)
        if self.before is not self.settings and (earlier is None or repr(earlier.value) != repr(found.value)):
            note = "; ".join(text for text in (found.note, self.production_note) if text)
            return self.findings.add(name, value, found.source, Certainty.INFERRED, note)
        return self.findings.add(name, value, found.source, found.certainty, found.note)

    def path(self, name: str, setting: str, folder: str, absent: str) -> None:
        """Add a path: relative to the project if it is within, else absolute, "" if nothing sets it."""
        found = self.settings.get(setting)
        value, guessed = path_value(found.raw, folder) if found else ("", False)
        if found is not None and not value:
            problem = absent if not found.value else f"{setting}: {found.note}"
            if isinstance(found.raw.data, (str, PurePosixPath)) and found.raw.data:
                problem = f"{setting} is outside the project"
            self.findings.add(name, "", found.source, Certainty.ASSUMED, problem)
            return
        added = self.put(name, value, found, absent, setting)
        if guessed:
            note = f"{setting} is relative, so it depends on the folder that Django is started in"
            self.findings.add(
                name, value, added.source, Certainty.INFERRED, "; ".join(n for n in (added.note, note) if n)
            )

    def paths(self, name: str, setting: str, folder: str) -> None:
        """Add a list of paths, each as `path` has it; those that cannot be known are left out."""
        found = self.settings.get(setting)
        items = found.raw.data if found and isinstance(found.raw.data, (list, tuple)) else ()
        values = []
        for item in items:
            part = item
            if isinstance(item.data, (list, tuple)) and len(item.data) == 2:  # a prefix and a path
                part = item.data[1]
            if value := path_value(part, folder)[0]:
                values.append(value)
        self.put(name, values, found, f"nothing sets {setting}", setting)

    def url(self, name: str, setting: str, default: str) -> None:
        """Add a URL: a path gets the slash before it that Django gives it."""
        found = self.settings.get(setting)
        value = found.value if found and isinstance(found.value, str) and found.value else default
        if value and not value.startswith(("/", "http:", "https:")):
            value = f"/{value}"
        if found is not None and (found.value is None or found.value == ""):
            self.findings.add(name, default, found.source, Certainty.ASSUMED, f"{setting} is empty")
            return
        self.put(name, value, found, f"nothing sets {setting}", setting)

    def texts(self, name: str, setting: str) -> None:
        """Add a list of texts; those that cannot be known are left out."""
        found = self.settings.get(setting)
        value = found.value if found and isinstance(found.value, (list, tuple)) else ()
        texts = [item for item in value if isinstance(item, str)]
        self.put(name, texts, found, f"nothing sets {setting}", setting)

    def text(self, name: str, setting: str, default: str = "") -> None:
        """Add a text."""
        found = self.settings.get(setting)
        value = found.value if found and isinstance(found.value, str) else default
        self.put(name, value, found, f"nothing sets {setting}", setting)

    def flag(self, name: str, setting: str, default: bool) -> None:
        """Add a bool."""
        found = self.settings.get(setting)
        value = default if found is None or found.value is UNKNOWN else bool(found.value)
        self.put(name, value, found, f"nothing sets {setting}: Django's default", setting)


def path_value(value: Value, folder: str) -> tuple[str, bool]:
    """Return a path setting as a Finding has it ("" if unknown), and whether it depends on the working folder."""
    if not isinstance(value.data, (str, PurePosixPath)) or not str(value.data):
        return "", False
    text = str(value.data)
    guessed = not text.startswith("/")
    path = project_path(posixpath.normpath(posixpath.join(ROOT, folder, text)))
    if path is UNKNOWN or "\0" in path:
        return "", False
    return path, guessed


# ---------------------------------------------------------------- storages


def add_storages(tree: Tree, folder: str, settings: Settings, add: Adder) -> None:
    """Add the storages of static and other files, and what kind the former is."""
    for name, alias, old, default in (
        ("staticfiles_storage", "staticfiles", "STATICFILES_STORAGE", PLAIN_STORAGE),
        ("default_storage", "default", "DEFAULT_FILE_STORAGE", FILE_STORAGE),
    ):
        found = settings.get("STORAGES")
        value: Any = UNKNOWN
        if found is not None and isinstance(found.value, dict):
            backend = found.value.get(alias)
            value = backend.get("BACKEND", UNKNOWN) if isinstance(backend, dict) else UNKNOWN
        if not isinstance(value, str) and (earlier := settings.get(old)) is not None:
            found, value = earlier, earlier.value
        if isinstance(value, str):
            add.put(name, value, found, "")
        else:
            where = f"{found.name} does not say it" if found else f"nothing sets STORAGES or {old}"
            add.put(name, default, None, f"{where}: Django's default")
    storage = add.findings.found["staticfiles_storage"]
    middleware = settings.value("MIDDLEWARE", ())
    whitenoise = isinstance(middleware, (list, tuple)) and any(
        isinstance(item, str) and item.endswith("WhiteNoiseMiddleware") for item in middleware
    )
    kind, through = storage_kind(tree, folder, storage.value)
    if whitenoise and kind in ("plain", "manifest"):
        kind = "whitenoise" if kind == "plain" else "whitenoise-manifest"
    certainty = Certainty.ASSUMED if storage.certainty is Certainty.ASSUMED and not whitenoise else Certainty.INFERRED
    note = f"{storage.value} is a {through}" if through else ""
    add.findings.add("staticfiles_kind", kind, storage.source, certainty, note or storage.note)


def storage_kind(tree: Tree, folder: str, dotted: str) -> tuple[str, str]:
    """Return what a storage does with static files, and the class outside the project that this was told by."""
    queue = [dotted]
    for name in queue:
        bases = class_bases(tree, folder, name) if len(queue) < MAX_BASES else []
        queue += [base for base in bases if base not in queue]
        if not bases and (kind := storage_kind_by_name(name)) != "other":
            return kind, name if name != dotted else ""
    return "other", ""


def storage_kind_by_name(dotted: str) -> str:
    """Return the kind of a storage that comes from a package."""
    last = dotted.rpartition(".")[2]
    if dotted.startswith("whitenoise."):
        return "whitenoise-manifest" if "Manifest" in last else "whitenoise"
    if dotted.startswith("storages.backends.s3") or "S3" in last:
        return "s3"
    if last.endswith(("ManifestStaticFilesStorage", "ManifestFilesMixin", "CachedStaticFilesStorage")):
        return "manifest"
    return "plain" if last == "StaticFilesStorage" else "other"


def class_bases(tree: Tree, folder: str, dotted: str) -> list[str]:
    """Return the dotted names of the bases of a class in the project; empty for one that is not there."""
    module, _, name = dotted.rpartition(".")
    start = posixpath.join(folder, module.replace(".", "/"))
    path = next((path for path in (f"{start}.py", f"{start}/__init__.py") if tree.exists(path)), None)
    parsed = tree.python(path) if path and name else None
    imported: dict[str, str] = {}
    bases: list[str] = []
    for node in parsed.body if parsed else ():
        if isinstance(node, ast.Import):
            imported.update(
                {
                    a.asname or a.name.partition(".")[0]: a.name if a.asname else a.name.partition(".")[0]
                    for a in node.names
                }
            )
        elif isinstance(node, ast.ImportFrom):
            package = module if path and path.endswith("__init__.py") else module.rpartition(".")[0]
            for _ in range(min(node.level - 1, 20)):
                package = package.rpartition(".")[0]
            source = ".".join(part for part in (package if node.level else "", node.module or "") if part)
            imported.update({alias.asname or alias.name: f"{source}.{alias.name}" for alias in node.names})
        elif isinstance(node, ast.ClassDef):
            if node.name == name:
                bases = [dotted_name(base, imported) for base in node.bases]
            imported[node.name] = f"{module}.{node.name}"
    if not bases and name in imported and imported[name] != dotted:
        return [imported[name]]  # the module only passes the class on
    return [base for base in bases if base]


def dotted_name(node: ast.expr, imported: dict[str, str]) -> str:
    """Return the full name of a class that is written in a module with these imports."""
    names: list[str] = []
    while isinstance(node, ast.Attribute):
        names.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return ""
    return ".".join([imported.get(node.id, node.id), *reversed(names)])


# ---------------------------------------------------------------- databases and other services


def parts_of(found: Setting | None) -> dict[str, Value]:
    """Return the entries of a setting that is a dict of dicts, by alias."""
    data = found.raw.data if found else None
    return {key: value for key, value in data.items() if isinstance(key, str)} if isinstance(data, dict) else {}


def entry(value: Value, key: str) -> Any:
    """Return a part of an alias's settings as plain data; None if it is not there or not known."""
    part = value.data.get(key) if isinstance(value.data, dict) else None
    data = plain(part) if part is not None else UNKNOWN
    return None if data is UNKNOWN else data


def text_or_none(data: Any) -> str | None:
    """Return a text, None for anything else."""
    return data if isinstance(data, str) else None


def url_variable(settings: Settings, value: Value, kinds: tuple[str, ...]) -> str:
    """Return the variable whose URL makes an entry; "" if there is none."""
    read = {variable["name"]: variable["type"] for variable in settings.environment}
    names = all_variables(value)
    urls = [name for name in names if read.get(name) == "url" or name.endswith(("_URL", "_URI", "_DSN"))]
    keyed = [
        part for key in kinds if (part := value.data.get(key) if isinstance(value.data, dict) else None) is not None
    ]
    direct = [name for part in keyed for name in part.variables if name in urls]
    return next(iter([*direct, *urls]), "")


def add_databases(folder: str, settings: Settings, add: Adder) -> None:
    """Add the databases and caches, by alias."""
    found = settings.get("DATABASES")
    databases: dict[str, dict[str, Any]] = {}
    for alias, value in parts_of(found).items():
        engine = text_or_none(entry(value, "ENGINE"))
        name_part = value.data.get("NAME") if isinstance(value.data, dict) else None
        sqlite = engine is not None and ("sqlite" in engine or engine.endswith("spatialite"))
        name = entry(value, "NAME")
        memory = isinstance(name, str) and (name == ":memory:" or name.startswith("file:"))
        path = path_value(name_part, folder)[0] if sqlite and name_part is not None and not memory else ""
        databases[alias] = {
            "engine": engine,
            "name": path or (name if isinstance(name, str) else None),
            "path": path,
            "host": text_or_none(entry(value, "HOST")),
            "variable": (variable := database_variable(settings, value, alias)),
            "url_default": text_or_none(entry(value, "URL")),
            "variables": {
                part: name
                for part, name in part_variables(value, ("ENGINE", "NAME", "USER", "PASSWORD", "HOST", "PORT")).items()
                if name != variable
            },
        }
    add.put("databases", databases, found, "nothing sets DATABASES")
    found = settings.get("CACHES")
    caches = {
        alias: {
            "backend": text_or_none(entry(value, "BACKEND")),
            "location": text_or_none(first_of(entry(value, "LOCATION"))),
            "variable": url_variable(settings, value, ("LOCATION", "BACKEND"))
            or next(iter(part_variables(value, ("LOCATION",)).values()), ""),
        }
        for alias, value in parts_of(found).items()
    }
    add.put("caches", caches, found, "nothing sets CACHES")


def database_variable(settings: Settings, value: Value, alias: str) -> str:
    """Return the variable that holds a database's URL, also where the URL is used only once it is set."""
    if variable := url_variable(settings, value, ("ENGINE",)):
        return variable
    names = {variable["name"] for variable in settings.environment}
    found = settings.get("DATABASES")
    # The branch where it is set is not the one that is read.
    instead = found is not None and "DATABASE_URL" in found.note
    unparted = not part_variables(value, ("USER", "PASSWORD", "HOST"))
    return "DATABASE_URL" if alias == "default" and (unparted or instead) and "DATABASE_URL" in names else ""


def part_variables(value: Value, keys: tuple[str, ...]) -> dict[str, str]:
    """Return the variable that each part of an entry is read from, by the part's name in lower case."""
    parts = {key: value.data.get(key) for key in keys} if isinstance(value.data, dict) else {}
    found = {key: all_variables(part) for key, part in parts.items() if part is not None}
    return {key.lower(): names[0] for key, names in found.items() if names}


def first_of(data: Any) -> Any:
    """Return the first of a list, or what is not a list."""
    return (data[0] if data else None) if isinstance(data, (list, tuple)) else data


def add_services(settings: Settings, add: Adder) -> None:
    """Add Celery's broker and Channels' layers."""
    names = ("CELERY_BROKER_URL", "BROKER_URL", "CELERY_BROKER")
    found = next((settings.get(name) for name in names if settings.get(name)), None)
    value = found.value if found and isinstance(found.value, str) else ""
    urls = [name for name in (found.variables if found else ()) if name.endswith(("_URL", "_URI"))]
    broker = {"value": value, "variable": (found.raw.direct if found else "") or next(iter(urls), "")}
    add.put("celery_broker", broker, found, "nothing sets CELERY_BROKER_URL")
    found = settings.get("CHANNEL_LAYERS")
    layers = {
        alias: {
            "backend": text_or_none(entry(value, "BACKEND")),
            "variable": url_variable(settings, value, ("CONFIG",)) or next(iter(all_variables(value)), ""),
        }
        for alias, value in parts_of(found).items()
    }
    add.put("channel_layers", layers, found, "nothing sets CHANNEL_LAYERS")
