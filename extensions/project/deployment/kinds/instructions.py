"""Instructions that are no command: variables, files that are copied, ports, volumes."""

import posixpath
import re

from ..steps import Step
from .record import Command, Done, Folder, Kind, NotUnderstood, Port, Surroundings, Taken, Variable, When


def _read(step: Step, around: Surroundings) -> list[Taken] | None:
    if step.keyword == "RUN":
        return None
    if step.keyword == "ENV":
        if not step.final:
            return [Done(step.source, "variables of the build")]
        pairs = (word.partition("=") for word in step.words)
        return [Variable(step.source, name, _located(value, around)) for name, _, value in pairs]
    if step.keyword == "EXPOSE":
        ports = (word.partition("/")[0] for word in step.words)
        return [Port(step.source, int(port)) for port in ports if port.isdecimal() and len(port) <= 5]
    if step.keyword == "VOLUME":
        names = (posixpath.normpath(posixpath.join(step.workdir, word)) for word in step.words)
        return [Folder(step.source, name) for name in names if "$" not in name]
    if step.keyword in ("COPY", "ADD"):
        return [_copied(step, around)]
    return [Done(step.source, "the image")]


def _located(value: str, around: Surroundings) -> str:
    """Return the value of a variable, which may name a program of Node's by where the own image has the project."""
    is_inside = around.home and value.startswith(f"{around.home.rstrip('/')}/")
    return around.in_workdir(value) if is_inside and "node_modules" in value.split("/") else value


def _copied(step: Step, around: Surroundings) -> Taken:
    """Return what a COPY is: the template copies the project, and virtual environments of its own."""
    text, target = step.text[:200], step.words[-1] if step.words else ""
    other = next((part.partition("=")[2] for part in step.text.split() if part.startswith("--from=")), "")
    absolute = posixpath.normpath(posixpath.join(step.workdir, target))
    home = around.home or "/app"
    inside = absolute == home or absolute.startswith(f"{home.rstrip('/')}/")
    made = posixpath.relpath(around.in_workdir(absolute), "/workdir")
    if inside and made in around.tree.copies and not other:
        words = ("cp", f"/workdir/{around.tree.copies[made]}", f"/workdir/{made}")
        return Command(step.source, words, When.CODE)
    if other:
        tools = (
            "uv",
            "node",
            "python",
            "wheels",
            "site-packages",
            "venv",
            ".local",
            "poetry",
            "/usr/local/lib/python",
            "bin",
        )
        of_image = re.match(r"(?:\S*/)?([\w.-]+):|\S*/([\w.-]+)", other)
        if of_image and step.final and (of_image[1] or of_image[2]) not in (*tools, "bun", "docker-compose-wait"):
            return NotUnderstood(step.source, text, "it copies from another image")
        if inside or not step.final or any(tool in text for tool in tools):
            return Done(step.source, "what stages hand on")
        return NotUnderstood(step.source, text, "it copies from another image or stage")
    if "://" in text or "<<" in text:
        return NotUnderstood(step.source, text)
    program = absolute.rpartition("/")[2]
    if inside or not step.final or program.endswith((".sh", ".txt", ".toml", ".lock", ".cfg", ".in", ".json", ".py")):
        return Done(step.source, "the project's files")
    if (
        around.place
        and around.tree
        and absolute.startswith(("/entrypoint", "/start", "/docker-entrypoint", "/wait", "/tmp", "/build"))
    ):
        return Done(step.source, "the project's files")
    if absolute.startswith(("/etc/nginx", "/etc/supervisor", "/etc/cron", "/etc/apache2", "/etc/uwsgi", "/etc/init")):
        return Done(step.source, "services of their own")
    if absolute.startswith(("/etc/", "/usr/local/share/", "/usr/share/", "/usr/lib/", "/opt/")):
        return NotUnderstood(step.source, text, "the image has no such file")
    return Done(step.source, "the project's files")


INSTRUCTIONS = Kind("instructions", _read)
