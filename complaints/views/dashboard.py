"""The dashboard of complaints: what is open and at stake, how fast we are, what it is about."""

import datetime as dt
from collections import Counter
from urllib.parse import urlencode

from django.db.models import Sum
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from complaints.models import Case, Category, Clock, ClockKind, Kind
from complaints.states import OPEN, WAITING
from crm.platform.models import Installation
from crm.platform.words import decimal, month, percent, share, whole
from customers.models import Standing
from customers.models.standing import Tier, ValueBand

MONTHS = 12
DAYS_OF_TIMES = 90
AT_STAKE = 8
MINUTES = 60
# Fewer answers than this say little about a share.
FEW = 5


def queue_url(**filters) -> str:
    """The open cases behind a figure, of everybody whom the reader sees."""
    return f"{reverse('complaints:queue')}?{urlencode({'tab': 'all', **filters})}"


@require_safe
def dashboard(request):
    user = request.user
    cases = Case.objects.visible_to(user)
    load = list(cases.load())
    since = timezone.now() - dt.timedelta(days=DAYS_OF_TIMES)
    clocks = Clock.objects.visible_to(user).filter(case__kind=Kind.COMPLAINT).met_since(since)
    times = {row["kind"]: row for row in clocks.times("kind")}
    by_tier = clocks.filter(kind=ClockKind.RESOLUTION).times("case__tier")
    months = last_months()
    zone = Installation.cached().zone
    received = list(cases.received_by_month(start_of(months[0], zone), zone))
    context = {
        "load": _load(load),
        "states": _states(load),
        "days": DAYS_OF_TIMES,
        "times": _times(times),
        "resolution": _hours(times.get(ClockKind.RESOLUTION)),
        "tiers": [_hours(row) | {"tier": row["case__tier"]} for row in _in_order(by_tier)],
        "received": month_chart(months, received),
        "categories": category_chart(received),
        "has_cases": bool(load or received),
        **(_stake(user, cases) if user.sees_worth else _bands(user, cases)),
    }
    return render(request, "complaints/dashboard.html", context)


def last_months() -> list[dt.date]:
    """The first days of the last twelve calendar months, oldest first."""
    first = Installation.cached().today().replace(day=1)
    found = [first]
    while len(found) < MONTHS:
        found.append((found[-1] - dt.timedelta(days=1)).replace(day=1))
    return found[::-1]


def start_of(date: dt.date, zone) -> dt.datetime:
    return dt.datetime.combine(date, dt.time.min, tzinfo=zone)


def _stake(user, cases) -> dict:
    """The lifetime value of customers with an open complaint, and those worth most."""
    waiting = cases.open().complaints()
    ids = waiting.filter(customer__isnull=False).values("customer")
    customers = Standing.objects.visible_to(user).filter(pk__in=ids)
    largest = list(customers.order_by("-lifetime_value", "pk")[:AT_STAKE])
    urgent = waiting.most_urgent_of(row.pk for row in largest)
    for row in largest:
        row.case = urgent.get(row.pk)
    return {
        "stake": customers.aggregate(total=Sum("lifetime_value"))["total"] or 0,
        # Its last one may have been settled between the two questions.
        "at_stake": [row for row in largest if row.case],
    }


def _bands(user, cases) -> dict:
    """For who may not see amounts: how many customers of high value wait for us."""
    ids = cases.open().complaints().filter(customer__isnull=False).values("customer")
    customers = Standing.objects.visible_to(user).filter(pk__in=ids)
    return {"of_high_value": customers.filter(value_band=ValueBand.HIGH).count()}


def _load(rows: list[dict]) -> dict:
    """Sums over the states: complaints, requests, late, unassigned."""
    found = Counter()
    for row in rows:
        found[row["kind"]] += row["cases"]
        found["late"] += row["late"]
        found["unassigned"] += row["unassigned"]
    return {
        "complaints": found[Kind.COMPLAINT],
        "requests": found[Kind.REQUEST],
        "late": found["late"],
        "unassigned": found["unassigned"],
        "late_url": queue_url(late="1"),
        "unassigned_url": f"{reverse('complaints:queue')}?tab=unassigned",
        "all_url": queue_url(kind=Kind.COMPLAINT),
    }


