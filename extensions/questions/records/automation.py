"""The questions on files other than those of the images: .env.example, and GitHub's workflows."""

from .. import compose_defaults, kinds
from ..question import Question, Reference

QUESTIONS = (
    Question(
        name="env_example",
        type="bool",
        help="Write .env.example, which lists the variables that you can set?",
        rule=kinds.truth,
        safe=False,
        default=compose_defaults.env_example,
        plain=True,
        reference=Reference(
            type="yes or no",
            default="no if the project has an `.env.example`, or git ignores that name; otherwise yes",
            changes="whether `.env.example` is written; only with `use_compose`",
        ),
    ),
    Question(
        name="github_workflow",
        type="bool",
        help="Add a GitHub workflow that builds, tests and publishes the images?",
        rule=kinds.truth,
        safe=False,
        reference=Reference(
            type="yes or no",
            default="no",
            changes=(
                "whether `.github/workflows/docker.yml` is written: it lints, builds and starts the images on each "
                "push, and publishes them on GitHub for a tag such as `v1.2.3`"
            ),
        ),
    ),
    Question(
        name="update_workflow",
        type="bool",
        help="Add a GitHub workflow that opens pull requests for updates?",
        rule=kinds.truth,
        safe=False,
        reference=Reference(
            type="yes or no",
            default="no",
            changes=(
                "whether `.github/workflows/docker-update.yml` is written: it looks for a newer version of the "
                "template each week, and opens a [pull request](automation.md#the-update-workflow)"
            ),
        ),
    ),
)
