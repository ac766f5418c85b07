"""What we hear in a year, from all eight sources: by source and month, measure and touchpoint."""

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db.models import Count
from django.db.models.functions import TruncMonth
from django.utils import timezone

from complaints.models import Case
from satisfaction.analytics import Estimate, Moments, mean
from satisfaction.models import (
    DIMENSIONS,
    Audience,
    Feedback,
    Measure,
    Response,
    Source,
    TouchpointFigure,
    Wave,
)
from satisfaction.services import cells, gauging
from satisfaction.services.groups import Groups
from satisfaction.services.results import results_of

MONTHS = 12
# Of waves that promise to name nobody no smaller group is shown.
LEAST_OF_ANONYMOUS = 5
SURVEYED = (Measure.OVERALL, *DIMENSIONS)


@dataclass
class Line:
    """One measure or touchpoint: what was said of it, complained of, and scored."""

    heard: int = 0
    bad: int = 0
    complaints: int = 0
    score: Estimate = field(default_factory=lambda: mean(Moments()))


@dataclass
class Heard:
    months: list[dt.date]
    by_source: dict[str, Counter]  # by month
    bad: Counter  # by source
    by_measure: dict[str, Line]
    by_touchpoint: dict[int, Line]


def months_until(today: dt.date) -> list[dt.date]:
    """The first days of this month and of the eleven before it, oldest first."""
    first, found = today.replace(day=1), []
    for _each in range(MONTHS):
        found.append(first)
        first = (first - dt.timedelta(days=1)).replace(day=1)
    return found[::-1]


def heard(user, today: dt.date) -> Heard:
    """Of what this person may see; answers count in the month that their wave opened in."""
    months = months_until(today)
    found = Heard(months, {source: Counter() for source in Source.values}, Counter(), {}, {})
    _add_feedback(found, user)
    _add_complaints(found, user)
    _add_answers(found, user)
    return found


def _add_feedback(found: Heard, user) -> None:
    rows = Feedback.objects.visible_to(user).since(found.months[0])
    for row in rows.counted("source", "month", "dimension", "touchpoint"):
        number, bad = row["heard"], row["bad"]
        found.by_source[row["source"]][row["month"]] += number
        found.bad[row["source"]] += bad
        for lines, key in (
            (found.by_measure, row["dimension"]),
            (found.by_touchpoint, row["touchpoint"]),
        ):
            if key:
                line = lines.setdefault(key, Line())
                line.heard += number
                line.bad += bad


def _add_complaints(found: Heard, user) -> None:
    since = timezone.make_aware(dt.datetime.combine(found.months[0], dt.time()))
    cases = Case.objects.visible_to(user).complaints().filter(received_at__gte=since)
    cases = cases.annotate(month=TruncMonth("received_at")).order_by()
    rows = cases.values_list("month", "touchpoint").annotate(number=Count("pk"))
    for month, touchpoint, number in rows:
        found.by_source[Source.COMPLAINTS][month.date()] += number
        found.bad[Source.COMPLAINTS] += number
        if touchpoint:
            found.by_touchpoint.setdefault(touchpoint, Line()).complaints += number


def _add_answers(found: Heard, user) -> None:
    waves = waves_since(user, found.months[0])
    groups = results_of(user, waves, kinds=()).groups if waves else None
    sums: dict[str, Moments] = {}
    for wave in waves:
        group = groups.of(wave)
        month = max(wave.opens_on.replace(day=1), found.months[0])
        found.by_source[Source.SURVEYS][month] += group.responses
        for measure in SURVEYED:
            sums[measure] = sums.get(measure, Moments()) + group.moments(measure)
    for measure, one in sums.items():
        if one.n:
            found.by_measure.setdefault(measure, Line()).score = mean(one)
    for touchpoint, one in touchpoint_sums(user, waves, groups).items():
        found.by_touchpoint.setdefault(touchpoint, Line()).score = mean(one)


def waves_since(user, day: dt.date) -> list[Wave]:
    """The surveys of customers that asked since a day."""
    waves = Wave.objects.visible_to(user).exclude(state=Wave.State.PLANNED)
    waves = waves.exclude(version__instrument__audience=Audience.STAFF)
    return list(waves.filter(closes_on__gte=day).select_related("version"))


def touchpoint_sums(
    user, waves: Sequence[Wave], groups: Groups | None = None
) -> dict[int, Moments]:
    """Satisfaction by touchpoint over some waves, prepared where their `groups` are."""
    if user.sees_all_customers:
        rows = TouchpointFigure.objects.filter(wave__in=waves) if user.sees_worth else []
        found = {
            (row.wave_id, row.touchpoint_id): Moments(row.customers, row.total, row.squares)
            for row in rows
        }
    else:
        found = _touchpoints_of_cells(user, waves, groups or Groups([]))
    named = {wave.pk for wave in waves if not wave.is_anonymous}
    sums: dict[int, Moments] = {}
    for (wave, touchpoint), one in found.items():
        if wave in named or one.n >= LEAST_OF_ANONYMOUS:
            sums[touchpoint] = sums.get(touchpoint, Moments()) + one
    return sums


def _touchpoints_of_cells(
    user, waves: Sequence[Wave], groups: Groups
) -> dict[tuple[int, int], Moments]:
    """Over an account manager's customers: summed now where nothing was prepared."""
    prepared = {wave.pk: cells.touchpoints_of(groups.of(wave)) for wave in waves}
    missing = [wave for wave in waves if prepared[wave.pk] is None]
    found = gauging.by_touchpoint(Response.objects.visible_to(user), missing) if missing else {}
    for wave, known in prepared.items():
        found |= {(wave, touchpoint): one for touchpoint, one in (known or {}).items()}
    return found
