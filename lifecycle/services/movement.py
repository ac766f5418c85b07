"""Counts the base by stage, and compares who was in which tier or stage on two dates."""

import datetime as dt

from dateutil.relativedelta import relativedelta
from django.db import connection, transaction
from django.db.models import Max, Min

from lifecycle.models import Move, StageCell, StageChange, StandingMonth, Valuation
from lifecycle.services.summaries import year_before

# Whole months in a stage are told apart up to here.
MOST_MONTHS = 120
DAYS_A_MONTH = 30.436875  # of the Gregorian year's twelve
KINDS = ("tier", "stage")

RECORD_STAGES = f"""
    INSERT INTO lifecycle_stagecell (as_of, team_id, owner_id, stage, pattern, months, customers,
        revenue_12m, margin_12m, cost_12m, lifetime_value, value_if_active)
    SELECT %(as_of)s, s.team_id, s.owner_id, s.stage, v.pattern,
        least(floor((%(as_of)s::date - coalesce(v.stage_since, %(as_of)s)) / {DAYS_A_MONTH}),
            {MOST_MONTHS})::int AS months,
        count(*), sum(s.revenue_12m), sum(v.margin_12m), sum(v.cost_12m),
        sum(s.lifetime_value), sum(v.value_if_active)
    FROM customers_standing s JOIN lifecycle_valuation v USING (customer_id)
    GROUP BY s.team_id, s.owner_id, s.stage, v.pattern, months
"""  # noqa: S608 -- numbers of ours

# What each customer held at the end of a day: what it holds now unless it changed since.
HELD_BEFORE = """
    SELECT DISTINCT ON (customer_id) customer_id, before FROM lifecycle_{kind}change
    WHERE "on" > %({day})s ORDER BY customer_id, "on", id
"""
RECORD_MOVES = """
    INSERT INTO lifecycle_movecell (move_id, team_id, owner_id, before, after, customers,
        revenue_before, revenue_after, value_after)
    SELECT %(move)s, s.team_id, s.owner_id, coalesce(a.before, s.{kind}) AS held_then,
        coalesce(b.before, s.{kind}) AS held_later, count(*),
        coalesce(sum(m.revenue_12m), 0), coalesce(sum({revenue}), 0), coalesce(sum({value}), 0)
    FROM customers_standing s JOIN lifecycle_valuation v USING (customer_id)
    LEFT JOIN ({at_start}) a USING (customer_id)
    LEFT JOIN ({at_end}) b USING (customer_id)
    LEFT JOIN lifecycle_standingmonth m
        ON m.customer_id = s.customer_id AND m.month = %(start_figures)s
    {figures_at_end}
    WHERE coalesce(b.before, s.{kind}) <> ''
    GROUP BY s.team_id, s.owner_id, held_then, held_later
"""
FIGURES_AT_END = """
    LEFT JOIN lifecycle_standingmonth n
        ON n.customer_id = s.customer_id AND n.month = %(end_figures)s
"""


def year_back(as_of: dt.date) -> dt.date:
    """A year ago, or the first night if that is later: before it nobody had a tier or stage."""
    first = StageChange.objects.filter(before="").aggregate(first=Min("on"))["first"]
    year = year_before(as_of)
    return first if first is not None and year < first < as_of else year


def usual_spans(as_of: dt.date) -> list[dt.date]:
    """Since when pages compare without being asked: a quarter and a year."""
    return sorted({as_of - relativedelta(months=3), year_back(as_of)})


def record(as_of: dt.date) -> int:
    """Count the night's stages and the usual spans anew. After the swap of the standings."""
    StageCell.objects.all().delete()
    Move.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute(RECORD_STAGES, {"as_of": as_of})
        rows = cursor.rowcount
    for kind in KINDS:
        for start in usual_spans(as_of):
            rows += _count(Move(kind=kind, start=start, end=as_of, as_of=as_of))
    return rows


@transaction.atomic
def compare(*, kind: str, start: dt.date, end: dt.date) -> Move | None:
    """The comparison of two dates, counted now if it is not yet; None before the first night."""
    with connection.cursor() as cursor:
        # Two who ask for the same wait for each other, and for a night that counts.
        cursor.execute("LOCK TABLE lifecycle_move IN SHARE ROW EXCLUSIVE MODE")
    known = Move.objects.of(kind, start, end)
    as_of = Valuation.objects.aggregate(newest=Max("as_of"))["newest"]
    if known is None and as_of is not None:
        known = Move(kind=kind, start=start, end=end, as_of=as_of)
        _count(known)
    return known


def _count(move: Move) -> int:
    months = StandingMonth.objects.order_by("-month").values_list("month", flat=True)
    move.start_figures = months.filter(month__lte=move.start).first()
    is_now = move.end >= move.as_of
    move.end_figures = move.as_of if is_now else months.filter(month__lte=move.end).first()
    move.save()
    query = RECORD_MOVES.format(
        kind=move.kind,
        at_start=HELD_BEFORE.format(kind=move.kind, day="start"),
        at_end=HELD_BEFORE.format(kind=move.kind, day="end"),
        revenue="s.revenue_12m" if is_now else "n.revenue_12m",
        value="s.lifetime_value" if is_now else "n.lifetime_value",
        figures_at_end="" if is_now else FIGURES_AT_END,
    )
    values = {
        "move": move.pk,
        "start": move.start,
        "end": move.end,
        "start_figures": move.start_figures,
        "end_figures": move.end_figures,
    }
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return cursor.rowcount
