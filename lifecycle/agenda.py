"""Orders that customers are expected to give by their own rhythm, as entries of the calendar."""

import datetime as dt

from django.db.models import F
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.accounts.models import User
from crm.platform.models import Installation
from customers.agenda import Entry, Whose
from lifecycle.expected_orders import between

# On one page, those of the most valuable customers: who has thousands can't await each of them.
MOST = 200


def expected_orders(user: User, start: dt.date, end: dt.date, whose: Whose) -> list[Entry]:
    """From today on, of the customers of these people; for who sees worth, as the card says it."""
    start = max(start, Installation.cached().today())
    if not user.sees_worth or start >= end:
        return []
    rows = between(user, start, end).filter(owner__in=whose.ids, is_active=True)
    rows = rows.annotate(gap=F("customer__valuation__usual_gap"))
    return [
        Entry(
            day=row.expected_on,
            kind="order",
            label=_("Order expected"),
            title=_rhythm(row.gap),
            customer_id=row.pk,
            customer=row.name,
            url=reverse("proposal", args=[row.pk]),
            state=Entry.EXPECTED,
            who=whose.names[row.owner_id],
        )
        for row in rows.order_by("-lifetime_value", "-pk")[:MOST]
    ]


def _rhythm(gap: float) -> str:
    days = max(1, round(gap))
    return ngettext("usually each day", "usually every %(n)d days", days) % {"n": days}
