"""Checks that run before Copier asks or writes anything: refuse what would overwrite, or can't be rendered."""

import os
import re
import shlex
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Template
from plumbum import local

from ..questions import answers, kinds
from ..questions.releases import named
from ..services.site import Site
from . import links, missing

MOST = 5  # paths that a message names
Conf = Mapping[str, Any]  # Copier's _copier_conf
Questions = Mapping[str, Mapping[str, Any]]
Defaults = Callable[[], Mapping[str, Any]]  # what is read from the project, when it is needed


def refusals(conf: Conf, questions: Questions, defaults: Defaults, site: Callable[[], Site] = Site) -> list[str]:
    """Return a message for each reason to refuse: what is wrong, where, and what to do.

    The checks run in turn, and only the first kind that finds something is reported.
    """
    root = Path(conf["dst_path"]).resolve()
    if "_commit" in conf["data"] and ".." in Path(conf["dst_path"]).parts:
        # With --quiet: an update's rendering, which would land outside of Copier's temporary folder.
        return ["Copier can't work with '..' in the project's path. Give the path without it."]
    if is_comparison(conf):
        return _bad_old_answers(conf, questions) if "_commit" in conf["data"] else []
    return (
        _not_django(conf, root, defaults, site)
        or _foreign_answers(conf, questions, root)
        or _bad_answers(conf, questions, root, defaults, site)
        or _unsafe_files(conf, questions, root, defaults)
    )


def stored_refusals(conf: Conf, questions: Questions, defaults: Defaults) -> list[str]:
    """Return a message for each answer with which an update can't begin; Copier itself would print a traceback.

    Those of 1.x are looked at later, once a migration has changed them.
    """
    root = Path(conf["dst_path"]).resolve()
    foreign = _foreign_answers(conf, questions, root)
    if foreign or "use_compose" not in answers.stored(root / conf["answers_file"]):
        return foreign
    return _bad_answers(conf, questions, root, defaults, Site)


def is_comparison(conf: Conf) -> bool:
    """Return whether this is one of the two renderings that an update compares: in an empty folder, answers given.

    https://copier.readthedocs.io/en/stable/updating/#how-the-update-works
    """
    root = Path(conf["dst_path"])
    if not (conf["quiet"] and conf["defaults"] and conf["overwrite"]) or (root.is_dir() and any(root.iterdir())):
        return False
    return "_commit" in conf["data"] or answers.are_for_us(conf["data"])


def _not_django(conf: Conf, root: Path, defaults: Defaults, site: Callable[[], Site]) -> list[str]:
    stated = conf["data"].get("django_dir") or answers.stored(root / conf["answers_file"]).get("django_dir") or "."
    if any((root / folder / "manage.py").is_file() for folder in (".", str(stated))):
        return []
    if root.is_dir() and (root / defaults()["django_dir"] / "manage.py").is_file():
        return []
    is_written = root.is_dir() and _truth("bool", conf["data"].get("manage_py", defaults()["manage_py"]))
    message = missing.manage(root, site() if root.is_dir() else Site(), is_written=is_written)
    return [message] if message else []


def _foreign_answers(conf: Conf, questions: Questions, root: Path) -> list[str]:
    stored = answers.stored(root / conf["answers_file"])
    if not stored or answers.is_ours(stored):
        return []
    others = answers.others(root, conf["answers_file"])
    if others:
        return [
            f"{conf['answers_file']} belongs to another template. The answers to this one are in {others[0]}.\n"
            f"Add this option, now and to each copier update:\n    -a {others[0]}"
        ]
    return [_foreign(conf, questions, stored)]


def _foreign(conf: Conf, questions: Questions, stored: Mapping[str, Any]) -> str:
    lost = [name for name in answers.ALWAYS if name not in stored]
    if lost and len(stored.keys() & questions.keys()) > len(stored) // 2:
        return f"{conf['answers_file']} lacks {', '.join(lost)}. Restore these lines: git has them."
    file = conf["answers_file"]
    if "_src_path" not in stored:
        return (
            f"{file} was not written by Copier: it has no _src_path. Rename it.\n"
            "If it holds your answers, give its new name with --data-file."
        )
    return (
        f"{file} holds the answers to another template ({answers.public(str(stored['_src_path']))}).\n"
        "Keep the answers to this one in a file of their own. Add this option, now and to each copier update:\n"
        "    -a .copier-answers.docker.yml"
    )


def _bad_old_answers(conf: Conf, questions: Questions) -> list[str]:
    """Return what is wrong with the answers of the old version; Copier itself would print a traceback.

    An update is refused for them before that, but not with --quiet.
    """
    stored = {name: value for name, value in conf["data"].items() if name in questions}
    if not answers.are_for_us(stored):
        return [_foreign(conf, questions, conf["data"])]
    root = Path(conf["dst_path"])
    found = {name: answers.problem(name, value, stored, root) for name, value in stored.items()}
    return [f"{name}: {message}." for name, message in found.items() if message]


