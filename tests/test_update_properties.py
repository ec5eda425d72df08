"""docs/explanation/updates.md, with edits that hypothesis makes up: `--examples N` for more of them.

What must come out is known without Copier: `git merge-file` of the old rendering, the new one and the person's file.
So a line of theirs is there or in a conflict, what they deleted stays away, and there is no further conflict.
"""

import os
import random
import re
import shutil
import subprocess
from collections import Counter
from contextlib import contextmanager
from functools import partial
from itertools import combinations, count
from pathlib import Path

import pytest
import yaml
from edits import MINE, edit, lines_of, poison, state, steps
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st
from plumbum import local
from sessions import settled
from support import ANSWERS, FUTURE, NEXT, PROJECTS, commit, copy, git, releases, rendered, run, tree, update

from extensions.questions.stored import completed

RELEASES = list(releases())
CHAINS = [(*chain, NEXT) for size in (1, 2) for chain in combinations(RELEASES, size)]
CHAINS += [(NEXT, FUTURE), ("v1.1.2", "v2.0.0", FUTURE)]
SHORT = [(version, NEXT) for version in ("v1.0.0", "v1.1.2", "v2.0.0")]  # without --examples
SHORT += [("v1.0.0", "v2.0.0", NEXT), (NEXT, FUTURE)]
NAMES = sorted(path.name for path in PROJECTS.iterdir())
PIP_ONLY = {"v1.0.0": {"uv_src", "whitenoise_poetry"}}  # which 1.0.0 refuses to copy
LABELS = ("before updating", "last update", "after updating")  # Copier's
CONFLICT = rb"^<<<<<<< before updating\r?\n.*?^>>>>>>> after updating(?:\r?\n|\Z)"
MARKER = b"<<<<<<< before updating|>>>>>>> after updating"
IGNORED = {".env": b"SECRET_KEY=mine\n", "mine.local": b"\xff\0mine", "médias.local": b"mine"}
OWN = {"notes é'\" 1.txt": b"\xff\0\r\n", "docker/mine.sh": MINE, "compose.override.yaml": b"services: {}\n"}
CHANGED_BY_2 = {"required_environment", "django_instructions", "build_instructions", "control_socket_disable"}

# What people have in ~/.gitconfig. FILE stands for a file beside it.
SETTINGS = [
    "",
    "merge.conflictStyle=diff3",
    "merge.conflictStyle=zdiff3 merge.renames=false merge.ff=only merge.tool=none",
    "diff.noprefix=true color.ui=always core.quotePath=true color.diff=always status.branch=true",
    "diff.mnemonicPrefix=true diff.algorithm=histogram diff.context=0 diff.renames=copies diff.interHunkContext=9",
    "diff.external=false diff.suppressBlankEmpty=true diff.wsErrorHighlight=all",
    "core.autocrlf=input",
    "core.autocrlf=true",
    "core.eol=crlf core.whitespace=tab-in-indent,cr-at-eol,trailing-space",
    "apply.ignoreWhitespace=change apply.whitespace=warn",
    "commit.gpgsign=true tag.gpgsign=true gpg.program=false user.signingKey=none",
    "core.hooksPath=FILE core.fsmonitor=false core.untrackedCache=true",
    "init.templateDir=FILE init.defaultBranch=trunk",
    "rerere.enabled=true rerere.autoUpdate=true",
    "core.fileMode=false",
    "core.ignoreCase=true core.precomposeUnicode=true submodule.recurse=true",
    "core.quotePath=false status.showUntrackedFiles=all status.relativePaths=true status.short=true",
    "user.useConfigOnly=true commit.verbose=true core.editor=false core.pager=false",
]
SETTINGS += [  # by which Copier alone loses edits
    "apply.whitespace=error",
    "apply.whitespace=fix",
    "core.excludesFile=FILE",
    "core.attributesFile=FILE",
    "status.showUntrackedFiles=no",
]
FILES = {"core.excludesFile": "compose*.yaml\nDockerfile_*\n", "core.attributesFile": "*.yaml -diff\n"}
LAYOUTS = ["repository", "folder", "odd folder", "worktree", "shallow", "submodule"]


