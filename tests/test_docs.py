"""The documentation: its style and length, its navigation, and the links of the site that is built from it."""

import ast
import json
import os
import re
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag

import pytest
import style
from support import NEXT, ROOT

from extensions.cli import main as command_line

DOCS = ROOT / "docs"
PAGES = sorted(DOCS.rglob("*.md"))
AT_ROOT = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CODE_OF_CONDUCT.md")]
MOST_WORDS = 18_000
CONFIGURATION = tomllib.loads((ROOT / "zensical.toml").read_text())["project"]
ZENSICAL = re.findall(r"zensical==[\d.]+", (ROOT / "zensical.toml").read_text())[0]
CODE = re.compile(r"`([^`]+)`")
# What `python -m extensions.questions` writes is the text of the records.
WRITTEN = re.compile(r"<!-- From here on written by `.*?<!-- From here on written by hand\. -->", re.DOTALL)


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def navigation(entry: object) -> Iterator[str]:
    """Return the pages of a part of the navigation."""
    if isinstance(entry, str):
        yield entry
    for part in entry.values() if isinstance(entry, dict) else entry if isinstance(entry, list) else ():
        yield from navigation(part)


@pytest.mark.parametrize("path", [*AT_ROOT, *PAGES], ids=named)
def test_style(path):
    text = WRITTEN.sub(lambda match: re.sub(r"[^\n]", "", match[0]), path.read_text())
    assert style.hits(text) == []


def test_length():
    count = {named(path): style.words(path.read_text()) for path in PAGES}
    assert sum(count.values()) <= MOST_WORDS, sorted(count.items(), key=lambda item: -item[1])
    assert len((ROOT / "README.md").read_text().splitlines()) <= 150


def test_every_page_is_in_the_navigation_or_leads_to_one_that_is():
    pages = list(navigation(CONFIGURATION["nav"]))
    assert len(pages) == len(set(pages))
    assert all((DOCS / page).is_file() for page in pages)
    others = {path.relative_to(DOCS).as_posix(): path.read_text() for path in PAGES}.items()
    table = (DOCS / "contributing/old-pages.md").read_text()
    for name, text in others:
        if name in pages:
            continue
        assert "# Moved\n" in text and f"`docs/{name}`" in table
        to = re.search(r'content="0; url=\.\./(.*)/">', text)
        assert to is None or to[1] + ".md" in pages or f"{to[1]}/index.md" in pages


@pytest.mark.parametrize("path", [*AT_ROOT, *PAGES], ids=named)
def test_every_picture_has_a_description(path):
    text = path.read_text()
    assert all(len(alt) > 10 for alt in re.findall(r"!\[([^\]]*)\]\(", text))
    assert all(re.search(r'alt="[^"]{10,}"', image) for image in re.findall(r"<img [^>]*>", text))


@pytest.mark.parametrize("path", AT_ROOT, ids=named)
def test_links_between_files_of_the_repository(path):
    for link in re.findall(r"\]\(([^)\s]+)\)|(?:src|srcset)=\"([^\"]+)\"", path.read_text()):
        target, fragment = urldefrag(link[0] or link[1])
        if "://" in target or target.startswith("mailto:"):
            continue
        file = (path.parent / target) if target else path
        assert file.exists(), target
        assert not fragment or f"#{fragment}" in anchors(file), f"{target}#{fragment}"


