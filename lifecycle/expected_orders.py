"""When a customer orders next by its own rhythm: its last purchase and its usual gap."""

import datetime as dt

from django.db.models import DateField, DurationField, ExpressionWrapper, F, QuerySet, Value
from django.db.models.functions import Cast, Greatest, Round

from customers.models import Standing
from customers.models.standing import NEVER, Stage
from lifecycle.models import Valuation

DAY = dt.timedelta(days=1)
UNDER_CONTRACT = "contract"  # as `Valuation.method` says


def expected_on(valuation: Valuation | None, standing: Standing, today: dt.date) -> dt.date | None:
    """The day of the next order; None without a rhythm, and once it is late (a signal's matter).

    A customer under contract is invoiced by period: that is no rhythm of its own.
    """
    if valuation is None or not valuation.usual_gap or standing.last_purchase == NEVER:
        return None
    if valuation.method == UNDER_CONTRACT:
        return None
    expected = standing.last_purchase + dt.timedelta(days=max(1, round(valuation.usual_gap)))
    return expected if expected >= today else None


def between(user, start: dt.date, end: dt.date) -> QuerySet:
    """Standings of customers that the user sees whose next order falls on one of these days.

    Each has `expected_on`. Ended relationships have none, nor have customers under contract.
    """
    gap = ExpressionWrapper(
        Greatest(Round(F("customer__valuation__usual_gap")), Value(1.0)) * Value(DAY),
        output_field=DurationField(),
    )
    day = Cast(ExpressionWrapper(F("last_purchase") + gap, output_field=DateField()), DateField())
    rows = Standing.objects.visible_to(user).exclude(stage=Stage.ENDED)
    rows = rows.exclude(customer__valuation__method=UNDER_CONTRACT)
    rows = rows.filter(customer__valuation__usual_gap__isnull=False, last_purchase__gt=NEVER)
    return rows.annotate(expected_on=day).filter(expected_on__gte=start, expected_on__lt=end)
