"""Tools that are only known by their file: the file may list the dependencies if there is nothing else."""

from .record import Installer

SEEN_ONLY = (
    Installer(name="pixi", maybe_manifests=("pixi.toml",)),
    Installer(name="buildout", title="Buildout", maybe_manifests=("buildout.cfg",)),
    Installer(name="pants", title="Pants", maybe_manifests=("pants.toml",)),
    Installer(name="bazel", title="Bazel", maybe_manifests=("WORKSPACE",)),
    Installer(name="nix", title="Nix", maybe_manifests=("flake.nix",)),
)
