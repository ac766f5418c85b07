"""What a customer is owed by its care programme, in short: for the card and the home page."""

import datetime as dt

from django.db.models import Q, QuerySet

from customers.models import CareDue, Customer
from customers.querysets.care import YEAR

SHOWN = 3
# What stands due further ahead is no news yet.
AHEAD = dt.timedelta(days=30)


def summary(customer: Customer, today: dt.date) -> dict:
    """What is due `next`, how many are `owed`, and of the year `kept`, `missed`, `settled`, `rate`.

    Each due of `next` carries `days_late`. One query.
    """
    state = CareDue.State
    rows = CareDue.objects.filter(
        Q(state=state.OWED) | Q(state__in=(state.KEPT, state.MISSED), settled_on__gt=today - YEAR),
        customer=customer.pk,
    )
    dues = list(rows.select_related("rule").order_by("due_on", "pk"))
    owed = [due for due in dues if due.state == state.OWED]
    kept = sum(due.state == state.KEPT for due in dues)
    settled = len(dues) - len(owed)
    for due in owed:
        due.days_late = (today - due.due_on).days
    return {
        "next": owed[:SHOWN],
        "owed": len(owed),
        "kept": kept,
        "missed": settled - kept,
        "settled": settled,
        "rate": kept / settled if settled else None,
    }


def owed_soon(user, today: dt.date) -> QuerySet[CareDue]:
    """What is owed to the customers that rest on this person within 30 days, the first due first.

    News goes to many at once and is nobody's to give.
    """
    dues = CareDue.objects.visible_to(user).owed().looked_after_by(user)
    dues = dues.filter(due_on__lte=today + AHEAD).exclude(rule__action="news")
    return dues.order_by("due_on", "pk")
