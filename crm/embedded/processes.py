"""Which process is which, after a kill or a reboot left a pid file behind."""

import os
import signal
import subprocess
import time
from pathlib import Path

PROC = Path("/proc")


def is_alive(pid: int) -> bool:
    """Whether the process runs; one that has ended and waits for its parent does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    try:
        return (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return True


def wait_until_gone(pid: int, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while is_alive(pid):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def works_in(pid: int, folder: Path) -> bool:
    """Whether the process is a server of that folder, and not a later one with its number."""
    if not is_alive(pid):
        return False
    try:
        return (PROC / str(pid) / "cwd").readlink() == folder.resolve()
    except OSError:
        # No /proc, or not allowed to ask (root in a container): the command line tells as well.
        return str(folder) in _command_line(pid)


def end_all_in(folder: Path) -> None:
    """Ends the backends of a killed PostgreSQL, which would hold its shared memory for long."""
    if not PROC.exists():
        return
    own = folder.resolve()
    for entry in PROC.glob("[0-9]*"):
        try:
            if (entry / "cwd").readlink() == own:
                os.kill(int(entry.name), signal.SIGKILL)
                wait_until_gone(int(entry.name), 5)
        except OSError:
            continue


def group(leader: int) -> list[int]:
    """The living processes of a process group, also when its leader has ended."""
    if PROC.exists():
        entries = (int(entry.name) for entry in PROC.glob("[0-9]*"))
        return [pid for pid in entries if _group_of(pid) == leader and is_alive(pid)]
    ps = ["ps", "-A", "-o", "pid=,pgid="]
    listed = subprocess.run(ps, capture_output=True, text=True, check=False).stdout  # noqa: S603
    pairs = (line.split() for line in listed.splitlines())
    return [int(pid) for pid, its_group in pairs if int(its_group) == leader]


def _group_of(pid: int) -> int | None:
    try:
        return os.getpgid(pid)
    except OSError:
        return None


def _command_line(pid: int) -> str:
    try:
        return (PROC / str(pid) / "cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        ps = ["ps", "-ww", "-o", "args=", "-p", str(pid)]
        return subprocess.run(ps, capture_output=True, text=True, check=False).stdout  # noqa: S603
