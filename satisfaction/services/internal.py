"""What we measure ourselves, to be seen beside what customers say of the same thing.

Of the twelve months up to the end of a wave. For all customers it is prepared with the wave's
figures; account managers see of their customers how promises were kept.
"""

import datetime as dt

from django.db.models import Count, Q

from complaints import learning_reads
from complaints.learning_reads import Look
from complaints.models import TimeCell
from customers.models import Promise
from satisfaction.models import Measure, Wave

MONTHS = 12
# Beside which score each stands.
BESIDE: dict[str, tuple[str, ...]] = {
    Measure.RESPONSIVENESS: ("first_response", "first_in_time"),
    Measure.RELIABILITY: ("promises", "resolved_in_time"),
    Measure.ASSURANCE: ("first_contact",),
    Measure.EFFORT: ("first_contact",),
    Measure.HANDLING: ("resolved_in_time", "reopened"),
}


def span(wave: Wave, today: dt.date) -> tuple[dt.date, dt.date]:
    """The first days of the first and the last month."""
    last = min(wave.closes_on, today).replace(day=1)
    months = last.year * 12 + last.month - MONTHS
    return dt.date(months // 12, months % 12 + 1, 1), last


def of_everybody(wave: Wave, today: dt.date) -> dict[str, list]:
    """By name the value and n: minutes of business (first response), shares 0 to 1 (the others)."""
    look = Look(*span(wave, today))
    times = learning_reads.times_of(look)
    first = times.get(TimeCell.Clock.FIRST_RESPONSE, {}).get("")
    solved = times.get(TimeCell.Clock.RESOLUTION, {}).get("")
    totals = learning_reads.totals(look)
    found = of_promises(Promise.objects.all(), wave, today)
    if first:
        found["first_response"] = [first.median, first.n]
        found["first_in_time"] = [first.in_time, first.decided]
    if solved:
        found["resolved_in_time"] = [solved.in_time, solved.decided]
    found["first_contact"] = _share(totals["first_contact"], totals["handled"])
    found["reopened"] = _share(totals["reopened"], totals["solved"])
    return {name: pair for name, pair in found.items() if pair[0] is not None}


def of_promises(promises, wave: Wave, today: dt.date) -> dict[str, list]:
    """Kept, of those that were kept or given up on."""
    first, last = span(wave, today)
    until = learning_reads.next_month(last)
    settled = promises.filter(removed_at=None, settled_on__gte=first, settled_on__lt=until)
    kept = Q(state=Promise.State.KEPT)
    counted = settled.order_by().aggregate(n=Count("pk"), kept=Count("pk", filter=kept))
    return {"promises": _share(counted["kept"], counted["n"])} if counted["n"] else {}


def for_user(user, wave: Wave, details: dict, today: dt.date) -> dict[str, list]:
    """What this person may see of it; nothing beside a survey of staff."""
    if wave.asks_staff:
        return {}
    if user.sees_all_customers:
        return details.get("internal", {})
    return of_promises(Promise.objects.visible_to(user), wave, today)


def _share(part: int, of: int) -> list:
    return [part / of if of else None, of]
