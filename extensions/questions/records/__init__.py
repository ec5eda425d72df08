"""The questions, in the order in which Copier asks them: a module for each subject."""

from dataclasses import dataclass

from ..question import Question
from . import (
    adopted,
    automation,
    compose,
    context,
    environment,
    gunicorn,
    image,
    node,
    orchestrators,
    project,
    python,
    static,
    storage,
)


@dataclass(frozen=True)
class Section:
    """Questions that belong together in copier.yml and in docs/questions.md, where `text` stands below the title."""

    title: str
    questions: tuple[Question, ...]
    text: str = ""


SECTIONS = (
    Section("The project", project.QUESTIONS),
    Section("What the images install", image.QUESTIONS + python.QUESTIONS + node.QUESTIONS),
    Section("The variables that settings read", environment.QUESTIONS),
    Section(
        "Static files, translations and what Django writes",
        static.QUESTIONS + storage.QUESTIONS + context.QUESTIONS,
    ),
    Section("Gunicorn", gunicorn.QUESTIONS),
    Section("Compose", compose.QUESTIONS + automation.QUESTIONS),
    Section("Docker Swarm and Kubernetes", orchestrators.QUESTIONS),
    Section(
        "What the files say beyond the template",
        adopted.QUESTIONS,
        """\
If your project [already has](adopting.md) a `Dockerfile_django` and a `default.conf`, these answers hold the lines of
them that the template does not write. The lines stay in the files, and updates work.""",
    ),
)
QUESTIONS: dict[str, Question] = {question.name: question for section in SECTIONS for question in section.questions}
