"""What is said after a copy: commands that work when they are pasted, and an address that answers."""

import os
import re
import subprocess

import pytest
from plumbum import local
from support import ANSWERS, NEXT, answers_of, commit, copier, copy, git, run

from extensions.copying import after_copy

URLS = "from django.urls import path\nurlpatterns = [%s]\n"
HOME = "path('', lambda request: None)"
HEALTH = "path('healthz/', lambda request: None)"


def said(template, folder, *options, place=None, **answers):
    """Copy into a folder, as it is named from another, and return the text after the list of files."""
    data = [f"--data={name}={value}" for name, value in answers.items()]
    command = copier["copy", "--trust", "--defaults", f"--vcs-ref={NEXT}", *options, *data, template, folder]
    code, out, err = command.run(cwd=place)
    return err[err.index("The Docker files are written") :]


def commands(text):
    return [line.strip() for line in text.splitlines() if line.startswith("    ")]


@pytest.mark.parametrize("name", ["my-site", "my site", "it's", "-x", "$HOME"])
@pytest.mark.parametrize("repository", [True, False])
def test_the_commands_that_are_printed_work(name, repository, template, project, tmp_path):
    folder = project(folder=name)
    if not repository:
        (folder / ".git").rename(tmp_path / "elsewhere")
    text = said(template, f"./{name}", place=tmp_path)
    pasted = [command for command in commands(text) if not command.startswith("docker")]
    assert ("git init" in pasted) == (not repository)
    script = "set -e\n" + "\n".join(pasted)
    done = subprocess.run(["bash", "-c", script], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert not git("-C", folder, "status", "--porcelain")
    tracked = git("-C", folder, "ls-files").split()
    assert ".copier-answers.yml" in tracked and ".env" not in tracked


@pytest.mark.parametrize("changed", [{}, {"reverse_proxy": "external"}, {"use_compose": False}])
def test_the_text_has_twelve_lines_beside_the_remarks(changed, template, project):
    folder = project()
    copy(template, folder)
    text = after_copy.text(folder, ANSWERS, answers_of(folder) | changed, [], home_page=True, localhost=False)
    assert len(text.splitlines()) <= 12


def test_where_the_project_is_the_current_folder(template, project):
    folder = project()
    for path in (".", folder):
        assert "cd " not in said(template, path, "--overwrite", place=folder)
        commit(folder)


def test_the_text_fits_a_terminal(template, project):
    folder = project()
    settings = folder / "mysite/settings.py"
    settings.write_text(re.sub("DEBUG = .*", "DEBUG = True", settings.read_text()))
    (folder / "docker-compose.yml").write_text("services: {}\n")
    text = said(template, folder)
    lines = [line for line in text.splitlines() if str(folder) not in line and str(template) not in line]
    assert max(map(len, lines)) <= 79
    assert "\n\n\n" not in text.rstrip() and "Running task" not in text
    # Of the remarks, that on DEBUG is the first.
    assert text.index("DEBUG is on (mysite/settings.py:") < text.index(".env was written")


@pytest.mark.parametrize(
    ("routes", "path"), [(HOME, "/"), (f"{HEALTH}, {HOME}", "/"), (HEALTH, "/healthz/"), ("", "/")]
)
def test_the_address_is_of_a_page(routes, path, template, project):
    folder = project()
    (folder / "mysite/urls.py").write_text(URLS % routes)
    assert f"The site answers on http://127.0.0.1:8000{path}\n" in said(template, folder)
    commit(folder)
    assert "Django answers on http://127.0.0.1:8001" in said(
        template, folder, "--overwrite", reverse_proxy="external", django_port=8001
    )


@pytest.mark.parametrize(
    ("hosts", "address"),
    [
        ("'localhost'", "The site answers on http://localhost:8000/"),
        ("'.localhost', '127.0.0.1'", "The site answers on http://127.0.0.1:8000/"),
        ("'shop.example.com'", "The site answers on http://127.0.0.1:8000/"),  # compose_settings lets it in
    ],
)
def test_the_address_is_one_that_settings_let_in(hosts, address, template, project):
    folder = project()
    (folder / "mysite/settings.py").write_text(f"DEBUG = False\nALLOWED_HOSTS = [{hosts}]\n")
    assert address in said(template, folder)


def test_an_address_that_settings_refuse_is_not_printed(template, project):
    folder = project()
    (folder / "mysite/settings.py").write_text("DEBUG = False\nALLOWED_HOSTS = ['shop.example.com']\n")
    wsgi = folder / "mysite/wsgi.py"
    wsgi.write_text("import os\nos.environ['DJANGO_SETTINGS_MODULE'] = 'mysite.settings'\napplication = None\n")
    text = said(template, folder)
    assert "answers on" not in text
    assert "curl --header 'Host: shop.example.com' http://127.0.0.1:8000" in text.replace("\n", " ")


def test_what_is_not_in_env_is_said_before_the_start(template, project):
    folder = project("celery_postgres")
    assert "Set " not in said(template, folder)
    commit(folder)
    (folder / ".env").write_text("SECRET_KEY=x\nPOSTGRES_PASSWORD=\n")
    text = said(template, folder, "--overwrite", "--skip-tasks")
    assert text.index("Set POSTGRES_PASSWORD in .env") < text.index("docker compose up")


def test_quiet_and_pretended_copies(template, project):
    folder = project("uv_src")
    run("copy", "--defaults", "--pretend", f"--vcs-ref={NEXT}", template, folder)
    assert not (folder / ".env").exists()
    (folder / ".env").mkdir()
    assert ".env is a folder" in run("copy", "--defaults", "--quiet", f"--vcs-ref={NEXT}", template, folder)[1]


@pytest.mark.parametrize(
    ("commit", "said"), [("v2.1.1", 0), ("2.2.0rc1", 0), ("426a225", 1), ("v2.1.1-3-g426a225", 1), ("", 1)]
)
def test_where_the_template_comes_from(commit, said, tmp_path):
    assert len(after_copy.source_remarks("https://example.com/x.git", commit)) == said
    (first, *others) = after_copy.source_remarks(str(tmp_path), commit)
    assert "In a team, copy from a URL" in first and len(others) == said


def test_without_git(tmp_path):
    with local.env(PATH=os.devnull):
        assert after_copy._git_state(tmp_path, ".env") == (False, True)


def test_a_site_below_a_path(template, project):
    folder = project()
    with (folder / "mysite/settings.py").open("a") as settings:
        settings.write("\nFORCE_SCRIPT_NAME = '/shop'\nSECURE_PROXY_SSL_HEADER = ('HTTP_X_SCHEME', 'https')\n")
        settings.write("SECURE_SSL_REDIRECT = True\n")
    commit(folder)
    assert re.search(r"The site answers on http://\S+:8000/shop/", said(template, folder))
    nginx = (folder / "docker/proxy/default.conf").read_text()
    assert "    location /shop/ {\n        proxy_pass http://django/;\n" in nginx
    assert "        proxy_set_header X-Scheme https;\n" in nginx
    assert '        "X-Scheme: https",\n' in (folder / "docker/healthcheck.py").read_text()
