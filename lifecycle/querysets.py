"""Reads of the nightly figures, page-shaped; `visible_to(user)` first."""

import datetime as dt
from collections.abc import Iterable

import numpy as np
from django.db import connection, models
from django.db.models import Count, Max, Sum
from django.db.models.expressions import RawSQL

from crm.accounts.roles import Role
from customers.models.signal_kinds import NO_REASON
from customers.querysets import OfVisibleCustomers, visible
from satisfaction.analytics.scores import PROMOTER, SATISFIED

MANAGERS = (Role.MANAGER, Role.ADMINISTRATOR)
FIGURES = ("customers", "lifetime_value", "value_at_risk", "revenue_12m", "equity")
EQUITY = (
    *("customers", "equity", "transaction_value", "growth_value", "referral_value"),
    *("referral_realised", "knowledge_value", "cost_to_serve", "revenue_12m", "margin_12m"),
    *("cost_12m", "benefits_12m", "benefit_customers"),
)

# A look into the index for each month: the table has all customers' cells of each date.
MONTH_ENDS = """
    SELECT (SELECT max(as_of) FROM lifecycle_basecell
            WHERE as_of >= month::date AND as_of < (month + interval '1 month')::date
                AND as_of <= newest)
    FROM coalesce(%(newest)s::date, (SELECT max(as_of) FROM lifecycle_basecell)) AS newest,
        generate_series(date_trunc('month', newest) - %(back)s * interval '1 month',
                        newest, interval '1 month') AS month
    ORDER BY month
"""


class BaseCellQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(visible(user, "owner_id", "team_id"))

    def latest_date(self) -> dt.date | None:
        """The date of the newest figures."""
        return self.aggregate(newest=Max("as_of"))["newest"]

    def at(self, as_of: dt.date | None):
        return self.filter(as_of=as_of) if as_of else self.none()

    def totals(self) -> dict:
        """Sums over the cells; zeros where there are none."""
        sums = self.aggregate(**{name: Sum(name) for name in FIGURES})
        return {name: value or 0 for name, value in sums.items()}

    def by(self, *dimensions: str):
        """Rows of the dimensions with the sums of their cells."""
        sums = {f"sum_{name}": Sum(name) for name in FIGURES}
        return self.order_by().values(*dimensions).annotate(**sums).order_by(*dimensions)

    def equity_totals(self) -> dict:
        """Sums of what equity consists of; zeros where there are none."""
        sums = self.aggregate(**{name: Sum(name) for name in EQUITY})
        return {name: value or 0 for name, value in sums.items()}

    def equity_by(self, dimension: str):
        """Customers and equity by a dimension."""
        sums = {"sum_customers": Sum("customers"), "sum_equity": Sum("equity")}
        return list(self.order_by().values(dimension).annotate(**sums).order_by(dimension))

    def equity_trend(self, dates: Iterable[dt.date]) -> list[dict]:
        """Customers and equity at each of the dates, oldest first."""
        return self.filter(as_of__in=list(dates)).equity_by("as_of")

    def month_ends(self, newest: dt.date | None = None, months: int = 13) -> list[dt.date]:
        """The newest recorded date of each of the months to that of `newest`, oldest first.

        Without it to the newest of all.
        """
        with connection.cursor() as cursor:
            cursor.execute(MONTH_ENDS, {"newest": newest, "back": months - 1})
            return [date for (date,) in cursor.fetchall() if date]

    def trend(self, dates: Iterable[dt.date]) -> list[dict]:
        """Sums at each of the dates, oldest first."""
        return list(self.filter(as_of__in=list(dates)).by("as_of"))


# Answers of the last twelve months: the mean index, or the mean recommendation of promoters.
HAPPY = models.Q(satisfaction__gte=SATISFIED) | models.Q(recommend__gte=PROMOTER)


