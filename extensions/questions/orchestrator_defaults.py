"""The defaults of the questions on Docker Swarm and Kubernetes."""

import re

from ..rendering import orchestration
from ..services.site import Site
from .compose_defaults import THIS_MACHINE
from .default import Default, default_of

SLUG = "django"  # where nothing has a name
REGISTRIES = {"github.com": "ghcr.io", "gitlab.com": "registry.gitlab.com"}
HOST = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+")


def registry(site: Site) -> Default:
    """Return the images' name in the registry of the service that has the project's repository, or an example.

    https://docs.github.com/en/packages/working-with-a-github-packages-registry/working-with-the-container-registry,
    https://docs.gitlab.com/user/packages/container_registry/#naming-convention-for-your-container-images
    """
    remote = site.checkout.remote
    host, _, path = remote.value.partition("/")
    if host in REGISTRIES:
        return Default(f"{REGISTRIES[host]}/{path.lower()}", remote.source)
    return Default(f"registry.example.org/{orchestration.dns_name(default_of(site.layout.project_slug, SLUG).value)}")


def site_host(site: Site) -> Default:
    """Return the first host in ALLOWED_HOSTS by which others than this machine ask."""
    found = site.settings.allowed_hosts
    hosts = (str(host).lower().lstrip(".") for host in found.value)
    real = next((host for host in hosts if HOST.fullmatch(host) and host not in THIS_MACHINE), "")
    is_number = re.fullmatch(r"[0-9.]+", real)
    return Default("example.org") if not real or is_number else Default(real, found.source)
