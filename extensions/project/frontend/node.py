"""How Node builds what Django serves: which image, what is installed with what, which command, and what comes out."""

import posixpath
import re
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from ..data import mapping, text_of
from ..deployment import dockerfile
from ..deployment.commands import dockerfiles
from ..evaluation.values import Value
from ..findings import Certainty, Found
from ..places import join
from ..settings.record import DjangoSettings
from ..settings.setting import Settings, parts_of, path_value
from ..tree import Tree
from .at_run_time import is_read, read_as_it_is
from .packages import package_manager, version_of_node
from .record import Node, Package, Stage

NEWEST = "24"  # the LTS line: https://nodejs.org/en/about/previous-releases
CODENAMES = {"gallium": "16", "hydrogen": "18", "iron": "20", "jod": "22", "krypton": "24"}
NO_COREPACK = 25  # the first release without it: https://nodejs.org/docs/latest-v24.x/api/corepack.html
# What a package manager reads beside package.json and the lock file.
BESIDE = (".npmrc", ".yarnrc", ".yarnrc.yml", "pnpm-workspace.yaml", ".pnpmfile.cjs", "bunfig.toml")
BUN = "npx --yes "  # what precedes its name in the answer `node`
GLOBAL_INSTALL = re.compile(r"npm (?:install|i|add) (?:-g|--global)((?: [a-z0-9@/._-]+)+)")
SITES = frozenset(("@sveltejs/kit", "astro", "gatsby", "next", "nuxt", "nuxt3"))
MANIFEST = re.compile(r"(?:manifest|stats|assets)[\w.-]*\.json$")
WITH_PUPPETEER = ("puppeteer", "jest-puppeteer", "pa11y", "pa11y-ci")
TURNED_ON = re.compile(r"process\.env\.(\w*DEBUG) *===? *[\"']True[\"']")
INSTALL_SCRIPTS = ("preinstall", "install", "postinstall", "prepare")


def read_node(
    tree: Tree, packages: Sequence[Package], evaluated: Settings | None, settings: DjangoSettings
) -> Found[Node | None]:
    """Return how Node builds what Django serves, or installs it; None where it does neither, or git holds what is
    built, or Django does not serve it.
    """
    notes = []
    for package in packages:
        root, manifests = settings.static_root.value, _manifests(evaluated, _declared(tree, package.dir))
        collected = (f"{root}/",) if root else ()
        made = [path for path in manifests if not path.startswith(collected)]
        output = _output(tree, package, made, settings.staticfiles_dirs.value, read_as_it_is(evaluated))
        if not output:
            notes.append(f"Where {package.command} writes what Django serves is not plain.")
        elif all(_is_committed(tree, path) for path in output) and not _is_built_by_dockerfile(tree, package):
            notes.append(f"{output[0]} is in git.")
        else:
            named = [path for path in _named_manifests(evaluated, output) if not path.startswith(collected)]
            built = any(path.startswith(f"{place}/") for path in manifests for place in output)
            runtime = bool(made or named) or built or is_read(tree, evaluated, output)
            read = [item.name for item in settings.environment.value]
            return Found(_node(tree, package, output, runtime, read), package.source)
    served = settings.staticfiles_dirs
    return Found(_served_as_installed(tree, served.value), served.source, Certainty.INFERRED, " ".join(notes))


def _node(tree: Tree, package: Package, output: list[str], runtime: bool, variables: Collection[str]) -> Node:
    base = package.dir
    version = node_version(package.node_version)
    prefix, install, files = _installation(tree, base, package.package_manager, package.lock_file, version)
    return Node(
        version=version,
        folder=base,
        files=files,
        install=install,
        build=("" if package.package_manager == "bun" else _without_debug(tree, package, variables))
        + _with_tools(tree, package, prefix),
        output=output,
        runtime=runtime,
    )


def _without_debug(tree: Tree, package: Package, variables: Collection[str]) -> str:
    """Return what precedes a command to turn off a variable of the settings that debugs the front end where unset.

    As in `!process.env.DEBUG || process.env.DEBUG === "True"`, by which a bundler writes addresses of its own server.
    """
    start = "" if package.dir == "." else f"{package.dir}/"
    for path in tree.paths:
        name = path.removeprefix(start)
        if path.startswith(start) and "/" not in name and ".config." in name:
            text = tree.text(path) or ""
            for match in TURNED_ON.finditer(text):
                if f"!process.env.{match[1]} " in text and match[1] in variables:
                    return f"{match[1]}=False "
    return ""


