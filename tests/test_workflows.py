"""The workflows' shell parts, run on local repositories; `gh`, which asks GitHub, is the one part that is not real."""

import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import pytest
import yaml
from plumbum import local
from support import PROJECTS, ROOT, commit, copy, git

from extensions.questions import answers

WORKFLOW = ".github/workflows/docker-update.yml"
COMPOSE = "template/{% if use_compose %}compose.yaml{% endif %}.jinja"
# Keeps requests in a file, and does what its options say to them.
GH = """#!/usr/bin/env python3
import json, os, pathlib, sys
path = pathlib.Path(os.environ["REQUESTS"])
state = json.loads(path.read_text()) if path.exists() else {"requests": [], "calls": []}
arguments = sys.argv[1:]
state["calls"].append(" ".join(arguments[:2]))
option = lambda name: arguments[arguments.index(name) + 1] if name in arguments else None
requests = state["requests"]
command = " ".join(arguments[:2])
if command == "pr list":
    field = option("--jq").rpartition(".")[2]
    print(*(request[field] for request in requests if request["state"] == option("--state")), sep="\\n")
elif command == "pr create" and "--draft" in arguments and "NO_DRAFTS" in os.environ:
    sys.exit("Draft pull requests are not supported in this repository.")
elif command == "pr create":
    body = pathlib.Path(option("--body-file")).read_text()
    requests.append({"number": len(requests) + 1, "state": "open", "title": option("--title"), "body": body,
                     "head": option("--head"), "base": option("--base"), "draft": "--draft" in arguments,
                     "labels": []})
elif command == "pr edit":
    request = requests[int(arguments[2]) - 1]
    if option("--title"):
        request |= {"title": option("--title"), "body": pathlib.Path(option("--body-file")).read_text()}
    if option("--add-label"):
        request["labels"] = sorted({*request["labels"], option("--add-label")})
elif command == "pr ready":
    requests[int(arguments[2]) - 1]["draft"] = "--undo" in arguments
elif command not in ("auth setup-git", "label create"):
    sys.exit(f"unexpected: gh {arguments}")
path.write_text(json.dumps(state))
"""


