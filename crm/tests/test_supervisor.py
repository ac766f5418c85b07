"""The supervisor of `make up` with small children of its own."""

import http.server
import json
import os
import pty
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from crm.embedded import processes
from crm.management import supervisor

CODE = Path(__file__).resolve().parents[2]
# A child with a grandchild; both would live for a minute.
FAMILY = "import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', '{0}']); {0}"
FAMILY = FAMILY.format("import time; time.sleep(60)")
RUN = """
import json, pathlib, sys
from crm.management import supervisor
supervisor.FOLDER = pathlib.Path(sys.argv[1])
supervisor.supervise(json.loads(sys.argv[2]), lambda: print("ready", flush=True))
print("ended", flush=True)
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(supervisor, "FOLDER", tmp_path)
    return tmp_path


class Healthy(http.server.BaseHTTPRequestHandler):
    """Stands for the web process."""

    def do_GET(self):
        self.send_response(200)
        self.end_headers()

    def log_message(self, *args):
        """Says nothing in between."""


@pytest.fixture
def web():
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Healthy) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


@pytest.fixture
def start(folder, web):
    """Starts a supervisor in a process of its own, whose port answers at once."""
    started = []

    def start(**commands):
        process = subprocess.Popen(
            [sys.executable, "-c", RUN, str(folder), json.dumps(commands)],
            cwd=CODE,
            env={**os.environ, "PORT": str(web)},
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()
    supervisor.end_left_behind()


def groups(folder):
    return json.loads((folder / "groups.json").read_text())


def eventually(happens, seconds=15):
    deadline = time.monotonic() + seconds
    while not happens():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def lines_until(process, word):
    lines = []
    for line in process.stdout:
        lines.append(line)
        if word in line:
            break
    return "".join(lines)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_children_and_grandchildren(start, folder, number):
    process = start(one=[sys.executable, "-c", FAMILY], two=[sys.executable, "-c", FAMILY])
    lines_until(process, "ready")
    running = groups(folder)
    eventually(lambda: all(len(processes.group(g)) == 2 for g in running))
    process.send_signal(number)
    assert process.wait(timeout=20) == 0
    assert [processes.group(g) for g in running] == [[], []]
    assert not (folder / "groups.json").exists()


def test_a_child_that_ignores_the_signal_is_killed_at_a_second_one(start, folder):
    deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)"
    process = start(deaf=[sys.executable, "-c", deaf])
    lines_until(process, "ready")
    (group,) = groups(folder)
    time.sleep(0.5)  # until it is deaf
    process.send_signal(signal.SIGTERM)
    lines_until(process, "Stopping")
    assert processes.group(group)
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=5) == 0
    assert not processes.group(group)


def test_a_child_that_dies_is_started_again_and_said_so(start, folder):
    process = start(brief=[sys.executable, "-c", "raise SystemExit('no luck today')"])
    said = lines_until(process, "Starting again in 4 s")
    assert "[brief] ended with code 1: no luck today. Starting again in 2 s" in said
    log = (folder / "log" / "brief.log").read_text()
    assert log.count("no luck today") == 2


def test_warnings_of_children_are_shown_and_the_rest_is_in_the_log(start, folder):
    talk = "print('INFO calm'); print('WARNING look here', flush=True); import time; time.sleep(60)"
    process = start(talker=[sys.executable, "-c", talk])
    said = lines_until(process, "look here")
    assert "[talker] WARNING look here" in said
    assert "calm" not in said
    assert "calm" in (folder / "log" / "talker.log").read_text()


@pytest.mark.parametrize(
    ("line", "loud"),
    [
        ("2026-01-01 10:00:00,000 WARNING customers.imports Slow", True),
        ("[2026-01-01 10:00:00,000: WARNING/MainProcess] Lost the broker", True),
        ("[2026-01-01 10:00:00 +0000] [7] [CRITICAL] WORKER TIMEOUT", True),
        ("2026-01-01 10:00:00,000 ERROR django.request Internal Server Error: /", True),
        ("2026-01-01 10:00:00,000 WARNING django.request Not Found: /favicon.ico", False),
        ("2026-01-01 10:00:00,000 INFO crm.nightly No ERRORS", False),
    ],
)
def test_only_what_concerns_the_person_at_the_terminal_is_shown(line, loud):
    assert bool(supervisor.LOUD.search(line)) is loud


def test_what_a_killed_supervisor_left_behind_is_ended_by_the_next_start(start, folder):
    process = start(one=[sys.executable, "-c", FAMILY])
    lines_until(process, "ready")
    (group,) = groups(folder)
    eventually(lambda: len(processes.group(group)) == 2)
    process.kill()
    process.wait()
    assert len(processes.group(group)) == 2
    supervisor.end_left_behind()
    assert processes.group(group) == []


def test_a_group_number_that_went_to_somebody_else_is_left_alone(folder):
    other = subprocess.Popen(
        [sys.executable, "-c", "import time; time.sleep(60)"], cwd="/", start_new_session=True
    )
    try:
        (folder / "groups.json").write_text(json.dumps([other.pid]))
        supervisor.end_left_behind()
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()


def test_a_taken_port_gives_one_clear_line(monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        monkeypatch.setenv("PORT", str(port))
        with pytest.raises(SystemExit, match=f"port {port} can't be used") as refused:
            supervisor.require_free_port()
    assert "\n" not in str(refused.value)
    supervisor.require_free_port()


def test_a_port_that_is_none_is_refused(monkeypatch):
    for wrong in ("web", "0", "70000", "-1"):
        monkeypatch.setenv("PORT", wrong)
        with pytest.raises(SystemExit, match="is no port"):
            supervisor.port()


def test_web_and_worker_never_see_the_owners_password(monkeypatch):
    monkeypatch.setenv("DATABASE_OWNER_URL", "postgresql://owner:secret@127.0.0.1/perennial")
    assert "DATABASE_OWNER_URL" not in supervisor._environment()


def test_a_second_supervisor_of_one_project_is_refused(folder):
    lock = supervisor._open_lock()
    claim = "import pathlib, sys; from crm.management import supervisor;"
    claim += "supervisor.FOLDER = pathlib.Path(sys.argv[1]); supervisor._claim()"
    try:
        supervisor.fcntl.flock(lock, supervisor.fcntl.LOCK_EX)
        done = subprocess.run(
            [sys.executable, "-c", claim, str(folder)],
            cwd=CODE,
            capture_output=True,
            text=True,
            check=False,
        )
    finally:
        os.close(lock)
    assert done.returncode == 1
    assert "runs already for this project" in done.stderr


def test_a_closed_terminal_ends_all_of_it_even_when_nobody_passes_the_signal_on(folder, web):
    """As with a terminal window that runs make itself."""
    make = "import signal, subprocess, sys; signal.signal(signal.SIGHUP, lambda *_: None);"
    make += "sys.exit(subprocess.call([sys.executable, *sys.argv[1:]]))"
    run = ["-c", RUN, str(folder), json.dumps({"one": ["sleep", "60"]})]
    command = [sys.executable, "-c", make, *run]
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        command, cwd=CODE, env={**os.environ, "PORT": str(web)},
        stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
    )  # fmt: skip
    os.close(theirs)
    eventually((folder / "groups.json").exists)
    (group,) = groups(folder)
    os.close(ours)
    process.wait(timeout=15)
    assert processes.group(group) == []
