"""The fixture `site`: a project with the files of the template, whose containers go when the test ends."""

import os
from collections.abc import Iterator

import pytest
from running import Site, free_port
from support import add_lines, commit, copy


@pytest.fixture
def site(template, project, request) -> Iterator[Site]:
    name, lines, answers = getattr(request, "param", ("startproject", {}, {}))
    # Compose names what it starts for the folder: another test run on this engine must have others.
    folder = project(name, folder=f"{name}-{os.getpid()}".replace("_", "-"))
    add_lines(folder, lines)
    commit(folder)
    ports = free_port(), free_port()
    copy(template, folder, django_port=ports[0], static_port=ports[1], **answers)
    running = Site(folder, *ports)
    yield running
    running.run("--profile=*", "down", "--volumes", "--rmi=local", "--timeout=1", "--remove-orphans")
