"""Which file of a project a module is: as Python itself finds it, and where it is not known what is on sys.path."""

import json
import os
import re
import sys
from pathlib import Path

import pytest
from plumbum import local

from extensions.project import settings
from extensions.project.importer import Importer, absolute, guesses
from extensions.project.layout.modules import locate
from extensions.project.tree import Tree

# manage.py is in "web", the settings are imported from "web/lib".
FILES = """
web/manage.py
web/beside.py
web/both.py
web/both/__init__.py
web/shop/__init__.py
web/shop/settings/__init__.py
web/shop/settings/base.py
web/shop/local.py
web/bare/one.py
web/bare/deep/two.py
web/folder/one.py
web/folder.py
web/later/one.py
web/conf/redis.conf
web/first.py
web/lib/first.py
web/lib/second.py
web/lib/bare/three.py
web/lib/later/__init__.py
web/lib/shop/other.py
web/lib/top/__init__.py
installed/__init__.py
installed/one.py
scripts/one.py
src/hidden/__init__.py
apps/far/urls.py
tests/far/urls.py
"""
HERE = "web/shop/settings/base.py"

FOUND = [
    # beside manage.py, and in the folder that settings are imported from
    ("beside", "web/beside.py"),
    ("second", "web/lib/second.py"),
    ("first", "web/first.py"),
    ("shop", "web/shop/__init__.py"),
    ("shop.settings.base", HERE),
    ("missing", None),
    ("beside.missing", None),
    ("shop.missing", None),
    # a package before a module of its name, within one folder
    ("both", "web/both/__init__.py"),
    # a submodule is in its package only: web/lib/shop is hidden
    ("shop.other", None),
    # namespace packages: after all others, with parts in each folder; not without Python files
    ("bare", ""),
    ("bare.one", "web/bare/one.py"),
    ("bare.three", "web/lib/bare/three.py"),
    ("bare.deep", ""),
    ("bare.deep.two", "web/bare/deep/two.py"),
    ("folder", "web/folder.py"),
    ("folder.one", None),
    ("later", "web/lib/later/__init__.py"),
    ("later.one", None),
    ("conf", None),
    # the root, if the project is installed: what has a file of its own there
    ("installed.one", "installed/one.py"),
    ("scripts.one", None),
    ("web", None),
    ("hidden", None),
    ("far.urls", None),
    # no names
    ("", None),
    ("shop..settings", None),
    ("shop/local", None),
    ("..installed", None),
]


@pytest.fixture
def root(tmp_path):
    root = tmp_path / "site"
    for path in FILES.split():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).touch()
    return root


@pytest.mark.parametrize(("dotted", "file"), FOUND)
def test_full_names(root, dotted, file):
    module = Importer(Tree(root), "web", "web/lib").find(dotted)
    assert (module.file if module else None) == file


def test_python_finds_the_same(root, tmp_path):
    """But for "conf", which has no Python files: Python takes it where nothing of that name is installed."""
    expected = {dotted: file for dotted, file in FOUND if re.fullmatch(r"\w+(\.\w+)*", dotted) and dotted != "conf"}
    installed = tmp_path / "installed"  # as if the project was: its packages, not all folders of the root
    installed.mkdir()
    (installed / "installed").symlink_to(root / "installed")
    program = f"""
import importlib, json, sys
sys.path[:] = {[str(root / "web"), str(root / "web/lib")]} + sys.path + {[str(installed)]}
found = {{}}
for name in {list(expected)}:
    try:
        found[name] = importlib.import_module(name).__file__ or ""
    except ImportError:
        found[name] = None
print(json.dumps(found))
"""
    found = json.loads(local[sys.executable]("-I", "-S", "-B", "-c", program))
    base = root.resolve()
    assert {n: path and Path(path).resolve().relative_to(base).as_posix() for n, path in found.items()} == expected


