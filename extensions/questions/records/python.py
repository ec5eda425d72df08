"""The questions on what installs the project's dependencies, and which Debian packages they need."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ...installers import kinds as installers
from ...project import Found
from ...project.deployment.kinds.record import Packages
from ...services.site import Site
from .. import deployment_defaults, kinds
from ..default import Default, default_of
from ..question import WRITTEN, Asked, Question, Reference
from .image import debian_release

# What has another name in bookworm than in trixie, except those that end in t64 there: https://wiki.debian.org/ReleaseGoals/64bit-time
BOOKWORM = {
    "libgdal36": "libgdal32",
    "libspatialite8t64": "libspatialite7",
    "libgeos-c1t64": "libgeos-c1v5",
    "libavcodec61": "libavcodec59",
    "libavdevice61": "libavdevice59",
    "libavfilter10": "libavfilter8",
    "libavformat61": "libavformat59",
    "libavutil59": "libavutil57",
    "libdav1d7": "libdav1d6",
    "libqpdf30": "libqpdf29",
    "libswresample5": "libswresample4",
    "libswscale8": "libswscale6",
    "libvpx9": "libvpx7",
    "libzip5": "libzip4",
    "libhdf5-310": "libhdf5-103-1",
    "libicu76": "libicu72",
    "libnetcdf22": "libnetcdf19",
    "librocksdb9.10": "librocksdb7.8",
    "libspatialindex-c8": "libspatialindex-c6",
    "libspatialindex8": "libspatialindex6",
    "libtidy58": "libtidy5deb1",
    "libpoppler-cpp2": "libpoppler-cpp0v5",
    "libldap2": "libldap-2.5-0",
    "libmagickwand-7.q16-10": "libmagickwand-6.q16-6",
}


def _installer(site: Site) -> Default:
    default = default_of(site.dependencies.installer, "pip")
    if default.value == "none":
        return Default("pip")
    if not site.dependencies.lock_file.value:
        return Default(installers.without_lock(default.value), default.source)
    return default


def _installer_files(site: Site) -> Default:
    installer = _installer(site)
    return (
        Default([], "")
        if installer.value == "pip"
        else Default(site.dependencies.installer_files.value, installer.source)
    )


def _requirements_includes(site: Site) -> Default:
    files = site.dependencies.requirements_files.value[1:]
    beside = site.dependencies.requirements_beside.value
    return Default([path for path in files if path not in beside], site.dependencies.requirements_file.value)


def _requirements_without(site: Site) -> Default:
    found = site.dependencies.foreign
    return Default([item.name for item in found.value], found.source)


def _build_setuptools(site: Site) -> Default:
    found = site.dependencies.build_setuptools
    if not site.dependencies.lock_file.value and _installer(site).value in installers.names_that_export():
        return Default("")
    return Default(found.value, found.source)


def _gunicorn_install(site: Site) -> Default:
    return Default("gunicorn" not in site.dependencies.distributions.value)


def _apt_build(site: Site) -> Default:
    own = {name: item.source for item in site.own_steps.value.of(Packages) for name in item.build}
    return _apt(site, site.dependencies.apt_build, own)


def _apt_runtime(site: Site) -> Default:
    own = {name: item.source for item in site.own_steps.value.of(Packages) for name in item.run}
    zone = site.settings.legacy_zone
    if zone.value and debian_release(site).value != "bookworm":
        own["tzdata-legacy"] = zone.source
    return _apt(site, site.dependencies.apt_runtime, own, site.adopted.handbook_extra.value.apt)


def _apt(site: Site, found: Found[Sequence[str]], own: Mapping[str, str], more: Sequence[str] = ()) -> Default:
    """Return what is known to be needed, and what the project's own files install, each with the line that does."""
    packages = ({*found.value, *own} - {"gettext"}).union(more)
    source = found.source or next(iter(own.values()), "")
    if debian_release(site).value == "bookworm":
        packages = {BOOKWORM.get(package, package.replace("t64", "")) for package in packages}
    return Default(sorted(packages), source if packages else "")


def _requirements_file(value: str, root: Path) -> str:
    if (root / value).is_file():
        return ""
    return f"there is no file {value} in {root}; name a file of the project"


