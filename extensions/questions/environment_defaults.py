"""The defaults of the questions on the variables of the images."""

import posixpath
from collections.abc import Callable, Mapping

from ..project.deployment.kinds.record import Variable
from ..project.evaluation.environment import ReadVariable
from ..services.connections import connections
from ..services.site import Site
from .default import Default
from .deployment_defaults import is_not_there, own_value, own_variables

# Words of variables that say where something is, which is elsewhere under Compose.
ADDRESS = frozenset(("HOST", "HOSTS", "PORT", "URL", "URI", "DATABASE", "DB", "DSN", "BROKER", "POSTGRES", "DEBUG"))


def _python_path(site: Site) -> dict[str, str]:
    """Return PYTHONPATH where modules are not all below manage.py's folder, as in a src layout."""
    layout = site.layout
    folders = dict.fromkeys([layout.import_root, *layout.import_roots.value])
    folders.pop(layout.base, None)
    return {"PYTHONPATH": ":".join(posixpath.normpath(f"/workdir/{folder}") for folder in folders)} if folders else {}


def environment(site: Site) -> Default:
    """Return the variables that select production in settings, beside DJANGO_ENV and DJANGO_SETTINGS_MODULE."""
    read = site.settings.environment.value
    found = {item.name: item.production for item in read if item.production is not None}
    variable = site.layout.settings_variable.value
    if variable.name and variable.value:
        found.setdefault(variable.name, variable.value)
    if any(item.name == "PORT" and item.required for item in read):
        found["PORT"] = str(site.adopted.django_port.value or 8000)
    if configuration := site.layout.configuration_class.value:
        found["DJANGO_CONFIGURATION"] = configuration
    found |= own_variables(site) | _optional(site, found)
    found |= {**_python_path(site), **site.adopted.handbook_extra.value.environment}
    for name in ("DJANGO_ENV", "DJANGO_SETTINGS_MODULE", "WEB_CONCURRENCY"):
        if name != "DJANGO_ENV" or not _is_named_otherwise(site):
            found.pop(name, None)
    found = {name: value for name, value in found.items() if not is_not_there(site, value)}
    return Default(dict(sorted(found.items())), site.layout.settings_file.value)


def _is_named_otherwise(site: Site) -> bool:
    """Return whether DJANGO_ENV, which images set to "production", has another name for that in settings."""
    variable = site.layout.settings_variable.value
    read = [item for item in site.settings.environment.value if item.name == variable.name == "DJANGO_ENV"]
    return variable.value != "production" and any("production" not in item.compared for item in read)


def _optional(site: Site, found: Mapping[str, str]) -> dict[str, str]:
    """Return variables that settings do without, with the values of the project's own image, where these differ."""
    steps = site.own_steps.value
    own = {} if steps.adopted else {item.name: item.value for item in steps.of(Variable)}
    set_otherwise = {*found, *connections(site).environment}
    return {
        item.name: own[item.name]
        for item in site.settings.environment.value
        if item.name in own
        and item.name not in set_otherwise
        and not (item.required or item.build or item.secret or item.misplaces or ADDRESS & set(item.name.split("_")))
        and own[item.name] != str(item.default)
    }


def build_environment(site: Site) -> Default:
    """Return a made-up value for each variable without which settings do not load, but for those that images set."""
    set_already = {"DJANGO_ENV", "DJANGO_SETTINGS_MODULE", *environment(site).value}
    found = {
        item.name: _build_value(site, item) for item in site.settings.environment.value if item.build and item.dummy
    }
    kept = {name: dummy for name, dummy in sorted(found.items()) if name not in set_already}
    return Default(kept, site.layout.settings_file.value)


def _build_value(site: Site, item: ReadVariable) -> str:
    own, default = own_value(site, item), item.default or ""
    if item.refused:
        return item.dummy if own == default else own or item.dummy
    return own or ("" if "://" in item.dummy else default) or item.dummy


def with_image(rule: Callable[[Site, Mapping[str, str]], Default]) -> Callable[[Site], Default]:
    """Return a rule of Compose, which has to know the variables that the image sets."""
    return lambda site: rule(site, environment(site).value)
