"""What a run of docker/healthcheck.py costs: at most 100 ms and 20 MB, in a median of 15.

`uv run pytest -m benchmark -n0 -s tests/benchmarks/test_runtime.py`
"""

import http.server
import statistics
import subprocess
import sys
import threading
import time

import pytest
from support import copy

pytestmark = pytest.mark.benchmark
ROUNDS = 15
# The peak is the process's own (VmHWM): that of wait4() includes what its parent had before exec.
PEAK = """
import atexit, runpy, sys
atexit.register(lambda: print(next(l for l in open("/proc/self/status") if l.startswith("VmHWM")), file=sys.stderr))
runpy.run_path(sys.argv[1], run_name="__main__")
"""


@pytest.fixture
def port():
    """Return the port of a server that answers at once."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler) as server:
        server.RequestHandlerClass = type(
            "Handler", (http.server.BaseHTTPRequestHandler,), {"do_GET": _answer, "log_message": lambda *_: None}
        )
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


def _answer(handler: http.server.BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.end_headers()


def test_health_check(template, project, tmp_path, port):
    folder = project()
    copy(template, folder)
    script = tmp_path / "healthcheck.py"
    script.write_text((folder / "docker/healthcheck.py").read_text().replace("8000", str(port)))

    def median(*command: str) -> float:
        measured = []
        for _ in range(ROUNDS):
            started = time.perf_counter()
            subprocess.run([sys.executable, *command], check=True, stdout=subprocess.DEVNULL)
            measured.append(time.perf_counter() - started)
        return statistics.median(measured) * 1000

    isolated, plain, bare = median("-I", "-S", str(script)), median(str(script)), median("-I", "-S", "-c", "pass")
    command = [sys.executable, "-I", "-S", "-c", PEAK, str(script)]
    peak = int(subprocess.run(command, check=True, capture_output=True, text=True).stderr.split()[1]) / 1024
    print(f"\n{isolated:.0f} ms with -I -S, {plain:.0f} without, Python alone {bare:.0f} ms; {peak:.1f} MB")
    assert isolated <= 100 and peak <= 20
