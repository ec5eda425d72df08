"""pip, which installs requirements files. https://pip.pypa.io/en/stable/"""

from collections.abc import Iterator
from dataclasses import replace

from ..project.dependencies.distributions import Distribution, asked_for
from ..project.dependencies.one_machine import foreign
from ..project.dependencies.requirements import Requirements, brought, read_requirements
from ..project.dependencies.tool import Installation, Search
from ..project.deployment.recipes import Line
from ..project.tree import Tree
from .pip_commands import PIP_INSTALL, REQUIREMENT_OPTION
from .record import Installer
from .requirements_files import OTHER, has_django, is_near, rank, requirements_candidates
from .requirements_steps import installed_requirements


def find(search: Search) -> Iterator[Installation]:
    """Yield the requirements files that production installs: those that its scripts do, else the likeliest ones."""
    candidates = requirements_candidates(search.tree, search.folders)
    installed = installed_requirements(search.tree, candidates, search.steps)
    # Tests install production's files too, and others beside: they decide between equals only.
    produced = [(step, paths) for step, paths in installed if step.kind not in ("ci", "task")]
    named = [(step, paths) for step, paths in produced if any(_names_django(search.tree, path) for path in paths)]
    lacking = not named and any(has_django(search.tree, path) and rank(path) < OTHER for path in candidates)
    if produced and not lacking:
        produced = named or produced
        found = _installed(search.tree, *produced[0])
        if len(candidates) > 1:
            found.note = f"{found.source} installs it."
        yield found
    elif candidates:
        yield _likeliest(search.tree, candidates, [path for _, paths in installed for path in paths])


def _names_django(tree: Tree, path: str) -> bool:
    """Return whether a file names Django, something for it, or a package in a folder: others are tools of a build."""
    found = read_requirements(tree, path)
    names = [item.name for item in found.requirements]
    return bool(found.local) or any("django" in name or name.startswith("wagtail") for name in names)


def _installed(tree: Tree, step: Line, paths: list[str]) -> Installation:
    """Return the installation of the files that a step installs: the first that asks for Django is the main one."""
    main = next((path for path in paths if has_django(tree, path)), paths[0])
    included = read_requirements(tree, main).files
    others = [(path, step.source) for path in paths if path != main and path not in included]
    return _installation(tree, main, step.source, others)


def _likeliest(tree: Tree, candidates: list[str], tested: list[str]) -> Installation:
    """Return the installation of the file that is named as production's are: `tested` are those that tests install."""
    with_django = [path for path in candidates if has_django(tree, path)]
    ranked = with_django or [path for path in candidates if rank(path) < OTHER] or candidates
    main = _main(tree, ranked, tested)
    found = _installation(tree, main, main)
    if not with_django:
        found.stated = False
        found.note = "It does not name Django, and no other requirements file of production does."
    elif rank(main) >= OTHER:
        found.stated = False
        found.note = "No requirements file is named as production's are; this is the first that names Django."
    elif (same := [path for path in ranked[1:] if rank(path) == rank(main)]) and main != "requirements.txt":
        found.stated = False
        found.note = f"{', '.join(same[:3])} could be it as well."
    return found


def _main(tree: Tree, ranked: list[str], tested: list[str]) -> str:
    main = ranked[0]
    if rank(main) > 0:
        return next((path for path in ranked if rank(path) == rank(main) and path in tested), main)
    including = (path for path in ranked[1:] if rank(path) == 1 and main in read_requirements(tree, path).files)
    return next(including, main)


def _told_apart(tree: Tree, item: Distribution) -> Distribution:
    """Return a distribution of a requirements file, not direct where the file says that only others ask for it."""
    path, _, line = item.source.rpartition(":")
    return replace(item, direct=not line.isdigit() or int(line) not in brought(tree.text(path) or ""))


def _installation(tree: Tree, path: str, source: str, beside: list[tuple[str, str]] | None = None) -> Installation:
    requirements = read_requirements(tree, path, *(other for other, _ in beside or ()))
    found = Installation(PIP, source, list(requirements.files), requirements=requirements, requirements_file=path)
    found.beside = beside or []
    apart = [other for other, _ in found.beside]
    found.requirements_files = [name for name in requirements.files if name not in apart]
    found.foreign = list(foreign(requirements.requirements))
    by_name = {item.name: item.by_name for item in found.foreign}
    direct = [item for item in distributions_of(requirements) if by_name.get(item.name, True)]
    found.direct = [_told_apart(tree, replace(item, url="") if item.name in by_name else item) for item in direct]
    found.compiled = requirements.compiled
    found.local = [*requirements.local, *requirements.links]
    if requirements.hashed:
        found.options = ["--require-hashes"]
    found.is_kept_aside = is_near(path)
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


def uses(step: Line, found: Installation) -> bool:
    """Return whether a step of pip installs the files: it names one, in whatever folder it runs."""
    if found.source == step.source:
        return True
    if step.development and step.kind not in ("ci", "task"):
        return False
    names = {path.rpartition("/")[2] for path in found.files}
    return any(name.rpartition("/")[2] in names for name in REQUIREMENT_OPTION.findall(step.text))


PIP = Installer(
    name="pip",
    manifests=("requirements.txt",),
    pins_by_itself=True,
    command=PIP_INSTALL,
    uses=uses,
    builds="--no-binary=",
    find=find,
    installs="`pip install --requirement …`, with the files that these include",
)
