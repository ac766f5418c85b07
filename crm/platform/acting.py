"""Who is at work: the database writes it down beside every change.

`acting(user)` sets it on the connection and takes it away again whatever happens, so that the next
request on the same connection begins as nobody. Another system acts under the number of its token,
below zero (`crm.accounts.tokens.Machine`).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import DatabaseError, InterfaceError, connection
from psycopg2.extensions import TRANSACTION_STATUS_INERROR

_actor: ContextVar[int | None] = ContextVar("actor", default=None)


@contextmanager
def acting(user) -> Iterator[None]:
    """Changes within are the user's (None: nobody's); within another, that one's again after."""
    before = _actor.get()
    actor = None if user is None else user.pk
    _set(actor)
    token = _actor.set(actor)
    try:
        yield
    finally:
        _actor.reset(token)
        _put_back(before)


def _set(actor: int | None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('perennial.actor', %s, false)", [str(actor or "")])


def _put_back(actor: int | None) -> None:
    raw = connection.connection
    if raw is None:  # closed meanwhile: the next connection is nobody's
        return
    in_error = raw.info.transaction_status == TRANSACTION_STATUS_INERROR
    if connection.in_atomic_block and (connection.needs_rollback or in_error):
        return  # the rollback that must follow takes away what was set within
    try:
        _set(actor)
    except (DatabaseError, InterfaceError):
        connection.close()
