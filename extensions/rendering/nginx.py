"""Lines of nginx's configuration: whether nginx can read them, and which locations they have.

https://nginx.org/en/docs/beginners_guide.html#conf_structure
"""

from collections.abc import Iterable, Iterator

from ..project.nginx_syntax import Directive, directives


def _repeated(found: Iterable[Directive]) -> Iterator[str]:
    """Yield the locations that are there twice, at any depth: nginx refuses them."""
    seen: set[str] = set()
    for directive in found:
        if directive.location and directive.location in seen:
            yield directive.location
        seen.add(directive.location)
        yield from _repeated(directive.block or [])


def problem(lines: Iterable[str]) -> str:
    """Return what to do so that nginx can read the lines; "" if it can."""
    try:
        found = directives("\n".join(lines))
    except ValueError as error:
        return f"{error}"
    return next((f"give location {path} only once" for path in _repeated(found)), "")


def names(lines: Iterable[str]) -> set[str]:
    """Return the names of the outermost directives of lines; none where nginx could not read them."""
    return {directive.words[0] for directive in _read(lines)}


def locates(lines: Iterable[str], location: str) -> bool:
    """Return whether lines have a location of this path, or, after "= ", an exact one: nginx refuses a second one.

    https://nginx.org/en/docs/http/ngx_http_core_module.html#location
    """
    return location in {directive.location for directive in _read(lines)}


def _read(lines: Iterable[str]) -> list[Directive]:
    try:
        return directives("\n".join(lines))
    except ValueError:
        return []
