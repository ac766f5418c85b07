"""What came of rescues and of attempts to win back: rates with their n and interval.

Counted is who was worked on for at least H (or a year), so that nobody counts before it is known:
those saved soon would else be counted first, and the rate would flatter.
"""

import datetime as dt
from dataclasses import dataclass
from functools import reduce
from operator import and_

import numpy as np
from django.db.models import (
    Avg,
    Count,
    DateField,
    DateTimeField,
    ExpressionWrapper,
    F,
    Q,
    QuerySet,
    Sum,
)
from django.db.models.functions import Cast, Floor, TruncMonth

from lifecycle.analytics.winback import matched_share
from lifecycle.models import Rescue, UnworkedCell, WinBack
from satisfaction.analytics import Estimate, share

YEAR = dt.timedelta(days=365)
FEW = 20  # customers alike; fewer tell nothing
WORKED = (Rescue.State.OPEN, Rescue.State.SAVED, Rescue.State.LOST)


@dataclass(frozen=True)
class SaveRate:
    """Of those worked on and opened at least H ago within a year: how many were saved."""

    rate: Estimate
    bought: Estimate  # bought again within H
    saved: int
    lost: int
    still_open: int
    early: int  # opened less than H ago
    saved_value: float  # value at risk of those saved in the last 365 days, at the opening
    no_danger: int
    no_danger_wrong: int  # of them, who bought nothing within H

    @property
    def n(self) -> int:
        return self.saved + self.lost + self.still_open


@dataclass(frozen=True)
class Unworked:
    """Customers alike on whom nobody worked: the share that bought within H, and their number.

    `covered` is the share of the rescues that have such customers. Of fewer than FEW no share is
    told.
    """

    share: float | None
    customers: int
    covered: float


def _with_due(rescues: QuerySet) -> QuerySet:
    """With the day on which H has passed since the opening."""
    end = F("opened_on") + F("horizon_days") * dt.timedelta(days=1)
    end = ExpressionWrapper(end, output_field=DateTimeField())
    return rescues.annotate(due=Cast(end, DateField()))


def ripe(rescues: QuerySet, today: dt.date) -> QuerySet:
    """Those worked on and opened at least H ago, within a year before that."""
    rows = _with_due(rescues).filter(state__in=WORKED)
    return rows.filter(due__lte=today, due__gt=today - YEAR)


def save_rate(rescues: QuerySet, today: dt.date) -> SaveRate:
    """Of these rescues, seen from the day of the newest figures; one query."""
    in_span = Q(due__lte=today, due__gt=today - YEAR)
    worked, calm = Q(state__in=WORKED), Q(state=Rescue.State.NO_DANGER)
    in_time = Q(bought_on__lte=F("due"))
    saved = Q(state=Rescue.State.SAVED)
    of_year = Q(closed_on__gt=today - YEAR)

    def count(*conditions: Q) -> Count:
        return Count("pk", filter=reduce(and_, conditions))

    found = _with_due(rescues).aggregate(
        saved=count(in_span, saved),
        lost=count(in_span, Q(state=Rescue.State.LOST)),
        still_open=count(in_span, Q(state=Rescue.State.OPEN)),
        bought=count(in_span, worked, in_time),
        early=count(worked, Q(due__gt=today)),
        no_danger=count(in_span, calm),
        no_danger_bought=count(in_span, calm, in_time),
        saved_value=Sum("value_at_risk", filter=saved & of_year),
    )
    n = found["saved"] + found["lost"] + found["still_open"]
    return SaveRate(
        rate=share(found["saved"], n),
        bought=share(found["bought"], n),
        no_danger_wrong=found["no_danger"] - found.pop("no_danger_bought"),
        saved_value=float(found.pop("saved_value") or 0),
        **{name: found[name] for name in ("saved", "lost", "still_open", "early", "no_danger")},
    )


def unworked(rescues: QuerySet, today: dt.date) -> Unworked:
    """What became of others of the same month, tier and tenth of risk."""
    rows = (
        ripe(rescues, today)
        .order_by()
        .annotate(month=TruncMonth("opened_on"), band=Floor(F("risk") * 10))
        .values_list("month", "tier", "band")
        .annotate(number=Count("pk"))
    )
    wanted = {
        (month - dt.timedelta(days=1), tier, min(9, int(band))): number
        for month, tier, band, number in rows
    }
    cells = {
        (cell.month, cell.tier, cell.risk_band): cell
        for cell in UnworkedCell.objects.filter(month__in={month for month, *_ in wanted})
    }
    found = [cells.get(key) for key in wanted]
    customers = np.array([cell.customers if cell else 0 for cell in found])
    bought = np.array([cell.bought if cell else 0 for cell in found])
    value, covered = matched_share(np.array(list(wanted.values())), customers, bought)
    number = int(customers.sum())
    return Unworked(value if number >= FEW else None, number, covered)


@dataclass(frozen=True)
class WinBackRate:
    """Of the attempts begun at least a year ago: how many bought again within it.

    `expected` is the mean chance that they had when they were begun, without anybody asking.
    """

    rate: Estimate
    won: int
    failed: int
    running: int
    early_won: int  # begun less than a year ago, and won already
    expected: float | None


def win_back_rate(attempts: QuerySet, today: dt.date) -> WinBackRate:
    ripe = Q(on__lte=today - YEAR)
    won, failed = Q(state=WinBack.State.WON), Q(state=WinBack.State.FAILED)
    found = attempts.order_by().aggregate(
        won=Count("pk", filter=won & ripe),
        failed=Count("pk", filter=failed & ripe),
        running=Count("pk", filter=Q(state=WinBack.State.OPEN)),
        early_won=Count("pk", filter=won & ~ripe),
        expected=Avg("chance", filter=(won | failed) & ripe),
    )
    return WinBackRate(rate=share(found["won"], found["won"] + found["failed"]), **found)
