"""The front ends that a project builds with Node: their package.json, package manager, build script and output."""

import posixpath
import re
from collections.abc import Iterator, Sequence
from typing import Any

from ..data import mapping, text_of
from ..deployment import dockerfile
from ..deployment.commands import dockerfiles
from ..deployment.makefile import recipes, targets
from ..deployment.recipes import kind_of
from ..findings import Certainty, Found
from ..lines import at
from ..places import PRODUCTION, folder, is_development, join, mentions, own
from ..secrets import has_secret
from ..tree import Tree
from .record import Package

LOCK_FILES = {
    "pnpm-lock.yaml": "pnpm",
    "yarn.lock": "yarn",
    "bun.lock": "bun",
    "bun.lockb": "bun",
    "package-lock.json": "npm",
    "npm-shrinkwrap.json": "npm",
}
SCRIPTS = (
    "build:production",
    "build:prod",
    "build-prod",
    "build-production",
    "production",
    "prod",
    "build",
    "build:all",
    "build:assets",
    "build:js",
    "build:css",
    "build-css",
    "css:build",
    "css-build",
    "tailwind:build",
    "tailwind-build",
    "build:tailwind",
    "compile",
    "compile:sass",
    "sass",
    "dist",
    "bundle",
    "webpack",
    "assets",
    "vite:build",
)
HEROKU = "heroku-postbuild"  # https://devcenter.heroku.com/articles/nodejs-support#heroku-specific-build-steps
BUILDERS = re.compile(
    r"(?:^|[\s/;&|])(webpack(?:-cli)?|vite|rollup|esbuild|gulp|grunt|parcel|tailwindcss|tailwind|@tailwindcss/cli|sass|node-sass"
    r"|postcss|run-[ps]|npm-run-all2?|concurrently"
    r"|rspack|rsbuild|vue-cli-service|react-scripts|ng|next|nuxt|turbo|browserify|lessc|tsc|mix|encore"
    r"|node|bun|npm|yarn|pnpm)(?=\s|$)"
)
BUILD_COMMAND = re.compile(
    r"node\s+\S+\.[cm]?js|(?:npx|pnpm\s+exec|yarn(?:\s+run)?|pnpm|bunx)\s+"
    r"(?:vite|webpack|rollup|rspack|esbuild|gulp|grunt|parcel|vue-cli-service|sass|lessc|postcss|tailwindcss"
    r"|@tailwindcss/cli)\b"
)
OF_STEP = re.compile(r"^\s*(?:-\s+)?(?:run:\s*)?")
INSTALLED_PROGRAM = re.compile(r"[^\s;&|]*node_modules/\.bin/([^;&|]+)$")
# Where Node is taken from: https://nodejs.org/dist/, https://github.com/nodesource/distributions, nvm.
BRINGS = re.compile(
    r"(?:nodejs\.org/(?:dist|download/release)/v|nodesource\.com/(?:setup_|node_)|\bnvm install (?:--\S+ )?v?)(\d+)"
)
OLDEST = 18  # of what is downloaded: nothing keeps older ones, and newer ones build what they did
NOT_BUILDS = re.compile(
    r"\b(?:storybook|typedoc|tsc --noEmit|watch|serve|lint|jest|vitest|playwright)\b|--watch|exit 1"
)
NOT_OURS = frozenset(
    [
        "e2e",
        "test",
        "tests",
        "cypress",
        "playwright",
        "docs",
        "website",
        "storybook",
        "packages",
        "examples",
        "example",
        "lambda",
        "cdk",
        "infra",
        "scripts",
        "tools",
        "mobile",
        "ios",
        "android",
        "desktop",
        "electron",
        "extension",
        "actions",
        "deploy",
        "themes",
        "email",
        "emails",
        "mjml",
        "plugins",
        "templates",
    ]
)
GULP_OUTPUT = re.compile(r"\bdest\(\s*[\"'`](?:\./)?([\w./@-]+)[\"'`]")
BUNDLERS = re.compile(r"(?:^|[\s/])(?:webpack|vite|rollup|rspack)(?=\s|$)")
OUTPUT_FLAGS = re.compile(
    r"(?:--outdir|--outDir|--outfile|--output-path|--out-dir|--dist-dir|--dest|--dir|--output|-o|-d)[= ]+"
    r"[\"']?([\w./@-]+)"
)
WRITES = re.compile(
    r"(?:(?<![0-9&])>{1,2}|\bcp(?: -\S+)*(?: [\w./@*-]+)+(?= ))\s*([\w./-]*/[\w./-]*)(?=\s*(?:$|[&;|]|\d?>))"
)
HERE = r"(?:[\w.]*(?:resolve|join)\(\s*(?:(?:__dirname|import\.meta\.dirname|process\.cwd\(\))\s*,\s*)?)?"
# One or, as in resolve(__dirname, "static", "dist"), several to join.
NEXT = r"[\"'`]\s*,\s*[\"'`]"
QUOTED = rf"[\"'`]([\w./@-]+(?:(?:{NEXT}[\w./@-]+)+(?=[\"'`]\s*\)))?)[\"'`]"
CONFIG_OUTPUT = re.compile(rf"\b(?:outDir|outdir|outfile|outputDir|distDir)\s*:\s*{HERE}{QUOTED}")
WEBPACK_OUTPUT = re.compile(rf"\boutput\s*:\s*\{{[^{{}}]{{0,600}}?\bpath\s*:\s*{HERE}{QUOTED}")
ROLLUP_OUTPUT = re.compile(rf"\boutput\s*:\s*\{{[^{{}}]{{0,600}}?\b(?:file|dir)\s*:\s*{HERE}{QUOTED}")
ROOT = re.compile(rf"\broot\s*:\s*{HERE}{QUOTED}")
CONFIGS = tuple(
    f"{stem}.{ending}"
    for stem in (
        "vite.config",
        "webpack.config",
        "webpack.prod",
        "webpack.production",
        "webpack.config.prod",
        "webpack.common",
        "rollup.config",
        "esbuild.config",
        "esbuild",
        "build",
        "rspack.config",
        "gulpfile",
        "vue.config",
        "next.config",
    )
    for ending in ("js", "mjs", "cjs", "ts", "mts")
)
MAX_PACKAGES = 40


