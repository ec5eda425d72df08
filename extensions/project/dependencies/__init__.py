"""What a Django project depends on: distributions, the tool that installs them, Python, Debian's packages."""

import posixpath
from collections.abc import Iterable

from ..deployment.recipes import Line, read_lines
from ..findings import Certainty, Findings
from ..tree import Tree
from .debian_packages import debian_packages, explained, installed_by_apt, needs_geodjango, translations, with_brought
from .distributions import Distribution
from .installer import Installation, folders_of, in_folders, locked, read_installation
from .python_version import read_python_version
from .servers import server_used
from .uv_version import read_uv_version


def read_dependencies(
    tree: Tree,
    django_dir: str | None,
    findings: Findings,
    installed_apps: Iterable[str] = (),
    database_engines: Iterable[str] = (),
) -> None:
    """Add what the project's manifests, lock files and own Dockerfiles say of its dependencies to `findings`.

    `django_dir` is the folder of manage.py relative to the project, "." for its root; `installed_apps` and
    `database_engines` are the settings'.
    """
    folders = folders_of(django_dir)
    steps = read_lines(tree, folders)
    installation = read_installation(tree, django_dir, steps)
    elsewhere = folders_of(posixpath.dirname(installation.files[0])) if installation.files else folders
    if elsewhere[0] != "." and not set(elsewhere[:-1]) & set(folders) and not in_folders(installation, folders):
        # The manifest is in none of the folders that manage.py has above it: what is beside it counts.
        folders = elsewhere
        steps = read_lines(tree, folders)
        installation = read_installation(tree, folders[0], steps)
    distributions = locked(tree, installation)
    _add_installation(findings, installation)
    _add_requirements(findings, installation, distributions)
    findings.add(
        "distributions",
        {
            name: {
                "specifier": item.specifier,
                "version": item.version,
                "source": item.source,
                "direct": item.direct,
                "extras": list(item.extras),
            }
            for name, item in sorted(distributions.items())
        },
        installation.lock_file or installation.requirements_file or installation.source,
        Certainty.STATED if distributions else Certainty.ASSUMED,
    )
    _add_servers(findings, distributions, steps)
    version, source, certainty, note = read_python_version(tree, folders, steps, distributions)
    findings.add("python_version", version, source, certainty, note)
    findings.add("uv_version", *read_uv_version(tree, folders), Certainty.STATED)
    _add_debian_packages(
        tree, findings, distributions, version, installation, list(installed_apps), list(database_engines)
    )
    apt = installed_by_apt(tree, steps)
    findings.add(
        "dockerfile_apt", apt, apt[0]["source"] if apt else "", Certainty.STATED if apt else Certainty.INFERRED
    )


def _add_installation(findings: Findings, found: Installation) -> None:
    certainty = Certainty.STATED if found.stated else Certainty.ASSUMED
    findings.add("installer", found.installer, found.source, certainty, found.note)
    findings.add("installer_files", found.files, found.source, certainty)
    stated = Certainty.STATED if found.lock_file else Certainty.INFERRED
    unlocked = "Nothing pins all versions: each build installs the newest that the files allow."
    note = (
        unlocked if not found.lock_file and found.installer in ("uv", "poetry", "pdm", "pipenv", "pyproject") else ""
    )
    findings.add("lock_file", found.lock_file, found.lock_file, stated, note)
    sources = list(found.groups.values())
    findings.add("lock_groups", list(found.groups), sources[0] if sources else "", Certainty.INFERRED)
    findings.add("install_options", found.options, sources[0] if sources else "", Certainty.INFERRED)


def _add_requirements(findings: Findings, found: Installation, distributions: dict[str, Distribution]) -> None:
    file = found.requirements_file
    if file:
        certainty = Certainty.STATED if found.stated else Certainty.ASSUMED
        findings.add("requirements_file", file, found.source, certainty, found.note)
    else:
        note = "There is none." if found.installer == "none" else f"{found.installer} installs the dependencies."
        findings.add("requirements_file", "", "", Certainty.ASSUMED, note)
    requirements = found.requirements
    findings.add("requirements_files", found.requirements_files, file)
    note = "Production installs these beside it." if found.beside else ""
    findings.add(
        "requirements_beside",
        [path for path, _ in found.beside],
        found.beside[0][1] if found.beside else "",
        note=note,
    )
    findings.add("requirements_local", [text for text, _ in found.local], found.local[0][1] if found.local else "")
    indexes = requirements.indexes
    findings.add("package_indexes", [url for url, _ in indexes], indexes[0][1] if indexes else "")
    vcs = dict(requirements.vcs)
    for item in distributions.values():
        if item.url.startswith(("git+", "hg+", "svn+", "bzr+")) and item.url not in vcs:
            vcs[item.url] = item.source
    findings.add("vcs_requirements", list(vcs), next(iter(vcs.values()), ""))


def _add_servers(findings: Findings, distributions: dict[str, Distribution], steps: list[Line]) -> None:
    for name in ("django", "gunicorn"):
        item = distributions.get(name)
        version, source = (item.version, item.source) if item else ("", "")
        note = ""
        if item is None:
            note = f"{name.capitalize()} is not among the requirements."
        elif not version:
            note = f"It is not pinned ({item.specifier or 'any version'})."
        findings.add(f"{name}_version", version, source, Certainty.STATED if version else Certainty.INFERRED, note)
    server, source, servers = server_used(distributions, steps)
    note = "" if "gunicorn" in servers else "Gunicorn is not among the requirements: the image must install it."
    if len(servers) > 1:
        note = f"Among the requirements are {', '.join(servers)}. {note}".strip()
    findings.add("server", server, source, Certainty.INFERRED if server else Certainty.ASSUMED, note)


def _add_debian_packages(
    tree: Tree,
    findings: Findings,
    distributions: dict[str, Distribution],
    version: str,
    installation: Installation,
    installed_apps: list[str],
    database_engines: list[str],
) -> None:
    features = needs_geodjango(installed_apps, database_engines)
    for url in findings.value("vcs_requirements", []):
        features.setdefault(url.partition("+")[0], findings.found["vcs_requirements"].source)
    messages = translations(tree)
    certainty = Certainty.INFERRED
    findings.add("compile_messages", bool(messages), messages, certainty)
    if messages:
        features["gettext"] = messages
    if not installation.lock_file:
        distributions = with_brought(distributions)
    build, runtime = debian_packages(distributions, int(version.split(".")[1]), features)
    findings.add("apt_explained", explained(distributions), "", certainty)
    for name, packages in (("apt_build", build), ("apt_runtime", runtime)):
        reasons = ", ".join(f"{package}: {source}" for package, source in packages.items() if source)
        source = next((source for source in packages.values() if source), "")
        findings.add(name, list(packages), source, certainty, reasons)
