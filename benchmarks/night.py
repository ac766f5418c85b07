"""One night at size: seconds, rows per second and memory of each step, with two processes at work.

Used by `run.py`. The second process is what a worker is: it takes steps as long as there are any.
"""

import json
import os
import resource
import subprocess
import sys
import threading
import time
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
POLL_SECONDS = 0.2


def night(as_of, *, rebuild: bool = False, processes: int = 2) -> dict:
    """Compute a night; its wall-clock seconds, its steps, and the memory of its processes."""
    from django.core.management import call_command

    from lifecycle.models import NightlyRun

    helpers = [Helper() for _ in range(processes - 1)]
    watched = Watch([os.getpid(), *(helper.pid for helper in helpers)])
    start = time.perf_counter()
    call_command("nightly", as_of=str(as_of), rebuild=rebuild, json=True, stdout=Nowhere())
    seconds = time.perf_counter() - start
    peak = watched.end()
    for helper in helpers:
        helper.end()
    run = NightlyRun.objects.select_related("job").get(as_of=as_of)
    return {
        "as_of": str(as_of),
        "seconds": round(seconds, 1),
        "processes": processes,
        "peak_mb": peak,
        "customers": run.customers,
        "steps": [
            step | {"rows_per_second": round(step["rows"] / max(step["seconds"], 0.001))}
            for step in run.steps()
        ],
    }


class Nowhere:
    """Takes what a command prints."""

    def write(self, text: str) -> None:
        pass


class Helper:
    """A second process that works on the open run until it is told to end."""

    def __init__(self):
        self.process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.night"],
            cwd=PROJECT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        self.pid = self.process.pid
        self.process.stdout.readline()  # it has started

    def end(self) -> None:
        self.process.communicate()


class Watch:
    """The largest memory of some processes together, shared pages counted once each."""

    def __init__(self, pids: list[int]):
        self.pids, self.peak_kb, self.over = pids, 0, threading.Event()
        self.thread = threading.Thread(target=self._look, daemon=True)
        self.thread.start()

    def _look(self) -> None:
        while not self.over.wait(POLL_SECONDS):
            self.peak_kb = max(self.peak_kb, sum(map(memory_kb, self.pids)))

    def end(self) -> int:
        self.over.set()
        self.thread.join()
        return round(self.peak_kb / 1024)


def memory_kb(pid: int) -> int:
    """What the process has in memory now, its share of what others use too; 0 where it is gone."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)


def help_out() -> None:
    """Work on whatever run is open until standard input ends."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
    import django

    django.setup()
    from crm import nightly
    from lifecycle.services import runs

    ended = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), ended.set()), daemon=True).start()
    print("ready", flush=True)
    while not ended.is_set():
        run = runs.open_run()
        for _ in nightly.work_on(run.job_id) if run else ():
            pass
        ended.wait(POLL_SECONDS)
    print(json.dumps({"peak_kb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss}))


def print_night(name: str, found: dict) -> None:
    print(f"\n{name}: {found['seconds']} s with {found['processes']} processes,", end=" ")
    print(f"at most {found['peak_mb']} MB together\n")
    print("| step | rows | seconds of work | rows per second |\n|---|--:|--:|--:|")
    for step in found["steps"]:
        cells = [step["name"], f"{step['rows']:,}", step["seconds"], f"{step['rows_per_second']:,}"]
        print("| " + " | ".join(str(cell) for cell in cells) + " |")


if __name__ == "__main__":
    help_out()
