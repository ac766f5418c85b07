"""The dashboard of complaints: what is open and at stake, how fast we are, what it is about."""

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from urllib.parse import urlencode

from django.db.models import Sum
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from complaints.models import Case, Category, ClockKind, Kind
from complaints.services.figures import WINDOW, Times, figures_of, last_months
from complaints.states import OPEN, WAITING
from crm.platform.words import decimal, month, percent, share, whole
from customers.models import Standing
from customers.models.standing import Tier, ValueBand

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
    load, figures = list(cases.load()), figures_of(user)
    times = figures.times
    context = {
        "load": _load(load),
        "states": _states(load),
        "made_at": figures.made_at,
        "days": WINDOW.days,
        "times": [_hours(times.get(kind)) | {"label": kind.label} for kind in ClockKind],
        "resolution": _hours(times.get(ClockKind.RESOLUTION)),
        "tiers": [
            _hours(figures.tiers[tier]) | {"tier": tier}
            for tier in Tier.values
            if tier in figures.tiers
        ],
        "received": month_chart(last_months(), figures.months),
        "categories": category_chart(figures.categories),
        "has_cases": bool(load or figures.months),
        **(_stake(user, cases) if user.sees_worth else _bands(user, cases)),
    }
    return render(request, "complaints/dashboard.html", context)


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


def _hours(took: Times | None) -> dict:
    """Times in business hours, as texts."""
    if took is None:
        return {"cases": 0}
    return {
        "cases": took.cases,
        "in_time": percent(share(took.in_time, took.cases)),
        "late": took.cases - took.in_time,
        "median": decimal(took.median / MINUTES),
        "ninetieth": decimal(took.ninetieth / MINUTES),
        "few": took.cases < FEW,
    }


def month_chart(months: list[dt.date], received: Mapping[tuple[dt.date, str], int]) -> dict:
    """Complaints and service requests that came in, month by month; the last is not over."""
    values = {kind: [received.get((first, kind), 0) for first in months] for kind in Kind}
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


def category_chart(received: Mapping[int | None, int]) -> dict | None:
    """What complaints of the last months are about, the most frequent first (Pareto)."""
    total = sum(received.values())
    if not total:
        return None
    names = {category.pk: category for category in Category.objects.all()}
    ranked = [
        (str(names[key]) if key else _("not sorted yet"), key, count)
        for key, count in sorted(received.items(), key=lambda pair: (-pair[1], pair[0] or 0))
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
