"""The questions on what is left out of the images."""

from .. import kinds
from ..question import Question, Reference

QUESTIONS = (
    Question(
        name="dockerignore",
        type="yaml",
        help="Paths to leave out of the images, as YAML: [docs, data/cache]",
        rule=kinds.list_of(
            kinds.text(rf"!?{kinds.PATTERN}+( {kinds.PATTERN}+)*", "give a .dockerignore pattern, like data/cache"),
            "paths, like [docs, data/cache]",
        ),
        safe=[],
        found=lambda site: site.local.local_files,
        reference=Reference(
            type=("a YAML list of [patterns](https://docs.docker.com/build/concepts/context/#dockerignore-files)"),
            default=(
                "the folders of `STATIC_ROOT` and `MEDIA_ROOT`, unless there is Python code in them, database "
                "files, virtual environments, modules that git ignores and settings import, what git ignores "
                "under a name like `private` or `local_…`, and the patterns of a `.dockerignore` that the project"
                " has already, in their order"
            ),
            changes=(
                "the last group of lines of `.dockerignore`. A list with `*` in it, which leaves out everything "
                "except its exceptions, is the first group"
            ),
            allowed=(
                "letters, digits, `_ . + @ ~ * ? / -`, a class such as `[cd]`, single spaces in between, and a `!` in"
                " front"
            ),
        ),
    ),
    Question(
        name="dockerignore_except",
        type="yaml",
        help="Paths to keep in the images despite .dockerignore, as YAML: [ca.pem]",
        rule=kinds.list_of(
            kinds.text(rf"{kinds.PATTERN}+( {kinds.PATTERN}+)*", "give a path without '!', like certs/ca.pem"),
            "paths, like [certs/ca.pem]",
        ),
        safe=[],
        found=lambda site: site.build_context.kept_files,
        reference=Reference(
            type=(
                "a YAML list of [patterns](https://docs.docker.com/build/concepts/context/#dockerignore-files), "
                "without `!`"
            ),
            default=(
                "files in git that `.dockerignore` leaves out by their names, and that an image may need: "
                "certificates, a migration's SQL, `.npmrc`, an `.env.production` that the front end's build reads"
            ),
            changes="a group of `!…` lines in `.dockerignore`",
            allowed="as `dockerignore`, without a `!` in front",
            notes="""\
Give paths: with a pattern, each build searches the folders that are left out, such as `node_modules`.
""",
        ),
    ),
)
