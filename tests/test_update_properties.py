"""The update guarantee of docs/updating.md, with edits that hypothesis makes up: `--examples N` for more of them.

What must come out is known without this template: `git merge-file` of the old rendering, the new one and the person's
file. So a line of theirs is there or in a conflict, what they deleted stays away, and there is no further conflict.
"""

import shutil
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st
from support import NEXT, PROJECTS, commit, copy, git, releases, run, tree, update
from test_update import projects_of

ANSWERS = ".copier-answers.yml"
RELEASES = list(releases())
CHAINS = [*combinations(RELEASES, 1), *combinations(RELEASES, 2)]
LABELS = ("before updating", "last update", "after updating")  # Copier's
MINE = b"# mine: "
IGNORED = {".env": b"SECRET_KEY=mine\n", "mine.local": b"\xff\0mine"}
# What people have in ~/.gitconfig; an update may refuse those that would lose text.
SETTINGS = [
    {},
    {"merge.conflictStyle": "diff3"},
    {"diff.noprefix": "true", "color.ui": "always", "core.quotePath": "true"},
    {"diff.mnemonicPrefix": "true", "diff.algorithm": "histogram", "diff.context": "0", "diff.renames": "copies"},
    {"core.autocrlf": "input"},
    {"apply.ignoreWhitespace": "change"},
]
REFUSED = [{"apply.whitespace": "error"}, {"apply.whitespace": "fix"}]

edits = st.lists(
    st.tuples(
        st.sampled_from(
            ["insert", "change", "delete", "blanks"] * 3 + ["remove", "rename", "chmod", "crlf", "no end"]
        ),
        st.integers(0, 99),  # which file
        st.integers(0, 99),  # where in it, per cent
    ),
    min_size=4,
    max_size=12,
)
layouts = st.sampled_from(["repository", "folder", "worktree", "shallow", "submodule"])


@pytest.fixture(scope="session")
def unedited(template, tmp_path_factory):
    """Return a function that makes a project, copied at a release and updated to others, each once.

    Of the person's changes it has those by which the answers differ: no compose.yaml, an .env.example of their own.
    """
    made: dict[tuple, Path] = {}

    def make(chain: tuple[str, ...], name: str, without: str = "", own: str = "") -> Path:
        key = (chain, name, without, own)
        if key not in made:
            folder = tmp_path_factory.mktemp("unedited") / "my-site"
            if len(chain) > 1:
                shutil.copytree(make(chain[:-1], name, without, own), folder)
                update(folder, vcs_ref=chain[-1])
            elif without or own:
                shutil.copytree(make(chain, name), folder)
                if without:
                    (folder / without).unlink(missing_ok=True)
                if own:
                    (folder / own).write_bytes(MINE)
            else:
                shutil.copytree(PROJECTS / name / "project", folder)
                with (folder / ".gitignore").open("a") as ignore:
                    ignore.write("\n.env\n*.local\n")
                commit(folder, "The project")
                copy(template, folder, vcs_ref=chain[0])
            commit(folder)
            made[key] = folder
        return made[key]

    return make


@pytest.fixture
def check(unedited, tmp_path):
    """Return a function that edits a project before each update of a chain, and looks at what comes out."""
    number = 0

    def run_chain(chain, name, layout, config, steps):
        nonlocal number
        number += 1
        folder = laid_out(unedited(chain[:1], name), tmp_path / str(number), layout)
        for key, value in config.items():
            git("-C", folder, "config", key, value)
        for path, content in IGNORED.items():
            (folder / path).write_bytes(content)
        for at, (changes, new, own_names) in enumerate(steps):
            old = chain[at]
            before = tree(unedited(chain[: at + 1], name))
            after = tree(unedited((*chain, NEXT)[: at + 2], name))
            own = sorted(after.keys() - before.keys())[: own_names if new else 0]
            edit(folder, generated(before, name), changes, f"{number}.{at}")
            for path in own:
                if not (folder / path).exists():
                    (folder / path).parent.mkdir(exist_ok=True)
                    (folder / path).write_bytes(MINE + path.encode() + b"\n")
            commit(folder)
            without = "" if (folder / "compose.yaml").exists() else "compose.yaml"
            example = ".env.example" if (folder / ".env.example").exists() and ".env.example" not in before else ""
            after = tree(unedited((*chain, NEXT)[: at + 2], name, without, example))
            if not updated(folder, old, (*chain, NEXT)[at + 1], before, after, config, name):
                return
            commit(folder)
        mine = state(folder)
        update(folder)
        assert state(folder) == mine and not git("-C", folder, "status", "--porcelain"), "the second update"

    return run_chain


