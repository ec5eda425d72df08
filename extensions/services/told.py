"""The variables of settings that come from an installed package, as the project's own files set them.

Nothing else tells of them: the package is not read. What the Compose service of the site gets, and what the project's
samples of .env have, is evidence. It counts less than what settings say.
"""

from collections.abc import Iterator
from dataclasses import replace

from ..project import Project, unread
from ..project.deployment.compose import Service, read_compose
from ..project.deployment.dockerfile import substitute
from ..project.deployment.kinds.record import Variable as Given
from ..project.deployment.own_image import OwnImage
from ..project.deployment.values import sampled
from ..project.evaluation.environment import SECRET_DUMMY, ReadVariable, described
from ..project.evaluation.values import Variable
from ..project.lines import at
from ..project.settings.variables import GIVEN, OF_OTHERS, USUAL_KEYS
from ..project.tree import Tree
from .choice import is_of_database, is_unknown


def with_told(tree: Tree, project: Project) -> Project:
    """Return the project, with the variables that only its own files tell of among those that settings read.

    These are all where settings take the names of a package's module, and set no database; those of the database
    alone where settings have one that cannot be worked out.
    """
    whole = project.settings.outside.value
    project = _with_what_is_set(project) if whole else project
    settings = project.settings
    named = any(is_of_database(item.name) for item in settings.environment.value)
    if not whole and (named or not is_unknown(project)):
        return project
    known = {item.name for item in settings.environment.value} | GIVEN | OF_OTHERS
    told: dict[str, ReadVariable] = {}
    for given in _given(tree, project.own_steps.value.image):
        wanted = not given.name.startswith("_") if whole else is_of_database(given.name)
        if wanted and given.name not in known and given.name not in told:
            told[given.name] = _as_read(given)
    if not told:
        return project
    key = next((name for name in USUAL_KEYS if name in told and settings.secret_key_unset.value), "")
    if key:
        told[key] = replace(told[key], required=True, build=True, dummy=SECRET_DUMMY)
        settings = replace(settings, secret_key_unset=unread(False))
    environment = replace(settings.environment, value=[*settings.environment.value, *told.values()])
    return replace(project, settings=replace(settings, environment=environment))


def _with_what_is_set(project: Project) -> Project:
    """Return the project; a variable that its settings seem to need counts as required if its own files set it."""
    environment, given = project.settings.environment, {item.name for item in project.own_steps.value.values}
    read = [replace(item, required=True) if item.build and item.name in given else item for item in environment.value]
    return replace(project, settings=replace(project.settings, environment=replace(environment, value=read)))


def _as_read(given: Given) -> ReadVariable:
    text = given.value if "$" not in given.value else ""
    return replace(described(Variable(given.name, given.source, text or None)), told=True)


def _given(tree: Tree, image: OwnImage | None) -> Iterator[Given]:
    """Yield what the project's own files give the site, its Compose file first."""
    if service := _site(tree, image):
        for name, text in service.environment.items():
            yield Given(at(tree, service.path, name), name, substitute(text, {}))
    yield from sampled(tree)


def _site(tree: Tree, image: OwnImage | None) -> Service | None:
    """Return the Compose service that runs the site; None where no Compose file does."""
    if image is None or image.service:
        return image.service if image else None
    return next((service for service in read_compose(tree) if service.dockerfile == image.path), None)
