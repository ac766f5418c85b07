"""Answers of the scorecard that the data give: marks by fifths of the base, with their evidence.

The nightly run notes the cut points of its sample; a customer's own figures are read when its
assessment is opened.
"""

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
from django.db import connection

from lifecycle.analytics import marks
from lifecycle.models import Criterion, NightlyRun
from lifecycle.models.assessments import HIGHEST, LOWEST
from lifecycle.services.summaries import QUARTER, QUARTERS, Dealings, year_before

NET_OF_QUARTERS = ", ".join(
    f"coalesce(sum(net) FILTER (WHERE day > %(cut)s::date - {QUARTER * (back + 1)}"
    f" AND day <= %(cut)s::date - {QUARTER * back}), 0)::float8"
    for back in reversed(range(QUARTERS))
)
OWN_FIGURES = f"""
    SELECT s.customer_id, coalesce(r.net_year, 0), coalesce(r.known_year, 0),
        coalesce(r.cost_year, 0), r.quarters, %(cut)s::date - s.first_purchase,
        s.last_purchase - s.first_purchase, s.purchase_days, s.sum_log_gaps
    FROM customers_dealingsummary s
    CROSS JOIN LATERAL (
        SELECT sum(net) FILTER (WHERE day > %(year_ago)s)::float8 AS net_year,
            sum(known_net) FILTER (WHERE day > %(year_ago)s)::float8 AS known_year,
            sum(cost) FILTER (WHERE day > %(year_ago)s)::float8 AS cost_year,
            ARRAY[{NET_OF_QUARTERS}] AS quarters
        FROM customers_dealingday
        WHERE customer_id = s.customer_id
            AND day > %(cut)s::date - {QUARTER * QUARTERS} AND day <= %(cut)s) r
    WHERE s.customer_id = ANY(%(ids)s) AND s.first_purchase IS NOT NULL
"""  # noqa: S608 -- no value in it


@dataclass(frozen=True)
class ComputedAnswer:
    """In which fifth of the base (1 the lowest) a figure stands, and where the fifths are cut."""

    kind: str
    fifth: int
    figure: float
    cuts: tuple[float, ...]


def score_of(criterion: Criterion, answer: ComputedAnswer) -> int:
    """The mark, 5 being the better for us: a large purchase volume is its weight, not ours."""
    is_its_weight = criterion.part == Criterion.Part.BARGAINING and answer.kind == marks.VOLUME
    return LOWEST + HIGHEST - answer.fifth if is_its_weight else answer.fifth


def cuts(dealings: Dealings) -> dict[str, list[float] | None]:
    """The cut points of each figure over these customers."""
    summary = dealings.summary
    bought = summary.purchases > 0
    found = marks.figures(
        net_year=dealings.net_year,
        known_year=dealings.known_year,
        cost_year=dealings.cost_year,
        quarters=dealings.quarters,
        age=np.where(bought, summary.T, 0),
        repeats=summary.x,
        span=summary.t_x,
        sum_log_gaps=dealings.sum_log_gaps,
    )
    return {kind: marks.cuts(figure) for kind, figure in found.items()}


def noted_cuts() -> tuple[dt.date, Mapping[str, list[float] | None]] | None:
    """The date of the newest finished night that noted cut points, and these."""
    runs = NightlyRun.objects.done().filter(models_used__has_key="mark_cuts").order_by("-as_of")
    return runs.values_list("as_of", "models_used__mark_cuts").first()


def computed_answers(
    customer_ids: Collection[int],
) -> dict[int, dict[str, ComputedAnswer]]:
    """What the data say of these customers, by customer and kind; kinds not known are left out."""
    noted = noted_cuts()
    if noted is None:
        return {}
    as_of, points = noted
    ids, found = own_figures(customer_ids, as_of)
    return {
        pk: {
            kind: ComputedAnswer(kind, marks.mark(figure[row], cut), float(figure[row]), tuple(cut))
            for kind, figure in found.items()
            if (cut := points.get(kind)) and np.isfinite(figure[row])
        }
        for row, pk in enumerate(ids)
    }


def own_figures(
    customer_ids: Collection[int], as_of: dt.date
) -> tuple[list[int], dict[str, np.ndarray]]:
    """Customers who ever bought, and their figures in the same order; NaN where not known."""
    values = {"ids": list(customer_ids), "cut": as_of, "year_ago": year_before(as_of)}
    with connection.cursor() as cursor:
        cursor.execute(OWN_FIGURES, values)
        rows = cursor.fetchall()
    columns = list(zip(*rows, strict=True)) if rows else [()] * 9
    arrays = [np.array(column, dtype=float) for column in columns[1:]]
    net, known, cost, quarters, age, span, days, logs = arrays
    found = marks.figures(
        net_year=net,
        known_year=known,
        cost_year=cost,
        quarters=quarters.reshape(-1, QUARTERS),
        age=age,
        repeats=days - 1,
        span=span,
        sum_log_gaps=logs,
    )
    return list(columns[0]), found
