"""The commands of README and the documentation that call Docker, as they stand there, on a real engine.

test_commands.py runs the others. Copier's own settings give free ports, and the name of Compose's project is this
process's, so that another site on this computer stays as it is.
"""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from plumbum import local
from running import Site, free_port
from support import PROJECTS, ROOT, commit, copy, git, update
from test_commands import BEGINNING, DOCKER, PAGES, SEPARATE, address, blocks, environment, named, run

__all__ = ("address",)  # a fixture
pytestmark = pytest.mark.docker

PASSWORD = "new"  # that of docs/how-to/secrets.md
# What a page names only so that you replace it, and what needs a registry.
REPLACED = {"USER DATABASE": "django orders", " --pull": ""}
NEEDS_COMMAND = "import time\nfrom django.core.management.base import BaseCommand\n\n\nclass Command(BaseCommand):\n"
# Pages of one running site in this order: the last two change its password, and end it. Others begin anew.
ON_ONE_SITE = (
    "docs/reference/gunicorn.md",
    "docs/troubleshooting.md",
    "SECURITY.md",
    "docs/how-to/develop.md",
    "docs/how-to/tune-gunicorn.md",
    "docs/how-to/workers.md",
    "docs/how-to/back-up-and-restore.md",
    "docs/how-to/deploy-and-roll-back.md",
    "docs/how-to/secrets.md",
    "docs/how-to/move-away.md",
)
FROM_THE_START = ("README.md", "docs/how-to/adopt-hand-written-files.md", "docs/tutorial/index.md")


def unmarked(page: str) -> list[str]:
    """Return the blocks of a page that have no mark, in their order."""
    found = [block["commands"] for block in blocks(ROOT / page) if not block["mark"]]
    for name, value in REPLACED.items():
        found = [block.replace(name, value) for block in found]
    return ["\n".join(map(str.strip, block.splitlines())) for block in found]


def test_each_page_with_such_commands_is_here():
    pages = {named(path) for path in PAGES if any(map(DOCKER.search, unmarked(named(path))))}
    assert pages == {*ON_ONE_SITE, *FROM_THE_START}


@pytest.fixture
def started(address, tmp_path) -> Iterator[Callable[[Path], Site]]:
    """Return what makes the site of a folder, and end its containers at last."""
    sites = []
    settings = tmp_path / "settings.yml"
    ports = free_port(), free_port()
    settings.write_text(f"defaults: {{django_port: {ports[0]}, static_port: {ports[1]}}}\n")
    name = f"pages-{os.getpid()}"
    with local.env(COPIER_SETTINGS_PATH=str(settings), COMPOSE_PROJECT_NAME=name):

        def make(folder: Path) -> Site:
            sites.append(Site(folder, *ports))
            return sites[-1]

        yield make
        for site in sites:
            site.run("--profile=*", "down", "--volumes", "--rmi=local", "--timeout=1", "--remove-orphans")


def variables(address: tuple[str, Path], folder: Path) -> dict[str, str]:
    names = ("COPIER_SETTINGS_PATH", "COMPOSE_PROJECT_NAME")
    return environment(address, folder, **{name: local.env[name] for name in names})


def orders(folder: Path) -> Path:
    """Return the project of the pages, with uploads and a command for a worker."""
    shutil.copytree(PROJECTS / "celery_postgres/project", folder)
    (folder / ".gitignore").write_text(".env\n")
    with (folder / "orders/settings.py").open("a") as file:
        file.write('\nMEDIA_ROOT = BASE_DIR / "media"\nMEDIA_URL = "/media/"\n')
    command = folder / "orders/management/commands/process_mail.py"
    command.parent.mkdir(parents=True)
    command.write_text(f"{NEEDS_COMMAND}    def handle(self, **options):\n        time.sleep(1000)\n")
    commit(folder, "A Django project")
    return folder


def test_pages_of_a_running_site(started, template, address, tmp_path):
    folder = orders(tmp_path / "orders")
    site = started(folder)
    copy(template, folder, django_port=site.port, static_port=site.static_port)
    site.up()
    for page in ON_ONE_SITE:
        start = git("-C", folder, "rev-parse", "HEAD").strip()
        for block in filter(DOCKER.search, unmarked(page)):
            run(block, folder, variables(address, tmp_path))
        if page.endswith("back-up-and-restore.md"):
            assert (folder / "backup.dump").read_bytes().startswith(b"PGDMP")
        if page.endswith("secrets.md"):
            text = (folder / ".env").read_text()
            (folder / ".env").write_text(re.sub("POSTGRES_PASSWORD=.*", f"POSTGRES_PASSWORD={PASSWORD}", text))
            site.up()
        if Path(page).name in SEPARATE:
            assert not (folder / "compose.yaml").exists()
            git("-C", folder, "reset", "--quiet", "--hard", start)
        else:
            git("-C", folder, "stash", "--quiet", "--include-untracked")
            assert site.get("/")[0] == 200, page
    assert not site.compose("ps", "--quiet")


@pytest.mark.parametrize("page", FROM_THE_START)
def test_a_page_that_begins_without_the_files(page, started, address, tmp_path):
    folder = tmp_path / "orders"
    if Path(page).name in BEGINNING:
        orders(folder)
    else:
        folder.mkdir()
    answered = False
    for block in unmarked(page):
        if page.startswith("docs/tutorial") and block.startswith("git init"):
            use_variables(ROOT / page, folder)
        folder = run(block, folder, variables(address, tmp_path))
        if "docker compose up" in block:
            assert started(folder).get("/admin/login/")[0] in (200, 404)
            answered = True
    assert answered


def use_variables(page: Path, folder: Path) -> None:
    """Change the settings of a new project as the tutorial has it."""
    path = folder / "shop/settings.py"
    text = path.read_text()
    lines = re.search(r"```python\n(.*?)```", page.read_text(), re.DOTALL)
    assert lines
    for line in filter(None, lines[1].splitlines()):
        name = line.split(" = ")[0]
        text, number = re.subn(rf"^{name} = (?:\{{\n.*?^\}}|.*?)$", lambda _, new=line: new, text, flags=re.M | re.S)
        text += "" if number else f"{line}\n"
    path.write_text(f"import os\nimport dj_database_url\n{text}")


def test_the_port_moves_with_an_answer(site):
    """As docs/troubleshooting.md has it: the proxy that is no longer in compose.yaml keeps the port of before."""
    site.up()
    update(site.folder, reverse_proxy="external", vcs_ref=":current:")
    code, output = site.run("up", "--build", "--wait")
    assert code and "already" in output
    site.up("--remove-orphans")
    assert site.get("/admin/login/")[0] == 200
