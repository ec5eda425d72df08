"""The services of Compose that settings connect to, and the variables that make them do so.

A service is there only where Django would use it: its host is a plain name that settings expect, or a variable can
move them to it. Where neither is so, a note says it.
"""

from functools import lru_cache

from .addresses import Address, address, can_be_changed, is_server, kind_of
from .caches import add_other
from .connected import Connections
from .databases import add_database
from .kinds import run_kinds
from .site import Site

__all__ = ["Address", "Connections", "address", "can_be_changed", "connections", "is_server", "kind_of"]


@lru_cache(maxsize=8)
def connections(site: Site) -> Connections:
    """Return what Compose has to run for the settings that were read, and to tell them.

    Many questions ask for it. It is worked out once for a project: change nothing in what you get.
    """
    found = Connections()
    add_database(site, found)
    if site.settings.secret_key_unset.value and can_be_changed(site.layout):
        # A module that is not in git sets it: https://docs.djangoproject.com/en/stable/ref/settings/#secret-key
        found.settings["SECRET_KEY"] = "${SECRET_KEY}"
        found.dotenv["SECRET_KEY"] = ""
        found.required.append("SECRET_KEY")
    for service in run_kinds():
        add_other(site, service, found)
    return found
