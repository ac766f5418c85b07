"""Valkey out of its wheel: started as a daemon of its own, asked over its own protocol."""

import os
import signal
import socket
import time
from pathlib import Path

from crm.embedded import processes
from crm.embedded.memory import HOST, Memory
from crm.embedded.place import EmbeddedServerError, Place

START_SECONDS = 60
LOG_LIMIT = 10_000_000


def is_running(memory: Memory) -> bool:
    return _ask(memory, "PING") == "+PONG"


def is_alive(folder: Path, memory: Memory) -> bool:
    """Whether its process runs, also when it does not answer: it may be reading its log back in."""
    try:
        pid = int((folder / "valkey" / "valkey.pid").read_text())
    except (FileNotFoundError, ValueError):
        return False
    return processes.works_in(pid, folder / "valkey") or (
        # Root in a container may not ask where a process works; who knows the password is ours.
        processes.is_alive(pid) and is_running(memory)
    )


def start(place: Place, memory: Memory, kind: str) -> None:
    folder = place.make_folder("valkey")
    if not is_alive(place.folder, memory):
        _start(place, memory, kind, folder)
    deadline = time.monotonic() + START_SECONDS
    while not is_running(memory):
        if time.monotonic() > deadline:
            raise EmbeddedServerError(f"Valkey does not start: see {folder / 'valkey.log'}")
        time.sleep(0.02)


def _start(place: Place, memory: Memory, kind: str, folder: Path) -> None:
    log = folder / "valkey.log"
    if log.exists() and log.stat().st_size > LOG_LIMIT:
        log.replace(log.with_suffix(".log.1"))
    configuration = folder / "valkey.conf"
    place.write(configuration, _configuration(memory, kind, folder))
    code, said = place.run(place.programs.valkey, configuration)
    if code != 0:
        raise EmbeddedServerError(f"Valkey does not start: {said or 'it said nothing'}")


def stop(memory: Memory) -> bool:
    """Stops the server; says whether one ran."""
    pid = _pid(memory)
    if pid is None:
        return False
    _ask(memory, "SHUTDOWN")
    if not processes.wait_until_gone(pid, 10):
        os.kill(pid, signal.SIGKILL)
    return True


def _configuration(memory: Memory, kind: str, folder: Path) -> str:
    settings = {
        "bind": HOST,
        "port": memory.valkey_port,
        "protected-mode": "yes",
        "requirepass": memory.valkey_password,
        "daemonize": "yes",
        "dir": f'"{folder}"',
        "pidfile": f'"{folder / "valkey.pid"}"',
        "logfile": f'"{folder / "valkey.log"}"',
        "save": '""',
        "appendonly": "yes" if kind == "dev" else "no",
        "maxmemory-policy": "noeviction",  # a queue must not lose what waits in it
    }
    return "".join(f"{name} {value}\n" for name, value in settings.items())


def _pid(memory: Memory) -> int | None:
    for line in (_ask(memory, "INFO", "server") or "").splitlines():
        name, _, value = line.partition(":")
        if name == "process_id":
            return int(value)
    return None


def _ask(memory: Memory, *command: str) -> str | None:
    """One command's answer; None when no server of ours listens there.

    By hand in a dozen lines: importing a client takes longer than everything else of a check.
    """
    try:
        with socket.create_connection((HOST, memory.valkey_port), timeout=5) as connection:
            connection.sendall(_encode("AUTH", memory.valkey_password) + _encode(*command))
            answers = connection.makefile("rb")
            if answers.readline() != b"+OK\r\n":
                return None
            line = answers.readline().strip()
            if line.startswith(b"$"):
                line = answers.read(int(line[1:]))
            return line.decode()
    except OSError:
        return None


def _encode(*words: str) -> bytes:
    parts = [f"*{len(words)}\r\n"] + [f"${len(w.encode())}\r\n{w}\r\n" for w in words]
    return "".join(parts).encode()
