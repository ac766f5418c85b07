"""Growth × share of wallet: the second view of the portfolio."""

import datetime as dt
import math
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from customers import wallet
from customers.models import Standing
from lifecycle.analytics.marks import GROWTH
from lifecycle.pictures import within_cell
from lifecycle.services.computed_answers import noted_cuts, own_figures

MOST_POINTS, MOST_UNKNOWN = 60, 10
# Growth is drawn from a half less to a half more; beyond stands at the border.
DRAWN_GROWTH = 0.5
SHARES = wallet.SHARES.format(chosen="f.customer_id = ANY(%(ids)s)")


@dataclass(frozen=True)
class Point:
    """A customer with its growth (0.1 is a tenth more) and our share of its purchases."""

    standing: Standing
    growth: float
    share: float
    high_share: float

    @property
    def is_large(self) -> bool:
        return self.share >= self.high_share

    @property
    def grows(self) -> bool:
        return self.growth > 0

    @property
    def across(self) -> float:
        """Place from left to right: the high share is the middle."""
        if not self.is_large:
            return within_cell(0, 2, self.share / self.high_share)
        above = 1 - self.high_share
        return within_cell(1, 2, (self.share - self.high_share) / above if above else 1.0)

    @property
    def up(self) -> float:
        """Place from below: no growth is the middle."""
        if self.grows:
            return within_cell(1, 2, self.growth / DRAWN_GROWTH)
        return within_cell(0, 2, 1 + self.growth / DRAWN_GROWTH)


@dataclass(frozen=True)
class Quadrant:
    """A quarter of the picture with how many of the points stand there, and their value."""

    label: str
    tone: str
    count: int
    value: Decimal


@dataclass(frozen=True)
class GrowthAndShare:
    """The points, the quarters row by row from above, and some whose place is not known."""

    points: list[Point]
    quadrants: list[Quadrant]
    unknown: list[Standing]


def growth_and_share(standings: QuerySet, *, high_share: float) -> GrowthAndShare:
    """Of the most valuable of these customers whose share was known when they were computed.

    Growth and shares are those of the newest night, so that both speak of one day.
    """
    by_value = standings.order_by("-lifetime_value", "-pk")
    of_importance = by_value.filter(tier__in=["A", "B"], is_active=True)
    noted = noted_cuts()
    if noted is None:
        return GrowthAndShare([], _quadrants([]), list(of_importance[:MOST_UNKNOWN]))
    as_of = noted[0]
    has_figures = Exists(wallet.figures_at(as_of).filter(customer=OuterRef("pk")))
    known = list(by_value.filter(has_figures)[:MOST_POINTS])
    ids = [standing.pk for standing in known]
    growth, shares = _growth(ids, as_of), _shares(ids, as_of)
    points = [
        Point(standing, growth[standing.pk], shares[standing.pk], high_share)
        for standing in known
        if standing.pk in growth and standing.pk in shares
    ]
    placed = {point.standing.pk for point in points}
    rest = [standing for standing in known if standing.pk not in placed][:MOST_UNKNOWN]
    unknown = of_importance.filter(~has_figures)[: MOST_UNKNOWN - len(rest)]
    return GrowthAndShare(points, _quadrants(points), [*rest, *unknown])


def _growth(customer_ids: list[int], as_of: dt.date) -> dict[int, float]:
    if not customer_ids:
        return {}
    ids, found = own_figures(customer_ids, as_of)
    rows = zip(ids, found[GROWTH].tolist(), strict=True)
    return {pk: figure for pk, figure in rows if math.isfinite(figure)}


def _shares(customer_ids: list[int], as_of: dt.date) -> dict[int, float]:
    """As `wallet` defines them: a doubtful one is none."""
    with connection.cursor() as cursor:
        cursor.execute(SHARES, {"ids": customer_ids, "as_of": as_of})
        return {pk: float(share) for pk, share, _all in cursor.fetchall() if share is not None}


def _quadrants(points: Collection[Point]) -> list[Quadrant]:
    def quadrant(label: str, tone: str, grows: bool, much: bool) -> Quadrant:
        here = [point for point in points if point.grows == grows and point.is_large == much]
        value = sum((point.standing.lifetime_value for point in here), Decimal())
        return Quadrant(label, tone, len(here), value)

    return [
        quadrant(_("Win share"), "high-average", True, False),
        quadrant(_("Keep and grow with it"), "high-good", True, True),
        quadrant(_("Find out why"), "medium-average", False, False),
        quadrant(_("Guard what we have"), "medium-average", False, True),
    ]