def _installation(tree: Tree, base: str, manager: str, lock_file: str, version: str) -> tuple[str, str, list[str]]:
    """Return what precedes the package manager's name, the command that installs, and the files that it needs."""
    content = mapping(tree.json(join(base, "package.json")))
    lock = lock_file if posixpath.dirname(lock_file) == ("" if base == "." else base) else ""
    prefix, install = _install(tree, manager, base, content, bool(lock), version)
    scripts = mapping(content.get("scripts"))
    local = [text_of(scripts.get(name)) for name in INSTALL_SCRIPTS]
    if any(re.search(r"[\w-]/|\.[cm]?js\b|\.sh\b|\brun\b", text) for text in local):
        install += " --ignore-scripts"  # they need the sources, which are not there yet
    files = [join(base, "package.json"), *([lock] if lock else [])]
    files += [path for name in BESIDE if tree.exists(path := join(base, name)) and not tree.is_ignored(path)]
    start = "" if base == "." else f"{base}/"
    if content.get("workspaces") or tree.exists(join(base, "pnpm-workspace.yaml")):
        files += [path for path in tree.named("package.json") if path.startswith(start) and path not in files][:40]
    patches = (f"{start}patches/",) if any("patch-package" in text for text in local) else ()
    brought = (f"{start}.yarn/releases/", f"{start}.yarn/patches/", *patches)
    files += [path for path in tree.paths if path.startswith(brought)]
    browsers = (
        _without_browsers(content) if "--ignore-scripts" not in install and not install.startswith("bun ") else ""
    )
    return prefix, f"{browsers}{prefix}{install}", files


def _without_browsers(content: dict[str, Any]) -> str:
    """Return the variables with which packages for tests bring no browser of hundreds of megabytes.

    https://docs.cypress.io/app/references/advanced-installation, https://pptr.dev/guides/configuration
    """
    names = {*mapping(content.get("dependencies")), *mapping(content.get("devDependencies"))}
    scripts = " ".join(text_of(script) for script in mapping(content.get("scripts")).values())
    found = ""
    if "cypress" in names:
        found += "CYPRESS_INSTALL_BINARY=0 "
    if not names.isdisjoint(WITH_PUPPETEER) and "puppeteer" not in scripts:
        found += "PUPPETEER_SKIP_DOWNLOAD=1 "
    return found


def own_stage(node: Node) -> Stage | None:
    """Return the stage of what Bun builds, in Bun's own image, of several commands, or of what is only installed.

    None for the rest.

    https://bun.sh/guides/ecosystem/docker
    """
    is_plain = node.build and not node.install.startswith(f"{BUN}bun ") and " && " not in node.build
    return None if is_plain else stage_of(node)


def stage_of(node: Node, number: int = 1) -> Stage:
    """Return the stage that does what `node` says: the first of a front end, or one after it."""
    of_bun = node.install.startswith(f"{BUN}bun ")
    install, build = (text.removeprefix(BUN) if of_bun else text for text in (node.install, node.build))
    folder = posixpath.normpath(f"/workdir/{node.folder}")
    lines = [f"WORKDIR {folder}", f"COPY {' '.join(node.files)} {folder}/", f"RUN {install}"]
    if build:
        lines += ["COPY . /workdir", *(f"RUN NODE_ENV=production {command}" for command in build.split(" && "))]
    output = {f"/workdir/{path}": f"/workdir/{path}" for path in node.output}
    name = f"assets-{number}" if number > 1 else "assets"
    return Stage(name, "oven/bun:1" if of_bun else f"node:{node.version}", lines, output)


def installed(tree: Tree, base: str, output: Sequence[str] = ()) -> Node:
    """Return how the packages of the package.json in a folder are installed, of which `output` is served as it is."""
    content = mapping(tree.json(join(base, "package.json")))
    version = node_version(version_of_node(tree, base, content))
    _, install, files = _installation(tree, base, *package_manager(tree, base, content), version)
    return Node(version, base, files, install, build="", output=output, runtime=False)


