"""From Findings to the questions' defaults: which answer follows from what was found."""

import posixpath
import re
import shlex
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..project import Certainty, Finding, Findings
from ..project.data import text_of, url_parts
from ..rendering import nginx
from ..services.reading import read
from . import answers, compose_defaults, image_defaults, process_defaults, storage_defaults
from .default import Default
from .ignored import ignored


def defaults(root: Path, answers_file: str = answers.FILE) -> dict[str, Default]:
    """Return the default of each question that is read from the project at `root`, by the question's name.

    Each is an answer that the question's rule accepts; what was found but cannot be an answer is replaced by SAFE's.
    Where the project has this template's answers, the files that they have written are not read, and what is read is
    set beside them.
    """
    findings, stored = findings_for(root, answers_file), answers.stored(root / answers_file)
    return beside(stored, findings, root) if answers.is_ours(stored) else from_findings(findings, root)


def findings_for(root: Path, answers_file: str = answers.FILE) -> Findings:
    """Return the Findings of the project at `root` from which answers follow, without the files that answers made."""
    stored = answers.stored(root / answers_file)
    return read(root, answers.rendered(stored) if answers.is_ours(stored) else ())


def from_findings(findings: Findings, root: Path) -> dict[str, Default]:
    """Return the defaults that follow from what was found in the project at `root`."""
    found = {name: rule(findings) for name, rule in RULES.items()}
    if found["env_example"].value and ignored(root, [".env.example"]):
        found["env_example"] = Default(False, ".gitignore")
    return {
        name: default if default.value == "" else _answerable(name, default, root) for name, default in found.items()
    }


def beside(stored: Mapping[str, Any], findings: Findings, root: Path) -> dict[str, Default]:
    """Return what is read today in a project with answers: the stored answer where nothing says otherwise.

    A name that follows from the folder's says nothing: a clone may be in a folder of any name.
    """
    names = [findings.value("project_slug"), stored.get("project_slug"), stored.get("database_name")]
    readings = [from_findings(_named(findings, name), root) for name in dict.fromkeys(names) if isinstance(name, str)]
    known = answers.AS_BEFORE | dict(stored)
    return {
        name: Default(known[name], default.source)
        if name in known and (not default.source or known[name] in [reading[name].value for reading in readings])
        else default
        for name, default in readings[0].items()
    }


def _named(findings: Findings, slug: str) -> Findings:
    """Return the Findings of the same project, were its name another."""
    finding = findings.found.get("project_slug", Finding("project_slug", slug))
    return Findings(findings.found | {"project_slug": replace(finding, value=slug)}, findings.problems)


def _answerable(name: str, default: Default, root: Path) -> Default:
    """Return a default that the question's rule accepts: without the items of a list that it refuses, or SAFE's."""
    if not answers.problem(name, default.value, {}, root):
        return default
    if name in SAFE:
        return Default(SAFE[name])
    if isinstance(default.value, dict):
        pairs = default.value.items()
        return Default(
            {key: text for key, text in pairs if not answers.problem(name, {key: text}, {}, root)}, default.source
        )
    if isinstance(default.value, list):
        return Default([item for item in default.value if not answers.problem(name, [item], {}, root)], default.source)
    return Default(False)


# That has images with a Debian release of today, and is the nearest to those before it: Django 1.11 to 2.1 run on it.
OLDEST_PYTHON = "3.8"
# The default where what was found cannot be an answer. "" stands for: there is none, and the guard says so.
SAFE: dict[str, Any] = {
    "project_slug": "django",
    "python_version": "3.13",
    "django_dir": ".",
    "settings_module": "",
    "wsgi_module": "",
    "requirements_file": "",
    "installer": "pip",
    "static_root": "static",
    "static_url": "/static/",
    "build_image": "",
    "gunicorn_threads": 2,
    "gunicorn_workers": 3,
    "web_concurrency": 2,
    "django_port": 8000,
    "static_port": 8080,
    "asgi_module": "",
    "worker_class": "gthread",
    "health_path": "/",
    "python_image": "slim",
    "debian_release": "trixie",
    "image_digests": {},
    "node": {},
    "static_server": "nginx",
    "media_root": "",
    "media_url": "",
    "data_root": "/data",
    "compose_name": "django",
    "gunicorn_keepalive": 2,
    "reverse_proxy": "nginx",
    "celery_concurrency": 2,
    "database_name": "django",
    "database_user": "django",
    "nginx_locations": [],  # they belong together: one line without the others closes no brace
}


def _found(name: str, fallback: Any = None) -> Callable[[Findings], Default]:
    def rule(findings: Findings) -> Default:
        finding = findings.found.get(name)
        if finding is None or finding.value in (None, ""):
            return Default(SAFE.get(name) if fallback is None else fallback)
        return Default(finding.value, "" if finding.certainty is Certainty.ASSUMED else finding.source)

    return rule


