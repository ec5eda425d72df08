"""At every update: what would be lost is said before it, and what came out after it: Copier exits 0 either way."""

import shlex
import sys
import tempfile
from pathlib import Path
from typing import Any

import yaml
from plumbum import local

TEMPLATE = Path(__file__).parent.parent


def before(project: Path, answers_file: Path) -> None:
    """Exit with sentences on what an update would lose: with --quiet, where Copier renders no message for that."""
    guard = _updating()
    questions = guard.answers.questions(TEMPLATE / "copier.yml")
    if refusals := guard.refusals(project, TEMPLATE, answers_file.as_posix(), questions, {}):
        sys.exit("\n".join([*refusals, "Nothing was written."]))


def after(project: Path, answers_file: Path) -> None:
    """Print which edited files are gone, which have conflicts, and the command that undoes the update."""
    sys.path.insert(0, str(TEMPLATE))
    from extensions import merging

    git = local["git"]["-C", str(project)]
    merging.merge_again(project)
    lines = [
        f"{path}, which you had edited, is not rendered any more, and deleted; this brings it back: "
        f"git show HEAD:./{shlex.quote(path)} > {shlex.quote(path)}"
        for path in _gone(project, git, answers_file)
    ]
    conflicts = git("diff", "--name-only", "--relative", "-z", "--diff-filter=U").split("\0")[:-1]
    if conflicts:
        number = f"{len(conflicts)} files have conflicts" if len(conflicts) > 1 else "1 file has conflicts"
        lines.append(f"{number}, your lines beside the template's: {', '.join(conflicts)}.")
    rejected = git("ls-files", "--others", "-z", "--", "*.rej").split("\0")[:-1]
    if rejected:
        number = f"{len(rejected)} files have" if len(rejected) > 1 else "1 file has"
        lines.append(f"{number} the template's lines only, and yours, which conflict, in {', '.join(rejected)}.")
    if lines:
        # Copier looks for uncommitted changes in the project alone: the rest of a repository must not be reset.
        undo = "git reset --hard" if not git("rev-parse", "--show-prefix").strip() else RESTORE
        resolve = "Resolve each, and commit; or undo" if conflicts or rejected else "Or undo"
        print("", *lines, f"{resolve} the whole update with `{undo} && git clean -fd`.", sep="\n", file=sys.stderr)


RESTORE = "git restore --source=HEAD --staged --worktree ."


def _updating() -> Any:
    sys.path.insert(0, str(TEMPLATE))
    from extensions import updating

    return updating


def _gone(project: Path, git: Any, answers_file: Path) -> list[str]:
    """Return the rendered files that a person had edited and that the update has deleted.

    Which lines are a person's is known from a rendering of the old version, made only where a file is gone.
    """
    deleted = git("diff", "--name-only", "--relative", "-z", "--diff-filter=D", "HEAD", "--", ".").split("\0")[:-1]
    if not deleted:
        return []
    old = yaml.safe_load(git("show", f"HEAD:./{answers_file.as_posix()}"))
    import copier

    with tempfile.TemporaryDirectory() as folder:
        try:
            copier.run_copy(
                str(old["_src_path"]),
                folder,
                data={name: value for name, value in old.items() if not name.startswith("_")},
                answers_file=answers_file,
                vcs_ref=str(old["_commit"]),
                defaults=True,
                overwrite=True,
                quiet=True,
                unsafe=True,
                skip_tasks=True,
            )
        except Exception:  # whatever it is, all that is gone is named
            return deleted
        return [
            path
            for path in deleted
            if not (Path(folder) / path).is_file()
            or git("hash-object", "--path", path, str(Path(folder, path))) != git("rev-parse", f"HEAD:./{path}")
        ]
