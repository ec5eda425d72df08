"""How a setting becomes a Finding: its certainty, its note, and Django's default where nothing sets it."""

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from ..evaluation.values import UNKNOWN
from ..findings import Certainty, Finding, Findings
from .setting import Setting, Settings, path_value


@dataclass(frozen=True)
class Adder:
    """Adds Findings from settings, as they are in production (`settings`) and in an empty environment (`before`)."""

    settings: Settings
    before: Settings
    findings: Findings
    production_note: str

    def put(self, name: str, value: Any, found: Setting | None, absent: str, setting: str = "") -> Finding:
        """Add a Finding with a setting's source and certainty; one that is assumed where there is no setting."""
        if found is None and setting in self.settings.elsewhere:
            source, variables = self.settings.elsewhere[setting]
            where = f" by {', '.join(variables)}" if variables else ""
            note = f"{setting} is set on a condition that was not met{where}"
            return self.findings.add(name, value, source, Certainty.ASSUMED, note)
        if found is None:
            return self.findings.add(name, value, "", Certainty.ASSUMED, absent)
        if found.value is UNKNOWN:
            return self.findings.add(name, value, found.source, Certainty.ASSUMED, f"{found.name}: {found.note}")
        earlier = self.before.get(found.name)
        if self.before is not self.settings and (earlier is None or repr(earlier.value) != repr(found.value)):
            note = "; ".join(text for text in (found.note, self.production_note) if text)
            return self.findings.add(name, value, found.source, Certainty.INFERRED, note)
        return self.findings.add(name, value, found.source, found.certainty, found.note)

    def path(self, name: str, setting: str, folder: str, absent: str) -> None:
        """Add a path: relative to the project if it is within, else absolute, "" if nothing sets it."""
        found = self.settings.get(setting)
        value, guessed = path_value(found.raw, folder) if found else ("", False)
        if found is not None and not value:
            problem = absent if not found.value else f"{setting}: {found.note}"
            if isinstance(found.raw.data, (str, PurePosixPath)) and found.raw.data:
                problem = f"{setting} is outside the project"
            self.findings.add(name, "", found.source, Certainty.ASSUMED, problem)
            return
        added = self.put(name, value, found, absent, setting)
        if guessed:
            note = f"{setting} is relative, so it depends on the folder that Django is started in"
            self.findings.add(
                name, value, added.source, Certainty.INFERRED, "; ".join(n for n in (added.note, note) if n)
            )

    def paths(self, name: str, setting: str, folder: str) -> None:
        """Add a list of paths, each as `path` has it; those that cannot be known are left out."""
        found = self.settings.get(setting)
        items = found.raw.data if found and isinstance(found.raw.data, (list, tuple)) else ()
        values = []
        for item in items:
            part = item
            if isinstance(item.data, (list, tuple)) and len(item.data) == 2:  # a prefix and a path
                part = item.data[1]
            if value := path_value(part, folder)[0]:
                values.append(value)
        self.put(name, values, found, f"nothing sets {setting}", setting)

    def url(self, name: str, setting: str, default: str) -> None:
        """Add a URL: a path gets the slash before it that Django gives it."""
        found = self.settings.get(setting)
        value = found.value if found and isinstance(found.value, str) and found.value else default
        if value and not value.startswith(("/", "http:", "https:")):
            value = f"/{value}"
        if found is not None and (found.value is None or found.value == ""):
            self.findings.add(name, default, found.source, Certainty.ASSUMED, f"{setting} is empty")
            return
        self.put(name, value, found, f"nothing sets {setting}", setting)

    def texts(self, name: str, setting: str) -> None:
        """Add a list of texts; those that cannot be known are left out."""
        found = self.settings.get(setting)
        value = found.value if found and isinstance(found.value, (list, tuple)) else ()
        texts = [item for item in value if isinstance(item, str)]
        self.put(name, texts, found, f"nothing sets {setting}", setting)

    def text(self, name: str, setting: str, default: str = "") -> None:
        """Add a text."""
        found = self.settings.get(setting)
        value = found.value if found and isinstance(found.value, str) else default
        self.put(name, value, found, f"nothing sets {setting}", setting)

    def flag(self, name: str, setting: str, default: bool) -> None:
        """Add a bool."""
        found = self.settings.get(setting)
        value = default if found is None or found.value is UNKNOWN else bool(found.value)
        self.put(name, value, found, f"nothing sets {setting}: Django's default", setting)
