"""To 2.0.0: answers that keep what a 1.x project runs, where a new default would change or stop it."""

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml
from plumbum import local

# What 1.x rendered, by the questions that are new in 2.0.0.
AS_BEFORE: dict[str, Any] = {
    "asgi_module": "",
    "worker_class": "gthread",
    "image_digests": {},
    "node": {},
    "compose_environment": {},  # 1.0.0 had none
    # Compose would refuse to start where a variable is set elsewhere than in .env, and .env's value would win over it.
    "required_environment": [],
    "dotenv": {},
    "static_server": "nginx",
    "compress_offline": False,
    "media_url": "",  # a location of their own, or their edit of default.conf, may have the same path
    "gunicorn_keepalive": 2,
    "reverse_proxy": "external",
    "services": {},
    "migrate": False,
    "create_cache_table": False,
    "workers": {},
    "jobs": {},
    "github_workflow": False,
}
REMOVED = ("control_socket_disable",)
# Programs of the full python image, which 1.x had, that the slim one lacks.
FULL = frozenset("bzr cc curl file g++ gcc git hg magick make patch pkg-config svn unzip wget".split())  # noqa: SIM905


def before(project: Path, answers_file: Path) -> None:
    """Add the answers of 1.x to the new questions; answers of 2.0.0, a prerelease's too, stay as they are."""
    path = project / answers_file
    answers = yaml.safe_load(path.read_text())
    if _is_new(answers):
        return
    kept = {name: value for name, value in answers.items() if name not in REMOVED}
    added = AS_BEFORE | {
        # A compose.yaml that was deleted is elsewhere, or unwanted: nothing that belongs to it comes.
        "use_compose": (project / "compose.yaml").is_file(),
        "env_example": not ((project / ".env.example").exists() or _is_ignored(project, ".env.example")),
        "python_image": "full" if _needs_full_image(answers) else "slim",
    }
    kept |= {name: kept.get(name, value) for name, value in added.items()} | {"required_environment": []}
    for name in ("django_instructions", "build_instructions"):  # the user has no name any more
        kept[name] = [line.replace("runner:runner", "1000:1000") for line in kept.get(name, [])]
    path.write_text(yaml.safe_dump(kept, sort_keys=False, allow_unicode=True))
    print(
        "Updating to 2.0.0: what you run stays. Both ports stay published, and no service or migration is added.",
        file=sys.stderr,
    )


def after(project: Path, answers_file: Path) -> None:
    """Print what you have to check after an update from 1.x, in at most five lines."""
    git = local["git"]["-C", str(project)]
    if _is_new(yaml.safe_load(git("show", f"HEAD:./{answers_file.as_posix()}"))):
        return
    # What is plain, the file of a newer version leaves out.
    answers = {"use_compose": True, "python_image": "slim"} | yaml.safe_load((project / answers_file).read_text())
    lines = list(_checks(answers, _compose_files(project, git)))
    ignored = git("ls-files", "--others", "--ignored", "--exclude-standard", "--", *NEW_FILES).split()
    if ignored:
        lines.insert(0, f"git ignores the new files {', '.join(ignored)}. Add them with git add --force.")
    print(
        "\nUpdated to 2.0.0. Check these before you build. The template's page on upgrading has the commands.",
        *(f"- {line}" for line in lines[:4]),  # the others are in the documentation
        sep="\n",
        file=sys.stderr,
    )


NEW_FILES = ("compose.dev.yaml", "docker/gunicorn.conf.py", "docker/healthcheck.py")


def _is_new(answers: Mapping[str, Any]) -> bool:
    return not {"reverse_proxy", "compose_name"}.isdisjoint(answers)  # the first may be left out


def _is_ignored(project: Path, path: str) -> bool:
    return local["git"]["-C", str(project), "check-ignore", "--no-index", "--quiet", path].run(retcode=None)[0] == 0


def _needs_full_image(answers: Mapping[str, Any]) -> bool:
    """Return whether an instruction before the dependencies are installed runs a program that slim lacks."""
    words = " ".join(answers.get("django_instructions", [])).replace(";", " ").split()
    return not FULL.isdisjoint(words)


def _checks(answers: Mapping[str, Any], files: list[Mapping[str, Any]]) -> Iterator[str]:
    own = [pair for content in files for pair in _own(content)]
    services = [service for _, service in own]
    checked = {"django", *(name for name, service in own if "healthcheck" in service)}
    if unchecked := sorted({name for name, _ in own} - checked):
        yield (
            f"{', '.join(unchecked)}: the image's health check requests Django's port. Give a service without that "
            'port a check of its own, like `healthcheck: {test: [CMD, "true"]}`.'
        )
    mounts = sorted({mount for service in services for mount in _mounts(service)})
    written = [*answers.get("data_files", []), *answers.get("data_dirs", []), answers.get("media_root", "")]
    unmounted = sorted({path for path in written if path and not any(mount.endswith(path) for mount in mounts)})
    if unmounted and answers["use_compose"]:
        yield (
            f"{', '.join(unmounted)}: what Django wrote there is only in its container. Copy it out before you remove "
            "the container."
        )
    if not any("user" in service for service in services):
        where = f" ({', '.join(mounts)})" if mounts else ""
        yield f"Django now runs as user 1000, not as runner. Make volumes and bind mounts{where} writable for it."
    if answers["use_compose"]:
        yield (
            "Django's root filesystem is now read-only. Add folders that Django writes to to data_dirs, or mount them "
            "in compose.override.yaml."
        )
    if answers["python_image"] == "slim":
        yield "The image has no git, curl or compilers. Add packages with apt_runtime, or use python_image=full."


def _compose_files(project: Path, git: Any) -> list[Mapping[str, Any]]:
    """Return the content of the person's Compose files, as they were before the update."""
    texts = [git["show", "HEAD:./compose.yaml"].run(retcode=None)[1]]
    names = ("compose.override.yaml", "compose.override.yml", "docker-compose.override.yml")
    texts += [(project / name).read_text(errors="replace") for name in names if (project / name).is_file()]
    contents: list[Mapping[str, Any]] = []
    for text in texts:
        try:
            content = yaml.safe_load(text)
        except yaml.YAMLError:  # Compose's own tags, like !reset: this only looks for a hint
            continue
        if isinstance(content, dict):
            contents.append(content)
    return contents


def _own(content: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Return the services that run Django's image."""
    services = content.get("services")
    for name, service in services.items() if isinstance(services, dict) else ():
        if isinstance(service, dict) and (name == "django" or "Dockerfile_django" in str(service.get("build"))):
            yield name, service


def _mounts(service: Mapping[str, Any]) -> Iterator[str]:
    """Return the targets of a service's writable mounts: https://docs.docker.com/reference/compose-file/services/#volumes."""
    volumes = service.get("volumes")
    for volume in volumes if isinstance(volumes, list) else ():
        if isinstance(volume, dict):
            if volume.get("target") and not volume.get("read_only") and volume.get("type") != "tmpfs":
                yield str(volume["target"])
            continue
        _, _, target = str(volume).partition(":")
        target, _, mode = target.partition(":")
        if target and "ro" not in mode.split(","):
            yield target