@pytest.fixture(scope="session")
def unedited(future, tmp_path_factory):
    """Return a function that makes a project, copied at a release and updated to others, each once.

    Of the person's changes it has those by which the answers to 2.0.0 differ: no compose.yaml, an own .env.example.
    """
    made: dict[tuple, Path] = {}

    def make(chain: tuple[str, ...], name: str, traits: frozenset[str] = frozenset()) -> Path:
        if (chain, name, traits) not in made:
            with local.env(GIT_CONFIG_GLOBAL=os.devnull):
                made[chain, name, traits] = new(chain, name, traits)
        return made[chain, name, traits]

    def new(chain: tuple[str, ...], name: str, traits: frozenset[str]) -> Path:
        folder = tmp_path_factory.mktemp("unedited") / "my-site"
        if len(chain) == 1:
            shutil.copytree(PROJECTS / name / "project", folder)
            with (folder / ".gitignore").open("a") as ignore:
                ignore.write("\n.env\n*.local\n")
            commit(folder, "The project")
            copy(future, folder, vcs_ref=chain[0])
            (folder / ".env").unlink(missing_ok=True)
        else:
            crosses = to_2(*chain[-2:])
            shutil.copytree(make(chain[:-1], name, frozenset() if crosses else traits), folder)
            if crosses and "no compose" in traits:
                (folder / "compose.yaml").unlink()
            if crosses and "example" in traits:
                (folder / ".env.example").write_bytes(MINE)
            commit(folder)
            update(folder, vcs_ref=chain[-1])
        commit(folder)
        return folder

    return make


def to_2(old: str, new: str) -> bool:
    return old.startswith("v1.") and not new.startswith("v1.")


@pytest.fixture
def check(unedited, tmp_path):
    """Return a function that edits a project before each update of a chain, and looks at what comes out."""
    number = 0

    def run_chain(chain, name, layout, config, plan):
        nonlocal number
        number += 1
        folder = laid_out(unedited(chain[:1], name), tmp_path / str(number), layout)
        for path, content in {**IGNORED, **OWN}.items():
            (folder / path).parent.mkdir(exist_ok=True)
            (folder / path).write_bytes(content)
        traits = frozenset()
        for at, step in enumerate(plan):
            old, new = chain[at : at + 2]
            ours = new not in RELEASES  # what a released version does about settings, it does for ever
            with git_config(config if ours else "", tmp_path / f"config{number}.{at}"):
                git("-C", folder, *AROUND, "checkout", "--force", "HEAD", "--", ".")  # for the ends of lines
                save(folder)
                before = rendered(unedited(chain[: at + 1], name, traits))
                after = rendered(unedited(chain[: at + 2], name, traits))
                theirs = {".env.example"} if before.get(".env.example") == MINE else set()  # so that none is generated
                paths = [path for path in generated(before, name) if path not in theirs and (folder / path).is_file()]
                if paths and ours:
                    kind, which = step["poison"]
                    refused_for(folder, paths[which % len(paths)], kind, new)
                templates = {path: (before[path], after.get(path, b"")) for path in before}
                edit(folder, paths, step, templates, f"{number}.{at}")
                # Of a folder with such a name, that is refused: test_a_new_file_in_a_folder_with_an_odd_name
                for path in sorted(after.keys() - before.keys())[: step["names"] if layout != "odd folder" else 0]:
                    if not (folder / path).exists():
                        (folder / path).parent.mkdir(exist_ok=True)
                        (folder / path).write_bytes(MINE + path.encode() + b"\n")
                save(folder)
                if to_2(old, new):
                    found = {"no compose": not (folder / "compose.yaml").exists()}
                    found["example"] = (folder / ".env.example").exists()
                    traits = frozenset(trait for trait, there in found.items() if there)
                    after = rendered(unedited(chain[: at + 2], name, traits))
                updated(folder, old, new, before, after, config if ours else "", name)
                settle(folder, number)
                save(folder)
                if at + 2 == len(chain) and step["again"]:
                    mine = state(folder)
                    update(folder, vcs_ref=new)
                    assert state(folder) == mine and not git("-C", folder, "status", "--porcelain"), "again"

    return run_chain


