"""A database of a benchmark's own beside that of the trial, made empty and dropped afterwards."""

import contextlib
import time

import psycopg2
from psycopg2.errors import InsufficientPrivilege, ObjectInUse

TRIES, PAUSE = 20, 1.0


def make(owner_url: str, name: str) -> None:
    """An empty database, in place of one that an earlier benchmark left."""
    drop(owner_url, name)
    _say(owner_url, f"CREATE DATABASE {name}")


def drop(owner_url: str, name: str) -> None:
    """Gone with all its sessions. The server's own vacuum can't be ended, only waited for."""
    for attempt in range(TRIES):
        try:
            _say(owner_url, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        except (InsufficientPrivilege, ObjectInUse):
            if attempt == TRIES - 1:
                raise
            time.sleep(PAUSE)
        else:
            return


def _say(owner_url: str, statement: str) -> None:
    connection = psycopg2.connect(owner_url)
    connection.autocommit = True
    with contextlib.closing(connection), connection.cursor() as cursor:
        cursor.execute(statement)
