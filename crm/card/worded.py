"""Questions of the card that take longer to put into words than to answer: worded once a reader.

What somebody may see is part of the words, so they hold for one user as that user is now.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache

from django.db import connection
from django.db.models import QuerySet

from crm.accounts.models import User

# Stands for the customer in the words; no customer has it.
CUSTOMER = -1
# A user, the place of the customer, and what else the words depend on.
Question = Callable[..., QuerySet]


@dataclass(frozen=True)
class Reader:
    """Who asks. Two are the same where nothing of a user but the last sign-in has changed."""

    user: User = field(compare=False)
    row: tuple

    @classmethod
    def of(cls, user: User) -> "Reader":
        names = (each.attname for each in User._meta.concrete_fields if each.name != "last_login")
        return cls(user, tuple(getattr(user, name) for name in names))


def ask(question: Question, user: User, customer: int, *rest: str) -> list[dict]:
    """The rows of a question about a customer, by the names of their columns; JSON is read."""
    words, values = _words(question, Reader.of(user), *rest)
    given = [customer if value == CUSTOMER else value for value in values]
    with connection.cursor() as cursor:
        cursor.execute(words, given)
        names = [column.name for column in cursor.description]
        return [dict(zip(names, map(_read, row), strict=True)) for row in cursor.fetchall()]


@lru_cache(maxsize=256)
def _words(question: Question, reader: Reader, *rest: str) -> tuple[str, tuple]:
    return question(reader.user, CUSTOMER, *rest).query.sql_with_params()


def _read(value):
    if isinstance(value, str):
        return json.loads(value)
    return [json.loads(each) for each in value] if isinstance(value, list) else value
