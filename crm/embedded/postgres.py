"""PostgreSQL out of its wheel: made, started and stopped by its own programs."""

import os
import shutil
import time
from contextlib import closing
from pathlib import Path

from crm.embedded import processes
from crm.embedded.memory import APPLICATION, DATABASE, HOST, OWNER, Memory
from crm.embedded.place import EmbeddedServerError, Place

SUPERUSER = "postgres"
START_SECONDS = 120
LOG_LIMIT = 10_000_000
COMMON = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",
    "password_encryption": "scram-sha-256",  # pragma: allowlist secret
    "jit": "off",  # the queries are short; compiling them costs more than it saves
    "random_page_cost": "1.1",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %q%u@%d ",
    "log_lock_waits": "on",
    "wal_level": "minimal",  # nobody replicates from here; COPY into a new table writes no log
    "max_wal_senders": "0",
}
# Of the machine's memory, as far as this process may use it: a trial shares it with others.
SHARE_OF_MEMORY, LEAST_MB, MOST_MB = 1 / 8, 128, 4_096
LIMIT_OF_GROUP = Path("/sys/fs/cgroup/memory.max")
SETTINGS = {
    "dev": {
        "work_mem": "32MB",
        "maintenance_work_mem": "256MB",
        "max_wal_size": "4GB",
        "checkpoint_timeout": "15min",
        "max_connections": "100",
    },
    # Data of tests may be lost with the machine: never wait for the disk.
    "test": {
        "fsync": "off",
        "synchronous_commit": "off",
        "full_page_writes": "off",
        "shared_buffers": "128MB",
        "work_mem": "16MB",
        "maintenance_work_mem": "128MB",
        "max_wal_size": "2GB",
        "max_connections": "200",
    },
}


def data_of(folder: Path) -> Path:
    return folder / "postgres"


def is_running(folder: Path) -> bool:
    """Answers from the pid file, without a connection: this is asked at every command."""
    return is_alive(folder) and _state(folder) == "ready"


def is_alive(folder: Path) -> bool:
    """Whether its process runs, also when it is not ready yet."""
    pid = _pid(folder)
    return pid is not None and processes.works_in(pid, data_of(folder))


def start(place: Place, memory: Memory, kind: str) -> None:
    data = data_of(place.folder)
    if not is_alive(place.folder):
        if not (data / "PG_VERSION").exists():
            _init(place, memory, kind)
        _check_version(place)
        processes.end_all_in(data)
        (data / "postmaster.pid").unlink(missing_ok=True)
        place.write(data / "perennial.conf", _configuration(memory, kind))
        _start(place)
    _wait_until_ready(place.folder)
    _set_up_roles(memory)


def stop(place: Place) -> bool:
    """Stops the server; says whether one ran."""
    data = data_of(place.folder)
    pid = _pid(place.folder)
    if pid is None or not is_alive(place.folder):
        processes.end_all_in(data)
        return False
    command = (place.programs.postgres / "pg_ctl", "-D", data, "-w", "-m")
    code, _ = place.run(*command, "fast", "-t", "60", "stop")
    if code != 0:
        code, said = place.run(*command, "immediate", "-t", "60", "stop")
        if code != 0:
            raise EmbeddedServerError(f"PostgreSQL does not stop: {_last_line(said)}")
    processes.wait_until_gone(pid, 5)
    return True


def _init(place: Place, memory: Memory, kind: str) -> None:
    """Made aside and renamed: a kill in between leaves nothing that looks finished."""
    partly = place.folder / "postgres.partly"
    shutil.rmtree(partly, ignore_errors=True)
    place.make_folder(partly.name)
    password = place.folder / "superuser"
    place.write(password, memory.superuser_password)
    try:
        code, said = place.run(
            place.programs.postgres / "initdb",
            *("-D", partly, "-U", SUPERUSER, "-E", "UTF8", "--locale=C.UTF-8"),
            *("--auth=scram-sha-256", f"--pwfile={password}", "--no-instructions"),
            *(("--no-sync",) if kind == "test" else ()),
        )
    finally:
        password.unlink()
    if code != 0:
        raise EmbeddedServerError(f"initdb failed: {_last_line(said)}")
    with (partly / "postgresql.conf").open("a") as file:
        file.write("\ninclude 'perennial.conf'\n")
    partly.rename(data_of(place.folder))


