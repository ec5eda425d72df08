"""A project's own nginx configuration that passes requests to Django: the parts that default.conf can take over.

https://nginx.org/en/docs/http/ngx_http_core_module.html, https://nginx.org/en/docs/http/ngx_http_proxy_module.html
"""

import posixpath
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from ..project import Project
from ..project.adopted import Adopted
from ..project.data import url_parts
from ..project.findings import Certainty, Found
from ..project.nginx_syntax import Directive, directives
from ..project.places import PRODUCTION, is_aside, is_development, mentions
from ..project.secrets import has_secret, words
from ..project.tree import Tree

SERVER, PASSES = re.compile(r"\bserver\s*\{"), re.compile(r"\b(?:proxy|uwsgi)_pass\b")
NAMED_SO = re.compile(r"nginx|\.conf(?:\.|$)|\.vhost$|sites-(?:available|enabled)")
DJANGO = words("web django app backend api server gunicorn wsgi uwsgi asgi daphne uvicorn site localhost")
# What holds for all of a server, of which the largest is taken, and of which the innermost is.
LARGEST = words(
    "client_max_body_size proxy_read_timeout proxy_send_timeout proxy_connect_timeout client_body_timeout send_timeout"
)
INNERMOST = words(
    "proxy_buffering proxy_request_buffering proxy_buffers proxy_buffer_size client_body_buffer_size charset gzip "
    "large_client_header_buffers client_header_buffer_size underscores_in_headers gzip_types gzip_comp_level "
    "gzip_min_length gzip_proxied"
)
OF_UWSGI = {f"uwsgi_{name}": f"proxy_{name}" for name in ("read_timeout", "send_timeout", "connect_timeout")}
# What keeps some clients out, or does more than pass a request: it is named where it is not taken over.
TELLING = words(
    "allow deny auth_basic auth_request limit_req limit_conn satisfy proxy_cache if rewrite return sub_filter "
    "limit_except"
)
# What a location may have that answers by itself.
BY_ITSELF = words("return add_header default_type access_log log_not_found expires deny allow rewrite")
QUIET = words("access_log log_not_found expires")
VARIABLE = re.compile(r"\$\{?(\w+)")
KNOWN_VARIABLE = re.compile(
    r"(?:http|arg|cookie|sent_http|upstream_http)_\w+|uri|request_uri|document_uri|args|query_string|is_args|host"
    r"|scheme|remote_addr|server_name|request_method|\d"
)
SIZES = {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30}
TIMES = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}
UNLIMITED = float("inf")


@dataclass
class _Taken:
    """What is taken over of a configuration: directives of the server, the lines of locations, private folders."""

    path: str
    static_url: str
    media_url: str
    media_root: str
    upstreams: dict[str, str] = field(default_factory=dict)
    server: dict[str, str] = field(default_factory=dict)
    headers: dict[str, list[str]] = field(default_factory=dict)  # by the level they are at
    lines: list[str] = field(default_factory=list)
    internal: dict[str, str] = field(default_factory=dict)
    left: list[str] = field(default_factory=list)
    static_alias: str = ""

    def leave(self, directive: Directive, what: str) -> None:
        self.left.append(f"{self.path}:{directive.line} ({what})")


def read_own_nginx(tree: Tree, project: Project) -> Project:
    """Return the project with what its own nginx has; it is as it was where the handbook's default.conf says so."""
    if project.adopted.nginx_locations.is_read:
        return project
    for path in _paths(tree):
        try:
            found = directives(tree.text(path) or "")
        except (ValueError, RecursionError):
            continue
        taken = _taken(project, path, found)
        if taken is not None:
            _add_of_http(tree, path, taken)
            return replace(project, adopted=_adopted(project, taken))
    return project


def _paths(tree: Tree) -> list[str]:
    paths = [
        path
        for path in tree.paths
        if NAMED_SO.search(path) and not is_aside(tree, path) and path != "default.conf" and not path.endswith(".md")
    ]
    texts = {path: tree.text(path) or "" for path in paths[:60] if not is_development(path)}
    found = [path for path, text in texts.items() if SERVER.search(text) and PASSES.search(text)]
    return sorted(found, key=lambda path: (not mentions(path, PRODUCTION), path.count("/")))