class Repository:
    """A project on a server, with its update workflow, and the template that it comes from."""

    uv: ClassVar[dict[str, str]] = {}

    def __init__(self, folder: Path):
        self.folder, self.template, self.project = folder, folder / "upstream", folder / "my-site"
        self.server, self.requests_file = folder / "server.git", folder / "requests.json"
        self.outputs: dict[str, str] = {}
        self.handed_over: Callable[[Path], object] = lambda artifact: None  # what a test does to it

    @classmethod
    def make(cls, template: Path, folder: Path) -> "Repository":
        """Return one of the template's version 3.0.0."""
        made = cls(folder)
        git("clone", "--quiet", "--no-tags", template, made.template)
        made.release("3.0.0")
        shutil.copytree(PROJECTS / "startproject/project", made.project)
        commit(made.project, "The project")
        copy(made.template, made.project, vcs_ref="v3.0.0", update_workflow=True)
        return made

    def copied(self, folder: Path) -> "Repository":
        """Return the same in another folder, where the project's answers name that folder's template."""
        new = Repository(folder)
        shutil.copytree(self.template, new.template, symlinks=True)
        shutil.copytree(self.project, new.project, symlinks=True)
        new.edit(".copier-answers.yml", f"_src_path: {self.template}\n", f"_src_path: {new.template}\n")
        git("clone", "--quiet", "--bare", new.project, new.server)
        (folder / "bin").mkdir()
        (folder / "bin/gh").write_text(GH)
        (folder / "bin/gh").chmod(0o755)
        return new

    def release(self, version: str, path: str = COMPOSE, text: str = "") -> None:
        changelog = self.template / "CHANGELOG.md"
        changelog.write_text(
            changelog.read_text().replace(
                "\n## ", f"\n## {version} (2026-12-01)\n\n- What {version} brings.\n\n## ", 1
            )
        )
        (self.template / path).write_text((self.template / path).read_text() + text)
        commit(self.template, f"To {version}")
        git("-C", self.template, "tag", f"v{version}")

    def edit(self, path: str, old: str, new: str) -> None:
        file = self.project / path
        assert old in file.read_text()
        file.write_text(file.read_text().replace(old, new))
        commit(self.project, "Mine")

    def push(self, path: str, old: str, new: str) -> None:
        self.edit(path, old, new)
        git("-C", self.project, "push", "--quiet", self.server, "HEAD")

    def run(self, event: str = "schedule", meanwhile: Callable[[], None] = lambda: None) -> tuple[int, str]:
        """Run the steps of the workflow as a runner does, in a fresh clone, and return exit code and output.

        `meanwhile` is what a person does between the clone and the last step.
        """
        self.outputs = {}
        printed = ""
        for name, job in self.workflow["jobs"].items():
            if "needs" in job and self.outputs.get("available") != "true":
                continue
            self.start(name)
            for step in job["steps"]:
                if "run" in step and ("if" not in step or self.outputs.get("available") == "true"):
                    if "GH_TOKEN" in step.get("env", {}):
                        meanwhile()
                    code, said = self.step(step, event)
                    printed += said
                    if code:
                        return code, printed
        return 0, printed

    def start(self, job: str) -> None:
        """Make the machine of a job: a fresh clone, and what the job before it has handed over."""
        runner = self.folder / "runner"
        artifact = runner / "temp/update"
        shutil.rmtree(self.folder / "artifact", ignore_errors=True)
        if job != "update" and artifact.exists():
            artifact.rename(self.folder / "artifact")
        shutil.rmtree(runner, ignore_errors=True)
        (runner / "temp").mkdir(parents=True)
        if (self.folder / "artifact").exists():
            self.handed_over(self.folder / "artifact")
            (self.folder / "artifact").rename(artifact)
        git("clone", "--quiet", self.server, runner / "clone")

    def run_last_step(self, event: str = "schedule") -> tuple[int, str]:
        """Run the last step once more, the one that knows the event, the requests and the branch on the server."""
        git("-C", self.folder / "runner/clone", "fetch", "--quiet")
        return self.step(self.workflow["jobs"]["request"]["steps"][-1], event)

    @property
    def workflow(self) -> dict[str, Any]:
        return yaml.safe_load((self.project / WORKFLOW).read_text())

    def step(self, step: dict[str, Any], event: str) -> tuple[int, str]:
        """Run one step in the runner's clone, and keep its outputs."""
        runner = self.folder / "runner"
        clone = runner / "clone"
        base = git("-C", self.project, "branch", "--show-current").strip()
        (runner / "output").write_text("")
        with local.env(
            **self.workflow["env"],
            **self.uv,
            PATH=f"{self.folder / 'bin'}:{local.env['PATH']}",
            REQUESTS=str(self.requests_file),
            RUNNER_TEMP=str(runner / "temp"),
            GITHUB_OUTPUT=str(runner / "output"),
            GITHUB_SHA=git("-C", clone, "rev-parse", f"origin/{base}").strip(),
            GITHUB_REF_NAME=base,
            GITHUB_EVENT_NAME=event,
        ):
            # Who commits is the workflow's to say.
            own = [f"--unset=GIT_{who}_{what}" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")]
            bash = local["env"][(*own, "bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"])]
            code, out, err = bash.with_cwd(clone).run(retcode=None)
        if not code:  # uvx has the packages now, and need not look for newer ones each time
            Repository.uv = {"UV_OFFLINE": "1"}
        self.outputs |= dict(line.split("=", 1) for line in (runner / "output").read_text().splitlines())
        return code, out + err

    @property
    def requests(self) -> list[dict[str, Any]]:
        return json.loads(self.requests_file.read_text())["requests"] if self.requests_file.exists() else []

    def show(self, path: str) -> str:
        return git("-C", self.server, "show", f"docker-update:{path}")


@pytest.fixture(scope="module")
def made(template, tmp_path_factory):
    return Repository.make(template, tmp_path_factory.mktemp("made"))


@pytest.fixture
def repository(made, tmp_path):
    return made.copied(tmp_path)


