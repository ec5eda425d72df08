"""Turn a setting into a finding: its certainty, its note, and Django's default if nothing sets it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import TypeVar

from ..evaluation.values import UNKNOWN
from ..findings import Certainty, Found
from ..tree import Tree
from .setting import Setting, Settings, entry, leaves, parts_of, path_value

T = TypeVar("T")


@dataclass(frozen=True)
class Finder:
    """Tells what settings say, as they are in production (`settings`) and in an empty environment (`before`)."""

    settings: Settings
    before: Settings
    production_note: str

    def found(self, value: T, found: Setting | None, absent: str, setting: str = "") -> Found[T]:
        """Return a value with a setting's source and certainty; it is assumed where there is no setting."""
        if found is None and setting in self.settings.elsewhere:
            source, variables = self.settings.elsewhere[setting]
            where = f" by {', '.join(variables)}" if variables else ""
            return Found(value, source, Certainty.ASSUMED, f"{setting} is set on a condition that was not met{where}")
        if found is None:
            return Found(value, "", Certainty.ASSUMED, absent)
        if found.value is UNKNOWN:
            return Found(value, found.source, Certainty.ASSUMED, f"{found.name}: {found.note}")
        earlier = self.before.get(found.name)
        if self.before is not self.settings and (earlier is None or repr(earlier.value) != repr(found.value)):
            note = "; ".join(text for text in (found.note, self.production_note) if text)
            return Found(value, found.source, Certainty.INFERRED, note)
        return Found(value, found.source, found.certainty, found.note)

    def path(self, setting: str, absent: str) -> Found[str]:
        """Return a path: relative to the project if it is within, else absolute, "" if nothing sets it."""
        found = self.settings.get(setting)
        value, guessed = path_value(found.raw, self.settings.folder) if found else ("", False)
        if found is not None and not value:
            problem = absent if not found.value else f"{setting}: {found.note}"
            if isinstance(found.raw.data, (str, PurePosixPath)) and found.raw.data:
                problem = f"{setting} is outside the project"
            return Found("", found.source, Certainty.ASSUMED, problem)
        path = self.found(value, found, absent, setting)
        if not guessed:
            return path
        if value.startswith("/") and found is not None:
            note = f"{setting} is outside the project, which is in /workdir in the images"
            return replace(path, value=value, certainty=Certainty.INFERRED, note=note)
        note = f"{setting} is relative, so it depends on the folder that Django is started in"
        return replace(path, certainty=Certainty.INFERRED, note="; ".join(n for n in (path.note, note) if n))

    def paths(self, setting: str) -> Found[Sequence[str]]:
        """Return a list of paths, each as `path` has it; those that cannot be known are left out."""
        found = self.settings.get(setting)
        items = found.raw.data if found and isinstance(found.raw.data, (list, tuple)) else ()
        values = []
        for item in items:
            part = item
            if isinstance(item.data, (list, tuple)) and len(item.data) == 2:  # a prefix and a path
                part = item.data[1]
            if value := path_value(part, self.settings.folder)[0]:
                values.append(value)
        return self.found(values, found, f"nothing sets {setting}", setting)

    def collected_templates(self, tree: Tree) -> Found[str]:
        """Return a folder of TEMPLATES, or Vite's manifest, below STATIC_ROOT, that git doesn't have; "" for none."""
        root, found = self.path("STATIC_ROOT", "").value, self.settings.get("TEMPLATES")
        folders = (path_value(leaf, self.settings.folder)[0] for leaf in leaves(found.raw)) if found and root else ()
        inner = {folder: found.source for folder in folders if found and f"{folder}/".startswith(f"{root}/")}
        inner |= dict(self._manifests_of_vite(root)) if root else {}
        read = next(
            (path for path in inner if not any(f"{other}/".startswith(f"{path}/") for other in tree.paths)), ""
        )
        return Found(read, inner.get(read, ""), Certainty.INFERRED)

    def _manifests_of_vite(self, root: str) -> Iterator[tuple[str, str]]:
        """Yield the manifests that django-vite reads in STATIC_ROOT, and what says so.

        https://github.com/MrBin99/django-vite#dev-mode, and #manifest_path
        """
        found = self.settings.get("DJANGO_VITE")
        if found is None or "django_vite" not in self.texts("INSTALLED_APPS").value:
            return
        for value in parts_of(found).values():
            part = value.data.get("manifest_path") if isinstance(value.data, dict) else None
            path = path_value(part, self.settings.folder)[0] if part else f"{root}/manifest.json"
            if entry(value, "dev_mode") is not True and path.startswith(f"{root}/"):
                yield path, found.source

    def url(self, setting: str, default: str) -> Found[str]:
        """Return a URL: a path gets before it what Django puts there, a slash or FORCE_SCRIPT_NAME.

        https://docs.djangoproject.com/en/stable/ref/settings/#static-url
        """
        found = self.settings.get(setting)
        value = found.value if found and isinstance(found.value, str) and found.value else default
        if value and not value.startswith(("/", "http:", "https:")):
            value = f"{self.script_name().value}/{value}"
        if found is not None and (found.value is None or found.value == ""):
            return Found(default, found.source, Certainty.ASSUMED, f"{setting} is empty")
        return self.found(value, found, f"nothing sets {setting}", setting)

    def script_name(self) -> Found[str]:
        """Return the path that the site is below, as Django's own URLs begin with it; "" for the root."""
        found = self.text("FORCE_SCRIPT_NAME")
        return replace(found, value=found.value.rstrip("/") if found.value.startswith("/") else "")

    def texts(self, setting: str) -> Found[Sequence[str]]:
        """Return a list of texts; those that cannot be known are left out."""
        found = self.settings.get(setting)
        value = found.value if found and isinstance(found.value, (list, tuple)) else ()
        texts = [item for item in value if isinstance(item, str)]
        return self.found(texts, found, f"nothing sets {setting}", setting)

    def text(self, setting: str, default: str = "") -> Found[str]:
        """Return a text."""
        found = self.settings.get(setting)
        value = found.value if found and isinstance(found.value, str) else default
        return self.found(value, found, f"nothing sets {setting}", setting)

    def flag(self, setting: str, default: bool) -> Found[bool]:
        """Return a bool."""
        found = self.settings.get(setting)
        value = default if found is None or found.value is UNKNOWN else bool(found.value)
        return self.found(value, found, f"nothing sets {setting}: Django's default", setting)
