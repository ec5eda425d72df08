"""The question on how Node builds the front end."""

from typing import Any

from ...project.data import plain
from ...services.site import Site
from .. import kinds
from ..default import Default
from ..question import Question, Reference

NODE = {
    "version": kinds.text(r"[0-9]{1,3}(\.[0-9]{1,3}){0,2}", "give the node image's version, like '24'"),
    "folder": kinds.folder,
    "files": kinds.paths,
    "install": kinds.command,
    "build": kinds.command,
    "output": kinds.paths,
    "runtime": kinds.truth,
}


def _is_node(value: Any) -> str:
    """Return what is wrong with how Node builds the front end: nothing, or all keys of NODE."""
    value = kinds.parsed(value)
    if value == {}:
        return ""
    if not isinstance(value, dict) or value.keys() != NODE.keys():
        return f"{value!r} will not do; give {{}}, or a YAML mapping of {', '.join(NODE)}"
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


def _node(site: Site) -> Default:
    found = site.frontend.node
    return Default(plain(found.value), found.source) if found.value else Default({})


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
                "the `package.json` whose script builds what Django serves: its lock file says how to install, "
                "`engines` or `.nvmrc` which version; `{}` if git holds the result"
            ),
            changes="the stage `assets` of both Dockerfiles, and `COPY --from=assets`",
            refused="other keys than these seven; missing keys; commands for a shell (`&&`, `;`)",
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

`files` are copied before `install` runs, and `output` is taken from the stage. With `runtime: true` the output is also
in Django's image, as Django reads it when it runs (`webpack-stats.json`, a Vite manifest).
""",
        ),
    ),
)
