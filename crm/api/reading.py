"""What other systems read: customers' figures and signals, of the customers that a token sees.

Pages go by the number of the row: a page costs the same at any depth.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable

from django.db.models import QuerySet

from complaints.models import Case
from crm.accounts.tokens import Machine
from customers.imports import OWN_SOURCE
from customers.models import Customer, CustomerIdentity, FormerNumber, Standing
from lifecycle.models import Signal, StageChange, TierChange

FIGURES = ("name", "region", "industry", "is_active", "tier", "stage", "value_band", "risk")
FIGURES += ("lifetime_value", "value_at_risk", "revenue_12m", "signal", "computed_on")


def standings(
    machine: Machine, *, tier: str | None, changed_since: dt.date | None, after: int, limit: int
) -> dict:
    """As `schemas.StandingsPage`; `changed_since`: whose tier or stage changed on it or later."""
    rows = Standing.objects.visible_to(machine).filter(pk__gt=after).order_by("pk")
    if tier:
        rows = rows.filter(tier=tier)
    if changed_since:
        # A day earlier, since what `since` gives comes after its date.
        before = max(changed_since, dt.date(1, 1, 2)) - dt.timedelta(days=1)
        changed = (
            model.objects.since(before).order_by().values("customer")
            for model in (TierChange, StageChange)
        )
        rows = rows.filter(pk__in=next(changed).union(next(changed)))
    found, following = _page(rows, limit)
    names = _names((standing.pk, standing.number) for standing in found)
    return {"rows": [_standing(one, names) for one in found], "next": following}


def _page(rows: QuerySet, limit: int) -> tuple[list, int | None]:
    """The rows, and after which the next page begins."""
    found = list(rows[: limit + 1])
    return found[:limit], found[limit - 1].pk if len(found) > limit else None


def _standing(standing: Standing, names: dict[int, dict]) -> dict:
    figures = {name: getattr(standing, name) for name in FIGURES}
    last = standing.last_purchase if standing.has_purchased else None
    return {"customer": names[standing.pk], "last_purchase": last, **figures}


def _names(numbers: Iterable[tuple[int, str]]) -> dict[int, dict]:
    """As `schemas.CustomerName`, by our rows' numbers; one query for all."""
    numbers = dict(numbers)
    keys = defaultdict(list)
    found = CustomerIdentity.objects.filter(customer__in=numbers).order_by("pk")
    for pk, source, key in found.values_list("customer", "source__code", "key"):
        keys[pk].append({"source": source, "key": key})
    return {pk: {"number": number, "keys": keys[pk]} for pk, number in numbers.items()}


def customer(machine: Machine, source: str, key: str) -> dict | None:
    """As `schemas.StandingOut`; None where there is no such customer for this token."""
    if source == OWN_SOURCE:
        numbered = Customer.objects.numbered(key).values("pk")
        former = FormerNumber.objects.filter(number__iexact=key).values("customer")
        which = numbered.union(former)
    else:
        which = CustomerIdentity.objects.filter(source__code=source, key=key).values("customer")
    found = Standing.objects.visible_to(machine).filter(pk__in=which).first()
    return found and _standing(found, _names([(found.pk, found.number)]))


def signals(machine: Machine, *, after: int, limit: int) -> dict:
    """As `schemas.SignalsPage`: those that stand and that nobody has dismissed."""
    rows = Signal.objects.visible_to(machine).open().filter(pk__gt=after).order_by("pk")
    found, following = _page(rows.select_related("customer"), limit)
    names = _names((signal.customer_id, signal.customer.number) for signal in found)
    return {"rows": [_signal(one, names) for one in found], "next": following}


def _signal(signal: Signal, names: dict[int, dict]) -> dict:
    plain = ("kind", "strength", "evidence", "first_seen", "last_seen")
    return {
        "customer": names[signal.customer_id],
        **{name: getattr(signal, name) for name in plain},
    }


def complaint(case: Case, reference: str) -> dict:
    """As `schemas.ComplaintOut`."""
    plain = ("kind", "state", "severity", "received_at", "resolved_at", "ended_at")
    of_clock = ("kind", "state", "due_at", "breached_at")
    return {
        "reference": reference,
        "case": case.reference,
        **{name: getattr(case, name) for name in plain},
        "deadlines": [
            {name: getattr(clock, name) for name in of_clock} for clock in case.clocks.all()
        ],
    }