def read_packages(tree: Tree) -> Found[Sequence[Package]]:
    """Return the package.json files with a build, nearest the root first."""
    found: list[Package] = []
    manifests = [path for path in own(tree, "package.json") if path.count("/") <= 5][:MAX_PACKAGES]
    covered: set[str] = set()
    for path in manifests:
        content = mapping(tree.json(path))
        base = folder(path)
        if not content or _is_foreign(path) or any(base.startswith(prefix) for prefix in covered):
            continue
        entry = _package(tree, path, base, content)
        if entry is None or (found and folder(entry.lock_file or "package.json") != base):
            continue
        found.append(entry)
        covered.add("" if base == "." and content.get("workspaces") else f"{base}/")
    return Found(found, found[0].source if found else "", Certainty.STATED if found else Certainty.INFERRED)


def _is_foreign(path: str) -> bool:
    return not NOT_OURS.isdisjoint(part.lower() for part in path.split("/")[:-1]) or "/static/" in f"/{path}"


def _package(tree: Tree, path: str, base: str, content: dict[str, Any]) -> Package | None:
    scripts = {name: text_of(value) for name, value in mapping(content.get("scripts")).items()}
    script = _build_script(scripts)
    stated = _dockerfile_build(tree, base) or _makefile_build(tree, base) or _workflow_build(tree, base)
    if not script and not stated:
        return None
    manager, lock_file = package_manager(tree, base, content)
    command, source = f"{manager} run {script}", at(tree, path, f'"{script}"')
    if not script and stated:
        command, source = stated
    return Package(
        dir=base,
        package_manager=manager,
        lock_file=lock_file,
        node_version=version_of_node(tree, base, content),
        build_script=script,
        command=command,
        output=_output(tree, base, scripts, script, command),
        source=source,
    )


