"""Keeps web, worker and beat of `make up` running, and ends all of it at once.

Each child leads a process group of its own: Ctrl-C reaches only the supervisor, which then ends
the groups in order, grandchildren included. The groups are written down, so that after a kill -9
of the supervisor the next start, or `make stop`, ends what was left behind.
"""

import atexit
import fcntl
import http.client
import json
import os
import re
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from crm import embedded
from crm.embedded import processes

PROJECT = Path(__file__).resolve().parents[2]
FOLDER = PROJECT / ".data" / "dev"
HOST = "127.0.0.1"
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
GRACE_SECONDS = 10
READY_SECONDS = 60
LOG_LIMIT = 10_000_000
# What a person should see. A page that was not found, or was refused, is the visitor's affair.
LOUD = re.compile(
    r"\b(ERROR|CRITICAL|FATAL)\b|\bWARNING\b(?! (django\.(request|security)|gunicorn\.http))"
)


def say(line: str) -> None:
    try:
        print(line, flush=True)
    except OSError:
        return  # the terminal is closed, which must not keep us from stopping the rest


def port() -> int:
    given = os.environ.get("PORT", "8000")
    if not given.isdigit() or not 0 < int(given) < 65536:
        raise SystemExit(f"perennial: PORT={given} is no port.")
    return int(given)


def prepare() -> None:
    """What comes before Django: one supervisor, its port free, the embedded servers running."""
    for number in SIGNALS:
        if signal.getsignal(number) is not signal.SIG_IGN:  # `nohup make up` stays as asked
            signal.signal(number, _interrupt)
    _claim()
    end_left_behind()
    require_free_port()
    # Links in mails lead to this port, in the demo company's too.
    os.environ.setdefault("SITE_URL", f"http://localhost:{port()}")
    # Whatever happens from here on, an error or Ctrl-C, leaves no server behind.
    atexit.register(stop_servers)
    try:
        embedded.export("dev")
    except KeyboardInterrupt:
        raise SystemExit(130) from None


def require_free_port() -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port()))
        except OSError as error:
            raise SystemExit(
                f"perennial: port {port()} can't be used ({error.strerror}): "
                "stop what listens there, or take another one, for example `make up PORT=8001`."
            ) from None


def stop_servers() -> None:
    """Stops the embedded servers, deaf to an impatient second Ctrl-C."""
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    own = embedded.environment("dev")
    if own is None or os.environ.get("DATABASE_URL", own["DATABASE_URL"]) != own["DATABASE_URL"]:
        return
    say("Stopping Valkey and PostgreSQL ...")
    embedded.stop("dev")
    say("All stopped. The data are kept; `make reset` deletes them.")


@dataclass
class Child:
    """One of the processes kept running, with its log."""

    name: str
    command: list[str]
    log: Path
    process: subprocess.Popen | None = None
    started: float = 0.0
    due: float = 0.0
    delay: float = 1.0
    read_to: int = 0

    def start(self) -> None:
        if self.log.exists() and self.log.stat().st_size > LOG_LIMIT:
            self.log.replace(self.log.with_suffix(".log.1"))
            self.read_to = 0
        with self.log.open("ab") as log:
            self.read_to = log.tell()
            self.process = subprocess.Popen(  # noqa: S603 -- our own programs
                self.command,
                cwd=PROJECT,
                env=_environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.started = time.monotonic()

    def show_warnings(self) -> None:
        """Repeats what a person should know; the rest stays in the log."""
        for line in self._new_lines():
            if LOUD.search(line):
                say(f"[{self.name}] {line.rstrip()}")

    def tend(self) -> bool:
        """Starts the process again, later each time, when it has died; says whether it started."""
        now = time.monotonic()
        if self.process is not None:
            code = self.process.poll()
            if code is None:
                return False
            self.delay = 1.0 if now - self.started > 60 else min(self.delay * 2, 30.0)
            self.due, self.process = now + self.delay, None
            how = f"was killed by signal {-code}" if code < 0 else f"ended with code {code}"
            say(
                f"[{self.name}] {how}: {self._last_line()} Starting again in {self.delay:.0f} s,"
                f" see {os.path.relpath(self.log)}"
            )
        if now < self.due:
            return False
        self.start()
        return True

    def _new_lines(self) -> list[str]:
        with self.log.open("rb") as log:
            log.seek(self.read_to)
            text = log.read()
        whole = text[: text.rfind(b"\n") + 1]
        self.read_to += len(whole)
        return whole.decode(errors="replace").splitlines()

    def _last_line(self) -> str:
        with self.log.open("rb") as log:
            log.seek(max(0, self.log.stat().st_size - 2000))
            lines = log.read().decode(errors="replace").strip().splitlines()
        return f"{lines[-1][:200].rstrip('.')}." if lines else "it said nothing."


def supervise(commands: dict[str, list[str]], on_ready: Callable[[], None]) -> None:
    """Runs the commands until Ctrl-C, SIGTERM or SIGHUP, then ends them."""
    asked = _listen_for_signals()
    on_terminal = sys.stdout.isatty()  # one that was closed denies ever having been one
    logs, mails = FOLDER / "log", FOLDER / "mail"
    for folder in (logs, mails):
        folder.mkdir(mode=0o700, exist_ok=True)
    children = [Child(name, command, logs / f"{name}.log") for name, command in commands.items()]
    try:
        for child in children:
            child.start()
        _write_down(children)
        began, ready = time.monotonic(), False
        while not asked and not (on_terminal and _hung_up()):
            time.sleep(0.5 if ready else 0.1)
            started = [child.tend() for child in children]
            if any(started):
                _write_down(children)
            for child in children:
                child.show_warnings()
            if not ready and (_answers() or time.monotonic() - began > READY_SECONDS):
                ready = True
                on_ready()
    finally:
        once = len(asked)
        say("Stopping web, worker and beat ...")
        groups = [child.process.pid for child in children if child.process is not None]
        _end_groups(groups, lambda: len(asked) > once)
        for child in children:
            if child.process is not None:
                child.process.wait()
        _groups_file().unlink(missing_ok=True)


def end_left_behind() -> None:
    """Ends children whose supervisor was killed."""
    try:
        groups = json.loads(_groups_file().read_text())
    except (FileNotFoundError, ValueError):
        return
    left = [g for g in groups if any(processes.works_in(p, PROJECT) for p in processes.group(g))]
    if left:
        say("Ending what an earlier start left behind ...")
        _end_groups(left)
    _groups_file().unlink(missing_ok=True)


def stop_all(kinds: Sequence[str] = embedded.KINDS) -> None:
    """`make stop`: a running `make up`, what one left behind, and the servers of these kinds."""
    pid = _holder()
    if pid is not None:
        os.kill(pid, signal.SIGTERM)
        if not processes.wait_until_gone(pid, 2 * GRACE_SECONDS + 60):
            raise SystemExit(f"perennial: process {pid} of `make up` does not stop.")
        say("`make up` is stopped.")
    end_left_behind()
    for kind in kinds:
        if embedded.stop(kind):
            say(f"The {kind} servers are stopped.")


def _interrupt(number: int, frame: object) -> None:
    _leave_terminal(number)
    raise KeyboardInterrupt


def _listen_for_signals() -> list[int]:
    """Signals from here on; an exception in the middle of a start would lose that child."""
    asked: list[int] = []

    def note(number: int, frame: object) -> None:
        _leave_terminal(number)
        asked.append(number)

    for number in SIGNALS:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, note)
    return asked