def _python_version(findings: Findings) -> Default:
    """Return a version that has an image: 3.8 where the project, or its Django, is of an older one's time."""
    default = _found("python_version")(findings)
    if re.fullmatch(r"3\.[0-7](\.\d+)?", str(default.value)):
        return Default(OLDEST_PYTHON, default.source)
    return Default(SAFE["python_version"]) if answers.RULES["python_version"](default.value) else default


def _installer(findings: Findings) -> Default:
    default = _found("installer")(findings)
    if default.value == "none":
        return Default("pip")
    if default.value in ("uv", "pdm") and not findings.value("lock_file"):
        return Default("pyproject", default.source)
    return default


def _installer_files(findings: Findings) -> Default:
    installer = _installer(findings)
    return (
        Default([], "")
        if installer.value == "pip"
        else Default(findings.value("installer_files", []), installer.source)
    )


def _requirements_includes(findings: Findings) -> Default:
    files = findings.value("requirements_files", [])[1:]
    beside = findings.value("requirements_beside", [])
    return Default([path for path in files if path not in beside], findings.value("requirements_file", ""))


def _use_fathom(findings: Findings) -> Default:
    adopted = findings.found.get("use_fathom")
    if adopted:
        return Default(adopted.value, adopted.source)
    kind = findings.found.get("staticfiles_kind")
    # What git has collected, and is kept, has its manifest.
    manifest = bool(kind) and "manifest" in kind.value and not findings.value("static_kept")
    return Default(manifest, kind.source if manifest else "")


def _static_root(findings: Findings) -> Default:
    if _set_static_root(findings).value:
        # https://docs.djangoproject.com/en/stable/ref/checks/#staticfiles: it must not be one of STATICFILES_DIRS.
        taken = SAFE["static_root"] in findings.value("staticfiles_dirs", [])
        return Default("staticfiles" if taken else SAFE["static_root"])
    return _found("static_root")(findings)


def _set_static_root(findings: Findings) -> Default:
    root = findings.found.get("static_root")
    return Default(root is None or root.value in (None, "", ".", "/"))


def _static_url(findings: Findings) -> Default:
    default = _found("static_url")(findings)
    parts = url_parts(str(default.value))
    path = parts.path.strip("/") if parts else ""
    return Default(f"/{path}/" if path else SAFE["static_url"], default.source)


# What has another name in bookworm than in trixie, beside those that end in t64 there: https://wiki.debian.org/ReleaseGoals/64bit-time
BOOKWORM = {
    "libgdal36": "libgdal32",
    "libicu76": "libicu72",
    "libldap2": "libldap-2.5-0",
    "libmagickwand-7.q16-10": "libmagickwand-6.q16-6",
}


def _debian_release(findings: Findings) -> Default:
    """Return the release that the python image's version came out with, whose compiler its packages were tried with.

    Trixie's takes for errors what bookworm's warned of: https://gcc.gnu.org/gcc-14/porting_to.html
    """
    minor, *patch = _python_version(findings).value.split(".")[1:]
    # Of a release that is asked for by its last number, there may be no image with trixie yet.
    return Default("bookworm" if int(minor) < 12 or patch else "trixie")


def _apt(name: str) -> Callable[[Findings], Default]:
    def rule(findings: Findings) -> Default:
        packages = {package for package in findings.value(name, []) if package != "gettext"}
        if name == "apt_runtime":
            packages |= set(findings.value("handbook_extra", {}).get("apt", []))
        if _debian_release(findings).value == "bookworm":
            packages = {BOOKWORM.get(package, package.replace("t64", "")) for package in packages}
        return Default(sorted(packages), findings.found[name].source if packages and name in findings.found else "")

    return rule


def _gunicorn_install(findings: Findings) -> Default:
    distributions = findings.value("distributions", {})
    return Default("gunicorn" not in distributions, "")


def _python_path(findings: Findings) -> dict[str, str]:
    """Return PYTHONPATH where the settings module is not below manage.py's folder, as in a src layout."""
    folder = findings.value("python_path")
    if not folder or folder == findings.value("django_dir"):
        return {}
    return {"PYTHONPATH": posixpath.normpath(f"/workdir/{folder}")}


def _environment(findings: Findings) -> Default:
    """Return the variables that select production in settings, beside DJANGO_ENV and DJANGO_SETTINGS_MODULE."""
    read = findings.value("environment", [])
    found = {item["name"]: item["production"] for item in read if item["production"] is not None}
    variable = findings.value("settings_variable") or {}
    if variable.get("name") and variable.get("value"):
        found.setdefault(variable["name"], variable["value"])
    if configuration := findings.value("configuration_class"):
        found["DJANGO_CONFIGURATION"] = configuration
    found |= _python_path(findings) | findings.value("handbook_extra", {}).get("environment", {})
    for name in ("DJANGO_ENV", "DJANGO_SETTINGS_MODULE", "WEB_CONCURRENCY"):
        found.pop(name, None)
    return Default(dict(sorted(found.items())), findings.value("settings_file", ""))