def test_the_update_workflow_has_least_permissions(repository):
    workflow = repository.workflow
    jobs = workflow["jobs"]
    assert workflow["permissions"] == {} and list(jobs) == ["update", "request"]
    assert jobs["update"]["permissions"] == {"contents": "read"}
    assert jobs["request"]["permissions"] == {"contents": "write", "pull-requests": "write"}
    tokens = [(name, number) for name in jobs for number, step in enumerate(jobs[name]["steps"]) if "env" in step]
    assert tokens == [("request", len(jobs["request"]["steps"]) - 1)]
    assert "uvx" not in str(jobs["request"]) and "copier" not in str(jobs["request"])
    for step in [*jobs["update"]["steps"], *jobs["request"]["steps"]]:
        assert "uses" not in step or len(step["uses"].partition("@")[2]) == 40
        assert "run" not in step or step["run"].startswith("set -euo pipefail\n")
        assert "checkout" not in step.get("uses", "") or step["with"]["persist-credentials"] is False


def test_a_request_may_change_what_the_template_writes(repository):
    listed = repository.workflow["env"]["FILES"].split()
    assert listed == [path for path in listed if path in answers.RENDERED]
    others = [path for path in answers.RENDERED if path not in [*listed, "manage.py"]]
    assert others and all(path.startswith(("docker/", "k8s/")) or path == "stack.yaml" for path in others)


@pytest.mark.parametrize(
    "patch",
    [
        "--- /dev/null\n+++ b/mysite/evil.py\n@@ -0,0 +1 @@\n+x\n",
        "diff --git a/docker/x b/docker/x\nnew file mode 120000\n--- /dev/null\n+++ b/docker/x\n"
        "@@ -0,0 +1 @@\n+../.git/config\n\\ No newline at end of file\n",
        'diff --git "a/docker\\n" "b/docker\\n"\nnew file mode 100644\n--- /dev/null\n+++ "b/docker\\n"\n'
        "@@ -0,0 +1 @@\n+x\n",
    ],
    ids=["another file", "a link", "an odd name"],
)
def test_a_patch_that_touches_anything_else_is_refused(repository, patch):
    repository.release("3.1.0", text="# new\n")

    def tamper(artifact: Path) -> None:
        with (artifact / "changes.patch").open("a") as file:
            file.write(patch)

    repository.handed_over = tamper
    code, printed = repository.run()
    assert code == 1 and "::error::The update changes " in printed
    assert not repository.requests and "docker-update" not in git("-C", repository.server, "branch")


def test_what_the_templates_code_leaves_does_not_reach_the_token(repository):
    """A hook in the first job's clone is no part of the patch."""
    task = """
_tasks:
  - |
    if [ -d .git ]; then
      printf '#!/bin/sh\\ntouch ../../pwned\\n' | tee .git/hooks/pre-push > .git/hooks/pre-commit
      chmod +x .git/hooks/pre-push .git/hooks/pre-commit
    fi
"""
    copier_yml = (repository.template / "copier.yml").read_text()
    start = copier_yml.index("_tasks:")
    end = copier_yml.index("_message_after_copy:")
    (repository.template / "copier.yml").write_text(copier_yml[:start] + task + "\n" + copier_yml[end:])
    repository.release("3.1.0", text="# new\n")
    code, printed = repository.run()
    assert code == 0, printed
    assert repository.requests and not (repository.folder / "pwned").exists()


def test_zizmor_has_nothing_against_the_workflows(template, project):
    folder = project()
    copy(template, folder, github_workflow=True, update_workflow=True)
    assert len(list((folder / ".github/workflows").iterdir())) == 2
    zizmor = local[Path(sys.executable).parent / "zizmor"]["--offline", "--no-progress", "--color=never"]
    code, out, err = zizmor[folder / ".github", ROOT / ".github"].run(retcode=None)
    assert code == 0, out + err


def test_nothing_newer(repository):
    code, printed = repository.run()
    assert code == 0 and "newest version" in printed
    assert not repository.requests and "docker-update" not in git("-C", repository.server, "branch")


