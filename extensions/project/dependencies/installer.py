"""How a project's dependencies are installed: with which tool, from which files."""

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from ..data import mapping
from ..deployment import dockerfile
from ..deployment.recipes import Line, is_for_developers
from ..places import PRODUCTION, join, mentions, words
from ..tree import Tree
from .distributions import Distribution, asked_for
from .locks import read_lock
from .manifests import (
    Manifest,
    is_production_group,
    read_dynamic,
    read_pipfile,
    read_poetry_table,
    read_project_table,
    read_setup,
)
from .requirements import Requirements, brought, read_requirements

PLAIN = frozenset(["requirements", "requirement", "reqs", "req", "requires", "pip", "txt", "in"])
RANKS = {
    **dict.fromkeys(PRODUCTION, 0),
    **dict.fromkeys(["deploy", "deployment", "heroku", "docker", "server", "release", "container"], 2),
    **dict.fromkeys(
        [
            "base",
            "common",
            "main",
            "default",
            "core",
            "all",
            "app",
            "django",
            "web",
            "backend",
            "runtime",
            "install",
            "shared",
        ],
        3,
    ),
}
OTHER = 5
PIP_INSTALL = re.compile(
    r"\bpip[0-9.]*[\"']?,?\s+[\"']?(?:-\S+\s+)*(?:install|wheel|download|sync)\b|\bpip-sync\b|\bpip[\"'], [\"']install"
)
REQUIREMENT_OPTION = re.compile(r"(?:\s|[\"'])(?:-r|--requirements?)[=\s\"',]*([^\s\"',;&|]+)")
PIP_SYNC = re.compile(r"\bpip[- ]sync\s+([^;&|]+)")
INSTALL_PROJECT = re.compile(r"\binstall\b[^;&|]*\s[\"']?\.(?:/?\[[^\]]*\])?[\"']?(?:\s|$|[;&|])")
COPY = re.compile(r"^(?:COPY|ADD)\s+(?:--\S+\s+)*(\S+)\s+(\S+)\s*$", re.IGNORECASE)
MOUNT = re.compile(r"source=([^\s,]+),target=([^\s,]+)")
TOOLS = (
    ("uv", re.compile(r"\buv\s+(?:-\S+\s+)*(?:sync|run|export)\b")),
    ("poetry", re.compile(r"\bpoetry\s+(?:-\S+\s+)*(?:install|export|run|sync)\b")),
    ("pdm", re.compile(r"\bpdm\s+(?:-\S+\s+)*(?:install|sync|run|export)\b")),
    ("pipenv", re.compile(r"\bpipenv\s+(?:-\S+\s+)*(?:install|sync|run|requirements|lock)\b")),
)
GROUP = re.compile(r"(?:--(?:extra|extras|group|with|only-group)[=\s]+|\s-[EG]\s+)[\"']?([A-Za-z0-9_.,-]+)")
# Where no step tells, what is locked goes before what is not.
ORDER = ("uv.lock", "poetry.lock", "pdm.lock", "Pipfile.lock", "pip", "uv", "poetry", "pdm", "pipenv", "pyproject")


@dataclass
class Installation:
    """How the dependencies are installed: a tool, its files, and what they ask for; `source` is what says so."""

    installer: str
    source: str = ""
    files: list[str] = field(default_factory=list)
    lock_file: str = ""
    groups: dict[str, str] = field(default_factory=dict)  # of production: name: source
    options: list[str] = field(default_factory=list)  # those of the command that install them
    direct: list[Distribution] = field(default_factory=list)
    local: list[tuple[str, str]] = field(default_factory=list)
    requirements: Requirements = field(default_factory=Requirements)
    requirements_file: str = ""
    requirements_files: list[str] = field(default_factory=list)  # it and those that it includes
    beside: list[tuple[str, str]] = field(default_factory=list)  # other requirements files that production installs
    stated: bool = True
    note: str = ""


def folders_of(django_dir: str | None) -> list[str]:
    """Return the folders in which a project's manifests are looked for: that of manage.py, and those above it."""
    folder = posixpath.normpath(django_dir or ".").strip("/")
    found = []
    while folder not in ("", ".", ".."):
        found.append(folder)
        folder = posixpath.dirname(folder)
    return [*found, "."]