def _configuration(memory: Memory, kind: str) -> str:
    settings = COMMON | SETTINGS[kind] | {"port": str(memory.postgres_port)}
    if kind == "dev":
        settings |= _room()
    return "".join(f"{name} = '{value}'\n" for name, value in settings.items())


def _room() -> dict[str, str]:
    """What the server keeps of the tables; it takes memory only as far as there are any."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    if LIMIT_OF_GROUP.exists() and (limit := LIMIT_OF_GROUP.read_text().strip()).isdigit():
        memory = min(memory, int(limit))
    share = round(memory * SHARE_OF_MEMORY / 2**20)
    buffers = min(max(share, LEAST_MB), MOST_MB)
    return {"shared_buffers": f"{buffers}MB", "effective_cache_size": f"{4 * buffers}MB"}


def _start(place: Place) -> None:
    log = place.folder / "postgres.log"
    if log.exists() and log.stat().st_size > LOG_LIMIT:
        log.replace(log.with_suffix(".log.1"))
    log.touch()
    place.give(log, 0o600)
    before = log.stat().st_size
    code, _ = place.run(
        place.programs.postgres / "pg_ctl",
        *("-D", data_of(place.folder), "-l", log, "-w", "-t", str(START_SECONDS), "start"),
        timeout=START_SECONDS + 30,
    )
    if code != 0:
        with log.open(errors="replace") as file:
            file.seek(before)
            said = [
                line for line in file if "FATAL" in line or "ERROR" in line or "LOG" not in line
            ]
        reason = said[-1].strip() if said else f"see {log}"
        raise EmbeddedServerError(f"PostgreSQL does not start: {reason}")


def _wait_until_ready(folder: Path) -> None:
    """A server whose starter was killed may still be reading its log back in."""
    deadline = time.monotonic() + START_SECONDS
    while not is_running(folder):
        if time.monotonic() > deadline:
            raise EmbeddedServerError(f"PostgreSQL is not ready after {START_SECONDS} s.")
        time.sleep(0.05)


def _set_up_roles(memory: Memory) -> None:
    """The two roles of deploy/roles.sql and the database; what is there already stays."""
    # Imported here: commands that find the servers running need no driver.
    import psycopg2
    from psycopg2 import sql

    owner, application = sql.Identifier(OWNER), sql.Identifier(APPLICATION)
    url = memory.database_url(SUPERUSER, memory.superuser_password, "postgres")
    with closing(psycopg2.connect(url)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("SELECT rolname FROM pg_roles")
            roles = {name for (name,) in cursor}
            if OWNER not in roles:
                query = sql.SQL("CREATE ROLE {} LOGIN CREATEDB PASSWORD {}")
                cursor.execute(query.format(owner, sql.Literal(memory.owner_password)))
            if APPLICATION not in roles:
                query = sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}")
                cursor.execute(query.format(application, sql.Literal(memory.application_password)))
            # Lets the owner hand a table to the application's role.
            cursor.execute(sql.SQL("GRANT {} TO {}").format(application, owner))
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
            if cursor.fetchone() is None:
                query = sql.SQL("CREATE DATABASE {} OWNER {}")
                cursor.execute(query.format(sql.Identifier(DATABASE), owner))


def _check_version(place: Place) -> None:
    made_by = (data_of(place.folder) / "PG_VERSION").read_text().strip()
    said = place.run(place.programs.postgres / "postgres", "--version")[1]
    version = said.split()[-1]
    if version.split(".")[0] != made_by:
        raise EmbeddedServerError(
            f"The data in {place.folder} are of PostgreSQL {made_by}, the wheel is {version}: "
            "dump them with the old wheel, or start over with `make reset`."
        )


def _pid(folder: Path) -> int | None:
    return int(lines[0]) if (lines := _pid_file(folder)) and lines[0].isdigit() else None


def _state(folder: Path) -> str:
    lines = _pid_file(folder)
    return lines[7].strip() if len(lines) > 7 else ""


def _pid_file(folder: Path) -> list[str]:
    try:
        return (data_of(folder) / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return []


def _last_line(said: str) -> str:
    return said.splitlines()[-1] if said else "it said nothing"