def settle(folder: Path, seed: int) -> None:
    """Resolve all conflicts, as a person does: a next update refuses files that have markers."""
    for path in git("-C", folder, "diff", "--name-only", "--relative", "-z", "--diff-filter=U").split("\0")[:-1]:
        (folder / path).write_bytes(settled((folder / path).read_bytes(), random.Random(seed)))


# How a person works who has found a way around the settings.
AROUND = [
    *("-c", "commit.gpgsign=false", "-c", f"core.hooksPath={os.devnull}", "-c", "core.excludesFile="),
    *("-c", "core.safecrlf=false"),
]


def save(folder: Path) -> None:
    git("-C", folder, *AROUND, "add", "--all")
    git("-C", folder, *AROUND, "commit", "--quiet", "--allow-empty", "--no-verify", "--message", "Mine")


@contextmanager
def git_config(config: str, folder: Path):
    """Make settings those of the user, in all repositories."""
    folder.mkdir()
    (folder / "hooks").mkdir()
    for hook in ("pre-commit", "commit-msg", "pre-applypatch", "pre-push"):
        for path in (folder / hook, folder / "hooks" / hook):
            path.write_text("#!/bin/sh\necho no >&2\nexit 1\n")
            path.chmod(0o755)
    for setting in config.split():
        key, value = setting.split("=", 1)
        if key in FILES:
            (folder / "file").write_text(FILES[key])
            value = value.replace("FILE", str(folder / "file"))
        git("config", "--file", folder / "config", key, value.replace("FILE", str(folder)))
    (folder / "config").touch()
    with local.env(GIT_CONFIG_GLOBAL=str(folder / "config")):
        yield


def refused_for(folder: Path, path: str, kind: str, new: str) -> None:
    """See that an update is refused for what is done to a file, with nothing changed; then take that back."""
    there = partial(git, "-C", (folder / path).parent)
    note(f"{kind} {path}")
    start = there("rev-parse", "HEAD").strip()
    sentence = poison(folder / path, kind, there)
    if kind != "skip-worktree":
        save(folder)
    kept, status = state(folder), there("status", "--porcelain", "--ignored")
    code, output = run("update", "--defaults", f"--vcs-ref={new}", folder, retcode=None)
    assert code == 1 and sentence in output and path in output and "Traceback" not in output, output
    assert state(folder) == kept and there("status", "--porcelain", "--ignored") == status
    if kind == "skip-worktree":
        there("update-index", "--no-skip-worktree", Path(path).name)
    if kind == "folder":
        shutil.rmtree(folder / path)
    there(*AROUND, "reset", "--quiet", "--hard", start)