def updated(folder, old, new, before, after, config, name) -> bool:
    """Update a project and compare; return False where the update was refused, rightly, and nothing changed."""
    mine, kept = tree(folder), state(folder)
    code, output = run("update", "--defaults", f"--vcs-ref={new}", folder, retcode=None)
    if code and config in REFUSED:
        assert "Traceback" not in output and "apply.whitespace" in output
        assert state(folder) == kept and not git("-C", folder, "status", "--porcelain")
        return False
    assert code == 0, output
    result = tree(folder)
    theirs = {path: content for path, content in result.items() if path in generated(before | after, name)}
    expected = {}
    for path in generated(before | after, name):
        if path not in mine and path not in before and path in after:
            expected[path] = after[path]  # new
        elif path in mine and path not in before and after.get(path, MINE) == MINE:
            expected[path] = mine[path]  # an .env.example of their own is not the template's
        elif path in mine and (path in after or path not in before):
            expected[path] = merged(folder, mine[path], before.get(path, b""), after[path])
    assert theirs.keys() == expected.keys(), f"{old} to {new}"
    for path, content in expected.items():
        assert theirs[path] == content, f"{path}, {old} to {new}"
        lost = set(own_lines(mine.get(path, b""))) - set(own_lines(theirs[path]))
        assert not lost, f"{path}, {old} to {new}"
    rest = mine.keys() - expected.keys() - {ANSWERS}
    assert {path: result.get(path) for path in rest if path in mine} == {path: mine[path] for path in rest}
    assert result.keys() <= mine.keys() | after.keys()
    assert result[ANSWERS] == after[ANSWERS], "answers"
    executable = {path for path, (mode, _) in kept.items() if mode & 0o100}
    assert executable <= {path for path, (mode, _) in state(folder).items() if mode & 0o100}, "chmod"
    conflicts = git("-C", folder, "diff", "--name-only", "--relative", "--diff-filter=U").split()
    assert conflicts == sorted(path for path in theirs if path in mine and b"<<<<<<< before" in theirs[path])
    return True


def merged(folder: Path, mine: bytes, old: bytes, new: bytes) -> bytes:
    """Return the three-way merge of a file by git, with the project's settings; its own text where nothing is new."""
    if old == new:
        return mine
    if mine == old:
        return new
    paths = [folder / ".git-merge" / name for name in ("mine", "old", "new")]
    paths[0].parent.mkdir()
    for path, content in zip(paths, (mine, old, new), strict=True):
        path.write_bytes(content)
    labels = [argument for label in LABELS for argument in ("-L", label)]
    code, _, error = git["-C", folder, "merge-file", *labels, *paths].run(retcode=None)
    assert 0 <= code < 128, error
    content = paths[0].read_bytes()
    shutil.rmtree(paths[0].parent)
    return content


def generated(files, name: str) -> list[str]:
    """Return which of the files are the template's, but for the answers."""
    own = tree(PROJECTS / name / "project").keys() | IGNORED.keys() | {ANSWERS, ".gitignore"}
    return sorted(files.keys() - own)


def own_lines(content: bytes) -> list[bytes]:
    return [line.strip() for line in content.splitlines() if line.startswith(MINE)]


def state(folder: Path) -> dict[str, tuple[int, bytes]]:
    return {path: ((folder / path).stat().st_mode, content) for path, content in tree(folder).items()}


def edit(folder: Path, paths: list[str], changes, step: str) -> None:
    """Make the changes in a project's files; each line that is new in them is no other's."""
    for number, (kind, which, where) in enumerate(changes):
        path = folder / paths[which % len(paths)]
        if not path.is_file():
            continue
        lines = path.read_bytes().splitlines(keepends=True)
        at = where * len(lines) // 100
        line = MINE + f"{step}.{number}".encode()
        note(f"{kind} {path.name}:{at + 1}")
        match kind:
            case "insert":
                lines.insert(at, line + b"\n")
            case "blanks":
                lines.insert(at, line + b" \t \n")
            case "change":
                lines[at : at + 1] = [line + b"\n"]
            case "delete":
                del lines[at : at + 1 + number % 3]
            case "crlf":
                lines = [line.rstrip(b"\r\n") + b"\r\n" for line in lines]
            case "no end":
                lines[-1:] = [line.rstrip(b"\r\n") for line in lines[-1:]]
            case "chmod":
                path.chmod(0o755)
            case "rename":
                path.rename(path.with_name(f"{path.name}.mine"))
            case "remove":
                path.unlink()
        if path.is_file():
            path.write_bytes(b"".join(lines))


def laid_out(base: Path, place: Path, layout: str) -> Path:
    """Return a project's folder as a repository or a part of one."""
    folder = place / "my-site"
    match layout:
        case "folder":
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
    if not examples and len(chain) > 1 and chain != (RELEASES[0], RELEASES[-1]):
        pytest.skip("with --examples")

    @settings(
        max_examples=examples or (2 if len(chain) == 1 else 1),
        deadline=None,
        derandomize=not examples,
        database=None,
        phases=[Phase.generate, *([Phase.shrink] if examples else [])],
        suppress_health_check=list(HealthCheck),
    )
    @given(
        name=st.sampled_from(projects_of(releases()[chain[0]])),
        layout=layouts,
        config=st.sampled_from(SETTINGS),
        steps=st.tuples(*[st.tuples(edits, st.booleans(), st.integers(1, 4)) for _ in chain]),
    )
    def holds(name, layout, config, steps):
        check(chain, name, layout, config, steps)

    holds()
