"""What is remembered of the servers of one kind: passwords made once, ports picked once."""

import json
import os
import random
import secrets
import socket
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from crm.embedded.place import EmbeddedServerError

HOST = "127.0.0.1"
OWNER, APPLICATION, DATABASE = "perennial_owner", "perennial", "perennial"
FILE = "env.json"


@dataclass(frozen=True)
class Memory:
    secret_key: str
    superuser_password: str
    owner_password: str
    application_password: str
    valkey_password: str
    postgres_port: int
    valkey_port: int
    aside: str | None = None  # folder of the servers' data where it is not in the project

    def environment(self, folder: Path) -> dict[str, str]:
        """The settings of an installation that runs on these servers."""
        return {
            "SECRET_KEY": self.secret_key,
            "DATABASE_URL": self.database_url(APPLICATION, self.application_password),
            "DATABASE_OWNER_URL": self.database_url(OWNER, self.owner_password),
            "REDIS_URL": f"redis://:{self.valkey_password}@{HOST}:{self.valkey_port}/0",
            "MEDIA_ROOT": str(folder / "media"),
            "EMAIL_FILE_PATH": str(folder / "mail"),
            # Plain http on the own machine: a Secure cookie would never come back.
            "INSECURE_LOCAL": "1",
        }

    def database_url(self, role: str, password: str, database: str = DATABASE) -> str:
        return f"postgresql://{role}:{password}@{HOST}:{self.postgres_port}/{database}"


def recall(folder: Path) -> Memory | None:
    path = folder / FILE
    try:
        return Memory(**json.loads(path.read_text()))
    except FileNotFoundError:
        return None
    except PermissionError:
        raise EmbeddedServerError(
            f"{path} belongs to another user, perhaps root: go on as that user, "
            "or run `make reset` as that user."
        ) from None
    except (ValueError, TypeError):
        raise EmbeddedServerError(f"{path} can't be read: `make reset` starts over.") from None


def invent() -> Memory:
    # SECRET_KEY is longer than Django's check asks for; token_urlsafe needs no quoting in a URL.
    words = [secrets.token_urlsafe(48)] + [secrets.token_urlsafe(24) for _ in range(4)]
    postgres_port = free_port()
    return Memory(*words, postgres_port=postgres_port, valkey_port=free_port(postgres_port))


def keep(memory: Memory, folder: Path) -> Memory:
    """Written aside and renamed, so that a kill leaves the old file or the new one."""
    partly = folder / f"{FILE}.partly"
    partly.unlink(missing_ok=True)
    with open(os.open(partly, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(asdict(memory), file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    partly.rename(folder / FILE)
    return memory


def with_free_ports(memory: Memory, *, postgres: bool, valkey: bool) -> Memory:
    """Keeps the ports of old unless somebody else has taken one of those that are needed now."""
    if postgres and not is_free(memory.postgres_port):
        memory = replace(memory, postgres_port=free_port(memory.valkey_port))
    if valkey and not is_free(memory.valkey_port):
        memory = replace(memory, valkey_port=free_port(memory.postgres_port))
    return memory


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        # As the servers do: a port that only waits for old connections to die is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def free_port(*taken: int) -> int:
    """Below the range from which systems number outgoing connections, so that it stays free."""
    for port in random.sample(range(20000, 30000), 200):
        if port not in taken and is_free(port):
            return port
    raise EmbeddedServerError(f"No free port between 20000 and 29999 on {HOST}.")