def in_folders(found: Installation, folders: list[str]) -> bool:
    """Return whether an installation's files are in one of `folders`, or in a folder of requirements files in it."""
    folder = posixpath.dirname(found.files[0]) or "."
    near = bool(found.requirements_file) and is_near(found.files[0]) and "." in folders
    return folder in folders or near


def read_installation(tree: Tree, django_dir: str | None, steps: list[Line]) -> Installation:
    """Return how the project's dependencies are installed, as its manifests and its own steps say."""
    folders = folders_of(django_dir)
    found = list(_installations(tree, folders, steps))
    if not found:
        others = dict.fromkeys(
            posixpath.dirname(path) or "."
            for path in tree.named("pyproject.toml", "Pipfile", "setup.py", "setup.cfg", "requirements.txt")
            if not is_for_developers(path)
        )
        for folder in list(others)[:50]:
            if found := list(_installations(tree, [folder], steps)):
                break
    if not found and (conda := tree.named("environment.yml", "environment.yaml", "conda.yml")):
        note = f"The dependencies are conda's, in {conda[0]}, which is not read."
        return Installation("none", conda[0], stated=False, note=note)
    if not found:
        return Installation(
            "none", stated=False, note="No requirements file, lock file or manifest with dependencies was found."
        )
    with_django = [item for item in found if _installs_django(tree, item)]
    found = with_django or found
    chosen, used = _chosen(found, steps)
    rest = sorted({other.installer for other in found if other is not chosen and other.installer != chosen.installer})
    if rest:
        names = ", ".join(rest)
        if used is not None:
            chosen.note = f"There are files for {names} too; {used.source} uses {chosen.installer}."
            chosen.source = used.source
        else:
            chosen.note = f"There are files for {names} too, and nothing tells which of them production uses."
            chosen.stated = False
    return chosen


def _installs_django(tree: Tree, found: Installation) -> bool:
    return any(item.name == "django" for item in found.direct) or "django" in locked(tree, found)


def _installations(tree: Tree, folders: list[str], steps: list[Line]) -> Iterator[Installation]:
    """Yield the ways to install that there are files for, those in the folder of manage.py first."""
    for folder in folders:
        yield from _of_pyproject(tree, folder, steps)
        if tree.exists(path := join(folder, "Pipfile")) and mapping(tree.toml(path), "packages"):
            yield _of_pipfile(tree, folder)
    if pip := _of_requirements(tree, folders, steps):
        yield pip
    for folder in folders:
        path = join(folder, "pyproject.toml")
        if not mapping(tree.toml(path), "project").get("dependencies") and (setup := read_setup(tree, folder)):
            names = ("setup.py", "setup.cfg", "pyproject.toml", "MANIFEST.in")
            files = [join(folder, name) for name in names if tree.exists(join(folder, name))]
            yield Installation(
                "pyproject", setup.path, files, direct=setup.direct, note="The project installs itself: pip install ."
            )