def _build_script(scripts: dict[str, str]) -> str:
    for name in SCRIPTS:
        command = scripts.get(name, "")
        if command and BUILDERS.search(command) and not NOT_BUILDS.search(command):
            return name
    for name, command in sorted(scripts.items(), key=lambda item: not mentions(item[0], PRODUCTION)):
        starts = name.startswith(("build", "compile")) and not is_development(name)
        if starts and BUILDERS.search(command) and not NOT_BUILDS.search(command):
            return name
    return HEROKU if BUILDERS.search(scripts.get(HEROKU, "")) else ""


def _dockerfile_build(tree: Tree, base: str) -> tuple[str, str] | None:
    """Return the command, and where it is, with which a Dockerfile that copies this package.json builds."""
    manifest = join(base, "package.json")
    for path in dockerfiles(tree):
        copied = False
        for instruction in dockerfile.read_instructions(tree.text(path) or ""):
            if instruction.keyword in ("COPY", "ADD"):
                copied = copied or any(word.removeprefix("./") == manifest for word in instruction.words[:-1])
            elif instruction.keyword == "RUN" and copied:
                for part in re.split(r"&&|;|\|\|", instruction.body):
                    if BUILD_COMMAND.match(part.strip()) and not has_secret(part):
                        return part.strip(), f"{path}:{instruction.line}"
    return None


def _makefile_build(tree: Tree, base: str) -> tuple[str, str] | None:
    """Return the command, and where it is, with which a Makefile beside package.json builds for production."""
    path = join(base, "Makefile")
    text = (tree.text(path) or "") if tree.exists(path) else ""
    for target in (name for name in targets(text) if not is_development(name)):
        for recipe in recipes(text, [target]):
            found: dict[str, int] = {}
            for number, line in enumerate(recipe.text.split("\n"), recipe.line):
                match = INSTALLED_PROGRAM.match(line)
                builds = BUILDERS.match(match[1]) if match else BUILD_COMMAND.match(line)
                if builds and not (
                    NOT_BUILDS.search(line) or has_secret(line) or "$" in (match[1] if match else line)
                ):
                    found.setdefault(f"npx {match[1]}" if match else line.strip(), number)
            if found:
                return " && ".join(found), f"{path}:{next(iter(found.values()))}"
    return None


def _workflow_build(tree: Tree, base: str) -> tuple[str, str] | None:
    """Return the command, and where it is, with which a CI workflow builds in the root."""
    for path in [path for path in tree.paths if kind_of(path) == "ci"] if base == "." else ():
        for number, line in enumerate((tree.text(path) or "").split("\n"), 1):
            command = OF_STEP.sub("", line).strip().strip("\"'")
            builds = BUILD_COMMAND.match(command) and not NOT_BUILDS.search(command)
            if builds and not (has_secret(command) or re.search(r"[$&|;<>]", command)):
                return command, f"{path}:{number}"
    return None


def package_manager(tree: Tree, base: str, content: dict[str, Any]) -> tuple[str, str]:
    """Return the package manager of the package.json in a folder, and its lock file, "" for none."""
    stated = text_of(content.get("packageManager")).partition("@")[0]
    for place in dict.fromkeys((base, ".")):
        locks = [name for name in LOCK_FILES if tree.exists(join(place, name))]
        agreeing = [name for name in locks if LOCK_FILES[name] == stated]
        if locks:
            lock = (agreeing or locks)[0]
            return stated if agreeing or stated in LOCK_FILES.values() else LOCK_FILES[lock], join(place, lock)
    return stated if stated in LOCK_FILES.values() else "npm", ""


