"""The answers file that Copier writes into a project: what it holds, and whether it is this template's."""

import contextlib
import re
from collections.abc import Mapping
from copy import copy
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from packaging.version import InvalidVersion, Version

from .compose_defaults import BESIDE_DOTENV
from .question import NEVER, WRITTEN
from .records import QUESTIONS
from .releases import ROLLING

FILE = ".copier-answers.yml"
ALWAYS = ("wsgi_module", "use_fathom")  # questions that every version has
# A file of 2.x has an answer to each of these. One of 3.0.0 leaves out what is plain, and hardly has all.
FULL = frozenset(["customize", "python_image", "image_digests", "use_compose", "github_workflow", "update_workflow"])
# The files of template/ below the answers file, each with the answers without which it is not written.
RENDERED: dict[str, dict[str, Any]] = {
    "Dockerfile_django": {},
    "Dockerfile_static": {"static_server": "nginx"},
    "default.conf": {"static_server": "nginx"},
    ".dockerignore": {},
    "manage.py": {"manage_py": True},
    "compose.yaml": {"use_compose": True},
    "docker/services.yaml": {"use_compose": True, "secrets_file": BESIDE_DOTENV},
    "compose.dev.yaml": {"use_compose": True},
    ".env.example": {"use_compose": True, "env_example": True},
    "docker/gunicorn.conf.py": {},
    "docker/healthcheck.py": {},
    "stack.yaml": {"orchestrators": "swarm"},
    "docker/deploy-swarm.sh": {"orchestrators": "swarm"},
    "docker/swarm/.env.example": {"orchestrators": "swarm"},
    "docker/swarm/.gitignore": {"orchestrators": "swarm"},
    "docker/swarm/entrypoint.sh": {"orchestrators": "swarm"},
    "docker/swarm/proxy.conf": {"orchestrators": "swarm"},
    "docker/deploy-kubernetes.sh": {"orchestrators": "kubernetes"},
    "k8s/.env.example": {"orchestrators": "kubernetes"},
    "k8s/.gitignore": {"orchestrators": "kubernetes"},
    "k8s/cronjobs.yaml": {"orchestrators": "kubernetes", "schedules": True},
    "k8s/django.yaml": {"orchestrators": "kubernetes"},
    "k8s/ingress.yaml": {"orchestrators": "kubernetes"},
    "k8s/kustomization.yaml": {"orchestrators": "kubernetes"},
    "k8s/migrate.yaml": {"orchestrators": "kubernetes", "migrate": True},
    "k8s/namespace.yaml": {"orchestrators": "kubernetes"},
    "k8s/network-policy.yaml": {"orchestrators": "kubernetes"},
    "k8s/static.yaml": {"orchestrators": "kubernetes", "static_server": "nginx"},
    "k8s/workers.yaml": {"orchestrators": "kubernetes", "workers": True},
    "docker/deploy.sh": {**ROLLING},
    "docker/proxy/default.conf": {**ROLLING},
    ".github/workflows/docker.yml": {"github_workflow": True},
    ".github/workflows/docker-update.yml": {"update_workflow": True},
}


def stored(path: Path) -> dict[str, Any]:
    """Return the answers in an answers file, with those that it leaves out; none if there is no such file.

    Raises yaml.YAMLError if it is no YAML.
    """
    given = written(path)
    return completed(given) if is_ours(given) else given


def written(path: Path) -> dict[str, Any]:
    """Return the answers in an answers file as it has them. Raises yaml.YAMLError if it is no YAML."""
    return (copy(_loaded(path.read_text())) or {}) if path.is_file() else {}