def _of_pyproject(tree: Tree, folder: str, steps: list[Line]) -> Iterator[Installation]:
    path = join(folder, "pyproject.toml")
    content = tree.toml(path)
    locks = {name: join(folder, name) for name in ("uv.lock", "poetry.lock", "pdm.lock", "pylock.toml")}
    locks = {name: lock for name, lock in locks.items() if tree.exists(lock)}
    project, tool = read_project_table(tree, path), mapping(content, "tool")
    backend = mapping(content, "build-system").get("build-backend")
    backend = backend if isinstance(backend, str) else ""
    poetry = mapping(tool, "poetry", "dependencies")
    asks = bool(project.direct or project.dynamic)
    if (
        "uv.lock" in locks
        or (asks and "uv" in tool and not {"poetry.lock", "pdm.lock"} & set(locks))
        or (asks and backend == "uv_build")
    ):
        groups = _production_groups(tree, "uv", project, steps)
        found = Installation("uv", locks.get("uv.lock", path), groups=groups, lock_file=locks.get("uv.lock", ""))
        manifest = read_project_table(tree, path, groups)
        members = _workspace_members(tree, folder, mapping(tool, "uv", "workspace").get("members"))
        yield _with_manifest(tree, found, manifest, folder, ["uv.toml"], members)
    is_poetry = "poetry.lock" in locks or any(name != "python" for name in poetry)
    if is_poetry or (asks and backend.startswith("poetry.") and not locks):
        manifest = read_poetry_table(tree, path)
        manifest.groups = {**project.groups, **manifest.groups}
        groups = _production_groups(tree, "poetry", manifest, steps)
        found = Installation(
            "poetry", locks.get("poetry.lock", path), groups=groups, lock_file=locks.get("poetry.lock", "")
        )
        manifest = read_poetry_table(tree, path, groups)
        other = read_project_table(tree, path, groups)
        known = {item.name for item in manifest.direct}
        manifest.direct += [item for item in other.direct if item.name not in known]
        manifest.extras |= other.extras
        yield _with_manifest(tree, found, manifest, folder, ["poetry.toml"])
    if (
        "pdm.lock" in locks
        or (asks and "pdm" in tool and not locks)
        or (asks and backend.startswith("pdm.") and not locks)
    ):
        groups = _production_groups(tree, "pdm", project, steps)
        found = Installation("pdm", locks.get("pdm.lock", path), groups=groups, lock_file=locks.get("pdm.lock", ""))
        yield _with_manifest(tree, found, read_project_table(tree, path, groups), folder, ["pdm.toml"])
    if not asks and not locks and not poetry and mapping(content, "dependency-groups"):
        yield from _of_groups(tree, folder, steps)
    if (
        asks
        and not locks.keys() - {"pylock.toml"}
        and "uv" not in tool
        and "pdm" not in tool
        and not backend.startswith(("poetry.", "pdm.", "uv_build"))
    ):
        groups = _production_groups(tree, "pyproject", project, steps)
        found = Installation("pyproject", path, groups=groups, lock_file=locks.get("pylock.toml", ""))
        if project.dynamic:
            found.note = f"pyproject.toml reads its dependencies from {', '.join(project.dynamic)}."
        elif not backend:
            found.note = "pyproject.toml has no build backend, so pip builds it with setuptools."
        yield _with_manifest(
            tree, found, read_project_table(tree, path, groups), folder, ["setup.py", "setup.cfg", "MANIFEST.in"]
        )


def _of_groups(tree: Tree, folder: str, steps: list[Line]) -> Iterator[Installation]:
    """Yield an installation of dependency groups alone: a pyproject.toml without a project. https://peps.python.org/pep-0735/"""
    path = join(folder, "pyproject.toml")
    manifest = read_project_table(tree, path)
    groups = _production_groups(tree, "pyproject", manifest, steps)
    if not groups:
        groups = {name: source for name, source in manifest.groups.items() if RANKS.get(name.lower(), OTHER) < OTHER}
    manifest = read_project_table(tree, path, groups)
    if manifest.direct:
        note = (
            f"pyproject.toml has dependency groups only: pip install {' '.join(f'--group {name}' for name in groups)}"
        )
        found = Installation("pyproject", path, groups=groups, stated=False, note=note)
        yield _with_manifest(tree, found, manifest, folder, [])


def _with_manifest(
    tree: Tree,
    found: Installation,
    manifest: Manifest,
    folder: str,
    names: list[str],
    members: list[str] | None = None,
) -> Installation:
    paths = [
        manifest.path,
        found.lock_file,
        *(join(folder, name) for name in names),
        *(members or []),
        *manifest.dynamic,
    ]
    found.files = list(dict.fromkeys(path for path in paths if path and tree.exists(path)))
    found.options = _options(found, manifest)
    found.direct = [*manifest.direct, *read_dynamic(tree, manifest)]
    found.local = manifest.local
    return found


