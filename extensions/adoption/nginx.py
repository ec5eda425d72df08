"""The locations of a project's own default.conf, to be carried over into the rendered one."""

import re
import textwrap
from dataclasses import replace

from ..project import Project
from ..project.findings import Found
from ..project.secrets import has_secret, is_private
from ..project.tree import Tree

# Those of nginx's own default, also with a cache time for the static files within, which is rendered.
FILES = r"(?:(?:root|index|expires)\s[^;{}]*;\s*)*"
STOCK = re.compile(
    rf"location\s+(/\s*\{{\s*{FILES}(?:location\s[^{{}}]*\{{\s*{FILES}\}}\s*)*\}}|=\s*/50x\.html\s*\{{[^}}]*\}})\s*"
)
PASSED = re.compile(r"\b(?:proxy|uwsgi|fastcgi|scgi|grpc)_pass\s+(?:https?://|grpcs?://)?([^\s;/:$]+)")


NAMED = re.compile(r"\s*(?:proxy_set_header|add_header|set|\w+_param)\s+\$?(\S+)\s+[\"']?(.*?)[\"']?\s*;.*")


def read_locations(tree: Tree, project: Project) -> Project:
    """Return the project with the lines of the location blocks that default.conf has beside those of nginx's default.

    Without those that pass requests to a server that nginx would not find here, so that it would not start.
    https://nginx.org/en/docs/http/ngx_http_core_module.html#location
    """
    path = "default.conf"
    lines = [line.split("#", 1)[0].rstrip() for line in (tree.text(path) or "").split("\n")]
    kept: list[str] = []
    block: list[str] = []
    adopted, left_out = project.adopted, ""
    first = depth = inside = 0
    for number, line in enumerate(lines, 1):
        before = depth
        depth += line.count("{") - line.count("}")
        if before == 1 and line.strip().startswith("location") and not inside:
            inside, block = number, []
        if inside:
            block += [line] if line else []
            if depth <= 1 and "}" in line:
                text = textwrap.dedent("\n".join(block))
                if server := _server_elsewhere(text):
                    tree.problem(
                        f"{path}:{inside}", f"passes requests to {server}, which is not there: Django gets them"
                    )
                elif any(map(_has_secret, block)):
                    left_out = f"{path}:{inside}"
                elif not STOCK.fullmatch(text + "\n"):
                    first = first or inside
                    kept += text.split("\n")
                inside = 0
    if depth == 0 and kept:
        adopted = replace(adopted, nginx_locations=Found(kept, f"{path}:{first}"))
    if left_out:
        adopted = replace(adopted, nginx_left_out=Found(left_out, left_out))
    return replace(project, adopted=adopted)


def _server_elsewhere(text: str) -> str:
    """Return the host to which a location passes requests if it is on this machine, or stands for Django; else ""."""
    for match in PASSED.finditer(text):
        host: str = match[1]
        if "." not in host or host.startswith("127.") or re.match(r"location\s+/\s*\{", text):
            return host
    return ""


def _has_secret(line: str) -> bool:
    """Return whether a line sends or sets a secret: a password, a token of an API."""
    named = NAMED.fullmatch(line)
    return has_secret(line) or (named is not None and is_private(named[1], named[2]))