def _requirement_files(value: Any, root: Path) -> str:
    paths = kinds.parsed(value)
    return next((message for path in paths if (message := _requirements_file(path, root))), "")


def _install_folders(value: Any, root: Path) -> str:
    missing = (path for path in kinds.parsed(value) if not (root / path).exists())
    return next((f"there is no {path} in {root}; name a folder or a file of the project" for path in missing), "")


def _listed(names: list[str], between: str) -> str:
    """Return names as the reference has them."""
    return between.join(f"`{name}`" for name in names)


QUESTIONS = (
    Question(
        name="installer",
        type="str",
        help="Tool that installs your dependencies",
        rule=kinds.choice(*installers.names()),
        safe="pip",
        default=_installer,
        says_source=True,
        expression="{{ 'installer' | found if requirements_file is undefined else 'pip' }}",
        comment="A project that answered requirements_file in an earlier version uses pip.",
        plain=WRITTEN,
        reference=Reference(
            type=f"one of {_listed(installers.names(), ', ')}: [what each does](files.md#build)",
            default=(
                "the tool whose lock file or manifest is in the project and lists Django: [how it is "
                "detected](detection.md#dependencies)"
            ),
            changes="the instructions of the stage `build`, in both Dockerfiles",
            notes="""\
`pyproject` is for a `pyproject.toml` with dependencies and without a lock file: each build installs the newest
versions that it allows. An update from version 1.0 keeps `pip`.
""",
        ),
    ),
    Question(
        name="uv_version",
        type="str",
        help="uv version for the build, such as 0.11; empty for the default",
        rule=kinds.text(r"(0\.[0-9]{1,3}(\.[0-9]{1,3})?)?", "give a tag of uv's image, like 0.11 or 0.11.3"),
        safe="",
        found=lambda site: site.dependencies.uv_version,
        says_source=True,
        when=f"{{{{ installer in {installers.names_with_uv()} }}}}",
        expression=f"{{{{ 'uv_version' | found if installer in {installers.names_with_uv()} else '' }}}}",
        as_before="",
        reference=Reference(
            type=(
                "text, a version like `0.11` or `0.11.3`; empty for the one that this version of the template brings"
            ),
            default=(
                "a version that [`required-version`](https://docs.astral.sh/uv/reference/settings/#required-version) "
                "of uv allows, if it excludes the template's; otherwise empty"
            ),
            changes="the tag of `ghcr.io/astral-sh/uv` in the stage `build`, in both Dockerfiles",
            allowed="a version such as `0.11` or `0.11.3`, or nothing",
            notes="Only with the installers `uv` and `pyproject`.",
        ),
    ),
    Question(
        name="installer_files",
        type="yaml",
        help="Manifest and lock files to install from, as YAML: [uv.lock]",
        rule=kinds.paths,
        safe=[],
        default=_installer_files,
        says_source=True,
        expression="{{ 'installer_files' | found if installer != 'pip' else [] }}",
        in_project=_requirement_files,
        reference=Reference(
            type="a YAML list of paths",
            default="the manifest and the lock file of `installer`, with the files that they need; none with `pip`",
            changes="the files that are mounted for the installation in the stage `build` of both Dockerfiles",
            allowed="paths of files that exist, without spaces and `..`, that do not start with `/`",
            notes="The tool runs in the folder of the first file.",
        ),
    ),
    Question(
        name="requirements_file",
        type="str",
        help="Requirements file to install with pip",
        rule=kinds.relative_path,
        safe="",
        found=lambda site: site.dependencies.requirements_file,
        says_source=True,
        asked=Asked.ALWAYS,
        when="{{ installer == 'pip' }}",
        expression="{{ 'requirements_file' | found if installer == 'pip' else '' }}",
        in_project=_requirements_file,
        reference=Reference(
            type="text",
            default="the requirements file that production installs",
            changes="`pip install` in the stage `build` of both Dockerfiles",
            allowed="the path of a file that exists, without spaces and `..`, that does not start with `/`",
            notes="""\
Only with the installer `pip`. If no list of dependencies is found, there is no default: give one with
`--data requirements_file=PATH`.
""",
        ),
    ),
    Question(
        name="requirements_includes",
        type="yaml",
        help="Files that the requirements file includes (-r, -c), as YAML: [base.txt]",
        rule=kinds.paths,
        safe=[],
        default=_requirements_includes,
        in_project=_requirement_files,
        reference=Reference(
            type="a YAML list of paths",
            default="the files that `requirements_file` includes with `-r` or `-c`, and the files that these include",
            changes="the files that are mounted together with the requirements file, in both Dockerfiles",
            allowed="paths of files that exist, without spaces and `..`, that do not start with `/`",
        ),
    ),
    Question(
        name="requirements_beside",
        type="yaml",
        help="More requirements files to install, as YAML: [prod.txt]",
        rule=kinds.paths,
        safe=[],
        found=lambda site: site.dependencies.requirements_beside,
        in_project=_requirement_files,
        reference=Reference(
            type="a YAML list of paths",
            default="other requirements files that the project's own Dockerfile installs for production",
            changes="`pip install` in the stage `build` of both Dockerfiles",
            allowed="paths of files that exist, without spaces and `..`, that do not start with `/`",
        ),
    ),
    Question(
        name="requirements_without",
        type="yaml",
        help="Requirements to leave out, by their names, as YAML: [pywin32]",
        rule=kinds.list_of(
            kinds.text(r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?", "give the name of a package, like pywin32"),
            "names",
        ),
        safe=[],
        default=_requirements_without,
        since="3.1.0",
        as_before=[],
        reference=Reference(
            type="a YAML list of names",
            default=(
                "what `pip freeze` wrote on one kind of computer: paths of that computer, parts of Ubuntu, packages "
                "of Windows or macOS without a marker"
            ),
            changes="lines that are left out of the requirements files, in the stage `build` of both Dockerfiles",
            notes="A package with such a path is installed by its name: see `install_packages`.",
        ),
    ),
    Question(
        name="install_options",
        type="yaml",
        help="Extra options for the installer, as YAML: [--group=prod]",
        rule=kinds.list_of(
            kinds.text(
                r"--[a-z][a-z-]*(=[A-Za-z0-9_.,:/@+-]+)?", "give an option in one word, like --group=production"
            ),
            "options",
        ),
        safe=[],
        found=lambda site: site.dependencies.install_options,
        as_before=[],
        reference=Reference(
            type="a YAML list of options, each in one word",
            default=(
                "the groups and extras that production installs: those named `prod`, `production`, `deploy` and the "
                "like, and those that your own Dockerfile installs"
            ),
            changes="the command that installs the dependencies, in the stage `build` of both Dockerfiles",
            allowed="options, with a value after `=` (`--group=prod`)",
            notes="""\
Each installer has its own options for groups and extras: [what each one does](files.md#build). With the installer
`pyproject` and an option that begins with `--group`, add `--requirements=pyproject.toml` to install the project's own
dependencies too: a `pyproject.toml` may have groups alone.
""",
        ),
    ),
    Question(
        name="install_folders",
        type="yaml",
        help="Folders and files that the installer takes packages from, as YAML: [libs]",
        rule=kinds.list_of(kinds.folder, "paths, like [libs/prices, wheels]"),
        safe=[],
        found=lambda site: site.dependencies.install_folders,
        in_project=_install_folders,
        since="3.1.0",
        as_before=[],
        reference=Reference(
            type="a YAML list of paths",
            default=(
                "packages in the project whose paths the requirements, the manifest or the lock file name, and the "
                "folders of `--find-links`"
            ),
            changes=(
                "what is mounted for the installation in the stage `build` of both Dockerfiles. The installation then"
                " runs in `/workdir`, where editable packages stay"
            ),
            allowed="paths that exist, without spaces and `..`, that do not start with `/`",
            notes="`.` is the whole project: then each change of a file installs the dependencies anew.",
        ),
    ),
    Question(
        name="install_project",
        type="bool",
        help="Install your project as a package, so that it can read its own version?",
        rule=kinds.truth,
        safe=False,
        found=lambda site: site.dependencies.installs_itself,
        as_before=False,
        reference=Reference(
            type="yes or no",
            default=(
                "yes if your code asks for the version of its own distribution "
                '(`importlib.metadata.version("my-project")`), and your `pyproject.toml` names a version and a build '
                "backend"
            ),
            changes=(
                "with yes, a last step of the stage `build` of both Dockerfiles installs the project without its "
                "dependencies; its code stays in `/workdir`"
            ),
        ),
    ),
    Question(
        name="install_packages",
        type="yaml",
        help="More packages to install, as YAML: [whitenoise==6.11.0]",
        rule=kinds.list_of(kinds.requirement, "packages, like [whitenoise==6.11.0]"),
        safe=[],
        default=deployment_defaults.install_packages,
        since="3.1.0",
        as_before=[],
        reference=Reference(
            type="a YAML list of packages, each as pip takes it",
            default=(
                "what your own Dockerfile installs by name in addition to a file; the extra that a command of "
                "`build_instructions` needs; [an older Django](detection.md#code-of-an-older-django) if your code "
                "needs one; packages whose requirement is a path of one computer; what "
                "settings name, and only developers install"
            ),
            changes="what the stage `build` of both Dockerfiles installs after the dependencies",
            allowed="packages as pip takes them, without markers, spaces and URLs",
        ),
    ),
    Question(
        name="build_setuptools",
        type="str",
        help="Limit of the setuptools that builds old packages, such as <70",
        rule=kinds.text(r"((<=?|==|~=)[0-9]{1,4}(\.[0-9]{1,4}){0,3})?", "give a limit like <70, or nothing"),
        safe="",
        default=_build_setuptools,
        says_source=True,
        since="3.5.0",
        as_before="",
        reference=Reference(
            type="text, a limit like `<70`; empty for the newest",
            default=(
                "`<70` with a Django before 4.2; what packages need that are known to have no wheel; what "
                "your own Dockerfile installs"
            ),
            changes="what the stage `build` builds packages with",
            allowed="a version after `<`, `<=`, `==` or `~=`, or nothing",
            notes="With Poetry, PDM and uv, pip or `uv pip` installs the lock file first.",
        ),
    ),
    Question(
        name="gunicorn_install",
        type="bool",
        help="Install Gunicorn? (Yes if your dependencies don't include it)",
        rule=kinds.truth,
        safe=False,
        default=_gunicorn_install,
        reference=Reference(
            type="yes or no",
            default="yes if Gunicorn is not among the dependencies",
            changes="with yes, the stage `build` of both Dockerfiles installs `gunicorn` after the dependencies",
            notes=(
                "Each build then installs the newest version. Better: add `gunicorn` to your dependencies, and answer"
                " no."
            ),
        ),
    ),
    Question(
        name="apt_build",
        type="yaml",
        help="Debian packages to build dependencies with, as YAML: [libpq-dev]",
        rule=kinds.list_of(kinds.package, "Debian packages, like [libpq-dev]"),
        safe=[],
        default=_apt_build,
        reference=Reference(
            type="a YAML list of Debian packages",
            default=(
                "what it takes to compile the dependencies that have no wheel for this Python; `build-essential` if "
                "one of them may have none"
            ),
            changes=(
                "`apt-get install` in the stage `build` of both Dockerfiles, except packages that the Python image "
                "has. If the list is not empty, the stage uses the full image"
            ),
            allowed="names of Debian packages: lower-case letters, digits, `+`, `.`, `-`",
        ),
    ),
    Question(
        name="apt_runtime",
        type="yaml",
        help="Debian packages to install for running Django, as YAML: [libpq5]",
        rule=kinds.list_of(kinds.package, "Debian packages, like [libpq5]"),
        safe=[],
        default=_apt_runtime,
        reference=Reference(
            type="a YAML list of Debian packages",
            default=(
                "the libraries and programs that dependencies load or call, and what your own `Dockerfile_django`"
                " installs"
            ),
            changes="`apt-get install` in the stage `base` of both Dockerfiles",
            allowed="names of Debian packages: lower-case letters, digits, `+`, `.`, `-`",
        ),
    ),
)