def _states(rows: list[dict]) -> list[dict]:
    """The open states in the order of handling, with how many stand in each."""
    found = Counter()
    late = Counter()
    for row in rows:
        found[row["state"]] += row["cases"]
        late[row["state"]] += row["late"]
    most = max(found.values(), default=0)
    return [
        {
            "label": state.label,
            "cases": found[state],
            "late": late[state],
            "share": share(found[state], most),
            "pauses": state in WAITING,
            "url": queue_url(state=state.value),
        }
        for state in OPEN
    ]


def _hours(row: dict | None) -> dict:
    """Times of one row in business hours, as texts."""
    if row is None:
        return {"cases": 0}
    return {
        "cases": row["cases"],
        "in_time": percent(share(row["in_time"], row["cases"])),
        "late": row["cases"] - row["in_time"],
        "median": decimal(row["median"] / MINUTES),
        "ninetieth": decimal(row["ninetieth"] / MINUTES),
        "few": row["cases"] < FEW,
    }


def _times(times: dict[str, dict]) -> list[dict]:
    return [_hours(times.get(kind)) | {"label": kind.label} for kind in ClockKind]


def _in_order(rows) -> list[dict]:
    return sorted(rows, key=lambda row: Tier.values.index(row["case__tier"]))


def month_chart(months: list[dt.date], received: list[dict]) -> dict:
    """Complaints and service requests that came in, month by month; the last is not over."""
    found = Counter()
    for row in received:
        found[row["month"].date(), row["kind"]] += row["cases"]
    values = {kind: [found[first, kind] for first in months] for kind in Kind}
    complaints = values[Kind.COMPLAINT]
    mean = sum(complaints[:-1]) / (len(complaints) - 1)
    labels = [month(first) for first in months]
    return {
        "title": _("%(mean)s complaints a month on average, %(last)s so far in this one")
        % {"mean": decimal(mean), "last": whole(complaints[-1])},
        "data": {
            "labels": labels,
            "stack": True,
            "series": [{"name": kind.label, "values": values[kind]} for kind in Kind],
        },
        "head": [_("Month"), *(kind.label for kind in Kind)],
        "rows": [
            [label, *(whole(values[kind][place]) for kind in Kind)]
            for place, label in enumerate(labels)
        ],
    }


def category_chart(received: list[dict]) -> dict | None:
    """What complaints of the last months are about, the most frequent first (Pareto)."""
    found = Counter()
    for row in received:
        if row["kind"] == Kind.COMPLAINT:
            found[row["category"]] += row["cases"]
    total = sum(found.values())
    if not total:
        return None
    names = {category.pk: category for category in Category.objects.all()}
    ranked = [
        (str(names[key]) if key else _("not sorted yet"), key, count)
        for key, count in found.most_common()
    ]
    sums, running = [], 0
    for _name, _key, count in ranked:
        running += count
        sums.append(percent(share(running, total)))
    first, _key, most = ranked[0]
    return {
        "title": _("%(share)s of %(total)s complaints are about: %(category)s")
        % {"share": percent(share(most, total)), "total": whole(total), "category": first},
        "data": {
            "horizontal": True,
            "labels": [name for name, _key, _count in ranked],
            "series": [
                {
                    "name": _("Complaints"),
                    "values": [count for _name, _key, count in ranked],
                    "hrefs": [
                        queue_url(category=key) if key else "" for _name, key, _count in ranked
                    ],
                }
            ],
        },
        "head": [_("Category"), _("Complaints"), _("Share"), _("Together")],
        "rows": [
            [name, whole(count), percent(share(count, total)), together]
            for (name, _key, count), together in zip(ranked, sums, strict=True)
        ],
    }
