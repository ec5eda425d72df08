"""What settings become where variables are set that production leaves out: debugging is on.

The settings are worked out again with those variables, so that nothing is promised that they would not do.
"""

import ast

from ..data import text_of
from ..findings import Certainty, Findings
from ..literals import assigned_variable, constant
from ..places import DEVELOPMENT, mentions
from ..tree import Tree
from . import PRODUCTION, read_settings
from .connections import Database, default_database

TRUE_TEXTS = ("True", "1", "true", "yes", "on")
APPS = {"rest_framework": "djangorestframework", "corsheaders": "django-cors-headers", "silk": "django-silk"}


def read_alternatives(tree: Tree, findings: Findings, distributions: set[str]) -> None:
    """Add debug_environment, the variables that turn debugging on, and env_example.

    `env_example` is the path of the project's own .env.example, "" for none.
    """
    path = text_of(findings.value("settings_file"))
    debug = _debug_environment(tree, findings, distributions) if path else {}
    findings.add("debug_environment", debug, path if debug else "", Certainty.INFERRED if debug else Certainty.ASSUMED)
    example = ".env.example" if tree.exists(".env.example") else ""
    findings.add("env_example", example, example, Certainty.STATED if example else Certainty.ASSUMED)


def read_again(tree: Tree, findings: Findings, variables: dict[str, str], path: str = "") -> Findings:
    """Return what the settings, or those at `path`, are with variables beside production's."""
    scratch = Findings()
    folder = findings.value("python_path") or findings.value("django_dir") or "."
    given = {**PRODUCTION, **variables}
    read_settings(tree, path or findings.value("settings_file"), folder, scratch, given)
    return scratch


def _debug_environment(tree: Tree, findings: Findings, distributions: set[str]) -> dict[str, str]:
    names = [item["name"] for item in findings.value("environment", [])]
    candidates = [name for name in ("DEBUG", "DJANGO_DEBUG") if name in names]
    candidates += [name for name in names if name.endswith("_DEBUG") and name not in candidates]
    for name in candidates[:3]:
        for text in TRUE_TEXTS:
            scratch = read_again(tree, findings, {name: text})
            if scratch.value("debug") is not True:
                continue
            off = read_again(tree, findings, {name: {"1": "0", "yes": "no"}.get(text, "False")})
            if off.value("debug") is True:
                break  # it is on in any case
            return {name: text} if _can_run(tree, findings, scratch, distributions) else {}
    module, path = _development_module(tree, findings)
    if not path:
        return {}
    scratch = read_again(tree, findings, {}, path)
    same = _place(default_database(scratch)) == _place(default_database(findings))
    if scratch.value("debug") is True and same and _can_run(tree, findings, scratch, distributions):
        return {"DJANGO_SETTINGS_MODULE": module}
    return {}


def _place(database: Database) -> tuple[str | dict[str, str] | None, ...]:
    return database.engine, database.name, database.host, database.variable, database.variables


def _can_run(tree: Tree, findings: Findings, other: Findings, distributions: set[str]) -> bool:
    """Return whether the apps and middleware that only the other settings have are there in production's image."""
    named = [
        name
        for key in ("installed_apps", "middleware")
        for name in other.value(key, [])
        if name not in findings.value(key, [])
    ]
    needed = {item["name"] for item in findings.value("environment", []) if item["required"]}
    more = {item["name"] for item in other.value("environment", []) if item["required"]} - needed
    return not more and all(_is_there(tree, findings, name, distributions) for name in named)


def _is_there(tree: Tree, findings: Findings, dotted: str, distributions: set[str]) -> bool:
    top = dotted.partition(".")[0]
    if top == "django":
        return True
    root = findings.value("python_path") or "."
    prefix = "" if root == "." else f"{root}/"
    if tree.exists(f"{prefix}{top}.py") or any(path.startswith(f"{prefix}{top}/") for path in tree.paths):
        return True
    name = top.lower().replace("_", "-")
    return bool({name, f"django-{name}", name.removeprefix("django-"), APPS.get(top, name)} & distributions)


def _development_module(tree: Tree, findings: Findings) -> tuple[str, str]:
    """Return the development settings that manage.py names, and their file; "" for both if it names none."""
    module = tree.python(text_of(findings.value("manage_py"))) if findings.value("manage_py") else None
    root = findings.value("python_path") or "."
    for node in ast.walk(module) if module else ():
        assigned = assigned_variable(node, "DJANGO_SETTINGS_MODULE")
        name = constant(assigned[0]) if assigned else None
        if (
            not name
            or name == findings.value("settings_module")
            or not mentions(name, DEVELOPMENT - {"test", "tests"})
        ):
            continue
        base = name.replace(".", "/") if root == "." else f"{root}/{name.replace('.', '/')}"
        for path in (f"{base}.py", f"{base}/__init__.py"):
            if tree.exists(path):
                return name, path
    return "", ""
