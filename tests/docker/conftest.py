"""The fixture `site`: a project with the files of the template, whose containers go when the test ends."""

import os
from collections.abc import Iterator

import pytest
from running import Site, free_port
from support import commit, copy


@pytest.fixture
def site(template, project, request) -> Iterator[Site]:
    name, lines, answers = getattr(request, "param", ("startproject", {}, {}))
    # Compose names what it starts for the folder: another test run on this engine must have others.
    folder = project(name, folder=f"{name}-{os.getpid()}".replace("_", "-"))
    for path, text in lines.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        with (folder / path).open("a") as file:
            file.write(text)
    commit(folder)
    ports = free_port(), free_port()
    copy(template, folder, django_port=ports[0], static_port=ports[1], **answers)
    running = Site(folder, *ports)
    yield running
    running.run("--profile=*", "down", "--volumes", "--rmi=local", "--timeout=1", "--remove-orphans")