@pytest.mark.parametrize(
    ("importing", "level", "dotted", "file"),
    [
        (HERE, 1, "", "web/shop/settings/__init__.py"),
        (HERE, 1, "base", HERE),
        (HERE, 2, "", "web/shop/__init__.py"),
        (HERE, 2, "local", "web/shop/local.py"),
        (HERE, 2, "settings.base", HERE),
        (HERE, 2, "missing", None),
        ("web/shop/settings/__init__.py", 1, "base", HERE),
        ("web/shop/settings/__init__.py", 2, "local", "web/shop/local.py"),
        ("web/bare/one.py", 1, "", ""),
        ("web/bare/one.py", 1, "deep.two", "web/bare/deep/two.py"),
        # above the topmost package
        (HERE, 3, "beside", None),
        (HERE, 3, "", None),
        (HERE, 9, "installed", None),
        ("web/beside.py", 1, "first", None),
        ("manage.py", 1, "web", None),
        # a file that is on neither path
        ("apps/far/urls.py", 1, "urls", "apps/far/urls.py"),
        ("apps/far/urls.py", 3, "installed", None),
    ],
)
def test_relative_names(root, importing, level, dotted, file):
    module = Importer(Tree(root), "web", "web/lib").find(dotted, importing, level)
    assert (module.file if module else None) == file


def test_a_file_may_be_a_package_s_though_its_folder_is_that_of_manage_py(root):
    """As in projects of Django before 1.4."""
    importer = Importer(Tree(root), "web/shop", ".")
    assert importer.find("local", "web/shop/local.py", 1).file == "web/shop/local.py"
    assert importer.find("web.shop.local").file == importer.find("local").file == "web/shop/local.py"


@pytest.mark.parametrize(
    ("dotted", "found"),
    [
        ("shop.settings", ("web/shop/settings/__init__.py", "web")),
        ("web.shop.local", ("web/shop/local.py", ".")),
        ("top", None),
        ("hidden", ("src/hidden/__init__.py", "src")),
        ("far.urls", ("apps/far/urls.py", "apps")),
        ("lib.bare", ("", "web")),
        ("bare.missing", None),
        ("a-b", None),
        ("", None),
    ],
)
def test_guesses(root, dotted, found):
    module, place = next(guesses(Tree(root), dotted, "web"), (None, ""))
    assert (module and (module.file, place)) == found


def test_guesses_prefer_files_to_namespace_packages(tmp_path):
    for path in ("config/settings/base.py", "src/config/__init__.py", "src/config/settings.py"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).touch()
    assert locate(Tree(tmp_path), "config.settings", ".") == ("src/config/settings.py", "src")


def test_links_are_not_followed(root):
    (root.parent / "outside").mkdir()
    (root.parent / "outside/one.py").touch()
    (root / "web/linked").symlink_to(root.parent / "outside")
    (root / "web/shop/linked.py").symlink_to(root.parent / "outside/one.py")
    (root / "web/around").symlink_to(os.curdir)
    importer = Importer(Tree(root), "web", "web/lib")
    assert [importer.find(name) for name in ("linked.one", "shop.linked", "around.shop")] == [None] * 3
    assert importer.find("linked", "web/shop/local.py", 1) is None


@pytest.mark.parametrize(
    ("dotted", "level", "module", "is_package", "full"),
    [
        ("a.b", 0, "shop.storages", False, "a.b"),
        ("base", 1, "shop.storages", False, "shop.base"),
        ("base", 1, "shop.storages", True, "shop.storages.base"),
        ("", 1, "shop.storages", True, "shop.storages"),
        ("base", 2, "shop.storages", True, "shop.base"),
        ("base", 2, "shop.storages", False, ""),
        ("base", 1, "storages", False, ""),
        ("base", 99, "shop.storages", True, ""),
    ],
)
def test_absolute(dotted, level, module, is_package, full):
    assert absolute(dotted, level, module, is_package) == full


def test_settings_take_modules_beside_manage_py(root):
    (root / "web/lib/config.py").write_text("from beside import MEDIA_URL\n")
    (root / "web/beside.py").write_text("MEDIA_URL = '/m/'\n")
    found, says = settings.read_settings(Tree(root), "web/lib/config.py", "web/lib", base="web")
    assert says.media_url.value == "/m/"
    assert not found.problems


def test_a_folder_named_as_a_package_that_is_installed(tmp_path):
    """A folder with manage.py, or without Python files, does not stand for what is imported from elsewhere."""
    for path in ("django/manage.py", "django/core/__init__.py", "django/core/settings.py", "django/redis/redis.conf"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).touch()
    text = "from django.urls import reverse_lazy\nimport redis\nSTATIC_URL = '/s/'\nLOGIN_URL = reverse_lazy('a')\n"
    (tmp_path / "django/core/settings.py").write_text(text)
    found, says = settings.read_settings(Tree(tmp_path), "django/core/settings.py", "django")
    assert says.static_url.value == "/s/" and not found.problems
