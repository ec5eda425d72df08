"""What a Django project depends on: distributions, the tool that installs them, Python, Debian's packages."""

import posixpath
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from ..deployment.recipes import read_lines
from ..findings import Certainty, Found
from ..tree import Tree
from .debian_packages import debian_packages, explained, needs_driver, needs_geodjango, translations, with_brought
from .distributions import Distribution
from .django_bound import held_below, read_bound
from .installation import folders_of, in_folders, locked, read_installation, required_release
from .libxml2 import built_from_source
from .local_paths import local_paths
from .old_builds import build_setuptools
from .python_version import read_python_version
from .record import Dependencies, Installed
from .tool import Installation, Tool, manifests


def read_dependencies(
    tree: Tree,
    django_dir: str | None,
    tools: tuple[Tool, ...],
    installed_apps: Collection[str] = (),
    database_engines: Collection[str] = (),
) -> Dependencies:
    """Return what the project's manifests, lock files and own Dockerfiles say of its dependencies.

    `django_dir` is the folder of manage.py relative to the project, "." for its root; `tools` are those that may
    install them, the preferred first; `installed_apps` and `database_engines` are the settings'.
    """
    folders = folders_of(django_dir)
    steps = read_lines(tree, folders, manifests(tools))
    installation = read_installation(tree, django_dir, steps, tools)
    elsewhere = folders_of(posixpath.dirname(installation.files[0])) if installation.files else folders
    if elsewhere[0] != "." and not set(elsewhere[:-1]) & set(folders) and not in_folders(installation, folders):
        # The manifest is in none of the folders that manage.py has above it: what is beside it counts.
        folders = elsewhere
        steps = read_lines(tree, folders, manifests(tools))
        installation = read_installation(tree, folders[0], steps, tools)
    distributions = locked(tree, installation)
    below = read_bound(tree, {} if installation.lock_file and "django" not in distributions else distributions)
    if below.value:
        distributions["django"] = held_below(distributions.get("django"), below)
    found = _with_requirements(_installation(installation), installation)
    folders_read, missing = local_paths(tree, installation, distributions.values())
    found = replace(
        found,
        foreign=Found(installation.foreign, installation.foreign[0].source if installation.foreign else ""),
        local_missing=Found([name for name, _ in missing], missing[0][1] if missing else ""),
        install_folders=Found(folders_read, installation.local[0][1] if installation.local else ""),
        vcs_requirements=_from_version_control(installation, distributions),
        distributions=_installed(installation, distributions),
        django_version=_version("django", distributions),
        django_below=below,
        gunicorn_version=_version("gunicorn", distributions),
        python_version=Found(*read_python_version(tree, folders, steps, distributions, tools, installation.installer)),
        uv_version=Found(*required_release(tree, folders, tools)),
    )
    minor = int(found.python_version.value.split(".")[1])
    limit = build_setuptools(distributions, installation.requirements.constraints, steps, minor)
    found = replace(found, build_setuptools=Found(*limit, Certainty.INFERRED))
    features = needs_geodjango(installed_apps, database_engines)
    if not installation.lock_file:
        distributions = with_brought(distributions)
        features |= needs_driver(distributions, database_engines)
    built = [*installation.compiled]
    if option := installation.tool.builds:
        more = [item for item in built_from_source(distributions, minor) if item.name not in built]
        options = [*found.install_options.value, *(f"{option}{item.name}" for item in more)]
        found = replace(found, install_options=replace(found.install_options, value=options))
        distributions = {**{item.name: item for item in more}, **distributions}
        built += [item.name for item in more]
    for name in distributions.keys() & set(built):
        distributions[name] = replace(distributions[name], wheels=())
    return _with_debian_packages(tree, found, distributions, features)


def _installation(found: Installation) -> Dependencies:
    """Return what installs the dependencies."""
    certainty = Certainty.STATED if found.stated else Certainty.ASSUMED
    unlocked = "Nothing pins all versions: each build installs the newest that the files allow."
    needs_lock = bool(found.files) and not found.tool.pins_by_itself
    return Dependencies(
        installer=Found(found.installer, found.source, certainty, found.note),
        installer_files=Found(found.files, found.source, certainty),
        install_options=Found(found.options, next(iter(found.groups.values()), ""), Certainty.INFERRED),
        lock_file=Found(
            found.lock_file,
            found.lock_file,
            Certainty.STATED if found.lock_file else Certainty.INFERRED,
            unlocked if needs_lock and not found.lock_file else "",
        ),
    )


def _with_requirements(dependencies: Dependencies, found: Installation) -> Dependencies:
    """Return what is found with the requirements files."""
    file = found.requirements_file
    if file:
        main = Found(file, found.source, Certainty.STATED if found.stated else Certainty.ASSUMED, found.note)
    else:
        note = "There is none." if found.installer == "none" else f"{found.installer} installs the dependencies."
        main = Found("", "", Certainty.ASSUMED, note)
    return replace(
        dependencies,
        requirements_file=main,
        requirements_files=Found(found.requirements_files, file),
        requirements_beside=Found(
            [path for path, _ in found.beside],
            found.beside[0][1] if found.beside else "",
            note="Production installs these too." if found.beside else "",
        ),
    )


def _from_version_control(found: Installation, distributions: dict[str, Distribution]) -> Found[Sequence[str]]:
    """Return the URLs of what is installed from version control."""
    urls = dict(found.requirements.vcs)
    for item in distributions.values():
        if item.url.startswith(("git+", "hg+", "svn+", "bzr+")) and item.url not in urls:
            urls[item.url] = item.source
    return Found(list(urls), next(iter(urls.values()), ""))


def _installed(found: Installation, distributions: dict[str, Distribution]) -> Found[Mapping[str, Installed]]:
    return Found(
        {
            name: Installed(item.specifier, item.version, item.source, item.direct, item.extras)
            for name, item in sorted(distributions.items())
        },
        found.lock_file or found.requirements_file or found.source,
        Certainty.STATED if distributions else Certainty.ASSUMED,
    )


def _version(name: str, distributions: dict[str, Distribution]) -> Found[str]:
    """Return the version of a distribution that is pinned."""
    item = distributions.get(name)
    if item is None:
        return Found("", "", Certainty.INFERRED, f"{name.capitalize()} is not among the requirements.")
    if not item.version:
        return Found("", item.source, Certainty.INFERRED, f"It is not pinned ({item.specifier or 'any version'}).")
    return Found(item.version, item.source)


def _with_debian_packages(
    tree: Tree, dependencies: Dependencies, distributions: dict[str, Distribution], features: dict[str, str]
) -> Dependencies:
    """Return what is found with the Debian packages that it needs; `features` are GeoDjango's, with their sources."""
    vcs = dependencies.vcs_requirements
    for url in vcs.value:
        features.setdefault(url.partition("+")[0], vcs.source)
    if messages := translations(tree):
        features["gettext"] = messages
    minor = int(dependencies.python_version.value.split(".")[1])
    build, runtime = debian_packages(distributions, minor, features)
    return replace(
        dependencies,
        compile_messages=Found(bool(messages), messages, Certainty.INFERRED),
        apt_build=_packages(build),
        apt_runtime=_packages(runtime),
        apt_explained=Found(explained(distributions), "", Certainty.INFERRED),
    )


def _packages(packages: dict[str, str]) -> Found[Sequence[str]]:
    """Return Debian packages, and what needs each."""
    reasons = ", ".join(f"{package}: {source}" for package, source in packages.items() if source)
    source = next((source for source in packages.values() if source), "")
    return Found(list(packages), source, Certainty.INFERRED, reasons)
