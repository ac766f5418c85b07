"""Share of wallet: our net sales of a calendar year over all its purchases in our categories."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import QuerySet, Sum
from django.db.models.functions import ExtractYear
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from crm.platform.models import Installation
from customers.models import DealingDay, YearFigure

YEARS_BACK = 2  # what was known of earlier years says too little of today

# Of many customers: the share in the newest year that is over, as it was known on a day; null
# where it is not known or where it is doubtful. `{chosen}` picks the figures (alias f), and the
# query wants `%(as_of)s`. Each figure asks for its own year's days: joined as one set, the days of
# all customers would be read for a few figures.
SHARES = f"""
    SELECT figure.customer_id,
        CASE WHEN ours.net > figure.purchases THEN NULL
             ELSE greatest(coalesce(ours.net, 0), 0) / figure.purchases END AS share,
        figure.purchases
    FROM (
        SELECT DISTINCT ON (f.customer_id) f.customer_id, f.year, f.purchases
        FROM customers_yearfigure f
        WHERE {{chosen}} AND f.removed_at IS NULL AND f.purchases > 0
            AND f.known_on <= %(as_of)s AND f.year < date_part('year', %(as_of)s::date)
            AND f.year >= date_part('year', %(as_of)s::date) - {YEARS_BACK}
        ORDER BY f.customer_id, f.year DESC) AS figure
    CROSS JOIN LATERAL (
        SELECT sum(d.net) AS net FROM customers_dealingday d
        WHERE d.customer_id = figure.customer_id
            AND d.day >= make_date(figure.year, 1, 1) AND d.day < make_date(figure.year + 1, 1, 1)
    ) ours
"""  # noqa: S608 -- a number of ours


def figures_at(as_of: dt.date) -> QuerySet[YearFigure]:
    """The figures of which SHARES takes each customer's newest."""
    return YearFigure.objects.filter(
        removed_at=None,
        purchases__gt=0,
        known_on__lte=as_of,
        year__lt=as_of.year,
        year__gte=as_of.year - YEARS_BACK,
    ).order_by()


@dataclass(frozen=True)
class YearShare:
    """A year of a customer: what it says it bought, and how much of that came from us."""

    figure: YearFigure
    ours: Decimal
    is_over: bool

    @property
    def year(self) -> int:
        return self.figure.year

    @property
    def turnover(self) -> Decimal | None:
        return self.figure.turnover

    @property
    def profit(self) -> Decimal | None:
        return self.figure.profit

    @property
    def purchases(self) -> Decimal | None:
        return self.figure.purchases

    @property
    def share(self) -> float | None:
        """None where its purchases are not known; what came back is no negative share."""
        if not self.purchases:
            return None
        return max(0.0, float(self.ours) / float(self.purchases))

    @property
    def is_doubtful(self) -> bool:
        """Nobody buys more from us than from everybody: one of the two figures is wrong."""
        return self.share is not None and self.share > 1

    @property
    def words(self) -> str:
        if self.share is None:
            return _("share not known")
        percent = number_format(round(100 * self.share), use_l10n=True)
        values = {"percent": f"{percent}\u202f%", "year": self.year}
        if self.is_doubtful:
            return _("doubtful: our sales are %(percent)s of what it says it bought") % values
        if not self.is_over:
            return _("%(percent)s of its purchases, with our sales of %(year)s so far") % values
        return _("%(percent)s of its purchases in our categories") % values


def of(customer_id: int, figures: Collection[YearFigure]) -> list[YearShare]:
    """The years that these figures (loaded through `visible_to`) are about, newest first."""
    years = {figure.year for figure in figures if figure.purchases}
    ours = _net_by_year(customer_id, years) if years else {}
    today = Installation.cached().today()
    newest_first = sorted(figures, key=lambda figure: -figure.year)
    return [
        YearShare(figure, ours.get(figure.year, Decimal(0)), figure.year < today.year)
        for figure in newest_first
    ]


def _net_by_year(customer_id: int, years: set[int]) -> dict[int, Decimal]:
    days = DealingDay.objects.filter(
        customer=customer_id,
        day__gte=dt.date(min(years), 1, 1),
        day__lte=dt.date(max(years), 12, 31),
    )
    rows = days.order_by().values_list(ExtractYear("day")).annotate(net=Sum("net"))
    return dict(rows)