def _options(found: Installation, manifest: Manifest) -> list[str]:
    """Return the options by which an installation's command installs the groups and extras of production.

    https://docs.astral.sh/uv/reference/cli/#uv-sync, https://python-poetry.org/docs/cli/#install,
    https://pdm-project.org/latest/reference/cli/#install
    """
    group, extra = "--group", "--extra"
    if found.installer == "poetry":
        group, extra = "--only", "--extras"  # `--only main`, which is there, makes nothing of `--with`
    elif found.installer == "pdm" and found.lock_file:
        extra = "--group"
    options = [f"{extra if name in manifest.extras else group}={name}" for name in found.groups]
    if found.installer != "poetry" and not found.lock_file and "--group" in " ".join(options) and manifest.project:
        options.insert(0, f"--requirements={manifest.path.rpartition('/')[2]}")
    return options


def _workspace_members(tree: Tree, folder: str, members: object) -> list[str]:
    """Return the manifests of a uv workspace's members. https://docs.astral.sh/uv/concepts/projects/workspaces/"""
    patterns = [item for item in members if isinstance(item, str)] if isinstance(members, list) else []
    return (
        tree.match(*(join(folder, f"{pattern.rstrip('/')}/pyproject.toml") for pattern in patterns[:50]))
        if patterns
        else []
    )


def _of_pipfile(tree: Tree, folder: str) -> Installation:
    path, lock = join(folder, "Pipfile"), join(folder, "Pipfile.lock")
    lock = lock if tree.exists(lock) else ""
    return _with_manifest(
        tree, Installation("pipenv", lock or path, lock_file=lock), read_pipfile(tree, path), folder, []
    )


def _production_groups(tree: Tree, installer: str, manifest: Manifest, steps: list[Line]) -> dict[str, str]:
    """Return the groups and extras that production installs: those named so, and those that a Dockerfile installs."""
    found = {name: source for name, source in manifest.groups.items() if is_production_group(name)}
    pattern = dict(TOOLS).get(installer, PIP_INSTALL)
    for step in steps:
        if step.kind in ("dockerfile", "deploy") and not step.development:
            for part in re.split(r"&&|;", step.text):
                if pattern.search(part):
                    for match in GROUP.finditer(part):
                        for name in match[1].split(","):
                            if name in manifest.groups and not is_for_developers(name):
                                found.setdefault(name, step.source)
    return found


def is_requirements_file(path: str) -> bool:
    """Return whether a path is named as requirements files are."""
    folder, _, name = path.rpartition("/")
    stem, _, extension = name.lower().rpartition(".")
    if extension not in ("txt", "pip", "in"):
        return False
    named = words(stem)
    if "constraints" in named or "robots" in named:
        return False
    return (
        bool({"requirements", "requirement", "reqs"} & (named | words(folder.rpartition("/")[2])))
        or stem in ("req", "pip")
        or stem.startswith("requirements")
    )


def _rank(path: str) -> int:
    name = path.rpartition("/")[2].lower()
    telling = words(name) - PLAIN
    if any(character.isdigit() for character in "".join(telling)):
        return OTHER
    rank = min((RANKS.get(word, OTHER) for word in telling), default=1)
    if not telling and mentions(path.rpartition("/")[0], PRODUCTION):
        rank = 0
    return rank + (4 if name.endswith(".in") else 0)


def requirements_candidates(tree: Tree, folders: list[str]) -> list[str]:
    """Return the requirements files that production may install, likeliest first, without those of development."""
    named = [path for path in tree.paths if is_requirements_file(path)]
    found: dict[str, tuple[int, int]] = {}
    for distance, folder in enumerate(folders):
        prefix = "" if folder == "." else f"{folder}/"
        for path in named:
            inside = path.removeprefix(prefix)
            if path in found or not path.startswith(prefix) or inside.count("/") > 2 or is_for_developers(inside):
                continue
            near = inside.count("/") == 0 or is_near(inside)
            if near:
                found[path] = (_rank(path), distance)
    return sorted(found, key=lambda path: (*found[path], path.count("/"), path))[:40]


def is_near(inside: str) -> bool:
    """Return whether a requirements file's folder is one that a project keeps such files in."""
    return mentions(
        inside.rpartition("/")[0],
        {
            *PLAIN,
            *RANKS,
            "config",
            "conf",
            "etc",
            "build",
            "env",
            "compose",
            "python",
            "dependencies",
            "deps",
            "scripts",
        },
    )