def anchors(path: Path) -> set[str]:
    """Return the addresses of the headings of a page, as GitHub makes them."""
    titles = re.findall(r"^#+ (.*)$", path.read_text(), re.MULTILINE)
    return {"#" + re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


def test_pictures_are_as_they_are_drawn():
    result = subprocess.run([ROOT / ".ci/diagrams", "--check"], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr


VERBS = ("inspect", "check", "sync", "update", "schema")


@pytest.mark.parametrize("verb", VERBS)
def test_the_reference_has_each_verb_and_option(verb, capsys):
    page = (DOCS / "reference/command-line.md").read_text()
    with pytest.raises(SystemExit):
        command_line(["--help"])
    verbs = re.findall(r"^    (\w+)  ", capsys.readouterr().out, re.MULTILINE)
    assert tuple(verbs) == VERBS
    assert re.search(rf"^\| `{verb}[ `]", page, re.MULTILINE)
    with pytest.raises(SystemExit):
        command_line([verb, "--help"])
    for option in re.findall(r"(?:^  |, )(--?[\w-]+)", capsys.readouterr().out, re.MULTILINE):
        assert option in ("-h", "--help") or f"`{option}" in page, option


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """Return the folder of the site, built from a copy of the documentation. Zensical comes by uvx."""
    uvx = shutil.which("uvx")
    folder = tmp_path_factory.mktemp("site")
    shutil.copytree(DOCS, folder / "docs")
    shutil.copy(ROOT / "zensical.toml", folder)
    if not uvx or subprocess.run([uvx, ZENSICAL, "--version"], capture_output=True).returncode:
        message = f"uvx cannot get {ZENSICAL}"
        pytest.fail(message) if os.environ.get("CI") else pytest.skip(message)
    result = subprocess.run([uvx, ZENSICAL, "build", "--strict"], cwd=folder, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr
    return folder / "site"


class Page(HTMLParser):
    """The links, anchors and loaded addresses of a page."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.links: list[str] = []
        self.ids: set[str] = set()
        self.loaded: list[str] = []
        self.feed(path.read_text())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.ids |= {value for name in ("id", "name") if (value := values.get(name))}
        if tag == "a" and (href := values.get("href")):
            self.links.append(href)
        if tag in ("script", "img", "source") and (source := values.get("src")):
            self.loaded.append(source)
        if tag == "link" and values.get("rel") in ("stylesheet", "icon", "preconnect"):
            self.loaded.append(values.get("href") or "")


def test_links_and_anchors_of_the_site(site):
    pages = {path: Page(path) for path in site.rglob("*.html") if path.name != "404.html"}
    assert len(pages) >= len(PAGES)
    broken = []
    for path, page in pages.items():
        for link in [*page.links, *page.loaded]:
            address, fragment = urldefrag(link)
            if "://" in address or address.startswith(("mailto:", "data:")):
                continue
            target = (path.parent / unquote(address)).resolve() if address else path
            target = target / "index.html" if target.is_dir() else target
            if not target.exists() or (fragment and target in pages and unquote(fragment) not in pages[target].ids):
                broken.append(f"{path.relative_to(site)}: {link}")
    assert broken == []


@pytest.mark.slow
def test_a_site_with_each_release(site, template, tmp_path):
    """The theme's list of versions comes from versions.json, beside the folder of the page's version."""
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "--quiet", template, clone], check=True)
    result = subprocess.run([clone / ".ci/site", tmp_path / "pages"], capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr
    versions = json.loads((tmp_path / "pages/versions.json").read_text())
    names = [version["version"] for version in versions]
    assert names[:2] == ["main", NEXT] and "v3.3.1" in names and versions[1]["aliases"] == ["latest"]
    assert f"url={NEXT}/" in (tmp_path / "pages/index.html").read_text()
    for name in names:
        page = (tmp_path / "pages" / name / "faq/index.html").read_text()
        assert '"provider":"mike"' in page and f"copier-django-docker/{name}/faq/" in page


def test_the_site_loads_nothing_from_elsewhere(site):
    for path in site.rglob("*.html"):
        assert [address for address in Page(path).loaded if "://" in address] == [], path


CHROMIUM = ("chromium", "chromium-headless-shell", "google-chrome", "google-chrome-stable", "chromium-browser")


@pytest.mark.slow
@pytest.mark.skipif(not (os.environ.get("CI") or any(map(shutil.which, CHROMIUM))), reason="there is no Chromium")
def test_the_site_in_a_browser(site):
    command = [shutil.which("uv") or "uv", "run", "--script", ROOT / ".ci/browser", site]
    result = subprocess.run(command, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr


def test_messages_are_those_of_the_code():
    own = (ROOT / "docs/reference/messages.md").read_text().partition("## From Copier")[0]
    rows = [line.split(" | ")[0] for line in own.splitlines() if line.startswith("| `")]
    named = [text for row in rows for text in CODE.findall(row)]
    assert len(named) > 25
    said = "\n".join(texts(ROOT / "extensions"))
    assert not [text for text in named if text not in said]


def texts(folder: Path) -> Iterator[str]:
    """Yield the texts in the code, without what is put into them."""
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.JoinedStr):
                yield "".join(str(part.value) for part in node.values if isinstance(part, ast.Constant))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value
