"""What a customer bought, what changed about it, and what happened with it."""

import datetime as dt
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from crm import card
from crm.card import timeline
from crm.card.timeline_filter import TimelineFilter
from crm.exports.columns import Column, Type
from crm.exports.lists.parts import customer_in_sight, moment
from crm.exports.table import Asked, Table
from crm.platform.words import named
from customers import history
from customers.forms import DealingsFilter
from customers.forms.history import HistoryFilter
from customers.models import Change, CustomerIdentity, Merge, Transaction


def _transactions(asked: Asked) -> QuerySet:
    customer = customer_in_sight(asked)
    rows = Transaction.objects.visible_to(asked.user).filter(customer=customer)
    rows = rows.matching(DealingsFilter(asked.parameters).criteria)
    return rows.select_related("product", "source", "customer").order_by("-date", "-pk")


def _add_keys(asked: Asked, rows: list[Transaction]) -> None:
    """The customer's key in the source of each line, else its number: by it imports find it."""
    identities = CustomerIdentity.objects.filter(customer__in={row.customer_id for row in rows})
    keys = {(one.customer_id, one.source_id): one.key for one in identities}
    for row in rows:
        row.customer_key = keys.get((row.customer_id, row.source_id), row.customer.number)


def _changes(asked: Asked) -> QuerySet:
    customer = customer_in_sight(asked)
    changes = Change.objects.about(Merge.objects.ids_of(customer.pk), asked.user)
    form = HistoryFilter(asked.parameters, user=asked.user, changes=changes)
    return form.found_in(changes).select_related("actor").order_by("-at", "-pk")


def _tell_changes(asked: Asked, rows: list[Change]) -> None:
    for entry in history.entries(rows, asked.user):
        entry.change.told = entry


def _lines(change: Change) -> str:
    return "\n".join(
        named(line.label, f"{line.before or '–'} → {line.after or '–'}")
        for line in change.told.lines
        if not line.is_erased
    )


class Entries:
    """All entries of a customer's timeline by the page's filter, read a page at a time."""

    SIZE = 500

    def __init__(self, asked: Asked):
        self.facts = card.Facts.load(asked.user, asked.pk())
        self.choice = TimelineFilter(asked.parameters, user=asked.user).choice

    def __iter__(self) -> Iterator[dict]:
        before = None
        while True:
            found = timeline.page(self.facts, self.choice, before, self.SIZE)
            yield from found["entries"]
            if not found["older"]:
                return
            before = timeline.read_place(found["older"])


def _part(name: str) -> Callable[[dict], Any]:
    return lambda entry: entry.get(name)


def _when(entry: dict) -> dt.datetime:
    """A moment for all: a day's entries stand at its beginning."""
    when = entry["when"]
    return when if isinstance(when, dt.datetime) else dt.datetime.combine(when, dt.time())


def _money(entry: dict) -> Decimal | None:
    """JSON brings amounts as numbers or as texts."""
    money = entry.get("money")
    return None if money in (None, "") else Decimal(str(money))


TABLES = (
    Table(
        key="transactions",
        page="customers:dealings",
        title=_("Transactions"),
        rows=_transactions,
        prepare=_add_keys,
        columns=(
            Column("customer_key", _("customer key")),
            Column("customer", _("Customer name"), "customer.name"),
            Column("source", _("source"), "source.code"),
            Column("reference", _("invoice")),
            Column("line", _("line")),
            Column("date", _("date"), type=Type.DATE),
            Column("product", _("product"), "product.code"),
            Column("description", _("description"), "product.name"),
            Column("category", _("category"), "product.category"),
            Column("quantity", _("quantity"), type=Type.NUMBER),
            Column("unit_price", _("unit price"), type=Type.NUMBER),
            Column("amount", _("amount"), type=Type.MONEY),
            Column("cost", _("cost"), type=Type.MONEY, worth=True, usual=False),
            Column("discount", _("discount"), type=Type.MONEY, usual=False),
            Column("contract", _("contract"), usual=False),
            Column("period_start", _("period start"), type=Type.DATE, usual=False),
            Column("period_end", _("period end"), type=Type.DATE, usual=False),
        ),
    ),
    Table(
        key="history",
        page="customers:history",
        title=_("Changes"),
        rows=_changes,
        prepare=_tell_changes,
        columns=(
            moment("at", _("time")),
            Column("actor", _("who"), lambda change: change.actor or _("automatic")),
            Column("thing", _("thing"), "told.thing"),
            Column("title", _("title"), "told.title"),
            Column("verb", _("what happened"), "told.verb"),
            Column("lines", _("from what to what"), _lines),
        ),
    ),
    Table(
        key="timeline",
        page="timeline",
        title=_("Timeline"),
        rows=Entries,
        columns=(
            Column("when", _("time"), _when, Type.MOMENT),
            Column("group", _("area"), _part("group")),
            Column("kind", _("kind"), _part("kind")),
            Column("title", _("title"), _part("title")),
            Column("who", _("who"), _part("who")),
            Column("money", _("amount"), _money, Type.MONEY),
            Column("text", _("text"), _part("text")),
            Column("outcome", _("outcome"), _part("outcome")),
        ),
    ),
)
