"""What a night finds of people, care, rivals and money, for its tests."""

import datetime as dt

from crm.accounts.models import User
from crm.platform.bulk import copy_rows
from crm.tests.nightly.companies import LAST_DAY, line, touch, unsell
from crm.tests.nightly.voices import ago
from customers.models import Interaction, Source, Transaction
from customers.tests.factories import InteractionFactory
from lifecycle.models import Signal

DAY = dt.timedelta(days=1)


def found(kind: str) -> dict[int, Signal]:
    """The signals of the kind that stand, by customer."""
    return {s.customer_id: s for s in Signal.objects.filter(kind=kind, ended_on__isnull=True)}


def back(days: int) -> dt.date:
    """So many days before the last one."""
    return LAST_DAY - days * DAY


def regular(customer_id: int, amount: float = 100, *, every: int = 10, until: int = 4) -> None:
    """Nothing but an order every so many days for 600, up to some days ago."""
    unsell(customer=customer_id)
    source = Source.objects.get(code="erp").pk
    rows = [
        (customer_id, source, *line(f"regular-{customer_id}-{days}", back(days), amount))
        for days in range(until, 600, every)
    ]
    columns = ("customer_id", "source_id", "reference", "date", "quantity", "amount", "cost")
    copy_rows(Transaction._meta.db_table, columns, rows)
    touch([customer_id], back(600))


def talk(customer_id: int, days: float, by: User, **fields) -> Interaction:
    """At midday, so many days before the last one."""
    return InteractionFactory(customer_id=customer_id, at=ago(days + 0.5), by=by, **fields)
