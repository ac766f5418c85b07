"""Processes of the installation beside the test's own, on the test's database."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from urllib.parse import quote

from django.conf import settings
from django.db import connection

PATIENCE = 120


def start(*command: str) -> subprocess.Popen:
    """A process of its own group, such as start("manage.py", "import_data", …)."""
    at = connection.settings_dict
    url = f"postgresql://{at['USER']}:{quote(at['PASSWORD'], safe='')}@{at['HOST']}:{at['PORT']}"
    others = {"DATABASE_URL": f"{url}/{at['NAME']}", "MEDIA_ROOT": str(settings.MEDIA_ROOT)}
    return subprocess.Popen(
        [sys.executable, *command],
        cwd=settings.BASE_DIR,
        env=os.environ | others,
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def exit_code(process: subprocess.Popen) -> int:
    """Wait for its end."""
    process.communicate(timeout=PATIENCE)
    return process.returncode


def kill(process: subprocess.Popen) -> None:
    """The process and all that it started, at once; then what it asked the server for is over."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    wait_until(no_other_session)


def no_other_session() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )
        return cursor.fetchone()[0] == 0


def wait_until(condition) -> None:
    ends = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < ends, "nothing happens any more"
        time.sleep(0.02)
