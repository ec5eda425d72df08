"""The questions on the images that the Dockerfiles start from."""

from ...services.site import Site
from .. import deployment_defaults, kinds
from ..default import Default
from ..question import WRITTEN, Question, Reference
from .project import python_version


def debian_release(site: Site) -> Default:
    """Return the release that the python image's version came out with, whose compiler its packages were tried with.

    Where the project's own image has packages of one release alone, it is that one.
    Trixie's compiler takes for errors what bookworm's warned of: https://gcc.gnu.org/gcc-14/porting_to.html
    """
    if (own := site.own_steps.value).release:
        return Default(own.release, own.release_source)
    minor, *patch = python_version(site).value.split(".")[1:]
    # Of a release that is asked for by its last number, there may be no image with trixie yet.
    return Default("bookworm" if int(minor) < 12 or patch else "trixie")


QUESTIONS = (
    Question(
        name="python_image",
        type="str",
        help="Python image: slim (small), or full (with git, curl and compilers)",
        rule=kinds.choice("slim", "full"),
        safe="slim",
        reference=Reference(
            type="one of `slim`, `full`",
            default="`slim`",
            changes=(
                "the python image of the stage `base`, which runs Django: `python:3.13-slim-trixie` or "
                "`python:3.13-trixie`"
            ),
            notes=(
                "The stage `build` uses the full image if `apt_build` is not empty, because compilers are needed "
                "there."
            ),
        ),
    ),
    Question(
        name="debian_release",
        type="str",
        help="Debian release of the Python image",
        rule=kinds.choice("trixie", "bookworm"),
        safe="trixie",
        default=debian_release,
        plain=WRITTEN,
        reference=Reference(
            type="one of `trixie`, `bookworm`",
            default=(
                "`bookworm` if your own image has a package that Debian has since removed; otherwise `trixie` if "
                "your own image names it; otherwise `bookworm` for Python 3.11 and older and for a version with a "
                "patch number, and `trixie` for all others"
            ),
            changes="the end of the python image's tag, in both Dockerfiles",
            notes="The names of Debian packages in `apt_build` and `apt_runtime` can differ between the two.",
        ),
    ),
    Question(
        name="base_instructions",
        type="yaml",
        help="Dockerfile lines after the Debian packages of both images, as a YAML list",
        rule=kinds.list_of(kinds.instruction, "instructions"),
        safe=[],
        default=deployment_defaults.base_instructions,
        since="3.1.0",
        as_before=[],
        reference=Reference(
            type="a YAML list of lines",
            default=(
                "what your own Dockerfile runs to set up the system, such as a locale, if it needs only Debian's "
                "packages"
            ),
            changes="these lines in the stage `base` of both Dockerfiles, after `apt_runtime` is installed",
            allowed=(
                "one line each that begins with `RUN`, `COPY`, `ADD`, `ENV`, `ARG`, `LABEL`, `WORKDIR`, `VOLUME`, "
                "`SHELL`, `USER` or `#`, and does not end in a backslash"
            ),
        ),
    ),
    Question(
        name="image_digests",
        type="yaml",
        help="Image digests to pin, as YAML: {'postgres:18': 'sha256:DIGEST'}",
        rule=kinds.mapping_of(
            kinds.image,
            kinds.text(r"sha256:[0-9a-f]{64}", "give sha256: and 64 hexadecimal digits"),
            "images and digests",
        ),
        safe={},
        reference=Reference(
            type="a YAML mapping of images and digests",
            default="none",
            changes="`@sha256:…` after the image, in both Dockerfiles and `compose.yaml`",
            allowed="images, each with `sha256:` and 64 hexadecimal digits",
            notes="""\
Give the names as in the files, with their tags:

```yaml
image_digests:
  python:3.13-slim-trixie: sha256:0123…
  postgres:18: sha256:4567…
```
""",
        ),
    ),
)
