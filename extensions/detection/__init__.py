"""Reads a Django project: which values the questions of copier.yml should have by default."""

import ast
import os
import re
from pathlib import Path, PurePosixPath
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from .findings import Certainty, Findings
from .tree import Tree

REQUIREMENTS_FILES = (
    "requirements.txt",
    "requirements/production.txt",
    "requirements/prod.txt",
    "requirements/base.txt",
)

# What a question's default is where what was found cannot be an answer, like a STATIC_ROOT outside the project.
FALLBACKS: dict[str, Any] = {
    "project_slug": "django",
    "python_version": "3.13",
    "wsgi_module": "",
    "requirements_includes": [],
    "static_root": "static",
    "static_url": "/static/",
    "dockerignore": [],
}


def defaults(root: Path) -> dict[str, Any]:
    """Return the default of each question that has one read from the project at `root`, by the question's name."""
    return {name: finding.value for name, finding in read(root).found.items()}


def read(root: Path) -> Findings:
    """Return what the files of the project at `root` say."""
    tree, findings = Tree(root), Findings()
    slug = re.sub(r"[^a-z0-9_-]+", "-", root.name.lower()).strip("-_")
    findings.add("project_slug", slug[:63] or "django", certainty=Certainty.INFERRED)
    _python_version(tree, findings)
    _wsgi_module(tree, findings)
    _requirements(tree, findings)
    _settings(tree, findings)
    messages = tree.match("*.po")
    findings.add("compile_messages", bool(messages), messages[0] if messages else "")
    findings.problems = tree.problems
    return findings


def _python_version(tree: Tree, findings: Findings) -> None:
    for path in (".python-version", "runtime.txt"):
        stated = re.match(r"\s*(?:python-?)?(3\.\d+)", tree.text(path) or "")
        if stated:
            findings.add("python_version", stated[1], f"{path}:1")
            return
    findings.add("python_version", "3.13", certainty=Certainty.ASSUMED)


def _wsgi_module(tree: Tree, findings: Findings) -> None:
    for path in tree.named("wsgi.py"):
        if path.count("/") == 1:
            findings.add("wsgi_module", path.removesuffix(".py").replace("/", "."), path)
            return
    findings.add("wsgi_module", "", certainty=Certainty.ASSUMED)


def _requirements(tree: Tree, findings: Findings) -> None:
    path = next((path for path in REQUIREMENTS_FILES if tree.exists(path)), "")
    findings.add("requirements_file", path, path, Certainty.STATED if path else Certainty.ASSUMED)
    files, requirements = read_requirements(tree, path) if path else ([], {})
    findings.add("requirements_includes", files[1:], path)
    gunicorn, source = requirements.get("gunicorn", (None, ""))
    findings.add(
        "control_socket_disable",
        bool(gunicorn) and any(release in gunicorn.specifier for release in CONTROL_SOCKET_RELEASES),
        source,
        Certainty.STATED if gunicorn else Certainty.ASSUMED,
    )


# Gunicorn's releases with a control socket, the last for those to come: https://gunicorn.org/news/
CONTROL_SOCKET_RELEASES = ("25.1.0", "25.2.0", "25.3.0", "26.0.0", "26.1.0", "27.0.0", "27.0.1", "999")


def read_requirements(tree: Tree, path: str) -> tuple[list[str], dict[str, tuple[Requirement, str]]]:
    """Return the requirements file `path` and those that it includes, and the requirements in them by name.

    Each requirement comes with its "file:line".


    https://pip.pypa.io/en/stable/reference/requirements-file-format/
    """
    files: list[str] = []
    requirements: dict[str, tuple[Requirement, str]] = {}
    pending = [path]
    while pending:
        path = pending.pop(0)
        if path in files or not tree.exists(path):
            continue
        files.append(path)
        text = (tree.text(path) or "").replace("\\\n", " ")
        for number, line in enumerate(text.split("\n"), 1):
            line = re.sub(r"(^|\s)#.*", "", line).strip()
            if include := re.match(r"(?:-r|-c|--requirement|--constraint)[\s=]*(\S+)", line):
                pending.append(os.path.normpath(PurePosixPath(path).parent / include[1]))
                continue
            try:
                requirement = Requirement(re.split(r"\s--", line)[0])
            except InvalidRequirement:
                continue
            requirements.setdefault(canonicalize_name(requirement.name), (requirement, f"{path}:{number}"))
    return files, requirements


def _settings(tree: Tree, findings: Findings) -> None:
    package = findings.value("wsgi_module").partition(".")[0]
    path = f"{package}/settings.py"
    module = tree.python(path)
    values: dict[str, tuple[Any, int]] = {}
    for statement in module.body if module else []:
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
            values[statement.targets[0].id] = (statement.value, statement.lineno)

    def literal(name: str) -> str:
        return _literal(values[name][0]) if name in values else ""

    def source(name: str) -> str:
        return f"{path}:{values[name][1]}" if name in values else ""

    static_root = literal("STATIC_ROOT").removesuffix("/")
    findings.add("static_root", static_root or "static", source("STATIC_ROOT"), _certainty(static_root))
    static_url = literal("STATIC_URL").strip("/")
    findings.add(
        "static_url", f"/{static_url}/" if static_url else "/static/", source("STATIC_URL"), _certainty(static_url)
    )
    storages = [name for name in ("STORAGES", "STATICFILES_STORAGE") if name in values]
    manifest = next((name for name in storages if "ManifestStaticFilesStorage" in ast.dump(values[name][0])), "")
    findings.add("use_fathom", bool(manifest), source(manifest or "STORAGES"), Certainty.INFERRED)
    made = [static_root, literal("MEDIA_ROOT").removesuffix("/"), *tree.virtualenvs]
    code = {name.rpartition("/")[0] for name in tree.match("*.py")}
    made = [
        name
        for name in made
        if name and name[0] != "/" and not any(f"{folder}/".startswith(f"{name}/") for folder in code)
    ]
    findings.add("dockerignore", made, path, Certainty.INFERRED)


def _certainty(value: str) -> Certainty:
    return Certainty.STATED if value else Certainty.ASSUMED


def _literal(node: ast.expr) -> str:
    """Return the path that an expression adds to the project's folder, or a plain string; "" for anything else."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.BinOp(left=left, op=ast.Div(), right=ast.Constant(value=str(text))):
            return f"{_literal(left)}/{text}".strip("/")
        case ast.Call(func=ast.Attribute(attr="join"), args=[_, *parts]):
            return "/".join(
                part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str)
            )
    return ""