def _served_as_installed(tree: Tree, static_dirs: Sequence[str]) -> Node | None:
    """Return how the packages are installed of which Django serves folders as they are; None where it serves none."""
    served = [path for path in static_dirs if "node_modules" in path.split("/") and not path.startswith("/")]
    base = served[0].partition("node_modules")[0].rstrip("/") or "." if served else ""
    return installed(tree, base, served) if base and mapping(tree.json(join(base, "package.json"))) else None


def _with_tools(tree: Tree, package: Package, prefix: str) -> str:
    """Return the command that builds, with what the project's own Dockerfiles install for it globally.

    https://docs.npmjs.com/cli/commands/npx
    """
    command = package.command
    if not command.startswith(("node ", "npx ")):
        command = f"{prefix}{command}"
    content = mapping(tree.json(join(package.dir, "package.json")))
    script = text_of(mapping(content.get("scripts")).get(package.build_script))
    declared = _declared(tree, package.dir)
    tools = dict.fromkeys(
        tool
        for path in dockerfiles(tree)
        for instruction in dockerfile.read_instructions(tree.text(path) or "")
        if instruction.keyword == "RUN"
        for part in re.split(r"&&|;", instruction.body)
        if (match := GLOBAL_INSTALL.fullmatch(part.strip()))
        for tool in match[1].split()
        if tool in script.split() and tool not in declared
    )
    packages = " ".join(f"--package={tool}" for tool in tools)
    return f"npx --yes {packages} {command}" if tools else command


def node_version(stated: str) -> str:
    """Return the major version of the node image: what .nvmrc, engines or a Dockerfile state, else the LTS line's.

    Of a range, the newest major version that it names; the LTS line's where it has no upper end.
    https://docs.npmjs.com/cli/configuring-npm/package-json#engines
    """
    text = stated.strip().lower()
    if text.startswith("lts/"):
        return CODENAMES.get(text.removeprefix("lts/"), NEWEST)
    below = [int(number) for number in re.findall(r"<\s*v?(\d{1,2})(?:\.0)*(?![.\d])", text)]
    majors = [int(number) for number in re.findall(r"(?<![\d.])(?:<=|[v^~=>])*\s*v?(\d{1,2})(?:\.[\dx*]+)*", text)]
    if below:
        return str(max(below) - 1)
    if not majors:
        return NEWEST
    return str(max(*majors, int(NEWEST))) if ">" in text and "<" not in text else str(max(majors))


def _install(
    tree: Tree, manager: str, base: str, content: dict[str, Any], locked: bool, version: str
) -> tuple[str, str]:
    """Return what precedes the package manager's name, and the command that installs what the lock file says.

    https://pnpm.io/cli/install, https://yarnpkg.com/cli/install, https://docs.npmjs.com/cli/commands/npm-ci
    """
    corepack = "corepack " if int(version) < NO_COREPACK else "npx --yes corepack "
    if manager == "pnpm":
        return corepack, "pnpm install --frozen-lockfile" if locked else "pnpm install"
    if manager == "yarn":
        stated = text_of(content.get("packageManager"))
        if tree.exists(join(base, ".yarnrc.yml")) or (stated and not stated.startswith("yarn@1")):
            return corepack, "yarn install --immutable" if locked else "yarn install"
        prefix = "" if int(version) < NO_COREPACK else "npx --yes "
        return prefix, "yarn install --frozen-lockfile" if locked else "yarn install"
    if manager == "bun":
        # Without dependencies it takes the lock file away, and would say that it has changed.
        needs = bool(content.get("dependencies") or content.get("devDependencies"))
        return BUN, "bun install --frozen-lockfile" if locked and needs else "bun install"
    return "", "npm ci" if locked else "npm install"