def _adopted(project: Project, taken: _Taken) -> Adopted:
    adopted = project.adopted
    lines = [f"{name} {value};" for name, value in taken.server.items()]
    lines += next((taken.headers[level] for level in ("location", "server", "http") if taken.headers.get(level)), [])
    lines += taken.lines
    if lines:
        adopted = replace(adopted, nginx_locations=Found(lines, taken.path, Certainty.INFERRED))
    return replace(
        adopted,
        nginx_internal=Found(taken.internal, taken.path if taken.internal else "", Certainty.INFERRED),
        nginx_not_taken=Found(taken.left, taken.path if taken.left else "", Certainty.INFERRED),
    )


def _taken(project: Project, path: str, found: Sequence[Directive]) -> _Taken | None:
    """Return what is taken over of the first server that passes requests to Django; None where there is none."""
    outer = [*found, *(inner for item in found if item.words[0] == "http" for inner in item.block or ())]
    settings = project.settings
    taken = _Taken(
        path, _url(settings.static_url.value), _url(settings.media_url.value), settings.media_root.value.strip("/")
    )
    for item in outer:
        if item.words[0] == "upstream" and len(item.words) > 1:
            servers = [inner.words[1] for inner in item.block or () if inner.words[0] == "server" and inner.words[1:]]
            taken.upstreams[item.words[1]] = servers[0] if servers else ""
    for item in outer:
        if item.words[0] == "server" and item.block is not None and _django(item.block, taken):
            _add_directives(outer, "http", taken)
            _add_server(item.block, taken)
            return taken
    return None


def _url(text: str) -> str:
    parts = url_parts(text)
    path = parts.path.strip("/") if parts else ""
    return f"/{path}/" if path else ""


def _every(block: Iterable[Directive]) -> Iterator[Directive]:
    for item in block:
        yield item
        yield from _every(item.block or ())


def _django(block: Iterable[Directive], taken: _Taken) -> bool:
    """Return whether requests are passed to Django: to a server with a name that is usual for it, or by uWSGI."""
    return any(_is_django(item, taken) for item in _every(block))


def _is_django(item: Directive, taken: _Taken) -> bool:
    if item.words[0] == "uwsgi_pass":
        return True
    if item.words[0] != "proxy_pass" or not item.words[1:]:
        return False
    name = re.sub(r"^https?://", "", item.words[1]).partition("/")[0].partition(":")[0]
    server = taken.upstreams.get(name, "")
    host = re.sub(r"^https?://", "", server).partition(":")[0] if server else name
    parts = set(re.findall(r"[a-z]+", f"{name} {host}".lower()))
    return host in ("unix", "127.0.0.1") or name == "unix" or not parts.isdisjoint(DJANGO)


def _add_of_http(tree: Tree, path: str, taken: _Taken) -> None:
    """Add what a configuration says that includes this one: it has no server of its own."""
    folders = (posixpath.dirname(path), posixpath.dirname(posixpath.dirname(path)))
    for other in tree.named("nginx.conf"):
        text = tree.text(other) or ""
        if other != path and posixpath.dirname(other) in folders and not SERVER.search(text):
            try:
                http = [item for item in directives(text) if item.words[0] == "http"]
            except (ValueError, RecursionError):
                continue
            for item in http:
                _add_directives(item.block or [], "http", taken)


def _add_directives(block: Iterable[Directive], level: str, taken: _Taken) -> None:
    """Add what holds for a whole server, from a level around it, in it, or in a location of Django's."""
    for item in block:
        name = OF_UWSGI.get(item.words[0], item.words[0])
        value = " ".join(item.written[1:])
        if not value or item.block is not None or not value.isprintable():
            continue
        larger = name in LARGEST and _amount(name, value) >= _amount(name, taken.server.get(name, ""))
        if "$" not in value and (larger or name in INNERMOST):
            taken.server[name] = value
        elif name == "add_header" and _is_known(item) and not has_secret(value):
            taken.headers.setdefault(level, []).append(f"add_header {value};")


def _amount(name: str, value: str) -> float:
    match = re.fullmatch(r"(\d{1,12})([a-z]*)", value.lower())
    units = SIZES if name == "client_max_body_size" else TIMES
    if match is None or match[2] not in units:
        return 0
    amount = int(match[1]) * units[match[2]]
    return amount or UNLIMITED


