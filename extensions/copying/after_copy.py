"""The summary after a copy: what was written, which commands follow, and where the site answers then."""

import re
import shlex
import tempfile
import textwrap
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from plumbum import CommandNotFound, local

from ..project.checkout import given
from ..questions.releases import rolls

WIDTH = 79
COMMIT = 'git add . && git commit --message "Add Docker files"'
START = "docker compose up --build --wait"
RELEASE = ("docker compose build && docker compose run --rm migrate", "docker compose up --wait")
LOCAL = ("localhost", "127.0.0.1")
IGNORED, NOT_IGNORED = 0, 1  # https://git-scm.com/docs/git-check-ignore#_exit_status


def text(
    folder: Path,
    answers_file: str,
    answers: Mapping[str, Any],
    remarks: Iterable[str],
    home_page: bool,
    localhost: bool,
) -> str:
    """Return the summary: at most 12 lines plus the remarks, all fit a terminal; commands to paste one by one.

    `folder` is the project as it was named, `home_page` whether something answers at /, `localhost` whether settings
    let in localhost alone.
    """
    said, commands = _commit(folder, answers_file, answers["secrets_file"])
    said += remarks
    last = _without_compose(answers)
    if answers["use_compose"]:
        if lacking := unset(folder, answers):
            said.append(f"Set {_listed(lacking)} in {answers['secrets_file']} before you start: the services need it.")
        commands.append(START)
        last = [*_address(answers, home_page, localhost), *_later(answers)]
    return "\n\n".join(["\n".join(map(_paragraph, said)), _commands(commands), "\n".join(last)])


def _commit(folder: Path, answers_file: str, secrets_file: str) -> tuple[list[str], list[str]]:
    """Return a sentence on the files, and the commands that commit them."""
    root = folder.resolve()
    commands = [] if root == Path.cwd().resolve() else [f"cd {_argument(folder)}"]
    inside, hidden = _git_state(root, secrets_file)
    if not hidden:
        commands.append(f"echo {secrets_file} >> .gitignore")
    if not inside:
        commands.append("git init")
        said = (
            "The Docker files are written. The project isn't a git repository yet, and updates need one, with "
            f"{answers_file} committed."
        )
    else:
        said = f"The Docker files are written. Commit them: updates need {answers_file}."
    return [said], [*commands, COMMIT]


def _argument(folder: Path) -> str:
    """Return a folder as `cd` takes it in a shell."""
    path = str(folder)
    return shlex.quote(f"./{path}" if path.startswith("-") else path)


def _git_state(root: Path, name: str) -> tuple[bool, bool]:
    """Return whether a folder is in a git repository, and whether git keeps a file out of commits, now or later."""
    try:
        status = local["git"]["-C", str(root), "check-ignore", "--quiet", "--", name].run(retcode=None)[0]
        if status in (IGNORED, NOT_IGNORED):
            tracked = local["git"]["-C", str(root), "ls-files", "--", name]().strip()
            return True, status == IGNORED or bool(tracked)
        with tempfile.TemporaryDirectory() as empty:
            git = local["git"][f"--git-dir={empty}/git", f"--work-tree={root}"]
            local["git"]("init", "--quiet", "--bare", f"{empty}/git")
            return False, git["check-ignore", "--quiet", "--", name].run(retcode=None, cwd=root)[0] == IGNORED
    except (CommandNotFound, OSError):
        return False, True


def _later(answers: Mapping[str, Any]) -> Iterable[str]:
    if rolls(answers):
        yield "For each later release, without losing a request:"
        yield _commands(("docker/deploy.sh",))
    elif answers["migrate"]:
        yield "For each later release, so that the site stays up if a migration fails:"
        yield _commands(RELEASE)
    yield "To change a service, use compose.override.yaml: updates never touch it."


