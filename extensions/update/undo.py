"""The command that undoes an update: a patch of its changes, kept in git's folder, for `git apply --reverse`.

It touches nothing else, keeps what is written elsewhere in the same files, and does nothing at all where it would
have to overwrite: https://git-scm.com/docs/git-apply
"""

import shlex
import shutil
import subprocess
import tempfile
from pathlib import Path

from . import git

DIFF = (
    *("--binary", "--full-index", "--no-renames", "--no-color", "--no-ext-diff", "--no-textconv"),
    *("--src-prefix=a/", "--dst-prefix=b/", "--unified=3", "--inter-hunk-context=0"),
)


def command(root: Path, folder: Path, prefix: str, answers_file: Path, changed: list[str]) -> str:
    """Write the patch of the files that an update has changed, and return the command that takes it back.

    `folder` is git's, and the index is as it was before the update, but for the stages of conflicts to come.
    """
    if not changed:
        return ""
    name = f"{prefix}{answers_file.as_posix()}"
    slug = "" if name == ".copier-answers.yml" else "-" + name.replace("/", "+")
    patch, paths = folder / f"copier-undo{slug}", folder / f"copier-undo{slug}.paths"
    content = _patch(root, folder, changed)
    if not content:  # other ends of lines, which are the same to git
        return ""
    patch.write_bytes(content)
    paths.write_text("".join(f":(top,literal){prefix}{path}\n" for path in changed), "utf-8", "surrogateescape")
    here = shlex.quote(str(root))
    patch, paths = (path.relative_to(root) if path.is_relative_to(root) else path for path in (patch, paths))
    return (
        f"git -C {here} apply -R --whitespace=nowarn {shlex.quote(str(patch))} && "
        f"git -C {here} reset -q --pathspec-from-file={shlex.quote(str(paths))}"
    )


def _patch(root: Path, folder: Path, changed: list[str]) -> bytes:
    """Return the difference of the last commit and the files, in an index beside the person's, where new ones are."""
    with tempfile.TemporaryDirectory() as temporary:
        index = Path(temporary, "index")
        if (folder / "index").is_file():
            shutil.copy2(folder / "index", index)
        environment = {**git.environment(), "GIT_INDEX_FILE": str(index)}
        new = [path for path in changed if (root / path).is_file()]
        for arguments in (("add", "--force", "--intent-to-add", "--", *new), ("diff", *DIFF, "HEAD", "--", *changed)):
            done = subprocess.run(["git", "-C", root, *arguments], env=environment, capture_output=True, check=True)
    return done.stdout
