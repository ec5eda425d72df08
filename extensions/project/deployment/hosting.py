"""What further hosting services are told to build and run: Heroku's containers, Railway, DigitalOcean, App Engine.

https://devcenter.heroku.com/articles/build-docker-images-heroku-yml, https://docs.railway.com/reference/config-as-code,
https://nixpacks.com/docs/configuration/file, https://docs.digitalocean.com/products/app-platform/reference/app-spec/,
https://cloud.google.com/appengine/docs/standard/reference/app-yaml
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..data import mapping, mappings, strings, text_of
from ..lines import at
from ..places import own
from ..tree import Tree
from .compose import shell_text

HOOKS = ("bin/pre_compile", "bin/post_compile", "hooks/post_compile")
APP_SPECS = (".do/app.yaml", ".do/app.yml", ".do/deploy.template.yaml")


@dataclass(frozen=True)
class Hosted:
    """A command that a hosting service runs: "web" is the site's, "release" what comes before each release."""

    name: str
    command: str
    source: str
    environment: dict[str, str] = field(default_factory=dict)


def read_hosted(tree: Tree) -> Iterator[Hosted]:
    """Yield what the project's files for hosting services run, in order."""
    for reader in (_heroku, _railway, _nixpacks, _app_platform, _app_engine):
        yield from reader(tree)


def read_builds(tree: Tree) -> Iterator[Hosted]:
    """Yield what hosting services, and hooks of Heroku's, run to build the site.

    https://render.com/docs/deploy-django, https://github.com/heroku/heroku-buildpack-python
    """
    for path in [path for path in HOOKS if tree.exists(path)]:
        yield Hosted("build", f"sh {path}", f"{path}:1")
    for path in own(tree, "render.yaml", "render.yml")[:1]:
        for item in mappings(mapping(tree.yaml(path)).get("services")):
            if text_of(item.get("type")) == "web":
                yield from _named(tree, path, (("build", "buildCommand", item),))
    for path in own(tree, "railway.json", "railway.toml")[:1]:
        yield from _named(tree, path, (("build", "buildCommand", mapping(_railway_content(tree, path), "build")),))
    for path in own(tree, "nixpacks.toml")[:1]:
        yield from _named(tree, path, (("build", "cmds", mapping(tree.toml(path), "phases", "build")),))
    for path in [path for path in APP_SPECS if tree.exists(path)][:1]:
        content = mapping(tree.yaml(path))
        for item in mappings((mapping(content, "spec") or content).get("services")):
            yield from _named(tree, path, (("build", "build_command", item),))


def _railway_content(tree: Tree, path: str) -> dict[str, Any]:
    return mapping(tree.toml(path) if path.endswith(".toml") else tree.json(path))


def _heroku(tree: Tree) -> Iterator[Hosted]:
    for path in own(tree, "heroku.yml")[:1]:
        content = mapping(tree.yaml(path))
        environment = _texts(mapping(content, "build").get("config"))
        if environment:
            yield Hosted("env", "", at(tree, path, "config:"), environment)
        for name, value in mapping(content, "run").items():
            command = _joined(mapping(value).get("command") if isinstance(value, dict) else value)
            yield Hosted(name, command, at(tree, path, f"{name}:"), environment)
        if release := _joined(mapping(content, "release").get("command")):
            yield Hosted("release", release, at(tree, path, "release:"), environment)


def _railway(tree: Tree) -> Iterator[Hosted]:
    for path in own(tree, "railway.json", "railway.toml")[:1]:
        deploy = mapping(_railway_content(tree, path), "deploy")
        yield from _named(tree, path, (("release", "preDeployCommand", deploy), ("web", "startCommand", deploy)))


def _nixpacks(tree: Tree) -> Iterator[Hosted]:
    for path in own(tree, "nixpacks.toml")[:1]:
        content = tree.toml(path)
        yield from _named(tree, path, (("web", "cmd", mapping(content, "start")),), _texts(content.get("variables")))


def _app_platform(tree: Tree) -> Iterator[Hosted]:
    for path in [path for path in APP_SPECS if tree.exists(path)][:1]:
        content = mapping(tree.yaml(path))
        content = mapping(content, "spec") or content
        common = _pairs(content.get("envs"))
        for kind in ("services", "workers", "jobs"):
            for item in mappings(content.get(kind)):
                name = text_of(item.get("name")) or "web"
                environment = {**common, **_pairs(item.get("envs"))}
                named = {"services": "web", "jobs": "release"}.get(kind, name)
                yield from _named(tree, path, ((named, "run_command", item),), environment)


def _app_engine(tree: Tree) -> Iterator[Hosted]:
    for path in own(tree, "app.yaml")[:1]:
        content = mapping(tree.yaml(path))
        if text_of(content.get("runtime")).startswith("python"):
            environment = _texts(content.get("env_variables"))
            yield Hosted("env", "", at(tree, path, "env_variables"), environment)
            yield from _named(tree, path, (("web", "entrypoint", content),), environment)


def _named(
    tree: Tree,
    path: str,
    places: tuple[tuple[str, str, Mapping[str, Any]], ...],
    environment: dict[str, str] | None = None,
) -> Iterator[Hosted]:
    """Yield the commands at places of a file, each a name, a key, and the mapping that has the key."""
    for name, key, item in places:
        if command := _joined(item.get(key)):
            yield Hosted(name, command, at(tree, path, key), environment or {})


def _joined(value: Any) -> str:
    """Return one command of several, which run one after the other."""
    return " && ".join(strings(value)) if isinstance(value, list) else shell_text(value)


def _texts(value: Any) -> dict[str, str]:
    return {name: text_of(item) for name, item in mapping(value).items()}


def _pairs(value: Any) -> dict[str, str]:
    return {text_of(item.get("key")): text_of(item.get("value")) for item in mappings(value)}