def completed(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the answers to this template, completed by those that the answers file leaves out.

    A question that is newer than the answers goes on as before it was there. Without an `as_before`, it stays absent:
    what the project says counts.
    """
    version = _version(given)
    is_full = given.keys() >= FULL or (version is not None and version < Version("2.0.0"))
    found = dict(given)
    for name, question in QUESTIONS.items():
        is_newer = is_full or bool(question.since and version and version < Version(question.since))
        value = question.as_before if is_newer else WRITTEN if question.is_written else question.left_out
        if name not in given and value is not NEVER and value is not WRITTEN:
            found[name] = value
    return found


def _version(given: Mapping[str, Any]) -> Version | None:
    """Return the template's version that answers are from; None where they name a commit alone."""
    with contextlib.suppress(InvalidVersion):
        return Version(re.sub(r"-[0-9]+-g[0-9a-f]+$", "", str(given.get("_commit"))))
    return None


def worth_writing(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return Copier's answers without those that the answers file leaves out."""
    return {
        name: value for name, value in given.items() if name not in QUESTIONS or not QUESTIONS[name].is_plain(value)
    }


@cache
def _loaded(text: str) -> Any:
    """Return what a YAML text says. An update reads its answers ten times."""
    return yaml.safe_load(text)


def rendered(stored: Mapping[str, Any]) -> list[str]:
    """Return the files that stored answers have written; what an older version had no question for, it wrote."""
    return [
        path
        for path, needed in RENDERED.items()
        if all(_asks_for(stored.get(name, _before(name, value)), value) for name, value in needed.items())
    ]


def _before(name: str, needed: Any) -> Any:
    """Return what counts without an answer: what a newer question says of that, else the one that a file needs."""
    question = QUESTIONS[name]
    return question.as_before if question.since else needed


def _asks_for(answer: Any, needed: Any) -> bool:
    """Return whether an answer is the one that a file needs; of a list, whether it has that; True is any."""
    if isinstance(answer, list | dict):
        return bool(answer) if needed is True else needed in answer
    return bool(answer == needed)


def public(location: str) -> str:
    """Return the template's location without a user or a password in it; ssh needs its user.

    https://git-scm.com/docs/git-clone#_git_urls
    """
    match = re.fullmatch(r"((?:git\+)?([A-Za-z0-9+.-]+?)://)([^/?#]*)@(.*)", location, re.DOTALL)
    if not match:
        return location
    start, scheme, userinfo, rest = match.groups()
    user = userinfo.partition(":")[0] if scheme.lower().endswith("ssh") else ""
    return f"{start}{user}@{rest}" if user else f"{start}{rest}"


OWN_COMMENTS = ("# Written by Copier, ", "# An update writes this file anew")  # the first lines of an answers file


def comments(text: str) -> list[str]:
    """Return the lines of an answers file that have a comment, but for the template's own."""
    content, lines = yaml.safe_load(text), text.split("\n")

    def is_comment(number: int, start: int) -> bool:
        without = "\n".join([*lines[:number], lines[number][:start], *lines[number + 1 :]])
        with contextlib.suppress(yaml.YAMLError):
            return bool(yaml.safe_load(without) == content)
        return False  # the sign is inside of an answer

    return [
        line
        for number, line in enumerate(lines)
        if not line.startswith(OWN_COMMENTS)
        and any(is_comment(number, match.start()) for match in re.finditer(r"(^|\s)#", line))
    ]


def are_for_us(given: Any) -> bool:
    """Return whether answers are to this template: two questions that every version of it has are among them."""
    return isinstance(given, Mapping) and given.keys() >= set(ALWAYS)


def is_ours(stored: Any) -> bool:
    """Return whether Copier has written these answers for this template: a person's data file has no `_src_path`."""
    return are_for_us(stored) and "_src_path" in stored


def others(root: Path, answers_file: Path) -> list[str]:
    """Return the names of further answers files of this template in a project, such as .copier-answers.docker.yml."""
    found = []
    for path in sorted({*root.glob(".copier-answers*.y*ml")} - {root / answers_file}):
        with contextlib.suppress(OSError, UnicodeDecodeError, yaml.YAMLError):
            found += [path.name] if is_ours(stored(path)) else []
    return found
