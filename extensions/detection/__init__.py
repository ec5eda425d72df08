"""Reads a Django project and returns its Findings: a value, where it was read, and how sure it is."""

from collections.abc import Collection
from pathlib import Path

from .alternatives import read_alternatives
from .dependencies import read_dependencies
from .findings import Certainty, Finding, Findings, Problem
from .handbook import read_handbook
from .layout import read_interface, read_layout
from .local_files import read_local_files
from .nginx import read_locations
from .processes import read_processes
from .services import read_services
from .settings import read_settings
from .tree import Tree

__all__ = ["Certainty", "Finding", "Findings", "Problem", "read", "read_for_answers"]


def read(root: Path, without: Collection[str] = ()) -> Findings:
    """Return what the files of the project at `root` say; they are read as text, never imported, run or changed.

    The paths in `without` are left out: what this template has written would only say what was answered.
    """
    # Imported here, since Copier, which needs only what answers follow from, compiles the package at each copy.
    from .frontend import read_frontend

    tree = Tree(root.resolve(), without)
    findings = _read(tree)
    read_frontend(tree, findings)
    findings.problems += [problem for problem in tree.problems if problem not in findings.problems]
    return findings


def read_for_answers(root: Path, without: Collection[str] = ()) -> Findings:
    """Return those Findings of `read` from which answers follow: without front ends."""
    tree = Tree(root.resolve(), without)
    findings = _read(tree)
    findings.problems += [problem for problem in tree.problems if problem not in findings.problems]
    return findings


def _read(tree: Tree) -> Findings:
    findings = Findings()
    read_layout(tree, findings)
    if settings_file := findings.value("settings_file"):
        folder = findings.value("python_path") or findings.value("django_dir") or "."
        read_settings(tree, settings_file, folder, findings)
        read_interface(tree, findings)  # again, now that WSGI_APPLICATION and INSTALLED_APPS are known
    engines = [database.get("engine") or "" for database in findings.value("databases", {}).values()]
    read_dependencies(
        tree, findings.value("django_dir") or ".", findings, findings.value("installed_apps", []), engines
    )
    read_handbook(tree, findings)
    read_locations(tree, findings)
    read_local_files(tree, findings)
    distributions = set(findings.value("distributions", {}))
    read_processes(tree, findings, distributions)
    read_services(tree, findings, distributions)
    read_alternatives(tree, findings, distributions)
    return findings