class ValuationQuerySet(OfVisibleCustomers):
    def happy_below_cost(self):
        """Happy customers whose margin of twelve months does not pay for serving them."""
        rows = self.filter(HAPPY, cost_12m__gt=models.F("margin_12m"))
        return rows.annotate(shortfall=models.F("cost_12m") - models.F("margin_12m"))

    def served_above(self):
        """Who gets more than its part of the cost to serve by its part of the value, most first."""
        return self.filter(service_gap__gt=0).order_by("-service_gap", "-pk")

    def served_below(self):
        """Who gets less than its part, least first."""
        return self.filter(service_gap__lt=0).order_by("service_gap", "pk")

    def pareto_points(self, points: int = 200) -> list[list[float]]:
        """[share of all customers, share of the tiers' basis], best customers first."""
        basis = self.filter(tier_basis__gt=0).order_by("-tier_basis")
        amounts = np.array(basis.values_list("tier_basis", flat=True), dtype=float)
        if not amounts.size:
            return []
        places = np.unique(np.linspace(1, amounts.size, min(points, amounts.size)).astype(int))
        sums = amounts.cumsum()[places - 1] / amounts.sum()
        return np.column_stack([places / self.count(), sums]).tolist()


class ChangeQuerySet(OfVisibleCustomers):
    """Dated changes of tier or stage."""

    def since(self, date: dt.date):
        """Changes after the date; a customer's first figure is no change."""
        return self.filter(on__gt=date).exclude(before="")

    def flows(self, *beside: str):
        """How many went from where to where; columns beside are the same for all rows."""
        return self.order_by().values(*beside, "before", "after").annotate(customers=Count("pk"))

    def newest(self, limit: int):
        return self.select_related("customer").order_by("-on", "-pk")[:limit]


# What ranks a customer's signals: the strength, times how much better than others signals of the
# kind have done so far (`TrackRecord.weight`). `signal` is the name of the table in the query.
WEIGHED_STRENGTH = """
    {signal}.strength * coalesce((
        SELECT t.weight FROM lifecycle_trackrecord t WHERE t.kind = {signal}.kind
            AND t.as_of = (SELECT max(as_of) FROM lifecycle_trackrecord)), 1)
"""


class SignalQuerySet(OfVisibleCustomers):
    def open(self):
        """Neither ended nor dismissed."""
        return self.filter(ended_on__isnull=True, dismissed_at__isnull=True)

    def reasons(self):
        """Open ones that may stand on lists: what the market does is no reason by itself."""
        return self.open().exclude(kind__in=NO_REASON)

    def by_weight(self):
        """The one that stands on lists first."""
        weighed = WEIGHED_STRENGTH.format(signal=self.model._meta.db_table)  # no value in it
        weighed = RawSQL(weighed, [])  # noqa: S611  # nosec B611
        return self.annotate(weighed=weighed).order_by("-weighed", "pk")

    def strongest_of(self, customer_ids: Iterable[int]) -> dict[int, models.Model]:
        """The strongest open signal of each customer."""
        found: dict[int, models.Model] = {}
        for signal in self.reasons().filter(customer__in=list(customer_ids)).by_weight():
            found.setdefault(signal.customer_id, signal)
        return found


class DashboardQuerySet(models.QuerySet):
    """Each is its manager's own."""

    def mailed(self, today: dt.date):
        """Those whose managers want it by mail and have none of this day yet."""
        rows = self.filter(is_mailed=True, user__is_active=True, user__role__in=MANAGERS)
        return rows.exclude(mailed_on__gte=today)


class BacktestRequestQuerySet(models.QuerySet):
    """Backtests are of all customers together."""

    def open(self):
        """Waiting or at work; no more than one."""
        return self.filter(job__state__in=["waiting", "running"]).select_related("job")


class NightlyRunQuerySet(models.QuerySet):
    """Runs are no customer's: managers see them all."""

    def newest(self, limit: int = 30):
        """The last nights with what they took, all steps and shards together."""
        return (
            self.select_related("job__started_by")
            .annotate(seconds=Sum("job__steps__seconds"))
            .order_by("-as_of")[:limit]
        )

    def open(self):
        """Waiting or at work; no more than one."""
        return self.filter(job__state__in=["waiting", "running"]).select_related("job")

    def done(self):
        return self.filter(job__state="done")