def version_of_node(tree: Tree, base: str, content: dict[str, Any], own: str = "") -> str:
    """Return what the project says of Node's version, for the package.json in a folder; "" for nothing.

    Of several Dockerfiles, the `own` one counts first.
    """
    return (
        _version_file(tree, base)
        or text_of(mapping(content.get("volta")).get("node"))
        or _version_of_images(tree, own)
        or text_of(mapping(content.get("engines")).get("node"))
        or _tool_version(tree)
    )


def _version_file(tree: Tree, base: str) -> str:
    """Return what .nvmrc or .node-version says, beside package.json or in the root."""
    for place in dict.fromkeys((base, ".")):
        for name in (".nvmrc", ".node-version"):
            text = tree.text(join(place, name)) if tree.exists(join(place, name)) else None
            if text and text.strip():
                return text.split()[0].removeprefix("v")
    return ""


def _version_of_images(tree: Tree, own: str) -> str:
    """Return the version of the first Node image in a Dockerfile of the project, or of what one installs."""
    brought = ""
    paths = dockerfiles(tree)
    for path in sorted(paths, key=lambda path: path != own):
        if brought and own in paths:
            break
        instructions = dockerfile.read_instructions(tree.text(path) or "")
        values = dockerfile.global_arguments(instructions)
        for instruction in instructions:
            image = dockerfile.base_image(instruction, values) if instruction.keyword == "FROM" else ""
            if match := re.search(r"(?:^|/)node:(\d[\d.]*)|nodejs(\d[\d.]*)", image):
                return str(match[1] or match[2])
        known = dockerfile.variables(tree.text(path) or "").values
        for instruction in instructions if not brought else ():
            if instruction.keyword in ("RUN", "ADD"):
                match = BRINGS.search(dockerfile.substitute(instruction.body, known, unknown=""))
                brought = match[1] if match and int(match[1]) >= OLDEST else brought
    return brought


def _tool_version(tree: Tree) -> str:
    """Return what .tool-versions says of Node: https://asdf-vm.com/manage/configuration.html."""
    text = tree.text(".tool-versions") if tree.exists(".tool-versions") else None
    named = (line.split() for line in (text or "").split("\n") if line.startswith(("nodejs ", "node ")))
    return next((words[1] if len(words) > 1 else "" for words in named), "")


def _output(tree: Tree, base: str, scripts: dict[str, str], script: str, command: str) -> str:
    """Return where the build writes, as far as its command lines and configuration say so plainly."""
    commands = list(_reached(scripts, script)) if script else [command]
    found: dict[str, None] = {}
    for text in commands:
        for part in re.split(r"&&|;|\|\|?", text):
            if BUILDERS.search(part):
                found |= dict.fromkeys(_within(base, match[1]) for match in OUTPUT_FLAGS.finditer(part))
        found |= dict.fromkeys(_within(base, path) for path in _sass_outputs(text))
    # A bundler without a flag writes where its configuration says, also beside another that has one.
    bundles = any(
        BUNDLERS.search(part) and not OUTPUT_FLAGS.search(part)
        for text in commands
        for part in re.split(r"&&|;|\|\|?", text)
    )
    if not found or bundles:
        found |= dict.fromkeys(_configured(tree, base, " ".join(commands)))
    return " ".join(path for path in found if path)


def lacking_folders(tree: Tree, base: str, scripts: dict[str, str], script: str) -> list[str]:
    """Return the folders that a script writes to by the shell, which makes none, and that a clone of git lacks."""
    found = (
        _within(base, match[1] if match[1].endswith("/") else posixpath.dirname(match[1]) or ".")
        for text in _reached(scripts, script)
        for match in WRITES.finditer(text)
    )
    return [folder for folder in dict.fromkeys(found) if folder not in ("", ".") and not tree.has_folder(folder)]


