"""A folder in memory for temporary files: an update makes and removes thousands of files, which a disk waits for."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

from plumbum import local

SHARED = Path("/dev/shm")
NEEDED = 4 << 30  # bytes: a run of all tests takes less than half of it


def in_memory() -> None:
    """Let this process, and those that it starts, have their temporary files in memory, where there is enough.

    A folder that was chosen by TMPDIR stays. What is made is removed at the end, with what failed tests have left.
    """
    if "TMPDIR" in os.environ or not os.access(SHARED, os.W_OK):
        return
    place = os.statvfs(SHARED)
    if place.f_bavail * place.f_frsize < NEEDED or place.f_flag & os.ST_NOEXEC:
        return
    folder = tempfile.mkdtemp(prefix="copier-django-docker.", dir=SHARED)
    Path(folder).chmod(0o755)  # a container's user reads what is mounted
    os.environ["TMPDIR"] = local.env["TMPDIR"] = tempfile.tempdir = folder
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
