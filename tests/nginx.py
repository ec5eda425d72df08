"""nginx's own judgement on default.conf, that of the proxy too: on any number of them, in one container."""

import re
import tempfile
from collections.abc import Mapping
from pathlib import Path

from plumbum import local

IMAGE = "nginxinc/nginx-unprivileged:stable"
EACH = """
mkdir /tmp/servers
echo "server django:8000 resolve max_fails=0;" > /tmp/servers/django
echo "server static:8080 resolve max_fails=0;" > /tmp/servers/static
for file in /rendered/*; do
    cp "$file" /etc/nginx/conf.d/default.conf
    nginx -t >/tmp/said 2>&1 && ! grep -q '\\[warn\\]' /tmp/said || echo "${file##*/}: $(head -n 1 /tmp/said)"
done
"""


def complaints(configurations: Mapping[str, str]) -> str:
    """Return what nginx says on those of the configurations, each by its origin, that it refuses or warns of."""
    if not configurations:
        return ""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        for number, (origin, text) in enumerate(configurations.items()):
            Path(folder, f"{number} {re.sub(r'[^A-Za-z0-9_.:-]+', ' ', origin)[:200]}").write_text(text)
        # nginx looks up the names of its upstreams when it starts.
        options = ["--rm", "--add-host=django:127.0.0.1", f"--volume={folder}:/rendered:ro"]
        return local["docker"]("run", *options, IMAGE, "sh", "-c", EACH)
