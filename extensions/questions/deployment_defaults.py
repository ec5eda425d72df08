"""From what the project's own Dockerfile and scripts do to what answers, and sentences, follow of it."""

from ..project import Findings
from ..project.deployment.evidence import evidence, remarks

SHOWN = 6  # sentences after a copy: `inspect` has all


def notes(findings: Findings) -> list[str]:
    """Return a sentence on each step of the project's own files that no answer holds."""
    found = remarks(evidence(findings))
    said = [
        f"Not taken over: `{item.text}` ({item.source}){f': {item.why}' if item.why else ''}."
        for item in found[:SHOWN]
    ]
    if len(found) > SHOWN:
        places = ", ".join(item.source for item in found[SHOWN : SHOWN + 10])
        said.append(f"Look also at what these lines do: {places}.")
    return said