def _sass_outputs(command: str) -> Iterator[str]:
    """Yield what `sass in.scss out.css` and `sass in:out` write: https://sass-lang.com/documentation/cli/dart-sass/."""
    for part in re.split(r"&&|;|\|\|?", command):
        arguments = part.split()
        names = [argument.rpartition("/")[2] for argument in arguments]
        if "sass" in names or "node-sass" in names:
            for argument in arguments:
                source, colon, output = argument.partition(":")
                if colon and source and output:
                    yield output
                elif argument.endswith(".css"):
                    yield argument


def _reached(scripts: dict[str, str], script: str) -> Iterator[str]:
    """Yield the command lines of a script and of those that it runs."""
    pending = [script]
    seen: set[str] = set()
    while pending and len(seen) < 20:
        name = pending.pop(0)
        if name in seen or name not in scripts:
            continue
        seen.add(name)
        text = scripts[name][:2000]
        yield text
        for match in re.finditer(
            r"(?:(?:run(?:-[sp])?|yarn|pnpm|npm-run-all2?)\s+(?:-\S+\s+)*|\bnpm:)([\w:*-]+)((?:\s+[\w:*-]+)*)", text
        ):
            for called in (match[1], *match[2].split()):
                if called.endswith("*"):
                    pending += [other for other in scripts if other.startswith(called.rstrip("*"))]
                else:
                    pending.append(called)


def _by_gulp(tree: Tree, base: str) -> Iterator[str]:
    """Yield where gulp's tasks write, in one file or in a folder of them: https://gulpjs.com/docs/en/api/dest/."""
    start = _within(base, "gulpfile")
    for path in [path for path in tree.paths if path.startswith((f"{start}.", f"{start}/"))]:
        text = "\n".join(line for line in (tree.text(path) or "").split("\n") if not line.lstrip().startswith("//"))
        yield from (_within(base, match[1].rstrip("/")) for match in GULP_OUTPUT.finditer(text))


def _configured(tree: Tree, base: str, commands: str) -> Iterator[str]:
    if re.search(r"(?:^|[\s/])gulp(?:\s|$)", commands) and (written := list(_by_gulp(tree, base))):
        yield from written
        return
    named = re.findall(r"(?:--config|-c|node)[= ]+([\w./-]+\.[cm]?[jt]s)", commands)
    for name in (*named, *CONFIGS):
        path = _within(base, name)
        if not tree.exists(path) or tree.paths[path] > 100_000:
            continue
        text = "\n".join(line for line in (tree.text(path) or "").split("\n") if not line.lstrip().startswith("//"))
        matches = (
            list(WEBPACK_OUTPUT.finditer(text))
            or list(ROLLUP_OUTPUT.finditer(text))
            or list(CONFIG_OUTPUT.finditer(text))
        )
        if matches:
            root = ROOT.search(text)
            here = folder(path)
            if root and "vite" in name and "(" not in matches[0][0]:
                here = _within(here, re.sub(NEXT, "/", root[1]))
            yield from (_within(here, re.sub(NEXT, "/", match[1])) for match in matches)
            return
    if " ng build" in f" {commands}" and (output := _angular_output(tree, base)):
        yield output
    elif re.search(r"\bvite\b", commands):
        yield _within(base, "dist")
    elif "react-scripts" in commands:
        yield _within(base, "build")
    elif "vue-cli-service" in commands or re.search(r"\bparcel\b", commands):
        yield _within(base, "dist")


def _angular_output(tree: Tree, base: str) -> str:
    projects = mapping(tree.json(join(base, "angular.json")), "projects")
    for project in projects.values():
        build = mapping(project, "architect", "build")
        production = mapping(build, "configurations", "production")
        for options in (production, mapping(build.get("options"))):
            path = options.get("outputPath")
            if text := text_of(path) or text_of(mapping(path).get("base")):
                return _within(base, text)
    return ""


def _within(base: str, path: str) -> str:
    """Return a path relative to `base` as one of the project, "" if it leaves the project."""
    joined = posixpath.normpath(f"{base}/{path}")
    return "" if path.startswith("/") or joined == ".." or joined.startswith("../") else joined
