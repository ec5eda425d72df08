"""Names of folders whose files are not the site's: tests, examples, documentation, templates of projects."""

ASIDE = frozenset(
    [
        "test",
        "tests",
        "testing",
        "testproject",
        "test_project",
        "testapp",
        "e2e",
        "cypress",
        "playwright",
        "example",
        "examples",
        "sample",
        "samples",
        "demo",
        "docs",
        "doc",
        "documentation",
        "fixtures",
        "project_template",
        "project_templates",
        "app_template",
        "cookiecutter",
        "vendor",
        "vendored",
        "third_party",
        "thirdparty",
        "benchmarks",
        ".devcontainer",
        ".github",
    ]
)


def is_template(path: str) -> bool:
    """Return whether a path belongs to a project template: its name is filled in when a project is made."""
    return "{{" in path or "{%" in path


def is_named_aside(path: str) -> bool:
    """Return whether a path lies in a folder with a name of tests, examples, documentation or templates."""
    return is_template(path) or any(part.lower() in ASIDE for part in path.split("/")[:-1])