def _hung_up() -> bool:
    """Whether the terminal was closed: make, when it leads the session, keeps that to itself."""
    terminal = select.poll()
    terminal.register(1, 0)
    if any(event & select.POLLHUP for _, event in terminal.poll(0)):
        _leave_terminal(signal.SIGHUP)
        return True
    return False


def _leave_terminal(number: int) -> None:
    """After a hang-up the terminal is gone: whoever writes to it from here on must not fail."""
    if number == signal.SIGHUP:
        nowhere = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(nowhere, stream)


def _end_groups(groups: list[int], in_a_hurry: Callable[[], bool] = lambda: False) -> None:
    """Politely first; what then still runs is killed: its work is made to be taken up again."""
    for group in groups:
        # To the leader alone: its children must finish what it waits for.
        _signal(os.kill, group, signal.SIGTERM)
    deadline = time.monotonic() + GRACE_SECONDS
    leaderless = set()
    while left := [group for group in groups if processes.group(group)]:
        for group in left:
            if in_a_hurry() or time.monotonic() > deadline:
                _signal(os.killpg, group, signal.SIGKILL)
            elif group not in leaderless and not processes.is_alive(group):
                leaderless.add(group)
                _signal(os.killpg, group, signal.SIGTERM)
        time.sleep(0.05)


def _signal(send: Callable[[int, int], None], group: int, number: int) -> None:
    try:
        send(group, number)
    except ProcessLookupError:
        return


def _answers() -> bool:
    """Whether the web process serves pages; its port is open long before that."""
    web = http.client.HTTPConnection(HOST, port(), timeout=2)
    try:
        web.request("GET", "/healthz", headers={"Host": "localhost"})
        return web.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        web.close()


def _environment() -> dict[str, str]:
    """The web process and the worker never hold the password of the tables' owner."""
    settings = {name: value for name, value in os.environ.items() if name != "DATABASE_OWNER_URL"}
    return settings | {"PYTHONUNBUFFERED": "1", "INSECURE_LOCAL": "1"}


def _groups_file() -> Path:
    return FOLDER / "groups.json"


def _write_down(children: list[Child]) -> None:
    partly = _groups_file().with_suffix(".partly")
    partly.write_text(json.dumps([c.process.pid for c in children if c.process is not None]))
    partly.replace(_groups_file())


def _claim() -> None:
    """One `make up` per project. The lock goes with this process, however that ends."""
    lock = _open_lock()
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise SystemExit(
            "perennial: `make up` runs already for this project; `make stop` ends it."
        ) from None
    os.truncate(lock, 0)
    os.write(lock, str(os.getpid()).encode())
    # Never closed on purpose: it is ours for as long as we live.


def _holder() -> int | None:
    lock = _open_lock()
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return int(os.read(lock, 20) or 0) or None
    finally:
        os.close(lock)
    return None


def _open_lock() -> int:
    FOLDER.parent.mkdir(mode=0o700, exist_ok=True)
    return os.open(FOLDER.with_suffix(".up.lock"), os.O_RDWR | os.O_CREAT, 0o600)


if __name__ == "__main__":
    try:
        stop_all(sys.argv[1:] or embedded.KINDS)
    except embedded.EmbeddedServerError as error:
        raise SystemExit(f"perennial: {error}") from None