def _bad_answers(
    conf: Conf, questions: Questions, root: Path, defaults: Defaults, site: Callable[[], Site]
) -> list[str]:
    given = {name: value for name, value in conf["data"].items() if not name.startswith("_")}
    found = [answers.unknown(name, list(questions)) for name in given if name not in questions]
    known = {
        name: value
        for name, value in (answers.stored(root / conf["answers_file"]) | given).items()
        if name in questions
    }
    if len(PORTS & known.keys()) == 1:  # the other has its default
        known |= {name: defaults()[name] for name in PORTS - known.keys()}
    if _truth("bool", known.get("manage_py")) and "django_dir" not in known:
        known["django_dir"] = defaults()["django_dir"]
    if known.get("orchestrators") not in (None, [], "[]"):  # which are refused for these
        known = {name: defaults()[name] for name in BESIDE_ORCHESTRATORS if name not in known} | known
    for name, value in known.items():
        if message := answers.problem(name, value, known, root):
            found.append(f"{name}: {message}.")
    return found or [
        reason(root, site())
        for name, reason in REQUIRED.items()
        if not _known(name, known, defaults) and not _is_skipped(name, known, defaults)
    ]


PORTS = {"django_port", "static_port"}
BESIDE_ORCHESTRATORS = ("data_files", "compose_environment", "environment", "dotenv", "workers", "jobs", "script_name")
REQUIRED = {"wsgi_module": missing.interface, "requirements_file": missing.dependencies}


def _is_skipped(name: str, known: Mapping[str, Any], defaults: Defaults) -> bool:
    if name == "wsgi_module":
        return bool(_known("asgi_module", known, defaults))
    return name == "requirements_file" and _known("installer", known, defaults) != "pip"


def _known(name: str, known: Mapping[str, Any], defaults: Defaults) -> Any:
    """Return an answer; the project is read only for one that is not known."""
    return known[name] if name in known else defaults()[name]


def _unsafe_files(conf: Conf, questions: Questions, root: Path, defaults: Defaults) -> list[str]:
    known = answers.stored(root / conf["answers_file"]) | conf["data"]
    places = rendered(conf, truths(questions, known, defaults))
    if odd := list(links.refusals(root, places)):
        return odd
    paths = [path for path in places if os.path.lexists(root / path)]
    committed = _committed(root, paths)
    # Of the answers file, a migration changes the content before this, and a rendering keeps the answers in it.
    unsafe = [path for path, same in committed.items() if not same and path != conf["answers_file"].as_posix()]
    unsafe += [path for path in paths if path not in committed]
    if unsafe:
        return [
            f"Copier would overwrite {some(unsafe)} in {root}, and no commit has what is there now.\n"
            f"Move {'it' if len(unsafe) == 1 else 'them'} away, or commit:\n"
            f"    git add --force {shlex.join(unsafe)} && git commit"
        ]
    if conf["answers_file"].as_posix() in paths:
        paths.remove(conf["answers_file"].as_posix())
    if paths and conf["defaults"] and not conf["overwrite"]:
        return [
            f"Copier would overwrite {some(paths)} in {root}.\n"
            "A commit has what is there now, so you can compare and restore. To go on, add --overwrite."
        ]
    return []


def some(paths: Sequence[str]) -> str:
    """Return the first of some paths, and how many more there are."""
    return ", ".join(paths[:MOST]) + (f" and {len(paths) - MOST} more" if len(paths) > MOST else "")


def rendered(conf: Conf, truths: Mapping[str, Any]) -> list[str]:
    """Return the paths that this template writes with these answers, relative to the project."""
    template = Path(conf["src_path"]) / "template"
    names = {"_copier_conf": {"answers_file": conf["answers_file"].as_posix()}, **named(truths)}
    paths = []
    for path in template.rglob("*"):
        if path.is_file():
            parts = path.relative_to(template).as_posix().removesuffix(".jinja").split("/")
            rendered = [Template(part).render(names) if "{" in part else part for part in parts]
            if all(rendered):  # Copier leaves out a file or folder whose name comes out empty
                paths.append("/".join(rendered).removesuffix(".jinja"))
    return sorted(paths)


def possible(template: Path) -> list[str]:
    """Return all paths that a template can write, relative to the project, except the answers file."""
    paths = (
        path.relative_to(template / "template").as_posix()
        for path in (template / "template").rglob("*")
        if path.is_file()
    )
    return sorted(re.sub(r"{%.*?%}", "", path).removesuffix(".jinja") for path in paths if "{{" not in path)


def truths(questions: Questions, known: Mapping[str, Any], defaults: Defaults) -> dict[str, Any]:
    """Return the answers by which a file is left out, known or by default: true or false, a choice, or a list."""
    found = {
        name: known[name] if name in known else defaults().get(name, question["default"])
        for name, question in questions.items()
        if question.get("type") in ("bool", "yaml") or "choices" in question
    }
    return {name: _truth(questions[name].get("type", ""), value) for name, value in found.items()}


def _truth(type_: str, value: Any) -> Any:
    if type_ == "yaml":
        return kinds.parsed(value) or ()
    return str(value).strip().lower() in answers.TRUE if type_ == "bool" else value


def _committed(root: Path, paths: list[str]) -> dict[str, bool]:
    """Return those of the files `paths` that the last commit has, and whether their content is what git stored."""
    if not paths:
        return {}
    git = local["git"]["-C", str(root)]
    status, tree, _ = git["ls-tree", "-z", "HEAD", "--", *paths].run(retcode=None)
    if status:
        return {}
    committed = {
        path: entry.split()[2] for entry, _, path in (line.partition("\t") for line in tree.split("\0") if line)
    }
    # git stores a file as its settings say, or, where a commit has it with CRLF already, as it is.
    hashes = [git("hash-object", *option, "--", *paths).split() for option in ((), ("--no-filters",))]
    return {path: committed[path] in found for path, *found in zip(paths, *hashes, strict=True) if path in committed}
