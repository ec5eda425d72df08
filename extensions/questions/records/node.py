"""The question on how Node builds the front end."""

import shlex
from typing import Any

from ...project.data import plain
from ...services.site import Site
from .. import kinds
from ..adopted_defaults import run_by_django
from ..default import Default
from ..environment_defaults import build_environment
from ..question import Question, Reference


def _is_build(value: Any) -> str:
    return "" if value == "" else kinds.command(value)


_build = kinds.Rule(_is_build, {"anyOf": [{"const": ""}, kinds.command.schema]})
NODE = {
    "version": kinds.text(r"[0-9]{1,3}(\.[0-9]{1,3}){0,2}", "give the node image's version, like '24'"),
    "folder": kinds.folder,
    "files": kinds.paths,
    "install": kinds.command,
    "build": _build,
    "output": kinds.paths,
    "runtime": kinds.truth,
}


def _is_node(value: Any) -> str:
    """Return what is wrong with how Node builds the front end: nothing, or all keys of NODE."""
    value = kinds.parsed(value)
    if value == {}:
        return ""
    if not isinstance(value, dict) or value.keys() != NODE.keys():
        return f"{value!r} isn't valid; give {{}}, or a YAML mapping of {', '.join(NODE)}"
    return next((f"{key}: {message}" for key, rule in NODE.items() if (message := rule(value[key]))), "")


_rule = kinds.Rule(
    _is_node,
    {
        "type": "object",
        "properties": {key: rule.schema for key, rule in NODE.items()},
        "additionalProperties": False,
        "anyOf": [{"maxProperties": 0}, {"required": list(NODE)}],
    },
)


_place = kinds.text(r"/[A-Za-z0-9_.@/*-]*", "give a path of the image, like /workdir/static")
STAGE = {
    "name": kinds.text(r"assets(-[0-9]{1,2})?", "call it assets, assets-2 and so on"),
    "image": kinds.image,
    "instructions": kinds.list_of(kinds.instruction, "instructions"),
    "output": kinds.mapping_of(_place, _place, "paths of the stage and paths of the images"),
}


def _are_stages(value: Any) -> str:
    """Return what is wrong with stages of a Dockerfile: nothing, or all keys of STAGE in each."""
    value = kinds.parsed(value)
    if not isinstance(value, list):
        return f"{value!r} isn't valid; give a YAML list of stages, or []"
    for stage in value:
        if not isinstance(stage, dict) or stage.keys() != STAGE.keys():
            return f"{stage!r} isn't valid; give a mapping of {', '.join(STAGE)}"
        if problem := next((f"{key}: {wrong}" for key, rule in STAGE.items() if (wrong := rule(stage[key]))), ""):
            return problem
    return ""


_stages = kinds.Rule(
    _are_stages,
    {
        "type": "array",
        "items": {
            "type": "object",
            "properties": {key: rule.schema for key, rule in STAGE.items()},
            "additionalProperties": False,
            "required": list(STAGE),
        },
    },
)


def _assets_stages(site: Site) -> Default:
    """Return the stages; commands of manage.py have the variables without which settings do not load."""
    found = site.frontend.stages
    values = build_environment(site).value
    given = "".join(f"{name}={shlex.quote(value)} " for name, value in values.items())
    stages = plain(found.value)
    for stage in stages:
        stage["instructions"] = [
            line.replace("RUN python manage.py ", f"RUN {given}python manage.py ", 1) for line in stage["instructions"]
        ]
    return Default(stages, found.source if found.value else "")


def _node(site: Site) -> Default:
    """Return how Node builds; its stage is in Django's image if what it has runs there, too."""
    found = site.frontend.node
    if not found.value:
        return Default({})
    runtime = found.value.runtime or bool(run_by_django(site) or site.settings.collected_templates.value)
    return Default(plain(found.value) | {"runtime": runtime}, found.source)


QUESTIONS = (
    Question(
        name="node",
        type="yaml",
        help="Node.js build of the front end, as a YAML mapping; {} for none",
        rule=_rule,
        safe={},
        default=_node,
        together=True,
        says_source=True,
        reference=Reference(
            type="a YAML mapping; `{}` for none",
            default=(
                "the `package.json` whose script builds what Django serves: its lock file decides how to install, "
                "`engines` or `.nvmrc` the version; `{}` if the result is in git"
            ),
            changes="the stage `assets` of both Dockerfiles, and `COPY --from=assets`",
            allowed="exactly the seven keys below; commands without `&&` and `;`",
            notes="""\
All paths count from the project's root:

```yaml
node:
  version: "24"
  folder: .
  files: [package.json, package-lock.json]
  install: npm ci
  build: npm run build
  output: [theme/static/css/dist]
  runtime: false
```

`files` are copied before `install` runs. With `runtime: true`, the output is also in Django's image, which reads it
(`webpack-stats.json`, a Vite manifest). With `build: ""`, the stage only installs.
""",
        ),
    ),
    Question(
        name="assets_stages",
        type="yaml",
        help="Dockerfile stages that build the front end, as a YAML list; [] for none",
        rule=_stages,
        safe=[],
        default=_assets_stages,
        together=True,
        says_source=True,
        since="3.1.0",
        as_before=[],
        reference=Reference(
            type="a YAML list of stages, each a mapping",
            default=(
                "the stages of your own Dockerfile that start from an image of Node.js or Bun, if `node` can't "
                "express them; without any, one that installs what `STATICFILES_DIRS` names in `node_modules`"
            ),
            changes=(
                "stages before the stage `code` of both Dockerfiles, and a `COPY --from` for each; `node` is then `{}`"
            ),
            allowed="exactly the four keys below; each instruction on one line",
            notes="""\
```yaml
assets_stages:
- name: assets
  image: node:24-slim
  instructions:
  - WORKDIR /app/assets
  - COPY assets/package.json ./
  - RUN npm install
  - COPY . ..
  - RUN npm run build:js && npm run build:css
  output:
    /app/public: /public
```

`output` maps paths of the stage to paths of the images, where your project is in `/workdir`.
""",
        ),
    ),
)
