"""How commands of pip, and of pip-tools, read in a project's own scripts."""

import re

PIP_INSTALL = re.compile(
    r"\bpip[0-9.]*[\"']?,?\s+[\"']?(?:-\S+\s+)*(?:install|wheel|download|sync)\b|\bpip-sync\b|\bpip[\"'], [\"']install"
)
REQUIREMENT_OPTION = re.compile(r"(?:\s|[\"'])(?:-r|--requirements?)[=\s\"',]*([^\s\"',;&|]+)")
PIP_SYNC = re.compile(r"\bpip[- ]sync\s+([^;&|]+)")
INSTALL_PROJECT = re.compile(r"\binstall\b[^;&|]*\s[\"']?\.(?:/?\[[^\]]*\])?[\"']?(?:\s|$|[;&|])")


def installed_files(text: str) -> list[str]:
    """Return the requirements files that a command names."""
    if not PIP_INSTALL.search(text):
        return []
    names: list[str] = REQUIREMENT_OPTION.findall(text)
    for match in PIP_SYNC.finditer(text):
        names += [word for word in match[1].split() if not word.startswith("-")]
    return names
