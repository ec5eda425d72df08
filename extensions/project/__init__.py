"""Reads a Django project's files into one Project: each value with where it was read, and how sure it is."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from .adopted import Adopted
from .checkout import Checkout, read_checkout
from .dependencies import read_dependencies
from .dependencies.django_bound import series
from .dependencies.examples import with_missing
from .dependencies.own_package import read_own_package
from .dependencies.record import Dependencies
from .dependencies.tool import Tool
from .deployment.build_context import BuildContext, read_build_context
from .deployment.evidence import NOTHING, Evidence, read_evidence, with_named
from .deployment.made_files import with_made_files
from .deployment.own_image import image_folder, image_variables
from .findings import Certainty, Found, Problem, by_name, unread
from .frontend import read_frontend
from .frontend.record import Frontend
from .importer import Importer
from .layout import read_interface, read_layout
from .layout.import_roots import read_import_roots
from .layout.local_files import LocalFiles, read_local_files
from .layout.record import Layout
from .layout.urls import Pages, read_pages
from .postgres_extensions import Extensions, read_postgres_extensions
from .processes import read_processes
from .processes.record import Processes
from .secrets import without_secrets
from .settings import production_of, read_settings
from .settings.alternatives import Alternatives, read_alternatives
from .settings.buckets import in_files, without_old
from .settings.celery import with_places
from .settings.code_variables import with_code
from .settings.private_media import PrivateMedia, read_private_media
from .settings.record import DjangoSettings, LackingModule, with_celery, with_lacking
from .settings.servers import idle_queues
from .settings.setting import Settings
from .settings.switches import read_at_home
from .settings.unset_folders import with_folders
from .settings.url_paths import with_paths
from .settings.writes import Written, read_writes
from .tree import Tree

WITHOUT_OLD_STORAGES = (5, 1)  # the release of Django that reads STORAGES alone

__all__ = ["Certainty", "Found", "Problem", "Project", "by_name", "problems", "read_from", "unread"]


@dataclass(frozen=True, eq=False)
class Project:
    """All that was read in one project: a record for each room, and what could not be read."""

    layout: Layout = field(default_factory=Layout)
    settings: DjangoSettings = field(default_factory=DjangoSettings)
    dependencies: Dependencies = field(default_factory=Dependencies)
    adopted: Adopted = field(default_factory=Adopted)
    own_steps: Found[Evidence] = unread(NOTHING)  # what the project's own files do to build and run it
    processes: Processes = field(default_factory=Processes)
    postgres: Extensions = field(default_factory=Extensions)
    frontend: Frontend = field(default_factory=Frontend)
    pages: Pages = field(default_factory=Pages)
    written: Written = field(default_factory=Written)
    private_media: PrivateMedia = field(default_factory=PrivateMedia)
    local: LocalFiles = field(default_factory=LocalFiles)
    build_context: BuildContext = field(default_factory=BuildContext)
    alternatives: Alternatives = field(default_factory=Alternatives)
    checkout: Checkout = field(default_factory=Checkout)
    problems: tuple[Problem, ...] = ()


Adopter = Callable[[Tree, Project], Project]


def read_from(tree: Tree, tools: tuple[Tool, ...], adopters: Iterable[Adopter] = ()) -> Project:
    """Return what the files of a project say; they are read as text, never imported, run or changed.

    `tools` are those that may install its dependencies, the preferred first.
    The adopters put what counts more than the code and its settings in its place, such as what Docker files say.
    extensions/reading.py does all of it, and adds the services.
    """
    project, evaluated = _code(tree, tools)
    for adopt in adopters:
        project = adopt(tree, project)
    layout, settings = project.layout, project.settings
    own_steps = read_evidence(tree, layout, settings, project.dependencies)
    project = replace(project, own_steps=own_steps, dependencies=with_named(project.dependencies, own_steps.value))
    distributions = project.dependencies.distributions.value
    idle = idle_queues(evaluated) if evaluated else []
    processes = read_processes(tree, layout, settings.installed_apps, distributions, tools, own_steps.value, idle)
    if celery := _settings_of_celery(tree, layout, processes.celery_settings.value):
        settings = with_celery(settings, celery)
        project = replace(project, settings=settings)
    if evaluated:
        settings = with_places(settings, evaluated, processes.celery_places)
        project = replace(project, settings=settings)
    postgres = read_postgres_extensions(tree, distributions)
    frontend = read_frontend(tree, evaluated, settings, own_steps.value)
    node = frontend.node.value
    pages = read_pages(tree, evaluated, layout, settings)
    written = read_writes(tree, evaluated, layout, settings, node, own_steps.value) if evaluated else Written()
    private_media = read_private_media(tree, evaluated) if evaluated else PrivateMedia()
    local = read_local_files(tree, layout, settings, project.dependencies, node)
    return replace(
        project,
        processes=processes,
        postgres=postgres,
        frontend=frontend,
        pages=pages,
        written=written,
        private_media=private_media,
        local=local,
        build_context=read_build_context(tree, local.local_files.value, node, frontend.stages.value),
        alternatives=read_alternatives(tree, layout, settings, distributions),
        checkout=read_checkout(tree),
    )


def _settings_of_celery(tree: Tree, layout: Layout, module: str) -> DjangoSettings | None:
    """Return what the settings say that Celery's processes have of their own."""
    found = Importer(tree, layout.base, layout.import_root).find(module) if module else None
    return read_settings(tree, found.file, layout.import_root, base=layout.base)[1] if found and found.file else None


