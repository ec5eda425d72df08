"""The shape of what is known of one tool that installs dependencies."""

from dataclasses import dataclass

from ..project.dependencies.tool import Tool


@dataclass(frozen=True)
class Installer(Tool):
    """One tool: how a project is read for it, which a Tool says, and how images install with it.

    The instructions are in includes/install/, in a file with its name. Without `installs`, images do not install with
    it: it is only seen in projects.
    """

    # What docs/files.md says of it, in Markdown.
    installs: str = ""
    group: str = ""  # the option that installs a group, and the one for an extra
    extra: str = ""

    needs_uv: bool = False  # whether its instructions take uv's image, of the release that is answered
    exports: bool = False  # whether pip or uv pip builds what its lock file has, where setuptools is limited
    without_lock: str = ""  # the installer that takes its manifest where there is no lock file; "" for itself

    @property
    def include(self) -> str:
        """The file of the template with its instructions."""
        return f"includes/install/{self.name}.jinja"