def _of_requirements(tree: Tree, folders: list[str], steps: list[Line]) -> Installation | None:
    candidates = requirements_candidates(tree, folders)
    installed = installed_requirements(tree, candidates, steps)
    if not candidates and not installed:
        return None
    for step, paths in installed:
        if step.kind in ("ci", "task"):
            continue  # tests install production's files too, and others beside: they decide between equals only
        main = next((path for path in paths if _has_django(tree, path)), paths[0])
        others = [
            (path, step.source) for path in paths if path != main and path not in read_requirements(tree, main).files
        ]
        found = _pip(tree, main, step.source, others)
        if len(candidates) > 1:
            found.note = f"{step.source} installs it."
        return found
    with_django = [path for path in candidates if _has_django(tree, path)]
    ranked = with_django or [path for path in candidates if _rank(path) < OTHER] or candidates
    main = ranked[0]
    tested = [path for _, paths in installed for path in paths]
    if _rank(main) > 0:
        main = next((path for path in ranked if _rank(path) == _rank(main) and path in tested), main)
    for path in ranked[1:]:
        if _rank(main) == 0 and _rank(path) == 1 and main in read_requirements(tree, path).files:
            main = path
            break
    found = _pip(tree, main, main)
    if not with_django:
        found.stated = False
        found.note = "It does not name Django, and no other requirements file of production does."
    elif _rank(main) >= OTHER:
        found.stated = False
        found.note = "No requirements file is named as production's are; this is the first that names Django."
    elif (same := [path for path in ranked[1:] if _rank(path) == _rank(main)]) and main not in ("requirements.txt",):
        found.stated = False
        found.note = f"{', '.join(same[:3])} could be it as well."
    return found


def _has_django(tree: Tree, path: str) -> bool:
    return any(requirement.name == "django" for requirement in read_requirements(tree, path).requirements)


def _told_apart(tree: Tree, item: Distribution) -> Distribution:
    """Return a distribution of a requirements file, not direct where the file says that only others ask for it."""
    path, _, line = item.source.rpartition(":")
    return replace(item, direct=not line.isdigit() or int(line) not in brought(tree.text(path) or ""))


def _pip(tree: Tree, path: str, source: str, beside: list[tuple[str, str]] | None = None) -> Installation:
    requirements = read_requirements(tree, path, *(other for other, _ in beside or ()))
    found = Installation("pip", source, list(requirements.files), requirements=requirements, requirements_file=path)
    found.requirements_files = list(read_requirements(tree, path).files)
    found.beside = beside or []
    found.direct = [_told_apart(tree, item) for item in distributions_of(requirements)]
    found.local = requirements.local
    return found


def distributions_of(requirements: Requirements) -> list[Distribution]:
    """Return what requirements files ask for, with the versions that constraints pin."""
    constraints = {item.name: item for item in requirements.constraints}
    found: dict[str, Distribution] = {}
    for item in requirements.requirements:
        limit = constraints.get(item.name)
        version = item.version or (limit.version if limit else "")
        specifier = item.specifier or (limit.specifier if limit else "")
        known = found.get(item.name)
        if known is None or (version and not known.version):
            extras = tuple(sorted({*item.extras, *(known.extras if known else ())}))
            found[item.name] = replace(asked_for(item), specifier=specifier, version=version, extras=extras)
    return list(found.values())


def installed_requirements(tree: Tree, candidates: list[str], steps: list[Line]) -> list[tuple[Line, list[str]]]:
    """Return the steps that install production's requirements files, and the files, the Dockerfile's first."""
    known = dict.fromkeys(candidates)
    if not any(_has_django(tree, path) for path in candidates):
        known.update((path, None) for path in tree.paths if is_requirements_file(path) and _has_django(tree, path))
    copies: dict[str, dict[str, str]] = {}
    by_file: dict[str, tuple[Line, list[str]]] = {}
    for step in steps:
        if step.kind not in ("ci", "task") and step.development:
            continue
        text = step.text
        renamed = copies.setdefault(step.path, {})
        if step.kind == "dockerfile":
            if "$" in text:
                values = dockerfile.variables(tree.text(step.path) or "").values
                text = dockerfile.substitute(text, values, unknown="")
            renamed |= _copied_as(text)
        for name in _installed_files(text):
            path = _resolved(name, step.path, known, renamed)
            if path and not is_for_developers(path.rpartition("/")[2]) and not _is_development_folder(path):
                paths = by_file.setdefault(step.path, (step, []))[1]
                if path not in paths:
                    paths.append(path)
    return list(by_file.values())


