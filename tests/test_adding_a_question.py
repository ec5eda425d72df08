"""A new question takes three files by hand: its record, a template file and CHANGELOG.md.

Where it changes what comes out of a recorded project, `pytest --record` writes that.
"""

import shutil
import sys

import yaml
from plumbum import local
from support import ANSWERS, NEXT, commit, git, run, tree

RECORD = """
    Question(
        name="gunicorn_backlog",
        type="int",
        help="Connections that may wait for a Gunicorn worker",
        rule=kinds.number(64, 2048),
        safe=2048,
        since="99.0.0",
        reference=Reference(
            type="whole number",
            default="2048, as Gunicorn has it",
            changes="`backlog` in `docker/gunicorn.conf.py`; with 2048 the line is not there",
            allowed="64 to 2048",
        ),
    ),
"""
LINES = "{% if gunicorn_backlog | int != 2048 %}\nbacklog = {{ gunicorn_backlog }}\n{% endif %}\n"
BY_HAND = {
    "extensions/questions/records/gunicorn.py": ("QUESTIONS = (\n", f"QUESTIONS = ({RECORD}"),
    "template/docker/gunicorn.conf.py.jinja": ("# Workers show", f"{LINES}# Workers show"),
    "CHANGELOG.md": ("\n## ", "\n## 99.0.0\n\n- `gunicorn_backlog`: how many connections wait.\n\n## "),
}
WRITTEN = {"copier.yml", "docs/answers.schema.json", "docs/reference/questions.md"}
# Of those that look at every question.
TESTS = "complete or current or has_a_rule or little_is_known or every_default or every_question or startproject"


def test_a_question_is_added_by_three_files(template, project, tmp_path):
    clone = tmp_path / "template"
    shutil.copytree(template, clone)
    for path, (old, new) in BY_HAND.items():
        text = (clone / path).read_text()
        assert old in text
        (clone / path).write_text(text.replace(old, new, 1))
    python = local[sys.executable]
    with local.cwd(clone):
        said = python("-m", "extensions.questions")
        assert {line.removeprefix("Written: ") for line in said.splitlines()} == WRITTEN
        assert set(git("diff", "--name-only").splitlines()) == WRITTEN | set(BY_HAND)
        files = ("tests/test_questions.py", "tests/test_schema.py", "tests/test_defaults.py")
        python("-m", "pytest", "-q", "-n0", "-p", "no:cacheprovider", "-k", TESTS, *files)
    commit(clone)
    git("-C", clone, "tag", "--force", NEXT)

    folder = project()
    run("copy", "--defaults", f"--vcs-ref={NEXT}", clone, folder)
    expected = tree(clone / "tests/projects/startproject/expected")
    written = {path: content for path, content in tree(folder).items() if path in expected}
    stored, listed = (yaml.safe_load(files.pop(ANSWERS)) for files in (written, expected))
    assert written == expected and "gunicorn_backlog" not in stored  # as it is plain
    assert stored == listed | {"_src_path": stored["_src_path"], "_commit": stored["_commit"]}
    commit(folder)
    run("copy", "--defaults", "--overwrite", f"--vcs-ref={NEXT}", "--data=gunicorn_backlog=512", clone, folder)
    assert "backlog = 512\n" in (folder / "docker/gunicorn.conf.py").read_text()
    code, output = run(
        "copy", "--defaults", "--data=gunicorn_backlog=9", f"--vcs-ref={NEXT}", clone, folder, retcode=1
    )
    assert "gunicorn_backlog: '9' isn't valid; give a whole number from 64 to 2048" in output