def _output(
    tree: Tree, package: Package, manifests: list[str], static_dirs: Sequence[str], read: Sequence[str]
) -> list[str]:
    """Return what the build makes and Django serves, or has in `read`, from the project's root, without what lies
    within another."""
    static = [path for path in static_dirs if not path.startswith("/")]
    found = [path for path in package.output.split() if path != "." and _is_served(path, [*static, *read])]
    if not found and not _is_site(tree, package):  # a folder of static files that only a build can have filled
        found = [path for path in static if path != "." and not _is_committed(tree, path)]
    # What is installed is served as it is.
    found += [path for path in static if "node_modules" in path.split("/")]
    # What a build makes in a folder of static files that git has nothing of is all of that.
    empty = [path for path in static if path != "." and "node_modules" not in path and not _has_files(tree, path)]
    found = [next((folder for folder in empty if path.startswith(f"{folder}/")), path) for path in found]
    if found:
        found += [path for path in manifests if not path.startswith("/")]
    kept = [path for path in dict.fromkeys(found) if not any(path.startswith(f"{other}/") for other in found)]
    return [path for path in kept if not _holds_code(tree, path)]


def _is_site(tree: Tree, package: Package) -> bool:
    """Return whether a framework builds a site of its own, which writes nothing that Django serves."""
    return not SITES.isdisjoint(_declared(tree, package.dir))


def _is_served(path: str, static: list[str]) -> bool:
    """Return whether collectstatic or Django's templates find a path: in a folder of STATICFILES_DIRS or of an app."""
    within = any(f"{path}/".startswith(f"{other}/") or other.startswith(f"{path}/") for other in static)
    return within or not {"static", "templates"}.isdisjoint(path.split("/"))


def _holds_code(tree: Tree, path: str) -> bool:
    return any(other.startswith(f"{path}/") and other.endswith(".py") for other in tree.paths)


def _has_files(tree: Tree, folder: str) -> bool:
    return any(path.startswith(f"{folder}/") and not tree.is_ignored(path) for path in tree.paths)


def _is_committed(tree: Tree, path: str) -> bool:
    """Return whether git seems to hold what is built: scripts or styles that no .gitignore names."""
    return any(
        (other == path or other.startswith(f"{path}/"))
        and other.endswith((".js", ".mjs", ".css", ".json"))
        and not tree.is_ignored(other)
        for other in tree.paths
    )


def _is_built_by_dockerfile(tree: Tree, package: Package) -> bool:
    """Return whether one of the project's own Dockerfiles runs the build."""
    manager, script = package.package_manager, package.build_script
    commands = [package.command, *([f"{manager} {script}", f"{manager} run {script}"] if script else [])]
    runs = re.compile(rf"(?:{'|'.join(map(re.escape, commands))})(?![\w:-])")
    return any(
        instruction.keyword == "RUN" and runs.search(instruction.body)
        for path in dockerfiles(tree)
        for instruction in dockerfile.read_instructions(tree.text(path) or "")
    )


def _declared(tree: Tree, base: str) -> set[str]:
    """Return the packages that the package.json of a folder lists."""
    content = mapping(tree.json(join(base, "package.json")))
    return {*mapping(content.get("dependencies")), *mapping(content.get("devDependencies"))}


def _manifests(settings: Settings | None, declared: Collection[str]) -> list[str]:
    """Return the files by which Django finds what was built: as settings name them, or where a loader looks.

    https://github.com/django-webpack/django-webpack-loader#stats_file, https://github.com/MrBin99/django-vite#readme
    """
    found: list[str] = []
    for name, key in (("WEBPACK_LOADER", "STATS_FILE"), ("DJANGO_VITE", "manifest_path")):
        setting = settings.get(name) if settings else None
        for value in parts_of(setting).values():
            part = value.data.get(key) if isinstance(value.data, dict) else None
            if part is None and key == "STATS_FILE" and "webpack-bundle-tracker" in declared:
                part = Value("webpack-stats.json")
            if settings and isinstance(part, Value) and (path := path_value(part, settings.folder)[0]):
                found.append(path)
    setting = settings.get("DJANGO_VITE_MANIFEST_PATH") if settings else None
    if settings and setting and (path := path_value(setting.raw, settings.folder)[0]):
        found.append(path)
    return list(dict.fromkeys(found))


def _named_manifests(settings: Settings | None, output: Iterable[str]) -> list[str]:
    """Return the files among what is built that other settings name as its manifest: code reads them."""
    values = settings.values.values() if settings else ()
    paths = [path_value(setting.raw, settings.folder)[0] for setting in values if settings]
    return [
        path
        for path in paths
        if path and MANIFEST.search(path) and any(path.startswith(f"{folder}/") for folder in output)
    ]