def _code(tree: Tree, tools: tuple[Tool, ...]) -> tuple[Project, Settings | None]:
    """Return what the code, its settings and its manifests say, and the settings as they were worked out."""
    with_made_files(tree)
    layout, settings, evaluated = read_layout(tree, tools), DjangoSettings(), None
    image = image_variables(tree, layout.base)
    if path := layout.settings_file.value:
        chosen, root, base = production_of(layout), layout.import_root, layout.base
        evaluated, settings = read_at_home(
            tree, image, image_folder(tree, base), lambda given: read_settings(tree, path, root, chosen, base, given)
        )
        settings = with_paths(tree, with_code(tree, settings, evaluated, layout), evaluated)
        layout = read_interface(tree, layout, settings)  # again, now that they say more of it
        if example := layout.settings_example.value:
            settings = with_lacking(settings, LackingModule(path, layout.settings_example.source, example))
        if evaluated.replaced:
            layout = replace(layout, settings_fixed=Found(True, evaluated.replaced))
    engines = [database.engine or "" for database in settings.databases.value.values()]
    dependencies = read_dependencies(tree, layout.base, tools, settings.installed_apps.value, engines)
    if evaluated:
        if series(dependencies) >= WITHOUT_OLD_STORAGES:
            settings, evaluated = without_old(settings, evaluated)
        if layout.can_be_changed:
            settings, evaluated = in_files(settings, evaluated)
        settings, evaluated = with_folders(tree, settings, evaluated, layout)
        installed = dependencies.distributions.value
        roots = read_import_roots(tree, layout, settings, evaluated, installed, image.get("PYTHONPATH", ""))
        layout = replace(layout, import_roots=roots)
        dependencies = with_missing(tree, dependencies, layout, settings, evaluated)
    return (
        Project(
            layout=layout,
            settings=settings,
            dependencies=read_own_package(tree, dependencies, tools),
            problems=evaluated.problems if evaluated else (),
        ),
        evaluated,
    )


def problems(tree: Tree, project: Project) -> tuple[Problem, ...]:
    """Return what could not be read so far, without secrets."""
    found = [*project.problems, *(problem for problem in tree.problems if problem not in project.problems)]
    return tuple(Problem(problem.source, without_secrets(problem.message)) for problem in found)