def updated(folder, old, new, before, after, config, name) -> None:  # noqa: C901  all that is true of each file
    """Update a project and compare."""
    mine, kept = tree(folder), state(folder)
    command = ("update", "--defaults", f"--vcs-ref={new}", folder)
    code, output = run(*command, retcode=None)
    assert code == 0 and "Traceback" not in output, output
    result = tree(folder)
    theirs = {path: content for path, content in result.items() if path in generated(before | after, name)}
    expected, in_conflict, mixed = {}, set(), set()
    for path in generated(before | after, name):
        if path not in mine and path not in before and path in after:
            expected[path] = after[path]  # new
        elif path in mine and path not in before and path not in after:
            expected[path] = mine[path]  # an .env.example of their own is not the template's
        elif path in mine and path == ".env.example" and after.get(path) == MINE:
            expected[path] = mine[path]
        elif path in mine and path in after:
            content, base = committed(folder, path), before.get(path, b"")
            without = content.replace(b"\r\n", b"\n")
            if b"\r\n" in content and base != after[path] and new not in RELEASES:  # ends of lines are no conflict
                expected[path], conflicts = merged(folder, without, base, after[path])
                crlf, total = content.count(b"\r\n"), content.count(b"\n")
                if crlf == total:
                    expected[path] = expected[path].replace(b"\n", b"\r\n")
                else:
                    mixed.add(path)
            else:
                expected[path], conflicts = merged(folder, content, base, after[path])
            in_conflict |= {path} if conflicts else set()
    assert theirs.keys() == expected.keys(), f"{old} to {new}"
    for path, content in expected.items():
        where = f"{path}, {old} to {new}"
        if (
            new in RELEASES
            and path in mine
            and not re.search(MARKER, theirs[path])
            and doubled(mine[path], before.get(path, b""))
        ):
            # Until 2.1 Copier tries `git apply` first, which may find a place in another of equal blocks, and no
            # conflict: then the template's new lines have to be there, as those of the person below.
            nothing_lost(after.get(path, mine[path]), before.get(path, b""), theirs[path], where)
            in_conflict.discard(path)
        elif "autocrlf" in config or "core.eol" in config or path in mixed:
            assert lines_of(theirs[path]) == lines_of(content), where
        else:
            assert theirs[path] == content, where
        if path in mine:
            nothing_lost(mine[path], before.get(path, b""), theirs[path], where)
            nothing_back(mine[path], before.get(path, b""), after.get(path, b""), theirs[path], where)
    dropped = [path for path in mine if path in before and path not in result and mine[path] != before[path]]
    assert all(path in output for path in dropped), "an edited file is gone without a word"
    moved = {}
    if new not in RELEASES:
        moved = {f"{path}.mine": path for path in before.keys() & after.keys() - mine.keys() if f"{path}.mine" in mine}
    for path, source in moved.items():
        here = committed(folder, path)
        content, _ = merged(folder, here.replace(b"\r\n", b"\n"), before[source], after[source])
        assert lines_of(result[path]) in (lines_of(mine[path]), lines_of(content)), f"{source}, renamed"
    theirs |= {path: result[path] for path in moved}
    own = kept.keys() - set(generated(before | after, name)) - {ANSWERS} - moved.keys()
    now = state(folder)
    assert {path: now.get(path) for path in own} == {path: kept[path] for path in own}, "files of their own"
    assert result.keys() <= mine.keys() | after.keys()
    answers_are_kept(mine[ANSWERS], result[ANSWERS], to_2(old, new))
    assert lines_of(result[ANSWERS]) == lines_of(after[ANSWERS]), "answers"
    assert "🎤" not in output, "a question"
    executable = {path for path in kept.keys() & now.keys() if kept[path][0] & 0o100}
    assert "fileMode" in config or all(now[path][0] & 0o100 for path in executable), "chmod"
    listed = git("-C", folder, "diff", "--name-only", "--relative", "-z", "--diff-filter=U").split("\0")[:-1]
    assert in_conflict <= set(listed) <= {path for path in theirs if re.search(MARKER, theirs[path])}
    assert all(path in output for path in in_conflict), "a conflict is not named"
    if new not in RELEASES:
        ends_with(output, listed, changed=result != mine)


def ends_with(output: str, conflicts: list[str], changed: bool) -> None:
    """See that the last lines of an update name the files with conflicts, and the command that undoes it."""
    found = re.findall(r"^(\d+) files? ha(?:s|ve) conflicts: (.*)\.$", output, re.M)
    assert [(int(number), sorted(names.split(", "))) for number, names in found] == (
        [(len(conflicts), sorted(conflicts))] if conflicts else []
    ), output[-2000:]
    last = output.splitlines()[-1]
    assert not conflicts or last.startswith("Resolve them and commit, or undo the whole update with `"), output
    assert conflicts or last.startswith("To undo the whole update: `") is changed, output


def doubled(mine: bytes, old: bytes) -> bool:
    """Return whether a person has repeated lines of the template."""
    counts = Counter(lines_of(old))
    return any(counts[line] for line in Counter(lines_of(mine)) - counts)


def nothing_lost(mine: bytes, old: bytes, result: bytes, where: str) -> None:
    """See that each line, as often as the person has added it, is in what came out."""
    added, found = Counter(lines_of(mine)) - Counter(lines_of(old)), Counter(lines_of(result))
    lost = [line for line, times in added.items() if found[line] < times]
    assert not lost, f"{where}: lost {lost}"


