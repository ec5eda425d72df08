"""Reads a Django project and returns its Findings: a value, where it was read, and how sure it is."""

from collections.abc import Callable, Iterable

from .dependencies import read_dependencies
from .dependencies.own_package import read_own_package
from .deployment.build_context import read_build_context
from .deployment.evidence import read_evidence
from .findings import Certainty, Finding, Findings, Problem
from .frontend.node import read_node
from .frontend.packages import read_frontend
from .layout import read_interface, read_layout
from .layout.local_files import read_local_files
from .layout.urls import read_health_path
from .postgres_extensions import read_postgres_extensions
from .processes import read_processes
from .secrets import without_secrets
from .settings import read_settings
from .settings.alternatives import read_alternatives
from .settings.compression import read_compression
from .settings.connections import databases
from .settings.private_media import read_private_media
from .settings.setting import Settings
from .settings.writes import read_writes
from .tree import Tree

__all__ = ["Certainty", "Finding", "Findings", "Problem", "note_problems", "read_from"]


Reader = Callable[[Tree, Findings], None]


def read_from(tree: Tree, adopted: Iterable[Reader] = ()) -> Findings:
    """Return what the files of a project say; they are read as text, never imported, run or changed.

    The readers `adopted` find what counts more than the code and its settings, such as what Docker files say. What
    could not be read is added at the end, by note_problems. services.reading.read does all of it.
    """
    findings = Findings()
    read_layout(tree, findings)
    settings: Settings | None = None
    if settings_file := findings.value("settings_file"):
        folder = findings.value("python_path") or findings.value("django_dir") or "."
        settings = read_settings(tree, settings_file, folder, findings)
        read_interface(tree, findings)  # again, now that WSGI_APPLICATION and INSTALLED_APPS are known
    engines = [database.engine or "" for database in databases(findings).values()]
    read_dependencies(
        tree, findings.value("django_dir") or ".", findings, findings.value("installed_apps", []), engines
    )
    read_own_package(tree, findings)
    for reader in adopted:
        reader(tree, findings)
    read_evidence(tree, findings)
    distributions = set(findings.value("distributions", {}))
    read_processes(tree, findings, distributions)
    read_postgres_extensions(tree, findings, distributions)
    read_frontend(tree, findings)
    read_node(tree, settings, findings)
    read_health_path(tree, settings, findings)
    if settings:
        read_compression(settings, findings)
        read_writes(tree, settings, findings)
        read_private_media(tree, settings, findings)
    read_local_files(tree, findings)
    read_build_context(tree, findings)
    read_alternatives(tree, findings, distributions)
    return findings


def note_problems(tree: Tree, findings: Findings) -> None:
    """Add what could not be read so far."""
    findings.problems += [problem for problem in tree.problems if problem not in findings.problems]
    findings.problems = [Problem(problem.source, without_secrets(problem.message)) for problem in findings.problems]
