"""Saved filters of the list, and the columns that somebody has chosen."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction

from crm.accounts.models import User
from crm.platform.edits import save_version
from customers.models import ListPreference, SavedView


@transaction.atomic
def save_view(*, user: User, query: str, values: Mapping[str, Any]) -> SavedView:
    """A filter under a name of one's own; the same sent twice is one."""
    name = values["name"]
    return SavedView.objects.get_or_create(
        user=user, name=name, defaults={**values, "query": query}
    )[0]


@transaction.atomic
def edit_view(*, user: User, pk: int, version: int, values: Mapping[str, Any]) -> SavedView:
    """Unless it was saved elsewhere since (NewerChange)."""
    return save_version(SavedView.objects.filter(user=user), pk, version, values)


@transaction.atomic
def choose_columns(*, user: User, columns: Sequence[str], sort: str) -> ListPreference:
    """An empty choice means the usual ones."""
    values = {"columns": list(columns), "sort": sort}
    return ListPreference.objects.update_or_create(user=user, defaults=values)[0]
