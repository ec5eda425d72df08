"""Weeks of a project at random, by the number of the session: `--sessions N` for more of them.

What must come out is known without Copier, by `git merge-file` of the old rendering, the new one and the person's
file. Whatever happens, each line that a person added is there or in a conflict, what is beside the generated files is
not touched, an update that is refused changes nothing, and no message is a traceback.
"""

import os
import random
import shutil
import subprocess
from pathlib import Path

import pytest
import sessions
from edits import MINE, lines_of, state
from plumbum import local
from server import Copier
from sessions import MARKER, plain
from support import ANSWERS, FUTURE, NEXT, PROJECTS, commit, git, releases, tree

STARTS = ("v1.0.0", "v1.1.2", "v2.0.0", "v2.1.0", "v2.1.1", NEXT)
NEEDED = ("copier.yml", "template", "includes", "extensions", "migrations")  # by Copier, of the template
BESIDE = {
    ".env": b"SECRET_KEY=mine\n",
    "mine.local": b"\xff\0mine",
    "notes é.txt": b"\xff\0\r\n",
    "docker/mine.sh": MINE,
}
CLONING = ("post-checkout", "reference-transaction")  # hooks at which Copier fails to clone the template
STOPS = """#!/bin/sh
echo >> "$COUNT"
if [ "$(wc -l < "$COUNT")" -eq "$NTH" ]; then
    kill -s "$SIGNAL" $PPID
    [ "$SIGNAL" = KILL ] && exit 1
    for _ in $(seq 3000); do kill -0 $PPID 2>/dev/null || exit 1; sleep 0.01; done
    echo "$SIGNAL does not end it" > "$COUNT.ignored"
    kill -s KILL $PPID
    exit 1
fi
exec "$GIT" "$@"
"""


@pytest.fixture(scope="session")
def fast(tmp_path_factory):
    """Return a folder in memory, where there is one: an update makes and removes hundreds of folders."""
    folder = Path("/dev/shm")
    if not os.access(folder, os.W_OK):
        yield tmp_path_factory.mktemp("sessions")
        return
    import tempfile

    with tempfile.TemporaryDirectory(prefix="sessions.", dir=folder, ignore_cleanup_errors=True) as made:
        yield Path(made)


@pytest.fixture(scope="session")
def copier():
    copier = Copier()
    yield copier
    copier.close()


@pytest.fixture(scope="session")
def slim(future, fast):
    """Return the template's versions without what Copier does not need of them, such as the tests."""
    folder, parent = fast / "template", []
    git("init", "--quiet", folder)
    git("-C", folder, "fetch", "--quiet", "--no-tags", future, "refs/tags/*:refs/old/*")
    for tag in (*releases(), NEXT, FUTURE):
        listed = git("-C", folder, "ls-tree", f"refs/old/{tag}").splitlines(keepends=True)
        kept = [line for line in listed if line.rstrip().partition("\t")[2] in NEEDED]
        tree = (git["-C", folder, "mktree"] << "".join(kept))().strip()
        parent = ["-p", git("-C", folder, "commit-tree", *parent, "-m", tag, tree).strip()]
        git("-C", folder, "tag", tag, parent[1])
    git("-C", folder, "reset", "--quiet", "--hard", FUTURE)
    for old in git("-C", folder, "for-each-ref", "--format=%(refname)", "refs/old").split():
        git("-C", folder, "update-ref", "-d", old)
    return folder