def _build_environment(findings: Findings) -> Default:
    set_already = {"DJANGO_ENV", "DJANGO_SETTINGS_MODULE", *_environment(findings).value}
    found = {
        item["name"]: item["dummy"] for item in findings.value("environment", []) if item["build"] and item["dummy"]
    }
    kept = {name: dummy for name, dummy in sorted(found.items()) if name not in set_already}
    return Default(kept, findings.value("settings_file", ""))


def _with_image(rule: Callable[[Findings, Mapping[str, str]], Default]) -> Callable[[Findings], Default]:
    """Return a rule of Compose, which has to know the variables that the image sets."""
    return lambda findings: rule(findings, _environment(findings).value)


USER = "1000:1000"  # that of the images
TAILWIND = "django_tailwind_cli"  # builds before collectstatic: https://django-tailwind-cli.rtfd.io/latest/usage/

# Instructions that other answers write.
SET_BY_ANSWERS = ("ENV DJANGO_SETTINGS_MODULE=", "ENV DJANGO_ENV=", "ENV WEB_CONCURRENCY=")


# Instructions that the stage of the answer `node` has instead.
OF_NODE = re.compile(
    r"RUN (?:corepack|npm|npx|pnpm|yarn|bun|node)\b|ENV NODE_ENV=|(?:COPY|ADD) (?:\S+ )*(?:\S*/)?package\.json\b"
)


def _extra(key: str) -> Callable[[Findings], Default]:
    def rule(findings: Findings) -> Default:
        lines = findings.value("handbook_extra", {}).get(key, [])
        lines = [line for line in lines if not line.startswith(SET_BY_ANSWERS)]
        lines = [line.replace("runner:runner", USER) for line in lines]
        if key == "build_instructions" and findings.value("node"):
            lines = [line for line in lines if not OF_NODE.match(line)]
        source = "Dockerfile_django" if lines else ""
        if key in ("build_instructions", "instructions") and not source and (path := findings.value("version_file")):
            # As a build of the package would write it: https://setuptools-scm.readthedocs.io/en/latest/config/
            place = posixpath.normpath(f"/workdir/{path}")
            version = "'version = \"0.0.0\"' 'version_tuple = (0, 0, 0)'"
            lines = [f"RUN mkdir -p {posixpath.dirname(place)} && printf '%s\\n' {version} > {place}"]
            source = findings.found["version_file"].source
        apps = findings.found.get("installed_apps")
        if key == "build_instructions" and source != "Dockerfile_django" and apps and TAILWIND in apps.value:
            given = "".join(
                f"{name}={shlex.quote(text)} " for name, text in _build_environment(findings).value.items()
            )
            lines, source = [*lines, f"RUN {given}python manage.py tailwind build"], source or apps.source
        return Default(lines, source)

    return rule


def _build_image(findings: Findings) -> Default:
    extra = findings.value("handbook_extra", {})
    image = extra.get("build_image", "")
    other = image and posixpath.basename(image).partition(":")[0] != "python"
    if findings.value("node") and "node" in image:
        other = False  # Node has a stage of its own
    return Default(image if other else "", "Dockerfile_django" if other else "")


def _image(rule: Callable[[Findings], tuple[Any, str]]) -> Callable[[Findings], Default]:
    return lambda findings: Default(*rule(findings))


def _data(number: int) -> Callable[[Findings], Default]:
    def rule(findings: Findings) -> Default:
        dirs, files = storage_defaults.data_places(RULES["compose_environment"](findings).value, findings)
        finding = findings.found.get(("data_dirs", "data_files")[number])
        # A volume of its own is for new projects: in one that has data already, it would be an empty one.
        apart = {*dirs} - {*findings.value("data_dirs", [])}
        source = finding.source if finding and not apart else ""
        folder = storage_defaults.data_root(findings)[0]
        if not files and folder not in dirs and _is_sqlite_in_data(findings):
            dirs, source = [*dirs, folder], source or text_of(findings.value("settings_file"))
        found = (dirs, files)[number]
        source = source if found else ""
        return Default(found, source)

    return rule


def _is_sqlite_in_data(findings: Findings) -> bool:
    """Return whether the first .env puts an SQLite database in a folder that nothing else makes."""
    return any(value.endswith(storage_defaults.sqlite(findings)) for value in RULES["dotenv"](findings).value.values())


def _static_port(findings: Findings) -> Default:
    """Return the port that was found, unless it is Django's: the one URL of both is that of django_port."""
    default, django = _found("static_port")(findings), _found("django_port")(findings).value
    if default.value != django:
        return default
    return Default(next(port for port in (SAFE["static_port"], SAFE["static_port"] + 1) if port != django))