def test_one_request_for_all_versions(repository):
    repository.release("3.1.0", text="# new in 3.1.0\n")
    assert repository.run()[0] == 0
    (request,) = repository.requests
    assert request["title"] == "Update Docker files from v3.0.0 to v3.1.0"
    assert request["base"] == git("-C", repository.project, "branch", "--show-current").strip()
    assert not request["draft"] and request["labels"] == ["dependencies"]
    assert "- What 3.1.0 brings." in request["body"] and "3.0.0 brings" not in request["body"]
    assert "Conflicts" not in request["body"]
    assert "# new in 3.1.0" in repository.show("compose.yaml")

    before = git("-C", repository.server, "rev-parse", "docker-update")
    assert repository.run()[0] == 0  # again: no second request, no push
    assert len(repository.requests) == 1
    assert git("-C", repository.server, "rev-parse", "docker-update") == before

    repository.release("3.2.0", text="# new in 3.2.0\n")
    assert repository.run()[0] == 0
    (request,) = repository.requests
    assert request["title"] == "Update Docker files from v3.0.0 to v3.2.0"
    assert request["body"].index("What 3.2.0 brings") < request["body"].index("What 3.1.0 brings")
    assert git("-C", repository.server, "rev-list", "--count", "HEAD..docker-update").strip() == "1"


def test_conflicts_are_a_draft_that_names_them_until_a_person_resolves(repository):
    last = (repository.project / "compose.yaml").read_text().splitlines()[-1]
    repository.push("compose.yaml", last + "\n", last + "\n# mine\n")
    repository.release("3.1.0", text="# the template's\n")
    code, printed = repository.run()
    assert code == 0, printed
    (request,) = repository.requests
    assert request["draft"] and "- `compose.yaml`\n" in request["body"]
    text = repository.show("compose.yaml")
    assert "<<<<<<< before updating" in text and "# mine" in text and "# the template's" in text

    repository.requests_file.unlink()
    with local.env(NO_DRAFTS="1"):  # as in private repositories of some plans
        assert repository.run_last_step()[0] == 0
    (request,) = repository.requests
    assert not request["draft"] and "- `compose.yaml`\n" in request["body"]

    def resolve() -> None:
        clone = repository.folder / "person"
        git("clone", "--quiet", "--branch", "docker-update", repository.server, clone)
        (clone / "compose.yaml").write_text("# resolved\n")
        commit(clone, "Resolve")
        git("-C", clone, "push", "--quiet")

    repository.release("3.2.0")
    code, printed = repository.run(meanwhile=resolve)
    assert code == 1 and "stale info" in printed
    assert repository.show("compose.yaml") == "# resolved\n"
    code, printed = repository.run_last_step()
    assert code == 0 and "has commits of a person" in printed
    assert repository.show("compose.yaml") == "# resolved\n"


def test_a_closed_request_is_opened_again_only_by_hand(repository):
    repository.release("3.1.0", text="# new\n")
    repository.run()
    state = json.loads(repository.requests_file.read_text())
    state["requests"][0]["state"] = "closed"
    repository.requests_file.write_text(json.dumps(state))
    code, printed = repository.run_last_step()
    assert code == 0 and "run this workflow by hand" in printed and len(repository.requests) == 1
    assert repository.run_last_step("workflow_dispatch")[0] == 0
    assert [request["state"] for request in repository.requests] == ["closed", "open"]


def test_a_refused_push_says_which_token_is_needed(repository):
    hook = repository.server / "hooks/pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(
        "#!/bin/sh\necho 'refusing to allow a GitHub App to create or update workflow `x` without `workflows` "
        "permission' >&2\nexit 1\n"
    )
    hook.chmod(0o755)
    repository.release("3.1.0", text="# new\n")
    code, printed = repository.run()
    assert code == 1 and "::error::" in printed and "as the secret DOCKER_UPDATE_TOKEN" in printed
    assert not repository.requests


def test_an_update_that_fails_opens_nothing(repository):
    repository.release("3.1.0", path="copier.yml", text="\nbroken:\n  type: str\n  default: '{{ 1 / 0 }}'\n")
    code, _ = repository.run()
    assert code and not repository.requests and "docker-update" not in git("-C", repository.server, "branch")