class Person:
    """A person at work, on a machine of their own."""

    def __init__(self, copier, slim, fast, number):
        self.copier, self.slim = copier, slim
        self.place = fast / str(number)
        self.place.mkdir()
        self.bin = self.place / "bin"
        for folder in ("tmp", "bin", "hooks"):
            (self.place / folder).mkdir()
        self.config = self.place / "config"
        self.config.touch()
        (self.bin / "git").write_text(STOPS)
        (self.bin / "git").chmod(0o755)
        self.env = {
            **local.env.getdict(),
            "TMPDIR": str(self.place / "tmp"),
            "GIT_CONFIG_GLOBAL": str(self.config),
        }

    def live_with(self, around: sessions.Surroundings) -> None:
        pairs = [setting.split("=", 1) for setting in around.setting.split()]
        if around.hook:
            hook = self.place / "hooks" / around.hook
            hook.write_text("#!/bin/sh\necho no >&2\nexit 1\n")
            hook.chmod(0o755)
            pairs.append(["core.hooksPath", str(hook.parent)])
        if "filter" in around.attributes:
            pairs += [["filter.local.clean", sessions.CLEAN], ["filter.local.smudge", "cat"]]
        self.config.write_text("")
        for key, value in pairs:
            git("config", "--file", self.config, key, value)
        self.env |= around.environment

    def __call__(self, *arguments, stop=None) -> tuple[int, str]:
        env = dict(self.env)
        if stop:
            signal, nth = stop
            env |= {"SIGNAL": signal, "NTH": str(nth), "COUNT": str(self.place / "count")}
            env |= {"GIT": str(local.which("git")), "PATH": f"{self.bin}{os.pathsep}{env['PATH']}"}
            (self.place / "count").write_text("")
        return self.copier.run(*arguments, cwd=self.place, env=env, output=self.place / "output")


@pytest.fixture(scope="session")
def base(copier, slim, fast):
    """Return a function that makes a project, copied at a release and updated to others without an edit, each once."""
    made: dict[tuple, Path] = {}
    run = {**local.env.getdict(), "TMPDIR": str(fast)}

    def make(name: str, *steps: tuple[str, str]) -> Path:
        """Each step is a version, and an answer that is changed with it."""
        if (name, *steps) in made:
            return made[name, *steps]
        folder = fast / f"base{len(made)}" / "my-site"
        *before, (version, data) = steps
        options = ["--trust", "--defaults", "--quiet", f"--vcs-ref={version}", *([f"--data={data}"] if data else [])]
        if before:
            shutil.copytree(make(name, *before), folder)
            command = ["update", *options, str(folder)]
        else:
            shutil.copytree(PROJECTS / name / "project", folder)
            with (folder / ".gitignore").open("a") as ignore:
                ignore.write("\n.env\n*.local\n")
            commit(folder, "The project")
            command = ["copy", "--overwrite", *options, str(slim), str(folder)]
        code, output = copier.run(*command, cwd=fast, env=run, output=fast / "output")
        assert not code, output
        (folder / ".env").unlink(missing_ok=True)
        commit(folder)
        made[name, *steps] = folder
        return folder

    return make


def pytest_generate_tests(metafunc):
    if "number" in metafunc.fixturenames:
        metafunc.parametrize("number", range(metafunc.config.getoption("--sessions")))


AROUND = ["-c", "commit.gpgsign=false", "-c", f"core.hooksPath={os.devnull}", "-c", "core.safecrlf=false"]


def laid_out(base: Path, place: Path, layout: str) -> Path:
    """Return a project's folder as a repository or a part of one, with somebody's work beside it."""
    folder = place / "repository" / sessions.FOLDERS.get(layout, "my-site")
    if layout in ("folder", "odd folder", "brackets"):
        shutil.copytree(base, folder, ignore=shutil.ignore_patterns(".git"))
        beside = place / "repository" / "s1"
        beside.mkdir()
        for name in ("Dockerfile_django", "other.txt"):
            (beside / name).write_text("theirs\n")
        commit(place / "repository")
        (beside / "other.txt").write_text("theirs, and in no commit\n")
        (beside / "Dockerfile_django").write_text("theirs, and in no commit\n")
        (beside / "new.txt").write_text("theirs, and new\n")
    elif layout == "worktree":
        shutil.copytree(base, place / "main")
        git("-C", place / "main", "worktree", "add", "--quiet", "-b", "work", folder)
    elif layout == "shallow":
        git("clone", "--quiet", "--depth=1", f"file://{base}", folder)
    else:
        shutil.copytree(base, folder)
    return folder