def unset(folder: Path, answers: Mapping[str, Any]) -> list[str]:
    """Return the variables that must be in .env, or in the file beside it, and are not there, or empty."""
    known = given("\n".join(_text(folder / name) for name in (".env", answers["secrets_file"])))
    return sorted({*answers["required_environment"], *answers["dotenv"]} - {*known})


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig") if path.is_file() else ""  # a pipe would be waited for
    except (OSError, UnicodeDecodeError):
        return ""


def _address(answers: Mapping[str, Any], home_page: bool, localhost: bool) -> Iterable[str]:
    """Say where the site answers: by a host that settings let in, on a page that is there."""
    given = [str(value) for variables in ("compose_environment", "dotenv") for value in answers[variables].values()]
    if answers["compose_environment"].get("HEALTHCHECK_HOST", LOCAL[0]) not in LOCAL:
        return  # no address of this machine: a remark says how to ask
    host = "localhost" if "localhost" in given or localhost else "127.0.0.1"
    host = "127.0.0.1" if any("127.0.0.1" in value for value in given) else host
    nginx = answers["static_server"] == "nginx" and answers["reverse_proxy"] == "nginx"
    start = f"http://{host}:{answers['django_port']}{answers['script_name'] if nginx else ''}"
    site = f"{start}{'/' if home_page else answers['health_path']}"
    if answers["static_server"] == "nginx" and answers["reverse_proxy"] == "external":
        yield (
            f"Django answers on {site}\n"
            f"Static files are on http://127.0.0.1:{answers['static_port']}{answers['static_url']}"
        )
    else:
        yield f"The site answers on {site}"


def _without_compose(answers: Mapping[str, Any]) -> Iterable[str]:
    if answers["required_environment"]:
        yield _paragraph(f"Set {_listed(answers['required_environment'])} where the images run: settings need it.")
    yield "Your own Compose file: the template's documentation says what the images need."


def source_remarks(source: str, commit: str) -> list[str]:
    """Return sentences on a template that only this computer has, and on a commit that isn't a release."""
    found = []
    if Path(source).is_dir():
        found.append(f"You copied from a folder of this computer ({source}). In a team, copy from a URL.")
    if not re.fullmatch(r"v?\d+(\.\d+)+((a|b|rc)\d+)?", commit):
        found.append(f"You copied {commit or 'a commit'}, which isn't a release. The next update leads to a release.")
    return found


def machine_remarks(answers: Mapping[str, Any]) -> list[str]:
    """Return sentences on what one machine has and several have not, where the site is to run on several."""
    found = []
    names = answers["orchestrators"]
    if "swarm" in names and answers["data_dirs"]:
        found.append(
            f"On Docker Swarm, each machine has files of its own in {_listed(answers['data_dirs'])}: "
            "use object storage."
        )
    if "kubernetes" in names and answers["data_dirs"]:
        found.append(
            f"On Kubernetes, {_listed(answers['data_dirs'])} must be storage that all machines can write to, and no "
            "nginx serves it: use object storage."
        )
    if "kubernetes" in names and answers["nginx_locations"]:
        found.append("k8s/ does not have nginx_locations: give your ingress controller what you need of it.")
    fixed = sorted({path.partition(".")[0] for path in answers["compose_settings"]} - {"ALLOWED_HOSTS"})
    if names and fixed:
        found.append(f"Let settings read variables for {_listed(fixed)}: compose_settings is for Compose alone.")
    return found


def _listed(names: Iterable[str]) -> str:
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last


def _paragraph(text: str) -> str:
    """Return text in lines that fit a terminal; paths, addresses and code in backticks stay whole."""
    protected = re.sub(r"`[^`\n]*`", lambda match: match[0].replace(" ", "\0"), text)
    lines = (
        textwrap.wrap(line, WIDTH, break_long_words=False, break_on_hyphens=False) for line in protected.split("\n")
    )
    return "\n".join(line for wrapped in lines for line in wrapped).replace("\0", " ")


def _commands(commands: Iterable[str]) -> str:
    return "\n".join(f"    {command}" for command in commands)
