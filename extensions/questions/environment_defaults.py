"""The defaults of the questions on the variables of the images."""

import posixpath
from collections.abc import Callable, Mapping

from ..project import Findings
from ..project.deployment.evidence import evidence
from ..project.deployment.kinds.record import Variable
from ..services.connections import connections
from .default import Default
from .deployment_defaults import own_value, own_variables

# Words of variables that say where something is, which is elsewhere under Compose.
ADDRESS = frozenset(("HOST", "HOSTS", "PORT", "URL", "URI", "DATABASE", "DB", "DSN", "BROKER", "POSTGRES", "DEBUG"))


def _python_path(findings: Findings) -> dict[str, str]:
    """Return PYTHONPATH where the settings module is not below manage.py's folder, as in a src layout."""
    folder = findings.value("python_path")
    if not folder or folder == findings.value("django_dir"):
        return {}
    return {"PYTHONPATH": posixpath.normpath(f"/workdir/{folder}")}


def environment(findings: Findings) -> Default:
    """Return the variables that select production in settings, beside DJANGO_ENV and DJANGO_SETTINGS_MODULE."""
    read = findings.value("environment", [])
    found = {item["name"]: item["production"] for item in read if item["production"] is not None}
    variable = findings.value("settings_variable") or {}
    if variable.get("name") and variable.get("value"):
        found.setdefault(variable["name"], variable["value"])
    if configuration := findings.value("configuration_class"):
        found["DJANGO_CONFIGURATION"] = configuration
    found |= own_variables(findings) | _optional(findings, found)
    found |= _python_path(findings) | findings.value("handbook_extra", {}).get("environment", {})
    for name in ("DJANGO_ENV", "DJANGO_SETTINGS_MODULE", "WEB_CONCURRENCY"):
        found.pop(name, None)
    return Default(dict(sorted(found.items())), findings.value("settings_file", ""))


def _optional(findings: Findings, found: Mapping[str, str]) -> dict[str, str]:
    """Return variables that settings do without, with the values of the project's own image, where these differ."""
    own = {item.name: item.value for item in evidence(findings).of(Variable)} if not evidence(findings).adopted else {}
    set_otherwise = connections(findings).environment
    return {
        item["name"]: own[item["name"]]
        for item in findings.value("environment", [])
        if item["name"] in own
        and item["name"] not in (*found, *set_otherwise)
        and not (item["required"] or item["build"] or item["secret"] or ADDRESS & set(item["name"].split("_")))
        and own[item["name"]] != str(item["default"])
    }


def build_environment(findings: Findings) -> Default:
    """Return a made-up value for each variable without which settings do not load, but for those that images set."""
    set_already = {"DJANGO_ENV", "DJANGO_SETTINGS_MODULE", *environment(findings).value}
    found = {
        item["name"]: ("" if item["secret"] else own_value(findings, item["name"])) or item["dummy"]
        for item in findings.value("environment", [])
        if item["build"] and item["dummy"]
    }
    kept = {name: dummy for name, dummy in sorted(found.items()) if name not in set_already}
    return Default(kept, findings.value("settings_file", ""))


def with_image(rule: Callable[[Findings, Mapping[str, str]], Default]) -> Callable[[Findings], Default]:
    """Return a rule of Compose, which has to know the variables that the image sets."""
    return lambda findings: rule(findings, environment(findings).value)