def _is_located(findings: Findings, path: str) -> bool:
    """Return whether the project's own default.conf has a location of this path, which stands for the template's."""
    return nginx.locates(findings.value("nginx_locations", []), path)


def _reverse_proxy(findings: Findings) -> Default:
    return Default("external", "default.conf") if _is_located(findings, "/") else Default("nginx")


def _media_url(findings: Findings) -> Default:
    found = Default(*storage_defaults.media_url(findings))
    same = found.value == _static_url(findings).value  # as a path alone, without the host that has it
    return Default("") if same or _is_located(findings, found.value) else found


def _private_media(findings: Findings) -> Default:
    found, source = storage_defaults.private_media(findings)
    static = _static_url(findings).value
    kept = {path: "" if url == static or _is_located(findings, url) else url for path, url in found.items()}
    return Default(kept, source)


def _compose_name(findings: Findings) -> Default:
    """Return the project's name; with that of the folder around it where nothing but a folder's name tells it."""
    default, found = _found("project_slug")(findings), findings.found.get("project_slug")
    around = text_of(findings.value("folder_around"))
    assumed = found is not None and found.certainty is Certainty.ASSUMED
    return Default(f"{around}-{default.value}"[:63].strip("-") if assumed and around else default.value)


RULES: Mapping[str, Callable[[Findings], Default]] = {
    "project_slug": _found("project_slug"),
    "django_dir": _found("django_dir"),
    "settings_module": _found("settings_module"),
    "python_version": _python_version,
    "wsgi_module": _found("wsgi_module"),
    "installer": _installer,
    "uv_version": _found("uv_version", ""),
    "installer_files": _installer_files,
    "requirements_file": _found("requirements_file"),
    "requirements_includes": _requirements_includes,
    "requirements_beside": _found("requirements_beside", []),
    "install_options": _found("install_options", []),
    "install_project": _found("installs_itself", False),
    "use_fathom": _use_fathom,
    "apt_build": _apt("apt_build"),
    "apt_runtime": _apt("apt_runtime"),
    "environment": _environment,
    "build_environment": _build_environment,
    "required_environment": _with_image(compose_defaults.required_environment),
    "compose_environment": _with_image(compose_defaults.compose_environment),
    "static_root": _static_root,
    "set_static_root": _set_static_root,
    "static_url": _static_url,
    "compile_messages": _found("compile_messages", False),
    "dockerignore": _found("local_files", []),
    "dockerignore_except": _found("kept_files", []),
    "gunicorn_install": _gunicorn_install,
    "gunicorn_workers": _found("gunicorn_workers"),
    "gunicorn_threads": _found("gunicorn_threads"),
    "web_concurrency": _found("web_concurrency"),
    "gunicorn_options": _extra("gunicorn_options"),
    "asgi_module": _image(image_defaults.asgi_module),
    "worker_class": _image(image_defaults.worker_class),
    "health_path": _found("health_path"),
    "python_image": lambda findings: Default("slim"),
    "debian_release": _debian_release,
    "image_digests": lambda findings: Default({}),
    "node": _found("node", {}),
    "compose_settings": compose_defaults.compose_settings,
    "dotenv": _with_image(compose_defaults.dotenv),
    "settings_environment": _with_image(compose_defaults.settings_environment),
    "development_environment": compose_defaults.development_environment,
    "static_server": _image(image_defaults.static_server),
    "compress_offline": _found("compress_offline", False),
    "media_root": _image(storage_defaults.media_root),
    "media_url": _media_url,
    "data_dirs": _data(0),
    "data_files": _data(1),
    "data_root": _image(storage_defaults.data_root),
    "private_media": _private_media,
    "gunicorn_keepalive": _image(image_defaults.gunicorn_keepalive),
    "log_errors": _image(image_defaults.log_errors),
    "use_compose": lambda findings: Default(True),
    "compose_name": _compose_name,
    "reverse_proxy": _reverse_proxy,
    "https_only": _image(image_defaults.https_only),
    "services": compose_defaults.services,
    "database_name": compose_defaults.database_name,
    "database_user": compose_defaults.database_user,
    "migrate": compose_defaults.migrate,
    "create_cache_table": process_defaults.create_cache_table,
    "workers": process_defaults.workers,
    "celery_concurrency": process_defaults.celery_concurrency,
    "jobs": process_defaults.jobs,
    "env_example": compose_defaults.env_example,
    "github_workflow": lambda findings: Default(False),
    "update_workflow": lambda findings: Default(False),
    "django_port": _found("django_port"),
    "static_port": _static_port,
    "build_image": _build_image,
    "build_instructions": _extra("build_instructions"),
    "django_instructions": _extra("instructions"),
    "nginx_locations": _found("nginx_locations", []),
}