def test_sessions_that_follow_each_other_have_all_surroundings():
    several = [
        sessions.surroundings(number, random.Random(number)) for number in range(60, 60 + 2 * len(sessions.ALL))
    ]
    for kind, value in sessions.ALL:
        assert value in [getattr(around, kind) for around in several], (kind, value)


def test_session(number, base, copier, slim, fast):
    chance = random.Random(number)
    # Like ones follow each other, so that each process of the tests makes few bases.
    name = sessions.NAMES[number // 6 % 3]
    start = STARTS[number % 6]
    around = sessions.surroundings(number, chance)
    layout = chance.choice(sessions.LAYOUTS)
    print(f"session {number}: {name} {start} {layout} {around}")
    person = Person(copier, slim, fast, number)
    try:
        Session(person, base, chance, name, start, around, layout).run()
    finally:
        shutil.rmtree(person.place, ignore_errors=True)


class Session:
    def __init__(self, person, base, chance, name, start, around, layout):
        self.person, self.base, self.chance = person, base, chance
        self.name, self.around = name, around
        self.steps = [(start, "")]
        self.folder = laid_out(base(name, *self.steps), person.place, layout)
        self.repository = person.place / "repository"
        self.renamed: dict[str, str] = {}  # by the template's name

    def git(self, *arguments) -> str:
        with local.env(**self.person.env):
            return git("-C", self.folder, *arguments)

    def save(self) -> None:
        self.git(*AROUND, "add", "--all", ".")
        self.git(*AROUND, "commit", "--quiet", "--allow-empty", "--no-verify", "--message", "Mine")

    def run(self) -> None:
        chance = self.chance
        for path, content in BESIDE.items():
            (self.folder / path).parent.mkdir(exist_ok=True)
            (self.folder / path).write_bytes(content)
        if self.around.attributes:
            (self.folder / ".gitattributes").write_text(f"{self.around.attributes}\n")
        if self.around.crlf:
            for path in self.generated():
                content = (self.folder / path).read_bytes()
                (self.folder / path).write_bytes(content.replace(b"\n", b"\r\n"))
        self.save()
        self.person.live_with(self.around)
        if self.around.converts:
            for path in self.git("ls-files", "-z").split("\0")[:-1]:
                (self.folder / path).unlink()
            self.git(*AROUND, "checkout", "HEAD", "--", ".")
        for target in chance.choice(([NEXT], [NEXT], [FUTURE], [NEXT, FUTURE])):
            self.week(target)

    def generated(self) -> list[str]:
        """Return the files of the template that are there."""
        base = tree(self.base(self.name, *self.steps))
        return sorted(path for path in base.keys() - OWN[self.name] if (self.folder / path).is_file())

    def week(self, target: str) -> None:
        chance = self.chance
        data = chance.choice(("", "", "", "gunicorn_workers=7", WORKERS)) if self.steps[0][0] != "v1.0.0" else ""
        if data == WORKERS and (self.name != "celery_postgres" or self.steps[-1][0].startswith("v1.")):
            data = ""
        old = tree(self.base(self.name, *self.steps))
        new = tree(self.base(self.name, *self.steps, (target, data)))
        templates = {path: (old[path], new.get(path, b"")) for path in old}
        print(f"to {target} {data}")
        sessions.edit(chance, self.folder, self.generated(), templates, str(len(self.steps)))
        if chance.random() < 0.1:
            self.rename()
        if "filter" in self.around.attributes:
            path = self.folder / chance.choice(self.generated())
            path.write_bytes(path.read_bytes() + b"# mine SECRET\n")
        self.save()
        options = [f"--vcs-ref={target}", *([f"--data={data}"] if data else [])]
        if chance.random() < 0.3:
            self.stopped(options)
        before = state(self.repository)
        code, output = self.update(options, before)
        if code:
            self.person.live_with(sessions.Surroundings())
            self.person.env.pop("GIT_DEFAULT_HASH", None)
            if "filter" in self.around.attributes:  # now off
                self.git(*AROUND, "add", "--renormalize", ".")
                self.save()
            before = state(self.repository)
            code, output = self.update(options, before)
            assert not code, f"refused for no reason: {output}"
        self.look(before, old, new, output)
        if chance.random() < 0.25:
            self.undone(before, output)
            code, output = self.update(options, state(self.repository))
            assert not code, output
            self.look(before, old, new, output)
        for path in (*self.generated(), *self.renamed.values()):
            content = (self.folder / path).read_bytes()
            if MARKER.search(content):
                (self.folder / path).write_bytes(sessions.settled(content, chance))
        self.save()
        self.steps.append((target, data))
        if chance.random() < 0.2:
            before = state(self.repository)
            code, output = self.update([f"--vcs-ref={target}"], before)
            assert (
                not code and state(self.repository) == before and not self.git("status", "--porcelain", "--", ".")
            ), output

    def rename(self) -> None:
        path = self.folder / self.chance.choice(self.generated())
        if path.name == "compose.yaml" or self.steps[-1][0].startswith("v1."):  # answers of 2.0.0 depend on it
            return
        print(f"rename {path.name}")
        path.rename(path.with_name(f"{path.name}.mine"))
        name = path.relative_to(self.folder).as_posix()
        self.renamed[name] = f"{name}.mine"

    def update(self, options: list[str], before: dict) -> tuple[int, str]:
        """Update; see that no message is a traceback, and that nothing changes where it is refused."""
        status = self.git("status", "--porcelain")
        code, output = self.person("update", "--trust", "--defaults", *options, str(self.folder))
        print(f"$ update {options}: {code}\n{output}")
        assert "Traceback" not in output or self.around.hook in CLONING
        if code:
            assert state(self.repository) == before and self.git("status", "--porcelain") == status, "half-written"
        return code, output

    def stopped(self, options: list[str]) -> None:
        """Stop an update by a signal; then the next one goes well, or is refused until the command is run."""
        stop = self.chance.choice(("INT", "TERM", "KILL")), self.chance.randint(15, 160)
        before = state(self.repository)
        code, output = self.person("update", "--trust", "--defaults", *options, str(self.folder), stop=stop)
        print(f"$ stopped by {stop}: {code}\n{output}")
        assert not (self.person.place / "count.ignored").exists(), f"{stop[0]} does not end an update"
        assert "Traceback" not in output or self.around.hook in CLONING
        if self.chance.random() < 0.3:
            half = state(self.repository)
            code, further = self.update(options, half)
            output = output if code else further
        commands = list(sessions.undo_commands(output))
        if state(self.repository) != before:
            assert commands, "half-written, and no command"
            self.shell(commands[-1])
        assert self.there(before) and not self.git("status", "--porcelain", "--", "."), "not as it was"
        shutil.rmtree(self.person.place / "tmp")
        (self.person.place / "tmp").mkdir()

    def there(self, before: dict) -> bool:
        now = state(self.repository)
        if self.around.converts:  # an edit has LF, until git writes the file
            before, now = ({path: (mode, plain(text)) for path, (mode, text) in of.items()} for of in (before, now))
        different = sorted(path for path in before.keys() | now.keys() if before.get(path) != now.get(path))
        if different:
            print(f"differs: {different}")
        return not different

    def shell(self, command: str) -> None:
        print(f"$ {command}")
        done = subprocess.run(
            command, shell=True, cwd=self.folder, env=self.person.env, capture_output=True, text=True
        )
        assert not done.returncode, done.stderr

    def undone(self, before: dict, output: str) -> None:
        """Undo an update after some more work, which stays."""
        later = {"later.txt": b"later\n", "manage.py": (self.folder / "manage.py").read_bytes() + b"# later\n"}
        for path, content in later.items():
            (self.folder / path).write_bytes(content)
        commands = list(sessions.undo_commands(output))
        if commands:
            self.shell(commands[-1])
            for path, content in later.items():
                assert (self.folder / path).exists() and (self.folder / path).read_bytes() == content, (
                    f"{path} went, too"
                )
        (self.folder / "later.txt").unlink()
        self.git(*AROUND, "checkout", "--", "manage.py")
        if not commands:
            # Nothing but the project: beside it is somebody's work that is in no commit.
            self.git(*AROUND, "reset", "--quiet", "--", ".")
            self.git(*AROUND, "checkout", "--", ".")
            self.git("clean", "-fdq", ".")
        assert self.there(before), "not as it was"

    def merged(self, mine: bytes, old: bytes, new: bytes) -> bytes:
        folder = self.person.place / "merge"
        return sessions.merged(self.folder, folder, plain(mine), old, new, self.person.env)

    def look(self, before: dict, old: dict[str, bytes], new: dict[str, bytes], output: str) -> None:  # noqa: C901
        """See what came out of an update, file by file."""
        prefix = self.folder.relative_to(self.repository).as_posix() + "/" if self.folder != self.repository else ""
        mine = {path.removeprefix(prefix): content for path, (_, content) in before.items() if path.startswith(prefix)}
        theirs = tree(self.folder)
        template = (old.keys() | new.keys()) - OWN[self.name]
        for path in sorted(template):
            if path not in mine:
                if path in theirs and path in old:
                    raise AssertionError(f"{path} is back")
                if path not in theirs and path not in old:
                    raise AssertionError(f"{path} has not come")
                continue
            base, after = old.get(path, b""), new.get(path)
            if path not in theirs:
                assert path not in new, f"{path} is gone"
                assert plain(mine[path]) == plain(base) or path in output, f"{path} is gone without a word"
                continue
            lost = sessions.lost(mine[path], base, theirs[path])
            assert not lost, f"{path}: lost {lost}"
            if "SECRET" in mine[path].decode(errors="replace") or after is None:
                continue
            expected = self.merged(mine[path], base, after)
            assert lines_of(plain(theirs[path])) == lines_of(expected), f"{path} is not what git merges"
            if MARKER.search(expected) and not MARKER.search(mine[path]):
                assert path in output and self.git("ls-files", "--unmerged", "--", f":(literal){path}"), (
                    f"{path} is not named"
                )
        for path, name in self.renamed.items():
            if path in old and path in new and name in theirs:  # merged, where git sees the new name
                assert not (lost := sessions.lost(mine[name], old[path], theirs[name])), f"{name}: lost {lost}"
                possible = (mine[name], self.merged(mine[name], old[path], new[path]))
                assert lines_of(plain(theirs[name])) in [lines_of(plain(text)) for text in possible], name
        now = state(self.repository)
        own = {
            path for path in before if path.removeprefix(prefix) not in template | {ANSWERS, *self.renamed.values()}
        }
        touched = {path for path in own if now.get(path) != before[path]}
        assert not touched, f"touched: {touched}"
        added = now.keys() - before.keys()
        assert {path.removeprefix(prefix) for path in added} <= template, f"new: {added}"
        if self.around.crlf and not self.around.attributes and "autocrlf" not in self.around.setting:
            for path in template & mine.keys() & theirs.keys():
                if 0 < mine[path].count(b"\n") == mine[path].count(b"\r\n"):
                    assert theirs[path].count(b"\n") == theirs[path].count(b"\r\n"), f"{path} had CRLF"


APP = "celery -A orders.celery"
WORKERS = f"workers={{beat: {APP} beat, mail: {APP} worker --queues mail, worker: {APP} worker}}"
OWN = {
    name: tree(PROJECTS / name / "project").keys() | {ANSWERS, ".gitignore", ".gitattributes"}
    for name in sessions.NAMES
}