def nothing_back(mine: bytes, old: bytes, new: bytes, result: bytes, where: str) -> None:
    """See that no line which the person deleted, and the template left alone, is there, but in a conflict."""
    if b"before updating" in mine or b"after updating" in mine:
        return  # a conflict could not be told from theirs
    texts = [lines_of(text) for text in (old, new)]
    counts = [Counter(text) for text in (*texts, lines_of(mine))]
    calm = [
        {line: tuple(text[max(at - 1, 0) : at + 2]) for at, line in enumerate(text)} for text in texts
    ]  # with its neighbours
    gone = {
        line
        for line, around in calm[0].items()
        if counts[0][line] == counts[1][line] == 1 and not counts[2][line] and calm[1][line] == around
    }
    clean = re.sub(CONFLICT, b"", result, flags=re.DOTALL | re.MULTILINE)
    assert not gone & set(lines_of(clean)), f"{where}: back again"


def answers_are_kept(old: bytes, new: bytes, to_2: bool) -> None:
    before, after = yaml.safe_load(old), completed(yaml.safe_load(new))  # plain ones are left out
    fixed = {name for name in before if name[0] != "_"} - (CHANGED_BY_2 if to_2 else set())
    assert {name: after.get(name) for name in fixed} == {name: before[name] for name in fixed}


def merged(folder: Path, mine: bytes, old: bytes, new: bytes) -> tuple[bytes, bool]:
    """Return the three-way merge of a file by git, and whether there are conflicts."""
    if old == new:
        return mine, False
    if mine == old:
        return new, False
    paths = [folder / ".git-merge" / name for name in ("mine", "old", "new")]
    paths[0].parent.mkdir()
    for path, content in zip(paths, (mine, old, new), strict=True):
        path.write_bytes(content)
    labels = [argument for label in LABELS for argument in ("-L", label)]
    code, _, error = git["-C", folder, "merge-file", *labels, *paths].run(retcode=None)
    assert 0 <= code < 128, error
    content = paths[0].read_bytes()
    shutil.rmtree(paths[0].parent)
    return content, code > 0


def committed(folder: Path, path: str) -> bytes:
    """Return what git has of a file, which may have other ends of lines than the file."""
    command = ["git", "-C", folder, "show", f"HEAD:./{path}"]
    return subprocess.run(command, env=local.env.getdict(), capture_output=True, check=True).stdout


def generated(files, name: str) -> list[str]:
    """Return which of the files are the template's, but for the answers."""
    own = tree(PROJECTS / name / "project").keys() | IGNORED.keys() | OWN.keys() | {ANSWERS, ".gitignore"}
    return sorted(files.keys() - own)


def laid_out(base: Path, place: Path, layout: str) -> Path:
    """Return a project's folder as a repository or a part of one."""
    folder = place / "my-site"
    match layout:
        case "folder" | "odd folder":
            folder = place / "sites é/my 'site" if layout == "odd folder" else folder
            shutil.copytree(base, folder, ignore=shutil.ignore_patterns(".git"))
            commit(place)
        case "worktree":
            shutil.copytree(base, place / "repository")
            git("-C", place / "repository", "worktree", "add", "--quiet", "-b", "work", folder)
        case "shallow":
            git("clone", "--quiet", "--depth=1", f"file://{base}", folder)
        case "submodule":
            git("init", "--quiet", place)
            git("-C", place, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", base, "my-site")
            commit(place)
        case _:
            shutil.copytree(base, folder)
    return folder


@pytest.mark.parametrize("chain", CHAINS, ids="-".join)
def test_edits_are_merged_as_git_merges(chain, check, request):
    examples = request.config.getoption("--examples")
    if not examples and chain not in SHORT:
        pytest.skip("with --examples")
    names = [name for name in NAMES if name not in PIP_ONLY.get(chain[0], ())]
    if not examples:  # one for each update, since each has to be copied and updated once without edits, too
        names = [names[CHAINS.index(chain) % len(names)]]

    calls = count()

    @settings(
        max_examples=examples or 2,
        deadline=None,
        derandomize=not examples,
        database=None,
        phases=[Phase.generate],  # to make an example simpler takes a hundred updates
        print_blob=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(
        name=st.sampled_from(names),
        layout=st.sampled_from(LAYOUTS),
        config=st.sampled_from(SETTINGS),
        plan=st.tuples(*[steps for _ in chain[1:]]),
    )
    def holds(name, layout, config, plan):
        if next(calls) == 0 and not examples:
            return  # hypothesis begins with the simplest: nothing is edited
        note(f"{name} {layout} {config}")
        check(chain, name, layout, config, plan)

    holds()