def _copied_as(text: str) -> dict[str, str]:
    """Return the project's files that an instruction copies or mounts, by their names in the image."""
    found = {}
    if (match := COPY.match(text)) and not match[2].endswith("/"):
        found[match[2].rpartition("/")[2]] = match[1]
    return found | {match[2].rpartition("/")[2]: match[1] for match in MOUNT.finditer(text)}


def _installed_files(text: str) -> list[str]:
    """Return the requirements files that a command of pip, or of pip-tools, names."""
    if not PIP_INSTALL.search(text):
        return []
    names: list[str] = REQUIREMENT_OPTION.findall(text)
    for match in PIP_SYNC.finditer(text):
        names += [word for word in match[1].split() if not word.startswith("-")]
    return names


def _is_development_folder(path: str) -> bool:
    folder = path.rpartition("/")[0]
    return folder.rpartition("/")[2].lower() in ("docs", "doc", "tests", "test")


def _resolved(name: str, where: str, known: dict[str, None], renamed: dict[str, str]) -> str:
    """Return the requirements file that a step, which may run in another folder, names; "" if it is none."""
    if "$" in name:
        return ""
    name = posixpath.normpath(name).lstrip("/")
    source = renamed.get(name.rpartition("/")[2])
    if source:
        name = posixpath.normpath(source).lstrip("/")
    beside = join(posixpath.dirname(where) or ".", name)
    for path in (beside, name):
        if path in known:
            return path
    parts = name.split("/")
    for start in range(len(parts)):  # /app/requirements/base.txt: the image's folder is not the project's
        tail = "/".join(parts[start:])
        for path in known:
            if path == tail or path.endswith(f"/{tail}"):
                return path
    return ""


def _chosen(found: list[Installation], steps: list[Line]) -> tuple[Installation, Line | None]:
    """Return the way to install that the project's own steps use, and the first that does; else what is locked."""
    by_name: dict[str, Installation] = {}
    for item in found:
        by_name.setdefault(item.installer, item)
    if len(by_name) > 1:
        used: dict[str, dict[str, Line]] = {}
        for step in steps:
            if name := _installer_used(step, by_name):
                used.setdefault(step.path, {}).setdefault(name, step)
        for names in used.values():
            for name in ("uv", "poetry", "pdm", "pipenv", "pip", "pyproject"):
                if name in names:
                    return by_name[name], names[name]

    def order(item: Installation) -> int:
        name = posixpath.basename(item.lock_file) or item.installer
        return ORDER.index(name) if name in ORDER else len(ORDER)

    return min(found, key=order), None


def _installer_used(step: Line, present: dict[str, Installation]) -> str:
    for name, pattern in TOOLS:
        if name in present and pattern.search(step.text):
            return name
    if PIP_INSTALL.search(step.text):
        pip = present.get("pip")
        if pip and pip.source == step.source:
            return "pip"
        if (
            pip
            and (step.kind in ("ci", "task") or not step.development)
            and any(
                path.rpartition("/")[2] == name.rpartition("/")[2]
                for name in REQUIREMENT_OPTION.findall(step.text)
                for path in pip.files
            )
        ):
            return "pip"
        if "pyproject" in present and INSTALL_PROJECT.search(step.text):
            return "pyproject"
    return ""


def locked(tree: Tree, found: Installation) -> dict[str, Distribution]:
    """Return the distributions that an installation brings, by canonical name, with versions from its lock file."""
    asked = {item.name: item for item in found.direct}
    if not found.lock_file:
        return asked
    pinned = read_lock(tree, found.lock_file, asked.values(), found.groups)
    return {**asked, **pinned} if pinned else asked