def _is_known(item: Directive) -> bool:
    """Return whether a directive has no variable that a map, or another module, makes."""
    names = (match[1] for word in item.written for match in VARIABLE.finditer(word))
    return all(KNOWN_VARIABLE.fullmatch(name) for name in names)


def _add_server(block: Sequence[Directive], taken: _Taken) -> None:
    _add_directives(block, "server", taken)
    names = {item.words[0] for item in block} & TELLING - {"return"}
    if names:
        taken.leave(block[0], f"server: {', '.join(sorted(names))}")
    locations = [item for item in block if item.words[0] == "location" and len(item.words) > 1]
    named = {item.words[1] for item in locations if item.words[1].startswith("@") and _django(item.block or (), taken)}
    for item in locations:
        if _path(item) == taken.static_url:
            taken.static_alias = next((one.words[1] for one in item.block or () if one.words[0] == "alias"), "")
    for item in locations:
        inner = item.block or []
        tried = {word for one in inner if one.words[0] == "try_files" for word in one.words[1:]}
        if _django(inner, taken) or tried & named:
            _add_location_of_django(item, inner, taken)
        elif _path(item) not in (taken.static_url, taken.media_url) and "acme-challenge" not in "".join(item.words):
            _add_location(item, inner, taken)


def _path(item: Directive) -> str:
    """Return the path of a location as settings have it, with a slash at the end."""
    path = re.sub(r"^[~^*]+\s*", "", item.words[-1]).lstrip("^")
    return f"/{path.strip('/')}/" if path.strip("/") else path


def _add_location_of_django(item: Directive, block: list[Directive], taken: _Taken) -> None:
    _add_directives(block, "location" if item.words[1:] == ["/"] else "other", taken)
    telling = sorted({one.words[0] for one in block} & TELLING)
    if telling:
        taken.leave(item, f"location {item.words[-1]}: {', '.join(telling)}")
    passed = next((one.words[1] for one in block if one.words[0] == "proxy_pass" and one.words[1:]), "")
    if re.fullmatch(r"https?://[^/]+/.*", passed) and item.words[-1] != "/":
        taken.leave(item, f"location {item.words[-1]}: proxy_pass {passed}")


def _add_location(item: Directive, block: list[Directive], taken: _Taken) -> None:
    """Add a location that answers by itself, or that Django has files sent from; name any other."""
    names = {one.words[0] for one in block}
    folder = next((one.words[1] for one in block if one.words[0] in ("alias", "root") and one.words[1:]), "")
    title = f"location {' '.join(item.words[1:])}"
    if "internal" in names and folder:
        _add_internal(item, folder, "root" in names, title, taken)
    elif names <= QUIET or item.words[1].startswith("@"):
        return  # Django answers
    elif names <= BY_ITSELF and all(_is_plain(one) for one in block):
        _add_lines(item, block, taken)
    elif taken.static_alias and folder.startswith(taken.static_alias) and names <= BY_ITSELF | {"alias"}:
        inner = folder.removeprefix(taken.static_alias).lstrip("/")
        place = ["alias", f"/usr/share/nginx/html{taken.static_url}{inner}"]
        _add_lines(item, [Directive(place, None, place) if one.words[0] == "alias" else one for one in block], taken)
    else:
        taken.leave(item, title)


def _is_plain(item: Directive) -> bool:
    return _is_known(item) and not has_secret(" ".join(item.words))


def _add_lines(item: Directive, block: Iterable[Directive], taken: _Taken) -> None:
    lines = [f"{' '.join(item.written)} {{"]
    for one in block:
        written = " ".join(one.written)
        if one.words[0] != "access_log" or one.words[1:] == ["off"]:  # a file would be in no volume
            lines.append(f"    {written};")
    lines.append("}")
    if all(line.isprintable() for line in lines) and not any(one.block for one in block):
        taken.lines += lines
    else:
        taken.leave(item, f"location {' '.join(item.words[1:])}")


def _add_internal(item: Directive, folder: str, is_root: bool, title: str, taken: _Taken) -> None:
    """Add a folder that nginx sends files from where Django says so; it must be one of the project's uploads."""
    url = _path(item)
    path = folder.rstrip("/") + (url.rstrip("/") if is_root else "")
    media = taken.media_root
    begin = f"{path}/".rfind(f"/{media}/") if media else -1
    if begin < 0:
        taken.leave(item, title)
    else:
        taken.internal[path[begin + 1 :]] = url
